// SPDX-License-Identifier: MIT OR Apache-2.0
//! Scripted conversations with the engine: many requests in a datagram, quiet ones, the window of answers.

#[path = "common/talk.rs"]
mod talk;

use rnl::conn::NEVER;
use rnl::conn::engine::{Engine, Id, Mode, Plan};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fault, Header, Msg};
use talk::*;

/// What the kernel charges for an acknowledgement at most.
const ACK_CHARGE: usize = 1280;

// ---- Packing

#[test]
fn until_the_queues_are_known_each_goes_alone() {
    let mut talk = Talk::new();
    (0..3).for_each(|_| _ = talk.loud());
    assert_eq!((talk.numbers().len(), talk.numbers().len(), talk.numbers().len()), (1, 1, 1));
    assert!(talk.numbers().is_empty());
}

#[test]
fn requests_share_a_datagram_in_order_with_numbers_in_a_row() {
    let mut talk = sized();
    let ids: Vec<Id> = (0..5).map(|_| talk.quiet()).collect();
    let (first, bytes) = talk.engine.transmit(talk.now).unwrap();
    assert_eq!((first, bytes.len()), (ids[0], 5 * 16));
    let seqs: Vec<u32> = bytes.chunks(16).map(|b| Header::read(b).unwrap().seq).collect();
    assert_eq!(seqs, (SEED + 1..SEED + 6).collect::<Vec<u32>>());
    assert!(talk.numbers().is_empty());
}

#[test]
fn each_asks_for_its_acknowledgement_but_of_quiet_ones_the_last_alone() {
    let acks = |talk: &mut Talk| -> Vec<bool> {
        talk.datagram().iter().map(|h| h.flags & NLM_F_ACK != 0).collect()
    };
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    (0..3).for_each(|_| _ = talk.quiet());
    assert_eq!(acks(&mut talk), [false, false, true]);
    (0..3).for_each(|_| _ = talk.loud());
    assert_eq!(acks(&mut talk), [true; 3]);
    talk.quiet();
    assert_eq!(acks(&mut talk), [true], "alone it is the last");
    let _ = (talk.loud(), talk.quiet(), talk.loud());
    assert_eq!(acks(&mut talk), [true, false, true]);
}

#[test]
fn a_datagram_is_no_longer_than_the_send_queue_lets_it_be() {
    let mut talk = sized_as(RECEIVE, 50);
    (0..7).for_each(|_| _ = talk.quiet());
    let lengths: Vec<usize> = (0..4).map(|_| talk.numbers().len()).collect();
    assert_eq!(lengths, [3, 3, 1, 0]);
}

#[test]
fn a_request_longer_than_any_datagram_is_sent_alone_for_the_kernel_to_refuse() {
    let mut talk = sized_as(RECEIVE, 50);
    let mut long = Msg::new(RTM_GETLINK, 0);
    long.put(1, &[0; 100]);
    talk.quiet();
    let plan = Plan { dump: None, deadline: NEVER, user: Some(USER), quiet: true };
    let id = talk.engine.submit_as(&long, plan).unwrap();
    talk.quiet();
    assert_eq!(talk.numbers().len(), 1);
    assert_eq!(
        talk.engine.transmit(talk.now).map(|(first, bytes)| (first, bytes.len())),
        Some((id, 120))
    );
    assert_eq!(talk.engine.unsent(id).map(|u| (u.id, u.user)), Some((id, Some(USER))));
    assert!(talk.engine.unsent(id).is_none());
    assert_eq!(talk.numbers().len(), 1);
}

#[test]
fn odd_lengths_are_padded_within_a_datagram() {
    let mut talk = sized();
    let mut odd = Msg::new(RTM_GETLINK, 0);
    odd.put(1, b"x");
    for _ in 0..3 {
        let plan = Plan { dump: None, deadline: NEVER, user: None, quiet: true };
        talk.engine.submit_as(&odd, plan).unwrap();
    }
    assert_eq!(talk.datagram().len(), 3);
}

