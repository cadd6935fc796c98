// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets.

use alloc::boxed::Box;
use core::ffi::{c_char, c_int, c_void};

use super::err::{fault, rnl_err};
use super::guard::{count, guard, guard_err};
use super::msg::rnl_msg;
use super::ptr::{self, Handle, handle};
use super::reply::rnl_reply;
use super::view::{rnl_bytes, rnl_view};
use crate::conn::{Datagram, Options, Socket};
use crate::error::{Error, Fault};
use crate::sys::{Fd, Filter, netns_open};

/// An open netlink socket, with what is needed to talk over it: sequence numbers, a receive buffer,
/// notifications that came while an answer was waited for. One thread at a time may use it; it may move
/// between threads.
pub struct rnl_sock {
    magic: u32,
    /// None after rnl_sock_close() while dumps are left.
    socket: Option<Socket>,
    /// Dumps that refer to it.
    pub(super) users: usize,
}

handle!(rnl_sock, 0x726e_6c03);

/// SOCK_DGRAM instead of SOCK_RAW; to netlink they are the same.
pub const RNL_OPEN_DGRAM: u32 = 0x01;
/// Leave the descriptor open in programs that this one executes.
pub const RNL_OPEN_NO_CLOEXEC: u32 = 0x02;
/// O_NONBLOCK on the descriptor, for programs that use it themselves; rnl does not need it.
pub const RNL_OPEN_NONBLOCK: u32 = 0x04;
/// Do not ask for extended acknowledgements.
pub const RNL_OPEN_NO_EXT_ACK: u32 = 0x08;
/// Let the kernel repeat failed requests in its answers.
pub const RNL_OPEN_NO_CAP_ACK: u32 = 0x10;
/// Do not ask NETLINK_ROUTE for strict checking; its dump filters are off then, too.
pub const RNL_OPEN_NO_STRICT: u32 = 0x20;
/// Take datagrams from anybody, not from the kernel alone. Always on for NETLINK_USERSOCK.
pub const RNL_OPEN_ANY_SENDER: u32 = 0x40;
/// Open the socket in the network namespace of netns_fd.
pub const RNL_OPEN_NETNS: u32 = 0x80;

/// How to open a socket. Fill it with zeros, set size to sizeof(struct rnl_opts), then what matters;
/// 0 is the default everywhere. Later versions may append members.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_opts {
    /// sizeof(struct rnl_opts)
    pub size: usize,
    /// RNL_OPEN_*
    pub flags: u32,
    /// Descriptor of a network namespace, see rnl_netns_open(); with RNL_OPEN_NETNS.
    pub netns_fd: i32,
    /// Port id; 0 lets the kernel pick one.
    pub port: u32,
    /// Bytes of the kernel's receive queue; 0 leaves it until a group is joined, then asks for 8 MiB.
    pub rcvbuf: u32,
    /// Bytes of the kernel's send queue, which bounds a request; 0 leaves it.
    pub sndbuf: u32,
    /// 0
    pub reserved: u32,
    /// Longest datagram that can be received; 0 means 256 KiB. Only what is needed is ever touched.
    pub max_datagram: usize,
    /// Bytes of notifications kept while something else is waited for; 0 means 8 MiB.
    pub max_queue: usize,
    /// Bytes of a reply or of a consistent dump; 0 means 1 GiB.
    pub max_result: usize,
}

/// One received datagram as it came. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_datagram {
    /// The bytes.
    pub data: rnl_bytes,
    /// Port id of the sender; 0 is the kernel.
    pub port: u32,
    /// Multicast group it was sent to, or 0.
    pub group: u32,
    /// Id of the network namespace it came from, or -1 for the socket's own.
    pub nsid: i32,
    /// 0
    pub reserved: u32,
}

impl From<Datagram<'_>> for rnl_datagram {
    fn from(d: Datagram<'_>) -> Self {
        let nsid = d.nsid.unwrap_or(-1);
        rnl_datagram { data: d.bytes.into(), port: d.port, group: d.group, nsid, reserved: 0 }
    }
}

