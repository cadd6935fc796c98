// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kinds.

mod action;
mod basic;
mod cbq;
mod dsmark;
mod fifo;
mod flower;
mod fq_codel;
mod fw;
mod hfsc;
mod htb;
mod kept;
mod mqprio;
mod netem;
mod netem_dist;
mod plug;
mod prio;
mod red;
mod sfq;
mod tbf;
mod u32;
mod u32_show;

use core::ffi::c_int;

use super::kind::rtnl_tc_ops;

/// Kinds of one `enum rtnl_tc_type`.
const fn of_type<const N: usize>(of: c_int, mut kinds: [rtnl_tc_ops; N]) -> [rtnl_tc_ops; N] {
    let mut at = 0;
    while at < N {
        kinds[at].of_type = of;
        at += 1;
    }
    kinds
}

pub(super) static QDISCS: [rtnl_tc_ops; 17] = of_type(
    0,
    [
        htb::QDISC,
        tbf::QDISC,
        sfq::QDISC,
        prio::QDISC,
        prio::PFIFO_FAST,
        fq_codel::QDISC,
        hfsc::QDISC,
        netem::QDISC,
        mqprio::QDISC,
        plug::QDISC,
        red::QDISC,
        cbq::QDISC,
        dsmark::QDISC,
        fifo::PFIFO,
        fifo::BFIFO,
        rtnl_tc_ops::bare(c"ingress"),
        rtnl_tc_ops::bare(c"blackhole"),
    ],
);

pub(super) static CLASSES: [rtnl_tc_ops; 4] =
    of_type(1, [htb::CLASS, hfsc::CLASS, cbq::CLASS, dsmark::CLASS]);
pub(super) static FILTERS: [rtnl_tc_ops; 6] =
    of_type(2, [basic::BASIC, basic::CGROUP, fw::FW, fw::MATCHALL, u32::U32, flower::FLOWER]);
pub(super) static ACTIONS: [rtnl_tc_ops; 5] =
    of_type(3, [action::GACT, action::MIRRED, action::SKBEDIT, action::VLAN, action::NAT]);
