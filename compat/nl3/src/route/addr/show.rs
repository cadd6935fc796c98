// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses of interfaces in dumps.

use super::super::dump_dev;
use super::*;

pub(super) unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an address; the buffers have the lengths said.
    unsafe {
        let addr = &*obj.cast::<rtnl_addr>();
        let mut buf = [0 as c_char; 128];
        dump_line!(p, c"%s", text_in(&addr.local, &mut buf));
        if addr.h.mask & PEER != 0 {
            dump!(p, c" peer %s", text_in(addr.peer(), &mut buf));
        }
        dump!(p, c" %s", AF.to_str(addr.family.into(), buf.as_mut_ptr(), buf.len()));
        dump_dev(p, c" dev ", addr.h.number as c_int);
        dump!(p, c" scope %s", Name::of(rtnl_scope2str, addr.scope.into()).text());
        ADDR_FLAGS.flags(addr.flags.into(), buf.as_mut_ptr(), buf.len());
        if buf.first() != Some(&0) {
            dump!(p, c" <%s>", buf.as_ptr());
        }
        dump!(p, c"\n");
    }
}

pub(super) unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an address.
    unsafe {
        dump_brief(obj, p);
        let addr = &*obj.cast::<rtnl_addr>();
        if addr.h.mask & (LABEL | BROADCAST | MULTICAST) != 0 {
            dump_addresses(addr, p);
        }
        if addr.h.mask & CACHEINFO != 0 {
            dump_times(&addr.cacheinfo, p);
        }
    }
}

unsafe fn dump_addresses(addr: &rtnl_addr, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    dump_line!(p, c"  ");
    if addr.h.mask & LABEL != 0 {
        dump!(p, c" label %s", addr.rest.label());
    }
    let more = [
        (BROADCAST, c"broadcast", &addr.rest.get().broadcast),
        (MULTICAST, c"multicast", &addr.rest.get().multicast),
        (ANYCAST, c"anycast", &addr.rest.get().anycast),
    ];
    for (bit, name, what) in more {
        if addr.h.mask & bit != 0 {
            dump!(p, c" %s %s", name.as_ptr(), text_in(what, &mut buf));
        }
    }
    dump!(p, c"\n");
}

/// A lifetime in seconds.
fn lifetime(seconds: u32, buf: &mut [c_char; 64]) -> *const c_char {
    if seconds == FOREVER {
        return c"forever".as_ptr();
    }
    // SAFETY: the buffer has the length said.
    unsafe { nl_msec2str(u64::from(seconds) * 1000, buf.as_mut_ptr(), 64) }
}

fn dump_times(info: &CacheInfo, p: *mut nl_dump_params) {
    let (mut one, mut two) = ([0 as c_char; 64], [0 as c_char; 64]);
    let (valid, preferred) = (lifetime(info.valid, &mut one), lifetime(info.preferred, &mut two));
    dump_line!(p, c"   valid-lifetime %s preferred-lifetime %s\n", valid, preferred);
    // SAFETY: the buffers have the length said.
    let time = |hundredths: u32, buf: &mut [c_char; 64]| unsafe {
        nl_msec2str(u64::from(hundredths) * 10, buf.as_mut_ptr(), 64)
    };
    let (created, updated) = (time(info.created, &mut one), time(info.updated, &mut two));
    dump_line!(p, c"   created boot-time+%s last-updated boot-time+%s\n", created, updated);
}
