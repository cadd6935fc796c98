# SPDX-License-Identifier: MIT OR Apache-2.0
"""Dumps as records, for struct, NumPy and pandas."""

from __future__ import annotations

import errno
import struct
import unittest
from typing import Any

from support import NamespaceTest

import rnl


def needs(module: str) -> Any:
    """The module, or the test is left out."""
    try:
        return __import__(module)
    except ImportError:
        raise unittest.SkipTest(f"needs the package {module}") from None


class Records(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.link = rnl.Family("rt-link")
        self.addCleanup(self.link.close)
        self.link.newlink(ifname="v0", mtu=1400, address="02:00:00:00:00:07", linkinfo={"kind": "veth"}, flags="create")

    def test_each_object_is_a_tuple(self) -> None:
        found = self.link.getlink.records("ifi-index", ("ifname", "text:16"), "mtu", "address", "master")
        self.assertEqual(found.names, ("ifi-index", "ifname", "mtu", "address", "master", "present"))
        self.assertEqual(next(iter(found)), (1, "lo", 65536, bytes(6), 0, 0b1111))
        links = {record[1]: record for record in found}
        self.assertEqual(links["v0"][2:4], (1400, bytes.fromhex("020000000007")))
        self.assertEqual((len(found), len(found.data)), (3, 3 * found.size))

    def test_the_layout_is_structs(self) -> None:
        found = self.link.getlink.records(("linkmode", "u8"), "stats64.rx-packets", ("linkinfo.kind", "text:8"))
        self.assertEqual((found.size, struct.calcsize(found.layout)), (32, 32))
        raw = list(struct.iter_unpack(found.layout, found.data))
        self.assertIn(b"veth" + bytes(4), [record[2] for record in raw])
        self.assertEqual({len(record) for record in raw}, {4})

    def test_more_than_fit_at_once(self) -> None:
        addr = rnl.Family("rt-addr")
        self.addCleanup(addr.close)
        for number in range(3000):
            local = f"10.1.{number >> 8}.{number & 255}"
            addr.newaddr({"ifa-family": 2, "ifa-prefixlen": 32, "ifa-index": 1, "local": local}, flags="create")
        found = addr.getaddr.records(("local", "bytes:4"), request={"ifa-family": 2})
        numbers = {int.from_bytes(local, "big") - (10 << 24) - (1 << 16) for local, _ in found}
        self.assertEqual(numbers, set(range(3000)))

    def test_columns_that_can_not_be(self) -> None:
        records = self.link.getlink.records
        for column, words in (
            ("ifname", r"'text:16'"),
            (("mtu", "u33"), "no type 'u33'"),
            (("ifname", "text"), "no type 'text'"),
            (("ifname", "text:0"), "no type 'text:0'"),
            (("mtu", "u32:4"), "no type 'u32:4'"),
        ):
            with self.assertRaisesRegex(ValueError, words):
                records(column)
        for column, number in (("no-such", errno.ENOENT), ("linkinfo", errno.EINVAL), (("mtu", "u16"), errno.ERANGE)):
            with self.assertRaises(rnl.Error) as caught:
                records(column)
            self.assertEqual(caught.exception.errno, number)
            self.assertEqual(caught.exception.attr, column if isinstance(column, str) else column[0])
        with self.assertRaises(rnl.Error) as caught:
            records(("ifname", "text:2"))
        self.assertEqual((caught.exception.errno, caught.exception.attr), (errno.ERANGE, "ifname"))

    def test_dumps_that_fail(self) -> None:
        route = rnl.Family("rt-route")
        self.addCleanup(route.close)
        with self.assertRaises(rnl.Error) as caught:
            route.getroute.records("oif", request={"rtm-family": 2, "rtm-dst-len": 5})
        self.assertEqual(caught.exception.origin, rnl.FROM_KERNEL)
        self.assertRaises(AttributeError, getattr, route, "no_such")

    def test_numpy_reads_the_same_bytes(self) -> None:
        numpy = needs("numpy")
        found = self.link.getlink.records("ifi-index", ("ifname", "text:16"), "mtu", "address", ("ifi-type", "u16"))
        array = found.numpy()
        self.assertEqual(array.dtype.names, found.names)
        self.assertEqual(array["mtu"].tolist(), [record[2] for record in found])
        self.assertEqual(array["ifname"].astype(str).tolist(), [record[1] for record in found])
        self.assertEqual(bytes(array["address"][1]), list(found)[1][3])
        self.assertTrue(numpy.shares_memory(array, numpy.frombuffer(found.data, "u1")))

    def test_pandas_has_a_column_each(self) -> None:
        needs("pandas")
        frame = self.link.getlink.records("ifi-index", ("ifname", "text:16"), "mtu").pandas()
        self.assertEqual(list(frame.columns), ["ifi-index", "ifname", "mtu", "present"])
        self.assertEqual(frame.loc[frame["ifname"] == "v0", "mtu"].tolist(), [1400])
        bytewise = self.link.getlink.records("address", ("ifname", "text:16")).pandas()
        self.assertEqual(bytewise.loc[bytewise["ifname"] == "v0", "address"].tolist(), [bytes.fromhex("020000000007")])
        none = self.link.getlink.records("mtu", request={"linkinfo": {"kind": "vxlan"}}).pandas()
        self.assertEqual((len(none), list(none.columns)), (0, ["mtu", "present"]))


if __name__ == "__main__":
    unittest.main()
