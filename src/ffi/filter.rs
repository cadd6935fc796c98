// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which notifications a socket keeps.

use alloc::vec::Vec;
use core::ffi::c_int;

use super::err::rnl_err;
use super::ptr;
use super::sock::{on, rnl_sock};
use crate::conn::Socket;
use crate::error::Fault;
use crate::grow;
use crate::wire::{Match, Place};

/// nlmsg_type; at and width are 0.
pub const RNL_MATCH_TYPE: u16 = 0;
/// An integer in the fixed header, at bytes from its start.
pub const RNL_MATCH_HEADER: u16 = 1;
/// The integer that the first top-level attribute of type at begins with.
pub const RNL_MATCH_ATTR: u16 = 2;

/// A number that a message must hold. Of rules with the same place, at and width one must hold; those
/// that differ in one of them must all hold. A number that is not there is no match. This struct never
/// changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_match {
    /// RNL_MATCH_*
    pub place: u16,
    /// Offset in the fixed header, or type of the attribute.
    pub at: u16,
    /// Bytes of the integer, in host order: 1, 2 or 4.
    pub width: u16,
    /// 0
    pub reserved: u16,
    /// What it must be.
    pub value: u32,
}

impl rnl_match {
    fn rule(&self) -> Result<Match, Fault> {
        let place = match (self.place, self.at, self.reserved) {
            (RNL_MATCH_TYPE, 0, 0) => Place::Type,
            (RNL_MATCH_HEADER, at, 0) => Place::Header(at),
            (RNL_MATCH_ATTR, kind, 0) => Place::Attr(kind),
            _ => return Err(Fault::BadArgument),
        };
        let width = u8::try_from(self.width).map_err(|_| Fault::BadArgument)?;
        let rule = Match { place, width, value: self.value };
        if rule.is_sound() { Ok(rule) } else { Err(Fault::BadArgument) }
    }
}

/// The rules of a caller.
pub(super) unsafe fn rules(rules: *const rnl_match, n: usize) -> Result<Vec<Match>, Fault> {
    let mut all = Vec::new();
    // SAFETY: the caller passes n rules.
    for rule in unsafe { ptr::slice(rules, n) }? {
        grow::push(&mut all, rule.rule()?)?;
    }
    Ok(all)
}

/// Keeps only the notifications that hold certain numbers. The kernel drops the others before they are
/// queued, so that they neither wake the program nor overflow the queue. Answers to requests of this
/// socket always come. It takes the place of what rnl_sock_filter() attached, and the other way round.
///
/// What rnl_sock_recv() shows has passed the kernel's part alone, which lets pass what it can't be sure
/// of: datagrams of several messages, and messages that this socket's own requests caused.
///
/// @sock         open socket
/// @rules        what to keep
/// @n            how many rules; 0 takes the filter off
/// @header_size  bytes of the fixed header that comes before the attributes, as sizeof(struct rtmsg)
/// @err          filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  sock is NULL, rules is NULL and n is not 0, a rule is none of those above or its value does
///            not fit its width, or there are more than 255 values for one number
///   -ENOENT  n is 0 and there is no filter
///   -ENOMEM  no memory
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_sock_keep(
    sock: *mut rnl_sock,
    rules: *const rnl_match,
    n: usize,
    header_size: usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let keep = |s: &mut Socket| {
        // SAFETY: the caller passes n rules.
        let rules = unsafe { self::rules(rules, n) }?;
        s.keep(&rules, header_size)?;
        Ok(0)
    };
    // SAFETY: as documented.
    unsafe { on(sock, err, keep) }
}
