// SPDX-License-Identifier: MIT OR Apache-2.0
//! Putting attributes into a request.

use core::ffi::{c_char, c_int, c_void};

use super::guard::guard;
use super::msg::rnl_msg;
use super::ptr;
use crate::error::Fault;
use crate::sys::parse_ip;
use crate::wire::Msg;

/// Puts something, and says whether everything so far worked.
#[inline]
unsafe fn put(
    msg: *mut rnl_msg,
    attr: Option<u16>,
    f: impl FnOnce(&mut Msg) -> Result<&mut Msg, Fault>,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a message from rnl_msg_new().
        let msg = &mut unsafe { ptr::get_mut(msg) }?.msg;
        match f(msg) {
            Ok(msg) => msg.status()?,
            Err(fault) => msg.refuse(fault, attr)?,
        }
        Ok(0)
    })
}

/// Appends the family's fixed header, padded with zeros. It comes before the attributes.
///
/// @msg    request under construction
/// @fixed  struct ifinfomsg, struct rtmsg ...; copied
/// @len    bytes of it
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, fixed is NULL and len is not 0, or an attribute came first
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_header(
    msg: *mut rnl_msg,
    fixed: *const c_void,
    len: usize,
) -> c_int {
    // SAFETY: the caller passes len readable bytes.
    unsafe { put(msg, None, |m| Ok(m.put_header(ptr::slice(fixed.cast(), len)?))) }
}

/// Puts an attribute with any payload, padded with zeros.
///
/// @msg   request under construction
/// @type  type of the attribute; may carry NLA_F_* bits
/// @data  the payload; copied
/// @len   bytes of it
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, or data is NULL and len is not 0
///   -EMSGSIZE  the message would be longer than 2 GiB, or len is above 65531
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_bytes(
    msg: *mut rnl_msg,
    r#type: u16,
    data: *const c_void,
    len: usize,
) -> c_int {
    // SAFETY: the caller passes len readable bytes.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put(r#type, ptr::slice(data.cast(), len)?))) }
}

/// Puts an attribute without payload.
///
/// @msg   request under construction
/// @type  type of the attribute
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_flag(msg: *mut rnl_msg, r#type: u16) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_flag(r#type))) }
}

/// Puts an unsigned number of 1 byte.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_u8(msg: *mut rnl_msg, r#type: u16, value: u8) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_u8(r#type, value))) }
}

/// Puts an unsigned number of 2 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_u16(msg: *mut rnl_msg, r#type: u16, value: u16) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_u16(r#type, value))) }
}

/// Puts an unsigned number of 4 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_u32(msg: *mut rnl_msg, r#type: u16, value: u32) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_u32(r#type, value))) }
}

/// Puts an unsigned number of 8 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_u64(msg: *mut rnl_msg, r#type: u16, value: u64) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_u64(r#type, value))) }
}

/// Puts a signed number of 1 byte.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_s8(msg: *mut rnl_msg, r#type: u16, value: i8) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_s8(r#type, value))) }
}

/// Puts a signed number of 2 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_s16(msg: *mut rnl_msg, r#type: u16, value: i16) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_s16(r#type, value))) }
}

/// Puts a signed number of 4 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_s32(msg: *mut rnl_msg, r#type: u16, value: i32) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_s32(r#type, value))) }
}

/// Puts a signed number of 8 bytes in host order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_s64(msg: *mut rnl_msg, r#type: u16, value: i64) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_s64(r#type, value))) }
}

/// Puts an unsigned number of 2 bytes in network order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number, in host order
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_be16(msg: *mut rnl_msg, r#type: u16, value: u16) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_be16(r#type, value))) }
}

/// Puts an unsigned number of 4 bytes in network order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number, in host order
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_be32(msg: *mut rnl_msg, r#type: u16, value: u32) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_be32(r#type, value))) }
}

/// Puts an unsigned number of 8 bytes in network order.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number, in host order
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_be64(msg: *mut rnl_msg, r#type: u16, value: u64) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_be64(r#type, value))) }
}

/// Puts the kernel's uint: 4 bytes where the number fits, else 8.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_uint(msg: *mut rnl_msg, r#type: u16, value: u64) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_uint(r#type, value))) }
}

