// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of flags, states, statistics and the like.

use core::ffi::{c_char, c_int};

use crate::names::{Names, names, translate, translate_flags};

/// `IFF_*`.
static FLAGS: Names = names! {
    8 "loopback", 2 "broadcast", 16 "pointopoint", 4096 "multicast", 128 "noarp", 512 "allmulti",
    256 "promisc", 1024 "master", 2048 "slave", 4 "debug", 32768 "dynamic", 16384 "automedia",
    8192 "portsel", 32 "notrailers", 1 "up", 64 "running", 65536 "lowerup", 131072 "dormant",
    262144 "echo",
};

/// `RTNL_LINK_*`.
static STATS: Names = names! {
    0 "rx_packets", 1 "tx_packets", 2 "rx_bytes", 3 "tx_bytes", 4 "rx_errors", 5 "tx_errors",
    6 "rx_dropped", 7 "tx_dropped", 8 "rx_compressed", 9 "tx_compressed", 10 "rx_fifo_err",
    11 "tx_fifo_err", 12 "rx_len_err", 13 "rx_over_err", 14 "rx_crc_err", 15 "rx_frame_err",
    16 "rx_missed_err", 17 "tx_abort_err", 18 "tx_carrier_err", 19 "tx_hbeat_err",
    20 "tx_win_err", 21 "collisions", 22 "multicast", 23 "Ip6InReceives", 24 "Ip6InHdrErrors",
    25 "Ip6InTooBigErrors", 26 "Ip6InNoRoutes", 27 "Ip6InAddrErrors", 28 "Ip6InUnknownProtos",
    29 "Ip6InTruncatedPkts", 30 "Ip6InDiscards", 31 "Ip6InDelivers", 32 "Ip6OutForwDatagrams",
    33 "Ip6OutRequests", 34 "Ip6OutDiscards", 35 "Ip6OutNoRoutes", 36 "Ip6ReasmTimeout",
    37 "Ip6ReasmReqds", 38 "Ip6ReasmOKs", 39 "Ip6ReasmFails", 40 "Ip6FragOKs", 41 "Ip6FragFails",
    42 "Ip6FragCreates", 43 "Ip6InMcastPkts", 44 "Ip6OutMcastPkts", 45 "Ip6InBcastPkts",
    46 "Ip6OutBcastPkts", 47 "Ip6InOctets", 48 "Ip6OutOctets", 49 "Ip6InMcastOctets",
    50 "Ip6OutMcastOctets", 51 "Ip6InBcastOctets", 52 "Ip6OutBcastOctets", 53 "ICMP6_InMsgs",
    54 "ICMP6_InErrors", 55 "ICMP6_OutMsgs", 56 "ICMP6_OutErrors", 57 "ICMP6_InCsumErrors",
    58 "Ip6_InCsumErrors", 59 "Ip6_InNoECTPkts", 60 "Ip6_InECT1Pkts", 61 "Ip6_InECT0Pkts",
    62 "Ip6_InCEPkts", 63 "rx_nohandler", 64 "ReasmOverlaps",
};

/// `IF_OPER_*`.
static OPERSTATES: Names = names! {
    0 "unknown", 1 "notpresent", 2 "down", 3 "lowerlayerdown", 4 "testing", 5 "dormant", 6 "up",
};

/// `IF_LINK_MODE_*`.
static MODES: Names = names! { 0 "default", 1 "dormant" };

static CARRIERS: Names = names! { 0 "down", 1 "up" };

translate! { STATS: rtnl_link_stat2str rtnl_link_str2stat; }

translate_flags! { FLAGS: rtnl_link_flags2str rtnl_link_str2flags; }

/// Tables whose numbers are narrower than an int.
macro_rules! translate_narrow {
    ($($table:ident: $to_str:ident($number:ty), $from_str:ident -> $result:ty;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(number: $number, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { $table.to_str(number.into(), buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $from_str(text: *const c_char) -> $result {
                // SAFETY: the caller's text is a string.
                unsafe { $table.number(text) as $result }
            }
        )*
    };
}
pub(super) use translate_narrow;

translate_narrow! {
    OPERSTATES: rtnl_link_operstate2str(u8), rtnl_link_str2operstate -> c_int;
    MODES: rtnl_link_mode2str(u8), rtnl_link_str2mode -> c_int;
    CARRIERS: rtnl_link_carrier2str(u8), rtnl_link_str2carrier -> c_int;
}
