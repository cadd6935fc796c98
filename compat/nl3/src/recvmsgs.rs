// SPDX-License-Identifier: MIT OR Apache-2.0
//! What becomes of received messages: which callbacks they go to, in which order, and when it is over.

use core::ffi::{c_int, c_void};
use core::mem::zeroed;
use core::ptr::null_mut;

use rnl::uapi::*;

use crate::abi::{nlmsgerr, nlmsghdr, sockaddr_nl};
use crate::cb::*;
use crate::datagram::Datagram;
use crate::dump::debug;
use crate::error::*;
use crate::mngt::{nl_cache_ops, nl_parser_param};
use crate::msg::*;
use crate::object::{nl_object, nl_object_get, nl_object_put};
use crate::recv::{Origin, next_datagram};
use crate::socket::nl_sock;

/// A call of nl_recvmsgs.
struct Reading {
    sock: *mut nl_sock,
    cb: *mut nl_cb,
    count: c_int,
    /// More datagrams belong to what has come.
    multipart: bool,
    /// The kernel has said that what it dumped changed meanwhile.
    interrupted: bool,
}

/// Why a message is not looked at further.
enum End {
    /// The next one is.
    Skip,
    /// Nothing more is.
    Stop,
    /// Nor here, and the caller gets this.
    Answer(c_int),
    /// There is none: nothing has come, for this reason.
    Nothing(c_int),
}

type Go = Result<(), End>;

/// What the answer of a callback means; no callback is as good as one that agrees.
fn go(answer: Option<c_int>) -> Go {
    match answer.unwrap_or(NL_OK) {
        NL_OK => Ok(()),
        NL_SKIP => Err(End::Skip),
        NL_STOP => Err(End::Stop),
        other => Err(End::Answer(other)),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_recvmsgs_report(sock: *mut nl_sock, cb: *mut nl_cb) -> c_int {
    // SAFETY: both are live.
    unsafe {
        if let Some(own) = (*cb).recvmsgs {
            return own(sock, cb);
        }
        let (multipart, interrupted) = (false, false);
        let mut reading = Reading { sock, cb, count: 0, multipart, interrupted };
        let answer = loop {
            match datagram(&mut reading) {
                Ok(()) if reading.multipart => {}
                Err(End::Nothing(answer)) => return answer,
                Err(End::Answer(answer)) => break answer,
                _ => break reading.count,
            }
        };
        // Whatever else has gone wrong.
        if reading.interrupted { -NLE_DUMP_INTR } else { answer }
    }
}

/// Receives one datagram and sees to its messages.
unsafe fn datagram(reading: &mut Reading) -> Go {
    let mut origin = Origin::unknown();
    let dumping = reading.multipart;
    // SAFETY: socket and callbacks are live; the share of the datagram is ours.
    unsafe {
        let recv = (*reading.cb).recv;
        debug!(3, c"Attempting to read from %p\n", reading.sock);
        let (datagram, len) = next_datagram(reading.sock, recv, &mut origin);
        debug!(3, c"recvmsgs(%p): Read %d bytes\n", reading.sock, len);
        let ended = if len > 0 {
            messages(reading, datagram, len, &origin)
        } else {
            Err(End::Nothing(len))
        };
        if !datagram.is_null() {
            if dumping && !reading.multipart {
                // Most sockets dump once, and hear of little afterwards.
                (*datagram).cool(len.max(0) as usize);
            }
            Datagram::put(datagram);
        }
        ended
    }
}

/// Sees to each message of a datagram. They share one `nl_msg`, unless a callback keeps it.
unsafe fn messages(
    reading: &mut Reading,
    datagram: *mut Datagram,
    len: c_int,
    origin: &Origin,
) -> Go {
    // SAFETY: the datagram has `len` bytes, and messages are handed out only as far as they are whole.
    unsafe {
        let (mut nlh, mut rest) = ((*datagram).bytes.cast::<nlmsghdr>(), len);
        let mut msg = null_mut::<nl_msg>();
        let mut ended = Ok(());
        while ended.is_ok() && nlmsg_ok(nlh, rest) != 0 {
            msg = view(msg, datagram, nlh);
            if msg.is_null() {
                return Err(End::Answer(-NLE_NOMEM));
            }
            (*msg).protocol = (*reading.sock).protocol;
            (*msg).src = origin.from;
            if let Some(creds) = &origin.creds {
                nlmsg_set_creds(&mut *msg, creds);
            }
            reading.count += 1;
            ended = match message(reading, msg, nlh) {
                Err(End::Skip) => Ok(()),
                other => other,
            };
            nlh = nlmsg_next(&*nlh, &mut rest);
        }
        nlmsg_free(msg);
        ended
    }
}

/// Sees to one message.
unsafe fn message(reading: &mut Reading, msg: *mut nl_msg, nlh: *mut nlmsghdr) -> Go {
    let (sock, cb) = (reading.sock, reading.cb);
    // SAFETY: all are live; the message is whole.
    unsafe {
        let (kind, flags) = ((*nlh).nlmsg_type, (*nlh).nlmsg_flags);
        go(call(cb, On::MsgIn, msg))?;
        check_sequence(reading, msg, (*nlh).nlmsg_seq)?;
        if (NLMSG_NOOP..=NLMSG_OVERRUN).contains(&kind) {
            (*sock).seq_expect = (*sock).seq_expect.wrapping_add(1);
        }
        reading.multipart |= flags & NLM_F_MULTI != 0;
        if flags & NLM_F_DUMP_INTR != 0 {
            match call(cb, On::DumpIntr, msg) {
                None => reading.interrupted = true,
                answer => go(answer)?,
            }
        }
        if flags & NLM_F_ACK != 0 {
            go(call(cb, On::SendAck, msg))?;
        }
        match kind {
            NLMSG_DONE => finish(reading, msg, nlh),
            NLMSG_NOOP => go(call(cb, On::Skipped, msg)),
            NLMSG_OVERRUN => go(call(cb, On::Overrun, msg).or(Some(-NLE_MSG_OVERFLOW))),
            NLMSG_ERROR => error(reading, msg, nlh),
            _ => go(call(cb, On::Valid, msg)),
        }
    }
}

unsafe fn check_sequence(reading: &Reading, msg: *mut nl_msg, seq: u32) -> Go {
    // SAFETY: all are live.
    unsafe {
        if (*reading.cb).get(On::SeqCheck).is_some() {
            return go(call(reading.cb, On::SeqCheck, msg));
        }
        if (*reading.sock).no_auto_ack || seq == (*reading.sock).seq_expect {
            return Ok(());
        }
        go(call(reading.cb, On::Invalid, msg).or(Some(-NLE_SEQ_MISMATCH)))
    }
}

/// An ERROR message, of which a part may be missing.
unsafe fn error(reading: &Reading, msg: *mut nl_msg, nlh: *mut nlmsghdr) -> Go {
    // SAFETY: all are live; the error is looked at only when it is whole.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, size_of::<nlmsgerr>() as c_int) == 0 {
            return go(call(reading.cb, On::Invalid, msg).or(Some(-NLE_MSG_TRUNC)));
        }
        let err = nlmsg_data(nlh).cast::<nlmsgerr>();
        show_kernel_text(nlh);
        if (*err).error == 0 {
            return go(call(reading.cb, On::Ack, msg));
        }
        refused(reading, &raw mut (*msg).src, err)
    }
}

