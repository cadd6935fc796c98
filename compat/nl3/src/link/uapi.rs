// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's numbers and headers for links, as far as they are used here.

macro_rules! numbers {
    ($($name:ident = $value:literal),* $(,)?) => { $(pub(crate) const $name: u16 = $value;)* };
}

numbers! {
    RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_SETLINK = 19,
    IFLA_ADDRESS = 1, IFLA_BROADCAST = 2, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_LINK = 5, IFLA_QDISC = 6,
    IFLA_STATS = 7, IFLA_MASTER = 10, IFLA_PROTINFO = 12, IFLA_TXQLEN = 13, IFLA_MAP = 14, IFLA_WEIGHT = 15,
    IFLA_OPERSTATE = 16, IFLA_LINKMODE = 17, IFLA_LINKINFO = 18, IFLA_NET_NS_PID = 19, IFLA_IFALIAS = 20,
    IFLA_NUM_VF = 21, IFLA_VFINFO_LIST = 22, IFLA_STATS64 = 23, IFLA_AF_SPEC = 26, IFLA_GROUP = 27,
    IFLA_NET_NS_FD = 28, IFLA_EXT_MASK = 29, IFLA_PROMISCUITY = 30, IFLA_NUM_TX_QUEUES = 31,
    IFLA_NUM_RX_QUEUES = 32, IFLA_CARRIER = 33, IFLA_PHYS_PORT_ID = 34, IFLA_CARRIER_CHANGES = 35,
    IFLA_PHYS_SWITCH_ID = 36, IFLA_LINK_NETNSID = 37, IFLA_PHYS_PORT_NAME = 38, IFLA_GSO_MAX_SEGS = 40,
    IFLA_GSO_MAX_SIZE = 41,
    IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2, IFLA_INFO_SLAVE_KIND = 4,
}

pub(crate) const RTEXT_FILTER_VF: u32 = 1;
pub(crate) const RTEXT_FILTER_BRVLAN: u32 = 2;

/// `struct ifinfomsg`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(crate) struct ifinfomsg {
    pub(crate) family: u8,
    pub(crate) padding: u8,
    pub(crate) kind: u16,
    pub(crate) index: u32,
    pub(crate) flags: u32,
    pub(crate) change: u32,
}
