// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which attributes of a nest have been met.

/// A set of small numbers. Of numbers from 1024 on it may say too much.
#[derive(Default)]
pub(super) struct Seen([u64; 16]);

impl Seen {
    /// Adds a number, and says whether it was there; perhaps falsely from 1024 on.
    #[inline]
    pub(super) fn insert(&mut self, number: u16) -> bool {
        let bit = 1u64 << (number & 63);
        let slot = self.0.get_mut(usize::from(number >> 6 & 15));
        slot.is_some_and(|word| {
            let was = *word & bit != 0;
            *word |= bit;
            was
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn small_numbers_are_told_apart() {
        let mut seen = Seen::default();
        assert!((0..1024).all(|n| !seen.insert(n)));
        assert!((0..1024).all(|n| seen.insert(n)));
    }
}
