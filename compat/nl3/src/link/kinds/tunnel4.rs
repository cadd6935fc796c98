// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tunnels over IPv4: ipip, sit, gre and gretap, vti.

use core::mem::offset_of;

use super::{Line, Upper, dump_lines, kind, lines};
use crate::abi::nl_dump_params;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::msg::nl_msg;
use crate::object::*;
use crate::rows::{self, attrs};

/// A type of objects that show lines.
macro_rules! shown {
    ($ops:ident $of:ident $attrs:expr, $lines:expr) => {
        const _: () = assert!(offset_of!($of, cache) == offset_of!(Upper, cache));
        static $ops: nl_object_ops = {
            static LINES: &[Line] = $lines;
            unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params) {
                // SAFETY: the object is of this type.
                unsafe { dump_lines(obj, p, LINES) };
            }
            nl_object_ops {
                dump: [None, Some(details), None],
                ..nl_object_ops::new::<$of>(c"", $attrs)
            }
        };
    };
}
pub(super) use shown;

mod ipip {
    use super::*;

    #[repr(C)]
    struct Ipip {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        local: u32,
        remote: u32,
        fwmark: u32,
        ttl: u8,
        tos: u8,
        pmtudisc: u8,
    }

    attrs! { Ipip {
        LINK = 0 "" Int(link) = 1,
        LOCAL = 1 "" Int(local) = 2,
        REMOTE = 2 "" Int(remote) = 3,
        TTL = 3 "" Int(ttl) = 4,
        TOS = 4 "" Int(tos) = 5,
        PMTUDISC = 5 "" Int(pmtudisc) = 10,
        FWMARK = 6 "" Int(fwmark) = 20,
    } }

