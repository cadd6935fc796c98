// SPDX-License-Identifier: MIT OR Apache-2.0
//! The tables that have a name: what their objects are, and what the kernel leaves unsaid about them.

use alloc::vec::Vec;

use crate::conn::table::{Ignore, Key, Kind, Part, Spec, Stir, Test};
use crate::error::Fault;
use crate::grow;
use crate::uapi::genetlink::*;
use crate::uapi::rtnetlink::*;
use crate::uapi::{NETLINK_GENERIC, NETLINK_ROUTE};
use crate::wire::{Match, Msg, Place};

const AF_UNSPEC: u8 = 0;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

const RTM_NEWRULE: u16 = 32;
const RTM_NEWQDISC: u16 = 36;
const RTM_DELQDISC: u16 = 37;
const RTM_DELTCLASS: u16 = 41;
const RTM_NEWNEXTHOP: u16 = 104;
const RTM_DELNEXTHOP: u16 = 105;

const RTNLGRP_TC: u32 = 4;
const RTNLGRP_IPV4_RULE: u32 = 8;
const RTNLGRP_IPV6_RULE: u32 = 19;
const RTNLGRP_NEXTHOP: u32 = 32;

/// Tests of the header of links.
const FLAGS: u16 = 8;
const CHANGE: u16 = 12;
const IFF_UP: u32 = 1;
/// IFF_RUNNING | IFF_LOWER_UP
const CARRIER: u32 = 0x1_0040;

/// The first byte of a word of the header.
const FIRST_BYTE: u32 = u32::from_ne_bytes([0xff, 0, 0, 0]);

/// `RTNH_F_LINKDOWN`: it comes and goes with the carrier of a link, without a word.
const LINKDOWN: u8 = 16;

/// What is set down of a table, for [`Table::spec`].
struct Table<'a> {
    protocol: i32,
    new: Kind,
    del: Kind,
    header: u16,
    groups: &'a [u32],
    keys: &'a [Key],
    /// The families it has objects of, in the first byte of the header; none for all.
    families: &'a [u8],
    ignores: &'a [Ignore],
    stirs: &'a [Stir],
    exact: bool,
    parts: Option<u16>,
    target: Option<u16>,
}

impl Table<'_> {
    fn spec(&self, dump: Msg) -> Result<Spec, Fault> {
        let mut matches = Vec::new();
        for family in self.families {
            grow::push(&mut matches, of_family(*family))?;
        }
        Ok(Spec {
            protocol: self.protocol,
            dump,
            new: self.new,
            del: self.del,
            header: self.header,
            groups: grow::copy(self.groups)?,
            keys: grow::copy(self.keys)?,
            matches,
            ignores: grow::copy(self.ignores)?,
            stirs: grow::copy(self.stirs)?,
            exact: self.exact,
            parts: self.parts,
            target: self.target,
        })
    }

    /// The table whose dump is asked for with a header of zeros.
    fn plain(&self) -> Result<Spec, Fault> {
        self.spec(self.request(AF_UNSPEC))
    }

    /// The request for a dump: among the numbers of rtnetlink GET comes two behind NEW.
    fn request(&self, family: u8) -> Msg {
        let mut header = [0; 32];
        header[0] = family;
        let mut dump = Msg::new(self.new.kind.wrapping_add(2), 0);
        dump.put_header(header.get(..self.header.into()).unwrap_or_default());
        dump
    }
}

/// Messages of an address family.
fn of_family(family: u8) -> Match {
    Match { place: Place::Header(0), width: 1, value: family.into() }
}

/// A table of rtnetlink by its message for new objects; the one for those that went comes next.
const fn rtnetlink<'a>(new: u16, header: u16) -> Table<'a> {
    Table {
        protocol: NETLINK_ROUTE,
        new: Kind::of(new),
        del: Kind::of(new.wrapping_add(1)),
        header,
        groups: &[],
        keys: &[],
        families: &[],
        ignores: &[],
        stirs: &[],
        exact: false,
        parts: None,
        target: None,
    }
}

