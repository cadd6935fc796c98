// SPDX-License-Identifier: MIT OR Apache-2.0
//! `mnl_nlmsg_fprintf`: messages as a table, four bytes a line. Programs show it as their debug output,
//! so that the layout is part of the interface.

use core::ffi::{CStr, c_int, c_uint};

use rnl::uapi::{NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_TYPE_MASK, NLMSG_MIN_TYPE};
use rnl::wire::{Header, fixed};

use crate::memory::{ATTR_HEADER, Message, Place, align};

const RULER: &CStr = c"----------------\t------------------\n";
const LENGTH: &CStr = c"|  %.10u  |\t| message length |\n";
const TYPE: &CStr = c"| %.5u | %c%c%c%c |\t|  type | flags  |\n";
const SEQUENCE: &CStr = c"|  %.10u  |\t| sequence number|\n";
const PORT: &CStr = c"|  %.10u  |\t|     port ID    |\n";
const CONTROL: &CStr = c"| %.2x %.2x %.2x %.2x  |\t|                |\n";
const EXTRA: &CStr = c"| %.2x %.2x %.2x %.2x  |\t|  extra header  |\n";
const DATA: &CStr = c"| %.2x %.2x %.2x %.2x  |\t|      data      |\t %c %c %c %c\n";
/// Red, green, blue.
const ATTR: &CStr =
    c"|\x1b[1;31m%.5u\x1b[0m|\x1b[1;32m%c%c\x1b[0m|\x1b[1;34m%.5u\x1b[0m|\t|len |flags| type|\n";

/// What it prints for NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK and NLM_F_ECHO.
const FLAGS: [(u16, u8); 4] = [(1, b'R'), (2, b'M'), (4, b'A'), (8, b'E')];
const ATTR_FLAGS: [(u16, u8); 2] = [(NLA_F_NESTED, b'N'), (NLA_F_NET_BYTEORDER, b'B')];

/// Prints one of the formats above.
macro_rules! print {
    ($file:expr, $format:expr $(, $value:expr)*) => {
        // SAFETY: the program passes an open stream; each format asks for as many numbers as it is given.
        unsafe { libc::fprintf($file, $format.as_ptr() $(, c_uint::from($value))*) }
    };
}

/// Where the lines of a message have got to.
struct Lines {
    file: *mut libc::FILE,
    /// Types below 16 have no attributes that are known.
    control: bool,
    /// Bytes of the family's header that are still to come.
    extra: usize,
    /// Bytes of the current attribute's payload that are still to come.
    payload: c_int,
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_fprintf(
    fd: *mut libc::FILE,
    data: Place,
    datalen: usize,
    extra_header_size: usize,
) {
    let (mut message, mut rest) = (data.message(), datalen as c_int);
    while let Some(header) = message.whole(rest) {
        print_header(fd, &header);
        let control = header.kind < NLMSG_MIN_TYPE;
        let mut lines = Lines { file: fd, control, extra: extra_header_size, payload: 0 };
        let body = body(message, rest);
        body.chunks(4).for_each(|four| lines.print(fixed(four)));
        print!(fd, RULER);
        (message, rest) = message.next(rest);
    }
}

/// What follows the header, with the padding if it is there.
fn body<'a>(message: Message, rest: c_int) -> &'a [u8] {
    let end = message.aligned_len().min(rest as u32) as usize;
    message.payload().bytes(end.saturating_sub(Header::LEN))
}

fn print_header(file: *mut libc::FILE, header: &Header) {
    let [request, multi, ack, echo] = letters(header.flags, FLAGS);
    print!(file, RULER);
    print!(file, LENGTH, header.len);
    print!(file, TYPE, header.kind, request, multi, ack, echo);
    print!(file, SEQUENCE, header.seq);
    print!(file, PORT, header.port);
    print!(file, RULER);
}

/// The letter of each flag that is set, a dash for others.
fn letters<const N: usize>(flags: u16, known: [(u16, u8); N]) -> [u8; N] {
    known.map(|(flag, letter)| if flags & flag != 0 { letter } else { b'-' })
}

/// The byte itself if the locale can show it.
fn shown(byte: u8) -> u8 {
    // SAFETY: isprint takes any unsigned char.
    if unsafe { libc::isprint(byte.into()) } != 0 { byte } else { b' ' }
}

impl Lines {
    fn print(&mut self, four: [u8; 4]) {
        let [a, b, c, d] = four;
        let kind = u16::from_ne_bytes([c, d]);
        if self.control {
            print!(self.file, CONTROL, a, b, c, d);
        } else if self.extra > 0 {
            print!(self.file, EXTRA, a, b, c, d);
            // A size that is no multiple of 4 takes all of the message.
            self.extra = self.extra.wrapping_sub(4);
        } else if self.payload == 0 && kind & NLA_TYPE_MASK != 0 {
            self.print_attr(u16::from_ne_bytes([a, b]), kind);
        } else if self.payload > 0 {
            let [e, f, g, h] = four.map(shown);
            print!(self.file, DATA, a, b, c, d, e, f, g, h);
            self.payload -= 4;
        }
    }

    /// Nests are entered; the payload of others follows as data.
    fn print_attr(&mut self, len: u16, kind: u16) {
        let [nested, net] = letters(kind, ATTR_FLAGS);
        print!(self.file, ATTR, len, nested, net, kind & NLA_TYPE_MASK);
        if kind & NLA_F_NESTED == 0 {
            self.payload = align(len.into()) as c_int - ATTR_HEADER as c_int;
        }
    }
}
