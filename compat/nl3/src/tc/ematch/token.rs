// SPDX-License-Identifier: MIT OR Apache-2.0
//! The words, numbers and signs of matches written as text.

use super::meta::{IDS, SK_BOUND_IF};
use super::{REL_AND, REL_OR};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    End,
    Number(u64),
    Align(u16),
    Layer(u8),
    Operand(u8),
    Logic(u16),
    Meta(u16, &'static str),
    Not,
    Mask,
    Shift,
    Word(&'a [u8]),
    Quoted(&'a [u8]),
    /// A word or a sign that stands for itself.
    Sign(&'static str),
}

/// Words, in whatever case, and what they are.
const WORDS: [(&str, Token); 22] = [
    ("u8", Token::Align(1)),
    ("u16", Token::Align(2)),
    ("u32", Token::Align(4)),
    ("link", Token::Layer(0)),
    ("eth", Token::Layer(0)),
    ("net", Token::Layer(1)),
    ("ip", Token::Layer(1)),
    ("ip6", Token::Layer(1)),
    ("transport", Token::Layer(2)),
    ("tcp", Token::Layer(2)),
    ("and", Token::Logic(REL_AND)),
    ("or", Token::Logic(REL_OR)),
    ("not", Token::Not),
    ("!", Token::Not),
    ("mask", Token::Mask),
    ("at", Token::Sign("at")),
    ("cmp", Token::Sign("cmp")),
    ("pattern", Token::Sign("pattern")),
    ("text", Token::Sign("text")),
    ("meta", Token::Sign("meta")),
    ("from", Token::Sign("from")),
    ("to", Token::Sign("to")),
];

/// Words in small letters alone.
const SMALL: [(&str, Token); 4] = [
    ("eq", Token::Operand(0)),
    ("gt", Token::Operand(1)),
    ("lt", Token::Operand(2)),
    ("sk_bound_if", Token::Meta(SK_BOUND_IF, "sk_bound_if")),
];

/// Signs, the longer ones first.
const SIGNS: [(&str, Token); 10] = [
    ("&&", Token::Logic(REL_AND)),
    ("||", Token::Logic(REL_OR)),
    (">>", Token::Shift),
    ("&", Token::Mask),
    ("=", Token::Operand(0)),
    (">", Token::Operand(1)),
    ("<", Token::Operand(2)),
    ("(", Token::Sign("(")),
    (")", Token::Sign(")")),
    ("+", Token::Sign("+")),
];

impl Token<'_> {
    /// What messages call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Token::End => "end of file",
            Token::Number(_) => "NUMBER",
            Token::Align(_) => "ALIGN",
            Token::Layer(_) => "LAYER",
            Token::Operand(0) => "=",
            Token::Operand(1) => ">",
            Token::Operand(_) => "<",
            Token::Logic(_) => "LOGIC",
            Token::Meta(_, name) => name,
            Token::Not => "NOT",
            Token::Mask => "mask",
            Token::Shift => ">>",
            Token::Word(_) => "STR",
            Token::Quoted(_) => "QUOTED",
            Token::Sign(sign) => sign,
        }
    }
}

/// A number as strtoul reads it, of which 32 bits count.
fn number(word: &[u8]) -> Option<u64> {
    let hex = word.strip_prefix(b"0x").or_else(|| word.strip_prefix(b"0X"));
    let (digits, radix) = match (hex, word) {
        (Some(digits), _) => (digits, 16),
        (_, [b'0', octal @ ..]) if !octal.is_empty() => (octal, 8),
        _ => (word, 10),
    };
    let digit = |b: &u8| char::from(*b).to_digit(radix.max(10));
    if digits.is_empty() || !digits.iter().all(|b| digit(b).is_some()) {
        return None;
    }
    // Digits that are not octal end an octal number.
    let mut valid = digits.iter().map_while(|b| char::from(*b).to_digit(radix));
    let sum =
        valid.try_fold(0u64, |sum, digit| sum.checked_mul(radix.into())?.checked_add(digit.into()));
    let sum = sum.unwrap_or(u64::MAX);
    Some(u64::from(sum as u32))
}

fn word(text: &[u8]) -> Token<'_> {
    let same = |name: &str| name.as_bytes().eq_ignore_ascii_case(text);
    let small = SMALL.iter().find(|(name, _)| name.as_bytes() == text);
    if let Some((_, token)) = small.or_else(|| WORDS.iter().find(|(name, _)| same(name))) {
        return *token;
    }
    if let Some((id, name)) = IDS.pairs().find(|(_, name)| name.to_bytes() == text) {
        return Token::Meta(id as u16, name.to_str().unwrap_or_default());
    }
    number(text).map_or(Token::Word(text), Token::Number)
}

/// What is left of a text.
pub(super) struct Tokens<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    fn split(&mut self, at: usize) -> &'a [u8] {
        let (first, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, &[]));
        self.rest = rest;
        first
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Token<'a> {
        self.skip_blanks();
        if self.rest.is_empty() {
            return Token::End;
        }
        if let Some(inside) = self.rest.strip_prefix(b"\"") {
            let Some(end) = inside.iter().position(|&b| b == b'"') else {
                // A text that does not end is none.
                self.rest = &[];
                return Token::End;
            };
            let quoted = self.split(end + 2);
            return Token::Quoted(quoted.get(1..=end).unwrap_or_default());
        }
        if let Some((sign, token)) =
            SIGNS.iter().find(|(sign, _)| self.rest.starts_with(sign.as_bytes()))
        {
            self.split(sign.len());
            return *token;
        }
        let end = |b: &u8| b.is_ascii_whitespace() || b"+()=<>&|\"".contains(b);
        let len = self.rest.iter().position(end).unwrap_or(self.rest.len());
        word(self.split(len.max(1)))
    }

    /// Goes past what stands for nothing, a bar alone too.
    fn skip_blanks(&mut self) {
        loop {
            let blank = self.rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.split(blank);
            if self.rest.first() != Some(&b'|') || self.rest.starts_with(b"||") {
                break;
            }
            self.split(1);
        }
    }
}
