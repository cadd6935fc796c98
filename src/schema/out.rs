// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writing JSON, or the same in a form for people, into memory that may run out.

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;

/// Longer bytes are cut where people read them.
const READABLE: usize = 64;

/// The text so far. What fails for lack of memory is remembered, and told by [`Out::finish`].
pub(super) struct Out<'o> {
    buf: &'o mut Vec<u8>,
    /// For people: keys and names without quotes, a space behind commas and colons, long bytes cut.
    readable: bool,
    /// Whether the next thing is the first of its object or list.
    fresh: bool,
    failed: bool,
}

impl<'o> Out<'o> {
    pub(super) fn json(buf: &'o mut Vec<u8>) -> Self {
        Out { buf, readable: false, fresh: true, failed: false }
    }

    pub(super) fn readable(buf: &'o mut Vec<u8>) -> Self {
        Out { buf, readable: true, fresh: true, failed: false }
    }

    pub(super) fn finish(self) -> Result<(), Fault> {
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
            self.raw(if self.readable { b", " } else { b"," });
        }
        self.fresh = false;
    }

    pub(super) fn open(&mut self, bracket: u8) {
        self.value();
        self.byte(bracket);
        self.fresh = true;
    }

    pub(super) fn close(&mut self, bracket: u8) {
        self.byte(bracket);
        self.fresh = false;
    }

    /// Begins a key; [`Out::key_end`] ends it.
    pub(super) fn key_start(&mut self) {
        self.value();
        if !self.readable {
            self.byte(b'"');
        }
    }

    pub(super) fn key_end(&mut self) {
        self.raw(if self.readable { b": " } else { b"\":" });
        self.fresh = true;
    }

    /// A key, of characters that need no escape.
    pub(super) fn key(&mut self, name: &[u8]) -> &mut Self {
        self.key_start();
        self.raw(name);
        self.key_end();
        self
    }

    /// A word as a value: `true`, `null`.
    pub(super) fn word(&mut self, word: &[u8]) {
        self.value();
        self.raw(word);
    }

    /// A name of the pack as a value.
    pub(super) fn name(&mut self, name: &[u8]) {
        self.quote_start();
        self.raw(name);
        self.quote_end();
    }

    /// Begins a string of characters that need no escape, and for people no quotes.
    pub(super) fn quote_start(&mut self) {
        self.value();
        if !self.readable {
            self.byte(b'"');
        }
    }

    pub(super) fn quote_end(&mut self) {
        if !self.readable {
            self.byte(b'"');
        }
    }

    pub(super) fn number(&mut self, n: i128) {
        self.value();
        self.digits(n);
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
        let shown = if self.readable { bytes.len().min(READABLE) } else { bytes.len() };
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
