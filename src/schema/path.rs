// SPDX-License-Identifier: MIT OR Apache-2.0
//! Paths of attributes, for errors: `.linkinfo.data(vxlan).id`, `.multipath[1].gateway`. What has no name
//! shows its number.

use alloc::string::String;

use super::format::{Form, Kind};
use super::level::Level;
use super::pack::{NAMES, Op, Pack, Way};
use super::types::{Set, Type};
use super::value::text_of;
use super::walk::{Record, records};
use crate::text::Text;
use crate::uapi::NETLINK_GENERIC;
use crate::uapi::genetlink::GENL_ID_CTRL;
use crate::wire::{Attr, Attrs, Header, Message};

/// What is known of a request by itself: what it is called, and what its attributes are.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// `newroute`; `request` where nothing is known.
    pub name: &'a str,
    /// Bytes of the fixed header.
    pub header: usize,
    op: Option<(Op<'a>, Form)>,
}

/// What is known of messages of type `kind` to `protocol`. Of generic families, only of the controller:
/// what else an id stands for, the socket knows.
#[inline(never)]
pub fn operation(protocol: i32, kind: u16) -> Operation<'static> {
    if !NAMES {
        return NOTHING;
    }
    if protocol == NETLINK_GENERIC {
        return generic(kind);
    }
    match Pack::builtin().message(protocol, kind, Way::ToKernel, &[]) {
        Some((op, form)) => Operation::of(op, form),
        None => NOTHING,
    }
}

/// What is known where nothing is.
const NOTHING: Operation<'static> = Operation { name: "request", header: 0, op: None };

fn generic(kind: u16) -> Operation<'static> {
    let family = Pack::builtin().family("nlctrl").filter(|_| kind == GENL_ID_CTRL);
    let op = family.and_then(|family| Some((family.ops().next()?, Form::Do)));
    Operation { name: family.map_or("request", |f| f.name()), header: 4, op }
}

impl<'a> Operation<'a> {
    /// A known operation.
    pub fn of(op: Op<'a>, form: Form) -> Self {
        let header = op.layout(form).and_then(|layout| layout.header()).map_or(0, |set| set.size());
        let header = op.family().prefix().saturating_add(header);
        Operation { name: op.name(), header, op: Some((op, form)) }
    }

    /// The path of the attribute that starts at `offset` of `request`, or holds it. Empty if none does.
    pub fn path(&self, request: &[u8], offset: u32) -> String {
        let Some(message) = self.whole(request).filter(|_| offset as usize >= Header::LEN) else {
            return String::new();
        };
        self.locate(message, Some(offset)).0.finish().unwrap_or_default()
    }

    /// The path of an attribute of type `kind` that is missing from the nest at `nest`, or from the top.
    pub fn missing(&self, request: &[u8], nest: Option<u32>, kind: u32) -> String {
        let (mut path, place) = match self.whole(request) {
            Some(message) => self.locate(message, nest),
            None if nest.is_some() && self.is_blind() => return String::new(),
            None => (Path::default(), self.top()),
        };
        path.step(place, u16::try_from(kind).unwrap_or(u16::MAX));
        path.finish().unwrap_or_default()
    }

    /// The path of an attribute by the types from the outermost nest to itself.
    pub fn path_of_types(&self, types: &[u16]) -> String {
        let (mut path, mut place) = (Path::default(), self.top());
        for &kind in types {
            place = path.step(place, kind).0;
        }
        path.finish().unwrap_or_default()
    }

    /// Whether it is not known where attributes begin. Types that no description knows have no header as
    /// far as we can tell; without descriptions that is not said of all.
    fn is_blind(&self) -> bool {
        !NAMES && self.header == 0
    }

