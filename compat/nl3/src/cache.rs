// SPDX-License-Identifier: MIT OR Apache-2.0
//! Caches: lists of objects of one type, with an index.

mod walk;

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;
use core::sync::atomic::{
    AtomicBool,
    Ordering::{AcqRel, Release},
};

use crate::dump::debug;
use crate::error::*;
use crate::finder::Finder;
use crate::index::Index;
use crate::items::Items;
use crate::mngt::nl_cache_ops;
use crate::object::*;
use crate::{mem, rows};

use walk::matches;
pub(crate) use walk::{items, nl_cache_dump, nl_cache_foreach_filter, nl_cache_mark_all};

/// A cache.
#[repr(C)]
pub struct nl_cache {
    items: Items,
    pub(crate) arg1: c_int,
    pub(crate) arg2: c_int,
    refs: c_int,
    pub(crate) flags: c_uint,
    pub(crate) ops: *mut nl_cache_ops,
    index: Index,
    /// A thread is making the index.
    indexing: AtomicBool,
    /// By their names, where the type has some.
    pub(crate) names: Finder,
}

/// How many objects are looked at one by one rather than by an index.
const FEW: u32 = 8;

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_nitems(cache: &nl_cache) -> c_int {
    cache.items.count() as c_int
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_get_ops(cache: &nl_cache) -> *mut nl_cache_ops {
    cache.ops
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_is_empty(cache: &nl_cache) -> c_int {
    (cache.items.count() == 0).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_alloc(ops: *mut nl_cache_ops) -> *mut nl_cache {
    let cache = mem::zalloc::<nl_cache>(0);
    // SAFETY: NULL or new; ops are live.
    unsafe {
        if cache.is_null() {
            return cache;
        }
        (*cache).ops = ops;
        (*cache).flags = (*ops).flags();
        (*cache).refs = 1;
    }
    debug!(2, c"Allocated cache %p <%s>.\n", cache, (*(*cache).ops).name.as_ptr());
    cache
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_alloc_and_fill(
    ops: *mut nl_cache_ops,
    sock: *mut crate::socket::nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: ops and socket are live; the result is the caller's.
    unsafe {
        let cache = nl_cache_alloc(ops);
        if cache.is_null() {
            return -NLE_NOMEM;
        }
        let answer = if sock.is_null() { 0 } else { crate::refill::nl_cache_refill(sock, cache) };
        if answer < 0 {
            nl_cache_free(cache);
            return answer;
        }
        *result = cache;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_alloc_name(
    kind: *const c_char,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the kind is a string; the result is the caller's.
    unsafe {
        let ops = crate::mngt::nl_cache_ops_lookup(kind);
        if ops.is_null() {
            return -NLE_NOCACHE;
        }
        let cache = nl_cache_alloc(ops);
        if cache.is_null() {
            return -NLE_NOMEM;
        }
        *result = cache;
    }
    0
}

/// A new cache with copies of the objects that pass the filter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_subset(
    from: *mut nl_cache,
    filter: *mut nl_object,
) -> *mut nl_cache {
    // SAFETY: both are live; the filter may be NULL.
    unsafe {
        let cache = nl_cache_alloc((*from).ops);
        if cache.is_null() {
            return cache;
        }
        (*cache).flags |= (*from).flags;
        for obj in items(from).filter(|obj| matches(*obj, filter)) {
            nl_cache_add(cache, obj);
        }
        cache
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_clone(from: *mut nl_cache) -> *mut nl_cache {
    // SAFETY: as for nl_cache_subset.
    unsafe { nl_cache_subset(from, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_clear(cache: *mut nl_cache) {
    // SAFETY: the cache is live; the index goes first, so that it need not forget one object at a time.
    unsafe {
        (*cache).index.drop();
        for obj in items(cache) {
            nl_cache_remove(obj);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_get(cache: *mut nl_cache) {
    // SAFETY: the cache is live.
    unsafe { (*cache).refs += 1 };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_free(cache: *mut nl_cache) {
    // SAFETY: NULL, or a cache of which the caller holds a reference.
    unsafe {
        if cache.is_null() {
            return;
        }
        (*cache).refs -= 1;
        if (*cache).refs <= 0 {
            nl_cache_clear(cache);
            debug!(2, c"Freeing cache %p <%s>...\n", cache, (*(*cache).ops).name.as_ptr());
            mem::free(cache);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_put(cache: *mut nl_cache) {
    // SAFETY: as for nl_cache_free.
    unsafe { nl_cache_free(cache) }
}

/// Links an object, of which the caller gives the cache a reference, at the end.
unsafe fn link(cache: *mut nl_cache, obj: *mut nl_object) -> Done {
    // SAFETY: both are live, and the object is in no cache.
    unsafe {
        let unique = (*(*cache).ops).unique;
        let hash = if unique || (*cache).index.exists() { place(cache, obj) } else { None };
        if unique && !find_identical(cache, obj, hash).is_null() {
            return Err(NLE_EXIST);
        }
        (*cache).names.forget();
        make_room(cache)?;
        (*cache).items.push(obj);
        if hash.is_some_and(|hash| !(*cache).index.insert(hash, (*obj).place)) {
            (*cache).items.remove(obj);
            return Err(NLE_NOMEM);
        }
        (*obj).enter(cache);
    }
    Ok(())
}

/// Sees to it that an object can be put at the end.
unsafe fn make_room(cache: *mut nl_cache) -> Done {
    // SAFETY: the cache and its objects are live.
    unsafe {
        let nl_cache { items, index, .. } = &mut *cache;
        if !items.is_full() {
            return Ok(());
        }
        if !items.is_sparse() {
            return if items.grow() { Ok(()) } else { Err(NLE_NOMEM) };
        }
        items.renumber();
        if index.exists() {
            index.renumber(|place| (*items.at(place)).place);
        }
        items.close();
    }
    Ok(())
}

/// Makes the index if it is worth having: the type has keys, and there are enough objects. Threads may come here
/// at once: the first one makes it, and others do without meanwhile.
unsafe fn indexed(cache: *mut nl_cache) -> bool {
    // SAFETY: the cache is live.
    unsafe {
        let object = (*(*cache).ops).object();
        let few = (*cache).items.count() < FEW || object.keys == 0;
        if (*cache).index.exists() || few || (*cache).indexing.swap(true, AcqRel) {
            return (*cache).index.exists();
        }
        if let (false, Some(ready)) = ((*cache).index.exists(), all_indexed(cache, object)) {
            Index::publish(&raw mut (*cache).index, ready);
        }
        (*cache).indexing.store(false, Release);
        (*cache).index.exists()
    }
}

/// An index of all objects, unless there is no memory for it.
unsafe fn all_indexed(cache: *mut nl_cache, object: &nl_object_ops) -> Option<Index> {
    let mut index = Index::NONE;
    // SAFETY: the cache and its objects are live.
    unsafe {
        let made = index.make((*cache).items.count());
        let file = |obj: *mut nl_object| index.insert(rows::hash(obj, object), (*obj).place);
        if made && items(cache).all(file) {
            return Some(index);
        }
    }
    index.drop();
    None
}

/// What the index has such an object under, if there is one.
unsafe fn place(cache: *mut nl_cache, obj: *const nl_object) -> Option<u32> {
    // SAFETY: both are live.
    unsafe { indexed(cache).then(|| rows::hash(obj, ops(obj))) }
}

/// The first object that is identical to `needle`, whose place is `hash`, or NULL.
unsafe fn find_identical(
    cache: *mut nl_cache,
    needle: *const nl_object,
    hash: Option<u32>,
) -> *mut nl_object {
    // SAFETY: both are live.
    unsafe {
        let nl_cache { items: all, index, .. } = &*cache;
        let same = |obj: *mut nl_object| nl_object_identical(obj, needle) != 0;
        match hash {
            Some(hash) => index
                .find(hash, |place| same(all.at(place)))
                .map_or(null_mut(), |place| all.at(place)),
            None => items(cache).find(|obj| same(*obj)).unwrap_or(null_mut()),
        }
    }
}

/// Whether the cache is one for objects of this type.
pub(crate) unsafe fn holds(cache: *const nl_cache, object: &nl_object_ops) -> bool {
    // SAFETY: the cache is live.
    unsafe { core::ptr::eq((*(*cache).ops).object(), object) }
}

/// Whether the object is of the type that the cache holds.
pub(crate) unsafe fn fits(cache: *mut nl_cache, obj: *const nl_object) -> bool {
    // SAFETY: both are live.
    unsafe { holds(cache, ops(obj)) }
}

/// Adds an object, or a copy of it if it is in a cache or has been in one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_add(cache: *mut nl_cache, obj: *mut nl_object) -> c_int {
    // SAFETY: both are live.
    unsafe {
        if !fits(cache, obj) {
            return -NLE_OBJ_MISMATCH;
        }
        let new = if (*obj).was_listed() {
            nl_object_clone(obj)
        } else {
            nl_object_get(obj);
            obj
        };
        if new.is_null() {
            return -NLE_NOMEM;
        }
        let added = link(cache, new);
        if added.is_err() {
            nl_object_put(new);
        }
        code(added)
    }
}

/// Adds the object itself, which leaves the cache that it is in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_move(cache: *mut nl_cache, obj: *mut nl_object) -> c_int {
    // SAFETY: both are live; the new reference is the cache's, or goes back.
    unsafe {
        if !fits(cache, obj) {
            return -NLE_OBJ_MISMATCH;
        }
        nl_object_get(obj);
        nl_cache_remove(obj);
        let added = link(cache, obj);
        if added.is_err() {
            nl_object_put(obj);
        }
        code(added)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_remove(obj: *mut nl_object) {
    // SAFETY: the object is live, and in a cache if it says so.
    unsafe {
        let cache = (*obj).cache();
        if cache.is_null() {
            return;
        }
        (*cache).names.forget();
        if (*cache).index.exists() {
            (*cache).index.remove(rows::hash(obj, ops(obj)), (*obj).place);
        }
        (*cache).items.remove(obj);
        (*obj).leave();
        nl_object_put(obj);
    }
}

/// The object that is identical to `needle`, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_search(
    cache: *mut nl_cache,
    needle: *mut nl_object,
) -> *mut nl_object {
    // SAFETY: both are live.
    unsafe { referenced(peek(cache, needle)) }
}

/// The same without a reference.
pub(crate) unsafe fn peek(cache: *mut nl_cache, needle: *const nl_object) -> *mut nl_object {
    // SAFETY: both are live.
    unsafe { find_identical(cache, needle, place(cache, needle)) }
}

/// The object in a place.
pub(crate) unsafe fn at(cache: *const nl_cache, place: u32) -> *mut nl_object {
    // SAFETY: the cache is live.
    unsafe { (*cache).items.at(place) }
}

/// What was found, with a reference for the caller.
pub(crate) unsafe fn referenced(obj: *mut nl_object) -> *mut nl_object {
    if !obj.is_null() {
        // SAFETY: what was found is live.
        unsafe { nl_object_get(obj) };
    }
    obj
}

/// The first object that passes the filter, with a reference for the caller. A filter that has all that
/// makes an identity finds it by the index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_find(
    cache: *mut nl_cache,
    filter: *mut nl_object,
) -> *mut nl_object {
    // SAFETY: both are live.
    unsafe {
        let ids = nl_object_get_id_attrs(filter);
        let whole = (*filter).mask as u32 & ids == ids;
        if (*(*cache).ops).unique && whole {
            let found = find_identical(cache, filter, place(cache, filter));
            let all = !found.is_null() && matches(found, filter);
            return referenced(if all { found } else { null_mut() });
        }
        referenced(items(cache).find(|obj| matches(*obj, filter)).unwrap_or(null_mut()))
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_set_arg1(cache: &mut nl_cache, arg: c_int) {
    cache.arg1 = arg;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_set_arg2(cache: &mut nl_cache, arg: c_int) {
    cache.arg2 = arg;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_set_flags(cache: &mut nl_cache, flags: c_uint) {
    cache.flags |= flags;
}
