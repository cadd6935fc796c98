// SPDX-License-Identifier: MIT OR Apache-2.0
//! Answers that are kept: those of a call, of a consistent dump, or of a dump that is not read just now.

use alloc::string::String;

use super::engine::{Id, Mode};
use super::report::Success;
use super::socket::Socket;
use crate::error::{Error, Fault, Result};
use crate::sys::Memory;
use crate::wire::{Message, Messages, align4};

/// Messages one after the other, up to a cap.
#[derive(Debug, Default)]
pub(super) struct Rows {
    bytes: Memory,
    read: usize,
}

impl Rows {
    pub(super) fn push(&mut self, message: &[u8], cap: usize) -> core::result::Result<(), Fault> {
        let len = align4(message.len());
        if len > cap.saturating_sub(self.bytes.len()) {
            return Err(Fault::TooMuch);
        }
        self.bytes.append(message)?;
        self.bytes.extend(len.saturating_sub(message.len()))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.read = 0;
    }

    /// The next message that has not been read.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Message<'_>> {
        let (message, after) = Message::split(self.bytes.get(self.read..)?).ok()?;
        self.read = self.bytes.len().saturating_sub(after.len());
        Some(message)
    }
}

/// What is kept for a dump that somebody reads.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) id: Id,
    pub(super) mode: Mode,
    pub(super) rows: Rows,
    pub(super) end: Option<Result<Success>>,
    pub(super) interrupted: bool,
    pub(super) restarts: u32,
}

impl Store {
    pub(super) fn new(id: Id, mode: Mode) -> Self {
        Store { id, mode, rows: Rows::default(), end: None, interrupted: false, restarts: 0 }
    }

    /// Keeps an object. `false` if there is no room: the dump has failed then.
    pub(super) fn keep(&mut self, message: &[u8], cap: usize) -> bool {
        let kept = self.rows.push(message, cap);
        if let Err(fault) = kept {
            self.end = Some(Err(Error::from(fault).during("dump")));
        }
        kept.is_ok()
    }

    /// Starts over: a change interrupted the dump.
    pub(super) fn again(&mut self) {
        self.rows.clear();
        self.restarts = self.restarts.saturating_add(1);
    }

    /// Whether there is an object that may be shown: of a consistent dump, when it has ended well.
    pub(super) fn has_row(&self) -> bool {
        let hidden = self.mode == Mode::Consistent && !matches!(self.end, Some(Ok(_)));
        !hidden && self.rows.read < self.rows.bytes.len()
    }

    /// Reports the end, an error once.
    pub(super) fn finish(&mut self) -> Result<()> {
        let end = self.end.replace(Ok(Success::default()));
        self.rows.clear();
        let success = end.unwrap_or_else(|| Ok(Success::default()))?;
        self.interrupted |= success.interrupted;
        Ok(())
    }
}

/// The answer to a request.
#[derive(Debug, Default)]
pub struct Reply {
    pub(super) rows: Rows,
    pub(super) warning: Option<String>,
}

impl Reply {
    /// The objects the kernel sent, in order. Many requests are answered by an acknowledgement alone.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        Messages::new(&self.rows.bytes).map_while(core::result::Result::ok)
    }

    /// The objects as they were received, each padded to 4 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.rows.bytes
    }

    /// Whether the kernel said nothing but that it succeeded.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.bytes.is_empty() && self.warning.is_none()
    }

    /// As [`Reply::warning`], to keep.
    pub(crate) fn into_warning(self) -> Option<String> {
        self.warning
    }

    /// What the kernel warns of although it did what was asked.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

/// A dump being read. Dropped before its end, the rest is skipped when the socket is used next.
#[derive(Debug)]
pub struct Dump<'s> {
    pub(super) socket: &'s mut Socket,
    pub(super) id: Id,
}

impl Dump<'_> {
    /// The next object; `None` at the end. A dump the kernel fails gives its error here.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Message<'_>>> {
        self.socket.dump_next(self.id)
    }

    /// Whether a change interrupted a dump of [`Mode::BestEffort`]. Known at its end.
    pub fn interrupted(&self) -> bool {
        self.socket.dump_state(self.id).is_some_and(|(interrupted, _)| interrupted)
    }

    /// How often it was started again.
    pub fn restarts(&self) -> u32 {
        self.socket.dump_state(self.id).map_or(0, |(_, restarts)| restarts)
    }
}

impl Drop for Dump<'_> {
    fn drop(&mut self) {
        self.socket.dump_close(self.id);
    }
}
