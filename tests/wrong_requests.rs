// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests that are wrong, from tests/wrong/requests.txt: whoever refuses them, the error names the place.

mod common;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use common::{SOON, in_namespace, not_run};
use rnl::conn::Transaction;
use rnl::family::named::Named;
use rnl::schema::{Form, Pack};
use rnl::uapi::*;
use rnl::{Error, Mode, Origin, Socket};

const FLAGS: [(&str, u16); 6] = [
    ("create", NLM_F_CREATE),
    ("excl", NLM_F_EXCL),
    ("replace", NLM_F_REPLACE),
    ("append", NLM_F_APPEND),
    ("batch", 0),
    ("-", 0),
];

/// A line of the file.
#[derive(Clone, Debug)]
struct Row {
    line: usize,
    family: String,
    op: String,
    flags: String,
    who: String,
    path: String,
    words: String,
    json: String,
}

/// The rows of the file, in blocks: each has a namespace of its own.
fn blocks() -> Vec<Vec<Row>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong/requests.txt");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    let (mut blocks, mut block) = (Vec::new(), Vec::new());
    for (n, line) in lines.chain([(0, "")]) {
        if line.is_empty() {
            blocks.extend(
                Some(std::mem::take(&mut block)).filter(|block: &Vec<_>| !block.is_empty()),
            );
        } else {
            block.push(row(n + 1, line));
        }
    }
    blocks
}

fn row(line: usize, text: &str) -> Row {
    let mut parts = text.splitn(7, '|').map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_else(|| panic!("line {line} has too few parts"));
    let (family, op, flags, who) = (next(), next(), next(), next());
    Row { line, family, op, flags, who, path: next(), words: next(), json: next() }
}

/// What a row was answered with.
enum Answer {
    Success,
    /// Before anything was sent.
    Local(Error),
    Kernel(Error),
}

thread_local! {
    /// The sockets of this namespace, by their protocol.
    static SOCKETS: RefCell<BTreeMap<i32, Socket>> = const { RefCell::new(BTreeMap::new()) };
}

/// Makes the request of a row; an error where the kernel lacks what is needed to ask.
fn ask(row: &Row) -> Result<Answer, Error> {
    let mut named = Named::find(Pack::builtin(), &row.family)?;
    let op = named.op(&row.op)?;
    let dump = row.flags == "dump";
    let form = if dump { Form::Dump } else { Form::Do };
    let flags =
        row.flags.split(',').filter(|_| !dump).fold(0, |all, word| {
            all | FLAGS.iter().find(|(name, _)| *name == word).expect("a flag").1
        });
    if row.who == "local" {
        let mut body = Vec::new();
        return Ok(op
            .encode(form, &row.json, &mut body)
            .map_or_else(Answer::Local, |()| Answer::Success));
    }
    SOCKETS.with_borrow_mut(|sockets| {
        let protocol = named.family().protocol();
        if let std::collections::btree_map::Entry::Vacant(place) = sockets.entry(protocol) {
            place.insert(Socket::open(protocol)?);
        }
        let socket = sockets.get_mut(&protocol).unwrap();
        named.resolve(socket, SOON)?;
        if row.flags.contains("batch") {
            let request = named.request(&op, form, flags, &row.json)?;
            let how = Transaction { subsystem: request.kind() >> 8, genid: 0 };
            let done = socket.transact(&[&request], how, SOON);
            return Ok(done.map_or_else(|(error, _)| Answer::Kernel(error), |()| Answer::Success));
        }
        if !dump {
            let done = named.call(socket, &row.op, flags, &row.json, SOON, &mut Vec::new());
            return Ok(done.map_or_else(Answer::Kernel, |_| Answer::Success));
        }
        let request = named.request(&op, form, flags, &row.json)?;
        let mut dump = socket.dump(&request, Mode::Consistent, SOON)?;
        let end = std::iter::from_fn(|| dump.next().map(|m| m.map(drop)).transpose());
        Ok(end.collect::<Result<Vec<()>, _>>().map_or_else(Answer::Kernel, |_| Answer::Success))
    })
}

/// What is wrong with the answer to a row, if anything is.
fn complaint(row: &Row, answer: &Answer) -> Option<String> {
    let (error, origin) = match answer {
        Answer::Success => return Some("it was taken".into()),
        Answer::Local(error) => (error, Origin::Local),
        Answer::Kernel(error) => (error, Origin::Kernel),
    };
    let place = match row.who.as_str() {
        "missing" => error.missing(),
        "guess" => error.guess().and_then(|guess| guess.split([':', ' ']).next()),
        _ => error.attr(),
    };
    let right = error.origin() == origin
        && place.unwrap_or("") == row.path
        && error.to_string().contains(&row.words);
    (!right).then(|| format!("{error}"))
}

#[derive(Default)]
struct Outcome {
    ran: usize,
    wrong: Vec<String>,
    lacking: Vec<String>,
}

/// The rows of a block, in a namespace of their own. What the kernel lacks leaves out the rest of the block.
fn run(block: &[Row]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut lacks: Option<String> = None;
    for row in block {
        let answer = match &lacks {
            Some(_) if row.who == "works" => continue,
            Some(_) if row.who != "local" => None,
            _ => Some(ask(row)),
        };
        match (row.who.as_str(), answer) {
            ("works", Some(Ok(Answer::Success))) => continue,
            ("works", Some(Ok(Answer::Local(error) | Answer::Kernel(error)))) => {
                lacks = Some(format!("kernel lacks what line {} makes: {error}", row.line));
                continue;
            }
            (_, Some(Ok(Answer::Kernel(error)))) if error.errno() == libc::EPERM => {
                outcome.lacking.push(format!("line {}: kernel lacks the permission", row.line));
                continue;
            }
            (_, Some(Ok(answer))) => {
                outcome.ran += 1;
                let wrong = complaint(row, &answer);
                outcome.wrong.extend(wrong.map(|what| format!("{row:?}: {what}")));
                continue;
            }
            (_, Some(Err(error))) => lacks = Some(format!("kernel lacks {}: {error}", row.family)),
            (_, None) => {}
        }
        let reason = lacks.as_deref().unwrap_or_default();
        outcome.lacking.push(format!("line {}: {reason}", row.line));
    }
    outcome
}

#[test]
fn a_hundred_wrong_requests_are_refused_where_they_are_wrong() {
    let blocks = blocks();
    let rows: Vec<_> = blocks.iter().flatten().filter(|row| row.who != "works").collect();
    let families: BTreeSet<_> = rows.iter().map(|row| &row.family).collect();
    let by_kernel = rows.iter().filter(|row| row.who != "local").count();
    let (all, families) = (rows.len(), families.len());
    assert!(rows.iter().all(|row| !row.path.is_empty()));
    assert!(all >= 100 && families >= 12 && by_kernel >= all / 2, "{all}, {by_kernel}, {families}");
    in_namespace(|| ());
    let outcomes = blocks.into_iter().map(|block| {
        let inside = move || {
            let mut outcome = Outcome::default();
            in_namespace(|| outcome = run(&block));
            outcome
        };
        thread::spawn(inside).join().unwrap()
    });
    let (mut ran, mut wrong) = (0, Vec::new());
    for outcome in outcomes {
        ran += outcome.ran;
        wrong.extend(outcome.wrong);
        outcome.lacking.iter().for_each(|reason| not_run(reason));
    }
    println!(
        "{ran} of {all} wrong requests, {by_kernel} of them for the kernel, to {families} families"
    );
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
