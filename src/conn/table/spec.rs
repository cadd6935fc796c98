// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a table is a table of.

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;
use crate::wire::{Match, Message, Msg};

/// Parts that a key has, and attributes it is made of, at most.
pub(super) const MAX_PARTS: usize = 8;

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// `nlmsg_type`
    pub kind: u16,
    /// The command of a generic family: the first byte after the header.
    pub cmd: Option<u8>,
}

impl Kind {
    /// A type of message.
    pub const fn of(kind: u16) -> Self {
        Kind { kind, cmd: None }
    }

    /// A command of a generic family.
    pub const fn generic(kind: u16, cmd: u8) -> Self {
        Kind { kind, cmd: Some(cmd) }
    }

    /// Whether `m` is one.
    #[inline]
    pub(super) fn is(&self, m: &Message<'_>) -> bool {
        m.kind() == self.kind && (self.cmd.is_none() || self.cmd == m.body().first().copied())
    }
}

/// Bytes that tell objects apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes of the fixed header.
    Header {
        /// Where they start.
        at: u16,
        /// How many there are.
        len: u16,
    },
    /// The payload of a top-level attribute; that it is missing tells objects apart too.
    Attr(u16),
    /// The payload of the first of two attributes, or else of the second.
    FirstOf(u16, u16),
}

/// A part of an object's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Which bytes.
    pub part: Part,
    /// The address family, the first byte of the fixed header, that alone has this part; 0 for all.
    pub family: u8,
}

impl Key {
    /// A part that all objects have.
    pub const fn of(part: Part) -> Self {
        Key { part, family: 0 }
    }
}

/// What is of no interest in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignore {
    /// The attribute with this path of types, 0 where it is shorter, is not kept.
    Drop([u16; 3]),
    /// The attribute with this path is not kept if attribute `selector` in its outermost nest holds
    /// this name, filled with zeros: types mean something else under other names.
    Of {
        /// Types of the two nests and of the attribute.
        path: [u16; 3],
        /// Type of the attribute with the name.
        selector: u16,
        /// The name.
        name: [u8; 8],
    },
    /// Messages with this top-level attribute do not say what an object is like.
    Message(u16),
    /// Where this holds, an object is in a state that the kernel does not tell of when it comes: a dump
    /// alone does not bring it into the table.
    Unsaid(Test),
    /// A top-level attribute that is kept, but a difference in it is no change.
    Quiet(u16),
    /// These bits of the word, host order, `at` bytes into the fixed header are cleared.
    Bits {
        /// Where the word starts.
        at: u16,
        /// Which bits.
        mask: u32,
    },
    /// These flags of each `struct rtnexthop` in a top-level attribute are cleared.
    Hops {
        /// Type of the attribute.
        kind: u16,
        /// Which flags.
        mask: u8,
    },
}

/// A word of a message, host order, in which some bits must be what they should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// The top-level attribute it is in; 0 for the fixed header.
    pub attr: u16,
    /// Where it starts there.
    pub at: u16,
    /// The bits that count; 0 makes the test hold always.
    pub mask: u32,
    /// What they must be.
    pub value: u32,
}

impl Test {
    pub(super) fn holds(&self, m: &Message<'_>, header: u16) -> bool {
        if self.mask == 0 {
            return true;
        }
        let bytes = match self.attr {
            0 => m.body(),
            kind => m.attrs(header.into()).get(kind).map_or(&[][..], |attr| attr.payload()),
        };
        let word = bytes.get(usize::from(self.at)..).and_then(|b| b.first_chunk());
        word.is_some_and(|b| u32::from_ne_bytes(*b) & self.mask == self.value)
    }
}

/// A notification after which objects may have changed without the kernel saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stir {
    /// The group it comes from; the table joins it.
    pub group: u32,
    /// What it is.
    pub kind: Kind,
    /// What must hold for it, both.
    pub only: [Test; 2],
}

