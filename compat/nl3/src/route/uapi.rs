// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's headers for addresses, routes, rules and neighbours, as far as they are used here.

pub(crate) const NETLINK_ROUTE: i32 = 0;

macro_rules! numbers {
    ($($name:ident = $value:literal),* $(,)?) => { $(pub(crate) const $name: u16 = $value;)* };
}

numbers! {
    RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22,
    IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_LABEL = 3, IFA_BROADCAST = 4, IFA_ANYCAST = 5, IFA_CACHEINFO = 6,
    IFA_MULTICAST = 7, IFA_FLAGS = 8,
}

/// `linux/if_addr.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ifaddrmsg {
    pub(crate) family: u8,
    pub(crate) prefixlen: u8,
    pub(crate) flags: u8,
    pub(crate) scope: u8,
    pub(crate) index: u32,
}
