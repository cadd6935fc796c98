// SPDX-License-Identifier: MIT OR Apache-2.0
//! Ports of bridges, which are links of the family `AF_BRIDGE`.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::af::{self, Family};
use super::names::translate_narrow;
use super::object::rtnl_link;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::mem;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate, translate_flags};
use crate::object::*;
use crate::rows::{self, Flags, How, attrs};
use crate::socket::nl_sock;

/// `netlink/route/link/bridge.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rtnl_link_bridge_vlan {
    pvid: u16,
    all: [u32; 128],
    untagged: [u32; 128],
}

const _: () = assert!(size_of::<rtnl_link_bridge_vlan>() == 1028);

#[repr(C)]
pub(super) struct Bridge {
    h: nl_object,
    cost: u32,
    flags: Flags,
    /// `BRIDGE_FLAGS_*`: whether the master or the port itself is meant.
    target: u16,
    priority: u16,
    hwmode: u16,
    state: u8,
    /// `IFLA_PROTINFO` was a nest, not the bare state of old.
    extended: bool,
    vlan: *mut rtnl_link_bridge_vlan,
}

attrs! { Bridge {
    FLAGS = 0 "" Flags(flags),
    COST = 1 "" Int(cost) = IFLA_BRPORT_COST,
    PRIORITY = 2 "" Int(priority) = IFLA_BRPORT_PRIORITY,
    STATE = 3 "" Int(state) = IFLA_BRPORT_STATE,
    HWMODE = 4 "" Int(hwmode),
    TARGET = 5 "" Int(target),
    VLAN = 6 "" Own,
} }

static OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: [None, Some(dump_details), Some(dump_details)],
    ..nl_object_ops::new::<Bridge>(c"", ATTRS)
};

pub(super) static FAMILY: Family = Family {
    read_protinfo: Some(read_protinfo),
    write_protinfo: Some(write_protinfo),
    read_spec: Some(read_spec),
    write_spec: Some(write_spec),
    whole_spec: true,
    compared: true,
    ..Family::new(libc::AF_BRIDGE, &OPS)
};

const IFLA_BRPORT_STATE: u16 = 1;
const IFLA_BRPORT_PRIORITY: u16 = 2;
const IFLA_BRPORT_COST: u16 = 3;
const IFLA_BRIDGE_FLAGS: u16 = 0;
const IFLA_BRIDGE_MODE: u16 = 1;
const IFLA_BRIDGE_VLAN_INFO: u16 = 2;

const BRIDGE_FLAGS_SELF: u16 = 2;

/// `IFLA_BRPORT_*` and the flags that they carry, in the order in which they are written.
const PORT_FLAGS: [(u16, u8); 7] =
    [(5, 0x02), (4, 0x01), (7, 0x08), (6, 0x04), (9, 0x10), (8, 0x20), (11, 0x40)];

/// `RTNL_BRIDGE_*`.
static FLAG_NAMES: Names = names! {
    1 "hairpin_mode", 2 "bpdu_guard", 4 "root_block", 8 "fast_leave", 16 "flood", 32 "learning",
    64 "learning_sync",
};

/// `BR_STATE_*`.
static STATES: Names = names! {
    0 "disabled", 1 "listening", 2 "learning", 3 "forwarding", 4 "blocking",
};

/// `BRIDGE_MODE_*`.
static HWMODES: Names = names! { 0 "veb", 1 "vepa", 65535 "undef" };

translate! { STATES: rtnl_link_bridge_portstate2str rtnl_link_bridge_str2portstate; }
translate_flags! { FLAG_NAMES: rtnl_link_bridge_flags2str rtnl_link_bridge_str2flags; }
translate_narrow! { HWMODES: rtnl_link_bridge_hwmode2str(u16), rtnl_link_bridge_str2hwmode -> u16; }

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe { mem::free((*obj.cast::<Bridge>()).vlan) };
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are of this type.
    unsafe {
        let (new, from) = (&mut *new.cast::<Bridge>(), &*from.cast::<Bridge>());
        new.vlan = null_mut();
        if !from.vlan.is_null() {
            new.vlan = mem::copy(from.vlan.cast(), size_of::<rtnl_link_bridge_vlan>()).cast();
        }
        if new.vlan.is_null() == from.vlan.is_null() { Ok(()) } else { Err(NLE_NOMEM) }
    }
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, asked: u64, _: How) -> u64 {
    if asked & VLAN == 0 {
        return 0;
    }
    // SAFETY: both are of this type, and have VLANs.
    unsafe {
        let (a, b) = ((*a.cast::<Bridge>()).vlan, (*b.cast::<Bridge>()).vlan);
        let size = size_of::<rtnl_link_bridge_vlan>();
        if libc::memcmp(a.cast(), b.cast(), size) == 0 { 0 } else { VLAN }
    }
}

