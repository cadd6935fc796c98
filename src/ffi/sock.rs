// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets.

use alloc::vec::Vec;
use core::ffi::{c_int, c_void};

use super::err::rnl_err;
use super::guard::{count, guard, guard_err};
use super::pack::Held;
use super::ptr::{self, Handle, handle};
use crate::conn::Socket;
use crate::error::{Error, Fault};
use crate::grow;
use crate::sys::Filter;

/// An open netlink socket, with what is needed to talk over it: sequence numbers, a receive buffer,
/// notifications that came while an answer was waited for. One thread at a time may use it; it may move
/// between threads. A child of fork(2) may only close it: all else gives it -ECHILD.
#[cfg_attr(all(), repr(C))]
pub struct rnl_sock {
    magic: u32,
    /// None after rnl_sock_close() while dumps are left.
    socket: Option<Socket>,
    /// Packs whose families it has been told of.
    packs: Vec<Held>,
    /// Dumps that refer to it.
    pub(super) users: usize,
}

handle!(rnl_sock, 0x726e_6c03);

impl rnl_sock {
    /// The socket, unless it has been closed, or this is a child of the process that opened it.
    #[inline]
    pub(super) fn socket(&mut self) -> Result<&mut Socket, Fault> {
        let socket = self.quick()?;
        socket.alive()?;
        Ok(socket)
    }

    /// As `socket`, for a way on which a child finds nothing.
    #[inline]
    pub(super) fn quick(&mut self) -> Result<&mut Socket, Fault> {
        self.socket.as_mut().ok_or(Fault::Closed)
    }

    /// Keeps a pack for as long as the socket.
    pub(super) fn keep(&mut self, pack: Option<Held>) -> Result<(), Fault> {
        match pack.filter(|pack| !self.packs.contains(pack)) {
            Some(pack) => grow::push(&mut self.packs, pack),
            None => Ok(()),
        }
    }

    /// The socket, to read it.
    fn peek(&self) -> Result<&Socket, Fault> {
        let socket = self.socket.as_ref().ok_or(Fault::Closed)?;
        socket.alive()?;
        Ok(socket)
    }
}

/// Makes a socket and gives it to the caller. The handle comes first: a socket is not to be had and
/// then closed for want of memory, since an adopted one would be the caller's.
pub(super) fn give(open: impl FnOnce() -> Result<Socket, Error>) -> Result<*mut rnl_sock, Error> {
    let handle =
        ptr::give(rnl_sock { magic: rnl_sock::MAGIC, socket: None, packs: Vec::new(), users: 0 })?;
    match open() {
        // SAFETY: the handle is fresh.
        Ok(socket) => unsafe { (*handle).socket = Some(socket) },
        Err(error) => {
            // SAFETY: as above; nobody else has it.
            drop(unsafe { ptr::take(handle) });
            return Err(error);
        }
    }
    Ok(handle)
}

/// The open socket behind a handle.
#[inline]
pub(super) unsafe fn open<'a>(sock: *mut rnl_sock) -> Result<&'a mut Socket, Fault> {
    // SAFETY: the caller passes NULL or a socket.
    unsafe { ptr::get_mut(sock) }?.socket()
}

/// Runs something on the open socket of `sock`, with an error object.
#[inline]
pub(super) unsafe fn on(
    sock: *mut rnl_sock,
    err: *mut *mut rnl_err,
    f: impl FnOnce(&mut Socket) -> Result<c_int, Error>,
) -> c_int {
    // SAFETY: the caller passes NULL or a socket, and NULL or a place for a pointer.
    unsafe { guard_err(err, || f(open(sock)?)) }
}

/// A number of the socket, if it is open.
unsafe fn number(sock: *const rnl_sock, f: impl FnOnce(&Socket) -> c_int) -> c_int {
    // SAFETY: the caller passes NULL or a socket.
    guard(|| Ok(f(unsafe { ptr::get(sock) }?.peek()?)))
}

/// Closes the socket; the handle goes when no dump refers to it any more.
pub(super) unsafe fn close(sock: *mut rnl_sock) -> Result<(), Fault> {
    // SAFETY: the caller passes a socket that it does not use any more.
    let handle = unsafe { ptr::get_mut(sock) }?;
    drop(handle.socket.take().ok_or(Fault::BadArgument)?);
    if handle.users == 0 {
        // SAFETY: nobody refers to it any more.
        drop(unsafe { ptr::take(sock) }?);
    }
    Ok(())
}

/// A dump lets go of its socket, which goes if it was closed meanwhile.
pub(super) unsafe fn release(sock: *mut rnl_sock) -> Result<(), Fault> {
    // SAFETY: a dump's socket stays alive as long as the dump.
    let handle = unsafe { ptr::get_mut(sock) }?;
    handle.users = handle.users.saturating_sub(1);
    if handle.users == 0 && handle.socket.is_none() {
        // SAFETY: nobody refers to it any more.
        drop(unsafe { ptr::take(sock) }?);
    }
    Ok(())
}

/// The descriptor, for poll(2) and the like: readable when the kernel has sent something. Do not read
/// from it. Notifications that came during other calls are kept by rnl and do not show there: call
/// rnl_sock_next() with timeout 0 until it returns 0 before waiting.
///
/// @sock  open socket
///
/// Returns the descriptor, which stays the socket's, or
///   -EINVAL  sock is NULL
/// Threads: any, while nobody closes sock. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_fd(sock: *const rnl_sock) -> c_int {
    // SAFETY: as documented.
    unsafe { number(sock, Socket::fd) }
}

