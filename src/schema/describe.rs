// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a family or an operation is, as JSON: what programs that show or complete names are made from.

use alloc::vec::Vec;

use super::format::{Form, Hint, Kind, Part, op_flags, type_flags};
use super::out::Out;
use super::pack::{Family, Layout, Op, Pack};
use super::types::{Enum, Field, Set, Sub, Type};
use crate::error::Fault;
use crate::grow;

const FORMS: [(&str, Form); 4] = [
    ("do", Form::Do),
    ("do-reply", Form::DoReply),
    ("dump", Form::Dump),
    ("dump-reply", Form::DumpReply),
];

/// Words for the flags of an operation that say who may.
const RIGHTS: [(&str, u16); 2] =
    [("admin-perm", op_flags::ADMIN), ("uns-admin-perm", op_flags::UNS_ADMIN)];

impl Pack<'_> {
    /// Appends a list of the families: name, protocol number, whether it is generic, how many operations.
    pub fn describe(self, to: &mut Vec<u8>) -> Result<(), Fault> {
        let mut out = Out::json(to);
        out.open(b'[');
        for family in self.families() {
            out.open(b'{');
            out.key(b"name").name(family.name().as_bytes());
            out.key(b"protocol").number(family.protocol().into());
            out.key(b"generic").word(if family.is_generic() { b"true" } else { b"false" });
            out.key(b"ops").number(family.ops().count() as i128);
            out.close(b'}');
        }
        out.close(b']');
        out.finish()
    }
}

impl<'a> Family<'a> {
    /// Appends a description as one JSON object to `to`; with `op`, of that and of what it is made of
    /// alone. It has `name`, `protocol`, `version`, `ops` and `groups` (lists), and by name `sets`,
    /// `structs` (lists of attributes and members), `enums` and `sub-messages`. An operation has for each
    /// of its messages, `do`, `do-reply`, `dump` and `dump-reply`, the `number`, the names of its `header`
    /// and `set`, and the `attributes` that are expected. The only error is [`Fault::NoMemory`].
    pub fn describe(&self, op: Option<Op<'a>>, to: &mut Vec<u8>) -> Result<(), Fault> {
        let reach = self.reach(op)?;
        let mut text = Describer { out: Out::json(to) };
        text.family(self, op, &reach);
        text.out.finish()
    }

    /// Which rows of sets, enums and subs a description needs.
    fn reach(&self, op: Option<Op<'a>>) -> Result<Reach<'a>, Fault> {
        let mut reach = Reach::new(self)?;
        let Some(op) = op else {
            reach.marks.iter_mut().for_each(|mark| *mark = true);
            return Ok(reach);
        };
        for layout in FORMS.iter().filter_map(|(_, form)| op.layout(*form)) {
            reach.set(layout.header())?;
            reach.set(layout.set())?;
            layout.body().map_or(Ok(()), |ty| reach.ty(&ty))?;
        }
        while let Some(set) = reach.todo.pop() {
            set.fields().try_for_each(|field| reach.ty(&field.ty()))?;
        }
        Ok(reach)
    }
}

/// What has been met on the way through a family.
struct Reach<'a> {
    /// One for each of the family's sets, enums and subs, in this order.
    marks: Vec<bool>,
    firsts: [(usize, usize); 3],
    todo: Vec<Set<'a>>,
}

/// Where in a family's row the spans of sets, enums and subs are.
const SPANS: [(usize, Part); 3] = [(16, Part::Sets), (20, Part::Enums), (24, Part::Subs)];

impl<'a> Reach<'a> {
    fn new(family: &Family<'a>) -> Result<Self, Fault> {
        let (mut marks, mut firsts) = (Vec::new(), [(0, 0); 3]);
        for (slot, (at, _)) in firsts.iter_mut().zip(SPANS) {
            let span = family.span(at);
            *slot = (marks.len(), span.start);
            let end = marks.len().saturating_add(span.len());
            grow::extend(&mut marks, end, false)?;
        }
        Ok(Reach { marks, firsts, todo: Vec::new() })
    }