impl Stir {
    pub(super) fn is(&self, m: &Message<'_>, group: u32, header: u16) -> bool {
        self.group == group && self.kind.is(m) && self.only.iter().all(|test| test.holds(m, header))
    }
}

/// What a table is a table of.
#[derive(Debug)]
pub struct Spec {
    /// `NETLINK_*`
    pub protocol: i32,
    /// The request for a dump of all objects.
    pub dump: Msg,
    /// Messages that say what an object is like.
    pub new: Kind,
    /// Messages that say that an object is gone.
    pub del: Kind,
    /// Bytes of the fixed header.
    pub header: u16,
    /// The groups that notify of the objects.
    pub groups: Vec<u32>,
    /// What tells objects apart.
    pub keys: Vec<Key>,
    /// What a message must be like to be about an object of the table.
    pub matches: Vec<Match>,
    /// What is of no interest in an object.
    pub ignores: Vec<Ignore>,
    /// What may change objects without a word.
    pub stirs: Vec<Stir>,
    /// Objects of one key may be many: all of their content tells them apart.
    pub exact: bool,
    /// In an exact table: the attribute that holds what might be objects of their own. The kernel may
    /// tell of one of those parts alone.
    pub parts: Option<u16>,
    /// The attribute of a dump request that names another namespace, where the kernel has one.
    pub target: Option<u16>,
}

impl Spec {
    /// The groups to join: those of the objects and of what stirs them, each once.
    pub fn all_groups(&self) -> Result<Vec<u32>, Fault> {
        let mut all = Vec::new();
        for group in self.groups.iter().chain(self.stirs.iter().map(|stir| &stir.group)) {
            if !all.contains(group) {
                grow::push(&mut all, *group)?;
            }
        }
        Ok(all)
    }

    /// Whether such a table can be kept.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.dump.status()?;
        let sound = !self.keys.is_empty()
            && self.new != self.del
            && self.keys.iter().all(|key| self.is_key(key))
            && self.matches.iter().all(|rule| rule.is_sound())
            && self.ignores.iter().all(|ignore| self.is_ignorable(ignore));
        if sound { Ok(()) } else { Err(Fault::BadArgument) }
    }

    /// A command is no part of a key: it is another one where the object is deleted.
    fn is_key(&self, key: &Key) -> bool {
        let generic = self.new.cmd.is_some();
        let whole = match key.part {
            Part::Header { at, len } => {
                let end = at.checked_add(len).filter(|end| *end <= self.header);
                len > 0 && end.is_some() && (at > 0 || !generic)
            }
            Part::Attr(_) | Part::FirstOf(..) => true,
        };
        whole && (key.family == 0 || !generic)
    }

    /// What is ignored must not be needed to tell objects apart.
    fn is_ignorable(&self, ignore: &Ignore) -> bool {
        let kinds = self.keys.iter().flat_map(|key| match key.part {
            Part::Header { .. } => [None, None],
            Part::Attr(kind) => [Some(kind), None],
            Part::FirstOf(kind, other) => [Some(kind), Some(other)],
        });
        match *ignore {
            Ignore::Drop([0, ..] | [_, 0, 1..=u16::MAX]) => false,
            Ignore::Bits { at, .. } => {
                let word = at..at.saturating_add(4);
                word.end <= self.header && !self.keys.iter().any(|key| overlaps(&word, key.part))
            }
            Ignore::Message(_) | Ignore::Unsaid(_) => true,
            Ignore::Drop([kind, ..])
            | Ignore::Of { path: [kind, ..], .. }
            | Ignore::Quiet(kind)
            | Ignore::Hops { kind, .. } => kinds.flatten().all(|key| key != kind),
        }
    }
}

/// Whether `part` has bytes of the header that are in `word`.
fn overlaps(word: &core::ops::Range<u16>, part: Part) -> bool {
    let Part::Header { at, len } = part else { return false };
    at < word.end && word.start < at.saturating_add(len)
}
