// SPDX-License-Identifier: MIT OR Apache-2.0
//! Virtual functions of a link (SR-IOV), each an object of its own.

mod input;
mod out;

pub(super) use input::read;
pub(super) use out::{dump_details, dump_stats, write};

use core::ffi::{c_char, c_int, c_uint};
use core::iter::successors;
use core::ptr::null_mut;

use super::af::nest;
use super::dump::size;
use super::names::translate_narrow;
use super::object::{NUM_VF, VF_LIST, rtnl_link};
use super::uapi::IFLA_VFINFO_LIST;
use crate::abi::{nl_dump_params, nla_policy, nlattr};
use crate::addr::{AF_LLC, nl_addr, nl_addr_build, nl_addr_put};
use crate::addrtext::nl_addr2str;
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::mem;
use crate::msg::nl_msg;
use crate::names::{Names, names};
use crate::object::*;
use crate::rows::{accessors, attrs, set_addr};

/// `netlink/route/link/sriov.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct nl_vf_vlan_info {
    vlan: u32,
    qos: u32,
    proto: u16,
}

/// The same: VLANs, and who holds them.
#[repr(C)]
pub struct nl_vf_vlans {
    refs: c_int,
    size: c_int,
    vlans: *mut nl_vf_vlan_info,
}

/// The same.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct nl_vf_rate {
    api: c_int,
    rate: u32,
    max: u32,
    min: u32,
}

const _: () = assert!(size_of::<nl_vf_vlan_info>() == 12);
const _: () = assert!(size_of::<nl_vf_vlans>() == 8 + size_of::<*mut nl_vf_vlan_info>());
const _: () = assert!(size_of::<nl_vf_rate>() == 16);

/// `RTNL_LINK_VF_RATE_API_*`.
const OLD: c_int = 1;
const NEW: c_int = 2;

/// A virtual function.
#[repr(C)]
pub struct rtnl_link_vf {
    h: nl_object,
    next: *mut rtnl_link_vf,
    index: u32,
    state: u32,
    spoofchk: u32,
    trust: u32,
    rss: u32,
    rate: nl_vf_rate,
    node: u64,
    port: u64,
    stats: [u64; 6],
    addr: *mut nl_addr,
    vlans: *mut nl_vf_vlans,
}

attrs! { rtnl_link_vf {
    INDEX = 0 "" Int(index),
    STATE = 1 "" Int(state),
    SPOOFCHK = 2 "" Int(spoofchk),
    TRUST = 3 "" Int(trust),
    RSS = 4 "" Int(rss),
    RATE = 5 "" Own,
    NODE = 6 "" Int(node),
    PORT = 7 "" Int(port),
    STATS = 8 "" Own,
    ADDR = 9 "" LlAddr(addr),
    VLANS = 10 "" Own,
} }

static OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    ..nl_object_ops::new::<rtnl_link_vf>(c"", ATTRS)
};

const IFLA_VF_INFO: u16 = 1;
const IFLA_VF_MAC: u16 = 1;
const IFLA_VF_VLAN: u16 = 2;
const IFLA_VF_TX_RATE: u16 = 3;
const IFLA_VF_SPOOFCHK: u16 = 4;
const IFLA_VF_LINK_STATE: u16 = 5;
const IFLA_VF_RATE: u16 = 6;
const IFLA_VF_RSS_QUERY_EN: u16 = 7;
const IFLA_VF_STATS: u16 = 8;
const IFLA_VF_TRUST: u16 = 9;
const IFLA_VF_IB_NODE_GUID: u16 = 10;
const IFLA_VF_IB_PORT_GUID: u16 = 11;
const IFLA_VF_VLAN_LIST: u16 = 12;
const IFLA_VF_VLAN_INFO: u16 = 1;

const MAX: usize = 12;
const ETH_P_8021Q: u16 = 0x8100;

/// How long the attributes are at least.
static LEAST: [nla_policy; MAX + 1] = {
    const fn least(minlen: u16) -> nla_policy {
        nla_policy { kind: 0, minlen, maxlen: 0 }
    }
    let mut all = [least(8); MAX + 1];
    all[0] = least(0);
    all[IFLA_VF_MAC as usize] = least(36);
    all[IFLA_VF_VLAN as usize] = least(12);
    all[IFLA_VF_RATE as usize] = least(12);
    all[IFLA_VF_STATS as usize] = least(0);
    all[IFLA_VF_IB_NODE_GUID as usize] = least(16);
    all[IFLA_VF_IB_PORT_GUID as usize] = least(16);
    all[IFLA_VF_VLAN_LIST as usize] = least(0);
    all
};

/// `IFLA_VF_LINK_STATE_*`.
static STATES: Names = names! { 0 "autodetect", 1 "up", 2 "down" };
/// `ETH_P_*`.
static PROTOCOLS: Names = names! { 33024 "8021Q", 34984 "8021AD" };

