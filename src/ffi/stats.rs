// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a socket counts.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::ptr;
use super::sock::{on, rnl_sock};
use crate::conn::{Socket, Stats};

/// What a socket has done since it was opened, and how its receive queue is. Set size to sizeof(struct
/// rnl_stats); later versions may append members.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_stats {
    /// sizeof(struct rnl_stats)
    pub size: usize,
    /// Datagrams received.
    pub rx_datagrams: u64,
    /// Messages read from them.
    pub rx_messages: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Datagrams sent.
    pub tx_datagrams: u64,
    /// Messages in them.
    pub tx_messages: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// How often a dump was made again because a change interrupted it.
    pub restarts: u64,
    /// How often messages were lost: the receive queue overflowed, or max_queue was reached.
    pub overruns: u64,
    /// Messages that the kernel has dropped; 0 before Linux 4.12, as are the next two.
    pub drops: u32,
    /// Bytes that what waits in the receive queue is charged with.
    pub rmem: u32,
    /// Bytes that the receive queue may be charged with.
    pub rcvbuf: u32,
    /// Requests that have not ended.
    pub in_flight: u32,
}

impl From<Stats> for rnl_stats {
    fn from(s: Stats) -> Self {
        rnl_stats {
            size: size_of::<rnl_stats>(),
            rx_datagrams: s.rx_datagrams,
            rx_messages: s.rx_messages,
            rx_bytes: s.rx_bytes,
            tx_datagrams: s.tx_datagrams,
            tx_messages: s.tx_messages,
            tx_bytes: s.tx_bytes,
            restarts: s.restarts,
            overruns: s.overruns,
            drops: s.drops,
            rmem: s.rmem,
            rcvbuf: s.rcvbuf,
            in_flight: s.in_flight,
        }
    }
}

/// What a socket has done since it was opened, and how its receive queue is.
///
/// @sock  open socket
/// @out   size says how long the caller's struct is; filled as far as that on success, with zeros in
///        members that this version does not know
///
/// Returns 0, or
///   -EINVAL  sock or out is NULL, or size is shorter than itself or above 4096
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_stats(sock: *mut rnl_sock, out: *mut rnl_stats) -> c_int {
    let stats = |s: &mut Socket| {
        // SAFETY: the caller passes NULL or a struct as long as its size says.
        unsafe { ptr::fill(out, s.stats()?.into()) }?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, null_mut(), stats) }
}
