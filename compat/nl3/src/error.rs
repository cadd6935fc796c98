// SPDX-License-Identifier: MIT OR Apache-2.0
//! Error numbers (`NLE_*`), their texts, and what an errno becomes.

use core::ffi::{c_char, c_int, c_void};

/// What a function of this crate answers: nothing, or a positive `NLE_*`.
pub(crate) type Done = Result<(), c_int>;

macro_rules! errors {
    ($($NAME:ident = $number:literal $text:literal,)*) => {
        $(#[allow(dead_code)] pub(crate) const $NAME: c_int = $number;)*
        /// The texts, each closed by a NUL, in the order of their numbers.
        const TEXTS: &str = concat!($($text, "\0"),*);
    };
}

errors! {
    NLE_SUCCESS = 0 "Success",
    NLE_FAILURE = 1 "Unspecific failure",
    NLE_INTR = 2 "Interrupted system call",
    NLE_BAD_SOCK = 3 "Bad socket",
    NLE_AGAIN = 4 "Try again",
    NLE_NOMEM = 5 "Out of memory",
    NLE_EXIST = 6 "Object exists",
    NLE_INVAL = 7 "Invalid input data or parameter",
    NLE_RANGE = 8 "Input data out of range",
    NLE_MSGSIZE = 9 "Message size not sufficient",
    NLE_OPNOTSUPP = 10 "Operation not supported",
    NLE_AF_NOSUPPORT = 11 "Address family not supported",
    NLE_OBJ_NOTFOUND = 12 "Object not found",
    NLE_NOATTR = 13 "Attribute not available",
    NLE_MISSING_ATTR = 14 "Missing attribute",
    NLE_AF_MISMATCH = 15 "Address family mismatch",
    NLE_SEQ_MISMATCH = 16 "Message sequence number mismatch",
    NLE_MSG_OVERFLOW = 17 "Kernel reported message overflow",
    NLE_MSG_TRUNC = 18 "Kernel reported truncated message",
    NLE_NOADDR = 19 "Invalid address for specified address family",
    NLE_SRCRT_NOSUPPORT = 20 "Source based routing not supported",
    NLE_MSG_TOOSHORT = 21 "Netlink message is too short",
    NLE_MSGTYPE_NOSUPPORT = 22 "Netlink message type is not supported",
    NLE_OBJ_MISMATCH = 23 "Object type does not match cache",
    NLE_NOCACHE = 24 "Unknown or invalid cache type",
    NLE_BUSY = 25 "Object busy",
    NLE_PROTO_MISMATCH = 26 "Protocol mismatch",
    NLE_NOACCESS = 27 "No Access",
    NLE_PERM = 28 "Operation not permitted",
    NLE_PKTLOC_FILE = 29 "Unable to open packet location file",
    NLE_PARSE_ERR = 30 "Unable to parse object",
    NLE_NODEV = 31 "No such device",
    NLE_IMMUTABLE = 32 "Immutable attribute",
    NLE_DUMP_INTR = 33 "Dump inconsistency detected, interrupted",
    NLE_ATTRSIZE = 34 "Attribute max length exceeded",
}

/// What C gets: 0 or the negative number.
pub(crate) fn code(done: Done) -> c_int {
    match done {
        Ok(()) => 0,
        Err(number) => -number,
    }
}

/// What a C function's answer means: anything below 0 is an error.
pub(crate) fn done(answer: c_int) -> Done {
    if answer < 0 { Err(answer.wrapping_neg()) } else { Ok(()) }
}

/// The text of an error, of either sign.
#[unsafe(no_mangle)]
pub extern "C" fn nl_geterror(error: c_int) -> *const c_char {
    let number = error.unsigned_abs() as usize;
    let texts = TEXTS.as_bytes().split_inclusive(|&b| b == 0);
    texts.clone().nth(number).or(texts.clone().nth(1)).unwrap_or_default().as_ptr().cast()
}

/// Prints `text: error` to standard error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_perror(error: c_int, text: *const c_char) {
    // SAFETY: text is NULL or a string.
    unsafe {
        if text.is_null() || *text == 0 {
            libc::fprintf(crate::dump::stderr, c"%s\n".as_ptr(), nl_geterror(error));
        } else {
            libc::fprintf(crate::dump::stderr, c"%s: %s\n".as_ptr(), text, nl_geterror(error));
        }
    }
}