translate_narrow! { PROTOCOLS: rtnl_link_vf_vlanproto2str(u16), rtnl_link_vf_str2vlanproto -> c_int; }

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_linkstate2str(
    state: u32,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { STATES.to_str(state as c_int, buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_str2linkstate(text: *const c_char) -> c_int {
    // SAFETY: the caller's text is a string.
    unsafe { STATES.number(text) }
}

/// Reads eight octets with colons between them; -1 if it is something else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_str2guid(guid: &mut u64, text: *const c_char) -> c_int {
    const LEN: usize = 23;
    let mut value = 0;
    // SAFETY: the text is a string, which is looked at no further than it is long.
    unsafe {
        if libc::strlen(text) != LEN {
            return -1;
        }
        for at in (0..LEN).step_by(3) {
            let mut end = null_mut();
            let octet = libc::strtoul(text.add(at), &mut end, 16);
            let closed = if at + 2 == LEN { 0 } else { b':' as c_char };
            if octet > 255 || end != text.add(at + 2).cast_mut() || *end != closed {
                return -1;
            }
            value = value << 8 | octet as u64;
        }
    }
    *guid = value;
    0
}

accessors! { rtnl_link_vf:
    set rtnl_link_vf_set_index(u32) index: INDEX;
    out rtnl_link_vf_get_index(u32) index: INDEX, NLE_NOATTR;
    set rtnl_link_vf_set_linkstate(u32) state: STATE;
    out rtnl_link_vf_get_linkstate(u32) state: STATE, NLE_NOATTR;
    set rtnl_link_vf_set_spoofchk(u32) spoofchk: SPOOFCHK;
    out rtnl_link_vf_get_spoofchk(u32) spoofchk: SPOOFCHK, NLE_NOATTR;
    set rtnl_link_vf_set_trust(u32) trust: TRUST;
    out rtnl_link_vf_get_trust(u32) trust: TRUST, NLE_NOATTR;
    set rtnl_link_vf_set_rss_query_en(u32) rss: RSS;
    out rtnl_link_vf_get_rss_query_en(u32) rss: RSS, NLE_NOATTR;
    set rtnl_link_vf_set_ib_node_guid(u64) node: NODE;
    set rtnl_link_vf_set_ib_port_guid(u64) port: PORT;
}

/// The VFs of a link.
fn all(link: &rtnl_link) -> impl Iterator<Item = &mut rtnl_link_vf> {
    let live = |vf: *mut rtnl_link_vf| (!vf.is_null()).then_some(vf);
    // SAFETY: each is live, and knows the next one.
    successors(live(link.vfs), move |vf| live(unsafe { (**vf).next })).map(|vf| unsafe { &mut *vf })
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe {
        if let Some(vlans) = (*obj.cast::<rtnl_link_vf>()).vlans.as_mut() {
            rtnl_link_vf_vlan_put(vlans);
        }
    }
}

/// The copy shares the VLANs, and is in no list.
unsafe fn clone(new: *mut nl_object, _: *const nl_object) -> Done {
    // SAFETY: the object is of this type.
    unsafe {
        let new = &mut *new.cast::<rtnl_link_vf>();
        new.next = null_mut();
        if let Some(vlans) = new.vlans.as_mut() {
            vlans.refs += 1;
        }
    }
    Ok(())
}

/// Gives the VFs of a link back.
pub(super) unsafe fn release(link: &mut rtnl_link) {
    let mut next = core::mem::replace(&mut link.vfs, null_mut());
    // SAFETY: the link holds a reference of each.
    unsafe {
        while let Some(vf) = next.as_mut() {
            next = core::mem::replace(&mut vf.next, null_mut());
            nl_object_put((&raw mut *vf).cast());
        }
    }
}

/// Gives a copy of a link VFs of its own; false when there is no memory.
pub(super) unsafe fn copy(new: &mut rtnl_link, from: &rtnl_link) -> bool {
    new.vfs = null_mut();
    for vf in all(from) {
        // SAFETY: the VF is live; the copy is NULL or new.
        unsafe {
            let copy = nl_object_clone((&raw mut *vf).cast()).cast::<rtnl_link_vf>();
            if copy.is_null() {
                return false;
            }
            append(new, copy);
        }
    }
    true
}

unsafe fn append(link: &mut rtnl_link, vf: *mut rtnl_link_vf) {
    match all(link).last() {
        Some(last) => last.next = vf,
        None => link.vfs = vf,
    }
    link.h.mask |= VF_LIST;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_alloc() -> *mut rtnl_link_vf {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_free(vf: *mut rtnl_link_vf) {
    // SAFETY: NULL, or a VF that is not used again.
    unsafe { nl_object_free(vf.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_put(vf: *mut rtnl_link_vf) {
    // SAFETY: NULL, or a VF of which the caller holds a reference.
    unsafe { nl_object_put(vf.cast()) }
}

/// Adds a VF before the others. The link takes a reference of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_add(link: &mut rtnl_link, vf: *mut rtnl_link_vf) -> c_int {
    // SAFETY: the VF is NULL or live, and in no list yet.
    unsafe {
        if vf.is_null() {
            return -NLE_OBJ_NOTFOUND;
        }
        nl_object_get(vf.cast());
        (*vf).next = core::mem::replace(&mut link.vfs, vf);
    }
    link.h.mask |= VF_LIST;
    0
}

/// The VF of that number, with a reference for the caller, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_get(link: &rtnl_link, index: u32) -> *mut rtnl_link_vf {
    let Some(vf) = all(link).find(|vf| vf.index == index) else { return null_mut() };
    // SAFETY: the VF is live.
    unsafe { nl_object_get((&raw mut *vf).cast()) };
    vf
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_has_vf_list(link: &rtnl_link) -> c_int {
    link.has(VF_LIST).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_set_vf_list(link: &mut rtnl_link) {
    link.h.mask |= VF_LIST;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_unset_vf_list(link: &mut rtnl_link) {
    link.h.mask &= !VF_LIST;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_get_addr(vf: &rtnl_link_vf, result: &mut *mut nl_addr) -> c_int {
    if vf.h.mask & ADDR == 0 {
        return -NLE_NOATTR;
    }
    *result = vf.addr;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_set_addr(vf: &mut rtnl_link_vf, addr: *mut nl_addr) {
    // SAFETY: the address is live.
    unsafe { set_addr(&mut vf.addr, addr) };
    vf.h.mask |= ADDR;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_get_rate(vf: &rtnl_link_vf, rate: &mut nl_vf_rate) -> c_int {
    let limits = vf.limits();
    *rate = limits.unwrap_or(nl_vf_rate { api: 0, rate: 0, max: 0, min: 0 });
    if rate.api == NEW {
        rate.rate = 0;
    }
    if limits.is_some() { 0 } else { -NLE_NOATTR }
}

impl rtnl_link_vf {
    /// The limits of sending; 0 is none.
    fn limits(&self) -> Option<nl_vf_rate> {
        let some = self.rate.rate != 0 || self.rate.min != 0 || self.rate.max != 0;
        (self.h.mask & RATE != 0 && some).then_some(self.rate)
    }
}

/// Sets the limits of sending, unless they are of an unknown kind.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_set_rate(vf: &mut rtnl_link_vf, rate: &nl_vf_rate) {
    vf.rate = match rate.api {
        OLD => nl_vf_rate { api: OLD, rate: rate.rate, max: 0, min: 0 },
        NEW => nl_vf_rate { rate: 0, ..*rate },
        _ => return,
    };
    vf.h.mask |= RATE;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_get_stat(vf: &rtnl_link_vf, id: c_uint, value: &mut u64) -> c_int {
    if vf.h.mask & STATS == 0 {
        return -NLE_NOATTR;
    }
    match vf.stats.get(id as usize) {
        Some(stat) => *value = *stat,
        None => return -NLE_INVAL,
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vf_get_vlans(
    vf: &rtnl_link_vf,
    result: &mut *mut nl_vf_vlans,
) -> c_int {
    // SAFETY: NULL or held by the VF.
    let Some(vlans) = (unsafe { vf.vlans.as_mut() }).filter(|_| vf.h.mask & VLANS != 0) else {
        return -NLE_NOATTR;
    };
    vlans.refs += 1;
    *result = vlans;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_set_vlans(vf: &mut rtnl_link_vf, vlans: &mut nl_vf_vlans) {
    vlans.refs += 1;
    let old = core::mem::replace(&mut vf.vlans, vlans);
    vf.h.mask |= VLANS;
    // SAFETY: NULL or held by the VF.
    if let Some(old) = unsafe { old.as_mut() } {
        // SAFETY: as above.
        unsafe { rtnl_link_vf_vlan_put(old) };
    }
}

/// Makes room for VLANs: for one, as the kernel takes no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_vlan_alloc(
    result: &mut *mut nl_vf_vlans,
    size: c_int,
) -> c_int {
    const MOST: c_int = 1;
    if size > MOST {
        return -NLE_INVAL;
    }
    let vlans = mem::zalloc::<nl_vf_vlans>(0);
    let rows = mem::zalloc::<nl_vf_vlan_info>(0);
    // SAFETY: both are NULL or new.
    unsafe {
        if vlans.is_null() || rows.is_null() {
            mem::free(vlans);
            mem::free(rows);
            return -NLE_NOMEM;
        }
        vlans.write(nl_vf_vlans { refs: 1, size, vlans: rows });
    }
    *result = vlans;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_vlan_free(vlans: *mut nl_vf_vlans) {
    // SAFETY: NULL, or not used again.
    unsafe {
        if !vlans.is_null() {
            mem::free((*vlans).vlans);
            mem::free(vlans);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_vf_vlan_put(vlans: *mut nl_vf_vlans) {
    // SAFETY: NULL, or the caller holds a reference.
    unsafe {
        if vlans.is_null() {
            return;
        }
        (*vlans).refs -= 1;
        if (*vlans).refs <= 0 {
            rtnl_link_vf_vlan_free(vlans);
        }
    }
}
