// SPDX-License-Identifier: MIT OR Apache-2.0
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(not(test), not(feature = "runtime")))]
extern crate std;

pub mod conn;
pub mod error;
pub mod family;
mod owned;
pub mod schema;
mod text;
#[allow(unsafe_code)]
mod sys;
pub mod uapi;
pub mod wire;

pub use error::{Error, Fault, Origin, Result};
pub use conn::{Datagram, Dump, Mode, Notification, Options, Reply, Socket};
pub use sys::{Fd, Filter, netns_open};
pub use wire::{Attr, Attrs, Message, Messages, Msg};
