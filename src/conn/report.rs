// SPDX-License-Identifier: MIT OR Apache-2.0
//! From verdicts to errors: the kernel's words, and which attribute of the request they are about.

use alloc::string::String;
use alloc::vec::Vec;

use super::engine::{Ended, Verdict};
use super::known::Known;
use crate::error::{Detail, Error, Fault, Result};
use crate::grow;
use crate::schema::{Operation, is_about_content, operation};
use crate::text::Text;
use crate::wire::{Ack, Attr, Messages, Msg, Rule};

/// How a request ended well.
#[derive(Debug, Default)]
pub(super) struct Success {
    /// What the kernel warns of.
    pub(super) warning: Option<String>,
    /// Whether a change interrupted the dump.
    pub(super) interrupted: bool,
}

/// The end of a request as the caller gets it, and the request's memory if nothing needs it any more.
pub(super) fn outcome(known: &Known, ended: Ended<'_>) -> (Result<Success>, Vec<u8>) {
    match ended.verdict {
        Verdict::Ok(ack) => {
            let warning = ack.text().and_then(owned_text);
            (Ok(Success { warning, interrupted: ended.interrupted }), ended.request)
        }
        Verdict::Refused(ack) => {
            let request = message_of(ended.request, ended.index);
            (Err(refusal_of(known, &ack, request)), Vec::new())
        }
        Verdict::Failed(fault) => {
            let op = known.operation(&ended.request);
            (Err(Error::from(fault).during(op.name)), ended.request)
        }
    }
}

/// The message at `index` of a transaction; a request that is none is a single message.
fn message_of(request: Vec<u8>, index: u32) -> Vec<u8> {
    let message = Messages::new(&request).nth(index as usize).and_then(core::result::Result::ok);
    match message {
        Some(m) if m.bytes().len() < request.len() => owned(m.bytes()),
        _ => request,
    }
}

/// The kernel's refusal of `request`, of which nothing but its protocol is known.
pub(crate) fn refusal(protocol: i32, ack: &Ack<'_>, request: Vec<u8>) -> Error {
    refusal_of(&Known::new(protocol), ack, request)
}

fn refusal_of(known: &Known, ack: &Ack<'_>, request: Vec<u8>) -> Error {
    let op = known.operation(&request);
    let error = told(&op, ack, request);
    let request = error.detail().map_or(&[][..], |d| &d.request);
    let placeless = error.has_no_place() && is_about_content(error.errno());
    match placeless.then(|| known.suspicion(request)).flatten() {
        Some(guess) => error.guessing(guess),
        None => error,
    }
}

/// What the kernel says.
fn told(op: &Operation<'static>, ack: &Ack<'_>, request: Vec<u8>) -> Error {
    let path = |offset| op.path(&request, offset);
    let missing = |kind| op.missing(&request, ack.missing_nest(), kind);
    let detail = Detail {
        reason: ack.text().and_then(owned_text).unwrap_or_default(),
        attr: ack.offset().map(path).unwrap_or_default(),
        missing: ack.missing_type().map(missing).unwrap_or_default(),
        wanted: ack.policy().and_then(wanted).unwrap_or_default(),
        guess: String::new(),
        subject: String::new(),
        offset: ack.offset(),
        cookie: ack.cookie().map(owned).unwrap_or_default(),
        policy: ack.policy().map(|p| owned(p.payload())).unwrap_or_default(),
        request,
    };
    Error::kernel(ack.errno(), op.name, detail)
}

/// A request that could not be sent as it was built.
pub(crate) fn unbuilt(protocol: i32, msg: &Msg, fault: Fault) -> Error {
    let op = operation(protocol, msg.kind());
    let path = msg.failure().map(|f| op.path_of_types(f.path())).unwrap_or_default();
    Error::from(fault).during(op.name).at(path)
}

/// The words of a policy.
fn wanted(policy: Attr<'_>) -> Option<String> {
    let rule = Rule::parse(0, 0, policy.nested()).ok()?;
    let mut text = Text::default();
    rule.describe(&mut text);
    text.finish()
}

