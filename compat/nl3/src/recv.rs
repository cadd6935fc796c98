// SPDX-License-Identifier: MIT OR Apache-2.0
//! Receiving datagrams.

use core::ffi::c_int;
use core::mem::zeroed;
use core::ptr::null_mut;

use crate::abi::{sockaddr_nl, ucred};
use crate::datagram::{Datagram, ROOM};
use crate::dump::debug;
use crate::error::{NLE_INVAL, NLE_MSG_TRUNC, NLE_NOADDR, NLE_NOMEM, code, last};
use crate::mem;
use crate::socket::nl_sock;

/// What came with a datagram.
pub(crate) struct Origin {
    pub(crate) from: sockaddr_nl,
    pub(crate) creds: Option<ucred>,
}

impl Origin {
    /// Nothing known yet.
    pub(crate) fn unknown() -> Origin {
        // SAFETY: all zeros are an address.
        Origin { from: unsafe { zeroed() }, creds: None }
    }
}

/// Bytes that a datagram of this socket may have.
fn room(sock: &nl_sock) -> usize {
    if sock.bufsize > 0 && !sock.peek { sock.bufsize } else { ROOM }
}

/// Receives a datagram into `to`, which has [`room`]. Returns its length, 0 at the end of the stream, or
/// a negative error.
unsafe fn receive(sock: &nl_sock, to: *mut u8, origin: &mut Origin) -> c_int {
    let iov = libc::iovec { iov_base: to.cast(), iov_len: room(sock) };
    // SAFETY: `to` has the room that is said.
    let (len, name_len) = unsafe {
        if sock.passcred {
            receive_with_creds(sock, iov, origin)
        } else {
            receive_plain(sock, iov, origin)
        }
    };
    match len {
        ..0 => code(last()),
        0 => 0,
        _ if name_len as usize != size_of::<sockaddr_nl>() => -NLE_NOADDR,
        _ if len as usize > iov.iov_len => -NLE_MSG_TRUNC,
        _ => len as c_int,
    }
}

/// The bytes that a datagram has, whether there was room for them or not, and those of its sender's address.
type Received = (isize, libc::socklen_t);

/// The kernel is to tell how long a datagram is even when it is longer than there is room for.
const WHOLE_LENGTH: c_int = libc::MSG_TRUNC;

/// It costs less than recvmsg.
unsafe fn receive_plain(sock: &nl_sock, iov: libc::iovec, origin: &mut Origin) -> Received {
    let mut name_len = size_of::<sockaddr_nl>() as libc::socklen_t;
    let name = (&raw mut origin.from).cast();
    let len = again(|| {
        // SAFETY: the memory has the length said, and the address its own.
        unsafe {
            libc::recvfrom(sock.fd, iov.iov_base, iov.iov_len, WHOLE_LENGTH, name, &mut name_len)
        }
    });
    (len, name_len)
}

unsafe fn receive_with_creds(
    sock: &nl_sock,
    mut iov: libc::iovec,
    origin: &mut Origin,
) -> Received {
    // Credentials, and what the kernel adds when asked to by options that are none of ours.
    let mut control = [0u64; 16];
    // SAFETY: all zeros are a valid header; what it points to is there.
    unsafe {
        let mut hdr: libc::msghdr = zeroed();
        hdr.msg_name = (&raw mut origin.from).cast();
        hdr.msg_namelen = size_of::<sockaddr_nl>() as libc::socklen_t;
        hdr.msg_iov = &mut iov;
        hdr.msg_iovlen = 1;
        hdr.msg_control = control.as_mut_ptr().cast();
        hdr.msg_controllen = size_of_val(&control) as _;
        let len = again(|| libc::recvmsg(sock.fd, &mut hdr, WHOLE_LENGTH));
        if len > 0 {
            origin.creds = creds(&hdr);
        }
        (len, hdr.msg_namelen)
    }
}

/// A system call, again when a signal has come in between.
fn again(mut call: impl FnMut() -> isize) -> isize {
    loop {
        let len = call();
        // SAFETY: errno is the thread's own.
        if len >= 0 || unsafe { *libc::__errno_location() } != libc::EINTR {
            return len;
        }
        debug!(3, c"recvmsg() returned EINTR, retrying\n");
    }
}

