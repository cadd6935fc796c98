// SPDX-License-Identifier: MIT OR Apache-2.0
//! `struct nlmsghdr`, and a datagram as the messages in it.

use bytes::Buf;

use super::{Ack, Attrs, align4};
use crate::error::Fault;
use crate::uapi::*;

/// `struct nlmsghdr` in host byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Length of the message in bytes, this header included.
    pub len: u32,
    /// `RTM_NEWLINK`, `NLMSG_ERROR`, the id of a generic family ...
    pub kind: u16,
    /// `NLM_F_*`
    pub flags: u16,
    /// Ties answers to their request.
    pub seq: u32,
    /// Port id of the socket that asked, or 0.
    pub port: u32,
}

impl Header {
    /// Bytes of a header on the wire.
    pub const LEN: usize = 16;

    /// Reads a header; `None` from fewer than 16 bytes.
    pub fn read(mut bytes: &[u8]) -> Option<Header> {
        if bytes.len() < Header::LEN {
            return None;
        }
        Some(Header {
            len: bytes.try_get_u32_ne().ok()?,
            kind: bytes.try_get_u16_ne().ok()?,
            flags: bytes.try_get_u16_ne().ok()?,
            seq: bytes.try_get_u32_ne().ok()?,
            port: bytes.try_get_u32_ne().ok()?,
        })
    }

    /// The header as it stands on the wire.
    pub fn to_bytes(self) -> [u8; Header::LEN] {
        let fields = [
            self.len.to_ne_bytes(),
            pair(self.kind, self.flags),
            self.seq.to_ne_bytes(),
            self.port.to_ne_bytes(),
        ];
        fields.as_flattened().first_chunk().copied().unwrap_or_default()
    }
}

/// Two 16-bit fields side by side, as in every header of netlink.
pub(super) fn pair(first: u16, second: u16) -> [u8; 4] {
    let pair = [first.to_ne_bytes(), second.to_ne_bytes()];
    pair.as_flattened().first_chunk().copied().unwrap_or_default()
}

/// One message of a datagram.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    header: Header,
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// The message at the start of `bytes`, and what follows it.
    #[inline(always)]
    pub fn split(bytes: &'a [u8]) -> Result<(Message<'a>, &'a [u8]), Fault> {
        let header = Header::read(bytes).ok_or(Fault::MessageLength)?;
        let len = header.len as usize;
        if len < Header::LEN {
            return Err(Fault::MessageLength);
        }
        let message = bytes.get(..len).ok_or(Fault::MessageLength)?;
        // The last message of a datagram may lack its padding.
        let rest = bytes.get(align4(len)..).unwrap_or_default();
        Ok((Message { header, bytes: message }, rest))
    }

    /// The message at the start of `bytes`, whose header has been read and found good.
    #[inline(always)]
    pub(crate) fn known(header: Header, bytes: &'a [u8]) -> Option<Message<'a>> {
        bytes.get(..header.len as usize).map(|bytes| Message { header, bytes })
    }

    /// The header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// `nlmsg_type`
    pub fn kind(&self) -> u16 {
        self.header.kind
    }

    /// The whole message, header included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What follows the header: the family's fixed header and the attributes.
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(Header::LEN..).unwrap_or_default()
    }

    /// The attributes behind a fixed header of `fixed` bytes.
    pub fn attrs(&self, fixed: usize) -> Attrs<'a> {
        let start = Header::LEN.saturating_add(align4(fixed));
        Attrs::at(self.bytes.get(start..).unwrap_or_default(), self.bytes.len())
    }

    /// Whether any of `flags` is set.
    pub fn has(&self, flags: u16) -> bool {
        self.header.flags & flags != 0
    }

    /// The acknowledgement, if this is an ERROR or a DONE message.
    pub fn ack(&self) -> Option<Result<Ack<'a>, Fault>> {
        match self.kind() {
            NLMSG_ERROR => Some(Ack::of_error(self)),
            NLMSG_DONE => Some(Ack::of_done(self)),
            _ => None,
        }
    }
}

/// The messages of a datagram, in order. A message that can't be read ends the walk with an error.
#[derive(Clone, Debug, Default)]
pub struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    /// Walks `datagram`.
    pub fn new(datagram: &'a [u8]) -> Self {
        Messages { rest: datagram }
    }

    /// What has not been walked yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Fault>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let split = Message::split(self.rest);
        self.rest = split.map(|(_, rest)| rest).unwrap_or_default();
        Some(split.map(|(message, _)| message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(len: u32, total: usize) -> Vec<u8> {
        let mut bytes = Header { len, kind: 16, ..Header::default() }.to_bytes().to_vec();
        bytes.resize(total, 0);
        bytes
    }

    #[test]
    fn a_header_survives_the_wire() {
        let h = Header { len: 20, kind: 18, flags: 0x301, seq: 7, port: 9 };
        assert_eq!(Header::read(&h.to_bytes()), Some(h));
        assert_eq!(Header::read(&h.to_bytes()[..15]), None);
    }

    #[test]
    fn several_messages_in_a_datagram_come_in_order() {
        let mut datagram = message(17, 20);
        datagram.extend(message(16, 16));
        let lens: Vec<_> = Messages::new(&datagram).map(|m| m.unwrap().bytes().len()).collect();
        assert_eq!(lens, [17, 16]);
    }

    #[test]
    fn the_last_message_may_lack_its_padding() {
        let datagram = message(18, 18);
        assert_eq!(Messages::new(&datagram).count(), 1);
    }

    #[test]
    fn lengths_that_lie_end_the_walk_with_an_error() {
        for len in [0, 15, 21, 1 << 31, u32::MAX] {
            let datagram = message(len, 20);
            let all: Vec<_> = Messages::new(&datagram).collect();
            assert_eq!(all.len(), 1, "length {len}");
            assert_eq!(all[0].unwrap_err(), Fault::MessageLength);
        }
        assert_eq!(Messages::new(&[0; 7]).filter(|m| m.is_err()).count(), 1);
    }
}
