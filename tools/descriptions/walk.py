# SPDX-License-Identifier: MIT OR Apache-2.0
"""Walks a message with a description, and tells what in it the description does not expect."""
import struct

from .spec import WIDTHS

NESTS = ("nest", "indexed-array", "nest-type-value", "sub-message", "record-array")
SHAPES = {"u": "BHIQ", "s": "bhiq"}


def scalar(data, order):
    form = {1: "B", 2: "H", 4: "I", 8: "Q"}.get(len(data))
    return struct.unpack(order + form, data)[0] if form else None


def attributes(data, order):
    """(type, payload) of each attribute; stops at what is none."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from(order + "HH", data, at)
        if length < 4 or at + length > len(data):
            return
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += (length + 3) & ~3


class Walk:
    """One message; `misfits` are (path, what is wrong), `seen` the attributes that it held, as (set, number)."""

    def __init__(self, spec, order):
        self.spec, self.order = spec, order
        self.misfits, self.seen = [], set()
        self.scopes, self.matched = [], {}

    def say(self, path, what):
        self.misfits.append((path or ".", what))

    def message(self, operation, message, body):
        """What follows the nlmsghdr (and the genlmsghdr)."""
        header = self.spec.header(operation, message)
        self.matched = message.get("match", {})
        rest = self.fixed(header, body, "") if header else body
        inner = message.get("body", operation.get("body"))
        if inner:
            length = self.body_length(inner, len(rest))
            self.value(inner, rest[:length], "body")
            rest = rest[(length + 3) & ~3:]
        name = self.spec.set_of(operation, message)
        if rest and not name:
            self.say("", f"{len(rest)} bytes where nothing is described")
        elif name:
            self.nest(name, rest, "")
        self.scopes.clear()

    def body_length(self, inner, whole):
        return int(min(self.scopes[-1][inner["length-member"]])) if "length-member" in inner else whole

    def fixed(self, name, data, path):
        """Takes a struct off the front, and makes its numbers selectors."""
        size = self.spec.size(name)
        if len(data) < size:
            self.say(path, f"{len(data)} bytes, struct {name} has {size}")
            return b""
        values, at = {}, 0
        for member in self.spec.definitions[name]["members"]:
            width = self.spec.member_size(member)
            if member["type"] in WIDTHS:
                order = ">" if member.get("byte-order") == "big-endian" else self.order
                values[member["name"]] = (self.named(member, scalar(data[at:at + width], order)))
            at += width
        self.scopes.append(values)
        for member, wanted in self.matched.items():
            if not {str(w) for w in wanted} & values.get(member, set()):
                self.say(path, f"not of {self.spec.name}: {member}")
        self.matched = {}
        return b"" if self.spec.open_ended(name) else data[(size + 3) & ~3:]

    def named(self, thing, number):
        """The texts that a number can be selected by."""
        entries = self.spec.definitions.get(thing.get("enum"), {}).get("entries", [])
        names = dict(self.spec.numbers(thing["enum"])) if entries else {}
        return {str(number), names.get(number, str(number))}

    def nest(self, name, data, path):
        found, described = list(attributes(data, self.order)), self.spec.sets[name]
        used = sum((len(payload) + 7) & ~3 for _, payload in found)
        if used < len(data):
            self.say(path, f"{len(data) - used} bytes that are no attributes of {name}")
        scope = {}
        self.scopes.append(scope)
        for kind, payload in found:
            attr = described.get(kind)
            if attr and attr["type"] in ("string", *WIDTHS):
                scope[attr["name"]] = ({payload.split(b"\0")[0].decode(errors="replace")} if attr["type"] == "string"
                                       else self.named(attr, scalar(payload, self.byte_order(attr))))
        for kind, payload in found:
            self.attribute(name, described.get(kind), kind, payload, path)
        self.scopes.pop()

    def byte_order(self, attr):
        return {"big-endian": ">", "little-endian": "<"}.get(attr.get("byte-order"), self.order)

    def attribute(self, name, attr, kind, payload, path):
        if attr is None:
            self.say(f"{path}.{kind}", f"not in {name}")
            return
        self.seen.add((name, kind))
        self.value(attr, payload, f"{path}.{attr['name']}")

    def value(self, attr, payload, path):
        kind = attr["type"]
        check = getattr(self, "is_" + kind.replace("-", "_"), None)
        if check:
            check(attr, payload, path)
        elif kind in WIDTHS and len(payload) != WIDTHS[kind]:
            self.say(path, f"{len(payload)} bytes, {kind} here")
        elif kind in ("uint", "sint") and len(payload) not in (4, 8):
            self.say(path, f"{len(payload)} bytes, {kind} here")

    def is_flag(self, _attr, payload, path):
        if payload:
            self.say(path, f"{len(payload)} bytes, flag here")

    def is_unused(self, _attr, payload, path):
        self.say(path, f"{len(payload)} bytes, unused here")

    def is_bitfield32(self, _attr, payload, path):
        if len(payload) != 8:
            self.say(path, f"{len(payload)} bytes, bitfield32 here")

    def is_string(self, attr, payload, path):
        if payload and not payload.endswith(b"\0") and not attr.get("checks", {}).get("unterminated-ok"):
            self.say(path, "a string without its end")

    def is_binary(self, attr, payload, path):
        wanted = attr.get("checks", {}).get("exact-len")
        if wanted is not None and len(payload) != self.spec.length(wanted):
            self.say(path, f"{len(payload)} bytes, {wanted} here")
        if "struct" in attr:
            self.is_struct(attr["struct"], payload, path)
        elif len(payload) % WIDTHS.get(attr.get("sub-type"), 1):
            self.say(path, f"{len(payload)} bytes, array of {attr['sub-type']} here")
        elif attr.get("display-hint") == "ipv4-or-v6" and len(payload) not in (4, 16):
            self.say(path, f"{len(payload)} bytes, address here")

    def is_struct(self, name, payload, path):
        """Older kernels have fewer members."""
        size, ends, at = self.spec.size(name), [self.spec.size(name)], 0
        for member in self.spec.definitions[name]["members"]:
            at += self.spec.member_size(member)
            ends.append(at)
        if len(payload) not in ends and not (self.spec.open_ended(name) and len(payload) > size):
            self.say(path, f"{len(payload)} bytes, struct {name} has {size}")

    def is_nest(self, attr, payload, path):
        if "fixed-header" in attr:
            payload = self.fixed(attr["fixed-header"], payload, path)
        if attr.get("nested-attributes"):
            self.nest(attr["nested-attributes"], payload, path)

    def is_indexed_array(self, attr, payload, path):
        for index, inner in attributes(payload, self.order):
            self.value({**attr, "type": attr["sub-type"], "sub-type": None}, inner, f"{path}[{index}]")

    def is_nest_type_value(self, attr, payload, path):
        for _ in attr.get("type-value", []):
            payload = next((inner for _, inner in attributes(payload, self.order)), b"")
        self.nest(attr["nested-attributes"], payload, path)

    def is_record_array(self, attr, payload, path):
        header, size = attr["fixed-header"], self.spec.size(attr["fixed-header"])
        while payload:
            values = len(self.scopes)
            self.fixed(header, payload, path)
            if len(self.scopes) == values:
                return
            length = int(min(self.scopes[-1][attr["length-member"]])) if "length-member" in attr else size
            if length < size:
                self.say(path, f"a record of {length} bytes")
                return
            if "nested-attributes" in attr:
                self.nest(attr["nested-attributes"], payload[(size + 3) & ~3:length], path)
            del self.scopes[values:]
            payload = payload[(length + 3) & ~3:]

    def is_sub_message(self, attr, payload, path):
        chosen = next((s[attr["selector"]] for s in reversed(self.scopes) if attr["selector"] in s), None)
        formats = self.spec.sub_messages[attr["sub-message"]]
        form = next((formats[c] for c in chosen or () if c in formats), formats.get("*"))
        if form is None:
            self.say(path, f"no format for {attr['selector']} {chosen}")
            return
        if "fixed-header" in form:
            if self.spec.open_ended(form["fixed-header"]) or "attribute-set" not in form:
                self.is_struct(form["fixed-header"], payload, path)
                return
            payload = self.fixed(form["fixed-header"], payload, path)
        if "attribute-set" in form:
            self.nest(form["attribute-set"], payload, path)
        elif payload:
            self.say(path, f"{len(payload)} bytes behind struct {form.get('fixed-header')}")
