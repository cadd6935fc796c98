// SPDX-License-Identifier: MIT OR Apache-2.0
//! Columns of text.

use super::Paint;

/// Between two columns.
const GAP: &str = "  ";

/// Rows of cells under titles.
#[derive(Debug, Default)]
pub struct Table {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Table {
    pub fn new(titles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let titles: Vec<String> = titles.into_iter().map(Into::into).collect();
        let widths = titles.iter().map(|title| columns(title)).collect();
        Table { titles, rows: Vec::new(), widths }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = columns(cell).max(*width);
        }
        self.rows.push(cells);
    }

    /// Columns of the screen it takes.
    pub fn width(&self) -> usize {
        self.widths.iter().sum::<usize>() + GAP.len() * self.widths.len().saturating_sub(1)
    }

    /// The titles, once.
    pub fn head(&self, paint: Paint) -> String {
        paint.strong(&self.line(&self.titles)) + "\n"
    }

    /// The rows there are so far; they are forgotten, the widths are not.
    pub fn take_rows(&mut self) -> String {
        let rows = std::mem::take(&mut self.rows);
        rows.iter().map(|row| self.line(row) + "\n").collect()
    }

    /// All of it.
    pub fn text(mut self, paint: Paint) -> String {
        let head = self.head(paint);
        head + &self.take_rows()
    }

    fn line(&self, cells: &[String]) -> String {
        let padded = cells.iter().zip(&self.widths).map(|(cell, width)| {
            let missing = width.saturating_sub(columns(cell));
            format!("{cell}{}", " ".repeat(missing))
        });
        padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["name", "id"]);
        table.row(["ethtool", "21"]);
        table.row(["é", ""]);
        assert_eq!(table.width(), 11);
        assert_eq!(table.text(Paint(false)), "name     id\nethtool  21\né\n");
    }
}
