// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netlink sockets.

use core::ffi::{c_int, c_void};
use core::mem::{size_of, zeroed};

use super::{Buffer, Errno, call, call_int};
use crate::uapi::*;

const SOL_NETLINK: c_int = 270;
const SO_ATTACH_FILTER: c_int = libc::SO_ATTACH_FILTER;

/// An open file descriptor, closed when dropped.
#[derive(Debug)]
pub struct Fd(c_int, Ownership);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ownership {
    Ours,
    /// Of somebody who closes it.
    Borrowed,
}

/// A netlink address: a port, and the first 32 groups as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// Port id; 0 is the kernel.
    pub port: u32,
    /// Groups 1 to 32, as bits 0 to 31.
    pub groups: u32,
}

/// One received datagram.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Received {
    /// Its whole length, which may be more than the buffer took.
    pub len: usize,
    /// Port id of the sender.
    pub port: u32,
    /// The group it was sent to; 0 for none. Needs NETLINK_PKTINFO.
    pub group: u32,
    /// Id of the namespace it came from. Needs NETLINK_LISTEN_ALL_NSID.
    pub nsid: Option<i32>,
}

/// What the kernel holds for a socket.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SocketMemory {
    /// Bytes charged to the receive queue.
    pub received: u32,
    /// Bytes it may hold.
    pub queue: u32,
    /// Datagrams dropped because it was full.
    pub drops: u32,
}

/// One instruction of a classic BPF filter, as `struct sock_filter`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Filter {
    /// Opcode.
    pub code: u16,
    /// Jump if true.
    pub jt: u8,
    /// Jump if false.
    pub jf: u8,
    /// Operand.
    pub k: u32,
}

impl From<Address> for libc::sockaddr_nl {
    fn from(a: Address) -> Self {
        // SAFETY: all zeros is a sockaddr_nl.
        let mut sa: libc::sockaddr_nl = unsafe { zeroed() };
        sa.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        (sa.nl_pid, sa.nl_groups) = (a.port, a.groups);
        sa
    }
}

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

impl Fd {
    /// `socket(AF_NETLINK, kind, protocol)`; `kind` may carry SOCK_CLOEXEC and SOCK_NONBLOCK.
    pub(crate) fn socket(kind: c_int, protocol: c_int) -> Result<Fd, Errno> {
        // SAFETY: no pointers.
        call_int(|| unsafe { libc::socket(libc::AF_NETLINK, kind, protocol) }).map(Fd::adopt)
    }

    /// Takes over a descriptor that the caller owns.
    pub fn adopt(fd: c_int) -> Fd {
        Fd(fd, Ownership::Ours)
    }

    /// Uses a descriptor that stays its owner's, until [`Fd::own`].
    pub(crate) fn borrow(fd: c_int) -> Fd {
        Fd(fd, Ownership::Borrowed)
    }

    /// Makes a borrowed descriptor one's own.
    pub(crate) fn own(&mut self) {
        self.1 = Ownership::Ours;
    }

    /// The number.
    pub fn raw(&self) -> c_int {
        self.0
    }

    /// Gives the descriptor away: it is not closed.
    pub fn release(self) -> c_int {
        core::mem::ManuallyDrop::new(self).0
    }

    /// Binds to a port (0: the kernel picks one).
    pub(crate) fn bind(&self, address: Address) -> Result<(), Errno> {
        let sa = libc::sockaddr_nl::from(address);
        // SAFETY: sa is a sockaddr_nl of the length given.
        call_int(|| unsafe { libc::bind(self.0, (&raw const sa).cast(), ADDRESS_LEN) }).map(drop)
    }

    /// Sets where [`Fd::send`] goes.
    pub(crate) fn connect(&self, address: Address) -> Result<(), Errno> {
        let sa = libc::sockaddr_nl::from(address);
        // SAFETY: sa is a sockaddr_nl of the length given.
        call_int(|| unsafe { libc::connect(self.0, (&raw const sa).cast(), ADDRESS_LEN) }).map(drop)
    }

