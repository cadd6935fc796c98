// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables of attributes: what a type's rows say, carried out.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use crate::abi::nlattr;
use crate::addr::{AF_LLC, nl_addr, nl_addr_cmp_prefix, nl_addr_put};
use crate::attr::{nla_data, nla_len, nla_put, nla_type, walk};
use crate::data::{nl_data, nl_data_alloc_attr, nl_data_clone, nl_data_cmp, nl_data_free};
use crate::error::{Done, NLE_INVAL, NLE_NOMEM, NLE_RANGE, done};
use crate::mem;
use crate::msg::nl_msg;
use crate::object::{
    bytes, field, nl_object, nl_object_get, nl_object_get_id_attrs, nl_object_ops, nl_object_put,
    ops,
};
use crate::slot::Slot;

/// What the field of an attribute is: how it is compared, copied, freed, read and written.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// An integer of 1, 2, 4 or 8 bytes, in the order of the machine.
    Int,
    /// [`Flags`]. A filter compares those that it means.
    Flags,
    /// Bytes that are the same when they are the same: a struct without padding, an array.
    Bytes,
    /// `[c_char; N]`, closed by a NUL.
    Text,
    /// `*mut c_char` from malloc, or NULL.
    Str,
    /// [`Slot`]; where no netlink attribute carries it also `*mut nl_addr`, of which the object holds a
    /// reference, or NULL. Read with the message's family.
    Addr,
    /// The same; what makes the object what it is is the network alone.
    Net,
    /// The same, for link-layer addresses.
    LlAddr,
    /// `*mut nl_data` that the object owns, or NULL.
    Data,
    /// `*mut` of an object of which this one holds a reference, or NULL. Shared by clones; compared by address.
    Object,
    /// An integer that the table does not compare, nor whether it is set. The type's `compare` may.
    Aside,
    /// Whatever it is, the type's functions see to it; the table only tells whether it is set.
    Own,
}

/// Bits, 16 or 32, and which of them were set or unset by hand.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Flags<T = u32> {
    pub(crate) value: T,
    pub(crate) mask: T,
}

macro_rules! flags {
    ($($bits:ty)*) => {
        $(#[allow(dead_code)]
        impl Flags<$bits> {
            pub(crate) fn set(&mut self, bits: $bits) {
                self.mask |= bits;
                self.value |= bits;
            }

            pub(crate) fn unset(&mut self, bits: $bits) {
                self.mask |= bits;
                self.value &= !bits;
            }

            /// Whether they differ; `filter`: the others say which count.
            pub(crate) fn differ(self, other: Flags<$bits>, filter: bool) -> bool {
                (self.value ^ other.value) & if filter { other.mask } else { !0 } != 0
            }
        })*
    };
}

flags! { u16 u32 }

/// One attribute of a type.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Attr {
    bit: u8,
    kind: Kind,
    at: u16,
    size: u16,
    /// The netlink attribute that carries it, or 0.
    nla: u16,
}

impl Attr {
    pub(crate) const fn new(bit: u8, kind: Kind, at: usize, size: usize, nla: u16) -> Attr {
        assert!(at <= u16::MAX as usize && size <= u16::MAX as usize && bit < 64);
        Attr { bit, kind, at: at as u16, size: size as u16, nla }
    }

    /// Its bit in the object's mask.
    pub(crate) const fn mask(&self) -> u64 {
        1 << self.bit
    }
}

