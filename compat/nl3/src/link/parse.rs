// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links as messages tell of them.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::object::*;
use super::uapi::*;
use super::{af, info, vf};
use crate::abi::{nla_policy, nlattr, nlmsghdr};
use crate::attr::*;
use crate::data::{nl_data, nl_data_alloc_attr, nl_data_free};
use crate::error::*;
use crate::msg::nlmsg_parse;
use crate::object::*;
use crate::route::header;
use crate::rows;

/// The attributes that were there when libnl's table was made.
const MAX: usize = 51;

/// What attributes are at least; a program may use it to parse a message by itself.
#[unsafe(no_mangle)]
pub static rtln_link_policy: [nla_policy; MAX + 1] = policy();

const fn policy() -> [nla_policy; MAX + 1] {
    const U8: u16 = 1;
    const U32: u16 = 3;
    const STRING: u16 = 5;
    const NESTED: u16 = 8;
    /// Bytes of `struct rtnl_link_ifmap`: less on i386.
    const IFMAP: u16 = 24 + align_of::<u64>() as u16;
    const RULES: [(u16, u16, u16, u16); 25] = [
        (IFLA_IFNAME, STRING, 0, 16),
        (IFLA_MTU, U32, 0, 0),
        (IFLA_LINK, U32, 0, 0),
        (IFLA_QDISC, STRING, 0, 32),
        (IFLA_STATS, 0, 92, 0),
        (IFLA_MASTER, U32, 0, 0),
        (IFLA_TXQLEN, U32, 0, 0),
        (IFLA_MAP, 0, IFMAP, 0),
        (IFLA_WEIGHT, U32, 0, 0),
        (IFLA_OPERSTATE, U8, 0, 0),
        (IFLA_LINKMODE, U8, 0, 0),
        (IFLA_LINKINFO, NESTED, 0, 0),
        (IFLA_NET_NS_PID, U32, 0, 0),
        (IFLA_IFALIAS, STRING, 0, 256),
        (IFLA_NUM_VF, U32, 0, 0),
        (IFLA_VFINFO_LIST, NESTED, 0, 0),
        (IFLA_STATS64, 0, 184, 0),
        (IFLA_AF_SPEC, NESTED, 0, 0),
        (IFLA_GROUP, U32, 0, 0),
        (IFLA_NET_NS_FD, U32, 0, 0),
        (IFLA_PROMISCUITY, U32, 0, 0),
        (IFLA_NUM_TX_QUEUES, U32, 0, 0),
        (IFLA_NUM_RX_QUEUES, U32, 0, 0),
        (IFLA_CARRIER, U8, 0, 0),
        (IFLA_PHYS_PORT_NAME, STRING, 0, 16),
    ];
    const MORE: [u16; 3] = [IFLA_CARRIER_CHANGES, IFLA_GSO_MAX_SEGS, IFLA_GSO_MAX_SIZE];
    let mut all = [nla_policy { kind: 0, minlen: 0, maxlen: 0 }; MAX + 1];
    let mut at = 0;
    while at < RULES.len() {
        let (nla, kind, minlen, maxlen) = RULES[at];
        all[nla as usize] = nla_policy { kind, minlen, maxlen };
        at += 1;
    }
    at = 0;
    while at < MORE.len() {
        all[MORE[at] as usize] = nla_policy { kind: U32, minlen: 0, maxlen: 0 };
        at += 1;
    }
    all
}

