// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies as messages.

use core::ffi::{c_int, c_uint};

use super::lifetime::{Limits, xfrmnl_ltime_cfg_alloc, xfrmnl_ltime_cfg_put};
use super::replay::Current;
use super::sel::Selector;
use super::sp::*;
use super::tmpl::Template;
use super::*;
use crate::attr::{nla_find, nla_len, nla_nest_end, nla_nest_start};
use crate::cache::{nl_cache, nl_cache_alloc_and_fill};
use crate::error::{NLE_MISSING_ATTR, NLE_MSG_TOOSHORT, code};
use crate::finder::first;
use crate::mngt::{NL_ACT_DEL, NL_ACT_GET, NL_ACT_NEW, nl_af_group, nl_cache_ops, nl_msgtype};
use crate::object::*;
use crate::rules::{Rule, apply, rule};

/// `XFRM_MSG_*`.
const NEW: c_int = 19;
const DEL: c_int = 20;
const GET: c_int = 21;
const UPDATE: c_int = 25;

/// `struct xfrm_userpolicy_info`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Info {
    sel: Selector,
    limits: Limits,
    current: Current,
    priority: u32,
    index: u32,
    dir: u8,
    action: u8,
    flags: u8,
    share: u8,
    pad: [u8; TAIL],
}

/// What the numbers of 64 bits before make the compiler of C add at the end: nothing on i386.
const TAIL: usize = align_of::<u64>() - 4;

// SAFETY: the padding is a field.
unsafe impl Raw for Info {}

/// `struct xfrm_userpolicy_id`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Id {
    sel: Selector,
    index: u32,
    dir: u8,
    pad: [u8; 3],
}

// SAFETY: the padding is a field.
unsafe impl Raw for Id {}

/// `struct xfrm_userpolicy_type`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Kind {
    kind: u8,
    pad: [u8; 5],
}

// SAFETY: the padding is a field.
unsafe impl Raw for Kind {}

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    // Of the shortest message; the others are looked at when they are read.
    hdrsize: size_of::<Id>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"xfrm/sp", NETLINK_XFRM, &OPS)
};

static MSGTYPES: [nl_msgtype; 4] = [
    nl_msgtype::new(NEW, NL_ACT_NEW, c"new"),
    nl_msgtype::new(DEL, NL_ACT_DEL, c"del"),
    nl_msgtype::new(GET, NL_ACT_GET, c"get"),
    nl_msgtype::new(UPDATE, NL_ACT_NEW, c"update"),
];

/// `XFRMNLGRP_POLICY`.
static GROUPS: [nl_af_group; 1] = [nl_af_group { family: 0, group: 4 }];

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live; nothing is sent but the header.
    unsafe {
        crate::send::nl_send_simple(sock, GET, rnl::uapi::NLM_F_DUMP.into(), core::ptr::null(), 0)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the socket is live; the result is the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

/// The policy of an index and a direction in a cache, with a reference for the caller, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_get(
    cache: *mut nl_cache,
    index: c_uint,
    dir: c_uint,
) -> *mut xfrmnl_sp {
    let is = |sp: &xfrmnl_sp| sp.index == index && u32::from(sp.dir) == dir;
    // SAFETY: the cache is live.
    unsafe { first(cache, &OPS, is) }
}

unsafe fn set_info(sp: &mut xfrmnl_sp, info: &Info) -> Done {
    // SAFETY: NULL or new.
    unsafe {
        info.sel.read(&mut sp.sel)?;
        let lifetime = xfrmnl_ltime_cfg_alloc();
        let Some(cfg) = lifetime.as_mut() else { return Err(NLE_NOMEM) };
        cfg.limits = info.limits;
        xfrmnl_ltime_cfg_put(core::mem::replace(&mut sp.lifetime, lifetime));
    }
    sp.current = info.current;
    (sp.priority, sp.index, sp.dir) = (info.priority, info.index, info.dir);
    (sp.action, sp.flags, sp.share) = (info.action, info.flags, info.share);
    sp.h.mask |= SEL | LIFETIME | CURRENT | PRIORITY | INDEX | DIR | ACTION | FLAGS | SHARE;
    Ok(())
}

/// `XFRMA_*`.
static ATTRIBUTES: [Rule<xfrmnl_sp>; 5] = [
    Rule { nla: 8, least: 8, text: false, set: set_context },
    rule!(16, 6, |sp, nla| xfrmnl_sp_set_userpolicy_type(sp, raw::<Kind>(nla).kind.into())),
    Rule { nla: 5, least: 64, text: false, set: set_templates },
    rule!(21, 8, |sp, nla| {
        sp.mark = raw(nla);
        sp.h.mask |= MARK;
    }),
    // Not read.
    Rule::checked(7, size_of::<Info>() as u16),
];

unsafe fn set_context(sp: &mut xfrmnl_sp, nla: &nlattr) -> Done {
    sp.h.mask |= CONTEXT;
    // SAFETY: the attribute is known to have the head of one.
    unsafe { sp.context.read(nla) }
}

