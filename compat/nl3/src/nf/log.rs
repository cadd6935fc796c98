// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a program wants to have logged, `netfilter/log`.

use core::ffi::{c_char, c_int, c_uint};

use super::names::{COPY_MODES, known_mode};
use super::*;
use crate::abi::nl_dump_params;
use crate::dump::{dump, nl_new_line};
use crate::error::NLE_MISSING_ATTR;
use crate::names::{Names, names};
use crate::object::*;
use crate::rows::{accessors, attrs};

/// What one group is to log.
#[repr(C)]
pub struct nfnl_log {
    h: nl_object,
    group: u16,
    copy_mode: u8,
    copy_range: u32,
    flush_timeout: u32,
    alloc_size: u32,
    queue_threshold: u32,
    /// No attribute stands for them: they are set when they are not 0.
    flags: u32,
}

attrs! { nfnl_log {
    GROUP = 0 "group" Int(group),
    COPY_MODE = 1 "copy_mode" Int(copy_mode),
    COPY_RANGE = 3 "copy_range" Int(copy_range),
    FLUSH_TIMEOUT = 4 "flush_timeout" Int(flush_timeout),
    ALLOC_SIZE = 5 "alloc_size" Int(alloc_size),
    QUEUE_THRESHOLD = 6 "queue_threshold" Int(queue_threshold),
} }

#[unsafe(no_mangle)]
pub static log_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: GROUP as u32,
    keys: GROUP as u32,
    names: NAMES,
    dump: [Some(dump_line_of); 3],
    ..nl_object_ops::new::<nfnl_log>(c"netfilter/log", ATTRS)
};

/// Groups are not told of, only asked for: no messages.
pub(crate) static CACHE_OPS: nl_cache_ops =
    nl_cache_ops { hdrsize: HDRLEN, ..nl_cache_ops::new(c"netfilter/log", 0, &log_obj_ops) };

