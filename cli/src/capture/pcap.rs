// SPDX-License-Identifier: MIT OR Apache-2.0
//! The classic format: a header, then packets, each behind a header of 16 bytes.

use std::io;

use super::link;
use super::source::{LONGEST, Order, Source};
use super::{Damage, Found};

const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

/// The magic of both units of time, and how many nanoseconds each is.
const UNITS: [(u32, u64); 2] = [(0xa1b2_c3d4, 1_000), (0xa1b2_3c4d, 1)];

/// Order and unit of a file, from its magic.
pub fn format(head: &[u8]) -> Option<(Order, u64)> {
    let unit = |order: Order| UNITS.iter().find(|(magic, _)| *magic == order.u32(head, 0));
    let both = [Order::Big, Order::Little].into_iter();
    both.filter_map(|order| Some((order, unit(order)?.1))).next()
}

/// A file being read.
pub struct Pcap {
    source: Source,
    order: Order,
    unit: u64,
    count: usize,
}

impl Pcap {
    pub fn open(mut source: Source) -> io::Result<Result<Self, Damage>> {
        let head = source.peek(FILE_HEADER)?;
        let Some((order, unit)) = format(head).filter(|_| head.len() == FILE_HEADER) else {
            return Ok(Err(Damage("ends within the header of the file".to_owned())));
        };
        // The upper bits say what follows each packet.
        let kind = order.u32(head, 20) & 0xffff;
        if kind != link::NETLINK {
            return Ok(Err(Damage(format!("packets are of link type {kind}, not 253 (netlink)"))));
        }
        source.skip(FILE_HEADER);
        Ok(Ok(Pcap { source, order, unit, count: 0 }))
    }

    pub fn next(&mut self) -> io::Result<Option<Found>> {
        let order = self.order;
        let head = self.source.peek(PACKET_HEADER)?;
        if head.is_empty() {
            return Ok(None);
        }
        let word = |n: usize| order.u32(head, n * 4);
        let (seconds, fraction, len, original) = (word(0), word(1), word(2) as usize, word(3));
        self.count += 1;
        let place = format!("packet {}", self.count);
        if head.len() < PACKET_HEADER || len > LONGEST {
            return self.damaged(&place);
        }
        let Some(bytes) = self.source.peek(PACKET_HEADER + len)?.get(PACKET_HEADER..) else {
            return self.damaged(&place);
        };
        if bytes.len() < len {
            return self.damaged(&place);
        }
        let time = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * self.unit;
        let found = link::packet(place, Some(time), bytes, original as usize);
        self.source.skip(PACKET_HEADER + len);
        Ok(Some(found))
    }

    /// Reports a packet whose length can't be, and looks for the next one that can.
    fn damaged(&mut self, place: &str) -> io::Result<Option<Found>> {
        let at = self.source.position();
        loop {
            self.source.skip(1);
            let head = self.source.peek(PACKET_HEADER + link::HEADER)?;
            let left = head.len();
            if left < PACKET_HEADER + link::HEADER {
                self.source.skip(left);
                break;
            }
            let len = self.order.u32(head, 8) as usize;
            let starts = head.get(PACKET_HEADER..).is_some_and(link::is_plausible);
            if starts && (link::HEADER..LONGEST).contains(&len) {
                break;
            }
        }
        let lost = self.source.position() - at;
        let what = format!(
            "{place}: cut off or of a length that can't be: {lost} bytes at {at} passed over"
        );
        Ok(Some(Err(Damage(what))))
    }
}
