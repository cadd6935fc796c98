// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an index files an object by.

use super::*;
use crate::object::{nl_object_get_id_attrs, nl_object_ops};

/// A number to file the object by. Objects that are identical have the same.
pub(crate) unsafe fn hash(obj: *const nl_object, ops: &nl_object_ops) -> u32 {
    let mut sum = Sum(0);
    // SAFETY: the rows describe fields of the object.
    unsafe {
        let keys = u64::from(ops.keys & nl_object_get_id_attrs(obj)) & (*obj).mask;
        sum.word(keys);
        let mut rest = keys;
        while let Some(row) = ops.attrs().by_bit(rest) {
            add(row, obj, &mut sum);
            rest &= rest.wrapping_sub(1);
        }
    }
    sum.finish()
}

unsafe fn add(row: &Attr, obj: *const nl_object, sum: &mut Sum) {
    // SAFETY: the row describes a field of the object.
    unsafe {
        match row.kind {
            Kind::Int | Kind::Bytes => sum.bytes(field(obj, row.at), row.size.into()),
            Kind::Text | Kind::Str => {
                let text = text(obj, row);
                sum.bytes(text.cast(), if text.is_null() { 0 } else { libc::strlen(text) });
            }
            Kind::Addr | Kind::Net | Kind::LlAddr => {
                let slot = slot(obj, row);
                match slot.short_key() {
                    Some(key) => sum.word(key),
                    None => slot.ask((), |addr| sum.addr(addr)),
                }
            }
            Kind::Data | Kind::Object | Kind::Flags | Kind::Aside | Kind::Own => {}
        }
    }
}

/// A sum over words that spreads well enough for an index: multiply and rotate, then fold.
struct Sum(u64);

impl Sum {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn addr(&mut self, addr: &nl_addr) {
        let prefix = if addr.len > 0 { addr.prefix as u32 } else { 0 };
        self.word(u64::from(addr.len) << 32 | u64::from(prefix));
        // SAFETY: an address has its bytes.
        unsafe { self.bytes(nl_addr::bytes(addr), addr.len as usize) };
    }

    unsafe fn bytes(&mut self, from: *const u8, len: usize) {
        // SAFETY: `from` has `len` bytes, by the caller's promise.
        unsafe {
            match len {
                1 => self.word((*from).into()),
                4 => self.word(from.cast::<u32>().read_unaligned().into()),
                _ => self.long(from, len),
            }
        }
    }

    unsafe fn long(&mut self, from: *const u8, len: usize) {
        let mut at = 0;
        while at < len {
            let mut word = [0u8; 8];
            let n = (len - at).min(8);
            // SAFETY: `from` has `len` bytes, by the caller's promise, and the word at least `n`.
            unsafe { core::ptr::copy_nonoverlapping(from.add(at), word.as_mut_ptr(), n) };
            self.word(u64::from_ne_bytes(word));
            at += n;
        }
    }

    fn finish(&self) -> u32 {
        (self.0 ^ self.0 >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(32) as u32
    }
}
