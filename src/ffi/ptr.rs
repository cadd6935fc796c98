// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every raw pointer of the C ABI is followed here and nowhere else.

use alloc::alloc::{Layout, alloc};
use alloc::boxed::Box;
use core::ffi::{CStr, c_char};

use crate::error::Fault;

/// Something a C caller holds by an opaque pointer. It begins with a number that tells it from other
/// handles and from freed ones: `#[cfg_attr(all(), repr(C))]` keeps the number in front, while cbindgen,
/// which looks for a plain `repr(C)`, leaves the struct opaque.
pub(super) trait Handle: Sized {
    const MAGIC: u32;
}

/// Makes a struct whose first field is `magic` a [`Handle`].
macro_rules! handle {
    ($name:ident, $magic:literal) => {
        impl $crate::ffi::ptr::Handle for $name {
            const MAGIC: u32 = $magic;
        }
        const _: () = assert!(core::mem::offset_of!($name, magic) == 0);
    };
}
pub(super) use handle;

#[inline(always)]
fn check<T: Handle>(p: *const T) -> Result<(), Fault> {
    if p.is_null() {
        return Err(Fault::BadArgument);
    }
    // SAFETY: the pointer came from `give`, or the caller breaks the contract in a way that can't be
    // detected; a freed handle is told by its number for as long as its memory is not used again.
    // What has the number is aligned, since `give` made it.
    let magic = unsafe { p.cast::<u32>().read_unaligned() };
    if magic == T::MAGIC { Ok(()) } else { Err(Fault::BadArgument) }
}

/// The handle, to read it.
#[inline]
pub(super) unsafe fn get<'a, T: Handle>(p: *const T) -> Result<&'a T, Fault> {
    check(p)?;
    // SAFETY: checked; the caller promises that nobody frees or changes it meanwhile.
    Ok(unsafe { &*p })
}

/// The handle, to change it.
#[inline]
pub(super) unsafe fn get_mut<'a, T: Handle>(p: *mut T) -> Result<&'a mut T, Fault> {
    check(p)?;
    // SAFETY: checked; the caller promises that nobody else uses it meanwhile.
    Ok(unsafe { &mut *p })
}

/// Moves a handle to the heap and gives it to the caller.
pub(super) fn give<T: Handle>(handle: T) -> Result<*mut T, Fault> {
    // SAFETY: a handle is not empty.
    let p = unsafe { alloc(Layout::new::<T>()) }.cast::<T>();
    if p.is_null() {
        return Err(Fault::NoMemory);
    }
    // SAFETY: p is fresh memory of the right size and alignment.
    unsafe { p.write(handle) };
    Ok(p)
}

/// Takes a handle back from the caller. NULL gives `None`.
pub(super) unsafe fn take<T: Handle>(p: *mut T) -> Result<Option<Box<T>>, Fault> {
    if p.is_null() {
        return Ok(None);
    }
    check(p)?;
    // SAFETY: checked; the number is wiped before the memory goes, so that a second free is noticed.
    unsafe {
        p.cast::<u32>().write_volatile(0);
        Ok(Some(Box::from_raw(p)))
    }
}

/// What the caller points to, to read it.
pub(super) unsafe fn read<'a, T>(p: *const T) -> Result<&'a T, Fault> {
    // SAFETY: the caller passes NULL or a valid pointer.
    unsafe { p.as_ref() }.ok_or(Fault::BadArgument)
}

/// Where the caller wants a result.
pub(super) unsafe fn out<'a, T>(p: *mut T) -> Result<&'a mut T, Fault> {
    // SAFETY: the caller passes NULL or a valid pointer.
    unsafe { p.as_mut() }.ok_or(Fault::BadArgument)
}