/// What the table `name` holds: `link`, `addr`, `route`, `route4`, `route6`, `neigh`, `rule`, `nexthop`, `qdisc` or
/// `family`.
pub fn named(name: &[u8]) -> Option<Result<Spec, Fault>> {
    Some(match name {
        b"link" => link(),
        b"addr" => addr(),
        b"route" => route(&[IPV4, IPV6]),
        b"route4" => route(&[IPV4]),
        b"route6" => route(&[IPV6]),
        b"neigh" => neigh(),
        b"rule" => rule(),
        b"nexthop" => nexthop(),
        b"qdisc" => qdisc(),
        b"family" => family(),
        _ => return None,
    })
}

const fn header(at: u16, len: u16) -> Key {
    Key::of(Part::Header { at, len })
}

const fn attr(kind: u16) -> Key {
    Key::of(Part::Attr(kind))
}

const fn stir(group: u32, kind: u16, only: Test) -> Stir {
    Stir { group, kind: Kind::of(kind), only: [only, ANY] }
}

/// Holds always.
const ANY: Test = test(0, 0, 0);

const fn test(at: u16, mask: u32, value: u32) -> Test {
    Test { attr: 0, at, mask, value }
}

/// A link goes; a bridge's port says the same with another family.
const LINK_GOES: Stir = stir(RTNLGRP_LINK, RTM_DELLINK, test(0, FIRST_BYTE, AF_UNSPEC as u32));
/// A link goes up or down, or comes.
const LINK_UP_OR_DOWN: Stir = stir(RTNLGRP_LINK, RTM_NEWLINK, test(CHANGE, IFF_UP, IFF_UP));
/// A link has no carrier, perhaps since just now.
const LINK_WITHOUT_CARRIER: Stir = stir(RTNLGRP_LINK, RTM_NEWLINK, test(FLAGS, CARRIER, 0));

/// What moves all the time, as counters and timers do, or in silence; and what a bridge and its ports
/// know of the spanning tree, of which only messages of another family tell.
const OF_NO_INTEREST_IN_LINKS: [Ignore; 30] = {
    const IFLA_QDISC: u16 = 6;
    const IFLA_STATS: u16 = 7;
    const IFLA_WIRELESS: u16 = 11;
    const IFLA_AF_SPEC: u16 = 26;
    const IFLA_PROMISCUITY: u16 = 30;
    const IFLA_ALLMULTI: u16 = 61;
    const IFLA_EVENT: u16 = 44;
    const IFLA_TSO_MAX_SIZE: u16 = 59;
    const IFLA_TSO_MAX_SEGS: u16 = 60;
    const IFLA_INFO_XSTATS: u16 = 3;
    [
        Ignore::Bits { at: CHANGE, mask: u32::MAX },
        Ignore::Message(IFLA_WIRELESS),
        Ignore::Quiet(IFLA_QDISC),
        Ignore::Quiet(IFLA_PROMISCUITY),
        Ignore::Quiet(IFLA_ALLMULTI),
        dropped(IFLA_STATS),
        dropped(IFLA_STATS64),
        dropped(IFLA_EVENT),
        dropped(IFLA_TSO_MAX_SIZE),
        dropped(IFLA_TSO_MAX_SEGS),
        Ignore::Drop([IFLA_LINKINFO, IFLA_INFO_XSTATS, 0]),
        // IFLA_INET_CONF; IFLA_INET6_FLAGS, _CONF, _STATS, _CACHEINFO, _ICMP6STATS and _RA_MTU.
        Ignore::Drop([IFLA_AF_SPEC, AF_INET as u16, 1]),
        inet6(1),
        inet6(2),
        inet6(3),
        inet6(5),
        inet6(6),
        inet6(9),
        // From IFLA_BR_ROOT_ID to the last of the timers.
        bridge(10),
        bridge(11),
        bridge(12),
        bridge(13),
        bridge(14),
        bridge(15),
        bridge(16),
        bridge(17),
        bridge(18),
        bridge(19),
        // IFLA_BR_FDB_N_LEARNED.
        bridge(48),
        BRIDGE_PORT,
    ]
};

