// SPDX-License-Identifier: MIT OR Apache-2.0
//! What messages are made of, as a pack says it: sets of attributes and structs, types, names of
//! numbers, sub-messages.

use super::format::{Hint, Kind, Part, enum_flags, set_flags, type_flags};
use super::pack::{Pack, Row, same};

/// At how many places an attribute is looked for before all are searched.
const NEAR: usize = 3;

/// A set of attributes, or a struct.
#[derive(Clone, Copy, Debug)]
pub struct Set<'a> {
    pub(super) pack: Pack<'a>,
    pub(super) row: Row<'a>,
    pub(super) index: u16,
}

same!(Set, Field);

impl<'a> Set<'a> {
    pub(super) fn of(pack: Pack<'a>, index: Option<u16>) -> Option<Self> {
        let index = index?;
        Some(Set { pack, row: pack.row(Part::Sets, index.into()), index })
    }

    /// What its description calls it.
    pub fn name(&self) -> &'a str {
        self.pack.str(self.row.name(0))
    }

    /// Bytes of a struct; 0 for a set of attributes. The last member may be open-ended.
    #[inline]
    pub fn size(&self) -> usize {
        if self.is_dense() { 0 } else { self.row.u16(7).into() }
    }

    /// Whether it is a struct.
    pub fn is_struct(&self) -> bool {
        self.row.u16(9) & set_flags::STRUCT != 0
    }

    /// Whether its last member is all that is left.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.row.u16(9) & set_flags::OPEN != 0
    }

    /// Whether some of its members may be called like an attribute beside them.
    pub(super) fn is_shared(&self) -> bool {
        self.row.u16(9) & set_flags::SHARED != 0
    }

    #[inline]
    pub(super) fn is_dense(&self) -> bool {
        self.row.u16(9) & set_flags::DENSE != 0
    }

    fn first(&self) -> usize {
        self.row.u16(3).into()
    }

    fn count(&self) -> usize {
        self.row.u16(5).into()
    }

    #[inline]
    fn at(&self, index: usize) -> Field<'a> {
        let place = self.first().wrapping_add(index);
        if self.is_dense() {
            let number = self.row.u16(7).wrapping_add(index as u16);
            return Field { pack: self.pack, row: self.pack.row(Part::Dense, place), number };
        }
        let row = self.pack.row(Part::Fields, place);
        Field { pack: self.pack, row, number: row.u16(5) }
    }

    /// Its attributes by their type, or its members by their offset.
    pub fn fields(self) -> impl Iterator<Item = Field<'a>> {
        (0..self.count()).map(move |index| self.at(index))
    }

    /// The attribute of type `number`, or the member at that offset.
    #[inline(never)]
    pub fn field(&self, number: u16) -> Option<Field<'a>> {
        // Most sets have no gaps or few: it is where it should be, or a little before.
        let guess = usize::from(number.wrapping_sub(self.at(0).number()));
        let likely = (0..NEAR).filter_map(|gaps| guess.checked_sub(gaps));
        let mut likely = likely.filter(|guess| *guess < self.count()).map(|guess| self.at(guess));
        likely.find(|field| field.number() == number).or_else(|| self.search(number))
    }

    fn search(&self, number: u16) -> Option<Field<'a>> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            match self.at(middle).number().cmp(&number) {
                core::cmp::Ordering::Less => low = middle.wrapping_add(1),
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(self.at(middle)),
            }
        }
        None
    }

    /// The attribute or member called `name`.
    pub fn named(&self, name: &[u8]) -> Option<Field<'a>> {
        self.fields().find(|field| field.text() == name)
    }

    /// The attribute or member that has this very name of the pack.
    pub(super) fn having(&self, name: u32) -> Option<Field<'a>> {
        self.fields().find(|field| field.id() == name)
    }
}

/// An attribute of a set, or a member of a struct.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pack: Pack<'a>,
    row: Row<'a>,
    number: u16,
}

impl<'a> Field<'a> {
    /// What it is called.
    pub fn name(&self) -> &'a str {
        self.pack.str(self.row.name(0))
    }

    /// Its name in the pack.
    pub(super) fn id(&self) -> u32 {
        self.row.name(0)
    }

    #[inline]
    pub(super) fn text(&self) -> &'a [u8] {
        self.pack.text(self.id())
    }

    /// The attribute's type, or the member's offset.
    #[inline]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// What it holds.
    #[inline]
    pub fn ty(&self) -> Type<'a> {
        Type::of(self.pack, self.row.u16(3))
    }

    /// The bytes of a member of a struct, if all of them are there.
    pub(super) fn of<'m>(&self, bytes: &'m [u8]) -> Option<&'m [u8]> {
        self.part(&self.ty(), bytes)
    }

    /// The same, where its type is known already.
    #[inline]
    pub(super) fn part<'m>(&self, ty: &Type<'a>, bytes: &'m [u8]) -> Option<&'m [u8]> {
        let rest = bytes.get(usize::from(self.number())..)?;
        match ty.width() {
            0 => Some(rest),
            width => rest.get(..width),
        }
    }
}

