// SPDX-License-Identifier: MIT OR Apache-2.0
//! Encoding what holds attributes without being a set of them.

use alloc::vec::Vec;

use super::encode::Encoder;
use super::format::Kind;
use super::json::{Reader, Token};
use super::path::which;
use super::scope::{Key, Scope, find_key};
use super::types::{Choice, Type};
use super::walk::MAX_TYPES;
use super::{value, wanted};
use crate::error::Error;
use crate::grow;
use crate::text::Text;
use crate::uapi::NLA_F_NESTED;

/// The flag bits of the attribute that holds it.
type Flags = Option<u16>;

impl Encoder<'_> {
    /// Which layout a sub-message has, by what the object and those around it say.
    pub(super) fn choose<'a>(
        &mut self,
        scope: &Scope<'_, 'a, '_>,
        ty: &Type<'a>,
    ) -> Result<Option<Choice<'a>>, Error> {
        let found = selector(scope, ty)?;
        let says = |value: &[u8]| found.as_ref().is_some_and(|(ty, bytes)| ty.says(bytes, value));
        Ok(ty.sub().and_then(|sub| sub.choice(says)))
    }

    pub(super) fn sub_message(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Flags, Error> {
        let choice = self.choose(scope, ty)?;
        let chosen = choice.unwrap_or_default();
        let mut inner = scope.enter(*reader, chosen.header, chosen.set)?;
        inner.undecided = if choice.is_none() { Some(*ty) } else { None };
        self.object(&inner, reader).map_err(|e| inside(e, scope, ty))?;
        let nested = choice.is_none() || chosen.set.is_some();
        Ok(Some(if nested { NLA_F_NESTED } else { 0 }))
    }

    /// Elements as they are, or each as an object of its index and itself.
    pub(super) fn array(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Flags, Error> {
        let (element, mut first, mut index) = (ty.element(), true, 0u16);
        while reader.element(&mut first)? {
            index = index.wrapping_add(1);
            if self.rest_of_list(reader)? {
                continue;
            }
            let start = self.begin()?;
            let indexed = index_of(*reader)?;
            let (kind, flags) = indexed.unwrap_or((index, None));
            let mut inside = true;
            if indexed.is_some() {
                reader.value()?;
                reader.key(&mut inside)?;
            }
            let usual =
                self.value(scope, &element, reader).map_err(|e| e.under_index(kind.into()))?;
            self.finish(start, kind | flags.or(usual).unwrap_or(0))?;
            if indexed.is_some() && reader.key(&mut inside)?.is_some() {
                return Err(wanted::refusal("an index has one value").under_index(kind.into()));
            }
        }
        Ok(Some(NLA_F_NESTED))
    }

    /// `{"#rest": "hex:..."}`: what no element could be made of.
    fn rest_of_list(&mut self, reader: &mut Reader<'_>) -> Result<bool, Error> {
        let (mut ahead, mut first) = (*reader, true);
        let is_rest = ahead.value()? == Token::Object
            && ahead.key(&mut first)?.is_some_and(|key| key.raw == b"#rest");
        if !is_rest {
            return Ok(false);
        }
        *reader = ahead;
        match reader.value()? {
            Token::Text(text) if self.bare(&text)? && reader.key(&mut first)?.is_none() => Ok(true),
            _ => Err(wanted::refusal("wanted {\"#rest\": \"hex:...\"}")),
        }
    }

    /// What the types of nests in each other say stands beside what the innermost holds.
    pub(super) fn type_value(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Flags, Error> {
        let (mut nests, mut depth) = ([(0usize, 0u16); MAX_TYPES], 0usize);
        for (slot, name) in nests.iter_mut().zip(ty.type_names()) {
            let name = ty.pack.text(name);
            let value = find_key(*reader, name).and_then(|mut at| at.value().ok());
            let Some(Token::Number(kind @ 0..=0x3fff)) = value else {
                return Err(wanted::refusal("wanted a number, 0..16383").under(&[b".", name]));
            };
            (*slot, depth) = ((self.begin()?, kind as u16), depth.wrapping_add(1));
        }
        let element = ty.element();
        let mut inner = scope.enter(*reader, element.header(), element.set())?;
        inner.types = Some(*ty);
        // A single value is the only one beside the names.
        inner.body = Some((&b"value"[..], element)).filter(|_| element.kind() != Kind::Nest);
        self.object(&inner, reader)?;
        for (n, (start, kind)) in nests.into_iter().enumerate().take(depth).rev() {
            let scalar = inner.body.is_some() && n.wrapping_add(1) == depth;
            self.finish(start, if scalar { kind } else { kind | NLA_F_NESTED })?;
        }
        Ok(Some(NLA_F_NESTED))
    }

    pub(super) fn records(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Flags, Error> {
        let (mut first, mut index) = (true, 0u64);
        while reader.element(&mut first)? {
            if !self.rest_of_list(reader)? {
                self.record(scope, ty, reader).map_err(|e| e.under_index(index))?;
            }
            index = index.wrapping_add(1);
        }
        Ok(Some(0))
    }

    fn record(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        if reader.value()? != Token::Object {
            return Err(wanted::refusal("wanted an object"));
        }
        let start = self.out.len();
        let inner = scope.enter(*reader, ty.header(), ty.set())?;
        self.object(&inner, reader)?;
        let Some(length) = ty.header().and_then(|set| set.having(ty.selector())) else {
            return Ok(());
        };
        self.pad()?;
        let len = self.out.len().wrapping_sub(start);
        let (bytes, width) =
            length.ty().bytes_of(len as i128).ok_or_else(|| wanted::refusal("too long"))?;
        let at = start.saturating_add(length.number().into());
        let room = self.out.get_mut(at..).unwrap_or_default();
        grow::write(room, bytes.get(..width).unwrap_or_default());
        Ok(())
    }
}

/// What decides what a sub-message is: its type and its bytes.
fn selector<'a>(
    scope: &Scope<'_, 'a, '_>,
    ty: &Type<'a>,
) -> Result<Option<(Type<'a>, Vec<u8>)>, Error> {
    let found = scope.find(ty.selector()).filter(|(selector, _)| selector.is_plain());
    let Some((selector, mut reader)) = found else { return Ok(None) };
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes).value(scope, &selector, &mut reader)?;
    Ok(Some((selector, bytes)))
}

/// An error inside a sub-message says which.
#[cold]
fn inside(error: Error, scope: &Scope<'_, '_, '_>, ty: &Type<'_>) -> Error {
    let Ok(Some((selector, bytes))) = selector(scope, ty) else { return error };
    let mut step = Text::default();
    which(&mut step, &selector, &bytes);
    error.under(&[step.finish().unwrap_or_default().as_bytes()])
}

/// The index and flag bits that an element begins with, if it is an object of those.
fn index_of(mut reader: Reader<'_>) -> Result<Option<(u16, Option<u16>)>, Error> {
    if reader.peek() != Some(b'{') {
        return Ok(None);
    }
    reader.value()?;
    let Some(key) = reader.key(&mut true)? else { return Ok(None) };
    let key = Key::of(key.raw);
    let index = value::number(key.name, 10).and_then(|n| u16::try_from(n).ok());
    Ok(index.filter(|n| *n < NLA_F_NESTED >> 1).map(|n| (n, key.flags)))
}
