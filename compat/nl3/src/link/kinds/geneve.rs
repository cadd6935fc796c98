// SPDX-License-Identifier: MIT OR Apache-2.0
//! GENEVE tunnels.

use core::ffi::c_int;

use super::vxlan::{VNI_MAX, read_ip};
use super::{Ip, Line, dump_lines, kind, lines, of, of_mut};
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::nl_addr;
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::msg::nl_msg;
use crate::object::*;
use crate::rows::{self, attrs};

#[repr(C)]
struct Geneve {
    h: nl_object,
    id: u32,
    /// In the network's order, like the port.
    label: u32,
    port: u16,
    remote: Ip,
    flags: u8,
    ttl: u8,
    tos: u8,
    udp_csum: u8,
    zero_csum6_tx: u8,
    zero_csum6_rx: u8,
}

attrs! { Geneve {
    ID = 0 "" Int(id) = 1,
    REMOTE = 1 "" Bytes(remote),
    TTL = 2 "" Int(ttl) = 3,
    TOS = 3 "" Int(tos) = 4,
    LABEL = 4 "" Int(label) = 11,
    PORT = 5 "" Int(port) = 5,
    UDP_CSUM = 6 "" Int(udp_csum) = 8,
    ZERO_CSUM6_TX = 7 "" Int(zero_csum6_tx) = 9,
    ZERO_CSUM6_RX = 8 "" Int(zero_csum6_rx) = 10,
} }

static OPS: nl_object_ops = nl_object_ops {
    dump: [Some(dump_brief), Some(dump_details), None],
    ..nl_object_ops::new::<Geneve>(c"", ATTRS)
};

pub(super) static KIND: Kind = Kind { parse, put, ..Kind::new(c"geneve", Some(&OPS)) };

const IFLA_GENEVE_REMOTE: u16 = 2;
const IFLA_GENEVE_REMOTE6: u16 = 7;
const IFLA_GENEVE_COLLECT_METADATA: u16 = 6;

const COLLECT_METADATA: u8 = 1;

