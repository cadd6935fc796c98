// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any sequence of requests, datagrams, cancels and steps in time on the engine, beside a model of what
//! must hold whatever comes: each request ends once, in order and by right, one dump runs at a time, and
//! what is given up leaves nothing behind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::conn::NEVER;
use rnl::conn::engine::{Ended, Engine, Event, Id, Mode, Plan, Verdict};
use rnl::uapi::*;
use rnl::{Fault, Header, Message, Messages, Msg};
use rnl_fuzz::{Choices, is_inside};

const PORT: u32 = 77;
const MS: u64 = 1_000_000;
const MOST_REQUESTS: usize = 24;
const KINDS: [u16; 8] = [NLMSG_ERROR, NLMSG_DONE, NLMSG_DONE, 16, 16, NLMSG_NOOP, NLMSG_OVERRUN, 9];
const MODES: [Option<Mode>; 4] =
    [None, Some(Mode::Consistent), Some(Mode::Stream), Some(Mode::BestEffort)];

/// A request that has not ended.
struct Live {
    id: Id,
    dump: Option<Mode>,
    deadline: u64,
    user: Option<u64>,
    quiet: bool,
    /// How many messages it has.
    span: u32,
    /// Once sent, the number of its first message; an interrupted dump has none until it is sent again.
    seq: Option<u32>,
    again: bool,
    /// Its end is known to be lost.
    lost: bool,
    /// Its answer was damaged.
    spoilt: bool,
}

impl Live {
    /// Whether message `seq` is one of its own.
    fn has(&self, seq: u32) -> bool {
        self.seq.is_some_and(|first| (0..self.span).any(|n| number(first, n) == seq))
    }
}

/// The number `n` after `seq`; 0 is left out.
fn number(seq: u32, n: u32) -> u32 {
    (0..n).fold(seq, |seq, _| seq.wrapping_add(1).max(1))
}

/// Whether `seq` was given before `later`.
fn before(seq: u32, later: u32) -> bool {
    (later.wrapping_sub(seq) as i32).is_positive()
}

struct Model {
    engine: Engine,
    /// The protocol knows no replies.
    plain: bool,
    /// How long a datagram with several requests may be; 0 while the queues are not known.
    longest: usize,
    now: u64,
    live: Vec<Live>,
    /// Sequence numbers used so far, answered or not.
    used: Vec<u32>,
    /// The dump that the kernel is busy with, given up or not.
    running: Option<u32>,
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let plain = choices.u8() == 1;
    let protocol = if plain { NETLINK_CONNECTOR } else { NETLINK_ROUTE };
    let engine = Engine::new(protocol, PORT, choices.u32());
    let (live, used) = (Vec::new(), Vec::new());
    let mut model = Model { engine, plain, longest: 0, now: 1, live, used, running: None };
    while !choices.is_empty() {
        model.step(&mut choices);
        model.check();
    }
    model.finish();
});

