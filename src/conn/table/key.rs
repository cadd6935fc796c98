// SPDX-License-Identifier: MIT OR Apache-2.0
//! What makes an object's key, found in one walk over its attributes; most often it is where it was in
//! the message before, and then not even that is needed.

use alloc::vec::Vec;

use super::keep::Dropped;
use super::spec::{Ignore, MAX_PARTS, Part, Spec, Test};
use crate::error::Fault;
use crate::grow;
use crate::uapi::NLA_TYPE_MASK;
use crate::wire::{Header, align4};

/// What an attribute is to the table, as bits.
pub(super) const KEY: u8 = 1;
/// It is dropped.
pub(super) const DROP: u8 = 2;
/// Something in it may be dropped.
pub(super) const NEST: u8 = 4;
pub(super) const QUIET: u8 = 8;
pub(super) const HOPS: u8 = 16;
pub(super) const PARTS: u8 = 32;
pub(super) const EVENT: u8 = 64;

/// Types below have their bits in a row of their own; others are looked up.
const ROW: usize = 64;

/// Messages with more attributes are looked at anew each time.
const MAX_HEADS: usize = 16;

/// What one type of attribute is.
#[derive(Clone, Copy, Default)]
struct Role {
    bits: u8,
    /// Its slot, if it is part of the key.
    slot: u8,
}

/// The roles of top-level attributes, and which of them are the key.
pub(super) struct Plan {
    row: [Role; ROW],
    /// Roles of types beyond the row.
    others: Vec<(u16, Role)>,
    /// The attributes of the key, each once.
    kinds: Vec<u16>,
    keys: Vec<Place>,
    /// Bytes before the attributes.
    pub(super) start: usize,
    /// What the kept messages are.
    pub(super) kind: u16,
    pub(super) cmd: Option<u8>,
    /// What is not kept of nests; paths that begin alike stand together.
    pub(super) dropped: Vec<Dropped>,
    /// Offsets of words, and bits that are cleared in them.
    pub(super) bits: Vec<(usize, u32)>,
    /// Attributes of nexthops, and flags that are cleared in them.
    pub(super) hops: Vec<(u16, u8)>,
    /// States of objects that the kernel does not tell of.
    pub(super) unsaid: Vec<Test>,
}

/// A part of the key: bytes at a place, or the first of two slots that is there.
struct Place {
    /// The only family that has it, or 0.
    family: u8,
    slots: Option<(u8, u8)>,
    at: usize,
    len: usize,
}

/// Where the key is in a message, and what its attributes are. Most messages of a dump have the same.
pub(super) struct Shape {
    /// Length of the message, and its address family.
    len: usize,
    family: u8,
    /// The roles of its attributes, together.
    pub(super) roles: u8,
    /// The heads of the attributes, and how many they are; more than there is room for if they are too
    /// many, or damaged.
    heads: [u32; MAX_HEADS],
    count: usize,
    /// The parts of the key: offset above length; 0 if an attribute is missing.
    parts: [u64; MAX_PARTS],
    end: usize,
}

impl Plan {
    pub(super) fn new(spec: &Spec) -> Result<Self, Fault> {
        let start = Header::LEN.saturating_add(align4(spec.header.into()));
        let mut plan = Plan {
            row: [Role::default(); ROW],
            others: Vec::new(),
            kinds: Vec::new(),
            keys: Vec::new(),
            start,
            kind: spec.new.kind,
            cmd: spec.new.cmd,
            dropped: Vec::new(),
            bits: Vec::new(),
            hops: Vec::new(),
            unsaid: Vec::new(),
        };
        if spec.keys.len() > MAX_PARTS {
            return Err(Fault::BadArgument);
        }
        for key in &spec.keys {
            let (slots, at, len) = match key.part {
                Part::Header { at, len } => (None, usize::from(at), usize::from(len)),
                Part::Attr(kind) => (Some((plan.slot(kind)?, plan.slot(kind)?)), 0, 0),
                Part::FirstOf(kind, other) => (Some((plan.slot(kind)?, plan.slot(other)?)), 0, 0),
            };
            let at = at.saturating_add(Header::LEN);
            grow::push(&mut plan.keys, Place { family: key.family, slots, at, len })?;
        }
        for ignore in &spec.ignores {
            plan.ignore(ignore)?;
        }
        spec.parts.map_or(Ok(()), |kind| plan.add(kind, PARTS))?;
        // Only dumps of other namespaces have it, notifications have not.
        spec.target.map_or(Ok(()), |kind| plan.ignore(&Ignore::Drop([kind, 0, 0])))?;
        Ok(plan)
    }

