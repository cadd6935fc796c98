// SPDX-License-Identifier: MIT OR Apache-2.0
//! The cache `route/link`, and what is looked up in it.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::{eq, null_mut};

use super::object::{FAMILY, IFINDEX, OPS, rtnl_link};
use super::parse::parse;
use super::uapi::*;
use crate::attr::nla_put_u32;
use crate::cache::{items, nl_cache, nl_cache_free, peek};
use crate::error::*;
use crate::finder::By;
use crate::hash::nl_hash_any;
use crate::mngt::*;
use crate::object::*;
use crate::route::uapi::NETLINK_ROUTE;
use crate::route::{build, cache_of};
use crate::socket::nl_sock;

pub(crate) static CACHES: &[&nl_cache_ops] = &[&CACHE_OPS];

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<ifinfomsg>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    unique: true,
    request: Some(request),
    parse,
    ..nl_cache_ops::new(c"route/link", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 4] = [
    nl_msgtype::new(RTM_NEWLINK as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELLINK as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETLINK as c_int, NL_ACT_GET, c"get"),
    nl_msgtype::new(RTM_SETLINK as c_int, NL_ACT_CHANGE, c"set"),
];

/// `RTNLGRP_LINK` tells of all families but IPv6, for which there is `RTNLGRP_IPV6_IFINFO`.
static GROUPS: [nl_af_group; 3] = [
    nl_af_group { family: libc::AF_UNSPEC, group: 1 },
    nl_af_group { family: libc::AF_BRIDGE, group: 1 },
    nl_af_group { family: libc::AF_INET6, group: 12 },
];

