// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages of routes, read.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::metrics::*;
use super::nexthop::*;
use super::routes::*;
use super::uapi::*;
use super::{encap, header, nexthop, parse_one};
use crate::abi::{nlattr, nlmsghdr};
use crate::addr::*;
use crate::attr::*;
use crate::error::*;
use crate::msg::{nlmsg_attrdata, nlmsg_attrlen};
use crate::object::*;
use crate::rows;
use crate::slot::LONG;

const HEADER: c_int = size_of::<rtmsg>() as c_int;

pub(super) unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a route; the attributes are inside the message, whose header is whole.
    unsafe {
        let route = &mut *obj.cast::<rtnl_route>();
        let head: rtmsg = header(nlh);
        let (attrs, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        (route.family, route.tos, route.protocol) = (head.family, head.tos, head.protocol);
        (route.scope, route.kind, route.h.number) = (head.scope, head.kind, head.table.into());
        route.flags.value = head.flags;
        route.h.mask = FAMILY | TOS | TABLE | PROTOCOL | SCOPE | TYPE | FLAGS | DST;
        route.h.mask |= if c_int::from(head.family) == AF_MPLS { 0 } else { PRIO };
        rows::read(obj, attrs, len, head.family.into())?;
        set_prefixes(route, &head)?;
        let found = Found::in_(attrs, len)?;
        if !found.metrics.is_null() {
            read_metrics(route, found.metrics)?;
        }
        if let Some(info) = found.cacheinfo.as_ref() {
            read_cacheinfo(route, info)?;
        }
        read_nexthops(route, &found)
    }
}

/// The attributes that are read by hand, the last of each type.
struct Found {
    metrics: *mut nlattr,
    multipath: *mut nlattr,
    cacheinfo: *mut nlattr,
    hop: Hop,
}

/// Those of a next hop.
#[derive(Clone, Copy)]
struct Hop {
    oif: *mut nlattr,
    gateway: *mut nlattr,
    flow: *mut nlattr,
    via: *mut nlattr,
    newdst: *mut nlattr,
    encap_type: *mut nlattr,
    encap: *mut nlattr,
}

impl Hop {
    const NONE: Hop = Hop {
        oif: null_mut(),
        gateway: null_mut(),
        flow: null_mut(),
        via: null_mut(),
        newdst: null_mut(),
        encap_type: null_mut(),
        encap: null_mut(),
    };

    fn note(&mut self, nla: &nlattr) -> Done {
        let (slot, least) = match nla_type(nla) as u16 {
            RTA_OIF => (&mut self.oif, 4),
            RTA_GATEWAY => (&mut self.gateway, 0),
            RTA_FLOW => (&mut self.flow, 4),
            RTA_VIA => (&mut self.via, 2),
            RTA_NEWDST => (&mut self.newdst, 0),
            RTA_ENCAP_TYPE => (&mut self.encap_type, 2),
            RTA_ENCAP => (&mut self.encap, 0),
            kind => return long_enough(nla, unused(kind)),
        };
        note(slot, nla, least)
    }
}

/// The fewest bytes of what means nothing to a next hop.
fn unused(kind: u16) -> c_int {
    match kind {
        RTA_IIF | RTA_PRIORITY => 4,
        RTA_CACHEINFO => size_of::<CacheInfo>() as c_int,
        RTA_TTL_PROPAGATE => 1,
        _ => 0,
    }
}

fn long_enough(nla: &nlattr, least: c_int) -> Done {
    if nla_len(nla) < least { Err(NLE_RANGE) } else { Ok(()) }
}

/// Keeps an attribute, which must have a payload of that many bytes.
fn note(slot: &mut *mut nlattr, nla: &nlattr, least: c_int) -> Done {
    *slot = (&raw const *nla).cast_mut();
    long_enough(nla, least)
}

