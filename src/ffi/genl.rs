// SPDX-License-Identifier: MIT OR Apache-2.0
//! Generic netlink families.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::ptr::null;

use super::err::{fault, rnl_err};
use super::guard::{CText, guard, guard_err};
use super::msg::{self, rnl_msg};
use super::ptr::{self, Handle, handle};
use super::sock::{open, rnl_sock};
use super::view::rnl_view;
use crate::error::Fault;
use crate::family::genl::{Family, request};
use crate::grow;
use crate::wire::Message;

/// A generic netlink family as the kernel describes it.
#[cfg_attr(all(), repr(C))]
pub struct rnl_genl {
    magic: u32,
    family: Family,
    name: CText,
    groups: Vec<CText>,
}

handle!(rnl_genl, 0x726e_6c06);

/// An operation of a generic family. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_genl_op {
    /// The command.
    pub cmd: u32,
    /// GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP, GENL_ADMIN_PERM ...
    pub flags: u32,
}

/// A multicast group of a generic family. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_genl_group {
    /// Its name; lives as long as the family.
    pub name: *const c_char,
    /// Its number, for rnl_sock_join().
    pub id: u32,
    /// 0
    pub reserved: u32,
}

impl rnl_genl {
    fn give(family: Family) -> Result<*mut rnl_genl, Fault> {
        let mut groups = Vec::new();
        for group in &family.groups {
            grow::push(&mut groups, CText::full(&group.name)?)?;
        }
        let name = CText::full(&family.name)?;
        ptr::give(rnl_genl { magic: rnl_genl::MAGIC, family, name, groups })
    }
}

unsafe fn number(genl: *const rnl_genl, pick: fn(&Family) -> u32) -> c_int {
    // SAFETY: the caller passes NULL or a family.
    guard(|| Ok(c_int::try_from(pick(&unsafe { ptr::get(genl) }?.family)).unwrap_or(c_int::MAX)))
}

/// Looks a generic family up by name, which may load its kernel module. Its id and those of its groups
/// hold until the module is unloaded.
///
/// @out         filled on success; free it with rnl_genl_free()
/// @sock        open socket of NETLINK_GENERIC
/// @name        "nl80211", "ethtool" ...
/// @timeout_ms  milliseconds; -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  out, sock or name is NULL
///   -ENOENT  the kernel has no such family
///   and what rnl_sock_call() returns
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_find(
    out: *mut *mut rnl_genl,
    sock: *mut rnl_sock,
    name: *const c_char,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let find = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (out, socket, name) = unsafe { (ptr::out(out)?, open(sock)?, ptr::text(name)?) };
        *out = fault(rnl_genl::give(Family::find(socket, name, timeout_ms)?))?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, find) }
}

/// Reads a family from a message of the controller: an object of a dump of CTRL_CMD_GETFAMILY, which
/// lists all families, or a notification of group "notify".
///
/// @out   filled on success; free it with rnl_genl_free()
/// @view  the message
///
/// Returns 0, or
///   -EINVAL   out or view is NULL
///   -EBADMSG  the message describes no family
///   -ENOMEM   no memory
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_parse(out: *mut *mut rnl_genl, view: *const rnl_view) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or a view that rnl filled.
        let (out, bytes) = unsafe { (ptr::out(out)?, ptr::read(view)?.msg.get()?) };
        *out = rnl_genl::give(Family::parse(&Message::split(bytes)?.0)?)?;
        Ok(0)
    })
}

/// The family's id: the type of its messages.
///
/// @genl  family
///
/// Returns the id, 16 or above, or
///   -EINVAL  genl is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_id(genl: *const rnl_genl) -> c_int {
    // SAFETY: as documented.
    unsafe { number(genl, |f| f.id.into()) }
}

/// The family's name.
///
/// @genl  family, or NULL
///
/// Returns a string that lives as long as genl, or NULL if genl is NULL.
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_name(genl: *const rnl_genl) -> *const c_char {
    // SAFETY: the caller passes NULL or a family.
    unsafe { ptr::get(genl) }.map_or(null(), |g| g.name.as_ptr())
}

