// SPDX-License-Identifier: MIT OR Apache-2.0
//! Building a request. The first thing that goes wrong sticks, so that puts may be chained unchecked.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::message::pair;
use super::{Attr, Fixed, Header, align4};
use crate::error::Fault;
use crate::grow;
use crate::uapi::*;

/// How many nests may be open at a time.
pub const MAX_NESTS: usize = 16;

/// Messages end here: lengths are signed in much of the kernel.
const MAX_MESSAGE: usize = i32::MAX as usize;

/// Enough for most requests without growing.
const FIRST_SIZE: usize = 240;

/// A request under construction.
///
/// ```
/// use rnl::{Msg, uapi::rtnetlink::*};
/// let mut m = Msg::new(RTM_NEWLINK, 0);
/// m.put_header(&[0; 16]).put_str(IFLA_IFNAME, "v0").nest(IFLA_LINKINFO);
/// m.put_str(IFLA_INFO_KIND, "dummy").nest_end();
/// assert_eq!(m.bytes().unwrap().len(), 16 + 16 + 8 + 4 + 12);
/// ```
#[derive(Debug, Default)]
pub struct Msg {
    /// The message, and room behind it that has been zeroed once.
    buf: Vec<u8>,
    len: usize,
    kind: u16,
    flags: u16,
    fault: Option<Failure>,
    nests: [u32; MAX_NESTS],
    depth: usize,
    has_attrs: bool,
}

/// The first failure, and the types of the nests and the attribute it happened in.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// What went wrong.
    pub fault: Fault,
    path: [u16; MAX_NESTS + 1],
    len: usize,
}

impl Failure {
    /// Attribute types from the outermost nest to the attribute that failed.
    pub fn path(&self) -> &[u16] {
        self.path.get(..self.len).unwrap_or_default()
    }
}

impl Msg {
    /// A request of type `kind`, 16 or above, with `NLM_F_*` flags. REQUEST and ACK are added on sending.
    pub fn new(kind: u16, flags: u16) -> Self {
        let mut m = Msg::default();
        m.reset(kind, flags);
        m
    }

    /// Starts over, keeping the memory.
    pub fn reset(&mut self, kind: u16, flags: u16) {
        self.len = 0;
        (self.kind, self.flags) = (kind, flags);
        (self.fault, self.depth, self.has_attrs) = (None, 0, false);
        if kind < NLMSG_MIN_TYPE {
            self.fail(Fault::ControlType, None);
        }
        self.append(&[0; Header::LEN], &[]);
    }

    /// The message's type.
    pub fn kind(&self) -> u16 {
        self.kind
    }

    /// The flags it was made with.
    pub fn flags(&self) -> u16 {
        self.flags
    }

    /// The first thing that went wrong.
    pub fn failure(&self) -> Option<&Failure> {
        self.fault.as_ref()
    }

    /// Whether every put so far worked.
    #[inline(always)]
    pub fn status(&self) -> Result<(), Fault> {
        self.fault.as_ref().map_or(Ok(()), |f| Err(f.fault))
    }

    /// The finished message, sequence number and port 0.
    pub fn bytes(&mut self) -> Result<&[u8], Fault> {
        self.check()?;
        let header = self.header();
        if let Some(head) = self.buf.first_chunk_mut() {
            *head = header.to_bytes();
        }
        Ok(self.written())
    }

    /// The finished message's header, sequence number and port 0.
    pub fn header(&self) -> Header {
        let len = u32::try_from(self.len).unwrap_or(u32::MAX);
        Header { len, kind: self.kind, flags: self.flags, seq: 0, port: 0 }
    }

    /// What follows the header.
    pub fn body(&self) -> Result<&[u8], Fault> {
        self.check()?;
        Ok(self.written().get(Header::LEN..).unwrap_or_default())
    }