    /// The port and groups it is bound to. EINVAL for a socket that is not netlink.
    pub(crate) fn address(&self) -> Result<Address, Errno> {
        let mut sa = libc::sockaddr_nl::from(Address::default());
        let mut len = ADDRESS_LEN;
        // SAFETY: sa has room for len bytes.
        call_int(|| unsafe { libc::getsockname(self.0, (&raw mut sa).cast(), &mut len) })?;
        if len != ADDRESS_LEN || c_int::from(sa.nl_family) != libc::AF_NETLINK {
            return Err(libc::EINVAL);
        }
        Ok(Address { port: sa.nl_pid, groups: sa.nl_groups })
    }

    fn set(
        &self,
        level: c_int,
        option: c_int,
        value: *const c_void,
        len: usize,
    ) -> Result<(), Errno> {
        let len = len as libc::socklen_t;
        // SAFETY: callers pass a live value of len bytes.
        call_int(|| unsafe { libc::setsockopt(self.0, level, option, value, len) }).map(drop)
    }

    /// Reads an option into `out`; gives the length the kernel has, which may be more than fits.
    fn get(&self, level: c_int, option: c_int, out: &mut [u32]) -> Result<usize, Errno> {
        let mut len = size_of_val(out) as libc::socklen_t;
        let at = out.as_mut_ptr().cast();
        // SAFETY: out has room for len bytes.
        call_int(|| unsafe { libc::getsockopt(self.0, level, option, at, &mut len) })?;
        Ok(len as usize)
    }

    /// Sets an integer option of SOL_NETLINK.
    pub(crate) fn set_option(&self, option: c_int, value: c_int) -> Result<(), Errno> {
        self.set(SOL_NETLINK, option, (&raw const value).cast(), size_of::<c_int>())
    }

    /// Reads an integer option of SOL_NETLINK.
    pub(crate) fn option(&self, option: c_int) -> Result<c_int, Errno> {
        let mut value = [0];
        self.get(SOL_NETLINK, option, &mut value)?;
        Ok(value[0] as c_int)
    }

    /// Reads an integer option of SOL_SOCKET.
    pub(crate) fn socket_option(&self, option: c_int) -> Result<c_int, Errno> {
        let mut value = [0];
        self.get(libc::SOL_SOCKET, option, &mut value)?;
        Ok(value[0] as c_int)
    }

    /// Sets a buffer size past the system's limit where that is allowed, else up to it. Gives what the
    /// kernel made of it: twice the size, as it counts its own bookkeeping.
    pub(crate) fn set_buffer(
        &self,
        option: c_int,
        force: c_int,
        bytes: c_int,
    ) -> Result<c_int, Errno> {
        let value = (&raw const bytes).cast();
        self.set(libc::SOL_SOCKET, force, value, size_of::<c_int>())
            .or_else(|_| self.set(libc::SOL_SOCKET, option, value, size_of::<c_int>()))?;
        self.socket_option(option)
    }

    /// SO_MEMINFO: what the queues hold.
    pub(crate) fn memory(&self) -> Result<SocketMemory, Errno> {
        let mut all = [0u32; 9];
        self.get(libc::SOL_SOCKET, libc::SO_MEMINFO, &mut all)?;
        let [received, queue, _, _, _, _, _, _, drops] = all;
        Ok(SocketMemory { received, queue, drops })
    }

    /// The groups joined, as bits; gives the number of bytes the kernel has.
    pub(crate) fn memberships(&self, bits: &mut [u32]) -> Result<usize, Errno> {
        self.get(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, bits)
    }

    /// Attaches a classic BPF filter that sees each message before it is queued.
    pub(crate) fn attach_filter(&self, program: &[Filter]) -> Result<(), Errno> {
        let len = u16::try_from(program.len()).map_err(|_| libc::EINVAL)?;
        let filter = program.as_ptr().cast_mut().cast();
        let fprog = libc::sock_fprog { len, filter };
        let size = size_of::<libc::sock_fprog>();
        self.set(libc::SOL_SOCKET, SO_ATTACH_FILTER, (&raw const fprog).cast(), size)
    }

    /// Takes the filter off again.
    pub(crate) fn detach_filter(&self) -> Result<(), Errno> {
        let none: c_int = 0;
        let size = size_of::<c_int>();
        self.set(libc::SOL_SOCKET, libc::SO_DETACH_FILTER, (&raw const none).cast(), size)
    }

    /// Sends one datagram to the connected peer: the kernel unless [`Fd::connect`] said otherwise.
    pub(crate) fn send(&self, datagram: &[u8]) -> Result<usize, Errno> {
        let (at, len) = (datagram.as_ptr().cast(), datagram.len());
        // SAFETY: at points to len bytes.
        call(|| unsafe { libc::send(self.0, at, len, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) })
    }

