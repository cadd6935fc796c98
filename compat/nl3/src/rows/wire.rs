// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes of objects from and to netlink attributes.

use core::ffi::c_int;

use super::*;
use crate::abi::nlattr;
use crate::addr::AF_LLC;
use crate::attr::{closed_text, nla_data, nla_len, nla_put, nla_type, walk};
use crate::data::nl_data_alloc_attr;
use crate::error::{NLE_RANGE, done};
use crate::msg::nl_msg;
use crate::object::place_behind;

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
pub(crate) unsafe fn read_attr(obj: *mut nl_object, nla: &nlattr, family: c_int) -> Done {
    let row = ops(obj).attrs().by_nla(nla_type(nla) as u16);
    // SAFETY: the row describes a field of the object.
    row.map_or(Ok(()), |row| unsafe { read_row(row, obj, nla, family) })
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
    for row in ops(obj).attrs().rows.iter().filter(|row| row.nla != 0) {
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
            Kind::Addr | Kind::Net => {
                return slot(obj, row).read_near(nla, family, || place_behind(obj));
            }
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
    let text = closed_text(nla, if row.kind == Kind::Text { row.size.into() } else { c_int::MAX })?;
    // SAFETY: as for read_one; the text is a string, as long as there is room for.
    unsafe {
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
        for row in ops(obj).attrs().rows.iter().filter(|row| row.nla != 0 && row.mask() & set != 0)
        {
            write_one(row, obj, msg)?;
        }
    }
    Ok(())
}

unsafe fn write_one(row: &Attr, obj: *const nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the row describes a field of the object, and what it points to is live.
    unsafe {
        let mut put =
            |data: *const c_void, len| done(nla_put(msg, row.nla.into(), len as c_int, data));
        let (data, len): (*const c_void, usize) = match row.kind {
            Kind::Int | Kind::Aside | Kind::Bytes => (bytes(obj, row.at), row.size.into()),
            Kind::Flags => (bytes(obj, row.at), size_of::<u32>()),
            Kind::Object | Kind::Own => return Ok(()),
            Kind::Addr | Kind::Net | Kind::LlAddr => {
                return slot(obj, row)
                    .ask(Ok(()), |addr| put(nl_addr::bytes(addr).cast(), addr.len as usize));
            }
            Kind::Text | Kind::Str => match text(obj, row) {
                text if text.is_null() => return Ok(()),
                text => (text.cast(), libc::strlen(text) + 1),
            },
            Kind::Data => match (*field::<*const nl_data>(obj, row.at)).as_ref() {
                None => return Ok(()),
                Some(data) => (data.bytes, data.size),
            },
        };
        put(data, len)
    }
}
