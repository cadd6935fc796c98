// SPDX-License-Identifier: MIT OR Apache-2.0
//! Connections as messages.

use core::ffi::c_int;

use rnl::uapi::{NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL};

use super::ct::*;
use super::tuple::{Side, addr, put_addrs};
use super::*;
use crate::abi::nlattr;
use crate::cache::{nl_cache, nl_cache_alloc_and_fill};
use crate::mngt::{NL_ACT_DEL, NL_ACT_GET, NL_ACT_NEW, nl_af_group, nl_msgtype};
use crate::rules::{Rule, apply, apply_nested, be16, be32, be64, byte, nested, rule};

const SUBSYS: u8 = 1;
const NEW: u8 = 0;
const GET: u8 = 1;
const DELETE: u8 = 2;

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HDRLEN,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"netfilter/ct", NETLINK_NETFILTER, &ct_obj_ops)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(kind(SUBSYS, NEW), NL_ACT_NEW, c"new"),
    nl_msgtype::new(kind(SUBSYS, GET), NL_ACT_GET, c"get"),
    nl_msgtype::new(kind(SUBSYS, DELETE), NL_ACT_DEL, c"del"),
];

/// `NFNLGRP_CONNTRACK_*`.
const GROUP_NEW: c_int = 1;
const GROUP_UPDATE: c_int = 2;
const GROUP_DESTROY: c_int = 3;

static GROUPS: [nl_af_group; 3] = [
    nl_af_group { family: 0, group: GROUP_NEW },
    nl_af_group { family: 0, group: GROUP_UPDATE },
    nl_af_group { family: 0, group: GROUP_DESTROY },
];

/// A rule for a number of one direction.
macro_rules! number {
    ($nla:literal, $len:literal, $set:ident, $read:ident) => {
        rule!($nla, $len, |to, nla| $set(&mut *to.of, to.which, $read(nla).into()))
    };
}

/// The same for ICMP, which counts only in connections of that family.
macro_rules! icmp {
    ($nla:literal, $len:literal, $family:expr, $set:ident, $read:ident) => {
        rule!($nla, $len, |to, nla| if i32::from((*to.of).family) == $family {
            $set(&mut *to.of, to.which, $read(nla))
        })
    };
}

/// `CTA_IP_*`.
static IP: [Rule<Side<nfnl_ct>>; 4] = [
    addr!(1, 4, libc::AF_INET, nfnl_ct_set_src),
    addr!(2, 4, libc::AF_INET, nfnl_ct_set_dst),
    addr!(3, 16, libc::AF_INET6, nfnl_ct_set_src),
    addr!(4, 16, libc::AF_INET6, nfnl_ct_set_dst),
];

/// `CTA_PROTO_*`.
static L4: [Rule<Side<nfnl_ct>>; 9] = [
    rule!(1, 1, |to, nla| if to.which == 0 {
        nfnl_ct_set_proto(&mut *to.of, byte(nla))
    }),
    number!(2, 2, nfnl_ct_set_src_port, be16),
    number!(3, 2, nfnl_ct_set_dst_port, be16),
    icmp!(4, 2, libc::AF_INET, nfnl_ct_set_icmp_id, be16),
    icmp!(5, 1, libc::AF_INET, nfnl_ct_set_icmp_type, byte),
    icmp!(6, 1, libc::AF_INET, nfnl_ct_set_icmp_code, byte),
    icmp!(7, 2, libc::AF_INET6, nfnl_ct_set_icmp_id, be16),
    icmp!(8, 1, libc::AF_INET6, nfnl_ct_set_icmp_type, byte),
    icmp!(9, 1, libc::AF_INET6, nfnl_ct_set_icmp_code, byte),
];

/// `CTA_TUPLE_*`.
static TUPLE: [Rule<Side<nfnl_ct>>; 2] = [nested!(1, IP), nested!(2, L4)];

/// `CTA_PROTOINFO_TCP_*`, in `CTA_PROTOINFO_*`.
static TCP: [Rule<nfnl_ct>; 5] = [
    rule!(1, 1, |ct, nla| nfnl_ct_set_tcp_state(ct, byte(nla))),
    Rule::checked(2, 1),
    Rule::checked(3, 1),
    Rule::checked(4, 2),
    Rule::checked(5, 2),
];
static PROTOINFO: [Rule<nfnl_ct>; 1] = [nested!(1, TCP)];

/// `CTA_COUNTERS_*`.
static COUNTERS: [Rule<Side<nfnl_ct>>; 4] = [
    number!(1, 8, nfnl_ct_set_packets, be64),
    number!(3, 4, nfnl_ct_set_packets, be32),
    number!(2, 8, nfnl_ct_set_bytes, be64),
    number!(4, 4, nfnl_ct_set_bytes, be32),
];

/// `CTA_TIMESTAMP_*`.
static TIMES: [Rule<(Option<u64>, Option<u64>)>; 2] =
    [rule!(1, 8, |to, nla| to.0 = Some(be64(nla))), rule!(2, 8, |to, nla| to.1 = Some(be64(nla)))];

unsafe fn set_times(ct: &mut nfnl_ct, nla: &nlattr) -> Done {
    let mut times = (None, None);
    // SAFETY: the nest is whole.
    unsafe { apply_nested(&mut times, nla, &TIMES)? };
    if let (Some(start), Some(stop)) = times {
        nfnl_ct_set_timestamp(ct, start, stop);
    }
    Ok(())
}