/// The sender's credentials, if they came along.
unsafe fn creds(hdr: &libc::msghdr) -> Option<ucred> {
    // SAFETY: the kernel has filled in the control messages.
    unsafe {
        let mut one = libc::CMSG_FIRSTHDR(hdr);
        while !one.is_null() {
            if (*one).cmsg_level == libc::SOL_SOCKET && (*one).cmsg_type == libc::SCM_CREDENTIALS {
                return Some(libc::CMSG_DATA(one).cast::<ucred>().read_unaligned());
            }
            one = libc::CMSG_NXTHDR(hdr, one);
        }
    }
    None
}

/// The next datagram for the messages to lie in, with a share of it for the caller; its length, 0 or a
/// negative error.
pub(crate) unsafe fn next_datagram(
    sock: *mut nl_sock,
    recv: crate::cb::Recv,
    origin: &mut Origin,
) -> (*mut Datagram, c_int) {
    // SAFETY: the socket is live; what a receiver of the program's own gives is from malloc, by contract.
    unsafe {
        let Some(recv) = recv else {
            let datagram = own_datagram(&mut *sock);
            let failed = datagram.is_null();
            let len = if failed { -NLE_NOMEM } else { receive(&*sock, (*datagram).bytes, origin) };
            (*sock).received = len.max(0) as usize;
            return (datagram, len);
        };
        let (mut bytes, mut creds) = (null_mut(), null_mut::<ucred>());
        let len = recv(sock, &raw mut origin.from, &mut bytes, &mut creds);
        if len <= 0 {
            return (null_mut(), len);
        }
        origin.creds = creds.as_ref().copied();
        mem::free(creds);
        let datagram = Datagram::of(bytes);
        (datagram, if datagram.is_null() { -NLE_NOMEM } else { len })
    }
}

/// The socket's own memory, with a share for the caller; new memory if messages still lie in the old.
unsafe fn own_datagram(sock: &mut nl_sock) -> *mut Datagram {
    // SAFETY: the datagram is NULL or the socket holds a share of it.
    unsafe {
        if let Some(old) = sock.datagram.as_ref() {
            if old.refs > 1 || !old.has_room(room(sock)) {
                leave_datagram(sock);
            }
        }
        if sock.datagram.is_null() {
            sock.datagram = Datagram::with_room(room(sock));
        }
        if let Some(datagram) = sock.datagram.as_mut() {
            datagram.refs += 1;
        }
    }
    sock.datagram
}

/// The socket needs its memory no more; messages that lie there keep as much as they need.
pub(crate) unsafe fn leave_datagram(sock: &mut nl_sock) {
    let datagram = core::mem::replace(&mut sock.datagram, null_mut());
    // SAFETY: the datagram is NULL or the socket holds a share of it.
    unsafe {
        if let Some(kept) = datagram.as_mut().filter(|it| it.refs > 1) {
            kept.trim(sock.received);
        }
        if !datagram.is_null() {
            Datagram::put(datagram);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_recv(
    sock: *mut nl_sock,
    from: *mut sockaddr_nl,
    bytes: *mut *mut u8,
    creds: *mut *mut ucred,
) -> c_int {
    // SAFETY: the socket is live, and the pointers, where they are not NULL, the caller's.
    unsafe {
        if from.is_null() || bytes.is_null() {
            return -NLE_INVAL;
        }
        if !creds.is_null() {
            *creds = null_mut();
        }
        let mut origin = Origin::unknown();
        let datagram = own_datagram(&mut *sock);
        if datagram.is_null() {
            return -NLE_NOMEM;
        }
        let len = receive(&*sock, (*datagram).bytes, &mut origin);
        let copies = len <= 0 || give(&origin, (*datagram).bytes, len as usize, bytes, creds);
        Datagram::put(datagram);
        *from = origin.from;
        if copies { len } else { -NLE_NOMEM }
    }
}

/// Copies of a datagram and its credentials for the caller. False when there is no memory.
unsafe fn give(
    origin: &Origin,
    from: *const u8,
    len: usize,
    bytes: *mut *mut u8,
    creds: *mut *mut ucred,
) -> bool {
    // SAFETY: as for nl_recv; `from` has `len` bytes.
    unsafe {
        *bytes = mem::copy(from.cast(), len).cast();
        let mut complete = !(*bytes).is_null();
        if let (Some(found), false) = (&origin.creds, creds.is_null()) {
            *creds = mem::copy((&raw const *found).cast(), size_of::<ucred>()).cast();
            complete &= !(*creds).is_null();
        }
        if !complete {
            mem::free(*bytes);
            *bytes = null_mut();
        }
        complete
    }
}
