// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a program wants to decide on, `netfilter/queue`.

use core::ffi::{c_char, c_int, c_uint};

use super::names::{COPY_MODES, known_mode};
use super::*;
use crate::abi::nl_dump_params;
use crate::dump::{dump, nl_new_line};
use crate::error::NLE_MISSING_ATTR;
use crate::object::*;
use crate::rows::{accessors, attrs};

/// One queue.
#[repr(C)]
pub struct nfnl_queue {
    h: nl_object,
    group: u16,
    copy_mode: u8,
    maxlen: u32,
    copy_range: u32,
}

attrs! { nfnl_queue {
    GROUP = 0 "group" Int(group),
    MAXLEN = 1 "maxlen" Int(maxlen),
    COPY_MODE = 2 "copy_mode" Int(copy_mode),
    COPY_RANGE = 3 "copy_range" Int(copy_range),
} }

#[unsafe(no_mangle)]
pub static queue_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: GROUP as u32,
    keys: GROUP as u32,
    names: NAMES,
    dump: [Some(dump_line_of); 3],
    ..nl_object_ops::new::<nfnl_queue>(c"netfilter/queue", ATTRS)
};

/// Queues are not told of, only asked for: no messages.
pub(crate) static CACHE_OPS: nl_cache_ops =
    nl_cache_ops { hdrsize: HDRLEN, ..nl_cache_ops::new(c"netfilter/queue", 0, &queue_obj_ops) };

accessors! { nfnl_queue:
    set  nfnl_queue_set_group(u16) group: GROUP;
    test nfnl_queue_test_group() group: GROUP;
    get  nfnl_queue_get_group() -> u16 = group;
    set  nfnl_queue_set_maxlen(u32) maxlen: MAXLEN;
    test nfnl_queue_test_maxlen() maxlen: MAXLEN;
    get  nfnl_queue_get_maxlen() -> u32 = maxlen;
    set  nfnl_queue_set_copy_mode(c_uint) copy_mode: COPY_MODE;
    test nfnl_queue_test_copy_mode() copy_mode: COPY_MODE;
    get  nfnl_queue_get_copy_mode() -> c_uint = copy_mode;
    set  nfnl_queue_set_copy_range(u32) copy_range: COPY_RANGE;
    test nfnl_queue_test_copy_range() copy_range: COPY_RANGE;
    get  nfnl_queue_get_copy_range() -> u32 = copy_range;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_queue_alloc() -> *mut nfnl_queue {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&queue_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_get(queue: *mut nfnl_queue) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(queue.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_put(queue: *mut nfnl_queue) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(queue.cast()) }
}

/// A socket for verdicts, which the kernel does not acknowledge.
#[unsafe(no_mangle)]
pub extern "C" fn nfnl_queue_socket_alloc() -> *mut nl_sock {
    let sock = crate::socket::nl_socket_alloc();
    // SAFETY: NULL or new.
    if let Some(sock) = unsafe { sock.as_mut() } {
        crate::socket::nl_socket_disable_auto_ack(sock);
    }
    sock
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    // SAFETY: the object is of this type; the buffer is ours and as long as it says.
    unsafe {
        let queue = &*obj.cast::<nfnl_queue>();
        let has = |bit| queue.h.mask & bit != 0;
        nl_new_line(p);
        if has(GROUP) {
            dump!(p, c"group=%u ", c_uint::from(queue.group));
        }
        if has(MAXLEN) {
            dump!(p, c"maxlen=%u ", queue.maxlen);
        }
        if has(COPY_MODE) {
            let mode = COPY_MODES.to_str(queue.copy_mode.into(), text.as_mut_ptr(), text.len());
            dump!(p, c"copy_mode=%s ", mode);
        }
        if has(COPY_RANGE) {
            dump!(p, c"copy_range=%u ", queue.copy_range);
        }
        dump!(p, c"\n");
    }
}

const SUBSYS: u8 = 3;
const CONFIG: u8 = 2;

/// `NFQNL_CFG_CMD_*`.
const BIND: u8 = 1;
const UNBIND: u8 = 2;
const PF_BIND: u8 = 3;
const PF_UNBIND: u8 = 4;

/// `NFQA_CFG_CMD`: the command and the address family.
fn put_command(msg: &mut nl_msg, command: u8, family: u8) -> Done {
    put(msg, 1, &[command, 0, 0, family])
}

/// The other `NFQA_CFG_*`.
fn put_config(msg: &mut nl_msg, queue: &nfnl_queue) -> Done {
    if queue.h.mask & MAXLEN != 0 {
        put(msg, 3, &queue.maxlen.to_be_bytes())?;
    }
    if queue.h.mask & COPY_MODE != 0 {
        let [a, b, c, d] = queue.copy_range.to_be_bytes();
        put(msg, 2, &[a, b, c, d, known_mode(queue.copy_mode)])?;
    }
    Ok(())
}

/// A message about a queue, or about an address family as a whole.
unsafe fn config(
    (family, group): (u8, u16),
    result: *mut *mut nl_msg,
    fill: impl FnOnce(&mut nl_msg) -> Done,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build(nfnlmsg_alloc_simple(SUBSYS, CONFIG, 0, family, group), result, fill) }
}

macro_rules! builds {
    ($($name:ident($queue:ident, $msg:ident) $fill:expr;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($queue: &nfnl_queue, result: *mut *mut nl_msg) -> c_int {
                if $queue.h.mask & GROUP == 0 {
                    return -NLE_MISSING_ATTR;
                }
                // SAFETY: the result is the caller's.
                unsafe { config((0, $queue.group), result, |$msg| $fill) }
            }
        )*
    };
}
builds! {
    nfnl_queue_build_create_request(queue, msg) put_config(msg, queue).and_then(|()| put_command(msg, BIND, 0));
    nfnl_queue_build_change_request(queue, msg) put_config(msg, queue);
    nfnl_queue_build_delete_request(queue, msg) put_command(msg, UNBIND, 0);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_build_pf_bind(family: u8, result: *mut *mut nl_msg) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { config((family, 0), result, |msg| put_command(msg, PF_BIND, family)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_build_pf_unbind(family: u8, result: *mut *mut nl_msg) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { config((family, 0), result, |msg| put_command(msg, PF_UNBIND, family)) }
}

requests! {
    nfnl_queue_create(queue: &nfnl_queue) = nfnl_queue_build_create_request;
    nfnl_queue_change(queue: &nfnl_queue) = nfnl_queue_build_change_request;
    nfnl_queue_delete(queue: &nfnl_queue) = nfnl_queue_build_delete_request;
    nfnl_queue_pf_bind(family: u8) = nfnl_queue_build_pf_bind;
    nfnl_queue_pf_unbind(family: u8) = nfnl_queue_build_pf_unbind;
}
