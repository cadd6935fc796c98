# SPDX-License-Identifier: MIT OR Apache-2.0
"""Netlink for Linux.

    with rnl.Socket(0) as sock:                             # NETLINK_ROUTE
        request = rnl.Message(18).put_header(bytes(16))     # RTM_GETLINK, struct ifinfomsg
        for link in sock.dump(request):
            print(link.attrs(16).get(3).str())              # IFLA_IFNAME

Constants of the kernel are numbers here, as its headers have them.
"""

from . import genl
from ._calls import Datagram, Reply
from ._errors import Error, Overrun, PermissionError, TimeoutError
from ._ffi import (
    RNL_DUMP_BEST_EFFORT as DUMP_BEST_EFFORT,
    RNL_DUMP_CONSISTENT as DUMP_CONSISTENT,
    RNL_DUMP_STREAM as DUMP_STREAM,
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
)
from ._library import VERSION as __version__, library_version
from ._message import Message, Nest
from ._socket import TIMEOUT, Dump, Socket, open_netns
from ._view import Attr, Attrs, View, messages

__all__ = [
    "DUMP_BEST_EFFORT",
    "DUMP_CONSISTENT",
    "DUMP_STREAM",
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
    "TIMEOUT",
    "Attr",
    "Attrs",
    "Datagram",
    "Dump",
    "Error",
    "Message",
    "Nest",
    "Overrun",
    "PermissionError",
    "Reply",
    "Socket",
    "TimeoutError",
    "View",
    "__version__",
    "genl",
    "library_version",
    "messages",
    "open_netns",
]
