// SPDX-License-Identifier: MIT OR Apache-2.0
//! Templates of the associations that a policy asks for.

use core::ffi::{c_char, c_int, c_uint};

use super::*;
use crate::abi::nl_list_head;
use crate::dump::nl_new_line;
use crate::utils::nl_ip_proto2str;
use crate::{list, mem};

#[repr(C)]
pub struct xfrmnl_user_tmpl {
    /// In its policy.
    pub(super) link: nl_list_head,
    daddr: *mut nl_addr,
    saddr: *mut nl_addr,
    spi: u32,
    reqid: u32,
    aalgos: u32,
    ealgos: u32,
    calgos: u32,
    family: u16,
    proto: u8,
    mode: u8,
    share: u8,
    optional: u8,
}

numbers! { xfrmnl_user_tmpl, c_uint => c_int:
    xfrmnl_user_tmpl_get_spi xfrmnl_user_tmpl_set_spi spi;
    xfrmnl_user_tmpl_get_proto xfrmnl_user_tmpl_set_proto proto;
    xfrmnl_user_tmpl_get_family xfrmnl_user_tmpl_set_family family;
    xfrmnl_user_tmpl_get_reqid xfrmnl_user_tmpl_set_reqid reqid;
    xfrmnl_user_tmpl_get_mode xfrmnl_user_tmpl_set_mode mode;
    xfrmnl_user_tmpl_get_share xfrmnl_user_tmpl_set_share share;
    xfrmnl_user_tmpl_get_optional xfrmnl_user_tmpl_set_optional optional;
    xfrmnl_user_tmpl_get_aalgos xfrmnl_user_tmpl_set_aalgos aalgos;
    xfrmnl_user_tmpl_get_ealgos xfrmnl_user_tmpl_set_ealgos ealgos;
    xfrmnl_user_tmpl_get_calgos xfrmnl_user_tmpl_set_calgos calgos;
}

