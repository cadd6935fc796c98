// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kinds.

mod action;
mod basic;
mod cbq;
mod dsmark;
mod fifo;
mod fq_codel;
mod fw;
mod hfsc;
mod htb;
mod mqprio;
mod netem;
mod netem_dist;
mod plug;
mod prio;
mod red;
mod sfq;
mod tbf;

use super::kind::rtnl_tc_ops;

pub(super) static QDISCS: [rtnl_tc_ops; 17] = [
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
];

pub(super) static CLASSES: [rtnl_tc_ops; 4] = [htb::CLASS, hfsc::CLASS, cbq::CLASS, dsmark::CLASS];
pub(super) static FILTERS: [rtnl_tc_ops; 4] = [basic::BASIC, basic::CGROUP, fw::FW, fw::MATCHALL];
pub(super) static ACTIONS: [rtnl_tc_ops; 5] =
    [action::GACT, action::MIRRED, action::SKBEDIT, action::VLAN, action::NAT];
