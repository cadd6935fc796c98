// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes that are read one by one, where the table of an object cannot say how: numbers in the network's
//! order, nests, and what depends on something else.

use core::ffi::c_int;

use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len, nla_type, walk};
use crate::error::{Done, NLE_RANGE};

/// What becomes of one attribute.
pub(crate) struct Rule<T> {
    pub(crate) nla: u16,
    /// The fewest bytes that it must have, and the most, or 0.
    pub(crate) least: u16,
    pub(crate) most: u16,
    pub(crate) set: unsafe fn(&mut T, &nlattr) -> Done,
}

/// A [`Rule`] that cannot fail: `rule!(CTA_MARK, 4, |ct, nla| ct.mark = be32(nla))`.
macro_rules! rule {
    ($nla:expr, $least:literal $(..= $most:literal)?, |$to:ident, $of:ident| $set:expr) => {
        $crate::rules::Rule {
            nla: $nla,
            least: $least,
            most: 0 $(+ $most)?,
            set: |$to, $of| {
                // SAFETY: `apply` hands on what is whole, and as long as the rule says.
                #[allow(unused_unsafe)]
                unsafe {
                    $set
                };
                Ok(())
            },
        }
    };
}
pub(crate) use rule;

impl<T> Rule<T> {
    /// A rule for an attribute that must be long enough, but is not read.
    pub(crate) const fn checked(nla: u16, least: u16) -> Rule<T> {
        Rule { nla, least, most: 0, set: |_, _| Ok(()) }
    }
}

/// Most rules that there are in one table.
const MOST: usize = 32;

/// Reads the attributes that rules name, in the order of the rules; of those of one type the last. All are
/// looked at before any is read, so an error leaves `to` as it was, unless a rule's function fails.
pub(crate) unsafe fn apply<T>(
    to: &mut T,
    head: *const nlattr,
    len: c_int,
    rules: &[Rule<T>],
) -> Done {
    let mut found = [None; MOST];
    // SAFETY: the attributes are `len` bytes, by the caller's promise.
    for nla in unsafe { walk(head, len) } {
        let kind = nla_type(nla) as u16;
        for (rule, slot) in rules.iter().zip(&mut found).filter(|(rule, _)| rule.nla == kind) {
            let len = nla_len(nla) as u16;
            if len < rule.least || (rule.most > 0 && len > rule.most) {
                return Err(NLE_RANGE);
            }
            *slot = Some(nla);
        }
    }
    for (rule, nla) in rules.iter().zip(found) {
        if let Some(nla) = nla {
            // SAFETY: the attribute is whole and has the length that the rule asks for.
            unsafe { (rule.set)(to, nla)? };
        }
    }
    Ok(())
}

/// The same for what is inside an attribute.
pub(crate) unsafe fn apply_nested<T>(to: &mut T, nla: &nlattr, rules: &[Rule<T>]) -> Done {
    // SAFETY: the payload is inside the attribute.
    unsafe { apply(to, nla_data(nla).cast(), nla_len(nla), rules) }
}

macro_rules! big_endian {
    ($($name:ident: $kind:ty),*) => {
        $(
            /// A number in the network's order; the attribute is known to be long enough.
            pub(crate) unsafe fn $name(nla: &nlattr) -> $kind {
                // SAFETY: a payload of that size, which need not be aligned.
                <$kind>::from_be(unsafe { nla_data(nla).cast::<$kind>().read_unaligned() })
            }
        )*
    };
}
big_endian!(be16: u16, be32: u32, be64: u64);

/// One byte; the attribute is known to have one.
pub(crate) unsafe fn byte(nla: &nlattr) -> u8 {
    // SAFETY: as said.
    unsafe { *nla_data(nla).cast::<u8>() }
}
