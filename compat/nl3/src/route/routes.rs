// SPDX-License-Identifier: MIT OR Apache-2.0
//! Routes, `route/route`: the object. routemsg.rs and routebuild.rs have its messages, routedump.rs its texts.

use core::ffi::{c_int, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;

use super::metrics::*;
use super::nexthop::*;
use super::uapi::*;
use super::{routedump, routemsg};
use crate::abi::nl_list_head;
use crate::addr::{AF_DECNET, AF_MPLS, nl_addr};
use crate::cache::nl_cache;
use crate::error::*;
use crate::mngt::*;
use crate::object::*;
use crate::rows::{Flags, How, accessors, attrs};
use crate::slot::Slot;
use crate::socket::nl_sock;
use crate::{list, mem};

/// A route. Its number is that of the table.
#[repr(C)]
pub struct rtnl_route {
    pub(super) h: nl_object,
    pub(super) family: u8,
    pub(super) tos: u8,
    pub(super) protocol: u8,
    pub(super) scope: u8,
    pub(super) kind: u8,
    pub(super) ttl_propagate: u8,
    pub(super) prio: u32,
    pub(super) flags: Flags,
    pub(super) iif: u32,
    pub(super) nexthops_len: u32,
    pub(super) dst: Slot,
    pub(super) src: Slot,
    pub(super) pref_src: Slot,
    pub(super) nexthops: nl_list_head,
    /// NULL while there are none.
    pub(super) metrics: *mut Metrics,
    /// NULL also when all of it is 0, as it mostly is.
    pub(super) cacheinfo: *mut CacheInfo,
}

attrs! { rtnl_route {
    FAMILY = 0 "family" Int(family),
    TOS = 1 "tos" Int(tos),
    TABLE = 2 "table" Int(h.number) = RTA_TABLE,
    PROTOCOL = 3 "protocol" Int(protocol),
    SCOPE = 4 "scope" Int(scope),
    TYPE = 5 "type" Int(kind),
    FLAGS = 6 "flags" Aside(flags),
    DST = 7 "dst" Addr(dst) = RTA_DST,
    SRC = 8 "src" Addr(src) = RTA_SRC,
    IIF = 9 "iif" Int(iif) = RTA_IIF,
    OIF = 10 "oif" Own,
    GATEWAY_OF_ONE = 11 "gateway" Own,
    PRIO = 12 "prio" Int(prio) = RTA_PRIORITY,
    PREF_SRC = 13 "pref_src" Addr(pref_src) = RTA_PREFSRC,
    METRICS = 14 "metrics" Aside,
    MULTIPATH = 15 "multipath" Aside,
    REALMS_OF_ONE = 16 "realms" Own,
    CACHEINFO = 17 "cacheinfo" Aside,
    TTL_PROPAGATE = 18 "ttl_propagate" Int(ttl_propagate) = RTA_TTL_PROPAGATE,
} }

#[unsafe(no_mangle)]
pub static route_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: (FAMILY | TOS | TABLE | DST | PRIO) as u32,
    keys: (FAMILY | TOS | TABLE | DST) as u32,
    places: 1,
    names: NAMES,
    init: Some(init),
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: [Some(routedump::brief), Some(routedump::details), Some(routedump::statistics)],
    update: Some(update),
    ids: Some(ids),
    ..nl_object_ops::new::<rtnl_route>(c"route/route", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<rtmsg>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    unique: true,
    request: Some(request),
    parse: routemsg::parse,
    ..nl_cache_ops::new(c"route/route", NETLINK_ROUTE, &route_obj_ops)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWROUTE as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELROUTE as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETROUTE as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_IPV4_ROUTE`, `RTNLGRP_IPV6_ROUTE`, `RTNLGRP_MPLS_ROUTE`, and what was DECnet's.
static GROUPS: [nl_af_group; 4] = [
    nl_af_group { family: libc::AF_INET, group: 7 },
    nl_af_group { family: libc::AF_INET6, group: 11 },
    nl_af_group { family: AF_MPLS, group: 27 },
    nl_af_group { family: AF_DECNET, group: 15 },
];

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is a route.
    unsafe {
        let route = obj.cast::<rtnl_route>();
        (*route).scope = libc::RT_SCOPE_NOWHERE;
        (*route).h.number = libc::RT_TABLE_MAIN.into();
        (*route).protocol = libc::RTPROT_STATIC;
        (*route).kind = libc::RTN_UNICAST;
        list::init(&raw mut (*route).nexthops);
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is a route, and what it holds is its own.
    unsafe {
        let route = obj.cast::<rtnl_route>();
        nexthops(route).for_each(|nh| rtnl_route_nh_free(nh));
        mem::free((*route).metrics);
        mem::free((*route).cacheinfo);
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are routes; what belongs to the old one is replaced before anything can fail.
    unsafe {
        let (new, from) = (new.cast::<rtnl_route>(), from.cast::<rtnl_route>());
        list::init(&raw mut (*new).nexthops);
        (*new).nexthops_len = 0;
        (*new).metrics = null_mut();
        (*new).cacheinfo = null_mut();
        (*new).metrics = copy((*from).metrics)?;
        (*new).cacheinfo = copy((*from).cacheinfo)?;
        for nh in nexthops(from) {
            let nh = rtnl_route_nh_clone(&*nh);
            if nh.is_null() {
                return Err(NLE_NOMEM);
            }
            rtnl_route_add_nexthop(&mut *new, nh);
        }
    }
    Ok(())
}

/// A copy of what may be NULL.
unsafe fn copy<T>(from: *const T) -> Result<*mut T, c_int> {
    if from.is_null() {
        return Ok(null_mut());
    }
    // SAFETY: it is one `T`, which may be copied byte by byte.
    let new = unsafe { mem::copy(from.cast::<c_void>(), size_of::<T>()) };
    if new.is_null() { Err(NLE_NOMEM) } else { Ok(new.cast()) }
}

/// MPLS routes have no priority.
unsafe fn ids(obj: *const nl_object) -> u32 {
    // SAFETY: the object is a route.
    let family = unsafe { (*obj.cast::<rtnl_route>()).family };
    let mpls = c_int::from(family) == AF_MPLS;
    route_obj_ops.id_attrs & !(if mpls { PRIO as u32 } else { 0 })
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, asked: u64, how: How) -> u64 {
    let filter = how == How::Filter;
    // SAFETY: both are routes.
    unsafe {
        let (a, b) = (&*a.cast::<rtnl_route>(), &*b.cast::<rtnl_route>());
        // As ever: where next hops differ, the rest is not told.
        if asked & MULTIPATH != 0 && nexthops_differ(a, b, filter) {
            return MULTIPATH;
        }
        let metrics = metrics_differ(a, b, filter);
        let flags = a.has(FLAGS) != b.has(FLAGS) || a.flags.differ(b.flags, filter);
        u64::from(metrics) * METRICS + u64::from(flags) * FLAGS
    }
}

/// Next hops of IPv6 routes come and go one by one, each in a message that looks like a route's. Those without a
/// gateway are routes of their own.
unsafe fn update(old: *mut nl_object, new: *mut nl_object) -> Done {
    // SAFETY: both are routes; a copy of the next hop becomes the old one's.
    unsafe {
        let (to, from) = (&mut *old.cast::<rtnl_route>(), &*new.cast::<rtnl_route>());
        let Some(nh) = nexthops(from).next().filter(|_| from.nexthops_len == 1) else {
            return Err(NLE_OPNOTSUPP);
        };
        // One without a gateway is a route of its own.
        if c_int::from(from.family) != libc::AF_INET6 || !(*nh).has(NH_GATEWAY) {
            return Err(NLE_OPNOTSUPP);
        }
        let known = nexthops(to).find(|known| same(&**known, &*nh, false));
        match (from.h.msgtype, known) {
            (RTM_NEWROUTE, None) => {
                let copy = rtnl_route_nh_clone(&*nh);
                if copy.is_null() {
                    return Err(NLE_NOMEM);
                }
                rtnl_route_add_nexthop(to, copy);
            }
            (RTM_NEWROUTE, Some(_)) => {}
            (RTM_DELROUTE, _) if to.nexthops_len <= 1 => return Err(NLE_OPNOTSUPP),
            (RTM_DELROUTE, Some(known)) => {
                rtnl_route_remove_nexthop(to, known);
                rtnl_route_nh_free(known);
            }
            (RTM_DELROUTE, None) => {}
            _ => return Err(NLE_OPNOTSUPP),
        }
    }
    Ok(())
}

/// Next hops may come in any order. A filter names some of those that must be there.
unsafe fn nexthops_differ(a: &rtnl_route, b: &rtnl_route, filter: bool) -> bool {
    // SAFETY: both are live, and so are their next hops.
    unsafe {
        let lacks = |a, b| nexthops(a).any(|x| !nexthops(b).any(|y| same(&*x, &*y, false)));
        if filter {
            return nexthops(b).any(|y| !nexthops(a).any(|x| same(&*x, &*y, true)));
        }
        a.nexthops_len != b.nexthops_len || lacks(a, b) || lacks(b, a)
    }
}

unsafe fn same(a: &rtnl_nexthop, b: &rtnl_nexthop, filter: bool) -> bool {
    let attrs = if filter { b.mask.into() } else { !0 };
    // SAFETY: both are live.
    unsafe { rtnl_route_nh_compare(a, b, attrs, filter.into()) == 0 }
}

/// The next hops of a route.
pub(super) unsafe fn nexthops(route: *const rtnl_route) -> list::Iter<rtnl_nexthop> {
    // SAFETY: the route is live.
    unsafe { list::iter((&raw const (*route).nexthops).cast_mut(), offset_of!(rtnl_nexthop, link)) }
}

impl rtnl_route {
    pub(super) fn has(&self, bits: u64) -> bool {
        self.h.mask & bits != 0
    }
}

accessors! { rtnl_route:
    set rtnl_route_set_table(u32) h.number: TABLE;
    get rtnl_route_get_table() -> u32 = h.number;
    set rtnl_route_set_scope(u8) scope: SCOPE;
    get rtnl_route_get_scope() -> u8 = scope;
    set rtnl_route_set_tos(u8) tos: TOS;
    get rtnl_route_get_tos() -> u8 = tos;
    set rtnl_route_set_protocol(u8) protocol: PROTOCOL;
    get rtnl_route_get_protocol() -> u8 = protocol;
    set rtnl_route_set_priority(u32) prio: PRIO;
    get rtnl_route_get_priority() -> u32 = prio;
    get rtnl_route_get_family() -> u8 = family;
    get rtnl_route_get_type() -> u8 = kind;
    flags rtnl_route_set_flags(u32) flags: FLAGS;
    unflags rtnl_route_unset_flags(u32) flags: FLAGS;
    slot rtnl_route_get_dst() dst;
    slot rtnl_route_get_src() src;
    slot rtnl_route_get_pref_src() pref_src;
    set rtnl_route_set_iif(c_int) iif: IIF;
    get rtnl_route_get_iif() -> c_int = iif;
    set rtnl_route_set_ttl_propagate(u8) ttl_propagate: TTL_PROPAGATE;
    get rtnl_route_get_ttl_propagate() -> c_int = ttl_propagate: TTL_PROPAGATE, -NLE_MISSING_ATTR;
    get rtnl_route_get_nnexthops() -> c_int = nexthops_len: MULTIPATH, 0;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_get_flags(route: &rtnl_route) -> u32 {
    route.flags.value
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_set_family(route: &mut rtnl_route, family: u8) -> c_int {
    let known = [libc::AF_INET, libc::AF_INET6, AF_DECNET, AF_MPLS];
    if !known.contains(&family.into()) {
        return -NLE_AF_NOSUPPORT;
    }
    route.family = family;
    route.h.mask |= FAMILY;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_set_type(route: &mut rtnl_route, kind: u8) -> c_int {
    if kind > libc::RTN_XRESOLVE {
        return -NLE_RANGE;
    }
    route.kind = kind;
    route.h.mask |= TYPE;
    0
}

/// Puts an address into a field, if it is of the route's family, which the first one decides.
unsafe fn assign(
    route: &mut rtnl_route,
    field: impl Fn(&mut rtnl_route) -> &mut Slot,
    bit: u64,
    new: *mut nl_addr,
) -> c_int {
    // SAFETY: the new address is NULL or live.
    unsafe {
        if let Some(new) = new.as_ref() {
            if route.has(FAMILY) && new.family != c_int::from(route.family) {
                return -NLE_AF_MISMATCH;
            }
            route.family = new.family as u8;
        }
        field(route).set(new);
    }
    route.h.mask |= bit | FAMILY;
    0
}

macro_rules! set_addresses {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(route: &mut rtnl_route, addr: *mut nl_addr) -> c_int {
                // SAFETY: the new address is NULL or live.
                unsafe { assign(route, |route| &mut route.$field, $bit, addr) }
            }
        )*
    };
}

set_addresses! {
    rtnl_route_set_dst dst: DST;
    rtnl_route_set_pref_src pref_src: PREF_SRC;
}

/// Sets the source, which IPv4 routes do not have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_set_src(route: &mut rtnl_route, addr: *mut nl_addr) -> c_int {
    // SAFETY: the new address is NULL or live.
    unsafe {
        if addr.as_ref().is_some_and(|addr| addr.family == libc::AF_INET) {
            return -NLE_SRCRT_NOSUPPORT;
        }
        assign(route, |route| &mut route.src, SRC, addr)
    }
}

/// Adds a next hop, which is the route's from then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_add_nexthop(route: &mut rtnl_route, nh: *mut rtnl_nexthop) {
    // SAFETY: the next hop is live and in no route.
    unsafe { list::add_tail(&raw mut (*nh).link, &raw mut route.nexthops) };
    route.nexthops_len = route.nexthops_len.wrapping_add(1);
    route.h.mask |= MULTIPATH;
}

/// Takes a next hop out, which is the caller's from then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_remove_nexthop(route: &mut rtnl_route, nh: *mut rtnl_nexthop) {
    if !route.has(MULTIPATH) {
        return;
    }
    // SAFETY: the next hop is one of the route's.
    unsafe { list::remove(&raw mut (*nh).link) };
    route.nexthops_len = route.nexthops_len.wrapping_sub(1);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_get_nexthops(route: &mut rtnl_route) -> *mut nl_list_head {
    if route.has(MULTIPATH) { &raw mut route.nexthops } else { null_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_foreach_nexthop(
    route: *mut rtnl_route,
    cb: unsafe extern "C" fn(*mut rtnl_nexthop, *mut c_void),
    arg: *mut c_void,
) {
    // SAFETY: the route is live; the callback takes the caller's own argument.
    unsafe {
        if (*route).has(MULTIPATH) {
            nexthops(route).for_each(|nh| cb(nh, arg));
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nexthop_n(
    route: *mut rtnl_route,
    n: c_int,
) -> *mut rtnl_nexthop {
    // SAFETY: the route is live.
    let mut all = unsafe { nexthops(route) };
    if n < 0 { null_mut() } else { all.nth(n as usize).unwrap_or(null_mut()) }
}

/// The scope that follows from type, table and next hops.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_guess_scope(route: &rtnl_route) -> c_int {
    if route.kind == libc::RTN_LOCAL {
        return libc::RT_SCOPE_HOST.into();
    }
    // SAFETY: the route's next hops are live.
    let mut hops = unsafe { nexthops(route) };
    // SAFETY: as above.
    let through = hops.any(|nh| unsafe { !(*nh).gateway.is_none() });
    let universe = through || c_int::from(route.family) == AF_MPLS;
    if universe { libc::RT_SCOPE_UNIVERSE.into() } else { libc::RT_SCOPE_LINK.into() }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_alloc() -> *mut rtnl_route {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&route_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_get(route: *mut rtnl_route) {
    // SAFETY: the route is live.
    unsafe { nl_object_get(route.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_put(route: *mut rtnl_route) {
    // SAFETY: NULL, or a route of which the caller holds a reference.
    unsafe { nl_object_put(route.cast()) }
}

/// The flag of caches that asks for the kernel's cache of routes rather than the routes.
const ROUTE_CACHE_CONTENT: c_int = 1;

unsafe fn request(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    const RTM_F_CLONED: u32 = 0x200;
    // SAFETY: cache and socket are live; all zeros are a valid header.
    unsafe {
        let mut head: rtmsg = core::mem::zeroed();
        head.family = (*cache).arg1 as u8;
        head.flags = if (*cache).arg2 & ROUTE_CACHE_CONTENT != 0 { RTM_F_CLONED } else { 0 };
        let data = (&raw const head).cast();
        let (kind, flags) = (RTM_GETROUTE.into(), libc::NLM_F_DUMP);
        crate::send::nl_send_simple(sock, kind, flags, data, size_of::<rtmsg>())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_alloc_cache(
    sock: *mut nl_sock,
    family: c_int,
    flags: c_int,
    result: *mut *mut nl_cache,
) -> c_int {
    let set = |cache: *mut nl_cache| {
        // SAFETY: the cache is new.
        unsafe { ((*cache).arg1, (*cache).arg2) = (family, flags) }
    };
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, set, result) }
}
