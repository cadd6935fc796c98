// SPDX-License-Identifier: MIT OR Apache-2.0
//! How single values are encoded, and what holds attributes without being a set of them.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::encode::Encoder;
use super::format::{Kind, type_flags};
use super::ip;
use super::json::{Quoted, Reader, Token};
use super::scope::{Scope, find_key};
use super::types::{Type, is_number};
use super::value::parse;
use super::wanted;
use crate::error::Error;
use crate::grow;
use crate::uapi::NLA_F_NESTED;
use crate::wire::hex_value;

/// The flag bits that the attribute of a value has; `None`: there is to be no attribute.
type Flags = Option<u16>;

impl Encoder<'_> {
    /// The next value, of type `ty`.
    pub(super) fn value(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<Flags, Error> {
        let (before, at) = (self.out.len(), *reader);
        let token = reader.value()?;
        if matches!(&token, Token::Text(text) if self.bare(text)?) {
            return Ok(Some(0));
        }
        let flags = match (ty.kind(), token) {
            (Kind::Flag, Token::False) => return Ok(None),
            (Kind::Nest, Token::Object) => {
                let inner = scope.enter(*reader, ty.header(), ty.set())?;
                return self.object(&inner, reader).map(|()| Some(NLA_F_NESTED));
            }
            (Kind::Struct, Token::Object) => {
                let inner = scope.enter(*reader, ty.set(), None)?;
                return self.object(&inner, reader).map(|()| Some(0));
            }
            (Kind::Sub, Token::Object) => return self.sub_message(scope, ty, reader),
            (Kind::Array, Token::List) => return self.array(scope, ty, reader),
            (Kind::TypeValue, Token::Object) => return self.type_value(scope, ty, reader),
            (Kind::Records, Token::List) => return self.records(scope, ty, reader),
            (Kind::List, Token::List) => self.list(scope, ty, reader)?,
            (_, token) => self.scalar(ty, token, reader).map_err(|e| given(e, at))?,
        };
        let done = self.fit(ty, before).and_then(|()| wanted::inspect(ty, self.out.get(before..)));
        done.map_err(|e| given(e, at))?;
        Ok(Some(flags))
    }

    /// Makes the bytes since `before` as long as the type says, where it says that.
    fn fit(&mut self, ty: &Type<'_>, before: usize) -> Result<(), Error> {
        let len = self.out.len().wrapping_sub(before);
        let width = ty.fixed_len();
        let grows = ty.kind() == Kind::Text || ty.selector() != 0;
        if width == 0 || len == width {
            return Ok(());
        }
        if ty.kind() == Kind::Text && len == width.wrapping_add(1) {
            // No room for the NUL, and none needed.
            self.out.truncate(before.wrapping_add(width));
            return Ok(());
        }
        if len > width || !grows {
            return Err(wanted::wrong_length(ty));
        }
        Ok(grow::extend(self.out, before.saturating_add(width), 0)?)
    }

    // ---- Single values

    fn scalar(
        &mut self,
        ty: &Type<'_>,
        token: Token<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<u16, Error> {
        match (ty.kind(), token) {
            (Kind::Flag, Token::True | Token::Null) => {}
            (Kind::Text, Token::Text(text)) => self.text(ty, &text)?,
            (Kind::Binary | Kind::Pad, Token::Text(text)) => self.binary(ty, &text)?,
            (Kind::Binary | Kind::Pad, Token::List) => self.octets(ty, reader)?,
            (Kind::Bitfield32, token) => self.bitfield(ty, token, reader)?,
            (kind, Token::Text(text)) if is_number(kind) && ty.hint().is_address() => {
                self.address(ty, &text)?;
            }
            (kind, token) if is_number(kind) => {
                let n = integer(ty, token, reader)?;
                self.number(ty, n)?;
            }
            _ => return Err(wanted::wrong_type(ty)),
        }
        Ok(0)
    }

    fn number(&mut self, ty: &Type<'_>, n: i128) -> Result<(), Error> {
        let (bytes, width) = ty.bytes_of(n).ok_or_else(|| wanted::out_of_range(ty))?;
        Ok(grow::append(self.out, bytes.get(..width).unwrap_or_default())?)
    }

    fn text(&mut self, ty: &Type<'_>, text: &Quoted<'_>) -> Result<(), Error> {
        let mut room = Vec::new();
        let bytes = text.bytes(&mut room)?;
        if bytes.contains(&0) {
            return Err(wanted::wrong_type(ty));
        }
        grow::append(self.out, bytes)?;
        let nul: &[u8] = if ty.has(type_flags::BARE) { &[] } else { &[0] };
        Ok(grow::append(self.out, nul)?)
    }

    fn binary(&mut self, ty: &Type<'_>, text: &Quoted<'_>) -> Result<(), Error> {
        if ty.hint().is_address() && text.raw.iter().any(|b| matches!(b, b'.' | b':')) {
            return self.address(ty, text);
        }
        self.digits(text).map_err(|e| if e.is_no_memory() { e } else { wanted::wrong_type(ty) })
    }

    fn address(&mut self, ty: &Type<'_>, text: &Quoted<'_>) -> Result<(), Error> {
        match ip::parse(text.raw).filter(|ip| ip.is_ipv4() || !is_number(ty.kind())) {
            Some(IpAddr::V4(ip)) => Ok(grow::append(self.out, &ip.octets())?),
            Some(IpAddr::V6(ip)) => Ok(grow::append(self.out, &ip.octets())?),
            None => Err(wanted::wrong_type(ty)),
        }
    }

    fn octets(&mut self, ty: &Type<'_>, reader: &mut Reader<'_>) -> Result<(), Error> {
        let mut first = true;
        while reader.element(&mut first)? {
            let Token::Number(n @ 0..=255) = reader.value()? else {
                return Err(wanted::wrong_type(ty));
            };
            grow::push(self.out, n as u8)?;
        }
        Ok(())
    }

    /// `hex:` and digits to base 16: whether it is that. Where the digits are none it is an error.
    pub(super) fn bare(&mut self, text: &Quoted<'_>) -> Result<bool, Error> {
        match text.raw.strip_prefix(b"hex:") {
            Some(digits) => self.hex(digits).map(|()| true),
            None => Ok(false),
        }
    }

    pub(super) fn digits(&mut self, text: &Quoted<'_>) -> Result<(), Error> {
        self.hex(text.raw.strip_prefix(b"hex:").unwrap_or(text.raw))
    }

    /// Two digits for each byte, and perhaps something between two bytes.
    fn hex(&mut self, mut text: &[u8]) -> Result<(), Error> {
        while let [high, low, rest @ ..] = text {
            let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) else { break };
            grow::push(self.out, high << 4 | low)?;
            text = match rest {
                [b':' | b'-' | b' ' | b'.', after @ ..] if !after.is_empty() => after,
                _ => rest,
            };
        }
        if text.is_empty() {
            Ok(())
        } else {
            Err(wanted::refusal("wanted digits to base 16, two for each byte"))
        }
    }

    /// `{"value": ..., "selector": ...}`, or the bits alone, all of which are meant.
    fn bitfield(
        &mut self,
        ty: &Type<'_>,
        token: Token<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let bits = ty.part();
        if token != Token::Object {
            let n = integer(&bits, token, reader)?;
            return self.number(&bits, n).and_then(|()| self.number(&bits, n));
        }
        let parts = [&b"value"[..], b"selector"].map(|name| find_key(*reader, name));
        for part in parts {
            let mut at = part.ok_or_else(|| wanted::wrong_type(ty))?;
            let token = at.value()?;
            let n = integer(&bits, token, &mut at)?;
            self.number(&bits, n)?;
        }
        let (mut first, mut keys) = (true, 0);
        while reader.key(&mut first)?.is_some() {
            (_, keys) = (reader.skip()?, u32::wrapping_add(keys, 1));
        }
        if keys == 2 { Ok(()) } else { Err(wanted::wrong_type(ty)) }
    }

    fn list(
        &mut self,
        scope: &Scope<'_, '_, '_>,
        ty: &Type<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<u16, Error> {
        let (element, mut first, mut index) = (ty.element(), true, 0u64);
        while reader.element(&mut first)? {
            self.value(scope, &element, reader).map_err(|e| e.under_index(index))?;
            index = index.wrapping_add(1);
        }
        Ok(0)
    }
}

/// Says what was given: the value at `at`, if it is one.
#[cold]
fn given(error: Error, at: Reader<'_>) -> Error {
    let mut end = at;
    if !error.is_no_memory() && end.skip().is_ok() { error.given(at.until(&end)) } else { error }
}

/// The number that a value is: itself, its name, or the names of its bits.
fn integer(ty: &Type<'_>, token: Token<'_>, reader: &mut Reader<'_>) -> Result<i128, Error> {
    let is_bits = ty.has(type_flags::BITS);
    match token {
        Token::Number(n) => Ok(n),
        Token::True => Ok(1),
        Token::False => Ok(0),
        Token::Text(text) if is_bits && !text.raw.is_empty() => {
            let mut parts = text.raw.split(|&b| b == b'|');
            parts.try_fold(0, |all, part| Ok(all | named(ty, part)?))
        }
        Token::Text(text) => named(ty, text.raw),
        Token::List if is_bits => {
            let (mut all, mut first) = (0, true);
            while reader.element(&mut first)? {
                all |= match reader.value()? {
                    Token::Number(n) => n,
                    Token::Text(text) => named(ty, text.raw)?,
                    _ => return Err(wanted::wrong_type(ty)),
                };
            }
            Ok(all)
        }
        _ => Err(wanted::wrong_type(ty)),
    }
}

/// The number that text is: the name of a value or of a bit, or digits.
fn named(ty: &Type<'_>, text: &[u8]) -> Result<i128, Error> {
    let value = ty.values().and_then(|names| names.value_of(text));
    let value = value.map(|value| match value {
        bit if ty.has(type_flags::BITS) => 1i128.wrapping_shl(bit as u32 & 63),
        value if ty.is_signed() => value.into(),
        value => (value as u64).into(),
    });
    value.or_else(|| parse(text)).ok_or_else(|| wanted::wrong_type(ty))
}
