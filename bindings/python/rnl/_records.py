# SPDX-License-Identifier: MIT OR Apache-2.0
"""Dumps as records of the same width, for struct, NumPy and pandas."""

from __future__ import annotations

from ctypes import POINTER, byref, c_char
from errno import ESTALE
from struct import Struct
from time import monotonic

from . import _ffi
from ._errors import Error, check
from ._handle import Handle, NewError
from ._message import c_string
from ._wait import milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Union

    from ._message import Message
    from ._schema import Object, Schema
    from ._socket import Socket

    Column = Union[str, tuple[str, str]]

#: Types of columns: their letter for struct, and their bytes.
_NUMBERS = {
    "u8": ("B", 1), "u16": ("H", 2), "u32": ("I", 4), "u64": ("Q", 8),
    "s8": ("b", 1), "s16": ("h", 2), "s32": ("i", 4), "s64": ("q", 8),
}  # fmt: skip
_KNOWN = {"flag": "u8", "uint": "u64", "sint": "s64", **{name: name for name in _NUMBERS}}
_HINTS = {"mac": "bytes:6", "ipv4": "bytes:4", "ipv6": "bytes:16", "ipv4-or-v6": "bytes:16"}
_FIRST = 1024


class _Slot:
    """A column: its place in a record, and how struct and NumPy read it."""

    def __init__(self, path: str, kind: str, offset: int) -> None:
        self.path = path
        word, _, width = kind.partition(":")
        if word in _NUMBERS and not width:
            letter, self.width = _NUMBERS[word]
            self.offset = -(-offset // self.width) * self.width
            self.dtype = f"{'u' if word[0] == 'u' else 'i'}{self.width}"
        elif word in ("text", "bytes") and width.isdecimal() and int(width) > 0:
            self.width, self.offset = int(width), offset
            letter = f"{width}s"
            self.dtype = f"{'S' if word == 'text' else 'V'}{width}"
        else:
            known = ", ".join(_NUMBERS)
            raise ValueError(f"{path}: no type {kind!r}: there are {known}, text:N and bytes:N")
        self.layout = f"{self.offset - offset}x{letter}"
        self.end = self.offset + self.width
        #: Texts have a NUL behind them and are read without it.
        self.is_text = word == "text"


def _field(description: Object, op: str, path: str) -> Object | None:
    """The attribute or member that a path names, as far as sub-messages do not hide it."""
    form: Object = {}
    for each in description["ops"]:
        form = each.get("dump-reply", {}) if each["name"] == op else form
    fields = description["structs"].get(form.get("header"), []) + description["sets"].get(form.get("set"), [])
    found: Object | None = None
    for word in path.removeprefix(".").split("."):
        name, _, choice = word.partition("(")
        found = next((field for field in fields if field["name"] == name), None)
        if found is None:
            return None
        inside = found.get("set")
        if choice:
            layouts = description["sub-messages"].get(found.get("sub-message"), [])
            inside = next((each.get("set") for each in layouts if each["value"] == choice[:-1]), None)
        fields = description["sets"].get(inside) or description["structs"].get(inside) or []
    return found


def _kind(description: Object, op: str, path: str) -> str:
    """The type of a column that says none."""
    field = _field(description, op, path) or {}
    kind = _HINTS.get(field.get("hint", "")) or _KNOWN.get(field.get("type", ""))
    if kind is None and field.get("type") in ("string", "binary"):
        raise ValueError(f"{path}: wanted how long it may be, as in ({path!r}, 'text:16')")
    # What can't be bound at all is refused by the library, which knows why.
    return kind or "u64"


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "surrogateescape")


