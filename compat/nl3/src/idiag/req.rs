// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests for sockets, as objects.

use core::ffi::{c_char, c_int};

use super::{EXTS, Request, STATES as STATE_NAMES};
use crate::abi::{nl_dump_params, nlmsghdr};
use crate::addr::nl_addr;
use crate::addrtext::nl_addr2str;
use crate::dump::{dump, dump_line, nl_new_line};
use crate::error::{Done, NLE_MSG_TOOSHORT, code};
use crate::msg::{nlmsg_data, nlmsg_valid_hdr};
use crate::object::*;
use crate::rows::{accessors, attrs, incomparable};

/// What was asked for.
#[repr(C)]
pub struct idiagnl_req {
    h: nl_object,
    family: u8,
    ext: u8,
    ifindex: u32,
    states: u32,
    dbs: u32,
    src: *mut nl_addr,
    dst: *mut nl_addr,
}

attrs! { idiagnl_req {
    FAMILY = 0 "" Int(family),
    EXT = 1 "" Int(ext),
    IFINDEX = 2 "" Int(ifindex),
    STATES = 3 "" Int(states),
    DBS = 4 "" Int(dbs),
    SRC = 5 "" Addr(src),
    DST = 6 "" Addr(dst),
} }

#[unsafe(no_mangle)]
pub static idiagnl_req_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    compare: Some(incomparable),
    dump: [Some(dump_line_of), Some(dump_details), Some(dump_details)],
    ..nl_object_ops::new::<idiagnl_req>(c"idiag/idiag_req", ATTRS)
};

accessors! { idiagnl_req:
    set  idiagnl_req_set_family(u8) family: FAMILY;
    get  idiagnl_req_get_family() -> u8 = family;
    set  idiagnl_req_set_ext(u8) ext: EXT;
    get  idiagnl_req_get_ext() -> u8 = ext;
    set  idiagnl_req_set_ifindex(u32) ifindex: IFINDEX;
    get  idiagnl_req_get_ifindex() -> u32 = ifindex;
    set  idiagnl_req_set_states(u32) states: STATES;
    get  idiagnl_req_get_states() -> u32 = states;
    set  idiagnl_req_set_dbs(u32) dbs: DBS;
    get  idiagnl_req_get_dbs() -> u32 = dbs;
    addr idiagnl_req_set_src() src: SRC;
    get  idiagnl_req_get_src() -> *mut nl_addr = src;
    addr idiagnl_req_set_dst() dst: DST;
    get  idiagnl_req_get_dst() -> *mut nl_addr = dst;
}

#[unsafe(no_mangle)]
pub extern "C" fn idiagnl_req_alloc() -> *mut idiagnl_req {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&idiagnl_req_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_req_get(req: *mut idiagnl_req) {
    // SAFETY: the object is live.
    unsafe { nl_object_get(req.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_req_put(req: *mut idiagnl_req) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(req.cast()) }
}

/// What all forms have: family, extensions if `ext`, addresses, interface.
unsafe fn dump_ends(req: &idiagnl_req, p: *mut nl_dump_params, ext: bool) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the buffer is ours and as long as it says; the addresses are NULL or live.
    unsafe {
        dump!(p, c"%s ", crate::names::nl_af2str(req.family.into(), buf, 64));
        if ext {
            dump!(p, c"exts %s ", EXTS.flags(req.ext.into(), buf, 64));
        }
        dump!(p, c"src %s ", nl_addr2str(req.src, buf, 64));
        dump!(p, c"dst %s ", nl_addr2str(req.dst, buf, 64));
    }
    dump!(p, c"iif %d ", req.ifindex);
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a request.
    unsafe {
        nl_new_line(p);
        dump_ends(&*obj.cast(), p, false);
    }
    dump!(p, c"\n");
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a request.
    unsafe {
        let req = &*obj.cast::<idiagnl_req>();
        dump_line!(p, c"    ");
        dump_ends(req, p, true);
        let mut text = [0 as c_char; 64];
        // As if they were one state, not bits.
        let states = STATE_NAMES.to_str(req.states as c_int, text.as_mut_ptr(), text.len());
        dump!(p, c"states %s dbs %d\n", states, req.dbs);
    }
}

unsafe fn fill(req: &mut idiagnl_req, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the message is whole.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, size_of::<Request>() as c_int) == 0 {
            return Err(NLE_MSG_TOOSHORT);
        }
        let raw = nlmsg_data(nlh).cast::<Request>().read_unaligned();
        idiagnl_req_set_family(req, raw.family);
        idiagnl_req_set_ext(req, raw.ext);
        idiagnl_req_set_states(req, raw.states);
        idiagnl_req_set_dbs(req, raw.dbs);
        idiagnl_req_set_ifindex(req, raw.id.ifindex);
        super::msg::set_end(&mut req.src, raw.family, &raw.id.src)?;
        super::msg::set_end(&mut req.dst, raw.family, &raw.id.dst)?;
        req.h.mask |= SRC | DST;
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn idiagnl_req_parse(
    nlh: *mut nlmsghdr,
    result: *mut *mut idiagnl_req,
) -> c_int {
    // SAFETY: the message is whole; the result is the caller's.
    unsafe { code(crate::object::parsed(&idiagnl_req_obj_ops, result, |req| fill(&mut *req, nlh))) }
}