/// The version of the family's interface.
///
/// @genl  family
///
/// Returns the version, or
///   -EINVAL  genl is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_version(genl: *const rnl_genl) -> c_int {
    // SAFETY: as documented.
    unsafe { number(genl, |f| f.version) }
}

/// Bytes of the family's own fixed header, which follows struct genlmsghdr; 0 for nearly all.
///
/// @genl  family
///
/// Returns the number of bytes, or
///   -EINVAL  genl is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_hdrsize(genl: *const rnl_genl) -> c_int {
    // SAFETY: as documented.
    unsafe { number(genl, |f| f.header) }
}

/// The highest attribute type the family knows.
///
/// @genl  family
///
/// Returns the type; 0 where the kernel does not say, or
///   -EINVAL  genl is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_maxattr(genl: *const rnl_genl) -> c_int {
    // SAFETY: as documented.
    unsafe { number(genl, |f| f.max_attr) }
}

/// Finds a multicast group of a family by name.
///
/// @genl  family
/// @name  "mlme", "monitor" ...
/// @out   filled on success, for rnl_sock_join()
///
/// Returns 0, or
///   -EINVAL  genl, name or out is NULL
///   -ENOENT  the family has no such group
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_group(
    genl: *const rnl_genl,
    name: *const c_char,
    out: *mut u32,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (genl, name, out) = unsafe { (ptr::get(genl)?, ptr::text(name)?, ptr::out(out)?) };
        *out = genl.family.group(name).ok_or(Fault::NoGroup)?;
        Ok(0)
    })
}

/// The multicast groups of a family, one by one.
///
/// @genl   family
/// @index  which one, from 0
/// @out    filled on 1
///
/// Returns 1, or 0 if there are no more, or
///   -EINVAL  genl or out is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_group_at(
    genl: *const rnl_genl,
    index: usize,
    out: *mut rnl_genl_group,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (genl, out) = unsafe { (ptr::get(genl)?, ptr::out(out)?) };
        let Some((group, name)) = genl.family.groups.get(index).zip(genl.groups.get(index)) else {
            return Ok(0);
        };
        *out = rnl_genl_group { name: name.as_ptr(), id: group.id, reserved: 0 };
        Ok(1)
    })
}

/// The operations of a family, one by one, where the kernel lists them.
///
/// @genl   family
/// @index  which one, from 0
/// @out    filled on 1
///
/// Returns 1, or 0 if there are no more, or
///   -EINVAL  genl or out is NULL
/// Threads: any, while nobody frees genl. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_op_at(
    genl: *const rnl_genl,
    index: usize,
    out: *mut rnl_genl_op,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (genl, out) = unsafe { (ptr::get(genl)?, ptr::out(out)?) };
        let Some(op) = genl.family.operations.get(index) else { return Ok(0) };
        *out = rnl_genl_op { cmd: op.cmd, flags: op.flags };
        Ok(1)
    })
}

/// Frees a family with its strings.
///
/// @genl  family, or NULL
///
/// Returns 0, or
///   -EINVAL  genl is not a family, or has been freed
/// Threads: genl must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_genl_free(genl: *mut rnl_genl) -> c_int {
    // SAFETY: the caller passes NULL or a family that it does not use any more.
    guard(|| unsafe { ptr::take(genl) }.map(|_| 0))
}

/// Makes a request to a generic family: rnl_msg_new() with a struct genlmsghdr.
///
/// @family   id of the family, from rnl_genl_id()
/// @cmd      the command
/// @version  1, or what the family asks for
/// @flags    NLM_F_*, as for rnl_msg_new()
///
/// Returns a message to free with rnl_msg_free(), or NULL if there is no memory. An id below 16 is a
/// failure that sticks.
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn rnl_genl_msg(family: u16, cmd: u8, version: u8, flags: u16) -> *mut rnl_msg {
    msg::give(request(family, cmd, version, flags))
}
