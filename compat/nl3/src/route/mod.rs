// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses, routes, neighbours, rules and what belongs to them: the objects of rtnetlink.

mod addr;
mod names;
mod uapi;

use core::ffi::{c_char, c_int, c_void};

use crate::abi::nl_dump_params;
use crate::abi::nlmsghdr;
use crate::addr::nl_addr;
use crate::dump::dump;
use crate::error::{Done, NLE_MSGSIZE, NLE_NOMEM, code, done};
use crate::mngt::nl_cache_ops;
use crate::msg::{nl_msg, nlmsg_alloc_simple, nlmsg_append, nlmsg_data, nlmsg_free};
use crate::socket::nl_sock;

/// The types of caches here.
pub(crate) static CACHES: &[&nl_cache_ops] = &[&addr::CACHE_OPS];

/// The header of a message, which is known to be whole.
unsafe fn header<H: Copy>(nlh: *const nlmsghdr) -> H {
    // SAFETY: the payload begins with one, by the caller's promise.
    unsafe { nlmsg_data(nlh).cast::<H>().read_unaligned() }
}

/// Makes a message of a header and of what `fill` puts behind it.
unsafe fn build<H>(
    (kind, flags): (u16, c_int),
    header: &H,
    result: *mut *mut nl_msg,
    fill: impl FnOnce(&mut nl_msg) -> Done,
) -> c_int {
    let msg = nlmsg_alloc_simple(kind.into(), flags);
    // SAFETY: the message is NULL or new; the result is the caller's.
    unsafe {
        let Some(new) = msg.as_mut() else { return -NLE_NOMEM };
        let head = nlmsg_append(new, (&raw const *header).cast(), size_of::<H>(), 4);
        let filled = done(head).and_then(|()| fill(new));
        if filled.is_ok() {
            *result = msg;
        } else {
            nlmsg_free(msg);
        }
        // A message that is full is no want of memory here.
        code(filled.map_err(|error| if error == NLE_NOMEM { NLE_MSGSIZE } else { error }))
    }
}

/// Sends the message that was built, unless that failed, and waits for the answer.
unsafe fn send(sock: *mut nl_sock, built: c_int, msg: *mut nl_msg) -> c_int {
    // SAFETY: the socket is live, the message ours.
    if built < 0 { built } else { unsafe { crate::send::nl_send_sync(sock, msg) } }
}

/// Asks for something of a family with a header that says nothing else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_rtgen_request(
    sock: *mut nl_sock,
    kind: c_int,
    family: c_int,
    flags: c_int,
) -> c_int {
    let family = family as u8;
    let data: *const c_void = (&raw const family).cast();
    // SAFETY: the socket is live; the header is one byte.
    unsafe { crate::send::nl_send_simple(sock, kind, flags, data, 1).min(0) }
}

/// `dev N `: which interface.
fn dump_dev(p: *mut nl_dump_params, index: c_int) {
    dump!(p, c"dev %d ", index);
}

/// An address as text, `none` if there is none.
unsafe fn text_of(addr: *const nl_addr, buf: &mut [c_char; 128]) -> *mut c_char {
    // SAFETY: the address is NULL or live; the buffer has the length said.
    unsafe { crate::addrtext::nl_addr2str(addr, buf.as_mut_ptr(), buf.len()) }
}
