// SPDX-License-Identifier: MIT OR Apache-2.0
//! Expectations as messages.

use core::ffi::{CStr, c_char, c_int};

use rnl::uapi::{NETLINK_NETFILTER, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL};

use super::exp::*;
use super::tuple::{Side, addr, put_addrs};
use super::*;
use crate::abi::nlattr;
use crate::cache::{nl_cache, nl_cache_alloc_and_fill};
use crate::mngt::{NL_ACT_DEL, NL_ACT_GET, NL_ACT_NEW, nl_af_group, nl_msgtype};
use crate::rules::{Rule, apply, apply_nested, be16, be32, byte, nested, rule, text_rule};

const SUBSYS: u8 = 2;
const NEW: u8 = 0;
const GET: u8 = 1;
const DELETE: u8 = 2;

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HDRLEN,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"netfilter/exp", NETLINK_NETFILTER, &exp_obj_ops)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(kind(SUBSYS, NEW), NL_ACT_NEW, c"new"),
    nl_msgtype::new(kind(SUBSYS, GET), NL_ACT_GET, c"get"),
    nl_msgtype::new(kind(SUBSYS, DELETE), NL_ACT_DEL, c"del"),
];

/// `NFNLGRP_CONNTRACK_EXP_*`.
const GROUP_NEW: c_int = 4;
const GROUP_UPDATE: c_int = 5;
const GROUP_DESTROY: c_int = 6;

static GROUPS: [nl_af_group; 3] = [
    nl_af_group { family: 0, group: GROUP_NEW },
    nl_af_group { family: 0, group: GROUP_UPDATE },
    nl_af_group { family: 0, group: GROUP_DESTROY },
];

/// `CTA_IP_*`.
static IP: [Rule<Side<nfnl_exp>>; 4] = [
    addr!(1, 4, libc::AF_INET, nfnl_exp_set_src),
    addr!(2, 4, libc::AF_INET, nfnl_exp_set_dst),
    addr!(3, 16, libc::AF_INET6, nfnl_exp_set_src),
    addr!(4, 16, libc::AF_INET6, nfnl_exp_set_dst),
];

/// What `CTA_PROTO_*` tell of a tuple.
#[derive(Default)]
struct L4 {
    proto: Option<u8>,
    src: Option<u16>,
    dst: Option<u16>,
    id: Option<u16>,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
}

static PROTO_RULES: [Rule<L4>; 9] = [
    rule!(1, 1, |to, nla| to.proto = Some(byte(nla))),
    rule!(2, 2, |to, nla| to.src = Some(be16(nla))),
    rule!(3, 2, |to, nla| to.dst = Some(be16(nla))),
    rule!(4, 2, |to, nla| to.id = Some(be16(nla))),
    rule!(5, 1, |to, nla| to.icmp_type = Some(byte(nla))),
    rule!(6, 1, |to, nla| to.icmp_code = Some(byte(nla))),
    Rule::checked(7, 2),
    Rule::checked(8, 1),
    Rule::checked(9, 1),
];

unsafe fn set_proto(to: &mut Side<nfnl_exp>, nla: &nlattr) -> Done {
    let mut l4 = L4::default();
    // SAFETY: the nest is whole; the expectation is live.
    let exp = unsafe {
        apply_nested(&mut l4, nla, &PROTO_RULES)?;
        &mut *to.of
    };
    let L4 { proto, src, dst, id, icmp_type, icmp_code } = l4;
    if let Some(proto) = proto {
        nfnl_exp_set_l4protonum(exp, to.which, proto);
    }
    if src.is_some() || dst.is_some() {
        nfnl_exp_set_ports(exp, to.which, src.unwrap_or(0), dst.unwrap_or(0));
    }
    if id.is_some() || icmp_type.is_some() || icmp_code.is_some() {
        let (kind, code) = (icmp_type.unwrap_or(0), icmp_code.unwrap_or(0));
        nfnl_exp_set_icmp(exp, to.which, id.unwrap_or(0), kind, code);
    }
    Ok(())
}

/// `CTA_TUPLE_*`.
static TUPLE: [Rule<Side<nfnl_exp>>; 2] =
    [nested!(1, IP), Rule { nla: 2, least: 0, text: false, set: set_proto }];

/// `CTA_EXPECT_NAT_*`.
static NAT: [Rule<nfnl_exp>; 2] = [
    rule!(1, 4, |exp, nla| nfnl_exp_set_nat_dir(exp, be32(nla) as u8)),
    nested!(2, |exp| &mut Side { of: exp, which: 3 }, TUPLE),
];