/// Bytes of the field that a function picks.
pub(crate) const fn size_of_field<T, F>(_: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// A type's table, its bits as constants, and its names:
///
/// ```text
/// attrs! { rtnl_thing {
///     INDEX = 0 "index" Int(index) = THING_INDEX,     // carried by this netlink attribute
///     LABEL = 1 "label" Str(label),                   // set by hand
///     LIST  = 2 "list"  Own,                          // no field that a row could describe
///     PORT  = 3 "port"  Int(src.port),                // a field of a field
///     ZONE  = 4 ""      Aside(zone),                  // without a name
/// } }
/// ```
///
/// gives `const INDEX: u64`, ..., `static ATTRS: [Attr; 3]` and `NAMES`, for `nl_object_ops`.
macro_rules! attrs {
    ($of:ident { $($NAME:ident = $bit:literal $name:literal $kind:ident $(($($field:tt)+))? $(= $nla:expr)?),* $(,)? }) => {
        $(#[allow(dead_code)] pub(crate) const $NAME: u64 = 1 << $bit;)*
        pub(crate) static ATTRS: &[$crate::rows::Attr] =
            &[$($crate::rows::attrs!(@row $of $bit $kind [$($($field)+)?] [$($nla)?])),*];
        #[allow(dead_code)]
        pub(crate) const NAMES: *const core::ffi::c_char = concat!($($name, "\0"),*).as_ptr().cast();
    };
    (@row $of:ident $bit:literal $kind:ident [] []) => {
        $crate::rows::Attr::new($bit, $crate::rows::Kind::$kind, 0, 0, 0)
    };
    (@row $of:ident $bit:literal $kind:ident [$($field:tt)+] [$($nla:expr)?]) => {
        $crate::rows::Attr::new(
            $bit,
            $crate::rows::Kind::$kind,
            core::mem::offset_of!($of, $($field)+),
            $crate::rows::size_of_field(|of: &$of| &of.$($field)+),
            0 $(+ $nla)?,
        )
    };
}
pub(crate) use attrs;

pub(crate) use crate::accessors::accessors;

/// Puts an address into a field, which takes a reference of its own.
#[allow(dead_code)]
pub(crate) unsafe fn set_addr(slot: &mut *mut nl_addr, addr: *mut nl_addr) {
    // SAFETY: the new address is NULL or live, and the field is NULL or holds a reference.
    unsafe {
        if let Some(addr) = addr.as_mut() {
            crate::addr::nl_addr_get(addr);
        }
        nl_addr_put(*slot);
    }
    *slot = addr;
}

/// What two objects are compared for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum How {
    /// All of it.
    Whole,
    /// Whether the first passes the second, which is a filter.
    Filter,
    /// Whether they are the same object.
    Identity,
}

/// Which of `wanted` differ: those that one of the two lacks, and those that both have and that are not
/// the same.
pub(crate) unsafe fn compare(
    a: *const nl_object,
    b: *const nl_object,
    wanted: u64,
    how: How,
) -> u64 {
    let ops = ops(a);
    // SAFETY: both are live objects of this type.
    unsafe {
        let (both, one) = ((*a).mask & (*b).mask & wanted, ((*a).mask ^ (*b).mask) & wanted);
        let (mut diff, mut asked) = (0, both);
        for row in ops.attrs() {
            let bit = row.mask();
            if row.kind == Kind::Aside {
                asked |= bit & wanted;
            } else if one & bit != 0 || (both & bit != 0 && differs(row, a, b, how)) {
                diff |= bit;
            }
        }
        match ops.compare.map_or(0, |compare| compare(a, b, asked, how == How::Filter)) {
            INCOMPARABLE => INCOMPARABLE,
            more => diff | more & asked,
        }
    }
}

/// What `compare` answers for a type whose objects are never the same.
pub(crate) const INCOMPARABLE: u64 = !0;

/// The `compare` of such a type.
pub(crate) unsafe fn incomparable(
    _: *const nl_object,
    _: *const nl_object,
    _: u64,
    _: bool,
) -> u64 {
    INCOMPARABLE
}

unsafe fn differs(row: &Attr, a: *const nl_object, b: *const nl_object, how: How) -> bool {
    // SAFETY: the row describes a field of both.
    unsafe {
        let pointers = || (*field::<*mut c_void>(a, row.at), *field::<*mut c_void>(b, row.at));
        match row.kind {
            Kind::Int | Kind::Bytes => {
                libc::memcmp(bytes(a, row.at), bytes(b, row.at), row.size.into()) != 0
            }
            Kind::Flags if row.size == size_of::<Flags<u16>>() as u16 => {
                let (a, b) = (*field::<Flags<u16>>(a, row.at), *field::<Flags<u16>>(b, row.at));
                a.differ(b, how == How::Filter)
            }
            Kind::Flags => {
                let (a, b) = (*field::<Flags>(a, row.at), *field::<Flags>(b, row.at));
                a.differ(b, how == How::Filter)
            }
            Kind::Text => libc::strcmp(field(a, row.at), field(b, row.at)) != 0,
            Kind::Str => strings_differ(*field(a, row.at), *field(b, row.at)),
            Kind::Net if how == How::Identity => {
                slot(a, row).view(|a| slot(b, row).view(|b| nets_differ(a, b)))
            }
            Kind::Addr | Kind::Net | Kind::LlAddr => slot(a, row).cmp(slot(b, row)) != 0,
            Kind::Data => data_differs(*field(a, row.at), *field(b, row.at)),
            Kind::Object => pointers().0 != pointers().1,
            Kind::Aside | Kind::Own => false,
        }
    }
}

unsafe fn strings_differ(a: *const c_char, b: *const c_char) -> bool {
    // SAFETY: each is NULL or a string.
    a != b && (a.is_null() || b.is_null() || unsafe { libc::strcmp(a, b) } != 0)
}

unsafe fn nets_differ(a: *const nl_addr, b: *const nl_addr) -> bool {
    // SAFETY: each is NULL or live.
    match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => a.prefix != b.prefix || nl_addr_cmp_prefix(a, b) != 0,
        (a, b) => a.is_some() != b.is_some(),
    }
}

