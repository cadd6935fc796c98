// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kinds of links. A kind is a struct, a table of its attributes, one of its accessors and one of what
//! is shown of it.

mod can;
mod geneve;
mod macsec;
mod macvlan;
mod masters;
mod small;
mod tunnel4;
mod tunnel6;
pub(super) mod veth;
mod vlan;
mod vxlan;

use core::ffi::{CStr, c_char, c_int, c_uint};
use core::mem::offset_of;

use super::info::Kind;
use super::object::rtnl_link;
use crate::abi::{nl_dump_params, nlattr};
use crate::addr::nl_addr;
use crate::addrtext::inet_ntop;
use crate::attr::*;
use crate::cache::nl_cache;
use crate::dump::{dump, dump_line};
use crate::error::*;
use crate::msg::nl_msg;
use crate::object::*;

pub(super) static ALL: &[&Kind] = &[
    &Kind::new(c"dummy", None),
    &Kind::new(c"ifb", None),
    &Kind::new(c"bond", None),
    &Kind::new(c"team", None),
    &vlan::KIND,
    &veth::KIND,
    &vxlan::KIND,
    &geneve::KIND,
    &macvlan::MACVLAN,
    &macvlan::MACVTAP,
    &macsec::KIND,
    &small::IPVLAN,
    &small::VRF,
    &small::PPP,
    &small::XFRM,
    &tunnel4::IPIP,
    &tunnel4::SIT,
    &tunnel4::GRE,
    &tunnel4::GRETAP,
    &tunnel4::VTI,
    &tunnel6::IP6TNL,
    &tunnel6::IP6GRE,
    &tunnel6::VTI6,
    &can::KIND,
];

/// What a kind keeps of a link; `NLE_OPNOTSUPP` if the link is of another kind.
pub(super) fn of<'a, T>(link: &'a rtnl_link, ops: &'static nl_object_ops) -> Result<&'a T, c_int> {
    // SAFETY: NULL, or an object whose type says what it is.
    unsafe {
        let info = link.info.as_ref().filter(|info| core::ptr::eq(nl_object_get_ops(info), ops));
        info.map(|info| &*(&raw const *info).cast::<T>()).ok_or(NLE_OPNOTSUPP)
    }
}

/// The same, to change it.
pub(super) fn of_mut<'a, T>(
    link: &'a mut rtnl_link,
    ops: &'static nl_object_ops,
) -> Result<&'a mut T, c_int> {
    let info = (&raw const *of::<T>(link, ops)?).cast_mut();
    // SAFETY: it is the link's own.
    Ok(unsafe { &mut *info })
}