/// `CTA_EXPECT_*`.
static ATTRIBUTES: [Rule<nfnl_exp>; 11] = [
    nested!(2, |exp| &mut Side { of: exp, which: 0 }, TUPLE),
    nested!(1, |exp| &mut Side { of: exp, which: 1 }, TUPLE),
    nested!(3, |exp| &mut Side { of: exp, which: 2 }, TUPLE),
    nested!(10, NAT),
    rule!(9, 4, |exp, nla| nfnl_exp_set_class(exp, be32(nla))),
    text_rule!(11, nfnl_exp_set_fn),
    rule!(4, 4, |exp, nla| nfnl_exp_set_timeout(exp, be32(nla))),
    rule!(5, 4, |exp, nla| nfnl_exp_set_id(exp, be32(nla))),
    text_rule!(6, nfnl_exp_set_helper_name),
    rule!(7, 2, |exp, nla| nfnl_exp_set_zone(exp, be16(nla))),
    rule!(8, 4, |exp, nla| nfnl_exp_set_flags(exp, be32(nla))),
];

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is an expectation; the message's header is whole.
    unsafe {
        let exp = &mut *obj.cast::<nfnl_exp>();
        nfnl_exp_set_family(exp, nfnlmsg_family(nlh));
        apply(exp, nlmsg_attrdata(nlh, HDRLEN), nlmsg_attrlen(&*nlh, HDRLEN), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_exp_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut nfnl_exp,
) -> c_int {
    // SAFETY: the message has its header.
    unsafe { parse_message(&exp_obj_ops, nlh, result, parse) }
}

/// The group that a notification was for.
#[unsafe(no_mangle)]
pub extern "C" fn nfnlmsg_exp_group(nlh: &nlmsghdr) -> c_int {
    match nfnlmsg_subtype(nlh) {
        NEW if nlh.nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL) != 0 => GROUP_NEW,
        NEW => GROUP_UPDATE,
        DELETE => GROUP_DESTROY,
        _ => 0,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_exp_dump_request(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { nfnl_send_simple(sock, SUBSYS, GET, NLM_F_DUMP.into(), 0, 0) }
}

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { nfnl_exp_dump_request(sock) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_exp_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the socket is live; the result is the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

fn put_proto(msg: &mut nl_msg, exp: &nfnl_exp, which: c_int) -> Done {
    let Tuple { ports, proto, .. } = exp.tuple(which);
    if exp.has(which, PROTO) {
        put(msg, 1, &[*proto])?;
    }
    if exp.has(which, PORTS) {
        put(msg, 2, &ports.src.to_be_bytes())?;
        put(msg, 3, &u16::from(ports.dst).to_be_bytes())?;
    }
    if exp.has(which, ICMP) {
        put(msg, 4, &ports.src.to_be_bytes())?;
        put(msg, 5, &[ports.dst.icmp_type])?;
        put(msg, 6, &[ports.dst.icmp_code])?;
    }
    Ok(())
}

fn put_tuple(msg: &mut nl_msg, nla: u16, exp: &nfnl_exp, which: c_int) -> Done {
    let Tuple { src, dst, .. } = *exp.tuple(which);
    nest(msg, nla, |msg| {
        // SAFETY: the addresses are the expectation's.
        nest(msg, 1, |msg| unsafe { put_addrs(msg, src, dst) })?;
        nest(msg, 2, |msg| put_proto(msg, exp, which))
    })
}

unsafe fn put_text(msg: &mut nl_msg, nla: u16, text: *const c_char) -> Done {
    if text.is_null() {
        return Ok(());
    }
    // SAFETY: it is a string.
    put(msg, nla, unsafe { CStr::from_ptr(text) }.to_bytes_with_nul())
}

fn put_number(msg: &mut nl_msg, exp: &nfnl_exp, which: usize) -> Done {
    match exp.numbers().get(which) {
        Some((bit, nla, value)) if exp.h.mask & bit != 0 => put(msg, *nla, &value.to_be_bytes()),
        _ => Ok(()),
    }
}

fn put_all(msg: &mut nl_msg, exp: &nfnl_exp) -> Done {
    for (which, nla) in [(0, 2), (1, 1), (2, 3)] {
        put_tuple(msg, nla, exp, which)?;
    }
    if exp.has(3, SRC) {
        nest(msg, 10, |msg| {
            if exp.h.mask & NAT_DIR != 0 {
                // In the order of the machine, as stock has it.
                put(msg, 1, &u32::from(exp.nat_dir).to_ne_bytes())?;
            }
            put_tuple(msg, 2, exp, 3)
        })?;
    }
    put_rest(msg, exp).map_err(|_| NLE_NOMEM)
}

fn put_rest(msg: &mut nl_msg, exp: &nfnl_exp) -> Done {
    // SAFETY: the texts are the expectation's.
    unsafe {
        put_number(msg, exp, 0)?;
        put_text(msg, 11, exp.function)?;
        put_number(msg, exp, 1)?;
        put_number(msg, exp, 2)?;
        put_text(msg, 6, exp.helper_name)?;
    }
    if exp.h.mask & ZONE != 0 {
        put(msg, 7, &exp.zone.to_be_bytes())?;
    }
    put_number(msg, exp, 3)
}

builds! { nfnl_exp, SUBSYS, put_all:
    nfnl_exp_build_add_request NEW;
    nfnl_exp_build_delete_request DELETE;
    nfnl_exp_build_query_request GET;
}

requests! {
    nfnl_exp_add(exp: *const nfnl_exp, flags: c_int) = nfnl_exp_build_add_request;
    nfnl_exp_del(exp: *const nfnl_exp, flags: c_int) = nfnl_exp_build_delete_request;
    nfnl_exp_query(exp: *const nfnl_exp, flags: c_int) = nfnl_exp_build_query_request;
}
