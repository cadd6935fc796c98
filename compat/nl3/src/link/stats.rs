// SPDX-License-Identifier: MIT OR Apache-2.0
//! Counters of a link. Those of IPv6 come on their own, so that there are two blocks; each is allocated
//! when something is put into it.

use core::ffi::c_int;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len};
use crate::error::*;
use crate::mem;

/// Where the counters of IPv6 and ICMPv6 begin and end among `RTNL_LINK_*`; one more comes last.
const IP6: core::ops::Range<usize> = 23..63;
const NOHANDLER: usize = 63;
const REASM_OVERLAPS: usize = 64;

/// The link's own: up to the multicast counter, then `RTNL_LINK_RX_NOHANDLER`.
type Own = [u64; 24];
/// Those of IPv6, then `RTNL_LINK_REASM_OVERLAPS`.
type Ip6 = [u64; 41];

#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Stats {
    own: *mut Own,
    ip6: *mut Ip6,
}

/// Which block a counter is in (IPv6's or not) and where.
fn place(id: c_int) -> Option<(bool, usize)> {
    let id = usize::try_from(id).ok().filter(|id| *id <= REASM_OVERLAPS)?;
    Some(match id {
        NOHANDLER => (false, 23),
        REASM_OVERLAPS => (true, 40),
        _ if id < IP6.start => (false, id),
        _ => (true, id - IP6.start),
    })
}

impl Stats {
    pub(super) fn get(&self, id: c_int) -> u64 {
        let slot = place(id).and_then(|(ip6, at)| {
            // SAFETY: each block is NULL or live.
            unsafe { if ip6 { self.ip6.as_ref()?.get(at) } else { self.own.as_ref()?.get(at) } }
        });
        slot.copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, id: c_int, value: u64) -> Done {
        let (ip6, at) = place(id).ok_or(NLE_INVAL)?;
        // What is not there is 0: links that have counted nothing need no room.
        if value == 0 && self.get(id) == 0 {
            return Ok(());
        }
        let slot = if ip6 {
            provide(&mut self.ip6)?.get_mut(at)
        } else {
            provide(&mut self.own)?.get_mut(at)
        };
        slot.map_or(Err(NLE_INVAL), |slot| {
            *slot = value;
            Ok(())
        })
    }

    /// The same for what a message brings: mostly the first counters of a link, and zeros.
    fn note(&mut self, id: u8, value: u64) -> Done {
        let blank = self.own.is_null() && self.ip6.is_null();
        if value == 0 && blank { Ok(()) } else { self.set(id.into(), value) }
    }

    /// Gives a copy blocks of its own; false when there is no memory.
    pub(super) fn clone_from(&mut self, from: &Stats) -> bool {
        *self = Stats { own: duplicate(from.own), ip6: duplicate(from.ip6) };
        self.own.is_null() == from.own.is_null() && self.ip6.is_null() == from.ip6.is_null()
    }

    pub(super) fn free(&mut self) {
        // SAFETY: the blocks are ours, and not used again.
        unsafe {
            mem::free(self.own);
            mem::free(self.ip6);
        }
    }

    /// Reads `IFLA_STATS` (words of four bytes) or `IFLA_STATS64` (of eight).
    pub(super) fn read(&mut self, nla: &nlattr, wide: bool) -> Done {
        for (at, id) in ORDER.iter().enumerate() {
            if let Some(value) = word(nla, at, wide) {
                self.note(*id, value)?;
            }
        }
        Ok(())
    }

    /// Reads the counters that `ids` name, one after the other; 255 is none. What is missing is left alone.
    pub(super) fn read_list(&mut self, nla: &nlattr, ids: &[u8]) -> Done {
        if nla_len(nla) % size_of::<u64>() as c_int != 0 {
            return Err(libc::EINVAL);
        }
        for (at, id) in ids.iter().enumerate().filter(|(_, id)| **id != NONE) {
            if let Some(value) = word(nla, at, true) {
                self.note(*id, value)?;
            }
        }
        Ok(())
    }
}

pub(super) const NONE: u8 = 255;

/// The order of `struct rtnl_link_stats`.
const ORDER: [u8; 24] =
    [0, 1, 2, 3, 4, 5, 6, 7, 22, 21, 12, 13, 14, 15, 10, 16, 17, 18, 11, 19, 20, 8, 9, 63];

fn word(nla: &nlattr, at: usize, wide: bool) -> Option<u64> {
    let size = if wide { size_of::<u64>() } else { size_of::<u32>() };
    if (at + 1) * size > nla_len(nla).max(0) as usize {
        return None;
    }
    let from = nla_data(nla).wrapping_byte_add(at * size);
    // SAFETY: the payload is long enough, as was just seen.
    Some(unsafe {
        if wide {
            from.cast::<u64>().read_unaligned()
        } else {
            from.cast::<u32>().read_unaligned().into()
        }
    })
}

/// The block, which is made if there is none.
fn provide<T>(block: &mut *mut T) -> Result<&mut T, c_int> {
    if block.is_null() {
        *block = mem::zalloc(0);
    }
    // SAFETY: NULL or live.
    unsafe { block.as_mut() }.ok_or(NLE_NOMEM)
}

fn duplicate<T: Copy>(block: *mut T) -> *mut T {
    if block.is_null() {
        return null_mut();
    }
    // SAFETY: the block is live.
    unsafe { mem::copy(block.cast(), size_of::<T>()).cast() }
}

/// The counters of `IFLA_INET6_STATS`, whose order is that of `IPSTATS_MIB_*`. It has changed twice, and
/// how many there are tells which it is, but for Linux 6.6 and 6.7.
pub(super) fn mib(count: usize) -> &'static [u8] {
    match count {
        0..32 => &MIB_FIRST,
        38.. if !second_order() => &MIB,
        _ => &MIB_SECOND,
    }
}

const MIB_FIRST: [u8; 31] = [
    NONE, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
    45, 46, 47, 48, 49, 50, 51, 52,
];
const MIB_SECOND: [u8; 37] = [
    NONE, 23, 47, 31, 32, 33, 48, 24, 25, 26, 27, 28, 29, 30, 34, 35, 36, 37, 38, 39, 40, 41, 42,
    43, 44, 45, 46, 49, 50, 51, 52, 58, 59, 60, 61, 62, 64,
];
/// Since Linux 6.8. Requests to send and packets that were sent are counted apart; shown are requests.
const MIB: [u8; 38] = [
    NONE, 23, 47, 31, 59, 60, 61, 62, 33, NONE, 48, 32, 24, 25, 26, 27, 28, 29, 30, 34, 35, 36, 37,
    38, 39, 40, 41, 42, 43, 44, 45, 46, 49, 50, 51, 52, 58, 64,
];

/// Whether the kernel is one of those that have as many counters as later ones in the order of earlier ones.
fn second_order() -> bool {
    static RELEASE: AtomicU32 = AtomicU32::new(0);
    let mut release = RELEASE.load(Relaxed);
    if release == 0 {
        // SAFETY: all zeros are a valid value, which uname fills with strings.
        unsafe {
            let mut name: libc::utsname = core::mem::zeroed();
            let (mut major, mut minor) = (0u32, 0u32);
            libc::uname(&mut name);
            libc::sscanf(name.release.as_ptr(), c"%u.%u".as_ptr(), &mut major, &mut minor);
            release = major << 16 | minor | 1 << 31;
        }
        RELEASE.store(release, Relaxed);
    }
    matches!(release & !(1 << 31), 0x6_0006 | 0x6_0007)
}
