// SPDX-License-Identifier: MIT OR Apache-2.0
//! Many requests in flight, and what an event loop needs to know.

use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr::null_mut;

use super::err::{fault, rnl_err};
use super::guard::{count, guard};
use super::msg::rnl_msg;
use super::ptr;
use super::reply::rnl_reply;
use super::sock::{on, open, rnl_sock};
use crate::conn::{Completion, Socket, Submission, Transaction};
use crate::error::{Error, Fault};
use crate::grow;
use crate::sys;
use crate::wire::Msg;

/// For rnl_sock_submit(): success is not reported, an error is. This is the cheapest, as one
/// acknowledgement serves many requests.
pub const RNL_SUBMIT_QUIET: u32 = 0x1;
/// For rnl_sock_submit(): the request is a dump, consistent as with RNL_DUMP_CONSISTENT. Its objects come
/// with the completion.
pub const RNL_SUBMIT_DUMP: u32 = 0x2;

/// rnl_sock_process() found that rnl_sock_complete() has something.
pub const RNL_READY_DONE: c_int = 0x1;
/// rnl_sock_process() found that rnl_sock_next() has something.
pub const RNL_READY_NOTIFICATION: c_int = 0x2;

/// The end of a submitted request. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_done {
    /// What rnl_sock_submit() gave.
    pub id: u64,
    /// What was submitted with it.
    pub user: u64,
    /// 0, or the kernel's -errno, or what rnl_sock_call() would have returned.
    pub result: i32,
    /// 0
    pub reserved: u32,
    /// What the kernel answered, to free with rnl_reply_free(); NULL if that was nothing but success.
    pub reply: *mut rnl_reply,
    /// Why it failed, to free with rnl_err_free(); NULL on success.
    pub err: *mut rnl_err,
}

/// Queues a request and returns without waiting. Requests are packed into as few datagrams as the send
/// queue allows, and no more are sent at a time than the receive queue has room for answers to. They are
/// sent when a datagram is full, by rnl_sock_flush(), or by any call that waits. The kernel carries them
/// out in order.
///
/// @sock        open socket
/// @msg         request; it is copied
/// @flags       RNL_SUBMIT_*, or 0
/// @user        comes back in struct rnl_done
/// @timeout_ms  milliseconds from now until it is given up; -1 for never
/// @id          filled on success, if not NULL: names the request for rnl_sock_cancel()
/// @err         filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock or msg is NULL, flags are unknown or both are set, or a nest of msg is open
///   -EAGAIN  max_pending bytes wait already: take completions first
///   -ENOMEM  no memory
///   or the first failure of msg
/// Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_submit(
    sock: *mut rnl_sock,
    msg: *const rnl_msg,
    flags: u32,
    user: u64,
    timeout_ms: c_int,
    id: *mut u64,
    err: *mut *mut rnl_err,
) -> c_int {
    let submit = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a message.
        let msg = &unsafe { ptr::get(msg) }?.msg;
        if flags > RNL_SUBMIT_DUMP {
            return Err(Fault::BadArgument.into());
        }
        let (quiet, dump) = (flags == RNL_SUBMIT_QUIET, flags == RNL_SUBMIT_DUMP);
        let new = s.submit(msg, Submission { user, quiet, dump, timeout: timeout_ms })?;
        // SAFETY: the caller passes NULL or a place for the result.
        if let Some(place) = unsafe { id.as_mut() } {
            *place = new;
        }
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, submit) }
}

/// Sends what has been submitted, as far as the receive queue has room for the answers, without waiting.
///
/// @sock  open socket
/// @err   filled on failure, if not NULL
///
/// Returns how many requests are left unsent: rnl_sock_complete() and rnl_sock_process() send them in
/// time; or
///   -EINVAL  sock is NULL
///   -EBADMSG a datagram that is no message was received
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_flush(sock: *mut rnl_sock, err: *mut *mut rnl_err) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.flush().map(count)) }
}

/// Takes the next completion, in the order in which requests ended; sends what waits, and waits for it.
///
/// @sock        open socket
/// @out         filled on 1; its reply and err are the caller's
/// @timeout_ms  milliseconds; 0 does not wait, -1 waits for ever
/// @err         filled on failure, if not NULL: of receiving. Failures of requests are in out
///
/// Returns 1 with a completion; 0 when the time has passed, or no submitted request is in flight: then
/// all quiet ones have succeeded that were not reported; or
///   -EINVAL   sock or out is NULL
///   -EBADMSG  a datagram that is no message was received
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_complete(
    sock: *mut rnl_sock,
    out: *mut rnl_done,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let complete = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        let out = unsafe { ptr::out(out) }?;
        match s.complete(timeout_ms)? {
            Some(completion) => *out = completion.into(),
            None => return Ok(0),
        }
        Ok(1)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, complete) }
}

