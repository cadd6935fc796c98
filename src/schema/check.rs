// SPDX-License-Identifier: MIT OR Apache-2.0
//! Looking at messages that were built by hand, for what the kernel would refuse without saying why.

use alloc::string::String;

use super::format::{Form, Hint, Kind};
use super::level::Level;
use super::pack::Op;
use super::path::which;
use super::types::{Type, is_number};
use super::walk::{Record, records, unwrap};
use super::wanted;
use crate::error::{Error, Fault};
use crate::text::Text;
use crate::uapi::errno;
use crate::wire::{Attr, Attrs};

/// What the kernel says when it was handed something that it does not take.
const OF_CONTENT: [i32; 4] = [errno::EINVAL, errno::ERANGE, errno::EOPNOTSUPP, errno::EMSGSIZE];

/// Whether what is wrong with a request that was refused with this number may be found by a look at it.
pub(crate) fn is_about_content(errno: i32) -> bool {
    OF_CONTENT.contains(&errno)
}

impl Op<'_> {
    /// Looks at a message against the descriptions, and gives the first thing that is wrong: damage, an
    /// attribute that is unknown where it stands, a value of another width or out of range. The error has
    /// its path and what was wanted. `body` is all that follows `struct nlmsghdr`.
    pub fn check(&self, form: Form, body: &[u8]) -> Result<(), Error> {
        let level = Level::of(self, form, body);
        if form == Form::Dump && level.is_short() {
            // Dumps are asked for with less than the header, or none, and the kernel takes that.
            return Ok(());
        }
        let body = || level.body.map_or(Ok(()), |(ty, bytes)| leaf(&ty, bytes));
        let done = heads(&level).and_then(|()| body()).and_then(|()| attributes(&level));
        done.map_err(|error| error.about(self.name()))
    }

    /// What may be wrong with a message that was refused: what [`Op::check`] finds, or an attribute that
    /// is none of those expected: `.mtu: given 2 bytes, wanted u32`.
    #[cold]
    pub(crate) fn suspicion(&self, form: Form, body: &[u8]) -> Option<String> {
        match self.check(form, body) {
            Err(error) => error.place(),
            Ok(()) => self.unexpected(form, body),
        }
    }

    fn unexpected(&self, form: Form, body: &[u8]) -> Option<String> {
        let layout = self.layout(form)?;
        let expected = |kind: u16| layout.expected().any(|other| other == kind);
        layout.expected().next()?;
        let mut attrs = Level::of(self, form, body).attrs.map_while(Result::ok);
        let field = layout.set()?.field(attrs.find(|attr| !expected(attr.kind()))?.kind())?;
        let mut text = Text::default();
        text.str(".").bytes(field.text());
        text.str(": not among what ").str(self.name()).str(" is known to take");
        text.finish()
    }
}

fn wrong(reason: &str) -> Error {
    Error::local(errno::EINVAL, "", Text::of(reason))
}

/// Structs that are cut short, and members out of range.
fn heads(level: &Level<'_, '_, '_>) -> Result<(), Error> {
    for head in &level.heads {
        for field in head.set.iter().flat_map(|set| set.fields()) {
            let bytes =
                field.of(head.bytes).ok_or_else(|| wrong("the fixed header is cut short"))?;
            let sound = leaf(&field.ty(), bytes);
            sound.map_err(|e| e.under(&[b".", field.text()]))?;
        }
    }
    Ok(())
}

fn attributes(level: &Level<'_, '_, '_>) -> Result<(), Error> {
    for attr in level.attrs {
        let attr = attr.map_err(Error::from)?;
        let field = level.set.and_then(|set| set.field(attr.kind()));
        let sound = match field {
            Some(field) => attribute(level, &field.ty(), &attr),
            None => Err(wrong("no such attribute is known here")),
        };
        sound.map_err(|e| match field {
            Some(field) if field.ty().is_multi() => {
                e.under_index(level.attrs.turn(&attr)).under(&[b".", field.text()])
            }
            Some(field) => e.under(&[b".", field.text()]),
            None => e.under_number(attr.kind()),
        })?;
    }
    Ok(())
}

