// SPDX-License-Identifier: MIT OR Apache-2.0
//! Many requests in flight: submit, flush, take completions.

use alloc::vec::Vec;
use core::ffi::c_int;

use super::NEVER;
use super::completion::Completion;
use super::desk::{Got, Want};
use super::drive::{deadline, milliseconds};
use super::engine::{Id, Mode, Plan};
use super::report::unbuilt;
use super::socket::{Socket, socket_error};
use crate::error::{Error, Fault, Result};
use crate::grow;
use crate::sys;
use crate::uapi::nfnetlink::*;
use crate::uapi::*;
use crate::wire::{Header, Msg};

/// What the kernel keeps of the send queue for itself.
const SEND_OVERHEAD: usize = 32;

/// How a request is submitted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Submission {
    /// Comes back with the completion.
    pub user: u64,
    /// Only failure is reported. This is the cheapest: one acknowledgement serves many requests.
    pub quiet: bool,
    /// A consistent dump.
    pub dump: bool,
    /// Milliseconds from now until it is given up; negative for never.
    pub timeout: i32,
}

/// What [`Socket::process`] found to be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// [`Socket::complete`] has something.
    pub completion: bool,
    /// [`Socket::next`] has something.
    pub notification: bool,
}

/// An nfnetlink transaction: all of its messages take effect, or none.
#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    /// `NFNL_SUBSYS_*`
    pub subsystem: u16,
    /// The generation the messages were made for; 0 for any. If it has changed, the kernel refuses with
    /// ERESTART.
    pub genid: u32,
}

impl Socket {
    /// Queues a request and returns at once. It is sent when a full datagram has gathered, or by
    /// [`Socket::flush`], [`Socket::complete`], or any other call that waits.
    pub fn submit(&mut self, msg: &Msg, how: Submission) -> Result<Id> {
        self.measure()?;
        let (waiting, bytes) = self.desk.engine.submitted();
        if bytes.saturating_add(self.desk.answers.kept()) > self.options.max_pending {
            return Err(Error::from(Fault::Backlog).during("submit"));
        }
        self.desk.answers.reserve(waiting.saturating_add(1))?;
        let dump = how.dump.then_some(Mode::Consistent);
        let (deadline, user, quiet) = (deadline(how.timeout), Some(how.user), how.quiet);
        let plan = Plan { dump, deadline, user, quiet };
        let id = self.desk.engine.submit_as(msg, plan);
        let id = id.map_err(|fault| unbuilt(self.desk.protocol, msg, fault))?;
        if self.desk.engine.is_full() {
            self.advance();
        }
        Ok(id)
    }

    /// Tells the engine once how large the queues are.
    pub(super) fn measure(&mut self) -> Result<()> {
        self.alive()?;
        if !self.sized {
            let size = |option| self.fd.socket_option(option).map_err(socket_error("submit"));
            let bytes = |size| usize::try_from(size).unwrap_or(0);
            let (receive, send) = (bytes(size(libc::SO_RCVBUF)?), bytes(size(libc::SO_SNDBUF)?));
            let capped = self.fd.option(NETLINK_CAP_ACK).is_ok_and(|on| on != 0);
            let datagram = send.saturating_sub(SEND_OVERHEAD);
            self.desk.engine.set_queues(receive, datagram, !capped);
            self.sized = true;
        }
        Ok(())
    }

    /// Sends what there is room for and takes in what has come, as long as that makes room for more.
    fn advance(&mut self) {
        while self.desk.engine.queued() > 0 {
            let before = self.desk.engine.queued();
            self.transmit(Want::Nothing);
            if self.take_in() {
                continue;
            }
            if self.desk.engine.queued() == before {
                return;
            }
        }
    }

    /// Takes in the answers that have come. Whether there were any.
    fn take_in(&mut self) -> bool {
        let mut any = false;
        while self.late.is_none() && self.desk.engine.awaits_answers() {
            match self.refill() {
                Ok(false) => any = true,
                Ok(true) => return any,
                Err(error) => self.late = Some(error),
            }
            self.sift_all();
        }
        any
    }

    /// Takes the rest of the datagram in.
    fn sift_all(&mut self) {
        let (buf, at, from) = (&self.buf, &mut self.at, &self.from);
        let sifted = self.desk.sift(Want::Nothing, buf, at, from, self.now);
        if let Err(error) = sifted {
            self.late = Some(error);
        }
    }

    /// Sends what has been submitted, as far as answers to it fit the receive queue, without waiting.
    /// Gives how many requests are left unsent.
    pub fn flush(&mut self) -> Result<usize> {
        self.alive()?;
        self.now = sys::now();
        self.sift_all();
        self.advance();
        match self.late.take() {
            Some(error) => Err(error),
            None => Ok(self.desk.engine.queued()),
        }
    }

