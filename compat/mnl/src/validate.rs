// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether an attribute is what its type says: `mnl_attr_validate` and its kin.

use core::ffi::{c_int, c_uint};

use libc::{EINVAL, EOPNOTSUPP, ERANGE};

use crate::errno::fail;
use crate::memory::{ATTR_HEADER, Attr};

/// What a type asks of its payload beside a size.
#[derive(Clone, Copy)]
enum Rule {
    Nothing,
    Empty,
    /// At least one byte, NUL or not.
    Text,
    /// Ends with a NUL.
    Terminated,
    /// Empty, or room for one attribute.
    Nest,
}

/// By `enum mnl_attr_data_type`: the bytes that the type has, 0 for any number, and its rule.
const TYPES: [(u8, Rule); 12] = [
    (0, Rule::Nothing),    // UNSPEC
    (1, Rule::Nothing),    // U8
    (2, Rule::Nothing),    // U16
    (4, Rule::Nothing),    // U32
    (8, Rule::Nothing),    // U64
    (0, Rule::Text),       // STRING
    (0, Rule::Empty),      // FLAG
    (8, Rule::Nothing),    // MSECS
    (0, Rule::Nest),       // NESTED
    (0, Rule::Nothing),    // NESTED_COMPAT
    (0, Rule::Terminated), // NUL_STRING
    (0, Rule::Nothing),    // BINARY
];

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_type_valid(attr: Attr, maxtype: u16) -> c_int {
    if attr.kind() > maxtype { fail(EOPNOTSUPP) } else { 1 }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_validate(attr: Attr, kind: c_uint) -> c_int {
    match TYPES.get(kind as usize) {
        Some(&(size, rule)) => judge(attr, rule, size.into()),
        None => fail(EINVAL),
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_validate2(attr: Attr, kind: c_uint, len: usize) -> c_int {
    match TYPES.get(kind as usize) {
        Some(&(_, rule)) => judge(attr, rule, len),
        None => fail(EINVAL),
    }
}

/// Too short comes before the rule, too long after it: programs see which errno they get.
#[inline]
fn judge(attr: Attr, rule: Rule, size: usize) -> c_int {
    let len = usize::from(attr.payload_len());
    if len < size {
        return fail(ERANGE);
    }
    match broken(attr, rule, len) {
        0 if size != 0 && len > size => fail(ERANGE),
        0 => 0,
        errno => fail(errno),
    }
}

/// 0, or the errno of a rule that the payload of `len` bytes breaks.
#[inline]
fn broken(attr: Attr, rule: Rule, len: usize) -> c_int {
    let holds = match rule {
        Rule::Nothing => true,
        Rule::Empty => len == 0,
        Rule::Text => len >= 1,
        Rule::Nest => len == 0 || len >= ATTR_HEADER,
        Rule::Terminated => return unterminated(attr, len),
    };
    if holds { 0 } else { ERANGE }
}

fn unterminated(attr: Attr, len: usize) -> c_int {
    // Shorter than its own header, it has no payload: its length has wrapped.
    if len == 0 || usize::from(attr.len()) < ATTR_HEADER {
        return ERANGE;
    }
    let last: u8 = attr.place().at(ATTR_HEADER - 1 + len).read();
    if last == 0 { 0 } else { EINVAL }
}
