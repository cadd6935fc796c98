// SPDX-License-Identifier: MIT OR Apache-2.0
//! Configurations of interfaces, `route/netconf`: forwarding and the like, by address family.

use core::ffi::{CStr, c_int};
use core::ptr::null_mut;

use super::uapi::*;
use super::{dump_dev, header};
use crate::abi::{nl_dump_params, nlmsghdr};
use crate::addr::AF_MPLS;
use crate::cache::{holds, nl_cache, nl_cache_search};
use crate::dump::dump;
use crate::error::*;
use crate::mngt::*;
use crate::msg::{nlmsg_attrdata, nlmsg_attrlen};
use crate::object::*;
use crate::rows::{self, attrs};
use crate::socket::nl_sock;

/// A configuration: of an interface, of all, or of those to come.
#[repr(C)]
pub struct rtnl_netconf {
    h: nl_object,
    family: c_int,
    index: c_int,
    forwarding: c_int,
    rp_filter: c_int,
    mc_forwarding: c_int,
    proxy_neigh: c_int,
    ignore_routes_linkdown: c_int,
    input: c_int,
}

attrs! { rtnl_netconf {
    FAMILY = 0 "family" Int(family),
    IFINDEX = 1 "ifindex" Int(index) = NETCONFA_IFINDEX,
    RP_FILTER = 2 "rp_filter" Int(rp_filter) = NETCONFA_RP_FILTER,
    FORWARDING = 3 "forwarding" Int(forwarding) = NETCONFA_FORWARDING,
    MC_FORWARDING = 4 "mc_forwarding" Int(mc_forwarding) = NETCONFA_MC_FORWARDING,
    PROXY_NEIGH = 5 "proxy_neigh" Int(proxy_neigh) = NETCONFA_PROXY_NEIGH,
    IGNORE_LINKDOWN = 6 "ignore_routes_with_linkdown" Int(ignore_routes_linkdown) = NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
    INPUT = 7 "input" Int(input) = NETCONFA_INPUT,
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (FAMILY | IFINDEX) as u32,
    keys: (FAMILY | IFINDEX) as u32,
    names: NAMES,
    dump: [Some(dump_brief), Some(dump_brief), None],
    update: Some(update),
    ..nl_object_ops::new::<rtnl_netconf>(c"route/netconf", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: 1,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    unique: true,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"route/netconf", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWNETCONF as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELNETCONF as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETNETCONF as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_IPV4_NETCONF`, `RTNLGRP_IPV6_NETCONF`, `RTNLGRP_MPLS_NETCONF`.
static GROUPS: [nl_af_group; 3] = [
    nl_af_group { family: libc::AF_INET, group: 24 },
    nl_af_group { family: libc::AF_INET6, group: 25 },
    nl_af_group { family: AF_MPLS, group: 29 },
];

const ALL: c_int = -1;
const DEFAULT: c_int = -2;

macro_rules! getters {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(nc: *const rtnl_netconf, value: *mut c_int) -> c_int {
                // SAFETY: the configuration is NULL or live, the value NULL or the caller's.
                let (nc, value) = unsafe { (nc.as_ref(), value.as_mut()) };
                let Some(nc) = nc else { return -NLE_INVAL };
                if nc.h.mask & $bit == 0 {
                    return -NLE_MISSING_ATTR;
                }
                if let Some(value) = value {
                    *value = nc.$field;
                }
                0
            }
        )*
    };
}

getters! {
    rtnl_netconf_get_family family: FAMILY;
    rtnl_netconf_get_ifindex index: IFINDEX;
    rtnl_netconf_get_forwarding forwarding: FORWARDING;
    rtnl_netconf_get_mc_forwarding mc_forwarding: MC_FORWARDING;
    rtnl_netconf_get_rp_filter rp_filter: RP_FILTER;
    rtnl_netconf_get_proxy_neigh proxy_neigh: PROXY_NEIGH;
    rtnl_netconf_get_ignore_routes_linkdown ignore_routes_linkdown: IGNORE_LINKDOWN;
    rtnl_netconf_get_input input: INPUT;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netconf_put(nc: *mut rtnl_netconf) {
    // SAFETY: NULL, or a configuration of which the caller holds a reference.
    unsafe { nl_object_put(nc.cast()) }
}

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe {
        super::nl_rtgen_request(sock, RTM_GETNETCONF.into(), libc::AF_UNSPEC, libc::NLM_F_DUMP)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netconf_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, |_| {}, result) }
}

/// The configuration of a family for an interface, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netconf_get_by_idx(
    cache: *mut nl_cache,
    family: c_int,
    index: c_int,
) -> *mut rtnl_netconf {
    // SAFETY: the cache is live; the needle is ours.
    unsafe {
        if index == 0 || family == 0 || !holds(cache, &OPS) {
            return null_mut();
        }
        let needle = nl_object_alloc(&OPS).cast::<rtnl_netconf>();
        let Some(it) = needle.as_mut() else { return null_mut() };
        (it.family, it.index) = (family, index);
        it.h.mask = FAMILY | IFINDEX;
        let found = nl_cache_search(cache, needle.cast());
        nl_object_put(needle.cast());
        found.cast()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netconf_get_all(
    cache: *mut nl_cache,
    family: c_int,
) -> *mut rtnl_netconf {
    // SAFETY: the cache is live.
    unsafe { rtnl_netconf_get_by_idx(cache, family, ALL) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netconf_get_default(
    cache: *mut nl_cache,
    family: c_int,
) -> *mut rtnl_netconf {
    // SAFETY: the cache is live.
    unsafe { rtnl_netconf_get_by_idx(cache, family, DEFAULT) }
}

/// The kernel tells of what has changed alone.
unsafe fn update(old: *mut nl_object, new: *mut nl_object) -> Done {
    // SAFETY: both are configurations.
    unsafe {
        let (to, from) = (&mut *old.cast::<rtnl_netconf>(), &*new.cast::<rtnl_netconf>());
        if from.h.msgtype != RTM_NEWNETCONF || (to.family, to.index) != (from.family, from.index) {
            return Err(NLE_OPNOTSUPP);
        }
        for (bit, value, new) in [
            (RP_FILTER, &mut to.rp_filter, from.rp_filter),
            (FORWARDING, &mut to.forwarding, from.forwarding),
            (MC_FORWARDING, &mut to.mc_forwarding, from.mc_forwarding),
            (PROXY_NEIGH, &mut to.proxy_neigh, from.proxy_neigh),
            (IGNORE_LINKDOWN, &mut to.ignore_routes_linkdown, from.ignore_routes_linkdown),
            (INPUT, &mut to.input, from.input),
        ] {
            if from.h.mask & bit != 0 {
                *value = new;
            }
        }
    }
    Ok(())
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a configuration; the attributes are inside the message, whose header is whole.
    unsafe {
        let nc = &mut *obj.cast::<rtnl_netconf>();
        nc.family = header::<u8>(nlh).into();
        nc.h.mask = FAMILY;
        let known = [libc::AF_INET, libc::AF_INET6, AF_MPLS].contains(&nc.family);
        rows::read(obj, nlmsg_attrdata(nlh, 1), nlmsg_attrlen(&*nlh, 1), 0)?;
        if known && nc.h.mask & IFINDEX != 0 { Ok(()) } else { Err(NLE_FAILURE) }
    }
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a configuration.
    let nc = unsafe { &*obj.cast::<rtnl_netconf>() };
    let family = match nc.family {
        libc::AF_INET => c"ipv4 ",
        libc::AF_INET6 => c"ipv6 ",
        _ => c"mpls ",
    };
    dump!(p, c"%s", family.as_ptr());
    match nc.index {
        ALL => dump!(p, c"all "),
        DEFAULT => dump!(p, c"default "),
        index => {
            dump_dev(p, c"dev ", index);
            dump!(p, c" ");
        }
    }
    for (bit, name, value) in [
        (FORWARDING, c"forwarding", switch(nc.forwarding)),
        (RP_FILTER, c"rp_filter", rp_filter(nc.rp_filter)),
        (MC_FORWARDING, c"mc_forwarding", switch(nc.mc_forwarding)),
    ] {
        if nc.h.mask & bit != 0 {
            dump!(p, c"%s %s ", name.as_ptr(), value.as_ptr());
        }
    }
    if nc.h.mask & PROXY_NEIGH != 0 {
        dump!(p, c"proxy_neigh %d ", nc.proxy_neigh);
    }
    if nc.h.mask & IGNORE_LINKDOWN != 0 {
        let value = switch(nc.ignore_routes_linkdown);
        dump!(p, c"ignore_routes_with_linkdown %s ", value.as_ptr());
    }
    if nc.h.mask & INPUT != 0 {
        dump!(p, c"input %s ", switch(nc.input).as_ptr());
    }
    dump!(p, c"\n");
}

fn switch(value: c_int) -> &'static CStr {
    if value != 0 { c"on" } else { c"off" }
}

fn rp_filter(value: c_int) -> &'static CStr {
    match value {
        0 => c"off",
        1 => c"strict",
        2 => c"loose",
        _ => c"unknown-mode",
    }
}
