// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets: what they are set to, and connecting them.

use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rnl::uapi::{
    NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP, NETLINK_EXT_ACK, NETLINK_PKTINFO,
};

use crate::abi::sockaddr_nl;
use crate::cb::{self, ErrCb, MsgCb, NL_OK, On, nl_cb, nl_cb_alloc, nl_cb_put};
use crate::datagram::Datagram;
use crate::dump::debug;
use crate::error::*;
use crate::msg::nl_msg;
use crate::recv::leave_datagram;
use crate::{mem, port};

/// A socket.
#[repr(C)]
pub struct nl_sock {
    pub(crate) local: sockaddr_nl,
    pub(crate) peer: sockaddr_nl,
    pub(crate) cb: *mut nl_cb,
    pub(crate) fd: c_int,
    pub(crate) protocol: c_int,
    pub(crate) seq_next: c_uint,
    pub(crate) seq_expect: c_uint,
    /// The local port was asked for, or is one that this library chose.
    port_is_set: bool,
    /// It is to be given back.
    port_is_ours: bool,
    pub(crate) passcred: bool,
    pub(crate) no_auto_ack: bool,
    buffers_set: bool,
    pub(crate) peek: bool,
    /// Bytes that a datagram may have, or 0: any number.
    pub(crate) bufsize: usize,
    /// What datagrams are received into, or NULL.
    pub(crate) datagram: *mut Datagram,
    /// Bytes of the last one.
    pub(crate) received: usize,
}

/// Bytes of the kernel's queues in each direction, unless the program says otherwise.
const QUEUE: c_int = 32768;
/// The least receive queue that a program gets, whatever it asks for. Dumps and notifications of today's
/// kernels overflow what was enough once: a Wi-Fi scan overflows the 8 KiB that iw asks for.
const LEAST_QUEUE: c_int = 131_072;

/// The kind of callbacks that new sockets have: `NLCB`.
static KIND: AtomicU32 = AtomicU32::new(0);

