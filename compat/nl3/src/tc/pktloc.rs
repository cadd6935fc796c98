// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in packets by name, which the file `pktloc` has.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

use super::classid::path_of;
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
/// When the file that was read was changed, in seconds, as many as fit.
static READ: AtomicUsize = AtomicUsize::new(usize::MAX);

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
        let changed = stat.st_mtime as usize;
        if READ.swap(changed, Relaxed) == changed {
            return Ok(());
        }
        for old in places()? {
            list::remove(&raw mut (*old).list);
            rtnl_pktloc_put(old);
        }
        read_all(path.as_ptr())
    }
}

/// Reads what the file has; what comes before an error stays.
unsafe fn read_all(path: *const c_char) -> Done {
    let (mut text, mut room) = (null_mut(), 0);
    // SAFETY: the path is a string; stream and text are ours.
    unsafe {
        let file = libc::fopen(path, c"re".as_ptr());
        if file.is_null() {
            return Err(NLE_PKTLOC_FILE);
        }
        // A file without NULs is one piece.
        let read = getdelim(&mut text, &mut room, 0, file);
        libc::fclose(file);
        let mut words = Words { at: text, plus: false, next: null_mut() };
        let mut done = Ok(());
        if read > 0 {
            words.step();
            while done.is_ok() && !words.next.is_null() {
                done = place(&mut words);
            }
        }
        mem::free(text);
        done
    }
}

/// What names may stand for layers and for sizes.
const LAYERS: [(&CStr, u8); 6] =
    [(c"link", 0), (c"eth", 0), (c"net", 1), (c"ip", 1), (c"transport", 2), (c"tcp", 2)];
const ALIGNS: [(&CStr, u16); 3] = [(c"u8", 1), (c"u16", 2), (c"u32", 4)];

/// A whole number: digits, or hexadecimal ones behind 0x. It is octal if it begins with 0.
unsafe fn number(word: *const c_char) -> Option<u32> {
    // SAFETY: the word is NULL or a string.
    unsafe {
        if word.is_null() {
            return None;
        }
        let bytes = CStr::from_ptr(word).to_bytes();
        let hex = bytes.strip_prefix(b"0x").or_else(|| bytes.strip_prefix(b"0X"));
        let good = match hex {
            Some(hex) => !hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit),
            None => !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit),
        };
        good.then(|| libc::strtoul(word, null_mut(), 0) as u32)
    }
}

unsafe extern "C" {
    fn getdelim(
        line: *mut *mut c_char,
        room: *mut usize,
        end: c_int,
        file: *mut libc::FILE,
    ) -> isize;
}

/// The words of a file. Lines are no matter, but that comments end with them; a plus is a word of its own.
struct Words {
    at: *mut c_char,
    /// What ended the last word was a plus.
    plus: bool,
    /// The next word, or NULL.
    next: *mut c_char,
}

impl Words {
    /// Hands out the next word, and looks for the one behind it.
    unsafe fn step(&mut self) -> *mut c_char {
        // SAFETY: it is a string of ours, which is cut into words.
        let following = unsafe { self.following() };
        core::mem::replace(&mut self.next, following)
    }

    unsafe fn following(&mut self) -> *mut c_char {
        // SAFETY: as for `step`.
        unsafe {
            if core::mem::take(&mut self.plus) {
                return PLUS.as_ptr().cast_mut();
            }
            self.skip_blanks();
            while *self.at as u8 == b'#' {
                self.at = self.at.add(libc::strcspn(self.at, c"\n".as_ptr()));
                self.skip_blanks();
            }
            let word = self.at;
            self.at = word.add(libc::strcspn(word, c" \t\r\n+".as_ptr()));
            self.plus = *self.at as u8 == b'+';
            if *self.at != 0 {
                *self.at = 0;
                self.at = self.at.add(1);
            }
            match (*word, self.plus) {
                (0, false) => null_mut(),
                (0, true) => self.following(),
                _ => word,
            }
        }
    }

