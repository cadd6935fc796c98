# SPDX-License-Identifier: MIT OR Apache-2.0
"""Dumps that do not end well."""

import struct

from cases import case
from cases_link import RTM_GETLINK, ifinfo
from cases_route import FOUR, UP, rtmsg
from cases_netfilter import GETTABLE, nfgen
from netlink import ACK, DONE, DUMP, DUMP_INTR, NETLINK_NETFILTER, ROOT, attr, error_of, headers, run

GETADDR, GETROUTE = 22, 26
SKIP_STATS = 8


def failed_dump(name, about, kind, body, before=":", **options):
    @case(f"dump/{name}", about)
    def make(talk):
        run(before)
        with talk.socket(**options) as nl:
            assert error_of(nl.dump(kind, body)) < 0


failed_dump("failed", "Strict checking, a bad header: the dump ends in DONE with an errno and a text", RTM_GETLINK,
            struct.pack("=BxHiII", 0, 0, 0, 1, 0), strict=True)
failed_dump("failed-plain", "The same, EXT_ACK off: an errno alone", RTM_GETLINK,
            struct.pack("=BxHiII", 0, 0, 0, 1, 0), strict=True, ext_ack=False)
failed_dump("failed-attribute", "Strict checking, an attribute the dump does not take: DONE with MSG and OFFS", RTM_GETLINK,
            ifinfo() + attr(29, SKIP_STATS) + attr(4, 1500), strict=True)
failed_dump("failed-policy", "Strict checking, an attribute of a wrong width: DONE with MSG, OFFS and POLICY", RTM_GETLINK,
            ifinfo() + attr(29, b"\1"), strict=True)
failed_dump("failed-table", "A dump of a table that does not exist: ENOENT in DONE", GETROUTE,
            rtmsg(2, table=99, protocol=0, kind=0), strict=True)
failed_dump("failed-device", "A dump of addresses of a link that does not exist: ENODEV", GETADDR,
            struct.pack("=BBBBI", 2, 0, 0, 0, 999), strict=True)
failed_dump("failed-start", "A dump of routes of a type that has none: refused by ERROR before it starts", 0x7F0, bytes(4))


@case("dump/interrupted", "A dump while a link is made: DUMP_INTR on what follows")
def interrupted(talk):
    run("for n in 0 1 2 3; do ip link add ifb$n type ifb; done")
    with talk.socket() as nl:
        nl.send(nl.message(RTM_GETLINK, DUMP | ACK, ifinfo() + attr(29, SKIP_STATS)))
        # The first datagram is made on sending: the change comes between it and the second.
        run("ip link add ifb9 type ifb")
        nl.finish(1)
    assert any(h[3] & DUMP_INTR for _, data in talk.log[1:] for h in headers(data))


@case("dump/interrupted-done", "A dump of tables, the ruleset changed behind the last of them: DUMP_INTR on DONE alone",
      NETLINK_NETFILTER)
def interrupted_done(talk):
    run("nft add table inet a")
    with talk.socket() as nl:
        nl.send(nl.message(GETTABLE, DUMP | ACK, nfgen()))
        run("nft add chain inet a c")
        nl.finish(1)
    flagged = [h[2] for _, data in talk.log[1:] for h in headers(data) if h[3] & DUMP_INTR]
    assert flagged == [DONE], flagged


@case("dump/busy", "A second dump on a socket that has one running: EBUSY by ERROR, then the first goes on")
def busy(talk):
    run(UP + FOUR + "for i in $(seq 1 70); do echo route add 10.20.$i.0/24 via 10.0.0.2; done | ip -batch -")
    with talk.socket() as nl:
        for _ in range(2):
            nl.send(nl.message(GETROUTE, DUMP | ACK, rtmsg(2, table=0, protocol=0, kind=0)))
        nl.finish(2)
        nl.finish(1)
    wanted = [h for _, data in talk.log for h in headers(data) if h[2] == 2]
    assert len(wanted) == 1
    talk.drop_all_but(lambda direction, data: direction == "to-kernel" or len(data) < 200)


@case("dump/root-only", "NLM_F_ROOT without MATCH counts as a dump nevertheless")
def root_only(talk):
    with talk.socket() as nl:
        nl.send(nl.message(GETROUTE, ROOT | ACK, rtmsg(2, table=0, protocol=0, kind=0)))
        nl.finish(1)
