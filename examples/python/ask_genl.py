#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the kernel says of a generic netlink family: ask_genl.py nlctrl"""

import errno
import sys

import rnl

NETLINK_GENERIC = 16
OPERATION_FLAGS = {2: "do", 4: "dump", 8: "policy", 1: "admin", 16: "netns-admin"}  # GENL_*
TYPES = (  # NL_ATTR_TYPE_*
    "invalid flag u8 u16 u32 u64 s8 s16 s32 s64 binary string nul-string nested nested-array bitfield32 sint uint"
).split()


def print_family(family):
    print(f"{family.name}: id {family.id}, version {family.version}")
    for name, number in family.groups.items():
        print(f"group {number}: {name}")
    for cmd, flags in family.ops.items():
        print(f"operation {cmd}:" + "".join(f" {name}" for flag, name in OPERATION_FLAGS.items() if flags & flag))


def print_rule(rule):
    kind = TYPES[rule.kind] if rule.kind < len(TYPES) else "unknown"
    text = f"policy {rule.policy} attribute {rule.attr}: {kind}"
    if rule.min is not None:
        text += f", from {rule.min} to {rule.max}"
    if rule.min_len is not None:
        text += f", at least {rule.min_len} bytes"
    if rule.max_len is not None:
        text += f", at most {rule.max_len} bytes"
    if rule.nested is not None:
        text += f", holds policy {rule.nested} up to attribute {rule.nested_max}"
    if rule.mask is not None:
        text += f", bits {rule.mask:#x}"
    print(text)


def main():
    if len(sys.argv) != 2:
        print("usage: ask_genl.py NAME", file=sys.stderr)
        sys.exit(2)
    with rnl.Socket(NETLINK_GENERIC) as sock:
        family = rnl.genl.Family(sock, sys.argv[1])
        print_family(family)
        try:
            for rule in family.policy().rules:
                print_rule(rule)
        except rnl.Error as error:
            if error.errno != errno.ENODATA:  # some families have no policy
                raise


try:
    main()
except rnl.Error as error:
    sys.exit(f"ask_genl: {error}")
