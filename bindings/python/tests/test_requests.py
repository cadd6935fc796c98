# SPDX-License-Identifier: MIT OR Apache-2.0
"""Requests and dumps, on a running kernel."""

from __future__ import annotations

import builtins
import os
import pickle
import struct
import time
from errno import EACCES, EEXIST, EFBIG, EINVAL, ENETUNREACH, ENOENT, EPERM, ERANGE, ESTALE, ETIMEDOUT
from pathlib import Path
from typing import Callable

from support import (
    GENERIC,
    IFLA_IFNAME,
    IFLA_MTU,
    LO,
    NLM_F_ACK_TLVS,
    RTM_DELADDR,
    RTM_GETLINK,
    RTM_NEWLINK,
    NamespaceTest,
    add_route,
    address,
    answer,
    dump_addresses,
    dump_links,
    get_link,
    ifinfomsg,
    message,
    set_link,
    thread,
)

import rnl


class Calls(NamespaceTest):
    def test_a_reply_holds_objects(self) -> None:
        (link,) = self.open().call(get_link())
        self.assertEqual(link.type, RTM_NEWLINK)
        self.assertEqual(link.unpack("=BxHi")[2], LO)
        self.assertEqual(link.attrs(16).table()[IFLA_IFNAME].str(), "lo")

    def test_success_without_objects(self) -> None:
        reply = self.open().call(set_link(True))
        self.assertEqual((reply, reply.warning), ([], None))

    def test_a_message_may_be_sent_again(self) -> None:
        sock, msg = self.open(), get_link()
        self.assertEqual([len(sock.call(msg)) for _ in range(3)], [1, 1, 1])

    def test_the_kernels_reason(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.open().call(add_route("198.51.100.1"))
        error = caught.exception
        self.assertEqual(error.errno, ENETUNREACH)
        self.assertEqual(error.kernel_text, "Nexthop has invalid gateway")
        self.assertEqual(error.strerror, "newroute: ENETUNREACH: Nexthop has invalid gateway")
        self.assertEqual((str(error), error.origin), (error.strerror, rnl.FROM_KERNEL))
        self.assertIsInstance(error, OSError)

    def test_the_attribute_that_is_wrong(self) -> None:
        msg = rnl.Message(RTM_NEWLINK).put_header(ifinfomsg(LO)).put_str(IFLA_IFNAME, "x" * 20)
        with self.assertRaises(rnl.Error) as caught:
            self.open().call(msg)
        error = caught.exception
        self.assertEqual((error.errno, error.attr, error.offset), (ERANGE, ".ifname", 32))
        self.assertEqual(error.request and error.request[16:], bytes(msg)[16:])
        self.assertTrue(list(rnl.Attrs(error.policy or b"")))
        self.assertIsNone(error.missing)

    def test_errors_can_be_pickled(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.open().call(add_route("198.51.100.1"))
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((str(again), vars(again)), (str(caught.exception), vars(caught.exception)))

    def test_what_exists(self) -> None:
        sock = self.open()
        sock.call(address(1))
        with self.assertRaises(rnl.Error) as caught:
            sock.call(address(1))
        self.assertEqual(caught.exception.errno, EEXIST)

    def test_a_message_that_is_not_whole(self) -> None:
        sock, msg = self.open(), get_link()
        with self.assertRaises(rnl.Error) as caught, msg.nest(18):
            sock.call(msg)
        self.assertEqual((caught.exception.errno, caught.exception.origin), (EINVAL, rnl.FROM_LOCAL))

    def test_no_protocol(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            self.open(31)
        self.assertEqual(caught.exception.origin, rnl.FROM_SOCKET)


class Peers(NamespaceTest):
    """Requests to a peer in this process that says what no kernel says on demand."""

    def test_a_warning_and_objects(self) -> None:
        sock, peer = self.pair()
        text = b"\x09\0\x01\0odd!\0\0\0\0"

        def say(request: rnl.View) -> bytes:
            objects = [message(99, 2, request.seq, request.port, bytes([n] * 4)) for n in (1, 2)]
            return b"".join(objects) + answer(request, 0, NLM_F_ACK_TLVS, text)

        with thread(lambda: self.serve(peer, say)):
            reply = sock.call(rnl.Message(77))
        self.assertEqual([view.body for view in reply], [b"\1\1\1\1", b"\2\2\2\2"])
        self.assertEqual(reply.warning, "odd!")

    def serve(self, peer: rnl.Socket, say: Callable[[rnl.View], bytes]) -> None:
        """Answers the next request."""
        datagram = peer.recv(10)
        assert datagram is not None
        (request,) = datagram.messages()
        peer.send(say(request), datagram.port)

    def test_not_allowed(self) -> None:
        for errno in (EPERM, EACCES):
            sock, peer = self.pair()
            with thread(lambda: self.serve(peer, lambda request: answer(request, -errno))):
                with self.assertRaises(rnl.PermissionError) as caught:
                    sock.call(rnl.Message(77))
            self.assertIsInstance(caught.exception, builtins.PermissionError)
            self.assertEqual(caught.exception.errno, errno)

    def test_a_timeout(self) -> None:
        sock, _ = self.pair()
        start = time.monotonic()
        with self.assertRaises(rnl.TimeoutError) as caught:
            sock.call(rnl.Message(77), timeout=0.05)
        self.assertGreaterEqual(time.monotonic() - start, 0.05)
        self.assertIsInstance(caught.exception, builtins.TimeoutError)
        self.assertEqual((caught.exception.errno, caught.exception.origin), (ETIMEDOUT, rnl.FROM_TIMEOUT))

    def test_a_late_answer_is_swallowed(self) -> None:
        sock, peer = self.pair()
        self.assertRaises(rnl.TimeoutError, sock.call, rnl.Message(77), timeout=0)

        def answer_both() -> None:
            self.serve(peer, lambda request: answer(request, -EINVAL))
            self.serve(peer, answer)

        with thread(answer_both):
            self.assertEqual(sock.call(rnl.Message(77)), [])

    def test_a_dump_that_takes_too_long(self) -> None:
        sock, _ = self.pair()
        with self.assertRaises(rnl.TimeoutError):
            list(sock.dump(rnl.Message(77), timeout=0.02))


class Dumps(NamespaceTest):
    def add_addresses(self, sock: rnl.Socket, numbers: range) -> None:
        for number in numbers:
            sock.call(address(number))

    def test_all_links(self) -> None:
        links = list(self.open().dump(dump_links()))
        self.assertIn("lo", [link.attrs(16).table()[IFLA_IFNAME].str() for link in links])
        for link in links:
            self.assertGreater(link.attrs(16).table()[IFLA_MTU].u32(), 0)

    def test_rows_outlive_everything(self) -> None:
        sock = self.open()
        self.add_addresses(sock, range(1, 50))
        rows = list(sock.dump(dump_addresses()))
        sock.close()
        found = {str(row.attrs(8).table()[1].ip()) for row in rows}
        self.assertEqual(found, {f"10.0.0.{n}" for n in range(1, 50)})

    def test_a_dump_that_fails(self) -> None:
        for mode in (rnl.DUMP_CONSISTENT, rnl.DUMP_STREAM, rnl.DUMP_BEST_EFFORT):
            dump = self.open().dump(rnl.Message(RTM_GETLINK).put_header(bytes(2)), mode)
            with self.assertRaises(rnl.Error) as caught:
                next(dump)
            self.assertEqual(caught.exception.errno, EINVAL)
            self.assertEqual(caught.exception.kernel_text, "Invalid header for link dump")
            self.assertEqual(list(dump), [])

    def test_requests_during_a_dump(self) -> None:
        sock = self.open()
        self.add_addresses(sock, range(1, 1200))
        seen = 0
        for _ in sock.dump(dump_addresses(), rnl.DUMP_STREAM):
            seen += 1
            if seen % 300 == 0:
                self.assertEqual(len(sock.call(get_link())), 1)
        self.assertEqual(seen, 1199)

    def test_several_dumps_at_once(self) -> None:
        sock = self.open()
        self.add_addresses(sock, range(1, 20))
        first, second = sock.dump(dump_addresses()), sock.dump(dump_addresses(), rnl.DUMP_STREAM)
        pairs = [(a.data[16:], b.data[16:]) for a, b in zip(first, second)]
        self.assertEqual(len(pairs), 19)
        self.assertTrue(all(a == b for a, b in pairs))

    def interrupted(self, mode: int) -> rnl.Dump:
        """A dump of several datagrams that a change interrupts behind the first."""
        sock, other = self.open(), self.open()
        self.add_addresses(other, range(1, 2000))
        dump = sock.dump(dump_addresses(), mode)
        next(dump)
        other.call(address(2000))
        return dump

    def test_a_stream_that_is_interrupted(self) -> None:
        dump = self.interrupted(rnl.DUMP_STREAM)
        with self.assertRaises(rnl.Error) as caught:
            list(dump)
        self.assertEqual(caught.exception.errno, ESTALE)

    def test_best_effort_tells(self) -> None:
        dump = self.interrupted(rnl.DUMP_BEST_EFFORT)
        self.assertGreaterEqual(len(list(dump)), 1998)
        self.assertTrue(dump.interrupted)

    def test_a_consistent_dump_starts_again(self) -> None:
        sock, other = self.open(), self.open()
        self.add_addresses(other, range(1, 2000))

        def change() -> None:
            for number in range(50):
                other.call(address(4000 + number))
                other.call(address(4000 + number, RTM_DELADDR))

        restarts, deadline = 0, time.monotonic() + 60
        while not restarts:
            self.assertLess(time.monotonic(), deadline, "no dump was interrupted")
            dump = sock.dump(dump_addresses(), timeout=30)
            with thread(change):
                self.assertIn(len(list(dump)), (1999, 2000))
            self.assertFalse(dump.interrupted)
            restarts = dump.restarts

    def test_a_dump_is_closed_early(self) -> None:
        sock = self.open()
        self.add_addresses(sock, range(1, 2000))
        with sock.dump(dump_addresses(), rnl.DUMP_STREAM) as dump:
            next(dump)
        self.assertRaises(ValueError, next, dump)
        self.assertEqual(len(list(sock.dump(dump_addresses()))), 1999)

    def test_too_much(self) -> None:
        sock = self.open(max_result=1000)
        self.add_addresses(sock, range(1, 50))
        with self.assertRaises(rnl.Error) as caught:
            list(sock.dump(dump_addresses()))
        self.assertEqual(caught.exception.errno, EFBIG)

    def test_no_such_mode(self) -> None:
        self.assertRaises(rnl.Error, self.open().dump, dump_links(), 7)


class Namespaces(NamespaceTest):
    def test_a_socket_in_another_namespace(self) -> None:
        self.open().call(set_link(True))
        here = os.stat("/proc/thread-self/ns/net").st_ino
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.addCleanup(os.close, home)
        self.setUp()
        self.assertNotEqual(os.stat("/proc/thread-self/ns/net").st_ino, here)
        for netns in (home, f"/proc/self/fd/{home}", Path(f"/proc/self/fd/{home}")):
            with rnl.Socket(0, netns=netns) as away, rnl.Socket(0) as near:
                flags = [sock.call(get_link())[0].unpack("=BxHiI")[3] & 1 for sock in (away, near)]
                self.assertEqual(flags, [1, 0])
        os.fstat(home)

    def test_open_netns(self) -> None:
        for which in (os.getpid(), str(os.getpid()), "/proc/self/ns/net"):
            fd = rnl.open_netns(which)
            self.assertEqual(os.fstat(fd).st_ino, os.stat("/proc/self/ns/net").st_ino)
            os.close(fd)

    def test_no_such_namespace(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            rnl.open_netns("no-such-namespace")
        self.assertEqual(caught.exception.errno, ENOENT)
        self.assertIn("no-such-namespace", str(caught.exception))


class Generic(NamespaceTest):
    def test_the_controller_describes_itself(self) -> None:
        family = rnl.genl.Family(self.open(GENERIC), "nlctrl")
        self.assertEqual((family.id, family.name, family.version), (16, "nlctrl", 2))
        self.assertEqual(set(family.groups), {"notify"})
        self.assertEqual(family.hdrsize, 0)
        self.assertTrue(family.ops[3] & 4, "GETFAMILY can be dumped")

    def test_policy(self) -> None:
        family = rnl.genl.Family(self.open(GENERIC), "nlctrl")
        policy = family.policy()
        use = policy.uses[3]  # CTRL_CMD_GETFAMILY
        rules = {rule.attr: rule for rule in policy.of(use.request)}
        self.assertEqual((rules[1].kind, rules[1].min, rules[1].max), (3, 0, 0xFFFF))  # FAMILY_ID
        self.assertEqual((rules[2].min, rules[2].max_len), (None, 15))  # FAMILY_NAME
        only = family.policy(3)
        self.assertEqual(set(only.uses), {3})

    def test_requests_to_a_family(self) -> None:
        sock = self.open(GENERIC)
        family = rnl.genl.Family(sock, "nlctrl")
        (view,) = sock.call(family.message(3).put_str(2, "nlctrl"))
        self.assertEqual(view.unpack("=BBH"), (1, 2, 0))
        self.assertEqual(rnl.genl.Family.parse(sock, view).groups, family.groups)

    def test_all_families(self) -> None:
        names = [family.name for family in rnl.genl.families(self.open(GENERIC))]
        self.assertIn("nlctrl", names)
        self.assertGreater(len(names), 1)

    def test_no_such_family(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            rnl.genl.Family(self.open(GENERIC), "no-such")
        self.assertEqual(caught.exception.errno, ENOENT)
        self.assertIn("no-such", str(caught.exception))

    def test_a_message_that_is_no_family(self) -> None:
        sock = self.open(GENERIC)
        self.assertRaises(rnl.Error, rnl.genl.Family.parse, sock, rnl.View(struct.pack("=IHHII", 16, 16, 0, 0, 0)))
