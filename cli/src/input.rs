// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a request is to say: JSON, or `key=value` words with dotted keys.

use std::io::{self, Read};

use serde_json::{Map, Value};

use crate::fail::{self, Fail, Result};

/// Keys deeper than this, and lists longer, are mistakes.
const DEEPEST: usize = 32;
const LONGEST: usize = 10_000;

/// The request's JSON. Values of `key=value` stay text: the schema knows what they mean.
pub fn json(words: &[String]) -> Result<String> {
    match words {
        [word] if word == "-" => stdin(),
        [word] if word.trim_start().starts_with('{') => Ok(word.clone()),
        words => object(words).map(|value| value.to_string()),
    }
}

fn stdin() -> Result<String> {
    let mut text = String::new();
    let read = io::stdin().read_to_string(&mut text);
    read.map_err(|e| Fail::failed(format!("standard input: {}", fail::system(&e))))?;
    Ok(text)
}

fn object(words: &[String]) -> Result<Value> {
    let mut root = Value::Object(Map::new());
    for word in words {
        let (key, value) = pair(word)?;
        let put = put(&mut root, &steps(key).map_err(|why| wrong(word, &why))?, value);
        put.map_err(|why| wrong(word, &why))?;
    }
    Ok(root)
}

fn wrong(word: &str, why: &str) -> Fail {
    Fail::Usage(format!("{word}: {why}"))
}

/// `key=text`, `key:=JSON`, or `key` alone for a flag.
fn pair(word: &str) -> Result<(&str, Value)> {
    let Some((key, value)) = word.split_once('=') else { return Ok((word, Value::Bool(true))) };
    match key.strip_suffix(':') {
        None => Ok((key, Value::String(value.to_owned()))),
        Some(key) => match serde_json::from_str(value) {
            Ok(value) => Ok((key, value)),
            Err(why) => Err(wrong(word, &format!("what follows := is no JSON: {why}"))),
        },
    }
}

/// A step into an object or a list.
#[derive(Debug, PartialEq)]
enum Step<'k> {
    Name(&'k str),
    Index(usize),
}

/// `multipath[0].gateway`
fn steps(key: &str) -> std::result::Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    for part in key.split('.') {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if name.is_empty() {
            return Err("a key is missing".to_owned());
        }
        steps.push(Step::Name(name));
        while !rest.is_empty() {
            let (index, behind) =
                rest.trim_start_matches('[').split_once(']').ok_or("a ] is missing")?;
            let index = index.parse().ok().filter(|&n| n < LONGEST);
            steps.push(Step::Index(index.ok_or("what stands between [ and ] is no index")?));
            rest = behind;
        }
    }
    if steps.len() > DEEPEST { Err("the key is too deep".to_owned()) } else { Ok(steps) }
}

/// Puts a value where the steps lead; a key that comes again makes a list.
fn put(place: &mut Value, steps: &[Step<'_>], value: Value) -> std::result::Result<(), String> {
    let Some((step, rest)) = steps.split_first() else { return add(place, value) };
    let inner = match (step, place) {
        (Step::Name(name), Value::Object(members)) => {
            members.entry(*name).or_insert_with(Value::default)
        }
        (Step::Name(_), place @ Value::Null) => {
            *place = Value::Object(Map::new());
            return put(place, steps, value);
        }
        (Step::Index(index), Value::Array(items)) if *index < items.len() => {
            items.get_mut(*index).ok_or("no such element")?
        }
        (Step::Index(index), Value::Array(items)) if *index == items.len() => {
            items.push(Value::Null);
            items.last_mut().ok_or("no such element")?
        }
        (Step::Index(index), place @ Value::Null) if *index == 0 => {
            *place = Value::Array(Vec::new());
            return put(place, steps, value);
        }
        (Step::Index(index), Value::Array(_) | Value::Null) => {
            return Err(format!("element {index} comes before those below it"));
        }
        (Step::Name(name), _) => return Err(format!("{name} is to be inside what is no object")),
        (Step::Index(_), _) => return Err("what is no list has no elements".to_owned()),
    };
    put(inner, rest, value)
}

fn add(place: &mut Value, value: Value) -> std::result::Result<(), String> {
    match place {
        Value::Null => *place = value,
        Value::Array(items) => items.push(value),
        Value::Object(_) => return Err("the same key holds others already".to_owned()),
        first => *first = Value::Array(vec![first.take(), value]),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> std::result::Result<String, String> {
        let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
        json(&words).map_err(|fail| fail.end().1.unwrap_or_default())
    }

    #[test]
    fn dotted_keys_make_objects() {
        let words = ["ifname=v0", "linkinfo.kind=vxlan", "linkinfo.data.id=7"];
        let expected = r#"{"ifname":"v0","linkinfo":{"kind":"vxlan","data":{"id":"7"}}}"#;
        assert_eq!(read(&words).unwrap(), expected);
        assert_eq!(read(&[]).unwrap(), "{}");
    }

    #[test]
    fn keys_that_come_again_and_indices_make_lists() {
        assert_eq!(read(&["a=1", "a=2", "a=3"]).unwrap(), r#"{"a":["1","2","3"]}"#);
        let words = ["hop[0].oif=1", "hop[1].oif=2", "hop[1].via=x"];
        assert_eq!(read(&words).unwrap(), r#"{"hop":[{"oif":"1"},{"oif":"2","via":"x"}]}"#);
    }

    #[test]
    fn values_may_be_flags_json_or_hold_equal_signs() {
        let words = ["verbose", "a:=[1,{}]", "b=c=d", "e="];
        assert_eq!(read(&words).unwrap(), r#"{"verbose":true,"a":[1,{}],"b":"c=d","e":""}"#);
        assert_eq!(read(&[r#" {"x":1}"#]).unwrap(), r#" {"x":1}"#);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let cases: &[(&[&str], &str)] = &[
            (&["=1"], "=1: a key is missing"),
            (&["a..b=1"], "a..b=1: a key is missing"),
            (&["a[1]=x"], "a[1]=x: element 1 comes before those below it"),
            (&["a[x]=1"], "a[x]=1: what stands between [ and ] is no index"),
            (&["a[0=1"], "a[0=1: a ] is missing"),
            (&["a=1", "a.b=2"], "a.b=2: b is to be inside what is no object"),
            (&["a.b=1", "a=2"], "a=2: the same key holds others already"),
            (&["a[99999999]=1"], "a[99999999]=1: what stands between [ and ] is no index"),
        ];
        for (words, said) in cases {
            assert_eq!(read(words).unwrap_err(), *said);
        }
        assert!(read(&["a:={"]).unwrap_err().starts_with("a:={: what follows := is no JSON"));
    }
}
