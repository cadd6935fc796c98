// SPDX-License-Identifier: MIT OR Apache-2.0
//! IPv6's configuration and counters of a link.

use core::ffi::{CStr, c_char, c_int, c_uint};
use core::ops::RangeInclusive;
use core::ptr::null_mut;

use super::af::{self, Family};
use super::inet::{columns, words};
use super::names::translate_narrow;
use super::object::rtnl_link;
use super::stats::{NONE, mib};
use crate::abi::{nl_dump_params, nla_policy, nlattr};
use crate::addr::{nl_addr, nl_addr_build};
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate_flags};
use crate::object::*;
use crate::utils::{nl_cancel_down_bytes, nl_msec2str, nl_size2str};

/// As many settings as are shown.
const COUNT: usize = 51;

#[repr(C)]
pub(super) struct Inet6 {
    h: nl_object,
    flags: u32,
    /// Longest packet to reassemble, when it was made (1/100 s), reachable and retransmit time (ms).
    cacheinfo: [u32; 4],
    token: [u8; 16],
    conf: [u32; COUNT],
    mode: u8,
}

static OPS: nl_object_ops = nl_object_ops {
    init: Some(init),
    dump: [None, Some(dump_details), Some(dump_details)],
    ..nl_object_ops::new::<Inet6>(c"", crate::rows::NONE)
};

pub(super) static FAMILY: Family = Family {
    read_protinfo: Some(read),
    read_spec: Some(read),
    write_spec: Some(write),
    ..Family::new(libc::AF_INET6, &OPS)
};

const IFLA_INET6_FLAGS: u16 = 1;
const IFLA_INET6_CONF: u16 = 2;
const IFLA_INET6_STATS: u16 = 3;
const IFLA_INET6_CACHEINFO: u16 = 5;
const IFLA_INET6_ICMP6STATS: u16 = 6;
const IFLA_INET6_TOKEN: u16 = 7;
const IFLA_INET6_ADDR_GEN_MODE: u16 = 8;

/// The mode is not known.
const NO_MODE: u8 = 0xff;

/// `IF_*` of `linux/if_link.h`, which say how far autoconfiguration is.
static FLAGS: Names = names! {
    128 "ra_otherconf", 64 "ra_managed", 32 "ra_rcvd", 16 "rs_sent", 2147483648 "ready",
};

/// `IN6_ADDR_GEN_MODE_*`.
static MODES: Names = names! { 0 "eui64", 1 "none", 2 "stable_privacy" };

/// `DEVCONF_*`.
static CONF: Names = names! {
    0 "forwarding", 1 "hoplimit", 2 "mtu6", 3 "accept_ra", 4 "accept_redirects", 5 "autoconf",
    6 "dad_transmits", 7 "rtr_solicits", 8 "rtr_solicit_interval", 9 "rtr_solicit_delay",
    10 "use_tempaddr", 11 "temp_valid_lft", 12 "temp_prefered_lft", 13 "regen_max_retry",
    14 "max_desync_factor", 15 "max_addresses", 16 "force_mld_version", 17 "accept_ra_defrtr",
    18 "accept_ra_pinfo", 19 "accept_ra_rtr_pref", 20 "rtr_probe_interval",
    21 "accept_ra_rt_info", 22 "proxy_ndp", 23 "optimistic_dad", 24 "accept_source_route",
    25 "mc_forwarding", 26 "disable_ipv6", 27 "accept_dad", 28 "force_tllao",
};

translate_flags! { FLAGS: rtnl_link_inet6_flags2str rtnl_link_inet6_str2flags; }
translate_narrow! { MODES: rtnl_link_inet6_addrgenmode2str(u8), rtnl_link_inet6_str2addrgenmode -> u8; }

unsafe fn init(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe { (*obj.cast::<Inet6>()).mode = NO_MODE };
}

/// How long the attributes are at least.
static LEAST: [nla_policy; 9] = {
    const fn least(minlen: u16) -> nla_policy {
        nla_policy { kind: 0, minlen, maxlen: 0 }
    }
    // None, flags, settings, counters, none, times, counters, token, mode.
    [least(0), least(4), least(4), least(8), least(0), least(16), least(8), least(16), least(1)]
};

unsafe fn read(link: &mut rtnl_link, data: *mut nl_object, spec: &nlattr) -> Done {
    let mut tb = [null_mut(); LEAST.len()];
    let (spec, max) = ((&raw const *spec).cast_mut(), LEAST.len() as c_int - 1);
    // SAFETY: table and policy have a slot for each type; the object is of this type.
    unsafe {
        done(nla_parse_nested(tb.as_mut_ptr(), max, spec, LEAST.as_ptr()))?;
        let inet6 = &mut *data.cast::<Inet6>();
        tb.iter().filter_map(|nla| nla.as_ref()).try_for_each(|nla| read_one(link, inet6, nla))
    }
}

