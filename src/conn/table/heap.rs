// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where objects are kept: blocks of one area, found by 32-bit handles.
//!
//! A block is three words and a message. Freed blocks keep their message until they are used again, so
//! that it can still be shown; of each size there is a list of them.

use crate::error::Fault;
use crate::grow;
use crate::sys::Memory;
use crate::wire::Message;

/// Handles count in units of so many bytes.
const UNIT: usize = 8;

/// The words before the message: size and flags, stamp or next free block, namespace.
const HEAD: usize = 12;

/// Sizes of up to so many units have a list each; above, there are [`STEPS`] sizes to each doubling.
const EXACT: usize = 64;
const STEPS: usize = 8;
const CLASSES: usize = EXACT + STEPS * 21;

/// Nothing is kept at the start of the area: handle 0 is none.
const NONE: u32 = 0;

/// Flags beside the size of a block.
const FREE: u32 = 1 << 31;
const DEAD: u32 = 1 << 30;
const TOUCHED: u32 = 1 << 29;
const FLAGS: u32 = FREE | DEAD | TOUCHED;

/// A block's handle: where it starts.
pub(super) type Handle = u32;

/// What is known of an object beside its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The dump, or the time between two, that it was last heard of in.
    pub(super) generation: u32,
    /// Whether a notification told.
    pub(super) touched: bool,
    /// Whether it has been deleted, and is only remembered.
    pub(super) dead: bool,
}

impl Mark {
    #[inline(always)]
    fn flags(&self) -> u32 {
        (if self.touched { TOUCHED } else { 0 }) | if self.dead { DEAD } else { 0 }
    }
}

pub(super) struct Heap {
    memory: Memory,
    /// Units in use, from the start.
    top: u32,
    /// Units of free blocks.
    waste: u32,
    free: [Handle; CLASSES],
}

/// The class of a block of so many units, and how many units blocks of that class have.
#[inline(always)]
fn class(units: usize) -> Option<(usize, usize)> {
    if units < EXACT { Some((units, units)) } else { large_class(units) }
}

#[inline(never)]
fn large_class(units: usize) -> Option<(usize, usize)> {
    let doublings = units.ilog2().checked_sub(EXACT.ilog2())?;
    let step = (EXACT / STEPS).checked_shl(doublings)?;
    let steps = units.div_ceil(step);
    let index = (doublings as usize).checked_mul(STEPS)?.checked_add(steps)?;
    Some((index.checked_add(EXACT - STEPS)?, steps.checked_mul(step)?))
}

/// Units of a block with a message of `len` bytes.
fn units_of(len: usize) -> usize {
    len.saturating_add(HEAD).div_ceil(UNIT)
}

impl Heap {
    pub(super) const fn new() -> Self {
        Heap { memory: Memory::new(), top: 1, waste: 0, free: [NONE; CLASSES] }
    }

    /// Bytes that blocks take, in use or free.
    pub(super) fn bytes(&self) -> usize {
        (self.top as usize).saturating_mul(UNIT)
    }

    /// Where the next block will start, unless it takes the place of another.
    pub(super) fn top(&self) -> Handle {
        self.top
    }

    /// Whether free blocks are most of much.
    pub(super) fn is_wasteful(&self) -> bool {
        const MUCH: u32 = (1 << 20) / UNIT as u32;
        self.top > MUCH && self.waste > self.top / 2
    }

    fn word(&self, at: Handle, index: usize) -> u32 {
        let start = (at as usize).saturating_mul(UNIT).saturating_add(index.saturating_mul(4));
        let bytes = self.memory.get(start..).and_then(|b| b.first_chunk());
        bytes.map_or(0, |b| u32::from_ne_bytes(*b))
    }

    fn set_word(&mut self, at: Handle, index: usize, word: u32) {
        let start = (at as usize).saturating_mul(UNIT).saturating_add(index.saturating_mul(4));
        if let Some(bytes) = self.memory.get_mut(start..).and_then(|b| b.first_chunk_mut()) {
            *bytes = word.to_ne_bytes();
        }
    }

