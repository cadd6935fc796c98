# SPDX-License-Identifier: MIT OR Apache-2.0
"""The example programs do what they say."""

from __future__ import annotations

import os
import subprocess
import sys

from support import ROOT, NamespaceTest, address, set_link

EXAMPLES = ROOT / "examples/python"


class Examples(NamespaceTest):
    def setUp(self) -> None:
        super().setUp()
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")}

    def start(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(EXAMPLES / name), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def run_example(self, name: str, *arguments: str) -> tuple[int, str, str]:
        with self.start(name, *arguments) as program:
            out, err = program.communicate(timeout=30)
        return program.returncode, out, err

    def test_list_links(self) -> None:
        status, out, err = self.run_example("list_links.py")
        self.assertEqual((status, err), (0, ""))
        head, *links = [line.split() for line in out.splitlines()]
        self.assertEqual(head, "INDEX NAME KIND STATE MTU MAC RX-BYTES TX-BYTES".split())
        self.assertIn(["1", "lo", "-", "down", "65536", "00:00:00:00:00:00", "0", "0"], links)

    def test_add_route(self) -> None:
        sock = self.open()
        sock.call(set_link(True))
        sock.call(address(1))
        route = "198.51.100.0/24", "via", "10.0.0.1", "dev", "lo"
        self.assertEqual(self.run_example("add_route.py", *route), (0, "added\n", ""))
        twice = (1, "", "add_route: newroute: EEXIST: File exists\n")
        self.assertEqual(self.run_example("add_route.py", *route), twice)
        unreachable = self.run_example("add_route.py", "203.0.113.0/24", "via", "192.0.2.9", "dev", "lo")
        reason = "add_route: newroute: ENETUNREACH: Nexthop has invalid gateway\n"
        self.assertEqual(unreachable, (1, "", reason))
        self.assertEqual(self.run_example("add_route.py", "198.51.100.0/24")[0], 2)
        typo = self.run_example("add_route.py", "198.51.100.0/24", "via", "10.0.0.999", "dev", "lo")
        self.assertEqual(typo[2], "add_route: newroute: EINVAL: not an IPv4 or IPv6 address (.gateway)\n")

    def test_monitor_links(self) -> None:
        with self.start("monitor_links.py", "-n", "2") as program:
            assert program.stdout is not None
            self.assertEqual(program.stdout.readline(), "ready\n")
            self.open().call(set_link(True))
            self.open().call(set_link(False))
            out, err = program.communicate(timeout=30)
        self.assertEqual((program.returncode, err), (0, ""))
        lines = [line.split() for line in out.splitlines()]
        self.assertEqual(lines, [["changed", "1", "lo", "unknown"], ["changed", "1", "lo", "down"]])

    def test_ask_genl(self) -> None:
        status, out, err = self.run_example("ask_genl.py", "nlctrl")
        self.assertEqual((status, err), (0, ""))
        lines = out.splitlines()
        self.assertEqual(lines[:2], ["nlctrl: id 16, version 2", "group 16: notify"])
        self.assertIn("operation 3: do dump policy", lines)
        self.assertIn("policy 0 attribute 1: u16, from 0 to 65535", lines)
        nothing = (1, "", "ask_genl: nlctrl no-such: ENOENT: No such file or directory\n")
        self.assertEqual(self.run_example("ask_genl.py", "no-such"), nothing)
