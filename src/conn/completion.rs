// SPDX-License-Identifier: MIT OR Apache-2.0
//! How requests ended that nobody waits for one by one, until they are asked for.

use super::engine::Id;
use super::report::Success;
use super::store::{Reply, Rows};
use crate::error::{Fault, Result};
use crate::ring::Ring;

/// The end of a submitted request.
#[derive(Debug)]
pub struct Completion {
    /// Which one.
    pub id: Id,
    /// What was submitted with it.
    pub user: u64,
    /// What the kernel answered, or why not.
    pub result: Result<Reply>,
}

/// What has come so far for one request.
#[derive(Debug)]
struct Part {
    id: Id,
    rows: Rows,
}

/// The answers to submitted requests.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Those under way; the kernel answers one after the other, so there are few.
    parts: Ring<Part>,
    ended: Ring<Completion>,
    /// Bytes of those that have ended.
    kept: usize,
}

impl Answers {
    /// Makes room for the completions of `n` requests.
    pub(super) fn reserve(&mut self, n: usize) -> core::result::Result<(), Fault> {
        self.ended.reserve_for(n)
    }

    /// Bytes of the completions that have not been taken.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// Keeps an object for request `id`.
    pub(super) fn keep(
        &mut self,
        id: Id,
        message: &[u8],
        cap: usize,
    ) -> core::result::Result<(), Fault> {
        if self.parts.position(|p| p.id == id).is_none() {
            self.parts.reserve()?;
            self.parts.push(Part { id, rows: Rows::default() });
        }
        let index = self.parts.position(|p| p.id == id);
        let part = index.and_then(|index| self.parts.get_mut(index)).ok_or(Fault::NoMemory)?;
        part.rows.push(message, cap)
    }

    /// Forgets what has come for request `id`.
    pub(super) fn forget(&mut self, id: Id) -> Rows {
        let part = self.parts.position(|p| p.id == id).and_then(|index| self.parts.remove(index));
        part.map(|p| p.rows).unwrap_or_default()
    }

    /// Request `id` has ended.
    pub(super) fn end(&mut self, id: Id, user: u64, end: Result<Success>) {
        let rows = self.forget(id);
        let result = end.map(|success| Reply { rows, warning: success.warning });
        let completion = Completion { id, user, result };
        self.kept = self.kept.saturating_add(cost(&completion));
        self.ended.push(completion);
    }

    /// The oldest completion.
    pub(super) fn pop(&mut self) -> Option<Completion> {
        let completion = self.ended.remove(0)?;
        self.kept = self.kept.saturating_sub(cost(&completion));
        Some(completion)
    }
}

fn cost(completion: &Completion) -> usize {
    let rows = completion.result.as_ref().map_or(0, |reply| reply.bytes().len());
    size_of::<Completion>().saturating_add(rows)
}
