// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables of neighbours, `route/neightbl`: their limits and times, for all interfaces or for one.

mod show;

use show::{dump_brief, dump_details, dump_stats};

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;

use super::uapi::*;
use super::{build, header, send};
use crate::abi::{nl_dump_params, nlattr, nlmsghdr};
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::finder::first;
use crate::mngt::*;
use crate::msg::{nl_msg, nlmsg_attrdata, nlmsg_attrlen};
use crate::object::*;
use crate::rows::{self, accessors, attrs};
use crate::socket::nl_sock;
use crate::utils::nl_msec2str;

/// `struct ndt_config`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Config {
    key_len: u16,
    entry_size: u16,
    entries: u32,
    last_flush: u32,
    last_rand: u32,
    hash_rnd: u32,
    hash_mask: u32,
    hash_chain_gc: u32,
    proxy_qlen: u32,
}

/// `struct ndt_stats`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Stats {
    allocations: u64,
    destroys: u64,
    hash_grows: u64,
    failed: u64,
    lookups: u64,
    hits: u64,
    mcast_probes: u64,
    ucast_probes: u64,
    periodic_gc_runs: u64,
    forced_gc_runs: u64,
    table_fulls: u64,
}

/// Settings by their netlink attribute, and a bit for each that is set.
#[derive(Clone, Copy)]
#[repr(C)]
struct Params {
    set: u32,
    values: [u64; 16],
}

impl Params {
    fn get(&self, kind: u16) -> Option<u64> {
        let value = self.values.get(usize::from(kind)).copied()?;
        (self.set & (1 << kind) != 0).then_some(value)
    }

    /// The setting, or 0.
    fn value(&self, kind: u16) -> u64 {
        self.get(kind).unwrap_or(0)
    }

    fn set(&mut self, kind: u16, value: u64) {
        if let Some(slot) = self.values.get_mut(usize::from(kind)) {
            *slot = value;
            self.set |= 1 << kind;
        }
    }
}

/// Settings that are numbers of four bytes; the others are times of eight.
const NUMBERS: [u16; 7] = [
    NDTPA_IFINDEX,
    NDTPA_REFCNT,
    NDTPA_QUEUE_LEN,
    NDTPA_APP_PROBES,
    NDTPA_UCAST_PROBES,
    NDTPA_MCAST_PROBES,
    NDTPA_PROXY_QLEN,
];

/// Bytes that a name may have, its end included.
const NAME_ROOM: c_int = 32;

/// A table.
#[repr(C)]
pub struct rtnl_neightbl {
    h: nl_object,
    family: c_int,
    name: [c_char; NAME_ROOM as usize],
    thresh1: u32,
    thresh2: u32,
    thresh3: u32,
    gc_interval: u64,
    config: Config,
    stats: Stats,
    params: Params,
}

