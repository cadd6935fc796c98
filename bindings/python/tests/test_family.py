# SPDX-License-Identifier: MIT OR Apache-2.0
"""Families by name: requests, dumps, notices, and what can be found out about them."""

from __future__ import annotations

import errno
import gc
import json
import os
import pydoc
import random
import struct
import threading
import unittest
from ipaddress import ip_address
from typing import Any, Callable

from support import (
    GENERIC,
    NLM_F_ACK_TLVS,
    USERSOCK,
    NamespaceTest,
    add_route,
    answer,
    enter_namespace,
    get_link,
    set_link,
    thread,
)

import rnl

RTNLGRP_LINK = "rtnlgrp-link"
NLMSGERR_ATTR_MSG = 1


class FamilyTest(NamespaceTest):
    def family(self, name: str = "rt-link", **options: Any) -> rnl.Family:
        """A family that the end of the test closes."""
        family = rnl.Family(name, **options)
        self.addCleanup(family.close)
        return family

    def refused(self, number: int, attr: str | None, work: Callable[..., object], *args: Any, **members: Any) -> rnl.Error:
        with self.assertRaises(rnl.Error) as caught:
            work(*args, **members)
        self.assertEqual((caught.exception.errno, caught.exception.attr), (number, attr), caught.exception)
        return caught.exception


