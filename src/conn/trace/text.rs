// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages as lines that people read.

use alloc::vec::Vec;

use super::super::known::Known;
use crate::error::Fault;
use crate::grow;
use crate::schema::{How, Way};
use crate::text::Text;
use crate::uapi::{errno, *};
use crate::wire::{Header, Message, Messages};

/// What flags are called whatever the request, and those of requests that make something; in the order
/// of their bits.
const ALWAYS: [&str; 6] = ["request", "multi", "ack", "echo", "interrupted", "filtered"];
const MAKING: [&str; 4] = ["replace", "excl", "create", "append"];

/// A line for each message of a datagram.
pub(super) fn lines(known: &Known, port: u32, way: Way, datagram: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    for message in Messages::new(datagram) {
        begin(&mut out, port, way)?;
        match message {
            Ok(m) if m.kind() < NLMSG_MIN_TYPE => control(&mut out, &m)?,
            Ok(m) => ordinary(&mut out, known, way, &m)?,
            Err(fault) => grow::append(&mut out, fault.text().as_bytes())?,
        }
        grow::push(&mut out, b'\n')?;
    }
    Ok(out)
}

fn say(out: &mut Vec<u8>, text: &mut Text) -> Result<(), Fault> {
    let text = core::mem::take(text).finish().ok_or(Fault::NoMemory)?;
    grow::append(out, text.as_bytes())
}

fn begin(out: &mut Vec<u8>, port: u32, way: Way) -> Result<(), Fault> {
    let arrow = if way == Way::ToKernel { " > " } else { " < " };
    say(out, Text::default().str("rnl ").num(port.into()).str(arrow))
}

/// What the kernel says of requests.
fn control(out: &mut Vec<u8>, m: &Message<'_>) -> Result<(), Fault> {
    let mut text = Text::default();
    let word = match m.kind() {
        NLMSG_NOOP => "noop",
        NLMSG_ERROR => "error",
        NLMSG_DONE => "done",
        NLMSG_OVERRUN => "overrun",
        _ => "control",
    };
    let ack = m.ack().and_then(Result::ok);
    let errno = ack.as_ref().map_or(0, |ack| ack.errno());
    let word = if word == "error" && errno == 0 { "ack" } else { word };
    text.str(word).str(" ").num(m.header().seq.into());
    flags(&mut text, &m.header(), false);
    if errno != 0 {
        let (name, meaning) = errno::describe(errno).unwrap_or(("errno", ""));
        text.str(" ").str(name).str(": ");
        text.str(if ack.as_ref().is_some_and(|a| a.text().is_some()) { "" } else { meaning });
    }
    text.bytes(ack.as_ref().and_then(|ack| ack.text()).unwrap_or_default());
    say(out, &mut text)
}

fn ordinary(out: &mut Vec<u8>, known: &Known, way: Way, m: &Message<'_>) -> Result<(), Fault> {
    let mut text = Text::default();
    let found = known.message(m, way);
    match found {
        Some((op, _)) => text.str(op.name()),
        None => text.str("type ").num(m.kind().into()),
    };
    text.str(" ").num(m.header().seq.into());
    flags(&mut text, &m.header(), way == Way::ToKernel);
    text.str(" ");
    say(out, &mut text)?;
    match found {
        Some((op, form)) => op.decode(form, m.body(), How::Readable, out),
        None => say(out, Text::default().num(m.body().len() as u64).str(" bytes")),
    }
}

/// Names of the flags that are set. Requests to read and requests to make share bits: of the former there
/// is but one that matters.
fn flags(text: &mut Text, header: &Header, request: bool) {
    let named = |names: &'static [&'static str], shift: u32| {
        let bits = (0u32..).zip(names);
        bits.filter(move |(bit, _)| header.flags >> bit.wrapping_add(shift) & 1 == 1)
            .map(|(_, name)| *name)
    };
    let dump = request && header.flags & NLM_F_DUMP == NLM_F_DUMP;
    let making = if request && !dump { &MAKING[..] } else { &[] };
    let dump = dump.then_some("dump");
    for name in named(&ALWAYS, 0).chain(named(making, 8)).chain(dump) {
        text.str(" ").str(name);
    }
}
