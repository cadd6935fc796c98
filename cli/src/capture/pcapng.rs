// SPDX-License-Identifier: MIT OR Apache-2.0
//! The format of Wireshark: sections of blocks, each with its length in front and behind.

use std::io;

use rnl::schema::Way;

use super::link;
use super::source::{LONGEST, Order, Source};
use super::{Damage, Found};

/// The type of the block that begins a section: the same in both orders.
pub const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;

/// Options of blocks.
const RESOLUTION: u16 = 9;
const PACKET_FLAGS: u16 = 2;

/// Type and length, and the length again.
const FRAME: usize = 12;

const WAYS: [(u32, Way); 2] = [(1, Way::FromKernel), (2, Way::ToKernel)];

/// What packets were captured on.
#[derive(Clone, Copy)]
struct Interface {
    link: u32,
    resolution: u8,
}

/// A file being read.
pub struct Pcapng {
    source: Source,
    order: Order,
    interfaces: Vec<Interface>,
    count: usize,
}

impl Pcapng {
    pub fn new(source: Source) -> Self {
        Pcapng { source, order: Order::Little, interfaces: Vec::new(), count: 0 }
    }

    pub fn next(&mut self) -> io::Result<Option<Found>> {
        loop {
            if self.source.peek(1)?.is_empty() {
                return Ok(None);
            }
            let Some(block) = self.block()? else {
                return self.damaged().map(Some);
            };
            if let Some(found) = self.read(&block) {
                return Ok(Some(found));
            }
        }
    }

    /// Takes a whole block; `None` if there is none here.
    fn block(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some((order, len)) = self.frame()? else { return Ok(None) };
        let block = self.source.peek(len)?.to_vec();
        if block.len() < len || order.u32(&block, len - 4) as usize != len {
            return Ok(None);
        }
        self.order = order;
        self.source.skip(len);
        Ok(Some(block))
    }

    /// Order and length of the block that begins here, if one may.
    fn frame(&mut self) -> io::Result<Option<(Order, usize)>> {
        let order = self.order;
        let head = self.source.peek(FRAME)?;
        let order = if head.starts_with(&MAGIC) { section_order(head) } else { Some(order) };
        let Some(order) = order.filter(|_| head.len() == FRAME) else { return Ok(None) };
        let len = order.u32(head, 4) as usize;
        let fits = (FRAME..=LONGEST).contains(&len) && len % 4 == 0;
        Ok(fits.then_some((order, len)))
    }

    /// Looks for the next block of a type that is known here.
    fn damaged(&mut self) -> io::Result<Found> {
        let at = self.source.position();
        loop {
            self.source.skip(4);
            if self.source.peek(4)?.is_empty() || self.is_block()? {
                break;
            }
        }
        let lost = self.source.position() - at;
        Ok(Err(Damage(format!(
            "block at {at}: cut off or of a length that can't be: {lost} bytes passed over"
        ))))
    }

    fn is_block(&mut self) -> io::Result<bool> {
        let Some((order, len)) = self.frame()? else { return Ok(false) };
        let block = self.source.peek(len)?;
        let known = [SECTION, INTERFACE, SIMPLE, ENHANCED].contains(&order.u32(block, 0));
        Ok(known && block.len() == len && order.u32(block, len - 4) as usize == len)
    }

    /// What a block has to say; most only prepare the ground.
    fn read(&mut self, block: &[u8]) -> Option<Found> {
        match self.order.u32(block, 0) {
            SECTION => self.interfaces.clear(),
            INTERFACE => self.interfaces.push(self.interface(block)),
            ENHANCED => return self.enhanced(block),
            SIMPLE => return self.simple(block),
            _ => {}
        }
        None
    }

    fn interface(&self, block: &[u8]) -> Interface {
        let resolution = self.option(block, 16, RESOLUTION).and_then(|v| v.first().copied());
        Interface { link: self.order.u16(block, 8).into(), resolution: resolution.unwrap_or(6) }
    }

    fn enhanced(&mut self, block: &[u8]) -> Option<Found> {
        let word = |n: usize| self.order.u32(block, n * 4);
        let ticks = u64::from(word(3)) << 32 | u64::from(word(4));
        let (len, original) = (word(5) as usize, word(6) as usize);
        let flags = self.option(block, 28 + len.next_multiple_of(4), PACKET_FLAGS);
        let way = flags.map(|flags| self.order.u32(flags, 0) & 3);
        let way = WAYS.iter().find(|(bits, _)| Some(*bits) == way).map(|(_, way)| *way);
        let interface = word(2) as usize;
        self.packet(block, 28, len, original, interface, |packet, interface| {
            packet.time = nanoseconds(ticks, interface.resolution);
            packet.way = packet.way.or(way);
        })
    }

    fn simple(&mut self, block: &[u8]) -> Option<Found> {
        let original = self.order.u32(block, 8) as usize;
        let len = original.min(block.len() - FRAME.min(block.len()));
        self.packet(block, 12, len, original, 0, |_, _| {})
    }

    /// A packet of an interface; `None` if that is no netlink.
    fn packet(
        &mut self,
        block: &[u8],
        start: usize,
        len: usize,
        original: usize,
        interface: usize,
        more: impl FnOnce(&mut super::Packet, Interface),
    ) -> Option<Found> {
        self.count += 1;
        let place = format!("packet {}", self.count);
        let Some(&interface) = self.interfaces.get(interface) else {
            return Some(Err(Damage(format!(
                "{place}: its interface {interface} is not described"
            ))));
        };
        if interface.link != link::NETLINK {
            return None;
        }
        let room = block.get(start..block.len().saturating_sub(4)).unwrap_or_default();
        let Some(bytes) = room.get(..len) else {
            return Some(Err(Damage(format!("{place}: {len} bytes do not fit its block"))));
        };
        let found = link::packet(place, None, bytes, original);
        Some(found.map(|mut packet| {
            more(&mut packet, interface);
            packet
        }))
    }

    /// The value of an option among those that begin at `at`.
    fn option<'b>(&self, block: &'b [u8], at: usize, wanted: u16) -> Option<&'b [u8]> {
        let mut rest = block.get(at..block.len().checked_sub(4)?)?;
        loop {
            let (kind, len) = (self.order.u16(rest, 0), usize::from(self.order.u16(rest, 2)));
            let value = rest.get(4..4 + len)?;
            match kind {
                0 => return None,
                _ if kind == wanted => return Some(value),
                _ => rest = rest.get(4 + len.next_multiple_of(4)..)?,
            }
        }
    }
}

fn section_order(head: &[u8]) -> Option<Order> {
    let fits = |order: &Order| order.u32(head, 8) == 0x1a2b_3c4d;
    [Order::Little, Order::Big].into_iter().find(fits)
}

/// Ticks of a resolution: tenths to the power of, or halves if the highest bit is set.
fn nanoseconds(ticks: u64, resolution: u8) -> Option<u64> {
    let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
    let per_second = base.checked_pow(u32::from(resolution & 0x7f))?;
    u64::try_from(u128::from(ticks).checked_mul(1_000_000_000)? / per_second).ok()
}