    /// Sends one datagram to a port or to groups.
    pub(crate) fn send_to(&self, datagram: &[u8], to: Address) -> Result<usize, Errno> {
        let sa = libc::sockaddr_nl::from(to);
        let (at, len) = (datagram.as_ptr().cast(), datagram.len());
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: at points to len bytes, sa is a sockaddr_nl of the length given.
        call(|| unsafe {
            libc::sendto(self.0, at, len, flags, (&raw const sa).cast(), ADDRESS_LEN)
        })
    }

    /// Receives one datagram into `buf`, up to its capacity, without waiting. Who sent it is not asked:
    /// for sockets connected to the kernel.
    pub(crate) fn receive(&self, buf: &mut Buffer) -> Result<Received, Errno> {
        buf.clear();
        let (at, room) = (buf.as_mut_ptr().cast(), buf.capacity());
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: at has room bytes.
        let len = call(|| unsafe { libc::recv(self.0, at, room, flags) })?;
        // SAFETY: the kernel wrote min(len, capacity) bytes.
        unsafe { buf.set_len(len.min(room)) };
        Ok(Received { len, ..Received::default() })
    }

    /// As [`Fd::receive`], with sender, group and namespace: a fifth dearer for small datagrams.
    pub(crate) fn receive_with_origin(&self, buf: &mut Buffer) -> Result<Received, Errno> {
        buf.clear();
        let mut from = libc::sockaddr_nl::from(Address::default());
        let mut control = [0u64; 16];
        let mut iov = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.capacity() };
        // SAFETY: all zeros is a msghdr.
        let mut msg: libc::msghdr = unsafe { zeroed() };
        msg.msg_name = (&raw mut from).cast();
        msg.msg_namelen = ADDRESS_LEN;
        msg.msg_iov = &mut iov;
        msg.msg_iovlen = 1;
        msg.msg_control = (&raw mut control).cast();
        msg.msg_controllen = size_of_val(&control) as _;
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: msg describes live buffers of the lengths given.
        let len = call(|| unsafe { libc::recvmsg(self.0, &mut msg, flags) })?;
        // SAFETY: the kernel wrote min(len, capacity) bytes.
        unsafe { buf.set_len(len.min(buf.capacity())) };
        let (group, nsid) = control_of(&msg);
        Ok(Received { len, port: from.nl_pid, group, nsid })
    }

    /// Waits until there is something to read (or room to send, if `write`), at most `ms` milliseconds,
    /// -1 for ever. `false` on time-out.
    pub(crate) fn wait(&self, write: bool, ms: c_int) -> Result<bool, Errno> {
        let events = if write { libc::POLLOUT } else { libc::POLLIN };
        let mut p = libc::pollfd { fd: self.0, events, revents: 0 };
        // SAFETY: p is one pollfd.
        call_int(|| unsafe { libc::poll(&mut p, 1, ms) }).map(|n| n > 0)
    }
}

impl Drop for Fd {
    #[inline(never)]
    fn drop(&mut self) {
        if self.1 == Ownership::Borrowed {
            return;
        }
        // SAFETY: the descriptor is ours; whatever close says, it is gone.
        let _ = call_int(|| unsafe { libc::close(self.0) });
    }
}

/// The group and the namespace id in the control messages.
fn control_of(msg: &libc::msghdr) -> (u32, Option<i32>) {
    let (mut group, mut nsid) = (0, None);
    // SAFETY: the kernel filled the control buffer; the CMSG macros walk it within its length, and both
    // payloads are 4 bytes.
    unsafe {
        let mut c = libc::CMSG_FIRSTHDR(msg);
        while !c.is_null() {
            let data = libc::CMSG_DATA(c);
            match ((*c).cmsg_level, (*c).cmsg_type) {
                (SOL_NETLINK, NETLINK_PKTINFO) => group = data.cast::<u32>().read_unaligned(),
                (SOL_NETLINK, NETLINK_LISTEN_ALL_NSID) => {
                    nsid = Some(data.cast::<i32>().read_unaligned());
                }
                _ => {}
            }
            c = libc::CMSG_NXTHDR(msg, c);
        }
    }
    (group, nsid)
}
