// SPDX-License-Identifier: MIT OR Apache-2.0
//! What families mean: fixed headers of rtnetlink, and the controller of generic netlink.

#![forbid(unsafe_code)]

pub mod genl;
pub mod policy;
pub mod rt;
pub mod table;
