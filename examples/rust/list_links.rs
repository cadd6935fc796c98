// SPDX-License-Identifier: MIT OR Apache-2.0
//! List the network links: cargo run --example list_links

use std::process::ExitCode;

use rnl::family::rt::ifinfomsg;
use rnl::uapi::NETLINK_ROUTE;
use rnl::uapi::rtnetlink::*;
use rnl::{Attr, Fixed, Message, Mode, Msg, Result, Socket};

/// IF_OPER_*
const STATES: [&str; 7] =
    ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

fn text<'a>(attr: Option<Attr<'a>>) -> &'a str {
    attr.and_then(|a| a.str().ok()).unwrap_or("-")
}

fn mac(attr: Option<Attr<'_>>) -> String {
    match attr.and_then(|a| a.mac().ok()) {
        Some([a, b, c, d, e, f]) => format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"),
        None => "-".to_owned(),
    }
}

/// Received and sent bytes: members 2 and 3 of `struct rtnl_link_stats64`.
fn traffic(stats: Option<Attr<'_>>) -> (u64, u64) {
    let member = |n| {
        let bytes = stats.and_then(|a| a.element(8, n).ok()?)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    };
    (member(2).unwrap_or(0), member(3).unwrap_or(0))
}

fn print(link: Message<'_>) {
    let index = ifinfomsg::read(link.body()).index;
    let attrs = link.attrs(ifinfomsg::LEN);
    let name = text(attrs.get(IFLA_IFNAME));
    let kind = text(attrs.get(IFLA_LINKINFO).and_then(|info| info.nested().get(IFLA_INFO_KIND)));
    let state = attrs.get(IFLA_OPERSTATE).and_then(|a| a.u8().ok());
    let state = state.and_then(|n| STATES.get(usize::from(n))).unwrap_or(&"-");
    let mtu = attrs.get(IFLA_MTU).and_then(|a| a.u32().ok()).unwrap_or(0);
    let mac = mac(attrs.get(IFLA_ADDRESS));
    let (rx, tx) = traffic(attrs.get(IFLA_STATS64));
    println!(
        "{index:>5}  {name:<15}  {kind:<10}  {state:<14}  {mtu:>5}  {mac:<17}  {rx:>12}  {tx:>12}"
    );
}

fn list_links() -> Result<()> {
    let mut socket = Socket::open(NETLINK_ROUTE)?;
    let mut request = Msg::new(RTM_GETLINK, 0);
    request.put_fixed(&ifinfomsg::default());
    let mut dump = socket.dump(&request, Mode::Consistent, 5_000)?;
    println!(
        "{:>5}  {:<15}  {:<10}  {:<14}  {:>5}  {:<17}  {:>12}  {:>12}",
        "INDEX", "NAME", "KIND", "STATE", "MTU", "MAC", "RX-BYTES", "TX-BYTES"
    );
    while let Some(link) = dump.next()? {
        print(link);
    }
    Ok(())
}

fn main() -> ExitCode {
    match list_links() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("list_links: {error}");
            ExitCode::FAILURE
        }
    }
}
