// SPDX-License-Identifier: MIT OR Apache-2.0
//! What qdiscs, classes, filters and actions have in common. All four are one struct, `rtnl_tc`; what a kind
//! of them has of its own is behind a pointer, see [`super::kind`].

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use super::kind::{clone_data, free_data, new_data, rtnl_tc_ops};
use super::uapi::TCA_KIND;
use crate::error::*;
use crate::link::{rtnl_link, rtnl_link_get_arptype, rtnl_link_get_ifindex, rtnl_link_get_mtu};
use crate::mem;
use crate::object::*;
use crate::rows::{accessors, attrs};

/// Bytes of a kind's name.
pub(super) const KIND_LEN: usize = 32;

/// How many counters there are.
pub(super) const STATS: usize = 9;

/// A filter's protocol where none is set: all.
const ETH_P_ALL: u16 = 3;

/// Bytes of a packet, and the type of link, where neither is known.
const ETHERNET: (u32, u32) = (1500, 1);

/// A qdisc, class, filter or action.
#[repr(C)]
pub struct rtnl_tc {
    pub(super) h: nl_object,
    pub(super) kind: [c_char; KIND_LEN],
    pub(super) ifindex: c_int,
    pub(super) handle: u32,
    pub(super) parent: u32,
    /// What the kernel says besides: a qdisc's references, a class's qdisc.
    pub(super) info: u32,
    pub(super) mtu: u32,
    pub(super) mpu: u32,
    pub(super) overhead: u32,
    pub(super) linktype: u32,
    pub(super) chain: u32,
    /// Of a filter.
    pub(super) prio: u16,
    pub(super) protocol: u16,
    /// The interface, or NULL where only its number is known.
    pub(super) link: *mut rtnl_link,
    /// Counters by `enum rtnl_tc_stat`; NULL while all are 0.
    pub(super) stats: *mut [u64; STATS],
    /// The kind, where it is one that has something of its own.
    pub(super) ops: *const rtnl_tc_ops,
    /// What the kind has of its own; NULL without one.
    pub(super) data: *mut c_void,
    /// The next action of a list.
    pub(super) next: *mut rtnl_tc,
}

attrs! { rtnl_tc {
    HANDLE = 0 "" Int(handle),
    PARENT = 1 "" Int(parent),
    IFINDEX = 2 "" Int(ifindex),
    KIND = 3 "" Text(kind) = TCA_KIND,
    MTU = 4 "" Aside,
    MPU = 5 "" Aside,
    OVERHEAD = 6 "" Aside,
    LINKTYPE = 7 "" Aside,
    CHAIN = 8 "" Aside,
    PRIO = 9 "" Aside,
    PROTOCOL = 10 "" Aside,
} }

/// A type of objects, but for how it is dumped.
pub(super) const OPS: nl_object_ops = nl_object_ops {
    id_attrs: (HANDLE | IFINDEX) as u32,
    keys: (HANDLE | IFINDEX) as u32,
    free: Some(free),
    clone: Some(clone),
    ..nl_object_ops::new::<rtnl_tc>(c"", ATTRS)
};

