// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changes: what a notification does to a cache, and who is told.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::cache::*;
use crate::dump::debug;
use crate::error::*;
use crate::mngt::{NL_ACT_CHANGE, NL_ACT_DEL, NL_ACT_NEW, nl_msgtype_lookup};
use crate::object::*;

pub(crate) type change_func_t =
    unsafe extern "C" fn(*mut nl_cache, *mut nl_object, c_int, *mut c_void);
pub(crate) type change_func_v2_t =
    unsafe extern "C" fn(*mut nl_cache, *mut nl_object, *mut nl_object, u64, c_int, *mut c_void);

/// Who is told of changes: a callback of either kind, with its argument.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Change {
    pub(crate) v1: Option<change_func_t>,
    pub(crate) v2: Option<change_func_v2_t>,
    pub(crate) arg: *mut c_void,
}

impl Change {
    /// Tells of what was `old` and is `new`; either may be NULL.
    pub(crate) unsafe fn tell(
        &self,
        cache: *mut nl_cache,
        (old, new): (*mut nl_object, *mut nl_object),
        diff: u64,
        act: c_int,
    ) {
        // SAFETY: the objects are live, and the argument is the callback's own.
        unsafe {
            if let Some(v2) = self.v2 {
                v2(cache, old, new, diff, act, self.arg);
            } else if let Some(v1) = self.v1 {
                v1(cache, if new.is_null() { old } else { new }, act, self.arg);
            }
        }
    }
}

/// Carries out what the message of `obj` says about it: `act` is `NL_ACT_NEW` or `NL_ACT_DEL`.
pub(crate) unsafe fn include(
    cache: *mut nl_cache,
    obj: *mut nl_object,
    act: c_int,
    change: &Change,
) -> c_int {
    // SAFETY: all are live; the reference to the old object is ours.
    unsafe {
        if act != NL_ACT_NEW && act != NL_ACT_DEL {
            debug!(2, c"Unknown action associated to object %p\n", obj);
            return 0;
        }
        let old = nl_cache_search(cache, obj);
        if !old.is_null() && merged(cache, (old, obj), change) {
            nl_object_put(old);
            return 0;
        }
        if !old.is_null() {
            nl_cache_remove(old);
            if act == NL_ACT_DEL {
                change.tell(cache, (old, null_mut()), 0, NL_ACT_DEL);
            }
        }
        if act == NL_ACT_NEW {
            nl_cache_move(cache, obj);
            if old.is_null() {
                change.tell(cache, (null_mut(), obj), 0, NL_ACT_NEW);
            } else {
                tell_difference(cache, (old, obj), change);
            }
        }
        nl_object_put(old);
    }
    0
}

unsafe fn tell_difference(
    cache: *mut nl_cache,
    (old, new): (*mut nl_object, *mut nl_object),
    change: &Change,
) {
    // SAFETY: both are live.
    unsafe {
        let diff = nl_object_diff64(old, new);
        if diff != 0 {
            change.tell(cache, (old, new), diff, NL_ACT_CHANGE);
        }
    }
}

/// Lets the type merge the new object into the old one, and tells of it. False: it does not.
unsafe fn merged(
    cache: *mut nl_cache,
    (old, new): (*mut nl_object, *mut nl_object),
    change: &Change,
) -> bool {
    // SAFETY: both are live; the copy, which shows what was, is ours.
    unsafe {
        let Some(update) = ops(old).update else { return false };
        let before = if change.v2.is_some() { nl_object_clone(old) } else { null_mut() };
        let diff = if before.is_null() { 0 } else { nl_object_diff64(old, new) };
        let merged = update(old, new).is_ok();
        if merged {
            // One callback is shown what the message said, the other what has become of the old object.
            let shown = if change.v2.is_some() { new } else { old };
            change.tell(cache, (before, shown), diff, NL_ACT_CHANGE);
        }
        nl_object_put(before);
        merged
    }
}

/// Carries out what the object's message says, as the type would have it.
pub(crate) unsafe fn include_any(
    cache: *mut nl_cache,
    obj: *mut nl_object,
    change: &Change,
) -> c_int {
    // SAFETY: all are live.
    unsafe {
        let ops = (*cache).ops;
        if !crate::cache::fits(cache, obj) {
            return -NLE_OBJ_MISMATCH;
        }
        let msgtype = nl_msgtype_lookup(&*ops, (*obj).msgtype.into());
        if msgtype.is_null() {
            debug!(
                3,
                c"Object %p does not seem to belong to cache %p <%s>\n",
                obj,
                cache,
                (*ops).name.as_ptr()
            );
            return -NLE_MSGTYPE_NOSUPPORT;
        }
        match (*ops).include {
            Some(own) => own(cache, obj, change),
            None => include(cache, obj, (*msgtype).act, change),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_include(
    cache: *mut nl_cache,
    obj: *mut nl_object,
    cb: Option<change_func_t>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: all are live.
    unsafe { include_any(cache, obj, &Change { v1: cb, v2: None, arg }) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_include_v2(
    cache: *mut nl_cache,
    obj: *mut nl_object,
    cb: Option<change_func_v2_t>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: all are live.
    unsafe { include_any(cache, obj, &Change { v1: None, v2: cb, arg }) }
}
