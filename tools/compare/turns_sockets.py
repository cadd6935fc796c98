# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what ss says."""
import socket

from turns import MISSING, define


@define
def socket_address(found, at):
    """ADDRESS:PORT as ss says it: `*` for both families."""
    address, port, only, kind = found
    if kind == socket.AF_INET6:
        address = "*" if address == "::" and only == 0 else f"[{address}]"
    return f"{address}:{port or '*'}"


@define
def cookie(ours, _):
    return f"{ours[0] | ours[1] << 32:x}"


@define
def memory(ours, _):
    letters = dict(zip(("r", "rb", "t", "tb", "f", "w", "o", "bl", "d"), map(str, ours.values())))
    return letters


@define
def window_scale(ours, _):
    """Two halves of an octet; theirs: FIRST,SECOND."""
    return f"{ours & 15},{ours >> 4}"


@define
def gain(ours, at):
    """In 256ths."""
    return at.theirs if abs(ours / 256 - at.theirs) < 0.0001 else ours / 256


@define
def unix_name(ours, _):
    return "*" if ours is MISSING else "@" + ours[1:] if ours.startswith("\0") else ours
