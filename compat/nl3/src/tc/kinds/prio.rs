// SPDX-License-Identifier: MIT OR Apache-2.0
//! `prio` and `pfifo_fast`: bands by priority.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::{dump, dump_line};
use crate::error::{Done, NLE_MISSING_ATTR, NLE_NOMEM, NLE_RANGE};
use crate::msg::nl_msg;
use crate::names::{Names, names, translate};
use crate::tc::dump::{TEXT, Text};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, read};
use crate::tc::object::rtnl_tc;

/// Priorities of packets.
pub(super) const PRIOS: usize = 16;

/// `struct tc_prio_qopt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    bands: c_int,
    map: [u8; PRIOS],
}

#[repr(C)]
pub(super) struct Prio {
    mask: u32,
    opt: Options,
}

const BANDS: u32 = 1;
const MAP: u32 = 2;

impl Data for Prio {
    const OF: Of = Of::Prio;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Prio>(c"prio").parse(parse).fill(fill).line(line).details(details);
pub(super) const PFIFO_FAST: rtnl_tc_ops = QDISC.called(c"pfifo_fast");

fields! { Prio:
    put rtnl_qdisc_prio_set_bands(c_int) opt.bands: BANDS;
    get rtnl_qdisc_prio_get_bands() -> c_int = opt.bands: BANDS, -NLE_NOMEM;
}

/// Says which bands the first priorities go to. The bands must be known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_prio_set_priomap(
    qdisc: &mut rtnl_tc,
    map: *const u8,
    len: c_int,
) -> c_int {
    let Some(prio) = qdisc.data_mut::<Prio>() else { return -NLE_NOMEM };
    if prio.mask & BANDS == 0 {
        return -NLE_MISSING_ATTR;
    }
    let Some(slots) = usize::try_from(len).ok().and_then(|len| prio.opt.map.get_mut(..len)) else {
        return -NLE_RANGE;
    };
    // SAFETY: the caller's map has `len` bands.
    let new = unsafe { core::slice::from_raw_parts(map, slots.len()) };
    if new.iter().any(|&band| c_int::from(band) > prio.opt.bands) {
        return -NLE_RANGE;
    }
    slots.copy_from_slice(new);
    prio.mask |= MAP;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_prio_get_priomap(qdisc: &mut rtnl_tc) -> *mut u8 {
    match qdisc.data_mut::<Prio>() {
        Some(prio) if prio.mask & MAP != 0 => prio.opt.map.as_mut_ptr(),
        _ => null_mut(),
    }
}

unsafe fn parse(prio: &mut Prio, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    prio.opt = unsafe { read(options)? };
    prio.mask = BANDS | MAP;
    Ok(())
}

unsafe fn fill(prio: &mut Prio, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if prio.mask & MAP == 0 { Err(NLE_MISSING_ATTR) } else { append(msg, &prio.opt) }
}

unsafe fn line(prio: &Prio, p: *mut nl_dump_params) {
    dump!(p, c" bands %u", prio.opt.bands);
}

/// Numbers of bands, with blanks between them.
pub(super) fn map(map: &[u8; PRIOS], p: *mut nl_dump_params) {
    for (at, band) in map.iter().enumerate() {
        let blank = if at == 0 { c"" } else { c" " };
        dump!(p, c"%s%u", blank.as_ptr(), c_int::from(*band));
    }
}

fn prio_name(prio: usize, text: &mut Text) -> *const c_char {
    // SAFETY: the buffer has the length said.
    unsafe { rtnl_prio2str(prio as c_int, text.as_mut_ptr(), text.len()) }
}

unsafe fn details(prio: &Prio, p: *mut nl_dump_params) {
    let (mut one, mut other) = (TEXT, TEXT);
    dump!(p, c"priomap [");
    map(&prio.opt.map, p);
    dump!(p, c"]\n");
    let (low, high) = prio.opt.map.split_at(PRIOS / 2);
    for (at, (&band, &above)) in low.iter().zip(high).enumerate() {
        dump_line!(
            p,
            c"    %18s => %u %18s => %u",
            prio_name(at, &mut one),
            c_int::from(band),
            prio_name(at + PRIOS / 2, &mut other),
            c_int::from(above),
        );
        if at + 1 < PRIOS / 2 {
            dump!(p, c"\n");
        }
    }
}

static NAMES: Names = names! {
    0 "besteffort", 1 "filler", 2 "bulk", 4 "interactive_bulk", 6 "interactive", 7 "control",
};

translate! {
    NAMES: rtnl_prio2str rtnl_str2prio;
}
