// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses, routes, neighbours, rules and what belongs to them: the objects of rtnetlink.

mod addr;
mod encap;
mod fib;
mod mdb;
mod metrics;
pub(crate) mod names;
mod neigh;
mod neightbl;
mod netconf;
mod nexthop;
mod routebuild;
mod routedump;
mod routemsg;
mod routes;
mod rule;
pub(crate) mod uapi;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;

use uapi::NETLINK_ROUTE;

use crate::abi::{nl_dump_params, nlmsghdr, sockaddr_nl};
use crate::addr::nl_addr;
use crate::cache::{nl_cache, nl_cache_alloc, nl_cache_free};
use crate::dump::dump;
use crate::error::*;
use crate::mngt::{nl_cache_ops, nl_cache_ops_associate, nl_parser_param};
use crate::msg::{
    nl_msg, nlmsg_alloc_simple, nlmsg_append, nlmsg_data, nlmsg_free, nlmsg_valid_hdr,
};
use crate::object::*;
use crate::recvmsgs::{nl_pickup, nl_wait_for_ack};
use crate::slot::Slot;
use crate::socket::nl_sock;

/// The types of caches here.
pub(crate) static CACHES: &[&nl_cache_ops] = &[
    &addr::CACHE_OPS,
    &routes::CACHE_OPS,
    &rule::CACHE_OPS,
    &neigh::CACHE_OPS,
    &neightbl::CACHE_OPS,
    &netconf::CACHE_OPS,
    &mdb::CACHE_OPS,
    &fib::CACHE_OPS,
];

/// The header of a message, which is known to be whole.
pub(crate) unsafe fn header<H: Copy>(nlh: *const nlmsghdr) -> H {
    // SAFETY: the payload begins with one, by the caller's promise.
    unsafe { nlmsg_data(nlh).cast::<H>().read_unaligned() }
}

/// Makes a message of a header and of what `fill` puts behind it.
pub(crate) unsafe fn build<H>(
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
        code(sized(filled))
    }
}

/// A message that is full is no want of memory here.
fn sized(filled: Done) -> Done {
    filled.map_err(|error| if error == NLE_NOMEM { NLE_MSGSIZE } else { error })
}

/// Makes a cache that `set` has set up, and fills it if there is a socket.
pub(crate) unsafe fn cache_of(
    ops: &'static nl_cache_ops,
    sock: *mut nl_sock,
    set: impl FnOnce(*mut nl_cache),
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's; the cache is ours until it is handed out.
    unsafe {
        let cache = nl_cache_alloc((&raw const *ops).cast_mut());
        if cache.is_null() {
            return -NLE_NOMEM;
        }
        set(cache);
        let answer = if sock.is_null() { 0 } else { crate::refill::nl_cache_refill(sock, cache) };
        if answer < 0 {
            nl_cache_free(cache);
            return answer;
        }
        *result = cache;
    }
    0
}

/// Sends the message that was built, unless that failed, and waits for the answer.
pub(crate) unsafe fn send(sock: *mut nl_sock, built: c_int, msg: *mut nl_msg) -> c_int {
    // SAFETY: the socket is live, the message ours.
    if built < 0 { built } else { unsafe { crate::send::nl_send_sync(sock, msg) } }
}

/// Makes the object of a message of whatever type.
unsafe extern "C" fn parse_any(
    _: *mut nl_cache_ops,
    who: *mut sockaddr_nl,
    nlh: *mut nlmsghdr,
    param: *mut nl_parser_param,
) -> c_int {
    // SAFETY: message and param are live.
    unsafe {
        let ops = nl_cache_ops_associate(NETLINK_ROUTE, (*nlh).nlmsg_type.into());
        if ops.is_null() {
            return -NLE_MSGTYPE_NOSUPPORT;
        }
        crate::refill::nl_cache_parse(ops, who, nlh, param)
    }
}

/// Sends the message that was built, unless that failed, and receives the object that is the answer.
pub(crate) unsafe fn ask(
    sock: *mut nl_sock,
    built: c_int,
    msg: *mut nl_msg,
    result: *mut *mut nl_object,
) -> c_int {
    // SAFETY: socket and result are the caller's; message and object are ours.
    unsafe {
        if built < 0 {
            return built;
        }
        let sent = crate::send::nl_send_auto(sock, msg);
        nlmsg_free(msg);
        if sent < 0 {
            return sent;
        }
        let mut obj = null_mut();
        let received = nl_pickup(sock, parse_any, &mut obj);
        let answer = if received < 0 { received } else { nl_wait_for_ack(sock) };
        if answer < 0 || obj.is_null() {
            nl_object_put(obj);
            return if answer < 0 { answer } else { -NLE_OBJ_NOTFOUND };
        }
        *result = obj;
    }
    0
}

/// An object of a message that is the caller's, if it is of that type.
pub(crate) unsafe fn parse_one(
    ops: &'static nl_cache_ops,
    nlh: *mut nlmsghdr,
    result: *mut *mut nl_object,
) -> c_int {
    // SAFETY: the message is whole; the object is ours until it is handed out.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, ops.hdrsize) == 0 {
            return -NLE_MSG_TOOSHORT;
        }
        let obj = nl_object_alloc(ops.object());
        if obj.is_null() {
            return -NLE_NOMEM;
        }
        (*obj).msgtype = (*nlh).nlmsg_type;
        let parsed = (ops.parse)(obj, nlh);
        if parsed.is_ok() {
            *result = obj;
        } else {
            nl_object_put(obj);
        }
        code(parsed)
    }
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

/// An interface by its name, if the program offers a cache of links, else by its number.
pub(crate) fn dump_dev(p: *mut nl_dump_params, before: &CStr, index: c_int) {
    match crate::link::offered_name(index) {
        Some(name) => dump!(p, c"%s%s", before.as_ptr(), name.as_ptr()),
        None => dump!(p, c"%s%d", before.as_ptr(), index),
    }
}

/// What a slot holds as text, `none` if there is nothing.
fn text_in(slot: &Slot, buf: &mut [c_char; 128]) -> *mut c_char {
    // SAFETY: the address is NULL or live while it is looked at.
    slot.view(|addr| unsafe { text_of(addr, buf) })
}

/// An address as text, `none` if there is none.
unsafe fn text_of(addr: *const nl_addr, buf: &mut [c_char; 128]) -> *mut c_char {
    // SAFETY: the address is NULL or live; the buffer has the length said.
    unsafe { crate::addrtext::nl_addr2str(addr, buf.as_mut_ptr(), buf.len()) }
}
