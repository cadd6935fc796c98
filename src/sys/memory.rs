// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory for much that is kept: one area that grows.
//!
//! The dearest part of keeping is the kernel's: a fault for every new page, and copies when the area
//! moves. A large area is therefore mapped, on an address and with advice that give it huge pages, and
//! moved by its page tables. What has not been touched of it costs nothing.

use alloc::alloc::{Layout, dealloc, realloc};
use core::ops::{Deref, DerefMut};
use core::ptr::{self, NonNull};

use super::keep_errno;
use crate::error::Fault;

/// Below so many bytes the allocator has it, above the area is mapped.
const LARGE: usize = 256 << 10;

/// The first area.
const SMALL: usize = 256;

/// A huge page, and what areas are aligned to so that they can have some.
const HUGE: usize = 2 << 20;

/// Areas from here on ask for huge pages; to a smaller one the last of them, hardly used, would cost more
/// memory than it saves time.
const HUGE_FROM: usize = 8 * HUGE;

/// What the allocator aligns to.
const ALIGNED: usize = 16;

/// A contiguous area of bytes.
pub(crate) struct Memory {
    start: NonNull<u8>,
    len: usize,
    /// Bytes there are: of the allocator below [`LARGE`], else mapped.
    size: usize,
    /// What lies behind this has never been written, and is zero.
    clean: usize,
}

// SAFETY: the area belongs to the value alone, as that of a Vec does.
unsafe impl Send for Memory {}
// SAFETY: shared references only read.
unsafe impl Sync for Memory {}

impl Memory {
    pub(crate) const fn new() -> Self {
        Memory { start: NonNull::dangling(), len: 0, size: 0, clean: 0 }
    }

    /// Appends a copy of `bytes`.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let (start, end) = (self.len, self.room(bytes.len())?);
        // SAFETY: room for so many bytes follows what there is, and they are somebody else's.
        unsafe {
            let to = self.start.as_ptr().add(start);
            ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        self.reach(end);
        Ok(())
    }

    /// Appends `n` zeros.
    #[inline]
    pub(crate) fn extend(&mut self, n: usize) -> Result<(), Fault> {
        let end = self.room(n)?;
        let written = self.clean.max(self.len).min(end);
        // SAFETY: both ends are within the area.
        unsafe { ptr::write_bytes(self.start.as_ptr().add(self.len), 0, written - self.len) };
        self.reach(end);
        Ok(())
    }

    /// Makes room for `n` more. Gives where they end.
    #[inline]
    fn room(&mut self, n: usize) -> Result<usize, Fault> {
        // A slice may not be longer; a machine of 32 bits would have the room.
        let end = self.len.checked_add(n).filter(|end| isize::try_from(*end).is_ok());
        let end = end.ok_or(Fault::NoMemory)?;
        if end > self.size {
            self.grow(end)?;
        }
        Ok(end)
    }

    /// Says that all bytes up to `end` hold something.
    #[inline]
    fn reach(&mut self, end: usize) {
        self.len = end;
        self.clean = self.clean.max(end);
    }

    /// Empties the area, and keeps it.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Makes the area hold `end` bytes or more.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) -> Result<(), Fault> {
        let size = end.max(SMALL).checked_next_power_of_two().ok_or(Fault::NoMemory)?;
        let start = match (self.size >= LARGE, size >= LARGE) {
            (false, false) => self.reallocated(size),
            (false, true) => map(size).inspect(|start| self.move_to(*start)),
            (true, _) => self.remapped(size),
        };
        self.start = start.ok_or(Fault::NoMemory)?;
        if size < LARGE {
            self.clean = size;
        } else if self.size < LARGE {
            self.clean = self.len;
        }
        self.size = size;
        Ok(())
    }

    /// The area with `size` bytes from the allocator, its contents kept.
    fn reallocated(&self, size: usize) -> Option<NonNull<u8>> {
        if self.size == 0 {
            // SAFETY: the size is not 0.
            return NonNull::new(unsafe { alloc::alloc::alloc(layout(size)?) });
        }
        // SAFETY: the area came from the allocator with this layout, and the new size is not 0.
        NonNull::new(unsafe { realloc(self.start.as_ptr(), layout(self.size)?, size) })
    }

    /// Moves what the allocator's area holds to `start`, and gives it back.
    fn move_to(&self, start: NonNull<u8>) {
        // SAFETY: the new area is larger, and another one.
        unsafe { ptr::copy_nonoverlapping(self.start.as_ptr(), start.as_ptr(), self.len) };
        self.free();
    }

    /// The mapped area with `size` bytes, at an aligned address.
    fn remapped(&self, size: usize) -> Option<NonNull<u8>> {
        let target = reserve(size)?;
        // SAFETY: the area was mapped with its size; the target is reserved, and nobody's else.
        let moved = keep_errno(|| unsafe {
            let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
            libc::mremap(self.start.as_ptr().cast(), self.size, size, flags, target.as_ptr())
        });
        // After a failure the reserved addresses may be somebody else's already: they are left alone.
        let moved = NonNull::new(moved).filter(|_| moved != libc::MAP_FAILED)?;
        advise(moved, size);
        Some(moved.cast())
    }

    fn free(&self) {
        if self.size >= LARGE {
            unmap(self.start, self.size);
        } else if let Some(layout) = layout(self.size).filter(|_| self.size > 0) {
            // SAFETY: the area came from the allocator with this layout.
            unsafe { dealloc(self.start.as_ptr(), layout) }
        }
    }
}

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, ALIGNED).ok()
}

