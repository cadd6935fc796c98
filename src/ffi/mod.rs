// SPDX-License-Identifier: MIT OR Apache-2.0
//! The C ABI: pointers in, one call into the core, an `int` out. No logic here.
//!
//! `include/rnl/rnl.h` is made from these files; their comments are the documentation for C.

#![allow(non_camel_case_types, unreachable_pub, clippy::missing_safety_doc)]

mod attr;
mod attrs;
mod bind;
mod dump;
mod err;
mod family;
mod filter;
mod genl;
mod guard;
mod io;
mod msg;
mod open;
mod pack;
mod pipeline;
mod policy;
mod ptr;
mod put;
mod reply;
mod sock;
mod spec;
mod stats;
mod table;
mod text;
mod together;
mod trace;
mod view;

use core::ffi::{CStr, c_char};

/// The library's version, as "0.1.0".
///
/// Returns a string that lives as long as the library.
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn rnl_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}
