// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replies.

use core::ffi::{c_char, c_int};
use core::ptr::null;

use super::guard::{CText, guard};
use super::ptr::{self, Handle, handle};
use super::view::rnl_view;
use crate::conn::Reply;
use crate::error::Fault;
use crate::wire::Message;

/// What the kernel answered a request with: any number of objects, and perhaps a warning.
#[cfg_attr(all(), repr(C))]
pub struct rnl_reply {
    magic: u32,
    reply: Reply,
    warning: CText,
    read: usize,
}

handle!(rnl_reply, 0x726e_6c04);

impl rnl_reply {
    pub(super) fn give(reply: Reply) -> Result<*mut rnl_reply, Fault> {
        let warning = CText::full(reply.warning().unwrap_or(""))?;
        ptr::give(rnl_reply { magic: rnl_reply::MAGIC, reply, warning, read: 0 })
    }
}

/// The next object of a reply.
///
/// @reply  reply of rnl_sock_call()
/// @out    filled on 1; borrows from reply
///
/// Returns 1 with a message, 0 at the end, or
///   -EINVAL  reply or out is NULL
/// Threads: reply must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_reply_next(reply: *mut rnl_reply, out: *mut rnl_view) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a reply, and NULL or a place for the result.
        let (state, out) = unsafe { (ptr::get_mut(reply)?, ptr::out(out)?) };
        let bytes = state.reply.bytes();
        let rest = bytes.get(state.read..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(0);
        }
        let (message, after) = Message::split(rest)?;
        *out = message.into();
        state.read = bytes.len() - after.len();
        Ok(1)
    })
}

/// What the kernel warns of although it did what was asked.
///
/// @reply  reply of rnl_sock_call(), or NULL
///
/// Returns a string that lives as long as reply, or NULL if there is no warning.
/// Threads: any, while nobody frees reply. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_reply_warning(reply: *const rnl_reply) -> *const c_char {
    // SAFETY: the caller passes NULL or a reply.
    unsafe { ptr::get(reply) }.map_or(null(), |r| r.warning.as_ptr())
}

/// Frees a reply with its messages.
///
/// @reply  reply, or NULL
///
/// Returns 0, or
///   -EINVAL  reply is not a reply, or has been freed
/// Threads: reply must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_reply_free(reply: *mut rnl_reply) -> c_int {
    // SAFETY: the caller passes NULL or a reply that it does not use any more.
    guard(|| unsafe { ptr::take(reply) }.map(|_| 0))
}