    fn whole<'m>(&self, request: &'m [u8]) -> Option<Message<'m>> {
        let message = Message::split(request).ok().map(|(message, _)| message);
        message.filter(|_| !self.is_blind())
    }

    fn top(&self) -> Place<'a> {
        let layout = self.op.and_then(|(op, form)| op.layout(form));
        Place::Set(layout.and_then(|layout| layout.set()))
    }

    /// The path to `offset`, and what is inside there.
    fn locate<'m>(&self, message: Message<'m>, offset: Option<u32>) -> (Path, Place<'a>) {
        let level = match self.op {
            Some((op, form)) => Level::of(&op, form, message.body()),
            None => Level::inside(message.attrs(self.header), None, None, None),
        };
        let mut path = Path::default();
        let place = match offset {
            Some(offset) => {
                path.descend(&level, Place::Set(level.set), level.attrs, offset as usize)
            }
            None => Place::Set(level.set),
        };
        (path, place)
    }
}

/// What the attributes at a place are.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// Those of a set; none that are known.
    Set(Option<Set<'a>>),
    /// Elements of an array, by index.
    Elements(Type<'a>),
    /// Nests whose types are values: those of so many are around.
    Types(Type<'a>, usize),
}

impl<'a> Place<'a> {
    /// What is inside an attribute of type `ty`.
    fn inside(ty: &Type<'a>) -> Self {
        match ty.kind() {
            Kind::Nest | Kind::Records => Place::Set(ty.set()),
            Kind::Array => Place::Elements(ty.element()),
            Kind::TypeValue => Place::Types(*ty, 0),
            _ => Place::Set(None),
        }
    }
}

#[derive(Default)]
pub(super) struct Path(Text);

impl Path {
    pub(super) fn finish(self) -> Option<String> {
        self.0.finish()
    }

    /// Goes into the attribute of type `kind`. Gives what is inside and what it is.
    fn step<'a>(&mut self, place: Place<'a>, kind: u16) -> (Place<'a>, Option<Type<'a>>) {
        let element = match place {
            Place::Set(set) => return self.named(set, kind),
            Place::Elements(ty) => ty,
            Place::Types(ty, n) if n.saturating_add(1) < ty.type_names().count() => {
                self.index(kind.into());
                return (Place::Types(ty, n.saturating_add(1)), None);
            }
            Place::Types(ty, _) => ty.element(),
        };
        self.index(kind.into());
        (Place::inside(&element), Some(element))
    }

    fn named<'a>(&mut self, set: Option<Set<'a>>, kind: u16) -> (Place<'a>, Option<Type<'a>>) {
        match set.and_then(|set| set.field(kind)) {
            Some(field) => {
                self.0.str(".").bytes(field.text());
                (Place::inside(&field.ty()), Some(field.ty()))
            }
            None => {
                self.0.str(".").num(kind.into());
                (Place::Set(None), None)
            }
        }
    }

    fn index(&mut self, n: u64) {
        self.0.str("[").num(n).str("]");
    }

    /// Follows the attributes that hold `offset`, down to the one that starts there, and gives what is
    /// inside that.
    #[inline(never)]
    fn descend<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        place: Place<'a>,
        attrs: Attrs<'m>,
        offset: usize,
    ) -> Place<'a> {
        let Some(attr) = attrs.map_while(Result::ok).find(|attr| holds(attr, offset)) else {
            return place;
        };
        let (inside, ty) = self.step(place, attr.kind());
        if ty.is_some_and(|ty| ty.is_multi()) {
            self.index(attrs.turn(&attr));
        }
        let chosen = ty.filter(|ty| ty.kind() == Kind::Sub).and_then(|ty| self.choose(level, &ty));
        let inside = chosen.unwrap_or(inside);
        if attr.offset() == offset || level.is_deep() || ty.is_some_and(|ty| !ty.holds_attributes())
        {
            return inside;
        }
        if let Some(ty) = ty.filter(|ty| ty.kind() == Kind::Records) {
            return self.record(level, &ty, &attr, offset);
        }
        let known = ty.and_then(|ty| level.enter(&ty, &attr));
        let inner = known.unwrap_or_else(|| Level::inside(attr.nested(), None, None, Some(level)));
        self.descend(&inner, inside, inner.attrs, offset)
    }

    /// Goes into the record that holds `offset`.
    fn record<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        ty: &Type<'a>,
        attr: &Attr<'m>,
        offset: usize,
    ) -> Place<'a> {
        for (n, record) in records(ty, attr).enumerate() {
            let Record::Whole(attrs) = record else { break };
            if (attrs.offset()..attrs.offset().saturating_add(attrs.rest().len())).contains(&offset)
            {
                self.index(n as u64);
                let inner = level.record(ty, attrs);
                return self.descend(&inner, Place::Set(inner.set), inner.attrs, offset);
            }
        }
        Place::Set(ty.set())
    }

    /// Says what decides what a sub-message is, and gives that.
    fn choose<'a>(&mut self, level: &Level<'_, 'a, '_>, ty: &Type<'a>) -> Option<Place<'a>> {
        let (found, choice) = (level.find(ty.selector()), level.choose(ty));
        if let Some((selector, bytes)) = found {
            which(&mut self.0, &selector, bytes);
        }
        (found.is_some() || choice.is_some())
            .then(|| Place::Set(choice.and_then(|choice| choice.set)))
    }
}

