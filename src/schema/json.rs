// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading JSON piece by piece: exact integers, no recursion, nothing allocated. What is skipped is
//! looked at only as far as needed to find its end; whoever reads all of a text sees all of its faults.

use alloc::vec::Vec;

use super::value;
use crate::error::Error;
use crate::grow;
use crate::text::Text;
use crate::uapi::errno;
use crate::wire::hex_value;

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'j> {
    text: &'j [u8],
    at: usize,
}

/// A string as it stands in the text, without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoted<'j> {
    pub(super) raw: &'j [u8],
    escaped: bool,
}

/// A value, or the start of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'j> {
    Null,
    True,
    False,
    Number(i128),
    Text(Quoted<'j>),
    Object,
    List,
}

impl<'j> Reader<'j> {
    pub(super) fn new(text: &'j [u8]) -> Self {
        Reader { text, at: 0 }
    }

    /// What stands between here and `end`.
    pub(super) fn until(&self, end: &Reader<'j>) -> &'j [u8] {
        self.text.get(self.at..end.at).unwrap_or_default()
    }

    /// The whole text is one value, which was read.
    pub(super) fn end(mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("the end")),
        }
    }

    pub(super) fn wrong(&self, wanted: &str) -> Error {
        let mut text = Text::default();
        text.str("not JSON at offset ").num(self.at as u64).str(": wanted ").str(wanted);
        Error::local(errno::EINVAL, "", text.finish())
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_space = |b: &&u8| matches!(**b, b' ' | b'\t' | b'\n' | b'\r');
        self.at = self.at.saturating_add(rest.iter().take_while(is_space).count());
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at = self.at.saturating_add(usize::from(is));
        is
    }

    /// The next value; of an object or a list, its bracket.
    pub(super) fn value(&mut self) -> Result<Token<'j>, Error> {
        match self.peek() {
            Some(b'{') => self.bracket(Token::Object),
            Some(b'[') => self.bracket(Token::List),
            Some(b'"') => self.string().map(Token::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            _ => self.word(),
        }
    }

    fn bracket(&mut self, token: Token<'j>) -> Result<Token<'j>, Error> {
        self.at = self.at.saturating_add(1);
        Ok(token)
    }

    fn word(&mut self) -> Result<Token<'j>, Error> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let words = [(&b"null"[..], Token::Null), (b"true", Token::True), (b"false", Token::False)];
        for (word, token) in words {
            if rest.starts_with(word) {
                self.at = self.at.saturating_add(word.len());
                return Ok(token);
            }
        }
        Err(self.wrong("a value"))
    }

    fn number(&mut self) -> Result<i128, Error> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |b: &&u8| matches!(**b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let digits = rest.get(..rest.iter().take_while(is_part).count()).unwrap_or_default();
        let zeros = matches!(digits, [b'0', _, ..] | [b'-', b'0', _, ..]);
        let n = value::parse(digits).filter(|n| !zeros && *n >= i64::MIN.into());
        let Some(n) = n else {
            return Err(self.wrong("an integer of at most 64 bits"));
        };
        self.at = self.at.saturating_add(digits.len());
        Ok(n)
    }

    fn string(&mut self) -> Result<Quoted<'j>, Error> {
        let start = self.at.saturating_add(1);
        let mut escaped = false;
        let mut rest = self.text.get(start..).unwrap_or_default().iter();
        while let Some(&byte) = rest.next() {
            match byte {
                b'"' => {
                    let end = self.text.len().wrapping_sub(rest.len()).wrapping_sub(1);
                    self.at = end.wrapping_add(1);
                    return Ok(Quoted {
                        raw: self.text.get(start..end).unwrap_or_default(),
                        escaped,
                    });
                }
                b'\\' => {
                    escaped = true;
                    rest.next();
                }
                0..b' ' => break,
                _ => {}
            }
        }
        Err(self.wrong("a string that ends, control characters escaped"))
    }

    /// The next key of an object, `None` at its end. `first`: none was read yet.
    pub(super) fn key(&mut self, first: &mut bool) -> Result<Option<Quoted<'j>>, Error> {
        if !self.another(b'}', first)? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a key in quotes"));
        }
        let key = self.string()?;
        if !self.take(b':') {
            return Err(self.wrong("a colon"));
        }
        Ok(Some(key))
    }

    /// Whether there is one more element of a list.
    pub(super) fn element(&mut self, first: &mut bool) -> Result<bool, Error> {
        self.another(b']', first)
    }

    fn another(&mut self, close: u8, first: &mut bool) -> Result<bool, Error> {
        let was_first = core::mem::replace(first, false);
        if self.take(close) {
            return Ok(false);
        }
        if !was_first && !self.take(b',') {
            return Err(self.wrong("a comma or the closing bracket"));
        }
        Ok(true)
    }

    /// Goes behind the next value.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let mut depth = 0usize;
        loop {
            match self.peek() {
                Some(b'}' | b']' | b',' | b':') if depth > 0 => {
                    let closes = matches!(self.peek(), Some(b'}' | b']'));
                    depth = depth.wrapping_sub(usize::from(closes));
                    self.at = self.at.wrapping_add(1);
                }
                _ => match self.value()? {
                    Token::Object | Token::List => depth = depth.wrapping_add(1),
                    _ => {}
                },
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

impl<'j> Quoted<'j> {
    /// Its bytes: as they stand, or in `room` where escapes had to be read.
    pub(super) fn bytes<'x>(&self, room: &'x mut Vec<u8>) -> Result<&'x [u8], Error>
    where
        'j: 'x,
    {
        if !self.escaped {
            return Ok(self.raw);
        }
        room.clear();
        let mut rest = self.raw;
        while let Some(at) = rest.iter().position(|&b| b == b'\\') {
            grow::append(room, rest.get(..at).unwrap_or_default())?;
            let (c, after) = escape(rest.get(at.saturating_add(1)..).unwrap_or_default())
                .ok_or_else(|| self.wrong())?;
            grow::append(room, c.encode_utf8(&mut [0; 4]).as_bytes())?;
            rest = after;
        }
        grow::append(room, rest)?;
        Ok(room)
    }

    fn wrong(&self) -> Error {
        let mut text = Text::default();
        text.str("no such escape in \"").bytes(self.raw).str("\"");
        Error::local(errno::EINVAL, "", text.finish())
    }
}

/// The character of an escape, the backslash left out, and what follows it.
fn escape(text: &[u8]) -> Option<(char, &[u8])> {
    let (&kind, rest) = text.split_first()?;
    let plain = match kind {
        b'"' | b'\\' | b'/' => kind,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode(rest),
        _ => return None,
    };
    Some((plain.into(), rest))
}

/// Four digits, or twice four with a `\u` between for what lies beyond the first 65536 characters.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let (high, rest) = unit(text)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, rest));
    }
    let (low, rest) = unit(rest.strip_prefix(br"\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    let c = (high & 0x3ff).wrapping_shl(10).wrapping_add(low).wrapping_add(0x10000);
    Some((char::from_u32(c)?, rest))
}

fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let add = |n: u32, d: &u8| Some(n << 4 | u32::from(hex_value(*d)?));
    Some((digits.iter().try_fold(0, add)?, rest))
}