unsafe fn set_templates(sp: &mut xfrmnl_sp, nla: &nlattr) -> Done {
    let first: *const Template = nla_data(nla).cast();
    for at in 0..nla_len(nla) as usize / size_of::<Template>() {
        // SAFETY: the attribute has so many.
        unsafe {
            let tmpl = first.add(at).read_unaligned().read()?;
            xfrmnl_sp_add_usertemplate(sp, tmpl);
        }
    }
    Ok(())
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a policy; the message is whole.
    unsafe {
        let sp = &mut *obj.cast::<xfrmnl_sp>();
        sp.h.msgtype = (*nlh).nlmsg_type;
        let deleted = c_int::from(sp.h.msgtype) == DEL;
        let size = if deleted { size_of::<Id>() } else { size_of::<Info>() } as c_int;
        if nlmsg_valid_hdr(&*nlh, size) == 0 {
            return Err(NLE_MSG_TOOSHORT);
        }
        let (head, len) = (nlmsg_attrdata(nlh, size), nlmsg_attrlen(&*nlh, size));
        if !deleted {
            set_info(sp, &nlmsg_data(nlh).cast::<Info>().read_unaligned())?;
            return apply(sp, head, len, &ATTRIBUTES);
        }
        // What was deleted is in an attribute of its own, XFRMA_POLICY.
        match nla_find(head, len, 7).as_ref() {
            Some(nla) if nla_len(nla) as usize >= size_of::<Info>() => set_info(sp, &raw(nla)),
            _ => Err(NLE_MISSING_ATTR),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_parse(nlh: *mut nlmsghdr, result: *mut *mut xfrmnl_sp) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe { code(parsed(&OPS, result, |sp: *mut xfrmnl_sp| parse(sp.cast(), nlh))) }
}

unsafe fn put_templates(msg: &mut nl_msg, sp: &xfrmnl_sp) -> Done {
    // SAFETY: the templates are the policy's; the nest begins and ends in this message.
    unsafe {
        let start = nla_nest_start(msg, 5);
        if start.is_null() {
            return Err(NLE_MSGSIZE);
        }
        for tmpl in templates(sp) {
            let one = Template::of(&*tmpl);
            let data = (&raw const one).cast();
            done(nlmsg_append(msg, data, size_of::<Template>(), 4)).map_err(|_| NLE_MSGSIZE)?;
        }
        done(nla_nest_end(msg, start))
    }
}

unsafe fn put_all(msg: &mut nl_msg, sp: &xfrmnl_sp) -> Done {
    let has = |bit| sp.h.mask & bit != 0;
    // SAFETY: what the policy points to is live.
    unsafe {
        if has(CONTEXT) {
            sp.context.put(msg)?;
        }
        if has(KIND) {
            put(msg, 16, &Kind { kind: sp.kind, pad: [0; 5] })?;
        }
        if has(TEMPLATES) {
            put_templates(msg, sp)?;
        }
    }
    if has(MARK) { put(msg, 21, &sp.mark) } else { Ok(()) }
}

/// A message that makes or changes a policy.
unsafe fn info(sp: &xfrmnl_sp, kind: c_int, flags: c_int) -> Result<*mut nl_msg, c_int> {
    if sp.h.mask & DIR == 0 {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: what the policy points to is NULL or live.
    unsafe {
        let info = Info {
            sel: Selector::of(sp.sel),
            limits: sp.lifetime.as_ref().map_or(Limits::NONE, |of| of.limits),
            current: Current { bytes: 0, packets: 0, add_time: 0, use_time: 0 },
            priority: sp.priority,
            index: sp.index,
            dir: sp.dir,
            action: sp.action,
            flags: sp.flags,
            share: sp.share,
            pad: [0; TAIL],
        };
        filled(message(kind, flags, &info)?, |msg| put_all(msg, sp))
    }
}

/// A message that deletes one.
unsafe fn id(sp: &xfrmnl_sp, _: c_int, flags: c_int) -> Result<*mut nl_msg, c_int> {
    if sp.h.mask & DIR == 0 {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: what the policy points to is NULL or live.
    unsafe {
        let id = Id { sel: Selector::of(sp.sel), index: sp.index, dir: sp.dir, pad: [0; 3] };
        filled(message(DEL, flags, &id)?, |msg| {
            if sp.h.mask & CONTEXT != 0 {
                sp.context.put(msg)?;
            }
            if sp.h.mask & MARK != 0 { put(msg, 21, &sp.mark) } else { Ok(()) }
        })
    }
}

builds! { xfrmnl_sp:
    xfrmnl_sp_build_add_request xfrmnl_sp_add info NEW;
    xfrmnl_sp_build_update_request xfrmnl_sp_update info UPDATE;
    xfrmnl_sp_build_delete_request xfrmnl_sp_delete id DEL;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_build_get_request(
    index: c_uint,
    dir: c_uint,
    mark_value: c_uint,
    mark_mask: c_uint,
    result: *mut *mut nl_msg,
) -> c_int {
    let mark = Mark { value: mark_value, mask: mark_mask };
    // SAFETY: the result is the caller's.
    unsafe {
        let id = Id { sel: Selector::of(core::ptr::null()), index, dir: dir as u8, pad: [0; 3] };
        let built = message(GET, 0, &id).and_then(|msg| {
            let marked = mark.value & mark.mask != 0;
            filled(msg, |msg| if marked { put(msg, 21, &mark) } else { Ok(()) })
        });
        give(built, result)
    }
}

/// Asks the kernel for a policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_get_kernel(
    sock: *mut nl_sock,
    index: c_uint,
    dir: c_uint,
    mark_value: c_uint,
    mark_mask: c_uint,
    result: *mut *mut xfrmnl_sp,
) -> c_int {
    let mut msg = core::ptr::null_mut();
    // SAFETY: the socket is live; the answer goes to the caller.
    unsafe {
        let failed = xfrmnl_sp_build_get_request(index, dir, mark_value, mark_mask, &mut msg);
        if failed < 0 { failed } else { ask(sock, msg, result, xfrmnl_sp_parse) }
    }
}
