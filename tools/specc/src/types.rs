// SPDX-License-Identifier: MIT OR Apache-2.0
//! What attributes and members hold.

use rnl::schema::format::{Hint, Kind, Part, type_flags};

use crate::family::Family;
use crate::pack::Row;
use crate::yaml::{At, Result};

const ATTRIBUTE: &str = "name type doc value type-value byte-order multi-attr nested-attributes enum enum-as-flags checks \
                         sub-type display-hint name-prefix struct sub-message selector fixed-header length-member";
const MEMBER: &str =
    "name type doc len byte-order enum enum-as-flags display-hint struct sub-type selector";
const CHECKS: &str = "flags-mask min max min-len max-len exact-len unterminated-ok";

/// An attribute, and what it is in the whole set where this is a part.
#[derive(Clone, Copy)]
pub struct Attr<'d> {
    pub own: At<'d>,
    pub whole: Option<At<'d>>,
    pub number: u16,
}

impl<'d> Attr<'d> {
    /// A description that stands alone.
    pub fn alone(own: At<'d>) -> Self {
        Attr { own, whole: None, number: 0 }
    }

    pub fn get(&self, key: &str) -> Option<At<'d>> {
        self.own.get(key).or_else(|| self.whole?.get(key))
    }

    pub fn want(&self, key: &str) -> Result<At<'d>> {
        self.get(key).ok_or_else(|| self.own.wrong(format_args!("wanted a key `{key}`")))
    }

    fn is(&self, key: &str) -> Result<bool> {
        self.get(key).map_or(Ok(false), At::flag)
    }
}

/// The row of a type, by its fields.
#[derive(Default)]
struct Type {
    kind: Option<Kind>,
    sub: Option<Kind>,
    target: Option<u16>,
    header: Option<u16>,
    check: Option<u16>,
    len: u16,
    selector: u32,
    flags: u8,
}

