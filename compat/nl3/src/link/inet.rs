// SPDX-License-Identifier: MIT OR Apache-2.0
//! IPv4's configuration of a link.

use core::ffi::{c_char, c_int, c_uint};

use super::af::{self, Family};
use super::object::rtnl_link;
use crate::abi::{nl_dump_params, nlattr};
use crate::attr::*;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate};
use crate::object::*;

/// As many settings as are known.
const COUNT: usize = 32;

#[repr(C)]
pub(super) struct Inet {
    h: nl_object,
    conf: [u32; COUNT],
    /// A bit for each that is known.
    known: u32,
}

static OPS: nl_object_ops = nl_object_ops {
    dump: [None, Some(dump_details), Some(dump_details)],
    ..nl_object_ops::new::<Inet>(c"", crate::rows::NONE)
};

pub(super) static FAMILY: Family =
    Family { read_spec: Some(read), write_spec: Some(write), ..Family::new(libc::AF_INET, &OPS) };

const IFLA_INET_CONF: u16 = 1;

/// `IPV4_DEVCONF_*`.
static CONF: Names = names! {
    1 "forwarding", 2 "mc_forwarding", 3 "proxy_arp", 4 "accept_redirects", 5 "secure_redirects",
    6 "send_redirects", 7 "shared_media", 8 "rp_filter", 9 "accept_source_route", 10 "bootp_relay",
    11 "log_martians", 12 "tag", 13 "arpfilter", 14 "medium_id", 15 "noxfrm", 16 "nopolicy",
    17 "force_igmp_version", 18 "arp_announce", 19 "arp_ignore", 20 "promote_secondaries",
    21 "arp_accept", 22 "arp_notify", 23 "accept_local", 24 "src_vmark", 25 "proxy_arp_pvlan",
    26 "route_localnet", 27 "igmpv2_unsolicited_report_interval",
    28 "igmpv3_unsolicited_report_interval",
};

translate! { CONF: rtnl_link_inet_devconf2str rtnl_link_inet_str2devconf; }

/// The words of an attribute that is nothing but words.
pub(super) fn words(nla: &nlattr) -> Result<impl Iterator<Item = u32> + use<>, c_int> {
    let (data, len) = (nla_data(nla).cast::<u32>(), nla_len(nla).max(0) as usize);
    match len % 4 {
        _ if len < 4 => Err(NLE_RANGE),
        // SAFETY: the payload has that many words, which need not be aligned.
        0 => Ok((0..len / 4).map(move |at| unsafe { data.wrapping_add(at).read_unaligned() })),
        _ => Err(libc::EINVAL),
    }
}

unsafe fn read(_: &mut rtnl_link, data: *mut nl_object, spec: &nlattr) -> Done {
    // SAFETY: the object is of this type; the attribute is whole.
    unsafe {
        let inet = &mut *data.cast::<Inet>();
        let all = walk(nla_data(spec).cast(), nla_len(spec));
        let Some(nla) = all.filter(|nla| nla_type(nla) == IFLA_INET_CONF.into()).last() else {
            return Ok(());
        };
        for (at, value) in words(nla)?.enumerate().take(COUNT) {
            inet.set(at, value);
        }
    }
    Ok(())
}

unsafe fn write(data: *mut nl_object, msg: &mut nl_msg) -> Done {
    // SAFETY: the object is of this type.
    let inet = unsafe { &*data.cast::<Inet>() };
    af::nest(msg, IFLA_INET_CONF, |msg| {
        for (at, value) in inet.conf.iter().enumerate().filter(|(at, _)| inet.known & 1 << at != 0)
        {
            done(put(msg, at as c_int + 1, *value))?;
        }
        Ok(())
    })
}

fn put(msg: &mut nl_msg, kind: c_int, value: u32) -> c_int {
    // SAFETY: the message is live.
    unsafe { nla_put_u32(msg, kind, value) }
}

impl Inet {
    fn set(&mut self, at: usize, value: u32) {
        if let Some(slot) = self.conf.get_mut(at) {
            *slot = value;
            self.known |= 1 << at;
        }
    }
}

/// Where a setting is; `NLE_RANGE` if it is none.
fn place(id: c_uint) -> Result<usize, c_int> {
    (id as usize).checked_sub(1).filter(|at| *at < COUNT).ok_or(NLE_RANGE)
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet_get_conf(link: &rtnl_link, id: c_uint, value: &mut u32) -> c_int {
    // SAFETY: NULL or of this type.
    let Some(inet) = (unsafe { af::data(link, af::INET).cast::<Inet>().as_ref() }) else {
        return -NLE_NOATTR;
    };
    let at = match place(id) {
        Err(error) => return -error,
        Ok(at) if inet.known & 1 << at == 0 => return -NLE_INVAL,
        Ok(at) => at,
    };
    *value = inet.conf.get(at).copied().unwrap_or(0);
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_inet_set_conf(link: &mut rtnl_link, id: c_uint, value: u32) -> c_int {
    // SAFETY: NULL or of this type.
    let Some(inet) = (unsafe { af::provide(link, af::INET).cast::<Inet>().as_mut() }) else {
        return -NLE_NOMEM;
    };
    match place(id) {
        Err(error) => -error,
        Ok(at) => {
            inet.set(at, value);
            0
        }
    }
}

/// Three columns, which `cell` fills.
pub(super) unsafe fn columns(
    p: *mut nl_dump_params,
    count: usize,
    cell: impl Fn(usize, &mut [c_char; 64]),
) {
    dump_line!(p, c"      ");
    for at in 0..count {
        let mut text = [0; 64];
        cell(at, &mut text);
        dump_line!(p, c"%s", text.as_ptr());
        if at % 3 == 2 {
            dump!(p, c"\n");
            dump_line!(p, c"      ");
        } else {
            dump!(p, c"  ");
        }
    }
    if count % 3 != 0 {
        dump!(p, c"\n");
    }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is of this type; a cell has the length said.
    unsafe {
        let inet = &*obj.cast::<Inet>();
        dump_line!(p, c"    ipv4 devconf:\n");
        columns(p, COUNT, |at, cell| {
            let mut name = [0; 64];
            rtnl_link_inet_devconf2str(at as c_int + 1, name.as_mut_ptr(), name.len());
            let value = inet.conf.get(at).copied().unwrap_or(0);
            libc::snprintf(
                cell.as_mut_ptr(),
                cell.len(),
                c"%-19s %3u".as_ptr(),
                name.as_ptr(),
                value,
            );
        });
    }
}
