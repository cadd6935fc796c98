// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests under construction.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::err::rnl_err;
use super::guard::{guard, guard_err};
use super::ptr::{self, Handle, handle};
use super::view::rnl_bytes;
use crate::conn::unbuilt;
use crate::wire::Msg;

/// A request under construction. The first thing that goes wrong sticks: puts may be chained without
/// looking at their results, since sending reports the first failure with the attribute's path. A
/// message may be sent any number of times, and changed in between.
#[cfg_attr(all(), repr(C))]
pub struct rnl_msg {
    magic: u32,
    pub(super) msg: Msg,
}

handle!(rnl_msg, 0x726e_6c02);

/// Gives a new message to the caller.
pub(super) fn give(msg: Msg) -> *mut rnl_msg {
    ptr::give(rnl_msg { magic: rnl_msg::MAGIC, msg }).unwrap_or(null_mut())
}

/// Makes a request.
///
/// @type   RTM_NEWLINK, the id of a generic family ...; 16 or above
/// @flags  NLM_F_*; REQUEST and ACK are added on sending, DUMP by rnl_dump_start()
///
/// Returns a message to free with rnl_msg_free(), or NULL if there is no memory. A type below 16 is a
/// failure that sticks.
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn rnl_msg_new(r#type: u16, flags: u16) -> *mut rnl_msg {
    give(Msg::new(r#type, flags))
}

/// Frees a message.
///
/// @msg  message, or NULL
///
/// Returns 0, or
///   -EINVAL  msg is not a message, or has been freed
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_free(msg: *mut rnl_msg) -> c_int {
    // SAFETY: the caller passes NULL or a message that it does not use any more.
    guard(|| unsafe { ptr::take(msg) }.map(|_| 0))
}

/// Starts over with an empty message, keeping its memory.
///
/// @msg    message
/// @type   as for rnl_msg_new()
/// @flags  as for rnl_msg_new()
///
/// Returns 0, or
///   -EINVAL  msg is NULL, or type is below 16
///   -ENOMEM  no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_reset(msg: *mut rnl_msg, r#type: u16, flags: u16) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a message.
        let msg = &mut unsafe { ptr::get_mut(msg) }?.msg;
        msg.reset(r#type, flags);
        msg.status()?;
        Ok(0)
    })
}

/// Whether everything that was put so far worked.
///
/// @msg       message
/// @protocol  NETLINK_*, to name the attribute that failed; -1 if that is not known
/// @err       filled on failure, if not NULL
///
/// Returns 0, or the first failure of this message, as its put returned it, or
///   -EINVAL  msg is NULL
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_status(
    msg: *const rnl_msg,
    protocol: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let status = || {
        // SAFETY: the caller passes NULL or a message.
        let msg = &unsafe { ptr::get(msg) }?.msg;
        msg.status().map_err(|fault| unbuilt(protocol, msg, fault))?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, status) }
}

/// The message as bytes, with its header; sequence number and port are 0.
///
/// @msg  message
/// @out  filled on success; borrows from msg, dead after the next call on it
///
/// Returns 0, or the first failure of this message, or
///   -EINVAL  msg or out is NULL, or a nest is open
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_bytes(msg: *mut rnl_msg, out: *mut rnl_bytes) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a message, and NULL or a place for the result.
        let (msg, out) = unsafe { (ptr::get_mut(msg)?, ptr::out(out)?) };
        *out = msg.msg.bytes()?.into();
        Ok(0)
    })
}
