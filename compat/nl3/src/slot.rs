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
/// the kernel are, an address whose bytes are in the word or at the end of the object: that becomes one with a
/// place of its own when somebody asks for it. It may be asked for by several threads at a time, as a pointer that
/// is only read may be.
///
/// In a word that holds one, from the lowest bit on: 1; length, 3 bits; family and length of the prefix, 6 bits
/// each; the bytes. In one that is near it: 0, 1; family, 6 bits; length of the prefix, 8 bits; how far behind the word
/// the 16 bytes are.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct Slot(AtomicPtr<nl_addr>);

/// Where in the word, and how many bits.
type Part = (u32, u32);

const LEN: Part = (1, 3);
const FAMILY: Part = (4, 6);
const PREFIX: Part = (10, 6);
const BYTES: u32 = 16;

const NEAR: usize = 2;
const NEAR_FAMILY: Part = (2, 6);
const NEAR_PREFIX: Part = (8, 8);
const DISTANCE: Part = (16, 16);

/// How many bytes a word holds, and how many are near it.
const ROOM: usize = size_of::<usize>() - 2;
pub(crate) const LONG: usize = 16;

/// An address as the rest of the library knows it, for as long as it is looked at.
#[repr(C)]
struct Unpacked {
    head: nl_addr,
    bytes: [u8; LONG],
}

const _: () = assert!(offset_of!(Unpacked, bytes) == size_of::<nl_addr>());

fn get(word: usize, (from, count): Part) -> usize {
    word >> from & ((1 << count) - 1)
}

/// The number in its place, if it has so few bits.
fn set((from, count): Part, number: usize) -> Option<usize> {
    (number >> count == 0).then_some(number << from)
}

/// The bits of a part.
fn mask((from, count): Part) -> usize {
    ((1 << count) - 1) << from
}

fn is_near(word: usize) -> bool {
    word & 3 == NEAR
}

impl Unpacked {
    fn addr(&mut self) -> *mut nl_addr {
        (&raw mut *self).cast()
    }
}

/// The word that holds an address, if one does.
fn packed(family: c_int, prefix: c_int, bytes: &[u8]) -> Option<usize> {
    let number = match *bytes {
        _ if bytes.len() > ROOM => return None,
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) as usize,
        [a, b, c, d, e, f] => u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) as usize,
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | usize::from(*byte)),
    };
    let prefix = set(PREFIX, prefix.try_into().ok()?)?;
    let family = set(FAMILY, family.try_into().ok()?)?;
    Some(number << BYTES | prefix | family | set(LEN, bytes.len())? | 1)
}

