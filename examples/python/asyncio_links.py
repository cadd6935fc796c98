#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Follow the links until one is gone, and ask for the counters of each that is new, with asyncio:
asyncio_links.py eth0"""

import asyncio
import struct
import sys

import rnl.aio

NETLINK_ROUTE = 0
RTM_GETLINK = 18
IFINFOMSG = "=BxHiII"  # family, type, index, flags, change
IFLA_IFNAME, IFLA_STATS64 = 3, 23
KINDS = {
    rnl.EVENT_NEW: "new",
    rnl.EVENT_CHANGE: "changed",
    rnl.EVENT_DEL: "gone",
    rnl.EVENT_SYNCED: "synced",
    rnl.EVENT_RESYNCED: "resynced",
}


async def print_counters(sock, index):
    """Counters change all the time, so the table does not have them."""
    request = rnl.Message(RTM_GETLINK).put_header(struct.pack(IFINFOMSG, 0, 0, index, 0, 0))
    try:
        (link,) = await sock.call(request)
    except rnl.Error as error:
        print(f"no counters: {error}", flush=True)
        return
    attrs = link.attrs(16).table()
    packets_in, packets_out = attrs[IFLA_STATS64].unpack("=2Q")
    print(f"counters {attrs[IFLA_IFNAME].str()}: {packets_in} packets in, {packets_out} out", flush=True)


async def follow(last):
    asking = set()
    async with rnl.aio.Table("link") as links, rnl.aio.Socket(NETLINK_ROUTE) as sock:
        async for event in links:
            link = event.now or event.before
            name = link.attrs(16).table()[IFLA_IFNAME].str() if link else ""
            print(KINDS[event.kind], name, flush=True)
            if event.kind == rnl.EVENT_NEW:
                # All these requests are in flight at the same time.
                asking.add(asyncio.create_task(print_counters(sock, link.unpack(IFINFOMSG)[2])))
            elif event.kind == rnl.EVENT_DEL and name == last:
                break
        await asyncio.gather(*asking)


def main():
    if len(sys.argv) != 2:
        print("usage: asyncio_links.py NAME-OF-LINK", file=sys.stderr)
        sys.exit(2)
    asyncio.run(follow(sys.argv[1]))


try:
    main()
except rnl.Error as error:
    sys.exit(f"asyncio_links: {error}")
except KeyboardInterrupt:
    pass
