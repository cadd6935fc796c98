// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is kept of a message, and how two kept messages differ.

use alloc::vec::Vec;

use super::key::{DROP, HOPS, NEST, Plan, QUIET, split};
use crate::error::Fault;
use crate::grow;
use crate::uapi::NLA_TYPE_MASK;
use crate::wire::{Header, Message, align4};

/// What is not kept of a nest: the attribute with this path of types, 0 where it is shorter.
pub(super) struct Dropped {
    pub(super) path: [u16; 3],
    /// An attribute of the outermost nest that must hold this name, or 0.
    pub(super) selector: u16,
    pub(super) name: [u8; 8],
}

/// A copy under construction.
struct Copy<'p, 'o, 'm> {
    plan: &'p Plan,
    out: &'o mut [u8],
    len: usize,
    /// The outermost nest that is being copied.
    outer: &'m [u8],
}

/// Writes what is kept of `m` to the start of `out`, which is as long or longer. `roles` are those of
/// its attributes. Gives its length.
#[inline(always)]
pub(super) fn copy(plan: &Plan, m: &Message<'_>, roles: u8, out: &mut [u8]) -> usize {
    let mut copy = Copy { plan, out, len: 0, outer: &[] };
    if roles & (DROP | NEST | HOPS) == 0 {
        copy.put(m.bytes());
    } else {
        copy.pick(m.bytes(), roles);
    }
    copy.seal();
    copy.len
}

impl<'m> Copy<'_, '_, 'm> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            grow::write(room, bytes);
            self.len = end;
        }
    }

    /// Copies a message of which not all is kept.
    #[inline(never)]
    fn pick(&mut self, bytes: &'m [u8], roles: u8) {
        let plan = self.plan;
        let (head, attrs) = bytes.split_at_checked(plan.start).unwrap_or((bytes, &[]));
        self.put(head);
        self.attrs(attrs, &plan.dropped, 0);
        if roles & HOPS != 0 {
            self.hops(plan.start);
        }
    }

    /// Copies attributes that are so many nests deep, but for those that are dropped. What lies between
    /// is copied in one piece.
    fn attrs(&mut self, mut run: &'m [u8], dropped: &[Dropped], depth: usize) {
        let mut rest = run;
        while let Some((kind, payload, after)) = split(rest) {
            let role = if depth > 0 { NEST } else { self.plan.role(kind) };
            let below = if role & NEST != 0 { narrow(dropped, kind, depth) } else { &[] };
            let whole = role & DROP != 0
                || below.iter().any(|d| d.ends_at(depth) && d.is_meant(self.outer));
            let nest = below.iter().any(|d| !d.ends_at(depth));
            if whole || nest {
                self.put(before(run, rest));
                run = after;
            }
            if nest && !whole {
                self.nest(rest, payload, below, depth);
            }
            rest = after;
        }
        self.put(run);
    }

    /// Copies the nest at the start of `bytes`.
    fn nest(&mut self, bytes: &'m [u8], payload: &'m [u8], dropped: &[Dropped], depth: usize) {
        let start = self.len;
        if depth == 0 {
            self.outer = payload;
        }
        self.put(bytes.get(..4).unwrap_or_default());
        self.attrs(payload, dropped, depth.saturating_add(1));
        let len = u16::try_from(self.len.saturating_sub(start)).unwrap_or(u16::MAX);
        if let Some(head) = self.out.get_mut(start..).and_then(|b| b.first_chunk_mut()) {
            *head = len.to_ne_bytes();
        }
        self.pad();
    }

    /// Zeros up to a multiple of 4.
    fn pad(&mut self) {
        let missing = align4(self.len).saturating_sub(self.len);
        self.put([0; 3].get(..missing).unwrap_or_default());
    }

    /// Clears flags of nexthops.
    fn hops(&mut self, start: usize) {
        for &(kind, mask) in &self.plan.hops {
            let mut at = start;
            while let Some((found, payload, _)) = self.out.get(at..self.len).and_then(split) {
                let len = payload.len();
                at = at.saturating_add(4);
                if let Some(hops) = self.out.get_mut(at..).filter(|_| found == kind) {
                    clear_hops(hops.get_mut(..len).unwrap_or_default(), mask);
                }
                at = at.saturating_add(align4(len));
            }
        }
    }

    /// Writes the header, and clears bits behind it.
    #[inline(always)]
    fn seal(&mut self) {
        let [a, b] = self.plan.kind.to_ne_bytes();
        let [c, d, e, f] = u32::try_from(self.len).unwrap_or(u32::MAX).to_ne_bytes();
        if let Some(head) = self.out.first_chunk_mut() {
            *head = [c, d, e, f, a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        }
        if let (Some(cmd), Some(slot)) = (self.plan.cmd, self.out.get_mut(Header::LEN)) {
            *slot = cmd;
        }
        for &(at, mask) in &self.plan.bits {
            let word = self.out.get_mut(at..self.len).and_then(|b| b.first_chunk_mut());
            if let Some(word) = word {
                *word = (u32::from_ne_bytes(*word) & !mask).to_ne_bytes();
            }
        }
    }
}

