#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Links by name, and what may be asked of them: families.py [OPERATION]"""

import sys

import rnl

LINE = "{:>5}  {:15}  {:10}  {:>6}  {}"


def show_links(family):
    print(LINE.format("INDEX", "NAME", "KIND", "MTU", "FLAGS"))
    for link in family.getlink.dump():
        kind = link.get("linkinfo", {}).get("kind", "-")
        print(LINE.format(link["ifi-index"], link["ifname"], kind, link["mtu"], ",".join(link["ifi-flags"])))


def main():
    with rnl.Family("rt-link") as family:
        if len(sys.argv) > 1:
            print(getattr(family, sys.argv[1]).__doc__)
        else:
            show_links(family)


try:
    main()
except (AttributeError, rnl.Error) as error:
    sys.exit(f"families: {error}")
