// SPDX-License-Identifier: MIT OR Apache-2.0
//! Associations as messages.

use core::ffi::{c_int, c_uint};

use super::lifetime::{Limits, xfrmnl_ltime_cfg_alloc, xfrmnl_ltime_cfg_put};
use super::replay::Current;
use super::sa::*;
use super::sel::Selector;
use super::*;
use crate::attr::{nla_find, nla_len};
use crate::cache::{nl_cache, nl_cache_alloc_and_fill};
use crate::error::{NLE_MISSING_ATTR, NLE_MSG_TOOSHORT, code};
use crate::finder::first;
use crate::mngt::{
    NL_ACT_DEL, NL_ACT_GET, NL_ACT_NEW, NL_ACT_UNSPEC, nl_af_group, nl_cache_ops, nl_msgtype,
};
use crate::object::*;
use crate::rules::{Rule, apply, rule};

/// `XFRM_MSG_*`.
const NEW: c_int = 16;
const DEL: c_int = 17;
const GET: c_int = 18;
const EXPIRED: c_int = 24;
const UPDATE: c_int = 26;

/// `struct xfrm_usersa_info`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Info {
    sel: Selector,
    daddr: [u8; 16],
    spi: u32,
    proto: u8,
    pad: [u8; 3],
    saddr: [u8; 16],
    limits: Limits,
    current: Current,
    stats: Stats,
    seq: u32,
    reqid: u32,
    family: u16,
    mode: u8,
    window: u8,
    flags: u8,
    pad2: [u8; TAIL],
}

/// What the numbers of 64 bits before make the compiler of C add at the end: less on i386.
const TAIL: usize = align_of::<u64>() - 1;

// SAFETY: the padding is fields.
unsafe impl Raw for Info {}

/// `struct xfrm_usersa_id`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Id {
    daddr: [u8; 16],
    spi: u32,
    family: u16,
    proto: u8,
    pad: u8,
}

// SAFETY: the padding is a field.
unsafe impl Raw for Id {}

/// `struct xfrm_encap_tmpl`, ports in the network's order.
#[repr(C)]
#[derive(Clone, Copy)]
struct EncapTemplate {
    encap: Encap,
    pad: u16,
    addr: [u8; 16],
}

// SAFETY: the padding is a field.
unsafe impl Raw for EncapTemplate {}
// SAFETY: 16 bytes.
unsafe impl Raw for [u8; 16] {}
// SAFETY: the padding is a field.
unsafe impl Raw for Offload {}

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    // What is shorter at its head has an association behind that.
    hdrsize: size_of::<Info>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"xfrm/sa", NETLINK_XFRM, &OPS)
};

static MSGTYPES: [nl_msgtype; 5] = [
    nl_msgtype::new(NEW, NL_ACT_NEW, c"new"),
    nl_msgtype::new(DEL, NL_ACT_DEL, c"del"),
    nl_msgtype::new(GET, NL_ACT_GET, c"get"),
    nl_msgtype::new(EXPIRED, NL_ACT_UNSPEC, c"expire"),
    nl_msgtype::new(UPDATE, NL_ACT_NEW, c"update"),
];

/// `XFRMNLGRP_SA` and `XFRMNLGRP_EXPIRE`.
static GROUPS: [nl_af_group; 2] =
    [nl_af_group { family: 0, group: 3 }, nl_af_group { family: 0, group: 2 }];

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live; nothing is sent but the header.
    unsafe {
        crate::send::nl_send_simple(sock, GET, rnl::uapi::NLM_F_DUMP.into(), core::ptr::null(), 0)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the socket is live; the result is the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

/// The association of an address, an SPI and a protocol in a cache, with a reference for the caller, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_get(
    cache: *mut nl_cache,
    daddr: *mut nl_addr,
    spi: c_uint,
    proto: c_uint,
) -> *mut xfrmnl_sa {
    // SAFETY: cache and address are live.
    unsafe {
        first(cache, &OPS, |sa: &xfrmnl_sa| {
            let same = sa.spi == spi && u32::from(sa.proto) == proto;
            same && crate::addr::nl_addr_cmp(sa.daddr, daddr) == 0
        })
    }
}

