// SPDX-License-Identifier: MIT OR Apache-2.0
//! `tbf`: the token bucket filter.

use core::ffi::{c_double, c_int};
use core::ptr::null;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::{dump, dump_line};
use crate::error::{Done, NLE_INVAL, NLE_MISSING_ATTR, NLE_NOATTR, NLE_NOMEM};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put};
use crate::tc::object::{rtnl_tc, rtnl_tc_set_mpu, rtnl_tc_set_overhead};
use crate::tc::rate::*;
use crate::ticks::{nl_ticks2us, nl_us2ticks};
use crate::utils::{nl_cancel_down_bits, nl_cancel_down_bytes};

const TCA_TBF_PARMS: u16 = 1;
const TCA_TBF_RTAB: u16 = 2;
const TCA_TBF_PTAB: u16 = 3;

/// `struct tc_tbf_qopt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    rate: tc_ratespec,
    peakrate: tc_ratespec,
    limit: u32,
    buffer: u32,
    mtu: u32,
}

/// A rate, and the bucket that it fills.
#[derive(Clone, Copy)]
#[repr(C)]
struct Rate {
    spec: tc_ratespec,
    bucket: u32,
    /// Ticks that it takes to fill the bucket.
    ticks: u32,
}

impl Rate {
    fn new(rate: c_int, bucket: c_int, cell_log: u8) -> Rate {
        let spec = tc_ratespec { rate: rate as u32, cell_log, ..NO_RATE };
        let ticks = nl_us2ticks(time_of(bucket.into(), spec.rate.into()) as u32);
        Rate { spec, bucket: bucket as u32, ticks }
    }

    /// As the kernel tells of it.
    fn told(spec: tc_ratespec, ticks: u32) -> Rate {
        Rate { spec, bucket: bytes_in(nl_ticks2us(ticks), spec.rate.into()), ticks }
    }

    fn complete(&mut self, tc: &rtnl_tc) -> tc_ratespec {
        self.spec.complete(tc, self.spec.rate.into())
    }

    fn per_second(&self) -> c_double {
        self.spec.rate.into()
    }

    fn cell(&self) -> c_int {
        1i32.wrapping_shl(self.spec.cell_log.into())
    }
}

#[repr(C)]
pub(super) struct Tbf {
    mask: u32,
    limit: u32,
    rate: Rate,
    peak: Rate,
}

const LIMIT: u32 = 1;
const RATE: u32 = 2;
const PEAK: u32 = 4;

