// SPDX-License-Identifier: MIT OR Apache-2.0
//! Families by name: requests from JSON, answers as JSON, whatever the family.

use alloc::string::String;
use alloc::vec::Vec;

use super::genl;
use super::policy::Policy;
use crate::conn::Socket;
use crate::error::{Error, Fault, Result};
use crate::schema::{Family, Form, How, Op, Operation, Out, Pack, Way, is_about_content};
use crate::text::Text;
use crate::wire::{Message, Msg};

/// A family as it is described and, of a generic one, as the kernel has numbered it.
#[derive(Clone, Debug)]
pub struct Named<'a> {
    family: Family<'a>,
    genl: Option<genl::Family>,
}

impl<'a> Named<'a> {
    /// The family called `name` in `pack`. A generic one can't be spoken to until [`Named::resolve`].
    pub fn find(pack: Pack<'a>, name: &str) -> Result<Self> {
        let family = pack.family(name).ok_or_else(|| Error::from(Fault::NoFamily).about(name))?;
        Ok(Named { family, genl: None })
    }

    /// Its description.
    pub fn family(&self) -> Family<'a> {
        self.family
    }

    /// The type of messages of a generic family, once it is resolved.
    pub fn id(&self) -> Option<u16> {
        self.genl.as_ref().map(|genl| genl.id)
    }

    /// Asks the kernel for a generic family's id and groups, which may load its module; nothing is to be
    /// asked of others. `timeout` in milliseconds, -1 for ever.
    pub fn resolve(&mut self, socket: &mut Socket, timeout: i32) -> Result<()> {
        if socket.protocol() != self.family.protocol() {
            return Err(Error::from(Fault::OtherProtocol).about(self.family.name()));
        }
        if self.family.is_generic() {
            self.genl = Some(genl::Family::find(socket, self.family.name(), timeout)?);
        }
        Ok(())
    }

    /// The number of the group called `name`, as [`Socket::join`] takes it.
    pub fn group(&self, name: &str) -> Result<u32> {
        let number = match &self.genl {
            Some(genl) => genl.group(name),
            None => self.family.groups().find(|g| g.name == name).and_then(|g| g.number),
        };
        number.ok_or_else(|| Error::from(Fault::NoGroup).about(name))
    }

    /// The operation called `name`.
    pub fn op(&self, name: &str) -> Result<Op<'a>> {
        self.family.op(name).ok_or_else(|| Error::from(Fault::NoOperation).about(name))
    }

    /// A request made from JSON, with `NLM_F_*` flags; for a dump `form` is [`Form::Dump`].
    pub fn request(&self, op: &Op<'a>, form: Form, flags: u16, json: &str) -> Result<Msg> {
        let id = if self.family.is_generic() { self.id() } else { op.number(form) };
        let unknown = if self.family.is_generic() { Fault::Unresolved } else { Fault::NoForm };
        let id = id.ok_or_else(|| Error::from(unknown).about(op.name()))?;
        op.request(form, id, flags, if json.is_empty() { "{}" } else { json })
    }

    /// Looks at a request that was built by hand: see [`Op::check`]. [`Fault::NotOfFamily`] if it is none of
    /// the family's.
    pub fn check(&self, msg: &mut Msg) -> Result<()> {
        let (message, _) = Message::split(msg.bytes()?)?;
        let (op, form) = self.message(&message, Way::ToKernel).ok_or(Fault::NotOfFamily)?;
        op.check(op.asked(form, message.header().flags), message.body())
    }

    /// What a message is, if it is one of the family's.
    pub fn message(&self, m: &Message<'_>, way: Way) -> Option<(Op<'a>, Form)> {
        self.family.identify(m, way).filter(|_| self.owns(m))
    }

    /// What a notification is, if it is one of the family's.
    pub fn notified(&self, m: &Message<'_>) -> Option<(Op<'a>, Form)> {
        self.family.notified(m).filter(|_| self.owns(m))
    }

    fn owns(&self, m: &Message<'_>) -> bool {
        !self.family.is_generic() || self.id() == Some(m.kind())
    }

    /// Appends a message that the kernel sent as JSON. [`Fault::NotOfFamily`] if it is none of the
    /// family's. With `named`, it is `{"name": OPERATION, "msg": {...}}`.
    pub fn show(
        &self,
        m: &Message<'_>,
        how: How,
        named: bool,
        to: &mut Vec<u8>,
    ) -> core::result::Result<(), Fault> {
        let mut out = Out::showing(how, to);
        self.write(m, how, named, &mut out)?;
        out.finish()
    }

    /// Writes a message that the kernel sent: see [`Named::show`].
    pub(crate) fn write(
        &self,
        m: &Message<'_>,
        how: How,
        named: bool,
        out: &mut Out<'_>,
    ) -> core::result::Result<(), Fault> {
        let found = if named { self.notified(m) } else { self.message(m, Way::FromKernel) };
        let (op, form) = found.ok_or(Fault::NotOfFamily)?;
        if named {
            out.open(b'{');
            out.key(b"name").name(op.name().as_bytes());
            out.key(b"msg");
        }
        op.write(form, m.body(), how, out);
        if named {
            out.close(b'}');
        }
        Ok(())
    }

    /// Makes a request and appends what it is answered with: an object, a list if there are several, or
    /// `null` for an acknowledgement alone. Gives the kernel's warning.
    pub fn call(
        &self,
        socket: &mut Socket,
        op: &str,
        flags: u16,
        json: &str,
        timeout: i32,
        to: &mut Vec<u8>,
    ) -> Result<Option<String>> {
        let op = self.op(op)?;
        let msg = self.request(&op, Form::Do, flags, json)?;
        let reply = socket.call(&msg, timeout);
        let reply = reply.map_err(|error| self.explain(&op, error, socket, timeout))?;
        let mut out = Out::showing(How::Natural, to);
        match reply.messages().count() {
            0 => out.word(b"null"),
            1 => {
                reply.messages().try_for_each(|m| self.write(&m, How::Natural, false, &mut out))?
            }
            _ => {
                out.open(b'[');
                reply.messages().try_for_each(|m| self.write(&m, How::Natural, false, &mut out))?;
                out.close(b']');
            }
        }
        out.finish()?;
        Ok(reply.into_warning())
    }

    /// Where the kernel does not say where and the descriptions find nothing, its own policies may.
    #[cold]
    fn explain(&self, op: &Op<'a>, error: Error, socket: &mut Socket, timeout: i32) -> Error {
        let guessed = error.guess().is_some() || !is_about_content(error.errno());
        let Some(id) = self.id().filter(|_| error.has_no_place() && !guessed) else { return error };
        let cmd = op.number(Form::Do).unwrap_or(0).into();
        let Ok(policy) = Policy::of(socket, id, Some(cmd), timeout) else { return error };
        match error.detail().and_then(|d| suspicion(op, &policy, cmd, &d.request)) {
            Some(guess) => error.guessing(guess),
            None => error,
        }
    }
}

impl Named<'static> {
    /// Has the socket use this description in errors and traces. Those that are built in it uses anyway,
    /// once a generic one has been resolved on it.
    pub fn introduce(&self, socket: &mut Socket) -> Result<()> {
        match (self.family.is_generic(), self.id()) {
            (true, None) => Ok(()),
            (_, id) => socket.learn_family(id.unwrap_or(0), self.family),
        }
    }
}

/// What the kernel's policies have against a request.
fn suspicion(op: &Op<'_>, policy: &Policy, cmd: u32, request: &[u8]) -> Option<String> {
    let (message, _) = Message::split(request).ok()?;
    let operation = Operation::of(*op, Form::Do);
    let (at, rule) = policy.complaint(cmd, false, message.attrs(operation.header))?;
    let mut text = Text::default();
    text.str(&operation.path(request, u32::try_from(at).ok()?));
    match rule {
        Some(rule) => rule.describe(text.str(": wanted ")),
        None => _ = text.str(": unknown to this kernel"),
    }
    text.finish()
}
