// SPDX-License-Identifier: MIT OR Apache-2.0
//! What std would bring: an allocator and a panic handler, both on libc.

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;

struct Malloc;

/// What malloc aligns to on every platform of Linux.
const ALIGNED: usize = 2 * size_of::<usize>();

// SAFETY: malloc and its kin give what GlobalAlloc asks for; larger alignments go to posix_memalign.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNED {
            // SAFETY: malloc takes any size.
            return unsafe { libc::malloc(layout.size()) }.cast();
        }
        let mut out = core::ptr::null_mut();
        // SAFETY: the alignment is a power of two and a multiple of the size of a pointer.
        let failed = unsafe { libc::posix_memalign(&mut out, layout.align(), layout.size()) };
        if failed == 0 { out.cast() } else { core::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, _: Layout) {
        // SAFETY: ptr came from malloc or posix_memalign.
        unsafe { libc::free(ptr.cast()) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNED {
            // SAFETY: ptr came from malloc.
            return unsafe { libc::realloc(ptr.cast(), size) }.cast();
        }
        // SAFETY: the caller's layout is valid for the new size too.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks hold the shorter of the two sizes.
            unsafe {
                core::ptr::copy_nonoverlapping(ptr, new, layout.size().min(size));
                self.dealloc(ptr, layout);
            }
        }
        new
    }
}

#[global_allocator]
static ALLOCATOR: Malloc = Malloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: abort returns to nobody.
    unsafe { libc::abort() }
}

/// Debug builds of core refer to it although panics abort.
#[cfg(debug_assertions)]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
