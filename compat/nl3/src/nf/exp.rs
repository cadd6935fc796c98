// SPDX-License-Identifier: MIT OR Apache-2.0
//! Connections that are expected, `netfilter/exp`: the object, its accessors, its dumps.

use core::ffi::{c_char, c_int, c_uint};

use super::tuple::{Port, dump_end, tuple_accessors};
use crate::abi::nl_dump_params;
use crate::addr::nl_addr;
use crate::dump::{dump, dump_line};
use crate::names::{Names, names, translate_flags};
use crate::object::*;
use crate::rows::{accessors, attrs};
use crate::utils::{nl_ip_proto2str, nl_msec2str};

/// Ports, or what ICMP has instead.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Ports {
    /// Or the id of ICMP.
    pub(super) src: u16,
    pub(super) dst: Port,
}

/// Who talks to whom.
#[repr(C)]
pub(super) struct Tuple {
    pub(super) src: *mut nl_addr,
    pub(super) dst: *mut nl_addr,
    pub(super) ports: Ports,
    pub(super) proto: u8,
}

/// An expectation.
#[repr(C)]
pub struct nfnl_exp {
    pub(super) h: nl_object,
    pub(super) family: u8,
    pub(super) nat_dir: u8,
    pub(super) zone: u16,
    timeout: u32,
    id: u32,
    flags: u32,
    class: u32,
    pub(super) helper_name: *mut c_char,
    pub(super) function: *mut c_char,
    expect: Tuple,
    master: Tuple,
    mask: Tuple,
    nat: Tuple,
}

/// How many bits each tuple has.
const STEP: u32 = 5;

attrs! { nfnl_exp {
    FAMILY = 0 "family" Int(family),
    TIMEOUT = 1 "timeout" Int(timeout),
    ID = 2 "id" Int(id),
    HELPER_NAME = 3 "helpername" Str(helper_name),
    ZONE = 4 "zone" Int(zone),
    CLASS = 6 "class" Int(class),
    FLAGS = 5 "flags" Int(flags),
    FUNCTION = 7 "function" Str(function),
    SRC = 8 "expectipsrc" Net(expect.src),
    DST = 9 "expectipdst" Net(expect.dst),
    PROTO = 10 "expectprotonum" Int(expect.proto),
    PORTS = 11 "expectports" Bytes(expect.ports),
    ICMP = 12 "expecticmp" Bytes(expect.ports),
    MASTER_SRC = 13 "masteripsrc" Net(master.src),
    MASTER_DST = 14 "masteripdst" Net(master.dst),
    MASTER_PROTO = 15 "masterprotonum" Int(master.proto),
    MASTER_PORTS = 16 "masterports" Bytes(master.ports),
    MASTER_ICMP = 17 "mastericmp" Bytes(master.ports),
    MASK_SRC = 18 "maskipsrc" Net(mask.src),
    MASK_DST = 19 "maskipdst" Net(mask.dst),
    MASK_PROTO = 20 "maskprotonum" Int(mask.proto),
    MASK_PORTS = 21 "maskports" Bytes(mask.ports),
    MASK_ICMP = 22 "maskicmp" Bytes(mask.ports),
    NAT_SRC = 23 "natipsrc" Net(nat.src),
    NAT_DST = 24 "natipdst" Net(nat.dst),
    NAT_PROTO = 25 "natprotonum" Int(nat.proto),
    NAT_PORTS = 26 "natports" Bytes(nat.ports),
    NAT_ICMP = 27 "naticmp" Bytes(nat.ports),
    NAT_DIR = 28 "natdir" Int(nat_dir),
} }

#[unsafe(no_mangle)]
pub static exp_obj_ops: nl_object_ops = nl_object_ops {
    id_attrs: 0,
    names: NAMES,
    dump: [Some(dump_line_of), Some(dump_details), None],
    ..nl_object_ops::new::<nfnl_exp>(c"netfilter/exp", ATTRS)
};

