// SPDX-License-Identifier: MIT OR Apache-2.0
//! Types of caches, and which cache the program offers to all.

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering::Relaxed};

use crate::abi::{nlmsghdr, sockaddr_nl};
use crate::cache::{nl_cache, nl_cache_free, nl_cache_get};
use crate::dump::debug;
use crate::error::{Done, NLE_BUSY, NLE_EXIST, NLE_INVAL, NLE_NOCACHE, NLE_NOMEM};
use crate::msg::nlmsg_data;
use crate::object::{alloc_with, nl_object, nl_object_ops, nl_object_put};
use crate::socket::nl_sock;

/// What a message of this type does to a cache.
pub(crate) const NL_ACT_UNSPEC: c_int = 0;
pub(crate) const NL_ACT_NEW: c_int = 1;
pub(crate) const NL_ACT_DEL: c_int = 2;
#[allow(dead_code)]
pub(crate) const NL_ACT_GET: c_int = 3;
pub(crate) const NL_ACT_SET: c_int = 4;
pub(crate) const NL_ACT_CHANGE: c_int = 5;

/// One type of messages.
#[repr(C)]
pub struct nl_msgtype {
    pub(crate) id: c_int,
    pub(crate) act: c_int,
    pub(crate) name: *const c_char,
}

// SAFETY: it is never changed, and the name lives as long as the program.
unsafe impl Sync for nl_msgtype {}

impl nl_msgtype {
    pub(crate) const fn new(id: c_int, act: c_int, name: &'static CStr) -> nl_msgtype {
        nl_msgtype { id, act, name: name.as_ptr() }
    }
}

/// A multicast group that notifies of changes, and the address family that it does so for.
#[repr(C)]
pub struct nl_af_group {
    pub(crate) family: c_int,
    pub(crate) group: c_int,
}

/// Takes each object of a message.
#[repr(C)]
pub struct nl_parser_param {
    pub(crate) cb: unsafe extern "C" fn(*mut nl_object, *mut nl_parser_param) -> c_int,
    pub(crate) arg: *mut c_void,
}

pub(crate) type Include =
    unsafe fn(*mut nl_cache, *mut nl_object, &crate::include::Change) -> c_int;

/// A type of caches: what its messages are, and how they become objects.
#[repr(C)]
pub struct nl_cache_ops {
    pub(crate) name: &'static CStr,
    pub(crate) protocol: c_int,
    /// Bytes of the header before the attributes.
    pub(crate) hdrsize: c_int,
    pub(crate) msgtypes: &'static [nl_msgtype],
    pub(crate) groups: &'static [nl_af_group],
    pub(crate) object: &'static nl_object_ops,
    /// Objects with the same identity cannot be in a cache together: adding a second one is `NLE_EXIST`.
    pub(crate) unique: bool,
    /// Asks for all objects. `None`: they cannot be asked for.
    pub(crate) request: Option<unsafe fn(*mut nl_cache, *mut nl_sock) -> c_int>,
    /// Fills a new object from a message, whose header is whole.
    pub(crate) parse: unsafe fn(*mut nl_object, *mut nlmsghdr) -> Done,
    /// Instead, where a message holds several objects: hands each on.
    pub(crate) parse_all: Option<unsafe fn(*mut nlmsghdr, *mut nl_parser_param) -> c_int>,
    /// What a notification does to the cache, where it is not [`crate::include::include`].
    pub(crate) include: Option<Include>,
    /// Whether a notification is for this cache: `NL_SKIP` says that it is not.
    pub(crate) event_filter: Option<unsafe fn(*mut nl_cache, *mut nl_object) -> c_int>,
    pub(crate) state: State,
}

/// What changes about a type while the program runs.
pub(crate) struct State {
    unregistered: AtomicBool,
    refs: AtomicI32,
    flags: AtomicU32,
    provided: AtomicPtr<nl_cache>,
}

impl State {
    const fn new() -> State {
        State {
            unregistered: AtomicBool::new(false),
            refs: AtomicI32::new(0),
            flags: AtomicU32::new(0),
            provided: AtomicPtr::new(null_mut()),
        }
    }
}

// SAFETY: what changes is atomic, and the rest lives as long as the program.
unsafe impl Sync for nl_cache_ops {}

unsafe fn parse_nothing(_: *mut nl_object, _: *mut nlmsghdr) -> Done {
    Err(crate::error::NLE_OPNOTSUPP)
}

