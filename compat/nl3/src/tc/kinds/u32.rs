// SPDX-License-Identifier: MIT OR Apache-2.0
//! `u32`: filters of words at places of a packet.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::basic::{add_action, last, remove_action};
use super::fw::{free_actions, own_actions, parse_actions, put_actions};
use super::kept::{Indev, Kept};
use super::u32_show::{details, line};
use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len, nla_put};
use crate::error::*;
use crate::mem;
use crate::msg::nl_msg;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{find, put, read};
use crate::tc::object::{rtnl_tc, rtnl_tc_set_handle};

const TCA_U32_CLASSID: u16 = 1;
const TCA_U32_HASH: u16 = 2;
const TCA_U32_LINK: u16 = 3;
const TCA_U32_DIVISOR: u16 = 4;
const TCA_U32_SEL: u16 = 5;
const TCA_U32_POLICE: u16 = 6;
const TCA_U32_ACT: u16 = 7;
const TCA_U32_INDEV: u16 = 8;
const TCA_U32_PCNT: u16 = 9;
const TCA_U32_MARK: u16 = 10;

pub(super) const TERMINAL: u8 = 1;
pub(super) const OFFSET: u8 = 2;
pub(super) const VAROFFSET: u8 = 4;
pub(super) const EAT: u8 = 8;

/// `struct tc_u32_sel` without its keys.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Selector {
    pub(super) flags: u8,
    pub(super) offshift: u8,
    pub(super) nkeys: u8,
    pub(super) pad: u8,
    /// In the network's order.
    pub(super) offmask: u16,
    pub(super) off: u16,
    pub(super) offoff: i16,
    pub(super) hoff: i16,
    /// In the network's order.
    pub(super) hmask: u32,
}

/// `struct tc_u32_key`. Value and mask are in the network's order.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Key {
    pub(super) mask: u32,
    pub(super) val: u32,
    pub(super) off: c_int,
    pub(super) offmask: c_int,
}

/// `struct tc_u32_mark`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Mark {
    pub(super) val: u32,
    pub(super) mask: u32,
    pub(super) success: u32,
}

const MOST_KEYS: usize = 255;

#[repr(C)]
pub(super) struct U32 {
    pub(super) mask: u32,
    pub(super) divisor: u32,
    pub(super) hash: u32,
    pub(super) classid: u32,
    pub(super) link: u32,
    pub(super) mark: Mark,
    /// The selector with its keys behind it, or NULL.
    pub(super) sel: *mut Selector,
    pub(super) act: *mut rtnl_tc,
    police: Kept,
    /// `struct tc_u32_pcnt`, with a number for each key.
    counts: Kept,
    pub(super) indev: Indev,
}

pub(super) const DIVISOR: u32 = 1;
pub(super) const HASH: u32 = 2;
pub(super) const CLASSID: u32 = 4;
pub(super) const LINK: u32 = 8;
pub(super) const MARK: u32 = 16;

impl Data for U32 {
    const OF: Of = Of::U32;
}

pub(super) const U32: rtnl_tc_ops = rtnl_tc_ops::new::<U32>(c"u32")
    .clone(own)
    .free(free)
    .parse(parse)
    .fill(fill)
    .line(line)
    .details(details);

fields! { U32:
    set rtnl_u32_set_classid(u32) classid: CLASSID;
    out rtnl_u32_get_classid(u32) classid: CLASSID, NLE_INVAL;
    set rtnl_u32_set_divisor(u32) divisor: DIVISOR;
    set rtnl_u32_set_link(u32) link: LINK;
    set rtnl_u32_set_hashtable(u32) hash: HASH;
}

/// Bytes of a selector with so many keys.
fn size(nkeys: usize) -> usize {
    size_of::<Selector>() + nkeys * size_of::<Key>()
}

impl U32 {
    /// How many bytes the selector has, 0 if there is none.
    fn sel_size(&self) -> usize {
        // SAFETY: NULL or live.
        unsafe { self.sel.as_ref() }.map_or(0, |sel| size(sel.nkeys.into()))
    }

