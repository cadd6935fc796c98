# SPDX-License-Identifier: MIT OR Apache-2.0
"""The table, the goals, and the raw numbers as JSON."""

import json
import platform
import time

from .contest import GOALS, SIZE_GOAL


def duration(ns):
    """A duration with three digits and a unit that fits."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if abs(ns) >= size:
            return f"{ns / size:.3g} {unit}" if ns < 100 * size else f"{ns / size:.0f} {unit}"
    return f"{ns:.1f} ns"


def _factor(value):
    return "" if value is None else f"{value:.2f}"


def _columns(result):
    row = result.row
    yield f"CPU/{row.unit}", lambda c: duration(result.ns(c.key))
    if not row.subtract:
        yield "wall", lambda c: duration(result.wall(c.key))
    yield "x limit", lambda c: _factor(result.ratio(c.key, row.limit))
    for name, peer in (("x libmnl", "mnl"), ("x libnl", "nl")):
        if peer in result.samples:
            yield name, lambda c, peer=peer: _factor(result.ratio(c.key, peer))
    if row.clock != "cpu":
        yield "CPU x limit", lambda c: _factor(result.ratio(c.key, row.limit, "cpu"))
    if row.memory:
        yield "peak KiB", lambda c: f"{result.peak(c.key):.0f}"
        yield "grown by KiB", lambda c: f"{result.growth(c.key):.0f}"
    if result.instructions:
        yield "instructions", lambda c: (
            f"{result.instructions[c.key]:.0f}" if c.key in result.instructions else "")


def _print_table(heads, lines):
    print("  {:<24}".format("") + "".join(f"{head:>14}" for head in heads))
    for label, cells in lines:
        print(f"  {label:<24}" + "".join(f"{cell:>14}" for cell in cells))
    print()


def print_row(result):
    columns = list(_columns(result))
    shown = [c for c in result.contestants if c.key != result.row.subtract]
    print(result.row.title)
    _print_table([h for h, _ in columns], [(c.label, [f(c) for _, f in columns]) for c in shown])


def print_weights(weights):
    print("Shared libraries, stripped")
    _print_table(["bytes", "relocations", "needs"],
                 [(label, [f"{w['bytes']:,}", str(w["relocations"]), " ".join(w["needed"])])
                  for label, w in weights.items()])


def _goal_value(goal, result):
    own, other = goal.contestant, goal.against
    return {
        "ratio": lambda: result.ratio(own, other),
        "ns": lambda: result.ns(own),
        "memory": lambda: result.peak(own) - result.peak(other),
        "growth": lambda: result.growth(own) / result.growth(other),
        "beside": lambda: result.beside(own, other),
    }[goal.measure]()


def _goal_text(goal, result):
    labels = {c.key: c.label for c in result.contestants}
    against = labels.get(goal.against, "")
    clock = {"cpu": "CPU", "user": "time in user space", "wall": "wall time"}[result.row.clock]
    what = {
        "ratio": f"{clock} as a multiple of {against}",
        "ns": f"CPU nanoseconds per {result.row.unit}",
        "memory": f"peak KiB beyond {against}",
        "growth": f"memory as a multiple of {against}",
        "beside": f"bytes per {result.row.unit} beside the messages",
    }[goal.measure]
    return f"{goal.row}, {labels[goal.contestant]}: {what}"


def judge(results, weights):
    """Every goal whose contestants were there: what it is, and what came out."""
    verdicts = []
    for goal in GOALS:
        result = results.get(goal.row)
        if not result or not result.samples.get(goal.contestant):
            continue
        if goal.against and not result.samples.get(goal.against):
            continue
        verdicts.append({"goal": _goal_text(goal, result), "row": goal.row,
                         "contestant": goal.contestant, "measure": goal.measure,
                         "most": goal.most, "got": _goal_value(goal, result)})
    if "rnl" in weights:
        verdicts.append({"goal": "library, stripped: bytes", "row": "size", "contestant": "rnl",
                         "measure": "bytes", "most": SIZE_GOAL, "got": weights["rnl"]["bytes"]})
    for v in verdicts:
        v["met"] = v["got"] <= v["most"]
    return verdicts


def _number(x):
    return f"{x:,.0f}" if x >= 1000 else f"{x:.4g}" if x != round(x, 2) else f"{x:g}"


def print_goals(verdicts):
    if not verdicts:
        return
    print("Goals")
    for v in verdicts:
        mark = "met" if v["met"] else "MISSED"
        got = f"{v['got']:.2f}" if v["most"] < 100 else f"{v['got']:,.0f}"
        print(f"  {v['goal']:<66} goal <= {_number(v['most'])}, got {got}: {mark}")
    print()


def print_missing(missing):
    for library, why in sorted(missing.items()):
        print(f"not measured: {library} ({why})")


def _row_numbers(result):
    return {
        "title": result.row.title, "unit": result.row.unit, "limit": result.row.limit,
        "contestants": [{
            "key": c.key, "label": c.label, "cpu_ns_per_unit": result.ns(c.key),
            "wall_ns_per_unit": result.wall(c.key),
            "ratio_to_limit": result.ratio(c.key, result.row.limit),
            "instructions_per_unit": result.instructions.get(c.key),
            "samples": result.samples[c.key],
        } for c in result.contestants],
    }


def write_json(path, results, weights, verdicts, missing):
    data = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "kernel": platform.release(), "machine": platform.machine(),
        "rows": {key: _row_numbers(result) for key, result in results.items()},
        "libraries": weights, "goals": verdicts, "not_measured": missing,
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
