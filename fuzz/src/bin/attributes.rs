// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any bytes as attributes, deeply nested, and as the rule of a policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::Attrs;
use rnl::family::policy::Rule;
use rnl_fuzz::walk;

fuzz_target!(|bytes: &[u8]| {
    let attrs = Attrs::at(bytes, bytes.len());
    walk(attrs, 5);
    // An end that can't be is not a panic, but only nonsense.
    for end in [0, usize::MAX] {
        let nests = Attrs::at(bytes, end).flatten().map(|attr| attr.nested());
        let _ = nests.flatten().flatten().map(|attr| attr.offset()).max();
    }
    if let Ok(rule) = Rule::parse(1, 2, attrs) {
        assert_eq!((rule.policy, rule.attr), (1, 2));
    }
});