/// `CTA_*`.
static ATTRIBUTES: [Rule<nfnl_ct>; 12] = [
    nested!(1, |ct| &mut Side { of: ct, which: 0 }, TUPLE),
    nested!(2, |ct| &mut Side { of: ct, which: 1 }, TUPLE),
    nested!(4, PROTOINFO),
    rule!(3, 4, |ct, nla| nfnl_ct_set_status(ct, be32(nla))),
    rule!(7, 4, |ct, nla| nfnl_ct_set_timeout(ct, be32(nla))),
    rule!(8, 4, |ct, nla| nfnl_ct_set_mark(ct, be32(nla))),
    rule!(11, 4, |ct, nla| nfnl_ct_set_use(ct, be32(nla))),
    rule!(12, 4, |ct, nla| nfnl_ct_set_id(ct, be32(nla))),
    rule!(18, 2, |ct, nla| nfnl_ct_set_zone(ct, be16(nla))),
    nested!(9, |ct| &mut Side { of: ct, which: 0 }, COUNTERS),
    nested!(10, |ct| &mut Side { of: ct, which: 1 }, COUNTERS),
    Rule { nla: 20, least: 0, text: false, set: set_times },
];

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a connection; the message's header is whole.
    unsafe {
        let ct = &mut *obj.cast::<nfnl_ct>();
        nfnl_ct_set_family(ct, nfnlmsg_family(nlh));
        apply(ct, nlmsg_attrdata(nlh, HDRLEN), nlmsg_attrlen(&*nlh, HDRLEN), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_ct_parse(nlh: *mut nlmsghdr, result: *mut *mut nfnl_ct) -> c_int {
    // SAFETY: the message has its header.
    unsafe { parse_message(&ct_obj_ops, nlh, result, parse) }
}

/// A connection inside an attribute of another message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_ct_parse_nested(
    nla: *mut nlattr,
    result: *mut *mut nfnl_ct,
) -> c_int {
    // SAFETY: the attribute is whole.
    unsafe { code(parsed(&ct_obj_ops, result, |ct| apply_nested(&mut *ct, &*nla, &ATTRIBUTES))) }
}

/// The group that a notification was for.
#[unsafe(no_mangle)]
pub extern "C" fn nfnlmsg_ct_group(nlh: &nlmsghdr) -> c_int {
    match nfnlmsg_subtype(nlh) {
        NEW if nlh.nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL) != 0 => GROUP_NEW,
        NEW => GROUP_UPDATE,
        DELETE => GROUP_DESTROY,
        _ => 0,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_dump_request(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { nfnl_send_simple(sock, SUBSYS, GET, NLM_F_DUMP.into(), 0, 0) }
}

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { nfnl_ct_dump_request(sock) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the socket is live; the result is the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

fn put_proto(msg: &mut nl_msg, ct: &nfnl_ct, which: c_int) -> Done {
    let tuple = ct.tuple(which);
    let has = |bit| ct.has(which, bit);
    if ct.h.mask & PROTO != 0 {
        put(msg, 1, &[ct.proto])?;
    }
    if has(SPORT) {
        put(msg, 2, &tuple.sport.to_be_bytes())?;
    }
    if has(DPORT) {
        put(msg, 3, &u16::from(tuple.dport).to_be_bytes())?;
    }
    let icmp = match ct.family.into() {
        libc::AF_INET => 4,
        libc::AF_INET6 => 7,
        _ => return Ok(()),
    };
    if has(ICMP_ID) {
        put(msg, icmp, &tuple.sport.to_be_bytes())?;
    }
    if has(ICMP_TYPE) {
        put(msg, icmp + 1, &[tuple.dport.icmp_type])?;
    }
    if has(ICMP_CODE) {
        put(msg, icmp + 2, &[tuple.dport.icmp_code])?;
    }
    Ok(())
}

fn put_tuple(msg: &mut nl_msg, ct: &nfnl_ct, which: c_int) -> Done {
    nest(msg, if which == 0 { 1 } else { 2 }, |msg| {
        let Tuple { src, dst, .. } = *ct.tuple(which);
        // SAFETY: the addresses are the connection's.
        nest(msg, 1, |msg| unsafe { put_addrs(msg, src, dst) })?;
        nest(msg, 2, |msg| put_proto(msg, ct, which))
    })
}

fn put_all(msg: &mut nl_msg, ct: &nfnl_ct) -> Done {
    let reply = ct.reply.has_addrs();
    if reply {
        put_tuple(msg, ct, 1)?;
    }
    if !reply || ct.orig.has_addrs() {
        put_tuple(msg, ct, 0)?;
    }
    for (bit, nla, value) in ct.numbers() {
        if ct.h.mask & bit != 0 {
            put(msg, nla, &value.to_be_bytes())?;
        }
    }
    if ct.h.mask & ZONE != 0 { put(msg, 18, &ct.zone.to_be_bytes()) } else { Ok(()) }
}

builds! { nfnl_ct, SUBSYS, put_all:
    nfnl_ct_build_add_request NEW;
    nfnl_ct_build_delete_request DELETE;
    nfnl_ct_build_query_request GET;
}

requests! {
    nfnl_ct_add(ct: *const nfnl_ct, flags: c_int) = nfnl_ct_build_add_request;
    nfnl_ct_del(ct: *const nfnl_ct, flags: c_int) = nfnl_ct_build_delete_request;
    nfnl_ct_query(ct: *const nfnl_ct, flags: c_int) = nfnl_ct_build_query_request;
}
