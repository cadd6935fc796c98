// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets of other programs, as the kernel tells of them (`linux/inet_diag.h`).

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use crate::mngt::nl_cache_ops;
use crate::names::{Names, names, translate};
use crate::socket::nl_sock;

mod dump;
mod info;
mod msg;
mod req;

/// The types of caches that this part adds.
pub(crate) static CACHES: &[&nl_cache_ops] = &[&msg::CACHE_OPS];

const NETLINK_INET_DIAG: c_int = 4;

/// Types of messages. Both requests and answers have them.
const TCPDIAG_GETSOCK: c_int = 18;
const DCCPDIAG_GETSOCK: c_int = 19;

/// `struct inet_diag_sockid`: who talks to whom. Ports and addresses are in the network's order.
#[repr(C)]
#[derive(Clone, Copy)]
struct SockId {
    sport: u16,
    dport: u16,
    src: [u8; 16],
    dst: [u8; 16],
    ifindex: u32,
    cookie: [u32; 2],
}

/// `struct inet_diag_req`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Request {
    family: u8,
    src_len: u8,
    dst_len: u8,
    ext: u8,
    id: SockId,
    states: u32,
    dbs: u32,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_connect(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { crate::socket::nl_connect(sock, NETLINK_INET_DIAG) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_send_simple(
    sock: *mut nl_sock,
    flags: c_int,
    family: u8,
    states: u16,
    ext: u16,
) -> c_int {
    let flags = flags | c_int::from(rnl::uapi::NLM_F_ROOT);
    // SAFETY: all zeros are a request for anything; the socket is live.
    unsafe {
        let mut req: Request = core::mem::zeroed();
        (req.family, req.states, req.ext) = (family, states.into(), ext as u8);
        let (data, size) = ((&raw const req).cast(), size_of::<Request>());
        crate::send::nl_send_simple(sock, TCPDIAG_GETSOCK, flags, data, size)
    }
}

/// `IDIAG_SS_*`.
static STATES: Names = names! {
    1 "established", 2 "syn_sent", 3 "syn_recv", 4 "fin_wait", 5 "fin_wait2", 6 "time_wait",
    7 "close", 8 "close_wait", 9 "last_ack", 10 "listen", 11 "closing",
};

/// `IDIAGNL_TIMER_*`.
static TIMERS: Names =
    names! { 0 "off", 1 "on", 2 "keepalive", 3 "timewait", 4 "persist", 5 "unknown" };

translate! {
    STATES: idiagnl_state2str idiagnl_str2state;
    TIMERS: idiagnl_timer2str idiagnl_str2timer;
}

/// `IDIAG_ATTR_*`.
static ATTRS: Names = names! {
    0 "none", 1 "meminfo", 2 "info", 3 "vegasinfo", 4 "congestion", 5 "tos", 6 "tclass",
    7 "skmeminfo", 8 "shutdown",
};

/// The same as bits of a request's extensions.
static EXTS: Names = names! {
    1 "meminfo", 2 "info", 4 "vegasinfo", 8 "congestion", 16 "tos", 32 "tclass", 64 "skmeminfo",
    128 "shutdown",
};

/// `TCP_CA_*`.
static TCP_STATES: Names = names! { 0 "open", 1 "disorder", 2 "cwr", 3 "recovery", 4 "loss" };

/// `TCPI_OPT_*`.
static TCP_OPTIONS: Names = names! { 1 "timestamps", 2 "sACK", 4 "wscale", 8 "ecn" };

static SHUTDOWNS: Names = names! { 0 " ", 1 "receive shutdown", 2 "send shutdown" };

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_attrs2str(
    attr: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { ATTRS.to_str(attr, buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_tcpstate2str(
    state: u8,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { TCP_STATES.to_str(state.into(), buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_tcpopts2str(
    bits: u8,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { TCP_OPTIONS.flags(bits.into(), buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_exts2str(bits: u8, buf: *mut c_char, len: usize) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { EXTS.flags(bits.into(), buf, len) }
}

/// NULL, and nothing written, for what has no name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_shutdown2str(
    shutdown: u8,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    match SHUTDOWNS.name(shutdown.into()) {
        // SAFETY: the caller's buffer has `len` bytes.
        Some(_) => unsafe { SHUTDOWNS.to_str(shutdown.into(), buf, len) },
        None => null_mut(),
    }
}