unsafe fn data_differs(a: *const nl_data, b: *const nl_data) -> bool {
    // SAFETY: each is NULL or live.
    match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => nl_data_cmp(a, b) != 0,
        (a, b) => a.is_some() != b.is_some(),
    }
}

/// Gives `new`, whose bytes are those of `from`, its own of what the rows own. On failure, too, nothing
/// of `from` is left in it.
pub(crate) unsafe fn clone(new: *mut nl_object, from: *const nl_object, attrs: &[Attr]) -> Done {
    let mut failed = false;
    for row in attrs.iter().filter(|row| row.is_pointer()) {
        // SAFETY: the row describes a field of both, and that is a pointer.
        unsafe {
            if !row.is_pointer() {
                continue;
            }
            if row.is_addr() {
                let copy = slot(from, row).copy();
                failed |= copy.is_err();
                field::<Slot>(new, row.at).write(copy.unwrap_or_default());
                continue;
            }
            let old = *field::<*mut c_void>(from, row.at);
            let copy: *mut c_void = match row.kind {
                _ if old.is_null() => continue,
                Kind::Str => libc::strdup(old.cast()).cast(),
                Kind::Data => nl_data_clone(&*old.cast()).cast(),
                _ => {
                    nl_object_get(old.cast());
                    old
                }
            };
            *field(new, row.at) = copy;
            failed |= copy.is_null();
        }
    }
    if failed { Err(NLE_NOMEM) } else { Ok(()) }
}

impl Attr {
    /// Whether the field is a pointer that the object owns, or a slot.
    fn is_pointer(&self) -> bool {
        self.is_addr() || matches!(self.kind, Kind::Str | Kind::Data | Kind::Object)
    }

    fn is_addr(&self) -> bool {
        matches!(self.kind, Kind::Addr | Kind::Net | Kind::LlAddr)
    }
}

/// The field of a row for an address.
unsafe fn slot<'a>(obj: *const nl_object, row: &Attr) -> &'a mut Slot {
    // SAFETY: the row describes a field of the object; a pointer is a slot, too.
    unsafe { &mut *field::<Slot>(obj, row.at) }
}

/// Frees what the rows own.
pub(crate) unsafe fn free(obj: *mut nl_object, attrs: &[Attr]) {
    for row in attrs {
        // SAFETY: the row describes a field of the object, which is not used again.
        unsafe { release(row, obj) };
    }
}

unsafe fn release(row: &Attr, obj: *mut nl_object) {
    if !row.is_pointer() {
        return;
    }
    // SAFETY: the field is NULL or a pointer of the row's kind, which the object owns, or a slot.
    unsafe {
        if row.is_addr() {
            return slot(obj, row).clear();
        }
        let old = core::mem::replace(&mut *field::<*mut c_void>(obj, row.at), null_mut());
        match row.kind {
            Kind::Str => mem::free(old),
            Kind::Data => nl_data_free(old.cast()),
            _ => nl_object_put(old.cast()),
        }
    }
}

