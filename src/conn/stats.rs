// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a socket has done and how its queue is.

use super::socket::Socket;
use crate::error::{Error, Result};
use crate::sys::SocketMemory;
use crate::wire::Messages;

/// What a socket counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
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
    /// How often messages were lost: the receive queue overflowed, or the queue of notifications did.
    pub overruns: u64,
    /// Messages the kernel has dropped. 0 before Linux 4.12, as are the next two.
    pub drops: u32,
    /// Bytes that what waits in the receive queue is charged with.
    pub rmem: u32,
    /// Bytes the receive queue may be charged with.
    pub rcvbuf: u32,
    /// Requests that have not ended.
    pub in_flight: u32,
}

impl Stats {
    #[inline]
    pub(super) fn received(&mut self, bytes: usize) {
        self.rx_datagrams = self.rx_datagrams.wrapping_add(1);
        self.rx_bytes = self.rx_bytes.wrapping_add(bytes as u64);
    }

    #[inline(always)]
    pub(super) fn read(&mut self, messages: usize) {
        self.rx_messages = self.rx_messages.wrapping_add(messages as u64);
    }

    pub(super) fn sent(&mut self, datagram: &[u8]) {
        self.tx_datagrams = self.tx_datagrams.wrapping_add(1);
        self.tx_messages = self.tx_messages.wrapping_add(Messages::new(datagram).count() as u64);
        self.tx_bytes = self.tx_bytes.wrapping_add(datagram.len() as u64);
    }

    pub(super) fn restarted(&mut self) {
        self.restarts = self.restarts.wrapping_add(1);
    }

    pub(super) fn overran(&mut self) {
        self.overruns = self.overruns.wrapping_add(1);
    }
}

impl Socket {
    /// What the socket has done since it was opened, and how its receive queue is.
    pub fn stats(&self) -> Result<Stats> {
        self.alive()?;
        let memory = match self.fd.memory() {
            Ok(memory) => memory,
            Err(libc::ENOPROTOOPT) => SocketMemory::default(),
            Err(errno) => return Err(Error::socket(errno, "stats")),
        };
        let counted = &self.desk.stats;
        Ok(Stats {
            overruns: counted.overruns.wrapping_add(self.desk.notes.overruns()),
            drops: memory.drops,
            rmem: memory.received,
            rcvbuf: memory.queue,
            in_flight: u32::try_from(self.desk.engine.in_flight()).unwrap_or(u32::MAX),
            ..*counted
        })
    }
}
