// SPDX-License-Identifier: MIT OR Apache-2.0
//! Putting values of every kind into a request.

use core::net::IpAddr;

use super::Msg;
use super::message::pair;
use crate::error::Fault;

impl Msg {
    /// An attribute without payload.
    #[inline(always)]
    pub fn put_flag(&mut self, kind: u16) -> &mut Self {
        self.has_attrs = true;
        self.put_whole(pair(4, kind))
    }

    /// 1 byte.
    #[inline(always)]
    pub fn put_u8(&mut self, kind: u16, value: u8) -> &mut Self {
        self.has_attrs = true;
        self.put_whole::<8>(flat([pair(5, kind), [value, 0, 0, 0]]))
    }

    /// 2 bytes, host order.
    #[inline(always)]
    pub fn put_u16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put_2(kind, value.to_ne_bytes())
    }

    /// 4 bytes, host order.
    #[inline(always)]
    pub fn put_u32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.put_4(kind, value.to_ne_bytes())
    }

    /// 8 bytes, host order.
    #[inline(always)]
    pub fn put_u64(&mut self, kind: u16, value: u64) -> &mut Self {
        self.put_8(kind, value.to_ne_bytes())
    }

    /// 8 bytes, host order, behind an empty attribute `pad` where that is needed to align them to 8.
    pub fn put_u64_aligned(&mut self, kind: u16, pad: u16, value: u64) -> &mut Self {
        if self.len & 7 == 0 {
            self.put(pad, &[]);
        }
        self.put_u64(kind, value)
    }

    /// 1 byte, signed.
    #[inline(always)]
    pub fn put_s8(&mut self, kind: u16, value: i8) -> &mut Self {
        self.put_u8(kind, value as u8)
    }

    /// 2 bytes, host order, signed.
    #[inline(always)]
    pub fn put_s16(&mut self, kind: u16, value: i16) -> &mut Self {
        self.put_2(kind, value.to_ne_bytes())
    }

    /// 4 bytes, host order, signed.
    #[inline(always)]
    pub fn put_s32(&mut self, kind: u16, value: i32) -> &mut Self {
        self.put_4(kind, value.to_ne_bytes())
    }

    /// 8 bytes, host order, signed.
    #[inline(always)]
    pub fn put_s64(&mut self, kind: u16, value: i64) -> &mut Self {
        self.put_8(kind, value.to_ne_bytes())
    }

    /// 2 bytes, network order.
    #[inline(always)]
    pub fn put_be16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put_2(kind, value.to_be_bytes())
    }

    /// 4 bytes, network order.
    #[inline(always)]
    pub fn put_be32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.put_4(kind, value.to_be_bytes())
    }

    /// 8 bytes, network order.
    #[inline(always)]
    pub fn put_be64(&mut self, kind: u16, value: u64) -> &mut Self {
        self.put_8(kind, value.to_be_bytes())
    }

    /// The kernel's `uint`: 4 bytes where the value fits, else 8.
    pub fn put_uint(&mut self, kind: u16, value: u64) -> &mut Self {
        match u32::try_from(value) {
            Ok(small) => self.put(kind, &small.to_ne_bytes()),
            Err(_) => self.put(kind, &value.to_ne_bytes()),
        }
    }

    /// The kernel's `sint`: 4 bytes where the value fits, else 8.
    pub fn put_sint(&mut self, kind: u16, value: i64) -> &mut Self {
        match i32::try_from(value) {
            Ok(small) => self.put(kind, &small.to_ne_bytes()),
            Err(_) => self.put(kind, &value.to_ne_bytes()),
        }
    }

    /// `struct nla_bitfield32`. Bits outside `selector` are cleared: the kernel refuses them.
    pub fn put_bitfield32(&mut self, kind: u16, value: u32, selector: u32) -> &mut Self {
        let ([a, b, c, d], [e, f, g, h]) =
            ((value & selector).to_ne_bytes(), selector.to_ne_bytes());
        self.put_8(kind, [a, b, c, d, e, f, g, h])
    }

    /// A string with its NUL.
    pub fn put_str(&mut self, kind: u16, text: &str) -> &mut Self {
        self.put_strz(kind, text.as_bytes())
    }

    /// Bytes of a string, a NUL appended.
    pub fn put_strz(&mut self, kind: u16, text: &[u8]) -> &mut Self {
        let start = self.len;
        let Some(len) = u16::try_from(text.len()).ok().and_then(|n| n.checked_add(5)) else {
            return self.fail(Fault::AttrTooLong, Some(kind));
        };
        self.has_attrs = true;
        self.put_whole(pair(len, kind)).append(text);
        // The padding serves as the NUL; a text that needs none gets four zeros more.
        if self.len.wrapping_sub(start) < usize::from(len) {
            self.put_whole([0; 4]);
        }
        self
    }

    /// An IPv4 (4 bytes) or IPv6 (16 bytes) address.
    pub fn put_ip(&mut self, kind: u16, ip: IpAddr) -> &mut Self {
        match ip {
            IpAddr::V4(ip) => self.put(kind, &ip.octets()),
            IpAddr::V6(ip) => self.put(kind, &ip.octets()),
        }
    }

    /// An address, or what text that is none leaves: [`Fault::NotAnAddress`] sticks.
    pub fn put_ip_or(&mut self, kind: u16, ip: Option<IpAddr>) -> &mut Self {
        match ip {
            Some(ip) => self.put_ip(kind, ip),
            None => self.fail(Fault::NotAnAddress, Some(kind)),
        }
    }

    /// A MAC address given as text: `02:00:00:00:00:01`.
    pub fn put_mac_text(&mut self, kind: u16, text: &str) -> &mut Self {
        match parse_mac(text) {
            Some(mac) => self.put(kind, &mac),
            None => self.fail(Fault::NotAMac, Some(kind)),
        }
    }

    #[inline(always)]
    fn put_2(&mut self, kind: u16, [e, f]: [u8; 2]) -> &mut Self {
        self.has_attrs = true;
        self.put_whole::<8>(flat([pair(6, kind), [e, f, 0, 0]]))
    }

    #[inline(always)]
    fn put_4(&mut self, kind: u16, value: [u8; 4]) -> &mut Self {
        self.has_attrs = true;
        self.put_whole::<8>(flat([pair(8, kind), value]))
    }

    #[inline(always)]
    fn put_8(&mut self, kind: u16, [a, b, c, d, e, f, g, h]: [u8; 8]) -> &mut Self {
        self.has_attrs = true;
        self.put_whole::<12>(flat([pair(12, kind), [a, b, c, d], [e, f, g, h]]))
    }
}

