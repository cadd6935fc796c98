// SPDX-License-Identifier: MIT OR Apache-2.0
//! Kinds of matches: comparisons, byte patterns, texts. What the kernel knows of a packet is in [`super::meta`].

use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::{null, null_mut};

use super::*;
use crate::dump::dump;
use crate::msg::nlmsg_append;

const NO_LINK: nl_list_head = nl_list_head { next: null_mut(), prev: null_mut() };

pub(super) const KIND: rtnl_ematch_ops = rtnl_ematch_ops {
    kind: 0,
    name: null(),
    minlen: 0,
    datalen: 0,
    parse: None,
    dump: None,
    fill: None,
    free: None,
    link: NO_LINK,
};

pub(super) static KINDS: [rtnl_ematch_ops; 5] = [
    rtnl_ematch_ops {
        kind: CONTAINER as c_int,
        name: c"container".as_ptr(),
        minlen: 4,
        datalen: 4,
        parse: Some(parse_container),
        fill: Some(fill_container),
        ..KIND
    },
    rtnl_ematch_ops {
        kind: CMP,
        name: c"cmp".as_ptr(),
        minlen: size_of::<tcf_em_cmp>(),
        datalen: size_of::<tcf_em_cmp>(),
        parse: Some(parse_cmp),
        dump: Some(dump_cmp),
        ..KIND
    },
    rtnl_ematch_ops {
        kind: NBYTE,
        name: c"nbyte".as_ptr(),
        minlen: 4,
        datalen: size_of::<Nbyte>(),
        parse: Some(parse_nbyte),
        dump: Some(dump_nbyte),
        fill: Some(fill_nbyte),
        free: Some(free_nbyte),
        ..KIND
    },
    super::meta::META,
    rtnl_ematch_ops {
        kind: TEXT,
        name: c"text".as_ptr(),
        minlen: size_of::<tcf_em_text>(),
        datalen: size_of::<Text>(),
        parse: Some(parse_text),
        dump: Some(dump_text),
        fill: Some(fill_text),
        free: Some(free_text),
        ..KIND
    },
];

pub(super) const CMP: c_int = 1;
pub(super) const NBYTE: c_int = 2;
pub(super) const TEXT: c_int = 5;

/// Appends bytes to a message, filled up to four.
pub(super) unsafe fn append(msg: *mut nl_msg, data: *const c_void, len: usize) -> c_int {
    // SAFETY: the message is live; the data has `len` bytes.
    unsafe { nlmsg_append(&mut *msg, data, len, 4) }
}

unsafe extern "C" fn parse_container(
    ematch: *mut rtnl_ematch,
    data: *mut c_void,
    _: usize,
) -> c_int {
    // SAFETY: the data has at least as many bytes as the kind needs.
    unsafe { (*ematch).first = data.cast::<u32>().read_unaligned() as u16 };
    0
}

unsafe extern "C" fn fill_container(ematch: *mut rtnl_ematch, msg: *mut nl_msg) -> c_int {
    // SAFETY: match and message are live.
    unsafe {
        let first = u32::from((*ematch).first);
        append(msg, (&raw const first).cast(), size_of::<u32>())
    }
}

/// `linux/tc_ematch/tc_em_cmp.h`. The last two bytes are of two numbers each, the first one in the low half
/// on machines with the low byte first.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct tcf_em_cmp {
    pub(super) val: u32,
    pub(super) mask: u32,
    pub(super) off: u16,
    pub(super) align_flags: u8,
    pub(super) layer_opnd: u8,
}

/// `TCF_EM_CMP_TRANS`: the value is in the host's byte order.
const TRANS: u8 = 1;

/// Two numbers of four bits, as C's bitfields have them.
pub(super) fn halves(byte: u8) -> (u8, u8) {
    let (low, high) = (byte & 15, byte >> 4);
    if cfg!(target_endian = "little") { (low, high) } else { (high, low) }
}

pub(super) fn joined(first: u8, second: u8) -> u8 {
    let (low, high) =
        if cfg!(target_endian = "little") { (first, second) } else { (second, first) };
    (low & 15) | high << 4
}

