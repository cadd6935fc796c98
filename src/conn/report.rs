// SPDX-License-Identifier: MIT OR Apache-2.0
//! From verdicts to errors: the kernel's words, and which attribute of the request they are about.

use alloc::string::String;
use alloc::vec::Vec;

use super::engine::{Ended, Verdict};
use super::known::Known;
use crate::error::{Detail, Error, Fault, Result};
use crate::grow;
use crate::schema::{Operation, operation};
use crate::text::Text;
use crate::wire::{Ack, Messages, Msg};

/// How a request ended well.
#[derive(Debug, Default)]
pub(super) struct Success {
    /// What the kernel warns of.
    pub(super) warning: Option<String>,
    /// Whether a change interrupted the dump.
    pub(super) interrupted: bool,
}

/// The end of a request as the caller gets it, and the request's memory if nothing needs it any more.
pub(super) fn outcome(known: &Known, ended: Ended<'_>) -> (Result<Success>, Vec<u8>) {
    match ended.verdict {
        Verdict::Ok(ack) => {
            let warning = ack.text().and_then(owned_text);
            (Ok(Success { warning, interrupted: ended.interrupted }), ended.request)
        }
        Verdict::Refused(ack) => {
            let request = message_of(ended.request, ended.index);
            (Err(refusal_of(&known.operation(&request), &ack, request)), Vec::new())
        }
        Verdict::Failed(fault) => {
            let op = known.operation(&ended.request);
            (Err(Error::from(fault).during(op.name)), ended.request)
        }
    }
}

/// The message at `index` of a transaction; a request that is none is a single message.
fn message_of(request: Vec<u8>, index: u32) -> Vec<u8> {
    let message = Messages::new(&request).nth(index as usize).and_then(core::result::Result::ok);
    match message {
        Some(m) if m.bytes().len() < request.len() => owned(m.bytes()),
        _ => request,
    }
}

/// The kernel's refusal of `request`, of which nothing but its protocol is known.
pub(crate) fn refusal(protocol: i32, ack: &Ack<'_>, request: Vec<u8>) -> Error {
    refusal_of(&Known::new(protocol).operation(&request), ack, request)
}

fn refusal_of(op: &Operation, ack: &Ack<'_>, request: Vec<u8>) -> Error {
    let path = |offset| op.path(&request, offset);
    let missing = |kind| op.missing(&request, ack.missing_nest(), kind);
    let detail = Detail {
        reason: ack.text().and_then(owned_text).unwrap_or_default(),
        attr: ack.offset().map(path).unwrap_or_default(),
        missing: ack.missing_type().map(missing).unwrap_or_default(),
        subject: String::new(),
        offset: ack.offset(),
        cookie: ack.cookie().map(owned).unwrap_or_default(),
        policy: ack.policy().map(|p| owned(p.payload())).unwrap_or_default(),
        request,
    };
    Error::kernel(ack.errno(), op.name, detail)
}

/// A request that could not be sent as it was built.
pub(crate) fn unbuilt(protocol: i32, msg: &Msg, fault: Fault) -> Error {
    let op = operation(protocol, msg.kind());
    let path = msg.failure().map(|f| op.path_of_types(f.path())).unwrap_or_default();
    Error::from(fault).during(op.name).at(path)
}

fn owned_text(bytes: &[u8]) -> Option<String> {
    Text::of_bytes(bytes)
}

fn owned(bytes: &[u8]) -> Vec<u8> {
    grow::copy(bytes).unwrap_or_default()
}
