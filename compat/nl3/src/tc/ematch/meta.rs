// SPDX-License-Identifier: MIT OR Apache-2.0
//! Matches of what the kernel knows of a packet beside its bytes.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

use super::kinds::{KIND, append};
use super::*;
use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len, nla_put, nla_type, walk};
use crate::dump::dump;
use crate::names::{Names, names};

pub(super) const META_KIND: c_int = 4;

pub(super) const META: rtnl_ematch_ops = rtnl_ematch_ops {
    kind: META_KIND,
    name: c"meta".as_ptr(),
    minlen: 8,
    datalen: size_of::<Meta>(),
    parse: Some(parse),
    dump: Some(dump_meta),
    fill: Some(fill),
    free: Some(free),
    ..KIND
};

/// Values are texts or numbers.
pub(super) const VAR: u8 = 0;
pub(super) const INT: u8 = 1;

/// One side of a comparison: a value, or the number of something that the kernel knows.
#[repr(C)]
pub struct rtnl_meta_value {
    kind: u8,
    shift: u8,
    id: u16,
    /// Of a number of which only some bits count, those; of a number that is a value, it.
    bits: u64,
    len: usize,
    // The bytes of a text follow.
}

#[repr(C)]
pub(super) struct Meta {
    left: *mut rtnl_meta_value,
    right: *mut rtnl_meta_value,
    operand: u8,
}

/// What the kernel knows, by number.
pub(super) static IDS: Names = names! {
    1 "random", 2 "loadavg_0", 3 "loadavg_1", 4 "loadavg_2", 5 "dev", 6 "prio", 7 "proto", 8 "pkttype",
    9 "pktlen", 10 "datalen", 11 "maclen", 12 "mark", 13 "tcindex", 14 "rtclassid", 15 "rtiif",
    16 "sk_family", 17 "sk_state", 18 "sk_reuse", 20 "sk_refcnt", 21 "sk_sutdown", 22 "sk_proto",
    23 "sk_type", 24 "sk_rcvbuf", 25 "sk_rmem_alloc", 26 "sk_wmem_alloc", 28 "sk_wmem_queued",
    29 "sk_rcv_qlen", 30 "sk_snd_qlen", 31 "sk_err_qlen", 32 "sk_forward_allocs", 33 "sk_sndbuf",
    34 "sk_allocs", 35 "sk_route_caps", 36 "sk_hash", 37 "sk_lingertime", 38 "sk_ack_backlog",
    39 "sk_max_ack_backlog", 40 "sk_prio", 41 "sk_rcvlowat", 42 "sk_rcvtimeo", 43 "sk_sndtimeo",
    44 "sk_sendmsg_off", 45 "sk_write_pending", 46 "vlan", 47 "rxhash",
};
const MOST_IDS: u16 = 47;
/// The name of an interface, where the others are numbers.
pub(super) const SK_BOUND_IF: u16 = 19;

/// `struct tcf_meta_val`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct tcf_meta_val {
    kind: u16,
    shift: u8,
    op: u8,
}

const TCA_EM_META_HDR: c_int = 1;
const TCA_EM_META_LVALUE: c_int = 2;
const TCA_EM_META_RVALUE: c_int = 3;

