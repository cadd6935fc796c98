// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl families`: what is described, and what of it this kernel has.

use std::fs;

use rnl::family::genl::Family as Known;
use rnl::schema::Family;
use serde_json::{Value, json};

use crate::args::Args;
use crate::catalog::{self, Catalog};
use crate::fail::{self, Result};
use crate::numbers;
use crate::view::{self, Style, Table};

/// Sockets of this namespace, the kernel's own among them.
const SOCKETS: &str = "/proc/net/netlink";

/// What the kernel says of itself; nothing where it can't be asked.
struct Kernel {
    generic: Option<Vec<Known>>,
    protocols: Option<Vec<i32>>,
}

pub fn run(args: &Args) -> Result {
    let style = Style::of(&args.options)?;
    let catalog = Catalog::open(&args.options)?;
    let generic = catalog::generic(&args.options).map_err(|fail| fail.end().1.map(fail::complain));
    let kernel = Kernel { generic: generic.ok(), protocols: protocols() };
    let families = catalog.families();
    match style {
        Style::Json => {
            let rows: Vec<Value> = families.iter().map(|f| row(f, &kernel)).collect();
            view::say(&format!("{}\n", Value::Array(rows)))
        }
        Style::Text(paint) => {
            let mut table =
                Table::new(["FAMILY", "PROTOCOL", "GENERIC", "KERNEL", "ID", "OPERATIONS"]);
            families.iter().for_each(|family| table.row(cells(&row(family, &kernel))));
            view::say(&table.text(paint))
        }
    }
}

fn row(family: &Family<'_>, kernel: &Kernel) -> Value {
    let id = kernel.id(family);
    json!({
        "name": family.name(),
        "protocol": family.protocol(),
        "generic": family.is_generic(),
        "kernel": kernel.has(family),
        "id": id,
        "operations": family.ops().count(),
    })
}

fn cells(row: &Value) -> Vec<String> {
    let word = |value: &Value| match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => view::inline(other),
    };
    let members = row.as_object().into_iter().flatten();
    let cell = |(name, value): (&String, &Value)| match (name.as_str(), value.as_i64()) {
        ("protocol", Some(number)) => numbers::protocol_name(number as i32),
        ("kernel", None) if value.is_null() => "?".to_owned(),
        _ => word(value),
    };
    members.map(cell).collect()
}

impl Kernel {
    fn id(&self, family: &Family<'_>) -> Option<u16> {
        let known = self.generic.iter().flatten().filter(|_| family.is_generic());
        known.into_iter().find(|known| known.name == family.name()).map(|known| known.id)
    }

    /// Whether it has the family now; some are loaded only when they are asked for.
    fn has(&self, family: &Family<'_>) -> Option<bool> {
        if family.is_generic() {
            return self.generic.as_ref().map(|_| self.id(family).is_some());
        }
        self.protocols.as_ref().map(|protocols| protocols.contains(&family.protocol()))
    }
}

/// The protocols that the kernel has a socket of: the second word of lines whose third, the port, is 0.
/// Opening sockets to find out would load modules.
fn protocols() -> Option<Vec<i32>> {
    let text = fs::read_to_string(SOCKETS).ok()?;
    let protocol = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let protocol = words.next()?.parse().ok()?;
        (words.next()? == "0").then_some(protocol)
    };
    Some(text.lines().filter_map(protocol).collect())
}
