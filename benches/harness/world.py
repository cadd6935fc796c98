# SPDX-License-Identifier: MIT OR Apache-2.0
"""A network namespace of our own, and what is put into it."""

import ctypes
import os
import subprocess

from .measure import Failed

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
DEVICE = "bench0"


class NoNamespace(Exception):
    """The kernel, or whoever runs it, does not let us have one."""


def _unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    return 0 if libc.unshare(flags) == 0 else ctypes.get_errno()


def _become_root(uid, gid):
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def enter_namespace():
    """Leaves the machine's own network, as root or as anyone else."""
    uid, gid = os.getuid(), os.getgid()
    if _unshare(CLONE_NEWNET) == 0:
        return
    error = _unshare(CLONE_NEWUSER | CLONE_NEWNET)
    if error:
        raise NoNamespace(os.strerror(error))
    _become_root(uid, gid)


class World:
    """Fills the namespace through the program `world`, as far as rows need it."""

    NEEDS = {"links": ("links",), "table-links": ("links",), "filter-kind": ("links",),
             "python-links": ("links",), "python-routes": ("device", "few_routes", "routes"),
             "pipeline-add": ("device",), "pipeline-del": ("device",),
             "table-few": ("device", "few_routes"),
             "table-routes": ("device", "few_routes", "routes"),
             "routes": ("device", "few_routes", "routes"),
             "json": ("device", "few_routes", "routes"),
             "together": ("device", "few_routes", "routes"),
             "replay": ("device", "few_routes", "routes", "recording")}

    def __init__(self, shop, sizes):
        self.program = shop.program("world")
        self.sizes = sizes
        self.recording = str(shop.out / "routes.rec")
        self.done = set()

    def prepare(self, row):
        """Makes what the row needs, unless it is there already."""
        for thing in self.NEEDS.get(row, ()):
            if thing not in self.done:
                getattr(self, f"_make_{thing}")()
                self.done.add(thing)

    def _do(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Failed(done.stderr.strip())

    def _make_links(self):
        self._do("links", self.sizes.links)

    def _make_device(self):
        self._do("up", DEVICE)

    def _make_few_routes(self):
        self._do("routes", DEVICE, 0, self.sizes.few_routes)

    def _make_routes(self):
        self._do("routes", DEVICE, self.sizes.few_routes, self.sizes.routes)

    def _make_recording(self):
        self._do("record", self.recording, self.sizes.datagrams)
