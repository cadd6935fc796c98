// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets, `idiag/idiag_msg`.

use core::ffi::{c_char, c_int};

use super::info::*;
use super::{DCCPDIAG_GETSOCK, NETLINK_INET_DIAG, SockId, TCPDIAG_GETSOCK};
use crate::abi::{nlattr, nlmsghdr};
use crate::addr::{nl_addr, nl_addr_build, nl_addr_put};
use crate::attr::{nla_data, nla_memcpy};
use crate::cache::{nl_cache, nl_cache_alloc, nl_cache_free};
use crate::error::{Done, NLE_NOMEM, code};
use crate::mngt::{NL_ACT_NEW, nl_cache_ops, nl_msgtype};
use crate::msg::*;
use crate::object::*;
use crate::rows::{How, accessors, attrs};
use crate::rules::{Rule, apply, byte, rule, text_rule};
use crate::socket::nl_sock;

/// `struct tcp_info` as it was when programs were compiled: by value, so it never changes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tcp_info {
    pub(super) state: u8,
    pub(super) ca_state: u8,
    pub(super) retransmits: u8,
    pub(super) probes: u8,
    pub(super) backoff: u8,
    pub(super) options: u8,
    /// Of sending in the low half, of receiving in the high half.
    pub(super) wscale: u8,
    pad: u8,
    pub(super) numbers: [u32; 24],
}

/// A socket.
#[repr(C)]
pub struct idiagnl_msg {
    h: nl_object,
    pub(super) family: u8,
    pub(super) state: u8,
    pub(super) timer: u8,
    pub(super) retrans: u8,
    /// In the order of the network, both.
    pub(super) sport: u16,
    pub(super) dport: u16,
    pub(super) src: *mut nl_addr,
    pub(super) dst: *mut nl_addr,
    pub(super) ifindex: u32,
    pub(super) expires: u32,
    pub(super) rqueue: u32,
    pub(super) wqueue: u32,
    pub(super) uid: u32,
    pub(super) inode: u32,
    pub(super) tos: u8,
    pub(super) tclass: u8,
    pub(super) shutdown: u8,
    pub(super) cong: *mut c_char,
    pub(super) meminfo: *mut idiagnl_meminfo,
    pub(super) vegasinfo: *mut idiagnl_vegasinfo,
    pub(super) tcpinfo: tcp_info,
    pub(super) skmeminfo: [u32; 8],
}

attrs! { idiagnl_msg {
    FAMILY = 1 "family" Int(family),
    STATE = 2 "state" Int(state),
    TIMER = 3 "timer" Int(timer),
    RETRANS = 4 "retrans" Int(retrans),
    SPORT = 5 "sport" Int(sport),
    DPORT = 6 "dport" Int(dport),
    SRC = 7 "src" Addr(src),
    DST = 8 "dst" Addr(dst),
    IFINDEX = 9 "ifindex" Int(ifindex),
    EXPIRES = 10 "expires" Int(expires),
    RQUEUE = 11 "rqueue" Int(rqueue),
    WQUEUE = 12 "wqueue" Int(wqueue),
    UID = 13 "uid" Int(uid),
    INODE = 14 "inode" Int(inode),
    TOS = 15 "tos" Int(tos),
    TCLASS = 16 "tclass" Int(tclass),
    SHUTDOWN = 17 "shutdown" Int(shutdown),
    CONG = 18 "cong" Str(cong),
    MEMINFO = 19 "meminfo" Own,
    VEGASINFO = 20 "vegasinfo" Own,
    TCPINFO = 21 "tcpinfo" Bytes(tcpinfo),
    SKMEMINFO = 22 "skmeminfo" Bytes(skmeminfo),
} }

#[unsafe(no_mangle)]
pub static idiagnl_msg_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: (FAMILY | SPORT | DPORT | SRC | DST) as u32,
    keys: (FAMILY | SPORT | DPORT | SRC | DST) as u32,
    names: NAMES,
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: super::dump::DUMP,
    ..nl_object_ops::new::<idiagnl_msg>(c"idiag/idiag_msg", ATTRS)
};

/// Bytes of `struct inet_diag_msg`.
const HDRLEN: c_int = size_of::<Answer>() as c_int;

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HDRLEN,
    msgtypes: &MSGTYPES,
    unique: true,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"idiag/idiag", NETLINK_INET_DIAG, &idiagnl_msg_obj_ops)
};

