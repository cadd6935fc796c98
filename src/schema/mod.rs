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
const NAMES: &str = include_str!("names.txt");

/// Deeper than the kernel nests: a bound on the walk, not a limit of the format.
const MAX_DEPTH: usize = 16;

/// What is known of a request: what it is called, and where its attributes start and mean.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `newroute`; `request` where nothing is known.
    pub name: &'static str,
    /// Bytes of the fixed header.
    pub header: usize,
    set: Option<&'static str>,
}

/// A place in the tree of attributes: what the attributes there are called.
#[derive(Clone, Copy)]
enum Level {
    /// Attributes of this set.
    Set(&'static str),
    /// Indices, each holding attributes of this set.
    Array(&'static str),
    /// Nothing is known.
    Unknown,
}

/// What is known of messages of type `kind` to `protocol`.
pub fn operation(protocol: i32, kind: u16) -> Operation {
    let found = rows("op ").find_map(|row| {
        let mut words = row.split(' ');
        let matches = number(words.next())? == protocol as u32 && number(words.next())? == u32::from(kind);
        let name = words.next().filter(|_| matches)?;
        Some(Operation { name, header: number(words.next())? as usize, set: words.next() })
    });
    let header = if protocol == crate::uapi::NETLINK_GENERIC { 4 } else { 0 };
    found.unwrap_or(Operation { name: "request", header, set: None })
}

impl Operation {
    fn level(&self) -> Level {
        self.set.map_or(Level::Unknown, Level::Set)
    }

    /// The path of the attribute that starts at `offset` of `request`, or holds it. Empty if none does.
    pub fn path(&self, request: &[u8], offset: u32) -> String {
        self.walk(request, offset).finish().unwrap_or_default()
    }

    /// The path of an attribute of type `kind` that is missing from the nest at `nest`, or from the top.
    pub fn missing(&self, request: &[u8], nest: Option<u32>, kind: u32) -> String {
        let mut place = Place::new(self.level());
        if let (Some(offset), Some(attrs)) = (nest, self.attrs(request)) {
            place = place.descend(attrs, offset as usize);
        }
        let kind = u16::try_from(kind).unwrap_or(u16::MAX);
        place.step(kind, Attrs::default()).text.finish().unwrap_or_default()
    }

    /// The path of an attribute by the types from the outermost nest to itself.
    pub fn path_of_types(&self, types: &[u16]) -> String {
        let start = Place::new(self.level());
        let place = types.iter().fold(start, |place, &kind| place.step(kind, Attrs::default()));
        place.text.finish().unwrap_or_default()
    }

    fn attrs<'a>(&self, request: &'a [u8]) -> Option<Attrs<'a>> {
        let (message, _) = Message::split(request).ok()?;
        Some(message.attrs(self.header))
    }

    fn walk(&self, request: &[u8], offset: u32) -> Text {
        let place = Place::new(self.level());
        match self.attrs(request) {
            Some(attrs) if offset as usize >= Header::LEN => place.descend(attrs, offset as usize).text,
            _ => place.text,
        }
    }
}

/// A path under construction, and what the attributes at its end are called.
struct Place {
    text: Text,
    level: Level,
}

impl Place {
    fn new(level: Level) -> Self {
        Place { text: Text::default(), level }
    }

    /// Follows the attributes that hold `offset`, down to the one that starts there.
    fn descend(mut self, mut attrs: Attrs<'_>, offset: usize) -> Self {
        for _ in 0..MAX_DEPTH {
            let siblings = attrs;
            let end = |start: usize, len: usize| start.saturating_add(4).saturating_add(len);
            let Some(attr) = attrs
                .by_ref()
                .map_while(Result::ok)
                .find(|a| a.offset() <= offset && offset < end(a.offset(), a.payload().len()))
            else {
                break;
            };
            self = self.step(attr.kind(), siblings);
            if attr.offset() == offset {
                break;
            }
            attrs = attr.nested();
        }
        self
    }

    /// Goes into the attribute of type `kind`, which stands among `siblings`.
    fn step(self, kind: u16, siblings: Attrs<'_>) -> Self {
        let text = self.text;
        let set = match self.level {
            Level::Set(set) => set,
            Level::Array(set) => {
                let text = text.str("[").num(kind.into()).str("]");
                return Place { text, level: Level::Set(set) };
            }
            Level::Unknown => return Place { text: text.str(".").num(kind.into()), level: Level::Unknown },
        };
        let Some((name, target)) = attribute(set, kind) else {
            return Place { text: text.str(".").num(kind.into()), level: Level::Unknown };
        };
        enter(text.str(".").str(name), target, set, siblings)
    }
}

/// The level behind `target`: `>set`, `*set` or `?selector:sub-message`.
fn enter(text: Text, target: &'static str, set: &'static str, siblings: Attrs<'_>) -> Place {
    if let Some(inner) = target.strip_prefix('>') {
        return Place { text, level: Level::Set(inner) };
    }
    if let Some(inner) = target.strip_prefix('*') {
        return Place { text, level: Level::Array(inner) };
    }
    let selected = target.strip_prefix('?').and_then(|t| t.split_once(':')).and_then(|(selector, sub)| {
        let value = siblings.get(number_of(set, selector)?)?.str().ok()?;
        Some((sub_message(sub, value), value))
    });
    match selected {
        Some((level, value)) => Place { text: text.str("(").str(value).str(")"), level },
        None => Place { text, level: Level::Unknown },
    }
}

/// The rest of each line that starts with `word`.
fn rows(word: &'static str) -> impl Iterator<Item = &'static str> {
    NAMES.lines().filter_map(move |line| line.strip_prefix(word))
}

/// The lines of a set.
fn set_rows(set: &str) -> impl Iterator<Item = &'static str> {
    let mut lines = NAMES.lines();
    lines.by_ref().find(|line| line.strip_prefix("set ") == Some(set));
    lines.take_while(|line| line.starts_with(|c: char| c.is_ascii_digit()))
}

/// Name and target of attribute `kind` in `set`.
fn attribute(set: &str, kind: u16) -> Option<(&'static str, &'static str)> {
    set_rows(set).find_map(|row| {
        let (value, rest) = row.split_once(' ')?;
        let found = number(Some(value))? == u32::from(kind);
        found.then(|| rest.split_once(' ').unwrap_or((rest, "")))
    })
}

/// The number of the attribute called `name` in `set`.
fn number_of(set: &str, name: &str) -> Option<u16> {
    let row = set_rows(set).find_map(|row| row.split_once(' ').filter(|(_, r)| *r == name))?;
    number(Some(row.0)).and_then(|n| u16::try_from(n).ok())
}

/// What `sub` is where its selector says `value`.
fn sub_message(sub: &str, value: &str) -> Level {
    let found = rows("sub ").find_map(|row| {
        let mut words = row.split(' ');
        let matches = words.next() == Some(sub) && words.next() == Some(value);
        words.next().filter(|_| matches)
    });
    found.map_or(Level::Unknown, Level::Set)
}

fn number(word: Option<&str>) -> Option<u32> {
    word?.parse().ok()
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