/// The caller's options; members it does not know are 0.
unsafe fn options(opts: *const rnl_opts) -> Result<Options, Fault> {
    if opts.is_null() {
        return Ok(Options::default());
    }
    // SAFETY: every version of the struct begins with its size.
    let size = unsafe { ptr::read(opts.cast::<usize>()) }?;
    let least = size_of::<usize>();
    // SAFETY: the caller's struct has the size it says.
    let bytes = unsafe { ptr::slice(opts.cast::<u8>(), *size) }?;
    let unknown = bytes.get(size_of::<rnl_opts>()..).unwrap_or_default();
    if *size < least || *size > 4096 || unknown.iter().any(|&b| b != 0) {
        return Err(Fault::BadArgument);
    }
    let known = crate::wire::fixed::<{ size_of::<rnl_opts>() }>(bytes);
    // SAFETY: any bytes are a valid rnl_opts.
    convert(unsafe { core::mem::transmute::<[u8; size_of::<rnl_opts>()], rnl_opts>(known) })
}

fn convert(o: rnl_opts) -> Result<Options, Fault> {
    const ALL: u32 = 0xff;
    let is = |flag| o.flags & flag != 0;
    let or = |value: usize, default: usize| if value == 0 { default } else { value };
    let standard = Options::default();
    if o.flags & !ALL != 0 || o.reserved != 0 {
        return Err(Fault::BadArgument);
    }
    Ok(Options {
        dgram: is(RNL_OPEN_DGRAM),
        no_cloexec: is(RNL_OPEN_NO_CLOEXEC),
        nonblock: is(RNL_OPEN_NONBLOCK),
        ext_ack: !is(RNL_OPEN_NO_EXT_ACK),
        cap_ack: !is(RNL_OPEN_NO_CAP_ACK),
        strict: !is(RNL_OPEN_NO_STRICT),
        any_sender: is(RNL_OPEN_ANY_SENDER),
        netns: is(RNL_OPEN_NETNS).then_some(o.netns_fd),
        port: o.port,
        rcvbuf: o.rcvbuf,
        sndbuf: o.sndbuf,
        max_datagram: or(o.max_datagram, standard.max_datagram),
        max_queue: or(o.max_queue, standard.max_queue),
        max_result: or(o.max_result, standard.max_result),
    })
}

impl rnl_sock {
    /// The socket, unless it has been closed.
    #[inline]
    pub(super) fn socket(&mut self) -> Result<&mut Socket, Fault> {
        self.socket.as_mut().ok_or(Fault::Closed)
    }
}

fn give(socket: Socket) -> Result<*mut rnl_sock, Fault> {
    ptr::give(rnl_sock { magic: rnl_sock::MAGIC, socket: Some(socket), users: 0 })
}

/// The open socket behind a handle.
#[inline]
pub(super) unsafe fn open<'a>(sock: *mut rnl_sock) -> Result<&'a mut Socket, Fault> {
    // SAFETY: the caller passes NULL or a socket.
    unsafe { ptr::get_mut(sock) }?.socket()
}

/// Runs something on the open socket of `sock`, with an error object.
#[inline]
unsafe fn on(
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
    guard(|| Ok(f(unsafe { ptr::get(sock) }?.socket.as_ref().ok_or(Fault::Closed)?)))
}

/// Opens a netlink socket, with extended acknowledgements, strict checking (NETLINK_ROUTE) and
/// CLOEXEC on.
///
/// @out       filled on success; close it with rnl_sock_close()
/// @protocol  NETLINK_ROUTE, NETLINK_GENERIC ...
/// @opts      options, or NULL for the defaults
/// @err       filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL           out is NULL, or opts has a wrong size or unknown flags
///   -EPROTONOSUPPORT  the kernel does not have the protocol
///   -EADDRINUSE       the port id that was asked for is taken
///   -EPERM            not allowed to enter the namespace
///   -ENOMEM           no memory
///   and what socket(2), bind(2), setns(2) and setsockopt(2) return
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_open(
    out: *mut *mut rnl_sock,
    protocol: c_int,
    opts: *const rnl_opts,
    err: *mut *mut rnl_err,
) -> c_int {
    let open = || {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or options.
        let (out, options) = unsafe { (ptr::out(out)?, options(opts)?) };
        *out = give(Socket::open_with(protocol, &options)?)?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, open) }
}

