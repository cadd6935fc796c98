// SPDX-License-Identifier: MIT OR Apache-2.0
//! The engine: requests in, datagrams out; datagrams in, events out. It knows no descriptor and no
//! clock: bytes and the time are passed in.
//!
//! It owns what netlink makes every program invent: sequence numbers, which answer belongs to which
//! request, when a multipart answer is complete, that a dump was interrupted and must be made again,
//! deadlines, how many answers fit the receive queue, and that only one dump at a time runs on a socket.

use alloc::vec::Vec;

mod pending;
mod places;
mod sending;
mod window;

use super::NEVER;
use crate::error::Fault;
use crate::grow;
use crate::ring::Ring;
use crate::uapi::*;
use crate::wire::{Ack, Header, Message, Msg, align4};
use pending::{Pending, State, following};
use places::Place;
use window::{Window, charge_of};

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

/// How a request is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// A dump, and what becomes of one that is interrupted.
    pub dump: Option<Mode>,
    /// When it is given up.
    pub deadline: u64,
    /// What comes back with [`Ended`].
    pub user: Option<u64>,
    /// Success is not reported. The kernel is asked for fewer acknowledgements: that of a later request
    /// tells that those before it have been carried out.
    pub quiet: bool,
}

/// A request that could not be sent.
#[derive(Debug)]
pub struct Unsent {
    /// Which one.
    pub id: Id,
    /// What was submitted with it.
    pub user: Option<u64>,
    /// Its bytes.
    pub request: Vec<u8>,
}

/// The end of a request.
#[derive(Debug)]
pub struct Ended<'a> {
    /// Which one.
    pub id: Id,
    /// What was submitted with it.
    pub user: Option<u64>,
    /// Which message of a transaction the verdict is about: 0 is the first.
    pub index: u32,
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

/// Requests in flight on one socket.
#[derive(Debug)]
pub struct Engine {
    port: u32,
    /// The next sequence number.
    seq: u32,
    next_id: Id,
    /// Every message is a notification: the protocol has no replies of netlink's shape.
    plain: bool,
    /// Those that are no dumps, in the order of their ids. The first `sent` have been sent, in order.
    requests: Ring<Pending>,
    sent: usize,
    /// How many of these have been given up.
    abandoned: usize,
    dumps: Ring<Pending>,
    window: Window,
    /// How long a datagram may be that holds several requests.
    longest: usize,
    datagram: Vec<u8>,
    /// How many requests are in the datagram sent last; 0 if it is a dump.
    packed: usize,
    /// No request has an earlier deadline; and whether one may have failed without the kernel's word.
    earliest: u64,
    faulty: bool,
    /// Requests with a `user`, and the bytes they keep.
    submitted: usize,
    kept: usize,
    /// Memory of ended requests, kept for the next.
    spare: Vec<Vec<u8>>,
}

/// How many ended requests leave their memory to others.
const SPARE: usize = 256;

impl Engine {
    /// An engine for a socket bound to `port`. `seed` is where sequence numbers start.
    pub fn new(protocol: i32, port: u32, seed: u32) -> Self {
        Engine {
            port,
            seq: following(seed),
            next_id: 0,
            plain: protocol == NETLINK_CONNECTOR,
            requests: Ring::new(),
            sent: 0,
            abandoned: 0,
            dumps: Ring::new(),
            window: Window::new(),
            longest: 0,
            datagram: Vec::new(),
            packed: 0,
            earliest: NEVER,
            faulty: false,
            submitted: 0,
            kept: 0,
            spare: Vec::new(),
        }
    }

    /// Says how many bytes the receive queue and a datagram may hold, and whether the kernel quotes
    /// failed requests whole. Until then, each datagram holds one request, and any number may be sent.
    pub fn set_queues(&mut self, receive: usize, datagram: usize, quotes: bool) {
        self.window.set(receive, quotes);
        self.longest = datagram;
    }

