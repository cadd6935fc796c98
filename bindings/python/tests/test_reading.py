# SPDX-License-Identifier: MIT OR Apache-2.0
"""Reading is done in Python: it must give what the library gives, for any bytes."""

from __future__ import annotations

import random
import struct
import unittest
from collections.abc import Iterator
from ctypes import byref, c_uint8, c_uint32, create_string_buffer, string_at
from errno import EBADMSG, ERANGE
from typing import Any, Callable

import rnl
from rnl import _ffi
from rnl._view import as_bytes

NUMBERS = "u8 u16 u32 u64 s8 s16 s32 s64 be16 be32 be64 uint sint".split()


def outcome(read: Callable[[], object]) -> object:
    """What a reader gives, or the errno it fails with, as the library has it."""
    try:
        return read()
    except rnl.Error as error:
        return -(error.errno or 0)


def c_attr(data: bytes) -> Any:
    return _ffi.struct_rnl_attr(data=as_bytes(data), type=1)


def c_number(name: str, data: bytes) -> object:
    function = getattr(_ffi, f"rnl_attr_{name}")
    out = function.argtypes[1]._type_()
    code = function(byref(c_attr(data)), byref(out))
    return out.value if code == 0 else code


def c_walk(data: bytes) -> Iterator[object]:
    walk, attr = _ffi.struct_rnl_attrs(), _ffi.struct_rnl_attr()
    assert _ffi.rnl_attrs_of(byref(as_bytes(data)), byref(walk)) == 0
    while (code := _ffi.rnl_attrs_next(byref(walk), byref(attr))) > 0:
        yield attr.type, attr.flags, attr.offset, string_at(attr.data.ptr or 0, attr.data.len)
    yield code


def c_messages(data: bytes) -> Iterator[object]:
    rest, view = as_bytes(data), _ffi.struct_rnl_view()
    while (code := _ffi.rnl_view_next(byref(rest), byref(view))) > 0:
        header = view.type, view.flags, view.seq, view.port
        yield (string_at(view.msg.ptr or 0, view.msg.len), *header)
    yield code


def walked(items: Iterator[Any], parts: Callable[[Any], object]) -> Iterator[object]:
    """As the library's walks above: what there is, and how it ended."""
    try:
        for item in items:
            yield parts(item)
    except rnl.Error as error:
        yield -(error.errno or 0)
    else:
        yield 0


def random_attrs(rng: random.Random) -> bytes:
    """Attributes of which some lie about their length."""
    data = b""
    for _ in range(rng.randrange(5)):
        payload = rng.randbytes(rng.randrange(12))
        length = 4 + len(payload) + rng.choice([0, 0, 0, 0, 0, 0, 0, 3, -3, 40, -len(payload) - 4])
        kind = rng.choice([1, 2, 0x8001, 0x4002, rng.getrandbits(16)])
        data += struct.pack("=HH", length & 0xFFFF, kind) + payload
        data += bytes(-len(data) % 4)
    return data[: len(data) - rng.choice([0, 0, 0, 1, 2, 3])]


def random_messages(rng: random.Random) -> bytes:
    data = b""
    for _ in range(rng.randrange(4)):
        body = rng.randbytes(rng.randrange(20))
        length = 16 + len(body) + rng.choice([0, 0, 0, 0, 0, 1, -20, 1 << 31])
        data += struct.pack("=IHHII", length & 0xFFFFFFFF, 16, *(rng.getrandbits(16) for _ in "abc")) + body
        data += bytes(-len(data) % 4)
    return data[: len(data) - rng.choice([0, 0, 0, 1, 3])]


