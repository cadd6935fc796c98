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

mod desk;
mod drive;
pub mod engine;
mod notes;
mod options;
mod report;
mod socket;
mod store;

pub use engine::{Engine, Event, Id, Mode, Stream};
pub use options::Options;
pub(crate) use report::{refusal, unbuilt};
pub use socket::{Datagram, Notification, Socket};
pub use store::{Dump, Reply};

/// A deadline that never passes.
pub const NEVER: u64 = u64::MAX;
