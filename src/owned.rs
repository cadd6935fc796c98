// SPDX-License-Identifier: MIT OR Apache-2.0
//! A box whose allocation may fail: `Box::new` would abort the program instead.

#![forbid(unsafe_code)]

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, DerefMut};

/// A value of its own on the heap.
pub(crate) struct Owned<T>(Box<[T; 1]>);

impl<T> Owned<T> {
    /// Moves `value` to the heap. `None` when memory runs out.
    pub(crate) fn new(value: T) -> Option<Self> {
        let mut one = Vec::new();
        one.try_reserve_exact(1).ok()?;
        one.push(value);
        one.into_boxed_slice().try_into().ok().map(Owned)
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let [value] = &*self.0;
        value
    }
}

impl<T> DerefMut for Owned<T> {
    fn deref_mut(&mut self) -> &mut T {
        let [value] = &mut *self.0;
        value
    }
}

impl<T: fmt::Debug> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