accessors! { nfnl_exp:
    set  nfnl_exp_set_family(u8) family: FAMILY;
    get  nfnl_exp_get_family() -> u8 = family: FAMILY, 0;
    set  nfnl_exp_set_timeout(u32) timeout: TIMEOUT;
    test nfnl_exp_test_timeout() timeout: TIMEOUT;
    get  nfnl_exp_get_timeout() -> u32 = timeout;
    set  nfnl_exp_set_id(u32) id: ID;
    test nfnl_exp_test_id() id: ID;
    get  nfnl_exp_get_id() -> u32 = id;
    str  nfnl_exp_set_helper_name() helper_name: HELPER_NAME;
    test nfnl_exp_test_helper_name() helper_name: HELPER_NAME;
    get  nfnl_exp_get_helper_name() -> *mut c_char = helper_name;
    set  nfnl_exp_set_zone(u16) zone: ZONE;
    test nfnl_exp_test_zone() zone: ZONE;
    get  nfnl_exp_get_zone() -> u16 = zone;
    test nfnl_exp_test_flags() flags: FLAGS;
    get  nfnl_exp_get_flags() -> u32 = flags;
    set  nfnl_exp_set_class(u32) class: CLASS;
    test nfnl_exp_test_class() class: CLASS;
    get  nfnl_exp_get_class() -> u32 = class;
    str  nfnl_exp_set_fn() function: FUNCTION;
    test nfnl_exp_test_fn() function: FUNCTION;
    get  nfnl_exp_get_fn() -> *mut c_char = function;
    set  nfnl_exp_set_nat_dir(u8) nat_dir: NAT_DIR;
    test nfnl_exp_test_nat_dir() nat_dir: NAT_DIR;
    get  nfnl_exp_get_nat_dir() -> u8 = nat_dir;
}

tuple_accessors! { nfnl_exp:
    addr nfnl_exp_set_src() src: SRC;
    test nfnl_exp_test_src() src: SRC;
    get  nfnl_exp_get_src() -> *mut nl_addr = src;
    addr nfnl_exp_set_dst() dst: DST;
    test nfnl_exp_test_dst() dst: DST;
    get  nfnl_exp_get_dst() -> *mut nl_addr = dst;
    set  nfnl_exp_set_l4protonum(u8) proto: PROTO;
    test nfnl_exp_test_l4protonum() proto: PROTO;
    get  nfnl_exp_get_l4protonum() -> u8 = proto;
    test nfnl_exp_test_ports() ports: PORTS;
    get  nfnl_exp_get_src_port() -> u16 = ports.src;
    get  nfnl_exp_get_dst_port() -> u16 = ports.dst;
    test nfnl_exp_test_icmp() ports: ICMP;
    get  nfnl_exp_get_icmp_id() -> u16 = ports.src;
    get  nfnl_exp_get_icmp_type() -> u8 = ports.dst.icmp_type;
    get  nfnl_exp_get_icmp_code() -> u8 = ports.dst.icmp_code;
}

impl nfnl_exp {
    /// One of the tuples, by `NFNL_EXP_TUPLE_*`.
    pub(super) fn tuple(&self, which: c_int) -> &Tuple {
        match which {
            0 => &self.expect,
            1 => &self.master,
            2 => &self.mask,
            _ => &self.nat,
        }
    }

    fn tuple_mut(&mut self, which: c_int) -> &mut Tuple {
        match which {
            0 => &mut self.expect,
            1 => &mut self.master,
            2 => &mut self.mask,
            _ => &mut self.nat,
        }
    }

    fn shift(which: c_int) -> u32 {
        STEP * which.clamp(0, 3) as u32
    }

    /// Whether something of a tuple is set; `bit` is that of the first one.
    pub(super) fn has(&self, which: c_int, bit: u64) -> bool {
        self.h.mask & bit << nfnl_exp::shift(which) != 0
    }