    fn written(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Fault> {
        self.status()?;
        if self.depth == 0 { Ok(()) } else { Err(Fault::OpenNest) }
    }

    /// Appends the family's fixed header, padded to 4 bytes; it comes before the attributes.
    #[inline(always)]
    pub fn put_header(&mut self, fixed: &[u8]) -> &mut Self {
        if self.has_attrs {
            return self.fail(Fault::LateHeader, None);
        }
        self.put_struct(fixed)
    }

    /// Appends a fixed header given as a struct.
    pub fn put_fixed<T: Fixed>(&mut self, fixed: &T) -> &mut Self {
        let mut room = [0; 64];
        match room.get_mut(..T::LEN) {
            Some(bytes) => {
                fixed.write(bytes);
                self.put_header(bytes)
            }
            None => self.fail(Fault::BadArgument, None),
        }
    }

    /// An attribute with any payload. `kind` may carry `NLA_F_*` bits.
    #[inline(always)]
    pub fn put(&mut self, kind: u16, payload: &[u8]) -> &mut Self {
        let Some(len) = u16::try_from(payload.len()).ok().and_then(|n| n.checked_add(4)) else {
            return self.fail(Fault::AttrTooLong, Some(kind));
        };
        self.has_attrs = true;
        self.append(&pair(len, kind), payload)
    }

    /// An attribute without payload.
    #[inline(always)]
    pub fn put_flag(&mut self, kind: u16) -> &mut Self {
        self.put(kind, &[])
    }

    /// 1 byte.
    #[inline(always)]
    pub fn put_u8(&mut self, kind: u16, value: u8) -> &mut Self {
        self.put(kind, &[value])
    }

    /// 2 bytes, host order.
    #[inline(always)]
    pub fn put_u16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
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
    pub fn put_s8(&mut self, kind: u16, value: i8) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 2 bytes, host order, signed.
    pub fn put_s16(&mut self, kind: u16, value: i16) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
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
    pub fn put_be16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put(kind, &value.to_be_bytes())
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
            Ok(small) => self.put_u32(kind, small),
            Err(_) => self.put_u64(kind, value),
        }
    }

    /// The kernel's `sint`: 4 bytes where the value fits, else 8.
    pub fn put_sint(&mut self, kind: u16, value: i64) -> &mut Self {
        match i32::try_from(value) {
            Ok(small) => self.put_s32(kind, small),
            Err(_) => self.put_s64(kind, value),
        }
    }

    /// `struct nla_bitfield32`. Bits outside `selector` are cleared: the kernel refuses them.
    pub fn put_bitfield32(&mut self, kind: u16, value: u32, selector: u32) -> &mut Self {
        let ([a, b, c, d], [e, f, g, h]) =
            ((value & selector).to_ne_bytes(), selector.to_ne_bytes());
        self.put(kind, &[a, b, c, d, e, f, g, h])
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
        self.append(&pair(len, kind), text);
        // The padding serves as the NUL; a text that needs none gets four zeros more.
        if self.len.wrapping_sub(start) < usize::from(len) {
            self.append(&[0; 4], &[]);
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

    /// Bytes as they are: attributes that were built elsewhere.
    #[inline(always)]
    pub fn put_raw(&mut self, attrs: &[u8]) -> &mut Self {
        self.has_attrs = true;
        self.put_struct(attrs)
    }

    /// Copies an attribute out of another message.
    pub fn put_attr(&mut self, attr: &Attr<'_>) -> &mut Self {
        self.put(attr.kind, attr.payload())
    }

    /// Begins a nest; what is put goes inside until [`Msg::nest_end`].
    #[inline(always)]
    pub fn nest(&mut self, kind: u16) -> &mut Self {
        let start = u32::try_from(self.len).unwrap_or(u32::MAX);
        let Some(slot) = self.nests.get_mut(self.depth) else {
            return self.fail(Fault::NestTooDeep, Some(kind));
        };
        *slot = start;
        self.has_attrs = true;
        self.put_whole(pair(4, kind | NLA_F_NESTED));
        if self.fault.is_none() {
            self.depth = self.depth.saturating_add(1);
        }
        self
    }

    /// Ends the innermost nest.
    #[inline(always)]
    pub fn nest_end(&mut self) -> &mut Self {
        let Some(start) = self.innermost() else {
            return self.fail(Fault::NoNest, None);
        };
        let Ok(len) = u16::try_from(self.len.saturating_sub(start)) else {
            return self.fail(Fault::NestTooLong, None);
        };
        if let Some(head) = self.buf.get_mut(start..).and_then(|b| b.first_chunk_mut()) {
            *head = len.to_ne_bytes();
        }
        self.depth = self.depth.saturating_sub(1);
        self
    }

    /// Takes the innermost nest back, with all that was put inside.
    pub fn nest_cancel(&mut self) -> &mut Self {
        let Some(start) = self.innermost() else {
            return self.fail(Fault::NoNest, None);
        };
        if self.fault.is_none() {
            self.len = start;
            self.depth = self.depth.saturating_sub(1);
        }
        self
    }

    fn innermost(&self) -> Option<usize> {
        let start = self.nests.get(self.depth.checked_sub(1)?)?;
        usize::try_from(*start).ok()
    }

    /// An attribute of `N` bytes that is complete as it stands: one bounds check, one store.
    #[inline(always)]
    fn put_whole<const N: usize>(&mut self, attr: [u8; N]) -> &mut Self {
        let room = self.buf.get_mut(self.len..).and_then(|room| room.first_chunk_mut());
        match room.filter(|_| self.fault.is_none()) {
            Some(slot) => {
                *slot = attr;
                self.len = self.len.wrapping_add(N);
                self
            }
            None => self.put_slowly(attr),
        }
    }

    /// Appends bytes, most often a struct of a common size: copied without a call to memcpy then.
    #[inline(always)]
    fn put_struct(&mut self, bytes: &[u8]) -> &mut Self {
        if let Ok(&nexthop) = <&[u8; 8]>::try_from(bytes) {
            return self.put_whole(nexthop);
        }
        if let Ok(&route) = <&[u8; 12]>::try_from(bytes) {
            return self.put_whole(route);
        }
        self.append(&[], bytes)
    }

    /// The way of the attribute that no room was made for yet.
    #[cold]
    #[inline(never)]
    fn put_slowly<const N: usize>(&mut self, attr: [u8; N]) -> &mut Self {
        self.append(&attr, &[])
    }

    #[inline(always)]
    fn put_4(&mut self, kind: u16, [e, f, g, h]: [u8; 4]) -> &mut Self {
        let [a, b, c, d] = pair(8, kind);
        self.has_attrs = true;
        self.put_whole([a, b, c, d, e, f, g, h])
    }

    #[inline(always)]
    fn put_8(&mut self, kind: u16, [e, f, g, h, i, j, k, l]: [u8; 8]) -> &mut Self {
        let [a, b, c, d] = pair(12, kind);
        self.has_attrs = true;
        self.put_whole([a, b, c, d, e, f, g, h, i, j, k, l])
    }

    /// Appends `head`, `payload` and zeros up to a multiple of 4.
    #[inline(always)]
    fn append(&mut self, head: &[u8], payload: &[u8]) -> &mut Self {
        let len = head.len().saturating_add(align4(payload.len()));
        let room = self.room(len).and_then(|room| room.split_at_mut_checked(head.len()));
        if let Some((first, rest)) = room {
            first.copy_from_slice(head);
            fill(rest, payload);
        }
        self
    }

    /// Room for `len` more bytes; `None` once something has gone wrong.
    #[inline(always)]
    fn room(&mut self, len: usize) -> Option<&mut [u8]> {
        let start = self.len;
        let end = start.saturating_add(len);
        if self.fault.is_some() || (end > self.buf.len() && !self.grow(end)) {
            return None;
        }
        self.len = end;
        self.buf.get_mut(start..end)
    }

    /// Makes the buffer hold `end` bytes and more.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) -> bool {
        let size = end.max(self.buf.len().saturating_mul(2)).clamp(FIRST_SIZE, MAX_MESSAGE);
        if end > MAX_MESSAGE {
            self.fail(Fault::MessageTooLong, None);
            return false;
        }
        if grow::extend(&mut self.buf, size, 0).is_err() {
            self.fail(Fault::NoMemory, None);
            return false;
        }
        true
    }

    /// Makes `fault` the first failure, unless there is one already.
    pub(crate) fn refuse(&mut self, fault: Fault, kind: Option<u16>) -> Result<(), Fault> {
        self.fail(fault, kind).status()
    }

    /// Remembers the first failure, and where it happened.
    #[cold]
    pub(crate) fn fail(&mut self, fault: Fault, kind: Option<u16>) -> &mut Self {
        if self.fault.is_some() {
            return self;
        }
        let mut failure = Failure { fault, path: [0; MAX_NESTS + 1], len: 0 };
        let nests = self.nests.iter().take(self.depth).map(|&start| self.kind_at(start));
        for (slot, kind) in failure.path.iter_mut().zip(nests.chain(kind)) {
            *slot = kind & NLA_TYPE_MASK;
            failure.len = failure.len.saturating_add(1);
        }
        self.fault = Some(failure);
        self
    }

    fn kind_at(&self, start: u32) -> u16 {
        let head = self.buf.get(start as usize..).and_then(|b| b.first_chunk::<4>());
        head.map_or(0, |&[_, _, c, d]| u16::from_ne_bytes([c, d]))
    }
}