unsafe fn read_protinfo(_: &mut rtnl_link, data: *mut nl_object, nla: &nlattr) -> Done {
    // SAFETY: the object is of this type; the attribute is whole.
    unsafe {
        let bridge = &mut *data.cast::<Bridge>();
        if nla_is_nested(nla) != 0 {
            read_port(bridge, nla)?;
            bridge.extended = true;
            return Ok(());
        }
        if nla_len(nla) < 1 {
            return Err(NLE_RANGE);
        }
        bridge.state = *nla_data(nla).cast::<u8>();
        bridge.h.mask |= STATE;
    }
    Ok(())
}

unsafe fn read_port(bridge: &mut Bridge, nest: &nlattr) -> Done {
    // SAFETY: the payload is inside the attribute.
    unsafe {
        let (head, len) = (nla_data(nest).cast(), nla_len(nest));
        rows::read((&raw mut *bridge).cast(), head, len, 0)?;
        for (kind, flag) in PORT_FLAGS {
            let all = || walk(head, len).filter(|nla| nla_type(nla) == kind.into());
            if all().any(|nla| nla_len(nla) < 1) {
                return Err(NLE_RANGE);
            }
            if all().last().is_some_and(|nla| *nla_data(nla).cast::<u8>() != 0) {
                bridge.flags.set(flag.into());
                bridge.h.mask |= FLAGS;
            }
        }
    }
    Ok(())
}

/// `struct bridge_vlan_info`.
#[derive(Clone, Copy)]
#[repr(C)]
struct VlanInfo {
    flags: u16,
    vid: u16,
}

const PVID: u16 = 2;
const UNTAGGED: u16 = 4;
const RANGE_BEGIN: u16 = 8;
const RANGE_END: u16 = 16;

unsafe fn read_spec(_: &mut rtnl_link, data: *mut nl_object, spec: &nlattr) -> Done {
    let mut begin = None;
    // SAFETY: the object is of this type; the payload is inside the attribute.
    unsafe {
        let bridge = &mut *data.cast::<Bridge>();
        for nla in walk(nla_data(spec).cast(), nla_len(spec)) {
            let kind = nla_type(nla) as u16;
            if !matches!(kind, IFLA_BRIDGE_MODE | IFLA_BRIDGE_VLAN_INFO) {
                continue;
            }
            if nla_len(nla) != size_of::<VlanInfo>() as c_int {
                return Err(libc::EINVAL);
            }
            if kind == IFLA_BRIDGE_MODE {
                bridge.hwmode = nla_data(nla).cast::<u16>().read_unaligned();
                bridge.h.mask |= HWMODE;
            }
            bridge.add(nla_data(nla).cast::<VlanInfo>().read_unaligned(), &mut begin)?;
        }
    }
    Ok(())
}

impl Bridge {
    /// Takes one VLAN, or the beginning or the end of a range.
    fn add(&mut self, info: VlanInfo, begin: &mut Option<VlanInfo>) -> Done {
        let VlanInfo { flags, vid } = info;
        if !(1..4095).contains(&vid) {
            return Err(libc::EINVAL);
        }
        if flags & RANGE_BEGIN != 0 {
            *begin = Some(info);
            return Ok(());
        }
        let first = match begin.take() {
            _ if flags & RANGE_END == 0 => vid,
            Some(start) if start.flags ^ RANGE_BEGIN == flags ^ RANGE_END => start.vid,
            _ => return Err(libc::EINVAL),
        };
        (first..=vid).try_for_each(|vid| self.add_one(vid, flags))
    }

