// SPDX-License-Identifier: MIT OR Apache-2.0
//! CAN controllers.

use core::ffi::{CStr, c_char, c_double, c_int};

use super::{kind, of, of_mut};
use crate::abi::nl_dump_params;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate_flags};
use crate::object::*;
use crate::rows::{self, attrs};

/// `linux/can/netlink.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct can_bittiming {
    bitrate: u32,
    /// In tenths of a percent.
    sample_point: u32,
    /// In nanoseconds.
    tq: u32,
    prop_seg: u32,
    phase_seg1: u32,
    phase_seg2: u32,
    sjw: u32,
    brp: u32,
}

/// The same.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct can_bittiming_const {
    name: [c_char; 16],
    tseg1_min: u32,
    tseg1_max: u32,
    tseg2_min: u32,
    tseg2_max: u32,
    sjw_max: u32,
    brp_min: u32,
    brp_max: u32,
    brp_inc: u32,
}

/// The same.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct can_berr_counter {
    tx: u16,
    rx: u16,
}

const _: () = assert!(size_of::<can_bittiming>() == 32 && size_of::<can_bittiming_const>() == 48);

/// `struct can_ctrlmode`.
#[derive(Clone, Copy)]
#[repr(C)]
struct CtrlMode {
    mask: u32,
    flags: u32,
}

#[repr(C)]
struct Can {
    h: nl_object,
    state: u32,
    restart: u32,
    restart_ms: u32,
    clock: u32,
    ctrlmode: CtrlMode,
    berr: can_berr_counter,
    timing: can_bittiming,
    timing_const: can_bittiming_const,
    data_timing: can_bittiming,
    data_timing_const: can_bittiming_const,
}

attrs! { Can {
    RESTART = 0 "" Int(restart) = 7,
    RESTART_MS = 1 "" Int(restart_ms) = 6,
    CTRLMODE = 2 "" Bytes(ctrlmode) = 5,
    TIMING = 3 "" Bytes(timing) = 1,
    TIMING_CONST = 4 "" Bytes(timing_const) = 2,
    CLOCK = 5 "" Int(clock) = 3,
    DATA_TIMING = 6 "" Bytes(data_timing) = 9,
    DATA_TIMING_CONST = 7 "" Bytes(data_timing_const) = 10,
    STATE = 8 "" Int(state) = 4,
    BERR = 9 "" Bytes(berr) = 8,
} }

static OPS: nl_object_ops = nl_object_ops {
    dump: [Some(dump_brief), Some(dump_details), None],
    ..nl_object_ops::new::<Can>(c"", ATTRS)
};

pub(super) static KIND: Kind = Kind { put, ..Kind::new(c"can", Some(&OPS)) };

/// `CAN_CTRLMODE_*`.
static MODES: Names = names! {
    1 "loopback", 2 "listen-only", 4 "triple-sampling", 8 "one-shot", 16 "berr-reporting", 32 "fd",
    64 "presume-ack", 128 "fd-non-iso",
};

translate_flags! { MODES: rtnl_link_can_ctrlmode2str rtnl_link_can_str2ctrlmode; }

kind! { Can OPS "can":
    is rtnl_link_is_can;
    out rtnl_link_can_freq(u32) clock: CLOCK, NLE_AGAIN;
    copy rtnl_link_can_state(u32) state;
    out rtnl_link_can_berr(can_berr_counter) berr: BERR, NLE_AGAIN;
    out rtnl_link_can_get_bt_const(can_bittiming_const) timing_const: TIMING_CONST, NLE_AGAIN;
    set_ref rtnl_link_can_set_bittiming(can_bittiming) timing: TIMING;
    out rtnl_link_can_get_bittiming(can_bittiming) timing: TIMING, NLE_AGAIN;
    set_ref rtnl_link_can_set_data_bittiming(can_bittiming) data_timing: DATA_TIMING;
    out rtnl_link_can_get_data_bittiming(can_bittiming) data_timing: DATA_TIMING, NLE_AGAIN;
    set_ref rtnl_link_can_set_data_bittiming_const(can_bittiming_const) data_timing_const: DATA_TIMING_CONST;
    out rtnl_link_can_get_data_bittiming_const(can_bittiming_const) data_timing_const: DATA_TIMING_CONST, NLE_AGAIN;
    set rtnl_link_can_set_restart_ms(u32) restart_ms: RESTART_MS;
    out rtnl_link_can_get_restart_ms(u32) restart_ms: RESTART_MS, NLE_AGAIN;
}

/// Part of something that is set or not.
fn part<T>(link: &rtnl_link, bit: u64, get: impl FnOnce(&Can) -> T) -> Result<T, c_int> {
    let can = of::<Can>(link, &OPS)?;
    if can.h.mask & bit != 0 { Ok(get(can)) } else { Err(NLE_AGAIN) }
}

