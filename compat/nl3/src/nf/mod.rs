// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netfilter: connections, expectations, logged and queued packets. What their messages have in common.

use core::ffi::{c_int, c_void};

use rnl::uapi::NETLINK_NETFILTER;

use crate::abi::nlmsghdr;
use crate::attr::{nla_nest_end, nla_nest_start, nla_put};
use crate::error::{Done, NLE_MSGSIZE, NLE_NOMEM, code, done};
use crate::mngt::nl_cache_ops;
use crate::msg::*;
use crate::object::{nl_object, nl_object_ops, parsed};
use crate::socket::nl_sock;

mod ct;
mod ct_msg;
mod exp;
mod exp_msg;
mod log;
mod log_msg;
mod names;
mod packet;
mod queue;
mod queue_msg;
mod tuple;

/// The types of caches that this part adds.
pub(crate) static CACHES: &[&nl_cache_ops] = &[
    &ct_msg::CACHE_OPS,
    &exp_msg::CACHE_OPS,
    &log::CACHE_OPS,
    &log_msg::CACHE_OPS,
    &queue::CACHE_OPS,
    &queue_msg::CACHE_OPS,
];

/// `struct nfgenmsg`, which every message begins with.
#[repr(C)]
struct Header {
    family: u8,
    version: u8,
    res_id: [u8; 2],
}

const HDRLEN: c_int = size_of::<Header>() as c_int;

/// The number of a type of messages.
const fn kind(subsys: u8, subtype: u8) -> c_int {
    (subsys as c_int) << 8 | subtype as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_connect(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { crate::socket::nl_connect(sock, NETLINK_NETFILTER) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnlmsg_subsys(nlh: &nlmsghdr) -> u8 {
    (nlh.nlmsg_type >> 8) as u8
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnlmsg_subtype(nlh: &nlmsghdr) -> u8 {
    nlh.nlmsg_type as u8
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_family(nlh: *const nlmsghdr) -> u8 {
    // SAFETY: the message has this header, by the caller's promise.
    unsafe { (*nlmsg_data(nlh).cast::<Header>()).family }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_res_id(nlh: *const nlmsghdr) -> u16 {
    // SAFETY: the message has this header, by the caller's promise.
    u16::from_be_bytes(unsafe { (*nlmsg_data(nlh).cast::<Header>()).res_id })
}

/// Adds the header to a message that has none yet.
unsafe fn append_header(msg: *mut nl_msg, family: u8, res_id: u16) -> c_int {
    let header = Header { family, version: 0, res_id: res_id.to_be_bytes() };
    // SAFETY: the message is live.
    unsafe { nlmsg_append(&mut *msg, (&raw const header).cast(), size_of::<Header>(), 4) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_send_simple(
    sock: *mut nl_sock,
    subsys: u8,
    subtype: u8,
    flags: c_int,
    family: u8,
    res_id: u16,
) -> c_int {
    let header = Header { family, version: 0, res_id: res_id.to_be_bytes() };
    let data: *const c_void = (&raw const header).cast();
    let kind = kind(subsys, subtype);
    // SAFETY: the socket is live; the header has that size.
    unsafe { crate::send::nl_send_simple(sock, kind, flags, data, size_of::<Header>()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_alloc_simple(
    subsys: u8,
    subtype: u8,
    flags: c_int,
    family: u8,
    res_id: u16,
) -> *mut nl_msg {
    let msg = nlmsg_alloc_simple(kind(subsys, subtype), flags);
    // SAFETY: the message is NULL or new.
    unsafe {
        if !msg.is_null() && append_header(msg, family, res_id) < 0 {
            nlmsg_free(msg);
            return core::ptr::null_mut();
        }
    }
    msg
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_put(
    msg: *mut nl_msg,
    port: u32,
    seq: u32,
    subsys: u8,
    subtype: u8,
    flags: c_int,
    family: u8,
    res_id: u16,
) -> c_int {
    // SAFETY: the message is live.
    unsafe {
        let nlh = nlmsg_put(&mut *msg, port, seq, kind(subsys, subtype), 0, flags);
        if nlh.is_null() {
            return -NLE_NOMEM;
        }
        append_header(msg, family, res_id)
    }
}

/// A message for the caller of a `build` function: `fill` adds the attributes.
unsafe fn build(
    msg: *mut nl_msg,
    result: *mut *mut nl_msg,
    fill: impl FnOnce(&mut nl_msg) -> Done,
) -> c_int {
    // SAFETY: the message is NULL or new; the result is the caller's.
    unsafe {
        if msg.is_null() {
            return -NLE_NOMEM;
        }
        if let Err(error) = fill(&mut *msg) {
            nlmsg_free(msg);
            return -error;
        }
        *result = msg;
    }
    0
}

/// Adds an attribute with these bytes.
fn put(msg: &mut nl_msg, nla: u16, bytes: &[u8]) -> Done {
    // SAFETY: the bytes have this length.
    let put = unsafe { nla_put(msg, nla.into(), bytes.len() as c_int, bytes.as_ptr().cast()) };
    done(put).map_err(|_| NLE_MSGSIZE)
}

/// Adds a nest, which `fill` fills. One that stays empty is left out.
fn nest(msg: &mut nl_msg, nla: u16, fill: impl FnOnce(&mut nl_msg) -> Done) -> Done {
    // SAFETY: the nest begins and ends in this message.
    unsafe {
        let start = nla_nest_start(msg, nla.into());
        if start.is_null() {
            return Err(NLE_MSGSIZE);
        }
        fill(msg)?;
        done(nla_nest_end(msg, start))
    }
}

/// `fn build(object, flags, result)`: a request of a subtype, filled by a function.
macro_rules! builds {
    ($of:ident, $subsys:ident, $fill:ident: $($name:ident $subtype:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(obj: *const $of, flags: c_int, result: *mut *mut nl_msg) -> c_int {
                // SAFETY: the object is live; the result is the caller's.
                unsafe {
                    let msg = nfnlmsg_alloc_simple($subsys, $subtype, flags, (*obj).family, 0);
                    build(msg, result, |msg| $fill(msg, &*obj))
                }
            }
        )*
    };
}
use builds;

/// `fn send(sock, object, ...)`, which sends what a `build` function has built, and waits for the answer.
macro_rules! requests {
    ($($name:ident($($arg:ident: $kind:ty),*) = $build:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(sock: *mut $crate::socket::nl_sock, $($arg: $kind),*) -> core::ffi::c_int {
                let mut msg = core::ptr::null_mut();
                // SAFETY: the socket is live; the arguments are those of the function that builds.
                unsafe {
                    let failed = $build($($arg,)* &mut msg);
                    if failed < 0 { failed } else { $crate::send::nl_send_sync(sock, msg) }
                }
            }
        )*
    };
}
use requests;

/// An object of a message, with its type, for the caller of a function that parses.
unsafe fn parse_message<T>(
    ops: &'static nl_object_ops,
    nlh: *mut nlmsghdr,
    result: *mut *mut T,
    parse: unsafe fn(*mut nl_object, *mut nlmsghdr) -> Done,
) -> c_int {
    // SAFETY: the message has its header; the result is the caller's.
    unsafe {
        code(parsed(ops, result, |new| {
            let obj = new.cast::<nl_object>();
            (*obj).msgtype = (*nlh).nlmsg_type;
            parse(obj, nlh)
        }))
    }
}
