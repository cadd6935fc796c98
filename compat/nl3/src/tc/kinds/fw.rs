// SPDX-License-Identifier: MIT OR Apache-2.0
//! `fw`, `matchall` and what filters with actions have in common.

use core::ffi::{c_int, c_uint};
use core::ptr::null_mut;

use super::basic::{add_action, last, remove_action};
use super::kept::{Indev, Kept};
use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::*;
use crate::msg::nl_msg;
use crate::tc::act::*;
use crate::tc::dump::{TEXT, handle};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put};
use crate::tc::object::rtnl_tc;

const TCA_FW_CLASSID: u16 = 1;
const TCA_FW_POLICE: u16 = 2;
const TCA_FW_INDEV: u16 = 3;
const TCA_FW_ACT: u16 = 4;
const TCA_FW_MASK: u16 = 5;

#[repr(C)]
pub(super) struct Fw {
    mask: u32,
    classid: u32,
    fwmask: u32,
    act: Kept,
    police: Kept,
    indev: Indev,
}

const CLASSID: u32 = 1;
const FWMASK: u32 = 2;

impl Data for Fw {
    const OF: Of = Of::Fw;
}

pub(super) const FW: rtnl_tc_ops = rtnl_tc_ops::new::<Fw>(c"fw")
    .clone::<Fw>(|fw| {
        let act = fw.act.own();
        fw.police.own().and(act)
    })
    .free::<Fw>(|fw| {
        fw.act.free();
        fw.police.free();
        Ok(())
    })
    .parse(parse_fw)
    .fill(fill_fw)
    .line(fw_line)
    .details(fw_details);

fields! { Fw:
    set rtnl_fw_set_classid(u32) classid: CLASSID;
    set rtnl_fw_set_mask(u32) fwmask: FWMASK;
}

unsafe fn parse_fw(fw: &mut Fw, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        if let Some(classid) = find(options, TCA_FW_CLASSID)? {
            fw.classid = classid;
            fw.mask |= CLASSID;
        }
        if let Some(mask) = find(options, TCA_FW_MASK)? {
            fw.fwmask = mask;
            fw.mask |= FWMASK;
        }
        fw.act.read(options, TCA_FW_ACT)?;
        fw.police.read(options, TCA_FW_POLICE)?;
        fw.indev.read(options, TCA_FW_INDEV)
    }
}

unsafe fn fill_fw(fw: &mut Fw, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if fw.mask & CLASSID != 0 {
        put(msg, TCA_FW_CLASSID, &fw.classid)?;
    }
    // SAFETY: what is kept is live.
    unsafe {
        fw.act.put(msg, TCA_FW_ACT)?;
        fw.police.put(msg, TCA_FW_POLICE)?;
        fw.indev.put(msg, TCA_FW_INDEV)?;
    }
    if fw.mask & FWMASK != 0 {
        put(msg, TCA_FW_MASK, &fw.fwmask)?;
    }
    Ok(())
}

unsafe fn fw_line(fw: &Fw, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if fw.mask & CLASSID != 0 {
        dump!(p, c" target %s", handle(fw.classid, &mut text));
    }
    if fw.mask & FWMASK != 0 {
        dump!(p, c" mask 0x%x", fw.fwmask as c_uint);
    }
}

unsafe fn fw_details(fw: &Fw, p: *mut nl_dump_params) {
    if let Some(name) = fw.indev.name() {
        dump!(p, c"indev %s ", name);
    }
}

#[repr(C)]
pub(super) struct Matchall {
    mask: u32,
    classid: u32,
    flags: u32,
    act: *mut rtnl_tc,
}

const TCA_MATCHALL_CLASSID: u16 = 1;
const TCA_MATCHALL_ACT: u16 = 2;
const TCA_MATCHALL_FLAGS: u16 = 3;
const FLAGS: u32 = 2;

impl Data for Matchall {
    const OF: Of = Of::Matchall;
}