    /// What requests tell as numbers of 32 bits: bit, attribute, value.
    pub(super) fn numbers(&self) -> [(u64, u16, u32); 4] {
        [
            (CLASS, 9, self.class),
            (ID, 5, self.id),
            (TIMEOUT, 4, self.timeout),
            (FLAGS, 8, self.flags),
        ]
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_exp_alloc() -> *mut nfnl_exp {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&exp_obj_ops).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_exp_get(exp: *mut nfnl_exp) {
    // SAFETY: the expectation is live.
    unsafe { nl_object_get(exp.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nfnl_exp_put(exp: *mut nfnl_exp) {
    // SAFETY: NULL, or an expectation of which the caller holds a reference.
    unsafe { nl_object_put(exp.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_exp_set_flags(exp: &mut nfnl_exp, flags: u32) {
    exp.flags |= flags;
    exp.h.mask |= FLAGS;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_exp_unset_flags(exp: &mut nfnl_exp, flags: u32) {
    exp.flags &= !flags;
    exp.h.mask |= FLAGS;
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_exp_set_ports(exp: &mut nfnl_exp, which: c_int, src: u16, dst: u16) {
    exp.tuple_mut(which).ports = Ports { src, dst: dst.into() };
    exp.h.mask |= PORTS << nfnl_exp::shift(which);
}

#[unsafe(no_mangle)]
pub extern "C" fn nfnl_exp_set_icmp(
    exp: &mut nfnl_exp,
    which: c_int,
    id: u16,
    icmp_type: u8,
    icmp_code: u8,
) {
    exp.tuple_mut(which).ports = Ports { src: id, dst: Port { icmp_type, icmp_code } };
    exp.h.mask |= ICMP << nfnl_exp::shift(which);
}

/// Names of flags. They are the wrong ones, but those that programs have seen.
static FLAG_NAMES: Names = names! { 1 "expected", 2 "seen_reply", 4 "assured" };

translate_flags! { FLAG_NAMES: nfnl_exp_flags2str nfnl_exp_str2flags; }

fn dump_tuple(exp: &nfnl_exp, which: c_int, p: *mut nl_dump_params) {
    let (tuple, mut text) = (exp.tuple(which), [0 as c_char; 64]);
    if exp.has(which, PROTO) {
        // SAFETY: the buffer is ours and as long as it says.
        dump!(p, c"%s ", unsafe { nl_ip_proto2str(tuple.proto.into(), text.as_mut_ptr(), 64) });
    }
    let ports = exp.has(which, PORTS);
    dump_end(p, tuple.src, if ports { tuple.ports.src } else { 0 });
    dump_end(p, tuple.dst, if ports { tuple.ports.dst.into() } else { 0 });
    // What is shown for each tuple is that of the first one.
    if exp.has(0, ICMP) {
        let Ports { src, dst: Port { icmp_type, icmp_code } } = exp.expect.ports;
        let (icmp_type, icmp_code) = (c_int::from(icmp_type), c_int::from(icmp_code));
        dump!(p, c"icmp type %d code %d id %d ", icmp_type, icmp_code, c_int::from(src));
    }
}

unsafe fn dump_line_of(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an expectation.
    unsafe {
        let exp = &*obj.cast::<nfnl_exp>();
        crate::dump::nl_new_line(p);
        for which in 0..4 {
            dump_tuple(exp, which, p);
        }
        if exp.h.mask & NAT_DIR != 0 {
            dump!(p, c"nat dir %u ", c_uint::from(exp.nat_dir));
        }
        dump!(p, c"\n");
    }
}

fn dump_flags(exp: &nfnl_exp, p: *mut nl_dump_params) {
    let mut before = c"";
    dump!(p, c"<");
    for (bit, name) in [(1, c"PERMANENT"), (2, c"INACTIVE"), (4, c"USERSPACE")] {
        if exp.flags & bit != 0 {
            dump!(p, c"%s%s", before.as_ptr(), name.as_ptr());
            before = c",";
        }
    }
    dump!(p, c">");
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is an expectation; the buffer is ours and as long as it says.
    unsafe {
        dump_line_of(obj, p);
        let exp = &*obj.cast::<nfnl_exp>();
        let has = |bit| exp.h.mask & bit != 0;
        dump!(p, c"    id 0x%x ", exp.id);
        dump_line!(p, c"family %s ", crate::names::nl_af2str(exp.family.into(), buf, 64));
        if has(TIMEOUT) {
            dump!(p, c"timeout %s ", nl_msec2str(u64::from(exp.timeout) * 1000, buf, 64));
        }
        if has(HELPER_NAME) {
            dump!(p, c"helper %s ", exp.helper_name);
        }
        if has(FUNCTION) {
            dump!(p, c"fn %s ", exp.function);
        }
        if has(CLASS) {
            dump!(p, c"class %u ", exp.class);
        }
        if has(ZONE) {
            dump!(p, c"zone %u ", c_uint::from(exp.zone));
        }
        if has(FLAGS) {
            dump_flags(exp, p);
        }
        dump!(p, c"\n");
    }
}
