# SPDX-License-Identifier: MIT OR Apache-2.0
"""Notifications, datagrams and options, on a running kernel."""

from __future__ import annotations

import builtins
import socket
import time
from errno import EBADF, EINVAL, ENOBUFS, ENOPROTOOPT
from select import select

from support import (
    LO,
    ROUTE,
    RTM_NEWLINK,
    RTNLGRP_LINK,
    USERSOCK,
    NamespaceTest,
    get_link,
    message,
    set_link,
)

import rnl
from rnl._wait import milliseconds

NETLINK_EXT_ACK, NETLINK_NO_SUCH = 11, 250
RTNLGRP_IPV4_IFADDR = 5


class Monitor(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.other = self.open()

    def monitor(self, **options: int) -> rnl.Socket:
        sock = self.open(**options)
        sock.join(RTNLGRP_LINK)
        return sock

    def up(self, view: rnl.View | None) -> bool:
        assert view is not None
        self.assertEqual((view.type, view.group, view.nsid), (RTM_NEWLINK, RTNLGRP_LINK, -1))
        index, flags = view.unpack("=BxHiI")[2:]
        self.assertEqual(index, LO)
        return bool(flags & 1)

    def test_changes_come_in_order(self) -> None:
        sock = self.monitor()
        for up in (True, False, True):
            self.other.call(set_link(up))
        self.assertEqual([self.up(sock.next(10)) for _ in range(3)], [True, False, True])
        self.assertIsNone(sock.next(0))

    def test_a_for_loop(self) -> None:
        sock = self.monitor()
        self.other.call(set_link(True))
        self.other.call(set_link(False))
        seen = []
        for note in sock:
            seen.append(self.up(note))
            if len(seen) == 2:
                break
        self.assertEqual(seen, [True, False])

    def test_requests_do_not_lose_notifications(self) -> None:
        sock = self.monitor()
        sock.call(set_link(True))
        sock.call(get_link())
        self.assertTrue(self.up(sock.next(0)))

    def test_time_passes(self) -> None:
        sock = self.monitor()
        start = time.monotonic()
        self.assertIsNone(sock.next(0.05))
        self.assertTrue(0.05 <= time.monotonic() - start < 2)

    def test_seconds_become_milliseconds(self) -> None:
        seconds = (None, 0, 0.0001, 0.001, 1, 1.0005, 1e9, float("inf"))
        wanted = [-1, 0, 1, 1, 1000, 1001, 0x7FFFFFFF, 0x7FFFFFFF]
        self.assertEqual([milliseconds(timeout) for timeout in seconds], wanted)

    def test_timeouts_make_sense(self) -> None:
        sock = self.monitor()
        for timeout in (-1, -0.001, float("nan")):
            self.assertRaises(ValueError, sock.next, timeout)
        self.other.call(set_link(True))
        self.assertTrue(self.up(sock.next(float("inf"))))

    def test_the_descriptor_is_readable(self) -> None:
        sock = self.monitor()
        self.assertEqual(select([sock], [], [], 0)[0], [])
        self.other.call(set_link(True))
        self.assertEqual(select([sock], [], [], 10)[0], [sock])

    def overrun(self) -> tuple[rnl.Socket, int]:
        """A monitor whose queue is too short for what happened."""
        sock = self.monitor(rcvbuf=8192)
        for number in range(200):
            self.other.call(set_link(number % 2 == 0))
        return sock, 200

    def test_an_overrun_stands_where_notifications_are_missing(self) -> None:
        sock, sent = self.overrun()
        before = 0
        with self.assertRaises(rnl.Overrun) as caught:
            while sock.next(10) is not None:
                before += 1
        self.assertEqual(caught.exception.errno, ENOBUFS)
        self.assertIsInstance(caught.exception, rnl.Error)
        self.assertTrue(0 < before < sent, before)
        self.assertIsNone(sock.next(0))
        self.other.call(set_link(True))
        self.assertTrue(self.up(sock.next(10)))

    def test_a_for_loop_goes_on_behind_an_overrun(self) -> None:
        sock, _ = self.overrun()
        with self.assertRaises(rnl.Overrun):
            for _ in sock:
                pass
        self.other.call(set_link(True))
        self.assertTrue(self.up(next(sock)))

    def test_groups(self) -> None:
        sock = self.open()
        sock.join(RTNLGRP_IPV4_IFADDR, RTNLGRP_LINK)
        self.assertEqual(sock.groups(), [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR])
        sock.leave(RTNLGRP_LINK)
        self.assertEqual(sock.groups(), [RTNLGRP_IPV4_IFADDR])
        self.other.call(set_link(True))
        self.assertEqual([view.group for view in iter(lambda: sock.next(0), None)], [RTNLGRP_IPV4_IFADDR])

    def test_no_such_group(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.open().join(100000)
        self.assertEqual((caught.exception.errno, caught.exception.origin), (EINVAL, rnl.FROM_SOCKET))


class Datagrams(NamespaceTest):
    def test_from_peer_to_peer(self) -> None:
        sock, peer = self.pair()
        sock.send(message(77, 0, 1, 2, b"abcd"))
        datagram = peer.recv(10)
        assert datagram is not None
        self.assertEqual((datagram.port, datagram.group, datagram.nsid), (sock.port, 0, -1))
        (view,) = datagram.messages()
        self.assertEqual((view.type, view.seq, view.port, view.body), (77, 1, 2, b"abcd"))
        peer.send(bytearray(b"not netlink"), sock.port)
        answer = sock.recv(10)
        self.assertEqual(answer and answer.data, b"not netlink")

    def test_to_a_group(self) -> None:
        sock, listener = self.open(USERSOCK), self.open(USERSOCK)
        listener.join(3)
        sock.send(b"hello all", group=3)
        datagram = listener.recv(10)
        assert datagram is not None
        self.assertEqual((datagram.data, datagram.group), (b"hello all", 3))

    def test_an_overrun(self) -> None:
        sock, listener = self.open(USERSOCK), self.open(USERSOCK, rcvbuf=4096)
        listener.join(3)
        for _ in range(100):
            sock.send(bytes(500), group=3)
        self.assertRaises(rnl.Overrun, listener.recv, 10)
        datagram = listener.recv(10)
        self.assertEqual(datagram and datagram.data, bytes(500))

    def test_nothing_comes(self) -> None:
        sock = self.open(USERSOCK)
        start = time.monotonic()
        self.assertIsNone(sock.recv(0.05))
        self.assertGreaterEqual(time.monotonic() - start, 0.05)

    def test_nobody_is_there(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.open(USERSOCK).send(b"x", port=0x7FFFFFF0)
        self.assertIsInstance(caught.exception, OSError)
        self.assertEqual(caught.exception.strerror, "send: ECONNREFUSED: Connection refused")

    def test_a_filter(self) -> None:
        sock, peer = self.pair()
        ret = 0x06
        peer.filter([(ret, 0, 0, 0)])
        sock.send(b"dropped")
        peer.filter([])
        sock.send(b"kept")
        datagram = peer.recv(10)
        self.assertEqual(datagram and datagram.data, b"kept")
        with self.assertRaises(rnl.Error):
            peer.filter([(0xFFFF, 0, 0, 0)])


class Options(NamespaceTest):
    def test_defaults(self) -> None:
        sock = self.open()
        self.assertEqual(sock.getopt(NETLINK_EXT_ACK), 1)
        self.assertEqual((sock.protocol, sock.fileno() >= 0, sock.port > 0), (ROUTE, True, True))

    def test_flags(self) -> None:
        self.assertEqual(self.open(flags=rnl.OPEN_NO_EXT_ACK).getopt(NETLINK_EXT_ACK), 0)
        with self.assertRaises(rnl.Error):
            self.open(flags=1 << 31)

    def test_setopt(self) -> None:
        sock = self.open()
        sock.setopt(NETLINK_EXT_ACK, 0)
        self.assertEqual(sock.getopt(NETLINK_EXT_ACK), 0)
        with self.assertRaises(rnl.Error) as caught:
            sock.setopt(NETLINK_NO_SUCH, 1)
        self.assertEqual(caught.exception.errno, ENOPROTOOPT)

    def test_a_chosen_port(self) -> None:
        sock = self.open(port=12345)
        self.assertEqual(sock.port, 12345)
        with self.assertRaises(rnl.Error):
            self.open(port=12345)

    def test_buffers(self) -> None:
        sock = self.open(rcvbuf=10000, sndbuf=20000)
        self.assertEqual((sock.set_rcvbuf(30000), sock.set_sndbuf(40000)), (60000, 80000))

    def test_numbers_out_of_range(self) -> None:
        for option in ("port", "rcvbuf", "max_queue"):
            self.assertRaises(OverflowError, rnl.Socket, ROUTE, **{option: 1 << 32})
        self.assertRaises(OverflowError, rnl.Socket, 1 << 32)
        self.assertRaises(OverflowError, self.open().join, 1 << 32)

    def test_adopt(self) -> None:
        raw = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, ROUTE)
        raw.bind((0, 0))
        fd = raw.detach()
        with rnl.Socket.adopt(fd) as sock:
            self.assertEqual((sock.fileno(), sock.protocol), (fd, ROUTE))
            self.assertEqual(len(sock.call(get_link())), 1)
        with self.assertRaises(builtins.OSError) as caught:
            socket.socket(fileno=fd)
        self.assertEqual(caught.exception.errno, EBADF)

    def test_adopting_something_else(self) -> None:
        with socket.socket(socket.AF_UNIX) as other:
            with self.assertRaises(rnl.Error):
                rnl.Socket.adopt(other.fileno())
            self.assertGreaterEqual(other.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE), 0)
