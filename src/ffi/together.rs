// SPDX-License-Identifier: MIT OR Apache-2.0
//! Dumps side by side.

use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr::null_mut;

use super::err::rnl_err;
use super::guard::{count, guard};
use super::msg::rnl_msg;
use super::ptr;
use super::reply::rnl_reply;
use super::sock::{open, rnl_sock};
use crate::conn::{DumpJob, Reply, dump_together};
use crate::error::{Error, Fault};
use crate::grow;

/// A dump for rnl_dump_together(). Fill it with zeros, then sock and msg. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_dump_job {
    /// Open socket that no other job has.
    pub sock: *mut rnl_sock,
    /// Request, as for rnl_dump_start(); it stays the caller's.
    pub msg: *const rnl_msg,
    /// All objects, to free with rnl_reply_free(); NULL on failure.
    pub reply: *mut rnl_reply,
    /// Why it failed, to free with rnl_err_free(); NULL on success.
    pub err: *mut rnl_err,
    /// 0, or what rnl_dump_start() or rnl_dump_next() would have returned.
    pub result: i32,
    /// 0
    pub reserved: u32,
}

impl rnl_dump_job {
    /// What the core needs of it.
    unsafe fn request<'a>(&self) -> Result<DumpJob<'a>, Fault> {
        // SAFETY: the caller passes NULL or a socket, and NULL or a message.
        let (socket, msg) = unsafe { (open(self.sock)?, ptr::get(self.msg)?) };
        Ok(DumpJob::new(socket, &msg.msg))
    }

    fn end(&mut self, result: Result<Reply, Error>) {
        let reply = result.and_then(|reply| Ok(rnl_reply::give(reply)?));
        (self.reply, self.err, self.result) = match reply {
            Ok(reply) => (reply, null_mut(), 0),
            Err(error) => {
                let result = -error.errno();
                (null_mut(), rnl_err::give(error), result)
            }
        };
    }
}

/// Makes consistent dumps at the same time, each on a socket and a thread of its own; one of the threads
/// is the caller's, the others end before this returns, and no signal is delivered to them. The kernel
/// runs a dump in the thread that receives it, so that several processors work.
///
/// @jobs        the dumps; reply, err and result of each are filled
/// @n           how many
/// @timeout_ms  milliseconds for all of it, restarts included; -1 is for ever
///
/// Returns how many dumps failed, or
///   -EINVAL  jobs is NULL and n is not 0, a socket or message is NULL, or two jobs have the same socket;
///            nothing has been sent or filled then
///   -EBADF   a socket has been closed; likewise
///   -ENOMEM  no memory; likewise
/// Threads: no socket or message of jobs may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_together(
    jobs: *mut rnl_dump_job,
    n: usize,
    timeout_ms: c_int,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes n jobs.
        let jobs = unsafe { ptr::slice_mut(jobs, n) }?;
        // SAFETY: as above.
        let mut dumps = unsafe { requests(jobs) }?;
        dump_together(&mut dumps, timeout_ms);
        for (job, dump) in jobs.iter_mut().zip(dumps) {
            job.end(dump.result);
        }
        Ok(count(jobs.iter().filter(|job| job.result != 0).count()))
    })
}

/// What the jobs ask for, if they keep out of each other's way.
unsafe fn requests<'a>(jobs: &[rnl_dump_job]) -> Result<Vec<DumpJob<'a>>, Fault> {
    let mut dumps = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let before = jobs.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.sock == job.sock) {
            return Err(Fault::BadArgument);
        }
        // SAFETY: the caller passes NULL or sockets and messages; no socket is among those before.
        grow::push(&mut dumps, unsafe { job.request() }?)?;
    }
    Ok(dumps)
}
