// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bytes as the values they are: numbers of any width and order, addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::format::{Kind, type_flags};
use super::out::Out;
use super::types::{Type, is_number};
use crate::wire::hex_value;

/// AF_INET, as the selector of an address says it.
const INET: i128 = 2;

/// What stands before the first `mark`, and what behind it if there is one.
pub(super) fn cut_at(bytes: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    let Some(at) = bytes.iter().position(|&b| b == mark) else { return (bytes, None) };
    let before = bytes.get(..at).unwrap_or_default();
    (before, Some(bytes.get(at.wrapping_add(1)..).unwrap_or_default()))
}

impl Type<'_> {
    /// Whether bytes stand in network order. Host order is little-endian or the machine's.
    fn is_big(&self) -> bool {
        let host = cfg!(target_endian = "big") && !self.has(type_flags::LITTLE);
        host || self.has(type_flags::BIG)
    }

    /// The number that `bytes` are; `None` if they have not its width.
    #[inline]
    pub(super) fn number(&self, bytes: &[u8]) -> Option<i128> {
        let free = matches!(self.kind(), Kind::Uint | Kind::Sint);
        let fits =
            if free { matches!(bytes.len(), 1 | 2 | 4 | 8) } else { bytes.len() == self.width() };
        if !fits || !is_number(self.kind()) {
            return None;
        }
        let little = match *bytes {
            [a] => a.into(),
            [a, b] => u16::from_le_bytes([a, b]).into(),
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).into(),
            [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => return None,
        };
        let unused = 64u32.wrapping_sub((bytes.len() as u32).wrapping_mul(8)) & 63;
        let raw = if self.is_big() { little.swap_bytes() >> unused } else { little };
        Some(if self.is_signed() { ((raw << unused) as i64 >> unused).into() } else { raw.into() })
    }

    /// The bytes of a number, if it fits: its width and as many bytes as that.
    pub(super) fn bytes_of(&self, n: i128) -> Option<([u8; 8], usize)> {
        let small = i32::try_from(n).is_ok() || (!self.is_signed() && u32::try_from(n).is_ok());
        let width = match self.kind() {
            Kind::Uint | Kind::Sint => {
                if small {
                    4
                } else {
                    8
                }
            }
            _ => self.width(),
        };
        let (low, high) = self.limits(width);
        if n < low || n > high {
            return None;
        }
        let mut bytes = (n as u64).to_le_bytes();
        if self.is_big() {
            bytes.get_mut(..width)?.reverse();
        }
        Some((bytes, width))
    }

    /// The lowest and the highest number of `width` bytes.
    pub(super) fn limits(&self, width: usize) -> (i128, i128) {
        let bits = (width as u32).wrapping_mul(8) & 127;
        if self.is_signed() {
            let half = 1i128.wrapping_shl(bits.wrapping_sub(1));
            (half.wrapping_neg(), half.wrapping_sub(1))
        } else {
            (0, 1i128.wrapping_shl(bits).wrapping_sub(1))
        }
    }

    /// Whether `bytes` of this type are what a format of a sub-message is for: the text, or the number
    /// or its name.
    pub(super) fn says(&self, bytes: &[u8], wanted: &[u8]) -> bool {
        if self.kind() == Kind::Text {
            return text_of(bytes) == wanted;
        }
        let Some(n) = self.number(bytes) else { return false };
        let name = self.values().and_then(|names| names.name_of(n as i64));
        name == Some(wanted) || parse(wanted) == Some(n)
    }
}

/// A string up to its first NUL.
pub(super) fn text_of(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

/// The same where NUL may stand before the end.
pub(super) fn whole_text_of(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last.saturating_add(1));
    bytes.get(..end).unwrap_or_default()
}

/// A number in text: decimal, or hexadecimal behind `0x`, with a minus or without.
pub(super) fn parse(text: &[u8]) -> Option<i128> {
    match text {
        [b'-', rest @ ..] => unsigned(rest).map(i128::wrapping_neg),
        _ => unsigned(text),
    }
}

fn unsigned(text: &[u8]) -> Option<i128> {
    match text {
        [b'0', b'x' | b'X', digits @ ..] => number(digits, 16),
        _ => number(text, 10),
    }
}

/// Digits to a base, at most 64 bits of them.
pub(super) fn number(digits: &[u8], base: u8) -> Option<i128> {
    let add = |n: i128, digit: &u8| {
        let value = hex_value(*digit).filter(|value| *value < base)?;
        let n = n.wrapping_mul(base.into()).wrapping_add(value.into());
        Some(n).filter(|n| *n <= u64::MAX.into())
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

/// The address that bytes are: by their length, or where `family` is known by that.
pub(super) fn address(bytes: &[u8], family: Option<i128>) -> Option<IpAddr> {
    let bytes = if family == Some(INET) { bytes.get(..4)? } else { bytes };
    match bytes.len() {
        4 => Some(Ipv4Addr::from(*bytes.first_chunk::<4>()?).into()),
        _ => <[u8; 16]>::try_from(bytes).ok().map(|b| Ipv6Addr::from(b).into()),
    }
}

pub(super) fn write_address(out: &mut Out<'_>, ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => dotted(out, ip.octets()),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => {
                out.raw(b"::ffff:");
                dotted(out, mapped.octets());
            }
            None => groups(out, ip.segments()),
        },
    }
}

fn dotted(out: &mut Out<'_>, octets: [u8; 4]) {
    for (n, octet) in octets.into_iter().enumerate() {
        if n > 0 {
            out.raw(b".");
        }
        out.digits(octet.into());
    }
}

/// The groups of an IPv6 address, `::` for the longest run of zeros.
fn groups(out: &mut Out<'_>, segments: [u16; 8]) {
    let (start, len) = longest_zeros(segments);
    let end = start.wrapping_add(len);
    for (n, segment) in segments.into_iter().enumerate() {
        match n {
            n if n == start && len > 1 => _ = out.raw(b"::"),
            n if n > start && n < end && len > 1 => {}
            _ => {
                if n > 0 && (n != end || len < 2) {
                    out.raw(b":");
                }
                out.hex_digits(segment.into());
            }
        }
    }
}

/// Where the first of the longest runs of zeros starts, and how long it is.
fn longest_zeros(segments: [u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (n, segment) in segments.into_iter().enumerate() {
        run = match (segment, run) {
            (0, (_, 0)) => (n, 1),
            (0, (start, len)) => (start, usize::wrapping_add(len, 1)),
            _ => (0, 0),
        };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut buf = Vec::new();
        write_address(&mut Out::json(&mut buf), text.parse().unwrap());
        String::from_utf8(buf).unwrap()
    }

    #[test]
    fn addresses_are_written_as_inet_ntop_writes_them() {
        for text in
            ["192.0.2.1", "0.0.0.0", "::", "::1", "fe80::1", "2001:db8::", "1:2:3:4:5:6:7:8"]
        {
            assert_eq!(shown(text), text);
        }
        for text in ["1:0:2::3", "::ffff:192.0.2.1", "1:0:2:3:4:5:6:7", "1::2:0:0:3:4"] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("1:0:0:2:0:0:3:4"), "1::2:0:0:3:4");
    }

    #[test]
    fn numbers_are_read_from_text_of_either_base() {
        assert_eq!(parse(b"18446744073709551615"), Some(u64::MAX.into()));
        assert_eq!(parse(b"-0x10"), Some(-16));
        for bad in [&b""[..], b"0x", b"-", b"--1", b"1a", b"18446744073709551616", b"0xg"] {
            assert_eq!(parse(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