impl nl_cache_ops {
    /// A type without messages.
    pub(crate) const fn new(
        name: &'static CStr,
        protocol: c_int,
        object: &'static nl_object_ops,
    ) -> nl_cache_ops {
        nl_cache_ops {
            name,
            protocol,
            hdrsize: 0,
            msgtypes: &[],
            groups: &[],
            object,
            unique: false,
            request: None,
            parse: parse_nothing,
            parse_all: None,
            include: None,
            event_filter: None,
            state: State::new(),
        }
    }

    /// The type of its objects.
    pub(crate) fn object(&self) -> &'static nl_object_ops {
        self.object
    }

    pub(crate) fn flags(&self) -> c_uint {
        self.state.flags.load(Relaxed)
    }

    fn is_registered(&self) -> bool {
        !self.state.unregistered.load(Relaxed)
    }

    fn handle(&'static self) -> *mut nl_cache_ops {
        (&raw const *self).cast_mut()
    }
}

/// Every type that this library knows. A type that is not unregistered is registered; there is no
/// order in which they are, and nothing to be done when the library is loaded. With the library of the family that a
/// type is of.
static ALL: &[(&CStr, &[&nl_cache_ops])] = &[
    (c"libnl-genl-3.so", &[&crate::genl::family::CACHE_OPS]),
    (c"libnl-route-3.so", crate::link::CACHES),
    (c"libnl-route-3.so", crate::route::CACHES),
    (c"libnl-nf-3.so", crate::nf::CACHES),
    (c"libnl-idiag-3.so", crate::idiag::CACHES),
    (c"libnl-route-3.so", crate::tc::CACHES),
    (c"libnl-xfrm-3.so", crate::xfrm::CACHES),
];

fn all() -> impl Iterator<Item = &'static nl_cache_ops> {
    ALL.iter().flat_map(|(_, types)| *types).copied()
}

/// Whether the program has loaded a library of the family.
fn loaded(library: &CStr) -> bool {
    unsafe extern "C" fn is_it(
        info: *mut libc::dl_phdr_info,
        _: usize,
        name: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader's names are strings or NULL, and the name sought is one.
        unsafe {
            let one = (*info).dlpi_name;
            c_int::from(!one.is_null() && !libc::strstr(one, name.cast()).is_null())
        }
    }
    // SAFETY: what is called takes the name, and nothing else.
    unsafe { libc::dl_iterate_phdr(Some(is_it), library.as_ptr().cast_mut().cast()) != 0 }
}

fn registered() -> impl Iterator<Item = &'static nl_cache_ops> {
    all().filter(|ops| ops.is_registered())
}

fn handle(ops: Option<&'static nl_cache_ops>) -> *mut nl_cache_ops {
    ops.map_or(null_mut(), nl_cache_ops::handle)
}

