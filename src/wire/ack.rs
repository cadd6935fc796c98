// SPDX-License-Identifier: MIT OR Apache-2.0
//! What ends a request: ERROR (0 is the acknowledgement) or, for a dump, DONE; both may carry extended
//! acknowledgement attributes.

use super::{Attr, Attrs, Header, Message, align4, fixed};
use crate::error::Fault;
use crate::uapi::*;

/// The verdict on a request.
#[derive(Clone, Copy, Debug)]
pub struct Ack<'a> {
    error: i32,
    request: Option<Header>,
    attrs: Attrs<'a>,
}

impl<'a> Ack<'a> {
    pub(super) fn of_error(message: &Message<'a>) -> Result<Ack<'a>, Fault> {
        let body = message.body();
        let (code, inner) = body.split_first_chunk::<4>().ok_or(Fault::AckLength)?;
        let request = Header::read(inner).ok_or(Fault::AckLength)?;
        // CAPPED: only the request's header is quoted. Otherwise the quote has the length it says.
        let quoted = if message.has(NLM_F_CAPPED) { Header::LEN } else { request.len as usize };
        let start = align4(quoted.max(Header::LEN)).saturating_add(4);
        let attrs = tlvs(message, start);
        Ok(Ack { error: i32::from_ne_bytes(*code), request: Some(request), attrs })
    }

    pub(super) fn of_done(message: &Message<'a>) -> Result<Ack<'a>, Fault> {
        // Some subsystems end a dump without a number: that is a good end.
        let error = i32::from_ne_bytes(fixed(message.body())).min(0);
        Ok(Ack { error, request: None, attrs: tlvs(message, 4) })
    }

    /// 0, or the kernel's (negative) error number.
    pub fn error(&self) -> i32 {
        self.error
    }

    /// The positive errno; 0 for success.
    pub fn errno(&self) -> i32 {
        self.error.checked_abs().unwrap_or(errno::EBADMSG)
    }

    /// The header of the request this is about. DONE does not repeat it.
    pub fn request(&self) -> Option<Header> {
        self.request
    }

    /// The extended acknowledgement's attributes, `NLMSGERR_ATTR_*`.
    pub fn attrs(&self) -> Attrs<'a> {
        self.attrs
    }

    fn get(&self, kind: u16) -> Option<Attr<'a>> {
        self.attrs.get(kind)
    }

    /// The kernel's words: why it refused, or what it warns of.
    pub fn text(&self) -> Option<&'a [u8]> {
        self.get(NLMSGERR_ATTR_MSG).map(|a| a.bytes())
    }

    /// Where the offending attribute starts, counted from the request's header.
    pub fn offset(&self) -> Option<u32> {
        self.get(NLMSGERR_ATTR_OFFS)?.u32().ok()
    }

    /// Data that some subsystems give with the acknowledgement.
    pub fn cookie(&self) -> Option<&'a [u8]> {
        self.get(NLMSGERR_ATTR_COOKIE).map(|a| a.payload())
    }

    /// What the policy wanted of the offending attribute: `NL_POLICY_TYPE_ATTR_*`.
    pub fn policy(&self) -> Option<Attr<'a>> {
        self.get(NLMSGERR_ATTR_POLICY)
    }

    /// Type of the attribute that is missing.
    pub fn missing_type(&self) -> Option<u32> {
        self.get(NLMSGERR_ATTR_MISS_TYPE)?.u32().ok()
    }

    /// Offset of the nest the attribute is missing from; absent when it is missing from the top.
    pub fn missing_nest(&self) -> Option<u32> {
        self.get(NLMSGERR_ATTR_MISS_NEST)?.u32().ok()
    }
}

/// The attributes of an ERROR or DONE message, `start` bytes into its body.
fn tlvs<'a>(message: &Message<'a>, start: usize) -> Attrs<'a> {
    if !message.has(NLM_F_ACK_TLVS) {
        return Attrs::default();
    }
    let bytes = message.body().get(start..).unwrap_or_default();
    Attrs::at(bytes, message.bytes().len())
}

#[cfg(test)]
mod tests {
    use super::super::Msg;
    use super::*;

