// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets: a descriptor and the address that it is bound to. errno is what the system call left there.

use core::ffi::{c_int, c_uint, c_void};
use core::mem::zeroed;

use libc::{
    AF_NETLINK, EINVAL, ENOSPC, SOCK_RAW, SOL_NETLINK, pid_t, sockaddr_nl, socklen_t, ssize_t,
};

use crate::errno::{fail, set};

/// `struct mnl_socket`, allocated with malloc.
pub(crate) struct Socket {
    fd: c_int,
    address: sockaddr_nl,
}

const ADDRESS_LEN: socklen_t = size_of::<sockaddr_nl>() as socklen_t;

fn address(pid: u32, groups: u32) -> sockaddr_nl {
    // SAFETY: all zeros is a sockaddr_nl.
    let mut address: sockaddr_nl = unsafe { zeroed() };
    address.nl_family = AF_NETLINK as libc::sa_family_t;
    (address.nl_pid, address.nl_groups) = (pid, groups);
    address
}

impl Socket {
    /// NULL with ENOMEM when there is no memory.
    fn allocate(fd: c_int, address: sockaddr_nl) -> *mut Socket {
        // SAFETY: malloc takes any size.
        let socket: *mut Socket = unsafe { libc::malloc(size_of::<Socket>()) }.cast();
        if !socket.is_null() {
            // SAFETY: malloc gave room for a Socket.
            unsafe { socket.write(Socket { fd, address }) };
        }
        socket
    }

    /// Takes the address over from the kernel; gives its length, or -1.
    fn ask_address(&mut self) -> c_int {
        let mut len = ADDRESS_LEN;
        // SAFETY: the address has room for len bytes.
        match unsafe { libc::getsockname(self.fd, (&raw mut self.address).cast(), &mut len) } {
            0 => len as c_int,
            failed => failed,
        }
    }

    fn is_netlink(&self) -> bool {
        c_int::from(self.address.nl_family) == AF_NETLINK
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_open2(bus: c_int, flags: c_int) -> *mut Socket {
    // SAFETY: no pointers.
    let fd = unsafe { libc::socket(AF_NETLINK, SOCK_RAW | flags, bus) };
    if fd < 0 {
        return core::ptr::null_mut();
    }
    // SAFETY: all zeros is a sockaddr_nl.
    let socket = Socket::allocate(fd, unsafe { zeroed() });
    if socket.is_null() {
        // SAFETY: the descriptor is ours.
        unsafe { libc::close(fd) };
        set(libc::ENOMEM);
    }
    socket
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_open(bus: c_int) -> *mut Socket {
    mnl_socket_open2(bus, 0)
}

/// Any socket will do; the port id of one that is not netlink is 0.
#[unsafe(no_mangle)]
extern "C" fn mnl_socket_fdopen(fd: c_int) -> *mut Socket {
    // SAFETY: all zeros is a sockaddr_nl.
    let mut socket = Socket { fd, address: unsafe { zeroed() } };
    if socket.ask_address() < 0 {
        return core::ptr::null_mut();
    }
    if !socket.is_netlink() {
        socket.address = address(0, 0);
    }
    Socket::allocate(fd, socket.address)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_bind(nl: &mut Socket, groups: c_uint, pid: pid_t) -> c_int {
    // Shown by mnl_socket_get_portid even if the kernel refuses it.
    nl.address = address(pid as u32, groups);
    // SAFETY: the address is a sockaddr_nl of the length given.
    let ret = unsafe { libc::bind(nl.fd, (&raw const nl.address).cast(), ADDRESS_LEN) };
    if ret < 0 {
        return ret;
    }
    match nl.ask_address() {
        failed @ ..0 => failed,
        len if len == ADDRESS_LEN as c_int && nl.is_netlink() => 0,
        _ => fail(EINVAL),
    }
}

/// The memory is freed whatever close(2) says.
#[unsafe(no_mangle)]
extern "C" fn mnl_socket_close(nl: *mut Socket) -> c_int {
    // SAFETY: the program gives up a socket that was allocated with malloc.
    unsafe {
        let ret = libc::close((*nl).fd);
        libc::free(nl.cast());
        ret
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_get_fd(nl: &Socket) -> c_int {
    nl.fd
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_get_portid(nl: &Socket) -> c_uint {
    nl.address.nl_pid
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_sendto(nl: &Socket, req: *const c_void, siz: usize) -> ssize_t {
    let kernel = address(0, 0);
    // SAFETY: the caller passes siz bytes; the address is a sockaddr_nl of the length given.
    unsafe { libc::sendto(nl.fd, req, siz, 0, (&raw const kernel).cast(), ADDRESS_LEN) }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_recvfrom(nl: &Socket, buf: *mut c_void, siz: usize) -> ssize_t {
    let (mut from, mut from_len) = (address(0, 0), ADDRESS_LEN);
    // It costs less than recvmsg, and with this flag says as well whether the datagram was longer.
    let flags = libc::MSG_TRUNC;
    // SAFETY: the caller passes siz bytes of room; the address has the length given.
    let received =
        unsafe { libc::recvfrom(nl.fd, buf, siz, flags, (&raw mut from).cast(), &mut from_len) };
    if received < 0 {
        received
    } else if received as usize > siz {
        fail(ENOSPC) as ssize_t
    } else if from_len != ADDRESS_LEN {
        fail(EINVAL) as ssize_t
    } else {
        received
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_setsockopt(
    nl: &Socket,
    kind: c_int,
    buf: *mut c_void,
    len: socklen_t,
) -> c_int {
    // SAFETY: the caller passes len bytes.
    unsafe { libc::setsockopt(nl.fd, SOL_NETLINK, kind, buf, len) }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_socket_getsockopt(
    nl: &Socket,
    kind: c_int,
    buf: *mut c_void,
    len: *mut socklen_t,
) -> c_int {
    // SAFETY: the caller passes room for as many bytes as len says.
    unsafe { libc::getsockopt(nl.fd, SOL_NETLINK, kind, buf, len) }
}
