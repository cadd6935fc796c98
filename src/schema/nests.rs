// SPDX-License-Identifier: MIT OR Apache-2.0
//! What holds attributes without being a set of them: arrays, nests whose types say something, records.

use super::decode::{Decoder, Shape};
use super::level::Level;
use super::types::Type;
use super::walk::{Record, is_plain, records, unwrap};
use crate::wire::Attr;

impl Decoder<'_, '_> {
    pub(super) fn one<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        ty: &Type<'a>,
        attr: &Attr<'m>,
    ) {
        let shape = self.shape(level, ty, attr);
        self.shaped(level, ty, attr, shape);
    }

    pub(super) fn shaped<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        ty: &Type<'a>,
        attr: &Attr<'m>,
        shape: Shape<'_, '_, 'm>,
    ) {
        match shape {
            Shape::Object(inner, _) => self.object(&inner),
            Shape::Array => self.array(level, ty, attr),
            Shape::TypeValue => self.type_value(level, ty, attr),
            Shape::Records => self.records(level, ty, attr),
            Shape::Leaf => self.leaf(ty, attr.payload(), level),
        }
    }

    /// The attributes of an indexed array: nests by their index, values as they are unless their index
    /// is not the one that encoding gives.
    fn array<'a, 'm>(&mut self, level: &Level<'_, 'a, 'm>, ty: &Type<'a>, attr: &Attr<'m>) {
        let element = ty.element();
        let (mut walk, mut index) = (attr.nested(), 0u16);
        self.out.open(b'[');
        loop {
            let here = walk;
            match walk.next() {
                None => break,
                Some(Ok(attr)) if !self.exact || is_plain(&here, &walk, &attr) => {
                    index = index.wrapping_add(1);
                    self.element(level, &element, &attr, index);
                }
                _ => {
                    self.out.open(b'{');
                    self.rest(here.rest());
                    self.out.close(b'}');
                    break;
                }
            }
        }
        self.out.close(b']');
    }

    fn element<'a, 'm>(
        &mut self,
        level: &Level<'_, 'a, 'm>,
        ty: &Type<'a>,
        attr: &Attr<'m>,
        index: u16,
    ) {
        let shape = self.shape(level, ty, attr);
        let odd = self.exact && attr.flags() != shape.flags();
        let plain = matches!(shape, Shape::Leaf) && !(self.exact && attr.kind() != index);
        if plain && !odd {
            return self.shaped(level, ty, attr, shape);
        }
        self.out.open(b'{');
        self.out.key_start();
        self.out.digits(attr.kind().into());
        self.notes(odd.then_some(attr.flags()), None);
        self.out.key_end();
        self.shaped(level, ty, attr, shape);
        self.out.close(b'}');
    }

    /// What the types of nests in each other say, then what the innermost holds, in one object.
    fn type_value<'a, 'm>(&mut self, level: &Level<'_, 'a, 'm>, ty: &Type<'a>, attr: &Attr<'m>) {
        let Some((types, inner)) = unwrap(ty, attr, self.exact) else { return };
        self.out.open(b'{');
        for (name, kind) in ty.type_names().zip(types) {
            self.out.key(ty.pack.text(name)).number(kind.into());
        }
        let element = ty.element();
        match level.enter(&element, &inner) {
            Some(nest) => self.inside(&nest),
            None => {
                self.out.key(b"value");
                self.leaf(&element, inner.payload(), level);
            }
        }
        self.out.close(b'}');
    }

    fn records<'a, 'm>(&mut self, level: &Level<'_, 'a, 'm>, ty: &Type<'a>, attr: &Attr<'m>) {
        self.out.open(b'[');
        for record in records(ty, attr) {
            match record {
                Record::Whole(attrs) => self.object(&level.record(ty, attrs)),
                Record::Rest(bytes) => {
                    self.out.open(b'{');
                    self.rest(bytes);
                    self.out.close(b'}');
                }
            }
        }
        self.out.close(b']');
    }
}