static MSGTYPES: [nl_msgtype; 2] = [
    nl_msgtype::new(TCPDIAG_GETSOCK, NL_ACT_NEW, c"new"),
    nl_msgtype::new(DCCPDIAG_GETSOCK, NL_ACT_NEW, c"new"),
];

accessors! { idiagnl_msg:
    set  idiagnl_msg_set_family(u8) family: FAMILY;
    get  idiagnl_msg_get_family() -> u8 = family;
    set  idiagnl_msg_set_state(u8) state: STATE;
    get  idiagnl_msg_get_state() -> u8 = state;
    set  idiagnl_msg_set_timer(u8) timer: TIMER;
    get  idiagnl_msg_get_timer() -> u8 = timer;
    set  idiagnl_msg_set_retrans(u8) retrans: RETRANS;
    get  idiagnl_msg_get_retrans() -> u8 = retrans;
    set  idiagnl_msg_set_sport(u16) sport: SPORT;
    get  idiagnl_msg_get_sport() -> u16 = sport;
    set  idiagnl_msg_set_dport(u16) dport: DPORT;
    get  idiagnl_msg_get_dport() -> u16 = dport;
    addr idiagnl_msg_set_src() src: SRC;
    get  idiagnl_msg_get_src() -> *mut nl_addr = src;
    addr idiagnl_msg_set_dst() dst: DST;
    get  idiagnl_msg_get_dst() -> *mut nl_addr = dst;
    set  idiagnl_msg_set_ifindex(u32) ifindex: IFINDEX;
    get  idiagnl_msg_get_ifindex() -> u32 = ifindex;
    set  idiagnl_msg_set_expires(u32) expires: EXPIRES;
    get  idiagnl_msg_get_expires() -> u32 = expires;
    set  idiagnl_msg_set_rqueue(u32) rqueue: RQUEUE;
    get  idiagnl_msg_get_rqueue() -> u32 = rqueue;
    set  idiagnl_msg_set_wqueue(u32) wqueue: WQUEUE;
    get  idiagnl_msg_get_wqueue() -> u32 = wqueue;
    set  idiagnl_msg_set_uid(u32) uid: UID;
    get  idiagnl_msg_get_uid() -> u32 = uid;
    set  idiagnl_msg_set_inode(u32) inode: INODE;
    get  idiagnl_msg_get_inode() -> u32 = inode;
    set  idiagnl_msg_set_tos(u8) tos: TOS;
    get  idiagnl_msg_get_tos() -> u8 = tos;
    set  idiagnl_msg_set_tclass(u8) tclass: TCLASS;
    get  idiagnl_msg_get_tclass() -> u8 = tclass;
    set  idiagnl_msg_set_shutdown(u8) shutdown: SHUTDOWN;
    get  idiagnl_msg_get_shutdown() -> u8 = shutdown;
    str  idiagnl_msg_set_cong() cong: CONG;
    get  idiagnl_msg_get_cong() -> *mut c_char = cong;
    get  idiagnl_msg_get_meminfo() -> *mut idiagnl_meminfo = meminfo;
    get  idiagnl_msg_get_vegasinfo() -> *mut idiagnl_vegasinfo = vegasinfo;
    get  idiagnl_msg_get_tcpinfo() -> tcp_info = tcpinfo;
}

#[unsafe(no_mangle)]
pub extern "C" fn idiagnl_msg_alloc() -> *mut idiagnl_msg {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&idiagnl_msg_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_get(msg: *mut idiagnl_msg) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(msg.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_put(msg: *mut idiagnl_msg) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(msg.cast()) }
}

unsafe fn free(obj: *mut nl_object) {
    let msg = obj.cast::<idiagnl_msg>();
    // SAFETY: the references are the object's.
    unsafe {
        nl_object_put((*msg).meminfo.cast());
        nl_object_put((*msg).vegasinfo.cast());
    }
}

/// A copy has parts of its own.
unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    let (new, from) = (new.cast::<idiagnl_msg>(), from.cast::<idiagnl_msg>());
    // SAFETY: both are of this type; the parts are NULL or live.
    unsafe {
        (*new).meminfo = nl_object_clone((*from).meminfo.cast()).cast();
        (*new).vegasinfo = nl_object_clone((*from).vegasinfo.cast()).cast();
        let whole = (*new).meminfo.is_null() == (*from).meminfo.is_null()
            && (*new).vegasinfo.is_null() == (*from).vegasinfo.is_null();
        if whole { Ok(()) } else { Err(NLE_NOMEM) }
    }
}

