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
#[repr(usize)]
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
    /// More requests submitted than `max_pending` allows.
    Backlog,
    /// A request that is not in flight.
    NoRequest,
    /// A socket of the process that forked this one.
    Forked,
    /// Descriptions of families that can't be read.
    BadPack,
    /// A family that no description is known of.
    NoFamily,
    /// A socket of another protocol than the family's.
    OtherProtocol,
    /// An operation that the family does not have.
    NoOperation,
    /// A form that the operation does not have.
    NoForm,
    /// A generic family whose id has not been asked for.
    Unresolved,
    /// A message of another family or operation.
    NotOfFamily,
    /// Something that others still refer to.
    InUse,
    /// A slot that does not lie in its record.
    OutsideRecord,
    /// A value and a slot that do not fit each other.
    SlotWidth,
    /// A path to something that is no single value.
    NotAValue,
    /// A path with a name that nothing has.
    NoName,
    /// A path through a sub-message that does not say which.
    NoChoice,
    /// A value that can be read but not sent.
    ReadOnly,
    /// A NULL or dead handle, or a length that can't be.
    BadArgument,
}

/// The errno of each fault, in order.
const ERRNOS: [i32; 42] = [
    errno::EBADMSG,
    errno::EBADMSG,
    errno::EBADMSG,
    errno::ERANGE,
    errno::EBADMSG,
    errno::EINVAL,
    errno::EMSGSIZE,
    errno::EMSGSIZE,
    errno::EMSGSIZE,
    errno::EMSGSIZE,
    errno::EINVAL,
    errno::EINVAL,
    errno::EINVAL,
    errno::EINVAL,
    errno::EINVAL,
    errno::ENOMEM,
    errno::EMSGSIZE,
    errno::ENOBUFS,
    errno::ETIMEDOUT,
    errno::ESTALE,
    errno::EFBIG,
    errno::ENOENT,
    errno::EBADMSG,
    errno::EBADF,
    errno::EAGAIN,
    errno::ENOENT,
    errno::ECHILD,
    errno::EBADMSG,
    errno::ENOENT,
    errno::EPROTOTYPE,
    errno::ENOENT,
    errno::EOPNOTSUPP,
    errno::ENOTCONN,
    errno::EPROTO,
    errno::EBUSY,
    errno::EINVAL,
    errno::ERANGE,
    errno::EINVAL,
    errno::ENOENT,
    errno::EINVAL,
    errno::EOPNOTSUPP,
    errno::EINVAL,
];

/// The text of each fault, in order: one string, since pointers to many would each cost a relocation.
const TEXTS: &[u8] = b"\
message length is below 16 or beyond its datagram\n\
attribute length is below 4 or beyond its space\n\
acknowledgement is too short for its error number\n\
payload has another width than was asked for\n\
string is not UTF-8\n\
message types below 16 are control messages, not requests\n\
attribute payload is longer than 65531 bytes\n\
nest is longer than 65535 bytes\n\
nests are more than 16 deep\n\
message is longer than 2 GiB\n\
no nest is open\n\
a nest is still open\n\
the fixed header must come before the attributes\n\
not an IPv4 or IPv6 address\n\
not a MAC address of the form 02:00:00:00:00:01\n\
out of memory\n\
message was longer than the receive buffer and is lost\n\
notifications were dropped; dump again to resynchronise\n\
no answer before the deadline\n\
dump was interrupted by a change; start over\n\
result is larger than max_result allows\n\
family has no such multicast group\n\
reply lacks what it is asked for\n\
socket is closed\n\
as many requests wait as max_pending allows; take completions first\n\
no such request is in flight\n\
the socket belongs to the process that forked; open one here\n\
descriptions of families are damaged or of another version\n\
no family of that name is described\n\
the socket has another protocol than the family\n\
the family has no such operation\n\
the operation has no such form\n\
the generic family has not been resolved\n\
the message is none of those that were wanted\n\
something that refers to it is still open\n\
the member does not lie within the struct\n\
the member's width does not fit the value\n\
the path leads to something that is no single value\n\
nothing there has that name\n\
which sub-message is meant is to be said, as in data(vxlan)\n\
the value can be read, but not sent\n\
argument is NULL, out of range or not a live handle";

impl Fault {
    /// The positive errno that stands for this fault in the C ABI.
    pub fn errno(self) -> i32 {
        ERRNOS.get(self as usize).copied().unwrap_or(errno::EINVAL)
    }

    /// What is wrong, in words.
    pub fn text(self) -> &'static str {
        let text = TEXTS.split(|&b| b == b'\n').nth(self as usize).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
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
    /// What the kernel's policy wanted of the offending attribute: `u16, 1..4094`.
    pub wanted: String,
    /// What rnl thinks is wrong where the kernel does not say where that is, with its path.
    pub guess: String,
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
pub struct Error(Repr);

/// Two words, so that results stay in registers.
enum Repr {
    Full(Owned<Full>),
    /// There was no memory for more than the errno.
    Bare(i32),
}

struct Full {
    errno: i32,
    origin: Origin,
    doing: &'static str,
    detail: Detail,
}

impl Error {
    #[cold]
    #[inline(never)]
    fn new(errno: i32, origin: Origin, doing: &'static str, detail: Detail) -> Self {
        let full = Owned::new(Full { errno, origin, doing, detail });
        Error(full.map_or(Repr::Bare(errno), Repr::Full))
    }

