// SPDX-License-Identifier: MIT OR Apache-2.0
//! Selectors: which packets something is for.

use core::ffi::{c_char, c_int, c_uint};

use super::*;
use crate::addr::nl_addr_set_prefixlen;
use crate::dump::nl_new_line;
use crate::mem;
use crate::utils::nl_ip_proto2str;

#[repr(C)]
pub struct xfrmnl_sel {
    pub(super) refs: c_int,
    pub(super) dport: u16,
    pub(super) dportmask: u16,
    pub(super) sport: u16,
    pub(super) sportmask: u16,
    pub(super) family: u16,
    pub(super) prefixlen_d: u8,
    pub(super) prefixlen_s: u8,
    pub(super) proto: u8,
    pub(super) ifindex: u32,
    pub(super) userid: u32,
    pub(super) daddr: *mut nl_addr,
    pub(super) saddr: *mut nl_addr,
}

numbers! { xfrmnl_sel, c_uint => c_int:
    xfrmnl_sel_get_dport xfrmnl_sel_set_dport dport;
    xfrmnl_sel_get_dportmask xfrmnl_sel_set_dportmask dportmask;
    xfrmnl_sel_get_sport xfrmnl_sel_set_sport sport;
    xfrmnl_sel_get_sportmask xfrmnl_sel_set_sportmask sportmask;
    xfrmnl_sel_get_family xfrmnl_sel_set_family family;
    xfrmnl_sel_get_prefixlen_d xfrmnl_sel_set_prefixlen_d prefixlen_d;
    xfrmnl_sel_get_prefixlen_s xfrmnl_sel_set_prefixlen_s prefixlen_s;
    xfrmnl_sel_get_proto xfrmnl_sel_set_proto proto;
    xfrmnl_sel_get_ifindex xfrmnl_sel_set_ifindex ifindex;
    xfrmnl_sel_get_userid xfrmnl_sel_set_userid userid;
}

