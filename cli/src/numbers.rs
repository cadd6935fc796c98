// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names of what is the same for all families: protocols, flags, control messages.

use rnl::uapi::*;

const PROTOCOLS: &[(&str, i32)] = &[
    ("ROUTE", NETLINK_ROUTE),
    ("USERSOCK", NETLINK_USERSOCK),
    ("FIREWALL", NETLINK_FIREWALL),
    ("SOCK_DIAG", NETLINK_SOCK_DIAG),
    ("INET_DIAG", NETLINK_SOCK_DIAG),
    ("NFLOG", NETLINK_NFLOG),
    ("XFRM", NETLINK_XFRM),
    ("SELINUX", NETLINK_SELINUX),
    ("ISCSI", NETLINK_ISCSI),
    ("AUDIT", NETLINK_AUDIT),
    ("FIB_LOOKUP", NETLINK_FIB_LOOKUP),
    ("CONNECTOR", NETLINK_CONNECTOR),
    ("NETFILTER", NETLINK_NETFILTER),
    ("IP6_FW", NETLINK_IP6_FW),
    ("DNRTMSG", NETLINK_DNRTMSG),
    ("KOBJECT_UEVENT", NETLINK_KOBJECT_UEVENT),
    ("GENERIC", NETLINK_GENERIC),
    ("SCSITRANSPORT", NETLINK_SCSITRANSPORT),
    ("ECRYPTFS", NETLINK_ECRYPTFS),
    ("RDMA", NETLINK_RDMA),
    ("CRYPTO", NETLINK_CRYPTO),
    ("SMC", NETLINK_SMC),
];

/// A protocol by its number, or by its name in the kernel's headers in either case: `16`,
/// `NETLINK_GENERIC`, `generic`.
pub fn protocol(text: &str) -> Option<i32> {
    let upper = text.to_ascii_uppercase().replace('-', "_");
    let name = upper.strip_prefix("NETLINK_").unwrap_or(&upper);
    let named = PROTOCOLS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    named.or_else(|| text.parse().ok().filter(|n| (0..=0xff).contains(n)))
}

/// Every name of a protocol.
pub fn protocol_names() -> impl Iterator<Item = String> {
    PROTOCOLS.iter().map(|(name, _)| shown(name))
}

fn shown(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// What a protocol is called; its number if it has no name.
pub fn protocol_name(number: i32) -> String {
    let named = PROTOCOLS.iter().find(|(_, known)| *known == number);
    named.map_or_else(|| number.to_string(), |(name, _)| shown(name))
}

type Bits = &'static [(&'static str, u16)];

const COMMON: Bits = &[
    ("request", NLM_F_REQUEST),
    ("multi", NLM_F_MULTI),
    ("ack", NLM_F_ACK),
    ("echo", NLM_F_ECHO),
    ("dump-intr", NLM_F_DUMP_INTR),
    ("dump-filtered", NLM_F_DUMP_FILTERED),
];

/// The upper bits mean something else for each kind of message.
const GET: Bits =
    &[("dump", NLM_F_DUMP), ("root", NLM_F_ROOT), ("match", NLM_F_MATCH), ("atomic", NLM_F_ATOMIC)];
const NEW: Bits = &[
    ("replace", NLM_F_REPLACE),
    ("excl", NLM_F_EXCL),
    ("create", NLM_F_CREATE),
    ("append", NLM_F_APPEND),
];
const DELETE: Bits = &[("nonrec", NLM_F_NONREC), ("bulk", NLM_F_BULK)];
const ACK: Bits = &[("capped", NLM_F_CAPPED), ("ack-tlvs", NLM_F_ACK_TLVS)];

/// What a message does, as far as its flags depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Get,
    New,
    Delete,
    Acknowledge,
}

/// The names of the flags of a message; bits without a name as a number.
pub fn flag_names(flags: u16, does: Does) -> Vec<String> {
    let special = match does {
        Does::Get => GET,
        Does::New => NEW,
        Does::Delete => DELETE,
        Does::Acknowledge => ACK,
    };
    let mut names = Vec::new();
    let mut left = flags;
    for &(name, bits) in COMMON.iter().chain(special) {
        if left & bits == bits {
            names.push(name.to_owned());
            left &= !bits;
        }
    }
    if left != 0 {
        names.push(format!("{left:#x}"));
    }
    names
}

/// Every name that [`flags`] takes.
pub fn flag_words() -> impl Iterator<Item = &'static str> {
    [COMMON, GET, NEW, DELETE].concat().into_iter().map(|(name, _)| name)
}

/// Flags as they are given: `create,excl`, with numbers among them.
pub fn flags(text: &str) -> Result<u16, String> {
    let one = |word: &str| {
        let known = [COMMON, GET, NEW, DELETE].concat().into_iter().find(|(name, _)| *name == word);
        let number = word
            .strip_prefix("0x")
            .map_or_else(|| word.parse().ok(), |hex| u16::from_str_radix(hex, 16).ok());
        known.map(|(_, bits)| bits).or(number).ok_or_else(|| {
            format!("--flags: {word} is none of {}", flag_words().collect::<Vec<_>>().join(", "))
        })
    };
    text.split([',', '|'])
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .try_fold(0, |all, w| Ok(all | one(w)?))
}

/// What a message below the first type of families is called.
pub fn control_name(kind: u16) -> Option<&'static str> {
    const NAMES: &[(u16, &str)] = &[
        (NLMSG_NOOP, "noop"),
        (NLMSG_ERROR, "error"),
        (NLMSG_DONE, "done"),
        (NLMSG_OVERRUN, "overrun"),
    ];
    NAMES.iter().find(|(number, _)| *number == kind).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_numbers_and_names() {
        for text in ["NETLINK_GENERIC", "generic", "16"] {
            assert_eq!(protocol(text), Some(16), "{text}");
        }
        assert_eq!(protocol("sock-diag"), Some(4));
        assert_eq!((protocol("nosuch"), protocol("-1"), protocol("")), (None, None, None));
        assert_eq!((protocol_name(15), protocol_name(99)), ("kobject-uevent".into(), "99".into()));
    }

    #[test]
    fn flags_are_named_by_what_the_message_does() {
        assert_eq!(flag_names(0x305, Does::Get), ["request", "ack", "dump"]);
        assert_eq!(flag_names(0x605, Does::New), ["request", "ack", "excl", "create"]);
        assert_eq!(flag_names(0x8100, Does::Acknowledge), ["capped", "0x8000"]);
    }

    #[test]
    fn flags_are_given_by_name_or_number() {
        assert_eq!(flags("create,excl"), Ok(0x600));
        assert_eq!(flags("0x100|8"), Ok(0x108));
        assert_eq!(flags(""), Ok(0));
        assert!(flags("create,nosuch").unwrap_err().contains("nosuch is none of request, multi"));
    }
}
