# SPDX-License-Identifier: MIT OR Apache-2.0
"""The captured messages of tests/golden, walked with the descriptions."""
import pathlib
import struct

from .walk import Walk, attributes

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "golden"
CONTROL, GENERIC, CTRL = range(16), 16, 16


def datagrams(path):
    """(order, protocol, direction, bytes) of a file of the corpus."""
    order, protocol, direction, data = "<", None, None, b""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *rest = line.split()[:3] or [""]
        if word == "order":
            order = "<" if rest[0] == "little" else ">"
        elif word == "protocol":
            protocol = int(rest[0])
        elif word == "datagram":
            if direction:
                yield order, protocol, direction, data
            direction, data = rest[0], b""
        elif word == "hex":
            data += bytes.fromhex(line.split(" ", 2)[2])
    if direction:
        yield order, protocol, direction, data


def messages(order, data):
    """(type, flags, body) of each message of a datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind, flags = struct.unpack_from(order + "IHH", data, at)
        if length < 16 or at + length > len(data):
            return
        yield kind, flags, data[at + 16:at + length]
        at += (length + 3) & ~3


class Book:
    """The descriptions by protocol and type of message."""

    def __init__(self, specs):
        self.raw, self.generic = {}, {}
        for spec in specs:
            for way, direction, number, operation, message in spec.messages():
                row = (spec, operation, message)
                if spec.protonum is None:
                    self.generic.setdefault((spec.name, direction, number), []).append((way, *row))
                else:
                    self.raw.setdefault((spec.protonum, direction, number), []).append((way, *row))

    def find(self, protocol, direction, kind, flags, body, families):
        """The (spec, operation, message) that a message can be."""
        if protocol == GENERIC:
            rows = self.generic.get((families.get(kind), direction, body[0] if body else None), [])
        else:
            rows = self.raw.get((protocol, direction, kind), [])
        dump = direction == "request" and flags & 0x300 == 0x300
        return [row[1:] for row in sorted(rows, key=lambda row: (row[0] == "dump") != dump)]


def family_of(order, body):
    """(id, name) that an answer of the generic controller tells."""
    found = dict(attributes(body[4:], order))
    if 1 in found and 2 in found:
        return struct.unpack(order + "H", found[1])[0], found[2].rstrip(b"\0").decode()
    return None


def best(rows, order, body):
    """The walk with the fewest misfits: several families may share a type of message."""
    walks = []
    for spec, operation, message in rows:
        walk = Walk(spec, order)
        walk.message(operation, message, body)
        walks.append(walk)
    return min(walks, key=lambda walk: len(walk.misfits))


def walk_datagrams(book, rows, families=None):
    """(found, Walk or None, what) for each message that is a family's own."""
    families = {CTRL: "nlctrl", **(families or {})}
    for order, protocol, direction, data in rows:
        way = "request" if direction == "to-kernel" else "reply"
        for kind, flags, body in messages(order, data):
            if kind in CONTROL and protocol != 11:
                continue
            if protocol == GENERIC and kind == CTRL and way == "reply" and (told := family_of(order, body)):
                families[told[0]] = told[1]
            found = book.find(protocol, way, kind, flags, body, families)
            if protocol == GENERIC:
                body = body[4:]
            yield f"protocol {protocol} type {kind} {way}", best(found, order, body) if found else None
