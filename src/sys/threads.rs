// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads that live no longer than a call.

use alloc::vec::Vec;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

use super::netns::without_signals;
use super::{Errno, call_int};
use crate::error::Fault;
use crate::grow;

/// What a thread is to do.
struct Task<T, F> {
    job: *mut T,
    work: *const F,
}

impl<T, F: Fn(&mut T)> Task<T, F> {
    /// # Safety
    ///
    /// The job and the work live, and nobody else touches the job.
    unsafe fn run(&self) {
        // SAFETY: as the caller promises.
        unsafe { (*self.work)(&mut *self.job) }
    }
}

/// Runs `work` on all `jobs` at the same time: the first on the caller's thread, each of the others on a
/// thread of its own, to which no signal is delivered. Returns when all have ended. Jobs for which no
/// thread can be had follow the first.
pub(crate) fn side_by_side<T: Send, F: Fn(&mut T) + Sync>(jobs: &mut [T], work: F) {
    let Ok(tasks) = tasks(jobs, &work) else { return jobs.iter_mut().for_each(work) };
    let (own, others) = tasks.split_at(tasks.len().min(1));
    let threads = without_signals(|| start(others));
    for task in own.iter().chain(others.iter().skip(threads.len())) {
        // SAFETY: jobs and work are borrowed until this returns; this job has no thread.
        unsafe { task.run() };
    }
    threads.into_iter().for_each(join);
}

/// A task for each job, as far as there is memory for all of them.
fn tasks<T, F>(jobs: &mut [T], work: &F) -> Result<Vec<Task<T, F>>, Fault> {
    let mut tasks = Vec::new();
    for job in jobs {
        grow::push(&mut tasks, Task { job, work })?;
    }
    Ok(tasks)
}

/// Starts threads for the tasks, in order, until one can't be had.
fn start<T: Send, F: Fn(&mut T) + Sync>(tasks: &[Task<T, F>]) -> Vec<libc::pthread_t> {
    let mut threads = Vec::new();
    // Room first: a thread that nobody knows of could not be waited for.
    if threads.try_reserve_exact(tasks.len()).is_err() {
        return threads;
    }
    for task in tasks {
        let Ok(thread) = spawn(task) else { break };
        if grow::push(&mut threads, thread).is_err() {
            break;
        }
    }
    threads
}

fn spawn<T: Send, F: Fn(&mut T) + Sync>(task: &Task<T, F>) -> Result<libc::pthread_t, Errno> {
    let mut thread = MaybeUninit::uninit();
    let task = (&raw const *task).cast_mut().cast();
    call_int(|| {
        // SAFETY: the task, its job and its work outlive the thread, which `side_by_side` waits for, and
        // nobody else touches the job until then. The work may be shared, and the job sent.
        let failed =
            unsafe { libc::pthread_create(thread.as_mut_ptr(), null(), run::<T, F>, task) };
        if failed == 0 { 0 } else { -1 }
    })?;
    // SAFETY: pthread_create has filled it.
    Ok(unsafe { thread.assume_init() })
}

extern "C" fn run<T, F: Fn(&mut T)>(task: *mut c_void) -> *mut c_void {
    // SAFETY: spawn passes a live task, which is this thread's alone.
    unsafe { (*task.cast::<Task<T, F>>()).run() };
    null_mut()
}

fn join(thread: libc::pthread_t) {
    // SAFETY: the thread has been started and is waited for once.
    unsafe { libc::pthread_join(thread, null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::thread::{self, ThreadId};

    #[test]
    fn all_jobs_run_at_the_same_time() {
        let all = Barrier::new(5);
        let mut jobs: [Option<ThreadId>; 5] = [None; 5];
        side_by_side(&mut jobs, |job| {
            all.wait();
            *job = Some(thread::current().id());
        });
        assert_eq!(jobs[0], Some(thread::current().id()));
        assert_eq!(jobs.iter().flatten().collect::<HashSet<_>>().len(), 5);
    }

    #[test]
    fn one_job_needs_no_thread_and_none_nothing() {
        let mut one = [thread::current().id(); 1];
        side_by_side(&mut one, |id| assert_eq!(*id, thread::current().id()));
        side_by_side(&mut [] as &mut [u8], |_| unreachable!());
    }

    #[test]
    fn no_signal_reaches_the_threads_and_the_callers_stay_as_they_were() {
        let blocked = || {
            // SAFETY: the set is local, and filled before it is read.
            unsafe {
                let mut set = MaybeUninit::zeroed().assume_init();
                libc::pthread_sigmask(libc::SIG_BLOCK, null(), &mut set);
                libc::sigismember(&set, libc::SIGUSR1) == 1
            }
        };
        let mut jobs = [false; 3];
        side_by_side(&mut jobs, |job| *job = blocked());
        assert_eq!((jobs, blocked()), ([false, true, true], false));
    }
}
