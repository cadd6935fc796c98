# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what tc says."""
import re
import socket
import struct

from turns import define


@define
def handle(ours, _):
    """A handle of traffic control: MAJOR:MINOR, without what is zero."""
    return f"{ours >> 16:x}:" + (f"{ours & 0xFFFF:x}" if ours & 0xFFFF else "")


@define
def major(ours, _):
    return f"{ours >> 16:x}:"


@define
def equals(ours, at):
    return str(ours) == at.argument


@define
def version(ours, _):
    return f"{ours >> 16}.{ours & 0xFFFF}"


TICKS = 15.625  # of the clock of packet schedulers, in a microsecond: see /proc/net/psched


@define
def burst(found, at):
    """What is sent at a rate in some ticks; tc rounds it, and says "b", "Kb" and a size of cells."""
    ticks, rate = found
    said = at.theirs.removesuffix("/1")
    count, unit = re.fullmatch(r"(\d+)(b|Kb)", said).groups()
    size = rate * ticks / TICKS / 1e6
    return at.theirs if abs(int(count) * {"b": 1, "Kb": 1024}[unit] - size) < 16 else size


@define
def bits(ours, at):
    """Bytes in a second as bits."""
    return f"{ours * 8 // 1000000}Mbit" if ours * 8 % 1000000 == 0 else f"{ours * 8}bit"


@define
def ethertype(ours, _):
    """The protocol of a filter, in the lower half of its info, big-endian."""
    return {0x0800: "ip", 0x0003: "all", 0x86DD: "ipv6", 0x8100: "802.1Q"}.get(socket.ntohs(ours & 0xFFFF))


@define
def shifted(ours, at):
    return ours >> int(at.argument)


@define
def low(ours, at):
    return ours & (1 << int(at.argument)) - 1


@define
def u32_handle(ours, _):
    table, bucket, node = ours >> 20, ours >> 12 & 0xFF, ours & 0xFFF
    return f"{table:x}:" + (f"{bucket:x}" if bucket else "") + (f":{node:x}" if node else "")


@define
def u32_table(ours, _):
    return f"{ours >> 20:x}"


@define
def u32_bucket(ours, _):
    return f"{ours >> 12 & 0xFF:x}"


@define
def zero(ours, at):
    """What is said of zero; other numbers in hexadecimal."""
    return f"{ours:x}" if ours else at.argument


@define
def instructions(ours, _):
    """Those of a socket filter, 8 bytes each."""
    return [dict(zip(("code", "jt", "jf", "k"), one)) for one in struct.iter_unpack("=HBBI", bytes.fromhex(ours))]
