// SPDX-License-Identifier: MIT OR Apache-2.0
//! Going through a cache.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::nl_cache;
use crate::abi::nl_dump_params;
use crate::dump::{NL_DUMP_DETAILS, debug, stdout};
use crate::object::*;

/// A walk over the objects. The next one is looked up before the current one is handed out, so that it may be
/// removed.
pub(crate) unsafe fn items(cache: *mut nl_cache) -> impl Iterator<Item = *mut nl_object> {
    // SAFETY: the cache is live and stays so while it is walked.
    let first = unsafe { nl_cache_get_first(cache) };
    // SAFETY: what comes next is looked up while the object is still there.
    let next = |obj: &*mut nl_object| non_null(unsafe { nl_cache_get_next(*obj) });
    core::iter::successors(non_null(first), next)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_nitems_filter(
    cache: *mut nl_cache,
    filter: *mut nl_object,
) -> c_int {
    // SAFETY: both are live; the filter may be NULL.
    unsafe { items(cache).filter(|obj| matches(*obj, filter)).count() as c_int }
}

/// Whether an object passes the filter, which may be NULL.
pub(super) unsafe fn matches(obj: *mut nl_object, filter: *mut nl_object) -> bool {
    // SAFETY: both are live objects.
    filter.is_null() || unsafe { nl_object_match_filter(obj, filter) } != 0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_get_first(cache: *mut nl_cache) -> *mut nl_object {
    // SAFETY: the cache is live.
    unsafe { (*cache).items.from(0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_get_last(cache: *mut nl_cache) -> *mut nl_object {
    // SAFETY: the cache is live.
    unsafe { (*cache).items.last() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_get_next(obj: *mut nl_object) -> *mut nl_object {
    // SAFETY: the object is live, and in a cache if it says so.
    unsafe {
        let (cache, place) = ((*obj).cache(), (*obj).place);
        if cache.is_null() { null_mut() } else { (*cache).items.from(place + 1) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_get_prev(obj: *mut nl_object) -> *mut nl_object {
    // SAFETY: the object is live, and in a cache if it says so.
    unsafe {
        let (cache, place) = ((*obj).cache(), (*obj).place);
        if cache.is_null() { null_mut() } else { (*cache).items.before(place) }
    }
}

fn non_null(obj: *mut nl_object) -> Option<*mut nl_object> {
    (!obj.is_null()).then_some(obj)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mark_all(cache: *mut nl_cache) {
    debug!(2, c"Marking all objects in cache %p <%s>.\n", cache, (*(*cache).ops).name.as_ptr());
    // SAFETY: the cache and its objects are live.
    unsafe { items(cache).for_each(|obj| nl_object_mark(&mut *obj)) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_dump(cache: *mut nl_cache, params: *mut nl_dump_params) {
    // SAFETY: as for nl_cache_dump_filter.
    unsafe { nl_cache_dump_filter(cache, params, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_dump_filter(
    cache: *mut nl_cache,
    params: *mut nl_dump_params,
    filter: *mut nl_object,
) {
    debug!(
        2,
        c"Dumping cache %p <%s> with filter %p\n",
        cache,
        (*(*cache).ops).name.as_ptr(),
        filter
    );
    // SAFETY: all are live, params and filter also NULL; all zeros are valid parameters.
    unsafe {
        let mut own: nl_dump_params = core::mem::zeroed();
        own.kind = NL_DUMP_DETAILS;
        own.fd = stdout;
        let params = if params.is_null() { &raw mut own } else { params };
        if !(*params).buf.is_null() {
            libc::memset((*params).buf.cast(), 0, (*params).buflen);
        }
        for obj in items(cache).filter(|obj| matches(*obj, filter)) {
            dump_from_ops(obj, params);
        }
    }
}

type Each = unsafe extern "C" fn(*mut nl_object, *mut c_void);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_foreach(cache: *mut nl_cache, cb: Each, arg: *mut c_void) {
    // SAFETY: as for nl_cache_foreach_filter.
    unsafe { nl_cache_foreach_filter(cache, null_mut(), cb, arg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_foreach_filter(
    cache: *mut nl_cache,
    filter: *mut nl_object,
    cb: Each,
    arg: *mut c_void,
) {
    // SAFETY: all are live; the object is kept while the callback, which may remove it, runs.
    unsafe {
        for obj in items(cache).filter(|obj| matches(*obj, filter)) {
            nl_object_get(obj);
            cb(obj, arg);
            nl_object_put(obj);
        }
    }
}
