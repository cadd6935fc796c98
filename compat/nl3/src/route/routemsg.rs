// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages of routes.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::nexthop::*;
use super::routes::*;
use super::uapi::*;
use super::{ask, build, encap, header, parse_one, send};
use crate::abi::{nlattr, nlmsghdr};
use crate::addr::*;
use crate::attr::*;
use crate::error::*;
use crate::msg::{nl_msg, nlmsg_append, nlmsg_attrdata, nlmsg_attrlen, nlmsg_tail};
use crate::object::*;
use crate::rows;
use crate::socket::nl_sock;

const HEADER: c_int = size_of::<rtmsg>() as c_int;

pub(super) unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a route; the attributes are inside the message, whose header is whole.
    unsafe {
        let route = &mut *obj.cast::<rtnl_route>();
        let head: rtmsg = header(nlh);
        let (attrs, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        (route.family, route.tos, route.protocol) = (head.family, head.tos, head.protocol);
        (route.scope, route.kind, route.table) = (head.scope, head.kind, head.table.into());
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
            _ => return Ok(()),
        };
        note(slot, nla, least)
    }
}

/// Keeps an attribute, which must have a payload of that many bytes.
fn note(slot: &mut *mut nlattr, nla: &nlattr, least: c_int) -> Done {
    if nla_len(nla) < least {
        return Err(NLE_RANGE);
    }
    *slot = (&raw const *nla).cast_mut();
    Ok(())
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
unsafe fn set_prefixes(route: &mut rtnl_route, head: &rtmsg) -> Done {
    // SAFETY: the addresses are NULL or the route's own.
    unsafe {
        if route.dst.is_null() {
            route.dst = nl_addr_alloc(0);
            let Some(dst) = route.dst.as_mut() else { return Err(NLE_NOMEM) };
            nl_addr_set_family(dst, head.family.into());
        }
        nl_addr_set_prefixlen(&mut *route.dst, head.dst_len.into());
        if c_int::from(head.family) == libc::AF_INET {
            // Routes of IPv4 have no source.
            nl_addr_put(core::mem::replace(&mut route.src, null_mut()));
            route.h.mask &= !SRC;
        }
        if let Some(src) = route.src.as_mut() {
            nl_addr_set_prefixlen(src, head.src_len.into());
        }
    }
    Ok(())
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
    // SAFETY: the payload is that long.
    let info = unsafe { crate::mem::copy(nla_data(nla), size_of::<CacheInfo>()) };
    if info.is_null() {
        return Err(NLE_NOMEM);
    }
    route.cacheinfo = info.cast();
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
        let nh = rtnl_route_nh_alloc();
        if nh.is_null() {
            return Err(NLE_NOMEM);
        }
        let read = read_only_hop(&mut *nh, hop, route);
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
unsafe fn read_only_hop(nh: &mut rtnl_nexthop, hop: &Hop, route: &rtnl_route) -> Done {
    nh.set_flags(route.flags.value as u8);
    // SAFETY: the attributes are NULL or whole.
    unsafe {
        if let Some(oif) = hop.oif.as_ref() {
            rtnl_route_nh_set_ifindex(nh, nla_get_u32(oif) as c_int);
        }
        read_hop(nh, hop, route.family)
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
            read_hop(nh, &hop, route.family)?;
            let step = (align(len as c_int) as usize).min(left);
            (at, left) = (at.byte_add(step), left - step);
        }
    }
    Ok(())
}

/// The attributes of a next hop.
unsafe fn read_hop(nh: &mut rtnl_nexthop, hop: &Hop, family: u8) -> Done {
    // SAFETY: the attributes are NULL or whole.
    unsafe {
        encap::read(nh, hop.encap_type, hop.encap)?;
        let set_gateway = |nh: &mut rtnl_nexthop, addr| {
            rtnl_route_nh_set_gateway(nh, addr);
            Ok(())
        };
        let set_newdst = |nh: &mut rtnl_nexthop, addr| nh.set_newdst(addr);
        with_addr(nh, hop.newdst, |nla| nl_addr_alloc_attr(nla, family.into()), set_newdst)?;
        with_addr(nh, hop.gateway, |nla| nl_addr_alloc_attr(nla, family.into()), set_gateway)?;
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

/// Asks the kernel for the route that leads to an address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_lookup(
    sock: *mut nl_sock,
    dst: *mut nl_addr,
    result: *mut *mut rtnl_route,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: socket, address and result are the caller's; the route is ours.
    unsafe {
        let route = rtnl_route_alloc();
        let Some(about) = route.as_mut() else { return -NLE_NOMEM };
        let set = rtnl_route_set_dst(about, dst);
        let built = if set < 0 { set } else { request(about, (RTM_GETROUTE, 0), &mut msg) };
        rtnl_route_put(route);
        ask(sock, built, msg, result.cast())
    }
}

/// The scope, which is guessed unless it is set.
unsafe fn scope_of(route: &rtnl_route) -> u8 {
    if route.has(SCOPE) {
        return route.scope;
    }
    // SAFETY: the route is live.
    unsafe { rtnl_route_guess_scope(route) as u8 }
}

/// The header of a request about a route.
unsafe fn header_of(route: &rtnl_route) -> rtmsg {
    // SAFETY: the addresses are NULL or live.
    let prefix =
        |addr: *const nl_addr| unsafe { addr.as_ref() }.map_or(0, |addr| addr.prefix as u8);
    // SAFETY: the route is live.
    let scope = unsafe { scope_of(route) };
    // SAFETY: as above.
    let only = unsafe { nexthops(route).next() }.filter(|_| route.nexthops_len == 1);
    // SAFETY: the route's next hops are live.
    let flags = only.map_or(0, |nh| unsafe { (*nh).flags.into() });
    rtmsg {
        family: route.family,
        dst_len: prefix(route.dst),
        src_len: prefix(route.src),
        tos: route.tos,
        table: route.table as u8,
        protocol: route.protocol,
        scope,
        kind: route.kind,
        flags: route.flags.value | flags,
    }
}

/// Adds header and attributes of a route to a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_build_msg(msg: &mut nl_msg, route: &rtnl_route) -> c_int {
    // SAFETY: the header is ours; what the route holds is live.
    unsafe {
        let head = header_of(route);
        let data: *const c_void = (&raw const head).cast();
        code(done(nlmsg_append(msg, data, size_of::<rtmsg>(), 4)).and_then(|()| put(route, msg)))
    }
}

unsafe fn put(route: &rtnl_route, msg: &mut nl_msg) -> Done {
    let obj = (&raw const *route).cast();
    // SAFETY: the object is a route; what it holds is live.
    unsafe {
        let mpls = c_int::from(route.family) == AF_MPLS;
        if !mpls {
            done(nla_put_u32(msg, RTA_TABLE.into(), route.table))?;
        }
        let dst = route.dst.as_ref().is_some_and(|dst| dst.len > 0);
        rows::write(obj, msg, if dst { DST } else { 0 })?;
        for bit in [PRIO, SRC, PREF_SRC, IIF, TTL_PROPAGATE] {
            rows::write(obj, msg, bit)?;
        }
        put_metrics(route, msg)?;
        put_nexthops(route, msg)
    }
}

unsafe fn put_metrics(route: &rtnl_route, msg: &mut nl_msg) -> Done {
    let Some(metrics) = route.metrics().filter(|metrics| metrics.set != 0) else { return Ok(()) };
    // SAFETY: the nest is in the message.
    unsafe {
        let nest = nla_nest_start(msg, RTA_METRICS.into());
        if nest.is_null() {
            return Err(NLE_NOMEM);
        }
        for (number, value) in metrics.iter() {
            done(nla_put_u32(msg, number.into(), value))?;
        }
        done(nla_nest_end(msg, nest))
    }
}

unsafe fn put_nexthops(route: &rtnl_route, msg: &mut nl_msg) -> Done {
    // SAFETY: the route's next hops are live.
    unsafe {
        if route.nexthops_len == 1 {
            let Some(nh) = nexthops(route).next() else { return Ok(()) };
            if (*nh).has(NH_IFINDEX) {
                done(nla_put_u32(msg, RTA_OIF.into(), (*nh).index))?;
            }
            return put_hop(&*nh, msg);
        }
        if route.nexthops_len > 1 {
            let nest = nla_nest_start(msg, RTA_MULTIPATH.into());
            if nest.is_null() {
                return Err(NLE_NOMEM);
            }
            for nh in nexthops(route) {
                put_multipath(&*nh, msg)?;
            }
            done(nla_nest_end(msg, nest))?;
        }
    }
    Ok(())
}

unsafe fn put_multipath(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    let head = rtnexthop { len: 0, flags: nh.flags, hops: nh.weight, index: nh.index };
    // SAFETY: the message does not move while it is written.
    unsafe {
        let start = nlmsg_tail(&*msg.nlh);
        done(nlmsg_append(msg, (&raw const head).cast(), size_of::<rtnexthop>(), 4))?;
        put_hop(nh, msg)?;
        let len = nlmsg_tail(&*msg.nlh).byte_offset_from(start);
        start.cast::<u16>().write(len as u16);
    }
    Ok(())
}

/// The attributes of a next hop.
unsafe fn put_hop(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    // SAFETY: what the next hop holds is live.
    unsafe {
        if nh.has(NH_GATEWAY) {
            done(nla_put_addr(msg, RTA_GATEWAY.into(), nh.gateway))?;
        }
        if nh.has(NH_NEWDST) {
            done(nla_put_addr(msg, RTA_NEWDST.into(), nh.newdst()))?;
        }
        if nh.has(NH_VIA) {
            put_via(&*nh.via(), msg)?;
        }
        if nh.has(NH_REALMS) {
            done(nla_put_u32(msg, RTA_FLOW.into(), nh.realms()))?;
        }
        nh.mpls().map_or(Ok(()), |mpls| mpls.put(msg))
    }
}

unsafe fn put_via(via: &nl_addr, msg: &mut nl_msg) -> Done {
    // SAFETY: the attribute has room for family and address.
    unsafe {
        let nla = nla_reserve(msg, RTA_VIA.into(), (via.len + 2) as c_int);
        if nla.is_null() {
            return Err(NLE_NOMEM);
        }
        nla_data(nla).cast::<u16>().write_unaligned(via.family as u16);
        libc::memcpy(nla_data(nla).byte_add(2), nl_addr::bytes(via).cast(), via.len as usize);
    }
    Ok(())
}

unsafe fn request(
    route: &rtnl_route,
    (kind, flags): (u16, c_int),
    result: *mut *mut nl_msg,
) -> c_int {
    if !route.has(DST) {
        return -NLE_MISSING_ATTR;
    }
    // SAFETY: what the route holds is live; the result is the caller's.
    unsafe {
        let head = header_of(route);
        build((kind, flags), &head, result, |msg| put(route, msg))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_build_add_request(
    route: &rtnl_route,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { request(route, (RTM_NEWROUTE, libc::NLM_F_CREATE | flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_build_del_request(
    route: &rtnl_route,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { request(route, (RTM_DELROUTE, flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_add(
    sock: *mut nl_sock,
    route: &rtnl_route,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_route_build_add_request(route, flags, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_delete(
    sock: *mut nl_sock,
    route: &rtnl_route,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_route_build_del_request(route, flags, &mut msg);
        send(sock, built, msg)
    }
}
