// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages: making them, reading them, and what travels with them.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::abi::{nla_policy, nlattr, nlmsghdr, sockaddr_nl, ucred};
use crate::attr::{align, nla_find, nla_parse, nla_validate};
use crate::datagram::Datagram;
use crate::error::{NLE_INVAL, NLE_MSG_TOOSHORT, NLE_NOMEM};
use crate::mem;

/// Bytes of a message's header.
pub(crate) const NLMSG_HDRLEN: c_int = 16;

/// A message, with the addresses and credentials that it came or goes with.
#[repr(C)]
pub struct nl_msg {
    pub(crate) protocol: c_int,
    has_creds: bool,
    pub(crate) src: sockaddr_nl,
    pub(crate) dst: sockaddr_nl,
    creds: ucred,
    pub(crate) nlh: *mut nlmsghdr,
    /// Bytes at `nlh`.
    size: usize,
    pub(crate) refs: c_int,
    /// The received datagram that `nlh` points into, if it does; NULL when `nlh` is the message's own.
    datagram: *mut Datagram,
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_size(payload: c_int) -> c_int {
    NLMSG_HDRLEN.wrapping_add(payload)
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_total_size(payload: c_int) -> c_int {
    align(nlmsg_size(payload))
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_padlen(payload: c_int) -> c_int {
    nlmsg_total_size(payload).wrapping_sub(nlmsg_size(payload))
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_data(nlh: *const nlmsghdr) -> *mut c_void {
    nlh.wrapping_add(1).cast_mut().cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_datalen(nlh: &nlmsghdr) -> c_int {
    (nlh.nlmsg_len as c_int).wrapping_sub(NLMSG_HDRLEN)
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_tail(nlh: &nlmsghdr) -> *mut c_void {
    let len = align(nlh.nlmsg_len as c_int) as u32;
    (&raw const *nlh).wrapping_byte_add(len as usize).cast_mut().cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_attrdata(nlh: *const nlmsghdr, hdrlen: c_int) -> *mut nlattr {
    nlmsg_data(nlh).wrapping_byte_offset(align(hdrlen) as isize).cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_attrlen(nlh: &nlmsghdr, hdrlen: c_int) -> c_int {
    nlmsg_datalen(nlh).wrapping_sub(align(hdrlen)).max(0)
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_valid_hdr(nlh: &nlmsghdr, hdrlen: c_int) -> c_int {
    (nlh.nlmsg_len >= nlmsg_size(hdrlen) as u32).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_ok(nlh: *const nlmsghdr, remaining: c_int) -> c_int {
    // SAFETY: a header is read only when there is room for one.
    let fits = || unsafe { (NLMSG_HDRLEN as u32..=remaining as u32).contains(&(*nlh).nlmsg_len) };
    (remaining >= NLMSG_HDRLEN && fits()).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_next(nlh: &nlmsghdr, remaining: &mut c_int) -> *mut nlmsghdr {
    let len = align(nlh.nlmsg_len as c_int);
    *remaining = remaining.wrapping_sub(len);
    (&raw const *nlh).wrapping_byte_add(len as usize).cast_mut()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_parse(
    nlh: &nlmsghdr,
    hdrlen: c_int,
    tb: *mut *mut nlattr,
    maxtype: c_int,
    policy: *const nla_policy,
) -> c_int {
    if nlmsg_valid_hdr(nlh, hdrlen) == 0 {
        return -NLE_MSG_TOOSHORT;
    }
    // SAFETY: the attributes are inside the message; the rest is nla_parse's contract.
    unsafe {
        nla_parse(tb, maxtype, nlmsg_attrdata(nlh, hdrlen), nlmsg_attrlen(nlh, hdrlen), policy)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_find_attr(
    nlh: &nlmsghdr,
    hdrlen: c_int,
    kind: c_int,
) -> *mut nlattr {
    // SAFETY: the attributes are inside the message.
    unsafe { nla_find(nlmsg_attrdata(nlh, hdrlen), nlmsg_attrlen(nlh, hdrlen), kind) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_validate(
    nlh: &nlmsghdr,
    hdrlen: c_int,
    maxtype: c_int,
    policy: *const nla_policy,
) -> c_int {
    if nlmsg_valid_hdr(nlh, hdrlen) == 0 {
        return -NLE_MSG_TOOSHORT;
    }
    let (head, len) = (nlmsg_attrdata(nlh, hdrlen), nlmsg_attrlen(nlh, hdrlen));
    // SAFETY: the attributes are inside the message.
    unsafe { nla_validate(head, len, maxtype, policy) }
}

/// Bytes of a message made without a size: a page, until [`nlmsg_set_default_size`].
static DEFAULT_SIZE: AtomicUsize = AtomicUsize::new(0);

fn default_size() -> usize {
    match DEFAULT_SIZE.load(Relaxed) {
        // SAFETY: it asks for a number.
        0 => (unsafe { libc::sysconf(libc::_SC_PAGESIZE) }) as usize,
        size => size,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_set_default_size(size: usize) {
    DEFAULT_SIZE.store(size.max(NLMSG_HDRLEN as usize), Relaxed);
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_alloc() -> *mut nl_msg {
    nlmsg_alloc_size(default_size())
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_alloc_size(size: usize) -> *mut nl_msg {
    let size = size.max(NLMSG_HDRLEN as usize);
    let msg = mem::zalloc::<nl_msg>(0);
    let nlh = mem::zalloc::<nlmsghdr>(size - NLMSG_HDRLEN as usize);
    // SAFETY: both are new, or NULL.
    unsafe {
        if msg.is_null() || nlh.is_null() {
            mem::free(msg);
            mem::free(nlh);
            return null_mut();
        }
        (*nlh).nlmsg_len = NLMSG_HDRLEN as u32;
        (*msg).protocol = -1;
        (*msg).nlh = nlh;
        (*msg).size = size;
        (*msg).refs = 1;
    }
    msg
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_alloc_simple(kind: c_int, flags: c_int) -> *mut nl_msg {
    let msg = nlmsg_alloc();
    // SAFETY: NULL or a new message.
    if let Some(msg) = unsafe { msg.as_mut() } {
        // SAFETY: a message's header is its own.
        unsafe {
            (*msg.nlh).nlmsg_type = kind as u16;
            (*msg.nlh).nlmsg_flags = flags as u16;
        }
    }
    msg
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_inherit(nlh: *const nlmsghdr) -> *mut nl_msg {
    let msg = nlmsg_alloc();
    // SAFETY: nlh is NULL or a header; the message is NULL or new.
    unsafe {
        if !msg.is_null() && !nlh.is_null() {
            let len = (*(*msg).nlh).nlmsg_len;
            *(*msg).nlh = nlmsghdr { nlmsg_len: len, ..*nlh };
        }
    }
    msg
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_convert(nlh: *const nlmsghdr) -> *mut nl_msg {
    // SAFETY: the header's length is that of the message, whose bytes are there.
    unsafe {
        let len = (*nlh).nlmsg_len as usize;
        let msg = nlmsg_alloc_size((len.wrapping_add(3)) & !3);
        if !msg.is_null() {
            libc::memcpy((*msg).nlh.cast(), nlh.cast(), len);
        }
        msg
    }
}

/// A message that lies in a datagram and shares it: nothing is copied. `before` is the view of the message
/// before, or NULL; it becomes this one unless someone has kept it. NULL when there is no memory.
pub(crate) unsafe fn view(
    before: *mut nl_msg,
    datagram: *mut Datagram,
    nlh: *mut nlmsghdr,
) -> *mut nl_msg {
    // SAFETY: nlh is a whole message in the datagram; `before` is NULL or ours.
    unsafe {
        let free = !before.is_null() && (*before).refs == 1 && (*before).datagram == datagram;
        let msg = if free { before } else { mem::zalloc::<nl_msg>(0) };
        if !free {
            nlmsg_free(before);
        }
        if let Some(msg) = msg.as_mut() {
            let size = (*nlh).nlmsg_len as usize;
            (*datagram).refs += usize::from(!free);
            *msg = nl_msg { nlh, size, refs: 1, datagram, ..core::mem::zeroed() };
        }
        msg
    }
}

/// Whether the message's memory can be moved elsewhere: a view's cannot.
fn is_own(msg: &nl_msg) -> bool {
    msg.datagram.is_null()
}

impl nl_msg {
    /// Makes the message `more` bytes longer, from where it ends now. NULL when they do not fit.
    pub(crate) fn grow(&mut self, more: usize) -> *mut c_void {
        // SAFETY: the header is the message's own.
        let len = unsafe { (*self.nlh).nlmsg_len } as usize;
        if len > self.size || more > self.size - len {
            return null_mut();
        }
        // SAFETY: as above; the new length fits 32 bits as the size of a message does.
        unsafe { (*self.nlh).nlmsg_len = (len + more) as u32 };
        self.nlh.wrapping_byte_add(len).cast()
    }

    /// As [`nl_msg::grow`], from the next multiple of 4.
    pub(crate) fn grow_aligned(&mut self, more: usize) -> *mut c_void {
        // SAFETY: the header is the message's own.
        let len = unsafe { (*self.nlh).nlmsg_len } as usize;
        let pad = len.wrapping_neg() & 3;
        let start = self.grow(pad.saturating_add(more));
        if start.is_null() { start } else { start.wrapping_byte_add(pad) }
    }

    /// How many bytes there is memory for from `start` on, which is inside the message.
    pub(crate) fn room_from(&self, start: *const c_void) -> usize {
        (self.nlh as usize + self.size).saturating_sub(start as usize)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_reserve(msg: &mut nl_msg, len: usize, pad: c_int) -> *mut c_void {
    let unit = if pad > 0 { pad as usize } else { 1 };
    let total = len.saturating_add(unit - 1) & !(unit - 1);
    let start = msg.grow(total);
    if !start.is_null() {
        // SAFETY: `total` bytes, at least `len`, have just been added.
        unsafe { libc::memset(start.byte_add(len), 0, total - len) };
    }
    start
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_append(
    msg: &mut nl_msg,
    data: *const c_void,
    len: usize,
    pad: c_int,
) -> c_int {
    // SAFETY: the data has `len` bytes, and so has what was reserved.
    unsafe {
        let start = nlmsg_reserve(msg, len, pad);
        if start.is_null() {
            return -NLE_NOMEM;
        }
        libc::memcpy(start, data, len);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_expand(msg: &mut nl_msg, size: usize) -> c_int {
    if size <= nlmsg_get_max_size(msg) {
        return -NLE_INVAL;
    }
    // SAFETY: the message's memory is from malloc, or is copied where it lies in a datagram.
    unsafe {
        let nlh = if is_own(msg) {
            libc::realloc(msg.nlh.cast(), size)
        } else {
            let new = mem::zalloc::<nlmsghdr>(size).cast::<c_void>();
            if new.is_null() { new } else { libc::memcpy(new, msg.nlh.cast(), msg.size) }
        };
        if nlh.is_null() {
            return -NLE_NOMEM;
        }
        if !is_own(msg) {
            Datagram::put(msg.datagram);
            msg.datagram = null_mut();
        }
        libc::memset(nlh.byte_add(msg.size), 0, size - msg.size);
        msg.nlh = nlh.cast();
        msg.size = size;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_put(
    msg: &mut nl_msg,
    pid: u32,
    seq: u32,
    kind: c_int,
    payload: c_int,
    flags: c_int,
) -> *mut nlmsghdr {
    // SAFETY: the header is the message's own.
    unsafe {
        let nlmsg_len = (*msg.nlh).nlmsg_len;
        let (nlmsg_type, nlmsg_flags) = (kind as u16, flags as u16);
        *msg.nlh = nlmsghdr { nlmsg_len, nlmsg_type, nlmsg_flags, nlmsg_seq: seq, nlmsg_pid: pid };
        if payload > 0 && nlmsg_reserve(msg, payload as usize, 4).is_null() {
            return null_mut();
        }
    }
    msg.nlh
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_hdr(msg: &nl_msg) -> *mut nlmsghdr {
    msg.nlh
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get(msg: &mut nl_msg) {
    msg.refs += 1;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlmsg_free(msg: *mut nl_msg) {
    // SAFETY: NULL, or a message of which the caller holds a reference.
    unsafe {
        if msg.is_null() {
            return;
        }
        (*msg).refs -= 1;
        if (*msg).refs > 0 {
            return;
        }
        if is_own(&*msg) {
            mem::free((*msg).nlh);
        } else {
            Datagram::put((*msg).datagram);
        }
        mem::free(msg);
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_set_proto(msg: &mut nl_msg, protocol: c_int) {
    msg.protocol = protocol;
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get_proto(msg: &nl_msg) -> c_int {
    msg.protocol
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get_max_size(msg: &nl_msg) -> usize {
    // A copy of a received one would have room for its padding.
    if is_own(msg) { msg.size } else { msg.size.next_multiple_of(4) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_set_src(msg: &mut nl_msg, addr: &sockaddr_nl) {
    msg.src = *addr;
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get_src(msg: &mut nl_msg) -> *mut sockaddr_nl {
    &raw mut msg.src
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_set_dst(msg: &mut nl_msg, addr: &sockaddr_nl) {
    msg.dst = *addr;
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get_dst(msg: &mut nl_msg) -> *mut sockaddr_nl {
    &raw mut msg.dst
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_set_creds(msg: &mut nl_msg, creds: &ucred) {
    msg.creds = *creds;
    msg.has_creds = true;
}

#[unsafe(no_mangle)]
pub extern "C" fn nlmsg_get_creds(msg: &mut nl_msg) -> *mut ucred {
    if msg.has_creds { &raw mut msg.creds } else { null_mut() }
}
