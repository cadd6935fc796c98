// SPDX-License-Identifier: MIT OR Apache-2.0
//! IPsec: security associations, policies, and what they are made of (`linux/xfrm.h`).

use core::ffi::{c_char, c_int, c_void};

use crate::abi::{nl_dump_params, nlattr, nlmsghdr};
use crate::addr::{nl_addr, nl_addr_build, nl_addr_cmp_prefix, nl_addr_put};
use crate::addrtext::nl_addr2str;
use crate::attr::{nla_data, nla_put};
use crate::cb::On;
use crate::dump::dump;
use crate::error::{Done, NLE_MSGSIZE, NLE_NOMEM, done};
use crate::mngt::nl_cache_ops;
use crate::msg::*;
use crate::names::{nl_af2str, translate_flags};
use crate::send::nl_send_auto;
use crate::socket::nl_sock;

mod ae;
mod algo;
mod context;
mod lifetime;
mod names;
mod replay;
mod sa;
mod sa_dump;
mod sa_msg;
mod sel;
mod sp;
mod sp_msg;
mod tmpl;

use names::*;

/// The types of caches that this part adds.
pub(crate) static CACHES: &[&nl_cache_ops] = &[&sa_msg::CACHE_OPS, &sp_msg::CACHE_OPS];

const NETLINK_XFRM: c_int = 6;

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

/// `int set(object, number)`, which sets an attribute: `set field BIT`.
macro_rules! sets {
    ($of:ident: $($set:ident $field:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(of: &mut $of, value: core::ffi::c_uint) -> core::ffi::c_int {
                of.$field = value as _;
                of.h.mask |= $bit;
                0
            }
        )*
    };
}
use sets;

/// `struct xfrm_mark`, and its accessors.
#[repr(C)]
#[derive(Clone, Copy)]
struct Mark {
    value: u32,
    mask: u32,
}