fn owned_text(bytes: &[u8]) -> Option<String> {
    Text::of_bytes(bytes)
}

fn owned(bytes: &[u8]) -> Vec<u8> {
    grow::copy(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::rtnetlink::*;
    use crate::uapi::*;
    use crate::wire::{Header, Message};

    /// A request to make a link with this attribute.
    fn newlink(put: impl Fn(&mut Msg)) -> Vec<u8> {
        let mut msg = Msg::new(RTM_NEWLINK, 0);
        msg.put_header(&[0; 16]);
        put(&mut msg);
        msg.bytes().unwrap().to_vec()
    }

    /// What the kernel's refusal becomes, with these attributes of the acknowledgement.
    fn refused(errno: i32, request: Vec<u8>, words: impl Fn(&mut Msg)) -> Error {
        let mut msg = Msg::new(16, 0);
        words(&mut msg);
        let quote = Header::read(&request).unwrap().to_bytes();
        let mut body = [&(-errno).to_ne_bytes()[..], &quote].concat();
        body.extend(msg.body().unwrap());
        let len = (Header::LEN + body.len()) as u32;
        let flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
        let header = Header { len, kind: NLMSG_ERROR, flags, seq: 1, port: 1 };
        let bytes = [&header.to_bytes()[..], &body].concat();
        let ack = Message::split(&bytes).unwrap().0.ack().unwrap().unwrap();
        refusal(NETLINK_ROUTE, &ack, request)
    }

    #[test]
    fn what_has_no_place_is_explained_by_the_descriptions() {
        let short = newlink(|m| _ = m.put_u16(IFLA_MTU, 1500));
        let e = refused(errno::EINVAL, short, |_| ());
        assert_eq!(e.guess(), Some(".mtu: given 2 bytes, wanted u32, 0..4294967295"));
        assert_eq!(e.attr(), None, "a guess is nothing that the kernel said");
        assert_eq!(
            e.to_string(),
            "newlink: EINVAL: Invalid argument (the kernel gives no reason; rnl's guess is .mtu: given 2 \
             bytes, wanted u32, 0..4294967295)"
        );
        let short = newlink(|m| _ = m.put_u16(IFLA_MTU, 1500));
        let e = refused(errno::EINVAL, short, |m| _ = m.put_str(NLMSGERR_ATTR_MSG, "no"));
        assert!(e.to_string().starts_with("newlink: EINVAL: no (rnl's guess is .mtu: "), "{e}");
    }

    #[test]
    fn what_looks_right_or_has_a_place_is_not_guessed_about() {
        let short = || newlink(|m| _ = m.put_u16(IFLA_MTU, 1500));
        let right = newlink(|m| _ = m.put_u32(IFLA_MTU, 1500));
        assert_eq!(refused(errno::EINVAL, right, |_| ()).guess(), None);
        assert_eq!(refused(errno::EPERM, short(), |_| ()).guess(), None);
        let placed = refused(errno::EINVAL, short(), |m| _ = m.put_u32(NLMSGERR_ATTR_OFFS, 32));
        assert_eq!((placed.guess(), placed.attr()), (None, Some(".mtu")));
    }

    #[test]
    fn the_policy_says_what_was_wanted() {
        let short = newlink(|m| _ = m.put_u16(IFLA_MTU, 1500));
        let e = refused(errno::ERANGE, short, |m| {
            m.put_str(NLMSGERR_ATTR_MSG, "Attribute failed policy validation");
            m.put_u32(NLMSGERR_ATTR_OFFS, 32).nest(NLMSGERR_ATTR_POLICY);
            m.put_u32(NL_POLICY_TYPE_ATTR_TYPE, 3);
            m.put_u64(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1);
            m.put_u64(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 4094).nest_end();
        });
        assert_eq!(
            e.to_string(),
            "newlink: ERANGE: Attribute failed policy validation (.mtu, wanted u16, 1..4094)"
        );
    }
}