unsafe extern "C" fn parse_cmp(ematch: *mut rtnl_ematch, data: *mut c_void, _: usize) -> c_int {
    // SAFETY: the data has at least as many bytes as the kind needs.
    unsafe { libc::memcpy((*ematch).data, data, size_of::<tcf_em_cmp>()) };
    0
}

unsafe extern "C" fn dump_cmp(ematch: *mut rtnl_ematch, p: *mut nl_dump_params) {
    let (mut place, mut operand) = ([0 as c_char; 64], [0 as c_char; 16]);
    // SAFETY: the match is one of these; the buffers have the lengths said.
    unsafe {
        let cmp = (*ematch).data.cast::<tcf_em_cmp>().read();
        let (layer, opnd) = halves(cmp.layer_opnd);
        let (align, flags) = halves(cmp.align_flags);
        let order = if align == 4 { c"ntohl(" } else { c"ntohs(" };
        let [before, after] = if flags & TRANS != 0 { [order, c")"] } else { [c"", c""] };
        let align = match align {
            1 => c"u8",
            2 => c"u16",
            4 => c"u32",
            _ => c"(null)",
        };
        rtnl_ematch_offset2txt(layer, cmp.off, place.as_mut_ptr(), place.len());
        dump!(p, c"%s%s at %s", before.as_ptr(), align.as_ptr(), place.as_ptr());
        if cmp.mask != 0 {
            dump!(p, c" & 0x%x", cmp.mask);
        }
        rtnl_ematch_opnd2txt(opnd, operand.as_mut_ptr(), operand.len());
        dump!(p, c"%s %s %u", after.as_ptr(), operand.as_ptr(), cmp.val);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_cmp_set(ematch: &mut rtnl_ematch, cmp: &tcf_em_cmp) {
    // SAFETY: the match is a comparison.
    if let Some(data) = unsafe { ematch.data::<tcf_em_cmp>() } {
        *data = *cmp;
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_ematch_cmp_get(ematch: &rtnl_ematch) -> *mut tcf_em_cmp {
    ematch.data.cast()
}

/// `struct tcf_em_nbyte`, and the pattern. The length and the layer share a number, 12 and 4 bits of it.
#[repr(C)]
pub(super) struct Nbyte {
    off: u16,
    len_layer: u16,
    pattern: *mut u8,
}

impl Nbyte {
    fn len(&self) -> usize {
        (self.len_layer & 0xfff).into()
    }

    fn layer(&self) -> u8 {
        (self.len_layer >> 12) as u8
    }
}

/// The pattern match that this is.
unsafe fn nbyte(ematch: *mut rtnl_ematch) -> *mut Nbyte {
    // SAFETY: the match is one.
    unsafe { (*ematch).data.cast() }
}

unsafe extern "C" fn parse_nbyte(ematch: *mut rtnl_ematch, data: *mut c_void, len: usize) -> c_int {
    // SAFETY: the data has at least as many bytes as the kind needs.
    unsafe {
        let new = nbyte(ematch);
        libc::memcpy(new.cast(), data, 4);
        let size = (*new).len();
        if len - 4 < size {
            (*new).len_layer = 0;
            return -NLE_INVAL;
        }
        (*new).pattern = mem::copy(data.wrapping_byte_add(4), size).cast();
        if (*new).pattern.is_null() { -NLE_NOMEM } else { 0 }
    }
}

unsafe extern "C" fn fill_nbyte(ematch: *mut rtnl_ematch, msg: *mut nl_msg) -> c_int {
    // SAFETY: the match is one; its pattern is as long as it says.
    unsafe {
        let it = nbyte(ematch);
        match append(msg, it.cast(), 4) {
            0 if !(*it).pattern.is_null() => append(msg, (*it).pattern.cast(), (*it).len()),
            answer => answer,
        }
    }
}

unsafe extern "C" fn free_nbyte(ematch: *mut rtnl_ematch) {
    // SAFETY: the match is one, and not used again.
    unsafe { mem::free((*nbyte(ematch)).pattern) };
}

unsafe extern "C" fn dump_nbyte(ematch: *mut rtnl_ematch, p: *mut nl_dump_params) {
    // SAFETY: the match is one; its pattern is as long as it says.
    unsafe {
        let it = nbyte(ematch);
        let len = if (*it).pattern.is_null() { 0 } else { (*it).len() };
        dump!(p, c"pattern(%u:[", (*it).len() as c_uint);
        for at in 0..len {
            dump!(p, c"%02x", c_uint::from(*(*it).pattern.add(at)));
            if at + 1 < len {
                dump!(p, c" ");
            }
        }
        let name = layer((*it).layer(), [c"link", c"net", c"trans"]);
        dump!(p, c"] at %s+%u)", name.as_ptr(), c_uint::from((*it).off));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_set_offset(
    ematch: &mut rtnl_ematch,
    layer: u8,
    offset: u16,
) {
    // SAFETY: the match is one of these.
    if let Some(it) = unsafe { ematch.data::<Nbyte>() } {
        it.off = offset;
        it.len_layer = (it.len_layer & 0xfff) | u16::from(layer) << 12;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_get_offset(ematch: &mut rtnl_ematch) -> u16 {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Nbyte>() }.map_or(0, |it| it.off)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_get_layer(ematch: &mut rtnl_ematch) -> u8 {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Nbyte>() }.map_or(0, |it| it.layer())
}

/// Sets the pattern, which is from malloc and becomes the match's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_set_pattern(
    ematch: &mut rtnl_ematch,
    pattern: *mut u8,
    len: usize,
) {
    // SAFETY: the match is one of these, and its old pattern its own.
    unsafe {
        if let Some(it) = ematch.data::<Nbyte>() {
            mem::free(it.pattern);
            it.pattern = pattern;
            it.len_layer = (it.len_layer & 0xf000) | (len & 0xfff) as u16;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_get_pattern(ematch: &mut rtnl_ematch) -> *mut u8 {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Nbyte>() }.map_or(null_mut(), |it| it.pattern)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_nbyte_get_len(ematch: &mut rtnl_ematch) -> usize {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Nbyte>() }.map_or(0, |it| it.len())
}

/// `struct tcf_em_text`.
#[derive(Clone, Copy)]
#[repr(C)]
struct tcf_em_text {
    algo: [c_char; 16],
    from: u16,
    to: u16,
    len: u16,
    layers: u8,
    pad: u8,
}

#[repr(C)]
pub(super) struct Text {
    head: tcf_em_text,
    pattern: *mut c_char,
}

unsafe fn text(ematch: *mut rtnl_ematch) -> *mut Text {
    // SAFETY: the match is one.
    unsafe { (*ematch).data.cast() }
}

unsafe extern "C" fn parse_text(ematch: *mut rtnl_ematch, data: *mut c_void, len: usize) -> c_int {
    // SAFETY: the data has at least as many bytes as the kind needs; the text gets a NUL.
    unsafe {
        let (new, head) = (text(ematch), size_of::<tcf_em_text>());
        let given = data.cast::<tcf_em_text>().read_unaligned();
        let size = usize::from(given.len);
        if len - head < size {
            return -NLE_INVAL;
        }
        (*new).pattern = mem::zalloc::<c_char>(size);
        if (*new).pattern.is_null() {
            return -NLE_NOMEM;
        }
        (*new).head = given;
        if let Some(last) = (*new).head.algo.last_mut() {
            *last = 0;
        }
        libc::memcpy((*new).pattern.cast(), data.wrapping_byte_add(head), size);
    }
    0
}

unsafe extern "C" fn fill_text(ematch: *mut rtnl_ematch, msg: *mut nl_msg) -> c_int {
    // SAFETY: the match is one; its pattern is as long as it says.
    unsafe {
        let it = text(ematch);
        match append(msg, it.cast(), size_of::<tcf_em_text>()) {
            0 if !(*it).pattern.is_null() => {
                append(msg, (*it).pattern.cast(), (*it).head.len.into())
            }
            answer => answer,
        }
    }
}

unsafe extern "C" fn free_text(ematch: *mut rtnl_ematch) {
    // SAFETY: the match is one, and not used again.
    unsafe { mem::free((*text(ematch)).pattern) };
}

/// Where a text begins or ends, if that is said.
unsafe fn dump_place(p: *mut nl_dump_params, word: &CStr, layer: u8, offset: u16) {
    let mut place = [0 as c_char; 64];
    if layer == 0 && offset == 0 {
        return;
    }
    // SAFETY: the buffer has the length said.
    unsafe { rtnl_ematch_offset2txt(layer, offset, place.as_mut_ptr(), place.len()) };
    dump!(p, c" %s %s", word.as_ptr(), place.as_ptr());
}

unsafe extern "C" fn dump_text(ematch: *mut rtnl_ematch, p: *mut nl_dump_params) {
    // SAFETY: the match is one; its pattern is as long as it says.
    unsafe {
        let it = text(ematch);
        let (from, to) = halves((*it).head.layers);
        dump!(p, c"text(%s \"", (&raw const (*it).head.algo).cast::<c_char>());
        if !(*it).pattern.is_null() {
            dump!(p, c"%.*s", c_int::from((*it).head.len), (*it).pattern);
        }
        dump!(p, c"\"");
        dump_place(p, c"from", from, (*it).head.from);
        dump_place(p, c"to", to, (*it).head.to);
        dump!(p, c")");
    }
}

/// Accessors of where a text may begin and end.
macro_rules! places {
    ($($set:ident $get:ident $get_layer:ident: $field:ident, $first:literal;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(ematch: &mut rtnl_ematch, layer: u8, offset: u16) {
                // SAFETY: the match is one of these.
                if let Some(it) = unsafe { ematch.data::<Text>() } {
                    let (from, to) = halves(it.head.layers);
                    it.head.layers = if $first { joined(layer, to) } else { joined(from, layer) };
                    it.head.$field = offset;
                }
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(ematch: &mut rtnl_ematch) -> u16 {
                // SAFETY: the match is one of these.
                unsafe { ematch.data::<Text>() }.map_or(0, |it| it.head.$field)
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get_layer(ematch: &mut rtnl_ematch) -> u8 {
                // SAFETY: the match is one of these.
                let layers = unsafe { ematch.data::<Text>() }.map_or(0, |it| it.head.layers);
                if $first { halves(layers).0 } else { halves(layers).1 }
            }
        )*
    };
}
places! {
    rtnl_ematch_text_set_from rtnl_ematch_text_get_from_offset rtnl_ematch_text_get_from_layer: from, true;
    rtnl_ematch_text_set_to rtnl_ematch_text_get_to_offset rtnl_ematch_text_get_to_layer: to, false;
}

/// Sets the text, which is from malloc and becomes the match's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_text_set_pattern(
    ematch: &mut rtnl_ematch,
    pattern: *mut c_char,
    len: usize,
) {
    // SAFETY: the match is one of these, and its old text its own.
    unsafe {
        if let Some(it) = ematch.data::<Text>() {
            mem::free(it.pattern);
            it.pattern = pattern;
            it.head.len = len as u16;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_text_get_pattern(ematch: &mut rtnl_ematch) -> *mut c_char {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Text>() }.map_or(null_mut(), |it| it.pattern)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_text_get_len(ematch: &mut rtnl_ematch) -> usize {
    // SAFETY: the match is one of these.
    unsafe { ematch.data::<Text>() }.map_or(0, |it| it.head.len.into())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_text_set_algo(ematch: &mut rtnl_ematch, algo: *const c_char) {
    // SAFETY: the match is one of these; the name is a string.
    unsafe {
        if let Some(it) = ematch.data::<Text>() {
            mem::set_text(&mut it.head.algo, algo);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_text_get_algo(ematch: &mut rtnl_ematch) -> *mut c_char {
    // SAFETY: the match is one of these.
    match unsafe { ematch.data::<Text>() } {
        Some(it) if it.head.algo.first() != Some(&0) => it.head.algo.as_mut_ptr(),
        _ => null_mut(),
    }
}
