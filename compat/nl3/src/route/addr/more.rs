// SPDX-License-Identifier: MIT OR Apache-2.0
//! The label of an address, and what few addresses have.

use core::ffi::{c_char, c_int};
use core::ptr::{null_mut, without_provenance_mut};

use super::{ANYCAST, BROADCAST, MULTICAST, PEER};
use crate::error::{Done, NLE_NOMEM};
use crate::link::rtnl_link;
use crate::mem;
use crate::object::{nl_object_get, nl_object_put};
use crate::slot::Slot;

/// What few addresses have, and the label where a word does not hold it.
#[repr(C)]
pub(super) struct More {
    label: [c_char; libc::IFNAMSIZ],
    pub(super) peer: Slot,
    pub(super) broadcast: Slot,
    pub(super) multicast: Slot,
    pub(super) anycast: Slot,
    /// The link that it was given, of which it holds a reference.
    pub(super) link: *mut rtnl_link,
    /// Which flags were set or unset by hand.
    pub(super) flags: u32,
}

/// Where there is no more.
static NONE: More = More {
    label: [0; libc::IFNAMSIZ],
    peer: Slot::new(),
    broadcast: Slot::new(),
    multicast: Slot::new(),
    anycast: Slot::new(),
    link: null_mut(),
    flags: 0,
};

// SAFETY: nobody changes the one that there is for all.
unsafe impl Sync for More {}

impl More {
    /// The addresses, by their attribute.
    pub(super) fn slots(&self) -> [(u64, &Slot); 4] {
        let More { peer, broadcast, multicast, anycast, .. } = self;
        [(PEER, peer), (BROADCAST, broadcast), (MULTICAST, multicast), (ANYCAST, anycast)]
    }

    fn slots_mut(&mut self) -> [&mut Slot; 4] {
        let More { peer, broadcast, multicast, anycast, .. } = self;
        [peer, broadcast, multicast, anycast]
    }

    /// Makes this one, which is empty, a copy.
    fn copy(&mut self, from: &More) -> Done {
        (self.label, self.flags, self.link) = (from.label, from.flags, from.link);
        if !self.link.is_null() {
            // SAFETY: it is live.
            unsafe { nl_object_get(self.link.cast()) };
        }
        for (to, (_, from)) in self.slots_mut().into_iter().zip(from.slots()) {
            *to = from.copy()?;
        }
        Ok(())
    }
}

/// A pointer to more, if there is; else the label, as most are so short that the word holds it, with its lowest bit set;
/// else NULL.
#[repr(transparent)]
pub(super) struct Rest(*mut More);

/// Bytes of a word that are left beside the one with the mark, and where they begin.
const ROOM: usize = size_of::<usize>() - 1;
const START: usize = if cfg!(target_endian = "little") { 1 } else { 0 };

/// A word that holds a string of so many bytes, its NUL included.
unsafe fn held(text: *const c_char, len: usize) -> *mut More {
    let mut word =
        if cfg!(target_endian = "little") { 1usize.to_le_bytes() } else { 1usize.to_be_bytes() };
    // SAFETY: the text has so many bytes, and the word has room for them.
    unsafe { core::ptr::copy_nonoverlapping(text.cast(), word.as_mut_ptr().add(START), len) };
    without_provenance_mut(usize::from_ne_bytes(word))
}

impl Rest {
    fn holds_label(&self) -> bool {
        self.0.addr() & 1 != 0
    }

    /// What there is more, or nothing of all of it.
    pub(super) fn get(&self) -> &More {
        // SAFETY: NULL or ours, if it is a pointer.
        let more = if self.holds_label() { None } else { unsafe { self.0.as_ref() } };
        more.unwrap_or(&NONE)
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut More> {
        // SAFETY: NULL or ours, if it is a pointer.
        if self.holds_label() { None } else { unsafe { self.0.as_mut() } }
    }

    /// The same, made if there is none.
    pub(super) fn make(&mut self) -> Result<&mut More, c_int> {
        if self.holds_label() || self.0.is_null() {
            let more = mem::zalloc::<More>(0);
            // SAFETY: NULL or new, with room for a label.
            unsafe {
                let Some(new) = more.as_mut() else { return Err(NLE_NOMEM) };
                libc::strcpy(new.label.as_mut_ptr(), self.label());
            }
            self.0 = more;
        }
        // SAFETY: it is ours.
        Ok(unsafe { &mut *self.0 })
    }

    /// The label; an empty one if there is none.
    pub(super) fn label(&self) -> *const c_char {
        let word = (&raw const *self).cast::<c_char>();
        if self.holds_label() { word.wrapping_add(START) } else { self.get().label.as_ptr() }
    }

    /// Sets the label to a string that a name of an interface may be.
    pub(super) unsafe fn set_label(&mut self, text: *const c_char) -> Done {
        // SAFETY: the text is a string of so many bytes.
        unsafe {
            let len = libc::strlen(text) + 1;
            if len > ROOM || self.get_mut().is_some() {
                mem::set_text(&mut self.make()?.label, text);
            } else {
                self.0 = held(text, len);
            }
        }
        Ok(())
    }

    /// In a copy of an address, whose bytes are those of the other: makes what there is more its own.
    pub(super) fn copied(&mut self) -> Done {
        if self.holds_label() {
            return Ok(());
        }
        let from = core::mem::replace(&mut self.0, null_mut());
        // SAFETY: NULL or the other's, which is there.
        unsafe { from.as_ref() }.map_or(Ok(()), |from| self.make()?.copy(from))
    }

    pub(super) fn free(&mut self) {
        let Some(more) = self.get_mut() else { return };
        more.slots_mut().into_iter().for_each(Slot::clear);
        // SAFETY: the link is NULL or one of which the address held a reference; the rest is from malloc.
        unsafe {
            nl_object_put(more.link.cast());
            mem::free(more);
        }
        self.0 = null_mut();
    }
}
