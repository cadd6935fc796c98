// SPDX-License-Identifier: MIT OR Apache-2.0
//! The engine with a scripted other side: no socket, no kernel, no clock.

#![allow(unreachable_pub, dead_code)]

use rnl::conn::NEVER;
use rnl::conn::engine::{Ended, Engine, Event, Id, Mode, Plan, Verdict};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fault, Header, Messages, Msg};

pub const PORT: u32 = 77;
pub const SEED: u32 = 100;
/// What is submitted with every request.
pub const USER: u64 = 1 << 40;
pub const MS: u64 = 1_000_000;
pub const INTR: u16 = NLM_F_MULTI | NLM_F_DUMP_INTR;

/// An event in a form that can be compared.
#[derive(Debug, PartialEq)]
pub enum Got {
    Nothing,
    Object(Id, u16),
    Again(Id),
    Ok(Id),
    Warned(Id, String),
    OkInterrupted(Id),
    Refused(Id, i32, String),
    Failed(Id, Fault),
    Note(u16),
    Overrun,
    Malformed(Fault),
}

pub fn got(event: Event<'_>) -> Got {
    match event {
        Event::Nothing => Got::Nothing,
        Event::Object(id, m) => Got::Object(id, m.kind()),
        Event::Again(id) => Got::Again(id),
        Event::Done(ended) => got_end(ended),
        Event::Notification(m) => Got::Note(m.kind()),
        Event::Overrun => Got::Overrun,
        Event::Malformed(fault) => Got::Malformed(fault),
    }
}

pub fn got_end(ended: Ended<'_>) -> Got {
    let id = ended.id;
    let text =
        |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
    match ended.verdict {
        Verdict::Ok(ack) if ack.text().is_some() => Got::Warned(id, text(ack.text())),
        Verdict::Ok(_) if ended.interrupted => Got::OkInterrupted(id),
        Verdict::Ok(_) => Got::Ok(id),
        Verdict::Refused(ack) => Got::Refused(id, ack.errno(), text(ack.text())),
        Verdict::Failed(fault) => Got::Failed(id, fault),
    }
}

/// The engine with a clock that the test moves.
pub struct Talk {
    pub engine: Engine,
    pub now: u64,
}

/// A request that was sent: its id and its sequence number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sent {
    pub id: Id,
    pub seq: u32,
}

impl Talk {
    pub fn new() -> Talk {
        Talk { engine: Engine::new(NETLINK_ROUTE, PORT, SEED), now: 5_000 * MS }
    }

    pub fn queue(&mut self, dump: Option<Mode>, deadline: u64) -> Id {
        self.engine.submit(&Msg::new(RTM_GETLINK, 0), dump, deadline).unwrap()
    }

    /// Queues a request of type `kind` for a completion.
    pub fn submit(&mut self, kind: u16, quiet: bool, deadline: u64) -> Id {
        let plan = Plan { dump: None, deadline, user: Some(USER), quiet };
        self.engine.submit_as(&Msg::new(kind, 0), plan).unwrap()
    }

    /// As [`Talk::submit`], for ever.
    pub fn loud(&mut self) -> Id {
        self.submit(RTM_GETLINK, false, NEVER)
    }

    pub fn quiet(&mut self) -> Id {
        self.submit(RTM_GETLINK, true, NEVER)
    }

    /// The headers of the messages in the next datagram; none if nothing is due.
    pub fn datagram(&mut self) -> Vec<Header> {
        let bytes = self.engine.transmit(self.now).map_or(&[][..], |(_, bytes)| bytes);
        Messages::new(bytes).map(|m| m.expect("whole messages").header()).collect()
    }

    /// The numbers of the messages in the next datagram.
    pub fn numbers(&mut self) -> Vec<u32> {
        self.datagram().iter().map(|h| h.seq).collect()
    }

    pub fn transmit(&mut self) -> Option<Sent> {
        let (id, bytes) = self.engine.transmit(self.now)?;
        Some(Sent { id, seq: Header::read(bytes).unwrap().seq })
    }

    pub fn send(&mut self, dump: Option<Mode>, deadline: u64) -> Sent {
        let id = self.queue(dump, deadline);
        self.transmit().filter(|sent| sent.id == id).expect("it is next to be sent")
    }

    pub fn call(&mut self) -> Sent {
        self.send(None, NEVER)
    }

