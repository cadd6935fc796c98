// SPDX-License-Identifier: MIT OR Apache-2.0
//! `basic` and `cgroup`: filters of extended matches.

use core::ffi::c_int;
use core::ptr::null_mut;

use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len, nla_type, walk};
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::msg::nl_msg;
use crate::tc::act::{clone_list, rtnl_act_append, rtnl_act_fill, rtnl_act_get, rtnl_act_parse};
use crate::tc::act::{rtnl_act_put, rtnl_act_put_all, rtnl_act_remove};
use crate::tc::dump::{TEXT, handle};
use crate::tc::ematch::{
    clone_tree, dump_tree, rtnl_ematch_fill_attr, rtnl_ematch_parse_attr, rtnl_ematch_tree,
    rtnl_ematch_tree_free,
};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put};
use crate::tc::object::{HANDLE, rtnl_tc};

const TCA_BASIC_CLASSID: u16 = 1;
const TCA_BASIC_EMATCHES: u16 = 2;
const TCA_BASIC_ACT: u16 = 3;
const TCA_CGROUP_EMATCHES: u16 = 3;

#[repr(C)]
pub(super) struct Basic {
    mask: u32,
    target: u32,
    tree: *mut rtnl_ematch_tree,
    act: *mut rtnl_tc,
}

const TARGET: u32 = 1;

impl Data for Basic {
    const OF: Of = Of::Basic;
}

/// The same struct, of which it has the tree alone.
#[repr(C)]
pub(super) struct Cgroup {
    basic: Basic,
}

impl Data for Cgroup {
    const OF: Of = Of::Cgroup;
}

pub(super) const BASIC: rtnl_tc_ops = rtnl_tc_ops::new::<Basic>(c"basic")
    .clone(own)
    .free(free)
    .parse(parse)
    .fill(fill)
    .line(line)
    .details::<Basic>(|basic, p| details(basic, c"no options.\n", p));

pub(super) const CGROUP: rtnl_tc_ops = rtnl_tc_ops::new::<Cgroup>(c"cgroup")
    .clone::<Cgroup>(|cgroup| own_basic(&mut cgroup.basic))
    .free::<Cgroup>(|cgroup| free_basic(&mut cgroup.basic))
    .parse(parse_cgroup)
    .fill(fill_cgroup)
    .keeping_empty()
    .line::<Cgroup>(|cgroup, p| line_of(&cgroup.basic, p))
    .details::<Cgroup>(|cgroup, p| details(&cgroup.basic, c"no options", p));

fields! { Basic:
    put rtnl_basic_set_target(u32) target: TARGET;
    get rtnl_basic_get_target() -> u32 = target;
}

/// Gives a copy its own matches and actions.
fn own_basic(basic: &mut Basic) -> Done {
    let (tree, act) = (basic.tree, basic.act);
    (basic.tree, basic.act) = (null_mut(), null_mut());
    // SAFETY: matches and actions are those of the other one.
    unsafe {
        basic.tree = clone_tree(tree)?;
        basic.act = clone_list(act)?;
    }
    Ok(())
}

unsafe fn own(basic: &mut Basic) -> Done {
    own_basic(basic)
}

fn free_basic(basic: &mut Basic) -> Done {
    // SAFETY: matches and actions are its own, and not used again.
    unsafe {
        rtnl_ematch_tree_free(basic.tree);
        rtnl_act_put_all(&mut basic.act);
    }
    Ok(())
}

unsafe fn free(basic: &mut Basic) -> Done {
    free_basic(basic)
}

/// The last attribute of that type.
pub(super) unsafe fn last(options: &nlattr, kind: u16) -> Option<&nlattr> {
    // SAFETY: the payload is inside the attribute.
    unsafe { walk(nla_data(options).cast(), nla_len(options)) }
        .filter(|nla| nla_type(nla) == kind.into())
        .last()
}

unsafe fn parse_tree(basic: &mut Basic, options: &nlattr, kind: u16) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        last(options, kind).map_or(Ok(()), |nla| done(rtnl_ematch_parse_attr(nla, &mut basic.tree)))
    }
}

unsafe fn parse(basic: &mut Basic, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        if let Some(target) = find(options, TCA_BASIC_CLASSID)? {
            basic.target = target;
            basic.mask |= TARGET;
        }
        parse_tree(basic, options, TCA_BASIC_EMATCHES)?;
        last(options, TCA_BASIC_ACT).map_or(Ok(()), |nla| done(rtnl_act_parse(&mut basic.act, nla)))
    }
}

unsafe fn parse_cgroup(cgroup: &mut Cgroup, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe { parse_tree(&mut cgroup.basic, options, TCA_CGROUP_EMATCHES) }
}

