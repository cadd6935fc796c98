// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links: network interfaces, what kind they are of, and what address families keep of them.

mod names;
