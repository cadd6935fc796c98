// SPDX-License-Identifier: MIT OR Apache-2.0
//! Callbacks: which there are, and those that print.

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::abi::{FILE, nlmsgerr, nlmsghdr, sockaddr_nl, ucred};
use crate::dump::stderr;
use crate::error::{NLE_RANGE, nl_syserr2nlerr};
use crate::mem;
use crate::msg::nl_msg;
use crate::names::{MSGTYPES, nl_nlmsg_flags2str};
use crate::socket::nl_sock;

pub(crate) const NL_OK: c_int = 0;
pub(crate) const NL_SKIP: c_int = 1;
pub(crate) const NL_STOP: c_int = 2;

/// `enum nl_cb_type`.
#[derive(Clone, Copy, PartialEq)]
#[repr(u32)]
pub(crate) enum On {
    Valid,
    Finish,
    Overrun,
    Skipped,
    Ack,
    MsgIn,
    MsgOut,
    Invalid,
    SeqCheck,
    SendAck,
    DumpIntr,
}

const TYPES: usize = 11;
const CUSTOM: c_uint = 3;

pub(crate) type MsgCb = Option<unsafe extern "C" fn(*mut nl_msg, *mut c_void) -> c_int>;
pub(crate) type ErrCb =
    Option<unsafe extern "C" fn(*mut sockaddr_nl, *mut nlmsgerr, *mut c_void) -> c_int>;
type Recvmsgs = Option<unsafe extern "C" fn(*mut nl_sock, *mut nl_cb) -> c_int>;
pub(crate) type Recv = Option<
    unsafe extern "C" fn(*mut nl_sock, *mut sockaddr_nl, *mut *mut u8, *mut *mut ucred) -> c_int,
>;
type Send = Option<unsafe extern "C" fn(*mut nl_sock, *mut nl_msg) -> c_int>;

/// A set of callbacks.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct nl_cb {
    calls: [(MsgCb, *mut c_void); TYPES],
    pub(crate) err: ErrCb,
    pub(crate) err_arg: *mut c_void,
    pub(crate) recvmsgs: Recvmsgs,
    pub(crate) recv: Recv,
    pub(crate) send: Send,
    refs: c_int,
    active: c_uint,
}

impl nl_cb {
    /// The callback for an event, if there is one.
    pub(crate) fn get(&self, on: On) -> MsgCb {
        self.calls.get(on as usize).and_then(|call| call.0)
    }

    /// Sets one of ours.
    pub(crate) fn set(&mut self, on: On, func: MsgCb, arg: *mut c_void) {
        if let Some(call) = self.calls.get_mut(on as usize) {
            *call = (func, arg);
        }
    }
}