fn alloc(kind: u8, id: u16, shift: u8, bits: u64, len: usize) -> *mut rtnl_meta_value {
    let new = mem::zalloc::<rtnl_meta_value>(len);
    // SAFETY: NULL or new.
    if let Some(value) = unsafe { new.as_mut() } {
        *value = rtnl_meta_value { kind, shift, id, bits, len };
    }
    new
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_meta_value_alloc_int(value: u64) -> *mut rtnl_meta_value {
    alloc(INT, 0, 0, value, 8)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_meta_value_alloc_var(
    data: *const c_void,
    len: usize,
) -> *mut rtnl_meta_value {
    let new = alloc(VAR, 0, 0, 0, len);
    // SAFETY: the value is NULL or has room for `len` bytes, which the data has.
    unsafe {
        if !new.is_null() && len > 0 {
            libc::memcpy(new.add(1).cast(), data, len);
        }
    }
    new
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_meta_value_alloc_id(
    kind: u8,
    id: u16,
    shift: u8,
    mask: u64,
) -> *mut rtnl_meta_value {
    if id > MOST_IDS {
        return null_mut();
    }
    let masked = kind == INT && mask != 0;
    alloc(kind, id, shift, mask, if masked { 8 } else { 0 })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_meta_value_put(value: *mut rtnl_meta_value) {
    // SAFETY: NULL, or the caller's and not used again.
    unsafe { mem::free(value) };
}

/// The bytes that a value is sent as; NULL for none.
unsafe fn bytes(value: *mut rtnl_meta_value) -> *mut c_void {
    // SAFETY: the value is live.
    unsafe {
        match (*value).kind {
            // Of eight bytes the last four, if those that count least come last.
            INT if cfg!(target_endian = "big") && (*value).len == 4 => {
                (&raw mut (*value).bits).wrapping_byte_add(4).cast()
            }
            INT => (&raw mut (*value).bits).cast(),
            _ => value.add(1).cast(),
        }
    }
}

macro_rules! sides {
    ($($set:ident: $side:ident;)*) => {
        $(
            /// Sets one side, which becomes the match's.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(ematch: &mut rtnl_ematch, value: *mut rtnl_meta_value) {
                // SAFETY: the match is one of these, and its old value its own.
                unsafe {
                    if let Some(meta) = ematch.data::<Meta>() {
                        mem::free(meta.$side);
                        meta.$side = value;
                    }
                }
            }
        )*
    };
}
sides! {
    rtnl_ematch_meta_set_lvalue: left;
    rtnl_ematch_meta_set_rvalue: right;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_ematch_meta_set_operand(ematch: &mut rtnl_ematch, operand: u8) {
    // SAFETY: the match is one of these.
    if let Some(meta) = unsafe { ematch.data::<Meta>() } {
        meta.operand = operand;
    }
}

unsafe fn meta(ematch: *mut rtnl_ematch) -> *mut Meta {
    // SAFETY: the match is one.
    unsafe { (*ematch).data.cast() }
}

unsafe extern "C" fn free(ematch: *mut rtnl_ematch) {
    // SAFETY: the match is one, and not used again.
    unsafe {
        mem::free((*meta(ematch)).left);
        mem::free((*meta(ematch)).right);
    }
}

/// A value from its number and what was sent of it.
unsafe fn value_of(head: tcf_meta_val, nla: Option<&nlattr>) -> *mut rtnl_meta_value {
    let (kind, id) = ((head.kind >> 12) as u8, head.kind & 0xfff);
    let (data, len) =
        nla.map_or((null_mut(), 0), |nla| (nla_data(nla), nla_len(nla).max(0) as usize));
    // SAFETY: the payload has `len` bytes.
    unsafe {
        // Numbers have four bytes or eight, and keep them. The kernel's mask is 0 where all bits count.
        let (bits, size) = match len {
            8.. => (data.cast::<u64>().read_unaligned(), 8),
            4.. => (data.cast::<u32>().read_unaligned().into(), 4),
            _ => (0, 0),
        };
        match (id, kind) {
            (id, _) if id > MOST_IDS => null_mut(),
            (0, INT) => alloc(INT, 0, 0, bits, size.max(4)),
            (0, _) => rtnl_meta_value_alloc_var(data, len),
            (id, INT) => alloc(INT, id, head.shift, bits, size),
            (id, kind) => rtnl_meta_value_alloc_id(kind, id, head.shift, bits),
        }
    }
}

unsafe extern "C" fn parse(ematch: *mut rtnl_ematch, data: *mut c_void, len: usize) -> c_int {
    // SAFETY: the data has `len` bytes.
    unsafe {
        let find = |kind| {
            walk(data.cast::<nlattr>(), len as c_int).filter(|nla| nla_type(nla) == kind).last()
        };
        let short = |nla: &nlattr| match nla_type(nla) {
            TCA_EM_META_HDR => nla_len(nla) < 2 * size_of::<tcf_meta_val>() as c_int,
            TCA_EM_META_LVALUE | TCA_EM_META_RVALUE => nla_len(nla) < 1,
            _ => false,
        };
        if walk(data.cast::<nlattr>(), len as c_int).any(short) {
            return -NLE_RANGE;
        }
        let Some(head) = find(TCA_EM_META_HDR) else { return -NLE_MISSING_ATTR };
        let [left, right] = nla_data(head).cast::<[tcf_meta_val; 2]>().read_unaligned();
        let it = meta(ematch);
        (*it).operand = left.op;
        (*it).left = value_of(left, find(TCA_EM_META_LVALUE));
        (*it).right = value_of(right, find(TCA_EM_META_RVALUE));
        if (*it).left.is_null() || (*it).right.is_null() { -NLE_INVAL } else { 0 }
    }
}

unsafe fn head_of(value: *mut rtnl_meta_value, op: u8) -> tcf_meta_val {
    // SAFETY: the value is live.
    unsafe {
        let kind = u16::from((*value).kind) << 12 | (*value).id;
        tcf_meta_val { kind, shift: (*value).shift, op }
    }
}

unsafe extern "C" fn fill(ematch: *mut rtnl_ematch, msg: *mut nl_msg) -> c_int {
    // SAFETY: match and message are live.
    unsafe {
        let it = meta(ematch);
        if (*it).left.is_null() || (*it).right.is_null() {
            return -NLE_MISSING_ATTR;
        }
        let head = [head_of((*it).left, (*it).operand), head_of((*it).right, 0)];
        let mut answer =
            nla_put(&mut *msg, TCA_EM_META_HDR, size_of_val(&head) as c_int, head.as_ptr().cast());
        for (kind, value) in [(TCA_EM_META_LVALUE, (*it).left), (TCA_EM_META_RVALUE, (*it).right)] {
            if answer == 0 && (*value).len > 0 {
                answer = nla_put(&mut *msg, kind, (*value).len as c_int, bytes(value));
            }
        }
        // What follows begins where four bytes do.
        if answer == 0 { append(msg, bytes((*it).left), 0) } else { answer }
    }
}

unsafe fn dump_value(p: *mut nl_dump_params, value: *mut rtnl_meta_value) {
    // SAFETY: NULL or live; texts are as long as they say.
    unsafe {
        let Some(it) = value.as_ref() else { return };
        match (it.id, it.kind) {
            (0, INT) => dump!(p, c"%llu", it.bits),
            (0, _) => dump!(p, c"%.*s", it.len as c_int, bytes(value).cast::<c_char>()),
            (SK_BOUND_IF, VAR) => dump!(p, c"sk_bound_if"),
            _ => {
                let mut name = [0 as c_char; 32];
                dump!(p, c"%s", IDS.to_str(it.id.into(), name.as_mut_ptr(), name.len()));
                if it.shift != 0 {
                    dump!(p, c" >> %u", c_int::from(it.shift));
                }
                if it.kind == INT && it.len > 0 {
                    dump!(p, c" & %#llx", it.bits);
                }
            }
        }
    }
}

unsafe extern "C" fn dump_meta(ematch: *mut rtnl_ematch, p: *mut nl_dump_params) {
    let mut operand = [0 as c_char; 16];
    // SAFETY: the match is one; the buffer has the length said.
    unsafe {
        let it = meta(ematch);
        dump!(p, c"meta(");
        dump_value(p, (*it).left);
        rtnl_ematch_opnd2txt((*it).operand, operand.as_mut_ptr(), operand.len());
        dump!(p, c" %s ", operand.as_ptr());
        dump_value(p, (*it).right);
        dump!(p, c")");
    }
}
