#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Add a route, or say why not: add_route.py 198.51.100.0/24 via 192.0.2.9 dev eth0"""

import struct
import sys

import rnl

NETLINK_ROUTE = 0
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
RTM_GETLINK, RTM_NEWROUTE = 18, 24
IFLA_IFNAME = 3
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
AF_INET, AF_INET6 = 2, 10
RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST = 254, 4, 0, 1


def link_index(sock, name):
    """Asks the kernel for the link of that name."""
    request = rnl.Message(RTM_GETLINK).put_header(bytes(16)).put_str(IFLA_IFNAME, name)
    (link,) = sock.call(request)
    return link.unpack("=BxHi")[2]


def add_route(sock, destination, bits, gateway, index):
    """struct rtmsg: family, lengths of destination and source, TOS, table, protocol, scope, type, flags."""
    family = AF_INET6 if ":" in destination else AF_INET
    where = RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST
    request = rnl.Message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, NETLINK_ROUTE)
    request.put_header(struct.pack("=8BI", family, bits, 0, 0, *where, 0))
    request.put_ip(RTA_DST, destination).put_ip(RTA_GATEWAY, gateway).put_u32(RTA_OIF, index)
    sock.call(request)


def main():
    try:
        route, via, gateway, dev, name = sys.argv[1:]
        destination, bits = route.split("/")
        length = int(bits)
        if (via, dev) != ("via", "dev") or not 0 <= length <= 128:
            raise ValueError
    except ValueError:
        print("usage: add_route.py DEST/LEN via GATEWAY dev DEV", file=sys.stderr)
        sys.exit(2)
    with rnl.Socket(NETLINK_ROUTE) as sock:
        add_route(sock, destination, length, gateway, link_index(sock, name))
    print("added")


try:
    main()
except rnl.Error as error:
    sys.exit(f"add_route: {error}")