impl Dropped {
    /// Whether the path's last type is so deep.
    fn ends_at(&self, depth: usize) -> bool {
        self.path.get(depth.saturating_add(1)).is_none_or(|kind| *kind == 0)
    }

    /// Whether it is dropped from an outermost nest like this.
    fn is_meant(&self, outer: &[u8]) -> bool {
        self.selector == 0
            || of(self.selector, outer).next().is_some_and(|text| is_name(text, &self.name))
    }
}

/// What is dropped at or below attributes of type `kind`.
fn narrow(dropped: &[Dropped], kind: u16, depth: usize) -> &[Dropped] {
    let fits = |d: &Dropped| d.path.get(depth) == Some(&kind);
    let first = dropped.iter().position(fits).unwrap_or(dropped.len());
    let run = dropped.get(first..).unwrap_or_default();
    let len = run.iter().position(|d| !fits(d)).unwrap_or(run.len());
    run.get(..len).unwrap_or_default()
}

/// Whether a string, with its NUL or without, is a name that zeros fill.
fn is_name(text: &[u8], name: &[u8; 8]) -> bool {
    let bytes = text.iter().chain(core::iter::repeat(&0)).take(name.len());
    text.len() <= name.len() && bytes.eq(name)
}

/// What lies before `rest` in `run`, which `rest` is the end of.
fn before<'a>(run: &'a [u8], rest: &[u8]) -> &'a [u8] {
    run.get(..run.len().saturating_sub(rest.len())).unwrap_or_default()
}

/// Clears flags of each `struct rtnexthop`: its length, its flags, then what is its own.
fn clear_hops(mut hops: &mut [u8], mask: u8) {
    while let Some([a, b, flags, _]) = hops.first_chunk_mut::<4>() {
        *flags &= !mask;
        let len = align4(usize::from(u16::from_ne_bytes([*a, *b])).max(4));
        hops = hops.get_mut(len..).unwrap_or_default();
    }
}

/// How two kept messages compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// All bytes are the same.
    None,
    /// They differ in what is of no interest, or in the order of their attributes.
    Quiet,
    /// The attributes are the same, but for quiet ones, the fixed headers are not.
    Header,
    /// Attributes differ.
    Attrs,
}

/// Compares two kept messages, and lists the types of the attributes that differ.
#[inline]
pub(super) fn compare(
    plan: &Plan,
    a: &[u8],
    b: &[u8],
    changed: &mut Vec<u16>,
) -> Result<Difference, Fault> {
    changed.clear();
    if a == b { Ok(Difference::None) } else { differ(plan, a, b, changed) }
}

#[inline(never)]
fn differ(plan: &Plan, a: &[u8], b: &[u8], changed: &mut Vec<u16>) -> Result<Difference, Fault> {
    let half = |m| <[u8]>::split_at_checked(m, plan.start).unwrap_or((m, &[]));
    let ((head_a, mut rest_a), (head_b, mut rest_b)) = (half(a), half(b));
    while let (Some((kind, payload_a, after_a)), Some((other, payload_b, after_b))) =
        (split(rest_a), split(rest_b))
    {
        if kind != other {
            break;
        }
        if payload_a != payload_b {
            note(plan, kind, changed)?;
        }
        (rest_a, rest_b) = (after_a, after_b);
    }
    for (kind, ..) in walk(rest_a).chain(walk(rest_b)) {
        if !of(kind, rest_a).eq(of(kind, rest_b)) {
            note(plan, kind, changed)?;
        }
    }
    let bodies = head_a.get(Header::LEN..) == head_b.get(Header::LEN..);
    Ok(match (changed.is_empty(), bodies) {
        (true, true) => Difference::Quiet,
        (true, false) => Difference::Header,
        (false, _) => Difference::Attrs,
    })
}

/// Lists a type, once, unless differences in it are of no interest.
fn note(plan: &Plan, kind: u16, changed: &mut Vec<u16>) -> Result<(), Fault> {
    let kind = kind & NLA_TYPE_MASK;
    if plan.role(kind) & QUIET != 0 || changed.contains(&kind) {
        return Ok(());
    }
    grow::push(changed, kind)
}

