// SPDX-License-Identifier: MIT OR Apache-2.0
//! Pairs of virtual Ethernet devices. Of the two links of a pair the one that it was begun with holds the
//! other one, which knows the first without holding it.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::{kind, of};
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len, nla_type, walk};
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::{self, Kind};
use crate::link::object::*;
use crate::link::request::{fill, rtnl_link_add};
use crate::link::uapi::*;
use crate::msg::{nl_msg, nlmsg_append};
use crate::object::*;
use crate::socket::nl_sock;

#[repr(C)]
struct Veth {
    h: nl_object,
    peer: *mut rtnl_link,
    holds: bool,
}

static OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    dump: [None, Some(dump_details), None],
    ..nl_object_ops::new::<Veth>(c"", crate::rows::NONE)
};

pub(in super::super) static KIND: Kind =
    Kind { parse, put, begin: Some(begin), adopt: Some(adopt), ..Kind::new(c"veth", Some(&OPS)) };

const VETH_INFO_PEER: u16 = 1;

kind! { Veth OPS "veth":
    alloc rtnl_link_veth_alloc;
    is rtnl_link_is_veth;
}

// What C hands in is shared, whatever its type says.
#[allow(clippy::mut_from_ref)]
fn veth(link: &rtnl_link) -> Option<&mut Veth> {
    of::<Veth>(link, &OPS).ok().map(|veth| {
        // SAFETY: the link's own.
        unsafe { &mut *(&raw const *veth).cast_mut() }
    })
}

/// Gives a new link of the kind its peer.
unsafe fn begin(link: &mut rtnl_link) -> Done {
    let peer = rtnl_link_alloc();
    // SAFETY: NULL or new.
    unsafe {
        let Some(new) = peer.as_mut() else { return Err(NLE_NOMEM) };
        let set = info::set_kind(new, KIND.name.as_ptr(), false);
        match (veth(link), veth(new)) {
            (Some(one), Some(other)) if set.is_ok() => {
                (one.peer, one.holds) = (peer, true);
                other.peer = link;
            }
            _ => {
                rtnl_link_put(peer);
                return Err(NLE_NOMEM);
            }
        }
    }
    Ok(())
}

/// Tells the peer of a copy whose peer it is.
unsafe fn adopt(link: &mut rtnl_link) {
    // SAFETY: the peer is NULL or live.
    let peer = veth(link).and_then(|veth| unsafe { veth.peer.as_ref() });
    if let Some(other) = peer.and_then(veth) {
        other.peer = link;
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type; the peer is NULL or live.
    unsafe {
        let one = &mut *obj.cast::<Veth>();
        if let (true, Some(peer)) = (one.holds, one.peer.as_ref()) {
            if let Some(other) = veth(peer) {
                other.peer = null_mut();
            }
            rtnl_link_put(one.peer);
        }
    }
}

/// The copy holds a copy of the peer, which is made without what the peer knows of the first.
unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are of this type; the peer is NULL or live.
    unsafe {
        let (new, from) = (&mut *new.cast::<Veth>(), &*from.cast::<Veth>());
        (new.peer, new.holds) = (null_mut(), false);
        let Some(peer) = from.peer.as_mut() else { return Ok(()) };
        let known = core::mem::replace(&mut peer.info, null_mut());
        let copy = nl_object_clone(object(peer)).cast::<rtnl_link>();
        peer.info = known;
        let Some(copied) = copy.as_mut() else { return Err(NLE_NOMEM) };
        copied.info = nl_object_alloc(&OPS);
        if copied.info.is_null() {
            rtnl_link_put(copy);
            return Err(NLE_NOMEM);
        }
        (new.peer, new.holds) = (copy, true);
    }
    Ok(())
}

/// The other link of the pair, with a reference for the caller, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_veth_get_peer(link: &rtnl_link) -> *mut rtnl_link {
    let peer = veth(link).map_or(null_mut(), |veth| veth.peer);
    if !peer.is_null() {
        // SAFETY: the peer is live.
        unsafe { nl_object_get(peer.cast()) };
    }
    peer
}

/// Gives both links of a pair back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_veth_release(link: *mut rtnl_link) {
    // SAFETY: NULL, or a link of which the caller holds a reference.
    unsafe { rtnl_link_put(link) }
}

/// Makes the kernel have a pair, the peer of which is in the namespace of a process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_veth_add(
    sock: *mut nl_sock,
    name: *const c_char,
    peer_name: *const c_char,
    pid: c_int,
) -> c_int {
    let link = rtnl_link_veth_alloc();
    // SAFETY: the socket is live, the names are strings, and the links ours.
    unsafe {
        let Some(new) = link.as_mut() else { return -NLE_NOMEM };
        if let Some(peer) = veth(new).and_then(|veth| veth.peer.as_mut()) {
            rtnl_link_set_name(peer, peer_name);
            rtnl_link_set_ns_pid(peer, pid);
        }
        rtnl_link_set_name(new, name);
        let answer = rtnl_link_add(sock, new, libc::NLM_F_CREATE | libc::NLM_F_EXCL);
        rtnl_link_put(link);
        answer
    }
}

/// The kernel does not tell of the peer here, and the link has none.
unsafe fn parse(_: &mut rtnl_link, data: Option<&nlattr>, _: Option<&nlattr>) -> Done {
    let Some(data) = data else { return Ok(()) };
    // SAFETY: the attribute is whole.
    let mut all = unsafe { walk(nla_data(data).cast(), nla_len(data)) };
    let short = |nla: &nlattr| {
        nla_type(nla) == VETH_INFO_PEER.into() && nla_len(nla) < size_of::<ifinfomsg>() as c_int
    };
    if all.any(short) { Err(NLE_RANGE) } else { Ok(()) }
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    // SAFETY: the peer is NULL or live.
    let Some(peer) = veth(link).and_then(|veth| unsafe { veth.peer.as_ref() }) else {
        return Ok(());
    };
    let head = ifinfomsg {
        family: peer.family as u8,
        index: peer.index as u32,
        flags: peer.flags.value,
        change: peer.change,
        ..ifinfomsg::default()
    };
    nest(msg, IFLA_INFO_DATA, |msg| {
        // SAFETY: message and peer are live.
        nest(msg, VETH_INFO_PEER, |msg| unsafe {
            done(nlmsg_append(msg, (&raw const head).cast(), size_of::<ifinfomsg>(), 4))?;
            fill(msg, peer, LINKINFO)
        })
    })
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type; the peer is NULL or live.
    unsafe {
        let Some(peer) = (*obj.cast::<Veth>()).peer.as_ref() else { return };
        dump!(p, c"      peer ");
        if peer.has(IFNAME) {
            dump_line!(p, c"%s\n", peer.name.as_ptr());
        } else {
            dump_line!(p, c"%u\n", peer.index);
        }
    }
}
