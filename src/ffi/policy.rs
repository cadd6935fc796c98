// SPDX-License-Identifier: MIT OR Apache-2.0
//! Policies: what a generic family accepts.

use core::ffi::c_int;

use super::err::{fault, rnl_err};
use super::guard::{guard, guard_err};
use super::ptr::{self, Handle, handle};
use super::sock::{open, rnl_sock};
use crate::error::Fault;
use crate::family::policy::{Policy, Rule, Use};

/// The policies of a generic family, as the kernel itself tells them.
#[cfg_attr(all(), repr(C))]
pub struct rnl_policy {
    magic: u32,
    policy: Policy,
}

handle!(rnl_policy, 0x726e_6c07);

/// min_s and max_s are stated.
pub const RNL_RULE_SIGNED: u32 = 0x01;
/// min_u and max_u are stated.
pub const RNL_RULE_UNSIGNED: u32 = 0x02;
/// min_len is stated.
pub const RNL_RULE_MIN_LEN: u32 = 0x04;
/// max_len is stated.
pub const RNL_RULE_MAX_LEN: u32 = 0x08;
/// nested and nested_max are stated.
pub const RNL_RULE_NESTED: u32 = 0x10;
/// mask is stated.
pub const RNL_RULE_MASK: u32 = 0x20;

/// What a policy wants of one attribute. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_policy_rule {
    /// Index of the policy it belongs to.
    pub policy: u16,
    /// Type of the attribute.
    pub attr: u16,
    /// NL_ATTR_TYPE_*
    pub kind: u32,
    /// Which of the members below are stated: RNL_RULE_*.
    pub stated: u32,
    /// Fewest bytes.
    pub min_len: u32,
    /// Most bytes.
    pub max_len: u32,
    /// Index of the policy of what is inside.
    pub nested: u32,
    /// The highest attribute inside.
    pub nested_max: u32,
    /// 0
    pub reserved: u32,
    /// Smallest value of a signed number.
    pub min_s: i64,
    /// Largest value of a signed number.
    pub max_s: i64,
    /// Smallest value of an unsigned number.
    pub min_u: u64,
    /// Largest value of an unsigned number.
    pub max_u: u64,
    /// Bits that may be set.
    pub mask: u64,
}

/// Which policies an operation uses. This struct never changes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rnl_policy_use {
    /// The command; 0 where the kernel does not say, as for some that can only be dumped.
    pub cmd: u32,
    /// Index of the policy of a plain request, or -1 if the operation has none.
    pub request: i32,
    /// Index of the policy of a dump request, or -1 if the operation has none.
    pub dump: i32,
}

fn bit(stated: bool, flag: u32) -> u32 {
    if stated { flag } else { 0 }
}

impl From<&Rule> for rnl_policy_rule {
    fn from(r: &Rule) -> Self {
        let ((min_s, max_s), (min_u, max_u)) =
            (r.signed.unwrap_or_default(), r.unsigned.unwrap_or_default());
        let (nested, nested_max) = r.nested.unwrap_or_default();
        let stated = bit(r.signed.is_some(), RNL_RULE_SIGNED)
            | bit(r.unsigned.is_some(), RNL_RULE_UNSIGNED)
            | bit(r.min_len.is_some(), RNL_RULE_MIN_LEN)
            | bit(r.max_len.is_some(), RNL_RULE_MAX_LEN)
            | bit(r.nested.is_some(), RNL_RULE_NESTED)
            | bit(r.mask.is_some(), RNL_RULE_MASK);
        rnl_policy_rule {
            policy: r.policy,
            attr: r.attr,
            kind: r.kind,
            stated,
            min_len: r.min_len.unwrap_or(0),
            max_len: r.max_len.unwrap_or(0),
            nested,
            nested_max,
            reserved: 0,
            min_s,
            max_s,
            min_u,
            max_u,
            mask: r.mask.unwrap_or(0),
        }
    }
}

