// SPDX-License-Identifier: MIT OR Apache-2.0
//! MACVLANs, and the same as character devices, MACVTAPs.

use core::ffi::{c_char, c_int};
use core::ptr::null_mut;

use super::{kind, of, of_mut};
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::{AF_LLC, nl_addr, nl_addr_alloc_attr, nl_addr_clone, nl_addr_cmp, nl_addr_put};
use crate::addrtext::nl_addr2str;
use crate::attr::*;
use crate::dump::dump;
use crate::error::*;
use crate::link::af::nest;
use crate::link::info::Kind;
use crate::link::object::rtnl_link;
use crate::link::uapi::IFLA_INFO_DATA;
use crate::mem;
use crate::msg::nl_msg;
use crate::names::{Names, names, translate, translate_flags};
use crate::object::*;
use crate::rows::{self, attrs};

#[repr(C)]
struct Macvlan {
    h: nl_object,
    mode: u32,
    macmode: u32,
    flags: u16,
    /// Addresses of which packets are taken in mode `source`.
    addrs: *mut *mut nl_addr,
    count: u32,
}

attrs! { Macvlan {
    MODE = 0 "" Int(mode) = IFLA_MACVLAN_MODE,
    FLAGS = 1 "" Int(flags) = IFLA_MACVLAN_FLAGS,
    MACMODE = 2 "" Own,
} }

static OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    dump: [None, Some(dump_macvlan), None],
    ..nl_object_ops::new::<Macvlan>(c"", ATTRS)
};

static TAP_OPS: nl_object_ops = nl_object_ops {
    free: Some(free),
    clone: Some(clone),
    dump: [None, Some(dump_macvtap), None],
    ..nl_object_ops::new::<Macvlan>(c"", ATTRS)
};

pub(super) static MACVLAN: Kind = Kind { parse, put, ..Kind::new(c"macvlan", Some(&OPS)) };
pub(super) static MACVTAP: Kind =
    Kind { parse: parse_tap, ..Kind::new(c"macvtap", Some(&TAP_OPS)) };

const IFLA_MACVLAN_MODE: u16 = 1;
const IFLA_MACVLAN_FLAGS: u16 = 2;
const IFLA_MACVLAN_MACADDR_MODE: u16 = 3;
const IFLA_MACVLAN_MACADDR: u16 = 4;
const IFLA_MACVLAN_MACADDR_DATA: u16 = 5;
const IFLA_MACVLAN_MACADDR_COUNT: u16 = 6;

const MODE_SOURCE: u32 = 16;
const MACADDR_SET: u32 = 3;

/// `MACVLAN_MODE_*`.
static MODES: Names = names! { 1 "private", 2 "vepa", 4 "bridge", 8 "passthru", 16 "source" };
/// `MACVLAN_FLAG_*`.
static FLAG_NAMES: Names = names! { 1 "nopromisc" };
/// `MACVLAN_MACADDR_*`; the quotes are libnl's.
static MACMODES: Names = names! { 0 "\"add\"", 1 "\"del\"", 2 "\"flush\"", 3 "\"set\"" };

translate! {
    MODES: rtnl_link_macvlan_mode2str rtnl_link_macvlan_str2mode;
    MODES: rtnl_link_macvtap_mode2str rtnl_link_macvtap_str2mode;
    MACMODES: rtnl_link_macvlan_macmode2str rtnl_link_macvlan_str2macmode;
}
translate_flags! {
    FLAG_NAMES: rtnl_link_macvlan_flags2str rtnl_link_macvlan_str2flags;
    FLAG_NAMES: rtnl_link_macvtap_flags2str rtnl_link_macvtap_str2flags;
}