    fn add_one(&mut self, vid: u16, flags: u16) -> Done {
        if self.vlan.is_null() {
            self.vlan = mem::zalloc(0);
        }
        // SAFETY: NULL or this object's own.
        let vlan = unsafe { self.vlan.as_mut() }.ok_or(NLE_NOMEM)?;
        set_bit(&mut vlan.all, vid);
        if flags & UNTAGGED != 0 {
            set_bit(&mut vlan.untagged, vid);
        }
        if flags & PVID != 0 {
            vlan.pvid = vid;
        }
        self.h.mask |= VLAN;
        Ok(())
    }
}

fn set_bit(map: &mut [u32; 128], at: u16) {
    if let Some(word) = map.get_mut(usize::from(at / 32)) {
        *word |= 1 << (at % 32);
    }
}

fn bit(map: &[u32; 128], at: u16) -> bool {
    map.get(usize::from(at / 32)).is_some_and(|word| word & 1 << (at % 32) != 0)
}

unsafe fn write_protinfo(data: *mut nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the object is of this type; the message is live.
    unsafe {
        let bridge = &*data.cast::<Bridge>();
        if bridge.h.mask & FLAGS != 0 {
            for (kind, flag) in PORT_FLAGS {
                if bridge.flags.mask & u32::from(flag) != 0 {
                    done(nla_put_u8(msg, kind.into(), bridge.flags.value as u8 & flag))?;
                }
            }
        }
        rows::write(data, msg, !0)
    }
}

unsafe fn write_spec(data: *mut nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the object is of this type; the message is live.
    unsafe {
        let bridge = &*data.cast::<Bridge>();
        if bridge.h.mask & (TARGET | HWMODE) != 0 {
            done(nla_put_u16(msg, IFLA_BRIDGE_FLAGS.into(), BRIDGE_FLAGS_SELF))?;
        }
        if bridge.h.mask & HWMODE != 0 {
            done(nla_put_u16(msg, IFLA_BRIDGE_MODE.into(), bridge.hwmode))?;
        }
    }
    Ok(())
}

/// Whether a change has to be made by `RTM_SETLINK`.
pub(super) fn overrides(link: &rtnl_link) -> bool {
    get(link).is_ok_and(|bridge| bridge.h.mask & FLAGS != 0)
}

fn get(link: &rtnl_link) -> Result<&Bridge, c_int> {
    if link.family != libc::AF_BRIDGE {
        return Err(NLE_OPNOTSUPP);
    }
    // SAFETY: NULL or of this type.
    unsafe { af::data(link, af::BRIDGE).cast::<Bridge>().as_ref() }.ok_or(NLE_OPNOTSUPP)
}

fn get_mut(link: &mut rtnl_link) -> Result<&mut Bridge, c_int> {
    let bridge = (&raw const *get(link)?).cast_mut();
    // SAFETY: the link's own.
    Ok(unsafe { &mut *bridge })
}

