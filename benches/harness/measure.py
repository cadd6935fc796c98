# SPDX-License-Identifier: MIT OR Apache-2.0
"""Runs a row: interleaved rounds, everyone once in each, the order rotated.

A ratio is the median of the ratios of the rounds, not the ratio of medians:
what slows the machine for a while then slows both sides of it.
"""

import json
import os
import re
import shutil
import subprocess
from statistics import median

# Code of the stand-in for the kernel, which is nobody's merit or fault.
STAND_IN = ("send", "sendto", "sendmsg", "recv", "recvfrom", "recvmsg", "poll", "ppoll")


class Failed(Exception):
    """A contestant failed, or did not see what the others saw."""


def _run(command, recording):
    env = dict(os.environ, BENCH_RECORDING=recording)
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


class Result:
    """The samples of one row, and what follows from them."""

    def __init__(self, row, contestants):
        self.row = row
        self.contestants = contestants
        self.samples = {c.key: [] for c in contestants}
        self.instructions = {}

    def cost(self, key, clock):
        """Nanoseconds of a clock, cpu, user or wall, per object, round by round."""
        own = [s[f"{clock}_ns"] for s in self.samples[key]]
        units = [s["units"] for s in self.samples[key]]
        off = self.samples[self.row.subtract] if self.row.subtract and clock == "cpu" else ()
        off = [s["cpu_ns"] for s in off] or [0] * len(own)
        return [(a - b) / n for a, b, n in zip(own, off, units)]

    def typical(self, key, clock):
        return median(self.cost(key, clock))

    def ns(self, key):
        return self.typical(key, "cpu")

    def wall(self, key):
        return self.typical(key, "wall")

    def ratios(self, key, against, clock=None):
        """By the row's clock, unless another is asked for."""
        clock = clock or self.row.clock
        return [a / b for a, b in zip(self.cost(key, clock), self.cost(against, clock)) if b]

    def ratio(self, key, against, clock=None):
        """The median ratio, or None where there is nothing to compare with."""
        if not self.samples.get(key) or not self.samples.get(against):
            return None
        if self.row.subtract in (key, against):
            return None
        return median(self.ratios(key, against, clock))

    def peak(self, key):
        return median(s.get("peak_kib", 0) for s in self.samples[key])

    def growth(self, key):
        """KiB of peak memory beyond what the process had when the clock started."""
        return median(s["peak_kib"] - s["start_kib"] for s in self.samples[key])

    def beside(self, key, against):
        """Bytes of that per object, the bytes that `against` received left out."""
        received = self.samples[against][0]["bytes"]
        return (self.growth(key) * 1024 - received) / self.samples[key][0]["units"]

    def check(self):
        """Everyone who looked must have seen the same, and all there was."""
        seen = {}
        for c in self.contestants:
            if c.key not in self.row.blind:
                for s in self.samples[c.key]:
                    seen.setdefault((s["count"], s["sum"], s["bytes"]), set()).add(c.label)
        if len(seen) > 1:
            raise Failed(f"{self.row.key}: contestants disagree: {seen}")
        count = next(iter(seen))[0]
        if count < self.row.units:
            raise Failed(f"{self.row.key}: {count} objects seen, {self.row.units} expected")
        self._settle_units(count)

    def _settle_units(self, count):
        for samples in self.samples.values():
            for s in samples:
                s["units"] = count


class Meter:
    """Measures rows with the programs of a workshop."""

    def __init__(self, shop, sizes, recording, say):
        self.shop, self.sizes, self.recording, self.say = shop, sizes, recording, say

    def measure(self, row):
        present = [c for c in row.contestants if self.shop.has(c.library)]
        result = Result(row, present)
        for turn in range(self.sizes.rounds):
            self.say(f"{row.key}: round {turn + 1} of {self.sizes.rounds}")
            shift = turn % len(present)
            for c in present[shift:] + present[:shift]:
                sample = json.loads(_run(self._command(c, row.task_n), self.recording))
                result.samples[c.key].append(sample)
        result.check()
        wanted = row.count_instructions and self.sizes.instructions
        if wanted and shutil.which("valgrind"):
            self._count_instructions(result)
        return result

    def _command(self, c, n):
        program = self.shop.program(c.program)
        if c.task:
            return [program, c.task, str(n)]
        return [self.shop.program("spawn"), str(n), program]

    def _count_instructions(self, result):
        """Replays once under callgrind, and counts outside of the stand-in."""
        objects = result.samples[result.row.limit][0]["units"] / result.row.task_n
        for c in result.contestants:
            if c.key not in result.row.blind:
                self.say(f"{result.row.key}: instructions of {c.label}")
                result.instructions[c.key] = self._instructions(c) / objects

    def _instructions(self, c):
        out = str(self.shop.out / "callgrind.out")
        toggles = [f"--toggle-collect={name}" for name in ("timed", *STAND_IN)]
        _run(["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no", *toggles,
              f"--callgrind-out-file={out}", *self._command(c, 1)], self.recording)
        with open(out, encoding="ascii", errors="replace") as file:
            found = re.search(r"^(?:totals|summary): (\d+)", file.read(), re.M)
        if not found or found.group(1) == "0":
            raise Failed(f"callgrind counted nothing for {c.label}")
        return int(found.group(1))
