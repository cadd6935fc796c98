// SPDX-License-Identifier: MIT OR Apache-2.0
//! The descriptions that are built in, against captured messages: they become JSON, and that becomes the
//! same bytes again.

use std::fs;

use rnl::schema::{Form, How, Op, Pack, Way};
use rnl::uapi::NETLINK_GENERIC;
use rnl::{Message, Messages};
use serde_json::Value;

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/pickle.rs"]
mod pickle;

use corpus::{folder, golden_files, is_native, lines, next_datagram};
use pickle::unpickled;

/// A message of the corpus that a family describes.
struct Known {
    file: String,
    op: Op<'static>,
    form: Form,
    body: Vec<u8>,
}

/// The families of generic messages, whose ids are those of the machine they were captured on.
const GENERIC: [(&str, &str); 5] = [
    ("ethtool", "ethtool"),
    ("mptcp", "mptcp_pm"),
    ("netdev", "netdev"),
    ("wireguard", "wireguard"),
    ("nl80211", "nl80211"),
];

/// Where messages are that nothing describes: made by hand, of an unknown type, or of a generic family that
/// the file does not name.
const STRANGE: [&str; 3] = ["handmade/", "error/", "dump/failed-start"];

/// All messages of the corpus that are described, and the number of those that are not.
fn corpus() -> (Vec<Known>, usize) {
    let (mut known, mut unknown) = (Vec::new(), 0);
    for path in golden_files(&folder()) {
        let text = fs::read_to_string(&path).unwrap();
        if !is_native(&text) {
            continue;
        }
        let file = path.strip_prefix(folder()).unwrap().display().to_string();
        let lines = lines(&text);
        let protocol = lines.iter().find_map(|(_, line)| line.strip_prefix("protocol "));
        let protocol: i32 = protocol.unwrap().parse().unwrap();
        let mut rest = &lines[..];
        while let Some((datagram, _, after)) = next_datagram(rest) {
            let ahead = &rest[..rest.len() - after.len()];
            let down = ahead.iter().any(|(_, line)| line.starts_with("datagram to-kernel"));
            let way = if down { Way::ToKernel } else { Way::FromKernel };
            for message in Messages::new(&datagram).map_while(Result::ok) {
                match find(&file, protocol, way, &message) {
                    Some((op, form)) => {
                        let form = match way {
                            Way::ToKernel => op.asked(form, message.header().flags),
                            Way::FromKernel => form,
                        };
                        known.push(Known {
                            file: file.clone(),
                            op,
                            form,
                            body: message.body().to_vec(),
                        });
                    }
                    None => {
                        let strange = STRANGE.iter().any(|start| file.starts_with(start));
                        unknown += usize::from(message.kind() >= 16 && !strange);
                    }
                }
            }
            rest = after;
        }
    }
    (known, unknown)
}

fn find(file: &str, protocol: i32, way: Way, message: &Message<'_>) -> Option<(Op<'static>, Form)> {
    let pack = Pack::builtin();
    if protocol != NETLINK_GENERIC {
        return pack.message(protocol, message.kind(), way, message.body());
    }
    let named = GENERIC.iter().find(|(word, _)| file.contains(word)).map(|(_, family)| *family);
    let family = if message.kind() == 16 { Some("nlctrl") } else { named };
    let command = message.body().first().copied().unwrap_or(0);
    pack.family(family?)?.message(command.into(), way, message.body())
}

fn decoded(known: &Known, body: &[u8], how: How) -> Vec<u8> {
    let mut text = Vec::new();
    known.op.decode(known.form, body, how, &mut text).unwrap();
    text
}

fn json(known: &Known, how: How) -> String {
    String::from_utf8(decoded(known, &known.body, how)).unwrap()
}

/// Requests that were made to be refused.
const REFUSED: [&str; 4] =
    ["error/", "dump/failed-policy", "handmade/no-body", "handmade/fixed-short"];

#[test]
fn captured_requests_are_found_to_be_sound() {
    let (all, _) = corpus();
    let requests = all.iter().filter(|known| matches!(known.form, Form::Do | Form::Dump));
    let mut wrong = Vec::new();
    for known in requests.filter(|known| !REFUSED.iter().any(|start| known.file.starts_with(start)))
    {
        if let Err(error) = known.op.check(known.form, &known.body) {
            wrong.push(format!("{}: {error}", known.file));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn captured_messages_become_json_and_the_same_bytes_again() {
    let (all, unknown) = corpus();
    let mut wrong = Vec::new();
    for known in &all {
        let exact = json(known, How::Exact);
        let mut body = Vec::new();
        let done = known.op.encode(known.form, &exact, &mut body);
        if done.is_err() || body != known.body {
            wrong.push(format!("{}: {}: {exact}: {done:?}", known.file, known.op.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let least = if cfg!(target_endian = "little") { 400 } else { 1 };
    assert!(all.len() > least && unknown == 0, "{} messages known, {unknown} not", all.len());
}

#[test]
fn structs_at_the_end_of_a_struct_are_a_list() {
    let op = Pack::builtin().family("tc").unwrap().op("newtfilter").unwrap();
    let key = |at| format!(r#"{{"mask":255,"val":7,"off":{at},"offmask":0}}"#);
    let keys = format!(r#""keys":[{},{}]"#, key(8), key(20));
    let filter = format!(r#"{{"kind":"u32","options":{{"sel":{{"nkeys":2,{keys}}}}}}}"#);
    let (mut body, mut back) = (Vec::new(), Vec::new());
    op.encode(Form::Do, &filter, &mut body).unwrap();
    op.decode(Form::Do, &body, How::Natural, &mut back).unwrap();
    let back = String::from_utf8(back).unwrap();
    assert!(back.contains(&keys) && !back.contains("#rest"), "{back}");
}

/// The natural JSON of all messages of a file of the corpus.
fn shown(file: &str) -> String {
    let (all, _) = corpus();
    all.iter().filter(|known| known.file == file).map(|known| json(known, How::Natural)).collect()
}

#[test]
fn information_about_a_connection_has_names_though_its_protocol_is_not_said() {
    let json = shown("diag/tcp.golden");
    assert!(json.contains("tcpi-rtt") && !json.contains(r#""info":"hex"#), "{json}");
}

#[test]
fn a_name_that_begins_with_nul_is_shown() {
    let json = shown("diag/unix.golden");
    assert!(json.contains(r#""name":"\u0000"#), "{json}");
}

/// Whatever has happened to the bytes: attributes that turn out to be none are taken back.
#[test]
fn pickles_of_captured_and_damaged_messages_say_what_their_json_says() {
    let (all, _) = corpus();
    let mut wrong = Vec::new();
    for known in &all {
        for body in damaged(&known.body) {
            let json = decoded(known, &body, How::Natural);
            let said: Value = serde_json::from_slice(&json).unwrap();
            let pickled = unpickled(&decoded(known, &body, How::Pickle));
            if pickled.as_ref() != Ok(&said) {
                wrong.push(format!("{}: {body:?}: {said}: {pickled:?}", known.file));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// A message as it was, cut short at several places, and with bytes that are others.
fn damaged(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cut = (0..8).map(|n| body[..body.len() * n / 8].to_vec());
    let changed = (0..32).map(|n| {
        let mut other = body.to_vec();
        let at = (n * 37) % other.len().max(1);
        other.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (n % 8) | 0x80);
        other
    });
    [body.to_vec()].into_iter().chain(cut).chain(changed)
}
