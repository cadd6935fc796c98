# SPDX-License-Identifier: MIT OR Apache-2.0
"""Names and shapes of attributes, read from tables/*.txt (see tables/README)."""

import pathlib
from collections import namedtuple

Shape = namedtuple("Shape", "name kind args")
UNKNOWN = Shape("", "bin", ())


def load(folder):
    sets, choices = {}, {}
    for path in sorted(folder.glob("*.txt")):
        current = None
        for line in path.read_text().splitlines():
            current = take(line.split("#")[0].split(), current, sets, choices)
    return sets, choices


def take(words, current, sets, choices):
    """Takes one line; returns the set that the following lines belong to."""
    if not words:
        return current
    if words[0] == "set":
        return sets.setdefault(words[1], {"": words[2] if len(words) > 2 else words[1]})
    if words[0] == "choose":
        choices.setdefault(words[1], {}).update(w.split("=") for w in words[2:])
        return None
    number, name, *how = words
    key = number if number == "any" else int(number)
    current[key] = Shape(current[""] + name, *spelled_out(how, sets))
    return current


def spelled_out(how, sets):
    """(kind, args); "list KIND" becomes a nest of a set made for it, whose types are all of that kind."""
    kind, *args = how
    if kind != "list":
        return kind, tuple(args)
    name = "entries: " + " ".join(args)
    sets[name] = {"any": Shape("entry", args[0], tuple(args[1:]))}
    return "nest", (name,)


SETS, CHOICES = load(pathlib.Path(__file__).parent / "tables")


def shape(set_name, kind):
    attrs = SETS.get(set_name, {})
    return attrs.get(kind, attrs.get("any", UNKNOWN))


def choose(choice, selector):
    """How the attribute whose shape depends on another's value is to be read: ('nest', 'SET'), or ('bin',)."""
    return tuple(CHOICES.get(choice, {}).get(selector, "bin").split(":"))