unsafe fn request(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    let mut msg = null_mut();
    // SAFETY: cache and socket are live; the message is ours.
    unsafe {
        let family = (*cache).arg1;
        let head = ifinfomsg { family: family as u8, ..ifinfomsg::default() };
        let bridge = if family == libc::AF_BRIDGE { RTEXT_FILTER_BRVLAN } else { 0 };
        let built = build((RTM_GETLINK, libc::NLM_F_DUMP), &head, &mut msg, |msg| {
            done(nla_put_u32(msg, IFLA_EXT_MASK.into(), RTEXT_FILTER_VF | bridge))
        });
        if built < 0 {
            return built;
        }
        let sent = crate::send::nl_send_auto(sock, msg);
        crate::msg::nlmsg_free(msg);
        sent.min(0)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_alloc_cache(
    sock: *mut nl_sock,
    family: c_int,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { rtnl_link_alloc_cache_flags(sock, family, result, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_alloc_cache_flags(
    sock: *mut nl_sock,
    family: c_int,
    result: *mut *mut nl_cache,
    flags: c_uint,
) -> c_int {
    let set = |cache: *mut nl_cache| {
        // SAFETY: the cache is new.
        unsafe {
            (*cache).arg1 = family;
            (*cache).flags |= flags;
        }
    };
    // SAFETY: socket and result are the caller's.
    unsafe { cache_of(&CACHE_OPS, sock, set, result) }
}

/// The first link that `is` says yes to; the cache may be of another type.
unsafe fn find<'a>(
    cache: *mut nl_cache,
    is: impl Fn(&rtnl_link) -> bool,
) -> Option<&'a mut rtnl_link> {
    // SAFETY: the cache is live; the objects are links once its type is known.
    unsafe {
        if !eq((*cache).ops, &CACHE_OPS) {
            return None;
        }
        let mut all = items(cache).map(|obj| &mut *obj.cast::<rtnl_link>());
        all.find(|link| is(link))
    }
}

/// The first link of that number: of a family that links are told of by, which the index knows, or of any.
unsafe fn by_index<'a>(cache: *mut nl_cache, index: c_int) -> Option<&'a mut rtnl_link> {
    // SAFETY: the cache is live; all zeros are a link, which is live as long as it is looked for.
    unsafe {
        if !eq((*cache).ops, &CACHE_OPS) {
            return None;
        }
        let mut wanted: rtnl_link = core::mem::zeroed();
        wanted.h = nl_object::of(&OPS, IFINDEX | FAMILY);
        wanted.index = index;
        let of_family = |group: &nl_af_group| {
            wanted.family = group.family;
            peek(cache, (&raw const wanted).cast()).cast::<rtnl_link>().as_mut()
        };
        let first = GROUPS.iter().filter_map(of_family).min_by_key(|link| link.h.place);
        first.or_else(|| find(cache, |link| link.index == index))
    }
}

fn hash_of_name(name: *const c_char) -> u32 {
    // SAFETY: the name is a string.
    unsafe { nl_hash_any(name.cast(), libc::strlen(name), 0) }
}

unsafe fn hash_of(obj: *mut nl_object) -> u32 {
    // SAFETY: the object is a link.
    hash_of_name(unsafe { (*obj.cast::<rtnl_link>()).name.as_ptr() })
}

/// The first link of that name; the cache may be of another type.
unsafe fn by_name<'a>(cache: *mut nl_cache, name: *const c_char) -> Option<&'a mut rtnl_link> {
    // SAFETY: the cache is live, its objects are links once its type is known, and names are strings.
    unsafe {
        if !eq((*cache).ops, &CACHE_OPS) {
            return None;
        }
        let is =
            |obj: *mut nl_object| libc::strcmp((*obj.cast::<rtnl_link>()).name.as_ptr(), name) == 0;
        let by = By { hash: hash_of_name(name), hash_of, is: &is };
        (*cache).names.first(cache, &by).cast::<rtnl_link>().as_mut()
    }
}

/// A reference for the caller.
unsafe fn hold(link: Option<&mut rtnl_link>) -> *mut rtnl_link {
    let Some(link) = link else { return null_mut() };
    // SAFETY: the link is live.
    unsafe { nl_object_get((&raw mut *link).cast()) };
    link
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_get(cache: *mut nl_cache, index: c_int) -> *mut rtnl_link {
    // SAFETY: the cache is live.
    unsafe { hold(by_index(cache, index)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_get_by_name(
    cache: *mut nl_cache,
    name: *const c_char,
) -> *mut rtnl_link {
    // SAFETY: the cache is live; the name is a string.
    unsafe { hold(by_name(cache, name)) }
}

/// Writes the name of a link into the caller's buffer, if the cache knows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_i2name(
    cache: *mut nl_cache,
    index: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the cache is live; the buffer has `len` bytes.
    unsafe {
        let Some(link) = by_index(cache, index) else { return null_mut() };
        libc::snprintf(buf, len, c"%s".as_ptr(), link.name.as_ptr());
        buf
    }
}

/// The name of a link in the cache that the program offers, for dumps: what printf makes of none where it is not
/// in that. `None` if no cache is offered.
pub(crate) fn offered_name(index: c_int) -> Option<[c_char; 128]> {
    let mut name = [0; 128];
    // SAFETY: there is no other cache; the name has room.
    if !unsafe { name_of(null_mut(), index, &mut name)? } {
        // SAFETY: the text is a string.
        unsafe { crate::mem::set_text(&mut name, c"(null)".as_ptr()) };
    }
    Some(name)
}

/// The master of a link, or 0 for one that has none, where the program offers a cache that has the link.
pub(crate) fn offered_master(index: c_int) -> Option<c_int> {
    // SAFETY: the cache that is offered is held meanwhile.
    unsafe {
        let offered = nl_cache_mngt_require_safe(c"route/link".as_ptr());
        if offered.is_null() {
            return None;
        }
        let master = by_index(offered, index).map(|link| link.master);
        nl_cache_free(offered);
        master
    }
}

/// The number of a link, or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_name2i(cache: *mut nl_cache, name: *const c_char) -> c_int {
    // SAFETY: the cache is live; the name is a string.
    unsafe { by_name(cache, name).map_or(0, |link| link.index) }
}

/// Writes the name of a link as this cache knows it or, where there is none, the one that the program offers.
/// Whether it is known; `None` if there is no cache at all.
pub(crate) unsafe fn name_of(
    cache: *mut nl_cache,
    index: c_int,
    name: &mut [c_char; 128],
) -> Option<bool> {
    // SAFETY: the cache is NULL or live; the one that is offered is held meanwhile.
    unsafe {
        if cache.is_null() {
            let offered = nl_cache_mngt_require_safe(c"route/link".as_ptr());
            if offered.is_null() {
                return None;
            }
            let known = name_of(offered, index, name);
            nl_cache_free(offered);
            return known;
        }
        Some(!rtnl_link_i2name(cache, index, name.as_mut_ptr(), name.len()).is_null())
    }
}