    /// The selector, which is made if there is none.
    fn selector(&mut self) -> Result<&mut Selector, c_int> {
        if self.sel.is_null() {
            self.sel = mem::zalloc(0);
        }
        // SAFETY: NULL or live.
        unsafe { self.sel.as_mut() }.ok_or(NLE_NOMEM)
    }

    pub(super) fn keys(&self) -> &[Key] {
        // SAFETY: NULL, or a selector with its keys behind it.
        unsafe {
            let Some(sel) = self.sel.as_ref() else { return &[] };
            core::slice::from_raw_parts(self.sel.add(1).cast(), sel.nkeys.into())
        }
    }

    /// How often a key has matched, if the kernel has told.
    pub(super) fn count(&self, key: usize) -> Option<u64> {
        self.counts.number(2 + key)
    }

    fn add_key(&mut self, key: Key) -> Done {
        let nkeys = usize::from(self.selector()?.nkeys);
        if nkeys >= MOST_KEYS {
            return Err(NLE_NOMEM);
        }
        // SAFETY: the selector is from malloc; the new one has room for the key.
        unsafe {
            let grown = libc::realloc(self.sel.cast(), size(nkeys + 1)).cast::<Selector>();
            if grown.is_null() {
                return Err(NLE_NOMEM);
            }
            grown.add(1).cast::<Key>().add(nkeys).write(key);
            (*grown).nkeys += 1;
            self.sel = grown;
        }
        Ok(())
    }
}

unsafe fn own(of: &mut U32) -> Done {
    let (sel, size) = (of.sel, of.sel_size());
    of.sel = null_mut();
    let (police, counts) = (of.police.own(), of.counts.own());
    let actions = own_actions(&mut of.act).and(police).and(counts);
    if size > 0 {
        // SAFETY: the other one's selector is as long as that.
        of.sel = unsafe { mem::copy(sel.cast(), size) }.cast();
        if of.sel.is_null() {
            return Err(NLE_NOMEM);
        }
    }
    actions
}

unsafe fn free(of: &mut U32) -> Done {
    // SAFETY: the selector is its own, and not used again.
    unsafe { mem::free(of.sel) };
    of.police.free();
    of.counts.free();
    free_actions(&mut of.act)
}

unsafe fn parse(of: &mut U32, _: &mut rtnl_tc, options: &nlattr) -> Done {
    /// An attribute, its bit and its field.
    type Row = (u16, u32, fn(&mut U32) -> &mut u32);
    let numbers: [Row; 4] = [
        (TCA_U32_DIVISOR, DIVISOR, |of| &mut of.divisor),
        (TCA_U32_HASH, HASH, |of| &mut of.hash),
        (TCA_U32_CLASSID, CLASSID, |of| &mut of.classid),
        (TCA_U32_LINK, LINK, |of| &mut of.link),
    ];
    // SAFETY: the options are whole.
    unsafe {
        for (kind, bit, field) in numbers {
            if let Some(value) = find(options, kind)? {
                *field(of) = value;
                of.mask |= bit;
            }
        }
        if let Some(mark) = find(options, TCA_U32_MARK)? {
            of.mark = mark;
            of.mask |= MARK;
        }
        if let Some(nla) = last(options, TCA_U32_SEL) {
            parse_selector(of, nla)?;
        }
        of.police.read(options, TCA_U32_POLICE)?;
        of.indev.read(options, TCA_U32_INDEV)?;
        parse_counts(of, options)?;
        parse_actions(&mut of.act, options, TCA_U32_ACT)
    }
}

unsafe fn parse_selector(of: &mut U32, nla: &nlattr) -> Done {
    // SAFETY: the attribute is whole, and as long as it is found to be.
    unsafe {
        let sel: Selector = read(nla).map_err(|_| NLE_RANGE)?;
        let size = size(sel.nkeys.into());
        if (nla_len(nla) as usize) < size {
            return Err(NLE_INVAL);
        }
        mem::free(of.sel);
        of.sel = mem::copy(nla_data(nla), size).cast();
    }
    if of.sel.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
}

