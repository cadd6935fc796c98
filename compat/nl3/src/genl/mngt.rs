// SPDX-License-Identifier: MIT OR Apache-2.0
//! Families that the program describes: their commands, with a parser for each.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;

use super::{GENL_HDRLEN, ctrl, genlmsg_hdr, genlmsg_user_hdr};
use crate::abi::{genl_cmd, genl_info, genl_ops, nl_list_head, nlmsghdr};
use crate::attr::align;
use crate::cache::{items, nl_cache, nl_cache_free};
use crate::error::*;
use crate::list;
use crate::mngt::nl_cache_ops;
use crate::msg::nl_msg;
use crate::names::{Names, names};
use crate::socket::nl_sock;

/// `GENL_ID_CTRL`: the controller's number is the same everywhere.
pub(crate) const CONTROLLER: c_int = 16;

/// The controller's commands.
static COMMANDS: Names =
    names! { 1 "NEWFAMILY", 2 "DELFAMILY", 3 "GETFAMILY", 4 "NEWOPS", 5 "DELOPS" };

/// A list that is empty until the first family is registered. Programs register from one thread, as
/// libnl's documentation asks.
struct Families(core::cell::UnsafeCell<nl_list_head>);

// SAFETY: as said above.
unsafe impl Sync for Families {}

static FAMILIES: Families =
    Families(core::cell::UnsafeCell::new(nl_list_head { next: null_mut(), prev: null_mut() }));

/// The list of registered families.
fn list() -> *mut nl_list_head {
    let list = FAMILIES.0.get();
    // SAFETY: the list is ours, and used by one thread at a time.
    unsafe {
        if (*list).next.is_null() {
            list::init(list);
        }
    }
    list
}

fn families() -> list::Iter<genl_ops> {
    // SAFETY: whoever registers a family keeps it until it is unregistered.
    unsafe { list::iter(list(), offset_of!(genl_ops, list)) }
}

fn find(is: impl Fn(&genl_ops) -> bool) -> Option<&'static genl_ops> {
    // SAFETY: as for `families`.
    families().map(|ops| unsafe { &*ops }).find(|ops| is(ops))
}

impl genl_ops {
    fn cmd(&self, id: c_int) -> Option<&genl_cmd> {
        if self.cmds.is_null() {
            return None;
        }
        // SAFETY: the family has that many commands.
        let cmds = unsafe { core::slice::from_raw_parts(self.cmds, self.ncmds.max(0) as usize) };
        cmds.iter().find(|cmd| cmd.id == id)
    }

    fn name(&self) -> &CStr {
        // SAFETY: a registered family has a name.
        unsafe { CStr::from_ptr(self.name) }
    }
}

