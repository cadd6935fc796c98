// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes: walking them, and reading what they carry.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::align4;
use crate::error::Fault;
use crate::uapi::{NLA_F_NESTED, NLA_TYPE_MASK};

/// One attribute: a view of the bytes it was found in.
#[derive(Clone, Copy, Debug)]
pub struct Attr<'a> {
    pub(crate) kind: u16,
    pub(crate) payload: &'a [u8],
    pub(crate) offset: usize,
}

/// The attributes of a message or of a nest, in order. One that can't be read ends the walk with an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attrs<'a> {
    rest: &'a [u8],
    /// Offset of the end of `rest` from the message's header.
    end: usize,
}

impl<'a> Attrs<'a> {
    /// Walks `bytes`, which ends at offset `end` of its message.
    pub fn at(bytes: &'a [u8], end: usize) -> Self {
        Attrs { rest: bytes, end }
    }

    /// What has not been walked yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Offset of the next attribute from the header of its message.
    #[inline]
    pub fn offset(&self) -> usize {
        self.end.saturating_sub(self.rest.len())
    }

    /// [`Iterator::next`], where it is worth being inlined.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Option<Result<Attr<'a>, Fault>> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((attr, rest)) = Attr::split(self.rest, self.offset()) else {
            self.rest = &[];
            return Some(Err(Fault::AttrLength));
        };
        self.rest = rest;
        Some(Ok(attr))
    }

    /// The last attribute of type `kind`: the one the kernel would take. Damaged attributes end the search.
    #[inline(never)]
    pub fn get(mut self, kind: u16) -> Option<Attr<'a>> {
        let mut found = None;
        while let Some(Ok(attr)) = self.next() {
            found = if attr.kind() == kind { Some(attr) } else { found };
        }
        found
    }

    /// How many attributes of the same type come before `attr`, which is one of these.
    #[cold]
    pub(crate) fn turn(self, attr: &Attr<'_>) -> u64 {
        let before = self.map_while(Result::ok).take_while(|a| a.offset() < attr.offset());
        before.filter(|a| a.kind() == attr.kind()).count() as u64
    }
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Result<Attr<'a>, Fault>;

    // In the library for C size counts: the walk that is worth inlining is in rnl/inline.h.
    #[cfg_attr(feature = "runtime", inline(never))]
    #[cfg_attr(not(feature = "runtime"), inline)]
    fn next(&mut self) -> Option<Self::Item> {
        self.step()
    }
}

impl<'a> Attr<'a> {
    /// An attribute by its parts; `kind` may carry `NLA_F_*` bits.
    pub(crate) fn new(kind: u16, payload: &'a [u8], offset: usize) -> Self {
        Attr { kind, payload, offset }
    }

    /// The attribute at the start of `bytes`, which is at `offset` of its message, and what follows it.
    #[inline]
    pub fn split(bytes: &'a [u8], offset: usize) -> Option<(Attr<'a>, &'a [u8])> {
        let (&[a, b, c, d], behind) = bytes.split_first_chunk()?;
        let len = usize::from(u16::from_ne_bytes([a, b]));
        // What is shorter than its header wraps, and no end is behind that.
        let payload = behind.get(..len.wrapping_sub(4))?;
        let attr = Attr { kind: u16::from_ne_bytes([c, d]), payload, offset };
        // The last attribute may lack its padding.
        Some((attr, bytes.get(align4(len)..).unwrap_or_default()))
    }

    /// The type, without the two flag bits that may come with it.
    #[inline]
    pub fn kind(&self) -> u16 {
        self.kind & NLA_TYPE_MASK
    }

    /// `NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`: a hint; the kernel sets it on some nests only.
    pub fn flags(&self) -> u16 {
        self.kind & !NLA_TYPE_MASK
    }

    /// Whether the sender marked it as a nest.
    pub fn is_nest(&self) -> bool {
        self.kind & NLA_F_NESTED != 0
    }

