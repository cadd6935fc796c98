// SPDX-License-Identifier: MIT OR Apache-2.0
//! What address families keep of a link: `IFLA_PROTINFO` and `IFLA_AF_SPEC`. Each has an object of its own
//! for it, whose type's name is never seen.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::object::{AF_SPEC, PROTINFO, rtnl_link};
use super::uapi::*;
use super::{bridge, inet, inet6};
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::*;
use crate::error::*;
use crate::msg::nl_msg;
use crate::object::*;

type Read = unsafe fn(&mut rtnl_link, *mut nl_object, &nlattr) -> Done;
type Write = unsafe fn(*mut nl_object, &mut nl_msg) -> Done;

/// An address family.
pub(super) struct Family {
    pub(super) number: c_int,
    pub(super) ops: &'static nl_object_ops,
    /// Reads and writes `IFLA_PROTINFO`, which is for links of this family.
    pub(super) read_protinfo: Option<Read>,
    pub(super) write_protinfo: Option<Write>,
    /// Reads and writes its part of `IFLA_AF_SPEC`.
    pub(super) read_spec: Option<Read>,
    pub(super) write_spec: Option<Write>,
    /// `IFLA_AF_SPEC` is this family's alone, in links of this family.
    pub(super) whole_spec: bool,
    /// What two links of the family have in `IFLA_PROTINFO` can be compared.
    pub(super) compared: bool,
}

impl Family {
    pub(super) const fn new(number: c_int, ops: &'static nl_object_ops) -> Family {
        Family {
            number,
            ops,
            read_protinfo: None,
            write_protinfo: None,
            read_spec: None,
            write_spec: None,
            whole_spec: false,
            compared: false,
        }
    }
}

/// In the order in which they are shown and written.
pub(super) static ALL: [&Family; COUNT] = [&inet::FAMILY, &bridge::FAMILY, &inet6::FAMILY];
pub(super) const COUNT: usize = 3;
pub(super) const INET: usize = 0;
pub(super) const BRIDGE: usize = 1;
pub(super) const INET6: usize = 2;

fn index_of(family: c_int) -> Option<usize> {
    ALL.iter().position(|one| one.number == family)
}

/// What a family keeps of a link; NULL if that is nothing.
pub(super) fn data(link: &rtnl_link, at: usize) -> *mut nl_object {
    link.af.get(at).copied().unwrap_or(null_mut())
}

/// The same, made if there is none; NULL when there is no memory.
pub(super) unsafe fn provide(link: &mut rtnl_link, at: usize) -> *mut nl_object {
    let (Some(slot), Some(family)) = (link.af.get_mut(at), ALL.get(at)) else { return null_mut() };
    if slot.is_null() {
        // SAFETY: the type is ours.
        *slot = unsafe { nl_object_alloc(family.ops) };
    }
    *slot
}

/// Changes the family of a link. What the former one kept goes with it.
pub(super) fn switch(link: &mut rtnl_link, family: c_int) {
    // SAFETY: what is kept is NULL or the link's own.
    unsafe {
        if let Some(slot) = link.af_family.and_then(|at| link.af.get_mut(at)) {
            nl_object_put(core::mem::replace(slot, null_mut()));
        }
        link.af_family = index_of(family);
        if let Some(at) = link.af_family {
            provide(link, at);
        }
    }
}

/// Whether what the family of two links keeps of them differs, or can't be compared.
pub(super) unsafe fn differs(a: &rtnl_link, b: &rtnl_link) -> bool {
    match (a.af_family, b.af_family) {
        (None, None) => false,
        (Some(one), Some(other)) if one == other && ALL.get(one).is_some_and(|f| f.compared) => {
            let (a, b) = (data(a, one), data(b, other));
            // SAFETY: both are NULL or live objects of one type.
            a.is_null() || b.is_null() || unsafe { nl_object_diff64(a, b) } != 0
        }
        _ => true,
    }
}

