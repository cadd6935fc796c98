// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every line of the golden corpus against rnl's readers; tests/golden/README.md has the format.

use std::fmt::Debug;
use std::fs;
use std::str::FromStr;

use rnl::family::policy::Rule;
use rnl::uapi::{NL_POLICY_TYPE_ATTR_TYPE, NLM_F_CAPPED, NLMSG_DONE, NLMSG_ERROR};
use rnl::wire::align4;
use rnl::{Ack, Attr, Attrs, Fault, Message, Messages};

#[path = "common/corpus.rs"]
mod corpus;

use corpus::{Line, folder, golden_files, is_native, lines, next_datagram};

type Checked = Result<(), String>;

#[test]
fn rnl_reads_the_corpus_as_it_is_annotated() {
    let folder = folder();
    let files = golden_files(&folder);
    let verdicts: Vec<_> =
        files.iter().map(|file| check(&fs::read_to_string(file).unwrap())).collect();
    let wrong = files.iter().zip(&verdicts).filter_map(|(file, verdict)| {
        let name = file.strip_prefix(&folder).unwrap();
        verdict.as_ref().err().map(|what| format!("{}:{what}", name.display()))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let lines: usize = verdicts.into_iter().map(Result::unwrap).sum();
    // Most files are of the byte order that most machines have.
    let least = if cfg!(target_endian = "little") { 8_000 } else { 50 };
    assert!(lines > least, "only {lines} lines in {} files were checked", files.len());
}

/// Checks a file and gives how many annotations it had, or the first line that is wrong and why. A file
/// of the other byte order has none.
fn check(text: &str) -> Result<usize, String> {
    if !is_native(text) {
        return Ok(0);
    }
    let mut checked = 0;
    let mut rest = &lines(text)[..];
    while let Some((datagram, annotations, after)) = next_datagram(rest) {
        check_datagram(&datagram, annotations)?;
        checked += annotations.len();
        rest = after;
    }
    Ok(checked)
}

fn check_datagram(datagram: &[u8], lines: &[Line<'_>]) -> Checked {
    let mut reader = Reader::new(datagram);
    for (number, line) in lines {
        reader.line(line).map_err(|what| format!("{number}: {line}: {what}"))?;
    }
    let last = lines.last().map_or(0, |line| line.0);
    reader.end().map_err(|what| format!("behind line {last}: {what}"))
}

/// Something that is walked: attributes, or next hops from an offset on.
enum Level<'a> {
    Attrs(Attrs<'a>),
    Hops(&'a [u8], usize),
}

/// What rnl has read of a datagram so far.
struct Reader<'a> {
    datagram: &'a [u8],
    messages: Messages<'a>,
    message: Option<Message<'a>>,
    /// Where the message starts.
    start: usize,
    ack: Option<Ack<'a>>,
    /// The walks under way, the outermost first: one for each depth.
    levels: Vec<Level<'a>>,
    attr: Option<Attr<'a>>,
}

fn same<T: PartialEq + Debug>(what: &str, read: T, expected: T) -> Checked {
    if read == expected { Ok(()) } else { Err(format!("{what} is {read:?}, not {expected:?}")) }
}

fn number<T: FromStr + TryFrom<u64>>(word: &str) -> Result<T, String> {
    let hex = word.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let value = match hex {
        Some(n) => T::try_from(n).ok(),
        None => word.parse().ok(),
    };
    value.ok_or_else(|| format!("`{word}` is no such number"))
}

impl<'a> Reader<'a> {
    fn new(datagram: &'a [u8]) -> Self {
        let messages = Messages::new(datagram);
        let (message, ack, attr) = (None, None, None);
        Reader { datagram, messages, message, start: 0, ack, levels: Vec::new(), attr }
    }

    fn line(&mut self, line: &str) -> Checked {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["msg", at, _, len, _, kind, _, flags, _, seq, _, port] => {
                self.message(at, [len, kind, flags, seq, port])
            }
            ["fixed", "0", at, len] => self.header(number(at)?, number(len)?),
            ["fixed", depth, at, len] => {
                self.nest_header(number(depth)?, number(at)?, number(len)?)
            }
            ["attr", depth, at, _, kind, _, flags, _, len, shape] => {
                self.attr(number(depth)?, number(at)?, [kind, flags, len], shape)
            }
            ["hop", depth, at, len] => self.hop(number(depth)?, number(at)?, number(len)?),
            ["value", "str", ..] => {
                let text = line.strip_prefix("value str").unwrap_or_default();
                same("text", self.last()?.str(), Ok(text.strip_prefix(' ').unwrap_or(text)))
            }
            ["value", kind, ref values @ ..] => value(&self.last()?, kind, values),
            ["error", error, _, capped, _, request, _, at] => {
                self.error(number(error)?, capped == "1", number(request)?, number(at)?)
            }
            ["done", error, _, at] => self.verdict(NLMSG_DONE, number(error)?, number(at)?),
            ["extack", what, ..] => {
                let text = line.strip_prefix("extack ").and_then(|l| l.strip_prefix(what));
                self.extack(what, text.unwrap_or_default().trim_start_matches(' '))
            }
            ["malformed", what, at] => self.malformed(what, number(at)?),
            _ => Err("no such annotation".into()),
        }
    }

    /// Nothing is left that the annotations do not tell of.
    fn end(&mut self) -> Checked {
        self.close(0)?;
        same("next message", self.messages.next().is_some(), false)
    }

    /// Ends the walks deeper than `depth`: they must have come to their end.
    fn close(&mut self, depth: usize) -> Checked {
        for level in self.levels.drain(depth.min(self.levels.len())..) {
            let rest = match level {
                Level::Attrs(attrs) => attrs.rest().len(),
                Level::Hops(rest, _) => rest.len(),
            };
            same("bytes left of a walk", rest, 0)?;
        }
        same("depth", self.levels.len(), depth)
    }

    fn last(&self) -> Result<Attr<'a>, String> {
        self.attr.ok_or_else(|| "no attribute came before".into())
    }

    fn message(&mut self, at: &str, fields: [&str; 5]) -> Checked {
        self.close(0)?;
        let next = self.messages.next().ok_or("no message is left")?;
        let m = next.map_err(|fault| fault.text())?;
        self.start = m.bytes().as_ptr() as usize - self.datagram.as_ptr() as usize;
        same("offset", self.start, number(at)?)?;
        let [len, kind, flags, seq, port] = fields;
        let h = m.header();
        same("length", (h.len, m.bytes().len()), (number(len)?, number(len)?))?;
        same("type", (h.kind, m.kind()), (number(kind)?, number(kind)?))?;
        same("flags", h.flags, number(flags)?)?;
        same("seq", h.seq, number(seq)?)?;
        same("port", h.port, number(port)?)?;
        self.ack = None;
        self.message = Some(m);
        Ok(())
    }

    fn current(&self) -> Result<Message<'a>, String> {
        self.message.ok_or_else(|| "no message came before".into())
    }

    fn header(&mut self, at: usize, len: usize) -> Checked {
        let m = self.current()?;
        same("offset", self.start + m.bytes().len() - m.body().len(), at)?;
        same("whole header", m.body().len() >= len, true)?;
        self.levels.push(Level::Attrs(m.attrs(len)));
        Ok(())
    }

    /// A nest that begins with a structure: attributes follow behind it.
    fn nest_header(&mut self, depth: usize, at: usize, len: usize) -> Checked {
        self.close(depth + 1)?;
        let nest = self.last()?;
        same("offset", self.start + nest.nested().offset(), at)?;
        let inside = nest.payload().get(align4(len)..).unwrap_or_default();
        let end = nest.offset() + 4 + nest.payload().len();
        self.levels[depth] = Level::Attrs(Attrs::at(inside, end));
        Ok(())
    }

    fn attr(&mut self, depth: usize, at: usize, fields: [&str; 3], shape: &str) -> Checked {
        self.close(depth)?;
        let Some(Level::Attrs(attrs)) = self.levels.last_mut() else {
            return Err("no attributes are walked here".into());
        };
        let next = attrs.next().ok_or("no attribute is left")?;
        let attr = next.map_err(|fault| fault.text())?;
        let [kind, flags, len] = fields;
        same("offset", self.start + attr.offset(), at)?;
        same("type", attr.kind(), number(kind)?)?;
        same("flags", attr.flags(), number(flags)?)?;
        same("length", attr.payload().len(), number(len)?)?;
        self.attr = Some(attr);
        match shape {
            "nest" => self.levels.push(Level::Attrs(attr.nested())),
            "hops" => self.levels.push(Level::Hops(attr.payload(), attr.offset() + 4)),
            "leaf" => {}
            _ => return Err("no such shape".into()),
        }
        Ok(())
    }

    /// `struct rtnexthop` begins with its length; attributes stand behind its 8 bytes.
    fn hop(&mut self, depth: usize, at: usize, len: usize) -> Checked {
        self.close(depth)?;
        let Some(Level::Hops(rest, offset)) = self.levels.last_mut() else {
            return Err("no next hops are walked here".into());
        };
        same("offset", self.start + *offset, at)?;
        same("length", hop_len(rest), Some(len))?;
        let inside = Attrs::at(&rest[8..len], *offset + len);
        *offset += align4(len);
        *rest = rest.get(align4(len)..).unwrap_or_default();
        self.levels.push(Level::Attrs(inside));
        Ok(())
    }

    fn error(&mut self, error: i32, capped: bool, request: u32, at: usize) -> Checked {
        self.verdict(NLMSG_ERROR, error, at)?;
        let quoted = self.ack.and_then(|ack| ack.request()).map(|header| header.len);
        same("capped", self.current()?.has(NLM_F_CAPPED), capped)?;
        same("length of the request", quoted, Some(request))
    }

    fn verdict(&mut self, kind: u16, error: i32, at: usize) -> Checked {
        let m = self.current()?;
        same("type", m.kind(), kind)?;
        let ack = m.ack().ok_or("no acknowledgement")?.map_err(|fault| fault.text())?;
        same("error", (ack.error(), ack.errno()), (error, -error))?;
        let attrs = ack.attrs();
        let start = if attrs.rest().is_empty() { 0 } else { self.start + attrs.offset() };
        same("offset of the attributes", start, at)?;
        self.ack = Some(ack);
        self.levels.push(Level::Attrs(attrs));
        Ok(())
    }

    fn extack(&self, what: &str, text: &str) -> Checked {
        let ack = self.ack.ok_or("no acknowledgement came before")?;
        match what {
            "msg" => same("text", ack.text(), Some(text.as_bytes())),
            "offs" => same("offset", ack.offset(), Some(number(text)?)),
            "cookie" => same("cookie", ack.cookie().map(hex), Some(text.to_owned())),
            "miss-type" => same("missing type", ack.missing_type(), Some(number(text)?)),
            "miss-nest" => same("missing nest", ack.missing_nest(), Some(number(text)?)),
            "policy" => {
                let rule = ack.policy().ok_or("no policy")?.nested();
                let kind = rule.get(NL_POLICY_TYPE_ATTR_TYPE).map(|a| a.u32());
                same("type", kind, Some(Ok(number(text)?)))?;
                same("rule", Rule::parse(0, 0, rule).map(|r| r.kind), Ok(number(text)?))
            }
            _ => Err("no such word".into()),
        }
    }

    fn malformed(&mut self, what: &str, at: usize) -> Checked {
        match what {
            "msg" => {
                self.close(0)?;
                let rest = self.messages.rest().len();
                same("offset", self.datagram.len() - rest, at)?;
                let fault = self.messages.next().map(|m| m.map(|m| m.kind()));
                same("message", fault, Some(Err(Fault::MessageLength)))
            }
            "ack" => {
                let m = self.current()?;
                same("offset", self.start + 16, at)?;
                let fault = m.ack().map(|ack| ack.map(|ack| ack.error()));
                same("acknowledgement", fault, Some(Err(Fault::AckLength)))
            }
            "attr" | "hop" => self.malformed_walk(at),
            _ => Err("no such word".into()),
        }
    }

    /// The deepest walk that has not ended is at the damage, and ends there.
    fn malformed_walk(&mut self, at: usize) -> Checked {
        let left = |level: &Level<'_>| match level {
            Level::Attrs(attrs) => !attrs.rest().is_empty(),
            Level::Hops(rest, _) => !rest.is_empty(),
        };
        let deepest = self.levels.iter_mut().rfind(|level| left(level));
        match deepest.ok_or("every walk has ended")? {
            Level::Attrs(attrs) => {
                same("offset", self.start + attrs.offset(), at)?;
                let fault = attrs.next().map(|attr| attr.map(|attr| attr.kind()));
                same("attribute", fault, Some(Err(Fault::AttrLength)))
            }
            Level::Hops(rest, offset) => {
                same("offset", self.start + *offset, at)?;
                same("length", hop_len(rest), None)?;
                *rest = &[];
                Ok(())
            }
        }
    }
}