/// The port id the socket is bound to.
///
/// @sock  open socket
/// @out   filled on success
///
/// Returns 0, or
///   -EINVAL  sock or out is NULL
/// Threads: any, while nobody closes sock. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_port(sock: *const rnl_sock, out: *mut u32) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a socket, and NULL or a place for the result.
        let (sock, out) = unsafe { (ptr::get(sock)?, ptr::out(out)?) };
        *out = sock.peek()?.port();
        Ok(0)
    })
}

/// The protocol the socket speaks.
///
/// @sock  open socket
///
/// Returns NETLINK_*, or
///   -EINVAL  sock is NULL
/// Threads: any, while nobody closes sock. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_protocol(sock: *const rnl_sock) -> c_int {
    // SAFETY: as documented.
    unsafe { number(sock, Socket::protocol) }
}

/// Sets where rnl_sock_send() with port 0 and group 0 goes; the kernel, unless this is called.
///
/// @sock   open socket
/// @port   port id of the peer; 0 is the kernel
/// @group  multicast group from 1 to 32, or 0
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, or group is above 32
///   -EPERM   the protocol does not let this user send there
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_connect(
    sock: *mut rnl_sock,
    port: u32,
    group: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.connect(port, group).map(|()| 0)) }
}

/// Sets an integer option of level SOL_NETLINK.
///
/// @sock    open socket
/// @option  NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_LISTEN_ALL_NSID ...
/// @value   what to set it to
/// @err     filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL       sock is NULL
///   -ENOPROTOOPT  the kernel does not have the option
///   -EPERM        NETLINK_LISTEN_ALL_NSID needs CAP_NET_BROADCAST
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_setopt(
    sock: *mut rnl_sock,
    option: c_int,
    value: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.set_option(option, value).map(|()| 0)) }
}

/// Reads an integer option of level SOL_NETLINK.
///
/// @sock    open socket
/// @option  NETLINK_PKTINFO, NETLINK_EXT_ACK ...
/// @out     filled on success
/// @err     filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL       sock or out is NULL
///   -ENOPROTOOPT  the kernel does not have the option
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_getopt(
    sock: *mut rnl_sock,
    option: c_int,
    out: *mut c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let get = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        *unsafe { ptr::out(out) }? = s.option(option)?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, get) }
}

/// Sets the size of the kernel's receive queue: past the system's limit where this user may do so,
/// else up to it.
///
/// @sock   open socket
/// @bytes  how much to ask for; the kernel doubles it, as it counts its own bookkeeping
/// @err    filled on failure, if not NULL
///
/// Returns what the kernel made of it, in bytes, or
///   -EINVAL  sock is NULL, or bytes is above 2^31-1
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_set_rcvbuf(
    sock: *mut rnl_sock,
    bytes: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.set_rcvbuf(bytes).map(|n| count(n as usize))) }
}

/// Sets the size of the kernel's send queue, which bounds a request; see rnl_sock_set_rcvbuf().
///
/// @sock   open socket
/// @bytes  how much to ask for; the kernel doubles it
/// @err    filled on failure, if not NULL
///
/// Returns what the kernel made of it, in bytes, or
///   -EINVAL  sock is NULL, or bytes is above 2^31-1
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_set_sndbuf(
    sock: *mut rnl_sock,
    bytes: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.set_sndbuf(bytes).map(|n| count(n as usize))) }
}

/// Attaches a classic BPF filter. What it drops is never queued and never overflows the queue.
///
/// @sock     open socket
/// @program  instructions, as for SO_ATTACH_FILTER
/// @n        how many; 0 takes the filter off
/// @err      filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, program is NULL and n is not 0, or the kernel refuses the program
///   -ENOENT  n is 0 and there is no filter
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_filter(
    sock: *mut rnl_sock,
    program: *const sock_filter,
    n: usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let attach = |s: &mut Socket| {
        // SAFETY: the caller passes n instructions; Filter is laid out as struct sock_filter.
        let program = unsafe { ptr::slice(program.cast::<Filter>(), n) }?;
        match program.is_empty() {
            true => s.detach_filter()?,
            false => s.attach_filter(program)?,
        }
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, attach) }
}

/// `struct sock_filter` of the kernel's headers.
pub struct sock_filter {
    _instruction: c_void,
}

/// Joins a multicast group. The first time, the receive queue is raised to 8 MiB as far as this user
/// may do so, unless opts said otherwise.
///
/// @sock   open socket
/// @group  number of the group: RTNLGRP_LINK, what rnl_genl_group() found ...
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, or the protocol has no such group
///   -EPERM   the group needs privileges
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_join(
    sock: *mut rnl_sock,
    group: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.join(group).map(|()| 0)) }
}

/// Leaves a multicast group. Notifications that are queued already still come.
///
/// @sock   open socket
/// @group  number of the group
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, or the protocol has no such group
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_leave(
    sock: *mut rnl_sock,
    group: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: as documented.
    unsafe { on(sock, err, |s| s.leave(group).map(|()| 0)) }
}

/// Lists the multicast groups the socket has joined.
///
/// @sock    open socket
/// @groups  room for n numbers; filled in rising order
/// @n       entries of groups; may be 0 to ask for the count alone
/// @err     filled on failure, if not NULL
///
/// Returns how many groups it has joined, which may be more than n, or
///   -EINVAL  sock is NULL, or groups is NULL and n is not 0
///   -ENOMEM  no memory
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_groups(
    sock: *mut rnl_sock,
    groups: *mut u32,
    n: usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let list = |s: &mut Socket| {
        // SAFETY: the caller passes room for n numbers.
        let room = unsafe { ptr::slice_mut(groups, n) }?;
        let joined = s.groups()?;
        room.iter_mut().zip(&joined).for_each(|(to, from)| *to = *from);
        Ok(count(joined.len()))
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, list) }
}