accessors! { rtnl_tc:
    set rtnl_tc_set_handle(u32) handle: HANDLE;
    get rtnl_tc_get_handle() -> u32 = handle;
    set rtnl_tc_set_parent(u32) parent: PARENT;
    get rtnl_tc_get_parent() -> u32 = parent;
    get rtnl_tc_get_ifindex() -> c_int = ifindex;
    set rtnl_tc_set_mtu(u32) mtu: MTU;
    set rtnl_tc_set_mpu(u32) mpu: MPU;
    get rtnl_tc_get_mpu() -> u32 = mpu;
    set rtnl_tc_set_overhead(u32) overhead: OVERHEAD;
    get rtnl_tc_get_overhead() -> u32 = overhead;
    set rtnl_tc_set_linktype(u32) linktype: LINKTYPE;
    set rtnl_tc_set_chain(u32) chain: CHAIN;
    out rtnl_tc_get_chain(u32) chain: CHAIN, NLE_MISSING_ATTR;
    chars rtnl_tc_get_kind() kind: KIND;
    set rtnl_cls_set_prio(u16) prio: PRIO;
    get rtnl_cls_get_prio() -> u16 = prio: PRIO, 0;
    set rtnl_cls_set_protocol(u16) protocol: PROTOCOL;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_set_ifindex(tc: &mut rtnl_tc, ifindex: c_int) {
    // SAFETY: the object holds a reference to its link, if it has one.
    unsafe { nl_object_put(core::mem::replace(&mut tc.link, null_mut()).cast()) };
    tc.ifindex = ifindex;
    tc.h.mask |= IFINDEX;
}

/// Sets the interface, which also has a size of packets and a type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_set_link(tc: &mut rtnl_tc, link: *mut rtnl_link) {
    // SAFETY: the link is NULL or live.
    unsafe {
        let Some(new) = link.as_ref() else { return };
        nl_object_get(link.cast());
        rtnl_tc_set_ifindex(tc, rtnl_link_get_ifindex(new));
    }
    tc.link = link;
}

/// The interface, with a reference for the caller, if more than its number is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_get_link(tc: &rtnl_tc) -> *mut rtnl_link {
    // SAFETY: the object holds a reference to its link, if it has one.
    unsafe {
        if !tc.link.is_null() {
            nl_object_get(tc.link.cast());
        }
    }
    tc.link
}

impl rtnl_tc {
    fn link(&self) -> Option<&rtnl_link> {
        // SAFETY: the object holds a reference to its link, if it has one.
        unsafe { self.link.as_ref() }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_get_mtu(tc: &rtnl_tc) -> u32 {
    if tc.h.mask & MTU != 0 {
        tc.mtu
    } else {
        tc.link().map_or(ETHERNET.0, |link| rtnl_link_get_mtu(link))
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_get_linktype(tc: &rtnl_tc) -> u32 {
    if tc.h.mask & LINKTYPE != 0 {
        tc.linktype
    } else {
        tc.link().map_or(ETHERNET.1, |link| rtnl_link_get_arptype(link))
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_cls_get_protocol(cls: &rtnl_tc) -> u16 {
    if cls.protocol != 0 { cls.protocol } else { ETH_P_ALL }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_set_kind(tc: &mut rtnl_tc, kind: *const c_char) -> c_int {
    // SAFETY: the kind is a string.
    code(unsafe { set_kind(tc, kind) })
}

/// Gives an object its kind, once, and room for what that has of its own.
pub(super) unsafe fn set_kind(tc: &mut rtnl_tc, kind: *const c_char) -> Done {
    // SAFETY: the kind is a string, by the caller's promise.
    unsafe {
        if tc.h.mask & KIND != 0 {
            return Err(NLE_EXIST);
        }
        if kind.is_null() || libc::strlen(kind) >= KIND_LEN {
            return Err(NLE_INVAL);
        }
        mem::set_text(&mut tc.kind, kind);
        tc.h.mask |= KIND;
        new_data(tc)
    }
}

/// Frees what no row owns.
unsafe fn free(obj: *mut nl_object) {
    let tc = obj.cast::<rtnl_tc>();
    // SAFETY: the object is one of ours and not used again.
    unsafe {
        free_data(&mut *tc);
        mem::free((*tc).stats);
        nl_object_put((*tc).link.cast());
    }
}

/// Gives a copy its own of what no row owns.
unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are ours; what belongs to the old one is replaced before anything fails.
    unsafe {
        let (new, from) = (&mut *new.cast::<rtnl_tc>(), &*from.cast::<rtnl_tc>());
        (new.stats, new.data, new.next) = (null_mut(), null_mut(), null_mut());
        new.link = rtnl_tc_get_link(from);
        if !from.stats.is_null() {
            new.stats = mem::copy(from.stats.cast(), size_of::<[u64; STATS]>()).cast();
        }
        if new.stats.is_null() != from.stats.is_null() {
            return Err(NLE_NOMEM);
        }
        clone_data(new, from)
    }
}
