// SPDX-License-Identifier: MIT OR Apache-2.0
//! Handles as text, and their names, which the file `classid` has.

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};

use super::uapi::{TC_H_INGRESS, TC_H_ROOT};
use crate::error::*;
use crate::mem;

/// A handle that has a name.
#[repr(C)]
struct Named {
    next: *mut Named,
    handle: u32,
    name: *mut c_char,
}

/// All of them, the first one of the file first.
static NAMED: AtomicPtr<Named> = AtomicPtr::new(null_mut());
/// Whether the file has been looked for.
static READ: AtomicBool = AtomicBool::new(false);

/// Handles that have names without a file.
const FIXED: [(&CStr, u32); 3] = [(c"root", TC_H_ROOT), (c"none", 0), (c"ingress", TC_H_INGRESS)];

/// The named handles. The first who asks reads the file; what is read is kept until it is read again.
fn named() -> impl Iterator<Item = &'static Named> {
    if !READ.load(Relaxed) {
        rtnl_tc_read_classid_file();
    }
    let mut next = NAMED.load(Relaxed);
    core::iter::from_fn(move || {
        // SAFETY: NULL or one of the list, which is changed only where a program asks for that.
        let one = unsafe { next.as_ref()? };
        next = one.next;
        Some(one)
    })
}

/// Adds a name at the end of `list`.
unsafe fn add(list: &AtomicPtr<Named>, handle: u32, name: *const c_char) -> Done {
    let new = mem::zalloc::<Named>(0);
    // SAFETY: the new one is NULL or ours, the name a string, the list intact.
    unsafe {
        if new.is_null() || !mem::set_str(&mut (*new).name, name) {
            mem::free(new);
            return Err(NLE_NOMEM);
        }
        (*new).handle = handle;
        let mut last = list.load(Relaxed);
        if last.is_null() {
            list.store(new, Relaxed);
            return Ok(());
        }
        while !(*last).next.is_null() {
            last = (*last).next;
        }
        (*last).next = new;
    }
    Ok(())
}

/// Frees a list.
unsafe fn clear(list: &AtomicPtr<Named>) {
    let mut next = list.swap(null_mut(), Relaxed);
    // SAFETY: the elements and their names are from malloc, and nothing refers to them any more.
    unsafe {
        while let Some(one) = next.as_mut() {
            next = one.next;
            mem::free(one.name);
            mem::free(&raw mut *one);
        }
    }
}

/// Where a file of libnl's is.
pub(super) fn path_of(file: &CStr, buf: &mut [c_char; 4096]) {
    // SAFETY: the texts are strings; the buffer has the length said.
    unsafe {
        let dir = libc::getenv(c"NLSYSCONFDIR".as_ptr());
        let dir = if dir.is_null() { c"/etc/libnl".as_ptr() } else { dir };
        libc::snprintf(buf.as_mut_ptr(), buf.len(), c"%s/%s".as_ptr(), dir, file.as_ptr());
    }
}

/// Calls back with each line of a file that is more than blanks and a comment; stops at the first error.
unsafe fn each_line(path: *const c_char, mut take: impl FnMut(*mut c_char) -> Done) -> Done {
    let mut line = [0 as c_char; 256];
    let mut done = Ok(());
    // SAFETY: the path is a string; the stream is ours; each line is a string of ours.
    unsafe {
        let file = libc::fopen(path, c"re".as_ptr());
        if file.is_null() {
            return last();
        }
        while done.is_ok() && !libc::fgets(line.as_mut_ptr(), 256, file).is_null() {
            let end = libc::strcspn(line.as_ptr(), c"#".as_ptr());
            if let Some(end) = line.get_mut(end) {
                *end = 0;
            }
            if libc::strspn(line.as_ptr(), c" \t\r\n".as_ptr()) < libc::strlen(line.as_ptr()) {
                done = take(line.as_mut_ptr());
            }
        }
        libc::fclose(file);
    }
    done
}

/// Reads the file of names, in place of what is known of it.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_read_classid_file() -> c_int {
    let mut path = [0; 4096];
    READ.store(true, Relaxed);
    path_of(c"classid", &mut path);
    let old = AtomicPtr::new(NAMED.swap(null_mut(), Relaxed));
    // SAFETY: the path is a string; nothing refers to the old names.
    unsafe {
        let read = each_line(path.as_ptr(), |line| add_line(line));
        clear(&old);
        code(read)
    }
}

