#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes src/schema/names.txt from the kernel's YAML descriptions (Documentation/netlink/specs):

    tools/names.py SPECS-DIRECTORY > src/schema/names.txt

Only numbers and names are taken: enough to say which attribute an error is about. Lines of the output:

    op PROTOCOL TYPE NAME HEADER-LENGTH SET     a request
    set NAME                                    starts a set; its attributes follow
    NUMBER NAME [>SET | *SET | ?SELECTOR:SUB]   an attribute: a nest, an array of nests, a sub-message
    sub NAME VALUE SET                          what the sub-message is for a value of its selector
"""
import sys

import yaml

SPECS = ["rt-link", "rt-addr", "rt-route", "rt-neigh", "rt-rule", "tc", "nlctrl"]
SIZES = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8}


def header_length(spec, name):
    if name is None:
        return 4  # a generic family: struct genlmsghdr
    members = next(d for d in spec["definitions"] if d["name"] == name)["members"]
    return sum(m.get("len") or SIZES[m["type"]] for m in members)


def target(attr, prefix):
    """What an attribute holds, in the notation of the output."""
    inner = attr.get("nested-attributes")
    if attr["type"] in ("nest", "indexed-array", "nest-type-value") and inner:
        return (">" if attr["type"] == "nest" else "*") + prefix + inner
    if attr["type"] == "sub-message" and "selector" in attr:
        return f"?{attr['selector']}:{prefix}{attr['sub-message']}"
    return ""


def numbered(attributes):
    value = 0
    for attr in attributes:
        value = attr.get("value", value + 1)
        yield value, attr


def print_set(spec, entry, prefix):
    # A subset takes its numbers from the set it is a part of.
    base = entry.get("subset-of")
    whole = next(s for s in spec["attribute-sets"] if s["name"] == (base or entry["name"]))
    kept = {a["name"] for a in entry["attributes"]}
    print("set", prefix + entry["name"])
    for value, attr in numbered(whole["attributes"]):
        if attr["name"] in kept and attr["type"] not in ("unused", "pad"):
            print(*filter(None, (str(value), attr["name"], target(attr, prefix))))


def print_operations(spec, prefix):
    ops = spec["operations"]
    protocol = spec.get("protonum", 16)
    for op in ops["list"]:
        for way in ("do", "dump"):
            request = op.get(way, {}).get("request", {})
            if "value" in request and protocol != 16:
                header = op.get("fixed-header", ops.get("fixed-header"))
                length = header_length(spec, header)
                print("op", protocol, request["value"], op["name"], length, prefix + op["attribute-set"])
                break


def main(directory):
    print("# Made by tools/names.py. What the lines mean is said there.")
    for name in SPECS:
        with open(f"{directory}/{name}.yaml", encoding="utf-8") as file:
            spec = yaml.safe_load(file)
        prefix = name.removeprefix("rt-") + "/"
        print_operations(spec, prefix)
        for entry in spec["attribute-sets"]:
            print_set(spec, entry, prefix)
        for sub in spec.get("sub-messages", []):
            for form in sub["formats"]:
                if "attribute-set" in form:
                    print("sub", prefix + sub["name"], form["value"], prefix + form["attribute-set"])
    print("op 16 16 nlctrl 4 nlctrl/ctrl-attrs")


main(*sys.argv[1:])
