// SPDX-License-Identifier: MIT OR Apache-2.0
//! `sfq`: stochastic fairness queueing.

use core::ffi::c_int;

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::{Done, NLE_NOATTR};
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, read};
use crate::tc::object::rtnl_tc;

/// `struct tc_sfq_qopt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    quantum: u32,
    perturb: c_int,
    limit: u32,
    divisor: u32,
    flows: u32,
}

#[repr(C)]
pub(super) struct Sfq {
    mask: u32,
    opt: Options,
}

const QUANTUM: u32 = 1;
const LIMIT: u32 = 2;
const PERTURB: u32 = 4;
const DIVISOR: u32 = 8;
const ALL: u32 = 31;

impl Data for Sfq {
    const OF: Of = Of::Sfq;
}

pub(super) const QDISC: rtnl_tc_ops =
    rtnl_tc_ops::new::<Sfq>(c"sfq").parse(parse).fill(fill).line(line).details(details);

fields! { Sfq:
    put rtnl_sfq_set_quantum(c_int) opt.quantum: QUANTUM;
    get rtnl_sfq_get_quantum() -> c_int = opt.quantum: QUANTUM, -NLE_NOATTR;
    put rtnl_sfq_set_limit(c_int) opt.limit: LIMIT;
    get rtnl_sfq_get_limit() -> c_int = opt.limit: LIMIT, -NLE_NOATTR;
    put rtnl_sfq_set_perturb(c_int) opt.perturb: PERTURB;
    get rtnl_sfq_get_perturb() -> c_int = opt.perturb: PERTURB, -NLE_NOATTR;
    get rtnl_sfq_get_divisor() -> c_int = opt.divisor: DIVISOR, -NLE_NOATTR;
}

unsafe fn parse(sfq: &mut Sfq, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    sfq.opt = unsafe { read(options)? };
    sfq.mask = ALL;
    Ok(())
}

unsafe fn fill(sfq: &mut Sfq, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    append(msg, &Options { divisor: 0, flows: 0, ..sfq.opt })
}

unsafe fn line(sfq: &Sfq, p: *mut nl_dump_params) {
    dump!(p, c" quantum %u perturb %us", sfq.opt.quantum, sfq.opt.perturb);
}

unsafe fn details(sfq: &Sfq, p: *mut nl_dump_params) {
    dump!(p, c"limit %u divisor %u", sfq.opt.limit, sfq.opt.divisor);
}