/// A link of the kind `bridge`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_bridge_alloc() -> *mut rtnl_link {
    // SAFETY: the link is NULL or new.
    unsafe { super::info::alloc(c"bridge") }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_bridge_add(sock: *mut nl_sock, name: *const c_char) -> c_int {
    // SAFETY: the socket is live; the name is NULL or a string.
    unsafe { super::info::add(sock, rtnl_link_bridge_alloc(), name) }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_is_bridge(link: &rtnl_link) -> c_int {
    get(link).is_ok().into()
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_has_ext_info(link: &rtnl_link) -> c_int {
    get(link).is_ok_and(|bridge| bridge.extended).into()
}

/// What a getter answers: a number, or a negative error.
fn number(found: Result<c_int, c_int>) -> c_int {
    found.unwrap_or_else(|error| -error)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_port_state(link: &rtnl_link) -> c_int {
    number(get(link).map(|bridge| bridge.state.into()))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_priority(link: &rtnl_link) -> c_int {
    number(get(link).map(|bridge| bridge.priority.into()))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_flags(link: &rtnl_link) -> c_int {
    number(get(link).map(|bridge| bridge.flags.value as c_int))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_cost(link: &rtnl_link, cost: &mut u32) -> c_int {
    code(get(link).map(|bridge| *cost = bridge.cost))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_hwmode(link: &rtnl_link, mode: &mut u16) -> c_int {
    code(get(link).and_then(|bridge| match bridge.h.mask & HWMODE {
        0 => Err(NLE_NOATTR),
        _ => {
            *mode = bridge.hwmode;
            Ok(())
        }
    }))
}

fn set(link: &mut rtnl_link, bit: u64, set: impl FnOnce(&mut Bridge)) -> c_int {
    code(get_mut(link).map(|bridge| {
        set(bridge);
        bridge.h.mask |= bit;
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_port_state(link: &mut rtnl_link, state: u8) -> c_int {
    if get(link).is_ok() && state > 4 {
        return -NLE_INVAL;
    }
    set(link, STATE, |bridge| bridge.state = state)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_priority(link: &mut rtnl_link, priority: u16) -> c_int {
    set(link, PRIORITY, |bridge| bridge.priority = priority)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_cost(link: &mut rtnl_link, cost: u32) -> c_int {
    set(link, COST, |bridge| bridge.cost = cost)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_flags(link: &mut rtnl_link, flags: c_uint) -> c_int {
    set(link, FLAGS, |bridge| bridge.flags.set(flags))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_unset_flags(link: &mut rtnl_link, flags: c_uint) -> c_int {
    set(link, FLAGS, |bridge| bridge.flags.unset(flags))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_self(link: &mut rtnl_link) -> c_int {
    set(link, TARGET, |bridge| bridge.target |= BRIDGE_FLAGS_SELF)
}

/// Sets the mode of a port's hardware, which the port itself is to be told of.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_set_hwmode(link: &mut rtnl_link, mode: u16) -> c_int {
    if get(link).is_ok() && mode > 1 {
        return -NLE_INVAL;
    }
    set(link, HWMODE | TARGET, |bridge| {
        bridge.hwmode = mode;
        bridge.target |= BRIDGE_FLAGS_SELF;
    })
}

fn vlan(link: &rtnl_link) -> Option<&rtnl_link_bridge_vlan> {
    // SAFETY: NULL or the bridge's own.
    get(link).ok().and_then(|bridge| unsafe { bridge.vlan.as_ref() })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_pvid(link: &rtnl_link) -> c_int {
    match get(link) {
        Err(error) => -error,
        Ok(_) => vlan(link).map_or(-libc::EINVAL, |vlan| vlan.pvid.into()),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_has_vlan(link: &rtnl_link) -> c_int {
    vlan(link).is_some_and(|vlan| vlan.pvid != 0 || vlan.all != [0; 128]).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_bridge_get_port_vlan(link: &rtnl_link) -> *const rtnl_link_bridge_vlan {
    vlan(link).map_or(core::ptr::null(), |vlan| &raw const *vlan)
}

/// The numbers in a map, neighbours as ranges.
fn dump_map(p: *mut nl_dump_params, map: &[u32; 128]) {
    let (mut at, mut any) = (0, false);
    while at < 4096 {
        let first = at;
        while at < 4096 && bit(map, at) {
            at += 1;
        }
        if at > first {
            any = true;
            dump!(p, c" %d", c_int::from(first));
            if at - first > 1 {
                dump!(p, c"-%d", c_int::from(at - 1));
            }
        }
        at += 1;
    }
    if !any {
        dump!(p, c" <none>");
    }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type; the buffers have the lengths said.
    unsafe {
        let bridge = &*obj.cast::<Bridge>();
        let has = |bit| bridge.h.mask & bit != 0;
        let mut buf = [0 as c_char; 256];
        dump_line!(p, c"    bridge: ");
        if has(STATE) {
            dump!(p, c"port-state %u ", c_uint::from(bridge.state));
        }
        if has(PRIORITY) {
            dump!(p, c"prio %u ", c_uint::from(bridge.priority));
        }
        if has(COST) {
            dump!(p, c"cost %u ", bridge.cost);
        }
        if has(HWMODE) {
            rtnl_link_bridge_hwmode2str(bridge.hwmode, buf.as_mut_ptr(), buf.len());
            dump!(p, c"hwmode %s", buf.as_ptr());
        }
        if let Some(vlan) = bridge.vlan.as_ref() {
            dump!(p, c"pvid %u   all vlans:", c_uint::from(vlan.pvid));
            dump_map(p, &vlan.all);
            dump!(p, c"   untagged vlans:");
            dump_map(p, &vlan.untagged);
        }
        if has(FLAGS) {
            rtnl_link_bridge_flags2str(bridge.flags.value as c_int, buf.as_mut_ptr(), buf.len());
            dump!(p, c"%s", buf.as_ptr());
        }
        dump!(p, c"\n");
    }
}
