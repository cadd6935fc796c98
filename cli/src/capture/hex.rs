// SPDX-License-Identifier: MIT OR Apache-2.0
//! Text: what strace prints, and dumps as xxd, hexdump -C, od -tx1, tcpdump -xx and people write them.

use std::collections::VecDeque;
use std::io;
use std::mem;

use super::source::Source;
use super::strace::{Call, Line, Piece, Sockets};
use super::{Damage, Found, Packet};

/// A text being read.
pub struct Text {
    source: Source,
    line: usize,
    sockets: Sockets,
    /// The datagram whose dump is being read.
    draft: Packet,
    /// The call whose datagrams the next dumps show; its strings are taken if there are none.
    call: Call,
    call_line: usize,
    /// Whether the rows of the dump have offsets: then one of them alone is its end.
    numbered: bool,
    /// Whether the next dumps are of no interest.
    skips: bool,
    /// Whether the next dump goes on with the datagram: it was received into several buffers.
    goes_on: bool,
    ready: VecDeque<Found>,
}

impl Text {
    pub fn new(source: Source) -> Self {
        Text {
            source,
            line: 0,
            sockets: Sockets::default(),
            draft: Packet::default(),
            call: Call::default(),
            call_line: 0,
            numbered: false,
            skips: false,
            goes_on: false,
            ready: VecDeque::new(),
        }
    }

    pub fn next(&mut self) -> io::Result<Option<Found>> {
        while self.ready.is_empty() {
            let Some(line) = self.source.line()? else {
                self.flush();
                break;
            };
            self.line += 1;
            self.read(&line);
        }
        Ok(self.ready.pop_front())
    }

    fn read(&mut self, line: &str) {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            self.flush();
        } else if let Some(dump) = text.strip_prefix("| ") {
            self.dump(strace_row(dump));
        } else if self.numbered && is_offset(text) {
            self.finish();
        } else if let Some(row) = row(text) {
            self.dump(Some(row));
        } else {
            self.other(text);
        }
    }

    fn other(&mut self, text: &str) {
        self.goes_on = text.starts_with("* ") && !text.ends_with(" buffer 0");
        if text.starts_with("* ") || text.starts_with("= ") {
            return;
        }
        self.flush();
        let line = self.sockets.read(text);
        self.skips = line == Line::Other;
        match line {
            Line::Call(call) => (self.call, self.call_line) = (call, self.line),
            Line::Other => {}
            Line::Foreign => self.complain(self.line, "neither hex nor a line of strace"),
        }
    }

    /// Takes the datagrams of a call that was not dumped from its line.
    fn undumped(&mut self) {
        let (call, line) = (mem::take(&mut self.call), self.call_line);
        if call.decoded && call.strings.is_empty() {
            self.complain(
                line,
                "strace has taken the message apart: give it -e read=all -e write=all",
            );
        }
        for Piece { bytes, cut } in call.strings {
            if cut {
                self.complain(line, "strace cut the data: give it -s 1000000");
            }
            let (protocol, way) = (call.protocol, call.way);
            self.ready.push_back(Ok(Packet {
                place: place(line),
                protocol,
                way,
                bytes,
                ..Packet::default()
            }));
        }
    }

    /// A row of a dump: the first of a datagram if its offset is 0.
    fn dump(&mut self, row: Option<Row>) {
        let Some(row) = row else { return self.complain(self.line, "not a row of a dump") };
        self.numbered = row.offset.is_some();
        if row.offset == Some(0) && !mem::take(&mut self.goes_on) {
            self.finish();
        }
        self.call.strings.clear();
        self.call.decoded = false;
        if self.skips {
            return;
        }
        if self.draft.bytes.is_empty() {
            let (protocol, way) = (self.call.protocol, self.call.way);
            self.draft = Packet { place: place(self.line), protocol, way, ..Packet::default() };
        }
        self.draft.bytes.extend(row.bytes);
    }

    /// The end of what belongs together.
    fn flush(&mut self) {
        self.finish();
        self.undumped();
    }

    /// The end of a datagram.
    fn finish(&mut self) {
        let draft = mem::take(&mut self.draft);
        if !draft.bytes.is_empty() {
            self.ready.push_back(Ok(draft));
        }
    }

    fn complain(&mut self, line: usize, what: &str) {
        self.ready.push_back(Err(Damage(format!("{}: {what}", place(line)))));
    }
}

fn place(line: usize) -> String {
    format!("line {line}")
}

/// A row of a dump.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    offset: Option<usize>,
    bytes: Vec<u8>,
}

/// `00010  00 00 ...  ................ |`: what is text begins at a fixed column.
fn strace_row(text: &str) -> Option<Row> {
    const COLUMNS: usize = 2 * (3 * 8) + 1;
    let (offset, rest) = text.split_once("  ")?;
    let hex = rest.get(..COLUMNS).unwrap_or(rest);
    Some(Row { offset: usize::from_str_radix(offset, 16).ok(), bytes: bytes_of(hex)? })
}

/// A row with or without an offset, with or without the text behind it.
fn row(text: &str) -> Option<Row> {
    let text = text.split('|').next().unwrap_or_default().trim();
    if let Some((offset, rest)) = text.split_once(':') {
        let offset = usize::from_str_radix(offset.trim_start_matches("0x"), 16).ok()?;
        let hex = rest.trim_start().split("  ").next().unwrap_or_default();
        return Some(Row { offset: Some(offset), bytes: bytes_of(hex)? });
    }
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut words = rest.split_whitespace().peekable();
    if is_offset(first) && words.peek().is_some() && words.all(|word| word.len() == 2) {
        let offset = usize::from_str_radix(first, 16).ok()?;
        return Some(Row { offset: Some(offset), bytes: bytes_of(rest)? });
    }
    Some(Row { offset: None, bytes: bytes_of(text)? })
}

