// SPDX-License-Identifier: MIT OR Apache-2.0
//! Building a request. The first thing that goes wrong sticks, so that puts may be chained unchecked.

use alloc::vec::Vec;

use super::message::pair;
use super::{Attr, Fixed, Header, align4};
use crate::error::Fault;
use crate::grow;
use crate::uapi::*;

/// How many nests may be open at a time.
pub const MAX_NESTS: usize = 16;

/// Messages end here: lengths are signed in much of the kernel.
const MAX_MESSAGE: usize = i32::MAX as usize;

/// The length of a message that something is wrong with.
const FAILED: usize = usize::MAX;

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
    /// Its end, or [`FAILED`]: then there is no room for anything.
    pub(super) len: usize,
    kind: u16,
    flags: u16,
    fault: Option<Failure>,
    nests: [u32; MAX_NESTS],
    depth: usize,
    pub(super) has_attrs: bool,
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
        self.put_whole([0; Header::LEN]);
    }

    /// A copy of its own.
    pub fn copy(&self) -> Result<Msg, Fault> {
        let buf = grow::copy(&self.buf)?;
        Ok(Msg { buf, ..*self })
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
        self.unsealed().map(|message| message.get(Header::LEN..).unwrap_or_default())
    }

    /// The finished message, but for its header, which is still to be written.
    pub(crate) fn unsealed(&self) -> Result<&[u8], Fault> {
        self.check()?;
        Ok(self.written())
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
    #[inline(never)]
    pub fn put(&mut self, kind: u16, payload: &[u8]) -> &mut Self {
        let Some(len) = u16::try_from(payload.len()).ok().and_then(|n| n.checked_add(4)) else {
            return self.fail(Fault::AttrTooLong, Some(kind));
        };
        self.has_attrs = true;
        self.put_whole(pair(len, kind)).append(payload)
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

    /// `N` bytes that are complete as they stand: one bounds check, one store.
    #[inline(always)]
    pub(super) fn put_whole<const N: usize>(&mut self, whole: [u8; N]) -> &mut Self {
        let end = self.len.wrapping_add(N);
        match self.buf.get_mut(self.len..end).and_then(|room| room.first_chunk_mut()) {
            Some(slot) => {
                *slot = whole;
                self.len = end;
                self
            }
            None => self.put_slowly(whole),
        }
    }

    /// The way of what no room was made for yet.
    #[cold]
    #[inline(never)]
    fn put_slowly<const N: usize>(&mut self, whole: [u8; N]) -> &mut Self {
        self.append(&whole)
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
        self.append(bytes)
    }

    /// Appends `bytes` and zeros up to a multiple of 4.
    #[inline(never)]
    pub(super) fn append(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.len.saturating_add(align4(bytes.len()));
        if end > self.buf.len() {
            self.grow(end);
        }
        if let Some(room) = self.buf.get_mut(self.len..end) {
            fill(room, bytes);
            self.len = end;
        }
        self
    }

    /// Makes the buffer hold `end` bytes and more.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) {
        let size = end.max(self.buf.len().saturating_mul(2)).clamp(FIRST_SIZE, MAX_MESSAGE);
        if end > MAX_MESSAGE {
            self.fail(Fault::MessageTooLong, None);
        } else if grow::extend(&mut self.buf, size, 0).is_err() {
            self.fail(Fault::NoMemory, None);
        }
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
        self.len = FAILED;
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

#[cfg(test)]
mod tests {
    use super::super::Message;
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
}
