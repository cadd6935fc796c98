// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replay windows and lifetimes so far, which associations and their events have.

use core::ffi::{CStr, c_char, c_ulonglong};

use super::Raw;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len};
use crate::dump::dump_line;
use crate::error::{Done, NLE_NOMEM, NLE_RANGE};
use crate::mem;
use crate::msg::nl_msg;

/// `struct xfrm_lifetime_cur`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Current {
    pub(super) bytes: u64,
    pub(super) packets: u64,
    pub(super) add_time: u64,
    pub(super) use_time: u64,
}

impl Current {
    /// For a caller's four numbers.
    pub(super) fn get(&self) -> [u64; 4] {
        [self.bytes, self.packets, self.add_time, self.use_time]
    }
}

/// `struct xfrm_replay_state`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Narrow {
    pub(super) oseq: u32,
    pub(super) seq: u32,
    pub(super) bitmap: u32,
}

/// `struct xfrm_replay_state_esn`, with its bitmap behind it.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Esn {
    pub(super) bmp_len: u32,
    pub(super) oseq: u32,
    pub(super) seq: u32,
    pub(super) oseq_hi: u32,
    pub(super) seq_hi: u32,
    pub(super) window: u32,
}

impl Esn {
    /// Bytes of it and its bitmap.
    fn size(&self) -> usize {
        size_of::<Esn>().saturating_add((self.bmp_len as usize).saturating_mul(4))
    }
}

/// A replay window: the one with extended sequence numbers counts, if there is one.
#[repr(C)]
pub(super) struct Replay {
    pub(super) narrow: Narrow,
    /// From malloc, or NULL.
    pub(super) esn: *mut Esn,
}

impl Replay {
    /// Takes a window whose bitmap is elsewhere.
    pub(super) unsafe fn set_esn(&mut self, esn: Esn, bitmap: *const u32) -> Done {
        let bytes = (esn.bmp_len as usize).saturating_mul(4);
        let new = mem::zalloc::<Esn>(bytes);
        // SAFETY: NULL or new, with room for the bitmap, which has so many words.
        unsafe {
            let Some(it) = new.as_mut() else { return Err(NLE_NOMEM) };
            *it = esn;
            libc::memcpy(new.add(1).cast(), bitmap.cast(), bytes);
            mem::free(core::mem::replace(&mut self.esn, new));
        }
        Ok(())
    }

    /// Reads one from an attribute, which must hold the whole of it.
    pub(super) unsafe fn read_esn(&mut self, nla: &nlattr) -> Done {
        let head: *const Esn = nla_data(nla).cast();
        // SAFETY: the attribute is known to have the head of it, and then the bitmap.
        unsafe {
            let esn = head.read_unaligned();
            if esn.size() > nla_len(nla) as usize {
                return Err(NLE_RANGE);
            }
            self.set_esn(esn, head.add(1).cast())
        }
    }

    /// A copy for an object that has the same bytes already.
    pub(super) unsafe fn clone_esn(&mut self, from: *const Esn) -> Done {
        self.esn = core::ptr::null_mut();
        // SAFETY: NULL or live, with its bitmap behind it.
        unsafe {
            from.as_ref().map_or(Ok(()), |esn| self.set_esn(*esn, (&raw const *esn).add(1).cast()))
        }
    }

    pub(super) unsafe fn free(&mut self) {
        // SAFETY: NULL or ours.
        unsafe { mem::free(core::mem::replace(&mut self.esn, core::ptr::null_mut())) };
    }

    /// Adds it to a message.
    pub(super) unsafe fn put(&self, msg: &mut nl_msg) -> Done {
        // SAFETY: NULL or live, with its bitmap behind it.
        unsafe {
            match self.esn.as_ref() {
                Some(esn) => super::put_bytes(msg, 23, self.esn.cast(), esn.size()),
                None => super::put(msg, 10, &self.narrow),
            }
        }
    }

    pub(super) unsafe fn dump(&self, p: *mut nl_dump_params) {
        dump_line!(p, c"\treplay state info: \n");
        // SAFETY: NULL or live.
        if let Some(esn) = unsafe { self.esn.as_ref() } {
            let Esn { oseq, seq, oseq_hi, seq_hi, window, .. } = *esn;
            dump_line!(
                p,
                c"\t\toseq %u seq %u oseq_hi %u seq_hi %u replay window: %u \n",
                oseq,
                seq,
                oseq_hi,
                seq_hi,
                window
            );
        } else {
            let Narrow { oseq, seq, bitmap } = self.narrow;
            dump_line!(p, c"\t\toseq %u seq %u bitmap: %u \n", oseq, seq, bitmap);
        }
    }
}

