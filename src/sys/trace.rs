// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a trace needs of the system.

use core::ffi::CStr;

use super::{Errno, Fd, call, file};

/// Nanoseconds since 1970.
pub(crate) fn wall_clock() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: t is a timespec; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut t) };
    (t.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(t.tv_nsec as u64)
}

/// Writes all of `bytes`: in one piece, unless the file takes only a part.
pub(crate) fn write_all(fd: &Fd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let (at, len) = (bytes.as_ptr().cast(), bytes.len());
        // SAFETY: at points to len bytes.
        match call(|| unsafe { libc::write(fd.raw(), at, len) }) {
            Ok(0) => return Err(libc::ENOSPC),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(libc::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Opens a file to append to it.
pub(crate) fn open_to_append(path: &CStr) -> Result<Fd, Errno> {
    file::open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND)
}

/// Shows `f` the value of an environment variable. There is none for programs that run with other rights
/// than those of who started them.
pub(crate) fn with_environment<T>(name: &CStr, f: impl FnOnce(&CStr) -> T) -> Option<T> {
    // SAFETY: no pointers.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return None;
    }
    // SAFETY: name is NUL-terminated; the value is read before anything else can change it, as far as
    // the program keeps to one thread while it changes its environment.
    let value = unsafe { libc::getenv(name.as_ptr()).as_ref() }?;
    // SAFETY: values of the environment are NUL-terminated.
    Some(f(unsafe { CStr::from_ptr(value) }))
}