/// Reads the environment, when the library is loaded.
pub(crate) unsafe fn start() {
    // SAFETY: nothing else runs yet; the variable is a string.
    unsafe {
        let value = libc::getenv(c"NLCB".as_ptr());
        if value.is_null() {
            return;
        }
        let kinds = [c"default", c"verbose", c"debug"];
        match kinds.iter().position(|kind| libc::strcasecmp(value, kind.as_ptr()) == 0) {
            Some(kind) => KIND.store(kind as u32, Relaxed),
            None => {
                _ = libc::fputs(
                    c"Unknown value for NLCB, valid values: {default | verbose | debug}\n".as_ptr(),
                    crate::dump::stderr,
                )
            }
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_alloc() -> *mut nl_sock {
    let cb = nl_cb_alloc(KIND.load(Relaxed));
    // SAFETY: NULL or new; the socket takes a reference of its own.
    unsafe {
        let sock = if cb.is_null() { null_mut() } else { nl_socket_alloc_cb(cb) };
        nl_cb_put(cb);
        sock
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_alloc_cb(cb: *mut nl_cb) -> *mut nl_sock {
    // SAFETY: cb is NULL or live; the socket is NULL or new.
    unsafe {
        let sock = if cb.is_null() { null_mut() } else { mem::zalloc::<nl_sock>(0) };
        if sock.is_null() {
            return sock;
        }
        (*sock).fd = -1;
        (*sock).cb = cb::nl_cb_get(&mut *cb);
        (*sock).local.nl_family = libc::AF_NETLINK as u16;
        (*sock).peer.nl_family = libc::AF_NETLINK as u16;
        (*sock).seq_next = libc::time(null_mut()) as c_uint;
        (*sock).seq_expect = (*sock).seq_next;
        sock
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_free(sock: *mut nl_sock) {
    // SAFETY: NULL, or a socket that is not used again.
    unsafe {
        if sock.is_null() {
            return;
        }
        nl_close(sock);
        (*sock).release_port();
        leave_datagram(&mut *sock);
        nl_cb_put((*sock).cb);
        mem::free(sock);
    }
}

impl nl_sock {
    fn release_port(&mut self) {
        if self.port_is_ours {
            port::release(self.local.nl_pid);
        }
        self.port_is_ours = false;
    }

    /// Chooses a port, or leaves it to the kernel.
    fn generate_port(&mut self) -> u32 {
        self.release_port();
        self.local.nl_pid = port::generate();
        self.port_is_ours = self.local.nl_pid != 0;
        self.port_is_set = true;
        self.local.nl_pid
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_get_local_port(sock: *mut nl_sock) -> u32 {
    // SAFETY: the socket is live.
    unsafe { if (*sock).port_is_set { (*sock).local.nl_pid } else { (*sock).generate_port() } }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_local_port(sock: &mut nl_sock, port: u32) {
    sock.release_port();
    sock.local.nl_pid = port;
    sock.port_is_set = port != 0;
}

/// What libnl's own libraries ask of a socket. (No public header declares these three.)
#[unsafe(no_mangle)]
pub extern "C" fn _nl_socket_is_local_port_unspecified(sock: &nl_sock) -> c_int {
    (!sock.port_is_set).into()
}

/// Chooses a port and does not give back the one before.
#[unsafe(no_mangle)]
pub extern "C" fn _nl_socket_generate_local_port_no_release(sock: &mut nl_sock) -> u32 {
    sock.port_is_ours = false;
    sock.generate_port()
}

/// Sets the port and does not give back the one before.
#[unsafe(no_mangle)]
pub extern "C" fn _nl_socket_set_local_port_no_release(sock: &mut nl_sock, port: u32) -> u32 {
    sock.port_is_ours = false;
    nl_socket_set_local_port(sock, port);
    port
}

/// Sets an option of `SOL_NETLINK` or `SOL_SOCKET`.
fn set_option(sock: &nl_sock, level: c_int, option: c_int, value: c_int) -> Done {
    if sock.fd == -1 {
        return Err(NLE_BAD_SOCK);
    }
    let size = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: the value is ours.
    let failed =
        unsafe { libc::setsockopt(sock.fd, level, option, (&raw const value).cast(), size) };
    if failed < 0 { last() } else { Ok(()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_add_membership(sock: &nl_sock, group: c_int) -> c_int {
    membership(sock, group, NETLINK_ADD_MEMBERSHIP)
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_drop_membership(sock: &nl_sock, group: c_int) -> c_int {
    membership(sock, group, NETLINK_DROP_MEMBERSHIP)
}

fn membership(sock: &nl_sock, group: c_int, option: c_int) -> c_int {
    if sock.fd == -1 {
        return -NLE_BAD_SOCK;
    }
    match group {
        0 => 0,
        ..0 => -NLE_INVAL,
        _ => code(set_option(sock, libc::SOL_NETLINK, option, group)),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_join_groups(sock: &mut nl_sock, groups: c_int) {
    sock.local.nl_groups |= groups as u32;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_get_peer_port(sock: &nl_sock) -> u32 {
    sock.peer.nl_pid
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_peer_port(sock: &mut nl_sock, port: u32) {
    sock.peer.nl_pid = port;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_get_peer_groups(sock: &nl_sock) -> u32 {
    sock.peer.nl_groups
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_peer_groups(sock: &mut nl_sock, groups: u32) {
    sock.peer.nl_groups = groups;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_get_cb(sock: &nl_sock) -> *mut nl_cb {
    // SAFETY: a socket's callbacks are live.
    unsafe { cb::nl_cb_get(&mut *sock.cb) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_set_cb(sock: &mut nl_sock, cb: *mut nl_cb) {
    // SAFETY: both are live.
    unsafe {
        let cb = cb::nl_cb_get(&mut *cb);
        nl_cb_put(sock.cb);
        sock.cb = cb;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_modify_cb(
    sock: &nl_sock,
    on: c_uint,
    kind: c_uint,
    func: MsgCb,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: a socket's callbacks are live.
    unsafe { cb::nl_cb_set(&mut *sock.cb, on, kind, func, arg) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_modify_err_cb(
    sock: &nl_sock,
    kind: c_uint,
    func: ErrCb,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: a socket's callbacks are live.
    unsafe { cb::nl_cb_err(&mut *sock.cb, kind, func, arg) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_buffer_size(sock: &mut nl_sock, rx: c_int, tx: c_int) -> c_int {
    let rx = if rx <= 0 { QUEUE } else { rx.max(LEAST_QUEUE) };
    code(set_queues(sock, rx, if tx <= 0 { QUEUE } else { tx }))
}

fn set_queues(sock: &mut nl_sock, rx: c_int, tx: c_int) -> Done {
    set_option(sock, libc::SOL_SOCKET, libc::SO_SNDBUF, tx)?;
    set_option(sock, libc::SOL_SOCKET, libc::SO_RCVBUF, rx)?;
    sock.buffers_set = true;
    Ok(())
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_msg_buf_size(sock: &mut nl_sock, size: usize) -> c_int {
    sock.bufsize = size;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_get_msg_buf_size(sock: &nl_sock) -> usize {
    sock.bufsize
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_passcred(sock: &mut nl_sock, on: c_int) -> c_int {
    let set = set_option(sock, libc::SOL_SOCKET, libc::SO_PASSCRED, on);
    if set.is_ok() {
        sock.passcred = on != 0;
    }
    code(set)
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_recv_pktinfo(sock: &nl_sock, on: c_int) -> c_int {
    code(set_option(sock, libc::SOL_NETLINK, NETLINK_PKTINFO, on))
}

unsafe extern "C" fn any_sequence(_: *mut nl_msg, _: *mut c_void) -> c_int {
    NL_OK
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_socket_disable_seq_check(sock: &nl_sock) {
    // SAFETY: a socket's callbacks are live.
    unsafe { (*sock.cb).set(On::SeqCheck, Some(any_sequence), null_mut()) };
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_use_seq(sock: &mut nl_sock) -> c_uint {
    let seq = sock.seq_next;
    sock.seq_next = seq.wrapping_add(1);
    seq
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_disable_auto_ack(sock: &mut nl_sock) {
    sock.no_auto_ack = true;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_enable_auto_ack(sock: &mut nl_sock) {
    sock.no_auto_ack = false;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_enable_msg_peek(sock: &mut nl_sock) {
    sock.peek = true;
}

/// Datagrams of any size are received whole without peeking at them, so there is nothing to disable but
/// the wish.
#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_disable_msg_peek(sock: &mut nl_sock) {
    sock.peek = false;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_get_fd(sock: &nl_sock) -> c_int {
    sock.fd
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_nonblocking(sock: &nl_sock) -> c_int {
    if sock.fd == -1 {
        return -NLE_BAD_SOCK;
    }
    // SAFETY: it sets a flag.
    let failed = unsafe { libc::fcntl(sock.fd, libc::F_SETFL, libc::O_NONBLOCK) };
    if failed < 0 { code(last()) } else { 0 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_close(sock: *mut nl_sock) {
    // SAFETY: the socket is live, and its descriptor its own.
    unsafe {
        if (*sock).fd >= 0 {
            libc::close((*sock).fd);
            (*sock).fd = -1;
        }
        (*sock).protocol = 0;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_connect(sock: *mut nl_sock, protocol: c_int) -> c_int {
    // SAFETY: the socket is live, and in nobody else's hands.
    let sock = unsafe { &mut *sock };
    if sock.fd != -1 {
        return -NLE_BAD_SOCK;
    }
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
    // SAFETY: it makes a descriptor.
    sock.fd = unsafe { libc::socket(libc::AF_NETLINK, kind, protocol) };
    let connected = if sock.fd < 0 { last() } else { connect(sock, protocol) };
    if connected.is_err() {
        // SAFETY: the descriptor is ours.
        unsafe { nl_close(sock) };
    }
    code(connected)
}

fn connect(sock: &mut nl_sock, protocol: c_int) -> Done {
    if !sock.buffers_set {
        set_queues(sock, QUEUE, QUEUE)?;
        sock.buffers_set = false;
    }
    // SAFETY: the number is set when the library is loaded.
    if unsafe { crate::dump::nl_debug } > 0 {
        _ = set_option(sock, libc::SOL_NETLINK, NETLINK_EXT_ACK, 1);
    }
    if sock.port_is_set {
        bind(sock)?
    } else {
        bind_any(sock)?
    }
    let local = name_of(sock.fd)?;
    sock.keep_name(local);
    sock.protocol = protocol;
    Ok(())
}

fn bind(sock: &nl_sock) -> Done {
    let size = size_of::<sockaddr_nl>() as libc::socklen_t;
    // SAFETY: the address is ours.
    let failed = unsafe { libc::bind(sock.fd, (&raw const sock.local).cast(), size) };
    if failed < 0 { last() } else { Ok(()) }
}

/// Binds to a port of our own choice; to the kernel's, if others have those.
fn bind_any(sock: &mut nl_sock) -> Done {
    // Ports that someone else has stay taken until one is found, or they would be tried again.
    let mut used = [0u32; 32];
    let mut bound = Err(NLE_EXIST);
    for _ in 0..port::TRIES {
        let port = _nl_socket_generate_local_port_no_release(sock);
        bound = bind(sock);
        // SAFETY: errno is the thread's own.
        let in_use = bound.is_err() && unsafe { *libc::__errno_location() } == libc::EADDRINUSE;
        if !in_use || port == 0 {
            break;
        }
        debug!(4, c"nl_connect: local port %u already in use. Retry.\n", port);
        port::_nl_socket_used_ports_set(&mut used, port);
    }
    if bound == Err(NLE_EXIST) {
        sock.port_is_ours = false;
        sock.local.nl_pid = 0;
        bound = bind(sock);
    }
    port::_nl_socket_used_ports_release_all(&used);
    if bound.is_err() {
        sock.release_port();
        sock.port_is_set = false;
    }
    bound
}

/// The address that a descriptor is bound to.
fn name_of(fd: c_int) -> Result<sockaddr_nl, c_int> {
    // SAFETY: all zeros are an address; it has the size that is said.
    unsafe {
        let mut name: sockaddr_nl = core::mem::zeroed();
        let mut size = size_of_val(&name) as libc::socklen_t;
        if libc::getsockname(fd, (&raw mut name).cast(), &mut size) < 0 {
            return last();
        }
        let whole = size as usize == size_of_val(&name);
        let netlink = c_int::from(name.nl_family) == libc::AF_NETLINK;
        if whole && netlink { Ok(name) } else { Err(NLE_INVAL) }
    }
}

impl nl_sock {
    fn keep_name(&mut self, name: sockaddr_nl) {
        if self.local.nl_pid != name.nl_pid {
            self.release_port();
        }
        self.local = name;
        self.port_is_set = name.nl_pid != 0;
    }
}

/// Takes over a descriptor that someone else has made. A negative protocol is whatever it has.
#[unsafe(no_mangle)]
pub extern "C" fn nl_socket_set_fd(sock: &mut nl_sock, protocol: c_int, fd: c_int) -> c_int {
    if sock.fd != -1 {
        return -NLE_BAD_SOCK;
    }
    if fd < 0 {
        return -NLE_INVAL;
    }
    let adopted = name_of(fd).and_then(|name| Ok((name, protocol_of(fd)?)));
    match adopted {
        Ok((_, has)) if protocol >= 0 && has != protocol => -NLE_INVAL,
        Ok((name, has)) => {
            sock.keep_name(name);
            sock.fd = fd;
            sock.protocol = has;
            0
        }
        Err(error) => -error,
    }
}

fn protocol_of(fd: c_int) -> Result<c_int, c_int> {
    let mut protocol: c_int = 0;
    let mut size = size_of::<c_int>() as libc::socklen_t;
    // SAFETY: the value is ours and has the size that is said.
    let failed = unsafe {
        let to = (&raw mut protocol).cast();
        libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_PROTOCOL, to, &mut size)
    };
    if failed < 0 { last() } else { Ok(protocol) }
}
