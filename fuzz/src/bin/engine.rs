// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any sequence of requests, datagrams, cancels and steps in time on the engine, beside a model of what
//! must hold whatever comes: each request ends once, and one dump runs at a time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::conn::NEVER;
use rnl::conn::engine::{Ended, Engine, Event, Id, Mode, Verdict};
use rnl::uapi::*;
use rnl::{Fault, Header, Message, Msg};
use rnl_fuzz::{Choices, is_inside};

const PORT: u32 = 77;
const MS: u64 = 1_000_000;
const MOST_REQUESTS: usize = 12;
const KINDS: [u16; 8] = [NLMSG_ERROR, NLMSG_DONE, NLMSG_DONE, 16, 16, NLMSG_NOOP, NLMSG_OVERRUN, 9];
const MODES: [Option<Mode>; 4] =
    [None, Some(Mode::Consistent), Some(Mode::Stream), Some(Mode::BestEffort)];

/// A request that has not ended.
struct Live {
    id: Id,
    dump: Option<Mode>,
    deadline: u64,
    /// Once sent; an interrupted dump has none until it is sent again.
    seq: Option<u32>,
    again: bool,
    /// Its end is known to be lost.
    lost: bool,
}

struct Model {
    engine: Engine,
    /// The protocol knows no replies.
    plain: bool,
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
    let mut model = Model { engine, plain, now: 1, live, used, running: None };
    while !choices.is_empty() {
        model.step(&mut choices);
        model.check();
    }
    while let Some(request) = model.live.pop() {
        model.engine.cancel(request.id);
    }
    assert_eq!(model.engine.in_flight(), 0);
});

impl Model {
    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.u8() % 16 {
            0 | 1 => self.submit(choices),
            2..=4 => self.transmit(choices),
            5 => self.cancel(choices),
            6 => self.now += u64::from(choices.u16()) * MS,
            7 => self.raw(choices),
            8..=12 => self.crafted(choices),
            13 => self.expire(),
            14 => self.lose(choices),
            _ => {
                let seq = self.seq(choices);
                self.engine.cut(&Header { seq, port: PORT, ..Header::default() });
            }
        }
    }

    fn check(&self) {
        assert_eq!(self.engine.in_flight(), self.live.len());
        let earliest = self.live.iter().map(|r| r.deadline).min().unwrap_or(NEVER);
        assert!(self.engine.deadline() <= earliest);
    }

    fn submit(&mut self, choices: &mut Choices<'_>) {
        if self.live.len() == MOST_REQUESTS {
            return;
        }
        let dump = MODES[usize::from(choices.u8()) % MODES.len()];
        let time = u64::from(choices.u16());
        let deadline = if time == 0 { NEVER } else { self.now + time * MS };
        let mut msg = Msg::new(16 + choices.u16() % 100, choices.u16());
        msg.put(1, choices.bytes(8));
        let id = self.engine.submit(&msg, dump, deadline).expect("the message is whole");
        self.live.push(Live { id, dump, deadline, seq: None, again: false, lost: false });
    }

    fn transmit(&mut self, choices: &mut Choices<'_>) {
        let Some((id, bytes)) = self.engine.transmit(self.now) else {
            let free = self.running.is_none();
            let due = |r: &Live| r.seq.is_none() && (r.dump.is_none() || free && !r.again);
            assert!(!self.live.iter().any(due), "nothing is sent although something is due");
            return;
        };
        let header = Header::read(bytes).expect("a whole request");
        assert_eq!((header.len as usize, header.port), (bytes.len(), PORT));
        assert_ne!(header.seq, 0);
        let request = self.live.iter_mut().find(|r| r.id == id).expect("it has not ended");
        assert_eq!(request.seq, None, "each is sent once");
        request.seq = Some(header.seq);
        if request.dump.is_some() {
            assert_eq!(self.running, None, "one dump at a time");
            self.running = Some(header.seq);
        }
        self.used.push(header.seq);
        if choices.u8() == 0xff {
            let request = self.engine.unsent(id).expect("it was there");
            self.engine.recycle(request);
            let gone = self.end(id);
            self.running = self.running.filter(|_| gone.dump.is_none());
        }
    }

    fn end(&mut self, id: Id) -> Live {
        let index = self.live.iter().position(|r| r.id == id).expect("it ends once");
        self.live.remove(index)
    }

    /// Gives up a request, perhaps one that has ended or was given up before.
    fn cancel(&mut self, choices: &mut Choices<'_>) {
        let id = Id::from(choices.u8());
        self.engine.cancel(id);
        if self.live.iter().any(|r| r.id == id) {
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

    fn expire(&mut self) {
        while let Some(ended) = self.engine.expire(self.now, true) {
            let gone = self.end(ended.id);
            match ended.verdict {
                Verdict::Failed(Fault::Timeout) => assert!(gone.deadline <= self.now),
                Verdict::Failed(Fault::Overrun) => assert!(gone.lost),
                Verdict::Failed(Fault::Truncated) => assert!(gone.dump.is_none()),
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
            let request = event_of(&mut self.live, &mut self.running, event, group);
            self.engine.recycle(request);
            rest = after;
        }
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
            assert_eq!((request.seq, group), (Some(message.header().seq), 0));
        }
        Event::Again(id) => {
            let index = find(live, id);
            let request = &mut live[index];
            assert_eq!((request.dump, request.seq), (Some(Mode::Consistent), *running));
            (request.seq, request.again, *running) = (None, true, None);
        }
        Event::Done(ended) => {
            let request = live.remove(find(live, ended.id));
            assert!(request.seq.is_some(), "it was sent");
            if request.dump.is_some() {
                assert_eq!(running.take(), request.seq);
            }
            allowed(&ended, request.dump);
            return ended.request;
        }
        Event::Notification(_) | Event::Nothing | Event::Overrun | Event::Malformed(_) => {}
    }
    Vec::new()
}

/// Whether a request of this kind may end so.
fn allowed(ended: &Ended<'_>, dump: Option<Mode>) {
    match ended.verdict {
        Verdict::Ok(ack) => {
            assert_eq!(ack.error(), 0);
            assert!(!ended.interrupted || dump == Some(Mode::BestEffort));
        }
        Verdict::Refused(ack) => assert_ne!(ack.error(), 0),
        Verdict::Failed(Fault::Interrupted) => assert_eq!(dump, Some(Mode::Stream)),
        Verdict::Failed(fault) => {
            let known = [Fault::AckLength, Fault::Truncated, Fault::Overrun];
            assert!(known.contains(&fault), "{fault:?}");
        }
    }
}
