// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which notifications a socket keeps: rules, and the classic BPF program by which the kernel drops the
//! others before they are queued.
//!
//! The program sees whatever is sent to the socket, answers too, and a datagram at a time. Where it can't
//! be sure it lets pass, and the rules are applied once more to each message.

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;
use crate::sys::Filter;
use crate::uapi::NLMSG_MIN_TYPE;
use crate::wire::{Match, Message, Place, accepts, align4};

/// The rules of a socket.
#[derive(Debug, Default)]
pub(super) struct Keep {
    rules: Vec<Match>,
    header: usize,
}

impl Keep {
    pub(super) fn new(rules: &[Match], header: usize) -> Result<Self, Fault> {
        Ok(Keep { rules: grow::copy(rules)?, header })
    }

    /// Whether the notification is wanted.
    #[inline]
    pub(super) fn accepts(&self, message: &Message<'_>) -> bool {
        self.rules.is_empty() || accepts(&self.rules, self.header, message)
    }
}

// linux/bpf_common.h and linux/filter.h; LD with neither H nor B is of 4 bytes.
const LD: u16 = 0x00;
const LDX: u16 = 0x01;
const H: u16 = 0x08;
const B: u16 = 0x10;
const ABS: u16 = 0x20;
const IND: u16 = 0x40;
const LEN: u16 = 0x80;
const ADD: u16 = 0x04;
const OR_X: u16 = 0x4c;
const AND: u16 = 0x54;
const LSH: u16 = 0x64;
const JEQ: u16 = 0x15;
const JGT_X: u16 = 0x2d;
const JGE: u16 = 0x35;
const JSET: u16 = 0x45;
const RET: u16 = 0x06;
const TAX: u16 = 0x07;
/// Puts where the attribute of type X is into A, which says where attributes begin; 0 if there is none.
const NLATTR: u32 = 0xffff_f00c;

// Where the fields of struct nlmsghdr are, and what follows it.
const KIND: u32 = 4;
const SEQ: u32 = 8;
const PORT: u32 = 12;
const BODY: u32 = 16;

const PASS: Filter = op(RET, u32::MAX);
const DROP: Filter = op(RET, 0);

const fn op(code: u16, k: u32) -> Filter {
    Filter { code, jt: 0, jf: 0, k }
}

/// A comparison, and how many instructions to skip where it holds and where not.
const fn jump(code: u16, k: u32, jt: u8, jf: u8) -> Filter {
    Filter { code, jt, jf, k }
}

/// The program for a socket bound to `port` and messages with a fixed header of `header` bytes.
pub(super) fn program(rules: &[Match], header: usize, port: u32) -> Result<Vec<Filter>, Fault> {
    let mut code = grow::copy(&answers(port))?;
    several(&mut code)?;
    for (index, rule) in rules.iter().enumerate() {
        let before = rules.get(..index).unwrap_or_default();
        if !before.iter().any(|other| rule.beside(other)) {
            load(&mut code, rule, header)?;
            one_of(&mut code, rules.iter().filter(|other| rule.beside(other)))?;
        }
    }
    grow::push(&mut code, PASS)?;
    Ok(code)
}

/// Control messages pass, and messages to this port; of those to no port, as audit answers, the ones with
/// a sequence number. The kernel loads numbers in network order: what they are compared with is turned.
fn answers(port: u32) -> [Filter; 10] {
    const NO_CONTROL: u16 = !(NLMSG_MIN_TYPE - 1);
    [
        op(LD | H | ABS, KIND),
        jump(JSET, NO_CONTROL.to_be() as u32, 1, 0),
        PASS,
        op(LD | ABS, PORT),
        jump(JEQ, port.to_be(), 0, 1),
        PASS,
        jump(JEQ, 0, 0, 3),
        op(LD | ABS, SEQ),
        jump(JEQ, 0, 1, 0),
        PASS,
    ]
}

/// Datagrams of several messages pass, since the first does not speak for the others: those that go on
/// behind the length in the first header, which is read from its highest byte to its lowest.
fn several(code: &mut Vec<Filter>) -> Result<(), Fault> {
    let [highest, lower @ ..] = 0x0001_0203u32.to_ne_bytes();
    grow::push(code, op(LD | B | ABS, highest.into()))?;
    for byte in lower {
        let next = [op(LSH, 8), op(TAX, 0), op(LD | B | ABS, byte.into()), op(OR_X, 0)];
        grow::append(code, &next)?;
    }
    let padded = [op(ADD, 3), op(AND, !3), op(TAX, 0)];
    grow::append(code, &padded)?;
    grow::append(code, &[op(LD | LEN, 0), jump(JGT_X, 0, 0, 1), PASS])
}

/// Loads the number that a rule is about. Where it is not there, the message is dropped.
fn load(code: &mut Vec<Filter>, rule: &Match, header: usize) -> Result<(), Fault> {
    let size = match rule.width {
        1 => B,
        2 => H,
        _ => 0,
    };
    match rule.place {
        Place::Type => grow::push(code, op(LD | H | ABS, KIND)),
        Place::Header(at) => grow::push(code, op(LD | size | ABS, BODY.saturating_add(at.into()))),
        Place::Attr(kind) => {
            find(code, kind, header)?;
            let least = u16::from(rule.width).saturating_add(4);
            grow::append(code, &longer(least))?;
            grow::push(code, op(LD | size | IND, 4))
        }
    }
}

/// Puts where an attribute is into X.
fn find(code: &mut Vec<Filter>, kind: u16, header: usize) -> Result<(), Fault> {
    let start = u32::try_from(align4(header)).ok().and_then(|n| n.checked_add(BODY));
    let start = start.ok_or(Fault::BadArgument)?;
    let found = [op(LD, start), op(LDX, kind.into()), op(LD | ABS, NLATTR)];
    grow::append(code, &found)?;
    grow::append(code, &[jump(JEQ, 0, 0, 1), DROP, op(TAX, 0)])
}

/// Goes on where the length at X is at least `least`, which is below 256: one of its bytes tells.
fn longer(least: u16) -> [Filter; 4] {
    [
        op(LD | H | IND, 0),
        jump(JSET, 0xff00u16.to_be().into(), 2, 0),
        jump(JGE, least.to_be().into(), 1, 0),
        DROP,
    ]
}

/// Goes on where the number that was loaded has one of the values.
fn one_of<'a>(
    code: &mut Vec<Filter>,
    rules: impl Iterator<Item = &'a Match> + Clone,
) -> Result<(), Fault> {
    let mut left = u8::try_from(rules.clone().count()).map_err(|_| Fault::BadArgument)?;
    for rule in rules {
        grow::push(code, jump(JEQ, stored(rule)?, left, 0))?;
        left = left.saturating_sub(1);
    }
    grow::push(code, DROP)
}

/// The value as the kernel loads it.
fn stored(rule: &Match) -> Result<u32, Fault> {
    if !rule.is_sound() {
        return Err(Fault::BadArgument);
    }
    Ok(match rule.width {
        1 => rule.value,
        4 => rule.value.to_be(),
        _ => (rule.value as u16).to_be().into(),
    })
}