    /// The kernel refused what was being done.
    pub(crate) fn kernel(errno: i32, doing: &'static str, detail: Detail) -> Self {
        Error::new(errno, Origin::Kernel, doing, detail)
    }

    /// A system call failed while doing something.
    #[cold]
    #[inline(never)]
    pub(crate) fn socket(errno: i32, doing: &'static str) -> Self {
        Error::new(errno, Origin::Socket, doing, Detail::default())
    }

    /// rnl refused something, for a reason in words.
    #[cold]
    #[inline(never)]
    pub(crate) fn local(errno: i32, doing: &'static str, reason: Option<String>) -> Self {
        let reason = reason.unwrap_or_default();
        Error::new(errno, Origin::Local, doing, Detail { reason, ..Detail::default() })
    }

    fn full(&self) -> Option<&Full> {
        match &self.0 {
            Repr::Full(full) => Some(full),
            Repr::Bare(_) => None,
        }
    }

    fn with(mut self, set: impl FnOnce(&mut Full)) -> Self {
        if let Repr::Full(full) = &mut self.0 {
            set(full);
        }
        self
    }

    /// Says what was being done, unless that is known already.
    #[cold]
    #[inline(never)]
    pub(crate) fn during(self, doing: &'static str) -> Self {
        self.with(|full| {
            if full.doing.is_empty() {
                full.doing = doing;
            }
        })
    }

    /// Names what was being worked on. Without memory for it the error stays as it is.
    #[cold]
    pub(crate) fn about(self, subject: &str) -> Self {
        let subject = Text::of(subject).unwrap_or_default();
        self.with(|full| full.detail.subject = subject)
    }

    /// Says which attribute it is about.
    pub(crate) fn at(self, path: String) -> Self {
        self.with(|full| full.detail.attr = path)
    }

    /// Puts a step before the path of the attribute it is about.
    #[cold]
    #[inline(never)]
    pub(crate) fn under(self, step: &[&[u8]]) -> Self {
        self.with(|full| {
            let mut text = Text::default();
            step.iter().for_each(|part| _ = text.bytes(part));
            text.str(&full.detail.attr);
            full.detail.attr = text.finish().unwrap_or_default();
        })
    }

    /// The step to an element of a list.
    #[cold]
    pub(crate) fn under_index(self, index: u64) -> Self {
        self.under_step("[", index, "]")
    }

    /// The step to an attribute without a name.
    #[cold]
    pub(crate) fn under_number(self, kind: u16) -> Self {
        self.under_step(".", kind.into(), "")
    }

    fn under_step(self, before: &str, number: u64, behind: &str) -> Self {
        let mut text = Text::default();
        text.str(before).num(number).str(behind);
        self.under(&[text.finish().unwrap_or_default().as_bytes()])
    }

    /// Says what was given instead of what was wanted, the start of it if it is long.
    #[cold]
    #[inline(never)]
    pub(crate) fn given(self, what: &[u8]) -> Self {
        let what = what.trim_ascii();
        let start = what.get(..40).unwrap_or(what);
        let is_number = what.iter().all(|b| b.is_ascii_digit() || *b == b'-');
        self.with(|full| {
            let is_beyond = is_number && full.errno == errno::ERANGE;
            let (before, behind) =
                if is_beyond { ("", " is out of range, ") } else { ("given ", ", ") };
            let mut text = Text::default();
            text.str(before).bytes(start).str(if start.len() < what.len() { "..." } else { "" });
            text.str(behind).str(&full.detail.reason);
            full.detail.reason = text.finish().unwrap_or_default();
        })
    }

    /// The positive errno.
    pub fn errno(&self) -> i32 {
        match &self.0 {
            Repr::Full(full) => full.errno,
            Repr::Bare(errno) => *errno,
        }
    }

    /// Whether memory ran out.
    pub(crate) fn is_no_memory(&self) -> bool {
        self.errno() == errno::ENOMEM
    }

    /// Who said no.
    pub fn origin(&self) -> Origin {
        self.full().map_or(Origin::Local, |full| full.origin)
    }

    /// Everything beside the number, where there is any.
    pub fn detail(&self) -> Option<&Detail> {
        self.full().map(|full| &full.detail)
    }

