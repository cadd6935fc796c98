// SPDX-License-Identifier: MIT OR Apache-2.0
//! `netem`: delays, loses, doubles, damages and reorders packets.

use core::ffi::{CStr, c_int};

use super::netem_dist::Distribution;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{align, nla_data, nla_len, nla_put};
use crate::dump::dump;
use crate::error::{Done, NLE_MISSING_ATTR, NLE_NOATTR, NLE_NOMEM, done};
use crate::msg::nl_msg;
use crate::tc::dump::TEXT;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{append, find_in, put, read};
use crate::tc::object::rtnl_tc;
use crate::ticks::{nl_ticks2us, nl_us2ticks};
use crate::utils::nl_msec2str;

const TCA_NETEM_CORR: u16 = 1;
const TCA_NETEM_DELAY_DIST: u16 = 2;
const TCA_NETEM_REORDER: u16 = 3;
const TCA_NETEM_CORRUPT: u16 = 4;

/// `struct tc_netem_qopt`. Times are in ticks.
#[derive(Clone, Copy)]
#[repr(C)]
struct Options {
    latency: u32,
    limit: u32,
    loss: u32,
    gap: u32,
    duplicate: u32,
    jitter: u32,
}

/// `struct tc_netem_corr`: how much each packet's fate is that of the one before.
#[derive(Clone, Copy)]
#[repr(C)]
struct Correlations {
    delay: u32,
    loss: u32,
    duplicate: u32,
}

/// `struct tc_netem_reorder` and `struct tc_netem_corrupt`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Chance {
    probability: u32,
    correlation: u32,
}

#[repr(C)]
pub(super) struct Netem {
    mask: u32,
    opt: Options,
    corr: Correlations,
    reorder: Chance,
    corrupt: Chance,
    pub(super) dist: Distribution,
}

const LATENCY: u32 = 1;
const LIMIT: u32 = 2;
const LOSS: u32 = 4;
const GAP: u32 = 8;
const DUPLICATE: u32 = 16;
const JITTER: u32 = 32;
const DELAY_CORR: u32 = 64;
const LOSS_CORR: u32 = 128;
const DUPLICATE_CORR: u32 = 256;
const REORDER: u32 = 512;
const REORDER_CORR: u32 = 1024;
const CORRUPT: u32 = 2048;
const CORRUPT_CORR: u32 = 4096;

/// Packets that may wait, where nothing else is said.
const DEFAULT_LIMIT: u32 = 1000;

impl Data for Netem {
    const OF: Of = Of::Netem;
}

pub(super) const QDISC: rtnl_tc_ops = rtnl_tc_ops::new::<Netem>(c"netem")
    .clone(own)
    .free(free)
    .parse(parse)
    .fill(fill)
    .plain_options()
    .line(line)
    .details(details);