attrs! { rtnl_neightbl {
    FAMILY = 0 "family" Int(family),
    STATS = 1 "stats" Aside,
    NAME = 2 "name" Text(name),
    THRESH1 = 3 "thresh1" Int(thresh1) = NDTA_THRESH1,
    THRESH2 = 4 "thresh2" Int(thresh2) = NDTA_THRESH2,
    THRESH3 = 5 "thresh3" Int(thresh3) = NDTA_THRESH3,
    CONFIG = 6 "config" Aside(config) = NDTA_CONFIG,
    PARAMS = 7 "params" Aside,
    GC_INTERVAL = 8 "gc_interval" Int(gc_interval),
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    dump: [Some(dump_brief), Some(dump_details), Some(dump_stats)],
    ..nl_object_ops::new::<rtnl_neightbl>(c"route/neightbl", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: 4,
    msgtypes: &MSGTYPES,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"route/neightbl", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWNEIGHTBL as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_SETNEIGHTBL as c_int, NL_ACT_SET, c"set"),
    nl_msgtype::new(RTM_GETNEIGHTBL as c_int, NL_ACT_GET, c"get"),
];

accessors! { rtnl_neightbl:
    set rtnl_neightbl_set_family(c_int) family: FAMILY;
    set rtnl_neightbl_set_gc_tresh1(c_int) thresh1: THRESH1;
    set rtnl_neightbl_set_gc_tresh2(c_int) thresh2: THRESH2;
    set rtnl_neightbl_set_gc_tresh3(c_int) thresh3: THRESH3;
    set rtnl_neightbl_set_gc_interval(u64) gc_interval: GC_INTERVAL;
    text rtnl_neightbl_set_name() name: NAME;
}

macro_rules! settings {
    ($($name:ident($kind:ty) $attr:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(tbl: &mut rtnl_neightbl, value: $kind) {
                tbl.set_param($attr, value as u64);
            }
        )*
    };
}

settings! {
    rtnl_neightbl_set_dev(c_int) NDTPA_IFINDEX;
    rtnl_neightbl_set_queue_len(c_int) NDTPA_QUEUE_LEN;
    rtnl_neightbl_set_proxy_queue_len(c_int) NDTPA_PROXY_QLEN;
    rtnl_neightbl_set_app_probes(c_int) NDTPA_APP_PROBES;
    rtnl_neightbl_set_ucast_probes(c_int) NDTPA_UCAST_PROBES;
    rtnl_neightbl_set_mcast_probes(c_int) NDTPA_MCAST_PROBES;
    rtnl_neightbl_set_base_reachable_time(u64) NDTPA_BASE_REACHABLE_TIME;
    rtnl_neightbl_set_retrans_time(u64) NDTPA_RETRANS_TIME;
    rtnl_neightbl_set_gc_stale_time(u64) NDTPA_GC_STALETIME;
    rtnl_neightbl_set_delay_probe_time(u64) NDTPA_DELAY_PROBE_TIME;
    rtnl_neightbl_set_anycast_delay(u64) NDTPA_ANYCAST_DELAY;
    rtnl_neightbl_set_proxy_delay(u64) NDTPA_PROXY_DELAY;
    rtnl_neightbl_set_locktime(u64) NDTPA_LOCKTIME;
}

impl rtnl_neightbl {
    fn set_param(&mut self, kind: u16, value: u64) {
        self.params.set(kind, value);
        self.h.mask |= PARAMS;
    }

    fn has(&self, bits: u64) -> bool {
        self.h.mask & bits != 0
    }

    /// The interface that it is for.
    fn device(&self) -> Option<c_int> {
        self.params.get(NDTPA_IFINDEX).map(|index| index as c_int)
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_neightbl_alloc() -> *mut rtnl_neightbl {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neightbl_put(tbl: *mut rtnl_neightbl) {
    // SAFETY: NULL, or a table of which the caller holds a reference.
    unsafe { nl_object_put(tbl.cast()) }
}

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe {
        super::nl_rtgen_request(sock, RTM_GETNEIGHTBL.into(), libc::AF_UNSPEC, libc::NLM_F_DUMP)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neightbl_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, |_| {}, result) }
}

/// The table of that name for an interface, 0: for all, with a reference for the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neightbl_get(
    cache: *mut nl_cache,
    name: *const c_char,
    index: c_int,
) -> *mut rtnl_neightbl {
    // SAFETY: the cache is live, the name a string.
    unsafe {
        first(cache, &OPS, |tbl: &rtnl_neightbl| {
            let named = libc::strcmp(tbl.name.as_ptr(), name) == 0;
            named && tbl.device() == (index != 0).then_some(index)
        })
    }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is a table; the attributes are inside the message, whose header is whole.
    unsafe {
        let tbl = &mut *obj.cast::<rtnl_neightbl>();
        tbl.family = header::<u8>(nlh).into();
        let (attrs, len) = (nlmsg_attrdata(nlh, 4), nlmsg_attrlen(&*nlh, 4));
        rows::read(obj, attrs, len, 0)?;
        for nla in walk(attrs, len) {
            match nla_type(nla) as u16 {
                NDTA_NAME => rtnl_neightbl_set_name(tbl, closed_text(nla, NAME_ROOM)?),
                NDTA_STATS => read_stats(tbl, nla)?,
                NDTA_PARMS => read_params(tbl, nla)?,
                // What is shorter than it should be is 0.
                NDTA_GC_INTERVAL if nla_len(nla) < 4 => return Err(NLE_RANGE),
                NDTA_GC_INTERVAL => rtnl_neightbl_set_gc_interval(tbl, nla_get_u64(nla)),
                _ => {}
            }
        }
        if tbl.has(NAME) { Ok(()) } else { Err(NLE_MISSING_ATTR) }
    }
}

unsafe fn read_stats(tbl: &mut rtnl_neightbl, nla: &nlattr) -> Done {
    if (nla_len(nla) as usize) < size_of::<Stats>() {
        return Err(NLE_RANGE);
    }
    // SAFETY: the payload is that long.
    tbl.stats = unsafe { nla_data(nla).cast::<Stats>().read_unaligned() };
    tbl.h.mask |= STATS;
    Ok(())
}

unsafe fn read_params(tbl: &mut rtnl_neightbl, nest: &nlattr) -> Done {
    tbl.params.set = 0;
    // SAFETY: the nest is whole; what is read is as long as it is checked to be.
    unsafe {
        for nla in walk(nla_data(nest).cast(), nla_len(nest)) {
            let kind = nla_type(nla) as u16;
            if kind == 0 || kind > NDTPA_LOCKTIME {
                continue;
            }
            // Four bytes of a time are as good as eight.
            let value = match nla_len(nla) {
                ..4 => return Err(NLE_RANGE),
                8.. if !NUMBERS.contains(&kind) => nla_get_u64(nla),
                _ => nla_get_u32(nla).into(),
            };
            tbl.set_param(kind, value);
        }
    }
    tbl.h.mask |= PARAMS;
    Ok(())
}

/// A time in milliseconds, as text.
struct Time([c_char; 64]);

impl Time {
    fn of(msec: u64) -> Time {
        let mut time = Time([0; 64]);
        // SAFETY: the buffer has the length said.
        unsafe { nl_msec2str(msec, time.0.as_mut_ptr(), time.0.len()) };
        time
    }

    fn text(&self) -> *const c_char {
        self.0.as_ptr()
    }
}

/// The order in which a request has the settings.
const SENT: [u16; 12] = [
    NDTPA_QUEUE_LEN,
    NDTPA_APP_PROBES,
    NDTPA_UCAST_PROBES,
    NDTPA_MCAST_PROBES,
    NDTPA_PROXY_QLEN,
    NDTPA_BASE_REACHABLE_TIME,
    NDTPA_RETRANS_TIME,
    NDTPA_GC_STALETIME,
    NDTPA_DELAY_PROBE_TIME,
    NDTPA_ANYCAST_DELAY,
    NDTPA_PROXY_DELAY,
    NDTPA_LOCKTIME,
];

unsafe fn put(old: &rtnl_neightbl, new: &rtnl_neightbl, msg: &mut nl_msg) -> Done {
    let obj = (&raw const *new).cast();
    // SAFETY: the object is a table; the nest is in the message.
    unsafe {
        done(nla_put_string(msg, NDTA_NAME.into(), old.name.as_ptr()))?;
        rows::write(obj, msg, THRESH1 | THRESH2 | THRESH3)?;
        if new.has(GC_INTERVAL) {
            done(nla_put_u64(msg, NDTA_GC_INTERVAL.into(), new.gc_interval))?;
        }
        if !new.has(PARAMS) {
            return Ok(());
        }
        let nest = nla_nest_start(msg, NDTA_PARMS.into());
        if nest.is_null() {
            return Err(NLE_NOMEM);
        }
        // Not marked as a nest, as ever.
        (*nest).nla_type = NDTA_PARMS;
        if let Some(index) = old.device() {
            done(nla_put_u32(msg, NDTPA_IFINDEX.into(), index as u32))?;
        }
        for kind in SENT {
            put_param(&new.params, kind, msg)?;
        }
        done(nla_nest_end_keep_empty(msg, nest))
    }
}

unsafe fn put_param(params: &Params, kind: u16, msg: &mut nl_msg) -> Done {
    let Some(value) = params.get(kind) else { return Ok(()) };
    // SAFETY: the message is live.
    done(unsafe {
        if NUMBERS.contains(&kind) {
            nla_put_u32(msg, kind.into(), value as u32)
        } else {
            nla_put_u64(msg, kind.into(), value)
        }
    })
}

/// A request to change the table `old` to what is set in `new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neightbl_build_change_request(
    old: &rtnl_neightbl,
    new: &rtnl_neightbl,
    result: *mut *mut nl_msg,
) -> c_int {
    let head = [old.family as u8, 0, 0, 0];
    // SAFETY: the result is the caller's.
    unsafe { build((RTM_SETNEIGHTBL, 0), &head, result, |msg| put(old, new, msg)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neightbl_change(
    sock: *mut nl_sock,
    old: &rtnl_neightbl,
    new: &rtnl_neightbl,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_neightbl_build_change_request(old, new, &mut msg);
        send(sock, built, msg)
    }
}
