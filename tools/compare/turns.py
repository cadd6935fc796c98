# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns: how a value of ours is said by another tool. `NAME:ARGUMENT` in a table is turn NAME with that argument."""
import json
import re
import socket


class Missing:
    """What is not in ours."""

    def __repr__(self):
        return "nothing"


MISSING = Missing()
TURNS = {}
OF_NOTHING = ("given", "default", "unix_name", "generic")


def define(function):
    TURNS[function.__name__] = function
    return function


class At:
    """Where a turn stands: its argument, names of links, the path in the tool's output, what it shows there."""

    def __init__(self, argument, names, path, theirs):
        self.argument, self.names, self.path, self.theirs = argument, names, path, theirs


class Names:
    """The links there are: names by index, and what else of them another tool shows elsewhere."""

    def __init__(self, links):
        self.links = {link["ifi-index"]: link for link in links}

    def get(self, index, otherwise=None):
        return self.links[index]["ifname"] if index in self.links else otherwise

    def fill(self, word):
        """A word of the rnl command, in which %NAME is the index of a link."""
        index = {link["ifname"]: str(at) for at, link in self.links.items()}
        return re.sub(r"%(\w+)", lambda name: index[name[1]], word)


def turn(name, found, names, path, theirs):
    name, _, argument = name.partition(":")
    if found == [MISSING] and name not in OF_NOTHING:
        return MISSING
    at = At(argument, names, path, theirs)
    try:
        return TURNS[name](found if len(found) > 1 else found[0], at)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError):
        return MISSING


def same(theirs, ours):
    """Equal in value and kind; a boolean may be a number in ours."""
    if isinstance(theirs, bool):
        return ours in (theirs, int(theirs)) and not isinstance(ours, (str, float))
    if isinstance(theirs, (int, float)) and isinstance(ours, (int, float)) and not isinstance(ours, bool):
        return theirs == ours
    return type(theirs) is type(ours) and theirs == ours


def table_of(argument):
    """`0=A,1=B`."""
    return dict(pair.split("=", 1) for pair in argument.split(","))


@define
def names(ours, at):
    """Other names: `names:OURS=THEIRS,...`; of a list, of each element."""
    table = table_of(at.argument)
    if isinstance(ours, list):
        return [table.get(str(one), one) for one in ours]
    return table.get(str(ours), ours)


@define
def text(ours, _):
    """A number as text."""
    return str(ours)


@define
def hexa(ours, at):
    """Hexadecimal text; `hexa:bare` without 0x; of a width: `hexa:4`."""
    width = int(at.argument) if at.argument.isdigit() else 0
    return ("" if at.argument == "bare" else "0x") + f"{ours:0{width}x}"


@define
def sharp(ours, _):
    """As C's %#x: zero is "0"."""
    return hex(ours) if ours else "0"


@define
def given(ours, _):
    """Is it there at all?"""
    return ours is not MISSING


@define
def has(ours, at):
    """Is this flag among ours? Tools that say null or true for it say it of flags that are set."""
    there = at.argument in ours
    return (None if there else MISSING) if at.theirs is None else there


@define
def ifname(ours, at):
    """The name of an interface of that index."""
    return at.names.get(ours, ours)


@define
def times(ours, at):
    return ours * int(at.argument)


@define
def over(ours, at):
    return ours / float(at.argument)


@define
def timer(ours, at):
    """Hundredths of a second, which run."""
    return at.theirs if abs(ours / 100 - at.theirs) < 3 else ours / 100


@define
def near(ours, at):
    """What changes by itself: ours if the difference is larger than that."""
    return at.theirs if abs(ours - at.theirs) <= float(at.argument) else ours


@define
def family(ours, _):
    return {socket.AF_INET: "inet", socket.AF_INET6: "inet6", socket.AF_BRIDGE if hasattr(socket, "AF_BRIDGE") else 7: "bridge",
            28: "mpls", 17: "link", 0: "unspec"}.get(ours, ours)


def in_order_of(theirs, ours):
    """Ours, in the order of theirs if that is all that differs."""
    same_order = isinstance(theirs, list) and sorted(map(sorted_text, theirs)) == sorted(map(sorted_text, ours))
    return theirs if same_order else ours


def sorted_text(one):
    return json.dumps(one, sort_keys=True)


@define
def flags(ours, at):
    """Names of flags in whatever order: `flags:OURS=THEIRS,...`, others in capitals with `_`."""
    table = table_of(at.argument) if at.argument else {}
    return in_order_of(at.theirs, [table.get(one, one.upper().replace("-", "_")) for one in ours])


@define
def bit(ours, at):
    return ours >> int(at.argument) & 1


@define
def first(found, _):
    """The first that is there."""
    return next((one for one in found if one is not MISSING), MISSING)


@define
def default(ours, at):
    """What is said where there is nothing: `default:VALUE`."""
    return (int(at.argument) if at.argument.isdigit() else at.argument) if ours is MISSING else ours


@define
def called(ours, at):
    """The name of a number, or the number as text."""
    return table_of(at.argument).get(str(ours), str(ours))


@define
def lacks(ours, at):
    return at.argument not in ours


@define
def seconds(ours, at):
    """Whole seconds of a time in hundredths, which runs."""
    return at.theirs if abs(ours // 100 - at.theirs) <= 2 else ours // 100


@define
def plus(ours, at):
    return ours + int(at.argument)


@define
def number(ours, _):
    return int(ours, 0)


@define
def null(ours, _):
    return None if ours else MISSING


@define
def mask(ours, at):
    """Null where a bit is set."""
    return None if ours & int(at.argument) else MISSING


@define
def octets(ours, _):
    return list(bytes.fromhex(ours))


@define
def flag(ours, at):
    return bool(ours & int(at.argument))


@define
def flag_name(ours, _):
    return ours.upper().replace("-", "_")


@define
def none(ours, at):
    """What is said of a list without elements."""
    return at.argument if ours == [] else ours


@define
def first_digits(ours, at):
    """ip has room for so many."""
    return ours[: int(at.argument)]


@define
def none_or(ours, at):
    return None if ours == 0 else table_of(at.argument).get(str(ours), ours)


@define
def octets_together(ours, _):
    return ours.replace(" ", "")