/// Calls what is set for an event: `None` if nothing is.
pub(crate) unsafe fn call(cb: *mut nl_cb, on: On, msg: *mut nl_msg) -> Option<c_int> {
    // SAFETY: the callbacks are live; the argument is the callback's own.
    unsafe {
        let (Some(func), arg) = *(*cb).calls.get(on as usize)? else { return None };
        (*cb).active = on as c_uint;
        let answer = func(msg, arg);
        (*cb).active = TYPES as c_uint;
        Some(answer)
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_alloc(kind: c_uint) -> *mut nl_cb {
    if kind > CUSTOM {
        return null_mut();
    }
    let cb = mem::zalloc::<nl_cb>(0);
    // SAFETY: NULL or new.
    if let Some(cb) = unsafe { cb.as_mut() } {
        cb.refs = 1;
        cb.active = TYPES as c_uint;
        nl_cb_set_all(cb, kind, None, null_mut());
        nl_cb_err(cb, kind, None, null_mut());
    }
    cb
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_clone(from: &nl_cb) -> *mut nl_cb {
    let cb = mem::zalloc::<nl_cb>(0);
    // SAFETY: NULL or new.
    if let Some(cb) = unsafe { cb.as_mut() } {
        *cb = nl_cb { refs: 1, ..*from };
    }
    cb
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_get(cb: &mut nl_cb) -> *mut nl_cb {
    cb.refs += 1;
    cb
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cb_put(cb: *mut nl_cb) {
    // SAFETY: NULL, or callbacks of which the caller holds a reference.
    unsafe {
        if cb.is_null() {
            return;
        }
        (*cb).refs -= 1;
        if (*cb).refs <= 0 {
            mem::free(cb);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_active_type(cb: &nl_cb) -> c_uint {
    cb.active
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_set(
    cb: &mut nl_cb,
    on: c_uint,
    kind: c_uint,
    func: MsgCb,
    arg: *mut c_void,
) -> c_int {
    let Some(call) = cb.calls.get_mut(on as usize) else { return -NLE_RANGE };
    *call = match kind {
        CUSTOM => (func, arg),
        0..CUSTOM => (printer(on as usize, kind), arg),
        _ => return -NLE_RANGE,
    };
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_set_all(
    cb: &mut nl_cb,
    kind: c_uint,
    func: MsgCb,
    arg: *mut c_void,
) -> c_int {
    for on in 0..TYPES as c_uint {
        let failed = nl_cb_set(cb, on, kind, func, arg);
        if failed < 0 {
            return failed;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_err(cb: &mut nl_cb, kind: c_uint, func: ErrCb, arg: *mut c_void) -> c_int {
    cb.err = match kind {
        CUSTOM => func,
        0 => None,
        1..CUSTOM => Some(print_error),
        _ => return -NLE_RANGE,
    };
    cb.err_arg = arg;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_overwrite_recvmsgs(cb: &mut nl_cb, func: Recvmsgs) {
    cb.recvmsgs = func;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_overwrite_recv(cb: &mut nl_cb, func: Recv) {
    cb.recv = func;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cb_overwrite_send(cb: &mut nl_cb, func: Send) {
    cb.send = func;
}

/// The stream that a printing callback was given, or standard error.
fn stream(arg: *mut c_void) -> *mut FILE {
    // SAFETY: the C library's standard error does not change.
    if arg.is_null() { unsafe { stderr } } else { arg.cast() }
}

/// What a header says, on one line.
unsafe fn print_header(to: *mut FILE, nlh: *const nlmsghdr) {
    let (mut kind, mut flags) = ([0 as c_char; 32], [0 as c_char; 128]);
    // SAFETY: the header is whole, and the buffers are as long as is said.
    unsafe {
        libc::fprintf(
            to,
            c"type=%s length=%u flags=<%s> sequence-nr=%u pid=%u\n".as_ptr(),
            MSGTYPES.to_str((*nlh).nlmsg_type.into(), kind.as_mut_ptr(), kind.len()),
            (*nlh).nlmsg_len,
            nl_nlmsg_flags2str((*nlh).nlmsg_flags.into(), flags.as_mut_ptr(), flags.len()),
            (*nlh).nlmsg_seq,
            (*nlh).nlmsg_pid,
        );
    }
}

/// Callbacks that print a text and the header, and what they answer.
macro_rules! header_printers {
    ($($name:ident $text:literal $answer:ident;)*) => {
        $(unsafe extern "C" fn $name(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
            // SAFETY: the message is live, and the stream the caller's.
            unsafe {
                libc::fputs($text.as_ptr(), stream(arg));
                print_header(stream(arg), (*msg).nlh);
            }
            $answer
        })*
    };
}

header_printers! {
    valid_verbose c"-- Warning: unhandled valid message: " NL_OK;
    valid_debug c"-- Debug: Unhandled Valid message: " NL_OK;
    finish_debug c"-- Debug: End of multipart message block: " NL_STOP;
    overrun c"-- Error: Netlink Overrun: " NL_STOP;
    skipped_debug c"-- Debug: Skipped message: " NL_SKIP;
    ack_debug c"-- Debug: ACK: " NL_STOP;
    invalid c"-- Error: Invalid message: " NL_STOP;
}

/// Callbacks that print the whole message.
macro_rules! message_printers {
    ($($name:ident $text:literal;)*) => {
        $(unsafe extern "C" fn $name(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
            // SAFETY: the message is live, and the stream the caller's.
            unsafe {
                libc::fputs($text.as_ptr(), stream(arg));
                crate::msgdump::nl_msg_dump(msg, stream(arg));
            }
            NL_OK
        })*
    };
}

message_printers! {
    msg_in_debug c"-- Debug: Received Message:\n";
    msg_out_debug c"-- Debug: Sent Message:\n";
}

/// By event: what is set for the kinds verbose and debug.
static PRINTERS: [[MsgCb; 2]; TYPES] = [
    [Some(valid_verbose), Some(valid_debug)],
    [None, Some(finish_debug)],
    [Some(overrun), Some(overrun)],
    [None, Some(skipped_debug)],
    [None, Some(ack_debug)],
    [None, Some(msg_in_debug)],
    [None, Some(msg_out_debug)],
    [Some(invalid), Some(invalid)],
    [None, None],
    [None, None],
    [None, None],
];

fn printer(on: usize, kind: c_uint) -> MsgCb {
    let kind = (kind as usize).checked_sub(1)?;
    *PRINTERS.get(on)?.get(kind)?
}

unsafe extern "C" fn print_error(
    _: *mut sockaddr_nl,
    err: *mut nlmsgerr,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the error is live, and the stream the caller's.
    unsafe {
        let text = crate::error::nl_strerror_l((*err).error.wrapping_neg());
        let format = c"-- Error received: %s\n-- Original message: ";
        libc::fprintf(stream(arg), format.as_ptr(), text);
        print_header(stream(arg), &(*err).msg);
        -nl_syserr2nlerr((*err).error)
    }
}