pub(super) unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    let mut tb = [null_mut(); MAX + 1];
    // SAFETY: the object is a link; the header is whole, and table and policy have a slot for each type.
    unsafe {
        let link = &mut *obj.cast::<rtnl_link>();
        let head: ifinfomsg = header(nlh);
        link.arptype = head.kind.into();
        link.index = head.index as c_int;
        link.flags.value = head.flags;
        link.change = head.change;
        link.h.mask |= FLAGS | IFINDEX | ARPTYPE | CHANGE;
        let family = head.family.into();
        rtnl_link_set_family(link, family);
        let (hdrlen, max) = (size_of::<ifinfomsg>() as c_int, MAX as c_int);
        done(nlmsg_parse(&*nlh, hdrlen, tb.as_mut_ptr(), max, rtln_link_policy.as_ptr()))?;
        read(link, &tb)?;
        // A bridge is a link of that family, whoever tells of it.
        if family == libc::AF_UNSPEC && info::is_kind(link, c"bridge") {
            rtnl_link_set_family(link, libc::AF_BRIDGE);
        }
        af::read(link, family, at(&tb, IFLA_PROTINFO), at(&tb, IFLA_AF_SPEC))
    }
}

fn at(tb: &[*mut nlattr; MAX + 1], kind: u16) -> Option<&nlattr> {
    // SAFETY: each is NULL or a whole attribute.
    tb.get(usize::from(kind)).and_then(|nla| unsafe { nla.as_ref() })
}

/// Reads what does not depend on the family.
unsafe fn read(link: &mut rtnl_link, tb: &[*mut nlattr; MAX + 1]) -> Done {
    // SAFETY: the attributes are whole.
    unsafe {
        if at(tb, IFLA_IFNAME).is_none() {
            return Err(NLE_MISSING_ATTR);
        }
        rows::read_table(object(link), tb, libc::AF_UNSPEC)?;
        // Tunnels have addresses of IP.
        link.addr.guess_family()?;
        link.broadcast.guess_family()?;
        let wide = at(tb, IFLA_STATS64);
        if let Some(nla) = wide.or(at(tb, IFLA_STATS)) {
            link.stats.read(nla, wide.is_some())?;
            link.h.mask |= STATS;
        }
        if let Some(nla) = at(tb, IFLA_MAP) {
            /// Where `struct rtnl_link_ifmap` has the interrupt.
            const IRQ: usize = 24;
            link.irq = nla_data(nla).wrapping_byte_add(IRQ).cast::<u16>().read_unaligned();
            link.h.mask |= MAP;
        }
        if let Some(nla) = at(tb, IFLA_PHYS_PORT_NAME) {
            crate::mem::set_text(&mut link.port_name, nla_data(nla).cast());
            link.h.mask |= PORT_NAME;
        }
        read_data(&mut link.port_id, at(tb, IFLA_PHYS_PORT_ID), &mut link.h.mask, PORT_ID)?;
        read_data(&mut link.switch_id, at(tb, IFLA_PHYS_SWITCH_ID), &mut link.h.mask, SWITCH_ID)?;
        if let Some(nla) = at(tb, IFLA_LINKINFO) {
            info::read(link, nla)?;
        }
        if let Some(nla) = at(tb, IFLA_VFINFO_LIST) {
            vf::read(link, nla)?;
        }
    }
    Ok(())
}

unsafe fn read_data(
    slot: &mut *mut nl_data,
    nla: Option<&nlattr>,
    mask: &mut u64,
    bit: u64,
) -> Done {
    let Some(nla) = nla else { return Ok(()) };
    // SAFETY: the attribute is whole; the slot is NULL or the link's own.
    unsafe {
        nl_data_free(*slot);
        *slot = nl_data_alloc_attr(nla);
    }
    *mask |= bit;
    if slot.is_null() { Err(NLE_NOMEM) } else { Ok(()) }
}

/// Fills a link from a table of attributes, which a program has parsed by the policy above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_info_parse(
    link: &mut rtnl_link,
    tb: *const *mut nlattr,
) -> c_int {
    let mut known = [null_mut(); MAX + 1];
    // SAFETY: the caller's table is as long as the policy that it was made by; what comes after
    // IFLA_GSO_MAX_SIZE is not looked at.
    unsafe {
        for (at, slot) in known.iter_mut().enumerate().take(usize::from(IFLA_GSO_MAX_SIZE) + 1) {
            *slot = *tb.add(at);
        }
        code(read(link, &known))
    }
}
