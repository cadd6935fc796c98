// SPDX-License-Identifier: MIT OR Apache-2.0
//! The objects of a cache, in their order: an array with holes where objects have left. An object knows
//! its place, so that taking one out, and going on from one, needs no search.

use core::ptr::null_mut;

use crate::mem;
use crate::object::nl_object;

#[repr(C)]
pub(crate) struct Items {
    slots: *mut *mut nl_object,
    /// How many slots are in use, holes among them, and how many there are.
    len: u32,
    room: u32,
    holes: u32,
}

/// How many slots the first object makes.
const FIRST: u32 = 4;

impl Items {
    fn slot(&self, at: u32) -> *mut *mut nl_object {
        self.slots.wrapping_add(at as usize)
    }

    /// The object in a place, or NULL.
    pub(crate) fn at(&self, place: u32) -> *mut nl_object {
        // SAFETY: it is one of the slots in use.
        if place < self.len { unsafe { *self.slot(place) } } else { null_mut() }
    }

    /// The first object from a place on, or NULL.
    pub(crate) fn from(&self, place: u32) -> *mut nl_object {
        let found = (place..self.len).map(|at| self.at(at)).find(|obj| !obj.is_null());
        found.unwrap_or(null_mut())
    }

    /// The last object before a place, or NULL.
    pub(crate) fn before(&self, place: u32) -> *mut nl_object {
        let found = (0..place.min(self.len)).rev().map(|at| self.at(at)).find(|obj| !obj.is_null());
        found.unwrap_or(null_mut())
    }

    pub(crate) fn last(&self) -> *mut nl_object {
        self.before(self.len)
    }

    pub(crate) fn count(&self) -> u32 {
        self.len - self.holes
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == self.room
    }

    /// Whether there are so many holes that it is better to close them than to grow.
    pub(crate) fn is_sparse(&self) -> bool {
        self.holes > self.len / 4
    }

    /// Makes room. False when there is no memory.
    pub(crate) fn grow(&mut self) -> bool {
        let room = self.room.saturating_add(self.room / 2).max(FIRST);
        // SAFETY: the slots are ours, or NULL.
        let slots = unsafe { mem::resize(self.slots, room as usize) };
        if slots.is_null() || room == self.room {
            return false;
        }
        (self.slots, self.room) = (slots, room);
        true
    }

    /// Puts an object at the end, where there must be room.
    pub(crate) unsafe fn push(&mut self, obj: *mut nl_object) {
        // SAFETY: the object is live, and there is room.
        unsafe {
            (*obj).place = self.len;
            *self.slot(self.len) = obj;
        }
        self.len += 1;
    }

    pub(crate) unsafe fn remove(&mut self, obj: *mut nl_object) {
        // SAFETY: the object is in its place.
        unsafe { *self.slot((*obj).place) = null_mut() };
        self.holes += 1;
        if self.holes == self.len {
            self.drop();
        }
    }

    /// Tells the objects the places that they have when the holes are closed.
    pub(crate) unsafe fn renumber(&self) {
        let live = (0..self.len).map(|at| self.at(at)).filter(|obj| !obj.is_null());
        for (place, obj) in (0..).zip(live) {
            // SAFETY: an object here is live.
            unsafe { (*obj).place = place };
        }
    }

    /// Closes the holes.
    pub(crate) unsafe fn close(&mut self) {
        let mut to = 0;
        for at in 0..self.len {
            let obj = self.at(at);
            if !obj.is_null() {
                // SAFETY: `to` is never ahead of `at`.
                unsafe { *self.slot(to) = obj };
                to += 1;
            }
        }
        (self.len, self.holes) = (to, 0);
    }

    pub(crate) fn drop(&mut self) {
        // SAFETY: the slots are ours, or NULL.
        unsafe { mem::free(self.slots) };
        *self = Items { slots: null_mut(), len: 0, room: 0, holes: 0 };
    }
}