/// A number to file the object by. Objects that are identical have the same.
pub(crate) unsafe fn hash(obj: *const nl_object, ops: &nl_object_ops) -> u32 {
    let mut sum = Sum(0);
    // SAFETY: the rows describe fields of the object.
    unsafe {
        let keys = u64::from(ops.keys & nl_object_get_id_attrs(obj)) & (*obj).mask;
        sum.word(keys);
        for row in ops.attrs().iter().filter(|row| row.mask() & keys != 0) {
            add(row, obj, &mut sum);
        }
    }
    sum.finish()
}

unsafe fn add(row: &Attr, obj: *const nl_object, sum: &mut Sum) {
    // SAFETY: the row describes a field of the object.
    unsafe {
        match row.kind {
            Kind::Int | Kind::Bytes => sum.bytes(field(obj, row.at), row.size.into()),
            Kind::Text => sum.bytes(field(obj, row.at), libc::strlen(field(obj, row.at))),
            Kind::Addr | Kind::Net | Kind::LlAddr => slot(obj, row).ask((), |addr| {
                let prefix = if addr.len > 0 { addr.prefix as u32 } else { 0 };
                sum.word(u64::from(addr.len) << 32 | u64::from(prefix));
                sum.bytes(nl_addr::bytes(addr), addr.len as usize);
            }),
            Kind::Str => {
                let text = *field::<*const c_char>(obj, row.at);
                sum.bytes(text.cast(), if text.is_null() { 0 } else { libc::strlen(text) });
            }
            Kind::Data | Kind::Object | Kind::Flags | Kind::Aside | Kind::Own => {}
        }
    }
}

/// A sum over words that spreads well enough for an index: multiply and rotate, then fold.
struct Sum(u64);

impl Sum {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    unsafe fn bytes(&mut self, from: *const u8, len: usize) {
        // SAFETY: `from` has `len` bytes, by the caller's promise.
        unsafe {
            match len {
                1 => self.word((*from).into()),
                4 => self.word(from.cast::<u32>().read_unaligned().into()),
                _ => self.long(from, len),
            }
        }
    }

    unsafe fn long(&mut self, from: *const u8, len: usize) {
        let mut at = 0;
        while at < len {
            let mut word = [0u8; 8];
            let n = (len - at).min(8);
            // SAFETY: `from` has `len` bytes, by the caller's promise, and the word at least `n`.
            unsafe { core::ptr::copy_nonoverlapping(from.add(at), word.as_mut_ptr(), n) };
            self.word(u64::from_ne_bytes(word));
            at += n;
        }
    }

