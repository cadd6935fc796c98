// SPDX-License-Identifier: MIT OR Apache-2.0
//! Distributions of delays for netem, which are tables of numbers, also in files.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null_mut;

use super::netem::Netem;
use crate::error::*;
use crate::mem;
use crate::tc::object::rtnl_tc;

/// Numbers of its own.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Distribution {
    pub(super) data: *mut i16,
    pub(super) len: usize,
    set: bool,
}

/// How many numbers a file may have.
const MOST: usize = 65536;

/// Where files are looked for.
const FOLDERS: [&CStr; 5] = [c"", c"./", c"/usr/lib/tc/", c"/usr/lib64/tc/", c"/usr/local/lib/tc/"];

impl Distribution {
    /// Makes a copy of its own in place of what is another's.
    pub(super) unsafe fn own(&mut self) -> Done {
        let old = core::mem::replace(self, Distribution { data: null_mut(), len: 0, set: false });
        if old.set {
            // SAFETY: the other one's numbers are as many as it says.
            unsafe { self.replace(old.data, old.len)? };
        }
        Ok(())
    }

    pub(super) unsafe fn free(&mut self) {
        // SAFETY: the numbers are NULL or its own, and not used again.
        unsafe { mem::free(self.data) }
    }

    /// Takes a copy of numbers.
    unsafe fn replace(&mut self, data: *const i16, len: usize) -> Done {
        // SAFETY: the caller's numbers are as many as it says; the old ones are NULL or its own.
        unsafe {
            let new = mem::copy(data.cast::<c_void>(), len.saturating_mul(size_of::<i16>()));
            if new.is_null() {
                return Err(NLE_NOMEM);
            }
            mem::free(self.data);
            *self = Distribution { data: new.cast(), len, set: true };
        }
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netem_set_delay_distribution_data(
    qdisc: &mut rtnl_tc,
    data: *const i16,
    len: usize,
) -> c_int {
    // SAFETY: the caller's numbers are as many as it says.
    code(qdisc.wanted::<Netem>().and_then(|netem| unsafe { netem.dist.replace(data, len) }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_netem_get_delay_distribution_size(qdisc: &rtnl_tc) -> c_int {
    match qdisc.data::<Netem>() {
        Some(netem) if netem.dist.set => netem.dist.len as c_int,
        Some(_) => -NLE_NOATTR,
        None => -NLE_NOMEM,
    }
}

/// The numbers, which stay the qdisc's.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_netem_get_delay_distribution(
    qdisc: &rtnl_tc,
    result: &mut *mut i16,
) -> c_int {
    match qdisc.data::<Netem>() {
        Some(netem) if netem.dist.set => *result = netem.dist.data,
        Some(_) => return -NLE_NOATTR,
        None => return -NLE_NOMEM,
    }
    0
}

/// Opens the first file of that name.
unsafe fn open(name: *const c_char) -> Result<*mut libc::FILE, c_int> {
    let mut path = [0 as c_char; 4096];
    for folder in FOLDERS {
        // SAFETY: name and path are strings; the path is cut to fit.
        unsafe {
            let format = c"%s%s.dist".as_ptr();
            libc::snprintf(path.as_mut_ptr(), path.len(), format, folder.as_ptr(), name);
            let file = libc::fopen(path.as_ptr(), c"re".as_ptr());
            if !file.is_null() {
                return Ok(file);
            }
        }
    }
    last()
}

/// Reads numbers from a file named after the distribution.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_netem_set_delay_distribution(
    qdisc: &mut rtnl_tc,
    name: *const c_char,
) -> c_int {
    // SAFETY: the name is a string; file and numbers are ours.
    unsafe {
        let netem = match qdisc.wanted::<Netem>() {
            Ok(netem) => netem,
            Err(error) => return -error,
        };
        let file = match open(name) {
            Ok(file) => file,
            Err(error) => return -error,
        };
        let numbers = mem::zalloc::<i16>(size_of::<i16>() * (MOST - 1));
        let read = if numbers.is_null() { Err(NLE_NOMEM) } else { read_numbers(file, numbers) };
        libc::fclose(file);
        let done = read.and_then(|len| netem.dist.replace(numbers, len));
        mem::free(numbers);
        code(done)
    }
}

/// Reads the lines of a file, each of numbers up to what is none.
unsafe fn read_numbers(file: *mut libc::FILE, numbers: *mut i16) -> Result<usize, c_int> {
    let (mut line, mut room, mut len) = (null_mut(), 0, 0);
    let mut fits = true;
    // SAFETY: the line is from getline; there is room for as many numbers as are stored.
    unsafe {
        while fits && libc::getline(&mut line, &mut room, file) >= 0 {
            let (mut at, mut end) = (line, null_mut());
            loop {
                let number = libc::strtol(at, &mut end, 0);
                fits = len < MOST;
                if core::ptr::eq(at, end) || !fits {
                    break;
                }
                numbers.add(len).write(number as i16);
                len += 1;
                at = end;
            }
        }
        mem::free(line);
    }
    if fits { Ok(len) } else { Err(NLE_INVAL) }
}
