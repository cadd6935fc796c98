// SPDX-License-Identifier: MIT OR Apache-2.0
//! What attributes are called: paths such as `.linkinfo.data(vxlan).id` for errors.
//!
//! The names are one text, searched line by line: it is read only when a request has failed, costs no
//! relocations, and a set that is missing shows as numbers (`.18.2`).

#![forbid(unsafe_code)]
#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

use alloc::string::String;

use crate::text::Text;
use crate::wire::{Attrs, Header, Message};

/// Written by `tools/names.py`, where the lines are explained.
const NAMES: &[u8] = include_bytes!("names.txt");

/// Deeper than the kernel nests: a bound on the walk, not a limit of the format.
const MAX_DEPTH: usize = 16;

/// What is known of a request: what it is called, and where its attributes start and mean.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `newroute`; `request` where nothing is known.
    pub name: &'static str,
    /// Bytes of the fixed header.
    pub header: usize,
    set: Option<u32>,
}

/// A place in the tree of attributes: what the attributes there are called.
#[derive(Clone, Copy)]
enum Level {
    /// Attributes of this set.
    Set(u32),
    /// Indices, each holding attributes of this set.
    Array(u32),
    /// Nothing is known.
    Unknown,
}

/// What is known of messages of type `kind` to `protocol`.
#[inline(never)]
pub fn operation(protocol: i32, kind: u16) -> Operation {
    let found = rows(b"op").find_map(|mut words| {
        let mut next = || words.next().and_then(number);
        let matches = next()? == protocol as u32 && next()? == u32::from(kind);
        let name = words.next().filter(|_| matches)?;
        let header = words.next().and_then(number)? as usize;
        Some(Operation { name: text(name), header, set: words.next().and_then(number) })
    });
    let header = if protocol == crate::uapi::NETLINK_GENERIC { 4 } else { 0 };
    found.unwrap_or(Operation { name: "request", header, set: None })
}

impl Operation {
    /// The path of the attribute that starts at `offset` of `request`, or holds it. Empty if none does.
    pub fn path(&self, request: &[u8], offset: u32) -> String {
        let mut place = Place::new(self);
        if let Some(attrs) = self.attrs(request).filter(|_| offset as usize >= Header::LEN) {
            place.descend(attrs, offset as usize);
        }
        place.finish()
    }

    /// The path of an attribute of type `kind` that is missing from the nest at `nest`, or from the top.
    pub fn missing(&self, request: &[u8], nest: Option<u32>, kind: u32) -> String {
        let mut place = Place::new(self);
        if let (Some(offset), Some(attrs)) = (nest, self.attrs(request)) {
            place.descend(attrs, offset as usize);
        }
        place.step(u16::try_from(kind).unwrap_or(u16::MAX), Attrs::default());
        place.finish()
    }

    /// The path of an attribute by the types from the outermost nest to itself.
    pub fn path_of_types(&self, types: &[u16]) -> String {
        let mut place = Place::new(self);
        types.iter().for_each(|&kind| place.step(kind, Attrs::default()));
        place.finish()
    }

    fn attrs<'a>(&self, request: &'a [u8]) -> Option<Attrs<'a>> {
        let (message, _) = Message::split(request).ok()?;
        Some(message.attrs(self.header))
    }
}

/// A path under construction, and what the attributes at its end are called.
struct Place {
    text: Text,
    level: Level,
}

impl Place {
    fn new(op: &Operation) -> Self {
        Place { text: Text::default(), level: op.set.map_or(Level::Unknown, Level::Set) }
    }

    fn finish(self) -> String {
        self.text.finish().unwrap_or_default()
    }

    /// Follows the attributes that hold `offset`, down to the one that starts there.
    #[inline(never)]
    fn descend(&mut self, mut attrs: Attrs<'_>, offset: usize) {
        for _ in 0..MAX_DEPTH {
            let siblings = attrs;
            let end = |start: usize, len: usize| start.saturating_add(4).saturating_add(len);
            let Some(attr) = attrs
                .by_ref()
                .map_while(Result::ok)
                .find(|a| a.offset() <= offset && offset < end(a.offset(), a.payload().len()))
            else {
                return;
            };
            self.step(attr.kind(), siblings);
            if attr.offset() == offset {
                return;
            }
            attrs = attr.nested();
        }
    }

    /// Goes into the attribute of type `kind`, which stands among `siblings`.
    #[inline(never)]
    fn step(&mut self, kind: u16, siblings: Attrs<'_>) {
        self.level = match self.level {
            Level::Array(set) => {
                self.text.str("[").num(kind.into()).str("]");
                Level::Set(set)
            }
            Level::Set(set) => match attribute(set, kind) {
                Some((name, target)) => {
                    self.text.str(".").str(name);
                    self.enter(target, set, siblings)
                }
                None => self.unnamed(kind),
            },
            Level::Unknown => self.unnamed(kind),
        };
    }

    fn unnamed(&mut self, kind: u16) -> Level {
        self.text.str(".").num(kind.into());
        Level::Unknown
    }

    /// The level behind `target`: `>set`, `*set` or `?sub-message:selector`.
    fn enter(&mut self, target: &'static [u8], set: u32, siblings: Attrs<'_>) -> Level {
        match target {
            [b'>', inner @ ..] => number(inner).map_or(Level::Unknown, Level::Set),
            [b'*', inner @ ..] => number(inner).map_or(Level::Unknown, Level::Array),
            [b'?', inner @ ..] => self.select(inner, set, siblings).unwrap_or(Level::Unknown),
            _ => Level::Unknown,
        }
    }

