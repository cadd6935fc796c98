# SPDX-License-Identifier: MIT OR Apache-2.0
"""What matters in messages: rules for filters and for tables."""

from __future__ import annotations

from ctypes import byref, c_uint16, c_uint32, sizeof

from . import _ffi
from ._calls import checked
from ._message import signed, unsigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ._message import Message


class _Rule:
    """A struct for the library."""

    __slots__ = ("_struct",)

    def __init__(self, struct: Any) -> None:
        self._struct = struct


class Match(_Rule):
    """A number that a message must hold: Match.type(), Match.header() or Match.attr().

    Of matches for the same number, one must hold; those for different numbers must all hold. What is
    not there is no match. Numbers are in host order, `width` is 1, 2 or 4 bytes.
    """

    __slots__ = ()

    @classmethod
    def _make(cls, place: int, at: int, width: int, value: int) -> Match:
        members = {"at": unsigned(at, 16), "width": unsigned(width, 16), "value": unsigned(value, 32)}
        return cls(_ffi.struct_rnl_match(place=place, **members))

    @classmethod
    def type(cls, value: int) -> Match:
        """The type of the message."""
        return cls._make(_ffi.RNL_MATCH_TYPE, 0, 0, value)

    @classmethod
    def header(cls, at: int, width: int, value: int) -> Match:
        """A number in the family's fixed header, `at` bytes from its start."""
        return cls._make(_ffi.RNL_MATCH_HEADER, at, width, value)

    @classmethod
    def attr(cls, type: int, width: int, value: int) -> Match:
        """The number that the first attribute of a type begins with."""
        return cls._make(_ffi.RNL_MATCH_ATTR, type, width, value)


class Key(_Rule):
    """A part of what tells objects of a table apart: Key.header(), Key.attr() or Key.first_of(). With a
    `family`, only objects of that address family have it."""

    __slots__ = ()

    @classmethod
    def _make(cls, part: int, at: int, len: int, family: int) -> Key:
        members = {"at": unsigned(at, 16), "len": unsigned(len, 16), "family": unsigned(family, 8)}
        return cls(_ffi.struct_rnl_key(part=part, **members))

    @classmethod
    def header(cls, at: int, width: int, family: int = 0) -> Key:
        """Bytes of the fixed header, `at` bytes from its start."""
        return cls._make(_ffi.RNL_KEY_HEADER, at, width, family)

    @classmethod
    def attr(cls, type: int, family: int = 0) -> Key:
        """An attribute; that it is missing tells objects apart, too."""
        return cls._make(_ffi.RNL_KEY_ATTR, type, 0, family)

    @classmethod
    def first_of(cls, type: int, other: int, family: int = 0) -> Key:
        """The attribute of the one type, or if there is none, of the other."""
        return cls._make(_ffi.RNL_KEY_FIRST_OF, type, other, family)


class Ignore(_Rule):
    """What is of no interest in the objects of a table."""

    __slots__ = ()

    @classmethod
    def _make(cls, what: int, path: tuple[int, ...], mask: int = 0) -> Ignore:
        types = (c_uint16 * 3)(*(unsigned(type, 16) for type in path))
        return cls(_ffi.struct_rnl_ignore(what=what, path=types, mask=unsigned(mask, 32)))

    @classmethod
    def drop(cls, *path: int) -> Ignore:
        """An attribute is not kept, by the types of up to two nests and itself."""
        return cls._make(_ffi.RNL_IGNORE_DROP, path)

    @classmethod
    def quiet(cls, type: int) -> Ignore:
        """An attribute is kept, but a difference in it alone is no change."""
        return cls._make(_ffi.RNL_IGNORE_QUIET, (type,))

    @classmethod
    def bits(cls, at: int, mask: int) -> Ignore:
        """Bits of the 32-bit word `at` bytes into the fixed header are cleared."""
        return cls._make(_ffi.RNL_IGNORE_BITS, (at,), mask)

    @classmethod
    def message(cls, type: int) -> Ignore:
        """Messages with this attribute do not say what an object is like."""
        return cls._make(_ffi.RNL_IGNORE_MESSAGE, (type,))


