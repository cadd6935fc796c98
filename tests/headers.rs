// SPDX-License-Identifier: MIT OR Apache-2.0
//! `include/rnl/rnl.h` is what cbindgen makes of `src/ffi/`, a section for each file in it.
//! `RNL_BLESS=1 cargo test --test headers` writes it anew.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

/// The sections of the header in order: a file of `src/ffi/` and what it is about.
const SECTIONS: &[(&str, &str)] = &[
    ("mod", "Version"),
    ("view", "Messages received"),
    ("attrs", "Attributes received"),
    ("attr", "Values of attributes"),
    ("err", "Errors"),
    ("msg", "Messages to send"),
    ("put", "Attributes to send"),
    ("open", "Opening sockets"),
    ("sock", "Sockets"),
    ("filter", "Filters of notifications"),
    ("stats", "Statistics"),
    ("io", "Requests, notifications, datagrams"),
    ("reply", "Replies"),
    ("pipeline", "Many requests in flight, event loops"),
    ("dump", "Dumps"),
    ("together", "Dumps side by side"),
    ("spec", "Descriptions of tables"),
    ("table", "Tables of kernel objects, kept in step"),
    ("genl", "Generic netlink"),
    ("policy", "Policies of generic netlink"),
    ("text", "Texts that grow"),
    ("pack", "Descriptions of families"),
    ("family", "Families by name, and JSON"),
    ("bind", "Structs of the caller"),
    ("trace", "Traces"),
];

const PROLOGUE: &str = "\
/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/**
 * @file rnl/rnl.h
 * @brief Netlink for Linux.
 *
 * A result is 0, a count, or a negative errno. The handle comes first, then
 * inputs, then what is filled in. Times are in milliseconds, -1 is for ever.
 * rnl(7) is the overview, and every function has a page of its own.
 */
#ifndef RNL_RNL_H
#define RNL_RNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern \"C\" {
#endif
";

const EPILOGUE: &str = "
#ifdef __cplusplus
}
#endif

#if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(RNL_NO_INLINE)
#include <rnl/inline.h>
#endif

#endif /* RNL_RNL_H */
";

#[test]
fn the_committed_header_is_current() {
    let want = header();
    let path = root("include/rnl/rnl.h");
    if env::var_os("RNL_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &want).unwrap();
    }
    let have = fs::read_to_string(&path).unwrap_or_default();
    let differs = want.lines().zip(have.lines()).position(|(w, h)| w != h);
    assert!(
        want == have,
        "include/rnl/rnl.h is stale from line {}: RNL_BLESS=1 cargo test --test headers",
        differs.unwrap_or(want.lines().count().min(have.lines().count())) + 1
    );
}

fn root(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), path].iter().collect()
}

fn header() -> String {
    let items = generate();
    let mut body = String::new();
    for (file, about) in SECTIONS {
        let own: Vec<&str> = items.iter().filter(|i| i.0 == *file).map(|i| i.1.as_str()).collect();
        assert!(!own.is_empty(), "src/ffi/{file}.rs defines nothing for the section '{about}'");
        let rule = "-".repeat(WIDTH - 12 - about.len());
        body += &format!("\n/* ---- {about} {rule} */\n\n{}", tidy(&own.join("\n\n")));
    }
    let ahead: String = used_before_defined(&body).map(|tag| format!("{tag};\n")).collect();
    let ahead = if ahead.is_empty() { ahead } else { format!("\n{ahead}") };
    format!("{PROLOGUE}{ahead}{body}{EPILOGUE}")
}

/// What cbindgen makes of `src/ffi/`: each item with its comment, and the file that it comes from.
fn generate() -> Vec<(String, String)> {
    let sources = sources();
    let homes = homes(&sources);
    let mut config = cbindgen::Config::from_file(root("cbindgen.toml")).unwrap();
    config.export.include = homes.keys().filter(|n| n.starts_with("rnl_")).cloned().collect();
    let builder = cbindgen::Builder::new().with_config(config);
    let mut out = Vec::new();
    builder.with_src(root("src/ffi/mod.rs")).generate().unwrap().write(&mut out);
    let text = hexadecimal(String::from_utf8(out).unwrap(), &sources);
    let items = text.trim().split("\n\n").map(str::trim).filter(|item| !item.is_empty());
    items.filter_map(|item| Some((home(&homes, item)?, item.to_owned()))).collect()
}

/// The files of `src/ffi/`: name and source.
fn sources() -> Vec<(String, String)> {
    let files = fs::read_dir(root("src/ffi")).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap())
    };
    files.map(file).collect()
}

/// The file in which each C name is defined.
fn homes(sources: &[(String, String)]) -> BTreeMap<String, String> {
    let mut homes = BTreeMap::new();
    for (file, source) in sources {
        let lines = source.lines().filter_map(|line| line.strip_prefix("pub "));
        for name in lines.filter_map(|line| words(line).find(is_name)) {
            homes.insert(name.to_owned(), file.clone());
        }
    }
    homes
}

/// Constants that Rust has in hexadecimal stay so: cbindgen keeps the value alone.
fn hexadecimal(mut generated: String, sources: &[(String, String)]) -> String {
    for line in sources.iter().flat_map(|(_, source)| source.lines()) {
        let hex = line.strip_prefix("pub const ").and_then(|l| l.strip_suffix(';'));
        let Some((left, hex)) = hex.and_then(|line| line.split_once(" = 0x")) else { continue };
        let (name, _) = left.split_once(':').unwrap();
        let value = u64::from_str_radix(&hex.replace('_', ""), 16).unwrap();
        let define = format!("#define {name} ");
        generated = generated.replace(&format!("{define}{value}\n"), &format!("{define}0x{hex}\n"));
    }
    generated
}