#[test]
fn what_could_not_be_sent_is_taken_back_whole() {
    let mut talk = sized();
    let before = talk.loud();
    talk.numbers();
    let ids: Vec<Id> = (0..4).map(|_| talk.quiet()).collect();
    let (first, _) = talk.engine.transmit(talk.now).unwrap();
    let later = talk.loud();
    let mut back: Vec<Id> =
        core::iter::from_fn(|| talk.engine.unsent(first)).map(|u| u.id).collect();
    back.sort_unstable();
    assert_eq!(back, ids);
    assert_eq!((talk.engine.in_flight(), talk.engine.submitted().0), (2, 2));
    assert_eq!(talk.hear(&ack(SEED + 1, 0)), [Got::Ok(before)]);
    assert_eq!(talk.transmit().map(|s| s.id), Some(later));
}

// ---- Quiet runs

#[test]
fn the_acknowledgement_of_the_last_settles_a_run() {
    let mut talk = sized();
    (0..5).for_each(|_| _ = talk.quiet());
    let seqs = talk.numbers();
    assert_eq!(talk.engine.submitted().0, 5);
    assert_eq!(talk.hear(&ack(seqs[4], 0)), [Got::Nothing]);
    assert_eq!((talk.engine.in_flight(), talk.engine.submitted()), (0, (0, 0)));
}

#[test]
fn errors_in_a_run_are_told_one_by_one() {
    let mut talk = sized();
    let ids: Vec<Id> = (0..5).map(|_| talk.quiet()).collect();
    let seqs = talk.numbers();
    assert_eq!(talk.hear(&ack(seqs[1], -17)), [Got::Refused(ids[1], 17, String::new())]);
    assert_eq!(talk.engine.in_flight(), 3, "the first has succeeded");
    assert_eq!(talk.hear(&ack(seqs[4], -2)), [Got::Refused(ids[4], 2, String::new())]);
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn a_run_is_settled_by_any_later_answer() {
    let mut talk = sized();
    let _ = (talk.quiet(), talk.quiet());
    let loud = talk.loud();
    let seqs = talk.numbers();
    assert_eq!(talk.hear(&object(seqs[2])), [Got::Object(loud, RTM_NEWLINK)]);
    assert_eq!(talk.engine.in_flight(), 3);
    assert_eq!(talk.hear(&ack(seqs[2], 0)), [Got::Ok(loud)]);
    assert_eq!(talk.engine.in_flight(), 0);
    talk.quiet();
    assert_eq!(talk.numbers().len(), 1);
    let call = talk.call();
    assert_eq!(talk.hear(&ack(call.seq, -1)), [Got::Refused(call.id, 1, String::new())]);
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn a_run_settles_loud_ones_never_and_later_ones_not_yet() {
    let mut talk = sized();
    let loud = talk.loud();
    talk.quiet();
    let first = talk.numbers();
    let _ = (talk.quiet(), talk.quiet());
    let second = talk.numbers();
    talk.hear(&ack(first[1], 0));
    assert_eq!(talk.engine.in_flight(), 3);
    talk.hear(&ack(second[1], 0));
    assert_eq!(talk.engine.in_flight(), 1);
    assert_eq!(talk.hear(&ack(first[0], 0)), [Got::Ok(loud)]);
}

#[test]
fn a_warning_of_a_quiet_one_is_no_news() {
    let mut talk = sized();
    talk.quiet();
    let seqs = talk.numbers();
    assert_eq!(talk.hear(&refusal(seqs[0], 0, 16, NLM_F_CAPPED)), [Got::Nothing]);
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn a_quiet_one_whose_answer_was_cut_off_is_not_settled() {
    let mut talk = sized();
    let id = talk.quiet();
    talk.quiet();
    let seqs = talk.numbers();
    talk.engine.cut(&Header { seq: seqs[0], port: PORT, ..Header::default() });
    assert_eq!(talk.hear(&ack(seqs[1], 0)), [Got::Nothing]);
    assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Truncated)));
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn a_lost_run_has_failed_one_by_one() {
    let mut talk = sized();
    let ids = [talk.quiet(), talk.loud(), talk.quiet()];
    let seqs = talk.numbers();
    let waits = talk.quiet();
    talk.engine.lost(false);
    for id in ids {
        assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Overrun)));
    }
    assert_eq!((talk.expire(), talk.engine.in_flight()), (None, 1));
    assert_eq!(talk.hear(&ack(seqs[2], 0)), [Got::Nothing]);
    assert_eq!(talk.transmit().map(|s| s.id), Some(waits));
}

