// SPDX-License-Identifier: MIT OR Apache-2.0
//! A short string of an object.

use core::ffi::{c_char, c_int};
use core::ptr::{null_mut, without_provenance_mut};

use crate::error::{Done, NLE_NOMEM};
use crate::mem;

/// No string, or one so short that the word holds it, or a pointer to it. It is NULL, or one with the
/// lowest bit set, or one without.
#[repr(transparent)]
pub(crate) struct Label(*mut c_char);

/// Bytes of a word that are left beside the one with the mark.
const ROOM: usize = size_of::<usize>() - 1;

/// Where in the word they begin.
const START: usize = if cfg!(target_endian = "little") { 1 } else { 0 };

impl Default for Label {
    fn default() -> Label {
        Label(null_mut())
    }
}

impl Label {
    fn is_held(&self) -> bool {
        self.0.addr() & 1 != 0
    }

    /// The string, or NULL, for as long as the label stays as it is and where it is.
    pub(crate) fn text(&self) -> *const c_char {
        if self.is_held() {
            (&raw const *self).cast::<c_char>().wrapping_add(START)
        } else {
            self.0
        }
    }

    /// The same, for the caller to do with as it likes.
    pub(crate) fn as_mut_ptr(&mut self) -> *mut c_char {
        self.text().cast_mut()
    }

    /// Makes it a copy of a string, or none for NULL.
    pub(crate) unsafe fn set(&mut self, text: *const c_char) -> Done {
        // SAFETY: the text is NULL or a string.
        let new = unsafe { Label::of(text)? };
        self.clear();
        self.0 = new;
        Ok(())
    }

    unsafe fn of(text: *const c_char) -> Result<*mut c_char, c_int> {
        // SAFETY: the text is NULL or a string, whose bytes with the NUL are `len`.
        unsafe {
            let len = if text.is_null() { return Ok(null_mut()) } else { libc::strlen(text) + 1 };
            if len > ROOM {
                let copy = libc::strdup(text);
                return if copy.is_null() { Err(NLE_NOMEM) } else { Ok(copy) };
            }
            let mut word = 1usize.to_le_bytes();
            if cfg!(target_endian = "big") {
                word.reverse();
            }
            core::ptr::copy_nonoverlapping(text.cast(), word.as_mut_ptr().add(START), len);
            Ok(without_provenance_mut(usize::from_ne_bytes(word)))
        }
    }

    pub(crate) fn copy(&self) -> Result<Label, c_int> {
        // SAFETY: it is NULL or a string.
        unsafe { Label::of(self.text()) }.map(Label)
    }

    pub(crate) fn clear(&mut self) {
        let old = core::mem::take(self);
        if !old.is_held() {
            // SAFETY: NULL or a copy of ours.
            unsafe { mem::free(old.0) };
        }
    }
}