/// Copies `payload` to the start of `room`, which it fills but for a padding of zeros.
#[inline(always)]
fn fill(room: &mut [u8], payload: &[u8]) {
    if let Some(last) = room.last_chunk_mut::<4>() {
        *last = [0; 4];
    }
    if let Some((bytes, _)) = room.split_at_mut_checked(payload.len()) {
        bytes.copy_from_slice(payload);
    }
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut parts = text.as_bytes().split(|&b| b == b':');
    for byte in &mut mac {
        let &[high, low] = parts.next()? else { return None };
        *byte = hex(high)? << 4 | hex(low)?;
    }
    parts.next().is_none().then_some(mac)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 15),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 7).wrapping_add(9)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attrs, Message};
    use super::*;

    fn body(m: &mut Msg) -> Vec<u8> {
        m.bytes().unwrap()[Header::LEN..].to_vec()
    }

    #[test]
    fn padding_is_zeroed_and_not_counted() {
        let mut m = Msg::new(16, 0);
        m.put(1, &[0xff; 5]);
        let bytes = body(&mut m);
        assert_eq!(bytes.len(), 12);
        assert_eq!(&bytes[..2], &9u16.to_ne_bytes());
        assert_eq!(&bytes[9..], &[0; 3]);
    }

    #[test]
    fn nests_hold_what_is_put_between() {
        let mut m = Msg::new(16, 0);
        m.put_header(&[1; 2]).nest(5).put_u8(1, 7).nest(6).nest_end().nest_end().put_flag(9);
        let bytes = m.bytes().unwrap().to_vec();
        let top: Vec<_> = Message::split(&bytes).unwrap().0.attrs(2).map(Result::unwrap).collect();
        assert_eq!((top[0].kind(), top[0].is_nest(), top[1].kind()), (5, true, 9));
        let inner: Vec<_> = top[0].nested().map(Result::unwrap).collect();
        assert_eq!((inner[0].u8(), inner[1].payload().len()), (Ok(7), 0));
        assert_eq!(inner[0].offset(), 16 + 4 + 4);
    }

    #[test]
    fn a_cancelled_nest_leaves_nothing() {
        let mut m = Msg::new(16, 0);
        m.put_u8(1, 1).nest(2).put_u32(3, 3).nest_cancel();
        assert_eq!(body(&mut m).len(), 8);
    }

    #[test]
    fn the_first_failure_sticks_with_its_place() {
        let mut m = Msg::new(16, 0);
        m.nest(18).nest(2).put_mac_text(4, "no").put(9, &[0; 70_000]).nest_end().nest_end();
        let failure = m.failure().unwrap();
        assert_eq!((failure.fault, failure.path()), (Fault::NotAMac, &[18, 2, 4][..]));
        assert_eq!(m.bytes().unwrap_err(), Fault::NotAMac);
    }

    #[test]
    fn lengths_that_16_bits_cant_say_are_refused() {
        assert!(Msg::new(16, 0).put(1, &[0; 65_531]).status().is_ok());
        assert_eq!(Msg::new(16, 0).put(1, &[0; 65_532]).status(), Err(Fault::AttrTooLong));
        assert_eq!(Msg::new(16, 0).put_strz(1, &[b'x'; 65_531]).status(), Err(Fault::AttrTooLong));
        let mut m = Msg::new(16, 0);
        m.nest(1).put(2, &[0; 40_000]).put(3, &[0; 40_000]).nest_end();
        assert_eq!(m.status(), Err(Fault::NestTooLong));
    }

    #[test]
    fn misuse_is_named() {
        assert_eq!(Msg::new(3, 0).status(), Err(Fault::ControlType));
        assert_eq!(Msg::new(16, 0).nest_end().status(), Err(Fault::NoNest));
        assert_eq!(Msg::new(16, 0).nest_cancel().status(), Err(Fault::NoNest));
        assert_eq!(Msg::new(16, 0).nest(1).bytes().unwrap_err(), Fault::OpenNest);
        assert_eq!(
            Msg::new(16, 0).put_u8(1, 1).put_header(&[0; 4]).status(),
            Err(Fault::LateHeader)
        );
        let mut deep = Msg::new(16, 0);
        (0..=MAX_NESTS).for_each(|_| _ = deep.nest(1));
        assert_eq!(deep.status(), Err(Fault::NestTooDeep));
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