    /// The text the kernel sent with its refusal.
    pub fn kernel_text(&self) -> Option<&str> {
        let from_kernel = self.origin() == Origin::Kernel;
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

    /// What rnl thinks is wrong, where the kernel does not say where that is. A guess: the kernel knows more
    /// than what is described, and sometimes less.
    pub fn guess(&self) -> Option<&str> {
        self.detail().map(|d| d.guess.as_str()).filter(|s| !s.is_empty())
    }

    /// Whether the kernel did not say where in the request something is wrong.
    pub(crate) fn has_no_place(&self) -> bool {
        let nowhere = |d: &Detail| d.offset.is_none() && d.missing.is_empty();
        self.origin() == Origin::Kernel && self.detail().is_some_and(nowhere)
    }

    /// Adds what may be wrong.
    #[cold]
    pub(crate) fn guessing(self, guess: String) -> Self {
        self.with(|full| full.detail.guess = guess)
    }

    /// Where and what is wrong, without what was being done: `.mtu: 70000 is out of range, wanted ...`.
    #[cold]
    pub(crate) fn place(&self) -> Option<String> {
        let d = self.detail()?;
        let mut text = Text::default();
        text.str(&d.attr).str(if d.attr.is_empty() { "" } else { ": " }).str(&d.reason);
        text.finish()
    }

    /// The whole sentence. `None` only when memory runs out.
    #[inline(never)]
    pub fn text(&self) -> Option<String> {
        match self.full() {
            Some(full) if full.is_of_content() => {
                let mut text = Text::default();
                text.str(&full.detail.subject).str(": ").str(&self.place()?);
                text.finish()
            }
            _ => self.sentence(),
        }
    }

    fn sentence(&self) -> Option<String> {
        let (name, strerror) = errno::describe(self.errno()).unwrap_or(("errno", ""));
        let nothing = Detail::default();
        let d = self.detail().unwrap_or(&nothing);
        let reason = if d.reason.is_empty() { strerror } else { d.reason.as_str() };
        let mut text = Text::default();
        text.str(self.full().map(|full| full.doing).filter(|d| !d.is_empty()).unwrap_or("rnl"));
        for part in [if d.subject.is_empty() { "" } else { " " }, &d.subject, ": ", name] {
            text.str(part);
        }
        if strerror.is_empty() {
            text.str(" ").num(u64::from(self.errno().unsigned_abs()));
        }
        for part in [if reason.is_empty() { "" } else { ": " }, reason] {
            text.str(part);
        }
        remarks(&mut text, d);
        text.finish()
    }
}

impl Full {
    /// Whether it is about what a request or a family was to be, rather than about something done.
    fn is_of_content(&self) -> bool {
        self.origin == Origin::Local && self.doing.is_empty() && !self.detail.subject.is_empty()
    }
}

/// Appends ` (.gateway, missing .oif)`: what there is to say about attributes.
fn remarks(text: &mut Text, d: &Detail) {
    let silent = d.reason.is_empty();
    let guess =
        if silent { "the kernel gives no reason; rnl's guess is " } else { "rnl's guess is " };
    let parts =
        [("", &d.attr), ("wanted ", &d.wanted), ("missing ", &d.missing), (guess, &d.guess)];
    let mut told = false;
    for (word, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        text.str(if told { ", " } else { " (" }).str(word).str(part);
        told = true;
    }
    text.str(if told { ")" } else { "" });
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
        let reason = Text::of(fault.text()).unwrap_or_default();
        Error::new(fault.errno(), origin, "", Detail { reason, ..Detail::default() })
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
        let e = Error::kernel(errno::ENETUNREACH, "newroute", detail);
        assert_eq!(
            e.text().unwrap(),
            "newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)"
        );
    }

    #[test]
    fn without_words_from_the_kernel_the_errno_speaks() {
        let e = Error::socket(errno::EPERM, "join");
        assert_eq!(e.text().unwrap(), "join: EPERM: Operation not permitted");
        let e = Error::kernel(4095, "newlink", Detail::default());
        assert_eq!(e.text().unwrap(), "newlink: errno 4095");
    }

    #[test]
    fn rnl_speaks_where_nothing_was_begun() {
        let e = Error::from(Fault::Closed);
        assert_eq!(e.text().unwrap(), "rnl: EBADF: socket is closed");
    }

    #[test]
    fn what_is_wrong_in_a_request_stands_where_it_is() {
        let wanted = Error::local(errno::ERANGE, "", Text::of("wanted u8"));
        let e = wanted.given(b" 256").under(&[b".", b"tos"]).about("newroute");
        assert_eq!(e.text().unwrap(), "newroute: .tos: 256 is out of range, wanted u8");
        let e = Error::from(Fault::NoOperation).about("newrout");
        assert_eq!(e.text().unwrap(), "newrout: the family has no such operation");
    }

    #[test]
    fn missing_attributes_are_named() {
        let detail = Detail { missing: ".oif".into(), ..Detail::default() };
        let e = Error::kernel(errno::EINVAL, "newroute", detail);
        assert_eq!(e.text().unwrap(), "newroute: EINVAL: Invalid argument (missing .oif)");
    }

    #[test]
    fn every_fault_has_its_row() {
        assert_eq!(Fault::BadArgument as usize + 1, ERRNOS.len());
        assert_eq!(TEXTS.split(|&b| b == b'\n').count(), ERRNOS.len());
        assert_eq!(Fault::Timeout.errno(), errno::ETIMEDOUT);
        assert_eq!(Fault::NoNest.text(), "no nest is open");
    }
}
