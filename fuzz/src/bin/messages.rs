// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any bytes as a datagram: its messages, their attributes, and the readers of whole messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::family::genl::Family;
use rnl::family::rt::{genlmsghdr, ifaddrmsg, ifinfomsg, ndmsg, rtmsg};
use rnl::{Fixed, Header, Message, Messages};
use rnl_fuzz::{is_inside, walk};

/// Lengths of fixed headers, likely and unlikely.
const HEADERS: [usize; 8] = [0, 1, 4, 8, 12, 16, 20, usize::MAX];

fuzz_target!(|datagram: &[u8]| {
    let mut walked = 0;
    let mut messages = Messages::new(datagram);
    while let Some(message) = messages.next() {
        let Ok(message) = message else {
            assert!(messages.rest().is_empty(), "nothing is read behind an error");
            break;
        };
        assert!(is_inside(message.bytes(), datagram));
        walked += message.bytes().len();
        assert!(walked + messages.rest().len() <= datagram.len());
        check(&message);
    }
});

fn check(message: &Message<'_>) {
    let header = message.header();
    assert_eq!(header.len as usize, message.bytes().len());
    assert_eq!(header.to_bytes(), message.bytes()[..Header::LEN]);
    assert_eq!(message.body(), &message.bytes()[Header::LEN..]);
    let fixed = HEADERS[usize::from(header.kind) % HEADERS.len()];
    walk(message.attrs(fixed), 2);
    survives(&ifinfomsg::read(message.body()));
    survives(&ifaddrmsg::read(message.body()));
    survives(&rtmsg::read(message.body()));
    survives(&ndmsg::read(message.body()));
    survives(&genlmsghdr::read(message.body()));
    if let Ok(family) = Family::parse(message) {
        assert_ne!(family.id, 0);
    }
}

/// A fixed header that is written reads back the same.
fn survives<T: Fixed + PartialEq>(fixed: &T) {
    let mut bytes = vec![0; T::LEN];
    fixed.write(&mut bytes);
    assert!(T::read(&bytes) == *fixed);
}