#[test]
fn runs_are_settled_across_the_end_of_numbers() {
    let mut talk = sized();
    talk.engine = Engine::new(NETLINK_ROUTE, PORT, u32::MAX - 2);
    talk.engine.set_queues(RECEIVE, SEND, false);
    (0..5).for_each(|_| _ = talk.quiet());
    let seqs = talk.numbers();
    assert_eq!(seqs, [u32::MAX - 1, u32::MAX, 1, 2, 3]);
    assert_eq!(talk.hear(&ack(seqs[4], 0)), [Got::Nothing]);
    assert_eq!(talk.engine.in_flight(), 0);
}

// ---- The window

#[test]
fn no_more_is_sent_than_can_be_answered() {
    // Each object may have been sent by itself, and be charged with far more than its length.
    for (answered, least) in [(0, 100), (1, 50), (50, 2)] {
        let mut talk = sized();
        learn(&mut talk, RTM_GETLINK, answered);
        (0..1000).for_each(|_| _ = talk.loud());
        let flying = talk.numbers().len();
        let charge = ACK_CHARGE + answered * object(0).len();
        assert!(flying >= least && flying * charge <= RECEIVE, "{flying} answered with {answered}");
        assert!(talk.numbers().is_empty() && !talk.engine.has_due(talk.now));
    }
}

#[test]
fn each_answer_makes_room_for_another_request() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    (0..1000).for_each(|_| _ = talk.quiet());
    let seqs = talk.numbers();
    talk.hear(&ack(seqs[0], -1));
    assert_eq!(talk.numbers().len(), 1);
    talk.hear(&ack(*seqs.last().unwrap(), 0));
    assert_eq!(talk.numbers().len(), seqs.len() - 1, "all but the one sent last have ended");
}

#[test]
fn few_are_asked_whose_answers_are_not_known() {
    let mut talk = sized();
    learn(&mut talk, RTM_NEWLINK, 0);
    (0..1000).for_each(|_| _ = talk.loud());
    let seqs = talk.numbers();
    assert!(seqs.len() <= 8, "{}", seqs.len());
    seqs.iter().for_each(|seq| _ = talk.hear(&[object(*seq), ack(*seq, 0)].concat()));
    assert!(talk.numbers().len() > seqs.len());
}

#[test]
fn there_is_always_room_for_one() {
    let mut talk = sized_as(2048, 2048);
    (0..3).for_each(|_| _ = talk.loud());
    for _ in 0..3 {
        let seqs = talk.numbers();
        assert_eq!((seqs.len(), talk.numbers().len()), (1, 0));
        talk.hear(&ack(seqs[0], 0));
    }
}

#[test]
fn beside_a_dump_there_is_less_room() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    talk.dump(Mode::Stream);
    (0..1000).for_each(|_| _ = talk.quiet());
    let beside = talk.numbers().len();
    assert!(beside > 0 && beside * ACK_CHARGE < RECEIVE / 2, "{beside}");
}

#[test]
fn a_dump_waits_until_the_queue_has_room_for_it() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    (0..130).for_each(|_| _ = talk.loud());
    let seqs = talk.numbers();
    let id = talk.queue(Some(Mode::Stream), NEVER);
    assert_eq!((seqs.len(), talk.transmit()), (130, None));
    assert!(!talk.engine.has_due(talk.now), "nothing is due that can't be sent");
    seqs.iter().for_each(|seq| _ = talk.hear(&ack(*seq, 0)));
    assert_eq!(talk.transmit().map(|s| s.id), Some(id));
}