unsafe fn set_info(sa: &mut xfrmnl_sa, info: &Info) -> Done {
    // SAFETY: NULL or new.
    unsafe {
        info.sel.read(&mut sa.sel)?;
        unwire(&mut sa.daddr, info.family, &info.daddr)?;
        unwire(&mut sa.saddr, info.family, &info.saddr)?;
        let lifetime = xfrmnl_ltime_cfg_alloc();
        let Some(cfg) = lifetime.as_mut() else { return Err(NLE_NOMEM) };
        cfg.limits = info.limits;
        xfrmnl_ltime_cfg_put(core::mem::replace(&mut sa.lifetime, lifetime));
    }
    (sa.spi, sa.proto, sa.family) = (u32::from_be(info.spi), info.proto, info.family);
    (sa.current, sa.stats, sa.seq, sa.reqid) = (info.current, info.stats, info.seq, info.reqid);
    (sa.mode, sa.replay_window, sa.flags) = (info.mode, info.window, info.flags);
    sa.h.mask |= SEL | DADDR | SADDR | SPI | PROTO | FAMILY | LIFETIME | CURRENT | STATS;
    sa.h.mask |= SEQ | REQID | MODE | REPLAY_WINDOW | FLAGS;
    Ok(())
}

macro_rules! algo {
    ($nla:literal, $least:literal, $short:literal, $field:ident, $bit:ident) => {
        Rule {
            nla: $nla,
            least: $least,
            text: false,
            set: |sa: &mut xfrmnl_sa, nla| {
                sa.h.mask |= $bit;
                // SAFETY: the attribute is whole.
                unsafe { sa.$field.read(nla, $short) }
            },
        }
    };
}

/// `XFRMA_*`. The digest with its length is read last, and so it counts.
static ATTRIBUTES: [Rule<xfrmnl_sa>; 19] = [
    algo!(18, 72, false, aead, AEAD),
    algo!(1, 68, true, auth, AUTH),
    algo!(20, 72, false, auth, AUTH),
    algo!(2, 68, true, crypto, CRYPTO),
    algo!(3, 68, true, comp, COMP),
    Rule { nla: 4, least: 24, text: false, set: set_encap },
    rule!(22, 4, |sa, nla| xfrmnl_sa_set_tfcpad(sa, raw(nla))),
    Rule { nla: 14, least: 16, text: false, set: set_coaddr },
    rule!(21, 8, |sa, nla| {
        sa.mark = raw(nla);
        sa.h.mask |= MARK;
    }),
    Rule { nla: 8, least: 8, text: false, set: set_context },
    rule!(12, 4, |sa, nla| xfrmnl_sa_set_replay_maxage(sa, raw(nla))),
    rule!(11, 4, |sa, nla| xfrmnl_sa_set_replay_maxdiff(sa, raw(nla))),
    rule!(10, 12, |sa, nla| {
        sa.replay.narrow = raw(nla);
        sa.h.mask |= REPLAY;
    }),
    Rule { nla: 23, least: 24, text: false, set: set_esn },
    rule!(28, 8, |sa, nla| {
        sa.offload = raw(nla);
        sa.h.mask |= OFFLOAD;
    }),
    // Not read.
    Rule::checked(5, 64),
    Rule::checked(6, size_of::<Info>() as u16),
    Rule::checked(9, 32),
    Rule::checked(13, 16),
];

unsafe fn set_encap(sa: &mut xfrmnl_sa, nla: &nlattr) -> Done {
    // SAFETY: the attribute is long enough.
    unsafe {
        let EncapTemplate { encap: Encap { kind, sport, dport }, addr, .. } = raw(nla);
        sa.encap = Encap { kind, sport: u16::from_be(sport), dport: u16::from_be(dport) };
        sa.h.mask |= ENCAP;
        unwire(&mut sa.encap_addr, sa.family, &addr)
    }
}

unsafe fn set_coaddr(sa: &mut xfrmnl_sa, nla: &nlattr) -> Done {
    sa.h.mask |= COADDR;
    // SAFETY: the attribute is long enough.
    unsafe { unwire(&mut sa.coaddr, sa.family, &raw(nla)) }
}