class Stir(_Rule):
    """A notification of a group after which objects may have changed without a word: the table is dumped
    again. It has this type, of a generic family this command, and where `mask` is not 0, the 32-bit
    word `at` bytes into its fixed header has these bits as in `value`."""

    __slots__ = ()

    def __init__(
        self, group: int, type: int, cmd: int = 0, *, at: int = 0, mask: int = 0, value: int = 0
    ) -> None:
        words = {"group": group, "at": at, "mask": mask, "value": value}
        members = {name: unsigned(word, 32) for name, word in words.items()}
        members.update(type=unsigned(type, 16), cmd=unsigned(cmd, 8))
        super().__init__(_ffi.struct_rnl_stir(**members))


def _numbers(groups: Iterable[int]) -> Any:
    numbers = [unsigned(group, 32) for group in groups]
    return (c_uint32 * len(numbers))(*numbers)


def array(kind: Any, rules: Iterable[_Rule]) -> Any:
    """Rules for the library."""
    structs = [rule._struct for rule in rules]
    return (kind * len(structs))(*structs)


class Spec:
    """What a table is a table of: any objects that can be dumped and are notified of.

    `dump` requests all of them. Messages of type `new` say what an object is like, those of type
    `delete` that it is gone, of generic families with `new_cmd` and `delete_cmd`; they come from the
    `groups`, and begin with a fixed header of `header_size` bytes. The `keys` tell objects apart.

    Of messages, only those that `matches` fit are about an object of the table, and what `ignores` say
    is of no interest; `stirs` are notifications after which it is dumped again. With `exact`, several
    objects may have the same key, and their whole content tells them apart; `parts` is then the
    attribute of which the kernel may notify one part alone. `target` is the attribute of the dump
    request that names another namespace by its id.
    """

    def __init__(
        self,
        protocol: int,
        dump: Message,
        *,
        new: int,
        delete: int,
        groups: Iterable[int],
        keys: Iterable[Key],
        header_size: int,
        new_cmd: int = 0,
        delete_cmd: int = 0,
        matches: Iterable[Match] = (),
        ignores: Iterable[Ignore] = (),
        stirs: Iterable[Stir] = (),
        exact: bool = False,
        parts: int = 0,
        target: int = 0,
    ) -> None:
        numbers = {"new_type": new, "del_type": delete, "header_size": header_size}
        numbers.update(parts=parts, target=target, new_cmd=new_cmd, del_cmd=delete_cmd)
        members = {name: unsigned(value, 8 if "cmd" in name else 16) for name, value in numbers.items()}
        self._spec = _ffi.struct_rnl_table_spec(size=sizeof(_ffi.struct_rnl_table_spec), **members)
        self._spec.protocol = signed(protocol, 32)
        self._spec.flags = _ffi.RNL_TABLE_SPEC_EXACT * bool(exact)
        self._dump = dump.copy()
        self._spec.dump = self._dump.handle.run(lambda pointer: pointer)
        self._list("groups", _numbers(groups))
        self._list("keys", array(_ffi.struct_rnl_key, keys))
        self._list("matches", array(_ffi.struct_rnl_match, matches))
        self._list("ignores", array(_ffi.struct_rnl_ignore, ignores))
        self._list("stirs", array(_ffi.struct_rnl_stir, stirs))

    def _list(self, name: str, items: Any) -> None:
        """The struct keeps the array alive."""
        if items:
            setattr(self._spec, name, items)
            setattr(self._spec, "n_" + name, len(items))

    def pointer(self) -> Any:
        """For the library."""
        return byref(self._spec)


def keep(sock: Any, matches: Any, header_size: int) -> None:
    """rnl_sock_keep()"""
    checked(sock, _ffi.rnl_sock_keep, matches, len(matches), header_size)
