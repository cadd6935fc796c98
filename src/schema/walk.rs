// SPDX-License-Identifier: MIT OR Apache-2.0
//! Walking what is no plain sequence of attributes, and telling whether a walk loses anything.

use super::level::Level;
use super::types::Type;
use crate::uapi::NLA_F_NESTED;
use crate::wire::{Attr, Attrs, align4};

/// More types than this in each other say nothing.
pub(super) const MAX_TYPES: usize = 4;

/// Whether an attribute that was found between `before` and `after` ends as encoding ends it: with all
/// of its padding, of zeros.
pub(super) fn is_plain(before: &Attrs<'_>, after: &Attrs<'_>, attr: &Attr<'_>) -> bool {
    let len = attr.payload().len().saturating_add(4);
    let taken = before.rest().len().wrapping_sub(after.rest().len());
    let padding = before.rest().get(len..taken).unwrap_or_default();
    taken == align4(len) && padding.iter().all(|&b| b == 0)
}

/// The inside of an attribute of which nothing is known but that it says it is a nest, and is one.
pub(super) fn bare_nest<'w, 'a, 'm>(
    level: &'w Level<'w, 'a, 'm>,
    attr: &Attr<'m>,
) -> Option<(Level<'w, 'a, 'm>, u16)> {
    let nest = attr.is_nest() && !level.is_deep() && attr.nested().all(|a| a.is_ok());
    nest.then(|| (Level::inside(attr.nested(), None, None, Some(level)), NLA_F_NESTED))
}

/// The types of the nests inside `attr`, each the only attribute of the one around it, and the innermost.
/// `exact`: only if encoding gives the same flag bits and padding.
pub(super) fn unwrap<'m>(
    ty: &Type<'_>,
    attr: &Attr<'m>,
    exact: bool,
) -> Option<([u16; MAX_TYPES], Attr<'m>)> {
    let (mut types, mut attr) = ([0; MAX_TYPES], *attr);
    let last = ty.type_names().count();
    let scalar = ty.element().set().is_none();
    for (n, slot) in types.iter_mut().enumerate().take(last) {
        let before = attr.nested();
        let mut walk = before;
        let inner = walk.next()?.ok()?;
        let flags = if scalar && n.wrapping_add(1) == last { 0 } else { NLA_F_NESTED };
        let plain = is_plain(&before, &walk, &inner) && inner.flags() == flags;
        if !walk.rest().is_empty() || (exact && !plain) {
            return None;
        }
        (*slot, attr) = (inner.kind(), inner);
    }
    Some((types, attr))
}

/// One of the records of a payload, or what is left where none is whole.
pub(super) enum Record<'m> {
    Whole(Attrs<'m>),
    Rest(&'m [u8]),
}

/// The records of `attr`: structs that say how long they are with what follows them, or are all alike.
pub(super) fn records<'m>(ty: &Type<'_>, attr: &Attr<'m>) -> impl Iterator<Item = Record<'m>> {
    let set = ty.header();
    let size = set.map_or(0, |s| s.size());
    let length = set.and_then(|s| s.having(ty.selector()));
    let mut walk = attr.nested();
    core::iter::from_fn(move || {
        let rest = walk.rest();
        let said = length.and_then(|f| f.ty().number(f.of(rest)?));
        let len = if length.is_some() { said.unwrap_or(0) as usize } else { size };
        if rest.is_empty() {
            return None;
        }
        let whole = rest.get(..len).filter(|_| len >= size.max(1));
        let end = walk.offset().saturating_add(rest.len());
        let step = if length.is_some() { align4(len) } else { len };
        let after = rest.get(step..).filter(|_| whole.is_some()).unwrap_or_default();
        let start = walk.offset();
        walk = Attrs::at(after, end);
        Some(match whole {
            Some(bytes) => Record::Whole(Attrs::at(bytes, start.saturating_add(len))),
            None => Record::Rest(rest),
        })
    })
}

/// Whether encoding gives the same lengths.
pub(super) fn are_plain(ty: &Type<'_>, attr: &Attr<'_>) -> bool {
    let aligned = |len: usize| ty.selector() == 0 || len % 4 == 0;
    records(ty, attr).all(|record| match record {
        Record::Whole(attrs) => aligned(attrs.rest().len()),
        Record::Rest(_) => false,
    })
}
