// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading what an attribute carries.

use core::ffi::{c_char, c_int, c_void};
use core::net::IpAddr;

use super::attrs::rnl_attrs;
use super::guard::{count, guard};
use super::ptr;
use super::view::{copy_fixed, rnl_bytes};
use crate::error::Fault;
use crate::uapi::NLA_TYPE_MASK;
use crate::wire::Attr;

/// One attribute. The payload belongs to the message. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_attr {
    /// The payload.
    pub data: rnl_bytes,
    /// The type, without NLA_F_* bits.
    pub r#type: u16,
    /// NLA_F_NESTED, NLA_F_NET_BYTEORDER: a hint; the kernel sets them on some attributes only.
    pub flags: u16,
    /// Where the attribute starts, counted from the header of its message.
    pub offset: u32,
}

impl rnl_attr {
    pub(super) const NONE: rnl_attr = rnl_attr {
        data: rnl_bytes { ptr: core::ptr::null(), len: 0 },
        r#type: 0,
        flags: 0,
        offset: 0,
    };

    unsafe fn get<'a>(&self) -> Result<Attr<'a>, Fault> {
        // SAFETY: the caller passes an attribute that rnl filled.
        let payload = unsafe { self.data.get() }?;
        Ok(Attr::new(self.r#type | self.flags, payload, self.offset as usize))
    }
}

impl From<Attr<'_>> for rnl_attr {
    #[inline]
    fn from(a: Attr<'_>) -> Self {
        rnl_attr {
            data: a.payload().into(),
            r#type: a.kind() & NLA_TYPE_MASK,
            flags: a.flags(),
            offset: a.offset() as u32,
        }
    }
}

/// Reads a value of an attribute into `out`.
#[inline]
unsafe fn value<T>(
    attr: *const rnl_attr,
    out: *mut T,
    read: impl FnOnce(&Attr<'_>) -> Result<T, Fault>,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an attribute that rnl filled, and NULL or a place for the
        // result.
        let (attr, out) = unsafe { (ptr::read(attr)?.get()?, ptr::out(out)?) };
        *out = read(&attr)?;
        Ok(0)
    })
}

/// Starts a walk over the attributes inside a nest.
///
/// @attr  nest; whether it carries NLA_F_NESTED does not matter
/// @out   filled, for rnl_attrs_next(); borrows from the message
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_nested(attr: *const rnl_attr, out: *mut rnl_attrs) -> c_int {
    let walk = |a: &Attr<'_>| {
        let end = a.offset().saturating_add(4).saturating_add(a.payload().len());
        Ok(rnl_attrs::new(a.payload(), end))
    };
    // SAFETY: as documented.
    unsafe { value(attr, out, walk) }
}

/// Reads an unsigned number of 1 byte.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 1 byte
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_u8(attr: *const rnl_attr, out: *mut u8) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.u8()) }
}

/// Reads an unsigned number of 2 bytes in host order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 2 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_u16(attr: *const rnl_attr, out: *mut u16) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.u16()) }
}

/// Reads an unsigned number of 4 bytes in host order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 4 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_u32(attr: *const rnl_attr, out: *mut u32) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.u32()) }
}

/// Reads an unsigned number of 8 bytes in host order; on the wire it may be aligned to 4 only.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_u64(attr: *const rnl_attr, out: *mut u64) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.u64()) }
}

/// Reads a signed number of 1 byte.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 1 byte
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_s8(attr: *const rnl_attr, out: *mut i8) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.s8()) }
}

/// Reads a signed number of 2 bytes in host order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 2 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_s16(attr: *const rnl_attr, out: *mut i16) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.s16()) }
}

/// Reads a signed number of 4 bytes in host order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 4 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_s32(attr: *const rnl_attr, out: *mut i32) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.s32()) }
}

/// Reads a signed number of 8 bytes in host order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_s64(attr: *const rnl_attr, out: *mut i64) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.s64()) }
}

/// Reads an unsigned number of 2 bytes in network order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 2 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_be16(attr: *const rnl_attr, out: *mut u16) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.be16()) }
}

/// Reads an unsigned number of 4 bytes in network order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 4 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_be32(attr: *const rnl_attr, out: *mut u32) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.be32()) }
}

/// Reads an unsigned number of 8 bytes in network order.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_be64(attr: *const rnl_attr, out: *mut u64) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.be64()) }
}

/// Reads an unsigned number of any width, as the kernel's uint has 4 or 8 bytes.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 1, 2, 4 or 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_uint(attr: *const rnl_attr, out: *mut u64) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.uint()) }
}

/// Reads a signed number of any width, as the kernel's sint has 4 or 8 bytes.
///
/// @attr  attribute
/// @out   filled on success, in host order
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 1, 2, 4 or 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_sint(attr: *const rnl_attr, out: *mut i64) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| a.sint()) }
}