class Requests(FamilyTest):
    def test_a_reply_is_a_dict(self) -> None:
        lo = self.family().getlink({"ifname": "lo"})
        self.assertEqual((lo["ifi-index"], lo["ifname"], lo["mtu"]), (1, "lo", 65536))
        self.assertIn("loopback", lo["ifi-flags"])
        self.assertEqual(lo["address"], "00:00:00:00:00:00")

    def test_members_may_be_keywords(self) -> None:
        link = self.family()
        self.assertEqual(link.getlink(ifi_index=1), link.getlink({"ifi-index": 1}))
        self.assertEqual(link.getlink({"ifi-index": 7}, ifi_index=1)["ifname"], "lo")
        self.assertEqual(link.call("getlink", ifi_index=1)["ifname"], "lo")

    def test_an_acknowledgement_is_none(self) -> None:
        link = self.family()
        self.assertIsNone(link.newlink(ifi_index=1, ifi_flags=["up"], ifi_change=1))
        self.assertIn("up", link.getlink(ifi_index=1)["ifi-flags"])

    def test_what_json_has_no_word_for(self) -> None:
        self.family().newlink(ifi_index=1, ifi_flags={"up"}, ifi_change=1)
        addr = self.family("rt-addr")
        new = {"ifa-family": 2, "ifa-prefixlen": 32, "ifa-index": 1, "local": ip_address("192.0.2.1")}
        addr.newaddr(new, flags="create, excl")
        found = [each["local"] for each in addr.getaddr.dump(ifa_family=2) if each["ifa-prefixlen"] == 32]
        self.assertEqual(found, ["192.0.2.1"])
        link = self.family()
        link.newlink({"ifname": "v0", "address": bytes.fromhex("020000000001"), "linkinfo": {"kind": "veth"}}, flags="create")
        self.assertEqual(link.getlink(ifname="v0")["address"], "02:00:00:00:00:01")

    def test_flags_have_names(self) -> None:
        link = self.family()
        veth = {"ifname": "v0", "linkinfo": {"kind": "veth"}}
        link.newlink(veth, flags="create,excl")
        self.refused(errno.EEXIST, None, link.newlink, veth, flags=0x600)
        with self.assertRaisesRegex(ValueError, "no flag is called 'exclusive': there are .*excl"):
            link.newlink(veth, flags="exclusive")
        self.assertRaises(OverflowError, link.newlink, veth, flags=1 << 16)

    def test_the_kernel_names_attributes(self) -> None:
        error = self.refused(errno.ERANGE, ".ifname", self.family().newlink, ifname="x" * 20, flags="create")
        self.assertEqual(error.origin, rnl.FROM_KERNEL)
        self.assertIn("wanted a string of 0..15 bytes", str(error))

    def test_so_does_what_is_wrong_before_it_is_sent(self) -> None:
        link = self.family()
        for members, number, attr, words in (
            ({"mtu": "many"}, errno.EINVAL, ".mtu", "u32"),
            ({"mtu": 1 << 32}, errno.ERANGE, ".mtu", "u32"),
            ({"mtu": {}}, errno.EINVAL, ".mtu", "u32"),
            ({"mut": 1}, errno.EINVAL, None, 'nothing is called "mut" here'),
            ({"linkinfo": {"kind": "vxlan", "data": {"idd": 1}}}, errno.EINVAL, ".linkinfo.data(vxlan)", "id"),
        ):
            error = self.refused(number, attr, link.newlink, members)
            self.assertEqual(error.origin, rnl.FROM_LOCAL)
            self.assertIn(words, str(error))

    def test_operations_and_families_that_are_not_there(self) -> None:
        link = self.family()
        with self.assertRaisesRegex(AttributeError, "Family rt-link has no operation 'getlnk'; perhaps getlink"):
            link.getlnk()
        with self.assertRaisesRegex(AttributeError, "has no operation 'xyzzy'$"):
            link.xyzzy()
        # What the kernel tells is not to be asked.
        self.assertRaises(AttributeError, getattr, link, "newlink_ntf")
        self.refused(errno.ENOENT, None, link.call, "getlnk")
        self.refused(errno.EOPNOTSUPP, None, link.newlink.dump)
        self.refused(errno.ENOENT, None, rnl.Family, "rt-lnk")
        self.assertRaises(ValueError, rnl.Family, "rt\0link")
        self.assertRaises(TypeError, link.getlink, [1])

    def test_generic_families_are_looked_up(self) -> None:
        control = self.family("nlctrl")
        self.assertEqual(control.protocol, GENERIC)
        found = control.getfamily(family_name="nlctrl")
        self.assertEqual((found["family-id"], found["family-name"]), (16, "nlctrl"))
        self.assertIn("nlctrl", [each["family-name"] for each in control.getfamily.dump()])
        error = self.refused(errno.ENOENT, None, self.family("ovs_vport").get.dump)
        self.assertIn("ovs_vport", str(error))

    def test_numbers_are_exact(self) -> None:
        view = rnl.View(bytes(rnl.Message(16).put_header(bytes(16)).put_bytes(23, bytes([255]) * 200)))
        self.assertEqual(self.family().decode(view)["stats64"]["rx-packets"], (1 << 64) - 1)

    def test_messages_to_send_otherwise(self) -> None:
        link, sock = self.family(), self.open()
        self.assertEqual(bytes(link.message("getlink", ifi_index=1)), bytes(get_link()))
        sock.submit(link.message("getlink", ifi_index=1), user="one")
        done = sock.complete(10)
        assert done is not None
        self.assertEqual([link.decode(view)["ifname"] for view in done.result()], ["lo"])

    def test_messages_made_by_hand_are_checked(self) -> None:
        link = self.family()
        link.check(set_link(True))
        error = self.refused(errno.EINVAL, ".mtu", link.check, rnl.Message(16).put_header(bytes(16)).put_u8(4, 1))
        self.assertIn("u32", str(error))
        self.refused(errno.EPROTO, None, link.check, add_route("192.0.2.1"))

    def test_the_socket_of_the_caller(self) -> None:
        sock = self.open()
        with rnl.Family("rt-link", sock=sock) as link:
            self.assertEqual(link.getlink(ifi_index=1)["ifname"], "lo")
            self.assertIs(link.sock, sock)
        self.assertFalse(sock.closed)
        with rnl.Family("nlctrl", sock=self.open(USERSOCK)) as control:
            self.refused(errno.EPROTOTYPE, None, control.getfamily, family_name="nlctrl")

    def test_what_is_closed(self) -> None:
        link = rnl.Family("rt-link")
        sock, dump = link.sock, link.getlink.dump()
        link.close()
        link.close()
        self.assertTrue(sock.closed)
        self.assertRaises(ValueError, link.getlink, ifi_index=1)
        self.assertRaises(ValueError, next, dump)

    def test_what_is_closed_opens_nothing(self) -> None:
        link = rnl.Family("rt-link")
        getlink = link.getlink
        link.close()
        before = os.listdir("/proc/self/fd")
        for use in (getlink, getlink.dump, link.notices, lambda: getlink.records("mtu")):
            self.assertRaisesRegex(ValueError, "closed", use)
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def test_the_namespace_is_that_of_the_beginning(self) -> None:
        namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.family().newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
        there = self.family(netns=namespace)
        os.close(namespace)
        enter_namespace()
        here = self.family()
        self.assertEqual([len(list(each.getlink.dump())) for each in (there, here)], [3, 1])
        with there.notices(RTNLGRP_LINK) as notices:
            here.newlink(ifi_index=1, ifi_flags=["up"], ifi_change=1)
            there.newlink(ifname="v0", mtu=1400)
            told = next(notices).msg
        self.assertEqual((told or {})["ifname"], "v0")

    def test_threads_share_one_socket(self) -> None:
        control, barrier = self.family("nlctrl"), threading.Barrier(8)

        def ask() -> None:
            barrier.wait(10)
            socks.add(control.sock)

        socks: set[rnl.Socket] = set()
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(len(socks), 1)

    def test_what_the_kernel_warns_of(self) -> None:
        sock, peer = self.pair()
        link = rnl.Family("rt-link", sock=sock)
        text = b"careful\0"
        tlvs = struct.pack("=HH", 4 + len(text), NLMSGERR_ATTR_MSG) + text

        def kernel() -> None:
            datagram = peer.recv(10)
            assert datagram is not None
            (request,) = datagram.messages()
            peer.send(answer(request, 0, NLM_F_ACK_TLVS, tlvs), datagram.port)

        with thread(kernel), self.assertWarnsRegex(UserWarning, "newlink: careful") as caught:
            self.assertIsNone(link.newlink(ifi_index=1))
        self.assertEqual(caught.filename, __file__)

    def test_values_that_make_no_sense(self) -> None:
        link = self.family()
        for value in (float("nan"), 1e300, -1, 1 << 200, [[]], {"a": {}}, "\udc80", "\0", None, object()):
            with self.subTest(value=value), self.assertRaises(rnl.Error) as caught:
                link.newlink({"mtu": value})
            self.assertEqual(caught.exception.origin, rnl.FROM_LOCAL)
        deep: dict[str, object] = {}
        for _ in range(500):
            deep = {"linkinfo": deep}
        self.assertRaises((rnl.Error, RecursionError), link.newlink, deep)
        itself: dict[str, object] = {}
        itself["linkinfo"] = itself
        self.assertRaises((ValueError, RecursionError), link.newlink, itself)

    def test_what_is_forgotten_is_closed(self) -> None:
        link = rnl.Family("rt-link")
        descriptor = link.sock.fileno()
        del link
        gc.collect()
        self.assertRaises(OSError, os.fstat, descriptor)

    def test_threads_take_turns(self) -> None:
        link, seen = self.family(), []

        def ask() -> None:
            for _ in range(50):
                seen.append(link.getlink(ifi_index=1)["ifname"])
                seen.extend(each["ifname"] for each in link.getlink.dump())

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(seen, ["lo"] * 400)


