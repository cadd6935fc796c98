// SPDX-License-Identifier: MIT OR Apache-2.0
//! Doubly linked lists through a member, as `netlink/list.h` lays them out.

use crate::abi::nl_list_head;

/// An empty list, or an element of none.
pub(crate) unsafe fn init(list: *mut nl_list_head) {
    // SAFETY: the caller's list is live.
    unsafe { *list = nl_list_head { next: list, prev: list } };
}

/// Puts `one` at the end.
pub(crate) unsafe fn add_tail(one: *mut nl_list_head, list: *mut nl_list_head) {
    // SAFETY: both are live, and the list is intact.
    unsafe {
        let last = (*list).prev;
        *one = nl_list_head { next: list, prev: last };
        (*last).next = one;
        (*list).prev = one;
    }
}

/// Takes `one` out; it is then an element of no list.
pub(crate) unsafe fn remove(one: *mut nl_list_head) {
    // SAFETY: it is in a list, or linked to itself.
    unsafe {
        (*(*one).next).prev = (*one).prev;
        (*(*one).prev).next = (*one).next;
        init(one);
    }
}

/// The elements, each as the `T` that has its link at offset `at`. The next one is looked up before the
/// current one is handed out, so that it may be removed.
pub(crate) struct Iter<T> {
    list: *mut nl_list_head,
    next: *mut nl_list_head,
    at: usize,
    of: core::marker::PhantomData<T>,
}

/// Walks `list`.
pub(crate) unsafe fn iter<T>(list: *mut nl_list_head, at: usize) -> Iter<T> {
    // SAFETY: the caller's list is live and stays so while it is walked.
    Iter { list, next: unsafe { (*list).next }, at, of: core::marker::PhantomData }
}

impl<T> Iterator for Iter<T> {
    type Item = *mut T;

    fn next(&mut self) -> Option<*mut T> {
        if self.next == self.list {
            return None;
        }
        let one = self.next;
        // SAFETY: `iter` was promised a live list.
        self.next = unsafe { (*one).next };
        Some(one.wrapping_byte_sub(self.at).cast())
    }
}