fn attribute<'a, 'm>(
    level: &Level<'_, 'a, 'm>,
    ty: &Type<'a>,
    attr: &Attr<'m>,
) -> Result<(), Error> {
    match ty.kind() {
        kind if !ty.holds_attributes() || kind == Kind::Pad => leaf(ty, attr.payload()),
        _ if level.is_deep() => Err(Fault::NestTooDeep.into()),
        Kind::Array => array(level, &ty.element(), attr.nested()),
        Kind::Records => each_record(level, ty, attr),
        Kind::TypeValue => match unwrap(ty, attr, false) {
            Some((_, inner)) => attribute(level, &ty.element(), &inner),
            None => Err(wrong("wanted one attribute in each of the nests")),
        },
        _ => nest(level, ty, attr),
    }
}

fn nest<'a, 'm>(level: &Level<'_, 'a, 'm>, ty: &Type<'a>, attr: &Attr<'m>) -> Result<(), Error> {
    match level.enter(ty, attr) {
        Some(inner) => {
            heads(&inner).and_then(|()| attributes(&inner)).map_err(|e| inside(e, level, ty))
        }
        None if level.find(ty.selector()).is_none() => {
            let mut text = Text::default();
            text.str("what this is depends on ")
                .str(ty.pack.str(ty.selector()))
                .str(", which is missing");
            Err(Error::local(errno::EINVAL, "", text.finish()))
        }
        // Of a kind that is not described, nothing can be said.
        None => Ok(()),
    }
}

/// An error inside a sub-message says which.
#[cold]
fn inside<'a>(error: Error, level: &Level<'_, 'a, '_>, ty: &Type<'a>) -> Error {
    let Some((selector, bytes)) = level.find(ty.selector()).filter(|_| ty.kind() == Kind::Sub)
    else {
        return error;
    };
    let mut step = Text::default();
    which(&mut step, &selector, bytes);
    error.under(&[step.finish().unwrap_or_default().as_bytes()])
}

fn array<'a, 'm>(level: &Level<'_, 'a, 'm>, ty: &Type<'a>, attrs: Attrs<'m>) -> Result<(), Error> {
    for attr in attrs {
        let attr = attr.map_err(Error::from)?;
        attribute(level, ty, &attr).map_err(|e| e.under_index(attr.kind().into()))?;
    }
    Ok(())
}

fn each_record<'a, 'm>(
    level: &Level<'_, 'a, 'm>,
    ty: &Type<'a>,
    attr: &Attr<'m>,
) -> Result<(), Error> {
    for (n, record) in records(ty, attr).enumerate() {
        let sound = match record {
            Record::Whole(attrs) => attributes(&level.record(ty, attrs)),
            Record::Rest(_) => {
                Err(wrong("a record whose length is below its header or beyond the attribute"))
            }
        };
        sound.map_err(|e| e.under_index(n as u64))?;
    }
    Ok(())
}

/// A value by itself.
fn leaf(ty: &Type<'_>, bytes: &[u8]) -> Result<(), Error> {
    let fits = match ty.kind() {
        Kind::Flag => bytes.is_empty(),
        Kind::Bitfield32 => bytes.len() == 8,
        Kind::Binary => match ty.hint() {
            Hint::Ipv4 => bytes.len() == 4,
            Hint::Ipv6 => bytes.len() == 16,
            Hint::Ip => matches!(bytes.len(), 4 | 16),
            _ => true,
        },
        Kind::Struct => ty.set().is_none_or(|set| bytes.len() >= set.size()),
        Kind::List => {
            ty.element().kind() == Kind::Text
                || bytes.len().checked_rem(ty.element().width()) == Some(0)
        }
        kind if is_number(kind) => ty.number(bytes).is_some(),
        _ => true,
    };
    let sound = if fits { wanted::inspect(ty, Some(bytes)) } else { Err(wanted::wrong_type(ty)) };
    sound.map_err(|e| given(e, ty, bytes))
}

/// What is wrong about a value: the number that it is, or how long it is.
#[cold]
fn given(error: Error, ty: &Type<'_>, bytes: &[u8]) -> Error {
    let mut text = Text::default();
    match ty.number(bytes) {
        Some(n) => text.signed(n),
        None if bytes.len() == 1 => text.str("1 byte"),
        None => text.num(bytes.len() as u64).str(" bytes"),
    };
    error.given(text.finish().unwrap_or_default().as_bytes())
}
