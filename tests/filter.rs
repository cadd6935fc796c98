// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel keeps only the notifications that were asked for, each test in a network namespace of its
//! own.

mod common;

use std::net::Ipv4Addr;

use common::*;
use rnl::family::rt::rtmsg;
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::wire::accepts;
use rnl::{Fixed, Header, Match, Message, Msg, Place, Socket};

fn rule(place: Place, width: u8, value: u32) -> Match {
    Match { place, width, value }
}

/// Whether poll(2) says that there is something to receive.
fn is_readable(socket: &Socket) -> bool {
    let mut p = libc::pollfd { fd: socket.fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: p is one pollfd.
    unsafe { libc::poll(&mut p, 1, 0) == 1 }
}

// ---- Every kind of rule, against the same rules without the kernel

const FIXED: usize = 8;

/// Messages that differ in every number a rule may be about.
fn messages() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (kind, byte, value) in [(20, 1, 1u32), (21, 1, 0x1_0000), (20, 200, 0x1234), (300, 0, 0)] {
        for attrs in 0..4 {
            let mut msg = Msg::new(kind, 0);
            msg.put_header(&[byte, 0, 7, byte, 0, 0, 0, 1]);
            match attrs {
                0 => &mut msg,
                1 => msg.put_u8(3, byte),
                2 => msg.put_u16(9, 1).put_u16(3 | NLA_F_NESTED, value as u16).put_u32(3, 77),
                _ => msg.put(9, &[0; 300]).put(3, &[&value.to_ne_bytes()[..], &[0; 300]].concat()),
            };
            all.push(msg.bytes().unwrap().to_vec());
        }
    }
    all
}

fn single_rules() -> Vec<Match> {
    let mut rules = vec![
        rule(Place::Type, 0, 20),
        rule(Place::Type, 0, 300),
        rule(Place::Header(0), 1, 200),
        rule(Place::Header(0), 1, 1),
        rule(Place::Header(2), 2, u16::from_ne_bytes([7, 1]).into()),
        rule(Place::Header(4), 4, u32::from_ne_bytes([0, 0, 0, 1])),
        rule(Place::Header(3), 1, 0),
        rule(Place::Header(60), 4, 0),
        rule(Place::Attr(8), 1, 0),
    ];
    for width in [1, 2, 4] {
        let values =
            [0, 1, 200, 0x1234, 0x1_0000].into_iter().filter(|v| u64::from(*v) >> (8 * width) == 0);
        rules.extend(values.map(|value| rule(Place::Attr(3), width, value)));
    }
    rules
}

#[test]
fn the_kernel_and_the_rules_agree() {
    in_namespace(|| {
        let open = || Socket::open(NETLINK_USERSOCK).unwrap();
        let (mut sender, mut keeper) = (open(), open());
        let singles = single_rules();
        let pairs = singles.iter().flat_map(|a| singles.iter().map(|b| vec![*a, *b]));
        let mut passed = [0, 0];
        for rules in pairs {
            keeper.keep(&rules, FIXED).unwrap();
            for bytes in messages() {
                sender.send(&bytes, keeper.port(), 0).unwrap();
                let wanted = accepts(&rules, FIXED, &Message::split(&bytes).unwrap().0);
                assert_eq!(is_readable(&keeper), wanted, "{rules:?} {bytes:?}");
                passed[usize::from(wanted)] += 1;
                if wanted {
                    assert_eq!(keeper.receive(SOON).unwrap().unwrap().bytes, bytes);
                }
            }
        }
        assert!(passed[0] > 5000 && passed[1] > 500, "{passed:?}");
    });
}

#[test]
fn many_values_of_one_number_are_kept_and_too_many_refused() {
    in_namespace(|| {
        let (mut sender, mut keeper) =
            (Socket::open(NETLINK_USERSOCK).unwrap(), Socket::open(NETLINK_USERSOCK).unwrap());
        let values = |n: u32| (1..=n).map(|v| rule(Place::Attr(1), 4, 2 * v)).collect::<Vec<_>>();
        keeper.keep(&values(255), 0).unwrap();
        for value in 0..=520 {
            let bytes = Msg::new(16, 0).put_u32(1, value).bytes().unwrap().to_vec();
            sender.send(&bytes, keeper.port(), 0).unwrap();
            let wanted = value % 2 == 0 && (2..=510).contains(&value);
            assert_eq!(keeper.next(0).unwrap().is_some(), wanted, "{value}");
        }
        assert_eq!(keeper.keep(&values(256), 0).unwrap_err().errno(), libc::EINVAL);
        let unsound = rule(Place::Header(0), 1, 256);
        assert_eq!(keeper.keep(&[unsound], 4).unwrap_err().errno(), libc::EINVAL);
    });
}

#[test]
fn answers_pass_and_so_do_datagrams_of_several_messages() {
    in_namespace(|| {
        let open = || Socket::open(NETLINK_USERSOCK).unwrap();
        let (mut sender, mut keeper) = (open(), open());
        let port = keeper.port();
        keeper.keep(&[rule(Place::Type, 0, 99)], 0).unwrap();
        let message = |kind, seq, port| Header { len: 16, kind, seq, port, flags: 0 }.to_bytes();
        let longer = [&Header { len: 17, kind: 50, ..Header::default() }.to_bytes()[..], &[0; 4]];
        let cases = [
            (message(50, 0, 0).to_vec(), false),
            (message(50, 7, port ^ 1).to_vec(), false),
            (longer.concat(), false),
            (message(NLMSG_ERROR, 7, 5).to_vec(), true),
            (message(50, 7, port).to_vec(), true),
            (message(50, 7, 0).to_vec(), true),
            (message(0x1063, 0, 0).to_vec(), false),
            ([message(50, 0, 0), message(99, 0, 0)].concat(), true),
        ];
        for (bytes, passes) in cases {
            sender.send(&bytes, port, 0).unwrap();
            assert_eq!(keeper.receive(0).unwrap().is_some(), passes, "{bytes:?}");
        }
        sender.send(&[message(50, 0, 0), message(99, 0, 0)].concat(), port, 0).unwrap();
        assert_eq!(keeper.next(0).unwrap().unwrap().message.kind(), 99, "the other is not shown");
        assert!(keeper.next(0).unwrap().is_none());
    });
}

