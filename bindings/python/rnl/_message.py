# SPDX-License-Identifier: MIT OR Apache-2.0
"""Messages to send."""

from __future__ import annotations

from ctypes import byref, string_at
from struct import unpack_from

from . import _ffi
from ._errors import check
from ._handle import Handle, NewError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from typing import Any, Callable, Union

    Buffer = Union[bytes, bytearray, memoryview]

_GENERIC = 16


def number(value: int, low: int, high: int) -> int:
    """`value`, if it is in range: ctypes would cut it without a word."""
    if not low <= value <= high:
        raise OverflowError(f"{value} is not from {low} to {high}")
    return value


def unsigned(value: int, bits: int) -> int:
    """`value`, if it is an unsigned number of so many bits."""
    return number(value, 0, (1 << bits) - 1)


def signed(value: int, bits: int) -> int:
    """`value`, if it is a signed number of so many bits."""
    return number(value, -(1 << bits - 1), (1 << bits - 1) - 1)


def c_string(text: str) -> bytes:
    """Text for the library."""
    encoded = text.encode("utf-8", "surrogateescape")
    if b"\0" in encoded:
        raise ValueError("embedded null character")
    return encoded


def octets(data: Buffer) -> bytes:
    """A copy as bytes; numbers are refused, of which bytes() would make zeros."""
    return data if isinstance(data, bytes) else bytes(memoryview(data))


def _copy(pointer: Any) -> tuple[int, bytes]:
    out = _ffi.struct_rnl_bytes()
    code = _ffi.rnl_msg_bytes(pointer, byref(out))
    return code, string_at(out.ptr, out.len) if code == 0 and out.ptr else b""