/// What an attribute or a member holds.
#[derive(Clone, Copy, Debug)]
pub struct Type<'a> {
    pub(super) pack: Pack<'a>,
    row: Row<'a>,
    kind: Kind,
    element: bool,
}

impl<'a> Type<'a> {
    pub(super) fn of(pack: Pack<'a>, index: u16) -> Self {
        let row = pack.row(Part::Types, index.into());
        Type { pack, row, kind: Kind::of(row.u8(0)), element: false }
    }

    /// Its kind.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The type of the elements of a list or an array, or of what stands in the innermost nest of a
    /// [`Kind::TypeValue`].
    pub fn element(&self) -> Type<'a> {
        Type { kind: Kind::of(self.row.u8(1)), element: true, ..*self }
    }

    /// How it is shown.
    #[inline]
    pub fn hint(&self) -> Hint {
        Hint::of(self.row.u8(2))
    }

    #[inline]
    pub(super) fn has(&self, flag: u8) -> bool {
        self.row.u8(3) & flag != 0
    }

    /// Whether the attribute may come many times.
    #[inline]
    pub fn is_multi(&self) -> bool {
        self.has(type_flags::MULTI)
    }

    /// The attributes inside a nest, a record or an element of an array, or the struct.
    pub fn set(&self) -> Option<Set<'a>> {
        Set::of(self.pack, self.row.index(4))
    }

    /// The struct at the start of a nest or of a record.
    pub fn header(&self) -> Option<Set<'a>> {
        Set::of(self.pack, self.row.index(6))
    }

    /// What it refers to: a set, an enum or a sub, by its kind.
    pub(super) fn target(&self) -> Option<u16> {
        self.row.index(4)
    }

    /// The names of its values, of a number.
    pub fn values(&self) -> Option<Enum<'a>> {
        let index = self.target().filter(|_| is_number(self.kind))?;
        Some(Enum::at(self.pack, index.into()))
    }

    /// The sub-message.
    pub(super) fn sub(&self) -> Option<Sub<'a>> {
        let index = self.target().filter(|_| self.kind == Kind::Sub)?;
        Some(Sub::at(self.pack, index.into()))
    }

    /// The type of what is inside a list or an array; of others, itself.
    fn innermost(&self) -> Type<'a> {
        match self.kind {
            Kind::List | Kind::Array | Kind::TypeValue => self.element(),
            _ => *self,
        }
    }

    /// The names of its values or of those inside.
    pub(super) fn names(&self) -> Option<Enum<'a>> {
        self.innermost().values()
    }

    /// The set or the struct that it, or what is inside, is made of.
    pub(super) fn struct_or_set(&self) -> Option<Set<'a>> {
        let inner = self.innermost();
        let has = matches!(inner.kind, Kind::Struct | Kind::Nest | Kind::Records);
        inner.set().filter(|_| has)
    }

    /// Lowest and highest that the description allows, of a number or of the length of bytes; in place
    /// of the highest a mask where [`type_flags::MASK`] is set.
    pub fn check(&self) -> Option<(u64, u64)> {
        let row = self.pack.row(Part::Checks, self.row.index(8)?.into());
        Some((row.u64(0), row.u64(8)))
    }

    /// The length of bytes in a struct: 0 for all that is left. Of a [`Kind::TypeValue`], where its
    /// names start.
    pub(super) fn len(&self) -> usize {
        if self.element { 0 } else { self.row.u16(10).into() }
    }

    /// The name of what decides: the selector of a sub-message or of an address, the member of a
    /// record's header that is its length. 0 for none.
    pub(super) fn selector(&self) -> u32 {
        self.row.u32(12)
    }

    /// The names of what the attribute types of a [`Kind::TypeValue`] say, from the outermost nest.
    pub(super) fn type_names(self) -> impl Iterator<Item = u32> {
        let (first, count) = (self.len(), self.row.u16(12));
        (0..usize::from(count))
            .map(move |n| self.pack.row(Part::Names, first.saturating_add(n)).name(0))
    }

    /// Bytes of a value in a struct or a list: 0 for one that takes what is left.
    #[inline]
    pub fn width(&self) -> usize {
        match self.kind {
            Kind::U8 | Kind::S8 => 1,
            Kind::U16 | Kind::S16 => 2,
            Kind::U32 | Kind::S32 => 4,
            Kind::U64 | Kind::S64 | Kind::Bitfield32 => 8,
            Kind::Struct => self.set().map_or(0, |set| set.size()),
            _ => self.len(),
        }
    }

    /// How long bytes of this type always are; 0 if that is not fixed. An address of which the family is
    /// said elsewhere has room for the longest.
    pub(super) fn fixed_len(&self) -> usize {
        match self.kind {
            Kind::Binary if self.hint().is_address() && self.selector() != 0 => 16,
            Kind::Text | Kind::Binary | Kind::Pad | Kind::List => self.len(),
            _ => 0,
        }
    }

    /// The two numbers of a [`Kind::Bitfield32`].
    pub(super) fn part(&self) -> Type<'a> {
        Type { kind: Kind::U32, ..*self }
    }

    /// Whether it is text or a number.
    pub(super) fn is_plain(&self) -> bool {
        self.kind == Kind::Text || is_number(self.kind)
    }

    /// Whether a number of this type is shown as such.
    #[inline]
    pub(super) fn is_bare(&self) -> bool {
        self.kind != Kind::Bitfield32 && self.target().is_none() && self.hint() == Hint::None
    }

    /// Whether its JSON is a list.
    pub(super) fn is_list(&self) -> bool {
        let bits = is_number(self.kind) && self.has(type_flags::BITS);
        bits || matches!(self.kind, Kind::List | Kind::Array | Kind::Records)
    }

    /// Whether there are attributes inside.
    pub(super) fn holds_attributes(&self) -> bool {
        self.kind as u8 >= Kind::Nest as u8
    }

    /// Whether numbers of this type may be negative.
    #[inline]
    pub(super) fn is_signed(&self) -> bool {
        matches!(self.kind, Kind::S8 | Kind::S16 | Kind::S32 | Kind::S64 | Kind::Sint)
    }
}

