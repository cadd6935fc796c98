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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Msg;

    /// Command 5 takes by policy 0 a u16 of 1..4094 as 1, nests of policy 1 as 2, and in that a flag as 1.
    fn policy() -> Policy {
        let rule = |policy, attr, kind| Rule { policy, attr, kind, ..Rule::default() };
        let number = Rule { unsigned: Some((1, 4094)), ..rule(0, 1, 3) };
        let nest = |attr, kind| Rule { nested: Some((1, 1)), ..rule(0, attr, kind) };
        let rules = vec![number, nest(2, 13), nest(3, 14), rule(1, 1, 1)];
        Policy { uses: vec![Use { cmd: 5, request: Some(0), dump: None }], rules }
    }

    /// Where the complaint about a request is, and what it wants.
    fn complaint(put: impl Fn(&mut Msg)) -> Option<(usize, Option<u32>)> {
        let mut msg = request(16, 5, 1, 0);
        put(&mut msg);
        let (message, _) = Message::split(msg.bytes().unwrap()).unwrap();
        let found = policy().complaint(5, false, message.attrs(GENL_HDRLEN));
        found.map(|(at, rule)| (at, rule.map(|rule| rule.kind)))
    }

    #[test]
    fn what_a_policy_wants_is_taken() {
        let fits = |m: &mut Msg| {
            m.put_u16(1, 4094).nest(2).put_flag(1).nest_end();
            m.nest(3).nest(1).put_flag(1).nest_end().nest_end();
        };
        assert_eq!(complaint(fits), None);
    }

    #[test]
    fn what_it_does_not_want_is_found_where_it_stands() {
        assert_eq!(complaint(|m| _ = m.put_u16(1, 4095)), Some((20, Some(3))));
        assert_eq!(complaint(|m| _ = m.put_u16(1, 1).put_u32(9, 1)), Some((28, None)));
        let in_nest = |m: &mut Msg| _ = m.nest(2).put_u8(1, 1).nest_end();
        assert_eq!(complaint(in_nest), Some((24, Some(1))));
        let in_array = |m: &mut Msg| _ = m.nest(3).nest(7).put_flag(2).nest_end().nest_end();
        assert_eq!(complaint(in_array), Some((28, None)));
    }

    #[test]
    fn commands_without_a_policy_have_no_complaint() {
        let found = policy().complaint(6, false, Attrs::at(&[8, 0, 9, 0, 1, 0, 0, 0], 28));
        assert_eq!(found, None);
        assert_eq!(policy().complaint(5, true, Attrs::at(&[8, 0, 9, 0, 1, 0, 0, 0], 28)), None);
    }
}
