// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a type allows: looking whether a value is that, and saying what was wanted.

use super::format::{Hint, Kind, type_flags};
use super::types::{Type, is_number};
use super::value::text_of;
use crate::error::Error;
use crate::text::Text;
use crate::uapi::errno;

/// So many names of an enum are told to somebody who used none of them.
const NAMES_TOLD: usize = 16;

/// Names longer than this are near to none.
const LONGEST_NAME: usize = 40;

/// A refusal in these words.
#[cold]
#[inline(never)]
pub(super) fn refusal(reason: &str) -> Error {
    Error::local(errno::EINVAL, "", Text::of(reason))
}

#[cold]
pub(super) fn wrong_type(ty: &Type<'_>) -> Error {
    Error::local(errno::EINVAL, "", wanted(ty).finish())
}

#[cold]
pub(super) fn out_of_range(ty: &Type<'_>) -> Error {
    Error::local(errno::ERANGE, "", wanted(ty).finish())
}

#[cold]
pub(super) fn wrong_length(ty: &Type<'_>) -> Error {
    let mut text = wanted(ty);
    text.str(" of ").num(ty.fixed_len() as u64).str(" bytes");
    Error::local(errno::ERANGE, "", text.finish())
}

/// Whether the bytes of a value are within what the description allows.
pub(super) fn inspect(ty: &Type<'_>, bytes: Option<&[u8]>) -> Result<(), Error> {
    let (Some((low, high)), Some(bytes)) = (ty.check(), bytes) else { return Ok(()) };
    let number = match ty.kind() {
        Kind::Text => Some(text_of(bytes).len() as i128),
        kind if is_number(kind) => ty.number(bytes),
        _ => Some(bytes.len() as i128),
    };
    let within = number.is_none_or(|n| {
        if ty.has(type_flags::MASK) {
            n as u64 & !high == 0
        } else {
            ty.limit(low) <= n && n <= ty.limit(high)
        }
    });
    if within { Ok(()) } else { Err(out_of_range(ty)) }
}

impl Type<'_> {
    /// A limit of the check as a number of this type.
    pub(super) fn limit(&self, raw: u64) -> i128 {
        if self.is_signed() { (raw as i64).into() } else { raw.into() }
    }
}

/// `wanted u32, 1..4094`
#[inline(never)]
fn wanted(ty: &Type<'_>) -> Text {
    let mut text = Text::default();
    text.str("wanted ");
    if let Some(names) = ty.values() {
        text.str(if ty.has(type_flags::BITS) { "a list of " } else { "one of " });
        for (n, (name, _)) in names.entries().enumerate().take(NAMES_TOLD) {
            text.str(if n > 0 { ", " } else { "" }).bytes(name);
        }
        text.str(if names.entries().count() > NAMES_TOLD { ", ..., or " } else { ", or " });
    }
    text.str(noun(ty));
    limits(&mut text, ty);
    text
}

fn noun(ty: &Type<'_>) -> &'static str {
    match (ty.kind(), ty.hint()) {
        (Kind::Nest | Kind::Sub | Kind::TypeValue | Kind::Struct, _) => "an object",
        (Kind::Array | Kind::Records | Kind::List, _) => "a list",
        (Kind::Flag, _) => "true or false",
        (Kind::Text, _) => "a string",
        (_, hint) if hint.is_address() => "an IP address",
        (Kind::Binary, Hint::Mac | Hint::Fddi) => "a hardware address",
        (Kind::Binary | Kind::Pad, _) => "digits to base 16",
        (kind, _) => kind.word(),
    }
}

/// Lowest and highest number or length, where there is something to say.
fn limits(text: &mut Text, ty: &Type<'_>) {
    let of_number = is_number(ty.kind()) && ty.kind() != Kind::Bitfield32;
    let width = ty.width();
    let natural = ty.limits(if width == 0 { 8 } else { width });
    let (low, high) = match ty.check() {
        Some((_, mask)) if ty.has(type_flags::MASK) => {
            text.str(" of bits in ").num(mask);
            return;
        }
        Some((low, high)) if of_number => {
            let high = Some(ty.limit(high)).filter(|high| *high < natural.1);
            (ty.limit(low).max(natural.0), high.unwrap_or(u64::MAX.into()))
        }
        Some((low, high)) => (low.into(), high.into()),
        None if of_number && ty.values().is_none() && !ty.hint().is_address() => natural,
        None => return,
    };
    text.str(if of_number { ", " } else { " of " });
    text.signed(low);
    if high != low && high != i128::from(u64::MAX) {
        text.str("..").signed(high);
    }
    text.str(match (of_number, high == i128::from(u64::MAX)) {
        (true, true) => " or more",
        (true, false) => "",
        (false, true) => " bytes or more",
        (false, false) => " bytes",
    });
}

/// The name nearest to `wrong`, if one is near.
pub(super) fn nearest<'n>(wrong: &[u8], names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let bound = wrong.len() / 3;
    let scored = names.map(|name| (distance(wrong, name.as_bytes()), name));
    let best = scored.min_by_key(|(distance, _)| *distance);
    best.filter(|(distance, _)| *distance <= bound.max(1)).map(|(_, name)| name)
}

/// How many characters to add, drop or change between two names.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().max(b.len()) > LONGEST_NAME {
        return usize::MAX;
    }
    let mut row = [0usize; LONGEST_NAME + 1];
    row.iter_mut().enumerate().for_each(|(n, slot)| *slot = n);
    for (n, x) in a.iter().enumerate() {
        let (mut diagonal, mut left) = (n, n.wrapping_add(1));
        for (y, slot) in b.iter().zip(row.iter_mut().skip(1)) {
            let change = diagonal.wrapping_add(usize::from(x != y));
            diagonal = *slot;
            left = change.min(left.wrapping_add(1)).min(slot.wrapping_add(1));
            *slot = left;
        }
    }
    row.get(b.len()).copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["ifname", "ifalias", "mtu", "master"];
        assert_eq!(nearest(b"ifnam", names.into_iter()), Some("ifname"));
        assert_eq!(nearest(b"mtuu", names.into_iter()), Some("mtu"));
        assert_eq!(nearest(b"colour", names.into_iter()), None);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
    }
}
