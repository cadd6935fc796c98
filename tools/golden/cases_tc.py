# SPDX-License-Identifier: MIT OR Apache-2.0
"""Queueing disciplines, classes, filters and actions."""

import struct

from cases import case
from netlink import attr, index, nest, run

QDISC, TCLASS, TFILTER = 38, 42, 46
VETH = "ip link add x0 type veth peer name x1; ip link set x0 up; "
HTB = VETH + ("tc qdisc add dev x0 root handle 1: htb default 10; "
              "tc class add dev x0 parent 1: classid 1:10 htb rate 1mbit ceil 2mbit; ")


def tcmsg(name, parent=0):
    return struct.pack("=BxHiIII", 0, 0, index(name), 0, parent, 0)


def tc_case(name, about, script, kind, parent=0, lab=False):
    @case(f"tc/{name}", about, lab=lab)
    def make(talk):
        run(script)
        with talk.socket() as nl:
            nl.dump(kind, tcmsg("x0", parent))


tc_case("htb", "A dump of the qdiscs of a link: htb", HTB, QDISC)
tc_case("htb-class", "A dump of htb classes", HTB, TCLASS)
tc_case("tbf", "A dump of a tbf qdisc", VETH + "tc qdisc add dev x0 root tbf rate 1mbit burst 10kb latency 50ms", QDISC)
tc_case("ingress", "A dump of an ingress qdisc", VETH + "tc qdisc add dev x0 ingress", QDISC)
tc_case("fq_codel", "A dump of an fq_codel qdisc", VETH + "tc qdisc add dev x0 root fq_codel limit 900 ecn", QDISC, lab=True)
tc_case("netem", "A dump of netem: a structure in front of the nest's attributes",
        VETH + "tc qdisc add dev x0 root netem delay 10ms 1ms loss 1% reorder 5% 50% rate 1mbit", QDISC, lab=True)
tc_case("filter-u32", "A dump of a u32 filter with a mirred action (nests five deep)", VETH + "tc qdisc add dev x0 ingress; "
        "ip link add ifb9 type ifb; tc filter add dev x0 ingress protocol ip prio 7 u32 match ip dst 10.0.0.0/8 "
        "action mirred egress redirect dev ifb9", TFILTER, parent=0xFFFFFFF2)


@case("tc/action-dump", "A dump of actions: a list whose types are indices")
def actions(talk):
    run("ip link add ifb9 type ifb; tc actions add action mirred egress mirror dev ifb9 index 5; "
        "tc actions add action mirred egress mirror dev ifb9 index 6")
    with talk.socket() as nl:
        nl.dump(50, bytes(4) + nest(1, nest(1, attr(1, "mirred"))))
