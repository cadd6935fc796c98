// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses of interfaces in messages that come.

use super::super::header;
use super::more::More;
use super::*;

pub(super) unsafe fn parse(obj: *mut nl_object, nlh: *mut nlmsghdr) -> Done {
    let addr = obj.cast::<rtnl_addr>();
    // SAFETY: the object is an address; the attributes are inside the message, whose header is whole.
    unsafe {
        let head: ifaddrmsg = header(nlh);
        let (attrs, len) = (nlmsg_attrdata(nlh, 8), nlmsg_attrlen(&*nlh, 8));
        let addr = &mut *addr;
        (addr.family, addr.prefixlen, addr.scope) = (head.family, head.prefixlen, head.scope);
        addr.h.number = head.index;
        addr.flags = head.flags.into();
        addr.h.mask = FAMILY | PREFIXLEN | FLAGS | SCOPE | IFINDEX;
        let mut peer = Slot::new();
        let is_ipv4 = c_int::from(head.family) == libc::AF_INET;
        // What the kernel calls address is the peer, or the local address where there is no other.
        let alone = !is_ipv4 && nla_find(attrs, len, IFA_LOCAL.into()).is_null();
        let read = walk(attrs, len).try_for_each(|nla| match nla_type(nla) as u16 {
            IFA_ADDRESS if alone => {
                addr.local.read_near(nla, head.family.into(), || place_behind(obj))
            }
            _ => read_attr(addr, &mut peer, nla),
        });
        let settled = read.and_then(|()| settle_local(addr, &mut peer));
        peer.clear();
        settled
    }
}

/// Netlink attributes of what few addresses have: the object's attribute, and where it is.
type Far = (u16, u64, fn(&mut More) -> &mut Slot);
const FAR: [Far; 3] = [
    (IFA_BROADCAST, BROADCAST, |more| &mut more.broadcast),
    (IFA_MULTICAST, MULTICAST, |more| &mut more.multicast),
    (IFA_ANYCAST, ANYCAST, |more| &mut more.anycast),
];

unsafe fn read_attr(addr: &mut rtnl_addr, peer: &mut Slot, nla: &nlattr) -> Done {
    let family = addr.family.into();
    let (kind, len) = (nla_type(nla) as u16, nla_len(nla));
    // SAFETY: the attribute is whole; a label ends with a NUL.
    unsafe {
        let bit = match kind {
            IFA_ADDRESS => return peer.read(nla, family),
            IFA_FLAGS if len < size_of::<u32>() as c_int => return Err(NLE_RANGE),
            IFA_FLAGS => {
                addr.flags = nla_get_u32(nla);
                FLAGS
            }
            IFA_LABEL => {
                addr.rest.set_label(closed_text(nla, libc::IFNAMSIZ as c_int)?)?;
                LABEL
            }
            _ => match FAR.iter().find(|(nla, ..)| *nla == kind) {
                Some((_, bit, place)) => {
                    place(addr.rest.make()?).read(nla, family)?;
                    *bit
                }
                None => return rows::read_attr((&raw mut *addr).cast(), nla, family),
            },
        };
        addr.mark(bit, true);
    }
    Ok(())
}

/// The kernel leaves out 0.0.0.0.
fn zero_if_none(slot: &mut Slot) -> Done {
    if slot.is_none() { slot.put(libc::AF_INET, 32, &[0; 4]) } else { Ok(()) }
}

/// The local address and that of the peer, which is none if it is the same.
fn settle_local(addr: &mut rtnl_addr, peer: &mut Slot) -> Done {
    let is_ipv4 = c_int::from(addr.family) == libc::AF_INET;
    if is_ipv4 {
        zero_if_none(&mut addr.local)?;
        zero_if_none(peer)?;
    }
    if addr.local.cmp(peer) == 0 {
        peer.clear();
    }
    let (has_peer, has_local) = (!peer.is_none(), !addr.local.is_none());
    addr.mark(PEER, has_peer);
    addr.mark(LOCAL, has_local);
    let owner = if has_peer && !is_ipv4 { &mut *peer } else { &mut addr.local };
    owner.set_prefixlen(addr.prefixlen.into())?;
    if has_peer {
        core::mem::swap(&mut addr.rest.make()?.peer, peer);
    }
    Ok(())
}
