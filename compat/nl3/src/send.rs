// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sending.

use core::ffi::{c_int, c_uint, c_void};
use core::mem::zeroed;

use rnl::uapi::{NLM_F_ACK, NLM_F_REQUEST};

use crate::abi::{sockaddr_nl, ucred};
use crate::cb::{self, NL_OK, On};
use crate::dump::debug;
use crate::error::{NLE_BAD_SOCK, NLE_NOMEM, code, last};
use crate::msg::*;
use crate::socket::{nl_sock, nl_socket_get_local_port, nl_socket_use_seq};

/// What a system call answered: a count, or its error.
fn answer(count: isize) -> c_int {
    if count < 0 { code(last()) } else { count as c_int }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sendto(sock: &nl_sock, data: *const c_void, len: usize) -> c_int {
    if data.is_null() {
        return -crate::error::NLE_INVAL;
    }
    if sock.fd < 0 {
        return -NLE_BAD_SOCK;
    }
    let (to, size) = ((&raw const sock.peer).cast(), size_of::<sockaddr_nl>());
    // SAFETY: the data has `len` bytes.
    answer(unsafe { libc::sendto(sock.fd, data, len, 0, to, size as libc::socklen_t) })
}

/// Shows a message that is about to be sent to the program's callback; what that says unless it agrees.
unsafe fn show(sock: *mut nl_sock, msg: *mut nl_msg) -> Result<(), c_int> {
    // SAFETY: both are live; the callback may see to the message what it likes.
    unsafe {
        if (*sock).fd < 0 {
            return Err(-NLE_BAD_SOCK);
        }
        (*msg).src = (*sock).local;
        match cb::call((*sock).cb, On::MsgOut, msg).unwrap_or(NL_OK) {
            NL_OK => Ok(()),
            other => Err(other),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sendmsg(
    sock: *mut nl_sock,
    msg: *mut nl_msg,
    hdr: *mut libc::msghdr,
) -> c_int {
    // SAFETY: all are live.
    unsafe {
        if let Err(answer) = show(sock, msg) {
            return answer;
        }
        sent(libc::sendmsg((*sock).fd, hdr, 0))
    }
}

fn sent(count: isize) -> c_int {
    let sent = answer(count);
    debug!(4, c"sent %d bytes\n", sent);
    sent
}

/// Room for credentials that go along.
#[repr(C)]
struct CredsControl {
    hdr: libc::cmsghdr,
    creds: ucred,
    pad: u32,
}

/// Where a message goes: where it says itself, or to the socket's peer.
unsafe fn destination(sock: *mut nl_sock, msg: *mut nl_msg) -> *mut sockaddr_nl {
    // SAFETY: both are live.
    unsafe {
        let own = nlmsg_get_dst(&mut *msg);
        let is_set = c_int::from((*own).nl_family) == libc::AF_NETLINK;
        if is_set { own } else { &raw mut (*sock).peer }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send_iovec(
    sock: *mut nl_sock,
    msg: *mut nl_msg,
    iov: *mut libc::iovec,
    count: c_uint,
) -> c_int {
    // SAFETY: all are live; all zeros are valid headers, and what they point to is ours.
    unsafe {
        let mut hdr: libc::msghdr = zeroed();
        let mut control: CredsControl = zeroed();
        hdr.msg_name = destination(sock, msg).cast();
        hdr.msg_namelen = size_of::<sockaddr_nl>() as libc::socklen_t;
        hdr.msg_iov = iov;
        hdr.msg_iovlen = count as _;
        if let Some(creds) = nlmsg_get_creds(&mut *msg).as_ref() {
            control.hdr.cmsg_level = libc::SOL_SOCKET;
            control.hdr.cmsg_type = libc::SCM_CREDENTIALS;
            control.hdr.cmsg_len = (size_of::<libc::cmsghdr>() + size_of::<ucred>()) as _;
            control.creds = *creds;
            hdr.msg_control = (&raw mut control).cast();
            hdr.msg_controllen = libc::CMSG_SPACE(size_of::<ucred>() as u32) as _;
        }
        nl_sendmsg(sock, msg, &mut hdr)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send(sock: *mut nl_sock, msg: *mut nl_msg) -> c_int {
    // SAFETY: both are live.
    unsafe {
        if let Some(send) = (*(*sock).cb).send {
            return send(sock, msg);
        }
        let nlh = (*msg).nlh;
        let len = (*nlh).nlmsg_len as usize;
        if !nlmsg_get_creds(&mut *msg).is_null() {
            let mut iov = libc::iovec { iov_base: nlh.cast(), iov_len: len };
            return nl_send_iovec(sock, msg, &mut iov, 1);
        }
        if let Err(answer) = show(sock, msg) {
            return answer;
        }
        // It costs less than sendmsg.
        let (to, size) = (destination(sock, msg).cast(), size_of::<sockaddr_nl>());
        sent(libc::sendto((*sock).fd, (*msg).nlh.cast(), len, 0, to, size as libc::socklen_t))
    }
}

/// Fills in what a message leaves open: port, sequence number, protocol, flags.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_complete_msg(sock: *mut nl_sock, msg: *mut nl_msg) {
    // SAFETY: both are live, and the header is the message's own.
    unsafe {
        let nlh = &mut *(*msg).nlh;
        if nlh.nlmsg_pid == 0 {
            nlh.nlmsg_pid = nl_socket_get_local_port(sock);
        }
        if nlh.nlmsg_seq == 0 {
            nlh.nlmsg_seq = nl_socket_use_seq(&mut *sock);
        }
        if (*msg).protocol == -1 {
            (*msg).protocol = (*sock).protocol;
        }
        nlh.nlmsg_flags |= NLM_F_REQUEST;
        if !(*sock).no_auto_ack {
            nlh.nlmsg_flags |= NLM_F_ACK;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_auto_complete(sock: *mut nl_sock, msg: *mut nl_msg) {
    // SAFETY: as for nl_complete_msg.
    unsafe { nl_complete_msg(sock, msg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send_auto(sock: *mut nl_sock, msg: *mut nl_msg) -> c_int {
    // SAFETY: both are live.
    unsafe {
        nl_complete_msg(sock, msg);
        nl_send(sock, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send_auto_complete(sock: *mut nl_sock, msg: *mut nl_msg) -> c_int {
    // SAFETY: as for nl_send_auto.
    unsafe { nl_send_auto(sock, msg) }
}

/// Sends, frees the message, and waits for the acknowledgement if one was asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send_sync(sock: *mut nl_sock, msg: *mut nl_msg) -> c_int {
    // SAFETY: both are live; the message is the callee's.
    unsafe {
        let sent = nl_send_auto(sock, msg);
        nlmsg_free(msg);
        if sent < 0 {
            return sent;
        }
        if (*sock).no_auto_ack { 0 } else { crate::recvmsgs::nl_wait_for_ack(sock) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_send_simple(
    sock: *mut nl_sock,
    kind: c_int,
    flags: c_int,
    data: *const c_void,
    len: usize,
) -> c_int {
    let msg = nlmsg_alloc_simple(kind, flags);
    // SAFETY: the message is NULL or new; the data has `len` bytes.
    unsafe {
        if msg.is_null() {
            return -NLE_NOMEM;
        }
        let whole = data.is_null() || len == 0;
        let failed = if whole { 0 } else { nlmsg_append(&mut *msg, data, len, 4) };
        let sent = if failed < 0 { failed } else { nl_send_auto(sock, msg) };
        nlmsg_free(msg);
        sent
    }
}
