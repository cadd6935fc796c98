// SPDX-License-Identifier: MIT OR Apache-2.0
//! Logged packets, `netfilter/log_msg`.

use core::ffi::{c_char, c_int, c_uint};

use rnl::uapi::NETLINK_NETFILTER;

use super::ct::{nfnl_ct, nfnl_ct_put};
use super::ct_msg::nfnlmsg_ct_parse_nested;
use super::packet::*;
use super::*;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::nla_data;
use crate::data::nl_data;
use crate::dump::{dump, nl_new_line};
use crate::mngt::{NL_ACT_NEW, nl_msgtype};
use crate::object::*;
use crate::rows::{accessors, attrs, incomparable};
use crate::rules::{Rule, apply, be16, be32, nested, rule, text_rule};

/// A packet that has been logged.
#[repr(C)]
pub struct nfnl_log_msg {
    h: nl_object,
    family: u8,
    hook: u8,
    /// In the order of the network.
    hwproto: u16,
    mark: u32,
    time: libc::timeval,
    indev: u32,
    outdev: u32,
    physindev: u32,
    physoutdev: u32,
    hwaddr: HwAddr,
    payload: *mut nl_data,
    prefix: *mut c_char,
    uid: u32,
    gid: u32,
    seq: u32,
    seq_global: u32,
    hwtype: u16,
    hwlen: u16,
    hwheader: *mut nl_data,
    /// In the order of the network.
    vlan_proto: u16,
    vlan_tag: u16,
    ct_info: u32,
    ct: *mut nfnl_ct,
}

attrs! { nfnl_log_msg {
    FAMILY = 0 "" Int(family),
    HWPROTO = 1 "" Int(hwproto),
    HOOK = 2 "" Int(hook),
    MARK = 3 "" Int(mark),
    TIMESTAMP = 4 "" Own,
    INDEV = 5 "" Int(indev),
    OUTDEV = 6 "" Int(outdev),
    PHYSINDEV = 7 "" Int(physindev),
    PHYSOUTDEV = 8 "" Int(physoutdev),
    HWADDR = 9 "" Own,
    PAYLOAD = 10 "" Data(payload),
    PREFIX = 11 "" Str(prefix),
    UID = 12 "" Int(uid),
    GID = 13 "" Int(gid),
    SEQ = 14 "" Int(seq),
    SEQ_GLOBAL = 15 "" Int(seq_global),
    HWTYPE = 16 "" Int(hwtype),
    HWLEN = 17 "" Int(hwlen),
    HWHEADER = 18 "" Data(hwheader),
    VLAN_PROTO = 19 "" Int(vlan_proto),
    VLAN_TAG = 20 "" Int(vlan_tag),
    CT_INFO = 21 "" Int(ct_info),
    CT = 22 "" Object(ct),
} }

#[unsafe(no_mangle)]
pub static log_msg_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    clone: Some(clone),
    compare: Some(incomparable),
    dump: [Some(dump_line_of); 3],
    ..nl_object_ops::new::<nfnl_log_msg>(c"netfilter/log_msg", ATTRS)
};

const SUBSYS: u8 = 4;

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HDRLEN,
    msgtypes: &MSGTYPES,
    parse,
    ..nl_cache_ops::new(c"netfilter/log_msg", NETLINK_NETFILTER, &log_msg_obj_ops)
};

static MSGTYPES: [nl_msgtype; 1] = [nl_msgtype::new(kind(SUBSYS, 0), NL_ACT_NEW, c"new")];

