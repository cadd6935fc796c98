#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes tests/golden/handmade/: what no kernel at hand sends, damaged datagrams, and both byte orders.

The lines each case must come out with are written down here by hand; the rest is the annotator's.
"""

import struct
import sys

import files
import netlink
from annotate import Annotator
from netlink import ACK_TLVS, CAPPED, DONE, ERROR, MULTI, NET_BYTEORDER, NESTED, NOOP, OVERRUN, pad

ROUTE, TEST, CONNECTOR = 0, 2, 11
FAMILY = b"\x07\x07\x07\x07"


class Maker:
    """Makes bytes of one order."""

    def __init__(self, order="<"):
        self.order = order

    def pack(self, form, *values):
        return struct.pack(self.order + form, *values)

    def attr(self, kind, payload=b""):
        return netlink.attr(kind, payload, self.order)

    def nest(self, kind, *attrs):
        return netlink.nest(kind, *attrs, order=self.order)

    def msg(self, body=b"", kind=16, flags=0, seq=1):
        return netlink.message(kind, flags, seq, 99, body, self.order)

    def raw_attr(self, length, kind, payload=b""):
        return self.pack("HH", length, kind) + payload

    def raw_msg(self, length, body=b""):
        return self.pack("IHHII", length, 16, 0, 1, 99) + body

    def error(self, errno, request, tlvs=b"", flags=0):
        return self.msg(self.pack("i", errno) + request + tlvs, ERROR, flags | (ACK_TLVS if tlvs else 0))

    def reasons(self):
        """Every attribute of an extended acknowledgement, and one that no kernel has yet."""
        policy = self.nest(4, self.attr(2, self.pack("q", -5)), self.attr(3, self.pack("q", 5)), self.attr(1, 7))
        return (self.attr(1, "no such thing") + self.attr(2, 28) + self.attr(3, b"\1\2\3") + policy
                + self.attr(5, 9) + self.attr(6, 20) + self.attr(99, b"??"))


LITTLE, BIG = Maker("<"), Maker(">")
CASES = []


def case(name, about, make, *expected, protocol=TEST, makers=(LITTLE,)):
    """`make(maker)` gives the datagram; every `expected` line must be in its annotation."""
    CASES.extend((name if m is LITTLE else f"{name}-big", about, make(m), expected, protocol, m) for m in makers)


def damaged(name, about, make, verdict, *expected):
    case(f"malformed-{name}", about, make, f"malformed {verdict}", *expected)


BOTH = (LITTLE, BIG)
LINK = b"\0" * 16


def every_value(m):
    whole = [m.attr(2, b"\xff"), m.attr(3, m.pack("H", 65535)), m.attr(4, m.pack("I", 1 << 31)),
             m.attr(5, m.pack("Q", 1 << 63)), m.attr(6, m.pack("b", -128)), m.attr(7, m.pack("h", -2)),
             m.attr(8, m.pack("i", -3)), m.attr(9, m.pack("q", -4)), m.attr(10, b"\1\2"), m.attr(11, b"\1\2\3\4"),
             m.attr(12, b"\1\2\3\4\5\6\7\x08")]
    either = [m.attr(13, m.pack("I", 13)), m.attr(13, m.pack("Q", 1 << 40)), m.attr(14, m.pack("i", -14)),
              m.attr(14, m.pack("q", -(1 << 40)))]
    text = [m.attr(16, b"no NUL"), m.attr(16, "a NUL"), m.attr(16, b"two\0\0\0"), m.attr(16, b""), m.attr(16, b"\0")]
    rest = [m.attr(15, m.pack("II", 0x80000001, 0xC0000003)), m.attr(17, netlink.ip("192.0.2.1")),
            m.attr(17, netlink.ip("2001:db8::1")), m.attr(18, b"\2\0\0\0\0\1"), m.attr(19, b"\0\xff")]
    return m.msg(FAMILY + b"".join(whole + either + text + rest))


def link(m):
    info = m.nest(18, m.attr(1, "vxlan"), m.nest(2, m.attr(1, 7), m.attr(15, b"\x12\xb5")))
    body = m.pack("BxHiII", 0, 1, 7, 0x1043, 0) + m.attr(3, "vx0") + m.attr(4, 1450) + m.attr(1, b"\2\0\0\0\0\1") + info
    return m.msg(body, flags=MULTI) + m.msg(m.pack("i", 0), DONE, MULTI)


def deep(m, levels):
    inner = m.attr(2, b"\1")
    for _ in range(levels):
        inner = m.nest(1, inner)
    return m.msg(FAMILY + inner)


def hop(m, length, body=b""):
    return m.pack("HBBi", length, 0, 1, 5) + body


def undamaged():
    case("overrun", "NLMSG_OVERRUN, which no kernel sends any more", lambda m: m.msg(b"", OVERRUN),
         "msg 0 len 16 type 4 flags 0x0000 seq 1 port 99")
    case("noop", "NLMSG_NOOP in front of a message: to be passed over", lambda m: m.msg(b"", NOOP) + m.msg(FAMILY))
    case("unknown-control", "A control type that means nothing yet", lambda m: m.msg(b"1234", 9) + m.msg(FAMILY),
         "fixed 0 16 4")
    case("empty-datagram", "A datagram of no bytes: no message, no damage", lambda m: b"")
    case("values", "One attribute of every kind, strings with and without NUL", every_value,
         "value u64 9223372036854775808", "value s8 -128", "value be16 258", "value uint 1099511627776",
         "value sint -14", "value bits32 0x80000001 0xc0000003", "value str no NUL", "value str two", makers=BOTH)
    case("link", "A link and DONE in one datagram, in both byte orders", link, "value str vxlan", "value be16 4789",
         "done 0 tlvs 0", protocol=ROUTE, makers=BOTH)
    case("unpadded-last", "The last attribute of the last message lacks its padding, and so does the message",
         lambda m: m.msg(FAMILY) + m.msg(FAMILY + m.raw_attr(5, 2, b"\x2a")),
         "msg 20 len 25 type 16 flags 0x0000 seq 1 port 99", "value u8 42")
    case("padded-middle", "A message of 25 bytes with 3 bytes of padding behind it, then another",
         lambda m: pad(m.msg(FAMILY + m.raw_attr(5, 2, b"\x2a"))) + m.msg(FAMILY),
         "msg 28 len 20 type 16 flags 0x0000 seq 1 port 99")
    case("flag-bits", "Flag bits in types: NESTED, NET_BYTEORDER, both, and the highest type",
         lambda m: m.msg(FAMILY + m.attr(4 | NET_BYTEORDER, b"\0\0\0\1") + m.attr(1 | NESTED | NET_BYTEORDER)
                         + m.attr(16383, 5)), "attr 1 28 type 1 flags 0xc000 len 0 nest")
    case("nest-unflagged", "Nests without flag NESTED, one of them empty",
         lambda m: m.msg(FAMILY + m.attr(1, m.attr(2, b"\1") + m.attr(1))))
    case("nest-deep", "Nests twenty deep", lambda m: deep(m, 20), "attr 21 100 type 2 flags 0x0000 len 1 leaf")
    case("nest-header", "A nest that begins with a structure of 6 bytes; attributes 4-aligned behind it",
         lambda m: m.msg(FAMILY + m.attr(21, bytes(8) + m.attr(2, b"\1"))), "fixed 1 24 6")
    case("hops", "Next hops: one without attributes, one with two", lambda m: m.msg(FAMILY + m.attr(
        20, hop(m, 8) + hop(m, 24, m.attr(4, 1) + m.attr(2, b"\1")))), "hop 2 24 8", "hop 2 32 24")
    case("fixed-short", "A message too short for its family's structure: what is there counts, no attributes",
         lambda m: m.msg(bytes(10)), "fixed 0 16 10", protocol=ROUTE)
    case("no-body", "A message of a header alone", lambda m: m.msg(), protocol=ROUTE)
    case("connector", "NETLINK_CONNECTOR carries data in messages of type DONE: no end of anything",
         lambda m: m.msg(bytes(20) + b"data", DONE), "fixed 0 16 24", protocol=CONNECTOR)


def acknowledgements():
    header = {m: m.raw_msg(18) for m in BOTH}
    case("reasons-capped", "Every attribute of an acknowledgement, capped, and an unknown one",
         lambda m: m.error(-22, header[m], m.reasons(), CAPPED), "error -22 capped 1 request 18 tlvs 36",
         "extack cookie 010203", "extack policy 7", "extack miss-type 9", "extack miss-nest 20", makers=BOTH)
    case("reasons-uncapped", "The same behind a quoted request of 18 bytes and its padding",
         lambda m: m.error(-22, header[m] + b"xx\0\0", m.reasons()), "error -22 capped 0 request 18 tlvs 40",
         "extack msg no such thing", makers=BOTH)
    case("reasons-done", "The same in DONE", lambda m: m.msg(m.pack("i", -7) + m.reasons(), DONE, MULTI | ACK_TLVS),
         "done -7 tlvs 20", "extack offs 28")
    case("done-empty", "DONE without a number: a good end", lambda m: m.msg(b"", DONE, MULTI), "done 0 tlvs 0")
    case("tlvs-flag-alone", "Flag ACK_TLVS, but nothing behind the quote", lambda m: m.msg(
        m.pack("i", -1) + header[m], ERROR, CAPPED | ACK_TLVS), "error -1 capped 1 request 18 tlvs 0")
    case("tlvs-unflagged", "Bytes behind a capped quote without flag ACK_TLVS: no attributes", lambda m: m.msg(
        m.pack("i", -1) + header[m] + m.attr(1, "not said"), ERROR, CAPPED), "error -1 capped 1 request 18 tlvs 0")
    case("quote-beyond", "A quoted header that claims more than there is: the number stands, no attributes",
         lambda m: m.error(-22, m.raw_msg(4000), m.reasons()), "error -22 capped 0 request 4000 tlvs 0")


def damages():
    damaged("msg-header", "Fewer than 16 bytes", lambda m: m.msg()[:10], "msg 0")
    damaged("msg-length-0", "A message of length 0", lambda m: m.raw_msg(0), "msg 0")
    damaged("msg-length-15", "A message of length 15", lambda m: m.raw_msg(15), "msg 0")
    damaged("msg-beyond", "A message longer than its datagram", lambda m: m.raw_msg(24, FAMILY), "msg 0")
    damaged("msg-huge", "A message of 4 GiB less one", lambda m: m.raw_msg(0xFFFFFFFF, FAMILY), "msg 0")
    damaged("msg-second", "A good message, then a damaged one", lambda m: m.msg(FAMILY) + m.raw_msg(12), "msg 20",
            "msg 0 len 20 type 16 flags 0x0000 seq 1 port 99")
    damaged("msg-trailing", "Four bytes behind the last message", lambda m: m.msg(FAMILY) + bytes(4), "msg 20")
    damaged("attr-length-0", "An attribute of length 0", lambda m: m.msg(FAMILY + m.raw_attr(0, 2)), "attr 20")
    damaged("attr-length-3", "An attribute of length 3", lambda m: m.msg(FAMILY + m.raw_attr(3, 2)), "attr 20")
    damaged("attr-beyond", "A good attribute, then one longer than its message",
            lambda m: m.msg(FAMILY + m.attr(4, 7) + m.raw_attr(9, 4, b"\0\0\0\0")), "attr 28", "value u32 7")
    damaged("attr-trailing", "Two bytes behind the last attribute", lambda m: m.msg(FAMILY + m.attr(4, 7) + b"\0\0"), "attr 28")
    damaged("attr-then-message", "A damaged attribute, and a good message behind it",
            lambda m: m.msg(FAMILY + m.raw_attr(200, 4, b"\0\0\0\0")) + m.msg(FAMILY + m.attr(4, 7)), "attr 20",
            "attr 1 48 type 4 flags 0x0000 len 4 leaf")
    damaged("nest", "An attribute longer than its nest, and a good one behind the nest",
            lambda m: m.msg(FAMILY + m.nest(1, m.raw_attr(12, 4, b"\0\0\0\0")) + m.attr(4, 7)), "attr 24",
            "attr 1 32 type 4 flags 0x0000 len 4 leaf")
    damaged("hop-length-4", "A next hop of length 4", lambda m: m.msg(FAMILY + m.attr(20, hop(m, 4))), "hop 24")
    damaged("hop-beyond", "A next hop longer than its attribute", lambda m: m.msg(FAMILY + m.attr(20, hop(m, 8) + hop(m, 9))),
            "hop 32", "hop 2 24 8")
    damaged("hop-short", "Fewer than 8 bytes where a next hop should be", lambda m: m.msg(FAMILY + m.attr(20, b"\4\0\0\0")),
            "hop 24")
    damaged("ack-empty", "ERROR without a number", lambda m: m.msg(b"", ERROR), "ack 16")
    damaged("ack-short", "ERROR with a number and no header", lambda m: m.msg(m.pack("i", -1) + bytes(12), ERROR), "ack 16")
    damaged("ack-attr", "An acknowledgement whose second attribute is damaged: the first counts",
            lambda m: m.error(-22, m.raw_msg(20), m.attr(1, "so far") + m.raw_attr(2, 2), CAPPED), "attr 48",
            "extack msg so far")


def write(name, about, data, expected, protocol, maker):
    lines = [line.split("  # ")[0] for line in Annotator(protocol, order=maker.order).datagram("from-kernel", data)]
    missing = [line for line in expected if line not in lines]
    if missing:
        print(f"{name}: expected, not found: {missing}")
        return 1
    order = {"<": "little", ">": "big"}[maker.order]
    files.write(f"handmade/{name}", about, protocol, [("from-kernel", data)], origin="handmade", order=order)
    return 0


def main():
    undamaged()
    acknowledgements()
    damages()
    return min(1, sum(write(*entry) for entry in CASES))


if __name__ == "__main__":
    sys.exit(main())
