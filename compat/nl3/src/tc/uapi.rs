// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's headers for traffic control, as far as they are used here.

pub(super) const NETLINK_ROUTE: i32 = 0;
pub(super) const RTNLGRP_TC: i32 = 4;

macro_rules! numbers {
    ($($name:ident = $value:literal),* $(,)?) => { $(pub(super) const $name: u16 = $value;)* };
}

numbers! {
    RTM_NEWQDISC = 36, RTM_DELQDISC = 37, RTM_GETQDISC = 38,
    RTM_NEWTCLASS = 40, RTM_DELTCLASS = 41, RTM_GETTCLASS = 42,
    RTM_NEWTFILTER = 44, RTM_DELTFILTER = 45, RTM_GETTFILTER = 46,
    RTM_NEWACTION = 48, RTM_DELACTION = 49, RTM_GETACTION = 50,

    TCA_KIND = 1, TCA_OPTIONS = 2, TCA_STATS = 3, TCA_STATS2 = 7, TCA_CHAIN = 11,
    TCA_STATS_BASIC = 1, TCA_STATS_RATE_EST = 2, TCA_STATS_QUEUE = 3,
}

pub(super) const TC_H_ROOT: u32 = 0xffff_ffff;
pub(super) const TC_H_INGRESS: u32 = 0xffff_fff1;
