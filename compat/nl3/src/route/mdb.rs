// SPDX-License-Identifier: MIT OR Apache-2.0
//! Multicast groups of bridges, `route/mdb`: one object for each bridge, with its entries.

use core::ffi::{c_int, c_uint, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;

use super::uapi::*;
use super::{header, text_of};
use crate::abi::{nl_dump_params, nl_list_head, nlattr, nlmsghdr};
use crate::addr::*;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::dump;
use crate::error::*;
use crate::mngt::*;
use crate::msg::{nlmsg_attrdata, nlmsg_attrlen};
use crate::object::*;
use crate::rows::{How, accessors, attrs};
use crate::socket::nl_sock;
use crate::{list, mem};

/// One group at one port.
#[repr(C)]
pub struct rtnl_mdb_entry {
    link: nl_list_head,
    addr: *mut nl_addr,
    index: u32,
    vid: u16,
    proto: u16,
    state: u8,
}

/// The groups of a bridge.
#[repr(C)]
pub struct rtnl_mdb {
    h: nl_object,
    index: u32,
    entries: nl_list_head,
}

attrs! { rtnl_mdb {
    IFINDEX = 0 "ifindex" Int(index),
    ENTRIES = 1 "entries" Own,
} }

static OPS: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    init: Some(init),
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    update: Some(update),
    dump: [Some(dump_all), Some(dump_all), Some(dump_all)],
    ..nl_object_ops::new::<rtnl_mdb>(c"route/mdb", ATTRS)
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    hdrsize: size_of::<br_port_msg>() as c_int,
    msgtypes: &MSGTYPES,
    groups: &GROUPS,
    request: Some(request_all),
    parse,
    ..nl_cache_ops::new(c"route/mdb", NETLINK_ROUTE, &OPS)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWMDB as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELMDB as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETMDB as c_int, NL_ACT_GET, c"get"),
];

/// `RTNLGRP_MDB`.
static GROUPS: [nl_af_group; 1] = [nl_af_group { family: libc::AF_BRIDGE, group: 26 }];

