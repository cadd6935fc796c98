// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the messages of a capture mean.

use std::collections::{HashMap, VecDeque};

use rnl::family::genl::Family as Known;
use rnl::schema::{Form, How, Op, Operation, Way};
use rnl::uapi::genetlink::{CTRL_CMD_NEWFAMILY, GENL_ID_CTRL};
use rnl::uapi::{
    NETLINK_GENERIC, NLM_F_CAPPED, NLM_F_DUMP, NLM_F_MULTI, NLM_F_REQUEST, NLMSG_MIN_TYPE, errno,
};
use rnl::{Ack, Header, Message};
use serde_json::{Map, Value, json};

use crate::args::Options;
use crate::call::number_of;
use crate::catalog::{self, Catalog};
use crate::fail::Result;
use crate::numbers::{self, Does};
use crate::view;

/// So many requests are remembered, for answers that do not repeat them.
const REMEMBERED: usize = 1024;

/// A message with its meaning.
pub struct Meaning {
    pub protocol: i32,
    pub way: Way,
    pub family: Option<String>,
    pub name: String,
    pub flags: Vec<String>,
    pub contents: Value,
}

/// Reads messages, and learns from them what later ones mean.
pub struct Reader {
    catalog: Catalog,
    /// Names of generic families by their id: what the user said before what the capture says.
    told: HashMap<u16, String>,
    learnt: HashMap<u16, String>,
    /// What the kernel that runs here says; it may be another one than was captured.
    here: Option<HashMap<u16, String>>,
    requests: VecDeque<Request>,
}

struct Request {
    protocol: i32,
    seq: u32,
    bytes: Vec<u8>,
}

impl Reader {
    pub fn new(options: &Options) -> Result<Reader> {
        Ok(Reader {
            catalog: Catalog::open(options)?,
            told: options.families.iter().cloned().collect(),
            learnt: HashMap::from([(GENL_ID_CTRL, "nlctrl".to_owned())]),
            here: None,
            requests: VecDeque::new(),
        })
    }

    /// A datagram of a protocol whose messages have no headers.
    pub fn unframed(&self, protocol: i32, way: Way, bytes: &[u8]) -> Option<Result<Meaning>> {
        let op = self.catalog.unframed(protocol)?;
        Some(decode(op, Form::DoReply, bytes).map(|contents| Meaning {
            protocol,
            way,
            family: Some(op.family().name().to_owned()),
            name: op.name().to_owned(),
            flags: Vec::new(),
            contents,
        }))
    }

    /// A message. `way` is where it went, if that is known; else its flags tell.
    pub fn read(
        &mut self,
        protocol: i32,
        way: Option<Way>,
        message: &Message<'_>,
    ) -> Result<Meaning> {
        let asks = message.has(NLM_F_REQUEST);
        let way = way.unwrap_or(if asks { Way::ToKernel } else { Way::FromKernel });
        if message.kind() < NLMSG_MIN_TYPE {
            return Ok(self.control(protocol, way, message));
        }
        if way == Way::ToKernel {
            self.remember(protocol, message);
        } else {
            self.learn(protocol, message);
        }
        let found = self.find(protocol, way, message);
        let family = found.map(|(op, _)| op.family().name().to_owned());
        let name =
            found.map_or_else(|| self.unknown(protocol, message), |(op, _)| op.name().to_owned());
        let contents = match found {
            Some((op, form)) => decode(op, form, message.body())?,
            None => raw(message.body()),
        };
        let flags = numbers::flag_names(message.header().flags, does(&name, found));
        Ok(Meaning { protocol, way, family, name, flags, contents })
    }

    fn find(
        &mut self,
        protocol: i32,
        way: Way,
        message: &Message<'_>,
    ) -> Option<(Op<'static>, Form)> {
        let answer = || self.request(protocol, message.header().seq).map(<[u8]>::to_vec);
        let Some(request) = (way == Way::FromKernel).then(answer).flatten() else {
            return self.alone(protocol, way, message);
        };
        let (request, _) = Message::split(&request).ok()?;
        let asked = self.alone(protocol, Way::ToKernel, &request);
        let due = asked.map(|(op, form)| {
            (op, if form == Form::Dump { Form::DumpReply } else { Form::DoReply })
        });
        let number = number_of(protocol, message);
        due.filter(|(op, form)| op.number(*form) == number)
            .or_else(|| self.alone(protocol, way, message))
    }

    /// What a message is by itself. From the kernel, that is a notification if there is one like
    /// it, unless it is part of an answer.
    fn alone(
        &mut self,
        protocol: i32,
        way: Way,
        message: &Message<'_>,
    ) -> Option<(Op<'static>, Form)> {
        let (number, body) = (number_of(protocol, message)?, message.body());
        let (op, form) = if protocol == NETLINK_GENERIC {
            let name = self.name_of(message.kind())?;
            self.catalog.find(&name)?.message(number, way, body)?
        } else {
            self.catalog.message(protocol, number, way, body)?
        };
        if way == Way::FromKernel && !message.has(NLM_F_MULTI) {
            return op.family().notified(message);
        }
        let dumps = way == Way::ToKernel && message.header().flags & NLM_F_DUMP == NLM_F_DUMP;
        let form = if dumps && op.layout(Form::Dump).is_some() { Form::Dump } else { form };
        Some((op, form))
    }

    /// What a message is called whose family is not described.
    fn unknown(&mut self, protocol: i32, message: &Message<'_>) -> String {
        match (protocol, message.body().first()) {
            (NETLINK_GENERIC, Some(command)) => {
                let id = message.kind();
                let family = self.name_of(id).unwrap_or_else(|| format!("family-{id}"));
                format!("{family}-command-{command}")
            }
            _ => format!("type-{}", message.kind()),
        }
    }

