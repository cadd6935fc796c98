// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where dumps go. The printf-like entry points, `nl_dump` and `nl_dump_line`, are in variadic.c, since
//! Rust cannot define them; they end in [`nl3_dump_text`].

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use crate::abi::{FILE, nl_dump_params};

unsafe extern "C" {
    pub(crate) static stderr: *mut FILE;
    pub(crate) static stdout: *mut FILE;
    pub(crate) fn nl_dump(params: *mut nl_dump_params, format: *const c_char, ...);
    pub(crate) fn nl_dump_line(params: *mut nl_dump_params, format: *const c_char, ...);
}

/// How much of what goes on is told on standard error: `NLDBG`, read when the library is loaded.
#[unsafe(no_mangle)]
pub static mut nl_debug: c_int = 0;

/// Where and how that is dumped.
#[unsafe(no_mangle)]
pub static mut nl_debug_dp: nl_dump_params = nl_dump_params {
    kind: NL_DUMP_DETAILS,
    prefix: 0,
    print_index: 0,
    dump_msgtype: 0,
    cb: None,
    nl_cb: None,
    data: null_mut(),
    fd: null_mut(),
    buf: null_mut(),
    buflen: 0,
    pre_dump: 0,
    ivar: 0,
    line: 0,
};

pub(crate) const NL_DUMP_DETAILS: c_uint = 1;
pub(crate) const NL_DUMP_STATS: c_uint = 2;

/// Run when the library is loaded.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

extern "C" fn start() {
    // SAFETY: nothing else runs yet; the C library is set up before us.
    unsafe {
        let level = libc::getenv(c"NLDBG".as_ptr());
        if !level.is_null() {
            nl_debug = libc::strtol(level, null_mut(), 0) as c_int;
        }
        nl_debug_dp.fd = stderr;
        crate::socket::start();
    }
}

/// Prints through `nl_dump`: `dump!(params, c"format", ...)`. Arguments as printf wants them.
macro_rules! dump {
    ($params:expr, $format:literal $(, $arg:expr)* $(,)?) => {
        // SAFETY: the format is a constant that the arguments fit, and params the caller's live ones.
        unsafe { $crate::dump::nl_dump($params, $format.as_ptr() $(, $arg)*) }
    };
}
pub(crate) use dump;

/// The same after the indentation of the line.
macro_rules! dump_line {
    ($params:expr, $format:literal $(, $arg:expr)* $(,)?) => {
        // SAFETY: as for `dump!`.
        unsafe { $crate::dump::nl_dump_line($params, $format.as_ptr() $(, $arg)*) }
    };
}
pub(crate) use dump_line;

/// A line for whoever debugs: printed to standard error when NLDBG is at least `level`.
macro_rules! debug {
    ($level:literal, $format:literal $(, $arg:expr)* $(,)?) => {
        // SAFETY: the format is a constant that the arguments fit.
        unsafe {
            if $crate::dump::nl_debug >= $level {
                libc::fprintf($crate::dump::stderr, c"DBG<%d>: ".as_ptr(), $level as core::ffi::c_int);
                libc::fprintf($crate::dump::stderr, $format.as_ptr() $(, $arg)*);
            }
        }
    };
}
pub(crate) use debug;

/// Puts `text`, already formatted, where the dump goes: to the stream, the callback or the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl3_dump_text(params: *mut nl_dump_params, text: *mut c_char) {
    // SAFETY: params are the caller's; text is a string.
    unsafe {
        if !(*params).fd.is_null() {
            libc::fputs(text, (*params).fd);
        } else if let Some(cb) = (*params).cb {
            cb(params, text);
        } else if !(*params).buf.is_null() {
            append(params, text);
        }
    }
}

/// Adds to the buffer what fits.
unsafe fn append(params: *mut nl_dump_params, text: *const c_char) {
    // SAFETY: the buffer holds a string and has the length that is said.
    unsafe {
        let used = libc::strlen((*params).buf);
        libc::strncat((*params).buf, text, (*params).buflen.saturating_sub(used + 1));
    }
}

/// Begins a line: the indentation, which callbacks for text do not get, and the callback for lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_new_line(params: *mut nl_dump_params) {
    // SAFETY: params are the caller's.
    unsafe {
        (*params).line = (*params).line.wrapping_add(1);
        for _ in 0..(*params).prefix {
            if !(*params).fd.is_null() {
                libc::fputs(c" ".as_ptr(), (*params).fd);
            } else if !(*params).buf.is_null() {
                append(params, c" ".as_ptr());
            }
        }
        if let Some(nl_cb) = (*params).nl_cb {
            nl_cb(params, (*params).line as c_int);
        }
    }
}
