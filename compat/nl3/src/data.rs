// SPDX-License-Identifier: MIT OR Apache-2.0
//! Abstract data: bytes with a length.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len};
use crate::error::NLE_NOMEM;
use crate::mem;

#[repr(C)]
pub struct nl_data {
    pub(crate) size: usize,
    pub(crate) bytes: *mut c_void,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_data_alloc(from: *const c_void, size: usize) -> *mut nl_data {
    let data = mem::zalloc::<nl_data>(0);
    // SAFETY: `from` is NULL or has `size` bytes; the data is NULL or new.
    unsafe {
        if data.is_null() {
            return data;
        }
        let bytes =
            if from.is_null() { libc::calloc(1, size.max(1)) } else { mem::copy(from, size) };
        if bytes.is_null() {
            mem::free(data);
            return null_mut();
        }
        *data = nl_data { size, bytes };
    }
    data
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_data_alloc_attr(nla: *const nlattr) -> *mut nl_data {
    // SAFETY: the attribute is whole.
    unsafe { nl_data_alloc(nla_data(nla), nla_len(&*nla).max(0) as usize) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_data_clone(from: &nl_data) -> *mut nl_data {
    // SAFETY: data has its bytes.
    unsafe { nl_data_alloc(from.bytes, from.size) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_data_append(
    data: &mut nl_data,
    from: *const c_void,
    size: usize,
) -> c_int {
    if size == 0 {
        return 0;
    }
    // SAFETY: the bytes are from malloc; `from` is NULL or has `size` bytes.
    unsafe {
        let bytes = libc::realloc(data.bytes, data.size.saturating_add(size));
        if bytes.is_null() {
            return -NLE_NOMEM;
        }
        data.bytes = bytes;
        let end = bytes.byte_add(data.size);
        if from.is_null() {
            libc::memset(end, 0, size);
        } else {
            libc::memcpy(end, from, size);
        }
        data.size += size;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_data_free(data: *mut nl_data) {
    // SAFETY: NULL, or data that is not used again.
    unsafe {
        if !data.is_null() {
            mem::free((*data).bytes);
            mem::free(data);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_data_get(data: &nl_data) -> *mut c_void {
    if data.size > 0 { data.bytes } else { null_mut() }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_data_get_size(data: &nl_data) -> usize {
    data.size
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_data_cmp(a: &nl_data, b: &nl_data) -> c_int {
    if a.size != b.size {
        return a.size.wrapping_sub(b.size) as c_int;
    }
    // SAFETY: both have `size` bytes.
    unsafe { libc::memcmp(a.bytes, b.bytes, a.size) }
}
