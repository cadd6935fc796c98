// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sizes, rates, times and probabilities as text, both ways; and what this library can do.

use core::ffi::{c_char, c_double, c_int, c_long, c_ulonglong};
use core::ptr::null_mut;

use crate::error::{NLE_INVAL, NLE_RANGE};

/// A unit: from which value on, by what to divide, and its name.
type Unit = (u64, f64, *const c_char);

const fn unit(from: u64, name: &'static core::ffi::CStr) -> Unit {
    (from, from as f64, name.as_ptr())
}

const BYTES: [Unit; 5] = [
    unit(1 << 40, c"TiB"),
    unit(1 << 30, c"GiB"),
    unit(1 << 20, c"MiB"),
    unit(1 << 10, c"KiB"),
    (0, 1.0, c"B".as_ptr()),
];
const BITS: [Unit; 5] = [
    unit(1_000_000_000_000, c"Tbit"),
    unit(1_000_000_000, c"Gbit"),
    unit(1_000_000, c"Mbit"),
    unit(1_000, c"Kbit"),
    (0, 1.0, c"bit".as_ptr()),
];
const MICROS: [Unit; 3] = [unit(1_000_000, c"s"), unit(1_000, c"ms"), (0, 1.0, c"us".as_ptr())];

/// The value in the largest unit that it has one of, and the unit's name.
fn cancel_down(value: u64, units: &[Unit]) -> (f64, *const c_char) {
    let unit = units.iter().find(|unit| value >= unit.0);
    unit.map_or((value as f64, c"".as_ptr()), |unit| (value as f64 / unit.1, unit.2))
}

macro_rules! cancel_down {
    ($($name:ident($kind:ty) $units:ident;)*) => {
        $(#[unsafe(no_mangle)]
        pub extern "C" fn $name(value: $kind, name: &mut *const c_char) -> c_double {
            let (value, unit) = cancel_down(value.into(), &$units);
            *name = unit;
            value
        })*
    };
}

cancel_down! {
    nl_cancel_down_bytes(c_ulonglong) BYTES;
    nl_cancel_down_bits(c_ulonglong) BITS;
    nl_cancel_down_us(u32) MICROS;
}

/// A rate as text, in bytes (0) or bits (1) a second; its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_rate2str(
    rate: u64,
    kind: c_int,
    buf: *mut c_char,
    len: usize,
) -> c_int {
    let units = match kind {
        0 => &BYTES,
        1 => &BITS,
        _ => return -NLE_INVAL,
    };
    let (value, name) = cancel_down(rate, units);
    // SAFETY: the buffer has `len` bytes.
    unsafe { libc::snprintf(buf, len, c"%.2f%s/s".as_ptr(), value, name) }
}

/// Suffixes of sizes: their name, and what they multiply by and divide by.
const SUFFIXES: [(&core::ffi::CStr, c_long, c_long); 11] = [
    (c"bit", 1, 8),
    (c"b", 1, 1),
    (c"k", 1 << 10, 1),
    (c"kb", 1 << 10, 1),
    (c"kbit", 125, 1),
    (c"m", 1 << 20, 1),
    (c"mb", 1 << 20, 1),
    (c"mbit", 125_000, 1),
    (c"g", 1 << 30, 1),
    (c"gb", 1 << 30, 1),
    (c"gbit", 125_000_000, 1),
];

/// The size that a text gives, in bytes, or a negative error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_size2int(text: *const c_char) -> c_long {
    let mut end = null_mut();
    // SAFETY: the text is a string, and `end` inside it.
    unsafe {
        let value = libc::strtol(text, &mut end, 0);
        if end.cast_const() == text {
            return (-NLE_INVAL).into();
        }
        if *end == 0 {
            return value;
        }
        let named = |suffix: &core::ffi::CStr| libc::strcasecmp(end, suffix.as_ptr()) == 0;
        let suffix = SUFFIXES.iter().find(|suffix| named(suffix.0));
        let size = |by: c_long, div: c_long| value.wrapping_mul(by).checked_div(div);
        let size = suffix.and_then(|(_, by, div)| size(*by, *div));
        size.unwrap_or((-NLE_INVAL).into())
    }
}

/// A size as text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_size2str(size: usize, buf: *mut c_char, len: usize) -> *mut c_char {
    const UNITS: [Unit; 5] = [
        unit(1 << 50, c"PiB"),
        unit(1 << 40, c"TiB"),
        unit(1 << 30, c"GiB"),
        unit(1 << 20, c"MiB"),
        unit(1 << 10, c"KiB"),
    ];
    // SAFETY: the buffer has `len` bytes.
    unsafe {
        if size < 1024 {
            libc::snprintf(buf, len, c"%zuB".as_ptr(), size);
        } else {
            let (value, name) = cancel_down(size as u64, &UNITS);
            libc::snprintf(buf, len, c"%.2g%s".as_ptr(), value, name);
        }
    }
    buf
}

