// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tunnels over IPv6: ip6tnl, ip6gre, vti6.

use core::mem::offset_of;

use super::tunnel4::shown;
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

mod ip6tnl {
    use super::*;

    #[repr(C)]
    struct Ip6tnl {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        flags: u32,
        flowinfo: u32,
        fwmark: u32,
        local: [u8; 16],
        remote: [u8; 16],
        ttl: u8,
        tos: u8,
        encaplimit: u8,
        proto: u8,
    }

    attrs! { Ip6tnl {
        LINK = 0 "" Int(link) = 1,
        LOCAL = 1 "" Bytes(local) = 2,
        REMOTE = 2 "" Bytes(remote) = 3,
        TTL = 3 "" Int(ttl) = 4,
        TOS = 4 "" Int(tos) = 5,
        ENCAPLIMIT = 5 "" Int(encaplimit) = 6,
        FLAGS = 6 "" Int(flags) = 8,
        FLOWINFO = 7 "" Int(flowinfo) = 7,
        PROTO = 8 "" Int(proto) = 9,
        FWMARK = 9 "" Int(fwmark) = 20,
    } }

    shown!(OPS Ip6tnl ATTRS, lines! { Ip6tnl:
        LINK link Link c"      link ";
        LOCAL local Ip6 c"      local ";
        REMOTE remote Ip6 c"      remote ";
        TTL ttl Number c"      ttl ";
        TOS tos Number c"      tos ";
        ENCAPLIMIT encaplimit Number c"      encaplimit ";
        FLAGS flags Paren c"      flags ";
        FLOWINFO flowinfo Paren c"      flowinfo ";
        PROTO proto Paren c"    proto   ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind =
        Kind { put, ..Kind::titled(c"ip6tnl", Some(&OPS), c"ip6_tnl : ") };

    /// The protocol is always there: 0 is any.
    unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
        // SAFETY: what the kind keeps is of this type; the message is live.
        nest(msg, IFLA_INFO_DATA, |msg| unsafe {
            rows::write(link.info, msg, !(PROTO | FWMARK))?;
            done(nla_put_u8(msg, 9, (*link.info.cast::<Ip6tnl>()).proto))?;
            rows::write(link.info, msg, FWMARK)
        })
    }

    kind! { Ip6tnl OPS "ip6tnl":
        alloc rtnl_link_ip6_tnl_alloc;
        add rtnl_link_ip6_tnl_add rtnl_link_ip6_tnl_alloc;
        is rtnl_link_is_ip6_tnl;
        set rtnl_link_ip6_tnl_set_link(u32) link: LINK;
        get rtnl_link_ip6_tnl_get_link(u32) link;
        set_ref rtnl_link_ip6_tnl_set_local([u8; 16]) local: LOCAL;
        copy rtnl_link_ip6_tnl_get_local([u8; 16]) local;
        set_ref rtnl_link_ip6_tnl_set_remote([u8; 16]) remote: REMOTE;
        copy rtnl_link_ip6_tnl_get_remote([u8; 16]) remote;
        set rtnl_link_ip6_tnl_set_ttl(u8) ttl: TTL;
        get rtnl_link_ip6_tnl_get_ttl(u8) ttl;
        set rtnl_link_ip6_tnl_set_tos(u8) tos: TOS;
        get rtnl_link_ip6_tnl_get_tos(u8) tos;
        set rtnl_link_ip6_tnl_set_encaplimit(u8) encaplimit: ENCAPLIMIT;
        get rtnl_link_ip6_tnl_get_encaplimit(u8) encaplimit;
        set rtnl_link_ip6_tnl_set_flags(u32) flags: FLAGS;
        get rtnl_link_ip6_tnl_get_flags(u32) flags;
        set rtnl_link_ip6_tnl_set_flowinfo(u32) flowinfo: FLOWINFO;
        get rtnl_link_ip6_tnl_get_flowinfo(u32) flowinfo;
        set rtnl_link_ip6_tnl_set_proto(u8) proto: PROTO;
        get rtnl_link_ip6_tnl_get_proto(u8) proto;
        set rtnl_link_ip6_tnl_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ip6_tnl_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use ip6tnl::KIND as IP6TNL;

mod ip6gre {
    use super::*;

    #[repr(C)]
    struct Ip6gre {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        ikey: u32,
        okey: u32,
        flags: u32,
        flowinfo: u32,
        fwmark: u32,
        local: [u8; 16],
        remote: [u8; 16],
        iflags: u16,
        oflags: u16,
        ttl: u8,
        encaplimit: u8,
    }

    attrs! { Ip6gre {
        LINK = 0 "" Int(link) = 1,
        IFLAGS = 1 "" Int(iflags) = 2,
        OFLAGS = 2 "" Int(oflags) = 3,
        IKEY = 3 "" Int(ikey) = 4,
        OKEY = 4 "" Int(okey) = 5,
        LOCAL = 5 "" Bytes(local) = 6,
        REMOTE = 6 "" Bytes(remote) = 7,
        TTL = 7 "" Int(ttl) = 8,
        ENCAPLIMIT = 8 "" Int(encaplimit) = 11,
        FLOWINFO = 9 "" Int(flowinfo) = 12,
        FLAGS = 10 "" Int(flags) = 13,
        FWMARK = 11 "" Int(fwmark) = 20,
    } }

    shown!(OPS Ip6gre ATTRS, lines! { Ip6gre:
        LINK link Link c"      link ";
        IFLAGS iflags Hex c"      iflags ";
        OFLAGS oflags Hex c"      oflags ";
        IKEY ikey Hex c"    ikey   ";
        OKEY okey Hex c"      okey ";
        LOCAL local Ip6 c"      local ";
        REMOTE remote Ip6 c"      remote ";
        TTL ttl Number c"      ttl ";
        ENCAPLIMIT encaplimit Number c"      encaplimit ";
        FLOWINFO flowinfo Hex c"      flowinfo ";
        FLAGS flags Hex c"      flags ";
        FWMARK fwmark Hex c"    fwmark   ";
    });

    pub(in super::super) static KIND: Kind = Kind::titled(c"ip6gre", Some(&OPS), c"ip6gre : ");

    kind! { Ip6gre OPS "ip6gre":
        alloc rtnl_link_ip6gre_alloc;
        add rtnl_link_ip6gre_add rtnl_link_ip6gre_alloc;
        is rtnl_link_is_ip6gre;
        set rtnl_link_ip6gre_set_link(u32) link: LINK;
        out rtnl_link_ip6gre_get_link(u32) link: LINK, NLE_NOATTR;
        set rtnl_link_ip6gre_set_iflags(u16) iflags: IFLAGS;
        out rtnl_link_ip6gre_get_iflags(u16) iflags: IFLAGS, NLE_NOATTR;
        set rtnl_link_ip6gre_set_oflags(u16) oflags: OFLAGS;
        out rtnl_link_ip6gre_get_oflags(u16) oflags: OFLAGS, NLE_NOATTR;
        set rtnl_link_ip6gre_set_ikey(u32) ikey: IKEY;
        out rtnl_link_ip6gre_get_ikey(u32) ikey: IKEY, NLE_NOATTR;
        set rtnl_link_ip6gre_set_okey(u32) okey: OKEY;
        out rtnl_link_ip6gre_get_okey(u32) okey: OKEY, NLE_NOATTR;
        set_ref rtnl_link_ip6gre_set_local([u8; 16]) local: LOCAL;
        out rtnl_link_ip6gre_get_local([u8; 16]) local: LOCAL, NLE_NOATTR;
        set_ref rtnl_link_ip6gre_set_remote([u8; 16]) remote: REMOTE;
        out rtnl_link_ip6gre_get_remote([u8; 16]) remote: REMOTE, NLE_NOATTR;
        set rtnl_link_ip6gre_set_ttl(u8) ttl: TTL;
        out rtnl_link_ip6gre_get_ttl(u8) ttl: TTL, NLE_NOATTR;
        set rtnl_link_ip6gre_set_encaplimit(u8) encaplimit: ENCAPLIMIT;
        out rtnl_link_ip6gre_get_encaplimit(u8) encaplimit: ENCAPLIMIT, NLE_NOATTR;
        set rtnl_link_ip6gre_set_flowinfo(u32) flowinfo: FLOWINFO;
        out rtnl_link_ip6gre_get_flowinfo(u32) flowinfo: FLOWINFO, NLE_NOATTR;
        set rtnl_link_ip6gre_set_flags(u32) flags: FLAGS;
        out rtnl_link_ip6gre_get_flags(u32) flags: FLAGS, NLE_NOATTR;
        set rtnl_link_ip6gre_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ip6gre_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use ip6gre::KIND as IP6GRE;

mod vti6 {
    use super::*;

    #[repr(C)]
    struct Vti6 {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        ikey: u32,
        okey: u32,
        fwmark: u32,
        local: [u8; 16],
        remote: [u8; 16],
    }

    attrs! { Vti6 {
        LINK = 0 "" Int(link) = 1,
        IKEY = 1 "" Int(ikey) = 2,
        OKEY = 2 "" Int(okey) = 3,
        LOCAL = 3 "" Bytes(local) = 4,
        REMOTE = 4 "" Bytes(remote) = 5,
        FWMARK = 5 "" Int(fwmark) = 6,
    } }

    shown!(OPS Vti6 ATTRS, lines! { Vti6:
        LINK link Link c"      link ";
        IKEY ikey Hex c"      ikey   ";
        OKEY okey Hex c"      okey ";
        LOCAL local Ip6 c"      local ";
        REMOTE remote Ip6 c"      remote ";
        FWMARK fwmark Hex c"      fwmark ";
    });

    pub(in super::super) static KIND: Kind = Kind::titled(c"vti6", Some(&OPS), c"ip6vti : ");

    kind! { Vti6 OPS "vti6":
        alloc rtnl_link_ip6vti_alloc;
        add rtnl_link_ip6vti_add rtnl_link_ip6vti_alloc;
        is rtnl_link_is_ip6vti;
        set rtnl_link_ip6vti_set_link(u32) link: LINK;
        out rtnl_link_ip6vti_get_link(u32) link: LINK, NLE_NOATTR;
        set rtnl_link_ip6vti_set_ikey(u32) ikey: IKEY;
        out rtnl_link_ip6vti_get_ikey(u32) ikey: IKEY, NLE_NOATTR;
        set rtnl_link_ip6vti_set_okey(u32) okey: OKEY;
        out rtnl_link_ip6vti_get_okey(u32) okey: OKEY, NLE_NOATTR;
        set_ref rtnl_link_ip6vti_set_local([u8; 16]) local: LOCAL;
        out rtnl_link_ip6vti_get_local([u8; 16]) local: LOCAL, NLE_NOATTR;
        set_ref rtnl_link_ip6vti_set_remote([u8; 16]) remote: REMOTE;
        out rtnl_link_ip6vti_get_remote([u8; 16]) remote: REMOTE, NLE_NOATTR;
        set rtnl_link_ip6vti_set_fwmark(u32) fwmark: FWMARK;
        out rtnl_link_ip6vti_get_fwmark(u32) fwmark: FWMARK, NLE_NOATTR;
    }
}
pub(super) use vti6::KIND as VTI6;
