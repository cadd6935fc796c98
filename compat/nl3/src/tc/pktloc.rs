// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in packets by name, which the file `pktloc` has.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI64, AtomicPtr, Ordering::Relaxed};

use super::classid::{each_line, path_of};
use crate::abi::nl_list_head;
use crate::error::*;
use crate::{list, mem};

/// `netlink/route/pktloc.h`.
#[repr(C)]
pub struct rtnl_pktloc {
    pub(super) name: *mut c_char,
    pub(super) layer: u8,
    pub(super) shift: u8,
    pub(super) offset: u16,
    pub(super) align: u16,
    pub(super) mask: u32,
    pub(super) refcnt: u32,
    pub(super) list: nl_list_head,
}

const _: () = assert!(size_of::<rtnl_pktloc>() == 40 || size_of::<usize>() != 8);

/// All of them, made when the first one is.
static ALL: AtomicPtr<nl_list_head> = AtomicPtr::new(null_mut());
/// When the file that was read was changed.
static READ: AtomicI64 = AtomicI64::new(i64::MIN);

unsafe fn all() -> Result<*mut nl_list_head, c_int> {
    let known = ALL.load(Relaxed);
    if !known.is_null() {
        return Ok(known);
    }
    let new = mem::zalloc::<nl_list_head>(0);
    if new.is_null() {
        return Err(NLE_NOMEM);
    }
    // SAFETY: the list is new.
    unsafe { list::init(new) };
    ALL.store(new, Relaxed);
    Ok(new)
}

unsafe fn places() -> Result<list::Iter<rtnl_pktloc>, c_int> {
    // SAFETY: the list lives as long as the program.
    unsafe { Ok(list::iter(all()?, offset_of!(rtnl_pktloc, list))) }
}

unsafe fn find(name: *const c_char) -> Result<Option<*mut rtnl_pktloc>, c_int> {
    // SAFETY: the names are strings.
    unsafe { Ok(places()?.find(|one| libc::strcmp((**one).name, name) == 0)) }
}

/// Reads the file, if it is not the one that has been read.
unsafe fn read() -> Done {
    let mut path = [0; 4096];
    path_of(c"pktloc", &mut path);
    // SAFETY: the path is a string; all zeros are a stat.
    unsafe {
        let mut stat: libc::stat = core::mem::zeroed();
        if libc::stat(path.as_ptr(), &mut stat) < 0 {
            return Err(NLE_PKTLOC_FILE);
        }
        if READ.swap(stat.st_mtime, Relaxed) == stat.st_mtime {
            return Ok(());
        }
        for old in places()? {
            list::remove(&raw mut (*old).list);
            rtnl_pktloc_put(old);
        }
        each_line(path.as_ptr(), |line| add_line(line))
    }
}

/// What names may stand for layers and for sizes.
const LAYERS: [(&CStr, u8); 6] =
    [(c"link", 0), (c"eth", 0), (c"net", 1), (c"ip", 1), (c"transport", 2), (c"tcp", 2)];
const ALIGNS: [(&CStr, u16); 3] = [(c"u8", 1), (c"u16", 2), (c"u32", 4)];

/// A whole number.
unsafe fn number(word: *const c_char) -> Option<u32> {
    let mut end = null_mut();
    // SAFETY: the word is NULL or a string.
    unsafe {
        if word.is_null() || !(*word as u8).is_ascii_digit() {
            return None;
        }
        let number = libc::strtoul(word, &mut end, 0);
        (*end == 0).then_some(number as u32)
    }
}

/// A layer and an offset, or an offset alone, which is that of the network's header.
unsafe fn offset(word: *mut c_char) -> Option<(u8, u16)> {
    // SAFETY: the word is a string of ours, which is cut at the sign.
    unsafe {
        let sign = libc::strchr(word, c_int::from(b'+'));
        if sign.is_null() {
            return Some((1, number(word)? as u16));
        }
        *sign = 0;
        let (_, layer) =
            LAYERS.iter().find(|(name, _)| libc::strcasecmp(name.as_ptr(), word) == 0)?;
        Some((*layer, number(sign.add(1))? as u16))
    }
}

