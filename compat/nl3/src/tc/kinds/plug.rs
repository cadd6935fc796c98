// SPDX-License-Identifier: MIT OR Apache-2.0
//! `plug`: keeps packets back until it is told to let them go.

use core::ffi::c_int;

use crate::error::{Done, NLE_NOMEM};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, rtnl_tc_ops};
use crate::tc::message::append;
use crate::tc::object::rtnl_tc;

/// `struct tc_plug_qopt`: what it is told.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Plug {
    action: c_int,
    limit: u32,
}

const BUFFER: c_int = 0;
const RELEASE_ONE: c_int = 1;
const RELEASE_INDEFINITE: c_int = 2;
const LIMIT: c_int = 3;

impl Data for Plug {
    const OF: Of = Of::Plug;
}

pub(super) const QDISC: rtnl_tc_ops = rtnl_tc_ops::new::<Plug>(c"plug").fill(fill);

unsafe fn fill(plug: &mut Plug, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    append(msg, plug)
}

fn tell(qdisc: &mut rtnl_tc, action: c_int) -> c_int {
    let Some(plug) = qdisc.data_mut::<Plug>() else { return -NLE_NOMEM };
    plug.action = action;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_plug_buffer(qdisc: &mut rtnl_tc) -> c_int {
    tell(qdisc, BUFFER)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_plug_release_one(qdisc: &mut rtnl_tc) -> c_int {
    tell(qdisc, RELEASE_ONE)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_plug_release_indefinite(qdisc: &mut rtnl_tc) -> c_int {
    tell(qdisc, RELEASE_INDEFINITE)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_qdisc_plug_set_limit(qdisc: &mut rtnl_tc, limit: c_int) -> c_int {
    if let Some(plug) = qdisc.data_mut::<Plug>() {
        plug.limit = limit as u32;
    }
    tell(qdisc, LIMIT)
}