addrs! { xfrmnl_user_tmpl:
    xfrmnl_user_tmpl_get_daddr xfrmnl_user_tmpl_set_daddr daddr;
    xfrmnl_user_tmpl_get_saddr xfrmnl_user_tmpl_set_saddr saddr;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_user_tmpl_alloc() -> *mut xfrmnl_user_tmpl {
    let tmpl = mem::zalloc::<xfrmnl_user_tmpl>(0);
    // SAFETY: NULL or new.
    unsafe {
        if !tmpl.is_null() {
            list::init(&raw mut (*tmpl).link);
        }
    }
    tmpl
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_user_tmpl_clone(from: &xfrmnl_user_tmpl) -> *mut xfrmnl_user_tmpl {
    let new = xfrmnl_user_tmpl_alloc();
    // SAFETY: NULL or new; the addresses of the old one are NULL or live.
    unsafe {
        let Some(it) = new.as_mut() else { return new };
        core::ptr::copy_nonoverlapping(from, it, 1);
        list::init(&raw mut it.link);
        let (daddr, saddr) = (copy_addr(from.daddr), copy_addr(from.saddr));
        (it.daddr, it.saddr) =
            (daddr.unwrap_or(core::ptr::null_mut()), saddr.unwrap_or(core::ptr::null_mut()));
        if daddr.is_none() || saddr.is_none() {
            xfrmnl_user_tmpl_free(new);
            return core::ptr::null_mut();
        }
    }
    new
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_user_tmpl_free(tmpl: *mut xfrmnl_user_tmpl) {
    // SAFETY: NULL, or not used again; the addresses are its own.
    unsafe {
        let Some(it) = tmpl.as_mut() else { return };
        nl_addr_put(it.daddr);
        nl_addr_put(it.saddr);
        mem::free(tmpl);
    }
}

/// 0 if both ask for the same. A protocol that the first one leaves open is not compared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_user_tmpl_cmp(a: &xfrmnl_user_tmpl, b: &xfrmnl_user_tmpl) -> c_int {
    let numbers = |of: &xfrmnl_user_tmpl| {
        (of.spi, of.family, of.reqid, of.mode, of.share, of.aalgos, of.ealgos, of.calgos)
    };
    let differ = numbers(a) != numbers(b) || (a.proto != 0 && a.proto != b.proto);
    // SAFETY: the addresses are NULL or live.
    (differ || unsafe { addrs_differ(a.daddr, b.daddr) || addrs_differ(a.saddr, b.saddr) }).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_user_tmpl_dump(tmpl: &xfrmnl_user_tmpl, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    // SAFETY: params are live; the addresses are NULL or live; the buffer is ours and as long as it says.
    unsafe {
        nl_new_line(p);
        dump!(p, c"\t\t");
        dump_ends(p, tmpl.saddr, tmpl.daddr, tmpl.family.into());
        dump!(p, c" \n");
        nl_new_line(p);
        // The protocol stands in the place of the mode, too: what programs have seen.
        let proto = nl_ip_proto2str(tmpl.proto.into(), text.as_mut_ptr(), text.len());
        dump!(
            p,
            c"\t\tprotocol: %s spi: 0x%x reqid: %u mode: %s\n",
            proto,
            tmpl.spi,
            tmpl.reqid,
            proto
        );
        nl_new_line(p);
        dump!(p, c"\t\tAuth Algo: 0x%x Crypto Algo: 0x%x ", tmpl.aalgos, tmpl.ealgos);
        dump!(p, c"Compr Algo: 0x%x\n", tmpl.calgos);
    }
}

/// `struct xfrm_user_tmpl`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Template {
    daddr: [u8; 16],
    spi: u32,
    proto: u8,
    pad: [u8; 3],
    family: u16,
    pad2: u16,
    saddr: [u8; 16],
    reqid: u32,
    mode: u8,
    share: u8,
    optional: u8,
    pad3: u8,
    aalgos: u32,
    ealgos: u32,
    calgos: u32,
}

// SAFETY: the padding is fields.
unsafe impl Raw for Template {}

impl Template {
    pub(super) unsafe fn of(tmpl: &xfrmnl_user_tmpl) -> Template {
        // SAFETY: the addresses are NULL or live.
        let (daddr, saddr) = unsafe { (wire(tmpl.daddr), wire(tmpl.saddr)) };
        Template {
            daddr,
            spi: tmpl.spi.to_be(),
            proto: tmpl.proto,
            pad: [0; 3],
            family: tmpl.family,
            pad2: 0,
            saddr,
            reqid: tmpl.reqid,
            mode: tmpl.mode,
            share: tmpl.share,
            optional: tmpl.optional,
            pad3: 0,
            aalgos: tmpl.aalgos,
            ealgos: tmpl.ealgos,
            calgos: tmpl.calgos,
        }
    }

    /// A new template that says the same.
    pub(super) unsafe fn read(&self) -> Result<*mut xfrmnl_user_tmpl, c_int> {
        let new = xfrmnl_user_tmpl_alloc();
        // SAFETY: NULL or new.
        unsafe {
            let Some(tmpl) = new.as_mut() else { return Err(NLE_NOMEM) };
            let ends = unwire(&mut tmpl.daddr, self.family, &self.daddr);
            let ends = ends.and(unwire(&mut tmpl.saddr, self.family, &self.saddr));
            if let Err(error) = ends {
                xfrmnl_user_tmpl_free(new);
                return Err(error);
            }
            (tmpl.spi, tmpl.reqid) = (u32::from_be(self.spi), self.reqid);
            (tmpl.family, tmpl.proto, tmpl.mode) = (self.family, self.proto, self.mode);
            (tmpl.share, tmpl.optional) = (self.share, self.optional);
            (tmpl.aalgos, tmpl.ealgos, tmpl.calgos) = (self.aalgos, self.ealgos, self.calgos);
        }
        Ok(new)
    }
}