/// Whether a word looks like the offsets that dumpers write before or after data.
fn is_offset(word: &str) -> bool {
    (5..=16).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Bytes in hex, in words of any even length, `0x` or `\x` before them, commas between them.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let plain = text.replace("\\x", " ").replace("0x", " ").replace([',', '"'], " ");
    let mut bytes = Vec::new();
    for word in plain.split_whitespace() {
        if word.len() % 2 == 1 || !word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let pairs = (0..word.len()).step_by(2).filter_map(|at| word.get(at..at + 2));
        bytes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Found> {
        let source = Source::new(Box::new(io::Cursor::new(text.to_owned().into_bytes())));
        let mut text = Text::new(source);
        std::iter::from_fn(|| text.next().unwrap()).collect()
    }

    fn bytes(text: &str) -> Vec<Vec<u8>> {
        read(text).into_iter().map(|found| found.unwrap().bytes).collect()
    }

    #[test]
    fn the_usual_dumps_are_read() {
        let expected: Vec<u8> = (0x14..0x26).collect();
        let dumps = [
            "00000000: 1415 1617 1819 1a1b 1c1d 1e1f 2021 2223  ............ !\"#\n00000010: 2425  $%\n",
            "00000000  14 15 16 17 18 19 1a 1b  1c 1d 1e 1f 20 21 22 23  |. !\"#|\n00000010  24 25 |$%|\n00000012\n",
            "\t0x0000:  1415 1617 1819 1a1b 1c1d 1e1f 2021 2223  ....\n\t0x0010:  2425  $%\n",
            "0000000 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23\n0000020 24 25\n0000022\n",
            "1415161718191a1b1c1d1e1f\n202122232425\n",
            "0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25",
            r#""\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25""#,
        ];
        for dump in dumps {
            assert_eq!(bytes(dump), std::slice::from_ref(&expected), "{dump}");
        }
    }

    #[test]
    fn datagrams_are_told_apart_by_gaps_and_offsets() {
        assert_eq!(bytes("01 02\n\n03 04\n# next\n05 06"), [[1, 2], [3, 4], [5, 6]]);
        assert_eq!(bytes("0000: 0102\n0002: 0304\n0000: 0506"), [&[1, 2, 3, 4][..], &[5, 6]]);
    }

    #[test]
    fn dumps_of_strace_belong_to_the_call_before_them() {
        let text = "\
socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3
sendto(3, [{nlmsg_len=18, nlmsg_type=RTM_GETLINK}], 18, 0, NULL, 0) = 18
 | 00000  12 00 00 00 12 00 01 03  00 00 00 00 00 00 00 00  ................ |
 | 00010  61 62                                             ab               |
recvmsg(3, {msg_iov=[{iov_base=[{nlmsg_len=4}]}], msg_flags=0}, MSG_PEEK) = 4
 * 4 bytes in buffer 0
 | 00000  01 02 03 04                                       ....             |
recvmsg(3, {msg_iov=[{iov_base=[{nlmsg_len=4}]}], msg_flags=0}, 0) = 4
 * 2 bytes in buffer 0
 | 00000  01 02                                             ..               |
 * 2 bytes in buffer 1
 | 00000  03 04                                             ..               |
+++ exited with 0 +++
";
        let packets: Vec<Packet> = read(text).into_iter().map(Result::unwrap).collect();
        assert_eq!(packets.len(), 2);
        assert_eq!((packets[0].bytes.len(), packets[0].protocol), (18, Some(0)));
        assert_eq!(packets[1].bytes, [1, 2, 3, 4]);
        assert_eq!(packets[1].place, "line 10");
    }

    #[test]
    fn what_is_no_hex_is_named_and_the_rest_is_read() {
        let found = read("01 02\nhello\n03 04\n");
        let said = "line 2: neither hex nor a line of strace";
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], Err(Damage(said.to_owned())));
        assert_eq!(found[2].as_ref().unwrap().bytes, [3, 4]);
    }

    #[test]
    fn data_that_strace_cut_is_reported_and_shown() {
        let found = read(r#"sendto(3, "\x14\x00"..., 40, 0, NULL, 0) = 40"#);
        assert!(found[0].is_err());
        assert_eq!(found[1].as_ref().unwrap().bytes, [0x14, 0]);
    }

    #[test]
    fn data_is_taken_once_and_fields_are_not_data() {
        let call = r#"sendto(3, "\x14"..., 4, 0, NULL, 0) = 4"#;
        let dumped = format!("{call}\n | 00000  {:<49}  .... |\n{call}\n", "14 00 00 00");
        let found = read(&dumped);
        assert_eq!(found[0].as_ref().unwrap().bytes, [0x14, 0, 0, 0]);
        assert_eq!((found.len(), found[1].is_err()), (3, true));
        let found = read("sendto(3, [{nlmsg_len=20}, \"v0\"], 20, 0) = 20\n");
        let said = "line 1: strace has taken the message apart: give it -e read=all -e write=all";
        assert_eq!(found, [Err(Damage(said.to_owned()))]);
    }
}