fields! { Netem:
    put rtnl_netem_set_limit(c_int) opt.limit: LIMIT;
    get rtnl_netem_get_limit() -> c_int = opt.limit: LIMIT, -NLE_NOATTR;
    put rtnl_netem_set_gap(c_int) opt.gap: GAP;
    get rtnl_netem_get_gap() -> c_int = opt.gap: GAP, -NLE_NOATTR;
    put rtnl_netem_set_reorder_probability(c_int) reorder.probability: REORDER;
    get rtnl_netem_get_reorder_probability() -> c_int = reorder.probability: REORDER, -NLE_NOATTR;
    put rtnl_netem_set_reorder_correlation(c_int) reorder.correlation: REORDER_CORR;
    get rtnl_netem_get_reorder_correlation() -> c_int = reorder.correlation: REORDER_CORR, -NLE_NOATTR;
    put rtnl_netem_set_corruption_probability(c_int) corrupt.probability: CORRUPT;
    get rtnl_netem_get_corruption_probability() -> c_int = corrupt.probability: CORRUPT, -NLE_NOATTR;
    put rtnl_netem_set_corruption_correlation(c_int) corrupt.correlation: CORRUPT_CORR;
    get rtnl_netem_get_corruption_correlation() -> c_int = corrupt.correlation: CORRUPT_CORR, -NLE_NOATTR;
    put rtnl_netem_set_loss(c_int) opt.loss: LOSS;
    get rtnl_netem_get_loss() -> c_int = opt.loss: LOSS, -NLE_NOATTR;
    put rtnl_netem_set_loss_correlation(c_int) corr.loss: LOSS_CORR;
    get rtnl_netem_get_loss_correlation() -> c_int = corr.loss: LOSS_CORR, -NLE_NOATTR;
    put rtnl_netem_set_duplicate(c_int) opt.duplicate: DUPLICATE;
    get rtnl_netem_get_duplicate() -> c_int = opt.duplicate: DUPLICATE, -NLE_NOATTR;
    put rtnl_netem_set_duplicate_correlation(c_int) corr.duplicate: DUPLICATE_CORR;
    get rtnl_netem_get_duplicate_correlation() -> c_int = corr.duplicate: DUPLICATE_CORR, -NLE_NOATTR;
    put rtnl_netem_set_delay_correlation(c_int) corr.delay: DELAY_CORR;
    get rtnl_netem_get_delay_correlation() -> c_int = corr.delay: DELAY_CORR, -NLE_NOATTR;
}

/// Accessors of a time, which is in microseconds for programs and in ticks for the kernel.
macro_rules! times {
    ($($set:ident $get:ident: $field:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(qdisc: &mut rtnl_tc, us: c_int) {
                if let Some(netem) = qdisc.data_mut::<Netem>() {
                    netem.opt.$field = nl_us2ticks(us as u32);
                    netem.mask |= $bit;
                }
            }

            #[unsafe(no_mangle)]
            pub extern "C" fn $get(qdisc: &rtnl_tc) -> c_int {
                match qdisc.data::<Netem>() {
                    Some(netem) if netem.mask & $bit != 0 => nl_ticks2us(netem.opt.$field) as c_int,
                    Some(_) => -NLE_NOATTR,
                    None => -NLE_NOMEM,
                }
            }
        )*
    };
}
times! {
    rtnl_netem_set_delay rtnl_netem_get_delay: latency LATENCY;
    rtnl_netem_set_jitter rtnl_netem_get_jitter: jitter JITTER;
}

unsafe fn own(netem: &mut Netem) -> Done {
    // SAFETY: the distribution's bytes are those of the other qdisc's.
    unsafe { netem.dist.own() }
}

unsafe fn free(netem: &mut Netem) -> Done {
    // SAFETY: the qdisc is not used again.
    unsafe { netem.dist.free() }
    Ok(())
}

unsafe fn parse(netem: &mut Netem, _: &mut rtnl_tc, options: &nlattr) -> Done {
    const HEAD: c_int = size_of::<Options>() as c_int;
    // SAFETY: the options are whole; attributes follow the struct.
    unsafe {
        netem.opt = read(options)?;
        netem.mask = LATENCY | LIMIT | LOSS | GAP | DUPLICATE | JITTER;
        let head = nla_data(options).wrapping_byte_add(align(HEAD) as usize).cast();
        let len = (nla_len(options) - align(HEAD)).max(0);
        if let Some(corr) = find_in(head, len, TCA_NETEM_CORR)? {
            netem.corr = corr;
            netem.mask |= DELAY_CORR | LOSS_CORR | DUPLICATE_CORR;
        }
        if let Some(reorder) = find_in(head, len, TCA_NETEM_REORDER)? {
            netem.reorder = reorder;
            netem.mask |= REORDER | REORDER_CORR;
        }
        if let Some(corrupt) = find_in(head, len, TCA_NETEM_CORRUPT)? {
            netem.corrupt = corrupt;
            netem.mask |= CORRUPT | CORRUPT_CORR;
        }
    }
    Ok(())
}

