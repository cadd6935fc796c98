// SPDX-License-Identifier: MIT OR Apache-2.0
//! Qdiscs, `route/qdisc`.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use super::dump::{details, line, stats};
use super::message::*;
use super::object::*;
use super::uapi::*;
use crate::abi::nl_dump_params;
use crate::cache::{nl_cache, nl_cache_alloc_and_fill, nl_cache_foreach_filter};
use crate::dump::dump;
use crate::error::*;
use crate::finder::first;
use crate::mngt::*;
use crate::msg::nl_msg;
use crate::object::*;
use crate::socket::nl_sock;

pub(super) type Cb = unsafe extern "C" fn(*mut nl_object, *mut c_void);

pub(super) static OBJECT: nl_object_ops = nl_object_ops {
    name: c"route/qdisc".as_ptr(),
    dump: [Some(dump_line), Some(dump_details), Some(dump_stats)],
    ..OPS
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HEADER,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse: parse_object,
    ..nl_cache_ops::new(c"route/qdisc", NETLINK_ROUTE, &OBJECT)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWQDISC as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELQDISC as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETQDISC as c_int, NL_ACT_GET, c"get"),
];

/// What all types here join.
pub(super) static GROUPS: [nl_af_group; 1] = [nl_af_group { family: 0, group: RTNLGRP_TC }];

