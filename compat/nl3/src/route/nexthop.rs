// SPDX-License-Identifier: MIT OR Apache-2.0
//! Next hops of routes.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::encap::Mpls;
use super::names::NEXTHOP_FLAGS;
use super::{dump_dev, text_in, text_of};
use crate::abi::{nl_dump_params, nl_list_head, nlattr};
use crate::addr::{nl_addr, nl_addr_clone, nl_addr_cmp, nl_addr_put};
use crate::dump::dump;
use crate::error::{Done, NLE_NOMEM, code};
use crate::rows::set_addr;
use crate::slot::Slot;
use crate::{list, mem};

pub(super) const NH_FLAGS: u32 = 1;
pub(super) const NH_WEIGHT: u32 = 2;
pub(super) const NH_IFINDEX: u32 = 4;
pub(super) const NH_GATEWAY: u32 = 8;
pub(super) const NH_REALMS: u32 = 0x10;
pub(super) const NH_NEWDST: u32 = 0x20;
pub(super) const NH_VIA: u32 = 0x40;
pub(super) const NH_ENCAP: u32 = 0x80;

/// A next hop.
#[repr(C)]
pub struct rtnl_nexthop {
    pub(super) link: nl_list_head,
    pub(super) gateway: Slot,
    rare: *mut Rare,
    pub(super) index: u32,
    pub(super) mask: u8,
    pub(super) weight: u8,
    pub(super) flags: u8,
    flag_mask: u8,
}

/// What few next hops have.
#[repr(C)]
pub(super) struct Rare {
    pub(super) newdst: *mut nl_addr,
    pub(super) via: *mut nl_addr,
    pub(super) realms: u32,
    pub(super) mpls: Mpls,
}

impl rtnl_nexthop {
    pub(super) fn has(&self, bits: u32) -> bool {
        u32::from(self.mask) & bits != 0
    }

    fn mark(&mut self, bits: u32, is_set: bool) {
        let bits = bits as u8;
        self.mask = if is_set { self.mask | bits } else { self.mask & !bits };
    }

    pub(super) fn rare(&self) -> Option<&Rare> {
        // SAFETY: NULL, or this one's own.
        unsafe { self.rare.as_ref() }
    }

    fn rare_mut(&mut self) -> Result<&mut Rare, c_int> {
        if self.rare.is_null() {
            self.rare = mem::zalloc(0);
        }
        // SAFETY: NULL, or this one's own.
        unsafe { self.rare.as_mut() }.ok_or(NLE_NOMEM)
    }

    fn addr(&self, field: impl Fn(&Rare) -> *mut nl_addr) -> *mut nl_addr {
        self.rare().map_or(null_mut(), field)
    }

    pub(super) fn newdst(&self) -> *mut nl_addr {
        self.addr(|rare| rare.newdst)
    }

    pub(super) fn via(&self) -> *mut nl_addr {
        self.addr(|rare| rare.via)
    }

    pub(super) fn realms(&self) -> u32 {
        self.rare().map_or(0, |rare| rare.realms)
    }

    /// The MPLS encapsulation, if it has one.
    pub(super) fn mpls(&self) -> Option<&Mpls> {
        self.rare().map(|rare| &rare.mpls).filter(|_| self.has(NH_ENCAP))
    }

    pub(super) unsafe fn set_realms(&mut self, realms: u32) -> Done {
        self.rare_mut()?.realms = realms;
        self.mark(NH_REALMS, true);
        Ok(())
    }

    pub(super) unsafe fn set_newdst(&mut self, addr: *mut nl_addr) -> Done {
        // SAFETY: the address is NULL or live.
        unsafe { set_addr(&mut self.rare_mut()?.newdst, addr) };
        self.mark(NH_NEWDST, !addr.is_null());
        Ok(())
    }

    pub(super) unsafe fn set_via(&mut self, addr: *mut nl_addr) -> Done {
        // SAFETY: the address is NULL or live.
        unsafe { set_addr(&mut self.rare_mut()?.via, addr) };
        self.mark(NH_VIA, !addr.is_null());
        Ok(())
    }

    pub(super) unsafe fn set_mpls(&mut self, dst: *mut nl_addr, ttl: u8) -> Done {
        let mpls = &mut self.rare_mut()?.mpls;
        // SAFETY: the address is NULL or live.
        unsafe { set_addr(&mut mpls.dst, dst) };
        mpls.ttl = ttl;
        self.mark(NH_ENCAP, true);
        Ok(())
    }

    /// Reads the gateway; one of IPv6 to `place`, which [`alloc_with`] has made for it, unless that is NULL.
    pub(super) unsafe fn read_gateway(
        &mut self,
        nla: &nlattr,
        family: c_int,
        place: *mut u8,
    ) -> Done {
        // SAFETY: the attribute is whole.
        unsafe { self.gateway.read_near(nla, family, || place)? };
        self.mark(NH_GATEWAY, true);
        Ok(())
    }

