// SPDX-License-Identifier: MIT OR Apache-2.0
//! Lines of strace: system calls, and the strings in them.

use std::collections::HashMap;

use rnl::schema::Way;

use crate::numbers;

/// System calls that carry datagrams, and whether they may only be taken on a descriptor that is known
/// to be netlink.
const CALLS: &[(&str, Way, bool)] = &[
    ("sendto", Way::ToKernel, false),
    ("sendmsg", Way::ToKernel, false),
    ("sendmmsg", Way::ToKernel, false),
    ("send", Way::ToKernel, false),
    ("write", Way::ToKernel, true),
    ("writev", Way::ToKernel, true),
    ("recvfrom", Way::FromKernel, false),
    ("recvmsg", Way::FromKernel, false),
    ("recvmmsg", Way::FromKernel, false),
    ("recv", Way::FromKernel, false),
    ("read", Way::FromKernel, true),
    ("readv", Way::FromKernel, true),
];

/// A system call that carries datagrams.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub protocol: Option<i32>,
    pub way: Option<Way>,
    /// The datagrams that stand in the line as strings.
    pub strings: Vec<Piece>,
    /// Whether strace shows messages by their fields instead.
    pub decoded: bool,
}

/// A datagram, or a buffer of one, as a string.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    pub bytes: Vec<u8>,
    /// Whether strace left out the end.
    pub cut: bool,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// It carries datagrams; what follows may dump them.
    Call(Call),
    /// It is of no interest, and what it dumps is not either.
    Other,
    /// It is none of strace.
    Foreign,
}

/// The protocol of each netlink socket among the descriptors; none of other sockets.
#[derive(Default)]
pub struct Sockets(HashMap<u32, Option<i32>>);

impl Sockets {
    /// Reads a line.
    pub fn read(&mut self, line: &str) -> Line {
        if let Some(arguments) = arguments_of(line, "socket") {
            self.opened(arguments);
            return Line::Other;
        }
        let found = CALLS.iter().find_map(|call| Some((call, arguments_of(line, call.0)?)));
        match found {
            Some((&(_, way, strict), arguments)) => self.call(way, strict, arguments),
            None if is_noise(line) => Line::Other,
            None => Line::Foreign,
        }
    }

    /// `socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3`
    fn opened(&mut self, arguments: &str) {
        let Some((arguments, fd)) = arguments.rsplit_once(") = ") else { return };
        let Ok(fd) = leading_digits(fd).parse() else { return };
        let protocol = arguments.rsplit(',').next().and_then(|p| numbers::protocol(p.trim()));
        let netlink = arguments.trim_start().starts_with("AF_NETLINK");
        self.0.insert(fd, protocol.filter(|_| netlink));
    }

    fn call(&self, way: Way, strict: bool, arguments: &str) -> Line {
        let known = leading_digits(arguments).parse().ok().and_then(|fd| self.0.get(&fd));
        let told = arguments.split_once("<NETLINK:[").and_then(|(_, rest)| {
            numbers::protocol(rest.split([':', ']']).next().unwrap_or_default())
        });
        let protocol = told.or(known.copied().flatten());
        let is_other_socket = known == Some(&None) && told.is_none();
        // What is only looked at is received once more.
        let peeks = arguments.contains("MSG_PEEK");
        if is_other_socket || peeks || (strict && protocol.is_none()) {
            return Line::Other;
        }
        let decoded = arguments.contains("nlmsg_len=");
        Line::Call(Call { protocol, way: Some(way), strings: datagrams(arguments), decoded })
    }
}

/// What follows `name(` in a line, after a process id and a time, if it is that call.
fn arguments_of<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (before, after) = line.split_once(name)?;
    let begins_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let resumed = before.ends_with("<... ") && after.starts_with(" resumed>");
    let after = if resumed { after.get(" resumed>".len()..) } else { after.strip_prefix('(') };
    after.filter(|_| begins_word && !before.contains(['"', '(']))
}

/// Other system calls, signals, exits, and how strace introduces a dump.
fn is_noise(line: &str) -> bool {
    let starts = ["+++ ", "--- ", "strace: ", "* ", "= "];
    let line = line.trim_start();
    line.contains(['(', ')'])
        || line.contains(" resumed>")
        || starts.iter().any(|s| line.starts_with(s))
}

fn leading_digits(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default()
}

/// The datagrams among the arguments: the buffer, or the buffers of each `struct msghdr` joined.
fn datagrams(arguments: &str) -> Vec<Piece> {
    let buffer = arguments.split_once(", ").map_or("", |(_, rest)| rest);
    for start in [arguments, buffer] {
        if let Some(text) = start.strip_prefix('"') {
            return vec![piece(text)];
        }
    }
    arguments.split("msg_hdr=").filter_map(joined).collect()
}

fn joined(header: &str) -> Option<Piece> {
    let buffers = header.split("iov_base=\"").skip(1).map(piece);
    buffers.reduce(|mut all, next| {
        all.bytes.extend(next.bytes);
        all.cut |= next.cut;
        all
    })
}

/// The string that begins here, behind its quote.
fn piece(text: &str) -> Piece {
    let (bytes, behind) = unescape(text);
    Piece { bytes, cut: behind.starts_with("...") }
}

