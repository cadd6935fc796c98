# SPDX-License-Identifier: MIT OR Apache-2.0
"""The golden corpus: every line of it read again with this package."""

from __future__ import annotations

import sys
import unittest
from collections import Counter
from collections.abc import Iterator
from errno import EBADMSG
from pathlib import Path
from typing import Any, Callable

from support import ROOT

import rnl

GOLDEN = ROOT / "tests/golden"
MSG, OFFS, COOKIE, POLICY = 1, 2, 3, 4

VALUES: dict[str, Callable[[rnl.Attr], object]] = {
    "str": rnl.Attr.str,
    "ip": lambda attr: str(attr.ip()),
    "mac": rnl.Attr.mac,
    "bits32": lambda attr: "0x{:08x} 0x{:08x}".format(*attr.bitfield32()),
}


def value(kind: str, attr: rnl.Attr) -> str:
    read: Callable[[rnl.Attr], object] = VALUES.get(kind) or getattr(rnl.Attr, kind)
    return str(read(attr))


class Reader:
    """Walks one file, line by line, beside its annotation."""

    def __init__(self, test: unittest.TestCase, counts: Counter[str]) -> None:
        self.test = test
        self.counts = counts
        self.protocol = -1
        self.data = bytearray()
        self.views: Iterator[rnl.View] | None = None
        #: The walks that are open, by depth, and the attribute that was met last at each.
        self.walks: dict[int, Iterator[rnl.Attr]] = {}
        self.attr = rnl.Attr(0, 0, b"", 0)
        self.error: rnl.Error | None = None
        self.requests: dict[int, bytes] = {}
        self.incoming = False

    def read(self, text: str) -> None:
        for line in text.splitlines():
            keyword, _, rest = line.partition(" ")
            if not keyword or keyword.startswith("#"):
                continue
            if not line.startswith(("value str", "extack msg")):
                rest = rest.partition("  #")[0]
            if keyword in ("attr", "msg", "datagram", "malformed"):
                self.close_walks(int(rest.split()[0]) if keyword == "attr" else None, keyword, rest)
            getattr(self, "on_" + keyword)(rest)
            kinds = 2 if keyword in ("value", "malformed", "extack") else 1
            self.counts[" ".join(line.split(" ")[:kinds])] += 1
        self.end_datagram()

    def close_walks(self, depth: int | None, keyword: str, rest: str) -> None:
        """Walks deeper than what comes next must be at their end."""
        if keyword == "malformed" and rest.startswith(("attr", "hop")):
            return
        for deeper in [d for d in self.walks if depth is None or d > depth]:
            self.test.assertIsNone(next(self.walks.pop(deeper), None), "more attributes than expected")

    def end_datagram(self) -> None:
        self.close_walks(None, "datagram", "")
        if self.views is not None:
            self.test.assertIsNone(next(self.views, None), "more messages than expected")
        self.views = None

    def on_origin(self, rest: str) -> None:
        self.test.assertIn(rest, ("captured", "handmade"))

    def on_order(self, rest: str) -> None:
        self.test.assertEqual(rest, sys.byteorder)

    def on_protocol(self, rest: str) -> None:
        self.protocol = int(rest)

    def on_datagram(self, rest: str) -> None:
        self.end_datagram()
        direction, length = rest.split()
        self.incoming = direction == "from-kernel"
        self.data = bytearray()
        self.length = int(length)

    def on_hex(self, rest: str) -> None:
        at, octets = rest.split(" ", 1)
        self.test.assertEqual(int(at, 16), len(self.data))
        self.data += bytes.fromhex(octets)

    def next_view(self) -> rnl.View | None:
        if self.views is None:
            self.test.assertEqual(self.length, len(self.data))
            self.views = rnl.messages(bytes(self.data))
        return next(self.views, None)

    def on_msg(self, rest: str) -> None:
        words = rest.split()
        view = self.next_view()
        assert view is not None
        self.view, self.start = view, int(words[0])
        found = [len(view.data), view.type, f"{view.flags:#06x}", view.seq, view.port]
        self.test.assertEqual(words[2::2], [str(field) for field in found])
        self.test.assertEqual(view.data, self.data[self.start : self.start + len(view.data)])
        if not self.incoming:
            self.requests[view.seq] = view.data

    def on_fixed(self, rest: str) -> None:
        depth, at, length = map(int, rest.split())
        wanted = bytes(self.data[at : at + length])
        if depth == 0:
            self.test.assertEqual(self.view.unpack(f"{length}s"), (wanted,))
            self.walks = {1: iter(self.view.attrs(length))}
            return
        self.test.assertEqual(self.attr.unpack(f"{length}s"), (wanted,))
        skip = (length + 3) & ~3
        inside = rnl.Attrs(self.attr.data[skip:], self.attr.offset + 4 + skip)
        self.walks[depth + 1] = iter(inside)

    def on_attr(self, rest: str) -> None:
        words = rest.split()
        depth, at = int(words[0]), int(words[1])
        self.attr = next(self.walks[depth])
        found = [self.attr.type, f"{self.attr.flags:#06x}", len(self.attr.data)]
        self.test.assertEqual(words[3:8:2], [str(field) for field in found])
        self.test.assertEqual(self.attr.offset + self.start, at)
        self.test.assertEqual(self.attr.data, self.data[at + 4 : at + 4 + len(self.attr.data)])
        if words[8] == "nest":
            self.walks[depth + 1] = iter(self.attr.nested())

    def on_hop(self, rest: str) -> None:
        depth, at, length = map(int, rest.split())
        self.walks.pop(depth + 1, None)
        inside = bytes(self.data[at + 8 : at + length])
        self.walks[depth + 1] = iter(rnl.Attrs(inside, at + 8 - self.start))

    def on_value(self, rest: str) -> None:
        kind, _, wanted = rest.partition(" ")
        self.test.assertEqual(value(kind, self.attr), wanted)

    def on_error(self, rest: str) -> None:
        words = rest.split()
        self.verdict(int(words[0]), int(words[-1]))

    def on_done(self, rest: str) -> None:
        words = rest.split()
        self.verdict(int(words[0]), int(words[-1]))

    def status(self) -> rnl.Error | None:
        try:
            self.view.status(self.protocol, self.requests.get(self.view.seq))
        except rnl.Error as error:
            return error
        return None

    def verdict(self, code: int, tlvs: int) -> None:
        self.error = self.status()
        self.test.assertEqual(code, -(self.error.errno or 0) if self.error else 0)
        self.walks = {}
        if tlvs:
            self.acks = self.view.attrs(tlvs - self.start - 16)
            self.walks[1] = iter(self.acks)

    def on_extack(self, rest: str) -> None:
        kind, _, wanted = rest.partition(" ")
        if self.error is None:
            attr = self.acks.get({"msg": MSG, "cookie": COOKIE}[kind])
            assert attr is not None
            self.test.assertEqual(attr.str() if kind == "msg" else attr.data.hex(), wanted)
            return
        self.test.assertEqual(self.error.origin, rnl.FROM_KERNEL)
        self.check_error(self.error, kind, wanted)

    def check_error(self, error: rnl.Error, kind: str, wanted: str) -> None:
        if kind == "policy":
            wants = rnl.Attrs(error.policy or b"").get(1)
            self.test.assertEqual(wants and wants.u32(), int(wanted))
        elif kind in ("miss-type", "miss-nest"):
            self.test.assertIsNotNone(error.missing)
        else:
            cookie = error.cookie.hex() if error.cookie else None
            found: dict[str, Any] = {"msg": error.kernel_text, "offs": error.offset, "cookie": cookie}
            self.test.assertEqual(str(found[kind]), wanted)

    def on_malformed(self, rest: str) -> None:
        what, _, _ = rest.partition(" ")
        if what == "hop":
            return
        with self.test.assertRaises(rnl.Error) as caught:
            {"msg": self.next_view, "attr": self.damaged_attr, "ack": self.damaged_ack}[what]()
        self.test.assertEqual(caught.exception.errno, EBADMSG)

    def damaged_ack(self) -> None:
        self.view.status(self.protocol)

    def damaged_attr(self) -> None:
        """The deepest walk that is not at its end meets the damage."""
        for depth in sorted(self.walks, reverse=True):
            self.test.assertIsNone(next(self.walks.pop(depth), None))


def files() -> list[Path]:
    return sorted(GOLDEN.glob("*/*.golden"))


class Golden(unittest.TestCase):
    def test_every_file_reads_as_annotated(self) -> None:
        counts: Counter[str] = Counter()
        for path in files():
            text = path.read_text(encoding="utf-8")
            if f"\norder {sys.byteorder}\n" in text:
                with self.subTest(path.relative_to(GOLDEN)):
                    Reader(self, counts).read(text)
        self.assert_all_kinds(counts)

    def assert_all_kinds(self, counts: Counter[str]) -> None:
        """What the corpus is known to hold has been read."""
        self.assertGreater(counts["attr"], 3000)
        for kind in ("msg", "attr", "ack", "hop"):
            self.assertGreater(counts["malformed " + kind], 0)
        for kind in ("msg", "offs", "cookie", "policy", "miss-type", "miss-nest"):
            self.assertGreater(counts["extack " + kind], 0)
        for kind in "u8 u16 u32 u64 s8 s16 s32 s64 be16 be32 be64 uint sint bits32 str ip mac".split():
            self.assertGreater(counts["value " + kind], 0)
        for kind in ("error", "done", "fixed", "hop"):
            self.assertGreater(counts[kind], 0)