accessors! { nfnl_log:
    set  nfnl_log_set_group(u16) group: GROUP;
    test nfnl_log_test_group() group: GROUP;
    get  nfnl_log_get_group() -> u16 = group;
    set  nfnl_log_set_copy_mode(c_uint) copy_mode: COPY_MODE;
    test nfnl_log_test_copy_mode() copy_mode: COPY_MODE;
    get  nfnl_log_get_copy_mode() -> c_uint = copy_mode;
    set  nfnl_log_set_copy_range(u32) copy_range: COPY_RANGE;
    test nfnl_log_test_copy_range() copy_range: COPY_RANGE;
    get  nfnl_log_get_copy_range() -> u32 = copy_range;
    set  nfnl_log_set_flush_timeout(u32) flush_timeout: FLUSH_TIMEOUT;
    test nfnl_log_test_flush_timeout() flush_timeout: FLUSH_TIMEOUT;
    get  nfnl_log_get_flush_timeout() -> u32 = flush_timeout;
    set  nfnl_log_set_alloc_size(u32) alloc_size: ALLOC_SIZE;
    test nfnl_log_test_alloc_size() alloc_size: ALLOC_SIZE;
    get  nfnl_log_get_alloc_size() -> u32 = alloc_size;
    set  nfnl_log_set_queue_threshold(u32) queue_threshold: QUEUE_THRESHOLD;
    test nfnl_log_test_queue_threshold() queue_threshold: QUEUE_THRESHOLD;
    get  nfnl_log_get_queue_threshold() -> u32 = queue_threshold;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_set_flags(log: &mut nfnl_log, flags: c_uint) {
    log.flags |= flags;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_unset_flags(log: &mut nfnl_log, flags: c_uint) {
    log.flags &= !flags;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_get_flags(log: &nfnl_log) -> c_uint {
    log.flags
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_alloc() -> *mut nfnl_log {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&log_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_get(log: *mut nfnl_log) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(log.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_put(log: *mut nfnl_log) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(log.cast()) }
}

/// `NFNL_LOG_FLAG_*`.
static FLAG_NAMES: Names = names! { 1 "seq", 2 "seq_global", 4 "conntrack" };

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_flags2str(
    flags: c_uint,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { FLAG_NAMES.flags(flags.into(), buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_str2flags(text: *const c_char) -> c_uint {
    // SAFETY: the caller's text is a string.
    unsafe { FLAG_NAMES.bits(text) as c_uint }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    // SAFETY: the object is of this type; the buffer is ours and as long as it says.
    unsafe {
        let log = &*obj.cast::<nfnl_log>();
        let has = |bit| log.h.mask & bit != 0;
        nl_new_line(p);
        if has(GROUP) {
            dump!(p, c"group=%u ", c_uint::from(log.group));
        }
        if has(COPY_MODE) {
            let mode = COPY_MODES.to_str(log.copy_mode.into(), text.as_mut_ptr(), text.len());
            dump!(p, c"copy_mode=%s ", mode);
        }
        if has(COPY_RANGE) {
            dump!(p, c"copy_range=%u ", log.copy_range);
        }
        if has(FLUSH_TIMEOUT) {
            dump!(p, c"flush_timeout=%u ", log.flush_timeout);
        }
        if has(ALLOC_SIZE) {
            dump!(p, c"alloc_size=%u ", log.alloc_size);
        }
        if has(QUEUE_THRESHOLD) {
            dump!(p, c"queue_threshold=%u ", log.queue_threshold);
        }
        dump!(p, c"\n");
    }
}

const SUBSYS: u8 = 4;
const CONFIG: u8 = 1;

/// `NFULNL_CFG_CMD_*`.
const BIND: u8 = 1;
const UNBIND: u8 = 2;
const PF_BIND: u8 = 3;
const PF_UNBIND: u8 = 4;

/// `NFULA_CFG_CMD`.
fn put_command(msg: &mut nl_msg, command: u8) -> Done {
    put(msg, 1, &[command])
}

/// The other `NFULA_CFG_*`.
fn put_config(msg: &mut nl_msg, log: &nfnl_log) -> Done {
    let has = |bit| log.h.mask & bit != 0;
    if has(COPY_MODE) {
        let [a, b, c, d] = log.copy_range.to_be_bytes();
        put(msg, 2, &[a, b, c, d, known_mode(log.copy_mode), 0])?;
    }
    if has(FLUSH_TIMEOUT) {
        put(msg, 4, &log.flush_timeout.to_be_bytes())?;
    }
    if has(ALLOC_SIZE) {
        put(msg, 3, &log.alloc_size.to_be_bytes())?;
    }
    if has(QUEUE_THRESHOLD) {
        put(msg, 5, &log.queue_threshold.to_be_bytes())?;
    }
    if log.flags != 0 {
        put(msg, 6, &(log.flags as u16).to_be_bytes())?;
    }
    Ok(())
}

/// A message about a group, or about an address family as a whole.
unsafe fn config(
    (family, group): (u8, u16),
    result: *mut *mut nl_msg,
    fill: impl FnOnce(&mut nl_msg) -> Done,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build(nfnlmsg_alloc_simple(SUBSYS, CONFIG, 0, family, group), result, fill) }
}

macro_rules! builds {
    ($($name:ident($log:ident, $msg:ident) $fill:expr;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($log: &nfnl_log, result: *mut *mut nl_msg) -> c_int {
                if $log.h.mask & GROUP == 0 {
                    return -NLE_MISSING_ATTR;
                }
                // SAFETY: the result is the caller's.
                unsafe { config((0, $log.group), result, |$msg| $fill) }
            }
        )*
    };
}
builds! {
    // The kernel makes the group by the command, but stock has always sent it last.
    nfnl_log_build_create_request(log, msg) put_config(msg, log).and_then(|()| put_command(msg, BIND));
    nfnl_log_build_change_request(log, msg) put_config(msg, log);
    nfnl_log_build_delete_request(log, msg) put_command(msg, UNBIND);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_build_pf_bind(family: u8, result: *mut *mut nl_msg) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { config((family, 0), result, |msg| put_command(msg, PF_BIND)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_build_pf_unbind(family: u8, result: *mut *mut nl_msg) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { config((family, 0), result, |msg| put_command(msg, PF_UNBIND)) }
}

requests! {
    nfnl_log_create(log: &nfnl_log) = nfnl_log_build_create_request;
    nfnl_log_change(log: &nfnl_log) = nfnl_log_build_change_request;
    nfnl_log_delete(log: &nfnl_log) = nfnl_log_build_delete_request;
    nfnl_log_pf_bind(family: u8) = nfnl_log_build_pf_bind;
    nfnl_log_pf_unbind(family: u8) = nfnl_log_build_pf_unbind;
}