class Message:
    """A request under construction.

    `type` is RTM_NEWLINK, the id of a generic family ...; `flags` are NLM_F_*, where REQUEST, ACK
    and DUMP are added on sending. Puts give the message back, so that they may be chained, and raise
    at once what is wrong; a message that failed stays so, and can't be sent. With the `protocol`,
    NETLINK_*, these errors name attributes instead of giving their numbers.
    """

    __slots__ = ("_protocol", "handle")

    def __init__(self, type: int, flags: int = 0, protocol: int = -1) -> None:
        self._own(_ffi.rnl_msg_new(unsigned(type, 16), unsigned(flags, 16)), protocol)

    @classmethod
    def genl(cls, family: int, cmd: int, version: int, flags: int) -> Message:
        """A request to a generic family by its id; Family.message() knows id and version."""
        message = cls.__new__(cls)
        new = _ffi.rnl_genl_msg(unsigned(family, 16), unsigned(cmd, 8), version, unsigned(flags, 16))
        message._own(new, _GENERIC)
        return message

    @classmethod
    def of_pointer(cls, pointer: Any, protocol: int) -> Message:
        """Takes over a message that the library has made."""
        message = cls.__new__(cls)
        message._own(pointer, protocol)
        return message

    def _own(self, pointer: Any, protocol: int) -> None:
        if not pointer:
            raise MemoryError
        self._protocol = signed(protocol, 32)
        self.handle = Handle("message", pointer, _ffi.rnl_msg_free)
        self.handle.run(self._check)

    def _check(self, pointer: Any) -> None:
        err = NewError()
        check(_ffi.rnl_msg_status(pointer, self._protocol, byref(err)), err)

    def _put(self, function: Callable[..., int], *arguments: Any) -> Message:
        if self.handle.run(function, *arguments) < 0:
            self.handle.run(self._check)
        return self

    def reset(self, type: int, flags: int = 0) -> Message:
        """Starts over with an empty message."""
        return self._put(_ffi.rnl_msg_reset, unsigned(type, 16), unsigned(flags, 16))

    def __bytes__(self) -> bytes:
        """The message with its header; sequence number and port are 0."""
        code, data = self.handle.run(_copy)
        check(code)
        return data

    def copy(self) -> Message:
        """A message like this one, to go on with."""
        self.handle.run(self._check)
        data = bytes(self)
        type, flags = unpack_from("=HH", data, 4)
        return Message(type, flags, self._protocol).put_raw(data[16:])

    def put_header(self, fixed: Buffer) -> Message:
        """Appends the family's fixed header, padded with zeros; it comes before the attributes."""
        data = octets(fixed)
        return self._put(_ffi.rnl_msg_put_header, data, len(data))

    def put_bytes(self, attr: int, data: Buffer) -> Message:
        """Any payload."""
        data = octets(data)
        return self._put(_ffi.rnl_msg_put_bytes, unsigned(attr, 16), data, len(data))

    def put_raw(self, data: Buffer) -> Message:
        """Appends bytes as they are: attributes that were built elsewhere."""
        data = octets(data)
        return self._put(_ffi.rnl_msg_put_raw, data, len(data))

    def put_flag(self, attr: int) -> Message:
        """An attribute without payload."""
        return self._put(_ffi.rnl_msg_put_flag, unsigned(attr, 16))

    def put_u8(self, attr: int, value: int) -> Message:
        """1 byte."""
        return self._put(_ffi.rnl_msg_put_u8, unsigned(attr, 16), unsigned(value, 8))

    def put_u16(self, attr: int, value: int) -> Message:
        """2 bytes, host order."""
        return self._put(_ffi.rnl_msg_put_u16, unsigned(attr, 16), unsigned(value, 16))

    def put_u32(self, attr: int, value: int) -> Message:
        """4 bytes, host order."""
        return self._put(_ffi.rnl_msg_put_u32, unsigned(attr, 16), unsigned(value, 32))

    def put_u64(self, attr: int, value: int) -> Message:
        """8 bytes, host order."""
        return self._put(_ffi.rnl_msg_put_u64, unsigned(attr, 16), unsigned(value, 64))

    def put_s8(self, attr: int, value: int) -> Message:
        """1 byte, signed."""
        return self._put(_ffi.rnl_msg_put_s8, unsigned(attr, 16), signed(value, 8))

    def put_s16(self, attr: int, value: int) -> Message:
        """2 bytes, host order, signed."""
        return self._put(_ffi.rnl_msg_put_s16, unsigned(attr, 16), signed(value, 16))

    def put_s32(self, attr: int, value: int) -> Message:
        """4 bytes, host order, signed."""
        return self._put(_ffi.rnl_msg_put_s32, unsigned(attr, 16), signed(value, 32))

    def put_s64(self, attr: int, value: int) -> Message:
        """8 bytes, host order, signed."""
        return self._put(_ffi.rnl_msg_put_s64, unsigned(attr, 16), signed(value, 64))

    def put_be16(self, attr: int, value: int) -> Message:
        """2 bytes, network order."""
        return self._put(_ffi.rnl_msg_put_be16, unsigned(attr, 16), unsigned(value, 16))

    def put_be32(self, attr: int, value: int) -> Message:
        """4 bytes, network order."""
        return self._put(_ffi.rnl_msg_put_be32, unsigned(attr, 16), unsigned(value, 32))

    def put_be64(self, attr: int, value: int) -> Message:
        """8 bytes, network order."""
        return self._put(_ffi.rnl_msg_put_be64, unsigned(attr, 16), unsigned(value, 64))

    def put_uint(self, attr: int, value: int) -> Message:
        """The kernel's uint: 4 bytes where the number fits, else 8."""
        return self._put(_ffi.rnl_msg_put_uint, unsigned(attr, 16), unsigned(value, 64))

    def put_sint(self, attr: int, value: int) -> Message:
        """The kernel's sint: 4 bytes where the number fits, else 8."""
        return self._put(_ffi.rnl_msg_put_sint, unsigned(attr, 16), signed(value, 64))

    def put_u64_aligned(self, attr: int, pad: int, value: int) -> Message:
        """8 bytes aligned to 8, behind an empty attribute of type `pad` where that is needed."""
        types = unsigned(attr, 16), unsigned(pad, 16)
        return self._put(_ffi.rnl_msg_put_u64_aligned, *types, unsigned(value, 64))

    def put_bitfield32(self, attr: int, value: int, selector: int) -> Message:
        """struct nla_bitfield32: the bits, and which of them are meant."""
        bits = unsigned(value, 32), unsigned(selector, 32)
        return self._put(_ffi.rnl_msg_put_bitfield32, unsigned(attr, 16), *bits)

    def put_str(self, attr: int, text: str) -> Message:
        """Text with a NUL behind it."""
        return self._put(_ffi.rnl_msg_put_str, unsigned(attr, 16), c_string(text))

    def put_ip(self, attr: int, address: str | IPv4Address | IPv6Address) -> Message:
        """An IPv4 or IPv6 address: 4 or 16 bytes."""
        return self._put(_ffi.rnl_msg_put_ip, unsigned(attr, 16), c_string(str(address)))

    def put_mac(self, attr: int, address: str) -> Message:
        """A MAC address like "02:00:00:00:00:01": 6 bytes."""
        return self._put(_ffi.rnl_msg_put_mac, unsigned(attr, 16), c_string(address))

    def nest(self, attr: int) -> Nest:
        """What is put in a `with` of this goes inside the attribute; an exception takes it back."""
        return Nest(self, attr)


class Nest:
    """A nest of a message, open while it is entered."""

    __slots__ = ("_attr", "_message")

    def __init__(self, message: Message, attr: int) -> None:
        self._message = message
        self._attr = unsigned(attr, 16)

    def __enter__(self) -> Message:
        return self._message._put(_ffi.rnl_msg_nest_begin, self._attr)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._message._put(_ffi.rnl_msg_nest_end)
        else:
            self._message.handle.run(_ffi.rnl_msg_nest_cancel)
