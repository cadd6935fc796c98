// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages about qdiscs, classes and filters: `struct tcmsg`, then attributes that all kinds share.

use core::ffi::c_int;

use super::object::*;
use super::stats;
use super::uapi::*;
use crate::abi::{nlattr, nlmsghdr};
use crate::attr::*;
use crate::error::*;
use crate::link::rtnl_link_get;
use crate::mngt::__nl_cache_mngt_require;
use crate::msg::*;
use crate::object::nl_object;
use crate::socket::nl_sock;

/// `struct tcmsg`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(super) struct tcmsg {
    pub(super) family: u8,
    pub(super) pad1: u8,
    pub(super) pad2: u16,
    pub(super) ifindex: c_int,
    pub(super) handle: u32,
    pub(super) parent: u32,
    pub(super) info: u32,
}

pub(super) const NLM_F_REPLACE: c_int = 0x100;
pub(super) const NLM_F_DUMP: c_int = 0x300;

/// Bytes of the header before the attributes.
pub(super) const HEADER: c_int = size_of::<tcmsg>() as c_int;

/// The struct that an attribute is, which may be longer. `T` may be any bytes.
pub(super) unsafe fn read<T: Copy>(nla: &nlattr) -> Result<T, c_int> {
    if (nla_len(nla).max(0) as usize) < size_of::<T>() {
        return Err(NLE_INVAL);
    }
    // SAFETY: the attribute is as long as that; any bytes are a `T`, by the caller's promise.
    Ok(unsafe { nla_data(nla).cast::<T>().read_unaligned() })
}

/// The struct that the last attribute of that type inside `options` is. Each must be long enough.
pub(super) unsafe fn find<T: Copy>(options: &nlattr, kind: u16) -> Result<Option<T>, c_int> {
    // SAFETY: the payload is inside the attribute; any bytes are a `T`, by the caller's promise.
    unsafe { find_in(nla_data(options).cast(), nla_len(options), kind) }
}

/// The same among `len` bytes of attributes.
pub(super) unsafe fn find_in<T: Copy>(
    head: *const nlattr,
    len: c_int,
    kind: u16,
) -> Result<Option<T>, c_int> {
    let mut found = None;
    // SAFETY: as for `find`.
    unsafe {
        for nla in walk(head, len).filter(|nla| nla_type(nla) == kind.into()) {
            found = Some(read(nla).map_err(|_| NLE_RANGE)?);
        }
    }
    Ok(found)
}

/// Refuses options of which an attribute is shorter than the row of its type says, used or not.
pub(super) unsafe fn check(options: &nlattr, rows: &[(u16, c_int)]) -> Done {
    // SAFETY: the payload is inside the attribute.
    let mut all = unsafe { walk(nla_data(options).cast(), nla_len(options)) };
    let short = |nla: &nlattr| {
        let kind = nla_type(nla) as u16;
        rows.iter().any(|&(of, least)| of == kind && nla_len(nla) < least)
    };
    if all.any(short) { Err(NLE_RANGE) } else { Ok(()) }
}

/// Puts a struct into a message, as it is.
pub(super) fn append<T>(msg: &mut nl_msg, what: &T) -> Done {
    // SAFETY: the message takes the bytes of the struct.
    done(unsafe { nlmsg_append(msg, (&raw const *what).cast(), size_of::<T>(), 4) })
}

/// Puts an attribute into a message.
pub(super) fn put<T>(msg: &mut nl_msg, kind: u16, what: &T) -> Done {
    // SAFETY: the message takes the bytes of the struct.
    done(unsafe { nla_put(msg, kind.into(), size_of::<T>() as c_int, (&raw const *what).cast()) })
}

