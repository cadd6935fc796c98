// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl show`: what a family can do, and what its messages are made of.

use rnl::schema::{Family, Form, Op};
use serde_json::Value;

use crate::args::Args;
use crate::catalog::{self, Catalog};
use crate::fail::{Fail, Result};
use crate::numbers;
use crate::schema::{Description, FORMS, Level, says, word};
use crate::view::{self, Paint, Style, Table};

/// Nests are shown so deep; what is deeper has been seen above.
const DEEPEST: usize = 12;

pub fn run(args: &Args) -> Result {
    let (name, op, path) = match args.words.as_slice() {
        [family] => (family, None, None),
        [family, op] => (family, Some(op), None),
        [family, op, path] => (family, Some(op), Some(path)),
        _ => {
            return Err(Fail::usage(
                "a family is needed, and perhaps an operation and a path in it",
            ));
        }
    };
    let style = Style::readable(&args.options)?;
    let family = Catalog::open(&args.options)?.named(name)?.family();
    let op = op.map(|op| catalog::operation(family, op)).transpose()?;
    let description = Description::of(family, op)?;
    let text = match (style, op, path) {
        (Style::Json, ..) => format!("{}\n", description.value()),
        (Style::Text(paint), None, _) => overview(family, paint),
        (Style::Text(paint), Some(op), None) => Page { description: &description, paint }.all(op),
        (Style::Text(paint), Some(_), Some(path)) => {
            Page { description: &description, paint }.part(path)?
        }
    };
    view::say(&text)
}

// ---- A family

fn overview(family: Family<'static>, paint: Paint) -> String {
    let protocol = numbers::protocol_name(family.protocol());
    let version =
        if family.is_generic() { format!(", version {}", family.version()) } else { String::new() };
    let mut table = Table::new(["OPERATION", "USE", "NUMBERS", "RIGHT"]);
    family
        .ops()
        .for_each(|op| table.row([op.name().to_owned(), uses(&op), codes(&op), right(&op)]));
    let groups = family.groups().map(|group| match group.number {
        Some(number) => format!("{} ({number})", group.name),
        None => group.name.to_owned(),
    });
    let groups = groups.collect::<Vec<_>>().join(", ");
    let groups = if groups.is_empty() { groups } else { format!("\ngroups: {groups}\n") };
    let title = paint.strong(family.name());
    format!("{title}: protocol {protocol}{version}\n\n{}{groups}", table.text(paint))
}