unsafe fn read_one(link: &mut rtnl_link, inet6: &mut Inet6, nla: &nlattr) -> Done {
    let copy = |to: *mut u8, len: usize| {
        // SAFETY: the attribute and what is written to have that many bytes.
        unsafe { libc::memcpy(to.cast(), nla_data(nla), len) };
    };
    match nla_type(nla) as u16 {
        IFLA_INET6_FLAGS => copy((&raw mut inet6.flags).cast(), 4),
        IFLA_INET6_CACHEINFO => copy((&raw mut inet6.cacheinfo).cast(), 16),
        IFLA_INET6_TOKEN => copy(inet6.token.as_mut_ptr(), 16),
        IFLA_INET6_ADDR_GEN_MODE => copy(&raw mut inet6.mode, 1),
        IFLA_INET6_CONF => {
            for (slot, value) in inet6.conf.iter_mut().zip(words(nla)?) {
                *slot = value;
            }
        }
        IFLA_INET6_STATS => return link.stats.read_list(nla, mib(nla_len(nla) as usize / 8)),
        IFLA_INET6_ICMP6STATS => return link.stats.read_list(nla, &[NONE, 53, 54, 55, 56, 57]),
        _ => {}
    }
    Ok(())
}

unsafe fn write(data: *mut nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the object is of this type; the message is live.
    unsafe {
        let mode = (*data.cast::<Inet6>()).mode;
        if mode == NO_MODE {
            Ok(())
        } else {
            done(nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE.into(), mode))
        }
    }
}

fn get(link: &rtnl_link) -> Result<&Inet6, c_int> {
    // SAFETY: NULL or of this type.
    unsafe { af::data(link, af::INET6).cast::<Inet6>().as_ref() }.ok_or(NLE_NOATTR)
}

fn provide(link: &mut rtnl_link) -> Result<&mut Inet6, c_int> {
    // SAFETY: NULL or of this type.
    unsafe { af::provide(link, af::INET6).cast::<Inet6>().as_mut() }.ok_or(NLE_NOMEM)
}

