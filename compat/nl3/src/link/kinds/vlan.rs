// SPDX-License-Identifier: MIT OR Apache-2.0
//! VLANs.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::{null, null_mut};

use super::{kind, of, of_mut};
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::mem;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate_flags};
use crate::object::*;
use crate::rows::{self, Flags, attrs};

/// `netlink/route/link/vlan.h`: from one priority to another; like `struct ifla_vlan_qos_mapping`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct vlan_map {
    from: u32,
    to: u32,
}

#[repr(C)]
struct Vlan {
    h: nl_object,
    flags: Flags,
    id: u16,
    /// In the network's order.
    protocol: u16,
    ingress: [u32; 8],
    /// A bit for each of them that is set.
    ingress_set: u8,
    egress: *mut vlan_map,
    egress_len: u32,
}

attrs! { Vlan {
    ID = 0 "" Int(id) = IFLA_VLAN_ID,
    FLAGS = 1 "" Flags(flags),
    INGRESS = 2 "" Own,
    EGRESS = 3 "" Own,
    PROTOCOL = 4 "" Int(protocol) = IFLA_VLAN_PROTOCOL,
} }

static OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    dump: [Some(dump_brief), Some(dump_details), None],
    ..nl_object_ops::new::<Vlan>(c"", ATTRS)
};

pub(super) static KIND: Kind = Kind { parse, put, ..Kind::new(c"vlan", Some(&OPS)) };

const IFLA_VLAN_ID: u16 = 1;
const IFLA_VLAN_FLAGS: u16 = 2;
const IFLA_VLAN_EGRESS_QOS: u16 = 3;
const IFLA_VLAN_INGRESS_QOS: u16 = 4;
const IFLA_VLAN_PROTOCOL: u16 = 5;

/// The highest priority of a VLAN.
const PRIO_MAX: u32 = 7;

/// `VLAN_FLAG_*`.
static FLAG_NAMES: Names = names! {
    1 "reorder_hdr", 2 "gvrp", 4 "loose_binding", 8 "mvrp", 16 "bridge_binding",
};

translate_flags! { FLAG_NAMES: rtnl_link_vlan_flags2str rtnl_link_vlan_str2flags; }

kind! { Vlan OPS "vlan":
    alloc rtnl_link_vlan_alloc;
    is rtnl_link_is_vlan;
    set rtnl_link_vlan_set_id(u16) id: ID;
    set rtnl_link_vlan_set_protocol(u16) protocol: PROTOCOL;
}

