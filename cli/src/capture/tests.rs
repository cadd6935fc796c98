// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captures, whole and damaged.

use std::io::Cursor;

use rnl::Messages;
use rnl::schema::Way;

use super::*;
use crate::args::Options;
use crate::message::Reader;

#[path = "../../tests/common/samples.rs"]
mod samples;

use samples::*;

fn open(bytes: &[u8]) -> Result<Capture, Damage> {
    Capture::open(Source::new(Box::new(Cursor::new(bytes.to_vec())))).unwrap()
}

fn read(bytes: &[u8]) -> Vec<Found> {
    let mut capture = open(bytes).unwrap();
    std::iter::from_fn(|| capture.next().unwrap()).collect()
}

fn two() -> Vec<Vec<u8>> {
    let (a, b) = (getlink(1, "lo"), getlink(2, "v0"));
    vec![cooked(TO_KERNEL, 0, &a), cooked(OUTGOING, 16, &b)]
}

fn assert_two(found: &[Found], second: u64) {
    let packets: Vec<&Packet> = found.iter().flatten().collect();
    assert_eq!(packets.len(), 2);
    assert_eq!((packets[0].protocol, packets[0].way), (Some(0), Some(Way::ToKernel)));
    assert_eq!((packets[1].protocol, packets[1].way), (Some(16), None));
    assert_eq!(packets[0].bytes, getlink(1, "lo"));
    assert_eq!(packets[1].bytes, getlink(2, "v0"));
    assert_eq!(packets[1].time, Some(second));
}

#[test]
fn pcap_is_read_in_both_orders() {
    for order in ORDERS {
        let found = read(&order.pcap(&two()));
        assert_eq!(found.len(), 2);
        assert_two(&found, 1_700_000_001_250_000_000);
    }
}

#[test]
fn pcapng_is_read_in_both_orders_and_from_several_sections() {
    for (order, other) in ORDERS.into_iter().zip(ORDERS.into_iter().rev()) {
        let found = read(&order.pcapng(&two()));
        assert_two(&found, 1_700_000_001_000_000_000);
        let both = [order.pcapng(&two()), other.pcapng(&two())].concat();
        let found = read(&both);
        assert_two(&found[2..], 1_700_000_001_000_000_000);
    }
}

#[test]
fn packets_of_other_links_are_left_out() {
    let order = ORDERS[0];
    let mut file = [order.section(), order.interface(1), order.interface(253)].concat();
    file.extend(order.enhanced(0, 7, b"an ethernet frame"));
    file.extend(order.enhanced(1, 7, &two()[0]));
    assert_eq!(read(&file).len(), 1);
    let said = "packets are of link type 1, not 253 (netlink)";
    assert_eq!(open(&order.pcap_of(1, &two())).err(), Some(Damage(said.to_owned())));
}

#[test]
fn a_packet_that_was_cut_says_how_long_it_was() {
    let order = ORDERS[1];
    let mut file = order.pcap(&two()[..1]);
    file[36..40].copy_from_slice(&order.u32s(&[999]));
    let found = read(&file);
    assert_eq!(found[0].as_ref().unwrap().cut_from, Some(999 - 16));
}

#[test]
fn readers_go_on_behind_a_length_that_can_not_be() {
    for order in ORDERS {
        let packets = [two(), two()].concat();
        for len in [u32::MAX, 0x7fff_fff0, 60_000_000] {
            let mut pcap = order.pcap(&packets);
            pcap[32..36].copy_from_slice(&order.u32s(&[len]));
            assert_two(&read(&pcap)[2..], 1_700_000_003_250_000_000);
            let mut pcapng = order.pcapng(&packets);
            let first = order.section().len() + order.interface(253).len();
            pcapng[first + 4..first + 8].copy_from_slice(&order.u32s(&[len]));
            let found = read(&pcapng);
            assert_eq!((found.len(), found[0].is_err()), (4, true), "{len}");
        }
    }
}

#[test]
fn files_that_end_early_lose_the_last_packet_alone() {
    for order in ORDERS {
        for file in [order.pcap(&two()), order.pcapng(&two())] {
            let found = read(&file[..file.len() - 5]);
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].as_ref().unwrap().bytes, getlink(1, "lo"));
            assert!(found[1].is_err());
        }
    }
}

#[test]
fn what_is_no_capture_is_named() {
    let said = |bytes: &[u8]| open(bytes).err().unwrap().0;
    assert_eq!(said(b""), "empty");
    assert_eq!(said(b"\x7fELF\0\0"), "neither pcap, pcapng nor hex text");
    assert_eq!(said(&ORDERS[0].pcap(&[])[..20]), "ends within the header of the file");
}

/// Reads all there is, messages too, and counts what was found.
fn exhaust(reader: &mut Reader, bytes: &[u8]) -> usize {
    let Ok(mut capture) = open(bytes) else { return 0 };
    let mut count = 0;
    while let Some(found) = capture.next().unwrap() {
        count += 1;
        let Ok(packet) = found else { continue };
        for message in Messages::new(&packet.bytes).flatten() {
            reader.read(packet.protocol.unwrap_or(0), packet.way, &message).unwrap();
        }
    }
    count
}

#[test]
fn damaged_captures_are_read_to_their_end() {
    let request = getlink(1, "lo");
    let mut packets = two();
    packets.push(cooked(FROM_KERNEL, 0, &refusal(19, &request, 32)));
    let mut text = String::from("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3\n");
    text += "sendto(3, \"\\x20\\x00\\x00\\x00\\x12\"..., 32, 0, NULL, 0) = 32\n";
    text += " | 00000  20 00 00 00 12 00 01 00  01 00 00 00 00 00 00 00   ............... |\n";
    text += "00000000: 2000 0000 1200 0100  ........\n14000000\n";
    let mut seeds: Vec<Vec<u8>> = vec![text.into_bytes()];
    seeds.extend(ORDERS.iter().flat_map(|o| [o.pcap(&packets), o.pcapng(&packets)]));
    let mut reader = Reader::new(&Options::default()).unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..20_000 {
        let bytes = random.damage(&seeds[round % seeds.len()]);
        let count = exhaust(&mut reader, &bytes);
        assert!(count <= bytes.len(), "round {round}: {count} pieces in {} bytes", bytes.len());
    }
}
