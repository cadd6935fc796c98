// SPDX-License-Identifier: MIT OR Apache-2.0
//! Batches: messages side by side in a buffer of the program's.

use crate::memory::Place;

/// `struct mnl_nlmsg_batch`, allocated with malloc.
pub(crate) struct Batch {
    head: Place,
    /// So much is to be sent at a time; the buffer has room for one more message.
    limit: usize,
    used: usize,
    /// A message did not fit: whatever is the current one is the first of the next batch.
    overflow: bool,
}

impl Batch {
    fn current(&self) -> Place {
        self.head.at(self.used)
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_start(buf: Place, bufsiz: usize) -> *mut Batch {
    // SAFETY: malloc takes any size.
    let batch: *mut Batch = unsafe { libc::malloc(size_of::<Batch>()) }.cast();
    if !batch.is_null() {
        let empty = Batch { head: buf, limit: bufsiz, used: 0, overflow: false };
        // SAFETY: malloc gave room for a Batch.
        unsafe { batch.write(empty) };
    }
    batch
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_stop(b: *mut Batch) {
    // SAFETY: mnl_nlmsg_batch_start allocated it, and the program gives it up.
    unsafe { libc::free(b.cast()) }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_next(b: &mut Batch) -> bool {
    let used = b.used + b.current().message().len() as usize;
    let fits = used <= b.limit;
    if fits {
        b.used = used;
    } else {
        b.overflow = true;
    }
    fits
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_size(b: &Batch) -> usize {
    b.used
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_reset(b: &mut Batch) {
    let pending = if b.overflow { b.current().message().len() as usize } else { 0 };
    b.head.take(b.current(), pending);
    b.used = pending;
    b.overflow = false;
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_head(b: &Batch) -> Place {
    b.head
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_current(b: &Batch) -> Place {
    b.current()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_batch_is_empty(b: &Batch) -> bool {
    b.used == 0
}
