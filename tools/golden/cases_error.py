# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the kernel says of a request: ACKs, refusals with and without their reasons, warnings."""

import struct

from cases import case
from cases_link import ifinfo
from cases_route import FOUR, UP, rtmsg
from netlink import ACK, DUMP, ECHO, NETLINK_GENERIC, attr, error_of, index, ip, nest, run

NEWLINK, GETLINK, NEWADDR, NEWROUTE, GETROUTE, NEWTCLASS, GETACTION = 16, 18, 20, 24, 26, 40, 50
CREATE_NEW = 0x600
ENODEV = 19


def error_case(name, about, request, before=":", errno=None, lab=False, **options):
    """One request built by `request()`; `errno`: what the kernel must answer, None for any refusal."""
    @case(f"error/{name}", about, lab=lab)
    def make(talk):
        run(before)
        with talk.socket(**options) as nl:
            got = error_of(nl.call(*request()))
        assert got == -errno if errno is not None else got < 0, f"errno {got}"


def genl_error_case(name, about, family, body, before=":", lab=False, flags=0):
    """One generic request that must be refused."""
    @case(f"error/{name}", about, NETLINK_GENERIC, lab)
    def make(talk):
        run(before)
        number, _ = talk.family(family)
        with talk.socket() as nl:
            assert error_of(nl.call(number, flags, body() if callable(body) else body)) < 0


def bad_gateway():
    return NEWROUTE, CREATE_NEW, rtmsg(2, 16) + attr(1, ip("10.8.0.0")) + attr(5, ip("192.0.2.1"))


def no_such_link():
    return GETLINK, 0, ifinfo(999)


def long_name():
    return NEWLINK, 0x600, ifinfo() + attr(13, 5) + attr(3, "a-name-beyond-fifteen") + nest(18, attr(1, "ifb"))


def unaligned():
    return GETLINK, 0, ifinfo(1) + attr(4, 1500) + attr(3, "x")[:6]


error_case("ack", "A request that succeeds: error 0", lambda: (NEWADDR, CREATE_NEW, bytes((2, 32, 0, 0)) + struct.pack("=I", 1)
           + attr(2, ip("10.0.0.1"))), errno=0)
error_case("plain-uncapped", "A refusal without reasons that quotes the whole request", no_such_link, errno=ENODEV)
error_case("plain-capped", "The same, CAP_ACK on: only the request's header", no_such_link, errno=ENODEV, cap_ack=True)
error_case("msg-uncapped", "A refusal with a text behind the quoted request", bad_gateway, UP + FOUR)
error_case("msg-capped", "The same, CAP_ACK on", bad_gateway, UP + FOUR, cap_ack=True)
error_case("msg-no-extack", "The same, EXT_ACK off: no reasons", bad_gateway, UP + FOUR, ext_ack=False)
error_case("policy-uncapped", "A name too long: MSG, OFFS and POLICY (the longest length)", long_name)
error_case("policy-capped", "The same, CAP_ACK on", long_name, cap_ack=True)
error_case("unaligned-request", "A refused request of 46 bytes: the reasons follow the quote 4-aligned", unaligned, strict=True)
error_case("unknown-attribute", "Strict checking: an attribute the request does not take", lambda:
           (GETLINK, 0, ifinfo(1) + attr(4, 1500)), strict=True)
error_case("strict-header", "Strict checking: a field of the fixed structure that must be 0",
           lambda: (GETROUTE, 0, rtmsg(2, 32, 7, 0, 0, 0) + attr(1, ip("10.0.0.1"))), strict=True)
error_case("exists", "A link that is there already: EEXIST", lambda:
           (NEWLINK, CREATE_NEW, ifinfo() + attr(3, "x0") + nest(18, attr(1, "ifb"))), "ip link add x0 type ifb")
error_case("unknown-kind", "A link kind that does not exist: EOPNOTSUPP with a text", lambda:
           (NEWLINK, CREATE_NEW, ifinfo() + nest(18, attr(1, "nonsense"))))
error_case("metric", "A value in a nest that the route's metrics do not have: a text alone", lambda:
           (NEWROUTE, CREATE_NEW, rtmsg(2, 16) + attr(1, ip("10.8.0.0")) + attr(5, ip("10.0.0.2"))
            + nest(8, attr(2, 1400), attr(16, "no-such-control"))), UP + FOUR)
