// SPDX-License-Identifier: MIT OR Apache-2.0
//! The commands that talk to the kernel.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::*;
use serde_json::{Value, json};

/// Runs a test in a namespace, if there can be one.
fn in_namespace(test: impl FnOnce(&Namespace)) {
    if let Some(namespace) = Namespace::new() {
        test(&namespace);
    }
}

fn names(rows: &Value, member: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.filter_map(|row| row[member].as_str()).map(str::to_owned).collect()
}

// ---- Families

#[test]
fn families_are_listed_with_what_the_kernel_has() {
    in_namespace(|ns| {
        let families = ns.rnl(&["families"]).json();
        let find = |name: &str| {
            families.as_array().unwrap().iter().find(|f| f["name"] == name).cloned().unwrap()
        };
        let (link, control) = (find("rt-link"), find("nlctrl"));
        assert_eq!((&link["protocol"], &link["generic"]), (&json!(0), &json!(false)));
        assert_eq!((&link["kernel"], &link["id"]), (&json!(true), &json!(null)));
        assert_eq!((&control["kernel"], &control["id"]), (&json!(true), &json!(16)));
        assert!(link["operations"].as_u64().unwrap() > 5);
        let table = ns.rnl(&["families", "--table"]);
        assert!(table.text().starts_with("FAMILY "));
        let row = table.out.lines().find(|line| line.starts_with("nlctrl ")).unwrap();
        assert_eq!(
            row.split_whitespace().take(5).collect::<Vec<_>>(),
            ["nlctrl", "generic", "yes", "yes", "16"]
        );
    });
}

// ---- Requests

#[test]
fn links_are_made_changed_shown_and_deleted() {
    in_namespace(|ns| {
        ns.add_link("v0");
        let set =
            ["do", "rt-link", "setlink", "ifname=v0", "mtu=1400", "address=02:00:00:00:00:07"];
        assert_eq!(ns.rnl(&set).json(), Value::Null);
        let link = ns.rnl(&["do", "rt-link", "getlink", "ifname=v0"]).json();
        assert_eq!((&link["mtu"], &link["address"]), (&json!(1400), &json!("02:00:00:00:00:07")));
        let text = ns.rnl(&["do", "rt-link", "getlink", "ifname=v0", "--table"]);
        assert!(text.text().contains("\nmtu: 1400\n"), "{text:?}");
        assert_eq!(ns.rnl(&["do", "rt-link", "dellink", "ifname=v0", "-t"]).text(), "");
        let gone = ns.rnl(&["do", "rt-link", "getlink", "ifname=v0"]);
        assert_eq!(gone.failure(1), "getlink: ENODEV: No such device");
    });
}

#[test]
fn requests_are_json_from_the_command_line_or_standard_input() {
    in_namespace(|ns| {
        let json = r#"{"ifname": "lo"}"#;
        let by_word = ns.rnl(&["do", "rt-link", "getlink", json]).json();
        let by_input = ns.rnl_with(&["do", "rt-link", "getlink", "-"], json).json();
        assert_eq!((&by_word["ifname"], &by_input["ifname"]), (&json!("lo"), &json!("lo")));
        let by_value = ns.rnl(&["do", "rt-link", "getlink", "ifi-index:=1"]).json();
        assert_eq!(by_value["ifname"], "lo");
    });
}

#[test]
fn nests_and_flags_of_requests_reach_the_kernel() {
    in_namespace(|ns| {
        ns.add_link("v0");
        let index =
            ns.rnl(&["do", "rt-link", "getlink", "ifname=v0"]).json()["ifi-index"].to_string();
        let up = ["do", "rt-link", "setlink", "ifname=v0", "ifi-flags=up", "ifi-change=1"];
        ns.rnl(&up).json();
        let words = ["ifa-family=2", "ifa-prefixlen=24", "local=192.0.2.1", "address=192.0.2.1"];
        let index = format!("ifa-index={index}");
        let add = [&["do", "rt-addr", "newaddr", "-f", "create,excl", &index], &words[..]].concat();
        ns.rnl(&add).json();
        assert!(ns.rnl(&add).failure(1).starts_with("newaddr: EEXIST: "));
        let rows = ns.rnl(&["dump", "rt-addr", "getaddr", "ifa-family=2"]).json();
        assert_eq!(names(&rows, "local"), ["192.0.2.1"]);
    });
}

