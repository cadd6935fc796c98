// SPDX-License-Identifier: MIT OR Apache-2.0
//! Families by name: requests from JSON, and what the kernel sends as JSON.

use core::ffi::{c_char, c_int};

use super::dump::{self, rnl_dump};
use super::err::rnl_err;
use super::guard::{count, guard, guard_err};
use super::msg::{self, rnl_msg};
use super::pack::{self, rnl_pack};
use super::ptr::{self, Handle, handle};
use super::sock::{open, rnl_sock};
use super::text::{rnl_text, text};
use super::view::rnl_view;
use crate::error::{Error, Fault};
use crate::family::named::Named;
use crate::schema::{Form, How, Out, Pack};
use crate::wire::Message;

/// A family as it is described: "rt-link", "ethtool" ... It may be used with any number of sockets.
#[cfg_attr(all(), repr(C))]
pub struct rnl_family {
    magic: u32,
    pub(super) named: Named<'static>,
    pack: *mut rnl_pack,
}

handle!(rnl_family, 0x726e_6c10);

/// A request that is no dump.
pub const RNL_FORM_DO: c_int = 0;
/// A request for a dump.
pub const RNL_FORM_DUMP: c_int = 1;

/// JSON that encodes to the same bytes: what is unusual about the message is annotated.
pub const RNL_JSON_EXACT: c_int = 1;
/// The object as "msg" beside its operation's "name", as notifications are shown.
pub const RNL_JSON_NAMED: c_int = 2;
/// One line for people instead of JSON.
pub const RNL_JSON_READABLE: c_int = 4;
/// A pickle (protocol 2) of what JSON says: bytes that Python reads several times faster. Each call appends
/// a whole one.
pub const RNL_JSON_PICKLE: c_int = 8;

pub(super) fn form(form: c_int) -> Result<Form, Fault> {
    match form {
        RNL_FORM_DO => Ok(Form::Do),
        RNL_FORM_DUMP => Ok(Form::Dump),
        _ => Err(Fault::BadArgument),
    }
}

fn how(flags: c_int) -> Result<(How, bool), Fault> {
    let how = match flags & !RNL_JSON_NAMED {
        0 => How::Natural,
        RNL_JSON_EXACT => How::Exact,
        RNL_JSON_READABLE => How::Readable,
        RNL_JSON_PICKLE => How::Pickle,
        _ => return Err(Fault::BadArgument),
    };
    Ok((how, flags & RNL_JSON_NAMED != 0))
}

/// A JSON text of the caller; NULL is none, which is an empty object.
unsafe fn json<'a>(json: *const c_char) -> Result<&'a str, Fault> {
    // SAFETY: the caller passes NULL or a string.
    if json.is_null() { Ok("") } else { unsafe { ptr::text(json) } }
}

/// Has a socket use the family's description in its errors and traces.
unsafe fn introduce(family: &rnl_family, sock: *mut rnl_sock) -> Result<(), Error> {
    // SAFETY: the caller passes NULL or a socket; the family's pack is open.
    let (handle, pack) = unsafe { (ptr::get_mut(sock)?, pack::share(family.pack)?) };
    handle.keep(pack)?;
    family.named.introduce(handle.socket()?)
}

/// Finds the description of a family. Nothing is asked of the kernel: see rnl_family_resolve().
///
/// @out   filled on success; free it with rnl_family_free()
/// @pack  descriptions, or NULL for those that are built in
/// @name  "rt-link", "rt-route", "nl80211" ...
/// @err   filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL  out or name is NULL, or pack is not a pack
///   -ENOENT  no family of that name is described
///   -ENOMEM  no memory
/// Threads: pack must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_open(
    out: *mut *mut rnl_family,
    pack: *mut rnl_pack,
    name: *const c_char,
    err: *mut *mut rnl_err,
) -> c_int {
    let find = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (out, from, name) = unsafe { (ptr::out(out)?, pack::of(pack)?, ptr::text(name)?) };
        let named = Named::find(from, name)?;
        *out = ptr::give(rnl_family { magic: rnl_family::MAGIC, named, pack })?;
        // SAFETY: the caller passes NULL or a pack.
        unsafe { pack::hold(pack, true) };
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, find) }
}

/// Frees a family.
///
/// @family  family, or NULL
///
/// Returns 0, or
///   -EINVAL  family is not a family, or has been freed
/// Threads: neither family nor its pack may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_free(family: *mut rnl_family) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a family that it does not use any more; its pack is open.
        unsafe {
            let Some(family) = ptr::take(family)? else { return Ok(0) };
            pack::hold(family.pack, false);
        }
        Ok(0)
    })
}

/// The protocol number that sockets for the family are opened with.
///
/// @family  family
///
/// Returns NETLINK_ROUTE, NETLINK_GENERIC ..., or
///   -EINVAL  family is NULL
/// Threads: any, while nobody frees family. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_protocol(family: *const rnl_family) -> c_int {
    // SAFETY: the caller passes NULL or a family.
    guard(|| Ok(unsafe { ptr::get(family) }?.named.family().protocol()))
}

