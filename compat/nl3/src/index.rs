// SPDX-License-Identifier: MIT OR Apache-2.0
//! An index of a cache's objects, so that finding one does not mean looking at all.
//!
//! Open addressing: a slot is a pointer, what it is filed under is in the object itself. It grows with
//! the cache. Objects of one key keep the order in which they were filed, so that the first one is found
//! first, as it is by a walk through the cache.

use core::ptr::null_mut;

use crate::mem;
use crate::object::nl_object;

#[repr(C)]
pub(crate) struct Index {
    slots: *mut *mut nl_object,
    /// How many slots, a power of two or 0, less one.
    mask: u32,
    used: u32,
}

impl Index {
    /// Whether there is one.
    pub(crate) fn exists(&self) -> bool {
        !self.slots.is_null()
    }

    /// Makes an empty one with room for `objects`. False when there is no memory.
    pub(crate) fn make(&mut self, objects: u32) -> bool {
        let slots = objects.saturating_add(objects / 2).max(16).next_power_of_two();
        let memory = mem::zalloc::<*mut nl_object>(
            (slots as usize - 1).saturating_mul(size_of::<*mut nl_object>()),
        );
        if memory.is_null() {
            return false;
        }
        *self = Index { slots: memory, mask: slots - 1, used: 0 };
        true
    }

    pub(crate) fn drop(&mut self) {
        // SAFETY: the slots are ours, or NULL.
        unsafe { mem::free(self.slots) };
        *self = Index { slots: null_mut(), mask: 0, used: 0 };
    }

    fn slot(&self, at: u32) -> *mut *mut nl_object {
        self.slots.wrapping_add((at & self.mask) as usize)
    }

    /// The first object filed under `hash` that `same` says yes to; NULL if there is none.
    pub(crate) unsafe fn find(
        &self,
        hash: u32,
        same: impl Fn(*mut nl_object) -> bool,
    ) -> *mut nl_object {
        let mut at = hash;
        // SAFETY: there is always an empty slot, and the others hold live objects.
        unsafe {
            loop {
                let obj = *self.slot(at);
                if obj.is_null() || ((*obj).hash == hash && same(obj)) {
                    return obj;
                }
                at = at.wrapping_add(1);
            }
        }
    }

    /// Files an object under its hash, behind others of the same. False when there is no memory for more.
    pub(crate) unsafe fn insert(&mut self, obj: *mut nl_object) -> bool {
        if self.used >= self.mask - self.mask / 4 && !self.grow() {
            return false;
        }
        // SAFETY: there is an empty slot, and the others hold live objects.
        unsafe { self.put(obj) };
        true
    }

    unsafe fn put(&mut self, obj: *mut nl_object) {
        // SAFETY: as for insert.
        unsafe {
            let mut at = (*obj).hash;
            while !(*self.slot(at)).is_null() {
                at = at.wrapping_add(1);
            }
            *self.slot(at) = obj;
        }
        self.used += 1;
    }

    fn grow(&mut self) -> bool {
        let mut new = Index { slots: null_mut(), mask: 0, used: 0 };
        if !new.make(self.mask.saturating_add(2)) {
            return false;
        }
        // From behind the end of a run on, so that objects of one key are met in their order.
        let start = (0..=self.mask).find(|&at| self.is_empty(at)).unwrap_or(0);
        for at in (1..=self.mask).map(|n| start.wrapping_add(n)) {
            if !self.is_empty(at) {
                // SAFETY: the new one has room for all, which are live.
                unsafe { new.put(*self.slot(at)) };
            }
        }
        self.drop();
        *self = new;
        true
    }

    fn is_empty(&self, at: u32) -> bool {
        // SAFETY: `slot` stays inside the slots.
        unsafe { (*self.slot(at)).is_null() }
    }

    /// Takes an object out, and moves up what could not be found any more behind the gap.
    pub(crate) unsafe fn remove(&mut self, obj: *mut nl_object) {
        // SAFETY: there is an empty slot, and the others hold live objects.
        unsafe {
            let mut gap = (*obj).hash;
            while *self.slot(gap) != obj {
                if self.is_empty(gap) {
                    return;
                }
                gap = gap.wrapping_add(1);
            }
            let mut at = gap;
            loop {
                at = at.wrapping_add(1);
                let next = *self.slot(at);
                if next.is_null() {
                    break;
                }
                // How far it is from its place, and how far the gap is from here.
                let (home, free) = (at.wrapping_sub((*next).hash), at.wrapping_sub(gap));
                if home & self.mask >= free & self.mask {
                    *self.slot(gap) = next;
                    gap = at;
                }
            }
            *self.slot(gap) = null_mut();
        }
        self.used -= 1;
    }
}
