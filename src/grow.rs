// SPDX-License-Identifier: MIT OR Apache-2.0
//! Growing a `Vec` where failure is an error, not an abort.
//!
//! `try_reserve` alone leaves a call to the aborting path in the code, since the compiler does not see
//! through it. Comparing the capacity once more shows that path to be dead, and it goes.

#![forbid(unsafe_code)]

use alloc::vec::Vec;

use crate::error::Fault;

/// Makes room for `n` more.
#[inline]
fn room<T>(to: &mut Vec<T>, n: usize) -> Result<(), Fault> {
    if n > free(to) {
        more(to, n);
    }
    if n > free(to) { Err(Fault::NoMemory) } else { Ok(()) }
}

#[inline]
fn free<T>(to: &Vec<T>) -> usize {
    to.capacity().wrapping_sub(to.len())
}

/// What is seldom needed, out of the way.
#[cold]
#[inline(never)]
fn more<T>(to: &mut Vec<T>, n: usize) {
    // Whether it worked is seen by the capacity.
    _ = to.try_reserve(n);
}

/// Appends one.
#[inline]
pub(crate) fn push<T>(to: &mut Vec<T>, value: T) -> Result<(), Fault> {
    room(to, 1)?;
    to.push(value);
    Ok(())
}

/// Appends a copy of `from`.
#[inline(never)]
pub(crate) fn append<T: Copy>(to: &mut Vec<T>, from: &[T]) -> Result<(), Fault> {
    room(to, from.len())?;
    to.extend(from.iter().copied());
    Ok(())
}

/// Appends a few, of which it is known how many.
#[inline]
pub(crate) fn add<T, const N: usize>(to: &mut Vec<T>, few: [T; N]) -> Result<(), Fault> {
    room(to, N)?;
    to.extend(few);
    Ok(())
}

/// Makes `to` at least `len` long, with `value` in what is new.
#[inline]
pub(crate) fn extend<T: Copy>(to: &mut Vec<T>, len: usize, value: T) -> Result<(), Fault> {
    while to.len() < len {
        let block = [value; 64];
        let more = len.saturating_sub(to.len()).min(block.len());
        append(to, block.get(..more).unwrap_or_default())?;
    }
    Ok(())
}

/// Copies `bytes` to the start of `room`, if they fit. (`copy_from_slice` alone leaves a call to the
/// panicking path where the compiler does not see that the lengths are the same.)
#[inline]
pub(crate) fn write(room: &mut [u8], bytes: &[u8]) {
    if let Some((to, _)) = room.split_at_mut_checked(bytes.len()) {
        to.copy_from_slice(bytes);
    }
}

/// A copy of its own.
pub(crate) fn copy<T: Copy>(from: &[T]) -> Result<Vec<T>, Fault> {
    let mut to = Vec::new();
    append(&mut to, from)?;
    Ok(to)
}
