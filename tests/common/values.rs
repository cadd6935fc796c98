// SPDX-License-Identifier: MIT OR Apache-2.0
//! Single values for generated messages, in the words in which decoding shows them.

#![allow(unreachable_pub)]

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Map, Number, Value};

/// Longer bytes and texts are not made, whatever is allowed.
const LONGEST: u64 = 60;

/// Which of the values that are allowed.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// Small ones, each different from its neighbours'.
    Plain,
    Low,
    High,
    /// Any, the edges often.
    Random,
}

pub struct Values {
    edge: Edge,
    state: u64,
}

/// A range of numbers, or of lengths.
type Range = (i128, i128);

impl Values {
    pub fn new(edge: Edge, seed: u64) -> Self {
        Values { edge, state: seed }
    }

    /// splitmix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number of no meaning.
    pub fn small(&mut self) -> u64 {
        self.state = self.state.wrapping_add(1);
        1 + self.state % 250
    }

    fn edge(&mut self) -> Edge {
        match self.edge {
            Edge::Random => {
                [Edge::Plain, Edge::Low, Edge::High, Edge::Random][self.random() as usize % 4]
            }
            edge => edge,
        }
    }

    fn within(&mut self, (low, high): Range) -> i128 {
        let span = high - low + 1;
        match self.edge() {
            Edge::Plain => low + i128::from(self.small()) % span,
            Edge::Low => low,
            Edge::High => high,
            Edge::Random => low + i128::from(self.random()) % span,
        }
    }

    /// How long bytes, a text or a list are.
    fn len(&mut self, ty: &Value) -> usize {
        let low = ty["min"].as_u64().unwrap_or(0);
        let width = ty["width"].as_u64();
        let high = ty["max"].as_u64().or(width).unwrap_or(low.max(LONGEST));
        let high = high.min(width.unwrap_or(high)).min(low.max(LONGEST));
        match self.edge() {
            Edge::Plain => (low + self.small() % 8).clamp(low.max(1).min(high), high) as usize,
            Edge::Low => low as usize,
            Edge::High => high as usize,
            Edge::Random => (low + self.random() % (high - low + 1)) as usize,
        }
    }

    /// How many elements of `width` bytes a list has.
    pub fn count(&mut self, ty: &Value, width: usize) -> usize {
        let fixed = ty["width"].as_u64().map(|bytes| bytes as usize / width);
        fixed.unwrap_or_else(|| {
            self.len(ty).next_multiple_of(width).min(64.max(width) / width * width) / width
        })
    }

    /// A value that is no nest.
    pub fn plain(&mut self, ty: &Value, kind: &str, enums: &Value) -> Value {
        match kind {
            "flag" => true.into(),
            "string" => self.text(ty).into(),
            "binary" | "pad" => self.bytes(ty, kind).into(),
            "bitfield32" => {
                let part = |values: &mut Self| values.number(ty, "u32", enums);
                let (value, selector) = (part(self), part(self));
                Map::from_iter([("value".into(), value), ("selector".into(), selector)]).into()
            }
            _ => self.number(ty, kind, enums),
        }
    }

    fn text(&mut self, ty: &Value) -> String {
        let len = self.len(ty);
        let odd = ["\"", "\\", "\n", "\u{1}", "é", "漢", "\u{1f980}", "/", "\u{7f}"];
        let mut text = String::new();
        while text.len() < len {
            let n = self.small() as usize;
            match self.edge {
                Edge::Random if n % 4 == 0 && text.len() + odd[n % 9].len() <= len => {
                    text.push_str(odd[n % 9])
                }
                _ => text.push((b'a' + (n % 26) as u8).into()),
            }
        }
        text
    }

    fn bytes(&mut self, ty: &Value, kind: &str) -> String {
        let hint = ty["hint"].as_str().unwrap_or("");
        let len = match (ty["width"].as_u64(), hint) {
            (Some(width), _) => width as usize,
            (None, "uuid") => 16,
            (None, _) if kind == "pad" => 0,
            _ => self.len(ty),
        };
        let bytes: Vec<u8> = (0..len).map(|_| self.byte()).collect();
        let hex = |bytes: &[u8], between: &str| {
            bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(between)
        };
        match hint {
            "mac" | "fddi" => hex(&bytes, ":"),
            "hex" => hex(&bytes, " "),
            "uuid" => {
                [0..4, 4..6, 6..8, 8..10, 10..16].map(|range| hex(&bytes[range], "")).join("-")
            }
            _ => hex(&bytes, ""),
        }
    }

    fn byte(&mut self) -> u8 {
        match self.edge() {
            Edge::Low => 0,
            Edge::High => 0xff,
            _ => self.small() as u8,
        }
    }

    /// An address of `family`, or of any that fits.
    pub fn address(&mut self, ty: &Value, family: Option<i64>) -> Value {
        let (low, high) = (ty["min"].as_u64().unwrap_or(4), ty["max"].as_u64().unwrap_or(16));
        let high = ty["width"].as_u64().unwrap_or(high);
        let v4 = match (ty["hint"].as_str(), family) {
            (Some("ipv4"), _) => true,
            (Some("ipv6"), _) => false,
            (_, Some(family)) => family == 2,
            _ => high < 16 || (low <= 4 && high != 16 && self.small() % 2 == 0),
        };
        let bytes = [(); 16].map(|()| self.byte());
        if v4 {
            Ipv4Addr::from(*bytes.first_chunk().unwrap()).to_string().into()
        } else {
            Ipv6Addr::from(bytes).to_string().into()
        }
    }

