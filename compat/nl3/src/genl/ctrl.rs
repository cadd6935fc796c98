// SPDX-License-Identifier: MIT OR Apache-2.0
//! Asking the controller: families by name, their groups, all of them.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use rnl::uapi::NLM_F_DUMP;
use rnl::uapi::genetlink::{CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY};

use super::family::{CACHE_OPS, genl_family, genl_family_ops, group_id};
use super::{mngt, request};
use crate::attr::nla_put_string;
use crate::cache::{nl_cache, nl_cache_alloc_and_fill};
use crate::error::{NLE_OBJ_NOTFOUND, done};
use crate::finder::first;
use crate::msg::nlmsg_free;
use crate::object::{nl_object, nl_object_put};
use crate::recvmsgs::{nl_pickup, nl_wait_for_ack};
use crate::send::nl_send_auto;
use crate::socket::nl_sock;

/// Asks for all families.
pub(super) unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe {
        let cmd = CTRL_CMD_GETFAMILY.into();
        super::genl_send_simple(sock, mngt::CONTROLLER, cmd, 1, NLM_F_DUMP.into())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ctrl_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { nl_cache_alloc_and_fill((&raw const CACHE_OPS).cast_mut(), sock, result) }
}

/// The first family of a cache that `is` says yes to, with a reference for the caller.
unsafe fn search(cache: *mut nl_cache, is: impl Fn(&genl_family) -> bool) -> *mut genl_family {
    // SAFETY: the cache is live.
    unsafe { first(cache, &genl_family_ops, is) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ctrl_search(cache: *mut nl_cache, id: c_int) -> *mut genl_family {
    // SAFETY: the cache is live.
    unsafe { search(cache, |family| family.id() == id) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ctrl_search_by_name(
    cache: *mut nl_cache,
    name: *const c_char,
) -> *mut genl_family {
    // SAFETY: the cache is live, the name a string.
    unsafe { search(cache, |family| family.is_called(name)) }
}

unsafe extern "C" fn parse(
    _: *mut crate::mngt::nl_cache_ops,
    who: *mut crate::abi::sockaddr_nl,
    nlh: *mut crate::abi::nlmsghdr,
    param: *mut crate::mngt::nl_parser_param,
) -> c_int {
    // SAFETY: message and param are live.
    unsafe { crate::refill::nl_cache_parse((&raw const CACHE_OPS).cast_mut(), who, nlh, param) }
}

/// Asks the kernel for a family.
unsafe fn ask(sock: *mut nl_sock, name: *const c_char) -> Result<*mut genl_family, c_int> {
    // SAFETY: the socket is live, the name a string; the message is ours.
    unsafe {
        let msg = request(CTRL_CMD_GETFAMILY, 0)?;
        let named = done(nla_put_string(&mut *msg, CTRL_ATTR_FAMILY_NAME.into(), name));
        let sent = named.and_then(|()| done(nl_send_auto(sock, msg)));
        nlmsg_free(msg);
        sent?;
        let mut family: *mut nl_object = null_mut();
        done(nl_pickup(sock, parse, &mut family))?;
        let acknowledged = done(nl_wait_for_ack(sock));
        if family.is_null() || acknowledged.is_err() {
            nl_object_put(family);
            return Err(acknowledged.err().unwrap_or(NLE_OBJ_NOTFOUND));
        }
        Ok(family.cast())
    }
}

/// The number of a family. Whatever goes wrong, it was not found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ctrl_resolve(sock: *mut nl_sock, name: *const c_char) -> c_int {
    // SAFETY: the socket is live, the name a string; the family is ours.
    unsafe {
        match ask(sock, name) {
            Ok(family) => {
                let id = (*family).id();
                nl_object_put(family.cast());
                id
            }
            Err(_) => -NLE_OBJ_NOTFOUND,
        }
    }
}

/// The number of a family's group. Whatever goes wrong, it was not found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ctrl_resolve_grp(
    sock: *mut nl_sock,
    family: *const c_char,
    group: *const c_char,
) -> c_int {
    // SAFETY: the socket is live, the names strings; the family is ours.
    unsafe {
        match ask(sock, family) {
            Ok(family) => {
                let id = group_id(family, group);
                nl_object_put(family.cast());
                id.map_or(-NLE_OBJ_NOTFOUND, |id| id as c_int)
            }
            Err(_) => -NLE_OBJ_NOTFOUND,
        }
    }
}
