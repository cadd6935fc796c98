// SPDX-License-Identifier: MIT OR Apache-2.0
//! `linux/netfilter/nfnetlink.h`

pub const NFNL_MSG_BATCH_BEGIN: u16 = 16;
pub const NFNL_MSG_BATCH_END: u16 = 17;
pub const NFNL_BATCH_GENID: u16 = 1;