unsafe fn request_all(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: both are live.
    unsafe {
        let ifindex = (*cache).arg1;
        request(sock, RTM_GETQDISC, &tcmsg { ifindex, ..tcmsg::default() })
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_alloc() -> *mut rtnl_tc {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OBJECT).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_put(qdisc: *mut rtnl_tc) {
    // SAFETY: NULL, or a qdisc of which the caller holds a reference.
    unsafe { nl_object_put(qdisc.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

/// Finds the first object of a cache that `is` says yes to, and takes a reference to it.
pub(super) unsafe fn find(
    cache: *mut nl_cache,
    ops: &nl_cache_ops,
    is: impl Fn(&rtnl_tc) -> bool,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live.
    unsafe { first(cache, ops.object(), is) }
}

/// Finds an object by what makes it what it is, which a cache has an index for.
pub(super) unsafe fn find_by_handle(
    cache: *mut nl_cache,
    ops: &nl_cache_ops,
    ifindex: c_int,
    handle: u32,
) -> *mut rtnl_tc {
    // SAFETY: all zeros are an object without a type, which it then gets; the cache is live.
    unsafe {
        let mut wanted: rtnl_tc = core::mem::zeroed();
        wanted.h = nl_object::of(ops.object(), HANDLE | IFINDEX);
        (wanted.ifindex, wanted.handle) = (ifindex, handle);
        if core::ptr::eq((*cache).ops, ops) {
            let found = crate::cache::nl_cache_search(cache, &mut wanted.h);
            if !found.is_null() {
                return found.cast();
            }
        }
        // One that has been made by hand may lack a part, which is then 0.
        find(cache, ops, |tc| tc.handle == handle && tc.ifindex == ifindex)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_get(
    cache: *mut nl_cache,
    ifindex: c_int,
    handle: u32,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live.
    unsafe { find_by_handle(cache, &CACHE_OPS, ifindex, handle) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_get_by_parent(
    cache: *mut nl_cache,
    ifindex: c_int,
    parent: u32,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live.
    unsafe { find(cache, &CACHE_OPS, |tc| tc.parent == parent && tc.ifindex == ifindex) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_get_by_kind(
    cache: *mut nl_cache,
    ifindex: c_int,
    kind: *const c_char,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live; both kinds are strings.
    unsafe {
        find(cache, &CACHE_OPS, |tc| {
            tc.ifindex == ifindex && libc::strcmp(tc.kind.as_ptr(), kind) == 0
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_build_add_request(
    qdisc: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    let set = qdisc.h.mask;
    if set & IFINDEX == 0 || set & (HANDLE | PARENT) == 0 {
        return -NLE_MISSING_ATTR;
    }
    let header = qdisc.header();
    // SAFETY: the result is the caller's.
    unsafe { build(qdisc, (RTM_NEWQDISC, flags), &header, fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_add(
    sock: *mut nl_sock,
    qdisc: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_qdisc_build_add_request(qdisc, flags, &mut msg), msg) }
}

/// A message that makes `new` of `qdisc`. The new one gets the old one's interface, handle and parent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_build_update_request(
    qdisc: &rtnl_tc,
    new: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    const NLM_F_CREATE_EXCL: c_int = 0x600;
    let set = qdisc.h.mask;
    if flags & NLM_F_CREATE_EXCL != 0 {
        return -NLE_INVAL;
    }
    if set & IFINDEX == 0 || set & (HANDLE | PARENT) == 0 {
        return -NLE_MISSING_ATTR;
    }
    rtnl_tc_set_ifindex(new, qdisc.ifindex);
    if set & HANDLE != 0 {
        rtnl_tc_set_handle(new, qdisc.handle);
    }
    if set & PARENT != 0 {
        rtnl_tc_set_parent(new, qdisc.parent);
    }
    let header = new.header();
    // SAFETY: the result is the caller's.
    unsafe { build(new, (RTM_NEWQDISC, flags), &header, fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_update(
    sock: *mut nl_sock,
    qdisc: &rtnl_tc,
    new: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_qdisc_build_update_request(qdisc, new, flags, &mut msg), msg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_build_change_request(
    qdisc: &rtnl_tc,
    new: &mut rtnl_tc,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { rtnl_qdisc_build_update_request(qdisc, new, NLM_F_REPLACE, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_change(
    sock: *mut nl_sock,
    qdisc: &rtnl_tc,
    new: &mut rtnl_tc,
) -> c_int {
    // SAFETY: the socket is live.
    unsafe { rtnl_qdisc_update(sock, qdisc, new, NLM_F_REPLACE) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_build_delete_request(
    qdisc: &mut rtnl_tc,
    result: *mut *mut nl_msg,
) -> c_int {
    if qdisc.h.mask & (IFINDEX | PARENT) != IFINDEX | PARENT {
        return -NLE_MISSING_ATTR;
    }
    let header = qdisc.header();
    // SAFETY: the result is the caller's.
    unsafe { build(qdisc, (RTM_DELQDISC, 0), &header, fill_kind, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_delete(sock: *mut nl_sock, qdisc: &mut rtnl_tc) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_qdisc_build_delete_request(qdisc, &mut msg), msg) }
}

/// Calls back for all objects of a cache of another type that hang on this one.
pub(super) unsafe fn each_below(
    cache: *mut nl_cache,
    filter: *mut rtnl_tc,
    tc: &rtnl_tc,
    parent: u32,
    (cb, arg): (Cb, *mut c_void),
) {
    // SAFETY: the cache is live; the filter is NULL or ours.
    unsafe {
        let Some(only) = filter.as_mut() else { return };
        rtnl_tc_set_parent(only, parent);
        rtnl_tc_set_ifindex(only, tc.ifindex);
        if tc.h.mask & KIND != 0 && core::ptr::eq(ops(filter.cast()), &super::class::OBJECT) {
            let _ = set_kind(only, tc.kind.as_ptr());
        }
        nl_cache_foreach_filter(cache, filter.cast(), cb, arg);
        nl_object_put(filter.cast());
    }
}

/// Calls back for each of the qdisc's classes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_foreach_child(
    qdisc: &rtnl_tc,
    cache: *mut nl_cache,
    cb: Cb,
    arg: *mut c_void,
) {
    // SAFETY: the cache is live.
    unsafe { each_below(cache, super::class::rtnl_class_alloc(), qdisc, qdisc.handle, (cb, arg)) }
}

/// Calls back for each of the qdisc's filters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_foreach_cls(
    qdisc: &rtnl_tc,
    cache: *mut nl_cache,
    cb: Cb,
    arg: *mut c_void,
) {
    // SAFETY: the cache is live.
    unsafe { each_below(cache, super::cls::rtnl_cls_alloc(), qdisc, qdisc.parent, (cb, arg)) }
}

fn references(qdisc: &rtnl_tc, p: *mut nl_dump_params) {
    dump!(p, c"refcnt %u", qdisc.info);
}

unsafe fn dump_line(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a qdisc.
    unsafe { line(obj, p, c"qdisc", |_, _| ()) }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a qdisc.
    unsafe {
        dump_line(obj, p);
        details(obj, p, references);
    }
}

unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a qdisc.
    unsafe {
        dump_details(obj, p);
        stats(obj, p);
    }
}