class Dumps(FamilyTest):
    def test_objects_one_by_one(self) -> None:
        link = self.family()
        for number in range(300):
            link.newlink(ifname=f"v{number}", linkinfo={"kind": "veth"}, flags="create,excl")
        names = [each["ifname"] for each in link.getlink.dump()]
        self.assertEqual((len(names), len(set(names))), (601, 601))
        only = link.getlink.dump({"linkinfo": {"kind": "veth"}}, mode=rnl.DUMP_STREAM)
        self.assertEqual(len(list(only)), 600)

    def test_objects_are_those_of_json(self) -> None:
        self.family().newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
        self.family().newlink(ifi_index=1, ifi_flags=["up"], ifi_change=1)
        for name, op in (("rt-link", "getlink"), ("rt-addr", "getaddr"), ("rt-route", "getroute"), ("tc", "getqdisc")):
            family = self.family(name)
            views = list(family.sock.dump(family._request(op, 1, 0, None, {})))
            plain = [json.loads(family._schema.shown(view, 0)) for view in views]
            self.assertEqual(list(family.dump(op)), plain)
            self.assertEqual([family.decode(view) for view in views], plain)
            self.assertGreater(len(plain), 0)

    def test_whatever_is_sent_says_something(self) -> None:
        link = self.family()
        good = bytes(link.sock.call(link.message("getlink", ifi_index=1))[0].data)
        chance = random.Random(7)
        for _ in range(2000):
            data = bytearray(good[: 16 + chance.randrange(len(good) - 16)])
            for _ in range(chance.randrange(20)):
                data[chance.randrange(16, len(data) + 1) - 1 if len(data) > 16 else 8] ^= chance.randrange(256)
            data[:6] = struct.pack("=IH", len(data), 16)
            view = rnl.View(bytes(data))
            self.assertEqual(link.decode(view), json.loads(link._schema.shown(view, 0)))

    def test_dumps_that_fail(self) -> None:
        route = self.family("rt-route")
        with self.assertRaises(rnl.Error) as caught:
            list(route.getroute.dump(rtm_family=2, rtm_dst_len=5))
        self.assertEqual(caught.exception.origin, rnl.FROM_KERNEL)

    def test_requests_while_a_dump_is_read(self) -> None:
        link = self.family()
        link.newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
        dump = link.getlink.dump()
        names = [(each["ifname"], link.getlink(ifname=each["ifname"])["ifname"]) for each in dump]
        self.assertEqual(len(names), 3)
        self.assertEqual([one for one, _ in names], [other for _, other in names])

    def test_dumps_that_are_given_up(self) -> None:
        link = self.family()
        dump = link.getlink.dump(mode=rnl.DUMP_STREAM)
        dump.close()
        self.assertRaises(ValueError, next, dump)
        with link.getlink.dump() as dump:
            self.assertEqual(next(dump)["ifname"], "lo")
            self.assertRaises(StopIteration, next, dump)
        self.assertEqual(link.getlink(ifi_index=1)["ifname"], "lo")


