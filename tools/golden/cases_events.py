# SPDX-License-Identifier: MIT OR Apache-2.0
"""Notifications of rtnetlink."""

from cases import case
from netlink import headers, run

LINK, NEIGH, IPV4_ADDR, IPV4_ROUTE, RULE, IPV6_ADDR, IPV6_ROUTE, NSID, NEXTHOP = 1, 3, 5, 7, 8, 9, 11, 28, 32
UP = "ip link set lo up; ip link add x0 type veth peer name x1; ip link set x1 up; ip link set x0 up; "


def event_case(name, about, before, groups, script, kinds, lab=False):
    """Joins, runs the script, receives until every one of `kinds` has been seen."""
    @case(f"event/{name}", about, lab=lab)
    def make(talk):
        run(before)
        with talk.socket() as nl:
            for group in groups:
                nl.join(group)
            run(script)
            while not kinds <= {h[2] for _, data in talk.log for h in headers(data)}:
                nl.receive()


event_case("link", "A link made and removed: RTM_NEWLINK and RTM_DELLINK, sequence numbers the requester's",
           ":", [LINK], "ip link add x0 type ifb; ip link del x0", {16, 17})
event_case("addr", "An address made and removed, and the local route that comes and goes with it", UP,
           [IPV4_ADDR, IPV4_ROUTE], "ip addr add 10.0.0.1/32 dev x0; ip addr del 10.0.0.1/32 dev x0", {20, 21, 24, 25})
event_case("addr6", "An IPv6 address made and removed", UP, [IPV6_ADDR],
           "ip addr add 2001:db8::1/128 dev x0 nodad; ip addr del 2001:db8::1/128 dev x0", {20, 21})
event_case("route", "A route made, replaced (flag REPLACE) and removed", UP + "ip addr add 10.0.0.1/24 dev x0", [IPV4_ROUTE],
           "ip route add 10.2.0.0/16 via 10.0.0.2; ip route replace 10.2.0.0/16 via 10.0.0.3; "
           "ip route del 10.2.0.0/16", {24, 25})
event_case("neigh", "A neighbour made and removed", UP, [NEIGH],
           "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev x0; ip neigh del 10.0.0.2 dev x0", {28, 29})
event_case("rule", "A rule made and removed", ":", [RULE],
           "ip rule add from 10.0.0.0/8 table 9; ip rule del from 10.0.0.0/8 table 9", {32, 33})
