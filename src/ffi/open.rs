// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opening and closing sockets.

use core::ffi::{c_char, c_int};

use super::err::rnl_err;
use super::guard::{guard, guard_err};
use super::ptr;
use super::sock::{close, give, rnl_sock};
use crate::conn::{Options, Socket};
use crate::error::{Error, Fault};
use crate::sys::{Fd, netns_open};

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
    /// Bytes of requests submitted and not ended, and of completions not taken; 0 means 64 MiB.
    pub max_pending: usize,
    /// Bytes of a table's objects; 0 means 1 GiB.
    pub max_table: usize,
}

/// The caller's options; members it does not know are 0.
pub(super) unsafe fn options(opts: *const rnl_opts) -> Result<Options, Fault> {
    if opts.is_null() {
        return Ok(Options::default());
    }
    // SAFETY: the caller passes options of the size they say.
    convert(unsafe { ptr::sized(opts) }?)
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
        max_pending: or(o.max_pending, standard.max_pending),
        max_table: or(o.max_table, standard.max_table),
    })
}

/// Opens a netlink socket, with extended acknowledgements, strict checking (NETLINK_ROUTE) and
/// CLOEXEC on. It is connected to the kernel, so that no other program can send to it, unless opts or
/// the protocol (NETLINK_USERSOCK) say otherwise.
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
        *out = give(|| Socket::open_with(protocol, &options))?;
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
        *out = give(|| Socket::adopt(fd, &options))?;
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
        unsafe { close(sock) }.map(|()| 0)
    })
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