    fn ack(flags: u16, kind: u16, body: &[u8]) -> Vec<u8> {
        let len = (Header::LEN + body.len()) as u32;
        let mut bytes = Header { len, kind, flags, ..Header::default() }.to_bytes().to_vec();
        bytes.extend(body);
        bytes
    }

    fn error_body(error: i32, request: &[u8], tlvs: &[u8]) -> Vec<u8> {
        [&error.to_ne_bytes()[..], request, tlvs].concat()
    }

    fn parse(bytes: &[u8]) -> Ack<'_> {
        Message::split(bytes).unwrap().0.ack().unwrap().unwrap()
    }

    fn tlvs() -> Vec<u8> {
        let mut m = Msg::new(16, 0);
        m.put_str(NLMSGERR_ATTR_MSG, "no such thing").put_u32(NLMSGERR_ATTR_OFFS, 36);
        m.put(NLMSGERR_ATTR_COOKIE, &[1, 2]).put_u32(NLMSGERR_ATTR_MISS_TYPE, 5);
        m.put_u32(NLMSGERR_ATTR_MISS_NEST, 20);
        m.bytes().unwrap()[16..].to_vec()
    }

    fn assert_all_tlvs(a: &Ack<'_>) {
        assert_eq!(a.text(), Some(&b"no such thing"[..]));
        assert_eq!(a.offset(), Some(36));
        assert_eq!(a.cookie(), Some(&[1, 2][..]));
        assert_eq!((a.missing_type(), a.missing_nest()), (Some(5), Some(20)));
    }

    #[test]
    fn a_capped_error_has_its_attributes_behind_the_header() {
        let request = Header { len: 400, kind: 24, ..Header::default() };
        let body = error_body(-22, &request.to_bytes(), &tlvs());
        let bytes = ack(NLM_F_CAPPED | NLM_F_ACK_TLVS, NLMSG_ERROR, &body);
        assert_eq!(parse(&bytes).errno(), 22);
        assert_eq!(parse(&bytes).request(), Some(request));
        assert_all_tlvs(&parse(&bytes));
    }

    #[test]
    fn an_uncapped_error_has_its_attributes_behind_the_padded_request() {
        let mut request = Header { len: 18, kind: 24, ..Header::default() }.to_bytes().to_vec();
        request.extend([7, 7, 0, 0]);
        let bytes = ack(NLM_F_ACK_TLVS, NLMSG_ERROR, &error_body(-22, &request, &tlvs()));
        assert_all_tlvs(&parse(&bytes));
    }

    #[test]
    fn a_quote_longer_than_the_message_leaves_no_attributes() {
        let request = Header { len: u32::MAX, ..Header::default() };
        let body = error_body(-22, &request.to_bytes(), &tlvs());
        let bytes = ack(NLM_F_ACK_TLVS, NLMSG_ERROR, &body);
        assert_eq!(parse(&bytes).text(), None);
        assert_eq!(parse(&bytes).errno(), 22);
    }

    #[test]
    fn a_failed_dump_ends_in_done_with_its_errno_and_attributes() {
        let body = error_body(-7, &[], &tlvs());
        let bytes = ack(NLM_F_ACK_TLVS, NLMSG_DONE, &body);
        assert_eq!(parse(&bytes).errno(), 7);
        assert_all_tlvs(&parse(&bytes));
    }

    #[test]
    fn done_without_a_number_is_a_good_end() {
        assert_eq!(parse(&ack(0, NLMSG_DONE, &[])).errno(), 0);
    }

    #[test]
    fn an_error_without_a_header_is_no_verdict() {
        let bytes = ack(0, NLMSG_ERROR, &error_body(-1, &[0; 15], &[]));
        let message = Message::split(&bytes).unwrap().0;
        assert_eq!(message.ack().unwrap().unwrap_err(), Fault::AckLength);
    }

    #[test]
    fn the_smallest_error_number_is_still_an_error() {
        let bytes = ack(0, NLMSG_ERROR, &error_body(i32::MIN, &[0; 16], &[]));
        assert_eq!(parse(&bytes).errno(), errno::EBADMSG);
    }
}