addrs! { xfrmnl_sel:
    xfrmnl_sel_get_daddr xfrmnl_sel_set_daddr daddr;
    xfrmnl_sel_get_saddr xfrmnl_sel_set_saddr saddr;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sel_alloc() -> *mut xfrmnl_sel {
    let sel = mem::zalloc::<xfrmnl_sel>(0);
    // SAFETY: NULL or new.
    if let Some(sel) = unsafe { sel.as_mut() } {
        sel.refs = 1;
    }
    sel
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sel_clone(from: &xfrmnl_sel) -> *mut xfrmnl_sel {
    let new = xfrmnl_sel_alloc();
    // SAFETY: NULL or new; the addresses of the old one are NULL or live.
    unsafe {
        let Some(it) = new.as_mut() else { return new };
        core::ptr::copy_nonoverlapping(from, it, 1);
        it.refs = 1;
        let (daddr, saddr) = (copy_addr(from.daddr), copy_addr(from.saddr));
        (it.daddr, it.saddr) =
            (daddr.unwrap_or(core::ptr::null_mut()), saddr.unwrap_or(core::ptr::null_mut()));
        if daddr.is_none() || saddr.is_none() {
            xfrmnl_sel_put(new);
            return core::ptr::null_mut();
        }
    }
    new
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sel_get(sel: *mut xfrmnl_sel) -> *mut xfrmnl_sel {
    // SAFETY: the caller's is live.
    unsafe { (*sel).refs += 1 };
    sel
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sel_put(sel: *mut xfrmnl_sel) {
    // SAFETY: NULL, or the caller holds a reference; the addresses are its own.
    unsafe {
        let Some(it) = sel.as_mut() else { return };
        it.refs -= 1;
        if it.refs <= 0 {
            nl_addr_put(it.daddr);
            nl_addr_put(it.saddr);
            mem::free(sel);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sel_shared(sel: &xfrmnl_sel) -> c_int {
    (sel.refs > 1).into()
}

/// 0 if both mean the same packets. What the first one leaves open, protocol and interface, is not compared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sel_cmp(a: &xfrmnl_sel, b: &xfrmnl_sel) -> c_int {
    let numbers = |sel: &xfrmnl_sel| {
        (sel.dport & sel.dportmask, sel.sport & sel.sportmask, sel.family, sel.userid)
    };
    let differ = numbers(a) != numbers(b)
        || (a.proto != 0 && a.proto != b.proto)
        || (a.ifindex != 0 && a.ifindex != b.ifindex);
    // SAFETY: the addresses are NULL or live.
    (differ || unsafe { addrs_differ(a.daddr, b.daddr) || addrs_differ(a.saddr, b.saddr) }).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sel_dump(sel: &xfrmnl_sel, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let number = |port: u16| c_uint::from(port);
    // SAFETY: params are live; the addresses are NULL or live; the buffer is ours and as long as it says.
    unsafe {
        nl_new_line(p);
        dump!(p, c"\t\t");
        dump_ends(p, sel.saddr, sel.daddr, sel.family.into());
        dump!(p, c"\n");
        nl_new_line(p);
        dump!(p, c"\t\tsrc port/mask: %d/%d ", number(sel.dport), number(sel.dportmask));
        dump!(p, c"dst port/mask: %d/%d\n", number(sel.sport), number(sel.sportmask));
        nl_new_line(p);
        let proto = nl_ip_proto2str(sel.proto.into(), text.as_mut_ptr(), text.len());
        dump!(p, c"\t\tprotocol: %s ifindex: %u user: %u\n", proto, sel.ifindex, sel.userid);
    }
}

/// `struct xfrm_selector`, ports in the network's order.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Selector {
    daddr: [u8; 16],
    saddr: [u8; 16],
    dport: u16,
    dportmask: u16,
    sport: u16,
    sportmask: u16,
    family: u16,
    prefixlen_d: u8,
    prefixlen_s: u8,
    proto: u8,
    pad: [u8; 3],
    ifindex: u32,
    userid: u32,
}

// SAFETY: the padding is a field.
unsafe impl Raw for Selector {}

impl Selector {
    /// What a message says of a selector; nothing at all where there is none.
    pub(super) unsafe fn of(sel: *const xfrmnl_sel) -> Selector {
        // SAFETY: all zeros are a selector; the caller's is NULL or live.
        unsafe {
            let Some(sel) = sel.as_ref() else { return core::mem::zeroed() };
            Selector {
                daddr: wire(sel.daddr),
                saddr: wire(sel.saddr),
                dport: sel.dport.to_be(),
                dportmask: sel.dportmask.to_be(),
                sport: sel.sport.to_be(),
                sportmask: sel.sportmask.to_be(),
                family: sel.family,
                prefixlen_d: sel.prefixlen_d,
                prefixlen_s: sel.prefixlen_s,
                proto: sel.proto,
                pad: [0; 3],
                ifindex: sel.ifindex,
                userid: sel.userid,
            }
        }
    }

    /// A new selector that says the same, in place of the one before.
    pub(super) unsafe fn read(&self, slot: &mut *mut xfrmnl_sel) -> Done {
        let new = xfrmnl_sel_alloc();
        // SAFETY: NULL or new; the one before is the slot's.
        unsafe {
            xfrmnl_sel_put(core::mem::replace(slot, new));
            let Some(sel) = new.as_mut() else { return Err(NLE_NOMEM) };
            unwire(&mut sel.daddr, self.family, &self.daddr)?;
            unwire(&mut sel.saddr, self.family, &self.saddr)?;
            nl_addr_set_prefixlen(&mut *sel.daddr, self.prefixlen_d.into());
            nl_addr_set_prefixlen(&mut *sel.saddr, self.prefixlen_s.into());
            (sel.dport, sel.dportmask) = (u16::from_be(self.dport), u16::from_be(self.dportmask));
            (sel.sport, sel.sportmask) = (u16::from_be(self.sport), u16::from_be(self.sportmask));
            (sel.family, sel.proto) = (self.family, self.proto);
            (sel.prefixlen_d, sel.prefixlen_s) = (self.prefixlen_d, self.prefixlen_s);
            (sel.ifindex, sel.userid) = (self.ifindex, self.userid);
        }
        Ok(())
    }
}
