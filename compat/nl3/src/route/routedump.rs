// SPDX-License-Identifier: MIT OR Apache-2.0
//! Texts of routes.

use core::ffi::{c_char, c_int};

use super::metrics::Metrics;
use super::names::*;
use super::nexthop::{FROM_DETAILS, rtnl_route_nh_dump};
use super::routes::*;
use super::{dump_dev, text_in};
use crate::abi::nl_dump_params;
use crate::dump::{dump, dump_line};
use crate::names::{AF, Names, names};
use crate::object::nl_object;

const CLONED: u32 = 0x200;

/// `RTM_F_*` and `RTCF_*`, but for the one that is told as `cache`.
static FLAG_NAMES: Names = names! {
    1 "DEAD", 4 "ONLINK", 2 "PERVASIVE", 0x100 "NOTIFY", 0x400 "EQUALIZE", 0x800 "PREFIX",
    0x10000 "NOTIFY", 0x40000 "REDIRECTED", 0x1000000 "DOREDIRECT", 0x4000000 "DIRECTSRC",
    0x8000000 "DNAT", 0x10000000 "BROADCAST", 0x20000000 "MULTICAST", 0x80000000 "LOCAL",
};

pub(super) unsafe fn brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a route; the buffers have the lengths said.
    unsafe {
        let route = &*obj.cast::<rtnl_route>();
        let mut buf = [0 as c_char; 128];
        dump_line!(p, c"%s ", AF.to_str(route.family.into(), buf.as_mut_ptr(), buf.len()));
        if route.flags.value & CLONED != 0 {
            dump!(p, c"cache ");
        }
        if route.has(DST) && route.dst.ask(false, |dst| dst.len > 0) {
            dump!(p, c"%s ", text_in(&route.dst, &mut buf));
        } else {
            dump!(p, c"default ");
        }
        for (bit, name, to_str, number) in [
            (TABLE, c"table", rtnl_route_table2str as ToStr, route.h.number as c_int),
            (TYPE, c"type", nl_rtntype2str, route.kind.into()),
        ] {
            let cached = bit == TABLE && route.flags.value & CLONED != 0;
            if route.has(bit) && !cached {
                dump!(p, c"%s %s ", name.as_ptr(), Name::of(to_str, number).text());
            }
        }
        if route.has(TOS) && route.tos != 0 {
            dump!(p, c"tos %#x ", c_int::from(route.tos));
        }
        if (*p).kind == 0 {
            for nh in nexthops(route) {
                rtnl_route_nh_dump(&*nh, p);
            }
        }
        dump_flags(route.flags.value & !CLONED, p);
        dump!(p, c"\n");
    }
}

unsafe fn dump_flags(flags: u32, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 256];
    if flags != 0 {
        // SAFETY: the buffer has the length said.
        let names = unsafe { FLAG_NAMES.flags(flags.into(), buf.as_mut_ptr(), buf.len()) };
        dump!(p, c"<%s>", names);
    }
}

pub(super) unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a route.
    unsafe {
        brief(obj, p);
        let route = &*obj.cast::<rtnl_route>();
        dump_attributes(route, p);
        for nh in nexthops(route) {
            dump_line!(p, c"    ");
            (*p).ivar = FROM_DETAILS as _;
            rtnl_route_nh_dump(&*nh, p);
            dump!(p, c"\n");
        }
        if let Some(info) = route.cacheinfo().filter(|info| info.error != 0) {
            let text = crate::error::nl_strerror_l((info.error as c_int).wrapping_neg());
            dump_line!(p, c"    cacheinfo error %d (%s)\n", info.error, text);
        }
        dump_metrics(route, p);
    }
}

unsafe fn dump_attributes(route: &rtnl_route, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    // SAFETY: what the route holds is live.
    unsafe {
        dump_line!(p, c"    ");
        if route.has(PREF_SRC) {
            dump!(p, c"preferred-src %s ", text_in(&route.pref_src, &mut buf));
        }
        if route.has(SCOPE) && route.scope != libc::RT_SCOPE_NOWHERE {
            dump!(p, c"scope %s ", Name::of(rtnl_scope2str, route.scope.into()).text());
        }
        if route.has(PRIO) {
            dump!(p, c"priority %#x ", route.prio);
        }
        if route.has(PROTOCOL) {
            let name = Name::of(rtnl_route_proto2str, route.protocol.into());
            dump!(p, c"protocol %s ", name.text());
        }
        if route.has(IIF) {
            dump_dev(p, c"iif ", route.iif as c_int);
            dump!(p, c" ");
        }
        if route.has(SRC) {
            dump!(p, c"src %s ", text_in(&route.src, &mut buf));
        }
        if route.has(TTL_PROPAGATE) {
            let how = if route.ttl_propagate != 0 { c"enabled" } else { c"disabled" };
            dump!(p, c" ttl-propagate %s", how.as_ptr());
        }
        dump!(p, c"\n");
    }
}

unsafe fn dump_metrics(route: &rtnl_route, p: *mut nl_dump_params) {
    if !route.has(METRICS) {
        return;
    }
    dump_line!(p, c"    metrics [");
    for (number, value) in route.metrics().into_iter().flat_map(Metrics::iter) {
        let name = Name::of(rtnl_route_metric2str, number.into());
        dump!(p, c"%s %u ", name.text(), value);
    }
    dump!(p, c"]\n");
}

pub(super) unsafe fn statistics(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a route.
    unsafe {
        details(obj, p);
        let Some(info) = (*obj.cast::<rtnl_route>()).cacheinfo() else { return };
        let hz = crate::ticks::nl_get_user_hz();
        dump_line!(
            p,
            c"    used %u refcnt %u last-use %us expires %us\n",
            info.used,
            info.references,
            info.last_use.checked_div(hz as u32).unwrap_or(0),
            (info.expires as u32).checked_div(hz as u32).unwrap_or(0)
        );
    }
}