impl From<&Use> for rnl_policy_use {
    fn from(u: &Use) -> Self {
        let index = |i: Option<u32>| i.and_then(|i| i32::try_from(i).ok()).unwrap_or(-1);
        rnl_policy_use { cmd: u.cmd, request: index(u.request), dump: index(u.dump) }
    }
}

/// Fills `out` with entry `index` of a list of the policy: 1, or 0 at its end.
unsafe fn entry<T, C: for<'a> From<&'a T>>(
    policy: *const rnl_policy,
    index: usize,
    out: *mut C,
    list: fn(&Policy) -> &[T],
) -> c_int {
    guard(|| {
        // SAFETY: the caller passes NULL or a policy, and NULL or a place for the result.
        let (policy, out) = unsafe { (ptr::get(policy)?, ptr::out(out)?) };
        let Some(found) = list(&policy.policy).get(index) else { return Ok(0) };
        *out = found.into();
        Ok(1)
    })
}

/// Asks the kernel what a generic family accepts (CTRL_CMD_GETPOLICY).
///
/// @out         filled on success; free it with rnl_policy_free()
/// @sock        open socket of NETLINK_GENERIC
/// @family      id of the family, from rnl_genl_id()
/// @cmd         one command, or -1 for all
/// @timeout_ms  milliseconds; -1 waits for ever
/// @err         filled on failure, if not NULL
///
/// Returns 0, or
///   -EINVAL   out or sock is NULL, or cmd is below -1
///   -ENOENT   the kernel has no such family, or the family no such command
///   -ENODATA  the family or the command has no policy
///   and what rnl_dump_next() returns
/// Threads: sock must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_policy_get(
    out: *mut *mut rnl_policy,
    sock: *mut rnl_sock,
    family: u16,
    cmd: c_int,
    timeout_ms: c_int,
    err: *mut *mut rnl_err,
) -> c_int {
    let get = || {
        // SAFETY: the caller passes NULL or a place for a pointer, and NULL or a socket.
        let (out, socket) = unsafe { (ptr::out(out)?, open(sock)?) };
        let cmd = match cmd {
            -1 => None,
            _ => Some(u32::try_from(cmd).map_err(|_| Fault::BadArgument)?),
        };
        let policy = Policy::of(socket, family, cmd, timeout_ms)?;
        *out = fault(ptr::give(rnl_policy { magic: rnl_policy::MAGIC, policy }))?;
        Ok(0)
    };
    // SAFETY: the caller passes NULL or a place for a pointer.
    unsafe { guard_err(err, get) }
}

/// The rules of all policies, one by one.
///
/// @policy  policies of a family
/// @index   which one, from 0
/// @out     filled on 1
///
/// Returns 1, or 0 if there are no more, or
///   -EINVAL  policy or out is NULL
/// Threads: any, while nobody frees policy. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_policy_rule_at(
    policy: *const rnl_policy,
    index: usize,
    out: *mut rnl_policy_rule,
) -> c_int {
    // SAFETY: as documented.
    unsafe { entry(policy, index, out, |p| &p.rules) }
}

/// Which policies the operations use, one by one.
///
/// @policy  policies of a family
/// @index   which one, from 0
/// @out     filled on 1
///
/// Returns 1, or 0 if there are no more, or
///   -EINVAL  policy or out is NULL
/// Threads: any, while nobody frees policy. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_policy_use_at(
    policy: *const rnl_policy,
    index: usize,
    out: *mut rnl_policy_use,
) -> c_int {
    // SAFETY: as documented.
    unsafe { entry(policy, index, out, |p| &p.uses) }
}

/// Frees the policies of a family.
///
/// @policy  policies, or NULL
///
/// Returns 0, or
///   -EINVAL  policy is not what rnl_policy_get() gave, or has been freed
/// Threads: policy must not be in use elsewhere. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rnl_policy_free(policy: *mut rnl_policy) -> c_int {
    // SAFETY: the caller passes NULL or policies that it does not use any more.
    guard(|| unsafe { ptr::take(policy) }.map(|_| 0))
}
