// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opening a pack that someone else made: everything in it is looked at once, so that what it says later
//! makes sense and walks over it end.

use super::format::{
    HEADER, Kind, NAME_BITS, NAME_MAX, NONE, PARTS, Part, WIDEST, WIDTHS, enum_flags, op_flags,
};
use super::pack::{Pack, Row};
use super::types::{Set, is_number};
use crate::error::{Error, Fault};
use crate::text::Text;

use Part::*;

/// Where rows refer to a row of another part, which may be [`NONE`].
const INDEXES: &[(Part, usize, Part)] = &[
    (Ops, 6, Ops),
    (Ops, 8, Groups),
    (Forms, 2, Layouts),
    (Layouts, 0, Sets),
    (Layouts, 2, Types),
    (Layouts, 4, Sets),
    (Fields, 3, Types),
    (Dense, 3, Types),
    (Types, 6, Sets),
    (Types, 8, Checks),
    (Formats, 4, Sets),
    (Formats, 6, Sets),
];

/// Where rows have the first of several rows of another part, and behind it their number.
const SPANS: &[(Part, usize, Part)] = &[
    (Families, 8, Ops),
    (Families, 12, Groups),
    (Families, 16, Sets),
    (Families, 20, Enums),
    (Families, 24, Subs),
    (Enums, 4, Names),
    (Subs, 4, Formats),
];

/// Where rows refer to text.
const TEXTS: &[(Part, usize)] = &[
    (Families, 0),
    (Ops, 0),
    (Groups, 0),
    (Sets, 0),
    (Fields, 0),
    (Dense, 0),
    (Types, 12),
    (Enums, 0),
    (Names, 0),
    (Subs, 0),
    (Formats, 0),
];