pub(super) const MATCHALL: rtnl_tc_ops = rtnl_tc_ops::new::<Matchall>(c"matchall")
    .clone::<Matchall>(|mall| own_actions(&mut mall.act))
    .free::<Matchall>(|mall| free_actions(&mut mall.act))
    .parse(parse_matchall)
    .fill(fill_matchall)
    .line(matchall_line)
    .details::<Matchall>(|_, p| dump!(p, c"no details for match-all"));

fields! { Matchall:
    set rtnl_mall_set_classid(u32) classid: CLASSID;
    out rtnl_mall_get_classid(u32) classid: CLASSID, NLE_INVAL;
    set rtnl_mall_set_flags(u32) flags: FLAGS;
    out rtnl_mall_get_flags(u32) flags: FLAGS, NLE_INVAL;
}

/// Gives a copy of a filter its own actions.
pub(super) fn own_actions(list: &mut *mut rtnl_tc) -> Done {
    let old = core::mem::replace(list, null_mut());
    // SAFETY: the actions are those of the other filter.
    *list = unsafe { clone_list(old)? };
    Ok(())
}

/// Gives back the actions of a filter.
pub(super) fn free_actions(list: &mut *mut rtnl_tc) -> Done {
    // SAFETY: the filter's references are its own, and not used again.
    unsafe { rtnl_act_put_all(list) };
    Ok(())
}

/// Reads the actions of a filter.
pub(super) unsafe fn parse_actions(list: &mut *mut rtnl_tc, options: &nlattr, kind: u16) -> Done {
    // SAFETY: the options are whole.
    unsafe { last(options, kind).map_or(Ok(()), |nla| done(rtnl_act_parse(list, nla))) }
}

/// Puts the actions of a filter.
pub(super) unsafe fn put_actions(list: *mut rtnl_tc, msg: &mut nl_msg, kind: u16) -> Done {
    // SAFETY: the actions are live.
    if list.is_null() { Ok(()) } else { done(unsafe { rtnl_act_fill(msg, kind.into(), list) }) }
}

unsafe fn parse_matchall(mall: &mut Matchall, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        if let Some(classid) = find(options, TCA_MATCHALL_CLASSID)? {
            mall.classid = classid;
            mall.mask |= CLASSID;
        }
        if let Some(flags) = find(options, TCA_MATCHALL_FLAGS)? {
            mall.flags = flags;
            mall.mask |= FLAGS;
        }
        if last(options, TCA_MATCHALL_ACT).is_some() {
            // With actions, a target of 0 is shown and sent, too.
            mall.mask |= CLASSID | FLAGS;
        }
        parse_actions(&mut mall.act, options, TCA_MATCHALL_ACT)
    }
}

unsafe fn fill_matchall(mall: &mut Matchall, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if mall.mask & CLASSID != 0 {
        put(msg, TCA_MATCHALL_CLASSID, &mall.classid)?;
    }
    if mall.mask & FLAGS != 0 {
        put(msg, TCA_MATCHALL_FLAGS, &mall.flags)?;
    }
    // SAFETY: the actions are live.
    unsafe { put_actions(mall.act, msg, TCA_MATCHALL_ACT) }
}

unsafe fn matchall_line(mall: &Matchall, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if mall.mask & CLASSID != 0 {
        dump!(p, c" target %s", handle(mall.classid, &mut text));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mall_append_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(mall) = cls.data_mut::<Matchall>() else { return -NLE_NOMEM };
    if act.is_null() {
        return 0;
    }
    // With actions, class and flags are sent too.
    mall.mask |= CLASSID | FLAGS;
    // SAFETY: the action is live.
    unsafe { add_action(&mut mall.act, act) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mall_del_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(mall) = cls.data_mut::<Matchall>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { remove_action(&mut mall.act, act, NLE_INVAL) }
}

/// The first action, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mall_get_first_action(cls: &rtnl_tc) -> *mut rtnl_tc {
    cls.data::<Matchall>().map_or(null_mut(), |mall| with_reference(mall.act))
}

/// An action, with a reference for the caller.
pub(super) fn with_reference(act: *mut rtnl_tc) -> *mut rtnl_tc {
    // SAFETY: NULL or live.
    unsafe {
        if !act.is_null() {
            rtnl_act_get(act);
        }
    }
    act
}