macro_rules! parts {
    ($($get:ident $set:ident $field:ident.$part:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(link: &rtnl_link, value: &mut u32) -> c_int {
                code(part(link, $bit, |can| *value = can.$field.$part))
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(link: &mut rtnl_link, value: u32) -> c_int {
                code(of_mut::<Can>(link, &OPS).map(|can| {
                    can.$field.$part = value;
                    can.h.mask |= $bit;
                }))
            }
        )*
    };
}

parts! {
    rtnl_link_can_get_bitrate rtnl_link_can_set_bitrate timing.bitrate: TIMING;
    rtnl_link_can_get_sample_point rtnl_link_can_set_sample_point timing.sample_point: TIMING;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_get_ctrlmode(link: &rtnl_link, flags: &mut u32) -> c_int {
    code(part(link, CTRLMODE, |can| *flags = can.ctrlmode.flags))
}

fn set_ctrlmode(link: &mut rtnl_link, flags: u32, on: bool) -> c_int {
    code(of_mut::<Can>(link, &OPS).map(|can| {
        let mode = &mut can.ctrlmode;
        mode.flags = mode.flags & !flags | if on { flags } else { 0 };
        mode.mask |= flags;
        can.h.mask |= CTRLMODE;
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_set_ctrlmode(link: &mut rtnl_link, flags: u32) -> c_int {
    set_ctrlmode(link, flags, true)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_unset_ctrlmode(link: &mut rtnl_link, flags: u32) -> c_int {
    set_ctrlmode(link, flags, false)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_berr_rx(link: &rtnl_link) -> c_int {
    part(link, BERR, |can| can.berr.rx.into()).unwrap_or_else(|error| -error)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_berr_tx(link: &rtnl_link) -> c_int {
    part(link, BERR, |can| can.berr.tx.into()).unwrap_or_else(|error| -error)
}

/// Restarts the controller, once the link is changed by the kernel.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_can_restart(link: &mut rtnl_link) -> c_int {
    code(of_mut::<Can>(link, &OPS).map(|can| {
        can.restart = 1;
        can.h.mask |= RESTART;
    }))
}

/// What the kernel tells alone is not written.
unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    // SAFETY: what the kind keeps is of this type; the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe { rows::write(link.info, msg, !(STATE | BERR)) })
}

fn state(can: &Can) -> &'static CStr {
    match can.state {
        0 => c"error active",
        1 => c"error warning",
        2 => c"error passive",
        3 => c"bus off",
        4 => c"stopped",
        5 => c"sleeping",
        _ => c"unknown state",
    }
}

/// Bitrate, state and modes.
unsafe fn summary(can: &Can, p: *mut nl_dump_params) {
    let mut modes = [0 as c_char; 64];
    // SAFETY: the buffer has the length said.
    unsafe {
        rtnl_link_can_ctrlmode2str(can.ctrlmode.flags as c_int, modes.as_mut_ptr(), modes.len())
    };
    dump!(p, c"bitrate %d %s <%s>", can.timing.bitrate, state(can).as_ptr(), modes.as_ptr());
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    unsafe { summary(&*obj.cast::<Can>(), p) };
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    unsafe {
        let can = &*obj.cast::<Can>();
        let has = |bit| can.h.mask & bit != 0;
        dump!(p, c"    ");
        summary(can, p);
        if has(RESTART) && can.restart != 0 {
            dump_line!(p, c"    restarting\n");
        }
        if has(RESTART_MS) {
            dump_line!(p, c"    restart interval %d ms\n", can.restart_ms);
        }
        if has(TIMING) {
            dump_timing(&can.timing, p);
        }
        if has(TIMING_CONST) {
            dump_const(&can.timing_const, p);
        }
        if has(CLOCK) {
            dump_line!(p, c"    base freq %u Hz\n", can.clock);
        }
        if has(BERR) {
            dump_line!(p, c"    bus error RX %d\n", c_int::from(can.berr.rx));
            dump_line!(p, c"    bus error TX %d\n", c_int::from(can.berr.tx));
        }
    }
}

fn dump_timing(timing: &can_bittiming, p: *mut nl_dump_params) {
    // As precise as it has always been.
    let percent = c_double::from(timing.sample_point as f32 / 10.0);
    dump_line!(p, c"    sample point %f %%\n", percent);
    dump_line!(p, c"    time quanta %d ns\n", timing.tq);
    dump_line!(p, c"    propagation segment %d tq\n", timing.prop_seg);
    dump_line!(p, c"    phase buffer segment1 %d tq\n", timing.phase_seg1);
    dump_line!(p, c"    phase buffer segment2 %d tq\n", timing.phase_seg2);
    dump_line!(p, c"    synchronisation jump width %d tq\n", timing.sjw);
    dump_line!(p, c"    bitrate prescaler %d\n", timing.brp);
}

fn dump_const(limits: &can_bittiming_const, p: *mut nl_dump_params) {
    dump_line!(p, c"    minimum tsig1 %d tq\n", limits.tseg1_min);
    dump_line!(p, c"    maximum tsig1 %d tq\n", limits.tseg1_max);
    dump_line!(p, c"    minimum tsig2 %d tq\n", limits.tseg2_min);
    dump_line!(p, c"    maximum tsig2 %d tq\n", limits.tseg2_max);
    dump_line!(p, c"    maximum sjw %d tq\n", limits.sjw_max);
    dump_line!(p, c"    minimum brp %d\n", limits.brp_min);
    dump_line!(p, c"    maximum brp %d\n", limits.brp_max);
    dump_line!(p, c"    brp increment %d\n", limits.brp_inc);
}
