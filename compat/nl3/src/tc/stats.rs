// SPDX-License-Identifier: MIT OR Apache-2.0
//! Counters of qdiscs, classes and filters.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::object::{STATS, rtnl_tc};
use super::uapi::*;
use crate::abi::nlattr;
use crate::attr::*;
use crate::error::*;
use crate::mem;
use crate::names::{Names, names, translate};

/// `enum rtnl_tc_stat`.
const PACKETS: usize = 0;
const BYTES: usize = 1;
const RATE_BPS: usize = 2;
const RATE_PPS: usize = 3;
const QLEN: usize = 4;
const BACKLOG: usize = 5;
const DROPS: usize = 6;
const REQUEUES: usize = 7;
const OVERLIMITS: usize = 8;

static NAMES: Names = names! {
    0 "packets", 1 "bytes", 2 "rate_bps", 3 "rate_pps", 4 "qlen", 5 "backlog", 6 "drops", 7 "requeues",
    8 "overlimits",
};

translate! {
    NAMES: rtnl_tc_stat2str rtnl_tc_str2stat;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_get_stat(tc: &rtnl_tc, which: c_int) -> u64 {
    // SAFETY: NULL, or counters of the object's own.
    let stats = unsafe { tc.stats.as_ref() };
    stats.and_then(|stats| stats.get(usize::try_from(which).ok()?)).copied().unwrap_or(0)
}

/// A number of four bytes inside an attribute that is known to be longer than that.
unsafe fn word(nla: &nlattr, at: usize) -> u64 {
    // SAFETY: it is inside, by the caller's promise.
    unsafe { nla_data(nla).wrapping_byte_add(at).cast::<u32>().read_unaligned() }.into()
}

/// The last attribute of that type, if there is one; each must have so many bytes.
unsafe fn find<'a>(
    head: *const nlattr,
    len: c_int,
    kind: u16,
    least: c_int,
) -> Result<Option<&'a nlattr>, c_int> {
    let mut found = None;
    // SAFETY: the attributes are `len` bytes, by the caller's promise.
    for nla in unsafe { walk(head, len) }.filter(|nla| nla_type(nla) == kind.into()) {
        if nla_len(nla) < least {
            return Err(NLE_RANGE);
        }
        found = Some(nla);
    }
    Ok(found)
}

/// Reads the counters of a message: the new ones, or else the old ones.
pub(super) unsafe fn parse(tc: &mut rtnl_tc, head: *const nlattr, len: c_int) -> Done {
    let mut stats = [0; STATS];
    // SAFETY: the attributes are `len` bytes; what is read is as long as it must be.
    unsafe {
        let old = old(head, len)?;
        match find(head, len, TCA_STATS2, 0)? {
            Some(new) => read_new(new, &mut stats)?,
            None => old.into_iter().for_each(|old| read_old(old, &mut stats)),
        }
    }
    keep(tc, &stats)
}

/// The counters that are not nested, which must be whole even if they are not read.
pub(super) unsafe fn old(
    head: *const nlattr,
    len: c_int,
) -> Result<Option<&'static nlattr>, c_int> {
    // SAFETY: as for `parse`.
    unsafe { find(head, len, TCA_STATS, 40) }
}

/// `struct tc_stats`.
unsafe fn read_old(nla: &nlattr, stats: &mut [u64; STATS]) {
    const AT: [(usize, usize); 7] = [
        (PACKETS, 8),
        (DROPS, 12),
        (OVERLIMITS, 16),
        (RATE_BPS, 20),
        (RATE_PPS, 24),
        (QLEN, 28),
        (BACKLOG, 32),
    ];
    // SAFETY: the attribute is as long as the struct.
    unsafe {
        set(stats, BYTES, nla_get_u64(nla));
        AT.into_iter().for_each(|(which, at)| set(stats, which, word(nla, at)));
    }
}

/// The counters that are nested in `TCA_STATS2`.
unsafe fn read_new(nla: &nlattr, stats: &mut [u64; STATS]) -> Done {
    /// An attribute, its least length, its counters and where they are.
    type Part = (u16, c_int, &'static [(usize, usize)]);
    const PARTS: [Part; 3] = [
        (TCA_STATS_BASIC, 16, &[(PACKETS, 8)]),
        (TCA_STATS_RATE_EST, 8, &[(RATE_BPS, 0), (RATE_PPS, 4)]),
        (
            TCA_STATS_QUEUE,
            20,
            &[(QLEN, 0), (BACKLOG, 4), (DROPS, 8), (REQUEUES, 12), (OVERLIMITS, 16)],
        ),
    ];
    let (head, len) = (nla_data(nla).cast(), nla_len(nla));
    // SAFETY: the payload is inside the attribute; what is read is as long as it must be.
    unsafe {
        for (kind, least, counters) in PARTS {
            let Some(part) = find(head, len, kind, least)? else { continue };
            if kind == TCA_STATS_BASIC {
                set(stats, BYTES, nla_get_u64(part));
            }
            counters.iter().for_each(|&(which, at)| set(stats, which, word(part, at)));
        }
    }
    Ok(())
}

fn set(stats: &mut [u64; STATS], which: usize, value: u64) {
    if let Some(slot) = stats.get_mut(which) {
        *slot = value;
    }
}

/// Keeps the counters, if any is not 0.
fn keep(tc: &mut rtnl_tc, stats: &[u64; STATS]) -> Done {
    // SAFETY: the counters are NULL or the object's own.
    unsafe {
        mem::free(core::mem::replace(&mut tc.stats, null_mut()));
        if stats.iter().any(|&value| value != 0) {
            tc.stats = mem::copy(stats.as_ptr().cast(), size_of_val(stats)).cast();
            if tc.stats.is_null() {
                return Err(NLE_NOMEM);
            }
        }
    }
    Ok(())
}