    /// The next completion, in the order in which requests ended. `None` when `timeout` milliseconds
    /// have passed or nothing is in flight.
    pub fn complete(&mut self, timeout: i32) -> Result<Option<Completion>> {
        self.alive()?;
        let deadline = deadline(timeout);
        loop {
            if let Some(completion) = self.desk.answers.pop() {
                return Ok(Some(completion));
            }
            if self.desk.engine.submitted().0 == 0 {
                return Ok(None);
            }
            if let Got::TimedOut = self.turn(Want::Completion, deadline)? {
                return Ok(None);
            }
        }
    }

    /// Gives a submitted request up: no completion comes for it, and late answers are swallowed. What
    /// the kernel has begun it may still do.
    pub fn cancel(&mut self, id: Id) -> core::result::Result<(), Fault> {
        if !self.desk.engine.is_submitted(id) {
            return Err(Fault::NoRequest);
        }
        self.desk.engine.cancel(id);
        drop(self.desk.answers.forget(id));
        Ok(())
    }

    /// Does what can be done without waiting: sends, receives, gives up what is late.
    pub fn process(&mut self) -> Result<Ready> {
        self.turn(Want::Nothing, 0)?;
        Ok(self.ready())
    }

    fn ready(&self) -> Ready {
        let completion = !self.desk.answers.is_empty();
        Ready { completion, notification: !self.desk.notes.is_empty() }
    }

    /// Milliseconds until [`Socket::process`] has to be called although the descriptor is not ready, as
    /// poll(2) takes them: 0 when something is ready or can be sent, negative for never.
    pub fn timeout(&self) -> c_int {
        let ready = self.ready();
        let unread = self.at < self.buf.len() || self.late.is_some();
        let now = sys::now();
        if ready.completion || ready.notification || unread || self.desk.engine.has_due(now) {
            return 0;
        }
        match self.desk.engine.deadline() {
            NEVER => -1,
            at => milliseconds(now, at),
        }
    }

    /// Carries out a transaction. On failure, also gives the index of the message the kernel refused,
    /// or their number if it refused the whole.
    pub fn transact(
        &mut self,
        msgs: &[&Msg],
        how: Transaction,
        timeout: i32,
    ) -> core::result::Result<(), (Error, usize)> {
        let whole = |error: Error| (error, msgs.len());
        let count = u32::try_from(msgs.len()).ok().filter(|n| *n > 0);
        let span = count.and_then(|n| n.checked_add(2)).ok_or(Fault::BadArgument);
        let span = span.map_err(|fault| whole(fault.into()))?;
        self.measure().map_err(whole)?;
        let bytes = self.transaction(msgs, how)?;
        let plan = Plan { dump: None, deadline: deadline(timeout), user: None, quiet: false };
        let id = self.desk.engine.submit_together(bytes, span, plan);
        let id = id.map_err(|fault| whole(fault.into()))?;
        self.desk.refused = 0;
        let end = self.answer(id, |_| Ok(()));
        if end.is_err() {
            self.desk.engine.cancel(id);
        }
        let refused = (self.desk.refused as usize).checked_sub(1).unwrap_or(msgs.len());
        end.map(drop).map_err(|e| (e.during("transaction"), refused.min(msgs.len())))
    }

    /// The messages between BEGIN and END. Only the last asks for an acknowledgement.
    fn transaction(
        &self,
        msgs: &[&Msg],
        how: Transaction,
    ) -> core::result::Result<Vec<u8>, (Error, usize)> {
        let mut bytes = Vec::new();
        let whole = |fault: Fault| (Error::from(fault), msgs.len());
        let last = msgs.len().saturating_sub(1);
        put(&mut bytes, &frame(NFNL_MSG_BATCH_BEGIN, how), self.port(), 0).map_err(whole)?;
        for (index, msg) in msgs.iter().enumerate() {
            let ack = if index == last { NLM_F_ACK } else { 0 };
            let unbuilt = |fault| (unbuilt(self.desk.protocol, msg, fault), index);
            put(&mut bytes, msg, self.port(), ack).map_err(unbuilt)?;
        }
        let end = Transaction { genid: 0, ..how };
        put(&mut bytes, &frame(NFNL_MSG_BATCH_END, end), self.port(), 0).map_err(whole)?;
        Ok(bytes)
    }
}

/// Appends a message with what requests need in their header.
fn put(bytes: &mut Vec<u8>, msg: &Msg, port: u32, flags: u16) -> core::result::Result<(), Fault> {
    let mut header = Header { port, ..msg.header() };
    header.flags |= NLM_F_REQUEST | flags;
    grow::append(bytes, &header.to_bytes())?;
    grow::append(bytes, msg.body()?)
}

/// BEGIN or END.
fn frame(kind: u16, how: Transaction) -> Msg {
    let [high, low] = how.subsystem.to_be_bytes();
    let mut msg = Msg::new(kind, 0);
    msg.put_header(&[0, 0, high, low]);
    if how.genid != 0 {
        msg.put_be32(NFNL_BATCH_GENID, how.genid);
    }
    msg
}