/// Puts the kernel's sint: 4 bytes where the number fits, else 8.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_sint(msg: *mut rnl_msg, r#type: u16, value: i64) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_sint(r#type, value))) }
}

/// Puts an unsigned number of 8 bytes in host order, aligned to 8: behind an empty attribute where
/// that is needed.
///
/// @msg    request under construction
/// @type   type of the attribute
/// @pad    type of the empty attribute, IFLA_PAD or the like
/// @value  the number
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_u64_aligned(
    msg: *mut rnl_msg,
    r#type: u16,
    pad: u16,
    value: u64,
) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_u64_aligned(r#type, pad, value))) }
}

/// Puts a struct nla_bitfield32. Bits outside selector are cleared: the kernel refuses them.
///
/// @msg       request under construction
/// @type      type of the attribute
/// @value     the bits
/// @selector  which of them are meant
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_bitfield32(
    msg: *mut rnl_msg,
    r#type: u16,
    value: u32,
    selector: u32,
) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_bitfield32(r#type, value, selector))) }
}

/// Puts a string with its NUL.
///
/// @msg   request under construction
/// @type  type of the attribute
/// @text  NUL-terminated; copied
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL or text is NULL
///   -EMSGSIZE  the message would be longer than 2 GiB, or text is longer than 65530 bytes
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_str(
    msg: *mut rnl_msg,
    r#type: u16,
    text: *const c_char,
) -> c_int {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_strz(r#type, ptr::bytes(text)?))) }
}

/// Puts an IPv4 or IPv6 address given as text: 4 or 16 bytes.
///
/// @msg   request under construction
/// @type  type of the attribute
/// @text  "192.0.2.1" or "2001:db8::1"
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, text is NULL or no address
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_ip(
    msg: *mut rnl_msg,
    r#type: u16,
    text: *const c_char,
) -> c_int {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_ip_or(r#type, parse_ip(ptr::c_str(text)?)))) }
}

/// Puts a MAC address given as text: 6 bytes.
///
/// @msg   request under construction
/// @type  type of the attribute
/// @text  "02:00:00:00:00:01"
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, text is NULL or no MAC address
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_mac(
    msg: *mut rnl_msg,
    r#type: u16,
    text: *const c_char,
) -> c_int {
    // SAFETY: the caller passes NULL or a NUL-terminated string.
    unsafe { put(msg, Some(r#type), |m| Ok(m.put_mac_text(r#type, ptr::text(text)?))) }
}

/// Appends bytes as they are: attributes that were built elsewhere.
///
/// @msg   request under construction
/// @data  the bytes; copied, padded with zeros to 4
/// @len   how many
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, or data is NULL and len is not 0
///   -EMSGSIZE  the message would be longer than 2 GiB
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_put_raw(
    msg: *mut rnl_msg,
    data: *const c_void,
    len: usize,
) -> c_int {
    // SAFETY: the caller passes len readable bytes.
    unsafe { put(msg, None, |m| Ok(m.put_raw(ptr::slice(data.cast(), len)?))) }
}

/// Begins a nest: what is put goes inside until rnl_msg_nest_end(). Nests may be in nests, 16 deep.
///
/// @msg   request under construction
/// @type  type of the attribute; NLA_F_NESTED is added
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL
///   -EMSGSIZE  more than 16 nests would be open
///   -ENOMEM    no memory
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_nest_begin(msg: *mut rnl_msg, r#type: u16) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, Some(r#type), |m| Ok(m.nest(r#type))) }
}

/// Ends the innermost nest.
///
/// @msg  request under construction
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL    msg is NULL, or no nest is open
///   -EMSGSIZE  the nest is longer than 65535 bytes
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_nest_end(msg: *mut rnl_msg) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, None, |m| Ok(m.nest_end())) }
}

/// Takes the innermost nest back, with all that was put inside.
///
/// @msg  request under construction
///
/// Returns 0, or the first failure of this message, which sticks:
///   -EINVAL  msg is NULL, or no nest is open
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_msg_nest_cancel(msg: *mut rnl_msg) -> c_int {
    // SAFETY: as documented.
    unsafe { put(msg, None, |m| Ok(m.nest_cancel())) }
}
