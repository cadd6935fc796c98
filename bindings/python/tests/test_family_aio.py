# SPDX-License-Identifier: MIT OR Apache-2.0
"""Families by name, for asyncio."""

from __future__ import annotations

import asyncio
import errno
import unittest
from typing import Any, Callable

from support import NamespaceTest

import rnl
import rnl.aio

SOON = 10


class Families(NamespaceTest):
    def run_with(self, work: Callable[[rnl.aio.Family], Any], name: str = "rt-link") -> Any:
        async def main() -> Any:
            async with rnl.aio.Family(name) as family:
                return await asyncio.wait_for(work(family), SOON)

        return asyncio.run(main())

    def test_requests_side_by_side(self) -> None:
        async def work(link: rnl.aio.Family) -> None:
            await link.newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
            one, other = await asyncio.gather(link.getlink(ifname="lo"), link.getlink({"ifname": "v0"}))
            self.assertEqual((one["ifname"], other["linkinfo"]["kind"]), ("lo", "veth"))
            with self.assertRaises(rnl.Error) as caught:
                await link.newlink(ifname="x" * 20, flags="create")
            self.assertEqual(caught.exception.attr, ".ifname")

        self.run_with(work)

    def test_dumps_whole_and_one_by_one(self) -> None:
        async def work(link: rnl.aio.Family) -> None:
            await link.newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
            whole = await link.getlink.dump()
            single = [each["ifname"] async for each in link.getlink.dump()]
            self.assertEqual([each["ifname"] for each in whole], single)
            self.assertEqual(len(single), 3)
            few = await link.getlink.records("mtu", ("ifname", "text:16"))
            self.assertEqual([record[1] for record in few], single)

        self.run_with(work)

    def test_notices(self) -> None:
        async def work(link: rnl.aio.Family) -> None:
            async with link.notices("rtnlgrp-link") as notices:
                await link.newlink(ifi_index=1, ifi_flags=["up"], ifi_change=1)
                async for notice in notices:
                    self.assertEqual((notice.name, (notice.msg or {})["ifname"]), ("newlink-ntf", "lo"))
                    break
                await link.newlink(ifi_index=1, mtu=1400)
                self.assertEqual(((await notices.__anext__()).msg or {})["mtu"], 1400)

        self.run_with(work)

    def test_notices_that_nobody_reads(self) -> None:
        async def work(link: rnl.aio.Family) -> None:
            notices = await link.notices("rtnlgrp-link", rcvbuf=8192)
            with rnl.Family("rt-link") as busy:
                for number in range(200):
                    busy.newlink(ifi_index=1, ifi_flags=["up"] if number % 2 else [], ifi_change=1)
            with self.assertRaises(rnl.Overrun):
                async for _ in notices:
                    pass
            waits = asyncio.ensure_future(notices.__anext__())
            await asyncio.sleep(0)
            notices.close()
            with self.assertRaises(ValueError):
                await waits
            with self.assertRaises(ValueError):
                await notices
            with self.assertRaises(rnl.Error):
                await link.notices("rtnlgrp-lnk")

        self.run_with(work)

    def test_generic_errors_have_paths(self) -> None:
        async def work(ethtool: rnl.aio.Family) -> None:
            with self.assertRaises(rnl.Error) as caught:
                await ethtool.linkinfo_get(header={"dev-name": "x" * 20})
            self.assertEqual(caught.exception.attr, ".header.dev-name", caught.exception)

        self.run_with(work, "ethtool")

    def test_to_cancel_gives_up(self) -> None:
        async def work(control: rnl.aio.Family) -> None:
            asked = asyncio.ensure_future(control.getfamily(family_name="nlctrl"))
            await asyncio.sleep(0)
            asked.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await asked
            self.assertEqual((await control.getfamily(family_name="nlctrl"))["family-id"], 16)

        self.run_with(work, "nlctrl")

    def test_generic_families_are_looked_up(self) -> None:
        async def work(control: rnl.aio.Family) -> None:
            found = await asyncio.gather(*(control.getfamily(family_name="nlctrl") for _ in range(3)))
            self.assertEqual({each["family-id"] for each in found}, {16})

        self.run_with(work, "nlctrl")

        async def absent(family: rnl.aio.Family) -> None:
            with self.assertRaises(rnl.Error) as caught:
                await family.get.dump()
            self.assertEqual(caught.exception.errno, errno.ENOENT)

        self.run_with(absent, "ovs_vport")

    def test_help_and_names_are_those_of_the_other(self) -> None:
        async def work(link: rnl.aio.Family) -> None:
            self.assertIn("mtu: u32", link.newlink.__doc__)
            self.assertIn("getlink", dir(link))
            self.assertRaises(AttributeError, getattr, link, "no_such")
            self.assertEqual(repr(link), "<rnl.aio.Family rt-link>")

        self.run_with(work)


if __name__ == "__main__":
    unittest.main()
