# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tables of kernel objects, on a running kernel."""

from __future__ import annotations

import os
import struct
import time
from errno import EFBIG, EINVAL
from select import select

from support import (
    GENERIC,
    IFA_LOCAL,
    LO,
    ROUTE,
    RTM_DELADDR,
    RTM_NEWADDR,
    NamespaceTest,
    address,
    addresses,
    dump_addresses,
    get_link,
    set_link,
    thread,
)

import rnl
from rnl import EVENT_CHANGE, EVENT_DEL, EVENT_NEW, EVENT_RESYNCED, EVENT_SYNCED

RTNLGRP_IPV4_IFADDR = 5
IFA_CACHEINFO = 6
IFLA_OPERSTATE = 16
ENTRY = tuple[int, str]


def spec(**changes: object) -> rnl.Spec:
    """The addresses of links, as a table that rnl does not know."""
    what: dict[str, object] = {
        "new": RTM_NEWADDR,
        "delete": RTM_DELADDR,
        "groups": [RTNLGRP_IPV4_IFADDR],
        "keys": [rnl.Key.header(4, 4), rnl.Key.attr(IFA_LOCAL)],
        "header_size": 8,
        "ignores": [rnl.Ignore.drop(IFA_CACHEINFO)],
    }
    return rnl.Spec(ROUTE, dump_addresses(), **{**what, **changes})  # type: ignore[arg-type]


