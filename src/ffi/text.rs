// SPDX-License-Identifier: MIT OR Apache-2.0
//! Texts that grow.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::ptr::{null, null_mut};

use super::guard::guard;
use super::ptr::{self, Handle, handle};
use crate::error::Fault;
use crate::grow;

/// A text that functions append to: JSON, descriptions.
#[cfg_attr(all(), repr(C))]
pub struct rnl_text {
    magic: u32,
    pub(super) bytes: Vec<u8>,
}

handle!(rnl_text, 0x726e_6c0e);

impl rnl_text {
    /// Appends what `write` writes: all of it or, on an error, nothing.
    pub(super) fn append<T, E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<T, E>,
    ) -> Result<T, E> {
        let start = self.bytes.len();
        write(&mut self.bytes).inspect_err(|_| self.bytes.truncate(start))
    }
}

/// Makes an empty text.
///
/// Returns a text to free with rnl_text_free(), or NULL if there is no memory.
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn rnl_text_new() -> *mut rnl_text {
    ptr::give(rnl_text { magic: rnl_text::MAGIC, bytes: Vec::new() }).unwrap_or(null_mut())
}

/// The text as it stands, UTF-8 with a NUL at its end. Pickles are no UTF-8, and may have more NULs.
///
/// @text  text
/// @len   filled with its bytes, the NUL not counted, if not NULL
///
/// Returns a string that lives until text is changed or freed, or NULL if text is NULL or there is no
/// memory for the NUL.
/// Threads: text must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_text_get(text: *mut rnl_text, len: *mut usize) -> *const c_char {
    // SAFETY: the caller passes NULL or a text.
    let Ok(text) = (unsafe { ptr::get_mut(text) }) else { return null() };
    // SAFETY: the caller passes NULL or a place for a length.
    if let Some(len) = unsafe { len.as_mut() } {
        *len = text.bytes.len();
    }
    if grow::push(&mut text.bytes, 0).is_err() {
        return null();
    }
    // The NUL stays behind the end, where nothing is until the text grows.
    text.bytes.pop();
    text.bytes.as_ptr().cast()
}

/// Empties a text, keeping its memory.
///
/// @text  text
///
/// Returns 0, or
///   -EINVAL  text is NULL
/// Threads: text must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_text_clear(text: *mut rnl_text) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a text.
        unsafe { ptr::get_mut(text) }?.bytes.clear();
        Ok(0)
    })
}

/// Frees a text.
///
/// @text  text, or NULL
///
/// Returns 0, or
///   -EINVAL  text is not a text, or has been freed
/// Threads: text must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_text_free(text: *mut rnl_text) -> c_int {
    // SAFETY: the caller passes NULL or a text that it does not use any more.
    guard(|| unsafe { ptr::take(text) }.map(|_| 0))
}

/// The text that a function is to append to.
pub(super) unsafe fn text<'a>(text: *mut rnl_text) -> Result<&'a mut rnl_text, Fault> {
    // SAFETY: the caller passes NULL or a text that it does not use meanwhile.
    unsafe { ptr::get_mut(text) }
}
