// SPDX-License-Identifier: MIT OR Apache-2.0
//! What stands on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::Arg;

use crate::fail::{Fail, Result};
use crate::numbers;

/// Milliseconds that a request or a dump may take unless told otherwise.
const PATIENCE: i32 = 30_000;

/// Everything that options say.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    pub json: bool,
    pub table: bool,
    pub columns: Vec<String>,
    pub stream: bool,
    pub flags: u16,
    pub timeout: Option<i32>,
    pub count: Option<u64>,
    pub netns: Option<String>,
    pub packs: Vec<PathBuf>,
    pub protocol: Option<i32>,
    /// Ids of generic families, and their names.
    pub families: Vec<(u16, String)>,
    pub help: bool,
    pub version: bool,
}

impl Options {
    /// Milliseconds a request may take.
    pub fn patience(&self) -> i32 {
        self.timeout.unwrap_or(PATIENCE)
    }
}

/// What a person asks for.
#[derive(Debug, Default, PartialEq)]
pub struct Args {
    pub words: Vec<String>,
    pub options: Options,
    /// The options that were given.
    used: Vec<&'static str>,
}

/// An option.
pub struct Opt {
    pub name: &'static str,
    pub short: Option<char>,
    /// What its value is called; empty if it takes none.
    pub value: &'static str,
    /// The commands that take it; empty: all.
    pub commands: &'static [&'static str],
    pub help: &'static str,
    set: fn(&mut Options, &str) -> std::result::Result<(), String>,
}

const SHOWING: &[&str] = &["families", "show", "do", "dump", "watch", "decode"];
const ASKING: &[&str] = &["do", "dump"];
const ALL: &[&str] = &[];

macro_rules! options {
    ($($name:literal $($short:literal)?, $value:literal, $commands:expr, $help:literal, $set:expr;)+) => {
        /// All options there are.
        pub const OPTIONS: &[Opt] = &[$(Opt {
            name: $name,
            short: short!($($short)?),
            value: $value,
            commands: $commands,
            help: $help,
            set: $set,
        }),+];
    };
}

macro_rules! short {
    () => {
        None
    };
    ($letter:literal) => {
        Some($letter)
    };
}

options! {
    "json" 'j', "", SHOWING, "JSON for programs, as when the output is no terminal", |o, _| flag(&mut o.json);
    "table" 't', "", SHOWING, "tables and text for people, also into pipes", |o, _| flag(&mut o.table);
    "columns" 'c', "NAME,...", &["dump"], "a table of these members, such as ifname,linkinfo.kind", columns;
    "flags" 'f', "FLAG,...", ASKING, "flags of the request: create, excl, replace, append, echo, ...", |o, v| set(&mut o.flags, numbers::flags(v)?);
    "timeout" 'T', "MS", &["do", "dump", "watch"], "give up after so many milliseconds, -1 for never", |o, v| set(&mut o.timeout, Some(number("timeout", v)?));
    "stream" 's', "", &["dump"], "show rows as they come, and fail if a change interrupts the dump", |o, _| flag(&mut o.stream);
    "count" 'n', "N", &["watch"], "end after so many notifications", |o, v| set(&mut o.count, Some(number("count", v)?));
    "netns" 'N', "NAME", &["families", "do", "dump", "watch"], "ask in this network namespace: a name, a path or a process id", |o, v| set(&mut o.netns, Some(v.to_owned()));
    "protocol" 'p', "NAME", &["decode"], "protocol of messages in hex: route, generic, 12, ...", protocol;
    "family" 'F', "ID=NAME", &["decode"], "which generic family has this id", family;
    "user-pack" 'P', "FILE", ALL, "descriptions of more families, compiled by rnl-specc", |o, v| push(&mut o.packs, v.into());
    "help" 'h', "", ALL, "show how to use a command", |o, _| flag(&mut o.help);
    "version" 'V', "", ALL, "show the version", |o, _| flag(&mut o.version);
}

type Set = std::result::Result<(), String>;

fn flag(to: &mut bool) -> Set {
    set(to, true)
}

fn set<T>(to: &mut T, value: T) -> Set {
    *to = value;
    Ok(())
}

fn push<T>(to: &mut Vec<T>, value: T) -> Set {
    to.push(value);
    Ok(())
}

fn columns(options: &mut Options, value: &str) -> Set {
    options.table = true;
    set(&mut options.columns, value.split(',').map(|name| name.trim().to_owned()).collect())
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> std::result::Result<T, String> {
    value.parse().map_err(|_| format!("--{name}: {value} is not a number in range"))
}

fn protocol(options: &mut Options, value: &str) -> Set {
    let known = numbers::protocol(value);
    let number = known
        .ok_or_else(|| format!("--protocol: {value} is neither a number up to 255 nor a name"))?;
    set(&mut options.protocol, Some(number))
}

fn family(options: &mut Options, value: &str) -> Set {
    let parts = value.split_once('=').and_then(|(id, name)| Some((integer(id)?, name.to_owned())));
    push(&mut options.families, parts.ok_or_else(|| format!("--family: {value} is not ID=NAME"))?)
}

/// A number in base 10, or in base 16 after `0x`.
fn integer(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("0x").map(|digits| u16::from_str_radix(digits, 16));
    hex.unwrap_or_else(|| text.parse()).ok()
}

impl Opt {
    /// Whether `command` takes it.
    pub fn is_for(&self, command: &str) -> bool {
        self.commands.is_empty() || self.commands.contains(&command)
    }
}

impl Args {
    /// Reads the command line, without the name of the program.
    pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Args> {
        let mut args = Args::default();
        let mut parser = lexopt::Parser::from_args(words);
        while let Some(arg) = parser.next().map_err(Fail::usage)? {
            if let Arg::Value(word) = arg {
                args.words.push(text(word)?);
                continue;
            }
            let option = find(&arg)?;
            let takes_none = option.value.is_empty();
            let value =
                if takes_none { OsString::new() } else { parser.value().map_err(Fail::usage)? };
            (option.set)(&mut args.options, &text(value)?).map_err(Fail::Usage)?;
            args.used.push(option.name);
        }
        Ok(args)
    }

    /// Takes the first word, the command, and sees to it that the options are for it.
    pub fn command(&mut self) -> Result<Option<String>> {
        if self.words.is_empty() {
            return Ok(None);
        }
        let command = self.words.remove(0);
        let is_out_of_place =
            |option: &&Opt| self.used.contains(&option.name) && !option.is_for(&command);
        match OPTIONS.iter().find(is_out_of_place) {
            Some(option) => Err(Fail::Usage(format!("{command} has no option --{}", option.name))),
            None => Ok(Some(command)),
        }
    }
}

fn find(arg: &Arg<'_>) -> Result<&'static Opt> {
    let found = OPTIONS.iter().find(|option| match arg {
        Arg::Long(name) => option.name == *name,
        Arg::Short(letter) => option.short == Some(*letter),
        Arg::Value(_) => false,
    });
    let shown = match arg {
        Arg::Long(name) => format!("--{name}"),
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Value(_) => String::new(),
    };
    found.ok_or_else(|| Fail::Usage(format!("there is no option {shown}; rnl help lists them")))
}

fn text(word: OsString) -> Result<String> {
    let damaged = |word: OsString| Fail::Usage(format!("not UTF-8: {}", word.to_string_lossy()));
    word.into_string().map_err(damaged)
}
