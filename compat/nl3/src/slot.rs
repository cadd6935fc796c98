// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where an object keeps an address.

use core::ffi::c_int;
use core::mem::offset_of;
use core::ptr::{null_mut, without_provenance_mut};
use core::sync::atomic::{AtomicPtr, Ordering::*};

use crate::abi::nlattr;
use crate::addr::{
    guess_family, nl_addr, nl_addr_build, nl_addr_clone, nl_addr_cmp, nl_addr_get, nl_addr_put,
    whole_prefix,
};
use crate::attr::{nla_data, nla_len};
use crate::error::{Done, NLE_NOMEM};

/// No address, or a pointer to one of which the object holds a reference, or, as nearly all that come from
/// the kernel are, an address so short that the word holds it: that becomes one with a place of its own
/// when somebody asks for it. It may be asked for by several threads at a time, as a pointer that is only
/// read may be.
///
/// In a word that holds one, from the lowest bit on: 1; length, 3 bits; family and length of the prefix, 6 bits
/// each; the bytes.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct Slot(AtomicPtr<nl_addr>);

/// Where in the word.
const LEN: u32 = 1;
const FAMILY: u32 = 4;
const PREFIX: u32 = 10;
const BYTES: u32 = 16;

/// How many bytes a word holds.
const ROOM: usize = size_of::<usize>() - 2;

/// An address as the rest of the library knows it, for as long as it is looked at.
#[repr(C)]
struct Unpacked {
    head: nl_addr,
    bytes: [u8; size_of::<usize>()],
}

const _: () = assert!(offset_of!(Unpacked, bytes) == size_of::<nl_addr>());

/// So many bits of a word.
fn bits(word: usize, from: u32, count: u32) -> usize {
    word >> from & ((1 << count) - 1)
}

/// How many bytes the address in a word has.
fn len(word: usize) -> u32 {
    bits(word, LEN, 3) as u32
}

impl Unpacked {
    fn of(word: usize) -> Unpacked {
        let (family, prefix) = (bits(word, FAMILY, 6) as c_int, bits(word, PREFIX, 6) as c_int);
        let head = nl_addr::lone(family, len(word), prefix, ROOM);
        Unpacked { head, bytes: (word >> BYTES).to_le_bytes() }
    }

    fn addr(&mut self) -> *mut nl_addr {
        (&raw mut *self).cast()
    }
}

/// A number that six bits hold.
fn short(number: c_int) -> Option<usize> {
    usize::try_from(number).ok().filter(|number| *number < 64)
}

