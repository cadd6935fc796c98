// SPDX-License-Identifier: MIT OR Apache-2.0
//! Generic netlink: libnl-genl-3.

pub(crate) mod family;
pub(crate) mod mngt;
