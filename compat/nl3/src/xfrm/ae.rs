// SPDX-License-Identifier: MIT OR Apache-2.0
//! Events of associations, `xfrm/ae`: lifetimes and replay windows, to be read and set.

use core::ffi::{c_char, c_int, c_uint, c_ulonglong};

use super::replay::{Current, Replay, dump_current, replay_accessors};
use super::*;
use crate::abi::nlmsghdr;
use crate::dump::dump_line;
use crate::error::{NLE_AF_MISMATCH, NLE_MISSING_ATTR, NLE_MSG_TOOSHORT, code};
use crate::object::*;
use crate::rows::{accessors, attrs};
use crate::rules::{Rule, apply, rule};
use crate::socket::nl_sock;
use crate::utils::nl_ip_proto2str;

/// `XFRM_MSG_*`.
const NEWAE: c_int = 30;
const GETAE: c_int = 31;

/// An event.
#[repr(C)]
pub struct xfrmnl_ae {
    h: nl_object,
    daddr: *mut nl_addr,
    saddr: *mut nl_addr,
    spi: u32,
    family: u16,
    proto: u8,
    flags: u32,
    reqid: u32,
    mark: Mark,
    current: Current,
    replay_maxage: u32,
    replay_maxdiff: u32,
    replay: Replay,
}

