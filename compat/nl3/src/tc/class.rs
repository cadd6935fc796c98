// SPDX-License-Identifier: MIT OR Apache-2.0
//! Classes, `route/class`.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::dump::{TEXT, details, handle, line, stats};
use super::message::*;
use super::object::*;
use super::qdisc::{Cb, GROUPS, each_below, find, find_by_handle};
use super::uapi::*;
use crate::abi::nl_dump_params;
use crate::cache::{nl_cache, nl_cache_alloc, nl_cache_free};
use crate::dump::dump;
use crate::error::*;
use crate::mngt::*;
use crate::msg::nl_msg;
use crate::object::*;
use crate::socket::nl_sock;

pub(super) static OBJECT: nl_object_ops = nl_object_ops {
    name: c"route/class".as_ptr(),
    dump: [Some(dump_line), Some(dump_details), Some(dump_stats)],
    ..OPS
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HEADER,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse: parse_object,
    ..nl_cache_ops::new(c"route/class", NETLINK_ROUTE, &OBJECT)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWTCLASS as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELTCLASS as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETTCLASS as c_int, NL_ACT_GET, c"get"),
];

unsafe fn request_all(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: both are live.
    unsafe {
        let ifindex = (*cache).arg1;
        request(sock, RTM_GETTCLASS, &tcmsg { ifindex, ..tcmsg::default() })
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_class_alloc() -> *mut rtnl_tc {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OBJECT).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_put(class: *mut rtnl_tc) {
    // SAFETY: NULL, or a class of which the caller holds a reference.
    unsafe { nl_object_put(class.cast()) }
}

/// A cache of one interface's classes: the kernel gives no others at a time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_alloc_cache(
    sock: *mut nl_sock,
    ifindex: c_int,
    result: *mut *mut nl_cache,
) -> c_int {
    if ifindex == 0 {
        return -NLE_INVAL;
    }
    // SAFETY: socket and result are the caller's.
    unsafe { cache_of(&CACHE_OPS, sock, (ifindex, 0), result) }
}

/// Makes a cache of what hangs on an interface, or on a handle of it, and fills it if there is a socket.
pub(super) unsafe fn cache_of(
    ops: &'static nl_cache_ops,
    sock: *mut nl_sock,
    (ifindex, parent): (c_int, u32),
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's; the cache is ours until it is handed out.
    unsafe {
        let cache = nl_cache_alloc((&raw const *ops).cast_mut());
        if cache.is_null() {
            return -NLE_NOMEM;
        }
        ((*cache).arg1, (*cache).arg2) = (ifindex, parent as c_int);
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
pub unsafe extern "C" fn rtnl_class_get(
    cache: *mut nl_cache,
    ifindex: c_int,
    handle: u32,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live.
    unsafe { find_by_handle(cache, &CACHE_OPS, ifindex, handle) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_get_by_parent(
    cache: *mut nl_cache,
    ifindex: c_int,
    parent: u32,
) -> *mut rtnl_tc {
    // SAFETY: the cache is live.
    unsafe { find(cache, &CACHE_OPS, |tc| tc.parent == parent && tc.ifindex == ifindex) }
}

/// The qdisc that hangs on the class, if the kernel said that there is one and it is in the cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_leaf_qdisc(
    class: &rtnl_tc,
    cache: *mut nl_cache,
) -> *mut rtnl_tc {
    if class.info == 0 {
        return null_mut();
    }
    // SAFETY: the cache is live.
    unsafe {
        let leaf = super::qdisc::rtnl_qdisc_get_by_parent(cache, class.ifindex, class.handle);
        if leaf.is_null() || (*leaf).handle == class.info {
            return leaf;
        }
        nl_object_put(leaf.cast());
    }
    null_mut()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_build_add_request(
    class: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    let header = class.header();
    // SAFETY: the result is the caller's.
    unsafe { build(class, (RTM_NEWTCLASS, flags), &header, fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_add(
    sock: *mut nl_sock,
    class: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_class_build_add_request(class, flags, &mut msg), msg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_build_delete_request(
    class: &mut rtnl_tc,
    result: *mut *mut nl_msg,
) -> c_int {
    if class.h.mask & (IFINDEX | HANDLE) != IFINDEX | HANDLE {
        return -NLE_MISSING_ATTR;
    }
    let header = class.header();
    // SAFETY: the result is the caller's.
    unsafe { build(class, (RTM_DELTCLASS, 0), &header, |_, _| Ok(()), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_delete(sock: *mut nl_sock, class: &mut rtnl_tc) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_class_build_delete_request(class, &mut msg), msg) }
}

/// Calls back for each class below this one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_foreach_child(
    class: &rtnl_tc,
    cache: *mut nl_cache,
    cb: Cb,
    arg: *mut c_void,
) {
    // SAFETY: the cache is live.
    unsafe { each_below(cache, rtnl_class_alloc(), class, class.handle, (cb, arg)) }
}

/// Calls back for each filter beside the class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_class_foreach_cls(
    class: &rtnl_tc,
    cache: *mut nl_cache,
    cb: Cb,
    arg: *mut c_void,
) {
    // SAFETY: the cache is live.
    unsafe { each_below(cache, super::cls::rtnl_cls_alloc(), class, class.parent, (cb, arg)) }
}

fn leaf(class: &rtnl_tc, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if class.info != 0 {
        dump!(p, c"child-qdisc %s ", handle(class.info, &mut text));
    }
}

unsafe fn dump_line(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a class.
    unsafe { line(obj, p, c"class", |_, _| ()) }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a class.
    unsafe {
        dump_line(obj, p);
        details(obj, p, leaf);
    }
}

unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a class.
    unsafe {
        dump_details(obj, p);
        stats(obj, p);
    }
}