/// The file of an item; none for the kernel's types, which its headers define.
fn home(homes: &BTreeMap<String, String>, item: &str) -> Option<String> {
    let comment = item.strip_prefix("/**").and_then(|rest| rest.split_once("*/\n"));
    let name = defined(comment.map_or(item, |(_, code)| code))?;
    let file = homes.get(name).unwrap_or_else(|| panic!("where is {name} from?"));
    assert!(SECTIONS.iter().any(|section| section.0 == file), "src/ffi/{file}.rs has no section");
    Some(file.clone())
}

/// What an item of C defines: the last name before a parenthesis, but for a function pointer's type.
fn defined(code: &str) -> Option<&str> {
    let line = code.lines().next()?;
    words(line.split('(').next()?).rfind(is_name).or(words(line).find(is_name))
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn is_name(word: &&str) -> bool {
    word.starts_with("rnl_") || word.starts_with("RNL_")
}

/// `struct x` of which a prototype speaks before, or without, its definition.
fn used_before_defined(header: &str) -> impl Iterator<Item = String> {
    let mut known = Vec::new();
    let mut ahead = Vec::new();
    for line in header.lines().filter(|line| !line.trim_start().starts_with(['*', '/'])) {
        for (at, _) in line.match_indices("struct ") {
            let name = line[at..].split(['*', ';', '{', ')', ',']).next().unwrap();
            let tag = name.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let defined = at == 0 && line.ends_with(['{', ';']) && !line.contains('(');
            if !known.contains(&tag) {
                known.push(tag.clone());
                ahead.extend((!defined).then_some(tag));
            }
        }
    }
    ahead.into_iter()
}

// ---- What cbindgen has no setting for: lines of 80 columns, comments of one line.

const WIDTH: usize = 80;

fn tidy(generated: &str) -> String {
    let mut out = String::new();
    let mut lines = generated.trim().lines();
    while let Some(line) = lines.next() {
        let (indent, code) = line.split_at(line.len() - line.trim_start().len());
        if code == "/**" {
            let text = lines.by_ref().map(str::trim_start).take_while(|line| *line != "*/");
            let text: Vec<&str> =
                text.map(|line| line[1..].strip_prefix(' ').unwrap_or("")).collect();
            out += &comment(indent, &text);
        } else if !(line.is_empty() && out.ends_with("\n\n")) {
            out += &prototype(line);
        }
    }
    out
}

fn comment(indent: &str, text: &[&str]) -> String {
    if let [line] = text {
        let short = format!("{indent}/** {line} */\n");
        if short.chars().count() <= WIDTH + 1 {
            return short;
        }
    }
    let lines = paragraphs(text).into_iter().flat_map(|p| wrap(&p, WIDTH - indent.len() - 3));
    let body: String =
        lines.map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
    format!("{indent}/**\n{body}{indent} */\n")
}

/// Text in pieces that wrap on their own: prose, `@parameter  what`, `-ERRNO  when`, `Threads: ...`.
fn paragraphs<'a>(text: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut pieces: Vec<Vec<&str>> = Vec::new();
    for &line in text {
        let opens =
            ["@", "Returns", "Threads:", "Since "].iter().any(|word| line.starts_with(word));
        match pieces.last_mut() {
            Some(piece) if !opens && continues(piece[0], line) => piece.push(line),
            _ => pieces.push(vec![line]),
        }
    }
    pieces
}

fn continues(first: &str, line: &str) -> bool {
    !line.is_empty() && !first.is_empty() && line.len() - line.trim_start().len() == hang(first)
}

/// The column at which the text of a piece stands: after `@parameter  `, or where the line begins.
fn hang(line: &str) -> usize {
    let start = line.len() - line.trim_start().len();
    let gap = if line.starts_with('@') { " " } else { "  " };
    match line[start..].find(gap) {
        Some(gap) if start > 0 || line.starts_with('@') => {
            line.len() - line[start + gap..].trim_start().len()
        }
        _ => start,
    }
}

fn wrap(piece: &[&str], width: usize) -> Vec<String> {
    if piece.iter().all(|line| line.chars().count() <= width) {
        return piece.iter().map(|line| line.to_string()).collect();
    }
    let hang = hang(piece[0]);
    let (label, first) = piece[0].split_at(hang);
    let words = first.split(' ').chain(piece[1..].iter().flat_map(|line| line.split_whitespace()));
    fill(label, &" ".repeat(hang), words, width)
}

/// A prototype that is too long goes on under its first argument.
fn prototype(line: &str) -> String {
    let typedef = line.starts_with("typedef").then(|| line.find(")(")).flatten();
    match typedef.map(|at| at + 1).or(line.find('(')) {
        Some(open) if line.len() > WIDTH && line.ends_with(';') => {
            let (head, args) = line.split_at(open + 1);
            let pieces = args.split_inclusive(", ").map(str::trim_end);
            fill(head, &" ".repeat(open + 1), pieces, WIDTH).join("\n") + "\n"
        }
        _ => format!("{line}\n"),
    }
}

fn fill<'a>(
    head: &str,
    indent: &str,
    words: impl Iterator<Item = &'a str>,
    width: usize,
) -> Vec<String> {
    let mut lines = vec![head.to_owned()];
    let mut empty = true;
    for word in words {
        let line = lines.last_mut().unwrap();
        if empty {
            *line += word;
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            *line += &format!(" {word}");
        } else {
            lines.push(format!("{indent}{word}"));
        }
        empty = false;
    }
    lines
}
