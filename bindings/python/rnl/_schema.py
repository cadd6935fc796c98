# SPDX-License-Identifier: MIT OR Apache-2.0
"""Descriptions of families: names to numbers, objects to messages and back."""

from __future__ import annotations

import os
from ctypes import POINTER, byref, c_size_t, string_at
from errno import ENOENT, EPROTO

from . import _ffi
from ._calls import checked
from ._errors import Error, check, local
from ._handle import Handle, NewError
from ._message import Message, c_string, unsigned
from ._view import as_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._view import View

    Object = dict[str, Any]


def said(fill: Callable[[Any], int]) -> bytes:
    """The text, or the bytes, that a function of the library makes."""
    text, length = _ffi.rnl_text_new(), c_size_t()
    if not text:
        raise MemoryError
    try:
        check(fill(text))
        start = _ffi.rnl_text_get(text, byref(length))
        return string_at(start, length.value) if length.value else b""
    finally:
        _ffi.rnl_text_free(text)


def parsed(text: bytes) -> Any:
    """What JSON says."""
    # Not before it is needed: importing rnl is to be cheap.
    from json import loads

    return loads(text)


def unpickled(data: bytes) -> Any:
    """What a pickle of the library says. It holds dicts, lists, texts and numbers, whoever sent the message."""
    # As above.
    from pickle import loads

    return loads(data)


def _plain(value: object) -> object:
    """What JSON has no word for: bytes are hexadecimal, and sets lists; addresses show themselves."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return value.hex()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def dashed(name: str) -> str:
    """A name as descriptions have it, of one as Python has it: if_name, from_."""
    return name.rstrip("_").replace("_", "-")


def request_text(request: Object | None, members: Object) -> bytes:
    """JSON of a request: an object, and members by their names in Python."""
    from json import dumps

    whole = {**(request or {}), **{dashed(name): value for name, value in members.items()}}
    return dumps(whole, default=_plain).encode()


_GENERIC = 16

#: Flags of requests, by what they are called in traces and on the command line.
_FLAGS = {"echo": 0x8, "replace": 0x100, "excl": 0x200, "create": 0x400, "append": 0x800}


def request_flags(flags: int | str) -> int:
    """NLM_F_*, of a number or of names: "create, excl"."""
    if isinstance(flags, int):
        return unsigned(flags, 16)
    names = flags.replace(",", " ").split()
    unknown = [name for name in names if name not in _FLAGS]
    if unknown:
        raise ValueError(f"no flag is called {unknown[0]!r}: there are {', '.join(_FLAGS)}")
    return sum({_FLAGS[name] for name in names})


class _Pack:
    """Descriptions from a file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        pack, err = POINTER(_ffi.struct_rnl_pack)(), NewError()
        name = os.fsencode(path)
        if b"\0" in name:
            raise ValueError("embedded null character")
        check(_ffi.rnl_pack_open(byref(pack), name, byref(err)), err)
        self.handle = Handle("pack", pack, _ffi.rnl_pack_close)


def _opened(pack: Any, name: bytes) -> Any:
    family, err = POINTER(_ffi.struct_rnl_family)(), NewError()
    check(_ffi.rnl_family_open(byref(family), pack, name, byref(err)), err)
    return family


class Schema:
    """A family as it is described."""

    def __init__(self, name: str, pack: str | os.PathLike[str] | None = None) -> None:
        self.name = name
        #: Kept as long as the family, which looks into it.
        self._pack = None if pack is None else _Pack(pack)
        encoded = c_string(name)
        family = _opened(None, encoded) if self._pack is None else self._pack.handle.run(_opened, encoded)
        self.handle = Handle("family", family, _ffi.rnl_family_free)
        self.protocol: int = check(_ffi.rnl_family_protocol(family))
        self._described: Object | None = None
        #: What is known of operations, by their names.
        self._ops: dict[str, Object] = {}

    def close(self) -> None:
        """Frees it."""
        self.handle.free()
        if self._pack is not None:
            self._pack.handle.free()

    def is_generic(self) -> bool:
        """Whether the kernel gives its number out."""
        return self.protocol == _GENERIC

    def resolve(self, sock: Any, timeout_ms: int) -> None:
        """Asks for the numbers of a generic family, through the library's socket."""
        self.handle.run(checked, _ffi.rnl_family_resolve, sock, timeout_ms)

    def request(self, op: str, form: int, flags: int | str, json: bytes) -> Message:
        """A request, to be sent in any way."""

        def made(family: Any) -> Any:
            out, err = POINTER(_ffi.struct_rnl_msg)(), NewError()
            names = c_string(op), form, request_flags(flags), json
            check(_ffi.rnl_family_request(byref(out), family, *names, byref(err)), err)
            return out

        return Message.of_pointer(self.handle.run(made), self.protocol)

    def check(self, message: Message) -> None:
        """rnl_family_check()"""
        self.handle.run(
            lambda family: message.handle.run(
                lambda msg: checked(family, _ffi.rnl_family_check, msg)
            )
        )

    def shown(self, view: View, flags: int) -> bytes:
        """rnl_family_json()"""
        seen = _ffi.struct_rnl_view(msg=as_bytes(view.data), body=as_bytes(view.body), type=view.type)
        return said(lambda text: self.handle.run(_ffi.rnl_family_json, byref(seen), flags, text))

    def decode(self, view: View, flags: int = 0) -> Any:
        """The object that a message of the kernel says."""
        return unpickled(self.shown(view, flags | _ffi.RNL_JSON_PICKLE))

    def named(self, view: View) -> Object | None:
        """The same beside what it is called; None if the family has no such message."""
        try:
            named: Object = self.decode(view, _ffi.RNL_JSON_NAMED)
        except Error as error:
            if error.errno != EPROTO:
                raise
            return None
        return named

    def group(self, name: str) -> int:
        """The number of a multicast group."""
        number = self.handle.run(_ffi.rnl_family_group, c_string(name))
        if number == -ENOENT:
            known = ", ".join(self.groups()) or "none"
            raise local(ENOENT, f"{self.name} has no multicast group {name}: there are {known}")
        return check(number)

    def describe(self) -> Object:
        """All that is known of it."""
        if self._described is None:
            text = said(lambda text: self.handle.run(_ffi.rnl_family_describe, None, text))
            self._described = parsed(text)
            self._ops = {op["name"]: op for op in self._described["ops"]}
        return self._described

    def operation(self, name: str) -> Object | None:
        """What is known of an operation."""
        self.describe()
        return self._ops.get(name)

    def operations(self) -> list[str]:
        """The names of what can be asked."""
        return [op["name"] for op in self.describe()["ops"] if "do" in op or "dump" in op]

    def groups(self) -> list[str]:
        """The names of its multicast groups."""
        return [group["name"] for group in self.describe()["groups"]]


def families() -> list[str]:
    """The families that are described, by name."""
    text = said(lambda text: _ffi.rnl_family_describe(None, None, text))
    return [family["name"] for family in parsed(text)]

