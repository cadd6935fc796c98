// SPDX-License-Identifier: MIT OR Apache-2.0
//! The house rules that the compiler does not know: a module uses only lower floors, `unsafe` has its
//! rooms, functions and files stay short. Each rule is tried on small sources first.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up. Modules of one floor do not use each other, but for the ground's.
const FLOORS: [&[&str]; 6] = [
    &["uapi", "error", "text", "owned", "grow", "ring"],
    &["wire"],
    &["schema", "sys"],
    &["conn"],
    &["family"],
    &["ffi"],
];
const UNSAFE_ROOMS: [&str; 2] = ["sys", "ffi"];
const LONGEST_FUNCTION: usize = 60;
const LONGEST_FILE: usize = 600;
/// So many lines of a statement may stand between its SAFETY comment and its `unsafe`.
const NEARBY: usize = 3;

#[test]
fn src_keeps_the_rules() {
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 20, "the sources are not where they were: {files:?}");
    let complaints: Vec<String> = files.iter().flat_map(|path| file_complaints(path)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Faces of other libraries stand on top of the floors: what holds for `ffi` holds for them.
#[test]
fn compat_keeps_the_rules() {
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("compat"));
    assert!(!files.is_empty(), "the faces are not where they were");
    let complaints: Vec<String> = files.iter().flat_map(|path| face_complaints(path)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn face_complaints(path: &Path) -> Vec<String> {
    let source = fs::read_to_string(path).unwrap();
    let code = code_of(&source);
    let mut found = unsafe_places("ffi/face.rs", &source, &code);
    found.extend(lengths(&source, &code));
    found.into_iter().map(|what| format!("{}{what}", path.display())).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    rust.chain(folders.iter().flat_map(|f| rust_files(f))).collect()
}

fn file_complaints(path: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = path.strip_prefix(root).unwrap().to_str().unwrap();
    let found = complaints(name, &fs::read_to_string(path).unwrap());
    found.into_iter().map(|what| format!("src/{name}{what}")).collect()
}

/// What is wrong with the file `name` of `src/`, each as `:LINE: what`.
fn complaints(name: &str, source: &str) -> Vec<String> {
    let code = code_of(source);
    let mut found = edges(name, &code);
    found.extend(unsafe_places(name, source, &code));
    found.extend(lengths(source, &code));
    found
}

// ---- Floors

/// `wire/ack.rs` is `[wire, ack]`, `wire/mod.rs` is `[wire]`, `lib.rs` is `[]`.
fn module_path(name: &str) -> Vec<&str> {
    let path = name.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').collect() }
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Uses of modules that are not below. `lib.rs` is the roof: it sees all.
fn edges(name: &str, code: &str) -> Vec<String> {
    let path = module_path(name);
    let Some(&own) = path.first() else { return Vec::new() };
    let Some(own_floor) = floor(own) else {
        return vec![format!(": module `{own}` is on no floor of tests/floors.rs")];
    };
    let below = |target: &str| match floor(target) {
        Some(0) if own_floor == 0 => true,
        Some(floor) => target == own || floor < own_floor,
        None => false,
    };
    let targets = root_uses(&path, code).into_iter();
    let bad = targets.filter(|(_, target)| !below(target));
    bad.map(|(at, target)| format!(":{}: `{own}` uses `{target}`", line_of(code, at))).collect()
}

/// Every name of the crate's root that the code uses, and where: after `crate::`, or after as many
/// `super::` as lead there.
fn root_uses(path: &[&str], code: &str) -> Vec<(usize, String)> {
    let mut uses = Vec::new();
    for (at, word) in words(code) {
        let after = &code[at + word.len()..];
        let Some(mut rest) = after.strip_prefix("::") else { continue };
        let mut depth = path.len() + modules_around(code, at);
        match word {
            "crate" => depth = 0,
            "super" if !code[..at].ends_with("super::") => depth -= 1,
            _ => continue,
        }
        while let Some(outer) = rest.strip_prefix("super::") {
            (rest, depth) = (outer, depth - 1);
        }
        if depth == 0 {
            uses.extend(first_names(rest).into_iter().map(|name| (at, name)));
        }
    }
    uses
}

/// How many `mod x { ... }` of this file are around the place `at`.
fn modules_around(code: &str, at: usize) -> usize {
    let opens = words(code).filter(|(_, word)| *word == "mod").filter_map(|(start, _)| {
        let head = &code[start..];
        let brace = head.find(['{', ';']).filter(|&b| head[b..].starts_with('{'))?;
        Some(start + brace)
    });
    opens.filter(|&open| open < at && at < block_end(code, open)).count()
}

/// The first names of a path or of a group of paths: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return words(path).next().map(|(_, word)| word.to_owned()).into_iter().collect();
    };
    let group = &group[..block_end(path, 0).saturating_sub(1).min(group.len())];
    let mut depth = 0;
    let paths = group.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    paths.flat_map(|path| first_names(path.trim())).collect()
}

#[test]
fn edges_upward_and_sideways_are_found() {
    let bad = [
        ("wire/ack.rs", "use crate::conn::Socket;", "`wire` uses `conn`"),
        ("wire/mod.rs", "use super::schema::x;", "`wire` uses `schema`"),
        ("wire/mod.rs", "use super::{error, sys::{a, conn}};", "`wire` uses `sys`"),
        ("wire/ack.rs", "fn f() { super::super::conn::f() }", "`wire` uses `conn`"),
        ("wire/ack.rs", "mod tests { use super::super::super::conn; }", "`wire` uses `conn`"),
        ("error.rs", "use crate::{uapi::{errno, x}, wire};", "`error` uses `wire`"),
        ("sys/mod.rs", "use crate::schema::x;", "`sys` uses `schema`"),
        ("schema/mod.rs", "let n = crate::sys::now();", "`schema` uses `sys`"),
        ("conn/a.rs", "use crate::Msg;", "`conn` uses `Msg`"),
        ("brand_new.rs", "", "`brand_new` is on no floor"),
    ];
    for (name, source, expected) in bad {
        let found = edges(name, &code_of(source));
        assert!(found.len() == 1 && found[0].contains(expected), "{name}: {source}: {found:?}");
    }
}

#[test]
fn edges_downward_are_fine() {
    let good = [
        ("lib.rs", "pub use crate::conn::Socket; use self::ffi::x;"),
        ("error.rs", "use crate::{uapi::errno, text::Text}; use super::owned::Owned;"),
        ("wire/ack.rs", "use super::{Attr, conn}; use crate::error; // crate::conn"),
        ("wire/ack.rs", "mod tests { use super::super::Msg; const S: &str = \"crate::conn\"; }"),
        ("conn/a.rs", "use crate::{sys, schema, wire::{x, ffi}}; use crate::conn::engine;"),
        ("ffi/a.rs", "use crate::family::genl; use super::ptr;"),
    ];
    for (name, source) in good {
        assert_eq!(edges(name, &code_of(source)), [""; 0], "{name}: {source}");
    }
}

// ---- Unsafe

/// `unsafe` in a wrong room, and blocks and impls without a SAFETY comment nearby.
fn unsafe_places(name: &str, source: &str, code: &str) -> Vec<String> {
    let room = module_path(name).first().is_some_and(|own| UNSAFE_ROOMS.contains(own));
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for (at, _) in words(code).filter(|(_, word)| *word == "unsafe") {
        let line = line_of(code, at);
        let after = code[at + "unsafe".len()..].trim_start();
        let promises = after.starts_with('{') || after.starts_with("impl");
        if !room {
            found.push(format!(":{line}: `unsafe` outside src/sys and src/ffi"));
        } else if promises && !is_argued(&lines, line - 1) {
            found.push(format!(":{line}: `unsafe` without a SAFETY comment"));
        }
    }
    found
}

/// Whether the comment nearest above line `index` says SAFETY.
fn is_argued(lines: &[&str], index: usize) -> bool {
    let is_comment = |line: &&&str| line.trim_start().starts_with("//");
    let above = || lines[..index].iter().rev();
    let code = above().take_while(|line| !is_comment(line)).count();
    let mut comment = above().skip(code).take_while(is_comment);
    code < NEARBY && comment.any(|line| line.contains("SAFETY:"))
}

#[test]
fn unsafe_has_its_rooms_and_its_reasons() {
    let count = |name: &str, source: &str| unsafe_places(name, source, &code_of(source)).len();
    let argued = "// SAFETY: it is\n// so.\nlet a =\n    f(unsafe { g() });";
    assert_eq!(count("sys/mod.rs", argued), 0);
    assert_eq!(count("ffi/a.rs", argued), 0);
    assert_eq!(count("wire/mod.rs", argued), 1);
    assert_eq!(count("lib.rs", argued), 1);
    assert_eq!(count("lib.rs", "#![forbid(unsafe_code)] // unsafe"), 0);
    assert_eq!(count("sys/mod.rs", "unsafe { g() }"), 1);
    assert_eq!(count("sys/mod.rs", "// It is safe.\nunsafe impl Send for X {}"), 1);
    assert_eq!(count("sys/mod.rs", "// SAFETY: far.\n\nf();\n\nunsafe { g() }"), 1);
    assert_eq!(count("ffi/a.rs", "pub unsafe extern \"C\" fn f() {}"), 0);
}

// ---- Length

fn lengths(source: &str, code: &str) -> Vec<String> {
    let mut found = long_functions(code);
    let lines = source.lines().count();
    if lines > LONGEST_FILE {
        found.push(format!(": {lines} lines, more than {LONGEST_FILE}"));
    }
    found
}

fn long_functions(code: &str) -> Vec<String> {
    let functions = words(code).filter(|(_, word)| *word == "fn");
    let long = functions.filter_map(|(at, _)| {
        let end = function_end(code, at)?;
        let (first, last) = (line_of(code, at), line_of(code, end));
        let (name, lines) = (first_names(code[at + 2..].trim_start()).concat(), last - first + 1);
        (lines > LONGEST_FUNCTION).then(|| format!(":{first}: fn {name} has {lines} lines"))
    });
    long.collect()
}

/// The closing brace of the function at `at`; none of a type `fn(..)` or of a function without body.
fn function_end(code: &str, at: usize) -> Option<usize> {
    let head = &code[at + 2..];
    if !head.starts_with(' ') {
        return None;
    }
    let mut depth = 0;
    let body = head.find(|c: char| {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        depth == 0 && matches!(c, '{' | ';')
    })?;
    head[body..].starts_with('{').then(|| block_end(code, at + 2 + body))
}

#[test]
fn long_functions_and_files_are_found() {
    let function = |lines: usize| {
        format!("fn f(a: [u8; 2], g: fn(u8)) {{\n{}}}\n", "{ 1; }\n".repeat(lines - 2))
    };
    let count = |name: &str, source: &str| complaints(name, source).len();
    assert_eq!(count("wire/a.rs", &function(LONGEST_FUNCTION)), 0);
    assert_eq!(count("wire/a.rs", &function(LONGEST_FUNCTION + 1)), 1);
    let methods = format!("trait T {{ fn f();\n{} }}", function(LONGEST_FUNCTION).repeat(2));
    assert_eq!(count("wire/a.rs", &methods), 0);
    assert_eq!(count("wire/a.rs", &"\n".repeat(LONGEST_FILE)), 0);
    assert_eq!(count("wire/a.rs", &"\n".repeat(LONGEST_FILE + 1)), 1);
}

// ---- Reading Rust

/// The source with comments, strings and characters blanked out: same places, same lines.
fn code_of(source: &str) -> String {
    let mut code = source.as_bytes().to_vec();
    let mut at = 0;
    while at < source.len() {
        let len = blank_len(source, at);
        code[at..at + len].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        at += len.max(1);
    }
    String::from_utf8(code).unwrap()
}

/// Length of the comment, string or character that starts at `at`; 0 if none does.
fn blank_len(source: &str, at: usize) -> usize {
    let Some(rest) = source.get(at..) else { return 0 };
    let to = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |n| n + from + end.len())
    };
    let in_word = source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let raw = rest.strip_prefix("br").or(rest.strip_prefix('r')).filter(|_| !in_word);
    let hashes = raw.map_or("", |raw| &raw[..raw.len() - raw.trim_start_matches('#').len()]);
    match rest.as_bytes() {
        [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => to("*/", 2),
        [b'"', ..] => 1 + quoted_len(&rest[1..], '"'),
        _ if raw.is_some_and(|raw| raw[hashes.len()..].starts_with('"')) => {
            to(&format!("\"{hashes}"), hashes.len() + 3)
        }
        [b'\'', b'\\', ..] => 1 + quoted_len(&rest[1..], '\''),
        [b'\'', ..] => {
            let mut chars = rest[1..].char_indices().skip(1);
            chars.next().filter(|(_, c)| *c == '\'').map_or(0, |(n, _)| n + 2)
        }
        _ => 0,
    }
}

/// Length up to and with the closing `quote` that no backslash escapes.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |n| n + 1)
}

/// The words of the code, with their places.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let all = code.split(move |c| !is_part(c)).filter(|word| !word.is_empty());
    all.map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The brace that closes the one at `open`.
fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0;
    let end = code[open..].find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    end.map_or(code.len(), |n| open + n)
}

/// The line of a place, from 1.
fn line_of(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

#[test]
fn strings_comments_and_characters_are_no_code() {
    let cases = [
        ("a /* unsafe */ b // unsafe\nc", "a b c"),
        ("f(\"unsafe \\\" unsafe\", b\"x\", c)", "f( , b , c)"),
        ("g(r#\"unsafe \" unsafe\"#, 'x', '\\'', '\"', h)", "g( , , , , h)"),
        ("fn k<'a>(x: &'a str) {}", "fn k<'a>(x: &'a str) {}"),
        ("let r = \"–\"; m", "let r = ; m"),
    ];
    for (source, expected) in cases {
        let code = code_of(source);
        let squeezed = code.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed, expected, "{source}");
        assert_eq!((code.len(), code.lines().count()), (source.len(), source.lines().count()));
    }
}
