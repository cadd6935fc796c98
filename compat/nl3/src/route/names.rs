// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of scopes, tables, protocols and the like.

use core::ffi::{c_char, c_int, c_long};
use core::ptr::null_mut;

use crate::abi::nl_list_head;
use crate::list;
use crate::names::{Names, names, translate, translate_flags};
use crate::table::*;

/// `RT_SCOPE_*`.
static SCOPES: Names = names! { 255 "nowhere", 254 "host", 253 "link", 200 "site", 0 "global" };

/// `RTN_*`.
static TYPES: Names = names! {
    0 "unspec", 1 "unicast", 2 "local", 3 "broadcast", 4 "anycast", 5 "multicast", 6 "blackhole",
    7 "unreachable", 8 "prohibit", 9 "throw", 10 "nat", 11 "xresolve",
};

/// `RTAX_*`.
static METRICS: Names = names! {
    0 "unspec", 1 "lock", 2 "mtu", 3 "window", 4 "rtt", 5 "rttvar", 6 "ssthresh", 7 "cwnd",
    8 "advmss", 9 "reordering", 10 "hoplimit", 11 "initcwnd", 12 "features",
};

/// `IFA_F_*`.
pub(super) static ADDR_FLAGS: Names = names! {
    1 "secondary", 2 "nodad", 4 "optimistic", 8 "dadfailed", 16 "homeaddress", 32 "deprecated",
    64 "tentative", 128 "permanent", 256 "mngtmpaddr", 512 "noprefixroute",
};

/// `RTNH_F_*`.
pub(super) static NEXTHOP_FLAGS: Names = names! { 1 "dead", 2 "pervasive", 4 "onlink" };

/// `NUD_*`.
static NEIGH_STATES: Names = names! {
    1 "incomplete", 2 "reachable", 4 "stale", 8 "delay", 16 "probe", 32 "failed", 64 "noarp",
    128 "permanent",
};

/// `NTF_*`.
static NEIGH_FLAGS: Names = names! {
    1 "use", 8 "proxy", 128 "router", 2 "self", 4 "master", 16 "ext_learned", 32 "offloaded",
};

translate! {
    SCOPES: rtnl_scope2str rtnl_str2scope;
    TYPES: nl_rtntype2str nl_str2rtntype;
    METRICS: rtnl_route_metric2str rtnl_route_str2metric;
}

translate_flags! {
    ADDR_FLAGS: rtnl_addr_flags2str rtnl_addr_str2flags;
    NEXTHOP_FLAGS: rtnl_route_nh_flags2str rtnl_route_nh_str2flags;
}

/// States and flags of neighbours are written as several, but read as one.
macro_rules! write_flags_read_one {
    ($($table:ident: $to_str:ident $number:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(bits: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { $table.flags(u64::from(bits as u32), buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $number(name: *const c_char) -> c_int {
                // SAFETY: the caller's name is a string.
                unsafe { $table.number(name) }
            }
        )*
    };
}

write_flags_read_one! {
    NEIGH_STATES: rtnl_neigh_state2str rtnl_neigh_str2state;
    NEIGH_FLAGS: rtnl_neigh_flags2str rtnl_neigh_str2flag;
}

/// Names that a file may replace.
struct Table {
    built_in: Names,
    /// What the file said, once one has been read.
    read: nl_list_head,
}

static mut TABLES: Table = Table {
    built_in: names! { 0 "unspec", 252 "compat", 253 "default", 254 "main", 255 "local" },
    read: nl_list_head { next: null_mut(), prev: null_mut() },
};

static mut PROTOCOLS: Table = Table {
    built_in: names! { 0 "unspec", 1 "redirect", 2 "kernel", 3 "boot", 4 "static" },
    read: nl_list_head { next: null_mut(), prev: null_mut() },
};

impl Table {
    fn is_read(&self) -> bool {
        !self.read.next.is_null()
    }
}

unsafe fn to_str(table: *mut Table, number: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
    // SAFETY: the table is ours; the buffer has `len` bytes.
    unsafe {
        if (*table).is_read() {
            return write_name(elements(&raw mut (*table).read), number, buf, len);
        }
        (*table).built_in.to_str(number, buf, len)
    }
}

unsafe fn number(table: *mut Table, name: *const c_char) -> c_int {
    // SAFETY: the table is ours; the name is a string.
    unsafe {
        if (*table).is_read() {
            return number_of(elements(&raw mut (*table).read), name);
        }
        (*table).built_in.number(name)
    }
}

type Add = unsafe extern "C" fn(c_long, *const c_char) -> c_int;

/// Forgets all names and reads those of a file.
unsafe fn read(table: *mut Table, path: *const c_char, add: Add) -> c_int {
    // SAFETY: the table is ours; the path is a string.
    unsafe {
        let list = &raw mut (*table).read;
        if (*table).is_read() {
            __trans_list_clear(list);
        }
        list::init(list);
        __nl_read_num_str_file(path, Some(add))
    }
}

macro_rules! tables {
    ($($table:ident: $to_str:ident $number:ident $read:ident $add:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(value: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { to_str(&raw mut $table, value, buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $number(name: *const c_char) -> c_int {
                // SAFETY: the caller's name is a string.
                unsafe { number(&raw mut $table, name) }
            }
            unsafe extern "C" fn $add(number: c_long, name: *const c_char) -> c_int {
                // SAFETY: the list was made before the file is read.
                unsafe { __trans_list_add(number as c_int, name, &raw mut $table.read) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $read(path: *const c_char) -> c_int {
                // SAFETY: the caller's path is a string.
                unsafe { read(&raw mut $table, path, $add) }
            }
        )*
    };
}

tables! {
    TABLES: rtnl_route_table2str rtnl_route_str2table rtnl_route_read_table_names add_table;
    PROTOCOLS: rtnl_route_proto2str rtnl_route_str2proto rtnl_route_read_protocol_names add_protocol;
}

/// Realms as `from/to`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_realms2str(realms: u32, buf: *mut c_char, len: usize) -> *mut c_char {
    let (from, to) = (realms >> 16, realms & 0xffff);
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { libc::snprintf(buf, len, c"%d/%d".as_ptr(), from, to) };
    buf
}

/// A function that gives a number its name.
pub(super) type ToStr = unsafe extern "C" fn(c_int, *mut c_char, usize) -> *mut c_char;

/// The name of a number of a table that needs no more room than this.
pub(crate) struct Name([c_char; 64]);

impl Name {
    pub(crate) fn of(to_str: ToStr, number: c_int) -> Name {
        let mut name = Name([0; 64]);
        // SAFETY: the buffer has the length said.
        unsafe { to_str(number, name.0.as_mut_ptr(), name.0.len()) };
        name
    }

    pub(crate) fn of_u32(
        to_str: unsafe extern "C" fn(u32, *mut c_char, usize) -> *mut c_char,
        number: u32,
    ) -> Name {
        let mut name = Name([0; 64]);
        // SAFETY: the buffer has the length said.
        unsafe { to_str(number, name.0.as_mut_ptr(), name.0.len()) };
        name
    }

    pub(crate) fn text(&self) -> *const c_char {
        self.0.as_ptr()
    }
}
