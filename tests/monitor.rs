// SPDX-License-Identifier: MIT OR Apache-2.0
//! Notifications, overruns, namespaces and peers against the running kernel, each test in a network
//! namespace of its own.

mod common;

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::{AsRawFd, IntoRawFd};
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use rnl::family::rt::{ifaddrmsg, ifinfomsg};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Error, Filter, Fixed, Header, Mode, Msg, Options, Origin, Result, Socket, netns_open};

const RTM_GETDCB: u16 = 78;
const RTM_NEWNSID: u16 = 88;
const NETNSA_NSID: u16 = 1;
const NETNSA_FD: u16 = 3;

fn monitor(group: u32, options: &Options) -> Socket {
    let mut socket = Socket::open_with(NETLINK_ROUTE, options).unwrap();
    socket.join(group).unwrap();
    socket
}

fn link_monitor() -> Socket {
    monitor(RTNLGRP_LINK, &Options::default())
}

/// The next notification about a link: its type, and the link's name.
fn next_link(socket: &mut Socket, timeout: i32) -> Result<Option<(u16, String)>> {
    let note = socket.next(timeout)?;
    Ok(note.map(|n| (n.message.kind(), name_of(n.message))))
}

fn delete(socket: &mut Socket, index: i32) {
    socket.call(&link_request(RTM_DELLINK, 0, index), SOON).unwrap();
}

/// Reads on up to a notification of type `kind` about link `name`.
fn wait_for(socket: &mut Socket, kind: u16, name: &str) {
    while next_link(socket, SOON).unwrap().expect("it comes") != (kind, name.to_owned()) {}
}

/// What is left to read.
fn drain(socket: &mut Socket) {
    while socket.next(0).unwrap().is_some() {}
}

// ---- Notifications

#[test]
fn changes_are_notified_in_their_group() {
    in_namespace(|| {
        let (mut monitor, mut socket) = (link_monitor(), route());
        assert!(monitor.next(0).unwrap().is_none());
        let index = add_link(&mut socket, "v0");
        let first = monitor.next(SOON).unwrap().unwrap();
        assert_eq!((first.message.kind(), first.group, first.nsid), (RTM_NEWLINK, 1, None));
        assert_eq!(ifinfomsg::read(first.message.body()).index, index);
        delete(&mut socket, index);
        wait_for(&mut monitor, RTM_DELLINK, "v0");
        assert!(monitor.next(0).unwrap().is_none());
    });
}

#[test]
fn notifications_that_come_during_a_call_are_kept() {
    in_namespace(|| {
        let mut socket = link_monitor();
        let index = add_link(&mut socket, "v0");
        delete(&mut socket, index);
        assert_eq!(links(&mut socket).len(), links(&mut route()).len());
        wait_for(&mut socket, RTM_NEWLINK, "v0");
        wait_for(&mut socket, RTM_DELLINK, "v0");
        assert!(socket.next(0).unwrap().is_none());
    });
}

#[test]
fn groups_can_be_listed_and_left() {
    in_namespace(|| {
        let (mut monitor, mut socket) = (link_monitor(), route());
        monitor.join(RTNLGRP_IPV6_ROUTE).unwrap();
        monitor.join(33).unwrap();
        assert_eq!(monitor.groups().unwrap(), [RTNLGRP_LINK, RTNLGRP_IPV6_ROUTE, 33]);
        for group in [RTNLGRP_LINK, RTNLGRP_IPV6_ROUTE, 33] {
            monitor.leave(group).unwrap();
        }
        assert_eq!(monitor.groups().unwrap(), [0; 0]);
        add_link(&mut socket, "v0");
        assert!(monitor.next(0).unwrap().is_none());
        assert_eq!(monitor.join(10_000).unwrap_err().errno(), libc::EINVAL);
    });
}

#[test]
fn waiting_ends_when_the_time_is_over() {
    in_namespace(|| {
        let mut monitor = link_monitor();
        let begin = Instant::now();
        assert!(monitor.next(30).unwrap().is_none());
        assert!(begin.elapsed() >= Duration::from_millis(30));
    });
}

