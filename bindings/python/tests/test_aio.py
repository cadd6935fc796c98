# SPDX-License-Identifier: MIT OR Apache-2.0
"""asyncio, on a running kernel."""

from __future__ import annotations

import asyncio
import os
import time
import unittest
from collections.abc import Awaitable
from errno import EBADF, EEXIST, EINVAL
from typing import Any

from support import (
    NLM_F_MULTI,
    RTM_GETLINK,
    RTM_NEWADDR,
    RTNLGRP_LINK,
    USERSOCK,
    NamespaceTest,
    address,
    addresses,
    answer,
    dump_addresses,
    dump_links,
    get_link,
    message,
    set_link,
)

import rnl
import rnl.aio
from rnl import EVENT_CHANGE, EVENT_NEW, EVENT_SYNCED

RTNLGRP_IPV4_IFADDR = 5


class AioTest(NamespaceTest, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        # These tests run in debug mode, which tells of what takes long on a busy machine.
        asyncio.get_running_loop().slow_callback_duration = 60

    def aio(self, protocol: int = 0, **options: int) -> rnl.aio.Socket:
        """A socket that the end of the test closes."""
        sock = rnl.aio.Socket(protocol, **options)
        self.addCleanup(sock.close)
        return sock

    def aio_table(self, what: str, **options: int) -> rnl.aio.Table:
        table = rnl.aio.Table(what, **options)
        self.addCleanup(table.close)
        return table

    def start(self, work: Awaitable[Any]) -> asyncio.Future[Any]:
        return asyncio.ensure_future(work)

    async def settle(self) -> None:
        """Lets all tasks run until they wait."""
        for _ in range(5):
            await asyncio.sleep(0)


class Calls(AioTest):
    async def test_a_call(self) -> None:
        async with rnl.aio.Socket(0) as sock:
            (link,) = await sock.call(get_link())
            self.assertEqual(link.attrs(16).table()[3].str(), "lo")
            self.assertEqual(await sock.call(set_link(True)), [])

    async def test_the_kernels_refusal(self) -> None:
        sock = self.aio()
        await sock.call(address(1))
        with self.assertRaises(rnl.Error) as caught:
            await sock.call(address(1))
        self.assertEqual(caught.exception.errno, EEXIST)
        self.assertIn("newaddr: EEXIST", str(caught.exception))

    async def test_a_message_that_failed(self) -> None:
        msg = rnl.Message(RTM_NEWADDR)
        self.assertRaises(rnl.Error, msg.put_ip, 2, "nonsense")
        with self.assertRaises(rnl.Error):
            await self.aio().call(msg)

    async def test_many_in_flight(self) -> None:
        sock = self.aio()
        before = sock.socket.stats()
        numbers = [number - (number % 10 == 9) for number in range(1000)]
        calls = (sock.call(address(number)) for number in numbers)
        ends = await asyncio.gather(*calls, return_exceptions=True)
        refused = [n for n, end in enumerate(ends) if isinstance(end, rnl.Error) and end.errno == EEXIST]
        self.assertEqual(refused, list(range(9, 1000, 10)))
        self.assertEqual(sum(end == [] for end in ends), 900)
        after = sock.socket.stats()
        self.assertEqual(after.tx_messages - before.tx_messages, 1000)
        self.assertLess(after.tx_datagrams - before.tx_datagrams, 100)
        self.assertEqual(len(await sock.dump(dump_addresses())), 900)

    async def test_requests_of_other_kinds_at_once(self) -> None:
        sock = self.aio()
        found = await asyncio.gather(
            sock.call(get_link()), sock.dump(dump_links()), sock.call(address(1)), sock.dump(dump_addresses())
        )
        self.assertEqual((len(found[0]), len(found[2])), (1, 0))
        self.assertGreaterEqual(len(found[1]), 1)

    async def test_when_a_socket_is_closed(self) -> None:
        sock = self.aio()
        fd = sock.socket.fileno()
        sock.close()
        sock.close()
        self.assertTrue(sock.closed)
        with self.assertRaises(OSError) as caught:
            os.fstat(fd)
        self.assertEqual(caught.exception.errno, EBADF)
        with self.assertRaisesRegex(ValueError, "socket is closed"):
            await sock.call(get_link())


class Dumps(AioTest):
    async def test_a_list(self) -> None:
        links = await self.aio().dump(dump_links())
        self.assertIn("lo", [link.attrs(16).table()[3].str() for link in links])

    async def test_one_by_one(self) -> None:
        sock = self.aio()
        await asyncio.gather(*(sock.call(address(number)) for number in range(300)))
        rows = [view async for view in sock.dump(dump_addresses())]
        self.assertEqual(len(set(addresses(rows))), 300)

    async def test_requests_meanwhile(self) -> None:
        sock = self.aio()
        await asyncio.gather(*(sock.call(address(number)) for number in range(20)))
        async for _ in sock.dump(dump_addresses()):
            self.assertEqual(len(await sock.call(get_link())), 1)

    async def test_a_refusal(self) -> None:
        sock = self.aio()
        wrong = rnl.Message(RTM_GETLINK).put_header(bytes(2))
        with self.assertRaises(rnl.Error) as caught:
            await sock.dump(wrong)
        self.assertEqual(caught.exception.errno, EINVAL)
        with self.assertRaises(rnl.Error):
            async for _ in sock.dump(wrong):
                pass


class Peers(AioTest):
    """Requests to a peer in this process that answers when it is told to."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.sock, self.peer = self.aio(USERSOCK), self.open(USERSOCK)
        self.sock.socket.connect(self.peer.port)

    async def asked(self, *types: int) -> tuple[list[asyncio.Future[Any]], list[rnl.View]]:
        """Tasks that make requests, and those as the peer sees them."""
        tasks = [self.start(self.sock.call(rnl.Message(type))) for type in types]
        await self.settle()
        datagram = self.peer.recv(0)
        assert datagram is not None
        return tasks, list(datagram.messages())

    def reply(self, request: rnl.View, error: int = 0) -> None:
        self.peer.send(answer(request, error), self.sock.socket.port)

    async def test_answers_find_their_tasks(self) -> None:
        (one, two, three), requests = await self.asked(77, 78, 79)
        self.assertEqual([request.type for request in requests], [77, 78, 79])
        self.reply(requests[0])
        self.assertEqual(await one, [])
        self.assertEqual((two.done(), three.done()), (False, False))
        self.reply(requests[1], -EINVAL)
        self.reply(requests[2])
        self.assertEqual(await three, [])
        with self.assertRaises(rnl.Error) as caught:
            await two
        self.assertEqual(caught.exception.errno, EINVAL)

    async def test_to_cancel_a_task_cancels_its_request(self) -> None:
        (one, two), requests = await self.asked(77, 78)
        one.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await one
        self.assertEqual(self.sock.socket.stats().in_flight, 1)
        self.reply(requests[0], -EINVAL)
        self.reply(requests[1])
        self.assertEqual(await two, [])
        self.assertEqual(self.sock.socket.stats().in_flight, 0)
        self.assertFalse(self.sock.socket._pipeline.asked())

    async def test_waiting_with_a_timeout_of_asyncio(self) -> None:
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(self.sock.call(rnl.Message(77)), 0.02)
        self.assertEqual(self.sock.socket.stats().in_flight, 0)

    async def test_a_timeout(self) -> None:
        start = time.monotonic()
        with self.assertRaises(rnl.TimeoutError):
            await self.sock.call(rnl.Message(77), timeout=0.05)
        self.assertTrue(0.05 <= time.monotonic() - start < 5)

    async def test_a_timeout_while_notifications_are_not_read(self) -> None:
        self.sock.join(3)
        self.peer.send(message(99, 0, 0, 0, b""), group=3)
        with self.assertRaises(rnl.TimeoutError):
            await self.sock.call(rnl.Message(77), timeout=0.05)
        async for note in self.sock.notifications():
            self.assertEqual(note.type, 99)
            break

    async def test_answers_come_while_notifications_are_waited_for(self) -> None:
        self.sock.join(3)
        (call,), (request,) = await self.asked(77)

        async def listen() -> rnl.View:
            async for note in self.sock.notifications():
                return note
            raise AssertionError

        listener = self.start(listen())
        await self.settle()
        # Both are there before anybody looks.
        self.reply(request)
        self.peer.send(message(99, 0, 0, 0, b""), group=3)
        self.assertEqual(await call, [])
        self.assertEqual((await listener).type, 99)

    async def test_a_dump_that_is_cancelled(self) -> None:
        task = self.start(self.collect(self.sock.dump(rnl.Message(77))))
        await self.settle()
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        self.assertEqual(self.sock.socket.stats().in_flight, 0)

    async def test_a_dump_in_parts(self) -> None:
        task = self.start(self.collect(self.sock.dump(rnl.Message(77))))
        await self.settle()
        datagram = self.peer.recv(0)
        assert datagram is not None
        (request,) = datagram.messages()
        for type, body in ((78, b"row1"), (78, b"row2"), (3, bytes(4))):
            row = message(type, NLM_F_MULTI, request.seq, request.port, body)
            self.peer.send(row, datagram.port)
            await self.settle()
        self.assertEqual([view.body for view in await task], [b"row1", b"row2"])

    async def collect(self, dump: rnl.aio.Dump) -> list[rnl.View]:
        return [view async for view in dump]

    async def test_closing_while_tasks_wait(self) -> None:
        (call,), _ = await self.asked(77)
        listener = self.start(self.sock.notifications().__anext__())
        await self.settle()
        self.sock.close()
        for task in (call, listener):
            with self.assertRaisesRegex(ValueError, "socket is closed"):
                await task


class Notifications(AioTest):
    async def test_as_they_come(self) -> None:
        sock = self.aio()
        sock.join(RTNLGRP_LINK)
        seen: list[int] = []

        async def listen() -> None:
            async for note in sock.notifications():
                seen.append(note.unpack("=BxHiI")[3] & 1)
                if len(seen) == 3:
                    return

        listener = self.start(listen())
        for up in (True, False, True):
            await sock.call(set_link(up))
        await listener
        self.assertEqual(seen, [1, 0, 1])

    async def test_two_tasks_share_them(self) -> None:
        sock = self.aio()
        sock.join(RTNLGRP_IPV4_IFADDR)

        async def one() -> rnl.View:
            return await sock.notifications().__anext__()

        tasks = [self.start(one()) for _ in range(2)]
        await self.settle()
        for number in (1, 2):
            await sock.call(address(number))
        self.assertEqual(addresses(await asyncio.gather(*tasks)), ["10.0.0.1", "10.0.0.2"])

    async def test_an_overrun(self) -> None:
        sock, other = self.aio(rcvbuf=4096), self.open()
        sock.join(RTNLGRP_LINK)
        for number in range(100):
            other.call(set_link(number % 2 == 0))
        with self.assertRaises(rnl.Overrun):
            async for _ in sock.notifications():
                pass
        self.assertEqual(len(await sock.call(set_link(True))), 0)

    async def test_others_run_while_there_are_many(self) -> None:
        sock, other = self.aio(), self.open()
        sock.join(RTNLGRP_LINK)
        for number in range(500):
            other.call(set_link(number % 2 == 0))
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counter = self.start(count())
        left = 500
        async for _ in sock.notifications():
            left -= 1
            if left == 0:
                break
        counter.cancel()
        self.assertGreater(turns, 2)


class Tables(AioTest):
    async def load(self, table: rnl.aio.Table) -> None:
        async for event in table:
            if event.kind == EVENT_SYNCED:
                return

    async def test_events(self) -> None:
        sock = self.aio()
        await sock.call(address(1))
        seen: list[tuple[int, list[str]]] = []
        async with rnl.aio.Table("addr") as table:
            async for event in table:
                seen.append((event.kind, addresses([event.now])))
                if event.kind == EVENT_SYNCED:
                    await sock.call(address(2))
                elif len(seen) == 3:
                    break
            self.assertEqual(addresses(table.table.objects()), ["10.0.0.1", "10.0.0.2"])
        wanted = [(EVENT_NEW, ["10.0.0.1"]), (EVENT_SYNCED, []), (EVENT_NEW, ["10.0.0.2"])]
        self.assertEqual(seen, wanted)

    async def test_waiting_wakes_up(self) -> None:
        table = self.aio_table("link", flags=rnl.TABLE_QUIET_START)
        await self.load(table)
        task = self.start(table.__anext__())
        await self.settle()
        self.assertFalse(task.done())
        self.open().call(set_link(True))
        self.assertEqual((await task).kind, EVENT_CHANGE)

    async def test_a_task_that_is_cancelled(self) -> None:
        table = self.aio_table("link", flags=rnl.TABLE_QUIET_START)
        await self.load(table)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(table.__anext__(), 0.02)
        self.open().call(set_link(True))
        self.assertEqual((await table.__anext__()).kind, EVENT_CHANGE)

    async def test_two_tasks_share_its_events(self) -> None:
        table = self.aio_table("addr")
        await self.load(table)
        tasks = [self.start(table.__anext__()) for _ in range(2)]
        await self.settle()
        for number in (1, 2):
            self.open().call(address(number))
        events = await asyncio.gather(*tasks)
        self.assertEqual(addresses(event.now for event in events), ["10.0.0.1", "10.0.0.2"])

    async def test_closing_while_a_task_waits(self) -> None:
        table = self.aio_table("link", flags=rnl.TABLE_QUIET_START)
        await self.load(table)
        task = self.start(table.__anext__())
        await self.settle()
        table.close()
        self.assertTrue(table.closed)
        with self.assertRaisesRegex(ValueError, "table is closed"):
            await task

    async def test_several_tables_and_calls_at_once(self) -> None:
        sock, links, there = self.aio(), self.aio_table("link"), self.aio_table("addr")
        await asyncio.gather(self.load(links), self.load(there))

        async def follow(table: rnl.aio.Table, kind: int, count: int) -> int:
            async for event in table:
                count -= event.kind == kind
                if count == 0:
                    return len(table.table.objects())
            return -1

        calls = [sock.call(address(number)) for number in range(100)]
        followers = asyncio.gather(follow(links, EVENT_CHANGE, 1), follow(there, EVENT_NEW, 100))
        await asyncio.gather(sock.call(set_link(True)), *calls)
        objects = await followers
        self.assertGreaterEqual(objects[0], 1)
        self.assertGreaterEqual(objects[1], 100)

    async def test_no_such_table(self) -> None:
        self.assertRaises(rnl.Error, rnl.aio.Table, "no-such")


class WithoutLoop(NamespaceTest):
    def test_a_loop_must_run(self) -> None:
        self.assertRaises(RuntimeError, rnl.aio.Socket, 0)
        self.assertRaises(RuntimeError, rnl.aio.Table, "link")
