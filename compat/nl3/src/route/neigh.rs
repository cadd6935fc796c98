// SPDX-License-Identifier: MIT OR Apache-2.0
//! Neighbours and forwarding entries of bridges, `route/neigh`.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::names::*;
use super::uapi::*;
use super::{build, dump_dev, header, parse_one, send, text_in};
use crate::abi::{nl_dump_params, nlmsghdr};
use crate::addr::*;
use crate::attr::nla_put_u16;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::finder::first;
use crate::link::offered_master;
use crate::mngt::*;
use crate::msg::{nl_msg, nlmsg_attrdata, nlmsg_attrlen};
use crate::names::AF;
use crate::object::*;
use crate::rows::{self, Flags, accessors, attrs};
use crate::slot::Slot;
use crate::socket::nl_sock;

/// `struct nda_cacheinfo`.
#[derive(Clone, Copy)]
#[repr(C)]
struct CacheInfo {
    confirmed: u32,
    used: u32,
    updated: u32,
    references: u32,
}

/// A neighbour.
#[repr(C)]
pub struct rtnl_neigh {
    h: nl_object,
    family: c_int,
    kind: u8,
    vlan: u16,
    master: u32,
    state: Flags<u16>,
    flags: Flags<u16>,
    cacheinfo: CacheInfo,
    /// How often it was asked: told nowhere.
    probes: u32,
    lladdr: Slot,
    dst: Slot,
}

