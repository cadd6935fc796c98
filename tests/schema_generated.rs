// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every message of every family that is built in, made up from its description: each attribute at least
//! once, the edges of what is allowed, and random values. It is encoded, decoded to the same JSON and a pickle
//! of the same, and JSON is encoded to the same bytes.

use std::collections::BTreeSet;

use rnl::schema::{Family, Form, How, Op, Pack};
use serde_json::Value;

#[path = "common/generate.rs"]
mod generate;
#[path = "common/pickle.rs"]
mod pickle;
#[path = "common/values.rs"]
mod values;

use generate::{FORMS, Generator, LeftOut, Thing, reachable};
use pickle::unpickled;
use values::{Edge, Values};

const ALL_FORMS: [Form; 4] = [Form::Do, Form::DoReply, Form::Dump, Form::DumpReply];

/// More messages for one operation mean that the generator turns in circles.
const MANY: usize = 2000;

/// Nests in which they are themselves, as many as there are: they are made empty the second time.
const ENDLESS: usize = 15;

/// What a run makes.
#[derive(Clone, Copy)]
struct Plan {
    edge: Edge,
    /// Padding too, which natural JSON does not show.
    pads: bool,
    seed: u64,
    /// How often all kinds of a message are made.
    rounds: usize,
    /// Whether operations whose messages are made as those of another have one of their own too.
    each: bool,
}

const PLAIN: Plan = Plan { edge: Edge::Plain, pads: false, seed: 1, rounds: 1, each: true };

fn describe(family: Family<'_>) -> Value {
    let mut json = Vec::new();
    family.describe(None, &mut json).unwrap();
    serde_json::from_slice(&json).expect("descriptions are JSON")
}

fn decoded(op: &Op<'_>, form: Form, body: &[u8], how: How) -> Vec<u8> {
    let mut text = Vec::new();
    op.decode(form, body, how, &mut text).unwrap();
    text
}

fn json(op: &Op<'_>, form: Form, body: &[u8], how: How) -> String {
    String::from_utf8(decoded(op, form, body, how)).unwrap()
}

fn encode(op: &Op<'_>, form: Form, json: &str) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    op.encode(form, json, &mut body).map_err(|e| e.to_string())?;
    Ok(body)
}

/// What is wrong with a message, if anything is.
fn fault(op: &Op<'_>, form: Form, made: &Value, pads: bool) -> Result<(), String> {
    let body = encode(op, form, &made.to_string())?;
    let natural = json(op, form, &body, How::Natural);
    let shown: Value = serde_json::from_str(&natural).map_err(|e| format!("{e}: {natural}"))?;
    if !pads {
        difference(made, &shown, "").map_or(Ok(()), Err)?;
        if encode(op, form, &natural)? != body {
            return Err("the same JSON, and other bytes".into());
        }
    }
    let pickle = unpickled(&decoded(op, form, &body, How::Pickle))?;
    if pickle != shown {
        return Err(format!("a pickle of {pickle}, and JSON {shown}"));
    }
    let exact = json(op, form, &body, How::Exact);
    if encode(op, form, &exact)? != body {
        return Err(format!("exact JSON gives other bytes: {exact}"));
    }
    if exact.contains("hex:") || exact.contains("#rest") {
        return Err(format!("exact JSON needs bare bytes: {exact}"));
    }
    op.check(form, &body).map_err(|e| e.to_string())
}

