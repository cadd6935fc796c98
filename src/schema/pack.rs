// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading a pack in place: families, operations, attributes, types. Every access is checked, so that
//! even a pack that was not validated can only say nonsense.

use super::format::{
    Form, HEADER, MAGIC, NAME_BITS, NAME_MAX, NONE, Part, WIDEST, WIDTHS, family_flags, op_flags,
};
use super::types::{Set, Type};
use crate::uapi::{NETLINK_GENERIC, NLM_F_DUMP};
use crate::wire::Message;

/// Descriptions of families, compiled by `rnl-specc`. It borrows the bytes it was opened from.
#[derive(Clone, Copy, Debug)]
pub struct Pack<'a> {
    pub(super) bytes: &'a [u8],
}

/// Whether a message goes to the kernel or comes from it: some families number them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A request.
    ToKernel,
    /// An answer or a notification.
    FromKernel,
}

/// A row of a part, and what follows it up to the width of the widest: of a known size, so that reading
/// a column needs no check.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(&'a [u8; WIDEST]);

impl<'a> Row<'a> {
    #[inline]
    fn word<const N: usize>(self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(|b| b.first_chunk()).copied().unwrap_or([0; N])
    }

    #[inline]
    pub(super) fn u8(self, at: usize) -> u8 {
        let [byte] = self.word(at);
        byte
    }

    #[inline]
    pub(super) fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.word(at))
    }

    #[inline]
    pub(super) fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.word(at))
    }

    /// A name.
    #[inline]
    pub(super) fn name(self, at: usize) -> u32 {
        self.u32(at) & 0xff_ffff
    }

    pub(super) fn u64(self, at: usize) -> u64 {
        u64::from_le_bytes(self.word(at))
    }

    /// Whether it is this very row.
    pub(super) fn is(self, other: Row<'_>) -> bool {
        core::ptr::eq(self.0, other.0)
    }

    pub(super) fn index(self, at: usize) -> Option<u16> {
        Some(self.u16(at)).filter(|&index| index != NONE)
    }
}

/// Whether descriptions are built in.
pub(crate) const NAMES: bool = cfg!(feature = "names");

impl<'a> Pack<'a> {
    /// The pack of the families that rnl knows by itself; empty without the feature `names`.
    pub fn builtin() -> Pack<'static> {
        #[cfg(feature = "names")]
        return Pack { bytes: include_bytes!("builtin.pack") };
        #[cfg(not(feature = "names"))]
        Pack { bytes: &[] }
    }

    /// Descriptions that [`Pack::open`] has found to be good.
    pub(crate) fn known(bytes: &'a [u8]) -> Pack<'a> {
        Pack { bytes }
    }

    /// Whether the magic is there: what else may be wrong, [`Pack::open`] finds.
    pub(super) fn has_magic(&self) -> bool {
        self.bytes.len() >= HEADER && self.bytes.starts_with(&MAGIC)
    }

    /// Offset of a part.
    #[inline]
    pub(super) fn start(self, part: Part) -> usize {
        self.offset(part as usize)
    }

    #[inline]
    pub(super) fn offset(self, index: usize) -> usize {
        let at = MAGIC.len().wrapping_add(index.wrapping_mul(4));
        let bytes = self.bytes.get(at..).and_then(|b| b.first_chunk());
        u32::from_le_bytes(bytes.copied().unwrap_or_default()) as usize
    }

    /// How many rows a part has.
    pub(super) fn count(self, part: Part) -> usize {
        let end = self.offset((part as usize).wrapping_add(1));
        end.saturating_sub(self.start(part)).checked_div(width(part)).unwrap_or(0)
    }

    /// A row; one of zeros if there is none.
    #[inline(never)]
    pub(super) fn row(self, part: Part, index: usize) -> Row<'a> {
        let at = self.start(part).wrapping_add(index.wrapping_mul(width(part)));
        Row(self.bytes.get(at..).and_then(|b| b.first_chunk()).unwrap_or(&[0; WIDEST]))
    }

    /// The text that a name refers to.
    #[inline]
    pub(super) fn text(self, name: u32) -> &'a [u8] {
        let at = self.start(Part::Heap).wrapping_add((name >> NAME_BITS) as usize);
        self.bytes.get(at..at.wrapping_add((name & NAME_MAX) as usize)).unwrap_or_default()
    }

    pub(super) fn str(self, name: u32) -> &'a str {
        core::str::from_utf8(self.text(name)).unwrap_or_default()
    }

    /// All families, in the order in which they were compiled.
    pub fn families(self) -> impl Iterator<Item = Family<'a>> {
        (0..self.count(Part::Families))
            .map(move |index| Family { pack: self, row: self.row(Part::Families, index) })
    }

    /// The family called `name`.
    pub fn family(self, name: &str) -> Option<Family<'a>> {
        self.families().find(|family| family.name() == name)
    }

    /// What a message of type `kind` of a family that is not generic is: the families of one protocol
    /// share its types, and some even one type, which `body` tells apart. As far as that is missing, the
    /// first is given.
    pub fn message(
        self,
        protocol: i32,
        kind: u16,
        way: Way,
        body: &[u8],
    ) -> Option<(Op<'a>, Form)> {
        let mut families = self.families().filter(|f| f.protocol() == protocol && !f.is_generic());
        families.find_map(|family| family.message(kind, way, body))
    }
}

