// SPDX-License-Identifier: MIT OR Apache-2.0
//! From records to messages.

use super::super::format::Kind;
use super::super::value::text_of;
use super::fill::number;
use super::{Binding, Bound, Piece};
use crate::error::Fault;
use crate::grow;
use crate::wire::Msg;

use alloc::vec::Vec;

impl Binding {
    /// Appends to `msg`, in which nothing but `struct genlmsghdr` may stand, the fixed header and the
    /// attributes that the record has: those whose bits are set where such bits are bound, else all that
    /// are not zero. An error comes with the number of the slot.
    pub fn build(&self, record: &[u8], msg: &mut Msg) -> Result<(), (Fault, usize)> {
        let header = self.header_of(record).map_err(|fault| (fault, 0))?;
        if !header.is_empty() {
            msg.put_header(&header);
        }
        let family = header.first().copied().unwrap_or(0);
        let mut open: Vec<u16> = Vec::new();
        for (slot, bound) in self.bound.iter().enumerate().filter(|(_, b)| !b.way.is_empty()) {
            let value = bound.value(record);
            if self.has(record, slot, value) {
                open_way(&mut open, bound.nests(), msg).map_err(|fault| (fault, slot))?;
                bound.put(value, family, msg).map_err(|fault| (fault, slot))?;
            }
        }
        open_way(&mut open, &[], msg).map_err(|fault| (fault, 0))
    }

    /// Whether the record has a value for a slot.
    fn has(&self, record: &[u8], slot: usize, value: &[u8]) -> bool {
        match self.present {
            Some(place) => {
                let bits = record.get(place.offset..).and_then(|b| b.get(..place.width));
                let bit = |byte: &u8| byte >> (slot % 8) & 1 == 1;
                let index = match cfg!(target_endian = "little") {
                    true => slot / 8,
                    false => place.width.saturating_sub(1).saturating_sub(slot / 8),
                };
                bits.and_then(|b| b.get(index)).is_some_and(bit)
            }
            None => value.iter().any(|&b| b != 0),
        }
    }

    fn header_of(&self, record: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut header = Vec::new();
        grow::extend(&mut header, self.header, 0u8)?;
        let members = self.bound.iter().filter(|b| b.way.is_empty() && b.piece.kind != Kind::Pad);
        for bound in members {
            let to = header.get_mut(usize::from(bound.piece.at)..).unwrap_or_default();
            let value = bound.value(record);
            match bound.piece.kind {
                Kind::Binary | Kind::Text => grow::write(to, value),
                _ => grow::write(to, OnWire::new(value, &bound.piece)?.get()),
            }
        }
        Ok(header)
    }
}

/// Leaves the nests that are not on the way, and enters those that are.
fn open_way(open: &mut Vec<u16>, way: &[u16], msg: &mut Msg) -> Result<(), Fault> {
    let common = open.iter().zip(way).take_while(|(a, b)| a == b).count();
    for _ in common..open.len() {
        msg.nest_end();
        open.pop();
    }
    for kind in way.iter().skip(common) {
        msg.nest(*kind);
        grow::push(open, *kind)?;
    }
    Ok(())
}

impl Bound {
    /// The nests around the attribute.
    fn nests(&self) -> &[u16] {
        self.way.split_last().map(|(_, nests)| nests).unwrap_or_default()
    }

    fn value<'r>(&self, record: &'r [u8]) -> &'r [u8] {
        let value = record.get(self.place.offset..).and_then(|r| r.get(..self.place.width));
        value.unwrap_or_default()
    }

    fn put(&self, value: &[u8], family: u8, msg: &mut Msg) -> Result<(), Fault> {
        let kind = self.way.last().copied().unwrap_or(0);
        if self.piece.member {
            return Err(Fault::ReadOnly);
        }
        let host = Piece { big: false, ..self.piece };
        match self.piece.kind {
            Kind::Text => _ = msg.put_strz(kind, text_of(value)),
            Kind::Flag => _ = msg.put(kind, &[]),
            Kind::Binary => _ = msg.put(kind, self.bytes(value, family)),
            Kind::Uint => _ = msg.put_uint(kind, number(value, &host)?),
            Kind::Sint => _ = msg.put_sint(kind, number(value, &host)? as i64),
            _ => _ = msg.put(kind, OnWire::new(value, &self.piece)?.get()),
        }
        Ok(())
    }

    /// As many bytes as the attribute has: an address of IPv4 is the start of a place for both families.
    fn bytes<'r>(&self, value: &'r [u8], family: u8) -> &'r [u8] {
        let len = match (self.piece.len, value.len()) {
            (0, 16) if i32::from(family) == libc::AF_INET => 4,
            (0, all) => all,
            (len, _) => len.into(),
        };
        value.get(..len).unwrap_or(value)
    }
}

/// A number of the record as the message has it.
struct OnWire {
    bytes: [u8; 8],
    len: usize,
}

impl OnWire {
    /// [`Fault::SlotWidth`] for a value for which the message has no room.
    fn new(value: &[u8], piece: &Piece) -> Result<Self, Fault> {
        let wide = number(value, &Piece { big: false, ..*piece })?;
        let len = usize::from(piece.len);
        let mut bytes = wide.to_be_bytes();
        bytes.rotate_left(8usize.saturating_sub(len));
        let kept = bytes.get(..len).unwrap_or_default();
        if number(kept, &Piece { big: true, ..*piece })? != wide {
            return Err(Fault::SlotWidth);
        }
        if !piece.big && cfg!(target_endian = "little") {
            bytes.get_mut(..len).unwrap_or_default().reverse();
        }
        Ok(OnWire { bytes, len })
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
