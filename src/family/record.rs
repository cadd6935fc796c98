// SPDX-License-Identifier: MIT OR Apache-2.0
//! Records of a family: what a binding does, with the family's numbers and with errors that name paths.

use super::named::Named;
use crate::error::{Error, Fault, Result};
use crate::schema::{Binding, Form, Slot};
use crate::wire::{Message, Msg};

/// A binding of the messages of one family.
#[derive(Debug)]
pub struct Records {
    binding: Binding,
    /// The type of its messages, if it is known.
    kind: Option<u16>,
    /// `struct genlmsghdr` of a generic family's.
    command: Option<[u8; 4]>,
}

impl Records {
    /// Binds values of an operation's messages to places of records of `size` bytes.
    pub fn new(
        named: &Named<'_>,
        op: &str,
        form: Form,
        size: usize,
        slots: &[Slot<'_>],
    ) -> Result<Self> {
        let op = named.op(op)?;
        let binding = Binding::new(&op, form, size, slots)?;
        let family = named.family();
        let generic = family.is_generic();
        let command = generic.then(|| [binding.number() as u8, family.version(), 0, 0]);
        let kind = if generic { named.id() } else { Some(binding.number()) };
        Ok(Records { binding, kind, command })
    }

    /// Bytes of a record.
    pub fn size(&self) -> usize {
        self.binding.size()
    }

    /// Fills a record from a message.
    #[inline]
    pub fn read(&self, m: &Message<'_>, record: &mut [u8]) -> Result<()> {
        let command = self.command.is_none_or(|[c, ..]| m.body().first() == Some(&c));
        if !command || self.kind.is_some_and(|kind| kind != m.kind()) {
            return Err(Fault::NotOfFamily.into());
        }
        self.binding.fill(m.body(), record).map_err(|e| self.binding.explain(e))
    }

    /// A request made from a record.
    pub fn request(&self, flags: u16, record: &[u8]) -> Result<Msg> {
        let mut msg = Msg::new(self.kind.ok_or_else(|| Error::from(Fault::Unresolved))?, flags);
        if let Some(header) = self.command {
            msg.put_header(&header);
        }
        self.binding.build(record, &mut msg).map_err(|e| self.binding.explain(e))?;
        Ok(msg)
    }
}
