// SPDX-License-Identifier: MIT OR Apache-2.0
//! A table of kernel objects kept in step with the kernel: what is in it, without any I/O.
//!
//! Dumps and notifications go into a [`Core`], changes come out. A dump runs beside notifications, and
//! what it says may be older than what they said: [`Core`] knows which of the two to believe.

mod core;
mod first;
mod heap;
mod index;
mod keep;
mod key;
mod objects;
mod spec;
#[cfg(test)]
mod tests;

pub use self::core::{Change, Core};
pub use spec::{Ignore, Key, Kind, Part, Spec, Stir, Test};
