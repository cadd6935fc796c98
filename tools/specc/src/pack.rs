// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writing a pack: rows of each part, equal ones once where that may be.

use std::collections::{BTreeMap, HashMap};

use rnl::schema::format::{HEADER, MAGIC, NAME_BITS, NAME_MAX, NONE, PARTS, Part, WIDEST, WIDTHS};

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
    /// Whether names can't reach all of it.
    pub fn is_too_long(&self) -> bool {
        self.bytes.len() > 1 << (24 - NAME_BITS)
    }

    /// Lays the texts out, so that each is a piece of the whole.
    fn laid_out(self) -> Heap {
        let bytes = overlapped(self.names.keys().map(String::as_str).collect());
        let place = |text: &str| bytes.find(text).unwrap_or_default() as u32;
        let names = self.names.into_keys();
        let names = names.map(|text| (place(&text) << NAME_BITS | text.len() as u32, text));
        Heap { names: names.map(|(name, text)| (text, name)).collect(), bytes: bytes.into_bytes() }
    }
}

/// A short text that has all of `texts` in it: those that are no piece of another, one behind the other,
/// where the end of one is the start of the next only once. Longest overlaps are taken first, which is
/// not the shortest there is, but near.
fn overlapped(mut texts: Vec<&str>) -> String {
    texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut whole = String::new();
    texts.retain(|text| {
        let new = !whole.contains(text);
        whole.extend(if new { [text, "\n"] } else { [""; 2] });
        new
    });
    let mut chains = Chains::new(texts.len());
    for length in (1..texts.first().map_or(0, |text| text.len())).rev() {
        let mut starts: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, text) in texts.iter().enumerate().rev().filter(|(i, _)| !chains.follows[*i]) {
            text.get(..length).into_iter().for_each(|s| starts.entry(s).or_default().push(index));
        }
        for (index, text) in texts.iter().enumerate().filter(|(_, text)| text.len() > length) {
            let Some(nexts) = starts.get_mut(&text[text.len() - length..]) else { continue };
            if let Some(at) = nexts.iter().rposition(|next| chains.joins(index, *next, length)) {
                nexts.remove(at);
            }
        }
    }
    chains.laid_out(&texts)
}

/// Which text follows which, and how much of it is there already.
struct Chains {
    next: Vec<Option<(usize, usize)>>,
    follows: Vec<bool>,
    /// The last text of the chain that a text begins, the first of the one that it ends.
    other: Vec<usize>,
}

impl Chains {
    fn new(count: usize) -> Self {
        let (next, follows) = (vec![None; count], vec![false; count]);
        Chains { next, follows, other: (0..count).collect() }
    }

    /// Puts `next` behind `index`, if it begins a chain, and another than the one that `index` ends.
    fn joins(&mut self, index: usize, next: usize, overlap: usize) -> bool {
        let free = self.next[index].is_none() && !self.follows[next] && self.other[index] != next;
        if free {
            (self.next[index], self.follows[next]) = (Some((next, overlap)), true);
            let (first, last) = (self.other[index], self.other[next]);
            (self.other[first], self.other[last]) = (last, first);
        }
        free
    }

    fn laid_out(&self, texts: &[&str]) -> String {
        let mut whole = String::new();
        for first in (0..texts.len()).filter(|index| !self.follows[*index]) {
            let mut at = Some((first, 0));
            while let Some((index, overlap)) = at {
                whole.push_str(&texts[index][overlap..]);
                at = self.next[index];
            }
        }
        whole
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

    /// A name that takes 24 bits.
    pub fn name(mut self, value: u32) -> Self {
        self.0.extend(&value.to_le_bytes()[..3]);
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
        if text.is_empty() || text.len() > NAME_MAX as usize || !text.bytes().all(fits) {
            return Err(format!(
                "`{text}`: wanted 1 to {NAME_MAX} printable characters of ASCII without \" and \\"
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
        out.extend([0; WIDEST]);
        out
    }
}
