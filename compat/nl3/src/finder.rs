// SPDX-License-Identifier: MIT OR Apache-2.0
//! Finding the first object of a cache by what does not make it the same one, such as its name. A table is made
//! once so many objects have been looked at one by one that it would have paid, and goes when the cache changes,
//! which is nobody else's business then. Looking is everybody's: threads may do so at once.

use core::ptr::null_mut;
use core::sync::atomic::{
    AtomicPtr, AtomicU32,
    Ordering::{AcqRel, Acquire, Relaxed},
};

use crate::cache::{holds, items, nl_cache, referenced};
use crate::index::Index;
use crate::mem;
use crate::object::{nl_object, nl_object_ops};

/// The first object that `is` says yes to, with a reference for the caller; NULL if there is none, also because the
/// cache is for objects of another type.
pub(crate) unsafe fn first<T>(
    cache: *mut nl_cache,
    object: &nl_object_ops,
    is: impl Fn(&T) -> bool,
) -> *mut T {
    // SAFETY: the cache is live; its objects are what the type says once that is known.
    unsafe {
        if !holds(cache, object) {
            return null_mut();
        }
        let found = items(cache).find(|obj| is(&*obj.cast::<T>()));
        referenced(found.unwrap_or(null_mut())).cast()
    }
}

#[repr(C)]
pub(crate) struct Finder {
    table: AtomicPtr<Index>,
    /// How many objects have been looked at since the cache changed.
    looked: AtomicU32,
}

/// What objects are found by, and how it is told.
pub(crate) struct By<'a> {
    pub(crate) hash: u32,
    pub(crate) hash_of: unsafe fn(*mut nl_object) -> u32,
    pub(crate) is: &'a dyn Fn(*mut nl_object) -> bool,
}

/// Fewer objects need no table.
const FEW: u32 = 32;

impl Finder {
    /// The cache, or what an object in it is found by, changes.
    pub(crate) fn forget(&mut self) {
        *self.looked.get_mut() = 0;
        let table = core::mem::replace(self.table.get_mut(), null_mut());
        // SAFETY: NULL or ours.
        unsafe {
            if let Some(index) = table.as_mut() {
                index.drop();
            }
            mem::free(table);
        }
    }

    /// The table, made now if it is time; NULL if there is none.
    unsafe fn table(&self, cache: *mut nl_cache, by: &By) -> *const Index {
        let known = self.table.load(Acquire);
        // SAFETY: the cache is live; a new table is ours until it is shown to others.
        unsafe {
            let count = crate::cache::nl_cache_nitems(&*cache) as u32;
            if !known.is_null() || count < FEW || self.looked.load(Relaxed) / 2 < count {
                return known;
            }
            let new = make(cache, count, by);
            match self.table.compare_exchange(null_mut(), new, AcqRel, Acquire) {
                Ok(_) => new,
                Err(other) => {
                    if let Some(index) = new.as_mut() {
                        index.drop();
                    }
                    mem::free(new);
                    other
                }
            }
        }
    }

    /// The first object, or NULL.
    pub(crate) unsafe fn first(&self, cache: *mut nl_cache, by: &By) -> *mut nl_object {
        // SAFETY: the cache and its objects are live.
        unsafe {
            if let Some(index) = self.table(cache, by).as_ref() {
                let found = index.find(by.hash, |place| (by.is)(crate::cache::at(cache, place)));
                return found.map_or(null_mut(), |place| crate::cache::at(cache, place));
            }
            let mut looked = 0;
            let mut all = items(cache).inspect(|_| looked += 1);
            let found = all.find(|obj| (by.is)(*obj)).unwrap_or(null_mut());
            self.looked.fetch_add(looked, Relaxed);
            found
        }
    }
}

/// A table of all objects, in their order; NULL when there is no memory.
unsafe fn make(cache: *mut nl_cache, count: u32, by: &By) -> *mut Index {
    let new = mem::zalloc::<Index>(0);
    // SAFETY: NULL or ours; the cache and its objects are live.
    unsafe {
        let Some(index) = new.as_mut() else { return new };
        let made = index.make(count);
        if made && items(cache).all(|obj| index.insert((by.hash_of)(obj), (*obj).place)) {
            return new;
        }
        index.drop();
        mem::free(new);
    }
    null_mut()
}
