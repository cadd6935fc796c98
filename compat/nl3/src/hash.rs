// SPDX-License-Identifier: MIT OR Apache-2.0
//! The hash table of `netlink/hashtable.h`, for programs that keep one of their own. Caches have index.rs.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::abi::{nl_hash_node, nl_hash_table};
use crate::error::{NLE_EXIST, NLE_NOMEM, NLE_OBJ_NOTFOUND};
use crate::mem;
use crate::object::{nl_object, nl_object_identical, nl_object_keygen};

#[unsafe(no_mangle)]
pub extern "C" fn nl_hash_table_alloc(size: c_int) -> *mut nl_hash_table {
    let table = mem::zalloc::<nl_hash_table>(0);
    let room = (size.max(0) as usize).saturating_mul(size_of::<*mut nl_hash_node>());
    // SAFETY: calloc takes any size; the table is NULL or new.
    unsafe {
        let nodes: *mut *mut nl_hash_node = libc::calloc(1, room.max(1)).cast();
        if table.is_null() || nodes.is_null() {
            mem::free(table);
            mem::free(nodes);
            return null_mut();
        }
        *table = nl_hash_table { size, nodes };
    }
    table
}

/// The bucket of an object, and its number.
unsafe fn bucket(table: &nl_hash_table, obj: *mut nl_object) -> (*mut *mut nl_hash_node, u32) {
    let mut key = 0;
    // SAFETY: the object is live; the key is below the number of buckets.
    unsafe {
        nl_object_keygen(obj, &mut key, table.size as u32);
        (table.nodes.add(key as usize), key)
    }
}

/// Where the pointer to the node of an identical object is, or the one that ends the chain.
unsafe fn find(table: &nl_hash_table, obj: *mut nl_object) -> *mut *mut nl_hash_node {
    // SAFETY: the table's nodes and objects are live.
    unsafe {
        let (mut at, _) = bucket(table, obj);
        while !(*at).is_null() && nl_object_identical((**at).obj, obj) == 0 {
            at = &raw mut (**at).next;
        }
        at
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash_table_lookup(
    table: &nl_hash_table,
    obj: *mut nl_object,
) -> *mut nl_object {
    // SAFETY: the table's nodes are live.
    unsafe {
        let at = find(table, obj);
        if (*at).is_null() { null_mut() } else { (**at).obj }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash_table_add(table: &nl_hash_table, obj: *mut nl_object) -> c_int {
    // SAFETY: the table's nodes are live; the new one is the table's, as is its reference.
    unsafe {
        if !(*find(table, obj)).is_null() {
            return -NLE_EXIST;
        }
        let node = mem::zalloc::<nl_hash_node>(0);
        if node.is_null() {
            return -NLE_NOMEM;
        }
        let (first, key) = bucket(table, obj);
        crate::object::nl_object_get(obj);
        *node = nl_hash_node { key, key_size: size_of::<u32>() as u32, obj, next: *first };
        *first = node;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash_table_del(table: &nl_hash_table, obj: *mut nl_object) -> c_int {
    // SAFETY: the table's nodes are live, and the one found is not used again.
    unsafe {
        let at = find(table, obj);
        let node = *at;
        if node.is_null() {
            return -NLE_OBJ_NOTFOUND;
        }
        *at = (*node).next;
        crate::object::nl_object_put((*node).obj);
        mem::free(node);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash_table_free(table: *mut nl_hash_table) {
    // SAFETY: the table is not used again, nor are its nodes.
    unsafe {
        for bucket in 0..(*table).size.max(0) as usize {
            let mut node = *(*table).nodes.add(bucket);
            while !node.is_null() {
                let next = (*node).next;
                crate::object::nl_object_put((*node).obj);
                mem::free(node);
                node = next;
            }
        }
        mem::free((*table).nodes);
        mem::free(table);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash(key: *const c_void, len: usize, base: u32) -> u32 {
    // SAFETY: as for nl_hash_any.
    unsafe { nl_hash_any(key, len, base) }
}

/// Bob Jenkins's lookup3, which is in the public domain (burtleburtle.net/bob/c/lookup3.c), read as a
/// little-endian machine reads it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_hash_any(key: *const c_void, len: usize, base: u32) -> u32 {
    let len = if key.is_null() { 0 } else { len };
    let key = if len == 0 { c"".as_ptr().cast() } else { key.cast::<u8>() };
    // SAFETY: the key has `len` bytes.
    let key = unsafe { core::slice::from_raw_parts(key, len) };
    let start = 0xdead_beefu32.wrapping_add(len as u32).wrapping_add(base);
    let mut sum = (start, start, start);
    // The last block, which may be a whole one, is mixed in another way.
    let (blocks, last) = key.split_at_checked(len.saturating_sub(1) / 12 * 12).unwrap_or_default();
    for block in blocks.chunks_exact(12) {
        sum = mix(plus(sum, block));
    }
    if last.is_empty() { sum.2 } else { finish(plus(sum, last)) }
}

type Three = (u32, u32, u32);

/// Adds a block of at most 12 bytes.
fn plus((a, b, c): Three, block: &[u8]) -> Three {
    let mut words = [0u32; 3];
    for (word, bytes) in words.iter_mut().zip(block.chunks(4)) {
        *word = bytes.iter().rev().fold(0, |word, &b| word << 8 | u32::from(b));
    }
    let [x, y, z] = words;
    (a.wrapping_add(x), b.wrapping_add(y), c.wrapping_add(z))
}

fn mix((mut a, mut b, mut c): Three) -> Three {
    for turns in [(4, 6, 8), (16, 19, 4)] {
        a = a.wrapping_sub(c) ^ c.rotate_left(turns.0);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(turns.1);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(turns.2);
        b = b.wrapping_add(a);
    }
    (a, b, c)
}

fn finish((mut a, mut b, mut c): Three) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}
