// SPDX-License-Identifier: MIT OR Apache-2.0
//! Objects: what every type has in common, and what describes a type. MODEL.md shows how to add one.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut};

use crate::abi::nl_dump_params;
use crate::cache::nl_cache;
use crate::dump::debug;
use crate::error::{Done, NLE_NOMEM, NLE_OPNOTSUPP, code};
use crate::mem;
use crate::rows::{self, How, Table};
use crate::slot::LONG;

/// What every object begins with.
#[repr(C)]
pub struct nl_object {
    /// Its type, or, one byte further, the cache that it is in, which knows the type.
    home: *const u8,
    /// A bit for each attribute that is set.
    pub(crate) mask: u64,
    refs: c_int,
    /// Its place in the cache.
    pub(crate) place: u32,
    /// A number of the type's own: where most have the interface.
    pub(crate) number: u32,
    /// The type of the message that it came with, or 0.
    pub(crate) msgtype: u16,
    /// [`MARKED`], [`LISTED`].
    state: u8,
    /// Places for addresses of IPv6 behind the object that are not taken.
    places: u8,
}

const MARKED: u8 = 1;
/// It is in a cache, or has been in one.
const LISTED: u8 = 2;

const _: () = assert!(size_of::<nl_object>() == 24 + size_of::<*const u8>());

impl nl_object {
    /// The head of an object of this type, which is in no cache.
    pub(crate) const fn of(ops: &'static nl_object_ops, mask: u64) -> nl_object {
        let home = (&raw const *ops).cast();
        nl_object { home, mask, refs: 1, place: 0, number: 0, msgtype: 0, state: 0, places: 0 }
    }

    fn is_cached(&self) -> bool {
        self.home.addr() & 1 != 0
    }

    /// The cache that it is in, or NULL.
    pub(crate) fn cache(&self) -> *mut nl_cache {
        if self.is_cached() { self.home.wrapping_sub(1).cast_mut().cast() } else { null_mut() }
    }

    /// It is in this cache now, which is of its type.
    pub(crate) fn enter(&mut self, cache: *mut nl_cache) {
        self.state |= LISTED;
        self.home = cache.cast::<u8>().wrapping_add(1);
    }

    /// Whether it is in a cache, or has been in one.
    pub(crate) fn was_listed(&self) -> bool {
        self.state & LISTED != 0
    }

    /// It is in no cache any more.
    pub(crate) fn leave(&mut self) {
        self.home = (&raw const *ops(self)).cast();
    }
}

pub(crate) type Dump = unsafe fn(*mut nl_object, *mut nl_dump_params);
pub(crate) type Compare = unsafe fn(*const nl_object, *const nl_object, u64, How) -> u64;

/// A type of objects. The table of attributes says how they are compared, copied, freed, read and
/// written; the functions are for what a table cannot say, and most types need few of them.
///
/// Some of these are exported as data that programs copy when they are linked, hence the size: 14 words.
#[repr(C)]
pub struct nl_object_ops {
    pub(crate) name: *const c_char,
    pub(crate) size: u32,
    /// Which attributes make two objects the same one. 0: all of them.
    pub(crate) id_attrs: u32,
    pub(crate) attrs: &'static Table,
    /// By which attributes an index may file, where they are among those that make the object the same one:
    /// those that are the same only when their bytes are.
    pub(crate) keys: u32,
    /// How many addresses of IPv6 an object mostly has, if it comes from a message of that family.
    pub(crate) places: u8,
    /// The attributes' names, each closed by a NUL, in the order of `attrs`. NULL: they have none.
    pub(crate) names: *const c_char,
    /// Sets up a new object, which is zeroed but for its head.
    pub(crate) init: Option<unsafe fn(*mut nl_object)>,
    /// Frees what no row of the table owns.
    pub(crate) free: Option<unsafe fn(*mut nl_object)>,
    /// Gives a copy its own of what no row owns. The new object's bytes are those of the old one, but for
    /// what rows own, which is already copied. What belongs to the old one must be replaced also on failure.
    pub(crate) clone: Option<unsafe fn(*mut nl_object, *const nl_object) -> Done>,
    /// Which of the given attributes differ: for rows of kind `Own`, which both objects have, and `Aside`.
    pub(crate) compare: Option<Compare>,
    /// Brief, with details, with statistics.
    pub(crate) dump: [Option<Dump>; 3],
    /// Merges the second object, which a message has just brought, into the first, which stays in its
    /// cache. An error means that it replaces it instead.
    pub(crate) update: Option<unsafe fn(*mut nl_object, *mut nl_object) -> Done>,
    /// `id_attrs` where they depend on the object.
    pub(crate) ids: Option<unsafe fn(*const nl_object) -> u32>,
}