    unsafe fn skip_blanks(&mut self) {
        // SAFETY: as for `step`.
        unsafe { self.at = self.at.add(libc::strspn(self.at, c" \t\r\n".as_ptr())) };
    }

    /// The next word, if it is a number.
    unsafe fn number(&mut self) -> Option<u32> {
        // SAFETY: the word is NULL or a string.
        unsafe {
            let number = number(self.next)?;
            self.step();
            Some(number)
        }
    }

    /// What the next word stands for, if it is in the table.
    unsafe fn known<T: Copy>(&mut self, table: &[(&CStr, T)]) -> Option<T> {
        // SAFETY: the word is NULL or a string.
        unsafe {
            let known = known(self.next, table)?;
            self.step();
            Some(known)
        }
    }
}

const PLUS: &CStr = c"+";

unsafe fn known<T: Copy>(word: *const c_char, table: &[(&CStr, T)]) -> Option<T> {
    // SAFETY: the word is NULL or a string.
    let is = |name: &CStr| unsafe { libc::strcasecmp(name.as_ptr(), word) == 0 };
    table.iter().find(|(name, _)| !word.is_null() && is(name)).map(|(_, value)| *value)
}

/// A name: what is nothing else.
unsafe fn name(words: &mut Words) -> Option<*mut c_char> {
    // SAFETY: the word is a string.
    unsafe {
        let word = words.step();
        let other = number(word).is_some()
            || known(word, &LAYERS).is_some()
            || known(word, &ALIGNS).is_some()
            || libc::strcmp(word, PLUS.as_ptr()) == 0;
        (!other).then_some(word)
    }
}

/// A layer and an offset, or an offset alone, which is that of the network's header.
unsafe fn offset(words: &mut Words) -> Option<(u8, u16)> {
    // SAFETY: the words are strings.
    unsafe {
        let Some(layer) = words.known(&LAYERS) else { return Some((1, words.number()? as u16)) };
        words.known(&[(PLUS, ())])?;
        Some((layer, words.number()? as u16))
    }
}

/// A place: name, size, offset, and perhaps a mask and a shift.
unsafe fn place(words: &mut Words) -> Done {
    // SAFETY: the words are strings of ours.
    unsafe {
        let name = name(words).ok_or(NLE_PARSE_ERR)?;
        let align = words.known(&ALIGNS).or_else(|| Some(words.number()? as u16));
        let align = align.ok_or(NLE_PARSE_ERR)?;
        let (layer, offset) = offset(words).ok_or(NLE_PARSE_ERR)?;
        let new = rtnl_pktloc_alloc();
        if new.is_null() || !mem::set_str(&mut (*new).name, name) {
            rtnl_pktloc_put(new);
            return Err(NLE_NOMEM);
        }
        ((*new).layer, (*new).offset, (*new).align) = (layer, offset, align);
        if let Some(mask) = words.number() {
            ((*new).mask, (*new).shift) = (mask, words.number().unwrap_or(0) as u8);
        }
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

/// Places are told in the order of stock's hash table: Bernstein's sum of the name, in 256 buckets.
unsafe fn bucket(name: *const c_char) -> u8 {
    // SAFETY: the name is a string.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_bytes().iter().fold(5381u32, |sum, &b| sum.wrapping_mul(33).wrapping_add(b.into()))
        as u8
}

/// Makes a place known, which it becomes with the caller's reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_pktloc_add(place: *mut rtnl_pktloc) -> c_int {
    // SAFETY: the place is live, its name a string.
    code(unsafe { add(place) })
}

unsafe fn add(place: *mut rtnl_pktloc) -> Done {
    // SAFETY: as for rtnl_pktloc_add.
    unsafe {
        if find((*place).name)?.is_some() {
            return Err(NLE_EXIST);
        }
        let own = bucket((*place).name);
        let behind = places()?.find(|one| bucket((**one).name) > own);
        let end = behind.map_or(all()?, |one| &raw mut (*one).list);
        list::add_tail(&raw mut (*place).list, end);
    }
    Ok(())
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