impl Data for Tbf {
    const OF: Of = Of::Tbf;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Tbf>(c"tbf").parse(parse).fill(fill).line(line).details(details);

fields! { Tbf:
    put rtnl_qdisc_tbf_set_limit(c_int) limit: LIMIT;
    get rtnl_qdisc_tbf_get_limit() -> c_int = limit: LIMIT, -NLE_NOATTR;
    get rtnl_qdisc_tbf_get_rate() -> c_int = rate.spec.rate: RATE, -1;
    get rtnl_qdisc_tbf_get_rate_bucket() -> c_int = rate.bucket: RATE, -1;
    get rtnl_qdisc_tbf_get_peakrate() -> c_int = peak.spec.rate: PEAK, -1;
    get rtnl_qdisc_tbf_get_peakrate_bucket() -> c_int = peak.bucket: PEAK, -1;
}

/// Bytes that may wait, so that none waits longer than `latency` microseconds.
fn room(latency: c_int, rate: &Rate) -> c_double {
    rate.per_second() * (c_double::from(latency) / 1_000_000.0)
        + c_double::from(rate.bucket as c_int)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_tbf_set_limit_by_latency(
    qdisc: &mut rtnl_tc,
    latency: c_int,
) -> c_int {
    let Some(tbf) = qdisc.data_mut::<Tbf>() else { return -NLE_NOMEM };
    if tbf.mask & RATE == 0 {
        return -NLE_MISSING_ATTR;
    }
    let mut limit = room(latency, &tbf.rate);
    if tbf.mask & PEAK != 0 {
        // f64::min may be a function of the mathematical library.
        let peak = room(latency, &tbf.peak);
        if peak < limit {
            limit = peak;
        }
    }
    rtnl_qdisc_tbf_set_limit(qdisc, limit as c_int);
    0
}

/// Sets the rate, the bucket, and the size of the rate table's cells; 0 leaves that to the library.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_tbf_set_rate(
    qdisc: &mut rtnl_tc,
    rate: c_int,
    bucket: c_int,
    cell: c_int,
) {
    if let Some(tbf) = qdisc.data_mut::<Tbf>() {
        let log = if cell == 0 { AUTO } else { rtnl_tc_calc_cell_log(cell) as u8 };
        tbf.rate = Rate::new(rate, bucket, log);
        tbf.mask |= RATE;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_tbf_set_peakrate(
    qdisc: &mut rtnl_tc,
    rate: c_int,
    bucket: c_int,
    cell: c_int,
) -> c_int {
    let Some(tbf) = qdisc.data_mut::<Tbf>() else { return -NLE_NOMEM };
    let Ok(log) = u8::try_from(rtnl_tc_calc_cell_log(cell)) else { return -NLE_INVAL };
    tbf.peak = Rate::new(rate, bucket, log);
    tbf.mask |= PEAK;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_tbf_get_rate_cell(qdisc: &rtnl_tc) -> c_int {
    let Some(tbf) = qdisc.data::<Tbf>() else { return -NLE_NOMEM };
    if tbf.mask & RATE != 0 { tbf.rate.cell() } else { -1 }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_tbf_get_peakrate_cell(qdisc: &rtnl_tc) -> c_int {
    let Some(tbf) = qdisc.data::<Tbf>() else { return -NLE_NOMEM };
    if tbf.mask & PEAK != 0 { tbf.peak.cell() } else { -1 }
}

unsafe fn parse(tbf: &mut Tbf, tc: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    let Some(opt) = (unsafe { find::<Options>(options, TCA_TBF_PARMS)? }) else { return Ok(()) };
    tbf.limit = opt.limit;
    tbf.rate = Rate::told(opt.rate, opt.buffer);
    tbf.peak = Rate::told(opt.peakrate, opt.mtu);
    tbf.mask = LIMIT | RATE | PEAK;
    rtnl_tc_set_mpu(tc, opt.rate.mpu.into());
    rtnl_tc_set_overhead(tc, opt.rate.overhead.into());
    Ok(())
}

unsafe fn fill(tbf: &mut Tbf, tc: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if tbf.mask & (LIMIT | RATE) != LIMIT | RATE {
        return Err(NLE_MISSING_ATTR);
    }
    let peak = tbf.mask & PEAK != 0;
    let mut opt = Options {
        rate: tbf.rate.complete(tc),
        peakrate: NO_RATE,
        limit: tbf.limit,
        buffer: tbf.rate.ticks,
        mtu: 0,
    };
    if peak {
        opt.peakrate = tbf.peak.complete(tc);
        opt.mtu = tbf.peak.ticks;
    }
    put(msg, TCA_TBF_PARMS, &opt)?;
    put_table(tc, &opt.rate, opt.rate.rate.into(), msg, TCA_TBF_RTAB)?;
    if peak {
        put_table(tc, &opt.peakrate, opt.peakrate.rate.into(), msg, TCA_TBF_PTAB)?;
    }
    Ok(())
}

unsafe fn line(tbf: &Tbf, p: *mut nl_dump_params) {
    show_rate(p, c" rate %.2f%s/s (%.0f%s)", tbf.rate.spec.rate.into());
    let mut unit = null();
    let limit = nl_cancel_down_bytes(tbf.limit.into(), &mut unit);
    dump!(p, c" limit %.2f%s", limit, unit);
}

unsafe fn details(tbf: &Tbf, p: *mut nl_dump_params) {
    let (mut unit, mut cell_unit) = (null(), null());
    let bucket = nl_cancel_down_bytes(tbf.rate.bucket.into(), &mut unit);
    let cell = nl_cancel_down_bytes(tbf.rate.cell() as u64, &mut cell_unit);
    dump!(p, c"rate-bucket-size %1.f%s rate-cell-size %.1f%s\n", bucket, unit, cell, cell_unit);
    if tbf.mask & PEAK == 0 {
        return;
    }
    let bucket = nl_cancel_down_bits(tbf.peak.bucket.into(), &mut unit);
    let cell = nl_cancel_down_bits(tbf.peak.cell() as u64, &mut cell_unit);
    dump_line!(p, c"    ");
    show_rate(p, c"peak-rate %.2f%s/s (%.0f%s) ", tbf.peak.spec.rate.into());
    dump!(p, c"bucket-size %.1f%s cell-size %.1f%s", bucket, unit, cell, cell_unit);
}
