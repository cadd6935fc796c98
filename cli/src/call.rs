// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl do` and `rnl dump`: one request, and what it is answered with.

use rnl::conn::Transaction;
use rnl::schema::{Form, How, Op, Way};
use rnl::uapi::{NETLINK_GENERIC, NETLINK_NETFILTER};
use rnl::{Message, Mode, Reply, Socket};
use serde_json::Value;

use crate::args::Args;
use crate::catalog::{self, Catalog};
use crate::fail::{self, Fail, Result};
use crate::input;
use crate::view::{self, Rows, Style, block};

/// NFNL_SUBSYS_NFTABLES
const NFTABLES: u16 = 10;

/// An operation, and a socket to ask on.
struct Call {
    op: Op<'static>,
    reply: Form,
    socket: Socket,
    request: rnl::Msg,
}

pub fn run_do(args: &Args) -> Result {
    let style = Style::of(&args.options)?;
    let mut call = Call::new(args, Form::Do, Form::DoReply)?;
    let reply = call.ask(args.options.patience())?;
    if let Some(warning) = reply.warning() {
        fail::complain(format!("warning: {warning}"));
    }
    let objects = reply.messages().map(|m| view::parse(&decode(&call.op, call.reply, &m)?));
    let objects = objects.collect::<Result<Vec<_>>>()?;
    match style {
        Style::Json => view::say(&format!("{}\n", one_or_list(objects))),
        Style::Text(paint) => {
            let texts: Vec<String> = objects.iter().map(|o| block(o, 0, paint)).collect();
            view::say(&texts.join("\n"))
        }
    }
}

/// Most requests have one answer, some none, few have several.
fn one_or_list(mut objects: Vec<Value>) -> Value {
    match objects.len() {
        0 | 1 => objects.pop().unwrap_or(Value::Null),
        _ => Value::Array(objects),
    }
}

pub fn run_dump(args: &Args) -> Result {
    let style = Style::of(&args.options)?;
    let mut call = Call::new(args, Form::Dump, Form::DumpReply)?;
    let mut rows = Rows::new(style, args.options.columns.clone());
    let mode = if args.options.stream { Mode::Stream } else { Mode::Consistent };
    let mut dump = call.socket.dump(&call.request, mode, args.options.patience())?;
    while let Some(message) = dump.next()? {
        rows.row(&decode(&call.op, call.reply, &message)?)?;
    }
    rows.end()
}

impl Call {
    fn new(args: &Args, form: Form, reply: Form) -> Result<Call> {
        let [family, name, words @ ..] = args.words.as_slice() else {
            return Err(Fail::usage("a family and an operation are needed, as in rt-link getlink"));
        };
        let mut named = Catalog::open(&args.options)?.named(family)?;
        let op = catalog::operation(named.family(), name)?;
        if op.layout(form).is_none() {
            return Err(Fail::Usage(format!("{family} {name} {}", purpose(&op))));
        }
        let json = input::json(words)?;
        // What is wrong with the request is found before the kernel is asked anything.
        op.encode(form, &json, &mut Vec::new())?;
        let mut socket = catalog::socket(op.family().protocol(), &args.options)?;
        named.resolve(&mut socket, args.options.patience())?;
        named.introduce(&mut socket)?;
        let request = named.request(&op, form, args.options.flags, &json)?;
        Ok(Call { op, reply, socket, request })
    }

    /// Makes a request that is no dump.
    fn ask(&mut self, patience: i32) -> rnl::Result<Reply> {
        if !is_transaction(&self.op) {
            return self.socket.call(&self.request, patience);
        }
        let how = Transaction { subsystem: NFTABLES, genid: 0 };
        let done = self.socket.transact(&[&self.request], how, patience);
        done.map(|()| Reply::default()).map_err(|(error, _)| error)
    }
}

/// Whether the kernel takes a request in a transaction alone.
fn is_transaction(op: &Op<'_>) -> bool {
    let subsystem = op.number(Form::Do).map(|number| number >> 8);
    let is_nftables = op.family().protocol() == NETLINK_NETFILTER && subsystem == Some(NFTABLES);
    is_nftables && !op.name().starts_with("get")
}

/// What an operation can be used for, to somebody who tried something else.
fn purpose(op: &Op<'_>) -> &'static str {
    match (op.layout(Form::Do).is_some(), op.layout(Form::Dump).is_some()) {
        (true, _) => "can't be dumped: use rnl do",
        (_, true) => "can only be dumped: use rnl dump",
        _ => "is a notification: use rnl watch",
    }
}

/// A message from the kernel as JSON: the answer that is due, or what else comes with it.
fn decode(op: &Op<'static>, due: Form, message: &Message<'_>) -> Result<Vec<u8>> {
    let number = number_of(op.family().protocol(), message);
    let (op, form) = match op.number(due) == number {
        true => (*op, due),
        false => number
            .and_then(|number| op.family().message(number, Way::FromKernel, message.body()))
            .unwrap_or((*op, due)),
    };
    let mut json = Vec::new();
    op.decode(form, message.body(), How::Natural, &mut json).map_err(rnl::Error::from)?;
    Ok(json)
}

/// What tells the messages of a family apart: the command of a generic one, else the type.
pub fn number_of(protocol: i32, message: &Message<'_>) -> Option<u16> {
    match protocol {
        NETLINK_GENERIC => message.body().first().map(|&command| command.into()),
        _ => Some(message.kind()),
    }
}
