# SPDX-License-Identifier: MIT OR Apache-2.0
"""Addresses, routes, rules, neighbours, next hops and other tables of rtnetlink."""

import socket
import struct

from cases import case
from netlink import DUMP_FILTERED, attr, headers, index, ip, nest, run

RTM_NEWROUTE, RTM_GETROUTE = 24, 26
CREATE_NEW = 0x600
UP = "ip link set lo up; ip link add x0 type veth peer name x1; ip link set x0 up; ip link set x1 up; "
FOUR, SIX = "ip addr add 10.0.0.1/24 dev x0; ", "ip addr add 2001:db8::1/64 dev x0 nodad; "


def rtmsg(family, dst_len=0, table=254, protocol=4, scope=0, kind=1, flags=0):
    return struct.pack("=BBBBBBBBI", family, dst_len, 0, 0, table, protocol, scope, kind, flags)


def dump_case(name, about, script, kind, body, strict=False, lab=False, flags=0):
    """Sets up, dumps, keeps request and answer."""
    @case(name, about, lab=lab)
    def make(talk):
        run(script)
        with talk.socket(strict=strict) as nl:
            nl.dump(kind, body() if callable(body) else body, flags)


def family_only(family, length):
    return bytes([family]) + bytes(length - 1)


def main_table(family):
    """A header for a strict dump of table main: the kernel filters, and says so."""
    return rtmsg(family, table=254, protocol=0, kind=0)


dump_case("addr/ipv4", "A dump of IPv4 addresses, one with label, broadcast and lifetimes",
          UP + "ip addr add 10.0.0.1/24 brd + dev x0 label x0:a valid_lft 1000 preferred_lft 500; "
          "ip addr add 10.1.0.1 peer 10.1.0.2 dev x1", 22, family_only(2, 8))
dump_case("addr/ipv6", "A dump of IPv6 addresses, IFA_FLAGS among their attributes",
          UP + "ip addr add 2001:db8::1/64 dev x0 nodad; ip addr add 2001:db8::2/128 dev x0 noprefixroute nodad",
          22, family_only(10, 8))
dump_case("route/ipv4", "A dump of table main: connected, via a gateway, blackhole, metrics; DUMP_FILTERED is set",
          UP + FOUR + "ip route add 10.2.0.0/16 via 10.0.0.2 src 10.0.0.1 metric 50 mtu lock 1400 advmss 1360; "
          "ip route add blackhole 10.3.0.0/16; ip route add default via 10.0.0.3 proto static",
          RTM_GETROUTE, main_table(2), strict=True)
dump_case("route/ipv6", "A dump of IPv6 routes of table main", UP + SIX +
          "ip -6 route add 2001:db8:1::/48 via 2001:db8::2 metric 7 pref high; ip -6 route add unreachable 2001:db8:2::/48",
          RTM_GETROUTE, main_table(10), strict=True)
dump_case("route/unfiltered", "A dump of IPv4 routes of every table, without strict checking", UP + FOUR,
          RTM_GETROUTE, rtmsg(2, table=0, protocol=0, kind=0))
dump_case("route/multipath", "An IPv4 route with three next hops, one of them off link", UP + FOUR +
          "ip route add 10.4.0.0/16 nexthop via 10.0.0.2 weight 3 nexthop via 10.0.0.3 "
          "nexthop via 10.9.0.9 dev x1 onlink", RTM_GETROUTE, main_table(2), strict=True, lab=True)
dump_case("route/multipath6", "An IPv6 route with two next hops", UP + SIX +
          "ip -6 route add 2001:db8:4::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3 weight 9",
          RTM_GETROUTE, main_table(10), strict=True)
dump_case("route/encap-ip", "An IPv4 route with a tunnel's encapsulation (RTA_ENCAP stands before its type)", UP + FOUR +
          "ip route add 10.5.0.0/16 encap ip id 42 dst 10.0.0.9 ttl 5 via 10.0.0.2 dev x0",
          RTM_GETROUTE, main_table(2), strict=True)
dump_case("route/encap-mpls", "An IPv4 route that pushes MPLS labels", UP + FOUR +
          "ip route add 10.6.0.0/16 encap mpls 100/200 via 10.0.0.2 dev x0", RTM_GETROUTE, main_table(2), strict=True, lab=True)
dump_case("route/encap-seg6", "An IPv6 route with a segment routing header", UP + SIX +
          "ip -6 route add 2001:db8:5::/48 encap seg6 mode encap segs 2001:db8::8,2001:db8::9 dev x0",
          RTM_GETROUTE, main_table(10), strict=True)
