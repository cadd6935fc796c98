// SPDX-License-Identifier: MIT OR Apache-2.0
//! `htb`: the hierarchical token bucket.

use core::ffi::{c_int, c_uint};
use core::ptr::null;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::{Done, NLE_MISSING_ATTR, NLE_NOATTR, NLE_NOMEM, NLE_OPNOTSUPP};
use crate::msg::nl_msg;
use crate::tc::dump::{TEXT, handle};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{check, find, put};
use crate::tc::object::{rtnl_tc, rtnl_tc_get_mtu, rtnl_tc_set_mpu, rtnl_tc_set_overhead};
use crate::tc::rate::*;
use crate::ticks::{nl_get_psched_hz, nl_ticks2us, nl_us2ticks};
use crate::utils::nl_cancel_down_bytes;

const TCA_HTB_PARMS: u16 = 1;
const TCA_HTB_INIT: u16 = 2;
const TCA_HTB_CTAB: u16 = 3;
const TCA_HTB_RTAB: u16 = 4;
const TCA_HTB_RATE64: u16 = 6;
const TCA_HTB_CEIL64: u16 = 7;

/// `struct tc_htb_glob`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Global {
    version: u32,
    rate2quantum: u32,
    defcls: u32,
    debug: u32,
    direct_pkts: u32,
}

/// The fewest bytes of attributes, those of qdiscs and those of classes.
const LEAST: [(u16, c_int); 4] = [
    (TCA_HTB_PARMS, size_of::<Options>() as c_int),
    (TCA_HTB_INIT, size_of::<Global>() as c_int),
    (TCA_HTB_RATE64, 8),
    (TCA_HTB_CEIL64, 8),
];

/// The protocol that is spoken here.
const VERSION: u32 = 3;

#[repr(C)]
pub(super) struct Htb {
    mask: u32,
    rate2quantum: u32,
    defcls: u32,
}

const RATE2QUANTUM: u32 = 1;
const DEFCLS: u32 = 2;

impl Data for Htb {
    const OF: Of = Of::Htb;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Htb>(c"htb").parse(parse).fill(fill).line(line);

fields! { Htb:
    set rtnl_htb_set_rate2quantum(u32) rate2quantum: RATE2QUANTUM;
    get rtnl_htb_get_rate2quantum() -> u32 = rate2quantum: RATE2QUANTUM, 0;
    set rtnl_htb_set_defcls(u32) defcls: DEFCLS;
    get rtnl_htb_get_defcls() -> u32 = defcls: DEFCLS, 0;
}

unsafe fn parse(htb: &mut Htb, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    let global = unsafe {
        check(options, &LEAST)?;
        find::<Global>(options, TCA_HTB_INIT)?
    };
    if let Some(global) = global {
        (htb.rate2quantum, htb.defcls) = (global.rate2quantum, global.defcls);
        htb.mask = RATE2QUANTUM | DEFCLS;
    }
    Ok(())
}

unsafe fn fill(htb: &mut Htb, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    let rate2quantum = if htb.mask & RATE2QUANTUM != 0 { htb.rate2quantum } else { 10 };
    let defcls = htb.defcls;
    let global = Global { version: VERSION, rate2quantum, defcls, debug: 0, direct_pkts: 0 };
    put(msg, TCA_HTB_INIT, &global)
}

unsafe fn line(htb: &Htb, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if htb.mask & RATE2QUANTUM != 0 {
        dump!(p, c" r2q %u", htb.rate2quantum);
    }
    if htb.mask & DEFCLS != 0 {
        dump!(p, c" default-class %s", handle(htb.defcls, &mut text));
    }
}

/// `struct tc_htb_opt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    rate: tc_ratespec,
    ceil: tc_ratespec,
    buffer: u32,
    cbuffer: u32,
    quantum: u32,
    level: u32,
    prio: u32,
}

