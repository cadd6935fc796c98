// SPDX-License-Identifier: MIT OR Apache-2.0
//! YAML as a tree that knows its lines. An alias is the same node again, so nothing is ever copied, and
//! the tree is held flat, so depth costs no stack.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// No description nests deeper than a dozen.
const MAX_DEPTH: usize = 64;

/// What is wrong, where, and what was wanted instead.
#[derive(Debug)]
pub struct Complaint(pub String);

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub type Result<T> = std::result::Result<T, Complaint>;

/// One file.
pub struct Doc {
    file: String,
    nodes: Vec<Node>,
    root: usize,
}

struct Node {
    line: usize,
    /// Where it stands: in which node, as what.
    parent: Option<usize>,
    value: Value,
}

enum Value {
    /// Text, and whether it stood there without quotes.
    Scalar(String, bool),
    List(Vec<usize>),
    Map(Vec<(String, usize)>),
}

/// A node of a file.
#[derive(Clone, Copy)]
pub struct At<'d> {
    doc: &'d Doc,
    id: usize,
}

impl Doc {
    pub fn parse(file: &str, text: &str) -> Result<Doc> {
        let mut builder = Builder::default();
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|e| Complaint(format!("{file}: {e}")))?;
            let line = span.start.line();
            builder
                .take(event, line)
                .map_err(|what| Complaint(format!("{file}:{line}: {what}")))?;
        }
        let root = builder.root.ok_or_else(|| Complaint(format!("{file}: nothing in it")))?;
        Ok(Doc { file: file.to_owned(), nodes: builder.nodes, root })
    }

    pub fn root(&self) -> At<'_> {
        At { doc: self, id: self.root }
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    root: Option<usize>,
    /// Open lists and mappings, each with the key that waits for its value.
    open: Vec<(usize, Option<String>)>,
    anchors: HashMap<usize, usize>,
    /// Anchors of what is still open: an alias to one would be a loop.
    pending: HashMap<usize, usize>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> std::result::Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar(text.into_owned(), style == ScalarStyle::Plain);
                let id = self.add(value, line);
                self.anchors.insert(anchor, id);
                self.place(id)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(&id) => self.place(id),
                None => Err("an alias inside of what it stands for".into()),
            },
            Event::SequenceStart(anchor, _) => self.start(Value::List(Vec::new()), line, anchor),
            Event::MappingStart(anchor, _) => self.start(Value::Map(Vec::new()), line, anchor),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.root.is_some() => Err("a second document".into()),
            _ => Ok(()),
        }
    }

    fn add(&mut self, value: Value, line: usize) -> usize {
        let parent = self.open.last().map(|(id, _)| *id);
        self.nodes.push(Node { line, parent, value });
        self.nodes.len() - 1
    }

    fn start(
        &mut self,
        value: Value,
        line: usize,
        anchor: usize,
    ) -> std::result::Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH}"));
        }
        let id = self.add(value, line);
        self.pending.insert(id, anchor);
        self.open.push((id, None));
        Ok(())
    }

    fn end(&mut self) -> std::result::Result<(), String> {
        let Some((id, key)) = self.open.pop() else { return Ok(()) };
        if let Some(key) = key {
            return Err(format!("key `{key}` without a value"));
        }
        if let Some(anchor) = self.pending.remove(&id) {
            self.anchors.insert(anchor, id);
        }
        self.place(id)
    }

    /// Puts a finished node into what is open.
    fn place(&mut self, id: usize) -> std::result::Result<(), String> {
        let Some((outer, key)) = self.open.last_mut() else {
            self.root = Some(id);
            return Ok(());
        };
        let scalar = match &self.nodes[id].value {
            Value::Scalar(text, _) => Some(text.clone()),
            _ => None,
        };
        match (&mut self.nodes[*outer].value, key.take()) {
            (Value::List(items), _) => items.push(id),
            (Value::Map(members), Some(key)) if members.iter().any(|(k, _)| *k == key) => {
                return Err(format!("key `{key}` twice"));
            }
            (Value::Map(members), Some(key)) => members.push((key, id)),
            (_, None) => *key = Some(scalar.ok_or("a key that is no text")?),
            _ => {}
        }
        Ok(())
    }
}

