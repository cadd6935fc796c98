# SPDX-License-Identifier: MIT OR Apache-2.0
"""Links of several kinds."""

import fcntl
import os
import struct

from cases import case
from netlink import attr, index, nest, run

RTM_NEWLINK, RTM_GETLINK = 16, 18


def ifinfo(ifindex=0, family=0):
    return struct.pack("=BxHiII", family, 0, ifindex, 0, 0)


def get_link(talk, name):
    with talk.socket() as nl:
        nl.call(RTM_GETLINK, 0, ifinfo(index(name)))


def link_case(kind, script, name="x0", lab=False):
    @case(f"link/{kind}", f"RTM_GETLINK of a {kind} link, and its answer", lab=lab)
    def make(talk):
        run(script)
        get_link(talk, name)


link_case("lo", "ip link set lo up", "lo")
link_case("veth", "ip link add x0 address 02:00:00:00:00:01 type veth peer name x1")
link_case("vxlan", "ip link add x0 type vxlan id 7 local 10.0.0.1 remote 10.0.0.2 dstport 4789 ttl 9 nolearning")
link_case("vxlan6", "ip link add x0 type vxlan id 8 local 2001:db8::1 group ff02::7 dev lo dstport 4789")
link_case("bridge", "ip link add x0 type bridge stp_state 1")
link_case("bridge-vlan", "ip link add x0 type bridge vlan_filtering 1 vlan_default_pvid 5", lab=True)
link_case("bridge-port", "ip link add b0 type bridge; ip link add x0 type veth peer name x1; ip link set x0 master b0")
link_case("macvlan", "ip link add x1 type veth peer name x2; ip link add x0 link x1 type macvlan mode bridge")
link_case("ifb", "ip link add x0 type ifb")
link_case("altname", "ip link add x0 type ifb; ip link set x0 alias 'a link'; "
          "ip link property add dev x0 altname a-rather-long-name-of-a-link altname second")
link_case("dummy", "ip link add x0 type dummy", lab=True)
link_case("vlan", "ip link add d0 type dummy; ip link add x0 link d0 type vlan id 9 egress-qos-map 1:3 2:4", lab=True)
link_case("bond", "ip link add x0 type bond mode active-backup arp_interval 100 arp_ip_target 10.0.0.9,10.0.0.8", lab=True)
link_case("bond-port", "ip link add b0 type bond miimon 100; ip link add x0 type dummy; ip link set x0 master b0", lab=True)
link_case("vrf", "ip link add x0 type vrf table 10", lab=True)
link_case("vrf-port", "ip link add v0 type vrf table 10; ip link add x0 type dummy; ip link set x0 master v0", lab=True)
link_case("wireguard", "ip link add x0 type wireguard", lab=True)
link_case("ipvlan", "ip link add d0 type dummy; ip link add x0 link d0 type ipvlan mode l3", lab=True)


@case("link/tun", "RTM_GETLINK of a tun device, and its answer")
def tun(talk):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    try:
        tunsetiff, iff_tun, iff_no_pi = 0x400454CA, 1, 0x1000
        fcntl.ioctl(fd, tunsetiff, struct.pack("16sH22x", b"x0", iff_tun | iff_no_pi))
        get_link(talk, "x0")
    finally:
        os.close(fd)


@case("link/dump", "A dump of three links, lo and a veth pair's two ends, with DONE")
def dump(talk):
    run("ip link add x0 type veth peer name x1")
    with talk.socket() as nl:
        nl.dump(RTM_GETLINK, ifinfo())


@case("link/create-veth", "RTM_NEWLINK that makes a veth pair (a nest with a structure in front), and its ACK")
def create_veth(talk):
    peer = attr(1 | 0x8000, ifinfo() + attr(3, "x1"))
    info = nest(18, attr(1, "veth"), nest(2, peer))
    with talk.socket() as nl:
        nl.call(RTM_NEWLINK, 0x600, ifinfo() + attr(3, "x0") + info)
