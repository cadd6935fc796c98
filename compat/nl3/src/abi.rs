// SPDX-License-Identifier: MIT OR Apache-2.0
//! The structs of libnl's public headers, laid out as there. `tests/layout.c` compares them with the headers.

use core::ffi::{c_char, c_int, c_uint, c_void};

pub(crate) use libc::{FILE, genlmsghdr, nlattr, nlmsgerr, nlmsghdr, sockaddr_nl, ucred};

/// `netlink/list.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct nl_list_head {
    pub(crate) next: *mut nl_list_head,
    pub(crate) prev: *mut nl_list_head,
}

/// `netlink/attr.h`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct nla_policy {
    pub(crate) kind: u16,
    pub(crate) minlen: u16,
    pub(crate) maxlen: u16,
}

/// `netlink/types.h`: where a dump goes, and how it looks.
#[repr(C)]
pub struct nl_dump_params {
    pub(crate) kind: c_uint,
    pub(crate) prefix: c_int,
    pub(crate) print_index: c_int,
    pub(crate) dump_msgtype: c_int,
    pub(crate) cb: Option<unsafe extern "C" fn(*mut nl_dump_params, *mut c_char)>,
    pub(crate) nl_cb: Option<unsafe extern "C" fn(*mut nl_dump_params, c_int)>,
    pub(crate) data: *mut c_void,
    pub(crate) fd: *mut FILE,
    pub(crate) buf: *mut c_char,
    pub(crate) buflen: usize,
    pub(crate) pre_dump: c_int,
    pub(crate) ivar: c_int,
    pub(crate) line: c_uint,
}

/// `netlink/hashtable.h`.
#[repr(C)]
pub struct nl_hash_node {
    pub(crate) key: u32,
    pub(crate) key_size: u32,
    pub(crate) obj: *mut crate::object::nl_object,
    pub(crate) next: *mut nl_hash_node,
}

/// `netlink/hashtable.h`.
#[repr(C)]
pub struct nl_hash_table {
    pub(crate) size: c_int,
    pub(crate) nodes: *mut *mut nl_hash_node,
}

/// `netlink/genl/mngt.h`: a message as a parser of the caller sees it.
#[repr(C)]
pub struct genl_info {
    pub(crate) who: *mut sockaddr_nl,
    pub(crate) nlh: *mut nlmsghdr,
    pub(crate) genlhdr: *mut genlmsghdr,
    pub(crate) userhdr: *mut c_void,
    pub(crate) attrs: *mut *mut nlattr,
}

pub(crate) type genl_parser = unsafe extern "C" fn(
    *mut crate::mngt::nl_cache_ops,
    *mut genl_cmd,
    *mut genl_info,
    *mut c_void,
) -> c_int;

/// `netlink/genl/mngt.h`: a command of a family that the caller describes.
#[repr(C)]
pub struct genl_cmd {
    pub(crate) id: c_int,
    pub(crate) name: *mut c_char,
    pub(crate) maxattr: c_int,
    pub(crate) parser: Option<genl_parser>,
    pub(crate) policy: *mut nla_policy,
}

/// `netlink/genl/mngt.h`: a family that the caller describes.
#[repr(C)]
pub struct genl_ops {
    pub(crate) hdrsize: c_uint,
    pub(crate) id: c_int,
    pub(crate) name: *mut c_char,
    pub(crate) cache_ops: *mut crate::mngt::nl_cache_ops,
    pub(crate) cmds: *mut genl_cmd,
    pub(crate) ncmds: c_int,
    pub(crate) list: nl_list_head,
}

/// A constant of an exported struct: its size, and where its last members are, on 64-bit machines.
#[cfg(target_pointer_width = "64")]
const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<nl_list_head>() == 16);
    assert!(size_of::<nla_policy>() == 6);
    assert!(size_of::<nl_dump_params>() == 80);
    assert!(offset_of!(nl_dump_params, cb) == 16 && offset_of!(nl_dump_params, fd) == 40);
    assert!(offset_of!(nl_dump_params, buf) == 48 && offset_of!(nl_dump_params, buflen) == 56);
    assert!(offset_of!(nl_dump_params, line) == 72);
    assert!(size_of::<nl_hash_node>() == 24 && size_of::<nl_hash_table>() == 16);
    assert!(size_of::<genl_info>() == 40 && size_of::<genl_cmd>() == 40);
    assert!(size_of::<genl_ops>() == 56 && offset_of!(genl_ops, list) == 40);
    assert!(size_of::<crate::object::nl_object_ops>() == 112);
};
