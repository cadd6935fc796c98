// SPDX-License-Identifier: MIT OR Apache-2.0
//! Connections, `netfilter/ct`: the object, its accessors, its dumps.

use core::ffi::{c_char, c_int, c_uint, c_ulonglong};

use super::tuple::{Port, dump_end, tuple_accessors};
use crate::abi::nl_dump_params;
use crate::addr::{nl_addr, nl_addr_cmp};
use crate::dump::{dump, dump_line};
use crate::names::{Names, names, translate_flags};
use crate::object::*;
use crate::rows::{Flags, accessors, attrs};
use crate::utils::{nl_cancel_down_bytes, nl_ip_proto2str, nl_msec2str};

/// One direction of a connection.
#[repr(C)]
pub(super) struct Tuple {
    pub(super) src: *mut nl_addr,
    pub(super) dst: *mut nl_addr,
    packets: u64,
    bytes: u64,
    /// Or the id of ICMP.
    pub(super) sport: u16,
    pub(super) dport: Port,
}

impl Tuple {
    pub(super) fn has_addrs(&self) -> bool {
        !self.src.is_null() || !self.dst.is_null()
    }
}

#[repr(C)]
pub struct nfnl_ct_timestamp {
    pub(super) start: u64,
    pub(super) stop: u64,
}

/// A connection.
#[repr(C)]
pub struct nfnl_ct {
    pub(super) h: nl_object,
    pub(super) family: u8,
    pub(super) proto: u8,
    tcp_state: u8,
    pub(super) zone: u16,
    status: Flags,
    timeout: u32,
    mark: u32,
    usage: u32,
    id: u32,
    pub(super) orig: Tuple,
    pub(super) reply: Tuple,
    pub(super) timestamp: nfnl_ct_timestamp,
}

/// How far the bits of the answers' direction are from those of the other.
const REPLY: u32 = 9;

attrs! { nfnl_ct {
    FAMILY = 0 "family" Int(family),
    PROTO = 1 "proto" Int(proto),
    TCP_STATE = 2 "tcpstate" Int(tcp_state),
    STATUS = 3 "status" Flags(status),
    TIMEOUT = 4 "timeout" Int(timeout),
    MARK = 5 "mark" Int(mark),
    USE = 6 "use" Int(usage),
    ID = 7 "id" Int(id),
    SRC = 8 "origsrc" Net(orig.src),
    DST = 9 "origdst" Net(orig.dst),
    SPORT = 10 "origsrcport" Int(orig.sport),
    DPORT = 11 "origdstport" Bytes(orig.dport),
    ICMP_ID = 12 "origicmpid" Int(orig.sport),
    ICMP_TYPE = 13 "origicmptype" Int(orig.dport.icmp_type),
    ICMP_CODE = 14 "origicmpcode" Int(orig.dport.icmp_code),
    PACKETS = 15 "origpackets" Int(orig.packets),
    BYTES = 16 "origbytes" Int(orig.bytes),
    REPLY_SRC = 17 "replysrc" Net(reply.src),
    REPLY_DST = 18 "replydst" Net(reply.dst),
    REPLY_SPORT = 19 "replysrcport" Int(reply.sport),
    REPLY_DPORT = 20 "replydstport" Bytes(reply.dport),
    REPLY_ICMP_ID = 21 "replyicmpid" Int(reply.sport),
    REPLY_ICMP_TYPE = 22 "replyicmptype" Int(reply.dport.icmp_type),
    REPLY_ICMP_CODE = 23 "replyicmpcode" Int(reply.dport.icmp_code),
    REPLY_PACKETS = 24 "replypackets" Int(reply.packets),
    REPLY_BYTES = 25 "replybytes" Int(reply.bytes),
    ZONE = 26 "" Aside(zone),
    TIMESTAMP = 27 "" Aside(timestamp),
} }

#[unsafe(no_mangle)]
pub static ct_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    names: NAMES,
    dump: [Some(dump_line_of), Some(dump_details), Some(dump_stats)],
    ..nl_object_ops::new::<nfnl_ct>(c"netfilter/ct", ATTRS)
};