/// Asks the kernel for the id and the groups of a generic family, which may load its module. They hold
/// until the module is unloaded. Of other families there is nothing to ask. From then on the socket uses
/// this description in its errors and traces, also where it is one of a pack.
///
/// @family      family
/// @sock        open socket of the family's protocol
/// @timeout_ms  milliseconds; -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL      family or sock is NULL
///   -EPROTOTYPE  the socket has another protocol
///   -ENOENT      the kernel has no such family
///   and what rnl_sock_call() returns
/// Threads: neither family nor sock may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_resolve(
    family: *mut rnl_family,
    sock: *mut rnl_sock,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let resolve = || {
        // SAFETY: the caller passes NULL or a family, and NULL or a socket.
        let (family, socket) = unsafe { (ptr::get_mut(family)?, open(sock)?) };
        family.named.resolve(socket, timeout_ms)?;
        // SAFETY: as above.
        unsafe { introduce(family, sock) }.map(|()| 0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, resolve) }
}

/// The number of a multicast group, for rnl_sock_join().
///
/// @family  family; a generic one must have been resolved
/// @name    "rtnlgrp-link", "scan" ...
///
/// Returns the number, or
///   -EINVAL  family or name is NULL
///   -ENOENT  the family has no such group, or has not been resolved
/// Threads: any, while nobody frees family. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_group(family: *const rnl_family, name: *const c_char) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a family, and NULL or a string.
        let (family, name) = unsafe { (ptr::get(family)?, ptr::text(name)?) };
        let group = family.named.group(name).map_err(|_| Fault::NoGroup)?;
        Ok(count(group as usize))
    })
}

/// Makes a request from JSON: an object with the members of the family's fixed header and its
/// attributes by their names. Numbers may be texts, flags a list or "a|b", addresses as people write
/// them, bytes hexadecimal.
///
/// @out     filled on success; free it with rnl_msg_free(). It may be sent in any way: rnl_sock_call(),
///          rnl_sock_submit(), rnl_dump_start() ...
/// @family  family; a generic one must have been resolved
/// @op      "newlink" ...
/// @form    RNL_FORM_DO or RNL_FORM_DUMP
/// @flags   NLM_F_*, as for rnl_msg_new()
/// @json    the object; NULL is an empty one
/// @err     filled on failure, if not NULL: the path of what is wrong, and what was wanted
///
/// Returns 0, or
///   -EINVAL      an argument is NULL, form is none of the two, or the JSON does not fit
///   -ENOENT      the family has no such operation
///   -EOPNOTSUPP  the operation has no such form
///   -ENOTCONN    the generic family has not been resolved
///   -ENOMEM      no memory
/// Threads: any, while nobody frees family. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_request(
    out: *mut *mut rnl_msg,
    family: *const rnl_family,
    op: *const c_char,
    form: c_int,
    flags: u16,
    json: *const c_char,
    err: *mut *mut rnl_err,
) -> c_int {
    let request = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (out, family) = unsafe { (ptr::out(out)?, ptr::get(family)?) };
        // SAFETY: the caller passes NULL or strings.
        let (op, json) = unsafe { (ptr::text(op)?, self::json(json)?) };
        let op = family.named.op(op)?;
        let request = family.named.request(&op, self::form(form)?, flags, json)?;
        let msg = msg::give(request);
        if msg.is_null() {
            return Err(Fault::NoMemory.into());
        }
        *out = msg;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, request) }
}

/// Looks at a request that was built by hand, before it is sent: attributes that are unknown where they
/// stand, values of another width or out of range, a header that is cut short. The kernel is not asked; it
/// may take what this refuses, if it is newer than the descriptions, and it knows more reasons to refuse.
///
/// @family  family; a generic one must have been resolved
/// @msg     request, finished
/// @err     filled on failure, if not NULL: the path of the first thing that is wrong, and what was wanted
///
/// Returns 0 if nothing is wrong with it, or
///   -EINVAL   family or msg is NULL, or something in it is wrong
///   -EBADMSG  an attribute or what it holds is damaged
///   -ERANGE   a value is out of range
///   -EPROTO   it is no request of the family's
///   or what rnl_msg_bytes() returns
/// Threads: msg must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_check(
    family: *const rnl_family,
    msg: *mut rnl_msg,
    err: *mut *mut rnl_err,
) -> c_int {
    let check = || {
        // SAFETY: the caller passes NULL or a family, and NULL or a message.
        let (family, msg) = unsafe { (ptr::get(family)?, ptr::get_mut(msg)?) };
        family.named.check(&mut msg.msg).map(|()| 0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, check) }
}

/// Appends a message that the kernel sent as a JSON object.
///
/// @family  family
/// @view    a message, of a reply, a dump or a notification
/// @flags   0, or RNL_JSON_* with |
/// @text    text to append to; left as it was on failure
///
/// Returns 0, or
///   -EINVAL   an argument is NULL, or there are other flags
///   -EPROTO   the message is none of the family's
///   -ENOMEM   no memory
/// Threads: text must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_json(
    family: *const rnl_family,
    view: *const rnl_view,
    flags: c_int,
    text: *mut rnl_text,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or valid pointers.
        let (family, view, text) =
            unsafe { (ptr::get(family)?, ptr::read(view)?, self::text(text)?) };
        // SAFETY: the bytes live as long as the caller says.
        let (message, _) = Message::split(unsafe { view.msg.get() }?)?;
        let (how, named) = how(flags)?;
        text.append(|to| family.named.show(&message, how, named, to)).map(|()| 0)
    })
}

