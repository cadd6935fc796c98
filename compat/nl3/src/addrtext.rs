// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses as text, both ways.

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::null_mut;

use crate::addr::{AF_DECNET, AF_LLC, AF_MPLS, nl_addr, nl_addr_build};
use crate::error::{NLE_AF_NOSUPPORT, NLE_INVAL, NLE_NOADDR, NLE_NOMEM};
use crate::mem;

unsafe extern "C" {
    fn inet_pton(family: c_int, text: *const c_char, to: *mut c_void) -> c_int;
    pub(crate) fn inet_ntop(
        family: c_int,
        from: *const c_void,
        to: *mut c_char,
        len: u32,
    ) -> *const c_char;
}

/// Bytes of the longest address that text can give.
const MAX: usize = 256;

/// What a text was read as.
struct Parsed {
    family: c_int,
    bytes: [u8; MAX],
    len: usize,
}

impl Parsed {
    const fn empty(family: c_int) -> Parsed {
        Parsed { family, bytes: [0; MAX], len: 0 }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_parse(
    text: *const c_char,
    hint: c_int,
    result: *mut *mut nl_addr,
) -> c_int {
    // SAFETY: the text is a string, and the result the caller's; the copy is ours.
    unsafe {
        let copy = libc::strdup(text);
        let read = if copy.is_null() { Err(NLE_NOMEM) } else { parse_both(copy, hint) };
        mem::free(copy);
        match read {
            Ok(addr) => *result = addr,
            Err(error) => return -error,
        }
    }
    0
}

/// Reads an address, and its prefix length where there is one; the text is cut between the two.
unsafe fn parse_both(text: *mut c_char, hint: c_int) -> Result<*mut nl_addr, c_int> {
    // SAFETY: the text is a string of ours.
    unsafe {
        let slash = libc::strchr(text, c_int::from(b'/'));
        let prefix = if slash.is_null() || hint == AF_MPLS { null_mut() } else { slash.add(1) };
        if !prefix.is_null() {
            *slash = 0;
        }
        build(&parse(CStr::from_ptr(text), hint)?, prefix)
    }
}

/// The address that was read, with the prefix length that `prefix` spells out if it is not NULL.
unsafe fn build(parsed: &Parsed, prefix: *const c_char) -> Result<*mut nl_addr, c_int> {
    // SAFETY: the prefix is NULL or a string; the address is ours.
    unsafe {
        let mut end = null_mut();
        let bits = if prefix.is_null() { 0 } else { libc::strtol(prefix, &mut end, 0) as c_int };
        if !prefix.is_null() && end.cast_const() == prefix {
            return Err(NLE_INVAL);
        }
        let addr = nl_addr_build(parsed.family, parsed.bytes.as_ptr().cast(), parsed.len);
        if addr.is_null() {
            return Err(NLE_NOMEM);
        }
        if !prefix.is_null() {
            (*addr).prefix = bits;
        } else if parsed.len == 0 {
            (*addr).prefix = 0;
        }
        Ok(addr)
    }
}

/// Reads an address without prefix. A hint of `AF_UNSPEC` takes whatever family the text looks like.
fn parse(text: &CStr, hint: c_int) -> Result<Parsed, c_int> {
    let is = |word: &str| text.to_bytes().eq_ignore_ascii_case(word.as_bytes());
    let may_be = |family| hint == family || hint == libc::AF_UNSPEC;
    if is("none") {
        return Ok(Parsed::empty(hint));
    }
    if ["default", "all", "any"].into_iter().any(is) {
        return match hint {
            libc::AF_UNSPEC => Ok(Parsed::empty(libc::AF_INET)),
            libc::AF_INET | libc::AF_INET6 | AF_LLC => Ok(Parsed::empty(hint)),
            _ => Err(NLE_AF_NOSUPPORT),
        };
    }
    if hint == AF_MPLS {
        return labels(text).ok_or(NLE_INVAL);
    }
    let ip = |family| if may_be(family) { ip(text, family) } else { None };
    let mac = || if may_be(AF_LLC) { mac(text) } else { None };
    let colons = hint == libc::AF_UNSPEC && text.to_bytes().contains(&b':');
    let octets = || if colons { octets(text) } else { None };
    let decnet = || if may_be(AF_DECNET) { decnet(text.to_bytes()) } else { None };
    let ip = ip(libc::AF_INET).or_else(|| ip(libc::AF_INET6));
    let read = ip.or_else(mac).or_else(decnet).or_else(octets);
    read.ok_or(if colons { NLE_INVAL } else { NLE_NOADDR })
}

fn ip(text: &CStr, family: c_int) -> Option<Parsed> {
    let mut parsed = Parsed::empty(family);
    parsed.len = if family == libc::AF_INET { 4 } else { 16 };
    // SAFETY: the text is a string, and the bytes have room for either family.
    let read = unsafe { inet_pton(family, text.as_ptr(), parsed.bytes.as_mut_ptr().cast()) };
    (read == 1).then_some(parsed)
}

/// Six pairs of digits, as sscanf reads them: with blanks and signs; what follows them does not matter.
fn mac(text: &CStr) -> Option<Parsed> {
    let mut pairs = [0 as c_uint; 6];
    let [a, b, c, d, e, f] = &mut pairs;
    let format = c"%2x:%2x:%2x:%2x:%2x:%2x".as_ptr();
    // SAFETY: the text is a string, and each conversion has a number.
    let read = unsafe { libc::sscanf(text.as_ptr(), format, a, b, c, d, e, f) };
    let mut parsed = Parsed { len: 6, ..Parsed::empty(AF_LLC) };
    parsed.bytes.iter_mut().zip(pairs).for_each(|(byte, pair)| *byte = pair as u8);
    (read == 6).then_some(parsed)
}

/// Any number of octets of an unknown family, with any character between two.
fn octets(text: &CStr) -> Option<Parsed> {
    let mut parsed = Parsed::empty(libc::AF_UNSPEC);
    let mut at = text.as_ptr().cast_mut();
    // SAFETY: the text is a string, and nothing behind its end is read.
    unsafe {
        loop {
            let mut end = null_mut();
            let value = libc::strtol(at, &mut end, 16);
            if end == at || value > 255 {
                return None;
            }
            *parsed.bytes.get_mut(parsed.len)? = value as u8;
            parsed.len += 1;
            if *end == 0 {
                return Some(parsed);
            }
            at = end.add(1);
        }
    }
}

/// A decimal number, of which 16 bits count.
fn digits(text: &[u8]) -> Option<(u16, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(len)?;
    let add = |n: u16, b: &u8| n.wrapping_mul(10).wrapping_add(u16::from(b - b'0'));
    (len > 0).then_some((number.iter().fold(0, add), rest))
}

/// `area.node` or `area,node` of DECnet; what follows does not matter.
fn decnet(text: &[u8]) -> Option<Parsed> {
    let (area, rest) = digits(text)?;
    let (node, _) = digits(rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b","))?)?;
    if area > 63 || node > 1023 {
        return None;
    }
    let [low, high] = (area << 10 | node).to_le_bytes();
    let mut parsed = Parsed { len: 2, ..Parsed::empty(AF_DECNET) };
    let [a, b, ..] = &mut parsed.bytes;
    (*a, *b) = (low, high);
    Some(parsed)
}