/// A request that was refused: the program's callback decides what becomes of that.
unsafe fn refused(reading: &Reading, from: *mut sockaddr_nl, err: *mut nlmsgerr) -> Go {
    // SAFETY: all are live.
    unsafe {
        let answer = -nl_syserr2nlerr((*err).error);
        let Some(func) = (*reading.cb).err else { return Err(End::Answer(answer)) };
        match func(from, err, (*reading.cb).err_arg) {
            NL_SKIP => Err(End::Skip),
            NL_STOP => Err(End::Answer(answer)),
            own if own < 0 => Err(End::Answer(own)),
            _ => Ok(()),
        }
    }
}

/// A DONE that carries an error, made into what callbacks for errors look at: also at the header before.
#[repr(C)]
struct AsError {
    nlh: nlmsghdr,
    err: nlmsgerr,
}

/// The end of a dump: a good one or, if a number says so, a bad one. Programs wait for FINISH in either
/// case, and some forget an error when it comes, so it is called first.
unsafe fn finish(reading: &mut Reading, msg: *mut nl_msg, nlh: *mut nlmsghdr) -> Go {
    reading.multipart = false;
    // SAFETY: all are live; the number is read only when it is there, and all zeros are a valid error.
    unsafe {
        let finished = go(call(reading.cb, On::Finish, msg));
        let whole = nlmsg_valid_hdr(&*nlh, size_of::<c_int>() as c_int) != 0;
        let error = if whole { nlmsg_data(nlh).cast::<c_int>().read_unaligned() } else { 0 };
        if error >= 0 || matches!(finished, Err(End::Answer(_))) {
            return finished;
        }
        show_kernel_text(nlh);
        let mut as_error: AsError = zeroed();
        as_error.nlh = *nlh;
        as_error.nlh.nlmsg_len = size_of::<AsError>() as u32;
        (as_error.nlh.nlmsg_type, as_error.nlh.nlmsg_flags) = (NLMSG_ERROR, NLM_F_CAPPED);
        as_error.err.error = error;
        as_error.err.msg = nlmsghdr { nlmsg_len: NLMSG_HDRLEN as u32, ..*nlh };
        refused(reading, &raw mut (*msg).src, &raw mut as_error.err)
    }
}