/// Appends the next objects of a dump as a JSON list. The loop runs in here, which serves callers to
/// whom each call is dear.
///
/// @family  family
/// @dump    dump of a request of the family
/// @max     how many objects at most
/// @flags   0, or RNL_JSON_* with |
/// @text    text to append to; left as it was on failure and at the end
/// @err     filled on failure, if not NULL
///
/// Returns how many objects there are in the list, 0 at the end of the dump, or
///   -EINVAL  an argument is NULL, max is 0, or there are other flags
///   -EPROTO  an object is none of the family's
///   and what rnl_dump_next() returns
/// Threads: none of the arguments may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_rows(
    family: *const rnl_family,
    dump: *mut rnl_dump,
    max: usize,
    flags: c_int,
    text: *mut rnl_text,
    err: *mut *mut rnl_err,
) -> c_int {
    let rows = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (family, text) = unsafe { (ptr::get(family)?, self::text(text)?) };
        let (how, named) = how(flags)?;
        let most = c_int::try_from(max).map_err(|_| Fault::BadArgument)?;
        if most == 0 {
            return Err(Fault::BadArgument.into());
        }
        text.append(|to| {
            let start = to.len();
            let mut out = Out::showing(how, to);
            out.open(b'[');
            let object =
                |m: Message<'_>| family.named.write(&m, how, named, &mut out).map_err(Error::from);
            // SAFETY: the caller passes NULL or a dump, whose socket lives as long.
            let rows = unsafe { dump::each(dump, most, object) }?;
            out.close(b']');
            out.finish()?;
            if rows == 0 {
                to.truncate(start);
            }
            Ok(rows)
        })
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, rows) }
}

/// Makes a request and appends what it is answered with: an object, a list of them if there are several,
/// or null for an acknowledgement alone.
///
/// @family      family; a generic one must have been resolved
/// @sock        open socket of the family's protocol
/// @op          "getlink" ...
/// @flags       NLM_F_*, as for rnl_msg_new()
/// @json        the request, as for rnl_family_request()
/// @timeout_ms  milliseconds; -1 waits for ever
/// @text        text to append to, or NULL; left as it was on failure
/// @err         filled on failure, if not NULL
///
/// Where the kernel refuses a request of a generic family and does not say where it is wrong, it is asked
/// for the family's policy too, for rnl_err_guess().
///
/// Returns 0, what rnl_family_request() returns, or what rnl_sock_call() returns.
/// Threads: none of sock, text and family may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_call(
    family: *const rnl_family,
    sock: *mut rnl_sock,
    op: *const c_char,
    flags: u16,
    json: *const c_char,
    timeout_ms: c_int,
    text: *mut rnl_text,
    err: *mut *mut rnl_err,
) -> c_int {
    let call = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (family, op) = unsafe { (ptr::get(family)?, ptr::text(op)?) };
        // SAFETY: the caller passes NULL or a socket.
        let socket = unsafe { introduce(family, sock).and_then(|()| Ok(open(sock)?)) }?;
        // SAFETY: the caller passes NULL or a string.
        let json = unsafe { self::json(json) }?;
        let mut unread = Default::default();
        let mut call = |to: &mut _| family.named.call(socket, op, flags, json, timeout_ms, to);
        match text.is_null() {
            true => call(&mut unread)?,
            // SAFETY: the caller passes a text.
            false => unsafe { self::text(text) }?.append(call)?,
        };
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, call) }
}

/// Appends a description as JSON: of one operation with the attributes it takes, of a family with all
/// its operations, groups, sets of attributes and enums, or of which families there are.
///
/// @family  family, or NULL for a list of all that are built in
/// @op      "newlink" ..., or NULL for all of the family
/// @text    text to append to; left as it was on failure
///
/// Returns 0, or
///   -EINVAL  text is NULL, or family is NULL and op is not
///   -ENOENT  the family has no such operation
///   -ENOMEM  no memory
/// Threads: text must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_family_describe(
    family: *const rnl_family,
    op: *const c_char,
    text: *mut rnl_text,
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a text, and NULL or a string.
        let text = unsafe { self::text(text) }?;
        // SAFETY: the caller passes a string.
        let op = if op.is_null() { None } else { Some(unsafe { ptr::text(op) }?) };
        if family.is_null() && op.is_none() {
            return text.append(|to| Pack::builtin().describe(to)).map(|()| 0);
        }
        // SAFETY: the caller passes a family.
        let named = &unsafe { ptr::get(family) }?.named;
        let op = op.map(|name| named.family().op(name).ok_or(Fault::NoOperation)).transpose()?;
        text.append(|to| named.family().describe(op, to)).map(|()| 0)
    })
}
