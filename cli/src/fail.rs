// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a command ends when it does not end well.

use std::fmt::Display;
use std::io;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub enum Fail {
    /// It was asked in a way that makes no sense.
    Usage(String),
    /// It was refused, or failed.
    Failed(String),
    /// It failed, and has said why.
    Told,
    /// Whoever reads the output has gone.
    Unread,
}

pub type Result<T = ()> = std::result::Result<T, Fail>;

impl Fail {
    /// It failed, for this reason.
    pub fn failed(reason: impl Display) -> Self {
        Fail::Failed(reason.to_string())
    }

    /// It was asked wrongly.
    pub fn usage(reason: impl Display) -> Self {
        Fail::Usage(reason.to_string())
    }

    /// Exit status, and what is to be said.
    pub fn end(self) -> (u8, Option<String>) {
        match self {
            Fail::Usage(reason) => (2, Some(reason)),
            Fail::Failed(reason) => (1, Some(reason)),
            Fail::Told => (1, None),
            Fail::Unread => (0, None),
        }
    }
}

impl From<rnl::Error> for Fail {
    fn from(error: rnl::Error) -> Self {
        Fail::failed(error)
    }
}

/// An error of writing to standard output.
impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Fail::Unread,
            _ => Fail::failed(format!("output: {}", system(&error))),
        }
    }
}

/// What the system said: `ENOENT: No such file or directory`.
pub fn system(error: &io::Error) -> String {
    let known = error.raw_os_error().and_then(rnl::uapi::errno::describe);
    known.map_or_else(|| error.to_string(), |(name, text)| format!("{name}: {text}"))
}

/// One line on standard error. Nothing can be done if that fails.
pub fn complain(reason: impl Display) {
    let line = format!("rnl: {reason}\n");
    _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
}
