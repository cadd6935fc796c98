# SPDX-License-Identifier: MIT OR Apache-2.0
"""Signals, threads and processes."""

from __future__ import annotations

import gc
import os
import signal
import time
import unittest
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF, ECHILD
from threading import Event
from typing import Callable
from unittest import mock

from support import (
    NLM_F_MULTI,
    RTNLGRP_LINK,
    NamespaceTest,
    address,
    answer,
    dump_addresses,
    get_link,
    ifinfomsg,
    message,
    set_link,
    thread,
)

import rnl
from rnl import _ffi


@contextmanager
def alarm(handler: Callable[[], object]) -> Iterator[None]:
    """Runs something in a signal handler, soon, while the `with` waits."""
    before = signal.signal(signal.SIGALRM, lambda *_: handler() and None)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Signals(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.sock, self.other = self.open(), self.open()
        self.sock.join(RTNLGRP_LINK)

    def interrupt(self, wait: Callable[[], object]) -> None:
        """Ctrl-C ends a wait at once, and leaves the socket as it was."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        start = time.monotonic()
        with self.assertRaises(KeyboardInterrupt), alarm(lambda: signal.raise_signal(signal.SIGINT)):
            wait()
        self.assertLess(time.monotonic() - start, 30)

    def test_ctrl_c_while_waiting_for_ever(self) -> None:
        self.interrupt(self.sock.next)
        self.other.call(set_link(True))
        self.assertIsNotNone(self.sock.next(10))

    def test_ctrl_c_while_waiting_for_long(self) -> None:
        self.interrupt(lambda: self.sock.next(60))

    def test_ctrl_c_in_a_for_loop(self) -> None:
        self.interrupt(lambda: list(self.sock))

    def test_ctrl_c_in_a_call(self) -> None:
        sock, peer = self.pair()
        self.interrupt(lambda: sock.call(rnl.Message(77), 60))
        self.assertEqual(sock.stats().in_flight, 0)
        late = peer.recv(10)
        assert late is not None
        peer.send(answer(next(late.messages()), -EBADF), late.port)
        self.assertRaises(rnl.TimeoutError, sock.call, rnl.Message(78), 0)

    def test_ctrl_c_in_a_dump(self) -> None:
        sock, peer = self.pair()
        with sock.dump(rnl.Message(77), timeout=60) as dump:
            self.interrupt(lambda: next(dump))
            datagram = peer.recv(10)
            assert datagram is not None
            (request,) = datagram.messages()
            to = request.seq, request.port
            peer.send(message(77, NLM_F_MULTI, *to, b"rows"), datagram.port)
            peer.send(message(3, NLM_F_MULTI, *to, bytes(4)), datagram.port)
            self.assertEqual([view.body for view in dump], [b"rows"])

    def test_ctrl_c_while_waiting_for_a_completion(self) -> None:
        sock, _ = self.pair()
        request = sock.submit(rnl.Message(77), timeout=None)
        self.interrupt(sock.complete)
        self.assertTrue(sock.cancel(request))

    def test_ctrl_c_while_a_table_waits(self) -> None:
        with rnl.Table("link", flags=rnl.TABLE_QUIET_START) as table:
            self.assertEqual(next(table).kind, rnl.EVENT_SYNCED)
            self.interrupt(lambda: next(table))
            self.other.call(set_link(True))
            self.assertEqual(next(table).kind, rnl.EVENT_CHANGE)

    def test_a_handler_must_not_use_the_socket_of_a_call(self) -> None:
        sock, _ = self.pair()
        with self.assertRaises(RuntimeError), alarm(lambda: sock.call(rnl.Message(77), 0)):
            sock.call(rnl.Message(77), 60)
        self.assertEqual(sock.stats().in_flight, 0)

    def test_ctrl_c_while_receiving(self) -> None:
        sock, peer = self.pair()
        self.interrupt(peer.recv)
        sock.send(b"still here")
        datagram = peer.recv(10)
        self.assertEqual(datagram and datagram.data, b"still here")

    def test_a_handler_that_returns_ends_no_wait(self) -> None:
        with alarm(lambda: self.other.call(set_link(True))):
            self.assertIsNotNone(self.sock.next(10))

    def test_a_handler_does_not_end_a_short_wait_early(self) -> None:
        start = time.monotonic()
        with alarm(lambda: None):
            self.assertIsNone(self.sock.next(0.1))
        self.assertGreaterEqual(time.monotonic() - start, 0.1)

    def test_a_handler_may_use_the_socket_that_waits(self) -> None:
        with alarm(lambda: self.sock.call(set_link(True))):
            # What the handler's request caused came while the handler waited for its answer.
            self.assertIsNotNone(self.sock.next(1) or self.sock.next(0))

    def test_a_handler_may_close_the_socket_that_waits(self) -> None:
        with self.assertRaises(ValueError), alarm(self.sock.close):
            self.sock.next(1)

    def test_a_handler_must_not_use_what_it_interrupted(self) -> None:
        for again in (lambda: self.sock.call(get_link()), self.sock.close, lambda: self.sock.port):
            self.assertRaises(RuntimeError, self.sock.run, lambda _, again=again: again())
        self.assertEqual(len(self.sock.call(get_link())), 1)


class Threads(NamespaceTest):
    def test_others_run_while_a_request_waits(self) -> None:
        """The request ends only if another thread of this process can answer it."""
        sock, peer = self.pair()

        def serve() -> None:
            datagram = peer.recv(10)
            assert datagram is not None
            (request,) = datagram.messages()
            peer.send(answer(request), datagram.port)

        with thread(serve):
            self.assertEqual(sock.call(rnl.Message(77)), [])

    def test_others_run_while_a_dump_waits(self) -> None:
        sock, peer = self.pair()

        def serve() -> None:
            datagram = peer.recv(10)
            assert datagram is not None
            (request,) = datagram.messages()
            for type in (77, 77, 3):  # the last is DONE
                to = request.seq, request.port
                peer.send(message(type, NLM_F_MULTI, *to, bytes(4)), datagram.port)

        with thread(serve):
            self.assertEqual([view.type for view in sock.dump(rnl.Message(77))], [77, 77])

    def test_others_run_while_notifications_are_waited_for(self) -> None:
        sock, other = self.open(), self.open()
        sock.join(RTNLGRP_LINK)
        waiting = Event()

        def change() -> None:
            waiting.wait(10)
            other.call(set_link(True))

        with thread(change):
            waiting.set()
            self.assertIsNotNone(sock.next(10))

    def test_threads_share_a_socket(self) -> None:
        sock = self.open()
        for number in range(1, 50):
            sock.call(address(number))

        def use() -> None:
            for _ in range(100):
                (link,) = sock.call(get_link())
                self.assertEqual(link.unpack("=BxHi")[2], 1)
                self.assertEqual(len(list(sock.dump(dump_addresses()))), 49)

        with thread(use), thread(use), thread(use):
            use()

    def test_threads_share_a_message(self) -> None:
        msg = rnl.Message(16)

        def put() -> None:
            for number in range(2000):
                msg.put_u32(1, number)

        with thread(put), thread(put):
            for _ in range(200):
                bytes(msg)
        values = sorted(attr.u32() for attr in next(rnl.messages(bytes(msg))).attrs())
        self.assertEqual(values, sorted([*range(2000), *range(2000)]))


class Lifetimes(NamespaceTest):
    def filled(self) -> rnl.Socket:
        """A socket, where a dump takes several datagrams."""
        sock = self.open()
        for number in range(1, 1000):
            sock.call(address(number))
        return sock

    def assert_closed(self, fd: int) -> None:
        with self.assertRaises(OSError) as caught:
            os.fstat(fd)
        self.assertEqual(caught.exception.errno, EBADF)

    def test_a_closed_socket(self) -> None:
        sock = self.open()
        fd = sock.fileno()
        sock.close()
        sock.close()
        self.assertTrue(sock.closed)
        self.assert_closed(fd)
        for use in (sock.fileno, sock.next, sock.groups, lambda: sock.port, lambda: sock.call(get_link())):
            with self.assertRaisesRegex(ValueError, "socket is closed"):
                use()
        self.assertRaises(ValueError, sock.dump, get_link())

    def test_with_closes(self) -> None:
        with rnl.Socket(0) as sock:
            fd = sock.fileno()
        self.assert_closed(fd)

    def test_a_socket_that_is_forgotten(self) -> None:
        sock = rnl.Socket(0)
        fd, gone = sock.fileno(), weakref.ref(sock)
        gc.disable()
        self.addCleanup(gc.enable)
        del sock
        self.assertIsNone(gone())
        self.assert_closed(fd)

    def test_a_dump_keeps_its_socket(self) -> None:
        self.filled()
        sock = rnl.Socket(0)
        fd = sock.fileno()
        dump = sock.dump(dump_addresses())
        del sock
        self.assertEqual(len(list(dump)), 999)
        del dump
        self.assert_closed(fd)

    def test_a_socket_closed_before_its_dump(self) -> None:
        sock = self.filled()
        dump = sock.dump(dump_addresses(), rnl.DUMP_STREAM)
        next(dump)
        with mock.patch.object(_ffi, "rnl_dump_free", wraps=_ffi.rnl_dump_free) as free:
            sock.close()
        free.assert_called_once()
        self.assertRaises(ValueError, next, dump)
        dump.close()
        del dump
        gc.collect()

    def test_dumps_that_are_forgotten(self) -> None:
        sock = self.filled()
        for _ in range(20):
            next(sock.dump(dump_addresses(), rnl.DUMP_STREAM))
        self.assertEqual(len(list(sock.dump(dump_addresses()))), 999)
        self.assertEqual(sock._dumps, [])

    def test_a_cycle_of_dump_and_socket(self) -> None:
        self.filled()
        sock = rnl.Socket(0)
        fd = sock.fileno()
        dump = sock.dump(dump_addresses(), rnl.DUMP_STREAM)
        next(dump)
        setattr(sock, "dump_of_mine", dump)
        del sock, dump
        gc.collect()
        self.assert_closed(fd)

    def test_many_objects_come_and_go(self) -> None:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(300):
            rnl.Socket(0)
            rnl.Message(16).put_bytes(1, bytes(10000))
            self.assertRaises(rnl.Error, rnl.Message(16).put_ip, 1, "x")
        gc.collect()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def in_child(self, work: Callable[[], bool]) -> None:
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if work() else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)

    def test_a_child_that_forgets_harms_nobody(self) -> None:
        sock = self.open()
        sock.join(RTNLGRP_LINK)
        held = [sock]

        def work() -> bool:
            held.pop().close()
            gc.collect()
            with rnl.Socket(0) as own:
                return len(own.call(set_link(True))) == 0

        self.in_child(work)
        self.assertEqual(len(sock.call(get_link())), 1)
        self.assertIsNotNone(sock.next(10))

    def test_a_child_can_not_go_on_with_a_socket(self) -> None:
        sock, table = self.open(), self.table("link")
        dump = sock.dump(dump_addresses(), rnl.DUMP_STREAM)
        uses: list[Callable[[], object]] = [
            lambda: sock.call(get_link()),
            lambda: sock.dump(get_link()),
            lambda: next(dump),
            lambda: sock.next(0),
            lambda: sock.submit(get_link()),
            lambda: sock.complete(0),
            sock.stats,
            lambda: table.next(0),
            lambda: table.find(get_link()),
        ]

        def refused(use: Callable[[], object]) -> bool:
            with self.assertRaises(rnl.Error) as caught:
                use()
            return caught.exception.errno == ECHILD

        self.in_child(lambda: all(map(refused, uses)))
        self.assertEqual(len(sock.call(get_link())), 1)
        self.assertIsNotNone(table.next(10))

    def test_views_need_nothing(self) -> None:
        sock = self.open()
        (link,) = sock.call(get_link())
        attr = link.attrs(16).table()[3]
        del link
        sock.close()
        gc.collect()
        self.assertEqual(attr.str(), "lo")

    def test_a_message_is_copied_on_sending(self) -> None:
        sock = self.open()
        msg = get_link()
        dump = sock.dump(rnl.Message(18).put_header(ifinfomsg()))
        del msg
        gc.collect()
        self.assertGreaterEqual(len(list(dump)), 1)


if __name__ == "__main__":
    unittest.main()
