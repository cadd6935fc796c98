// SPDX-License-Identifier: MIT OR Apache-2.0
//! From paths to numbers.

use alloc::string::String;
use alloc::vec::Vec;

use super::super::format::{Form, Hint, Kind, type_flags};
use super::super::types::is_number;
use super::super::value::cut_at;
use super::super::{Op, Set, Type};
use super::{Action, Binding, Bound, Piece, Place, Room, Step};
use crate::error::{Error, Fault, Result};
use crate::grow;
use crate::text::Text;

/// A value of a message and its place in a record.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'p> {
    /// `mtu`, `linkinfo.data(vxlan).id`, `stats64.rx-packets`, a member of the fixed header such as
    /// `ifi-index`; empty for the bits that tell which slots have a value, the first slot's lowest.
    pub path: &'p str,
    /// Bytes before it.
    pub offset: usize,
    /// Its bytes: of a number 1, 2, 4 or 8.
    pub width: usize,
}

/// How deep paths may go.
const DEEPEST: usize = 16;

/// What a path leads through.
#[derive(Clone, Copy)]
struct At<'a> {
    room: usize,
    set: Option<Set<'a>>,
}

/// One word of a path: `data(vxlan)` has a choice.
struct Word<'p> {
    name: &'p [u8],
    choice: Option<&'p [u8]>,
}

fn words(path: &str) -> impl Iterator<Item = Word<'_>> {
    let path = path.as_bytes();
    let path = path.strip_prefix(b".").unwrap_or(path);
    path.split(|&b| b == b'.').map(|word| match word.strip_suffix(b")").map(|w| cut_at(w, b'(')) {
        Some((name, Some(choice))) => Word { name, choice: Some(choice) },
        _ => Word { name: word, choice: None },
    })
}

fn wrong(path: &str, fault: Fault) -> Error {
    Error::from(fault).during("bind").at(Text::of(path).unwrap_or_default())
}

