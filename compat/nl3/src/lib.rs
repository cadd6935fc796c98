// SPDX-License-Identifier: MIT OR Apache-2.0
//! The libnl-3 family as Debian ships it (3.7.0), on rnl.
//!
//! Everything lives in one library, `libnl-3.so.200`; its siblings (`libnl-genl-3.so.200`, ...) are empty
//! and need it. MODEL.md says how objects and caches are described; COVERAGE.md which names there are and
//! where this library departs from the one it replaces.
//!
//! What every exported function may rely on is libnl's contract: a pointer is NULL only where libnl takes
//! NULL; otherwise it points to a live value of its type, which no other thread uses meanwhile. Functions
//! that neither free their argument nor call back take references, which say just that. Where a value may
//! be freed, or reached a second way through a callback, it is a raw pointer.
//!
//! Callbacks may leave by `longjmp` or by a C++ exception. So no frame that calls one keeps a value with a
//! destructor, and they are called as plain `extern "C"` pointers, which have no landing pads.

#![no_std]

mod abi;
mod accessors;
mod addr;
mod addrtext;
mod attr;
mod cache;
mod cb;
mod data;
mod datagram;
mod dump;
mod error;
mod finder;
mod genl;
mod hash;
mod idiag;
mod include;
mod index;
mod items;
mod link;
mod list;
mod mem;
mod mngr;
mod mngt;
mod msg;
mod msgdump;
mod names;
mod nf;
mod object;
mod port;
mod recv;
mod recvmsgs;
mod refill;
mod route;
mod rows;
mod rules;
mod send;
mod slot;
mod socket;
mod table;
mod tc;
mod ticks;
mod utils;
mod xfrm;
