# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a shared library weighs: bytes, and relocations done at start-up."""

import re
import subprocess
from pathlib import Path


def _readelf(option, path):
    done = subprocess.run(["readelf", "-W", option, str(path)],
                          check=True, capture_output=True, text=True)
    return done.stdout


def soname(path):
    """The name by which programs ask for the library at `path`."""
    found = re.search(r"\(SONAME\).*\[(.*)\]", _readelf("-d", path))
    return found.group(1) if found else Path(path).name


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", _readelf("-d", path))


def relocations(path):
    """How many words the dynamic linker patches, packed ones included."""
    text = _readelf("-r", path)
    packed = sum(int(n) for n in re.findall(r"^\s+(\d+) offsets", text, re.M))
    return packed + len(re.findall(r"^[0-9a-f]+\s+[0-9a-f]+\s+R_", text, re.M))


def weigh(paths):
    """Bytes, relocations and foreign libraries of some that belong together."""
    own = {Path(p).name for p in paths}
    return {
        "bytes": sum(Path(p).stat().st_size for p in paths),
        "relocations": sum(relocations(p) for p in paths),
        "needed": sorted({n for p in paths for n in needed(p)} - own),
    }
