// SPDX-License-Identifier: MIT OR Apache-2.0
//! Structs of the caller, filled from messages and turned into requests.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_void};

use super::dump::{self, rnl_dump};
use super::err::rnl_err;
use super::family::{self, rnl_family};
use super::guard::{guard, guard_err};
use super::msg::{self, rnl_msg};
use super::ptr::{self, Handle, handle};
use super::view::rnl_view;
use crate::error::Fault;
use crate::family::record::Records;
use crate::grow;
use crate::schema::{Form, Slot};
use crate::wire::Message;

/// A struct of the caller bound to values of a family's messages.
#[cfg_attr(all(), repr(C))]
pub struct rnl_bind {
    magic: u32,
    records: Records,
}

handle!(rnl_bind, 0x726e_6c11);

/// One member of the caller's struct. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_slot {
    /// Which value: "ifi-index", "ifname", "linkinfo.kind", "linkinfo.data(vxlan).id",
    /// "stats64.rx-packets". Empty for bits that tell which slots have a value: the first slot's is the
    /// lowest.
    pub path: *const c_char,
    /// offsetof() the member
    pub offset: usize,
    /// sizeof the member: of numbers 1, 2, 4 or 8, in host order; flags are a number, 1 if they are
    /// there; texts are cut nowhere and closed by a NUL; addresses and other bytes stand at its start. Of
    /// a bitfield .value and .selector are bound, 32 bits each, which can be read only.
    pub width: usize,
}

/// Messages that a request is answered with.
pub const RNL_FORM_REPLY: c_int = 2;
/// Objects of a dump; also what is notified of.
pub const RNL_FORM_ROW: c_int = 3;

fn any_form(form: c_int) -> Result<Form, Fault> {
    match form {
        RNL_FORM_REPLY => Ok(Form::DoReply),
        RNL_FORM_ROW => Ok(Form::DumpReply),
        request => family::form(request),
    }
}

unsafe fn slots<'a>(slots: *const rnl_slot, n: usize) -> Result<Vec<Slot<'a>>, Fault> {
    let mut all = Vec::new();
    // SAFETY: the caller passes n slots.
    for slot in unsafe { ptr::slice(slots, n) }? {
        // SAFETY: the caller passes a string.
        let path = unsafe { ptr::text(slot.path) }?;
        grow::push(&mut all, Slot { path, offset: slot.offset, width: slot.width })?;
    }
    Ok(all)
}

/// Binds members of a struct to values of the messages of an operation. Paths are looked up here, once.
///
/// @out     filled on success; free it with rnl_bind_free()
/// @family  family; a generic one must have been resolved before requests are made
/// @op      "getlink", "newroute" ...
/// @form    RNL_FORM_ROW or RNL_FORM_REPLY to read messages, RNL_FORM_DO or RNL_FORM_DUMP to make requests
/// @size    sizeof the struct
/// @slots   its members; any order, and not all of them need to be bound
/// @n       how many
/// @err     filled on failure, if not NULL: says which path is wrong
///
/// Returns 0, or
///   -EINVAL      an argument is NULL, a member lies outside of the struct, or a path leads to something
///                that is no single value
///   -ENOENT      the family has no such operation, or nothing has the name that a path says
///   -EOPNOTSUPP  the operation has no such form
///   -ERANGE      a member has too few bytes for its value, or a number's has not 1, 2, 4 or 8
///   -ENOMEM      no memory
/// Threads: any, while nobody frees family. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_bind_new(
    out: *mut *mut rnl_bind,
    family: *const rnl_family,
    op: *const c_char,
    form: c_int,
    size: usize,
    slots: *const rnl_slot,
    n: usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let bind = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (out, family, op) = unsafe { (ptr::out(out)?, ptr::get(family)?, ptr::text(op)?) };
        // SAFETY: the caller passes n slots.
        let slots = unsafe { self::slots(slots, n) }?;
        let records = Records::new(&family.named, op, any_form(form)?, size, &slots)?;
        *out = ptr::give(rnl_bind { magic: rnl_bind::MAGIC, records })?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, bind) }
}

/// Frees a binding.
///
/// @bind  binding, or NULL
///
/// Returns 0, or
///   -EINVAL  bind is not a binding, or has been freed
/// Threads: bind must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_bind_free(bind: *mut rnl_bind) -> c_int {
    // SAFETY: the caller passes NULL or a binding that it does not use any more.
    guard(|| unsafe { ptr::take(bind) }.map(|_| 0))
}

