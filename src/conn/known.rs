// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is known of the messages of a socket's protocol.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;
use crate::schema::{Family, Form, NAMES, Op, Operation, Pack, Way, operation};
use crate::uapi::NETLINK_GENERIC;
use crate::uapi::genetlink::GENL_ID_CTRL;
use crate::wire::Message;

/// The descriptions of a protocol; of generic families those that have been looked up.
#[derive(Debug)]
pub(super) struct Known {
    protocol: i32,
    families: Vec<(u16, Family<'static>)>,
    /// Families of the protocol that are not built in.
    others: Vec<Family<'static>>,
}

impl Known {
    pub(super) fn new(protocol: i32) -> Self {
        Known { protocol, families: Vec::new(), others: Vec::new() }
    }

    pub(super) fn protocol(&self) -> i32 {
        self.protocol
    }

    /// Says what the generic family with this id is called.
    pub(super) fn learn(&mut self, id: u16, name: &str) -> Result<(), Fault> {
        let is_known = self.family(id).is_some_and(|family| family.name() == name);
        match Pack::builtin().family(name).filter(|f| f.is_generic() && !is_known) {
            Some(family) => self.learn_family(id, family),
            None => Ok(()),
        }
    }

    /// Says what describes the messages of a family, which may be none of those that are built in; `id` of
    /// a generic one.
    pub(super) fn learn_family(&mut self, id: u16, family: Family<'static>) -> Result<(), Fault> {
        if !family.is_generic() {
            let is_known = Pack::builtin().family(family.name()) == Some(family);
            let is_new = !is_known && !self.others.contains(&family);
            return if is_new { grow::push(&mut self.others, family) } else { Ok(()) };
        }
        match self.families.iter_mut().find(|(known, _)| *known == id) {
            Some(known) => known.1 = family,
            None => grow::push(&mut self.families, (id, family))?,
        }
        Ok(())
    }

    fn family(&self, id: u16) -> Option<Family<'static>> {
        if id == GENL_ID_CTRL {
            return Pack::builtin().family("nlctrl");
        }
        self.families.iter().find(|(known, _)| *known == id).map(|(_, family)| *family)
    }

    /// What a message is.
    pub(super) fn message(&self, m: &Message<'_>, way: Way) -> Option<(Op<'static>, Form)> {
        // Said here, it leaves all that reads descriptions out of a library without any.
        if !NAMES {
            return None;
        }
        if self.protocol != NETLINK_GENERIC {
            let mut others = self.others.iter();
            let other = others.find_map(|family| family.message(m.kind(), way, m.body()));
            let builtin = || Pack::builtin().message(self.protocol, m.kind(), way, m.body());
            return other.or_else(builtin);
        }
        self.family(m.kind())?.identify(m, way)
    }

    /// What is wrong with a request by the descriptions, if anything is.
    #[cold]
    pub(super) fn suspicion(&self, request: &[u8]) -> Option<String> {
        let (message, _) = Message::split(request).ok()?;
        let (op, form) = self.message(&message, Way::ToKernel)?;
        op.suspicion(op.asked(form, message.header().flags), message.body())
    }

    /// What a request is, for errors. Those about the controller name it rather than its command.
    pub(super) fn operation(&self, request: &[u8]) -> Operation<'static> {
        let message = Message::split(request).map(|(message, _)| message);
        let kind = message.map_or(0, |message| message.kind());
        let is_controller = self.protocol == NETLINK_GENERIC && kind == GENL_ID_CTRL;
        let message = message.ok().filter(|_| !is_controller);
        match message.and_then(|message| self.message(&message, Way::ToKernel)) {
            Some((op, form)) => Operation::of(op, form),
            None => operation(self.protocol, kind),
        }
    }
}