/// Labels of MPLS, slashes between them.
fn labels(text: &CStr) -> Option<Parsed> {
    let mut parsed = Parsed::empty(AF_MPLS);
    // SAFETY: the text is a string, and the bytes have room for all that is claimed.
    let read = unsafe {
        mpls_pton(AF_MPLS, text.as_ptr(), parsed.bytes.as_mut_ptr().cast(), parsed.bytes.len())
    };
    parsed.len = read.max(0) as usize;
    (parsed.len > 0).then_some(parsed)
}

/// Bits of an MPLS label's word: where the label is, and that it is the last.
const LABEL_SHIFT: u32 = 12;
const BOTTOM: u32 = 0x100;

/// Reads labels; returns how many bytes they take, or 0. (No public header declares this one and the next.)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpls_pton(
    family: c_int,
    text: *const c_char,
    to: *mut c_void,
    room: usize,
) -> c_int {
    let (mut at, mut words) = (text, to.cast::<u32>());
    // SAFETY: the text is a string; no more words are written than there is room for.
    unsafe {
        for _ in 0..room / 4 {
            let mut end = null_mut();
            let label = libc::strtoul(at, &mut end, 0);
            if family != AF_MPLS || end.cast_const() == at || label >> 20 != 0 {
                return 0;
            }
            let last = *end == 0;
            let word = (label as u32) << LABEL_SHIFT | if last { BOTTOM } else { 0 };
            words.write_unaligned(word.to_be());
            words = words.add(1);
            if last {
                return words.byte_offset_from(to) as c_int;
            }
            if *end != b'/' as c_char {
                return 0;
            }
            at = end.add(1);
        }
    }
    0
}