/// The first place where two values are not the same.
fn difference(made: &Value, shown: &Value, path: &str) -> Option<String> {
    match (made, shown) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let at =
                |all: &serde_json::Map<_, _>, key| all.get(key).cloned().unwrap_or(Value::Null);
            keys.into_iter()
                .find_map(|key| difference(&at(a, key), &at(b, key), &format!("{path}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(n, (a, b))| difference(a, b, &format!("{path}[{n}]")))
        }
        _ => (made != shown).then(|| format!("{path}: made {made}, shown {shown}")),
    }
}

/// What a run over everything has found.
#[derive(Default)]
struct Found {
    messages: usize,
    met: BTreeSet<(String, Thing)>,
    wanted: BTreeSet<(String, Thing)>,
    left_out: BTreeSet<(LeftOut, String, String)>,
    wrong: Vec<String>,
}

fn run(plan: Plan) -> Found {
    let mut found = Found::default();
    for family in Pack::builtin().families() {
        let description = describe(family);
        let mut generator = Generator::new(&description, Values::new(plan.edge, plan.seed));
        generator.pads = plan.pads;
        let mut layouts = BTreeSet::new();
        for (op, described) in family.ops().zip(description["ops"].as_array().unwrap()) {
            assert_eq!(described["name"], op.name());
            for (form, layout) in ALL_FORMS.into_iter().zip(FORMS.map(|word| &described[word])) {
                let key = ["header", "set", "body"].map(|part| layout[part].to_string());
                let rounds = match layouts.insert(key) {
                    _ if !layout.is_object() => continue,
                    true => plan.rounds,
                    false if plan.each => 0,
                    false => continue,
                };
                messages(&mut found, &mut generator, &op, form, layout, rounds);
                let all = reachable(&description, layout, plan.pads);
                found.wanted.extend(all.into_iter().map(|thing| (family.name().to_owned(), thing)));
            }
        }
        let name = || family.name().to_owned();
        found.met.extend(generator.met.into_iter().map(|thing| (name(), thing)));
        found
            .left_out
            .extend(generator.left_out.into_iter().map(|(why, what)| (why, name(), what)));
    }
    found
}

fn messages<'d>(
    found: &mut Found,
    generator: &mut Generator<'d>,
    op: &Op<'_>,
    form: Form,
    layout: &'d Value,
    rounds: usize,
) {
    for _ in 0..rounds.max(1) {
        generator.begin();
        for count in 0.. {
            let made = generator.message(layout);
            if let Err(what) = fault(op, form, &made, generator.pads) {
                found.wrong.push(format!("{} {} {form:?}: {what}", op.family().name(), op.name()));
            }
            found.messages += 1;
            assert!(count < MANY, "{} {} {form:?}", op.family().name(), op.name());
            if rounds == 0 || !generator.has_more() {
                break;
            }
        }
    }
}

fn expect_sound(found: &Found) {
    let few: Vec<_> = found.wrong.iter().take(40).map(String::as_str).collect();
    assert!(few.is_empty(), "{} are wrong:\n{}\n", found.wrong.len(), few.join("\n"));
    let missed: Vec<_> = found.wanted.difference(&found.met).collect();
    assert!(missed.is_empty(), "never made: {missed:?}");
}

#[test]
fn every_attribute_of_every_family_comes_back_as_it_was_made() {
    let found = run(PLAIN);
    expect_sound(&found);
    let (messages, things) = (found.messages, found.met.len());
    println!("{messages} messages with {things} attributes, members and kinds of sub-messages");
    for (why, family, what) in &found.left_out {
        println!("left out: {family}: {what}: {why:?}");
    }
    assert!(things > 7_600, "{things} attributes, members and kinds of sub-messages alone");
    let endless = found.left_out.iter().filter(|(why, ..)| *why == LeftOut::Endless);
    assert_eq!((endless.count(), found.left_out.len()), (ENDLESS, ENDLESS), "{:?}", found.left_out);
}

#[test]
fn the_edges_of_what_is_allowed_come_back_as_they_were_made() {
    for edge in [Edge::Low, Edge::High] {
        expect_sound(&run(Plan { edge, each: false, ..PLAIN }));
    }
}

#[test]
fn random_values_come_back_as_they_were_made() {
    // RNL_SEED=N makes others.
    let seed = std::env::var("RNL_SEED").map_or(20, |seed| seed.parse().unwrap());
    expect_sound(&run(Plan { edge: Edge::Random, seed, rounds: 2, each: false, ..PLAIN }));
}

#[test]
fn padding_that_is_given_comes_back_in_exact_json() {
    expect_sound(&run(Plan { pads: true, each: false, ..PLAIN }));
}
