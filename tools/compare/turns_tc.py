# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what tc says."""
import ipaddress
import re
import socket
import struct

from turns import MISSING, define, first, table_of


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
    return {0x0800: "ip", 0x0003: "all", 0x86DD: "ipv6", 0x8100: "802.1Q", 0x0806: "arp", 0x8847: "mpls_uc"}.get(socket.ntohs(ours & 0xFFFF))


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


@define
def power(ours, _):
    return 2**ours


@define
def part(ours, at):
    """A part of 2^32, as tc rounds it."""
    return at.theirs if abs(ours / 2**32 - at.theirs) < 1e-6 else ours / 2**32


@define
def queues(found, _):
    """The first and the last queue of each class."""
    counts, offsets, classes = found
    pairs = zip(struct.unpack("=16H", bytes.fromhex(offsets)), struct.unpack("=16H", bytes.fromhex(counts)))
    return [[first, first + count - 1] for first, count in list(pairs)[:classes]]


@define
def switch(ours, at):
    return "on" if ours & int(at.argument) else "off"


@define
def masked(found, _):
    """ADDRESS/LENGTH, of the family that is there."""
    address, mask = found[:2] if found[0] is not MISSING else found[2:]
    length = f"{int(ipaddress.ip_address(mask)):b}".count("1")
    return f"{address}/{length}"


@define
def masked_hexa(found, _):
    return f"0x{found[0]:x}/{found[1]:x}"


@define
def ct_state(ours, _):
    return "".join("+" + name for bit, name in ((8, "trk"), (1, "new"), (2, "est")) if ours & bit)


@define
def verdict(found, _):
    """What is done then: enum of linux/pkt_cls.h, TC_ACT_*."""
    return {0: "pass", 2: "drop", 3: "pipe", 4: "stolen"}.get(first(found, None))


@define
def priority(found, _):
    """Of a VLAN a number, of a packet a handle."""
    vlan, packet = found
    return vlan if packet is MISSING else f"{packet >> 16:x}:{packet & 0xFFFF:x}"


@define
def names_first(found, at):
    """The name of the first that is there."""
    return table_of(at.argument).get(str(first(found, None)))


@define
def ct_action(ours, _):
    return "commit" if ours & 1 else ""


@define
def checksums(ours, _):
    return ", ".join(name for bit, name in ((1, "iph"), (16, "udp")) if ours & bit)


@define
def pedit_keys(found, _):
    """What is set where; values are those of the packet, masks say what stays."""
    places, keys = found
    return [{"htype": {1: "eth"}[place["htype"]], "offset": key["off"], "cmd": {0: "set", 1: "add"}[place["cmd"]],
             "val": f"{key['val']:x}", "mask": f"{key['mask']:x}"} for place, key in zip(places, keys)]
