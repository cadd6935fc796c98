// SPDX-License-Identifier: MIT OR Apache-2.0
//! Routing rules, `route/rule`.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::names::*;
use super::uapi::*;
use super::{build, header, send, text_in};
use crate::abi::{nl_dump_params, nlattr, nlmsghdr};
use crate::addr::*;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::mngt::*;
use crate::msg::{nl_msg, nlmsg_attrdata, nlmsg_attrlen};
use crate::names::AF;
use crate::object::*;
use crate::rows::{self, accessors, attrs};
use crate::slot::Slot;
use crate::socket::nl_sock;
use crate::utils::nl_ip_proto2str;

/// Ports from one to the other.
#[derive(Clone, Copy)]
#[repr(C)]
struct Ports {
    start: u16,
    end: u16,
}

/// A rule.
#[repr(C)]
pub struct rtnl_rule {
    h: nl_object,
    family: u8,
    action: u8,
    dsfield: u8,
    l3mdev: u8,
    protocol: u8,
    ipproto: u8,
    table: u32,
    prio: u32,
    mark: u32,
    mark_mask: u32,
    goto: u32,
    /// Of the header, as it was received: there is no accessor for them.
    flags: u32,
    flow: u32,
    sport: Ports,
    dport: Ports,
    src: Slot,
    dst: Slot,
    iifname: [c_char; 16],
    oifname: [c_char; 16],
}

attrs! { rtnl_rule {
    FAMILY = 0 "family" Int(family),
    TABLE = 1 "table" Int(table) = FRA_TABLE,
    ACTION = 2 "action" Int(action),
    IIFNAME = 4 "iifname" Text(iifname) = FRA_IIFNAME,
    OIFNAME = 5 "oifname" Text(oifname) = FRA_OIFNAME,
    PRIO = 6 "prio" Int(prio) = FRA_PRIORITY,
    MARK = 7 "mark" Int(mark) = FRA_FWMARK,
    MASK = 8 "mask" Int(mark_mask) = FRA_FWMASK,
    GOTO = 9 "goto" Int(goto) = FRA_GOTO,
    SRC = 10 "src" Addr(src) = FRA_SRC,
    DST = 11 "dst" Addr(dst) = FRA_DST,
    DSFIELD = 12 "dsfield" Int(dsfield),
    FLOW = 13 "flow" Int(flow) = FRA_FLOW,
} }

// These have no rows, as they are neither named nor compared.
const FLAGS: u64 = 1 << 3;
const L3MDEV: u64 = 1 << 14;
const PROTOCOL: u64 = 1 << 15;
const IP_PROTO: u64 = 1 << 16;
const SPORT: u64 = 1 << 17;
const DPORT: u64 = 1 << 18;