/// Parts are the same when what they say is.
unsafe fn compare(a: *const nl_object, b: *const nl_object, both: u64, _: How) -> u64 {
    let (a, b) = (a.cast::<idiagnl_msg>(), b.cast::<idiagnl_msg>());
    // SAFETY: both are of this type, and have the parts whose bits are set.
    unsafe {
        let differ = |bit: u64, a: *mut nl_object, b: *mut nl_object| {
            if both & bit != 0 && nl_object_diff64(a, b) != 0 { bit } else { 0 }
        };
        differ(MEMINFO, (*a).meminfo.cast(), (*b).meminfo.cast())
            | differ(VEGASINFO, (*a).vegasinfo.cast(), (*b).vegasinfo.cast())
    }
}

/// Puts an object into a field, which takes a reference of its own.
unsafe fn set_object<T>(slot: &mut *mut T, obj: *mut T) {
    // SAFETY: the caller's object is live, the one before is the field's.
    unsafe {
        nl_object_get(obj.cast());
        nl_object_put(core::mem::replace(slot, obj).cast());
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_set_meminfo(
    msg: &mut idiagnl_msg,
    info: *mut idiagnl_meminfo,
) {
    // SAFETY: the caller's object is live.
    unsafe { set_object(&mut msg.meminfo, info) };
    msg.h.mask |= MEMINFO;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_set_vegasinfo(
    msg: &mut idiagnl_msg,
    info: *mut idiagnl_vegasinfo,
) {
    // SAFETY: the caller's object is live.
    unsafe { set_object(&mut msg.vegasinfo, info) };
    msg.h.mask |= VEGASINFO;
}

#[unsafe(no_mangle)]
pub extern "C" fn idiagnl_msg_set_tcpinfo(msg: &mut idiagnl_msg, info: &tcp_info) {
    msg.tcpinfo = *info;
    msg.h.mask |= TCPINFO;
}

/// `struct inet_diag_msg`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Answer {
    family: u8,
    state: u8,
    timer: u8,
    retrans: u8,
    id: SockId,
    expires: u32,
    rqueue: u32,
    wqueue: u32,
    uid: u32,
    inode: u32,
}

/// Makes an address of all 16 bytes, those of IPv4 too, as ever: programs read as many.
pub(super) unsafe fn set_end(slot: &mut *mut nl_addr, family: u8, bytes: &[u8; 16]) -> Done {
    // SAFETY: there are so many bytes; the address before is the field's.
    unsafe {
        nl_addr_put(*slot);
        *slot = nl_addr_build(family.into(), bytes.as_ptr().cast(), bytes.len());
    }
    if slot.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
}

/// Four numbers of an attribute that is known to have them.
unsafe fn four(nla: &nlattr) -> [u32; 4] {
    // SAFETY: as said.
    unsafe { nla_data(nla).cast::<[u32; 4]>().read_unaligned() }
}

unsafe fn read_meminfo(msg: &mut idiagnl_msg, nla: &nlattr) -> Done {
    let info = idiagnl_meminfo_alloc();
    // SAFETY: the object is NULL or new; the attribute has 16 bytes.
    unsafe {
        let Some(mem) = info.as_mut() else { return Err(NLE_NOMEM) };
        let [rmem, wmem, fmem, tmem] = four(nla);
        idiagnl_meminfo_set_rmem(mem, rmem);
        idiagnl_meminfo_set_wmem(mem, wmem);
        idiagnl_meminfo_set_fmem(mem, fmem);
        idiagnl_meminfo_set_tmem(mem, tmem);
        idiagnl_msg_set_meminfo(msg, info);
        idiagnl_meminfo_put(info);
    }
    Ok(())
}

unsafe fn read_vegasinfo(msg: &mut idiagnl_msg, nla: &nlattr) -> Done {
    let info = idiagnl_vegasinfo_alloc();
    // SAFETY: the object is NULL or new; the attribute has 16 bytes.
    unsafe {
        let Some(vegas) = info.as_mut() else { return Err(NLE_NOMEM) };
        let [enabled, rttcnt, rtt, minrtt] = four(nla);
        idiagnl_vegasinfo_set_enabled(vegas, enabled);
        idiagnl_vegasinfo_set_rttcnt(vegas, rttcnt);
        idiagnl_vegasinfo_set_rtt(vegas, rtt);
        idiagnl_vegasinfo_set_minrtt(vegas, minrtt);
        idiagnl_msg_set_vegasinfo(msg, info);
        idiagnl_vegasinfo_put(info);
    }
    Ok(())
}

/// `INET_DIAG_*`.
static ATTRIBUTES: [Rule<idiagnl_msg>; 8] = [
    Rule { nla: 1, least: 16, text: false, set: read_meminfo },
    rule!(2, 104, |msg, nla| {
        idiagnl_msg_set_tcpinfo(msg, &nla_data(nla).cast::<tcp_info>().read_unaligned())
    }),
    Rule { nla: 3, least: 16, text: false, set: read_vegasinfo },
    text_rule!(4, idiagnl_msg_set_cong),
    rule!(5, 1, |msg, nla| idiagnl_msg_set_tos(msg, byte(nla))),
    rule!(6, 1, |msg, nla| idiagnl_msg_set_tclass(msg, byte(nla))),
    // Seven of the eight numbers will do.
    rule!(7, 28, |msg, nla| {
        let size = size_of_val(&msg.skmeminfo) as c_int;
        nla_memcpy((&raw mut msg.skmeminfo).cast(), nla, size);
        msg.h.mask |= SKMEMINFO;
    }),
    rule!(8, 1, |msg, nla| idiagnl_msg_set_shutdown(msg, byte(nla))),
];

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is of this type; the message's header is whole.
    unsafe {
        let msg = &mut *obj.cast::<idiagnl_msg>();
        // Requests and answers are of one type, which says nothing.
        msg.h.msgtype = 0;
        let raw = nlmsg_data(nlh).cast::<Answer>().read_unaligned();
        idiagnl_msg_set_family(msg, raw.family);
        idiagnl_msg_set_state(msg, raw.state);
        idiagnl_msg_set_timer(msg, raw.timer);
        idiagnl_msg_set_retrans(msg, raw.retrans);
        idiagnl_msg_set_sport(msg, raw.id.sport);
        idiagnl_msg_set_dport(msg, raw.id.dport);
        idiagnl_msg_set_ifindex(msg, raw.id.ifindex);
        idiagnl_msg_set_expires(msg, raw.expires);
        idiagnl_msg_set_rqueue(msg, raw.rqueue);
        idiagnl_msg_set_wqueue(msg, raw.wqueue);
        idiagnl_msg_set_uid(msg, raw.uid);
        idiagnl_msg_set_inode(msg, raw.inode);
        set_end(&mut msg.src, raw.family, &raw.id.src)?;
        set_end(&mut msg.dst, raw.family, &raw.id.dst)?;
        msg.h.mask |= SRC | DST;
        apply(msg, nlmsg_attrdata(nlh, HDRLEN), nlmsg_attrlen(&*nlh, HDRLEN), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut idiagnl_msg,
) -> c_int {
    // SAFETY: the message has its header; the result is the caller's.
    unsafe {
        code(parsed(&idiagnl_msg_obj_ops, result, |msg: *mut idiagnl_msg| parse(msg.cast(), nlh)))
    }
}

/// A bit for each attribute of an answer.
const ALL_ATTRIBUTES: u16 = 0xff;

unsafe fn request_all(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: both are live.
    unsafe {
        let (family, states) = ((*cache).arg1 as u8, (*cache).arg2 as u16);
        super::idiagnl_send_simple(sock, 0, family, states, ALL_ATTRIBUTES)
    }
}

/// A cache of the sockets of a family that are in certain states: a bit for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_msg_alloc_cache(
    sock: *mut nl_sock,
    family: c_int,
    states: c_int,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: the socket is NULL or live; the result is the caller's.
    unsafe {
        let cache = nl_cache_alloc((&raw const CACHE_OPS).cast_mut());
        if cache.is_null() {
            return -NLE_NOMEM;
        }
        ((*cache).arg1, (*cache).arg2) = (family, states);
        let filled = if sock.is_null() { 0 } else { crate::refill::nl_cache_refill(sock, cache) };
        if filled < 0 {
            nl_cache_free(cache);
            return filled;
        }
        *result = cache;
    }
    0
}
