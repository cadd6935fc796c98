# SPDX-License-Identifier: MIT OR Apache-2.0
"""Asks the running kernel for every dump that is described, and walks what it answers."""
import errno
import socket
import struct

from .golden import best, messages
from .policy import DONE, ERROR, GENERIC, ORDER, REQUEST_DUMP, Kernel

# Families of addresses or of hooks that a dump is asked for; elsewhere it is 0.
FAMILIES = {"rt-route": (2, 10), "rt-mdb": (7,), "rt-vlan": (7,), "rt-netconf": (2, 10), "rt-neigh": (0, 7),
            "rt-link": (0, 7), "rt-rule": (2, 10), "rt-addr": (2, 10), "rt-addrlabel": (10,), "rt-tunnel": (7,), "nfhook": (2,)}


class Asker:
    """A socket of one protocol."""

    def __init__(self, protocol):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.sock.settimeout(5)

    def dump(self, kind, body):
        """(type, body) of each answer; OSError if the kernel refuses."""
        self.sock.send(struct.pack(ORDER + "IHHII", 16 + len(body), kind, REQUEST_DUMP, 1, 0) + body)
        while True:
            for answer, _, data in messages(ORDER, self.sock.recv(1 << 17)):
                if answer in (ERROR, DONE):
                    code = struct.unpack_from(ORDER + "i", data)[0] if len(data) >= 4 else 0
                    if code:
                        raise OSError(-code, errno.errorcode.get(-code, "?"))
                    return
                yield answer, data


def head(spec, operation, message, family):
    """The fixed header of a request: zeros, but for what tells the family of addresses or of sockets."""
    name = spec.header(operation, message)
    data = bytearray((spec.size(name) + 3) & ~3 if name else 0)
    if data and family is not None:
        data[0] = family
    if spec.name == "inet-diag":
        data[1], data[4:8] = 6, b"\xff\xff\xff\xff"
    return bytes(data)


def families_of(spec, message):
    """What the first byte of the fixed header has to be tried with."""
    if "match" in message:
        return next(iter(message["match"].values()))
    return FAMILIES.get(spec.name, (0,))


def dumps(specs, extra=b""):
    """(spec, operation, walks or OSError) of every dump."""
    generic = Kernel().families()
    for spec in specs:
        if spec.protonum is None and spec.name not in generic or spec.data.get("framing") == "none":
            continue
        found = {}
        for way, direction, number, operation, message in spec.messages():
            if way == "dump":
                found.setdefault(operation["name"], {})[direction] = (number, operation, message)
            elif way == "do" and direction == "request":
                found.setdefault(operation["name"], {})["request"] = (number, operation, {})
        for name, sides in found.items():
            if "request" in sides and "dump" in sides["request"][1]:
                yield from ask(spec, name, sides, generic, extra)


def ask(spec, name, sides, generic, extra):
    number, operation, message = sides["request"]
    for family in families_of(spec, message):
        body = head(spec, operation, message, family) + extra
        kind = number
        if spec.protonum is None:
            kind, body = generic[spec.name], struct.pack("BBH", number, spec.data.get("version", 1), 0) + body
        try:
            asker = Asker(GENERIC if spec.protonum is None else spec.protonum)
            yield spec, name, [walked(spec, sides, data) for _, data in asker.dump(kind, body)]
        except OSError as refused:
            yield spec, name, refused


def walked(spec, sides, data):
    if "reply" not in sides:
        return None
    _, operation, message = sides["reply"]
    return best([(spec, operation, message)], ORDER, data[4:] if spec.protonum is None else data)
