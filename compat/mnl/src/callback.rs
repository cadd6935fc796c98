// SPDX-License-Identifier: MIT OR Apache-2.0
//! `mnl_cb_run`: a datagram's messages, each to its function.

use core::ffi::{c_int, c_uint};

use libc::{EBADMSG, EINTR, EPROTO, ESRCH};
use rnl::uapi::{
    NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE, NLMSG_NOOP, NLMSG_OVERRUN,
};
use rnl::wire::Header;

use crate::errno::{fail, set};
use crate::memory::{Message, Place};
use crate::message::is_mine;

/// `MNL_CB_OK`: go on.
pub(crate) const OK: c_int = 1;
/// `MNL_CB_STOP`: that was all.
const STOP: c_int = 0;
/// Bytes of `struct nlmsgerr`.
const ERROR_LEN: u32 = 20;

/// `mnl_cb_t`. What it throws, in C++, passes through, as nothing here is to be cleaned up. (To declare it
/// "C-unwind" would abort: that is what it means where panics abort.)
type Callback = Option<unsafe extern "C" fn(Message, Place) -> c_int>;

#[unsafe(no_mangle)]
extern "C" fn mnl_cb_run(
    buf: Message,
    numbytes: usize,
    seq: c_uint,
    portid: c_uint,
    cb_data: Callback,
    data: Place,
) -> c_int {
    mnl_cb_run2(buf, numbytes, seq, portid, cb_data, data, Place::NULL, 0)
}

/// The last answer, or the first that is 0 or less. What is not a whole message ends the datagram.
#[unsafe(no_mangle)]
extern "C" fn mnl_cb_run2(
    buf: Message,
    numbytes: usize,
    seq: c_uint,
    portid: c_uint,
    cb_data: Callback,
    data: Place,
    cb_ctl_array: Place,
    cb_ctl_array_len: c_uint,
) -> c_int {
    let (mut message, mut rest, mut last) = (buf, numbytes as c_int, OK);
    while let Some(header) = message.whole(rest) {
        let errno = refusal(&header, seq, portid);
        if errno != 0 {
            return fail(errno);
        }
        let (kind, control) = (header.kind, u32::from(header.kind) < cb_ctl_array_len);
        let callback = match kind {
            NLMSG_MIN_TYPE.. => cb_data,
            // The array decides about all that is in it, without a function too.
            _ if control => handler(cb_ctl_array, kind),
            _ => None,
        };
        last = match callback {
            // SAFETY: the program's own function, called with a whole message and its own data.
            Some(callback) => unsafe { callback(message, data) },
            None if kind >= NLMSG_MIN_TYPE || control => last,
            None => by_default(message, kind).unwrap_or(last),
        };
        if last <= 0 {
            break;
        }
        // The length is read anew: callbacks may have changed it.
        (message, rest) = message.next(rest);
    }
    last
}

/// The function for control messages of type `kind`, which is less than the array's length.
fn handler(array: Place, kind: u16) -> Callback {
    if array.is_null() {
        return None;
    }
    // SAFETY: the program's array has a function, or NULL, there.
    unsafe { *array.raw::<Callback>().add(kind.into()) }
}

/// The errno for a message that the caller does not wait for or can't trust; 0 for others.
#[inline]
fn refusal(header: &Header, seq: u32, port: u32) -> c_int {
    if !is_mine(header.port, port) {
        ESRCH
    } else if !is_mine(header.seq, seq) {
        EPROTO
    } else if header.flags & NLM_F_DUMP_INTR != 0 {
        EINTR
    } else {
        0
    }
}

fn by_default(message: Message, kind: u16) -> Option<c_int> {
    match kind {
        NLMSG_NOOP | NLMSG_OVERRUN => Some(OK),
        NLMSG_DONE => Some(STOP),
        NLMSG_ERROR => Some(verdict(message)),
        _ => None,
    }
}

/// 0 is an acknowledgement. Some families send errors as positive numbers.
fn verdict(message: Message) -> c_int {
    if message.len() < Header::LEN as u32 + ERROR_LEN {
        return fail(EBADMSG);
    }
    let error: i32 = message.payload().read();
    let errno = error.wrapping_abs();
    if errno == 0 {
        set(0);
        return STOP;
    }
    fail(errno)
}