accessors! { nfnl_log_msg:
    set  nfnl_log_msg_set_family(u8) family: FAMILY;
    get  nfnl_log_msg_get_family() -> u8 = family: FAMILY, 0;
    set  nfnl_log_msg_set_hwproto(u16) hwproto: HWPROTO;
    test nfnl_log_msg_test_hwproto() hwproto: HWPROTO;
    get  nfnl_log_msg_get_hwproto() -> u16 = hwproto;
    set  nfnl_log_msg_set_hook(u8) hook: HOOK;
    test nfnl_log_msg_test_hook() hook: HOOK;
    get  nfnl_log_msg_get_hook() -> u8 = hook;
    set  nfnl_log_msg_set_mark(u32) mark: MARK;
    test nfnl_log_msg_test_mark() mark: MARK;
    get  nfnl_log_msg_get_mark() -> u32 = mark;
    set  nfnl_log_msg_set_indev(u32) indev: INDEV;
    get  nfnl_log_msg_get_indev() -> u32 = indev;
    set  nfnl_log_msg_set_outdev(u32) outdev: OUTDEV;
    get  nfnl_log_msg_get_outdev() -> u32 = outdev;
    set  nfnl_log_msg_set_physindev(u32) physindev: PHYSINDEV;
    get  nfnl_log_msg_get_physindev() -> u32 = physindev;
    set  nfnl_log_msg_set_physoutdev(u32) physoutdev: PHYSOUTDEV;
    get  nfnl_log_msg_get_physoutdev() -> u32 = physoutdev;
    str  nfnl_log_msg_set_prefix() prefix: PREFIX;
    get  nfnl_log_msg_get_prefix() -> *mut c_char = prefix;
    set  nfnl_log_msg_set_uid(u32) uid: UID;
    test nfnl_log_msg_test_uid() uid: UID;
    get  nfnl_log_msg_get_uid() -> u32 = uid;
    set  nfnl_log_msg_set_gid(u32) gid: GID;
    test nfnl_log_msg_test_gid() gid: GID;
    get  nfnl_log_msg_get_gid() -> u32 = gid;
    set  nfnl_log_msg_set_seq(u32) seq: SEQ;
    test nfnl_log_msg_test_seq() seq: SEQ;
    get  nfnl_log_msg_get_seq() -> u32 = seq;
    set  nfnl_log_msg_set_seq_global(u32) seq_global: SEQ_GLOBAL;
    test nfnl_log_msg_test_seq_global() seq_global: SEQ_GLOBAL;
    get  nfnl_log_msg_get_seq_global() -> u32 = seq_global;
    set  nfnl_log_msg_set_hwtype(u16) hwtype: HWTYPE;
    test nfnl_log_msg_test_hwtype() hwtype: HWTYPE;
    get  nfnl_log_msg_get_hwtype() -> u16 = hwtype;
    set  nfnl_log_msg_set_hwlen(u16) hwlen: HWLEN;
    test nfnl_log_msg_test_hwlen() hwlen: HWLEN;
    get  nfnl_log_msg_get_hwlen() -> u16 = hwlen;
    test nfnl_log_msg_test_hwheader() hwheader: HWHEADER;
    set  nfnl_log_msg_set_vlan_proto(u16) vlan_proto: VLAN_PROTO;
    test nfnl_log_msg_test_vlan_proto() vlan_proto: VLAN_PROTO;
    get  nfnl_log_msg_get_vlan_proto() -> u16 = vlan_proto;
    set  nfnl_log_msg_set_vlan_tag(u16) vlan_tag: VLAN_TAG;
    test nfnl_log_msg_test_vlan_tag() vlan_tag: VLAN_TAG;
    get  nfnl_log_msg_get_vlan_tag() -> u16 = vlan_tag;
    set  nfnl_log_msg_set_ct_info(u32) ct_info: CT_INFO;
    test nfnl_log_msg_test_ct_info() ct_info: CT_INFO;
    get  nfnl_log_msg_get_ct_info() -> u32 = ct_info;
    test nfnl_log_msg_test_ct() ct: CT;
    get  nfnl_log_msg_get_ct() -> *mut nfnl_ct = ct;
}

packet_accessors! { nfnl_log_msg:
    time nfnl_log_msg_set_timestamp nfnl_log_msg_get_timestamp time: TIMESTAMP;
    hwaddr nfnl_log_msg_set_hwaddr nfnl_log_msg_get_hwaddr hwaddr: HWADDR;
    bytes nfnl_log_msg_set_payload nfnl_log_msg_get_payload payload: PAYLOAD, u8;
    bytes nfnl_log_msg_set_hwheader nfnl_log_msg_get_hwheader hwheader: HWHEADER, core::ffi::c_void;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_msg_alloc() -> *mut nfnl_log_msg {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&log_msg_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_msg_get(msg: *mut nfnl_log_msg) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(msg.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_msg_put(msg: *mut nfnl_log_msg) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(msg.cast()) }
}

/// The tag's parts: 12 bits of id, one that says that addresses are odd, three of priority.
#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_msg_get_vlan_id(msg: &nfnl_log_msg) -> u16 {
    msg.vlan_tag & 0xfff
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_msg_get_vlan_cfi(msg: &nfnl_log_msg) -> u16 {
    msg.vlan_tag >> 12 & 1
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_log_msg_get_vlan_prio(msg: &nfnl_log_msg) -> u16 {
    msg.vlan_tag >> 13
}

/// Takes a copy of a connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_log_msg_set_ct(msg: &mut nfnl_log_msg, ct: *mut nfnl_ct) {
    // SAFETY: the caller's connection is live, the one before is the message's.
    unsafe {
        let copy = nl_object_clone(ct.cast()).cast();
        nfnl_ct_put(core::mem::replace(&mut msg.ct, copy));
    }
    msg.h.mask |= CT;
}

/// A copy has a connection of its own.
unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    let (new, from) = (new.cast::<nfnl_log_msg>(), from.cast::<nfnl_log_msg>());
    // SAFETY: both are of this type.
    unsafe {
        if !(*from).ct.is_null() {
            nfnl_log_msg_set_ct(&mut *new, (*from).ct);
        }
        if (*new).ct.is_null() == (*from).ct.is_null() { Ok(()) } else { Err(NLE_NOMEM) }
    }
}

