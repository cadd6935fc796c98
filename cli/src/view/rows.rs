// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rows of a dump as they come.

use std::io::Write;

use serde_json::Value;

use super::{Out, Paint, Style, Table, block, inline, out, parse, width};
use crate::fail::Result;

/// So many rows decide what the table looks like, and whether it is one.
const FIRST: usize = 1000;

/// Where rows go.
pub struct Rows {
    out: Out,
    style: Style,
    /// The columns asked for; none: those there are, if they fit.
    columns: Vec<String>,
    shown: Shown,
    held: Vec<Value>,
}

/// What has been shown so far.
enum Shown {
    Nothing,
    Items,
    Table(Table),
}

impl Rows {
    pub fn new(style: Style, columns: Vec<String>) -> Self {
        Rows { out: out(), style, columns, shown: Shown::Nothing, held: Vec::new() }
    }

    /// Shows a row, an object in JSON.
    pub fn row(&mut self, json: &[u8]) -> Result {
        let Style::Text(paint) = self.style else { return self.item(json) };
        self.held.push(parse(json)?);
        let settled = !matches!(self.shown, Shown::Nothing);
        if settled || self.held.len() >= FIRST { self.show(paint) } else { Ok(()) }
    }

    fn item(&mut self, json: &[u8]) -> Result {
        let before: &[u8] = if matches!(self.shown, Shown::Nothing) { b"[" } else { b",\n " };
        self.out.write_all(before)?;
        self.out.write_all(json)?;
        self.shown = Shown::Items;
        Ok(())
    }

    /// Shows what was held back; the first time it is decided how.
    fn show(&mut self, paint: Paint) -> Result {
        let rows = std::mem::take(&mut self.held);
        if matches!(self.shown, Shown::Nothing) {
            self.begin(&rows, paint)?;
        }
        let text = match &mut self.shown {
            Shown::Table(table) => {
                fill(table, &rows, &self.columns);
                table.take_rows()
            }
            _ => rows.iter().map(|row| block(row, 0, paint) + "\n").collect(),
        };
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// A table of the columns asked for, or of all where rows are flat and fit; else one block a row.
    fn begin(&mut self, rows: &[Value], paint: Paint) -> Result {
        self.shown = Shown::Items;
        let asked = !self.columns.is_empty();
        if !asked && (rows.is_empty() || !rows.iter().all(is_flat)) {
            return Ok(());
        }
        if !asked {
            self.columns = names(rows);
        }
        let mut table = Table::new(&self.columns);
        fill(&mut table, rows, &self.columns);
        if asked || table.width() <= width() {
            self.out.write_all(table.head(paint).as_bytes())?;
            table.take_rows();
            self.shown = Shown::Table(table);
        }
        Ok(())
    }

    /// The end: all has been shown.
    pub fn end(mut self) -> Result {
        match self.style {
            Style::Json if matches!(self.shown, Shown::Nothing) => self.out.write_all(b"[]\n")?,
            Style::Json => self.out.write_all(b"]\n")?,
            Style::Text(paint) => self.show(paint)?,
        }
        Ok(self.out.flush()?)
    }
}

fn fill(table: &mut Table, rows: &[Value], columns: &[String]) {
    rows.iter().for_each(|row| table.row(columns.iter().map(|path| inline(at(row, path)))));
}

fn is_flat(row: &Value) -> bool {
    let is_deep = |value: &Value| {
        value.is_object()
            || value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
    };
    row.as_object().is_some_and(|members| !members.values().any(is_deep))
}

/// The names of all members, as they first come.
fn names(rows: &[Value]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The member at a path: `linkinfo.kind`. A member whose own name has dots is found as well.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    value.get(path).unwrap_or_else(|| {
        path.split('.').try_fold(value, |value, name| value.get(name)).unwrap_or(&Value::Null)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_their_path() {
        let row = serde_json::from_str(r#"{"linkinfo":{"kind":"veth"},"a.b":["x",2]}"#).unwrap();
        assert_eq!(inline(at(&row, "linkinfo.kind")), "veth");
        assert_eq!(inline(at(&row, "a.b")), "x,2");
        assert_eq!(inline(at(&row, "linkinfo.nosuch")), "");
        assert!(!is_flat(&row));
    }

    #[test]
    fn columns_are_the_members_of_all_rows() {
        let rows: Vec<Value> = serde_json::from_str(r#"[{"a":1},{"b":[2],"a":3}]"#).unwrap();
        assert_eq!(names(&rows), ["a", "b"]);
        assert!(rows.iter().all(is_flat));
    }
}
