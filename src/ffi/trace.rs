// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traces.

use core::ffi::c_int;

use super::err::rnl_err;
use super::sock::{on, rnl_sock};
use crate::conn::{Socket, TraceFormat};
use crate::error::Fault;

/// No trace.
pub const RNL_TRACE_OFF: c_int = 0;
/// A line for each message, named and readable.
pub const RNL_TRACE_TEXT: c_int = 1;
/// pcapng, which Wireshark reads.
pub const RNL_TRACE_PCAPNG: c_int = 2;

/// Writes what passes through a socket from now on to a descriptor, as it passes. Without this call, the
/// environment decides: RNL_TRACE=1 is text to standard error, and any other value the name of a file that
/// pcapng is appended to; programs that run with other rights than those of who started them ignore it.
///
/// @sock    open socket
/// @fd      descriptor to write to; it stays the caller's, and must be open until the trace ends
/// @format  RNL_TRACE_TEXT, RNL_TRACE_PCAPNG, or RNL_TRACE_OFF, with which fd does not matter
/// @err     filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, or format is none of the three
///   or the errno of write(2). A trace that can't be written later ends, and nothing else fails
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_trace(
    sock: *mut rnl_sock,
    fd: c_int,
    format: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let trace = |s: &mut Socket| {
        s.trace(match format {
            RNL_TRACE_OFF => None,
            RNL_TRACE_TEXT => Some((fd, TraceFormat::Text)),
            RNL_TRACE_PCAPNG => Some((fd, TraceFormat::Pcapng)),
            _ => return Err(Fault::BadArgument.into()),
        })?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, trace) }
}
