// SPDX-License-Identifier: MIT OR Apache-2.0
//! The format of Wireshark: blocks in the order of bytes of the machine.

use alloc::vec::Vec;

use crate::error::Fault;
use crate::grow;
use crate::schema::Way;

/// LINKTYPE_NETLINK: a header of 16 bytes, then messages.
const LINK: u16 = 253;

/// ARPHRD_NETLINK.
const HARDWARE: u16 = 824;

/// The unit of times, as a power of ten.
const NANOSECONDS: u32 = u32::from_ne_bytes([9, 0, 0, 0]);

/// Two numbers of 16 bits, one after the other.
const fn pair(first: u16, second: u16) -> u32 {
    let ([a, b], [c, d]) = (first.to_ne_bytes(), second.to_ne_bytes());
    u32::from_ne_bytes([a, b, c, d])
}

/// A section, and in it the one interface there is. Where several sockets write to one file, each begins
/// a section with the same interface, so that it does not matter in whose section a packet ends up.
pub(super) fn head() -> [u8; 60] {
    const SECTION: [u32; 7] = [0x0a0d_0d0a, 28, 0x1a2b_3c4d, pair(1, 0), u32::MAX, u32::MAX, 28];
    const INTERFACE: [u32; 8] = [1, 32, pair(LINK, 0), 0, pair(9, 1), NANOSECONDS, 0, 32];
    let mut bytes = [0; 60];
    let words = SECTION.into_iter().chain(INTERFACE);
    for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
        grow::write(to, &word.to_ne_bytes());
    }
    bytes
}

/// A datagram at time `now`, in nanoseconds.
pub(super) fn packet(protocol: i32, way: Way, datagram: &[u8], now: u64) -> Result<Vec<u8>, Fault> {
    // PACKET_KERNEL and PACKET_USER: where it goes; and pcapng's word for the direction.
    let (kind, direction) = match way {
        Way::ToKernel => (7u16, 2u32),
        Way::FromKernel => (6, 1),
    };
    let len = datagram.len().saturating_add(16);
    let padding = len.wrapping_neg() & 3;
    let size = |n: usize| u32::try_from(n).map_err(|_| Fault::TooMuch);
    // Seven words before the data, three of options and the length once more behind it.
    let total = size(len.saturating_add(padding).saturating_add(44))?;
    let mut block = Vec::new();
    for word in [6, total, 0, (now >> 32) as u32, now as u32, size(len)?, size(len)?] {
        grow::append(&mut block, &word.to_ne_bytes())?;
    }
    for short in [kind, HARDWARE, 0, 0, 0, 0, 0, protocol as u16] {
        grow::append(&mut block, &short.to_be_bytes())?;
    }
    grow::append(&mut block, datagram)?;
    grow::append(&mut block, [0; 3].get(..padding).unwrap_or_default())?;
    for word in [pair(2, 4), direction, 0, total] {
        grow::append(&mut block, &word.to_ne_bytes())?;
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length at the start of a block.
    fn length(block: &[u8]) -> usize {
        u32::from_ne_bytes(block[4..8].try_into().unwrap()) as usize
    }

    #[test]
    fn blocks_have_their_length_at_both_ends() {
        let head = head();
        assert_eq!((length(&head), length(&head[28..])), (28, 32));
        for len in 0..9 {
            let block = packet(0, Way::ToKernel, &[7; 9][..len], 1 << 40).unwrap();
            assert_eq!((length(&block), block.len() % 4), (block.len(), 0));
            assert_eq!(block[block.len() - 4..], block[4..8]);
            assert_eq!(block[44..44 + len], [7; 9][..len]);
        }
    }
}