    /// Queues a request: a dump if `dump` says how. The engine keeps its own copy.
    pub fn submit(&mut self, msg: &Msg, dump: Option<Mode>, deadline: u64) -> Result<Id, Fault> {
        self.submit_as(msg, Plan { dump, deadline, user: None, quiet: false })
    }

    /// Queues a request as `plan` says.
    pub fn submit_as(&mut self, msg: &Msg, plan: Plan) -> Result<Id, Fault> {
        let mut header = msg.header();
        header.flags |= NLM_F_REQUEST
            | if plan.quiet { 0 } else { NLM_F_ACK }
            | if plan.dump.is_some() { NLM_F_DUMP } else { 0 };
        header.port = self.port;
        let unsealed = msg.unsealed()?;
        let mut request = self.spare.pop().unwrap_or_default();
        request.clear();
        grow::append(&mut request, unsealed)?;
        if let Some(head) = request.first_chunk_mut() {
            *head = header.to_bytes();
        }
        self.enqueue(request, 1, plan)
    }

    /// Queues a transaction: messages that go out in one datagram and end together, with the first error,
    /// or with the answer to the one before the last, which ends the transaction and is not answered by
    /// all kernels. Their headers are complete but for the number.
    pub fn submit_together(
        &mut self,
        messages: Vec<u8>,
        span: u32,
        plan: Plan,
    ) -> Result<Id, Fault> {
        self.enqueue(messages, span, plan)
    }

    fn enqueue(&mut self, request: Vec<u8>, span: u32, plan: Plan) -> Result<Id, Fault> {
        let ring = if plan.dump.is_some() { &mut self.dumps } else { &mut self.requests };
        ring.reserve()?;
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        let pending = Pending {
            id,
            seq: 0,
            span,
            dump: plan.dump,
            state: State::Queued(0),
            user: plan.user,
            quiet: plan.quiet,
            fault: None,
            restarts: 0,
            deadline: plan.deadline,
            charge: 0,
            heard: 0,
            request,
        };
        if plan.user.is_some() {
            self.submitted = self.submitted.saturating_add(1);
            self.kept = self.kept.saturating_add(pending.cost());
        }
        ring.push(pending);
        self.earliest = self.earliest.min(plan.deadline);
        Ok(id)
    }

    /// Gives request `id` up. What still comes for it is swallowed. `false` if there is none.
    pub fn cancel(&mut self, id: Id) -> bool {
        let place = self.seek(id);
        let alive = place.and_then(|p| self.at(p)).is_some_and(|p| p.state != State::Abandoned);
        if let Some(place) = place {
            let request = self.give_up(place);
            self.recycle(request);
        }
        alive
    }

    /// Gives memory of an ended request back.
    pub fn recycle(&mut self, request: Vec<u8>) {
        if self.spare.len() < SPARE && request.capacity() > 0 {
            // Without memory for the list, that of the request goes.
            let _ = grow::push(&mut self.spare, request);
        }
    }

    /// Requests that have not ended.
    pub fn in_flight(&self) -> usize {
        let dumps = self.dumps.iter().filter(|p| p.state != State::Abandoned).count();
        self.requests.len().saturating_sub(self.abandoned).saturating_add(dumps)
    }

    /// Requests that wait to be sent.
    pub fn queued(&self) -> usize {
        let dumps = self.dumps.iter().filter(|p| matches!(p.state, State::Queued(_))).count();
        self.requests.len().saturating_sub(self.sent).saturating_add(dumps)
    }

    /// Requests with a `user` that have not ended, and the bytes they keep.
    pub fn submitted(&self) -> (usize, usize) {
        (self.submitted, self.kept)
    }

    /// Whether there are requests, other than dumps, that have been sent and not answered.
    pub fn awaits_answers(&self) -> bool {
        self.sent > 0
    }

