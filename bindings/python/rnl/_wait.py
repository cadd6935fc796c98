# SPDX-License-Identifier: MIT OR Apache-2.0
"""Waiting in Python, where signals are heard."""

from __future__ import annotations

from select import POLLIN, poll
from time import monotonic

from ._errors import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Protocol, TypeVar

    T = TypeVar("T")

    class Source(Protocol):
        """A socket or a table."""

        _fd: int

        def run(self, work: Callable[..., T], *arguments: Any) -> T: ...


#: Seconds that a request waits for its end. The kernel answers at once; a peer may not.
TIMEOUT = 10.0

LONGEST = 0x7FFFFFFF


def milliseconds(timeout: float | None) -> int:
    """Seconds as the library takes them, rounded up; None is for ever."""
    if timeout is None:
        return -1
    if not timeout >= 0:
        raise ValueError(f"timeout is {timeout}")
    return -int(-min(timeout * 1000, LONGEST) // 1)


def due(left: int) -> int:
    """Milliseconds until something is to be done, as the library says it: -1 is never, and no error."""
    return left if left == -1 else check(left)


def _forever(_: Any) -> int:
    return -1


def wait(
    source: Source,
    attempt: Callable[[Any], T | None],
    timeout: float | None,
    pause: Callable[[Any], int] = _forever,
) -> T | None:
    """What `attempt` finds; None when the time has passed. It is made again when the descriptor is
    readable, and after `pause` milliseconds. Others may use the source meanwhile."""
    deadline = None if timeout is None else monotonic() + milliseconds(timeout) / 1000
    poller = None
    while True:
        found = source.run(attempt)
        left = None if deadline is None else deadline - monotonic()
        if found is not None or left is not None and left <= 0:
            return found
        if poller is None:
            poller = poll()
            poller.register(source._fd, POLLIN)
        poller.poll(_sooner(milliseconds(left), source.run(pause)))


def _sooner(one: int, other: int) -> int:
    """The shorter of two times, as poll(2) takes them."""
    return max(one, other) if one < 0 or other < 0 else min(one, other)
