// SPDX-License-Identifier: MIT OR Apache-2.0
//! `mqprio`: several queues of the hardware by priority.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::prio::{PRIOS, map};
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, find_in, put, read};
use crate::tc::object::rtnl_tc;

const TCA_MQPRIO_MODE: u16 = 1;
const TCA_MQPRIO_SHAPER: u16 = 2;
const TCA_MQPRIO_MIN_RATE64: u16 = 3;
const TCA_MQPRIO_MAX_RATE64: u16 = 4;

/// `TC_MQPRIO_SHAPER_BW_RATE`: the shaper that has rates.
const SHAPER_RATES: u16 = 1;

/// `struct tc_mqprio_qopt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    num_tc: u8,
    map: [u8; PRIOS],
    hw: u8,
    count: [u16; PRIOS],
    offset: [u16; PRIOS],
}

#[repr(C)]
pub(super) struct Mqprio {
    mask: u32,
    opt: Options,
    mode: u16,
    shaper: u16,
    min_rate: [u64; PRIOS],
    max_rate: [u64; PRIOS],
}

const NUM_TC: u32 = 1;
const MAP: u32 = 2;
const HW: u32 = 4;
const QUEUE: u32 = 8;
const MODE: u32 = 16;
const SHAPER: u32 = 32;
const MIN_RATE: u32 = 64;
const MAX_RATE: u32 = 128;