fn uses(op: &Op<'static>) -> String {
    let told = op.notifies().map(|op| format!("tells of {}", op.name()));
    let group = op.group().map(|group| format!("in group {}", group.name));
    let words = [
        op.layout(Form::Do).map(|_| "do".to_owned()),
        op.layout(Form::Dump).map(|_| "dump".to_owned()),
        op.is_async().then(|| "watch".to_owned()),
        told,
        group,
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The types or commands of requests and answers, each once.
fn codes(op: &Op<'static>) -> String {
    let mut numbers: Vec<u16> = Vec::new();
    for number in [Form::Do, Form::Dump, Form::DoReply, Form::DumpReply].map(|form| op.number(form))
    {
        numbers.extend(number.filter(|n| !numbers.contains(n)));
    }
    numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

fn right(op: &Op<'static>) -> String {
    use rnl::schema::format::op_flags::{ADMIN, UNS_ADMIN};
    let needed = op.flags() & (ADMIN | UNS_ADMIN) != 0;
    if needed { "CAP_NET_ADMIN".to_owned() } else { String::new() }
}

// ---- An operation

struct Page<'d> {
    description: &'d Description,
    paint: Paint,
}

impl<'d> Page<'d> {
    fn all(&self, op: Op<'static>) -> String {
        let title =
            format!("{} {}: {}\n", op.family().name(), self.paint.strong(op.name()), uses(&op));
        let forms = FORMS.iter().filter_map(|(form, called)| {
            Some(self.message(called, self.description.message(form)?))
        });
        title + &forms.collect::<String>() + &self.levels() + &self.enums()
    }

    /// What a message has: its number, its header, the attributes expected.
    fn message(&self, called: &str, message: &Value) -> String {
        let mut text = format!("\n{}", self.paint.strong(called));
        if let Some(number) = message.get("number") {
            text += &format!(" ({number})");
        }
        let names = message.get("attributes").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<String> = names.map(view::inline).collect();
        let header = word(message, "header").map(|name| format!("header {name}"));
        let set = word(message, "set").filter(|_| names.is_empty()).map(|set| format!("set {set}"));
        let names = (!names.is_empty()).then(|| names.join(", "));
        let parts: Vec<String> = [header, set, names].into_iter().flatten().collect();
        text + "\n" + &wrapped(&parts.join("; "), 2)
    }

    /// The sets and headers that messages begin with, each once.
    fn levels(&self) -> String {
        let messages = FORMS.iter().filter_map(|(form, _)| self.description.message(form));
        let mut seen: Vec<(bool, &str)> = Vec::new();
        let mut text = String::new();
        for level in messages.map(Description::top) {
            let parts = [(true, level.header), (false, level.set)];
            for part in parts.into_iter().filter_map(|(is_header, name)| Some((is_header, name?))) {
                if !seen.contains(&part) {
                    seen.push(part);
                    text += &self.level(part);
                }
            }
        }
        text
    }

    fn level(&self, (is_header, name): (bool, &'d str)) -> String {
        let (called, level) = match is_header {
            true => ("header", Level { header: Some(name), set: None }),
            false => ("attributes", Level { header: None, set: Some(name) }),
        };
        format!("\n{} {name}\n{}", self.paint.strong(called), self.tree(level))
    }

    /// What is at a path: `linkinfo.data.vxlan`, where a sub-message is followed by its selector's value.
    fn part(&self, path: &str) -> Result<String> {
        let messages = FORMS.iter().filter_map(|(form, _)| self.description.message(form));
        let found = messages.map(Description::top).find_map(|top| self.walk(top, path));
        let level = found.ok_or_else(|| Fail::Usage(format!("there is nothing inside {path}")))?;
        Ok(self.tree(level))
    }

    fn walk(&self, top: Level<'d>, path: &str) -> Option<Level<'d>> {
        let mut names = path.split('.');
        let mut level = top;
        while let Some(name) = names.next() {
            let member = self.description.member(level, name)?;
            let value = word(member, "sub-message").and_then(|_| names.next());
            level = self.description.inside(member, value)?;
        }
        Some(level)
    }

    fn tree(&self, level: Level<'d>) -> String {
        let mut tree = Tree { page: self, table: Table::new([""; 2]), above: Vec::new() };
        tree.grow(level, 1);
        tree.table.take_rows()
    }

    fn enums(&self) -> String {
        let mut text = String::new();
        for name in self.description.all("enums") {
            let entries = self.description.enum_of(name).into_iter().flatten();
            let entries = entries.map(|(name, value)| format!("{name} {value}"));
            let entries = entries.collect::<Vec<_>>().join(", ");
            text += &format!("\n{} {name}\n{}", self.paint.strong("values"), wrapped(&entries, 2));
        }
        text
    }
}

/// The members of a level with what is inside them.
struct Tree<'p, 'd> {
    page: &'p Page<'d>,
    table: Table,
    /// The sets around the place, which are not shown again inside themselves.
    above: Vec<&'d str>,
}

impl<'d> Tree<'_, 'd> {
    fn grow(&mut self, level: Level<'d>, depth: usize) {
        let description = self.page.description;
        for member in description.members(level) {
            let Some(name) = word(member, "name").filter(|_| word(member, "type") != Some("pad"))
            else {
                continue;
            };
            self.table.row(["  ".repeat(depth) + name, meaning(description, member)]);
            if let Some(inner) = description.inside(member, None) {
                self.nest(inner, depth);
            }
        }
    }

    fn nest(&mut self, level: Level<'d>, depth: usize) {
        let name = level.set.or(level.header).unwrap_or_default();
        if depth >= DEEPEST || self.above.contains(&name) {
            self.table.row(["  ".repeat(depth + 1) + "...", format!("as in {name} above")]);
            return;
        }
        self.above.push(name);
        self.grow(level, depth + 1);
        self.above.pop();
    }
}

/// What a member holds: `u16, 1..4094`, `string, up to 15 bytes`, `by kind: bond, bridge`.
fn meaning(description: &Description, member: &Value) -> String {
    let kind = word(member, "type").unwrap_or("unknown");
    let of = word(member, "element").map(|element| format!(" of {element}"));
    let mut parts = vec![format!("{kind}{}", of.unwrap_or_default())];
    if let Some(names) = word(member, "enum") {
        parts.push(format!("{} {names}", if says(member, "bits") { "flags" } else { "one of" }));
    }
    if word(member, "sub-message").is_some() {
        let values: Vec<&str> =
            description.choices(member).filter_map(|c| word(c, "value")).collect();
        parts.push(format!(
            "by {}: {}",
            word(member, "selector").unwrap_or("?"),
            values.join(", ")
        ));
    }
    parts.extend(word(member, "hint").map(|hint| format!("shown as {hint}")));
    parts.extend(limits(member, kind));
    let notes = [("big-endian", "big-endian"), ("multi", "may come several times")];
    parts.extend(
        notes.iter().filter(|(key, _)| says(member, key)).map(|(_, note)| (*note).to_owned()),
    );
    parts.join(", ")
}

/// What the check says, of a number or of a length.
fn limits(member: &Value, kind: &str) -> Option<String> {
    let unit = if matches!(kind, "string" | "binary" | "nest") { " bytes" } else { "" };
    if let Some(mask) = member.get("mask") {
        return Some(format!("bits of {mask}"));
    }
    match (member.get("min"), member.get("max")) {
        (None, None) => None,
        (Some(low), Some(high)) if low == high => Some(format!("{low}{unit}")),
        (Some(low), Some(high)) => Some(format!("{low}..{high}{unit}")),
        (Some(low), None) => Some(format!("{low}{unit} or more")),
        (None, Some(high)) => Some(format!("up to {high}{unit}")),
    }
}

/// Words in lines that fit the screen.
fn wrapped(text: &str, indent: usize) -> String {
    let width = view::width().max(indent + 20);
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && indent + line.len() + 1 + word.len() > width {
            lines += &format!("{}{line}\n", " ".repeat(indent));
            line.clear();
        }
        line += if line.is_empty() { "" } else { " " };
        line += word;
    }
    if line.is_empty() { lines } else { lines + &format!("{}{line}\n", " ".repeat(indent)) }
}