#[repr(C)]
pub(super) struct Class {
    mask: u32,
    rate_spec: tc_ratespec,
    ceil_spec: tc_ratespec,
    rate: u64,
    ceil: u64,
    rbuffer: u32,
    cbuffer: u32,
    quantum: u32,
    level: u32,
    prio: u32,
}

const PRIO: u32 = 1;
const RATE: u32 = 2;
const CEIL: u32 = 4;
const RBUFFER: u32 = 8;
const CBUFFER: u32 = 16;
const QUANTUM: u32 = 32;
const LEVEL: u32 = 64;

impl Data for Class {
    const OF: Of = Of::HtbClass;
}

pub(super) const CLASS: rtnl_tc_ops = rtnl_tc_ops::new::<Class>(c"htb")
    .init(init)
    .parse(parse_class)
    .fill(fill_class)
    .line(class_line)
    .details(class_details);

fields! { Class:
    set rtnl_htb_set_prio(u32) prio: PRIO;
    get rtnl_htb_get_prio() -> u32 = prio: PRIO, 0;
    out rtnl_htb_get_rate64(u64) rate: RATE, NLE_NOATTR;
    out rtnl_htb_get_ceil64(u64) ceil: CEIL, NLE_NOATTR;
    set rtnl_htb_set_rbuffer(u32) rbuffer: RBUFFER;
    get rtnl_htb_get_rbuffer() -> u32 = rbuffer: RBUFFER, 0;
    set rtnl_htb_set_cbuffer(u32) cbuffer: CBUFFER;
    get rtnl_htb_get_cbuffer() -> u32 = cbuffer: CBUFFER, 0;
    set rtnl_htb_set_quantum(u32) quantum: QUANTUM;
    get rtnl_htb_get_quantum() -> u32 = quantum: QUANTUM, 0;
    set rtnl_htb_set_level(c_int) level: LEVEL;
    get rtnl_htb_get_level() -> c_int = level: LEVEL, -NLE_OPNOTSUPP;
}

/// Accessors of a rate. Each new one has its table's cells chosen anew.
macro_rules! rates {
    ($($set:ident $get:ident $set64:ident: $field:ident $spec:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(class: &mut rtnl_tc, rate: u32) -> c_int {
                $set64(class, rate.into())
            }

            #[unsafe(no_mangle)]
            pub extern "C" fn $get(class: &rtnl_tc) -> u32 {
                let rate = |class: &Class| if class.mask & $bit != 0 { low(class.$field) } else { 0 };
                class.data().map_or(0, rate)
            }

            #[unsafe(no_mangle)]
            pub extern "C" fn $set64(class: &mut rtnl_tc, rate: u64) -> c_int {
                let Some(class) = class.data_mut::<Class>() else { return -NLE_NOMEM };
                class.$field = rate;
                class.$spec = tc_ratespec { rate: low(rate), cell_log: AUTO, ..NO_RATE };
                class.mask |= $bit;
                0
            }
        )*
    };
}
rates! {
    rtnl_htb_set_rate rtnl_htb_get_rate rtnl_htb_set_rate64: rate rate_spec RATE;
    rtnl_htb_set_ceil rtnl_htb_get_ceil rtnl_htb_set_ceil64: ceil ceil_spec CEIL;
}

unsafe fn init(class: &mut Class) -> Done {
    (class.rate_spec.cell_log, class.ceil_spec.cell_log) = (AUTO, AUTO);
    Ok(())
}

