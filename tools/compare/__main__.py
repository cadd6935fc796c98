# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every field that other tools show, beside the JSON of rnl: compare [--lab] [--show] [WORD ...]

In a network namespace of its own (with --lab: on the kernel that runs it, which is to have all that lab.sh makes) it
makes links, addresses, rules, sockets, ... and compares what ip, tc, ss and others show of them with what the rnl
command shows, by the tables beside this file. Each field is equal, or a listed difference; what is neither fails, and so
does a listed difference that does not show. Then it tries itself: each value that was found equal is changed, an object
left out, a difference listed that is none, and each of it is to be noticed.
Words choose groups; --show prints both sides of them.
"""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import scene
import table
import texts
import turns
import walk

# Each defines turns of its own.
import nft  # noqa: F401
import turns_devices  # noqa: F401
import turns_ip  # noqa: F401
import turns_sockets  # noqa: F401
import turns_tc  # noqa: F401
import wifi  # noqa: F401

HERE = pathlib.Path(__file__).parent
RNL = os.environ.get("RNL", HERE.parent.parent / "build/rnl")
TRIES = 8


def run(words, good=(0,)):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)
    if done.returncode not in good:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def theirs_of(group):
    said = run(group.tool)
    shown = texts.PARSERS[group.text or "plain"](said)
    return shown if isinstance(shown, list) else [shown]


def together(one, other):
    """Two objects as one: of what both have, lists are joined, and single values are the latter's."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = {key: together(one[key], other[key]) for key in one.keys() & other.keys()}
        return {**one, **other, **both}
    return one + other if isinstance(one, list) and isinstance(other, list) else other


def ours_of(group, names):
    found = []
    for words in group.ours:
        shown = json.loads(run([RNL, *(names.fill(word) for word in words), "--json"]))
        found += shown if isinstance(shown, list) else [shown]
    if group.join:
        found = [functools.reduce(together, found, {})]
    for path in group.each:
        found = [inner for one in found for inner in table.get(one, path) or []]
    return [one for one in found if all(table.holds(one, path, values) for path, values in group.only)]


def judge(group, theirs, ours, names):
    """Results of all fields, and what is wrong."""
    for row in group.rows():
        row.used = 0
    results, wrong = walk.compare(group, theirs, ours, names)
    wrong += [str(result) for result in results if result.equal is False]
    wrong += [f"{row.place}: this difference does not show" for row in group.rows() if row.certain and not row.used]
    return results, wrong if results else [*wrong, "nothing to compare"]


def attempt(group, names):
    """Counters may move between one tool and the other: what differs is looked at again."""
    for _ in range(TRIES):
        theirs, ours = theirs_of(group), ours_of(group, names)
        results, wrong = judge(group, theirs, ours, names)
        if not wrong:
            break
        time.sleep(0.2)
    return theirs, ours, results, wrong


def changed(value):
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1000003
    if isinstance(value, str):
        return value + "x"
    return [value]


def blind(group, theirs, ours, names, results):
    """What would not be noticed: a field that changes, what is no longer there, a difference that is none."""
    same = [result for result in results if result.equal and not result.again(changed(result.theirs))]
    found = [f"{walk.show(result.path)}: a changed value is not noticed" for result in same]
    if not judge(group, theirs, ours[:-1], names)[1]:
        found.append("that an object is missing is not noticed")
    group.sections.append(table.never_seen())
    if not judge(group, theirs, ours, names)[1]:
        found.append("a listed difference that is none is not noticed")
    group.sections.pop()
    return found


def check(group, names):
    theirs, ours, results, faults = attempt(group, names)
    if not faults:
        faults = blind(group, theirs, ours, names, results)
    equal = sum(walk.leaves(result.theirs) for result in results if result.equal)
    listed = sum(walk.leaves(result.theirs) for result in results if result.equal is None)
    total = equal + listed + sum(result.equal is False for result in results)
    print(f"{group.name:<34} {total:5} fields, {equal:5} equal, {listed:4} listed, {len(faults):3} wrong", flush=True)
    tell(faults)
    return faults, (total, equal, listed), theirs, ours


def tell(faults):
    """The first of those that are of one kind."""
    kinds = {}
    for fault in faults:
        kinds.setdefault(re.sub(r"^[^:]*?[.]|[.][0-9]+|: .*", "", fault), []).append(fault)
    for same in kinds.values():
        print(f"    {same[0]}" + (f" (and {len(same) - 1} more)" if len(same) > 1 else ""))


def main(words):
    lab = "--lab" in words
    wanted = [word for word in words if not word.startswith("--")]
    scene.enter(lab)
    keep = scene.make(HERE, lab)
    sums, failed = [0, 0, 0], 0
    for group in table.read_all([HERE / "here", HERE / "lab"][: 1 + lab]):
        if wanted and not any(word in group.name for word in wanted):
            continue
        names = turns.Names(json.loads(run([RNL, "dump", "rt-link", "getlink", "--json"])))
        faults, counts, theirs, ours = check(group, names)
        failed += bool(faults)
        sums = [a + b for a, b in zip(sums, counts)]
        if "--show" in words:
            print(json.dumps({"theirs": theirs, "ours": ours}, indent=1))
    print(f"{'':<34} {sums[0]:5} fields, {sums[1]:5} equal, {sums[2]:4} listed differences")
    del keep
    return 1 if failed or not sums[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
