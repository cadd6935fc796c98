// SPDX-License-Identifier: MIT OR Apache-2.0
//! Cache managers: caches that notifications keep up to date.

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::abi::nl_dump_params;
use crate::cache::*;
use crate::cb::{NL_OK, NL_SKIP, On, nl_cb};
use crate::dump::{debug, dump_line};
use crate::error::*;
use crate::include::{Change, change_func_t, change_func_v2_t, include_any};
use crate::mem;
use crate::mngt::*;
use crate::msg::nl_msg;
use crate::names::FAMILIES;
use crate::object::nl_object;
use crate::recvmsgs::nl_recvmsgs_report;
use crate::socket::*;

/// A cache, and who is told of its changes.
#[repr(C)]
struct Assoc {
    cache: *mut nl_cache,
    change: Change,
}

/// A manager: a socket for notifications, one for dumps, and caches.
#[repr(C)]
pub struct nl_cache_mngr {
    protocol: c_int,
    flags: c_int,
    sock: *mut nl_sock,
    sync_sock: *mut nl_sock,
    /// Memory for `room`, of which the first `used` are set.
    assocs: *mut Assoc,
    used: usize,
    room: usize,
}

/// How many caches the memory grows by.
const ROOM: usize = 16;

const NL_AUTO_PROVIDE: c_int = 1;
const NL_ALLOCATED_SOCK: c_int = 2;

