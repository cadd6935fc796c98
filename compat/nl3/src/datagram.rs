// SPDX-License-Identifier: MIT OR Apache-2.0
//! Received datagrams, in which messages lie.

use core::ptr::null_mut;
use core::sync::atomic::{
    AtomicPtr,
    Ordering::{AcqRel, Relaxed},
};

use crate::mem;

/// A received datagram, which the messages that lie in it keep alive.
#[repr(C)]
pub(crate) struct Datagram {
    /// The messages that point into it, and the receiver while it reads on.
    pub(crate) refs: usize,
    pub(crate) bytes: *mut u8,
    /// Bytes of the mapping at whose start this lies; 0 when it is from malloc, and the bytes are, too.
    mapped: usize,
}

/// Bytes that a datagram may have whose length nobody has bounded: more than any has. What is not written to takes no
/// memory, so that this takes the place of asking how long the next one is, which costs a system call each.
pub(crate) const ROOM: usize = 1 << 20;

/// What a mapping may be cut to everywhere: the largest page there is.
const PAGE: usize = 1 << 16;

/// Bytes before those of the datagram.
const HEAD: usize = 64;

/// A mapping of the usual size that no socket needs at the moment: making one costs as much as a request, and some
/// programs have a socket for each.
static SPARE: AtomicPtr<Datagram> = AtomicPtr::new(null_mut());

impl Datagram {
    /// Takes over memory from malloc. NULL, with the memory freed, when there is no more of it.
    pub(crate) unsafe fn of(bytes: *mut u8) -> *mut Datagram {
        let datagram = mem::zalloc::<Datagram>(0);
        // SAFETY: the bytes are the caller's to give.
        unsafe {
            if datagram.is_null() {
                mem::free(bytes);
            } else {
                *datagram = Datagram { refs: 1, bytes, mapped: 0 };
            }
        }
        datagram
    }

    /// Room for a datagram of `size` bytes, which can be cut while messages point to the rest, as it could not if it were
    /// from malloc. NULL when there is no memory.
    pub(crate) fn with_room(size: usize) -> *mut Datagram {
        let mapped = pages_of(size);
        let spare = if size == ROOM { SPARE.swap(null_mut(), AcqRel) } else { null_mut() };
        let datagram = if spare.is_null() { map(mapped) } else { spare };
        // SAFETY: NULL, or a mapping that is nobody else's.
        unsafe {
            if !datagram.is_null() {
                let bytes = datagram.cast::<u8>().add(HEAD);
                *datagram = Datagram { refs: 1, bytes, mapped };
            }
        }
        datagram
    }

    /// Whether [`Datagram::with_room`] for so many bytes made it.
    pub(crate) fn has_room(&self, size: usize) -> bool {
        self.mapped == pages_of(size)
    }

    /// Gives back what is behind the first `len` bytes.
    pub(crate) fn trim(&mut self, len: usize) {
        let keep = pages_of(len);
        if keep < self.mapped {
            // SAFETY: nothing points behind the datagram's bytes.
            unsafe { libc::munmap(self.start().add(keep).cast(), self.mapped - keep) };
            self.mapped = keep;
        }
    }

    /// Gives back the memory, not the addresses, behind the first `len` bytes: longer datagrams were there before.
    pub(crate) fn cool(&mut self, len: usize) {
        // SAFETY: nothing points behind the datagram's bytes.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
            let keep = (HEAD + len).next_multiple_of(page.max(1));
            if keep < self.mapped {
                let rest = self.start().add(keep).cast();
                libc::madvise(rest, self.mapped - keep, libc::MADV_DONTNEED);
            }
        }
    }

    fn start(&mut self) -> *mut u8 {
        (&raw mut *self).cast()
    }

    /// Gives back a share; the last one frees.
    pub(crate) unsafe fn put(datagram: *mut Datagram) {
        // SAFETY: the caller holds a share.
        unsafe {
            (*datagram).refs -= 1;
            if (*datagram).refs == 0 {
                Datagram::free(datagram);
            }
        }
    }

    unsafe fn free(datagram: *mut Datagram) {
        // SAFETY: nothing points to the bytes any more, which are from malloc or in the mapping.
        unsafe {
            let mapped = (*datagram).mapped;
            if mapped == 0 {
                mem::free((*datagram).bytes);
                mem::free(datagram);
                return;
            }
            let usual = (*datagram).has_room(ROOM);
            let kept =
                usual && SPARE.compare_exchange(null_mut(), datagram, AcqRel, Relaxed).is_ok();
            if !kept {
                libc::munmap(datagram.cast(), mapped);
            }
        }
    }
}

/// Bytes of a mapping for a datagram of so many.
fn pages_of(size: usize) -> usize {
    size.saturating_add(HEAD + PAGE - 1) & !(PAGE - 1)
}

/// A new mapping, or NULL.
fn map(size: usize) -> *mut Datagram {
    let (access, kind) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping touches nothing that is there.
    let start = unsafe { libc::mmap(null_mut(), size, access, kind, -1, 0) };
    if start == libc::MAP_FAILED { null_mut() } else { start.cast() }
}