/// Words one after the other.
#[inline(always)]
fn flat<const W: usize, const N: usize>(words: [[u8; 4]; W]) -> [u8; N] {
    words.as_flattened().first_chunk().copied().unwrap_or([0; N])
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut parts = text.as_bytes().split(|&b| b == b':');
    for byte in &mut mac {
        let &[high, low] = parts.next()? else { return None };
        *byte = hex_value(high)? << 4 | hex_value(low)?;
    }
    parts.next().is_none().then_some(mac)
}

/// What a digit to base 16 stands for.
pub(crate) fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 15),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 7).wrapping_add(9)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attrs, Header};
    use super::*;

    fn body(m: &mut Msg) -> Vec<u8> {
        m.bytes().unwrap()[Header::LEN..].to_vec()
    }

    #[test]
    fn a_u64_is_aligned_where_asked() {
        let mut m = Msg::new(16, 0);
        m.put_u64_aligned(1, 9, 7).put_u64_aligned(2, 9, 8);
        let bytes = m.bytes().unwrap().to_vec();
        let attrs = Attrs::at(&bytes[16..], bytes.len()).map(Result::unwrap);
        let offsets: Vec<_> =
            attrs.filter(|a| a.kind() != 9).map(|a| (a.offset() + 4) % 8).collect();
        assert_eq!(offsets, [0, 0]);
    }

    #[test]
    fn uint_takes_four_bytes_where_they_do() {
        let lens = |m: &mut Msg| body(m).len();
        assert_eq!(lens(Msg::new(16, 0).put_uint(1, u32::MAX.into())), 8);
        assert_eq!(lens(Msg::new(16, 0).put_uint(1, 1 << 32)), 12);
        assert_eq!(lens(Msg::new(16, 0).put_sint(1, -1)), 8);
        assert_eq!(lens(Msg::new(16, 0).put_sint(1, i64::MIN)), 12);
    }

    #[test]
    fn bits_outside_the_selector_are_not_sent() {
        let mut m = Msg::new(16, 0);
        let bytes = body(m.put_bitfield32(1, 0xff, 0x0f));
        assert_eq!(&bytes[4..8], &0x0fu32.to_ne_bytes());
    }

    #[test]
    fn macs_have_six_parts_of_two_digits() {
        assert_eq!(parse_mac("02:00:00:00:00:fF"), Some([2, 0, 0, 0, 0, 255]));
        for bad in ["", "02:00", "02:00:00:00:00:00:00", "2:0:0:0:0:0", "+2:00:00:00:00:00"] {
            assert_eq!(parse_mac(bad), None, "{bad}");
        }
    }
}
