// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traffic control: qdiscs, classes, filters and actions, and their kinds.

mod act;
mod class;
mod classid;
mod cls;
mod dump;
mod ematch;
mod kind;
mod kinds;
mod message;
mod object;
mod pktloc;
mod qdisc;
mod rate;

mod stats;
mod uapi;

use core::ffi::c_int;

use kind::rtnl_tc_ops;

use crate::mngt::nl_cache_ops;
use crate::object::nl_object;

/// The types of caches here.
pub(crate) static CACHES: &[&nl_cache_ops] =
    &[&qdisc::CACHE_OPS, &class::CACHE_OPS, &cls::CACHE_OPS, &act::CACHE_OPS];

/// The kinds that an `enum rtnl_tc_type` has.
fn kinds(of: c_int) -> &'static [rtnl_tc_ops] {
    match of {
        0 => &kinds::QDISCS,
        1 => &kinds::CLASSES,
        2 => &kinds::FILTERS,
        3 => &kinds::ACTIONS,
        _ => &[],
    }
}

/// The kinds that an object may be of.
fn kinds_of(obj: &nl_object) -> &'static [rtnl_tc_ops] {
    let types = [&qdisc::OBJECT, &class::OBJECT, &cls::OBJECT, &act::OBJECT];
    let of = types.iter().position(|ops| core::ptr::eq(*ops, crate::object::ops(obj)));
    kinds(of.map_or(-1, |of| of as c_int))
}
