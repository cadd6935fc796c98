// SPDX-License-Identifier: MIT OR Apache-2.0
//! Scripted conversations with the engine: requests given up among others, dumps between requests,
//! transactions.

#[path = "common/talk.rs"]
mod talk;

use rnl::conn::NEVER;
use rnl::conn::engine::{Event, Id, Mode, Plan};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fault, Header, Msg};
use talk::*;

// ---- Giving up

#[test]
fn one_that_waits_is_gone_at_once() {
    let mut talk = sized();
    let ids: Vec<Id> = (0..4).map(|_| talk.loud()).collect();
    assert!(talk.engine.cancel(ids[0]) && talk.engine.cancel(ids[2]));
    assert!(!talk.engine.cancel(ids[0]));
    let seqs = talk.numbers();
    assert_eq!((seqs.len(), talk.engine.in_flight(), talk.engine.submitted().0), (2, 2, 2));
    assert_eq!(talk.hear(&ack(seqs[0], 0)), [Got::Ok(ids[1])]);
    assert_eq!(talk.hear(&ack(seqs[1], 0)), [Got::Ok(ids[3])]);
}

#[test]
fn one_in_the_middle_of_those_sent_leaves_the_others() {
    let mut talk = sized();
    let ids: Vec<Id> = (0..5).map(|_| talk.loud()).collect();
    let seqs = talk.numbers();
    assert!(talk.engine.cancel(ids[2]) && !talk.engine.cancel(ids[2]));
    assert!(!talk.engine.is_submitted(ids[2]) && talk.engine.is_submitted(ids[3]));
    for (index, &seq) in seqs.iter().enumerate().rev() {
        let expected = if index == 2 { Got::Nothing } else { Got::Ok(ids[index]) };
        assert_eq!(talk.hear(&ack(seq, 0)), [expected], "{index}");
    }
    assert_eq!((talk.engine.in_flight(), talk.engine.submitted()), (0, (0, 0)));
}

#[test]
fn one_that_has_ended_is_not_there() {
    let mut talk = sized();
    let id = talk.loud();
    let seqs = talk.numbers();
    talk.hear(&ack(seqs[0], 0));
    assert!(!talk.engine.cancel(id) && !talk.engine.is_submitted(id));
}

#[test]
fn a_run_is_settled_by_the_answer_to_one_that_was_given_up() {
    for empty in [false, true] {
        for error in [0, -1] {
            let mut talk = sized();
            talk.quiet();
            talk.quiet();
            let last = talk.quiet();
            let seqs = talk.numbers();
            talk.engine.cancel(last);
            if empty {
                talk.engine.seen_empty();
            }
            assert_eq!(talk.engine.in_flight(), 2);
            assert_eq!(talk.hear(&ack(seqs[2], error)), [Got::Nothing]);
            assert_eq!(talk.engine.in_flight(), 0, "{empty} {error}");
        }
    }
}

#[test]
fn numbers_never_sent_settle_nothing() {
    let mut talk = sized();
    let id = talk.quiet();
    let seqs = talk.numbers();
    assert_eq!(talk.hear(&ack(seqs[0] + 1, 0)), [Got::Nothing]);
    assert_eq!(talk.hear(&ack(seqs[0] - 1, 0)), [Got::Nothing]);
    let body = [&[0; 4][..], &[0; 16]].concat();
    assert_eq!(talk.hear(&message_to(PORT + 1, NLMSG_ERROR, 0, seqs[0], &body)), [Got::Nothing]);
    assert!(talk.engine.is_submitted(id));
}

#[test]
fn deadlines_are_told_one_by_one_sent_or_not() {
    let mut talk = sized_as(2048, 2048);
    let ids = [3, 1, 2].map(|n| talk.submit(RTM_GETLINK, n == 2, talk.now + n * MS));
    assert_eq!(talk.numbers().len(), 1);
    for (index, left) in [(1, 2), (2, 1), (0, 0)] {
        assert_eq!(talk.expire(), None);
        talk.now += MS;
        assert_eq!(talk.expire(), Some(Got::Failed(ids[index], Fault::Timeout)));
        assert_eq!(talk.engine.submitted().0, left);
    }
    assert_eq!((talk.expire(), talk.engine.deadline()), (None, NEVER));
}

// ---- With dumps

/// A dump for a completion.
fn dump(talk: &mut Talk) -> Id {
    let plan =
        Plan { dump: Some(Mode::Consistent), deadline: NEVER, user: Some(USER), quiet: false };
    talk.engine.submit_as(&Msg::new(RTM_GETLINK, 0), plan).unwrap()
}

#[test]
fn a_dump_goes_out_in_its_turn_and_alone() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    talk.quiet();
    talk.quiet();
    let id = dump(&mut talk);
    let next = [talk.quiet(), talk.quiet()];
    assert_eq!(talk.numbers().len(), 2);
    let sent = talk.datagram();
    assert_eq!((sent.len(), sent[0].flags & NLM_F_DUMP), (1, NLM_F_DUMP));
    assert_eq!(talk.transmit().map(|s| s.id), Some(next[0]));
    assert_eq!(talk.hear(&part(sent[0].seq)), [Got::Object(id, RTM_NEWLINK)]);
    assert_eq!(talk.hear(&done(sent[0].seq, 0)), [Got::Ok(id)]);
}

#[test]
fn requests_go_past_a_dump_that_must_wait() {
    let mut talk = sized();
    let first = dump(&mut talk);
    let seq = talk.numbers()[0];
    let second = dump(&mut talk);
    let quiet = talk.quiet();
    assert_eq!(talk.transmit().map(|s| s.id), Some(quiet));
    assert!(!talk.engine.has_due(talk.now));
    assert_eq!(talk.hear(&done(seq, 0)), [Got::Ok(first)]);
    assert!(talk.engine.has_due(talk.now));
    assert_eq!(talk.transmit().map(|s| s.id), Some(second));
}

