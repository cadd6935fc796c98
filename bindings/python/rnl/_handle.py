# SPDX-License-Identifier: MIT OR Apache-2.0
"""Objects of the library, used so that no order of calls can break them."""

from __future__ import annotations

from _thread import RLock
from ctypes import POINTER

from ._ffi import struct_rnl_err

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    T = TypeVar("T")

#: Makes a NULL where the library puts an error object.
NewError = POINTER(struct_rnl_err)


class Handle:
    """A pointer that is freed once, and used by one thread at a time.

    Threads wait for each other. A signal handler can't wait for what it interrupted: it gets a
    RuntimeError if that is at work with the same object.
    """

    __slots__ = ("_busy", "_free", "_lock", "_name", "_pointer")

    def __init__(self, name: str, pointer: Any, free: Callable[[Any], object]) -> None:
        self._name = name
        self._pointer = pointer
        self._free = free
        self._lock = RLock()
        self._busy = False

    @property
    def closed(self) -> bool:
        """Whether it has been freed."""
        return self._pointer is None

    def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """What `work` makes of the pointer and the arguments."""
        with self._lock:
            if self._busy:
                raise RuntimeError(f"{self._name} is in use by what this handler interrupted")
            if self._pointer is None:
                raise ValueError(f"{self._name} is closed")
            try:
                self._busy = True
                return work(self._pointer, *arguments)
            finally:
                self._busy = False

    def free(self) -> None:
        """Frees it, if that has not been done."""
        if not self.closed:
            self.run(self._release)

    def _release(self, pointer: Any) -> None:
        self._pointer = None
        self._free(pointer)

    def __del__(self) -> None:
        # Nobody refers to it, so nobody is at work with it: no need to wait.
        if self._pointer is not None:
            self._release(self._pointer)
