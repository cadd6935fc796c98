// SPDX-License-Identifier: MIT OR Apache-2.0
//! `flower`: filters of what a packet's headers say.

use core::ffi::{CStr, c_int, c_uint};
use core::ptr::null_mut;

use super::action::ipv4_text;
use super::basic::{add_action, remove_action};
use super::fw::{free_actions, own_actions, parse_actions, put_actions, with_reference};
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len, nla_memcpy, nla_type, walk};
use crate::dump::dump;
use crate::error::*;
use crate::msg::nl_msg;
use crate::tc::dump::TEXT;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put};
use crate::tc::object::rtnl_tc;

const TCA_FLOWER_ACT: u16 = 3;
const TCA_FLOWER_KEY_ETH_TYPE: u16 = 8;
const TCA_FLOWER_FLAGS: u16 = 22;
const TCA_FLOWER_KEY_VLAN_ID: u16 = 23;
const TCA_FLOWER_KEY_VLAN_PRIO: u16 = 24;
const TCA_FLOWER_KEY_VLAN_ETH_TYPE: u16 = 25;

/// A header's field and which of its bits count. The mask's attribute follows that of the field.
#[derive(Clone, Copy)]
#[repr(C)]
struct Masked<T> {
    value: T,
    mask: T,
}

type Mac = [u8; 6];

#[repr(C)]
pub(super) struct Flower {
    mask: u32,
    /// Of which fields the masks are set, too.
    masks: u32,
    flags: u32,
    /// In the network's order, as is what is behind the tag.
    proto: u16,
    vlan_ethtype: u16,
    vlan_id: u16,
    vlan_prio: u8,
    dscp: Masked<u8>,
    dst_mac: Masked<Mac>,
    src_mac: Masked<Mac>,
    src: Masked<u32>,
    dst: Masked<u32>,
    act: *mut rtnl_tc,
}

const FLAGS: u32 = 1;
const PROTO: u32 = 2;
const VLAN_ID: u32 = 4;
const VLAN_PRIO: u32 = 8;
const VLAN_ETHTYPE: u32 = 16;
const DST_MAC: u32 = 32;
const SRC_MAC: u32 = 64;
const DSCP: u32 = 128;
const SRC: u32 = 256;
const DST: u32 = 512;

const ETH_P_8021Q: u16 = 0x8100;

/// What libnl allows as class of service, and as its mask.
const MOST_DSCP: u8 = 0xe0;

/// Attributes of fields with masks.
const KEY_ETH_DST: u16 = 4;
const KEY_ETH_SRC: u16 = 6;
const KEY_IPV4_SRC: u16 = 10;
const KEY_IPV4_DST: u16 = 12;
const KEY_IP_TOS: u16 = 73;

impl Data for Flower {
    const OF: Of = Of::Flower;
}

pub(super) const FLOWER: rtnl_tc_ops = rtnl_tc_ops::new::<Flower>(c"flower")
    .clone::<Flower>(|flower| own_actions(&mut flower.act))
    .free::<Flower>(|flower| free_actions(&mut flower.act))
    .parse(parse)
    .fill(fill)
    .details(details);

fields! { Flower:
    set rtnl_flower_set_flags(c_int) flags: FLAGS;
    out rtnl_flower_get_vlan_id(u16) vlan_id: VLAN_ID, NLE_MISSING_ATTR;
    out rtnl_flower_get_vlan_prio(u8) vlan_prio: VLAN_PRIO, NLE_MISSING_ATTR;
}

