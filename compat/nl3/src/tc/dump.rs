// SPDX-License-Identifier: MIT OR Apache-2.0
//! How qdiscs, classes, filters and actions are shown.

use core::ffi::{CStr, c_char, c_int, c_ulonglong};
use core::ptr::{null, null_mut};

use super::classid::rtnl_tc_handle2str;
use super::object::*;
use super::stats::rtnl_tc_get_stat;
use crate::abi::nl_dump_params;
use crate::dump::{dump, dump_line};
use crate::object::nl_object;
use crate::utils::nl_cancel_down_bytes;

/// What a type of objects adds to a line.
pub(super) type More = fn(&rtnl_tc, *mut nl_dump_params);

/// Room for a handle.
pub(super) type Text = [c_char; 64];
pub(super) const TEXT: Text = [0; 64];

/// A handle as text.
pub(super) fn handle(handle: u32, buf: &mut Text) -> *const c_char {
    // SAFETY: the buffer has the length said.
    unsafe { rtnl_tc_handle2str(handle, buf.as_mut_ptr(), buf.len()) }
}

/// The kind's own part of form number `form`; says whether there is one.
unsafe fn own(tc: *mut rtnl_tc, form: usize, p: *mut nl_dump_params) -> bool {
    // SAFETY: the object is live; its data is what its kind says.
    unsafe {
        let (Some(ops), Some(data)) = ((*tc).ops.as_ref(), (*tc).data.as_ref()) else {
            return false;
        };
        let Some(&Some(show)) = ops.dump.get(form) else { return false };
        show(data, p);
        true
    }
}

/// An interface by its name, if the program offers a cache of links, or by its number.
fn device(ifindex: c_int, p: *mut nl_dump_params) {
    let mut name = [0; 128];
    // SAFETY: the buffer has the length that it has.
    match unsafe { crate::link::name_of(null_mut(), ifindex, &mut name) } {
        Some(true) => dump!(p, c"dev %s ", name.as_ptr()),
        Some(false) => dump!(p, c"dev (null) "),
        None => dump!(p, c"dev %u ", ifindex),
    }
}

/// One line: what it is, of which interface, its handles, and what type and kind add.
pub(super) unsafe fn line(obj: *mut nl_object, p: *mut nl_dump_params, what: &CStr, more: More) {
    let (tc, mut id, mut parent) = (obj.cast::<rtnl_tc>(), TEXT, TEXT);
    // SAFETY: the object is one of ours, the texts are strings.
    unsafe {
        dump_line!(p, c"%s %s ", what.as_ptr(), (*tc).kind.as_ptr());
        device((*tc).ifindex, p);
        dump!(
            p,
            c"id %s parent %s",
            handle((*tc).handle, &mut id),
            handle((*tc).parent, &mut parent),
        );
        more(&*tc, p);
        own(tc, 0, p);
        dump!(p, c"\n");
    }
}

/// A second line: sizes that have been set, and what type and kind add.
pub(super) unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params, more: More) {
    let tc = obj.cast::<rtnl_tc>();
    // SAFETY: the object is one of ours.
    unsafe {
        dump_line!(p, c"  ");
        let sizes = [
            (MTU, c" mtu %u", (*tc).mtu),
            (MPU, c" mpu %u", (*tc).mpu),
            (OVERHEAD, c" overhead %u", (*tc).overhead),
        ];
        for (bit, format, size) in sizes {
            if (*tc).h.mask & bit != 0 {
                crate::dump::nl_dump(p, format.as_ptr(), size);
            }
        }
        more(&*tc, p);
        if !own(tc, 1, p) {
            dump!(p, c"no options");
        }
        dump!(p, c"\n");
    }
}

/// Three lines of counters.
pub(super) unsafe fn stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    let tc = obj.cast::<rtnl_tc>();
    // SAFETY: the object is one of ours; the units are strings.
    unsafe {
        let stat = |which: c_int| -> c_ulonglong { rtnl_tc_get_stat(&*tc, which) };
        let (mut unit, mut rate_unit) = (null(), null());
        dump_line!(
            p,
            c"  stats: %-14s %-10s   %-10s %-10s %-10s %-10s\n",
            c"bytes".as_ptr(),
            c"packets".as_ptr(),
            c"drops".as_ptr(),
            c"overlimits".as_ptr(),
            c"qlen".as_ptr(),
            c"backlog".as_ptr(),
        );
        // No more digits than a float has.
        let bytes = f64::from(nl_cancel_down_bytes(stat(1), &mut unit) as f32);
        dump_line!(
            p,
            c"       %10.2f %3s   %10llu   %-10llu %-10llu %-10llu %-10llu\n",
            bytes,
            unit,
            stat(0),
            stat(6),
            stat(8),
            stat(4),
            stat(5),
        );
        let rate = f64::from(nl_cancel_down_bytes(stat(2), &mut rate_unit) as f32);
        dump_line!(p, c"       %10.2f %3s/s %10llu/s\n", rate, rate_unit, stat(3));
    }
}
