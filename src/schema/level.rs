// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in a message: which attributes stand there, what is around them, and what decides what they
//! are. Everything that reads messages walks from level to level.

use super::format::{Form, Kind};
use super::pack::Op;
use super::types::{Choice, Field, Set, Type};
use crate::wire::{Attr, Attrs, Header, align4};

/// Deeper than the kernel nests: a bound on every walk, not a limit of the format.
pub(super) const MAX_DEPTH: u8 = 16;

/// A struct before the attributes, and the bytes of the message it stands for: as many as there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Head<'a, 'm> {
    pub(super) set: Option<Set<'a>>,
    pub(super) bytes: &'m [u8],
}

/// The inside of a message or of a nest.
#[derive(Clone, Copy)]
pub(super) struct Level<'w, 'a, 'm> {
    /// The fixed header, and the struct of the body.
    pub(super) heads: [Head<'a, 'm>; 2],
    /// A body of another kind.
    pub(super) body: Option<(Type<'a>, &'m [u8])>,
    pub(super) set: Option<Set<'a>>,
    pub(super) attrs: Attrs<'m>,
    /// The member that says how long all of this is: it goes without saying.
    hidden: u32,
    outer: Option<&'w Level<'w, 'a, 'm>>,
    depth: u8,
}

/// Cuts the struct from the start of what is walked: as much of it as there is, with its padding.
fn head<'a, 'm>(set: Option<Set<'a>>, attrs: &mut Attrs<'m>) -> Head<'a, 'm> {
    let all = attrs.rest().len();
    let want = set.map_or(0, |s| if s.is_open() { all } else { align4(s.size()) });
    Head { set, bytes: cut(attrs, want) }
}

/// Cuts `want` bytes from the start of what is walked, or all there are.
fn cut<'m>(attrs: &mut Attrs<'m>, want: usize) -> &'m [u8] {
    let rest = attrs.rest();
    let (bytes, after) = rest.split_at_checked(want).unwrap_or((rest, &[]));
    *attrs = Attrs::at(after, attrs.offset().saturating_add(rest.len()));
    bytes
}

impl<'a, 'm> Level<'_, 'a, 'm> {
    /// The inside of a message, of which `body` is all behind `struct nlmsghdr`.
    pub(super) fn of(op: &Op<'a>, form: Form, body: &'m [u8]) -> Self {
        let end = Header::LEN.saturating_add(body.len());
        let attrs = Attrs::at(body.get(op.family().prefix()..).unwrap_or_default(), end);
        let layout = op.layout(form);
        let mut level = Level::inside(attrs, layout.and_then(|l| l.header()), None, None);
        level.set = layout.and_then(|l| l.set());
        if let Some(ty) = layout.and_then(|l| l.body()) {
            level.enter_body(ty);
        }
        level
    }

    /// What stands behind the fixed header is the body first.
    fn enter_body(&mut self, ty: Type<'a>) {
        let mut attrs = self.attrs;
        let choice = match ty.kind() {
            Kind::Struct => Choice { header: ty.set(), ..Choice::default() },
            Kind::Sub => self.choose(&ty).unwrap_or_default(),
            _ => Choice::default(),
        };
        if choice.header.is_none() && choice.set.is_none() {
            let len = self.body_len(&ty).unwrap_or(usize::MAX);
            let bytes = cut(&mut attrs, align4(len));
            self.body = Some((ty, bytes.get(..len).unwrap_or(bytes)));
        }
        let [first, _] = self.heads;
        self.heads = [first, head(choice.header, &mut attrs)];
        (self.attrs, self.set) = (attrs, choice.set.or(self.set));
    }

    /// How long the body is, where the fixed header says that.
    fn body_len(&self, ty: &Type<'a>) -> Option<usize> {
        let [head, _] = &self.heads;
        let (member, bytes) = head.member(ty.selector()).filter(|_| ty.kind() == Kind::Binary)?;
        usize::try_from(member.number(bytes)?).ok()
    }

    /// What is inside `attrs`: perhaps a struct, then attributes of a set.
    pub(super) fn inside<'w>(
        mut attrs: Attrs<'m>,
        header: Option<Set<'a>>,
        set: Option<Set<'a>>,
        outer: Option<&'w Level<'w, 'a, 'm>>,
    ) -> Level<'w, 'a, 'm> {
        let heads = [head(header, &mut attrs), Head::default()];
        let depth = outer.map_or(0, |level| level.depth.saturating_add(1));
        Level { heads, body: None, set, attrs, hidden: 0, outer, depth }
    }

    /// The inside of a record of `ty`.
    pub(super) fn record<'w>(&'w self, ty: &Type<'a>, attrs: Attrs<'m>) -> Level<'w, 'a, 'm> {
        let inside = Level::inside(attrs, ty.header(), ty.set(), Some(self));
        Level { hidden: ty.selector(), ..inside }
    }

    /// Whether a member of the struct is not shown.
    pub(super) fn hides(&self, field: &Field<'_>) -> bool {
        self.hidden != 0 && self.hidden == field.id()
    }

    /// Whether the fixed header is not all there.
    pub(super) fn is_short(&self) -> bool {
        let [head, _] = &self.heads;
        head.set.is_some_and(|set| head.bytes.len() < set.size())
    }

    /// Whether there may be nothing inside.
    pub(super) fn is_deep(&self) -> bool {
        self.depth >= MAX_DEPTH
    }

    /// The inside of `attr`, if it holds attributes or a struct with attributes behind it.
    pub(super) fn enter<'w>(&'w self, ty: &Type<'a>, attr: &Attr<'m>) -> Option<Level<'w, 'a, 'm>> {
        let (header, set) = match ty.kind() {
            Kind::Nest => (ty.header(), ty.set()),
            Kind::Sub => self.choose(ty).map(|choice| (choice.header, choice.set))?,
            _ => return None,
        };
        (!self.is_deep()).then(|| Level::inside(attr.nested(), header, set, Some(self)))
    }

    /// The value of the nearest attribute or member that has this name of the pack, from here outward.
    pub(super) fn find(&self, name: u32) -> Option<(Type<'a>, &'m [u8])> {
        let mut level = Some(self);
        while let Some(here) = level.filter(|_| name != 0) {
            let field = here.set.and_then(|set| set.having(name));
            let attr = field.and_then(|f| Some((f.ty(), here.attrs.get(f.number())?.payload())));
            let member = || here.heads.iter().find_map(|head| head.member(name));
            if let Some(found) = attr.or_else(member) {
                return Some(found);
            }
            level = here.outer;
        }
        None
    }

    /// Which layout a sub-message has here. Without a selector it is the one for all others, if there is one.
    pub(super) fn choose(&self, ty: &Type<'a>) -> Option<Choice<'a>> {
        let found = self.find(ty.selector());
        ty.sub()?.choice(|value| found.is_some_and(|(selector, bytes)| selector.says(bytes, value)))
    }
}

impl<'a, 'm> Head<'a, 'm> {
    /// Type and bytes of a member, if all of it is there.
    fn member(&self, name: u32) -> Option<(Type<'a>, &'m [u8])> {
        let field = self.set?.having(name)?;
        Some((field.ty(), field.of(self.bytes)?))
    }
}
