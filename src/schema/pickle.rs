// SPDX-License-Identifier: MIT OR Apache-2.0
//! The words of a pickle, in which Python keeps objects: it reads them several times faster than JSON.
//! Protocol 2, which every Python 3 reads.

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;

/// PROTO 2 begins a pickle.
pub(super) const START: [u8; 2] = [0x80, 2];
pub(super) const STOP: u8 = b'.';
/// BINUNICODE and room for how many bytes follow, which [`end_text`] says.
pub(super) const TEXT: [u8; 5] = [b'X', 0, 0, 0, 0];
/// Gives the last text a number, and repeats the text that has one.
const BINPUT: u8 = b'q';
const BINGET: u8 = b'h';
/// Bytes of a text's length.
const LENGTH: usize = 4;

/// EMPTY_DICT or EMPTY_LIST, and MARK before what it gets.
pub(super) fn open(bracket: u8) -> &'static [u8] {
    if bracket == b'{' { b"}(" } else { b"](" }
}

/// SETITEMS or APPENDS.
pub(super) fn close(bracket: u8) -> u8 {
    if bracket == b'}' { b'u' } else { b'e' }
}

/// NEWTRUE, NEWFALSE or NONE.
pub(super) fn word(word: &[u8]) -> u8 {
    match word {
        b"true" => 0x88,
        b"false" => 0x89,
        _ => b'N',
    }
}

/// Ends a text of which the bytes begin at `start`.
pub(super) fn end_text(buf: &mut [u8], start: usize) {
    let len = u32::try_from(buf.len().saturating_sub(start)).unwrap_or(0);
    let place = start.saturating_sub(LENGTH)..start;
    buf.get_mut(place).into_iter().for_each(|room| grow::write(room, &len.to_le_bytes()));
}

/// BININT1, BININT2, BININT or LONG1: the shortest that has room for all of 64 bits and a sign.
pub(super) fn number(n: i128, to: &mut Vec<u8>) -> Result<(), Fault> {
    let [a, b, c, d, e, f, g, h, sign, ..] = n.to_le_bytes();
    if (0..0x100).contains(&n) {
        grow::add(to, [b'K', a])
    } else if (0..0x1_0000).contains(&n) {
        grow::add(to, [b'M', a, b])
    } else if i32::try_from(n).is_ok() {
        grow::add(to, [b'J', a, b, c, d])
    } else {
        grow::add(to, [0x8a, 9, a, b, c, d, e, f, g, h, sign])
    }
}

const SLOTS: usize = 1024;
/// How many slots may be in the way of a name.
const TRIES: usize = 4;

/// Where a name stands in the pickle, 0 where there is none, and its number there.
#[derive(Clone, Copy, Default)]
struct Slot {
    at: u32,
    number: u8,
}

/// The first 256 names that a pickle has, which are not written again. (That some are not found because
/// others are in the way costs time alone.)
#[derive(Default)]
pub(super) struct Memo {
    slots: Vec<Slot>,
    names: u16,
}

impl Memo {
    /// Writes a name, or that it is one that was there before.
    pub(super) fn write(&mut self, name: &[u8], to: &mut Vec<u8>) -> Result<(), Fault> {
        if self.slots.is_empty() {
            grow::extend(&mut self.slots, SLOTS, Slot::default())?;
        }
        let first = hash(name);
        for probe in 0..TRIES {
            let place = first.wrapping_add(probe) & (SLOTS - 1);
            let Some(slot) = self.slots.get_mut(place) else { break };
            match u8::try_from(self.names) {
                Ok(number) if slot.at == 0 => {
                    *slot = Slot { at: u32::try_from(to.len()).unwrap_or(0), number };
                    self.names = self.names.wrapping_add(1);
                    text(name, to)?;
                    return grow::add(to, [BINPUT, number]);
                }
                _ if slot.holds(name, to) => return grow::add(to, [BINGET, slot.number]),
                _ => {}
            }
        }
        text(name, to)
    }
}

impl Slot {
    /// Whether `name` stands where it says, and has not been taken back since.
    fn holds(self, name: &[u8], buf: &[u8]) -> bool {
        let rest = buf.get(self.at as usize..).unwrap_or_default();
        let Some(([b'X', length @ ..], rest)) = rest.split_first_chunk::<{ TEXT.len() }>() else {
            return false;
        };
        let Some((text, put)) = rest.split_at_checked(name.len()) else { return false };
        u32::from_le_bytes(*length) as usize == name.len()
            && put.starts_with(&[BINPUT, self.number])
            && text == name
    }
}

fn text(name: &[u8], to: &mut Vec<u8>) -> Result<(), Fault> {
    grow::append(to, &TEXT)?;
    let start = to.len();
    grow::append(to, name)?;
    end_text(to, start);
    Ok(())
}

/// Names of a pack are told apart by where they are.
fn hash(name: &[u8]) -> usize {
    let place = (name.as_ptr().addr() as u64).rotate_left(8) ^ name.len() as u64;
    (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(memo: &mut Memo, name: &[u8], to: &mut Vec<u8>) -> Vec<u8> {
        let start = to.len();
        memo.write(name, to).unwrap();
        to[start..].to_vec()
    }

    #[test]
    fn a_name_is_written_once() {
        let (mut memo, mut to) = (Memo::default(), START.to_vec());
        assert_eq!(written(&mut memo, b"mtu", &mut to), b"X\x03\0\0\0mtuq\0");
        assert_eq!(written(&mut memo, b"address", &mut to), b"X\x07\0\0\0addressq\x01");
        assert_eq!(written(&mut memo, b"mtu", &mut to), b"h\0");
        assert_eq!(written(&mut memo, b"address", &mut to), b"h\x01");
    }

    #[test]
    fn a_name_that_was_taken_back_is_written_again() {
        let (mut memo, mut to) = (Memo::default(), START.to_vec());
        written(&mut memo, b"mtu", &mut to);
        to.truncate(START.len());
        let text = written(&mut memo, b"mtu", &mut to);
        assert!(text.starts_with(b"X\x03\0\0\0mtu"), "{text:?}");
        to.truncate(START.len());
        text_of_another(&mut to);
        assert!(written(&mut memo, b"mtu", &mut to).starts_with(b"X\x03\0\0\0mtu"));
    }

    fn text_of_another(to: &mut Vec<u8>) {
        super::text(b"mtu", to).unwrap();
        to.extend(b"K\0");
    }

    #[test]
    fn names_beyond_the_last_number_are_written_each_time() {
        let names: Vec<String> = (0..2000).map(|n| format!("name-{n}")).collect();
        let (mut memo, mut to) = (Memo::default(), START.to_vec());
        names.iter().for_each(|name| _ = written(&mut memo, name.as_bytes(), &mut to));
        let puts = memo.slots.iter().filter(|slot| slot.at != 0).count();
        assert_eq!(puts, 256);
        for name in &names {
            let text = written(&mut memo, name.as_bytes(), &mut to);
            assert!(text[0] == BINGET || text.ends_with(name.as_bytes()), "{name}");
        }
    }
}
