// SPDX-License-Identifier: MIT OR Apache-2.0
//! Network namespaces for tests, and the few requests that all of them make.
#![allow(unreachable_pub, dead_code)]

use std::env;
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;

use rnl::family::rt::{ifaddrmsg, ifinfomsg};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fixed, Message, Mode, Msg, Result, Socket};

/// Milliseconds after which the kernel has failed to answer.
pub const SOON: i32 = 20_000;

const IN_USER_NAMESPACE: &str = "RNL_TEST_IN_USER_NAMESPACE";

/// Runs `test` in a network namespace of its own: of this thread, and of those it starts.
pub fn in_namespace(test: impl FnOnce()) {
    match enter_namespace() {
        Ok(()) => test(),
        Err(_) => not_run("kernel lacks network namespaces for this user"),
    }
}

fn enter_namespace() -> io::Result<()> {
    // SAFETY: no pointers; only this thread moves.
    if unsafe { libc::unshare(libc::CLONE_NEWNET) } == 0 {
        return Ok(());
    }
    let refused = io::Error::last_os_error();
    if refused.raw_os_error() == Some(libc::EPERM) && env::var_os(IN_USER_NAMESPACE).is_none() {
        again_as_root_of_a_user_namespace();
    }
    Err(refused)
}

/// A thread of many can't enter a user namespace: the whole program starts anew in one, if it may.
fn again_as_root_of_a_user_namespace() {
    let unshare = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["-Urn", program]).env(IN_USER_NAMESPACE, "yes");
        command
    };
    let trial = unshare("true").stderr(Stdio::null()).status();
    if trial.is_ok_and(|status| status.success()) {
        let program = env::current_exe().unwrap();
        let failure = unshare(program.to_str().unwrap()).args(env::args_os().skip(1)).exec();
        panic!("unshare: {failure}");
    }
}

/// Says that this test did not run, past the test harness, which keeps the output of what passes.
pub fn not_run(reason: &str) {
    let name = thread::current().name().unwrap_or("test").to_owned();
    io::stderr().write_all(format!("not run: {name}: {reason}\n").as_bytes()).unwrap();
}

pub fn route() -> Socket {
    Socket::open(NETLINK_ROUTE).unwrap()
}

/// A request about link `index`, 0 for none.
pub fn link_request(kind: u16, flags: u16, index: i32) -> Msg {
    let mut msg = Msg::new(kind, flags);
    msg.put_fixed(&ifinfomsg { index, ..ifinfomsg::default() });
    msg
}

pub fn newlink(name: &str, kind: &str) -> Msg {
    let mut msg = link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    msg.put_str(IFLA_IFNAME, name).nest(IFLA_LINKINFO).put_str(IFLA_INFO_KIND, kind).nest_end();
    msg
}

/// Makes a link that is up, of the first kind that the kernel has, and gives its index.
pub fn add_link(socket: &mut Socket, name: &str) -> i32 {
    let kinds = ["dummy", "bridge", "veth"];
    let made = kinds.iter().any(|kind| socket.call(&newlink(name, kind), SOON).is_ok());
    assert!(made, "the kernel has none of {kinds:?}");
    let index = index_of(socket, name).unwrap();
    set_up(socket, index);
    index
}

pub fn index_of(socket: &mut Socket, name: &str) -> Result<i32> {
    let mut msg = link_request(RTM_GETLINK, 0, 0);
    msg.put_str(IFLA_IFNAME, name);
    let reply = socket.call(&msg, SOON)?;
    Ok(reply.messages().map(|m| ifinfomsg::read(m.body()).index).next().unwrap())
}

pub fn set_up(socket: &mut Socket, index: i32) {
    let mut msg = Msg::new(RTM_NEWLINK, 0);
    let up = libc::IFF_UP as u32;
    msg.put_fixed(&ifinfomsg { index, flags: up, change: up, ..ifinfomsg::default() });
    socket.call(&msg, SOON).unwrap();
}

/// A request about an address with a prefix as long as it is.
pub fn addr_request(kind: u16, flags: u16, index: i32, ip: IpAddr) -> Msg {
    let (family, prefixlen) =
        if ip.is_ipv4() { (libc::AF_INET, 32) } else { (libc::AF_INET6, 128) };
    let (family, index) = (family as u8, index as u32);
    let mut msg = Msg::new(kind, flags);
    msg.put_fixed(&ifaddrmsg { family, prefixlen, index, ..ifaddrmsg::default() });
    msg.put_ip(IFA_LOCAL, ip).put_ip(IFA_ADDRESS, ip);
    msg
}

pub fn add_addr(socket: &mut Socket, index: i32, ip: IpAddr) {
    let msg = addr_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, ip);
    socket.call(&msg, SOON).unwrap();
}

/// All rows of a consistent dump, each as `row` reads it.
pub fn dump<T>(socket: &mut Socket, request: &Msg, row: impl Fn(Message<'_>) -> T) -> Vec<T> {
    let mut rows = Vec::new();
    let mut dump = socket.dump(request, Mode::Consistent, SOON).unwrap();
    while let Some(message) = dump.next().unwrap() {
        rows.push(row(message));
    }
    rows
}

pub fn name_of(link: Message<'_>) -> String {
    let name = link.attrs(ifinfomsg::LEN).get(IFLA_IFNAME).expect("links have names");
    name.str().unwrap().to_owned()
}

pub fn links(socket: &mut Socket) -> Vec<String> {
    dump(socket, &link_request(RTM_GETLINK, 0, 0), name_of)
}
