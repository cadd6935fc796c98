# SPDX-License-Identifier: MIT OR Apache-2.0
"""Messages received: views of bytes that belong to Python.

Walking and reading is done here, by the rules of rnl_view_*(), rnl_attrs_*() and rnl_attr_*().
"""

from __future__ import annotations

from ctypes import byref, c_char_p, c_void_p, cast
from errno import EBADMSG, ERANGE
from struct import Struct, calcsize, error as StructError, unpack

from . import _ffi
from ._errors import Error, check, local
from ._handle import NewError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address, IPv6Address
    from typing import Any

_HEADER = Struct("=IHHII")
_ATTR = Struct("=HH")
_U8, _U16, _U32, _U64 = Struct("=B"), Struct("=H"), Struct("=I"), Struct("=Q")
_S8, _S16, _S32, _S64 = Struct("=b"), Struct("=h"), Struct("=i"), Struct("=q")
_BE16, _BE32, _BE64 = Struct(">H"), Struct(">I"), Struct(">Q")
_UINT = {1: _U8, 2: _U16, 4: _U32}
_SINT = {1: _S8, 2: _S16, 4: _S32}
_TYPE_MASK = 0x3FFF


def _width() -> Error:
    return local(ERANGE, "payload has another width than was asked for")


def _resized(data: bytes, size: int) -> bytes:
    """Shorter structs are filled with zeros, longer ones cut."""
    return data[:size].ljust(size, b"\0")


def _unpacked(data: bytes, layout: str) -> tuple[Any, ...]:
    """The members of a struct; without "=" or the like the layout is the C compiler's."""
    return unpack(layout, _resized(data, calcsize(layout)))


def as_bytes(data: bytes) -> _ffi.struct_rnl_bytes:
    """Bytes for the library; they must outlive the call."""
    return _ffi.struct_rnl_bytes(cast(c_char_p(data), c_void_p), len(data))


class Attr:
    """One attribute: `type`, `flags` (NLA_F_*), its payload `data`, and the `offset` of the
    attribute from the header of its message."""

    __slots__ = ("data", "flags", "offset", "type")

    def __init__(self, type: int, flags: int, data: bytes, offset: int) -> None:
        self.type = type
        self.flags = flags
        self.data = data
        self.offset = offset

    def __repr__(self) -> _str:
        return f"<rnl.Attr {self.type}: {self.data!r}>"

    def nested(self) -> Attrs:
        """The attributes inside; whether NLA_F_NESTED is set does not matter."""
        return Attrs(self.data, self.offset + 4)

    def _read(self, layout: Struct) -> int:
        try:
            value: int = layout.unpack(self.data)[0]
        except StructError:
            raise _width() from None
        return value

    def u8(self) -> int:
        """1 byte."""
        return self._read(_U8)

    def u16(self) -> int:
        """2 bytes, host order."""
        return self._read(_U16)

    def u32(self) -> int:
        """4 bytes, host order."""
        return self._read(_U32)

    def u64(self) -> int:
        """8 bytes, host order."""
        return self._read(_U64)

    def s8(self) -> int:
        """1 byte, signed."""
        return self._read(_S8)

    def s16(self) -> int:
        """2 bytes, host order, signed."""
        return self._read(_S16)

    def s32(self) -> int:
        """4 bytes, host order, signed."""
        return self._read(_S32)

    def s64(self) -> int:
        """8 bytes, host order, signed."""
        return self._read(_S64)

    def be16(self) -> int:
        """2 bytes, network order."""
        return self._read(_BE16)

    def be32(self) -> int:
        """4 bytes, network order."""
        return self._read(_BE32)

    def be64(self) -> int:
        """8 bytes, network order."""
        return self._read(_BE64)

    def uint(self) -> int:
        """An unsigned number of 1, 2, 4 or 8 bytes."""
        return self._read(_UINT.get(len(self.data), _U64))

    def sint(self) -> int:
        """A signed number of 1, 2, 4 or 8 bytes."""
        return self._read(_SINT.get(len(self.data), _S64))

    def bitfield32(self) -> tuple[int, int]:
        """struct nla_bitfield32: the bits, and which of them are meant."""
        if len(self.data) != 8:
            raise _width()
        return unpack("=II", self.data)

    def ip(self) -> IPv4Address | IPv6Address:
        """An address of 4 or 16 bytes."""
        from ipaddress import ip_address

        if len(self.data) not in (4, 16):
            raise _width()
        return ip_address(self.data)

    def mac(self) -> _str:
        """A MAC address as "02:00:00:00:00:01"."""
        if len(self.data) != 6:
            raise _width()
        return self.data.hex(":")

    def unpack(self, layout: _str) -> tuple[Any, ...]:
        """The members of a struct, by a layout of the module struct. Shorter payloads are filled
        with zeros, longer ones cut, as structs grow from kernel to kernel."""
        return _unpacked(self.data, layout)

    def elements(self, width: int) -> list[bytes]:
        """The elements of an array, each `width` bytes."""
        if width < 1 or len(self.data) % width:
            raise _width()
        return [self.data[at : at + width] for at in range(0, len(self.data), width)]

    def str(self) -> _str:
        """Text up to the first NUL. Bytes that are not UTF-8 survive as with os.fsdecode()."""
        return self.data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


