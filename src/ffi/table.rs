// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables of kernel objects, kept in step.

use core::ffi::{c_char, c_int};
use core::ptr::{null, null_mut};

use super::err::rnl_err;
use super::guard::{guard, guard_err};
use super::msg::rnl_msg;
use super::open::{options, rnl_opts};
use super::ptr::{self, Handle, handle};
use super::spec::{rnl_table_spec, spec};
use super::stats::rnl_stats;
use super::view::{rnl_bytes, rnl_view};
use crate::conn::{Following, Options, Spec, Table, TableEvent, What};
use crate::error::{Error, Fault};
use crate::family::table::named;
use crate::sys;
use crate::wire::Message;

/// A table of kernel objects, kept in step. It has a socket of its own. Opaque.
#[cfg_attr(all(), repr(C))]
pub struct rnl_table {
    magic: u32,
    table: Table,
}

handle!(rnl_table, 0x726e_6c08);

/// For rnl_table_open(): no RNL_EVENT_NEW for the objects that are there at first.
pub const RNL_TABLE_QUIET_START: u32 = 0x1;
/// For rnl_table_open(): follow the namespaces that have an id in the table's, too. Needs
/// CAP_NET_BROADCAST. Links and addresses of those namespaces are dumped; of other objects, what the
/// kernel notifies is shown.
pub const RNL_TABLE_ALL_NSID: u32 = 0x2;

/// An object is there that was not.
pub const RNL_EVENT_NEW: i32 = 1;
/// An object is another than it was.
pub const RNL_EVENT_CHANGE: i32 = 2;
/// An object is gone.
pub const RNL_EVENT_DEL: i32 = 3;
/// The first load is complete.
pub const RNL_EVENT_SYNCED: i32 = 4;
/// Notifications had been lost; the events before this one have made it good.
pub const RNL_EVENT_RESYNCED: i32 = 5;

/// One event of a table. What does not apply is empty: the msg.ptr of a view is NULL. This struct never
/// changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_event {
    /// RNL_EVENT_*
    pub kind: i32,
    /// Id of the object's network namespace, or -1 for the table's own.
    pub nsid: i32,
    /// The object as it is: of NEW and CHANGE.
    pub now: rnl_view,
    /// The object as it was: of CHANGE and DEL.
    pub before: rnl_view,
    /// Types of the attributes that differ, of CHANGE; none if only the fixed header differs.
    pub changed: *const u16,
    /// How many.
    pub n_changed: usize,
}

/// What there is to know of a table.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_table_stats {
    /// sizeof(struct rnl_table_stats)
    pub size: usize,
    /// Objects in it.
    pub objects: u64,
    /// Bytes of memory they take.
    pub bytes: u64,
    /// How often it was dumped again.
    pub resyncs: u64,
    /// 1 if it holds all that the kernel has told so far.
    pub synced: u32,
    /// 0
    pub reserved: u32,
}

const NO_VIEW: rnl_view = rnl_view {
    msg: rnl_bytes { ptr: null(), len: 0 },
    body: rnl_bytes { ptr: null(), len: 0 },
    r#type: 0,
    flags: 0,
    seq: 0,
    port: 0,
    group: 0,
    nsid: -1,
    reserved: 0,
};

fn view(message: Option<Message<'_>>, nsid: i32) -> rnl_view {
    message.map_or(NO_VIEW, |m| rnl_view { nsid, ..m.into() })
}

impl From<TableEvent<'_>> for rnl_event {
    fn from(e: TableEvent<'_>) -> Self {
        let nsid = e.nsid.unwrap_or(-1);
        let kind = match e.what {
            What::New => RNL_EVENT_NEW,
            What::Change => RNL_EVENT_CHANGE,
            What::Del => RNL_EVENT_DEL,
            What::Synced => RNL_EVENT_SYNCED,
            What::Resynced => RNL_EVENT_RESYNCED,
        };
        let (now, before) = (view(e.now, nsid), view(e.before, nsid));
        rnl_event {
            kind,
            nsid,
            now,
            before,
            changed: e.changed.as_ptr(),
            n_changed: e.changed.len(),
        }
    }
}

unsafe fn table<'a>(table: *mut rnl_table) -> Result<&'a mut Table, Fault> {
    // SAFETY: the caller passes NULL or a table.
    let table = &mut unsafe { ptr::get_mut(table) }?.table;
    table.socket().alive().map(|()| table)
}