/// Bytes of the caller. NULL is allowed where there are none.
pub(super) unsafe fn slice<'a, T>(p: *const T, len: usize) -> Result<&'a [T], Fault> {
    if len == 0 {
        return Ok(&[]);
    }
    if p.is_null() || !p.is_aligned() || len > isize::MAX as usize / size_of::<T>() {
        return Err(Fault::BadArgument);
    }
    // SAFETY: the caller passes len readable elements.
    Ok(unsafe { core::slice::from_raw_parts(p, len) })
}

/// Room of the caller.
pub(super) unsafe fn slice_mut<'a, T>(p: *mut T, len: usize) -> Result<&'a mut [T], Fault> {
    if len == 0 {
        return Ok(&mut []);
    }
    if p.is_null() || !p.is_aligned() || len > isize::MAX as usize / size_of::<T>() {
        return Err(Fault::BadArgument);
    }
    // SAFETY: the caller passes len writable elements.
    Ok(unsafe { core::slice::from_raw_parts_mut(p, len) })
}

/// A string of the caller.
pub(super) unsafe fn c_str<'a>(p: *const c_char) -> Result<&'a CStr, Fault> {
    if p.is_null() {
        return Err(Fault::BadArgument);
    }
    // SAFETY: the caller passes a NUL-terminated string.
    Ok(unsafe { CStr::from_ptr(p) })
}

/// A string of the caller, without its NUL.
pub(super) unsafe fn bytes<'a>(p: *const c_char) -> Result<&'a [u8], Fault> {
    // SAFETY: as above.
    unsafe { c_str(p) }.map(CStr::to_bytes)
}

/// A string of the caller as text.
pub(super) unsafe fn text<'a>(p: *const c_char) -> Result<&'a str, Fault> {
    // SAFETY: as above.
    let bytes = unsafe { bytes(p) }?;
    core::str::from_utf8(bytes).map_err(|_| Fault::BadArgument)
}

/// A struct of the caller that begins with its size. What an older caller's lacks is zero; a newer one's
/// may hold nothing but zeros where this library knows no fields.
///
/// # Safety
///
/// `p` is NULL or points to a struct of the size it says. `T` is `repr(C)`, begins with a `usize`, and may
/// hold any bits.
pub(super) unsafe fn sized<T: Copy>(p: *const T) -> Result<T, Fault> {
    // SAFETY: every version of the struct begins with its size.
    let size = *unsafe { read(p.cast::<usize>()) }?;
    // SAFETY: the caller's struct has the size it says.
    let bytes = unsafe { slice(p.cast::<u8>(), size) }?;
    let unknown = bytes.get(size_of::<T>()..).unwrap_or_default();
    if !(size_of::<usize>()..=4096).contains(&size) || unknown.iter().any(|&b| b != 0) {
        return Err(Fault::BadArgument);
    }
    let mut known = core::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: the shorter of the two lengths is within both; T may hold any bits.
    unsafe {
        let len = size.min(size_of::<T>());
        core::ptr::copy_nonoverlapping(p.cast::<u8>(), known.as_mut_ptr().cast::<u8>(), len);
        Ok(known.assume_init())
    }
}

/// Fills a struct of the caller that begins with its size: as far as it goes, with zeros where it goes
/// further. The size stays the caller's.
///
/// # Safety
///
/// As for [`sized`], to write to.
pub(super) unsafe fn fill<T: Copy>(to: *mut T, value: T) -> Result<(), Fault> {
    const FIRST: usize = size_of::<usize>();
    // SAFETY: the caller passes NULL or a struct that begins with its size.
    let size = *unsafe { read(to.cast::<usize>()) }?;
    if !(FIRST..=4096).contains(&size) {
        return Err(Fault::BadArgument);
    }
    let known = size.min(size_of::<T>());
    let from = (&raw const value).cast::<u8>();
    // SAFETY: both hold the bytes up to `known`, and the caller's go on up to `size`.
    unsafe {
        let to = to.cast::<u8>();
        to.add(FIRST).copy_from_nonoverlapping(from.add(FIRST), known - FIRST);
        to.add(known).write_bytes(0, size - known);
    }
    Ok(())
}
