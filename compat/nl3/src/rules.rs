// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes that are read one by one, where the table of an object cannot say how: numbers in the network's
//! order, nests, and what depends on something else.

use core::ffi::c_int;

use crate::abi::nlattr;
use crate::attr::{nla_data, nla_len, nla_type, walk};
use crate::error::{Done, NLE_INVAL, NLE_RANGE};

/// What becomes of one attribute.
pub(crate) struct Rule<T> {
    pub(crate) nla: u16,
    /// The fewest bytes that it must have.
    pub(crate) least: u16,
    /// Whether it is a text, whose last byte must be NUL.
    pub(crate) text: bool,
    pub(crate) set: unsafe fn(&mut T, &nlattr) -> Done,
}

/// A [`Rule`] that cannot fail: `rule!(CTA_MARK, 4, |ct, nla| ct.mark = be32(nla))`.
macro_rules! rule {
    ($nla:expr, $least:literal, |$to:ident, $of:ident| $set:expr) => {
        $crate::rules::Rule {
            nla: $nla,
            least: $least,
            text: false,
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

/// A rule for a text, for a function that takes a string: `text_rule!(CTA_HELP_NAME, nfnl_thing_set_helper)`.
macro_rules! text_rule {
    ($nla:expr, $set:ident) => {
        $crate::rules::Rule {
            nla: $nla,
            least: 1,
            text: true,
            // SAFETY: `apply` hands on a string.
            set: |to, nla| unsafe {
                $crate::error::done($set(to, $crate::attr::nla_data(nla).cast()))
            },
        }
    };
}
pub(crate) use text_rule;

/// A rule for a nest, whose attributes have rules of their own: `nested!(CTA_INFO, INFO)`, or for something
/// else than the object, `nested!(CTA_INFO, |ct| &mut ct.info, INFO)`.
macro_rules! nested {
    ($nla:expr, $rules:expr) => {
        $crate::rules::nested!($nla, |to| to, $rules)
    };
    ($nla:expr, |$of:ident| $to:expr, $rules:expr) => {
        $crate::rules::Rule {
            nla: $nla,
            least: 0,
            text: false,
            // SAFETY: `apply` hands on what is whole.
            set: |$of, nla| unsafe { $crate::rules::apply_nested($to, nla, &$rules) },
        }
    };
}
pub(crate) use nested;

impl<T> Rule<T> {
    fn check(&self, nla: &nlattr) -> Done {
        let (data, len) = (nla_data(nla).cast::<u8>(), nla_len(nla) as usize);
        if len < self.least.into() {
            return Err(NLE_RANGE);
        }
        // SAFETY: the attribute is whole.
        if self.text && len > 0 && unsafe { *data.add(len - 1) } != 0 {
            return Err(NLE_INVAL);
        }
        Ok(())
    }

    /// A rule for an attribute that must be long enough, but is not read.
    pub(crate) const fn checked(nla: u16, least: u16) -> Rule<T> {
        Rule { nla, least, text: false, set: |_, _| Ok(()) }
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
            rule.check(nla)?;
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
