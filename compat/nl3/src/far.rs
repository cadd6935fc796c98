// SPDX-License-Identifier: MIT OR Apache-2.0
//! What few objects of a type have, away from the object.

use core::ptr::null_mut;

use crate::error::{Done, NLE_NOMEM};
use crate::mem;

/// Nothing, or a `T` of its own, which was all zeros at first and may be.
#[repr(transparent)]
pub(crate) struct Far<T>(*mut T);

impl<T> Far<T> {
    pub(crate) fn get(&self) -> Option<&T> {
        // SAFETY: NULL or ours.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: NULL or ours.
        unsafe { self.0.as_mut() }
    }

    /// What is there, made if it was not.
    pub(crate) fn make(&mut self) -> Result<&mut T, i32> {
        if self.0.is_null() {
            self.0 = mem::zalloc::<T>(0);
        }
        // SAFETY: NULL or ours.
        unsafe { self.0.as_mut() }.ok_or(NLE_NOMEM)
    }

    /// Takes what is there away, for `leave` to see to what it owns.
    pub(crate) fn drop(&mut self, leave: impl FnOnce(&mut T)) {
        let old = core::mem::replace(&mut self.0, null_mut());
        // SAFETY: NULL or ours.
        unsafe {
            if let Some(old) = old.as_mut() {
                leave(old);
            }
            mem::free(old);
        }
    }

    /// In a copy of an object, whose bytes are those of the other: what the copy has of its own.
    pub(crate) fn copy(&mut self, fill: impl FnOnce(&T, &mut T) -> Done) -> Done {
        let from = core::mem::replace(&mut self.0, null_mut());
        // SAFETY: NULL or the other object's, which is there.
        let Some(from) = (unsafe { from.as_ref() }) else { return Ok(()) };
        fill(from, self.make()?)
    }
}
