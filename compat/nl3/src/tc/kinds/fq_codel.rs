// SPDX-License-Identifier: MIT OR Apache-2.0
//! `fq_codel`: fair queueing with controlled delay.

use core::ffi::{CStr, c_int};

use crate::abi::{nl_dump_params, nlattr};
use crate::error::{Done, NLE_NOATTR};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put};
use crate::tc::object::rtnl_tc;

#[repr(C)]
pub(super) struct FqCodel {
    mask: u32,
    limit: u32,
    target: u32,
    interval: u32,
    quantum: u32,
    flows: u32,
    ecn: u32,
}

const LIMIT: u32 = 1;
const TARGET: u32 = 2;
const INTERVAL: u32 = 4;
const QUANTUM: u32 = 8;
const FLOWS: u32 = 16;
const ECN: u32 = 32;

impl Data for FqCodel {
    const OF: Of = Of::FqCodel;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<FqCodel>(c"fq_codel").parse(parse).fill(fill).line(line);

fields! { FqCodel:
    set rtnl_qdisc_fq_codel_set_limit(c_int) limit: LIMIT;
    get rtnl_qdisc_fq_codel_get_limit() -> c_int = limit: LIMIT, -NLE_NOATTR;
    set rtnl_qdisc_fq_codel_set_target(u32) target: TARGET;
    get rtnl_qdisc_fq_codel_get_target() -> u32 = target: TARGET, 0;
    set rtnl_qdisc_fq_codel_set_interval(u32) interval: INTERVAL;
    get rtnl_qdisc_fq_codel_get_interval() -> u32 = interval: INTERVAL, 0;
    set rtnl_qdisc_fq_codel_set_quantum(u32) quantum: QUANTUM;
    get rtnl_qdisc_fq_codel_get_quantum() -> u32 = quantum: QUANTUM, 0;
    set rtnl_qdisc_fq_codel_set_flows(c_int) flows: FLOWS;
    get rtnl_qdisc_fq_codel_get_flows() -> c_int = flows: FLOWS, -NLE_NOATTR;
    set rtnl_qdisc_fq_codel_set_ecn(c_int) ecn: ECN;
    get rtnl_qdisc_fq_codel_get_ecn() -> c_int = ecn: ECN, -NLE_NOATTR;
}

/// An attribute, its bit and its field, in the order in which messages have them.
type Row = (u16, u32, fn(&mut FqCodel) -> &mut u32);
const ROWS: [Row; 6] = [
    (2, LIMIT, |of| &mut of.limit),
    (3, INTERVAL, |of| &mut of.interval),
    (1, TARGET, |of| &mut of.target),
    (6, QUANTUM, |of| &mut of.quantum),
    (5, FLOWS, |of| &mut of.flows),
    (4, ECN, |of| &mut of.ecn),
];

unsafe fn parse(of: &mut FqCodel, _: &mut rtnl_tc, options: &nlattr) -> Done {
    for (kind, bit, field) in ROWS {
        // SAFETY: the options are whole.
        if let Some(value) = unsafe { find(options, kind)? } {
            *field(of) = value;
            of.mask |= bit;
        }
    }
    Ok(())
}

unsafe fn fill(of: &mut FqCodel, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    for (kind, bit, field) in ROWS {
        if of.mask & bit != 0 {
            put(msg, kind, field(of))?;
        }
    }
    Ok(())
}

unsafe fn line(of: &FqCodel, p: *mut nl_dump_params) {
    let rows: [(u32, &CStr, u32); 6] = [
        (LIMIT, c" limit %u packets", of.limit),
        (TARGET, c" target %u", of.target),
        (INTERVAL, c" interval %u", of.interval),
        (ECN, c" ecn %u", of.ecn),
        (FLOWS, c" flows %u", of.flows),
        (QUANTUM, c" quantum %u", of.quantum),
    ];
    for (_, format, value) in rows.into_iter().filter(|(bit, ..)| of.mask & bit != 0) {
        // SAFETY: each format takes one number.
        unsafe { crate::dump::nl_dump(p, format.as_ptr(), value) };
    }
}
