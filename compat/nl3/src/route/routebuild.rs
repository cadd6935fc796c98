// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages of routes, written, and what is done with them.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::nexthop::*;
use super::routes::*;
use super::uapi::*;
use super::{ask, build, send, sized};
use crate::addr::*;
use crate::attr::*;
use crate::error::*;
use crate::msg::{nl_msg, nlmsg_append, nlmsg_tail};
use crate::rows;
use crate::slot::Slot;
use crate::socket::nl_sock;

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
    let prefix = |slot: &Slot| slot.ask(0, |addr| addr.prefix as u8);
    // SAFETY: the route is live.
    let scope = unsafe { scope_of(route) };
    // SAFETY: as above.
    let only = unsafe { nexthops(route).next() }.filter(|_| route.nexthops_len == 1);
    // SAFETY: the route's next hops are live.
    let flags = only.map_or(0, |nh| unsafe { (*nh).flags.into() });
    rtmsg {
        family: route.family,
        dst_len: prefix(&route.dst),
        src_len: prefix(&route.src),
        tos: route.tos,
        table: route.h.number as u8,
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
        let head = done(nlmsg_append(msg, data, size_of::<rtmsg>(), 4));
        code(sized(head.and_then(|()| put(route, msg))))
    }
}

unsafe fn put(route: &rtnl_route, msg: &mut nl_msg) -> Done {
    let obj = (&raw const *route).cast();
    // SAFETY: the object is a route; what it holds is live.
    unsafe {
        let mpls = c_int::from(route.family) == AF_MPLS;
        if !mpls {
            done(nla_put_u32(msg, RTA_TABLE.into(), route.h.number))?;
        }
        let dst = route.dst.ask(false, |dst| dst.len > 0);
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
            return put_only_hop(&*nh, msg);
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

/// The attributes of the only next hop, which are the route's own.
unsafe fn put_only_hop(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    // SAFETY: what the next hop holds is live.
    unsafe {
        put_gateway(nh, msg)?;
        if nh.index != 0 {
            done(nla_put_u32(msg, RTA_OIF.into(), nh.index))?;
        }
        put_realms(nh, msg)?;
        put_newdst_via(nh, msg)?;
        nh.mpls().map_or(Ok(()), |mpls| mpls.put(msg))
    }
}

/// The attributes of one next hop of several.
unsafe fn put_hop(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    // SAFETY: what the next hop holds is live.
    unsafe {
        put_gateway(nh, msg)?;
        put_newdst_via(nh, msg)?;
        put_realms(nh, msg)?;
        nh.mpls().map_or(Ok(()), |mpls| mpls.put(msg))
    }
}

unsafe fn put_gateway(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    if !nh.has(NH_GATEWAY) {
        return Ok(());
    }
    // SAFETY: the address is live.
    let put = |addr| unsafe { nla_put_addr(msg, RTA_GATEWAY.into(), addr) };
    done(nh.gateway.view(put))
}

unsafe fn put_realms(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    if nh.realms() == 0 {
        return Ok(());
    }
    // SAFETY: the message is live.
    done(unsafe { nla_put_u32(msg, RTA_FLOW.into(), nh.realms()) })
}

unsafe fn put_newdst_via(nh: &rtnl_nexthop, msg: &mut nl_msg) -> Done {
    // SAFETY: what the next hop holds is live.
    unsafe {
        if nh.has(NH_NEWDST) {
            done(nla_put_addr(msg, RTA_NEWDST.into(), nh.newdst()))?;
        }
        if nh.has(NH_VIA) { put_via(&*nh.via(), msg) } else { Ok(()) }
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
