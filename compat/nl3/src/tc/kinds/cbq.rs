// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cbq`: class based queueing, which kernels up to 6.8 have. As in libnl, it can be read but not made.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::{dump, dump_line};
use crate::error::Done;
use crate::names::{Names, names, translate};
use crate::tc::dump::{TEXT, handle};
use crate::tc::kind::{Data, Of, rtnl_tc_ops};
use crate::tc::message::find;
use crate::tc::object::rtnl_tc;
use crate::tc::rate::{NO_RATE, show_rate, tc_ratespec};
use crate::ticks::nl_ticks2us;
use crate::utils::nl_cancel_down_bits;

/// `struct tc_cbq_lssopt`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Lss {
    change: u8,
    flags: u8,
    ewma_log: u8,
    level: u8,
    maxidle: u32,
    minidle: u32,
    offtime: u32,
    avpkt: u32,
}

/// `struct tc_cbq_wrropt`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Wrr {
    flags: u8,
    priority: u8,
    cpriority: u8,
    reserved: u8,
    allot: u32,
    weight: u32,
}

/// `struct tc_cbq_fopt`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Filter {
    split: u32,
    defmap: u32,
    defchange: u32,
}

/// `struct tc_cbq_ovl`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Overlimit {
    strategy: u8,
    priority2: u8,
    pad: u16,
    penalty: u32,
}

/// `struct tc_cbq_police`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Police {
    police: u8,
    reserved: [u8; 3],
}

#[repr(C)]
pub(super) struct Cbq {
    lss: Lss,
    wrr: Wrr,
    filter: Filter,
    overlimit: Overlimit,
    rate: tc_ratespec,
    police: Police,
}

impl Data for Cbq {
    const OF: Of = Of::Cbq;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Cbq>(c"cbq").parse(parse).line(line).details(details);
pub(super) const CLASS: rtnl_tc_ops = QDISC;

unsafe fn parse(cbq: &mut Cbq, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        cbq.lss = find(options, 1)?.unwrap_or_default();
        cbq.wrr = find(options, 2)?.unwrap_or_default();
        cbq.filter = find(options, 3)?.unwrap_or_default();
        cbq.overlimit = find(options, 4)?.unwrap_or_default();
        cbq.rate = find(options, 5)?.unwrap_or(NO_RATE);
        cbq.police = find(options, 7)?.unwrap_or_default();
    }
    Ok(())
}

unsafe fn line(cbq: &Cbq, p: *mut nl_dump_params) {
    show_rate(p, c" rate %.2f%s/s (%.0f%s)", cbq.rate.rate.into());
    dump!(p, c" prio %u", c_uint::from(cbq.wrr.priority));
}

unsafe fn details(cbq: &Cbq, p: *mut nl_dump_params) {
    let (mut unit, mut split, mut strategy, mut police) = (null(), TEXT, TEXT, TEXT);
    let weight = nl_cancel_down_bits(u64::from(cbq.wrr.weight) * 8, &mut unit);
    let cell = 1u32.wrapping_shl(cbq.rate.cell_log.into());
    let us = |ticks: u32| nl_ticks2us(ticks.wrapping_shr(cbq.lss.ewma_log.into()));
    dump!(p, c"avgpkt %u mpu %u cell %u ", cbq.lss.avpkt, c_uint::from(cbq.rate.mpu), cell);
    dump!(p, c"allot %u weight %.0f%s\n", cbq.wrr.allot, weight, unit);
    dump_line!(
        p,
        c"  minidle %uus maxidle %uus offtime %uus level %u ewma_log %u\n",
        us(cbq.lss.minidle),
        us(cbq.lss.maxidle),
        us(cbq.lss.offtime),
        c_uint::from(cbq.lss.level),
        c_uint::from(cbq.lss.ewma_log),
    );
    // SAFETY: the buffers have the lengths said.
    unsafe {
        let number = c_int::from(cbq.overlimit.strategy);
        nl_ovl_strategy2str(number, strategy.as_mut_ptr(), strategy.len());
        nl_police2str(cbq.police.police.into(), police.as_mut_ptr(), police.len());
    }
    dump_line!(
        p,
        c"  penalty %uus strategy %s ",
        nl_ticks2us(cbq.overlimit.penalty),
        strategy.as_ptr()
    );
    dump!(p, c"split %s defmap 0x%08x ", handle(cbq.filter.split, &mut split), cbq.filter.defmap);
    dump!(p, c"police %s", police.as_ptr());
}

static STRATEGIES: Names = names! { 0 "classic", 1 "delay", 2 "lowprio", 3 "drop", 4 "rclassic" };
static POLICE: Names = names! { -1 "unspec", 0 "ok", 1 "reclassify", 2 "shot", 3 "pipe" };

translate! {
    STRATEGIES: nl_ovl_strategy2str nl_str2ovl_strategy;
    POLICE: nl_police2str nl_str2police;
}
