// SPDX-License-Identifier: MIT OR Apache-2.0
//! Scripted conversations with the engine: time, loss, and what nobody asked for.

#[path = "common/talk.rs"]
mod talk;

use rnl::conn::NEVER;
use rnl::conn::engine::{Engine, Mode};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fault, Header};
use talk::*;

// ---- Time and loss

#[test]
fn the_next_deadline_is_the_earliest() {
    let mut talk = Talk::new();
    assert_eq!(talk.engine.deadline(), NEVER);
    let late = talk.send(None, talk.now + 9 * MS);
    let soon = talk.send(None, talk.now + 3 * MS);
    talk.call();
    assert_eq!(talk.engine.deadline(), talk.now + 3 * MS);
    assert_eq!(talk.expire(), None);
    talk.now += 3 * MS;
    assert_eq!(talk.expire(), Some(Got::Failed(soon.id, Fault::Timeout)));
    assert_eq!((talk.expire(), talk.engine.deadline()), (None, talk.now + 6 * MS));
    assert_eq!(talk.hear(&ack(late.seq, 0)), [Got::Ok(late.id)]);
    talk.now += 6 * MS;
    assert_eq!((talk.expire(), talk.engine.deadline()), (None, NEVER), "it may be early, once");
}

#[test]
fn a_request_that_was_never_sent_expires_too() {
    let mut talk = Talk::new();
    talk.dump(Mode::Stream);
    let waits = talk.queue(Some(Mode::Stream), talk.now + MS);
    assert_eq!(talk.engine.deadline(), talk.now + MS);
    talk.now += MS;
    assert_eq!(talk.expire(), Some(Got::Failed(waits, Fault::Timeout)));
}

#[test]
fn an_overflow_loses_answers_but_no_dump() {
    let mut talk = Talk::new();
    let call = talk.call();
    let dump = talk.dump(Mode::Stream);
    let unsent = talk.queue(None, NEVER);
    talk.engine.lost(false);
    assert_eq!(talk.expire(), Some(Got::Failed(call.id, Fault::Overrun)));
    assert_eq!(talk.expire(), None);
    assert_eq!(talk.hear(&done(dump.seq, 0)), [Got::Ok(dump.id)]);
    assert_eq!(talk.transmit().map(|sent| sent.id), Some(unsent));
}

#[test]
fn a_dump_without_a_next_part_in_an_empty_queue_is_lost() {
    for cancelled in [false, true] {
        let mut talk = Talk::new();
        let dump = talk.dump(Mode::Consistent);
        let next = talk.queue(Some(Mode::Consistent), NEVER);
        let lost = Got::Failed(dump.id, Fault::Overrun);
        if cancelled {
            talk.engine.cancel(dump.id);
        }
        talk.engine.lost(true);
        assert_eq!(talk.expire(), (!cancelled).then_some(lost));
        assert_eq!((talk.expire(), talk.transmit().map(|sent| sent.id)), (None, Some(next)));
    }
}

#[test]
fn a_message_that_was_cut_off_fails_its_request() {
    let cut = |talk: &mut Talk, seq| {
        talk.engine.cut(&Header { len: 9_000, kind: 16, flags: 0, seq, port: PORT })
    };
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    assert!(cut(&mut talk, seq));
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Failed(id, Fault::Truncated)]);

    let Sent { id, seq } = talk.call();
    assert!(cut(&mut talk, seq));
    assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Truncated)));
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Nothing]);
    assert!(!cut(&mut talk, seq), "it has ended");

    let Sent { id, seq } = talk.dump(Mode::Stream);
    assert!(cut(&mut talk, seq));
    assert_eq!((talk.expire(), talk.hear(&part(seq))), (None, vec![Got::Object(id, RTM_NEWLINK)]));
    assert_eq!(talk.hear(&done(seq, 0)), [Got::Failed(id, Fault::Truncated)]);
}

#[test]
fn a_dump_that_was_lost_stays_lost_when_a_message_of_it_is_cut_off() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.dump(Mode::Stream);
    let next = talk.queue(Some(Mode::Stream), NEVER);
    talk.engine.lost(true);
    talk.engine.cut(&Header { seq, port: PORT, ..Header::default() });
    assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Overrun)));
    assert_eq!(talk.transmit().map(|sent| sent.id), Some(next));
}

// ---- What else may come

#[test]
fn notifications_are_told_by_their_group_not_by_their_number() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    let note = [Got::Note(RTM_NEWLINK)];
    assert_eq!(talk.hear_in(RTNLGRP_LINK, &object(seq)), note);
    assert_eq!(talk.hear_in(RTNLGRP_LINK, &message_to(0, RTM_NEWLINK, 0, 0, &[])), note);
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Ok(id)]);
}

