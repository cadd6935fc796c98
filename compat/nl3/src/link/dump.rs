// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a link looks like.

use core::ffi::{CStr, c_char, c_int, c_uint};

use super::names::*;
use super::object::*;
use super::{af, cache, inet6, info, vf};
use crate::abi::nl_dump_params;
use crate::addr::nl_addr_iszero;
use crate::addrtext::nl_addr2str;
use crate::dump::{dump, dump_line};
use crate::names::{nl_af2str, nl_llproto2str};
use crate::object::nl_object;
use crate::slot::Slot;
use crate::utils::nl_cancel_down_bytes;

type Text = [c_char; 128];

unsafe fn address<const N: usize>(p: *mut nl_dump_params, before: &CStr, slot: &Slot) {
    let mut buf = [0; N];
    if !slot.is_none() {
        let (text, len) = (buf.as_mut_ptr(), buf.len());
        // SAFETY: the address is live; the buffer has the length said.
        let text = slot.view(|addr| unsafe { nl_addr2str(addr, text, len) });
        dump!(p, c"%s%s ", before.as_ptr(), text);
    }
}

/// Another link, by its name if there is a cache that may know it.
unsafe fn other(
    p: *mut nl_dump_params,
    title: &CStr,
    link: &rtnl_link,
    index: c_int,
    unknown: &CStr,
) {
    let mut name: Text = [0; 128];
    // SAFETY: the cache is NULL or live.
    let name = match unsafe { cache::name_of(link.h.cache(), index, &mut name) } {
        Some(true) => name.as_ptr(),
        Some(false) => unknown.as_ptr(),
        None => return dump!(p, c"%s %d ", title.as_ptr(), index),
    };
    dump!(p, c"%s %s ", title.as_ptr(), name);
}

pub(super) unsafe fn brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut buf: Text = [0; 128];
    let (text, len) = (buf.as_mut_ptr(), buf.len());
    // SAFETY: the object is a link; the buffer has the length said.
    unsafe {
        let link = &*obj.cast::<rtnl_link>();
        if link.family != libc::AF_UNSPEC {
            dump_line!(p, c"%s ", nl_af2str(link.family, text, len));
        }
        dump_line!(p, c"%s ", link.name.as_ptr());
        dump!(p, c"%s ", nl_llproto2str(link.arptype as c_int, text, len));
        if link.addr.ask(false, |addr| nl_addr_iszero(addr) == 0) {
            address::<128>(p, c"", &link.addr);
        }
        if link.has(MASTER) {
            other(p, c"master", link, link.master, c"inv");
        }
        rtnl_link_flags2str(link.flags.value as c_int, text, len);
        if *text != 0 {
            dump!(p, c"<%s> ", text);
        }
        lower(link, p);
        if link.has(GROUP) {
            dump!(p, c"group %u ", link.group);
        }
        info::dump(link, p, 0);
        dump!(p, c"\n");
    }
}

/// What the link is on top of. In another namespace names say nothing.
unsafe fn lower(link: &rtnl_link, p: *mut nl_dump_params) {
    if link.has(LINK) && link.has(NETNSID) {
        dump!(p, c"slave-of %d ", link.link);
    } else if link.has(LINK) {
        // SAFETY: params are the caller's.
        unsafe { other(p, c"slave-of", link, link.link, c"NONE") };
    }
    if link.has(NETNSID) {
        dump!(p, c"link-netnsid %d ", link.netnsid);
    }
}

pub(super) unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a link.
    unsafe {
        brief(obj, p);
        let link = &*obj.cast::<rtnl_link>();
        dump_line!(p, c"    mtu %u txqlen %u weight %u ", link.mtu, link.txqlen, link.weight);
        if link.has(QDISC) {
            dump!(p, c"qdisc %s ", link.qdisc.as_ptr());
        }
        if link.has(MAP) && link.irq != 0 {
            dump!(p, c"irq %u ", c_uint::from(link.irq));
        }
        if link.has(IFINDEX) {
            dump!(p, c"index %u ", link.index);
        }
        if link.has(PROMISCUITY) && link.promiscuity > 0 {
            dump!(p, c"promisc-mode (%u users) ", link.promiscuity);
        }
        dump!(p, c"\n");
        if link.has(IFALIAS) {
            dump_line!(p, c"    alias %s\n", link.alias);
        }
        state(link, p);
        info::dump(link, p, 1);
        af::dump(link, p, 1);
        vf::dump_details(link, p);
    }
}