    pub fn dump(&mut self, mode: Mode) -> Sent {
        self.send(Some(mode), NEVER)
    }

    pub fn hear(&mut self, datagram: &[u8]) -> Vec<Got> {
        self.hear_in(0, datagram)
    }

    pub fn hear_in(&mut self, group: u32, mut datagram: &[u8]) -> Vec<Got> {
        let mut all = Vec::new();
        while !datagram.is_empty() {
            let (event, rest) = self.engine.step(datagram, group, self.now);
            all.push(got(event));
            datagram = rest;
        }
        all
    }

    pub fn expire(&mut self) -> Option<Got> {
        self.engine.expire(self.now, true).map(got_end)
    }
}

pub fn message_to(port: u32, kind: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
    let len = (Header::LEN + body.len()) as u32;
    let mut bytes = Header { len, kind, flags, seq, port }.to_bytes().to_vec();
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

pub fn message(kind: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
    message_to(PORT, kind, flags, seq, body)
}

pub fn object(seq: u32) -> Vec<u8> {
    message(RTM_NEWLINK, 0, seq, &[7; 16])
}

/// A part of a dump.
pub fn part(seq: u32) -> Vec<u8> {
    message(RTM_NEWLINK, NLM_F_MULTI, seq, &[7; 16])
}

pub fn ack(seq: u32, error: i32) -> Vec<u8> {
    let request = Header { len: 16, kind: RTM_GETLINK, flags: 5, seq, port: PORT }.to_bytes();
    message(NLMSG_ERROR, NLM_F_CAPPED, seq, &[&error.to_ne_bytes()[..], &request].concat())
}

pub fn done(seq: u32, error: i32) -> Vec<u8> {
    message(NLMSG_DONE, NLM_F_MULTI, seq, &error.to_ne_bytes())
}

/// What stands behind an error: NLMSGERR_ATTR_MSG and NLMSGERR_ATTR_OFFS.
pub fn words(text: &str) -> Vec<u8> {
    let mut m = Msg::new(16, 0);
    m.put_str(NLMSGERR_ATTR_MSG, text).put_u32(NLMSGERR_ATTR_OFFS, 36);
    m.body().unwrap().to_vec()
}

/// An ERROR with words, behind a quote of `quoted` bytes.
pub fn refusal(seq: u32, error: i32, quoted: u32, flags: u16) -> Vec<u8> {
    let header = Header { len: quoted, kind: RTM_GETLINK, flags: 5, seq, port: PORT };
    let mut body = error.to_ne_bytes().to_vec();
    body.extend(header.to_bytes());
    if flags & NLM_F_CAPPED == 0 {
        body.resize(4 + quoted as usize, 0xee);
    }
    body.extend(words("no"));
    message(NLMSG_ERROR, NLM_F_ACK_TLVS | flags, seq, &body)
}

/// The places where the kernel may say that a dump was interrupted.
pub fn interruptions(seq: u32) -> [Vec<u8>; 3] {
    let part_intr = message(RTM_NEWLINK, INTR, seq, &[]);
    let done_intr = message(NLMSG_DONE, INTR, seq, &[0; 4]);
    [
        [part_intr.clone(), part(seq), done(seq, 0)].concat(),
        [part(seq), part(seq), done_intr.clone()].concat(),
        [part_intr, part(seq), done_intr].concat(),
    ]
}

/// The receive queue and the datagram of most sockets.
pub const RECEIVE: usize = 212_992;
pub const SEND: usize = 212_960;
/// One whose queues have the usual size.
pub fn sized() -> Talk {
    sized_as(RECEIVE, SEND)
}

pub fn sized_as(receive: usize, send: usize) -> Talk {
    let mut talk = Talk::new();
    talk.engine.set_queues(receive, send, false);
    talk
}

/// Requests of this type have been answered, each with `objects` objects: the window is wide open.
pub fn learn(talk: &mut Talk, kind: u16, objects: usize) {
    let mut left = 400;
    for _ in 0..left {
        talk.submit(kind, false, NEVER);
    }
    while left > 0 {
        let seqs = talk.numbers();
        assert!(!seqs.is_empty(), "there is always room for one");
        for seq in seqs {
            (0..objects).for_each(|_| _ = talk.hear(&object(seq)));
            talk.hear(&ack(seq, 0));
            left -= 1;
        }
    }
}
