# SPDX-License-Identifier: MIT OR Apache-2.0
"""Families by name: requests and replies as dicts."""

from __future__ import annotations

from _thread import RLock
from ctypes import byref

from . import _ffi
from ._dump import StreamDump
from ._errors import check
from ._message import number
from ._named import Named, Notice, all_groups
from ._records import Records
from ._schema import request_text, said, unpickled
from ._socket import Socket
from ._wait import LONGEST, TIMEOUT, milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

    from ._message import Message
    from ._open import Name
    from ._records import Column
    from ._schema import Object, Schema

#: How many objects of a dump are taken from the library at once: more of them do not stay in the cache.
_AT_ONCE = 32


class Notices:
    """Notifications of a family's groups: an iterator, on a socket of its own."""

    def __init__(self, schema: Schema, sock: Socket) -> None:
        self._schema, self._sock = schema, sock

    def next(self, timeout: float | None = None) -> Notice | None:
        """The next one, or None when the time has passed. Overrun is raised where some are missing."""
        view = self._sock.next(timeout)
        return None if view is None else Notice(self._schema, view)

    def __iter__(self) -> Notices:
        return self

    def __next__(self) -> Notice:
        return Notice(self._schema, next(self._sock))

    def fileno(self) -> int:
        """The descriptor, for select and the like; read with next(0) until that gives None."""
        return self._sock.fileno()

    def close(self) -> None:
        """Closes its socket."""
        self._sock.close()

    def __enter__(self) -> Notices:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Objects(StreamDump):
    """A dump being read: an iterator over its objects, as dicts."""

    def __init__(self, family: Family, msg: Message, mode: int, timeout: float | None) -> None:
        self._schema = family._schema
        #: What has been taken from the library, the next last.
        self._batch: list[Object] = []
        super().__init__(family.sock, msg, number(mode, -1, LONGEST), milliseconds(timeout))

    def __next__(self) -> Any:
        if not self._batch and not self._closed:
            self._batch = self._sock._handle.run(self._more)
        if not self._batch or self._closed:
            return super().__next__()
        return self._batch.pop()

    def _more(self, _: Any) -> list[Object]:
        """The next objects; none behind the end."""
        rows = b"" if self._dump is None else said(self._rows)
        objects: list[Object] = unpickled(rows) if rows else []
        objects.reverse()
        return objects

    def _rows(self, text: Any) -> int:
        rows = self._dump, _AT_ONCE, _ffi.RNL_JSON_PICKLE, text, byref(self._err)
        code: int = self._schema.handle.run(_ffi.rnl_family_rows, *rows)
        if code <= 0:
            self._end()
            check(code, self._err)
        return code


class Family(Named):
    """A family of the kernel's netlink interfaces, by its name: see families().

        with rnl.Family("rt-link") as link:
            print(link.getlink(ifname="lo")["mtu"])
            for each in link.getlink.dump():
                print(each["ifname"])
            link.newlink({"ifname": "x0", "linkinfo": {"kind": "dummy"}}, flags="create,excl")

    Operations are attributes, with "_" where descriptions have "-", and one behind those that are called
    like something of this class; help(family.newlink) says what they take. Requests are dicts, or
    keywords with "_" for "-"; what is called `flags`, `timeout` or `mode` goes into the dict. Errors name
    attributes: `error.attr` is ".linkinfo.data(vxlan).id". What the kernel warns of is a warning here.

    Descriptions are those that are built in, or of a file that rnl-specc has made: `pack`. Requests go
    through `sock` if one is given, else through a socket that is opened when it is needed, with
    `netns` and the other options of Socket, and closed with the family.
    """

    def __init__(
        self,
        name: str,
        *,
        pack: str | os.PathLike[str] | None = None,
        sock: Socket | None = None,
        netns: int | Name | None = None,
        **options: int,
    ) -> None:
        super().__init__(name, pack, netns, options)
        self._given = sock
        self._own: Socket | None = None
        self._opening = RLock()
        self._resolved = not self._schema.is_generic()

    @property
    def sock(self) -> Socket:
        """The socket for requests. It knows the number of a generic family."""
        with self._opening:
            sock = self._given or self._own
            if sock is None:
                sock = self._own = self._opened(Socket, {})
            if not self._resolved:
                sock.run(self._schema.resolve, milliseconds(TIMEOUT))
                self._resolved = True
        return sock

    def call(
        self,
        op: str,
        request: Object | None = None,
        /,
        *,
        flags: int | str = 0,
        timeout: float | None = TIMEOUT,
        **members: Any,
    ) -> Any:
        """Makes a request by the operation's name, and gives what it is answered with: a dict, a list of
        them if there are several, or None for an acknowledgement alone."""
        sock = self.sock
        msg = self.message(op, request, flags=flags, **members)
        return self._answer(op, sock.call(msg, timeout))

    def dump(
        self,
        op: str,
        request: Object | None = None,
        /,
        *,
        mode: int = _ffi.RNL_DUMP_CONSISTENT,
        timeout: float | None = TIMEOUT,
        **members: Any,
    ) -> Objects:
        """All objects of a dump, one by one. `mode` is DUMP_*; `timeout` is for all of it."""
        msg = self._request(op, _ffi.RNL_FORM_DUMP, 0, request, members)
        return Objects(self, msg, mode, timeout)

    def records(
        self,
        op: str,
        *columns: Column,
        request: Object | None = None,
        timeout: float | None = TIMEOUT,
    ) -> Records:
        """All objects of a dump as records of the same width, one value in each column; consistent.

        A column is the path of a value, "mtu" or "linkinfo.data(vxlan).id", or a pair of it and a type:
        "u8" ... "u64", "s8" ... "s64", "text:16" or "bytes:4" with how many bytes there is room for.
        Texts and bytes need one. The last column, "present", has a bit for each value that is there.
        """
        sock = self.sock
        msg = self._request(op, _ffi.RNL_FORM_DUMP, 0, request, {})
        return Records(self._schema, sock, op, msg, columns, timeout)

    def message(
        self, op: str, request: Object | None = None, /, *, flags: int | str = 0, **members: Any
    ) -> Message:
        """A request to be sent in another way: Socket.submit(), Socket.transact()."""
        return self._request(op, _ffi.RNL_FORM_DO, flags, request, members)

    def _request(
        self, op: str, form: int, flags: int | str, request: Object | None, members: Object
    ) -> Message:
        if not self._resolved:
            self.sock  # noqa: B018  # asks for the number
        return self._schema.request(op, form, flags, request_text(request, members))

    def notices(self, *groups: str, **options: int) -> Notices:
        """The notifications of groups, by name; of all groups if none is named. `options` are those of
        Socket."""
        self.sock  # noqa: B018  # knows the numbers of a generic family's groups
        numbers = all_groups(self._schema, groups)
        sock = self._opened(Socket, options)
        sock.join(*numbers)
        return Notices(self._schema, sock)

    def close(self) -> None:
        """Closes it, and the socket it has opened."""
        if self._own is not None:
            self._own.close()
        self._close()

    def __enter__(self) -> Family:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
