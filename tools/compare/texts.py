# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tools print for people, taken apart into objects."""
import json

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
