# SPDX-License-Identifier: MIT OR Apache-2.0
"""Messages to send."""

from __future__ import annotations

import unittest
from errno import EINVAL, EMSGSIZE
from ipaddress import ip_address

from support import ROUTE, RTM_NEWLINK

import rnl


def built(message: rnl.Message, fixed: int = 0) -> rnl.Attrs:
    return next(rnl.messages(bytes(message))).attrs(fixed)


class Building(unittest.TestCase):
    def setUp(self) -> None:
        self.msg = rnl.Message(RTM_NEWLINK, 0x600)

    def assert_fails(self, errno: int, attr: str | None) -> None:
        """The message has failed, and stays so."""
        for _ in range(2):
            with self.assertRaises(rnl.Error) as caught:
                self.msg.put_flag(1)
            self.assertEqual((caught.exception.errno, caught.exception.attr), (errno, attr))
            self.assertEqual(caught.exception.origin, rnl.FROM_LOCAL)

    def test_numbers_come_back(self) -> None:
        ranges = {f"{s}{n}": n for s in "us" for n in (8, 16, 32, 64)} | {"be16": 16, "be32": 32, "be64": 64}
        ranges |= {"uint": 64, "sint": 64}
        for name, bits in ranges.items():
            signed = name.startswith("s")
            low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
            for value in (low, high):
                put, read = getattr(self.msg.reset(20), f"put_{name}"), getattr(rnl.Attr, name)
                self.assertEqual([read(attr) for attr in built(put(5, value))], [value], name)
            for value in (low - 1, high + 1):
                self.assertRaises(OverflowError, put, 5, value)

    def test_other_values_come_back(self) -> None:
        self.msg.put_header(b"fixd").put_str(1, "lo").put_flag(2).put_bytes(3, bytearray(b"abc"))
        self.msg.put_ip(4, "192.0.2.1").put_ip(5, ip_address("2001:db8::1")).put_mac(6, "02:00:00:00:00:01")
        self.msg.put_bitfield32(7, 0b11, 0b10).put_raw(memoryview(b"\x08\x00\x08\x00abcd"))
        self.msg.put_u64_aligned(9, 10, 1)
        attrs = built(self.msg, 4).table()
        self.assertEqual((attrs[1].str(), attrs[2].data, attrs[3].data), ("lo", b"", b"abc"))
        self.assertEqual([str(attrs[n].ip()) for n in (4, 5)], ["192.0.2.1", "2001:db8::1"])
        self.assertEqual((attrs[6].mac(), attrs[7].bitfield32()), ("02:00:00:00:00:01", (0b10, 0b10)))
        self.assertEqual((attrs[8].data, attrs[9].u64()), (b"abcd", 1))
        self.assertEqual((attrs[9].offset + 4) % 8, 0)

    def test_header_and_flags(self) -> None:
        view = next(rnl.messages(bytes(self.msg.put_header(b"abcde"))))
        self.assertEqual((view.type, view.flags, view.seq, view.port), (RTM_NEWLINK, 0x600, 0, 0))
        self.assertEqual(view.body, b"abcde\0\0\0")

    def test_nests(self) -> None:
        with self.msg.nest(18):
            self.msg.put_str(1, "vxlan")
            with self.msg.nest(2) as inner:
                inner.put_u32(1, 42)
        (info,) = built(self.msg)
        self.assertEqual((info.type, info.flags), (18, 0x8000))
        kind, data = info.nested()
        self.assertEqual((kind.str(), [attr.u32() for attr in data.nested()]), ("vxlan", [42]))

    def test_an_exception_takes_a_nest_back(self) -> None:
        self.msg.put_flag(1)
        with self.assertRaises(KeyError), self.msg.nest(18):
            self.msg.put_u32(2, 2)
            raise KeyError
        self.assertEqual([attr.type for attr in built(self.msg)], [1])

    def test_failures_are_raised_at_once_and_stick(self) -> None:
        with self.assertRaisesRegex(rnl.Error, "not an IPv4 or IPv6 address"):
            self.msg.put_ip(5, "300.0.0.1")
        self.assert_fails(EINVAL, ".5")
        self.assertRaises(rnl.Error, bytes, self.msg)
        self.assertEqual(len(list(built(self.msg.reset(RTM_NEWLINK).put_flag(1)))), 1)

    def test_a_failure_names_the_attribute(self) -> None:
        msg = rnl.Message(RTM_NEWLINK, protocol=ROUTE)
        with self.assertRaises(rnl.Error) as caught, msg.nest(18):
            msg.put_bytes(1, bytes(70000))
        self.assertEqual(caught.exception.attr, ".linkinfo.kind")
        self.assertTrue(str(caught.exception).startswith("newlink: EMSGSIZE: "))

    def test_too_long(self) -> None:
        self.assertRaises(rnl.Error, self.msg.put_bytes, 3, bytes(65532))
        self.assert_fails(EMSGSIZE, ".3")

    def test_too_deep(self) -> None:
        def deeper() -> None:
            with self.msg.nest(1):
                deeper()

        self.assertRaises(rnl.Error, deeper)
        with self.assertRaises(rnl.Error) as caught:
            bytes(self.msg)
        self.assertEqual(caught.exception.errno, EMSGSIZE)

    def test_a_late_header(self) -> None:
        self.assertRaises(rnl.Error, self.msg.put_flag(1).put_header, b"abcd")

    def test_control_types_are_refused(self) -> None:
        for make in (rnl.Message, rnl.Message(16).reset):
            with self.assertRaises(rnl.Error) as caught:
                make(15)
            self.assertEqual(caught.exception.errno, EINVAL)

    def test_what_python_would_cut_is_refused(self) -> None:
        self.assertRaises(OverflowError, rnl.Message, 0x10000)
        self.assertRaises(OverflowError, rnl.Message, 16, -1)
        self.assertRaises(OverflowError, self.msg.put_u8, 0x10000, 1)
        self.assertRaises(OverflowError, self.msg.nest, -1)
        self.assertRaises(ValueError, self.msg.put_str, 3, "a\0b")
        self.assertRaises(TypeError, self.msg.put_bytes, 3, 5)
        self.assertRaises(TypeError, self.msg.put_header, "text")
        self.assertEqual(len(bytes(self.msg)), 16)
