// SPDX-License-Identifier: MIT OR Apache-2.0
//! Files.

use alloc::vec::Vec;
use core::ffi::{CStr, c_int};

use super::{Errno, Fd, call, call_int};
use crate::grow;

/// Opens a file.
pub(super) fn open(path: &CStr, flags: c_int) -> Result<Fd, Errno> {
    let mode: c_int = 0o600;
    // SAFETY: path is NUL-terminated.
    call_int(|| unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, mode) }).map(Fd::adopt)
}

/// What a file holds: EFBIG if that is more than `most` bytes.
pub(crate) fn read_file(path: &CStr, most: usize) -> Result<Vec<u8>, Errno> {
    let fd = open(path, libc::O_RDONLY)?;
    let (mut bytes, mut block) = (Vec::new(), [0u8; 4096]);
    loop {
        let (at, len) = (block.as_mut_ptr().cast(), block.len());
        // SAFETY: at has room for len bytes.
        let n = match call(|| unsafe { libc::read(fd.raw(), at, len) }) {
            Ok(0) => return Ok(bytes),
            Ok(n) => n,
            Err(libc::EINTR) => continue,
            Err(errno) => return Err(errno),
        };
        if n > most.saturating_sub(bytes.len()) {
            return Err(libc::EFBIG);
        }
        grow::append(&mut bytes, block.get(..n).unwrap_or_default()).map_err(|_| libc::ENOMEM)?;
    }
}
