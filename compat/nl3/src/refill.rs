// SPDX-License-Identifier: MIT OR Apache-2.0
//! Caches and the kernel: filling them from dumps, bringing them up to date.

use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::abi::{nlmsghdr, sockaddr_nl};
use crate::cache::*;
use crate::cb::On;
use crate::dump::debug;
use crate::error::*;
use crate::include::{Change, change_func_t, include_any};
use crate::mngt::{
    NL_ACT_DEL, nl_cache_ops, nl_cache_ops_associate_safe, nl_msgtype_lookup, nl_parser_param,
};
use crate::msg::{nl_msg, nlmsg_valid_hdr};
use crate::object::*;
use crate::recvmsgs::with;
use crate::socket::nl_sock;

/// The cache's type is dumped once for each address family of its groups.
const NL_CACHE_AF_ITER: c_uint = 1;

/// Whether a socket speaks the protocol of a cache's type.
unsafe fn speaks(sock: *mut nl_sock, cache: *mut nl_cache) -> Done {
    // SAFETY: both are live.
    let same = unsafe { (*sock).protocol == (*(*cache).ops).protocol };
    if same { Ok(()) } else { Err(NLE_PROTO_MISMATCH) }
}

/// Asks for all objects of the cache's type.
unsafe fn request_all(sock: *mut nl_sock, cache: *mut nl_cache) -> Done {
    // SAFETY: both are live.
    unsafe {
        speaks(sock, cache)?;
        debug!(
            2,
            c"Requesting dump from kernel for cache %p <%s>...\n",
            cache,
            (*(*cache).ops).name.as_ptr()
        );
        let Some(request) = (*(*cache).ops).request else { return Err(NLE_OPNOTSUPP) };
        done(request(cache, sock))
    }
}

/// Hands the objects of a message to `param`. (No public header declares it.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_parse(
    ops: *mut nl_cache_ops,
    who: *mut sockaddr_nl,
    nlh: *mut nlmsghdr,
    param: *mut nl_parser_param,
) -> c_int {
    // SAFETY: all are live; the message is whole.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, (*ops).hdrsize) == 0 {
            return -NLE_MSG_TOOSHORT;
        }
        if nl_msgtype_lookup(&*ops, (*nlh).nlmsg_type.into()).is_null() {
            return -NLE_MSGTYPE_NOSUPPORT;
        }
        crate::mngt::parse(ops, who, nlh, param)
    }
}

/// Adds an object, unless one that is the same is there.
unsafe extern "C" fn add(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the argument is a cache.
    match unsafe { nl_cache_add((*param).arg.cast(), obj) } {
        answer if answer == -NLE_EXIST => 0,
        answer => answer,
    }
}