macro_rules! mark_accessors {
    ($of:ident, $bit:ident: $get:ident $set:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $get(
            of: &$of,
            mask: &mut core::ffi::c_uint,
            value: &mut core::ffi::c_uint,
        ) -> core::ffi::c_int {
            if of.h.mask & $bit == 0 {
                return -1;
            }
            (*mask, *value) = (of.mark.mask, of.mark.value);
            0
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn $set(
            of: &mut $of,
            value: core::ffi::c_uint,
            mask: core::ffi::c_uint,
        ) -> core::ffi::c_int {
            of.mark = $crate::xfrm::Mark { value, mask };
            of.h.mask |= $bit;
            0
        }
    };
}
use mark_accessors;

/// A struct of a message: any bytes of its size are one, and there is no padding.
unsafe trait Raw: Copy {}

// SAFETY: plain numbers without padding.
unsafe impl Raw for Mark {}

/// Reads one from an attribute that is known to be long enough.
unsafe fn raw<T: Raw>(nla: &nlattr) -> T {
    // SAFETY: as said; it need not be aligned.
    unsafe { nla_data(nla).cast::<T>().read_unaligned() }
}

/// Adds an attribute with these bytes.
unsafe fn put_bytes(msg: &mut nl_msg, nla: c_int, data: *const c_void, len: usize) -> Done {
    // SAFETY: the data has `len` bytes, by the caller's promise.
    done(unsafe { nla_put(msg, nla, len as c_int, data) }).map_err(|_| NLE_MSGSIZE)
}

/// Adds an attribute with a struct.
fn put<T: Raw>(msg: &mut nl_msg, nla: c_int, value: &T) -> Done {
    // SAFETY: the value has that size.
    unsafe { put_bytes(msg, nla, (&raw const *value).cast(), size_of::<T>()) }
}

/// An address as a message has it: 16 bytes, of which a family may use fewer.
unsafe fn wire(addr: *const nl_addr) -> [u8; 16] {
    let mut bytes = [0; 16];
    // SAFETY: NULL or live.
    if let Some(addr) = unsafe { addr.as_ref() } {
        bytes.iter_mut().zip(addr.slice()).for_each(|(to, from)| *to = *from);
    }
    bytes
}

/// An address out of a message.
unsafe fn unwire(slot: &mut *mut nl_addr, family: u16, bytes: &[u8; 16]) -> Done {
    let len = if c_int::from(family) == libc::AF_INET { 4 } else { 16 };
    // SAFETY: there are so many bytes; the address before is the field's.
    unsafe {
        nl_addr_put(*slot);
        *slot = nl_addr_build(family.into(), bytes.as_ptr().cast(), len);
    }
    if slot.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
}

/// A message that a header begins.
unsafe fn message<T: Raw>(kind: c_int, flags: c_int, header: &T) -> Result<*mut nl_msg, c_int> {
    let msg = nlmsg_alloc_simple(kind, flags);
    // SAFETY: NULL or new; the header has that size.
    unsafe {
        if msg.is_null() {
            return Err(NLE_NOMEM);
        }
        let header = (&raw const *header).cast();
        if nlmsg_append(&mut *msg, header, size_of::<T>(), 4) < 0 {
            nlmsg_free(msg);
            return Err(NLE_MSGSIZE);
        }
    }
    Ok(msg)
}

// SAFETY: a plain number.
unsafe impl Raw for u32 {}

type Parse<T> = unsafe extern "C" fn(*mut nlmsghdr, *mut *mut T) -> c_int;

/// `int set(object, part)`, for parts that are counted: the object takes a reference.
macro_rules! parts {
    ($of:ident: $($set:ident($part:ty) $field:ident $bit:ident $get:ident $put:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(of: &mut $of, part: *mut $part) -> core::ffi::c_int {
                // SAFETY: the caller's part is live, the one before is the object's.
                unsafe { $put(core::mem::replace(&mut of.$field, $get(part))) };
                of.h.mask |= $bit;
                0
            }
        )*
    };
}
use parts;

/// A message that `fill` has filled; it is freed if that fails.
unsafe fn filled(
    msg: *mut nl_msg,
    fill: impl FnOnce(&mut nl_msg) -> Done,
) -> Result<*mut nl_msg, c_int> {
    // SAFETY: the message is live.
    unsafe {
        match fill(&mut *msg) {
            Ok(()) => Ok(msg),
            Err(error) => {
                nlmsg_free(msg);
                Err(error)
            }
        }
    }
}

/// Hands a message to a caller, or the error.
unsafe fn give(built: Result<*mut nl_msg, c_int>, result: *mut *mut nl_msg) -> c_int {
    match built {
        Ok(msg) => {
            // SAFETY: the result is the caller's.
            unsafe { *result = msg };
            0
        }
        Err(error) => -error,
    }
}

/// Sends a message, or says why there is none, and waits for the answer.
unsafe fn send(sock: *mut nl_sock, built: Result<*mut nl_msg, c_int>) -> c_int {
    let msg = match built {
        Ok(msg) => msg,
        Err(error) => return -error,
    };
    // SAFETY: the socket is live; the message is ours.
    unsafe {
        let sent = nl_send_auto(sock, msg);
        nlmsg_free(msg);
        if sent < 0 { sent } else { crate::recvmsgs::nl_wait_for_ack(sock) }
    }
}

/// `int build(object, flags, result)` and `int do(sock, object, flags)`, from a function that builds a
/// message of a type: `build do function TYPE`.
macro_rules! builds {
    ($of:ident: $($build:ident $send:ident $function:ident $kind:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $build(obj: &$of, flags: c_int, result: *mut *mut nl_msg) -> c_int {
                // SAFETY: the result is the caller's.
                unsafe { $crate::xfrm::give($function(obj, $kind, flags), result) }
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $send(sock: *mut nl_sock, obj: &$of, flags: c_int) -> c_int {
                // SAFETY: the socket is live.
                unsafe { $crate::xfrm::send(sock, $function(obj, $kind, flags)) }
            }
        )*
    };
}
use builds;

/// Where an answer goes.
struct Answer<T> {
    result: *mut *mut T,
    parse: Parse<T>,
}

unsafe extern "C" fn answered<T>(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
    // SAFETY: the argument is that of `ask`; the message is whole.
    unsafe {
        let to = &*arg.cast::<Answer<T>>();
        (to.parse)((*msg).nlh, to.result)
    }
}

/// Sends a request, and reads the object that the answer is; then waits for the acknowledgement.
unsafe fn ask<T>(
    sock: *mut nl_sock,
    msg: *mut nl_msg,
    result: *mut *mut T,
    parse: Parse<T>,
) -> c_int {
    let mut to = Answer { result, parse };
    // SAFETY: the socket is live; the message is ours.
    unsafe {
        let sent = nl_send_auto(sock, msg);
        nlmsg_free(msg);
        if sent < 0 {
            return sent;
        }
        let arg = (&raw mut to).cast();
        let answer = crate::recvmsgs::with(sock, On::Valid, Some(answered::<T>), arg);
        if answer < 0 || (*sock).no_auto_ack {
            answer
        } else {
            crate::recvmsgs::nl_wait_for_ack(sock)
        }
    }
}

/// Whether two addresses, each of which may be missing, differ in the bits that both prefixes cover.
unsafe fn addrs_differ(a: *const nl_addr, b: *const nl_addr) -> bool {
    // SAFETY: each is NULL or live.
    match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => nl_addr_cmp_prefix(a, b) != 0,
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
