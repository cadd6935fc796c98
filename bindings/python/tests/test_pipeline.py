# SPDX-License-Identifier: MIT OR Apache-2.0
"""Many requests in flight, transactions, filters and statistics."""

from __future__ import annotations

import socket
import struct
import time
from errno import EAGAIN, EEXIST, EINVAL, ENOENT, EOPNOTSUPP, EPROTONOSUPPORT, ERESTART, ETIMEDOUT

from support import (
    IFA_LOCAL,
    LO,
    NLM_F_CREATE,
    NLM_F_EXCL,
    RTM_DELADDR,
    RTM_NEWADDR,
    NamespaceTest,
    address,
    addresses,
    answer,
    dump_addresses,
    dump_links,
    get_link,
    message,
    set_link,
    thread,
)

import rnl

RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR = 1, 5


class Pipeline(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.sock = self.open()

    def rest(self) -> list[rnl.Done]:
        return list(iter(self.sock.complete, None))

    def test_each_has_its_own_end(self) -> None:
        wanted = {}
        for number in range(1000):
            # Every tenth exists already.
            there = number % 10 == 9
            wanted[self.sock.submit(address(number - there))] = EEXIST if there else None
        self.assertEqual(len(wanted), 1000)
        ends = self.rest()
        self.assertEqual({done.id: done.error and done.error.errno for done in ends}, wanted)
        self.assertEqual([done.id for done in ends], list(wanted))
        self.assertEqual(len(list(self.sock.dump(dump_addresses()))), 900)

    def test_few_datagrams(self) -> None:
        before = self.sock.stats()
        for number in range(500):
            self.sock.submit(address(number))
        self.assertEqual(len(self.rest()), 500)
        after = self.sock.stats()
        self.assertEqual(after.tx_messages - before.tx_messages, 500)
        self.assertLess(after.tx_datagrams - before.tx_datagrams, 50)

    def test_the_users_value_comes_back(self) -> None:
        values: list[object] = ["one", None, ["three"], 4]
        for number, value in enumerate(values):
            self.sock.submit(address(number), value)
        ends = self.rest()
        self.assertEqual([done.user for done in ends], values)
        self.assertIs(ends[2].user, values[2])

    def test_success_that_is_quiet(self) -> None:
        for number in (1, 2, 2, 3, 3, 4):
            self.sock.submit(address(number), number, quiet=True)
        ends = self.rest()
        self.assertEqual([done.user for done in ends], [2, 3])
        for done in ends:
            self.assertEqual(done.error and done.error.errno, EEXIST)
            with self.assertRaises(rnl.Error):
                done.result()
        self.assertEqual(len(list(self.sock.dump(dump_addresses()))), 4)
        self.assertEqual(self.sock._pipeline._users, {})

    def test_results(self) -> None:
        self.sock.submit(get_link())
        self.sock.submit(set_link(True))
        one, none = self.rest()
        self.assertEqual([view.unpack("=BxHi")[2] for view in one.result()], [LO])
        self.assertIs(one.result(), one.result())
        self.assertEqual((none.result(), none.result().warning), ([], None))

    def test_dumps(self) -> None:
        self.sock.submit(dump_addresses(), "addresses", dump=True)
        self.sock.submit(dump_links(), "links", dump=True)
        self.sock.submit(address(1), "add")
        ends = {done.user: done.result() for done in self.rest()}
        self.assertEqual(set(ends), {"addresses", "links", "add"})
        self.assertGreaterEqual(len(ends["links"]), 1)

    def test_flush_sends(self) -> None:
        self.sock.submit(address(1))
        self.assertEqual(len(list(self.open().dump(dump_addresses()))), 0)
        self.assertEqual(self.sock.flush(), 0)
        self.assertEqual(len(list(self.open().dump(dump_addresses()))), 1)

    def test_nothing_is_in_flight(self) -> None:
        self.assertIsNone(self.sock.complete())

    def test_calls_between(self) -> None:
        """A call waits for its own end, and leaves the others to complete()."""
        self.sock.submit(address(1), "first")
        self.sock.call(address(2))
        with self.assertRaises(rnl.Error):
            self.sock.call(address(2))
        self.sock.submit(address(1), "second")
        self.assertEqual(len(list(self.sock.dump(dump_addresses()))), 2)
        self.assertEqual([done.user for done in self.rest()], ["first", "second"])

    def test_a_stream_that_is_not_read_on(self) -> None:
        for number in range(2000):
            self.sock.submit(address(number), quiet=True)
        self.assertEqual(self.rest(), [])
        dump = self.sock.dump(dump_addresses(), rnl.DUMP_STREAM)
        next(dump)
        self.sock.submit(address(3000))
        self.assertEqual([done.error for done in self.rest()], [None])

    def test_too_much(self) -> None:
        sock = self.open(max_pending=5000)
        with self.assertRaises(rnl.Error) as caught:
            for number in range(1000):
                sock.submit(address(number), number)
        self.assertEqual(caught.exception.errno, EAGAIN)
        ends = list(iter(sock.complete, None))
        self.assertEqual([done.user for done in ends], list(range(len(ends))))
        sock.submit(address(2000))
        self.assertEqual(len(list(iter(sock.complete, None))), 1)

    def test_a_message_that_failed(self) -> None:
        msg = rnl.Message(RTM_NEWADDR)
        self.assertRaises(rnl.Error, msg.put_ip, IFA_LOCAL, "nonsense")
        with self.assertRaises(rnl.Error) as caught:
            self.sock.submit(msg)
        self.assertEqual(caught.exception.errno, EINVAL)

    def test_quiet_dumps_make_no_sense(self) -> None:
        self.assertRaises(rnl.Error, self.sock.submit, dump_links(), quiet=True, dump=True)


class Peers(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.sock, self.peer = self.pair()

    def request(self) -> rnl.View:
        datagram = self.peer.recv(10)
        assert datagram is not None
        (request,) = datagram.messages()
        return request

    def test_time_passes(self) -> None:
        self.sock.submit(rnl.Message(77), timeout=None)
        start = time.monotonic()
        self.assertIsNone(self.sock.complete(0.05))
        self.assertTrue(0.05 <= time.monotonic() - start < 5)
        self.assertEqual(self.sock.stats().in_flight, 1)

    def test_a_deadline_of_its_own(self) -> None:
        self.sock.submit(rnl.Message(77), "late", timeout=0.05)
        done = self.sock.complete()
        assert done is not None
        self.assertEqual(done.user, "late")
        self.assertIsInstance(done.error, rnl.TimeoutError)
        self.assertEqual(done.error and done.error.errno, ETIMEDOUT)

    def test_cancel(self) -> None:
        one, two = (self.sock.submit(rnl.Message(type), type, timeout=None) for type in (77, 78))
        self.assertEqual(self.sock.flush(), 0)
        datagram = self.peer.recv(10)
        assert datagram is not None
        first, second = datagram.messages()
        self.assertEqual((self.sock.cancel(one), self.sock.cancel(one)), (True, False))
        self.peer.send(answer(first), datagram.port)
        self.peer.send(answer(second), datagram.port)
        done = self.sock.complete()
        self.assertEqual(done and (done.id, done.user, done.error), (two, 78, None))
        self.assertIsNone(self.sock.complete())

    def test_wakes_up_when_it_has_ended(self) -> None:
        self.sock.submit(rnl.Message(77), timeout=None)
        self.sock.flush()

        def serve() -> None:
            request = self.request()
            objects = message(99, 2, request.seq, request.port, b"some")
            self.peer.send(objects + answer(request), self.sock.port)

        with thread(serve):
            done = self.sock.complete(10)
        self.assertEqual(done and [view.body for view in done.result()], [b"some"])

    def test_a_dump_that_is_forgotten(self) -> None:
        self.sock.dump(rnl.Message(77), timeout=None)
        self.assertIsNone(self.sock.complete())
        self.assertEqual(self.sock.stats().in_flight, 0)

    def test_a_dump_that_is_closed(self) -> None:
        with self.sock.dump(rnl.Message(77), timeout=None) as dump:
            self.assertEqual(self.sock.stats().in_flight, 1)
        self.assertEqual(self.sock.stats().in_flight, 0)
        self.assertRaises(ValueError, next, dump)


class Filters(NamespaceTest):
    def subscribed(self, *matches: rnl.Match) -> rnl.Socket:
        sock = self.open()
        sock.join(RTNLGRP_IPV4_IFADDR, RTNLGRP_LINK)
        sock.keep(matches, 8)
        return sock

    def change(self) -> None:
        other = self.open()
        for number in (1, 2, 3):
            other.call(address(number))
        other.call(address(2, RTM_DELADDR))
        other.call(set_link(True))

    def kept(self, sock: rnl.Socket) -> list[tuple[int, list[str]]]:
        return [(view.type, addresses([view])) for view in iter(lambda: sock.next(0), None)]

    def test_by_type(self) -> None:
        sock = self.subscribed(rnl.Match.type(RTM_DELADDR))
        self.change()
        self.assertEqual(self.kept(sock), [(RTM_DELADDR, ["10.0.0.2"])])

    def test_by_attribute(self) -> None:
        wanted = (struct.unpack("=I", bytes([10, 0, 0, n]))[0] for n in (1, 3))
        sock = self.subscribed(*(rnl.Match.attr(IFA_LOCAL, 4, value) for value in wanted))
        self.change()
        self.assertEqual(self.kept(sock), [(RTM_NEWADDR, ["10.0.0.1"]), (RTM_NEWADDR, ["10.0.0.3"])])

    def test_by_header_and_type(self) -> None:
        match = rnl.Match.header
        sock = self.subscribed(match(1, 1, 24), rnl.Match.type(RTM_NEWADDR))
        self.change()
        self.assertEqual(self.kept(sock), [])
        sock.keep([match(1, 1, 32), rnl.Match.type(RTM_DELADDR)], 8)
        self.open().call(address(1, RTM_DELADDR))
        self.assertEqual(self.kept(sock), [(RTM_DELADDR, ["10.0.0.1"])])

    def test_taken_off(self) -> None:
        sock = self.subscribed(rnl.Match.type(RTM_DELADDR))
        sock.keep([])
        self.change()
        self.assertGreater(len(list(iter(lambda: sock.next(0), None))), 4)

    def test_answers_pass(self) -> None:
        sock = self.subscribed(rnl.Match.type(RTM_DELADDR))
        self.assertEqual(len(sock.call(get_link())), 1)

    def test_nonsense(self) -> None:
        self.assertRaises(OverflowError, rnl.Match.attr, 1, 4, 1 << 32)
        with self.assertRaises(rnl.Error) as caught:
            self.open().keep([rnl.Match.attr(1, 3, 0)])
        self.assertEqual(caught.exception.errno, EINVAL)


class Statistics(NamespaceTest):
    def test_they_count(self) -> None:
        sock = self.open()
        before = sock.stats()
        sock.call(get_link())
        sock.call(set_link(True))
        after = sock.stats()
        self.assertEqual((after.tx_datagrams - before.tx_datagrams, after.tx_messages - before.tx_messages), (2, 2))
        self.assertEqual(after.tx_bytes - before.tx_bytes, 64)
        # A link and its acknowledgement, and another one.
        self.assertEqual(after.rx_messages - before.rx_messages, 3)
        self.assertGreater(after.rx_bytes - before.rx_bytes, 72)
        self.assertEqual(after.rcvbuf, sock_option(sock, socket.SO_RCVBUF))
        self.assertIn("tx_bytes=", repr(after))

    def test_overruns(self) -> None:
        sock = self.open(rcvbuf=4096)
        sock.join(RTNLGRP_LINK)
        other = self.open()
        for number in range(100):
            other.call(set_link(number % 2 == 0))
        self.assertRaises(rnl.Overrun, lambda: list(iter(lambda: sock.next(0), None)))
        stats = sock.stats()
        self.assertEqual(stats.overruns, 1)
        self.assertGreater(stats.drops, 0)


def sock_option(sock: rnl.Socket, option: int) -> int:
    with socket.socket(fileno=sock.fileno()) as twin:
        try:
            return twin.getsockopt(socket.SOL_SOCKET, option)
        finally:
            twin.detach()


NETFILTER, NFT_SUBSYSTEM, NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_GETGEN = 12, 10, 0, 2, 16
NFTA_TABLE_NAME, NFTA_GEN_ID = 1, 1


def nft(type: int, flags: int = 0) -> rnl.Message:
    """struct nfgenmsg: NFPROTO_INET, version, resource id."""
    return rnl.Message(NFT_SUBSYSTEM << 8 | type, flags, NETFILTER).put_header(b"\1\0\0\0")


def nft_table(name: str, type: int = NFT_MSG_NEWTABLE) -> rnl.Message:
    flags = NLM_F_CREATE | NLM_F_EXCL if type == NFT_MSG_NEWTABLE else 0
    return nft(type, flags).put_str(NFTA_TABLE_NAME, name)


class Transactions(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        try:
            self.sock = self.open(NETFILTER)
            self.generation()
        except rnl.Error as error:
            if error.errno not in (EPROTONOSUPPORT, EOPNOTSUPP, EINVAL):
                raise
            self.skipTest(f"kernel lacks nf_tables: {error}")

    def generation(self) -> int:
        (view,) = self.sock.call(nft(NFT_MSG_GETGEN))
        return view.attrs(4).table()[NFTA_GEN_ID].be32()

    def test_all_of_it(self) -> None:
        before = self.generation()
        self.sock.transact([nft_table("one"), nft_table("two")], NFT_SUBSYSTEM)
        self.assertEqual(self.generation(), before + 1)
        self.sock.transact([nft_table("one", NFT_MSG_DELTABLE)], NFT_SUBSYSTEM, before + 1)

    def test_none_of_it(self) -> None:
        before = self.generation()
        messages = [nft_table("one"), nft_table("two"), nft_table("three", NFT_MSG_DELTABLE)]
        with self.assertRaises(rnl.Error) as caught:
            self.sock.transact(messages, NFT_SUBSYSTEM)
        self.assertEqual((caught.exception.errno, caught.exception.failed), (ENOENT, 2))
        self.assertEqual(self.generation(), before)

    def test_another_generation(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.sock.transact([nft_table("one")], NFT_SUBSYSTEM, self.generation() + 7)
        self.assertEqual((caught.exception.errno, caught.exception.failed), (ERESTART, None))

    def test_nothing(self) -> None:
        self.assertRaises(rnl.Error, self.sock.transact, [], NFT_SUBSYSTEM)
