// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rates: how long packets take, and the tables of that which the kernel wants.

use core::ffi::c_int;

use super::object::*;
use crate::attr::nla_put;
use crate::error::*;
use crate::msg::nl_msg;
use crate::ticks::nl_us2ticks;

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

impl tc_ratespec {
    /// What the kernel is told of a rate: also what the object says of its link. Chooses the size of cells.
    pub(super) fn complete(&mut self, tc: &rtnl_tc) {
        if self.cell_log == AUTO {
            let mtu = rtnl_tc_get_mtu(tc);
            let mtu = if mtu == 0 { 2047 } else { mtu };
            self.cell_log = (0..31).find(|log| mtu >> log <= 255).unwrap_or(31);
        }
        self.overhead = tc.overhead as u16;
        self.mpu = tc.mpu as u16;
        self.cell_align = -1;
    }

    /// Puts the table of how long packets take: for each size in cells, in ticks.
    pub(super) fn put_table(&self, tc: &rtnl_tc, rate: u64, msg: &mut nl_msg, kind: u16) -> Done {
        let mut table = [0u32; 256];
        let atm = rtnl_tc_get_linktype(tc) == ARPHRD_ATM;
        for (cells, slot) in (1u32..).zip(table.iter_mut()) {
            let size = (cells << (self.cell_log & 31)).max(self.mpu.into());
            let size = if atm { size.div_ceil(ATM_PAYLOAD) * ATM_CELL } else { size };
            *slot = nl_us2ticks(time_of(size.into(), rate as f64) as u32);
        }
        let len = size_of_val(&table) as c_int;
        // SAFETY: the message takes the bytes of the table.
        done(unsafe { nla_put(msg, kind.into(), len, table.as_ptr().cast()) })
    }
}
