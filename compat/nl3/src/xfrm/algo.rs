// SPDX-License-Identifier: MIT OR Apache-2.0
//! Algorithms with their keys.

use core::ffi::{CStr, c_char, c_uint, c_void};

use super::put_bytes;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len};
use crate::dump::{dump, dump_line};
use crate::error::{Done, NLE_MSGSIZE, NLE_NOMEM, NLE_RANGE};
use crate::mem;
use crate::msg::nl_msg;

/// Bytes of a name, its NUL included.
const NAME: usize = 64;

/// The head of `struct xfrm_algo_aead` and `xfrm_algo_auth`; `xfrm_algo` lacks the last number. The key is
/// behind it.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) name: [c_char; NAME],
    /// Of the key, in bits.
    pub(super) key_len: c_uint,
    /// Of the integrity check value, or of what is left of a digest, in bits.
    pub(super) icv_len: c_uint,
}

impl Head {
    fn key_bytes(&self) -> usize {
        self.key_len.div_ceil(8) as usize
    }
}

/// One from malloc, or NULL.
#[repr(C)]
pub(super) struct Algo(*mut Head);

impl Algo {
    unsafe fn set(&mut self, head: Head, key: *const c_void) -> Done {
        let new = mem::zalloc::<Head>(head.key_bytes());
        // SAFETY: NULL or new, with room for the key, which has so many bytes.
        unsafe {
            let Some(it) = new.as_mut() else { return Err(NLE_NOMEM) };
            *it = head;
            libc::memcpy(new.add(1).cast(), key, head.key_bytes());
            mem::free(core::mem::replace(&mut self.0, new));
        }
        Ok(())
    }

    /// Takes the parameters of a caller. `Err(NLE_RANGE)`: the name is too long.
    pub(super) unsafe fn set_params(
        &mut self,
        name: *const c_char,
        key_len: c_uint,
        icv_len: c_uint,
        key: *const c_char,
    ) -> Done {
        let mut head = Head { name: [0; NAME], key_len, icv_len };
        // SAFETY: the caller's name is a string, and the key has so many bits.
        unsafe {
            if libc::strlen(name) >= NAME {
                return Err(NLE_RANGE);
            }
            mem::set_text(&mut head.name, name);
            self.set(head, key.cast())
        }
    }

    /// The head, having copied name and key to a caller who has room for them.
    pub(super) unsafe fn get(&self, name: *mut c_char, key: *mut c_char) -> Option<Head> {
        // SAFETY: NULL or live, with its key behind it.
        unsafe {
            let head = *self.0.as_ref()?;
            libc::strcpy(name, (&raw const (*self.0).name).cast());
            libc::memcpy(key.cast(), self.0.add(1).cast(), head.key_bytes());
            Some(head)
        }
    }

    /// Reads one from an attribute that is known to have the head, which may be `short` of the last number.
    pub(super) unsafe fn read(&mut self, nla: &nlattr, short: bool) -> Done {
        let (data, len) = (nla_data(nla), nla_len(nla) as usize);
        let size = size_of::<Head>() - if short { 4 } else { 0 };
        let mut head = Head { name: [0; NAME], key_len: 0, icv_len: 0 };
        // SAFETY: the attribute is known to have that head, and then the key.
        unsafe {
            libc::memcpy((&raw mut head).cast(), data, size);
            if let Some(last) = head.name.last_mut() {
                *last = 0;
            }
            if size.saturating_add(head.key_bytes()) > len {
                return Err(NLE_RANGE);
            }
            self.set(head, data.byte_add(size))
        }
    }

    /// Adds it to a message, `short` of the last number or with it.
    pub(super) unsafe fn put(&self, msg: &mut nl_msg, nla: u16, short: bool) -> Done {
        // SAFETY: NULL or live, with its key behind it; the attribute is new.
        unsafe {
            let Some(head) = self.0.as_ref() else { return Ok(()) };
            let all = size_of::<Head>() + head.key_bytes();
            if !short {
                return put_bytes(msg, nla.into(), self.0.cast(), all);
            }
            let size = size_of::<Head>() - 4;
            let new = crate::attr::nla_reserve(msg, nla.into(), (all - 4) as i32);
            if new.is_null() {
                return Err(NLE_MSGSIZE);
            }
            let data = nla_data(new);
            libc::memcpy(data, self.0.cast(), size);
            libc::memcpy(data.byte_add(size), self.0.add(1).cast(), head.key_bytes());
        }
        Ok(())
    }

    /// A copy for an object that has the same bytes already.
    pub(super) unsafe fn clone_from(&mut self, from: &Algo) -> Done {
        self.0 = core::ptr::null_mut();
        // SAFETY: NULL or live, with its key behind it.
        unsafe { from.0.as_ref().map_or(Ok(()), |head| self.set(*head, from.0.add(1).cast())) }
    }

    pub(super) unsafe fn free(&mut self) {
        // SAFETY: NULL or ours.
        unsafe { mem::free(core::mem::replace(&mut self.0, core::ptr::null_mut())) };
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: NULL or live, with its key behind it.
        unsafe {
            self.0.as_ref().map_or(&[], |head| {
                core::slice::from_raw_parts(self.0.cast(), size_of::<Head>() + head.key_bytes())
            })
        }
    }

    pub(super) fn differs(&self, other: &Algo) -> bool {
        self.bytes() != other.bytes()
    }

    /// Prints it: `title Algo:`, then its name and lengths, the last one if it has a name.
    pub(super) unsafe fn dump(&self, p: *mut nl_dump_params, title: &CStr, icv: Option<&CStr>) {
        // SAFETY: NULL or live.
        let Some(head) = (unsafe { self.0.as_ref() }) else { return };
        dump_line!(p, c"\t%s Algo: \n", title.as_ptr());
        dump_line!(p, c"\t\tName: %s Key len(bits): %u", head.name.as_ptr(), head.key_len);
        if let Some(icv) = icv {
            dump!(p, c" %s(bits): %u", icv.as_ptr(), head.icv_len);
        }
        dump!(p, c"\n");
    }
}