/// Gives the caller an address of its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_inet6_get_token(
    link: &rtnl_link,
    result: &mut *mut nl_addr,
) -> c_int {
    let inet6 = match get(link) {
        Ok(inet6) if inet6.token == [0; 16] => return -NLE_NOADDR,
        Ok(inet6) => inet6,
        Err(error) => return -error,
    };
    // SAFETY: the token has 16 bytes.
    *result = unsafe { nl_addr_build(libc::AF_INET6, inet6.token.as_ptr().cast(), 16) };
    if result.is_null() { -NLE_NOMEM } else { 0 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_inet6_set_token(link: &mut rtnl_link, addr: &nl_addr) -> c_int {
    if addr.family != libc::AF_INET6 || addr.len != 16 {
        return -NLE_INVAL;
    }
    let from = nl_addr::bytes(addr);
    // SAFETY: the address has 16 bytes.
    let set = provide(link).map(|inet6| unsafe { inet6.token = from.cast::<[u8; 16]>().read() });
    code(set)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet6_get_addr_gen_mode(link: &rtnl_link, mode: &mut u8) -> c_int {
    code(get(link).and_then(|inet6| match inet6.mode {
        NO_MODE => Err(NLE_INVAL),
        known => {
            *mode = known;
            Ok(())
        }
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet6_set_addr_gen_mode(link: &mut rtnl_link, mode: u8) -> c_int {
    code(provide(link).map(|inet6| inet6.mode = mode))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet6_get_flags(link: &rtnl_link, flags: &mut u32) -> c_int {
    code(get(link).map(|inet6| *flags = inet6.flags))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet6_set_flags(link: &mut rtnl_link, flags: u32) -> c_int {
    code(provide(link).map(|inet6| inet6.flags = flags))
}

/// A setting: its name, as far as its value leaves room for it.
unsafe fn cell(inet6: &Inet6, at: usize, cell: &mut [c_char; 64]) {
    /// What makes milliseconds of it, for times.
    const TIMES: [(usize, u64); 5] = [(8, 1), (9, 1), (11, 1000), (12, 1000), (20, 1)];
    const WIDTH: c_int = 23;
    let (mut name, mut value) = ([0 as c_char; 64], [0 as c_char; 64]);
    let number = inet6.conf.get(at).copied().unwrap_or(0);
    // SAFETY: the buffers have the lengths said.
    unsafe {
        CONF.to_str(at as c_int, name.as_mut_ptr(), name.len());
        match TIMES.iter().find(|(id, _)| *id == at) {
            Some((_, unit)) => {
                nl_msec2str(u64::from(number) * unit, value.as_mut_ptr(), value.len());
            }
            None => {
                libc::snprintf(value.as_mut_ptr(), value.len(), c"%3u".as_ptr(), number);
            }
        }
        let room = WIDTH - libc::strlen(value.as_ptr()) as c_int;
        let format = c"%-*.*s%s".as_ptr();
        libc::snprintf(
            cell.as_mut_ptr(),
            cell.len(),
            format,
            room,
            room,
            name.as_ptr(),
            value.as_ptr(),
        );
    }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type; the buffers have the lengths said.
    unsafe {
        let inet6 = &*obj.cast::<Inet6>();
        let [reasm, stamp, reachable, retrans] = inet6.cacheinfo;
        let mut buf = [0 as c_char; 128];
        let (buf, len) = (buf.as_mut_ptr(), buf.len());
        nl_size2str(reasm as usize, buf, len);
        dump_line!(p, c"    ipv6 max-reasm-len %s", buf);
        rtnl_link_inet6_flags2str(inet6.flags as c_int, buf, len);
        dump!(p, c" <%s>\n", buf);
        nl_msec2str(reachable.into(), buf, len);
        dump_line!(p, c"      create-stamp %.2fs reachable-time %s", f64::from(stamp) / 100.0, buf);
        nl_msec2str(retrans.into(), buf, len);
        dump!(p, c" retrans-time %s\n", buf);
        crate::addrtext::inet_ntop(libc::AF_INET6, inet6.token.as_ptr().cast(), buf, len as u32);
        dump!(p, c"      token %s\n", buf);
        rtnl_link_inet6_addrgenmode2str(inet6.mode, buf, len);
        dump!(p, c"      link-local address mode %s\n", buf);
        dump_line!(p, c"      devconf:\n");
        columns(p, COUNT, |at, text| cell(inet6, at, text));
    }
}

/// Lines of counters, and the titles above each.
static COUNTERS: [(&CStr, &[u8]); 9] = [
    (
        c"    IPv6:       InPkts           InOctets         InDiscards         InDelivers\n",
        &[23, 47, 30, 31],
    ),
    (
        c"               OutPkts          OutOctets        OutDiscards        OutForwards\n",
        &[33, 48, 34, 32],
    ),
    (
        c"           InMcastPkts      InMcastOctets        InBcastPkts     InBcastOctests\n",
        &[43, 49, 45, 51],
    ),
    (
        c"          OutMcastPkts     OutMcastOctets       OutBcastPkts    OutBcastOctests\n",
        &[44, 50, 46, 52],
    ),
    (
        c"              ReasmOKs         ReasmFails         ReasmReqds       ReasmTimeout\n",
        &[38, 39, 37, 36],
    ),
    (c"               FragOKs          FragFails        FragCreates\n", &[40, 41, 42]),
    (
        c"           InHdrErrors      InTooBigErrors        InNoRoutes       InAddrErrors\n",
        &[24, 25, 26, 27],
    ),
    (
        c"       InUnknownProtos     InTruncatedPkts       OutNoRoutes       InCsumErrors\n",
        &[28, 29, 35, 58],
    ),
    (
        c"           InNoECTPkts          InECT1Pkts        InECT0Pkts           InCEPkts\n",
        &[59, 60, 61, 62],
    ),
];

/// Which of them are bytes.
const OCTETS: RangeInclusive<u8> = 47..=52;

/// Shows the counters of IPv6 and ICMPv6.
pub(super) fn dump_stats(link: &rtnl_link, p: *mut nl_dump_params) {
    for (titles, ids) in COUNTERS {
        dump!(p, c"%s", titles.as_ptr());
        dump!(p, c"   ");
        for id in ids {
            counter(link, p, *id);
        }
        dump!(p, c"\n");
    }
    dump!(p, c"    ICMPv6:     InMsgs           InErrors            OutMsgs          OutErrors       InCsumErrors\n");
    dump!(p, c"   ");
    for id in 53..=57 {
        counter(link, p, id);
    }
    dump!(p, c"\n");
}

fn counter(link: &rtnl_link, p: *mut nl_dump_params, id: u8) {
    let value = link.stats.get(id.into());
    if !OCTETS.contains(&id) {
        dump!(p, c" %18llu", value);
    } else if value == 0 {
        dump!(p, c" %16u B", 0 as c_uint);
    } else {
        let mut unit = c"".as_ptr();
        let value = nl_cancel_down_bytes(value, &mut unit);
        dump!(p, c" %14.2f %3s", value, unit);
    }
}
