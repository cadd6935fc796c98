// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory as libnl's contract has it: from malloc, zeroed, NULL when there is none.

use core::ffi::{c_char, c_void};
use core::ptr::null_mut;

/// Up to here malloc has what a thread has just freed at hand, which calloc of older C libraries does not use.
const SMALL: usize = 1024;

/// A zeroed `T` with `more` bytes behind it, or NULL. Every type it is used for may be all zeros.
pub(crate) fn zalloc<T>(more: usize) -> *mut T {
    let size = size_of::<T>().saturating_add(more);
    // SAFETY: both take any size; what malloc gave has so many bytes.
    unsafe {
        if size > SMALL {
            return libc::calloc(1, size).cast();
        }
        // The compiler would make a calloc of it.
        let memory = core::hint::black_box(libc::malloc(size));
        if memory.is_null() { null_mut() } else { libc::memset(memory, 0, size).cast() }
    }
}

/// A copy of `len` bytes, or NULL.
pub(crate) unsafe fn copy(from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: malloc takes any size; `from` has `len` bytes, by the caller's promise.
    unsafe {
        let to = libc::malloc(len.max(1));
        if !to.is_null() && len > 0 {
            libc::memcpy(to, from, len);
        }
        to
    }
}

/// Memory for `count` of what `from` points to, which keeps what it holds; NULL leaves `from` as it is.
pub(crate) unsafe fn resize<T>(from: *mut T, count: usize) -> *mut T {
    let size = count.saturating_mul(size_of::<T>());
    // SAFETY: `from` is NULL or came from malloc, by the caller's promise.
    unsafe { libc::realloc(from.cast(), size) }.cast()
}

/// Gives back what [`zalloc`], [`copy`] or the caller's malloc gave. NULL is fine.
pub(crate) unsafe fn free<T>(what: *mut T) {
    // SAFETY: it came from malloc and is not used again, by the caller's promise.
    unsafe { libc::free(what.cast()) }
}

/// Replaces the string in `slot` by a copy of `text`, which may be NULL. False when there is no memory.
pub(crate) unsafe fn set_str(slot: &mut *mut c_char, text: *const c_char) -> bool {
    // SAFETY: the slot is NULL or owns its string; text is NULL or a string.
    unsafe {
        let new = if text.is_null() { null_mut() } else { libc::strdup(text) };
        free(*slot);
        *slot = new;
        text.is_null() || !new.is_null()
    }
}

/// Copies a string into a field of fixed size, cut to fit and always terminated.
pub(crate) unsafe fn set_text(field: &mut [c_char], text: *const c_char) {
    field.fill(0);
    let room = field.len().saturating_sub(1);
    // SAFETY: at most the field without its last byte is written; text is a string.
    unsafe { libc::strncpy(field.as_mut_ptr(), text, room) };
}