kind! { Geneve OPS "geneve":
    alloc rtnl_link_geneve_alloc;
    is rtnl_link_is_geneve;
    most rtnl_link_geneve_set_id(u32) id: ID, VNI_MAX;
    out rtnl_link_geneve_get_id(u32) id: ID, NLE_AGAIN;
    set rtnl_link_geneve_set_ttl(u8) ttl: TTL;
    value rtnl_link_geneve_get_ttl ttl: TTL, NLE_AGAIN;
    set rtnl_link_geneve_set_tos(u8) tos: TOS;
    value rtnl_link_geneve_get_tos tos: TOS, NLE_AGAIN;
    set_be16 rtnl_link_geneve_set_port(u32) port: PORT;
    out_be rtnl_link_geneve_get_port(u32) port: PORT, NLE_NOATTR;
    set_be32 rtnl_link_geneve_set_label(u32) label: LABEL;
    out_be rtnl_link_geneve_get_label(u32) label: LABEL, NLE_NOATTR;
    set rtnl_link_geneve_set_udp_csum(u8) udp_csum: UDP_CSUM;
    value rtnl_link_geneve_get_udp_csum udp_csum: UDP_CSUM, NLE_NOATTR;
    set rtnl_link_geneve_set_udp_zero_csum6_tx(u8) zero_csum6_tx: ZERO_CSUM6_TX;
    value rtnl_link_geneve_get_udp_zero_csum6_tx zero_csum6_tx: ZERO_CSUM6_TX, NLE_NOATTR;
    set rtnl_link_geneve_set_udp_zero_csum6_rx(u8) zero_csum6_rx: ZERO_CSUM6_RX;
    value rtnl_link_geneve_get_udp_zero_csum6_rx zero_csum6_rx: ZERO_CSUM6_RX, NLE_NOATTR;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_geneve_set_remote(link: &mut rtnl_link, addr: &nl_addr) -> c_int {
    code(of_mut::<Geneve>(link, &OPS).and_then(|geneve| {
        geneve.remote = Ip::from_addr(addr)?;
        geneve.h.mask |= REMOTE;
        Ok(())
    }))
}

/// Gives the caller an address of its own.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_geneve_get_remote(
    link: &rtnl_link,
    result: &mut *mut nl_addr,
) -> c_int {
    match of::<Geneve>(link, &OPS) {
        Err(error) => -error,
        Ok(geneve) if geneve.h.mask & REMOTE == 0 => -NLE_AGAIN,
        Ok(geneve) => geneve.remote.to_addr(result),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_geneve_set_flags(
    link: &mut rtnl_link,
    flags: u8,
    enable: c_int,
) -> c_int {
    code(of_mut::<Geneve>(link, &OPS).and_then(|geneve| {
        if flags & !COLLECT_METADATA != 0 {
            return Err(NLE_INVAL);
        }
        geneve.flags = if enable != 0 { flags } else { geneve.flags & !flags };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_geneve_get_flags(link: &rtnl_link, flags: &mut u8) -> c_int {
    code(of::<Geneve>(link, &OPS).map(|geneve| *flags = geneve.flags))
}

unsafe fn parse(link: &mut rtnl_link, data: Option<&nlattr>, xstats: Option<&nlattr>) -> Done {
    // SAFETY: the attributes are whole.
    unsafe {
        crate::link::info::parse(link, data, xstats)?;
        let geneve = of_mut::<Geneve>(link, &OPS)?;
        let Some(data) = data else { return Ok(()) };
        let [four, six] = read_ip(data, [IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6])?;
        if let Some(remote) = six.or(four) {
            geneve.remote = remote;
            geneve.h.mask |= REMOTE;
        }
        let (head, len) = (nla_data(data).cast(), nla_len(data));
        if !nla_find(head, len, IFLA_GENEVE_COLLECT_METADATA.into()).is_null() {
            geneve.flags |= COLLECT_METADATA;
        }
    }
    Ok(())
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let geneve = of::<Geneve>(link, &OPS)?;
    // SAFETY: the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe {
        rows::write(link.info, msg, ID)?;
        if geneve.h.mask & REMOTE != 0 {
            geneve.remote.write(msg, [IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6])?;
        }
        rows::write(link.info, msg, !ID)?;
        if geneve.flags & COLLECT_METADATA != 0 {
            done(nla_put_flag(msg, IFLA_GENEVE_COLLECT_METADATA.into()))?;
        }
        Ok(())
    })
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    dump!(p, c"geneve-id %u", unsafe { (*obj.cast::<Geneve>()).id });
}

static REMOTE4: &[Line] = lines! { Geneve: REMOTE remote Ip c"     remote "; };
static REMOTE6: &[Line] = lines! { Geneve: REMOTE remote Ip c"      remote "; };

static LINES: &[Line] = lines! { Geneve:
    TTL ttl Number c"      ttl ";
    TOS tos Number c"      tos ";
    PORT port Big c"      port ";
    LABEL label Big c"      label ";
    UDP_CSUM udp_csum Switch c"      UDP checksum ";
    ZERO_CSUM6_TX zero_csum6_tx Switch c"      udp-zero-csum6-tx ";
    ZERO_CSUM6_RX zero_csum6_rx Switch c"      udp-zero-csum6-rx ";
};

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    unsafe {
        let geneve = &*obj.cast::<Geneve>();
        dump_line!(p, c"    geneve-id %u\n", geneve.id);
        let four = c_int::from(geneve.remote.family) == libc::AF_INET;
        dump_lines(obj, p, if four { REMOTE4 } else { REMOTE6 });
        dump_lines(obj, p, LINES);
        if geneve.flags & COLLECT_METADATA != 0 {
            dump!(p, c"      collect-metadata\n");
        }
    }
}
