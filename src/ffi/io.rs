// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sending, receiving and waiting.

use core::ffi::{c_int, c_void};

use super::err::{fault, rnl_err};
use super::msg::rnl_msg;
use super::ptr;
use super::reply::rnl_reply;
use super::sock::{on, rnl_sock};
use super::view::{rnl_bytes, rnl_view};
use crate::conn::{Datagram, Socket};

/// One received datagram as it came. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_datagram {
    /// The bytes.
    pub data: rnl_bytes,
    /// Port id of the sender; 0 is the kernel.
    pub port: u32,
    /// Multicast group it was sent to, or 0.
    pub group: u32,
    /// Id of the network namespace it came from, or -1 for the socket's own.
    pub nsid: i32,
    /// 0
    pub reserved: u32,
}

impl From<Datagram<'_>> for rnl_datagram {
    fn from(d: Datagram<'_>) -> Self {
        let nsid = d.nsid.unwrap_or(-1);
        rnl_datagram { data: d.bytes.into(), port: d.port, group: d.group, nsid, reserved: 0 }
    }
}

/// Sends one datagram as it is, past requests and replies.
///
/// @sock   open socket
/// @data   the datagram: one message or several, each padded to 4
/// @len    bytes of it
/// @port   port id of the receiver; 0 is the kernel
/// @group  multicast group from 1 to 32 to send to, or 0. With port 0 and group 0 it goes where
///         rnl_sock_connect() said
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL        sock is NULL, data is NULL and len is not 0, or group is above 32
///   -EMSGSIZE      it is longer than the send queue
///   -ECONNREFUSED  nobody has that port id
///   -EAGAIN        the receiver's queue is full
///   -EPERM         the protocol does not let this user send there
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_send(
    sock: *mut rnl_sock,
    data: *const c_void,
    len: usize,
    port: u32,
    group: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    let send = |s: &mut Socket| {
        // SAFETY: the caller passes len readable bytes.
        s.send(unsafe { ptr::slice(data.cast(), len) }?, port, group)?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, send) }
}

/// Receives one datagram as it comes, past requests and replies: for protocols that have none, such as
/// NETLINK_KOBJECT_UEVENT and NETLINK_USERSOCK. What rnl_sock_next() or a dump had not read yet of the
/// datagram before is lost.
///
/// @sock        open socket
/// @out         filled on 1; borrows from sock, dead after the next call on it
/// @timeout_ms  milliseconds; 0 polls, -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 1 with a datagram, 0 on timeout, or
///   -EINVAL    sock or out is NULL
///   -EMSGSIZE  the datagram was longer than max_datagram and is lost; the next may be as long
///   -ENOBUFS   the kernel dropped datagrams; those it had queued before come next
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_recv(
    sock: *mut rnl_sock,
    out: *mut rnl_datagram,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let receive = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        let out = unsafe { ptr::out(out) }?;
        let datagram = s.receive(timeout_ms)?;
        *out = datagram.map_or(NOTHING, Into::into);
        Ok((!out.data.ptr.is_null()).into())
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, receive) }
}

const NOTHING: rnl_datagram = rnl_datagram {
    data: rnl_bytes { ptr: core::ptr::null(), len: 0 },
    port: 0,
    group: 0,
    nsid: -1,
    reserved: 0,
};

/// Waits for the next notification. Those that came during other calls come first.
///
/// -ENOBUFS stands in the sequence where notifications are missing: what came before is complete, what
/// comes after follows a gap. Dump again to know what happened in it.
///
/// @sock        open socket that has joined a group
/// @out         filled on 1; borrows from sock, dead after the next call on it
/// @timeout_ms  milliseconds; 0 polls, -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 1 with a message, 0 on timeout, or
///   -EINVAL   sock or out is NULL
///   -ENOBUFS  the kernel dropped notifications here
///   -EBADMSG  a datagram that is no message
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_next(
    sock: *mut rnl_sock,
    out: *mut rnl_view,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let next = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        let out = unsafe { ptr::out(out) }?;
        match s.next(timeout_ms)? {
            Some(notification) => *out = notification.into(),
            None => return Ok(0),
        }
        Ok(1)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, next) }
}

/// Sends a request and waits for its end: REQUEST and ACK are added, the answer is matched by its
/// sequence number, the kernel's verdict returned.
///
/// Some protocols answer in their own way. NETLINK_AUDIT acknowledges first: what it was asked for comes
/// later, through rnl_sock_next(). NETLINK_FIB_LOOKUP, NETLINK_CONNECTOR and NETLINK_ISCSI acknowledge
/// nothing, and the latter two use types below 16 for data: they want rnl_sock_send() and
/// rnl_sock_recv().
///
/// @sock        open socket
/// @msg         request; it stays the caller's
/// @timeout_ms  milliseconds; 0 does not wait, -1 waits for ever
/// @reply       filled on success, if not NULL, to free with rnl_reply_free(): the objects the kernel
///              answered with, and its warning
/// @err         filled on failure, if not NULL
///
/// Returns 0, or the kernel's -errno, or
///   -EINVAL     sock or msg is NULL, or a nest of msg is open
///   -ETIMEDOUT  no answer in time; one that comes later is swallowed
///   -ENOBUFS    the answer was lost: the receive queue overflowed
///   -EMSGSIZE   the answer was longer than max_datagram and is lost; the next may be as long
///   -EFBIG      the reply is longer than max_result
///   -ENOMEM     no memory
///   or the first failure of msg
/// Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_call(
    sock: *mut rnl_sock,
    msg: *const rnl_msg,
    timeout_ms: c_int,
    reply: *mut *mut rnl_reply,
    err: *mut *mut rnl_err,
) -> c_int {
    let call = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a message.
        let msg = &unsafe { ptr::get(msg) }?.msg;
        // SAFETY: the caller passes NULL or a place for a pointer.
        match unsafe { reply.as_mut() } {
            Some(place) => *place = fault(rnl_reply::give(s.call(msg, timeout_ms)?))?,
            None => drop(s.call_each(msg, timeout_ms, |_| Ok(()))?),
        }
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, call) }
}
