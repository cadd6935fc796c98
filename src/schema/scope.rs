// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in a JSON object that is being encoded: what its keys may be, and what is around it.

use super::json::{Quoted, Reader};
use super::level::MAX_DEPTH;
use super::types::{Set, Type};
use super::{value, wanted};
use crate::error::{Error, Fault};
use crate::text::Text;
use crate::uapi::{NLA_TYPE_MASK, errno};

/// An object and its place in the schema.
#[derive(Clone, Copy)]
pub(super) struct Scope<'w, 'a, 'j> {
    /// The structs before its attributes.
    pub(super) heads: [Option<Set<'a>>; 2],
    pub(super) set: Option<Set<'a>>,
    /// A value that is neither, and its key.
    pub(super) body: Option<(&'static [u8], Type<'a>)>,
    /// The type whose names are members here too.
    pub(super) types: Option<Type<'a>>,
    /// The sub-message that this would be, if its selector were there.
    pub(super) undecided: Option<Type<'a>>,
    /// Behind its opening bracket.
    pub(super) object: Reader<'j>,
    outer: Option<&'w Scope<'w, 'a, 'j>>,
    depth: u8,
}

/// A key with its notes: `linkinfo#0@3` is attribute `linkinfo` without flag bits, not the first.
pub(super) struct Key<'k> {
    pub(super) name: &'k [u8],
    pub(super) flags: Option<u16>,
    /// A member of a struct, where an attribute has its name too.
    pub(super) header: bool,
}

impl<'k> Key<'k> {
    pub(super) fn of(raw: &'k [u8]) -> Self {
        let (rest, at) = cut(raw, b'@');
        let (name, flags) = if raw.first() == Some(&b'#') { (rest, None) } else { cut(rest, b'#') };
        let number = |text: &[u8]| value::number(text, 16).and_then(|n| u16::try_from(n).ok());
        Key { name, flags: flags.and_then(number), header: at == Some(b"header") }
    }

    /// Whether it stands for bytes that are no member.
    pub(super) fn is_special(&self) -> bool {
        self.name.first() == Some(&b'#')
    }
}

/// What is before and what is behind the first `mark`.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = text.splitn(2, |&b| b == mark);
    (parts.next().unwrap_or_default(), parts.next())
}

impl<'w, 'a, 'j> Scope<'w, 'a, 'j> {
    pub(super) fn of(object: Reader<'j>, outer: Option<&'w Scope<'w, 'a, 'j>>) -> Self {
        let depth = outer.map_or(0, |scope| scope.depth.saturating_add(1));
        let (heads, set, body, types, undecided) = ([None; 2], None, None, None, None);
        Scope { heads, set, body, types, undecided, object, outer, depth }
    }

    /// An object inside this one.
    pub(super) fn enter(
        &'w self,
        object: Reader<'j>,
        header: Option<Set<'a>>,
        set: Option<Set<'a>>,
    ) -> Result<Scope<'w, 'a, 'j>, Error> {
        if self.depth >= MAX_DEPTH {
            return Err(Fault::NestTooDeep.into());
        }
        Ok(Scope { heads: [header, None], set, ..Scope::of(object, Some(self)) })
    }

    /// Type and number of the attribute that `key` is; no type if it is an unknown one's. `next`: what
    /// the value begins with, which tells a nest from a member of the header with the same name.
    pub(super) fn attribute(
        &self,
        key: &Key<'_>,
        next: Option<u8>,
    ) -> Option<(Option<Type<'a>>, u16)> {
        if let Some(digits) = key.name.strip_prefix(b"UnknownAttr(") {
            let number = value::parse(digits.strip_suffix(b")")?)?;
            return Some((None, u16::try_from(number).ok().filter(|n| n & !NLA_TYPE_MASK == 0)?));
        }
        let field = self.set.filter(|_| !key.header)?.named(key.name)?;
        let shared = self.heads.iter().flatten().any(|head| head.having(field.id()).is_some());
        let plain = !matches!(next, Some(b'{' | b'['));
        let member = shared && plain && field.ty().holds_attributes();
        (!member).then(|| (Some(field.ty()), field.number()))
    }

    /// Whether `name` is what the types of nests around this object say, and has been written.
    pub(super) fn is_type_name(&self, name: &[u8]) -> bool {
        self.types.is_some_and(|ty| ty.type_names().any(|n| ty.pack.text(n) == name))
    }

    /// The nearest value, from here outward, of the attribute or member with this name of the pack.
    pub(super) fn find(&self, name: u32) -> Option<(Type<'a>, Reader<'j>)> {
        let mut scope = Some(self);
        while let Some(here) = scope.filter(|_| name != 0) {
            let sets = here.set.iter().chain(here.heads.iter().flatten());
            let found = sets
                .filter_map(|set| set.having(name))
                .find_map(|field| Some((field.ty(), find_key(here.object, field.text())?)));
            if found.is_some() {
                return found;
            }
            scope = here.outer;
        }
        None
    }

    /// Whether the object has this very key more than once.
    pub(super) fn repeats(&self, key: &Quoted<'_>) -> bool {
        count(self.object, |other| other == key.raw).0 > 1
    }

    /// The refusal of a key that means nothing here; it names the nearest that does.
    pub(super) fn unknown(&self, key: &Key<'_>) -> Error {
        let mut text = Text::default();
        text.str("nothing is called \"").bytes(key.name).str("\" here");
        if let Some(ty) = self.undecided {
            text.str(": what is depends on ")
                .str(ty.pack.str(ty.selector()))
                .str(", which is missing or unknown");
        }
        let sets = self.set.iter().chain(self.heads.iter().flatten());
        let names = sets.flat_map(|set| set.fields()).map(|field| field.name());
        if let Some(near) = wanted::nearest(key.name, names) {
            text.str("; perhaps ").str(near);
        }
        Error::local(errno::EINVAL, "", text.finish())
    }
}

/// The last value in an object with this key, whatever its notes.
pub(super) fn find_key<'j>(object: Reader<'j>, name: &[u8]) -> Option<Reader<'j>> {
    count(object, |raw| Key::of(raw).name == name).1
}

/// How many keys are wanted, and the value of the last.
fn count<'j>(
    mut object: Reader<'j>,
    wanted: impl Fn(&[u8]) -> bool,
) -> (usize, Option<Reader<'j>>) {
    let (mut first, mut found, mut last) = (true, 0usize, None);
    while let Ok(Some(key)) = object.key(&mut first) {
        if wanted(key.raw) {
            (found, last) = (found.wrapping_add(1), Some(object));
        }
        if object.skip().is_err() {
            break;
        }
    }
    (found, last)
}
