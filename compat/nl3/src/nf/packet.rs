// SPDX-License-Identifier: MIT OR Apache-2.0
//! What logged and queued packets have in common.

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};

use super::names::INET_HOOKS;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::nla_data;
use crate::data::{nl_data, nl_data_alloc, nl_data_free};
use crate::dump::{dump, nl_dump};
use crate::error::NLE_NOMEM;
use crate::rules::{be16, be64};

/// The most bytes of a link-layer address.
const HWADDR: usize = 8;

#[repr(C)]
pub(super) struct HwAddr {
    bytes: [u8; HWADDR],
    len: c_int,
}

impl HwAddr {
    /// Takes at most so many bytes as there is room for.
    pub(super) unsafe fn set(&mut self, from: *const u8, len: c_int) {
        self.len = len.clamp(0, HWADDR as c_int);
        // SAFETY: `from` has so many bytes, by the caller's promise.
        unsafe { libc::memcpy(self.bytes.as_mut_ptr().cast(), from.cast(), self.len as usize) };
    }

    pub(super) fn get(&self) -> (*const u8, c_int) {
        (self.bytes.as_ptr(), self.len)
    }

    /// Reads `struct nfulnl_msg_packet_hw` or `struct nfqnl_msg_packet_hw`, which are the same.
    pub(super) unsafe fn read(&mut self, nla: &nlattr) {
        // SAFETY: the attribute is known to have 12 bytes: length, padding, address.
        unsafe { self.set(nla_data(nla).cast::<u8>().add(4), be16(nla).into()) };
    }
}

/// The two numbers of a time, which are in the network's order.
pub(super) unsafe fn time(nla: &nlattr) -> libc::timeval {
    // SAFETY: the attribute is known to have 16 bytes.
    let (sec, usec) = unsafe { (be64(nla), nla_data(nla).cast::<u64>().add(1).read_unaligned()) };
    libc::timeval { tv_sec: sec as _, tv_usec: u64::from_be(usec) as _ }
}

/// Replaces bytes by a copy of others; none at all for a length of 0. Says whether there are some.
pub(super) unsafe fn set_bytes(
    slot: &mut *mut nl_data,
    from: *const c_void,
    len: c_int,
) -> Result<bool, c_int> {
    // SAFETY: `from` has `len` bytes; the slot is NULL or owned.
    unsafe {
        nl_data_free(*slot);
        *slot = core::ptr::null_mut();
        if len <= 0 {
            return Ok(false);
        }
        *slot = nl_data_alloc(from, len as usize);
    }
    if slot.is_null() { Err(NLE_NOMEM) } else { Ok(true) }
}

/// The bytes and how many they are: NULL and 0 if there are none.
pub(super) unsafe fn get_bytes(data: *const nl_data) -> (*const c_void, c_int) {
    // SAFETY: NULL or live.
    match unsafe { data.as_ref() } {
        Some(data) => (data.bytes, data.size as c_int),
        None => (core::ptr::null(), 0),
    }
}

