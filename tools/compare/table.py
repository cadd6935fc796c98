# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tables of fields: what another tool shows, where we have it, and how ours is turned into its form.

A file holds groups, one line a row, columns apart by blanks:

    @group NAME
    @tool COMMAND ...            its output is JSON, or what `text PARSER` makes JSON of
    @text PARSER
    @like NAME                   first the rows of another group
    @ours WORDS ...              arguments of the rnl command, %NAME the index of a link; several lines make one list
    @join all                   what those lines give is one object
    @only PATH VALUES            of ours, the objects with one of these values there
    @pair PATH PATH [TURN]       which of ours belongs to which of theirs: this field; else the order
    @at PATH [if PATH VALUES]    the rows below, up to the next `@at`, are about what is inside
    PATH OURS [TURN]            a field, where it is in ours, and the turn (turns.py) that makes theirs of ours
    PATH - REASON               a difference that is known
    PATH -? REASON              the same, of which it is not certain that it shows

Paths are names joined by dots; `[]` stands for the elements of a list, `*` for any name. OURS is relative to what the
field around it has become; with a leading `/` it begins at the object, and `.` is that thing itself. Several, joined by
commas, give their turn a list; a turn with a leading `>` gives what is walked on in; `=` is where it would be without a row, `=.X` an X in that, `@` the only member; `*` in it is the natural name. What has no row has our natural name: `_` becomes `-`, in the same place.
"""
import copy
import re


class Row:
    def __init__(self, where, words, place):
        self.path, self.place, self.used = where, place, 0
        self.ours = self.turn = self.reason = None
        self.certain = words[0] == "-"  # a difference that is to show
        if words[0] in ("-", "-?"):
            self.reason = " ".join(words[1:])
        else:
            self.ours = words[0].split(",")
            self.turn = words[1:] and words[1]
        if len(words) > 2 and not self.reason or self.reason == "":
            raise SystemExit(f"{place}: a row is PATH OURS [TURN], or PATH - REASON")


class Section:
    """Rows below one path, perhaps for one kind of object only."""

    def __init__(self, prefix="", when=None, values=()):
        self.prefix, self.when, self.values, self.rows = split(prefix), when and split(when), values, []

    def holds(self, thing):
        return self.when is None or holds(thing, self.when, self.values)


def never_seen():
    """A difference of a field that no tool shows."""
    section = Section()
    section.rows.append(Row(["no such field"], ["-", "nothing"], "none"))
    return section


class Group:
    def __init__(self, name):
        self.name, self.tool, self.text, self.ours, self.only, self.pair, self.like = name, None, None, [], [], None, None
        self.sections, self.join, self.each = [Section()], None, []

    def copy(self, other):
        """Its rows, whose differences need not show here."""
        inherited = []
        for section in other.sections:
            mine = copy.copy(section)
            mine.rows = [copy.copy(row) for row in section.rows]
            for row in mine.rows:
                row.certain = False
            inherited.append(mine)
        self.sections = inherited + self.sections

    def rows(self):
        return [row for section in self.sections for row in section.rows]

    def find(self, path, thing):
        """The row for a path of theirs; a narrower section and a later row come first."""
        for section in reversed(self.sections):
            if section.holds(thing):
                for row in reversed(section.rows):
                    if fits(row.path, path):
                        return row
        return None


def split(path):
    """`a[].b` is ["a", "[]", "b"]."""
    return [part for part in re.split(r"\.|(?=\[\])", path) if part]


def fits(pattern, path):
    return len(pattern) == len(path) and all(p in ("*", q) for p, q in zip(pattern, path))


def get(thing, path):
    for part in path:
        if not isinstance(thing, dict) or part not in thing:
            return None
        thing = thing[part]
    return thing


def one_of(words):
    return words[0].split("|")


def holds(thing, path, values):
    """Whether it has one of these values there, or any."""
    value = get(thing, path)
    return value is not None if values is None else str(value) in values


def pair(words):
    theirs, ours, *turn = words
    return split(theirs), ours.split(","), turn[0] if turn else None


def at(words):
    return Section(words[0], words[2], one_of(words[3:])) if words[2:] else Section(words[0])


# What a line that begins with @ does to the group it is in.
WORDS = {
    "@tool": lambda group, words: setattr(group, "tool", words),
    "@text": lambda group, words: setattr(group, "text", words[0]),
    "@like": lambda group, words: setattr(group, "like", " ".join(words)),
    "@pair": lambda group, words: setattr(group, "pair", pair(words)),
    "@each": lambda group, words: group.each.append(split(words[0])),
    "@join": lambda group, words: setattr(group, "join", words[0]),
    "@ours": lambda group, words: group.ours.append(words),
    "@only": lambda group, words: group.only.append((split(words[0]), one_of(words[1:]) if words[1:] else None)),
    "@at": lambda group, words: group.sections.append(at(words)),
}


def read(file):
    """The groups of a file."""
    groups = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        words, place = line.split(), f"{file.name}:{number}"
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "@group":
            groups.append(Group(" ".join(words[1:])))
        elif len(words) < 2 or not groups:
            raise SystemExit(f"{place}: not understood: {line}")
        elif words[0] in WORDS:
            WORDS[words[0]](groups[-1], words[1:])
        else:
            section = groups[-1].sections[-1]
            section.rows.append(Row(section.prefix + split(words[0]), words[1:], place))
    return groups


def read_all(folders):
    """The groups of the last folder; those of the folders before it are there to be alike."""
    known, last = {}, {}
    for folder in folders:
        last = {group.name: group for file in sorted(folder.glob("*.table")) for group in read(file)}
        known |= last
    for group in last.values():
        inherit(group, known)
    return last.values()


def inherit(group, known):
    """The rows of the group it is like, and of the one that is like, first."""
    if group.like:
        inherit(known[group.like], known)
        group.copy(known[group.like])
        group.like = None