    fn units(&self, at: Handle) -> u32 {
        self.word(at, 0) & !FLAGS
    }

    /// What is known of the object at `at`.
    #[inline]
    pub(super) fn mark(&self, at: Handle) -> Mark {
        let flags = self.word(at, 0);
        Mark {
            generation: self.word(at, 1),
            touched: flags & TOUCHED != 0,
            dead: flags & DEAD != 0,
        }
    }

    /// Says what is known of the object at `at`.
    #[inline]
    pub(super) fn set_mark(&mut self, at: Handle, mark: Mark) {
        self.set_word(at, 0, self.units(at) | mark.flags());
        self.set_word(at, 1, mark.generation);
    }

    /// The namespace of the object at `at`.
    pub(super) fn nsid(&self, at: Handle) -> i32 {
        self.word(at, 2) as i32
    }

    /// The message at `at`, or what was there before the block was freed.
    #[inline]
    pub(super) fn message(&self, at: Handle) -> Option<Message<'_>> {
        let start = (at as usize).checked_mul(UNIT)?.checked_add(HEAD)?;
        Message::split(self.memory.get(start..)?).ok().map(|(message, _)| message)
    }

    /// The bytes of the message at `at`.
    #[inline]
    pub(super) fn bytes_at(&self, at: Handle) -> &[u8] {
        self.message(at).map_or(&[], |m| m.bytes())
    }

    /// Where the next block is going to start: room for a message of `len` bytes, to be written before
    /// it is known whether it will be kept.
    #[inline]
    pub(super) fn stage(&mut self, len: usize) -> Result<&mut [u8], Fault> {
        let start = self.bytes().saturating_add(HEAD);
        let end = start.saturating_add(len).saturating_add(UNIT);
        if end > self.memory.len() {
            self.widen(end)?;
        }
        self.memory.get_mut(start..end).ok_or(Fault::NoMemory)
    }

    /// Makes the area hold more than `end` bytes. It is extended in large steps, of which only what is
    /// used costs memory.
    #[cold]
    fn widen(&mut self, end: usize) -> Result<(), Fault> {
        let more = end.max(self.memory.len().saturating_mul(2)).saturating_sub(self.memory.len());
        self.memory.extend(more)
    }

    /// The message that was staged.
    #[inline]
    pub(super) fn staged(&self) -> Option<Message<'_>> {
        self.message(self.top)
    }

    /// Keeps the staged message of `len` bytes: where it is if there is no free block for it.
    #[inline(always)]
    pub(super) fn keep(&mut self, len: usize, mark: Mark, nsid: i32) -> Result<Handle, Fault> {
        let (class, units) = class(units_of(len)).ok_or(Fault::TooMuch)?;
        let at = match self.free.get(class).copied().unwrap_or(NONE) {
            NONE => self.rise(units)?,
            free => self.reuse(free, class, len),
        };
        self.set_head(at, [units as u32 | mark.flags(), mark.generation, nsid as u32]);
        Ok(at)
    }

    /// Makes the staged message a block of so many units.
    #[inline(always)]
    fn rise(&mut self, units: usize) -> Result<Handle, Fault> {
        let at = self.top;
        let top = u32::try_from(units).ok().and_then(|units| at.checked_add(units));
        let top = top.filter(|top| top & FLAGS == 0).ok_or(Fault::TooMuch)?;
        if (top as usize).saturating_mul(UNIT) > self.memory.len() {
            self.widen((top as usize).saturating_mul(UNIT))?;
        }
        self.top = top;
        Ok(at)
    }

    #[inline(always)]
    fn set_head(&mut self, at: Handle, [a, b, c]: [u32; 3]) {
        let start = (at as usize).saturating_mul(UNIT);
        let words = [a.to_ne_bytes(), b.to_ne_bytes(), c.to_ne_bytes()];
        if let Some(head) = self.memory.get_mut(start..).and_then(|b| b.first_chunk_mut::<HEAD>()) {
            grow::write(head, words.as_flattened());
        }
    }

    /// Copies the staged message to the first free block of its class.
    #[inline(never)]
    fn reuse(&mut self, at: Handle, class: usize, len: usize) -> Handle {
        let next = self.word(at, 1);
        if let Some(first) = self.free.get_mut(class) {
            *first = next;
        }
        self.waste = self.waste.saturating_sub(self.units(at));
        let from = self.bytes().saturating_add(HEAD);
        let to = (at as usize).saturating_mul(UNIT).saturating_add(HEAD);
        if let Some((low, staged)) = self.memory.split_at_mut_checked(from) {
            let room = low.get_mut(to..).unwrap_or_default();
            grow::write(room, staged.get(..len).unwrap_or_default());
        }
        at
    }

    /// Frees the block at `at`. Its message stays until a message is kept.
    pub(super) fn free(&mut self, at: Handle) {
        let units = self.units(at);
        let Some((class, _)) = class(units as usize) else { return };
        self.set_word(at, 0, units | FREE);
        if let Some(first) = self.free.get_mut(class) {
            let next = core::mem::replace(first, at);
            self.set_word(at, 1, next);
        }
        self.waste = self.waste.saturating_add(units);
    }

    /// The first block of an object at or behind `at`.
    pub(super) fn next(&self, mut at: Handle) -> Option<Handle> {
        at = at.max(1);
        while at < self.top {
            if self.word(at, 0) & FREE == 0 {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    /// What follows the block at `at`.
    pub(super) fn after(&self, at: Handle) -> Handle {
        at.saturating_add(self.units(at).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Header;

    const MARK: Mark = Mark { generation: 7, touched: true, dead: false };

    fn put(heap: &mut Heap, len: usize, nsid: i32) -> Handle {
        let header = Header { len: len as u32, kind: 16, ..Header::default() };
        let room = heap.stage(len).unwrap();
        room[..16].copy_from_slice(&header.to_bytes());
        room[16..len].fill(nsid as u8);
        heap.keep(len, MARK, nsid).unwrap()
    }

    #[test]
    fn every_size_has_a_class_that_holds_it_and_wastes_little() {
        let mut before = 0;
        for units in (1..5000).chain([1 << 20, (1 << 26) - 1]) {
            let (index, size) = class(units).unwrap();
            assert!(size >= units && size - units <= units / 8, "{units}: {size}");
            assert_eq!(class(size), Some((index, size)));
            assert!((before..CLASSES).contains(&index), "{units}: {index}");
            before = index;
        }
    }

    #[test]
    fn freed_blocks_keep_their_message_and_are_used_again() {
        let mut heap = Heap::new();
        let all: Vec<_> = (0..100).map(|n| put(&mut heap, 16 + 4 * n, n as i32)).collect();
        let bytes = heap.bytes();
        heap.free(all[50]);
        assert_eq!(heap.bytes_at(all[50])[16..], [50; 200]);
        assert_eq!(put(&mut heap, 16 + 4 * 50, 5), all[50]);
        assert_eq!(heap.bytes(), bytes);
        for (n, at) in all.iter().enumerate().filter(|(n, _)| *n != 50) {
            assert_eq!((heap.nsid(*at), heap.mark(*at)), (n as i32, MARK));
            assert!(heap.bytes_at(*at)[16..].iter().all(|b| usize::from(*b) == n));
        }
    }

    #[test]
    fn a_walk_sees_the_blocks_in_use_in_order() {
        let mut heap = Heap::new();
        let all: Vec<_> = (0..9).map(|n| put(&mut heap, 16 + 100 * n, 1)).collect();
        [0, 3, 4, 8].into_iter().for_each(|n| heap.free(all[n]));
        let mut seen = Vec::new();
        let mut at = 0;
        while let Some(found) = heap.next(at) {
            seen.push(found);
            at = heap.after(found);
        }
        assert_eq!(seen, [1, 2, 5, 6, 7].map(|n| all[n]));
    }
}
