// SPDX-License-Identifier: MIT OR Apache-2.0
//! Add a route, or say why not:
//! cargo run --example add_route -- 198.51.100.0/24 via 192.0.2.9 dev eth0

use std::env;
use std::net::IpAddr;
use std::process::ExitCode;

use rnl::family::rt::{ifinfomsg, rtmsg};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::{NETLINK_ROUTE, NLM_F_CREATE, NLM_F_EXCL};
use rnl::{Fixed, Msg, Result, Socket};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

struct Route {
    destination: IpAddr,
    bits: u8,
    gateway: IpAddr,
    device: String,
}

/// DEST/LEN via GATEWAY dev DEV
fn parse(args: &[String]) -> Option<Route> {
    let [destination, via, gateway, dev, device] = args else { return None };
    let (destination, bits) = destination.split_once('/')?;
    if via != "via" || dev != "dev" {
        return None;
    }
    Some(Route {
        destination: destination.parse().ok()?,
        bits: bits.parse().ok()?,
        gateway: gateway.parse().ok()?,
        device: device.clone(),
    })
}

/// Asks the kernel for the link of that name, and gives its index.
fn link_index(socket: &mut Socket, name: &str) -> Result<i32> {
    let mut msg = Msg::new(RTM_GETLINK, 0);
    msg.put_fixed(&ifinfomsg::default()).put_str(IFLA_IFNAME, name);
    let reply = socket.call(&msg, 5_000)?;
    Ok(reply.messages().next().map_or(0, |link| ifinfomsg::read(link.body()).index))
}

/// Puts are not looked at one by one: `call` reports the first that failed.
fn add_route(route: &Route) -> Result<()> {
    let mut socket = Socket::open(NETLINK_ROUTE)?;
    let index = link_index(&mut socket, &route.device)?;
    let mut msg = Msg::new(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    msg.put_fixed(&rtmsg {
        family: if route.destination.is_ipv4() { AF_INET } else { AF_INET6 },
        dst_len: route.bits,
        table: RT_TABLE_MAIN,
        protocol: RTPROT_STATIC,
        kind: RTN_UNICAST,
        ..rtmsg::default()
    });
    msg.put_ip(RTA_DST, route.destination).put_ip(RTA_GATEWAY, route.gateway);
    msg.put_u32(RTA_OIF, index as u32);
    socket.call(&msg, 5_000)?;
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some(route) = parse(&args) else {
        eprintln!("usage: add_route DEST/LEN via GATEWAY dev DEV");
        return ExitCode::from(2);
    };
    match add_route(&route) {
        Ok(()) => {
            println!("added");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("add_route: {error}");
            ExitCode::FAILURE
        }
    }
}
