// SPDX-License-Identifier: MIT OR Apache-2.0
//! Extended matches: trees of tests, for filters that take any.

mod expr;
mod kinds;
mod meta;
mod token;
mod wire;

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::mem::offset_of;
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use crate::abi::{nl_dump_params, nl_list_head};
use crate::error::*;
use crate::msg::nl_msg;
use crate::{list, mem};

pub(super) use wire::{clone_tree, dump_tree, rtnl_ematch_fill_attr, rtnl_ematch_parse_attr};

/// `netlink/route/cls/ematch.h`: a kind of matches.
#[repr(C)]
pub struct rtnl_ematch_ops {
    kind: c_int,
    name: *const c_char,
    minlen: usize,
    datalen: usize,
    parse: Option<unsafe extern "C" fn(*mut rtnl_ematch, *mut c_void, usize) -> c_int>,
    dump: Option<unsafe extern "C" fn(*mut rtnl_ematch, *mut nl_dump_params)>,
    fill: Option<unsafe extern "C" fn(*mut rtnl_ematch, *mut nl_msg) -> c_int>,
    free: Option<unsafe extern "C" fn(*mut rtnl_ematch)>,
    link: nl_list_head,
}

// SAFETY: ours are never changed; the caller's are its own affair.
unsafe impl Sync for rtnl_ematch_ops {}

const _: () = assert!(size_of::<rtnl_ematch_ops>() == 80 || size_of::<usize>() != 8);

/// A match, or several in brackets.
#[repr(C)]
pub struct rtnl_ematch {
    id: u16,
    kind: u16,
    flags: u16,
    /// Of a container, when a message is made: where in it the first child is.
    first: u16,
    ops: *const rtnl_ematch_ops,
    /// What the kind has of its own, `datalen` bytes.
    data: *mut c_void,
    children: nl_list_head,
    link: nl_list_head,
}

/// A tree: a list of matches, of which some are containers.
#[repr(C)]
pub struct rtnl_ematch_tree {
    progid: u16,
    list: nl_list_head,
}

/// How a match goes together with the next one: not at all, `AND`, `OR`; and whether it is inverted.
const REL_MASK: u16 = 3;
const REL_AND: u16 = 1;
const REL_OR: u16 = 2;
const INVERT: u16 = 4;
const CONTAINER: u16 = 0;

impl rtnl_ematch {
    /// What the kind has of its own, if that is as much.
    unsafe fn data<T>(&mut self) -> Option<&mut T> {
        // SAFETY: the data has as many bytes as the kind says; the caller knows that they are a `T`.
        unsafe {
            let ops = self.ops.as_ref()?;
            (ops.datalen >= size_of::<T>()).then_some(self.data.cast::<T>().as_mut()).flatten()
        }
    }
}

/// The matches of a list. The list must stay while it is walked.
unsafe fn matches(head: *mut nl_list_head) -> list::Iter<rtnl_ematch> {
    // SAFETY: the list is live, by the caller's promise.
    unsafe { list::iter(head, offset_of!(rtnl_ematch, link)) }
}

/// Kinds that the program has described, by their links.
static REGISTERED: AtomicPtr<nl_list_head> = AtomicPtr::new(null_mut());

