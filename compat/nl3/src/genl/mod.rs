// SPDX-License-Identifier: MIT OR Apache-2.0
//! Generic netlink: libnl-genl-3. Messages here; families and who knows of them in the modules.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use rnl::uapi::NETLINK_GENERIC;

use crate::abi::{genlmsghdr, nla_policy, nlattr, nlmsghdr};
use crate::attr::align;
use crate::error::{NLE_MSG_TOOSHORT, NLE_NOMEM};
use crate::msg::*;
use crate::socket::{nl_connect, nl_sock};

mod ctrl;
pub(crate) mod family;
mod mngt;

/// Bytes of the header that every family shares.
pub(crate) const GENL_HDRLEN: c_int = 4;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_connect(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { nl_connect(sock, NETLINK_GENERIC) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_send_simple(
    sock: *mut nl_sock,
    family: c_int,
    cmd: c_int,
    version: c_int,
    flags: c_int,
) -> c_int {
    let hdr = genlmsghdr { cmd: cmd as u8, version: version as u8, reserved: 0 };
    // SAFETY: the socket is live, the header ours.
    unsafe {
        crate::send::nl_send_simple(sock, family, flags, (&raw const hdr).cast(), size_of_val(&hdr))
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_valid_hdr(nlh: &nlmsghdr, hdrlen: c_int) -> c_int {
    if nlmsg_valid_hdr(nlh, GENL_HDRLEN) == 0 {
        return 0;
    }
    (nlmsg_datalen(nlh) - GENL_HDRLEN >= align(hdrlen)).into()
}

/// The attributes of a message behind the family's own header.
fn attrs(nlh: *const nlmsghdr, hdrlen: c_int) -> (*mut nlattr, c_int) {
    let ghdr = nlmsg_data(nlh).cast::<genlmsghdr>().cast_const();
    // SAFETY: genlmsg_valid_hdr has said that the headers are there.
    let len = unsafe { nlmsg_datalen(&*nlh) };
    (genlmsg_attrdata(ghdr, hdrlen), len.wrapping_sub(GENL_HDRLEN).wrapping_sub(align(hdrlen)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_validate(
    nlh: &nlmsghdr,
    hdrlen: c_int,
    maxtype: c_int,
    policy: *const nla_policy,
) -> c_int {
    if genlmsg_valid_hdr(nlh, hdrlen) == 0 {
        return -NLE_MSG_TOOSHORT;
    }
    let (head, len) = attrs(nlh, hdrlen);
    // SAFETY: the attributes are inside the message.
    unsafe { crate::attr::nla_validate(head, len, maxtype, policy) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_parse(
    nlh: &nlmsghdr,
    hdrlen: c_int,
    tb: *mut *mut nlattr,
    maxtype: c_int,
    policy: *const nla_policy,
) -> c_int {
    if genlmsg_valid_hdr(nlh, hdrlen) == 0 {
        return -NLE_MSG_TOOSHORT;
    }
    let (head, len) = attrs(nlh, hdrlen);
    // SAFETY: the attributes are inside the message; the rest is nla_parse's contract.
    unsafe { crate::attr::nla_parse(tb, maxtype, head, len, policy) }
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_hdr(nlh: *const nlmsghdr) -> *mut genlmsghdr {
    nlmsg_data(nlh).cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_data(ghdr: *const genlmsghdr) -> *mut c_void {
    ghdr.wrapping_add(1).cast_mut().cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_user_hdr(ghdr: *const genlmsghdr) -> *mut c_void {
    genlmsg_data(ghdr)
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_user_data(ghdr: *const genlmsghdr, hdrlen: c_int) -> *mut c_void {
    genlmsg_data(ghdr).wrapping_byte_offset(align(hdrlen) as isize)
}

/// Bytes behind the header that every family shares. The message's own header lies before that one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_len(ghdr: *const genlmsghdr) -> c_int {
    let nlh = ghdr.wrapping_byte_sub(NLMSG_HDRLEN as usize).cast::<nlmsghdr>();
    // SAFETY: the header is that of a message.
    unsafe { nlmsg_datalen(&*nlh).wrapping_sub(GENL_HDRLEN) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_user_datalen(ghdr: *const genlmsghdr, hdrlen: c_int) -> c_int {
    // SAFETY: as for genlmsg_len.
    unsafe { genlmsg_len(ghdr) }.wrapping_sub(align(hdrlen))
}

#[unsafe(no_mangle)]
pub extern "C" fn genlmsg_attrdata(ghdr: *const genlmsghdr, hdrlen: c_int) -> *mut nlattr {
    genlmsg_user_data(ghdr, hdrlen).cast()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_attrlen(ghdr: *const genlmsghdr, hdrlen: c_int) -> c_int {
    // SAFETY: as for genlmsg_len.
    unsafe { genlmsg_user_datalen(ghdr, hdrlen) }
}

/// Adds both headers to a message; returns where the family's own goes, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genlmsg_put(
    msg: &mut nl_msg,
    port: u32,
    seq: u32,
    family: c_int,
    hdrlen: c_int,
    flags: c_int,
    cmd: u8,
    version: u8,
) -> *mut c_void {
    // SAFETY: the message is live; what is written has just been reserved.
    unsafe {
        let payload = GENL_HDRLEN.wrapping_add(hdrlen);
        let nlh = nlmsg_put(msg, port, seq, family, payload, flags);
        if nlh.is_null() {
            return null_mut();
        }
        let ghdr = nlmsg_data(nlh).cast::<genlmsghdr>();
        (*ghdr).cmd = cmd;
        (*ghdr).version = version;
        genlmsg_data(ghdr)
    }
}

/// The name of a command of a family that someone has described; NULL, with "unknown" in the buffer, else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_op2name(
    family: c_int,
    op: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the buffer has `len` bytes.
    unsafe {
        let name = mngt::op_name(family, op);
        libc::snprintf(buf, len, c"%s".as_ptr(), name.unwrap_or(c"unknown".as_ptr()));
        if name.is_some() { buf } else { null_mut() }
    }
}

/// A request to the controller.
pub(crate) unsafe fn request(cmd: u8, flags: c_int) -> Result<*mut nl_msg, c_int> {
    let msg = nlmsg_alloc();
    if msg.is_null() {
        return Err(NLE_NOMEM);
    }
    // SAFETY: the message is new, and has room for the headers.
    unsafe { genlmsg_put(&mut *msg, 0, 0, mngt::CONTROLLER, 0, flags, cmd, 1) };
    Ok(msg)
}
