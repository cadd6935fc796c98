// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long something may live.

use core::ffi::{CStr, c_char, c_int, c_ulonglong};

use super::{Raw, numbers};
use crate::abi::nl_dump_params;
use crate::dump::{dump_line, nl_dump_line};
use crate::mem;

/// Limits in bytes, packets and seconds; in the order of `struct xfrm_lifetime_cfg`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Limits {
    soft_bytelimit: u64,
    hard_bytelimit: u64,
    soft_packetlimit: u64,
    hard_packetlimit: u64,
    soft_addexpires: u64,
    hard_addexpires: u64,
    soft_useexpires: u64,
    hard_useexpires: u64,
}

#[repr(C)]
pub struct xfrmnl_ltime_cfg {
    refs: c_int,
    pub(super) limits: Limits,
}

numbers! { xfrmnl_ltime_cfg, c_ulonglong => c_ulonglong:
    xfrmnl_ltime_cfg_get_soft_bytelimit xfrmnl_ltime_cfg_set_soft_bytelimit limits.soft_bytelimit;
    xfrmnl_ltime_cfg_get_hard_bytelimit xfrmnl_ltime_cfg_set_hard_bytelimit limits.hard_bytelimit;
    xfrmnl_ltime_cfg_get_soft_packetlimit xfrmnl_ltime_cfg_set_soft_packetlimit limits.soft_packetlimit;
    xfrmnl_ltime_cfg_get_hard_packetlimit xfrmnl_ltime_cfg_set_hard_packetlimit limits.hard_packetlimit;
    xfrmnl_ltime_cfg_get_soft_addexpires xfrmnl_ltime_cfg_set_soft_addexpires limits.soft_addexpires;
    xfrmnl_ltime_cfg_get_hard_addexpires xfrmnl_ltime_cfg_set_hard_addexpires limits.hard_addexpires;
    xfrmnl_ltime_cfg_get_soft_useexpires xfrmnl_ltime_cfg_set_soft_useexpires limits.soft_useexpires;
    xfrmnl_ltime_cfg_get_hard_useexpires xfrmnl_ltime_cfg_set_hard_useexpires limits.hard_useexpires;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ltime_cfg_alloc() -> *mut xfrmnl_ltime_cfg {
    let cfg = mem::zalloc::<xfrmnl_ltime_cfg>(0);
    // SAFETY: NULL or new.
    if let Some(cfg) = unsafe { cfg.as_mut() } {
        cfg.refs = 1;
    }
    cfg
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ltime_cfg_clone(from: &xfrmnl_ltime_cfg) -> *mut xfrmnl_ltime_cfg {
    let cfg = xfrmnl_ltime_cfg_alloc();
    // SAFETY: NULL or new.
    if let Some(cfg) = unsafe { cfg.as_mut() } {
        cfg.limits = from.limits;
    }
    cfg
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ltime_cfg_get(cfg: *mut xfrmnl_ltime_cfg) -> *mut xfrmnl_ltime_cfg {
    // SAFETY: the caller's is live.
    unsafe { (*cfg).refs += 1 };
    cfg
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ltime_cfg_put(cfg: *mut xfrmnl_ltime_cfg) {
    // SAFETY: NULL, or the caller holds a reference.
    unsafe {
        let Some(it) = cfg.as_mut() else { return };
        it.refs -= 1;
        if it.refs <= 0 {
            mem::free(cfg);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ltime_cfg_shared(cfg: &xfrmnl_ltime_cfg) -> c_int {
    (cfg.refs > 1).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ltime_cfg_cmp(a: &xfrmnl_ltime_cfg, b: &xfrmnl_ltime_cfg) -> c_int {
    (a.limits != b.limits).into()
}

// SAFETY: plain numbers without padding.
unsafe impl Raw for Limits {}

impl Limits {
    pub(super) const NONE: Limits = Limits {
        soft_bytelimit: 0,
        hard_bytelimit: 0,
        soft_packetlimit: 0,
        hard_packetlimit: 0,
        soft_addexpires: 0,
        hard_addexpires: 0,
        soft_useexpires: 0,
        hard_useexpires: 0,
    };

    /// Prints them; `end` is what ends the lines of bytes and packets.
    pub(super) fn dump(&self, p: *mut nl_dump_params, end: &CStr) {
        dump_line!(p, c"\tlifetime configuration: \n");
        for (kind, bytes, packets) in [
            (c"soft", self.soft_bytelimit, self.soft_packetlimit),
            (c"hard", self.hard_bytelimit, self.hard_packetlimit),
        ] {
            let (mut a, mut b) = ([0; 24], [0; 24]);
            let (bytes, packets) = (limit(bytes, &mut a), limit(packets, &mut b));
            let format = c"\t\t%s limit: %s (bytes), %s (packets)%s";
            // SAFETY: the format takes four strings.
            unsafe {
                nl_dump_line(p, format.as_ptr(), kind.as_ptr(), bytes, packets, end.as_ptr())
            };
        }
        for (kind, add, used) in [
            (c"soft", self.soft_addexpires, self.soft_useexpires),
            (c"hard", self.hard_addexpires, self.hard_useexpires),
        ] {
            let format = c"\t\t%s add_time: %llu (seconds), %s use_time: %llu (seconds) \n";
            let (add, used) = (add as c_ulonglong, used as c_ulonglong);
            // SAFETY: the format takes a string and a number, twice.
            unsafe { nl_dump_line(p, format.as_ptr(), kind.as_ptr(), add, kind.as_ptr(), used) };
        }
    }
}

/// A limit as text: `INF` where there is none.
fn limit(limit: u64, text: &mut [c_char; 24]) -> *const c_char {
    if limit == u64::MAX {
        return c"INF".as_ptr();
    }
    // SAFETY: the buffer is as long as it says.
    unsafe { libc::snprintf(text.as_mut_ptr(), 24, c"%llu".as_ptr(), limit as c_ulonglong) };
    text.as_ptr()
}