#[inline]
fn width(part: Part) -> usize {
    WIDTHS.get(part as usize).copied().unwrap_or(1)
}

/// Whether two values are the same row of the same pack.
macro_rules! same {
    ($($name:ident),+) => { $(
        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.row.is(other.row)
            }
        }
    )+ };
}

pub(super) use same;

same!(Family, Op);

/// One family.
#[derive(Clone, Copy, Debug)]
pub struct Family<'a> {
    pub(super) pack: Pack<'a>,
    pub(super) row: Row<'a>,
}

/// A multicast group: its name, and its number where that is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is given to `NETLINK_ADD_MEMBERSHIP`; `None` where the kernel gives it out.
    pub number: Option<u32>,
}

impl<'a> Family<'a> {
    /// What it is called: `rt-link`; the name under which the controller knows a generic family.
    pub fn name(&self) -> &'a str {
        self.pack.str(self.row.name(0))
    }

    /// The protocol number of its sockets.
    pub fn protocol(&self) -> i32 {
        if self.is_generic() { NETLINK_GENERIC } else { self.row.u16(4).into() }
    }

    /// The version of a generic family.
    pub fn version(&self) -> u8 {
        self.row.u8(6)
    }

    /// Whether its messages begin with `struct genlmsghdr` and its id is to be asked for.
    pub fn is_generic(&self) -> bool {
        self.row.u8(7) & family_flags::GENERIC != 0
    }

    /// Whether its datagrams are bare bodies, without `struct nlmsghdr`.
    pub fn is_unframed(&self) -> bool {
        self.row.u8(7) & family_flags::UNFRAMED != 0
    }

    /// Bytes of `struct genlmsghdr` before the fixed header.
    pub(super) fn prefix(&self) -> usize {
        if self.is_generic() { 4 } else { 0 }
    }

    /// First row and count of what it has in a part.
    pub(super) fn span(&self, at: usize) -> core::ops::Range<usize> {
        let first = usize::from(self.row.u16(at));
        first..first.saturating_add(self.row.u16(at.saturating_add(2)).into())
    }

    /// Its operations, notifications and events.
    pub fn ops(self) -> impl Iterator<Item = Op<'a>> {
        self.span(8).map(move |index| self.op_at(index))
    }

    fn op_at(self, index: usize) -> Op<'a> {
        Op { family: self, row: self.pack.row(Part::Ops, index) }
    }

    /// The operation called `name`.
    pub fn op(self, name: &str) -> Option<Op<'a>> {
        self.ops().find(|op| op.name() == name)
    }

    /// Its multicast groups.
    pub fn groups(self) -> impl Iterator<Item = Group<'a>> {
        self.span(12).map(move |index| self.group_at(index))
    }

    fn group_at(self, index: usize) -> Group<'a> {
        let row = self.pack.row(Part::Groups, index);
        let number = Some(row.u32(4)).filter(|&n| n != 0);
        Group { name: self.pack.str(row.name(0)), number }
    }

    /// What tells its messages apart: their type or, where the family is generic, their command.
    fn number_of(&self, m: &Message<'_>) -> u16 {
        if self.is_generic() { m.body().first().copied().unwrap_or(0).into() } else { m.kind() }
    }

    /// What a message is, by its type or command.
    pub fn identify(self, m: &Message<'_>, way: Way) -> Option<(Op<'a>, Form)> {
        self.message(self.number_of(m), way, m.body())
    }

    /// What a message is that the kernel sent unasked.
    pub fn notified(self, m: &Message<'_>) -> Option<(Op<'a>, Form)> {
        let number = self.number_of(m);
        let find = |unasked| self.find(number, [Form::DoReply, Form::DumpReply], unasked, m.body());
        find(true).or_else(|| find(false))
    }

    /// What a message with this number is: the type in `struct nlmsghdr`, or the command in `struct
    /// genlmsghdr` for a generic family. Answers come before notifications of the same number. `body` is
    /// what follows `struct nlmsghdr`, as far as it is known.
    pub fn message(self, number: u16, way: Way, body: &[u8]) -> Option<(Op<'a>, Form)> {
        let forms = match way {
            Way::ToKernel => [Form::Do, Form::Dump],
            Way::FromKernel => [Form::DoReply, Form::DumpReply],
        };
        let find = |unasked| self.find(number, forms, unasked, body);
        find(false).or_else(|| find(true))
    }

    fn find(
        self,
        number: u16,
        forms: [Form; 2],
        unasked: bool,
        body: &[u8],
    ) -> Option<(Op<'a>, Form)> {
        let fits = |op: &Op<'a>, form: Form| {
            op.number(form) == Some(number) && op.layout(form).is_some_and(|l| l.fits(body))
        };
        let mut ops = self.ops().filter(|op| op.is_async() == unasked);
        ops.find_map(|op| Some((op, forms.into_iter().find(|form| fits(&op, *form))?)))
    }
}

