// SPDX-License-Identifier: MIT OR Apache-2.0
//! What errors say about requests that can't be made, or were made by hand and are wrong.

use rnl::schema::{Form, Op, Pack};

fn op(family: &str, name: &str) -> Op<'static> {
    Pack::builtin().family(family).unwrap().op(name).unwrap()
}

/// What encoding says, and what it gives as the path.
fn said(family: &str, name: &str, json: &str) -> (String, String) {
    let error = op(family, name).encode(Form::Do, json, &mut Vec::new()).unwrap_err();
    (error.to_string(), error.attr().unwrap_or("").to_owned())
}

fn says(family: &str, name: &str, json: &str, words: &str) {
    assert_eq!(said(family, name, json).0, words, "{json}");
}

#[test]
fn a_value_is_wrong_where_it_stands() {
    let json = r#"{"linkinfo":{"kind":"vxlan","data":{"id":4294967296}}}"#;
    let (words, path) = said("rt-link", "newlink", json);
    assert_eq!(path, ".linkinfo.data(vxlan).id");
    assert_eq!(
        words,
        "newlink: .linkinfo.data(vxlan).id: 4294967296 is out of range, wanted u32, 0..4294967295"
    );
    says(
        "rt-route",
        "newroute",
        r#"{"multipath":[{},{"gateway":"1.2.3.400"}]}"#,
        r#"newroute: .multipath[1].gateway: given "1.2.3.400", wanted an IP address"#,
    );
    says(
        "rt-link",
        "newlink",
        r#"{"mtu":"much"}"#,
        r#"newlink: .mtu: given "much", wanted u32, 0..4294967295"#,
    );
    says(
        "gtp",
        "newpdp",
        r#"{"peer-address":"ffff"}"#,
        r#"newpdp: .peer-address: given "ffff", wanted an IP address"#,
    );
}

#[test]
fn a_name_is_wrong_where_it_stands() {
    says(
        "rt-link",
        "newlink",
        r#"{"linkinfo":{"kind":"vxlan","data":{"idd":1}}}"#,
        r#"newlink: .linkinfo.data(vxlan): nothing is called "idd" here; perhaps id"#,
    );
    says(
        "rt-link",
        "newlink",
        r#"{"mtuu":1}"#,
        r#"newlink: nothing is called "mtuu" here; perhaps mtu"#,
    );
    says(
        "rt-link",
        "newlink",
        r#"{"linkinfo":{"data":{"id":1}}}"#,
        "newlink: .linkinfo.data: nothing is called \"id\" here: what is depends on kind, which is \
         missing or unknown",
    );
}

#[test]
fn what_is_no_json_is_wrong_at_its_offset() {
    says(
        "rt-link",
        "newlink",
        r#"{"mtu":1,}"#,
        "newlink: not JSON at offset 9: wanted a key in quotes",
    );
}
