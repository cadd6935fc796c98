// SPDX-License-Identifier: MIT OR Apache-2.0
//! Packs: descriptions of families beside those that are built in.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::err::rnl_err;
use super::guard::{guard, guard_err};
use super::ptr::{self, Handle, handle};
use crate::error::{Error, Fault};
use crate::schema::Pack;
use crate::sys;

/// Descriptions of families that rnl-specc has compiled.
#[cfg_attr(all(), repr(C))]
pub struct rnl_pack {
    magic: u32,
    held: Held,
    /// Families that refer to it.
    users: usize,
}

handle!(rnl_pack, 0x726e_6c0f);

/// The bytes of a pack, which sockets that were told of a family of it keep when it is closed.
#[cfg_attr(all(), repr(C))]
struct Shared {
    magic: u32,
    bytes: Vec<u8>,
    holders: AtomicUsize,
}

handle!(Shared, 0x726e_6c1f);

/// One that keeps them.
pub(super) struct Held(*mut Shared);

impl Held {
    fn new(bytes: Vec<u8>) -> Result<Self, Fault> {
        let shared = Shared { magic: Shared::MAGIC, bytes, holders: AtomicUsize::new(1) };
        ptr::give(shared).map(Held)
    }

    fn shared(&self) -> &Shared {
        // SAFETY: it lives as long as anyone holds it, and changes nowhere but in its count.
        unsafe { &*self.0 }
    }

    /// Another one that keeps the same.
    fn share(&self) -> Held {
        self.shared().holders.fetch_add(1, Ordering::Relaxed);
        Held(self.0)
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.0 == other.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.shared().holders.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: this was the last that held it.
            drop(unsafe { ptr::take(self.0) });
        }
    }
}

/// More than all families there are take by far.
const LONGEST: usize = 64 << 20;

/// Reads a pack from a file.
///
/// @out   filled on success; close it with rnl_pack_close()
/// @path  name of the file
/// @err   filled on failure, if not NULL; says what is wrong with the pack
///
/// Returns 0, or
///   -EINVAL   out or path is NULL
///   -EBADMSG  the file is no pack, or is damaged
///   -EFBIG    it is longer than 64 MiB
///   -ENOMEM   no memory
///   or the errno of open(2) or read(2)
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_pack_open(
    out: *mut *mut rnl_pack,
    path: *const c_char,
    err: *mut *mut rnl_err,
) -> c_int {
    let read = || {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or a string.
        let (out, path) = unsafe { (ptr::out(out)?, ptr::c_str(path)?) };
        let bytes = sys::read_file(path, LONGEST).map_err(|errno| Error::socket(errno, "pack"))?;
        Pack::open(&bytes)?;
        let held = Held::new(bytes)?;
        *out = ptr::give(rnl_pack { magic: rnl_pack::MAGIC, held, users: 0 })?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, read) }
}

/// Closes a pack.
///
/// @pack  pack, or NULL
///
/// Returns 0, or
///   -EINVAL  pack is not a pack, or has been closed
///   -EBUSY   families of it are open
/// Threads: pack must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_pack_close(pack: *mut rnl_pack) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a pack.
        if !pack.is_null() && unsafe { ptr::get(pack) }?.users > 0 {
            return Err(Fault::InUse);
        }
        // SAFETY: the caller passes NULL or a pack that it does not use any more.
        unsafe { ptr::take(pack) }.map(|_| 0)
    })
}

/// The descriptions behind a handle, NULL for those that are built in. They live as long as the handle:
/// who keeps them says so with [`hold`].
pub(super) unsafe fn of(pack: *const rnl_pack) -> Result<Pack<'static>, Fault> {
    if pack.is_null() {
        return Ok(Pack::builtin());
    }
    // SAFETY: the caller passes a pack.
    let bytes = &unsafe { ptr::get(pack) }?.held.shared().bytes;
    // SAFETY: the bytes neither move nor change until the pack is closed, which it is not while families
    // refer to it.
    Ok(Pack::known(unsafe { core::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) }))
}

/// What keeps the bytes of a pack; nothing for those that are built in.
pub(super) unsafe fn share(pack: *const rnl_pack) -> Result<Option<Held>, Fault> {
    if pack.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller passes a pack.
    Ok(Some(unsafe { ptr::get(pack) }?.held.share()))
}

/// Counts a family that refers to the pack, or that does no more.
pub(super) unsafe fn hold(pack: *mut rnl_pack, more: bool) {
    // SAFETY: the caller passes NULL or an open pack.
    if let Ok(pack) = unsafe { ptr::get_mut(pack) } {
        pack.users = if more { pack.users.saturating_add(1) } else { pack.users.saturating_sub(1) };
    }
}
