// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is shown, explained and completed without asking the kernel.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::process::Command;

use common::*;

// ---- Showing and explaining

#[test]
fn families_and_operations_are_shown() {
    let family = rnl(&["show", "rt-link"]);
    assert!(family.text().starts_with("rt-link: protocol route\n"));
    assert!(family.out.contains("\ngetlink       do, dump "), "{}", family.out);
    assert!(family.out.contains("\ngroups: rtnlgrp-link (1)"));
    let op = rnl(&["show", "rt-addr", "newaddr"]);
    for said in [
        "request (20)\n",
        "header ifaddrmsg\n",
        "  local  ",
        "ifa-prefixlen  u8\n",
        "values ifa-flags\n",
    ] {
        assert!(op.text().contains(said), "{said}: {}", op.out);
    }
    let part = rnl(&["show", "rt-link", "newlink", "linkinfo.data.vxlan"]);
    assert!(
        part.text().lines().any(|line| line.split_whitespace().eq(["id", "u32"])),
        "{}",
        part.out
    );
}

#[test]
fn every_operation_of_every_family_can_be_shown() {
    let families = rnl(&["families"]).json();
    for family in families.as_array().unwrap() {
        let name = family["name"].as_str().unwrap();
        let described = rnl(&["show", name, "--json"]).json();
        assert_eq!(described["name"], name);
        for op in described["ops"].as_array().unwrap().iter().take(3) {
            let op = op["name"].as_str().unwrap();
            assert!(rnl(&["show", name, op]).text().starts_with(&format!("{name} {op}: ")));
        }
    }
}

#[test]
fn commands_explain_themselves() {
    let version = rnl(&["--version"]);
    assert_eq!(version.text(), concat!("rnl ", env!("CARGO_PKG_VERSION"), "\n"));
    let all = rnl(&["help"]);
    assert_eq!(rnl(&["--help"]).text(), all.text());
    for command in ["families", "show", "do", "dump", "watch", "decode"] {
        assert!(all.out.contains(&format!("\n  {command} ")));
        let one = rnl(&["help", command]);
        assert!(one.text().starts_with(&format!("usage: rnl {command}")));
        assert_eq!(rnl(&[command, "--help"]).text(), one.text());
    }
}

// ---- Completing

fn completed(line: &str) -> Vec<String> {
    rnl(&["complete", line]).text().lines().map(str::to_owned).collect()
}

#[test]
fn commands_families_operations_and_groups_are_completed() {
    assert_eq!(completed("rnl d"), ["do", "dump", "decode"]);
    assert_eq!(completed("rnl dump rt-addr"), ["rt-addr", "rt-addrlabel"]);
    assert_eq!(completed("rnl --json do rt-addr n"), ["newaddr"]);
    assert_eq!(completed("rnl dump -T 5 rt-addr ne"), [""; 0]);
    assert_eq!(completed("rnl watch rt-link "), ["rtnlgrp-link", "rtnlgrp-stats"]);
    assert_eq!(completed("rnl help wa"), ["watch"]);
    assert_eq!(completed("rnl decode some"), [""; 0]);
}

#[test]
fn options_and_their_values_are_completed() {
    assert_eq!(completed("rnl watch --co"), ["--count"]);
    assert_eq!(completed("rnl dump --co"), ["--columns"]);
    assert_eq!(completed("rnl do --flags create,ex"), ["create,excl"]);
    assert_eq!(completed("rnl decode -p gen"), ["generic"]);
}

#[test]
fn keys_are_completed_into_nests_and_sub_messages() {
    assert_eq!(completed("rnl do rt-link newlink ifn"), ["ifname="]);
    assert_eq!(completed("rnl do rt-link newlink linki"), ["linkinfo."]);
    assert_eq!(completed("rnl do rt-link newlink linkinfo.k"), ["linkinfo.kind="]);
    assert_eq!(completed("rnl do rt-link newlink linkinfo.kind=vxl"), ["linkinfo.kind=vxlan"]);
    let inside = completed("rnl do rt-link newlink linkinfo.kind=vxlan linkinfo.data.id");
    assert_eq!(inside, ["linkinfo.data.id="]);
    assert_eq!(completed("rnl do rt-link newlink linkinfo.data.i"), [""; 0]);
    assert_eq!(completed("rnl show rt-link newlink linkinfo.data.vxl"), ["linkinfo.data.vxlan"]);
}

#[test]
fn lines_that_make_no_sense_complete_to_nothing() {
    for line in [
        "",
        "rnl",
        "rnl do nosuch ",
        "rnl do rt-link nosuch a",
        "rnl do rt-link newlink ..=",
        "rnl \u{e9}\u{3000}",
        "rnl do --flags",
    ] {
        rnl(&["complete", line]).text();
    }
}

/// What bash makes of a line when Tab is pressed at its end.
fn in_bash(line: &str) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/completion/rnl.bash");
    let words: Vec<&str> = line.split(' ').collect();
    let program = format!(
        r#"compopt() {{ echo "compopt $*"; }}
        source {script}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}
        _rnl {RNL} '{}' ''; printf '%s\n' "${{COMPREPLY[@]}}""#,
        words.last().unwrap()
    );
    let said = Command::new("bash").args(["-c", &program]).output().ok()?;
    assert_eq!(String::from_utf8_lossy(&said.stderr), "");
    Some(String::from_utf8(said.stdout).unwrap())
}

#[test]
fn bash_completes_words_and_what_stands_behind_an_equal_sign() {
    let Some(dump) = in_bash("rnl dump rt-ad") else { return not_run("no bash") };
    assert_eq!(dump, "rt-addr\nrt-addrlabel\n");
    let inner = in_bash("rnl do rt-link newlink linki").unwrap();
    assert_eq!(inner, "compopt -o nospace\nlinkinfo.\n");
    assert_eq!(in_bash("rnl do rt-link newlink linkinfo.kind=vxl").unwrap(), "vxlan\n");
}
