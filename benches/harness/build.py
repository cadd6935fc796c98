# SPDX-License-Identifier: MIT OR Apache-2.0
"""Compiles the contestants whose libraries are there.

Each library is copied, stripped, into one folder that every program searches
first, the one without a library too: nobody is found sooner than another.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import elf

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent
CC = shlex.split(os.environ.get("CC", "cc"))
# Tasks leave out what they don't have: most the last members of struct task.
CFLAGS = ["-std=gnu11", "-O2", "-pthread", "-Wall", "-Wextra", "-Wno-missing-field-initializers",
          "-I", str(BENCHES / "c")]


class BuildError(Exception):
    """A command of the build failed."""


@dataclass(frozen=True)
class Library:
    """Where pkg-config knows a library by, and the package that brings it."""

    modules: tuple
    package: str


@dataclass(frozen=True)
class Program:
    sources: tuple
    library: str = ""


LIBRARIES = {
    "mnl": Library(("libmnl",), "libmnl-dev"),
    "nl": Library(("libnl-3.0", "libnl-genl-3.0"), "libnl-3-dev, libnl-genl-3-dev"),
    "nl-route": Library(("libnl-3.0", "libnl-genl-3.0", "libnl-route-3.0"), "libnl-route-3-dev"),
}
# Programs that compete as they are, and the package that brings them.
TOOLS = {"ip": "iproute2"}
# Modules of Python.
MODULES = {"pyroute2": "python3-pyroute2", "numpy": "python3-numpy"}


def _programs():
    yield "world", Program(("world.c",))
    yield "spawn", Program(("spawn.c",))
    for name, library in (("bare", ""), ("hand", ""), ("mnl", "mnl"), ("nl", "nl"), ("rnl", "rnl")):
        yield name, Program((f"{name}.c", "bench.c"), library)
        yield f"{name}-replay", Program((f"{name}.c", "bench.c", "replay.c"), library)
    for name, source, library in (
        ("libc", "libc", ""), ("mnl", "mnl", "mnl"), ("nl", "nl", "nl-core"),
        ("nl-route", "nl", "nl-route"), ("rnl", "rnl", "rnl"),
    ):
        yield f"start-{name}", Program((f"start/{source}.c",), library)
    for name, library in (
        ("bare", ""), ("mnl", "mnl"), ("nl", "nl-route"), ("ip", "ip"), ("rnl", "rnl"),
    ):
        sources = (f"pipeline/{name}.c", "pipeline/stage.c", "bench.c")
        yield f"pipeline-{name}", Program(sources, library)
    yield "named", Program(("named.c", "bench.c"), "rnl")
    yield "rnl-together", Program(("rnl_together.c", "bench.c"), "rnl")
    yield "python-rnl", Program(("named.py",), "rnl")
    yield "python-pyroute2", Program(("peer.py",), "pyroute2")
    for name, library in (("hand", ""), ("nl", "nl-route"), ("rnl", "rnl")):
        yield f"table-{name}", Program((f"table/{name}.c", "bench.c"), library)


def _output(*command):
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]}: not found") from error
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{shlex.join(command)}\n{error.stderr}") from error
    return done.stdout.strip()


def _words(*command):
    return shlex.split(_output(*command))


@dataclass
class Workshop:
    """The folder with what was built, and what could not be."""

    out: Path
    rnl: Path = None  # the folder with librnl.so
    flags: dict = field(default_factory=dict)  # of the libraries there are
    files: dict = field(default_factory=dict)  # their copies, stripped
    missing: dict = field(default_factory=dict)  # library: why

    @property
    def lib(self):
        return self.out / "lib"

    def program(self, name):
        return str(self.out / "bin" / name)

    def has(self, library):
        return library == "" or library in self.flags

    def build(self):
        for folder in ("bin", "lib"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)
        for name, library in LIBRARIES.items():
            self._find_peer(name, library)
        for name, package in TOOLS.items():
            self._find_tool(name, package)
        for name, package in MODULES.items():
            self._find_module(name, package)
        self._find_rnl()
        for name, program in _programs():
            if self.has(program.library):
                self._compile(name, program)

    def _find_peer(self, name, library):
        try:
            _output("pkg-config", "--exists", *library.modules)
        except BuildError:
            self.missing[name] = f"needs {library.package}"
            return
        self.flags[name] = _words("pkg-config", "--cflags", "--libs", *library.modules)
        self.files[name] = [self._copy(self._locate(flag)) for flag in self.flags[name]
                            if flag.startswith("-l")]
        if name == "nl":
            self.flags["nl-core"] = _words("pkg-config", "--cflags", "--libs", "libnl-3.0")

    def _find_tool(self, name, package):
        if shutil.which(name):
            self.flags[name] = []
        else:
            self.missing[name] = f"needs {package}"

    def _find_module(self, name, package):
        try:
            _output(sys.executable, "-c", f"import {name}")
            self.flags[name] = []
        except BuildError:
            self.missing[name] = f"needs {package}"

    def _find_rnl(self):
        if self.rnl is None:
            self.missing["rnl"] = "left out, as asked"
            return
        copy = self._copy(self.rnl / "librnl.so")
        self.flags["rnl"] = ["-I", str(ROOT / "include"), str(copy)]
        self.files["rnl"] = [copy]
        if self.has("numpy"):
            self.flags["rnl-numpy"] = []

    def _locate(self, flag):
        found = Path(_output(*CC, f"-print-file-name=lib{flag[2:]}.so"))
        if not found.is_absolute():
            raise BuildError(f"lib{flag[2:]}.so: not found by {CC[0]}")
        return found

    def _copy(self, library):
        """Copies a library under the name by which programs ask for it."""
        if not library.exists():
            raise BuildError(f"{library}: not found")
        copy = self.lib / elf.soname(library)
        shutil.copyfile(library, copy)
        _output("strip", "--strip-unneeded", str(copy))
        return copy

    def _compile(self, name, program):
        if program.sources[0].endswith(".py"):
            return self._wrap(name, BENCHES / "python" / program.sources[0])
        sources = [str(BENCHES / "c" / source) for source in program.sources]
        # libnl's route library must be loaded though the program calls none of it.
        flags = ["-Wl,--no-as-needed", *self.flags.get(program.library, ())]
        _output(*CC, *CFLAGS, "-o", self.program(name), *sources,
                f"-Wl,-rpath,{self.lib}", *flags)

    def _wrap(self, name, script):
        """A program that is a script, with the package and the library that are to be measured."""
        places = {"PYTHONPATH": ROOT / "bindings/python", "PYTHONDONTWRITEBYTECODE": 1}
        if "rnl" in self.files:
            places["RNL_LIBRARY"] = self.files["rnl"][0]
        words = ["exec", "env", *(f"{key}={value}" for key, value in places.items()), sys.executable]
        program = Path(self.program(name))
        program.write_text(f'#!/bin/sh\n{shlex.join([*words, str(script)])} "$@"\n')
        program.chmod(0o755)
