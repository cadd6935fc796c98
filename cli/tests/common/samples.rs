// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages and captures made by hand, in either byte order.
#![allow(dead_code)]

pub const TO_KERNEL: u16 = 7;
pub const FROM_KERNEL: u16 = 6;
/// What capturing on nlmon says of all datagrams.
pub const OUTGOING: u16 = 4;

/// A message in the machine's own order.
pub fn message(kind: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(seq.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// An attribute, padded.
pub fn attr(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (4 + payload.len() as u16).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A request for the link of that name.
pub fn getlink(seq: u32, name: &str) -> Vec<u8> {
    let body = [vec![0; 16], attr(3, format!("{name}\0").as_bytes())].concat();
    message(18, 1, seq, &body)
}

/// A refusal: the request's header alone is repeated, its attribute at `offset` is to blame.
pub fn refusal(errno: i32, request: &[u8], offset: u32) -> Vec<u8> {
    let body = [&(-errno).to_ne_bytes()[..], &request[..16], &attr(2, &offset.to_ne_bytes())];
    message(2, 0x300, u32::from_ne_bytes(request[8..12].try_into().unwrap()), &body.concat())
}

/// A datagram with the header of LINKTYPE_NETLINK.
pub fn cooked(kind: u16, protocol: u16, datagram: &[u8]) -> Vec<u8> {
    let words = [kind, 824, 0, 0, 0, 0, 0, protocol];
    words.iter().flat_map(|w| w.to_be_bytes()).chain(datagram.iter().copied()).collect()
}

/// The order of a file.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub big: bool,
}

pub const ORDERS: [Order; 2] = [Order { big: true }, Order { big: false }];

impl Order {
    pub fn u32s(self, words: &[u32]) -> Vec<u8> {
        let bytes = |w: &u32| if self.big { w.to_be_bytes() } else { w.to_le_bytes() };
        words.iter().flat_map(bytes).collect()
    }

    fn u16s(self, words: &[u16]) -> Vec<u8> {
        let bytes = |w: &u16| if self.big { w.to_be_bytes() } else { w.to_le_bytes() };
        words.iter().flat_map(bytes).collect()
    }

    /// A file of packets a second apart, of a link type.
    pub fn pcap_of(self, link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
        let mut file = self.u32s(&[0xa1b2_c3d4]);
        file.extend(self.u16s(&[2, 4]));
        file.extend(self.u32s(&[0, 0, 0x40000, link]));
        for (n, packet) in packets.iter().enumerate() {
            let len = packet.len() as u32;
            file.extend(self.u32s(&[1_700_000_000 + n as u32, 250_000, len, len]));
            file.extend(packet);
        }
        file
    }

    pub fn pcap(self, packets: &[Vec<u8>]) -> Vec<u8> {
        self.pcap_of(253, packets)
    }

    /// A block of pcapng around its contents.
    pub fn block(self, kind: u32, contents: &[u8]) -> Vec<u8> {
        let padded = contents.len().next_multiple_of(4);
        let len = 12 + padded as u32;
        let mut block = self.u32s(&[kind, len]);
        block.extend(contents);
        block.resize(8 + padded, 0);
        block.extend(self.u32s(&[len]));
        block
    }

    pub fn section(self) -> Vec<u8> {
        let contents = [self.u32s(&[0x1a2b_3c4d]), self.u16s(&[1, 0]), vec![0xff; 8]];
        self.block(0x0a0d_0d0a, &contents.concat())
    }

    /// An interface with times in nanoseconds.
    pub fn interface(self, link: u16) -> Vec<u8> {
        let resolution = [self.u16s(&[9, 1]), vec![9, 0, 0, 0], vec![0; 4]].concat();
        self.block(1, &[self.u16s(&[link, 0]), self.u32s(&[0]), resolution].concat())
    }

    pub fn enhanced(self, interface: u32, nanoseconds: u64, packet: &[u8]) -> Vec<u8> {
        let len = packet.len() as u32;
        let high = (nanoseconds >> 32) as u32;
        let head = self.u32s(&[interface, high, nanoseconds as u32, len, len]);
        self.block(6, &[&head[..], packet].concat())
    }

    pub fn pcapng(self, packets: &[Vec<u8>]) -> Vec<u8> {
        let mut file = [self.section(), self.interface(253)].concat();
        for (n, packet) in packets.iter().enumerate() {
            file.extend(self.enhanced(0, (1_700_000_000 + n as u64) * 1_000_000_000, packet));
        }
        file
    }
}

/// Numbers that look random, the same each time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// Bytes with some of them changed, cut out or doubled.
    pub fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.splice(at..at, bytes[at..end].to_vec()).for_each(drop),
                3 => bytes[at..end].fill([0, 0xff, 0x7f, 0x80][self.below(4)]),
                _ => bytes[at..end].iter_mut().for_each(|b| *b = self.below(256) as u8),
            }
        }
        bytes
    }
}
