// SPDX-License-Identifier: MIT OR Apache-2.0
//! `dsmark`: marks packets for differentiated services.

use core::ffi::{c_int, c_uint};

use crate::abi::{nl_dump_params, nlattr};
use crate::attr::nla_put_flag;
use crate::dump::dump;
use crate::error::{Done, NLE_NOATTR, done};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{check, find, put};
use crate::tc::object::rtnl_tc;

const TCA_DSMARK_INDICES: u16 = 1;
const TCA_DSMARK_DEFAULT_INDEX: u16 = 2;
const TCA_DSMARK_SET_TC_INDEX: u16 = 3;
const TCA_DSMARK_MASK: u16 = 4;
const TCA_DSMARK_VALUE: u16 = 5;

/// The fewest bytes of attributes, those of qdiscs and those of classes.
const LEAST: [(u16, c_int); 4] = [
    (TCA_DSMARK_INDICES, 2),
    (TCA_DSMARK_DEFAULT_INDEX, 2),
    (TCA_DSMARK_MASK, 1),
    (TCA_DSMARK_VALUE, 1),
];

#[repr(C)]
pub(super) struct Dsmark {
    mask: u32,
    indices: u16,
    default_index: u16,
    set_tc_index: u32,
}

const INDICES: u32 = 1;
const DEFAULT_INDEX: u32 = 2;
const SET_TC_INDEX: u32 = 4;

impl Data for Dsmark {
    const OF: Of = Of::Dsmark;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Dsmark>(c"dsmark").parse(parse).fill(fill).line(line).details(details);

fields! { Dsmark:
    set rtnl_qdisc_dsmark_set_indices(u16) indices: INDICES;
    get rtnl_qdisc_dsmark_get_indices() -> c_int = indices: INDICES, -NLE_NOATTR;
    set rtnl_qdisc_dsmark_set_default_index(u16) default_index: DEFAULT_INDEX;
    get rtnl_qdisc_dsmark_get_default_index() -> c_int = default_index: DEFAULT_INDEX, -NLE_NOATTR;
    get rtnl_qdisc_dsmark_get_set_tc_index() -> c_int = set_tc_index: SET_TC_INDEX, -NLE_NOATTR;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_dsmark_set_set_tc_index(qdisc: &mut rtnl_tc, flag: c_int) -> c_int {
    let Ok(dsmark) = qdisc.wanted::<Dsmark>() else { return -crate::error::NLE_NOMEM };
    dsmark.set_tc_index = (flag != 0).into();
    dsmark.mask |= SET_TC_INDEX;
    0
}

unsafe fn parse(dsmark: &mut Dsmark, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        check(options, &LEAST)?;
        if let Some(indices) = find(options, TCA_DSMARK_INDICES)? {
            dsmark.indices = indices;
            dsmark.mask |= INDICES;
        }
        if let Some(index) = find(options, TCA_DSMARK_DEFAULT_INDEX)? {
            dsmark.default_index = index;
            dsmark.mask |= DEFAULT_INDEX;
        }
        if find::<()>(options, TCA_DSMARK_SET_TC_INDEX)?.is_some() {
            dsmark.set_tc_index = 1;
            dsmark.mask |= SET_TC_INDEX;
        }
    }
    Ok(())
}

unsafe fn fill(dsmark: &mut Dsmark, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if dsmark.mask & INDICES != 0 {
        put(msg, TCA_DSMARK_INDICES, &dsmark.indices)?;
    }
    if dsmark.mask & DEFAULT_INDEX != 0 {
        put(msg, TCA_DSMARK_DEFAULT_INDEX, &dsmark.default_index)?;
    }
    if dsmark.mask & SET_TC_INDEX != 0 {
        // SAFETY: a flag has no payload.
        done(unsafe { nla_put_flag(msg, TCA_DSMARK_SET_TC_INDEX.into()) })?;
    }
    Ok(())
}

unsafe fn line(dsmark: &Dsmark, p: *mut nl_dump_params) {
    if dsmark.mask & INDICES != 0 {
        dump!(p, c" indices 0x%04x", c_uint::from(dsmark.indices));
    }
}

unsafe fn details(dsmark: &Dsmark, p: *mut nl_dump_params) {
    if dsmark.mask & DEFAULT_INDEX != 0 {
        dump!(p, c" default index 0x%04x", c_uint::from(dsmark.default_index));
    }
    if dsmark.mask & SET_TC_INDEX != 0 {
        dump!(p, c" set-tc-index");
    }
}

#[repr(C)]
pub(super) struct Class {
    mask: u32,
    bitmask: u8,
    value: u8,
}

const BITMASK: u32 = 1;
const VALUE: u32 = 2;

impl Data for Class {
    const OF: Of = Of::DsmarkClass;
}

pub(super) const CLASS: rtnl_tc_ops =
    rtnl_tc_ops::new::<Class>(c"dsmark").parse(parse_class).fill(fill_class).line(class_line);

fields! { Class:
    set rtnl_class_dsmark_set_bitmask(u8) bitmask: BITMASK;
    get rtnl_class_dsmark_get_bitmask() -> c_int = bitmask: BITMASK, -NLE_NOATTR;
    set rtnl_class_dsmark_set_value(u8) value: VALUE;
    get rtnl_class_dsmark_get_value() -> c_int = value: VALUE, -NLE_NOATTR;
}

unsafe fn parse_class(class: &mut Class, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        check(options, &LEAST)?;
        if let Some(mask) = find(options, TCA_DSMARK_MASK)? {
            class.bitmask = mask;
            class.mask |= BITMASK;
        }
        if let Some(value) = find(options, TCA_DSMARK_VALUE)? {
            class.value = value;
            class.mask |= VALUE;
        }
    }
    Ok(())
}

unsafe fn fill_class(class: &mut Class, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if class.mask & BITMASK != 0 {
        put(msg, TCA_DSMARK_MASK, &class.bitmask)?;
    }
    if class.mask & VALUE != 0 {
        put(msg, TCA_DSMARK_VALUE, &class.value)?;
    }
    Ok(())
}

unsafe fn class_line(class: &Class, p: *mut nl_dump_params) {
    if class.mask & VALUE != 0 {
        dump!(p, c" value 0x%02x", c_uint::from(class.value));
    }
    if class.mask & BITMASK != 0 {
        dump!(p, c" mask 0x%02x", c_uint::from(class.bitmask));
    }
}
