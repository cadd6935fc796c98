// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests and dumps against the running kernel, each test in a network namespace of its own.

mod common;

use std::net::{IpAddr, Ipv4Addr};
use std::thread;

use common::*;
use rnl::family::genl::{self, Family};
use rnl::family::policy::{Policy, Rule};
use rnl::family::rt::{ifaddrmsg, ifinfomsg, rtmsg};
use rnl::uapi::genetlink::*;
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Error, Fixed, Mode, Msg, Options, Origin, Socket};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// 10.0.0.0 and the addresses behind it.
fn numbered(n: u32) -> IpAddr {
    Ipv4Addr::from(0x0a00_0000 + n).into()
}

fn refused(socket: &mut Socket, msg: &Msg) -> Error {
    let error = socket.call(msg, SOON).expect_err("the kernel refuses this");
    assert_eq!(error.origin(), Origin::Kernel, "{error}");
    error
}

// ---- Links, addresses, routes

#[test]
fn links_are_made_listed_and_deleted() {
    in_namespace(|| {
        let mut socket = route();
        let index = add_link(&mut socket, "v0");
        assert!(index > 1);
        assert_eq!(links(&mut socket).iter().filter(|name| *name == "v0").count(), 1);
        assert_eq!(index_of(&mut socket, "lo").unwrap(), 1);
        socket.call(&link_request(RTM_DELLINK, 0, index), SOON).unwrap();
        assert!(!links(&mut socket).contains(&"v0".to_owned()));
        assert_eq!(index_of(&mut socket, "v0").unwrap_err().errno(), libc::ENODEV);
    });
}

#[test]
fn a_link_reads_back_as_it_was_made() {
    in_namespace(|| {
        let mut socket = route();
        let index = add_link(&mut socket, "v0");
        let mut msg = link_request(RTM_NEWLINK, 0, index);
        msg.put_u32(IFLA_MTU, 1280).put_mac_text(IFLA_ADDRESS, "02:00:00:00:00:07");
        socket.call(&msg, SOON).unwrap();
        let reply = socket.call(&link_request(RTM_GETLINK, 0, index), SOON).unwrap();
        let link = reply.messages().next().unwrap();
        let attrs = link.attrs(ifinfomsg::LEN);
        assert_eq!(attrs.get(IFLA_MTU).unwrap().u32(), Ok(1280));
        assert_eq!(attrs.get(IFLA_ADDRESS).unwrap().mac(), Ok([2, 0, 0, 0, 0, 7]));
        assert_eq!(ifinfomsg::read(link.body()).index, index);
        assert_eq!(reply.messages().count(), 1);
    });
}

#[test]
fn addresses_are_dumped_and_filtered_by_the_kernel() {
    in_namespace(|| {
        let mut socket = route();
        let index = add_link(&mut socket, "v0");
        set_up(&mut socket, 1);
        add_addr(&mut socket, index, ip("192.0.2.1"));
        add_addr(&mut socket, index, ip("192.0.2.2"));
        let mut request = Msg::new(RTM_GETADDR, 0);
        let family = libc::AF_INET as u8;
        request.put_fixed(&ifaddrmsg { family, index: index as u32, ..ifaddrmsg::default() });
        let found = dump(&mut socket, &request, |m| {
            m.attrs(ifaddrmsg::LEN).get(IFA_LOCAL).unwrap().ip().unwrap()
        });
        assert_eq!(found, [ip("192.0.2.1"), ip("192.0.2.2")], "127.0.0.1 is of another link");
    });
}

