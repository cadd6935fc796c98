// SPDX-License-Identifier: MIT OR Apache-2.0
//! The translation tables that libnl's own libraries and tools pass to each other, `struct trans_tbl` and
//! `struct trans_list`. No public header declares these functions.

use core::ffi::{CStr, c_char, c_int};
use core::mem::offset_of;

use crate::abi::nl_list_head;
use crate::error::{NLE_INVAL, NLE_NOMEM, NLE_OBJ_NOTFOUND};
use crate::names::spelled;
use crate::{list, mem};

/// One row of a table that ends with a known length.
#[repr(C)]
pub struct trans_tbl {
    number: u64,
    name: *const c_char,
}

/// One element of a list.
#[repr(C)]
pub struct trans_list {
    number: c_int,
    name: *mut c_char,
    link: nl_list_head,
}

unsafe fn pairs<'a>(tbl: *const trans_tbl, len: usize) -> impl Iterator<Item = (i64, &'a CStr)> {
    // SAFETY: the table has `len` rows with a string each, by the caller's promise.
    let rows = unsafe { core::slice::from_raw_parts(tbl, len) };
    // SAFETY: as above.
    rows.iter().map(|row| (row.number as i64, unsafe { CStr::from_ptr(row.name) }))
}

pub(crate) unsafe fn elements<'a>(
    head: *mut nl_list_head,
) -> impl Iterator<Item = (i64, &'a CStr)> {
    // SAFETY: the list is one of trans_list, by the caller's promise.
    let all = unsafe { list::iter::<trans_list>(head, offset_of!(trans_list, link)) };
    // SAFETY: as above, and each has a name.
    all.map(|one| unsafe { (i64::from((*one).number), CStr::from_ptr((*one).name)) })
}

/// Writes the name of a number, or the number in hexadecimal digits.
pub(crate) unsafe fn write_name<'a>(
    mut pairs: impl Iterator<Item = (i64, &'a CStr)>,
    number: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the buffer has `len` bytes, by the caller's promise.
    unsafe {
        match pairs.find(|(n, _)| *n == i64::from(number)) {
            Some((_, name)) => libc::snprintf(buf, len, c"%s".as_ptr(), name.as_ptr()),
            None => libc::snprintf(buf, len, c"0x%x".as_ptr(), number),
        }
    };
    buf
}

/// Writes the names of the bits in `bits`. A comma follows each name while bits are left, also when those
/// turn out to have no name. Returns these, and where the text ends.
pub(crate) unsafe fn write_flags<'a>(
    pairs: impl Iterator<Item = (i64, &'a CStr)>,
    bits: u64,
    buf: *mut c_char,
    len: usize,
) -> (u64, usize) {
    let (mut left, mut used) = (bits, 0);
    // SAFETY: `used` stays below `len`, which the buffer has, by the caller's promise.
    unsafe {
        libc::memset(buf.cast(), 0, len);
        for (bit, name) in pairs {
            if bits & bit as u64 == 0 {
                continue;
            }
            left &= !(bit as u64);
            used = append(buf, len, used, name, if left != 0 { c"," } else { c"" });
        }
    }
    (left, used)
}