    shown!(OPS Ipip ATTRS, lines! { Ipip:
        LINK link Link c"      link ";
        LOCAL local Ip4 c"      local ";
        REMOTE remote Ip4 c"      remote ";
        TTL ttl Number c"      ttl ";
        TOS tos Number c"      tos ";
        PMTUDISC pmtudisc Enabled c"      pmtudisc ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind = Kind::titled(c"ipip", Some(&OPS), c"ipip : ");

    kind! { Ipip OPS "ipip":
        alloc rtnl_link_ipip_alloc;
        add rtnl_link_ipip_add rtnl_link_ipip_alloc;
        is rtnl_link_is_ipip;
        set rtnl_link_ipip_set_link(u32) link: LINK;
        get rtnl_link_ipip_get_link(u32) link;
        set rtnl_link_ipip_set_local(u32) local: LOCAL;
        get rtnl_link_ipip_get_local(u32) local;
        set rtnl_link_ipip_set_remote(u32) remote: REMOTE;
        get rtnl_link_ipip_get_remote(u32) remote;
        set rtnl_link_ipip_set_ttl(u8) ttl: TTL;
        get rtnl_link_ipip_get_ttl(u8) ttl;
        set rtnl_link_ipip_set_tos(u8) tos: TOS;
        get rtnl_link_ipip_get_tos(u8) tos;
        set rtnl_link_ipip_set_pmtudisc(u8) pmtudisc: PMTUDISC;
        get rtnl_link_ipip_get_pmtudisc(u8) pmtudisc;
        set rtnl_link_ipip_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ipip_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use ipip::KIND as IPIP;

mod sit {
    use super::*;

    #[repr(C)]
    struct Sit {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        local: u32,
        remote: u32,
        fwmark: u32,
        relay_prefix: u32,
        prefix: [u8; 16],
        prefixlen: u16,
        relay_prefixlen: u16,
        flags: u16,
        ttl: u8,
        tos: u8,
        pmtudisc: u8,
        proto: u8,
    }

    attrs! { Sit {
        LINK = 0 "" Int(link) = 1,
        LOCAL = 1 "" Int(local) = 2,
        REMOTE = 2 "" Int(remote) = 3,
        TTL = 3 "" Int(ttl) = 4,
        TOS = 4 "" Int(tos) = 5,
        PMTUDISC = 5 "" Int(pmtudisc) = 10,
        FLAGS = 6 "" Int(flags) = 8,
        PROTO = 7 "" Int(proto) = 9,
        PREFIX = 8 "" Bytes(prefix) = 11,
        RELAY_PREFIX = 9 "" Int(relay_prefix) = 12,
        PREFIXLEN = 10 "" Int(prefixlen) = 13,
        RELAY_PREFIXLEN = 11 "" Int(relay_prefixlen) = 14,
        FWMARK = 12 "" Int(fwmark) = 20,
    } }

    shown!(OPS Sit ATTRS, lines! { Sit:
        LINK link Link c"      link ";
        LOCAL local Ip4 c"      local ";
        REMOTE remote Ip4 c"      remote ";
        TTL ttl Number c"      ttl ";
        TOS tos Number c"      tos ";
        FLAGS flags Paren c"      flags ";
        PROTO proto Paren c"      proto   ";
        PREFIX prefix Ip6 c"      6rd_prefix   ";
        RELAY_PREFIX relay_prefix Ip4 c"      6rd_relay_prefix   ";
        PREFIXLEN prefixlen Number c"      6rd_prefixlen   ";
        RELAY_PREFIXLEN relay_prefixlen Number c"      6rd_relay_prefixlen   ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind = Kind::titled(c"sit", Some(&OPS), c"sit : ");

    kind! { Sit OPS "sit":
        alloc rtnl_link_sit_alloc;
        add rtnl_link_sit_add rtnl_link_sit_alloc;
        is rtnl_link_is_sit;
        set rtnl_link_sit_set_link(u32) link: LINK;
        get rtnl_link_sit_get_link(u32) link;
        set rtnl_link_sit_set_local(u32) local: LOCAL;
        get rtnl_link_sit_get_local(u32) local;
        set rtnl_link_sit_set_remote(u32) remote: REMOTE;
        get rtnl_link_sit_get_remote(u32) remote;
        set rtnl_link_sit_set_ttl(u8) ttl: TTL;
        get rtnl_link_sit_get_ttl(u8) ttl;
        set rtnl_link_sit_set_tos(u8) tos: TOS;
        get rtnl_link_sit_get_tos(u8) tos;
        set rtnl_link_sit_set_pmtudisc(u8) pmtudisc: PMTUDISC;
        get rtnl_link_sit_get_pmtudisc(u8) pmtudisc;
        set rtnl_link_sit_set_flags(u16) flags: FLAGS;
        get rtnl_link_sit_get_flags(u16) flags;
        set rtnl_link_sit_set_proto(u8) proto: PROTO;
        get rtnl_link_sit_get_proto(u8) proto;
        set_ref rtnl_link_sit_set_ip6rd_prefix([u8; 16]) prefix: PREFIX;
        out rtnl_link_sit_get_ip6rd_prefix([u8; 16]) prefix: PREFIX, NLE_NOATTR;
        set rtnl_link_sit_set_ip6rd_prefixlen(u16) prefixlen: PREFIXLEN;
        out rtnl_link_sit_get_ip6rd_prefixlen(u16) prefixlen: PREFIXLEN, NLE_NOATTR;
        set rtnl_link_sit_set_ip6rd_relay_prefix(u32) relay_prefix: RELAY_PREFIX;
        out rtnl_link_sit_get_ip6rd_relay_prefix(u32) relay_prefix: RELAY_PREFIX, NLE_NOATTR;
        set rtnl_link_sit_set_ip6rd_relay_prefixlen(u16) relay_prefixlen: RELAY_PREFIXLEN;
        out rtnl_link_sit_get_ip6rd_relay_prefixlen(u16) relay_prefixlen: RELAY_PREFIXLEN, NLE_NOATTR;
        set rtnl_link_sit_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_sit_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use sit::KIND as SIT;

mod gre {
    use super::*;

    #[repr(C)]
    struct Gre {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        ikey: u32,
        okey: u32,
        local: u32,
        remote: u32,
        fwmark: u32,
        iflags: u16,
        oflags: u16,
        ttl: u8,
        tos: u8,
        pmtudisc: u8,
    }

    attrs! { Gre {
        LINK = 0 "" Int(link) = 1,
        IFLAGS = 1 "" Int(iflags) = 2,
        OFLAGS = 2 "" Int(oflags) = 3,
        IKEY = 3 "" Int(ikey) = 4,
        OKEY = 4 "" Int(okey) = 5,
        LOCAL = 5 "" Int(local) = 6,
        REMOTE = 6 "" Int(remote) = 7,
        TTL = 7 "" Int(ttl) = 8,
        TOS = 8 "" Int(tos) = 9,
        PMTUDISC = 9 "" Int(pmtudisc) = 10,
        FWMARK = 10 "" Int(fwmark) = 20,
    } }

    shown!(OPS Gre ATTRS, lines! { Gre:
        LINK link Link c"      link ";
        IFLAGS iflags Hex c"      iflags ";
        OFLAGS oflags Hex c"      oflags ";
        IKEY ikey Hex c"    ikey   ";
        OKEY okey Hex c"      okey ";
        LOCAL local Ip4 c"      local ";
        REMOTE remote Ip4 c"      remote ";
        TTL ttl Number c"      ttl ";
        TOS tos Number c"      tos ";
        PMTUDISC pmtudisc Enabled c"      pmtudisc ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind =
        Kind { put, ..Kind::titled(c"gre", Some(&OPS), c"ipgre : ") };
    pub(in super::super) static TAP: Kind =
        Kind { put, ..Kind::titled(c"gretap", Some(&OPS), c"ipgre : ") };

    /// Flags of packets that are sent are always there where a link or flags of packets that are received are.
    unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
        // SAFETY: what the kind keeps is of this type; the message is live.
        nest(msg, IFLA_INFO_DATA, |msg| unsafe {
            let gre = &*link.info.cast::<Gre>();
            rows::write(link.info, msg, LINK | IFLAGS)?;
            if gre.h.mask & (LINK | IFLAGS | OFLAGS) != 0 {
                done(nla_put_u16(msg, 3, gre.oflags))?;
            }
            rows::write(link.info, msg, !(LINK | IFLAGS | OFLAGS))
        })
    }

    kind! { Gre OPS "gre":
        alloc rtnl_link_ipgre_alloc;
        add rtnl_link_ipgre_add rtnl_link_ipgre_alloc;
        is rtnl_link_is_ipgre;
        set rtnl_link_ipgre_set_link(u32) link: LINK;
        get rtnl_link_ipgre_get_link(u32) link;
        set rtnl_link_ipgre_set_iflags(u16) iflags: IFLAGS;
        get rtnl_link_ipgre_get_iflags(u16) iflags;
        set rtnl_link_ipgre_set_oflags(u16) oflags: OFLAGS;
        get rtnl_link_ipgre_get_oflags(u16) oflags;
        set rtnl_link_ipgre_set_ikey(u32) ikey: IKEY;
        get rtnl_link_ipgre_get_ikey(u32) ikey;
        set rtnl_link_ipgre_set_okey(u32) okey: OKEY;
        get rtnl_link_ipgre_get_okey(u32) okey;
        set rtnl_link_ipgre_set_local(u32) local: LOCAL;
        get rtnl_link_ipgre_get_local(u32) local;
        set rtnl_link_ipgre_set_remote(u32) remote: REMOTE;
        get rtnl_link_ipgre_get_remote(u32) remote;
        set rtnl_link_ipgre_set_ttl(u8) ttl: TTL;
        get rtnl_link_ipgre_get_ttl(u8) ttl;
        set rtnl_link_ipgre_set_tos(u8) tos: TOS;
        get rtnl_link_ipgre_get_tos(u8) tos;
        set rtnl_link_ipgre_set_pmtudisc(u8) pmtudisc: PMTUDISC;
        get rtnl_link_ipgre_get_pmtudisc(u8) pmtudisc;
        set rtnl_link_ipgre_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ipgre_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }

    kind! { Gre OPS "gretap":
        alloc rtnl_link_ipgretap_alloc;
        add rtnl_link_ipgretap_add rtnl_link_ipgretap_alloc;
        is rtnl_link_is_ipgretap;
    }
}
pub(super) use gre::{KIND as GRE, TAP as GRETAP};

mod vti {
    use super::*;

    #[repr(C)]
    struct Vti {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        ikey: u32,
        okey: u32,
        local: u32,
        remote: u32,
        fwmark: u32,
    }

    attrs! { Vti {
        LINK = 0 "" Int(link) = 1,
        IKEY = 1 "" Int(ikey) = 2,
        OKEY = 2 "" Int(okey) = 3,
        LOCAL = 3 "" Int(local) = 4,
        REMOTE = 4 "" Int(remote) = 5,
        FWMARK = 5 "" Int(fwmark) = 6,
    } }

    shown!(OPS Vti ATTRS, lines! { Vti:
        LINK link Link c"      link ";
        IKEY ikey Hex c"      ikey   ";
        OKEY okey Hex c"      okey ";
        LOCAL local Ip4 c"      local ";
        REMOTE remote Ip4 c"      remote ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind =
        Kind { put, ..Kind::titled(c"vti", Some(&OPS), c"ipvti : ") };

    /// The key of packets that are sent is always there where the other one is.
    unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
        // SAFETY: what the kind keeps is of this type; the message is live.
        nest(msg, IFLA_INFO_DATA, |msg| unsafe {
            let vti = &*link.info.cast::<Vti>();
            rows::write(link.info, msg, LINK | IKEY)?;
            if vti.h.mask & (IKEY | OKEY) != 0 {
                done(nla_put_u32(msg, 3, vti.okey))?;
            }
            rows::write(link.info, msg, !(LINK | IKEY | OKEY))
        })
    }

    kind! { Vti OPS "vti":
        alloc rtnl_link_ipvti_alloc;
        add rtnl_link_ipvti_add rtnl_link_ipvti_alloc;
        is rtnl_link_is_ipvti;
        set rtnl_link_ipvti_set_link(u32) link: LINK;
        get rtnl_link_ipvti_get_link(u32) link;
        set rtnl_link_ipvti_set_ikey(u32) ikey: IKEY;
        get rtnl_link_ipvti_get_ikey(u32) ikey;
        set rtnl_link_ipvti_set_okey(u32) okey: OKEY;
        get rtnl_link_ipvti_get_okey(u32) okey;
        set rtnl_link_ipvti_set_local(u32) local: LOCAL;
        get rtnl_link_ipvti_get_local(u32) local;
        set rtnl_link_ipvti_set_remote(u32) remote: REMOTE;
        get rtnl_link_ipvti_get_remote(u32) remote;
        set rtnl_link_ipvti_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ipvti_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use vti::KIND as VTI;
