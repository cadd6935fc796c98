// SPDX-License-Identifier: MIT OR Apache-2.0
//! Records: values of messages at fixed places of a struct of the caller, and back.
//!
//! Paths are looked up once, in `plan`; what remains of them are numbers. `fill` reads messages by
//! these, `build` writes them.

mod build;
mod fill;
mod plan;

use alloc::string::String;
use alloc::vec::Vec;

pub use plan::Slot;

use super::format::Kind;
use crate::error::{Error, Fault};
use crate::text::Text;

/// Where a value stands in the payload of an attribute or in a fixed header, and how it reads.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    /// Bytes before it.
    at: u16,
    /// Its own width; 0 takes all that is left.
    len: u16,
    kind: Kind,
    /// Big-endian.
    big: bool,
    signed: bool,
    /// A member of a struct, which the message may lack.
    member: bool,
    /// Width of a number that the record holds as the message does; 0 where more is to be done.
    plain: u8,
}

impl Piece {
    /// The same for a place of `width` bytes.
    fn for_place(self, width: usize) -> Piece {
        let number = !matches!(self.kind, Kind::Text | Kind::Binary | Kind::Flag | Kind::Pad);
        let host = !self.big || cfg!(target_endian = "big") || self.len == 1;
        let same = number && host && usize::from(self.len) == width;
        Piece { plain: if same { self.len as u8 } else { 0 }, ..self }
    }
}

/// Where a value goes in the record.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: usize,
    width: usize,
}

/// What is wanted of attributes of one type.
#[derive(Debug)]
struct Step {
    kind: u16,
    action: Action,
    /// The next of the same type, counted from 1; 0 for none.
    next: u8,
}

#[derive(Debug)]
enum Action {
    /// A value, of the slot with this number, and where it goes.
    Take(usize, Piece, Place),
    /// What is inside.
    Enter(usize),
    /// What is inside, if the attribute of this type beside it says so.
    Choose(u16, Vec<u8>, usize),
}

/// What is wanted of the attributes of one nest.
#[derive(Debug, Default)]
struct Room {
    /// Bytes of the struct before the attributes.
    header: usize,
    steps: Vec<Step>,
    /// By attribute type: one of its steps, counted from 1; 0 for none.
    first: Vec<u8>,
}

/// One bound value.
#[derive(Debug)]
struct Bound {
    place: Place,
    piece: Piece,
    /// Attribute types from the outermost nest; empty for a member of the fixed header.
    way: Vec<u16>,
    path: String,
}

/// Values of one kind of message, bound to places of a record.
#[derive(Debug)]
pub struct Binding {
    /// Bytes of `struct genlmsghdr`, and of the fixed header behind it.
    prefix: usize,
    header: usize,
    /// Type of the message, or command of a generic family.
    number: u16,
    size: usize,
    /// Where the bits go that tell which slots have a value.
    present: Option<Place>,
    bound: Vec<Bound>,
    /// The slots that are members of the fixed header.
    members: Vec<u16>,
    rooms: Vec<Room>,
}

impl Binding {
    /// Bytes of a record.
    pub fn size(&self) -> usize {
        self.size
    }

    /// An error of [`Binding::fill`] or [`Binding::build`] in words.
    pub fn explain(&self, (fault, slot): (Fault, usize)) -> Error {
        let path = self.bound.get(slot).and_then(|bound| Text::of(&bound.path));
        Error::from(fault).during("bind").at(path.unwrap_or_default())
    }

    /// The type of the messages that it reads, or the command of a generic family.
    pub fn number(&self) -> u16 {
        self.number
    }
}