/// Reads a struct nla_bitfield32: bits, and which of them are meant.
///
/// @attr      attribute
/// @out       filled on success: the bits
/// @selector  filled on success: which of them are meant
///
/// Returns 0, or
///   -EINVAL  attr, out or selector is NULL
///   -ERANGE  the payload is not 8 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_bitfield32(
    attr: *const rnl_attr,
    out: *mut u32,
    selector: *mut u32,
) -> c_int {
    let both = |a: &Attr<'_>| {
        let (bits, meant) = a.bitfield32()?;
        // SAFETY: the caller passes NULL or a place for the result.
        *unsafe { ptr::out(selector) }? = meant;
        Ok(bits)
    };
    // SAFETY: as documented.
    unsafe { value(attr, out, both) }
}

/// Finds a string in its payload: the bytes up to the first NUL, or all if there is none. The result
/// need not be NUL-terminated.
///
/// @attr  attribute
/// @out   filled on success; borrows from the message
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_str(attr: *const rnl_attr, out: *mut rnl_bytes) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out, |a| Ok(a.bytes().into())) }
}

/// Copies a string and its NUL.
///
/// @attr  attribute
/// @buf   where to; always NUL-terminated on success
/// @size  bytes of buf
///
/// Returns the length of the string, or
///   -EINVAL  attr or buf is NULL
///   -ERANGE  string and NUL are longer than size; nothing is written
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_strcpy(
    attr: *const rnl_attr,
    buf: *mut c_char,
    size: usize,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an attribute that rnl filled, and NULL or room for size
        // bytes.
        let (attr, buf) = unsafe {
            ptr::out(buf)?;
            (ptr::read(attr)?.get()?, ptr::slice_mut(buf.cast::<u8>(), size)?)
        };
        let text = attr.bytes();
        let room = buf.get_mut(..text.len() + 1).ok_or(Fault::Width)?;
        let (head, nul) = room.split_at_mut(text.len());
        head.copy_from_slice(text);
        nul.fill(0);
        Ok(count(text.len()))
    })
}

/// Copies an IPv4 or IPv6 address, in network order as in struct in_addr and struct in6_addr.
///
/// @attr  attribute
/// @out   room for 16 bytes
///
/// Returns 4 for IPv4 or 16 for IPv6, how many bytes were written, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is neither 4 nor 16 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_ip(attr: *const rnl_attr, out: *mut u8) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an attribute that rnl filled.
        let ip = unsafe { ptr::read(attr)?.get()? }.ip()?;
        match ip {
            // SAFETY: the caller passes NULL or room for 16 bytes.
            IpAddr::V4(ip) => unsafe { copy_fixed(&ip.octets(), out.cast::<c_void>(), 4) },
            // SAFETY: as above.
            IpAddr::V6(ip) => unsafe { copy_fixed(&ip.octets(), out.cast::<c_void>(), 16) },
        }
    })
}

/// Copies a MAC address.
///
/// @attr  attribute
/// @out   room for 6 bytes
///
/// Returns 0, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is not 6 bytes
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_mac(attr: *const rnl_attr, out: *mut u8) -> c_int {
    // SAFETY: as documented.
    unsafe { value(attr, out.cast::<[u8; 6]>(), |a| a.mac()) }
}

/// Copies a fixed struct: shorter ones are filled with zeros, longer ones cut.
///
/// @attr  attribute
/// @dst   where to
/// @size  bytes of dst
///
/// Returns how many bytes the attribute had, at most size, or
///   -EINVAL  attr is NULL, or dst is NULL and size is not 0
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_fixed(
    attr: *const rnl_attr,
    dst: *mut c_void,
    size: usize,
) -> c_int {
    // SAFETY: the caller passes NULL or an attribute that rnl filled, and room for size bytes.
    guard(|| unsafe { copy_fixed(ptr::read(attr)?.data.get()?, dst, size) })
}

/// Finds an element of an array of equally wide elements.
///
/// @attr   attribute
/// @width  bytes of an element
/// @index  which one, from 0
/// @out    filled on 1; borrows from the message
///
/// Returns 1, or 0 if the array ends before index, or
///   -EINVAL  attr or out is NULL
///   -ERANGE  the payload is no whole number of elements
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attr_element(
    attr: *const rnl_attr,
    width: usize,
    index: usize,
    out: *mut rnl_bytes,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an attribute that rnl filled, and NULL or a place for the
        // result.
        let (attr, out) = unsafe { (ptr::read(attr)?.get()?, ptr::out(out)?) };
        let element = attr.element(width, index)?;
        *out = element.unwrap_or_default().into();
        Ok(element.is_some().into())
    })
}