attrs! { xfrmnl_ae {
    DADDR = 0 "daddr" Addr(daddr),
    SPI = 1 "spi" Int(spi),
    PROTO = 2 "protocol" Int(proto),
    SADDR = 3 "saddr" Addr(saddr),
    FLAGS = 4 "flags" Int(flags),
    REQID = 5 "reqid" Int(reqid),
    MARK = 6 "mark" Bytes(mark),
    CURRENT = 7 "cur_lifetime" Aside(current),
    REPLAY_MAXAGE = 8 "replay_maxage" Int(replay_maxage),
    REPLAY_MAXDIFF = 9 "replay_maxdiff" Int(replay_maxdiff),
    REPLAY = 10 "replay_state" Aside(replay),
    FAMILY = 11 "" Aside(family),
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (DADDR | SPI | PROTO) as u32,
    keys: (DADDR | SPI | PROTO) as u32,
    names: NAMES,
    free: Some(free),
    clone: Some(clone),
    dump: [Some(dump_line_of); 3],
    ..nl_object_ops::new::<xfrmnl_ae>(c"xfrm/ae", ATTRS)
};

accessors! { xfrmnl_ae:
    get  xfrmnl_ae_get_daddr() -> *mut nl_addr = daddr: DADDR, core::ptr::null_mut();
    get  xfrmnl_ae_get_saddr() -> *mut nl_addr = saddr: SADDR, core::ptr::null_mut();
    get  xfrmnl_ae_get_spi() -> c_int = spi: SPI, -1;
    get  xfrmnl_ae_get_family() -> c_int = family: FAMILY, -1;
    get  xfrmnl_ae_get_proto() -> c_int = proto: PROTO, -1;
    get  xfrmnl_ae_get_flags() -> c_int = flags: FLAGS, -1;
    get  xfrmnl_ae_get_reqid() -> c_int = reqid: REQID, -1;
    get  xfrmnl_ae_get_replay_maxage() -> c_int = replay_maxage: REPLAY_MAXAGE, -1;
    get  xfrmnl_ae_get_replay_maxdiff() -> c_int = replay_maxdiff: REPLAY_MAXDIFF, -1;
}

sets! { xfrmnl_ae:
    xfrmnl_ae_set_spi spi SPI;
    xfrmnl_ae_set_family family FAMILY;
    xfrmnl_ae_set_proto proto PROTO;
    xfrmnl_ae_set_flags flags FLAGS;
    xfrmnl_ae_set_reqid reqid REQID;
    xfrmnl_ae_set_replay_maxage replay_maxage REPLAY_MAXAGE;
    xfrmnl_ae_set_replay_maxdiff replay_maxdiff REPLAY_MAXDIFF;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ae_alloc() -> *mut xfrmnl_ae {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_put(ae: *mut xfrmnl_ae) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(ae.cast()) }
}

mark_accessors! { xfrmnl_ae, MARK: xfrmnl_ae_get_mark xfrmnl_ae_set_mark }

replay_accessors! { xfrmnl_ae, REPLAY:
    xfrmnl_ae_get_replay_state xfrmnl_ae_set_replay_state
    xfrmnl_ae_get_replay_state_esn xfrmnl_ae_set_replay_state_esn
}

/// The address that the event is for decides its family.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_set_daddr(ae: &mut xfrmnl_ae, addr: *mut nl_addr) -> c_int {
    // SAFETY: the caller's address is live.
    unsafe {
        if ae.h.mask & FAMILY == 0 {
            ae.family = (*addr).family as u16;
            ae.h.mask |= FAMILY;
        } else if (*addr).family != ae.family.into() {
            return -NLE_AF_MISMATCH;
        }
        crate::rows::set_addr(&mut ae.daddr, addr);
    }
    ae.h.mask |= DADDR;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_set_saddr(ae: &mut xfrmnl_ae, addr: *mut nl_addr) -> c_int {
    // SAFETY: the caller's address is live.
    unsafe { crate::rows::set_addr(&mut ae.saddr, addr) };
    ae.h.mask |= SADDR;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ae_get_curlifetime(
    ae: &xfrmnl_ae,
    bytes: &mut c_ulonglong,
    packets: &mut c_ulonglong,
    add_time: &mut c_ulonglong,
    use_time: &mut c_ulonglong,
) -> c_int {
    if ae.h.mask & CURRENT == 0 {
        return -1;
    }
    [*bytes, *packets, *add_time, *use_time] = ae.current.get();
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_ae_set_curlifetime(
    ae: &mut xfrmnl_ae,
    bytes: c_ulonglong,
    packets: c_ulonglong,
    add_time: c_ulonglong,
    use_time: c_ulonglong,
) -> c_int {
    ae.current = Current { bytes, packets, add_time, use_time };
    ae.h.mask |= CURRENT;
    0
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe { (*obj.cast::<xfrmnl_ae>()).replay.free() };
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are of this type.
    unsafe { (*new.cast::<xfrmnl_ae>()).replay.clone_esn((*from.cast::<xfrmnl_ae>()).replay.esn) }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 128];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is of this type; the buffer is ours and as long as it says.
    unsafe {
        let ae = &*obj.cast::<xfrmnl_ae>();
        dump_line!(p, c"src %s ", nl_addr2str(ae.saddr, buf, 128));
        dump!(p, c"dst %s \n", nl_addr2str(ae.daddr, buf, 128));
        let proto = nl_ip_proto2str(ae.proto.into(), buf, 128);
        dump_line!(p, c"\tproto %s spi 0x%x reqid %u ", proto, ae.spi, ae.reqid);
        let flags = AE_FLAGS.flags(ae.flags.into(), buf, 128);
        let Mark { value, mask } = ae.mark;
        dump_line!(p, c"flags %s(0x%x) mark mask/value 0x%x/0x%x \n", flags, ae.flags, mask, value);
        dump_current(p, &ae.current, c"\t\tbytes %llu packets %llu \n");
        dump_line!(p, c"\treplay info: \n");
        dump_line!(p, c"\t\tmax age %u max diff %u \n", ae.replay_maxage, ae.replay_maxdiff);
        ae.replay.dump(p);
        dump!(p, c"\n");
    }
}

/// `struct xfrm_aevent_id`, the parts of it in the network's order as they are.
#[repr(C)]
#[derive(Clone, Copy)]
struct Event {
    daddr: [u8; 16],
    spi: u32,
    family: u16,
    proto: u8,
    pad: u8,
    saddr: [u8; 16],
    flags: u32,
    reqid: u32,
}

// SAFETY: the padding is a field.
unsafe impl Raw for Event {}

/// `XFRMA_*`.
static ATTRIBUTES: [Rule<xfrmnl_ae>; 7] = [
    rule!(21, 8, |ae, nla| {
        ae.mark = raw(nla);
        ae.h.mask |= MARK;
    }),
    rule!(9, 32, |ae, nla| {
        ae.current = raw(nla);
        ae.h.mask |= CURRENT;
    }),
    rule!(12, 4, |ae, nla| {
        xfrmnl_ae_set_replay_maxage(ae, nla_data(nla).cast::<u32>().read_unaligned())
    }),
    rule!(11, 4, |ae, nla| {
        xfrmnl_ae_set_replay_maxdiff(ae, nla_data(nla).cast::<u32>().read_unaligned())
    }),
    rule!(10, 12, |ae, nla| {
        ae.replay.narrow = raw(nla);
        ae.h.mask |= REPLAY;
    }),
    Rule { nla: 23, least: 24, text: false, set: set_esn },
    Rule::checked(13, 16),
];

unsafe fn set_esn(ae: &mut xfrmnl_ae, nla: &nlattr) -> Done {
    ae.h.mask |= REPLAY;
    // SAFETY: the attribute is whole.
    unsafe { ae.replay.read_esn(nla) }
}

unsafe fn fill(ae: &mut xfrmnl_ae, nlh: *mut nlmsghdr) -> Done {
    let size = size_of::<Event>() as c_int;
    // SAFETY: the message is whole.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, size) == 0 {
            return Err(NLE_MSG_TOOSHORT);
        }
        ae.h.msgtype = (*nlh).nlmsg_type;
        let event = nlmsg_data(nlh).cast::<Event>().read_unaligned();
        unwire(&mut ae.daddr, event.family, &event.daddr)?;
        unwire(&mut ae.saddr, event.family, &event.saddr)?;
        (ae.spi, ae.family, ae.proto) = (u32::from_be(event.spi), event.family, event.proto);
        (ae.flags, ae.reqid) = (event.flags, event.reqid);
        ae.h.mask |= DADDR | SADDR | SPI | FAMILY | PROTO | FLAGS | REQID;
        apply(ae, nlmsg_attrdata(nlh, size), nlmsg_attrlen(&*nlh, size), &ATTRIBUTES)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_parse(nlh: *mut nlmsghdr, result: *mut *mut xfrmnl_ae) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe { code(parsed(&OPS, result, |ae: *mut xfrmnl_ae| fill(&mut *ae, nlh))) }
}

unsafe fn put_all(ae: &xfrmnl_ae, msg: &mut nl_msg) -> Done {
    let has = |bit| ae.h.mask & bit != 0;
    if has(MARK) {
        put(msg, 21, &ae.mark)?;
    }
    if has(CURRENT) {
        put(msg, 9, &ae.current)?;
    }
    if has(REPLAY_MAXAGE) {
        put(msg, 12, &ae.replay_maxage)?;
    }
    if has(REPLAY_MAXDIFF) {
        put(msg, 11, &ae.replay_maxdiff)?;
    }
    // SAFETY: the window is the event's.
    if has(REPLAY) { unsafe { ae.replay.put(msg) } } else { Ok(()) }
}

unsafe fn build(ae: &xfrmnl_ae, flags: c_int) -> Result<*mut nl_msg, c_int> {
    let needed = DADDR | SPI | PROTO;
    if ae.h.mask & needed != needed {
        return Err(NLE_MISSING_ATTR);
    }
    // SAFETY: the addresses are NULL or live; the message is new.
    unsafe {
        let event = Event {
            daddr: wire(ae.daddr),
            spi: ae.spi.to_be(),
            family: ae.family,
            proto: ae.proto,
            pad: 0,
            saddr: wire(ae.saddr),
            flags: ae.flags,
            reqid: ae.reqid,
        };
        let flags = flags | c_int::from(rnl::uapi::NLM_F_REPLACE);
        filled(message(NEWAE, flags, &event)?, |msg| put_all(ae, msg))
    }
}

/// Sets lifetimes and windows of the association that the event names, and waits for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_set(sock: *mut nl_sock, ae: &xfrmnl_ae, flags: c_int) -> c_int {
    // SAFETY: the socket is live.
    unsafe { send(sock, build(ae, flags)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_build_get_request(
    daddr: *mut nl_addr,
    spi: c_uint,
    proto: c_uint,
    mark_mask: c_uint,
    mark_value: c_uint,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the address is NULL or live; the result is the caller's.
    unsafe {
        let Some(to) = daddr.as_ref().filter(|_| spi != 0) else { return -NLE_MISSING_ATTR };
        let mut event: Event = core::mem::zeroed();
        (event.daddr, event.spi) = (wire(daddr), spi.to_be());
        (event.family, event.proto) = (to.family as u16, proto as u8);
        let mark = Mark { value: mark_value, mask: mark_mask };
        let built = message(GETAE, 0, &event);
        give(built.and_then(|msg| filled(msg, |msg| put(msg, 21, &mark))), result)
    }
}

/// Asks the kernel for the event of an association.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_ae_get_kernel(
    sock: *mut nl_sock,
    daddr: *mut nl_addr,
    spi: c_uint,
    proto: c_uint,
    mark_mask: c_uint,
    mark_value: c_uint,
    result: *mut *mut xfrmnl_ae,
) -> c_int {
    let mut msg = core::ptr::null_mut();
    // SAFETY: the socket is live; the answer goes to the caller.
    unsafe {
        let failed =
            xfrmnl_ae_build_get_request(daddr, spi, proto, mark_mask, mark_value, &mut msg);
        if failed < 0 { failed } else { ask(sock, msg, result, xfrmnl_ae_parse) }
    }
}
