// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a socket is opened.

use core::ffi::c_int;

/// How to open a socket. The defaults are right for most.
#[derive(Clone, Debug)]
pub struct Options {
    /// SOCK_DGRAM instead of SOCK_RAW; netlink makes no difference.
    pub dgram: bool,
    /// Leave the descriptor open in programs that this one executes.
    pub no_cloexec: bool,
    /// O_NONBLOCK, for programs that use the descriptor themselves; rnl does not need it.
    pub nonblock: bool,
    /// Ask for extended acknowledgements.
    pub ext_ack: bool,
    /// Ask the kernel not to repeat failed requests: rnl keeps its own copy.
    pub cap_ack: bool,
    /// Ask for strict checking of dump requests, which also turns on the kernel's filters.
    pub strict: bool,
    /// Take datagrams from anybody, not from the kernel alone. Always on for NETLINK_USERSOCK.
    pub any_sender: bool,
    /// A descriptor of the network namespace to open the socket in.
    pub netns: Option<c_int>,
    /// Port id; 0 lets the kernel pick one.
    pub port: u32,
    /// Bytes of the kernel's receive queue; 0 leaves it until a group is joined, then asks for 8 MiB.
    pub rcvbuf: u32,
    /// Bytes of the kernel's send queue, which bounds a request; 0 leaves it.
    pub sndbuf: u32,
    /// Bytes of one datagram that can be received. The memory is used only as far as datagrams need it.
    pub max_datagram: usize,
    /// Bytes of notifications kept while something else is waited for.
    pub max_queue: usize,
    /// Bytes of a reply or of a consistent dump.
    pub max_result: usize,
    /// Bytes of requests that were submitted and have not ended, and of completions not taken.
    pub max_pending: usize,
    /// Bytes of a table's objects.
    pub max_table: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            dgram: false,
            no_cloexec: false,
            nonblock: false,
            ext_ack: true,
            cap_ack: true,
            strict: true,
            any_sender: false,
            netns: None,
            port: 0,
            rcvbuf: 0,
            sndbuf: 0,
            max_datagram: 256 << 10,
            max_queue: 8 << 20,
            max_result: 1 << 30,
            max_pending: 64 << 20,
            max_table: 1 << 30,
        }
    }
}