    /// The level of a sub-message: its selector stands among the siblings.
    fn select(&mut self, target: &'static [u8], set: u32, siblings: Attrs<'_>) -> Option<Level> {
        let mut words = target.split(|&b| b == b':');
        let sub = words.next().and_then(number)?;
        let value = siblings.get(number_of(set, words.next()?)?)?.bytes();
        self.text.str("(").bytes(value).str(")");
        Some(sub_message(sub, value))
    }
}

type Words = core::slice::Split<'static, u8, fn(&u8) -> bool>;

fn words(row: &'static [u8]) -> Words {
    row.split(|&b| b == b' ')
}

/// The words of each line after its first, which is `word`.
fn rows(word: &'static [u8]) -> impl Iterator<Item = Words> {
    lines().filter_map(move |line| {
        let mut words = words(line);
        (words.next() == Some(word)).then_some(words)
    })
}

fn lines() -> impl Iterator<Item = &'static [u8]> {
    NAMES.split(|&b| b == b'\n')
}

/// Number, name and target of each attribute of a set.
fn attributes(set: u32) -> impl Iterator<Item = (u32, &'static [u8], &'static [u8])> {
    let mut lines = lines();
    lines.by_ref().find(|line| line.strip_prefix(b"set ").and_then(number) == Some(set));
    lines.map_while(|line| {
        let mut words = words(line);
        let value = words.next().and_then(number)?;
        Some((value, words.next()?, words.next().unwrap_or_default()))
    })
}

/// Name and target of attribute `kind` in `set`.
#[inline(never)]
fn attribute(set: u32, kind: u16) -> Option<(&'static str, &'static [u8])> {
    let (_, name, target) = attributes(set).find(|(value, ..)| *value == u32::from(kind))?;
    Some((text(name), target))
}

/// The number of the attribute called `name` in `set`.
fn number_of(set: u32, name: &[u8]) -> Option<u16> {
    let (value, ..) = attributes(set).find(|(_, n, _)| *n == name)?;
    u16::try_from(value).ok()
}

/// What sub-message `sub` is where its selector says `value`.
fn sub_message(sub: u32, value: &[u8]) -> Level {
    let found = rows(b"sub").find_map(|mut words| {
        let matches = words.next().and_then(number) == Some(sub) && words.next() == Some(value);
        words.next().and_then(number).filter(|_| matches)
    });
    found.map_or(Level::Unknown, Level::Set)
}

fn text(bytes: &'static [u8]) -> &'static str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

#[inline(never)]
fn number(word: &[u8]) -> Option<u32> {
    let digit = |b: &u8| b.is_ascii_digit().then(|| u32::from(b & 15));
    let add = |n: u32, b: &u8| n.checked_mul(10)?.checked_add(digit(b)?);
    if word.is_empty() { None } else { word.iter().try_fold(0, add) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::uapi::rtnetlink::*;
    use crate::uapi::{NETLINK_GENERIC, NETLINK_ROUTE};
    use crate::wire::Msg;

    fn newlink(kind: &str) -> Vec<u8> {
        let mut m = Msg::new(RTM_NEWLINK, 0);
        m.put_header(&[0; 16]).put_str(IFLA_IFNAME, "v0").nest(IFLA_LINKINFO);
        m.put_str(IFLA_INFO_KIND, kind).nest(IFLA_INFO_DATA).put_u32(1, 7).nest_end().nest_end();
        m.bytes().unwrap().to_vec()
    }

    fn path(request: &[u8], offset: u32) -> String {
        operation(NETLINK_ROUTE, RTM_NEWLINK).path(request, offset)
    }

    #[test]
    fn requests_have_names_and_header_lengths() {
        let op = operation(NETLINK_ROUTE, RTM_NEWROUTE);
        assert_eq!((op.name, op.header), ("newroute", 12));
        let op = operation(NETLINK_GENERIC, 0x44);
        assert_eq!((op.name, op.header), ("request", 4));
    }

    #[test]
    fn offsets_become_paths() {
        let request = newlink("vxlan");
        assert_eq!(path(&request, 32), ".ifname");
        assert_eq!(path(&request, 40), ".linkinfo");
        assert_eq!(path(&request, 44), ".linkinfo.kind");
        assert_eq!(path(&request, 56), ".linkinfo.data(vxlan)");
        assert_eq!(path(&request, 60), ".linkinfo.data(vxlan).id");
    }

    #[test]
    fn what_has_no_name_shows_its_number() {
        let request = newlink("nosuchkind");
        assert_eq!(path(&request, 64), ".linkinfo.data(nosuchkind).1");
        assert_eq!(operation(99, 99).path_of_types(&[3, 4]), ".3.4");
    }

    #[test]
    fn offsets_outside_every_attribute_have_no_path() {
        let request = newlink("vxlan");
        for offset in [0, 15, 16, 31, 1 << 20, u32::MAX] {
            assert_eq!(path(&request, offset), "", "offset {offset}");
        }
        assert_eq!(path(&[], 32), "");
    }

    #[test]
    fn what_is_missing_is_named_with_its_nest() {
        let request = newlink("vxlan");
        let op = operation(NETLINK_ROUTE, RTM_NEWLINK);
        assert_eq!(op.missing(&request, None, 3), ".ifname");
        assert_eq!(op.missing(&request, Some(40), 1), ".linkinfo.kind");
        assert_eq!(op.missing(&request, Some(40), 999), ".linkinfo.999");
    }
}