/// The length of the next hop, if it is a whole one.
fn hop_len(rest: &[u8]) -> Option<usize> {
    let len = usize::from(u16::from_ne_bytes(*rest.first_chunk()?));
    (8..=rest.len()).contains(&len).then_some(len)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn value(attr: &Attr<'_>, kind: &str, values: &[&str]) -> Checked {
    fn is<T: FromStr + PartialEq + Debug>(read: Result<T, Fault>, values: &[&str]) -> Checked {
        let expected = values.first().and_then(|word| word.parse().ok());
        same("value", read, Ok(expected.ok_or("no such value")?))
    }
    match kind {
        "u8" => is(attr.u8(), values),
        "u16" => is(attr.u16(), values),
        "u32" => is(attr.u32(), values),
        "u64" => is(attr.u64(), values),
        "s8" => is(attr.s8(), values),
        "s16" => is(attr.s16(), values),
        "s32" => is(attr.s32(), values),
        "s64" => is(attr.s64(), values),
        "be16" => is(attr.be16(), values),
        "be32" => is(attr.be32(), values),
        "be64" => is(attr.be64(), values),
        "uint" => is(attr.uint(), values),
        "sint" => is(attr.sint(), values),
        "ip" => is(attr.ip(), values),
        "mac" => {
            let text = attr.mac().map(|mac| mac.map(|byte| format!("{byte:02x}")).join(":"));
            same("value", text.as_deref(), Ok(values[0]))
        }
        "bits32" => same("value", attr.bitfield32(), Ok((number(values[0])?, number(values[1])?))),
        _ => Err("no such type".into()),
    }
}

#[test]
fn what_is_annotated_wrongly_is_noticed() {
    let file = "handmade/reasons-capped";
    let suffix = if cfg!(target_endian = "little") { ".golden" } else { "-big.golden" };
    let folder = folder();
    let text = fs::read_to_string(folder.join(file.to_owned() + suffix)).unwrap();
    assert!(check(&text).is_ok_and(|lines| lines > 10));
    let annotations = lines(&text).into_iter().filter(|(_, line)| {
        ["msg", "error", "attr", "value", "extack"].contains(&line.split(' ').next().unwrap())
    });
    for (number, line) in annotations {
        let every_line = text.lines().enumerate();
        let without = every_line.clone().filter(|(n, _)| n + 1 != number).map(|(_, l)| l);
        let wrong =
            every_line.map(|(n, l)| if n + 1 == number { spoil(line) } else { l.to_owned() });
        let wrong: Vec<String> = wrong.collect();
        assert!(check(&wrong.join("\n")).is_err(), "spoiled: {line}");
        // What a value is need not be told; what is there must be.
        let structure = line.starts_with("msg") || line.starts_with("attr");
        let without: Vec<&str> = without.collect();
        assert!(!structure || check(&without.join("\n")).is_err(), "left out: {line}");
    }
}

/// The line with another last digit or letter of what it says.
fn spoil(line: &str) -> String {
    let at = line.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
    let other = if line[at..].starts_with('1') { "2" } else { "1" };
    [&line[..at], other, &line[at + 1..]].concat()
}
