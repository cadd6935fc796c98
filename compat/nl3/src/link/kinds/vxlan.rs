// SPDX-License-Identifier: MIT OR Apache-2.0
//! VXLANs.

use core::ffi::{c_int, c_uint};
use core::mem::offset_of;

use super::{Ip, Line, Upper, dump_lines, kind, lines, of, of_mut};
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::nl_addr;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::msg::nl_msg;
use crate::object::*;
use crate::rows::{self, attrs};

/// `struct ifla_vxlan_port_range`, in the network's order.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct ifla_vxlan_port_range {
    low: u16,
    high: u16,
}

#[repr(C)]
struct Vxlan {
    h: nl_object,
    cache: *mut nl_cache,
    id: u32,
    link: u32,
    ageing: u32,
    limit: u32,
    /// In the network's order, like the port.
    label: u32,
    extensions: u32,
    range: ifla_vxlan_port_range,
    port: u16,
    group: Ip,
    local: Ip,
    ttl: u8,
    tos: u8,
    learning: u8,
    proxy: u8,
    rsc: u8,
    l2miss: u8,
    l3miss: u8,
    udp_csum: u8,
    zero_csum6_tx: u8,
    zero_csum6_rx: u8,
    remcsum_tx: u8,
    remcsum_rx: u8,
    metadata: u8,
}

attrs! { Vxlan {
    ID = 0 "" Int(id) = 1,
    GROUP = 1 "" Bytes(group),
    LINK = 2 "" Int(link) = 3,
    LOCAL = 3 "" Bytes(local),
    TTL = 4 "" Int(ttl) = 5,
    TOS = 5 "" Int(tos) = 6,
    LEARNING = 6 "" Int(learning) = 7,
    AGEING = 7 "" Int(ageing) = 8,
    LIMIT = 8 "" Int(limit) = 9,
    RANGE = 9 "" Bytes(range) = 10,
    PROXY = 10 "" Int(proxy) = 11,
    RSC = 11 "" Int(rsc) = 12,
    L2MISS = 12 "" Int(l2miss) = 13,
    L3MISS = 13 "" Int(l3miss) = 14,
    PORT = 14 "" Int(port) = 15,
    UDP_CSUM = 15 "" Int(udp_csum) = 18,
    ZERO_CSUM6_TX = 16 "" Int(zero_csum6_tx) = 19,
    ZERO_CSUM6_RX = 17 "" Int(zero_csum6_rx) = 20,
    REMCSUM_TX = 18 "" Int(remcsum_tx) = 21,
    REMCSUM_RX = 19 "" Int(remcsum_rx) = 22,
    METADATA = 20 "" Int(metadata) = 25,
    LABEL = 21 "" Int(label) = 26,
} }

static OPS: nl_object_ops = nl_object_ops {
    dump: [Some(dump_brief), Some(dump_details), None],
    ..nl_object_ops::new::<Vxlan>(c"", ATTRS)
};

const _: () = assert!(offset_of!(Vxlan, cache) == offset_of!(Upper, cache));

pub(super) static KIND: Kind =
    Kind { upper: true, parse, put, compared: true, ..Kind::new(c"vxlan", Some(&OPS)) };

const IFLA_VXLAN_GROUP: u16 = 2;
const IFLA_VXLAN_LOCAL: u16 = 4;
const IFLA_VXLAN_GROUP6: u16 = 16;
const IFLA_VXLAN_LOCAL6: u16 = 17;

