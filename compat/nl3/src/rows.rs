// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables of attributes: what a type's rows say, carried out.

mod hash;
mod wire;

use core::ffi::{c_char, c_void};
use core::ptr::null_mut;

use crate::addr::{nl_addr, nl_addr_cmp_prefix, nl_addr_put};
use crate::data::{nl_data, nl_data_clone, nl_data_cmp, nl_data_free};
use crate::error::{Done, NLE_NOMEM};
use crate::mem;
use crate::object::{bytes, field, nl_object, nl_object_get, nl_object_put, ops};
use crate::slot::Slot;

pub(crate) use hash::hash;
pub(crate) use wire::{read, read_attr, read_table, write};

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
    /// The same; to a filter its network alone matters.
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

/// The attributes of a type. The numbers of rows here are one more; 0: none.
pub struct Table {
    pub(crate) rows: &'static [Attr],
    /// By the netlink attribute that carries it.
    by_nla: [u8; 64],
    by_bit: [u8; 64],
}

/// No attributes.
pub(crate) static NONE: &Table = &Table::new(&[]);

impl Table {
    pub(crate) const fn new(rows: &'static [Attr]) -> Table {
        let (mut by_nla, mut by_bit) = ([0; 64], [0; 64]);
        let mut n = rows.len();
        while n > 0 {
            let Attr { nla, bit, .. } = rows[n - 1];
            if nla > 0 {
                by_nla[nla as usize] = n as u8;
            }
            by_bit[bit as usize] = n as u8;
            n -= 1;
        }
        Table { rows, by_nla, by_bit }
    }

    /// The row of a netlink attribute.
    fn by_nla(&self, kind: u16) -> Option<&'static Attr> {
        self.row(*self.by_nla.get(usize::from(kind))?)
    }

    /// The row of the first of these bits.
    fn by_bit(&self, bits: u64) -> Option<&'static Attr> {
        self.row(*self.by_bit.get(bits.trailing_zeros() as usize)?)
    }

    fn row(&self, number: u8) -> Option<&'static Attr> {
        self.rows.get(usize::from(number).checked_sub(1)?)
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
/// gives `const INDEX: u64`, ..., `static ATTRS: &Table` and `NAMES`, for `nl_object_ops`.
macro_rules! attrs {
    ($of:ident { $($NAME:ident = $bit:literal $name:literal $kind:ident $(($($field:tt)+))? $(= $nla:expr)?),* $(,)? }) => {
        $(#[allow(dead_code)] pub(crate) const $NAME: u64 = 1 << $bit;)*
        pub(crate) static ATTRS: &$crate::rows::Table = &$crate::rows::Table::new(
            &[$($crate::rows::attrs!(@row $of $bit $kind [$($($field)+)?] [$($nla)?])),*]);
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
        for row in ops.attrs().rows {
            let bit = row.mask();
            if row.kind == Kind::Aside {
                asked |= bit & wanted;
            } else if one & bit != 0 || (both & bit != 0 && differs(row, a, b, how)) {
                diff |= bit;
            }
        }
        match ops.compare.map_or(0, |compare| compare(a, b, asked, how)) {
            INCOMPARABLE => INCOMPARABLE,
            more => diff | more & asked,
        }
    }
}

/// What `compare` answers for a type whose objects are never the same.
pub(crate) const INCOMPARABLE: u64 = !0;

/// The `compare` of such a type.
pub(crate) unsafe fn incomparable(_: *const nl_object, _: *const nl_object, _: u64, _: How) -> u64 {
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
            Kind::Text | Kind::Str => strings_differ(text(a, row), text(b, row)),
            Kind::Net if how == How::Filter => nets_differ(slot(a, row), slot(b, row), false),
            Kind::Addr | Kind::Net | Kind::LlAddr => slot(a, row).cmp(slot(b, row)) != 0,
            Kind::Data => data_differs(*field(a, row.at), *field(b, row.at)),
            Kind::Object => pointers().0 != pointers().1,
            Kind::Aside | Kind::Own => false,
        }
    }
}

