// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the kernel says of a generic netlink family: cargo run --example ask_genl -- nlctrl

use std::env;
use std::process::ExitCode;

use rnl::family::genl::Family;
use rnl::family::policy::{Policy, Rule};
use rnl::uapi::NETLINK_GENERIC;
use rnl::{Result, Socket};

const ENODATA: i32 = 61;

/// NL_ATTR_TYPE_*
const TYPES: [&str; 18] = [
    "invalid",
    "flag",
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "binary",
    "string",
    "nul-string",
    "nested",
    "nested-array",
    "bitfield32",
    "sint",
    "uint",
];

/// GENL_CMD_CAP_*, GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM
const FLAGS: [(u32, &str); 5] =
    [(2, " do"), (4, " dump"), (8, " policy"), (1, " admin"), (16, " netns-admin")];

fn print_family(family: &Family) {
    println!("{}: id {}, version {}", family.name, family.id, family.version);
    for group in &family.groups {
        println!("group {}: {}", group.id, group.name);
    }
    for op in &family.operations {
        let flags = FLAGS.iter().filter(|(bit, _)| op.flags & bit != 0);
        println!("operation {}:{}", op.cmd, flags.map(|(_, name)| *name).collect::<String>());
    }
}

fn print_rule(rule: &Rule) {
    let kind = TYPES.get(rule.kind as usize).unwrap_or(&"unknown");
    let stated = [
        rule.signed.map(|(min, max)| format!(", from {min} to {max}")),
        rule.unsigned.map(|(min, max)| format!(", from {min} to {max}")),
        rule.min_len.map(|len| format!(", at least {len} bytes")),
        rule.max_len.map(|len| format!(", at most {len} bytes")),
        rule.nested.map(|(policy, max)| format!(", holds policy {policy} up to attribute {max}")),
        rule.mask.map(|mask| format!(", bits {mask:#x}")),
    ];
    let stated: String = stated.into_iter().flatten().collect();
    println!("policy {} attribute {}: {kind}{stated}", rule.policy, rule.attr);
}

fn ask(name: &str) -> Result<()> {
    let mut socket = Socket::open(NETLINK_GENERIC)?;
    let family = Family::find(&mut socket, name, 5_000)?;
    print_family(&family);
    match Policy::of(&mut socket, family.id, None, 5_000) {
        Ok(policy) => policy.rules.iter().for_each(print_rule),
        // Some families have no policy.
        Err(error) if error.errno() == ENODATA => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(name) = env::args().nth(1) else {
        eprintln!("usage: ask_genl NAME");
        return ExitCode::from(2);
    };
    match ask(&name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ask_genl: {error}");
            ExitCode::FAILURE
        }
    }
}
