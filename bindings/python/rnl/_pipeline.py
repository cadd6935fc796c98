# SPDX-License-Identifier: MIT OR Apache-2.0
"""Requests in flight on a socket, and who waits for their ends."""

from __future__ import annotations

from ctypes import POINTER, byref, c_size_t, c_uint64
from errno import EAGAIN, ENOENT
from select import poll

from . import _ffi
from ._calls import Reply, checked, owned, stats, warning_of
from ._errors import Error, check, failure, local
from ._handle import Handle, NewError
from ._wait import due

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from typing import Any, Callable

    from ._message import Message
    from ._view import View
else:
    from _collections import deque

#: Completions that are kept for complete(); more are not submitted until some have been taken.
MOST_KEPT = 100_000

#: What rnl_done.user says: the completion is for complete(), or for one waiter alone.
_ANYONE, _WAITER = 0, 1


class Done:
    """The end of a submitted request: the `id` that submit() gave, the `user` value that went with
    it, and the `error` that ended it, or None."""

    __slots__ = ("_reply", "_result", "error", "id", "user")

    def __init__(self, done: _ffi.struct_rnl_done, user: object = None) -> None:
        self.id = done.id
        self.user = user
        self.error: Error | None = failure(done.result, done.err) if done.result else None
        self._result: Reply | None = None
        self._reply: Handle | None = None
        if done.reply:
            self._reply = Handle("reply", done.reply, _ffi.rnl_reply_free)

    def row(self) -> View | None:
        """The next object; result() gives those that are left."""
        return self._reply.run(_row) if self._reply else None

    def result(self) -> Reply:
        """What the kernel answered with; raises its refusal."""
        if self.error is not None:
            raise self.error
        if self._result is None:
            self._result = Reply(iter(self.row, None))
            self._result.warning = self._reply.run(warning_of) if self._reply else None
            self._reply = None
        return self._result

    def __repr__(self) -> str:
        return f"<rnl.Done {self.id}: {self.error or 'success'}>"


def _row(reply: Any) -> View | None:
    out = _ffi.struct_rnl_view()
    return owned(out) if check(_ffi.rnl_reply_next(reply, byref(out))) else None


def _submit(msg: Any, sock: Any, flags: int, user: int, timeout_ms: int) -> int:
    request = c_uint64()
    checked(sock, _ffi.rnl_sock_submit, msg, flags, user, timeout_ms, byref(request))
    return request.value


class Pipeline:
    """What has been submitted on a socket. `sock` is the library's socket, which the caller holds."""

    __slots__ = ("_ended", "_users", "_waiters")

    def __init__(self) -> None:
        self._ended: deque[Done] = deque()
        self._users: dict[int, object] = {}
        #: Takes the completion, of a request that somebody waits for.
        self._waiters: dict[int, Callable[[Done], object]] = {}

    def submit(self, sock: Any, msg: Message, flags: int, user: object, timeout_ms: int) -> int:
        """Queues a request whose completion is for complete()."""
        if len(self._ended) >= MOST_KEPT:
            raise local(EAGAIN, "too many completions have not been taken")
        request = msg.handle.run(_submit, sock, flags, _ANYONE, timeout_ms)
        if user is not None:
            self._users[request] = user
        return request

    def ask(
        self, sock: Any, msg: Message, flags: int, timeout_ms: int, waiter: Callable[[Done], object]
    ) -> int:
        """Queues a request whose completion is for a waiter."""
        request = msg.handle.run(_submit, sock, flags, _WAITER, timeout_ms)
        self._waiters[request] = waiter
        return request

    def asked(self) -> bool:
        """Whether somebody waits for a request."""
        return bool(self._waiters)

    def cancel(self, sock: Any, request: int) -> bool:
        """Gives a request up; whether it was in flight."""
        self._waiters.pop(request, None)
        code = _ffi.rnl_sock_cancel(sock, request)
        if code == -ENOENT:
            return False
        self._users.pop(request, None)
        check(code)
        return True

    def take(self, sock: Any) -> tuple[Done | None] | None:
        """The next completion for complete(), without waiting; None in its place if none will come."""
        while True:
            while not self._ended and self._reap(sock):
                pass
            if self._ended:
                return (self._ended.popleft(),)
            if not checked(sock, _ffi.rnl_sock_process) & _ffi.RNL_READY_DONE:
                break
        if stats(sock).in_flight:
            return None
        # What is left here is of requests that were quiet, and succeeded.
        self._users.clear()
        return (None,)

    def gather(self, sock: Any) -> None:
        """Sends what waits, takes in what has come, and tells the waiters."""
        while self._reap(sock):
            pass

    def _reap(self, sock: Any) -> bool:
        """Takes one completion from the library, if there is one, and gives it to whom it is for."""
        out, err = _ffi.struct_rnl_done(), NewError()
        if check(_ffi.rnl_sock_complete(sock, byref(out), 0, byref(err)), err) == 0:
            return False
        if out.user == _ANYONE:
            self._ended.append(Done(out, self._users.pop(out.id, None)))
        else:
            done, waiter = Done(out), self._waiters.pop(out.id, None)
            if waiter is not None:
                waiter(done)
        return True

    def await_end(self, sock: Any, box: list[Done], fd: int) -> Done:
        """Waits until a waiter has put its completion in the box. The wait is in Python, where signals
        are heard."""
        poller = None
        while True:
            self.gather(sock)
            if box:
                return box[0]
            if poller is None:
                poller = poll()
                poller.register(fd, _ffi.rnl_sock_events(sock))
            poller.poll(pause(sock))

    def call(self, sock: Any, msg: Message, flags: int, timeout_ms: int, fd: int) -> Done:
        """Makes a request and waits for its end."""
        box: list[Done] = []
        request = self.ask(sock, msg, flags, timeout_ms, box.append)
        try:
            return self.await_end(sock, box, fd)
        finally:
            if not box:
                self.cancel(sock, request)


def pause(sock: Any) -> int:
    """How long to wait for a socket that has just been processed, as poll(2) takes it. The library says
    0 also while there is something for somebody else."""
    return due(_ffi.rnl_sock_timeout(sock)) or 1


def flush(sock: Any) -> int:
    """rnl_sock_flush()"""
    return checked(sock, _ffi.rnl_sock_flush)


def transact(sock: Any, msgs: list[Message], subsystem: int, genid: int, timeout_ms: int) -> None:
    """rnl_sock_transact(), with messages that nobody else uses; the error says which was refused."""
    array = (POINTER(_ffi.struct_rnl_msg) * len(msgs))(*(msg.handle.run(_same) for msg in msgs))
    failed, err = c_size_t(), NewError()
    arguments = array, len(msgs), subsystem, genid, timeout_ms, byref(failed), byref(err)
    code = _ffi.rnl_sock_transact(sock, *arguments)
    if code < 0:
        error = failure(code, err)
        error.failed = failed.value if failed.value < len(msgs) else None
        raise error


def _same(pointer: Any) -> Any:
    return pointer
