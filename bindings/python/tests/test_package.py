# SPDX-License-Identifier: MIT OR Apache-2.0
"""The package as such: declarations, loading, installing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import ROOT

import rnl
from rnl import _ffi, _library

PACKAGE = ROOT / "bindings/python"

# What building needs; setuptools brings its own bdist_wheel since 70.1.
BUILD = """
import setuptools
try:
    import setuptools.command.bdist_wheel
except ImportError:
    import wheel
import pip
"""


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code with this package, in a folder from which nothing else can be imported."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), **environment}
    library = environment.get("RNL_LIBRARY", "")
    if os.path.exists(library):
        environment["RNL_LIBRARY"] = os.path.abspath(library)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True)


class Declarations(unittest.TestCase):
    def generator(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, f"{ROOT}/tools/gen_ctypes.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    def test_they_are_those_of_the_header(self) -> None:
        checked = self.generator("--check")
        self.assertEqual((checked.stdout, checked.stderr, checked.returncode), ("", "", 0))

    def test_every_exported_function_is_declared(self) -> None:
        names = (ROOT / "abi/librnl.map").read_text()
        names = re.sub(r"/\*.*?\*/|#.*", "", names, flags=re.S)
        exported = set(re.findall(r"\brnl_[a-z0-9_]+(?=;)", names))
        self.assertGreater(len(exported), 50)
        self.assertEqual({name for name in exported if not hasattr(_ffi, name)}, set())

    def test_drift_is_noticed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("tools/gen_ctypes.py", "include/rnl/rnl.h", "bindings/python/rnl/_ffi.py"):
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, Path(folder) / name)
            header = Path(folder) / "include/rnl/rnl.h"
            header.write_text(header.read_text().replace("int rnl_sock_close(", "long rnl_sock_close("))
            command = [sys.executable, f"{folder}/tools/gen_ctypes.py", "--check"]
            self.assertNotEqual(subprocess.run(command, capture_output=True).returncode, 0)
            header.write_text((ROOT / "include/rnl/rnl.h").read_text() + "int rnl_new(void);\n")
            changed = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(changed.returncode, 1)
            self.assertIn('+rnl_new = function("rnl_new", c_int)', changed.stderr)


class Loading(unittest.TestCase):
    def test_versions(self) -> None:
        self.assertEqual(rnl.library_version().split(".")[:2], rnl.__version__.split(".")[:2])
        text = (PACKAGE / "pyproject.toml").read_text()
        self.assertIn(f'version = "{rnl.__version__}"', text)

    def test_another_version_is_refused(self) -> None:
        _library._check("0.1.77")
        for version in ("0.2.0", "1.1.0"):
            self.assertRaises(ImportError, _library._check, version)

    def test_no_library(self) -> None:
        failed = python("import rnl", RNL_LIBRARY="/nonexistent.so")
        self.assertIn("ImportError: cannot load librnl: /nonexistent.so", failed.stderr)

    def test_another_library(self) -> None:
        failed = python("import rnl", RNL_LIBRARY="libc.so.6")
        self.assertIn("ImportError: libc.so.6 lacks rnl_version", failed.stderr)

    def test_the_soname_is_asked_for(self) -> None:
        folder = str(Path(os.environ.get("RNL_LIBRARY", "")).resolve().parent)
        code = "import os; del os.environ['RNL_LIBRARY']; import rnl; print(rnl.library_version())"
        found = python(code, LD_LIBRARY_PATH=folder, RNL_LIBRARY="")
        self.assertEqual(found.stdout.strip(), rnl.library_version(), found.stderr)

    def test_what_is_exported_exists(self) -> None:
        for name in rnl.__all__:
            self.assertTrue(hasattr(rnl, name), name)
        constants = {name[4:] for name in vars(_ffi) if re.match("RNL_(OPEN|DUMP|FROM|EVENT|TABLE)_", name)}
        self.assertEqual(constants - set(rnl.__all__), {"OPEN_NETNS", "TABLE_SPEC_EXACT"})

    def test_few_modules_are_loaded(self) -> None:
        """Importing is cheap because nothing big is imported with it."""
        code = "import ctypes, sys; old = set(sys.modules); import rnl; print(*set(sys.modules) - old)"
        command = [sys.executable, "-S", "-E", "-c", f"import sys; sys.path[:0] = {[str(PACKAGE)]!r}; {code}"]
        loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        foreign = {name for name in loaded if name.partition(".")[0] != "rnl"}
        self.assertLessEqual(foreign, {"__future__", "_collections", "_struct", "errno", "select", "struct"})


class Installing(unittest.TestCase):
    def test_pip_installs_it(self) -> None:
        tried = python(BUILD)
        if tried.returncode != 0:
            self.skipTest(tried.stderr.splitlines()[-1])
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "source", Path(folder) / "target"
            shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
            command = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps"]
            command += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target), str(source)]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            found = python("import rnl; print(rnl.__file__)", PYTHONPATH=str(target))
            self.assertEqual(found.stdout.strip(), str(target / "rnl/__init__.py"), found.stderr)
            self.assertTrue((target / "rnl/py.typed").exists())
            self.assertTrue((target / f"rnl-{rnl.__version__}.dist-info").is_dir())
