// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any bytes as an ERROR or a DONE message, and the way from its offsets to names of attributes in a
//! request of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::uapi::*;
use rnl::{Ack, Header, Message, schema};
use rnl_fuzz::{Choices, is_inside, walk};

/// Protocols and types of which the schema knows something, and some of which it does not.
const OPERATIONS: [(i32, u16); 8] =
    [(0, 16), (0, 24), (0, 20), (0, 28), (0, 32), (0, 40), (16, 16), (99, 99)];

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let (which, flags) = (choices.u8(), choices.u16());
    let kind = if which & 1 == 0 { NLMSG_ERROR } else { NLMSG_DONE };
    let request_len = usize::from(choices.u8());
    let request = choices.bytes(request_len);
    let body = choices.0;
    let len = (Header::LEN + body.len()) as u32;
    let header = Header { len, kind, flags, ..Header::default() };
    let bytes = [&header.to_bytes()[..], body].concat();
    let (message, _) = Message::split(&bytes).expect("its length is right");
    match message.ack() {
        Some(Ok(ack)) => check(&ack, &message, request, which),
        Some(Err(_)) => assert!(kind == NLMSG_ERROR && body.len() < 4 + Header::LEN),
        None => panic!("it is an acknowledgement"),
    }
});

fn check(ack: &Ack<'_>, message: &Message<'_>, request: &[u8], which: u8) {
    assert_eq!(ack.errno() == 0, ack.error() == 0);
    assert!(ack.errno() >= 0);
    assert_eq!(ack.request().is_some(), message.kind() == NLMSG_ERROR);
    assert!(is_inside(ack.attrs().rest(), message.bytes()));
    if !message.has(NLM_F_ACK_TLVS) {
        assert!(ack.attrs().rest().is_empty());
    }
    walk(ack.attrs(), 1);
    let _ = (ack.text(), ack.cookie(), ack.policy().map(|p| walk(p.nested(), 1)));
    // Names are looked up in a long text: not for every input.
    if which < 0xc0 {
        return;
    }
    let (protocol, kind) = OPERATIONS[usize::from(which >> 1) % OPERATIONS.len()];
    let op = schema::operation(protocol, kind);
    bounded(&op.path(request, ack.offset().unwrap_or(u32::from(which))));
    let missing = ack.missing_type().unwrap_or(1);
    bounded(&op.missing(request, ack.missing_nest(), missing));
}

/// A path has a bounded number of steps, however the request nests.
fn bounded(path: &str) {
    assert!(path.is_empty() || path.starts_with('.') || path.starts_with('['), "{path}");
    assert!(path.matches('.').count() < 4096);
}