static OPS: nl_object_ops = nl_object_ops {
    names: NAMES,
    dump: [Some(dump_brief), Some(dump_brief), Some(dump_brief)],
    ..nl_object_ops::new::<rtnl_rule>(c"route/rule", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<fib_rule_hdr>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"route/rule", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWRULE as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELRULE as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETRULE as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_IPV4_RULE`, `RTNLGRP_IPV6_RULE`.
static GROUPS: [nl_af_group; 2] = [
    nl_af_group { family: libc::AF_INET, group: 8 },
    nl_af_group { family: libc::AF_INET6, group: 19 },
];

accessors! { rtnl_rule:
    set rtnl_rule_set_family(c_int) family: FAMILY;
    get rtnl_rule_get_family() -> c_int = family;
    set rtnl_rule_set_prio(u32) prio: PRIO;
    get rtnl_rule_get_prio() -> u32 = prio;
    set rtnl_rule_set_mark(u32) mark: MARK;
    get rtnl_rule_get_mark() -> u32 = mark;
    set rtnl_rule_set_mask(u32) mark_mask: MASK;
    get rtnl_rule_get_mask() -> u32 = mark_mask;
    set rtnl_rule_set_table(u32) table: TABLE;
    get rtnl_rule_get_table() -> u32 = table;
    set rtnl_rule_set_dsfield(u8) dsfield: DSFIELD;
    get rtnl_rule_get_dsfield() -> u8 = dsfield;
    slot rtnl_rule_get_src() src;
    slot rtnl_rule_get_dst() dst;
    set rtnl_rule_set_action(u8) action: ACTION;
    get rtnl_rule_get_action() -> u8 = action;
    chars rtnl_rule_get_iif() iifname: IIFNAME;
    chars rtnl_rule_get_oif() oifname: OIFNAME;
    set rtnl_rule_set_realms(u32) flow: FLOW;
    get rtnl_rule_get_realms() -> u32 = flow;
    set rtnl_rule_set_goto(u32) goto: GOTO;
    get rtnl_rule_get_goto() -> u32 = goto;
    get rtnl_rule_get_l3mdev() -> c_int = l3mdev: L3MDEV, -NLE_MISSING_ATTR;
    out rtnl_rule_get_protocol(u8) protocol: PROTOCOL, NLE_INVAL;
    out rtnl_rule_get_ipproto(u8) ipproto: IP_PROTO, NLE_INVAL;
}

impl rtnl_rule {
    /// Marks an attribute as set, or as not set.
    fn mark(&mut self, bit: u64, is_set: bool) {
        self.h.mask = if is_set { self.h.mask | bit } else { self.h.mask & !bit };
    }
}

/// Sets it; what is negative unsets it.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_rule_set_l3mdev(rule: &mut rtnl_rule, value: c_int) {
    rule.l3mdev = if value < 0 { 0 } else { value as u8 };
    rule.mark(L3MDEV, value >= 0);
}

/// Setters that cannot fail, and say so. 0 unsets.
macro_rules! set_and_say {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(rule: &mut rtnl_rule, value: u8) -> c_int {
                rule.$field = value;
                rule.mark($bit, value != 0);
                0
            }
        )*
    };
}

set_and_say! {
    rtnl_rule_set_protocol protocol: PROTOCOL;
    rtnl_rule_set_ipproto ipproto: IP_PROTO;
}

macro_rules! ports {
    ($($one:ident $range:ident $get:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $one(rule: &mut rtnl_rule, port: u16) -> c_int {
                $range(rule, port, port)
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $range(rule: &mut rtnl_rule, start: u16, end: u16) -> c_int {
                // No ports at all unset it.
                let none = start == 0 && end == 0;
                if start > end || (start == 0 && !none) {
                    return -NLE_INVAL;
                }
                rule.$field = Ports { start, end };
                rule.mark($bit, !none);
                0
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(rule: &rtnl_rule, start: &mut u16, end: &mut u16) -> c_int {
                if rule.h.mask & $bit == 0 {
                    return -NLE_INVAL;
                }
                (*start, *end) = (rule.$field.start, rule.$field.end);
                0
            }
        )*
    };
}

ports! {
    rtnl_rule_set_sport rtnl_rule_set_sport_range rtnl_rule_get_sport sport: SPORT;
    rtnl_rule_set_dport rtnl_rule_set_dport_range rtnl_rule_get_dport dport: DPORT;
}

macro_rules! set_names {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(rule: &mut rtnl_rule, name: *const c_char) -> c_int {
                // SAFETY: the name is a string.
                unsafe {
                    if libc::strlen(name) >= rule.$field.len() {
                        return -NLE_RANGE;
                    }
                    crate::mem::set_text(&mut rule.$field, name);
                }
                rule.h.mask |= $bit;
                0
            }
        )*
    };
}

set_names! {
    rtnl_rule_set_iif iifname: IIFNAME;
    rtnl_rule_set_oif oifname: OIFNAME;
}

macro_rules! set_addresses {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(rule: &mut rtnl_rule, addr: *mut nl_addr) -> c_int {
                // SAFETY: the address is live.
                unsafe {
                    let family = (*addr).family;
                    if rule.h.mask & FAMILY != 0 && family != c_int::from(rule.family) {
                        return -NLE_AF_MISMATCH;
                    }
                    rule.family = family as u8;
                    rule.$field.set(addr);
                }
                rule.h.mask |= $bit | FAMILY;
                0
            }
        )*
    };
}

set_addresses! {
    rtnl_rule_set_src src: SRC;
    rtnl_rule_set_dst dst: DST;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_rule_alloc() -> *mut rtnl_rule {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_put(rule: *mut rtnl_rule) {
    // SAFETY: NULL, or a rule of which the caller holds a reference.
    unsafe { nl_object_put(rule.cast()) }
}

/// Rules of all families, whatever the cache was made for.
unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { super::nl_rtgen_request(sock, RTM_GETRULE.into(), libc::AF_UNSPEC, libc::NLM_F_DUMP) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_alloc_cache(
    sock: *mut nl_sock,
    family: c_int,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's; the cache is ours until it is handed out.
    unsafe { super::cache_of(&CACHE_OPS, sock, |cache| (*cache).arg1 = family, result) }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    const HEADER: c_int = size_of::<fib_rule_hdr>() as c_int;
    // SAFETY: the object is a rule; the attributes are inside the message, whose header is whole.
    unsafe {
        let rule = &mut *obj.cast::<rtnl_rule>();
        let head: fib_rule_hdr = header(nlh);
        let (attrs, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        (rule.family, rule.action, rule.dsfield) = (head.family, head.action, head.tos);
        (rule.table, rule.flags) = (head.table.into(), head.flags);
        rule.h.mask = FAMILY | ACTION | FLAGS;
        rule.h.mask |= if head.tos != 0 { DSFIELD } else { 0 };
        rows::read(obj, attrs, len, head.family.into())?;
        rule.mark(TABLE, head.table != 0 || rule.table != 0);
        for nla in walk(attrs, len) {
            read_unnamed(rule, nla)?;
        }
        rule.dst.set_prefixlen(head.dst_len.into())?;
        rule.src.set_prefixlen(head.src_len.into())
    }
}

unsafe fn read_unnamed(rule: &mut rtnl_rule, nla: &nlattr) -> Done {
    // SAFETY: the attribute is whole.
    unsafe {
        match nla_type(nla) as u16 {
            FRA_L3MDEV => (rule.l3mdev, rule.h.mask) = (byte(nla)?, rule.h.mask | L3MDEV),
            FRA_PROTOCOL => (rule.protocol, rule.h.mask) = (byte(nla)?, rule.h.mask | PROTOCOL),
            FRA_IP_PROTO => (rule.ipproto, rule.h.mask) = (byte(nla)?, rule.h.mask | IP_PROTO),
            FRA_SPORT_RANGE => (rule.sport, rule.h.mask) = (ports(nla)?, rule.h.mask | SPORT),
            FRA_DPORT_RANGE => (rule.dport, rule.h.mask) = (ports(nla)?, rule.h.mask | DPORT),
            _ => {}
        }
    }
    Ok(())
}

unsafe fn byte(nla: &nlattr) -> Result<u8, c_int> {
    // SAFETY: the payload is long enough when it is read.
    if nla_len(nla) < 1 { Err(NLE_RANGE) } else { Ok(unsafe { nla_get_u8(nla) }) }
}

unsafe fn ports(nla: &nlattr) -> Result<Ports, c_int> {
    if nla_len(nla) != size_of::<Ports>() as c_int {
        return Err(NLE_RANGE);
    }
    // SAFETY: the payload is that long.
    Ok(unsafe { nla_data(nla).cast::<Ports>().read_unaligned() })
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a rule; the buffer has the length said.
    unsafe {
        let rule = &*obj.cast::<rtnl_rule>();
        let has = |bits| rule.h.mask & bits != 0;
        let mut buf = [0 as c_char; 128];
        dump_line!(p, c"%8d ", if has(PRIO) { rule.prio } else { 0 });
        dump!(p, c"%s ", AF.to_str(rule.family.into(), buf.as_mut_ptr(), buf.len()));
        for (bit, name, addr) in [(SRC, c"from", &rule.src), (DST, c"to", &rule.dst)] {
            if has(bit) {
                dump!(p, c"%s %s ", name.as_ptr(), text_in(addr, &mut buf));
            }
        }
        if has(DSFIELD) {
            dump!(p, c"tos %u ", c_uint::from(rule.dsfield));
        }
        if has(MARK | MASK) {
            dump!(p, c"mark %#x/%#x", rule.mark, rule.mark_mask);
        }
        for (bit, name, device) in
            [(IIFNAME, c"iif", &rule.iifname), (OIFNAME, c"oif", &rule.oifname)]
        {
            if has(bit) {
                dump!(p, c"%s %s ", name.as_ptr(), device.as_ptr());
            }
        }
        dump_more(rule, p);
        dump!(p, c"\n");
    }
}

unsafe fn dump_more(rule: &rtnl_rule, p: *mut nl_dump_params) {
    let has = |bits| rule.h.mask & bits != 0;
    if has(TABLE) {
        dump!(p, c"lookup %s ", Name::of(rtnl_route_table2str, rule.table as c_int).text());
    }
    if has(L3MDEV) {
        dump!(p, c"lookup [l3mdev-table] ");
    }
    if has(IP_PROTO) {
        dump!(p, c"ipproto %s ", Name::of(nl_ip_proto2str, rule.ipproto.into()).text());
    }
    for (bit, name, ports) in [(SPORT, c"sport", rule.sport), (DPORT, c"dport", rule.dport)] {
        let (start, end) = (c_uint::from(ports.start), c_uint::from(ports.end));
        if has(bit) && start == end {
            dump!(p, c"%s %u ", name.as_ptr(), start);
        } else if has(bit) {
            dump!(p, c"%s %u-%u ", name.as_ptr(), start, end);
        }
    }
    if has(PROTOCOL) {
        dump!(p, c"protocol %s ", Name::of(rtnl_route_proto2str, rule.protocol.into()).text());
    }
    if has(FLOW) {
        dump!(p, c"flow %s ", Name::of_u32(rtnl_realms2str, rule.flow).text());
    }
    if has(GOTO) {
        dump!(p, c"goto %u ", rule.goto);
    }
    if has(ACTION) {
        dump!(p, c"action %s", Name::of(nl_rtntype2str, rule.action.into()).text());
    }
}

unsafe fn build_request(rule: &rtnl_rule, what: (u16, c_int), result: *mut *mut nl_msg) -> c_int {
    if rule.h.mask & FAMILY == 0 {
        return -NLE_MISSING_ATTR;
    }
    let prefix = |slot: &Slot| slot.ask(0, |addr| addr.prefix as u8);
    let head = fib_rule_hdr {
        family: rule.family,
        dst_len: prefix(&rule.dst),
        src_len: prefix(&rule.src),
        tos: rule.dsfield,
        table: rule.table as u8,
        reserved: [0; 2],
        action: rule.action,
        flags: rule.flags,
    };
    // SAFETY: what the rule holds is live; the result is the caller's.
    unsafe { build(what, &head, result, |msg| put(rule, msg)) }
}

unsafe fn put(rule: &rtnl_rule, msg: &mut nl_msg) -> Done {
    let obj = (&raw const *rule).cast();
    let has = |bits| rule.h.mask & bits != 0;
    // SAFETY: the object is a rule; what it holds is live.
    unsafe {
        done(nla_put_u32(msg, FRA_TABLE.into(), rule.table))?;
        for bit in [SRC, DST, IIFNAME, OIFNAME, PRIO, MARK, MASK, GOTO, FLOW] {
            rows::write(obj, msg, bit)?;
        }
        let mut byte = |bit, kind: u16, value| {
            if has(bit) { done(nla_put_u8(msg, kind.into(), value)) } else { Ok(()) }
        };
        byte(L3MDEV, FRA_L3MDEV, rule.l3mdev)?;
        byte(IP_PROTO, FRA_IP_PROTO, rule.ipproto)?;
        for (bit, kind, ports) in
            [(SPORT, FRA_SPORT_RANGE, rule.sport), (DPORT, FRA_DPORT_RANGE, rule.dport)]
        {
            if has(bit) {
                done(nla_put(msg, kind.into(), 4, (&raw const ports).cast()))?;
            }
        }
        if has(PROTOCOL) {
            done(nla_put_u8(msg, FRA_PROTOCOL.into(), rule.protocol))?;
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_build_add_request(
    rule: &rtnl_rule,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build_request(rule, (RTM_NEWRULE, libc::NLM_F_CREATE | flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_build_delete_request(
    rule: &rtnl_rule,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build_request(rule, (RTM_DELRULE, flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_add(
    sock: *mut nl_sock,
    rule: &rtnl_rule,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_rule_build_add_request(rule, flags, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_rule_delete(
    sock: *mut nl_sock,
    rule: &rtnl_rule,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_rule_build_delete_request(rule, flags, &mut msg);
        send(sock, built, msg)
    }
}