// SAFETY: it is never changed, and what it points to lives as long as the program.
unsafe impl Sync for nl_object_ops {}

impl nl_object_ops {
    /// A type that does nothing of its own.
    pub(crate) const fn new<T>(name: &'static CStr, attrs: &'static Table) -> nl_object_ops {
        nl_object_ops {
            name: name.as_ptr(),
            size: size_of::<T>() as u32,
            id_attrs: !0,
            attrs,
            keys: 0,
            places: 0,
            names: null(),
            init: None,
            free: None,
            clone: None,
            compare: None,
            dump: [None; 3],
            update: None,
            ids: None,
        }
    }

    /// The table of attributes.
    pub(crate) fn attrs(&self) -> &'static Table {
        self.attrs
    }

    /// The attributes' bits and names, for those that have one.
    fn names(&self) -> impl Iterator<Item = (i64, &'static CStr)> {
        let mut next = self.names;
        let names = self.attrs().rows.iter().map_while(move |row| {
            // SAFETY: NULL, or one name for each row.
            let name = (!next.is_null()).then(|| unsafe { CStr::from_ptr(next) })?;
            next = next.wrapping_add(name.count_bytes() + 1);
            Some((row.mask() as i64, name))
        });
        names.filter(|(_, name)| !name.is_empty())
    }
}

