// SPDX-License-Identifier: MIT OR Apache-2.0
//! What filters of several kinds keep as it came: where packets come from, and attributes that nobody looks into.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::basic::last;
use crate::abi::nlattr;
use crate::attr::{closed_text, nla_put};
use crate::data::{nl_data, nl_data_alloc_attr, nl_data_clone, nl_data_free};
use crate::error::*;
use crate::msg::nl_msg;

/// An attribute of any bytes, or none.
#[repr(C)]
pub(super) struct Kept(*mut nl_data);

impl Kept {
    pub(super) unsafe fn read(&mut self, options: &nlattr, kind: u16) -> Done {
        // SAFETY: the options are whole; what was kept is its own.
        unsafe {
            let Some(nla) = last(options, kind) else { return Ok(()) };
            nl_data_free(core::mem::replace(&mut self.0, nl_data_alloc_attr(nla)));
        }
        if self.0.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
    }

    /// Makes a copy of what is the other one's.
    pub(super) fn own(&mut self) -> Done {
        // SAFETY: NULL or live.
        let Some(other) = (unsafe { core::mem::replace(&mut self.0, null_mut()).as_ref() }) else {
            return Ok(());
        };
        // SAFETY: the other one is live.
        self.0 = unsafe { nl_data_clone(other) };
        if self.0.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
    }

    pub(super) fn free(&mut self) {
        // SAFETY: its own, and not used again.
        unsafe { nl_data_free(core::mem::replace(&mut self.0, null_mut())) };
    }

    pub(super) unsafe fn put(&self, msg: &mut nl_msg, kind: u16) -> Done {
        // SAFETY: NULL or live; data has its bytes.
        unsafe {
            let Some(data) = self.0.as_ref() else { return Ok(()) };
            done(nla_put(msg, kind.into(), data.size as c_int, data.bytes))
        }
    }

    /// The `at`th number of eight bytes.
    pub(super) fn number(&self, at: usize) -> Option<u64> {
        // SAFETY: NULL or live; data has its bytes.
        unsafe {
            let data = self.0.as_ref().filter(|data| at < data.size / 8)?;
            Some(data.bytes.cast::<u64>().wrapping_add(at).read_unaligned())
        }
    }
}

/// The interface that packets come from.
#[repr(C)]
pub(super) struct Indev {
    set: bool,
    name: [c_char; libc::IFNAMSIZ],
}

impl Indev {
    pub(super) unsafe fn read(&mut self, options: &nlattr, kind: u16) -> Done {
        // SAFETY: the options are whole, and the attribute as long as it is found to be.
        unsafe {
            let Some(nla) = last(options, kind) else { return Ok(()) };
            let text = closed_text(nla, self.name.len() as c_int)?;
            crate::mem::set_text(&mut self.name, text);
        }
        self.set = true;
        Ok(())
    }

    pub(super) unsafe fn put(&self, msg: &mut nl_msg, kind: u16) -> Done {
        let Some(name) = self.name() else { return Ok(()) };
        // SAFETY: the name is closed.
        unsafe { done(nla_put(msg, kind.into(), libc::strlen(name) as c_int + 1, name.cast())) }
    }

    pub(super) fn name(&self) -> Option<*const c_char> {
        self.set.then_some(self.name.as_ptr())
    }
}