/// A time of the clock as text, `-` for none, or the number for one that the clock can't show.
fn clock(seconds: u64, text: &mut [c_char; 64]) -> *const c_char {
    if seconds == 0 {
        return c"-".as_ptr();
    }
    let (buf, time) = (text.as_mut_ptr(), seconds as libc::time_t);
    // SAFETY: all zeros are a valid time; the buffer is as long as it says.
    unsafe {
        let mut parts: libc::tm = core::mem::zeroed();
        if libc::gmtime_r(&time, &mut parts).is_null() {
            libc::snprintf(buf, 64, c"%llu".as_ptr(), seconds as c_ulonglong);
        } else {
            libc::strftime(buf, 64, c"%Y-%m-%d %H-%M-%S".as_ptr(), &parts);
        }
    }
    buf
}

/// Prints a lifetime so far; `format` is that of bytes and packets.
pub(super) fn dump_current(p: *mut nl_dump_params, current: &Current, format: &CStr) {
    let (mut added, mut used) = ([0; 64], [0; 64]);
    let (bytes, packets) = (current.bytes as c_ulonglong, current.packets as c_ulonglong);
    dump_line!(p, c"\tlifetime current: \n");
    // SAFETY: the format takes two long numbers.
    unsafe { crate::dump::nl_dump_line(p, format.as_ptr(), bytes, packets) };
    let (added, used) = (clock(current.add_time, &mut added), clock(current.use_time, &mut used));
    dump_line!(p, c"\t\tadd_time: %s, use_time: %s\n", added, used);
}

/// The accessors of a replay window, for a type that has one in `replay`, and the bit for it:
macro_rules! replay_accessors {
    ($of:ident, $bit:ident: $get:ident $set:ident $get_esn:ident $set_esn:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $get(
            of: &$of,
            oseq: &mut c_uint,
            seq: &mut c_uint,
            bitmap: &mut c_uint,
        ) -> c_int {
            if of.h.mask & $bit == 0 || !of.replay.esn.is_null() {
                return -1;
            }
            let $crate::xfrm::replay::Narrow { oseq: o, seq: s, bitmap: b } = of.replay.narrow;
            (*oseq, *seq, *bitmap) = (o, s, b);
            0
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn $set(of: &mut $of, oseq: c_uint, seq: c_uint, bitmap: c_uint) -> c_int {
            of.replay.narrow = $crate::xfrm::replay::Narrow { oseq, seq, bitmap };
            of.h.mask |= $bit;
            0
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $get_esn(
            of: &$of,
            oseq: &mut c_uint,
            seq: &mut c_uint,
            oseq_hi: &mut c_uint,
            seq_hi: &mut c_uint,
            window: &mut c_uint,
            bmp_len: &mut c_uint,
            bitmap: *mut c_uint,
        ) -> c_int {
            // SAFETY: NULL or live, with its bitmap behind it; the caller has room for that.
            unsafe {
                let Some(esn) = of.replay.esn.as_ref().filter(|_| of.h.mask & $bit != 0) else {
                    return -1;
                };
                (*oseq, *seq, *oseq_hi) = (esn.oseq, esn.seq, esn.oseq_hi);
                (*seq_hi, *window, *bmp_len) = (esn.seq_hi, esn.window, esn.bmp_len);
                libc::memcpy(bitmap.cast(), of.replay.esn.add(1).cast(), esn.bmp_len as usize * 4);
            }
            0
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $set_esn(
            of: &mut $of,
            oseq: c_uint,
            seq: c_uint,
            oseq_hi: c_uint,
            seq_hi: c_uint,
            window: c_uint,
            bmp_len: c_uint,
            bitmap: *mut c_uint,
        ) -> c_int {
            let esn = $crate::xfrm::replay::Esn { bmp_len, oseq, seq, oseq_hi, seq_hi, window };
            // SAFETY: the caller's bitmap has that many words.
            if let Err(error) = unsafe { of.replay.set_esn(esn, bitmap) } {
                return -error;
            }
            of.h.mask |= $bit;
            0
        }
    };
}
pub(super) use replay_accessors;

// SAFETY: plain numbers without padding.
unsafe impl Raw for Current {}
// SAFETY: plain numbers without padding.
unsafe impl Raw for Narrow {}
