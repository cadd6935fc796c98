// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any bytes as any message that is described: it becomes text, and exact JSON becomes the same bytes again.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rnl::schema::{Form, Op, Pack};
use rnl_fuzz::{Choices, layouts, show};

static LAYOUTS: LazyLock<Vec<(Op<'static>, Form)>> = LazyLock::new(|| layouts(Pack::builtin()));

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let (op, form) = LAYOUTS[usize::from(choices.u16()) % LAYOUTS.len()];
    show(&op, form, choices.0);
});
