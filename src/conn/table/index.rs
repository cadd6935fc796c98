// SPDX-License-Identifier: MIT OR Apache-2.0
//! From a key's hash to the blocks of objects: open addressing with linear probing.
//!
//! A slot holds a handle and 32 bits of the hash, whose upper ones say where it belongs. So the slots
//! are nearly sorted by hash, and growing moves them from one end to the other. An entry that goes is
//! followed by those behind it, so that no mark is left.

use super::heap::Handle;
use crate::error::Fault;
use crate::sys::Memory;

const SLOT: usize = 8;

/// The smallest number of slots, as a power of two.
const FIRST: u32 = 6;

pub(super) struct Index {
    /// Slots of 64 bits, hash above handle; 0 is empty.
    slots: Memory,
    /// Their number, as a power of two.
    bits: u32,
    used: usize,
}

/// Where a search has come.
#[derive(Clone, Copy)]
pub(super) struct Probe(usize);

fn entry(hash: u32, handle: Handle) -> u64 {
    u64::from(hash) << 32 | u64::from(handle)
}

fn handle_of(entry: u64) -> Handle {
    entry as Handle
}

fn hash_of(entry: u64) -> u32 {
    (entry >> 32) as u32
}

impl Index {
    pub(super) const fn new() -> Self {
        Index { slots: Memory::new(), bits: 0, used: 0 }
    }

    /// Bytes that the slots take.
    pub(super) fn bytes(&self) -> usize {
        self.slots.len()
    }

    /// Bytes they will take with one more.
    #[inline]
    pub(super) fn bytes_with_one_more(&self) -> usize {
        if self.has_room() { self.bytes() } else { self.bytes().saturating_mul(2) }
    }

    #[inline]
    fn has_room(&self) -> bool {
        let slots = self.slots.len() / SLOT;
        self.used < slots.saturating_sub(slots / 4)
    }

    #[inline]
    fn home(&self, hash: u32) -> usize {
        hash.checked_shr(32_u32.wrapping_sub(self.bits)).unwrap_or(0) as usize
    }

    #[inline]
    fn wrap(&self, at: usize) -> usize {
        at & (self.slots.len() / SLOT).wrapping_sub(1)
    }

    #[inline]
    fn get(&self, at: usize) -> u64 {
        let start = self.wrap(at).wrapping_mul(SLOT);
        let bytes = self.slots.get(start..).and_then(|b| b.first_chunk());
        bytes.map_or(0, |b| u64::from_ne_bytes(*b))
    }

    #[inline]
    fn set(&mut self, at: usize, entry: u64) {
        let start = self.wrap(at).wrapping_mul(SLOT);
        if let Some(bytes) = self.slots.get_mut(start..).and_then(|b| b.first_chunk_mut()) {
            *bytes = entry.to_ne_bytes();
        }
    }

    /// Starts a search for `hash`.
    #[inline]
    pub(super) fn probe(&self, hash: u32) -> Probe {
        Probe(self.home(hash))
    }

    /// The next handle with this hash.
    #[inline]
    pub(super) fn next(&self, probe: &mut Probe, hash: u32) -> Option<Handle> {
        loop {
            let entry = self.get(probe.0);
            if entry == 0 {
                return None;
            }
            probe.0 = probe.0.wrapping_add(1);
            if hash_of(entry) == hash {
                return Some(handle_of(entry));
            }
        }
    }

    /// Makes room for one more.
    #[inline]
    pub(super) fn reserve(&mut self) -> Result<(), Fault> {
        if self.has_room() { Ok(()) } else { self.grow() }
    }

    /// Makes room for `n` in all.
    pub(super) fn reserve_for(&mut self, n: usize) -> Result<(), Fault> {
        let slots = n.saturating_add(n / 2).saturating_add(1);
        let bits = usize::BITS.saturating_sub(slots.leading_zeros());
        if bits > self.bits { self.grow_to(bits) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), Fault> {
        self.grow_to(self.bits.saturating_add(1))
    }

    fn grow_to(&mut self, bits: u32) -> Result<(), Fault> {
        let bits = bits.max(FIRST);
        let size = SLOT.checked_shl(bits).filter(|_| bits <= 32).ok_or(Fault::NoMemory)?;
        let mut larger = Index { slots: Memory::new(), bits, used: 0 };
        larger.slots.extend(size)?;
        for bytes in self.slots.chunks_exact(SLOT) {
            let entry = bytes.first_chunk().map_or(0, |b| u64::from_ne_bytes(*b));
            if entry != 0 {
                larger.insert(hash_of(entry), handle_of(entry));
            }
        }
        *self = larger;
        Ok(())
    }

    /// Puts a handle in, for which [`Index::reserve`] has made room.
    #[inline]
    pub(super) fn insert(&mut self, hash: u32, handle: Handle) {
        let mut at = self.home(hash);
        while self.get(at) != 0 {
            at = at.wrapping_add(1);
        }
        self.set(at, entry(hash, handle));
        self.used = self.used.saturating_add(1);
    }

    fn find(&self, hash: u32, handle: Handle) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            match self.get(at) {
                0 => return None,
                found if found == entry(hash, handle) => return Some(at),
                _ => at = at.wrapping_add(1),
            }
        }
    }

    /// Takes a handle out. Entries behind it that belong there or before move up.
    pub(super) fn remove(&mut self, hash: u32, handle: Handle) {
        let Some(mut hole) = self.find(hash, handle) else { return };
        let mut at = hole;
        loop {
            at = at.wrapping_add(1);
            let entry = self.get(at);
            if entry == 0 {
                break;
            }
            let away = self.wrap(at.wrapping_sub(self.home(hash_of(entry))));
            if away >= self.wrap(at.wrapping_sub(hole)) {
                self.set(hole, entry);
                hole = at;
            }
        }
        self.set(hole, 0);
        self.used = self.used.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(index: &Index, hash: u32) -> Vec<Handle> {
        let mut probe = index.probe(hash);
        let mut found: Vec<_> = core::iter::from_fn(|| index.next(&mut probe, hash)).collect();
        found.sort_unstable();
        found
    }

    /// Few hashes at the end of the slots, so that runs are long and wrap.
    fn hash(n: u32) -> u32 {
        (n % 7).wrapping_mul(1 << 26).wrapping_sub(1 << 28)
    }

    #[test]
    fn what_was_put_in_is_found_until_it_is_taken_out() {
        let mut index = Index::new();
        for n in 1..300 {
            index.reserve().unwrap();
            index.insert(hash(n), n);
        }
        let mut left: Vec<u32> = (1..300).collect();
        for step in [3, 5, 2, 1] {
            let (gone, stay) = left.iter().partition(|n| **n % step == 0);
            let gone: Vec<u32> = gone;
            left = stay;
            gone.iter().for_each(|n| index.remove(hash(*n), *n));
            for key in 1..8 {
                let expected: Vec<_> = left.iter().copied().filter(|n| n % 7 == key % 7).collect();
                assert_eq!(all(&index, hash(key)), expected);
            }
        }
        assert!(index.used == 0 && index.slots.iter().all(|b| *b == 0));
    }
}
