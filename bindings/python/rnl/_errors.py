# SPDX-License-Identifier: MIT OR Apache-2.0
"""Exceptions: errno and a sentence, and whatever else is known of a failure."""

from __future__ import annotations

import builtins
import os
from ctypes import byref, c_uint32, string_at
from errno import EACCES, EPERM, ETIMEDOUT, errorcode

from . import _ffi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


class Error(OSError):
    """A call that failed.

    `errno` is the number and `strerror` the whole sentence:
    "newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)".
    """

    #: FROM_KERNEL, FROM_LOCAL, FROM_SOCKET or FROM_TIMEOUT: who said no.
    origin: int = _ffi.RNL_FROM_LOCAL
    #: The text that the kernel sent with its refusal.
    kernel_text: str | None = None
    #: Path of the attribute that is wrong: ".linkinfo.data(vxlan).id".
    attr: str | None = None
    #: Path of the attribute that is missing.
    missing: str | None = None
    #: What rnl thinks is wrong, where the kernel does not say where that is.
    guess: str | None = None
    #: Where the attribute that is wrong starts, in bytes from the header of the request.
    offset: int | None = None
    #: Data that the kernel gave with its refusal.
    cookie: bytes | None = None
    #: What the kernel's policy wanted: attributes NL_POLICY_TYPE_ATTR_*, to be read with Attrs().
    policy: bytes | None = None
    #: The request that failed, as it was sent.
    request: bytes | None = None
    #: Of transact(): index of the message that was refused; None if the whole was.
    failed: int | None = None

    def __str__(self) -> str:
        return str(self.strerror)


class TimeoutError(Error, builtins.TimeoutError):
    """No answer in time (ETIMEDOUT)."""


class PermissionError(Error, builtins.PermissionError):
    """Not allowed (EPERM, EACCES)."""


class Overrun(Error):
    """Notifications were dropped (ENOBUFS): dump again to know what happened."""


_KINDS: dict[int, type[Error]] = {
    ETIMEDOUT: TimeoutError,
    EPERM: PermissionError,
    EACCES: PermissionError,
}


def local(errno: int, reason: str) -> Error:
    """An error that was found here, as the library says it."""
    return Error(errno, f"{errorcode[errno]}: {reason}")


def _text(string: bytes | None) -> str | None:
    return None if string is None else string.decode(errors="replace")


def _offset(err: Any) -> int | None:
    out = c_uint32()
    return out.value if _ffi.rnl_err_offset(err, byref(out)) > 0 else None


def _blob(read: Callable[..., int], err: Any) -> bytes | None:
    out = _ffi.struct_rnl_bytes()
    return string_at(out.ptr, out.len) if read(err, byref(out)) > 0 and out.ptr else None


def failure(code: int, err: Any, kind: type[Error] | None = None) -> Error:
    """The exception for a result below 0 and its error object, which is freed."""
    kind = kind or _KINDS.get(-code, Error)
    if not err:
        return kind(-code, os.strerror(-code))
    try:
        error = kind(-code, _text(_ffi.rnl_err_text(err)))
        error.origin = _ffi.rnl_err_origin(err)
        error.kernel_text = _text(_ffi.rnl_err_kernel_text(err))
        error.attr = _text(_ffi.rnl_err_attr(err))
        error.missing = _text(_ffi.rnl_err_missing(err))
        error.guess = _text(_ffi.rnl_err_guess(err))
        error.offset = _offset(err)
        error.cookie = _blob(_ffi.rnl_err_cookie, err)
        error.policy = _blob(_ffi.rnl_err_policy, err)
        error.request = _blob(_ffi.rnl_err_request, err)
        return error
    finally:
        _ffi.rnl_err_free(err)


def check(code: int, err: Any = None) -> int:
    """`code`, unless it is an error."""
    if code < 0:
        raise failure(code, err)
    return code
