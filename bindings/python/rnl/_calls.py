# SPDX-License-Identifier: MIT OR Apache-2.0
"""Calls on a socket that is held: each checks its result, and copies what the library lends into
Python's memory before anything else can happen to the socket."""

from __future__ import annotations

from ctypes import byref, c_int, c_uint32, sizeof, string_at
from errno import ENOBUFS

from . import _ffi
from ._errors import Overrun, check, failure
from ._handle import NewError
from ._view import View, messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable


class Datagram:
    """One datagram as it came: `data`; the `port` of its sender, 0 for the kernel; the multicast
    `group` it was sent to, or 0; the `nsid` of the namespace it came from, -1 for the socket's own."""

    __slots__ = ("data", "group", "nsid", "port")

    def __init__(self, data: bytes, port: int, group: int, nsid: int) -> None:
        self.data = data
        self.port = port
        self.group = group
        self.nsid = nsid

    def messages(self) -> Iterator[View]:
        """The messages in it."""
        return messages(self.data, self.group, self.nsid)


class Reply(list["View"]):
    """What the kernel answered a request with: a list of messages, and perhaps a warning."""

    #: What the kernel warns of although it did what was asked.
    warning: str | None = None


class Stats:
    """What has passed through a socket: datagrams, messages and bytes received and sent; `restarts` of
    dumps that a change interrupted, `overruns` of its receive queue, and what the kernel itself says
    of that queue: `drops`, bytes in use `rmem`, and its size `rcvbuf`. `in_flight` are requests that
    have not ended."""

    __slots__ = (
        "drops", "in_flight", "overruns", "rcvbuf", "restarts", "rmem", "rx_bytes", "rx_datagrams",
        "rx_messages", "tx_bytes", "tx_datagrams", "tx_messages",
    )  # fmt: skip

    def __init__(self, stats: _ffi.struct_rnl_stats) -> None:
        self.rx_datagrams = stats.rx_datagrams
        self.rx_messages = stats.rx_messages
        self.rx_bytes = stats.rx_bytes
        self.tx_datagrams = stats.tx_datagrams
        self.tx_messages = stats.tx_messages
        self.tx_bytes = stats.tx_bytes
        self.restarts = stats.restarts
        self.overruns = stats.overruns
        self.drops = stats.drops
        self.rmem = stats.rmem
        self.rcvbuf = stats.rcvbuf
        self.in_flight = stats.in_flight

    def __repr__(self) -> str:
        said = " ".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"<rnl.Stats {said}>"


def checked(pointer: Any, function: Callable[..., int], *arguments: Any) -> int:
    """A function that takes an error object last."""
    err = NewError()
    return check(function(pointer, *arguments, byref(err)), err)


def owned(view: _ffi.struct_rnl_view) -> View:
    """A message with a copy of its bytes."""
    return View(string_at(view.msg.ptr or 0, view.msg.len), view.group, view.nsid)


def warning_of(reply: Any) -> str | None:
    """rnl_reply_warning()"""
    warning: bytes | None = _ffi.rnl_reply_warning(reply)
    return None if warning is None else warning.decode(errors="replace")


def _arrived(code: int, err: Any) -> bool:
    """Whether something has come; raises Overrun where something is missing."""
    if code == -ENOBUFS:
        raise failure(code, err, Overrun)
    return check(code, err) > 0


def next_note(sock: Any) -> View | None:
    """rnl_sock_next() without waiting."""
    out, err = _ffi.struct_rnl_view(), NewError()
    code = _ffi.rnl_sock_next(sock, byref(out), 0, byref(err))
    return owned(out) if _arrived(code, err) else None


def recv(sock: Any) -> Datagram | None:
    """rnl_sock_recv() without waiting."""
    out, err = _ffi.struct_rnl_datagram(), NewError()
    if not _arrived(_ffi.rnl_sock_recv(sock, byref(out), 0, byref(err)), err):
        return None
    return Datagram(string_at(out.data.ptr or 0, out.data.len), out.port, out.group, out.nsid)


def getopt(sock: Any, option: int) -> int:
    """rnl_sock_getopt()"""
    out = c_int()
    checked(sock, _ffi.rnl_sock_getopt, option, byref(out))
    return out.value


def port(sock: Any) -> int:
    """rnl_sock_port()"""
    out = c_uint32()
    check(_ffi.rnl_sock_port(sock, byref(out)))
    return out.value


def groups(sock: Any) -> list[int]:
    """rnl_sock_groups()"""
    room = (c_uint32 * checked(sock, _ffi.rnl_sock_groups, None, 0))()
    checked(sock, _ffi.rnl_sock_groups, room, len(room))
    return list(room)


def stats(pointer: Any, function: str = "rnl_sock_stats") -> Stats:
    """rnl_sock_stats() or rnl_table_sock_stats()"""
    out = _ffi.struct_rnl_stats(size=sizeof(_ffi.struct_rnl_stats))
    check(getattr(_ffi, function)(pointer, byref(out)))
    return Stats(out)
