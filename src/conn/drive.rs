// SPDX-License-Identifier: MIT OR Apache-2.0
//! The blocking driver: requests, dumps and notifications on the engine. One loop, `turn`, serves all
//! of them: whatever arrives while one is waited for is kept for its owner.

use alloc::string::String;
use core::ffi::c_int;
use core::ops::Range;

use super::NEVER;
use super::desk::{Got, Want};
use super::engine::{Id, Mode};
use super::notes::Note;
use super::report::unbuilt;
use super::socket::{Notification, Socket, socket_error};
use super::store::{Dump, Reply, Store};
use super::trace::note;
use crate::error::{Error, Fault, Result};
use crate::grow;
use crate::schema::{Way, operation};
use crate::sys::{self, Errno};
use crate::wire::{Header, Message, Msg};

/// The smallest charge of a datagram to the receive queue.
const SMALLEST_CHARGE: c_int = 512;

/// How many datagrams are still read when time is up and they do not end.
const PATIENCE: u32 = 256;

/// What receiving gave.
pub(super) enum Filled {
    /// A datagram of the kernel, or of anybody where anybody may send.
    Datagram,
    /// A datagram of somebody else.
    Foreign,
    /// The queue had overflowed.
    Overflow,
    /// Nothing this time, for another reason than that there is nothing.
    Nothing,
    /// There is nothing to receive.
    Empty,
}

/// The time `timeout` milliseconds from now; negative is for ever.
pub(super) fn deadline(timeout: i32) -> u64 {
    match u64::try_from(timeout) {
        Ok(ms) => sys::now().saturating_add(ms.saturating_mul(1_000_000)),
        Err(_) => NEVER,
    }
}

/// Milliseconds until `deadline`, rounded up, as poll(2) takes them.
pub(super) fn milliseconds(now: u64, deadline: u64) -> c_int {
    if deadline == NEVER {
        return -1;
    }
    let ms = deadline.saturating_sub(now).div_ceil(1_000_000);
    c_int::try_from(ms).unwrap_or(c_int::MAX)
}

impl Socket {
    /// Sends a request and waits for its end: the objects it is answered with, and the kernel's verdict.
    pub fn call(&mut self, msg: &Msg, timeout: i32) -> Result<Reply> {
        let mut reply = Reply::default();
        let (rows, cap) = (&mut reply.rows, self.options.max_result);
        let warning = self.call_each(msg, timeout, |m| rows.push(m.bytes(), cap))?;
        reply.warning = warning;
        Ok(reply)
    }

    /// As [`Socket::call`], but shows each object to `object` instead of keeping it. Gives the warning.
    pub fn call_each(
        &mut self,
        msg: &Msg,
        timeout: i32,
        object: impl FnMut(Message<'_>) -> core::result::Result<(), Fault>,
    ) -> Result<Option<String>> {
        let id = self.enqueue(msg, None, timeout)?;
        let end = self.answer(id, object);
        if end.is_err() {
            self.desk.engine.cancel(id);
        }
        end.map_err(|e| e.during(operation(self.desk.protocol, msg.kind()).name))
    }

    pub(super) fn answer(
        &mut self,
        id: Id,
        mut object: impl FnMut(Message<'_>) -> core::result::Result<(), Fault>,
    ) -> Result<Option<String>> {
        loop {
            match self.turn(Want::Request(id), NEVER)? {
                Got::Message(place) => object(self.message(place)?)?,
                Got::End => return self.desk.verdict().map(|success| success.warning),
                Got::Kept | Got::TimedOut => {}
            }
        }
    }

    fn enqueue(&mut self, msg: &Msg, dump: Option<Mode>, timeout: i32) -> Result<Id> {
        let submitted = self.desk.engine.submit(msg, dump, deadline(timeout));
        submitted.map_err(|fault| unbuilt(self.desk.protocol, msg, fault))
    }

    /// Starts a dump. `timeout` is for all of it, restarts included.
    pub fn dump(&mut self, msg: &Msg, mode: Mode, timeout: i32) -> Result<Dump<'_>> {
        let id = self.dump_open(msg, mode, timeout)?;
        Ok(Dump { socket: self, id })
    }

    pub(crate) fn dump_open(&mut self, msg: &Msg, mode: Mode, timeout: i32) -> Result<Id> {
        let id = self.enqueue(msg, Some(mode), timeout)?;
        let kept = grow::push(&mut self.desk.stores, Store::new(id, mode));
        kept.inspect_err(|_| _ = self.desk.engine.cancel(id))?;
        Ok(id)
    }

    pub(crate) fn dump_close(&mut self, id: Id) {
        self.desk.engine.cancel(id);
        self.desk.streaming = None;
        self.desk.stores.retain(|s| s.id != id);
    }

    /// Whether the end of a dump has come.
    pub(super) fn dump_has_ended(&self, id: Id) -> bool {
        self.desk.stores.iter().any(|s| s.id == id && s.end.is_some())
    }

    /// Turns to the short way for the objects of a streamed dump.
    pub(super) fn stream_on(&mut self, dump: Option<Id>) {
        self.desk.streaming = dump.and_then(|id| self.desk.engine.stream(id));
    }

    /// Whether a change interrupted the dump, and how often it was started again.
    pub(crate) fn dump_state(&self, id: Id) -> Option<(bool, u32)> {
        self.desk.stores.iter().find(|s| s.id == id).map(|s| (s.interrupted, s.restarts))
    }

    /// The next object of a dump. A consistent one is read to its end first: only then is it known
    /// that nothing interrupted it.
    pub(crate) fn dump_next(&mut self, id: Id) -> Result<Option<Message<'_>>> {
        self.alive()?;
        loop {
            let index =
                self.desk.stores.iter().position(|s| s.id == id).ok_or(Fault::BadArgument)?;
            let store = self.desk.stores.get_mut(index).ok_or(Fault::BadArgument)?;
            if store.has_row() {
                return Ok(self.desk.stores.get_mut(index).and_then(|s| s.rows.next()));
            }
            if store.end.is_some() {
                return store.finish().map(|()| None);
            }
            if let Got::Message(place) = self.turn(Want::Request(id), NEVER)? {
                self.desk.streaming = self.desk.engine.stream(id);
                return self.message(place).map(Some);
            }
        }
    }