impl Model {
    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.u8() % 20 {
            0 | 1 => self.submit(choices),
            2..=4 => self.transmit(choices),
            5 => self.cancel(choices),
            6 => self.now += u64::from(choices.u16()) * MS,
            7 => self.raw(choices),
            8..=12 => self.crafted(choices),
            13 => self.expire(),
            14 => self.lose(choices),
            15 => self.cut(choices),
            16 => self.transaction(choices),
            17 => self.set_queues(choices),
            18 => self.spoil(choices),
            _ => self.engine.seen_empty(),
        }
    }

    fn check(&self) {
        assert_eq!(self.engine.in_flight(), self.live.len());
        let earliest = self.live.iter().map(|r| r.deadline).min().unwrap_or(NEVER);
        assert!(self.engine.deadline() <= earliest);
        let (submitted, kept) = self.engine.submitted();
        assert_eq!(submitted, self.live.iter().filter(|r| r.user.is_some()).count());
        assert_eq!(submitted == 0, kept == 0);
        assert!(self.live.iter().all(|r| self.engine.is_submitted(r.id) == r.user.is_some()));
        let waiting = self.live.iter().filter(|r| r.seq.is_none()).count();
        assert_eq!(self.engine.queued(), waiting);
    }

    /// When all is given up and the queue is empty, the next request goes out at once.
    fn finish(&mut self) {
        while let Some(request) = self.live.pop() {
            assert!(self.engine.cancel(request.id));
        }
        self.engine.lost(true);
        self.engine.seen_empty();
        assert_eq!((self.engine.in_flight(), self.engine.submitted()), (0, (0, 0)));
        assert!(!self.engine.awaits_answers() && !self.engine.dumping());
        let next = self.engine.submit(&Msg::new(16, 0), None, NEVER).expect("it is whole");
        assert_eq!(self.engine.transmit(self.now).map(|(id, _)| id), Some(next));
    }

    fn plan(&self, choices: &mut Choices<'_>) -> Plan {
        let how = choices.u8();
        let time = u64::from(choices.u16());
        let dump = MODES[usize::from(how) % MODES.len()];
        let quiet = dump.is_none() && how & 4 != 0;
        let user = (quiet || how & 8 != 0).then_some(time << 32);
        let deadline = if time == 0 { NEVER } else { self.now + time * MS };
        Plan { dump, deadline, user, quiet }
    }

    fn submit(&mut self, choices: &mut Choices<'_>) {
        if self.live.len() == MOST_REQUESTS {
            return;
        }
        let plan = self.plan(choices);
        let mut msg = Msg::new(16 + choices.u16() % 100, choices.u16());
        msg.put(1, choices.bytes(8));
        let id = self.engine.submit_as(&msg, plan).expect("the message is whole");
        self.enter(id, 1, plan);
    }

    /// BEGIN, some messages, END.
    fn transaction(&mut self, choices: &mut Choices<'_>) {
        if self.live.len() == MOST_REQUESTS {
            return;
        }
        let plan = Plan { dump: None, quiet: false, ..self.plan(choices) };
        let span = 3 + u32::from(choices.u8() % 4);
        let kind = |n: u32| if n == 0 || n == span - 1 { 16 } else { 2560 };
        let header = |n| Header { len: 16, kind: kind(n), flags: 1, seq: 0, port: PORT }.to_bytes();
        let messages = (0..span).flat_map(header).collect();
        let id = self.engine.submit_together(messages, span, plan).expect("there is memory");
        self.enter(id, span, plan);
    }

    fn enter(&mut self, id: Id, span: u32, plan: Plan) {
        let Plan { dump, deadline, user, quiet } = plan;
        let (seq, again, lost, spoilt) = (None, false, false, false);
        self.live.push(Live { id, dump, deadline, user, quiet, span, seq, again, lost, spoilt });
    }

    fn set_queues(&mut self, choices: &mut Choices<'_>) {
        let receive = usize::from(choices.u8()) << 10;
        self.longest = usize::from(choices.u8());
        self.engine.set_queues(receive, self.longest, choices.u8() & 1 == 1);
    }

    fn transmit(&mut self, choices: &mut Choices<'_>) {
        let has_due = self.engine.has_due(self.now);
        let Some((first, bytes)) = self.engine.transmit(self.now) else {
            assert!(!has_due, "nothing is sent although something is due");
            return self.is_right_to_wait();
        };
        assert!(has_due, "what is sent is due");
        let headers: Vec<Header> =
            Messages::new(bytes).map(|m| m.expect("whole messages").header()).collect();
        let len: usize = headers.iter().map(|h| h.len.next_multiple_of(4) as usize).sum();
        assert_eq!(len, bytes.len());
        let sent = self.sent(first, &headers);
        assert!(sent.len() == 1 || len <= self.longest);
        if choices.u8() == 0xff {
            self.unsend(first, sent);
        }
    }

    /// Nothing is sent: either nothing waits, or an answer or the end of a dump must come first.
    fn is_right_to_wait(&self) {
        let free = self.running.is_none();
        let due = |r: &Live| r.seq.is_none() && (r.dump.is_none() || free && !r.again);
        if !self.engine.awaits_answers() && free {
            assert!(!self.live.iter().any(due), "there is room for one at least");
        }
    }

    /// The requests in a datagram, which are the next in their order.
    fn sent(&mut self, first: Id, headers: &[Header]) -> Vec<Id> {
        let mut ids = Vec::new();
        let mut rest = headers;
        let mut index = self.live.iter().position(|r| r.id == first).expect("it has not ended");
        while !rest.is_empty() {
            let request = &mut self.live[index];
            let own = rest.split_off(..request.span as usize).expect("whole requests");
            assert_eq!(request.seq, None, "each is sent once");
            request.seq = Some(own[0].seq);
            ids.push(request.id);
            check_headers(request, own, rest.is_empty());
            if request.dump.is_some() {
                assert_eq!(self.running.replace(own[0].seq), None, "one dump at a time");
            }
            let next = |r: &Live| r.id > ids[ids.len() - 1] && r.dump.is_none() && r.seq.is_none();
            index = self.live.iter().position(next).unwrap_or(0);
        }
        let alone = |r: &Live| ids.contains(&r.id) && (r.dump.is_some() || r.span > 1);
        assert!(ids.len() == 1 || !self.live.iter().any(alone));
        self.used.extend(headers.iter().map(|h| h.seq));
        ids
    }

    /// Sending failed.
    fn unsend(&mut self, first: Id, mut sent: Vec<Id>) {
        while let Some(request) = self.engine.unsent(first) {
            let index = sent.iter().position(|id| *id == request.id).expect("it was sent just now");
            sent.remove(index);
            let gone = self.end(request.id);
            assert_eq!(gone.user, request.user);
            self.running = self.running.filter(|_| gone.dump.is_none());
            self.engine.recycle(request.request);
        }
        assert!(sent.is_empty(), "all of the datagram is taken back");
    }

    fn end(&mut self, id: Id) -> Live {
        let index = self.live.iter().position(|r| r.id == id).expect("it ends once");
        self.live.remove(index)
    }

    /// Gives up a request, perhaps one that has ended or was given up before.
    fn cancel(&mut self, choices: &mut Choices<'_>) {
        let id = Id::from(choices.u8());
        let alive = self.live.iter().any(|r| r.id == id);
        assert_eq!(self.engine.cancel(id), alive);
        if alive {
            let gone = self.end(id);
            self.running = self.running.filter(|_| !(gone.dump.is_some() && gone.lost));
        }
    }

    fn lose(&mut self, choices: &mut Choices<'_>) {
        let empty = choices.u8() & 1 == 1;
        self.engine.lost(empty);
        let sent = self.live.iter_mut().filter(|r| r.seq.is_some());
        sent.filter(|r| empty || r.dump.is_none()).for_each(|r| r.lost = true);
        let owner = self.live.iter().any(|r| r.seq.is_some() && r.seq == self.running);
        self.running = self.running.filter(|_| owner || !empty);
    }

    fn cut(&mut self, choices: &mut Choices<'_>) {
        let seq = self.seq(choices);
        self.engine.cut(&Header { seq, port: PORT, ..Header::default() });
        self.live.iter_mut().filter(|r| r.has(seq)).for_each(|r| r.spoilt = true);
    }

    fn spoil(&mut self, choices: &mut Choices<'_>) {
        let id = Id::from(choices.u8());
        if let Some(request) = self.live.iter_mut().find(|r| r.id == id && r.seq.is_some()) {
            request.spoilt = true;
            self.engine.spoil(id, Fault::TooMuch);
        }
    }

    fn expire(&mut self) {
        while let Some(ended) = self.engine.expire(self.now, true) {
            let gone = self.end(ended.id);
            assert_eq!(gone.user, ended.user);
            match ended.verdict {
                Verdict::Failed(Fault::Timeout) => assert!(gone.deadline <= self.now),
                Verdict::Failed(Fault::Overrun) => assert!(gone.lost),
                Verdict::Failed(Fault::Truncated | Fault::TooMuch) => {
                    assert!(gone.spoilt && gone.dump.is_none());
                }
                verdict => panic!("{verdict:?}"),
            }
            self.running = self.running.filter(|_| !(gone.dump.is_some() && gone.lost));
            self.engine.recycle(ended.request);
        }
        assert!(self.live.iter().all(|r| r.deadline > self.now));
    }

    /// A sequence number: one in use, or any.
    fn seq(&self, choices: &mut Choices<'_>) -> u32 {
        let back = usize::from(choices.u8());
        let used = self.used.len().checked_sub(1 + back).map(|index| self.used[index]);
        used.unwrap_or(back as u32)
    }

    fn raw(&mut self, choices: &mut Choices<'_>) {
        let (group, len) = (u32::from(choices.u8() & 1), usize::from(choices.u16()));
        self.hear(group, choices.bytes(len));
    }

    /// Messages that look as if they answered something.
    fn crafted(&mut self, choices: &mut Choices<'_>) {
        let mut datagram = Vec::new();
        let shape = choices.u8();
        for _ in 0..=shape & 3 {
            let kind = KINDS[usize::from(choices.u8()) % KINDS.len()];
            let (flags, seq) = (choices.u16() & 0x33f, self.seq(choices));
            let port = [PORT, PORT, 0, PORT + 1][usize::from(shape >> 2 & 3)];
            let len = usize::from(choices.u8());
            let body = choices.bytes(len);
            let header = Header { len: 16 + body.len() as u32, kind, flags, seq, port };
            datagram.extend(header.to_bytes());
            datagram.extend(body);
            datagram.resize(datagram.len().next_multiple_of(4), 0);
        }
        self.hear(u32::from(shape >> 7), &datagram);
    }

    fn hear(&mut self, group: u32, datagram: &[u8]) {
        let mut rest = datagram;
        while !rest.is_empty() {
            let abandoned = self.ends_abandoned(group, rest);
            let short = self.live.iter().find_map(|r| self.engine.stream(r.id)?.object(rest));
            let (event, after) = self.engine.step(rest, group, self.now);
            assert!(after.len() < rest.len() && is_inside(after, rest));
            if abandoned {
                assert!(matches!(event, Event::Nothing));
                self.running = None;
            }
            if let Some((header, next)) = short.filter(|_| group == 0 && !self.plain) {
                assert!(matches!(&event, Event::Object(_, m) if m.header() == header));
                assert_eq!(next, rest.len() - after.len());
            }
            let ended = matches!(event, Event::Done(_));
            let request = event_of(&mut self.live, &mut self.running, event, group);
            self.engine.recycle(request);
            self.settle(rest, group, ended);
            rest = after;
        }
    }

    /// Quiet requests have ended when one sent later was answered, or they themselves with success; and
    /// all of them have when another ended.
    fn settle(&mut self, bytes: &[u8], group: u32, ended: bool) {
        let header = Message::split(bytes).map(|(message, _)| message.header()).unwrap_or_default();
        let answer = matches!(header.kind, NLMSG_ERROR | NLMSG_DONE) && group == 0 && !self.plain;
        let ours = [0, PORT].contains(&header.port);
        let engine = &self.engine;
        self.live.retain(|r| {
            let Some(seq) = r.seq.filter(|_| r.quiet) else { return true };
            let sound = !r.lost && !r.spoilt;
            let passed = before(seq, header.seq);
            let gone = !engine.is_submitted(r.id);
            assert!(!gone || answer && ours && sound && (passed || seq == header.seq));
            assert!(gone || !(ended && sound && passed), "it has been passed");
            !gone
        });
    }

    /// Whether the message at the start of `bytes` ends a dump that was given up.
    fn ends_abandoned(&self, group: u32, bytes: &[u8]) -> bool {
        let Ok((message, _)) = Message::split(bytes) else { return false };
        let header = message.header();
        let ends = matches!(header.kind, NLMSG_ERROR | NLMSG_DONE) && group == 0;
        ends && !self.plain
            && [0, PORT].contains(&header.port)
            && self.running == Some(header.seq)
            && !self.live.iter().any(|r| r.seq == Some(header.seq))
    }
}

