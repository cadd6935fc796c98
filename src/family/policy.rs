// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a generic family accepts, as the kernel itself says: CTRL_CMD_GETPOLICY.

use alloc::vec::Vec;

use super::genl::request;
use crate::conn::{Mode, Socket};
use crate::error::{Fault, Result};
use crate::grow;
use crate::uapi::genetlink::*;
use crate::uapi::*;
use crate::wire::{Attr, Attrs, Message};

/// What a policy wants of one attribute. A bound is absent where the kernel states none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Index of the policy it belongs to.
    pub policy: u16,
    /// Type of the attribute.
    pub attr: u16,
    /// NL_ATTR_TYPE_*
    pub kind: u32,
    /// Smallest and largest value of a signed number.
    pub signed: Option<(i64, i64)>,
    /// Smallest and largest value of an unsigned number.
    pub unsigned: Option<(u64, u64)>,
    /// Fewest bytes.
    pub min_len: Option<u32>,
    /// Most bytes.
    pub max_len: Option<u32>,
    /// The policy of what is inside a nest, and the highest attribute there.
    pub nested: Option<(u32, u32)>,
    /// Bits of a number or of a bitfield32 that may be set.
    pub mask: Option<u64>,
}

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

impl Rule {
    /// Reads `NL_POLICY_TYPE_ATTR_*`: numbers all of them, signed ones 8 bytes wide.
    pub fn parse(policy: u16, attr: u16, attrs: Attrs<'_>) -> core::result::Result<Rule, Fault> {
        let mut stated = [None; NL_POLICY_TYPE_ATTR_MASK as usize + 1];
        for a in attrs {
            let a = a?;
            if let Some(slot) = stated.get_mut(usize::from(a.kind())) {
                *slot = Some(a.uint()?);
            }
        }
        let number = |kind: u16| stated.get(usize::from(kind)).copied().flatten();
        let signed = |kind| number(kind).map(|n| n as i64);
        let short = |kind| number(kind).map(|n| n as u32);
        let bits = number(NL_POLICY_TYPE_ATTR_BITFIELD32_MASK);
        Ok(Rule {
            policy,
            attr,
            kind: short(NL_POLICY_TYPE_ATTR_TYPE).unwrap_or(0),
            signed: signed(NL_POLICY_TYPE_ATTR_MIN_VALUE_S)
                .zip(signed(NL_POLICY_TYPE_ATTR_MAX_VALUE_S)),
            unsigned: number(NL_POLICY_TYPE_ATTR_MIN_VALUE_U)
                .zip(number(NL_POLICY_TYPE_ATTR_MAX_VALUE_U)),
            min_len: short(NL_POLICY_TYPE_ATTR_MIN_LENGTH),
            max_len: short(NL_POLICY_TYPE_ATTR_MAX_LENGTH),
            nested: short(NL_POLICY_TYPE_ATTR_POLICY_IDX)
                .zip(short(NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE)),
            mask: number(NL_POLICY_TYPE_ATTR_MASK).or(bits),
        })
    }
}
