// SPDX-License-Identifier: MIT OR Apache-2.0
//! Text that is built without `core::fmt` (its machinery is half a small library) and without aborting
//! when memory runs out.

#![forbid(unsafe_code)]

use alloc::string::String;
use alloc::vec::Vec;

use crate::grow;

/// A string under construction. `None` at the end means that memory ran out.
#[derive(Debug, Default)]
pub(crate) struct Text {
    buf: Vec<u8>,
    failed: bool,
}

impl Text {
    /// A copy of `s`.
    pub(crate) fn of(s: &str) -> Option<String> {
        let mut text = Text::default();
        text.str(s);
        text.finish()
    }

    /// A copy of bytes that someone else wrote: what is not UTF-8 ends the text.
    pub(crate) fn of_bytes(b: &[u8]) -> Option<String> {
        let mut text = Text::default();
        text.bytes(b);
        text.finish()
    }

    #[inline(never)]
    pub(crate) fn str(&mut self, s: &str) -> &mut Self {
        self.failed |= grow::append(&mut self.buf, s.as_bytes()).is_err();
        self
    }

    pub(crate) fn num(&mut self, n: u64) -> &mut Self {
        let mut digits = [0u8; 20];
        let text = decimal(n, &mut digits);
        self.str(text)
    }

    pub(crate) fn signed(&mut self, n: i128) -> &mut Self {
        self.str(if n < 0 { "-" } else { "" }).num(n.unsigned_abs() as u64)
    }

    /// Appends bytes that someone else wrote, up to the first that is not UTF-8.
    pub(crate) fn bytes(&mut self, b: &[u8]) -> &mut Self {
        let text = match core::str::from_utf8(b) {
            Ok(text) => text,
            Err(e) => {
                b.get(..e.valid_up_to()).and_then(|b| core::str::from_utf8(b).ok()).unwrap_or("")
            }
        };
        self.str(text)
    }

    pub(crate) fn finish(self) -> Option<String> {
        if self.failed { None } else { String::from_utf8(self.buf).ok() }
    }
}

fn decimal(mut n: u64, digits: &mut [u8; 20]) -> &str {
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (n % 10) as u8;
        n /= 10;
        used += 1;
        if n == 0 {
            break;
        }
    }
    digits.get(20 - used..).and_then(|d| core::str::from_utf8(d).ok()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn numbers_are_written_in_full() {
        for n in [0, 7, 10, 4096, u64::MAX] {
            let mut text = Text::default();
            text.num(n);
            assert_eq!(text.finish().unwrap(), n.to_string());
        }
    }

    #[test]
    fn foreign_bytes_end_where_they_stop_being_text() {
        assert_eq!(Text::of_bytes(b"ab\xff\xfecd").unwrap(), "ab");
    }
}