/// The first link of a pair is told of before the second is there.
fn link() -> Result<Spec, Fault> {
    const IFLA_LINK: u16 = 5;
    const IFLA_EXT_MASK: u16 = 29;
    const IFLA_TARGET_NETNSID: u16 = 46;
    const RTEXT_FILTER_SKIP_STATS: u32 = 8;
    let peerless = Test { attr: IFLA_LINK, at: 0, mask: u32::MAX, value: 0 };
    let comes = test(CHANGE, u32::MAX, u32::MAX);
    let first = Stir { only: [comes, peerless], ..stir(RTNLGRP_LINK, RTM_NEWLINK, ANY) };
    let table = Table {
        groups: &[RTNLGRP_LINK],
        keys: &[header(4, 4)],
        families: &[AF_UNSPEC],
        ignores: &OF_NO_INTEREST_IN_LINKS,
        stirs: &[first],
        target: Some(IFLA_TARGET_NETNSID),
        ..rtnetlink(RTM_NEWLINK, 16)
    };
    let mut dump = table.request(AF_UNSPEC);
    dump.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    table.spec(dump)
}

/// A top-level attribute that is not kept.
const fn dropped(kind: u16) -> Ignore {
    Ignore::Drop([kind, 0, 0])
}

/// An attribute of links that only IPv6 knows.
const fn inet6(kind: u16) -> Ignore {
    const IFLA_AF_SPEC: u16 = 26;
    Ignore::Drop([IFLA_AF_SPEC, AF_INET6 as u16, kind])
}

const BRIDGE: [u8; 8] = *b"bridge\0\0";

/// An attribute of bridges.
const fn bridge(kind: u16) -> Ignore {
    let path = [IFLA_LINKINFO, IFLA_INFO_DATA, kind];
    Ignore::Of { path, selector: IFLA_INFO_KIND, name: BRIDGE }
}

/// What bridges know of their ports: IFLA_INFO_SLAVE_DATA, if IFLA_INFO_SLAVE_KIND says so.
const BRIDGE_PORT: Ignore = Ignore::Of { path: [IFLA_LINKINFO, 5, 0], selector: 4, name: BRIDGE };

fn addr() -> Result<Spec, Fault> {
    const IFA_CACHEINFO: u16 = 6;
    const IFA_TARGET_NETNSID: u16 = 10;
    let table = Table {
        groups: &[RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR],
        keys: &[
            header(0, 1),
            header(4, 4),
            Key::of(Part::FirstOf(IFA_LOCAL, IFA_ADDRESS)),
            Key { part: Part::Header { at: 1, len: 1 }, family: AF_INET },
            Key { part: Part::Attr(IFA_ADDRESS), family: AF_INET },
        ],
        families: &[AF_INET, AF_INET6],
        ignores: &[Ignore::Quiet(IFA_CACHEINFO)],
        target: Some(IFA_TARGET_NETNSID),
        ..rtnetlink(RTM_NEWADDR, 8)
    };
    table.plain()
}

/// A family of routes: its number, the groups that tell of its routes and of its addresses.
type Family = (u8, u32, u32);

const IPV4: Family = (AF_INET, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_IFADDR);
const IPV6: Family = (AF_INET6, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_IFADDR);

/// Routes vanish in silence when their link goes down, or change; and when an address of theirs goes, or
/// their nexthop. One key may have many routes.
fn route(families: &[Family]) -> Result<Spec, Fault> {
    const RTA_SRC: u16 = 2;
    const RTA_MULTIPATH: u16 = 9;
    const RTA_CACHEINFO: u16 = 12;
    let table = Table {
        keys: &[header(0, 4), attr(RTA_TABLE), attr(RTA_DST), attr(RTA_SRC), attr(RTA_PRIORITY)],
        ignores: &[
            Ignore::Bits { at: 8, mask: LINKDOWN as u32 },
            Ignore::Hops { kind: RTA_MULTIPATH, mask: LINKDOWN },
            Ignore::Quiet(RTA_CACHEINFO),
        ],
        stirs: &[
            LINK_GOES,
            LINK_UP_OR_DOWN,
            LINK_WITHOUT_CARRIER,
            stir(RTNLGRP_NEXTHOP, RTM_DELNEXTHOP, ANY),
        ],
        exact: true,
        parts: Some(RTA_MULTIPATH),
        ..rtnetlink(RTM_NEWROUTE, 12)
    };
    let family = if let [(family, ..)] = families { *family } else { AF_UNSPEC };
    let mut spec = table.spec(table.request(family))?;
    for &(family, routes, addresses) in families {
        grow::push(&mut spec.matches, of_family(family))?;
        grow::push(&mut spec.groups, routes)?;
        grow::push(&mut spec.stirs, stir(addresses, RTM_DELADDR, ANY))?;
    }
    Ok(spec)
}

