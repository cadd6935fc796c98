// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tuples: who talks to whom. Connections have two of them, expectations four.

use core::ffi::{c_char, c_int};

use super::put;
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::{nl_addr, nl_addr_alloc_attr, nl_addr_put};
use crate::addrtext::nl_addr2str;
use crate::dump::dump;
use crate::error::{Done, NLE_AF_MISMATCH, NLE_NOMEM, done};
use crate::msg::nl_msg;
use crate::object::nl_object;

/// A destination port, or in its place the type and the code of ICMP.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Port {
    pub(super) icmp_type: u8,
    pub(super) icmp_code: u8,
}

impl From<u16> for Port {
    fn from(port: u16) -> Port {
        let [icmp_type, icmp_code] = port.to_ne_bytes();
        Port { icmp_type, icmp_code }
    }
}

impl From<Port> for u16 {
    fn from(port: Port) -> u16 {
        u16::from_ne_bytes([port.icmp_type, port.icmp_code])
    }
}

/// The bit in both types that says that the family is set.
const FAMILY: u64 = 1;

/// Puts an address into a field. The first one that an object gets decides its family.
pub(super) unsafe fn set_addr(
    head: &mut nl_object,
    family: &mut u8,
    slot: &mut *mut nl_addr,
    addr: *mut nl_addr,
) -> Done {
    // SAFETY: the caller's address is live.
    unsafe {
        if head.mask & FAMILY != 0 && (*addr).family != (*family).into() {
            return Err(NLE_AF_MISMATCH);
        }
        *family = (*addr).family as u8;
        head.mask |= FAMILY;
        crate::rows::set_addr(slot, addr);
    }
    Ok(())
}

/// Accessors of one of an object's tuples, `f(object, which, ...)`:
///
/// ```text
/// tuple_accessors! { nfnl_thing:
///     set  nfnl_thing_set_port(u16) port.icmp_type: PORT;
///     get  nfnl_thing_get_port() -> u16 = port;
///     test nfnl_thing_test_port() port: PORT;
///     addr nfnl_thing_set_src() src: SRC;
/// }
/// ```
///
/// The type has `tuple(&self, which)`, `tuple_mut` and `shift(which)`: how far the bits of a tuple are from
/// those of the first one.
macro_rules! tuple_accessors {
    ($of:ident: $($kind:ident $name:ident($($arg:ty)?) $(-> $ret:ty =)? $($field:ident).+ $(: $bit:ident)?;)*) => {
        $($crate::nf::tuple::tuple_accessors!(@$kind $of $name [$($arg)?] [$($ret)?] [$($field).+] [$($bit)?]);)*
    };
    (@set $of:ident $name:ident [$arg:ty] [] [$($field:tt)+] [$bit:ident]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &mut $of, which: c_int, value: $arg) {
            obj.tuple_mut(which).$($field)+ = value.into();
            obj.h.mask |= $bit << $of::shift(which);
        }
    };
    (@get $of:ident $name:ident [] [$ret:ty] [$($field:tt)+] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of, which: c_int) -> $ret {
            obj.tuple(which).$($field)+.into()
        }
    };
    (@test $of:ident $name:ident [] [] [$($field:tt)+] [$bit:ident]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of, which: c_int) -> c_int {
            obj.has(which, $bit).into()
        }
    };
    (@addr $of:ident $name:ident [] [] [$($field:tt)+] [$bit:ident]) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(obj: &mut $of, which: c_int, addr: *mut nl_addr) -> c_int {
            let (head, family) = (&raw mut obj.h, &raw mut obj.family);
            let slot = &mut obj.tuple_mut(which).$($field)+;
            // SAFETY: three fields of one object; the caller's address is live.
            let done = unsafe { $crate::nf::tuple::set_addr(&mut *head, &mut *family, slot, addr) };
            if done.is_ok() {
                obj.h.mask |= $bit << $of::shift(which);
            }
            $crate::error::code(done)
        }
    };
}
pub(super) use tuple_accessors;

/// What is read into one of an object's tuples.
pub(super) struct Side<T> {
    pub(super) of: *mut T,
    pub(super) which: c_int,
}

/// Takes an address out of an attribute.
pub(super) unsafe fn read_addr<T>(
    to: &mut Side<T>,
    nla: &nlattr,
    family: c_int,
    set: unsafe extern "C" fn(&mut T, c_int, *mut nl_addr) -> c_int,
) -> Done {
    // SAFETY: the attribute is whole; the object takes a reference of its own.
    unsafe {
        let addr = nl_addr_alloc_attr(nla, family);
        if addr.is_null() {
            return Err(NLE_NOMEM);
        }
        let set = set(&mut *to.of, to.which, addr);
        nl_addr_put(addr);
        done(set)
    }
}

/// A rule for an address of a tuple.
macro_rules! addr {
    ($nla:literal, $len:literal, $family:expr, $set:ident) => {
        $crate::rules::Rule {
            nla: $nla,
            least: $len,
            text: false,
            // SAFETY: as for `read_addr`.
            set: |to, nla| unsafe { $crate::nf::tuple::read_addr(to, nla, $family, $set) },
        }
    };
}
pub(super) use addr;

/// Adds a tuple's addresses to a message, `CTA_IP_*`.
pub(super) unsafe fn put_addrs(msg: &mut nl_msg, src: *mut nl_addr, dst: *mut nl_addr) -> Done {
    // SAFETY: each is NULL or live.
    for (addr, nla) in [(unsafe { src.as_ref() }, 1), (unsafe { dst.as_ref() }, 2)] {
        match addr {
            Some(addr) if addr.family == libc::AF_INET6 => put(msg, nla + 2, addr.slice())?,
            Some(addr) => put(msg, nla, addr.slice())?,
            None => {}
        }
    }
    Ok(())
}

/// Prints an address and a port, each if there is one, and a blank.
pub(super) fn dump_end(p: *mut nl_dump_params, addr: *const nl_addr, port: u16) {
    let mut text = [0 as c_char; 64];
    if !addr.is_null() {
        // SAFETY: the address is live; the buffer is ours and as long as it says.
        let text = unsafe { nl_addr2str(addr, text.as_mut_ptr(), text.len()) };
        dump!(p, c"%s", text);
    }
    if port != 0 {
        dump!(p, c":%u", core::ffi::c_uint::from(port));
    }
    if !addr.is_null() || port != 0 {
        dump!(p, c" ");
    }
}
