// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets.

/// A socket.
#[repr(C)]
pub struct nl_sock {
    pub(crate) fd: core::ffi::c_int,
}
