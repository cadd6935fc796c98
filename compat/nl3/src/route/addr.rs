// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses of interfaces, `route/addr`.

mod input;
mod more;
mod request;
mod show;

use input::parse;
use more::Rest;
use show::{dump_brief, dump_details};

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::names::{ADDR_FLAGS, Name, rtnl_scope2str};
use super::uapi::*;
use super::{build, send, text_in};
use crate::abi::{nl_dump_params, nlattr, nlmsghdr};
use crate::addr::*;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::finder::first;
use crate::link::rtnl_link;
use crate::mngt::*;
use crate::msg::{nl_msg, nlmsg_attrdata, nlmsg_attrlen};
use crate::names::AF;
use crate::object::*;
use crate::rows::{self, How, accessors, attrs};
use crate::slot::Slot;
use crate::socket::nl_sock;
use crate::utils::nl_msec2str;

/// `struct ifa_cacheinfo`: lifetimes in seconds, times in hundredths since the machine was started.
#[derive(Clone, Copy)]
#[repr(C)]
struct CacheInfo {
    preferred: u32,
    valid: u32,
    created: u32,
    updated: u32,
}

const FOREVER: u32 = u32::MAX;

/// An address of an interface.
#[repr(C)]
pub struct rtnl_addr {
    h: nl_object,
    family: u8,
    prefixlen: u8,
    scope: u8,
    flags: u32,
    cacheinfo: CacheInfo,
    local: Slot,
    rest: Rest,
}

