// SPDX-License-Identifier: MIT OR Apache-2.0
//! JSON to messages.

use alloc::vec::Vec;

use super::format::{Form, Kind};
use super::json::{Reader, Token};
use super::level::Level;
use super::pack::Op;
use super::scope::{Key, Scope};
use super::seen::Seen;
use super::types::{Choice, Field, Set, Type};
use super::wanted;
use crate::error::{Error, Fault};
use crate::grow;
use crate::uapi::NLA_F_NESTED;
use crate::wire::{Msg, align4};

impl Op<'_> {
    /// Appends the body of a message to `to`: all that follows `struct nlmsghdr`. `json` is one object
    /// of the shape that [`Op::decode`] writes; numbers may be text, bits a list or `a|b`, bytes with or
    /// without separators. Nothing is appended when it fails; the error names the path of what is wrong
    /// and what was wanted.
    pub fn encode(&self, form: Form, json: &str, to: &mut Vec<u8>) -> Result<(), Error> {
        let start = to.len();
        let done = message(self, form, json.as_bytes(), to);
        if done.is_err() {
            to.truncate(start);
        }
        done.map_err(|error| error.about(self.name()))
    }

    /// A request with what `json` says. `kind` is the type in `struct nlmsghdr`: the id of a generic
    /// family, and of others [`Op::number`].
    pub fn request(&self, form: Form, kind: u16, flags: u16, json: &str) -> Result<Msg, Error> {
        let mut body = Vec::new();
        self.encode(form, json, &mut body)?;
        let mut msg = Msg::new(kind, flags);
        msg.put_raw(&body).status()?;
        Ok(msg)
    }
}

fn message(op: &Op<'_>, form: Form, json: &[u8], to: &mut Vec<u8>) -> Result<(), Error> {
    if op.layout(form).is_none() {
        return Err(wanted::refusal("the operation has no such message"));
    }
    let mut reader = Reader::new(json);
    if reader.value()? != Token::Object {
        return Err(wanted::refusal("wanted an object"));
    }
    let mut encoder = Encoder::new(to);
    grow::append(encoder.out, prefix(op, form).get(..op.family().prefix()).unwrap_or_default())?;
    let scope = encoder.scope_of(op, form, reader)?;
    encoder.object(&scope, &mut reader)?;
    reader.end()
}

/// `struct genlmsghdr` of a message.
pub(super) fn prefix(op: &Op<'_>, form: Form) -> [u8; 4] {
    [op.number(form).unwrap_or(0) as u8, op.family().version(), 0, 0]
}

/// Whether something was encoded to what was wanted, unless that is not known for lack of memory.
fn told(done: Result<bool, Error>) -> Result<bool, Fault> {
    match done {
        Err(error) if error.is_no_memory() => Err(Fault::NoMemory),
        done => Ok(done.unwrap_or(false)),
    }
}

/// Whether a message is what `json` encodes to.
pub(super) fn gives(op: &Op<'_>, form: Form, json: &[u8], body: &[u8]) -> Result<bool, Fault> {
    let mut bytes = Vec::new();
    told(message(op, form, json, &mut bytes).map(|()| bytes == body))
}

/// Whether a value of type `ty` is what `json`, perhaps behind a comma, encodes to.
pub(super) fn gives_leaf(ty: &Type<'_>, json: &[u8], bytes: &[u8]) -> Result<bool, Fault> {
    let mut out = Vec::new();
    let nothing = Scope::of(Reader::new(b"}"), None);
    let json = json.strip_prefix(b",").unwrap_or(json);
    let done = Encoder::new(&mut out).value(&nothing, ty, &mut Reader::new(json));
    told(done.map(|_| out == bytes))
}

/// Whether a struct at the start of `level` is what its members in `json` encode to.
pub(super) fn gives_head(
    level: &Level<'_, '_, '_>,
    set: Set<'_>,
    json: &[u8],
    bytes: &[u8],
) -> Result<bool, Fault> {
    let mut text = Vec::new();
    let members = json.strip_prefix(b",").unwrap_or(json);
    grow::append(&mut text, members).and_then(|()| grow::push(&mut text, b'}'))?;
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out);
    let mut reader = Reader::new(&text);
    let mut scope = Scope::of(reader, None);
    scope.heads = [Some(set), None];
    let done = encoder.object(&scope, &mut reader);
    if !level.attrs.rest().is_empty() {
        encoder.pad()?;
    }
    // The length of a record is not in its text.
    let hidden = set.fields().find(|field| level.hides(field));
    let range = hidden.map_or(0..0, |f| {
        let at = usize::from(f.number());
        at..at.saturating_add(f.ty().width())
    });
    if let (Some(to), Some(from)) = (out.get_mut(range.clone()), bytes.get(range)) {
        grow::write(to, from);
    }
    told(done.map(|()| out == bytes))
}

