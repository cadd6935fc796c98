// SPDX-License-Identifier: MIT OR Apache-2.0
//! The engine: requests in, datagrams out; datagrams in, events out. It knows no descriptor and no
//! clock: bytes and the time are passed in.
//!
//! It owns what netlink makes every program invent: sequence numbers, which answer belongs to which
//! request, when a multipart answer is complete, that a dump was interrupted and must be made again,
//! deadlines, and that only one dump at a time runs on a socket.

use alloc::vec::Vec;

use super::NEVER;
use crate::error::Fault;
use crate::grow;
use crate::ring::Ring;
use crate::uapi::*;
use crate::wire::{Ack, Header, Message, Msg};

/// Names a request from submission to its end.
pub type Id = u64;

/// What a dump does when the kernel says that a change interrupted it (`NLM_F_DUMP_INTR`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Starts again until it was not interrupted, or the deadline passes.
    #[default]
    Consistent,
    /// Ends with [`Fault::Interrupted`].
    Stream,
    /// Ends well; only a flag tells.
    BestEffort,
}

/// What a message means.
#[derive(Debug)]
pub enum Event<'a> {
    /// Nothing to the caller: a NOOP, or a late answer to a request that was given up.
    Nothing,
    /// An object that answers request `id`.
    Object(Id, Message<'a>),
    /// Dump `id` was interrupted and will be made again: forget its objects.
    Again(Id),
    /// Request `id` has ended.
    Done(Ended<'a>),
    /// A message that answers no request.
    Notification(Message<'a>),
    /// The kernel says that messages were lost.
    Overrun,
    /// Bytes that are no message; the rest of the datagram is lost with them.
    Malformed(Fault),
}

/// A dump that runs undisturbed, and what tells its objects. It holds until the dump ends.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// Which dump.
    pub id: Id,
    seq: u32,
    port: u32,
}

impl Stream {
    /// The way of nearly all messages there are: an object of this dump at the start of `rest`. Gives
    /// its header and how far the next message is; `None` for anything else, which [`Engine::step`]
    /// then looks at.
    #[inline(always)]
    pub fn object(&self, rest: &[u8]) -> Option<(Header, usize)> {
        let (message, after) = Message::split(rest).ok()?;
        let h = message.header();
        // Side by side in the header: one comparison.
        let owner = |seq: u32, port: u32| u64::from(port) << 32 | u64::from(seq);
        let plain = h.kind >= NLMSG_MIN_TYPE
            && h.flags & NLM_F_DUMP_INTR == 0
            && owner(h.seq, h.port) == owner(self.seq, self.port);
        plain.then_some((h, rest.len().wrapping_sub(after.len())))
    }
}

/// The end of a request.
#[derive(Debug)]
pub struct Ended<'a> {
    /// Which one.
    pub id: Id,
    /// How.
    pub verdict: Verdict<'a>,
    /// Whether the kernel said that a change interrupted the dump.
    pub interrupted: bool,
    /// The request as it was sent.
    pub request: Vec<u8>,
}

