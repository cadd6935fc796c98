# SPDX-License-Identifier: MIT OR Apache-2.0
"""The example programs do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

from support import IFLA_IFNAME, ROOT, RTM_DELLINK, NamespaceTest, address, ifinfomsg, new_veth, set_link

import rnl

PYTHON, C = ROOT / "examples/python", ROOT / "examples/c"
PKG_CONFIG = re.compile(r"pkg-config --cflags --libs rnl *(.*)\)")


class Examples(NamespaceTest):
    """How they are run. A command is a list of words."""

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings/python")}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)

    def run_example(self, command: list[str]) -> tuple[int, str, str]:
        with self.start(command) as program:
            out, err = program.communicate(timeout=30)
        return program.returncode, out, err

    def python(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, str(PYTHON / name), *arguments]


class Python(Examples):
    def test_list_links(self) -> None:
        status, out, err = self.run_example(self.python("list_links.py"))
        self.assertEqual((status, err), (0, ""))
        head, *links = [line.split() for line in out.splitlines()]
        self.assertEqual(head, "INDEX NAME KIND STATE MTU MAC RX-BYTES TX-BYTES".split())
        self.assertIn(["1", "lo", "-", "down", "65536", "00:00:00:00:00:00", "0", "0"], links)

    def test_families(self) -> None:
        status, out, err = self.run_example(self.python("families.py"))
        self.assertEqual((status, err), (0, ""))
        self.assertIn(["1", "lo", "-", "65536", "loopback"], [line.split() for line in out.splitlines()])
        self.assertIn("mtu: u32", self.run_example(self.python("families.py", "newlink"))[1])
        none = self.run_example(self.python("families.py", "newlnk"))
        words = "families: Family rt-link has no operation 'newlnk'; perhaps newlink"
        self.assertEqual((none[0], none[2].startswith(words)), (1, True), none)

    def test_add_route(self) -> None:
        sock = self.open()
        sock.call(set_link(True))
        sock.call(address(1))
        route = "198.51.100.0/24", "via", "10.0.0.1", "dev", "lo"
        self.assertEqual(self.run_example(self.python("add_route.py", *route)), (0, "added\n", ""))
        twice = (1, "", "add_route: newroute: EEXIST: File exists\n")
        self.assertEqual(self.run_example(self.python("add_route.py", *route)), twice)
        unreachable = self.run_example(self.python("add_route.py", "203.0.113.0/24", "via", "192.0.2.9", "dev", "lo"))
        reason = "add_route: newroute: ENETUNREACH: Nexthop has invalid gateway\n"
        self.assertEqual(unreachable, (1, "", reason))
        self.assertEqual(self.run_example(self.python("add_route.py", "198.51.100.0/24"))[0], 2)
        typo = self.run_example(self.python("add_route.py", "198.51.100.0/24", "via", "10.0.0.999", "dev", "lo"))
        self.assertEqual(typo[2], "add_route: newroute: EINVAL: not an IPv4 or IPv6 address (.gateway)\n")

    def test_monitor_links(self) -> None:
        with self.start(self.python("monitor_links.py", "-n", "2")) as program:
            assert program.stdout is not None
            self.assertEqual(program.stdout.readline(), "ready\n")
            self.open().call(set_link(True))
            self.open().call(set_link(False))
            out, err = program.communicate(timeout=30)
        self.assertEqual((program.returncode, err), (0, ""))
        lines = [line.split() for line in out.splitlines()]
        self.assertEqual(lines, [["changed", "1", "lo", "unknown"], ["changed", "1", "lo", "down"]])

    def test_ask_genl(self) -> None:
        status, out, err = self.run_example(self.python("ask_genl.py", "nlctrl"))
        self.assertEqual((status, err), (0, ""))
        lines = out.splitlines()
        self.assertEqual(lines[:2], ["nlctrl: id 16, version 2", "group 16: notify"])
        self.assertIn("operation 3: do dump policy", lines)
        self.assertIn("policy 0 attribute 1: u16, from 0 to 65535", lines)
        nothing = (1, "", "ask_genl: nlctrl no-such: ENOENT: No such file or directory\n")
        self.assertEqual(self.run_example(self.python("ask_genl.py", "no-such")), nothing)


def shown(lines: list[str], name: str) -> list[str]:
    """What was said of a link."""
    return [line for line in lines if re.search(rf"\b{name}\b", line)]


class Programs(Examples):
    """What programs do that exist in several languages."""

    def add_many_routes(self, command: list[str]) -> None:
        sock = self.open()
        sock.call(set_link(True))
        self.assertEqual(self.run_example([*command, "100", "dev", "lo"]), (0, "100 added, 0 refused\n", ""))
        status, out, err = self.run_example([*command, "20000", "dev", "lo"])
        self.assertEqual((status, out), (1, "19900 added, 100 refused\n"))
        refused = [f"route {number}: newroute: EEXIST: File exists" for number in range(10)]
        self.assertEqual(err.splitlines(), refused)
        self.assertEqual(self.run_example([*command, "5", "dev", "no-such"])[0], 2)

    def follow_links(self, command: list[str]) -> list[str]:
        """A link comes, changes and goes while the program follows. Gives all that it said."""
        sock = self.open()
        with self.start([*command, "v1"]) as program:
            assert program.stdout is not None
            lines = self.until(program, "synced")
            sock.call(new_veth("v1", "v2"))
            # Its counters are asked for while it is there.
            lines += self.until(program, "counters v1: 0 packets in, 0 out")
            (index,) = {view.unpack("=BxHi")[2] for view in sock.call(named_link("v1"))}
            sock.call(set_link(True, index))
            lines += self.until(program, "changed v1")
            sock.call(rnl.Message(RTM_DELLINK).put_header(ifinfomsg(index)))
            out, err = program.communicate(timeout=30)
        self.assertEqual((program.returncode, err), (0, ""))
        lines += out.splitlines()
        self.assertIn("new lo", lines[: lines.index("synced ")])
        self.assertIn("counters lo: 0 packets in, 0 out", lines)
        about = [line for line in shown(lines, "v1") if not line.startswith("changed")]
        self.assertEqual(about, ["new v1", "counters v1: 0 packets in, 0 out", "gone v1"])
        return lines

    def until(self, program: subprocess.Popen[str], words: str) -> list[str]:
        lines: list[str] = []
        assert program.stdout is not None
        for line in program.stdout:
            lines.append(line.rstrip("\n"))
            if lines[-1].strip() == words:
                return lines
        self.fail(f"it has not said {words!r}, but {lines}")


def named_link(name: str) -> rnl.Message:
    return rnl.Message(18).put_header(ifinfomsg()).put_str(IFLA_IFNAME, name)


class ProgramsInPython(Programs):
    def test_add_many_routes(self) -> None:
        self.add_many_routes(self.python("add_many_routes.py"))

    def test_asyncio_links(self) -> None:
        self.follow_links(self.python("asyncio_links.py"))


class ProgramsInC(Programs):
    """Compiled as the comment in each says."""

    folder: ClassVar[tempfile.TemporaryDirectory[str]]

    @classmethod
    def setUpClass(cls) -> None:
        if not shutil.which("cc"):
            raise unittest.SkipTest("no cc")
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def flags(self, source: Path) -> list[str]:
        """What libraries other than rnl need."""
        found = PKG_CONFIG.search(source.read_text())
        assert found is not None, source
        packages = found[1].split()
        if not packages:
            return []
        asked = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], capture_output=True, text=True)
        if asked.returncode != 0:
            self.skipTest(f"no {packages[0]}")
        return asked.stdout.split()

    def c(self, name: str) -> list[str]:
        source, program = C / f"{name}.c", Path(self.folder.name) / name
        library = Path(os.environ.get("RNL_LIBRARY", ROOT / "build/librnl.so.0")).resolve()
        command = ["cc", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include", "-o", str(program), str(source)]
        command += [str(library), f"-Wl,-rpath,{library.parent}", *self.flags(source)]
        compiled = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((compiled.returncode, compiled.stderr), (0, ""))
        return [str(program)]

    def test_add_many_routes(self) -> None:
        self.add_many_routes(self.c("add_many_routes"))

    def test_loop_poll(self) -> None:
        self.follow_links(self.c("loop_poll"))

    def test_loop_epoll(self) -> None:
        self.open().call(address(1))
        self.assertIn("address 10.0.0.1", self.follow_links(self.c("loop_epoll")))

    def test_loop_glib(self) -> None:
        self.follow_links(self.c("loop_glib"))

    def test_loop_uv(self) -> None:
        self.follow_links(self.c("loop_uv"))