/// Most neighbours come into being without a word, and are told of when they have been resolved or not;
/// those that need not be resolved, only if a program made them.
fn neigh() -> Result<Spec, Fault> {
    const NDA_DST: u16 = 1;
    const NDA_CACHEINFO: u16 = 3;
    const NDA_PROBES: u16 = 4;
    const NUD_NONE: u16 = 0;
    const NUD_INCOMPLETE: u16 = 1;
    const NUD_NOARP: u16 = 64;
    let table = Table {
        groups: &[RTNLGRP_NEIGH],
        keys: &[header(0, 1), header(4, 4), attr(NDA_DST)],
        families: &[AF_INET, AF_INET6],
        ignores: &[
            Ignore::Quiet(NDA_CACHEINFO),
            Ignore::Quiet(NDA_PROBES),
            unsaid(NUD_NONE),
            unsaid(NUD_INCOMPLETE),
            unsaid(NUD_NOARP),
        ],
        ..rtnetlink(RTM_NEWNEIGH, 12)
    };
    table.plain()
}

/// Neighbours in a state.
const fn unsaid(state: u16) -> Ignore {
    let ([a, b], [c, d]) = (u16::MAX.to_ne_bytes(), state.to_ne_bytes());
    Ignore::Unsaid(test(8, u32::from_ne_bytes([a, b, 0, 0]), u32::from_ne_bytes([c, d, 0, 0])))
}

/// Rules of one priority may be many. Whether the links and the rules they name exist changes in
/// silence.
fn rule() -> Result<Spec, Fault> {
    const FRA_PRIORITY: u16 = 6;
    const UNRESOLVED_OR_DETACHED: u32 = 4 | 8 | 16;
    let table = Table {
        groups: &[RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE],
        keys: &[header(0, 1), attr(FRA_PRIORITY)],
        families: &[AF_INET, AF_INET6],
        ignores: &[Ignore::Bits { at: 8, mask: UNRESOLVED_OR_DETACHED }],
        exact: true,
        ..rtnetlink(RTM_NEWRULE, 12)
    };
    table.plain()
}

/// Nexthops vanish in silence with their link's carrier.
fn nexthop() -> Result<Spec, Fault> {
    const NHA_ID: u16 = 1;
    const NHA_RES_GROUP: u16 = 12;
    const NHA_RES_GROUP_UNBALANCED_TIME: u16 = 4;
    let table = Table {
        groups: &[RTNLGRP_NEXTHOP],
        keys: &[attr(NHA_ID)],
        ignores: &[
            Ignore::Bits { at: 4, mask: LINKDOWN as u32 },
            Ignore::Drop([NHA_RES_GROUP, NHA_RES_GROUP_UNBALANCED_TIME, 0]),
        ],
        stirs: &[LINK_GOES, LINK_WITHOUT_CARRIER],
        ..rtnetlink(RTM_NEWNEXTHOP, 8)
    };
    table.plain()
}

/// A queueing discipline brings its children, and takes them with it, in silence; links bring and take
/// theirs.
fn qdisc() -> Result<Spec, Fault> {
    const PARENT: u16 = 12;
    const TC_H_ROOT: u32 = u32::MAX;
    const TCA_STATS: u16 = 3;
    const TCA_XSTATS: u16 = 4;
    const TCA_STATS2: u16 = 7;
    let table = Table {
        groups: &[RTNLGRP_TC],
        keys: &[header(4, 12)],
        ignores: &[
            // tcm_info counts references.
            Ignore::Bits { at: 16, mask: u32::MAX },
            dropped(TCA_STATS),
            dropped(TCA_XSTATS),
            dropped(TCA_STATS2),
        ],
        stirs: &[
            LINK_GOES,
            stir(RTNLGRP_LINK, RTM_NEWLINK, test(0, FIRST_BYTE, AF_UNSPEC as u32)),
            stir(RTNLGRP_TC, RTM_NEWQDISC, test(PARENT, u32::MAX, TC_H_ROOT)),
            stir(RTNLGRP_TC, RTM_DELQDISC, ANY),
            stir(RTNLGRP_TC, RTM_DELTCLASS, ANY),
        ],
        ..rtnetlink(RTM_NEWQDISC, 20)
    };
    table.plain()
}

