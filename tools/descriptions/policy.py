# SPDX-License-Identifier: MIT OR Apache-2.0
"""Compares generic families with the policies by which the running kernel checks requests to them."""
import socket
import struct
import sys

from .golden import family_of, messages
from .spec import WIDTHS
from .walk import attributes

GENERIC, CTRL, GETFAMILY, GETPOLICY = 16, 16, 3, 10
REQUEST_DUMP, ERROR, DONE = 0x301, 2, 3
ORDER = "<" if sys.byteorder == "little" else ">"
KINDS = ["invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary", "string", "nul-string",
         "nest", "nested-array", "bitfield32", "sint", "uint"]
# What a policy may say of an attribute that is described so. Binary in a policy is often no more than a length.
ALIKE = {"nest": {"nest", "binary"}, "sub-message": {"nest", "binary"}, "string": {"string", "nul-string", "binary"},
         "binary": {"binary", "string", "nest", "nested-array"},
         "indexed-array": {"nest", "nested-array", "binary"},
         "nest-type-value": {"nest", "nested-array", "binary"}, "record-array": {"binary"}, "pad": set(), "unused": set()}
WAYS = {1: "do", 2: "dump"}


def u32(data):
    return struct.unpack(ORDER + "I", data)[0]


class Kernel:
    """The generic controller of the running kernel."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
        self.sock.settimeout(5)

    def dump(self, command, body=b""):
        """Attributes of each answer."""
        payload = struct.pack(ORDER + "BBH", command, 2, 0) + body
        self.sock.send(struct.pack(ORDER + "IHHII", 16 + len(payload), CTRL, REQUEST_DUMP, 1, 0) + payload)
        while True:
            for kind, _, data in messages(ORDER, self.sock.recv(1 << 16)):
                if kind in (ERROR, DONE):
                    return
                yield data[4:]

    def families(self):
        return dict(reversed(family_of(ORDER, b"\0\0\0\0" + body)) for body in self.dump(GETFAMILY))

    def policies(self, number):
        """({policy: {attribute: {what is said: number}}}, {command: {"do" or "dump": policy}})"""
        rules, commands = {}, {}
        for body in self.dump(GETPOLICY, struct.pack(ORDER + "HHHxx", 6, 1, number)):
            for kind, data in attributes(body, ORDER):
                for index, inner in attributes(data, ORDER):
                    if kind == 8:
                        rules.setdefault(index, {}).update(
                            {attr: dict(attributes(said, ORDER)) for attr, said in attributes(inner, ORDER)})
                    elif kind == 9:
                        commands[index] = {WAYS[way]: u32(value) for way, value in attributes(inner, ORDER)}
        return rules, commands


class Compare:
    """One family: `differences` are lines, `count` the attributes that both have."""

    def __init__(self, spec, rules, commands):
        self.spec, self.rules, self.commands = spec, rules, commands
        self.differences, self.count, self.done = {}, 0, set()

    def run(self):
        described = {number for _, _, number, _, _ in self.spec.messages()}
        for way, direction, number, operation, message in self.spec.messages():
            if direction == "request":
                index = self.commands.get(number, {}).get(way)
                name = self.spec.set_of(operation, message)
                if index is not None and name:
                    self.set(name, index)
        for number in sorted(set(self.commands) - described):
            self.differences[f"command {number} is not described"] = None

    def set(self, name, index):
        if (name, index) in self.done:
            return
        self.done.add((name, index))
        attrs = self.spec.sets[name]
        for number, said in self.rules.get(index, {}).items():
            kind = KINDS[u32(said[1])]
            if number not in attrs:
                self.differences[f"{name}: {number} ({kind}) is not described"] = None
            else:
                self.count += 1
                self.attribute(name, attrs[number], kind, said)

    def attribute(self, name, attr, kind, said):
        where, described = f"{name}.{attr['name']}", attr["type"]
        if not self.alike(attr, described, kind, said):
            size = f" of {u32(said[7])}" if 7 in said else ""
            self.differences[f"{where}: {described} here, {kind}{size} in the kernel"] = None
        if 8 not in said:
            return
        if attr.get("nested-attributes"):
            self.set(attr["nested-attributes"], u32(said[8]))
        elif described != "sub-message":
            self.differences[f"{where}: {described} here, the kernel has attributes in it"] = None

    def alike(self, attr, described, kind, said):
        if kind == described or kind in ALIKE.get(described, ()):
            return True
        width = WIDTHS.get(described)
        if kind == "binary" and width:
            return u32(said.get(7, said.get(6, struct.pack(ORDER + "I", width)))) == width
        return described in ("uint", "sint") and kind == "binary"


def compare_all(specs):
    """(spec, Compare) of each description whose family the kernel has, and the families that none is for."""
    kernel, found = Kernel(), []
    families = kernel.families()
    for spec in specs:
        if spec.protonum is None and spec.name in families:
            comparison = Compare(spec, *kernel.policies(families[spec.name]))
            comparison.run()
            found.append((spec, comparison))
    return found, sorted(set(families) - {spec.name for spec in specs})
