// SPDX-License-Identifier: MIT OR Apache-2.0
//! Metrics of routes, and the kernel's notes about them.

use core::ffi::{c_int, c_uint};

use super::routes::{CACHEINFO, METRICS, rtnl_route};
use crate::error::*;
use crate::mem;

/// How many metrics there are: `RTAX_MAX`.
pub(super) const METRICS_MAX: usize = 17;

/// Metrics, the first of which has number 1, and a bit for each that is set.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Metrics {
    pub(super) set: u32,
    pub(super) values: [u32; METRICS_MAX],
}

impl Metrics {
    /// Number and value of those that are set.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u32)> {
        let set = self.set;
        let all = (1u16..).zip(self.values);
        all.filter(move |(number, _)| set & (1 << (number - 1)) != 0)
    }

    pub(super) fn get(&self, number: u16) -> Option<u32> {
        self.iter().find(|(n, _)| *n == number).map(|(_, value)| value)
    }
}

/// `struct rta_cacheinfo`.
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub(super) struct CacheInfo {
    pub(super) references: u32,
    pub(super) last_use: u32,
    pub(super) expires: i32,
    pub(super) error: u32,
    pub(super) used: u32,
    pub(super) rest: [u32; 3],
}

impl CacheInfo {
    pub(super) const NOTHING: CacheInfo =
        CacheInfo { references: 0, last_use: 0, expires: 0, error: 0, used: 0, rest: [0; 3] };
}

impl rtnl_route {
    /// What the kernel's own notes say, once it has told them.
    pub(super) fn cacheinfo(&self) -> Option<&CacheInfo> {
        static NOTHING: CacheInfo = CacheInfo::NOTHING;
        // SAFETY: NULL, or this one's own.
        self.has(CACHEINFO).then(|| unsafe { self.cacheinfo.as_ref() }.unwrap_or(&NOTHING))
    }

    pub(super) fn metrics(&self) -> Option<&Metrics> {
        // SAFETY: NULL, or this one's own.
        unsafe { self.metrics.as_ref() }
    }

    pub(super) fn set_metric(&mut self, number: usize, value: u32) -> Done {
        if self.metrics.is_null() {
            self.metrics = mem::zalloc(0);
        }
        // SAFETY: NULL, or this one's own.
        let metrics = unsafe { self.metrics.as_mut() }.ok_or(NLE_NOMEM)?;
        let slot = metrics.values.get_mut(number.wrapping_sub(1)).ok_or(NLE_RANGE)?;
        *slot = value;
        metrics.set |= 1 << (number - 1);
        self.h.mask |= METRICS;
        Ok(())
    }
}

/// Metrics of the first must be in the second, which suffices if that is a filter.
pub(super) unsafe fn metrics_differ(a: &rtnl_route, b: &rtnl_route, filter: bool) -> bool {
    let lacks = |a: &rtnl_route, b: &rtnl_route| {
        let mut all = a.metrics().into_iter().flat_map(Metrics::iter);
        all.any(|(number, value)| b.metrics().and_then(|b| b.get(number)) != Some(value))
    };
    lacks(a, b) || (!filter && lacks(b, a))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_set_metric(
    route: &mut rtnl_route,
    number: c_int,
    value: c_uint,
) -> c_int {
    if !(1..=METRICS_MAX as c_int).contains(&number) {
        return -NLE_RANGE;
    }
    code(route.set_metric(number as usize, value))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_unset_metric(route: &mut rtnl_route, number: c_int) -> c_int {
    if !(1..=METRICS_MAX as c_int).contains(&number) {
        return -NLE_RANGE;
    }
    // SAFETY: NULL, or the route's own.
    if let Some(metrics) = unsafe { route.metrics.as_mut() } {
        metrics.set &= !(1 << (number - 1));
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_get_metric(
    route: &rtnl_route,
    number: c_int,
    value: *mut u32,
) -> c_int {
    if !(1..=METRICS_MAX as c_int).contains(&number) {
        return -NLE_RANGE;
    }
    let Some(found) = route.metrics().and_then(|all| all.get(number as u16)) else {
        return -NLE_OBJ_NOTFOUND;
    };
    // SAFETY: NULL, or the caller's.
    if let Some(value) = unsafe { value.as_mut() } {
        *value = found;
    }
    0
}