/// Writes labels as text; NULL, with errno set, when there is no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpls_ntop(
    family: c_int,
    from: *const c_void,
    to: *mut c_char,
    room: usize,
) -> *const c_char {
    let (mut used, mut words) = (0, from.cast::<u32>());
    // SAFETY: the labels end with one that says so; nothing is written past `room`.
    unsafe {
        let mut error = if family == AF_MPLS { 0 } else { libc::EAFNOSUPPORT };
        while error == 0 {
            let word = u32::from_be(words.read_unaligned());
            let last = word & BOTTOM != 0;
            let format = if last { c"%u" } else { c"%u/" };
            let left = room - used;
            let wrote = libc::snprintf(to.add(used), left, format.as_ptr(), word >> LABEL_SHIFT);
            if wrote < 0 || wrote as usize >= left {
                error = libc::ENOSPC;
            } else if last {
                return to;
            }
            used += wrote.max(0) as usize;
            words = words.add(1);
        }
        *libc::__errno_location() = error;
    }
    core::ptr::null()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr_valid(text: *const c_char, family: c_int) -> c_int {
    // SAFETY: the text is a string.
    let text = unsafe { CStr::from_ptr(text) };
    let good = match family {
        libc::AF_INET | libc::AF_INET6 => ip(text, family).is_some(),
        AF_LLC => mac(text).is_some(),
        AF_MPLS => labels(text).is_some(),
        AF_DECNET => decnet(text.to_bytes()).is_some(),
        _ => true,
    };
    good.into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_addr2str(
    addr: *const nl_addr,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: addr is NULL or live; the buffer has `len` bytes.
    unsafe {
        let Some(addr) = addr.as_ref().filter(|addr| addr.len > 0) else {
            libc::snprintf(buf, len, c"none".as_ptr());
            let told = addr.as_ref().filter(|addr| addr.family != AF_MPLS);
            return prefix(told, 0, buf, len);
        };
        let room = len.min(u32::MAX as usize) as u32;
        match addr.family {
            libc::AF_INET | libc::AF_INET6 => {
                // An address that is too short is one with zeros behind.
                let mut ip = [0u8; 16];
                ip.iter_mut().zip(addr.slice()).for_each(|(to, from)| *to = *from);
                inet_ntop(addr.family, ip.as_ptr().cast(), buf, room);
            }
            AF_MPLS if ends(addr.slice()) => {
                // Labels are told without a prefix.
                mpls_ntop(AF_MPLS, nl_addr::bytes(addr).cast(), buf, len);
                return buf;
            }
            AF_DECNET if addr.len == 2 => write_decnet(addr.slice(), buf, len),
            _ => write_octets(addr.slice(), buf, len),
        }
        prefix(Some(addr), addr.len as c_int * 8, buf, len)
    }
}

/// Whether the labels come to an end inside the address.
fn ends(bytes: &[u8]) -> bool {
    bytes.chunks_exact(4).any(|word| word.get(2).is_some_and(|b| b & 1 != 0))
}

/// Adds the prefix length to the text where it is not that of the whole address.
unsafe fn prefix(addr: Option<&nl_addr>, full: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
    let Some(addr) = addr.filter(|addr| addr.prefix != full) else { return buf };
    // SAFETY: the buffer has `len` bytes and holds a string.
    unsafe {
        let used = libc::strlen(buf);
        libc::snprintf(buf.add(used), len.saturating_sub(used), c"/%u".as_ptr(), addr.prefix);
    }
    buf
}

unsafe fn write_decnet(bytes: &[u8], buf: *mut c_char, len: usize) {
    let [low, high, ..] = *bytes else { return };
    let word = c_int::from(u16::from_le_bytes([low, high]));
    // SAFETY: the buffer has `len` bytes.
    unsafe { libc::snprintf(buf, len, c"%d.%d".as_ptr(), word >> 10, word & 1023) };
}

/// Any other family: octets in hexadecimal digits.
unsafe fn write_octets(bytes: &[u8], buf: *mut c_char, len: usize) {
    let mut used = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        if used >= len {
            break;
        }
        let format = if i == 0 { c"%02x" } else { c":%02x" };
        // SAFETY: `used` is below `len`, which the buffer has.
        let wrote = unsafe {
            libc::snprintf(buf.add(used), len - used, format.as_ptr(), c_int::from(byte))
        };
        used = used.saturating_add(wrote.max(0) as usize);
    }
}
