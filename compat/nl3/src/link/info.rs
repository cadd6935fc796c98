// SPDX-License-Identifier: MIT OR Apache-2.0
//! Kinds of links: `IFLA_LINKINFO`. What a kind keeps of a link is an object of its own, whose table says
//! how it is read, written, compared and shown; the names of its type are never seen.

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;

use super::af::nest;
use super::kinds::{self, Upper};
use super::object::{LINKINFO, rtnl_link, rtnl_link_alloc, rtnl_link_put, rtnl_link_set_name};
use super::request::rtnl_link_add;
use super::uapi::*;
use crate::abi::{nl_dump_params, nla_policy, nlattr};
use crate::attr::*;
use crate::dump::dump;
use crate::error::*;
use crate::mem;
use crate::msg::nl_msg;
use crate::object::*;
use crate::rows;
use crate::socket::nl_sock;

type Parse = unsafe fn(&mut rtnl_link, Option<&nlattr>, Option<&nlattr>) -> Done;
type Put = unsafe fn(&rtnl_link, &mut nl_msg) -> Done;

/// A kind of links.
pub(super) struct Kind {
    pub(super) name: &'static CStr,
    /// The type of what it keeps; none if that is nothing.
    pub(super) ops: Option<&'static nl_object_ops>,
    /// What is shown of a link in brief, before its name once more.
    pub(super) title: Option<&'static CStr>,
    /// What it keeps begins with [`Upper`].
    pub(super) upper: bool,
    /// Reads the kind's data and statistics.
    pub(super) parse: Parse,
    /// Writes the kind's data.
    pub(super) put: Put,
    /// Whether links differ in what the kind keeps. Most kinds never say so.
    pub(super) compared: bool,
    /// Sets up what a new link of the kind has beside that.
    pub(super) begin: Option<unsafe fn(&mut rtnl_link) -> Done>,
    /// Tells what a copy of a link keeps whose it is.
    pub(super) adopt: Option<unsafe fn(&mut rtnl_link)>,
}

impl Kind {
    /// A kind of tunnels, which is shown by a title.
    pub(super) const fn titled(
        name: &'static CStr,
        ops: Option<&'static nl_object_ops>,
        title: &'static CStr,
    ) -> Kind {
        Kind { title: Some(title), upper: true, ..Kind::new(name, ops) }
    }

    pub(super) const fn new(name: &'static CStr, ops: Option<&'static nl_object_ops>) -> Kind {
        Kind {
            name,
            ops,
            title: None,
            upper: false,
            parse,
            put,
            compared: false,
            begin: None,
            adopt: None,
        }
    }
}

/// Reads what the kind's table names.
pub(super) unsafe fn parse(
    link: &mut rtnl_link,
    data: Option<&nlattr>,
    _: Option<&nlattr>,
) -> Done {
    let Some(data) = data.filter(|_| !link.info.is_null()) else { return Ok(()) };
    // SAFETY: the attribute is whole.
    unsafe { rows::read(link.info, nla_data(data).cast(), nla_len(data), 0) }
}

/// Writes what the kind's table names.
pub(super) unsafe fn put(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    // SAFETY: what the kind keeps is live.
    nest(msg, IFLA_INFO_DATA, |msg| unsafe { rows::write(link.info, msg, !0) })
}

/// Forgets the kind and what it keeps.
pub(super) unsafe fn release(link: &mut rtnl_link) {
    // SAFETY: these are the link's own, and not used again.
    unsafe {
        mem::free(link.kind_name);
        nl_object_put(link.info);
    }
    (link.kind_name, link.kind, link.info) = (null_mut(), None, null_mut());
}

/// Whether a link is of a kind, which need not be one of ours.
pub(super) fn is_kind(link: &rtnl_link, name: &CStr) -> bool {
    // SAFETY: NULL or a string.
    !link.kind_name.is_null() && unsafe { CStr::from_ptr(link.kind_name) } == name
}

/// Whether two links, which both are of some kind, differ in it; `filter`: the second one says in what.
pub(super) unsafe fn differs(a: &rtnl_link, b: &rtnl_link, filter: bool) -> bool {
    match (a.kind, b.kind) {
        (Some(one), Some(other)) if core::ptr::eq(one, other) => {
            // SAFETY: both keep what the kind keeps.
            one.compared
                && unsafe {
                    if filter {
                        nl_object_match_filter(a.info, b.info) == 0
                    } else {
                        nl_object_diff64(a.info, b.info) != 0
                    }
                }
        }
        (one, other) => one.is_some() || other.is_some(),
    }
}

/// Sets the kind of a link; `whole`: with what a new link of the kind has.
pub(super) unsafe fn set_kind(link: &mut rtnl_link, name: *const c_char, whole: bool) -> Done {
    // SAFETY: the name is NULL or a string; the link's own are released once.
    unsafe {
        release(link);
        link.h.mask &= !LINKINFO;
        if name.is_null() {
            return Ok(());
        }
        let kind = kinds::ALL.iter().copied().find(|kind| kind.name == CStr::from_ptr(name));
        let ops = kind.and_then(|kind| kind.ops);
        link.info = ops.map_or(null_mut(), |ops| nl_object_alloc(ops));
        link.kind = kind;
        let set = mem::set_str(&mut link.kind_name, name) && link.info.is_null() == ops.is_none();
        let begin = kind.and_then(|kind| kind.begin).filter(|_| whole && set);
        if !set || begin.is_some_and(|begin| begin(link).is_err()) {
            release(link);
            return Err(NLE_NOMEM);
        }
    }
    link.h.mask |= LINKINFO;
    Ok(())
}

