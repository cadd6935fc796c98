// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `u32` filters look like.

use core::ffi::{CStr, c_int, c_uint, c_ulonglong};

use super::u32::*;
use crate::abi::nl_dump_params;
use crate::dump::{NL_DUMP_STATS, dump, dump_line};
use crate::tc::dump::{TEXT, handle};

pub(super) unsafe fn line(of: &U32, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if of.mask & DIVISOR != 0 {
        dump!(p, c" divisor %u", of.divisor);
    } else if of.mask & CLASSID != 0 {
        dump!(p, c" target %s", handle(of.classid, &mut text));
    }
}

fn show_selector(sel: &Selector, p: *mut nl_dump_params) {
    const NAMES: [(u8, &CStr); 4] =
        [(TERMINAL, c"TERMINAL"), (OFFSET, c"OFFSET"), (VAROFFSET, c"VAROFFSET"), (EAT, c"EAT")];
    if sel.hmask != 0 || sel.hoff != 0 {
        dump!(p, c" hash at %u & 0x%x", c_int::from(sel.hoff), sel.hmask);
    }
    if sel.flags & (OFFSET | VAROFFSET) != 0 {
        dump!(p, c" offset at %u", c_uint::from(sel.off));
        if sel.flags & VAROFFSET != 0 {
            let (at, mask) = (c_int::from(sel.offoff), c_uint::from(u16::from_be(sel.offmask)));
            dump!(p, c" variable (at %u & 0x%x) >> %u", at, mask, c_uint::from(sel.offshift));
        }
    }
    if sel.flags == 0 {
        return;
    }
    let mut left = sel.flags;
    dump!(p, c" <");
    for (_, name) in NAMES.into_iter().filter(|(bit, _)| sel.flags & bit != 0) {
        dump!(p, c"%s", name.as_ptr());
        left &= !NAMES.into_iter().find(|(_, other)| *other == name).map_or(0, |(bit, _)| bit);
        if left != 0 {
            dump!(p, c",");
        }
    }
    dump!(p, c">");
}

pub(super) unsafe fn details(of: &U32, p: *mut nl_dump_params) {
    // SAFETY: NULL or live.
    let sel = unsafe { of.sel.as_ref() };
    match sel {
        Some(sel) => dump!(p, c"nkeys %u", c_uint::from(sel.nkeys)),
        None => dump!(p, c"no-selector"),
    }
    if of.mask & MARK != 0 {
        // So it says.
        dump!(p, c" mark 0x%u 0x%u", of.mark.val, of.mark.mask);
    } else {
        dump!(p, c" no-mark");
    }
    if of.mask & HASH != 0 {
        dump!(p, c" ht key 0x%x hash 0x%u", of.hash >> 20, (of.hash >> 12) & 0xff);
    }
    if of.mask & LINK != 0 {
        dump!(p, c" link %u", of.link);
    }
    if let Some(name) = of.indev.name() {
        dump!(p, c" indev %s", name);
    }
    if let Some(sel) = sel {
        show_selector(sel, p);
    }
    dump!(p, c"\n");
    // SAFETY: params are the caller's.
    let counted = unsafe { (*p).kind } == NL_DUMP_STATS;
    for (at, key) in of.keys().iter().enumerate() {
        dump_line!(p, c"      match key at ");
        match key.offmask {
            0 => dump!(p, c"%u", key.off),
            mask => dump!(p, c"nexthdr+%u [0x%u]", key.off, mask),
        }
        dump!(p, c" & 0x%08x == 0x%08x", u32::from_be(key.mask), u32::from_be(key.val));
        if let Some(count) = of.count(at).filter(|_| counted) {
            dump!(p, c" successful %llu", count as c_ulonglong);
        }
        dump!(p, c"\n");
    }
}
