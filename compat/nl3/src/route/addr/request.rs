// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses of interfaces in requests.

use super::*;

/// A request about an address.
unsafe fn build_request(
    addr: &rtnl_addr,
    (kind, flags): (u16, c_int),
    needed: u64,
    result: *mut *mut nl_msg,
) -> c_int {
    if addr.h.mask & needed != needed {
        return -NLE_MISSING_ATTR;
    }
    let head = ifaddrmsg {
        family: addr.family,
        prefixlen: addr.prefixlen,
        flags: addr.flags as u8,
        scope: scope_of(addr),
        index: addr.h.number,
    };
    // SAFETY: the result is the caller's.
    unsafe { build((kind, flags), &head, result, |msg| put_attributes(addr, msg)) }
}

/// The scope, which follows from the local address unless it is set.
fn scope_of(addr: &rtnl_addr) -> u8 {
    if addr.h.mask & SCOPE != 0 {
        return addr.scope;
    }
    let is_ipv4 = c_int::from(addr.family) == libc::AF_INET;
    addr.local.ask(libc::RT_SCOPE_UNIVERSE, |local| match local.slice() {
        [127, ..] if is_ipv4 => libc::RT_SCOPE_HOST,
        _ => libc::RT_SCOPE_UNIVERSE,
    })
}

unsafe fn put(msg: &mut nl_msg, kind: u16, slot: &Slot) -> Done {
    // SAFETY: the address is live.
    let put = |addr| done(unsafe { nla_put_addr(msg, kind.into(), addr) });
    if slot.is_none() { Ok(()) } else { slot.view(put) }
}

unsafe fn put_attributes(addr: &rtnl_addr, msg: &mut nl_msg) -> Done {
    let obj = (&raw const *addr).cast();
    // SAFETY: the object is an address; what it holds is live.
    unsafe {
        rows::write(obj, msg, LOCAL)?;
        let peer = if addr.h.mask & PEER != 0 { addr.peer() } else { &addr.local };
        put(msg, IFA_ADDRESS, peer)?;
        if addr.h.mask & LABEL != 0 {
            done(nla_put_string(msg, IFA_LABEL.into(), addr.rest.label()))?;
        }
        if addr.h.mask & BROADCAST != 0 {
            put(msg, IFA_BROADCAST, &addr.rest.get().broadcast)?;
        }
        if addr.h.mask & CACHEINFO != 0 {
            // When it was made and changed is not for the sender to say.
            let lifetimes = CacheInfo { created: 0, updated: 0, ..addr.cacheinfo };
            done(nla_put(msg, IFA_CACHEINFO.into(), 16, (&raw const lifetimes).cast()))?;
        }
        // The header has no room for more.
        if addr.flags > 0xff {
            done(nla_put_u32(msg, IFA_FLAGS.into(), addr.flags))?;
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_build_add_request(
    addr: &rtnl_addr,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    let needed = IFINDEX | FAMILY | PREFIXLEN | LOCAL;
    let what = (RTM_NEWADDR, flags | libc::NLM_F_CREATE);
    // SAFETY: the result is the caller's.
    unsafe { build_request(addr, what, needed, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_build_delete_request(
    addr: &rtnl_addr,
    flags: c_int,
    result: *mut *mut nl_msg,
) -> c_int {
    // SAFETY: the result is the caller's.
    unsafe { build_request(addr, (RTM_DELADDR, flags), IFINDEX | FAMILY, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_add(
    sock: *mut nl_sock,
    addr: &rtnl_addr,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_addr_build_add_request(addr, flags, &mut msg);
        send(sock, built, msg)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_addr_delete(
    sock: *mut nl_sock,
    addr: &rtnl_addr,
    flags: c_int,
) -> c_int {
    let mut msg = null_mut();
    // SAFETY: the socket is live.
    unsafe {
        let built = rtnl_addr_build_delete_request(addr, flags, &mut msg);
        send(sock, built, msg)
    }
}