/// A probability, of 1 or in percent, as a share of all 32-bit numbers; or a negative error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_prob2int(text: *const c_char) -> c_long {
    let mut end = null_mut();
    // SAFETY: the text is a string, and `end` inside it.
    unsafe {
        let mut share = libc::strtod(text, &mut end);
        if end.cast_const() == text {
            return (-NLE_INVAL).into();
        }
        if share > 1.0 {
            share /= 100.0;
        }
        if !(0.0..=1.0).contains(&share) {
            return (-NLE_RANGE).into();
        }
        if *end != 0 && libc::strcmp(end, c"%".as_ptr()) != 0 {
            return (-NLE_INVAL).into();
        }
        (share * f64::from(u32::MAX) + 0.5) as c_long
    }
}

/// Units of times, in milliseconds.
const TIMES: [(&[u8], u64); 4] =
    [(b"day", 86_400_000), (b"hour", 3_600_000), (b"min", 60_000), (b"sec", 1_000)];

/// The unit that a word stands for, which may be cut short; milliseconds if there is none.
fn time_unit(word: &[u8]) -> Option<u64> {
    let stands_for = |(name, _): &&(&[u8], u64)| {
        name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if word.is_empty() { Some(1) } else { TIMES.iter().find(stands_for).map(|(_, unit)| *unit) }
}

/// Adds up times, blanks between them: `1d 2h 3min 4s 5`, the last in milliseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_str2msec(text: *const c_char, result: &mut u64) -> c_int {
    let (mut at, mut total) = (text, 0u64);
    // SAFETY: the text is a string, and no pointer goes beyond its end.
    unsafe {
        loop {
            let mut end = null_mut();
            let value = libc::strtoul(at, &mut end, 0);
            if end.cast_const() == at {
                return -NLE_INVAL;
            }
            let len = libc::strcspn(end, c" \t".as_ptr());
            let Some(unit) = time_unit(core::slice::from_raw_parts(end.cast(), len)) else {
                return -NLE_INVAL;
            };
            total = total.wrapping_add((value as u64).wrapping_mul(unit));
            at = end.add(len);
            if *at == 0 {
                break;
            }
        }
    }
    *result = total;
    0
}

/// A time as text: `1d 2h 3m 4s 5msec`, without what is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msec2str(msec: u64, buf: *mut c_char, len: usize) -> *mut c_char {
    let parts = [
        (msec / 86_400_000, c"d"),
        (msec / 3_600_000 % 24, c"h"),
        (msec / 60_000 % 60, c"m"),
        (msec / 1_000 % 60, c"s"),
        (msec % 1_000, c"msec"),
    ];
    let mut used = 0;
    // SAFETY: `used` stays below `len`, which the buffer has.
    unsafe {
        if msec == 0 {
            libc::snprintf(buf, len, c"0msec".as_ptr());
        }
        for (value, name) in parts {
            if value == 0 || used >= len {
                continue;
            }
            let format = if used == 0 { c"%llu%s" } else { c" %llu%s" };
            let wrote =
                libc::snprintf(buf.add(used), len - used, format.as_ptr(), value, name.as_ptr());
            used = used.saturating_add(wrote.max(0) as usize);
        }
    }
    buf
}

/// The name of an IP protocol, from the system's database, or its number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_ip_proto2str(
    number: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the buffer has `len` bytes; the entry is used at once.
    unsafe {
        let entry = libc::getprotobynumber(number);
        if entry.is_null() {
            libc::snprintf(buf, len, c"0x%x".as_ptr(), number);
        } else {
            libc::snprintf(buf, len, c"%s".as_ptr(), (*entry).p_name);
        }
    }
    buf
}

/// The number of an IP protocol, from the system's database or spelled out; or a negative error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_str2ip_proto(text: *const c_char) -> c_int {
    // SAFETY: the text is a string; the entry is used at once.
    unsafe {
        let entry = libc::getprotobyname(text);
        if entry.is_null() {
            return crate::names::spelled(text).unwrap_or(-crate::error::NLE_OBJ_NOTFOUND);
        }
        (*entry).p_proto
    }
}

/// `NL_CAPABILITY_*` of the release that this library stands in for: all there are.
const CAPABILITIES: core::ops::RangeInclusive<c_int> = 1..=33;

#[unsafe(no_mangle)]
pub extern "C" fn nl_has_capability(capability: c_int) -> c_int {
    CAPABILITIES.contains(&capability).into()
}

const MAJ: c_int = 3;
const MIN: c_int = 7;

#[unsafe(no_mangle)]
pub static nl_ver_num: c_int = MAJ << 8 | MIN;
#[unsafe(no_mangle)]
pub static nl_ver_maj: c_int = MAJ;
#[unsafe(no_mangle)]
pub static nl_ver_min: c_int = MIN;
#[unsafe(no_mangle)]
pub static nl_ver_mic: c_int = 0;
