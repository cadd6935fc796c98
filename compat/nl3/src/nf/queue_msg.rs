// SPDX-License-Identifier: MIT OR Apache-2.0
//! Queued packets and verdicts on them, `netfilter/queue_msg`.

use core::ffi::{c_char, c_int, c_uint, c_void};

use rnl::uapi::NETLINK_NETFILTER;

use super::names::VERDICTS;
use super::packet::*;
use super::*;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len};
use crate::data::nl_data;
use crate::dump::{dump, nl_new_line};
use crate::error::NLE_RANGE;
use crate::mngt::{NL_ACT_NEW, nl_msgtype};
use crate::object::*;
use crate::rows::{accessors, attrs, incomparable};
use crate::rules::{Rule, apply, be32, rule};

/// A packet that waits for a verdict.
#[repr(C)]
pub struct nfnl_queue_msg {
    h: nl_object,
    group: u16,
    family: u8,
    hook: u8,
    packetid: u32,
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
    verdict: u32,
}

attrs! { nfnl_queue_msg {
    GROUP = 0 "group" Int(group),
    FAMILY = 1 "family" Int(family),
    PACKETID = 2 "packetid" Int(packetid),
    HWPROTO = 3 "hwproto" Int(hwproto),
    HOOK = 4 "hook" Int(hook),
    MARK = 5 "mark" Int(mark),
    TIMESTAMP = 6 "timestamp" Own,
    INDEV = 7 "indev" Int(indev),
    OUTDEV = 8 "outdev" Int(outdev),
    PHYSINDEV = 9 "physindev" Int(physindev),
    PHYSOUTDEV = 10 "physoutdev" Int(physoutdev),
    HWADDR = 11 "hwaddr" Own,
    PAYLOAD = 12 "payload" Data(payload),
    VERDICT = 13 "verdict" Int(verdict),
} }

#[unsafe(no_mangle)]
pub static queue_msg_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    names: NAMES,
    compare: Some(incomparable),
    dump: [Some(dump_line_of); 3],
    ..nl_object_ops::new::<nfnl_queue_msg>(c"netfilter/queuemsg", ATTRS)
};

const SUBSYS: u8 = 3;
const PACKET: u8 = 0;
const SET_VERDICT: u8 = 1;
const SET_VERDICT_BATCH: u8 = 3;

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: HDRLEN,
    msgtypes: &MSGTYPES,
    parse,
    ..nl_cache_ops::new(c"netfilter/queue_msg", NETLINK_NETFILTER, &queue_msg_obj_ops)
};

static MSGTYPES: [nl_msgtype; 1] = [nl_msgtype::new(kind(SUBSYS, PACKET), NL_ACT_NEW, c"new")];

accessors! { nfnl_queue_msg:
    set  nfnl_queue_msg_set_group(u16) group: GROUP;
    test nfnl_queue_msg_test_group() group: GROUP;
    get  nfnl_queue_msg_get_group() -> u16 = group;
    set  nfnl_queue_msg_set_family(u8) family: FAMILY;
    test nfnl_queue_msg_test_family() family: FAMILY;
    get  nfnl_queue_msg_get_family() -> u8 = family;
    set  nfnl_queue_msg_set_packetid(u32) packetid: PACKETID;
    test nfnl_queue_msg_test_packetid() packetid: PACKETID;
    get  nfnl_queue_msg_get_packetid() -> u32 = packetid;
    set  nfnl_queue_msg_set_hwproto(u16) hwproto: HWPROTO;
    test nfnl_queue_msg_test_hwproto() hwproto: HWPROTO;
    get  nfnl_queue_msg_get_hwproto() -> u16 = hwproto;
    set  nfnl_queue_msg_set_hook(u8) hook: HOOK;
    test nfnl_queue_msg_test_hook() hook: HOOK;
    get  nfnl_queue_msg_get_hook() -> u8 = hook;
    set  nfnl_queue_msg_set_mark(u32) mark: MARK;
    test nfnl_queue_msg_test_mark() mark: MARK;
    get  nfnl_queue_msg_get_mark() -> u32 = mark;
    test nfnl_queue_msg_test_timestamp() time: TIMESTAMP;
    set  nfnl_queue_msg_set_indev(u32) indev: INDEV;
    test nfnl_queue_msg_test_indev() indev: INDEV;
    get  nfnl_queue_msg_get_indev() -> u32 = indev;
    set  nfnl_queue_msg_set_outdev(u32) outdev: OUTDEV;
    test nfnl_queue_msg_test_outdev() outdev: OUTDEV;
    get  nfnl_queue_msg_get_outdev() -> u32 = outdev;
    set  nfnl_queue_msg_set_physindev(u32) physindev: PHYSINDEV;
    test nfnl_queue_msg_test_physindev() physindev: PHYSINDEV;
    get  nfnl_queue_msg_get_physindev() -> u32 = physindev;
    set  nfnl_queue_msg_set_physoutdev(u32) physoutdev: PHYSOUTDEV;
    test nfnl_queue_msg_test_physoutdev() physoutdev: PHYSOUTDEV;
    get  nfnl_queue_msg_get_physoutdev() -> u32 = physoutdev;
    test nfnl_queue_msg_test_hwaddr() hwaddr: HWADDR;
    test nfnl_queue_msg_test_payload() payload: PAYLOAD;
    set  nfnl_queue_msg_set_verdict(c_uint) verdict: VERDICT;
    test nfnl_queue_msg_test_verdict() verdict: VERDICT;
    get  nfnl_queue_msg_get_verdict() -> c_uint = verdict;
}