/// How often the keys have matched, of which there must be as many.
unsafe fn parse_counts(of: &mut U32, options: &nlattr) -> Done {
    const HEAD: usize = 16;
    // SAFETY: the options are whole; the selector is NULL or live.
    unsafe {
        let Some(nla) = last(options, TCA_U32_PCNT) else { return Ok(()) };
        let len = nla_len(nla) as usize;
        if len < HEAD {
            return Err(NLE_RANGE);
        }
        let sel = of.sel.as_ref().ok_or(NLE_MISSING_ATTR)?;
        if len < HEAD + usize::from(sel.nkeys) * 8 {
            return Err(NLE_INVAL);
        }
        of.counts.read(options, TCA_U32_PCNT)
    }
}

unsafe fn fill(of: &mut U32, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    let numbers = [
        (DIVISOR, TCA_U32_DIVISOR, of.divisor),
        (HASH, TCA_U32_HASH, of.hash),
        (CLASSID, TCA_U32_CLASSID, of.classid),
        (LINK, TCA_U32_LINK, of.link),
    ];
    for (_, kind, number) in numbers.into_iter().filter(|(bit, ..)| of.mask & bit != 0) {
        put(msg, kind, &number)?;
    }
    // SAFETY: the selector is as long as that; the actions are live.
    unsafe {
        let size = of.sel_size();
        if size > 0 {
            done(nla_put(msg, TCA_U32_SEL.into(), size as c_int, of.sel.cast()))?;
        }
        if of.mask & MARK != 0 {
            put(msg, TCA_U32_MARK, &of.mark)?;
        }
        put_actions(of.act, msg, TCA_U32_ACT)?;
        of.police.put(msg, TCA_U32_POLICE)?;
        of.indev.put(msg, TCA_U32_INDEV)
    }
}

/// The filter's number: of its hash table, its place there and its own.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_set_handle(cls: &mut rtnl_tc, table: c_int, hash: c_int, node: c_int) {
    let (table, hash, node) = (table as u32, hash as u32, node as u32);
    rtnl_tc_set_handle(cls, (table << 20) | (hash << 12) | node);
}

