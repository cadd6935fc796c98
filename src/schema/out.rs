// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writing JSON, the same in a form for people, or a pickle, into memory that may run out.

use alloc::vec::Vec;

use super::pickle::{self, Memo};
use crate::error::Fault;
use crate::grow;

/// Longer bytes are cut where people read them.
const READABLE: usize = 64;

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Json,
    /// For people: keys and names without quotes, a space behind commas and colons, long bytes cut.
    Readable,
    Pickle,
}

/// The text so far. What fails for lack of memory is remembered, and told by [`Out::finish`].
pub(crate) struct Out<'o> {
    buf: &'o mut Vec<u8>,
    style: Style,
    /// Whether the next thing is the first of its object or list.
    fresh: bool,
    failed: bool,
    /// The names that a pickle has, and where the text begins that is being written.
    memo: Memo,
    text: usize,
}

impl<'o> Out<'o> {
    pub(super) fn new(style: Style, buf: &'o mut Vec<u8>) -> Self {
        let memo = Memo::default();
        let mut out = Out { buf, style, fresh: true, failed: false, memo, text: 0 };
        if style == Style::Pickle {
            out.raw(&pickle::START);
        }
        out
    }

    pub(super) fn json(buf: &'o mut Vec<u8>) -> Self {
        Out::new(Style::Json, buf)
    }

    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        if self.style == Style::Pickle {
            self.byte(pickle::STOP);
        }
        if self.failed { Err(Fault::NoMemory) } else { Ok(()) }
    }

    /// An answer for which there may have been no memory.
    pub(super) fn sure(&mut self, answer: Result<bool, Fault>) -> bool {
        self.failed |= answer.is_err();
        answer.unwrap_or(false)
    }

    pub(super) fn len(&self) -> usize {
        self.buf.len()
    }

    /// What was written since `start`.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        self.buf.get(start..).unwrap_or_default()
    }

    /// Whether what comes next is the first of its object or list.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Takes back what was written since `start`, when it was `fresh`.
    pub(super) fn take_back(&mut self, start: usize, fresh: bool) {
        self.buf.truncate(start);
        self.fresh = fresh;
    }

    #[inline(never)]
    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.failed |= grow::append(self.buf, bytes).is_err();
        self
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.failed |= grow::push(self.buf, byte).is_err();
    }

    /// Begins a value: a comma, unless it is the first or follows its key.
    #[inline]
    fn value(&mut self) {
        if !self.fresh {
            match self.style {
                Style::Json => self.byte(b','),
                Style::Readable => _ = self.raw(b", "),
                Style::Pickle => {}
            }
        }
        self.fresh = false;
    }

    pub(crate) fn open(&mut self, bracket: u8) {
        self.value();
        match self.style {
            Style::Pickle => _ = self.raw(pickle::open(bracket)),
            _ => self.byte(bracket),
        }
        self.fresh = true;
    }

    pub(crate) fn close(&mut self, bracket: u8) {
        let pickled = self.style == Style::Pickle;
        self.byte(if pickled { pickle::close(bracket) } else { bracket });
        self.fresh = false;
    }

    /// Begins a key; [`Out::key_end`] ends it.
    pub(super) fn key_start(&mut self) {
        self.quote_start();
    }

    pub(super) fn key_end(&mut self) {
        match self.style {
            Style::Json => _ = self.raw(b"\":"),
            Style::Readable => _ = self.raw(b": "),
            Style::Pickle => self.quote_end(),
        }
        self.fresh = true;
    }

    /// A key, of characters that need no escape.
    pub(crate) fn key(&mut self, name: &[u8]) -> &mut Self {
        if self.style == Style::Pickle {
            self.known(name);
        } else {
            self.key_start();
            self.raw(name);
            self.key_end();
        }
        self
    }

    /// A word as a value: `true`, `null`.
    pub(crate) fn word(&mut self, word: &[u8]) {
        self.value();
        match self.style {
            Style::Pickle => self.byte(pickle::word(word)),
            _ => _ = self.raw(word),
        }
    }

    /// A name of the pack as a value.
    pub(crate) fn name(&mut self, name: &[u8]) {
        if self.style == Style::Pickle {
            return self.known(name);
        }
        self.quote_start();
        self.raw(name);
        self.quote_end();
    }

    /// A name in a pickle, which has most of them once.
    fn known(&mut self, name: &[u8]) {
        self.failed |= self.memo.write(name, self.buf).is_err();
    }

    /// Begins a string of characters that need no escape, and for people no quotes.
    pub(super) fn quote_start(&mut self) {
        self.value();
        match self.style {
            Style::Json => self.byte(b'"'),
            Style::Readable => {}
            Style::Pickle => {
                self.raw(&pickle::TEXT);
                self.text = self.buf.len();
            }
        }
    }

    pub(super) fn quote_end(&mut self) {
        match self.style {
            Style::Json => self.byte(b'"'),
            Style::Readable => {}
            Style::Pickle => pickle::end_text(self.buf, self.text),
        }
    }

    pub(super) fn number(&mut self, n: i128) {
        self.value();
        match self.style {
            Style::Pickle => self.failed |= pickle::number(n, self.buf).is_err(),
            _ => _ = self.digits(n),
        }
    }

    /// A number without what goes before a value.
    pub(super) fn digits(&mut self, n: i128) -> &mut Self {
        let mut digits = [0u8; 21];
        let (mut left, mut used) = (n.unsigned_abs() as u64, 0usize);
        for slot in digits.iter_mut().rev() {
            *slot = b'0' | (left % 10) as u8;
            left /= 10;
            used = used.wrapping_add(1);
            if left == 0 {
                break;
            }
        }
        if n < 0 {
            self.byte(b'-');
        }
        self.raw(digits.get(digits.len().wrapping_sub(used)..).unwrap_or_default())
    }

    /// Digits of a number to base 16, without leading zeros.
    pub(super) fn hex_digits(&mut self, n: u64) {
        let first = (n | 1).leading_zeros() / 4;
        for place in first..16 {
            self.byte(nibble((n >> (60u32.wrapping_sub(place.wrapping_mul(4)))) as u8));
        }
    }

    /// Bytes as digits to base 16, with `between` between each two bytes if that is not 0.
    pub(super) fn hex(&mut self, bytes: &[u8], between: u8) {
        let shown =
            if self.style == Style::Readable { bytes.len().min(READABLE) } else { bytes.len() };
        for (n, byte) in bytes.iter().take(shown).enumerate() {
            if n > 0 && between != 0 {
                self.byte(between);
            }
            self.byte(nibble(byte >> 4));
            self.byte(nibble(*byte));
        }
        if shown < bytes.len() {
            self.raw(b"...");
        }
    }

    /// A value that does not fit its type.
    pub(super) fn unfit(&mut self, bytes: &[u8]) {
        self.quote_start();
        self.raw(b"hex:");
        self.hex(bytes, 0);
        self.quote_end();
    }

    /// A string: quotes, backslashes and control characters are escaped.
    pub(super) fn string(&mut self, text: &str) {
        if self.style == Style::Pickle {
            self.quote_start();
            self.raw(text.as_bytes());
            return self.quote_end();
        }
        self.value();
        self.byte(b'"');
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let plain = rest.iter().position(|&b| needs_escape(b)).unwrap_or(rest.len());
            let (piece, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            self.raw(piece);
            rest = after;
            if let Some((&byte, after)) = rest.split_first() {
                self.escape(byte);
                rest = after;
            }
        }
        self.byte(b'"');
    }

    fn escape(&mut self, byte: u8) {
        self.byte(b'\\');
        match byte {
            b'\n' => self.byte(b'n'),
            b'\t' => self.byte(b't'),
            b'"' | b'\\' => self.byte(byte),
            _ => {
                self.raw(b"u00");
                self.hex(&[byte], 0);
            }
        }
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\' || byte == 0x7f
}

fn nibble(value: u8) -> u8 {
    let value = value & 15;
    if value < 10 { b'0' | value } else { value.wrapping_add(b'a'.wrapping_sub(10)) }
}