/// The accessors that both kinds have.
macro_rules! macvlans {
    ($ops:ident $set_mode:ident $set_flags:ident $unset_flags:ident $get_flags:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $set_mode(link: &mut rtnl_link, mode: u32) -> c_int {
            code(of_mut::<Macvlan>(link, &$ops).map(|macvlan| macvlan.set_mode(mode)))
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $set_flags(link: &mut rtnl_link, flags: u16) -> c_int {
            code(of_mut::<Macvlan>(link, &$ops).map(|macvlan| macvlan.set_flags(flags, true)))
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $unset_flags(link: &mut rtnl_link, flags: u16) -> c_int {
            code(of_mut::<Macvlan>(link, &$ops).map(|macvlan| macvlan.set_flags(flags, false)))
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $get_flags(link: &rtnl_link) -> u16 {
            of::<Macvlan>(link, &$ops).map_or(0, |macvlan| macvlan.flags)
        }
    };
}

macvlans!(OPS rtnl_link_macvlan_set_mode rtnl_link_macvlan_set_flags rtnl_link_macvlan_unset_flags rtnl_link_macvlan_get_flags);
macvlans!(TAP_OPS rtnl_link_macvtap_set_mode rtnl_link_macvtap_set_flags rtnl_link_macvtap_unset_flags rtnl_link_macvtap_get_flags);

kind! { Macvlan OPS "macvlan":
    alloc rtnl_link_macvlan_alloc;
    is rtnl_link_is_macvlan;
    get rtnl_link_macvlan_get_mode(u32) mode;
    out rtnl_link_macvlan_get_macmode(u32) macmode: MACMODE, NLE_INVAL;
    out rtnl_link_macvlan_count_macaddr(u32) count: MACMODE, NLE_INVAL;
}

kind! { Macvlan TAP_OPS "macvtap":
    alloc rtnl_link_macvtap_alloc;
    is rtnl_link_is_macvtap;
    get rtnl_link_macvtap_get_mode(u32) mode;
}

impl Macvlan {
    /// Addresses are for one mode alone.
    fn set_mode(&mut self, mode: u32) {
        self.mode = mode;
        self.h.mask |= MODE;
        if mode != MODE_SOURCE {
            self.forget();
            self.h.mask &= !MACMODE;
        }
    }

    fn set_flags(&mut self, flags: u16, on: bool) {
        self.flags = self.flags & !flags | if on { flags } else { 0 };
        self.h.mask |= FLAGS;
    }

    fn is_source(&self) -> Done {
        let source = self.h.mask & MODE != 0 && self.mode == MODE_SOURCE;
        if source { Ok(()) } else { Err(NLE_INVAL) }
    }

    // What C hands in is shared, whatever its type says.
    #[allow(clippy::mut_from_ref)]
    fn addrs(&self) -> &mut [*mut nl_addr] {
        if self.addrs.is_null() {
            return &mut [];
        }
        // SAFETY: as many as are said, and this object's own.
        unsafe { core::slice::from_raw_parts_mut(self.addrs, self.count as usize) }
    }

    fn forget(&mut self) {
        for addr in self.addrs() {
            // SAFETY: the object holds a reference of each.
            unsafe { nl_addr_put(*addr) };
        }
        // SAFETY: not used again.
        unsafe { mem::free(self.addrs) };
        (self.addrs, self.count) = (null_mut(), 0);
    }

    /// Takes over an address, which is NULL if there was no memory for it.
    fn add(&mut self, addr: *mut nl_addr) -> Done {
        let len = self.count as usize;
        // SAFETY: what realloc gives has room for one more; the address is ours.
        unsafe {
            let size = (len + 1) * size_of::<*mut nl_addr>();
            let grown = libc::realloc(self.addrs.cast(), size).cast::<*mut nl_addr>();
            if !grown.is_null() {
                self.addrs = grown;
            }
            if grown.is_null() || addr.is_null() {
                nl_addr_put(addr);
                return Err(NLE_NOMEM);
            }
            grown.add(len).write(addr);
        }
        self.count += 1;
        Ok(())
    }
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is of this type.
    unsafe { (*obj.cast::<Macvlan>()).forget() };
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are of this type.
    unsafe {
        let (new, from) = (&mut *new.cast::<Macvlan>(), &*from.cast::<Macvlan>());
        (new.addrs, new.count) = (null_mut(), 0);
        from.addrs().iter().try_for_each(|addr| new.add(nl_addr_clone(&**addr)))
    }
}

/// What becomes of the addresses that the kernel has.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_macvlan_set_macmode(link: &mut rtnl_link, mode: u32) -> c_int {
    code(of_mut::<Macvlan>(link, &OPS).and_then(|macvlan| {
        macvlan.is_source()?;
        macvlan.macmode = mode;
        macvlan.h.mask |= MACMODE;
        Ok(())
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_macvlan_get_macaddr(
    link: &rtnl_link,
    at: u32,
    result: &mut *const nl_addr,
) -> c_int {
    code(of::<Macvlan>(link, &OPS).and_then(|macvlan| {
        let addr = macvlan.addrs().get(at as usize).filter(|_| macvlan.h.mask & MACMODE != 0);
        *result = *addr.ok_or(NLE_INVAL)?;
        Ok(())
    }))
}

/// Adds a copy of an address.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_macvlan_add_macaddr(link: &mut rtnl_link, addr: &nl_addr) -> c_int {
    code(of_mut::<Macvlan>(link, &OPS).and_then(|macvlan| {
        if macvlan.h.mask & MACMODE == 0 {
            return Err(NLE_INVAL);
        }
        if addr.family != AF_LLC || addr.len != 6 {
            return Err(NLE_INVAL);
        }
        // SAFETY: the address is live.
        macvlan.add(unsafe { nl_addr_clone(addr) })
    }))
}

/// Removes an address, as often as it is there; how often that was.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_macvlan_del_macaddr(link: &mut rtnl_link, addr: &nl_addr) -> c_int {
    let macvlan = match of_mut::<Macvlan>(link, &OPS) {
        Ok(macvlan) => macvlan,
        Err(error) => return -error,
    };
    if addr.family != AF_LLC || addr.len != 6 || macvlan.h.mask & MACMODE == 0 {
        return -NLE_INVAL;
    }
    let mut kept = 0;
    let before = macvlan.count;
    for at in 0..before as usize {
        let Some(&mut one) = macvlan.addrs().get_mut(at) else { break };
        // SAFETY: the object holds a reference of it.
        unsafe {
            if nl_addr_cmp(one, addr) == 0 {
                nl_addr_put(one);
                continue;
            }
        }
        if let Some(slot) = macvlan.addrs().get_mut(kept) {
            *slot = one;
        }
        kept += 1;
    }
    macvlan.count = kept as u32;
    (before - macvlan.count) as c_int
}

/// How many addresses there are said to be, and their list.
unsafe fn addresses(data: &nlattr) -> Result<(u32, Option<&nlattr>), c_int> {
    let (mut count, mut list) = (0, None);
    // SAFETY: the payload is inside the attribute.
    for nla in unsafe { walk(nla_data(data).cast(), nla_len(data)) } {
        match nla_type(nla) as u16 {
            IFLA_MACVLAN_MACADDR_MODE | IFLA_MACVLAN_MACADDR_COUNT if nla_len(nla) < 4 => {
                return Err(NLE_RANGE);
            }
            // SAFETY: the attribute is long enough, as was just seen.
            IFLA_MACVLAN_MACADDR_COUNT => count = unsafe { nla_get_u32(nla) },
            IFLA_MACVLAN_MACADDR_DATA => list = Some(nla),
            _ => {}
        }
    }
    Ok((count, list))
}

unsafe fn parse_tap(link: &mut rtnl_link, data: Option<&nlattr>, xstats: Option<&nlattr>) -> Done {
    // SAFETY: the attributes are whole.
    unsafe {
        data.map_or(Ok(()), |data| addresses(data).map(drop))?;
        crate::link::info::parse(link, data, xstats)
    }
}

unsafe fn parse(link: &mut rtnl_link, data: Option<&nlattr>, xstats: Option<&nlattr>) -> Done {
    // SAFETY: the attributes are whole; what the kind keeps is of this type.
    unsafe {
        crate::link::info::parse(link, data, xstats)?;
        let macvlan = of_mut::<Macvlan>(link, &OPS)?;
        let Some(data) = data else { return Ok(()) };
        let (count, Some(list)) = addresses(data)? else { return Ok(()) };
        if count == 0 {
            return Ok(());
        }
        let all = walk(nla_data(list).cast(), nla_len(list));
        let is = |nla: &&nlattr| nla_type(nla) == IFLA_MACVLAN_MACADDR.into() && nla_len(nla) >= 6;
        for nla in all.filter(is).take(count as usize) {
            macvlan.add(nl_addr_alloc_attr(nla, AF_LLC))?;
        }
        macvlan.macmode = MACADDR_SET;
        macvlan.h.mask |= MACMODE;
    }
    Ok(())
}

unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    let macvlan = of::<Macvlan>(link, &OPS)?;
    // SAFETY: the message is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe {
        rows::write(link.info, msg, MODE | FLAGS)?;
        if macvlan.h.mask & MACMODE != 0 {
            done(nla_put_u32(msg, IFLA_MACVLAN_MACADDR_MODE.into(), macvlan.macmode))?;
        }
        nest(msg, IFLA_MACVLAN_MACADDR_DATA, |msg| {
            macvlan
                .addrs()
                .iter()
                .try_for_each(|addr| done(nla_put_addr(msg, IFLA_MACVLAN_MACADDR.into(), *addr)))
        })
    })
}

unsafe fn dump_macvlan(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 64];
    let (text, len) = (buf.as_mut_ptr(), buf.len());
    // SAFETY: the object is of this type; the buffer has the length said.
    unsafe {
        let macvlan = &*obj.cast::<Macvlan>();
        if macvlan.h.mask & MODE != 0 {
            dump!(p, c"    macvlan-mode %s", MODES.to_str(macvlan.mode as c_int, text, len));
        }
        if macvlan.h.mask & FLAGS != 0 {
            dump!(p, c" macvlan-flags %s", FLAG_NAMES.flags(macvlan.flags.into(), text, len));
        }
        if macvlan.h.mask & MACMODE != 0 {
            dump!(p, c" macvlan-count %u", macvlan.count);
            if macvlan.count > 0 {
                dump!(p, c" macvlan-sourcemac");
            }
            for addr in macvlan.addrs() {
                dump!(p, c" %s", nl_addr2str(*addr, text, len));
            }
        }
        dump!(p, c"\n");
    }
}

unsafe fn dump_macvtap(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 64];
    let (text, len) = (buf.as_mut_ptr(), buf.len());
    // SAFETY: the object is of this type; the buffer has the length said.
    unsafe {
        let macvtap = &*obj.cast::<Macvlan>();
        if macvtap.h.mask & MODE != 0 {
            dump!(p, c"    macvtap-mode %s", MODES.to_str(macvtap.mode as c_int, text, len));
        }
        if macvtap.h.mask & FLAGS != 0 {
            dump!(p, c" macvtap-flags %s", FLAG_NAMES.flags(macvtap.flags.into(), text, len));
        }
        dump!(p, c"\n");
    }
}
