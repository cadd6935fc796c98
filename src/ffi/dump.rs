// SPDX-License-Identifier: MIT OR Apache-2.0
//! Dumps.

use core::ffi::c_int;

use super::err::rnl_err;
use super::guard::{count, guard, guard_err};
use super::msg::rnl_msg;
use super::ptr::{self, Handle, handle};
use super::sock::{open, release, rnl_sock};
use super::view::rnl_view;
use crate::conn::{Id, Mode, Socket};
use crate::error::{Error, Fault};
use crate::wire::Message;

/// A dump being read: all objects of a kind.
#[cfg_attr(all(), repr(C))]
pub struct rnl_dump {
    magic: u32,
    sock: *mut rnl_sock,
    id: Id,
}

handle!(rnl_dump, 0x726e_6c05);

/// A dump that a change interrupted is made again until it is whole, or the deadline passes. It is kept
/// in memory until its end, since only then is it known to be whole.
pub const RNL_DUMP_CONSISTENT: c_int = 0;
/// Objects are shown as they come. A dump that a change interrupted ends with -ESTALE: start over.
pub const RNL_DUMP_STREAM: c_int = 1;
/// Objects are shown as they come. Interruption is no failure: rnl_dump_interrupted() tells.
pub const RNL_DUMP_BEST_EFFORT: c_int = 2;

/// Starts a dump. Requests may be made on the socket while it is read; several dumps of one socket run
/// one after the other, as the kernel wants it.
///
/// @out         filled on success; free it with rnl_dump_free()
/// @sock        open socket; it may be closed before the dump is freed
/// @msg         request; it stays the caller's. REQUEST, ACK and DUMP are added
/// @mode        RNL_DUMP_CONSISTENT, RNL_DUMP_STREAM or RNL_DUMP_BEST_EFFORT
/// @timeout_ms  milliseconds for all of the dump, restarts included; -1 is for ever
/// @err         filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  out, sock or msg is NULL, mode is none of the three, or a nest of msg is open
///   -ENOMEM  no memory
///   or the first failure of msg
/// Threads: neither sock nor msg may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_start(
    out: *mut *mut rnl_dump,
    sock: *mut rnl_sock,
    msg: *const rnl_msg,
    mode: c_int,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let start = || {
        // SAFETY: the caller passes NULL or a place for a pointer, NULL or a message, NULL or a socket.
        let (out, msg, handle) = unsafe { (ptr::out(out)?, ptr::get(msg)?, ptr::get_mut(sock)?) };
        let mode = match mode {
            RNL_DUMP_CONSISTENT => Mode::Consistent,
            RNL_DUMP_STREAM => Mode::Stream,
            RNL_DUMP_BEST_EFFORT => Mode::BestEffort,
            _ => return Err(Fault::BadArgument.into()),
        };
        let dump = ptr::give(rnl_dump { magic: rnl_dump::MAGIC, sock, id: Id::MAX })?;
        let id = handle
            .socket()
            .map_err(Into::into)
            .and_then(|s| s.dump_open(&msg.msg, mode, timeout_ms));
        match id {
            // SAFETY: dump is a fresh handle.
            Ok(id) => unsafe { (*dump).id = id },
            Err(error) => {
                // SAFETY: as above; nobody else has it.
                drop(unsafe { ptr::take(dump) });
                return Err(error);
            }
        }
        handle.users += 1;
        *out = dump;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, start) }
}

/// The next object of a dump. The first call of a consistent dump waits for all of it.
///
/// @dump  dump
/// @out   filled on 1; borrows from the socket, dead after the next call on the dump or its socket
/// @err   filled on failure, if not NULL
///
/// Returns 1 with a message, 0 at the end, the -errno with which the kernel failed the dump, or
///   -EINVAL     dump or out is NULL
///   -EBADF      the socket has been closed
///   -ESTALE     RNL_DUMP_STREAM was interrupted by a change: start over
///   -ETIMEDOUT  the deadline passed
///   -ENOBUFS    the receive queue overflowed, and the end of the dump was lost
///   -EMSGSIZE   an object was longer than max_datagram and is lost; the next may be as long. A
///               consistent dump is made again instead
///   -EFBIG      a consistent dump is longer than max_result
///   -ENOMEM     no memory
/// Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_next(
    dump: *mut rnl_dump,
    out: *mut rnl_view,
    err: *mut *mut rnl_err,
) -> c_int {
    // SAFETY: the caller passes NULL or a dump, whose socket lives as long, and NULL or places for the
    // results.
    unsafe {
        let shown = show(dump, out, err, Socket::dump_quick);
        shown.unwrap_or_else(|| kept(dump, out, err))
    }
}

