// SPDX-License-Identifier: MIT OR Apache-2.0
//! An index of a cache's objects, so that finding one does not mean looking at all.
//!
//! Open addressing: a slot is what an object is filed under, and its place among the cache's items. It
//! grows with the cache. Objects of one key keep the order in which they were filed, so that the first
//! one is found first, as it is by a walk through the cache.

use core::cell::Cell;
use core::ptr::null_mut;
use core::sync::atomic::{
    AtomicPtr,
    Ordering::{Acquire, Release},
};

use crate::mem;

#[derive(Clone, Copy)]
#[repr(C)]
struct Entry {
    hash: u32,
    /// The place, and one; 0: none.
    next: u32,
}

impl Entry {
    const EMPTY: Entry = Entry { hash: 0, next: 0 };
}

#[repr(C)]
pub(crate) struct Index {
    slots: *mut Cell<Entry>,
    /// How many slots, a power of two or 0, less one.
    mask: u32,
    used: u32,
}

impl Index {
    pub(crate) const NONE: Index = Index { slots: null_mut(), mask: 0, used: 0 };

    /// Whether there is one. Threads that look things up at once may see it come.
    pub(crate) fn exists(&self) -> bool {
        // SAFETY: it is written to by `publish` alone while others may look.
        let slots = unsafe { AtomicPtr::from_ptr((&raw const self.slots).cast_mut()) };
        !slots.load(Acquire).is_null()
    }

    /// Puts one that is ready here, where there is none, for all threads to see.
    pub(crate) unsafe fn publish(to: *mut Index, ready: Index) {
        // SAFETY: nobody looks at the rest before there are slots, and the caller is the only one to write.
        unsafe {
            ((*to).mask, (*to).used) = (ready.mask, ready.used);
            AtomicPtr::from_ptr(&raw mut (*to).slots).store(ready.slots, Release);
        }
    }

    /// Makes an empty one with room for `objects`. False when there is no memory.
    pub(crate) fn make(&mut self, objects: u32) -> bool {
        let slots = objects.saturating_add(objects / 2).max(16).next_power_of_two();
        let more = (slots as usize - 1).saturating_mul(size_of::<Entry>());
        let memory = mem::zalloc::<Cell<Entry>>(more);
        if memory.is_null() {
            return false;
        }
        *self = Index { slots: memory, mask: slots - 1, used: 0 };
        true
    }

    pub(crate) fn drop(&mut self) {
        // SAFETY: the slots are ours, or NULL.
        unsafe { mem::free(self.slots) };
        *self = Index::NONE;
    }

    fn slot(&self, at: u32) -> &Cell<Entry> {
        // SAFETY: the mask keeps it among the slots, which are asked for only when there are some.
        unsafe { &*self.slots.add((at & self.mask) as usize) }
    }

    /// The first slot from `at` on that is empty, or that `wanted` says yes to.
    fn seek(&self, mut at: u32, wanted: impl Fn(Entry) -> bool) -> u32 {
        // There is always an empty one.
        loop {
            let slot = self.slot(at).get();
            if slot.next == 0 || wanted(slot) {
                return at;
            }
            at = at.wrapping_add(1);
        }
    }

    /// The first place filed under `hash` that `same` says yes to.
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let at = self.seek(hash, |slot| slot.hash == hash && same(slot.next - 1));
        self.slot(at).get().next.checked_sub(1)
    }

    /// Files a place under its hash, behind others of the same. False when there is no memory for more.
    pub(crate) fn insert(&mut self, hash: u32, place: u32) -> bool {
        if self.used >= self.mask - self.mask / 4 && !self.grow() {
            return false;
        }
        self.put(Entry { hash, next: place + 1 });
        true
    }

    fn put(&mut self, slot: Entry) {
        let at = self.seek(slot.hash, |_| false);
        self.slot(at).set(slot);
        self.used += 1;
    }

    fn grow(&mut self) -> bool {
        let mut new = Index::NONE;
        if !new.make(self.mask.saturating_add(2)) {
            return false;
        }
        // From behind the end of a run on, so that objects of one key are met in their order.
        let start = self.seek(0, |_| false);
        for slot in (1..=self.mask).map(|n| self.slot(start.wrapping_add(n)).get()) {
            if slot.next != 0 {
                new.put(slot);
            }
        }
        self.drop();
        *self = new;
        true
    }

    /// Files all under other places.
    pub(crate) fn renumber(&self, place: impl Fn(u32) -> u32) {
        for slot in (0..=self.mask).map(|at| self.slot(at)) {
            let Entry { hash, next } = slot.get();
            if let Some(old) = next.checked_sub(1) {
                slot.set(Entry { hash, next: place(old) + 1 });
            }
        }
    }

    /// The slot of a place that was filed under `hash`, unless the object has been changed since.
    fn slot_of(&self, hash: u32, place: u32) -> Option<u32> {
        let at = self.seek(hash, |slot| slot.next == place + 1);
        let is = |at: &u32| self.slot(*at).get().next == place + 1;
        Some(at).filter(is).or_else(|| (0..=self.mask).find(is))
    }

    /// Takes a place out, and moves up what could not be found any more behind the gap.
    pub(crate) fn remove(&mut self, hash: u32, place: u32) {
        let Some(mut gap) = self.slot_of(hash, place) else { return };
        let mut at = gap;
        loop {
            at = at.wrapping_add(1);
            let next = self.slot(at).get();
            if next.next == 0 {
                break;
            }
            // How far it is from its home, and how far the gap is from here.
            let (home, free) = (at.wrapping_sub(next.hash), at.wrapping_sub(gap));
            if home & self.mask >= free & self.mask {
                self.slot(gap).set(next);
                gap = at;
            }
        }
        self.slot(gap).set(Entry::EMPTY);
        self.used -= 1;
    }
}