/// Fills a struct from a message. What the message lacks is zero.
///
/// @bind    binding of RNL_FORM_ROW or RNL_FORM_REPLY
/// @view    message
/// @record  the struct
/// @err     filled on failure, if not NULL: says which value did not fit
///
/// Returns 0, or
///   -EINVAL   an argument is NULL
///   -EPROTO   the message is of another type than the binding
///   -EBADMSG  an attribute's length is damaged
///   -ERANGE   a value has another width than its type, or more bytes than its member
/// Threads: any, while nobody frees bind. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_bind_read(
    bind: *const rnl_bind,
    view: *const rnl_view,
    record: *mut c_void,
    err: *mut *mut rnl_err,
) -> c_int {
    let read = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (bind, view) = unsafe { (ptr::get(bind)?, ptr::read(view)?) };
        // SAFETY: the caller passes a struct of the size it has bound.
        let record = unsafe { ptr::slice_mut(record.cast::<u8>(), bind.records.size()) }?;
        // SAFETY: the bytes live as long as the caller says.
        let (message, _) = Message::split(unsafe { view.msg.get() }?)?;
        bind.records.read(&message, record).map(|()| 0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, read) }
}

/// Fills an array of structs from the next objects of a dump.
///
/// @bind     binding of RNL_FORM_ROW
/// @dump     dump of the operation
/// @records  the array
/// @max      how many structs it has
/// @err      filled on failure, if not NULL
///
/// Returns how many were filled, 0 at the end of the dump, or
///   -EINVAL  an argument is NULL, or max is 0
///   and what rnl_bind_read() and rnl_dump_next() return
/// Threads: neither dump nor its socket may be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_bind_rows(
    bind: *const rnl_bind,
    dump: *mut rnl_dump,
    records: *mut c_void,
    max: usize,
    err: *mut *mut rnl_err,
) -> c_int {
    let rows = || {
        // SAFETY: the caller passes NULL or a binding.
        let bind = &unsafe { ptr::get(bind) }?.records;
        let most = c_int::try_from(max).ok().filter(|n| *n > 0).ok_or(Fault::BadArgument)?;
        let bytes = bind.size().checked_mul(max).ok_or(Fault::BadArgument)?;
        // SAFETY: the caller passes an array of max structs of the size it has bound.
        let all = unsafe { ptr::slice_mut(records.cast::<u8>(), bytes) }?;
        let mut at = 0;
        let object = |m: Message<'_>| {
            let record = all.get_mut(at..).and_then(|rest| rest.get_mut(..bind.size()));
            at = at.saturating_add(bind.size());
            bind.read(&m, record.ok_or(Fault::TooMuch)?)
        };
        // SAFETY: the caller passes NULL or a dump, whose socket lives as long.
        unsafe { dump::each(dump, most, object) }
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, rows) }
}

/// Makes a request from a struct: the fixed header and the attributes whose bits are set, where such bits
/// are bound, else those that are not zero. Attributes come in the order of their slots; those of one nest
/// belong together.
///
/// @out     filled on success; free it with rnl_msg_free()
/// @bind    binding of RNL_FORM_DO or RNL_FORM_DUMP
/// @flags   NLM_F_*, as for rnl_msg_new()
/// @record  the struct
/// @err     filled on failure, if not NULL: says which value is wrong
///
/// Returns 0, or
///   -EINVAL      an argument is NULL
///   -ERANGE      a number is too large for its attribute
///   -EOPNOTSUPP  a value that is a part of an attribute, which can be read alone
///   -ENOTCONN    the generic family had not been resolved
///   -ENOMEM      no memory
/// Threads: any, while nobody frees bind. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_bind_request(
    out: *mut *mut rnl_msg,
    bind: *const rnl_bind,
    flags: u16,
    record: *const c_void,
    err: *mut *mut rnl_err,
) -> c_int {
    let request = || {
        // SAFETY: the caller passes NULL or valid pointers.
        let (out, bind) = unsafe { (ptr::out(out)?, ptr::get(bind)?) };
        // SAFETY: the caller passes a struct of the size it has bound.
        let record = unsafe { ptr::slice(record.cast::<u8>(), bind.records.size()) }?;
        let request = msg::give(bind.records.request(flags, record)?);
        if request.is_null() {
            return Err(Fault::NoMemory.into());
        }
        *out = request;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, request) }
}