    fn finish(&self) -> u32 {
        (self.0 ^ self.0 >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(32) as u32
    }
}

/// Reads the attributes that rows name, and sets their bits. Addresses take `family`. Attributes that no
/// row names are left alone.
pub(crate) unsafe fn read(
    obj: *mut nl_object,
    head: *const nlattr,
    len: c_int,
    family: c_int,
) -> Done {
    // SAFETY: the attributes are `len` bytes.
    unsafe { walk(head, len).try_for_each(|nla| read_attr(obj, nla, family)) }
}

/// The same for one attribute.
unsafe fn read_attr(obj: *mut nl_object, nla: &nlattr, family: c_int) -> Done {
    let kind = nla_type(nla) as u16;
    let named = ops(obj).attrs().iter().find(|row| row.nla == kind && kind != 0);
    // SAFETY: the row describes a field of the object.
    named.map_or(Ok(()), |row| unsafe { read_row(row, obj, nla, family) })
}

unsafe fn read_row(row: &Attr, obj: *mut nl_object, nla: &nlattr, family: c_int) -> Done {
    // SAFETY: the row describes a field of the object.
    unsafe {
        read_one(row, obj, nla, family)?;
        (*obj).mask |= row.mask();
    }
    Ok(())
}

/// The same for a table of attributes by type.
pub(crate) unsafe fn read_table(obj: *mut nl_object, tb: &[*mut nlattr], family: c_int) -> Done {
    for row in ops(obj).attrs().iter().filter(|row| row.nla != 0) {
        // SAFETY: each slot is NULL or a whole attribute.
        if let Some(nla) = tb.get(usize::from(row.nla)).and_then(|nla| unsafe { nla.as_ref() }) {
            // SAFETY: the row describes a field of the object.
            unsafe { read_row(row, obj, nla, family)? };
        }
    }
    Ok(())
}

unsafe fn read_one(row: &Attr, obj: *mut nl_object, nla: &nlattr, family: c_int) -> Done {
    let size = if row.kind == Kind::Flags { size_of::<u32>() } else { row.size.into() };
    let (len, payload) = (nla_len(nla).max(0) as usize, nla_data(nla));
    // SAFETY: the row describes a field of the object, and the payload has `len` bytes.
    unsafe {
        let new: *mut c_void = match row.kind {
            Kind::Int | Kind::Aside | Kind::Flags | Kind::Bytes | Kind::Own if len < size => {
                return Err(NLE_RANGE);
            }
            Kind::Int | Kind::Aside | Kind::Flags | Kind::Bytes => {
                libc::memcpy(bytes(obj, row.at), payload, size);
                return Ok(());
            }
            Kind::Text | Kind::Str => return read_text(row, obj, nla),
            Kind::Addr | Kind::Net => return slot(obj, row).read(nla, family),
            Kind::LlAddr => return slot(obj, row).read(nla, AF_LLC),
            Kind::Data => nl_data_alloc_attr(nla).cast(),
            Kind::Object | Kind::Own => return Ok(()),
        };
        if new.is_null() {
            return Err(NLE_NOMEM);
        }
        release(row, obj);
        *field(obj, row.at) = new;
    }
    Ok(())
}

unsafe fn read_text(row: &Attr, obj: *mut nl_object, nla: &nlattr) -> Done {
    let (len, text) = (nla_len(nla), nla_data(nla).cast::<c_char>());
    // SAFETY: as for read_one; the text is a string once its last byte is known to be NUL.
    unsafe {
        if len < 1 || (row.kind == Kind::Text && len > row.size.into()) {
            return Err(NLE_RANGE);
        }
        if *text.add(len as usize - 1) != 0 {
            return Err(NLE_INVAL);
        }
        if row.kind == Kind::Text {
            libc::strcpy(field(obj, row.at), text);
        } else if !mem::set_str(&mut *field(obj, row.at), text) {
            return Err(NLE_NOMEM);
        }
    }
    Ok(())
}

/// Puts those of `wanted` that are set and that a row names into a message.
#[allow(dead_code)]
pub(crate) unsafe fn write(obj: *const nl_object, msg: &mut nl_msg, wanted: u64) -> Done {
    // SAFETY: the rows describe fields of the object.
    unsafe {
        let set = (*obj).mask & wanted;
        if set == 0 {
            return Ok(());
        }
        for row in ops(obj).attrs().iter().filter(|row| row.nla != 0 && row.mask() & set != 0) {
            write_one(row, obj, msg)?;
        }
    }
    Ok(())
}

unsafe fn write_one(row: &Attr, obj: *const nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the row describes a field of the object, and what it points to is live.
    unsafe {
        let pointer = || *field::<*mut c_void>(obj, row.at);
        let mut put =
            |data: *const c_void, len| done(nla_put(msg, row.nla.into(), len as c_int, data));
        let (data, len): (*const c_void, usize) = match row.kind {
            Kind::Int | Kind::Aside | Kind::Bytes => (bytes(obj, row.at), row.size.into()),
            Kind::Flags => (bytes(obj, row.at), size_of::<u32>()),
            Kind::Text => (bytes(obj, row.at), libc::strlen(field(obj, row.at)) + 1),
            Kind::Object | Kind::Own => return Ok(()),
            Kind::Addr | Kind::Net | Kind::LlAddr => {
                return slot(obj, row)
                    .ask(Ok(()), |addr| put(nl_addr::bytes(addr).cast(), addr.len as usize));
            }
            _ if pointer().is_null() => return Ok(()),
            Kind::Str => (pointer(), libc::strlen(pointer().cast()) + 1),
            Kind::Data => {
                let data = pointer().cast::<nl_data>();
                ((*data).bytes, (*data).size)
            }
        };
        put(data, len)
    }
}
