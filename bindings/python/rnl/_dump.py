# SPDX-License-Identifier: MIT OR Apache-2.0
"""Dumps being read."""

from __future__ import annotations

from ctypes import POINTER, byref

from . import _calls, _ffi
from ._errors import check
from ._handle import NewError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._message import Message
    from ._pipeline import Done
    from ._socket import Socket
    from ._view import View


class Dump:
    """A dump being read: an iterator over its messages. Requests may be made on the socket meanwhile;
    several dumps of one socket run one after the other."""

    #: Whether a change interrupted a dump of DUMP_BEST_EFFORT; known at its end.
    interrupted = False
    #: How often dumps of the socket were started again while this one ran; known at its end.
    restarts = 0

    _closed = False

    def __init__(self, sock: Socket) -> None:
        self._sock = sock

    def _step(self, sock: Any) -> View | None:
        raise NotImplementedError

    def _free(self, sock: Any) -> None:
        raise NotImplementedError

    def __iter__(self) -> Dump:
        return self

    def __next__(self) -> View:
        if self._closed:
            raise ValueError("dump is closed")
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


class WholeDump(Dump):
    """A consistent dump: it is shown when all of it is there."""

    _request: int | None = None

    def __init__(self, sock: Socket, msg: Message, timeout_ms: int) -> None:
        super().__init__(sock)
        self._box: list[Done] = []
        sock.run(self._begin, msg, timeout_ms)

    def _begin(self, sock: Any, msg: Message, timeout_ms: int) -> None:
        self._restarted = _calls.stats(sock).restarts
        ask = self._sock._pipeline.ask
        self._request = ask(sock, msg, _ffi.RNL_SUBMIT_DUMP, timeout_ms, self._box.append)

    def _step(self, sock: Any) -> View | None:
        if self._request is not None:
            self._sock._pipeline.await_end(sock, self._box, self._sock._fd)
            self._request = None
            self.restarts = _calls.stats(sock).restarts - self._restarted
        return self._row()

    def _row(self) -> View | None:
        """An error is raised once."""
        if not self._box:
            return None
        done = self._box[0]
        view = None if done.error else done.row()
        if view is None:
            self._box.clear()
        if done.error:
            raise done.error
        return view

    def _free(self, sock: Any) -> None:
        self._box.clear()
        if self._request is not None:
            request, self._request = self._request, None
            self._sock._pipeline.cancel(sock, request)

    def __del__(self) -> None:
        # This may run while the socket is at work, so its next user gives the dump up.
        if self._request is not None:
            pipeline, request = self._sock._pipeline, self._request
            self._sock._left.append(lambda sock: pipeline.cancel(sock, request))


def _free_dump(dumps: list[Any], dump: Any) -> None:
    dumps.remove(dump)
    _ffi.rnl_dump_free(dump)


class StreamDump(Dump):
    """A dump that is shown as it comes."""

    _dump: Any = None

    def __init__(self, sock: Socket, msg: Message, mode: int, timeout_ms: int) -> None:
        super().__init__(sock)
        sock.run(self._begin, msg, mode, timeout_ms)

    def _begin(self, sock: Any, msg: Message, mode: int, timeout_ms: int) -> None:
        msg.handle.run(self._start, sock, mode, timeout_ms)

    def _start(self, msg: Any, sock: Any, mode: int, timeout_ms: int) -> None:
        dump, err = POINTER(_ffi.struct_rnl_dump)(), NewError()
        check(_ffi.rnl_dump_start(byref(dump), sock, msg, mode, timeout_ms, byref(err)), err)
        self._sock._dumps.append(dump)
        self._dump = dump
        # Used for every message: the dump is alone with them.
        self._out, self._err = _ffi.struct_rnl_view(), err

    def _step(self, _: Any) -> View | None:
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
        self._free(None)

    def _free(self, _: Any) -> None:
        if self._dump is not None:
            dump, self._dump = self._dump, None
            _free_dump(self._sock._dumps, dump)

    def __del__(self) -> None:
        # As above.
        if self._dump is not None:
            dumps, dump = self._sock._dumps, self._dump
            self._sock._left.append(lambda _: _free_dump(dumps, dump))
