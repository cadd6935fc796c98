// SPDX-License-Identifier: MIT OR Apache-2.0
//! How single values are shown.

use super::decode::Decoder;
use super::encode;
use super::format::{Hint, Kind, type_flags};
use super::level::Level;
use super::out::Out;
use super::types::{Enum, Type};
use super::value::{address, text_of, whole_text_of, write_address};

impl Decoder<'_, '_> {
    /// A value of type `ty`, or its bytes where they are none.
    pub(super) fn leaf<'a>(&mut self, ty: &Type<'a>, bytes: &[u8], level: &Level<'_, 'a, '_>) {
        // What most values are is shown without detours.
        if let Some(n) = ty.number(bytes).filter(|_| ty.is_bare() && !self.exact) {
            return self.out.number(n);
        }
        let (start, fresh) = (self.out.len(), self.out.is_fresh());
        let fits = self.natural(ty, bytes, level);
        let gives = |out: &Out<'_>| encode::gives_leaf(ty, out.since(start), bytes);
        if !fits || (self.exact && !self.out.sure(gives(self.out))) {
            self.out.take_back(start, fresh);
            self.out.unfit(bytes);
        }
    }

    /// Whether the bytes were such a value; if not, what was written is to be taken back.
    fn natural<'a>(&mut self, ty: &Type<'a>, bytes: &[u8], level: &Level<'_, 'a, '_>) -> bool {
        match ty.kind() {
            Kind::Flag if bytes.is_empty() => self.out.word(b"true"),
            Kind::Bitfield32 => return self.bitfield(ty, bytes),
            Kind::Text => return self.text(bytes),
            Kind::Binary | Kind::Pad => return self.binary(ty, bytes, level),
            Kind::Struct => {
                return ty.set().is_some_and(|set| self.structure(set, bytes, level));
            }
            Kind::List => return self.list(ty, bytes, level),
            _ => match ty.number(bytes) {
                Some(n) => self.number(ty, n, bytes),
                None => return false,
            },
        }
        true
    }

    fn number(&mut self, ty: &Type<'_>, n: i128, bytes: &[u8]) {
        match (ty.values(), ty.hint()) {
            (Some(names), _) if ty.has(type_flags::BITS) => self.bits(names, n),
            (Some(names), _) => match names.name_of(n as i64) {
                Some(name) => self.out.name(name),
                None => self.out.number(n),
            },
            (None, Hint::Hex) => {
                self.out.quote_start();
                self.out.raw(b"0x").hex_digits(n as u64);
                self.out.quote_end();
            }
            (None, Hint::Ipv4 | Hint::Ipv6 | Hint::Ip) if bytes.len() == 4 => {
                _ = self.address(bytes, None);
            }
            _ => self.out.number(n),
        }
    }

    /// The names of the bits that are set, then those without a name as one number.
    fn bits(&mut self, names: Enum<'_>, n: i128) {
        let mut left = n as u64;
        self.out.open(b'[');
        for (name, bit) in names.entries() {
            let mask = u32::try_from(bit).ok().and_then(|bit| 1u64.checked_shl(bit)).unwrap_or(0);
            if left & mask != 0 {
                self.out.name(name);
                left &= !mask;
            }
        }
        if left != 0 {
            self.out.number(left.into());
        }
        self.out.close(b']');
    }

    fn bitfield(&mut self, ty: &Type<'_>, bytes: &[u8]) -> bool {
        let Some((value, selector)) = bytes.split_at_checked(4).filter(|_| bytes.len() == 8) else {
            return false;
        };
        self.out.open(b'{');
        let part = ty.part();
        for (key, bytes) in [(&b"value"[..], value), (b"selector", selector)] {
            self.out.key(key);
            self.number(&part, part.number(bytes).unwrap_or(0), bytes);
        }
        self.out.close(b'}');
        true
    }

    fn text(&mut self, bytes: &[u8]) -> bool {
        // What begins with NUL is all of it: the name of an abstract socket.
        let text = if bytes.starts_with(&[0]) { whole_text_of(bytes) } else { text_of(bytes) };
        let text = core::str::from_utf8(text).ok().filter(|t| !t.starts_with("hex:"));
        text.map(|text| self.out.string(text)).is_some()
    }

    fn binary<'a>(&mut self, ty: &Type<'a>, bytes: &[u8], level: &Level<'_, 'a, '_>) -> bool {
        match ty.hint() {
            Hint::Ipv4 | Hint::Ipv6 | Hint::Ip => {
                let family = level.find(ty.selector()).and_then(|(ty, bytes)| ty.number(bytes));
                return self.address(bytes, family);
            }
            Hint::Mac | Hint::Fddi => self.bytes(bytes, b':'),
            Hint::Hex => self.bytes(bytes, b' '),
            Hint::Uuid if bytes.len() == 16 => self.uuid(bytes),
            _ => self.bytes(bytes, 0),
        }
        true
    }

    /// Bytes as a string of digits to base 16.
    pub(super) fn bytes(&mut self, bytes: &[u8], between: u8) {
        self.out.quote_start();
        self.out.hex(bytes, between);
        self.out.quote_end();
    }

    fn address(&mut self, bytes: &[u8], family: Option<i128>) -> bool {
        let Some(ip) = address(bytes, family) else { return false };
        self.out.quote_start();
        write_address(self.out, ip);
        self.out.quote_end();
        true
    }

    fn uuid(&mut self, bytes: &[u8]) {
        self.out.quote_start();
        for range in [0..4, 4..6, 6..8, 8..10, 10..16] {
            if range.start > 0 {
                self.out.raw(b"-");
            }
            self.out.hex(bytes.get(range).unwrap_or_default(), 0);
        }
        self.out.quote_end();
    }

    fn list<'a>(&mut self, ty: &Type<'a>, bytes: &[u8], level: &Level<'_, 'a, '_>) -> bool {
        let element = ty.element();
        if element.kind() == Kind::Text {
            return self.texts(&element, bytes, level);
        }
        let width = element.width();
        if bytes.len().checked_rem(width) != Some(0) {
            return false;
        }
        self.out.open(b'[');
        bytes.chunks(width.max(1)).for_each(|piece| self.leaf(&element, piece, level));
        self.out.close(b']');
        true
    }

    /// Strings one after the other, each with its NUL.
    fn texts<'a>(&mut self, ty: &Type<'a>, bytes: &[u8], level: &Level<'_, 'a, '_>) -> bool {
        self.out.open(b'[');
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|&b| b == 0).map_or(rest.len(), |at| at.wrapping_add(1));
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            self.leaf(ty, piece, level);
            rest = after;
        }
        self.out.close(b']');
        true
    }
}
