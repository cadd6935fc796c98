// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads what is written into pickles, as strictly as it is written.

use serde_json::{Map, Value};

/// The value that a whole pickle is; what is wrong with it otherwise.
pub(crate) fn unpickled(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { rest: bytes, stack: Vec::new(), marks: Vec::new(), memo: Vec::new() };
    let said = reader.value();
    said.map_err(|what| format!("{what} at byte {}", bytes.len() - reader.rest.len()))
}

struct Reader<'b> {
    rest: &'b [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<(u32, Value)>,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn small(&mut self) -> Result<u32, String> {
        self.take::<1>().map(|[n]| n.into())
    }

    fn large(&mut self) -> Result<u32, String> {
        self.take().map(u32::from_le_bytes)
    }

    fn value(&mut self) -> Result<Value, String> {
        if self.take()? != [0x80, 2] {
            return Err("it does not say protocol 2".into());
        }
        loop {
            match self.take()? {
                [b'.'] => break,
                [word] => self.step(word)?,
            }
        }
        match (self.stack.pop(), self.stack.len(), self.rest.len(), self.marks.len()) {
            (Some(value), 0, 0, 0) => Ok(value),
            _ => Err("something is left over".into()),
        }
    }

    fn step(&mut self, word: u8) -> Result<(), String> {
        let value = match word {
            b'}' => Value::Object(Map::new()),
            b']' => Value::Array(Vec::new()),
            b'(' => {
                self.marks.push(self.stack.len());
                return Ok(());
            }
            b'u' | b'e' => return self.filled(word),
            b'K' => self.small()?.into(),
            b'M' => u16::from_le_bytes(self.take()?).into(),
            b'J' => (self.large()? as i32).into(),
            0x8a => self.long()?,
            0x88 => true.into(),
            0x89 => false.into(),
            b'N' => Value::Null,
            b'X' => self.text()?,
            b'h' => self.known(|reader| reader.small())?,
            b'j' => self.known(|reader| reader.large())?,
            b'q' => return self.remember(|reader| reader.small()),
            b'r' => return self.remember(|reader| reader.large()),
            _ => return Err(format!("no such word: {word:#x}")),
        };
        self.stack.push(value);
        Ok(())
    }

    fn long(&mut self) -> Result<Value, String> {
        let [9, low @ .., sign] = self.take::<10>()? else { return Err("not 9 bytes".into()) };
        let low = u64::from_le_bytes(low);
        match sign {
            0 => Ok(low.into()),
            0xff => Ok((low as i64).into()),
            _ => Err("more than 64 bits".into()),
        }
    }

    fn text(&mut self) -> Result<Value, String> {
        let len = self.large()? as usize;
        let (text, rest) = self.rest.split_at_checked(len).ok_or("the text is cut")?;
        self.rest = rest;
        Ok(std::str::from_utf8(text).map_err(|e| e.to_string())?.into())
    }

    fn known(
        &mut self,
        number: impl Fn(&mut Self) -> Result<u32, String>,
    ) -> Result<Value, String> {
        let number = number(self)?;
        let found = self.memo.iter().find(|(known, _)| *known == number);
        found.map(|(_, value)| value.clone()).ok_or(format!("nothing has number {number}"))
    }

    fn remember(
        &mut self,
        number: impl Fn(&mut Self) -> Result<u32, String>,
    ) -> Result<(), String> {
        let number = number(self)?;
        if self.memo.iter().any(|(known, _)| *known == number) {
            return Err(format!("number {number} is given twice"));
        }
        let last = self.stack.last().filter(|last| last.is_string()).ok_or("no text")?;
        self.memo.push((number, last.clone()));
        Ok(())
    }

    /// Puts all behind the mark into what is before it.
    fn filled(&mut self, word: u8) -> Result<(), String> {
        let items = self.stack.split_off(self.marks.pop().ok_or("no mark")?);
        match (self.stack.last_mut(), word) {
            (Some(Value::Array(list)), b'e') => list.extend(items),
            (Some(Value::Object(object)), b'u') => {
                for pair in items.chunks(2) {
                    let [Value::String(key), value] = pair else { return Err("no pair".into()) };
                    if object.insert(key.clone(), value.clone()).is_some() {
                        return Err(format!("two members are called {key}"));
                    }
                }
            }
            _ => return Err("nothing to fill".into()),
        }
        Ok(())
    }
}