    pub(super) fn set_flags(&mut self, flags: u8) {
        self.flag_mask |= flags;
        self.flags |= flags;
        self.mark(NH_FLAGS, true);
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_alloc() -> *mut rtnl_nexthop {
    alloc_with(0)
}

/// A new next hop with so many bytes behind it.
pub(super) fn alloc_with(more: usize) -> *mut rtnl_nexthop {
    let nh = mem::zalloc::<rtnl_nexthop>(more);
    if !nh.is_null() {
        // SAFETY: it is new.
        unsafe { list::init(&raw mut (*nh).link) };
    }
    nh
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_free(nh: *mut rtnl_nexthop) {
    // SAFETY: NULL, or a next hop of no route that is not used again.
    unsafe {
        let Some(it) = nh.as_mut() else { return };
        it.gateway.clear();
        if let Some(rare) = it.rare() {
            nl_addr_put(rare.newdst);
            nl_addr_put(rare.via);
            nl_addr_put(rare.mpls.dst);
        }
        mem::free(it.rare);
        mem::free(nh);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_clone(from: &rtnl_nexthop) -> *mut rtnl_nexthop {
    // SAFETY: the new one is ours until it is returned.
    unsafe {
        let new = rtnl_route_nh_alloc();
        if new.is_null() || copy(&mut *new, from).is_err() {
            rtnl_route_nh_free(new);
            return null_mut();
        }
        new
    }
}

unsafe fn copy(new: &mut rtnl_nexthop, from: &rtnl_nexthop) -> Done {
    // SAFETY: what the next hop holds is live.
    unsafe {
        new.gateway = from.gateway.copy()?;
        if let Some(rare) = from.rare() {
            let copy = new.rare_mut()?;
            copy.newdst = copy_of(rare.newdst)?;
            copy.via = copy_of(rare.via)?;
            copy.realms = rare.realms;
            copy.mpls.dst = copy_of(rare.mpls.dst)?;
            copy.mpls.ttl = rare.mpls.ttl;
        }
    }
    (new.index, new.mask, new.weight) = (from.index, from.mask, from.weight);
    (new.flags, new.flag_mask) = (from.flags, from.flag_mask);
    Ok(())
}

/// A copy of an address, NULL of NULL.
unsafe fn copy_of(addr: *const nl_addr) -> Result<*mut nl_addr, c_int> {
    // SAFETY: NULL or live.
    let Some(addr) = (unsafe { addr.as_ref() }) else { return Ok(null_mut()) };
    // SAFETY: it is live.
    let copy = unsafe { nl_addr_clone(addr) };
    if copy.is_null() { Err(NLE_NOMEM) } else { Ok(copy) }
}

/// Which of `attrs` differ: those that one of the two lacks, and those that are not the same. With `loose`
/// the second one says which flags count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_compare(
    a: &rtnl_nexthop,
    b: &rtnl_nexthop,
    attrs: u32,
    loose: c_int,
) -> c_int {
    // SAFETY: what the two hold is NULL or live.
    let addrs_differ = |x, y| unsafe { nl_addr_cmp(x, y) != 0 };
    let differ = [
        (NH_IFINDEX, a.index != b.index),
        (NH_WEIGHT, a.weight != b.weight),
        (NH_REALMS, a.realms() != b.realms()),
        (NH_GATEWAY, a.gateway.cmp(&b.gateway) != 0),
        (NH_NEWDST, addrs_differ(a.newdst(), b.newdst())),
        (NH_VIA, addrs_differ(a.via(), b.via())),
        (NH_ENCAP, a.mpls().zip(b.mpls()).is_some_and(|(a, b)| a.differs(b))),
    ];
    let absent = u32::from(a.mask ^ b.mask);
    let differ = differ.iter().fold(absent, |all, (bit, is)| if *is { all | bit } else { all });
    let counts = if loose != 0 { b.flag_mask } else { !0 };
    let flags = if (a.flags ^ b.flags) & counts != 0 { NH_FLAGS } else { 0 };
    ((differ | flags) & attrs) as c_int
}

macro_rules! accessors {
    ($($set:ident $get:ident($kind:ty) $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $set(nh: &mut rtnl_nexthop, value: $kind) {
                nh.$field = value as _;
                nh.mark($bit, true);
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn $get(nh: &rtnl_nexthop) -> $kind {
                nh.$field as $kind
            }
        )*
    };
}

accessors! {
    rtnl_route_nh_set_weight rtnl_route_nh_get_weight(u8) weight: NH_WEIGHT;
    rtnl_route_nh_set_ifindex rtnl_route_nh_get_ifindex(c_int) index: NH_IFINDEX;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_set_gateway(nh: &mut rtnl_nexthop, addr: *mut nl_addr) {
    // SAFETY: the address is NULL or live.
    unsafe { nh.gateway.set(addr) };
    nh.mark(NH_GATEWAY, !addr.is_null());
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_gateway(nh: &rtnl_nexthop) -> *mut nl_addr {
    nh.gateway.get()
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_set_flags(nh: &mut rtnl_nexthop, flags: c_uint) {
    nh.set_flags(flags as u8);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_unset_flags(nh: &mut rtnl_nexthop, flags: c_uint) {
    nh.flag_mask |= flags as u8;
    nh.flags &= !(flags as u8);
    nh.mark(NH_FLAGS, true);
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_flags(nh: &rtnl_nexthop) -> c_uint {
    nh.flags.into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_set_realms(nh: &mut rtnl_nexthop, realms: u32) {
    // Without memory they stay unset; the function has no way to say so.
    // SAFETY: the next hop is live.
    let _ = unsafe { nh.set_realms(realms) };
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_realms(nh: &rtnl_nexthop) -> u32 {
    nh.realms()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_set_newdst(
    nh: &mut rtnl_nexthop,
    addr: *mut nl_addr,
) -> c_int {
    // SAFETY: the address is NULL or live.
    code(unsafe { nh.set_newdst(addr) })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_newdst(nh: &rtnl_nexthop) -> *mut nl_addr {
    nh.newdst()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_set_via(nh: &mut rtnl_nexthop, addr: *mut nl_addr) -> c_int {
    // SAFETY: the address is NULL or live.
    code(unsafe { nh.set_via(addr) })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_via(nh: &rtnl_nexthop) -> *mut nl_addr {
    nh.via()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_encap_mpls(
    nh: &mut rtnl_nexthop,
    dst: *mut nl_addr,
    ttl: u8,
) -> c_int {
    // SAFETY: the address is NULL or live.
    code(unsafe { nh.set_mpls(dst, ttl) })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_encap_mpls_dst(nh: &rtnl_nexthop) -> *mut nl_addr {
    nh.mpls().map_or(null_mut(), |mpls| mpls.dst)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_route_nh_get_encap_mpls_ttl(nh: &rtnl_nexthop) -> u8 {
    nh.mpls().map_or(0, |mpls| mpls.ttl)
}

/// From the details of a route: with the name and the rest.
pub(super) const FROM_DETAILS: c_int = -1;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_route_nh_dump(nh: &rtnl_nexthop, p: *mut nl_dump_params) {
    // SAFETY: params are live.
    unsafe {
        match (*p).kind {
            0 => dump_brief(nh, p),
            _ if (*p).ivar as c_int == FROM_DETAILS => dump_details(nh, p),
            _ => {}
        }
    }
}

fn dump_brief(nh: &rtnl_nexthop, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    // SAFETY: what the next hop holds is live.
    unsafe {
        if let Some(mpls) = nh.mpls() {
            mpls.dump(p);
        }
        if nh.has(NH_NEWDST) {
            dump!(p, c"as to %s ", text_of(nh.newdst(), &mut buf));
        }
        dump!(p, c"via ");
        if nh.has(NH_VIA) {
            dump!(p, c"%s ", text_of(nh.via(), &mut buf));
        }
        if nh.has(NH_GATEWAY) {
            dump!(p, c"%s ", text_in(&nh.gateway, &mut buf));
        }
        if nh.has(NH_IFINDEX) {
            dump_dev(p, c"dev ", nh.index as c_int);
            dump!(p, c" ");
        }
    }
}

fn dump_details(nh: &rtnl_nexthop, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    // SAFETY: what the next hop holds is live; the buffer has the length said.
    unsafe {
        dump!(p, c"nexthop");
        if let Some(mpls) = nh.mpls() {
            mpls.dump(p);
        }
        for (bit, name, addr) in
            [(NH_NEWDST, c" as to ", nh.newdst()), (NH_VIA, c" via ", nh.via())]
        {
            if nh.has(bit) {
                dump!(p, c"%s%s", name.as_ptr(), text_of(addr, &mut buf));
            }
        }
        if nh.has(NH_GATEWAY) {
            dump!(p, c" via %s", text_in(&nh.gateway, &mut buf));
        }
        if nh.has(NH_IFINDEX) {
            dump_dev(p, c" dev ", nh.index as c_int);
        }
        if nh.has(NH_WEIGHT) {
            dump!(p, c" weight %u", c_uint::from(nh.weight));
        }
        if nh.has(NH_REALMS) {
            dump!(p, c" realm %04x:%04x", nh.realms() >> 16, nh.realms() & 0xffff);
        }
        if nh.has(NH_FLAGS) {
            let flags = NEXTHOP_FLAGS.flags(nh.flags.into(), buf.as_mut_ptr(), buf.len());
            dump!(p, c" <%s>", flags);
        }
    }
}
