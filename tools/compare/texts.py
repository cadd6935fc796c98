# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tools print for people, taken apart into objects."""
import json
import re

PARSERS = {}


def parser(function):
    PARSERS[function.__name__] = function
    return function


def twice(pairs):
    """An object in which a name comes again has it as NAME#2."""
    found = {}
    for name, value in pairs:
        found[f"{name}#2" if name in found else name] = value
    return found


@parser
def plain(said):
    return json.loads(said or "[]", object_pairs_hook=twice)


@parser
def without_addresses(said):
    return [{key: value for key, value in link.items() if key != "addr_info"} for link in plain(said)]


@parser
def addresses(said):
    return [{"ifname": link["ifname"], **address} for link in plain(said) for address in link["addr_info"]]


# What `tc class show` says of a class: KIND HANDLE root | parent PARENT, then words with values.
CLASS = re.compile(
    r"class (?P<kind>\w+) (?P<handle>\S+) (?:root|parent (?P<parent>\S+))"
    r"(?: leaf (?P<leaf>\S+))?(?: prio (?P<prio>\d+))?(?: quantum (?P<quantum>\d+))?(?: rate (?P<rate>\S+))?"
    r"(?: overhead (?P<overhead>\d+))?(?: ceil (?P<ceil>\S+))?(?: linklayer (?P<linklayer>\w+))?"
    r"(?: burst (?P<burst>\S+) mpu \S+ cburst (?P<cburst>\S+) mpu \S+ level (?P<level>\d+))?\s*"
    r"(?:Sent (?P<bytes>\d+) bytes (?P<packets>\d+) pkt \(dropped (?P<drops>\d+), overlimits (?P<overlimits>\d+) "
    r"requeues (?P<requeues>\d+)\)\s*backlog (?P<backlog>\d+)b (?P<qlen>\d+)p requeues \d+\s*)?"
    r"(?:lended: (?P<lended>\d+) borrowed: (?P<borrowed>\d+) giants: (?P<giants>\d+)\s*"
    r"tokens: (?P<tokens>\d+) ctokens: (?P<ctokens>\d+))?\s*"
)


def matched(pattern, text):
    """The named groups that are there, numbers as such; text that the pattern does not cover is an error."""
    match = pattern.fullmatch(text)
    if not match:
        raise SystemExit(f"not understood: {text!r}")
    return {name: int(value) if value.isdigit() else value for name, value in match.groupdict().items() if value is not None}


@parser
def classes(said):
    return [matched(CLASS, "class " + one) for one in re.split(r"^class ", said, flags=re.M)[1:]]
