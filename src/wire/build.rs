// SPDX-License-Identifier: MIT OR Apache-2.0
//! Building a request. The first thing that goes wrong sticks, so that puts may be chained unchecked.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::message::pair;
use super::{Attr, Fixed, Header};
use crate::error::Fault;
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
    buf: Vec<u8>,
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
        self.buf.clear();
        (self.kind, self.flags) = (kind, flags);
        (self.fault, self.depth, self.has_attrs) = (None, 0, false);
        if kind < NLMSG_MIN_TYPE {
            self.fail(Fault::ControlType, None);
        }
        self.append(FIRST_SIZE, &[&[0; Header::LEN]]);
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
        Ok(&self.buf)
    }

    /// The finished message's header, sequence number and port 0.
    pub fn header(&self) -> Header {
        let len = u32::try_from(self.buf.len()).unwrap_or(u32::MAX);
        Header { len, kind: self.kind, flags: self.flags, seq: 0, port: 0 }
    }

    /// What follows the header.
    pub fn body(&self) -> Result<&[u8], Fault> {
        self.check()?;
        Ok(self.buf.get(Header::LEN..).unwrap_or_default())
    }

    fn check(&self) -> Result<(), Fault> {
        self.status()?;
        if self.depth == 0 { Ok(()) } else { Err(Fault::OpenNest) }
    }

    /// Appends the family's fixed header, padded to 4 bytes; it comes before the attributes.
    pub fn put_header(&mut self, fixed: &[u8]) -> &mut Self {
        if self.has_attrs {
            return self.fail(Fault::LateHeader, None);
        }
        self.append(0, &[fixed, padding(fixed.len())])
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
    pub fn put(&mut self, kind: u16, payload: &[u8]) -> &mut Self {
        let Some(len) = u16::try_from(payload.len()).ok().and_then(|n| n.checked_add(4)) else {
            return self.fail(Fault::AttrTooLong, Some(kind));
        };
        self.has_attrs = true;
        self.append(0, &[&pair(len, kind), payload, padding(payload.len())])
    }

    /// An attribute without payload.
    pub fn put_flag(&mut self, kind: u16) -> &mut Self {
        self.put(kind, &[])
    }

    /// 1 byte.
    pub fn put_u8(&mut self, kind: u16, value: u8) -> &mut Self {
        self.put(kind, &[value])
    }

    /// 2 bytes, host order.
    pub fn put_u16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 4 bytes, host order.
    pub fn put_u32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 8 bytes, host order.
    pub fn put_u64(&mut self, kind: u16, value: u64) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 8 bytes, host order, behind an empty attribute `pad` where that is needed to align them to 8.
    pub fn put_u64_aligned(&mut self, kind: u16, pad: u16, value: u64) -> &mut Self {
        if self.buf.len() & 7 == 0 {
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
    pub fn put_s32(&mut self, kind: u16, value: i32) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 8 bytes, host order, signed.
    pub fn put_s64(&mut self, kind: u16, value: i64) -> &mut Self {
        self.put(kind, &value.to_ne_bytes())
    }

    /// 2 bytes, network order.
    pub fn put_be16(&mut self, kind: u16, value: u16) -> &mut Self {
        self.put(kind, &value.to_be_bytes())
    }

    /// 4 bytes, network order.
    pub fn put_be32(&mut self, kind: u16, value: u32) -> &mut Self {
        self.put(kind, &value.to_be_bytes())
    }

    /// 8 bytes, network order.
    pub fn put_be64(&mut self, kind: u16, value: u64) -> &mut Self {
        self.put(kind, &value.to_be_bytes())
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
        let ([a, b, c, d], [e, f, g, h]) = ((value & selector).to_ne_bytes(), selector.to_ne_bytes());
        self.put(kind, &[a, b, c, d, e, f, g, h])
    }

    /// A string with its NUL.
    pub fn put_str(&mut self, kind: u16, text: &str) -> &mut Self {
        self.put_strz(kind, text.as_bytes())
    }

    /// Bytes of a string, a NUL appended.
    pub fn put_strz(&mut self, kind: u16, text: &[u8]) -> &mut Self {
        let total = text.len().saturating_add(1);
        let Some(len) = u16::try_from(total).ok().and_then(|n| n.checked_add(4)) else {
            return self.fail(Fault::AttrTooLong, Some(kind));
        };
        self.has_attrs = true;
        self.append(0, &[&pair(len, kind), text, &[0], padding(total)])
    }

    /// An IPv4 (4 bytes) or IPv6 (16 bytes) address.
    pub fn put_ip(&mut self, kind: u16, ip: IpAddr) -> &mut Self {
        match ip {
            IpAddr::V4(ip) => self.put(kind, &ip.octets()),
            IpAddr::V6(ip) => self.put(kind, &ip.octets()),
        }
    }

    /// An address given as text. Text that is no address sticks as [`Fault::NotAnAddress`].
    pub fn put_ip_text(&mut self, kind: u16, text: &str) -> &mut Self {
        match text.parse() {
            Ok(ip) => self.put_ip(kind, ip),
            Err(_) => self.fail(Fault::NotAnAddress, Some(kind)),
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
    pub fn put_raw(&mut self, attrs: &[u8]) -> &mut Self {
        self.has_attrs = true;
        self.append(0, &[attrs, padding(attrs.len())])
    }

    /// Copies an attribute out of another message.
    pub fn put_attr(&mut self, attr: &Attr<'_>) -> &mut Self {
        self.put(attr.kind, attr.payload())
    }

    /// Begins a nest; what is put goes inside until [`Msg::nest_end`].
    pub fn nest(&mut self, kind: u16) -> &mut Self {
        let Ok(start) = u32::try_from(self.buf.len()) else {
            return self.fail(Fault::MessageTooLong, Some(kind));
        };
        let Some(slot) = self.nests.get_mut(self.depth) else {
            return self.fail(Fault::NestTooDeep, Some(kind));
        };
        *slot = start;
        self.put(kind | NLA_F_NESTED, &[]);
        if self.fault.is_none() {
            self.depth = self.depth.saturating_add(1);
        }
        self
    }

    /// Ends the innermost nest.
    pub fn nest_end(&mut self) -> &mut Self {
        let Some(start) = self.innermost() else {
            return self.fail(Fault::NoNest, None);
        };
        let Ok(len) = u16::try_from(self.buf.len().saturating_sub(start)) else {
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
            self.buf.truncate(start);
            self.depth = self.depth.saturating_sub(1);
        }
        self
    }

    fn innermost(&self) -> Option<usize> {
        let start = self.nests.get(self.depth.checked_sub(1)?)?;
        usize::try_from(*start).ok()
    }

    /// Appends all `parts` or nothing; `spare` is room to ask for beyond them.
    #[inline]
    fn append(&mut self, spare: usize, parts: &[&[u8]]) -> &mut Self {
        if self.fault.is_some() {
            return self;
        }
        let len = parts.iter().fold(0usize, |n, p| n.saturating_add(p.len()));
        if len > MAX_MESSAGE.saturating_sub(self.buf.len()) {
            return self.fail(Fault::MessageTooLong, None);
        }
        if self.buf.try_reserve(len.max(spare)).is_err() {
            return self.fail(Fault::NoMemory, None);
        }
        for part in parts {
            self.buf.extend_from_slice(part);
        }
        self
    }

    /// Makes `fault` the first failure, unless there is one already.
    pub(crate) fn refuse(&mut self, fault: Fault) -> Result<(), Fault> {
        self.fail(fault, None).status()
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

/// The zeros that bring `len` bytes to a multiple of 4.
fn padding(len: usize) -> &'static [u8] {
    match len & 3 {
        1 => &[0; 3],
        2 => &[0; 2],
        3 => &[0; 1],
        _ => &[],
    }
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let mut mac = [0; 6];
    let mut parts = text.split(':');
    for byte in &mut mac {
        let part = parts.next().filter(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(mac)
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
        m.nest(18).nest(2).put_ip_text(4, "300.1.1.1").put(9, &[0; 70_000]).nest_end().nest_end();
        let failure = m.failure().unwrap();
        assert_eq!((failure.fault, failure.path()), (Fault::NotAnAddress, &[18, 2, 4][..]));
        assert_eq!(m.bytes().unwrap_err(), Fault::NotAnAddress);
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
        assert_eq!(Msg::new(16, 0).put_u8(1, 1).put_header(&[0; 4]).status(), Err(Fault::LateHeader));
        let mut deep = Msg::new(16, 0);
        (0..=MAX_NESTS).for_each(|_| drop(deep.nest(1)));
        assert_eq!(deep.status(), Err(Fault::NestTooDeep));
    }

    #[test]
    fn a_u64_is_aligned_where_asked() {
        let mut m = Msg::new(16, 0);
        m.put_u64_aligned(1, 9, 7).put_u64_aligned(2, 9, 8);
        let bytes = m.bytes().unwrap().to_vec();
        let attrs = Attrs::at(&bytes[16..], bytes.len()).map(Result::unwrap);
        let offsets: Vec<_> = attrs.filter(|a| a.kind() != 9).map(|a| (a.offset() + 4) % 8).collect();
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
