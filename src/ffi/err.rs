// SPDX-License-Identifier: MIT OR Apache-2.0
//! Errors: one object per failing call.

use core::ffi::{c_char, c_int};

use super::guard::{CText, guard};
use super::ptr::{self, Handle, handle};
use super::view::rnl_bytes;
use crate::error::{Error, Fault, Origin};

/// What is known about a failed call beyond its errno.
///
/// Functions that take a `struct rnl_err **err` set `*err` to NULL on success and to a new object on
/// failure, which the caller frees with rnl_err_free(); `err` may be NULL. All strings of the object
/// live as long as it does. If there is no memory for it, `*err` is NULL and the return value alone
/// says what happened.
#[cfg_attr(all(), repr(C))]
pub struct rnl_err {
    magic: u32,
    error: Error,
    text: CText,
    kernel_text: CText,
    attr: CText,
    missing: CText,
    guess: CText,
}

handle!(rnl_err, 0x726e_6c01);

/// The kernel answered the request with an error.
pub const RNL_FROM_KERNEL: c_int = 1;
/// rnl refused before anything was sent, or could not read what came.
pub const RNL_FROM_LOCAL: c_int = 2;
/// A system call on the socket failed.
pub const RNL_FROM_SOCKET: c_int = 3;
/// The deadline passed.
pub const RNL_FROM_TIMEOUT: c_int = 4;

impl rnl_err {
    /// An error object for the caller; NULL if there is no memory.
    pub(super) fn give(error: Error) -> *mut rnl_err {
        let state = rnl_err {
            magic: rnl_err::MAGIC,
            text: CText::new(error.text().as_deref().unwrap_or("out of memory")),
            kernel_text: CText::new(error.kernel_text().unwrap_or("")),
            attr: CText::new(error.attr().unwrap_or("")),
            missing: CText::new(error.missing().unwrap_or("")),
            guess: CText::new(error.guess().unwrap_or("")),
            error,
        };
        ptr::give(state).unwrap_or(core::ptr::null_mut())
    }
}

/// A string of the object, or NULL.
unsafe fn string(err: *const rnl_err, pick: fn(&rnl_err) -> &CText) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    let state = unsafe { ptr::get(err) };
    state.map_or(core::ptr::null(), |s| pick(s).as_ptr())
}

/// Bytes of the object: 1 and `out` filled, or 0 where there are none.
unsafe fn blob(err: *const rnl_err, out: *mut rnl_bytes, pick: fn(&Error) -> &[u8]) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an error object, and NULL or a place for the result.
        let (state, out) = unsafe { (ptr::get(err)?, ptr::out(out)?) };
        let bytes = pick(&state.error);
        *out = bytes.into();
        Ok((!bytes.is_empty()).into())
    })
}

/// The errno of an error, as a positive number.
///
/// @err  error object, or NULL
///
/// Returns the errno, or 0 if err is NULL.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_errno(err: *const rnl_err) -> c_int {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { ptr::get(err) }.map_or(0, |s| s.error.errno())
}

/// Who said no.
///
/// @err  error object, or NULL
///
/// Returns RNL_FROM_KERNEL, RNL_FROM_LOCAL, RNL_FROM_SOCKET or RNL_FROM_TIMEOUT, or 0 if err is NULL.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_origin(err: *const rnl_err) -> c_int {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { ptr::get(err) }.map_or(0, |s| match s.error.origin() {
        Origin::Kernel => RNL_FROM_KERNEL,
        Origin::Local => RNL_FROM_LOCAL,
        Origin::Socket => RNL_FROM_SOCKET,
        Origin::Timeout => RNL_FROM_TIMEOUT,
    })
}

/// The error as one sentence for people:
/// "newroute: ENETUNREACH: Nexthop has invalid gateway (.gateway)".
///
/// @err  error object, or NULL
///
/// Returns a string that lives as long as err; "no error object" if err is NULL. Never NULL.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_text(err: *const rnl_err) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    let text = unsafe { string(err, |s| &s.text) };
    match (text.is_null(), err.is_null()) {
        (false, _) => text,
        (true, true) => c"no error object".as_ptr(),
        (true, false) => c"out of memory".as_ptr(),
    }
}

