// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures of netlink: pcap, pcapng, and text that strace and hex dumpers write. What is damaged is
//! reported and passed over.

mod hex;
mod link;
mod pcap;
mod pcapng;
mod source;
mod strace;
#[cfg(test)]
mod tests;

use std::io;

use rnl::schema::Way;

use hex::Text;
use pcap::Pcap;
use pcapng::Pcapng;
pub use source::Source;

/// A datagram of a capture.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Where it was found: `packet 3`, `line 12`.
    pub place: String,
    /// Nanoseconds since 1970.
    pub time: Option<u64>,
    /// Which protocol it belongs to, where the capture says so.
    pub protocol: Option<i32>,
    /// Where it went, where the capture says so.
    pub way: Option<Way>,
    /// What was captured of it.
    pub bytes: Vec<u8>,
    /// How long it was, if it was cut.
    pub cut_from: Option<usize>,
}

/// A piece of a capture that can't be read: where, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Damage(pub String);

/// The next thing in a capture.
pub type Found = Result<Packet, Damage>;

/// A capture being read.
pub enum Capture {
    Pcap(Pcap),
    Pcapng(Pcapng),
    Text(Text),
}

impl Capture {
    /// Tells by the first bytes what the capture is.
    pub fn open(mut source: Source) -> io::Result<Result<Capture, Damage>> {
        let head = source.peek(64)?;
        if head.starts_with(&pcapng::MAGIC) {
            return Ok(Ok(Capture::Pcapng(Pcapng::new(source))));
        }
        if pcap::format(head).is_some() {
            return Ok(Pcap::open(source)?.map(Capture::Pcap));
        }
        if head.is_empty() || head.contains(&0) || std::str::from_utf8(head).is_err() {
            let what = if head.is_empty() { "empty" } else { "neither pcap, pcapng nor hex text" };
            return Ok(Err(Damage(what.to_owned())));
        }
        Ok(Ok(Capture::Text(Text::new(source))))
    }

    /// The next datagram or damage; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Found>> {
        match self {
            Capture::Pcap(capture) => capture.next(),
            Capture::Pcapng(capture) => capture.next(),
            Capture::Text(capture) => capture.next(),
        }
    }
}
