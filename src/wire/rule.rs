// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a policy of the kernel wants of an attribute, as the kernel itself says.

use super::{Attr, Attrs};
use crate::error::Fault;
use crate::text::Text;
use crate::uapi::*;

/// What a policy wants of one attribute. A bound is absent where the kernel states none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Index of the policy it belongs to.
    pub policy: u16,
    /// Type of the attribute.
    pub attr: u16,
    /// NL_ATTR_TYPE_*
    pub kind: u32,
    /// Smallest and largest value of a signed number.
    pub signed: Option<(i64, i64)>,
    /// Smallest and largest value of an unsigned number.
    pub unsigned: Option<(u64, u64)>,
    /// Fewest bytes.
    pub min_len: Option<u32>,
    /// Most bytes.
    pub max_len: Option<u32>,
    /// The policy of what is inside a nest, and the highest attribute there.
    pub nested: Option<(u32, u32)>,
    /// Bits of a number or of a bitfield32 that may be set.
    pub mask: Option<u64>,
}

/// What NL_ATTR_TYPE_* are called, in order: one string, since pointers to many would each cost a relocation.
const NAMES: &[u8] = b"something else\na flag\nu8\nu16\nu32\nu64\ns8\ns16\ns32\ns64\nbytes\na string\na string\na nest\n\
    a nest of nests\nbitfield32\nsint\nuint";

/// How many bytes they have, in order, where that is fixed.
const WIDTHS: [u8; 18] =
    [FREE, 0, 1, 2, 4, 8, 1, 2, 4, 8, FREE, FREE, FREE, FREE, FREE, 8, FREE, FREE];

/// Attributes of any length.
const FREE: u8 = u8::MAX;

/// NL_ATTR_TYPE_STRING and NL_ATTR_TYPE_NUL_STRING: their NUL does not count.
const STRINGS: [u32; 2] = [11, 12];

impl Rule {
    /// Reads `NL_POLICY_TYPE_ATTR_*`: numbers all of them, signed ones 8 bytes wide.
    pub fn parse(policy: u16, attr: u16, attrs: Attrs<'_>) -> Result<Rule, Fault> {
        let mut stated = [None; NL_POLICY_TYPE_ATTR_MASK as usize + 1];
        for a in attrs {
            let a = a?;
            if let Some(slot) = stated.get_mut(usize::from(a.kind())) {
                *slot = Some(a.uint()?);
            }
        }
        let number = |kind: u16| stated.get(usize::from(kind)).copied().flatten();
        let signed = |kind| number(kind).map(|n| n as i64);
        let short = |kind| number(kind).map(|n| n as u32);
        let bits = number(NL_POLICY_TYPE_ATTR_BITFIELD32_MASK);
        Ok(Rule {
            policy,
            attr,
            kind: short(NL_POLICY_TYPE_ATTR_TYPE).unwrap_or(0),
            signed: signed(NL_POLICY_TYPE_ATTR_MIN_VALUE_S)
                .zip(signed(NL_POLICY_TYPE_ATTR_MAX_VALUE_S)),
            unsigned: number(NL_POLICY_TYPE_ATTR_MIN_VALUE_U)
                .zip(number(NL_POLICY_TYPE_ATTR_MAX_VALUE_U)),
            min_len: short(NL_POLICY_TYPE_ATTR_MIN_LENGTH),
            max_len: short(NL_POLICY_TYPE_ATTR_MAX_LENGTH),
            nested: short(NL_POLICY_TYPE_ATTR_POLICY_IDX)
                .zip(short(NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE)),
            mask: number(NL_POLICY_TYPE_ATTR_MASK).or(bits),
        })
    }

    /// Whether an attribute is what the rule wants, as far as a look at it alone can tell.
    pub(crate) fn allows(&self, attr: &Attr<'_>) -> bool {
        let is_text = STRINGS.contains(&self.kind);
        let len = if is_text { attr.bytes().len() } else { attr.payload().len() };
        let fits = self.width() == FREE || usize::from(self.width()) == len;
        let long = |low: u32, high: u32| (low as usize..=high as usize).contains(&len);
        let within = long(self.min_len.unwrap_or(0), self.max_len.unwrap_or(u32::MAX));
        fits && within && self.allows_number(attr)
    }

    fn width(&self) -> u8 {
        WIDTHS.get(self.kind as usize).copied().unwrap_or(FREE)
    }