/// errno to `NLE_*`, as pairs.
const FROM_ERRNO: [(c_int, c_int); 23] = [
    (libc::EBADF, NLE_BAD_SOCK),
    (libc::ENOTSOCK, NLE_BAD_SOCK),
    (libc::EADDRINUSE, NLE_EXIST),
    (libc::EEXIST, NLE_EXIST),
    (libc::EADDRNOTAVAIL, NLE_NOADDR),
    (libc::ENOENT, NLE_OBJ_NOTFOUND),
    (libc::ESRCH, NLE_OBJ_NOTFOUND),
    (libc::EINTR, NLE_INTR),
    (libc::EAGAIN, NLE_AGAIN),
    (libc::ENOPROTOOPT, NLE_INVAL),
    (libc::EFAULT, NLE_INVAL),
    (libc::EINVAL, NLE_INVAL),
    (libc::EACCES, NLE_NOACCESS),
    (libc::ENOBUFS, NLE_NOMEM),
    (libc::ENOMEM, NLE_NOMEM),
    (libc::EAFNOSUPPORT, NLE_AF_NOSUPPORT),
    (libc::EPROTONOSUPPORT, NLE_PROTO_MISMATCH),
    (libc::EOPNOTSUPP, NLE_OPNOTSUPP),
    (libc::EPERM, NLE_PERM),
    (libc::EBUSY, NLE_BUSY),
    (libc::ERANGE, NLE_RANGE),
    (libc::ENODEV, NLE_NODEV),
    (0, NLE_FAILURE),
];

/// The `NLE_*` (positive) of an errno of either sign.
#[unsafe(no_mangle)]
pub extern "C" fn nl_syserr2nlerr(errno: c_int) -> c_int {
    let errno = errno.wrapping_abs();
    FROM_ERRNO.iter().find(|(from, _)| *from == errno).map_or(NLE_FAILURE, |(_, to)| *to)
}

/// The error of the system call that has just failed, as `Err`.
pub(crate) fn last<T>() -> Result<T, c_int> {
    // SAFETY: errno is the thread's own.
    Err(nl_syserr2nlerr(unsafe { *libc::__errno_location() }))
}

unsafe extern "C" {
    fn newlocale(mask: c_int, locale: *const c_char, base: *mut c_void) -> *mut c_void;
    fn freelocale(locale: *mut c_void);
    fn strerror_l(errno: c_int, locale: *mut c_void) -> *const c_char;
}

/// strerror that is safe with threads: in the C library's text of the program's locale.
#[unsafe(no_mangle)]
pub extern "C" fn nl_strerror_l(errno: c_int) -> *const c_char {
    // SAFETY: a locale of our own is made, used and given back; errno is the thread's own.
    unsafe {
        let before = *libc::__errno_location();
        let none = core::ptr::null_mut();
        let mut locale =
            newlocale(libc::LC_MESSAGES_MASK | libc::LC_CTYPE_MASK, c"".as_ptr(), none);
        if locale.is_null() && *libc::__errno_location() == libc::ENOENT {
            locale = newlocale(libc::LC_MESSAGES_MASK, c"POSIX".as_ptr(), none);
        }
        let text = if locale.is_null() {
            c"newlocale() failed".as_ptr()
        } else {
            let text = strerror_l(errno, locale);
            freelocale(locale);
            text
        };
        *libc::__errno_location() = before;
        text
    }
}
