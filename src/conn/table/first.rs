// SPDX-License-Identifier: MIT OR Apache-2.0
//! The first dump of a table.

use super::core::{Change, Core, OWN};
use super::heap::Handle;
use super::key::Shape;
use crate::error::Fault;
use crate::sys::Memory;
use crate::wire::Message;

/// The number of objects above which the index is filled part by part, of 16.
const MANY: usize = 1 << 15;
const PARTS_SHIFT: u32 = 28;

/// Bytes of a hash and a handle.
const ENTRY: usize = 8;

impl Core {
    #[inline(always)]
    pub(super) fn row_of_first_dump(
        &mut self,
        m: &Message<'_>,
        nsid: Option<i32>,
    ) -> Result<Change, Fault> {
        let len = self.stage(m)?;
        // What the index will take.
        let index = self.live.saturating_mul(16);
        if self.heap.bytes().saturating_add(index).saturating_add(len) > self.cap {
            return Err(Fault::TooMuch);
        }
        let mark = self.current(false);
        self.now = self.heap.keep(len, mark, nsid.unwrap_or(OWN))?;
        self.count(mark, usize::saturating_add);
        Ok(Change::New)
    }

    /// Puts the objects of the first dump into the index. Of two with the same key, which a dump can show
    /// of an object that moved while it was made, the later one stays.
    pub(super) fn catch_up(&mut self) -> Result<(), Fault> {
        self.bulk = false;
        if self.indexed >= self.heap.top() {
            return Ok(());
        }
        let hashed = self.hash_all()?;
        self.index.reserve_for(self.live)?;
        // Slot by slot of the processor's caches: a part of the hashes is a part of the index.
        let shift = if self.live < MANY { 32 } else { PARTS_SHIFT };
        for part in 0..u64::from(u32::MAX).wrapping_shr(shift).saturating_add(1) {
            for bytes in hashed.chunks_exact(ENTRY) {
                let entry = bytes.first_chunk().map_or(0, |b| u64::from_ne_bytes(*b));
                let (hash, at) = ((entry >> 32) as u32, entry as Handle);
                if u64::from(hash).wrapping_shr(shift) == part {
                    self.index_one(hash, at);
                }
            }
        }
        self.indexed = self.heap.top();
        Ok(())
    }

    /// The hash and the handle of each object that is not in the index.
    fn hash_all(&self) -> Result<Memory, Fault> {
        let (mut hashed, mut shape, mut from) = (Memory::new(), Shape::new(), self.indexed);
        while let Some(at) = self.heap.next(from) {
            from = self.heap.after(at);
            let kept = self.heap.bytes_at(at);
            self.plan.fit(&mut shape, kept);
            let hash = self.plan.hash(&shape, kept, self.heap.nsid(at), self.seed);
            let entry = u64::from(hash) << 32 | u64::from(at);
            hashed.append(&entry.to_ne_bytes())?;
        }
        Ok(hashed)
    }

    #[inline]
    fn index_one(&mut self, hash: u32, at: Handle) {
        if let Some(twin) = self.twin(hash, at) {
            self.discard(twin);
        }
        self.index.insert(hash, at);
    }

    /// The object in the index that the one at `at` is another report of.
    #[inline]
    fn twin(&self, hash: u32, at: Handle) -> Option<Handle> {
        let mut probe = self.index.probe(hash);
        while let Some(other) = self.index.next(&mut probe, hash) {
            let (a, b) = (self.heap.bytes_at(at), self.heap.bytes_at(other));
            let same = !self.spec.exact || a == b;
            let near = self.heap.nsid(at) == self.heap.nsid(other);
            if same && near && self.plan.same(&self.plan.shape(a), a, b) {
                return Some(other);
            }
        }
        None
    }
}
