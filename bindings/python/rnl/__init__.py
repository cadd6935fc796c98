# SPDX-License-Identifier: MIT OR Apache-2.0
"""Netlink for Linux.

    with rnl.Family("rt-link") as link:
        for each in link.getlink.dump():
            print(each["ifname"], each["mtu"])

    with rnl.Socket(0) as sock:                             # NETLINK_ROUTE
        request = rnl.Message(18).put_header(bytes(16))     # RTM_GETLINK, struct ifinfomsg
        for each in sock.dump(request):
            print(each.attrs(16).get(3).str())              # IFLA_IFNAME

Families have names for everything; without them, constants of the kernel are numbers, as its headers have
them.
"""

from . import genl
from ._calls import Datagram, Reply, Stats
from ._dump import Dump
from ._errors import Error, Overrun, PermissionError, TimeoutError
from ._ffi import (
    RNL_DUMP_BEST_EFFORT as DUMP_BEST_EFFORT,
    RNL_DUMP_CONSISTENT as DUMP_CONSISTENT,
    RNL_DUMP_STREAM as DUMP_STREAM,
    RNL_EVENT_CHANGE as EVENT_CHANGE,
    RNL_EVENT_DEL as EVENT_DEL,
    RNL_EVENT_NEW as EVENT_NEW,
    RNL_EVENT_RESYNCED as EVENT_RESYNCED,
    RNL_EVENT_SYNCED as EVENT_SYNCED,
    RNL_FROM_KERNEL as FROM_KERNEL,
    RNL_FROM_LOCAL as FROM_LOCAL,
    RNL_FROM_SOCKET as FROM_SOCKET,
    RNL_FROM_TIMEOUT as FROM_TIMEOUT,
    RNL_OPEN_ANY_SENDER as OPEN_ANY_SENDER,
    RNL_OPEN_DGRAM as OPEN_DGRAM,
    RNL_OPEN_NO_CAP_ACK as OPEN_NO_CAP_ACK,
    RNL_OPEN_NO_CLOEXEC as OPEN_NO_CLOEXEC,
    RNL_OPEN_NO_EXT_ACK as OPEN_NO_EXT_ACK,
    RNL_OPEN_NO_STRICT as OPEN_NO_STRICT,
    RNL_OPEN_NONBLOCK as OPEN_NONBLOCK,
    RNL_TABLE_ALL_NSID as TABLE_ALL_NSID,
    RNL_TABLE_QUIET_START as TABLE_QUIET_START,
)
from ._family import Family, Notices, Objects
from ._library import VERSION as __version__, library_version
from ._message import Message, Nest
from ._named import Notice
from ._open import open_netns
from ._pipeline import Done
from ._records import Records
from ._rules import Ignore, Key, Match, Spec, Stir
from ._schema import families
from ._socket import Socket
from ._table import Event, Table, TableStats
from ._view import Attr, Attrs, View, messages
from ._wait import TIMEOUT

__all__ = [
    "DUMP_BEST_EFFORT",
    "DUMP_CONSISTENT",
    "DUMP_STREAM",
    "EVENT_CHANGE",
    "EVENT_DEL",
    "EVENT_NEW",
    "EVENT_RESYNCED",
    "EVENT_SYNCED",
    "FROM_KERNEL",
    "FROM_LOCAL",
    "FROM_SOCKET",
    "FROM_TIMEOUT",
    "OPEN_ANY_SENDER",
    "OPEN_DGRAM",
    "OPEN_NONBLOCK",
    "OPEN_NO_CAP_ACK",
    "OPEN_NO_CLOEXEC",
    "OPEN_NO_EXT_ACK",
    "OPEN_NO_STRICT",
    "TABLE_ALL_NSID",
    "TABLE_QUIET_START",
    "TIMEOUT",
    "Attr",
    "Attrs",
    "Datagram",
    "Done",
    "Dump",
    "Error",
    "Event",
    "Family",
    "Ignore",
    "Key",
    "Match",
    "Message",
    "Nest",
    "Notice",
    "Notices",
    "Objects",
    "Overrun",
    "PermissionError",
    "Records",
    "Reply",
    "Socket",
    "Spec",
    "Stats",
    "Stir",
    "Table",
    "TableStats",
    "TimeoutError",
    "View",
    "__version__",
    "families",
    "genl",
    "library_version",
    "messages",
    "open_netns",
]