/// Takes over an open netlink socket. On success rnl_sock_close() will close fd; on failure it stays
/// the caller's. PKTINFO is turned on, and what opts asks for.
///
/// @out   filled on success; close it with rnl_sock_close()
/// @fd    descriptor of a bound netlink socket
/// @opts  options, or NULL for the defaults; those for opening are ignored
/// @err   filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL    out is NULL, opts is wrong, or fd is not a netlink socket
///   -EBADF     fd is not open
///   -ENOTSOCK  fd is not a socket
///   -ENOMEM    no memory
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_adopt(
    out: *mut *mut rnl_sock,
    fd: c_int,
    opts: *const rnl_opts,
    err: *mut *mut rnl_err,
) -> c_int {
    let adopt = || {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or options.
        let (out, options) = unsafe { (ptr::out(out)?, options(opts)?) };
        *out = give(Socket::adopt(fd, &options)?)?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, adopt) }
}

/// Closes a socket. Dumps that are left must still be freed; reading them gives -EBADF.
///
/// @sock  socket, or NULL
///
/// Returns 0, or
///   -EINVAL  sock is not a socket, or has been closed
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_close(sock: *mut rnl_sock) -> c_int {
    guard(|| {
        if sock.is_null() {
            return Ok(0);
        }
        // SAFETY: the caller passes a socket that it does not use any more.
        let handle = unsafe { ptr::get_mut(sock) }?;
        let socket = handle.socket.take().ok_or(Fault::BadArgument)?;
        drop(socket);
        if handle.users == 0 {
            // SAFETY: nobody refers to it any more.
            drop::<Option<Box<rnl_sock>>>(unsafe { ptr::take(sock) }?);
        }
        Ok(0)
    })
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

/// The descriptor, for poll(2) and the like: readable when there is something for rnl_sock_next() or
/// rnl_sock_recv(). Do not read from it.
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
        *out = sock.socket.as_ref().ok_or(Fault::Closed)?.port();
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

/// Sends one datagram as it is, past requests and replies.
///
/// @sock   open socket
/// @data   the datagram: one message or several, each padded to 4
/// @len    bytes of it
/// @port   port id of the receiver; 0 is the kernel
/// @group  multicast group from 1 to 32 to send to, or 0. With port 0 and group 0 it goes where
///         rnl_sock_connect() said
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL        sock is NULL, data is NULL and len is not 0, or group is above 32
///   -EMSGSIZE      it is longer than the send queue
///   -ECONNREFUSED  nobody has that port id
///   -EAGAIN        the receiver's queue is full
///   -EPERM         the protocol does not let this user send there
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_send(
    sock: *mut rnl_sock,
    data: *const c_void,
    len: usize,
    port: u32,
    group: u32,
    err: *mut *mut rnl_err,
) -> c_int {
    let send = |s: &mut Socket| {
        // SAFETY: the caller passes len readable bytes.
        s.send(unsafe { ptr::slice(data.cast(), len) }?, port, group)?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, send) }
}

