// SPDX-License-Identifier: MIT OR Apache-2.0
//! From `Result` to `int`, and from [`Error`] to the caller's error object.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::ptr::{null, null_mut};

use super::err::rnl_err;
use crate::error::{Error, Fault};
use crate::grow;

/// 0 or a count, or the negative errno of a fault.
#[inline]
pub(super) fn guard(f: impl FnOnce() -> Result<c_int, Fault>) -> c_int {
    f().unwrap_or_else(refused)
}

#[cold]
#[inline(never)]
fn refused(fault: Fault) -> c_int {
    -fault.errno()
}

/// As [`guard`], with an error object: `*err` is NULL on success.
#[inline]
pub(super) unsafe fn guard_err(
    err: *mut *mut rnl_err,
    f: impl FnOnce() -> Result<c_int, Error>,
) -> c_int {
    match f() {
        Ok(n) => {
            // SAFETY: the caller passes NULL or a place for a pointer.
            if let Some(place) = unsafe { err.as_mut() } {
                *place = null_mut();
            }
            n
        }
        // SAFETY: as above.
        Err(error) => unsafe { fail(err, error) },
    }
}

/// Hands the error out.
#[cold]
#[inline(never)]
unsafe fn fail(err: *mut *mut rnl_err, error: Error) -> c_int {
    let errno = error.errno();
    // SAFETY: the caller passes NULL or a place for a pointer.
    if let Some(place) = unsafe { err.as_mut() } {
        *place = rnl_err::give(error);
    }
    -errno
}

/// A copy of a string with a NUL at its end; NULL if it is empty or memory ran out.
#[derive(Default)]
pub(super) struct CText(Vec<u8>);

impl CText {
    /// As far as there is memory: without it, the string is NULL.
    pub(super) fn new(text: &str) -> Self {
        CText::full(text).unwrap_or_default()
    }

    /// The whole of it, or an error.
    #[inline(never)]
    pub(super) fn full(text: &str) -> Result<Self, Fault> {
        let mut copy = Vec::new();
        if !text.is_empty() {
            grow::append(&mut copy, text.as_bytes())?;
            grow::push(&mut copy, 0)?;
        }
        Ok(CText(copy))
    }

    /// The string, or NULL.
    pub(super) fn as_ptr(&self) -> *const c_char {
        if self.0.is_empty() { null() } else { self.0.as_ptr().cast() }
    }
}

/// A length or a count as the `int` that C gets.
pub(super) fn count(n: usize) -> c_int {
    c_int::try_from(n).unwrap_or(c_int::MAX)
}
