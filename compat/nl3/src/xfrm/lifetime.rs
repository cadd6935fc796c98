// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long something may live.

use core::ffi::{c_int, c_ulonglong};

use super::numbers;
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