fn safe(ops: *mut nl_cache_ops) -> *mut nl_cache_ops {
    // SAFETY: NULL or one of ours.
    if let Some(ops) = unsafe { ops.as_ref() } {
        nl_cache_ops_get(ops);
    }
    ops
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_ops_get(ops: &nl_cache_ops) {
    ops.state.refs.fetch_add(1, Relaxed);
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_ops_put(ops: &nl_cache_ops) {
    ops.state.refs.fetch_sub(1, Relaxed);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_ops_lookup(name: *const c_char) -> *mut nl_cache_ops {
    // SAFETY: the name is a string.
    let name = unsafe { CStr::from_ptr(name) };
    handle(registered().find(|ops| ops.name == name))
}

/// As [`nl_cache_ops_lookup`]. (No public header declares it.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __nl_cache_ops_lookup(name: *const c_char) -> *mut nl_cache_ops {
    // SAFETY: as for nl_cache_ops_lookup.
    unsafe { nl_cache_ops_lookup(name) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_ops_lookup_safe(name: *const c_char) -> *mut nl_cache_ops {
    // SAFETY: as for nl_cache_ops_lookup.
    safe(unsafe { nl_cache_ops_lookup(name) })
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_ops_associate(protocol: c_int, msgtype: c_int) -> *mut nl_cache_ops {
    let takes = |ops: &&nl_cache_ops| {
        ops.protocol == protocol && !nl_msgtype_lookup(ops, msgtype).is_null()
    };
    handle(registered().find(takes))
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_ops_associate_safe(
    protocol: c_int,
    msgtype: c_int,
) -> *mut nl_cache_ops {
    safe(nl_cache_ops_associate(protocol, msgtype))
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_msgtype_lookup(ops: &nl_cache_ops, msgtype: c_int) -> *const nl_msgtype {
    ops.msgtypes.iter().find(|one| one.id == msgtype).map_or(null(), |one| &raw const *one)
}

/// Only the types of libraries that are loaded. A program that looks into what it is given finds nothing that it knows
/// there; the one of the system that does so loads none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_ops_foreach(
    cb: unsafe extern "C" fn(*mut nl_cache_ops, *mut c_void),
    arg: *mut c_void,
) {
    for (_, types) in ALL.iter().filter(|(library, _)| loaded(library)) {
        for ops in types.iter().filter(|ops| ops.is_registered()) {
            // SAFETY: the callback takes the caller's own argument.
            unsafe { cb(ops.handle(), arg) };
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_ops_set_flags(ops: &nl_cache_ops, flags: c_uint) {
    ops.state.flags.fetch_or(flags, Relaxed);
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_mngt_register(ops: &nl_cache_ops) -> c_int {
    if !all().any(|one| core::ptr::eq(one, ops)) {
        return -NLE_INVAL;
    }
    if ops.state.unregistered.swap(false, Relaxed) { 0 } else { -NLE_EXIST }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_cache_mngt_unregister(ops: &nl_cache_ops) -> c_int {
    if ops.state.refs.load(Relaxed) > 0 {
        return -NLE_BUSY;
    }
    if ops.state.unregistered.swap(true, Relaxed) { -NLE_NOCACHE } else { 0 }
}

/// Offers a cache to whatever in the program needs one of its type, such as dumps that print names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngt_provide(cache: *mut nl_cache) {
    // SAFETY: the cache is live, and so is the one that was offered before.
    unsafe {
        nl_cache_get(cache);
        nl_cache_free((*(*cache).ops).state.provided.swap(cache, Relaxed));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngt_unprovide(cache: *mut nl_cache) {
    // SAFETY: the cache is live.
    unsafe {
        let slot = &(*(*cache).ops).state.provided;
        if slot.compare_exchange(cache, null_mut(), Relaxed, Relaxed).is_ok() {
            nl_cache_free(cache);
        }
    }
}

/// The cache that was offered, or NULL; says nothing of it. (No public header declares it.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __nl_cache_mngt_require(name: *const c_char) -> *mut nl_cache {
    // SAFETY: the name is a string.
    let ops = unsafe { nl_cache_ops_lookup(name).as_ref() };
    ops.map_or(null_mut(), |ops| ops.state.provided.load(Relaxed))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngt_require(name: *const c_char) -> *mut nl_cache {
    // SAFETY: the name is a string.
    let cache = unsafe { __nl_cache_mngt_require(name) };
    if cache.is_null() {
        debug!(1, c"Application BUG: Your application must call nl_cache_mngt_provide() and\nprovide a valid %s cache to be used for internal lookups.\nSee the API documentation for more details.\n", name);
    }
    cache
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_cache_mngt_require_safe(name: *const c_char) -> *mut nl_cache {
    // SAFETY: the name is a string; what was offered is live.
    unsafe {
        let cache = nl_cache_mngt_require(name);
        if !cache.is_null() {
            nl_cache_get(cache);
        }
        cache
    }
}

/// Makes the object of a message, whose header is whole, and hands it on.
pub(crate) unsafe extern "C" fn parse(
    ops: *mut nl_cache_ops,
    _: *mut sockaddr_nl,
    nlh: *mut nlmsghdr,
    param: *mut nl_parser_param,
) -> c_int {
    // SAFETY: ops, message and param are live; the object is ours until it is handed on.
    unsafe {
        if let Some(parse_all) = (*ops).parse_all {
            return parse_all(nlh, param);
        }
        let places = (*ops).object.places;
        // Messages of all types that have some begin with the family.
        let family = if places > 0 { *nlmsg_data(nlh).cast::<u8>() } else { 0 };
        let is_ipv6 = c_int::from(family) == libc::AF_INET6;
        let obj = alloc_with((*ops).object, if is_ipv6 { places } else { 0 });
        if obj.is_null() {
            return -NLE_NOMEM;
        }
        (*obj).msgtype = (*nlh).nlmsg_type;
        let answer = match ((*ops).parse)(obj, nlh) {
            Ok(()) => ((*param).cb)(obj, param),
            Err(error) => -error,
        };
        nl_object_put(obj);
        answer
    }
}
