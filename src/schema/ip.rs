// SPDX-License-Identifier: MIT OR Apache-2.0
//! IP addresses as people write them. (The parser of core can panic, as far as the linker sees, and libc's
//! is a system floor's.)

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::value::cut_at;
use crate::wire::hex_value;

/// An address of IPv4 or IPv6; `None` for what is none.
pub(super) fn parse(text: &[u8]) -> Option<IpAddr> {
    if text.contains(&b':') {
        return v6(text).map(|octets| Ipv6Addr::from(octets).into());
    }
    v4(text).map(|octets| Ipv4Addr::from(octets).into())
}

/// A number of at most `most` digits to this base.
fn number(text: &[u8], base: u16, most: usize) -> Option<u16> {
    if text.is_empty() || text.len() > most {
        return None;
    }
    text.iter().try_fold(0u16, |n, &byte| {
        let digit = hex_value(byte).map(u16::from).filter(|d| *d < base)?;
        n.checked_mul(base)?.checked_add(digit)
    })
}

fn v4(text: &[u8]) -> Option<[u8; 4]> {
    let (mut octets, mut rest) = ([0; 4], Some(text));
    for octet in &mut octets {
        let (part, after) = cut_at(rest?, b'.');
        let zeros = part.len() > 1 && part.first() == Some(&b'0');
        *octet = number(part, 10, 3).and_then(|n| u8::try_from(n).ok()).filter(|_| !zeros)?;
        rest = after;
    }
    rest.is_none().then_some(octets)
}

/// Groups of 16 bits, if `mixed` perhaps with an address of IPv4 at the end: as many bytes as they are.
fn groups(text: &[u8], mixed: bool) -> Option<([u8; 16], usize)> {
    let (mut bytes, mut used) = ([0; 16], 0usize);
    let mut rest = Some(text).filter(|text| !text.is_empty());
    while let Some(text) = rest {
        let (part, after) = cut_at(text, b':');
        let octets = if mixed && part.contains(&b'.') && after.is_none() {
            v4(part)?
        } else {
            let [high, low] = number(part, 16, 4)?.to_be_bytes();
            [high, low, 0, 0]
        };
        let width = if part.contains(&b'.') { 4usize } else { 2 };
        let end = used.checked_add(width)?;
        for (to, from) in bytes.get_mut(used..end)?.iter_mut().zip(octets) {
            *to = from;
        }
        (used, rest) = (end, after);
    }
    Some((bytes, used))
}

fn v6(text: &[u8]) -> Option<[u8; 16]> {
    let Some(gap) = text.iter().zip(text.iter().skip(1)).position(|pair| pair == (&b':', &b':'))
    else {
        return groups(text, true).filter(|(_, used)| *used == 16).map(|(bytes, _)| bytes);
    };
    let (mut bytes, front) = groups(text.get(..gap)?, false)?;
    let (tail, back) = groups(text.get(gap.checked_add(2)?..)?, true)?;
    let start = 16usize.checked_sub(back).filter(|start| front < *start)?;
    for (to, from) in bytes.get_mut(start..)?.iter_mut().zip(tail) {
        *to = from;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_standard_library_reads_them() {
        let good = [
            "0.0.0.0",
            "255.1.2.30",
            "::",
            "::1",
            "1::",
            "fe80::1:2",
            "2001:db8::",
            "::ffff:1.2.3.4",
        ];
        let full = ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"];
        let bad =
            ["", ":", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", ":::", "1::2::3"];
        let worse = [
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "12345::",
            "::g",
            "::1.2.3.4:5",
            "1:",
            "::1:",
            "1.2.3.4::",
        ];
        for text in good.iter().chain(&full).chain(&bad).chain(&worse) {
            assert_eq!(parse(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }
}
