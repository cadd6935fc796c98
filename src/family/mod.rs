// SPDX-License-Identifier: MIT OR Apache-2.0
//! What families mean: fixed headers of rtnetlink, the controller of generic netlink, and all of them by
//! their names.

#![forbid(unsafe_code)]

pub mod genl;
pub mod named;
pub mod policy;
pub mod record;
pub mod rt;
pub mod table;
