// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can go wrong: [`Fault`] is what rnl itself finds, [`Error`] is what a caller gets.

#![forbid(unsafe_code)]

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::owned::Owned;
use crate::text::Text;
use crate::uapi::errno;

/// The result of everything that may fail with the kernel's or the system's word.
pub type Result<T> = core::result::Result<T, Error>;

/// Something rnl found wrong by itself: in bytes, in a request, in the use of a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
#[repr(u8)]
pub enum Fault {
    /// A message whose length is below 16 or beyond its datagram.
    MessageLength,
    /// An attribute whose length is below 4 or beyond its space.
    AttrLength,
    /// An ERROR or DONE message too short for its error number.
    AckLength,
    /// A payload of another width than was asked for.
    Width,
    /// A string that is not UTF-8.
    NotText,
    /// A request with a type below 16.
    ControlType,
    /// An attribute type above 16,383.
    AttrType,
    /// A payload longer than a 16-bit length can say.
    AttrTooLong,
    /// A nest longer than a 16-bit length can say.
    NestTooLong,
    /// More nests in each other than rnl keeps track of.
    NestTooDeep,
    /// A message longer than 2 GiB.
    MessageTooLong,
    /// A nest ended that was not begun.
    NoNest,
    /// A message sent with a nest still open.
    OpenNest,
    /// A fixed header after the first attribute.
    LateHeader,
    /// Text that is no IP address.
    NotAnAddress,
    /// Text that is no MAC address.
    NotAMac,
    /// Memory ran out.
    NoMemory,
    /// A message longer than the receive buffer.
    Truncated,
    /// Notifications dropped by the kernel, or beyond the queue's cap.
    Overrun,
    /// The deadline passed.
    Timeout,
    /// A dump that a change interrupted.
    Interrupted,
    /// A result beyond `max_result`.
    TooMuch,
    /// A generic family without the group that was asked for.
    NoGroup,
    /// A reply that lacks what it is asked for.
    Incomplete,
    /// A socket that has been closed.
    Closed,
    /// A NULL or dead handle, or a length that can't be.
    BadArgument,
}

const FAULTS: [(i32, &str); 26] = [
    (errno::EBADMSG, "message length is below 16 or beyond its datagram"),
    (errno::EBADMSG, "attribute length is below 4 or beyond its space"),
    (errno::EBADMSG, "acknowledgement is too short for its error number"),
    (errno::ERANGE, "payload has another width than was asked for"),
    (errno::EBADMSG, "string is not UTF-8"),
    (errno::EINVAL, "message types below 16 are control messages, not requests"),
    (errno::EINVAL, "attribute types end at 16383"),
    (errno::EMSGSIZE, "attribute payload is longer than 65531 bytes"),
    (errno::EMSGSIZE, "nest is longer than 65535 bytes"),
    (errno::EMSGSIZE, "nests are more than 16 deep"),
    (errno::EMSGSIZE, "message is longer than 2 GiB"),
    (errno::EINVAL, "no nest is open"),
    (errno::EINVAL, "a nest is still open"),
    (errno::EINVAL, "the fixed header must come before the attributes"),
    (errno::EINVAL, "not an IPv4 or IPv6 address"),
    (errno::EINVAL, "not a MAC address of the form 02:00:00:00:00:01"),
    (errno::ENOMEM, "out of memory"),
    (errno::EMSGSIZE, "message was longer than the receive buffer and is lost"),
    (errno::ENOBUFS, "notifications were dropped; dump again to resynchronise"),
    (errno::ETIMEDOUT, "no answer before the deadline"),
    (errno::ESTALE, "dump was interrupted by a change; start over"),
    (errno::EFBIG, "result is larger than max_result allows"),
    (errno::ENOENT, "family has no such multicast group"),
    (errno::EBADMSG, "reply lacks what it is asked for"),
    (errno::EBADF, "socket is closed"),
    (errno::EINVAL, "argument is NULL, out of range or not a live handle"),
];

impl Fault {
    fn row(self) -> (i32, &'static str) {
        FAULTS.get(self as usize).copied().unwrap_or((errno::EINVAL, ""))
    }

    /// The positive errno that stands for this fault in the C ABI.
    pub fn errno(self) -> i32 {
        self.row().0
    }

    /// What is wrong, in words.
    pub fn text(self) -> &'static str {
        self.row().1
    }
}

impl From<alloc::collections::TryReserveError> for Fault {
    fn from(_: alloc::collections::TryReserveError) -> Self {
        Fault::NoMemory
    }
}

/// Who said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Origin {
    /// The kernel answered the request with an error.
    Kernel = 1,
    /// rnl refused before anything was sent, or could not read what came.
    Local = 2,
    /// A system call on the socket failed.
    Socket = 3,
    /// The deadline passed.
    Timeout = 4,
}

/// What there is to say about an error beside its number.
#[derive(Debug, Default)]
pub struct Detail {
    /// The text the kernel sent (NLMSGERR_ATTR_MSG), or what rnl or the system call says.
    pub reason: String,
    /// Path of the offending attribute: `.linkinfo.kind`.
    pub attr: String,
    /// Path of the attribute that is missing.
    pub missing: String,
    /// What was being worked on, when that has a name: a namespace, a family.
    pub subject: String,
    /// Offset of the offending attribute from the request's header.
    pub offset: Option<u32>,
    /// NLMSGERR_ATTR_COOKIE.
    pub cookie: Vec<u8>,
    /// Payload of NLMSGERR_ATTR_POLICY: attributes NL_POLICY_TYPE_ATTR_*.
    pub policy: Vec<u8>,
    /// The request that failed, as it was sent.
    pub request: Vec<u8>,
}

