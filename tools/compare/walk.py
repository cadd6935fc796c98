# SPDX-License-Identifier: MIT OR Apache-2.0
"""The walk over what another tool shows, field by field, beside ours."""
import table
import turns

MISSING = turns.MISSING


class Result:
    """What became of one field: its path, theirs, the row, and ours in the form of theirs."""

    def __init__(self, path, theirs, row, of):
        self.path, self.theirs, self.row, self.of = path, theirs, row, of
        self.ours = of(theirs)
        self.equal = None if row and row.reason else turns.same(theirs, self.ours)

    def again(self, theirs):
        """Would another value of theirs be noticed?"""
        return not turns.same(theirs, self.of(theirs))

    def __str__(self):
        shown = "nothing" if self.ours is MISSING else repr(self.ours)
        return f"{show(self.path)}: {self.theirs!r} there, {shown} here" + (f" ({self.row.place})" if self.row else "")


class Walk:
    """Of one object."""

    def __init__(self, group, thing, ours, names):
        self.group, self.thing, self.names = group, thing, names
        self.root, self.results = ours, []
        self.field([], [], thing, ours)

    def field(self, path, shown, theirs, ours, row=None):
        """One field whose counterpart is `ours`: go in, or compare."""
        if isinstance(theirs, dict) and theirs:
            for key, value in theirs.items():
                self.step(path + [key], shown + [key], value, ours, lambda key=key: self.look([natural(key)], ours))
        elif isinstance(theirs, list) and theirs:
            for at, value in enumerate(theirs):
                self.step(path + ["[]"], shown + [str(at)], value, ours, lambda at=at: element(ours, at))
        elif theirs != {}:
            self.results.append(Result(shown, theirs, row, lambda _: ours))

    def step(self, path, shown, theirs, around, natural_place):
        """By its row, or by the rule for what has none."""
        row = self.group.find(path, self.thing)
        if not row:
            self.field(path, shown, theirs, natural_place())
            return
        row.used += 1
        if row.reason:
            self.results.append(Result(shown, theirs, row, lambda _: MISSING))
            return
        found = [self.find(place.replace("*", natural(path[-1])), around, natural_place) for place in row.ours]
        if row.turn and row.turn[0] == ">":
            self.field(path, shown, theirs, turns.turn(row.turn[1:], found, self.names, path, theirs), row)
        elif row.turn:
            self.results.append(Result(shown, theirs, row, lambda theirs: turns.turn(row.turn, found, self.names, path, theirs)))
        else:
            self.field(path, shown, theirs, found[0], row)

    def find(self, place, around, natural_place):
        if place[0] == "=":
            return self.look(split_ours(place[1:]), natural_place())
        return self.look(split_ours(place), self.root if place[0] == "/" else around)

    @staticmethod
    def look(path, ours):
        for part in path:
            if isinstance(ours, list) and part.isdigit() and int(part) < len(ours):
                ours = ours[int(part)]
            elif isinstance(ours, dict) and part == "@" and len(ours) == 1:
                ours = next(iter(ours.values()))
            elif isinstance(ours, dict) and part in ours:
                ours = ours[part]
            else:
                return MISSING
        return ours


def element(ours, at):
    if not isinstance(ours, list):
        return ours
    return ours[at] if at < len(ours) else MISSING


def split_ours(path):
    return [part for part in path.strip("/").split(".") if part]


def natural(key):
    return key.replace("_", "-")


def show(path):
    return ".".join(path)


def leaves(thing):
    """How many values there are in it."""
    if isinstance(thing, dict):
        return sum(leaves(value) for value in thing.values()) or 1
    if isinstance(thing, list):
        return sum(leaves(value) for value in thing) or 1
    return 1


def keyed(group, ours, names):
    """Ours by the field that pairs them."""
    _, paths, turn = group.pair
    found = {}
    for one in ours:
        walk = Walk(group, {}, one, names)
        values = [walk.look(split_ours(path), one) for path in paths]
        key = turns.turn(turn, values, names, [], None) if turn else values[0]
        found.setdefault(repr(key), []).append(one)
    return found


def pairs(group, theirs, ours, names):
    """Theirs with ours, and what is wrong with how many there are."""
    if not group.pair:
        wrong = [] if len(theirs) == len(ours) else [f"{len(theirs)} objects there, {len(ours)} here"]
        return list(zip(theirs, ours)), wrong
    found, made, wrong = keyed(group, ours, names), [], []
    for thing in theirs:
        key = table.get(thing, group.pair[0])
        mine = found.get(repr(key))
        if mine:
            made.append((thing, mine.pop(0) if len(mine) > 1 else mine[0]))
        else:
            wrong.append(f"{key!r}: not here")
    return made, wrong


def compare(group, theirs, ours, names):
    """Results of all objects, and what is wrong besides."""
    made, wrong = pairs(group, theirs, ours, names)
    results = []
    for thing, mine in made:
        head = next((str(value) for value in thing.values() if isinstance(value, (str, int))), "")
        for result in Walk(group, thing, mine, names).results:
            result.path.insert(0, head)
            results.append(result)
    return results, wrong
