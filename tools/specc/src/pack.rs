// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writing a pack: rows of each part, equal ones once where that may be.

use std::collections::{BTreeMap, HashMap};

use rnl::schema::format::{HEADER, MAGIC, NONE, PARTS, Part, WIDTHS};

/// The parts so far.
pub struct Writer {
    parts: [Vec<u8>; PARTS],
    known: HashMap<(usize, Vec<u8>), u16>,
    heap: Heap,
}

/// All texts. Those that are pieces of others take no room, so all must be known first: descriptions are
/// compiled once to learn them and once more to write.
#[derive(Default)]
pub struct Heap {
    bytes: Vec<u8>,
    names: BTreeMap<String, u32>,
}

impl Heap {
    /// Lays the texts out, long ones first.
    fn laid_out(self) -> Heap {
        let mut texts: Vec<String> = self.names.into_keys().collect();
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let mut bytes = String::new();
        let mut names = BTreeMap::new();
        for text in texts {
            let at = bytes.find(&text).unwrap_or_else(|| {
                bytes.push_str(&text);
                bytes.len() - text.len()
            });
            names.insert(text.clone(), (at as u32) << 8 | text.len() as u32);
        }
        Heap { bytes: bytes.into_bytes(), names }
    }
}

/// A row under construction.
#[derive(Default)]
pub struct Row(Vec<u8>);

impl Row {
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn index(self, value: Option<u16>) -> Self {
        self.u16(value.unwrap_or(NONE))
    }
}

type Result<T> = std::result::Result<T, String>;

impl Writer {
    pub fn new(heap: Heap) -> Self {
        Writer { parts: Default::default(), known: HashMap::new(), heap }
    }

    /// The texts that were met, laid out for the next time.
    pub fn texts(self) -> Heap {
        self.heap.laid_out()
    }

    /// The name of a text. It is not to be believed until texts are laid out.
    pub fn name(&mut self, text: &str) -> Result<u32> {
        let fits = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        if text.is_empty() || text.len() > 255 || !text.bytes().all(fits) {
            return Err(format!(
                "`{text}`: wanted 1 to 255 printable characters of ASCII without \" and \\"
            ));
        }
        Ok(*self.heap.names.entry(text.to_owned()).or_default())
    }

    /// How many rows a part has.
    pub fn count(&self, part: Part) -> Result<u16> {
        let count = self.parts[part as usize].len() / WIDTHS[part as usize];
        let count = u16::try_from(count).ok().filter(|n| *n < NONE);
        count.ok_or_else(|| format!("more {part:?} than 65534"))
    }

    /// Appends a row.
    pub fn push(&mut self, part: Part, row: Row) -> Result<u16> {
        assert_eq!(row.0.len(), WIDTHS[part as usize], "{part:?}");
        let index = self.count(part)?;
        self.parts[part as usize].extend(row.0);
        Ok(index)
    }

    /// Appends a row, or finds it.
    pub fn once(&mut self, part: Part, row: Row) -> Result<u16> {
        self.run(part, vec![row])
    }

    /// Appends rows one after the other, or finds them so. Gives the first.
    pub fn run(&mut self, part: Part, rows: Vec<Row>) -> Result<u16> {
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.0.clone()).collect();
        if let Some(&index) = self.known.get(&(part as usize, bytes.clone())) {
            return Ok(index);
        }
        let index = self.count(part)?;
        for row in rows {
            self.push(part, row)?;
        }
        self.known.insert((part as usize, bytes), index);
        Ok(index)
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.parts[Part::Heap as usize] = self.heap.bytes;
        let mut out = MAGIC.to_vec();
        let mut at = HEADER;
        for part in &self.parts {
            out.extend((at as u32).to_le_bytes());
            at += part.len();
        }
        out.extend((at as u32).to_le_bytes());
        self.parts.iter().for_each(|part| out.extend(part));
        out
    }
}
