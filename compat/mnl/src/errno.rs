// SPDX-License-Identifier: MIT OR Apache-2.0
//! libmnl reports as system calls do: -1, and the reason in errno.

use core::ffi::c_int;

pub(crate) fn set(errno: c_int) {
    // SAFETY: the location of this thread's errno is always valid.
    unsafe { *libc::__errno_location() = errno }
}

/// -1 for the reason `errno`.
#[cold]
#[inline(never)]
pub(crate) fn fail(errno: c_int) -> c_int {
    set(errno);
    -1
}