class Records:
    """Records of a dump: `data` is all of them, each `size` bytes, with the members `names`; `layout` is
    their format for the module struct. Iteration gives tuples, where texts are str and the rest of what
    is not a number bytes."""

    def __init__(
        self,
        schema: Schema,
        sock: Socket,
        op: str,
        msg: Message,
        columns: tuple[Column, ...],
        timeout: float | None,
    ) -> None:
        pairs = [column if isinstance(column, tuple) else (column, "") for column in columns]
        kinds = [(path, kind or _kind(schema.describe(), op, path)) for path, kind in pairs]
        self._slots: list[_Slot] = []
        for path, kind in (*kinds, ("", "u64")):
            self._slots.append(_Slot(path, kind, self._slots[-1].end if self._slots else 0))
        self.names = (*(path for path, _ in kinds), "present")
        self.layout = "=" + "".join(slot.layout for slot in self._slots)
        self.size = Struct(self.layout).size
        #: As many bytes as there are records, and room for more while they come.
        self.data = bytearray()
        self._load(schema, sock, op, msg, timeout)

    def _load(self, schema: Schema, sock: Socket, op: str, msg: Message, timeout: float | None) -> None:
        bind = Handle("binding", schema.handle.run(self._bind, c_string(op)), _ffi.rnl_bind_free)
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            left = None if deadline is None else max(deadline - monotonic(), 0)
            try:
                return sock.run(lambda raw: bind.run(self._dump, raw, msg, milliseconds(left)))
            except Error as error:
                # Nobody has seen what a change interrupted, so it may be forgotten.
                if error.errno != ESTALE or left == 0:
                    raise

    def _bind(self, family: Any, op: bytes) -> Any:
        slots = (_ffi.struct_rnl_slot * len(self._slots))()
        for slot, column in zip(slots, self._slots):
            slot.path, slot.offset, slot.width = c_string(column.path), column.offset, column.width
        out, err = POINTER(_ffi.struct_rnl_bind)(), NewError()
        row = _ffi.RNL_FORM_ROW, self.size, slots, len(slots)
        check(_ffi.rnl_bind_new(byref(out), family, op, *row, byref(err)), err)
        return out

    def _dump(self, bind: Any, sock: Any, msg: Message, timeout_ms: int) -> None:
        dump, err = POINTER(_ffi.struct_rnl_dump)(), NewError()
        start = sock, _ffi.RNL_DUMP_STREAM, timeout_ms
        check(msg.handle.run(lambda m: _ffi.rnl_dump_start(byref(dump), start[0], m, *start[1:], byref(err))), err)
        try:
            self._fill(bind, dump)
        finally:
            _ffi.rnl_dump_free(dump)

    def _fill(self, bind: Any, dump: Any) -> None:
        done, room, err = 0, _FIRST, NewError()
        while True:
            self.data.extend(bytes((room - done) * self.size))
            # Nothing may hold on to the bytes when they are to become more.
            part = (c_char * ((room - done) * self.size)).from_buffer(self.data, done * self.size)
            code = _ffi.rnl_bind_rows(bind, dump, part, room - done, byref(err))
            del part
            if code <= 0:
                del self.data[done * self.size :]
                check(code, err)
                return
            done += code
            room = done * 2 if done == room else room

    def __len__(self) -> int:
        return len(self.data) // self.size

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        texts = [index for index, slot in enumerate(self._slots) if slot.is_text]
        for record in Struct(self.layout).iter_unpack(self.data):
            if texts:
                values = list(record)
                for index in texts:
                    values[index] = _text(values[index])
                record = tuple(values)
            yield record

    def numpy(self) -> Any:
        """The same bytes as a NumPy array of records."""
        import numpy

        kinds = {
            "names": list(self.names),
            "formats": [slot.dtype for slot in self._slots],
            "offsets": [slot.offset for slot in self._slots],
            "itemsize": self.size,
        }
        return numpy.frombuffer(self.data, numpy.dtype(kinds))

    def pandas(self) -> Any:
        """A pandas.DataFrame with these columns; it copies them."""
        from pandas import DataFrame

        array = self.numpy()
        columns = {name: array[name] for name in self.names}
        for slot in self._slots:
            if slot.is_text:
                columns[slot.path] = [_text(raw) for raw in columns[slot.path].tolist()]
            elif slot.dtype[0] == "V":
                columns[slot.path] = [bytes(raw) for raw in columns[slot.path].tolist()]
        return DataFrame(columns)

    def __repr__(self) -> str:
        return f"<rnl.Records {len(self)} of {', '.join(self.names)}>"