/// Accessors that are not numbers:
///
/// ```text
/// packet_accessors! { nfnl_thing:
///     time   nfnl_thing_set_timestamp nfnl_thing_get_timestamp time: TIMESTAMP;
///     hwaddr nfnl_thing_set_hwaddr nfnl_thing_get_hwaddr hwaddr: HWADDR;
///     bytes  nfnl_thing_set_payload nfnl_thing_get_payload payload: PAYLOAD, u8;
/// }
/// ```
macro_rules! packet_accessors {
    ($of:ident: $($kind:ident $set:ident $get:ident $field:ident: $bit:ident $(, $from:ty)?;)*) => {
        $($crate::nf::packet::packet_accessors!(@$kind $of $set $get $field $bit $($from)?);)*
    };
    (@time $of:ident $set:ident $get:ident $field:ident $bit:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $set(obj: &mut $of, time: &libc::timeval) {
            obj.$field = *time;
            obj.h.mask |= $bit;
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $get(obj: &$of) -> *const libc::timeval {
            if obj.h.mask & $bit != 0 { &obj.$field } else { core::ptr::null() }
        }
    };
    (@hwaddr $of:ident $set:ident $get:ident $field:ident $bit:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $set(obj: &mut $of, from: *const u8, len: c_int) {
            // SAFETY: the caller's bytes.
            unsafe { obj.$field.set(from, len) };
            obj.h.mask |= $bit;
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $get(obj: &$of, len: &mut c_int) -> *const u8 {
            let set = obj.h.mask & $bit != 0;
            let (bytes, size) = if set { obj.$field.get() } else { (core::ptr::null(), 0) };
            *len = size;
            bytes
        }
    };
    (@bytes $of:ident $set:ident $get:ident $field:ident $bit:ident $from:ty) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $set(obj: &mut $of, from: *mut $from, len: c_int) -> c_int {
            // SAFETY: the caller's bytes.
            match unsafe { $crate::nf::packet::set_bytes(&mut obj.$field, from.cast(), len) } {
                Err(error) => return -error,
                Ok(true) => obj.h.mask |= $bit,
                Ok(false) => obj.h.mask &= !$bit,
            }
            0
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $get(obj: &$of, len: &mut c_int) -> *const core::ffi::c_void {
            // SAFETY: the bytes are the object's.
            let (bytes, size) = unsafe { $crate::nf::packet::get_bytes(obj.$field) };
            *len = size;
            bytes
        }
    };
}
pub(super) use packet_accessors;

/// Prints `IN=eth0 `: the name if the program offers a cache of links, else the number.
pub(super) fn dump_device(p: *mut nl_dump_params, key: &CStr, index: u32) {
    match crate::link::offered_name(index as c_int) {
        Some(name) => dump!(p, c"%s=%s ", key.as_ptr(), name.as_ptr()),
        None => dump!(p, c"%s=%d ", key.as_ptr(), index),
    }
}

/// Prints `MAC=01:02:03 `.
pub(super) unsafe fn dump_hex(p: *mut nl_dump_params, key: &CStr, bytes: *const u8, len: c_int) {
    dump!(p, c"%s", key.as_ptr());
    for at in 0..len.max(0) as usize {
        let before = c_uint::from(if at == 0 { b'=' } else { b':' });
        // SAFETY: there are `len` bytes.
        dump!(p, c"%c%02x", before, c_uint::from(unsafe { *bytes.add(at) }));
    }
    dump!(p, c" ");
}

/// Family, protocol, hook, mark and length, of those that are set.
pub(super) struct Shown {
    pub(super) family: Option<u8>,
    pub(super) hwproto: Option<u16>,
    pub(super) hook: Option<u8>,
    /// With its format.
    pub(super) mark: Option<(&'static CStr, u32)>,
    pub(super) payload: *const nl_data,
}

impl Shown {
    pub(super) unsafe fn dump(&self, p: *mut nl_dump_params) {
        let mut text = [0 as c_char; 32];
        let buf = text.as_mut_ptr();
        // SAFETY: the buffer is ours and as long as it says.
        unsafe {
            if let Some(family) = self.family {
                dump!(p, c"FAMILY=%s ", crate::names::nl_af2str(family.into(), buf, 32));
            }
            if let Some(proto) = self.hwproto {
                let proto = c_int::from(u16::from_be(proto));
                dump!(p, c"HWPROTO=%s ", crate::names::nl_ether_proto2str(proto, buf, 32));
            }
            if let Some(hook) = self.hook {
                dump!(p, c"HOOK=%s ", INET_HOOKS.to_str(hook.into(), buf, 32));
            }
            if let Some((format, mark)) = self.mark {
                nl_dump(p, format.as_ptr(), mark);
            }
            if let (_, len @ 1..) = get_bytes(self.payload) {
                dump!(p, c"PAYLOADLEN=%d ", len);
            }
        }
    }
}