// ---- Routes

/// A route to a host in a table, over a link.
fn route_msg(kind: u16, table: u32, oif: i32, host: u32) -> Msg {
    let header = rtmsg {
        family: libc::AF_INET as u8,
        dst_len: 32,
        protocol: RTPROT_STATIC,
        scope: libc::RT_SCOPE_LINK,
        kind: RTN_UNICAST,
        ..rtmsg::default()
    };
    let mut msg = Msg::new(kind, if kind == RTM_NEWROUTE { NLM_F_CREATE | NLM_F_EXCL } else { 0 });
    msg.put_fixed(&header).put_u32(RTA_TABLE, table).put_u32(RTA_OIF, oif as u32);
    msg.put_ip(RTA_DST, Ipv4Addr::from(0xc633_6400 + host).into());
    msg
}

/// A socket that makes routes, one that keeps what `rules` say of two links, and the links.
fn world(rules: impl Fn(i32) -> Vec<Match>) -> (Socket, Socket, [i32; 2]) {
    let mut maker = route();
    let links = ["v0", "v1"].map(|name| add_link(&mut maker, name));
    let mut keeper = route();
    keeper.join(RTNLGRP_IPV4_ROUTE).unwrap();
    keeper.keep(&rules(links[0]), rtmsg::LEN).unwrap();
    (maker, keeper, links)
}

/// Routes to two hosts in two tables over two links: made, and taken away again.
fn stir(maker: &mut Socket, links: [i32; 2]) {
    for kind in [RTM_NEWROUTE, RTM_DELROUTE] {
        for host in 0..8u32 {
            let table = 100 + host % 2;
            let msg = route_msg(kind, table, links[(host / 2 % 2) as usize], host);
            maker.call(&msg, SOON).unwrap();
        }
    }
}

/// Type, table and link of the route notifications that have come.
fn seen(keeper: &mut Socket) -> Vec<(u16, u32, i32)> {
    let mut all = Vec::new();
    while let Some(note) = keeper.next(0).unwrap() {
        let attrs = note.message.attrs(rtmsg::LEN);
        let number = |kind| attrs.get(kind).unwrap().u32().unwrap();
        all.push((note.message.kind(), number(RTA_TABLE), number(RTA_OIF) as i32));
    }
    all
}

#[test]
fn routes_of_one_table_are_kept() {
    in_namespace(|| {
        let (mut maker, mut keeper, links) = world(|_| vec![rule(Place::Attr(RTA_TABLE), 4, 101)]);
        stir(&mut maker, links);
        let seen = seen(&mut keeper);
        assert_eq!(seen.len(), 8);
        assert!(seen.iter().all(|(_, table, _)| *table == 101), "{seen:?}");
        keeper.keep(&[], 0).unwrap();
        stir(&mut maker, links);
        assert_eq!(self::seen(&mut keeper).len(), 16);
    });
}

#[test]
fn routes_over_one_link_and_of_one_type_are_kept() {
    in_namespace(|| {
        let rules = |link: i32| {
            let oif = rule(Place::Attr(RTA_OIF), 4, link as u32);
            vec![rule(Place::Type, 0, RTM_DELROUTE.into()), oif, rule(Place::Header(1), 1, 32)]
        };
        let (mut maker, mut keeper, links) = world(rules);
        stir(&mut maker, links);
        let one = |table| (RTM_DELROUTE, table, links[0]);
        assert_eq!(seen(&mut keeper), [one(100), one(101), one(100), one(101)]);
    });
}

#[test]
fn what_is_dropped_does_not_even_wake() {
    in_namespace(|| {
        let (mut maker, keeper, links) = world(|_| vec![rule(Place::Attr(RTA_TABLE), 4, 5)]);
        stir(&mut maker, links);
        assert!(!is_readable(&keeper));
    });
}

#[test]
fn a_socket_that_keeps_little_still_gets_its_answers() {
    in_namespace(|| {
        let (_, mut keeper, links) = world(|_| vec![rule(Place::Attr(RTA_TABLE), 4, 5)]);
        keeper.call(&route_msg(RTM_NEWROUTE, 100, links[0], 1), SOON).unwrap();
        assert_eq!(index_of(&mut keeper, "v1").unwrap(), links[1]);
        let refused = keeper.call(&route_msg(RTM_NEWROUTE, 100, links[0], 1), SOON).unwrap_err();
        assert_eq!(refused.errno(), libc::EEXIST);
        let mut all = Msg::new(RTM_GETROUTE, 0);
        all.put_fixed(&rtmsg { family: libc::AF_INET as u8, ..rtmsg::default() });
        let routes = dump(&mut keeper, &all, |m| m.attrs(rtmsg::LEN).get(RTA_TABLE).unwrap().u32());
        assert!(routes.contains(&Ok(100)));
        assert!(self::links(&mut keeper).contains(&"v0".to_owned()));
        assert_eq!(seen(&mut keeper), [], "nor is what the socket did itself shown");
    });
}
