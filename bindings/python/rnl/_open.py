# SPDX-License-Identifier: MIT OR Apache-2.0
"""Opening things that have a socket."""

from __future__ import annotations

import os
from ctypes import byref, sizeof

from . import _ffi
from ._calls import checked
from ._errors import check
from ._handle import Handle, NewError
from ._message import c_string, number, unsigned
from ._wait import LONGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Union

    Name = Union[str, os.PathLike[str]]


def open_netns(which: int | Name) -> int:
    """Opens a network namespace: by pid, by name as "ip netns" makes them, or by path. Gives a
    descriptor, to close with os.close()."""
    name = str(which) if isinstance(which, int) else os.fspath(which)
    return checked(c_string(name), _ffi.rnl_netns_open)


def held_netns(which: int | Name) -> Handle:
    """A descriptor of a namespace of its own."""
    fd = os.dup(which) if isinstance(which, int) else open_netns(which)
    return Handle("namespace", fd, os.close)


def options(flags: int, netns_fd: int = 0, **sizes: int) -> _ffi.struct_rnl_opts:
    """Options for the library, each in range: ctypes would cut it without a word."""
    members = {name: unsigned(value, 32) for name, value in sizes.items()}
    members.update(flags=unsigned(flags, 32), netns_fd=number(netns_fd, -1, LONGEST))
    return _ffi.struct_rnl_opts(size=sizeof(_ffi.struct_rnl_opts), **members)


def opened(kind: Any, opener: Callable[..., int], *arguments: Any) -> Any:
    """A pointer to what a function opens, which takes an error object last."""
    pointer, err = kind(), NewError()
    check(opener(byref(pointer), *arguments, byref(err)), err)
    return pointer


def opened_in(
    netns: int | Name | None, flags: int, sizes: dict[str, int], kind: Any, *opener: Any
) -> Any:
    """What a function opens that takes options, in a namespace; its descriptor is closed again if it
    was opened here."""
    if netns is None:
        return opened(kind, *opener, byref(options(flags, **sizes)))
    fd = netns if isinstance(netns, int) else open_netns(netns)
    try:
        return opened(kind, *opener, byref(options(flags | _ffi.RNL_OPEN_NETNS, fd, **sizes)))
    finally:
        if fd is not netns:
            os.close(fd)
