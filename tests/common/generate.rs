// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages made up from the descriptions that `Family::describe` gives: every attribute, every member of
//! a struct, every kind of a sub-message, each within what its description allows.

#![allow(unreachable_pub)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::values::Values;

/// The messages of an operation, and the name of each in a description.
pub const FORMS: [&str; 4] = ["do", "do-reply", "dump", "dump-reply"];

/// What is left out of messages, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// What is inside a nest that is inside itself: the nest is there, and empty.
    Endless,
    /// A sub-message in a message that has nothing to say which it is.
    Undecided,
}

/// Something that is to be met: an attribute or a member by its set and its name, or a sub-message by its
/// name and its kind.
pub type Thing = (String, String);

/// A place where something has to be decided: how many ways there are, and how many were gone.
#[derive(Default)]
struct Turns {
    next: usize,
    ways: Vec<String>,
}

/// Makes the messages of a family.
pub struct Generator<'d> {
    family: &'d Value,
    pub values: Values,
    /// Attributes that natural JSON does not show.
    pub pads: bool,
    turns: BTreeMap<String, Turns>,
    pub met: BTreeSet<Thing>,
    pub left_out: BTreeSet<(LeftOut, String)>,
}

/// An object that is being made. What decides what others are is decided when they are met.
struct Scope<'w, 'd> {
    heads: Vec<&'d Value>,
    set: Option<&'d Value>,
    decided: RefCell<BTreeMap<&'d str, Value>>,
    path: String,
    /// The sets around it, and its own.
    sets: Vec<&'d str>,
    outer: Option<&'w Scope<'w, 'd>>,
}

pub fn text<'d>(of: &'d Value, key: &str) -> Option<&'d str> {
    of[key].as_str()
}

fn fields(set: &Value) -> &[Value] {
    set.as_array().map_or(&[], |all| all)
}

fn named<'d>(set: &'d Value, name: &str) -> Option<&'d Value> {
    fields(set).iter().find(|field| field["name"] == name)
}

impl<'d> Scope<'_, 'd> {
    fn has(&self, name: &str) -> Option<&'d Value> {
        self.set.iter().chain(&self.heads).find_map(|set| named(set, name))
    }

    /// The nearest object, from here outward, that has this name.
    fn find(&self, name: &str) -> Option<(&Scope<'_, 'd>, &'d Value)> {
        let here = self.has(name).map(|field| (self, field));
        here.or_else(|| self.outer.and_then(|outer| outer.find(name)))
    }
}

impl<'d> Generator<'d> {
    pub fn new(family: &'d Value, values: Values) -> Self {
        let (turns, met, left_out) = Default::default();
        Generator { family, values, pads: false, turns, met, left_out }
    }

    /// Begins with the messages of an operation.
    pub fn begin(&mut self) {
        self.turns.clear();
    }

    /// Whether another message would have something new.
    pub fn has_more(&self) -> bool {
        self.turns.values().any(|turns| turns.next < turns.ways.len())
    }