#[test]
fn a_dump_that_could_not_be_sent_takes_no_request_with_it() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    dump(&mut talk);
    let seq = talk.numbers()[0];
    let waits = dump(&mut talk);
    let past = talk.loud();
    let late = talk.numbers()[0];
    talk.hear(&done(seq, 0));
    assert_eq!(talk.transmit().map(|s| s.id), Some(waits));
    assert_eq!(talk.engine.unsent(waits).map(|u| u.id), Some(waits));
    assert!(talk.engine.unsent(waits).is_none(), "the request has been sent before");
    assert_eq!(talk.hear(&ack(late, 0)), [Got::Ok(past)]);
}

#[test]
fn the_end_of_a_dump_settles_what_was_sent_before_it() {
    let mut talk = sized();
    learn(&mut talk, RTM_GETLINK, 0);
    talk.quiet();
    talk.numbers();
    let id = dump(&mut talk);
    let seq = talk.numbers()[0];
    let behind = talk.quiet();
    let late = talk.numbers()[0];
    assert_eq!(talk.hear(&part(seq)), [Got::Object(id, RTM_NEWLINK)]);
    assert_eq!(talk.engine.in_flight(), 3);
    assert_eq!(talk.hear(&done(seq, 0)), [Got::Ok(id)]);
    assert_eq!(talk.engine.in_flight(), 1);
    assert_eq!(talk.hear(&ack(late, -3)), [Got::Refused(behind, 3, String::new())]);
}

#[test]
fn what_is_due_is_sent() {
    let mut talk = sized_as(4096, 4096);
    talk.loud();
    talk.loud();
    talk.loud();
    dump(&mut talk);
    while !talk.numbers().is_empty() {}
    assert!(!talk.engine.has_due(talk.now), "nothing is due that can't be sent");
}

// ---- Transactions

fn frame(kind: u16, flags: u16) -> Vec<u8> {
    Header { len: 20, kind, flags, seq: 0, port: PORT }
        .to_bytes()
        .into_iter()
        .chain([0; 4])
        .collect()
}

/// BEGIN, three messages, the last of which asks for an acknowledgement, END.
fn transaction(talk: &mut Talk) -> Id {
    let kinds = [(16, 0), (2560, 0), (2561, 0), (2562, NLM_F_ACK), (17, 0)];
    let bytes =
        kinds.iter().flat_map(|(kind, flags)| frame(*kind, *flags | NLM_F_REQUEST)).collect();
    let plan = Plan { dump: None, deadline: NEVER, user: None, quiet: false };
    talk.engine.submit_together(bytes, 5, plan).unwrap()
}

#[test]
fn a_transaction_goes_out_alone_with_a_number_for_each_message() {
    let mut talk = sized();
    talk.quiet();
    transaction(&mut talk);
    talk.quiet();
    assert_eq!(talk.numbers(), [SEED + 1]);
    let sent = talk.datagram();
    assert_eq!(
        sent.iter().map(|h| h.seq).collect::<Vec<u32>>(),
        (SEED + 2..SEED + 7).collect::<Vec<u32>>()
    );
    let acks = sent.iter().filter(|h| h.flags & NLM_F_ACK != 0).map(|h| h.kind);
    assert_eq!(acks.collect::<Vec<u16>>(), [2562], "as it was built");
    assert_eq!(talk.numbers(), [SEED + 7]);
}

#[test]
fn a_transaction_ends_well_with_the_answer_to_its_last_message() {
    let mut talk = sized();
    talk.quiet();
    talk.numbers();
    let id = transaction(&mut talk);
    let seqs = talk.numbers();
    for early in [seqs[0], seqs[1], seqs[2]] {
        assert_eq!(talk.hear(&ack(early, 0)), [Got::Nothing]);
    }
    assert_eq!(talk.hear(&ack(seqs[3], 0)), [Got::Ok(id)]);
    assert_eq!(talk.hear(&ack(seqs[4], 0)), [Got::Nothing]);
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn the_first_error_ends_a_transaction_and_says_which_message_it_is_about() {
    for index in 0..5 {
        let mut talk = sized();
        let id = transaction(&mut talk);
        let seqs = talk.numbers();
        let refused = ack(seqs[index], -17);
        let (event, _) = talk.engine.step(&refused, 0, talk.now);
        let Event::Done(ended) = event else { panic!("{event:?}") };
        assert_eq!((ended.id, ended.index, ended.request.len()), (id, index as u32, 100));
        for &seq in &seqs {
            assert_eq!(talk.hear(&ack(seq, -1)), [Got::Nothing]);
        }
        assert_eq!(talk.engine.in_flight(), 0);
    }
}

#[test]
fn a_transaction_given_up_is_swallowed_whole() {
    let mut talk = sized();
    let id = transaction(&mut talk);
    let seqs = talk.numbers();
    assert!(talk.engine.cancel(id));
    for &seq in &seqs {
        assert_eq!(talk.hear(&ack(seq, 0)), [Got::Nothing]);
    }
    let next = talk.call();
    assert_eq!(talk.hear(&ack(next.seq, 0)), [Got::Ok(next.id)]);
}

#[test]
fn a_transaction_that_could_not_be_sent_is_taken_back() {
    let mut talk = sized();
    let id = transaction(&mut talk);
    let (first, _) = talk.engine.transmit(talk.now).unwrap();
    assert_eq!(talk.engine.unsent(first).map(|u| (u.id, u.request.len())), Some((id, 100)));
    assert_eq!((talk.engine.unsent(first).is_none(), talk.engine.in_flight()), (true, 0));
}