/// The type of an object.
pub(crate) fn ops<'a>(obj: *const nl_object) -> &'a nl_object_ops {
    // SAFETY: a live object's type, or that of its cache, lives as long as the program.
    unsafe {
        let cache = (*obj).cache();
        if cache.is_null() { &*(*obj).home.cast() } else { (*(*cache).ops).object() }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_alloc(ops: &'static nl_object_ops) -> *mut nl_object {
    // SAFETY: the type is live.
    unsafe { alloc_with(ops, 0) }
}

/// A new object with so many places for addresses of IPv6 behind it.
pub(crate) unsafe fn alloc_with(ops: &'static nl_object_ops, places: u8) -> *mut nl_object {
    let size = ops.size as usize + usize::from(places) * LONG;
    let obj = mem::zalloc::<u8>(size.saturating_sub(1)).cast::<nl_object>();
    // SAFETY: NULL or new, and as large as its type says.
    unsafe {
        if obj.is_null() {
            return obj;
        }
        obj.write(nl_object { places, ..nl_object::of(ops, 0) });
        if let Some(init) = ops.init {
            init(obj);
        }
    }
    debug!(4, c"Allocated new object %p\n", obj);
    obj
}

/// A place for the bytes of an address of IPv6 behind the object, or NULL if there is none left.
pub(crate) unsafe fn place_behind(obj: *mut nl_object) -> *mut u8 {
    // SAFETY: the object is live.
    unsafe {
        let Some(left) = (*obj).places.checked_sub(1) else { return null_mut() };
        (*obj).places = left;
        obj.cast::<u8>().add(ops(obj).size as usize + usize::from(left) * LONG)
    }
}

/// A new object that `fill` fills, for the caller of a function that parses.
pub(crate) unsafe fn parsed<T>(
    ops: &'static nl_object_ops,
    result: *mut *mut T,
    fill: impl FnOnce(*mut T) -> Done,
) -> Done {
    // SAFETY: the result is the caller's; the object is NULL or new.
    unsafe {
        let obj = nl_object_alloc(ops);
        if obj.is_null() {
            return Err(NLE_NOMEM);
        }
        let filled = fill(obj.cast());
        if filled.is_ok() {
            *result = obj.cast();
        } else {
            nl_object_put(obj);
        }
        filled
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_alloc_name(
    kind: *const c_char,
    result: *mut *mut nl_object,
) -> c_int {
    // SAFETY: the kind is a string; the result is the caller's.
    unsafe {
        let ops = crate::mngt::nl_cache_ops_lookup(kind);
        if ops.is_null() {
            return -NLE_OPNOTSUPP;
        }
        *result = nl_object_alloc((*ops).object());
        if (*result).is_null() { -NLE_NOMEM } else { 0 }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_free(obj: *mut nl_object) {
    // SAFETY: NULL, or an object that is not used again.
    unsafe {
        if obj.is_null() {
            return;
        }
        if (*obj).refs > 0 {
            debug!(1, c"Warning: Freeing object in used...\n");
        }
        if (*obj).is_cached() {
            // What the cache gives back must not free it a second time.
            (*obj).refs = 2;
            crate::cache::nl_cache_remove(obj);
        }
        let ops = ops(obj);
        if let Some(free) = ops.free {
            free(obj);
        }
        rows::free(obj, ops.attrs());
        debug!(4, c"Freed object %p\n", obj);
        mem::free(obj);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_clone(from: *mut nl_object) -> *mut nl_object {
    // SAFETY: NULL or live; the copy is as large as its type says.
    unsafe {
        if from.is_null() {
            return null_mut();
        }
        let ops = ops(from);
        let new = nl_object_alloc(ops);
        if new.is_null() {
            return new;
        }
        (*new).mask = (*from).mask;
        (*new).msgtype = (*from).msgtype;
        (*new).number = (*from).number;
        let head = size_of::<nl_object>();
        libc::memcpy(
            new.byte_add(head).cast(),
            from.byte_add(head).cast(),
            (ops.size as usize).saturating_sub(head),
        );
        let owned = rows::clone(new, from, ops.attrs());
        let rest = ops.clone.map_or(Ok(()), |clone| clone(new, from));
        if owned.and(rest).is_err() {
            nl_object_free(new);
            return null_mut();
        }
        new
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_update(to: *mut nl_object, from: *mut nl_object) -> c_int {
    // SAFETY: both are live objects of one type.
    ops(to).update.map_or(-NLE_OPNOTSUPP, |update| code(unsafe { update(to, from) }))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_get(obj: *mut nl_object) {
    // SAFETY: the object is live.
    let refs = unsafe {
        (*obj).refs += 1;
        (*obj).refs
    };
    debug!(4, c"New reference to object %p, total %d\n", obj, refs);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_put(obj: *mut nl_object) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe {
        if obj.is_null() {
            return;
        }
        (*obj).refs -= 1;
        debug!(4, c"Returned object reference %p, %d remaining\n", obj, (*obj).refs);
        if (*obj).refs <= 0 {
            nl_object_free(obj);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_shared(obj: &nl_object) -> c_int {
    // SAFETY: as for nl_object_get_refcnt.
    unsafe { (nl_object_get_refcnt(obj) > 1).into() }
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_mark(obj: &mut nl_object) {
    obj.state |= MARKED;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_unmark(obj: &mut nl_object) {
    obj.state &= !MARKED;
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_is_marked(obj: &nl_object) -> c_int {
    (obj.state & MARKED).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_dump(obj: *mut nl_object, params: *mut nl_dump_params) {
    // SAFETY: both are live; the buffer has the length given.
    unsafe {
        if !(*params).buf.is_null() {
            libc::memset((*params).buf.cast(), 0, (*params).buflen);
        }
        dump_from_ops(obj, params);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_dump_buf(obj: *mut nl_object, buf: *mut c_char, len: usize) {
    // SAFETY: all zeros are valid parameters; the buffer has the length given.
    unsafe {
        let mut params: nl_dump_params = core::mem::zeroed();
        params.buf = buf;
        params.buflen = len;
        nl_object_dump(obj, &mut params);
    }
}

/// Dumps an object in the form that `params` ask for. (No public header declares it.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dump_from_ops(obj: *mut nl_object, params: *mut nl_dump_params) {
    // SAFETY: both are live.
    unsafe {
        (*params).line = 0;
        let Some(&Some(dump)) = ops(obj).dump.get((*params).kind as usize) else { return };
        (*params).pre_dump = ((*params).dump_msgtype != 0).into();
        dump(obj, params);
    }
}

/// Which attributes make this object what it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_get_id_attrs(obj: *const nl_object) -> u32 {
    let ops = ops(obj);
    // SAFETY: the object is of this type.
    ops.ids.map_or(ops.id_attrs, |ids| unsafe { ids(obj) })
}

fn of_one_type(a: *const nl_object, b: *const nl_object) -> bool {
    core::ptr::eq(ops(a), ops(b))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_identical(a: *const nl_object, b: *const nl_object) -> c_int {
    // SAFETY: both are live.
    unsafe {
        if a == b || !of_one_type(a, b) {
            return (a == b).into();
        }
        let ids = nl_object_get_id_attrs(a);
        if ids != nl_object_get_id_attrs(b) {
            return 0;
        }
        // Where the type names none, all of them.
        let ids = if ids == 0 { u64::MAX } else { ids.into() };
        let same = (*a).mask & ids == (*b).mask & ids;
        (same && rows::compare(a, b, ids, How::Identity) == 0).into()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_diff64(a: *const nl_object, b: *const nl_object) -> u64 {
    // SAFETY: both are live, and compared only when they are of one type.
    unsafe { if of_one_type(a, b) { rows::compare(a, b, !0, How::Whole) } else { !0 } }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_diff(a: *const nl_object, b: *const nl_object) -> u32 {
    // SAFETY: as for nl_object_diff64.
    let diff = unsafe { nl_object_diff64(a, b) };
    diff as u32 | if diff >> 32 != 0 { 1 << 31 } else { 0 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_match_filter(
    obj: *const nl_object,
    filter: *const nl_object,
) -> c_int {
    // SAFETY: both are live, and compared only when they are of one type.
    unsafe {
        let same = of_one_type(obj, filter);
        (same && rows::compare(obj, filter, (*filter).mask, How::Filter) == 0).into()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_attrs2str(
    obj: *const nl_object,
    attrs: u32,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    let ops = ops(obj);
    // SAFETY: the buffer has `len` bytes.
    unsafe {
        if ops.names.is_null() {
            libc::memset(buf.cast(), 0, len);
            return buf;
        }
        crate::table::write_flags(ops.names(), i64::from(attrs as i32) as u64, buf, len);
        buf
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_attr_list(
    obj: *const nl_object,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the object is live; the buffer has `len` bytes.
    unsafe { nl_object_attrs2str(obj, (*obj).mask as u32, buf, len) }
}

/// How many references there are. Where stock has a hash table, that holds one too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_get_refcnt(obj: &nl_object) -> c_int {
    // SAFETY: the cache that an object is in is live.
    let hashed = unsafe { obj.cache().as_ref().is_some_and(|cache| (*cache.ops).unique) };
    obj.refs + c_int::from(hashed)
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_get_cache(obj: &nl_object) -> *mut nl_cache {
    obj.cache()
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_get_type(obj: &nl_object) -> *const c_char {
    ops(obj).name
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_get_msgtype(obj: &nl_object) -> c_int {
    obj.msgtype.into()
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_object_get_ops(obj: &nl_object) -> *const nl_object_ops {
    ops(obj)
}

/// Where a table of `size` buckets would file the object; 0 for types that have no key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_object_keygen(obj: *const nl_object, key: &mut u32, size: u32) {
    let ops = ops(obj);
    // SAFETY: the object is of this type.
    let hash = if ops.keys == 0 { 0 } else { unsafe { rows::hash(obj, ops) } };
    *key = hash.checked_rem(size).unwrap_or(0);
}

/// An object's own part.
pub(crate) fn field<T>(obj: *const nl_object, at: u16) -> *mut T {
    obj.cast_mut().wrapping_byte_add(at.into()).cast()
}

/// For rows that hold bytes of any kind.
pub(crate) fn bytes(obj: *const nl_object, at: u16) -> *mut c_void {
    field(obj, at)
}