    fn ignore(&mut self, ignore: &Ignore) -> Result<(), Fault> {
        match *ignore {
            Ignore::Drop([kind, 0, _]) => self.add(kind, DROP),
            Ignore::Drop(path) => self.drop(Dropped { path, selector: 0, name: [0; 8] }),
            Ignore::Of { path, selector, name } => self.drop(Dropped { path, selector, name }),
            Ignore::Message(kind) => self.add(kind, EVENT),
            Ignore::Unsaid(test) => grow::push(&mut self.unsaid, test),
            Ignore::Quiet(kind) => self.add(kind, QUIET),
            Ignore::Bits { at, mask } => {
                grow::push(&mut self.bits, (Header::LEN.saturating_add(at.into()), mask))
            }
            Ignore::Hops { kind, mask } => {
                self.add(kind, HOPS)?;
                grow::push(&mut self.hops, (kind, mask))
            }
        }
    }

    /// Puts a path where others begin like it.
    fn drop(&mut self, dropped: Dropped) -> Result<(), Fault> {
        let [kind, ..] = dropped.path;
        let path = dropped.path;
        self.add(kind, NEST)?;
        grow::push(&mut self.dropped, dropped)?;
        let mut rest = self.dropped.as_mut_slice();
        while let [before @ .., a, b] = rest {
            if a.path <= path {
                break;
            }
            core::mem::swap(a, b);
            let end = before.len().saturating_add(1);
            rest = rest.get_mut(..end).unwrap_or_default();
        }
        Ok(())
    }

    /// The slot of an attribute of the key.
    fn slot(&mut self, kind: u16) -> Result<u8, Fault> {
        if let Some(slot) = self.kinds.iter().position(|k| *k == kind) {
            return u8::try_from(slot).map_err(|_| Fault::BadArgument);
        }
        let slot = self.kinds.len();
        if slot == MAX_PARTS {
            return Err(Fault::BadArgument);
        }
        self.add(kind, KEY)?;
        grow::push(&mut self.kinds, kind)?;
        let slot = slot as u8;
        self.of_kind(kind).into_iter().for_each(|role| role.slot = slot);
        Ok(slot)
    }

    fn of_kind(&mut self, kind: u16) -> Option<&mut Role> {
        match self.row.get_mut(usize::from(kind)) {
            Some(role) => Some(role),
            None => self.others.iter_mut().find(|other| other.0 == kind).map(|other| &mut other.1),
        }
    }

    fn add(&mut self, kind: u16, bits: u8) -> Result<(), Fault> {
        if let Some(role) = self.of_kind(kind) {
            role.bits |= bits;
            return Ok(());
        }
        grow::push(&mut self.others, (kind, Role { bits, slot: 0 }))
    }

    /// What the attributes of type `kind` are to the table.
    #[inline]
    pub(super) fn role(&self, kind: u16) -> u8 {
        self.find(kind).bits
    }

    #[inline(always)]
    fn find(&self, kind: u16) -> Role {
        match self.row.get(usize::from(kind)) {
            Some(role) => *role,
            None => self.find_other(kind),
        }
    }

    #[inline(never)]
    fn find_other(&self, kind: u16) -> Role {
        self.others.iter().find(|other| other.0 == kind).map_or(Role::default(), |other| other.1)
    }

    /// The shape of a message.
    pub(super) fn shape(&self, message: &[u8]) -> Shape {
        let mut shape = Shape::new();
        self.learn(&mut shape, message);
        shape
    }

    /// Makes `shape` that of a message.
    #[inline(always)]
    pub(super) fn fit(&self, shape: &mut Shape, message: &[u8]) {
        if !self.fits(shape, message) {
            self.learn(shape, message);
        }
    }

    /// Whether a message has this shape.
    #[inline(always)]
    fn fits(&self, shape: &Shape, message: &[u8]) -> bool {
        let Some(heads) = shape.heads.get(..shape.count) else { return false };
        let mut at = self.start;
        for head in heads {
            match message.get(at..).and_then(|b| b.first_chunk()) {
                Some(found) if u32::from_ne_bytes(*found) == *head => {}
                _ => return false,
            }
            at = at.wrapping_add(align4(length(*head)));
        }
        message.len() == shape.len && message.get(Header::LEN) == Some(&shape.family)
    }

    #[inline(never)]
    fn learn(&self, shape: &mut Shape, message: &[u8]) {
        *shape = Shape { len: message.len(), ..Shape::new() };
        let mut slots = [0; MAX_PARTS];
        let mut at = self.start;
        while let Some((head, kind)) = message.get(at..).and_then(head) {
            let role = self.find(kind);
            shape.roles |= role.bits;
            shape.note(head);
            let slot = slots.get_mut(usize::from(role.slot)).filter(|_| role.bits & KEY != 0);
            if let Some(slot) = slot {
                *slot = place(at.wrapping_add(4), length(head).wrapping_sub(4));
            }
            at = at.wrapping_add(align4(length(head)));
        }
        match message.get(Header::LEN) {
            Some(family) if at >= message.len() => shape.family = *family,
            _ => shape.count = usize::MAX,
        }
        self.find_parts(shape, message, &slots);
    }

