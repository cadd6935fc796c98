// SPDX-License-Identifier: MIT OR Apache-2.0
//! The description of an operation, as a tree to walk: for showing and for completing.

use rnl::schema::{Family, Op};
use serde_json::Value;

use crate::fail::Result;
use crate::view;

/// What the library says of an operation and of all that it is made of.
pub struct Description(Value);

/// A place in it: the members of a fixed header, and attributes.
#[derive(Clone, Copy, Default)]
pub struct Level<'d> {
    pub header: Option<&'d str>,
    pub set: Option<&'d str>,
}

/// What each message of an operation is called in a description, and to people.
pub const FORMS: [(&str, &str); 4] = [
    ("do", "request"),
    ("do-reply", "answer"),
    ("dump", "request for a dump"),
    ("dump-reply", "row of a dump"),
];

impl Description {
    pub fn of(family: Family<'static>, op: Option<Op<'static>>) -> Result<Description> {
        let mut json = Vec::new();
        family.describe(op, &mut json).map_err(rnl::Error::from)?;
        Ok(Description(view::parse(&json)?))
    }

    pub fn value(&self) -> &Value {
        &self.0
    }

    /// One of the operation's messages, by its name in [`FORMS`].
    pub fn message(&self, form: &str) -> Option<&Value> {
        self.0.get("ops")?.as_array()?.first()?.get(form)
    }

    /// Where a message begins.
    pub fn top(message: &Value) -> Level<'_> {
        Level { header: word(message, "header"), set: word(message, "set") }
    }

    /// The members of a level, those of its header first.
    pub fn members<'d>(&'d self, level: Level<'d>) -> impl Iterator<Item = &'d Value> {
        let of = |kind: &str, name: Option<&str>| self.0.get(kind).and_then(|all| all.get(name?));
        let lists = [of("structs", level.header), of("structs", level.set), of("sets", level.set)];
        lists.into_iter().flatten().filter_map(Value::as_array).flatten()
    }

    pub fn member<'d>(&'d self, level: Level<'d>, name: &str) -> Option<&'d Value> {
        self.members(level).find(|member| word(member, "name") == Some(name))
    }

    /// What is inside a member; of a sub-message for a value of its selector.
    pub fn inside<'d>(&'d self, member: &'d Value, value: Option<&str>) -> Option<Level<'d>> {
        let level = match word(member, "sub-message") {
            Some(_) => Description::top(self.choices(member).find(|c| word(c, "value") == value)?),
            None => Description::top(member),
        };
        (level.set.is_some() || level.header.is_some()).then_some(level)
    }

    /// The values that the selector of a sub-message may have.
    pub fn choices<'d>(&'d self, member: &'d Value) -> impl Iterator<Item = &'d Value> {
        let sub =
            word(member, "sub-message").and_then(|name| self.0.get("sub-messages")?.get(name));
        sub.and_then(Value::as_array).into_iter().flatten()
    }

    /// The names of the values of a member.
    pub fn names<'d>(&'d self, member: &'d Value) -> impl Iterator<Item = (&'d str, &'d Value)> {
        let names = word(member, "enum").and_then(|name| self.enum_of(name));
        names.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    pub fn enum_of(&self, name: &str) -> Option<&serde_json::Map<String, Value>> {
        self.0.get("enums")?.get(name)?.as_object()
    }

    /// Every name in a description of that kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.0
            .get(kind)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
    }
}

/// A text among the members of an object.
pub fn word<'d>(value: &'d Value, key: &str) -> Option<&'d str> {
    value.get(key)?.as_str()
}

/// Whether an object says `true` of something.
pub fn says(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
