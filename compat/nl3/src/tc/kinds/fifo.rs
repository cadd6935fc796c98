// SPDX-License-Identifier: MIT OR Apache-2.0
//! `pfifo` and `bfifo`: first in, first out, limited in packets or in bytes.

use core::ffi::c_int;
use core::ptr::null;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::{Done, NLE_INVAL, NLE_NOATTR};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, read};
use crate::tc::object::rtnl_tc;
use crate::utils::nl_cancel_down_bytes;

#[repr(C)]
pub(super) struct Fifo {
    mask: u32,
    limit: u32,
}

const LIMIT: u32 = 1;

impl Data for Fifo {
    const OF: Of = Of::Fifo;
}

const FIFO: rtnl_tc_ops = rtnl_tc_ops::new::<Fifo>(c"pfifo").parse(parse).fill(fill);
pub(super) const PFIFO: rtnl_tc_ops = FIFO.line(packets);
pub(super) const BFIFO: rtnl_tc_ops = FIFO.line(bytes).called(c"bfifo");

fields! { Fifo:
    set rtnl_qdisc_fifo_set_limit(c_int) limit: LIMIT;
    get rtnl_qdisc_fifo_get_limit() -> c_int = limit: LIMIT, -NLE_NOATTR;
}

unsafe fn parse(fifo: &mut Fifo, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    fifo.limit = unsafe { read(options)? };
    fifo.mask = LIMIT;
    Ok(())
}

unsafe fn fill(fifo: &mut Fifo, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    if fifo.mask & LIMIT == 0 { Err(NLE_INVAL) } else { append(msg, &fifo.limit) }
}

unsafe fn packets(fifo: &Fifo, p: *mut nl_dump_params) {
    dump!(p, c" limit %u packets", fifo.limit);
}

unsafe fn bytes(fifo: &Fifo, p: *mut nl_dump_params) {
    let mut unit = null();
    let limit = nl_cancel_down_bytes(fifo.limit.into(), &mut unit);
    dump!(p, c" limit %.1f%s", limit, unit);
}
