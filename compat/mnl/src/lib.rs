// SPDX-License-Identifier: MIT OR Apache-2.0
//! libmnl.so.0 on rnl's wire floor. One file for each group of libmnl's manual; what the functions
//! promise is in `include/libmnl/libmnl.h`, where they differ from libmnl on purpose in `COVERAGE.md`.
//!
//! The functions are safe to write because [`memory`] is the only room that touches the program's
//! memory: its types come from C alone, whose contract vouches for them.
#![no_std]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attr;
mod batch;
mod callback;
mod errno;
mod memory;
mod message;
mod print;
mod put;
mod socket;
mod validate;