fn newroute(destination: &str, gateway: &str) -> Msg {
    let mut msg = Msg::new(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    msg.put_fixed(&rtmsg {
        family: libc::AF_INET as u8,
        dst_len: 24,
        table: RT_TABLE_MAIN,
        protocol: RTPROT_STATIC,
        kind: RTN_UNICAST,
        ..rtmsg::default()
    });
    msg.put_ip(RTA_DST, ip(destination)).put_ip_or(RTA_GATEWAY, gateway.parse().ok());
    msg
}

/// A link with the network 192.0.2.0/24 behind it.
fn network(socket: &mut Socket) -> i32 {
    let index = add_link(socket, "v0");
    let mut msg = Msg::new(RTM_NEWADDR, NLM_F_CREATE);
    let (family, index32) = (libc::AF_INET as u8, index as u32);
    let header = ifaddrmsg { family, prefixlen: 24, index: index32, ..ifaddrmsg::default() };
    msg.put_fixed(&header).put_ip(IFA_LOCAL, ip("192.0.2.1")).put_ip(IFA_ADDRESS, ip("192.0.2.1"));
    socket.call(&msg, SOON).unwrap();
    index
}

#[test]
fn routes_are_added_found_and_dumped() {
    in_namespace(|| {
        let mut socket = route();
        let index = network(&mut socket);
        socket.call(&newroute("198.51.100.0", "192.0.2.9"), SOON).unwrap();

        let mut request = Msg::new(RTM_GETROUTE, 0);
        request.put_fixed(&rtmsg { family: 2, table: RT_TABLE_MAIN, ..rtmsg::default() });
        let gateways = dump(&mut socket, &request, |m| {
            m.attrs(rtmsg::LEN).get(RTA_GATEWAY).map(|a| a.ip().unwrap())
        });
        assert_eq!(gateways, [None, Some(ip("192.0.2.9"))]);

        let mut lookup = Msg::new(RTM_GETROUTE, 0);
        lookup.put_fixed(&rtmsg { family: 2, dst_len: 32, ..rtmsg::default() });
        lookup.put_ip(RTA_DST, ip("198.51.100.77"));
        let reply = socket.call(&lookup, SOON).unwrap();
        let attrs = reply.messages().next().unwrap().attrs(rtmsg::LEN);
        assert_eq!(attrs.get(RTA_GATEWAY).unwrap().ip(), Ok(ip("192.0.2.9")));
        assert_eq!(attrs.get(RTA_OIF).unwrap().u32(), Ok(index as u32));
    });
}

// ---- Errors

#[test]
fn refusals_say_what_the_kernel_says() {
    in_namespace(|| {
        let mut socket = route();
        network(&mut socket);
        let error = refused(&mut socket, &newroute("198.51.100.0", "203.0.113.1"));
        assert_eq!(error.to_string(), "newroute: ENETUNREACH: Nexthop has invalid gateway");
        let error = refused(&mut socket, &link_request(RTM_DELLINK, 0, 12345));
        assert_eq!((error.errno(), error.to_string().starts_with("dellink: ENODEV")), (19, true));
        let error = refused(&mut socket, &newlink("v0", "dummy"));
        assert_eq!(error.to_string(), "newlink: EEXIST: File exists");
    });
}

#[test]
fn refusals_name_the_attribute() {
    in_namespace(|| {
        let mut socket = route();
        let mut mtu = newlink("v0", "bridge");
        mtu.put(IFLA_MTU, &[1]);
        let mut delay = link_request(RTM_NEWLINK, NLM_F_CREATE, 0);
        delay.put_str(IFLA_IFNAME, "v0").nest(IFLA_LINKINFO).put_str(IFLA_INFO_KIND, "bridge");
        delay.nest(IFLA_INFO_DATA).put_u8(1, 7).nest_end().nest_end();
        let mut priority = newroute("198.51.100.0", "192.0.2.9");
        priority.put(RTA_PRIORITY, &[]);
        let inner = ".linkinfo.data(bridge).forward-delay";
        for (msg, path) in [(mtu, ".mtu"), (delay, inner), (priority, ".priority")] {
            let error = refused(&mut socket, &msg);
            assert_eq!(error.attr(), Some(path), "{error}");
            assert!(error.kernel_text().is_some_and(|text| text.contains("ttribute")), "{error}");
            assert!(error.to_string().ends_with(&format!("({path}, wanted u32)")), "{error}");
        }
    });
}

#[test]
fn an_error_has_the_request_and_the_offset_in_it() {
    in_namespace(|| {
        let mut socket = route();
        let mut msg = newlink("v0", "bridge");
        msg.put(IFLA_MTU, &[1]);
        let error = refused(&mut socket, &msg);
        let detail = error.detail().unwrap();
        let (message, _) = rnl::Message::split(&detail.request).unwrap();
        assert_eq!(message.body(), msg.body().unwrap());
        assert_eq!(message.header().port, socket.port());
        let mut attrs = message.attrs(ifinfomsg::LEN).map(Result::unwrap);
        let mtu = attrs.find(|a| a.kind() == IFLA_MTU).unwrap();
        assert_eq!(detail.offset, Some(mtu.offset() as u32));
    });
}

#[test]
fn what_can_not_be_built_is_not_sent() {
    in_namespace(|| {
        let mut socket = route();
        let error = socket.call(&newroute("198.51.100.0", "nonsense"), SOON).unwrap_err();
        assert_eq!(error.origin(), Origin::Local);
        assert_eq!(error.to_string(), "newroute: EINVAL: not an IPv4 or IPv6 address (.gateway)");
    });
}

#[test]
fn a_dump_that_the_kernel_refuses_fails() {
    in_namespace(|| {
        let mut socket = route();
        let mut unknown_device = Msg::new(RTM_GETADDR, 0);
        unknown_device.put_fixed(&ifaddrmsg { family: 2, index: 12345, ..ifaddrmsg::default() });
        let mut bad_header = Msg::new(RTM_GETLINK, 0);
        bad_header.put_fixed(&ifinfomsg { flags: 1, ..ifinfomsg::default() });
        for mode in [Mode::Consistent, Mode::Stream, Mode::BestEffort] {
            for (msg, errno) in [(&unknown_device, libc::ENODEV), (&bad_header, libc::EINVAL)] {
                let mut dump = socket.dump(msg, mode, SOON).unwrap();
                let error = dump.next().map(|m| m.is_some()).unwrap_err();
                assert_eq!((error.errno(), error.origin()), (errno, Origin::Kernel), "{error}");
            }
        }
        assert!(links(&mut socket).contains(&"lo".to_owned()));
    });
}

/// The warnings that are easy to have: a htb class so fast that its quantum is too large.
#[test]
fn a_warning_comes_with_the_reply() {
    in_namespace(|| {
        let mut socket = route();
        let index = add_link(&mut socket, "v0");
        let mut qdisc = tc_request(36, index, 0x1_0000, u32::MAX);
        qdisc.put_str(1, "htb").nest(2).put(2, &htb_globals()).nest_end();
        if socket.call(&qdisc, SOON).is_err() {
            return not_run("kernel lacks the qdisc htb");
        }
        let mut class = tc_request(40, index, 0x1_0001, 0x1_0000);
        class.put_str(1, "htb").nest(2).put(1, &htb_class()).nest_end();
        let reply = socket.call(&class, SOON).unwrap();
        assert!(reply.warning().is_some_and(|text| text.contains("quantum")), "{reply:?}");
    });
}

/// A request with `struct tcmsg`.
fn tc_request(kind: u16, index: i32, handle: u32, parent: u32) -> Msg {
    let mut msg = Msg::new(kind, NLM_F_CREATE | NLM_F_EXCL);
    let fields = [0, index as u32, handle, parent, 0];
    msg.put_header(&fields.map(u32::to_ne_bytes).concat());
    msg
}

/// `struct tc_htb_glob`: version 3, a divisor of 10.
fn htb_globals() -> Vec<u8> {
    [3u32, 10, 0, 0, 0].map(u32::to_ne_bytes).concat()
}

/// `struct tc_htb_opt`: rate and ceiling of 1.25 GB/s, no quantum.
fn htb_class() -> Vec<u8> {
    let rate = [u32::from_ne_bytes([0, 1, 0, 0]), 0, 1_250_000_000].map(u32::to_ne_bytes).concat();
    let rest = [1000u32, 1000, 0, 0, 0].map(u32::to_ne_bytes).concat();
    [rate.clone(), rate, rest].concat()
}

// ---- Generic netlink

#[test]
fn the_controller_describes_itself() {
    in_namespace(|| {
        let mut socket = Socket::open(NETLINK_GENERIC).unwrap();
        let family = Family::find(&mut socket, "nlctrl", SOON).unwrap();
        assert_eq!((family.id, family.name.as_str(), family.header), (GENL_ID_CTRL, "nlctrl", 0));
        assert!(family.operations.iter().any(|op| op.cmd == u32::from(CTRL_CMD_GETFAMILY)));
        let group = family.group("notify").unwrap();
        socket.join(group).unwrap();
        assert_eq!(socket.groups().unwrap(), [group]);
        assert_eq!(family.group("nothing"), None);
    });
}

#[test]
fn all_families_can_be_listed() {
    in_namespace(|| {
        let mut socket = Socket::open(NETLINK_GENERIC).unwrap();
        let request = genl::request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
        let families = dump(&mut socket, &request, |m| Family::parse(&m).unwrap());
        assert!(families.iter().any(|f| f.name == "nlctrl" && f.id == GENL_ID_CTRL));
        for family in families.iter().take(5) {
            assert_eq!(Family::find(&mut socket, &family.name, SOON).unwrap().id, family.id);
        }
    });
}

#[test]
fn an_unknown_family_is_named_in_the_error() {
    in_namespace(|| {
        let mut socket = Socket::open(NETLINK_GENERIC).unwrap();
        let error = Family::find(&mut socket, "nosuchfamily", SOON).unwrap_err();
        assert_eq!(error.errno(), libc::ENOENT);
        assert!(error.to_string().contains("nosuchfamily"), "{error}");
    });
}

#[test]
fn refusals_of_families_that_were_looked_up_are_named() {
    in_namespace(|| {
        let mut socket = Socket::open(NETLINK_GENERIC).unwrap();
        let Ok(family) = Family::find(&mut socket, "ethtool", SOON) else {
            return not_run("kernel lacks ethtool over netlink");
        };
        let (linkinfo_get, header, dev_name) = (2, 1, 2);
        let mut msg = genl::request(family.id, linkinfo_get, 1, 0);
        msg.nest(header).put_str(dev_name, "nosuch0").nest_end();
        let said = "linkinfo-get: ENODEV: no device matches name (.header.dev-name)";
        assert_eq!(refused(&mut socket, &msg).to_string(), said);
    });
}

#[test]
fn the_kernel_tells_its_policies() {
    in_namespace(|| {
        let mut socket = Socket::open(NETLINK_GENERIC).unwrap();
        let all = Policy::of(&mut socket, GENL_ID_CTRL, None, SOON).unwrap();
        let one = Policy::of(&mut socket, GENL_ID_CTRL, Some(3), SOON).unwrap();
        assert!(all.uses.len() > one.uses.len() && one.uses.len() == 1);
        let index = one.uses[0].request.unwrap();
        let is_name = |r: &&Rule| u32::from(r.policy) == index && r.attr == CTRL_ATTR_FAMILY_NAME;
        assert_eq!(one.rules.iter().find(is_name).unwrap().max_len, Some(15));
        let error = Policy::of(&mut socket, 9999, None, SOON).unwrap_err();
        assert_eq!(error.errno(), libc::ENOENT);
    });
}

// ---- Dumps and calls together

#[test]
fn calls_may_be_made_while_dumps_are_read() {
    in_namespace(|| {
        let mut socket = route();
        for n in 0..40 {
            add_link(&mut socket, &format!("v{n}"));
        }
        for mode in [Mode::Consistent, Mode::Stream] {
            let mut count = 0;
            let request = link_request(RTM_GETLINK, 0, 0);
            let mut all = socket.dump(&request, mode, SOON).unwrap();
            while all.next().unwrap().is_some() {
                count += 1;
                if count == 2 {
                    break;
                }
            }
            drop(all);
            assert!(index_of(&mut socket, "v39").is_ok(), "{mode:?}: the rest is skipped");
            assert!(links(&mut socket).len() > 40, "{mode:?}: another dump starts");
        }
    });
}

#[test]
fn a_small_buffer_grows_for_what_does_not_fit() {
    in_namespace(|| {
        let options = Options { max_datagram: 0, ..Options::default() };
        let mut socket = Socket::open_with(NETLINK_ROUTE, &options).unwrap();
        for n in 0..40 {
            add_link(&mut socket, &format!("v{n}"));
        }
        assert!(links(&mut socket).len() > 40);
    });
}

#[test]
fn results_beyond_the_cap_are_refused() {
    in_namespace(|| {
        let options = Options { max_result: 16, ..Options::default() };
        let mut socket = Socket::open_with(NETLINK_ROUTE, &options).unwrap();
        let error = index_of(&mut socket, "lo").unwrap_err();
        assert_eq!(error.errno(), libc::EFBIG);
        let request = link_request(RTM_GETLINK, 0, 0);
        let mut dump = socket.dump(&request, Mode::Consistent, SOON).unwrap();
        assert_eq!(dump.next().map(|m| m.is_some()).unwrap_err().errno(), libc::EFBIG);
    });
}

/// Numbers of the addresses 10.x.x.x in one dump, and how often it was started again.
fn numbers(socket: &mut Socket) -> (Vec<u32>, u32) {
    let mut request = Msg::new(RTM_GETADDR, 0);
    request.put_fixed(&ifaddrmsg { family: libc::AF_INET as u8, ..ifaddrmsg::default() });
    let mut numbers = Vec::new();
    let mut dump = socket.dump(&request, Mode::Consistent, SOON).unwrap();
    while let Some(m) = dump.next().unwrap() {
        let ip = m.attrs(ifaddrmsg::LEN).get(IFA_LOCAL).unwrap().be32().unwrap();
        numbers.push(ip - 0x0a00_0000);
    }
    (numbers, dump.restarts())
}

/// Adds and deletes addresses behind those that stay.
fn disturb(index: i32) {
    let mut socket = route();
    for n in (5_000..5_020).cycle().take(1_000) {
        add_addr(&mut socket, index, numbered(n));
        let msg = addr_request(RTM_DELADDR, 0, index, numbered(n));
        socket.call(&msg, SOON).unwrap();
    }
}

#[test]
fn consistent_dumps_under_a_writer_lack_nothing() {
    in_namespace(|| {
        let mut socket = route();
        let index = add_link(&mut socket, "v0");
        (0..800).for_each(|n| add_addr(&mut socket, index, numbered(n)));
        let mut interrupted = false;
        for _ in 0..20 {
            thread::scope(|scope| {
                let writer = scope.spawn(|| disturb(index));
                while !writer.is_finished() {
                    let (mut found, restarts) = numbers(&mut socket);
                    found.retain(|&n| n < 5_000);
                    assert!(found.into_iter().eq(0..800), "each once, none missing");
                    interrupted |= restarts > 0;
                }
            });
            if interrupted {
                return;
            }
        }
        panic!("no dump was interrupted: this test has shown nothing");
    });
}
