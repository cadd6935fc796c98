# SPDX-License-Identifier: MIT OR Apache-2.0
"""Netlink for asyncio.

    async with rnl.aio.Socket(0) as sock:                   # NETLINK_ROUTE
        reply = await sock.call(request)
        links = await sock.dump(request)
        async for link in sock.dump(request):
            ...
        async for note in sock.notifications():
            ...

    async with rnl.aio.Table("link") as table:
        async for event in table:
            ...

    async with rnl.aio.Family("rt-link") as link:
        lo = await link.getlink(ifname="lo")
        async for each in link.getlink.dump():
            ...
        async for notice in link.notices("rtnlgrp-link"):
            ...

Sockets and tables are for the event loop that runs when they are made. Any number of its tasks may
wait at once. To cancel a task cancels its request.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from . import _ffi, _socket, _table
from ._calls import checked
from ._named import Named, Notice, all_groups
from ._pipeline import pause
from ._records import Records
from ._schema import request_text
from ._wait import TIMEOUT, milliseconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator
    from typing import Any

    from ._calls import Reply
    from ._message import Message
    from ._pipeline import Done
    from ._records import Column
    from ._table import Event
    from ._view import View

    Waiters = set[asyncio.Future[Any]]


#: How much a task may take before others run.
_AT_ONCE = 64


def _fail(waiters: Waiters, error: BaseException) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class _Turns:
    """Lets others run now and then where there is always something to go on with."""

    def __init__(self) -> None:
        self._taken = 0

    async def take(self) -> None:
        self._taken += 1
        if self._taken % _AT_ONCE == 0:
            await asyncio.sleep(0)


class Socket:
    """An open netlink socket, with the arguments of rnl.Socket.

    `socket` is that one, for what needs no waiting: groups, options, filters, statistics. Its calls
    that wait belong to a socket of their own.
    """

    def __init__(self, protocol: int, **options: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self.socket = _socket.Socket(protocol, **options)
        #: Those who wait for the end of a request, and for a notification.
        self._requests: Waiters = set()
        self._listeners: Waiters = set()
        #: When to look after the socket although its descriptor is not ready.
        self._due: asyncio.Handle | None = None
        self._loop.add_reader(self.socket.fileno(), self._process)

    def close(self) -> None:
        """Closes it. Who waits for it gets a ValueError."""
        if self.socket.closed:
            return
        self._loop.remove_reader(self.socket.fileno())
        self._forget_due()
        self.socket.close()
        for waiters in (self._requests, self._listeners):
            _fail(waiters, ValueError("socket is closed"))

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self.socket.closed

    async def __aenter__(self) -> Socket:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def join(self, *groups: int) -> None:
        """Joins multicast groups, by number."""
        self.socket.join(*groups)

    def leave(self, *groups: int) -> None:
        """Leaves multicast groups."""
        self.socket.leave(*groups)

    async def call(self, msg: Message, timeout: float | None = TIMEOUT) -> Reply:
        """Sends a request and waits for its end: rnl.Socket.call(). What several tasks ask for at the
        same time goes out in one datagram."""
        return (await self._end_of(msg, 0, timeout)).result()

    def dump(self, msg: Message, timeout: float | None = TIMEOUT) -> Dump:
        """All objects of a kind, consistent: `await` gives a list, `async for` one by one."""
        return Dump(self, msg, timeout)

    def notifications(self) -> AsyncIterator[View]:
        """The notifications of the groups it has joined, as they come. Overrun is raised where some are
        missing; a new loop goes on behind the gap."""
        return _Notifications(self)

    async def _end_of(self, msg: Message, flags: int, timeout: float | None) -> Done:
        end: asyncio.Future[Done] = self._loop.create_future()
        request = self.socket.run(self._ask, msg, flags, milliseconds(timeout), end)
        self._soon()
        self._requests.add(end)
        try:
            return await end
        except BaseException:
            if not self.closed:
                self.socket.cancel(request)
            raise
        finally:
            self._requests.discard(end)

    def _ask(self, sock: Any, msg: Message, flags: int, timeout_ms: int, end: Any) -> int:
        def tell(done: Done) -> None:
            if not end.done():
                end.set_result(done)

        return self.socket._pipeline.ask(sock, msg, flags, timeout_ms, tell)

    def _soon(self) -> None:
        """Looks after the socket when those who run now have said what they want."""
        self._forget_due()
        self._due = self._loop.call_soon(self._process)

    def _forget_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _process(self) -> None:
        """Sends, receives, and tells those who wait."""
        self._forget_due()
        try:
            due = self.socket.run(self._advance)
        except Exception as error:
            _fail(self._requests | self._listeners, error)
            return
        if due >= 0:
            self._due = self._loop.call_later(due / 1000, self._process)

    def _advance(self, sock: Any) -> int:
        """Gives the milliseconds until the next time; below 0 for never."""
        pipeline = self.socket._pipeline
        while (ready := checked(sock, _ffi.rnl_sock_process)) & _ffi.RNL_READY_DONE:
            pipeline.gather(sock)
        if ready & _ffi.RNL_READY_NOTIFICATION:
            for listener in self._listeners:
                _wake(listener)
        return pause(sock) if pipeline.asked() else -1

    async def _next(self) -> View:
        """The next notification."""
        while True:
            if self._requests:
                # This may take in answers to them.
                self._soon()
            view = self.socket.next(0)
            if view is not None:
                return view
            await self._notified()

    async def _notified(self) -> None:
        listener = self._loop.create_future()
        self._listeners.add(listener)
        try:
            await listener
        finally:
            self._listeners.discard(listener)


class _Notifications:
    def __init__(self, sock: Socket) -> None:
        self._sock, self._turns = sock, _Turns()

    def __aiter__(self) -> AsyncIterator[View]:
        return self

    async def __anext__(self) -> View:
        await self._turns.take()
        return await self._sock._next()


class Dump:
    """A consistent dump, made when it is waited for."""

    def __init__(self, sock: Socket, msg: Message, timeout: float | None) -> None:
        self._sock, self._msg, self._timeout = sock, msg.copy(), timeout

    async def _made(self) -> Done:
        return await self._sock._end_of(self._msg, _ffi.RNL_SUBMIT_DUMP, self._timeout)

    async def _all(self) -> Reply:
        return (await self._made()).result()

    def __await__(self) -> Generator[Any, None, Reply]:
        return self._all().__await__()

    async def __aiter__(self) -> AsyncIterator[View]:
        done = await self._made()
        if done.error is not None:
            raise done.error
        turns = _Turns()
        while (view := done.row()) is not None:
            yield view
            await turns.take()


class Table:
    """A table of kernel objects that follows their changes, with the arguments of rnl.Table.

    `table` is that one, for what needs no waiting: find(), objects(), stats(). Tasks that iterate over
    one table share its events: each goes to one of them.
    """

    def __init__(self, what: Any, **options: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self.table = _table.Table(what, **options)
        self._lock, self._turns = asyncio.Lock(), _Turns()
        self._waiter: asyncio.Future[None] | None = None

    def close(self) -> None:
        """Closes it. Who waits for it gets a ValueError."""
        if self._waiter is not None:
            self._loop.remove_reader(self.table.fileno())
            _fail({self._waiter}, ValueError("table is closed"))
        self.table.close()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self.table.closed

    async def __aenter__(self) -> Table:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Table:
        return self

    async def __anext__(self) -> Event:
        """The next event."""
        await self._turns.take()
        async with self._lock:
            while (event := self.table.next(0)) is None:
                await self._ready()
        return event

    async def _ready(self) -> None:
        """Waits until there is something to do for next(). Nothing is received before somebody asks for
        it: what waits is in the kernel."""
        left, fd = self.table.wait(), self.table.fileno()
        self._waiter = waiter = self._loop.create_future()
        timer = None if left is None else self._loop.call_later(left, _wake, waiter)
        self._loop.add_reader(fd, _wake, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()
            if not self.closed:
                self._loop.remove_reader(fd)


class Family(Named):
    """A family by its name, with the arguments of rnl.Family but for `sock`.

    What is a function there is to be awaited here; a dump and notices are read with `async for`, and
    `await` gives a dump as a list.
    """

    def __init__(self, name: str, *, pack: Any = None, netns: Any = None, **options: int) -> None:
        super().__init__(name, pack, netns, options)
        self._sock: Socket | None = None
        self._opening = asyncio.Lock()

    async def _ready(self) -> Socket:
        """The socket. It knows the number of a generic family."""
        async with self._opening:
            if self._sock is None:
                sock = self._opened(Socket, {})
                if self._schema.is_generic():
                    await self._resolve(sock)
                self._sock = sock
        return self._sock

    async def _resolve(self, sock: Socket) -> None:
        """The library waits for this answer itself, so another thread does."""
        ask = asyncio.to_thread(sock.socket.run, self._schema.resolve, milliseconds(TIMEOUT))
        asked = asyncio.ensure_future(ask)
        try:
            await asyncio.shield(asked)
        except BaseException:
            # Closing waits for the thread.
            asked.add_done_callback(lambda _: sock.close())
            raise

    async def call(
        self,
        op: str,
        request: Any = None,
        /,
        *,
        flags: int | str = 0,
        timeout: float | None = TIMEOUT,
        **members: Any,
    ) -> Any:
        """Makes a request by the operation's name: rnl.Family.call()."""
        sock = await self._ready()
        msg = self._schema.request(op, _ffi.RNL_FORM_DO, flags, request_text(request, members))
        return self._answer(op, await sock.call(msg, timeout))

    def dump(
        self, op: str, request: Any = None, /, *, timeout: float | None = TIMEOUT, **members: Any
    ) -> Objects:
        """All objects of a dump, consistent: `await` gives a list, `async for` one by one."""
        return Objects(self, op, request_text(request, members), timeout)

    async def records(
        self, op: str, *columns: Column, request: Any = None, timeout: float | None = TIMEOUT
    ) -> Records:
        """All objects of a dump as records: rnl.Family.records(), in another thread."""
        await self._ready()
        msg = self._schema.request(op, _ffi.RNL_FORM_DUMP, 0, request_text(request, {}))
        # Opened here: threads may be in other namespaces.
        with self._opened(_socket.Socket, {}) as sock:
            return await asyncio.to_thread(Records, self._schema, sock, op, msg, columns, timeout)

    def notices(self, *groups: str, **options: int) -> Notices:
        """The notifications of groups, by name, as they come; of all groups if none is named. They have a
        socket of their own. `await` joins the groups, and so do `async with` and the first step of
        `async for`."""
        return Notices(self, groups, options)

    def close(self) -> None:
        """Closes it, and its socket."""
        if self._sock is not None:
            self._sock.close()
        self._close()

    async def __aenter__(self) -> Family:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class Notices:
    """Notifications of a family's groups, on a socket of its own. Overrun is raised where some are missing;
    a new loop goes on behind the gap."""

    def __init__(self, family: Family, groups: tuple[str, ...], options: dict[str, int]) -> None:
        self._family, self._groups, self._options = family, groups, options
        self._sock: Socket | None = None
        self._closed = False

    async def _joined(self) -> Notices:
        await self._family._ready()
        if self._closed:
            raise ValueError("notices are closed")
        if self._sock is None:
            numbers = all_groups(self._family._schema, self._groups)
            self._sock = self._family._opened(Socket, self._options)
            self._sock.join(*numbers)
            self._views = self._sock.notifications()
        return self

    def __await__(self) -> Generator[Any, None, Notices]:
        return self._joined().__await__()

    def __aiter__(self) -> Notices:
        return self

    async def __anext__(self) -> Notice:
        await self._joined()
        return Notice(self._family._schema, await self._views.__anext__())

    def close(self) -> None:
        """Closes its socket. Who waits for it gets a ValueError."""
        self._closed = True
        if self._sock is not None:
            self._sock.close()

    async def __aenter__(self) -> Notices:
        return await self._joined()

    async def __aexit__(self, *_: object) -> None:
        self.close()


class Objects:
    """A dump of a family, made when it is waited for."""

    def __init__(self, family: Family, op: str, text: bytes, timeout: float | None) -> None:
        self._family, self._op, self._text, self._timeout = family, op, text, timeout

    async def _all(self) -> list[Any]:
        return [each async for each in self]

    def __await__(self) -> Generator[Any, None, list[Any]]:
        return self._all().__await__()

    async def __aiter__(self) -> AsyncIterator[Any]:
        sock = await self._family._ready()
        msg = self._family._schema.request(self._op, _ffi.RNL_FORM_DUMP, 0, self._text)
        async for view in sock.dump(msg, self._timeout):
            yield self._family.decode(view)