    fn allows_number(&self, attr: &Attr<'_>) -> bool {
        let unsigned = self.unsigned.zip(attr.uint().ok());
        let signed = self.signed.zip(attr.sint().ok());
        let bits = match attr.bitfield32() {
            Ok((value, selector)) => Some(u64::from(value | selector)),
            Err(_) => attr.uint().ok(),
        };
        unsigned.is_none_or(|((low, high), n)| low <= n && n <= high)
            && signed.is_none_or(|((low, high), n)| low <= n && n <= high)
            && self.mask.zip(bits).is_none_or(|(mask, bits)| bits & !mask == 0)
    }

    /// Appends `u32, 1..4094`.
    pub(crate) fn describe(&self, text: &mut Text) {
        let name = NAMES.split(|&b| b == b'\n').nth(self.kind as usize);
        text.bytes(name.unwrap_or(b"another type"));
        // All that the type holds is no range.
        let unused = 64u32.saturating_sub(u32::from(self.width()).saturating_mul(8));
        let top = u64::MAX.checked_shr(unused).unwrap_or(u64::MAX);
        let half = (top >> 1) as i64;
        if let Some((low, high)) = self.signed.filter(|all| *all != (!half, half)) {
            text.str(", ").signed(low.into()).str("..").signed(high.into());
        }
        if let Some((low, high)) = self.unsigned.filter(|all| *all != (0, top)) {
            text.str(", ").num(low).str("..").num(high);
        }
        if let Some(mask) = self.mask {
            text.str(" of bits in ").num(mask);
        }
        match (self.min_len, self.max_len) {
            _ if self.width() != FREE => text,
            (None, None) => text,
            (Some(low), Some(high)) if low == high => {
                text.str(" of ").num(low.into()).str(" bytes")
            }
            (Some(low), None) => text.str(" of ").num(low.into()).str(" bytes or more"),
            (low, Some(high)) => {
                let low = low.unwrap_or(0).into();
                text.str(" of ").num(low).str("..").num(high.into()).str(" bytes")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Msg;

    fn described(rule: Rule) -> String {
        let mut text = Text::default();
        rule.describe(&mut text);
        text.finish().unwrap()
    }

    #[test]
    fn rules_say_what_they_want() {
        let rule = Rule { kind: 3, unsigned: Some((1, 4094)), ..Rule::default() };
        assert_eq!(described(rule), "u16, 1..4094");
        let rule = Rule { kind: 8, signed: Some((-1, 5)), ..Rule::default() };
        assert_eq!(described(rule), "s32, -1..5");
        let rule = Rule { kind: 4, unsigned: Some((0, u32::MAX.into())), ..Rule::default() };
        assert_eq!(described(rule), "u32");
        let rule = Rule { kind: 6, signed: Some((-128, 127)), ..Rule::default() };
        assert_eq!(described(rule), "s8");
        let rule = Rule { kind: 17, unsigned: Some((0, u64::MAX)), ..Rule::default() };
        assert_eq!(described(rule), "uint");
        let rule = Rule { kind: 12, max_len: Some(15), ..Rule::default() };
        assert_eq!(described(rule), "a string of 0..15 bytes");
        let rule = Rule { kind: 10, min_len: Some(6), max_len: Some(6), ..Rule::default() };
        assert_eq!(described(rule), "bytes of 6 bytes");
        let rule = Rule { kind: 4, mask: Some(3), ..Rule::default() };
        assert_eq!(described(rule), "u32 of bits in 3");
        assert_eq!(described(Rule { kind: 99, ..Rule::default() }), "another type");
    }

    #[test]
    fn attributes_are_held_against_rules() {
        let mut m = Msg::new(16, 0);
        m.put_u16(1, 4095).put_u32(2, 7);
        let body = m.body().unwrap();
        let attrs: Vec<_> = Attrs::at(body, body.len()).map(|a| a.unwrap()).collect();
        let rule = Rule { kind: 3, unsigned: Some((1, 4094)), ..Rule::default() };
        assert!(!rule.allows(&attrs[0]));
        assert!(Rule { unsigned: Some((1, 4095)), ..rule }.allows(&attrs[0]));
        assert!(!rule.allows(&attrs[1]), "another width");
        assert!(!Rule { kind: 4, mask: Some(3), ..Rule::default() }.allows(&attrs[1]));
        assert!(!Rule { kind: 10, max_len: Some(3), ..Rule::default() }.allows(&attrs[1]));
        assert!(Rule { kind: 10, max_len: Some(4), ..Rule::default() }.allows(&attrs[1]));
    }
}
