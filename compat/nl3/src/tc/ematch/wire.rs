// SPDX-License-Identifier: MIT OR Apache-2.0
//! Trees of matches in messages and as text.
//!
//! A message has one list of all matches. Those of the tree's own list come first; a container has the number
//! of its first child, and its children follow one another up to one that says that it is the last.

use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

use super::*;
use crate::abi::nlattr;
use crate::attr::*;
use crate::dump::dump;
use crate::msg::{nlmsg_alloc_size, nlmsg_append, nlmsg_attrdata, nlmsg_free, nlmsg_hdr};

const TCA_EMATCH_TREE_HDR: u16 = 1;
const TCA_EMATCH_TREE_LIST: u16 = 2;

/// How deep brackets may be, so that nothing that is received runs out of stack.
const DEEPEST: usize = 64;

/// `struct tcf_ematch_tree_hdr`.
#[derive(Clone, Copy)]
#[repr(C)]
struct TreeHeader {
    nmatches: u16,
    progid: u16,
}

/// `struct tcf_ematch_hdr`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    id: u16,
    kind: u16,
    flags: u16,
    pad: u16,
}

/// Numbers the first children of containers; returns how many matches there are.
unsafe fn number(head: *mut nl_list_head, mut next: u16, depth: usize) -> Result<u16, c_int> {
    if depth > DEEPEST {
        return Err(NLE_INVAL);
    }
    // SAFETY: the matches are live.
    unsafe {
        next = next.saturating_add(matches(head).count() as u16);
        for one in matches(head).filter(|one| (**one).kind == CONTAINER) {
            (*one).first = next;
            next = number(&raw mut (*one).children, next, depth + 1)?;
        }
    }
    Ok(next)
}

/// The kernel compares the type with the place, and so wants no mark of a nest in it.
unsafe fn put_one(msg: &mut nl_msg, one: *mut rtnl_ematch, place: c_int) -> Done {
    // SAFETY: the match is live; its data is as long as its kind says.
    unsafe {
        let nest = nla_nest_start(msg, place);
        let Some(attr) = nest.as_mut() else { return Err(NLE_NOMEM) };
        attr.nla_type = place as u16;
        let head = Header { id: (*one).id, kind: (*one).kind, flags: (*one).flags, pad: 0 };
        done(nlmsg_append(msg, (&raw const head).cast(), size_of::<Header>(), 4))?;
        if let Some(ops) = (*one).ops.as_ref() {
            done(match ops.fill {
                Some(fill) => fill(one, msg),
                None => nlmsg_append(msg, (*one).data, ops.datalen, 4),
            })?;
        }
        nla_nest_end(msg, nest);
    }
    Ok(())
}

/// Puts a list, then those in its brackets; returns the place of the next one.
unsafe fn put_list(
    msg: &mut nl_msg,
    head: *mut nl_list_head,
    mut place: c_int,
) -> Result<c_int, c_int> {
    // SAFETY: the matches are live, and `number` has seen how deep they are.
    unsafe {
        for one in matches(head) {
            put_one(msg, one, place)?;
            place += 1;
        }
        for one in matches(head).filter(|one| (**one).kind == CONTAINER) {
            place = put_list(msg, &raw mut (*one).children, place)?;
        }
    }
    Ok(place)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_fill_attr(
    msg: &mut nl_msg,
    kind: c_int,
    tree: *mut rtnl_ematch_tree,
) -> c_int {
    // SAFETY: the tree is live.
    code(unsafe { fill(msg, kind, tree) })
}

unsafe fn fill(msg: &mut nl_msg, kind: c_int, tree: *mut rtnl_ematch_tree) -> Done {
    // SAFETY: the tree is live.
    unsafe {
        let list = &raw mut (*tree).list;
        let head = TreeHeader { nmatches: number(list, 0, 0)?, progid: (*tree).progid };
        let outer = nla_nest_start(msg, kind);
        if outer.is_null() {
            return Err(NLE_NOMEM);
        }
        crate::tc::message::put(msg, TCA_EMATCH_TREE_HDR, &head)?;
        let inner = nla_nest_start(msg, TCA_EMATCH_TREE_LIST.into());
        if inner.is_null() {
            return Err(NLE_NOMEM);
        }
        put_list(msg, list, 1)?;
        nla_nest_end(msg, inner);
        nla_nest_end(msg, outer);
    }
    Ok(())
}

/// Reads a tree. Without matches there is none: the result is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_parse_attr(
    nla: &nlattr,
    result: &mut *mut rtnl_ematch_tree,
) -> c_int {
    // SAFETY: the attribute is whole.
    code(unsafe { parse(nla) }.map(|tree| *result = tree))
}

