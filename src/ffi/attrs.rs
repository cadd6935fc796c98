// SPDX-License-Identifier: MIT OR Apache-2.0
//! Walking attributes.

use core::ffi::c_int;

use super::attr::rnl_attr;
use super::guard::{count, guard};
use super::ptr;
use super::view::rnl_bytes;
use crate::error::Fault;
use crate::wire::Attrs;

/// A walk over attributes: plain data, copied to start again from the same place. This struct never
/// changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_attrs {
    /// What has not been walked yet.
    pub rest: rnl_bytes,
    /// Offset of the end of rest from the header of the message.
    pub end: u32,
    /// 0
    pub reserved: u32,
}

impl rnl_attrs {
    pub(super) fn new(rest: &[u8], end: usize) -> Self {
        rnl_attrs { rest: rest.into(), end: u32::try_from(end).unwrap_or(u32::MAX), reserved: 0 }
    }

    unsafe fn walk<'a>(&self) -> Result<Attrs<'a>, Fault> {
        // SAFETY: the caller passes a walk that rnl filled.
        Ok(Attrs::at(unsafe { self.rest.get() }?, self.end as usize))
    }
}

/// Starts a walk over attributes that stand by themselves: those of rnl_err_policy(), or of a file.
///
/// @bytes  the attributes; they must outlive the walk
/// @out    filled, for rnl_attrs_next()
///
/// Returns 0, or
///   -EINVAL  bytes or out is NULL
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attrs_of(bytes: *const rnl_bytes, out: *mut rnl_attrs) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (bytes, out) = unsafe { (ptr::read(bytes)?.get()?, ptr::out(out)?) };
        *out = rnl_attrs::new(bytes, bytes.len());
        Ok(0)
    })
}

/// The next attribute. However damaged the bytes are, a walk ends.
///
/// @attrs  walk, moved behind the attribute that was found
/// @out    filled on 1; borrows from the message
///
/// Returns 1 with an attribute, 0 at the end, or
///   -EINVAL   attrs or out is NULL
///   -EBADMSG  the rest is no attribute: its length is below 4 or beyond the end
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attrs_next(attrs: *mut rnl_attrs, out: *mut rnl_attr) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (attrs, out) = unsafe { (ptr::out(attrs)?, ptr::out(out)?) };
        // SAFETY: the caller passes a walk that rnl filled.
        let mut walk = unsafe { attrs.walk() }?;
        let next = walk.next();
        attrs.rest = walk.rest().into();
        match next {
            Some(attr) => *out = attr?.into(),
            None => return Ok(0),
        }
        Ok(1)
    })
}

/// Finds an attribute by type: the last one, as the kernel does where one is given twice.
///
/// @attrs  walk; it is not moved
/// @type   type without NLA_F_* bits
/// @out    filled on 1; borrows from the message
///
/// Returns 1 with an attribute, 0 if there is none, or
///   -EINVAL  attrs or out is NULL
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attrs_find(
    attrs: *const rnl_attrs,
    r#type: u16,
    out: *mut rnl_attr,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers, and a walk that rnl filled.
        let (attrs, out) = unsafe { (ptr::read(attrs)?.walk()?, ptr::out(out)?) };
        let found = attrs.get(r#type);
        if let Some(attr) = found {
            *out = attr.into();
        }
        Ok(found.is_some().into())
    })
}

/// Fills a table with the attributes of types 0 to n-1, each at the index of its type; the last one
/// where a type is given twice. Entries without an attribute get data.ptr NULL.
///
/// @attrs  walk; it is not moved
/// @table  room for n attributes, which borrow from the message
/// @n      entries of table
///
/// Returns how many attributes have types from n up, or
///   -EINVAL   attrs is NULL, or table is NULL and n is not 0
///   -EBADMSG  an attribute is damaged; those before it are in the table
/// Threads: any. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_attrs_table(
    attrs: *const rnl_attrs,
    table: *mut rnl_attr,
    n: usize,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers, and a walk that rnl filled.
        let (attrs, table) = unsafe { (ptr::read(attrs)?.walk()?, ptr::slice_mut(table, n)?) };
        table.fill(rnl_attr::NONE);
        let mut beyond = 0;
        for attr in attrs {
            let attr = attr?;
            match table.get_mut(usize::from(attr.kind())) {
                Some(entry) => *entry = attr.into(),
                None => beyond += 1,
            }
        }
        Ok(count(beyond))
    })
}