fn give(spec: Spec, flags: u32, options: &Options) -> Result<*mut rnl_table, Error> {
    const ALL: u32 = RNL_TABLE_QUIET_START | RNL_TABLE_ALL_NSID;
    if flags & !ALL != 0 {
        return Err(Fault::BadArgument.into());
    }
    let quiet_start = flags & RNL_TABLE_QUIET_START != 0;
    let following = Following { quiet_start, all_nsid: flags & RNL_TABLE_ALL_NSID != 0 };
    let table = Table::open(spec, following, options)?;
    Ok(ptr::give(rnl_table { magic: rnl_table::MAGIC, table })?)
}

/// Opens a table of well-known kernel objects and subscribes to their changes. Nothing is waited for:
/// rnl_table_next() loads it and keeps it in step.
///
/// What changes all the time without being notified is not kept: counters of links and queueing
/// disciplines, and per-link settings of IPv4 and IPv6. Timers are kept as of the last change. Rules and
/// routes that are equal in every attribute count as one. Neighbours that the kernel makes for multicast
/// addresses come without a word, and are seen after the next load only.
///
/// @out    filled with the table on success, to close with rnl_table_close()
/// @name   "link", "addr", "route", "route4", "route6", "neigh", "rule", "nexthop", "qdisc", or "family"
///         (generic netlink families)
/// @flags  RNL_TABLE_*, or 0
/// @opts   options of its socket, or NULL; max_table bounds the memory of the objects
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  out or name is NULL, there is no table of that name, or flags or opts are unknown
///   -EPERM   the user may not subscribe, or not to all namespaces
///   -ENOMEM  no memory
///   or what opening a socket gives
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_open(
    out: *mut *mut rnl_table,
    name: *const c_char,
    flags: u32,
    opts: *const rnl_opts,
    err: *mut *mut rnl_err,
) -> c_int {
    let open = || {
        // SAFETY: the caller passes NULL or a place for a pointer, NULL or text, and NULL or options.
        let (out, name, options) = unsafe { (ptr::out(out)?, ptr::text(name)?, options(opts)?) };
        let unknown = || Error::from(Fault::BadArgument).during("table").about(name);
        *out = give(named(name.as_bytes()).ok_or_else(unknown)??, flags, &options)?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, open) }
}

/// Opens a table of any objects that can be dumped and are notified of.
///
/// @out    filled with the table on success, to close with rnl_table_close()
/// @spec   what the objects are; it is copied
/// @flags  RNL_TABLE_*, or 0
/// @opts   options of its socket, or NULL; max_table bounds the memory of the objects
/// @err    filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  out, spec or spec->dump is NULL, or the description makes no sense: no keys, what is ignored
///            is part of a key, the header is shorter than what it should hold
///   -EPERM   the user may not subscribe, or not to all namespaces
///   -ENOMEM  no memory
///   or the first failure of spec->dump, or what opening a socket gives
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_define(
    out: *mut *mut rnl_table,
    spec: *const rnl_table_spec,
    flags: u32,
    opts: *const rnl_opts,
    err: *mut *mut rnl_err,
) -> c_int {
    let define = || {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or what the others should be.
        let (out, spec, options) = unsafe { (ptr::out(out)?, self::spec(spec)?, options(opts)?) };
        *out = give(spec, flags, &options)?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, define) }
}

/// Waits for the next event. First come the objects that are there, with what becomes of them while they
/// are loaded (unless RNL_TABLE_QUIET_START), then RNL_EVENT_SYNCED, then what changes. If notifications
/// were lost, the table is dumped again, and the real differences come as events, then
/// RNL_EVENT_RESYNCED. Applied in order, the events give the table.
/// Who reads more slowly than the kernel changes things sees RESYNCED when that has come to rest.
///
/// @table       open table
/// @out         filled on 1; borrows from table, dead after the next call on it
/// @timeout_ms  milliseconds; 0 does what can be done without waiting, -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 1 with an event, 0 on timeout, or
///   -EINVAL  table or out is NULL
///   -EFBIG   the objects take more memory than max_table; the table is of no use any more
///   -ECHILD  the table belongs to the process that forked
///   or the kernel's -errno, which refuses the dump: it is tried again a second later
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_next(
    table: *mut rnl_table,
    out: *mut rnl_event,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let next = || {
        // SAFETY: the caller passes NULL or a table, and NULL or a place for the result.
        let (table, out) = unsafe { (self::table(table)?, ptr::out(out)?) };
        match table.next(timeout_ms)? {
            Some(event) => *out = event.into(),
            None => return Ok(0),
        }
        Ok(1)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, next) }
}

