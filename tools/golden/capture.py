#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Captures the golden corpus again: each case in a network namespace of its own, as root.

    capture.py                what this kernel has, then the rest in the lab, if there is one
    capture.py --here         only this kernel's cases; --lab: only the lab's
    capture.py NAME ...       only cases whose name contains one of NAMEs

The lab is a program that runs a command on a kernel with more features: RNL_LAB, or ../shared/lab/lab
beside the project.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import cases
import files
from cases_all import CASES

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = pathlib.Path(os.environ.get("RNL_LAB", ROOT.parent / "shared/lab/lab"))


def chosen(names, lab):
    return [c for c in CASES if c.lab == lab and (not names or any(n in c.name for n in names))]


def capture(names, lab):
    """Captures on the kernel we run on; returns how many cases failed."""
    failed = 0
    for case in chosen(names, lab):
        try:
            cases.capture(case)
            print("captured", case.name)
        except Exception as problem:
            failed += 1
            print("FAILED  ", case.name, f"{type(problem).__name__}: {problem}")
    return failed


def in_lab(names):
    if not LAB.exists():
        print(f"no lab at {LAB}: {len(chosen(names, True))} cases stay as they are")
        return 1
    command = [LAB, "run", "--rw", files.FOLDER, "--", sys.executable, __file__, "--inside-lab", *names]
    return subprocess.run(command).returncode


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = options.add_mutually_exclusive_group()
    where.add_argument("--here", action="store_true")
    where.add_argument("--lab", action="store_true")
    where.add_argument("--inside-lab", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("name", nargs="*")
    chosen_options = options.parse_args()
    names, failed = chosen_options.name, 0
    if chosen_options.inside_lab:
        return min(1, capture(names, True))
    if not chosen_options.lab:
        failed += capture(names, False)
    if not chosen_options.here and chosen(names, True):
        failed += in_lab(names)
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