accessors! { nfnl_ct:
    set  nfnl_ct_set_family(u8) family: FAMILY;
    get  nfnl_ct_get_family() -> u8 = family: FAMILY, 0;
    set  nfnl_ct_set_proto(u8) proto: PROTO;
    test nfnl_ct_test_proto() proto: PROTO;
    get  nfnl_ct_get_proto() -> u8 = proto;
    set  nfnl_ct_set_tcp_state(u8) tcp_state: TCP_STATE;
    test nfnl_ct_test_tcp_state() tcp_state: TCP_STATE;
    get  nfnl_ct_get_tcp_state() -> u8 = tcp_state;
    flags nfnl_ct_set_status(u32) status: STATUS;
    unflags nfnl_ct_unset_status(u32) status: STATUS;
    test nfnl_ct_test_status() status: STATUS;
    set  nfnl_ct_set_timeout(u32) timeout: TIMEOUT;
    test nfnl_ct_test_timeout() timeout: TIMEOUT;
    get  nfnl_ct_get_timeout() -> u32 = timeout;
    set  nfnl_ct_set_mark(u32) mark: MARK;
    test nfnl_ct_test_mark() mark: MARK;
    get  nfnl_ct_get_mark() -> u32 = mark;
    set  nfnl_ct_set_use(u32) usage: USE;
    test nfnl_ct_test_use() usage: USE;
    get  nfnl_ct_get_use() -> u32 = usage;
    set  nfnl_ct_set_id(u32) id: ID;
    test nfnl_ct_test_id() id: ID;
    get  nfnl_ct_get_id() -> u32 = id;
    set  nfnl_ct_set_zone(u16) zone: ZONE;
    test nfnl_ct_test_zone() zone: ZONE;
    get  nfnl_ct_get_zone() -> u16 = zone;
    test nfnl_ct_test_timestamp() timestamp: TIMESTAMP;
}

tuple_accessors! { nfnl_ct:
    addr nfnl_ct_set_src() src: SRC;
    get  nfnl_ct_get_src() -> *mut nl_addr = src;
    addr nfnl_ct_set_dst() dst: DST;
    get  nfnl_ct_get_dst() -> *mut nl_addr = dst;
    set  nfnl_ct_set_src_port(u16) sport: SPORT;
    test nfnl_ct_test_src_port() sport: SPORT;
    get  nfnl_ct_get_src_port() -> u16 = sport;
    set  nfnl_ct_set_dst_port(u16) dport: DPORT;
    test nfnl_ct_test_dst_port() dport: DPORT;
    get  nfnl_ct_get_dst_port() -> u16 = dport;
    set  nfnl_ct_set_icmp_id(u16) sport: ICMP_ID;
    test nfnl_ct_test_icmp_id() sport: ICMP_ID;
    get  nfnl_ct_get_icmp_id() -> u16 = sport;
    set  nfnl_ct_set_icmp_type(u8) dport.icmp_type: ICMP_TYPE;
    test nfnl_ct_test_icmp_type() dport: ICMP_TYPE;
    get  nfnl_ct_get_icmp_type() -> u8 = dport.icmp_type;
    set  nfnl_ct_set_icmp_code(u8) dport.icmp_code: ICMP_CODE;
    test nfnl_ct_test_icmp_code() dport: ICMP_CODE;
    get  nfnl_ct_get_icmp_code() -> u8 = dport.icmp_code;
    set  nfnl_ct_set_packets(u64) packets: PACKETS;
    test nfnl_ct_test_packets() packets: PACKETS;
    get  nfnl_ct_get_packets() -> u64 = packets;
    set  nfnl_ct_set_bytes(u64) bytes: BYTES;
    test nfnl_ct_test_bytes() bytes: BYTES;
    get  nfnl_ct_get_bytes() -> u64 = bytes;
}

impl nfnl_ct {
    /// The direction: 0 is that of the first packet.
    pub(super) fn tuple(&self, which: c_int) -> &Tuple {
        if which == 0 { &self.orig } else { &self.reply }
    }

    fn tuple_mut(&mut self, which: c_int) -> &mut Tuple {
        if which == 0 { &mut self.orig } else { &mut self.reply }
    }

    fn shift(which: c_int) -> u32 {
        if which == 0 { 0 } else { REPLY }
    }

    /// Whether something of a direction is set; `bit` is that of the first one.
    pub(super) fn has(&self, which: c_int, bit: u64) -> bool {
        self.h.mask & bit << nfnl_ct::shift(which) != 0
    }

