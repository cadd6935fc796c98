// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tell when links appear, change and go: cargo run --example monitor_links -- [-n COUNT-OF-LINES]

use std::env;
use std::process::ExitCode;

use rnl::family::rt::ifinfomsg;
use rnl::uapi::NETLINK_ROUTE;
use rnl::uapi::rtnetlink::*;
use rnl::{Fault, Fixed, Message, Result, Socket};

const AF_UNSPEC: u8 = 0;

/// IF_OPER_*
const STATES: [&str; 7] =
    ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

/// A link is new if the kernel says of all its flags that they have changed.
fn what_happened(message: Message<'_>, link: &ifinfomsg) -> &'static str {
    match (message.kind(), link.change) {
        (RTM_DELLINK, _) => "gone",
        (_, u32::MAX) => "new",
        _ => "changed",
    }
}

/// `false` if it was not about a link: bridges tell of their ports in the same group.
fn print(message: Message<'_>) -> bool {
    let link = ifinfomsg::read(message.body());
    if link.family != AF_UNSPEC {
        return false;
    }
    let attrs = message.attrs(ifinfomsg::LEN);
    let name = attrs.get(IFLA_IFNAME).and_then(|a| a.str().ok()).unwrap_or("-");
    let state = attrs.get(IFLA_OPERSTATE).and_then(|a| a.u8().ok()).unwrap_or(0);
    let state = STATES.get(usize::from(state)).unwrap_or(&"-");
    println!("{:<7}  {:>5}  {name:<15}  {state}", what_happened(message, &link), link.index);
    true
}

/// Prints events until `count` have come, or for ever.
fn monitor(mut count: Option<u64>) -> Result<()> {
    let mut socket = Socket::open(NETLINK_ROUTE)?;
    socket.join(RTNLGRP_LINK)?;
    println!("ready");
    while count != Some(0) {
        match socket.next(-1) {
            Ok(Some(event)) if print(event.message) => count = count.map(|n| n - 1),
            Ok(_) => {}
            Err(error) if error.errno() == Fault::Overrun.errno() => {
                println!("lost     events are missing here");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let count = match &args[..] {
        [option, count] if option == "-n" => count.parse().ok(),
        _ => None,
    };
    match monitor(count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("monitor_links: {error}");
            ExitCode::FAILURE
        }
    }
}