impl<'d> Family<'d, '_> {
    /// The type of an attribute.
    pub fn attribute(&mut self, attr: &Attr<'d>) -> Result<u16> {
        attr.own.only(ATTRIBUTE)?;
        let ty = self.ty(attr)?;
        self.write_type(attr, ty)
    }

    /// The type of a body, which is like an attribute. `header`: the struct before it.
    pub fn body(&mut self, at: At<'d>, header: Option<At<'d>>) -> Result<u16> {
        let attr = Attr::alone(at);
        at.only(ATTRIBUTE)?;
        let mut ty = self.ty(&attr)?;
        if ty.kind == Some(Kind::Text) {
            if attr.is("multi-attr")? {
                (ty.kind, ty.sub) = (Some(Kind::List), Some(Kind::Text));
            }
            let checks = at.get("checks").and_then(|checks| checks.get("unterminated-ok"));
            if checks.map_or(Ok(false), At::flag)? {
                ty.flags |= type_flags::BARE;
            }
        }
        if let Some(length) = at.get("length-member") {
            if ty.kind != Some(Kind::Binary) {
                return Err(length.wrong("only binary bodies have their length said"));
            }
            let header =
                header.ok_or_else(|| length.wrong("wanted a `fixed-header` to look at"))?;
            self.has_member(header, length)?;
            ty.selector = self.name(length)?;
        }
        self.write_type(&attr, ty)
    }

    /// The type of a member of a struct, and its width: 0 for what takes all that is left.
    pub fn member(&mut self, at: At<'d>) -> Result<(u16, u16)> {
        at.only(MEMBER)?;
        let attr = Attr::alone(at);
        let mut ty = self.ty(&attr)?;
        let fixed = match ty.kind.unwrap_or(Kind::Binary) {
            Kind::U8 | Kind::S8 => Some(1),
            Kind::U16 | Kind::S16 => Some(2),
            Kind::U32 | Kind::S32 => Some(4),
            Kind::U64 | Kind::S64 | Kind::Bitfield32 => Some(8),
            Kind::Struct => self.struct_under(at, "struct")?.map(|s| s.size),
            Kind::Binary | Kind::Text | Kind::Pad | Kind::List => None,
            kind => return Err(at.wrong(format_args!("a {} in a struct", kind.word()))),
        };
        let width = match (fixed, at.get("len")) {
            (Some(0), _) => return Err(at.wrong("a struct without members in a struct")),
            (Some(width), None) => width,
            (Some(_), Some(len)) => {
                return Err(len.wrong("a number or a struct has its own length"));
            }
            (None, Some(len)) => self.fitting(len)?,
            (None, None) if ty.kind == Some(Kind::Pad) => {
                return Err(at.wrong("wanted a key `len`"));
            }
            (None, None) => 0,
        };
        ty.len = if fixed.is_some() { 0 } else { width };
        Ok((self.write_type(&attr, ty)?, width))
    }

    fn ty(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let at = attr.want("type")?;
        let mut ty = Type::default();
        let scalar = scalar(at.text()?);
        ty.kind = Some(match at.text()? {
            _ if attr.get("type-value").is_some() => return self.type_value(attr, scalar),
            "pad" => Kind::Pad,
            "binary" => return self.binary(attr),
            "nest" => return self.nest(attr),
            "indexed-array" => return self.array(attr),
            "sub-message" => return self.sub_message(attr),
            "record-array" => return self.records(attr),
            other => match scalar {
                Some(kind) => kind,
                None => return Err(at.wrong(format_args!("`{other}`: no such type"))),
            },
        });
        Ok(ty)
    }

    fn binary(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let mut ty = Type { kind: Some(Kind::Binary), ..Type::default() };
        if let Some(at) = attr.get("struct") {
            let inner = self.structure(at, at.text()?)?;
            let structs = match attr.get("sub-type") {
                Some(at) => at.text()? == "struct",
                None => false,
            };
            let many = structs || attr.get("len").is_some();
            ty.target = Some(inner.index);
            ty.kind = Some(if many { Kind::List } else { Kind::Struct });
            ty.sub = Some(Kind::Struct);
            if many && (inner.size == 0 || inner.open) {
                return Err(at.wrong("an array of structs without a fixed length"));
            }
        } else if let Some(at) = attr.get("sub-type") {
            ty.kind = Some(Kind::List);
            ty.sub = scalar(at.text()?).filter(|kind| ![Kind::Flag, Kind::Text].contains(kind));
            if ty.sub.is_none() {
                return Err(at.wrong("wanted a type of numbers of fixed width"));
            }
        } else if let Some(at) = attr.get("selector") {
            ty.selector = self.name(at)?;
        }
        Ok(ty)
    }

    fn nest(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let target = Some(self.set(attr.want("nested-attributes")?)?.1);
        let header = attr.get("fixed-header");
        let header = header.map_or(Ok(None), |at| self.structure(at, at.text()?).map(Some))?;
        Ok(Type {
            kind: Some(Kind::Nest),
            target,
            header: header.map(|s| s.index),
            ..Type::default()
        })
    }

    fn array(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let at = attr.want("sub-type")?;
        let inner = match at.text()? {
            "nest" => self.nest(attr)?,
            "binary" => match attr.get("struct") {
                Some(_) => self.binary(attr)?,
                None => Type { kind: Some(Kind::Binary), ..Type::default() },
            },
            other => match scalar(other) {
                Some(kind) => Type { kind: Some(kind), ..Type::default() },
                None => return Err(at.wrong(format_args!("`{other}`: no type of elements"))),
            },
        };
        Ok(Type { kind: Some(Kind::Array), sub: inner.kind, ..inner })
    }

    fn type_value(&mut self, attr: &Attr<'d>, scalar: Option<Kind>) -> Result<Type> {
        let inner = match scalar {
            Some(kind) => Type { kind: Some(kind), ..Type::default() },
            None => self.nest(attr)?,
        };
        let names = attr.want("type-value")?;
        let mut rows = Vec::new();
        for name in names.items()? {
            rows.push(Row::default().name(self.key_name(name)?));
        }
        if !(1..=4).contains(&rows.len()) {
            return Err(names.wrong("wanted one to four names"));
        }
        let selector = rows.len() as u32;
        let len = self.run(Part::Names, rows)?;
        Ok(Type { kind: Some(Kind::TypeValue), sub: inner.kind, len, selector, ..inner })
    }

    fn sub_message(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let at = attr.want("sub-message")?;
        let target = self.subs.get(at.text()?).copied();
        if target.is_none() {
            return Err(at.wrong(format_args!("`{}`: no sub-message is called so", at.text()?)));
        }
        let selector = self.name(attr.want("selector")?)?;
        Ok(Type { kind: Some(Kind::Sub), target, selector, ..Type::default() })
    }

    fn records(&mut self, attr: &Attr<'d>) -> Result<Type> {
        let at = attr.want("fixed-header")?;
        let header = self.structure(at, at.text()?)?;
        if header.size == 0 || header.open {
            return Err(at.wrong("wanted a struct of fixed length"));
        }
        let mut ty =
            Type { kind: Some(Kind::Records), header: Some(header.index), ..Type::default() };
        if let Some(length) = attr.get("length-member") {
            self.has_member(at, length)?;
            ty.selector = self.name(length)?;
            ty.target =
                attr.get("nested-attributes").map_or(Ok(None), |at| Ok(Some(self.set(at)?.1)))?;
        } else if let Some(at) = attr.get("nested-attributes") {
            return Err(at.wrong("records that hold attributes need a `length-member`"));
        }
        Ok(ty)
    }

    /// Whether the struct that `at` names has the member that `name` is.
    fn has_member(&self, at: At<'d>, name: At<'d>) -> Result<()> {
        let members = self.defined(at, at.text()?, "struct")?.list("members")?;
        match members.iter().any(|member| member.name().ok() == name.text().ok()) {
            true => Ok(()),
            false => Err(name.wrong("the struct has no such member")),
        }
    }

    fn write_type(&mut self, attr: &Attr<'d>, mut ty: Type) -> Result<u16> {
        let kind = ty.kind.unwrap_or(Kind::Binary);
        if let Some(at) = attr.get("enum") {
            let def = self.defined(at, at.text()?, "enum")?;
            ty.target = self.enums.get(at.text()?).copied();
            let bits = kind == Kind::Bitfield32 || def.want("type")?.text()? == "flags";
            if bits || attr.is("enum-as-flags")? {
                ty.flags |= type_flags::BITS;
            }
        }
        ty.flags |= match attr.get("byte-order").map(|at| (at, at.text())) {
            None => 0,
            Some((_, Ok("big-endian"))) => type_flags::BIG,
            Some((_, Ok("little-endian"))) => type_flags::LITTLE,
            Some((at, _)) => return Err(at.wrong("wanted big-endian or little-endian")),
        };
        if attr.is("multi-attr")? {
            ty.flags |= type_flags::MULTI;
        }
        let hint = match attr.get("display-hint") {
            None => Hint::None,
            Some(at) => {
                let word = at.text()?;
                let known = Hint::ALL.iter().find(|hint| hint.word() == word && !word.is_empty());
                *known.ok_or_else(|| at.wrong(format_args!("`{word}`: no such hint")))?
            }
        };
        if let Some(at) = attr.get("checks") {
            self.write_check(attr, at, &mut ty)?;
        }
        let row =
            Row::default().u8(kind as u8).u8(ty.sub.unwrap_or(Kind::Binary) as u8).u8(hint as u8);
        let row = row.u8(ty.flags).index(ty.target).index(ty.header).index(ty.check).u16(ty.len);
        self.once(Part::Types, row.u32(ty.selector))
    }

    fn write_check(&mut self, attr: &Attr<'d>, at: At<'d>, ty: &mut Type) -> Result<()> {
        at.only(CHECKS)?;
        if let Some(mask) = at.get("flags-mask") {
            ty.flags |= type_flags::MASK;
            let row = Row::default().u64(0).u64(self.mask(mask)?);
            ty.check = Some(self.once(Part::Checks, row)?);
            return Ok(());
        }
        let kind = ty.kind.unwrap_or(Kind::Binary);
        let signed = matches!(kind, Kind::S8 | Kind::S16 | Kind::S32 | Kind::S64 | Kind::Sint);
        let is_number = signed
            || scalar(attr.want("type")?.text()?)
                .is_some_and(|k| k as u8 >= Kind::U8 as u8 && k != Kind::Text);
        let keys = if is_number { ["min", "max", ""] } else { ["min-len", "max-len", "exact-len"] };
        let [low, high, exact] = keys.map(|key| at.get(key));
        let (lowest, highest) =
            if signed { (i64::MIN.into(), i64::MAX.into()) } else { (0, u64::MAX.into()) };
        let low = low.or(exact).map_or(Ok(lowest), |at| self.constant(at))?;
        let high = high.or(exact).map_or(Ok(highest), |at| self.constant(at))?;
        if low > high || low < lowest || high > highest {
            return Err(at.wrong(format_args!("{low}..{high}: no such range")));
        }
        if (low, high) != (lowest, highest) {
            ty.check =
                Some(self.once(Part::Checks, Row::default().u64(low as u64).u64(high as u64))?);
        }
        Ok(())
    }
}

/// A type of single values.
fn scalar(word: &str) -> Option<Kind> {
    let is_one =
        |kind: &Kind| *kind as u8 >= Kind::Flag as u8 && *kind as u8 <= Kind::Bitfield32 as u8;
    Kind::ALL.iter().copied().filter(is_one).find(|kind| kind.word() == word)
}
