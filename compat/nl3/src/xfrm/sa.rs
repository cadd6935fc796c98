// SPDX-License-Identifier: MIT OR Apache-2.0
//! Security associations, `xfrm/sa`: the object and its accessors.

use core::ffi::{c_char, c_int, c_uint, c_ulonglong};

use super::algo::Algo;
use super::context::{Context, Head};
use super::lifetime::{xfrmnl_ltime_cfg, xfrmnl_ltime_cfg_clone, xfrmnl_ltime_cfg_cmp};
use super::lifetime::{xfrmnl_ltime_cfg_get, xfrmnl_ltime_cfg_put};
use super::replay::{Current, Replay, replay_accessors};
use super::sel::*;
use super::*;
use crate::object::*;
use crate::rows::{How, accessors, attrs};

/// `struct xfrm_stats`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Stats {
    pub(super) window: u32,
    pub(super) replay: u32,
    pub(super) failed: u32,
}

/// `struct xfrm_user_offload`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Offload {
    pub(super) ifindex: c_int,
    pub(super) flags: u8,
    pub(super) pad: [u8; 3],
}

/// How packets are wrapped: type and ports.
#[repr(C)]
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Encap {
    pub(super) kind: u16,
    pub(super) sport: u16,
    pub(super) dport: u16,
}

/// An association.
#[repr(C)]
pub struct xfrmnl_sa {
    pub(super) h: nl_object,
    pub(super) sel: *mut xfrmnl_sel,
    pub(super) daddr: *mut nl_addr,
    pub(super) saddr: *mut nl_addr,
    pub(super) coaddr: *mut nl_addr,
    pub(super) encap_addr: *mut nl_addr,
    pub(super) lifetime: *mut xfrmnl_ltime_cfg,
    pub(super) current: Current,
    pub(super) stats: Stats,
    pub(super) spi: u32,
    pub(super) seq: u32,
    pub(super) reqid: u32,
    pub(super) family: u16,
    pub(super) proto: u8,
    pub(super) mode: u8,
    pub(super) replay_window: u8,
    pub(super) flags: u8,
    pub(super) hard: u8,
    pub(super) encap: Encap,
    pub(super) aead: Algo,
    pub(super) auth: Algo,
    pub(super) crypto: Algo,
    pub(super) comp: Algo,
    pub(super) tfcpad: u32,
    pub(super) mark: Mark,
    pub(super) context: Context,
    pub(super) replay_maxage: u32,
    pub(super) replay_maxdiff: u32,
    pub(super) replay: Replay,
    pub(super) offload: Offload,
}

attrs! { xfrmnl_sa {
    SEL = 0 "selector" Own,
    DADDR = 1 "daddr" Addr(daddr),
    SPI = 2 "spi" Int(spi),
    PROTO = 3 "proto" Int(proto),
    SADDR = 4 "saddr" Addr(saddr),
    LIFETIME = 5 "lifetime_cfg" Own,
    CURRENT = 6 "lifetime_cur" Aside(current),
    STATS = 7 "stats" Aside(stats),
    SEQ = 8 "seqnum" Int(seq),
    REQID = 9 "reqid" Int(reqid),
    FAMILY = 10 "family" Int(family),
    MODE = 11 "mode" Int(mode),
    REPLAY_WINDOW = 12 "replay_window" Int(replay_window),
    FLAGS = 13 "flags" Int(flags),
    AEAD = 14 "alg_aead" Own,
    AUTH = 15 "alg_auth" Own,
    CRYPTO = 16 "alg_crypto" Own,
    COMP = 17 "alg_comp" Own,
    ENCAP = 18 "encap" Addr(encap_addr),
    TFCPAD = 19 "tfcpad" Int(tfcpad),
    COADDR = 20 "coaddr" Addr(coaddr),
    MARK = 21 "mark" Bytes(mark),
    CONTEXT = 22 "sec_ctx" Own,
    REPLAY_MAXAGE = 23 "replay_maxage" Int(replay_maxage),
    REPLAY_MAXDIFF = 24 "replay_maxdiff" Int(replay_maxdiff),
    REPLAY = 25 "replay_state" Aside(replay),
    EXPIRE = 26 "expire" Int(hard),
    OFFLOAD = 27 "user_offload" Aside(offload),
} }