    /// What requests tell as numbers of 32 bits: bit, attribute, value.
    pub(super) fn numbers(&self) -> [(u64, u16, u32); 4] {
        [
            (STATUS, 3, self.status.value),
            (TIMEOUT, 7, self.timeout),
            (MARK, 8, self.mark),
            (ID, 12, self.id),
        ]
    }

    /// Source and destination port, 0 where there is none.
    fn ports(&self, which: c_int) -> (u16, u16) {
        let tuple = self.tuple(which);
        let port = |bit, port: u16| if self.has(which, bit) { port } else { 0 };
        (port(SPORT, tuple.sport), port(DPORT, tuple.dport.into()))
    }

    /// Whether answers come from where the first packet went, and go where it came from.
    unsafe fn is_mirrored(&self) -> bool {
        let ((sport, dport), (reply_sport, reply_dport)) = (self.ports(0), self.ports(1));
        // SAFETY: each is NULL or live.
        let same = |a: *mut nl_addr, b: *mut nl_addr| unsafe {
            !a.is_null() && !b.is_null() && nl_addr_cmp(a, b) == 0
        };
        same(self.orig.src, self.reply.dst)
            && same(self.orig.dst, self.reply.src)
            && (sport, dport) == (reply_dport, reply_sport)
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_ct_alloc() -> *mut nfnl_ct {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&ct_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_get(ct: *mut nfnl_ct) {
    // SAFETY: the connection is live.
    unsafe { nl_object_get(ct.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_put(ct: *mut nfnl_ct) {
    // SAFETY: NULL, or a connection of which the caller holds a reference.
    unsafe { nl_object_put(ct.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_ct_get_status(ct: &nfnl_ct) -> u32 {
    ct.status.value
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_ct_set_timestamp(ct: &mut nfnl_ct, start: u64, stop: u64) {
    ct.timestamp = nfnl_ct_timestamp { start, stop };
    ct.h.mask |= TIMESTAMP;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_ct_get_timestamp(ct: &nfnl_ct) -> *const nfnl_ct_timestamp {
    &ct.timestamp
}

/// `TCP_CONNTRACK_*`.
static TCP_STATES: Names = names! {
    0 "NONE", 1 "SYN_SENT", 2 "SYN_RECV", 3 "ESTABLISHED", 4 "FIN_WAIT", 5 "CLOSE_WAIT",
    6 "LAST_ACK", 7 "TIME_WAIT", 8 "CLOSE", 9 "LISTEN",
};

/// `IPS_*`.
static STATUSES: Names = names! {
    0x1 "expected", 0x2 "seen_reply", 0x4 "assured", 0x8 "confirmed", 0x10 "snat", 0x20 "dnat",
    0x40 "seqadjust", 0x80 "snat_done", 0x100 "dnat_done", 0x200 "dying", 0x400 "fixed_timeout",
};

translate_flags! { STATUSES: nfnl_ct_status2str nfnl_ct_str2status; }

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_tcp_state2str(
    state: u8,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { TCP_STATES.to_str(state.into(), buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_ct_str2tcp_state(text: *const c_char) -> c_int {
    // SAFETY: the caller's text is a string.
    unsafe { TCP_STATES.number(text) }
}

fn dump_icmp(ct: &nfnl_ct, which: c_int, p: *mut nl_dump_params) {
    let tuple = ct.tuple(which);
    if ct.has(which, ICMP_TYPE) {
        dump!(p, c"icmp type %d ", c_int::from(tuple.dport.icmp_type));
    }
    if ct.has(which, ICMP_CODE) {
        dump!(p, c"code %d ", c_int::from(tuple.dport.icmp_code));
    }
    if ct.has(which, ICMP_ID) {
        dump!(p, c"id %d ", c_int::from(tuple.sport));
    }
}

fn dump_tuples(ct: &nfnl_ct, p: *mut nl_dump_params) {
    let ((sport, dport), (reply_sport, reply_dport)) = (ct.ports(0), ct.ports(1));
    dump_end(p, ct.orig.src, sport);
    // SAFETY: the connection is live.
    if unsafe { ct.is_mirrored() } {
        dump!(p, c"<-> ");
        dump_end(p, ct.orig.dst, dport);
        dump_icmp(ct, 0, p);
        return;
    }
    dump!(p, c"-> ");
    dump_end(p, ct.orig.dst, dport);
    dump_icmp(ct, 0, p);
    dump_end(p, ct.reply.src, reply_sport);
    dump!(p, c"<- ");
    dump_end(p, ct.reply.dst, reply_dport);
    dump_icmp(ct, 1, p);
}

/// One line, however much is asked for.
pub(super) unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is a connection; the buffer is ours and as long as it says.
    unsafe {
        let ct = &*obj.cast::<nfnl_ct>();
        let has = |bit| ct.h.mask & bit != 0;
        crate::dump::nl_new_line(p);
        if has(PROTO) {
            dump!(p, c"%s ", nl_ip_proto2str(ct.proto.into(), buf, 64));
        }
        if has(TCP_STATE) {
            dump!(p, c"%s ", TCP_STATES.to_str(ct.tcp_state.into(), buf, 64));
        }
        dump_tuples(ct, p);
        if has(MARK) && ct.mark != 0 {
            dump!(p, c"mark %u ", ct.mark);
        }
        if has(ZONE) {
            dump!(p, c"zone %hu ", c_uint::from(ct.zone));
        }
        if has(TIMESTAMP) {
            let lasted = ct.timestamp.stop.wrapping_sub(ct.timestamp.start) as i64;
            dump!(p, c"delta-time %llu ", (lasted.max(0) / 1_000_000_000) as c_ulonglong);
        }
        dump!(p, c"\n");
    }
}

/// What is shown of a status: by the bits that are set, or that are not.
static SHOWN: [(u32, bool, &core::ffi::CStr); 11] = [
    (0x1, true, c"EXPECTED"),
    (0x2, false, c"NOREPLY"),
    (0x4, true, c"ASSURED"),
    (0x8, false, c"NOTSENT"),
    (0x10, true, c"SNAT"),
    (0x20, true, c"DNAT"),
    (0x40, true, c"SEQADJUST"),
    (0x80, false, c"SNAT_INIT"),
    (0x100, false, c"DNAT_INIT"),
    (0x200, true, c"DYING"),
    (0x400, true, c"FIXED_TIMEOUT"),
];

fn dump_status(ct: &nfnl_ct, p: *mut nl_dump_params) {
    let set = ct.status.value != 0;
    let mut before = if set { c"<" } else { c"" };
    for (bit, when, name) in SHOWN {
        if (ct.status.value & bit != 0) == when {
            dump!(p, c"%s%s", before.as_ptr(), name.as_ptr());
            before = c",";
        }
    }
    dump!(p, c"%s", if set { c">" } else { c"" }.as_ptr());
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is a connection; the buffer is ours and as long as it says.
    unsafe {
        dump_line_of(obj, p);
        let ct = &*obj.cast::<nfnl_ct>();
        let has = |bit| ct.h.mask & bit != 0;
        dump!(p, c"    id 0x%x ", ct.id);
        if has(FAMILY) {
            dump_line!(p, c"family %s ", crate::names::nl_af2str(ct.family.into(), buf, 64));
        }
        if has(USE) {
            dump!(p, c"refcnt %u ", ct.usage);
        }
        if has(TIMEOUT) {
            let left = u64::from(ct.timeout) * 1000;
            dump!(p, c"timeout %s ", nl_msec2str(left, buf, 64));
        }
        dump_status(ct, p);
        dump!(p, c"\n");
    }
}

fn dump_counters(name: &core::ffi::CStr, tuple: &Tuple, p: *mut nl_dump_params) {
    let mut unit = core::ptr::null();
    // SAFETY: the unit is ours.
    let volume = unsafe { nl_cancel_down_bytes(tuple.bytes, &mut unit) };
    dump_line!(
        p,
        c"    %s %10llu %7.2f %s\n",
        name.as_ptr(),
        tuple.packets as c_ulonglong,
        volume,
        unit
    );
}

unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a connection.
    unsafe {
        dump_details(obj, p);
        let ct = &*obj.cast::<nfnl_ct>();
        let all = PACKETS | BYTES | REPLY_PACKETS | REPLY_BYTES;
        if ct.h.mask & all == all {
            dump_line!(p, c"        # packets      volume\n");
            dump_counters(c"rx", &ct.orig, p);
            dump_counters(c"tx", &ct.reply, p);
        } else {
            dump_line!(p, c"    Statistics are not available.\n");
            dump_line!(p, c"    Please set sysctl net.netfilter.nf_conntrack_acct=1\n");
            dump_line!(p, c"    (Require kernel 2.6.27)\n");
        }
    }
}