unsafe fn dump_devices(msg: &nfnl_log_msg, p: *mut nl_dump_params) {
    let has = |bit| msg.h.mask & bit != 0;
    for (bit, key, index) in [
        (INDEV, c"IN", msg.indev),
        (PHYSINDEV, c"PHYSIN", msg.physindev),
        (OUTDEV, c"OUT", msg.outdev),
        (PHYSOUTDEV, c"PHYSOUT", msg.physoutdev),
    ] {
        if has(bit) {
            dump_device(p, key, index);
        }
    }
    if has(HWADDR) {
        let (bytes, len) = msg.hwaddr.get();
        // SAFETY: the address has that length.
        unsafe { dump_hex(p, c"MAC", bytes, len) };
    }
}

fn dump_numbers(msg: &nfnl_log_msg, p: *mut nl_dump_params) {
    for (bit, format, value) in [
        (UID, c"UID=%u ", msg.uid),
        (GID, c"GID=%u ", msg.gid),
        (SEQ, c"SEQ=%d ", msg.seq),
        (SEQ_GLOBAL, c"SEQGLOBAL=%d ", msg.seq_global),
        (HWTYPE, c"HWTYPE=%u ", msg.hwtype.into()),
        (HWLEN, c"HWLEN=%u ", msg.hwlen.into()),
    ] {
        if msg.h.mask & bit != 0 {
            // SAFETY: each format takes one number.
            unsafe { crate::dump::nl_dump(p, format.as_ptr(), value) };
        }
    }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    unsafe {
        let msg = &*obj.cast::<nfnl_log_msg>();
        let has = |bit| msg.h.mask & bit != 0;
        nl_new_line(p);
        if has(PREFIX) {
            dump!(p, c"%s", msg.prefix);
        }
        dump_devices(msg, p);
        let shown = Shown {
            family: has(FAMILY).then_some(msg.family),
            hwproto: has(HWPROTO).then_some(msg.hwproto),
            hook: has(HOOK).then_some(msg.hook),
            mark: has(MARK).then_some((c"MARK=%u ", msg.mark)),
            payload: msg.payload,
        };
        shown.dump(p);
        dump_numbers(msg, p);
        if has(HWHEADER) {
            let (bytes, len) = get_bytes(msg.hwheader);
            dump_hex(p, c"HWHEADER", bytes.cast(), len);
        }
        if has(VLAN_TAG) {
            let (id, cfi) = (nfnl_log_msg_get_vlan_id(msg), nfnl_log_msg_get_vlan_cfi(msg));
            let prio = c_uint::from(nfnl_log_msg_get_vlan_prio(msg));
            dump!(p, c"VLAN=%d CFI=%d PRIO=%d", c_uint::from(id), c_uint::from(cfi), prio);
        }
        if has(CT_INFO) {
            dump!(p, c"CTINFO=%u ", msg.ct_info);
        }
        dump!(p, c"\n");
        if has(CT) {
            super::ct::dump_line_of(msg.ct.cast(), p);
        }
    }
}

/// `NFULA_VLAN_*`.
static VLAN: [Rule<nfnl_log_msg>; 2] = [
    rule!(1, 2, |msg, nla| nfnl_log_msg_set_vlan_proto(msg, be16(nla).to_be())),
    rule!(2, 2, |msg, nla| nfnl_log_msg_set_vlan_tag(msg, be16(nla))),
];

