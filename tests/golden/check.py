#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Walks the bytes of every golden file by itself and proves that the annotation says the same; then that all
the corpus is there for is in it. Prints what it counted; exit status 1 and a line for each failure."""

import ipaddress
import pathlib
import struct
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
CAPPED, ACK_TLVS = 0x100, 0x200
WIDTHS = {"8": "bB", "16": "hH", "32": "iI", "64": "qQ"}
VALUES = ("u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "be16", "be32", "be64", "uint", "sint",
          "bits32", "str", "ip", "mac")
TEXTS = ("value str", "extack msg")


class Wrong(Exception):
    pass


def content(path):
    """The lines that mean something, comments gone."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith(TEXTS):
            line = line.split("#")[0].rstrip()
        if line and line != line.strip():
            raise Wrong(f"line {number}: blanks around it")
        if line:
            yield number, line


class Lines:
    """The lines of a file, to be taken one by one."""

    def __init__(self, path):
        self.lines, self.at = list(content(path)), 0

    def peek(self):
        return self.lines[self.at][1] if self.at < len(self.lines) else ""

    def take(self, *expected):
        """Takes the next line, which must be the expected one, or begin with that word."""
        line = self.peek()
        whole = " ".join(str(e) for e in expected)
        if line != whole and not (len(expected) == 1 and line.split(" ")[0] == whole):
            raise Wrong(f"line {self.number()}: the bytes say {whole!r}, the annotation {line!r}")
        self.at += 1
        return line.split(" ")

    def number(self):
        return self.lines[min(self.at, len(self.lines) - 1)][0]


