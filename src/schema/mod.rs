// SPDX-License-Identifier: MIT OR Apache-2.0
//! What messages mean: families, operations and attributes by name, from descriptions compiled into a
//! [`Pack`]. JSON to messages and back, paths such as `.linkinfo.data(vxlan).id` for errors.

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

mod bind;
mod check;
mod decode;
mod describe;
mod encode;
pub mod format;
mod ip;
mod json;
mod leaf;
mod level;
mod nests;
mod open;
mod out;
mod pack;
mod path;
mod pickle;
mod put;
mod put_nests;
mod scope;
mod seen;
mod types;
mod value;
mod walk;
mod wanted;

pub use bind::{Binding, Slot};
pub(crate) use check::is_about_content;
pub use decode::How;
pub use format::{Form, Hint, Kind};
pub(crate) use out::Out;
pub(crate) use pack::NAMES;
pub use pack::{Family, Group, Layout, Op, Pack, Way};
pub use path::{Operation, operation};
pub use types::{Enum, Field, Set, Type};
