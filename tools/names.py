#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes src/schema/names.txt from the kernel's YAML descriptions (Documentation/netlink/specs):

    tools/names.py SPECS-DIRECTORY > src/schema/names.txt

Only numbers and names are taken: enough to say which attribute an error is about. Lines of the output:

    op PROTOCOL TYPE NAME HEADER-LENGTH SET     a request
    set SET                                     starts a set; its attributes follow
    NUMBER NAME [>SET | *SET | ?SUB:SELECTOR]   an attribute: a nest, an array of nests, a sub-message
    sub SUB VALUE SET                           what the sub-message is for a value of its selector
"""
import sys

import yaml

# Which descriptions, and whether their sub-messages are taken too.
SPECS = {"rt-link": True, "rt-addr": True, "rt-route": True, "rt-neigh": True, "rt-rule": True,
         "tc": False, "nlctrl": True}
SIZES = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8}

# Kinds of links that the descriptions lack, from linux/if_link.h.
KINDS = {
    "vxlan": "id group link local ttl tos learning ageing limit port-range proxy rsc l2miss l3miss port "
             "group6 local6 udp-csum udp-zero-csum6-tx udp-zero-csum6-rx remcsum-tx remcsum-rx gbp "
             "remcsum-nopartial collect-metadata label gpe ttl-inherit df vnifilter localbypass",
    "macvlan": "mode flags macaddr-mode macaddr macaddr-data macaddr-count bc-queue-len bc-queue-len-used",
}

# Sets that only answers hold, or that hardly anybody sets: they show as numbers.
RARE = ["vf", "stats", "port-", "ifla-", "xdp", "hsr", "netkit", "ovpn", "erspan", "link-dpll", "offload"]


class Numbers(dict):
    """Gives each name the next number."""

    def __missing__(self, name):
        self[name] = len(self) + 1
        return self[name]


sets, subs = Numbers(), Numbers()


def header_length(spec, name):
    if name is None:
        return 4  # a generic family: struct genlmsghdr
    members = next(d for d in spec["definitions"] if d["name"] == name)["members"]
    return sum(m.get("len") or SIZES[m["type"]] for m in members)


def target(spec, attr, with_subs):
    """What an attribute holds, in the notation of the output."""
    inner = attr.get("nested-attributes")
    if attr["type"] in ("nest", "indexed-array", "nest-type-value") and inner:
        return (">" if attr["type"] == "nest" else "*") + str(sets[spec["name"], inner])
    if attr["type"] == "sub-message" and "selector" in attr and with_subs:
        return f"?{subs[spec['name'], attr['sub-message']]}:{attr['selector']}"
    return ""


def numbered(attributes):
    value = 0
    for attr in attributes:
        value = attr.get("value", value + 1)
        yield value, attr


def print_set(spec, entry, with_subs):
    # A subset takes its numbers from the set it is a part of.
    base = entry.get("subset-of")
    whole = next(s for s in spec["attribute-sets"] if s["name"] == (base or entry["name"]))
    kept = {a["name"] for a in entry["attributes"]}
    print("set", sets[spec["name"], entry["name"]])
    for value, attr in numbered(whole["attributes"]):
        if attr["name"] in kept and attr["type"] not in ("unused", "pad"):
            print(*filter(None, (str(value), attr["name"], target(spec, attr, with_subs))))


def print_operations(spec):
    ops = spec["operations"]
    if "protonum" not in spec:
        return
    for op in ops["list"]:
        requests = [op[way]["request"] for way in ("do", "dump") if "request" in op.get(way, {})]
        value = next((r["value"] for r in requests if "value" in r), None)
        if value is not None:
            length = header_length(spec, op.get("fixed-header", ops.get("fixed-header")))
            print("op", spec["protonum"], value, op["name"], length, sets[spec["name"], op["attribute-set"]])


def wanted(spec, with_subs):
    """The sets that a walk can reach."""
    tops = {op["attribute-set"] for op in spec["operations"]["list"] if "attribute-set" in op}
    return [s for s in spec["attribute-sets"] if s["name"] in tops or
            (with_subs and not any(word in s["name"] for word in RARE))]


def print_spec(spec, with_subs):
    print_operations(spec)
    for entry in wanted(spec, with_subs):
        print_set(spec, entry, with_subs)
    for sub in spec.get("sub-messages", []) if with_subs else []:
        for form in sub["formats"]:
            if "attribute-set" in form:
                print("sub", subs[spec["name"], sub["name"]], form["value"],
                      sets[spec["name"], form["attribute-set"]])


def main(directory):
    print("# Made by tools/names.py. What the lines mean is said there.")
    for name, with_subs in SPECS.items():
        with open(f"{directory}/{name}.yaml", encoding="utf-8") as file:
            print_spec(yaml.safe_load(file), with_subs)
    for kind, names in KINDS.items():
        print("set", sets["rt-link", kind])
        for value, name in enumerate(names.split(), 1):
            print(value, name)
        print("sub", subs["rt-link", "linkinfo-data-msg"], kind, sets["rt-link", kind])
    print("op 16 16 nlctrl 4", sets["nlctrl", "ctrl-attrs"])


main(*sys.argv[1:])