class Walk:
    """One file: the bytes lead, the lines must follow."""

    def __init__(self, path, facts):
        self.lines, self.facts, self.requests = Lines(path), facts, {}
        self.origin = self.lines.take("origin")[1]
        self.order = {"little": "<", "big": ">"}[self.lines.take("order")[1]]
        self.protocol = int(self.lines.take("protocol")[1])
        self.fact("protocol", self.protocol)
        self.offsets = set()
        self.datagram()
        while self.lines.peek():
            self.datagram()

    def fact(self, *words):
        self.facts.add(" ".join(str(w) for w in (self.origin, *words)))

    def unpack(self, form, at):
        return struct.unpack_from(self.order + form, self.data, at)

    def datagram(self):
        _, self.direction, length = self.lines.take("datagram")
        self.data = b""
        while self.lines.peek().startswith("hex "):
            _, at, *row = self.lines.take("hex")
            if int(at, 16) != len(self.data) or len(row) != min(16, int(length) - len(self.data)):
                raise Wrong(f"line {self.lines.number()}: hex line out of place")
            self.data += bytes.fromhex("".join(row))
        if len(self.data) != int(length):
            raise Wrong(f"line {self.lines.number()}: {len(self.data)} bytes, not {length}")
        self.messages()

    def messages(self):
        at, count = 0, 0
        while at < len(self.data):
            left = len(self.data) - at
            length = self.unpack("I", at)[0] if left >= 16 else 0
            if not 16 <= length <= left:
                self.damage("msg", at)
                break
            self.message(at, length)
            at, count = at + padded(length), count + 1
        if count > 1:
            self.fact("several messages", self.direction)
        if at > len(self.data) and count:
            self.fact("unpadded last message")

    def damage(self, what, at):
        self.lines.take("malformed", what, at)
        self.fact("malformed", what)
        if self.origin == "captured":
            raise Wrong(f"line {self.lines.number()}: damage in captured bytes")

    def message(self, at, length):
        _, kind, flags, seq, port = self.unpack("IHHII", at)
        self.lines.take("msg", at, "len", length, "type", kind, "flags", f"{flags:#06x}", "seq", seq, "port", port)
        self.fact("msg", self.protocol, kind, self.direction)
        self.offsets = set()
        self.flag_facts(kind, flags)
        if kind == 2:
            self.error(at, at + length, flags)
        elif kind == 3 and self.protocol != 11:
            self.done(at, at + length, flags)
        else:
            self.body(at, at + length)
        if self.direction == "to-kernel":
            self.requests[seq] = {offset - at for offset in self.offsets}

    def flag_facts(self, kind, flags):
        for bit, name in ((0x8, "echo"), (0x10, "dump interrupted"), (0x20, "dump filtered")):
            if flags & bit:
                self.fact(name, "in DONE" if kind == 3 else "in ERROR" if kind == 2 else "in a message")

    def body(self, at, end):
        begin = at + 16 + self.fixed(0, at + 16, end)
        self.attrs(1, begin, end)

    def fixed(self, depth, at, end):
        """The length of a fixed structure with its padding. How long it is only the family knows."""
        if not self.lines.peek().startswith(f"fixed {depth} "):
            return 0
        _, _, start, length = self.lines.take("fixed")
        if int(start) != at or int(length) > end - at:
            raise Wrong(f"line {self.lines.number()}: structure out of place")
        return padded(int(length))

    def error(self, at, end, flags):
        if end - at < 36:
            self.damage("ack", at + 16)
            return
        errno, quoted, _, _, seq = self.unpack("iIHHI", at + 16)
        capped = flags & CAPPED != 0
        tlvs = at + 36 if capped else at + 20 + padded(max(16, quoted))
        if not flags & ACK_TLVS or tlvs >= end:
            tlvs = 0
        self.lines.take("error", errno, "capped", int(capped), "request", quoted, "tlvs", tlvs)
        self.fact("error" if errno else "ack", "capped" if capped else "uncapped", "with" if tlvs else "without", "reasons")
        self.reasons(tlvs, end, self.requests.get(seq))

    def done(self, at, end, flags):
        errno = self.unpack("i", at + 16)[0] if end - at >= 20 else 0
        tlvs = at + 20 if flags & ACK_TLVS and end > at + 20 else 0
        self.lines.take("done", errno, "tlvs", tlvs)
        self.fact("failed dump" if errno else "dump done", "with" if tlvs else "without", "reasons")
        self.reasons(tlvs, end, self.requests.get(self.unpack("I", at + 8)[0]))

    def reasons(self, at, end, request):
        if not at:
            return
        found = self.attrs(1, at, end)
        for kind, start, stop in found:
            if kind in REASONS:
                name, read = REASONS[kind]
                text = read(self, start, stop)
                self.lines.take(*f"extack {name} {text}".split(" "))
                self.fact("extack", name)
                self.points_at(name, text, request)

    def points_at(self, name, text, request):
        """Captured offsets point at an attribute of the request that is in the file."""
        if name in ("offs", "miss-nest") and self.origin == "captured" and int(text) not in request:
            raise Wrong(f"line {self.lines.number()}: {name} {text} is no attribute of the request")

    def attrs(self, depth, at, end):
        """Walks attributes; returns (type, start and end of payload) of each."""
        found = []
        while at < end:
            length = self.unpack("H", at)[0] if end - at >= 4 else 0
            if not 4 <= length <= end - at:
                self.damage("attr", at)
                return found
            kind = self.attr(depth, at, length)
            found.append((kind, at + 4, at + length))
            at += padded(length)
        return found

    def attr(self, depth, at, length):
        raw = self.unpack("H", at + 2)[0]
        kind, flags = raw & 0x3FFF, raw & 0xC000
        look = self.lines.peek().split(" ")[-1]
        self.lines.take("attr", depth, at, "type", kind, "flags", f"{flags:#06x}", "len", length - 4, look)
        self.offsets.add(at)
        self.fact(look)
        if flags & 0x8000 and look != "nest":
            raise Wrong(f"line {self.lines.number()}: flag NESTED on a {look}")
        SHAPES[look](self, depth, at + 4, at + length)
        return kind

    def leaf(self, _depth, at, end):
        if self.lines.peek().startswith("value "):
            kind = self.lines.peek().split(" ")[1]
            text = decode(kind, self.data[at:end], self.order)
            self.lines.take(*f"value {kind} {text}".rstrip().split(" "))
            self.fact("value", kind)
            if (self.protocol, kind) == (0, "str"):
                self.fact("text", text)

    def nest(self, depth, at, end):
        self.attrs(depth + 1, at + self.fixed(depth, at, end), end)

    def hops(self, depth, at, end):
        while at < end:
            length = self.unpack("H", at)[0] if end - at >= 8 else 0
            if not 8 <= length <= end - at:
                self.damage("hop", at)
                return
            self.lines.take("hop", depth + 1, at, length)
            self.attrs(depth + 2, at + 8, at + length)
            at += padded(length)

    def number(self, start, _stop):
        return str(self.unpack("I", start)[0])

    def text(self, start, stop):
        return self.data[start:stop].split(b"\0")[0].decode()

    def bytes_(self, start, stop):
        return self.data[start:stop].hex()

    def policy(self, start, stop):
        while start < stop:
            length, kind = self.unpack("HH", start)
            if kind == 1:
                return self.number(start + 4, stop)
            start += padded(length)
        raise Wrong("a policy without its type")