/// The word for an address so far behind it, if one can say that.
fn near(family: c_int, prefix: c_int, distance: usize) -> Option<usize> {
    let prefix = set(NEAR_PREFIX, prefix.try_into().ok()?)?;
    let family = set(NEAR_FAMILY, family.try_into().ok()?)?;
    Some(set(DISTANCE, distance)? | prefix | family | NEAR)
}

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicPtr::new(null_mut()))
    }

    fn word(&self) -> *mut nl_addr {
        self.0.load(Acquire)
    }

    /// Whether it is no pointer.
    fn holds(word: *mut nl_addr) -> bool {
        word.addr() & 3 != 0
    }

    /// The address that this slot's word, which is no pointer, stands for.
    fn unpacked(&self, word: usize) -> Unpacked {
        let mut bytes = [0; LONG];
        if is_near(word) {
            let from = (&raw const *self).cast::<u8>().wrapping_add(get(word, DISTANCE));
            // SAFETY: the object ends with so many bytes, which were put there with the word.
            unsafe { core::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), LONG) };
            let (family, prefix) = (get(word, NEAR_FAMILY), get(word, NEAR_PREFIX));
            let head = nl_addr::lone(family as c_int, LONG as u32, prefix as c_int, LONG);
            return Unpacked { head, bytes };
        }
        for (to, from) in bytes.iter_mut().zip((word >> BYTES).to_le_bytes()) {
            *to = from;
        }
        let (family, prefix) = (get(word, FAMILY) as c_int, get(word, PREFIX) as c_int);
        Unpacked { head: nl_addr::lone(family, get(word, LEN) as u32, prefix, ROOM), bytes }
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
            let new = nl_addr_clone(&*self.unpacked(word.addr()).addr());
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
        if Slot::holds(word) { look(self.unpacked(word.addr()).addr()) } else { look(word) }
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
        let key = if is_near(word.addr()) {
            return None;
        } else if Slot::holds(word) {
            word.addr()
        } else {
            // SAFETY: NULL or live.
            let addr = unsafe { word.as_ref() }?;
            packed(0, if addr.len > 0 { addr.prefix } else { 0 }, addr.slice())?
        };
        // Families are told apart by what files it, and without bytes a prefix does not count.
        let aside = if get(key, LEN) > 0 { mask(FAMILY) } else { mask(FAMILY) | mask(PREFIX) };
        Some((key & !aside) as u64)
    }

    pub(crate) fn cmp(&self, other: &Slot) -> c_int {
        let (a, b) = (self.word(), other.word());
        if a == b && !is_near(a.addr()) {
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
        // SAFETY: the attribute is whole.
        unsafe { self.read_near(nla, family, null_mut) }
    }

    /// The same. An address of 16 bytes goes where `place` says, behind the slot in the same object, if that is not NULL.
    pub(crate) unsafe fn read_near(
        &mut self,
        nla: &nlattr,
        family: c_int,
        place: impl FnOnce() -> *mut u8,
    ) -> Done {
        let len = nla_len(nla).max(0) as usize;
        // SAFETY: the attribute is whole.
        let bytes = unsafe { core::slice::from_raw_parts(nla_data(nla).cast::<u8>(), len) };
        let prefix = whole_prefix(family, len);
        let place = if len == LONG { place() } else { null_mut() };
        let distance = place.addr().wrapping_sub((&raw const *self).addr());
        match near(family, prefix, distance).filter(|_| !place.is_null()) {
            // SAFETY: the place has room for them.
            Some(word) => unsafe {
                core::ptr::copy_nonoverlapping(bytes.as_ptr(), place, LONG);
                self.fill(without_provenance_mut(word));
                Ok(())
            },
            None => self.put(family, prefix, bytes),
        }
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
        self.set_part([PREFIX, NEAR_PREFIX], prefix, |addr| addr.prefix = prefix)
    }

    /// Makes the family the one that addresses of this length mostly are of.
    pub(crate) fn guess_family(&mut self) -> Done {
        let word = self.word();
        let held = Slot::holds(word) && !is_near(word.addr());
        let len = if held { get(word.addr(), LEN) as u32 } else { self.ask(0, |addr| addr.len) };
        let family = guess_family(len);
        self.set_part([FAMILY, NEAR_FAMILY], family, |addr| addr.family = family)
    }

    /// Changes a part of the address, if there is one: in the word if that has room for it.
    fn set_part(
        &mut self,
        [held, near]: [Part; 2],
        value: c_int,
        change: impl FnOnce(&mut nl_addr),
    ) -> Done {
        let word = *self.0.get_mut();
        let part = if is_near(word.addr()) { near } else { held };
        let new = usize::try_from(value).ok().and_then(|value| set(part, value));
        if let (true, Some(new)) = (Slot::holds(word), new) {
            *self.0.get_mut() = without_provenance_mut(word.addr() & !mask(part) | new);
            return Ok(());
        }
        // SAFETY: NULL or live.
        if let Some(addr) = unsafe { self.get().as_mut() } {
            change(addr);
        }
        if self.is_none() || !Slot::holds(self.word()) { Ok(()) } else { Err(NLE_NOMEM) }
    }

    /// What a copy of the object holds: an address of its own.
    pub(crate) fn copy(&self) -> Result<Slot, c_int> {
        let word = self.word();
        let is_held = Slot::holds(word) && !is_near(word.addr());
        if is_held || word.is_null() {
            return Ok(Slot(AtomicPtr::new(word)));
        }
        // SAFETY: it is live.
        let copy = self.view(|addr| unsafe { nl_addr_clone(&*addr) });
        if copy.is_null() { Err(NLE_NOMEM) } else { Ok(Slot(AtomicPtr::new(copy))) }
    }
}
