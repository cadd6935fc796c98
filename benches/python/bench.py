# SPDX-License-Identifier: MIT OR Apache-2.0
"""main() of every contestant in Python, as c/bench.c is of those in C: PROGRAM TASK N."""

import json
import resource
import sys
import time


class Result:
    """What a contestant has seen."""

    def __init__(self):
        self.count = self.sum = 0


def _peak_kib():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def _user_ns():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_utime * 1e9)


def main(tasks):
    """Runs the task that was asked for: a class whose instances are ready, with run(result), which
    alone is timed, and finish(result)."""
    task, result = tasks[sys.argv[1]](), Result()
    start_kib = _peak_kib()
    wall, user, cpu = time.monotonic_ns(), _user_ns(), time.process_time_ns()
    for _ in range(int(sys.argv[2])):
        task.run(result)
    cpu, user, wall = time.process_time_ns() - cpu, _user_ns() - user, time.monotonic_ns() - wall
    peak_kib = _peak_kib()
    task.finish(result)
    print(json.dumps({
        "count": result.count, "sum": result.sum, "bytes": 0, "cpu_ns": cpu, "wall_ns": wall,
        "user_ns": user, "start_kib": start_kib, "peak_kib": peak_kib,
    }))