/// The messages of one request, `last` in its datagram, as they go out.
fn check_headers(request: &Live, headers: &[Header], last: bool) {
    let seq = headers[0].seq;
    for (n, header) in (0..).zip(headers) {
        assert_eq!((header.port, header.seq), (PORT, number(seq, n)));
        assert!(header.seq != 0 && header.flags & NLM_F_REQUEST != 0);
    }
    let asks = headers[0].flags & NLM_F_ACK != 0;
    assert!(asks || request.span > 1 || request.quiet && !last);
}

/// What an event says about the requests; gives memory back that can be used again.
fn event_of(
    live: &mut Vec<Live>,
    running: &mut Option<u32>,
    event: Event<'_>,
    group: u32,
) -> Vec<u8> {
    let find = |live: &[Live], id| live.iter().position(|r| r.id == id).expect("it has not ended");
    match event {
        Event::Object(id, message) => {
            let request = &live[find(live, id)];
            assert!(request.has(message.header().seq) && group == 0);
        }
        Event::Again(id) => {
            let index = find(live, id);
            let request = &mut live[index];
            assert_eq!((request.dump, request.seq), (Some(Mode::Consistent), *running));
            (request.seq, request.again, *running) = (None, true, None);
            (request.lost, request.spoilt) = (false, false);
        }
        Event::Done(ended) => {
            let request = live.remove(find(live, ended.id));
            assert!(request.seq.is_some(), "it was sent");
            if request.dump.is_some() {
                assert_eq!(running.take(), request.seq);
            }
            allowed(&ended, &request);
            return ended.request;
        }
        Event::Notification(_) | Event::Nothing | Event::Overrun | Event::Malformed(_) => {}
    }
    Vec::new()
}

/// Whether this request may end so.
fn allowed(ended: &Ended<'_>, request: &Live) {
    assert_eq!(ended.user, request.user);
    assert!(ended.index < request.span);
    match ended.verdict {
        Verdict::Ok(ack) => {
            assert!(ack.error() == 0 && !request.quiet);
            assert!(!ended.interrupted || request.dump == Some(Mode::BestEffort));
            assert_eq!(ended.index, request.span.saturating_sub(2), "the last of a transaction");
        }
        Verdict::Refused(ack) => assert_ne!(ack.error(), 0),
        Verdict::Failed(Fault::Interrupted) => assert_eq!(request.dump, Some(Mode::Stream)),
        Verdict::Failed(Fault::Truncated | Fault::TooMuch) => assert!(request.spoilt),
        Verdict::Failed(Fault::Overrun) => assert!(request.lost),
        Verdict::Failed(fault) => assert_eq!(fault, Fault::AckLength),
    }
}