#[test]
fn changes_of_nftables_are_transactions() {
    in_namespace(|ns| {
        let tables = ["dump", "nftables", "gettable"];
        if ns.rnl(&tables).status != 0 {
            return not_run("kernel lacks nftables");
        }
        let change = |op: &str, flags: &str| {
            ns.rnl(&["do", "nftables", op, "-f", flags, "nfgen-family=2", "name=t1"])
        };
        assert_eq!(change("newtable", "create,excl").json(), Value::Null);
        assert_eq!(names(&ns.rnl(&tables).json(), "name"), ["t1"]);
        let twice = change("newtable", "create,excl");
        assert_eq!(twice.failure(1), "newtable: EEXIST: File exists (.name)");
        assert_eq!(change("deltable", "").json(), Value::Null);
        assert_eq!(ns.rnl(&tables).json(), json!([]));
    });
}

#[test]
fn generic_families_are_asked_by_name() {
    in_namespace(|ns| {
        let family = ns.rnl(&["do", "nlctrl", "getfamily", "family-name=nlctrl"]).json();
        assert_eq!((&family["family-id"], &family["version"]), (&json!(16), &json!(2)));
        let rows =
            ns.rnl(&["dump", "nlctrl", "getfamily", "--columns", "family-id,family-name,version"]);
        let first: Vec<&str> = rows.text().split_whitespace().take(6).collect();
        assert_eq!(first, ["family-id", "family-name", "version", "16", "nlctrl", "2"]);
    });
}

#[test]
fn namespaces_are_entered_by_process_and_by_path() {
    in_namespace(|ns| {
        ns.add_link("only-here");
        let path = format!("/proc/{}/ns/net", ns.pid());
        for name in [ns.pid(), path] {
            let said = rnl(&["dump", "rt-link", "getlink", "--netns", &name]);
            if said.status == 1 && said.err.contains("EPERM") {
                return not_run("kernel lacks the right to enter namespaces for this user");
            }
            assert!(names(&said.json(), "ifname").contains(&"only-here".to_owned()));
        }
        let said = rnl(&["do", "rt-link", "getlink", "--netns", "no-such-namespace"]);
        let why = "network namespace no-such-namespace: ENOENT: No such file or directory";
        assert_eq!(said.failure(1), why);
    });
}

// ---- Dumps

#[test]
fn dumps_are_one_list_whether_kept_or_streamed() {
    in_namespace(|ns| {
        ns.add_link("v0");
        for more in [&[][..], &["--stream"]] {
            let rows = ns.rnl(&[&["dump", "rt-link", "getlink"], more].concat()).json();
            let names = names(&rows, "ifname");
            assert!(names.starts_with(&["lo".to_owned()]) && names.contains(&"v0".to_owned()));
        }
        assert_eq!(ns.rnl(&["dump", "rt-rule", "getrule", "family=28"]).status, 1);
        assert_eq!(ns.rnl(&["dump", "rt-nexthop", "getnexthop"]).json(), json!([]));
    });
}

#[test]
fn tables_have_the_columns_asked_for() {
    in_namespace(|ns| {
        ns.add_link("v0");
        let table = ns.rnl(&["dump", "rt-link", "getlink", "-c", "ifname,linkinfo.kind,nosuch"]);
        let lines: Vec<Vec<&str>> =
            table.text().lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["ifname", "linkinfo.kind", "nosuch"]);
        assert_eq!(lines[1], ["lo"]);
        assert_eq!((lines[2][0], lines[2].len()), ("v0", 2));
        let blocks = ns.rnl(&["dump", "rt-link", "getlink", "--table"]);
        assert!(
            blocks.text().contains("\nifname: v0\n")
                && blocks.out.contains("\nlinkinfo:\n  kind: ")
        );
    });
}

// ---- Refusals

