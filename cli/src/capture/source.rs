// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bytes of a capture, looked at before they are taken, from a file or from a pipe that is still written.

use std::io::{self, Read};

/// No block or packet is longer: what says so is damaged.
pub const LONGEST: usize = 64 << 20;

/// How much is asked for at a time.
const CHUNK: u64 = 64 << 10;

/// Input that can be looked ahead into.
pub struct Source {
    input: Box<dyn Read>,
    held: Vec<u8>,
    at: usize,
    /// Bytes that came before `held`.
    passed: u64,
}

impl Source {
    pub fn new(input: Box<dyn Read>) -> Self {
        Source { input, held: Vec::new(), at: 0, passed: 0 }
    }

    /// The next `len` bytes; fewer at the end of the input.
    pub fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        while self.held.len() - self.at < len && self.fill()? {}
        let rest = self.held.get(self.at..).unwrap_or_default();
        Ok(rest.get(..len).unwrap_or(rest))
    }

    /// Reads what there is, at most a chunk. `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.passed += self.at as u64;
        self.held.drain(..self.at);
        self.at = 0;
        let before = self.held.len();
        let mut chunk = [0; CHUNK as usize];
        let got = loop {
            match self.input.read(&mut chunk) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                got => break got?,
            }
        };
        self.held.extend(chunk.iter().take(got));
        Ok(self.held.len() > before)
    }

    /// Takes `len` bytes that have been looked at.
    pub fn skip(&mut self, len: usize) {
        self.at = (self.at + len).min(self.held.len());
    }

    /// Where the next byte stands in the input.
    pub fn position(&self) -> u64 {
        self.passed + self.at as u64
    }

    /// Takes a line, without its end. `None` at the end of the input.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        let mut looked = 0;
        let end = loop {
            let rest = self.held.get(self.at + looked..).unwrap_or_default();
            match rest.iter().position(|&b| b == b'\n') {
                Some(n) => break looked + n,
                None => looked += rest.len(),
            }
            if looked > LONGEST || !self.fill()? {
                break looked;
            }
        };
        let line = String::from_utf8_lossy(self.peek(end)?).into_owned();
        let is_end = end == 0 && self.peek(1)?.is_empty();
        self.skip(end + 1);
        Ok(if is_end { None } else { Some(line.trim_end_matches('\r').to_owned()) })
    }
}

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Big,
    Little,
}

impl Order {
    /// The number at `at`; what lies beyond the end counts as zero.
    pub fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let number = word(bytes, at);
        if self == Order::Big { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) }
    }

    /// As [`Order::u16`].
    pub fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let number = word(bytes, at);
        if self == Order::Big { u32::from_be_bytes(number) } else { u32::from_le_bytes(number) }
    }
}

fn word<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}