/// Says what decides what a sub-message is: `(vxlan)`.
pub(super) fn which(text: &mut Text, selector: &Type<'_>, bytes: &[u8]) {
    text.str("(");
    match selector.number(bytes) {
        Some(n) => match selector.values().and_then(|names| names.name_of(n as i64)) {
            Some(name) => text.bytes(name),
            None => text.num(n.unsigned_abs() as u64),
        },
        None => text.bytes(text_of(bytes)),
    };
    text.str(")");
}

fn holds(attr: &Attr<'_>, offset: usize) -> bool {
    let end = attr.offset().saturating_add(4).saturating_add(attr.payload().len());
    (attr.offset()..end).contains(&offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::rtnetlink::*;
    use crate::uapi::{NETLINK_GENERIC, NETLINK_ROUTE};
    use crate::wire::Msg;

    fn newlink(kind: &str) -> Vec<u8> {
        let mut m = Msg::new(RTM_NEWLINK, 0);
        m.put_header(&[0; 16]).put_str(IFLA_IFNAME, "v0").nest(IFLA_LINKINFO);
        m.put_str(IFLA_INFO_KIND, kind).nest(IFLA_INFO_DATA).put_u32(1, 7).nest_end().nest_end();
        m.bytes().unwrap().to_vec()
    }

    fn path(request: &[u8], offset: u32) -> String {
        operation(NETLINK_ROUTE, RTM_NEWLINK).path(request, offset)
    }

    #[test]
    fn requests_have_names_and_header_lengths() {
        let op = operation(NETLINK_ROUTE, RTM_NEWROUTE);
        assert_eq!((op.name, op.header), ("newroute", 12));
        let op = operation(NETLINK_GENERIC, 0x44);
        assert_eq!((op.name, op.header), ("request", 4));
    }

    #[test]
    fn offsets_become_paths() {
        let request = newlink("vxlan");
        assert_eq!(path(&request, 32), ".ifname");
        assert_eq!(path(&request, 40), ".linkinfo");
        assert_eq!(path(&request, 44), ".linkinfo.kind");
        assert_eq!(path(&request, 56), ".linkinfo.data(vxlan)");
        assert_eq!(path(&request, 60), ".linkinfo.data(vxlan).id");
    }

    #[test]
    fn what_has_no_name_shows_its_number() {
        let request = newlink("nosuchkind");
        assert_eq!(path(&request, 64), ".linkinfo.data(nosuchkind).1");
        assert_eq!(operation(99, 99).path_of_types(&[3, 4]), ".3.4");
    }

    #[test]
    fn offsets_outside_every_attribute_have_no_path() {
        let request = newlink("vxlan");
        for offset in [0, 15, 16, 31, 1 << 20, u32::MAX] {
            assert_eq!(path(&request, offset), "", "offset {offset}");
        }
        assert_eq!(path(&[], 32), "");
    }

    #[test]
    fn what_is_missing_is_named_with_its_nest() {
        let request = newlink("vxlan");
        let op = operation(NETLINK_ROUTE, RTM_NEWLINK);
        assert_eq!(op.missing(&request, None, 3), ".ifname");
        assert_eq!(op.missing(&request, Some(40), 1), ".linkinfo.kind");
        assert_eq!(op.missing(&request, Some(40), 999), ".linkinfo.999");
    }
}