impl nl_cache_mngr {
    fn assocs(&self) -> &[Assoc] {
        if self.used == 0 {
            return &[];
        }
        // SAFETY: `used` are set.
        unsafe { core::slice::from_raw_parts(self.assocs, self.used) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_alloc(
    sock: *mut nl_sock,
    protocol: c_int,
    flags: c_int,
    result: *mut *mut nl_cache_mngr,
) -> c_int {
    if flags & NL_ALLOCATED_SOCK != 0 {
        return -NLE_INVAL;
    }
    let mngr = mem::zalloc::<nl_cache_mngr>(0);
    // SAFETY: socket and result are the caller's; the manager is NULL or new.
    unsafe {
        if mngr.is_null() {
            return -NLE_NOMEM;
        }
        (*mngr).protocol = protocol;
        (*mngr).flags = flags;
        (*mngr).sock = sock;
        if sock.is_null() {
            (*mngr).sock = nl_socket_alloc();
            (*mngr).flags |= NL_ALLOCATED_SOCK;
        }
        (*mngr).sync_sock = nl_socket_alloc();
        let made = open(&mut *mngr);
        if made.is_err() {
            nl_cache_mngr_free(mngr);
            return code(made);
        }
        *result = mngr;
    }
    0
}

/// Connects both sockets. The one for notifications does not block, nor does it expect answers.
unsafe fn open(mngr: &mut nl_cache_mngr) -> Done {
    let room = mem::zalloc::<Assoc>((ROOM - 1) * size_of::<Assoc>());
    // SAFETY: the sockets are NULL or live.
    unsafe {
        (mngr.assocs, mngr.room) = (room, ROOM);
        if room.is_null() || mngr.sock.is_null() || mngr.sync_sock.is_null() {
            return Err(NLE_NOMEM);
        }
        nl_socket_disable_seq_check(&*mngr.sock);
        done(nl_connect(mngr.sock, mngr.protocol))?;
        done(nl_socket_set_nonblocking(&*mngr.sock))?;
        done(nl_connect(mngr.sync_sock, mngr.protocol))
    }
}

unsafe fn add(mngr: *mut nl_cache_mngr, cache: *mut nl_cache, change: Change) -> Done {
    // SAFETY: manager and cache are live.
    unsafe {
        let (mngr, ops) = (&mut *mngr, &*(*cache).ops);
        if ops.protocol != mngr.protocol {
            return Err(NLE_PROTO_MISMATCH);
        }
        if ops.groups.is_empty() {
            return Err(NLE_OPNOTSUPP);
        }
        let same = |assoc: &Assoc| core::ptr::eq((*assoc.cache).ops, ops);
        if mngr.assocs().iter().any(same) {
            return Err(NLE_EXIST);
        }
        grow(mngr)?;
        for group in ops.groups {
            done(nl_socket_add_membership(&*mngr.sock, group.group))?;
        }
        if let filled @ Err(_) = done(crate::refill::nl_cache_refill(mngr.sync_sock, cache)) {
            ops.groups
                .iter()
                .for_each(|group| _ = nl_socket_drop_membership(&*mngr.sock, group.group));
            return filled;
        }
        mngr.assocs.add(mngr.used).write(Assoc { cache, change });
        mngr.used += 1;
        if mngr.flags & NL_AUTO_PROVIDE != 0 {
            nl_cache_mngt_provide(cache);
        }
        debug!(
            1,
            c"Added cache %p <%s> to cache manager %p\n",
            cache,
            ops.name.as_ptr(),
            &raw mut *mngr
        );
    }
    Ok(())
}

/// Makes room for one more cache.
fn grow(mngr: &mut nl_cache_mngr) -> Done {
    if mngr.used < mngr.room {
        return Ok(());
    }
    let room = mngr.room + ROOM;
    // SAFETY: the memory is from malloc.
    let more = unsafe { libc::realloc(mngr.assocs.cast(), room * size_of::<Assoc>()) };
    if more.is_null() {
        return Err(NLE_NOMEM);
    }
    (mngr.assocs, mngr.room) = (more.cast(), room);
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_add_cache(
    mngr: *mut nl_cache_mngr,
    cache: *mut nl_cache,
    cb: Option<change_func_t>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: manager and cache are live.
    code(unsafe { add(mngr, cache, Change { v1: cb, v2: None, arg }) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_add_cache_v2(
    mngr: *mut nl_cache_mngr,
    cache: *mut nl_cache,
    cb: Option<change_func_v2_t>,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: manager and cache are live.
    code(unsafe { add(mngr, cache, Change { v1: None, v2: cb, arg }) })
}

/// Adds a new cache of a type by its name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_add(
    mngr: *mut nl_cache_mngr,
    name: *const c_char,
    cb: Option<change_func_t>,
    arg: *mut c_void,
    result: *mut *mut nl_cache,
) -> c_int {
    let mut cache = null_mut();
    // SAFETY: the manager is live, the name a string, the result the caller's; the cache is ours.
    unsafe {
        let failed = nl_cache_alloc_name(name, &mut cache);
        if failed < 0 {
            return failed;
        }
        let failed = nl_cache_mngr_add_cache(mngr, cache, cb, arg);
        if failed < 0 {
            nl_cache_free(cache);
            return failed;
        }
        if !result.is_null() {
            *result = cache;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_get_fd(mngr: &nl_cache_mngr) -> c_int {
    // SAFETY: the manager's socket is live.
    nl_socket_get_fd(unsafe { &*mngr.sock })
}

/// Waits until there are notifications, and sees to them; how many there were, or a negative error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_poll(mngr: *mut nl_cache_mngr, timeout: c_int) -> c_int {
    // SAFETY: the manager is live.
    unsafe {
        let fd = (*(*mngr).sock).fd;
        let mut one = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        match libc::poll(&mut one, 1, timeout) {
            ..0 => code(last()),
            0 => 0,
            _ => nl_cache_mngr_data_ready(mngr),
        }
    }
}

/// Sees to the notifications that are there; how many there were, or a negative error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_data_ready(mngr: *mut nl_cache_mngr) -> c_int {
    // SAFETY: the manager is live; the copy of its socket's callbacks is ours.
    unsafe {
        let cb: *mut nl_cb = crate::cb::nl_cb_clone(&*(*(*mngr).sock).cb);
        if cb.is_null() {
            return -NLE_NOMEM;
        }
        (*cb).set(On::Valid, Some(event), mngr.cast());
        let mut count = 0;
        let answer = loop {
            match nl_recvmsgs_report((*mngr).sock, cb) {
                more @ 1.. => count += more,
                0 => break 0,
                error if error == -NLE_AGAIN => break 0,
                error => break error,
            }
        };
        crate::cb::nl_cb_put(cb);
        if answer < 0 { answer } else { count }
    }
}

/// A notification: it goes to the first cache that takes its type.
unsafe extern "C" fn event(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
    // SAFETY: the argument is a manager; the message is live.
    unsafe {
        let (mngr, nlh) = (&*arg.cast::<nl_cache_mngr>(), (*msg).nlh);
        let takes = |assoc: &&Assoc| {
            let ops = &*(*assoc.cache).ops;
            !nl_msgtype_lookup(ops, (*nlh).nlmsg_type.into()).is_null()
        };
        if (*msg).protocol != mngr.protocol {
            return NL_SKIP;
        }
        let Some(assoc) = mngr.assocs().iter().find(takes) else { return NL_SKIP };
        let mut param = nl_parser_param { cb: include, arg: (&raw const *assoc).cast_mut().cast() };
        crate::refill::nl_cache_parse((*assoc.cache).ops, &raw mut (*msg).src, nlh, &mut param)
    }
}

unsafe extern "C" fn include(obj: *mut nl_object, param: *mut nl_parser_param) -> c_int {
    // SAFETY: the argument is that of `event`.
    unsafe {
        let assoc = (*param).arg.cast::<Assoc>();
        let (cache, change) = ((*assoc).cache, (*assoc).change);
        if let Some(filter) = (*(*cache).ops).event_filter {
            if filter(cache, obj) != NL_OK {
                return NL_SKIP;
            }
        }
        include_any(cache, obj, &change)
    }
}

/// Describes a manager and its caches.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_info(mngr: *mut nl_cache_mngr, p: *mut nl_dump_params) {
    let mut name = [0 as c_char; 128];
    // SAFETY: manager and params are live; the buffer has the length that is said.
    unsafe {
        let protocol = FAMILIES.to_str((*mngr).protocol, name.as_mut_ptr(), name.len());
        dump_line!(p, c"cache-manager <%p>\n", mngr);
        dump_line!(p, c"  .protocol = %s\n", protocol);
        dump_line!(p, c"  .flags    = %#x\n", (*mngr).flags);
        dump_line!(p, c"  .nassocs  = %u\n", (*mngr).room as c_uint);
        dump_line!(p, c"  .sock     = <%p>\n", (*mngr).sock);
        for i in 0..(*mngr).used {
            assoc_info(&*(*mngr).assocs.add(i), i as c_int, p);
        }
    }
}

unsafe fn assoc_info(assoc: &Assoc, number: c_int, p: *mut nl_dump_params) {
    /// How far objects are indented.
    const INDENT: c_int = 6;
    // SAFETY: cache and params are live.
    unsafe {
        let cache = assoc.cache;
        let func: *const c_void =
            assoc.change.v1.map_or(core::ptr::null(), |cb| cb as *const c_void);
        dump_line!(p, c"  .cache[%d] = <%p> {\n", number, cache);
        dump_line!(p, c"    .name = %s\n", (*(*cache).ops).name.as_ptr());
        dump_line!(p, c"    .change_func = <%p>\n", func);
        dump_line!(p, c"    .change_data = <%p>\n", assoc.change.arg);
        dump_line!(p, c"    .nitems = %u\n", nl_cache_nitems(&*cache) as c_uint);
        dump_line!(p, c"    .objects = {\n");
        (*p).prefix += INDENT;
        nl_cache_dump(cache, p);
        (*p).prefix -= INDENT;
        dump_line!(p, c"    }\n");
        dump_line!(p, c"  }\n");
    }
}

/// Frees a manager and its caches. A socket that is the caller's is closed, and stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngr_free(mngr: *mut nl_cache_mngr) {
    // SAFETY: NULL, or a manager that is not used again.
    unsafe {
        if mngr.is_null() {
            return;
        }
        if !(*mngr).sock.is_null() {
            nl_close((*mngr).sock);
        }
        for assoc in (*mngr).assocs() {
            nl_cache_mngt_unprovide(assoc.cache);
            nl_cache_free(assoc.cache);
        }
        if (*mngr).flags & NL_ALLOCATED_SOCK != 0 {
            nl_socket_free((*mngr).sock);
        }
        nl_socket_free((*mngr).sync_sock);
        mem::free((*mngr).assocs);
        mem::free(mngr);
    }
}