/// A line of the file: name, size, offset, and perhaps a mask and a shift.
unsafe fn add_line(line: *mut c_char) -> Done {
    let mut save = null_mut();
    // SAFETY: the line is a string of ours, which is cut into words.
    unsafe {
        let mut word = |from: *mut c_char| libc::strtok_r(from, c" \t\r".as_ptr(), &mut save);
        let (name, align, place) = (word(line), word(null_mut()), word(null_mut()));
        let (mask, shift, more) = (word(null_mut()), word(null_mut()), word(null_mut()));
        if name.is_null() || align.is_null() || place.is_null() || !more.is_null() {
            return Err(NLE_PARSE_ERR);
        }
        let size = ALIGNS.iter().find(|(name, _)| libc::strcasecmp(name.as_ptr(), align) == 0);
        let align = size.map(|(_, size)| *size).or_else(|| Some(number(align)? as u16));
        let optional = |word: *mut c_char| if word.is_null() { Some(0) } else { number(word) };
        let (Some(align), Some((layer, offset)), Some(mask), Some(shift)) =
            (align, offset(place), optional(mask), optional(shift))
        else {
            return Err(NLE_PARSE_ERR);
        };
        let new = rtnl_pktloc_alloc();
        if new.is_null() || !mem::set_str(&mut (*new).name, name) {
            rtnl_pktloc_put(new);
            return Err(NLE_NOMEM);
        }
        ((*new).layer, (*new).offset, (*new).align) = (layer, offset, align);
        ((*new).mask, (*new).shift) = (mask, shift as u8);
        if rtnl_pktloc_add(new) < 0 {
            // The first one of a name counts.
            rtnl_pktloc_put(new);
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_pktloc_lookup(
    name: *const c_char,
    result: *mut *mut rtnl_pktloc,
) -> c_int {
    // SAFETY: the name is a string; the result is the caller's.
    unsafe {
        let found = read().and_then(|()| find(name));
        match found {
            Ok(Some(place)) => {
                (*place).refcnt += 1;
                *result = place;
                0
            }
            Ok(None) => -NLE_OBJ_NOTFOUND,
            Err(error) => -error,
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_pktloc_alloc() -> *mut rtnl_pktloc {
    let new = mem::zalloc::<rtnl_pktloc>(0);
    // SAFETY: NULL or new.
    unsafe {
        if !new.is_null() {
            (*new).refcnt = 1;
            list::init(&raw mut (*new).list);
        }
    }
    new
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_pktloc_put(place: *mut rtnl_pktloc) {
    // SAFETY: NULL, or a place of which the caller holds a reference.
    unsafe {
        if let Some(it) = place.as_mut() {
            it.refcnt = it.refcnt.saturating_sub(1);
            if it.refcnt == 0 {
                mem::free(it.name);
                mem::free(place);
            }
        }
    }
}

/// Makes a place known, which it becomes with the caller's reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_pktloc_add(place: *mut rtnl_pktloc) -> c_int {
    // SAFETY: the place is live, its name a string.
    unsafe {
        match find((*place).name) {
            Ok(Some(_)) => -NLE_EXIST,
            Ok(None) => match all() {
                Ok(list) => {
                    list::add_tail(&raw mut (*place).list, list);
                    0
                }
                Err(error) => -error,
            },
            Err(error) => -error,
        }
    }
}

/// Calls back for each known place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_pktloc_foreach(
    cb: unsafe extern "C" fn(*mut rtnl_pktloc, *mut c_void),
    arg: *mut c_void,
) {
    // SAFETY: the callback takes the caller's own argument.
    unsafe {
        let _ = read();
        if let Ok(places) = places() {
            for place in places {
                cb(place, arg);
            }
        }
    }
}