/// The bytes up to the closing quote, and what follows that.
fn unescape(text: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            None => return (bytes, ""),
            Some('"') => return (bytes, chars.as_str()),
            Some('\\') => {
                let (byte, len) = escape(chars.as_str());
                bytes.push(byte);
                rest = chars.as_str().get(len..).unwrap_or_default();
            }
            Some(c) => {
                bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                rest = chars.as_str();
            }
        }
    }
}

/// The byte that stands behind a backslash, and how long that is.
fn escape(text: &str) -> (u8, usize) {
    const LETTERS: &[(char, u8)] =
        &[('n', b'\n'), ('t', b'\t'), ('r', b'\r'), ('v', 11), ('f', 12), ('a', 7), ('b', 8)];
    let digits = |from: usize, most: usize, radix: u32| {
        let run = text.chars().skip(from).take(most).take_while(|c| c.is_digit(radix)).count();
        let value = text.get(from..from + run).and_then(|d| u32::from_str_radix(d, radix).ok());
        value.map(|value| (value as u8, from + run))
    };
    let first = text.chars().next().unwrap_or('\\');
    let letter = LETTERS.iter().find(|(letter, _)| *letter == first).map(|(_, byte)| (*byte, 1));
    let number = if first == 'x' { digits(1, 2, 16) } else { digits(0, 3, 8) };
    number.or(letter).unwrap_or((first as u8, first.len_utf8().min(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(protocol: Option<i32>, way: Way, strings: &[(&[u8], bool)]) -> Line {
        let piece = |(bytes, cut): &(&[u8], bool)| Piece { bytes: bytes.to_vec(), cut: *cut };
        let strings = strings.iter().map(piece).collect();
        Line::Call(Call { protocol, way: Some(way), strings, decoded: false })
    }

    #[test]
    fn sockets_tell_the_protocol_of_what_is_sent_on_them() {
        let mut sockets = Sockets::default();
        let open = "[pid 7] socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_GENERIC) = 3";
        assert_eq!(sockets.read(open), Line::Other);
        let sent = sockets.read(r#"12:00:01 sendto(3, "\x14\x00", 2, 0, NULL, 0) = 2"#);
        assert_eq!(sent, call(Some(16), Way::ToKernel, &[(&[0x14, 0], false)]));
        let written = sockets.read(r#"write(3, "\24\0a\n"..., 99) = 99"#);
        assert_eq!(written, call(Some(16), Way::ToKernel, &[(b"\x14\0a\n", true)]));
    }

    #[test]
    fn other_descriptors_are_left_out() {
        let mut sockets = Sockets::default();
        sockets.read("socket(AF_UNIX, SOCK_STREAM, 0) = 4");
        assert_eq!(sockets.read(r#"sendto(4, "hello", 5, 0, NULL, 0) = 5"#), Line::Other);
        assert_eq!(sockets.read(r#"write(1, "hello", 5) = 5"#), Line::Other);
        assert_eq!(sockets.read(r#"recvmsg(5, "\x01", 1, MSG_PEEK) = 1"#), Line::Other);
        let unknown = sockets.read(r#"recvfrom(5, "\x01", 1, 0) = 1"#);
        assert_eq!(unknown, call(None, Way::FromKernel, &[(&[1], false)]));
    }

    #[test]
    fn descriptors_may_be_annotated_and_calls_resumed() {
        let mut sockets = Sockets::default();
        let line = r#"sendto(9<NETLINK:[SOCK_DIAG:77]>, "\x01", 1, 0, NULL, 0) = 1"#;
        assert_eq!(sockets.read(line), call(Some(4), Way::ToKernel, &[(&[1], false)]));
        let line = r#"[pid 9] <... recvfrom resumed>"\x02", 1, 0, NULL, NULL) = 1"#;
        assert_eq!(sockets.read(line), call(None, Way::FromKernel, &[(&[2], false)]));
    }

    #[test]
    fn buffers_of_one_message_are_joined_and_other_strings_left_out() {
        let mut sockets = Sockets::default();
        let line =
            r#"sendmsg(3, {msg_name="x", msg_iov=[{iov_base="\x01"}, {iov_base="\x02"}]}, 0) = 2"#;
        assert_eq!(sockets.read(line), call(None, Way::ToKernel, &[(&[1, 2], false)]));
        let line =
            r#"recvmmsg(3, [{msg_hdr={iov_base="\x01"}}, {msg_hdr={iov_base="\x02"}}], 2, 0) = 2"#;
        let two: [(&[u8], bool); 2] = [(&[1], false), (&[2], false)];
        assert_eq!(sockets.read(line), call(None, Way::FromKernel, &two));
        let Line::Call(decoded) =
            sockets.read(r#"sendto(3, [{nlmsg_len=20}, "\x01"], 20, 0) = 20"#)
        else {
            unreachable!()
        };
        assert!(decoded.decoded && decoded.strings.is_empty());
    }

    #[test]
    fn what_strace_does_not_write_is_foreign() {
        let mut sockets = Sockets::default();
        assert_eq!(sockets.read("+++ exited with 0 +++"), Line::Other);
        assert_eq!(sockets.read(" * 52 bytes in buffer 0"), Line::Other);
        assert_eq!(sockets.read("14 00 00 00"), Line::Foreign);
        assert_eq!(sockets.read("hello"), Line::Foreign);
    }

    #[test]
    fn escapes_that_end_early_are_taken_as_they_stand() {
        for line in [r#"sendto(3, "\"#, r#"sendto(3, "\x"#, r#"sendto(3, "\xzz"#, "sendto(3, \"\\é"]
        {
            Sockets::default().read(line);
        }
    }
}
