#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""List the network links: list_links.py"""

import sys

import rnl

NETLINK_ROUTE = 0
RTM_GETLINK = 18
IFINFOMSG = "=BxHiII"  # family, type, index, flags, change
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_OPERSTATE, IFLA_LINKINFO, IFLA_STATS64 = 1, 3, 4, 16, 18, 23
IFLA_INFO_KIND = 1
STATES = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"]  # IF_OPER_*
LINE = "{:>5}  {:15}  {:10}  {:14}  {:>5}  {:17}  {:>12}  {:>12}"


def print_link(view):
    """What the kernel did not send is "-"."""
    index = view.unpack(IFINFOMSG)[2]
    attrs = view.attrs(16).table()
    info = attrs[IFLA_LINKINFO].nested().table() if IFLA_LINKINFO in attrs else {}
    kind = info[IFLA_INFO_KIND].str() if IFLA_INFO_KIND in info else "-"
    address = attrs.get(IFLA_ADDRESS)
    mac = address.mac() if address and len(address.data) == 6 else "-"
    state = STATES[attrs[IFLA_OPERSTATE].u8()]
    _, _, rx_bytes, tx_bytes = attrs[IFLA_STATS64].unpack("=4Q")
    print(LINE.format(index, attrs[IFLA_IFNAME].str(), kind, state, attrs[IFLA_MTU].u32(), mac, rx_bytes, tx_bytes))


def main():
    with rnl.Socket(NETLINK_ROUTE) as sock:
        request = rnl.Message(RTM_GETLINK).put_header(bytes(16))
        links = sock.dump(request)
        print(LINE.format("INDEX", "NAME", "KIND", "STATE", "MTU", "MAC", "RX-BYTES", "TX-BYTES"))
        for link in links:
            print_link(link)


try:
    main()
except rnl.Error as error:
    sys.exit(f"list_links: {error}")