#[test]
fn a_wait_ends_when_a_notification_comes() {
    in_namespace(|| {
        let mut monitor = link_monitor();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| next_link(&mut monitor, -1).unwrap().unwrap());
            add_link(&mut route(), "v0");
            assert_eq!(waiter.join().unwrap(), (RTM_NEWLINK, "v0".to_owned()));
        });
    });
}

#[test]
fn a_filter_keeps_notifications_out() {
    in_namespace(|| {
        let (mut monitor, mut socket) = (link_monitor(), route());
        let drop_all = Filter { code: 0x06, jt: 0, jf: 0, k: 0 };
        monitor.attach_filter(&[drop_all]).unwrap();
        let index = add_link(&mut socket, "v0");
        assert!(monitor.next(0).unwrap().is_none());
        monitor.detach_filter().unwrap();
        delete(&mut socket, index);
        wait_for(&mut monitor, RTM_DELLINK, "v0");
    });
}

// ---- Overruns

/// A link, and a monitor of its IPv4 addresses.
fn address_monitor(options: &Options) -> (Socket, Socket, i32) {
    let mut socket = route();
    let index = add_link(&mut socket, "v0");
    (monitor(RTNLGRP_IPV4_IFADDR, options), socket, index)
}

fn add_numbered(socket: &mut Socket, index: i32, numbers: std::ops::Range<u32>) {
    for n in numbers {
        add_addr(socket, index, IpAddr::from(Ipv4Addr::from(0x0a00_0000 + n)));
    }
}

/// The number of the next address that was added.
fn next_number(socket: &mut Socket) -> Result<Option<u32>> {
    let note = socket.next(0)?;
    Ok(note.map(|n| {
        let ip = n.message.attrs(ifaddrmsg::LEN).get(IFA_LOCAL).unwrap().be32().unwrap();
        ip - 0x0a00_0000
    }))
}

/// Reads up to the overrun, which must follow numbers from `first` on without a gap, and gives how many.
fn read_to_overrun(socket: &mut Socket, first: u32) -> u32 {
    for number in first.. {
        match next_number(socket) {
            Ok(found) => assert_eq!(found, Some(number)),
            Err(error) => {
                assert_eq!((error.errno(), error.origin()), (libc::ENOBUFS, Origin::Socket));
                return number - first;
            }
        }
    }
    0
}

#[test]
fn an_overrun_stands_where_notifications_are_missing() {
    in_namespace(|| {
        let options = Options { rcvbuf: 16 << 10, ..Options::default() };
        let (mut monitor, mut socket, index) = address_monitor(&options);
        for first in [0, 1000, 2000] {
            add_numbered(&mut socket, index, first..first + 500);
            let count = read_to_overrun(&mut monitor, first);
            assert!((1..500).contains(&count), "{count} from {first}");
            assert_eq!(next_number(&mut monitor).unwrap(), None, "told once, at the end");
            add_numbered(&mut socket, index, first + 900..first + 901);
            assert_eq!(next_number(&mut monitor).unwrap(), Some(first + 900));
        }
    });
}

#[test]
fn notifications_beyond_the_cap_are_an_overrun_at_their_place() {
    in_namespace(|| {
        let options = Options { max_queue: 4 << 10, ..Options::default() };
        let (mut monitor, mut socket, index) = address_monitor(&options);
        add_numbered(&mut socket, index, 0..200);
        index_of(&mut monitor, "lo").unwrap();
        let count = read_to_overrun(&mut monitor, 0);
        assert!((1..200).contains(&count), "{count}");
        assert_eq!(next_number(&mut monitor).unwrap(), None);
        add_numbered(&mut socket, index, 900..901);
        assert_eq!(next_number(&mut monitor).unwrap(), Some(900));
    });
}

/// A monitor whose receive queue has overflowed.
fn overflowed() -> Socket {
    let options = Options { rcvbuf: 16 << 10, ..Options::default() };
    let (monitor, mut socket, index) = address_monitor(&options);
    add_numbered(&mut socket, index, 0..500);
    monitor
}