error_case("bits32-policy", "A bit that may not be set in a bitfield32: POLICY with the mask", lambda:
           (GETACTION, DUMP, bytes(4) + nest(1, nest(1, attr(1, "mirred"))) + attr(2, struct.pack("=II", 0x80, 0x80))))
error_case("warning", "A request that succeeds with a warning: error 0 and a text", lambda:
           (NEWTCLASS, CREATE_NEW, struct.pack("=BxHiIII", 0, 0, index("x0"), 0x10001, 0x10000, 0) + attr(1, "htb")
            + nest(2, attr(1, htb_parms()), attr(6, struct.pack("=Q", 1250000000)), attr(7, struct.pack("=Q", 1250000000)))),
           "ip link add x0 type veth peer name x1; tc qdisc add dev x0 root handle 1: htb", errno=0)

genl_error_case("range-policy", "A number out of range: POLICY with MIN_VALUE_U and MAX_VALUE_U", "netdev", bytes((1, 1, 0, 0))
                + attr(1, 0))
genl_error_case("mask-policy", "Flags that do not exist: OFFS points into a nest", "ethtool", bytes((2, 1, 0, 0))
                + nest(1, attr(2, "lo"), attr(3, 0x100)))
genl_error_case("miss-type", "An attribute missing at the top: MISS_TYPE alone", "netdev", bytes((1, 1, 0, 0)))
genl_error_case("unknown-command", "A command the family does not have: EOPNOTSUPP", "netdev", bytes((200, 1, 0, 0)))
genl_error_case("unnested", "A nest sent without flag NESTED where it is asked for", "ethtool", bytes((2, 1, 0, 0))
                + attr(1, attr(2, "lo")))
genl_error_case("short-value", "A value of the wrong width: POLICY with the type", "netdev", bytes((1, 1, 0, 0))
                + attr(1, bytes(2)))
genl_error_case("miss-nest", "An attribute missing in a nest: MISS_TYPE and MISS_NEST", "netdev", lambda: bytes((13, 1, 0, 0))
                + attr(1, index("eth0")) + attr(3, 0) + nest(2, attr(3, 0)),
                "modprobe netdevsim; echo 1 1 >/sys/bus/netdevsim/new_device", lab=True)


def htb_parms():
    """struct tc_htb_opt for 10 Gbit/s: quantum 0, so that the kernel computes one and finds it too big."""
    rate = struct.pack("=BBHhHI", 3, 1, 0, 0, 0, 1250000000)
    return rate + rate + struct.pack("=IIIII", 1000, 1000, 0, 0, 0)


@case("error/noop", "NLMSG_NOOP with REQUEST and ACK: answered with error 0, nothing done")
def noop(talk):
    with talk.socket() as nl:
        nl.call(1, 0)


@case("error/echo", "NLM_F_ECHO: the notification comes to the requester too, with its sequence number, before the ACK")
def echo(talk):
    run(UP + FOUR)
    with talk.socket() as nl:
        nl.call(NEWROUTE, CREATE_NEW | ECHO, rtmsg(2, 16) + attr(1, ip("10.8.0.0")) + attr(5, ip("10.0.0.2")))


@case("error/batch", "Four requests in one datagram, the third refused: the others are done")
def batch(talk):
    run(UP + FOUR)
    with talk.socket(cap_ack=True) as nl:
        gateways = ("10.0.0.2", "10.0.0.3", "192.0.2.1", "10.0.0.4")
        nl.send(b"".join(nl.message(NEWROUTE, CREATE_NEW | ACK, rtmsg(2, 32) + attr(1, ip(f"10.8.0.{n}")) + attr(5, ip(g)))
                         for n, g in enumerate(gateways)))
        nl.finish(4)


@case("error/silent-success", "Two requests in one datagram, only the last asks for an ACK: one answer")
def silent(talk):
    run(UP + FOUR)
    with talk.socket(cap_ack=True) as nl:
        nl.send(b"".join(nl.message(NEWROUTE, CREATE_NEW | flags, rtmsg(2, 32) + attr(1, ip(f"10.8.0.{n}"))
                                    + attr(5, ip("10.0.0.2"))) for n, flags in enumerate((0, ACK))))
        nl.finish(2)