#[test]
fn what_waits_behind_something_is_not_due() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    let call = talk.call();
    talk.hear(&[object(call.seq), ack(call.seq, 0)].concat());
    (0..100).for_each(|_| _ = talk.loud());
    let few = talk.numbers().len();
    assert!(few < 10, "answers have grown: {few}");
    talk.queue(Some(Mode::Stream), NEVER);
    assert!(talk.numbers().is_empty() && !talk.engine.has_due(talk.now), "a dump behind requests");

    talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    (0..130).for_each(|_| _ = talk.loud());
    assert_eq!(talk.numbers().len(), 130);
    talk.queue(Some(Mode::Stream), NEVER);
    talk.quiet();
    assert!(talk.numbers().is_empty() && !talk.engine.has_due(talk.now), "a request behind a dump");
}

#[test]
fn what_was_given_up_takes_room_until_its_answer_comes() {
    let give_up: [fn(&mut Talk, Id); 2] = [
        |talk, id| assert!(talk.engine.cancel(id)),
        |talk, id| {
            talk.now += 10 * MS;
            assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Timeout)));
        },
    ];
    for give_up in give_up {
        let mut talk = sized_as(2048, 2048);
        let first = talk.submit(RTM_GETLINK, false, talk.now + 10 * MS);
        let second = talk.loud();
        let seqs = talk.numbers();
        give_up(&mut talk, first);
        assert_eq!((talk.engine.in_flight(), talk.engine.submitted().0), (1, 1));
        assert!(talk.numbers().is_empty(), "its answer still takes all the room there is");
        assert_eq!(
            talk.hear(&[object(seqs[0]), ack(seqs[0], 0)].concat()),
            [Got::Nothing, Got::Nothing]
        );
        assert_eq!(talk.transmit().map(|s| s.id), Some(second));
    }
}

#[test]
fn an_empty_queue_holds_no_answers_to_what_was_given_up() {
    let mut talk = sized_as(2048, 2048);
    let first = talk.loud();
    let second = talk.loud();
    talk.numbers();
    talk.engine.cancel(first);
    talk.engine.seen_empty();
    assert_eq!(talk.transmit().map(|s| s.id), Some(second));
}

// ---- Accounts

#[test]
fn bytes_are_kept_until_requests_end() {
    let mut talk = sized();
    let (mut counts, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        talk.loud();
        let (n, kept) = talk.engine.submitted();
        counts.push(n);
        bytes.push(kept);
    }
    assert_eq!(counts, [1, 2, 3]);
    assert!(bytes[0] >= 16 && bytes[1] == 2 * bytes[0] && bytes[2] == 3 * bytes[0], "{bytes:?}");
    for (left, seq) in (0..3).rev().zip(talk.numbers()) {
        talk.hear(&ack(seq, 0));
        assert_eq!(talk.engine.submitted(), (left, left * bytes[0]));
    }
}

#[test]
fn calls_are_not_submitted() {
    let mut talk = sized();
    let sent = talk.call();
    assert_eq!((talk.engine.submitted(), talk.engine.is_submitted(sent.id)), ((0, 0), false));
    assert!(!talk.engine.reports(sent.id));
    let (loud, quiet) = (talk.loud(), talk.quiet());
    assert!(talk.engine.reports(loud) && !talk.engine.reports(quiet));
}

#[test]
fn a_spoilt_answer_fails_its_request_alone() {
    let mut talk = sized();
    let ids = [talk.loud(), talk.loud()];
    let seqs = talk.numbers();
    talk.engine.spoil(ids[0], Fault::TooMuch);
    assert_eq!(talk.expire(), Some(Got::Failed(ids[0], Fault::TooMuch)));
    assert_eq!(talk.hear(&ack(seqs[0], 0)), [Got::Nothing]);
    assert_eq!(talk.hear(&ack(seqs[1], 0)), [Got::Ok(ids[1])]);
}
