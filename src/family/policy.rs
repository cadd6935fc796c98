// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a generic family accepts, as the kernel itself says: CTRL_CMD_GETPOLICY.

use alloc::vec::Vec;

use super::genl::request;
use crate::conn::{Mode, Socket};
use crate::error::{Fault, Result};
use crate::grow;
use crate::uapi::genetlink::*;
pub use crate::wire::Rule;
use crate::wire::{Attr, Attrs, MAX_NESTS, Message};

/// The type of an attribute that holds nests of one policy.
const NL_ATTR_TYPE_NESTED_ARRAY: u32 = 14;

/// Which policies an operation uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// The command.
    pub cmd: u32,
    /// Index of the policy of a plain request.
    pub request: Option<u32>,
    /// Index of the policy of a dump request.
    pub dump: Option<u32>,
}

/// The policies of a family.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Which operation uses which policy.
    pub uses: Vec<Use>,
    /// What the policies say, attribute by attribute.
    pub rules: Vec<Rule>,
}

/// Where an attribute starts, and what a policy wants of it, if it knows it.
pub(crate) type Complaint = (usize, Option<Rule>);

impl Policy {
    /// Asks the kernel for the policies of family `id`: of one command, or of all.
    pub fn of(socket: &mut Socket, id: u16, cmd: Option<u32>, timeout: i32) -> Result<Policy> {
        let mut msg = request(GENL_ID_CTRL, CTRL_CMD_GETPOLICY, 1, 0);
        msg.put_u16(CTRL_ATTR_FAMILY_ID, id);
        if let Some(cmd) = cmd {
            msg.put_u32(CTRL_ATTR_OP, cmd);
        }
        let mut policy = Policy::default();
        let mut dump = socket.dump(&msg, Mode::Consistent, timeout)?;
        while let Some(message) = dump.next()? {
            policy.read(&message)?;
        }
        Ok(policy)
    }

    /// The first attribute of a request that is not what the policies want: where it starts, and what is
    /// wanted there, if anything is. `attrs` are those behind the fixed header.
    pub(crate) fn complaint(&self, cmd: u32, dump: bool, attrs: Attrs<'_>) -> Option<Complaint> {
        let used = self.uses.iter().find(|used| used.cmd == cmd)?;
        let index = if dump { used.dump } else { used.request };
        self.inside(index?, attrs, MAX_NESTS)
    }

    fn inside(&self, policy: u32, mut attrs: Attrs<'_>, depth: usize) -> Option<Complaint> {
        attrs.find_map(|attr| {
            let attr = attr.ok()?;
            let of = |rule: &&Rule| (rule.policy.into(), rule.attr) == (policy, attr.kind());
            match self.rules.iter().find(of) {
                None => Some((attr.offset(), None)),
                Some(rule) if !rule.allows(&attr) => Some((attr.offset(), Some(*rule))),
                Some(rule) => self.nest(rule, &attr, depth.checked_sub(1)?),
            }
        })
    }

    fn nest(&self, rule: &Rule, attr: &Attr<'_>, depth: usize) -> Option<Complaint> {
        let (policy, _) = rule.nested?;
        if rule.kind != NL_ATTR_TYPE_NESTED_ARRAY {
            return self.inside(policy, attr.nested(), depth);
        }
        let mut elements = attr.nested().map_while(core::result::Result::ok);
        elements.find_map(|element| self.inside(policy, element.nested(), depth))
    }

    fn read(&mut self, message: &Message<'_>) -> core::result::Result<(), Fault> {
        for attr in message.attrs(GENL_HDRLEN) {
            let attr = attr?;
            match attr.kind() {
                CTRL_ATTR_OP_POLICY => self.read_uses(attr)?,
                CTRL_ATTR_POLICY => self.read_rules(attr)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A nest of commands, each with the indices of its policies.
    fn read_uses(&mut self, nest: Attr<'_>) -> core::result::Result<(), Fault> {
        for op in nest.nested() {
            let op = op?;
            let index = |kind| op.nested().get(kind).map(|a| a.u32()).transpose();
            let request = index(CTRL_ATTR_POLICY_DO)?;
            let dump = index(CTRL_ATTR_POLICY_DUMP)?;
            grow::push(&mut self.uses, Use { cmd: op.kind().into(), request, dump })?;
        }
        Ok(())
    }

    /// A nest of policy indices, each a nest of attribute types.
    fn read_rules(&mut self, nest: Attr<'_>) -> core::result::Result<(), Fault> {
        for policy in nest.nested() {
            let policy = policy?;
            for attr in policy.nested() {
                let attr = attr?;
                let rule = Rule::parse(policy.kind(), attr.kind(), attr.nested())?;
                grow::push(&mut self.rules, rule)?;
            }
        }
        Ok(())
    }
}