    /// Whether request `id` was submitted with a `user` and has not ended.
    pub fn is_submitted(&self, id: Id) -> bool {
        let p = self.seek(id).and_then(|place| self.at(place));
        p.is_some_and(|p| p.user.is_some())
    }

    /// Whether the objects that answer request `id` are to be reported.
    pub fn reports(&self, id: Id) -> bool {
        let p = self.seek(id).and_then(|place| self.at(place));
        p.is_some_and(|p| p.user.is_some() && !p.quiet)
    }

    /// How often dump `id` was made again so far.
    pub fn restarts(&self, id: Id) -> u32 {
        self.seek(id).and_then(|place| self.at(place)).map_or(0, |p| p.restarts)
    }

    /// When something is to be done next, if nothing comes: a request to send or to give up. It may be
    /// early.
    pub fn deadline(&self) -> u64 {
        if self.in_flight() == 0 {
            return NEVER;
        }
        let busy = self.dumping();
        let due = |p: &Pending| match p.state {
            State::Queued(at) if at > 0 && !busy => at,
            _ => NEVER,
        };
        self.dumps.iter().map(due).fold(self.earliest, u64::min)
    }

    /// Whether a dump is under way: the kernel refuses a second one.
    pub fn dumping(&self) -> bool {
        self.dumps.iter().any(|p| !matches!(p.state, State::Queued(_)))
    }