/// Changes the selector.
fn select(cls: &mut rtnl_tc, change: impl FnOnce(&mut Selector)) -> c_int {
    code(cls.wanted::<U32>().and_then(|of| of.selector()).map(change))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_set_hashmask(cls: &mut rtnl_tc, mask: u32, offset: u32) -> c_int {
    select(cls, |sel| (sel.hmask, sel.hoff) = (mask.to_be(), offset as i16))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_set_selector(
    cls: &mut rtnl_tc,
    offoff: c_int,
    offmask: u32,
    offshift: c_char,
    off: u16,
    flags: c_char,
) -> c_int {
    select(cls, |sel| {
        (sel.offoff, sel.offmask) = (offoff as i16, (offmask as u16).to_be());
        (sel.offshift, sel.off) = (offshift as u8, off);
        sel.flags |= VAROFFSET | flags as u8;
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_set_cls_terminal(cls: &mut rtnl_tc) -> c_int {
    select(cls, |sel| sel.flags |= TERMINAL)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_set_flags(cls: &mut rtnl_tc, flags: c_int) -> c_int {
    select(cls, |sel| sel.flags |= flags as u8)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_add_mark(cls: &mut rtnl_tc, val: u32, mask: u32) -> c_int {
    let Some(of) = cls.data_mut::<U32>() else { return -NLE_NOMEM };
    of.mark = Mark { val, mask, success: of.mark.success };
    of.mask |= MARK;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_del_mark(cls: &mut rtnl_tc) -> c_int {
    let Some(of) = cls.data_mut::<U32>() else { return -NLE_NOMEM };
    if of.mask & MARK == 0 {
        return -NLE_INVAL;
    }
    of.mark = Mark { val: 0, mask: 0, success: 0 };
    of.mask &= !MARK;
    0
}

/// Adds a key, whose value and mask are in the network's order.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_add_key(
    cls: &mut rtnl_tc,
    val: u32,
    mask: u32,
    off: c_int,
    offmask: c_int,
) -> c_int {
    let key = Key { mask, val: val & mask, off, offmask };
    code(cls.wanted::<U32>().and_then(|of| of.add_key(key)))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_get_key(
    cls: &rtnl_tc,
    index: u8,
    val: &mut u32,
    mask: &mut u32,
    off: &mut c_int,
    offmask: &mut c_int,
) -> c_int {
    let Some(of) = cls.data::<U32>() else { return -NLE_NOMEM };
    if of.sel.is_null() {
        return -NLE_INVAL;
    }
    let Some(key) = of.keys().get(usize::from(index)) else { return -NLE_RANGE };
    (*val, *mask, *off, *offmask) = (key.val, key.mask, key.off, key.offmask);
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_add_key_uint8(
    cls: &mut rtnl_tc,
    val: u8,
    mask: u8,
    off: c_int,
    offmask: c_int,
) -> c_int {
    let shift = 24 - 8 * (off & 3);
    let (val, mask) = (u32::from(val) << shift, u32::from(mask) << shift);
    rtnl_u32_add_key(cls, val.to_be(), mask.to_be(), off & !3, offmask)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_add_key_uint16(
    cls: &mut rtnl_tc,
    val: u16,
    mask: u16,
    off: c_int,
    offmask: c_int,
) -> c_int {
    if off & 1 != 0 {
        return -NLE_INVAL;
    }
    let shift = if off & 2 == 0 { 16 } else { 0 };
    let (val, mask) = (u32::from(val) << shift, u32::from(mask) << shift);
    rtnl_u32_add_key(cls, val.to_be(), mask.to_be(), off & !3, offmask)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_add_key_uint32(
    cls: &mut rtnl_tc,
    val: u32,
    mask: u32,
    off: c_int,
    offmask: c_int,
) -> c_int {
    rtnl_u32_add_key(cls, val.to_be(), mask.to_be(), off & !3, offmask)
}

/// A mask of so many bits. As processors shift, 0 is as good as 32.
fn prefix(bits: u32) -> u32 {
    u32::MAX.wrapping_shl(32u32.wrapping_sub(bits))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_u32_add_key_in_addr(
    cls: &mut rtnl_tc,
    addr: &u32,
    bits: u8,
    off: c_int,
    offmask: c_int,
) -> c_int {
    rtnl_u32_add_key(cls, *addr, prefix(bits.into()).to_be(), off, offmask)
}

/// Adds a key for each word of the address that has bits of the prefix.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_u32_add_key_in6_addr(
    cls: &mut rtnl_tc,
    addr: &[u32; 4],
    bits: u8,
    off: c_int,
    offmask: c_int,
) -> c_int {
    for (at, word) in (0u32..).zip(addr) {
        let left = u32::from(bits).saturating_sub(at * 32);
        if left == 0 {
            break;
        }
        let (mask, off) = (prefix(left.min(32)).to_be(), off.wrapping_add(4 * at as c_int));
        let answer = rtnl_u32_add_key(cls, *word, mask, off, offmask);
        if answer < 0 {
            return answer;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_u32_add_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(of) = cls.data_mut::<U32>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { add_action(&mut of.act, act) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_u32_del_action(cls: &mut rtnl_tc, act: *mut rtnl_tc) -> c_int {
    let Some(of) = cls.data_mut::<U32>() else { return -NLE_NOMEM };
    // SAFETY: the action is NULL or live.
    unsafe { remove_action(&mut of.act, act, NLE_INVAL) }
}

/// The first action, which stays the filter's.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_u32_get_action(cls: &rtnl_tc) -> *mut rtnl_tc {
    cls.data::<U32>().map_or(null_mut(), |of| of.act)
}
