// SPDX-License-Identifier: MIT OR Apache-2.0
//! Abstract addresses: a family, some bytes, a prefix length.

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len};
use crate::error::{NLE_INVAL, NLE_RANGE};
use crate::mem;

pub(crate) const AF_LLC: c_int = 26;
pub(crate) const AF_MPLS: c_int = 28;
pub(crate) const AF_DECNET: c_int = 12;

/// An address; its bytes follow.
#[repr(C)]
pub struct nl_addr {
    refs: c_int,
    pub(crate) family: c_int,
    max: c_uint,
    pub(crate) len: c_uint,
    pub(crate) prefix: c_int,
}

impl nl_addr {
    /// Where the bytes are.
    pub(crate) fn bytes(addr: *const nl_addr) -> *mut u8 {
        addr.wrapping_add(1).cast_mut().cast()
    }

    /// The bytes.
    pub(crate) fn slice(&self) -> &[u8] {
        // SAFETY: an address is followed by `max` bytes, and `len` is at most that.
        unsafe { core::slice::from_raw_parts(nl_addr::bytes(self), self.len as usize) }
    }

    /// An address that is nobody's, of so many bytes, for which there is room behind it.
    pub(crate) fn lone(family: c_int, len: c_uint, prefix: c_int, max: usize) -> nl_addr {
        nl_addr { refs: 1, family, max: max as c_uint, len, prefix }
    }