impl Data for Mqprio {
    const OF: Of = Of::Mqprio;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Mqprio>(c"mqprio").parse(parse).fill(fill).line(line).details(details);

fields! { Mqprio:
    set rtnl_qdisc_mqprio_set_num_tc(c_int) opt.num_tc: NUM_TC;
}

/// A number that is set, or an error.
fn get(qdisc: &rtnl_tc, bit: u32, field: fn(&Mqprio) -> c_int) -> c_int {
    match qdisc.data::<Mqprio>() {
        Some(of) if of.mask & bit != 0 => field(of),
        Some(_) => -NLE_MISSING_ATTR,
        None => -NLE_INVAL,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_get_num_tc(qdisc: &rtnl_tc) -> c_int {
    get(qdisc, NUM_TC, |of| of.opt.num_tc.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_get_hw_offload(qdisc: &rtnl_tc) -> c_int {
    qdisc.data::<Mqprio>().map_or(-NLE_INVAL, |of| of.opt.hw.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_get_mode(qdisc: &rtnl_tc) -> c_int {
    get(qdisc, MODE, |of| of.mode.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_get_shaper(qdisc: &rtnl_tc) -> c_int {
    get(qdisc, SHAPER, |of| of.shaper.into())
}

/// Changes what is there, if what must be set before is.
fn change(
    qdisc: &mut rtnl_tc,
    needed: u32,
    bit: u32,
    set: impl FnOnce(&mut Mqprio) -> Done,
) -> c_int {
    let Some(of) = qdisc.data_mut::<Mqprio>() else { return -NLE_NOMEM };
    if of.mask & needed != needed {
        return -NLE_MISSING_ATTR;
    }
    let done = set(of);
    if done.is_ok() {
        of.mask |= bit;
    }
    code(done)
}

/// The first `len` of an array's elements.
fn first<T>(array: &mut [T; PRIOS], len: c_int) -> Result<&mut [T], c_int> {
    let slots = usize::try_from(len).ok().and_then(|len| array.get_mut(..len));
    slots.ok_or(NLE_RANGE)
}

/// Copies `len` elements of the caller's into an array; the others become 0.
unsafe fn fill_from<T: Copy + Default>(array: &mut [T; PRIOS], from: *const T, len: c_int) -> Done {
    let mut new = [T::default(); PRIOS];
    let slots = first(&mut new, len)?;
    // SAFETY: the caller's array is as long as it says.
    slots.copy_from_slice(unsafe { core::slice::from_raw_parts(from, slots.len()) });
    *array = new;
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_mqprio_set_priomap(
    qdisc: &mut rtnl_tc,
    map: *const u8,
    len: c_int,
) -> c_int {
    change(qdisc, NUM_TC, MAP, |of| {
        let mut new = [0; PRIOS];
        // SAFETY: the caller's map is as long as it says.
        unsafe { fill_from(&mut new, map, len)? };
        if new.iter().any(|&class| class > of.opt.num_tc) {
            return Err(NLE_RANGE);
        }
        of.opt.map = new;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_get_priomap(qdisc: &mut rtnl_tc) -> *mut u8 {
    match qdisc.data_mut::<Mqprio>() {
        Some(of) if of.mask & MAP != 0 => of.opt.map.as_mut_ptr(),
        _ => null_mut(),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_hw_offload(qdisc: &mut rtnl_tc, offload: c_int) -> c_int {
    change(qdisc, 0, HW, |of| {
        of.opt.hw = u8::try_from(offload).ok().filter(|hw| *hw < 2).ok_or(NLE_INVAL)?;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_mqprio_set_queue(
    qdisc: &mut rtnl_tc,
    count: *const u16,
    offset: *const u16,
    len: c_int,
) -> c_int {
    change(qdisc, NUM_TC, QUEUE, |of| {
        // SAFETY: the caller's arrays are as long as it says.
        unsafe {
            fill_from(&mut of.opt.count, count, len)?;
            fill_from(&mut of.opt.offset, offset, len)
        }
    })
}

/// Writes an array to the caller, who has room for all of it.
unsafe fn get_array<T: Copy>(
    qdisc: &rtnl_tc,
    bit: u32,
    to: *mut T,
    from: fn(&Mqprio) -> &[T; PRIOS],
) -> c_int {
    match qdisc.data::<Mqprio>() {
        // SAFETY: the caller has the room.
        Some(of) if of.mask & bit != 0 => unsafe {
            to.copy_from_nonoverlapping(from(of).as_ptr(), PRIOS);
        },
        Some(_) => return -NLE_MISSING_ATTR,
        None => return -NLE_INVAL,
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_qdisc_mqprio_get_queue(
    qdisc: &rtnl_tc,
    count: *mut u16,
    offset: *mut u16,
) -> c_int {
    // SAFETY: the caller has room for all priorities.
    unsafe {
        match get_array(qdisc, QUEUE, count, |of| &of.opt.count) {
            0 => get_array(qdisc, QUEUE, offset, |of| &of.opt.offset),
            answer => answer,
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_set_mode(qdisc: &mut rtnl_tc, mode: u16) -> c_int {
    change(qdisc, HW, MODE, |of| {
        of.mode = mode;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_mqprio_set_shaper(qdisc: &mut rtnl_tc, shaper: u16) -> c_int {
    change(qdisc, HW, SHAPER, |of| {
        of.shaper = shaper;
        Ok(())
    })
}

macro_rules! rates {
    ($($set:ident $get:ident: $field:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(qdisc: &mut rtnl_tc, rates: *const u64, len: c_int) -> c_int {
                change(qdisc, SHAPER, $bit, |of| {
                    if of.shaper != SHAPER_RATES {
                        return Err(NLE_INVAL);
                    }
                    // SAFETY: the caller's array is as long as it says.
                    unsafe { fill_from(&mut of.$field, rates, len) }
                })
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(qdisc: &rtnl_tc, rates: *mut u64) -> c_int {
                // SAFETY: the caller has room for all priorities.
                unsafe { get_array(qdisc, $bit, rates, |of| &of.$field) }
            }
        )*
    };
}
rates! {
    rtnl_qdisc_mqprio_set_min_rate rtnl_qdisc_mqprio_get_min_rate: min_rate MIN_RATE;
    rtnl_qdisc_mqprio_set_max_rate rtnl_qdisc_mqprio_get_max_rate: max_rate MAX_RATE;
}

/// The attributes behind the struct.
fn attributes(options: &nlattr) -> (*const nlattr, c_int) {
    const HEAD: c_int = align(size_of::<Options>() as c_int);
    let head = nla_data(options).wrapping_byte_add(HEAD as usize).cast();
    (head, (nla_len(options) - HEAD).max(0))
}

unsafe fn parse(of: &mut Mqprio, _: &mut rtnl_tc, options: &nlattr) -> Done {
    let (head, len) = attributes(options);
    // SAFETY: the options are whole.
    unsafe {
        of.opt = read(options)?;
        of.mask = NUM_TC | MAP | QUEUE | HW;
        if let Some(mode) = find_in(head, len, TCA_MQPRIO_MODE)? {
            of.mode = mode;
            of.mask |= MODE;
        }
        if let Some(shaper) = find_in(head, len, TCA_MQPRIO_SHAPER)? {
            of.shaper = shaper;
            of.mask |= SHAPER;
        }
        for nla in walk(head, len) {
            match nla_type(nla) as u16 {
                TCA_MQPRIO_MIN_RATE64 => read_rates(nla, &mut of.min_rate)?,
                TCA_MQPRIO_MAX_RATE64 => read_rates(nla, &mut of.max_rate)?,
                _ => continue,
            }
            of.mask |= MIN_RATE << (nla_type(nla) as u16 - TCA_MQPRIO_MIN_RATE64);
        }
    }
    Ok(())
}

/// Reads a nest of rates, one for each priority.
unsafe fn read_rates(nest: &nlattr, rates: &mut [u64; PRIOS]) -> Done {
    // SAFETY: the payload is inside the attribute.
    let inner = unsafe { walk(nla_data(nest).cast(), nla_len(nest)) };
    for (slot, nla) in rates.iter_mut().zip(inner) {
        // Each has the type of the nest; the number of the error is not one of the library's.
        if nla_type(nla) != nla_type(nest) {
            return Err(libc::EINVAL);
        }
        // SAFETY: the attribute is whole.
        *slot = unsafe { read(nla) }.map_err(|_| NLE_RANGE)?;
    }
    Ok(())
}

unsafe fn fill(of: &mut Mqprio, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    const NEEDED: u32 = NUM_TC | MAP | QUEUE;
    if of.mask & NEEDED != NEEDED {
        return Err(NLE_INVAL);
    }
    append(msg, &of.opt)?;
    if of.opt.hw == 0 {
        return Ok(());
    }
    if of.mask & MODE != 0 {
        put(msg, TCA_MQPRIO_MODE, &of.mode)?;
    }
    if of.mask & SHAPER != 0 {
        put(msg, TCA_MQPRIO_SHAPER, &of.shaper)?;
    }
    for (kind, bit, rates) in [
        (TCA_MQPRIO_MIN_RATE64, MIN_RATE, &of.min_rate),
        (TCA_MQPRIO_MAX_RATE64, MAX_RATE, &of.max_rate),
    ] {
        if of.mask & bit != 0 {
            put_rates(msg, kind, rates, of.opt.num_tc)?;
        }
    }
    Ok(())
}

fn put_rates(msg: &mut nl_msg, kind: u16, rates: &[u64; PRIOS], count: u8) -> Done {
    // SAFETY: the nest is of this message.
    unsafe {
        let nest = nla_nest_start(msg, kind.into());
        if nest.is_null() {
            return Err(NLE_NOMEM);
        }
        rates.iter().take(count.into()).try_for_each(|rate| put(msg, kind, rate))?;
        nla_nest_end(msg, nest);
    }
    Ok(())
}

unsafe fn line(of: &Mqprio, p: *mut nl_dump_params) {
    dump!(p, c" num_tc %u", c_int::from(of.opt.num_tc));
}

unsafe fn details(of: &Mqprio, p: *mut nl_dump_params) {
    dump!(p, c"map [");
    map(&of.opt.map, p);
    dump!(p, c"]\n");
    dump_line!(p, c"");
}