class Tables(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.other = self.open()

    def events(self, table: rnl.Table, last: int) -> list[ENTRY]:
        """Kinds and addresses up to an event of a kind."""
        found: list[ENTRY] = []
        for event in table:
            found.append((event.kind, "".join(addresses([event.now or event.before]))))
            if event.kind == last:
                return found
        return found

    def test_what_is_there_and_what_changes(self) -> None:
        for number in (1, 2):
            self.other.call(address(number))
        table = self.table("addr")
        there = [(EVENT_NEW, "10.0.0.1"), (EVENT_NEW, "10.0.0.2"), (EVENT_SYNCED, "")]
        self.assertEqual(sorted(self.events(table, EVENT_SYNCED)), there)
        self.other.call(address(3))
        self.assertEqual(self.events(table, EVENT_NEW), [(EVENT_NEW, "10.0.0.3")])
        self.other.call(address(1, RTM_DELADDR))
        self.assertEqual(self.events(table, EVENT_DEL), [(EVENT_DEL, "10.0.0.1")])
        self.assertIsNone(table.next(0))
        self.assertEqual(addresses(table.objects()), ["10.0.0.2", "10.0.0.3"])

    def test_a_change_shows_what_was(self) -> None:
        table = self.table("link", flags=rnl.TABLE_QUIET_START)
        self.assertEqual(next(table).kind, EVENT_SYNCED)
        self.other.call(set_link(True))
        event = next(table)
        self.assertEqual((event.kind, event.nsid), (EVENT_CHANGE, -1))
        assert event.now is not None and event.before is not None
        self.assertEqual([view.unpack("=BxHiI")[3] & 1 for view in (event.before, event.now)], [0, 1])
        self.assertIn(IFLA_OPERSTATE, event.changed)
        self.assertIn("CHANGE", repr(event))

    def test_find(self) -> None:
        table = self.table("link", flags=rnl.TABLE_QUIET_START)
        self.assertIsNone(table.find(get_link()))
        next(table)
        link = table.find(get_link(LO))
        self.assertEqual(link and link.attrs(16).table()[3].str(), "lo")
        self.assertIsNone(table.find(get_link(4711)))
        self.assertIsNone(table.find(get_link(LO), nsid=7))
        self.assertRaises(OverflowError, table.find, get_link(LO), 1 << 31)

    def test_statistics(self) -> None:
        for number in range(10):
            self.other.call(address(number))
        table = self.table("addr")
        self.assertFalse(table.stats().synced)
        self.events(table, EVENT_SYNCED)
        stats = table.stats()
        self.assertEqual((stats.objects, stats.resyncs, stats.synced), (10, 0, True))
        self.assertGreater(stats.bytes, 10 * 40)
        self.assertGreaterEqual(table.socket_stats().rx_messages, 10)

    def test_lost_notifications_are_made_good(self) -> None:
        table = self.table("addr", rcvbuf=4096, flags=rnl.TABLE_QUIET_START)
        self.events(table, EVENT_SYNCED)
        for number in range(300):
            self.other.call(address(number))
        for number in range(100):
            self.other.call(address(number, RTM_DELADDR))
        objects: set[str] = set()
        for kind, text in self.events(table, EVENT_RESYNCED):
            if kind == EVENT_NEW:
                objects.add(text)
            elif kind == EVENT_DEL:
                objects.remove(text)
        wanted = addresses(self.other.dump(dump_addresses()))
        self.assertEqual((sorted(objects), addresses(table.objects())), (wanted, wanted))
        self.assertEqual(len(wanted), 200)
        self.assertGreaterEqual(table.stats().resyncs, 1)

    def test_objects_outlive_the_table(self) -> None:
        self.other.call(address(1))
        with rnl.Table("addr") as table:
            event = next(table)
            objects = table.objects()
        self.assertEqual((addresses([event.now]), addresses(objects)), (["10.0.0.1"], ["10.0.0.1"]))

    def test_time_passes(self) -> None:
        table = self.table("link", flags=rnl.TABLE_QUIET_START)
        self.assertEqual(next(table).kind, EVENT_SYNCED)
        start = time.monotonic()
        self.assertIsNone(table.next(0.05))
        self.assertTrue(0.05 <= time.monotonic() - start < 5)

    def test_another_thread_makes_it_wake_up(self) -> None:
        table = self.table("link", flags=rnl.TABLE_QUIET_START)
        self.assertEqual(next(table).kind, EVENT_SYNCED)

        def change() -> None:
            self.other.call(set_link(True))

        with thread(change):
            self.assertEqual(next(table).kind, EVENT_CHANGE)

    def test_in_a_loop_of_ones_own(self) -> None:
        table = self.table("addr")
        seen: list[int] = []
        while EVENT_SYNCED not in seen:
            event = table.next(0)
            if event is None:
                select([table], [], [], table.wait())
            else:
                seen.append(event.kind)
        self.assertIsNone(table.next(0))
        self.assertIsNone(table.wait())

    def test_a_closed_table(self) -> None:
        table = self.table("link")
        fd = table.fileno()
        table.close()
        table.close()
        self.assertTrue(table.closed)
        self.assertRaises(OSError, os.fstat, fd)
        for use in (table.fileno, table.next, table.objects, table.stats, lambda: table.find(get_link())):
            with self.assertRaisesRegex(ValueError, "table is closed"):
                use()

    def test_no_such_table(self) -> None:
        with self.assertRaises(rnl.Error) as caught:
            rnl.Table("no-such")
        self.assertEqual(caught.exception.errno, EINVAL)
        self.assertIn("no-such", str(caught.exception))

    def test_more_than_it_may_hold(self) -> None:
        for number in range(200):
            self.other.call(address(number))
        table = self.table("addr", max_table=4096)
        with self.assertRaises(rnl.Error) as caught:
            self.events(table, EVENT_SYNCED)
        self.assertEqual(caught.exception.errno, EFBIG)

    def test_all_names(self) -> None:
        for name in ("link", "addr", "route", "route4", "route6", "neigh", "rule", "nexthop", "qdisc", "family"):
            with rnl.Table(name, flags=rnl.TABLE_QUIET_START) as table:
                event = table.next(10)
                self.assertEqual(event and event.kind, EVENT_SYNCED, name)


class Namespaces(NamespaceTest):
    def test_a_table_of_another_namespace(self) -> None:
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.addCleanup(os.close, home)
        self.open().call(address(1))
        self.setUp()
        with rnl.Table("addr", netns=home) as away, rnl.Table("addr") as near:
            kinds = [next(table).kind for table in (away, near)]
        self.assertEqual(kinds, [EVENT_NEW, EVENT_SYNCED])


class Specs(Tables):
    """A table that is described here does as well as those the library knows."""

    def table(self, what: str | rnl.Spec, **options: int) -> rnl.Table:
        return super().table(spec() if what == "addr" else what, **options)

    def test_matches(self) -> None:
        value = struct.unpack("=I", bytes([10, 0, 0, 2]))[0]
        table = self.table(spec(matches=[rnl.Match.attr(IFA_LOCAL, 4, value)]))
        for number in (1, 2, 3):
            self.other.call(address(number))
        wanted = [(EVENT_NEW, "10.0.0.2"), (EVENT_SYNCED, "")]
        self.assertEqual(self.events(table, EVENT_SYNCED), wanted)

    def test_a_stir_makes_it_dump_again(self) -> None:
        table = self.table(spec(groups=[], stirs=[rnl.Stir(1, 16)]), flags=rnl.TABLE_QUIET_START)
        self.events(table, EVENT_SYNCED)
        self.other.call(address(1))
        self.assertIsNone(table.next(0))
        self.other.call(set_link(True))
        found = [self.events(table, EVENT_NEW)[0] for _ in range(2)]
        self.assertEqual(sorted(found), [(EVENT_NEW, "10.0.0.1"), (EVENT_NEW, "127.0.0.1")])

    def test_generic_families(self) -> None:
        what = rnl.Spec(
            GENERIC,
            rnl.Message.genl(16, 3, 2, 0),
            new=16,
            new_cmd=1,
            delete=16,
            delete_cmd=2,
            groups=[16],
            keys=[rnl.Key.attr(1)],
            header_size=4,
        )
        table = self.table(what, flags=rnl.TABLE_QUIET_START)
        self.assertEqual(next(table).kind, EVENT_SYNCED)
        names = [view.attrs(4).table()[2].str() for view in table.objects()]
        self.assertIn("nlctrl", names)

    def test_nonsense(self) -> None:
        ignored = [rnl.Ignore.drop(IFA_LOCAL)]
        wrongs: list[dict[str, object]] = [{"keys": []}, {"header_size": 2}, {"ignores": ignored}]
        for wrong in wrongs:
            with self.assertRaises(rnl.Error, msg=str(wrong)) as caught:
                self.table(spec(**wrong))
            self.assertEqual(caught.exception.errno, EINVAL)
        self.assertRaises(OverflowError, spec, new=1 << 16)