/// The accessors of a kind, one a row:
///
/// ```text
/// kind! { Thing OPS "thing":
///     alloc rtnl_link_thing_alloc;
///     add rtnl_link_thing_add rtnl_link_thing_alloc;          // int f(socket, name)
///     is rtnl_link_is_thing;
///     set rtnl_link_thing_set_id(u32) id: ID;                 // int f(link, uint32_t)
///     most rtnl_link_thing_set_sa(u8) sa: SA, 3;              // the same; above that NLE_INVAL
///     set_be16 rtnl_link_thing_set_port(u32) port: PORT;      // kept in the network's order
///     out rtnl_link_thing_get_id(u32) id: ID, NLE_AGAIN;      // int f(link, uint32_t *)
///     out_be rtnl_link_thing_get_port(u32) port: PORT, NLE_NOATTR;
///     value rtnl_link_thing_get_ttl ttl: TTL, NLE_AGAIN;      // int f(link): the number, or an error
///     get rtnl_link_thing_get_link(u32) link;                 // uint32_t f(link): 0 if it is not set
///     set_ref rtnl_link_thing_set_local([u8; 16]) local: LOCAL; // int f(link, const struct in6_addr *)
///     copy rtnl_link_thing_get_local([u8; 16]) local;         // int f(link, struct in6_addr *), set or not
/// }
/// ```
#[allow(unused_macro_rules)]
macro_rules! kind {
    ($of:ident $ops:ident $text:literal: $($how:ident $name:ident $(($arg:ty))? $($field:ident)? $(: $bit:ident)? $(, $more:expr)?;)*) => {
        $($crate::link::kinds::kind!(@$how $of $ops $text $name [$($arg)?] [$($field)?] [$($bit)?] [$($more)?]);)*
    };
    (@alloc $of:ident $ops:ident $text:literal $name:ident [] [] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() -> *mut $crate::link::object::rtnl_link {
            const NAME: &core::ffi::CStr = match core::ffi::CStr::from_bytes_with_nul(concat!($text, "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            };
            // SAFETY: the name is a string.
            unsafe { $crate::link::info::alloc(NAME) }
        }
    };
    (@add $of:ident $ops:ident $text:literal $name:ident [] [$alloc:ident] [] []) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(sock: *mut $crate::socket::nl_sock, name: *const core::ffi::c_char) -> core::ffi::c_int {
            // SAFETY: the socket is live; the name is NULL or a string.
            unsafe { $crate::link::info::add(sock, $alloc(), name) }
        }
    };
    (@is $of:ident $ops:ident $text:literal $name:ident [] [] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link) -> core::ffi::c_int {
            link.kind.is_some_and(|kind| kind.name.to_bytes() == $text.as_bytes()).into()
        }
    };
    (@set $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &mut $crate::link::object::rtnl_link, value: $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of_mut::<$of>(link, &$ops).map(|kind| {
                kind.$field = value as _;
                kind.h.mask |= $bit;
            }))
        }
    };
    (@most $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] [$most:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &mut $crate::link::object::rtnl_link, value: $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of_mut::<$of>(link, &$ops).and_then(|kind| {
                if value > $most {
                    return Err($crate::error::NLE_INVAL);
                }
                kind.$field = value as _;
                kind.h.mask |= $bit;
                Ok(())
            }))
        }
    };
    (@out $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link, value: &mut $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of::<$of>(link, &$ops).and_then(|kind| {
                if kind.h.mask & $bit == 0 {
                    return Err($none);
                }
                *value = kind.$field as $arg;
                Ok(())
            }))
        }
    };
    (@set_be16 $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &mut $crate::link::object::rtnl_link, value: $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of_mut::<$of>(link, &$ops).map(|kind| {
                kind.$field = (value as u16).to_be();
                kind.h.mask |= $bit;
            }))
        }
    };
    (@set_be32 $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &mut $crate::link::object::rtnl_link, value: $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of_mut::<$of>(link, &$ops).map(|kind| {
                kind.$field = value.to_be();
                kind.h.mask |= $bit;
            }))
        }
    };
    (@out_be $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link, value: &mut $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of::<$of>(link, &$ops).and_then(|kind| {
                if kind.h.mask & $bit == 0 {
                    return Err($none);
                }
                *value = kind.$field.to_be().into();
                Ok(())
            }))
        }
    };
    (@value $of:ident $ops:ident $text:literal $name:ident [] [$field:ident] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link) -> core::ffi::c_int {
            match $crate::link::kinds::of::<$of>(link, &$ops) {
                Err(error) => -error,
                Ok(kind) if kind.h.mask & $bit == 0 => -$none,
                Ok(kind) => kind.$field.into(),
            }
        }
    };
    (@get $of:ident $ops:ident $text:literal $name:ident [$ret:ty] [$field:ident] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link) -> $ret {
            $crate::link::kinds::of::<$of>(link, &$ops).map_or(0, |kind| kind.$field as $ret)
        }
    };
    (@set_ref $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &mut $crate::link::object::rtnl_link, value: &$arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of_mut::<$of>(link, &$ops).map(|kind| {
                kind.$field = *value;
                kind.h.mask |= $bit;
            }))
        }
    };
    (@copy $of:ident $ops:ident $text:literal $name:ident [$arg:ty] [$field:ident] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(link: &$crate::link::object::rtnl_link, value: &mut $arg) -> core::ffi::c_int {
            $crate::error::code($crate::link::kinds::of::<$of>(link, &$ops).map(|kind| *value = kind.$field))
        }
    };
}
pub(super) use kind;

/// How the value of a line is shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Show {
    Number,
    /// In the network's order.
    Big,
    Hex,
    /// After names that there are none of.
    Paren,
    Switch,
    /// The number that something is switched on by, 0 too.
    Enabled,
    Ip4,
    Ip6,
    Ip,
    /// A link, by its name if that is known.
    Link,
}

/// A line of details: an attribute, what comes before its value, and how that is shown.
pub(super) struct Line {
    bit: u64,
    at: u16,
    size: u16,
    show: Show,
    title: &'static CStr,
}

impl Line {
    pub(super) const fn new(
        bit: u64,
        at: usize,
        size: usize,
        show: Show,
        title: &'static CStr,
    ) -> Line {
        Line { bit, at: at as u16, size: size as u16, show, title }
    }
}

/// A table of [`Line`].
macro_rules! lines {
    ($of:ident: $($bit:ident $field:ident $show:ident $title:literal;)*) => {
        &[$($crate::link::kinds::Line::new(
            $bit,
            core::mem::offset_of!($of, $field),
            $crate::rows::size_of_field(|of: &$of| &of.$field),
            $crate::link::kinds::Show::$show,
            $title,
        )),*]
    };
}
pub(super) use lines;

impl Line {
    /// A number, as it is kept.
    unsafe fn number(&self, obj: *const nl_object) -> c_uint {
        // SAFETY: the line describes a field of the object.
        unsafe {
            match self.size {
                1 => (*field::<u8>(obj, self.at)).into(),
                2 if self.show == Show::Big => u16::from_be(*field(obj, self.at)).into(),
                2 => (*field::<u16>(obj, self.at)).into(),
                _ if self.show == Show::Big => u32::from_be(*field(obj, self.at)),
                _ => *field(obj, self.at),
            }
        }
    }

