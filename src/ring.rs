// SPDX-License-Identifier: MIT OR Apache-2.0
//! A queue whose growth may fail: `VecDeque` would abort the program instead.

#![forbid(unsafe_code)]

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;

/// A queue in a ring of slots, a power of two of them.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    slots: Vec<Option<T>>,
    head: usize,
    len: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Ring::new()
    }
}

impl<T> Ring<T> {
    pub(crate) const fn new() -> Self {
        Ring { slots: Vec::new(), head: 0, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn slot(&self, index: usize) -> usize {
        self.head.wrapping_add(index) & self.slots.len().wrapping_sub(1)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        if index >= self.len {
            return None;
        }
        self.slots.get(self.slot(index))?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let slot = self.slot(index);
        self.slots.get_mut(slot)?.as_mut()
    }

    /// The oldest entry.
    #[inline(always)]
    pub(crate) fn first(&self) -> Option<&T> {
        self.slots.get(self.head)?.as_ref()
    }

    pub(crate) fn back(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.len).map_while(|index| self.get(index))
    }

    /// Where the first entry is that `f` holds for.
    pub(crate) fn position(&self, f: impl Fn(&T) -> bool) -> Option<usize> {
        self.iter().position(f)
    }

    /// How many of the first `len` entries `f` holds for; it holds for none behind them.
    pub(crate) fn partition_point(&self, len: usize, f: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, len.min(self.len));
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).is_some_and(&f) {
                true => low = middle.saturating_add(1),
                false => high = middle,
            }
        }
        low
    }

    /// Makes room for one more entry.
    #[inline]
    pub(crate) fn reserve(&mut self) -> Result<(), Fault> {
        if self.len < self.slots.len() { Ok(()) } else { self.grow() }
    }

    /// Makes the queue hold `n` entries beside those there are.
    pub(crate) fn reserve_for(&mut self, n: usize) -> Result<(), Fault> {
        while self.slots.len().saturating_sub(self.len) < n {
            self.grow()?;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), Fault> {
        let size = self.slots.len().saturating_mul(2).max(4);
        let mut slots = Vec::new();
        slots.try_reserve_exact(size)?;
        for index in 0..size {
            let from = self.slot(index);
            let moved = self.slots.get_mut(from).filter(|_| index < self.len);
            grow::push(&mut slots, moved.and_then(Option::take))?;
        }
        (self.slots, self.head) = (slots, 0);
        Ok(())
    }

    /// Appends an entry, for which [`Ring::reserve`] has made room.
    pub(crate) fn push(&mut self, value: T) {
        let slot = self.slot(self.len);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(value);
            self.len = self.len.saturating_add(1);
        }
    }

    /// Takes the entry at `index` out; those behind it move up.
    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        if index >= self.len {
            return None;
        }
        for i in (0..index).rev() {
            let (low, high) = (self.slot(i), self.slot(i.wrapping_add(1)));
            let moved = self.slots.get_mut(low).and_then(Option::take);
            let freed = self.slots.get_mut(high).map(|place| core::mem::replace(place, moved));
            if let (Some(place), Some(freed)) = (self.slots.get_mut(low), freed) {
                *place = freed;
            }
        }
        let value = self.slots.get_mut(self.head).and_then(Option::take);
        self.head = self.slot(1);
        self.len = self.len.saturating_sub(1);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(values: std::ops::Range<u32>) -> Ring<u32> {
        let mut ring = Ring::new();
        for value in values {
            ring.reserve().unwrap();
            ring.push(value);
        }
        ring
    }

    #[test]
    fn entries_leave_in_the_order_they_came() {
        let mut r = ring(0..3);
        for value in 3..1000 {
            assert_eq!(r.remove(0), Some(value - 3));
            r.reserve().unwrap();
            r.push(value);
        }
        assert_eq!(r.iter().copied().collect::<Vec<_>>(), [997, 998, 999]);
    }

    #[test]
    fn an_entry_in_the_middle_can_be_taken_out() {
        let mut r = ring(0..6);
        assert_eq!(r.remove(3), Some(3));
        assert_eq!(r.remove(9), None);
        assert_eq!(r.iter().copied().collect::<Vec<_>>(), [0, 1, 2, 4, 5]);
        assert_eq!((r.back(), r.position(|v| *v == 4)), (Some(&5), Some(3)));
        assert_eq!((r.partition_point(5, |v| *v < 4), r.partition_point(2, |_| true)), (3, 2));
    }
}
