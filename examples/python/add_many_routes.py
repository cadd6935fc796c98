#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Add many routes in one go, and say which the kernel refused: add_many_routes.py 100000 dev eth0"""

import errno
import socket
import struct
import sys

import rnl

NETLINK_ROUTE = 0
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
RTM_NEWROUTE = 24
RTA_DST, RTA_OIF = 1, 4
AF_INET = 2
RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST = 254, 4, 253, 1
# struct rtmsg: family, lengths of destination and source, TOS, table, protocol, scope, type, flags
RTMSG = struct.pack("=8BI", AF_INET, 32, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0)
SHOWN = 10


def route(number, index):
    """Route number n is to 10.0.0.0 + n."""
    request = rnl.Message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, NETLINK_ROUTE).put_header(RTMSG)
    return request.put_be32(RTA_DST, (10 << 24) + number).put_u32(RTA_OIF, index)


def submitted(sock, number, index):
    """False if too much waits already. Success is quiet."""
    try:
        sock.submit(route(number, index), number, quiet=True)
    except rnl.Error as error:
        if error.errno != errno.EAGAIN:
            raise
        return False
    return True


def add_routes(sock, count, index):
    """Gives what was refused, as far as it must be taken to go on, and at the end."""
    for number in range(count):
        while not submitted(sock, number, index):
            done = sock.complete()
            if done:
                yield done
    yield from iter(sock.complete, None)


def main():
    try:
        count, dev, name = sys.argv[1:]
        count, index = int(count), socket.if_nametoindex(name)
        if dev != "dev" or not 0 < count <= 1 << 24:
            raise ValueError
    except (ValueError, OSError):
        print("usage: add_many_routes.py COUNT dev DEV", file=sys.stderr)
        sys.exit(2)
    refused = 0
    with rnl.Socket(NETLINK_ROUTE) as sock:
        for done in add_routes(sock, count, index):
            refused += 1
            if refused <= SHOWN:
                print(f"route {done.user}: {done.error}", file=sys.stderr)
    print(f"{count - refused} added, {refused} refused")
    sys.exit(refused > 0)


try:
    main()
except rnl.Error as error:
    sys.exit(f"add_many_routes: {error}")
