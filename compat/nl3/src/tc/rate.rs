// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rates: how long packets take, and the tables of that which the kernel wants.

use core::ffi::{CStr, c_int};
use core::ptr::null;

use super::object::*;
use crate::abi::nl_dump_params;
use crate::error::*;
use crate::msg::nl_msg;
use crate::ticks::nl_us2ticks;
use crate::utils::{nl_cancel_down_bits, nl_cancel_down_bytes};

/// `struct tc_ratespec`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct tc_ratespec {
    pub(super) cell_log: u8,
    pub(super) linklayer: u8,
    pub(super) overhead: u16,
    pub(super) cell_align: i16,
    pub(super) mpu: u16,
    pub(super) rate: u32,
}

/// A cell's size that is still to be chosen.
pub(super) const AUTO: u8 = u8::MAX;

/// The type of links whose packets are cut into cells of 48 bytes, and how long those are.
const ARPHRD_ATM: u32 = 19;
const ATM_PAYLOAD: u32 = 48;
const ATM_CELL: u32 = 53;

/// The least number for what does not fit, as the processors do it that this library is mostly used on.
fn whole(value: f64) -> c_int {
    if value > -2_147_483_649.0 && value < 2_147_483_648.0 { value as c_int } else { c_int::MIN }
}

/// Microseconds that so many bytes take at so many bytes a second.
pub(super) fn time_of(bytes: f64, rate: f64) -> c_int {
    whole(bytes / rate * 1_000_000.0)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_calc_txtime(bytes: c_int, rate: c_int) -> c_int {
    time_of(bytes.into(), rate.into())
}

/// Bytes that go at so many bytes a second in so many microseconds.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_calc_bufsize(time: c_int, rate: c_int) -> c_int {
    whole(f64::from(time) * f64::from(rate) / 1_000_000.0)
}

/// The logarithm of a cell's size, which must be a power of two.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_calc_cell_log(size: c_int) -> c_int {
    if size > 0 && size & (size - 1) == 0 { size.trailing_zeros() as c_int } else { -NLE_INVAL }
}

pub(super) const NO_RATE: tc_ratespec =
    tc_ratespec { cell_log: 0, linklayer: 0, overhead: 0, cell_align: 0, mpu: 0, rate: 0 };

/// The same for rates that may be large.
pub(super) fn bytes_in(time: u32, rate: u64) -> u32 {
    whole(f64::from(time) * rate as f64 / 1_000_000.0) as u32
}

impl tc_ratespec {
    /// What the kernel is told of a rate: also what the object says of its link. The size of cells, if it
    /// was to be chosen, stays.
    pub(super) fn complete(&mut self, tc: &rtnl_tc, rate: u64) -> tc_ratespec {
        if self.cell_log == AUTO {
            let mtu = rtnl_tc_get_mtu(tc);
            let mtu = if mtu == 0 { 2047 } else { mtu };
            self.cell_log = (0..31).find(|log| mtu >> log <= 255).unwrap_or(31);
        }
        tc_ratespec {
            cell_log: self.cell_log,
            linklayer: 0,
            overhead: tc.overhead as u16,
            cell_align: -1,
            mpu: tc.mpu as u16,
            rate: low(rate),
        }
    }
}

/// A rate in the 32 bits that were enough once.
pub(super) fn low(rate: u64) -> u32 {
    u32::try_from(rate).unwrap_or(u32::MAX)
}

/// Puts the table of how long packets take, in ticks, by their sizes in cells.
pub(super) fn put_table(
    tc: &rtnl_tc,
    spec: &tc_ratespec,
    rate: u64,
    msg: &mut nl_msg,
    kind: u16,
) -> Done {
    let mut table = [0u32; 256];
    let atm = rtnl_tc_get_linktype(tc) == ARPHRD_ATM;
    for (cells, slot) in (1u32..).zip(table.iter_mut()) {
        let size = cells.wrapping_shl(spec.cell_log.into()).max(spec.mpu.into());
        let size = if atm { size.div_ceil(ATM_PAYLOAD).wrapping_mul(ATM_CELL) } else { size };
        *slot = nl_us2ticks(time_of((size as c_int).into(), rate as f64) as u32);
    }
    super::message::put(msg, kind, &table)
}

/// Shows a rate twice, in bytes and in bits a second, with their units.
pub(super) fn show_rate(p: *mut nl_dump_params, format: &CStr, rate: u64) {
    let (mut byte, mut bit) = (null(), null());
    let bytes = nl_cancel_down_bytes(rate, &mut byte);
    let bits = nl_cancel_down_bits(rate.wrapping_mul(8), &mut bit);
    // SAFETY: the format takes two doubles, each with a string behind it.
    unsafe { crate::dump::nl_dump(p, format.as_ptr(), bytes, byte, bits, bit) };
}
