// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links: network interfaces, what kind they are of, and what address families keep of them.

mod af;
mod bridge;
mod cache;
mod dump;
mod inet;
mod inet6;
mod info;
mod kinds;
mod names;
mod object;
mod parse;
mod request;
mod stats;
mod uapi;
mod vf;

pub(crate) use cache::{CACHES, name_of, offered_master, offered_name, rtnl_link_get};
pub(crate) use object::{
    rtnl_link, rtnl_link_get_arptype, rtnl_link_get_ifindex, rtnl_link_get_mtu,
};