    fn place(&self, kind: usize, index: usize) -> Option<usize> {
        let (base, first) = self.firsts.get(kind)?;
        Some(base.saturating_add(index.checked_sub(*first)?))
    }

    fn has(&self, kind: usize, index: usize) -> bool {
        self.place(kind, index).and_then(|at| self.marks.get(at)).is_some_and(|mark| *mark)
    }

    /// Marks a row, and says whether it is new.
    fn mark(&mut self, kind: usize, index: u16) -> bool {
        let at = self.place(kind, index.into());
        let mark = at.and_then(|at| self.marks.get_mut(at));
        mark.is_some_and(|mark| !core::mem::replace(mark, true))
    }

    fn set(&mut self, set: Option<Set<'a>>) -> Result<(), Fault> {
        match set {
            Some(set) if self.mark(0, set.index) => grow::push(&mut self.todo, set),
            _ => Ok(()),
        }
    }

    fn ty(&mut self, ty: &Type<'a>) -> Result<(), Fault> {
        self.set(ty.header())?;
        self.set(ty.struct_or_set())?;
        if let Some(index) = ty.names().and_then(|_| ty.target()) {
            self.mark(1, index);
        }
        if let Some(sub) = ty.sub() {
            self.mark(2, ty.target().unwrap_or(0));
            for choice in sub.choices() {
                self.set(choice.header)?;
                self.set(choice.set)?;
            }
        }
        Ok(())
    }
}

struct Describer<'o> {
    out: Out<'o>,
}

