// SPDX-License-Identifier: MIT OR Apache-2.0
//! Turns the golden corpus into a first corpus for each target: seeds GOLDEN-FOLDER OUT-FOLDER

use std::fs;
use std::path::{Path, PathBuf};

use rnl::Message;
use rnl::schema::{How, Pack, Way};
use rnl_fuzz::layouts;

/// A datagram.
struct Datagram {
    bytes: Vec<u8>,
    protocol: i32,
    way: Way,
    /// Where its first attribute stands.
    first: Option<usize>,
}

/// A target, and its inputs made of a datagram.
type Target = (&'static str, fn(&Datagram) -> Vec<Vec<u8>>);

const TARGETS: [Target; 7] = [
    ("messages", |d| vec![d.bytes.clone()]),
    ("attributes", |d| vec![d.bytes.get(d.first.unwrap_or(16)..).unwrap_or_default().to_vec()]),
    ("acks", |d| vec![as_ack(d)]),
    ("engine", |d| vec![as_answer(d)]),
    ("builder", |d| vec![d.bytes.clone()]),
    ("decode", |d| described(d, |_, body| body.to_vec())),
    ("encode", |d| {
        [How::Natural, How::Exact].into_iter().flat_map(|how| described(d, as_json(how))).collect()
    }),
];

/// Which message that is described the datagram's first is, by its place among all, and what is made of it.
fn described(datagram: &Datagram, make: impl Fn(usize, &[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let pack = Pack::builtin();
    let Ok((message, _)) = Message::split(&datagram.bytes) else { return Vec::new() };
    let found = pack.message(datagram.protocol, message.kind(), datagram.way, message.body());
    let place = found.and_then(|found| layouts(pack).iter().position(|known| *known == found));
    let input = |n: usize| [&(n as u16).to_le_bytes()[..], &make(n, message.body())].concat();
    place.map(input).into_iter().collect()
}

fn as_json(how: How) -> impl Fn(usize, &[u8]) -> Vec<u8> {
    move |n, body| {
        let (op, form) = layouts(Pack::builtin())[n];
        let mut json = Vec::new();
        op.decode(form, body, how, &mut json).expect("there is memory");
        json
    }
}

/// ERROR with attributes, a request of 20 bytes, and what follows the header.
fn as_ack(Datagram { bytes, .. }: &Datagram) -> Vec<u8> {
    let request = bytes.get(..20).unwrap_or_default();
    let body = bytes.get(16..).unwrap_or_default();
    [&[0xc0, 0, 2, request.len() as u8], request, body].concat()
}

/// A dump that is submitted and sent, and a datagram with its number.
fn as_answer(Datagram { bytes, .. }: &Datagram) -> Vec<u8> {
    let mut datagram = bytes.clone();
    let mut at = 0;
    while let Some(header) = datagram.get_mut(at..).and_then(|b| b.first_chunk_mut::<16>()) {
        header[8..].copy_from_slice(&[1, 0, 0, 0, 77, 0, 0, 0]);
        let len = u32::from_ne_bytes([header[0], header[1], header[2], header[3]]) as usize;
        at = at.saturating_add(len.max(16).next_multiple_of(4));
    }
    let submit = [0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    let hear = [7, 0, bytes.len() as u8, (bytes.len() >> 8) as u8];
    [&[0; 5][..], &submit, &[2, 0], &hear, &datagram].concat()
}

fn main() {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [golden, out] = &args[..] else { panic!("seeds GOLDEN-FOLDER OUT-FOLDER") };
    let datagrams: Vec<Datagram> = files(golden).iter().flat_map(|file| datagrams(file)).collect();
    assert!(!datagrams.is_empty(), "no datagrams in {}", golden.display());
    for (target, input) in TARGETS {
        fs::create_dir_all(out.join(target)).expect("the folder can be made");
        for (n, input) in datagrams.iter().flat_map(input).enumerate() {
            fs::write(out.join(target).join(n.to_string()), input).expect("it is written");
        }
    }
}

/// The golden files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the golden corpus is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let golden = files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "golden"));
    golden.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// The datagrams of a golden file, from its `hex` lines; tests/golden/README.md has the format.
fn datagrams(file: &Path) -> Vec<Datagram> {
    let text = fs::read_to_string(file).expect("golden files are text");
    let mut datagrams: Vec<Datagram> = Vec::new();
    let mut protocol = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (&words[..], datagrams.last_mut()) {
            (["protocol", number], _) => protocol = number.parse().expect("a number"),
            (["datagram", way, ..], _) => {
                let way = if *way == "to-kernel" { Way::ToKernel } else { Way::FromKernel };
                datagrams.push(Datagram { bytes: Vec::new(), protocol, way, first: None });
            }
            (["hex", _, bytes @ ..], Some(datagram)) => {
                let byte = |hex: &&str| u8::from_str_radix(hex, 16).expect("hexadecimal");
                datagram.bytes.extend(bytes.iter().map(byte));
            }
            (["attr", "1", offset, ..], Some(datagram)) if datagram.first.is_none() => {
                datagram.first = offset.parse().ok();
            }
            _ => {}
        }
    }
    datagrams
}
