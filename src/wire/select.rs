// SPDX-License-Identifier: MIT OR Apache-2.0
//! Telling messages apart by a few numbers in them.

use super::Message;

/// Where a number stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `nlmsg_type`; the width is 0.
    Type,
    /// So many bytes into the family's fixed header.
    Header(u16),
    /// At the start of the first top-level attribute of this type.
    Attr(u16),
}

/// A rule: an integer of `width` bytes (1, 2 or 4), host order, that must be `value`.
///
/// Rules of the same place and width are alternatives; of each place, one must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it stands.
    pub place: Place,
    /// Its bytes.
    pub width: u8,
    /// What it must be.
    pub value: u32,
}

impl Match {
    /// Whether the two are alternatives.
    pub(crate) fn beside(&self, other: &Match) -> bool {
        (self.place, self.width) == (other.place, other.width)
    }

    /// Whether there is such a place, and the value fits into it.
    pub(crate) fn is_sound(&self) -> bool {
        match (self.place, self.width) {
            (Place::Type, 0) | (Place::Header(_) | Place::Attr(_), 2) => self.value <= 0xffff,
            (Place::Header(_) | Place::Attr(_), 1) => self.value <= 0xff,
            (Place::Header(_) | Place::Attr(_), 4) => true,
            _ => false,
        }
    }

    /// The number in `message`, whose attributes follow a fixed header of `header` bytes.
    fn find(&self, header: usize, message: &Message<'_>) -> Option<u32> {
        let bytes = match self.place {
            Place::Type => return Some(message.kind().into()),
            Place::Header(at) => message.body().get(usize::from(at)..)?,
            Place::Attr(kind) => {
                let mut attrs = message.attrs(header).map_while(Result::ok);
                attrs.find(|attr| attr.kind() == kind)?.payload()
            }
        };
        number(bytes, self.width)
    }
}

/// The integer at the start of `bytes`.
fn number(bytes: &[u8], width: u8) -> Option<u32> {
    match width {
        1 => bytes.first().map(|b| u32::from(*b)),
        2 => bytes.first_chunk().map(|b| u16::from_ne_bytes(*b).into()),
        4 => bytes.first_chunk().map(|b| u32::from_ne_bytes(*b)),
        _ => None,
    }
}

/// Whether all places of `rules` hold one of the values they may; true without rules. What is not there
/// has no value.
pub fn accepts(rules: &[Match], header: usize, message: &Message<'_>) -> bool {
    rules.iter().all(|rule| {
        let found = rule.find(header, message);
        found.is_some_and(|n| rules.iter().any(|other| other.beside(rule) && other.value == n))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Msg;

    const KIND: u16 = 24;

    /// A message with a fixed header 1 2 3 4 5 6 7 8 and attributes 1 (u8), 2 (u16), 3 (u32), 3 again.
    fn accepted(rules: &[Match]) -> bool {
        let mut msg = Msg::new(KIND, 0);
        msg.put_header(&[1, 2, 3, 4, 5, 6, 7, 8]);
        msg.put_u8(1, 10).put_u16(2, 2000).put_u32(3, 300_000).put_u32(3, 7);
        accepts(rules, 8, &Message::split(msg.bytes().unwrap()).unwrap().0)
    }

    fn rule(place: Place, width: u8, value: u32) -> Match {
        Match { place, width, value }
    }

    fn both(one: Match, other: Match) -> bool {
        let forth = accepted(&[one, other]);
        assert_eq!(forth, accepted(&[other, one]));
        forth
    }

    #[test]
    fn without_rules_all_pass() {
        assert!(accepted(&[]));
    }

    #[test]
    fn a_number_is_found_in_each_place() {
        let two = u16::from_ne_bytes([3, 4]).into();
        let four = u32::from_ne_bytes([5, 6, 7, 8]);
        let right = [
            rule(Place::Type, 0, KIND.into()),
            rule(Place::Header(1), 1, 2),
            rule(Place::Header(2), 2, two),
            rule(Place::Header(4), 4, four),
            rule(Place::Attr(1), 1, 10),
            rule(Place::Attr(2), 2, 2000),
            rule(Place::Attr(3), 4, 300_000),
        ];
        for rule in right {
            assert!(accepted(&[rule]), "{rule:?}");
            assert!(!accepted(&[Match { value: rule.value + 1, ..rule }]), "{rule:?}");
        }
        assert!(accepted(&right));
    }

    #[test]
    fn what_is_not_there_never_matches() {
        let absent = [
            rule(Place::Attr(4), 4, 0),
            rule(Place::Attr(1), 4, 10),
            rule(Place::Header(1000), 1, 0),
            rule(Place::Header(0), 3, 0),
        ];
        for rule in absent {
            assert!(!accepted(&[rule]), "{rule:?}");
        }
    }

    #[test]
    fn rules_that_can_never_hold_are_told() {
        let places = [Place::Header(0), Place::Attr(1)];
        for (width, most) in [(1, 0xff), (2, 0xffff), (4, u32::MAX)] {
            assert!(places.iter().all(|place| rule(*place, width, most).is_sound()));
            let more = most.checked_add(1);
            assert!(!places.iter().any(|p| more.is_some_and(|m| rule(*p, width, m).is_sound())));
        }
        assert!(rule(Place::Type, 0, 0xffff).is_sound());
        for bad in [rule(Place::Type, 2, 1), rule(Place::Type, 0, 0x10000), rule(places[0], 3, 0)] {
            assert!(!bad.is_sound(), "{bad:?}");
        }
    }

    #[test]
    fn one_place_holds_any_of_its_values_and_all_places_must_hold_one() {
        let (yes, no) = (rule(Place::Attr(1), 1, 10), rule(Place::Attr(1), 1, 11));
        assert!(both(yes, no));
        assert!(!both(yes, rule(Place::Attr(2), 2, 1)));
        assert!(!both(no, rule(Place::Type, 0, KIND.into())));
        assert!(!both(no, rule(Place::Attr(1), 1, 12)));
    }
}