pub(super) static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (DADDR | SPI | PROTO) as u32,
    keys: (DADDR | SPI | PROTO) as u32,
    names: NAMES,
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: super::sa_dump::DUMP,
    ..nl_object_ops::new::<xfrmnl_sa>(c"xfrm/sa", ATTRS)
};

accessors! { xfrmnl_sa:
    get xfrmnl_sa_get_sel() -> *mut xfrmnl_sel = sel;
    get xfrmnl_sa_get_lifetime_cfg() -> *mut xfrmnl_ltime_cfg = lifetime;
    get xfrmnl_sa_get_daddr() -> *mut nl_addr = daddr;
    get xfrmnl_sa_get_saddr() -> *mut nl_addr = saddr;
    get xfrmnl_sa_get_coaddr() -> *mut nl_addr = coaddr;
    get xfrmnl_sa_get_spi() -> c_int = spi: SPI, -1;
    get xfrmnl_sa_get_proto() -> c_int = proto: PROTO, -1;
    get xfrmnl_sa_get_seq() -> c_int = seq: SEQ, -1;
    get xfrmnl_sa_get_reqid() -> c_int = reqid: REQID, -1;
    get xfrmnl_sa_get_family() -> c_int = family: FAMILY, -1;
    get xfrmnl_sa_get_mode() -> c_int = mode: MODE, -1;
    get xfrmnl_sa_get_replay_window() -> c_int = replay_window: REPLAY_WINDOW, -1;
    get xfrmnl_sa_get_flags() -> c_int = flags: FLAGS, -1;
    get xfrmnl_sa_get_tfcpad() -> c_int = tfcpad: TFCPAD, -1;
    get xfrmnl_sa_get_replay_maxage() -> c_int = replay_maxage: REPLAY_MAXAGE, -1;
    get xfrmnl_sa_get_replay_maxdiff() -> c_int = replay_maxdiff: REPLAY_MAXDIFF, -1;
    addr xfrmnl_sa_set_daddr() daddr: DADDR;
    addr xfrmnl_sa_set_saddr() saddr: SADDR;
    addr xfrmnl_sa_set_coaddr() coaddr: COADDR;
    test xfrmnl_sa_is_expiry_reached() hard: EXPIRE;
}

sets! { xfrmnl_sa:
    xfrmnl_sa_set_spi spi SPI;
    xfrmnl_sa_set_proto proto PROTO;
    xfrmnl_sa_set_reqid reqid REQID;
    xfrmnl_sa_set_family family FAMILY;
    xfrmnl_sa_set_mode mode MODE;
    xfrmnl_sa_set_replay_window replay_window REPLAY_WINDOW;
    xfrmnl_sa_set_flags flags FLAGS;
    xfrmnl_sa_set_tfcpad tfcpad TFCPAD;
    xfrmnl_sa_set_replay_maxage replay_maxage REPLAY_MAXAGE;
    xfrmnl_sa_set_replay_maxdiff replay_maxdiff REPLAY_MAXDIFF;
}

mark_accessors! { xfrmnl_sa, MARK: xfrmnl_sa_get_mark xfrmnl_sa_set_mark }

replay_accessors! { xfrmnl_sa, REPLAY:
    xfrmnl_sa_get_replay_state xfrmnl_sa_set_replay_state
    xfrmnl_sa_get_replay_state_esn xfrmnl_sa_set_replay_state_esn
}

