// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any text as the JSON of any message that is described: what is taken becomes a message that can be shown.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rnl::schema::{Form, Op, Pack};
use rnl_fuzz::{Choices, layouts, show};

static LAYOUTS: LazyLock<Vec<(Op<'static>, Form)>> = LazyLock::new(|| layouts(Pack::builtin()));

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let (op, form) = LAYOUTS[usize::from(choices.u16()) % LAYOUTS.len()];
    let Ok(json) = core::str::from_utf8(choices.0) else { return };
    let mut body = vec![7];
    match op.encode(form, json, &mut body) {
        Ok(()) => show(&op, form, &body[1..]),
        Err(error) => {
            assert_eq!(body, [7], "nothing is left of what failed");
            assert!(error.text().is_some_and(|text| text.starts_with(op.name())), "{error}");
        }
    }
});
