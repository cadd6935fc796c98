// SPDX-License-Identifier: MIT OR Apache-2.0
//! Compiles descriptions of netlink families (the kernel's YAML language, and the little that specs/
//! adds to it) into a pack for `rnl::schema::Pack`.

mod family;
mod numbers;
mod ops;
mod pack;
mod types;
mod yaml;

pub use yaml::{Complaint, Doc};

use family::Family;
use pack::{Heap, Writer};

/// Compiles files, in order. A family may be in one of them only.
pub fn compile(docs: &[Doc]) -> Result<Vec<u8>, Complaint> {
    let texts = all(docs, Heap::default())?.texts();
    if texts.is_too_long() {
        return Err(Complaint("more names than fit into 128 KiB".to_owned()));
    }
    let bytes = all(docs, texts)?.finish();
    rnl::schema::Pack::open(&bytes)
        .map_err(|e| Complaint(format!("the compiler is wrong: {e}")))?;
    Ok(bytes)
}

fn all(docs: &[Doc], heap: Heap) -> Result<Writer, Complaint> {
    let mut writer = Writer::new(heap);
    let mut names = Vec::new();
    for doc in docs {
        let name = doc.root().name()?;
        if names.contains(&name) {
            return Err(doc.root().wrong(format_args!("family {name} is described twice")));
        }
        names.push(name);
        Family::compile(&mut writer, doc.root())?;
    }
    Ok(writer)
}