    unsafe fn dump(&self, obj: *const nl_object, p: *mut nl_dump_params) {
        dump!(p, c"%s", self.title.as_ptr());
        let at = field::<u8>(obj, self.at);
        let ip = |family: c_int, from: *const u8| {
            let mut text = [0 as c_char; 64];
            // SAFETY: the address has as many bytes as its family's; the buffer has the length said.
            unsafe { inet_ntop(family, from.cast(), text.as_mut_ptr(), text.len() as u32) };
            dump_line!(p, c"%s\n", text.as_ptr());
        };
        // SAFETY: the line describes a field of the object.
        unsafe {
            match self.show {
                Show::Number | Show::Big => dump_line!(p, c"%u\n", self.number(obj)),
                Show::Hex => dump_line!(p, c"%x\n", self.number(obj)),
                Show::Paren => dump_line!(p, c" (%x)\n", self.number(obj)),
                Show::Switch if self.number(obj) == 0 => dump_line!(p, c"disabled\n"),
                Show::Switch | Show::Enabled => dump_line!(p, c"enabled (%#x)\n", self.number(obj)),
                Show::Ip4 => ip(libc::AF_INET, at),
                Show::Ip6 => ip(libc::AF_INET6, at),
                Show::Link => dump_link(obj, self.number(obj) as c_int, p),
                Show::Ip => {
                    ip((*at.cast::<Ip>()).family.into(), at.wrapping_add(offset_of!(Ip, bytes)))
                }
            }
        }
    }
}

/// What a kind keeps of links that show the one below. The cache is the link's own, where the name of that one is
/// looked for: it is told before the link is shown.
#[repr(C)]
pub(super) struct Upper {
    h: nl_object,
    pub(super) cache: *mut nl_cache,
}

unsafe fn dump_link(obj: *const nl_object, index: c_int, p: *mut nl_dump_params) {
    let mut name = [0; 128];
    // SAFETY: what has such a line begins like this, with NULL or a live cache; the name has room.
    match unsafe { crate::link::name_of((*obj.cast::<Upper>()).cache, index, &mut name) } {
        Some(true) => dump_line!(p, c"%s\n", name.as_ptr()),
        _ => dump_line!(p, c"%u\n", index),
    }
}

/// Shows those lines whose attribute is set.
pub(super) unsafe fn dump_lines(obj: *const nl_object, p: *mut nl_dump_params, lines: &[Line]) {
    // SAFETY: the lines describe fields of the object.
    unsafe {
        for line in lines.iter().filter(|line| (*obj).mask & line.bit != 0) {
            line.dump(obj, p);
        }
    }
}

/// An address of either family of IP.
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub(super) struct Ip {
    pub(super) family: u8,
    pub(super) bytes: [u8; 16],
}

impl Ip {
    fn len(&self) -> usize {
        if c_int::from(self.family) == libc::AF_INET { 4 } else { 16 }
    }

    /// From an address of the caller's.
    pub(super) fn from_addr(addr: &nl_addr) -> Result<Ip, c_int> {
        let family = addr.family;
        if family != libc::AF_INET && family != libc::AF_INET6 {
            return Err(NLE_INVAL);
        }
        let mut ip = Ip { family: family as u8, bytes: [0; 16] };
        let len = (addr.len as usize).min(ip.len());
        // SAFETY: both have that many bytes.
        unsafe { libc::memcpy(ip.bytes.as_mut_ptr().cast(), nl_addr::bytes(addr).cast(), len) };
        Ok(ip)
    }

    /// From an attribute, which is known to be long enough.
    pub(super) unsafe fn read(family: c_int, nla: &nlattr) -> Ip {
        let mut ip = Ip { family: family as u8, bytes: [0; 16] };
        // SAFETY: as said.
        unsafe { libc::memcpy(ip.bytes.as_mut_ptr().cast(), nla_data(nla), ip.len()) };
        ip
    }

    /// An address for the caller.
    pub(super) fn to_addr(self, result: &mut *mut nl_addr) -> c_int {
        let (family, bytes) = (self.family.into(), self.bytes.as_ptr().cast());
        // SAFETY: the bytes are those of an address.
        *result = unsafe { crate::addr::nl_addr_build(family, bytes, self.len()) };
        if result.is_null() { -NLE_NOMEM } else { 0 }
    }

    /// Writes it as one of two types of attributes.
    pub(super) unsafe fn write(&self, msg: &mut nl_msg, kinds: [u16; 2]) -> Done {
        let [four, six] = kinds;
        let kind = if self.len() == 4 { four } else { six };
        // SAFETY: the message is live; the bytes are those of an address.
        unsafe { done(nla_put(msg, kind.into(), self.len() as c_int, self.bytes.as_ptr().cast())) }
    }
}
