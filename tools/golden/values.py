# SPDX-License-Identifier: MIT OR Apache-2.0
"""Payloads as text."""

import errno
import socket
import struct

INTEGERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "s8": "b", "s16": "h", "s32": "i", "s64": "q"}
POLICY_TYPE = 1


def errno_name(number):
    return errno.errorcode.get(-number, "") if number else ""


def value(kind, data, order):
    """The `value` line of a payload, as a list of one, or empty if it is not of that kind."""
    text = READERS[kind](data, order) if kind in READERS else integer(kind, data, order)
    return [] if text is None else [f"value {kind} {text}".rstrip() if kind == "str" else f"value {kind} {text}"]


def integer(kind, data, order):
    order, kind = (">", kind.replace("be", "u")) if kind.startswith("be") else (order, kind)
    form = order + INTEGERS.get(kind, "0s")
    if kind not in INTEGERS or struct.calcsize(form) != len(data):
        return None
    return struct.unpack(form, data)[0]


def either(signed):
    def read(data, order):
        kind = {4: "32", 8: "64"}.get(len(data), "")
        return integer(signed + kind, data, order)
    return read


def string(data, _order):
    text = data.split(b"\0")[0]
    plain = all(0x20 < b < 0x7F or b == 0x20 for b in text) and text == text.strip()
    return text.decode() if plain else None


def address(data, _order):
    family = {4: socket.AF_INET, 16: socket.AF_INET6}.get(len(data))
    return socket.inet_ntop(family, data) if family else None


def mac(data, _order):
    return data.hex(":") if len(data) == 6 else None


def bits32(data, order):
    return "{:#010x} {:#010x}".format(*struct.unpack(order + "II", data)) if len(data) == 8 else None


READERS = {"str": string, "ip": address, "mac": mac, "bits32": bits32, "uint": either("u"), "sint": either("s")}


def selector(data, order):
    """What a shape may depend on, as the tables write it: a string, or a number in decimal."""
    if data is None:
        return None
    number = {2: "u16", 4: "u32"}.get(len(data))
    text = data.rstrip(b"\0")
    printable = text and all(0x20 < b < 0x7F for b in text)
    return text.decode() if printable else str(integer(number, data, order)) if number else None


def split(data, order):
    """(type, payload) of each attribute of an undamaged nest."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from(order + "HH", data, at)
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += (max(length, 4) + 3) & ~3


def extack(kind, data, order):
    """The `extack` line of one attribute of an acknowledgement."""
    number = integer("u32", data, order)
    if kind == 1:
        return [f"extack msg {string(data, order)}"]
    if kind == 3:
        return [f"extack cookie {data.hex()}"]
    if kind == 4:
        types = [v for k, v in split(data, order) if k == POLICY_TYPE]
        return [f"extack policy {integer('u32', types[0], order)}"] if types else []
    name = {2: "offs", 5: "miss-type", 6: "miss-nest"}.get(kind)
    return [f"extack {name} {number}"] if name else []