#[test]
fn refusals_say_what_is_wrong_and_where() {
    in_namespace(|ns| {
        let newlink = |words: &[&str]| {
            let head = ["do", "rt-link", "newlink", "-f", "create,excl", "ifname=x0"];
            ns.rnl(&[&head[..], words].concat())
        };
        let said = newlink(&["linkinfo.kind=vxlan", "linkinfo.data.id=99999999"]);
        if !said.err.contains("EOPNOTSUPP") {
            let why =
                "newlink: ERANGE: VXLAN ID must be lower than 16777216 (.linkinfo.data(vxlan).id)";
            assert_eq!(said.failure(1), why);
        }
        let said = newlink(&["linkinfo.kind=veth", "linkinfo.data.no-such=1"]);
        assert!(
            said.failure(1).contains("no-such") && said.err.contains("linkinfo.data"),
            "{said:?}"
        );
        let said = newlink(&["mtu=many"]);
        assert_eq!(said.failure(1), "newlink: .mtu: given \"many\", wanted u32, 0..4294967295");
        let said = ns.rnl(&["do", "rt-link", "getlink", "{\"ifname\":}"]);
        assert!(said.failure(1).contains("not JSON at offset 10"), "{said:?}");
    });
}

#[test]
fn mistakes_on_the_command_line_are_told_from_failures() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "a command is needed; rnl help lists them"),
        (&["frobnicate"], "there is no command frobnicate; rnl help lists them"),
        (&["do"], "a family and an operation are needed, as in rt-link getlink"),
        (&["do", "rt-lnk", "getlink"], "there is no family rt-lnk; did you mean rt-link?"),
        (
            &["do", "rt-link", "gtlink"],
            "there is no operation of rt-link gtlink; did you mean getlink?",
        ),
        (&["dump", "rt-link", "newlink"], "rt-link newlink can't be dumped: use rnl do"),
        (&["do", "rt-link", "newlink-ntf"], "rt-link newlink-ntf is a notification: use rnl watch"),
        (&["do", "rt-link", "getlink", "=1"], "=1: a key is missing"),
        (&["do", "rt-link", "getlink", "--count", "3"], "do has no option --count"),
        (&["families", "--no-such"], "there is no option --no-such; rnl help lists them"),
        (&["do", "rt-link", "getlink", "-T", "soon"], "--timeout: soon is not a number in range"),
        (&["families", "--json", "--table"], "--json and a table exclude each other"),
        (&["watch", "rt-link"], "groups of rt-link are needed: rtnlgrp-link, rtnlgrp-stats"),
        (&["decode"], "one file is needed, or - for standard input"),
        (&["decode", "-F", "x", "-"], "--family: x is not ID=NAME"),
        (&["show", "rt-link", "newlink", "no.such"], "there is nothing inside no.such"),
    ];
    for (words, said) in cases {
        assert_eq!(rnl(words).failure(2), *said, "{words:?}");
    }
}

#[test]
fn packs_of_the_user_come_first_and_damaged_ones_are_named() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/schema/builtin.pack");
    let said = rnl(&["families", "--user-pack", own]).json();
    assert_eq!(names(&said, "name").iter().filter(|name| *name == "rt-link").count(), 1);
    let damaged = TempFile::new("damaged.pack", b"rnlpack\x01 and nothing more");
    let said = rnl(&["families", "-P", damaged.name()]);
    assert!(said.failure(1).starts_with(&format!("{}: ", damaged.name())), "{said:?}");
    let said = rnl(&["families", "-P", "/no/such/pack"]);
    assert_eq!(said.failure(1), "/no/such/pack: ENOENT: No such file or directory");
}

// ---- Notifications

fn watch(ns: &Namespace, words: &[&str]) -> Running {
    let mut watch = Running::start(ns.command(RNL).arg("watch").args(words));
    assert!(watch.complaint().starts_with("rnl: watching "));
    watch
}

#[test]
fn notifications_are_shown_as_they_come() {
    in_namespace(|ns| {
        let json = watch(ns, &["rt-link", "rtnlgrp-link", "--count", "1", "-T", "20000"]);
        let text = watch(ns, &["rt-link", "1", "--table", "--count", "1", "-T", "20000"]);
        ns.add_link("v0");
        let (status, out) = json.end();
        assert_eq!((status, out.lines().count()), (0, 1));
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(told["name"], "newlink-ntf");
        assert!(told["msg"]["ifname"].is_string(), "{out}");
        let (status, out) = text.end();
        assert_eq!((status, out.starts_with("newlink-ntf {")), (0, true), "{out}");
    });
}

