// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl watch`: notifications as they come.

use std::io::Write;
use std::time::{Duration, Instant};

use rnl::family::named::Named;
use rnl::schema::{Family, Form, How, Op, Way};
use rnl::{Fault, Message, Socket};

use crate::args::{Args, Options};
use crate::call::number_of;
use crate::catalog::{self, Catalog};
use crate::fail::{self, Fail, Result};
use crate::view::{self, Out, Style};

/// What is watched, and what has come.
struct Watch {
    catalog: Catalog,
    family: Family<'static>,
    style: Style,
    out: Out,
    seen: u64,
    /// Whether notifications were lost.
    lossy: bool,
}

pub fn run(args: &Args) -> Result {
    let [name, groups @ ..] = args.words.as_slice() else {
        return Err(Fail::usage("a family and groups are needed, as in rt-link rtnlgrp-link"));
    };
    let style = Style::of(&args.options)?;
    let catalog = Catalog::open(&args.options)?;
    let mut named = catalog.named(name)?;
    let family = named.family();
    if groups.is_empty() {
        let names = group_names(family).join(", ");
        return Err(Fail::Usage(format!("groups of {name} are needed: {names}")));
    }
    let mut socket = catalog::socket(family.protocol(), &args.options)?;
    named.resolve(&mut socket, args.options.patience())?;
    named.introduce(&mut socket)?;
    groups.iter().try_for_each(|group| join(&mut socket, &named, group))?;
    fail::complain(format!("watching {name}: {}", groups.join(", ")));
    let mut watch = Watch { catalog, family, style, out: view::out(), seen: 0, lossy: false };
    watch.follow(&mut socket, &args.options)?;
    if watch.lossy { Err(Fail::Told) } else { Ok(()) }
}

pub fn group_names(family: Family<'static>) -> Vec<&'static str> {
    family.groups().map(|group| group.name).collect()
}

/// Joins a group by name, or by number.
fn join(socket: &mut Socket, named: &Named<'static>, group: &str) -> Result {
    let number = named.group(group).ok().or(group.parse().ok().filter(|&n| n > 0));
    let unknown = || {
        let family = named.family();
        let what = format!("group of {}", family.name());
        let hint = format!("there are {}", group_names(family).join(", "));
        catalog::unknown(&what, group, &hint, group_names(family).into_iter())
    };
    Ok(socket.join(number.ok_or_else(unknown)?)?)
}

impl Watch {
    fn follow(&mut self, socket: &mut Socket, options: &Options) -> Result {
        let patience = options.timeout.and_then(|ms| u64::try_from(ms).ok());
        let end = patience.map(|ms| Instant::now() + Duration::from_millis(ms));
        while options.count.is_none_or(|count| self.seen < count) {
            let left = end.map_or(-1, |end| millis(end.saturating_duration_since(Instant::now())));
            if !self.one(socket, left)? {
                return self.too_late(options);
            }
        }
        Ok(())
    }

    /// Time is up: that is a failure if more was waited for.
    fn too_late(&self, options: &Options) -> Result {
        let Some(count) = options.count else { return Ok(()) };
        let ms = options.timeout.unwrap_or_default();
        Err(Fail::Failed(format!("{} of {count} notifications came in {ms} ms", self.seen)))
    }

    /// Shows what comes next. `false` when time is up.
    fn one(&mut self, socket: &mut Socket, timeout: i32) -> Result<bool> {
        if self.family.is_unframed() {
            return self.datagram(socket, timeout);
        }
        match socket.next(timeout) {
            Ok(None) => Ok(false),
            Ok(Some(notification)) => self.message(&notification.message).map(|()| true),
            Err(error) if error.errno() == Fault::Overrun.errno() => {
                fail::complain("ENOBUFS: notifications were dropped here");
                self.lossy = true;
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn datagram(&mut self, socket: &mut Socket, timeout: i32) -> Result<bool> {
        let Some(datagram) = socket.receive(timeout)? else { return Ok(false) };
        let op =
            self.family.ops().next().ok_or_else(|| Fail::usage("the family has no messages"))?;
        self.show(&op, Form::DoReply, datagram.bytes)?;
        Ok(true)
    }

    fn message(&mut self, message: &Message<'_>) -> Result {
        let (protocol, body) = (self.family.protocol(), message.body());
        let number = number_of(protocol, message);
        // Groups are of a protocol, and may carry messages of its other families.
        let other = || self.catalog.message(protocol, message.kind(), Way::FromKernel, body);
        let found = self.family.notified(message).or_else(other);
        match found {
            Some((op, form)) => self.show(&op, form, body),
            None => {
                let number = number.unwrap_or_default();
                let text = format!("{{\"#message\":\"hex:{}\"}}", crate::message::hex(body));
                self.line(&number.to_string(), text.as_bytes())
            }
        }
    }

    fn show(&mut self, op: &Op<'_>, form: Form, body: &[u8]) -> Result {
        let how = if self.style == Style::Json { How::Natural } else { How::Readable };
        let mut text = Vec::new();
        op.decode(form, body, how, &mut text).map_err(rnl::Error::from)?;
        self.line(op.name(), &text)
    }

    fn line(&mut self, name: &str, text: &[u8]) -> Result {
        let text = String::from_utf8_lossy(text);
        match self.style {
            Style::Json => writeln!(self.out, r#"{{"name":"{name}","msg":{text}}}"#)?,
            Style::Text(paint) => {
                writeln!(self.out, "{} {}", paint.strong(name), view::harmless(&text))?;
            }
        }
        self.seen += 1;
        Ok(self.out.flush()?)
    }
}

fn millis(left: Duration) -> i32 {
    i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}