/// The string of a row for one; NULL if there is none.
unsafe fn text(obj: *const nl_object, row: &Attr) -> *const c_char {
    // SAFETY: the row describes a field of the object.
    unsafe {
        match row.kind {
            Kind::Text => field(obj, row.at),
            _ => *field(obj, row.at),
        }
    }
}

unsafe fn strings_differ(a: *const c_char, b: *const c_char) -> bool {
    // SAFETY: each is NULL or a string.
    a != b && (a.is_null() || b.is_null() || unsafe { libc::strcmp(a, b) } != 0)
}

/// Whether two addresses are of different networks; `sized`: of which neither may be a part of the other.
pub(crate) fn nets_differ(a: &Slot, b: &Slot, sized: bool) -> bool {
    // SAFETY: each is NULL or live.
    let differ = |a: *mut nl_addr, b: *mut nl_addr| match unsafe { (a.as_ref(), b.as_ref()) } {
        (Some(a), Some(b)) => sized && a.prefix != b.prefix || nl_addr_cmp_prefix(a, b) != 0,
        (a, b) => a.is_some() != b.is_some(),
    };
    a.view(|a| b.view(|b| differ(a, b)))
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
pub(crate) unsafe fn clone(new: *mut nl_object, from: *const nl_object, attrs: &Table) -> Done {
    let mut failed = false;
    for row in attrs.rows.iter().filter(|row| row.owns()) {
        // SAFETY: the row describes a field of both.
        failed |= unsafe { clone_row(row, new, from) }.is_err();
    }
    if failed { Err(NLE_NOMEM) } else { Ok(()) }
}

unsafe fn clone_row(row: &Attr, new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: the row describes a field of both.
    unsafe {
        if row.kind.is_addr() {
            let copy = (*field::<Slot>(from, row.at)).copy();
            let failed = copy.as_ref().err().copied();
            field::<Slot>(new, row.at).write(copy.unwrap_or_default());
            return failed.map_or(Ok(()), Err);
        }
        let old = *field::<*mut c_void>(from, row.at);
        let copy: *mut c_void = match row.kind {
            _ if old.is_null() => return Ok(()),
            Kind::Str => libc::strdup(old.cast()).cast(),
            Kind::Data => nl_data_clone(&*old.cast()).cast(),
            _ => {
                nl_object_get(old.cast());
                old
            }
        };
        *field(new, row.at) = copy;
        if copy.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
    }
}

impl Attr {
    /// Whether the field is something that the object owns.
    fn owns(&self) -> bool {
        self.kind.is_addr() || matches!(self.kind, Kind::Str | Kind::Data | Kind::Object)
    }
}

impl Kind {
    fn is_addr(self) -> bool {
        matches!(self, Kind::Addr | Kind::Net | Kind::LlAddr)
    }
}

/// The field of a row for an address.
unsafe fn slot<'a>(obj: *const nl_object, row: &Attr) -> &'a mut Slot {
    // SAFETY: the row describes a field of the object; a pointer is a slot, too.
    unsafe { &mut *field::<Slot>(obj, row.at) }
}

/// Frees what the rows own.
pub(crate) unsafe fn free(obj: *mut nl_object, attrs: &Table) {
    for row in attrs.rows.iter().filter(|row| row.owns()) {
        // SAFETY: the row describes a field of the object, which is not used again.
        unsafe { release(row, obj) };
    }
}

unsafe fn release(row: &Attr, obj: *mut nl_object) {
    // SAFETY: the field is of the row's kind, and the object owns what is there.
    unsafe {
        if row.kind.is_addr() {
            return (*field::<Slot>(obj, row.at)).clear();
        }
        let old = core::mem::replace(&mut *field::<*mut c_void>(obj, row.at), null_mut());
        match row.kind {
            Kind::Str => mem::free(old),
            Kind::Data => nl_data_free(old.cast()),
            _ => nl_object_put(old.cast()),
        }
    }
}
