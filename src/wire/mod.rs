// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bytes to messages and back. No I/O; reading allocates nothing and can't run past the end, loop for
//! ever or panic, whatever the bytes say.

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

mod ack;
mod attr;
mod build;
mod message;
mod put;
mod read;
mod rule;
mod select;

pub use ack::Ack;
pub use attr::{Attr, Attrs};
pub use build::{MAX_NESTS, Msg};
pub use message::{Header, Message, Messages};
pub(crate) use put::hex_value;
pub use read::{Fixed, fixed};
pub use rule::Rule;
pub use select::{Match, Place, accepts};

/// `len` with the padding that follows it in a message or in a nest.
pub const fn align4(len: usize) -> usize {
    len.saturating_add(3) & !3
}
