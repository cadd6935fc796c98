# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes golden files."""

import os
import pathlib
import sys

from annotate import Annotator

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"


def hex_lines(data):
    return [f"hex {at:04x} {data[at:at + 16].hex(' ')}" for at in range(0, len(data), 16)]


def datagram_lines(walk, direction, data):
    return ["", f"datagram {direction} {len(data)}", *hex_lines(data), *walk.datagram(direction, data)]


def head(about, origin, order, protocol):
    lines = ["# SPDX-License-Identifier: MIT OR Apache-2.0", f"# about: {about}"]
    if origin == "captured":
        u = os.uname()
        lines.append(f"# kernel: Linux {u.release.split('-')[0]} {u.machine}")
    return [*lines, f"origin {origin}", f"order {order}", f"protocol {protocol}"]


def write(name, about, protocol, log, families=None, origin="captured", order=sys.byteorder):
    walk = Annotator(protocol, families, "<" if order == "little" else ">")
    lines = head(about, origin, order, protocol)
    for direction, data in log:
        lines += datagram_lines(walk, direction, data)
    path = FOLDER / f"{name}.golden"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