impl Describer<'_> {
    fn family<'a>(&mut self, family: &Family<'a>, op: Option<Op<'a>>, reach: &Reach<'a>) {
        self.out.open(b'{');
        self.text("name", family.name());
        self.out.key(b"protocol").number(family.protocol().into());
        if family.is_generic() {
            self.out.key(b"version").number(family.version().into());
        }
        self.list("ops", family.ops().filter(|each| op.is_none_or(|op| op == *each)), Self::op);
        self.list("groups", family.groups(), |text, group| {
            text.text("name", group.name);
            text.number("number", group.number.map(i128::from));
        });
        for (key, structs) in [("sets", false), ("structs", true)] {
            let rows = family.span(16).filter(|index| reach.has(0, *index));
            let sets = rows.filter_map(|n| Set::of(family.pack, u16::try_from(n).ok()));
            self.sets(key, sets.filter(|set| set.is_struct() == structs));
        }
        self.by_name("enums", family.span(20).filter(|n| reach.has(1, *n)), |text, n| {
            text.names(&Enum::at(family.pack, n));
        });
        self.by_name("sub-messages", family.span(24).filter(|n| reach.has(2, *n)), |text, n| {
            text.sub(&Sub::at(family.pack, n));
        });
        self.out.close(b'}');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.out.key(key.as_bytes()).name(value.as_bytes());
    }

    fn number(&mut self, key: &str, value: Option<i128>) {
        if let Some(value) = value {
            self.out.key(key.as_bytes()).number(value);
        }
    }

    fn set_name(&mut self, key: &str, set: Option<Set<'_>>) {
        if let Some(set) = set {
            self.text(key, set.name());
        }
    }

    /// A list of objects under a key.
    fn list<T>(&mut self, key: &str, all: impl Iterator<Item = T>, each: impl Fn(&mut Self, T)) {
        self.out.key(key.as_bytes()).open(b'[');
        for one in all {
            self.out.open(b'{');
            each(self, one);
            self.out.close(b'}');
        }
        self.out.close(b']');
    }

    /// An object under a key, whose members `each` writes.
    fn by_name(
        &mut self,
        key: &str,
        all: impl Iterator<Item = usize>,
        each: impl Fn(&mut Self, usize),
    ) {
        self.out.key(key.as_bytes()).open(b'{');
        all.for_each(|one| each(self, one));
        self.out.close(b'}');
    }

    fn op(&mut self, op: Op<'_>) {
        self.text("name", op.name());
        for (key, form) in FORMS {
            if let Some(layout) = op.layout(form) {
                self.out.key(key.as_bytes()).open(b'{');
                self.number("number", op.number(form).map(i128::from));
                self.layout(layout);
                self.out.close(b'}');
            }
        }
        if let Some(told) = op.notifies() {
            self.text("notifies", told.name());
        }
        if let Some(group) = op.group() {
            self.text("group", group.name);
        }
        for (word, _) in RIGHTS.iter().filter(|(_, flag)| op.flags() & flag != 0) {
            self.out.key(word.as_bytes()).word(b"true");
        }
    }

    fn layout(&mut self, layout: Layout<'_>) {
        self.set_name("header", layout.header());
        self.set_name("set", layout.set());
        if let Some(body) = layout.body() {
            self.out.key(b"body").open(b'{');
            self.ty(&body);
            self.out.close(b'}');
        }
        self.out.key(b"attributes").open(b'[');
        let set = layout.set();
        for field in layout.expected().filter_map(|kind| set.and_then(|set| set.field(kind))) {
            self.out.name(field.text());
        }
        self.out.close(b']');
    }

    fn sets<'a>(&mut self, key: &str, all: impl Iterator<Item = Set<'a>>) {
        self.out.key(key.as_bytes()).open(b'{');
        for set in all {
            self.list(set.name(), set.fields(), |text, field| text.field(set, field));
        }
        self.out.close(b'}');
    }

    fn field(&mut self, set: Set<'_>, field: Field<'_>) {
        self.text("name", field.name());
        let key = if set.is_struct() { "offset" } else { "number" };
        self.number(key, Some(field.number().into()));
        self.ty(&field.ty());
    }

    fn ty(&mut self, ty: &Type<'_>) {
        self.text("type", ty.kind().word());
        if matches!(ty.kind(), Kind::List | Kind::Array | Kind::TypeValue) {
            self.text("element", ty.element().kind().word());
        }
        self.number("width", Some(ty.width() as i128).filter(|width| *width > 0));
        self.set_name("header", ty.header());
        self.set_name("set", ty.struct_or_set());
        if let Some(names) = ty.names() {
            self.text("enum", names.name());
        }
        if let Some(sub) = ty.sub() {
            self.text("sub-message", sub.name());
        }
        if ty.kind() == Kind::TypeValue {
            self.out.key(b"type-names").open(b'[');
            ty.type_names().for_each(|name| self.out.name(ty.pack.text(name)));
            self.out.close(b']');
        } else if ty.selector() != 0 {
            self.text("selector", ty.pack.str(ty.selector()));
        }
        for (word, flag) in [
            ("multi", type_flags::MULTI),
            ("bits", type_flags::BITS),
            ("big-endian", type_flags::BIG),
        ] {
            if ty.has(flag) {
                self.out.key(word.as_bytes()).word(b"true");
            }
        }
        if ty.hint() != Hint::None {
            self.text("hint", ty.hint().word());
        }
        self.limits(ty);
    }

    fn limits(&mut self, ty: &Type<'_>) {
        let Some((low, high)) = ty.check() else { return };
        if ty.has(type_flags::MASK) {
            return self.number("mask", Some(high.into()));
        }
        let (low, high) = (ty.limit(low), ty.limit(high));
        let lowest = if ty.is_signed() { i64::MIN.into() } else { 0 };
        self.number("min", Some(low).filter(|low| *low != lowest));
        self.number("max", Some(high).filter(|high| *high < i64::MAX.into()));
    }

    fn names(&mut self, names: &Enum<'_>) {
        self.out.key(names.name().as_bytes()).open(b'{');
        for (name, value) in names.entries() {
            self.out.key(name).number(value.into());
        }
        self.out.close(b'}');
    }

    fn sub(&mut self, sub: &Sub<'_>) {
        self.list(sub.name(), sub.choices(), |text, choice| {
            text.out.key(b"value").name(choice.value);
            text.set_name("header", choice.header);
            text.set_name("set", choice.set);
        });
    }
}