parts! { xfrmnl_sa:
    xfrmnl_sa_set_sel(xfrmnl_sel) sel SEL xfrmnl_sel_get xfrmnl_sel_put;
    xfrmnl_sa_set_lifetime_cfg(xfrmnl_ltime_cfg) lifetime LIFETIME xfrmnl_ltime_cfg_get xfrmnl_ltime_cfg_put;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_alloc() -> *mut xfrmnl_sa {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_put(sa: *mut xfrmnl_sa) {
    // SAFETY: NULL, or an object of which the caller holds a reference.
    unsafe { nl_object_put(sa.cast()) }
}

/// Whether a hard limit has been reached.
#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_is_hardexpiry_reached(sa: &xfrmnl_sa) -> c_int {
    (sa.h.mask & EXPIRE != 0 && sa.hard > 0).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_get_curlifetime(
    sa: &xfrmnl_sa,
    bytes: &mut c_ulonglong,
    packets: &mut c_ulonglong,
    add_time: &mut c_ulonglong,
    use_time: &mut c_ulonglong,
) -> c_int {
    if sa.h.mask & CURRENT == 0 {
        return -1;
    }
    [*bytes, *packets, *add_time, *use_time] = sa.current.get();
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_get_stats(
    sa: &xfrmnl_sa,
    window: &mut c_ulonglong,
    replay: &mut c_ulonglong,
    failed: &mut c_ulonglong,
) -> c_int {
    if sa.h.mask & STATS == 0 {
        return -1;
    }
    let Stats { window: w, replay: r, failed: f } = sa.stats;
    (*window, *replay, *failed) = (w.into(), r.into(), f.into());
    0
}

/// Accessors of an algorithm: with the length of a check value, or without.
macro_rules! algos {
    ($($field:ident $bit:ident: $get:ident $set:ident $($icv:ident)?;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $get(
                sa: &xfrmnl_sa,
                name: *mut c_char,
                key_len: &mut c_uint,
                $($icv: &mut c_uint,)?
                key: *mut c_char,
            ) -> c_int {
                // SAFETY: the caller has room for name and key.
                let Some(head) = (unsafe { sa.$field.get(name, key) }) else { return -1 };
                *key_len = head.key_len;
                $(*$icv = head.icv_len;)?
                0
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $set(
                sa: &mut xfrmnl_sa,
                name: *const c_char,
                key_len: c_uint,
                $($icv: c_uint,)?
                key: *const c_char,
            ) -> c_int {
                // SAFETY: the caller's name and key.
                if unsafe { sa.$field.set_params(name, key_len, 0 $(+ $icv)?, key) }.is_err() {
                    return -1;
                }
                sa.h.mask |= $bit;
                0
            }
        )*
    };
}
algos! {
    aead AEAD: xfrmnl_sa_get_aead_params xfrmnl_sa_set_aead_params icv_len;
    auth AUTH: xfrmnl_sa_get_auth_params xfrmnl_sa_set_auth_params trunc_len;
    crypto CRYPTO: xfrmnl_sa_get_crypto_params xfrmnl_sa_set_crypto_params;
    comp COMP: xfrmnl_sa_get_comp_params xfrmnl_sa_set_comp_params;
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_get_encap_tmpl(
    sa: &xfrmnl_sa,
    kind: &mut c_uint,
    sport: &mut c_uint,
    dport: &mut c_uint,
    addr: &mut *mut nl_addr,
) -> c_int {
    if sa.h.mask & ENCAP == 0 {
        return -1;
    }
    (*kind, *sport) = (sa.encap.kind.into(), sa.encap.sport.into());
    (*dport, *addr) = (sa.encap.dport.into(), sa.encap_addr);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_set_encap_tmpl(
    sa: &mut xfrmnl_sa,
    kind: c_uint,
    sport: c_uint,
    dport: c_uint,
    addr: *mut nl_addr,
) -> c_int {
    sa.encap = Encap { kind: kind as u16, sport: sport as u16, dport: dport as u16 };
    // SAFETY: the caller's address is live.
    unsafe { crate::rows::set_addr(&mut sa.encap_addr, addr) };
    sa.h.mask |= ENCAP;
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_get_sec_ctx(
    sa: &xfrmnl_sa,
    doi: &mut c_uint,
    alg: &mut c_uint,
    len: &mut c_uint,
    _sid: &mut c_uint,
    ctx: *mut c_char,
) -> c_int {
    // SAFETY: the caller has room for the text.
    let Some(head) = (unsafe { sa.context.get(ctx) }) else { return -1 };
    (*doi, *alg, *len) = (head.doi.into(), head.alg.into(), head.ctx_len.into());
    0
}

/// What the kernel takes has no place for `sid`: it is not kept, and getting leaves it as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xfrmnl_sa_set_sec_ctx(
    sa: &mut xfrmnl_sa,
    doi: c_uint,
    alg: c_uint,
    len: c_uint,
    _sid: c_uint,
    ctx: *const c_char,
) -> c_int {
    let ctx_len = len as u16;
    let whole = (size_of::<Head>() as u16).wrapping_add(ctx_len);
    let head = Head { len: whole, exttype: 8, alg: alg as u8, doi: doi as u8, ctx_len };
    // SAFETY: the caller's text has that length.
    if unsafe { sa.context.set(head, ctx.cast(), ctx_len.into()) }.is_err() {
        return -1;
    }
    sa.h.mask |= CONTEXT;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_get_user_offload(
    sa: &xfrmnl_sa,
    ifindex: &mut c_int,
    flags: &mut u8,
) -> c_int {
    if sa.h.mask & OFFLOAD == 0 {
        return -1;
    }
    (*ifindex, *flags) = (sa.offload.ifindex, sa.offload.flags);
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sa_set_user_offload(
    sa: &mut xfrmnl_sa,
    ifindex: c_int,
    flags: u8,
) -> c_int {
    sa.offload = Offload { ifindex, flags, pad: [0; 3] };
    sa.h.mask |= OFFLOAD;
    0
}

impl xfrmnl_sa {
    /// The algorithms, with their bits.
    fn algos(&self) -> [(u64, &Algo); 4] {
        [(AEAD, &self.aead), (AUTH, &self.auth), (CRYPTO, &self.crypto), (COMP, &self.comp)]
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is an association, and what it points to is its own.
    unsafe {
        let sa = &mut *obj.cast::<xfrmnl_sa>();
        xfrmnl_sel_put(sa.sel);
        xfrmnl_ltime_cfg_put(sa.lifetime);
        sa.replay.free();
        sa.context.free();
        sa.aead.free();
        sa.auth.free();
        sa.crypto.free();
        sa.comp.free();
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are associations; what is the other's is replaced before anything can fail.
    unsafe {
        let (new, from) = (&mut *new.cast::<xfrmnl_sa>(), &*from.cast::<xfrmnl_sa>());
        (new.sel, new.lifetime) = (core::ptr::null_mut(), core::ptr::null_mut());
        let copied = new.replay.clone_esn(from.replay.esn);
        let copied = copied.and(new.context.clone_from(from.context.0));
        let copied = copied.and(new.aead.clone_from(&from.aead));
        let copied = copied.and(new.auth.clone_from(&from.auth));
        let copied = copied.and(new.crypto.clone_from(&from.crypto));
        let copied = copied.and(new.comp.clone_from(&from.comp));
        if let Some(sel) = from.sel.as_ref() {
            new.sel = xfrmnl_sel_clone(sel);
        }
        if let Some(lifetime) = from.lifetime.as_ref() {
            new.lifetime = xfrmnl_ltime_cfg_clone(lifetime);
        }
        let whole = new.sel.is_null() == from.sel.is_null()
            && new.lifetime.is_null() == from.lifetime.is_null();
        if whole { copied } else { Err(NLE_NOMEM) }
    }
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, both: u64, _: How) -> u64 {
    // SAFETY: both are associations, and have the parts whose bits are set.
    unsafe {
        let (a, b) = (&*a.cast::<xfrmnl_sa>(), &*b.cast::<xfrmnl_sa>());
        let mut differ = 0;
        if both & SEL != 0 && xfrmnl_sel_cmp(&*a.sel, &*b.sel) != 0 {
            differ |= SEL;
        }
        if both & LIFETIME != 0 && xfrmnl_ltime_cfg_cmp(&*a.lifetime, &*b.lifetime) != 0 {
            differ |= LIFETIME;
        }
        if a.encap != b.encap {
            differ |= ENCAP;
        }
        if a.context.differs(&b.context) {
            differ |= CONTEXT;
        }
        for ((bit, one), (_, other)) in a.algos().into_iter().zip(b.algos()) {
            differ |= if one.differs(other) { bit } else { 0 };
        }
        differ & both
    }
}