impl Found {
    unsafe fn in_(attrs: *const nlattr, len: c_int) -> Result<Found, c_int> {
        let mut found = Found {
            metrics: null_mut(),
            multipath: null_mut(),
            cacheinfo: null_mut(),
            hop: Hop::NONE,
        };
        // SAFETY: the attributes are `len` bytes.
        for nla in unsafe { walk(attrs, len) } {
            match nla_type(nla) as u16 {
                RTA_METRICS => note(&mut found.metrics, nla, 0),
                RTA_MULTIPATH => note(&mut found.multipath, nla, 0),
                RTA_CACHEINFO => note(&mut found.cacheinfo, nla, size_of::<CacheInfo>() as c_int),
                _ => found.hop.note(nla),
            }?;
        }
        Ok(found)
    }
}

/// The default route has an address without bytes.
fn set_prefixes(route: &mut rtnl_route, head: &rtmsg) -> Done {
    if route.dst.is_none() {
        route.dst.put(head.family.into(), 0, &[])?;
    }
    route.dst.set_prefixlen(head.dst_len.into())?;
    if c_int::from(head.family) == libc::AF_INET {
        // Routes of IPv4 have no source.
        route.src.clear();
        route.h.mask &= !SRC;
    }
    if head.family == 0 && head.src_len > 0 && route.src.is_none() {
        route.src.put(0, 0, &[])?;
        route.h.mask |= SRC;
    }
    route.src.set_prefixlen(head.src_len.into())
}

unsafe fn read_metrics(route: &mut rtnl_route, nest: *mut nlattr) -> Done {
    // SAFETY: the nest is whole.
    unsafe {
        for nla in walk(nla_data(nest).cast(), nla_len(&*nest)) {
            let number = nla_type(nla) as usize;
            if (1..=METRICS_MAX).contains(&number) {
                if nla_len(nla) < 4 {
                    return Err(NLE_RANGE);
                }
                route.set_metric(number, nla_get_u32(nla))?;
            }
        }
    }
    Ok(())
}

unsafe fn read_cacheinfo(route: &mut rtnl_route, nla: &nlattr) -> Done {
    let info = nla_data(nla).cast::<CacheInfo>();
    // SAFETY: the payload is that long.
    unsafe {
        if info.read_unaligned() != CacheInfo::NOTHING {
            route.cacheinfo = crate::mem::copy(info.cast(), size_of::<CacheInfo>()).cast();
            if route.cacheinfo.is_null() {
                return Err(NLE_NOMEM);
            }
        }
    }
    route.h.mask |= CACHEINFO;
    Ok(())
}

unsafe fn read_nexthops(route: &mut rtnl_route, found: &Found) -> Done {
    // SAFETY: the attributes are whole.
    unsafe {
        if let Some(multipath) = found.multipath.as_ref() {
            read_multipath(route, multipath)?;
        }
        let hop = &found.hop;
        let encap = if hop.encap_type.is_null() { null_mut() } else { hop.encap };
        let any = [hop.oif, hop.gateway, hop.flow, hop.via, hop.newdst, encap];
        if any.iter().all(|nla| nla.is_null()) {
            return Ok(());
        }
        let long = hop.gateway.as_ref().is_some_and(|nla| nla_len(nla) == LONG as c_int);
        let nh = nexthop::alloc_with(if long { LONG } else { 0 });
        if nh.is_null() {
            return Err(NLE_NOMEM);
        }
        let place = if long { nh.add(1).cast() } else { null_mut() };
        let read = read_only_hop(&mut *nh, hop, route, place);
        if read.is_ok() && route.nexthops_len == 0 {
            rtnl_route_add_nexthop(route, nh);
            return Ok(());
        }
        let same = is_only_hop(route, &*nh);
        rtnl_route_nh_free(nh);
        if same { read } else { read.and(Err(NLE_INVAL)) }
    }
}

/// Whether a next hop says the same as the one that a list has brought.
unsafe fn is_only_hop(route: &rtnl_route, nh: &rtnl_nexthop) -> bool {
    // SAFETY: the route's next hops are live.
    unsafe {
        let known = nexthops(route).next().filter(|_| route.nexthops_len == 1);
        known.is_some_and(|known| rtnl_route_nh_compare(nh, &*known, nh.mask.into(), 0) == 0)
    }
}