    // ---- Numbers

    fn number(&mut self, ty: &Value, kind: &str, enums: &Value) -> Value {
        let range = limits(ty, kind);
        if kind == "u32" && matches!(ty["hint"].as_str(), Some("ipv4" | "ipv6" | "ipv4-or-v6")) {
            return self.address(ty, Some(2));
        }
        let names = ty["enum"].as_str().map(|name| &enums[name]);
        if ty["bits"] == true {
            return self.bits(ty, range, names.unwrap());
        }
        let named: Vec<i64> =
            names.map_or(Vec::new(), |names| entries(names).map(|(_, value)| value).collect());
        let named: Vec<_> =
            named.into_iter().map(i128::from).filter(|n| range.0 <= *n && *n <= range.1).collect();
        let n = match self.edge() {
            _ if ty["mask"].is_u64() => (self.random() & ty["mask"].as_u64().unwrap()).into(),
            Edge::Plain if !named.is_empty() => named[self.small() as usize % named.len()],
            _ => self.within(range),
        };
        show(ty, n, names)
    }

    /// The names of bits, as many as are allowed, and what has no name.
    fn bits(&mut self, ty: &Value, (_, high): Range, names: &Value) -> Value {
        let mask = ty["mask"].as_u64().unwrap_or(u64::MAX);
        let edge = self.edge();
        let (mut all, mut met, mut list) = (0, 0, Vec::new());
        let turn = self.small() as usize;
        let possible = |bit: i64| {
            (0..64).contains(&bit) && i128::from(1u64 << bit) <= high && 1u64 << bit & mask != 0
        };
        for (n, (name, bit)) in entries(names).filter(|(_, bit)| possible(*bit)).enumerate() {
            let wanted = match edge {
                Edge::Low => false,
                Edge::High => true,
                Edge::Plain => n == turn % 3,
                Edge::Random => self.random() & 1 == 0,
            };
            let bit = 1u64 << bit;
            if wanted && met & bit == 0 && i128::from(all | bit) <= high {
                all |= bit;
                list.push(Value::from(name));
            }
            met |= bit;
        }
        let nameless = !met & mask & high as u64;
        let rest = 1u64.checked_shl(nameless.trailing_zeros()).unwrap_or(0);
        if matches!(edge, Edge::High) && rest != 0 && i128::from(all | rest) <= high {
            list.push(rest.into());
        }
        list.into()
    }

    // ---- What decides

    /// The value of a selector that says `word`: the word of a sub-message's kind, or a number.
    pub fn selector(&self, ty: &Value, word: &str, enums: &Value) -> Value {
        if ty["type"] == "string" {
            return (if word == "*" { "none-of-these" } else { word }).into();
        }
        let names = ty["enum"].as_str().map(|name| &enums[name]);
        if names.is_some_and(|names| names.get(word).is_some()) {
            return word.into();
        }
        let kind = ty["type"].as_str().unwrap();
        let n = if word == "*" {
            limits(ty, kind).1
        } else {
            word.parse().unwrap_or_else(|_| panic!("{word} is no name of {ty}"))
        };
        show(ty, n, names)
    }

    /// Whether a selector's value is what a kind is for.
    pub fn says(&self, ty: &Value, said: &Value, word: &str, enums: &Value) -> bool {
        word != "*" && self.selector(ty, word, enums) == *said
    }

    /// The number that a selector's value is.
    pub fn number_of(&self, ty: &Value, said: &Value, enums: &Value) -> i64 {
        let named = ty["enum"].as_str().and_then(|name| enums[name].get(said.as_str()?)?.as_i64());
        named.or(said.as_i64()).unwrap_or(-1)
    }
}

fn entries(names: &Value) -> impl Iterator<Item = (&str, i64)> {
    let all = names.as_object().into_iter().flatten();
    all.map(|(name, value)| (name.as_str(), value.as_i64().unwrap()))
}

/// What a number may be: by its width, and by what its description allows.
fn limits(ty: &Value, kind: &str) -> Range {
    let (signed, bits) = match kind {
        "uint" => (false, 64),
        "sint" => (true, 64),
        _ => (kind.starts_with('s'), kind[1..].parse().unwrap()),
    };
    let natural = if signed {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    let said = |key: &str| ty[key].as_number().and_then(|n| n.to_string().parse().ok());
    let low = said("min").unwrap_or(if said("max").is_some() { 0 } else { natural.0 });
    (low.max(natural.0), said("max").unwrap_or(natural.1).min(natural.1))
}

/// A number as decoding shows it.
fn show(ty: &Value, n: i128, names: Option<&Value>) -> Value {
    let named = names.and_then(|names| entries(names).find(|(_, value)| i128::from(*value) == n));
    match named {
        Some((name, _)) => name.into(),
        None if names.is_none() && ty["hint"] == "hex" => format!("0x{:x}", n as u64).into(),
        None => Value::Number(n.to_string().parse::<Number>().unwrap()),
    }
}