SHAPES = {"leaf": Walk.leaf, "nest": Walk.nest, "hops": Walk.hops}
REASONS = {1: ("msg", Walk.text), 2: ("offs", Walk.number), 3: ("cookie", Walk.bytes_), 4: ("policy", Walk.policy),
           5: ("miss-type", Walk.number), 6: ("miss-nest", Walk.number)}


def padded(length):
    return length + -length % 4


def decode(kind, data, order):
    """A payload as the annotation writes it."""
    if kind == "str":
        return data.partition(b"\0")[0].decode()
    if kind == "ip":
        return str(ipaddress.ip_address(data))
    if kind == "mac":
        return ":".join(f"{byte:02x}" for byte in data)
    if kind == "bits32":
        return " ".join(f"{number:#010x}" for number in struct.unpack(order + "II", data))
    if kind in ("uint", "sint"):
        kind = kind[0] + str(len(data) * 8)
    signed, big, width = kind[0] == "s", kind.startswith("be"), kind.lstrip("usbe")
    return struct.unpack((">" if big else order) + WIDTHS[width][0 if signed else 1], data)[0]


def required():
    """What must be in the corpus, as the facts that walking it turns up."""
    kinds = ("veth", "vxlan", "bridge", "macvlan", "ifb", "tun", "dummy", "vlan", "bond", "vrf", "wireguard")
    qdiscs = ("htb", "fq_codel", "tbf", "netem", "ingress")
    both = [f"captured text {name}" for name in kinds + qdiscs]
    notified = [f"captured msg 0 {n} from-kernel" for n in (16, 17, 20, 21, 24, 25, 28, 29, 32, 33, 36, 40, 44, 64, 80, 104)]
    nft = [f"captured msg 12 {n} {d}" for n, d in ((2560, "from-kernel"), (2563, "from-kernel"), (2566, "from-kernel"),
           (2569, "from-kernel"), (2572, "from-kernel"), (256, "from-kernel"), (258, "from-kernel"), (16, "to-kernel"),
           (17, "to-kernel"), (2566, "to-kernel"))]
    other = ["captured msg 4 20 from-kernel", "captured msg 6 16 from-kernel", "captured msg 6 19 from-kernel",
             "captured msg 16 16 from-kernel", "captured msg 0 1 to-kernel"]
    reasons = [f"captured extack {n}" for n in ("msg", "offs", "cookie", "policy", "miss-type", "miss-nest")]
    verdicts = [f"captured error {how} {what} reasons" for how in ("capped", "uncapped") for what in ("with", "without")]
    verdicts += ["captured ack capped with reasons", "captured ack capped without reasons",
                 "captured failed dump with reasons", "captured failed dump without reasons"]
    flags = ["captured dump interrupted in DONE", "captured dump interrupted in a message", "captured echo in a message",
             "captured dump filtered in DONE", "captured dump filtered in a message", "captured hops",
             "captured several messages to-kernel", "captured several messages from-kernel"]
    values = [f"handmade value {k}" for k in VALUES]
    damage = [f"handmade malformed {what}" for what in ("msg", "attr", "hop", "ack")]
    made = ["handmade msg 2 4 from-kernel", "handmade msg 2 1 from-kernel", "handmade unpadded last message"]
    return both + notified + nft + other + reasons + verdicts + flags + values + damage + made


def check(path, facts):
    """The failure of one file as a list of one, or an empty list."""
    try:
        first = path.read_text().splitlines()[:3]
        if not first[0].startswith("# SPDX-License-Identifier:") or not first[1].startswith("# about: "):
            raise Wrong("line 1: no licence, or no word what it is about")
        origin = Walk(path, facts).origin
        if (origin == "handmade") != (path.parent.name == "handmade") or (origin == "captured") != ("# kernel: " in first[2]):
            raise Wrong("origin and place disagree")
    except (Wrong, ValueError, KeyError, IndexError, TypeError, struct.error) as problem:
        return [f"{path.relative_to(FOLDER)}: {type(problem).__name__}: {problem}"]
    return []


def main():
    paths, facts = sorted(FOLDER.glob("*/*.golden")), set()
    wrong = [line for path in paths for line in check(path, facts)]
    wrong += [f"not in the corpus: {fact}" for fact in required() if fact not in facts]
    print("\n".join(wrong + [f"{len(paths)} golden files, {len(required())} required facts, {len(wrong)} wrong"]))
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
