// SPDX-License-Identifier: MIT OR Apache-2.0
//! Verdicts, hooks and what is copied of packets, by name.

use core::ffi::{c_char, c_int, c_uint};

use crate::names::{Names, names};

/// `NF_*`: what becomes of a packet.
pub(super) static VERDICTS: Names = names! {
    0 "NF_DROP", 1 "NF_ACCEPT", 2 "NF_STOLEN", 3 "NF_QUEUE", 4 "NF_REPEAT", 5 "NF_STOP",
};

/// `NF_INET_*`.
pub(super) static INET_HOOKS: Names = names! {
    0 "NF_INET_PREROUTING", 1 "NF_INET_LOCAL_IN", 2 "NF_INET_FORWARD", 3 "NF_INET_LOCAL_OUT",
    4 "NF_INET_POST_ROUTING",
};

/// `NFNL_LOG_COPY_*` and `NFNL_QUEUE_COPY_*`.
pub(super) static COPY_MODES: Names = names! { 0 "none", 1 "meta", 2 "packet" };

/// What is sent for a mode: nothing is copied for those that are not known.
pub(super) fn known_mode(mode: u8) -> u8 {
    if mode <= 2 { mode } else { 0 }
}

macro_rules! unsigned {
    ($($table:ident: $to_str:ident $number:ident -> $ret:ty;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(number: c_uint, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { $table.to_str(number as c_int, buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $number(text: *const c_char) -> $ret {
                // SAFETY: the caller's text is a string.
                unsafe { $table.number(text) as $ret }
            }
        )*
    };
}
unsigned! {
    VERDICTS: nfnl_verdict2str nfnl_str2verdict -> c_uint;
    INET_HOOKS: nfnl_inet_hook2str nfnl_str2inet_hook -> c_uint;
    COPY_MODES: nfnl_log_copy_mode2str nfnl_log_str2copy_mode -> c_int;
    COPY_MODES: nfnl_queue_copy_mode2str nfnl_queue_str2copy_mode -> c_int;
}
