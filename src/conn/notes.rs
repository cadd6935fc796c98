// SPDX-License-Identifier: MIT OR Apache-2.0
//! Notifications that came while something else was waited for.

use alloc::vec::Vec;

use crate::grow;
use crate::ring::Ring;

/// A notification with where it came from.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub(super) bytes: Vec<u8>,
    pub(super) group: u32,
    pub(super) nsid: Option<i32>,
}

/// A queue with a cap. What does not fit is an overrun at its place, like one in the kernel.
#[derive(Debug)]
pub(super) struct Notes {
    /// `None` stands where notifications are missing.
    queue: Ring<Option<Note>>,
    bytes: usize,
    cap: usize,
    /// How often something did not fit.
    overruns: u64,
}

impl Notes {
    pub(super) fn new(cap: usize) -> Self {
        Notes { queue: Ring::new(), bytes: 0, cap, overruns: 0 }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Appends a copy of a notification, or marks that it is missing.
    pub(super) fn push(&mut self, message: &[u8], group: u32, nsid: Option<i32>) {
        let cost = message.len().saturating_add(size_of::<Note>());
        let fits = cost <= self.cap.saturating_sub(self.bytes) && self.queue.reserve().is_ok();
        let Some(bytes) = grow::copy(message).ok().filter(|_| fits) else {
            if !self.is_marked() {
                self.overruns = self.overruns.wrapping_add(1);
            }
            return self.overrun();
        };
        self.bytes = self.bytes.saturating_add(cost);
        self.queue.push(Some(Note { bytes, group, nsid }));
    }

    /// How often the queue was full: once for all that is missing in one place.
    pub(super) fn overruns(&self) -> u64 {
        self.overruns
    }

    /// Whether what came last is missing.
    fn is_marked(&self) -> bool {
        matches!(self.queue.back(), Some(None))
    }

    /// Marks that notifications are missing here. Marks side by side are one.
    pub(super) fn overrun(&mut self) {
        if !self.is_marked() && self.queue.reserve().is_ok() {
            self.queue.push(None);
        }
    }

    /// The oldest entry: `Some(None)` where notifications are missing.
    pub(super) fn pop(&mut self) -> Option<Option<Note>> {
        let entry = self.queue.remove(0)?;
        if let Some(note) = &entry {
            let cost = note.bytes.len().saturating_add(size_of::<Note>());
            self.bytes = self.bytes.saturating_sub(cost);
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(notes: &mut Notes) -> Vec<Option<u8>> {
        core::iter::from_fn(|| notes.pop()).map(|n| n.map(|n| n.bytes[0])).collect()
    }

    #[test]
    fn an_overrun_stands_where_notifications_are_missing() {
        let mut notes = Notes::new(1000);
        notes.push(&[1], 0, None);
        notes.overrun();
        notes.overrun();
        notes.push(&[2], 0, None);
        assert_eq!(drain(&mut notes), [Some(1), None, Some(2)]);
    }

    #[test]
    fn beyond_the_cap_is_an_overrun_and_room_comes_back() {
        let mut notes = Notes::new(2 * (size_of::<Note>() + 1));
        (1..=4).for_each(|n| notes.push(&[n], 0, None));
        assert_eq!(drain(&mut notes), [Some(1), Some(2), None]);
        assert_eq!(notes.overruns(), 1);
        notes.push(&[5], 0, None);
        assert_eq!(drain(&mut notes), [Some(5)]);
    }
}