    /// The next request that has failed without a word from the kernel: its deadline has passed, or its
    /// answer was lost.
    ///
    /// While datagrams wait to be read, `empty` is false, and requests that may be answered by them are
    /// left alone. The time of a dump is up no matter what is still to come.
    pub fn expire(&mut self, now: u64, empty: bool) -> Option<Ended<'static>> {
        if now < self.earliest && !self.faulty {
            return None;
        }
        let gone = |p: &Pending| match p.fault {
            Some(Fault::Overrun) => true,
            fault => fault.is_some() && p.dump.is_none(),
        };
        let up = |p: &Pending| p.deadline <= now && (empty || p.dump.is_some());
        let late = |p: &Pending| p.state != State::Abandoned && (gone(p) || up(p));
        let request = self.requests.position(late).map(Place::Request);
        let Some(place) = request.or_else(|| self.dumps.position(late).map(Place::Dump)) else {
            self.faulty = false;
            self.earliest = self.first_deadline();
            return None;
        };
        let p = self.at(place)?;
        let (id, user) = (p.id, p.user);
        let fault = p.fault.filter(|_| gone(p)).unwrap_or(Fault::Timeout);
        let verdict = Verdict::Failed(fault);
        let request = self.give_up(place);
        Some(Ended { id, user, index: 0, verdict, interrupted: false, request })
    }

    fn first_deadline(&self) -> u64 {
        let all = self.requests.iter().chain(self.dumps.iter());
        let alive = all.filter(|p| p.state != State::Abandoned);
        alive.map(|p| p.deadline).min().unwrap_or(NEVER)
    }

    /// Says that the receive queue overflowed: the answers to requests that have not been answered by
    /// now are lost. A dump goes on, since the kernel makes room for its parts, unless the queue has
    /// been seen `empty` since: the kernel would have put the next part there, so its end was lost.
    pub fn lost(&mut self, empty: bool) {
        self.window.shrink();
        self.faulty = true;
        self.seen_empty();
        for index in 0..self.sent {
            if let Some(p) = self.requests.get_mut(index) {
                p.fault = Some(Fault::Overrun);
            }
        }
        for index in (0..self.dumps.len()).rev().filter(|_| empty) {
            let Some(p) = self.dumps.get_mut(index) else { continue };
            match p.state {
                State::Queued(_) => {}
                State::Sent => p.fault = Some(Fault::Overrun),
                State::Abandoned => drop(self.dumps.remove(index)),
            }
        }
    }

    /// Says that a message was cut off by the receive buffer. `false` if it answered no request.
    pub fn cut(&mut self, header: &Header) -> bool {
        let Some(p) = self.find(header.seq).and_then(|place| self.at_mut(place)) else {
            return false;
        };
        p.fault = p.fault.or(Some(Fault::Truncated));
        self.faulty = true;
        true
    }

    /// Says that the answer to request `id` can't be used.
    pub fn spoil(&mut self, id: Id, fault: Fault) {
        if let Some(p) = self.seek(id).and_then(|place| self.at_mut(place)) {
            p.fault = p.fault.or(Some(fault));
            self.faulty = true;
        }
    }

    /// What tells the objects of dump `id` while it runs: the short way past [`Engine::step`].
    pub fn stream(&self, id: Id) -> Option<Stream> {
        let p = self.at(self.seek(id)?).filter(|p| p.state == State::Sent)?;
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
        let Some(place) = self.find(header.seq).filter(|_| self.is_for_us(&header)) else {
            return self.unasked(m);
        };
        let Some(p) = self.at_mut(place) else { return Event::Nothing };
        if header.flags & NLM_F_DUMP_INTR != 0 && p.dump.is_some() {
            p.fault = p.fault.or(Some(Fault::Interrupted));
        }
        match header.kind {
            NLMSG_ERROR | NLMSG_DONE => self.end(place, m, now),
            NLMSG_OVERRUN => Event::Overrun,
            0..NLMSG_MIN_TYPE => Event::Nothing,
            _ => {
                p.heard = p.heard.saturating_add(charge_of(m.bytes().len()));
                match p.state {
                    State::Abandoned => Event::Nothing,
                    _ => Event::Object(p.id, m),
                }
            }
        }
    }

    /// Audit and some others leave the port of their answers 0.
    fn is_for_us(&self, header: &Header) -> bool {
        header.port == self.port || header.port == 0
    }

    /// A message that answers no request in flight; perhaps one that was given up.
    fn unasked<'a>(&mut self, m: Message<'a>) -> Event<'a> {
        let header = m.header();
        let was_ours = header.port == self.port && header.seq != 0;
        let was_sent = (self.seq.wrapping_sub(header.seq) as i32).is_positive();
        match header.kind {
            NLMSG_ERROR if was_ours && was_sent => {
                self.settle(header.seq);
                Event::Nothing
            }
            NLMSG_OVERRUN => Event::Overrun,
            0..NLMSG_MIN_TYPE => Event::Nothing,
            _ if was_ours => Event::Nothing,
            _ => Event::Notification(m),
        }
    }

    /// ERROR or DONE for the request at `place`.
    fn end<'a>(&mut self, place: Place, m: Message<'a>, now: u64) -> Event<'a> {
        let Some(ack) = m.ack() else { return Event::Nothing };
        let Some(p) = self.at_mut(place) else { return Event::Nothing };
        let (id, user, quiet) = (p.id, p.user, p.quiet);
        if p.state == State::Abandoned {
            self.remove(place);
            self.settle(m.header().seq);
            return Event::Nothing;
        }
        let index = m.header().seq.wrapping_sub(p.seq);
        let verdict = p.verdict(ack);
        let good = matches!(verdict, Verdict::Ok(_));
        if good && index != p.last() {
            return Event::Nothing;
        }
        let broken = matches!(verdict, Verdict::Failed(Fault::Interrupted | Fault::Truncated));
        if broken && p.dump == Some(Mode::Consistent) {
            p.again(now);
            return Event::Again(id);
        }
        let interrupted = p.fault == Some(Fault::Interrupted);
        if p.dump.is_none() {
            let (kind, heard) = (p.kind(), p.heard);
            self.window.answered(kind, heard);
        }
        let request = self.remove(place).unwrap_or_default();
        self.settle(m.header().seq);
        if quiet && good {
            self.recycle(request);
            return Event::Nothing;
        }
        Event::Done(Ended { id, user, index, verdict, interrupted, request })
    }
}
