// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading the files of tests/golden.
#![allow(unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

pub fn golden_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let golden = files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "golden"));
    golden.chain(folders.iter().flat_map(|f| golden_files(f))).collect()
}

/// Whether a file is of this machine's byte order.
pub fn is_native(text: &str) -> bool {
    let native = if cfg!(target_endian = "little") { "order little" } else { "order big" };
    text.lines().any(|line| line == native)
}

/// A line with its number.
pub type Line<'a> = (usize, &'a str);

/// The lines that mean something, without the comments that may follow.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let is_text = |line: &str| line.starts_with("value str") || line.starts_with("extack msg");
    let bare = |line| if is_text(line) { line } else { line.split("  #").next().unwrap_or(line) };
    let all = text.lines().enumerate().map(|(n, line)| (n + 1, bare(line)));
    all.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The bytes of the next datagram, the lines about it, and those behind them.
pub fn next_datagram<'l, 't>(
    lines: &'l [Line<'t>],
) -> Option<(Vec<u8>, &'l [Line<'t>], &'l [Line<'t>])> {
    let is = |word: &'static str| move |line: &Line<'_>| line.1.split(' ').next() == Some(word);
    let start = lines.iter().position(is("datagram"))? + 1;
    let hex = lines[start..].iter().take_while(|line| is("hex")(line)).count();
    let byte = |word: &str| u8::from_str_radix(word, 16).unwrap();
    let rows = lines[start..start + hex].iter().map(|(_, line)| line.split(' ').skip(2));
    let bytes = rows.flatten().map(byte).collect();
    let after = &lines[start + hex..];
    let end = after.iter().position(is("datagram")).unwrap_or(after.len());
    Some((bytes, &after[..end], &after[end..]))
}
