# SPDX-License-Identifier: MIT OR Apache-2.0
"""Sockets."""

from __future__ import annotations

from ctypes import POINTER, byref, c_char_p, cast
from struct import pack

from . import _calls, _ffi, _pipeline, _rules
from ._calls import checked
from ._dump import StreamDump, WholeDump
from ._errors import check
from ._handle import Handle
from ._message import number, octets, unsigned
from ._open import opened, opened_in, options
from ._pipeline import Pipeline
from ._wait import LONGEST, TIMEOUT, milliseconds, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable, TypeVar

    from ._calls import Datagram, Reply, Stats
    from ._dump import Dump
    from ._message import Buffer, Message
    from ._open import Name
    from ._pipeline import Done
    from ._rules import Match
    from ._view import View

    T = TypeVar("T")


def _close(sock: Any, dumps: list[Any]) -> None:
    for dump in dumps:
        _ffi.rnl_dump_free(dump)
    _ffi.rnl_sock_close(sock)


class Socket:
    """An open netlink socket.

    `protocol` is NETLINK_ROUTE (0), NETLINK_GENERIC (16) ...; `netns` a descriptor of a network
    namespace, or a name or path for open_netns(); `port` the port id; `rcvbuf` and `sndbuf` bytes of
    the kernel's queues; `max_datagram`, `max_queue`, `max_result` and `max_pending` bytes of the
    library's; `flags` OPEN_*. 0 is the default everywhere.

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
        max_pending: int = 0,
        flags: int = 0,
    ) -> None:
        sizes = {"port": port, "rcvbuf": rcvbuf, "sndbuf": sndbuf, "max_datagram": max_datagram}
        sizes.update(max_queue=max_queue, max_result=max_result, max_pending=max_pending)
        protocol = number(protocol, -1, LONGEST)
        kind = POINTER(_ffi.struct_rnl_sock)
        self._own(opened_in(netns, flags, sizes, kind, _ffi.rnl_sock_open, protocol))

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
        max_pending: int = 0,
        flags: int = 0,
    ) -> Socket:
        """Takes over the descriptor of a bound netlink socket, which close() will close. On failure
        it stays the caller's."""
        sizes = {"rcvbuf": rcvbuf, "sndbuf": sndbuf, "max_datagram": max_datagram}
        sizes.update(max_queue=max_queue, max_result=max_result, max_pending=max_pending)
        kind, opts = POINTER(_ffi.struct_rnl_sock), options(flags, **sizes)
        sock = cls.__new__(cls)
        sock._own(opened(kind, _ffi.rnl_sock_adopt, number(fd, -1, LONGEST), byref(opts)))
        return sock

    def _own(self, pointer: Any) -> None:
        #: Dumps of this socket that must be freed before it.
        self._dumps: list[Any] = []
        #: What those left to do who were forgotten.
        self._left: list[Callable[[Any], object]] = []
        self._pipeline = Pipeline()
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
            self._left.pop()(pointer)
        return work(pointer, *arguments)

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
        return self.run(self._pipeline.call, msg, 0, milliseconds(timeout), self._fd).result()

    def dump(
        self, msg: Message, mode: int = _ffi.RNL_DUMP_CONSISTENT, timeout: float | None = TIMEOUT
    ) -> Dump:
        """All objects of a kind, one by one. `timeout` is for all of it."""
        if mode == _ffi.RNL_DUMP_CONSISTENT:
            return WholeDump(self, msg, milliseconds(timeout))
        return StreamDump(self, msg, number(mode, -1, LONGEST), milliseconds(timeout))

    def submit(
        self,
        msg: Message,
        user: object = None,
        *,
        quiet: bool = False,
        dump: bool = False,
        timeout: float | None = TIMEOUT,
    ) -> int:
        """Queues a request and returns at once: complete() tells its end. Requests are packed into few
        datagrams, and no more are sent at a time than there is room for answers to. Gives the id of
        the request.

        `user` comes back with the completion. With `quiet`, success is not told, which is cheapest.
        With `dump` it is a consistent dump. Error (EAGAIN) says that too much waits already: take
        completions first.
        """
        flags = _ffi.RNL_SUBMIT_QUIET * bool(quiet) | _ffi.RNL_SUBMIT_DUMP * bool(dump)
        return self.run(self._pipeline.submit, msg, flags, user, milliseconds(timeout))

    def flush(self) -> int:
        """Sends what has been submitted, as far as there is room for the answers, without waiting. Gives
        how many requests are left unsent: complete() sends them in time."""
        return self.run(_pipeline.flush)

    def complete(self, timeout: float | None = None) -> Done | None:
        """Waits for the end of a submitted request, whichever is first. None says that the time has
        passed, or that nothing is in flight: then all that was quiet has succeeded."""
        found = wait(self, self._pipeline.take, timeout, _pipeline.pause)
        return found[0] if found else None

    def cancel(self, request: int) -> bool:
        """Gives a submitted request up: no completion comes for it. False if it has ended already."""
        return self.run(self._pipeline.cancel, unsigned(request, 64))

    def transact(
        self,
        messages: Iterable[Message],
        subsystem: int,
        genid: int = 0,
        timeout: float | None = TIMEOUT,
    ) -> None:
        """Carries out an nfnetlink transaction: all of the messages take effect, or none. `subsystem` is
        NFNL_SUBSYS_*; `genid` the generation the messages were made for, 0 for any: Error (ERESTART)
        says that there is another. The error's `failed` is the index of the message that was refused.
        """
        copies = [msg.copy() for msg in messages]
        numbers = unsigned(subsystem, 16), unsigned(genid, 32)
        self.run(_pipeline.transact, copies, *numbers, milliseconds(timeout))

    def stats(self) -> Stats:
        """What has passed through the socket so far."""
        return self.run(_calls.stats)

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
        return wait(self, _calls.next_note, timeout)

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
        return wait(self, _calls.recv, timeout)

    def connect(self, port: int, group: int = 0) -> None:
        """Sets where send() and call() go; 0 and 0 is the kernel."""
        self.run(checked, _ffi.rnl_sock_connect, unsigned(port, 32), unsigned(group, 32))

    def setopt(self, option: int, value: int) -> None:
        """Sets an integer option of level SOL_NETLINK."""
        numbers = number(option, 0, LONGEST), number(value, -LONGEST, LONGEST)
        self.run(checked, _ffi.rnl_sock_setopt, *numbers)

    def getopt(self, option: int) -> int:
        """Reads an integer option of level SOL_NETLINK."""
        return self.run(_calls.getopt, number(option, 0, LONGEST))

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

    def keep(self, matches: Iterable[Match], header_size: int = 0) -> None:
        """Keeps only the notifications that hold certain numbers: the kernel drops the others before
        they are queued. Answers to requests always come. `header_size` is that of the fixed header
        before the attributes. No matches take the filter off."""
        rules = _rules.array(_ffi.struct_rnl_match, matches)
        self.run(_rules.keep, rules, unsigned(header_size, 16))
