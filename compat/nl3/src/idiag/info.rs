// SPDX-License-Identifier: MIT OR Apache-2.0
//! Four numbers each about a socket's memory, and about TCP Vegas. They are objects of their own.

use crate::object::*;
use crate::rows::{accessors, attrs};

/// Memory of a socket, in bytes.
#[repr(C)]
pub struct idiagnl_meminfo {
    h: nl_object,
    pub(super) rmem: u32,
    pub(super) wmem: u32,
    pub(super) fmem: u32,
    pub(super) tmem: u32,
}

// One bit stands for all four, here and below, and is set from the start: 0 is a number like others.
mod mem {
    use super::*;

    attrs! { idiagnl_meminfo {
        RMEM = 0 "" Int(rmem),
        WMEM = 0 "" Int(wmem),
        FMEM = 0 "" Int(fmem),
        TMEM = 0 "" Int(tmem),
    } }

    accessors! { idiagnl_meminfo:
        set idiagnl_meminfo_set_rmem(u32) rmem: RMEM;
        get idiagnl_meminfo_get_rmem() -> u32 = rmem;
        set idiagnl_meminfo_set_wmem(u32) wmem: WMEM;
        get idiagnl_meminfo_get_wmem() -> u32 = wmem;
        set idiagnl_meminfo_set_fmem(u32) fmem: FMEM;
        get idiagnl_meminfo_get_fmem() -> u32 = fmem;
        set idiagnl_meminfo_set_tmem(u32) tmem: TMEM;
        get idiagnl_meminfo_get_tmem() -> u32 = tmem;
    }
}

/// What TCP Vegas knows of a connection.
#[repr(C)]
pub struct idiagnl_vegasinfo {
    h: nl_object,
    pub(super) enabled: u32,
    pub(super) rttcnt: u32,
    pub(super) rtt: u32,
    pub(super) minrtt: u32,
}

mod vegas {
    use super::*;

    attrs! { idiagnl_vegasinfo {
        ENABLED = 0 "" Int(enabled),
        RTTCNT = 0 "" Int(rttcnt),
        RTT = 0 "" Int(rtt),
        MINRTT = 0 "" Int(minrtt),
    } }

    accessors! { idiagnl_vegasinfo:
        set idiagnl_vegasinfo_set_enabled(u32) enabled: ENABLED;
        get idiagnl_vegasinfo_get_enabled() -> u32 = enabled;
        set idiagnl_vegasinfo_set_rttcnt(u32) rttcnt: RTTCNT;
        get idiagnl_vegasinfo_get_rttcnt() -> u32 = rttcnt;
        set idiagnl_vegasinfo_set_rtt(u32) rtt: RTT;
        get idiagnl_vegasinfo_get_rtt() -> u32 = rtt;
        set idiagnl_vegasinfo_set_minrtt(u32) minrtt: MINRTT;
        get idiagnl_vegasinfo_get_minrtt() -> u32 = minrtt;
    }
}

pub(super) use mem::*;
pub(super) use vegas::*;

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is live.
    unsafe { (*obj).mask = mem::RMEM | vegas::RTT };
}

#[unsafe(no_mangle)]
pub static idiagnl_meminfo_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    init: Some(init),
    ..nl_object_ops::new::<idiagnl_meminfo>(c"idiag/idiag_meminfo", mem::ATTRS)
};

#[unsafe(no_mangle)]
pub static idiagnl_vegasinfo_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    init: Some(init),
    ..nl_object_ops::new::<idiagnl_vegasinfo>(c"idiag/idiag_vegasinfo", vegas::ATTRS)
};

#[unsafe(no_mangle)]
pub extern "C" fn idiagnl_meminfo_alloc() -> *mut idiagnl_meminfo {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&idiagnl_meminfo_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_meminfo_get(info: *mut idiagnl_meminfo) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(info.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_meminfo_put(info: *mut idiagnl_meminfo) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(info.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn idiagnl_vegasinfo_alloc() -> *mut idiagnl_vegasinfo {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&idiagnl_vegasinfo_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_vegasinfo_get(info: *mut idiagnl_vegasinfo) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(info.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_vegasinfo_put(info: *mut idiagnl_vegasinfo) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(info.cast()) }
}
