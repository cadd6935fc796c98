// SPDX-License-Identifier: MIT OR Apache-2.0
//! Descriptions of tables.

use alloc::vec::Vec;

use super::filter::{rnl_match, rules};
use super::msg::rnl_msg;
use super::ptr;
use crate::conn::{Ignore, Key, Kind, Part, Spec, Stir, Test};
use crate::error::Fault;
use crate::grow;
use crate::uapi::NETLINK_GENERIC;

/// A key part: len bytes of the fixed header, at bytes from its start.
pub const RNL_KEY_HEADER: u16 = 0;
/// A key part: the attribute of type at; that it is missing tells objects apart, too.
pub const RNL_KEY_ATTR: u16 = 1;
/// A key part: the attribute of type at, or if there is none, of type len.
pub const RNL_KEY_FIRST_OF: u16 = 2;

/// The attribute with the path of types is not kept; a path of fewer than three ends with 0.
pub const RNL_IGNORE_DROP: u16 = 0;
/// The top-level attribute of type path[0] is kept, but a difference in it alone is no change.
pub const RNL_IGNORE_QUIET: u16 = 1;
/// The bits in mask of the 32-bit word, host order, path[0] bytes into the fixed header are cleared.
pub const RNL_IGNORE_BITS: u16 = 2;
/// Messages with the top-level attribute of type path[0] do not say what an object is like.
pub const RNL_IGNORE_MESSAGE: u16 = 3;

/// In a table spec: several objects may have the same key; their whole content tells them apart.
pub const RNL_TABLE_SPEC_EXACT: u16 = 0x1;

/// A part of what tells objects apart. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_key {
    /// RNL_KEY_*
    pub part: u16,
    /// Offset in the fixed header, or type of the attribute.
    pub at: u16,
    /// Bytes in the fixed header, or type of the other attribute.
    pub len: u16,
    /// Only objects with this address family, the first byte of the fixed header, have it; 0 for all.
    pub family: u16,
}

/// What is of no interest in an object. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_ignore {
    /// RNL_IGNORE_*
    pub what: u16,
    /// Types of attributes, from the outermost; or an offset.
    pub path: [u16; 3],
    /// Bits of the word.
    pub mask: u32,
}

/// A notification after which objects may have changed without the kernel saying so: the table is dumped
/// again. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_stir {
    /// The group it comes from; the table joins it.
    pub group: u32,
    /// nlmsg_type
    pub r#type: u16,
    /// The command of a generic family, else 0.
    pub cmd: u16,
    /// Offset of a 32-bit word in the fixed header, host order.
    pub at: u32,
    /// The bits of it that must be as in value; 0 if any will do.
    pub mask: u32,
    /// What they must be.
    pub value: u32,
}

/// What a table is a table of.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_table_spec {
    /// sizeof(struct rnl_table_spec)
    pub size: usize,
    /// NETLINK_*
    pub protocol: i32,
    /// nlmsg_type of messages that say what an object is like.
    pub new_type: u16,
    /// nlmsg_type of messages that say that an object is gone.
    pub del_type: u16,
    /// With NETLINK_GENERIC: the command that says what an object is like. Else 0.
    pub new_cmd: u8,
    /// With NETLINK_GENERIC: the command that says that an object is gone. Else 0.
    pub del_cmd: u8,
    /// Bytes of the fixed header, 4 or more with NETLINK_GENERIC.
    pub header_size: u16,
    /// With RNL_TABLE_SPEC_EXACT: the attribute of which the kernel may notify one part alone, as
    /// RTA_MULTIPATH. Else 0.
    pub parts: u16,
    /// RNL_TABLE_SPEC_*, or 0
    pub flags: u16,
    /// The attribute of a dump request that names another namespace by its id, as IFLA_TARGET_NETNSID; 0
    /// if the kernel has none.
    pub target: u16,
    /// 0
    pub reserved: u16,
    /// The request for a dump of all objects.
    pub dump: *const rnl_msg,
    /// The groups that notify of the objects.
    pub groups: *const u32,
    /// How many.
    pub n_groups: usize,
    /// What tells objects apart.
    pub keys: *const rnl_key,
    /// How many; at least 1.
    pub n_keys: usize,
    /// What a message must hold to be about an object of the table.
    pub matches: *const rnl_match,
    /// How many.
    pub n_matches: usize,
    /// What is of no interest in an object.
    pub ignores: *const rnl_ignore,
    /// How many.
    pub n_ignores: usize,
    /// What may change objects without a word.
    pub stirs: *const rnl_stir,
    /// How many.
    pub n_stirs: usize,
}