impl Netem {
    /// Whether something is set that means nothing without something else, which is not.
    fn lacks(&self) -> bool {
        let (opt, delayed) = (&self.opt, self.opt.latency != 0);
        let varied = delayed && opt.jitter != 0;
        let pairs = [
            (self.corr.delay != 0, varied),
            (self.dist.len != 0, varied),
            (self.corr.loss != 0, opt.loss != 0),
            (self.corr.duplicate != 0, opt.duplicate != 0),
            (self.reorder.probability != 0, delayed),
            (self.reorder.correlation != 0, self.reorder.probability != 0),
            (opt.gap != 0, self.reorder.probability != 0),
            (self.corrupt.correlation != 0, self.corrupt.probability != 0),
        ];
        pairs.into_iter().any(|(set, needed)| set && !needed)
    }
}

unsafe fn fill(netem: &mut Netem, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    const NLM_F_REQUEST: u16 = 1;
    if netem.reorder.probability != 0 && netem.opt.latency != 0 && netem.opt.gap == 0 {
        netem.opt.gap = 1;
    }
    if netem.lacks() {
        return Err(NLE_MISSING_ATTR);
    }
    let mut opt = netem.opt;
    if opt.limit == 0 {
        opt.limit = DEFAULT_LIMIT;
    }
    // SAFETY: the message's header is live; the distribution is as long as it says.
    unsafe {
        (*msg.nlh).nlmsg_flags |= NLM_F_REQUEST;
        append(msg, &opt)?;
        if netem.corr.delay | netem.corr.loss | netem.corr.duplicate != 0 {
            put(msg, TCA_NETEM_CORR, &netem.corr)?;
        }
        if netem.reorder.probability != 0 {
            put(msg, TCA_NETEM_REORDER, &netem.reorder)?;
        }
        if netem.corrupt.probability != 0 {
            put(msg, TCA_NETEM_CORRUPT, &netem.corrupt)?;
        }
        if netem.dist.len != 0 {
            let (data, len) = (netem.dist.data.cast(), netem.dist.len * 2);
            done(nla_put(msg, TCA_NETEM_DELAY_DIST.into(), len as c_int, data))?;
        }
    }
    Ok(())
}

unsafe fn line(netem: &Netem, p: *mut nl_dump_params) {
    match netem.opt.limit {
        0 => dump!(p, c" no limit"),
        limit => dump!(p, c" limit %dpkts", limit),
    }
}

/// A time in words.
fn time(p: *mut nl_dump_params, format: &CStr, ticks: u32) {
    let mut text = TEXT;
    let msec = u64::from(nl_ticks2us(ticks) / 1000);
    // SAFETY: the buffer has the length said; the format takes a string.
    unsafe {
        nl_msec2str(msec, text.as_mut_ptr(), text.len());
        crate::dump::nl_dump(p, format.as_ptr(), text.as_ptr());
    }
}

/// A probability, and a correlation if there is one.
fn chance(p: *mut nl_dump_params, what: &CStr, probability: u32, correlation: u32) {
    if probability == 0 {
        return;
    }
    dump!(p, c" %s %d", what.as_ptr(), probability);
    if correlation != 0 {
        dump!(p, c" %d", correlation);
    }
}

unsafe fn details(netem: &Netem, p: *mut nl_dump_params) {
    let (opt, corr, reorder) = (&netem.opt, &netem.corr, &netem.reorder);
    if opt.latency != 0 {
        time(p, c" latency %s", opt.latency);
        if opt.jitter != 0 {
            time(p, c" jitter %s", opt.jitter);
            if corr.delay != 0 {
                dump!(p, c" %d", corr.delay);
            }
        }
    }
    chance(p, c"loss", opt.loss, corr.loss);
    chance(p, c"duplicate", opt.duplicate, corr.duplicate);
    chance(p, c"reorder", reorder.probability, reorder.correlation);
    if reorder.probability != 0 && opt.gap != 0 && netem.mask & GAP != 0 {
        dump!(p, c" gap %d", opt.gap);
    }
    // So it says.
    chance(p, c"reorder", netem.corrupt.probability, netem.corrupt.correlation);
}
