// SPDX-License-Identifier: MIT OR Apache-2.0
//! Encapsulation of what goes to a next hop: MPLS.

use core::ffi::{c_char, c_uint};

use super::nexthop::rtnl_nexthop;
use super::text_of;
use super::uapi::*;
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::{AF_MPLS, nl_addr, nl_addr_alloc_attr, nl_addr_cmp, nl_addr_put};
use crate::attr::*;
use crate::dump::dump;
use crate::error::*;
use crate::msg::nl_msg;

/// Labels to be pushed, and the hop limit, 0 for that of the packet.
#[repr(C)]
pub(super) struct Mpls {
    pub(super) dst: *mut nl_addr,
    pub(super) ttl: u8,
}

impl Mpls {
    pub(super) fn differs(&self, other: &Mpls) -> bool {
        // SAFETY: the addresses are NULL or live.
        self.ttl != other.ttl || unsafe { nl_addr_cmp(self.dst, other.dst) != 0 }
    }

    pub(super) fn dump(&self, p: *mut nl_dump_params) {
        let mut buf = [0 as c_char; 128];
        dump!(p, c" encap mpls ");
        // SAFETY: the address is NULL or live.
        dump!(p, c"%s ", unsafe { text_of(self.dst, &mut buf) });
        if self.ttl != 0 {
            dump!(p, c"ttl %u ", c_uint::from(self.ttl));
        }
    }

    pub(super) unsafe fn put(&self, msg: &mut nl_msg) -> Done {
        // SAFETY: the address is live.
        unsafe {
            done(nla_put_u16(msg, RTA_ENCAP_TYPE.into(), LWTUNNEL_ENCAP_MPLS))?;
            let nest = nla_nest_start(msg, RTA_ENCAP.into());
            if nest.is_null() {
                return Err(NLE_NOMEM);
            }
            done(nla_put_addr(msg, MPLS_IPTUNNEL_DST.into(), self.dst))?;
            if self.ttl != 0 {
                done(nla_put_u8(msg, MPLS_IPTUNNEL_TTL.into(), self.ttl))?;
            }
            done(nla_nest_end(msg, nest))
        }
    }
}

const LWTUNNEL_ENCAP_MPLS: u16 = 1;

/// Reads an encapsulation into a next hop.
pub(super) unsafe fn read(nh: &mut rtnl_nexthop, kind: *const nlattr, encap: *mut nlattr) -> Done {
    // SAFETY: the attributes are NULL or whole.
    unsafe {
        if kind.is_null() || encap.is_null() {
            return Ok(());
        }
        match nla_get_u16(kind) {
            LWTUNNEL_ENCAP_MPLS => {}
            // Those that the kernel had when libnl came to know them.
            2..=7 => return Err(NLE_MSGTYPE_NOSUPPORT),
            _ => return Err(NLE_INVAL),
        }
        let find = |what: u16| nla_find(nla_data(encap).cast(), nla_len(&*encap), what.into());
        let (dst, ttl) = (find(MPLS_IPTUNNEL_DST), find(MPLS_IPTUNNEL_TTL));
        if dst.is_null() {
            return Err(NLE_INVAL);
        }
        let dst = nl_addr_alloc_attr(dst, AF_MPLS);
        if dst.is_null() {
            return Err(NLE_NOMEM);
        }
        let ttl = if ttl.is_null() || nla_len(&*ttl) < 1 { 0 } else { nla_get_u8(ttl) };
        let read = nh.set_mpls(dst, ttl);
        nl_addr_put(dst);
        read
    }
}
