// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages to JSON, to a form for people, and to pickles.
//!
//! In the exact mode each leaf is encoded back as it is written, and becomes its bare bytes where that
//! does not give the same; nests are exact because what is in them is.

use alloc::vec::Vec;

use super::encode;
use super::format::{Form, Kind};
use super::level::{Head, Level};
use super::out::{Out, Style};
use super::pack::Op;
use super::seen::Seen;
use super::types::{Field, Set, Type};
use super::walk::{are_plain, bare_nest, is_plain, unwrap};
use crate::error::Fault;
use crate::uapi::NLA_F_NESTED;
use crate::wire::{Attr, Attrs};

/// How messages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// JSON in the usual shape: what the flag bits of attributes were, padding and order are not said.
    Natural,
    /// JSON that encodes to the same bytes.
    Exact,
    /// One line for people: names without quotes, long bytes cut. Not to be read back.
    Readable,
    /// A pickle of Python's with the objects, lists and values that natural JSON has.
    Pickle,
}

impl How {
    fn style(self) -> Style {
        match self {
            How::Natural | How::Exact => Style::Json,
            How::Readable => Style::Readable,
            How::Pickle => Style::Pickle,
        }
    }
}

impl<'o> Out<'o> {
    /// Begins a text that shows messages.
    pub(crate) fn showing(how: How, to: &'o mut Vec<u8>) -> Self {
        Out::new(how.style(), to)
    }
}

impl Op<'_> {
    /// Appends a message as one JSON object to `to`: the members of its header, then its attributes.
    /// `body` is all that follows `struct nlmsghdr`; the message is the operation's `form`. Whatever the
    /// bytes, it is an object; the only error is [`Fault::NoMemory`].
    pub fn decode(&self, form: Form, body: &[u8], how: How, to: &mut Vec<u8>) -> Result<(), Fault> {
        let mut out = Out::showing(how, to);
        self.write(form, body, how, &mut out);
        out.finish()
    }

    /// Writes a message as one object.
    pub(crate) fn write(&self, form: Form, body: &[u8], how: How, out: &mut Out<'_>) {
        let (start, fresh) = (out.len(), out.is_fresh());
        Decoder { out, exact: how == How::Exact }.message(self, form, body);
        if how == How::Exact && !out.sure(encode::gives(self, form, out.since(start), body)) {
            out.take_back(start, fresh);
            out.open(b'{');
            out.key(b"#message").unfit(body);
            out.close(b'}');
        }
    }
}

/// What an attribute turns out to be, before its key is written; with the flag bits encoding sets.
// It lives on the stack, for as long as one attribute takes.
#[allow(clippy::large_enum_variant)]
pub(super) enum Shape<'w, 'a, 'm> {
    Object(Level<'w, 'a, 'm>, u16),
    Array,
    TypeValue,
    Records,
    Leaf,
}

impl Shape<'_, '_, '_> {
    pub(super) fn flags(&self) -> u16 {
        match self {
            Shape::Object(_, flags) => *flags,
            Shape::Array | Shape::TypeValue => NLA_F_NESTED,
            Shape::Records | Shape::Leaf => 0,
        }
    }
}

pub(super) struct Decoder<'d, 'o> {
    pub(super) out: &'d mut Out<'o>,
    pub(super) exact: bool,
}

impl Decoder<'_, '_> {
    fn message(&mut self, op: &Op<'_>, form: Form, body: &[u8]) {
        let level = Level::of(op, form, body);
        self.out.open(b'{');
        let prefix = body.get(..op.family().prefix()).unwrap_or(body);
        if self.exact && prefix != encode::prefix(op, form).get(..prefix.len()).unwrap_or_default()
        {
            self.out.key(b"#genlmsghdr").unfit(prefix);
        }
        self.inside(&level);
        self.out.close(b'}');
    }

    pub(super) fn object(&mut self, level: &Level<'_, '_, '_>) {
        self.out.open(b'{');
        self.inside(level);
        self.out.close(b'}');
    }