impl From<Completion> for rnl_done {
    fn from(c: Completion) -> Self {
        let mut done = rnl_done {
            id: c.id,
            user: c.user,
            result: 0,
            reserved: 0,
            reply: null_mut(),
            err: null_mut(),
        };
        let given = c.result.and_then(|reply| match reply.is_empty() {
            true => Ok(null_mut()),
            false => fault(rnl_reply::give(reply)),
        });
        match given {
            Ok(reply) => done.reply = reply,
            Err(error) => {
                done.result = -error.errno();
                done.err = rnl_err::give(error);
            }
        }
        done
    }
}

/// Gives a submitted request up: no completion comes for it, and late answers are swallowed. The kernel
/// may have carried it out already.
///
/// @sock  open socket
/// @id    what rnl_sock_submit() gave
///
/// Returns 0, or
///   -EINVAL  sock is NULL
///   -ENOENT  no such request is in flight: it has ended, and its completion may still be taken
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_cancel(sock: *mut rnl_sock, id: u64) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { open(sock) }?.cancel(id).map(|()| 0))
}

/// Carries out an nfnetlink transaction: all of the messages take effect, or none. They go out between
/// NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END in one datagram.
///
/// @sock        open NETLINK_NETFILTER socket
/// @msgs        the messages; they stay the caller's
/// @n           how many; at least 1
/// @subsystem   NFNL_SUBSYS_*, which the messages belong to
/// @genid       the generation the messages were made for, which the kernel compares; 0 for any
/// @timeout_ms  milliseconds; -1 waits for ever
/// @failed      filled on failure, if not NULL: the index of the message that was refused, or n if the
///              whole was
/// @err         filled on failure, if not NULL
///
/// Returns 0, or the kernel's -errno, among them
///   -ERESTART   another generation than genid: read the rules again and start over
///   -EINVAL     sock, msgs or one of the messages is NULL, n is 0, or a nest is open
///   -EMSGSIZE   the whole is longer than the send queue
///   -ETIMEDOUT  no answer in time
///   -ENOBUFS    the answer was lost: the receive queue overflowed
///   -ENOMEM     no memory
/// Threads: neither sock nor the messages may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_transact(
    sock: *mut rnl_sock,
    msgs: *const *const rnl_msg,
    n: usize,
    subsystem: u16,
    genid: u32,
    timeout_ms: c_int,
    failed: *mut usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let mut refused = n;
    let transact = |s: &mut Socket| {
        // SAFETY: the caller passes n messages.
        let msgs = unsafe { messages(msgs, n) }?;
        let end = s.transact(&msgs, Transaction { subsystem, genid }, timeout_ms);
        end.map(|()| 0).map_err(|(error, index)| {
            refused = index;
            error
        })
    };
    // SAFETY: as documented.
    let result = unsafe { on(sock, err, transact) };
    // SAFETY: the caller passes NULL or a place for the result.
    if let Some(place) = unsafe { failed.as_mut() }.filter(|_| result < 0) {
        *place = refused;
    }
    result
}

unsafe fn messages<'a>(msgs: *const *const rnl_msg, n: usize) -> Result<Vec<&'a Msg>, Error> {
    let mut all = Vec::new();
    // SAFETY: the caller passes n pointers to messages.
    for msg in unsafe { ptr::slice(msgs, n) }? {
        // SAFETY: as above.
        grow::push(&mut all, &unsafe { ptr::get(*msg) }?.msg)?;
    }
    Ok(all)
}

/// Does what can be done without waiting: sends, receives, gives up what is late. For event loops: call
/// it when rnl_sock_fd() is ready for rnl_sock_events(), and when rnl_sock_timeout() has passed; then
/// take what is ready with rnl_sock_complete() and rnl_sock_next(), time-out 0.
///
/// @sock  open socket
/// @err   filled on failure, if not NULL
///
/// Returns RNL_READY_DONE, RNL_READY_NOTIFICATION, both or 0, or
///   -EINVAL  sock is NULL
///   -EBADMSG a datagram that is no message was received
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_process(sock: *mut rnl_sock, err: *mut *mut rnl_err) -> c_int {
    let process = |s: &mut Socket| {
        let ready = s.process()?;
        let done = if ready.completion { RNL_READY_DONE } else { 0 };
        Ok(done | if ready.notification { RNL_READY_NOTIFICATION } else { 0 })
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, process) }
}

/// What to wait for on rnl_sock_fd(), as poll(2) takes it.
///
/// @sock  open socket
///
/// Returns POLLIN, or
///   -EINVAL  sock is NULL
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_events(sock: *mut rnl_sock) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { open(sock) }.map(|_| sys::POLLIN))
}

/// How long to wait for rnl_sock_fd(), as poll(2) takes it. Ask anew after each call on the socket.
///
/// @sock  open socket
///
/// Returns 0 if something is ready that the descriptor does not show, or can be sent; milliseconds until
/// rnl_sock_process() has to be called all the same; -1 if there is no such time; or
///   -EINVAL  sock is NULL
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_timeout(sock: *mut rnl_sock) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { open(sock) }.map(|s| s.timeout()))
}