unsafe fn entries(mdb: *const rtnl_mdb) -> list::Iter<rtnl_mdb_entry> {
    // SAFETY: the object is live.
    unsafe { list::iter((&raw const (*mdb).entries).cast_mut(), offset_of!(rtnl_mdb_entry, link)) }
}

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is an mdb.
    unsafe {
        list::init(&raw mut (*obj.cast::<rtnl_mdb>()).entries);
        // Even none are compared with those of another.
        (*obj).mask |= ENTRIES;
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is an mdb, and its entries are its own.
    unsafe {
        for entry in entries(obj.cast()) {
            nl_addr_put((*entry).addr);
            mem::free(entry);
        }
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are mdbs; the list is made empty before it is filled.
    unsafe {
        init(new);
        add_copies(&mut *new.cast(), from.cast())
    }
}

/// Adds copies of the entries of another.
unsafe fn add_copies(mdb: &mut rtnl_mdb, from: *const rtnl_mdb) -> Done {
    // SAFETY: both are live, and so are their entries.
    unsafe {
        for entry in entries(from) {
            let addr = nl_addr_clone(&*(*entry).addr);
            if addr.is_null() {
                return Err(NLE_NOMEM);
            }
            add(mdb, rtnl_mdb_entry { addr, ..core::ptr::read(entry) })?;
        }
    }
    Ok(())
}

/// Adds what a message tells of, or takes it away. As entries tell objects apart, this happens only to
/// those that have just these, as ever.
unsafe fn update(old: *mut nl_object, new: *mut nl_object) -> Done {
    // It would grow for ever.
    if old == new {
        return Ok(());
    }
    // SAFETY: both are mdbs, and their entries are live.
    unsafe {
        let (old, from) = (old.cast::<rtnl_mdb>(), new.cast::<rtnl_mdb>());
        match (*new).msgtype {
            RTM_NEWMDB => return add_copies(&mut *old, from),
            RTM_DELMDB => {
                for entry in entries(old) {
                    if entries(from).any(|gone| same(&*entry, &*gone)) {
                        list::remove(&raw mut (*entry).link);
                        nl_addr_put((*entry).addr);
                        mem::free(entry);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Adds an entry, whose address is the object's from then on.
unsafe fn add(mdb: &mut rtnl_mdb, entry: rtnl_mdb_entry) -> Done {
    let new = mem::zalloc::<rtnl_mdb_entry>(0);
    // SAFETY: NULL or new.
    unsafe {
        if new.is_null() {
            nl_addr_put(entry.addr);
            return Err(NLE_NOMEM);
        }
        new.write(entry);
        rtnl_mdb_add_entry(mdb, new);
    }
    Ok(())
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, _: u64, _: How) -> u64 {
    // SAFETY: both are mdbs, and their entries are live.
    unsafe {
        let (mut a, mut b) = (entries(a.cast()), entries(b.cast()));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return 0,
                (Some(a), Some(b)) if same(&*a, &*b) => {}
                _ => return ENTRIES,
            }
        }
    }
}

unsafe fn same(a: &rtnl_mdb_entry, b: &rtnl_mdb_entry) -> bool {
    let place = a.index == b.index && a.vid == b.vid;
    // SAFETY: an entry's address is live.
    place && a.state == b.state && a.proto == b.proto && unsafe { nl_addr_cmp(a.addr, b.addr) == 0 }
}

accessors! { rtnl_mdb:
    get rtnl_mdb_get_ifindex() -> u32 = index;
}

macro_rules! entry_getters {
    ($($name:ident -> $kind:ty = $field:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(entry: &rtnl_mdb_entry) -> $kind {
                entry.$field as $kind
            }
        )*
    };
}

entry_getters! {
    rtnl_mdb_entry_get_ifindex -> c_int = index;
    rtnl_mdb_entry_get_vid -> c_int = vid;
    rtnl_mdb_entry_get_state -> c_int = state;
    rtnl_mdb_entry_get_addr -> *mut nl_addr = addr;
    rtnl_mdb_entry_get_proto -> u16 = proto;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mdb_add_entry(mdb: &mut rtnl_mdb, entry: *mut rtnl_mdb_entry) {
    // SAFETY: the entry is live and in no list.
    unsafe { list::add_tail(&raw mut (*entry).link, &raw mut mdb.entries) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mdb_foreach_entry(
    mdb: *mut rtnl_mdb,
    cb: unsafe extern "C" fn(*mut rtnl_mdb_entry, *mut c_void),
    arg: *mut c_void,
) {
    // SAFETY: the object is live; the callback takes the caller's own argument.
    unsafe { entries(mdb).for_each(|entry| cb(entry, arg)) };
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_mdb_alloc() -> *mut rtnl_mdb {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mdb_put(mdb: *mut rtnl_mdb) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(mdb.cast()) }
}

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    // SAFETY: the socket is live.
    unsafe { super::nl_rtgen_request(sock, RTM_GETMDB.into(), libc::AF_BRIDGE, libc::NLM_F_DUMP) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mdb_alloc_cache(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
) -> c_int {
    // SAFETY: socket and result are the caller's.
    unsafe { rtnl_mdb_alloc_cache_flags(sock, result, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_mdb_alloc_cache_flags(
    sock: *mut nl_sock,
    result: *mut *mut nl_cache,
    flags: c_uint,
) -> c_int {
    let set = |cache: *mut nl_cache| {
        // SAFETY: the cache is new.
        unsafe { (*cache).flags |= flags }
    };
    // SAFETY: socket and result are the caller's.
    unsafe { super::cache_of(&CACHE_OPS, sock, set, result) }
}

/// The elements of a nest, whatever their type.
unsafe fn elements(nest: &nlattr) -> Walk {
    // SAFETY: the nest is whole.
    unsafe { walk(nla_data(nest).cast(), nla_len(nest)) }
}

unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    const HEADER: c_int = size_of::<br_port_msg>() as c_int;
    // SAFETY: the object is an mdb; the attributes are inside the message, whose header is whole.
    unsafe {
        let mdb = &mut *obj.cast::<rtnl_mdb>();
        mdb.index = header::<br_port_msg>(nlh).index;
        mdb.h.mask |= IFINDEX;
        let (attrs, len) = (nlmsg_attrdata(nlh, HEADER), nlmsg_attrlen(&*nlh, HEADER));
        for table in walk(attrs, len).filter(|nla| nla_type(nla) as u16 == MDBA_MDB) {
            for group in elements(table) {
                for info in elements(group) {
                    read_entry(mdb, info)?;
                }
            }
        }
    }
    Ok(())
}

unsafe fn read_entry(mdb: &mut rtnl_mdb, info: &nlattr) -> Done {
    if (nla_len(info) as usize) < size_of::<br_mdb_entry>() {
        return Err(NLE_RANGE);
    }
    // SAFETY: the payload is that long; the address is the entry's.
    unsafe {
        let it = nla_data(info).cast::<br_mdb_entry>().read_unaligned();
        let proto = u16::from_be(it.proto);
        let (family, len) = match proto {
            0x0800 => (libc::AF_INET, 4),
            0x86dd => (libc::AF_INET6, 16),
            _ => (AF_LLC, 6),
        };
        let addr = nl_addr_build(family, it.addr.as_ptr().cast(), len);
        if addr.is_null() {
            return Err(NLE_NOMEM);
        }
        let link = nl_list_head { next: null_mut(), prev: null_mut() };
        let (index, vid, state) = (it.index, it.vid, it.state);
        add(mdb, rtnl_mdb_entry { link, addr, index, vid, proto, state })
    }
}

unsafe fn dump_all(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an mdb, and its entries are live.
    unsafe {
        let mdb = obj.cast::<rtnl_mdb>();
        // Numbers, even where names are known: what programs have seen.
        dump!(p, c"dev %d \n", (*mdb).index as c_int);
        for entry in entries(mdb) {
            let mut buf = [0; 128];
            let entry = &*entry;
            let index = entry.index as c_int;
            let (vid, proto) = (c_int::from(entry.vid), c_int::from(entry.proto));
            let addr = text_of(entry.addr, &mut buf);
            dump!(p, c"port %d vid %d proto 0x%04x address %s\n", index, vid, proto, addr);
        }
    }
}