/// One operation, notification or event.
#[derive(Clone, Copy, Debug)]
pub struct Op<'a> {
    pub(super) family: Family<'a>,
    pub(super) row: Row<'a>,
}

impl<'a> Op<'a> {
    /// What it is called: `newlink`.
    pub fn name(&self) -> &'a str {
        self.family.pack.str(self.row.name(0))
    }

    /// The family it is of.
    pub fn family(&self) -> Family<'a> {
        self.family
    }

    /// Any of [`op_flags`].
    pub fn flags(&self) -> u16 {
        self.row.u16(4) & 0xff
    }

    fn form(&self, form: Form) -> Option<Row<'a>> {
        let forms = self.row.u16(4) >> op_flags::FORMS;
        let bit = 1u16.wrapping_shl(form as u32);
        let before = (forms & bit.wrapping_sub(1)).count_ones() as usize;
        let index = usize::from(self.row.u16(10)).saturating_add(before);
        (forms & bit != 0).then(|| self.family.pack.row(Part::Forms, index))
    }

    /// Whether the kernel sends it unasked.
    pub fn is_async(&self) -> bool {
        self.flags() & (op_flags::NOTIFY | op_flags::EVENT) != 0
    }

    /// The operation whose answer a notification repeats.
    pub fn notifies(&self) -> Option<Op<'a>> {
        Some(self.family.op_at(self.row.index(6)?.into()))
    }

    /// The group to which a notification or an event goes, where that is said.
    pub fn group(&self) -> Option<Group<'a>> {
        Some(self.family.group_at(self.row.index(8)?.into()))
    }

    /// The number of one of its messages, where it has that: a type, or a generic family's command.
    pub fn number(&self, form: Form) -> Option<u16> {
        self.form(form).map(|row| row.u16(0))
    }

    /// The form of a request with these flags that was taken for `form`: some operations ask for a dump in
    /// the same way, but for `NLM_F_DUMP`.
    pub fn asked(&self, form: Form, flags: u16) -> Form {
        let dumps =
            flags & NLM_F_DUMP == NLM_F_DUMP && self.number(Form::Dump) == self.number(form);
        if dumps && self.layout(Form::Dump).is_some() { Form::Dump } else { form }
    }

    /// What one of its messages is made of, where it has that.
    pub fn layout(&self, form: Form) -> Option<Layout<'a>> {
        let index = self.form(form)?.index(2)?;
        let pack = self.family.pack;
        Some(Layout { pack, row: pack.row(Part::Layouts, index.into()) })
    }
}

/// What a message is made of.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    pack: Pack<'a>,
    row: Row<'a>,
}

impl<'a> Layout<'a> {
    /// The family's fixed header; behind `struct genlmsghdr` for a generic family.
    pub fn header(&self) -> Option<Set<'a>> {
        Set::of(self.pack, self.row.index(0))
    }

    /// What stands between the header and the attributes, or instead of them.
    pub fn body(&self) -> Option<Type<'a>> {
        self.row.index(2).map(|index| Type::of(self.pack, index))
    }

    /// The attributes there may be.
    pub fn set(&self) -> Option<Set<'a>> {
        Set::of(self.pack, self.row.index(4))
    }

    /// The types of the attributes that are expected. Kernels may take and send more.
    pub fn expected(self) -> impl Iterator<Item = u16> + 'a {
        self.list(Some(self.row.u16(6)))
    }

    /// Whether `body` may be this, as far as it is there: some families have one number in common.
    pub(super) fn fits(self, body: &[u8]) -> bool {
        let mut list = self.list(self.row.index(8));
        let (Some(at), Some(width)) = (list.next(), list.next()) else { return true };
        let end = at.saturating_add(width);
        let Some(bytes) = body.get(at.into()..end.into()) else { return true };
        let add = |n: u64, b: &u8| n << 8 | u64::from(*b);
        let big = cfg!(target_endian = "big");
        let n = if big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) };
        list.any(|wanted| u64::from(wanted) == n)
    }

    /// The numbers of a list.
    fn list(self, at: Option<u16>) -> impl Iterator<Item = u16> + 'a {
        let row = move |n: usize| {
            at.map_or(0, |at| self.pack.row(Part::Lists, usize::from(at).saturating_add(n)).u16(0))
        };
        (1..=usize::from(row(0))).map(row)
    }
}
