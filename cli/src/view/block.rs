// SPDX-License-Identifier: MIT OR Apache-2.0
//! Objects as indented text, a member a line.

use serde_json::{Map, Value};

use super::{Paint, harmless, inline};

const STEP: usize = 2;

/// An object, each line indented by `indent` spaces.
pub fn block(value: &Value, indent: usize, paint: Paint) -> String {
    let mut text = String::new();
    match value {
        Value::Object(members) => object(&mut text, members, indent, paint),
        other => line(&mut text, indent, &inline(other)),
    }
    text
}

fn line(text: &mut String, indent: usize, content: &str) {
    text.push_str(&" ".repeat(indent));
    text.push_str(content.trim_end());
    text.push('\n');
}

fn object(text: &mut String, members: &Map<String, Value>, indent: usize, paint: Paint) {
    for (name, value) in members {
        member(text, name, value, indent, paint);
    }
}

fn member(text: &mut String, name: &str, value: &Value, indent: usize, paint: Paint) {
    let key = format!("{}:", paint.key(&harmless(name)));
    match value {
        Value::Object(members) if !members.is_empty() => {
            line(text, indent, &key);
            object(text, members, indent + STEP, paint);
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            line(text, indent, &key);
            items.iter().for_each(|item| element(text, item, indent + STEP, paint));
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            line(text, indent, &format!("{key} {}", items.join(", ")));
        }
        other => line(text, indent, &format!("{key} {}", inline(other))),
    }
}

/// An element of a list: its first line begins with a dash.
fn element(text: &mut String, item: &Value, indent: usize, paint: Paint) {
    let start = text.len();
    text.push_str(&block(item, indent + STEP, paint));
    if text.len() > start + indent {
        text.replace_range(start + indent..start + indent + 1, "-");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_indented_lines() {
        let json = r#"{"ifname":"lo","flags":["up","running"],"linkinfo":{"kind":"vxlan","data":{"id":7}},
            "multipath":[{"oif":1,"hops":0},{"oif":2}],"alias":"a\u001b[31m","empty":{},"none":[]}"#;
        let text = block(&serde_json::from_str(json).unwrap(), 0, Paint(false));
        let expected = "\
ifname: lo
flags: up, running
linkinfo:
  kind: vxlan
  data:
    id: 7
multipath:
  - oif: 1
    hops: 0
  - oif: 2
alias: a\\u{1b}[31m
empty: {}
none:
";
        assert_eq!(text, expected);
    }
}
