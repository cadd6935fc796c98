// SPDX-License-Identifier: MIT OR Apache-2.0
//! How results are shown: JSON for programs, text and tables for people.

mod block;
mod rows;
mod table;

use std::env;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use serde_json::Value;

use crate::args::Options;
use crate::fail::{Fail, Result};

pub use block::block;
pub use rows::Rows;
pub use table::Table;

/// How wide a table may be where there is no terminal to ask.
const WIDTH: usize = 100;

/// For whom the output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Json,
    Text(Paint),
}

/// Whether words are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint(bool);

impl Paint {
    /// What is to be seen first: titles, names of operations.
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Names of attributes.
    pub fn key(self, text: &str) -> String {
        self.with("36", text)
    }

    /// What matters less.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What went wrong.
    pub fn wrong(self, text: &str) -> String {
        self.with("31", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[m")
        } else {
            text.to_owned()
        }
    }
}

impl Style {
    /// What the options say, else JSON unless a person looks at it.
    pub fn of(options: &Options) -> Result<Style> {
        let terminal = io::stdout().is_terminal();
        match (options.json, options.table) {
            (true, true) => Err(Fail::usage("--json and a table exclude each other")),
            (true, false) => Ok(Style::Json),
            (false, false) if !terminal => Ok(Style::Json),
            _ => Ok(Style::Text(Paint(terminal && !is_set("NO_COLOR")))),
        }
    }

    /// As [`Style::of`], for what is read by people first: text also into pipes.
    pub fn readable(options: &Options) -> Result<Style> {
        match Style::of(options)? {
            Style::Json if !options.json => Ok(Style::Text(Paint(false))),
            style => Ok(style),
        }
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Columns of the terminal.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.into())
}

/// Standard output.
pub type Out = BufWriter<StdoutLock<'static>>;

/// Standard output, to be flushed at the end.
pub fn out() -> Out {
    BufWriter::with_capacity(64 << 10, io::stdout().lock())
}

/// Writes a piece of text and hands it on.
pub fn say(text: &str) -> Result {
    let mut out = out();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// JSON that rnl has written itself.
pub fn parse(json: &[u8]) -> Result<Value> {
    serde_json::from_slice(json).map_err(|e| Fail::failed(format!("damaged JSON: {e}")))
}

/// A value in one line, without what could steer a terminal.
pub fn inline(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(inline).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    harmless(&text)
}

/// Text whose control characters are shown instead of obeyed.
pub fn harmless(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.into() })
        .collect()
}
