// SPDX-License-Identifier: MIT OR Apache-2.0
//! Filters, `route/cls`.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::class::cache_of;
use super::dump::{TEXT, details, line, stats};
use super::message::*;
use super::object::*;
use super::qdisc::{GROUPS, find};
use super::uapi::*;
use crate::abi::{nl_dump_params, nlmsghdr};
use crate::cache::nl_cache;
use crate::dump::dump;
use crate::error::*;
use crate::mngt::*;
use crate::msg::nl_msg;
use crate::names::nl_ether_proto2str;
use crate::object::*;
use crate::socket::nl_sock;

pub(super) static OBJECT: nl_object_ops = nl_object_ops {
    name: c"route/cls".as_ptr(),
    dump: [Some(dump_line), Some(dump_details), Some(dump_stats)],
    ..OPS
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HEADER,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse: parse_filter,
    ..nl_cache_ops::new(c"route/cls", NETLINK_ROUTE, &OBJECT)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWTFILTER as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELTFILTER as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETTFILTER as c_int, NL_ACT_GET, c"get"),
];

unsafe fn request_all(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: both are live.
    unsafe {
        let (ifindex, parent) = ((*cache).arg1, (*cache).arg2 as u32);
        request(sock, RTM_GETTFILTER, &tcmsg { ifindex, parent, ..tcmsg::default() })
    }
}

unsafe fn parse_filter(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a filter.
    unsafe {
        parse_object(obj, nlh)?;
        let cls = &mut *obj.cast::<rtnl_tc>();
        rtnl_cls_set_prio(cls, (cls.info >> 16) as u16);
        rtnl_cls_set_protocol(cls, u16::from_be(cls.info as u16));
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_cls_alloc() -> *mut rtnl_tc {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OBJECT).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_put(cls: *mut rtnl_tc) {
    // SAFETY: NULL, or a filter of which the caller holds a reference.
    unsafe { nl_object_put(cls.cast()) }
}

/// A cache of the filters of one interface below one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_alloc_cache(
    sock: *mut nl_sock,
    ifindex: c_int,
    parent: u32,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { cache_of(&CACHE_OPS, sock, (ifindex, parent), result) }
}

/// Says of which interface and handle the cache is to be filled.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_cls_cache_set_tc_params(cache: &mut nl_cache, ifindex: c_int, parent: u32) {
    (cache.arg1, cache.arg2) = (ifindex, parent as c_int);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_find_by_handle(
    cache: *mut nl_cache,
    ifindex: c_int,
    parent: u32,
    handle: u32,
) -> *mut rtnl_tc {
    let here = |tc: &rtnl_tc| tc.ifindex == ifindex && tc.parent == parent;
    // SAFETY: the cache is live.
    unsafe { find(cache, &CACHE_OPS, |tc| tc.handle == handle && here(tc)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_find_by_prio(
    cache: *mut nl_cache,
    ifindex: c_int,
    parent: u32,
    prio: u16,
) -> *mut rtnl_tc {
    let here = |tc: &rtnl_tc| tc.ifindex == ifindex && tc.parent == parent;
    // SAFETY: the cache is live.
    unsafe { find(cache, &CACHE_OPS, |tc| tc.prio == prio && here(tc)) }
}

/// A message of that type about a filter.
unsafe fn about(
    cls: &mut rtnl_tc,
    kind: (u16, c_int),
    fill: unsafe fn(&mut rtnl_tc, &mut nl_msg) -> Done,
    result: *mut *mut nl_msg,
) -> c_int {
    if cls.h.mask & IFINDEX == 0 {
        return -NLE_MISSING_ATTR;
    }
    let info =
        u32::from(rtnl_cls_get_prio(cls)) << 16 | u32::from(rtnl_cls_get_protocol(cls).to_be());
    let header = tcmsg { info, ..cls.header() };
    // SAFETY: the result is the caller's.
    unsafe { build(cls, kind, &header, fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_build_add_request(
    cls: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { about(cls, (RTM_NEWTFILTER, flags), fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_add(
    sock: *mut nl_sock,
    cls: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_cls_build_add_request(cls, flags, &mut msg), msg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_build_change_request(
    cls: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { rtnl_cls_build_add_request(cls, flags | NLM_F_REPLACE, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_change(
    sock: *mut nl_sock,
    cls: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_cls_build_change_request(cls, flags, &mut msg), msg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_build_delete_request(
    cls: &mut rtnl_tc,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    if cls.h.mask & PRIO == 0 {
        return -NLE_MISSING_ATTR;
    }
    // SAFETY: the result is the caller's.
    unsafe { about(cls, (RTM_DELTFILTER, flags), fill, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cls_delete(
    sock: *mut nl_sock,
    cls: &mut rtnl_tc,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe { send(sock, rtnl_cls_build_delete_request(cls, flags, &mut msg), msg) }
}

fn matched(cls: &rtnl_tc, p: *mut nl_dump_params) {
    let mut text = TEXT;
    // SAFETY: the buffer has the length said.
    unsafe { nl_ether_proto2str(cls.protocol.into(), text.as_mut_ptr(), text.len()) };
    dump!(p, c" prio %u protocol %s", u32::from(cls.prio), text.as_ptr());
}

unsafe fn dump_line(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a filter.
    unsafe { line(obj, p, c"cls", matched) }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a filter.
    unsafe {
        dump_line(obj, p);
        details(obj, p, |_, _| ());
    }
}

unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a filter.
    unsafe {
        dump_details(obj, p);
        stats(obj, p);
    }
}
