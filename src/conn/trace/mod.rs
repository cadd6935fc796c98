// SPDX-License-Identifier: MIT OR Apache-2.0
//! A trace: what passes through a socket, written to a descriptor as it passes.

mod pcapng;
mod text;

use core::ffi::{CStr, c_int};

use super::known::Known;
use super::socket::Socket;
use crate::error::{Error, Result};
use crate::schema::Way;
use crate::sys::{self, Fd};

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line for each message, named and readable.
    Text,
    /// Datagrams in pcapng, which Wireshark reads.
    Pcapng,
}

/// Where a trace goes.
#[derive(Debug)]
pub(super) struct Trace {
    out: Fd,
    format: Format,
}

/// `1` is text to standard error, anything else the name of a file that pcapng is appended to.
const VARIABLE: &CStr = c"RNL_TRACE";

impl Trace {
    fn new(out: Fd, format: Format) -> Result<Self> {
        if format == Format::Pcapng {
            let written = sys::write_all(&out, &pcapng::head());
            written.map_err(|errno| Error::socket(errno, "trace"))?;
        }
        Ok(Trace { out, format })
    }

    /// What the environment asks for. A file that can't be written is no reason to fail.
    pub(super) fn of_environment() -> Option<Self> {
        sys::with_environment(VARIABLE, |value| match value.to_bytes() {
            b"" | b"0" => None,
            b"1" => Trace::new(Fd::borrow(libc::STDERR_FILENO), Format::Text).ok(),
            _ => Trace::new(sys::open_to_append(value).ok()?, Format::Pcapng).ok(),
        })?
    }

    /// Writes a datagram down. `false` when that failed.
    #[cold]
    fn note(&self, known: &Known, port: u32, way: Way, datagram: &[u8]) -> bool {
        let written = match self.format {
            Format::Text => text::lines(known, port, way, datagram),
            Format::Pcapng => pcapng::packet(known.protocol(), way, datagram, sys::wall_clock()),
        };
        written.is_ok_and(|bytes| sys::write_all(&self.out, &bytes).is_ok())
    }
}

impl Socket {
    /// Writes what passes from now on to `fd`, which stays the caller's; `None` ends that. A trace that
    /// can't be written ends, and nothing else fails. See `RNL_TRACE` for a program's trace.
    pub fn trace(&mut self, to: Option<(c_int, Format)>) -> Result<()> {
        self.alive()?;
        self.trace = None;
        if let Some((fd, format)) = to {
            self.trace = Some(Trace::new(Fd::borrow(fd), format)?);
        }
        Ok(())
    }
}

/// Writes a datagram to the trace, if there is one.
#[inline]
pub(super) fn note(trace: &mut Option<Trace>, known: &Known, port: u32, way: Way, datagram: &[u8]) {
    if trace.as_ref().is_some_and(|trace| !trace.note(known, port, way, datagram)) {
        *trace = None;
    }
}