/// Fills an object from a message, whose header is whole.
pub(super) unsafe fn parse_object(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    // SAFETY: the object is new and ours; the message is whole.
    unsafe {
        let tc = &mut *obj.cast::<rtnl_tc>();
        let header = nlmsg_data(nlh).cast::<tcmsg>().read_unaligned();
        let (head, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        let mut options = None;
        crate::rows::read(obj, head, len, 0)?;
        set_offered_link(tc, header.ifindex);
        (tc.ifindex, tc.handle, tc.parent, tc.info) =
            (header.ifindex, header.handle, header.parent, header.info);
        tc.h.mask |= IFINDEX | HANDLE | PARENT;
        for nla in walk(head, len) {
            match nla_type(nla) as u16 {
                TCA_OPTIONS => options = Some(nla),
                TCA_CHAIN => rtnl_tc_set_chain(tc, read(nla).map_err(|_| NLE_RANGE)?),
                _ => {}
            }
        }
        stats::old(head, len)?;
        // What is there is looked at before what is not, but for what is nested.
        if tc.h.mask & KIND == 0 {
            return Err(NLE_MISSING_ATTR);
        }
        stats::parse(tc, head, len)?;
        parse_options(tc, options)
    }
}

/// Sets the interface, if it is in the cache of links that the program offers.
unsafe fn set_offered_link(tc: &mut rtnl_tc, ifindex: c_int) {
    // SAFETY: the cache is NULL or held meanwhile; the link is NULL or ours.
    unsafe {
        let links = __nl_cache_mngt_require(c"route/link".as_ptr());
        if !links.is_null() {
            tc.link = rtnl_link_get(links, ifindex);
        }
    }
}

/// Reads what the kind has of its own.
pub(super) unsafe fn parse_options(tc: &mut rtnl_tc, options: Option<&nlattr>) -> Done {
    // SAFETY: the data is NULL or what the kind says.
    unsafe {
        super::kind::new_data(tc)?;
        let (Some(ops), Some(data)) = (tc.ops.as_ref(), tc.data.as_mut()) else { return Ok(()) };
        match (ops.parse, options) {
            (Some(parse), Some(options)) => parse(data, tc, options),
            (_, None) if ops.needs_options => Err(NLE_MISSING_ATTR),
            _ => Ok(()),
        }
    }
}

/// Makes a message of `header` and of what the object has.
pub(super) unsafe fn build(
    tc: &mut rtnl_tc,
    (kind, flags): (u16, c_int),
    header: &tcmsg,
    fill: unsafe fn(&mut rtnl_tc, &mut nl_msg) -> Done,
    result: *mut *mut nl_msg,
) -> c_int {
    let msg = nlmsg_alloc_simple(kind.into(), flags);
    // SAFETY: the message is NULL or new; the result is the caller's.
    unsafe {
        let Some(new) = msg.as_mut() else { return -NLE_NOMEM };
        let filled = append(new, header).and_then(|()| fill(tc, new));
        if filled.is_ok() {
            *result = msg;
        } else {
            nlmsg_free(msg);
        }
        code(filled)
    }
}

impl rtnl_tc {
    /// The header of a message about it.
    pub(super) fn header(&self) -> tcmsg {
        let (ifindex, handle, parent) = (self.ifindex, self.handle, self.parent);
        tcmsg { ifindex, handle, parent, ..tcmsg::default() }
    }
}

/// Puts the kind, if it is set.
pub(super) unsafe fn fill_kind(tc: &mut rtnl_tc, msg: &mut nl_msg) -> Done {
    if tc.h.mask & KIND == 0 {
        return Ok(());
    }
    // SAFETY: the kind is a string.
    done(unsafe { nla_put_string(msg, TCA_KIND.into(), tc.kind.as_ptr()) })
}

/// Puts the kind, the chain and the options.
pub(super) unsafe fn fill(tc: &mut rtnl_tc, msg: &mut nl_msg) -> Done {
    // SAFETY: the object is live.
    unsafe {
        fill_kind(tc, msg)?;
        if tc.h.mask & CHAIN != 0 {
            put(msg, TCA_CHAIN, &tc.chain)?;
        }
        fill_options(tc, msg)
    }
}

/// Puts what the kind has of its own, unless that is nothing.
pub(super) unsafe fn fill_options(tc: &mut rtnl_tc, msg: &mut nl_msg) -> Done {
    // SAFETY: the data is NULL or what the kind says, and apart from the object; so is the message.
    unsafe {
        let (Some(ops), data) = (tc.ops.as_ref(), tc.data) else { return Ok(()) };
        let (Some(fill), Some(data)) = (ops.fill, data.as_mut()) else { return Ok(()) };
        let nest = nla_nest_start(msg, TCA_OPTIONS.into());
        if nest.is_null() {
            return Err(NLE_NOMEM);
        }
        fill(data, tc, msg)?;
        if ops.plain {
            (*nest).nla_type = TCA_OPTIONS;
        }
        done(if ops.keep_empty {
            nla_nest_end_keep_empty(msg, nest)
        } else {
            nla_nest_end(msg, nest)
        })
    }
}

/// Sends the message that was built, unless that failed, and waits for the answer.
pub(super) unsafe fn send(sock: *mut nl_sock, built: c_int, msg: *mut nl_msg) -> c_int {
    // SAFETY: the socket is live, the message ours.
    if built < 0 { built } else { unsafe { crate::send::nl_send_sync(sock, msg) } }
}

/// Asks for what `header` says.
pub(super) unsafe fn request(sock: *mut nl_sock, kind: u16, header: &tcmsg) -> c_int {
    let data = (&raw const *header).cast();
    // SAFETY: the socket is live; the header has the length said.
    unsafe { crate::send::nl_send_simple(sock, kind.into(), NLM_F_DUMP, data, size_of::<tcmsg>()) }
}
