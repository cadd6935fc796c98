// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures, from files and pipes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::process::Command;

use common::samples::*;
use common::*;
use serde_json::{Value, json};

fn decode(name: &str, bytes: &[u8], words: &[&str]) -> Said {
    let file = TempFile::new(name, bytes);
    let said = rnl(&[&["decode", file.name()], words].concat());
    Said { err: said.err.replace(file.name(), "FILE"), ..said }
}

fn lines(said: &Said) -> Vec<Value> {
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A request, and the kernel's refusal of it.
fn refused() -> Vec<Vec<u8>> {
    let request = getlink(7, "gone");
    let refusal = refusal(19, &request, 32);
    vec![cooked(OUTGOING, 0, &request), cooked(OUTGOING, 0, &refusal)]
}

#[test]
fn captures_in_both_orders_say_the_same() {
    let mut all = Vec::new();
    for order in ORDERS {
        for (name, file) in
            [("a.pcap", order.pcap(&refused())), ("a.pcapng", order.pcapng(&refused()))]
        {
            let said = decode(&format!("{}-{name}", order.big), &file, &[]);
            let mut lines = lines(&said);
            said.text();
            lines.iter_mut().for_each(|line| line["time"] = Value::Null);
            all.push(lines);
        }
    }
    assert!(all.iter().all(|lines| *lines == all[0]));
    let [request, error] = all[0].as_slice() else { unreachable!("{all:?}") };
    assert_eq!((&request["way"], &request["name"]), (&json!("to-kernel"), &json!("getlink")));
    assert_eq!(request["msg"]["ifname"], "gone");
    let msg =
        json!({"error": "ENODEV", "errno": 19, "attr": ".ifname", "offset": 32, "of": "getlink"});
    assert_eq!((&error["way"], &error["msg"]), (&json!("from-kernel"), &msg));
}

#[test]
fn people_get_a_line_and_what_is_in_it() {
    let said = decode("text.pcap", &ORDERS[0].pcap(&refused()), &["--table"]);
    let expected = "\
packet 1 +0.000000 > rt-link getlink type 18 seq 7 port 0 request
    ifi-family: 0
    ifi-type: 0
    ifi-index: 0
    ifi-flags:
    ifi-change: 0
    ifname: gone
packet 2 +1.000000 < route error type 2 seq 7 port 0 capped,ack-tlvs
    error: ENODEV
    errno: 19
    attr: .ifname
    offset: 32
    of: getlink
";
    assert_eq!(said.text(), expected);
}

#[test]
fn generic_families_are_learnt_from_the_capture_or_told() {
    let id = 0x4242u16;
    let told = [&[1, 2, 0, 0][..], &attr(2, b"ethtool\0"), &attr(1, &id.to_ne_bytes())].concat();
    let request = message(id, 1, 2, &[2, 1, 0, 0]);
    let packets = |told: Option<Vec<u8>>| -> Vec<Vec<u8>> {
        let all = told.into_iter().chain([request.clone()]);
        all.map(|datagram| cooked(OUTGOING, 16, &datagram)).collect()
    };
    let learnt =
        decode("learnt.pcap", &ORDERS[1].pcap(&packets(Some(message(16, 0, 1, &told)))), &[]);
    assert_eq!(lines(&learnt)[1]["name"], "linkinfo-get");
    let file = ORDERS[1].pcap(&packets(None));
    let by_hand = decode("told.pcap", &file, &["--family", "0x4242=ethtool"]);
    assert_eq!(lines(&by_hand)[0]["name"], "linkinfo-get");
    let unknown = decode("unknown.pcap", &file, &[]);
    assert_eq!(lines(&unknown)[0]["name"], "family-16962-command-2");
    assert_eq!(lines(&unknown)[0]["msg"]["#message"], "hex:02010000");
}

#[test]
fn answers_and_notifications_are_told_apart() {
    let link = [vec![0; 16], attr(3, b"v0\0")].concat();
    let (asked, answer, told) =
        (getlink(5, "v0"), message(16, 0, 5, &link), message(16, 0, 0, &link));
    let packets: Vec<Vec<u8>> =
        [asked, answer, told].iter().map(|m| cooked(OUTGOING, 0, m)).collect();
    let said = decode("ways.pcap", &ORDERS[0].pcap(&packets), &[]);
    let names: Vec<Value> = lines(&said).iter().map(|line| line["name"].clone()).collect();
    assert_eq!(names, ["getlink", "getlink", "newlink-ntf"]);
}

#[test]
fn messages_of_the_other_byte_order_are_shown_in_hex() {
    let mut foreign = message(18, 1, 7, &[0; 16]);
    for (at, len) in [(0, 4), (4, 2), (6, 2), (8, 4), (12, 4)] {
        foreign[at..at + len].reverse();
    }
    let file = ORDERS[0].pcap(&[cooked(OUTGOING, 0, &foreign), refused().remove(0)]);
    let said = decode("foreign.pcap", &file, &[]);
    let why = "FILE: packet 1: message at byte 0: of a machine with the other byte order";
    assert_eq!(said.failure(1), why);
    let lines = lines(&said);
    assert_eq!((&lines[0]["type"], &lines[0]["seq"]), (&json!(18), &json!(7)));
    assert_eq!((lines.len(), &lines[1]["name"]), (2, &json!("getlink")));
}

#[test]
fn hex_is_read_with_the_protocol_it_is_said_to_have() {
    let request = message(16, 1, 1, &[3, 1, 0, 0]);
    let hex: String = request.iter().map(|byte| format!("{byte:02x} ")).collect();
    let said = decode("text.hex", hex.as_bytes(), &["--protocol", "generic"]);
    assert_eq!(lines(&said)[0]["name"], "getfamily");
    let piped = run(Command::new(RNL).args(["decode", "-", "-p", "16"]), &hex);
    assert_eq!((piped.text(), lines(&piped)[0]["place"].as_str()), (said.text(), Some("line 1")));
}

#[test]
fn damage_is_named_and_what_is_behind_it_is_read() {
    let order = ORDERS[0];
    let mut file = order.pcapng(&refused());
    let first = order.section().len() + order.interface(253).len();
    file[first + 4..first + 8].copy_from_slice(&[0xff; 4]);
    let said = decode("damaged.pcapng", &file, &[]);
    assert!(
        said.failure(1).starts_with("FILE: block at 60: cut off or of a length that can't be: "),
        "{said:?}"
    );
    assert_eq!(lines(&said).len(), 1);

    let short = [getlink(1, "lo"), vec![40, 0, 0, 0, 1, 2]].concat();
    let said = decode("short.pcap", &order.pcap(&[cooked(OUTGOING, 0, &short)]), &[]);
    let why =
        "FILE: packet 1: message at byte 40: message length is below 16 or beyond its datagram";
    assert_eq!(said.failure(1), why);
    assert_eq!(lines(&said)[1]["msg"]["#message"], "hex:280000000102");
}

#[test]
fn what_programs_send_behind_their_message_is_left_out() {
    let padded = [getlink(1, "lo"), vec![0; 100]].concat();
    let said = decode("padded.pcap", &ORDERS[0].pcap(&[cooked(OUTGOING, 0, &padded)]), &[]);
    assert_eq!((said.text().lines().count(), said.status), (1, 0));
}

#[test]
fn what_is_no_capture_is_refused() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "FILE: empty"),
        (b"\x7fELF\0\0\0", "FILE: neither pcap, pcapng nor hex text"),
        (b"hello, world\n", "FILE: line 1: neither hex nor a line of strace"),
        (b"# nothing\n", "FILE: no netlink in it"),
        (
            &[0x0a, 0x0d, 0x0d, 0x0a],
            "FILE: block at 0: cut off or of a length that can't be: 4 bytes passed over",
        ),
    ];
    for (n, (bytes, said)) in cases.iter().enumerate() {
        assert_eq!(decode(&format!("case-{n}"), bytes, &[]).failure(1), *said);
    }
    let ethernet = ORDERS[0].pcap_of(1, &refused());
    let said = decode("ethernet.pcap", &ethernet, &[]);
    assert_eq!(said.failure(1), "FILE: packets are of link type 1, not 253 (netlink)");
    let missing = rnl(&["decode", "/no/such/file"]);
    assert_eq!(missing.failure(1), "/no/such/file: ENOENT: No such file or directory");
}

#[test]
fn a_hostile_length_costs_no_memory() {
    let order = ORDERS[1];
    let mut file = order.pcap(&refused());
    file[32..36].copy_from_slice(&order.u32s(&[60 << 20]));
    let path = TempFile::new("hostile.pcap", &file);
    let limited = format!("ulimit -v 200000; exec {RNL} decode {}", path.name());
    let said = run(Command::new("sh").args(["-c", &limited]), "");
    assert_eq!((said.status, said.out.lines().count()), (1, 1), "{said:?}");
}
