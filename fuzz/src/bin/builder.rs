// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any sequence of puts and nests: what was put is read back, and the first failure sticks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rnl::wire::MAX_NESTS;
use rnl::{Attrs, Fault, Message, Msg};
use rnl_fuzz::Choices;

/// What the message should hold.
#[derive(Debug, PartialEq)]
enum Node {
    Leaf(u16, Vec<u8>),
    Nest(u16, Vec<Node>),
}

/// The nests that are open, the top level first.
struct Model {
    open: Vec<(u16, Vec<Node>)>,
}

impl Model {
    fn put(&mut self, node: Node) {
        self.open.last_mut().expect("the top stays").1.push(node);
    }

    fn end(&mut self) {
        let (kind, inside) = self.open.pop().expect("it was begun");
        self.put(Node::Nest(kind, inside));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let fixed = choices.u8() % 64;
    let mut msg = Msg::new(16 + choices.u16() % 1000, 0);
    let header = choices.bytes(fixed.into());
    msg.put_header(header);
    let mut model = Model { open: vec![(0, Vec::new())] };
    while !choices.is_empty() && msg.status().is_ok() {
        step(&mut msg, &mut model, &mut choices);
    }
    while model.open.len() > 1 && msg.status().is_ok() {
        msg.nest_end();
        model.end();
    }
    match msg.status() {
        Ok(()) => compare(&mut msg, header, &model.open[0].1),
        Err(fault) => sticks(&mut msg, fault),
    }
});

fn step(msg: &mut Msg, model: &mut Model, choices: &mut Choices<'_>) {
    let (what, kind) = (choices.u8() % 16, choices.u16() & 0x3fff);
    let put = |model: &mut Model, payload: &[u8]| model.put(Node::Leaf(kind, payload.to_vec()));
    let number = choices.number([0, 1, 2, 4, 8][usize::from(what) % 5]);
    match what {
        0 => {
            let payload = vec![choices.u8(); choices.u8().into()];
            msg.put(kind, &payload);
            put(model, &payload);
        }
        1 => {
            msg.put_u8(kind, number as u8);
            put(model, &[number as u8]);
        }
        2 => {
            msg.put_be16(kind, number as u16);
            put(model, &(number as u16).to_be_bytes());
        }
        3 => {
            msg.put_u32(kind, number as u32);
            put(model, &(number as u32).to_ne_bytes());
        }
        4 => {
            msg.put_u64(kind, number);
            put(model, &number.to_ne_bytes());
        }
        5 => {
            let text = choices.bytes(usize::from(kind & 15));
            msg.put_strz(kind, text);
            put(model, &[text, &[0]].concat());
        }
        6 => {
            let (value, selector) = (number as u32, choices.u32());
            msg.put_bitfield32(kind, value, selector);
            put(model, &[(value & selector).to_ne_bytes(), selector.to_ne_bytes()].concat());
        }
        7 => {
            let value = choices.u64();
            msg.put_uint(kind, value);
            match u32::try_from(value) {
                Ok(small) => put(model, &small.to_ne_bytes()),
                Err(_) => put(model, &value.to_ne_bytes()),
            }
        }
        8..=11 => begin(msg, model, kind),
        12 | 13 => end(msg, model),
        14 => cancel(msg, model),
        _ => {
            // Beyond what 16 bits can say now and then.
            let len = usize::from(choices.u16());
            let payload = vec![7; if kind & 63 == 0 { 2 * len } else { len & 63 }];
            msg.put(kind, &payload);
            put(model, &payload);
        }
    }
}

fn begin(msg: &mut Msg, model: &mut Model, kind: u16) {
    let room = model.open.len() <= MAX_NESTS;
    msg.nest(kind);
    assert_eq!(msg.status().err(), if room { None } else { Some(Fault::NestTooDeep) });
    model.open.push((kind, Vec::new()));
}

fn end(msg: &mut Msg, model: &mut Model) {
    let open = model.open.len() > 1;
    msg.nest_end();
    assert_eq!(msg.status() == Err(Fault::NoNest), !open);
    if open {
        model.end();
    }
}

fn cancel(msg: &mut Msg, model: &mut Model) {
    let open = model.open.len() > 1;
    msg.nest_cancel();
    assert_eq!(msg.status() == Err(Fault::NoNest), !open);
    if open {
        model.open.pop();
    }
}

/// What is read from the finished message is what the model holds.
fn compare(msg: &mut Msg, header: &[u8], expected: &[Node]) {
    let bytes = msg.bytes().expect("nothing failed and no nest is open").to_vec();
    assert_eq!(bytes.len() % 4, 0);
    let (message, rest) = Message::split(&bytes).expect("a whole message");
    assert!(rest.is_empty());
    assert!(message.body().starts_with(header));
    level(message.attrs(header.len()), expected);
}

fn level(mut attrs: Attrs<'_>, expected: &[Node]) {
    for node in expected {
        let attr = attrs.next().expect("as many as were put").expect("undamaged");
        match node {
            Node::Leaf(kind, payload) => {
                assert_eq!((attr.kind(), attr.payload()), (*kind, &payload[..]));
            }
            Node::Nest(kind, inside) => {
                assert_eq!((attr.kind(), attr.is_nest()), (*kind, true));
                level(attr.nested(), inside);
            }
        }
    }
    assert!(attrs.next().is_none(), "nothing else is there");
}

/// Whatever follows a failure, it stays the first.
fn sticks(msg: &mut Msg, fault: Fault) {
    let path = msg.failure().expect("it failed").path().to_vec();
    assert!(path.len() <= MAX_NESTS + 1);
    msg.put_u8(1, 1).nest(2).nest_end().put_header(&[1]).nest_cancel();
    assert_eq!(msg.status(), Err(fault));
    assert_eq!(msg.failure().expect("it failed").path(), path);
    assert_eq!(msg.bytes().unwrap_err(), fault);
    msg.reset(16, 0);
    assert!(msg.status().is_ok() && msg.bytes().is_ok_and(|bytes| bytes.len() == 16));
}
