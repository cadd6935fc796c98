// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies of IPsec, `xfrm/sp`: the object, its accessors, its dumps.

use core::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use core::mem::offset_of;

use super::context::{Context, Head};
use super::lifetime::{Limits, xfrmnl_ltime_cfg, xfrmnl_ltime_cfg_clone, xfrmnl_ltime_cfg_cmp};
use super::lifetime::{xfrmnl_ltime_cfg_get, xfrmnl_ltime_cfg_put};
use super::replay::{Current, dump_current};
use super::sel::*;
use super::tmpl::*;
use super::*;
use crate::abi::nl_list_head;
use crate::dump::dump_line;
use crate::list;
use crate::object::*;
use crate::rows::{How, accessors, attrs};
use crate::utils::nl_ip_proto2str;

/// A policy.
#[repr(C)]
pub struct xfrmnl_sp {
    pub(super) h: nl_object,
    pub(super) sel: *mut xfrmnl_sel,
    pub(super) lifetime: *mut xfrmnl_ltime_cfg,
    pub(super) current: Current,
    pub(super) priority: u32,
    pub(super) index: u32,
    pub(super) dir: u8,
    pub(super) action: u8,
    pub(super) flags: u8,
    pub(super) share: u8,
    pub(super) kind: u8,
    pub(super) context: Context,
    pub(super) templates: nl_list_head,
    count: u32,
    pub(super) mark: Mark,
}

attrs! { xfrmnl_sp {
    SEL = 0 "selector" Own,
    LIFETIME = 1 "lifetime_cfg" Own,
    CURRENT = 2 "lifetime_cur" Aside(current),
    PRIORITY = 3 "priority" Int(priority),
    INDEX = 4 "index" Int(index),
    DIR = 5 "direction" Int(dir),
    ACTION = 6 "action" Int(action),
    FLAGS = 7 "flags" Int(flags),
    SHARE = 8 "share" Int(share),
    KIND = 9 "policy_type" Int(kind),
    CONTEXT = 10 "security_context" Own,
    TEMPLATES = 11 "user_template" Own,
    MARK = 12 "mark" Bytes(mark),
} }

pub(super) static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (SEL | INDEX | DIR) as u32,
    keys: (INDEX | DIR) as u32,
    names: NAMES,
    init: Some(init),
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: [Some(dump_all); 3],
    ..nl_object_ops::new::<xfrmnl_sp>(c"xfrm/sp", ATTRS)
};

accessors! { xfrmnl_sp:
    get xfrmnl_sp_get_sel() -> *mut xfrmnl_sel = sel;
    get xfrmnl_sp_get_lifetime_cfg() -> *mut xfrmnl_ltime_cfg = lifetime;
    get xfrmnl_sp_get_priority() -> c_int = priority: PRIORITY, -1;
    get xfrmnl_sp_get_index() -> c_int = index: INDEX, -1;
    get xfrmnl_sp_get_dir() -> c_int = dir: DIR, -1;
    get xfrmnl_sp_get_action() -> c_int = action: ACTION, -1;
    get xfrmnl_sp_get_flags() -> c_int = flags: FLAGS, -1;
    get xfrmnl_sp_get_share() -> c_int = share: SHARE, -1;
    get xfrmnl_sp_get_userpolicy_type() -> c_int = kind: KIND, -1;
}

sets! { xfrmnl_sp:
    xfrmnl_sp_set_priority priority PRIORITY;
    xfrmnl_sp_set_index index INDEX;
    xfrmnl_sp_set_dir dir DIR;
    xfrmnl_sp_set_action action ACTION;
    xfrmnl_sp_set_flags flags FLAGS;
    xfrmnl_sp_set_share share SHARE;
    xfrmnl_sp_set_userpolicy_type kind KIND;
}

mark_accessors! { xfrmnl_sp, MARK: xfrmnl_sp_get_mark xfrmnl_sp_set_mark }

