// SPDX-License-Identifier: MIT OR Apache-2.0
//! Families of generic netlink as objects, `genl/family`.

use core::ffi::{c_char, c_int, c_uint};
use core::mem::offset_of;
use core::ptr::null_mut;

use rnl::uapi::NETLINK_GENERIC;
use rnl::uapi::genetlink::*;

use crate::abi::{nl_dump_params, nl_list_head, nla_policy, nlattr, nlmsghdr};
use crate::attr::{Walk, nla_data, nla_get_u32, nla_len, nla_parse_nested, nla_type, walk};
use crate::dump::{dump, dump_line};
use crate::error::{
    Done, NLE_INVAL, NLE_MISSING_ATTR, NLE_MSGTYPE_NOSUPPORT, NLE_NOMEM, NLE_RANGE, code, done,
};
use crate::mngt::{NL_ACT_UNSPEC, nl_cache_ops, nl_msgtype};
use crate::msg::{nlmsg_attrdata, nlmsg_attrlen, nlmsg_data};
use crate::names::{Names, names};
use crate::object::*;
use crate::rows::{self, accessors, attrs};
use crate::{list, mem};

/// Bytes of a family's or a group's name.
const NAME: usize = 16;

/// A family: what the controller says of it.
#[repr(C)]
pub struct genl_family {
    h: nl_object,
    id: u16,
    version: u8,
    name: [c_char; NAME],
    hdrsize: u32,
    maxattr: u32,
    ops: nl_list_head,
    groups: nl_list_head,
}

attrs! { genl_family {
    ID = 0 "id" Int(id) = CTRL_ATTR_FAMILY_ID,
    FAMILY_NAME = 1 "name" Text(name) = CTRL_ATTR_FAMILY_NAME,
    // The kernel sends it as four bytes.
    VERSION = 2 "version" Int(version),
    HDRSIZE = 3 "hdrsize" Int(hdrsize) = CTRL_ATTR_HDRSIZE,
    MAXATTR = 4 "maxattr" Int(maxattr) = CTRL_ATTR_MAXATTR,
} }

#[unsafe(no_mangle)]
pub static genl_family_ops: nl_object_ops = nl_object_ops {
    id_attrs: ID as u32,
    keys: ID as u32,
    init: Some(init),
    free: Some(free),
    clone: Some(clone),
    dump: [Some(dump_line_of), Some(dump_details), Some(dump_details)],
    ..nl_object_ops::new::<genl_family>(c"genl/family", ATTRS)
};

pub(crate) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: 4,
    msgtypes: &MSGTYPES,
    request: Some(super::ctrl::request_all),
    parse,
    ..nl_cache_ops::new(c"genl/family", NETLINK_GENERIC, &genl_family_ops)
};

static MSGTYPES: [nl_msgtype; 1] = [nl_msgtype::new(16, NL_ACT_UNSPEC, c"nlctrl")];

accessors! { genl_family:
    set genl_family_set_id(c_uint) id: ID;
    get genl_family_get_id() -> c_uint = id: ID, 0;
    text genl_family_set_name() name: FAMILY_NAME;
    chars genl_family_get_name() name: FAMILY_NAME;
    set genl_family_set_version(u8) version: VERSION;
    get genl_family_get_version() -> u8 = version: VERSION, 0;
    set genl_family_set_hdrsize(u32) hdrsize: HDRSIZE;
    get genl_family_get_hdrsize() -> u32 = hdrsize: HDRSIZE, 0;
    set genl_family_set_maxattr(u32) maxattr: MAXATTR;
    get genl_family_get_maxattr() -> u32 = maxattr: MAXATTR, 0;
}