unsafe fn parse(nla: &nlattr) -> Result<*mut rtnl_ematch_tree, c_int> {
    // SAFETY: the payload is inside the attribute; the array has room for all matches.
    unsafe {
        let head = crate::tc::message::find::<TreeHeader>(nla, TCA_EMATCH_TREE_HDR)?
            .ok_or(NLE_MISSING_ATTR)?;
        if head.nmatches == 0 {
            return Ok(null_mut());
        }
        let inside = walk(nla_data(nla).cast(), nla_len(nla));
        let list = inside.filter(|nla| nla_type(nla) == TCA_EMATCH_TREE_LIST.into()).last();
        let list = list.ok_or(NLE_MISSING_ATTR)?;
        let count = usize::from(head.nmatches);
        let all = mem::zalloc::<*mut rtnl_ematch>((count - 1) * size_of::<*mut rtnl_ematch>());
        if all.is_null() {
            return Err(NLE_NOMEM);
        }
        let tree = rtnl_ematch_tree_alloc(head.progid);
        let done = if tree.is_null() { Err(NLE_NOMEM) } else { read_all(list, all, count) };
        let done = done.and_then(|()| hang(all, count, 0, &raw mut (*tree).list, 0));
        for at in 0..count {
            // What hangs nowhere is nobody's.
            let one = *all.add(at);
            if !one.is_null() {
                rtnl_ematch_free(one);
            }
        }
        mem::free(all);
        if done.is_err() {
            rtnl_ematch_tree_free(tree);
        }
        done.map(|()| tree)
    }
}

/// Makes the matches of a list.
unsafe fn read_all(list: &nlattr, all: *mut *mut rtnl_ematch, count: usize) -> Done {
    let mut found = 0;
    // SAFETY: the payload is inside the attribute; the array has room for `count`.
    unsafe {
        for nla in walk(nla_data(list).cast(), nla_len(list)) {
            if found >= count {
                return Err(NLE_RANGE);
            }
            let one = rtnl_ematch_alloc();
            *all.add(found) = one;
            read_one(one.as_mut().ok_or(NLE_NOMEM)?, nla)?;
            found += 1;
        }
    }
    if found == count { Ok(()) } else { Err(NLE_INVAL) }
}

unsafe fn read_one(one: &mut rtnl_ematch, nla: &nlattr) -> Done {
    const HEAD: usize = size_of::<Header>();
    // SAFETY: what is read has been checked; the kind lives as long as the program.
    unsafe {
        let head: Header = crate::tc::message::read(nla)?;
        let (data, len) = (nla_data(nla).wrapping_byte_add(HEAD), nla_len(nla) as usize - HEAD);
        (one.id, one.flags) = (head.id, head.flags);
        let Some(ops) = rtnl_ematch_lookup_ops(head.kind.into()).as_ref() else {
            // Shown by its number.
            one.kind = head.kind;
            return Ok(());
        };
        if len < ops.minlen {
            return Err(NLE_INVAL);
        }
        done(rtnl_ematch_set_ops(one, ops))?;
        match ops.parse {
            Some(parse) => done(parse(one, data, len)),
            None => copy(one, ops, data, len),
        }
    }
}

