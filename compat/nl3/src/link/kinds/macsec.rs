// SPDX-License-Identifier: MIT OR Apache-2.0
//! MACsec.

use core::ffi::{CStr, c_int, c_uint};

use super::{kind, of};
use crate::abi::nl_dump_params;
use crate::attr::*;
use crate::dump::dump;
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::msg::nl_msg;
use crate::object::*;
use crate::rows::{self, How, attrs};

#[repr(C)]
struct Macsec {
    h: nl_object,
    /// In the network's order, like the port.
    sci: u64,
    suite: u64,
    window: u32,
    validate: c_uint,
    icv_len: u16,
    port: u16,
    encoding_sa: u8,
    encrypt: u8,
    protect: u8,
    send_sci: u8,
    end_station: u8,
    scb: u8,
    replay_protect: u8,
    offload: u8,
}

attrs! { Macsec {
    SCI = 0 "" Aside(sci) = 1,
    ICV_LEN = 1 "" Own,
    SUITE = 2 "" Int(suite) = 4,
    WINDOW = 3 "" Aside(window) = 5,
    ENCODING_SA = 4 "" Int(encoding_sa) = 6,
    ENCRYPT = 5 "" Int(encrypt) = 7,
    PROTECT = 6 "" Int(protect) = 8,
    SEND_SCI = 7 "" Int(send_sci) = 9,
    END_STATION = 8 "" Int(end_station) = 10,
    SCB = 9 "" Int(scb) = 11,
    REPLAY_PROTECT = 10 "" Aside(replay_protect) = 12,
    VALIDATE = 11 "" Own,
    PORT = 12 "" Aside(port),
    OFFLOAD = 13 "" Aside(offload) = 15,
} }

static OPS: nl_object_ops = nl_object_ops {
    init: Some(init),
    compare: Some(compare),
    dump: [Some(dump_brief), Some(dump_details), None],
    ..nl_object_ops::new::<Macsec>(c"", ATTRS)
};

pub(super) static KIND: Kind =
    Kind { parse, put, compared: true, ..Kind::new(c"macsec", Some(&OPS)) };

const IFLA_MACSEC_PORT: u16 = 2;
const IFLA_MACSEC_ICV_LEN: u16 = 3;
const IFLA_MACSEC_CIPHER_SUITE: u16 = 4;
const IFLA_MACSEC_WINDOW: u16 = 5;
const IFLA_MACSEC_VALIDATION: u16 = 13;

/// `MACSEC_DEFAULT_CIPHER_ID` and the length of its check value; the longest one.
const DEFAULT_SUITE: u64 = 0x0080_0200_0100_0001;
const DEFAULT_ICV_LEN: u16 = 16;
const ICV_LEN_MAX: u16 = 16;

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    let macsec = unsafe { &mut *obj.cast::<Macsec>() };
    (macsec.suite, macsec.icv_len) = (DEFAULT_SUITE, DEFAULT_ICV_LEN);
    macsec.h.mask = SUITE | ICV_LEN;
}

unsafe fn compare(a: *const nl_object, b: *const nl_object, asked: u64, _: How) -> u64 {
    // SAFETY: both are of this type.
    let (a, b) = unsafe { (&*a.cast::<Macsec>(), &*b.cast::<Macsec>()) };
    let both = a.h.mask & b.h.mask;
    let differs = |of, bit, differs: bool| if of & bit != 0 && differs { bit } else { 0 };
    // The identifier says the port, too.
    let end = if both & SCI != 0 {
        differs(asked, SCI, a.sci != b.sci)
    } else {
        differs(both & asked, PORT, a.port != b.port)
    };
    let replays = both & REPLAY_PROTECT != 0 && a.replay_protect == 1 && b.replay_protect == 1;
    let window = a.window != b.window || (a.h.mask ^ b.h.mask) & WINDOW != 0;
    differs(asked, ICV_LEN, a.icv_len != b.icv_len)
        | differs(asked, VALIDATE, a.validate != b.validate)
        | differs(both & asked, REPLAY_PROTECT, a.replay_protect != b.replay_protect)
        | differs(if replays { asked } else { 0 }, WINDOW, window)
        | end
}