/// One failed call. It displays as `newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)`.
pub struct Error {
    errno: i32,
    origin: Origin,
    doing: &'static str,
    detail: Option<Owned<Detail>>,
}

impl Error {
    /// The kernel refused what was being done.
    pub(crate) fn kernel(errno: i32, doing: &'static str, detail: Option<Owned<Detail>>) -> Self {
        Error { errno, origin: Origin::Kernel, doing, detail }
    }

    /// A system call failed while doing something.
    pub(crate) fn socket(errno: i32, doing: &'static str) -> Self {
        Error { errno, origin: Origin::Socket, doing, detail: None }
    }

    /// Says what was being done, unless that is known already.
    pub(crate) fn during(mut self, doing: &'static str) -> Self {
        if self.doing.is_empty() {
            self.doing = doing;
        }
        self
    }

    /// Names what was being worked on. Without memory for it the error stays as it is.
    pub(crate) fn about(self, subject: &str) -> Self {
        match Text::default().str(subject).finish() {
            Some(text) => self.with(|d| d.subject = text),
            None => self,
        }
    }

    /// Says which attribute it is about.
    pub(crate) fn at(self, path: String) -> Self {
        self.with(|d| d.attr = path)
    }

    fn with(mut self, set: impl FnOnce(&mut Detail)) -> Self {
        if self.detail.is_none() {
            self.detail = Owned::new(Detail::default());
        }
        if let Some(detail) = &mut self.detail {
            set(detail);
        }
        self
    }

    /// The positive errno.
    pub fn errno(&self) -> i32 {
        self.errno
    }

    /// Who said no.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Everything beside the number, where there is any.
    pub fn detail(&self) -> Option<&Detail> {
        self.detail.as_deref()
    }

    /// The text the kernel sent with its refusal.
    pub fn kernel_text(&self) -> Option<&str> {
        let from_kernel = self.origin == Origin::Kernel;
        self.detail().map(|d| d.reason.as_str()).filter(|s| from_kernel && !s.is_empty())
    }

    /// Path of the offending attribute.
    pub fn attr(&self) -> Option<&str> {
        self.detail().map(|d| d.attr.as_str()).filter(|s| !s.is_empty())
    }

    /// Path of the attribute that is missing.
    pub fn missing(&self) -> Option<&str> {
        self.detail().map(|d| d.missing.as_str()).filter(|s| !s.is_empty())
    }

    /// The whole sentence. `None` only when memory runs out.
    #[inline(never)]
    pub fn text(&self) -> Option<String> {
        let (name, strerror) = errno::describe(self.errno).unwrap_or(("errno", ""));
        let nothing = Detail::default();
        let d = self.detail().unwrap_or(&nothing);
        let reason = if d.reason.is_empty() { strerror } else { d.reason.as_str() };
        let sentence = Text::default()
            .str(self.doing)
            .when(!d.subject.is_empty(), |t| t.str(" ").str(&d.subject))
            .str(": ")
            .str(name)
            .when(strerror.is_empty(), |t| t.str(" ").num(u64::from(self.errno.unsigned_abs())))
            .when(!reason.is_empty(), |t| t.str(": ").str(reason));
        remarks(sentence, d).finish()
    }
}

/// Appends ` (.gateway, missing .oif)`.
fn remarks(text: Text, d: &Detail) -> Text {
    if d.attr.is_empty() && d.missing.is_empty() {
        return text;
    }
    let both = !d.attr.is_empty() && !d.missing.is_empty();
    text.str(" (")
        .str(&d.attr)
        .when(both, |t| t.str(", "))
        .when(!d.missing.is_empty(), |t| t.str("missing ").str(&d.missing))
        .str(")")
}

impl From<Fault> for Error {
    #[cold]
    #[inline(never)]
    fn from(fault: Fault) -> Self {
        let origin = match fault {
            Fault::Timeout => Origin::Timeout,
            Fault::Truncated | Fault::Overrun => Origin::Socket,
            _ => Origin::Local,
        };
        let reason = Text::default().str(fault.text()).finish().unwrap_or_default();
        let detail = if fault == Fault::NoMemory {
            None
        } else {
            Owned::new(Detail { reason, ..Detail::default() })
        };
        Error { errno: fault.errno(), origin, doing: "", detail }
    }
}

impl From<alloc::collections::TryReserveError> for Error {
    fn from(e: alloc::collections::TryReserveError) -> Self {
        Fault::from(e).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_deref().unwrap_or("out of memory"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let detail = Detail {
            reason: "Nexthop has invalid gateway".into(),
            attr: ".gateway".into(),
            ..Detail::default()
        };
        let e = Error::kernel(errno::ENETUNREACH, "newroute", Owned::new(detail));
        assert_eq!(
            e.text().unwrap(),
            "newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)"
        );
    }

    #[test]
    fn without_words_from_the_kernel_the_errno_speaks() {
        let e = Error::socket(errno::EPERM, "join");
        assert_eq!(e.text().unwrap(), "join: EPERM: Operation not permitted");
        let e = Error::kernel(4095, "newlink", None);
        assert_eq!(e.text().unwrap(), "newlink: errno 4095");
    }

    #[test]
    fn missing_attributes_are_named() {
        let detail = Detail { missing: ".oif".into(), ..Detail::default() };
        let e = Error::kernel(errno::EINVAL, "newroute", Owned::new(detail));
        assert_eq!(e.text().unwrap(), "newroute: EINVAL: Invalid argument (missing .oif)");
    }

    #[test]
    fn every_fault_has_its_row() {
        assert_eq!(Fault::BadArgument as usize + 1, FAULTS.len());
        assert_eq!(Fault::Timeout.errno(), errno::ETIMEDOUT);
        assert_eq!(Fault::NoNest.text(), "no nest is open");
    }
}