/// Changes the filter and notes that `bit` is set, unless that fails.
fn change(cls: &mut rtnl_tc, bit: u32, set: impl FnOnce(&mut Flower) -> Done) -> c_int {
    code(cls.wanted::<Flower>().and_then(|flower| {
        set(flower)?;
        flower.mask |= bit;
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_set_proto(cls: &mut rtnl_tc, proto: u16) -> c_int {
    change(cls, PROTO, |flower| {
        flower.proto = proto.to_be();
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_flower_get_proto(cls: &rtnl_tc, proto: *mut u16) -> c_int {
    let proto_of = |flower: &Flower| Masked { value: u16::from_be(flower.proto), mask: 0 };
    // SAFETY: the caller has the room.
    unsafe { get(cls, PROTO, proto_of, proto, null_mut()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_set_vlan_id(cls: &mut rtnl_tc, id: u16) -> c_int {
    change(cls, VLAN_ID, |flower| {
        flower.vlan_id = Some(id).filter(|id| *id <= 4095).ok_or(NLE_RANGE)?;
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_set_vlan_prio(cls: &mut rtnl_tc, prio: u8) -> c_int {
    change(cls, VLAN_PRIO, |flower| {
        flower.vlan_prio = Some(prio).filter(|prio| *prio <= 7).ok_or(NLE_RANGE)?;
        Ok(())
    })
}

/// Sets what is behind the VLAN's tag, if the protocol is that of such tags.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_set_vlan_ethtype(cls: &mut rtnl_tc, ethtype: u16) -> c_int {
    change(cls, VLAN_ETHTYPE, |flower| {
        if flower.mask & PROTO == 0 {
            return Err(NLE_MISSING_ATTR);
        }
        if flower.proto != ETH_P_8021Q.to_be() {
            return Err(NLE_INVAL);
        }
        flower.vlan_ethtype = ethtype.to_be();
        Ok(())
    })
}

/// Accessors of addresses of interfaces. A mask of NULL is none.
macro_rules! macs {
    ($($set:ident $get:ident: $field:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(
                cls: &mut rtnl_tc,
                mac: *const Mac,
                mask: *const Mac,
            ) -> c_int {
                change(cls, $bit, |flower| {
                    // SAFETY: each is NULL or has six bytes.
                    let (mac, mask) = unsafe { (mac.as_ref(), mask.as_ref()) };
                    flower.$field.value = *mac.ok_or(NLE_FAILURE)?;
                    if let Some(mask) = mask {
                        flower.$field.mask = *mask;
                        flower.masks |= $bit;
                    }
                    Ok(())
                })
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(cls: &rtnl_tc, mac: *mut Mac, mask: *mut Mac) -> c_int {
                // SAFETY: each is NULL or has room for six bytes.
                unsafe { get(cls, $bit, |flower| flower.$field, mac, mask) }
            }
        )*
    };
}
macs! {
    rtnl_flower_set_dst_mac rtnl_flower_get_dst_mac: dst_mac DST_MAC;
    rtnl_flower_set_src_mac rtnl_flower_get_src_mac: src_mac SRC_MAC;
}

/// Writes a field and its mask to the caller, each unless that is NULL.
unsafe fn get<T: Copy>(
    cls: &rtnl_tc,
    bit: u32,
    field: impl Fn(&Flower) -> Masked<T>,
    value: *mut T,
    mask: *mut T,
) -> c_int {
    let Some(flower) = cls.data::<Flower>() else { return -NLE_NOMEM };
    if flower.mask & bit == 0 {
        return -NLE_MISSING_ATTR;
    }
    let field = field(flower);
    // SAFETY: each is NULL or has the room, by the caller's promise.
    unsafe {
        if let Some(to) = value.as_mut() {
            *to = field.value;
        }
        if let Some(to) = mask.as_mut() {
            *to = field.mask;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_set_ip_dscp(cls: &mut rtnl_tc, dscp: u8, mask: u8) -> c_int {
    change(cls, DSCP, |flower| {
        if dscp > MOST_DSCP || mask > MOST_DSCP {
            return Err(NLE_RANGE);
        }
        flower.dscp.value = dscp;
        if mask != 0 {
            flower.dscp.mask = mask;
            flower.masks |= DSCP;
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_flower_get_ip_dscp(
    cls: &rtnl_tc,
    dscp: *mut u8,
    mask: *mut u8,
) -> c_int {
    // SAFETY: each is NULL or has the room.
    unsafe { get(cls, DSCP, |flower| flower.dscp, dscp, mask) }
}

/// Accessors of IPv4 addresses, of which 0 is none; a mask of 0 is that of all bits.
macro_rules! addresses {
    ($($set:ident $get:ident: $field:ident $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(cls: &mut rtnl_tc, addr: u32, mask: u32) -> c_int {
                change(cls, $bit, |flower| {
                    if addr == 0 {
                        return Err(NLE_FAILURE);
                    }
                    flower.$field.value = addr;
                    if mask != 0 {
                        flower.$field.mask = mask;
                        flower.masks |= $bit;
                    }
                    Ok(())
                })
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(cls: &rtnl_tc, addr: *mut u32, mask: *mut u32) -> c_int {
                let whole = |flower: &Flower| match flower.masks & $bit {
                    0 => Masked { mask: u32::MAX, ..flower.$field },
                    _ => flower.$field,
                };
                // SAFETY: each is NULL or has the room.
                unsafe { get(cls, $bit, whole, addr, mask) }
            }
        )*
    };
}
addresses! {
    rtnl_flower_set_ipv4_src rtnl_flower_get_ipv4_src: src SRC;
    rtnl_flower_set_ipv4_dst rtnl_flower_get_ipv4_dst: dst DST;
}

/// The address of an interface, which may be cut at its end.
unsafe fn find_mac(options: &nlattr, kind: u16) -> Result<Option<Mac>, c_int> {
    let mut found = None;
    // SAFETY: the options are whole; as many bytes are copied as the attribute has.
    unsafe {
        let all = walk(nla_data(options).cast(), nla_len(options));
        for nla in all.filter(|nla| nla_type(nla) == kind.into()) {
            let mut mac = Mac::default();
            if nla_len(nla) > mac.len() as c_int {
                return Err(NLE_RANGE);
            }
            nla_memcpy(mac.as_mut_ptr().cast(), nla, mac.len() as c_int);
            found = Some(mac);
        }
    }
    Ok(found)
}

type Find<T> = unsafe fn(&nlattr, u16) -> Result<Option<T>, c_int>;

/// Reads a field and its mask; notes which are there.
unsafe fn read_masked<T: Copy>(
    options: &nlattr,
    (kind, find): (u16, Find<T>),
    to: &mut Masked<T>,
    bit: u32,
    (set, masks): (&mut u32, &mut u32),
) -> Done {
    // SAFETY: the options are whole; any bytes are a `T`, by the caller's promise.
    unsafe {
        if let Some(value) = find(options, kind)? {
            to.value = value;
            *set |= bit;
        }
        if let Some(mask) = find(options, kind + 1)? {
            to.mask = mask;
            *masks |= bit;
        }
    }
    Ok(())
}

unsafe fn parse_masked(flower: &mut Flower, options: &nlattr) -> Done {
    let (set, masks) = (&mut flower.mask, &mut flower.masks);
    // SAFETY: the options are whole.
    unsafe {
        read_masked(options, (KEY_ETH_DST, find_mac), &mut flower.dst_mac, DST_MAC, (set, masks))?;
        read_masked(options, (KEY_ETH_SRC, find_mac), &mut flower.src_mac, SRC_MAC, (set, masks))?;
        read_masked(options, (KEY_IP_TOS, find), &mut flower.dscp, DSCP, (set, masks))?;
        read_masked(options, (KEY_IPV4_SRC, find), &mut flower.src, SRC, (set, masks))?;
        read_masked(options, (KEY_IPV4_DST, find), &mut flower.dst, DST, (set, masks))
    }
}

unsafe fn parse(flower: &mut Flower, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        let (flags, proto) =
            (find(options, TCA_FLOWER_FLAGS)?, find(options, TCA_FLOWER_KEY_ETH_TYPE)?);
        let (id, prio) =
            (find(options, TCA_FLOWER_KEY_VLAN_ID)?, find(options, TCA_FLOWER_KEY_VLAN_PRIO)?);
        let ethtype = find(options, TCA_FLOWER_KEY_VLAN_ETH_TYPE)?;
        let there = [
            (FLAGS, flags.is_some()),
            (PROTO, proto.is_some()),
            (VLAN_ID, id.is_some()),
            (VLAN_PRIO, prio.is_some()),
            (VLAN_ETHTYPE, ethtype.is_some()),
        ];
        flower.mask = there.iter().filter(|(_, there)| *there).fold(0, |set, (bit, _)| set | bit);
        parse_masked(flower, options)?;
        flower.flags = flags.unwrap_or(0);
        flower.proto = proto.unwrap_or(0);
        flower.vlan_id = id.unwrap_or(0);
        flower.vlan_prio = prio.unwrap_or(0);
        flower.vlan_ethtype = ethtype.unwrap_or(0);
        parse_actions(&mut flower.act, options, TCA_FLOWER_ACT)
    }
}

impl Flower {
    /// Puts a field and its mask, as far as they are set.
    fn put_masked<T>(&self, msg: &mut nl_msg, kind: u16, field: &Masked<T>, bit: u32) -> Done {
        if self.mask & bit != 0 {
            put(msg, kind, &field.value)?;
        }
        if self.masks & bit != 0 { put(msg, kind + 1, &field.mask) } else { Ok(()) }
    }
}

unsafe fn fill(flower: &mut Flower, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    let set = flower.mask;
    if set & FLAGS != 0 {
        put(msg, TCA_FLOWER_FLAGS, &flower.flags)?;
    }
    // SAFETY: the actions are live.
    unsafe { put_actions(flower.act, msg, TCA_FLOWER_ACT)? };
    if set & PROTO != 0 {
        put(msg, TCA_FLOWER_KEY_ETH_TYPE, &flower.proto)?;
    }
    if set & VLAN_ID != 0 {
        put(msg, TCA_FLOWER_KEY_VLAN_ID, &flower.vlan_id)?;
    }
    if set & VLAN_PRIO != 0 {
        put(msg, TCA_FLOWER_KEY_VLAN_PRIO, &flower.vlan_prio)?;
    }
    if set & VLAN_ETHTYPE != 0 {
        put(msg, TCA_FLOWER_KEY_VLAN_ETH_TYPE, &flower.vlan_ethtype)?;
    }
    flower.put_masked(msg, KEY_ETH_DST, &flower.dst_mac, DST_MAC)?;
    flower.put_masked(msg, KEY_ETH_SRC, &flower.src_mac, SRC_MAC)?;
    flower.put_masked(msg, KEY_IP_TOS, &flower.dscp, DSCP)?;
    flower.put_masked(msg, KEY_IPV4_SRC, &flower.src, SRC)?;
    flower.put_masked(msg, KEY_IPV4_DST, &flower.dst, DST)
}

fn show_mac(p: *mut nl_dump_params, what: &CStr, mac: &Mac) {
    let [a, b, c, d, e, f] = mac.map(c_uint::from);
    dump!(p, c" %s %02x:%02x:%02x:%02x:%02x:%02x", what.as_ptr(), a, b, c, d, e, f);
}

fn show_address(p: *mut nl_dump_params, what: &CStr, field: &Masked<u32>) {
    let (mut addr, mut mask) = (TEXT, TEXT);
    // SAFETY: addresses are four bytes; the buffers have the lengths said.
    unsafe {
        ipv4_text((&raw const field.value).cast(), addr.as_mut_ptr(), addr.len());
        ipv4_text((&raw const field.mask).cast(), mask.as_mut_ptr(), mask.len());
    }
    dump!(p, c"IPv4 %s %s mask %s\n", what.as_ptr(), addr.as_ptr(), mask.as_ptr());
}

unsafe fn details(flower: &Flower, p: *mut nl_dump_params) {
    let numbers: [(u32, &CStr, c_uint); 5] = [
        (FLAGS, c" flags %u", flower.flags),
        (PROTO, c" protocol %u", flower.proto.into()),
        (VLAN_ID, c" vlan_id %u", flower.vlan_id.into()),
        (VLAN_PRIO, c" vlan_prio %u", flower.vlan_prio.into()),
        (VLAN_ETHTYPE, c" vlan_ethtype %u", flower.vlan_ethtype.into()),
    ];
    for (_, format, number) in numbers.into_iter().filter(|(bit, ..)| flower.mask & bit != 0) {
        // SAFETY: each format takes one number.
        unsafe { crate::dump::nl_dump(p, format.as_ptr(), number) };
    }
    let macs = [
        (flower.mask & DST_MAC, c"dst_mac", &flower.dst_mac.value),
        (flower.masks & DST_MAC, c"dst_mac_mask", &flower.dst_mac.mask),
        (flower.mask & SRC_MAC, c"src_mac", &flower.src_mac.value),
        (flower.masks & SRC_MAC, c"src_mac_mask", &flower.src_mac.mask),
    ];
    for (_, what, mac) in macs.into_iter().filter(|(set, ..)| *set != 0) {
        show_mac(p, what, mac);
    }
    if flower.mask & DSCP != 0 {
        dump!(p, c" dscp %u", c_uint::from(flower.dscp.value));
    }
    if flower.masks & DSCP != 0 {
        dump!(p, c" dscp_mask %u", c_uint::from(flower.dscp.mask));
    }
    if flower.mask & SRC != 0 {
        show_address(p, c"src", &flower.src);
    }
    if flower.mask & DST != 0 {
        show_address(p, c"dst", &flower.dst);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_flower_append_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(flower) = cls.data_mut::<Flower>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { add_action(&mut flower.act, act) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_flower_del_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(flower) = cls.data_mut::<Flower>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { remove_action(&mut flower.act, act, NLE_INVAL) }
}

/// The first action, with a reference for the caller.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_flower_get_action(cls: &rtnl_tc) -> *mut rtnl_tc {
    cls.data::<Flower>().map_or(null_mut(), |flower| with_reference(flower.act))
}