#[test]
fn what_answers_no_request_is_sorted_by_port_and_number() {
    let cases: [(&str, u32, u32, Got); 5] = [
        ("late answer", PORT, 900, Got::Nothing),
        ("sent to us alone", PORT, 0, Got::Note(RTM_NEWLINK)),
        ("from nobody's request", 0, 0, Got::Note(RTM_NEWLINK)),
        ("echo of another's request", PORT + 1, 900, Got::Note(RTM_NEWLINK)),
        ("our number, another's port", PORT + 1, SEED + 1, Got::Note(RTM_NEWLINK)),
    ];
    for (name, port, seq, expected) in cases {
        let mut talk = Talk::new();
        talk.call();
        assert_eq!(talk.hear(&message_to(port, RTM_NEWLINK, 0, seq, &[])), [expected], "{name}");
        assert_eq!(talk.engine.in_flight(), 1, "{name}");
    }
}

#[test]
fn verdicts_for_another_port_end_nothing() {
    let mut talk = Talk::new();
    let Sent { seq, .. } = talk.call();
    let body = [&[0; 4][..], &[0; 16]].concat();
    assert_eq!(talk.hear(&message_to(PORT + 1, NLMSG_ERROR, 0, seq, &body)), [Got::Nothing]);
    assert_eq!(talk.engine.in_flight(), 1);
}

#[test]
fn answers_with_port_0_are_taken() {
    let mut talk = Talk { engine: Engine::new(NETLINK_AUDIT, PORT, SEED), now: 0 };
    let Sent { id, seq } = talk.call();
    let body = [&[0; 4][..], &[0; 16]].concat();
    assert_eq!(talk.hear(&message_to(0, 1000, 0, seq, &[])), [Got::Object(id, 1000)]);
    assert_eq!(talk.hear(&message_to(0, NLMSG_ERROR, 0, seq, &body)), [Got::Ok(id)]);
}

#[test]
fn control_messages_are_no_objects() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    for seq in [0, seq] {
        assert_eq!(talk.hear(&message(NLMSG_OVERRUN, 0, seq, &[])), [Got::Overrun]);
        for kind in (0..NLMSG_MIN_TYPE).filter(|k| ![2, 3, 4].contains(k)) {
            assert_eq!(talk.hear(&message(kind, 0, seq, &[])), [Got::Nothing], "type {kind}");
        }
    }
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Ok(id)]);
}

#[test]
fn connector_data_has_the_type_of_a_done() {
    let mut talk = Talk { engine: Engine::new(NETLINK_CONNECTOR, PORT, SEED), now: 0 };
    let data = message_to(0, NLMSG_DONE, 0, 7, &[1; 20]);
    assert_eq!(talk.hear(&data), [Got::Note(NLMSG_DONE)]);
    assert_eq!(talk.hear_in(1, &data), [Got::Note(NLMSG_DONE)]);
}

#[test]
fn bytes_that_are_no_message_end_the_datagram() {
    let broken: [(&str, Vec<u8>); 4] = [
        ("no whole header", vec![16, 0, 0]),
        ("a length below 16", message(RTM_NEWLINK, 0, 0, &[]).into_iter().map(|_| 0).collect()),
        ("a length beyond the end", object(0)[..20].to_vec()),
        ("a length of 4 GiB", vec![0xff; 32]),
    ];
    for (name, bytes) in broken {
        let mut talk = Talk::new();
        let Sent { id, seq } = talk.call();
        let datagram = [object(seq), bytes].concat();
        let malformed = Got::Malformed(Fault::MessageLength);
        let expected = [Got::Object(id, RTM_NEWLINK), malformed];
        assert_eq!(talk.hear(&datagram), expected, "{name}");
        assert_eq!(talk.hear(&ack(seq, 0)), [Got::Ok(id)], "{name}");
    }
}

#[test]
fn an_error_too_short_for_its_number_is_no_success() {
    for dump in [None, Some(Mode::Consistent), Some(Mode::BestEffort)] {
        for len in [0, 3, 4, 19] {
            let mut talk = Talk::new();
            let Sent { id, seq } = talk.send(dump, NEVER);
            let short = message(NLMSG_ERROR, 0, seq, &vec![0; len]);
            let expected = Got::Failed(id, Fault::AckLength);
            assert_eq!(talk.hear(&short), [expected], "{dump:?}, {len} bytes");
        }
    }
}
