# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests share: namespaces of their own, and the kernel's numbers."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import unittest
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Callable

import rnl

ROOT = Path(__file__).resolve().parents[3]

ROUTE, USERSOCK, GENERIC = 0, 2, 16
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_MULTI, NLM_F_ACK_TLVS, NLM_F_CAPPED = 2, 0x200, 0x100
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_GETROUTE = 24, 26
RTNLGRP_LINK = 1
IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 3, 4, 18, 1, 2, 1
IFA_LOCAL, IFA_ADDRESS = 2, 1
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
IFF_UP = 1
LO = 1

_NEWUSER, _NEWNET = 0x10000000, 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> int:
    return 0 if _libc.unshare(flags) == 0 else ctypes.get_errno()


def enter_namespace() -> None:
    """A fresh network namespace for this thread; the first time, a user without rights becomes root
    of a user namespace."""
    uid, gid = os.getuid(), os.getgid()
    failed = _unshare(_NEWNET)
    if failed == errno.EPERM:
        failed = _unshare(_NEWUSER | _NEWNET)
        if not failed:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
            Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    if failed:
        raise unittest.SkipTest(f"kernel lacks network namespaces for this user: {os.strerror(failed)}")


class NamespaceTest(unittest.TestCase):
    """Tests that each have a network namespace of their own."""

    def setUp(self) -> None:
        enter_namespace()

    def open(self, protocol: int = ROUTE, **options: int) -> rnl.Socket:
        """A socket that the end of the test closes."""
        sock = rnl.Socket(protocol, **options)
        self.addCleanup(sock.close)
        return sock

    def pair(self) -> tuple[rnl.Socket, rnl.Socket]:
        """A socket, and the peer in this process that it is connected to."""
        sock, peer = self.open(USERSOCK), self.open(USERSOCK)
        sock.connect(peer.port)
        return sock, peer

    def table(self, what: str | rnl.Spec, **options: int) -> rnl.Table:
        """A table that the end of the test closes."""
        table = rnl.Table(what, **options)
        self.addCleanup(table.close)
        return table


def ifinfomsg(index: int = 0, flags: int = 0, change: int = 0) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, flags, change)


def get_link(index: int = LO) -> rnl.Message:
    return rnl.Message(RTM_GETLINK).put_header(ifinfomsg(index))


def dump_links() -> rnl.Message:
    return rnl.Message(RTM_GETLINK).put_header(ifinfomsg())


def set_link(up: bool, index: int = LO) -> rnl.Message:
    return rnl.Message(RTM_NEWLINK).put_header(ifinfomsg(index, IFF_UP * up, IFF_UP))


def new_veth(name: str, peer: str) -> rnl.Message:
    """Two links that are connected."""
    msg = rnl.Message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL).put_header(ifinfomsg())
    msg.put_str(IFLA_IFNAME, name)
    with msg.nest(IFLA_LINKINFO):
        msg.put_str(IFLA_INFO_KIND, "veth")
        with msg.nest(IFLA_INFO_DATA), msg.nest(VETH_INFO_PEER):
            msg.put_raw(ifinfomsg()).put_str(IFLA_IFNAME, peer)
    return msg


def address(number: int, type: int = RTM_NEWADDR) -> rnl.Message:
    """An address of lo: 10.0.0.0 + number."""
    text = f"10.0.{number >> 8}.{number & 0xFF}"
    message = rnl.Message(type, NLM_F_CREATE | NLM_F_EXCL if type == RTM_NEWADDR else 0)
    return message.put_header(struct.pack("=4BI", 2, 32, 0, 0, LO)).put_ip(IFA_LOCAL, text)


def addresses(views: Iterable[rnl.View | None]) -> list[str]:
    """The addresses that messages hold, in order."""
    return sorted(str(view.attrs(8).table()[IFA_LOCAL].ip()) for view in views if view)


def dump_addresses() -> rnl.Message:
    return rnl.Message(RTM_GETADDR).put_header(struct.pack("=4BI", 2, 0, 0, 0, 0))


def add_route(gateway: str) -> rnl.Message:
    rtmsg = struct.pack("=8BI", 2, 24, 0, 0, 254, 4, 0, 1, 0)
    message = rnl.Message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL).put_header(rtmsg)
    return message.put_ip(RTA_DST, "192.0.2.0").put_ip(RTA_GATEWAY, gateway)


def message(type: int, flags: int, seq: int, port: int, body: bytes) -> bytes:
    """A message, byte by byte."""
    return struct.pack("=IHHII", 16 + len(body), type, flags, seq, port) + body


def answer(request: rnl.View, error: int = 0, flags: int = 0, tlvs: bytes = b"") -> bytes:
    """What the kernel would say to a request."""
    body = struct.pack("=i", error) + request.data[:16] + tlvs
    return message(NLMSG_ERROR, NLM_F_CAPPED | flags, request.seq, request.port, body)


@contextmanager
def thread(work: Callable[[], None]) -> Iterator[None]:
    """Runs something in a thread beside the `with`, and raises what it raises."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    worker = Thread(target=run)
    worker.start()
    try:
        yield
    finally:
        worker.join()
    if failures:
        raise failures[0]