/// The text that the kernel sent with its refusal (NLMSGERR_ATTR_MSG).
///
/// @err  error object, or NULL
///
/// Returns a string that lives as long as err, or NULL if the kernel sent none.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_kernel_text(err: *const rnl_err) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { string(err, |s| &s.kernel_text) }
}

/// The path of the attribute that is wrong: ".linkinfo.data(vxlan).id". An attribute without a known
/// name shows its number.
///
/// @err  error object, or NULL
///
/// Returns a string that lives as long as err, or NULL if no attribute is known to be wrong.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_attr(err: *const rnl_err) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { string(err, |s| &s.attr) }
}

/// The path of the attribute that is missing: ".linkinfo.kind".
///
/// @err  error object, or NULL
///
/// Returns a string that lives as long as err, or NULL if none is known to be missing.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_missing(err: *const rnl_err) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { string(err, |s| &s.missing) }
}

/// What may be wrong with a request that the kernel refused without saying where, by the descriptions or
/// by the kernel's own policy: ".mtu: given 2 bytes, wanted u32". It is rnl's guess: the kernel may have
/// had another reason.
///
/// @err  error object, or NULL
///
/// Returns a string that lives as long as err, or NULL if the kernel said where, or nothing looks wrong.
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_guess(err: *const rnl_err) -> *const c_char {
    // SAFETY: the caller passes NULL or an error object.
    unsafe { string(err, |s| &s.guess) }
}

/// Where the attribute that is wrong starts (NLMSGERR_ATTR_OFFS).
///
/// @err  error object
/// @out  filled on 1: bytes from the header of the request, see rnl_err_request()
///
/// Returns 1, or 0 if the kernel gave no offset, or
///   -EINVAL  err or out is NULL
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_offset(err: *const rnl_err, out: *mut u32) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or an error object, and NULL or a place for the result.
        let (state, out) = unsafe { (ptr::get(err)?, ptr::out(out)?) };
        let offset = state.error.detail().and_then(|d| d.offset);
        *out = offset.unwrap_or(0);
        Ok(offset.is_some().into())
    })
}

/// Data that the kernel gave with its refusal (NLMSGERR_ATTR_COOKIE).
///
/// @err  error object
/// @out  filled on 1; borrows from err
///
/// Returns 1, or 0 if there is none, or
///   -EINVAL  err or out is NULL
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_cookie(err: *const rnl_err, out: *mut rnl_bytes) -> c_int {
    // SAFETY: as documented.
    unsafe { blob(err, out, |e| e.detail().map_or(&[], |d| &d.cookie)) }
}

/// What the kernel's policy wanted of the attribute that is wrong (NLMSGERR_ATTR_POLICY).
///
/// @err  error object
/// @out  filled on 1: attributes NL_POLICY_TYPE_ATTR_*, for rnl_attrs_of(); borrows from err
///
/// Returns 1, or 0 if there is none, or
///   -EINVAL  err or out is NULL
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_policy(err: *const rnl_err, out: *mut rnl_bytes) -> c_int {
    // SAFETY: as documented.
    unsafe { blob(err, out, |e| e.detail().map_or(&[], |d| &d.policy)) }
}

/// The request that failed, as it was sent.
///
/// @err  error object
/// @out  filled on 1: the message with its header; borrows from err
///
/// Returns 1, or 0 if no request was refused, or
///   -EINVAL  err or out is NULL
/// Threads: any, while nobody frees err. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_request(err: *const rnl_err, out: *mut rnl_bytes) -> c_int {
    // SAFETY: as documented.
    unsafe { blob(err, out, |e| e.detail().map_or(&[], |d| &d.request)) }
}

/// Frees an error object with its strings.
///
/// @err  error object, or NULL
///
/// Returns 0, or
///   -EINVAL  err is not an error object, or has been freed
/// Threads: err must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_err_free(err: *mut rnl_err) -> c_int {
    // SAFETY: the caller passes NULL or an error object that it does not use any more.
    guard(|| unsafe { ptr::take(err) }.map(|_| 0))
}

/// Faults of rnl's own become errors in functions with an error object.
pub(super) fn fault<T>(result: Result<T, Fault>) -> Result<T, Error> {
    result.map_err(Error::from)
}