/// Reads `IFLA_PROTINFO`, which is for the link's family, and `IFLA_AF_SPEC`, which is for the message's.
pub(super) unsafe fn read(
    link: &mut rtnl_link,
    of_message: c_int,
    protinfo: Option<&nlattr>,
    spec: Option<&nlattr>,
) -> Done {
    let own = link.af_family.and_then(|at| Some((at, *ALL.get(at)?)));
    // SAFETY: the attributes are whole.
    unsafe {
        if let (Some(nla), Some((at, Family { read_protinfo: Some(read), .. }))) = (protinfo, own) {
            read_one(link, at, nla, *read)?;
            link.h.mask |= PROTINFO;
        }
        let Some(nla) = spec else { return Ok(()) };
        match own {
            _ if of_message == libc::AF_UNSPEC => read_specs(link, nla)?,
            Some((at, Family { whole_spec: true, read_spec: Some(read), .. })) => {
                read_one(link, at, nla, *read)?;
            }
            _ => return Ok(()),
        }
    }
    link.h.mask |= AF_SPEC;
    Ok(())
}

unsafe fn read_one(link: &mut rtnl_link, at: usize, nla: &nlattr, read: Read) -> Done {
    // SAFETY: the attribute is whole.
    unsafe {
        let data = provide(link, at);
        if data.is_null() { Err(NLE_NOMEM) } else { read(link, data, nla) }
    }
}

/// A nest for each family.
unsafe fn read_specs(link: &mut rtnl_link, spec: &nlattr) -> Done {
    // SAFETY: the payload is inside the attribute.
    unsafe {
        for nla in walk(nla_data(spec).cast(), nla_len(spec)) {
            let Some(at) = index_of(nla_type(nla)) else { continue };
            match ALL.get(at) {
                Some(Family { whole_spec: false, read_spec: Some(read), .. }) => {
                    read_one(link, at, nla, *read)?;
                }
                _ => drop(provide(link, at)),
            }
        }
    }
    Ok(())
}

/// Writes what families keep of a link.
pub(super) unsafe fn write(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let own = link.af_family.and_then(|at| Some((data(link, at), *ALL.get(at)?)));
    // SAFETY: the message is live, and so are the objects.
    unsafe {
        if let Some((data, Family { write_protinfo: Some(write), .. })) = own {
            nest(msg, IFLA_PROTINFO, |msg| write(data, msg))?;
        }
        if let Some((data, Family { whole_spec: true, write_spec: Some(write), .. })) = own {
            nest(msg, IFLA_AF_SPEC, |msg| write(data, msg))?;
        }
        nest(msg, IFLA_AF_SPEC, |msg| write_specs(link, msg))
    }
}

unsafe fn write_specs(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    for (family, data) in ALL.iter().zip(link.af).filter(|(_, data)| !data.is_null()) {
        if let (Some(write), false) = (family.write_spec, family.whole_spec) {
            // SAFETY: the object is live.
            nest(msg, family.number as u16, |msg| unsafe { write(data, msg) })?;
        }
    }
    Ok(())
}

/// Puts what `fill` writes into a nest. An empty nest is left out.
pub(super) fn nest(msg: &mut nl_msg, kind: u16, fill: impl FnOnce(&mut nl_msg) -> Done) -> Done {
    // SAFETY: the message is live; the nest is begun in it.
    unsafe {
        let start = nla_nest_start(msg, kind.into());
        if start.is_null() {
            return Err(NLE_MSGSIZE);
        }
        fill(msg)?;
        nla_nest_end(msg, start);
    }
    Ok(())
}

/// Shows what families keep of a link.
pub(super) unsafe fn dump(link: &rtnl_link, p: *mut nl_dump_params, form: usize) {
    for data in link.af.into_iter().filter(|data| !data.is_null()) {
        if let Some(Some(dump)) = ops(data).dump.get(form) {
            // SAFETY: the object is of this type; params are the caller's.
            unsafe { dump(data, p) };
        }
    }
}
