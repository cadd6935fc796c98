// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl complete LINE`: what the last word of a command line may become. The shell asks.

use std::fs;

use rnl::schema::{Family, Form, Op};
use serde_json::Value;

use crate::args::{Args, OPTIONS, Opt};
use crate::catalog::Catalog;
use crate::commands::COMMANDS;
use crate::fail::Result;
use crate::numbers;
use crate::schema::{Description, Level, word};
use crate::view;
use crate::watch::group_names;

/// Where named network namespaces are.
const NAMESPACES: &str = "/run/netns";

/// An unfinished command line.
struct Line<'l> {
    /// The words before the last that are no options, from the command on.
    words: Vec<&'l str>,
    /// An option whose value the last word is.
    option: Option<&'static Opt>,
    last: &'l str,
}

pub fn run(args: &Args) -> Result {
    let text = args.words.first().map_or("", String::as_str);
    let line = Line::read(text);
    let catalog = Catalog::open(&args.options)?;
    let candidates = line.candidates(&catalog).unwrap_or_default();
    let fitting = candidates.into_iter().filter(|word| word.starts_with(line.last));
    view::say(&fitting.map(|word| word + "\n").collect::<String>())
}

impl<'l> Line<'l> {
    fn read(text: &'l str) -> Line<'l> {
        let (before, last) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
        let mut line = Line { words: Vec::new(), option: None, last };
        for word in before.split_whitespace().skip(1) {
            if line.option.take().is_some() {
                continue;
            }
            match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                Some(_) => line.option = option_of(word).filter(|option| !option.value.is_empty()),
                None => line.words.push(word),
            }
        }
        line
    }

    /// `None` where nothing is known; the shell then offers files.
    fn candidates(&self, catalog: &Catalog) -> Option<Vec<String>> {
        if let Some(option) = self.option {
            return self.values(option);
        }
        let command = self.words.first().copied();
        if self.last.starts_with('-') {
            let options = OPTIONS.iter().filter(|option| command.is_none_or(|c| option.is_for(c)));
            return Some(options.map(|option| format!("--{}", option.name)).collect());
        }
        match self.words.as_slice() {
            [] | ["help"] => Some(names(COMMANDS.iter().map(|command| command.name))),
            [command] if ["show", "do", "dump", "watch"].contains(command) => {
                Some(names(catalog.families().iter().map(|family| family.name())))
            }
            ["watch", family, ..] => Some(names(group_names(catalog.find(family)?).into_iter())),
            [command, family] => Some(operations(command, catalog.find(family)?)),
            ["show", family, op] => self.paths(catalog.find(family)?.op(op)?),
            [command @ ("do" | "dump"), family, op, ..] => {
                self.keys(command, catalog.find(family)?.op(op)?)
            }
            _ => None,
        }
    }

    fn values(&self, option: &Opt) -> Option<Vec<String>> {
        match option.name {
            "flags" => {
                let (before, _) =
                    self.last.rsplit_once(',').map_or(("", self.last), |(b, l)| (b, l));
                let comma = if before.is_empty() { "" } else { "," };
                Some(numbers::flag_words().map(|word| format!("{before}{comma}{word}")).collect())
            }
            "protocol" => Some(numbers::protocol_names().collect()),
            "netns" => {
                let entries = fs::read_dir(NAMESPACES).ok()?.flatten();
                Some(entries.filter_map(|entry| entry.file_name().into_string().ok()).collect())
            }
            _ => None,
        }
    }

    // ---- Keys of a request

    fn keys(&self, command: &str, op: Op<'static>) -> Option<Vec<String>> {
        let description = Description::of(op.family(), Some(op)).ok()?;
        let message = description.message(command)?;
        let (key, value) =
            self.last.split_once('=').map_or((self.last, None), |(k, v)| (k, Some(v)));
        let (path, _) = key.rsplit_once('.').unwrap_or_default();
        let typed = Typed { description: &description, words: self.words.get(3..)? };
        let level = typed.level(Description::top(message), path)?;
        if value.is_some() {
            let name = key.rsplit('.').next()?;
            let member = description.member(level, plain(name))?;
            return Some(
                typed.meanings(level, member).map(|name| format!("{key}={name}")).collect(),
            );
        }
        let members = description.members(level).filter_map(suggestion);
        let dot = if path.is_empty() { "" } else { "." };
        Some(members.map(|name| format!("{path}{dot}{name}")).collect())
    }