unsafe fn set_context(sa: &mut xfrmnl_sa, nla: &nlattr) -> Done {
    sa.h.mask |= CONTEXT;
    // SAFETY: the attribute is known to have the head of one.
    unsafe { sa.context.read(nla) }
}

unsafe fn set_esn(sa: &mut xfrmnl_sa, nla: &nlattr) -> Done {
    sa.h.mask |= REPLAY;
    // SAFETY: the attribute is known to have the head of one.
    unsafe { sa.replay.read_esn(nla) }
}

/// What is deleted is in an attribute of its own, `XFRMA_SA`, behind a header that names it.
unsafe fn parse_deleted(sa: &mut xfrmnl_sa, nlh: *mut nlmsghdr) -> Done {
    let size = size_of::<Id>() as c_int;
    // SAFETY: the message has that header.
    unsafe {
        let (head, len) = (nlmsg_attrdata(nlh, size), nlmsg_attrlen(&*nlh, size));
        match nla_find(head, len, 6).as_ref() {
            Some(nla) if nla_len(nla) as usize >= size_of::<Info>() => set_info(sa, &raw(nla)),
            Some(_) => Err(NLE_MSG_TOOSHORT),
            None => Err(NLE_MISSING_ATTR),
        }
    }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is an association; the message is whole.
    unsafe {
        let sa = &mut *obj.cast::<xfrmnl_sa>();
        sa.h.msgtype = (*nlh).nlmsg_type;
        let of = c_int::from(sa.h.msgtype);
        if of == DEL {
            return parse_deleted(sa, nlh);
        }
        // struct xfrm_user_expire: whether a hard limit was reached, and padding.
        let more = if of == EXPIRED { 8 } else { 0 };
        let size = size_of::<Info>() as c_int + more;
        if nlmsg_valid_hdr(&*nlh, size) == 0 {
            return Err(NLE_MSG_TOOSHORT);
        }
        let info: *const Info = nlmsg_data(nlh).cast();
        set_info(sa, &info.read_unaligned())?;
        if more > 0 {
            sa.hard = *info.add(1).cast::<u8>();
            sa.h.mask |= EXPIRE;
        }
        apply(sa, nlmsg_attrdata(nlh, size), nlmsg_attrlen(&*nlh, size), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_parse(nlh: *mut nlmsghdr, result: *mut *mut xfrmnl_sa) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe {
        code(parsed(&OPS, result, |sa: *mut xfrmnl_sa| {
            if nlmsg_valid_hdr(&*nlh, size_of::<Id>() as c_int) == 0 {
                return Err(NLE_MSG_TOOSHORT);
            }
            parse(sa.cast(), nlh)
        }))
    }
}

unsafe fn put_all(msg: &mut nl_msg, sa: &xfrmnl_sa) -> Done {
    let has = |bit| sa.h.mask & bit != 0;
    // SAFETY: what the association points to is NULL or live.
    unsafe {
        sa.aead.put(msg, 18, false)?;
        sa.auth.put(msg, 20, false)?;
        sa.crypto.put(msg, 2, true)?;
        sa.comp.put(msg, 3, true)?;
        if has(ENCAP) {
            let Encap { kind, sport, dport } = sa.encap;
            let encap = Encap { kind, sport: sport.to_be(), dport: dport.to_be() };
            put(msg, 4, &EncapTemplate { encap, pad: 0, addr: wire(sa.encap_addr) })?;
        }
        if has(TFCPAD) {
            put(msg, 22, &sa.tfcpad)?;
        }
        if has(COADDR) {
            put(msg, 14, &wire(sa.coaddr))?;
        }
        if has(MARK) {
            put(msg, 21, &sa.mark)?;
        }
        if has(CONTEXT) {
            sa.context.put(msg)?;
        }
        put_replay(msg, sa)?;
    }
    if has(OFFLOAD) { put(msg, 28, &sa.offload) } else { Ok(()) }
}

unsafe fn put_replay(msg: &mut nl_msg, sa: &xfrmnl_sa) -> Done {
    if sa.h.mask & REPLAY_MAXAGE != 0 {
        put(msg, 12, &sa.replay_maxage)?;
    }
    if sa.h.mask & REPLAY_MAXDIFF != 0 {
        put(msg, 11, &sa.replay_maxdiff)?;
    }
    // SAFETY: the window is the association's.
    if sa.h.mask & REPLAY != 0 { unsafe { sa.replay.put(msg) } } else { Ok(()) }
}

/// What every request about an association must name.
const NAMED: u64 = DADDR | SPI | PROTO;

/// A message that makes or changes one.
unsafe fn info(sa: &xfrmnl_sa, kind: c_int, flags: c_int) -> Result<*mut nl_msg, c_int> {
    if sa.h.mask & NAMED != NAMED {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: what the association points to is NULL or live.
    unsafe {
        let info = Info {
            sel: Selector::of(sa.sel),
            daddr: wire(sa.daddr),
            spi: sa.spi.to_be(),
            proto: sa.proto,
            pad: [0; 3],
            saddr: wire(sa.saddr),
            limits: sa.lifetime.as_ref().map_or(Limits::NONE, |of| of.limits),
            current: Current { bytes: 0, packets: 0, add_time: 0, use_time: 0 },
            stats: Stats { window: 0, replay: 0, failed: 0 },
            seq: 0,
            reqid: sa.reqid,
            family: sa.family,
            mode: sa.mode,
            window: sa.replay_window,
            flags: sa.flags,
            pad2: [0; TAIL],
        };
        filled(message(kind, flags, &info)?, |msg| put_all(msg, sa))
    }
}

/// A message that deletes one.
unsafe fn id(sa: &xfrmnl_sa, kind: c_int, flags: c_int) -> Result<*mut nl_msg, c_int> {
    if sa.h.mask & NAMED != NAMED {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: the address is live.
    unsafe {
        let family = (*sa.daddr).family as u16;
        let (daddr, spi, proto) = (wire(sa.daddr), sa.spi.to_be(), sa.proto);
        let msg = message(kind, flags, &Id { daddr, spi, family, proto, pad: 0 })?;
        filled(msg, |msg| if sa.h.mask & MARK != 0 { put(msg, 21, &sa.mark) } else { Ok(()) })
    }
}

builds! { xfrmnl_sa:
    xfrmnl_sa_build_add_request xfrmnl_sa_add info NEW;
    xfrmnl_sa_build_update_request xfrmnl_sa_update info UPDATE;
    xfrmnl_sa_build_delete_request xfrmnl_sa_delete id DEL;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_build_get_request(
    daddr: *mut nl_addr,
    spi: c_uint,
    proto: c_uint,
    mark_value: c_uint,
    mark_mask: c_uint,
    result: *mut *mut nl_msg,
) -> c_int {
    let mark = Mark { value: mark_value, mask: mark_mask };
    // SAFETY: the address is NULL or live; the result is the caller's.
    unsafe {
        let Some(to) = daddr.as_ref().filter(|_| spi != 0) else { return -NLE_MISSING_ATTR };
        let (family, proto) = (to.family as u16, proto as u8);
        let id = Id { daddr: wire(daddr), spi: spi.to_be(), family, proto, pad: 0 };
        let built = message(GET, 0, &id).and_then(|msg| {
            let marked = mark.value & mark.mask != 0;
            filled(msg, |msg| if marked { put(msg, 21, &mark) } else { Ok(()) })
        });
        give(built, result)
    }
}

/// Asks the kernel for an association.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_get_kernel(
    sock: *mut nl_sock,
    daddr: *mut nl_addr,
    spi: c_uint,
    proto: c_uint,
    mark_value: c_uint,
    mark_mask: c_uint,
    result: *mut *mut xfrmnl_sa,
) -> c_int {
    let mut msg = core::ptr::null_mut();
    // SAFETY: the socket is live; the answer goes to the caller.
    unsafe {
        let failed =
            xfrmnl_sa_build_get_request(daddr, spi, proto, mark_value, mark_mask, &mut msg);
        if failed < 0 { failed } else { ask(sock, msg, result, xfrmnl_sa_parse) }
    }
}