/// Adds an object, in place of one that is the same.
unsafe extern "C" fn replace(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the argument is a cache; the reference to the old object is ours.
    unsafe {
        let cache = (*param).arg.cast::<nl_cache>();
        let old = nl_cache_search(cache, obj);
        if !old.is_null() {
            let merged = nl_object_update(old, obj) == 0;
            if !merged {
                nl_cache_remove(old);
            }
            nl_object_put(old);
            if merged {
                return 0;
            }
        }
        nl_cache_add(cache, obj)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_parse_and_add(cache: *mut nl_cache, msg: *mut nl_msg) -> c_int {
    let mut param = nl_parser_param { cb: add, arg: cache.cast() };
    // SAFETY: both are live.
    unsafe { nl_cache_parse((*cache).ops, null_mut(), (*msg).nlh, &mut param) }
}

/// Whose objects a message's are, and what becomes of them.
#[repr(C)]
struct Fill {
    ops: *mut nl_cache_ops,
    param: nl_parser_param,
}

unsafe extern "C" fn fill(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
    let fill = arg.cast::<Fill>();
    // SAFETY: the argument is that of `pickup`.
    unsafe { nl_cache_parse((*fill).ops, &raw mut (*msg).src, (*msg).nlh, &raw mut (*fill).param) }
}

type ObjectCb = unsafe extern "C" fn(*mut nl_object, *mut nl_parser_param) -> c_int;

/// Receives objects of a cache's type for a callback.
unsafe fn pickup(
    sock: *mut nl_sock,
    cache: *mut nl_cache,
    cb: ObjectCb,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: all are live.
    unsafe {
        if let Err(error) = speaks(sock, cache) {
            return -error;
        }
        let mut it = Fill { ops: (*cache).ops, param: nl_parser_param { cb, arg } };
        debug!(2, c"Picking up answer for cache %p <%s>...\n", cache, (*it.ops).name.as_ptr());
        with(sock, On::Valid, Some(fill), (&raw mut it).cast())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_pickup(sock: *mut nl_sock, cache: *mut nl_cache) -> c_int {
    // SAFETY: both are live.
    unsafe { pickup(sock, cache, add, cache.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_pickup_checkdup(
    sock: *mut nl_sock,
    cache: *mut nl_cache,
) -> c_int {
    // SAFETY: both are live.
    unsafe { pickup(sock, cache, replace, cache.cast()) }
}

/// Empties the cache and fills it anew; again, as long as what is dumped changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_refill(sock: *mut nl_sock, cache: *mut nl_cache) -> c_int {
    // SAFETY: both are live.
    unsafe {
        loop {
            nl_cache_clear(cache);
            match each_family(cache, || dump(sock, cache, add, cache.cast())) {
                Err(NLE_DUMP_INTR) => debug!(2, c"Dump interrupted, restarting!\n"),
                filled => return code(filled),
            }
        }
    }
}

/// Dumps a cache's type for each family that it is to be dumped for.
unsafe fn each_family(cache: *mut nl_cache, dump: impl Fn() -> Done) -> Done {
    // SAFETY: the cache is live.
    unsafe {
        let groups = (*(*cache).ops).groups;
        if (*cache).flags & NL_CACHE_AF_ITER == 0 || groups.is_empty() {
            return dump();
        }
        for group in groups.iter().filter(|group| group.group != 0) {
            (*cache).arg1 = group.family;
            dump()?;
        }
    }
    Ok(())
}

/// Asks for all objects, and gives them to a callback.
unsafe fn dump(sock: *mut nl_sock, cache: *mut nl_cache, cb: ObjectCb, arg: *mut c_void) -> Done {
    // SAFETY: all are live.
    unsafe {
        request_all(sock, cache)?;
        done(pickup(sock, cache, cb, arg))
    }
}

/// What nl_cache_resync is doing.
#[repr(C)]
struct Resync {
    cache: *mut nl_cache,
    change: Change,
}

unsafe extern "C" fn resync(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the argument is that of nl_cache_resync; the reference to the old object is ours.
    unsafe {
        let it = &*(*param).arg.cast::<Resync>();
        let old = nl_cache_search(it.cache, obj);
        if let Some(old) = old.as_mut() {
            nl_object_unmark(old);
        }
        nl_object_put(old);
        include_any(it.cache, obj, &it.change)
    }
}

/// Brings the cache up to date, and tells of what has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_resync(
    sock: *mut nl_sock,
    cache: *mut nl_cache,
    cb: Option<change_func_t>,
    arg: *mut c_void,
) -> c_int {
    let change = Change { v1: cb, v2: None, arg };
    let mut it = Resync { cache, change };
    // SAFETY: all are live; a removed object is kept until it has been told of.
    unsafe {
        debug!(1, c"Resyncing cache %p <%s>...\n", cache, (*(*cache).ops).name.as_ptr());
        nl_cache_mark_all(cache);
        let arg = (&raw mut it).cast::<c_void>();
        // What one family has shown need not be shown again when another one's dump is interrupted.
        let dump = || loop {
            match dump(sock, cache, resync, arg) {
                Err(NLE_DUMP_INTR) => debug!(2, c"Dump interrupted, restarting!\n"),
                done => break done,
            }
        };
        if let Err(error) = each_family(cache, dump) {
            return -error;
        }
        for obj in items(cache).filter(|obj| nl_object_is_marked(&**obj) != 0) {
            nl_object_get(obj);
            nl_cache_remove(obj);
            change.tell(cache, (obj, null_mut()), 0, NL_ACT_DEL);
            nl_object_put(obj);
        }
    }
    0
}

/// The caller's callback for the objects of a message.
#[repr(C)]
struct Each {
    cb: unsafe extern "C" fn(*mut nl_object, *mut c_void),
    arg: *mut c_void,
}

unsafe extern "C" fn each(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the argument is that of nl_msg_parse.
    unsafe {
        let it = &*(*param).arg.cast::<Each>();
        (it.cb)(obj, it.arg);
    }
    0
}

/// Hands the objects of a message, of whatever type, to a callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_parse(
    msg: *mut nl_msg,
    cb: unsafe extern "C" fn(*mut nl_object, *mut c_void),
    arg: *mut c_void,
) -> c_int {
    let mut it = Each { cb, arg };
    let mut param = nl_parser_param { cb: each, arg: (&raw mut it).cast() };
    // SAFETY: the message is live.
    unsafe {
        let (protocol, kind) = ((*msg).protocol, (*(*msg).nlh).nlmsg_type);
        let ops = nl_cache_ops_associate_safe(protocol, kind.into());
        if ops.is_null() {
            return -NLE_MSGTYPE_NOSUPPORT;
        }
        let answer = nl_cache_parse(ops, null_mut(), (*msg).nlh, &mut param);
        crate::mngt::nl_cache_ops_put(&*ops);
        answer
    }
}