unsafe fn fill_tree(basic: &Basic, msg: &mut nl_msg, kind: u16) -> Done {
    if basic.tree.is_null() {
        return Ok(());
    }
    // SAFETY: the tree is live.
    done(unsafe { rtnl_ematch_fill_attr(msg, kind.into(), basic.tree) })
}

unsafe fn fill(basic: &mut Basic, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    // SAFETY: tree and actions are live.
    unsafe {
        if basic.mask & TARGET != 0 {
            put(msg, TCA_BASIC_CLASSID, &basic.target)?;
        }
        fill_tree(basic, msg, TCA_BASIC_EMATCHES)?;
        if !basic.act.is_null() {
            done(rtnl_act_fill(msg, TCA_BASIC_ACT.into(), basic.act))?;
        }
    }
    Ok(())
}

unsafe fn fill_cgroup(cgroup: &mut Cgroup, tc: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if tc.h.mask & HANDLE == 0 {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: the tree is live.
    unsafe { fill_tree(&cgroup.basic, msg, TCA_CGROUP_EMATCHES) }
}

fn line_of(basic: &Basic, p: *mut nl_dump_params) {
    let mut text = TEXT;
    let what = if basic.tree.is_null() { c" match-all" } else { c" ematch" };
    dump!(p, c"%s", what.as_ptr());
    if basic.mask & TARGET != 0 {
        dump!(p, c" target %s", handle(basic.target, &mut text));
    }
}

unsafe fn line(basic: &Basic, p: *mut nl_dump_params) {
    line_of(basic, p);
}

fn details(basic: &Basic, none: &core::ffi::CStr, p: *mut nl_dump_params) {
    if basic.tree.is_null() {
        dump!(p, c"%s", none.as_ptr());
        return;
    }
    dump_line!(p, c"    ematch ");
    // SAFETY: the tree is live.
    unsafe { dump_tree(basic.tree, p) };
}

/// Replaces the matches.
unsafe fn set_tree(slot: &mut *mut rtnl_ematch_tree, tree: *mut rtnl_ematch_tree) {
    // SAFETY: the old matches are the filter's own.
    unsafe { rtnl_ematch_tree_free(core::mem::replace(slot, tree)) };
}

/// Sets the matches, which become the filter's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_basic_set_ematch(cls: &mut rtnl_tc, tree: *mut rtnl_ematch_tree) {
    if let Some(basic) = cls.data_mut::<Basic>() {
        // SAFETY: the tree is NULL or the caller's.
        unsafe { set_tree(&mut basic.tree, tree) };
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_basic_get_ematch(cls: &rtnl_tc) -> *mut rtnl_ematch_tree {
    cls.data::<Basic>().map_or(null_mut(), |basic| basic.tree)
}

/// Sets the matches, which become the filter's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_cgroup_set_ematch(cls: &mut rtnl_tc, tree: *mut rtnl_ematch_tree) {
    if let Some(cgroup) = cls.data_mut::<Cgroup>() {
        // SAFETY: the tree is NULL or the caller's.
        unsafe { set_tree(&mut cgroup.basic.tree, tree) };
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_cgroup_get_ematch(cls: &rtnl_tc) -> *mut rtnl_ematch_tree {
    cls.data::<Cgroup>().map_or(null_mut(), |cgroup| cgroup.basic.tree)
}

/// Appends an action to a filter's list, which takes a reference.
pub(super) unsafe fn add_action(list: &mut *mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    if act.is_null() {
        return 0;
    }
    // SAFETY: the action is live.
    unsafe {
        let answer = rtnl_act_append(list, act);
        if answer == 0 {
            rtnl_act_get(act);
        }
        // To add it again changes nothing.
        if answer == -NLE_EXIST { 0 } else { answer }
    }
}

/// Takes an action out of a filter's list, which gives its reference back.
pub(super) unsafe fn remove_action(
    list: &mut *mut rtnl_tc,
    act: *mut rtnl_tc,
    none: c_int,
) -> c_int {
    if act.is_null() {
        return 0;
    }
    if list.is_null() {
        return -none;
    }
    // SAFETY: the action is live.
    unsafe {
        let answer = rtnl_act_remove(list, act);
        if answer == 0 {
            rtnl_act_put(act);
        }
        answer
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_basic_add_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(basic) = cls.data_mut::<Basic>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { add_action(&mut basic.act, act) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_basic_del_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(basic) = cls.data_mut::<Basic>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { remove_action(&mut basic.act, act, NLE_INVAL) }
}

/// The first action, which stays the filter's.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_basic_get_action(cls: &rtnl_tc) -> *mut rtnl_tc {
    cls.data::<Basic>().map_or(null_mut(), |basic| basic.act)
}