/// Receives one datagram as it comes, past requests and replies: for protocols that have none, such as
/// NETLINK_KOBJECT_UEVENT and NETLINK_USERSOCK. What rnl_sock_next() or a dump had not read yet of the
/// datagram before is lost.
///
/// @sock        open socket
/// @out         filled on 1; borrows from sock, dead after the next call on it
/// @timeout_ms  milliseconds; 0 polls, -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 1 with a datagram, 0 on timeout, or
///   -EINVAL    sock or out is NULL
///   -EMSGSIZE  the datagram was longer than max_datagram and is lost; the next may be as long
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_recv(
    sock: *mut rnl_sock,
    out: *mut rnl_datagram,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let receive = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        let out = unsafe { ptr::out(out) }?;
        let datagram = s.receive(timeout_ms)?;
        *out = datagram.map_or(NOTHING, Into::into);
        Ok((!out.data.ptr.is_null()).into())
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, receive) }
}

const NOTHING: rnl_datagram = rnl_datagram {
    data: rnl_bytes { ptr: core::ptr::null(), len: 0 },
    port: 0,
    group: 0,
    nsid: -1,
    reserved: 0,
};

/// Waits for the next notification. Those that came during other calls come first.
///
/// -ENOBUFS stands in the sequence where notifications are missing: what came before is complete, what
/// comes after follows a gap. Dump again to know what happened in it.
///
/// @sock        open socket that has joined a group
/// @out         filled on 1; borrows from sock, dead after the next call on it
/// @timeout_ms  milliseconds; 0 polls, -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 1 with a message, 0 on timeout, or
///   -EINVAL   sock or out is NULL
///   -ENOBUFS  the kernel dropped notifications here
///   -EBADMSG  a datagram that is no message
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_next(
    sock: *mut rnl_sock,
    out: *mut rnl_view,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let next = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a place for the result.
        let out = unsafe { ptr::out(out) }?;
        match s.next(timeout_ms)? {
            Some(notification) => *out = notification.into(),
            None => return Ok(0),
        }
        Ok(1)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, next) }
}

/// Sends a request and waits for its end: REQUEST and ACK are added, the answer is matched by its
/// sequence number, the kernel's verdict returned.
///
/// @sock        open socket
/// @msg         request; it stays the caller's
/// @timeout_ms  milliseconds; 0 does not wait, -1 waits for ever
/// @reply       filled on success, if not NULL, to free with rnl_reply_free(): the objects the kernel
///              answered with, and its warning
/// @err         filled on failure, if not NULL
///
/// Returns 0, or the kernel's -errno, or
///   -EINVAL     sock or msg is NULL, or a nest of msg is open
///   -ETIMEDOUT  no answer in time; one that comes later is swallowed
///   -ENOBUFS    the answer was lost: the receive queue overflowed
///   -EFBIG      the reply is longer than max_result
///   -ENOMEM     no memory
///   or the first failure of msg
/// Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_call(
    sock: *mut rnl_sock,
    msg: *const rnl_msg,
    timeout_ms: c_int,
    reply: *mut *mut rnl_reply,
    err: *mut *mut rnl_err,
) -> c_int {
    let call = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a message.
        let msg = &unsafe { ptr::get(msg) }?.msg;
        // SAFETY: the caller passes NULL or a place for a pointer.
        match unsafe { reply.as_mut() } {
            Some(place) => *place = fault(rnl_reply::give(s.call(msg, timeout_ms)?))?,
            None => drop(s.call_each(msg, timeout_ms, |_| Ok(()))?),
        }
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, call) }
}

/// Opens a network namespace: by pid ("1"), by name as "ip netns" makes them ("blue"), or by path.
///
/// @which  pid, name or path
/// @err    filled on failure, if not NULL
///
/// Returns a descriptor for rnl_opts.netns_fd, to close with close(2), or
///   -EINVAL  which is NULL or empty
///   -ENOENT  there is no such namespace
///   -EACCES  not allowed to open it
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_netns_open(which: *const c_char, err: *mut *mut rnl_err) -> c_int {
    let open = || {
        // SAFETY: the caller passes NULL or a NUL-terminated string.
        let which = unsafe { ptr::text(which) }?;
        let opened = netns_open(which);
        opened.map(Fd::release).map_err(|errno| Error::socket(errno, "open namespace").about(which))
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, open) }
}
