# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loads librnl: by its soname, or what RNL_LIBRARY names."""

from __future__ import annotations

import os
from ctypes import CDLL, c_char_p

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The version of this package; it needs a library of the same major and minor version.
VERSION = "0.1.0"


def _load(name: str) -> CDLL:
    try:
        return CDLL(name)
    except OSError as error:
        raise ImportError(f"cannot load librnl: {error}; RNL_LIBRARY may name it") from error


_NAME = os.environ.get("RNL_LIBRARY", "librnl.so.0")
_LIBRARY = _load(_NAME)


def function(name: str, result: Any, *arguments: Any) -> Any:
    """A function of the library, with its types."""
    try:
        found: Any = getattr(_LIBRARY, name)
    except AttributeError as error:
        raise ImportError(f"{_NAME} lacks {name}: it is older than this package") from error
    found.restype, found.argtypes = result, arguments
    return found


def library_version() -> str:
    """The version of the library that was loaded."""
    version: bytes = function("rnl_version", c_char_p)()
    return version.decode()


def _check(found: str) -> None:
    if found.split(".")[:2] != VERSION.split(".")[:2]:
        raise ImportError(f"{_NAME} is version {found}; this package is for {VERSION}")


_check(library_version())
