# SPDX-License-Identifier: MIT OR Apache-2.0
"""From a datagram to the lines that say what is in it (format: tests/golden/README.md)."""

import struct

import layouts
import shapes
import values
from netlink import ACK_TLVS, CAPPED, DONE, ERROR, NET_BYTEORDER, NESTED, NETLINK_CONNECTOR, align4

KIND_MASK = 0x3FFF


class Annotator:
    """`families` maps the ids of generic netlink families to their layouts' names."""

    def __init__(self, protocol, families=None, order="="):
        self.protocol, self.families, self.order = protocol, families or {}, order

    def datagram(self, direction, data):
        self.data, self.lines, self.direction = data, [], direction
        at = 0
        while at < len(data):
            if not self.whole_message(at):
                self.put(f"malformed msg {at}")
                break
            at += align4(self.message(at))
        return self.lines

    def put(self, line, comment=""):
        self.lines.append(f"{line}  # {comment}" if comment else line)

    def unpack(self, form, at):
        return struct.unpack_from(self.order + form, self.data, at)

    def whole_message(self, at):
        room = len(self.data) - at
        return room >= 16 and 16 <= self.unpack("I", at)[0] <= room

    def message(self, at):
        length, kind, flags, seq, port = self.unpack("IHHII", at)
        layout = layouts.find(self, at, kind, length)
        head = f"msg {at} len {length} type {kind} flags {flags:#06x} seq {seq} port {port}"
        self.put(head, " ".join([layout.name, *layouts.flag_names(kind, flags, layout.verb)]).strip())
        if kind == ERROR:
            self.error(at, at + length, flags)
        elif kind == DONE and self.protocol != NETLINK_CONNECTOR:
            self.done(at, at + length, flags)
        else:
            self.body(at + 16, at + length, layout)
        return length

    def body(self, at, end, layout):
        fixed = min(layout.fixed, end - at)
        if fixed:
            self.put(f"fixed 0 {at} {fixed}", layout.struct)
        self.attrs(1, at + align4(layout.fixed), end, layout.set)

    def error(self, at, end, flags):
        if end - at < 36:
            self.put(f"malformed ack {at + 16}")
            return
        errno, quote = self.unpack("iI", at + 16)
        capped = bool(flags & CAPPED)
        tlvs = at + 20 + (16 if capped else align4(max(quote, 16)))
        if not flags & ACK_TLVS or tlvs >= end:
            tlvs = 0
        self.put(f"error {errno} capped {int(capped)} request {quote} tlvs {tlvs}", values.errno_name(errno))
        self.extack(tlvs, end)

    def done(self, at, end, flags):
        errno = self.unpack("i", at + 16)[0] if end - at >= 20 else 0
        tlvs = at + 20 if flags & ACK_TLVS and end > at + 20 else 0
        self.put(f"done {errno} tlvs {tlvs}", values.errno_name(errno))
        self.extack(tlvs, end)

    def extack(self, at, end):
        if at:
            self.attrs(1, at, end, "NLMSGERR_ATTR_")
            for kind, start, stop in self.split(at, end):
                self.lines.extend(values.extack(kind, self.data[start:stop], self.order))

    def split(self, at, end):
        """(type, start, end of payload) of each attribute up to the first damaged one."""
        while self.whole_attr(at, end):
            length, kind = self.unpack("HH", at)
            yield kind & KIND_MASK, at + 4, at + length
            at += align4(length)

    def whole_attr(self, at, end):
        return end - at >= 4 and 4 <= self.unpack("H", at)[0] <= end - at

    def attrs(self, depth, at, end, set_name):
        siblings = {k: self.data[a:b] for k, a, b in self.split(at, end)}
        while at < end:
            if not self.whole_attr(at, end):
                self.put(f"malformed attr {at}")
                return
            at += self.attr(depth, at, set_name, siblings)

    def attr(self, depth, at, set_name, siblings):
        length, raw = self.unpack("HH", at)
        shape = shapes.shape(set_name, raw & KIND_MASK)
        how, *args = self.how(shape, raw, siblings)
        look = {"nest": "nest", "pre": "nest", "hops": "hops"}.get(how, "leaf")
        flags = raw & (NESTED | NET_BYTEORDER)
        self.put(f"attr {depth} {at} type {raw & KIND_MASK} flags {flags:#06x} len {length - 4} {look}", shape.name)
        self.payload(how, args, depth, at + 4, at + length)
        return align4(length)

    def how(self, shape, raw, siblings):
        """The shape, once what depends on the attributes beside it is settled."""
        how = (shape.kind, *shape.args)
        if shape.kind == "by":
            number, choice = shape.args
            how = shapes.choose(choice, values.selector(siblings.get(int(number)), self.order))
        if how[0] == "bin" and raw & NESTED:
            return ("nest", "")
        return how

    def payload(self, how, args, depth, at, end):
        if how == "nest":
            self.attrs(depth + 1, at, end, args[0])
        elif how == "pre":
            fixed = min(int(args[0]), end - at)
            self.put(f"fixed {depth} {at} {fixed}")
            self.attrs(depth + 1, at + align4(int(args[0])), end, args[1])
        elif how == "hops":
            self.hops(args[0], depth + 1, at, end)
        else:
            self.lines.extend(values.value(how, self.data[at:end], self.order))

    def hops(self, set_name, depth, at, end):
        while at < end:
            length = self.unpack("H", at)[0] if end - at >= 8 else 0
            if not 8 <= length <= end - at:
                self.put(f"malformed hop {at}")
                return
            self.put(f"hop {depth} {at} {length}")
            self.attrs(depth + 1, at + 8, at + length, set_name)
            at += align4(length)
