// SPDX-License-Identifier: MIT OR Apache-2.0
//! Talking to the kernel: the engine, which does no I/O, and the socket that drives it.

#![forbid(unsafe_code)]
#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::arithmetic_side_effects)
)]

mod completion;
mod desk;
mod drive;
pub mod engine;
mod filter;
mod known;
mod notes;
mod options;
mod pipeline;
mod report;
mod socket;
mod stats;
mod store;
mod synced;
pub mod table;
mod together;
mod trace;

pub use completion::Completion;
pub use engine::{Engine, Event, Id, Mode, Plan, Stream};
pub use options::Options;
pub use pipeline::{Ready, Submission, Transaction};
pub(crate) use report::{refusal, unbuilt};
pub use socket::{Datagram, Notification, Socket};
pub use stats::Stats;
pub use store::{Dump, Reply};
pub use synced::{Event as TableEvent, Following, Table, What};
pub use table::{Ignore, Key, Kind, Part, Spec, Stir, Test};
pub use together::{DumpJob, dump_together};
pub use trace::Format as TraceFormat;

/// A deadline that never passes.
pub const NEVER: u64 = u64::MAX;