    // ---- Generic families

    fn name_of(&mut self, id: u16) -> Option<String> {
        let known = self.told.get(&id).or_else(|| self.learnt.get(&id));
        known.cloned().or_else(|| self.here().get(&id).cloned())
    }

    /// The families of the running kernel; none if it can't be asked.
    fn here(&mut self) -> &HashMap<u16, String> {
        let ask = || catalog::generic(&Options::default()).unwrap_or_default();
        self.here.get_or_insert_with(|| ask().into_iter().map(|f| (f.id, f.name)).collect())
    }

    /// The controller tells of families and their ids.
    fn learn(&mut self, protocol: i32, message: &Message<'_>) {
        let is_told = protocol == NETLINK_GENERIC
            && message.kind() == GENL_ID_CTRL
            && message.body().first() == Some(&CTRL_CMD_NEWFAMILY);
        if let Some(family) = is_told.then(|| Known::parse(message).ok()).flatten() {
            self.learnt.insert(family.id, family.name);
        }
    }

    // ---- Verdicts

    fn remember(&mut self, protocol: i32, message: &Message<'_>) {
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        let (seq, bytes) = (message.header().seq, message.bytes().to_vec());
        self.requests.push_back(Request { protocol, seq, bytes });
    }

    /// A message that is of no family.
    fn control(&mut self, protocol: i32, way: Way, message: &Message<'_>) -> Meaning {
        let name = numbers::control_name(message.kind()).unwrap_or("control");
        let flags = numbers::flag_names(message.header().flags, Does::Acknowledge);
        let (name, contents) = match message.ack() {
            Some(Ok(ack)) if ack.errno() == 0 && name == "error" => {
                ("ack", self.verdict(protocol, message, &ack))
            }
            Some(Ok(ack)) => (name, self.verdict(protocol, message, &ack)),
            _ => (name, raw(message.body())),
        };
        Meaning { protocol, way, family: None, name: name.to_owned(), flags, contents }
    }

    /// What the kernel says of a request, and of which.
    fn verdict(&mut self, protocol: i32, message: &Message<'_>, ack: &Ack<'_>) -> Value {
        let request = self.request_of(protocol, message, ack);
        let parsed = request.as_deref().and_then(|bytes| Message::split(bytes).ok());
        let found = parsed.and_then(|(m, _)| self.find(protocol, Way::ToKernel, &m));
        let operation = found.map(|(op, form)| Operation::of(op, form));
        let bytes = request.unwrap_or_default();
        let path = |offset| operation.as_ref().map(|op| op.path(&bytes, offset));
        let missing =
            |kind| operation.as_ref().map(|op| op.missing(&bytes, ack.missing_nest(), kind));
        let error = (ack.errno() != 0).then(|| errno::describe(ack.errno()).map(|(name, _)| name));
        let text = ack.text().map(|text| String::from_utf8_lossy(text).into_owned());
        let members = [
            ("error", json!(error.map(|name| name.unwrap_or("unknown")))),
            ("errno", json!(Some(ack.errno()).filter(|&n| n != 0))),
            ("text", json!(text)),
            ("attr", json!(ack.offset().and_then(path))),
            ("missing", json!(ack.missing_type().and_then(missing))),
            ("offset", json!(ack.offset())),
            ("of", json!(found.map(|(op, _)| op.name()))),
        ];
        let present = members.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    }

    /// The request that a verdict is about: quoted in it, or remembered.
    fn request_of(&self, protocol: i32, message: &Message<'_>, ack: &Ack<'_>) -> Option<Vec<u8>> {
        let whole = ack.request().filter(|_| !message.has(NLM_F_CAPPED) && ack.errno() != 0);
        let quoted = whole.and_then(|header| message.body().get(4..4 + header.len as usize));
        let seq = ack.request().map_or(message.header().seq, |header| header.seq);
        quoted.or_else(|| self.request(protocol, seq)).map(<[u8]>::to_vec)
    }

    /// The last request with that number.
    fn request(&self, protocol: i32, seq: u32) -> Option<&[u8]> {
        let same = |request: &&Request| request.protocol == protocol && request.seq == seq;
        self.requests.iter().rev().find(same).map(|request| request.bytes.as_slice())
    }
}

/// What a request does, as its name says it.
fn does(name: &str, found: Option<(Op<'static>, Form)>) -> Does {
    let says = |word: &str| name.starts_with(word) || name.ends_with(&format!("-{word}"));
    match found {
        Some((_, Form::Dump)) => Does::Get,
        _ if says("get") => Does::Get,
        _ if says("del") => Does::Delete,
        _ => Does::New,
    }
}

fn decode(op: Op<'static>, form: Form, body: &[u8]) -> Result<Value> {
    let mut json = Vec::new();
    op.decode(form, body, How::Natural, &mut json).map_err(rnl::Error::from)?;
    view::parse(&json)
}

/// Contents of which nothing is known.
fn raw(body: &[u8]) -> Value {
    if body.is_empty() { json!({}) } else { json!({ "#message": format!("hex:{}", hex(body)) }) }
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The header of a message of a machine with the other order of bytes, if that is what it is.
pub fn foreign(bytes: &[u8]) -> Option<Header> {
    let own = Header::read(bytes)?;
    let fits = |len: u32| (Header::LEN..=bytes.len()).contains(&(len as usize));
    (!fits(own.len) && fits(own.len.swap_bytes())).then(|| Header {
        len: own.len.swap_bytes(),
        kind: own.kind.swap_bytes(),
        flags: own.flags.swap_bytes(),
        seq: own.seq.swap_bytes(),
        port: own.port.swap_bytes(),
    })
}
