// SPDX-License-Identifier: MIT OR Apache-2.0
//! Received datagrams, in which messages lie.

use core::ptr::null_mut;

use crate::mem;

/// A received datagram, which the messages that lie in it keep alive.
#[repr(C)]
pub(crate) struct Datagram {
    /// The messages that point into it, and the receiver while it reads on.
    pub(crate) refs: usize,
    pub(crate) bytes: *mut u8,
    /// Bytes of a mapping of its own; 0 when it is from malloc.
    mapped: usize,
}

/// What a mapping may be cut to everywhere: the largest page there is.
const PAGE: usize = 1 << 16;

impl Datagram {
    /// Takes over memory from malloc. NULL, with the memory freed, when there is no more of it.
    pub(crate) unsafe fn of(bytes: *mut u8) -> *mut Datagram {
        // SAFETY: as for `own`.
        unsafe { Datagram::own(bytes, 0) }
    }

    /// Room for a datagram of `size` bytes. What is not written to takes no memory, and what is too much
    /// can be given back while messages point to the rest, as it could not if it were from malloc. NULL
    /// when there is no memory.
    pub(crate) fn with_room(size: usize) -> *mut Datagram {
        let size = whole_pages(size);
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping touches nothing that is there; it is ours to give.
        unsafe {
            let bytes = libc::mmap(null_mut(), size, access, kind, -1, 0);
            if bytes == libc::MAP_FAILED {
                return null_mut();
            }
            Datagram::own(bytes.cast(), size)
        }
    }

    unsafe fn own(bytes: *mut u8, mapped: usize) -> *mut Datagram {
        let datagram = mem::zalloc::<Datagram>(0);
        let it = Datagram { refs: 1, bytes, mapped };
        // SAFETY: the bytes are the caller's to give.
        unsafe {
            if datagram.is_null() {
                it.free();
            } else {
                *datagram = it;
            }
        }
        datagram
    }

    /// Whether [`Datagram::with_room`] for so many bytes made it.
    pub(crate) fn has_room(&self, size: usize) -> bool {
        self.mapped == whole_pages(size)
    }

    /// Gives back what is behind the first `len` bytes.
    pub(crate) fn trim(&mut self, len: usize) {
        let keep = whole_pages(len);
        if keep < self.mapped {
            // SAFETY: nothing points behind the datagram's bytes.
            unsafe { libc::munmap(self.bytes.add(keep).cast(), self.mapped - keep) };
            self.mapped = keep;
        }
    }

    /// Gives back the memory, not the addresses, behind the first `len` bytes: longer datagrams were there before.
    pub(crate) fn cool(&self, len: usize) {
        // SAFETY: nothing points behind the datagram's bytes.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
            let keep = len.next_multiple_of(page.max(1));
            if keep < self.mapped {
                let rest = self.bytes.add(keep).cast();
                libc::madvise(rest, self.mapped - keep, libc::MADV_DONTNEED);
            }
        }
    }

    /// Gives back a share; the last one frees.
    pub(crate) unsafe fn put(datagram: *mut Datagram) {
        // SAFETY: the caller holds a share.
        unsafe {
            (*datagram).refs -= 1;
            if (*datagram).refs == 0 {
                (*datagram).free();
                mem::free(datagram);
            }
        }
    }

    unsafe fn free(&self) {
        // SAFETY: the bytes are a mapping or from malloc, and nothing points to them any more.
        unsafe {
            if self.mapped > 0 {
                libc::munmap(self.bytes.cast(), self.mapped);
            } else {
                mem::free(self.bytes);
            }
        }
    }
}

fn whole_pages(size: usize) -> usize {
    size.max(1).saturating_add(PAGE - 1) & !(PAGE - 1)
}
