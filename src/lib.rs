// SPDX-License-Identifier: MIT OR Apache-2.0
//! Netlink for Linux: how programs talk to the kernel about links, addresses, routes, firewalls, Wi-Fi,
//! sockets and more. Right by default: the kernel's reasons for refusing are shown, dumps that fail
//! fail, dumps that were interrupted are made again, lost notifications are reported where they are
//! missing.
//!
//! ```no_run
//! use rnl::family::rt::ifinfomsg;
//! use rnl::uapi::{NETLINK_ROUTE, rtnetlink::*};
//! use rnl::{Fixed, Mode, Msg, Socket};
//!
//! # fn main() -> rnl::Result<()> {
//! let mut socket = Socket::open(NETLINK_ROUTE)?;
//! let mut request = Msg::new(RTM_GETLINK, 0);
//! request.put_fixed(&ifinfomsg::default());
//! let mut dump = socket.dump(&request, Mode::Consistent, 5_000)?;
//! while let Some(link) = dump.next()? {
//!     let index = ifinfomsg::read(link.body()).index;
//!     let name = link.attrs(ifinfomsg::LEN).get(IFLA_IFNAME).map(|a| a.str());
//!     println!("{index} {name:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The same library serves C (`<rnl/rnl.h>`) and Python. It is `no_std` inside: without the feature
//! `runtime` it lives in any Rust program; with it, it brings malloc and aborts on a panic, and needs
//! nothing but libc.
#![cfg_attr(not(test), no_std)]
// Some of the floors' functions serve the C ABI alone, and the faces of other libraries leave that out.
#![cfg_attr(not(feature = "capi"), allow(dead_code, unused_imports))]

extern crate alloc;
#[cfg(all(not(test), not(feature = "runtime")))]
extern crate std;

pub mod conn;
pub mod error;
pub mod family;
#[cfg(feature = "capi")]
#[allow(unsafe_code)]
mod ffi;
mod grow;
mod owned;
mod ring;
pub mod schema;
#[allow(unsafe_code)]
mod sys;
mod text;
pub mod uapi;
pub mod wire;

pub use conn::{
    Datagram, Dump, DumpJob, Mode, Notification, Options, Reply, Socket, Stats, dump_together,
};
pub use error::{Error, Fault, Origin, Result};
pub use sys::{Fd, Filter, netns_open};
pub use wire::{Ack, Attr, Attrs, Fixed, Header, Match, Message, Messages, Msg, Place};
