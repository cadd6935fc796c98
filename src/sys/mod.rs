// SPDX-License-Identifier: MIT OR Apache-2.0
//! The system calls: the one room below the C ABI where `unsafe` lives. Errors are positive errno
//! values; the caller's `errno` is left as it was.

mod buffer;
mod file;
mod memory;
mod netns;
#[cfg(feature = "runtime")]
mod runtime;
mod socket;
mod threads;
mod trace;

pub(crate) use buffer::Buffer;
pub(crate) use file::read_file;
pub(crate) use memory::Memory;
pub use netns::netns_open;
pub(crate) use netns::socket_in;
pub(crate) use socket::{Address, Received, SocketMemory};
pub use socket::{Fd, Filter};
pub(crate) use threads::side_by_side;
pub(crate) use trace::{open_to_append, wall_clock, with_environment, write_all};

use core::ffi::{CStr, c_char, c_int, c_void};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Readable, for poll(2).
pub(crate) const POLLIN: c_int = libc::POLLIN as c_int;

/// A positive errno.
pub(crate) type Errno = i32;

/// Runs a system call that returns -1 on failure.
fn call(f: impl FnOnce() -> isize) -> Result<usize, Errno> {
    let before = swap_errno(None);
    usize::try_from(f()).map_err(|_| swap_errno(Some(before)))
}

/// The caller's `errno`, which becomes `new`.
#[inline(never)]
fn swap_errno(new: Option<Errno>) -> Errno {
    // SAFETY: the location of this thread's errno is always valid.
    let errno = unsafe { &mut *libc::__errno_location() };
    let before = *errno;
    *errno = new.unwrap_or(before);
    before
}

/// Runs something that may leave its mark in the caller's `errno`, which stays as it was.
fn keep_errno<T>(f: impl FnOnce() -> T) -> T {
    let before = swap_errno(None);
    let result = f();
    swap_errno(Some(before));
    result
}

/// As [`call`], for calls that return an `int`.
fn call_int(f: impl FnOnce() -> c_int) -> Result<c_int, Errno> {
    call(|| f() as isize).map(|n| n as c_int)
}

unsafe extern "C" {
    fn inet_pton(family: c_int, text: *const c_char, address: *mut c_void) -> c_int;
}

/// An IPv4 or IPv6 address from its text. (The parser of core can panic, as far as the linker sees.)
pub(crate) fn parse_ip(text: &CStr) -> Option<IpAddr> {
    let (mut v4, mut v6) = ([0u8; 4], [0u8; 16]);
    // SAFETY: text is NUL-terminated, and the arrays have the sizes of the families.
    unsafe {
        if inet_pton(libc::AF_INET, text.as_ptr(), v4.as_mut_ptr().cast()) == 1 {
            return Some(Ipv4Addr::from(v4).into());
        }
        let found = inet_pton(libc::AF_INET6, text.as_ptr(), v6.as_mut_ptr().cast()) == 1;
        found.then(|| Ipv6Addr::from(v6).into())
    }
}

/// Nanoseconds of CLOCK_MONOTONIC.
pub(crate) fn now() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: t is a timespec; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut t) };
    (t.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec as u64)
}