unsafe fn state(link: &rtnl_link, p: *mut nl_dump_params) {
    let mut buf: Text = [0; 128];
    let (text, len) = (buf.as_mut_ptr(), buf.len());
    // SAFETY: the buffer has the length said.
    unsafe {
        dump_line!(p, c"    ");
        if link.has(TX_QUEUES) {
            dump!(p, c"txq %u ", link.tx_queues);
        }
        if link.has(RX_QUEUES) {
            dump!(p, c"rxq %u ", link.rx_queues);
        }
        address::<64>(p, c"brd ", &link.broadcast);
        if link.has(OPERSTATE) && link.operstate != 0 {
            dump!(p, c"state %s ", rtnl_link_operstate2str(link.operstate, text, len));
        }
        if link.has(NUM_VF) {
            dump!(p, c"num-vf %u ", link.num_vf);
        }
        dump!(p, c"mode %s ", rtnl_link_mode2str(link.linkmode, text, len));
        dump!(p, c"carrier %s", rtnl_link_carrier2str(link.carrier, text, len));
        if link.has(CARRIER_CHANGES) {
            dump!(p, c" carrier-changes %u", link.carrier_changes);
        }
        dump!(p, c"\n");
    }
}

/// A size and its unit, as precise as it has always been.
pub(super) fn size(bytes: u64) -> (f64, *const c_char) {
    let mut unit = c"".as_ptr();
    let value = nl_cancel_down_bytes(bytes, &mut unit) as f32;
    (value.into(), unit)
}

/// Bytes and packets, then numbers, of which `RTNL_LINK_*` name each.
unsafe fn traffic(link: &rtnl_link, p: *mut nl_dump_params, name: &CStr, ids: [c_int; 6]) {
    let [bytes, packets, errors, dropped, fifo, compressed] = ids.map(|id| link.stats.get(id));
    let (value, unit) = size(bytes);
    // SAFETY: the unit is a string.
    let width = 10 - unsafe { libc::strlen(unit) } as c_int;
    dump_line!(p, c"     %s %*.2f %s", name.as_ptr(), width, value, unit);
    numbers(p, &[packets, errors, dropped, fifo, compressed]);
}

/// Counters in columns, to the end of the line.
fn numbers(p: *mut nl_dump_params, values: &[u64]) {
    for value in values {
        dump!(p, c" %10llu", *value);
    }
    dump!(p, c"\n");
}

pub(super) unsafe fn stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a link.
    unsafe {
        details(obj, p);
        let link = &*obj.cast::<rtnl_link>();
        let get = |id| link.stats.get(id);
        dump_line!(
            p,
            c"    Stats:    bytes    packets     errors    dropped   fifo-err compressed\n"
        );
        traffic(link, p, c"RX", [2, 0, 4, 6, 10, 8]);
        traffic(link, p, c"TX", [3, 1, 5, 7, 11, 9]);
        dump_line!(
            p,
            c"    Errors:  length       over        crc      frame     missed  multicast\n"
        );
        dump_line!(p, c"     RX ");
        numbers(p, &[12, 13, 14, 15, 16, 22].map(get));
        dump_line!(p, c"            aborted    carrier  heartbeat     window  collision\n");
        dump_line!(p, c"     TX ");
        numbers(p, &[17, 18, 19, 20, 21].map(get));
        info::dump(link, p, 2);
        if !af::data(link, af::INET6).is_null() {
            inet6::dump_stats(link, p);
        }
        vf::dump_stats(link, p);
    }
}