/// Generic families. Groups that come later, or go earlier, are told of in messages of their own.
fn family() -> Result<Spec, Fault> {
    const CTRL_CMD_DELFAMILY: u8 = 2;
    const CTRL_CMD_NEWMCAST_GRP: u8 = 7;
    const CTRL_CMD_DELMCAST_GRP: u8 = 8;
    /// The controller's group "notify".
    const NOTIFY: u32 = GENL_ID_CTRL as u32;
    let generic = |cmd| Kind::generic(GENL_ID_CTRL, cmd);
    let stir = |cmd| Stir { group: NOTIFY, kind: generic(cmd), only: [ANY; 2] };
    let table = Table {
        protocol: NETLINK_GENERIC,
        new: generic(CTRL_CMD_NEWFAMILY),
        del: generic(CTRL_CMD_DELFAMILY),
        groups: &[NOTIFY],
        keys: &[attr(CTRL_ATTR_FAMILY_ID)],
        stirs: &[stir(CTRL_CMD_NEWMCAST_GRP), stir(CTRL_CMD_DELMCAST_GRP)],
        ..rtnetlink(GENL_ID_CTRL, GENL_HDRLEN as u16)
    };
    table.spec(super::genl::request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conn::table::{Change, Core};
    use crate::wire::Message;

    const NAMES: [&str; 10] = [
        "link", "addr", "route", "route4", "route6", "neigh", "rule", "nexthop", "qdisc", "family",
    ];

    fn table(name: &str) -> Core {
        Core::new(named(name.as_bytes()).unwrap().unwrap(), 1, 1 << 20).unwrap()
    }

    fn told(core: &mut Core, msg: &mut Msg) -> Change {
        core.notified(&Message::split(msg.bytes().unwrap()).unwrap().0, 1, None).unwrap()
    }

    #[test]
    fn every_name_is_a_table_that_can_be_kept() {
        for name in NAMES {
            let core = table(name);
            assert!(!core.spec().all_groups().unwrap().is_empty(), "{name}");
        }
        assert!(named(b"links").is_none());
    }

    #[test]
    fn a_link_is_no_bridge_port_and_keeps_no_counters() {
        let link = |family, counter: Option<u64>| {
            let mut msg = Msg::new(RTM_NEWLINK, 0);
            msg.put_header(&[family, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            msg.put_str(IFLA_IFNAME, "x0");
            if let Some(counter) = counter {
                msg.put_u64(IFLA_STATS64, counter);
            }
            msg
        };
        let mut core = table("link");
        assert_eq!(told(&mut core, &mut link(7, None)), Change::Nothing);
        assert_eq!(told(&mut core, &mut link(AF_UNSPEC, Some(1))), Change::New);
        assert_eq!(core.now().unwrap().bytes(), link(AF_UNSPEC, None).bytes().unwrap());
        assert_eq!(told(&mut core, &mut link(AF_UNSPEC, Some(2))), Change::Nothing);
    }

    #[test]
    fn peers_tell_ipv4_addresses_apart_and_ipv6_ones_not() {
        let addr = |family: u8, local: &[u8], peer: &[u8]| {
            let mut msg = Msg::new(RTM_NEWADDR, 0);
            msg.put_header(&[family, 32, 0, 0, 1, 0, 0, 0]);
            msg.put(IFA_ADDRESS, peer).put(IFA_LOCAL, local);
            msg
        };
        let mut core = table("addr");
        let (a, b, c) = ([1; 16], [2; 16], [3; 16]);
        assert_eq!(told(&mut core, &mut addr(AF_INET, &a[..4], &b[..4])), Change::New);
        assert_eq!(told(&mut core, &mut addr(AF_INET, &a[..4], &c[..4])), Change::New);
        assert_eq!(told(&mut core, &mut addr(AF_INET6, &a, &b)), Change::New);
        assert_eq!(told(&mut core, &mut addr(AF_INET6, &a, &c)), Change::Changed);
        assert_eq!(core.changed(), [IFA_ADDRESS]);
    }
}