impl Binding {
    /// Binds values of the messages of `op` that have this form to places of records of `size` bytes.
    pub fn new(op: &Op<'_>, form: Form, size: usize, slots: &[Slot<'_>]) -> Result<Binding> {
        let layout = op.layout(form).ok_or_else(|| wrong(op.name(), Fault::NoForm))?;
        let number = op.number(form).ok_or_else(|| wrong(op.name(), Fault::NoForm))?;
        let header = layout.header().map_or(0, |h| h.size());
        let prefix = op.family().prefix();
        let mut binding = Binding {
            prefix,
            header,
            number,
            size,
            present: None,
            bound: Vec::new(),
            members: Vec::new(),
            rooms: Vec::new(),
        };
        grow::push(&mut binding.rooms, Room::default())?;
        for slot in slots {
            let place = Place { offset: slot.offset, width: slot.width };
            let end = slot.offset.checked_add(slot.width);
            if slot.width == 0 || end.is_none_or(|end| end > size) {
                return Err(wrong(slot.path, Fault::OutsideRecord));
            }
            let bound = match slot.path {
                "" => binding.presence(place, slots.len()),
                path => binding.bind(path, place, layout.header(), layout.set()),
            };
            bound.map_err(|fault| wrong(slot.path, fault))?;
        }
        Ok(binding)
    }

    fn presence(&mut self, place: Place, slots: usize) -> core::result::Result<(), Fault> {
        if !is_number_width(place.width) || slots > place.width.saturating_mul(8) {
            return Err(Fault::SlotWidth);
        }
        // It keeps its own number, so that the bits are those of the caller's slots.
        self.present = Some(place);
        let piece = Piece { kind: Kind::Pad, ..Piece::default() };
        grow::push(&mut self.bound, Bound { place, piece, way: Vec::new(), path: String::new() })
    }

    fn bind(
        &mut self,
        path: &str,
        place: Place,
        header: Option<Set<'_>>,
        set: Option<Set<'_>>,
    ) -> core::result::Result<(), Fault> {
        let mut way = Vec::new();
        let mut at = At { room: 0, set };
        let mut rest = words(path);
        let mut member = header;
        for _ in 0..DEEPEST {
            let word = rest.next().ok_or(Fault::NotAValue)?;
            if let Some(field) = member.take().and_then(|h| h.named(word.name)) {
                let piece = piece_of(&field.ty(), field.number(), &mut rest)?;
                return self.add(path, place, piece.for_place(place.width), way);
            }
            let field = at.set.and_then(|s| s.named(word.name)).ok_or(Fault::NoName)?;
            let (ty, kind) = (field.ty(), field.number());
            grow::push(&mut way, kind)?;
            match self.inside(&ty, &at, kind, &word)? {
                Some(next) => at = next,
                None => {
                    let piece = piece_of(&ty, 0, &mut rest)?;
                    let slot = self.bound.len();
                    let piece = piece.for_place(place.width);
                    self.add(path, place, piece, way)?;
                    return self.step(at.room, kind, Action::Take(slot, piece, place));
                }
            }
        }
        Err(Fault::NestTooDeep)
    }

    /// The room behind an attribute that holds attributes.
    fn inside<'a>(
        &mut self,
        ty: &Type<'a>,
        at: &At<'a>,
        kind: u16,
        word: &Word<'_>,
    ) -> core::result::Result<Option<At<'a>>, Fault> {
        let (header, set) = match (ty.kind(), word.choice) {
            (Kind::Nest, None) => (ty.header(), ty.set()),
            (Kind::Sub, Some(value)) => {
                let choice = ty.sub().and_then(|s| s.choice(|v| v == value));
                let choice = choice.ok_or(Fault::NoName)?;
                (choice.header, choice.set)
            }
            (Kind::Sub, None) => return Err(Fault::NoChoice),
            (_, Some(_)) => return Err(Fault::NoName),
            _ => return Ok(None),
        };
        let header = header.map_or(0, |h| h.size());
        let which = match word.choice {
            None => None,
            Some(value) => {
                let selector = at.set.and_then(|s| s.having(ty.selector()));
                Some((selector.ok_or(Fault::NoChoice)?.number(), value))
            }
        };
        let room = self.behind(at.room, kind, which, header)?;
        Ok(Some(At { room, set }))
    }

    /// The room behind an attribute, where `which` says what the attribute beside it must be: the one
    /// that is known, or a new one.
    fn behind(
        &mut self,
        room: usize,
        kind: u16,
        which: Option<(u16, &[u8])>,
        header: usize,
    ) -> core::result::Result<usize, Fault> {
        let steps = self.rooms.get(room).map(|r| r.steps.as_slice()).unwrap_or_default();
        let known =
            steps.iter().filter(|s| s.kind == kind).find_map(|s| match (&s.action, which) {
                (Action::Enter(next), None) => Some(*next),
                (Action::Choose(_, known, next), Some((_, value))) if known == value => Some(*next),
                _ => None,
            });
        if let Some(next) = known {
            return Ok(next);
        }
        let next = self.rooms.len();
        grow::push(&mut self.rooms, Room { header, ..Room::default() })?;
        let action = match which {
            None => Action::Enter(next),
            Some((selector, value)) => Action::Choose(selector, grow::copy(value)?, next),
        };
        self.step(room, kind, action)?;
        Ok(next)
    }

    fn step(&mut self, room: usize, kind: u16, action: Action) -> core::result::Result<(), Fault> {
        let room = self.rooms.get_mut(room).ok_or(Fault::BadArgument)?;
        let number =
            u8::try_from(room.steps.len().saturating_add(1)).map_err(|_| Fault::TooMuch)?;
        grow::extend(&mut room.first, usize::from(kind).saturating_add(1), 0)?;
        let first = room.first.get_mut(usize::from(kind)).ok_or(Fault::NoMemory)?;
        grow::push(&mut room.steps, Step { kind, action, next: *first })?;
        *first = number;
        Ok(())
    }

    fn add(
        &mut self,
        path: &str,
        place: Place,
        piece: Piece,
        way: Vec<u16>,
    ) -> core::result::Result<(), Fault> {
        let number = !matches!(piece.kind, Kind::Text | Kind::Binary);
        let narrow = place.width < usize::from(piece.len).max(1);
        let variable = matches!(piece.kind, Kind::Uint | Kind::Sint) && place.width != 8;
        if number && (narrow || variable || !is_number_width(place.width)) {
            return Err(Fault::SlotWidth);
        }
        let path = Text::of(path).ok_or(Fault::NoMemory)?;
        if way.is_empty() {
            let slot = u16::try_from(self.bound.len()).map_err(|_| Fault::TooMuch)?;
            grow::push(&mut self.members, slot)?;
        }
        grow::push(&mut self.bound, Bound { place, piece, way, path })
    }
}

fn is_number_width(width: usize) -> bool {
    matches!(width, 1 | 2 | 4 | 8)
}

/// What stands `at` bytes into something, by its type; for a struct, of its member, which the path
/// names next.
fn piece_of<'p>(
    ty: &Type<'_>,
    at: u16,
    rest: &mut impl Iterator<Item = Word<'p>>,
) -> core::result::Result<Piece, Fault> {
    let (mut ty, mut at, mut member) = (*ty, at, false);
    while ty.kind() == Kind::Struct {
        let word = rest.next().ok_or(Fault::NotAValue)?;
        let field = ty.set().and_then(|s| s.named(word.name)).ok_or(Fault::NoName)?;
        at = at.saturating_add(field.number());
        ty = field.ty();
        member = true;
    }
    if ty.kind() == Kind::Bitfield32 {
        let half = rest.next().ok_or(Fault::NotAValue)?;
        at = match half.name {
            b"value" => at,
            b"selector" => at.saturating_add(4),
            _ => return Err(Fault::NoName),
        };
        (ty, member) = (ty.part(), true);
    }
    let kind = match ty.kind() {
        kind @ (Kind::Text | Kind::Binary | Kind::Flag) => kind,
        kind if is_number(kind) => kind,
        _ => return Err(Fault::NotAValue),
    };
    if ty.is_multi() || rest.next().is_some() {
        return Err(Fault::NotAValue);
    }
    let address = matches!(ty.hint(), Hint::Ipv4 | Hint::Ipv6 | Hint::Ip | Hint::Mac);
    let len = u16::try_from(ty.width()).unwrap_or(0);
    // An address in a number's clothes stays as the bytes it is.
    let kind = if address { Kind::Binary } else { kind };
    let (big, signed) = (ty.has(type_flags::BIG), ty.is_signed());
    Ok(Piece { at, len, kind, big, signed, member, plain: 0 })
}