dump_case("route/multipath-encap", "Next hops with attributes of their own: encapsulation inside a hop", UP + FOUR +
          "ip route add 10.7.0.0/16 nexthop encap ip id 1 dst 10.0.0.8 via 10.0.0.2 dev x0 "
          "nexthop encap ip id 2 dst 10.0.0.9 via 10.0.0.3 dev x0", RTM_GETROUTE, main_table(2), strict=True, lab=True)
dump_case("rule/ipv4", "A dump of IPv4 rules", "ip rule add from 10.0.0.0/8 iif lo fwmark 5/0xff table 100 priority 50; "
          "ip rule add ipproto tcp dport 80-90 goto 32766 priority 60", 34, family_only(2, 12))
dump_case("rule/ipv6", "A dump of IPv6 rules", "ip -6 rule add to 2001:db8::/32 suppress_prefixlength 8 table 300 priority 9",
          34, family_only(10, 12))
dump_case("neigh/arp", "A dump of neighbours: permanent IPv4 and IPv6", UP + FOUR + SIX +
          "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev x0 nud permanent; "
          "ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:06 router dev x0 nud permanent",
          30, bytes(12))
dump_case("neigh/fdb", "A dump of a bridge's forwarding entries",
          "ip link add b0 type bridge; ip link add x0 address 02:00:00:00:00:01 type veth peer name x1; "
          "ip link set x0 master b0; bridge fdb add 02:00:00:00:00:09 dev x0 master static", 30, family_only(7, 12))
dump_case("neigh/tables", "A dump of neighbour table parameters (64-bit values and their pads)", ":", 66, family_only(2, 4))
dump_case("nexthop/dump", "A dump of next hop objects: a gateway, a blackhole, a group", UP + FOUR +
          "ip nexthop add id 1 via 10.0.0.2 dev x0; ip nexthop add id 2 via 10.0.0.3 dev x0; "
          "ip nexthop add id 3 blackhole; ip nexthop add id 10 group 1,5/2", 106, bytes(8))
dump_case("netconf/dump", "A dump of netconf: a fixed structure of one byte, attributes 4-aligned behind it", ":",
          82, family_only(2, 4))


@case("route/get", "RTM_GETROUTE of one destination (a do, not a dump)")
def get(talk):
    run(UP + FOUR + "ip route add default via 10.0.0.3")
    with talk.socket() as nl:
        nl.call(RTM_GETROUTE, 0, rtmsg(2, 32, 0, 0, 0, 0) + attr(1, ip("192.0.2.1")))


@case("route/create-multipath", "RTM_NEWROUTE with two next hops, as sent, and its ACK", lab=True)
def create_multipath(talk):
    run(UP + FOUR)
    hops = b"".join(struct.pack("=HBBi", 16, 0, weight, index("x0")) + attr(5, ip(gateway))
                    for weight, gateway in ((0, "10.0.0.2"), (4, "10.0.0.3")))
    with talk.socket() as nl:
        nl.call(RTM_NEWROUTE, CREATE_NEW, rtmsg(2, 16) + attr(1, ip("10.8.0.0")) + attr(9, hops))


@case("route/create-metrics", "RTM_NEWROUTE with metrics, one a string, as sent, and its ACK")
def create_metrics(talk):
    run(UP + FOUR)
    metrics = nest(8, attr(2, 1400), attr(10, 9), attr(16, "reno"))
    with talk.socket() as nl:
        nl.call(RTM_NEWROUTE, CREATE_NEW, rtmsg(2, 16) + attr(1, ip("10.8.0.0")) + attr(5, ip("10.0.0.2")) + metrics)


@case("route/empty-dump", "A dump of an empty table: DONE alone, DUMP_FILTERED set")
def empty(talk):
    with talk.socket(strict=True) as nl:
        nl.dump(RTM_GETROUTE, main_table(socket.AF_INET))


@case("route/several-datagrams", "A dump larger than one datagram: MULTI messages in two, and DONE")
def several(talk):
    run(UP + FOUR + "for i in $(seq 1 60); do echo route add 10.20.$i.0/24 via 10.0.0.2; done | ip -batch -")
    with talk.socket() as nl:
        nl.dump(RTM_GETROUTE, rtmsg(2, table=0, protocol=0, kind=0))
    assert sum(1 for direction, _ in talk.log if direction == "from-kernel") >= 3
    assert not any(h[3] & DUMP_FILTERED for _, data in talk.log for h in headers(data))
