#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Count the instructions of a program with one library and with another: cost.py PROGRAM STOCK-FOLDER OUR-FOLDER

Prints, for each kind of work, what all of it takes and what of it is the library's, and how ours compares. Exits 1 if
ours takes more of either.
"""

import os
import re
import subprocess
import sys
import tempfile

LIBRARY = "libmnl.so"


def count(program, work, folder):
    """Instructions in work() and below: all, and those in the library."""
    with tempfile.TemporaryDirectory() as place:
        out = os.path.join(place, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=work", f"--callgrind-out-file={out}", program, work],
                       check=True, capture_output=True, env=os.environ | {"LD_LIBRARY_PATH": folder, "LD_BIND_NOW": "1"})
        with open(out, encoding="utf-8") as file:
            return tally(file)


def tally(lines):
    """Of callgrind's output: the cost lines, without those that say what calls cost, by the object they are in."""
    names, total, library, inside, call = {}, 0, 0, False, False
    for line in lines:
        if found := re.match(r"ob=(\(\d+\))(?: (.*))?", line):
            name = names.setdefault(found[1], found[2])
            inside = LIBRARY in os.path.basename(name)
        elif found := re.match(r"cob=(\(\d+\)) (.*)", line):
            names[found[1]] = found[2]
        elif line.startswith("calls="):
            call = True
        elif re.match(r"[+\-*\d]", line):
            cost = 0 if call else int(line.split()[1])
            total, library, call = total + cost, library + cost * inside, False
    return total, library


def main():
    program, *folders = sys.argv[1:]
    worse = False
    for work in ("dump", "parse", "batch"):
        stock, ours = (count(program, work, folder) for folder in folders)
        for what, before, now in zip(("in all", "in the library"), stock, ours):
            print(f"{work:6} {what:15} stock {before:9} ours {now:9} ratio {now / before:.2f}")
            worse |= now > before or now == 0
    sys.exit(worse)


main()