/// The next hop whose attributes are the route's own.
unsafe fn read_only_hop(
    nh: &mut rtnl_nexthop,
    hop: &Hop,
    route: &rtnl_route,
    place: *mut u8,
) -> Done {
    nh.set_flags(route.flags.value as u8);
    // SAFETY: the attributes are NULL or whole.
    unsafe {
        if let Some(oif) = hop.oif.as_ref() {
            rtnl_route_nh_set_ifindex(nh, nla_get_u32(oif) as c_int);
        }
        read_hop(nh, hop, route.family, place)
    }
}

/// A next hop that is the route's already.
unsafe fn new_nexthop<'a>(route: &mut rtnl_route) -> Result<&'a mut rtnl_nexthop, c_int> {
    let nh = rtnl_route_nh_alloc();
    // SAFETY: NULL or new.
    unsafe {
        if nh.is_null() {
            return Err(NLE_NOMEM);
        }
        rtnl_route_add_nexthop(route, nh);
        Ok(&mut *nh)
    }
}

/// The list of next hops, up to one that is damaged.
unsafe fn read_multipath(route: &mut rtnl_route, nla: &nlattr) -> Done {
    let (mut at, mut left) = (nla_data(nla).cast_const(), nla_len(nla) as usize);
    // SAFETY: `left` bytes are there.
    unsafe {
        while left >= size_of::<rtnexthop>() {
            let head = at.cast::<rtnexthop>().read_unaligned();
            let len = usize::from(head.len);
            if len < size_of::<rtnexthop>() || len > left {
                break;
            }
            let nh = new_nexthop(route)?;
            rtnl_route_nh_set_weight(nh, head.hops);
            rtnl_route_nh_set_ifindex(nh, head.index as c_int);
            nh.set_flags(head.flags);
            let attrs = at.byte_add(size_of::<rtnexthop>()).cast();
            let mut hop = Hop::NONE;
            for nla in walk(attrs, (len - size_of::<rtnexthop>()) as c_int) {
                hop.note(nla)?;
            }
            read_hop(nh, &hop, route.family, null_mut())?;
            let step = (align(len as c_int) as usize).min(left);
            (at, left) = (at.byte_add(step), left - step);
        }
    }
    Ok(())
}

/// The attributes of a next hop. `place` is for a gateway of IPv6, or NULL.
unsafe fn read_hop(nh: &mut rtnl_nexthop, hop: &Hop, family: u8, place: *mut u8) -> Done {
    // SAFETY: the attributes are NULL or whole.
    unsafe {
        encap::read(nh, hop.encap_type, hop.encap)?;
        let set_newdst = |nh: &mut rtnl_nexthop, addr| nh.set_newdst(addr);
        with_addr(nh, hop.newdst, |nla| nl_addr_alloc_attr(nla, family.into()), set_newdst)?;
        if let Some(gateway) = hop.gateway.as_ref() {
            nh.read_gateway(gateway, family.into(), place)?;
        }
        with_addr(nh, hop.via, |nla| via_of(nla), |nh, addr| nh.set_via(addr))?;
        if let Some(flow) = hop.flow.as_ref() {
            nh.set_realms(nla_get_u32(flow))?;
        }
    }
    Ok(())
}

/// Sets an address that `make` makes of an attribute, if that is there.
unsafe fn with_addr(
    nh: &mut rtnl_nexthop,
    nla: *const nlattr,
    make: impl Fn(&nlattr) -> *mut nl_addr,
    set: impl Fn(&mut rtnl_nexthop, *mut nl_addr) -> Done,
) -> Done {
    // SAFETY: the attribute is NULL or whole; the address is ours.
    unsafe {
        let Some(nla) = nla.as_ref() else { return Ok(()) };
        let addr = make(nla);
        if addr.is_null() {
            return Err(NLE_NOMEM);
        }
        let set = set(nh, addr);
        nl_addr_put(addr);
        set
    }
}

/// `struct rtvia`: a family and an address of it.
unsafe fn via_of(nla: &nlattr) -> *mut nl_addr {
    let (data, len) = (nla_data(nla), nla_len(nla));
    // SAFETY: the payload has `len` bytes.
    unsafe {
        let family = data.cast::<u16>().read_unaligned();
        nl_addr_build(family.into(), data.byte_add(2), (len - 2).max(0) as usize)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut rtnl_route,
) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe { parse_one(&CACHE_OPS, nlh, result.cast()) }
}