_str = str


class Attrs:
    """Attributes side by side, to walk as often as one likes.

    Walking raises Error (EBADMSG) at a damaged attribute, after those before it.
    """

    __slots__ = ("data", "offset")

    def __init__(self, data: bytes, offset: int = 0) -> None:
        #: All of their bytes.
        self.data = data
        #: Where they start, counted from the header of the message.
        self.offset = offset

    def __iter__(self) -> Iterator[Attr]:
        data, offset, at, end = self.data, self.offset, 0, len(self.data)
        while at < end:
            length, kind = _ATTR.unpack_from(data, at) if at + 4 <= end else (0, 0)
            if length < 4 or at + length > end:
                raise local(EBADMSG, "attribute length is below 4 or beyond its space")
            yield Attr(kind & _TYPE_MASK, kind & ~_TYPE_MASK, data[at + 4 : at + length], offset + at)
            at += (length + 3) & ~3

    def get(self, type: int) -> Attr | None:
        """The last attribute of a type, as the kernel takes it; damage ends the search."""
        found = None
        try:
            for attr in self:
                if attr.type == type:
                    found = attr
        except Error:
            pass
        return found

    def table(self) -> dict[int, Attr]:
        """All of them by type; the last one where a type is given twice."""
        return {attr.type: attr for attr in self}

    def __repr__(self) -> str:
        return f"<rnl.Attrs {self.data!r}>"


class View:
    """One message received.

    `data` is all of it; `type`, `flags`, `seq` and `port` are what its header says. Of a
    notification, `group` is the multicast group (else 0) and `nsid` the id of the network namespace
    it came from (-1: the socket's own).
    """

    __slots__ = ("data", "flags", "group", "nsid", "port", "seq", "type")

    def __init__(self, data: bytes, group: int = 0, nsid: int = -1) -> None:
        self.data = data
        _, self.type, self.flags, self.seq, self.port = _HEADER.unpack_from(data)
        self.group = group
        self.nsid = nsid

    @property
    def body(self) -> bytes:
        """What follows the header: the family's fixed header and the attributes."""
        return self.data[16:]

    def unpack(self, layout: str) -> tuple[Any, ...]:
        """The members of the fixed struct that the body begins with; see Attr.unpack()."""
        return _unpacked(self.data[16 : 16 + calcsize(layout)], layout)

    def attrs(self, fixed: int = 0) -> Attrs:
        """The attributes behind a fixed header of `fixed` bytes: 16 for links, 4 for a generic
        family ..."""
        start = 16 + ((fixed + 3) & ~3)
        return Attrs(self.data[start:], start)

    def status(self, protocol: int = -1, request: bytes | None = None) -> None:
        """Raises what an ERROR or DONE message says, for programs that read datagrams themselves.
        `protocol` and `request` serve to name the attribute that is meant."""
        view = _ffi.struct_rnl_view(msg=as_bytes(self.data))
        err = NewError()
        asked = None if request is None else byref(as_bytes(request))
        check(_ffi.rnl_view_status(byref(view), protocol, asked, byref(err)), err)

    def __repr__(self) -> str:
        return f"<rnl.View type={self.type} flags={self.flags:#x} {self.data[16:]!r}>"


def messages(datagram: bytes, group: int = 0, nsid: int = -1) -> Iterator[View]:
    """The messages of a datagram. What is no message raises Error (EBADMSG)."""
    at, end = 0, len(datagram)
    while at < end:
        length = _U32.unpack_from(datagram, at)[0] if at + _HEADER.size <= end else 0
        if length < _HEADER.size or at + length > end:
            raise local(EBADMSG, "message length is below 16 or beyond its datagram")
        yield View(datagram[at : at + length], group, nsid)
        at += (length + 3) & ~3