/// Adds two strings at `used`, as far as they fit; returns where the text ends now.
unsafe fn append(buf: *mut c_char, len: usize, used: usize, text: &CStr, then: &CStr) -> usize {
    let mut used = used;
    for byte in text.to_bytes().iter().chain(then.to_bytes()) {
        if used.saturating_add(1) >= len {
            break;
        }
        // SAFETY: `used + 1 < len`, the length of the buffer; what follows is zero.
        unsafe { *buf.add(used) = *byte as c_char };
        used += 1;
    }
    used
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __type2str(
    number: c_int,
    buf: *mut c_char,
    len: usize,
    tbl: *const trans_tbl,
    tbl_len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer and table have the lengths given.
    unsafe { write_name(pairs(tbl, tbl_len), number, buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __flags2str(
    bits: c_int,
    buf: *mut c_char,
    len: usize,
    tbl: *const trans_tbl,
    tbl_len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer and table have the lengths given.
    unsafe { write_flags(pairs(tbl, tbl_len), u64::from(bits as u32), buf, len) };
    buf
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __str2type(
    text: *const c_char,
    tbl: *const trans_tbl,
    len: usize,
) -> c_int {
    // SAFETY: text is NULL or a string; the caller's table has the length given.
    unsafe { number_of(pairs(tbl, len), text) }
}

/// The number of a name in whatever case, or that the text spells out.
pub(crate) unsafe fn number_of<'a>(
    mut pairs: impl Iterator<Item = (i64, &'a CStr)>,
    text: *const c_char,
) -> c_int {
    // SAFETY: text is NULL or a string, by the caller's promise.
    unsafe {
        if *text == 0 {
            return -NLE_INVAL;
        }
        match pairs.find(|(_, name)| libc::strcasecmp(name.as_ptr(), text) == 0) {
            Some((number, _)) => number as c_int,
            None => spelled(text).unwrap_or(-NLE_OBJ_NOTFOUND),
        }
    }
}

/// The bits that a text names, commas between them. A blank before a name is skipped, as is what is no name.
pub(crate) unsafe fn bits_of<'a, P: Iterator<Item = (i64, &'a CStr)>>(
    pairs: impl Fn() -> P,
    text: *const c_char,
) -> c_int {
    // SAFETY: the text is a string, by the caller's promise.
    let words = unsafe { CStr::from_ptr(text) }.to_bytes().split(|&b| b == b',');
    let bit = |word: &[u8]| {
        let word = word.strip_prefix(b" ").unwrap_or(word);
        let named = pairs().find(|(_, name)| name.to_bytes().eq_ignore_ascii_case(word));
        named.map_or(0, |(bit, _)| bit as c_int)
    };
    words.fold(0, |bits, word| bits | bit(word))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __str2flags(
    text: *const c_char,
    tbl: *const trans_tbl,
    len: usize,
) -> c_int {
    // SAFETY: the text is a string; the caller's table has the length given.
    unsafe { bits_of(|| pairs(tbl, len), text) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __list_type2str(
    number: c_int,
    buf: *mut c_char,
    len: usize,
    head: *mut nl_list_head,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes, and the list is one of trans_list.
    unsafe { write_name(elements(head), number, buf, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __list_str2type(text: *const c_char, head: *mut nl_list_head) -> c_int {
    // SAFETY: the text is a string, and the list is one of trans_list.
    unsafe { number_of(elements(head), text) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __trans_list_add(
    number: c_int,
    name: *const c_char,
    head: *mut nl_list_head,
) -> c_int {
    let one = mem::zalloc::<trans_list>(0);
    // SAFETY: the name is a string and the list is one of trans_list; `one` is ours until it is in it.
    unsafe {
        if one.is_null() || !mem::set_str(&mut (*one).name, name) {
            mem::free(one);
            return -NLE_NOMEM;
        }
        (*one).number = number;
        list::add_tail(&raw mut (*one).link, head);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __trans_list_clear(head: *mut nl_list_head) {
    // SAFETY: the list is one of trans_list, whose elements and names are from malloc.
    unsafe {
        for one in list::iter::<trans_list>(head, offset_of!(trans_list, link)) {
            mem::free((*one).name);
            mem::free(one);
        }
        list::init(head);
    }
}

/// Reads a file of numbers and names into the callback; lines that begin with `#` are comments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __nl_read_num_str_file(
    path: *const c_char,
    cb: Option<unsafe extern "C" fn(core::ffi::c_long, *const c_char) -> c_int>,
) -> c_int {
    // SAFETY: the path is a string; the stream is ours and closed before this returns.
    unsafe {
        let file = libc::fopen(path, c"re".as_ptr());
        if file.is_null() {
            return crate::error::last::<c_int>().unwrap_or_else(|e| -e);
        }
        let mut line = [0 as c_char; 128];
        let mut answer = 0;
        while answer >= 0 && !libc::fgets(line.as_mut_ptr(), 128, file).is_null() {
            answer = num_str_line(line.as_mut_ptr(), cb);
        }
        libc::fclose(file);
        answer.min(0)
    }
}

/// One line of such a file.
unsafe fn num_str_line(
    line: *mut c_char,
    cb: Option<unsafe extern "C" fn(core::ffi::c_long, *const c_char) -> c_int>,
) -> c_int {
    // SAFETY: the line is a string of ours, which strtok_r cuts into words.
    unsafe {
        let blanks = c" \t\n\r".as_ptr();
        let mut save = core::ptr::null_mut();
        if b"#\n\r".contains(&(*line as u8)) {
            return 0;
        }
        let mut end = core::ptr::null_mut();
        let value = libc::strtol(line, &mut end, 0);
        // The name may follow the number without a blank.
        let name = libc::strtok_r(end, blanks, &mut save);
        if end == line || name.is_null() {
            return -crate::error::NLE_INVAL;
        }
        cb.map_or(0, |cb| cb(value, name))
    }
}
