// SPDX-License-Identifier: MIT OR Apache-2.0
//! LINKTYPE_NETLINK: 16 bytes in network order before each datagram.

use rnl::schema::Way;

use super::source::Order;
use super::{Damage, Found, Packet};

/// The link type of netlink in pcap and pcapng.
pub const NETLINK: u32 = 253;

/// Bytes before the datagram.
pub const HEADER: usize = 16;

/// ARPHRD_NETLINK.
const HARDWARE: u16 = 824;

/// PACKET_USER and PACKET_KERNEL. Capturing on nlmon gives neither: what is sent there counts as outgoing.
const WAYS: [(u16, Way); 2] = [(6, Way::FromKernel), (7, Way::ToKernel)];

/// Whether a datagram's header may stand here: how readers find their way back after damage.
pub fn is_plausible(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER && Order::Big.u16(bytes, 2) == HARDWARE
}

/// What a packet is: its header, its contents, and how long it was.
pub fn packet(place: String, time: Option<u64>, bytes: &[u8], original: usize) -> Found {
    let Some(contents) = bytes.get(HEADER..) else {
        return Err(Damage(format!("{place}: {} bytes, less than the header of 16", bytes.len())));
    };
    let hardware = Order::Big.u16(bytes, 2);
    if hardware != HARDWARE {
        return Err(Damage(format!(
            "{place}: of hardware type {hardware}, not {HARDWARE} (netlink)"
        )));
    }
    let kind = Order::Big.u16(bytes, 0);
    Ok(Packet {
        place,
        time,
        protocol: Some(Order::Big.u16(bytes, 14).into()),
        way: WAYS.iter().find(|(number, _)| *number == kind).map(|(_, way)| *way),
        bytes: contents.to_vec(),
        cut_from: (original > bytes.len()).then(|| original - HEADER),
    })
}