/// How a request ended.
#[derive(Debug)]
pub enum Verdict<'a> {
    /// Well, perhaps with a warning in the acknowledgement.
    Ok(Ack<'a>),
    /// The kernel refused.
    Refused(Ack<'a>),
    /// Without the kernel's word: time-out, loss, interruption.
    Failed(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// To be sent, not before this time.
    Queued(u64),
    /// Sent; the answer is under way.
    Sent,
    /// Given up, but the kernel still dumps: its messages are swallowed up to its DONE.
    Abandoned,
}

#[derive(Debug)]
struct Pending {
    id: Id,
    seq: u32,
    dump: Option<Mode>,
    state: State,
    /// Why the result can't be trusted or will not come, once that is known.
    fault: Option<Fault>,
    restarts: u32,
    deadline: u64,
    request: Vec<u8>,
}

/// Requests in flight on one socket.
#[derive(Debug)]
pub struct Engine {
    port: u32,
    seq: u32,
    next_id: Id,
    /// Every message is a notification: the protocol has no replies of netlink's shape.
    plain: bool,
    pending: Ring<Pending>,
    /// Memory of ended requests, kept for the next.
    spare: Vec<u8>,
}

impl Engine {
    /// An engine for a socket bound to `port`. `seed` is where sequence numbers start.
    pub fn new(protocol: i32, port: u32, seed: u32) -> Self {
        Engine {
            port,
            seq: seed,
            next_id: 0,
            plain: protocol == NETLINK_CONNECTOR,
            pending: Ring::new(),
            spare: Vec::new(),
        }
    }

    /// Queues a request: a dump if `dump` says how. The engine keeps its own copy.
    pub fn submit(&mut self, msg: &Msg, dump: Option<Mode>, deadline: u64) -> Result<Id, Fault> {
        let mut header = msg.header();
        header.flags |= NLM_F_REQUEST | NLM_F_ACK | if dump.is_some() { NLM_F_DUMP } else { 0 };
        header.port = self.port;
        let unsealed = msg.unsealed()?;
        self.pending.reserve()?;
        let mut request = core::mem::take(&mut self.spare);
        request.clear();
        grow::append(&mut request, unsealed)?;
        if let Some(head) = request.first_chunk_mut() {
            *head = header.to_bytes();
        }
        let (id, state) = (self.next_id, State::Queued(0));
        self.next_id = id.wrapping_add(1);
        self.pending.push(Pending {
            id,
            seq: 0,
            dump,
            state,
            fault: None,
            restarts: 0,
            deadline,
            request,
        });
        Ok(id)
    }

    /// The next request to send, numbered. It counts as sent; if sending fails, say [`Engine::unsent`].
    pub fn transmit(&mut self, now: u64) -> Option<(Id, &[u8])> {
        let due = |p: &Pending| matches!(p.state, State::Queued(at) if at <= now);
        let index = self.position(|p| due(p) && (p.dump.is_none() || !self.dumping()))?;
        self.seq = self.seq.wrapping_add(1).max(1);
        let seq = self.seq;
        let p = self.pending.get_mut(index)?;
        (p.seq, p.state) = (seq, State::Sent);
        if let Some(slot) = p.request.get_mut(8..).and_then(|b| b.first_chunk_mut()) {
            *slot = seq.to_ne_bytes();
        }
        Some((p.id, &p.request))
    }

    /// Takes a request back that could not be sent.
    pub fn unsent(&mut self, id: Id) -> Option<Vec<u8>> {
        let index = self.position(|p| p.id == id)?;
        self.pending.remove(index).map(|p| p.request)
    }

    /// Gives request `id` up. What still comes for it is swallowed.
    pub fn cancel(&mut self, id: Id) {
        if let Some(index) = self.position(|p| p.id == id) {
            self.give_up(index);
        }
    }

    /// Gives memory of an ended request back.
    pub fn recycle(&mut self, request: Vec<u8>) {
        self.spare = request;
    }

    /// Requests that have not ended.
    pub fn in_flight(&self) -> usize {
        self.pending.iter().filter(|p| p.state != State::Abandoned).count()
    }

    /// How often dump `id` was made again so far.
    pub fn restarts(&self, id: Id) -> u32 {
        self.position(|p| p.id == id).and_then(|i| self.pending.get(i)).map_or(0, |p| p.restarts)
    }

    /// When something is to be done next, if nothing comes: a request to send or to give up.
    pub fn deadline(&self) -> u64 {
        let busy = self.dumping();
        let due = |p: &Pending| match p.state {
            State::Queued(at) if at > 0 && !busy => at.min(p.deadline),
            State::Abandoned => NEVER,
            _ => p.deadline,
        };
        self.pending.iter().map(due).min().unwrap_or(NEVER)
    }

    /// Whether a dump is under way: the kernel refuses a second one.
    pub fn dumping(&self) -> bool {
        self.pending.iter().any(|p| p.dump.is_some() && !matches!(p.state, State::Queued(_)))
    }

    /// The next request that has failed without a word from the kernel: its deadline has passed, or its
    /// answer was lost.
    ///
    /// While datagrams wait to be read, `empty` is false, and requests that may be answered by them are
    /// left alone. The time of a dump is up no matter what is still to come.
    pub fn expire(&mut self, now: u64, empty: bool) -> Option<Ended<'static>> {
        let gone = |p: &Pending| match p.fault {
            Some(Fault::Overrun) => true,
            fault => fault.is_some() && p.dump.is_none(),
        };
        let up = |p: &Pending| p.deadline <= now && (empty || p.dump.is_some());
        let late = |p: &Pending| p.state != State::Abandoned && (gone(p) || up(p));
        let index = self.position(late)?;
        let p = self.pending.get(index)?;
        let id = p.id;
        let fault = p.fault.filter(|_| gone(p)).unwrap_or(Fault::Timeout);
        let request = self.give_up(index);
        let verdict = Verdict::Failed(fault);
        Some(Ended { id, verdict, interrupted: false, request })
    }

    /// Says that the receive queue overflowed: the answers to requests that have not been answered by
    /// now are lost. A dump goes on, since the kernel makes room for its parts, unless the queue has
    /// been seen `empty` since: the kernel would have put the next part there, so its end was lost.
    pub fn lost(&mut self, empty: bool) {
        for index in (0..self.pending.len()).rev() {
            let Some(p) = self.pending.get_mut(index) else { continue };
            match p.state {
                State::Queued(_) => {}
                _ if p.dump.is_some() && !empty => {}
                State::Sent => p.fault = Some(Fault::Overrun),
                State::Abandoned => drop(self.pending.remove(index)),
            }
        }
    }

    /// Says that a message was cut off by the receive buffer. `false` if it answered no request.
    pub fn cut(&mut self, header: &Header) -> bool {
        let Some(p) = self.find(header.seq).and_then(|i| self.pending.get_mut(i)) else {
            return false;
        };
        p.fault = p.fault.or(Some(Fault::Truncated));
        true
    }

    /// What tells the objects of dump `id` while it runs: the short way past [`Engine::step`].
    pub fn stream(&self, id: Id) -> Option<Stream> {
        let index = self.position(|p| p.id == id && p.state == State::Sent)?;
        let p = self.pending.get(index)?;
        Some(Stream { id, seq: p.seq, port: self.port })
    }

    /// Reads the message at the start of `rest`, received from group `group` (0: sent to us alone).
    /// Gives what follows it.
    #[inline]
    pub fn step<'a>(&mut self, rest: &'a [u8], group: u32, now: u64) -> (Event<'a>, &'a [u8]) {
        match Message::split(rest) {
            Ok((message, rest)) => (self.message(message, group, now), rest),
            Err(fault) => (Event::Malformed(fault), &[]),
        }
    }

    #[inline]
    fn message<'a>(&mut self, m: Message<'a>, group: u32, now: u64) -> Event<'a> {
        let header = m.header();
        if group != 0 || self.plain {
            return Event::Notification(m);
        }
        let Some(index) = self.find(header.seq).filter(|_| self.is_for_us(&header)) else {
            return self.unasked(m);
        };
        let Some(p) = self.pending.get_mut(index) else { return Event::Nothing };
        if header.flags & NLM_F_DUMP_INTR != 0 && p.dump.is_some() {
            p.fault = p.fault.or(Some(Fault::Interrupted));
        }
        match header.kind {
            NLMSG_ERROR | NLMSG_DONE => self.end(index, m, now),
            NLMSG_OVERRUN => Event::Overrun,
            0..NLMSG_MIN_TYPE => Event::Nothing,
            _ if p.state == State::Abandoned => Event::Nothing,
            _ => Event::Object(p.id, m),
        }
    }

    /// Audit and some others leave the port of their answers 0.
    fn is_for_us(&self, header: &Header) -> bool {
        header.port == self.port || header.port == 0
    }

    /// A message that answers no request in flight.
    fn unasked<'a>(&self, m: Message<'a>) -> Event<'a> {
        let header = m.header();
        let was_ours = header.port == self.port && header.seq != 0;
        match header.kind {
            NLMSG_OVERRUN => Event::Overrun,
            0..NLMSG_MIN_TYPE => Event::Nothing,
            _ if was_ours => Event::Nothing,
            _ => Event::Notification(m),
        }
    }

    /// ERROR or DONE for the request at `index`.
    fn end<'a>(&mut self, index: usize, m: Message<'a>, now: u64) -> Event<'a> {
        let Some(ack) = m.ack() else { return Event::Nothing };
        let Some(p) = self.pending.get_mut(index) else { return Event::Nothing };
        let id = p.id;
        if p.state == State::Abandoned {
            self.pending.remove(index);
            return Event::Nothing;
        }
        let verdict = p.verdict(ack);
        let broken = matches!(verdict, Verdict::Failed(Fault::Interrupted | Fault::Truncated));
        if broken && p.dump == Some(Mode::Consistent) {
            p.again(now);
            return Event::Again(id);
        }
        let interrupted = p.fault == Some(Fault::Interrupted);
        let request = self.pending.remove(index).map(|p| p.request).unwrap_or_default();
        Event::Done(Ended { id, verdict, interrupted, request })
    }

    /// Forgets the request at `index`, but for a dump under way: its DONE must come before another
    /// dump can start.
    fn give_up(&mut self, index: usize) -> Vec<u8> {
        match self.pending.get_mut(index) {
            Some(p)
                if p.dump.is_some()
                    && p.state == State::Sent
                    && p.fault != Some(Fault::Overrun) =>
            {
                p.state = State::Abandoned;
                core::mem::take(&mut p.request)
            }
            Some(p) if p.state == State::Abandoned => Vec::new(),
            _ => self.pending.remove(index).map(|p| p.request).unwrap_or_default(),
        }
    }

    /// Index of the request with sequence number `seq`: most often the oldest.
    #[inline]
    fn find(&self, seq: u32) -> Option<usize> {
        match self.pending.first() {
            Some(p) if p.seq == seq && seq != 0 => Some(0),
            _ => self.position(|p| p.seq == seq && seq != 0),
        }
    }

    fn position(&self, f: impl Fn(&Pending) -> bool) -> Option<usize> {
        self.pending.position(f)
    }
}

impl Pending {
    /// What an ERROR or a DONE means for this request.
    fn verdict<'a>(&self, ack: Result<Ack<'a>, Fault>) -> Verdict<'a> {
        match (ack, self.fault) {
            (Err(fault), _) => Verdict::Failed(fault),
            (Ok(ack), _) if ack.error() != 0 => Verdict::Refused(ack),
            (Ok(ack), Some(Fault::Interrupted)) if self.dump == Some(Mode::BestEffort) => {
                Verdict::Ok(ack)
            }
            (Ok(_), Some(fault)) => Verdict::Failed(fault),
            (Ok(ack), None) => Verdict::Ok(ack),
        }
    }

    /// Queues an interrupted dump again: at once the first time, then with growing back-off, since a
    /// writer that interrupts every dump must be given time to finish.
    fn again(&mut self, now: u64) {
        const MILLISECOND: u64 = 1_000_000;
        let wait = match self.restarts {
            0 => 0,
            n => MILLISECOND.checked_shl(n.min(7).saturating_sub(1)).unwrap_or(MILLISECOND),
        };
        self.restarts = self.restarts.saturating_add(1);
        self.fault = None;
        self.seq = 0;
        self.state = State::Queued(now.saturating_add(wait).max(1));
    }
}