/// Finds the object with a certain key.
///
/// @table  open table
/// @like   a message with the key, like a request for that one object: for "link" a struct ifinfomsg with
///         ifi_index, for "addr" a struct ifaddrmsg and IFA_LOCAL or IFA_ADDRESS
/// @nsid   id of the object's namespace; -1 for the table's own
/// @out    filled on 1; borrows from table, dead after the next call on it
///
/// Returns 1 with the object, 0 if there is none, or
///   -EINVAL  an argument is NULL, or a nest of like is open
///   -ECHILD  the table belongs to the process that forked
///   or the first failure of like
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_find(
    table: *mut rnl_table,
    like: *const rnl_msg,
    nsid: i32,
    out: *mut rnl_view,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a table, NULL or a message, and NULL or a place for the result.
        let (table, like, out) = unsafe { (self::table(table)?, ptr::get(like)?, ptr::out(out)?) };
        let found = table.find(&like.msg, u32::try_from(nsid).ok().map(|_| nsid))?;
        *out = view(found, nsid);
        Ok(found.is_some().into())
    })
}

/// Walks the objects, in no order. Events taken during the walk may hide objects from it or show them
/// twice.
///
/// @table   open table
/// @cursor  0 before the first call; how far the walk is
/// @out     filled on 1; borrows from table, dead after the next rnl_table_next()
///
/// Returns 1 with an object, 0 at the end, or
///   -EINVAL  an argument is NULL
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_each(
    table: *mut rnl_table,
    cursor: *mut u64,
    out: *mut rnl_view,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a table, and NULL or places for the results.
        let (table, cursor, out) =
            unsafe { (self::table(table)?, ptr::out(cursor)?, ptr::out(out)?) };
        match table.each(cursor) {
            Some((message, nsid)) => *out = view(Some(message), nsid.unwrap_or(-1)),
            None => return Ok(0),
        }
        Ok(1)
    })
}

/// The descriptor to wait for, for any event loop: when it is ready for rnl_table_events(), or
/// rnl_table_timeout() has passed, call rnl_table_next() with time-out 0 until it gives 0.
///
/// @table  open table
///
/// Returns the descriptor, which stays the table's, or
///   -EINVAL  table is NULL
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_fd(table: *mut rnl_table) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { self::table(table) }.map(|t| t.fd()))
}

/// What to wait for on rnl_table_fd(), as poll(2) takes it.
///
/// @table  open table
///
/// Returns POLLIN, or
///   -EINVAL  table is NULL
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_events(table: *mut rnl_table) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { self::table(table) }.map(|_| sys::POLLIN))
}

/// How long to wait for rnl_table_fd(), as poll(2) takes it. Ask anew after each call on the table.
///
/// @table  open table
///
/// Returns milliseconds, 0 if rnl_table_next() has something at once, -1 if there is no such time; or
///   -EINVAL  table is NULL
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_timeout(table: *mut rnl_table) -> c_int {
    // SAFETY: as documented.
    guard(|| unsafe { self::table(table) }.map(|t| t.timeout()))
}

/// How large a table is, and how it is doing.
///
/// @table  open table
/// @out    filled on success, up to the size it says
///
/// Returns 0, or
///   -EINVAL  table or out is NULL, or out->size is below 8
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_stats(
    table: *mut rnl_table,
    out: *mut rnl_table_stats,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a table.
        let table = unsafe { self::table(table) }?;
        let stats = rnl_table_stats {
            size: size_of::<rnl_table_stats>(),
            objects: table.len() as u64,
            bytes: table.bytes() as u64,
            resyncs: table.resyncs(),
            synced: table.is_synced().into(),
            reserved: 0,
        };
        // SAFETY: the caller passes NULL or a place of the size it says.
        unsafe { ptr::fill(out, stats) }.map(|()| 0)
    })
}

/// Statistics of a table's socket, as rnl_sock_stats().
///
/// @table  open table
/// @out    filled on success, up to the size it says
///
/// Returns 0, or
///   -EINVAL  table or out is NULL, or out->size is below 8
///   -ECHILD  the table belongs to the process that forked
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_sock_stats(table: *mut rnl_table, out: *mut rnl_stats) -> c_int {
    let stats = || {
        // SAFETY: the caller passes NULL or a table.
        let stats = unsafe { self::table(table) }?.socket().stats()?;
        // SAFETY: the caller passes NULL or a place of the size it says.
        unsafe { ptr::fill(out, stats.into()) }?;
        Ok(0)
    };
    // SAFETY: there is no place for an error object.
    unsafe { guard_err(null_mut(), stats) }
}

/// Closes a table and its socket. NULL is fine.
///
/// @table  table, or NULL
///
/// Returns 0, or
///   -EINVAL  table is no live table
/// Threads: table must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_table_close(table: *mut rnl_table) -> c_int {
    // SAFETY: the caller passes NULL or a table that it does not use any more.
    guard(|| unsafe { ptr::take(table) }.map(|_| 0))
}
