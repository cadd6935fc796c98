# SPDX-License-Identifier: MIT OR Apache-2.0
"""Raw netlink: bytes of messages and attributes, and a socket that records both directions."""

import ctypes
import socket
import struct
import subprocess

REQUEST, MULTI, ACK, ECHO, DUMP_INTR, DUMP_FILTERED = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
ROOT, MATCH, ATOMIC, DUMP = 0x100, 0x200, 0x400, 0x300
REPLACE, EXCL, CREATE, APPEND = 0x100, 0x200, 0x400, 0x800
CAPPED, ACK_TLVS = 0x100, 0x200
NOOP, ERROR, DONE, OVERRUN = 1, 2, 3, 4
NESTED, NET_BYTEORDER = 0x8000, 0x4000

NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_XFRM, NETLINK_CONNECTOR = 0, 4, 6, 11
NETLINK_NETFILTER, NETLINK_GENERIC = 12, 16

SOL_NETLINK = 270
ADD_MEMBERSHIP, CAP_ACK, EXT_ACK, STRICT_CHK = 1, 10, 11, 12
CLONE_NEWNET = 0x40000000


def align4(n):
    return (n + 3) & ~3


def pad(data):
    return data + bytes(align4(len(data)) - len(data))


def attr(kind, payload=b"", order="="):
    """One attribute with its padding. Payload: bytes, text (a NUL is added) or an int (u32)."""
    if isinstance(payload, str):
        payload = payload.encode() + b"\0"
    if isinstance(payload, int):
        payload = struct.pack(order + "I", payload)
    return pad(struct.pack(order + "HH", 4 + len(payload), kind) + payload)


def nest(kind, *attrs, order="="):
    return attr(kind | NESTED, b"".join(attrs), order)


def u8(n):
    return struct.pack("=B", n)


def u16(n):
    return struct.pack("=H", n)


def u64(n):
    return struct.pack("=Q", n)


def be16(n):
    return struct.pack(">H", n)


def be32(n):
    return struct.pack(">I", n)


def ip(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text)


def message(kind, flags, seq, port, body, order="="):
    return struct.pack(order + "IHHII", 16 + len(body), kind, flags, seq, port) + body


def headers(datagram):
    """(offset, length, type, flags, seq, port) of each message of an undamaged datagram."""
    at = 0
    while at + 16 <= len(datagram):
        fields = struct.unpack_from("=IHHII", datagram, at)
        yield (at, *fields)
        at += align4(fields[0])


def new_namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")


def run(script):
    """Runs shell commands that set up what is to be captured."""
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{script.strip()}: {done.stderr.strip()}")
    return done.stdout


def index(name):
    return socket.if_nametoindex(name)


class Socket:
    """A netlink socket; what it sends and receives is appended to `log` as (direction, bytes)."""

    def __init__(self, protocol, log=None, ext_ack=True, cap_ack=False, strict=False):
        self.log, self.seq = log, 0
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        self.sock.settimeout(5)
        for option, on in ((EXT_ACK, ext_ack), (CAP_ACK, cap_ack), (STRICT_CHK, strict)):
            self.sock.setsockopt(SOL_NETLINK, option, int(on))
        self.sock.bind((0, 0))
        self.port = self.sock.getsockname()[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)

    def message(self, kind, flags, body=b""):
        self.seq += 1
        return message(kind, flags | REQUEST, self.seq, 0, body)

    def send(self, datagram):
        self.record("to-kernel", datagram)
        self.sock.sendto(datagram, (0, 0))

    def receive(self):
        data, _, flags, sender = self.sock.recvmsg(1 << 20)
        if flags & socket.MSG_TRUNC or sender[0] != 0:
            raise RuntimeError("truncated, or not from the kernel")
        self.record("from-kernel", data)
        return data

    def record(self, direction, data):
        if self.log is not None:
            self.log.append((direction, data))

    def finish(self, seq):
        """Receives up to the ERROR or DONE that ends request `seq`; all datagrams."""
        got = []
        while True:
            got.append(self.receive())
            if any(h[4] == seq and h[2] in (ERROR, DONE) for h in headers(got[-1])):
                return got

    def call(self, kind, flags, body=b""):
        """Sends one request with ACK and waits for its end."""
        self.send(self.message(kind, flags | ACK, body))
        return self.finish(self.seq)

    def dump(self, kind, body=b"", flags=0):
        return self.call(kind, flags | DUMP, body)


def error_of(datagrams):
    """The errno of the first ERROR or DONE message, as the kernel gives it."""
    for data in datagrams:
        for at, length, kind, *_ in headers(data):
            if kind in (ERROR, DONE) and length >= 20:
                return struct.unpack_from("=i", data, at + 16)[0]
    raise LookupError("no ERROR and no DONE")


def genl_family(name):
    """(id, {group: id}) of a generic netlink family of this namespace."""
    with Socket(NETLINK_GENERIC) as nl:
        reply = nl.call(16, 0, bytes((3, 1, 0, 0)) + attr(2, name))
    if error_of(reply[-1:]) != 0:
        raise LookupError(f"no generic netlink family {name}")
    top = dict(iter_attrs(reply[0][20:]))
    groups = {}
    for _, entry in iter_attrs(top.get(7, b"")):
        fields = dict(iter_attrs(entry))
        groups[fields[1].rstrip(b"\0").decode()] = struct.unpack("=I", fields[2])[0]
    return struct.unpack("=H", top[1])[0], groups


def iter_attrs(data):
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += align4(length)
