// SPDX-License-Identifier: MIT OR Apache-2.0
//! IPsec: security associations, policies, and what they are made of (`linux/xfrm.h`).

use core::ffi::{c_char, c_int};

use crate::abi::nl_dump_params;
use crate::addr::{nl_addr, nl_addr_cmp_prefix};
use crate::addrtext::nl_addr2str;
use crate::dump::dump;
use crate::names::{nl_af2str, translate_flags};

mod lifetime;
mod names;
mod sel;
mod tmpl;

use names::*;

/// Accessors of numbers, for what is no object: `int get(thing)`, and `int set(thing, number)`, which
/// succeeds. The numbers are cut to what there is room for.
macro_rules! numbers {
    ($of:ident, $number:ty => $answer:ty: $($get:ident $set:ident $($field:ident).+;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(of: &$of) -> $answer {
                of.$($field).+ as $answer
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(of: &mut $of, value: $number) -> core::ffi::c_int {
                of.$($field).+ = value as _;
                0
            }
        )*
    };
}
use numbers;

/// Accessors of addresses: `struct nl_addr *get(thing)`, and `int set(thing, addr)`, which takes a reference.
macro_rules! addrs {
    ($of:ident: $($get:ident $set:ident $field:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(of: &$of) -> *mut $crate::addr::nl_addr {
                of.$field
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(of: &mut $of, addr: *mut $crate::addr::nl_addr) -> core::ffi::c_int {
                // SAFETY: the caller's address is live.
                unsafe { $crate::rows::set_addr(&mut of.$field, addr) };
                0
            }
        )*
    };
}
use addrs;

/// Whether two addresses, each of which may be missing, differ in the bits that both prefixes cover.
unsafe fn addrs_differ(a: *const nl_addr, b: *const nl_addr) -> bool {
    // SAFETY: each is NULL or live.
    match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => unsafe { nl_addr_cmp_prefix(a, b) != 0 },
        (a, b) => a.is_some() != b.is_some(),
    }
}

/// A copy of an address that may be missing, as the only thing that may fail: `None` if there is no memory.
unsafe fn copy_addr(addr: *const nl_addr) -> Option<*mut nl_addr> {
    // SAFETY: NULL or live.
    let copy = unsafe { addr.as_ref().map(|addr| crate::addr::nl_addr_clone(addr)) };
    copy.map_or(Some(core::ptr::null_mut()), |copy| (!copy.is_null()).then_some(copy))
}

/// Prints `src A dst B family: F`.
unsafe fn dump_ends(p: *mut nl_dump_params, src: *const nl_addr, dst: *const nl_addr, family: u32) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the addresses are NULL or live; the buffer is ours and as long as it says.
    unsafe {
        dump!(p, c"src %s ", nl_addr2str(src, buf, 64));
        dump!(p, c"dst %s ", nl_addr2str(dst, buf, 64));
        dump!(p, c"family: %s", nl_af2str(family as c_int, buf, 64));
    }
}

translate_flags! {
    SA_FLAGS: xfrmnl_sa_flags2str xfrmnl_sa_str2flag;
    SP_FLAGS: xfrmnl_sp_flags2str xfrmnl_sp_str2flag;
    AE_FLAGS: xfrmnl_ae_flags2str xfrmnl_ae_str2flag;
}