/// A new mapped area of zeros, which is to have huge pages.
fn map(size: usize) -> Option<NonNull<u8>> {
    let start = reserve(size)?;
    // SAFETY: the range has just been reserved for this.
    let mapped = keep_errno(|| unsafe {
        let mapped = libc::mprotect(start.as_ptr(), size, libc::PROT_READ | libc::PROT_WRITE) == 0;
        advise(start, size);
        mapped
    });
    if !mapped {
        unmap(start.cast(), size);
    }
    Some(start.cast()).filter(|_| mapped)
}

/// Asks for huge pages, for what is touched from now on, if the area is large. Kernels that have none
/// refuse.
fn advise(start: NonNull<libc::c_void>, size: usize) {
    if size >= HUGE_FROM {
        // SAFETY: the area was mapped with that size; advice changes no contents.
        keep_errno(|| unsafe { libc::madvise(start.as_ptr(), size, libc::MADV_HUGEPAGE) });
    }
}

/// Addresses for `size` bytes, aligned to huge pages: as many more as that takes are taken, then given
/// back.
fn reserve(size: usize) -> Option<NonNull<libc::c_void>> {
    let all = size.checked_add(HUGE)?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping, wherever there is room.
    let start =
        keep_errno(|| unsafe { libc::mmap(ptr::null_mut(), all, libc::PROT_NONE, flags, -1, 0) });
    if start == libc::MAP_FAILED {
        return None;
    }
    let before = start.cast::<u8>().align_offset(HUGE).min(HUGE);
    let (first, area) = (start.cast::<u8>(), start.cast::<u8>().wrapping_add(before));
    unmap(NonNull::new(first)?, before);
    unmap(NonNull::new(area.wrapping_add(size))?, HUGE - before);
    NonNull::new(area.cast())
}

fn unmap(start: NonNull<u8>, size: usize) {
    if size > 0 {
        // SAFETY: the range was mapped here, and nothing refers to it any more.
        keep_errno(|| unsafe { libc::munmap(start.as_ptr().cast(), size) });
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

impl Deref for Memory {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        // SAFETY: so many bytes of the area have been written or are zero.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Memory {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for deref, and the area is borrowed mutably.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl core::fmt::Debug for Memory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Memory").field("len", &self.len).field("size", &self.size).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes on both sides of every way to grow.
    const STEPS: [usize; 6] = [1, SMALL, 5000, LARGE - 1, LARGE + 1, 9 * LARGE];

    #[test]
    fn what_was_appended_stays_when_the_area_moves() {
        let mut memory = Memory::new();
        let pattern: Vec<u8> = (0..=250).cycle().take(STEPS[5]).collect();
        for len in STEPS {
            memory.append(&pattern[memory.len()..len]).unwrap();
            assert_eq!(&memory[..], &pattern[..len]);
        }
        assert_eq!(memory.start.as_ptr().align_offset(HUGE), 0);
    }

    #[test]
    fn what_is_extended_is_zero_also_where_something_was_before() {
        for len in STEPS {
            let mut memory = Memory::new();
            memory.append(&vec![7; len]).unwrap();
            memory.clear();
            memory.extend(len + 10).unwrap();
            assert!(memory.len() == len + 10 && memory.iter().all(|b| *b == 0), "{len}");
        }
    }

    #[test]
    fn too_much_is_refused_and_nothing_lost() {
        let mut memory = Memory::new();
        for len in STEPS {
            memory.extend(len).unwrap();
            assert_eq!(memory.extend(usize::MAX >> 1), Err(Fault::NoMemory));
            assert_eq!(memory.extend(usize::MAX), Err(Fault::NoMemory));
        }
        assert_eq!(memory.len(), STEPS.iter().sum::<usize>());
    }
}
