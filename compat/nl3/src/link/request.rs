// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests about links.

use core::ffi::{CStr, c_char, c_int};
use core::ptr::{null, null_mut};

use super::object::*;
use super::uapi::*;
use super::{af, bridge, info, vf};
use crate::attr::*;
use crate::error::*;
use crate::msg::nl_msg;
use crate::route::{ask, build, send};
use crate::rows;
use crate::socket::nl_sock;

/// What a request carries as it is, in this order.
const WRITTEN: [u64; 17] = [
    ADDR, BROADCAST, MTU, TXQLEN, WEIGHT, IFNAME, OPERSTATE, CARRIER, LINKMODE, IFALIAS, LINK,
    NETNSID, MASTER, TX_QUEUES, RX_QUEUES, NS_FD, NS_PID,
];

/// Puts what is set of a link into a message, but for what address families keep.
pub(super) unsafe fn fill(msg: &mut nl_msg, link: &rtnl_link, without: u64) -> Done {
    // SAFETY: the link and the message are live.
    unsafe {
        for bit in WRITTEN.into_iter().filter(|bit| bit & without == 0) {
            rows::write(object(link), msg, bit)?;
        }
        rows::write(object(link), msg, GROUP)?;
        if without & LINKINFO != 0 {
            return Ok(());
        }
        info::write(link, msg)?;
        vf::write(link, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_fill_info(msg: &mut nl_msg, link: &rtnl_link) -> c_int {
    // SAFETY: both are the caller's.
    unsafe { code(fill(msg, link, 0)) }
}

unsafe fn request(
    what: (u16, c_int),
    head: &ifinfomsg,
    link: &rtnl_link,
    without: u64,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the link is live; the result is the caller's.
    unsafe {
        build(what, head, result, |msg| {
            fill(msg, link, without)?;
            af::write(link, msg)
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_build_add_request(
    link: &rtnl_link,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    let head = ifinfomsg {
        family: link.family as u8,
        index: link.index as u32,
        flags: link.flags.value,
        change: link.flags.mask,
        ..ifinfomsg::default()
    };
    // SAFETY: the result is the caller's.
    unsafe { request((RTM_NEWLINK, flags), &head, link, 0, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_add(
    sock: *mut nl_sock,
    link: &rtnl_link,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_link_build_add_request(link, flags, &mut msg);
        send(sock, built, msg)
    }
}

/// A request of this type that makes `before` what `changes` says. The family cannot be changed.
unsafe fn change_request(
    kind: u16,
    before: &rtnl_link,
    changes: &rtnl_link,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    if changes.has(FAMILY) && changes.family != 0 && changes.family != before.family {
        return -NLE_IMMUTABLE;
    }
    let (now, new) = (before.flags.value, changes.flags);
    let head = ifinfomsg {
        family: before.family as u8,
        index: before.index as u32,
        flags: if changes.has(FLAGS) { now & !new.mask | new.value } else { 0 },
        change: new.mask,
        ..ifinfomsg::default()
    };
    // A name that stays is not one to be set: that would fail while the link is up.
    let same_name = before.has(IFINDEX) && before.has(IFNAME) && before.name == changes.name;
    // SAFETY: the result is the caller's.
    unsafe { request((kind, flags), &head, changes, if same_name { IFNAME } else { 0 }, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_build_change_request(
    before: &rtnl_link,
    changes: &rtnl_link,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    let kind = if bridge::overrides(changes) { RTM_SETLINK } else { RTM_NEWLINK };
    // SAFETY: the result is the caller's.
    unsafe { change_request(kind, before, changes, flags, result) }
}

/// Changes a link. Where the kernel does not know how to by `RTM_NEWLINK`, it is asked by `RTM_SETLINK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_change(
    sock: *mut nl_sock,
    before: &rtnl_link,
    changes: &rtnl_link,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live; the message is ours until it is sent.
    unsafe {
        let built = rtnl_link_build_change_request(before, changes, flags, &mut msg);
        let kind = if built < 0 { RTM_SETLINK } else { (*(*msg).nlh).nlmsg_type };
        let answer = send(sock, built, msg);
        if answer != -NLE_OPNOTSUPP || kind != RTM_NEWLINK {
            return answer;
        }
        let built = change_request(RTM_SETLINK, before, changes, flags, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_build_delete_request(
    link: &rtnl_link,
    result: *mut *mut nl_msg,
) -> c_int {
    if !link.has(IFINDEX | IFNAME) {
        return -NLE_MISSING_ATTR;
    }
    let head = ifinfomsg { index: link.index as u32, ..ifinfomsg::default() };
    // SAFETY: the link is live; the result is the caller's.
    unsafe { build((RTM_DELLINK, 0), &head, result, |msg| rows::write(object(link), msg, IFNAME)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_delete(sock: *mut nl_sock, link: &rtnl_link) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_link_build_delete_request(link, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_build_get_request(
    index: c_int,
    name: *const c_char,
    result: *mut *mut nl_msg,
) -> c_int {
    if index <= 0 && name.is_null() {
        return -NLE_MISSING_ATTR;
    }
    let head = ifinfomsg { index: index.max(0) as u32, ..ifinfomsg::default() };
    // SAFETY: the name is NULL or a string; the result is the caller's.
    unsafe {
        build((RTM_GETLINK, 0), &head, result, |msg| {
            if !name.is_null() {
                done(nla_put_string(msg, IFLA_IFNAME.into(), name))?;
            }
            done(nla_put_u32(msg, IFLA_EXT_MASK.into(), RTEXT_FILTER_VF))
        })
    }
}

/// Asks the kernel for one link, by number or by name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_get_kernel(
    sock: *mut nl_sock,
    index: c_int,
    name: *const c_char,
    result: *mut *mut rtnl_link,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: socket and result are the caller's; the name is NULL or a string.
    unsafe {
        let built = rtnl_link_build_get_request(index, name, &mut msg);
        ask(sock, built, msg, result.cast())
    }
}

/// Makes `slave` a port of `master` (0: of none), and sees whether it has become one. Some kinds of masters
/// want to be named.
pub(super) unsafe fn enslave(
    sock: *mut nl_sock,
    kind: Option<&CStr>,
    master: c_int,
    slave: c_int,
) -> c_int {
    // SAFETY: the socket is live; the links are NULL or ours.
    unsafe {
        let changes = kind.map_or_else(|| rtnl_link_alloc(), |kind| info::alloc(kind));
        let mut link = rtnl_link_alloc();
        let mut answer = -NLE_NOMEM;
        if let (Some(before), Some(changes)) = (link.as_mut(), changes.as_mut()) {
            rtnl_link_set_ifindex(before, slave);
            rtnl_link_set_master(changes, master);
            answer = rtnl_link_change(sock, before, changes, 0);
        }
        rtnl_link_put(changes);
        rtnl_link_put(link);
        if answer < 0 {
            return answer;
        }
        answer = rtnl_link_get_kernel(sock, slave, null(), &mut link);
        if answer < 0 {
            return answer;
        }
        let now = (*link).master;
        rtnl_link_put(link);
        if now == master { 0 } else { -NLE_OPNOTSUPP }
    }
}

/// The four functions of a kind of masters.
macro_rules! enslaves {
    ($kind:expr, $enslave_index:ident $enslave:ident $release_index:ident $release:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $enslave_index(
            sock: *mut nl_sock,
            master: c_int,
            slave: c_int,
        ) -> c_int {
            // SAFETY: the socket is live.
            unsafe { $crate::link::request::enslave(sock, $kind, master, slave) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $enslave(
            sock: *mut nl_sock,
            master: &rtnl_link,
            slave: &rtnl_link,
        ) -> c_int {
            // SAFETY: the socket is live.
            unsafe { $enslave_index(sock, master.index, slave.index) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $release_index(sock: *mut nl_sock, slave: c_int) -> c_int {
            // SAFETY: the socket is live.
            unsafe { $enslave_index(sock, 0, slave) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $release(sock: *mut nl_sock, slave: &rtnl_link) -> c_int {
            // SAFETY: the socket is live.
            unsafe { $enslave_index(sock, 0, slave.index) }
        }
    };
}
pub(super) use enslaves;

enslaves!(None, rtnl_link_enslave_ifindex rtnl_link_enslave rtnl_link_release_ifindex rtnl_link_release);