/// Writes into `out`, aligned from where it began.
pub(super) struct Encoder<'o> {
    pub(super) out: &'o mut Vec<u8>,
    base: usize,
}

/// Where the two structs of an object start, and where they end.
type Starts = [usize; 3];

impl<'o> Encoder<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        let base = out.len();
        Encoder { out, base }
    }

    fn scope_of<'w, 'a, 'j>(
        &mut self,
        op: &Op<'a>,
        form: Form,
        object: Reader<'j>,
    ) -> Result<Scope<'w, 'a, 'j>, Error> {
        let mut scope = Scope::of(object, None);
        let Some(layout) = op.layout(form) else { return Ok(scope) };
        (scope.heads, scope.set) = ([layout.header(), None], layout.set());
        if let Some(ty) = layout.body() {
            let choice = match ty.kind() {
                Kind::Struct => Choice { header: ty.set(), ..Choice::default() },
                Kind::Sub => self.choose(&scope, &ty)?.unwrap_or_default(),
                _ => Choice::default(),
            };
            if choice.header.is_none() && choice.set.is_none() {
                scope.body = Some((b"body", ty));
            }
            scope.heads = [layout.header(), choice.header];
            scope.set = choice.set.or(scope.set);
        }
        Ok(scope)
    }

    /// Zeros up to a multiple of 4.
    pub(super) fn pad(&mut self) -> Result<(), Fault> {
        let len = self.out.len().wrapping_sub(self.base);
        let end = self.out.len().saturating_add(align4(len).wrapping_sub(len));
        grow::extend(self.out, end, 0)
    }

    // ---- Objects

    /// The members of an object up to its closing bracket: structs, then attributes.
    pub(super) fn object(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let starts = self.reserve(scope)?;
        let (mut seen, mut first) = ([(); 3].map(|()| Seen::default()), true);
        while let Some(quoted) = reader.key(&mut first)? {
            let mut room = Vec::new();
            let key = Key::of(quoted.bytes(&mut room)?);
            if let Some((slot, number)) = self.member(scope, starts, &key, reader)? {
                let seen = seen.get_mut(slot);
                if seen.is_some_and(|s| s.insert(number)) && scope.repeats(&quoted) {
                    return Err(wanted::refusal("given twice").under(&[b".", key.name]));
                }
            }
        }
        Ok(())
    }

    /// Room for the structs, of zeros.
    fn reserve(&mut self, scope: &Scope<'_, '_, '_>) -> Result<Starts, Error> {
        let [first, second] = scope.heads;
        let start = self.out.len();
        self.room(first)?;
        if second.is_some() {
            self.pad()?;
        }
        let middle = self.out.len();
        self.room(second)?;
        Ok([start, middle, self.out.len()])
    }

    fn room(&mut self, set: Option<Set<'_>>) -> Result<(), Error> {
        let end = self.out.len().saturating_add(set.map_or(0, |set| set.size()));
        Ok(grow::extend(self.out, end, 0)?)
    }

    /// One member. Gives where it is counted, and its number there.
    fn member(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        starts: Starts,
        key: &Key<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Option<(usize, u16)>, Error> {
        if key.is_special() {
            return self.special(starts, key, reader).map(|()| None);
        }
        if let Some((attr, number)) = scope.attribute(key, reader.peek()) {
            let done = self.attribute(scope, attr, number, key, reader);
            return done.map(|()| Some((2, number))).map_err(|e| e.under(&[b".", key.name]));
        }
        for (slot, (head, start)) in scope.heads.into_iter().zip(starts).enumerate() {
            if let Some(field) = head.and_then(|set| set.named(key.name)) {
                let done = self.in_struct(scope, start, &field, reader);
                let number = field.number();
                return done.map(|()| Some((slot, number))).map_err(|e| e.under(&[b".", key.name]));
            }
        }
        if let Some((_, ty)) = scope.body.filter(|(name, _)| key.name == *name) {
            return self.value(scope, &ty, reader).map(|_| None);
        }
        if scope.is_type_name(key.name) {
            return reader.skip().map(|()| None);
        }
        Err(scope.unknown(key))
    }

    /// Bytes in place of members: of a struct, of what is left of a nest, of a message.
    fn special(
        &mut self,
        starts: Starts,
        key: &Key<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let [header, body, end] = starts;
        let before = self.out.len();
        let (from, to) = match key.name {
            b"#rest" => (before, before),
            b"#header" => (header, body),
            b"#body" => (body, end),
            b"#message" => (self.base, before),
            b"#genlmsghdr" => (self.base, header),
            _ => return Err(wanted::refusal("no such key")),
        };
        match reader.value()? {
            Token::Text(text) if self.bare(&text)? => self.put_back(before, from, to),
            _ => Err(wanted::refusal("wanted \"hex:...\"")),
        }
    }

    /// Moves what was written since `before` to `from`, where it replaces all up to `to`.
    pub(super) fn put_back(&mut self, before: usize, from: usize, to: usize) -> Result<(), Error> {
        let len = self.out.len().wrapping_sub(before);
        let fits = len == to.wrapping_sub(from);
        if !fits && to != before {
            return Err(wanted::refusal("has another length, so nothing may stand before it"));
        }
        for n in 0..len {
            let byte = self.out.get(before.wrapping_add(n)).copied();
            if let (Some(slot), Some(byte)) = (self.out.get_mut(from.wrapping_add(n)), byte) {
                *slot = byte;
            }
        }
        self.out.truncate(if fits { before } else { from.wrapping_add(len) });
        Ok(())
    }

    /// A member of the struct that starts at `start`.
    fn in_struct(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        start: usize,
        field: &Field<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let before = self.out.len();
        self.value(scope, &field.ty(), reader)?;
        match field.ty().width() {
            0 => Ok(()),
            width => {
                let at = start.saturating_add(field.number().into());
                self.put_back(before, at, at.saturating_add(width))
            }
        }
    }

    // ---- Attributes

    /// The attribute or attributes of one key.
    fn attribute(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: Option<Type<'_>>,
        number: u16,
        key: &Key<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let Some(ty) = ty else { return self.unknown(scope, number, key, reader) };
        if !ty.is_multi() || !self.is_list_of(&ty, *reader) {
            return self.one(scope, &ty, number, key.flags, reader);
        }
        let (mut first, mut index) = (true, 0u64);
        reader.value()?;
        while reader.element(&mut first)? {
            let done = self.one(scope, &ty, number, key.flags, reader);
            done.map_err(|e| e.under_index(index))?;
            index = index.wrapping_add(1);
        }
        Ok(())
    }

    /// Whether a list is of several attributes, not the value of one.
    fn is_list_of(&self, ty: &Type<'_>, mut reader: Reader<'_>) -> bool {
        let is_list = matches!(reader.value(), Ok(Token::List));
        is_list && (!ty.is_list() || matches!(reader.peek(), Some(b'[' | b']')))
    }

    fn one(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        number: u16,
        flags: Option<u16>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let start = self.begin()?;
        match self.value(scope, ty, reader)? {
            Some(usual) => self.finish(start, number | flags.unwrap_or(usual)),
            None => {
                self.out.truncate(start);
                Ok(())
            }
        }
    }

    /// An attribute of which nothing is known: bytes, or a nest of such.
    fn unknown(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        number: u16,
        key: &Key<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let start = self.begin()?;
        let usual = match reader.value()? {
            Token::Object => {
                let inner = scope.enter(*reader, None, None)?;
                self.object(&inner, reader)?;
                NLA_F_NESTED
            }
            Token::Text(text) => {
                self.digits(&text)?;
                0
            }
            _ => return Err(wanted::refusal("wanted digits to base 16, or an object")),
        };
        self.finish(start, number | key.flags.unwrap_or(usual))
    }

    /// Begins an attribute: its header comes when its length is known.
    pub(super) fn begin(&mut self) -> Result<usize, Error> {
        self.pad()?;
        let start = self.out.len();
        grow::append(self.out, &[0; 4])?;
        Ok(start)
    }

    pub(super) fn finish(&mut self, start: usize, kind: u16) -> Result<(), Error> {
        let len = self.out.len().wrapping_sub(start);
        let len = u16::try_from(len).map_err(|_| Fault::NestTooLong)?;
        let [a, b] = len.to_ne_bytes();
        let [c, d] = kind.to_ne_bytes();
        if let Some(head) = self.out.get_mut(start..).and_then(|out| out.first_chunk_mut()) {
            *head = [a, b, c, d];
        }
        Ok(self.pad()?)
    }
}
