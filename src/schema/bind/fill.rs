// SPDX-License-Identifier: MIT OR Apache-2.0
//! From messages to records.

use super::super::format::Kind;
use super::super::value::text_of;
use super::{Action, Binding, Piece, Place, Room, Step};
use crate::error::Fault;
use crate::grow;
use crate::wire::{Attr, Attrs};

/// In place of a slot's number, where it is none's fault.
pub(super) const NO_SLOT: usize = usize::MAX;

/// How deep rooms lie in each other: a bound on the walk.
const DEEPEST: u8 = 16;

/// A record being filled.
struct Record<'r> {
    bytes: &'r mut [u8],
    present: u64,
}

impl Binding {
    /// Fills a record from what follows `struct nlmsghdr`. What the message lacks is zero. An error comes
    /// with the number of the slot whose value is malformed or does not fit; none where the message
    /// itself is damaged.
    #[inline]
    pub fn fill(&self, body: &[u8], record: &mut [u8]) -> Result<(), (Fault, usize)> {
        record.fill(0);
        let mut record = Record { bytes: record, present: 0 };
        let header = body.get(self.prefix..).unwrap_or_default();
        for &slot in &self.members {
            if let Some(bound) = self.bound.get(usize::from(slot)) {
                record.take(slot.into(), header, &bound.piece, bound.place)?;
            }
        }
        let attrs = header.get(crate::wire::align4(self.header)..).unwrap_or_default();
        if let Some(room) = self.rooms.first() {
            self.walk(room, Attrs::at(attrs, attrs.len()), &mut record, 0)?;
        }
        if let Some(place) = self.present {
            record.store(place, record.present);
        }
        Ok(())
    }

