// SPDX-License-Identifier: MIT OR Apache-2.0
//! Objects of a table as they come, change and go.

use super::core::{Change, Core, Entry, NONE};
use super::heap::{Handle, Heap, Mark};
use super::index::Index;
use super::keep::{self, Difference};
use crate::error::Fault;
use crate::grow;
use crate::wire::Message;

impl Core {
    /// As [`Core::enter`], without the key.
    #[inline(always)]
    pub(super) fn stage(&mut self, m: &Message<'_>) -> Result<usize, Fault> {
        self.plan.fit(&mut self.shape, m.bytes());
        let out = self.heap.stage(m.bytes().len())?;
        Ok(keep::copy(&self.plan, m, self.shape.roles, out))
    }

    /// The hash of a kept object's key.
    pub(super) fn hash_at(&self, at: Handle) -> u32 {
        let (kept, nsid) = (self.heap.bytes_at(at), self.heap.nsid(at));
        self.plan.hash(&self.plan.shape(kept), kept, nsid, self.seed)
    }

    /// Compares the object at `at` with the staged message.
    pub(super) fn compare(&mut self, at: Handle) -> Result<Difference, Fault> {
        let staged = self.heap.staged().map_or(&[][..], |m| m.bytes());
        keep::compare(&self.plan, self.heap.bytes_at(at), staged, &mut self.changed)
    }

    pub(super) fn current(&self, touched: bool) -> Mark {
        Mark { generation: self.generation, touched, dead: false }
    }

    pub(super) fn is_touched(&self, mark: Mark) -> bool {
        mark.touched && self.dumping && mark.generation == self.generation
    }

    pub(super) fn is_dumping(&self, entry: &Entry<'_>) -> bool {
        self.dumping && entry.nsid == self.scope
    }

    /// Counts an object in, or out.
    pub(super) fn count(&mut self, mark: Mark, one: fn(usize, usize) -> usize) {
        if mark.dead {
            self.dead = one(self.dead, 1);
            return;
        }
        self.live = one(self.live, 1);
        if mark.generation == self.generation {
            self.fresh = one(self.fresh, 1);
        }
    }

    /// Says what is known of the object at `at` now.
    pub(super) fn mark(&mut self, at: Handle, mark: Mark) {
        self.count(self.heap.mark(at), usize::saturating_sub);
        self.count(mark, usize::saturating_add);
        self.heap.set_mark(at, mark);
    }

    /// Keeps the staged message.
    #[inline]
    pub(super) fn keep(&mut self, entry: &Entry<'_>, mark: Mark) -> Result<Handle, Fault> {
        let index = self.index.bytes_with_one_more();
        if self.heap.bytes().saturating_add(index).saturating_add(entry.len) > self.cap {
            return Err(Fault::TooMuch);
        }
        self.index.reserve()?;
        let at = self.heap.keep(entry.len, mark, entry.nsid)?;
        self.index.insert(entry.hash, at);
        self.indexed = self.heap.top();
        self.count(mark, usize::saturating_add);
        Ok(at)
    }

    #[inline]
    pub(super) fn insert(&mut self, entry: &Entry<'_>, touched: bool) -> Result<Change, Fault> {
        self.now = self.keep(entry, self.current(touched))?;
        Ok(Change::New)
    }

    /// The object at `at` is now like the staged message.
    pub(super) fn update(
        &mut self,
        entry: &Entry<'_>,
        at: Handle,
        touched: bool,
    ) -> Result<Change, Fault> {
        let difference = self.compare(at)?;
        if difference == Difference::None {
            self.mark(at, self.current(touched));
            return Ok(Change::Nothing);
        }
        let now = self.keep(entry, self.current(touched))?;
        if difference == Difference::Quiet {
            self.discard(at);
            return Ok(Change::Nothing);
        }
        // In an exact table the dump may still show what it was: that must be known to be over.
        if touched && self.spec.exact {
            self.end(entry, at);
        } else {
            self.discard(at);
        }
        (self.now, self.before) = (now, at);
        Ok(Change::Changed)
    }

    /// Takes the object at `at` out of the table: during a dump it is remembered, so that an older row
    /// does not bring it back.
    pub(super) fn end(&mut self, entry: &Entry<'_>, at: Handle) {
        if self.is_dumping(entry) {
            self.mark(at, Mark { dead: true, ..self.current(true) });
        } else {
            self.discard(at);
        }
    }

    /// Forgets the object at `at`.
    pub(super) fn discard(&mut self, at: Handle) {
        let hash = self.hash_at(at);
        self.count(self.heap.mark(at), usize::saturating_sub);
        self.index.remove(hash, at);
        self.heap.free(at);
    }

    /// Forgets what is dead.
    pub(super) fn bury(&mut self) {
        let mut from = NONE;
        while let Some(at) = self.heap.next(from).filter(|_| self.dead > 0) {
            from = self.heap.after(at);
            if self.heap.mark(at).dead {
                self.discard(at);
            }
        }
    }

    pub(super) fn bury_one(&mut self, at: Handle) {
        if at != NONE {
            self.discard(at);
        }
    }

    /// Gives memory back when most of much is not used any more.
    pub(super) fn tidy(&mut self) {
        if self.heap.is_wasteful() {
            // Without memory for it the table stays as it is.
            let _ = self.rebuild();
        }
    }

    /// Copies the objects to new memory.
    fn rebuild(&mut self) -> Result<(), Fault> {
        self.catch_up()?;
        let (mut heap, mut index) = (Heap::new(), Index::new());
        let mut from = NONE;
        while let Some(at) = self.heap.next(from) {
            from = self.heap.after(at);
            let (bytes, nsid) = (self.heap.bytes_at(at), self.heap.nsid(at));
            grow::write(heap.stage(bytes.len())?, bytes);
            index.reserve()?;
            index.insert(self.hash_at(at), heap.keep(bytes.len(), self.heap.mark(at), nsid)?);
        }
        (self.heap, self.index) = (heap, index);
        self.indexed = self.heap.top();
        Ok(())
    }
}