/// The socket and the number of a dump, and where its next object goes.
#[inline(always)]
unsafe fn parts<'a>(
    dump: *mut rnl_dump,
    out: *mut rnl_view,
) -> Result<(&'a mut Socket, Id, &'a mut rnl_view), Fault> {
    // SAFETY: the caller passes NULL or a dump, whose socket lives as long, and NULL or a place for
    // the result.
    unsafe {
        let (dump, out) = (ptr::get(dump)?, ptr::out(out)?);
        Ok((ptr::get_mut(dump.sock)?.quick()?, dump.id, out))
    }
}

/// Shows the object that a short way finds.
#[inline(always)]
unsafe fn show(
    dump: *mut rnl_dump,
    out: *mut rnl_view,
    err: *mut *mut rnl_err,
    find: impl Fn(&mut Socket, Id) -> Option<Message<'_>>,
) -> Option<c_int> {
    // SAFETY: as for `parts`; NULL or a place for a pointer.
    unsafe {
        let (socket, id, place) = parts(dump, out).ok()?;
        *place = find(socket, id)?.into();
        Some(guard_err(err, || Ok(1)))
    }
}

/// The way of objects that were kept, and of all others. Called cold so that the way before it runs
/// straight through.
#[cold]
#[inline(never)]
unsafe fn kept(dump: *mut rnl_dump, out: *mut rnl_view, err: *mut *mut rnl_err) -> c_int {
    // SAFETY: as for `show`.
    unsafe {
        let shown = show(dump, out, err, Socket::dump_kept);
        shown.unwrap_or_else(|| guard_err(err, || next(dump, out)))
    }
}

/// The long way to the next object.
#[cold]
#[inline(never)]
unsafe fn next(dump: *mut rnl_dump, out: *mut rnl_view) -> Result<c_int, Error> {
    // SAFETY: as for `parts`.
    let (socket, id, out) = unsafe { parts(dump, out) }?;
    match socket.dump_next(id)? {
        Some(message) => *out = message.into(),
        None => return Ok(0),
    }
    Ok(1)
}

/// Shows the next objects of a dump, at most `most`, to `object`. Gives how many, 0 at the end.
///
/// # Safety
///
/// `dump` is NULL or a dump, whose socket lives as long.
pub(super) unsafe fn each(
    dump: *mut rnl_dump,
    most: c_int,
    object: impl FnMut(Message<'_>) -> Result<(), Error>,
) -> Result<c_int, Error> {
    // SAFETY: the caller's promise.
    let (socket, id) = unsafe {
        let dump = ptr::get(dump)?;
        (open(dump.sock)?, dump.id)
    };
    let shown = socket.dump_each(id, usize::try_from(most).unwrap_or(0), object)?;
    Ok(count(shown))
}

/// Whether a change interrupted a dump of RNL_DUMP_BEST_EFFORT. Known when it has ended.
///
/// @dump  dump
///
/// Returns 1 if it may lack objects, 0 if not, or
///   -EINVAL  dump is NULL
///   -EBADF   the socket has been closed
/// Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_interrupted(dump: *const rnl_dump) -> c_int {
    // SAFETY: as documented.
    unsafe { state(dump, |interrupted, _| interrupted.into()) }
}

/// How often a consistent dump was started again because a change interrupted it.
///
/// @dump  dump
///
/// Returns the number, or
///   -EINVAL  dump is NULL
///   -EBADF   the socket has been closed
/// Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_restarts(dump: *const rnl_dump) -> c_int {
    // SAFETY: as documented.
    unsafe { state(dump, |_, restarts| count(restarts as usize)) }
}

unsafe fn state(dump: *const rnl_dump, pick: fn(bool, u32) -> c_int) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a dump, whose socket lives as long.
        let dump = unsafe { ptr::get(dump) }?;
        // SAFETY: as above.
        let state = unsafe { open(dump.sock) }?.dump_state(dump.id);
        state.map(|(interrupted, restarts)| pick(interrupted, restarts)).ok_or(Fault::BadArgument)
    })
}

/// Frees a dump. What has not been read is skipped when the socket is used next.
///
/// @dump  dump, or NULL
///
/// Returns 0, or
///   -EINVAL  dump is not a dump, or has been freed
/// Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_dump_free(dump: *mut rnl_dump) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a dump that it does not use any more.
        let Some(dump) = unsafe { ptr::take(dump) }? else { return Ok(0) };
        // SAFETY: the socket lives as long as its dumps.
        if let Ok(socket) = unsafe { open(dump.sock) } {
            socket.dump_close(dump.id);
        }
        // SAFETY: as above.
        unsafe { release(dump.sock) }?;
        Ok(0)
    })
}