/// A line of the file: a handle, which may be said with names of lines before, and a name. Where there is none, the
/// end of the line belongs to the handle.
unsafe fn add_line(line: *mut c_char) -> Done {
    let (mut save, mut handle) = (null_mut(), 0);
    // SAFETY: the line is a string of ours, which is cut into words.
    unsafe {
        let id = libc::strtok_r(line, c" \t\r".as_ptr(), &mut save);
        let name = libc::strtok_r(null_mut(), c" \t\r\n".as_ptr(), &mut save);
        if id.is_null() {
            return Err(NLE_INVAL);
        }
        parse(id, &mut handle)?;
        if name.is_null() {
            return Err(NLE_INVAL);
        }
        add(&NAMED, handle, name)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_handle2str(
    handle: u32,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    let fixed = FIXED.iter().find(|(_, number)| *number == handle).map(|(name, _)| name.as_ptr());
    let name =
        fixed.or_else(|| named().find(|one| one.handle == handle).map(|one| one.name.cast_const()));
    let (major, minor) = (handle >> 16, handle & 0xffff);
    // SAFETY: the buffer has `len` bytes; the name is a string.
    unsafe {
        match name {
            Some(name) => libc::snprintf(buf, len, c"%s".as_ptr(), name),
            None if major == 0 => libc::snprintf(buf, len, c":%x".as_ptr(), minor),
            None if minor == 0 => libc::snprintf(buf, len, c"%x:".as_ptr(), major),
            None => libc::snprintf(buf, len, c"%x:%x".as_ptr(), major, minor),
        };
    }
    buf
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_str2handle(text: *const c_char, result: &mut u32) -> c_int {
    // SAFETY: the text is a string.
    code(unsafe { parse(text, result) })
}

/// The handle of that name.
unsafe fn by_name(name: &[u8]) -> Option<u32> {
    // SAFETY: the names are strings.
    named().find(|one| unsafe { CStr::from_ptr(one.name) }.to_bytes() == name).map(|one| one.handle)
}

/// Reads `major:minor`, `major:`, `:minor`, a number of both, or a name; the name of a qdisc may stand for
/// the major number.
unsafe fn parse(text: *const c_char, result: &mut u32) -> Done {
    let mut end = null_mut();
    // SAFETY: the text is a string, by the caller's promise; strtoul leaves `end` inside it.
    unsafe {
        let bytes = CStr::from_ptr(text);
        if let Some((_, handle)) =
            FIXED.iter().find(|(name, _)| libc::strcasecmp(name.as_ptr(), text) == 0)
        {
            *result = *handle;
            return Ok(());
        }
        let major = libc::strtoul(text, &mut end, 16) as u32;
        let next = *end as u8;
        if next == b':' {
            if major > 0xffff {
                return Err(NLE_RANGE);
            }
            return parse_minor(major << 16, end.add(1), result);
        }
        if next != 0 || core::ptr::eq(end, text) {
            return parse_name(bytes, result);
        }
        *result = major;
    }
    Ok(())
}

/// Of the name of a qdisc that has a number behind it.
const LONGEST_NAME: usize = 63;

/// A name, or the name of a qdisc with a minor number behind it.
unsafe fn parse_name(text: &CStr, result: &mut u32) -> Done {
    let bytes = text.to_bytes();
    // SAFETY: the names are strings; the rest of a string is one.
    unsafe {
        if let Some(handle) = by_name(bytes) {
            *result = handle;
            return Ok(());
        }
        let colon = bytes.iter().position(|&b| b == b':').ok_or(NLE_OBJ_NOTFOUND)?;
        let name = bytes.get(..colon).unwrap_or_default();
        if name.len() > LONGEST_NAME {
            return Err(NLE_INVAL);
        }
        let qdisc = by_name(name).ok_or(NLE_OBJ_NOTFOUND)?;
        let minor = text.as_ptr().add(colon + 1);
        if qdisc & 0xffff != 0 || *minor == 0 {
            return Err(NLE_INVAL);
        }
        parse_minor(qdisc, minor, result)
    }
}

unsafe fn parse_minor(major: u32, text: *const c_char, result: &mut u32) -> Done {
    let mut end = null_mut();
    // SAFETY: the text is a string; strtoul leaves `end` inside it.
    unsafe {
        let minor = libc::strtoul(text, &mut end, 16) as u32;
        if minor > 0xffff {
            return Err(NLE_RANGE);
        }
        if *end != 0 {
            return Err(NLE_INVAL);
        }
        *result = major | minor;
    }
    Ok(())
}

/// Chooses a handle below `parent`, or for a qdisc where that is root, and gives it a name, in the file too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_classid_generate(
    name: *const c_char,
    result: &mut u32,
    parent: u32,
) -> c_int {
    let (mut handle, step) = match parent {
        TC_H_ROOT => (0x4000_0000u32, 0x1_0000u32),
        parent => (parent & 0xffff_0000, 1),
    };
    loop {
        handle = handle.wrapping_add(step);
        if handle == TC_H_ROOT || (step > 1 && handle == 0) {
            return -NLE_RANGE;
        }
        if !named().any(|one| one.handle == handle) {
            break;
        }
    }
    *result = handle;
    // SAFETY: the name is a string.
    code(unsafe { append(handle, name) })
}

/// Adds a line to the file, and the name to those that are known.
unsafe fn append(handle: u32, name: *const c_char) -> Done {
    let mut path = [0; 4096];
    path_of(c"classid", &mut path);
    let (major, minor) = (handle >> 16, handle & 0xffff);
    // SAFETY: path and name are strings; the stream is ours.
    unsafe {
        let file = libc::fopen(path.as_ptr(), c"ae".as_ptr());
        if file.is_null() {
            return last();
        }
        let written = if minor == 0 {
            libc::fprintf(file, c"%x:\t\t\t%s\n".as_ptr(), major, name)
        } else {
            libc::fprintf(file, c"%x:%x\t\t\t%s\n".as_ptr(), major, minor, name)
        };
        if libc::fclose(file) != 0 || written < 0 {
            return last();
        }
        add(&NAMED, handle, name)
    }
}