    pub(super) fn inside(&mut self, level: &Level<'_, '_, '_>) {
        for head in &level.heads {
            self.head(level, head);
        }
        if let Some((ty, bytes)) = level.body {
            self.out.key(b"body");
            self.leaf(&ty, bytes, level);
        }
        self.attributes(level);
    }

    // ---- Structs

    fn head(&mut self, level: &Level<'_, '_, '_>, head: &Head<'_, '_>) {
        let Some(set) = head.set else { return };
        let (start, fresh) = (self.out.len(), self.out.is_fresh());
        let beside = level.set.filter(|_| set.is_shared());
        for field in set.fields() {
            self.member(level, beside, head.bytes, &field);
        }
        let gives = |out: &Out<'_>| encode::gives_head(level, set, out.since(start), head.bytes);
        if self.exact && !self.out.sure(gives(self.out)) {
            self.out.take_back(start, fresh);
            self.out.key(b"#header").unfit(head.bytes);
        }
    }

    /// A member of the struct `bytes`. `beside` are attributes that may have its name.
    fn member<'a>(
        &mut self,
        level: &Level<'_, 'a, '_>,
        beside: Option<Set<'a>>,
        bytes: &[u8],
        field: &Field<'a>,
    ) {
        let ty = field.ty();
        let Some(bytes) = field.part(&ty, bytes) else { return };
        if ty.kind() == Kind::Pad || level.hides(field) {
            return;
        }
        let namesake = beside.and_then(|set| set.having(field.id()));
        let shadowed = |f: Field<'_>| self.exact || level.attrs.get(f.number()).is_some();
        if namesake.is_some_and(shadowed) {
            self.out.key_start();
            self.out.raw(field.text()).raw(b"@header");
            self.out.key_end();
        } else {
            self.out.key(field.text());
        }
        self.leaf(&ty, bytes, level);
    }

    /// A struct is a nest without attributes; what comes behind it is of a newer kernel.
    pub(super) fn structure(
        &mut self,
        set: Set<'_>,
        bytes: &[u8],
        outer: &Level<'_, '_, '_>,
    ) -> bool {
        if outer.is_deep() {
            return false;
        }
        self.object(&Level::inside(Attrs::at(bytes, bytes.len()), Some(set), None, Some(outer)));
        true
    }

    // ---- Attributes

    fn attributes(&mut self, level: &Level<'_, '_, '_>) {
        let (mut walk, mut seen, mut index) = (level.attrs, Seen::default(), 0u32);
        loop {
            let here = walk;
            let attr = match walk.next() {
                None => return,
                Some(Ok(attr)) if !self.exact || is_plain(&here, &walk, &attr) => attr,
                _ => return self.rest(here.rest()),
            };
            let again = seen.insert(attr.kind()).then_some(index);
            index = index.wrapping_add(1);
            match level.set.and_then(|set| set.field(attr.kind())) {
                Some(field) if field.ty().kind() == Kind::Pad && !self.exact => {}
                Some(field) if field.ty().is_multi() && self.exact => {
                    walk = self.run(level, &field, here, again);
                }
                Some(field) if field.ty().is_multi() => {
                    if again.is_none() {
                        self.gather(level, &field, here);
                    }
                }
                field => self.attribute(level, field.as_ref(), &attr, again),
            }
        }
    }

    /// All attributes like the next one as a list.
    fn gather(&mut self, level: &Level<'_, '_, '_>, field: &Field<'_>, from: Attrs<'_>) {
        self.out.key(field.text());
        self.out.open(b'[');
        for attr in from.map_while(Result::ok).filter(|a| a.kind() == field.number()) {
            self.one(level, &field.ty(), &attr);
        }
        self.out.close(b']');
    }

    /// The next attributes as a list, as long as they are alike. Gives what follows them.
    fn run<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        field: &Field<'a>,
        from: Attrs<'m>,
        again: Option<u32>,
    ) -> Attrs<'m> {
        let ty = field.ty();
        let (mut walk, mut flags) = (from, None);
        loop {
            let here = walk;
            let Some(Ok(attr)) = walk.next() else { return self.run_end(here) };
            let shape = self.shape(level, &ty, &attr);
            let odd = (attr.flags() != shape.flags()).then_some(attr.flags());
            let alike = attr.kind() == field.number() && is_plain(&here, &walk, &attr);
            if !alike || flags.is_some_and(|flags| flags != odd) {
                return self.run_end(here);
            }
            if flags.is_none() {
                self.key(field.text(), odd, again);
                self.out.open(b'[');
            }
            flags = Some(odd);
            self.shaped(level, &ty, &attr, shape);
        }
    }

    fn run_end<'m>(&mut self, rest: Attrs<'m>) -> Attrs<'m> {
        self.out.close(b']');
        rest
    }

    fn attribute<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        field: Option<&Field<'a>>,
        attr: &Attr<'m>,
        again: Option<u32>,
    ) {
        let Some(field) = field else { return self.unknown(level, attr, again) };
        let ty = field.ty();
        let shape = self.shape(level, &ty, attr);
        let odd = self.exact && attr.flags() != shape.flags();
        self.key(field.text(), odd.then_some(attr.flags()), again);
        self.shaped(level, &ty, attr, shape);
    }

    fn unknown<'m>(&mut self, level: &Level<'_, '_, 'm>, attr: &Attr<'m>, again: Option<u32>) {
        let nest = bare_nest(level, attr);
        let shape = nest.map_or(Shape::Leaf, |(inner, flags)| Shape::Object(inner, flags));
        self.out.key_start();
        self.out.raw(b"UnknownAttr(").digits(attr.kind().into()).raw(b")");
        let odd = self.exact && attr.flags() != shape.flags();
        self.notes(odd.then_some(attr.flags()), again);
        self.out.key_end();
        match &shape {
            Shape::Object(inner, _) => self.object(inner),
            _ => self.bytes(attr.payload(), 0),
        }
    }

    /// Writes a key with what is odd about the attribute: its flag bits, that it is not the first.
    #[inline]
    fn key(&mut self, name: &[u8], flags: Option<u16>, again: Option<u32>) {
        if flags.is_none() && again.is_none() {
            self.out.key(name);
            return;
        }
        self.out.key_start();
        self.out.raw(name);
        self.notes(flags, again);
        self.out.key_end();
    }

    pub(super) fn notes(&mut self, flags: Option<u16>, again: Option<u32>) {
        if let Some(flags) = flags {
            self.out.raw(b"#").hex_digits(flags.into());
        }
        if let Some(index) = again {
            self.out.raw(b"@").digits(index.into());
        }
    }

    /// What can't be walked any more: all up to the end of the nest.
    pub(super) fn rest(&mut self, bytes: &[u8]) {
        self.out.key(b"#rest").unfit(bytes);
    }

    pub(super) fn shape<'w, 'a, 'm>(
        &self,
        level: &'w Level<'w, 'a, 'm>,
        ty: &Type<'a>,
        attr: &Attr<'m>,
    ) -> Shape<'w, 'a, 'm> {
        let object = match ty.kind() {
            Kind::Nest => level.enter(ty, attr).map(|inner| (inner, NLA_F_NESTED)),
            Kind::Sub => level
                .enter(ty, attr)
                .map(|inner| (inner, if inner.set.is_some() { NLA_F_NESTED } else { 0 }))
                .or_else(|| bare_nest(level, attr)),
            _ => None,
        };
        match (object, ty.kind()) {
            (Some((inner, flags)), _) => Shape::Object(inner, flags),
            _ if level.is_deep() => Shape::Leaf,
            (_, Kind::Array) => Shape::Array,
            (_, Kind::TypeValue) if unwrap(ty, attr, self.exact).is_some() => Shape::TypeValue,
            (_, Kind::Records) if !self.exact || are_plain(ty, attr) => Shape::Records,
            _ => Shape::Leaf,
        }
    }
}
