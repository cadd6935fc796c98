// SPDX-License-Identifier: MIT OR Apache-2.0
//! Network namespaces: opening them, and opening a socket inside one without moving the caller's thread.
//!
//! A socket belongs to the namespace of the task that makes it. A short-lived child, which borrows the
//! caller's memory as vfork(2) does, enters the namespace, makes the socket and passes it back over a
//! socket pair: the caller's threads never leave their namespace, not even for a moment.

use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_void};
use core::mem::{size_of, zeroed};
use core::ptr::null_mut;

use super::{Errno, Fd, call, call_int};
use crate::grow;

/// Opens a namespace by pid (`"1"`), by name as `ip netns` makes them (`"blue"`) or by path.
pub fn netns_open(which: &str) -> Result<Fd, Errno> {
    let is_pid = !which.is_empty() && which.bytes().all(|b| b.is_ascii_digit());
    let parts = match which {
        "" => return Err(libc::EINVAL),
        _ if is_pid => ["/proc/", which, "/ns/net"],
        _ if which.contains('/') => [which, "", ""],
        _ => ["/run/netns/", which, ""],
    };
    open(&path(&parts)?)
}

/// The parts as one NUL-terminated path.
fn path(parts: &[&str]) -> Result<Vec<u8>, Errno> {
    let mut path = Vec::new();
    for part in parts.iter().copied().chain(["\0"]) {
        grow::append(&mut path, part.as_bytes()).map_err(|_| libc::ENOMEM)?;
    }
    Ok(path)
}

fn open(path: &[u8]) -> Result<Fd, Errno> {
    let path = CStr::from_bytes_with_nul(path).map_err(|_| libc::EINVAL)?;
    // SAFETY: path is NUL-terminated.
    call_int(|| unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) })
        .map(Fd::adopt)
}

/// What the child is to do, and where it reports.
struct Job {
    netns: c_int,
    kind: c_int,
    protocol: c_int,
    report: c_int,
}

/// A netlink socket in the namespace `netns` refers to.
pub(crate) fn socket_in(netns: c_int, kind: c_int, protocol: c_int) -> Result<Fd, Errno> {
    let (ours, theirs) = pair()?;
    let job = Job { netns, kind, protocol, report: theirs.raw() };
    let child = spawn(&job)?;
    drop(theirs);
    let answer = receive_fd(&ours, kind & libc::SOCK_CLOEXEC != 0);
    reap(child);
    answer
}

fn pair() -> Result<(Fd, Fd), Errno> {
    let mut ends = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: ends has room for two descriptors.
    call_int(|| unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) })?;
    Ok((Fd::adopt(ends[0]), Fd::adopt(ends[1])))
}

/// Starts the child and waits until it has done its job: CLONE_VFORK suspends the calling thread.
fn spawn(job: &Job) -> Result<c_int, Errno> {
    const STACK: usize = 32 << 10;
    let mut stack: Vec<u128> = Vec::new();
    stack.try_reserve_exact(STACK / size_of::<u128>()).map_err(|_| libc::ENOMEM)?;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK;
    without_signals(|| {
        // SAFETY: the stack is ours, aligned and grows down from its end; job outlives the child, since
        // CLONE_VFORK returns only when the child has exited.
        call_int(|| unsafe {
            let top = stack.as_mut_ptr().cast::<u8>().add(STACK);
            libc::clone(child, top.cast(), flags, (&raw const *job).cast_mut().cast())
        })
    })
}

/// A signal handler that ran in the child would run in the parent's memory: block all of them.
pub(super) fn without_signals<T>(f: impl FnOnce() -> T) -> T {
    // SAFETY: the sets are local; a signal set may be zeroed before it is filled.
    unsafe {
        let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = f();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, null_mut());
        result
    }
}

/// The child: system calls only, as the parent's memory is borrowed.
extern "C" fn child(job: *mut c_void) -> c_int {
    // SAFETY: spawn passes a live Job.
    let job = unsafe { &*job.cast::<Job>() };
    // SAFETY: no pointers.
    let made = call_int(|| unsafe { libc::setns(job.netns, libc::CLONE_NEWNET) })
        .and_then(|_| Fd::socket(job.kind, job.protocol));
    let sent = match &made {
        Ok(fd) => send_fd(job.report, 0, Some(fd.raw())),
        Err(errno) => send_fd(job.report, *errno, None),
    };
    sent.is_err().into()
}

/// Room for one control message with one descriptor.
type Control = [u64; 4];

/// A message of one error number and the control buffer.
fn message(iov: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
    // SAFETY: all zeros is a msghdr.
    let mut msg: libc::msghdr = unsafe { zeroed() };
    (msg.msg_iov, msg.msg_iovlen) = (iov, 1);
    (msg.msg_control, msg.msg_controllen) = ((&raw mut *control).cast(), size_of::<Control>() as _);
    msg
}

fn send_fd(to: c_int, errno: Errno, fd: Option<c_int>) -> Result<usize, Errno> {
    let mut errno = errno;
    let mut iov = libc::iovec { iov_base: (&raw mut errno).cast(), iov_len: size_of::<Errno>() };
    let mut control: Control = [0; 4];
    let mut msg = message(&mut iov, &mut control);
    match fd {
        // SAFETY: control has room for one header and one descriptor.
        Some(fd) => unsafe {
            let c = libc::CMSG_FIRSTHDR(&msg);
            ((*c).cmsg_level, (*c).cmsg_type) = (libc::SOL_SOCKET, libc::SCM_RIGHTS);
            (*c).cmsg_len = libc::CMSG_LEN(size_of::<c_int>() as u32) as _;
            libc::CMSG_DATA(c).cast::<c_int>().write_unaligned(fd);
            msg.msg_controllen = libc::CMSG_SPACE(size_of::<c_int>() as u32) as _;
        },
        None => (msg.msg_control, msg.msg_controllen) = (null_mut(), 0),
    }
    // SAFETY: msg describes live buffers.
    call(|| unsafe { libc::sendmsg(to, &msg, libc::MSG_NOSIGNAL) })
}

fn receive_fd(from: &Fd, close_on_exec: bool) -> Result<Fd, Errno> {
    let mut errno: Errno = libc::EIO;
    let mut iov = libc::iovec { iov_base: (&raw mut errno).cast(), iov_len: size_of::<Errno>() };
    let mut control: Control = [0; 4];
    let mut msg = message(&mut iov, &mut control);
    let flags = if close_on_exec { libc::MSG_CMSG_CLOEXEC } else { 0 };
    // SAFETY: msg describes live buffers of the lengths given.
    while let Err(e) = call(|| unsafe { libc::recvmsg(from.raw(), &mut msg, flags) }) {
        if e != libc::EINTR {
            return Err(e);
        }
    }
    // SAFETY: the kernel filled the control buffer; a descriptor in it is ours from now on.
    unsafe {
        let c = libc::CMSG_FIRSTHDR(&msg);
        if c.is_null() {
            Err(errno)
        } else {
            Ok(Fd::adopt(libc::CMSG_DATA(c).cast::<c_int>().read_unaligned()))
        }
    }
}

/// Collects the child, which signals nobody when it exits: __WALL finds it all the same.
fn reap(child: c_int) {
    // SAFETY: the status is not asked for.
    while call_int(|| unsafe { libc::waitpid(child, null_mut(), libc::__WALL) }) == Err(libc::EINTR)
    {
    }
}
