// SPDX-License-Identifier: MIT OR Apache-2.0
//! Security contexts, which associations and policies may have.

use core::ffi::{c_char, c_uint, c_void};

use super::put_bytes;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::{nla_data, nla_len};
use crate::dump::dump_line;
use crate::error::{Done, NLE_NOMEM};
use crate::mem;
use crate::msg::nl_msg;

/// `struct xfrm_user_sec_ctx`. Its text is behind it, and then a NUL.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) len: u16,
    pub(super) exttype: u16,
    pub(super) alg: u8,
    pub(super) doi: u8,
    pub(super) ctx_len: u16,
}

/// One from malloc, or NULL.
#[repr(C)]
pub(super) struct Context(pub(super) *mut Head);

impl Context {
    /// Takes one with `len` bytes of text; what the head says is longer than that is zeros.
    pub(super) unsafe fn set(&mut self, head: Head, text: *const c_void, len: usize) -> Done {
        let new = mem::zalloc::<Head>(usize::from(head.ctx_len) + 1);
        // SAFETY: NULL or new, with room for the text, which has `len` bytes.
        unsafe {
            let Some(it) = new.as_mut() else { return Err(NLE_NOMEM) };
            *it = head;
            libc::memcpy(new.add(1).cast(), text, len.min(head.ctx_len.into()));
            mem::free(core::mem::replace(&mut self.0, new));
        }
        Ok(())
    }

    /// Reads one from an attribute that is known to have the head.
    pub(super) unsafe fn read(&mut self, nla: &nlattr) -> Done {
        let head: *const Head = nla_data(nla).cast();
        let len = (nla_len(nla) as usize).saturating_sub(size_of::<Head>());
        // SAFETY: the attribute is whole.
        unsafe { self.set(head.read_unaligned(), head.add(1).cast(), len) }
    }

    /// A copy for an object that has the same bytes already.
    pub(super) unsafe fn clone_from(&mut self, from: *const Head) -> Done {
        self.0 = core::ptr::null_mut();
        // SAFETY: NULL or live, with its text behind it.
        unsafe {
            from.as_ref()
                .map_or(Ok(()), |head| self.set(*head, from.add(1).cast(), head.ctx_len.into()))
        }
    }

    pub(super) unsafe fn free(&mut self) {
        // SAFETY: NULL or ours.
        unsafe { mem::free(core::mem::replace(&mut self.0, core::ptr::null_mut())) };
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: NULL or live, with its text behind it.
        unsafe {
            self.0.as_ref().map_or(&[], |head| {
                let size = size_of::<Head>() + usize::from(head.ctx_len);
                core::slice::from_raw_parts(self.0.cast(), size)
            })
        }
    }

    pub(super) fn differs(&self, other: &Context) -> bool {
        self.bytes() != other.bytes()
    }

    /// The head, having copied the text to a caller who has room for it.
    pub(super) unsafe fn get(&self, text: *mut c_char) -> Option<Head> {
        // SAFETY: NULL or live, with its text behind it.
        unsafe {
            let head = *self.0.as_ref()?;
            libc::memcpy(text.cast(), self.0.add(1).cast(), head.ctx_len.into());
            Some(head)
        }
    }

    /// Adds it to a message.
    pub(super) unsafe fn put(&self, msg: &mut nl_msg) -> Done {
        let bytes = self.bytes();
        // SAFETY: the bytes have this length.
        unsafe { put_bytes(msg, 8, bytes.as_ptr().cast(), bytes.len()) }
    }

    /// Prints it after `title`.
    pub(super) unsafe fn dump(&self, p: *mut nl_dump_params, title: &core::ffi::CStr) {
        // SAFETY: NULL or live, with its text and a NUL behind it.
        let Some(head) = (unsafe { self.0.as_ref() }) else { return };
        let [len, exttype, ctx_len] = [head.len, head.exttype, head.ctx_len].map(c_uint::from);
        let (alg, doi) = (c_uint::from(head.alg), c_uint::from(head.doi));
        dump_line!(p, c"\t%s \n", title.as_ptr());
        dump_line!(
            p,
            c"\t\tlen: %d exttype: %d Algo: %d DOI: %d ctxlen: %d\n",
            len,
            exttype,
            alg,
            doi,
            ctx_len
        );
        dump_line!(p, c"\t\tctx: %s \n", self.0.wrapping_add(1).cast::<c_char>());
    }
}
