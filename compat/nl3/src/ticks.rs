// SPDX-License-Identifier: MIT OR Apache-2.0
//! The clocks of traffic control: how many of its ticks are a microsecond, and how fast the kernel's run.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;
use core::sync::atomic::{
    AtomicBool, AtomicI32, AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};

static READ: AtomicBool = AtomicBool::new(false);
static USER_HZ: AtomicI32 = AtomicI32::new(100);
static PSCHED_HZ: AtomicI32 = AtomicI32::new(100);
/// The bits of the double, the lower half first: not every machine has atomics of 64 bits.
static TICKS_PER_USEC: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

/// Reads environment and kernel once. Threads that do so at the same time find the same.
fn read() {
    if READ.load(Acquire) {
        return;
    }
    // SAFETY: variables are strings; the calls ask for numbers.
    unsafe {
        let hz = libc::getenv(c"HZ".as_ptr());
        let hz = if hz.is_null() {
            libc::sysconf(libc::_SC_CLK_TCK)
        } else {
            libc::strtol(hz, null_mut(), 0)
        };
        USER_HZ.store(hz as c_int, Relaxed);
        let ticks = libc::getenv(c"TICKS_PER_USEC".as_ptr());
        let (ticks, hz) = if ticks.is_null() {
            psched().unwrap_or((1.0, hz as c_int))
        } else {
            (libc::strtod(ticks, null_mut()), hz as c_int)
        };
        let [low, high] = &TICKS_PER_USEC;
        low.store(ticks.to_bits() as u32, Relaxed);
        high.store((ticks.to_bits() >> 32) as u32, Relaxed);
        PSCHED_HZ.store(hz, Relaxed);
    }
    READ.store(true, Release);
}

/// What `/proc/net/psched` says: ticks in a microsecond, and the frequency of the clock.
unsafe fn psched() -> Option<(f64, c_int)> {
    let mut path = [0 as c_char; 4096];
    // SAFETY: the path is cut to fit; the stream is ours.
    unsafe {
        let file = libc::getenv(c"PROC_NET_PSCHED".as_ptr());
        let root = libc::getenv(c"PROC_ROOT".as_ptr());
        if !file.is_null() {
            libc::snprintf(path.as_mut_ptr(), path.len(), c"%s".as_ptr(), file);
        } else {
            let root = if root.is_null() { c"/proc".as_ptr() } else { root };
            libc::snprintf(path.as_mut_ptr(), path.len(), c"%s/net/psched".as_ptr(), root);
        }
        let stream = libc::fopen(path.as_ptr(), c"re".as_ptr());
        if stream.is_null() {
            return None;
        }
        let (mut usec, mut tick, mut nom, mut hz): (c_uint, c_uint, c_uint, c_uint) = (0, 0, 0, 0);
        let found = libc::fscanf(
            stream,
            c"%08x%08x%08x%08x".as_ptr(),
            &raw mut usec,
            &raw mut tick,
            &raw mut nom,
            &raw mut hz,
        );
        libc::fclose(stream);
        let own = |hz: c_uint| if nom == 1_000_000 { hz as c_int } else { USER_HZ.load(Relaxed) };
        (found >= 2 && tick != 0).then(|| (f64::from(usec) / f64::from(tick), own(hz)))
    }
}

fn ticks_per_usec() -> f64 {
    read();
    let [low, high] = TICKS_PER_USEC.each_ref().map(|half| u64::from(half.load(Relaxed)));
    f64::from_bits(high << 32 | low)
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_get_user_hz() -> c_int {
    read();
    USER_HZ.load(Relaxed)
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_get_psched_hz() -> c_int {
    read();
    PSCHED_HZ.load(Relaxed)
}

/// Longer than 32 bits of ticks wraps around, as it does in the kernel's tables.
#[unsafe(no_mangle)]
pub extern "C" fn nl_us2ticks(us: u32) -> u32 {
    (f64::from(us) * ticks_per_usec()) as u64 as u32
}

#[unsafe(no_mangle)]
pub extern "C" fn nl_ticks2us(ticks: u32) -> u32 {
    (f64::from(ticks) / ticks_per_usec()) as u64 as u32
}