parts! { xfrmnl_sp:
    xfrmnl_sp_set_sel(xfrmnl_sel) sel SEL xfrmnl_sel_get xfrmnl_sel_put;
    xfrmnl_sp_set_lifetime_cfg(xfrmnl_ltime_cfg) lifetime LIFETIME xfrmnl_ltime_cfg_get xfrmnl_ltime_cfg_put;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sp_alloc() -> *mut xfrmnl_sp {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_put(sp: *mut xfrmnl_sp) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(sp.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sp_get_curlifetime(
    sp: &xfrmnl_sp,
    bytes: &mut c_ulonglong,
    packets: &mut c_ulonglong,
    add_time: &mut c_ulonglong,
    use_time: &mut c_ulonglong,
) -> c_int {
    [*bytes, *packets, *add_time, *use_time] = sp.current.get();
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_get_sec_ctx(
    sp: &xfrmnl_sp,
    len: &mut c_uint,
    exttype: &mut c_uint,
    alg: &mut c_uint,
    doi: &mut c_uint,
    ctx_len: &mut c_uint,
    ctx: *mut c_char,
) -> c_int {
    // SAFETY: the caller has room for the text.
    let Some(head) = (unsafe { sp.context.get(ctx) }) else { return -1 };
    (*len, *exttype, *alg) = (head.len.into(), head.exttype.into(), head.alg.into());
    (*doi, *ctx_len) = (head.doi.into(), head.ctx_len.into());
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_set_sec_ctx(
    sp: &mut xfrmnl_sp,
    len: c_uint,
    exttype: c_uint,
    alg: c_uint,
    doi: c_uint,
    ctx_len: c_uint,
    ctx: *mut c_char,
) -> c_int {
    let (len, exttype, ctx_len) = (len as u16, exttype as u16, ctx_len as u16);
    let head = Head { len, exttype, alg: alg as u8, doi: doi as u8, ctx_len };
    // SAFETY: the caller's text has that length.
    if let Err(error) = unsafe { sp.context.set(head, ctx.cast(), ctx_len.into()) } {
        return -error;
    }
    sp.h.mask |= CONTEXT;
    0
}

/// The templates of a policy.
pub(super) unsafe fn templates(sp: *const xfrmnl_sp) -> list::Iter<xfrmnl_user_tmpl> {
    // SAFETY: the policy is live.
    unsafe {
        let head = (&raw const (*sp).templates).cast_mut();
        list::iter(head, offset_of!(xfrmnl_user_tmpl, link))
    }
}

/// Gives a template to a policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_add_usertemplate(
    sp: *mut xfrmnl_sp,
    tmpl: *mut xfrmnl_user_tmpl,
) {
    // SAFETY: both are live, and the template is in no list.
    unsafe {
        list::add_tail(&raw mut (*tmpl).link, &raw mut (*sp).templates);
        (*sp).count += 1;
        (*sp).h.mask |= TEMPLATES;
    }
}

/// Takes it back: it is the caller's again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_remove_usertemplate(
    sp: *mut xfrmnl_sp,
    tmpl: *mut xfrmnl_user_tmpl,
) {
    // SAFETY: both are live, and the template is the policy's.
    unsafe {
        if (*sp).h.mask & TEMPLATES != 0 {
            (*sp).count = (*sp).count.saturating_sub(1);
            list::remove(&raw mut (*tmpl).link);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sp_get_usertemplates(sp: &mut xfrmnl_sp) -> *mut nl_list_head {
    if sp.h.mask & TEMPLATES != 0 { &mut sp.templates } else { core::ptr::null_mut() }
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sp_get_nusertemplates(sp: &xfrmnl_sp) -> c_int {
    sp.count as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_foreach_usertemplate(
    sp: *mut xfrmnl_sp,
    cb: unsafe extern "C" fn(*mut xfrmnl_user_tmpl, *mut c_void),
    arg: *mut c_void,
) {
    // SAFETY: the policy is live; the callback takes the caller's own argument.
    unsafe { templates(sp).for_each(|tmpl| cb(tmpl, arg)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sp_usertemplate_n(
    sp: *mut xfrmnl_sp,
    n: c_int,
) -> *mut xfrmnl_user_tmpl {
    let Ok(n) = usize::try_from(n) else { return core::ptr::null_mut() };
    // SAFETY: the policy is live.
    unsafe { templates(sp).nth(n).unwrap_or(core::ptr::null_mut()) }
}

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is a policy.
    unsafe { list::init(&raw mut (*obj.cast::<xfrmnl_sp>()).templates) };
}

unsafe fn free(obj: *mut nl_object) {
    let sp = obj.cast::<xfrmnl_sp>();
    // SAFETY: the object is a policy, and what it points to is its own.
    unsafe {
        xfrmnl_sel_put((*sp).sel);
        xfrmnl_ltime_cfg_put((*sp).lifetime);
        (*sp).context.free();
        templates(sp).for_each(|tmpl| xfrmnl_user_tmpl_free(tmpl));
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    let (new, from) = (new.cast::<xfrmnl_sp>(), from.cast::<xfrmnl_sp>());
    // SAFETY: both are policies; what is the other's is replaced before anything can fail.
    unsafe {
        init(new.cast());
        (*new).count = 0;
        ((*new).sel, (*new).lifetime) = (core::ptr::null_mut(), core::ptr::null_mut());
        let context = (*new).context.clone_from((*from).context.0);
        if let Some(sel) = (*from).sel.as_ref() {
            (*new).sel = xfrmnl_sel_clone(sel);
        }
        if let Some(lifetime) = (*from).lifetime.as_ref() {
            (*new).lifetime = xfrmnl_ltime_cfg_clone(lifetime);
        }
        for tmpl in templates(from) {
            let copy = xfrmnl_user_tmpl_clone(&*tmpl);
            if copy.is_null() {
                return Err(NLE_NOMEM);
            }
            xfrmnl_sp_add_usertemplate(new, copy);
        }
        let whole = (*new).sel.is_null() == (*from).sel.is_null()
            && (*new).lifetime.is_null() == (*from).lifetime.is_null();
        if whole { context } else { Err(NLE_NOMEM) }
    }
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, both: u64, _: How) -> u64 {
    let (a, b) = (a.cast::<xfrmnl_sp>(), b.cast::<xfrmnl_sp>());
    // SAFETY: both are policies, and have the parts whose bits are set.
    unsafe {
        let mut differ = 0;
        if both & SEL != 0 && xfrmnl_sel_cmp(&*(*a).sel, &*(*b).sel) != 0 {
            differ |= SEL;
        }
        if both & LIFETIME != 0 && xfrmnl_ltime_cfg_cmp(&*(*a).lifetime, &*(*b).lifetime) != 0 {
            differ |= LIFETIME;
        }
        if both & CONTEXT != 0 && (*a).context.differs(&(*b).context) {
            differ |= CONTEXT;
        }
        let other = |(a, b): (*mut xfrmnl_user_tmpl, *mut xfrmnl_user_tmpl)| {
            xfrmnl_user_tmpl_cmp(&*a, &*b) != 0
        };
        if (*a).count != (*b).count || templates(a).zip(templates(b)).any(other) {
            differ |= both & TEMPLATES;
        }
        differ
    }
}

unsafe fn dump_selector(sel: &xfrmnl_sel, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    let number = |port: u16| c_uint::from(port);
    // SAFETY: the addresses are NULL or live; the buffer is ours and as long as it says.
    unsafe {
        crate::dump::nl_new_line(p);
        dump_ends(p, sel.saddr, sel.daddr, sel.family.into());
        dump!(p, c"\n");
        dump_line!(p, c"src port/mask: %d/%d ", number(sel.dport), number(sel.dportmask));
        dump!(p, c"dst port/mask: %d/%d\n", number(sel.sport), number(sel.sportmask));
        let proto = nl_ip_proto2str(sel.proto.into(), buf, 64);
        dump_line!(p, c"protocol: %s ifindex: %u uid: %u\n", proto, sel.ifindex, sel.userid);
    }
}

unsafe fn dump_policy(sp: &xfrmnl_sp, p: *mut nl_dump_params) {
    let mut text = [[0 as c_char; 64]; 4];
    let [a, b, c, d] = &mut text;
    // SAFETY: the buffers are ours and as long as they say.
    unsafe {
        let dir = DIRS.to_str(sp.dir.into(), a.as_mut_ptr(), 64);
        let action = ACTIONS.to_str(sp.action.into(), b.as_mut_ptr(), 64);
        let share = SHARES.to_str(sp.share.into(), c.as_mut_ptr(), 64);
        // Cut as it has always been.
        let flags = SP_FLAGS.flags(sp.flags.into(), d.as_mut_ptr(), 32);
        dump_line!(p, c"\tdir: %s action: %s index: %u ", dir, action, sp.index);
        dump!(p, c"priority: %u share: %s ", sp.priority, share);
        dump!(p, c"flags: %s(0x%x) \n", flags, c_uint::from(sp.flags));
    }
}

unsafe fn dump_all(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 32];
    // SAFETY: the object is a policy, and what it points to is NULL or live; all zeros are a selector.
    unsafe {
        let sp = &*obj.cast::<xfrmnl_sp>();
        let has = |bit| sp.h.mask & bit != 0;
        let nothing: xfrmnl_sel = core::mem::zeroed();
        dump_selector(sp.sel.as_ref().unwrap_or(&nothing), p);
        dump_policy(sp, p);
        sp.lifetime.as_ref().map_or(Limits::NONE, |of| of.limits).dump(p, c" \n");
        dump_current(p, &sp.current, c"\t\t%llu bytes, %llu packets\n");
        if has(CONTEXT) {
            sp.context.dump(p, c"User security context:");
        }
        if has(KIND) {
            let kind = TYPES.to_str(sp.kind.into(), text.as_mut_ptr(), text.len());
            dump_line!(p, c"\tUser policy type: %s\n", kind);
        }
        if has(TEMPLATES) {
            dump_line!(p, c"\tUser template: \n");
            templates(sp).for_each(|tmpl| xfrmnl_user_tmpl_dump(&*tmpl, p));
        }
        if has(MARK) {
            dump_line!(p, c"\tMark mask: 0x%x Mark value: 0x%x\n", sp.mark.mask, sp.mark.value);
        }
        dump!(p, c"\n");
    }
}