#[unsafe(no_mangle)]
pub extern "C" fn genl_family_alloc() -> *mut genl_family {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&genl_family_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_family_put(family: *mut genl_family) {
    // SAFETY: NULL, or a family of which the caller holds a reference.
    unsafe { nl_object_put(family.cast()) }
}

impl genl_family {
    pub(super) fn id(&self) -> c_int {
        self.id.into()
    }

    /// Whether that is its name.
    pub(super) fn is_called(&self, name: *const c_char) -> bool {
        // SAFETY: both are strings.
        unsafe { libc::strcmp(self.name.as_ptr(), name) == 0 }
    }
}

/// One operation of a family.
#[repr(C)]
struct Op {
    id: u32,
    flags: u32,
    link: nl_list_head,
}

/// One multicast group of a family.
#[repr(C)]
struct Group {
    id: u32,
    name: [c_char; NAME],
    link: nl_list_head,
}

unsafe fn ops_of(family: *const genl_family) -> list::Iter<Op> {
    // SAFETY: the family is live.
    unsafe { list::iter((&raw const (*family).ops).cast_mut(), offset_of!(Op, link)) }
}

unsafe fn groups_of(family: *const genl_family) -> list::Iter<Group> {
    // SAFETY: the family is live.
    unsafe { list::iter((&raw const (*family).groups).cast_mut(), offset_of!(Group, link)) }
}

unsafe fn init(obj: *mut nl_object) {
    let family = obj.cast::<genl_family>();
    // SAFETY: the object is a family.
    unsafe {
        list::init(&raw mut (*family).ops);
        list::init(&raw mut (*family).groups);
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is a family, and its lists are its own.
    unsafe {
        ops_of(obj.cast()).for_each(|op| mem::free(op));
        groups_of(obj.cast()).for_each(|group| mem::free(group));
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    let (new, from) = (new.cast::<genl_family>(), from.cast::<genl_family>());
    // SAFETY: both are families; the lists are made empty before they are filled.
    unsafe {
        init(new.cast());
        for op in ops_of(from) {
            add_op(new, (*op).id, (*op).flags)?;
        }
        for group in groups_of(from) {
            add_group(new, (*group).id, (*group).name.as_ptr())?;
        }
    }
    Ok(())
}

unsafe fn add_op(family: *mut genl_family, id: u32, flags: u32) -> Done {
    let op = mem::zalloc::<Op>(0);
    // SAFETY: the family is live; the operation is NULL or new.
    unsafe {
        if op.is_null() {
            return Err(NLE_NOMEM);
        }
        ((*op).id, (*op).flags) = (id, flags);
        list::add_tail(&raw mut (*op).link, &raw mut (*family).ops);
    }
    Ok(())
}

unsafe fn add_group(family: *mut genl_family, id: u32, name: *const c_char) -> Done {
    let group = mem::zalloc::<Group>(0);
    // SAFETY: the family is live, the name a string; the group is NULL or new.
    unsafe {
        if libc::strlen(name) >= NAME {
            mem::free(group);
            return Err(NLE_INVAL);
        }
        if group.is_null() {
            return Err(NLE_NOMEM);
        }
        (*group).id = id;
        mem::set_text(&mut (*group).name, name);
        list::add_tail(&raw mut (*group).link, &raw mut (*family).groups);
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_family_add_op(
    family: *mut genl_family,
    id: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: the family is live.
    code(unsafe { add_op(family, id as u32, flags as u32) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn genl_family_add_grp(
    family: *mut genl_family,
    id: u32,
    name: *const c_char,
) -> c_int {
    // SAFETY: the family is live, the name a string.
    code(unsafe { add_group(family, id, name) })
}

/// The number of the group of that name, or 0.
pub(crate) unsafe fn group_id(family: *const genl_family, name: *const c_char) -> Option<u32> {
    // SAFETY: the family is live, the name a string.
    unsafe {
        groups_of(family)
            .find(|group| libc::strcmp((**group).name.as_ptr(), name) == 0)
            .map(|group| (*group).id)
    }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    let family = obj.cast::<genl_family>();
    // SAFETY: the object is a family.
    let (id, name, version) = unsafe {
        (c_uint::from((*family).id), (*family).name.as_ptr(), c_uint::from((*family).version))
    };
    dump!(p, c"0x%04x %s version %u\n", id, name, version);
}

/// `GENL_*` flags of an operation.
static OP_FLAGS: Names = names! { 1 "admin_perm", 2 "has_doit", 4 "has_dump", 8 "has_policy" };

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    let family = obj.cast::<genl_family>();
    // SAFETY: the object is a family; the buffer is ours and as long as it says.
    unsafe {
        dump_line_of(obj, p);
        dump_line!(p, c"    hdrsize %u maxattr %u\n", (*family).hdrsize, (*family).maxattr);
        for op in ops_of(family) {
            let mut text = [0 as c_char; 64];
            let name = super::mngt::op_name((*family).id.into(), (*op).id as c_int)
                .unwrap_or(c"unknown".as_ptr());
            dump_line!(p, c"      op %s (0x%02x)", name, (*op).id);
            if (*op).flags != 0 {
                let flags = OP_FLAGS.flags((*op).flags.into(), text.as_mut_ptr(), text.len());
                dump!(p, c" <%s>", flags);
            }
            dump!(p, c"\n");
        }
        for group in groups_of(family) {
            dump_line!(p, c"      grp %s (0x%02x)\n", (*group).name.as_ptr(), (*group).id);
        }
    }
}

/// Fills a family from a message of the controller.
unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    let family = obj.cast::<genl_family>();
    // SAFETY: the object is a family; the attributes are inside the message, whose header is whole.
    unsafe {
        // Only what tells of a family as it is now has all of it.
        if *nlmsg_data(nlh).cast::<u8>() != CTRL_CMD_NEWFAMILY {
            return Err(NLE_MSGTYPE_NOSUPPORT);
        }
        let (head, len) = (nlmsg_attrdata(nlh, 4), nlmsg_attrlen(&*nlh, 4));
        let version = |nla: &&nlattr| nla_type(nla) == CTRL_ATTR_VERSION.into();
        if walk(head, len).filter(version).any(|nla| nla_len(nla) < 4) {
            return Err(NLE_RANGE);
        }
        rows::read(obj, head, len, 0)?;
        if (*obj).mask & (ID | FAMILY_NAME) != ID | FAMILY_NAME {
            return Err(NLE_MISSING_ATTR);
        }
        for nla in walk(head, len) {
            match nla_type(nla) as u16 {
                CTRL_ATTR_VERSION => genl_family_set_version(&mut *family, nla_get_u32(nla) as u8),
                CTRL_ATTR_OPS => parse_ops(family, nla)?,
                CTRL_ATTR_MCAST_GROUPS => parse_groups(family, nla)?,
                _ => {}
            }
        }
    }
    Ok(())
}

const fn rule(kind: u16, maxlen: u16) -> nla_policy {
    nla_policy { kind, minlen: 0, maxlen }
}

const NLA_U32: u16 = 3;
const NLA_STRING: u16 = 5;
static OP_POLICY: [nla_policy; 3] = [rule(0, 0), rule(NLA_U32, 0), rule(NLA_U32, 0)];
static GROUP_POLICY: [nla_policy; 3] = [rule(0, 0), rule(NLA_STRING, 0), rule(NLA_U32, 0)];

/// The attributes 1 and 2 inside one, NULL where one is not there.
unsafe fn pair(
    nla: &nlattr,
    policy: &[nla_policy; 3],
) -> Result<(*mut nlattr, *mut nlattr), c_int> {
    let mut tb = [null_mut(); 3];
    let nla = (&raw const *nla).cast_mut();
    // SAFETY: table and policy have a slot for each type up to 2.
    done(unsafe { nla_parse_nested(tb.as_mut_ptr(), 2, nla, policy.as_ptr()) })?;
    let [_, one, two] = tb;
    Ok((one, two))
}

/// The elements of a list of nests.
unsafe fn elements(nla: &nlattr) -> Walk {
    // SAFETY: the payload is inside the attribute.
    unsafe { walk(nla_data(nla).cast(), nla_len(nla)) }
}

unsafe fn parse_ops(family: *mut genl_family, nla: &nlattr) -> Done {
    // SAFETY: what is read has been checked.
    unsafe {
        for one in elements(nla) {
            let (id, flags) = pair(one, &OP_POLICY)?;
            if id.is_null() {
                return Err(NLE_MISSING_ATTR);
            }
            let flags = if flags.is_null() { 0 } else { nla_get_u32(flags) };
            add_op(family, nla_get_u32(id), flags)?;
        }
    }
    Ok(())
}

unsafe fn parse_groups(family: *mut genl_family, nla: &nlattr) -> Done {
    // SAFETY: what is read has been checked.
    unsafe {
        for one in elements(nla) {
            let (name, id) = pair(one, &GROUP_POLICY)?;
            if name.is_null() || id.is_null() {
                return Err(NLE_MISSING_ATTR);
            }
            add_group(family, nla_get_u32(id), nla_data(name).cast())?;
        }
    }
    Ok(())
}
