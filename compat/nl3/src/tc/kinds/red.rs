// SPDX-License-Identifier: MIT OR Apache-2.0
//! `red`: random early detection. As in libnl, it can be read but not made.

use core::ffi::c_int;

use crate::abi::nlattr;
use crate::error::{Done, NLE_MISSING_ATTR, NLE_NOATTR, NLE_OPNOTSUPP};
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::find;
use crate::tc::object::rtnl_tc;

/// `struct tc_red_qopt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    limit: u32,
    qth_min: u32,
    qth_max: u32,
    logs: [u8; 4],
}

#[repr(C)]
pub(super) struct Red {
    mask: u32,
    opt: Options,
}

const LIMIT: u32 = 1;
const TCA_RED_PARMS: u16 = 1;

impl Data for Red {
    const OF: Of = Of::Red;
}

pub(super) const QDISC: rtnl_tc_ops = rtnl_tc_ops::new::<Red>(c"red")
    .parse(parse)
    .fill::<Red>(|_, _, _| Err(NLE_OPNOTSUPP))
    .details::<Red>(|_, _| ());

fields! { Red:
    put rtnl_red_set_limit(c_int) opt.limit: LIMIT;
    get rtnl_red_get_limit() -> c_int = opt.limit: LIMIT, -NLE_NOATTR;
}

unsafe fn parse(red: &mut Red, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    red.opt = unsafe { find(options, TCA_RED_PARMS)? }.ok_or(NLE_MISSING_ATTR)?;
    red.mask = LIMIT;
    Ok(())
}