class Notified(FamilyTest):
    def test_notices_have_names(self) -> None:
        link = self.family()
        with link.notices(RTNLGRP_LINK) as notices:
            self.assertIsNone(notices.next(0))
            link.newlink(ifname="v0", linkinfo={"kind": "veth"}, flags="create")
            said = [next(notices), next(notices)]
            link.dellink(ifname="v0")
            gone = [next(notices), next(notices)]
        self.assertIn(("newlink-ntf", "v0"), [(each.name, each.msg and each.msg["ifname"]) for each in said])
        self.assertIn(("dellink-ntf", "v0"), [(each.name, each.msg and each.msg["ifname"]) for each in gone])
        self.assertEqual((said[0].group, said[0].nsid), (1, -1))

    def test_an_overrun_stands_where_notices_are_missing(self) -> None:
        link = self.family()
        with link.notices(RTNLGRP_LINK, rcvbuf=8192) as notices:
            for number in range(200):
                link.newlink(ifi_index=1, ifi_flags=["up"] if number % 2 else [], ifi_change=1)
            with self.assertRaises(rnl.Overrun):
                for _ in notices:
                    pass
            self.assertIsNone(notices.next(0))
            link.newlink(ifi_index=1, mtu=1400)
            told = next(notices)
        self.assertEqual((told.name, (told.msg or {})["mtu"]), ("newlink-ntf", 1400))

    def test_all_groups_of_a_generic_family(self) -> None:
        with self.family("ethtool").notices() as notices:
            self.assertIsNone(notices.next(0))
            self.assertGreater(notices.fileno(), 0)

    def test_groups_that_are_not_there(self) -> None:
        error = self.refused(errno.ENOENT, None, self.family().notices, "rtnlgrp-lnk")
        self.assertIn("there are rtnlgrp-link", str(error))
        self.refused(errno.EINVAL, None, self.family("nlctrl").notices)

    def test_messages_that_are_none_of_the_family(self) -> None:
        sock = self.open()
        sock.join(1)
        self.family().newlink(ifi_index=1, ifi_flags=["up"], ifi_change=1)
        notice = rnl.Notice(self.family("rt-route")._schema, next(sock))
        self.assertEqual((notice.name, notice.msg, notice.view.type), (None, None, 16))


class Descriptions(FamilyTest):
    def test_families(self) -> None:
        self.assertLess({"rt-link", "rt-route", "nl80211", "nftables", "nlctrl"}, set(rnl.families()))

    def test_dir_lists_operations(self) -> None:
        names = dir(self.family("ethtool"))
        self.assertLess({"linkinfo_get", "strset_get", "groups", "notices"}, set(names))
        self.assertNotIn("newlink_ntf", dir(self.family()))

    def test_help_says_what_they_take(self) -> None:
        text = pydoc.plain(pydoc.render_doc(self.family().newlink))
        self.assertIn("newlink of rt-link: do.", text)
        self.assertIn("mtu: u32", text)
        self.assertIn("linkinfo: object (linkinfo-attrs)", text)
        self.assertIn("of up, broadcast,", text)

    def test_every_operation_of_every_family_has_help(self) -> None:
        for name in rnl.families():
            family = self.family(name)
            for operation in family.operations:
                names = [each for each in dir(family) if each.rstrip("_") == operation.replace("-", "_")]
                # An operation that is called like something of rnl.Family has a "_" behind it.
                self.assertIn(f"of {name}: ", getattr(family, names[-1]).__doc__)

    def test_help_of_operations_as_such(self) -> None:
        operation = self.family().newlink
        self.assertIn("dump() gives all objects", pydoc.plain(pydoc.render_doc(type(operation))))
        self.assertEqual((repr(operation), operation.__name__), ("<rnl.Operation newlink of rt-link>", "newlink"))

    def test_groups_operations_and_all_else(self) -> None:
        link = self.family()
        self.assertIn(RTNLGRP_LINK, link.groups)
        self.assertIn("getlink", link.operations)
        self.assertEqual(link.describe()["name"], "rt-link")
        self.assertEqual(repr(link), "<rnl.Family rt-link>")

    def test_packs_that_can_not_be_read(self) -> None:
        self.refused(errno.ENOENT, None, rnl.Family, "rt-link", pack="/nonexistent.pack")
        self.refused(errno.EBADMSG, None, rnl.Family, "rt-link", pack=__file__)


if __name__ == "__main__":
    unittest.main()