packet_accessors! { nfnl_queue_msg:
    time nfnl_queue_msg_set_timestamp nfnl_queue_msg_get_timestamp time: TIMESTAMP;
    hwaddr nfnl_queue_msg_set_hwaddr nfnl_queue_msg_get_hwaddr hwaddr: HWADDR;
    bytes nfnl_queue_msg_set_payload nfnl_queue_msg_get_payload payload: PAYLOAD, u8;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_queue_msg_alloc() -> *mut nfnl_queue_msg {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&queue_msg_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_msg_get(msg: *mut nfnl_queue_msg) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(msg.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_msg_put(msg: *mut nfnl_queue_msg) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(msg.cast()) }
}

unsafe fn dump_devices(msg: &nfnl_queue_msg, p: *mut nl_dump_params) {
    for (bit, key, index) in [
        (INDEV, c"IN", msg.indev),
        // Not PHYSIN: what programs have seen.
        (PHYSINDEV, c"IN", msg.physindev),
        (OUTDEV, c"OUT", msg.outdev),
        (PHYSOUTDEV, c"PHYSOUT", msg.physoutdev),
    ] {
        if msg.h.mask & bit != 0 {
            dump_device(p, key, index);
        }
    }
    if msg.h.mask & HWADDR != 0 {
        let (bytes, len) = msg.hwaddr.get();
        // SAFETY: the address has that length.
        unsafe { dump_hex(p, c"MAC", bytes, len) };
    }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    // SAFETY: the object is of this type; the buffer is ours and as long as it says.
    unsafe {
        let msg = &*obj.cast::<nfnl_queue_msg>();
        let has = |bit| msg.h.mask & bit != 0;
        nl_new_line(p);
        if has(GROUP) {
            dump!(p, c"GROUP=%u ", c_uint::from(msg.group));
        }
        dump_devices(msg, p);
        let shown = Shown {
            family: has(FAMILY).then_some(msg.family),
            hwproto: has(HWPROTO).then_some(msg.hwproto),
            hook: has(HOOK).then_some(msg.hook),
            mark: has(MARK).then_some((c"MARK=%d ", msg.mark)),
            payload: msg.payload,
        };
        shown.dump(p);
        if has(PACKETID) {
            dump!(p, c"PACKETID=%u ", msg.packetid);
        }
        if has(VERDICT) {
            let verdict = VERDICTS.to_str(msg.verdict as c_int, text.as_mut_ptr(), text.len());
            dump!(p, c"VERDICT=%s ", verdict);
        }
        dump!(p, c"\n");
    }
}

/// `struct nfqnl_msg_packet_hdr`.
unsafe fn set_header(msg: &mut nfnl_queue_msg, nla: &nlattr) -> Done {
    let data = nla_data(nla).cast::<u8>();
    // SAFETY: the attribute is known to have seven bytes.
    unsafe {
        let hwproto = data.add(4).cast::<u16>().read_unaligned();
        nfnl_queue_msg_set_packetid(msg, be32(nla));
        if hwproto != 0 {
            nfnl_queue_msg_set_hwproto(msg, hwproto);
        }
        nfnl_queue_msg_set_hook(msg, *data.add(6));
    }
    Ok(())
}

unsafe fn set_hwaddr(msg: &mut nfnl_queue_msg, nla: &nlattr) -> Done {
    // SAFETY: the attribute is known to have 12 bytes.
    unsafe { msg.hwaddr.read(nla) };
    msg.h.mask |= HWADDR;
    Ok(())
}

unsafe fn set_payload(msg: &mut nfnl_queue_msg, nla: &nlattr) -> Done {
    // SAFETY: the attribute is whole.
    done(unsafe { nfnl_queue_msg_set_payload(msg, nla_data(nla).cast(), nla_len(nla)) })
}

/// `NFQA_*`.
static ATTRIBUTES: [Rule<nfnl_queue_msg>; 10] = [
    Rule { nla: 1, least: 7, text: false, set: set_header },
    Rule::checked(2, 8),
    rule!(3, 4, |msg, nla| nfnl_queue_msg_set_mark(msg, be32(nla))),
    rule!(4, 16, |msg, nla| nfnl_queue_msg_set_timestamp(msg, &time(nla))),
    rule!(5, 4, |msg, nla| nfnl_queue_msg_set_indev(msg, be32(nla))),
    rule!(6, 4, |msg, nla| nfnl_queue_msg_set_outdev(msg, be32(nla))),
    rule!(7, 4, |msg, nla| nfnl_queue_msg_set_physindev(msg, be32(nla))),
    rule!(8, 4, |msg, nla| nfnl_queue_msg_set_physoutdev(msg, be32(nla))),
    Rule { nla: 9, least: 12, text: false, set: set_hwaddr },
    Rule { nla: 10, least: 0, text: false, set: set_payload },
];

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is of this type; the message's header is whole.
    unsafe {
        let msg = &mut *obj.cast::<nfnl_queue_msg>();
        nfnl_queue_msg_set_group(msg, nfnlmsg_res_id(nlh));
        nfnl_queue_msg_set_family(msg, nfnlmsg_family(nlh));
        apply(msg, nlmsg_attrdata(nlh, HDRLEN), nlmsg_attrlen(&*nlh, HDRLEN), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnlmsg_queue_msg_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut nfnl_queue_msg,
) -> c_int {
    // SAFETY: the message has its header.
    unsafe { parse_message(&queue_msg_obj_ops, nlh, result, parse) }
}

/// What becomes of the packet, and of its mark if it has one.
unsafe fn verdict(msg: &nfnl_queue_msg, subtype: u8) -> *mut nl_msg {
    let [a, b, c, d] = msg.verdict.to_be_bytes();
    let [e, f, g, h] = msg.packetid.to_be_bytes();
    let mut result = core::ptr::null_mut();
    // SAFETY: the message is new; the result is ours.
    unsafe {
        let new = nfnlmsg_alloc_simple(SUBSYS, subtype, 0, msg.family, msg.group);
        build(new, &mut result, |new| {
            put(new, 2, &[a, b, c, d, e, f, g, h])?;
            if msg.h.mask & MARK != 0 { put(new, 3, &msg.mark.to_be_bytes()) } else { Ok(()) }
        });
    }
    result
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_queue_msg_build_verdict(msg: &nfnl_queue_msg) -> *mut nl_msg {
    // SAFETY: as said there.
    unsafe { verdict(msg, SET_VERDICT) }
}

/// The same for all packets up to this one.
#[unsafe(no_mangle)]
pub extern "C" fn nfnl_queue_msg_build_verdict_batch(msg: &nfnl_queue_msg) -> *mut nl_msg {
    // SAFETY: as said there.
    unsafe { verdict(msg, SET_VERDICT_BATCH) }
}

/// Sends a verdict, and waits for an answer if the socket asks for one.
unsafe fn send(sock: *mut nl_sock, msg: *mut nl_msg) -> c_int {
    // SAFETY: the socket is live; the message is NULL or ours.
    if msg.is_null() { -NLE_NOMEM } else { unsafe { crate::send::nl_send_sync(sock, msg) } }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_msg_send_verdict(
    sock: *mut nl_sock,
    msg: &nfnl_queue_msg,
) -> c_int {
    // SAFETY: the socket is live.
    unsafe { send(sock, nfnl_queue_msg_build_verdict(msg)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_msg_send_verdict_batch(
    sock: *mut nl_sock,
    msg: &nfnl_queue_msg,
) -> c_int {
    // SAFETY: the socket is live.
    unsafe { send(sock, nfnl_queue_msg_build_verdict_batch(msg)) }
}

/// Sends a verdict with what the packet is to be from now on. The bytes are sent from where they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_queue_msg_send_verdict_payload(
    sock: *mut nl_sock,
    msg: &nfnl_queue_msg,
    data: *const c_void,
    len: c_uint,
) -> c_int {
    let new = nfnl_queue_msg_build_verdict(msg);
    // SAFETY: the socket is live; the message is NULL or ours; the caller's data has `len` bytes.
    unsafe {
        if new.is_null() {
            return -NLE_NOMEM;
        }
        let sent = send_with(sock, &mut *new, data, len as usize);
        nlmsg_free(new);
        match code(sent) {
            0 if !(*sock).no_auto_ack => crate::recvmsgs::nl_wait_for_ack(sock),
            sent => sent,
        }
    }
}

/// Sends a message and `NFQA_PAYLOAD` behind it, with what fills up its last word.
unsafe fn send_with(sock: *mut nl_sock, msg: &mut nl_msg, data: *const c_void, len: usize) -> Done {
    let Ok(nla_len) = u16::try_from(len.saturating_add(4)) else { return Err(NLE_RANGE) };
    let nla = nlattr { nla_len, nla_type: 10 };
    let iov = |base: *const c_void, len| libc::iovec { iov_base: base.cast_mut(), iov_len: len };
    // SAFETY: the message is live; the bytes are there until they have been sent.
    unsafe {
        let fits = nlmsg_append(msg, (&raw const nla).cast(), size_of::<nlattr>(), 4);
        done(fits).map_err(|_| NLE_NOMEM)?;
        let head = (*msg.nlh).nlmsg_len as usize;
        (*msg.nlh).nlmsg_len += len as u32;
        crate::send::nl_complete_msg(sock, msg);
        let mut parts = [
            iov(msg.nlh.cast(), head),
            iov(data, len),
            iov([0u8; 4].as_ptr().cast(), len.wrapping_neg() % 4),
        ];
        done(crate::send::nl_send_iovec(sock, msg, parts.as_mut_ptr(), parts.len() as c_uint))
    }
}
