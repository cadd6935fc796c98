// SPDX-License-Identifier: MIT OR Apache-2.0
//! Generic netlink: families by name, their operations and multicast groups.

use alloc::string::String;
use alloc::vec::Vec;

use super::rt::genlmsghdr;
use crate::conn::Socket;
use crate::error::{Fault, Result};
use crate::grow;
use crate::text::Text;
use crate::uapi::genetlink::*;
use crate::wire::{Attrs, Message, Msg};

/// An operation of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The command's number.
    pub cmd: u32,
    /// GENL_CMD_CAP_*, GENL_ADMIN_PERM ...
    pub flags: u32,
}

/// A multicast group of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, unique in the family.
    pub name: String,
    /// Its number, as [`Socket::join`] takes it. It changes when the family's module is loaded anew.
    pub id: u32,
}

/// A generic netlink family as the controller describes it.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// Message type of its requests. It changes when the family's module is loaded anew.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// Version of its interface.
    pub version: u32,
    /// Bytes of its own fixed header behind `struct genlmsghdr`.
    pub header: u32,
    /// The highest attribute it knows.
    pub max_attr: u32,
    /// Its operations, where the kernel lists them.
    pub operations: Vec<Operation>,
    /// Its multicast groups.
    pub groups: Vec<Group>,
}

/// A request to a generic family: its id, a command, `NLM_F_*` flags.
pub fn request(family: u16, cmd: u8, version: u8, flags: u16) -> Msg {
    let mut msg = Msg::new(family, flags);
    msg.put_fixed(&genlmsghdr { cmd, version, reserved: 0 });
    msg
}

impl Family {
    /// Looks a family up by name, which may load its module. `timeout` in milliseconds, -1 for ever.
    pub fn find(socket: &mut Socket, name: &str, timeout: i32) -> Result<Family> {
        let mut msg = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
        msg.put_str(CTRL_ATTR_FAMILY_NAME, name);
        let mut found = None;
        let end = socket.call_each(&msg, timeout, |m| {
            found = Some(Family::parse(&m)?);
            Ok(())
        });
        end.map_err(|e| e.about(name))?;
        let family = found.ok_or(Fault::Incomplete)?;
        socket.learn(family.id, name)?;
        Ok(family)
    }

    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|g| g.name == name).map(|g| g.id)
    }

    /// Reads a message of the controller: an answer to CTRL_CMD_GETFAMILY, or a notification.
    pub fn parse(message: &Message<'_>) -> core::result::Result<Family, Fault> {
        Family::read(message).map_err(|fault| match fault {
            Fault::Width => Fault::Incomplete,
            fault => fault,
        })
    }

    fn read(message: &Message<'_>) -> core::result::Result<Family, Fault> {
        let mut family = Family::default();
        for attr in message.attrs(GENL_HDRLEN) {
            let attr = attr?;
            match attr.kind() {
                CTRL_ATTR_FAMILY_ID => family.id = attr.u16()?,
                CTRL_ATTR_FAMILY_NAME => family.name = owned(attr.bytes())?,
                CTRL_ATTR_VERSION => family.version = attr.u32()?,
                CTRL_ATTR_HDRSIZE => family.header = attr.u32()?,
                CTRL_ATTR_MAXATTR => family.max_attr = attr.u32()?,
                CTRL_ATTR_OPS => family.operations = list(attr.nested(), operation)?,
                CTRL_ATTR_MCAST_GROUPS => family.groups = list(attr.nested(), group)?,
                _ => {}
            }
        }
        if family.id == 0 { Err(Fault::Incomplete) } else { Ok(family) }
    }
}

/// Reads a nest of nests.
fn list<T>(
    nest: Attrs<'_>,
    item: fn(Attrs<'_>) -> core::result::Result<T, Fault>,
) -> core::result::Result<Vec<T>, Fault> {
    let mut items = Vec::new();
    for entry in nest {
        let value = item(entry?.nested())?;
        grow::push(&mut items, value)?;
    }
    Ok(items)
}

fn operation(attrs: Attrs<'_>) -> core::result::Result<Operation, Fault> {
    let number = |kind| attrs.get(kind).map_or(Ok(0), |a| a.u32());
    Ok(Operation { cmd: number(CTRL_ATTR_OP_ID)?, flags: number(CTRL_ATTR_OP_FLAGS)? })
}

fn group(attrs: Attrs<'_>) -> core::result::Result<Group, Fault> {
    let name = attrs.get(CTRL_ATTR_MCAST_GRP_NAME).ok_or(Fault::Incomplete)?;
    let id = attrs.get(CTRL_ATTR_MCAST_GRP_ID).ok_or(Fault::Incomplete)?;
    Ok(Group { name: owned(name.bytes())?, id: id.u32()? })
}

fn owned(bytes: &[u8]) -> core::result::Result<String, Fault> {
    Text::of_bytes(bytes).ok_or(Fault::NoMemory)
}
