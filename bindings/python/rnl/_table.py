# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tables of kernel objects, kept in step."""

from __future__ import annotations

from ctypes import POINTER, byref, c_uint64, sizeof

from . import _calls, _ffi
from ._calls import owned
from ._errors import check
from ._handle import Handle, NewError
from ._message import c_string, signed, unsigned
from ._open import opened_in
from ._rules import Spec
from ._wait import due, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    from ._calls import Stats
    from ._message import Message
    from ._open import Name
    from ._view import View

    T = TypeVar("T")

_NAMES = {
    _ffi.RNL_EVENT_NEW: "NEW",
    _ffi.RNL_EVENT_CHANGE: "CHANGE",
    _ffi.RNL_EVENT_DEL: "DEL",
    _ffi.RNL_EVENT_SYNCED: "SYNCED",
    _ffi.RNL_EVENT_RESYNCED: "RESYNCED",
}


class Event:
    """An event of a table. `kind` is one of

    - EVENT_NEW: `now` is there, which was not;
    - EVENT_CHANGE: `now` was as in `before`; the attributes of the types in `changed` differ, and only
      the fixed header if there are none;
    - EVENT_DEL: `before` is gone;
    - EVENT_SYNCED: the first load is complete;
    - EVENT_RESYNCED: notifications were lost, and the events before this one have made it good.

    `nsid` is the id of the object's network namespace, -1 for the table's own.
    """

    __slots__ = ("before", "changed", "kind", "now", "nsid")

    def __init__(self, event: _ffi.struct_rnl_event) -> None:
        self.kind = event.kind
        self.nsid = event.nsid
        self.now = owned(event.now) if event.now.msg.ptr else None
        self.before = owned(event.before) if event.before.msg.ptr else None
        changed: Any = event.changed
        self.changed: list[int] = changed[: event.n_changed] if event.n_changed else []

    def __repr__(self) -> str:
        return f"<rnl.Event {_NAMES.get(self.kind, self.kind)} now={self.now} before={self.before}>"


class TableStats:
    """How large a table is: `objects`, and the `bytes` of memory they take; how often it was dumped
    again: `resyncs`; whether it holds all that the kernel has told so far: `synced`."""

    __slots__ = ("bytes", "objects", "resyncs", "synced")

    def __init__(self, stats: _ffi.struct_rnl_table_stats) -> None:
        self.objects = stats.objects
        self.bytes = stats.bytes
        self.resyncs = stats.resyncs
        self.synced = bool(stats.synced)

    def __repr__(self) -> str:
        said = " ".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"<rnl.TableStats {said}>"


class Table:
    """A table of kernel objects that follows their changes, over a socket of its own.

    `what` is "link", "addr", "route", "route4", "route6", "neigh", "rule", "nexthop", "qdisc",
    "family" (generic netlink families), or a Spec of others. `flags` are TABLE_*, `max_table` bounds
    the bytes of its objects, `open_flags` are OPEN_*; the rest is as of Socket.

    Iterating over it waits for events: first the objects that are there (unless TABLE_QUIET_START),
    then EVENT_SYNCED, then what changes. Applied in order, the events give the table.
    """

    def __init__(
        self,
        what: str | Spec,
        *,
        flags: int = 0,
        netns: int | Name | None = None,
        rcvbuf: int = 0,
        max_datagram: int = 0,
        max_table: int = 0,
        open_flags: int = 0,
    ) -> None:
        sizes = {"rcvbuf": rcvbuf, "max_datagram": max_datagram, "max_table": max_table}
        if isinstance(what, Spec):
            opener = _ffi.rnl_table_define, what.pointer(), unsigned(flags, 32)
        else:
            opener = _ffi.rnl_table_open, c_string(what), unsigned(flags, 32)
        pointer = opened_in(netns, open_flags, sizes, POINTER(_ffi.struct_rnl_table), *opener)
        self._handle = Handle("table", pointer, _ffi.rnl_table_close)
        self._fd: int = check(_ffi.rnl_table_fd(pointer))

    def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """What `work` makes of the library's table, while nobody else uses it."""
        return self._handle.run(work, *arguments)

    def close(self) -> None:
        """Closes it. A table that is closed raises ValueError when it is used."""
        self._handle.free()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._handle.closed

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fileno(self) -> int:
        """The descriptor, for select and the like; it stays the table's. Take events with next(0) until
        that gives None, then wait for it, no longer than wait() says."""
        if self.closed:
            raise ValueError("table is closed")
        return self._fd

    def wait(self) -> float | None:
        """Seconds after which next() has something to do although the descriptor is not ready; None
        if there is no such time."""
        left = self.run(_pause)
        return None if left < 0 else left / 1000

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event, or None when the time has passed. Error (EFBIG) says that the objects take
        more memory than `max_table`; the table is of no use then."""
        return wait(self, _next, timeout, _pause)

    def __iter__(self) -> Table:
        return self

    def __next__(self) -> Event:
        """The next event, whenever it comes."""
        while True:
            event = self.next()
            if event is not None:
                return event

    def find(self, like: Message, nsid: int = -1) -> View | None:
        """The object with a certain key, or None. `like` holds the key, as a request for that one object
        does; `nsid` is the id of its namespace, -1 for the table's own."""
        return self.run(_find, like, signed(nsid, 32))

    def objects(self) -> list[View]:
        """All objects as of the last event taken, in no order."""
        return self.run(_objects)

    def stats(self) -> TableStats:
        """How large the table is."""
        return self.run(_stats)

    def socket_stats(self) -> Stats:
        """What has passed through its socket."""
        return self.run(_calls.stats, "rnl_table_sock_stats")


def _next(table: Any) -> Event | None:
    out, err = _ffi.struct_rnl_event(), NewError()
    found = check(_ffi.rnl_table_next(table, byref(out), 0, byref(err)), err)
    return Event(out) if found else None


def _pause(table: Any) -> int:
    return due(_ffi.rnl_table_timeout(table))


def _find(table: Any, like: Message, nsid: int) -> View | None:
    out = _ffi.struct_rnl_view()

    def find(msg: Any) -> int:
        return check(_ffi.rnl_table_find(table, msg, nsid, byref(out)))

    return owned(out) if like.handle.run(find) else None


def _objects(table: Any) -> list[View]:
    cursor, out, objects = c_uint64(), _ffi.struct_rnl_view(), []
    while check(_ffi.rnl_table_each(table, byref(cursor), byref(out))):
        objects.append(owned(out))
    return objects


def _stats(table: Any) -> TableStats:
    out = _ffi.struct_rnl_table_stats(size=sizeof(_ffi.struct_rnl_table_stats))
    check(_ffi.rnl_table_stats(table, byref(out)))
    return TableStats(out)