kind! { Macsec OPS "macsec":
    alloc rtnl_link_macsec_alloc;
    set rtnl_link_macsec_set_sci(u64) sci: SCI;
    out rtnl_link_macsec_get_sci(u64) sci: SCI, NLE_NOATTR;
    set_be16 rtnl_link_macsec_set_port(u16) port: PORT;
    out_be rtnl_link_macsec_get_port(u16) port: PORT, NLE_NOATTR;
    set rtnl_link_macsec_set_cipher_suite(u64) suite: SUITE;
    out rtnl_link_macsec_get_cipher_suite(u64) suite: SUITE, NLE_NOATTR;
    most rtnl_link_macsec_set_icv_len(u16) icv_len: ICV_LEN, ICV_LEN_MAX;
    out rtnl_link_macsec_get_icv_len(u16) icv_len: ICV_LEN, NLE_NOATTR;
    most rtnl_link_macsec_set_protect(u8) protect: PROTECT, 1;
    out rtnl_link_macsec_get_protect(u8) protect: PROTECT, NLE_NOATTR;
    most rtnl_link_macsec_set_encrypt(u8) encrypt: ENCRYPT, 1;
    out rtnl_link_macsec_get_encrypt(u8) encrypt: ENCRYPT, NLE_NOATTR;
    most rtnl_link_macsec_set_offload(u8) offload: OFFLOAD, 1;
    out rtnl_link_macsec_get_offload(u8) offload: OFFLOAD, NLE_NOATTR;
    most rtnl_link_macsec_set_encoding_sa(u8) encoding_sa: ENCODING_SA, 3;
    out rtnl_link_macsec_get_encoding_sa(u8) encoding_sa: ENCODING_SA, NLE_NOATTR;
    most rtnl_link_macsec_set_validation_type(c_uint) validate: VALIDATE, 2;
    out rtnl_link_macsec_get_validation_type(c_uint) validate: VALIDATE, NLE_NOATTR;
    most rtnl_link_macsec_set_replay_protect(u8) replay_protect: REPLAY_PROTECT, 1;
    out rtnl_link_macsec_get_replay_protect(u8) replay_protect: REPLAY_PROTECT, NLE_NOATTR;
    set rtnl_link_macsec_set_window(u32) window: WINDOW;
    out rtnl_link_macsec_get_window(u32) window: WINDOW, NLE_NOATTR;
    most rtnl_link_macsec_set_send_sci(u8) send_sci: SEND_SCI, 1;
    out rtnl_link_macsec_get_send_sci(u8) send_sci: SEND_SCI, NLE_NOATTR;
    most rtnl_link_macsec_set_end_station(u8) end_station: END_STATION, 1;
    out rtnl_link_macsec_get_end_station(u8) end_station: END_STATION, NLE_NOATTR;
    most rtnl_link_macsec_set_scb(u8) scb: SCB, 1;
    out rtnl_link_macsec_get_scb(u8) scb: SCB, NLE_NOATTR;
}

