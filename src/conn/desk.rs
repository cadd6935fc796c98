// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whatever arrives finds its owner here: the caller that waits, a dump that will be read later, a
//! completion, or the queue of notifications. Like the engine, it does no I/O.

use alloc::vec::Vec;
use core::ops::Range;

use super::completion::Answers;
use super::engine::{Ended, Engine, Event, Id, Mode, Stream};
use super::filter::Keep;
use super::known::Known;
use super::notes::Notes;
use super::report::{Success, outcome};
use super::stats::Stats;
use super::store::Store;
use crate::error::{Error, Fault, Result};
use crate::sys::Received;
use crate::wire::Header;

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Request(Id),
    Notification,
    /// The end of any request that was submitted.
    Completion,
    /// All that concerns a table: notifications, and the objects of the dump with this id.
    Table(Id),
    /// Nothing: what there is is only to be taken in.
    Nothing,
}

impl Want {
    fn is_for(self, id: Id) -> bool {
        matches!(self, Want::Request(wanted) | Want::Table(wanted) if wanted == id)
    }

    fn notifications(self) -> bool {
        matches!(self, Want::Notification | Want::Table(_))
    }
}

/// What a wait ended with.
#[derive(Debug)]
pub(super) enum Got {
    /// A message at this place of the datagram.
    Message(Range<usize>),
    /// The request has ended, as `Desk::finished` says.
    End,
    /// A dump has ended that is kept; or something is in the queue of notifications or of completions.
    Kept,
    TimedOut,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) protocol: i32,
    pub(super) known: Known,
    pub(super) engine: Engine,
    pub(super) notes: Notes,
    /// Which notifications are wanted.
    pub(super) keep: Keep,
    pub(super) stats: Stats,
    pub(super) stores: Vec<Store>,
    pub(super) answers: Answers,
    pub(super) max_result: usize,
    /// The dump whose objects the caller takes as they come, with none kept for later.
    pub(super) streaming: Option<Stream>,
    /// How the request ended for which `Got::End` was given last, and which of its messages decided.
    finished: Option<Result<Success>>,
    pub(super) refused: u32,
}

impl Desk {
    pub(super) fn new(protocol: i32, engine: Engine, max_queue: usize, max_result: usize) -> Self {
        Desk {
            protocol,
            known: Known::new(protocol),
            engine,
            notes: Notes::new(max_queue),
            keep: Keep::default(),
            stats: Stats::default(),
            stores: Vec::new(),
            answers: Answers::default(),
            max_result,
            streaming: None,
            finished: None,
            refused: 0,
        }
    }

    /// How the request ended for which `Got::End` was given.
    pub(super) fn verdict(&mut self) -> Result<Success> {
        self.finished.take().unwrap_or_else(|| Ok(Success::default()))
    }

    /// Whether something for `want` has been kept, or nothing will come for it.
    pub(super) fn has_kept(&self, want: Want) -> bool {
        match want {
            Want::Notification | Want::Table(_) => !self.notes.is_empty(),
            Want::Completion => !self.answers.is_empty() || self.engine.submitted().0 == 0,
            Want::Request(_) | Want::Nothing => false,
        }
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
            self.stats.read(1);
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
                Some(store) if !want.is_for(id) || store.mode == Mode::Consistent => {
                    self.streaming = None;
                    if store.keep(m.bytes(), self.max_result) {
                        return None;
                    }
                    self.engine.cancel(id);
                    want.is_for(id).then_some(Got::Kept)
                }
                _ if want.is_for(id) => Some(Got::Message(place(m.bytes().len()))),
                _ => {
                    self.keep_answer(id, m.bytes());
                    None
                }
            },
            Event::Notification(m) if !self.keep.accepts(&m) => None,
            Event::Notification(m) if want.notifications() && self.notes.is_empty() => {
                Some(Got::Message(place(m.bytes().len())))
            }
            Event::Notification(m) => {
                self.notes.push(m.bytes(), from.group, from.nsid);
                None
            }
            Event::Again(id) => {
                self.stats.restarted();
                self.stores.iter_mut().filter(|s| s.id == id).for_each(Store::again);
                drop(self.answers.forget(id));
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
        let (mut after, mut count) = (rest, 0usize);
        while let Some((_, len)) = stream.object(after) {
            after = after.get(len..).unwrap_or_default();
            count = count.wrapping_add(1);
        }
        let len = rest.len().saturating_sub(after.len());
        let run = rest.get(..len).filter(|run| !run.is_empty())?;
        store.rows.push(run, self.max_result).ok()?;
        self.stats.read(count);
        Some(len)
    }

    /// Keeps an object that answers a submitted request.
    fn keep_answer(&mut self, id: Id, object: &[u8]) {
        if !self.engine.reports(id) {
            return;
        }
        if let Err(fault) = self.answers.keep(id, object, self.max_result) {
            drop(self.answers.forget(id));
            self.engine.spoil(id, fault);
        }
    }

    /// A request has ended: tells its owner.
    pub(super) fn ended(&mut self, want: Want, ended: Ended<'_>) -> Option<Got> {
        let (id, user, index) = (ended.id, ended.user, ended.index);
        let (end, memory) = outcome(&self.known, ended);
        self.engine.recycle(memory);
        self.refused = index;
        self.end(want, id, user, end)
    }

    pub(super) fn end(
        &mut self,
        want: Want,
        id: Id,
        user: Option<u64>,
        end: Result<Success>,
    ) -> Option<Got> {
        if let Some(user) = user {
            self.answers.end(id, user, end);
            return (want == Want::Completion).then_some(Got::Kept);
        }
        let waited_for = want.is_for(id);
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