/// Whether values of this kind are numbers, which may have names.
#[inline]
pub(super) fn is_number(kind: Kind) -> bool {
    (Kind::U8 as u8..=Kind::Sint as u8).contains(&(kind as u8)) || kind == Kind::Bitfield32
}

/// Names of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Enum<'a> {
    pack: Pack<'a>,
    row: Row<'a>,
}

impl<'a> Enum<'a> {
    pub(super) fn at(pack: Pack<'a>, index: usize) -> Self {
        Enum { pack, row: pack.row(Part::Enums, index) }
    }

    /// What its description calls it.
    pub fn name(&self) -> &'a str {
        self.pack.str(self.row.name(0))
    }

    fn count(&self) -> usize {
        self.row.u16(6).into()
    }

    /// Whether it is defined as a list of bits.
    pub fn is_bits(&self) -> bool {
        self.row.u16(10) & enum_flags::BITS != 0
    }

    fn text(&self, index: usize) -> &'a [u8] {
        let first = usize::from(self.row.u16(4));
        self.pack.text(self.pack.row(Part::Names, first.wrapping_add(index)).name(0))
    }

    fn value(&self, index: usize) -> i64 {
        let start = i64::from(self.row.u32(12) as i32);
        let Some(first) = self.row.index(8) else {
            return start.wrapping_add(index as i64);
        };
        let word =
            |n: usize| self.pack.row(Part::Values, usize::from(first).wrapping_add(n)).u32(0);
        if self.row.u16(10) & enum_flags::WIDE == 0 {
            return word(index).into();
        }
        let low = word(index.wrapping_mul(2));
        let high = word(index.wrapping_mul(2).wrapping_add(1));
        (u64::from(high) << 32 | u64::from(low)) as i64
    }

    /// Name and value of each entry; the value is the number of the bit where the enum is used so.
    pub fn entries(self) -> impl Iterator<Item = (&'a [u8], i64)> {
        (0..self.count()).map(move |index| (self.text(index), self.value(index)))
    }

    /// What `value` is called.
    pub fn name_of(&self, value: i64) -> Option<&'a [u8]> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            if self.value(middle) < value {
                low = middle.wrapping_add(1);
            } else {
                high = middle;
            }
        }
        (low < self.count() && self.value(low) == value).then(|| self.text(low))
    }

    /// The number called `name`.
    pub fn value_of(&self, name: &[u8]) -> Option<i64> {
        self.entries().find(|(text, _)| *text == name).map(|(_, value)| value)
    }
}

/// A choice of layouts by a selector's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sub<'a> {
    pack: Pack<'a>,
    row: Row<'a>,
}

/// One of the layouts of a sub-message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choice<'a> {
    /// The selector's value.
    pub(super) value: &'a [u8],
    /// The struct it begins with.
    pub(super) header: Option<Set<'a>>,
    /// The attributes that follow.
    pub(super) set: Option<Set<'a>>,
}

impl<'a> Sub<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.pack.str(self.row.name(0))
    }

    pub(super) fn at(pack: Pack<'a>, index: usize) -> Self {
        Sub { pack, row: pack.row(Part::Subs, index) }
    }

    /// The layout whose value `fits`, or the one for all others.
    pub(super) fn choice(self, fits: impl Fn(&[u8]) -> bool) -> Option<Choice<'a>> {
        let found = self.choices().find(|choice| fits(choice.value));
        found.or_else(|| self.choices().find(|choice| choice.value == b"*"))
    }

    pub(super) fn choices(self) -> impl Iterator<Item = Choice<'a>> {
        let first = usize::from(self.row.u16(4));
        (0..usize::from(self.row.u16(6))).map(move |n| {
            let row = self.pack.row(Part::Formats, first.saturating_add(n));
            let set = |at| Set::of(self.pack, row.index(at));
            Choice { value: self.pack.text(row.name(0)), header: set(4), set: set(6) }
        })
    }
}
