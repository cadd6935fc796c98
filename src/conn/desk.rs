// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whatever arrives finds its owner here: the caller that waits, a dump that will be read later, or the
//! queue of notifications. Like the engine, it does no I/O.

use alloc::vec::Vec;
use core::ops::Range;

use super::engine::{Ended, Engine, Event, Id, Mode, Stream};
use super::notes::Notes;
use super::report::{Success, outcome};
use super::store::Store;
use crate::error::{Error, Fault, Result};
use crate::sys::Received;
use crate::wire::Header;

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Request(Id),
    Notification,
}

/// What a wait ended with.
#[derive(Debug)]
pub(super) enum Got {
    /// A message at this place of the datagram.
    Message(Range<usize>),
    /// The request has ended, as `Desk::finished` says.
    End,
    /// A dump has ended that is kept; or something is in the queue of notifications.
    Kept,
    TimedOut,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) protocol: i32,
    pub(super) engine: Engine,
    pub(super) notes: Notes,
    pub(super) stores: Vec<Store>,
    pub(super) max_result: usize,
    /// The dump whose objects the caller takes as they come, with none kept for later.
    pub(super) streaming: Option<Stream>,
    /// How the request ended for which `Got::End` was given last.
    finished: Option<Result<Success>>,
}

impl Desk {
    pub(super) fn new(protocol: i32, engine: Engine, max_queue: usize, max_result: usize) -> Self {
        Desk {
            protocol,
            engine,
            notes: Notes::new(max_queue),
            stores: Vec::new(),
            max_result,
            streaming: None,
            finished: None,
        }
    }

    /// How the request ended for which `Got::End` was given.
    pub(super) fn verdict(&mut self) -> Result<Success> {
        self.finished.take().unwrap_or_else(|| Ok(Success::default()))
    }

    /// Reads on in `datagram` from `at`, up to the first message for `want`.
    #[inline]
    pub(super) fn sift(
        &mut self,
        want: Want,
        datagram: &[u8],
        at: &mut usize,
        from: &Received,
        now: u64,
    ) -> Result<Option<Got>> {
        while let Some(rest) = datagram.get(*at..).filter(|r| !r.is_empty()) {
            let start = *at;
            if let Some(kept) = self.keep_run(want, rest, from) {
                *at = start.saturating_add(kept);
                continue;
            }
            let (event, after) = self.engine.step(rest, from.group, now);
            *at = datagram.len().saturating_sub(after.len());
            let got = match event {
                Event::Malformed(fault) => {
                    self.malformed(rest, from.len > datagram.len(), fault)?
                }
                event => self.sort(want, event, start, from),
            };
            if got.is_some() {
                return Ok(got);
            }
        }
        Ok(None)
    }

    #[inline]
    fn sort(&mut self, want: Want, event: Event<'_>, start: usize, from: &Received) -> Option<Got> {
        let place = |len: usize| start..start.saturating_add(len);
        match event {
            Event::Object(id, m) => match self.stores.iter_mut().find(|s| s.id == id) {
                Some(store) if want != Want::Request(id) || store.mode == Mode::Consistent => {
                    self.streaming = None;
                    if store.keep(m.bytes(), self.max_result) {
                        return None;
                    }
                    self.engine.cancel(id);
                    (want == Want::Request(id)).then_some(Got::Kept)
                }
                _ => (want == Want::Request(id)).then(|| Got::Message(place(m.bytes().len()))),
            },
            Event::Notification(m) if want == Want::Notification && self.notes.is_empty() => {
                Some(Got::Message(place(m.bytes().len())))
            }
            Event::Notification(m) => {
                self.notes.push(m.bytes(), from.group, from.nsid);
                None
            }
            Event::Again(id) => {
                self.stores.iter_mut().filter(|s| s.id == id).for_each(Store::again);
                None
            }
            Event::Done(ended) => self.ended(want, ended),
            Event::Overrun => {
                self.notes.overrun();
                None
            }
            Event::Nothing | Event::Malformed(_) => None,
        }
    }

    /// Keeps the objects at the start of `rest` that belong to the consistent dump that is waited for,
    /// all at once. Gives their length; `None` if there are none, or no room.
    #[inline]
    fn keep_run(&mut self, want: Want, rest: &[u8], from: &Received) -> Option<usize> {
        let Want::Request(id) = want else { return None };
        let store = self.stores.iter_mut().find(|s| s.id == id && s.mode == Mode::Consistent)?;
        let stream = self.engine.stream(id).filter(|_| from.group == 0)?;
        let mut after = rest;
        while let Some((_, len)) = stream.object(after) {
            after = after.get(len..).unwrap_or_default();
        }
        let len = rest.len().saturating_sub(after.len());
        let run = rest.get(..len).filter(|run| !run.is_empty())?;
        store.rows.push(run, self.max_result).ok()?;
        Some(len)
    }

    /// A request has ended: tells its owner.
    pub(super) fn ended(&mut self, want: Want, ended: Ended<'_>) -> Option<Got> {
        let id = ended.id;
        let (end, memory) = outcome(self.protocol, ended);
        self.engine.recycle(memory);
        self.end(want, id, end)
    }

    pub(super) fn end(&mut self, want: Want, id: Id, end: Result<Success>) -> Option<Got> {
        let waited_for = want == Want::Request(id);
        self.streaming = self.streaming.filter(|s| s.id != id);
        if let Some(store) = self.stores.iter_mut().find(|s| s.id == id) {
            store.end = Some(end);
            return waited_for.then_some(Got::Kept);
        }
        waited_for.then(|| {
            self.finished = Some(end);
            Got::End
        })
    }

    /// Bytes that are no message: the datagram's cut-off end, or nothing netlink sends.
    fn malformed(&mut self, rest: &[u8], cut: bool, fault: Fault) -> Result<Option<Got>> {
        if !cut {
            return Err(Error::from(fault).during("receive"));
        }
        if !Header::read(rest).is_some_and(|header| self.engine.cut(&header)) {
            self.notes.overrun();
        }
        Ok(None)
    }
}