class AsTheLibrary(unittest.TestCase):
    def test_numbers_of_every_width(self) -> None:
        rng = random.Random(1)
        for size in range(18):
            data = rng.randbytes(size)
            attr = rnl.Attr(1, 0, data, 0)
            for name in NUMBERS:
                with self.subTest(name, size=size):
                    self.assertEqual(outcome(getattr(attr, name)), c_number(name, data))

    def test_addresses_strings_and_bits(self) -> None:
        for size in range(18):
            data = bytes(range(1, size + 1))
            attr, c = rnl.Attr(1, 0, data, 0), c_attr(data)
            room, bits, selector = (c_uint8 * 16)(), c_uint32(), c_uint32()
            code = _ffi.rnl_attr_ip(byref(c), room)
            ip = bytes(room[:code]) if code > 0 else code
            self.assertEqual(outcome(lambda: attr.ip().packed), ip)
            code = _ffi.rnl_attr_mac(byref(c), room)
            self.assertEqual(outcome(attr.mac), code or bytes(room[:6]).hex(":"))
            code = _ffi.rnl_attr_bitfield32(byref(c), byref(bits), byref(selector))
            self.assertEqual(outcome(attr.bitfield32), code or (bits.value, selector.value))

    def test_arrays(self) -> None:
        for width in range(6):
            attr = rnl.Attr(1, 0, bytes(range(12)), 0)
            out = _ffi.struct_rnl_bytes()
            code = _ffi.rnl_attr_element(byref(c_attr(attr.data)), width, 1, byref(out))
            wanted = string_at(out.ptr or 0, out.len) if code > 0 else code
            self.assertEqual(outcome(lambda: attr.elements(width)[1]), wanted)

    def test_walks_over_anything(self) -> None:
        rng = random.Random(2)
        ends = set()
        for _ in range(3000):
            data = random_attrs(rng)
            found = list(walked(iter(rnl.Attrs(data)), lambda a: (a.type, a.flags, a.offset, a.data)))
            self.assertEqual(found, list(c_walk(data)), data.hex())
            ends.add(found[-1])
        self.assertEqual(ends, {0, -EBADMSG})

    def test_datagrams_of_anything(self) -> None:
        rng = random.Random(3)
        ends = set()
        for _ in range(3000):
            data = random_messages(rng)
            found = list(walked(rnl.messages(data), lambda v: (v.data, v.type, v.flags, v.seq, v.port)))
            self.assertEqual(found, list(c_messages(data)), data.hex())
            ends.add(found[-1])
        self.assertEqual(ends, {0, -EBADMSG})

    def test_the_last_attribute_of_a_type_is_found(self) -> None:
        rng = random.Random(4)
        for _ in range(500):
            attrs = rnl.Attrs(random_attrs(rng))
            walk, attr = _ffi.struct_rnl_attrs(), _ffi.struct_rnl_attr()
            data = as_bytes(attrs.data)
            _ffi.rnl_attrs_of(byref(data), byref(walk))
            types = [part[0] for part in c_walk(attrs.data) if isinstance(part, tuple)]
            for wanted in [*types, 0x3FFF]:
                found = attrs.get(wanted)
                code = _ffi.rnl_attrs_find(byref(walk), wanted, byref(attr))
                self.assertEqual(found.offset if found else None, attr.offset if code else None)

    def test_structs_grow_and_shrink(self) -> None:
        view = rnl.View(struct.pack("=IHHII", 22, 16, 0, 0, 0) + bytes(range(1, 7)))
        for size in (0, 4, 6, 9):
            c = _ffi.struct_rnl_view(body=as_bytes(view.body))
            room = create_string_buffer(b"\xff" * size, size)
            _ffi.rnl_view_fixed(byref(c), room, size)
            self.assertEqual(view.unpack(f"{size}s"), (room.raw,))
            self.assertEqual(rnl.Attr(1, 0, view.body, 0).unpack(f"{size}s"), (room.raw,))

    def test_attributes_behind_any_header(self) -> None:
        view = rnl.View(struct.pack("=IHHII", 16 + 24, 16, 0, 0, 0) + bytes(24))
        for fixed in range(30):
            c, walk = _ffi.struct_rnl_view(body=as_bytes(view.body)), _ffi.struct_rnl_attrs()
            _ffi.rnl_view_attrs(byref(c), fixed, byref(walk))
            self.assertEqual(len(view.attrs(fixed).data), walk.rest.len)
            if walk.rest.len:
                self.assertEqual(view.attrs(fixed).offset, walk.end - walk.rest.len)


class Reading(unittest.TestCase):
    def test_errors_are_the_librarys(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            rnl.Attr(1, 0, b"abc", 0).u32()
        self.assertEqual(caught.exception.errno, ERANGE)
        self.assertEqual(caught.exception.origin, rnl.FROM_LOCAL)
        self.assertEqual(str(caught.exception), "ERANGE: payload has another width than was asked for")

    def test_text_that_is_not_utf8_survives(self) -> None:
        text = rnl.Attr(3, 0, b"eth\xff\0junk", 0).str()
        self.assertEqual(text, "eth\udcff")
        sent = bytes(rnl.Message(16).put_str(3, text))
        self.assertEqual(sent[20:25], b"eth\xff\0")

    def test_a_walk_can_be_made_again(self) -> None:
        attrs = rnl.Attrs(struct.pack("=HHI", 8, 1, 7) * 2)
        self.assertEqual([a.u32() for a in attrs], [a.u32() for a in attrs])
        self.assertEqual(attrs.table()[1].offset, 8)

    def test_status_names_the_attribute(self) -> None:
        request = bytes(rnl.Message(24).put_header(bytes(12)).put_u32(4, 1))
        tlv = struct.pack("=HHI", 8, 2, 28)
        body = struct.pack("=i", -22) + request[:16] + tlv
        view = rnl.View(struct.pack("=IHHII", 16 + len(body), 2, 0x300, 0, 0) + body)
        with self.assertRaises(rnl.Error) as caught:
            view.status(0, request)
        self.assertEqual(caught.exception.attr, ".oif")
        self.assertEqual(caught.exception.offset, 28)
        self.assertEqual(caught.exception.request, request)