unsafe fn parse(
    link: &mut rtnl_link,
    data: Option<&crate::abi::nlattr>,
    xstats: Option<&crate::abi::nlattr>,
) -> Done {
    // SAFETY: the attributes are whole; what the kind keeps is of this type.
    unsafe {
        crate::link::info::parse(link, data, xstats)?;
        let macsec = super::of_mut::<Macsec>(link, &OPS)?;
        let Some(data) = data else { return Ok(()) };
        for nla in walk(nla_data(data).cast(), nla_len(data)) {
            let byte = match nla_type(nla) as u16 {
                IFLA_MACSEC_ICV_LEN | IFLA_MACSEC_VALIDATION if nla_len(nla) < 1 => {
                    return Err(NLE_RANGE);
                }
                _ if nla_len(nla) < 1 => continue,
                _ => *nla_data(nla).cast::<u8>(),
            };
            match nla_type(nla) as u16 {
                IFLA_MACSEC_ICV_LEN => {
                    macsec.icv_len = byte.into();
                    macsec.h.mask |= ICV_LEN;
                }
                IFLA_MACSEC_VALIDATION => {
                    macsec.validate = byte.into();
                    macsec.h.mask |= VALIDATE;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let macsec = of::<Macsec>(link, &OPS)?;
    let has = |bit| macsec.h.mask & bit != 0;
    let standard = macsec.suite == DEFAULT_SUITE && macsec.icv_len == DEFAULT_ICV_LEN;
    if has(REPLAY_PROTECT) && macsec.replay_protect != 0 && !has(WINDOW) {
        return Err(NLE_MSGSIZE);
    }
    // SAFETY: the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe {
        rows::write(link.info, msg, SCI)?;
        if has(PORT) && !has(SCI) {
            done(nla_put_u16(msg, IFLA_MACSEC_PORT.into(), macsec.port))?;
        }
        rows::write(link.info, msg, ENCRYPT)?;
        rows::write(link.info, msg, OFFLOAD)?;
        if !standard {
            done(nla_put_u64(msg, IFLA_MACSEC_CIPHER_SUITE.into(), macsec.suite))?;
            done(nla_put_u8(msg, IFLA_MACSEC_ICV_LEN.into(), macsec.icv_len as u8))?;
        }
        for bit in [SEND_SCI, END_STATION, SCB, PROTECT] {
            rows::write(link.info, msg, bit)?;
        }
        if has(REPLAY_PROTECT) {
            rows::write(link.info, msg, REPLAY_PROTECT)?;
            done(nla_put_u32(msg, IFLA_MACSEC_WINDOW.into(), macsec.window))?;
        }
        if has(VALIDATE) {
            done(nla_put_u8(msg, IFLA_MACSEC_VALIDATION.into(), macsec.validate as u8))?;
        }
        rows::write(link.info, msg, ENCODING_SA)
    })
}

/// How packets are validated: a letter and a word.
fn validation(macsec: &Macsec) -> (&'static CStr, &'static CStr) {
    match macsec.validate {
        0 => (c"d", c"disabled"),
        1 => (c"c", c"check"),
        2 => (c"s", c"strict"),
        _ => (c"", c"unknown"),
    }
}

unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    let macsec = unsafe { &*obj.cast::<Macsec>() };
    let flag = |value: u8, letter: &'static CStr| if value == 1 { letter } else { c"" }.as_ptr();
    dump!(
        p,
        c"sci %016llx <%s%s%s%s%s%s v%s %d>",
        u64::from_be(macsec.sci),
        flag(macsec.protect, c"P"),
        flag(macsec.encrypt, c"E"),
        flag(macsec.send_sci, c"S"),
        flag(macsec.end_station, c"e"),
        flag(macsec.scb, c"s"),
        flag(macsec.replay_protect, c"R"),
        validation(macsec).0.as_ptr(),
        c_int::from(macsec.encoding_sa)
    );
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type.
    let macsec = unsafe { &*obj.cast::<Macsec>() };
    let on = |value: u8| if value != 0 { c"on" } else { c"off" }.as_ptr();
    dump!(
        p,
        c"    sci %016llx protect %s encoding_sa %d encrypt %s send_sci %s validate %s replay_protect %s",
        u64::from_be(macsec.sci),
        on(macsec.protect),
        c_int::from(macsec.encoding_sa),
        on(macsec.encrypt),
        on(macsec.send_sci),
        validation(macsec).1.as_ptr(),
        on(macsec.replay_protect)
    );
    if macsec.replay_protect != 0 {
        dump!(p, c" window %d", macsec.window);
    }
    dump!(p, c"\n");
    let icv_len = c_int::from(macsec.icv_len);
    dump!(p, c"    cipher suite: %016llx, icv_len %d\n", macsec.suite, icv_len);
}