/// With NLDBG, tells what the kernel says of an answer. (The socket asks for it only then.)
unsafe fn show_kernel_text(nlh: *const nlmsghdr) {
    // SAFETY: the message is whole.
    unsafe {
        if crate::dump::nl_debug == 0 {
            return;
        }
        let bytes = core::slice::from_raw_parts(nlh.cast::<u8>(), (*nlh).nlmsg_len as usize);
        let ack = rnl::Message::split(bytes).ok().and_then(|(message, _)| message.ack()?.ok());
        if let Some(text) = ack.as_ref().and_then(|ack| ack.text()) {
            debug!(1, c"kernel: %.*s\n", text.len() as c_int, text.as_ptr());
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_recvmsgs(sock: *mut nl_sock, cb: *mut nl_cb) -> c_int {
    // SAFETY: as for nl_recvmsgs_report.
    unsafe { nl_recvmsgs_report(sock, cb) }.min(0)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_recvmsgs_default(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket and its callbacks are live.
    unsafe { nl_recvmsgs(sock, (*sock).cb) }
}

/// nl_recvmsgs with the socket's callbacks, but for one that is ours.
pub(crate) unsafe fn with(sock: *mut nl_sock, on: On, func: MsgCb, arg: *mut c_void) -> c_int {
    // SAFETY: the socket is live; the copy of its callbacks is ours.
    unsafe {
        let cb = nl_cb_clone(&*(*sock).cb);
        if cb.is_null() {
            return -NLE_NOMEM;
        }
        (*cb).set(on, func, arg);
        let answer = nl_recvmsgs(sock, cb);
        nl_cb_put(cb);
        answer
    }
}

unsafe extern "C" fn stop(_: *mut nl_msg, _: *mut c_void) -> c_int {
    NL_STOP
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_wait_for_ack(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { with(sock, On::Ack, Some(stop), null_mut()) }
}

pub(crate) type Parser = unsafe extern "C" fn(
    *mut nl_cache_ops,
    *mut sockaddr_nl,
    *mut nlmsghdr,
    *mut nl_parser_param,
) -> c_int;

/// What nl_pickup is after.
struct Pickup {
    parser: Parser,
    result: *mut nl_object,
    syserror: *mut c_int,
}

unsafe extern "C" fn keep(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the object is live; the argument is that of nl_pickup.
    unsafe {
        let pickup = (*param).arg.cast::<Pickup>();
        nl_object_get(obj);
        nl_object_put((*pickup).result);
        (*pickup).result = obj;
    }
    0
}

unsafe extern "C" fn parse(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
    let mut param = nl_parser_param { cb: keep, arg };
    // SAFETY: the message is live; the argument is that of nl_pickup.
    unsafe {
        ((*arg.cast::<Pickup>()).parser)(null_mut(), &raw mut (*msg).src, (*msg).nlh, &mut param)
    }
}

unsafe extern "C" fn keep_error(
    _: *mut sockaddr_nl,
    err: *mut nlmsgerr,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the error is live; the argument is that of nl_pickup.
    unsafe {
        *(*arg.cast::<Pickup>()).syserror = (*err).error;
        -nl_syserr2nlerr((*err).error)
    }
}

/// Receives the answer to a request as an object. (`syserror`, if not NULL, gets the kernel's number.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_pickup_keep_syserr(
    sock: *mut nl_sock,
    parser: Parser,
    result: *mut *mut nl_object,
    syserror: *mut c_int,
) -> c_int {
    let mut pickup = Pickup { parser, result: null_mut(), syserror };
    let arg = (&raw mut pickup).cast::<c_void>();
    // SAFETY: the socket is live, the pointers the caller's; the copy of the callbacks is ours.
    unsafe {
        let cb = nl_cb_clone(&*(*sock).cb);
        if cb.is_null() {
            return -NLE_NOMEM;
        }
        (*cb).set(On::Valid, Some(parse), arg);
        if !syserror.is_null() {
            *syserror = 0;
            (*cb).err = Some(keep_error);
            (*cb).err_arg = arg;
        }
        let answer = nl_recvmsgs(sock, cb);
        nl_cb_put(cb);
        if answer < 0 {
            nl_object_put(pickup.result);
            return answer;
        }
        *result = pickup.result;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_pickup(
    sock: *mut nl_sock,
    parser: Parser,
    result: *mut *mut nl_object,
) -> c_int {
    // SAFETY: as for nl_pickup_keep_syserr.
    unsafe { nl_pickup_keep_syserr(sock, parser, result, null_mut()) }
}