attrs! { rtnl_addr {
    FAMILY = 0 "family" Int(family),
    PREFIXLEN = 1 "prefixlen" Aside(prefixlen),
    FLAGS = 2 "flags" Own,
    SCOPE = 3 "scope" Int(scope),
    IFINDEX = 4 "ifindex" Int(h.number),
    LABEL = 5 "label" Own,
    CACHEINFO = 6 "cacheinfo" Bytes(cacheinfo) = IFA_CACHEINFO,
    PEER = 7 "peer" Own,
    LOCAL = 8 "local" Addr(local) = IFA_LOCAL,
    BROADCAST = 9 "broadcast" Own,
    MULTICAST = 10 "multicast" Own,
    ANYCAST = 11 "" Own,
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (FAMILY | IFINDEX | LOCAL | PREFIXLEN) as u32,
    keys: (FAMILY | IFINDEX | LOCAL) as u32,
    places: 1,
    names: NAMES,
    init: Some(init),
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: [Some(dump_brief), Some(dump_details), Some(dump_details)],
    ids: Some(ids),
    ..nl_object_ops::new::<rtnl_addr>(c"route/addr", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<ifaddrmsg>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request),
    parse,
    ..nl_cache_ops::new(c"route/addr", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWADDR as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELADDR as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETADDR as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_IPV4_IFADDR`, `RTNLGRP_IPV6_IFADDR`.
static GROUPS: [nl_af_group; 2] = [
    nl_af_group { family: libc::AF_INET, group: 5 },
    nl_af_group { family: libc::AF_INET6, group: 9 },
];

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is an address.
    unsafe { (*obj.cast::<rtnl_addr>()).scope = 255 };
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is an address.
    unsafe { (*obj.cast::<rtnl_addr>()).rest.free() };
}

unsafe fn clone(new: *mut nl_object, _: *const nl_object) -> Done {
    // SAFETY: the object is an address, its bytes those of the other.
    unsafe { (*new.cast::<rtnl_addr>()).rest.copied() }
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, _: u64, how: How) -> u64 {
    // SAFETY: both objects are addresses.
    let (a, b) = unsafe { (&*a.cast::<rtnl_addr>(), &*b.cast::<rtnl_addr>()) };
    let counting = if how == How::Filter { b.rest.get().flags } else { !0 };
    let mut diff = if (a.flags ^ b.flags) & counting != 0 { FLAGS } else { 0 };
    // SAFETY: labels are strings.
    if unsafe { libc::strcmp(a.rest.label(), b.rest.label()) } != 0 {
        diff |= LABEL;
    }
    for ((bit, a), (_, b)) in a.rest.get().slots().into_iter().zip(b.rest.get().slots()) {
        // Of a peer the network alone makes an address another one.
        let network = bit == PEER && how == How::Identity;
        if if network { rows::nets_differ(a, b, true) } else { a.cmp(b) != 0 } {
            diff |= bit;
        }
    }
    diff
}

/// The link that was set, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_get_link(addr: &rtnl_addr) -> *mut rtnl_link {
    let link = addr.rest.get().link;
    if !link.is_null() {
        // SAFETY: it is live.
        unsafe { nl_object_get(link.cast()) };
    }
    link
}

/// Sets the link, and its number, which stays when the link is taken away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_set_link(addr: &mut rtnl_addr, link: *mut rtnl_link) {
    // Without memory for it the link is not kept; the function has no way to say so.
    let Ok(more) = addr.rest.make() else { return };
    // SAFETY: the link is NULL or live.
    unsafe {
        if !link.is_null() {
            nl_object_get(link.cast());
        }
        nl_object_put(core::mem::replace(&mut more.link, link).cast());
        let Some(new) = link.as_ref() else { return };
        addr.h.number = crate::link::rtnl_link_get_ifindex(new) as u32;
    }
    addr.mark(IFINDEX, true);
}

/// IPv4 addresses may differ by their peer alone; IPv6 addresses not even by the length of the prefix.
unsafe fn ids(obj: *const nl_object) -> u32 {
    let addr = obj.cast::<rtnl_addr>();
    // SAFETY: the object is an address.
    let (family, mask) = unsafe { (c_int::from((*addr).family), (*addr).h.mask) };
    let more = match family {
        libc::AF_INET => PREFIXLEN | mask & PEER,
        libc::AF_INET6 => 0,
        _ => PREFIXLEN,
    };
    (FAMILY | IFINDEX | LOCAL | more) as u32
}

impl rtnl_addr {
    fn peer(&self) -> &Slot {
        &self.rest.get().peer
    }

    /// As long as none is set it is for ever.
    fn lifetime(&self, value: u32) -> u32 {
        if self.h.mask & CACHEINFO != 0 { value } else { FOREVER }
    }

    /// Marks an attribute as set, or as not set.
    fn mark(&mut self, bit: u64, is_set: bool) {
        self.h.mask = if is_set { self.h.mask | bit } else { self.h.mask & !bit };
    }
}

accessors! { rtnl_addr:
    set rtnl_addr_set_ifindex(c_int) h.number: IFINDEX;
    get rtnl_addr_get_ifindex() -> c_int = h.number;
    set rtnl_addr_set_family(c_int) family: FAMILY;
    get rtnl_addr_get_family() -> c_int = family;
    get rtnl_addr_get_prefixlen() -> c_int = prefixlen;
    set rtnl_addr_set_scope(c_int) scope: SCOPE;
    get rtnl_addr_get_scope() -> c_int = scope;
    get rtnl_addr_get_flags() -> c_uint = flags;
    slot rtnl_addr_get_local() local;
}

macro_rules! get_addresses {
    ($($name:ident $field:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(addr: &rtnl_addr) -> *mut nl_addr {
                addr.rest.get().$field.get()
            }
        )*
    };
}

get_addresses! {
    rtnl_addr_get_peer peer;
    rtnl_addr_get_broadcast broadcast;
    rtnl_addr_get_multicast multicast;
    rtnl_addr_get_anycast anycast;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_get_valid_lifetime(addr: &rtnl_addr) -> u32 {
    addr.lifetime(addr.cacheinfo.valid)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_get_preferred_lifetime(addr: &rtnl_addr) -> u32 {
    addr.lifetime(addr.cacheinfo.preferred)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_get_create_time(addr: &rtnl_addr) -> u32 {
    addr.cacheinfo.created
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_get_last_update_time(addr: &rtnl_addr) -> u32 {
    addr.cacheinfo.updated
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_set_valid_lifetime(addr: &mut rtnl_addr, lifetime: u32) {
    addr.cacheinfo.valid = lifetime;
    addr.mark(CACHEINFO, true);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_set_preferred_lifetime(addr: &mut rtnl_addr, lifetime: u32) {
    addr.cacheinfo.preferred = lifetime;
    addr.mark(CACHEINFO, true);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_set_flags(addr: &mut rtnl_addr, flags: c_uint) {
    note_flags(addr, flags, flags);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_unset_flags(addr: &mut rtnl_addr, flags: c_uint) {
    note_flags(addr, flags, 0);
}

/// Of `bits` those that are to be set.
fn note_flags(addr: &mut rtnl_addr, bits: u32, set: u32) {
    addr.flags = addr.flags & !bits | set;
    addr.mark(FLAGS, true);
    // Without memory for it a filter does not look at them; the function has no way to say so.
    if let Ok(more) = addr.rest.make() {
        more.flags |= bits;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_get_label(addr: &rtnl_addr) -> *mut c_char {
    if addr.h.mask & LABEL != 0 { addr.rest.label().cast_mut() } else { null_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_set_label(addr: &mut rtnl_addr, label: *const c_char) -> c_int {
    // SAFETY: the label is a string.
    unsafe {
        if libc::strlen(label) >= libc::IFNAMSIZ {
            return -NLE_RANGE;
        }
        if let Err(error) = addr.rest.set_label(label) {
            return -error;
        }
    }
    addr.mark(LABEL, true);
    0
}

/// Sets the length of the prefix, also in the address that has it, which the caller may share.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_set_prefixlen(addr: &mut rtnl_addr, prefixlen: c_int) {
    note_prefixlen(addr, prefixlen);
    // Without memory it stays as it is; the function has no way to say so.
    let _ = owner(addr).set_prefixlen(prefixlen);
}

/// Of peer and local address the one that has the length of the prefix.
fn owner(addr: &mut rtnl_addr) -> &mut Slot {
    match addr.rest.get_mut() {
        Some(more) if !more.peer.is_none() => &mut more.peer,
        _ => &mut addr.local,
    }
}

fn note_prefixlen(addr: &mut rtnl_addr, prefixlen: c_int) {
    addr.prefixlen = prefixlen as u8;
    addr.mark(PREFIXLEN, prefixlen != 0);
}

/// Whether an address may be put into this one: all are of one family, which the first one decides, and
/// some there are in one family alone.
fn fits(addr: &mut rtnl_addr, new: &nl_addr, only: c_int) -> Done {
    if only != libc::AF_UNSPEC && new.family != only {
        return Err(NLE_AF_NOSUPPORT);
    }
    if addr.h.mask & FAMILY != 0 && new.family != c_int::from(addr.family) {
        return Err(NLE_AF_MISMATCH);
    }
    addr.family = new.family as u8;
    addr.mark(FAMILY, true);
    Ok(())
}

/// Sets the local address. It may bring a prefix only where there is no peer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_set_local(addr: &mut rtnl_addr, new: *mut nl_addr) -> c_int {
    // SAFETY: the new address is NULL or live.
    unsafe {
        let prefix = new.as_ref().map_or(0, |new| new.prefix);
        if addr.h.mask & PEER != 0 && prefix != 0 {
            return -NLE_INVAL;
        }
        set_local(addr, new)
    }
}

/// Puts an address into its place, unless it is of a family that does not go there.
unsafe fn set_address(
    addr: &mut rtnl_addr,
    new: *mut nl_addr,
    (bit, only): (u64, c_int),
    place: fn(&mut rtnl_addr) -> Result<&mut Slot, c_int>,
) -> Done {
    // SAFETY: the new address is NULL or live.
    unsafe {
        if let Some(new) = new.as_ref() {
            fits(addr, new, only)?;
        }
        place(addr)?.set(new);
        addr.mark(bit, !new.is_null());
        if bit & (LOCAL | PEER) != 0 {
            take_prefixlen(addr, new);
        }
    }
    Ok(())
}

unsafe fn set_local(addr: &mut rtnl_addr, new: *mut nl_addr) -> c_int {
    let what = (LOCAL, libc::AF_UNSPEC);
    // SAFETY: the new address is NULL or live.
    code(unsafe { set_address(addr, new, what, |addr| Ok(&mut addr.local)) })
}

macro_rules! set_addresses {
    ($($name:ident $field:ident: $bit:ident, $only:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(addr: &mut rtnl_addr, new: *mut nl_addr) -> c_int {
                let what = ($bit, libc::$only);
                // SAFETY: the new address is NULL or live.
                code(unsafe { set_address(addr, new, what, |addr| Ok(&mut addr.rest.make()?.$field)) })
            }
        )*
    };
}

set_addresses! {
    rtnl_addr_set_peer peer: PEER, AF_INET;
    rtnl_addr_set_broadcast broadcast: BROADCAST, AF_INET;
    rtnl_addr_set_multicast multicast: MULTICAST, AF_INET6;
    rtnl_addr_set_anycast anycast: ANYCAST, AF_INET6;
}

/// Takes over the length of the prefix of an address that was set. Where there is a peer, that has it.
unsafe fn take_prefixlen(addr: &mut rtnl_addr, new: *const nl_addr) {
    // SAFETY: NULL or live.
    let prefix = unsafe { new.as_ref() }.map_or(0, |new| new.prefix);
    if addr.peer().is_none() || addr.peer().view(|peer| core::ptr::eq(peer, new)) {
        note_prefixlen(addr, prefix);
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_addr_alloc() -> *mut rtnl_addr {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_put(addr: *mut rtnl_addr) {
    // SAFETY: NULL, or an address of which the caller holds a reference.
    unsafe { nl_object_put(addr.cast()) }
}

unsafe fn request(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { super::nl_rtgen_request(sock, RTM_GETADDR.into(), libc::AF_UNSPEC, libc::NLM_F_DUMP) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, |_| {}, result) }
}

/// The address of an interface (0: of any) that has that local address, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_get(
    cache: *mut nl_cache,
    index: c_int,
    local: *mut nl_addr,
) -> *mut rtnl_addr {
    // SAFETY: cache and address are live.
    unsafe {
        first(cache, &OPS, |addr: &rtnl_addr| {
            let there = index == 0 || addr.h.number == index as u32;
            let same = || addr.local.view(|own| nl_addr_cmp(own, local) == 0);
            there && addr.h.mask & LOCAL != 0 && same()
        })
    }
}