/// The name of a command of a family, if someone has described it.
pub(crate) fn op_name(family: c_int, op: c_int) -> Option<*const c_char> {
    if family == CONTROLLER {
        return COMMANDS.name(op.into()).map(|name| name.as_ptr());
    }
    find(|ops| ops.id == family)?.cmd(op).map(|cmd| cmd.name.cast_const())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_register_family(ops: *mut genl_ops) -> c_int {
    // SAFETY: the family is the caller's, who keeps it until it is unregistered.
    unsafe {
        if (*ops).name.is_null() {
            return -NLE_INVAL;
        }
        let (id, name) = ((*ops).id, (*ops).name());
        let same = |other: &genl_ops| (id != 0 && other.id == id) || other.name() == name;
        if id == CONTROLLER || name == c"nlctrl" || find(same).is_some() {
            return -NLE_EXIST;
        }
        list::add_tail(&raw mut (*ops).list, list());
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_unregister_family(ops: *mut genl_ops) -> c_int {
    // SAFETY: the family is the caller's; it is taken out only if it is in.
    unsafe {
        if families().any(|other| other == ops) {
            list::remove(&raw mut (*ops).list);
        }
    }
    0
}

/// The command that a message of the family is about.
unsafe fn command(ops: &genl_ops, nlh: *mut nlmsghdr) -> Result<&genl_cmd, c_int> {
    // SAFETY: the message is whole.
    unsafe {
        let cmd = ops.cmd((*genlmsg_hdr(nlh)).cmd.into()).ok_or(NLE_MSGTYPE_NOSUPPORT)?;
        if cmd.parser.is_none() {
            return Err(NLE_OPNOTSUPP);
        }
        let whole = super::genlmsg_valid_hdr(&*nlh, ops.hdrsize as c_int) != 0;
        if whole { Ok(cmd) } else { Err(NLE_MSG_TOOSHORT) }
    }
}

/// Parses a message for the parser that its family has for its command.
unsafe fn handle(ops: &genl_ops, msg: *mut nl_msg, arg: *mut c_void) -> Result<c_int, c_int> {
    // SAFETY: the message is whole; the table of attributes has a slot for each type, and is given back
    // only after the parser, so one that does not return leaves it behind.
    unsafe {
        let nlh = (*msg).nlh;
        let cmd = command(ops, nlh)?;
        let slots = cmd.maxattr.max(0) as usize + 1;
        let tb: *mut *mut crate::abi::nlattr = libc::calloc(slots, size_of::<*mut c_void>()).cast();
        if tb.is_null() {
            return Err(NLE_NOMEM);
        }
        let header = GENL_HDRLEN + align(ops.hdrsize as c_int);
        let parsed = crate::msg::nlmsg_parse(&*nlh, header, tb, cmd.maxattr, cmd.policy);
        let genlhdr = genlmsg_hdr(nlh);
        let userhdr = genlmsg_user_hdr(genlhdr);
        let mut info = genl_info { who: &raw mut (*msg).src, nlh, genlhdr, userhdr, attrs: tb };
        let answer = match cmd.parser {
            Some(parser) if parsed >= 0 => {
                parser(ops.cache_ops, (&raw const *cmd).cast_mut(), &mut info, arg)
            }
            _ => parsed,
        };
        crate::mem::free(tb);
        Ok(answer)
    }
}

/// Hands a message to the parser of its command. Meant as a callback for valid messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_handle_msg(msg: *mut nl_msg, arg: *mut c_void) -> c_int {
    // SAFETY: the message is live.
    unsafe {
        let nlh = (*msg).nlh;
        if super::genlmsg_valid_hdr(&*nlh, 0) == 0 {
            return -NLE_INVAL;
        }
        let Some(ops) = find(|ops| ops.id == (*nlh).nlmsg_type.into()) else {
            return -NLE_MSGTYPE_NOSUPPORT;
        };
        handle(ops, msg, arg).unwrap_or_else(|error| -error)
    }
}

/// Registers a type of caches of a generic family. There is one, which is registered from the start.
#[unsafe(no_mangle)]
pub extern "C" fn genl_register(ops: &nl_cache_ops) -> c_int {
    if ops.protocol != rnl::uapi::NETLINK_GENERIC {
        return -NLE_PROTO_MISMATCH;
    }
    crate::mngt::nl_cache_mngt_register(ops)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_unregister(ops: *const nl_cache_ops) {
    // SAFETY: NULL or one of ours.
    if let Some(ops) = unsafe { ops.as_ref() } {
        crate::mngt::nl_cache_mngt_unregister(ops);
    }
}

/// Finds the numbers of families by their names in a cache of them. The answer is that of the last one.
unsafe fn resolve(cache: *mut nl_cache, wanted: impl Iterator<Item = *mut genl_ops>) -> c_int {
    let mut answer = 0;
    // SAFETY: the cache is one of families; what is wanted is the callers'.
    unsafe {
        for ops in wanted {
            let named = |obj: &*mut crate::object::nl_object| {
                (*obj.cast::<super::family::genl_family>()).is_called((*ops).name)
            };
            match items(cache).find(named) {
                Some(obj) => {
                    (*ops).id = (*obj.cast::<super::family::genl_family>()).id();
                    answer = 0;
                }
                None => answer = -NLE_OBJ_NOTFOUND,
            }
        }
    }
    answer
}

/// Calls `with` on a fresh cache of all families.
unsafe fn with_all(sock: *mut nl_sock, with: impl FnOnce(*mut nl_cache) -> c_int) -> c_int {
    let mut cache = null_mut();
    // SAFETY: the socket is live; the cache is ours.
    unsafe {
        let failed = ctrl::genl_ctrl_alloc_cache(sock, &mut cache);
        if failed < 0 {
            return failed;
        }
        let answer = with(cache);
        nl_cache_free(cache);
        answer
    }
}

/// Fills in the number of one family.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_ops_resolve(sock: *mut nl_sock, ops: *mut genl_ops) -> c_int {
    // SAFETY: socket and family are the caller's.
    unsafe { with_all(sock, |cache| resolve(cache, core::iter::once(ops))) }
}

/// Fills in the numbers of all registered families.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_mngt_resolve(sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { with_all(sock, |cache| resolve(cache, families())) }
}

/// Fills in the number of one family over a socket of its own. (No public header declares it.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_resolve_id(ops: *mut genl_ops) -> c_int {
    // SAFETY: the family is the caller's; the socket is ours.
    unsafe {
        if (*ops).id != 0 {
            return 0;
        }
        let sock = crate::socket::nl_socket_alloc();
        if sock.is_null() {
            return -NLE_NOMEM;
        }
        let failed = super::genl_connect(sock);
        let answer = if failed < 0 { failed } else { genl_ops_resolve(sock, ops) };
        crate::socket::nl_socket_free(sock);
        answer
    }
}