/// The word that holds an address, if one does.
fn packed(family: c_int, prefix: c_int, bytes: &[u8]) -> Option<usize> {
    let number = match *bytes {
        _ if bytes.len() > ROOM => return None,
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) as usize,
        [a, b, c, d, e, f] => u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) as usize,
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | usize::from(*byte)),
    };
    let head = 1 | bytes.len() << LEN | short(family)? << FAMILY | short(prefix)? << PREFIX;
    Some(number << BYTES | head)
}

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicPtr::new(null_mut()))
    }

    fn word(&self) -> *mut nl_addr {
        self.0.load(Acquire)
    }

    fn holds(word: *mut nl_addr) -> bool {
        word.addr() & 1 != 0
    }

    pub(crate) fn is_none(&self) -> bool {
        self.word().is_null()
    }

    /// The address; NULL if there is none, or no memory for one with a place of its own.
    pub(crate) fn get(&self) -> *mut nl_addr {
        let word = self.word();
        if !Slot::holds(word) {
            return word;
        }
        // SAFETY: the copy is ours until it is in the slot.
        unsafe {
            let new = nl_addr_clone(&*Unpacked::of(word.addr()).addr());
            if new.is_null() {
                return new;
            }
            let placed = self.0.compare_exchange(word, new, AcqRel, Acquire);
            placed.map_or_else(
                |other| {
                    nl_addr_put(new);
                    other
                },
                |_| new,
            )
        }
    }

    /// Looks at the address, which may be NULL, and is gone afterwards.
    pub(crate) fn view<R>(&self, look: impl FnOnce(*mut nl_addr) -> R) -> R {
        let word = self.word();
        if Slot::holds(word) { look(Unpacked::of(word.addr()).addr()) } else { look(word) }
    }

    /// What an address says of itself; of none, that of `none`.
    pub(crate) fn ask<R>(&self, none: R, what: impl FnOnce(&nl_addr) -> R) -> R {
        // SAFETY: NULL or live.
        self.view(|addr| unsafe { addr.as_ref() }.map_or(none, what))
    }

    /// Bytes, length and prefix in one number, if they are so short that one has room for them; the same
    /// whether a word holds the address or not.
    pub(crate) fn short_key(&self) -> Option<u64> {
        let word = self.word();
        let key = if Slot::holds(word) {
            word.addr()
        } else {
            // SAFETY: NULL or live.
            let addr = unsafe { word.as_ref() }?;
            packed(0, if addr.len > 0 { addr.prefix } else { 0 }, addr.slice())?
        };
        // Families are told apart by what files it, and without bytes a prefix does not count.
        let aside = if len(key) > 0 { 63 << FAMILY } else { 63 << FAMILY | 63 << PREFIX };
        Some((key & !aside) as u64)
    }

    pub(crate) fn cmp(&self, other: &Slot) -> c_int {
        let (a, b) = (self.word(), other.word());
        if a == b {
            return 0;
        }
        // SAFETY: each is NULL or live.
        self.view(|a| other.view(|b| unsafe { nl_addr_cmp(a, b) }))
    }

    /// Puts an address in, of which the object takes a reference of its own.
    pub(crate) unsafe fn set(&mut self, addr: *mut nl_addr) {
        // SAFETY: the address is NULL or live, by the caller's promise.
        unsafe {
            if let Some(addr) = addr.as_mut() {
                nl_addr_get(addr);
            }
            self.fill(addr);
        }
    }

    /// Puts an address in, whose reference becomes the object's.
    unsafe fn fill(&mut self, addr: *mut nl_addr) {
        let old = core::mem::replace(self.0.get_mut(), addr);
        if !Slot::holds(old) {
            // SAFETY: NULL, or an address of which the object held a reference.
            unsafe { nl_addr_put(old) };
        }
    }

    pub(crate) fn clear(&mut self) {
        // SAFETY: nothing is put in.
        unsafe { self.fill(null_mut()) };
    }

    /// Puts in what a netlink attribute carries.
    pub(crate) unsafe fn read(&mut self, nla: &nlattr, family: c_int) -> Done {
        let len = nla_len(nla).max(0) as usize;
        // SAFETY: the attribute is whole.
        let bytes = unsafe { core::slice::from_raw_parts(nla_data(nla).cast::<u8>(), len) };
        self.put(family, whole_prefix(family, len), bytes)
    }

    /// Puts in an address of these bytes.
    pub(crate) fn put(&mut self, family: c_int, prefix: c_int, bytes: &[u8]) -> Done {
        // SAFETY: the bytes are as many as said; the address is new.
        unsafe {
            if let Some(word) = packed(family, prefix, bytes) {
                self.fill(without_provenance_mut(word));
                return Ok(());
            }
            let new = nl_addr_build(family, bytes.as_ptr().cast(), bytes.len());
            let Some(it) = new.as_mut() else { return Err(NLE_NOMEM) };
            it.prefix = prefix;
            self.fill(new);
        }
        Ok(())
    }

    pub(crate) fn set_prefixlen(&mut self, prefix: c_int) -> Done {
        self.set_part(PREFIX, prefix, |addr| addr.prefix = prefix)
    }

    /// Makes the family the one that addresses of this length mostly are of.
    pub(crate) fn guess_family(&mut self) -> Done {
        let word = self.word();
        let held = Slot::holds(word).then(|| len(word.addr()));
        let family = guess_family(held.unwrap_or_else(|| self.ask(0, |addr| addr.len)));
        self.set_part(FAMILY, family, |addr| addr.family = family)
    }

    /// Changes a part of the address, if there is one: in the word if that has room for it.
    fn set_part(&mut self, at: u32, value: c_int, set: impl FnOnce(&mut nl_addr)) -> Done {
        let word = *self.0.get_mut();
        if let (true, Some(value)) = (Slot::holds(word), short(value)) {
            let others = word.addr() & !(63 << at);
            *self.0.get_mut() = without_provenance_mut(others | value << at);
            return Ok(());
        }
        // SAFETY: NULL or live.
        if let Some(addr) = unsafe { self.get().as_mut() } {
            set(addr);
        }
        if self.is_none() || !Slot::holds(self.word()) { Ok(()) } else { Err(NLE_NOMEM) }
    }

    /// What a copy of the object holds: an address of its own.
    pub(crate) fn copy(&self) -> Result<Slot, c_int> {
        let word = self.word();
        if Slot::holds(word) || word.is_null() {
            return Ok(Slot(AtomicPtr::new(word)));
        }
        // SAFETY: it is live.
        let copy = unsafe { nl_addr_clone(&*word) };
        if copy.is_null() { Err(NLE_NOMEM) } else { Ok(Slot(AtomicPtr::new(copy))) }
    }
}