attrs! { rtnl_neigh {
    FLAGS = 0 "flags" Flags(flags),
    STATE = 1 "state" Flags(state),
    LLADDR = 2 "lladdr" LlAddr(lladdr) = NDA_LLADDR,
    DST = 3 "dst" Addr(dst) = NDA_DST,
    CACHEINFO = 4 "cacheinfo" Aside(cacheinfo) = NDA_CACHEINFO,
    IFINDEX = 5 "ifindex" Int(h.number),
    FAMILY = 6 "family" Int(family),
    TYPE = 7 "type" Int(kind),
    PROBES = 8 "probes" Aside(probes) = NDA_PROBES,
    MASTER = 9 "master" Int(master) = NDA_MASTER,
    VLAN = 10 "vlan" Int(vlan) = NDA_VLAN,
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (IFINDEX | DST | FAMILY) as u32,
    keys: (IFINDEX | DST | FAMILY | LLADDR | MASTER | VLAN) as u32,
    places: 1,
    names: NAMES,
    dump: [Some(dump_brief), Some(dump_details), Some(dump_details)],
    ids: Some(ids),
    ..nl_object_ops::new::<rtnl_neigh>(c"route/neigh", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<ndmsg>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    unique: true,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"route/neigh", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWNEIGH as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELNEIGH as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETNEIGH as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_NEIGH` tells of all families.
static GROUPS: [nl_af_group; 2] = [
    nl_af_group { family: libc::AF_UNSPEC, group: 3 },
    nl_af_group { family: libc::AF_BRIDGE, group: 3 },
];

const NTF_SELF: u32 = 2;

/// Entries of a bridge are told apart by link-layer address.
unsafe fn ids(obj: *const nl_object) -> u32 {
    // SAFETY: the object is a neighbour.
    let neigh = unsafe { &*obj.cast::<rtnl_neigh>() };
    let ids = if neigh.family != libc::AF_BRIDGE {
        IFINDEX | DST | FAMILY
    } else if u32::from(neigh.flags.value) & NTF_SELF != 0 {
        LLADDR | FAMILY | IFINDEX | neigh.h.mask & (DST | VLAN)
    } else {
        LLADDR | FAMILY | MASTER | VLAN
    };
    ids as u32
}

accessors! { rtnl_neigh:
    set rtnl_neigh_set_ifindex(c_int) h.number: IFINDEX;
    get rtnl_neigh_get_ifindex() -> c_int = h.number;
    slot rtnl_neigh_get_lladdr() lladdr: LLADDR;
    slot rtnl_neigh_get_dst() dst: DST;
    set rtnl_neigh_set_type(c_int) kind: TYPE;
    get rtnl_neigh_get_type() -> c_int = kind: TYPE, -1;
    set rtnl_neigh_set_family(c_int) family: FAMILY;
    get rtnl_neigh_get_family() -> c_int = family;
    set rtnl_neigh_set_vlan(c_int) vlan: VLAN;
    get rtnl_neigh_get_vlan() -> c_int = vlan: VLAN, -1;
    set rtnl_neigh_set_master(c_int) master: MASTER;
    get rtnl_neigh_get_master() -> c_int = master;
}

/// Bits of which the kernel's header has so many.
macro_rules! bits {
    ($($name:ident($arg:ty) $how:ident $width:ty, $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(neigh: &mut rtnl_neigh, bits: $arg) {
                neigh.$field.$how((bits as $width).into());
                neigh.h.mask |= $bit;
            }
        )*
    };
}

bits! {
    rtnl_neigh_set_state(c_int) set u16, state: STATE;
    rtnl_neigh_unset_state(c_int) unset u16, state: STATE;
    rtnl_neigh_set_flags(c_uint) set u8, flags: FLAGS;
    rtnl_neigh_unset_flags(c_uint) unset u8, flags: FLAGS;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_neigh_get_state(neigh: &rtnl_neigh) -> c_int {
    if neigh.h.mask & STATE != 0 { neigh.state.value.into() } else { -1 }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_neigh_get_flags(neigh: &rtnl_neigh) -> c_uint {
    neigh.flags.value.into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_set_lladdr(neigh: &mut rtnl_neigh, addr: *mut nl_addr) {
    // SAFETY: the address is NULL or live.
    unsafe { neigh.lladdr.set(addr) };
    neigh.h.mask |= LLADDR;
}

/// Sets the address, which decides the family unless that is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_set_dst(neigh: &mut rtnl_neigh, addr: *mut nl_addr) -> c_int {
    // SAFETY: the address is live.
    unsafe {
        let family = (*addr).family;
        if neigh.h.mask & FAMILY != 0 && family != neigh.family {
            return -NLE_AF_MISMATCH;
        }
        neigh.family = family;
        neigh.dst.set(addr);
    }
    neigh.h.mask |= DST | FAMILY;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_neigh_alloc() -> *mut rtnl_neigh {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_put(neigh: *mut rtnl_neigh) {
    // SAFETY: NULL, or a neighbour of which the caller holds a reference.
    unsafe { nl_object_put(neigh.cast()) }
}

/// Entries of bridges come to those that ask with the header of a link.
unsafe fn request_all(cache: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: cache and socket are live; the header is ours.
    unsafe {
        let (kind, family) = (RTM_GETNEIGH.into(), (*cache).arg1);
        if family != libc::AF_BRIDGE {
            return super::nl_rtgen_request(sock, kind, family, libc::NLM_F_DUMP);
        }
        let head = [family as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let data = head.as_ptr().cast();
        crate::send::nl_send_simple(sock, kind, libc::NLM_F_DUMP, data, head.len())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { rtnl_neigh_alloc_cache_flags(sock, result, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_alloc_cache_flags(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
    flags: c_uint,
) -> c_int {
    let set = |cache: *mut nl_cache| {
        // SAFETY: the cache is new.
        unsafe { (*cache).flags |= flags }
    };
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, set, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_get(
    cache: *mut nl_cache,
    index: c_int,
    dst: *mut nl_addr,
) -> *mut rtnl_neigh {
    // SAFETY: cache and address are live.
    unsafe {
        let same = |it: &rtnl_neigh| it.dst.view(|own| nl_addr_cmp(own, dst) == 0);
        first(cache, &OPS, |it: &rtnl_neigh| it.h.number == index as u32 && same(it))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_get_by_vlan(
    cache: *mut nl_cache,
    index: c_int,
    lladdr: *mut nl_addr,
    vlan: c_int,
) -> *mut rtnl_neigh {
    let same_place = |it: &rtnl_neigh| it.h.number == index as u32 && c_int::from(it.vlan) == vlan;
    // SAFETY: cache and address are live.
    unsafe {
        let same = |it: &rtnl_neigh| it.lladdr.view(|own| nl_addr_cmp(own, lladdr) == 0);
        first(cache, &OPS, |it| same_place(it) && same(it))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut rtnl_neigh,
) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe { parse_one(&CACHE_OPS, nlh, result.cast()) }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    const HEADER: c_int = size_of::<ndmsg>() as c_int;
    // SAFETY: the object is a neighbour; the attributes are inside the message, whose header is whole.
    unsafe {
        let neigh = &mut *obj.cast::<rtnl_neigh>();
        let head: ndmsg = header(nlh);
        (neigh.family, neigh.h.number) = (head.family.into(), head.index);
        (neigh.kind, neigh.flags.value) = (head.kind, head.flags.into());
        neigh.state.value = head.state;
        neigh.h.mask = FAMILY | IFINDEX | STATE | FLAGS | TYPE;
        let (attrs, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        rows::read(obj, attrs, len, neigh.family)?;
        if neigh.family != libc::AF_BRIDGE {
            // Only entries of bridges have one.
            (neigh.master, neigh.h.mask) = (0, neigh.h.mask & !MASTER);
        } else if neigh.h.mask & MASTER == 0 {
            if let Some(master) = offered_master(neigh.h.number as c_int) {
                (neigh.master, neigh.h.mask) = (master as u32, neigh.h.mask | MASTER);
            }
        }
        neigh.lladdr.guess_family()?;
        neigh.dst.guess_family()
    }
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    // SAFETY: the object is a neighbour; the buffer has the length said.
    unsafe {
        let neigh = &*obj.cast::<rtnl_neigh>();
        let has = |bits| neigh.h.mask & bits != 0;
        if neigh.family != libc::AF_UNSPEC {
            dump_line!(p, c"%s ", AF.to_str(neigh.family, buf.as_mut_ptr(), buf.len()));
        }
        if has(DST) {
            dump_line!(p, c"%s ", text_in(&neigh.dst, &mut buf));
        }
        dump_dev(p, c"dev ", neigh.h.number as c_int);
        dump!(p, c" ");
        if has(LLADDR) {
            dump!(p, c"lladdr %s ", text_in(&neigh.lladdr, &mut buf));
        }
        if has(VLAN) {
            dump!(p, c"vlan %d ", c_int::from(neigh.vlan));
        }
        if has(MASTER) {
            dump_dev(p, c"", neigh.master as c_int);
            dump!(p, c" ");
        }
        dump_flags(neigh, p);
        dump!(p, c"\n");
    }
}

unsafe fn dump_flags(neigh: &rtnl_neigh, p: *mut nl_dump_params) {
    let (mut state, mut flags) = ([0 as c_char; 128], [0 as c_char; 128]);
    // SAFETY: the buffers have the lengths said.
    unsafe {
        rtnl_neigh_state2str(neigh.state.value.into(), state.as_mut_ptr(), state.len());
        rtnl_neigh_flags2str(neigh.flags.value.into(), flags.as_mut_ptr(), flags.len());
    }
    let (has_state, has_flags) = (state.first() != Some(&0), flags.first() != Some(&0));
    if has_state || has_flags {
        let between = if has_state && has_flags { c"," } else { c"" };
        dump!(p, c"<%s%s%s>", state.as_ptr(), between.as_ptr(), flags.as_ptr());
    }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a neighbour.
    unsafe {
        dump_brief(obj, p);
        let neigh = &*obj.cast::<rtnl_neigh>();
        let hz = crate::ticks::nl_get_user_hz() as u32;
        let seconds = |ticks: u32| ticks.checked_div(hz).unwrap_or(0);
        let info = &neigh.cacheinfo;
        dump_line!(
            p,
            c"    refcnt %u type %s confirmed %u used %u updated %u\n",
            info.references,
            Name::of(nl_rtntype2str, neigh.kind.into()).text(),
            seconds(info.confirmed),
            seconds(info.used),
            seconds(info.updated)
        );
    }
}

unsafe fn build_request(neigh: &rtnl_neigh, what: (u16, c_int), result: *mut *mut nl_msg) -> c_int {
    const NUD_PERMANENT: u16 = 0x80;
    let has = |bits| neigh.h.mask & bits != 0;
    if !has(DST) && neigh.family != libc::AF_BRIDGE {
        return -NLE_MISSING_ATTR;
    }
    let of_dst = neigh.dst.ask(neigh.family, |dst| dst.family);
    let family = if neigh.family != libc::AF_BRIDGE { of_dst } else { neigh.family };
    let head = ndmsg {
        family: family as u8,
        padding: [0; 3],
        index: neigh.h.number,
        state: if has(STATE) { neigh.state.value } else { NUD_PERMANENT },
        flags: neigh.flags.value as u8,
        kind: 0,
    };
    let obj = (&raw const *neigh).cast();
    // SAFETY: the object is a neighbour; the result is the caller's.
    unsafe {
        build(what, &head, result, |msg| {
            rows::write(obj, msg, DST)?;
            rows::write(obj, msg, LLADDR)?;
            if has(VLAN) {
                done(nla_put_u16(msg, NDA_VLAN.into(), neigh.vlan))?;
            }
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_build_add_request(
    neigh: &rtnl_neigh,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build_request(neigh, (RTM_NEWNEIGH, flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_build_delete_request(
    neigh: &rtnl_neigh,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build_request(neigh, (RTM_DELNEIGH, flags), result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_add(
    sock: *mut nl_sock,
    neigh: &rtnl_neigh,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_neigh_build_add_request(neigh, flags, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_neigh_delete(
    sock: *mut nl_sock,
    neigh: &rtnl_neigh,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_neigh_build_delete_request(neigh, flags, &mut msg);
        send(sock, built, msg)
    }
}