    fn set_of(&self, name: Option<&str>) -> Option<&'d Value> {
        let name = name?;
        ["sets", "structs"].iter().find_map(|part| self.family[part].get(name))
    }

    /// The next message of this layout.
    pub fn message(&mut self, layout: &'d Value) -> Value {
        let mut names = vec![text(layout, "header")];
        let mut set = text(layout, "set");
        let body = Some(&layout["body"]).filter(|body| body.is_object());
        if let Some(ty) = body.filter(|ty| ty["type"] == "struct") {
            names.push(text(ty, "set"));
        }
        let mut scope = self.scope(&names, set, None, "");
        let mut object = Map::new();
        if let Some(ty) = body.filter(|ty| ty["type"] == "sub-message") {
            let choice = self.choose(&scope, ty, "").expect("bodies are decided by their headers");
            names.push(text(choice, "header"));
            set = text(choice, "set").or(set);
            let decided = scope.decided;
            scope = Scope { decided, ..self.scope(&names, set, None, "") };
        } else if let Some(ty) = body.filter(|ty| ty["type"] != "struct") {
            let value = self.value(&scope, ty, "body").unwrap();
            if let Some(member) = text(ty, "selector") {
                let len = value.as_str().unwrap().len() / 2;
                scope.decided.borrow_mut().insert(member, len.into());
            }
            object.insert("body".into(), value);
        }
        self.fill(&scope, &names, set, &mut object, "");
        Value::Object(object)
    }

    fn scope<'w>(
        &self,
        heads: &[Option<&'d str>],
        set: Option<&'d str>,
        outer: Option<&'w Scope<'w, 'd>>,
        path: &str,
    ) -> Scope<'w, 'd> {
        let mut sets = outer.map_or(Vec::new(), |outer| outer.sets.clone());
        sets.extend(set);
        let heads = heads.iter().filter_map(|name| self.set_of(*name)).collect();
        let set = self.set_of(set);
        Scope { heads, set, decided: RefCell::default(), path: path.into(), sets, outer }
    }

    /// An object inside another. `hidden`: the member that is not said.
    fn object(
        &mut self,
        outer: &Scope<'_, 'd>,
        (head, set): (Option<&'d str>, Option<&'d str>),
        path: &str,
        hidden: &str,
    ) -> Map<String, Value> {
        let endless = set.filter(|set| outer.sets.contains(set));
        if let Some(set) = endless {
            self.left_out.insert((LeftOut::Endless, set.into()));
        }
        let set = set.filter(|_| endless.is_none());
        let scope = self.scope(&[head], set, Some(outer), path);
        let mut object = Map::new();
        self.fill(&scope, &[head], set, &mut object, hidden);
        object
    }

    /// All members of the structs, then all attributes.
    fn fill(
        &mut self,
        scope: &Scope<'_, 'd>,
        heads: &[Option<&'d str>],
        set: Option<&'d str>,
        object: &mut Map<String, Value>,
        hidden: &str,
    ) {
        for name in heads.iter().copied().flatten() {
            for member in fields(self.set_of(Some(name)).unwrap()) {
                let key = text(member, "name").unwrap();
                self.met.insert((name.into(), key.into()));
                if member["type"] == "pad" || key == hidden {
                    continue;
                }
                let shadowed = scope.set.is_some_and(|set| named(set, key).is_some());
                let key = if shadowed { format!("{key}@header") } else { key.to_owned() };
                let value = self.value(scope, member, &key).unwrap();
                object.insert(key, value);
            }
        }
        for attr in scope.set.map_or(&[][..], fields) {
            self.attribute(scope, set.unwrap(), attr, object);
        }
        for (name, value) in scope.decided.borrow().iter() {
            let member = format!("{name}@header");
            let is_attr = scope.set.is_some_and(|set| named(set, name).is_some());
            let key =
                if is_attr || !object.contains_key(&member) { (*name).to_owned() } else { member };
            object.insert(key, value.clone());
        }
    }

    fn attribute(
        &mut self,
        scope: &Scope<'_, 'd>,
        set: &str,
        attr: &'d Value,
        object: &mut Map<String, Value>,
    ) {
        let name = text(attr, "name").unwrap();
        if attr["type"] == "pad" && !self.pads {
            return;
        }
        let value = match attr["multi"].as_bool() {
            Some(true) => {
                let some = if scope.outer.is_some() { 1 } else { 2 };
                (0..some)
                    .map(|_| self.value(scope, attr, name))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            _ => self.value(scope, attr, name),
        };
        if let Some(value) = value {
            self.met.insert((set.into(), name.into()));
            object.insert(name.into(), value);
        }
    }

    /// A value of a type; none if what it is can't be decided here.
    fn value(&mut self, scope: &Scope<'_, 'd>, ty: &'d Value, key: &str) -> Option<Value> {
        self.of_kind(scope, ty, text(ty, "type").unwrap(), key)
    }

    fn of_kind(
        &mut self,
        scope: &Scope<'_, 'd>,
        ty: &'d Value,
        kind: &str,
        key: &str,
    ) -> Option<Value> {
        let path = format!("{}.{key}", scope.path);
        let inside = (text(ty, "header"), text(ty, "set"));
        Some(match kind {
            "nest" => self.object(scope, inside, &path, "").into(),
            "struct" => self.object(scope, (text(ty, "set"), None), &path, "").into(),
            "sub-message" => {
                let choice = self.choose(scope, ty, &path)?;
                let path = format!("{path}({})", text(choice, "value").unwrap());
                self.object(scope, (text(choice, "header"), text(choice, "set")), &path, "").into()
            }
            "indexed-array" => self.array(scope, ty, &path)?,
            "nest-type-value" => self.type_value(scope, ty, &path)?,
            "record-array" => {
                let hidden = text(ty, "selector").unwrap_or("");
                vec![
                    self.object(scope, inside, &path, hidden),
                    self.object(scope, inside, &path, hidden),
                ]
                .into()
            }
            "list" => {
                let element = text(ty, "element").unwrap();
                // Members of structs are to be met at the low edge too.
                let least = usize::from(element == "struct");
                let count = self.values.count(ty, self.width_of(ty, element)).max(least);
                (0..count)
                    .map(|_| self.of_kind(scope, ty, element, key))
                    .collect::<Option<Vec<_>>>()?
                    .into()
            }
            "binary" if ty["hint"].as_str().is_some_and(|hint| hint.starts_with("ipv")) => {
                let family = self.family_at(scope, ty, &path);
                self.values.address(ty, family)
            }
            _ => self.values.plain(ty, kind, &self.family["enums"]),
        })
    }

    /// Bytes of an element of a list.
    fn width_of(&self, ty: &Value, element: &str) -> usize {
        let digits = element.trim_start_matches(['u', 's']);
        digits.parse().map_or_else(|_| self.size_of(text(ty, "set")), |bits: usize| bits / 8)
    }

    fn size_of(&self, set: Option<&str>) -> usize {
        let last = self.set_of(set).and_then(|set| fields(set).last());
        last.map_or(1, |field| {
            (field["offset"].as_u64().unwrap() + field["width"].as_u64().unwrap_or(0)) as usize
        })
    }

    /// Nests are shown with their index.
    fn array(&mut self, scope: &Scope<'_, 'd>, ty: &'d Value, path: &str) -> Option<Value> {
        let element = text(ty, "element").unwrap();
        let inside = (text(ty, "header"), text(ty, "set"));
        let mut all = Vec::new();
        for index in 1..=2 {
            all.push(match element {
                "nest" => {
                    let object = self.object(scope, inside, path, "");
                    Map::from_iter([(index.to_string(), object.into())]).into()
                }
                _ => self.of_kind(scope, ty, element, "")?,
            });
        }
        Some(all.into())
    }

    fn type_value(&mut self, scope: &Scope<'_, 'd>, ty: &'d Value, path: &str) -> Option<Value> {
        let element = text(ty, "element").unwrap();
        let mut object = Map::new();
        for name in fields(&ty["type-names"]) {
            object.insert(name.as_str().unwrap().into(), self.values.small().into());
        }
        match element {
            "nest" => {
                let inside = (text(ty, "header"), text(ty, "set"));
                object.extend(self.object(scope, inside, path, ""));
            }
            _ => _ = object.insert("value".into(), self.of_kind(scope, ty, element, "value")?),
        }
        Some(object.into())
    }

    // ---- What decides

    /// The kind of a sub-message: the one that its selector says already, or the one whose turn it is.
    fn choose(&mut self, scope: &Scope<'_, 'd>, ty: &'d Value, path: &str) -> Option<&'d Value> {
        let (sub, name) = (text(ty, "sub-message").unwrap(), text(ty, "selector").unwrap_or(""));
        let Some((owner, selector)) = scope.find(name) else {
            self.left_out.insert((LeftOut::Undecided, sub.into()));
            return None;
        };
        let choices = fields(&self.family["sub-messages"][sub]);
        let said = owner.decided.borrow().get(name).cloned();
        let said = said.unwrap_or_else(|| {
            let words = choices.iter().map(|choice| text(choice, "value").unwrap().to_owned());
            let word = self.turn(path, words.collect());
            let value = self.values.selector(selector, &word, &self.family["enums"]);
            owner.decided.borrow_mut().insert(text(selector, "name").unwrap(), value.clone());
            value
        });
        let fits = |choice: &&Value| {
            self.values.says(selector, &said, text(choice, "value").unwrap(), &self.family["enums"])
        };
        let choice =
            choices.iter().find(fits).or_else(|| choices.iter().find(|c| c["value"] == "*"))?;
        self.met.insert((sub.into(), text(choice, "value").unwrap().into()));
        Some(choice)
    }

    /// The address family that is said for an address, where it is said.
    fn family_at(&mut self, scope: &Scope<'_, 'd>, ty: &'d Value, path: &str) -> Option<i64> {
        let (owner, selector) = scope.find(text(ty, "selector")?)?;
        let name = text(selector, "name").unwrap();
        if !owner.decided.borrow().contains_key(name) {
            let word = self.turn(path, vec!["2".into(), "10".into()]);
            let value = self.values.selector(selector, &word, &self.family["enums"]);
            owner.decided.borrow_mut().insert(name, value);
        }
        let said = owner.decided.borrow()[name].clone();
        Some(self.values.number_of(selector, &said, &self.family["enums"]))
    }

    /// The way whose turn it is at a place: the next under which there is something new.
    fn turn(&mut self, path: &str, ways: Vec<String>) -> String {
        let fresh = |way: &String| {
            let prefix = format!("{path}({way})");
            let mut inner =
                self.turns.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
            inner.any(|(_, turns)| turns.next < turns.ways.len())
        };
        let again = ways.iter().find(|way| fresh(way)).cloned();
        let turns = self.turns.entry(path.into()).or_insert_with(|| Turns { next: 0, ways });
        if turns.next < turns.ways.len() {
            turns.next += 1;
            return turns.ways[turns.next - 1].clone();
        }
        again.unwrap_or_else(|| turns.ways[0].clone())
    }
}

// ---- What there is to meet

/// Everything that a message of this layout may hold, by the description.
pub fn reachable(family: &Value, layout: &Value, pads: bool) -> BTreeSet<Thing> {
    let mut things = BTreeSet::new();
    let mut todo: Vec<&str> =
        [text(layout, "header"), text(layout, "set")].into_iter().flatten().collect();
    let mut seen = BTreeSet::new();
    inside(family, &layout["body"], &mut todo, &mut things);
    while let Some(name) = todo.pop() {
        if !seen.insert(name) {
            continue;
        }
        let (set, is_set) = match family["sets"].get(name) {
            Some(set) => (set, true),
            None => (&family["structs"][name], false),
        };
        for field in fields(set) {
            if !is_set || pads || field["type"] != "pad" {
                things.insert((name.into(), text(field, "name").unwrap().into()));
            }
            inside(family, field, &mut todo, &mut things);
        }
    }
    things
}

fn inside<'d>(
    family: &'d Value,
    ty: &'d Value,
    todo: &mut Vec<&'d str>,
    things: &mut BTreeSet<Thing>,
) {
    todo.extend(text(ty, "header"));
    todo.extend(text(ty, "set"));
    let Some(sub) = text(ty, "sub-message") else { return };
    for choice in fields(&family["sub-messages"][sub]) {
        things.insert((sub.into(), text(choice, "value").unwrap().into()));
        todo.extend(text(choice, "header"));
        todo.extend(text(choice, "set"));
    }
}