/// `struct nfulnl_msg_packet_hdr`.
unsafe fn set_header(msg: &mut nfnl_log_msg, nla: &nlattr) -> Done {
    // SAFETY: the attribute is known to have four bytes.
    unsafe {
        if be16(nla) != 0 {
            nfnl_log_msg_set_hwproto(msg, be16(nla).to_be());
        }
        nfnl_log_msg_set_hook(msg, *nla_data(nla).cast::<u8>().add(2));
    }
    Ok(())
}

unsafe fn set_hwaddr(msg: &mut nfnl_log_msg, nla: &nlattr) -> Done {
    // SAFETY: the attribute is known to have 12 bytes.
    unsafe { msg.hwaddr.read(nla) };
    msg.h.mask |= HWADDR;
    Ok(())
}

unsafe fn set_payload(msg: &mut nfnl_log_msg, nla: &nlattr) -> Done {
    let (from, len) = (nla_data(nla).cast(), crate::attr::nla_len(nla));
    // SAFETY: the attribute is whole.
    done(unsafe { nfnl_log_msg_set_payload(msg, from, len) })
}

unsafe fn set_hwheader(msg: &mut nfnl_log_msg, nla: &nlattr) -> Done {
    // SAFETY: the attribute is whole.
    done(unsafe { nfnl_log_msg_set_hwheader(msg, nla_data(nla), crate::attr::nla_len(nla)) })
}

unsafe fn set_ct(msg: &mut nfnl_log_msg, nla: &nlattr) -> Done {
    let mut ct = core::ptr::null_mut();
    // SAFETY: the attribute is whole; the connection is the message's from now on.
    unsafe {
        done(nfnlmsg_ct_parse_nested((&raw const *nla).cast_mut(), &mut ct))?;
        nfnl_ct_put(core::mem::replace(&mut msg.ct, ct));
    }
    msg.h.mask |= CT;
    Ok(())
}

/// `NFULA_*`.
static ATTRIBUTES: [Rule<nfnl_log_msg>; 20] = [
    Rule { nla: 1, least: 4, text: false, set: set_header },
    rule!(2, 4, |msg, nla| nfnl_log_msg_set_mark(msg, be32(nla))),
    rule!(3, 16, |msg, nla| nfnl_log_msg_set_timestamp(msg, &time(nla))),
    rule!(4, 4, |msg, nla| nfnl_log_msg_set_indev(msg, be32(nla))),
    rule!(5, 4, |msg, nla| nfnl_log_msg_set_outdev(msg, be32(nla))),
    rule!(6, 4, |msg, nla| nfnl_log_msg_set_physindev(msg, be32(nla))),
    rule!(7, 4, |msg, nla| nfnl_log_msg_set_physoutdev(msg, be32(nla))),
    Rule { nla: 8, least: 12, text: false, set: set_hwaddr },
    Rule { nla: 9, least: 0, text: false, set: set_payload },
    text_rule!(10, nfnl_log_msg_set_prefix),
    rule!(11, 4, |msg, nla| nfnl_log_msg_set_uid(msg, be32(nla))),
    rule!(14, 4, |msg, nla| nfnl_log_msg_set_gid(msg, be32(nla))),
    rule!(12, 4, |msg, nla| nfnl_log_msg_set_seq(msg, be32(nla))),
    rule!(13, 4, |msg, nla| nfnl_log_msg_set_seq_global(msg, be32(nla))),
    rule!(15, 2, |msg, nla| nfnl_log_msg_set_hwtype(msg, be16(nla))),
    rule!(17, 2, |msg, nla| nfnl_log_msg_set_hwlen(msg, be16(nla))),
    Rule { nla: 16, least: 0, text: false, set: set_hwheader },
    nested!(20, VLAN),
    Rule { nla: 18, least: 0, text: false, set: set_ct },
    rule!(19, 4, |msg, nla| nfnl_log_msg_set_ct_info(msg, be32(nla))),
];

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is of this type; the message's header is whole.
    unsafe {
        let msg = &mut *obj.cast::<nfnl_log_msg>();
        nfnl_log_msg_set_family(msg, nfnlmsg_family(nlh));
        apply(msg, nlmsg_attrdata(nlh, HDRLEN), nlmsg_attrlen(&*nlh, HDRLEN), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_log_msg_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut nfnl_log_msg,
) -> c_int {
    // SAFETY: the message has its header.
    unsafe { parse_message(&log_msg_obj_ops, nlh, result, parse) }
}