#[test]
fn requests_on_a_socket_that_overflowed_come_to_an_end() {
    in_namespace(|| {
        let mut monitor = overflowed();
        // The kernel drops the answer as well: that is what the error says.
        assert_eq!(index_of(&mut monitor, "lo").unwrap_err().errno(), libc::ENOBUFS);
        assert_eq!(index_of(&mut monitor, "lo").unwrap(), 1);
    });
}

#[test]
fn a_dump_on_a_socket_that_overflowed_lacks_nothing() {
    in_namespace(|| {
        let mut monitor = overflowed();
        assert!(links(&mut monitor).contains(&"lo".to_owned()));
        assert!((1..500).contains(&read_to_overrun(&mut monitor, 0)));
    });
}

#[test]
fn a_dump_whose_refusal_was_lost_comes_to_an_end() {
    in_namespace(|| {
        let mut monitor = overflowed();
        let no_dump = Msg::new(RTM_GETDCB, 0);
        let mut dump = monitor.dump(&no_dump, Mode::Consistent, 2_000).unwrap();
        let error = dump.next().map(|m| m.is_some()).unwrap_err();
        assert_eq!(error.errno(), libc::ENOBUFS, "{error}");
        drop(dump);
        assert!(links(&mut monitor).contains(&"lo".to_owned()), "the next dump may start");
    });
}

// ---- Namespaces

/// A descriptor of a new namespace in which there is a link `inner`.
fn other_namespace() -> File {
    let make = || {
        // SAFETY: no pointers; only this thread moves.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0);
        add_link(&mut route(), "inner");
        File::open("/proc/thread-self/ns/net").unwrap()
    };
    thread::spawn(make).join().unwrap()
}

fn open_in(namespace: &File) -> Socket {
    let options = Options { netns: Some(namespace.as_raw_fd()), ..Options::default() };
    Socket::open_with(NETLINK_ROUTE, &options).unwrap()
}

#[test]
fn a_socket_opens_in_another_namespace_and_the_caller_stays() {
    in_namespace(|| {
        let other = other_namespace();
        let mut there = open_in(&other);
        add_link(&mut route(), "outer");
        let has = |socket: &mut Socket, name: &str| links(socket).contains(&name.to_owned());
        assert!(has(&mut there, "inner") && !has(&mut there, "outer"));
        assert!(has(&mut route(), "outer") && !has(&mut route(), "inner"));
    });
}

#[test]
fn namespaces_open_by_path_and_pid() {
    in_namespace(|| {
        let here = netns_open("/proc/thread-self/ns/net").unwrap();
        let options = Options { netns: Some(here.raw()), ..Options::default() };
        add_link(&mut route(), "v0");
        assert!(index_of(&mut Socket::open_with(NETLINK_ROUTE, &options).unwrap(), "v0").is_ok());
        assert!(netns_open(&std::process::id().to_string()).is_ok());
        assert_eq!(netns_open("nosuchnamespace").unwrap_err(), libc::ENOENT);
        assert_eq!(netns_open("").unwrap_err(), libc::EINVAL);
    });
}

#[test]
fn what_is_no_namespace_is_refused() {
    in_namespace(|| {
        let file = File::open("/dev/null").unwrap();
        let options = Options { netns: Some(file.as_raw_fd()), ..Options::default() };
        let error = Socket::open_with(NETLINK_ROUTE, &options).unwrap_err();
        assert_eq!((error.errno(), error.origin()), (libc::EINVAL, Origin::Socket), "{error}");
    });
}

#[test]
fn notifications_of_other_namespaces_carry_their_id() {
    in_namespace(|| {
        let other = other_namespace();
        let mut msg = Msg::new(RTM_NEWNSID, 0);
        msg.put_header(&[0]).put_u32(NETNSA_FD, other.as_raw_fd() as u32).put_s32(NETNSA_NSID, 7);
        route().call(&msg, SOON).unwrap();
        let mut monitor = link_monitor();
        monitor.set_option(NETLINK_LISTEN_ALL_NSID, 1).unwrap();
        add_link(&mut open_in(&other), "v0");
        assert_eq!(monitor.next(SOON).unwrap().unwrap().nsid, Some(7));
        drain(&mut monitor);
        add_link(&mut route(), "v0");
        assert_eq!(monitor.next(SOON).unwrap().unwrap().nsid, None);
    });
}

