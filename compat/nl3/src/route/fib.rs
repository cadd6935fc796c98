// SPDX-License-Identifier: MIT OR Apache-2.0
//! Looking a route up in the kernel's tables, one by one: netlink's protocol `fib_lookup`.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::names::{Name, nl_rtntype2str, rtnl_route_table2str, rtnl_scope2str};
use super::{build, header};
use crate::abi::{nl_dump_params, nlmsghdr};
use crate::addr::nl_addr;
use crate::cache::{nl_cache, nl_cache_alloc};
use crate::dump::dump_line;
use crate::error::*;
use crate::mngt::*;
use crate::msg::{nl_msg, nlmsg_free};
use crate::object::*;
use crate::rows::{accessors, attrs, set_addr};
use crate::socket::nl_sock;

/// `NETLINK_FIB_LOOKUP`.
const PROTOCOL: c_int = 10;

/// `struct fib_result_nl`: the question, and the answer in the same place.
#[derive(Clone, Copy)]
#[repr(C)]
struct Message {
    addr: [u8; 4],
    mark: u32,
    tos: u8,
    scope: u8,
    table_asked: u8,
    table: u8,
    prefixlen: u8,
    nexthop: u8,
    kind: u8,
    scope_found: u8,
    error: i32,
}

/// A question.
#[repr(C)]
pub struct flnl_request {
    h: nl_object,
    addr: *mut nl_addr,
    fwmark: u32,
    tos: c_int,
    scope: c_int,
    table: c_int,
}

attrs! { flnl_request {
    ADDR = 0 "addr" Addr(addr),
    FWMARK = 1 "fwmark" Int(fwmark),
    TOS = 2 "tos" Int(tos),
    SCOPE = 3 "scope" Int(scope),
    TABLE = 4 "table" Int(table),
} }

static REQUEST_OPS: nl_object_ops =
    nl_object_ops::new::<flnl_request>(c"fib_lookup/request", ATTRS);

accessors! { flnl_request:
    set flnl_request_set_fwmark(u64) fwmark: FWMARK;
    get flnl_request_get_fwmark() -> u64 = fwmark: FWMARK, u64::MAX;
    set flnl_request_set_tos(c_int) tos: TOS;
    get flnl_request_get_tos() -> c_int = tos: TOS, -1;
    set flnl_request_set_scope(c_int) scope: SCOPE;
    get flnl_request_get_scope() -> c_int = scope: SCOPE, -1;
    set flnl_request_set_table(c_int) table: TABLE;
    get flnl_request_get_table() -> c_int = table: TABLE, -1;
    get flnl_request_get_addr() -> *mut nl_addr = addr;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn flnl_request_set_addr(
    req: &mut flnl_request,
    addr: *mut nl_addr,
) -> c_int {
    // SAFETY: the address is live.
    unsafe {
        if (*addr).family != libc::AF_INET {
            return -NLE_AF_NOSUPPORT;
        }
        set_addr(&mut req.addr, addr);
    }
    req.h.mask |= ADDR;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn flnl_request_alloc() -> *mut flnl_request {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&REQUEST_OPS).cast() }
}

/// An answer.
#[repr(C)]
pub struct flnl_result {
    h: nl_object,
    table: u8,
    prefixlen: u8,
    nexthop: u8,
    kind: u8,
    scope: u8,
    error: c_int,
}

static RESULT_OPS: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    dump: [Some(dump), Some(dump), None],
    ..nl_object_ops::new::<flnl_result>(c"fib_lookup/result", crate::rows::NONE)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<Message>() as c_int,
    msgtypes: &MSGTYPES,
    parse,
    ..nl_cache_ops::new(c"fib_lookup/fib_lookup", PROTOCOL, &RESULT_OPS)
};

static MSGTYPES: [nl_msgtype; 1] = [nl_msgtype::new(0, NL_ACT_UNSPEC, c"any")];

accessors! { flnl_result:
    get flnl_result_get_table_id() -> c_int = table;
    get flnl_result_get_prefixlen() -> c_int = prefixlen;
    get flnl_result_get_nexthop_sel() -> c_int = nexthop;
    get flnl_result_get_type() -> c_int = kind;
    get flnl_result_get_scope() -> c_int = scope;
    get flnl_result_get_error() -> c_int = error;
}

#[unsafe(no_mangle)]
pub extern "C" fn flnl_result_alloc() -> *mut flnl_result {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&RESULT_OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn flnl_result_put(res: *mut flnl_result) {
    // SAFETY: NULL, or an answer of which the caller holds a reference.
    unsafe { nl_object_put(res.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn flnl_result_alloc_cache() -> *mut nl_cache {
    // SAFETY: the type is ours.
    unsafe { nl_cache_alloc((&raw const CACHE_OPS).cast_mut()) }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is an answer; the message's header is whole.
    unsafe {
        let (res, head) = (&mut *obj.cast::<flnl_result>(), header::<Message>(nlh));
        (res.table, res.prefixlen) = (head.table, head.prefixlen);
        (res.nexthop, res.kind) = (head.nexthop, head.kind);
        (res.scope, res.error) = (head.scope_found, head.error);
    }
    Ok(())
}

unsafe fn dump(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an answer.
    let res = unsafe { &*obj.cast::<flnl_result>() };
    let table = Name::of(rtnl_route_table2str, res.table.into());
    let (prefixlen, nexthop) = (c_int::from(res.prefixlen), c_int::from(res.nexthop));
    dump_line!(
        p,
        c"table %s prefixlen %u next-hop-selector %u\n",
        table.text(),
        prefixlen,
        nexthop
    );
    let kind = Name::of(nl_rtntype2str, res.kind.into());
    let scope = Name::of(rtnl_scope2str, res.scope.into());
    let error: *const c_char = nl_strerror_l(res.error.wrapping_neg());
    dump_line!(p, c"type %s scope %s error %s (%d)\n", kind.text(), scope.text(), error, res.error);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn flnl_lookup_build_request(
    req: &flnl_request,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: NULL, or an address of which the request holds a reference.
    let Some(addr) = (unsafe { req.addr.as_ref() }) else { return -NLE_MISSING_ATTR };
    let known = |bit, value: c_int| if req.h.mask & bit != 0 { value as u8 } else { 0 };
    let mut head = Message {
        addr: [0; 4],
        mark: if req.h.mask & FWMARK != 0 { req.fwmark } else { 0 },
        tos: known(TOS, req.tos),
        scope: known(SCOPE, req.scope),
        table_asked: known(TABLE, req.table),
        table: 0,
        prefixlen: 0,
        nexthop: 0,
        kind: 0,
        scope_found: 0,
        error: 0,
    };
    head.addr.iter_mut().zip(addr.slice()).for_each(|(to, from)| *to = *from);
    // SAFETY: the result is the caller's.
    unsafe { build((0, flags), &head, result, |_| Ok(())) }
}

/// Asks, and adds the answer to a cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flnl_lookup(
    sock: *mut nl_sock,
    req: &flnl_request,
    cache: *mut nl_cache,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: socket and cache are live; the message is ours.
    unsafe {
        let built = flnl_lookup_build_request(req, 0, &mut msg);
        if built < 0 {
            return built;
        }
        let sent = crate::send::nl_send_auto(sock, msg);
        nlmsg_free(msg);
        if sent < 0 {
            return sent;
        }
        let answer = crate::refill::nl_cache_pickup(sock, cache);
        if answer >= 0 {
            // Nothing acknowledges it: the next answer is that to the next question.
            (*sock).seq_expect = (*sock).seq_next;
        }
        answer
    }
}
