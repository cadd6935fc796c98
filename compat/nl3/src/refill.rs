// SPDX-License-Identifier: MIT OR Apache-2.0
//! Caches and the kernel.

use core::ffi::c_int;

use crate::cache::nl_cache;
use crate::socket::nl_sock;

pub(crate) unsafe fn nl_cache_refill(_: *mut nl_sock, _: *mut nl_cache) -> c_int {
    -crate::error::NLE_OPNOTSUPP
}
