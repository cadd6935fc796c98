// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl decode`: what the messages of a capture say.

use std::fs::File;
use std::io::{self, Read, Write};

use rnl::schema::Way;
use rnl::uapi::NETLINK_ROUTE;
use rnl::{Header, Messages};
use serde_json::{Value, json};

use crate::args::Args;
use crate::capture::{Capture, Found, Packet, Source};
use crate::fail::{self, Fail, Result};
use crate::message::{self, Meaning, Reader};
use crate::numbers;
use crate::view::{self, Out, Paint, Style, block};

/// How far contents are indented under the line of their message.
const INDENT: usize = 4;

struct Decoder {
    reader: Reader,
    out: Out,
    style: Style,
    /// What the capture is called in complaints.
    name: String,
    protocol: Option<i32>,
    /// When the first packet came.
    start: Option<u64>,
    packets: u64,
    damaged: bool,
}

pub fn run(args: &Args) -> Result {
    let [name] = args.words.as_slice() else {
        return Err(Fail::usage("one file is needed, or - for standard input"));
    };
    let mut decoder = Decoder {
        reader: Reader::new(&args.options)?,
        out: view::out(),
        style: Style::of(&args.options)?,
        name: if name == "-" { "standard input".to_owned() } else { name.clone() },
        protocol: args.options.protocol,
        start: None,
        packets: 0,
        damaged: false,
    };
    let input: Box<dyn Read> = match name.as_str() {
        "-" => Box::new(io::stdin()),
        name => Box::new(File::open(name).map_err(|e| decoder.unreadable(&e))?),
    };
    decoder.all(Source::new(input))
}

impl Decoder {
    fn failed(&self, why: &str) -> Fail {
        Fail::Failed(format!("{}: {why}", self.name))
    }

    fn unreadable(&self, error: &io::Error) -> Fail {
        self.failed(&fail::system(error))
    }

    fn all(&mut self, source: Source) -> Result {
        let opened = Capture::open(source).map_err(|e| self.unreadable(&e))?;
        let mut capture = opened.map_err(|damage| self.failed(&damage.0))?;
        while let Some(found) = capture.next().map_err(|e| self.unreadable(&e))? {
            self.found(found)?;
        }
        self.out.flush()?;
        match (self.damaged, self.packets) {
            (true, _) => Err(Fail::Told),
            (false, 0) => Err(self.failed("no netlink in it")),
            (false, _) => Ok(()),
        }
    }

    fn found(&mut self, found: Found) -> Result {
        match found {
            Ok(packet) => {
                self.packets += 1;
                self.packet(&packet)
            }
            Err(damage) => self.complain(&damage.0),
        }
    }

    /// Says what is wrong, in its place in the output where both go to one terminal.
    fn complain(&mut self, what: &str) -> Result {
        self.damaged = true;
        self.out.flush()?;
        fail::complain(format!("{}: {what}", self.name));
        Ok(())
    }

    fn packet(&mut self, packet: &Packet) -> Result {
        if let Some(original) = packet.cut_from {
            let (place, len) = (&packet.place, packet.bytes.len());
            self.complain(&format!("{place}: only {len} of {original} bytes were captured"))?;
        }
        self.start = self.start.or(packet.time);
        let protocol = packet.protocol.or(self.protocol).unwrap_or(NETLINK_ROUTE);
        let way = packet.way.unwrap_or(Way::FromKernel);
        if let Some(meaning) = self.reader.unframed(protocol, way, &packet.bytes) {
            return self.show(packet, None, &meaning?);
        }
        self.messages(packet, protocol)
    }

    fn messages(&mut self, packet: &Packet, protocol: i32) -> Result {
        let mut messages = Messages::new(&packet.bytes);
        loop {
            let rest = messages.rest();
            match messages.next() {
                None => return Ok(()),
                // Some programs send their whole buffer; the kernel stops there, too.
                Some(Err(_)) if rest.iter().all(|&byte| byte == 0) => return Ok(()),
                Some(Ok(message)) => {
                    let meaning = self.reader.read(protocol, packet.way, &message)?;
                    self.show(packet, Some(message.header()), &meaning)?;
                }
                Some(Err(fault)) => return self.rest(packet, protocol, rest, fault.text()),
            }
        }
    }

    /// Shows what can't be read as messages.
    fn rest(&mut self, packet: &Packet, protocol: i32, rest: &[u8], why: &str) -> Result {
        let header = message::foreign(rest);
        let why = if header.is_some() { "of a machine with the other byte order" } else { why };
        let at = packet.bytes.len() - rest.len();
        self.complain(&format!("{}: message at byte {at}: {why}", packet.place))?;
        let meaning = Meaning {
            protocol,
            way: packet.way.unwrap_or(Way::FromKernel),
            family: None,
            name: "unread".to_owned(),
            flags: Vec::new(),
            contents: json!({ "#message": format!("hex:{}", message::hex(rest)) }),
        };
        self.show(packet, header, &meaning)
    }

    fn show(&mut self, packet: &Packet, header: Option<Header>, meaning: &Meaning) -> Result {
        match self.style {
            Style::Json => writeln!(self.out, "{}", object(packet, header, meaning))?,
            Style::Text(paint) => {
                let line = self.line(packet, header, meaning, paint);
                let contents = block(&meaning.contents, INDENT, paint);
                write!(self.out, "{line}\n{contents}")?;
            }
        }
        Ok(())
    }

    /// `packet 3 +0.000120 > rt-link newlink seq 5 port 0 request,ack`
    fn line(
        &self,
        packet: &Packet,
        header: Option<Header>,
        meaning: &Meaning,
        paint: Paint,
    ) -> String {
        let mut words = vec![paint.faint(&packet.place)];
        if let (Some(time), Some(start)) = (packet.time, self.start) {
            words.push(paint.faint(&relative(time, start)));
        }
        words.push(if meaning.way == Way::ToKernel { ">" } else { "<" }.to_owned());
        let protocol = numbers::protocol_name(meaning.protocol);
        words.push(meaning.family.clone().unwrap_or(protocol));
        let wrong = meaning.name == "unread" || meaning.contents.get("errno").is_some();
        words.push(if wrong { paint.wrong(&meaning.name) } else { paint.strong(&meaning.name) });
        if let Some(header) = header {
            words.push(
                paint.faint(&format!(
                    "type {} seq {} port {}",
                    header.kind, header.seq, header.port
                )),
            );
            words.push(meaning.flags.join(","));
        }
        words.join(" ").trim_end().to_owned()
    }
}

/// Seconds since the first packet. Clocks may be set back while a capture runs.
fn relative(time: u64, start: u64) -> String {
    let sign = if time < start { '-' } else { '+' };
    let micros = time.abs_diff(start) / 1000;
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn object(packet: &Packet, header: Option<Header>, meaning: &Meaning) -> Value {
    let time = packet.time.map(|t| format!("{}.{:09}", t / 1_000_000_000, t % 1_000_000_000));
    let time = time.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let to_kernel = meaning.way == Way::ToKernel;
    json!({
        "place": packet.place,
        "time": time,
        "way": if to_kernel { "to-kernel" } else { "from-kernel" },
        "protocol": meaning.protocol,
        "family": meaning.family,
        "name": meaning.name,
        "type": header.map(|h| h.kind),
        "flags": meaning.flags,
        "seq": header.map(|h| h.seq),
        "port": header.map(|h| h.port),
        "msg": meaning.contents,
    })
}