fn walk(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    core::iter::from_fn(move || {
        let (kind, payload, after) = split(rest)?;
        rest = after;
        Some((kind, payload))
    })
}

/// The payloads of the attributes of one type.
fn of(kind: u16, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    walk(bytes).filter(move |found| found.0 == kind).map(|found| found.1)
}

#[cfg(test)]
mod tests {
    use super::super::spec::{Ignore, Key, Kind, Part, Spec};
    use super::*;
    use crate::wire::Msg;

    const NAME: [u8; 8] = *b"bridge\0\0";

    fn kept(ignores: Vec<Ignore>, msg: &mut Msg) -> Vec<u8> {
        let keys = vec![Key::of(Part::Attr(1))];
        let (new, del) = (Kind::of(20), Kind::of(21));
        let spec = Spec {
            protocol: 0,
            dump: Msg::new(16, 0),
            new,
            del,
            header: 4,
            groups: vec![],
            keys,
            matches: vec![],
            ignores,
            stirs: vec![],
            exact: false,
            parts: None,
            target: None,
        };
        let plan = Plan::new(&spec).unwrap();
        let bytes = msg.bytes().unwrap();
        let mut out = vec![0xee; bytes.len()];
        let message = Message::split(bytes).unwrap().0;
        let len = copy(&plan, &message, plan.shape(bytes).roles, &mut out);
        out.truncate(len);
        out
    }

    fn msg() -> Msg {
        let mut msg = Msg::new(20, 0);
        msg.put_header(&[1, 2, 3, 4]);
        msg
    }

    #[test]
    fn what_is_dropped_in_nests_leaves_lengths_that_are_right() {
        let mut full = msg();
        full.put_u8(2, 9).nest(5).put_u32(1, 1).nest(2).put_u8(7, 7).put_u8(8, 8).nest_end();
        full.put_str(3, "odd").nest_end().put_u32(6, 6).nest(9).nest_end();
        let ignores = [[2, 0, 0], [5, 2, 7], [5, 1, 0], [9, 1, 0]].map(Ignore::Drop).to_vec();
        let mut expected = msg();
        expected.nest(5).nest(2).put_u8(8, 8).nest_end().put_str(3, "odd").nest_end();
        expected.put_u32(6, 6).nest(9).nest_end();
        assert_eq!(kept(ignores, &mut full), expected.bytes().unwrap());
    }

    #[test]
    fn types_that_mean_something_else_under_another_name_are_kept() {
        let link = |kind: &str, with: bool| {
            let mut msg = msg();
            msg.nest(18).put_str(1, kind).nest(2).put_u8(3, 3);
            if with {
                msg.put_u8(4, 4);
            }
            msg.nest_end().nest_end();
            msg
        };
        let ignore = Ignore::Of { path: [18, 2, 4], selector: 1, name: NAME };
        let kept = |kind: &str| kept(vec![ignore], &mut link(kind, true));
        assert_eq!(kept("bridge"), link("bridge", false).bytes().unwrap());
        assert_eq!(kept("vlan"), link("vlan", true).bytes().unwrap());
        assert_eq!(kept("bridge_x"), link("bridge_x", true).bytes().unwrap());
    }

    #[test]
    fn bits_and_flags_of_nexthops_are_cleared() {
        let hop = |flags: u8, more: u8| {
            [8, 0, flags, 0, 7, 0, 0, 0, 12, 0, more, 1, 7, 0, 0, 0, 1, 2, 3, 4]
        };
        let mut full = msg();
        full.put(9, &hop(0x15, 0x11)).put(8, &hop(0x15, 0x11));
        let ignores = vec![
            Ignore::Hops { kind: 9, mask: 0x10 },
            Ignore::Bits { at: 0, mask: u32::from_ne_bytes([0, 0, 0xff, 0]) },
        ];
        let mut expected = Msg::new(20, 0);
        expected.put_header(&[1, 2, 0, 4]).put(9, &hop(5, 1)).put(8, &hop(0x15, 0x11));
        if cfg!(target_endian = "little") {
            assert_eq!(kept(ignores, &mut full), expected.bytes().unwrap());
        }
    }

    #[test]
    fn what_is_damaged_is_kept_as_it_is() {
        let mut full = msg();
        full.put_u8(2, 9).put_raw(&[3, 0, 1, 0, 9, 9, 9, 9]);
        let mut expected = msg();
        expected.put_raw(&[3, 0, 1, 0, 9, 9, 9, 9]);
        assert_eq!(kept(vec![Ignore::Drop([2, 0, 0])], &mut full), expected.bytes().unwrap());
    }
}