/// Sets the kind of a link; NULL: none. What it was before is forgotten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_set_type(link: &mut rtnl_link, name: *const c_char) -> c_int {
    // SAFETY: the name is NULL or a string.
    unsafe { code(set_kind(link, name, true)) }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_type(link: &rtnl_link) -> *mut c_char {
    link.kind_name
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_set_slave_type(
    link: &mut rtnl_link,
    name: *const c_char,
) -> c_int {
    // SAFETY: the name is NULL or a string.
    if unsafe { mem::set_str(&mut link.slave_kind, name) } { 0 } else { -NLE_NOMEM }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_slave_type(link: &rtnl_link) -> *const c_char {
    link.slave_kind
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_set_info_type(
    link: &mut rtnl_link,
    name: *const c_char,
) -> c_int {
    // SAFETY: as for rtnl_link_set_type.
    unsafe { rtnl_link_set_type(link, name) }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_info_type(link: &rtnl_link) -> *mut c_char {
    rtnl_link_get_type(link)
}

/// Reads `IFLA_LINKINFO`.
pub(super) unsafe fn read(link: &mut rtnl_link, nla: &nlattr) -> Done {
    let mut tb = [null_mut(); 6];
    let nla = (&raw const *nla).cast_mut();
    // SAFETY: table and policy have a slot for each type; what is read has been checked.
    unsafe {
        done(nla_parse_nested(tb.as_mut_ptr(), 5, nla, POLICY.as_ptr()))?;
        let [_, kind, data, xstats, slave, _] = tb;
        if let Some(slave) = slave.as_ref() {
            // It need not end with a NUL.
            let text = libc::strndup(nla_data(slave).cast(), nla_len(slave) as usize);
            if text.is_null() {
                return Err(NLE_NOMEM);
            }
            mem::free(link.slave_kind);
            link.slave_kind = text;
        }
        let Some(kind) = kind.as_ref() else { return Ok(()) };
        set_kind(link, nla_data(kind).cast(), false)?;
        let told = !data.is_null() || !xstats.is_null();
        if let Some(kind) = link.kind.filter(|_| told) {
            (kind.parse)(link, data.as_ref(), xstats.as_ref())?;
        }
    }
    Ok(())
}

/// Text, any, any, text: kind, data, statistics, the master's kind.
static POLICY: [nla_policy; 6] = {
    const fn rule(kind: u16) -> nla_policy {
        nla_policy { kind, minlen: 0, maxlen: 0 }
    }
    [rule(0), rule(NLA_STRING), rule(NLA_NESTED), rule(NLA_NESTED), rule(0), rule(0)]
};
const NLA_STRING: u16 = 5;
const NLA_NESTED: u16 = 8;

/// Writes `IFLA_LINKINFO`.
pub(super) unsafe fn write(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    if !link.has(LINKINFO) && link.slave_kind.is_null() {
        return Ok(());
    }
    let text = |msg: &mut nl_msg, kind: u16, text: *const c_char| {
        // SAFETY: NULL or a string.
        if text.is_null() { 0 } else { unsafe { nla_put_string(msg, kind.into(), text) } }
    };
    nest(msg, IFLA_LINKINFO, |msg| {
        done(text(msg, IFLA_INFO_KIND, link.kind_name))?;
        if let Some(kind) = link.kind.filter(|_| !link.info.is_null()) {
            // SAFETY: the kind's own.
            unsafe { (kind.put)(link, msg)? };
        }
        done(text(msg, IFLA_INFO_SLAVE_KIND, link.slave_kind))
    })
}

/// Shows what the kind has to say.
pub(super) unsafe fn dump(link: &rtnl_link, p: *mut nl_dump_params, form: usize) {
    if let (0, Some(title)) = (form, link.kind.and_then(|kind| kind.title)) {
        dump!(p, c"%s%s", title.as_ptr(), link.name.as_ptr());
    }
    let dump = link.kind.and_then(|kind| kind.ops).and_then(|ops| *ops.dump.get(form)?);
    if let (Some(dump), false) = (dump, link.info.is_null()) {
        // SAFETY: the object is of this type, and the link's alone; params are the caller's.
        unsafe {
            if link.kind.is_some_and(|kind| kind.upper) {
                (*link.info.cast::<Upper>()).cache = link.h.cache();
            }
            dump(link.info, p);
        }
    }
}

/// A new link of a kind, or NULL.
pub(super) unsafe fn alloc(kind: &CStr) -> *mut rtnl_link {
    let link = rtnl_link_alloc();
    // SAFETY: NULL or new.
    unsafe {
        let Some(new) = link.as_mut() else { return link };
        if rtnl_link_set_type(new, kind.as_ptr()) < 0 {
            rtnl_link_put(link);
            return null_mut();
        }
    }
    link
}

/// Makes the kernel have a link, which is then given back.
pub(super) unsafe fn add(sock: *mut nl_sock, link: *mut rtnl_link, name: *const c_char) -> c_int {
    // SAFETY: socket and link are live; the name is NULL or a string.
    unsafe {
        let Some(new) = link.as_mut() else { return -NLE_NOMEM };
        if !name.is_null() {
            rtnl_link_set_name(new, name);
        }
        let answer = rtnl_link_add(sock, new, libc::NLM_F_CREATE);
        rtnl_link_put(link);
        answer
    }
}