impl rnl_key {
    fn key(&self) -> Result<Key, Fault> {
        let part = match self.part {
            RNL_KEY_HEADER => Part::Header { at: self.at, len: self.len },
            RNL_KEY_ATTR if self.len == 0 => Part::Attr(self.at),
            RNL_KEY_FIRST_OF => Part::FirstOf(self.at, self.len),
            _ => return Err(Fault::BadArgument),
        };
        let family = u8::try_from(self.family).map_err(|_| Fault::BadArgument)?;
        Ok(Key { part, family })
    }
}

impl rnl_ignore {
    fn ignore(&self) -> Result<Ignore, Fault> {
        let [first, rest @ ..] = self.path;
        match (self.what, rest, self.mask) {
            (RNL_IGNORE_DROP, _, 0) => Ok(Ignore::Drop(self.path)),
            (RNL_IGNORE_QUIET, [0, 0], 0) => Ok(Ignore::Quiet(first)),
            (RNL_IGNORE_MESSAGE, [0, 0], 0) => Ok(Ignore::Message(first)),
            (RNL_IGNORE_BITS, [0, 0], mask) => Ok(Ignore::Bits { at: first, mask }),
            _ => Err(Fault::BadArgument),
        }
    }
}

impl rnl_stir {
    fn stir(&self, generic: bool) -> Result<Stir, Fault> {
        let at = u16::try_from(self.at).map_err(|_| Fault::BadArgument)?;
        let kind = kind(self.r#type, self.cmd, generic)?;
        let only = Test { attr: 0, at, mask: self.mask, value: self.value };
        Ok(Stir { group: self.group, kind, only: [only, Test::default()] })
    }
}

fn kind(kind: u16, cmd: u16, generic: bool) -> Result<Kind, Fault> {
    match (generic, u8::try_from(cmd)) {
        (true, Ok(cmd)) => Ok(Kind::generic(kind, cmd)),
        (false, Ok(0)) => Ok(Kind::of(kind)),
        _ => Err(Fault::BadArgument),
    }
}

/// Converted copies of `n` items of the caller.
unsafe fn all<T, U>(
    from: *const T,
    n: usize,
    convert: impl Fn(&T) -> Result<U, Fault>,
) -> Result<Vec<U>, Fault> {
    let mut to = Vec::new();
    // SAFETY: the caller passes n items.
    for item in unsafe { ptr::slice(from, n) }? {
        grow::push(&mut to, convert(item)?)?;
    }
    Ok(to)
}

/// The description that a caller passes.
pub(super) unsafe fn spec(spec: *const rnl_table_spec) -> Result<Spec, Fault> {
    // SAFETY: the caller passes NULL or a description of the size it says.
    let s: rnl_table_spec = unsafe { ptr::sized(spec) }?;
    let known = s.flags & !RNL_TABLE_SPEC_EXACT == 0 && s.reserved == 0;
    if !known {
        return Err(Fault::BadArgument);
    }
    let generic = s.protocol == NETLINK_GENERIC;
    let some = |kind: u16| Some(kind).filter(|kind| *kind != 0);
    // SAFETY: the caller passes a message, and as many items as it says.
    unsafe {
        Ok(Spec {
            protocol: s.protocol,
            dump: ptr::get(s.dump)?.msg.copy()?,
            new: kind(s.new_type, s.new_cmd.into(), generic)?,
            del: kind(s.del_type, s.del_cmd.into(), generic)?,
            header: s.header_size,
            groups: all(s.groups, s.n_groups, |group| Ok(*group))?,
            keys: all(s.keys, s.n_keys, rnl_key::key)?,
            matches: rules(s.matches, s.n_matches)?,
            ignores: all(s.ignores, s.n_ignores, rnl_ignore::ignore)?,
            stirs: all(s.stirs, s.n_stirs, |stir| stir.stir(generic))?,
            exact: s.flags & RNL_TABLE_SPEC_EXACT != 0,
            parts: some(s.parts),
            target: some(s.target),
        })
    }
}
