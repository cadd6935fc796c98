// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any bytes as a pack: what is opened can be described, and shows any bytes as its messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::schema::{Form, Pack, Way};
use rnl_fuzz::{layouts, show};

/// So much of a pack serves as a message too.
const BODY: usize = 60;
/// So many of its messages are tried.
const TRIED: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let Ok(pack) = Pack::open(bytes) else { return };
    let body = &bytes[bytes.len().saturating_sub(BODY)..];
    let mut text = Vec::new();
    pack.describe(&mut text).expect("there is memory");
    for family in pack.families().take(TRIED) {
        family.describe(None, &mut text).expect("there is memory");
        for op in family.ops().take(TRIED) {
            family.describe(Some(op), &mut text).expect("there is memory");
            _ = family.message(op.number(Form::Do).unwrap_or(1), Way::ToKernel, body);
        }
    }
    for (op, form) in layouts(pack).into_iter().take(TRIED) {
        show(&op, form, body);
        for json in ["{}", r#"{"a":1,"b":{"c":[1,{"d":"e"}]},"#] {
            _ = op.encode(form, json, &mut text);
        }
    }
});