    /// The part of the bytes that the prefix covers, and the bits of one more byte.
    fn covered(&self, bits: c_uint) -> (&[u8], u8) {
        let (whole, more) = (bits as usize / 8, bits % 8);
        let last = self.slice().get(whole).copied().unwrap_or(0);
        let mask = !(0xffu8.checked_shr(more).unwrap_or(0));
        (self.slice().get(..whole).unwrap_or(self.slice()), last & mask)
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_alloc(max: usize) -> *mut nl_addr {
    let addr = mem::zalloc::<nl_addr>(max);
    // SAFETY: NULL or new.
    if let Some(addr) = unsafe { addr.as_mut() } {
        addr.refs = 1;
        addr.max = max as c_uint;
    }
    addr
}

/// The length of the prefix that an address of so many bytes has at first.
pub(crate) fn whole_prefix(family: c_int, len: usize) -> c_int {
    if family == AF_MPLS { 20 } else { (len * 8) as c_int }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_build(
    family: c_int,
    bytes: *const c_void,
    len: usize,
) -> *mut nl_addr {
    let addr = nl_addr_alloc(len);
    // SAFETY: NULL or new, with room for the bytes, which are the caller's.
    unsafe {
        if !addr.is_null() {
            (*addr).family = family;
            (*addr).len = len as c_uint;
            (*addr).prefix = whole_prefix(family, len);
            if len > 0 {
                libc::memcpy(nl_addr::bytes(addr).cast(), bytes, len);
            }
        }
    }
    addr
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_alloc_attr(nla: *const nlattr, family: c_int) -> *mut nl_addr {
    // SAFETY: the attribute is whole.
    unsafe { nl_addr_build(family, nla_data(nla), nla_len(&*nla).max(0) as usize) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_clone(from: &nl_addr) -> *mut nl_addr {
    // SAFETY: an address has its bytes; the new one is NULL or ours.
    unsafe {
        let addr = nl_addr_build(from.family, nl_addr::bytes(from).cast(), from.len as usize);
        if !addr.is_null() {
            (*addr).prefix = from.prefix;
        }
        addr
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_get(addr: &mut nl_addr) -> *mut nl_addr {
    addr.refs += 1;
    addr
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_put(addr: *mut nl_addr) {
    // SAFETY: NULL, or an address of which the caller holds a reference.
    unsafe {
        if addr.is_null() {
            return;
        }
        (*addr).refs -= 1;
        if (*addr).refs <= 0 {
            mem::free(addr);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_shared(addr: &nl_addr) -> c_int {
    (addr.refs > 1).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_cmp(a: *const nl_addr, b: *const nl_addr) -> c_int {
    // SAFETY: each is NULL or live.
    let (a, b) = match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => (a, b),
        (None, None) => return 0,
        (None, _) => return -1,
        (_, None) => return 1,
    };
    let numbers = [
        a.family.wrapping_sub(b.family),
        a.len.wrapping_sub(b.len) as c_int,
        a.prefix.wrapping_sub(b.prefix),
    ];
    // SAFETY: both have `len` bytes when it comes to that.
    let bytes = || unsafe {
        libc::memcmp(nl_addr::bytes(a).cast(), nl_addr::bytes(b).cast(), a.len as usize)
    };
    let [family, len, prefix] = numbers;
    if family != 0 || len != 0 {
        return if family != 0 { family } else { len };
    }
    // Without bytes the prefix does not count.
    let bytes = if a.len > 0 { bytes() } else { return 0 };
    if bytes != 0 { bytes } else { prefix }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_cmp_prefix(a: &nl_addr, b: &nl_addr) -> c_int {
    let family = a.family.wrapping_sub(b.family);
    if family != 0 {
        return family;
    }
    let bits = (a.prefix as c_uint).min(b.prefix as c_uint);
    let ((whole, last), (other, other_last)) = (a.covered(bits), b.covered(bits));
    match whole.iter().zip(other).find(|(x, y)| x != y) {
        Some((x, y)) => c_int::from(*x) - c_int::from(*y),
        None => c_int::from(last) - c_int::from(other_last),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_iszero(addr: &nl_addr) -> c_int {
    addr.slice().iter().all(|&b| b == 0).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_guess_family(addr: &nl_addr) -> c_int {
    guess_family(addr.len)
}

/// The family that addresses of so many bytes mostly are of.
pub(crate) fn guess_family(len: c_uint) -> c_int {
    match len {
        4 => libc::AF_INET,
        6 => AF_LLC,
        16 => libc::AF_INET6,
        _ => libc::AF_UNSPEC,
    }
}

/// Writes `value` as the caller's sockaddr, if that has room for it.
unsafe fn give<T>(value: T, to: *mut c_void, len: &mut libc::socklen_t) -> c_int {
    if (*len as usize) < size_of::<T>() {
        return -NLE_INVAL;
    }
    // SAFETY: there is room, by the length just compared.
    unsafe { to.cast::<T>().write_unaligned(value) };
    *len = size_of::<T>() as libc::socklen_t;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_fill_sockaddr(
    addr: &nl_addr,
    to: *mut c_void,
    len: &mut libc::socklen_t,
) -> c_int {
    let mut ip = [0u8; 16];
    let (bytes, whole) = (addr.slice(), addr.len as usize);
    for (to, from) in ip.iter_mut().zip(bytes) {
        *to = *from;
    }
    // SAFETY: all-zero is a value of both structs; `to` has `len` bytes.
    unsafe {
        match addr.family {
            libc::AF_INET if whole == 0 || whole == 4 => {
                let [a, b, c, d, ..] = ip;
                let mut sa: libc::sockaddr_in = core::mem::zeroed();
                sa.sin_family = libc::AF_INET as u16;
                sa.sin_addr.s_addr = u32::from_ne_bytes([a, b, c, d]);
                give(sa, to, len)
            }
            libc::AF_INET6 if whole == 0 || whole == 16 => {
                let mut sa: libc::sockaddr_in6 = core::mem::zeroed();
                sa.sin6_family = libc::AF_INET6 as u16;
                sa.sin6_addr.s6_addr = ip;
                give(sa, to, len)
            }
            _ => -NLE_INVAL,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_info(addr: &nl_addr, result: *mut *mut libc::addrinfo) -> c_int {
    let mut text = [0 as c_char; 128];
    // SAFETY: the text is a string of ours; the hints may be all zeros but for the family.
    unsafe {
        crate::addrtext::nl_addr2str(addr, text.as_mut_ptr(), text.len());
        let mut hints: libc::addrinfo = core::mem::zeroed();
        hints.ai_family = addr.family;
        match libc::getaddrinfo(text.as_ptr(), core::ptr::null(), &hints, result) {
            0 => 0,
            error => -resolver(error),
        }
    }
}

/// What an error of getaddrinfo becomes.
fn resolver(error: c_int) -> c_int {
    use crate::error::*;
    match error {
        libc::EAI_FAMILY => NLE_AF_NOSUPPORT,
        libc::EAI_AGAIN => NLE_AGAIN,
        libc::EAI_MEMORY => NLE_NOMEM,
        libc::EAI_NONAME | libc::EAI_NODATA => NLE_OBJ_NOTFOUND,
        // SAFETY: errno is the thread's own.
        libc::EAI_SYSTEM => nl_syserr2nlerr(unsafe { *libc::__errno_location() }),
        _ => NLE_FAILURE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_resolve(addr: &nl_addr, host: *mut c_char, len: usize) -> c_int {
    // SAFETY: the storage is ours; host has `len` bytes.
    unsafe {
        let mut sa: libc::sockaddr_storage = core::mem::zeroed();
        let mut size = size_of_val(&sa) as libc::socklen_t;
        let failed = nl_addr_fill_sockaddr(addr, (&raw mut sa).cast(), &mut size);
        if failed < 0 {
            return failed;
        }
        let (sa, flags) = ((&raw const sa).cast(), libc::NI_NAMEREQD);
        // The resolver's number is taken for one of errno: those that are met are no such name, either way.
        match libc::getnameinfo(sa, size, host, len as u32, null_mut(), 0, flags) {
            0 => 0,
            error => -crate::error::nl_syserr2nlerr(error),
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_set_family(addr: &mut nl_addr, family: c_int) {
    addr.family = family;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_get_family(addr: &nl_addr) -> c_int {
    addr.family
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_set_binary_addr(
    addr: &mut nl_addr,
    bytes: *const c_void,
    len: usize,
) -> c_int {
    if len > addr.max as usize {
        return -NLE_RANGE;
    }
    addr.len = len as c_uint;
    // SAFETY: an address has room for `max` bytes; the caller's are `len`.
    unsafe {
        libc::memset(nl_addr::bytes(addr).cast(), 0, addr.max as usize);
        if len > 0 {
            libc::memcpy(nl_addr::bytes(addr).cast(), bytes, len);
        }
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_get_binary_addr(addr: *const nl_addr) -> *mut c_void {
    nl_addr::bytes(addr).cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_get_len(addr: &nl_addr) -> c_uint {
    addr.len
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_set_prefixlen(addr: &mut nl_addr, prefix: c_int) {
    addr.prefix = prefix;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_addr_get_prefixlen(addr: &nl_addr) -> c_uint {
    addr.prefix as c_uint
}