unsafe fn parse_class(class: &mut Class, tc: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    let (opt, rate, ceil) = unsafe {
        check(options, &LEAST)?;
        let opt = find::<Options>(options, TCA_HTB_PARMS)?;
        (opt, find(options, TCA_HTB_RATE64)?, find(options, TCA_HTB_CEIL64)?)
    };
    let Some(opt) = opt else { return Ok(()) };
    (class.rate_spec, class.ceil_spec) = (opt.rate, opt.ceil);
    class.rate = rate.unwrap_or(opt.rate.rate.into());
    class.ceil = ceil.unwrap_or(opt.ceil.rate.into());
    class.rbuffer = bytes_in(nl_ticks2us(opt.buffer), class.rate);
    class.cbuffer = bytes_in(nl_ticks2us(opt.cbuffer), class.ceil);
    (class.quantum, class.level, class.prio) = (opt.quantum, opt.level, opt.prio);
    class.mask = PRIO | RATE | CEIL | RBUFFER | CBUFFER | QUANTUM | LEVEL;
    rtnl_tc_set_mpu(tc, opt.rate.mpu.into());
    rtnl_tc_set_overhead(tc, opt.rate.overhead.into());
    Ok(())
}

/// Ticks that a bucket lasts; where none is set, one for what comes between two ticks of a clock.
fn ticks(class: &Class, bit: u32, bucket: u32, rate: u64, tc: &rtnl_tc) -> u32 {
    let least = (rate / nl_get_psched_hz().max(1) as u64).wrapping_add(rtnl_tc_get_mtu(tc).into());
    let bytes = if class.mask & bit != 0 { bucket } else { least as u32 };
    nl_us2ticks(time_of((bytes as c_int).into(), rate as f64) as u32)
}

unsafe fn fill_class(class: &mut Class, tc: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if class.mask & RATE == 0 {
        return Err(NLE_MISSING_ATTR);
    }
    let rate_spec = class.rate_spec.complete(tc, class.rate);
    let (ceil_spec, ceil) = match class.mask & CEIL {
        0 => (rate_spec, class.rate),
        _ => (class.ceil_spec.complete(tc, class.ceil), class.ceil),
    };
    let opt = Options {
        rate: rate_spec,
        ceil: ceil_spec,
        buffer: ticks(class, RBUFFER, class.rbuffer, class.rate, tc),
        cbuffer: ticks(class, CBUFFER, class.cbuffer, ceil, tc),
        quantum: class.quantum,
        level: 0,
        prio: class.prio,
    };
    put(msg, TCA_HTB_PARMS, &opt)?;
    for (kind, rate) in [(TCA_HTB_RATE64, class.rate), (TCA_HTB_CEIL64, ceil)] {
        if rate > u32::MAX.into() {
            put(msg, kind, &rate)?;
        }
    }
    put_table(tc, &opt.rate, class.rate, msg, TCA_HTB_RTAB)?;
    put_table(tc, &opt.ceil, ceil, msg, TCA_HTB_CTAB)
}

fn cell(spec: &tc_ratespec) -> c_uint {
    1u32.wrapping_shl(spec.cell_log.into())
}

unsafe fn class_line(class: &Class, p: *mut nl_dump_params) {
    if class.mask & RATE != 0 {
        show_rate(p, c" rate %.2f%s/s (%.0f%s)", class.rate);
        dump!(p, c" log %u", cell(&class.rate_spec));
    }
}

unsafe fn class_details(class: &Class, p: *mut nl_dump_params) {
    if class.mask & CEIL != 0 {
        show_rate(p, c" ceil %.2f%s/s (%.0f%s)", class.ceil);
        dump!(p, c" log %u", cell(&class.ceil_spec));
    }
    if class.mask & PRIO != 0 {
        dump!(p, c" prio %u", class.prio);
    }
    let buffers = [
        (RBUFFER, c" rbuffer %.2f%s", class.rbuffer),
        (CBUFFER, c" cbuffer %.2f%s", class.cbuffer),
    ];
    for (_, format, bytes) in buffers.into_iter().filter(|(bit, ..)| class.mask & bit != 0) {
        let mut unit = null();
        let bytes = nl_cancel_down_bytes(bytes.into(), &mut unit);
        // SAFETY: the formats take a double and a string.
        unsafe { crate::dump::nl_dump(p, format.as_ptr(), bytes, unit) };
    }
    if class.mask & QUANTUM != 0 {
        dump!(p, c" quantum %u", class.quantum);
    }
}
