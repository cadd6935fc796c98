# SPDX-License-Identifier: MIT OR Apache-2.0
"""Sockets and dumps."""

from __future__ import annotations

import os
from ctypes import POINTER, byref, c_char_p, cast, sizeof
from select import POLLIN, poll
from struct import pack
from time import monotonic

from . import _calls, _ffi
from ._calls import Datagram, Reply, checked
from ._errors import check
from ._handle import Handle, NewError
from ._message import c_string, number, octets, unsigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable, TypeVar, Union

    from ._message import Buffer, Message
    from ._view import View

    T = TypeVar("T")
    Name = Union[str, os.PathLike[str]]

#: Seconds that a request waits for its end. The kernel answers at once; a peer may not.
TIMEOUT = 10.0

_LONGEST = 0x7FFFFFFF


def milliseconds(timeout: float | None) -> int:
    """Seconds as the library takes them, rounded up; None is for ever."""
    if timeout is None:
        return -1
    if not timeout >= 0:
        raise ValueError(f"timeout is {timeout}")
    return -int(-min(timeout * 1000, _LONGEST) // 1)


def open_netns(which: int | Name) -> int:
    """Opens a network namespace: by pid, by name as "ip netns" makes them, or by path. Gives a
    descriptor, to close with os.close()."""
    name = str(which) if isinstance(which, int) else os.fspath(which)
    return checked(c_string(name), _ffi.rnl_netns_open)


def _options(flags: int, netns_fd: int = 0, **sizes: int) -> _ffi.struct_rnl_opts:
    """Options for the library, each in range: ctypes would cut it without a word."""
    members = {name: unsigned(value, 32) for name, value in sizes.items()}
    members.update(flags=unsigned(flags, 32), netns_fd=number(netns_fd, -1, _LONGEST))
    return _ffi.struct_rnl_opts(size=sizeof(_ffi.struct_rnl_opts), **members)


def _open(opener: Callable[..., int], what: int, options: _ffi.struct_rnl_opts) -> Any:
    pointer = POINTER(_ffi.struct_rnl_sock)()
    err = NewError()
    check(opener(byref(pointer), number(what, -1, _LONGEST), byref(options), byref(err)), err)
    return pointer


def _open_in(netns: int | Name | None, protocol: int, flags: int, **sizes: int) -> Any:
    """Opens a socket in a namespace, whose descriptor is closed again if it was opened here."""
    if netns is None:
        return _open(_ffi.rnl_sock_open, protocol, _options(flags, **sizes))
    fd = netns if isinstance(netns, int) else open_netns(netns)
    try:
        options = _options(flags | _ffi.RNL_OPEN_NETNS, fd, **sizes)
        return _open(_ffi.rnl_sock_open, protocol, options)
    finally:
        if fd is not netns:
            os.close(fd)


def _close(sock: Any, dumps: list[Any]) -> None:
    for dump in dumps:
        _ffi.rnl_dump_free(dump)
    _ffi.rnl_sock_close(sock)


class Socket:
    """An open netlink socket.

    `protocol` is NETLINK_ROUTE (0), NETLINK_GENERIC (16) ...; `netns` a descriptor of a network
    namespace, or a name or path for open_netns(); `port` the port id; `rcvbuf` and `sndbuf` bytes of
    the kernel's queues; `max_datagram`, `max_queue` and `max_result` bytes of the library's; `flags`
    OPEN_*. 0 is the default everywhere.

    Timeouts are in seconds, None waits for ever. Threads may share a socket, and take turns; but one
    that waits for notifications should have a socket of its own.
    """

    def __init__(
        self,
        protocol: int,
        *,
        netns: int | Name | None = None,
        port: int = 0,
        rcvbuf: int = 0,
        sndbuf: int = 0,
        max_datagram: int = 0,
        max_queue: int = 0,
        max_result: int = 0,
        flags: int = 0,
    ) -> None:
        sizes = {"port": port, "rcvbuf": rcvbuf, "sndbuf": sndbuf, "max_datagram": max_datagram}
        sizes.update(max_queue=max_queue, max_result=max_result)
        self._own(_open_in(netns, protocol, flags, **sizes))

    @classmethod
    def adopt(
        cls,
        fd: int,
        *,
        rcvbuf: int = 0,
        sndbuf: int = 0,
        max_datagram: int = 0,
        max_queue: int = 0,
        max_result: int = 0,
        flags: int = 0,
    ) -> Socket:
        """Takes over the descriptor of a bound netlink socket, which close() will close. On failure
        it stays the caller's."""
        sizes = {"rcvbuf": rcvbuf, "sndbuf": sndbuf, "max_datagram": max_datagram}
        sizes.update(max_queue=max_queue, max_result=max_result)
        sock = cls.__new__(cls)
        sock._own(_open(_ffi.rnl_sock_adopt, fd, _options(flags, **sizes)))
        return sock

    def _own(self, pointer: Any) -> None:
        #: Dumps of this socket that must be freed before it, and those that nobody refers to.
        self._dumps: list[Any] = []
        self._left: list[Any] = []
        dumps = self._dumps
        # No method of this socket, which would keep it alive.
        self._handle = Handle("socket", pointer, lambda sock: _close(sock, dumps))
        self._fd: int = check(_ffi.rnl_sock_fd(pointer))

    def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """What `work` makes of the library's socket, while nobody else uses it."""
        result: T = self._handle.run(self._work, work, arguments)
        return result

    def _work(self, pointer: Any, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        while self._left:
            self._free_dump(self._left.pop())
        return work(pointer, *arguments)

    def _free_dump(self, dump: Any) -> None:
        self._dumps.remove(dump)
        _ffi.rnl_dump_free(dump)

    def close(self) -> None:
        """Closes it. A socket that is closed raises ValueError when it is used."""
        self._handle.free()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._handle.closed

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """The descriptor, for select and the like; it stays the socket's. Read with next(0) until
        that gives None before waiting: other calls may have taken notifications in."""
        if self.closed:
            raise ValueError("socket is closed")
        return self._fd

    @property
    def port(self) -> int:
        """The port id it is bound to."""
        return self.run(_calls.port)

    @property
    def protocol(self) -> int:
        """NETLINK_*"""
        return check(self.run(_ffi.rnl_sock_protocol))

    def call(self, msg: Message, timeout: float | None = TIMEOUT) -> Reply:
        """Sends a request and waits for its end. Gives the objects that the kernel answered with, or
        raises its refusal."""
        return msg.handle.run(self._call, milliseconds(timeout))

    def _call(self, msg: Any, timeout_ms: int) -> Reply:
        return self.run(_calls.call, msg, timeout_ms)

    def dump(
        self, msg: Message, mode: int = _ffi.RNL_DUMP_CONSISTENT, timeout: float | None = TIMEOUT
    ) -> Dump:
        """All objects of a kind, one by one. `timeout` is for all of it."""
        return Dump(self, msg, mode, timeout)

    def join(self, *groups: int) -> None:
        """Joins multicast groups, by number."""
        for group in groups:
            self.run(checked, _ffi.rnl_sock_join, unsigned(group, 32))

    def leave(self, *groups: int) -> None:
        """Leaves multicast groups. Notifications that are queued already still come."""
        for group in groups:
            self.run(checked, _ffi.rnl_sock_leave, unsigned(group, 32))

    def groups(self) -> list[int]:
        """The multicast groups it has joined."""
        return self.run(_calls.groups)

    def next(self, timeout: float | None = None) -> View | None:
        """The next notification, or None when the time has passed. Overrun is raised where
        notifications are missing: what came before is complete, what comes after follows a gap."""
        return self._wait(_calls.next_note, timeout)

    def __iter__(self) -> Socket:
        return self

    def __next__(self) -> View:
        """The next notification, whenever it comes."""
        while True:
            view = self.next()
            if view is not None:
                return view

    def send(self, data: Buffer, port: int = 0, group: int = 0) -> None:
        """Sends one datagram as it is, to a port id or a group; by default to the kernel, or where
        connect() said."""
        data = octets(data)
        to = unsigned(port, 32), unsigned(group, 32)
        self.run(checked, _ffi.rnl_sock_send, data, len(data), *to)

    def recv(self, timeout: float | None = None) -> Datagram | None:
        """Receives one datagram as it comes, past requests and replies; None when the time has
        passed. Overrun is raised when the kernel dropped some, before those that are left."""
        return self._wait(_calls.recv, timeout)

    def _wait(self, attempt: Callable[[Any], T | None], timeout: float | None) -> T | None:
        """Waits in Python, where signals are heard."""
        deadline = None if timeout is None else monotonic() + milliseconds(timeout) / 1000
        poller = None
        while True:
            found = self.run(attempt)
            left = None if deadline is None else deadline - monotonic()
            if found is not None or left is not None and left <= 0:
                return found
            if poller is None:
                poller = poll()
                poller.register(self._fd, POLLIN)
            poller.poll(milliseconds(left))

    def connect(self, port: int, group: int = 0) -> None:
        """Sets where send() and call() go; 0 and 0 is the kernel."""
        self.run(checked, _ffi.rnl_sock_connect, unsigned(port, 32), unsigned(group, 32))

    def setopt(self, option: int, value: int) -> None:
        """Sets an integer option of level SOL_NETLINK."""
        numbers = number(option, 0, _LONGEST), number(value, -_LONGEST, _LONGEST)
        self.run(checked, _ffi.rnl_sock_setopt, *numbers)

    def getopt(self, option: int) -> int:
        """Reads an integer option of level SOL_NETLINK."""
        return self.run(_calls.getopt, number(option, 0, _LONGEST))

    def set_rcvbuf(self, size: int) -> int:
        """Sets the size of the kernel's receive queue, as far as this user may. Gives what the kernel
        made of it."""
        return self.run(checked, _ffi.rnl_sock_set_rcvbuf, unsigned(size, 32))

    def set_sndbuf(self, size: int) -> int:
        """Sets the size of the kernel's send queue, which bounds a request; see set_rcvbuf()."""
        return self.run(checked, _ffi.rnl_sock_set_sndbuf, unsigned(size, 32))

    def filter(self, program: Iterable[tuple[int, int, int, int]]) -> None:
        """Attaches a classic BPF filter: (code, jt, jf, k) of each instruction. What it drops is never
        queued. An empty program takes the filter off."""
        code = b"".join(pack("=HBBI", *instruction) for instruction in program)
        instructions = cast(c_char_p(code), POINTER(_ffi.struct_sock_filter))
        self.run(checked, _ffi.rnl_sock_filter, instructions, len(code) // 8)


class Dump:
    """A dump being read: an iterator over its messages. Requests may be made on the socket meanwhile;
    several dumps of one socket run one after the other."""

    #: Whether a change interrupted a dump of DUMP_BEST_EFFORT; known at its end.
    interrupted = False
    #: How often a consistent dump was started again; known at its end.
    restarts = 0

    _dump: Any = None
    _closed = False

    def __init__(self, sock: Socket, msg: Message, mode: int, timeout: float | None) -> None:
        self._sock = sock
        msg.handle.run(self._start, number(mode, -1, _LONGEST), milliseconds(timeout))

    def _start(self, msg: Any, mode: int, timeout_ms: int) -> None:
        self._sock.run(self._begin, msg, mode, timeout_ms)

    def _begin(self, sock: Any, msg: Any, mode: int, timeout_ms: int) -> None:
        dump, err = POINTER(_ffi.struct_rnl_dump)(), NewError()
        check(_ffi.rnl_dump_start(byref(dump), sock, msg, mode, timeout_ms, byref(err)), err)
        self._sock._dumps.append(dump)
        self._dump = dump
        # Used for every message: the dump is alone with them.
        self._out, self._err = _ffi.struct_rnl_view(), err

    def _step(self, _: Any) -> View | None:
        if self._closed:
            raise ValueError("dump is closed")
        if self._dump is None:
            return None
        code = _ffi.rnl_dump_next(self._dump, byref(self._out), byref(self._err))
        if code > 0:
            return _calls.owned(self._out)
        self._end()
        check(code, self._err)
        return None

    def _end(self) -> None:
        """Keeps what is known, and frees it."""
        self.interrupted = _ffi.rnl_dump_interrupted(self._dump) > 0
        self.restarts = max(_ffi.rnl_dump_restarts(self._dump), 0)
        self._free(None)

    def _free(self, _: Any) -> None:
        if self._dump is not None:
            dump, self._dump = self._dump, None
            self._sock._free_dump(dump)

    def __iter__(self) -> Dump:
        return self

    def __next__(self) -> View:
        view = self._sock._handle.run(self._step)
        if view is None:
            raise StopIteration
        return view

    def close(self) -> None:
        """Ends it. What has not been read is skipped."""
        self._closed = True
        if not self._sock.closed:
            self._sock.run(self._free)

    def __enter__(self) -> Dump:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # This may run while the socket is at work, so its next user frees the dump.
        if self._dump is not None:
            self._sock._left.append(self._dump)
