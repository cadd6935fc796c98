// SPDX-License-Identifier: MIT OR Apache-2.0
//! Operations: their numbers, and what their messages are made of.

use std::collections::HashMap;

use rnl::schema::format::{NONE, Part, op_flags};

use crate::family::{Family, named};
use crate::pack::Row;
use crate::yaml::{At, Result};

const OPS: &str = "list enum-model fixed-header name-prefix enum-name async-prefix async-enum";
const OP: &str = "name doc value attribute-set flags dont-validate config-cond fixed-header do dump notify event mcgrp body";
const WAY: &str = "request reply pre post";
const MESSAGE: &str = "attributes value attribute-set fixed-header body match";

/// The last numbers given to requests and to answers.
#[derive(Default)]
struct Last {
    request: i128,
    reply: i128,
}

/// Numbers of the four messages of an operation, by form.
type Numbers = [Option<u16>; 4];

impl<'d> Family<'d, '_> {
    pub fn write_ops(&mut self) -> Result<()> {
        let ops = self.root.want("operations")?;
        ops.only(OPS)?;
        let list = ops.want("list")?.items()?;
        let by_name = named(list.clone())?;
        let first = self.count(Part::Ops)?;
        let indexes: HashMap<&str, u16> =
            list.iter().filter_map(|op| op.name().ok()).zip(first..).collect();
        let directional = match ops.get("enum-model").map(|at| (at, at.text())) {
            None | Some((_, Ok("unified"))) => false,
            Some((_, Ok("directional"))) => true,
            Some((at, _)) => return Err(at.wrong("wanted unified or directional")),
        };
        let mut last = Last::default();
        for op in list {
            op.only(OP)?;
            let numbers = if directional {
                self.directional(op, &mut last)?
            } else {
                self.unified(op, &mut last)?
            };
            self.write_op(op, ops, numbers, &by_name, &indexes)?;
        }
        Ok(())
    }

    /// One sequence of numbers for all messages.
    fn unified(&self, op: At<'d>, last: &mut Last) -> Result<Numbers> {
        last.request = op.get("value").map_or(Ok(last.request + 1), |at| self.constant(at))?;
        let number = number(op, last.request)?;
        if is_async(op) {
            return Ok([None, Some(number), None, None]);
        }
        let [down, up] = ["do", "dump"].map(|way| op.get(way));
        let reply = |way: Option<At<'d>>| way.and_then(|way| way.get("reply")).map(|_| number);
        Ok([down.map(|_| number), reply(down), up.map(|_| number), reply(up)])
    }

    /// Requests and answers are counted apart. A dump has the numbers of the `do` unless it says others.
    fn directional(&self, op: At<'d>, last: &mut Last) -> Result<Numbers> {
        let own = op.get("value").map_or(Ok(None), |at| self.constant(at).map(Some))?;
        if is_async(op) {
            let event = op.get("event").filter(|at| at.is_map()).and_then(|at| at.get("value"));
            let event = event.map_or(Ok(own), |at| self.constant(at).map(Some))?;
            last.reply = event.unwrap_or(last.reply + 1);
            return Ok([None, Some(number(op, last.reply)?), None, None]);
        }
        let mut numbers = [None; 4];
        let has = |way: &str, part: &str| {
            op.get(way).is_some_and(|w| part == "request" || w.get(part).is_some())
        };
        for (part, slot) in [("request", 0), ("reply", 1)] {
            let counter = if slot == 0 { &mut last.request } else { &mut last.reply };
            let said =
                |way: &str| op.get(way).and_then(|w| w.get(part)).and_then(|p| p.get("value"));
            let value = |way| said(way).map_or(Ok(None), |at| self.constant(at).map(Some));
            let (down, up) = (value("do")?, value("dump")?);
            if !has("do", part) && !has("dump", part) {
                continue;
            }
            let shared = down.or(up).or(own).unwrap_or(*counter + 1);
            *counter = shared;
            for (way, said, at) in [("do", down, slot), ("dump", up, slot + 2)] {
                if has(way, part) {
                    numbers[at] = Some(number(op, said.unwrap_or(shared))?);
                }
            }
        }
        Ok(numbers)
    }

    fn write_op(
        &mut self,
        op: At<'d>,
        ops: At<'d>,
        numbers: Numbers,
        by_name: &HashMap<&str, At<'d>>,
        indexes: &HashMap<&str, u16>,
    ) -> Result<()> {
        let mut layouts = [None; 4];
        let mut notifies = None;
        if let Some(at) = op.get("notify") {
            let name = at.text()?;
            let told = by_name.get(name).ok_or_else(|| at.wrong("no operation is called so"))?;
            notifies = indexes.get(name).copied();
            let reply = ["do", "dump"].iter().find_map(|way| told.get(way)?.get("reply"));
            layouts[1] = Some(self.layout(reply, &[op, *told, ops])?);
        } else if let Some(event) = op.get("event") {
            layouts[1] = Some(self.layout(Some(event), &[op, ops])?);
        }
        for (way, slot) in [("do", 0), ("dump", 2)] {
            let Some(way) = op.get(way) else { continue };
            way.only(WAY)?;
            layouts[slot] = Some(self.layout(way.get("request"), &[op, ops])?);
            if let Some(reply) = way.get("reply") {
                layouts[slot + 1] = Some(self.layout(Some(reply), &[op, ops])?);
            }
        }
        let group = match op.get("mcgrp") {
            None => None,
            Some(at) => Some(
                *self.groups.get(at.text()?).ok_or_else(|| at.wrong("no group is called so"))?,
            ),
        };
        let name = self.name(op.want("name")?)?;
        let mut flags = flags(op)?;
        let mut forms = Vec::new();
        for (form, (number, layout)) in numbers.into_iter().zip(layouts).enumerate() {
            if let Some(number) = number {
                flags |= 1 << (op_flags::FORMS + form as u32);
                forms.push(Row::default().u16(number).index(layout));
            }
        }
        let forms = self.run(Part::Forms, forms)?;
        let row = Row::default().u32(name).u16(flags).index(notifies).index(group).u16(forms);
        self.push(Part::Ops, row).map(|_| ())
    }

    /// What a message is made of: by its own words, else by those of the first of `around` that says.
    fn layout(&mut self, message: Option<At<'d>>, around: &[At<'d>]) -> Result<u16> {
        let own = message.filter(|at| at.is_map());
        if let Some(own) = own {
            own.only(MESSAGE)?;
        }
        let find = |key: &str| own.iter().chain(around).find_map(|at| at.get(key));
        let [header, body, set] = ["fixed-header", "body", "attribute-set"].map(find);
        let told = own.and_then(|own| own.get("match"));
        let told = told.map_or(Ok(None), |at| self.told_by(at, header).map(Some))?;
        let body = body.map_or(Ok(None), |at| self.body(at, header).map(Some))?;
        let header =
            header.map_or(Ok(None), |at| self.structure(at, at.text()?).map(|s| Some(s.index)))?;
        let set = set.map_or(Ok(None), |at| self.set(at).map(Some))?;
        let list = self.list(own, set.map(|(set, _)| set))?;
        let row = Row::default().index(header).index(body).index(set.map(|(_, index)| index));
        self.once(Part::Layouts, row.u16(list).index(told))
    }

    /// The list of the attributes of a message.
    fn list(&mut self, message: Option<At<'d>>, set: Option<At<'d>>) -> Result<u16> {
        let mut numbers = Vec::new();
        let known = set.map_or(Ok(Vec::new()), |set| self.numbered(set))?;
        for name in message.map_or(Ok(Vec::new()), |message| message.list("attributes"))? {
            let attr = known.iter().find(|attr| attr.own.name().ok() == name.text().ok());
            let attr = attr.ok_or_else(|| {
                name.wrong(format_args!(
                    "`{}`: the set has no such attribute",
                    name.text().unwrap_or("")
                ))
            })?;
            if attr.want("type")?.text()? != "unused" {
                numbers.push(attr.number);
            }
        }
        self.write_list(numbers)
    }

    fn write_list(&mut self, numbers: Vec<u16>) -> Result<u16> {
        let count = numbers.len() as u16;
        let rows = std::iter::once(count).chain(numbers).map(|n| Row::default().u16(n));
        self.run(Part::Lists, rows.collect())
    }

    /// The list that tells a message from others of its number: where a member of the header stands,
    /// how wide it is, and what it may be.
    fn told_by(&mut self, at: At<'d>, header: Option<At<'d>>) -> Result<u16> {
        let header = header.ok_or_else(|| at.wrong("wanted a `fixed-header` to look at"))?;
        let mut offset = 0u16;
        for member in self.defined(header, header.text()?, "struct")?.list("members")? {
            let (_, width) = self.member(member)?;
            if let Some(values) = at.get(member.name()?) {
                at.only(member.name()?)?;
                let mut list = vec![offset, width];
                for value in values.items()? {
                    list.push(self.fitting(value)?);
                }
                return self.write_list(list);
            }
            offset += width;
        }
        Err(at.wrong("wanted a member of the fixed header"))
    }
}

fn is_async(op: At<'_>) -> bool {
    op.get("notify").is_some() || op.get("event").is_some()
}

fn number(op: At<'_>, value: i128) -> Result<u16> {
    let fits = u16::try_from(value).ok().filter(|n| *n != NONE);
    fits.ok_or_else(|| op.wrong(format_args!("{value}: wanted a number of 16 bits")))
}

fn flags(op: At<'_>) -> Result<u16> {
    let has = [
        ("do", op_flags::DO),
        ("dump", op_flags::DUMP),
        ("notify", op_flags::NOTIFY),
        ("event", op_flags::EVENT),
    ];
    let mut flags = has.iter().filter(|(key, _)| op.get(key).is_some()).map(|(_, flag)| flag).sum();
    for at in op.list("flags")? {
        flags |= match at.text()? {
            "admin-perm" => op_flags::ADMIN,
            "uns-admin-perm" => op_flags::UNS_ADMIN,
            other => {
                return Err(
                    at.wrong(format_args!("`{other}`: wanted admin-perm or uns-admin-perm"))
                );
            }
        };
    }
    Ok(flags)
}