/// A number of a VLAN, 0 if it is not set.
fn number(link: &rtnl_link, bit: u64, get: impl FnOnce(&Vlan) -> c_int) -> c_int {
    match of::<Vlan>(link, &OPS) {
        Err(error) => -error,
        Ok(vlan) if vlan.h.mask & bit == 0 => 0,
        Ok(vlan) => get(vlan),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_get_id(link: &rtnl_link) -> c_int {
    number(link, ID, |vlan| vlan.id.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_get_protocol(link: &rtnl_link) -> c_int {
    number(link, PROTOCOL, |vlan| vlan.protocol.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_get_flags(link: &rtnl_link) -> c_int {
    number(link, !0, |vlan| vlan.flags.value as c_int)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_set_flags(link: &mut rtnl_link, flags: c_uint) -> c_int {
    code(of_mut::<Vlan>(link, &OPS).map(|vlan| {
        vlan.flags.set(flags);
        vlan.h.mask |= FLAGS;
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_unset_flags(link: &mut rtnl_link, flags: c_uint) -> c_int {
    code(of_mut::<Vlan>(link, &OPS).map(|vlan| {
        vlan.flags.unset(flags);
        vlan.h.mask |= FLAGS;
    }))
}

impl Vlan {
    fn set_ingress(&mut self, map: vlan_map) -> Done {
        let slot = self.ingress.get_mut(map.from as usize).ok_or(NLE_INVAL)?;
        *slot = map.to;
        self.ingress_set |= 1 << map.from;
        self.h.mask |= INGRESS;
        Ok(())
    }

    fn ingress(&self) -> impl Iterator<Item = vlan_map> {
        let all = (0..).zip(self.ingress).filter(|(from, _)| self.ingress_set & 1 << from != 0);
        all.map(|(from, to)| vlan_map { from, to })
    }

    fn egress(&self) -> &[vlan_map] {
        if self.egress.is_null() {
            return &[];
        }
        // SAFETY: as many as are said.
        unsafe { core::slice::from_raw_parts(self.egress, self.egress_len as usize) }
    }

    fn add_egress(&mut self, map: vlan_map) -> Done {
        let len = self.egress_len as usize;
        // SAFETY: what realloc gives has room for one more.
        unsafe {
            let size = (len + 1) * size_of::<vlan_map>();
            let grown = libc::realloc(self.egress.cast(), size).cast::<vlan_map>();
            if grown.is_null() {
                return Err(NLE_NOMEM);
            }
            grown.add(len).write(map);
            self.egress = grown;
        }
        self.egress_len += 1;
        self.h.mask |= EGRESS;
        Ok(())
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe { mem::free((*obj.cast::<Vlan>()).egress) };
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are of this type.
    unsafe {
        let (new, from) = (&mut *new.cast::<Vlan>(), &*from.cast::<Vlan>());
        (new.egress, new.egress_len) = (null_mut(), 0);
        from.egress().iter().try_for_each(|map| new.add_egress(*map))
    }
}

/// From a priority of the VLAN to one of packets.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_set_ingress_map(
    link: &mut rtnl_link,
    from: c_int,
    to: u32,
) -> c_int {
    code(
        of_mut::<Vlan>(link, &OPS)
            .and_then(|vlan| vlan.set_ingress(vlan_map { from: from as u32, to })),
    )
}

/// From a priority of packets to one of the VLAN.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_set_egress_map(
    link: &mut rtnl_link,
    from: u32,
    to: c_int,
) -> c_int {
    code(of_mut::<Vlan>(link, &OPS).and_then(|vlan| {
        if to as u32 > PRIO_MAX {
            return Err(NLE_INVAL);
        }
        vlan.add_egress(vlan_map { from, to: to as u32 })
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_get_ingress_map(link: &rtnl_link) -> *const u32 {
    let vlan = of::<Vlan>(link, &OPS).ok().filter(|vlan| vlan.h.mask & INGRESS != 0);
    vlan.map_or(null(), |vlan| vlan.ingress.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_vlan_get_egress_map(
    link: &rtnl_link,
    len: &mut c_int,
) -> *const vlan_map {
    let vlan = of::<Vlan>(link, &OPS).ok().filter(|vlan| vlan.h.mask & EGRESS != 0);
    *len = vlan.map_or(0, |vlan| vlan.egress_len as c_int);
    vlan.map_or(null(), |vlan| vlan.egress)
}

unsafe fn parse(link: &mut rtnl_link, data: Option<&nlattr>, xstats: Option<&nlattr>) -> Done {
    // SAFETY: the attributes are whole; what the kind keeps is of this type.
    unsafe {
        crate::link::info::parse(link, data, xstats)?;
        let vlan = of_mut::<Vlan>(link, &OPS)?;
        let Some(data) = data else { return Ok(()) };
        let all = || walk(nla_data(data).cast(), nla_len(data));
        let is = |kind: u16| move |nla: &&nlattr| nla_type(nla) == kind.into();
        if all().filter(is(IFLA_VLAN_FLAGS)).any(|nla| nla_len(nla) < 8) {
            return Err(NLE_RANGE);
        }
        if let Some(nla) = all().filter(is(IFLA_VLAN_FLAGS)).last() {
            vlan.flags = Flags { value: nla_get_u32(nla), mask: 0 };
            vlan.h.mask |= FLAGS;
        }
        if let Some(list) = all().filter(is(IFLA_VLAN_INGRESS_QOS)).last() {
            vlan.h.mask |= INGRESS;
            for map in maps(list) {
                vlan.set_ingress(map?)?;
            }
        }
        if let Some(list) = all().filter(is(IFLA_VLAN_EGRESS_QOS)).last() {
            vlan.h.mask |= EGRESS;
            for map in maps(list) {
                vlan.add_egress(map?)?;
            }
        }
    }
    Ok(())
}

/// The elements of a list of maps.
unsafe fn maps(list: &nlattr) -> impl Iterator<Item = Result<vlan_map, c_int>> {
    // SAFETY: the payload is inside the attribute.
    let all = unsafe { walk(nla_data(list).cast(), nla_len(list)) };
    all.map(|nla| {
        if nla_len(nla) < size_of::<vlan_map>() as c_int {
            return Err(NLE_INVAL);
        }
        // SAFETY: the payload is long enough.
        Ok(unsafe { nla_data(nla).cast::<vlan_map>().read_unaligned() })
    })
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let vlan = of::<Vlan>(link, &OPS)?;
    let has = |bit| vlan.h.mask & bit != 0;
    // SAFETY: the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe {
        rows::write(link.info, msg, ID | PROTOCOL)?;
        if has(FLAGS) {
            let flags: *const Flags = &raw const vlan.flags;
            done(nla_put(msg, IFLA_VLAN_FLAGS.into(), 8, flags.cast()))?;
        }
        if has(INGRESS) {
            nest(msg, IFLA_VLAN_INGRESS_QOS, |msg| {
                vlan.ingress().try_for_each(|map| put_map(msg, map.from, map))
            })?;
        }
        if has(EGRESS) {
            nest(msg, IFLA_VLAN_EGRESS_QOS, |msg| {
                (0..).zip(vlan.egress()).try_for_each(|(at, map)| put_map(msg, at, *map))
            })?;
        }
        Ok(())
    })
}

unsafe fn put_map(msg: &mut nl_msg, kind: u32, map: vlan_map) -> Done {
    let (data, len) = ((&raw const map).cast(), size_of::<vlan_map>() as c_int);
    // SAFETY: the message is live.
    unsafe { done(nla_put(msg, kind as c_int, len, data)) }
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    dump!(p, c"vlan-id %d", c_int::from(unsafe { (*obj.cast::<Vlan>()).id }));
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 64];
    // SAFETY: the object is of this type; the buffer has the length said.
    unsafe {
        let vlan = &*obj.cast::<Vlan>();
        rtnl_link_vlan_flags2str(vlan.flags.value as c_int, buf.as_mut_ptr(), buf.len());
        dump_line!(p, c"    vlan-info id %d <%s>", c_int::from(vlan.id), buf.as_ptr());
        if vlan.h.mask & PROTOCOL != 0 {
            dump_line!(p, c"    vlan protocol <%d>", c_int::from(u16::from_be(vlan.protocol)));
        }
        dump!(p, c"\n");
        if vlan.h.mask & INGRESS != 0 {
            dump_line!(p, c"      ingress vlan prio -> qos/socket prio mapping:\n");
            columns(p, vlan.ingress(), |map| {
                dump!(p, c"%u -> %#08x, ", map.from, map.to);
            });
        }
        if vlan.h.mask & EGRESS != 0 {
            dump_line!(p, c"      egress qos/socket prio -> vlan prio mapping:\n");
            columns(p, vlan.egress().iter().copied(), |map| {
                dump!(p, c"%#08x -> %x, ", map.from, map.to);
            });
        }
    }
}

/// Four maps a line.
fn columns(p: *mut nl_dump_params, maps: impl Iterator<Item = vlan_map>, show: impl Fn(vlan_map)) {
    let mut shown = 0;
    for map in maps {
        if shown == 0 {
            dump_line!(p, c"      ");
        }
        show(map);
        shown += 1;
        if shown == 4 {
            dump!(p, c"\n");
            shown = 0;
        }
    }
    if shown > 0 {
        dump!(p, c"\n");
    }
}