    /// What it carries.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Where it starts, counted from the header of its message.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The attributes inside.
    #[inline]
    pub fn nested(&self) -> Attrs<'a> {
        let end = self.offset.saturating_add(4).saturating_add(self.payload.len());
        Attrs::at(self.payload, end)
    }

    #[inline]
    fn exactly<const N: usize>(&self) -> Result<[u8; N], Fault> {
        self.payload.try_into().map_err(|_| Fault::Width)
    }

    /// 1 byte.
    pub fn u8(&self) -> Result<u8, Fault> {
        self.exactly().map(u8::from_ne_bytes)
    }

    /// 2 bytes, host order.
    pub fn u16(&self) -> Result<u16, Fault> {
        self.exactly().map(u16::from_ne_bytes)
    }

    /// 4 bytes, host order.
    #[inline]
    pub fn u32(&self) -> Result<u32, Fault> {
        self.exactly().map(u32::from_ne_bytes)
    }

    /// 8 bytes, host order; only 4-aligned on the wire.
    pub fn u64(&self) -> Result<u64, Fault> {
        self.exactly().map(u64::from_ne_bytes)
    }

    /// 1 byte, signed.
    pub fn s8(&self) -> Result<i8, Fault> {
        self.exactly().map(i8::from_ne_bytes)
    }

    /// 2 bytes, host order, signed.
    pub fn s16(&self) -> Result<i16, Fault> {
        self.exactly().map(i16::from_ne_bytes)
    }

    /// 4 bytes, host order, signed.
    pub fn s32(&self) -> Result<i32, Fault> {
        self.exactly().map(i32::from_ne_bytes)
    }

    /// 8 bytes, host order, signed.
    pub fn s64(&self) -> Result<i64, Fault> {
        self.exactly().map(i64::from_ne_bytes)
    }

    /// 2 bytes, network order.
    pub fn be16(&self) -> Result<u16, Fault> {
        self.exactly().map(u16::from_be_bytes)
    }

    /// 4 bytes, network order.
    pub fn be32(&self) -> Result<u32, Fault> {
        self.exactly().map(u32::from_be_bytes)
    }

    /// 8 bytes, network order.
    pub fn be64(&self) -> Result<u64, Fault> {
        self.exactly().map(u64::from_be_bytes)
    }

    /// An unsigned number of any width, as the kernel's `uint` is 4 or 8 bytes.
    pub fn uint(&self) -> Result<u64, Fault> {
        match self.payload.len() {
            1 => self.u8().map(u64::from),
            2 => self.u16().map(u64::from),
            4 => self.u32().map(u64::from),
            _ => self.u64(),
        }
    }

    /// A signed number of any width, as the kernel's `sint` is 4 or 8 bytes.
    pub fn sint(&self) -> Result<i64, Fault> {
        match self.payload.len() {
            1 => self.s8().map(i64::from),
            2 => self.s16().map(i64::from),
            4 => self.s32().map(i64::from),
            _ => self.s64(),
        }
    }

    /// `struct nla_bitfield32`: the bits, and which of them are meant.
    pub fn bitfield32(&self) -> Result<(u32, u32), Fault> {
        let both: [u8; 8] = self.exactly()?;
        let [a, b, c, d, e, f, g, h] = both;
        Ok((u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])))
    }

    /// A string up to its first NUL; the payload need not hold one.
    pub fn bytes(&self) -> &'a [u8] {
        let end = self.payload.iter().position(|&b| b == 0).unwrap_or(self.payload.len());
        self.payload.get(..end).unwrap_or_default()
    }

    /// [`Attr::bytes`] as text.
    pub fn str(&self) -> Result<&'a str, Fault> {
        core::str::from_utf8(self.bytes()).map_err(|_| Fault::NotText)
    }

    /// An IPv4 or IPv6 address: 4 or 16 bytes.
    pub fn ip(&self) -> Result<IpAddr, Fault> {
        match self.payload.len() {
            4 => self.exactly::<4>().map(|b| Ipv4Addr::from(b).into()),
            _ => self.exactly::<16>().map(|b| Ipv6Addr::from(b).into()),
        }
    }

    /// A MAC address: 6 bytes.
    pub fn mac(&self) -> Result<[u8; 6], Fault> {
        self.exactly()
    }

    /// Element `index` of an array of `width`-byte elements; `None` past the end.
    /// An array that is no whole number of elements is [`Fault::Width`].
    pub fn element(&self, width: usize, index: usize) -> Result<Option<&'a [u8]>, Fault> {
        if self.payload.len().checked_rem(width) != Some(0) {
            return Err(Fault::Width);
        }
        let start = index.saturating_mul(width);
        Ok(self.payload.get(start..start.saturating_add(width)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attr(payload: &[u8]) -> Attr<'_> {
        Attr { kind: 1, payload, offset: 16 }
    }

    #[test]
    fn a_walk_yields_types_payloads_and_offsets() {
        let bytes = [5, 0, 1, 0, 42, 0, 0, 0, 4, 0, 2, 0x80];
        let bytes = if cfg!(target_endian = "little") {
            bytes
        } else {
            [0, 5, 0, 1, 42, 0, 0, 0, 0, 4, 0x80, 2]
        };
        let all: Vec<_> = Attrs::at(&bytes, 28).map(Result::unwrap).collect();
        assert_eq!((all[0].kind(), all[0].payload(), all[0].offset()), (1, &[42][..], 16));
        assert_eq!((all[1].kind(), all[1].is_nest(), all[1].offset()), (2, true, 24));
    }

    #[test]
    fn damaged_attributes_end_the_walk_with_one_error() {
        for len in [0u16, 3, 9, u16::MAX] {
            let mut bytes = [0; 8];
            bytes[..2].copy_from_slice(&len.to_ne_bytes());
            let all: Vec<_> = Attrs::at(&bytes, 8).collect();
            assert!(matches!(all[..], [Err(Fault::AttrLength)]), "length {len}");
        }
        assert_eq!(Attrs::at(&[1, 2, 3], 3).filter(Result::is_err).count(), 1);
    }

    #[test]
    fn numbers_are_read_only_at_their_own_width() {
        assert_eq!(attr(&7u32.to_ne_bytes()).u32(), Ok(7));
        assert_eq!(attr(&7u64.to_ne_bytes()).u32(), Err(Fault::Width));
        assert_eq!(attr(&(-2i16).to_ne_bytes()).s16(), Ok(-2));
        assert_eq!(attr(&[1, 2]).be16(), Ok(0x102));
        assert_eq!(attr(&[1]).u64(), Err(Fault::Width));
    }

    #[test]
    fn uint_and_sint_take_every_width() {
        assert_eq!(attr(&9u32.to_ne_bytes()).uint(), Ok(9));
        assert_eq!(attr(&u64::MAX.to_ne_bytes()).uint(), Ok(u64::MAX));
        assert_eq!(attr(&(-9i32).to_ne_bytes()).sint(), Ok(-9));
        assert_eq!(attr(&[0xff]).sint(), Ok(-1));
        assert_eq!(attr(&[1, 2, 3]).uint(), Err(Fault::Width));
    }

    #[test]
    fn strings_need_no_nul() {
        assert_eq!(attr(b"eth0\0").str(), Ok("eth0"));
        assert_eq!(attr(b"eth0").str(), Ok("eth0"));
        assert_eq!(attr(b"").str(), Ok(""));
        assert_eq!(attr(b"\xff").str(), Err(Fault::NotText));
    }

    #[test]
    fn arrays_give_whole_elements_only() {
        let a = attr(&[1, 2, 3, 4]);
        assert_eq!(a.element(2, 1), Ok(Some(&[3, 4][..])));
        assert_eq!(a.element(2, 2), Ok(None));
        assert_eq!(a.element(3, 0), Err(Fault::Width));
        assert_eq!(a.element(0, 0), Err(Fault::Width));
        assert_eq!(a.element(2, usize::MAX), Ok(None));
    }

    #[test]
    fn addresses_are_told_by_their_length() {
        assert_eq!(attr(&[127, 0, 0, 1]).ip(), Ok("127.0.0.1".parse().unwrap()));
        assert_eq!(attr(&[0; 16]).ip(), Ok("::".parse().unwrap()));
        assert_eq!(attr(&[0; 5]).ip(), Err(Fault::Width));
        assert_eq!(attr(&[2, 0, 0, 0, 0, 1]).mac(), Ok([2, 0, 0, 0, 0, 1]));
    }
}