impl<'d> At<'d> {
    fn node(self) -> &'d Node {
        &self.doc.nodes[self.id]
    }

    /// Names the file, the line and the place in the tree.
    pub fn wrong(self, what: impl fmt::Display) -> Complaint {
        Complaint(format!("{}:{}: {}: {what}", self.doc.file, self.node().line, self.path()))
    }

    fn path(self) -> String {
        let mut steps = Vec::new();
        let mut id = self.id;
        while let Some(parent) = self.doc.nodes[id].parent {
            steps.push(At { doc: self.doc, id: parent }.step_to(id));
            id = parent;
        }
        steps.reverse();
        if steps.is_empty() { "the top".into() } else { steps.join(".") }
    }

    /// The key or the name of a node inside this one.
    fn step_to(self, id: usize) -> String {
        match &self.node().value {
            Value::Map(members) => {
                let key = members.iter().find(|(_, inner)| *inner == id);
                key.map_or("?".into(), |(key, _)| key.clone())
            }
            Value::List(items) => {
                let item = At { doc: self.doc, id };
                let name = item.get("name").or(item.get("value"));
                let place = || items.iter().position(|inner| *inner == id).unwrap_or(0).to_string();
                name.and_then(|n| n.scalar()).map_or_else(place, str::to_owned)
            }
            Value::Scalar(..) => "?".into(),
        }
    }

    fn scalar(self) -> Option<&'d str> {
        match &self.node().value {
            Value::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing stands here: `key:` alone.
    fn is_null(self) -> bool {
        matches!(&self.node().value, Value::Scalar(text, true) if text.is_empty() || text == "~" || text == "null")
    }

    /// The value of a key of a mapping; nothing where there is none.
    pub fn get(self, key: &str) -> Option<At<'d>> {
        let Value::Map(members) = &self.node().value else { return None };
        let (_, id) = members.iter().find(|(k, _)| k == key)?;
        Some(At { doc: self.doc, id: *id }).filter(|at| !at.is_null())
    }

    pub fn want(self, key: &str) -> Result<At<'d>> {
        self.get(key).ok_or_else(|| self.wrong(format_args!("wanted a key `{key}`")))
    }

    /// The items of a list; none of nothing.
    pub fn items(self) -> Result<Vec<At<'d>>> {
        match &self.node().value {
            Value::List(items) => Ok(items.iter().map(|&id| At { doc: self.doc, id }).collect()),
            _ if self.is_null() => Ok(Vec::new()),
            _ => Err(self.wrong("wanted a list")),
        }
    }

    /// The items of a list under a key; none where the key is missing.
    pub fn list(self, key: &str) -> Result<Vec<At<'d>>> {
        self.get(key).map_or(Ok(Vec::new()), At::items)
    }

    pub fn text(self) -> Result<&'d str> {
        self.scalar().ok_or_else(|| self.wrong("wanted text"))
    }

    pub fn name(self) -> Result<&'d str> {
        self.want("name")?.text()
    }

    pub fn number(self) -> Result<i128> {
        let text = self.text()?;
        number(text)
            .ok_or_else(|| self.wrong(format_args!("`{text}`: wanted an integer of 64 bits")))
    }

    pub fn flag(self) -> Result<bool> {
        match self.text()? {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(self.wrong(format_args!("`{other}`: wanted true or false"))),
        }
    }

    pub fn is_map(self) -> bool {
        matches!(self.node().value, Value::Map(_))
    }

    /// Whether the mapping has only keys of `known`, words divided by spaces.
    pub fn only(self, known: &str) -> Result<()> {
        let Value::Map(members) = &self.node().value else {
            return Err(self.wrong("wanted a mapping"));
        };
        match members.iter().find(|(key, _)| !known.split(' ').any(|k| k == key)) {
            Some((key, _)) => Err(self.wrong(format_args!("key `{key}`: wanted one of: {known}"))),
            None => Ok(()),
        }
    }
}

/// A decimal or hexadecimal integer that 64 bits can hold, signed or not.
pub fn number(text: &str) -> Option<i128> {
    let (digits, sign) = text.strip_prefix('-').map_or((text, 1), |rest| (rest, -1));
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok(),
        None => digits.parse::<i128>().ok(),
    };
    let n = parsed.filter(|_| !digits.starts_with(['-', '+']))? * sign;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&n).then_some(n)
}
