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

    RTM_NEWROUTE = 24, RTM_DELROUTE = 25, RTM_GETROUTE = 26,
    RTA_DST = 1, RTA_SRC = 2, RTA_IIF = 3, RTA_OIF = 4, RTA_GATEWAY = 5, RTA_PRIORITY = 6, RTA_PREFSRC = 7,
    RTA_METRICS = 8, RTA_MULTIPATH = 9, RTA_FLOW = 11, RTA_CACHEINFO = 12, RTA_TABLE = 15, RTA_VIA = 18,
    RTA_NEWDST = 19, RTA_ENCAP_TYPE = 21, RTA_ENCAP = 22, RTA_TTL_PROPAGATE = 26,
    MPLS_IPTUNNEL_DST = 1, MPLS_IPTUNNEL_TTL = 2,

    RTM_NEWRULE = 32, RTM_DELRULE = 33, RTM_GETRULE = 34,
    FRA_DST = 1, FRA_SRC = 2, FRA_IIFNAME = 3, FRA_GOTO = 4, FRA_PRIORITY = 6, FRA_FWMARK = 10, FRA_FLOW = 11,
    FRA_TABLE = 15, FRA_FWMASK = 16, FRA_OIFNAME = 17, FRA_L3MDEV = 19, FRA_PROTOCOL = 21, FRA_IP_PROTO = 22,
    FRA_SPORT_RANGE = 23, FRA_DPORT_RANGE = 24,

    RTM_NEWNEIGH = 28, RTM_DELNEIGH = 29, RTM_GETNEIGH = 30,
    RTM_NEWNEIGHTBL = 64, RTM_GETNEIGHTBL = 66, RTM_SETNEIGHTBL = 67,
    NDTA_NAME = 1, NDTA_THRESH1 = 2, NDTA_THRESH2 = 3, NDTA_THRESH3 = 4, NDTA_CONFIG = 5, NDTA_PARMS = 6,
    NDTA_STATS = 7, NDTA_GC_INTERVAL = 8,
    NDTPA_IFINDEX = 1, NDTPA_REFCNT = 2, NDTPA_REACHABLE_TIME = 3, NDTPA_BASE_REACHABLE_TIME = 4,
    NDTPA_RETRANS_TIME = 5, NDTPA_GC_STALETIME = 6, NDTPA_DELAY_PROBE_TIME = 7, NDTPA_QUEUE_LEN = 8,
    NDTPA_APP_PROBES = 9, NDTPA_UCAST_PROBES = 10, NDTPA_MCAST_PROBES = 11, NDTPA_ANYCAST_DELAY = 12,
    NDTPA_PROXY_DELAY = 13, NDTPA_PROXY_QLEN = 14, NDTPA_LOCKTIME = 15,

    RTM_NEWMDB = 84, RTM_DELMDB = 85, RTM_GETMDB = 86,
    MDBA_MDB = 1,

    RTM_NEWNETCONF = 80, RTM_DELNETCONF = 81, RTM_GETNETCONF = 82,
    NETCONFA_IFINDEX = 1, NETCONFA_FORWARDING = 2, NETCONFA_RP_FILTER = 3, NETCONFA_MC_FORWARDING = 4,
    NETCONFA_PROXY_NEIGH = 5, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN = 6, NETCONFA_INPUT = 7,

    NDA_DST = 1, NDA_LLADDR = 2, NDA_CACHEINFO = 3, NDA_PROBES = 4, NDA_VLAN = 5, NDA_MASTER = 9,
}

/// `linux/rtnetlink.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct rtmsg {
    pub(crate) family: u8,
    pub(crate) dst_len: u8,
    pub(crate) src_len: u8,
    pub(crate) tos: u8,
    pub(crate) table: u8,
    pub(crate) protocol: u8,
    pub(crate) scope: u8,
    pub(crate) kind: u8,
    pub(crate) flags: u32,
}

/// One next hop of `RTA_MULTIPATH`; its attributes follow.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct rtnexthop {
    pub(crate) len: u16,
    pub(crate) flags: u8,
    pub(crate) hops: u8,
    pub(crate) index: u32,
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

/// `linux/fib_rules.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct fib_rule_hdr {
    pub(crate) family: u8,
    pub(crate) dst_len: u8,
    pub(crate) src_len: u8,
    pub(crate) tos: u8,
    pub(crate) table: u8,
    pub(crate) reserved: [u8; 2],
    pub(crate) action: u8,
    pub(crate) flags: u32,
}

/// `linux/neighbour.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ndmsg {
    pub(crate) family: u8,
    pub(crate) padding: [u8; 3],
    pub(crate) index: u32,
    pub(crate) state: u16,
    pub(crate) flags: u8,
    pub(crate) kind: u8,
}

/// `linux/if_bridge.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct br_port_msg {
    pub(crate) family: u8,
    pub(crate) index: u32,
}

/// `linux/if_bridge.h`: a group at a port; its protocol is in network order.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct br_mdb_entry {
    pub(crate) index: u32,
    pub(crate) state: u8,
    pub(crate) flags: u8,
    pub(crate) vid: u16,
    pub(crate) addr: [u8; 16],
    pub(crate) proto: u16,
    pub(crate) padding: u16,
}