// ---- Peers and descriptors

#[test]
fn datagrams_pass_between_two_sockets() {
    in_namespace(|| {
        let open = || Socket::open(NETLINK_USERSOCK).unwrap();
        let (mut a, mut b) = (open(), open());
        a.send(b"to you", b.port(), 0).unwrap();
        let got = b.receive(SOON).unwrap().unwrap();
        assert_eq!((got.bytes, got.port, got.group), (&b"to you"[..], a.port(), 0));
        b.join(5).unwrap();
        a.send(b"to all", 0, 5).unwrap();
        let got = b.receive(SOON).unwrap().unwrap();
        assert_eq!((got.bytes, got.port, got.group), (&b"to all"[..], a.port(), 5));
        assert!(b.receive(0).unwrap().is_none());
        assert_eq!(a.send(b"to nobody", 1, 0).unwrap_err().errno(), libc::ECONNREFUSED);
        assert_eq!(a.send(b"", 0, 33).unwrap_err().origin(), Origin::Local);
    });
}

/// The acknowledgement of a request, as a peer gives it.
fn acknowledge(peer: &mut Socket, request: Header) -> Result<()> {
    let header = Header { len: 36, kind: NLMSG_ERROR, flags: NLM_F_CAPPED, ..request };
    let bytes = [&header.to_bytes()[..], &[0; 4], &request.to_bytes()].concat();
    peer.send(&bytes, request.port, 0)
}

#[test]
fn a_call_that_times_out_leaves_nothing_for_the_next() {
    in_namespace(|| {
        let open = || Socket::open(NETLINK_USERSOCK).unwrap();
        let (mut socket, mut peer) = (open(), open());
        socket.connect(peer.port(), 0).unwrap();
        let error: Error = socket.call(&Msg::new(20, 0), 10).unwrap_err();
        assert_eq!((error.errno(), error.origin()), (libc::ETIMEDOUT, Origin::Timeout));
        let late = Header::read(peer.receive(SOON).unwrap().unwrap().bytes).unwrap();
        acknowledge(&mut peer, late).unwrap();
        thread::scope(|scope| {
            scope.spawn(move || {
                let next = Header::read(peer.receive(SOON).unwrap().unwrap().bytes).unwrap();
                assert_eq!(next.seq, late.seq + 1);
                acknowledge(&mut peer, next).unwrap();
            });
            socket.call(&Msg::new(21, 0), SOON).unwrap();
        });
    });
}

#[test]
fn only_the_kernel_is_believed() {
    in_namespace(|| {
        let fake = Header { len: 16, kind: RTM_NEWLINK, ..Header::default() }.to_bytes();
        // A socket of rnl's own is connected to the kernel, which keeps everybody else out.
        let closed = route();
        let refused = route().send(&fake, closed.port(), 0).unwrap_err();
        assert_eq!(refused.errno(), libc::ECONNREFUSED);
        // SAFETY: no pointers.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, NETLINK_ROUTE) };
        let adopted = Socket::adopt(fd, &Options::default()).unwrap();
        let anybody = Options { any_sender: true, ..Options::default() };
        let open = Socket::open_with(NETLINK_ROUTE, &anybody).unwrap();
        for (mut victim, believed) in [(adopted, false), (open, true)] {
            route().send(&fake, victim.port(), 0).unwrap();
            assert_eq!(victim.next(0).unwrap().is_some(), believed);
        }
    });
}

#[test]
fn an_open_socket_can_be_taken_over() {
    in_namespace(|| {
        // SAFETY: no pointers.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, NETLINK_ROUTE) };
        let mut socket = Socket::adopt(fd, &Options::default()).unwrap();
        assert_eq!((socket.fd(), socket.protocol()), (fd, NETLINK_ROUTE));
        assert_eq!(index_of(&mut socket, "lo").unwrap(), 1);

        let file = File::open("/dev/null").unwrap().into_raw_fd();
        let error = Socket::adopt(file, &Options::default()).unwrap_err();
        assert_eq!(error.errno(), libc::ENOTSOCK);
        // SAFETY: the descriptor stayed ours.
        assert_eq!(unsafe { libc::close(file) }, 0);
    });
}