/// `RTNL_LINK_VXLAN_F_*`, the attributes that carry them, and how they are shown.
type Extension = (u32, u16, &'static core::ffi::CStr);
const EXTENSIONS: [Extension; 2] = [(1, 23, c"      gbp\n"), (4, 24, c"      rncsum-nopartial\n")];
/// The one that comes last.
const GPE: Extension = (2, 27, c"      gpe\n");

/// The highest number of a VXLAN, and of a GENEVE tunnel.
pub(super) const VNI_MAX: u32 = (1 << 24) - 1;

kind! { Vxlan OPS "vxlan":
    alloc rtnl_link_vxlan_alloc;
    is rtnl_link_is_vxlan;
    most rtnl_link_vxlan_set_id(u32) id: ID, VNI_MAX;
    out rtnl_link_vxlan_get_id(u32) id: ID, NLE_AGAIN;
    set rtnl_link_vxlan_set_link(u32) link: LINK;
    out rtnl_link_vxlan_get_link(u32) link: LINK, NLE_AGAIN;
    set rtnl_link_vxlan_set_ttl(u8) ttl: TTL;
    value rtnl_link_vxlan_get_ttl ttl: TTL, NLE_AGAIN;
    set rtnl_link_vxlan_set_tos(u8) tos: TOS;
    value rtnl_link_vxlan_get_tos tos: TOS, NLE_AGAIN;
    set rtnl_link_vxlan_set_learning(u8) learning: LEARNING;
    value rtnl_link_vxlan_get_learning learning: LEARNING, NLE_AGAIN;
    set rtnl_link_vxlan_set_ageing(u32) ageing: AGEING;
    out rtnl_link_vxlan_get_ageing(u32) ageing: AGEING, NLE_AGAIN;
    set rtnl_link_vxlan_set_limit(u32) limit: LIMIT;
    out rtnl_link_vxlan_get_limit(u32) limit: LIMIT, NLE_AGAIN;
    set_ref rtnl_link_vxlan_set_port_range(ifla_vxlan_port_range) range: RANGE;
    out rtnl_link_vxlan_get_port_range(ifla_vxlan_port_range) range: RANGE, NLE_AGAIN;
    set rtnl_link_vxlan_set_proxy(u8) proxy: PROXY;
    value rtnl_link_vxlan_get_proxy proxy: PROXY, NLE_AGAIN;
    set rtnl_link_vxlan_set_rsc(u8) rsc: RSC;
    value rtnl_link_vxlan_get_rsc rsc: RSC, NLE_AGAIN;
    set rtnl_link_vxlan_set_l2miss(u8) l2miss: L2MISS;
    value rtnl_link_vxlan_get_l2miss l2miss: L2MISS, NLE_AGAIN;
    set rtnl_link_vxlan_set_l3miss(u8) l3miss: L3MISS;
    value rtnl_link_vxlan_get_l3miss l3miss: L3MISS, NLE_AGAIN;
    set_be16 rtnl_link_vxlan_set_port(u32) port: PORT;
    out_be rtnl_link_vxlan_get_port(u32) port: PORT, NLE_NOATTR;
    set rtnl_link_vxlan_set_udp_csum(u8) udp_csum: UDP_CSUM;
    value rtnl_link_vxlan_get_udp_csum udp_csum: UDP_CSUM, NLE_NOATTR;
    set rtnl_link_vxlan_set_udp_zero_csum6_tx(u8) zero_csum6_tx: ZERO_CSUM6_TX;
    value rtnl_link_vxlan_get_udp_zero_csum6_tx zero_csum6_tx: ZERO_CSUM6_TX, NLE_NOATTR;
    set rtnl_link_vxlan_set_udp_zero_csum6_rx(u8) zero_csum6_rx: ZERO_CSUM6_RX;
    value rtnl_link_vxlan_get_udp_zero_csum6_rx zero_csum6_rx: ZERO_CSUM6_RX, NLE_NOATTR;
    set rtnl_link_vxlan_set_remcsum_tx(u8) remcsum_tx: REMCSUM_TX;
    value rtnl_link_vxlan_get_remcsum_tx remcsum_tx: REMCSUM_TX, NLE_NOATTR;
    set rtnl_link_vxlan_set_remcsum_rx(u8) remcsum_rx: REMCSUM_RX;
    value rtnl_link_vxlan_get_remcsum_rx remcsum_rx: REMCSUM_RX, NLE_NOATTR;
    set rtnl_link_vxlan_set_collect_metadata(u8) metadata: METADATA;
    value rtnl_link_vxlan_get_collect_metadata metadata: METADATA, NLE_NOATTR;
    set_be32 rtnl_link_vxlan_set_label(u32) label: LABEL;
    out_be rtnl_link_vxlan_get_label(u32) label: LABEL, NLE_NOATTR;
}

/// What is switched on and off by name.
macro_rules! switches {
    ($($enable:ident $disable:ident $set:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $enable(link: &mut rtnl_link) -> c_int {
                $set(link, 1)
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $disable(link: &mut rtnl_link) -> c_int {
                $set(link, 0)
            }
        )*
    };
}

switches! {
    rtnl_link_vxlan_enable_learning rtnl_link_vxlan_disable_learning rtnl_link_vxlan_set_learning;
    rtnl_link_vxlan_enable_proxy rtnl_link_vxlan_disable_proxy rtnl_link_vxlan_set_proxy;
    rtnl_link_vxlan_enable_rsc rtnl_link_vxlan_disable_rsc rtnl_link_vxlan_set_rsc;
    rtnl_link_vxlan_enable_l2miss rtnl_link_vxlan_disable_l2miss rtnl_link_vxlan_set_l2miss;
    rtnl_link_vxlan_enable_l3miss rtnl_link_vxlan_disable_l3miss rtnl_link_vxlan_set_l3miss;
}

macro_rules! addresses {
    ($($set:ident $get:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(link: &mut rtnl_link, addr: &nl_addr) -> c_int {
                code(of_mut::<Vxlan>(link, &OPS).and_then(|vxlan| {
                    vxlan.$field = Ip::from_addr(addr)?;
                    vxlan.h.mask |= $bit;
                    Ok(())
                }))
            }
            /// Gives the caller an address of its own.
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(link: &rtnl_link, result: &mut *mut nl_addr) -> c_int {
                match of::<Vxlan>(link, &OPS) {
                    Err(error) => -error,
                    Ok(vxlan) if vxlan.h.mask & $bit == 0 => -NLE_AGAIN,
                    Ok(vxlan) => vxlan.$field.to_addr(result),
                }
            }
        )*
    };
}

addresses! {
    rtnl_link_vxlan_set_group rtnl_link_vxlan_get_group group: GROUP;
    rtnl_link_vxlan_set_local rtnl_link_vxlan_get_local local: LOCAL;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vxlan_set_flags(
    link: &mut rtnl_link,
    flags: u32,
    enable: c_int,
) -> c_int {
    code(of_mut::<Vxlan>(link, &OPS).and_then(|vxlan| {
        if flags & !7 != 0 {
            return Err(NLE_INVAL);
        }
        vxlan.extensions = vxlan.extensions & !flags | if enable != 0 { flags } else { 0 };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vxlan_get_flags(link: &rtnl_link, flags: &mut u32) -> c_int {
    code(of::<Vxlan>(link, &OPS).map(|vxlan| *flags = vxlan.extensions))
}

/// The last attribute of a type, if none of the type is too short.
unsafe fn last(data: &nlattr, kind: u16, least: c_int) -> Result<Option<&nlattr>, c_int> {
    let mut found = None;
    // SAFETY: the payload is inside the attribute.
    for nla in unsafe { walk(nla_data(data).cast(), nla_len(data)) } {
        if nla_type(nla) == kind.into() {
            if nla_len(nla) < least {
                return Err(NLE_RANGE);
            }
            found = Some(nla);
        }
    }
    Ok(found)
}

/// An address of either family: attributes of IPv4 and of IPv6.
pub(super) unsafe fn read_ip(
    data: &nlattr,
    [four, six]: [u16; 2],
) -> Result<[Option<Ip>; 2], c_int> {
    // SAFETY: the attributes are whole, and as long as they must be.
    unsafe {
        let (four, six) = (last(data, four, 4)?, last(data, six, 16)?);
        let read = |family, nla: Option<&nlattr>| nla.map(|nla| Ip::read(family, nla));
        Ok([read(libc::AF_INET, four), read(libc::AF_INET6, six)])
    }
}

unsafe fn parse(link: &mut rtnl_link, data: Option<&nlattr>, xstats: Option<&nlattr>) -> Done {
    // SAFETY: the attributes are whole.
    unsafe {
        crate::link::info::parse(link, data, xstats)?;
        let vxlan = of_mut::<Vxlan>(link, &OPS)?;
        let Some(data) = data else { return Ok(()) };
        let [four, six] = read_ip(data, [IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6])?;
        if let Some(group) = four.or(six) {
            vxlan.group = group;
            vxlan.h.mask |= GROUP;
        }
        let [four, six] = read_ip(data, [IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6])?;
        if let Some(local) = four.or(six) {
            vxlan.local = local;
            vxlan.h.mask |= LOCAL;
        }
        for (flag, nla, _) in EXTENSIONS.iter().chain([&GPE]) {
            if last(data, *nla, 0)?.is_some() {
                vxlan.extensions |= flag;
            }
        }
    }
    Ok(())
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let vxlan = of::<Vxlan>(link, &OPS)?;
    let has = |bit| vxlan.h.mask & bit != 0;
    // SAFETY: the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe {
        rows::write(link.info, msg, ID)?;
        if has(GROUP) {
            vxlan.group.write(msg, [IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6])?;
        }
        rows::write(link.info, msg, LINK)?;
        if has(LOCAL) {
            vxlan.local.write(msg, [IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6])?;
        }
        rows::write(link.info, msg, !(ID | LINK | METADATA | LABEL))?;
        for (_, nla, _) in EXTENSIONS.iter().filter(|(flag, ..)| vxlan.extensions & flag != 0) {
            done(nla_put_flag(msg, (*nla).into()))?;
        }
        rows::write(link.info, msg, METADATA | LABEL)?;
        let (flag, nla, _) = GPE;
        if vxlan.extensions & flag != 0 { done(nla_put_flag(msg, nla.into())) } else { Ok(()) }
    })
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    dump!(p, c"vxlan-id %u", unsafe { (*obj.cast::<Vxlan>()).id });
}

static FIRST: &[Line] = lines! { Vxlan:
    GROUP group Ip c"      group ";
    LINK link Link c"      link ";
    LOCAL local Ip c"      local ";
};

static SWITCHES: &[Line] = lines! { Vxlan:
    PROXY proxy Switch c"      proxy ";
    RSC rsc Switch c"      rsc ";
    L2MISS l2miss Switch c"      l2miss ";
    L3MISS l3miss Switch c"      l3miss ";
    PORT port Big c"      port ";
    UDP_CSUM udp_csum Switch c"      UDP checksums ";
    ZERO_CSUM6_TX zero_csum6_tx Switch c"      udp-zero-csum6-tx ";
    ZERO_CSUM6_RX zero_csum6_rx Switch c"      udp-zero-csum6-rx ";
    REMCSUM_TX remcsum_tx Switch c"      remcsum-tx ";
    REMCSUM_RX remcsum_rx Switch c"      remcsum-rx ";
};

/// The first title is libnl's, though it is about something else.
static LAST: &[Line] = lines! { Vxlan:
    METADATA metadata Switch c"      remcsum-rx ";
    LABEL label Big c"      label ";
};

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    unsafe {
        let vxlan = &*obj.cast::<Vxlan>();
        dump_line!(p, c"    vxlan-id %u\n", vxlan.id);
        dump_lines(obj, p, FIRST);
        dump_limits(vxlan, p);
        dump_lines(obj, p, SWITCHES);
        for (_, _, text) in EXTENSIONS.iter().filter(|(flag, ..)| vxlan.extensions & flag != 0) {
            dump!(p, c"%s", text.as_ptr());
        }
        dump_lines(obj, p, LAST);
        let (flag, _, text) = GPE;
        if vxlan.extensions & flag != 0 {
            dump!(p, c"%s", text.as_ptr());
        }
    }
}

/// What is said in words where it is special.
fn dump_limits(vxlan: &Vxlan, p: *mut nl_dump_params) {
    let has = |bit| vxlan.h.mask & bit != 0;
    if has(TTL) {
        dump!(p, c"      ttl ");
        match vxlan.ttl {
            0 => dump_line!(p, c"inherit\n"),
            ttl => dump_line!(p, c"%u\n", c_uint::from(ttl)),
        }
    }
    if has(TOS) {
        dump!(p, c"      tos ");
        match vxlan.tos {
            1 => dump_line!(p, c"inherit\n"),
            tos => dump_line!(p, c"%#x\n", c_uint::from(tos)),
        }
    }
    if has(LEARNING) {
        dump!(p, c"      learning ");
        match vxlan.learning {
            0 => dump_line!(p, c"disabled\n"),
            on => dump_line!(p, c"enabled (0x%x)\n", c_uint::from(on)),
        }
    }
    if has(AGEING) {
        dump!(p, c"      ageing ");
        match vxlan.ageing {
            0 => dump_line!(p, c"disabled\n"),
            seconds => dump_line!(p, c"%u seconds\n", seconds),
        }
    }
    if has(LIMIT) {
        dump!(p, c"      limit ");
        match vxlan.limit {
            0 => dump_line!(p, c"unlimited\n"),
            limit => dump_line!(p, c"%u\n", limit),
        }
    }
    if has(RANGE) {
        let [low, high] =
            [vxlan.range.low, vxlan.range.high].map(|port| c_uint::from(u16::from_be(port)));
        dump_line!(p, c"      port range %u - %u\n", low, high);
    }
}