    /// Paths of what has something inside, for `show`.
    fn paths(&self, op: Op<'static>) -> Option<Vec<String>> {
        let description = Description::of(op.family(), Some(op)).ok()?;
        let message =
            ["do", "dump", "do-reply"].iter().find_map(|form| description.message(form))?;
        let (path, _) = self.last.rsplit_once('.').unwrap_or_default();
        let mut level = Description::top(message);
        let mut steps = path.split('.').filter(|name| !name.is_empty());
        while let Some(name) = steps.next() {
            let member = description.member(level, name)?;
            if word(member, "sub-message").is_none() {
                level = description.inside(member, None)?;
            } else if let Some(value) = steps.next() {
                level = description.inside(member, Some(value))?;
            } else {
                let values = description.choices(member).filter_map(|c| word(c, "value"));
                return Some(values.map(|value| format!("{path}.{value}")).collect());
            }
        }
        let dot = if path.is_empty() { "" } else { "." };
        let deep = description.members(level).filter(|m| !leaf(m)).filter_map(|m| word(m, "name"));
        Some(deep.map(|name| format!("{path}{dot}{name}")).collect())
    }
}

/// What has been typed of a request so far.
struct Typed<'d, 'l> {
    description: &'d Description,
    words: &'l [&'l str],
}

impl<'d> Typed<'d, '_> {
    /// The level at a path; selectors of sub-messages are among the words typed.
    fn level(&self, top: Level<'d>, path: &str) -> Option<Level<'d>> {
        let mut level = top;
        let mut outer = String::new();
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let member = self.description.member(level, plain(name))?;
            let value = word(member, "selector").and_then(|selector| self.value(&outer, selector));
            level = self.description.inside(member, value)?;
            outer += &format!("{name}.");
        }
        Some(level)
    }

    /// The value typed for a selector, which stands beside or further outside.
    fn value(&self, outer: &str, selector: &str) -> Option<&str> {
        let mut place = outer;
        loop {
            let key = format!("{place}{selector}");
            let found =
                self.words.iter().filter_map(|w| w.split_once('=')).find(|(k, _)| *k == key);
            if let Some((_, value)) = found {
                return Some(value);
            }
            let inner = place.strip_suffix('.')?;
            place = inner.rfind('.').map_or("", |at| inner.get(..=at).unwrap_or_default());
        }
    }

    /// The names that a value may be: of its enum, or of the layouts it selects among its siblings.
    fn meanings(&self, level: Level<'d>, member: &'d Value) -> impl Iterator<Item = &'d str> {
        let name = word(member, "name");
        let of = self.description;
        let selected =
            of.members(level).filter(move |m| name.is_some() && word(m, "selector") == name);
        let values = selected.flat_map(move |m| of.choices(m)).filter_map(|c| word(c, "value"));
        of.names(member).map(|(name, _)| name).chain(values)
    }
}

/// A key without the index of a list: `multipath[0]`.
fn plain(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

/// Whether nothing is inside a member.
fn leaf(member: &Value) -> bool {
    !["set", "sub-message"].iter().any(|key| member.get(key).is_some())
}

/// A member as it is typed: what is inside follows a dot, a value an equal sign, a flag stands alone.
fn suggestion(member: &Value) -> Option<String> {
    let end = match word(member, "type")? {
        "pad" => return None,
        "flag" => "",
        _ if leaf(member) => "=",
        _ => ".",
    };
    Some(format!("{}{end}", word(member, "name")?))
}

fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<String> {
    all.map(str::to_owned).collect()
}

fn operations(command: &str, family: Family<'static>) -> Vec<String> {
    let fits = |op: &Op<'static>| match command {
        "do" => op.layout(Form::Do).is_some(),
        "dump" => op.layout(Form::Dump).is_some(),
        _ => true,
    };
    names(family.ops().filter(fits).map(|op| op.name()))
}

fn option_of(word: &str) -> Option<&'static Opt> {
    // --name=value has its value already.
    let is = |option: &&Opt| {
        let long = word.strip_prefix("--").is_some_and(|name| name == option.name);
        long || option.short.is_some_and(|letter| word == format!("-{letter}"))
    };
    OPTIONS.iter().find(is)
}
