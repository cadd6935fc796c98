// SPDX-License-Identifier: MIT OR Apache-2.0
//! Port numbers of sockets: the process id below, which of its sockets above. Which are taken is known
//! to the process alone, so that sockets of several threads do not collide.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A bit for each of 1,024 sockets.
static TAKEN: [AtomicU32; 32] = [const { AtomicU32::new(0) }; 32];

const PID_BITS: u32 = 22;

/// The number by which the sockets of this process are told apart, and its bit.
fn place(port: u32) -> Option<(&'static AtomicU32, u32)> {
    // SAFETY: it asks for a number.
    let pid = unsafe { libc::getpid() } as u32 & ((1 << PID_BITS) - 1);
    let number = (port >> PID_BITS) as usize;
    let own = port & ((1 << PID_BITS) - 1) == pid;
    if own { TAKEN.get(number / 32).map(|word| (word, 1 << (number % 32))) } else { None }
}

/// Takes a port that no other socket of this process has. 0 when all are taken: the kernel chooses.
pub(crate) fn generate() -> u32 {
    // SAFETY: they ask for numbers.
    let (pid, now) = unsafe { (libc::getpid() as u32, libc::time(core::ptr::null_mut()) as u32) };
    // Begins elsewhere each second, since a program that has replaced this one may still have its ports.
    // The port that is the bare process id comes last: other libraries take that one.
    let start = now.wrapping_mul(20011) & 1023;
    for n in 0..1024 {
        let number = (start + n) % 1023 + 1;
        if n < 1023 && take(number) {
            return (pid & ((1 << PID_BITS) - 1)) | number << PID_BITS;
        }
    }
    if take(0) { pid & ((1 << PID_BITS) - 1) } else { 0 }
}

fn take(number: u32) -> bool {
    let bit = 1 << (number % 32);
    TAKEN.get(number as usize / 32).is_some_and(|word| word.fetch_or(bit, Relaxed) & bit == 0)
}

/// Gives a port back.
pub(crate) fn release(port: u32) {
    if let Some((word, bit)) = place(port) {
        word.fetch_and(!bit, Relaxed);
    }
}

/// Notes that a port is taken. (No public header declares this one and the next.)
#[unsafe(no_mangle)]
pub extern "C" fn _nl_socket_used_ports_set(used: &mut [u32; 32], port: u32) {
    let number = port >> PID_BITS;
    if let Some(word) = used.get_mut(number as usize / 32) {
        *word |= 1 << (number % 32);
    }
}

/// Gives back all ports of a set.
#[unsafe(no_mangle)]
pub extern "C" fn _nl_socket_used_ports_release_all(used: &[u32; 32]) {
    for (word, taken) in TAKEN.iter().zip(used) {
        word.fetch_and(!taken, Relaxed);
    }
}

/// How many ports are tried before the kernel chooses.
pub(crate) const TRIES: c_int = 5;