impl<'a> Pack<'a> {
    /// Opens a pack and looks at all of it; `EBADMSG` says which part and row are damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Pack<'a>, Error> {
        let pack = Pack { bytes };
        pack.check().map_err(|damage| damage.error())?;
        Ok(pack)
    }

    fn check(self) -> Result<(), Damage> {
        self.check_parts()?;
        for &(part, at, target) in INDEXES {
            self.each(part, |_, row| self.refers(row.u16(at), target))?;
        }
        for &(part, at, target) in SPANS {
            let end = |row: Row<'_>| sum(row.u16(at), row.u16(at.wrapping_add(2)));
            self.each(part, |_, row| end(row) <= self.count(target))?;
        }
        for &(part, at) in TEXTS {
            self.each(part, |_, row| self.has_text(row.name(at)))?;
        }
        self.each(Heap, |_, row| is_plain(row.u8(0)))?;
        self.each(Layouts, |_, row| self.has_list(row.u16(6)) && self.tells(row.u16(8)))?;
        self.each(Types, |_, row| self.is_type(row))?;
        self.each(Enums, |_, row| self.has_values(row))?;
        self.each(Ops, |_, row| self.has_forms(row))?;
        self.each(Sets, |index, row| self.is_set(index, row))
    }

    fn check_parts(self) -> Result<(), Damage> {
        let mut parts = WIDTHS.iter().enumerate();
        let whole = |(n, width): (usize, &usize)| {
            let len = self.offset(n.wrapping_add(1)).checked_sub(self.offset(n));
            len.and_then(|len| len.checked_rem(*width)) == Some(0)
        };
        let ends = self.offset(0) == HEADER
            && self.offset(PARTS).checked_add(WIDEST) == Some(self.bytes.len());
        let sound = self.has_magic() && ends && parts.all(whole);
        if sound { Ok(()) } else { Err(Damage::Start) }
    }

    /// Whether all rows of a part are as they should be.
    fn each(self, part: Part, good: impl Fn(usize, Row<'a>) -> bool) -> Result<(), Damage> {
        let bad = (0..self.count(part)).find(|&index| !good(index, self.row(part, index)));
        bad.map_or(Ok(()), |index| Err(Damage::Row(part, index)))
    }

    fn refers(self, index: u16, target: Part) -> bool {
        index == NONE || usize::from(index) < self.count(target)
    }

    fn has_text(self, name: u32) -> bool {
        let end = (name >> NAME_BITS).saturating_add(name & NAME_MAX);
        end as usize <= self.count(Heap)
    }

    fn has_list(self, at: u16) -> bool {
        sum(at, self.row(Lists, at.into()).u16(0)) < self.count(Lists)
    }

    fn tells(self, at: u16) -> bool {
        at == NONE || self.has_list(at)
    }

    fn is_type(self, row: Row<'_>) -> bool {
        let sound = |number: u8| {
            let target = match Kind::of(number) {
                kind if is_number(kind) => Some(Enums),
                Kind::Sub => Some(Subs),
                Kind::Struct | Kind::Nest | Kind::Records => Some(Sets),
                _ => None,
            };
            let refers = target.is_none_or(|part| self.refers(row.u16(4), part));
            usize::from(number) < Kind::ALL.len() && refers
        };
        let names = sum(row.u16(10), row.u16(12));
        let names_types = Kind::of(row.u8(0)) == Kind::TypeValue;
        sound(row.u8(0)) && sound(row.u8(1)) && (!names_types || names <= self.count(Names))
    }

    fn has_values(self, row: Row<'_>) -> bool {
        let each = if row.u16(10) & enum_flags::WIDE == 0 { 1 } else { 2 };
        let values = usize::from(row.u16(6)).wrapping_mul(each);
        row.u16(8) == NONE || usize::from(row.u16(8)).wrapping_add(values) <= self.count(Values)
    }

    fn has_forms(self, row: Row<'_>) -> bool {
        let count = (row.u16(4) >> op_flags::FORMS).count_ones();
        usize::from(row.u16(10)).saturating_add(count as usize) <= self.count(Forms)
    }

    /// Whether its fields are there and numbers ascend; and whether members of a struct lie in it one
    /// behind the other, and no struct in itself, so that reading one takes no longer than it is long.
    fn is_set(self, index: usize, row: Row<'a>) -> bool {
        let set = Set { pack: self, row, index: u16::try_from(index).unwrap_or(NONE) };
        let part = if set.is_dense() { Dense } else { Fields };
        if sum(row.u16(3), row.u16(5)) > self.count(part) || (set.is_dense() && set.is_struct()) {
            return false;
        }
        let mut end = 0;
        set.fields().all(|field| {
            let at = usize::from(field.number());
            let ty = field.ty();
            let inner = if ty.kind() == Kind::List { ty.element() } else { ty };
            let sound = inner.kind() != Kind::Struct
                || inner.set().is_some_and(|s| s.size() > 0 && s.index < set.index);
            let after = end;
            end = at.wrapping_add(if set.is_struct() { ty.width() } else { 1 });
            at >= after && (!set.is_struct() || (sound && end <= set.size()))
        })
    }
}

fn sum(a: u16, b: u16) -> usize {
    usize::from(a).wrapping_add(b.into())
}

/// Whether JSON takes a character as it stands.
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

/// What is wrong with a pack.
enum Damage {
    /// It is none, or of another version, or cut.
    Start,
    /// A row of a part.
    Row(Part, usize),
}

impl Damage {
    fn error(self) -> Error {
        let mut text = Text::default();
        match self {
            Damage::Start => text.str("not a pack of this version, or cut short"),
            Damage::Row(part, index) => {
                text.str("damaged pack: part ").num(part as u64).str(", row ").num(index as u64)
            }
        };
        Error::local(Fault::BadPack.errno(), "pack", text.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pack that is built in, with another name for its first family.
    fn renamed(name: u32) -> Vec<u8> {
        let pack = Pack::builtin();
        let mut bytes = pack.bytes.to_vec();
        let at = pack.start(Families);
        bytes[at..at + 3].copy_from_slice(&name.to_le_bytes()[..3]);
        bytes
    }

    #[test]
    fn texts_lie_in_the_heap() {
        let last = (Pack::builtin().count(Heap) - 1) as u32;
        assert!(Pack::open(&renamed(last << NAME_BITS | 1)).is_ok());
        let error = Pack::open(&renamed(last << NAME_BITS | 2)).err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some("pack: EBADMSG: damaged pack: part 0, row 0"));
    }
}