    fn find_parts(&self, shape: &mut Shape, message: &[u8], slots: &[u64; MAX_PARTS]) {
        let family = message.get(Header::LEN).copied().unwrap_or(0);
        let own = self.keys.iter().filter(|key| key.family == 0 || key.family == family);
        for (part, key) in shape.parts.iter_mut().zip(own) {
            let slot = |slot: u8| slots.get(usize::from(slot)).copied().unwrap_or(0);
            *part = match key.slots {
                None => place(key.at, key.len),
                Some((first, other)) if slot(first) == 0 => slot(other),
                Some((first, _)) => slot(first),
            };
            shape.end = shape.end.saturating_add(1);
        }
    }

    /// The hash of a key.
    #[inline(always)]
    pub(super) fn hash(&self, shape: &Shape, message: &[u8], nsid: i32, seed: u64) -> u32 {
        let mut hash = fold(seed ^ u64::from(nsid as u32), FIRST);
        for part in shape.parts() {
            hash = match at(message, *part) {
                None => fold(hash, ABSENT),
                Some(bytes) => add(hash, bytes),
            };
        }
        (hash >> 32) as u32
    }

    /// Whether two messages, of which the first has this shape, have the same key.
    pub(super) fn same(&self, shape: &Shape, a: &[u8], b: &[u8]) -> bool {
        if self.fits(shape, b) {
            return equal(shape, shape, a, b);
        }
        equal(shape, &self.shape(b), a, b)
    }
}

fn equal(shape_a: &Shape, shape_b: &Shape, a: &[u8], b: &[u8]) -> bool {
    let (parts_a, parts_b) = (shape_a.parts(), shape_b.parts());
    let mut pairs = parts_a.iter().zip(parts_b);
    parts_a.len() == parts_b.len() && pairs.all(|(x, y)| at(a, *x) == at(b, *y))
}

impl Shape {
    pub(super) const fn new() -> Self {
        Shape {
            len: 0,
            family: 0,
            roles: 0,
            heads: [0; MAX_HEADS],
            count: 0,
            parts: [0; MAX_PARTS],
            end: 0,
        }
    }

    #[inline(always)]
    fn parts(&self) -> &[u64] {
        self.parts.get(..self.end).unwrap_or_default()
    }

    fn note(&mut self, head: u32) {
        if let Some(slot) = self.heads.get_mut(self.count) {
            *slot = head;
        }
        self.count = self.count.saturating_add(1);
    }
}

/// Where a part is.
fn place(at: usize, len: usize) -> u64 {
    (at as u64) << 32 | len as u64
}

/// The bytes of a part.
#[inline(always)]
fn at(message: &[u8], part: u64) -> Option<&[u8]> {
    let (at, len) = ((part >> 32) as usize, part as u32 as usize);
    if at == 0 { None } else { message.get(at..at.wrapping_add(len)) }
}

/// The length of an attribute with this head.
#[inline(always)]
fn length(head: u32) -> usize {
    let [a, b, ..] = head.to_ne_bytes();
    usize::from(u16::from_ne_bytes([a, b]))
}

/// The head of the attribute at the start of `bytes`, and its type. What is damaged ends a walk, and is
/// kept as it is.
#[inline(always)]
fn head(bytes: &[u8]) -> Option<(u32, u16)> {
    let &[a, b, c, d] = bytes.first_chunk::<4>()?;
    let head = u32::from_ne_bytes([a, b, c, d]);
    let sound = length(head) >= 4 && length(head) <= bytes.len();
    sound.then_some((head, u16::from_ne_bytes([c, d]) & NLA_TYPE_MASK))
}

/// The attribute at the start of `bytes`: its type, its payload and what follows.
#[inline(always)]
pub(super) fn split(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (head, kind) = head(bytes)?;
    let len = length(head);
    Some((kind, bytes.get(4..len)?, bytes.get(align4(len)..).unwrap_or_default()))
}

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const ABSENT: u64 = 0xd1b5_4a32_d192_ed03;
const WORD: u64 = 0x8ebc_6af0_9c88_c6e3;

/// Both halves of a product, which depend on all bits of both factors.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    (product >> 64) as u64 ^ product as u64
}

/// Adds bytes to a hash, and how many they are.
#[inline(always)]
fn add(hash: u64, bytes: &[u8]) -> u64 {
    match <[u8; 4]>::try_from(bytes) {
        Ok(word) => fold(hash ^ u64::from(u32::from_ne_bytes(word)), WORD ^ 4),
        Err(_) => add_any(hash, bytes),
    }
}

#[inline(never)]
fn add_any(mut hash: u64, mut bytes: &[u8]) -> u64 {
    let len = bytes.len() as u64;
    while let Some((word, rest)) = bytes.split_first_chunk() {
        hash = fold(hash ^ u64::from_ne_bytes(*word), WORD);
        bytes = rest;
    }
    let last = bytes.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    fold(hash ^ last, WORD ^ len)
}