fn find(is: impl Fn(&rtnl_ematch_ops) -> bool) -> *const rtnl_ematch_ops {
    if let Some(ops) = kinds::KINDS.iter().find(|ops| is(ops)) {
        return ops;
    }
    let mut next = REGISTERED.load(Relaxed);
    // SAFETY: what was registered lives as long as the program.
    unsafe {
        while !next.is_null() {
            let ops =
                next.wrapping_byte_sub(offset_of!(rtnl_ematch_ops, link)).cast::<rtnl_ematch_ops>();
            if is(&*ops) {
                return ops;
            }
            next = (*next).next;
        }
    }
    null()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_register(ops: &mut rtnl_ematch_ops) -> c_int {
    if !rtnl_ematch_lookup_ops(ops.kind).is_null() {
        return -NLE_EXIST;
    }
    ops.link = nl_list_head { next: REGISTERED.load(Relaxed), prev: null_mut() };
    REGISTERED.store(&mut ops.link, Relaxed);
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_lookup_ops(kind: c_int) -> *const rtnl_ematch_ops {
    find(|ops| ops.kind == kind)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_lookup_ops_by_name(
    name: *const c_char,
) -> *const rtnl_ematch_ops {
    // SAFETY: both are strings.
    find(|ops| unsafe { libc::strcasecmp(ops.name, name) == 0 })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_alloc() -> *mut rtnl_ematch {
    let new = mem::zalloc::<rtnl_ematch>(0);
    // SAFETY: NULL or new.
    unsafe {
        if !new.is_null() {
            list::init(&raw mut (*new).children);
            list::init(&raw mut (*new).link);
        }
    }
    new
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_add_child(
    parent: *mut rtnl_ematch,
    child: *mut rtnl_ematch,
) -> c_int {
    // SAFETY: both are live.
    unsafe {
        if (*parent).kind != CONTAINER {
            return -NLE_OPNOTSUPP;
        }
        list::add_tail(&raw mut (*child).link, &raw mut (*parent).children);
    }
    0
}

/// Takes a match out of the list that it is in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_unlink(ematch: *mut rtnl_ematch) {
    // SAFETY: the match is live.
    unsafe { list::remove(&raw mut (*ematch).link) };
}

/// Frees a match that is in no list, and what is in its brackets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_free(ematch: *mut rtnl_ematch) {
    // SAFETY: the match is live, and not used again.
    unsafe {
        rtnl_ematch_unlink(ematch);
        free_list(&raw mut (*ematch).children);
        if let Some(free) = (*ematch).ops.as_ref().and_then(|ops| ops.free) {
            free(ematch);
        }
        mem::free((*ematch).data);
        mem::free(ematch);
    }
}

/// Frees the matches of a list. What is in brackets is put behind it first, so that depth costs no stack.
unsafe fn free_list(head: *mut nl_list_head) {
    // SAFETY: the matches are live, and not used again.
    unsafe {
        loop {
            let next = (*head).next;
            if next == head {
                return;
            }
            let one = next.wrapping_byte_sub(offset_of!(rtnl_ematch, link)).cast::<rtnl_ematch>();
            for child in matches(&raw mut (*one).children) {
                list::remove(&raw mut (*child).link);
                list::add_tail(&raw mut (*child).link, head);
            }
            rtnl_ematch_free(one);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_data(ematch: &rtnl_ematch) -> *mut c_void {
    ematch.data
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_set_flags(ematch: &mut rtnl_ematch, flags: u16) {
    ematch.flags |= flags;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_unset_flags(ematch: &mut rtnl_ematch, flags: u16) {
    ematch.flags &= !flags;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_get_flags(ematch: &rtnl_ematch) -> u16 {
    ematch.flags
}

/// Gives a match its kind, once, and room for what that has of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_set_ops(
    ematch: &mut rtnl_ematch,
    ops: *const rtnl_ematch_ops,
) -> c_int {
    // SAFETY: the kind lives as long as the program.
    unsafe {
        if !ematch.ops.is_null() {
            return -NLE_EXIST;
        }
        ematch.ops = ops;
        ematch.kind = (*ops).kind as u16;
        if (*ops).datalen > 0 {
            ematch.data = mem::zalloc::<u8>((*ops).datalen - 1).cast();
            if ematch.data.is_null() {
                return -NLE_NOMEM;
            }
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_set_kind(ematch: &mut rtnl_ematch, kind: u16) -> c_int {
    if ematch.kind != 0 {
        return -NLE_EXIST;
    }
    ematch.kind = kind;
    let ops = rtnl_ematch_lookup_ops(kind.into());
    // SAFETY: the kind is NULL or lives as long as the program.
    if ops.is_null() { 0 } else { unsafe { rtnl_ematch_set_ops(ematch, ops) } }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_set_name(
    ematch: &mut rtnl_ematch,
    name: *const c_char,
) -> c_int {
    if ematch.kind != 0 {
        return -NLE_EXIST;
    }
    // SAFETY: the name is a string; the kind is NULL or lives as long as the program.
    unsafe {
        let ops = rtnl_ematch_lookup_ops_by_name(name);
        if ops.is_null() { -NLE_OPNOTSUPP } else { rtnl_ematch_set_ops(ematch, ops) }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_tree_alloc(progid: u16) -> *mut rtnl_ematch_tree {
    let tree = mem::zalloc::<rtnl_ematch_tree>(0);
    // SAFETY: NULL or new.
    unsafe {
        if !tree.is_null() {
            (*tree).progid = progid;
            list::init(&raw mut (*tree).list);
        }
    }
    tree
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_tree_free(tree: *mut rtnl_ematch_tree) {
    // SAFETY: NULL, or live and not used again.
    unsafe {
        if !tree.is_null() {
            free_list(&raw mut (*tree).list);
            mem::free(tree);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_tree_add(
    tree: *mut rtnl_ematch_tree,
    ematch: *mut rtnl_ematch,
) {
    // SAFETY: both are live.
    unsafe { list::add_tail(&raw mut (*ematch).link, &raw mut (*tree).list) };
}

/// Names of layers, as offsets have them.
fn layer(layer: u8, names: [&'static CStr; 3]) -> &'static CStr {
    names.get(usize::from(layer)).copied().unwrap_or(c"?")
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_offset2txt(
    number: u8,
    offset: u16,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    let name = layer(number, [c"eth", c"ip", c"tcp"]);
    // SAFETY: the buffer has `len` bytes.
    unsafe { libc::snprintf(buf, len, c"%s+%u".as_ptr(), name.as_ptr(), c_uint::from(offset)) };
    buf
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_opnd2txt(
    operand: u8,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    let name = layer(operand, [c"=", c">", c"<"]);
    // SAFETY: the buffer has `len` bytes.
    unsafe { libc::snprintf(buf, len, c"%s".as_ptr(), name.as_ptr()) };
    buf
}
