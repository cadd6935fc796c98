#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tell when links appear, change and go: monitor_links.py [-n COUNT-OF-LINES]"""

import sys

import rnl

NETLINK_ROUTE = 0
RTNLGRP_LINK = 1
RTM_DELLINK = 17
IFINFOMSG = "=BxHiII"  # family, type, index, flags, change
IFLA_IFNAME, IFLA_OPERSTATE = 3, 16
STATES = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"]  # IF_OPER_*


def print_event(view):
    """False if it was not about a link: bridges tell of their ports in the same group."""
    family, _, index, _, change = view.unpack(IFINFOMSG)
    if family != 0:
        return False
    # A link is new if the kernel says of all its flags that they have changed.
    what = "gone" if view.type == RTM_DELLINK else "new" if change == 0xFFFFFFFF else "changed"
    attrs = view.attrs(16).table()
    print(f"{what:7}  {index:5}  {attrs[IFLA_IFNAME].str():15}  {STATES[attrs[IFLA_OPERSTATE].u8()]}", flush=True)
    return True


def monitor(sock, count):
    """Prints events until `count` have come; a negative count never ends."""
    while count != 0:
        try:
            count -= print_event(next(sock))
        except rnl.Overrun:
            print("lost     events are missing here", flush=True)


def main():
    count = int(sys.argv[2]) if sys.argv[1:2] == ["-n"] else -1
    with rnl.Socket(NETLINK_ROUTE) as sock:
        sock.join(RTNLGRP_LINK)
        print("ready", flush=True)
        monitor(sock, count)


try:
    main()
except rnl.Error as error:
    sys.exit(f"monitor_links: {error}")
except KeyboardInterrupt:
    pass
