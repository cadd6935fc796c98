// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes: reading, checking against a policy, putting, nesting.

use core::ffi::{c_char, c_int, c_ulong, c_void};
use core::ptr::null_mut;

use rnl::uapi::{NLA_F_NESTED, NLA_TYPE_MASK};

use crate::abi::{nla_policy, nlattr};
use crate::addr::nl_addr;
use crate::data::nl_data;
use crate::dump::debug;
use crate::error::{NLE_ATTRSIZE, NLE_INVAL, NLE_NOMEM, NLE_RANGE};
use crate::msg::{self, nl_msg};

/// Bytes of an attribute's header.
pub(crate) const NLA_HDRLEN: c_int = 4;

/// `len` with the padding behind it.
pub(crate) const fn align(len: c_int) -> c_int {
    len.wrapping_add(3) & !3
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_attr_size(payload: c_int) -> c_int {
    NLA_HDRLEN.wrapping_add(payload)
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_total_size(payload: c_int) -> c_int {
    align(nla_attr_size(payload))
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_padlen(payload: c_int) -> c_int {
    nla_total_size(payload).wrapping_sub(nla_attr_size(payload))
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_type(nla: &nlattr) -> c_int {
    (nla.nla_type & NLA_TYPE_MASK).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_data(nla: *const nlattr) -> *mut c_void {
    nla.wrapping_add(1).cast_mut().cast()
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_len(nla: &nlattr) -> c_int {
    c_int::from(nla.nla_len) - NLA_HDRLEN
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_ok(nla: *const nlattr, remaining: c_int) -> c_int {
    // SAFETY: a header is read only when there is room for one.
    let fits = || unsafe { (NLA_HDRLEN..=remaining).contains(&(*nla).nla_len.into()) };
    (remaining >= NLA_HDRLEN && fits()).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_next(nla: &nlattr, remaining: &mut c_int) -> *mut nlattr {
    let len = align(nla.nla_len.into());
    *remaining = remaining.wrapping_sub(len);
    (&raw const *nla).wrapping_byte_add(len as usize).cast_mut()
}

/// A walk over the attributes in `remaining` bytes at `next`.
pub(crate) struct Walk {
    next: *const nlattr,
    /// What has not been walked, the damaged end included.
    pub(crate) remaining: c_int,
}

/// Walks `len` bytes at `head`.
pub(crate) unsafe fn walk(head: *const nlattr, len: c_int) -> Walk {
    Walk { next: head, remaining: len }
}

impl Iterator for Walk {
    type Item = &'static nlattr;

    fn next(&mut self) -> Option<&'static nlattr> {
        // SAFETY: `walk` was promised that so many bytes are there; the views end with the caller's call.
        unsafe {
            if nla_ok(self.next, self.remaining) == 0 {
                return None;
            }
            let nla = &*self.next;
            self.next = nla_next(nla, &mut self.remaining);
            Some(nla)
        }
    }
}

/// The string that a payload of at most `room` bytes is, if it is closed by a NUL.
pub(crate) fn closed_text(nla: &nlattr, room: c_int) -> Result<*const c_char, c_int> {
    let (len, text) = (nla_len(nla), nla_data(nla).cast::<c_char>());
    if len < 1 || len > room {
        return Err(NLE_RANGE);
    }
    // SAFETY: the payload has `len` bytes, at least one.
    if unsafe { *text.add(len as usize - 1) } != 0 { Err(NLE_INVAL) } else { Ok(text) }
}

/// The least length of a payload, by `NLA_*` type.
const MINLEN: [u8; 16] = [0, 1, 2, 4, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const NLA_STRING: u16 = 5;

/// Whether a payload is what the policy for its type asks for.
fn validate(nla: &nlattr, maxtype: c_int, policy: *const nla_policy) -> Result<(), c_int> {
    let kind = nla_type(nla);
    if kind > maxtype || policy.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's policy has `maxtype + 1` rows.
    let rule = unsafe { &*policy.add(kind as usize) };
    let Some(&least) = MINLEN.get(usize::from(rule.kind)) else { return Err(NLE_INVAL) };
    let least = if rule.minlen > 0 { rule.minlen.into() } else { c_int::from(least) };
    let len = nla_len(nla);
    if len < least || (rule.maxlen > 0 && len > rule.maxlen.into()) {
        return Err(NLE_RANGE);
    }
    // SAFETY: the payload has `len` bytes, at least one.
    let unterminated = || unsafe { *nla_data(nla).cast::<u8>().add(len as usize - 1) } != 0;
    if rule.kind == NLA_STRING && len > 0 && unterminated() { Err(NLE_INVAL) } else { Ok(()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_parse(
    tb: *mut *mut nlattr,
    maxtype: c_int,
    head: *mut nlattr,
    len: c_int,
    policy: *const nla_policy,
) -> c_int {
    let types = maxtype.saturating_add(1).max(0) as usize;
    // SAFETY: the caller's table has `maxtype + 1` slots, and the attributes are `len` bytes.
    let (tb, mut all) = unsafe {
        libc::memset(tb.cast(), 0, types.saturating_mul(size_of::<*mut nlattr>()));
        (tb, walk(head, len))
    };
    for nla in &mut all {
        let kind = nla_type(nla);
        if kind > maxtype {
            continue;
        }
        if let Err(error) = validate(nla, maxtype, policy) {
            return -error;
        }
        // SAFETY: the type is at most `maxtype`.
        let slot = unsafe { &mut *tb.add(kind as usize) };
        if !slot.is_null() {
            debug!(1, c"Attribute of type %d found multiple times in message, previous attribute is being ignored.\n", kind);
        }
        *slot = (&raw const *nla).cast_mut();
    }
    if all.remaining > 0 {
        debug!(1, c"netlink: %d bytes leftover after parsing attributes.\n", all.remaining);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_validate(
    head: *const nlattr,
    len: c_int,
    maxtype: c_int,
    policy: *const nla_policy,
) -> c_int {
    // SAFETY: the caller's attributes are `len` bytes.
    let mut all = unsafe { walk(head, len) };
    all.find_map(|nla| validate(nla, maxtype, policy).err()).map_or(0, |error| -error)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_find(head: *const nlattr, len: c_int, kind: c_int) -> *mut nlattr {
    // SAFETY: the caller's attributes are `len` bytes.
    let mut all = unsafe { walk(head, len) };
    all.find(|nla| nla_type(nla) == kind).map_or(null_mut(), |nla| (&raw const *nla).cast_mut())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_memcpy(to: *mut c_void, nla: *const nlattr, count: c_int) -> c_int {
    // SAFETY: the target has `count` bytes, the payload its own length.
    unsafe {
        if nla.is_null() {
            return 0;
        }
        let len = count.min(nla_len(&*nla));
        libc::memcpy(to, nla_data(nla), len.max(0) as usize);
        len
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_strlcpy(to: *mut c_char, nla: *const nlattr, size: usize) -> usize {
    // SAFETY: the target has `size` bytes, the payload its own length.
    unsafe {
        let from = nla_data(nla).cast::<c_char>();
        let mut len = nla_len(&*nla).max(0) as usize;
        if len > 0 && *from.add(len - 1) == 0 {
            len -= 1;
        }
        if size > 0 {
            libc::memset(to.cast(), 0, size);
            libc::memcpy(to.cast(), from.cast(), len.min(size - 1));
        }
        len
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_memcmp(nla: &nlattr, data: *const c_void, size: usize) -> c_int {
    let longer = nla_len(nla).wrapping_sub(size as c_int);
    // SAFETY: both have `size` bytes.
    if longer == 0 { unsafe { libc::memcmp(nla_data(nla), data, size) } } else { longer }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_strcmp(nla: &nlattr, text: *const c_char) -> c_int {
    // SAFETY: the text is a string; its NUL is compared too.
    unsafe { nla_memcmp(nla, text.cast(), libc::strlen(text) + 1) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_reserve(msg: &mut nl_msg, kind: c_int, len: c_int) -> *mut nlattr {
    if !(0..=c_int::from(u16::MAX) - NLA_HDRLEN).contains(&len) {
        return null_mut();
    }
    // SAFETY: so many bytes have just been added to the message.
    unsafe {
        let nla = msg.grow_aligned(nla_total_size(len) as usize).cast::<nlattr>();
        if !nla.is_null() {
            *nla = nlattr { nla_len: nla_attr_size(len) as u16, nla_type: kind as u16 };
            let end = nla_data(nla).byte_add(len as usize);
            libc::memset(end, 0, nla_padlen(len) as usize);
        }
        nla
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put(
    msg: &mut nl_msg,
    kind: c_int,
    len: c_int,
    data: *const c_void,
) -> c_int {
    // SAFETY: the data has `len` bytes, and so has what was reserved.
    unsafe {
        let nla = nla_reserve(msg, kind, len);
        if nla.is_null() {
            return if len < 0 { -NLE_INVAL } else { -NLE_NOMEM };
        }
        if len > 0 {
            libc::memcpy(nla_data(nla), data, len as usize);
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_data(
    msg: &mut nl_msg,
    kind: c_int,
    data: *const nl_data,
) -> c_int {
    // SAFETY: the data is live.
    unsafe { nla_put(msg, kind, (*data).size as c_int, (*data).bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_addr(msg: &mut nl_msg, kind: c_int, addr: *mut nl_addr) -> c_int {
    // SAFETY: the address is live.
    unsafe { nla_put(msg, kind, (*addr).len as c_int, nl_addr::bytes(addr).cast()) }
}

macro_rules! numbers {
    ($($get:ident $put:ident $kind:ty;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(nla: *const nlattr) -> $kind {
                // SAFETY: the attribute was checked to have a payload of this size.
                unsafe { nla_data(nla).cast::<$kind>().read_unaligned() }
            }
            numbers! { put $put $kind }
        )*
    };
    (put $put:ident $kind:ty) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $put(msg: &mut nl_msg, kind: c_int, value: $kind) -> c_int {
            // SAFETY: the value is ours.
            unsafe { nla_put(msg, kind, size_of::<$kind>() as c_int, (&raw const value).cast()) }
        }
    };
}

numbers! {
    nla_get_u8 nla_put_u8 u8;
    nla_get_s8 nla_put_s8 i8;
    nla_get_u16 nla_put_u16 u16;
    nla_get_s16 nla_put_s16 i16;
    nla_get_u32 nla_put_u32 u32;
    nla_get_s32 nla_put_s32 i32;
}
numbers! { put nla_put_u64 u64 }
numbers! { put nla_put_s64 i64 }

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_get_u64(nla: *const nlattr) -> u64 {
    // SAFETY: NULL or an attribute; a payload that is too short is not read.
    unsafe {
        let fits = !nla.is_null() && nla_len(&*nla) >= 8;
        if fits { nla_data(nla).cast::<u64>().read_unaligned() } else { 0 }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_get_s64(nla: *const nlattr) -> i64 {
    // SAFETY: as for nla_get_u64.
    unsafe { nla_get_u64(nla) as i64 }
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_get_string(nla: *const nlattr) -> *mut c_char {
    nla_data(nla).cast()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_strdup(nla: *const nlattr) -> *mut c_char {
    // SAFETY: the attribute was checked to be a string.
    unsafe { libc::strdup(nla_data(nla).cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_string(
    msg: &mut nl_msg,
    kind: c_int,
    text: *const c_char,
) -> c_int {
    // SAFETY: the text is a string; its NUL goes along.
    unsafe { nla_put(msg, kind, libc::strlen(text) as c_int + 1, text.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_get_flag(nla: *const nlattr) -> c_int {
    (!nla.is_null()).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_flag(msg: &mut nl_msg, kind: c_int) -> c_int {
    // SAFETY: no data is read.
    unsafe { nla_put(msg, kind, 0, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_get_msecs(nla: *const nlattr) -> c_ulong {
    // SAFETY: as for nla_get_u64.
    unsafe { nla_get_u64(nla) as c_ulong }
}

// A long has 32 bits on some machines.
#[allow(clippy::unnecessary_cast)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_msecs(msg: &mut nl_msg, kind: c_int, msecs: c_ulong) -> c_int {
    // SAFETY: as for nla_put_u64.
    unsafe { nla_put_u64(msg, kind, msecs as u64) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_put_nested(
    msg: &mut nl_msg,
    kind: c_int,
    nested: *const nl_msg,
) -> c_int {
    // SAFETY: the other message is live.
    unsafe {
        let nlh = (*nested).nlh;
        nla_put(msg, kind, msg::nlmsg_datalen(&*nlh), msg::nlmsg_data(nlh))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_nest_start(msg: &mut nl_msg, kind: c_int) -> *mut nlattr {
    // SAFETY: no data is read; the attribute begins where the message ended.
    unsafe {
        let start = msg::nlmsg_tail(&*msg.nlh).cast();
        let failed = nla_put_flag(msg, c_int::from(NLA_F_NESTED) | kind) < 0;
        if failed { null_mut() } else { start }
    }
}

/// Closes a nest. One that is empty goes, unless `keep_empty`.
unsafe fn end_nest(msg: &mut nl_msg, start: *mut nlattr, keep_empty: bool) -> c_int {
    // SAFETY: the nest was begun in this message, so it lies before the message's end.
    unsafe {
        let len = msg::nlmsg_tail(&*msg.nlh).byte_offset_from(start);
        let empty = len == NLA_HDRLEN as isize;
        if len > u16::MAX as isize || (empty && !keep_empty) {
            nla_nest_cancel(msg, start);
            return if empty { 0 } else { -NLE_ATTRSIZE };
        }
        (*start).nla_len = len as u16;
    }
    // The message ends where the nest does, padding included, as far as there is room.
    msg.grow_aligned(0);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_nest_end(msg: &mut nl_msg, start: *mut nlattr) -> c_int {
    // SAFETY: as for end_nest.
    unsafe { end_nest(msg, start, false) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_nest_end_keep_empty(msg: &mut nl_msg, start: *mut nlattr) -> c_int {
    // SAFETY: as for end_nest.
    unsafe { end_nest(msg, start, true) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_nest_cancel(msg: &mut nl_msg, start: *const nlattr) {
    // SAFETY: the nest was begun in this message, so it lies before the message's end.
    unsafe {
        let tail = msg::nlmsg_tail(&*msg.nlh);
        let len = tail.byte_offset_from(start);
        if len > 0 {
            (*msg.nlh).nlmsg_len = (*msg.nlh).nlmsg_len.wrapping_sub(len as u32);
            // The end is that of the last word, which may not be all there.
            let bytes = (len as usize).min(msg.room_from(start.cast()));
            libc::memset(start.cast_mut().cast(), 0, bytes);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nla_parse_nested(
    tb: *mut *mut nlattr,
    maxtype: c_int,
    nla: *mut nlattr,
    policy: *const nla_policy,
) -> c_int {
    // SAFETY: the payload is inside the attribute; the rest is nla_parse's contract.
    unsafe { nla_parse(tb, maxtype, nla_data(nla).cast(), nla_len(&*nla), policy) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nla_is_nested(nla: &nlattr) -> c_int {
    (nla.nla_type & NLA_F_NESTED != 0).into()
}
