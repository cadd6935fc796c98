// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages, as views of the bytes they came in.

use core::ffi::{c_int, c_void};

use super::attrs::rnl_attrs;
use super::err::{fault, rnl_err};
use super::guard::{count, guard, guard_err};
use super::ptr;
use crate::conn::{Notification, refusal};
use crate::error::Fault;
use crate::grow;
use crate::wire::{Header, Message, align4};

/// Bytes that somebody else owns.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_bytes {
    /// The first byte; may be NULL if len is 0.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

/// One message. The bytes belong to what it was received in; see the function that filled it for how
/// long they live. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_view {
    /// The whole message with its header.
    pub msg: rnl_bytes,
    /// What follows the header: the family's fixed header and the attributes.
    pub body: rnl_bytes,
    /// nlmsg_type
    pub r#type: u16,
    /// nlmsg_flags: NLM_F_*
    pub flags: u16,
    /// nlmsg_seq
    pub seq: u32,
    /// nlmsg_pid: port id of the socket that asked, or 0.
    pub port: u32,
    /// Multicast group of a notification, or 0.
    pub group: u32,
    /// Id of the network namespace a notification came from, or -1 for the socket's own.
    pub nsid: i32,
    /// 0
    pub reserved: u32,
}

impl From<&[u8]> for rnl_bytes {
    fn from(bytes: &[u8]) -> Self {
        rnl_bytes { ptr: bytes.as_ptr(), len: bytes.len() }
    }
}

impl rnl_bytes {
    /// The bytes, as far as the caller keeps them alive.
    pub(super) unsafe fn get<'a>(&self) -> Result<&'a [u8], Fault> {
        // SAFETY: the caller passes what rnl or itself put there.
        unsafe { ptr::slice(self.ptr, self.len) }
    }
}

impl From<Message<'_>> for rnl_view {
    #[inline]
    fn from(m: Message<'_>) -> Self {
        let header = m.header();
        rnl_view {
            msg: m.bytes().into(),
            body: m.body().into(),
            r#type: header.kind,
            flags: header.flags,
            seq: header.seq,
            port: header.port,
            group: 0,
            nsid: -1,
            reserved: 0,
        }
    }
}

impl From<Notification<'_>> for rnl_view {
    fn from(n: Notification<'_>) -> Self {
        rnl_view { group: n.group, nsid: n.nsid.unwrap_or(-1), ..n.message.into() }
    }
}

/// The next message of a datagram.
///
/// @datagram  the bytes; moved behind the message that was found
/// @out       filled on 1; borrows from the bytes
///
/// Returns 1 with a message, 0 at the end, or
///   -EINVAL   datagram or out is NULL
///   -EBADMSG  the rest is no message: its length is below 16 or beyond the end
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_view_next(datagram: *mut rnl_bytes, out: *mut rnl_view) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (datagram, out) = unsafe { (ptr::out(datagram)?, ptr::out(out)?) };
        // SAFETY: the caller's bytes.
        let bytes = unsafe { datagram.get() }?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let split = Message::split(bytes);
        *datagram = split.map(|(_, rest)| rest).unwrap_or_default().into();
        *out = split?.0.into();
        Ok(1)
    })
}

/// Copies the fixed struct at the start of a message's body. A struct that is shorter than the caller's
/// is filled with zeros, a longer one cut, as kernels and headers of other versions have it.
///
/// @view  message
/// @dst   where to
/// @size  bytes of dst
///
/// Returns how many bytes the message had, at most size, or
///   -EINVAL  view is NULL, or dst is NULL and size is not 0
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_view_fixed(
    view: *const rnl_view,
    dst: *mut c_void,
    size: usize,
) -> c_int {
    // SAFETY: the caller passes NULL or a view that rnl filled.
    guard(|| unsafe { copy_fixed(ptr::read(view)?.body.get()?, dst, size) })
}

/// Copies `from` to `dst`, zero-filled or cut to `size`.
pub(super) unsafe fn copy_fixed(
    from: &[u8],
    dst: *mut c_void,
    size: usize,
) -> Result<c_int, Fault> {
    // SAFETY: the caller passes room for size bytes.
    let dst = unsafe { ptr::slice_mut(dst.cast::<u8>(), size) }?;
    let n = from.len().min(size);
    let (head, tail) = dst.split_at_mut(n);
    head.copy_from_slice(&from[..n]);
    tail.fill(0);
    Ok(count(n))
}

/// Starts a walk over the attributes of a message.
///
/// @view   message
/// @fixed  bytes of the family's fixed header: sizeof(struct ifinfomsg), 4 for a generic family ...
/// @out    filled, for rnl_attrs_next(); borrows from the message
///
/// Returns 0, or
///   -EINVAL  view or out is NULL
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_view_attrs(
    view: *const rnl_view,
    fixed: usize,
    out: *mut rnl_attrs,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a view that rnl filled, and NULL or a place for the result.
        let (view, out) = unsafe { (ptr::read(view)?, ptr::out(out)?) };
        // SAFETY: as above.
        let body = unsafe { view.body.get() }?;
        let rest = body.get(align4(fixed)..).unwrap_or_default();
        *out = rnl_attrs::new(rest, Header::LEN.saturating_add(body.len()));
        Ok(0)
    })
}

/// The verdict in an ERROR or DONE message, for programs that read datagrams themselves.
///
/// @view     message of type NLMSG_ERROR or NLMSG_DONE
/// @protocol NETLINK_*, to name the attributes of the request; -1 if that is not known
/// @request  the request with its header, to say which attribute is meant; may be NULL
/// @err      filled on failure, if not NULL
///
/// Returns 0 if it says success, the kernel's -errno, or
///   -EINVAL   view is NULL or of another type
///   -EBADMSG  it is too short for its error number
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_view_status(
    view: *const rnl_view,
    protocol: c_int,
    request: *const rnl_bytes,
    err: *mut *mut rnl_err,
) -> c_int {
    let status = || {
        // SAFETY: the caller passes NULL or a view that rnl filled.
        let bytes = unsafe { ptr::read(view)?.msg.get()? };
        // SAFETY: the caller passes NULL or bytes of its own.
        let request = unsafe { request.as_ref().map_or(Ok(&[][..]), |r| r.get())? };
        let (message, _) = fault(Message::split(bytes))?;
        let ack = fault(message.ack().unwrap_or(Err(Fault::BadArgument)))?;
        if ack.error() == 0 {
            return Ok(0);
        }
        Err(refusal(protocol, &ack, fault(grow::copy(request))?))
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, status) }
}