    /// The short way of `dump_next`, for nearly all objects there are; `None` if it has to go the long
    /// way. In a child of fork(2) there is nothing to find, as the buffer is wiped.
    #[inline(always)]
    pub(crate) fn dump_quick(&mut self, id: Id) -> Option<Message<'_>> {
        let stream = self.desk.streaming.filter(|s| s.id == id && self.from.group == 0)?;
        let rest = self.buf.get(self.at..)?;
        let (header, len) = stream.object(rest)?;
        self.at = self.at.wrapping_add(len);
        self.desk.stats.read(1);
        Message::known(header, rest)
    }

    /// The short way for objects that were kept.
    #[inline]
    pub(crate) fn dump_kept(&mut self, id: Id) -> Option<Message<'_>> {
        self.alive().ok()?;
        let store = self.desk.stores.first_mut().filter(|s| s.id == id && s.has_row())?;
        store.rows.next()
    }

    /// Shows the next objects of a dump to `object`: at most `most`, fewer at its end. Gives how many.
    pub(crate) fn dump_each(
        &mut self,
        id: Id,
        most: usize,
        mut object: impl FnMut(Message<'_>) -> Result<()>,
    ) -> Result<usize> {
        for shown in 0..most {
            if let Some(message) = self.dump_quick(id) {
                object(message)?;
            } else if let Some(message) = self.dump_kept(id) {
                object(message)?;
            } else {
                match self.dump_next(id)? {
                    Some(message) => object(message)?,
                    None => return Ok(shown),
                }
            }
        }
        Ok(most)
    }

    /// The next notification; `None` when `timeout` milliseconds have passed.
    ///
    /// [`Fault::Overrun`] (ENOBUFS) stands in the sequence where notifications are missing: what came
    /// before is complete, what comes after follows a gap. Dump again to know what happened in it.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, timeout: i32) -> Result<Option<Notification<'_>>> {
        self.alive()?;
        let deadline = deadline(timeout);
        loop {
            match self.desk.notes.pop() {
                Some(Some(note)) => return self.hold(note),
                Some(None) => return Err(Error::from(Fault::Overrun).during("next")),
                None => {}
            }
            match self.turn(Want::Notification, deadline)? {
                Got::Message(place) => {
                    let (group, nsid) = (self.from.group, self.from.nsid);
                    let message = self.message(place)?;
                    return Ok(Some(Notification { message, group, nsid }));
                }
                Got::TimedOut => return Ok(None),
                Got::Kept | Got::End => {}
            }
        }
    }

    /// Shows a notification that was kept.
    fn hold(&mut self, note: Note) -> Result<Option<Notification<'_>>> {
        self.held = note;
        let (message, _) = Message::split(&self.held.bytes)?;
        Ok(Some(Notification { message, group: self.held.group, nsid: self.held.nsid }))
    }

    pub(super) fn message(&self, place: Range<usize>) -> Result<Message<'_>> {
        let (message, _) = Message::split(self.buf.get(place).unwrap_or_default())?;
        Ok(message)
    }

    /// Does what there is to do until there is something for `want`. Time is up when nothing is left to
    /// receive; but where datagrams that nobody waits for never end, it is up all the same.
    pub(super) fn turn(&mut self, want: Want, deadline: u64) -> Result<Got> {
        self.alive()?;
        if let Some(error) = self.late.take() {
            return Err(error);
        }
        let mut patience = PATIENCE;
        loop {
            let sifted = self.desk.sift(want, &self.buf, &mut self.at, &self.from, self.now)?;
            if let Some(got) = sifted {
                return Ok(got);
            }
            if let Some(got) = self.transmit(want) {
                return Ok(got);
            }
            if self.desk.has_kept(want) {
                return Ok(Got::Kept);
            }
            let before = self.now;
            let empty = self.refill()? || patience == 0;
            if self.now == before && !empty {
                continue;
            }
            if let Some(ended) = self.desk.engine.expire(self.now, empty) {
                if let Some(got) = self.desk.ended(want, ended) {
                    return Ok(got);
                }
            } else if empty && !self.wait(deadline)? {
                return Ok(Got::TimedOut);
            } else if self.now >= deadline.min(self.desk.engine.deadline()) {
                patience = patience.saturating_sub(1);
            }
        }
    }

    /// Receives something, if there is something. `true` when there is nothing.
    pub(super) fn refill(&mut self) -> Result<bool> {
        let filled = self.fill()?;
        if matches!(filled, Filled::Foreign) {
            // Nor is memory spent on what others send.
            self.buf.clear();
            self.from.len = 0;
        }
        Ok(matches!(filled, Filled::Empty))
    }

    /// Sends what is due. A request that can't be sent has ended.
    pub(super) fn transmit(&mut self, want: Want) -> Option<Got> {
        // While the queue is congested, the kernel would drop the answers.
        if self.draining.is_some() {
            return None;
        }
        while let Some((id, request)) = self.desk.engine.transmit(self.now) {
            let Err(errno) = self.fd.send(request) else {
                self.desk.stats.sent(request);
                note(&mut self.trace, &self.desk.known, self.port, Way::ToKernel, request);
                continue;
            };
            if let Some(got) = self.unsent(want, id, errno) {
                return Some(got);
            }
        }
        None
    }

    /// The requests of the datagram that begins with `first` could not be sent.
    fn unsent(&mut self, want: Want, first: Id, errno: Errno) -> Option<Got> {
        let mut got = None;
        while let Some(one) = self.desk.engine.unsent(first) {
            let kind = Header::read(&one.request).unwrap_or_default().kind;
            let error = Error::socket(errno, operation(self.desk.protocol, kind).name);
            self.desk.engine.recycle(one.request);
            got = self.desk.end(want, one.id, one.user, Err(error)).or(got);
        }
        got
    }

    /// Receives the next datagram, if there is one. Time passes here.
    pub(super) fn fill(&mut self) -> Result<Filled> {
        if self.from.len > self.buf.capacity() {
            self.grow()?;
        }
        self.at = 0;
        let received = match self.origin {
            true => self.fd.receive_with_origin(&mut self.buf),
            false => self.fd.receive(&mut self.buf),
        };
        let trusted = received.is_ok_and(|from| from.port == 0 || self.options.any_sender);
        // A short exchange needs no clock until it has to wait; all that may go on and on does.
        if !trusted || self.origin || self.desk.engine.dumping() {
            self.now = sys::now();
        }
        match received {
            Ok(from) => {
                self.from = from;
                self.desk.stats.received(from.len);
                note(&mut self.trace, &self.desk.known, self.port, Way::FromKernel, &self.buf);
                self.drain_on();
                Ok(if trusted { Filled::Datagram } else { Filled::Foreign })
            }
            Err(libc::EINTR) => Ok(Filled::Nothing),
            Err(libc::EAGAIN) if self.draining.is_some() => {
                self.drained(true);
                Ok(Filled::Nothing)
            }
            Err(libc::EAGAIN) => {
                self.desk.engine.seen_empty();
                Ok(Filled::Empty)
            }
            Err(libc::ENOBUFS) => self.overrun(),
            Err(errno) => Err(Error::socket(errno, "receive")),
        }
    }

    /// One more datagram of a queue that overflowed has been read.
    fn drain_on(&mut self) {
        self.draining = self.draining.map(|n| n.saturating_sub(1));
        if self.draining == Some(0) {
            self.drained(false);
        }
    }

    /// The receive queue has overflowed. What is in it came before that, and nothing is added until it
    /// is empty: the gap is behind the last of it.
    fn overrun(&mut self) -> Result<Filled> {
        self.desk.stats.overran();
        let size = self.fd.socket_option(libc::SO_RCVBUF).map_err(socket_error("receive"))?;
        self.draining = Some(size.checked_div(SMALLEST_CHARGE).unwrap_or(0).max(1));
        Ok(Filled::Overflow)
    }

    fn drained(&mut self, empty: bool) {
        self.draining = None;
        self.desk.engine.lost(empty);
        if self.monitors {
            self.desk.notes.overrun();
        }
    }

    /// Makes room for datagrams as long as the last one that did not fit.
    fn grow(&mut self) -> Result<()> {
        self.buf.reserve(self.from.len)?;
        self.from.len = 0;
        Ok(())
    }

    /// Waits for something to read, or for the engine's next deadline. `false` when `deadline` passed.
    pub(super) fn wait(&mut self, deadline: u64) -> Result<bool> {
        let until = self.desk.engine.deadline().min(deadline);
        if until > self.now {
            match self.fd.wait(false, milliseconds(self.now, until)) {
                Ok(_) | Err(libc::EINTR) => {}
                Err(errno) => return Err(Error::socket(errno, "wait")),
            }
            self.now = sys::now();
        }
        Ok(self.now < deadline)
    }
}