unsafe fn copy(one: &rtnl_ematch, ops: &rtnl_ematch_ops, data: *mut c_void, len: usize) -> Done {
    // SAFETY: both have as many bytes.
    unsafe { libc::memcpy(one.data, data, len.min(ops.datalen)) };
    Ok(())
}

/// Moves matches from the array to the list that they belong to, from number `at` to one that is the last.
unsafe fn hang(
    all: *mut *mut rtnl_ematch,
    count: usize,
    mut at: usize,
    list: *mut nl_list_head,
    depth: usize,
) -> Done {
    // SAFETY: the array has `count` matches, or NULL where one has been moved.
    unsafe {
        loop {
            if at >= count || depth > DEEPEST {
                return Err(NLE_RANGE);
            }
            let one = core::mem::replace(&mut *all.add(at), null_mut());
            if one.is_null() {
                return Err(NLE_INVAL);
            }
            list::add_tail(&raw mut (*one).link, list);
            if (*one).kind == CONTAINER {
                hang(all, count, (*one).first.into(), &raw mut (*one).children, depth + 1)?;
            }
            if (*one).flags & REL_MASK == 0 {
                return Ok(());
            }
            at += 1;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_tree_clone(
    tree: *mut rtnl_ematch_tree,
) -> *mut rtnl_ematch_tree {
    // SAFETY: NULL or live.
    unsafe { clone_tree(tree).unwrap_or(null_mut()) }
}

/// A tree that is the same, by way of a message.
pub(in crate::tc) unsafe fn clone_tree(
    tree: *mut rtnl_ematch_tree,
) -> Result<*mut rtnl_ematch_tree, c_int> {
    // SAFETY: the tree is NULL or live; the message is ours.
    unsafe {
        if tree.is_null() {
            return Ok(tree);
        }
        if (*tree).list.next == &raw mut (*tree).list {
            let new = rtnl_ematch_tree_alloc((*tree).progid);
            return if new.is_null() { Err(NLE_NOMEM) } else { Ok(new) };
        }
        let msg = nlmsg_alloc_size(65536);
        let Some(new) = msg.as_mut() else { return Err(NLE_NOMEM) };
        let filled = fill(new, 1, tree);
        let copy = filled.and_then(|()| parse(&*nlmsg_attrdata(nlmsg_hdr(new), 0)));
        nlmsg_free(msg);
        copy
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_tree_dump(
    tree: *mut rtnl_ematch_tree,
    p: *mut nl_dump_params,
) {
    // SAFETY: the tree is NULL or live.
    unsafe { dump_tree(tree, p) }
}

pub(in crate::tc) unsafe fn dump_tree(tree: *mut rtnl_ematch_tree, p: *mut nl_dump_params) {
    // SAFETY: the tree is NULL or live.
    unsafe {
        if !tree.is_null() {
            dump_list(&raw mut (*tree).list, p, 0);
            dump!(p, c"\n");
        }
    }
}

unsafe fn dump_list(head: *mut nl_list_head, p: *mut nl_dump_params, depth: usize) {
    // SAFETY: the matches are live.
    unsafe {
        for one in matches(head) {
            if (*one).flags & INVERT != 0 {
                dump!(p, c"!");
            }
            if (*one).kind == CONTAINER {
                dump!(p, c"(");
                if depth < DEEPEST {
                    dump_list(&raw mut (*one).children, p, depth + 1);
                }
                dump!(p, c")");
            } else if (*one).ops.is_null() {
                dump!(p, c"[unknown ematch %u]", c_uint::from((*one).kind));
            } else if let Some(dump) = (*(*one).ops).dump {
                dump(one, p);
            } else {
                dump!(p, c"[data]");
            }
            match (*one).flags & REL_MASK {
                REL_AND => dump!(p, c" AND "),
                REL_OR => dump!(p, c" OR "),
                _ => return,
            }
        }
    }
}