#[test]
fn datagrams_without_messages_are_shown_too() {
    in_namespace(|ns| {
        let words = ["uevent", "kernel", "--count", "1", "-T", "20000"];
        let watching = watch(ns, &words);
        ns.add_link("v0");
        let (status, out) = watching.end();
        assert_eq!(status, 0);
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(told["name"], "uevent");
        assert!(told["msg"]["body"].to_string().contains("ACTION=add"), "{out}");
    });
}

#[test]
fn watching_ends_in_time() {
    in_namespace(|ns| {
        let words = ["rt-link", "rtnlgrp-link", "-T", "1"];
        assert_eq!(watch(ns, &words).end(), (0, String::new()));
        let mut short = watch(ns, &[&words[..], &["--count", "1"]].concat());
        assert_eq!(short.complaint(), "rnl: 0 of 1 notifications came in 1 ms");
        assert_eq!(short.end().0, 1);
        let said = ns.rnl(&["watch", "rt-link", "rtnlgrp-lnk"]);
        assert_eq!(
            said.failure(2),
            "there is no group of rt-link rtnlgrp-lnk; did you mean rtnlgrp-link?"
        );
    });
}

// ---- Traces

#[test]
fn what_rnl_records_it_decodes() {
    in_namespace(|ns| {
        let trace = TempFile::new("trace.pcapng", b"");
        for words in [
            &["do", "rt-link", "getlink", "ifname=lo"][..],
            &["do", "rt-link", "getlink", "ifname=gone"],
            &["do", "nlctrl", "getfamily", "family-name=nlctrl"],
        ] {
            run(ns.command(RNL).env("RNL_TRACE", trace.name()).args(words), "");
        }
        let said = rnl(&["decode", trace.name()]);
        let lines: Vec<Value> =
            said.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let shown =
            |n: usize| (lines[n]["way"].as_str().unwrap(), lines[n]["name"].as_str().unwrap());
        let expected =
            [("to-kernel", "getlink"), ("from-kernel", "getlink"), ("from-kernel", "ack")];
        assert_eq!([shown(0), shown(1), shown(2)], expected);
        assert_eq!(lines[1]["msg"]["ifname"], "lo");
        assert_eq!(
            (&lines[4]["msg"]["error"], &lines[4]["msg"]["of"]),
            (&json!("ENODEV"), &json!("getlink"))
        );
        let family = lines.iter().rev().find(|line| line["family"] == "nlctrl").unwrap();
        assert_eq!(family["msg"]["family-name"], "nlctrl");
    });
}

#[test]
fn what_strace_dumps_is_decoded() {
    in_namespace(|ns| {
        let log = TempFile::new("strace.txt", b"");
        let options =
            ["-e", "trace=network", "-e", "read=all", "-e", "write=all", "-o", log.name()];
        let words = ["do", "rt-link", "getlink", "ifname=lo"];
        let traced = run(ns.command("strace").args(options).arg(RNL).args(words), "");
        if traced.status != 0 {
            return not_run("kernel lacks ptrace for this user");
        }
        let said = rnl(&["decode", log.name(), "--table"]);
        assert!(
            said.text().contains("> rt-link getlink "),
            "{said:?}\n{}",
            fs::read_to_string(&log.0).unwrap()
        );
        assert!(
            said.out.contains("\n    ifname: lo\n") && said.out.contains("< route ack "),
            "{said:?}"
        );
    });
}

// ---- Output

#[test]
fn whoever_stops_reading_is_not_told_of_it() {
    let mut child = Command::new(RNL)
        .args(["show", "nl80211", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn colours_are_for_terminals_unless_unwanted() {
    let on_terminal = |unwanted: &str| {
        let show = format!("{RNL} show nlctrl");
        let words = ["-qec", &show, "/dev/null"];
        let said = run(Command::new("script").args(words).env("NO_COLOR", unwanted), "");
        said.out.contains('\x1b')
    };
    if Command::new("script").arg("--version").output().is_err() {
        return not_run("no script");
    }
    assert_eq!((on_terminal(""), on_terminal("1")), (true, false));
    assert!(!rnl(&["show", "nlctrl"]).out.contains('\x1b'));
}
