// SPDX-License-Identifier: MIT OR Apache-2.0
//! `hfsc`: hierarchical fair service curves.

use core::ffi::c_int;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::{Done, NLE_NOMEM, NLE_OPNOTSUPP};
use crate::msg::nl_msg;
use crate::tc::dump::{TEXT, handle};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, find, put, read};
use crate::tc::object::rtnl_tc;

#[repr(C)]
pub(super) struct Hfsc {
    mask: u32,
    defcls: u32,
}

const DEFCLS: u32 = 1;

impl Data for Hfsc {
    const OF: Of = Of::Hfsc;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Hfsc>(c"hfsc").parse(parse).fill(fill).line(line);

fields! { Hfsc:
    set rtnl_qdisc_hfsc_set_defcls(u32) defcls: DEFCLS;
    get rtnl_qdisc_hfsc_get_defcls() -> u32 = defcls: DEFCLS, 0;
}

unsafe fn parse(hfsc: &mut Hfsc, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    hfsc.defcls = unsafe { read::<u16>(options)? }.into();
    hfsc.mask = DEFCLS;
    Ok(())
}

unsafe fn fill(hfsc: &mut Hfsc, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    append(msg, &(hfsc.defcls as u16))
}

unsafe fn line(hfsc: &Hfsc, p: *mut nl_dump_params) {
    let mut text = TEXT;
    if hfsc.mask & DEFCLS != 0 {
        dump!(p, c" default-class %s", handle(hfsc.defcls, &mut text));
    }
}

/// `struct tc_service_curve`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct tc_service_curve {
    m1: u32,
    d: u32,
    m2: u32,
}

/// The curves for real time, for sharing and for the upper limit, which are the attributes from 1 on.
#[repr(C)]
pub(super) struct Class {
    mask: u32,
    curves: [tc_service_curve; 3],
}

impl Class {
    /// Those that are set, with their attributes.
    fn set(&self) -> impl Iterator<Item = (u16, &tc_service_curve)> {
        (1..).zip(&self.curves).filter(|(kind, _)| self.mask & (1 << kind) != 0)
    }
}

impl Data for Class {
    const OF: Of = Of::HfscClass;
}

pub(super) const CLASS: rtnl_tc_ops = rtnl_tc_ops::new::<Class>(c"hfsc")
    .parse(parse_class)
    .fill(fill_class)
    .line(class_line)
    .details::<Class>(|_, _| ());

unsafe fn parse_class(class: &mut Class, _: &mut rtnl_tc, options: &nlattr) -> Done {
    for (kind, curve) in (1..).zip(class.curves.iter_mut()) {
        // SAFETY: the options are whole.
        if let Some(new) = unsafe { find(options, kind)? } {
            *curve = new;
            class.mask |= 1 << kind;
        }
    }
    Ok(())
}

unsafe fn fill_class(class: &mut Class, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    class.set().try_for_each(|(kind, curve)| put(msg, kind, curve))
}

unsafe fn class_line(class: &Class, p: *mut nl_dump_params) {
    for (_, curve) in class.set() {
        dump!(p, c" m1 %u d %u m2 %u\n", curve.m1, curve.d, curve.m2);
    }
}

macro_rules! curves {
    ($($kind:literal: $get:ident $set:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(class: &rtnl_tc, curve: &mut tc_service_curve) -> c_int {
                let Some(class) = class.data::<Class>() else { return -NLE_NOMEM };
                let Some((_, value)) = class.set().find(|(kind, _)| *kind == $kind) else {
                    return -NLE_OPNOTSUPP;
                };
                *curve = *value;
                0
            }

            #[unsafe(no_mangle)]
            pub extern "C" fn $set(class: &mut rtnl_tc, curve: &tc_service_curve) -> c_int {
                let Some(class) = class.data_mut::<Class>() else { return -NLE_NOMEM };
                if let Some(slot) = class.curves.get_mut($kind - 1) {
                    *slot = *curve;
                    class.mask |= 1 << $kind;
                }
                0
            }
        )*
    };
}
curves! {
    1: rtnl_class_hfsc_get_rsc rtnl_class_hfsc_set_rsc;
    2: rtnl_class_hfsc_get_fsc rtnl_class_hfsc_set_fsc;
    3: rtnl_class_hfsc_get_usc rtnl_class_hfsc_set_usc;
}