    fn walk(
        &self,
        room: &Room,
        attrs: Attrs<'_>,
        record: &mut Record<'_>,
        depth: u8,
    ) -> Result<(), (Fault, usize)> {
        let mut rest = attrs;
        while let Some(attr) = rest.step() {
            let attr = attr.map_err(|fault| (fault, NO_SLOT))?;
            let mut step = room.first(attr.kind());
            while let Some(here) = step {
                match &here.action {
                    Action::Take(slot, piece, place) => {
                        record.take(*slot, attr.payload(), piece, *place)?;
                    }
                    Action::Enter(next) => self.enter(*next, &attr, record, depth)?,
                    Action::Choose(selector, value, next) => {
                        if chosen(attrs, *selector, value) {
                            self.enter(*next, &attr, record, depth)?;
                        }
                    }
                }
                step = room.step(here.next);
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn enter(
        &self,
        next: usize,
        attr: &Attr<'_>,
        record: &mut Record<'_>,
        depth: u8,
    ) -> Result<(), (Fault, usize)> {
        let Some(room) = self.rooms.get(next).filter(|_| depth < DEEPEST) else { return Ok(()) };
        let inner = attr.payload().get(room.header..).unwrap_or_default();
        self.walk(room, Attrs::at(inner, inner.len()), record, depth.saturating_add(1))
    }
}

/// Whether the attribute beside it chooses a nest.
#[inline(never)]
fn chosen(attrs: Attrs<'_>, selector: u16, value: &[u8]) -> bool {
    attrs.get(selector).is_some_and(|attr| attr.bytes() == value)
}

impl Room {
    /// The first step for attributes of type `kind`.
    #[inline(always)]
    fn first(&self, kind: u16) -> Option<&Step> {
        self.step(*self.first.get(usize::from(kind))?)
    }

    /// A step by its number.
    #[inline(always)]
    fn step(&self, number: u8) -> Option<&Step> {
        self.steps.get(usize::from(number).wrapping_sub(1))
    }
}

impl Record<'_> {
    /// Takes a value out of `bytes`.
    #[inline(always)]
    fn take(
        &mut self,
        slot: usize,
        bytes: &[u8],
        piece: &Piece,
        place: Place,
    ) -> Result<(), (Fault, usize)> {
        let copied = match piece.plain {
            1 => self.copy::<1>(bytes, piece, place),
            2 => self.copy::<2>(bytes, piece, place),
            4 => self.copy::<4>(bytes, piece, place),
            8 => self.copy::<8>(bytes, piece, place),
            _ => None,
        };
        match copied {
            Some(()) => self.present |= 1u64.wrapping_shl(slot as u32),
            None => self.convert(slot, bytes, piece, place)?,
        }
        Ok(())
    }

    /// Takes a number as it is.
    #[inline(always)]
    fn copy<const N: usize>(&mut self, bytes: &[u8], piece: &Piece, place: Place) -> Option<()> {
        let from = bytes.get(piece.at.into()..)?.first_chunk::<N>()?;
        *self.bytes.get_mut(place.offset..)?.first_chunk_mut::<N>()? = *from;
        Some(())
    }

    #[inline(never)]
    fn convert(
        &mut self,
        slot: usize,
        bytes: &[u8],
        piece: &Piece,
        place: Place,
    ) -> Result<(), (Fault, usize)> {
        let rest = bytes.get(usize::from(piece.at)..).unwrap_or_default();
        let value = match usize::from(piece.len) {
            0 => Some(rest),
            len => rest.get(..len),
        };
        // The struct of an older kernel may end before the member.
        let Some(value) = value else {
            return if piece.member { Ok(()) } else { Err((Fault::Width, slot)) };
        };
        self.put(value, piece, place).map_err(|fault| (fault, slot))?;
        self.present |= 1u64.checked_shl(slot as u32).unwrap_or(0);
        Ok(())
    }

    fn put(&mut self, value: &[u8], piece: &Piece, place: Place) -> Result<(), Fault> {
        let value = match piece.kind {
            Kind::Binary => value,
            Kind::Text => text_of(value),
            Kind::Flag => {
                self.store(place, 1);
                return Ok(());
            }
            _ => {
                let number = number(value, piece)?;
                self.store(place, number);
                return Ok(());
            }
        };
        // A text keeps room for its NUL.
        let room = place.width.saturating_sub(usize::from(piece.kind == Kind::Text));
        if value.len() > room {
            return Err(Fault::SlotWidth);
        }
        grow::write(self.bytes.get_mut(place.offset..).unwrap_or_default(), value);
        Ok(())
    }

    /// Stores a number in as many bytes as its place has.
    #[inline]
    fn store(&mut self, place: Place, number: u64) {
        let to = self.bytes.get_mut(place.offset..).unwrap_or_default();
        match place.width {
            1 => grow::write(to, &(number as u8).to_ne_bytes()),
            2 => grow::write(to, &(number as u16).to_ne_bytes()),
            4 => grow::write(to, &(number as u32).to_ne_bytes()),
            _ => grow::write(to, &number.to_ne_bytes()),
        }
    }
}

/// A number of 1, 2, 4 or 8 bytes, its sign extended.
#[inline]
pub(super) fn number(value: &[u8], piece: &Piece) -> Result<u64, Fault> {
    let (raw, bits) = match *value {
        [a] => (a.into(), 8u32),
        [a, b] => {
            let n = u16::from_ne_bytes([a, b]);
            (if piece.big { u16::from_be(n) } else { n }.into(), 16)
        }
        [a, b, c, d] => {
            let n = u32::from_ne_bytes([a, b, c, d]);
            (if piece.big { u32::from_be(n) } else { n }.into(), 32)
        }
        [a, b, c, d, e, f, g, h] => {
            let n = u64::from_ne_bytes([a, b, c, d, e, f, g, h]);
            (if piece.big { u64::from_be(n) } else { n }, 64)
        }
        _ => return Err(Fault::Width),
    };
    let unused = 64u32.wrapping_sub(bits);
    let extended = (raw.wrapping_shl(unused) as i64).wrapping_shr(unused) as u64;
    Ok(if piece.signed { extended } else { raw })
}
