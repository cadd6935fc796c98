// SPDX-License-Identifier: MIT OR Apache-2.0
//! Scripted conversations with the engine.

#[path = "common/talk.rs"]
mod talk;

use rnl::conn::NEVER;
use rnl::conn::engine::{Engine, Event, Id, Mode};
use rnl::uapi::rtnetlink::*;
use rnl::uapi::*;
use rnl::{Fault, Header, Msg};
use talk::*;

// ---- One request

#[test]
fn a_request_ends_with_its_ack_or_its_done() {
    type Script = (&'static str, fn(u32) -> Vec<u8>, fn(Id) -> Vec<Got>);
    const LINK: u16 = RTM_NEWLINK;
    let scripts: [Script; 6] = [
        ("ack alone", |s| ack(s, 0), |id| vec![Got::Ok(id)]),
        (
            "object, ack",
            |s| [object(s), ack(s, 0)].concat(),
            |id| vec![Got::Object(id, LINK), Got::Ok(id)],
        ),
        (
            "two objects, done",
            |s| [part(s), part(s), done(s, 0)].concat(),
            |id| vec![Got::Object(id, LINK), Got::Object(id, LINK), Got::Ok(id)],
        ),
        (
            "object, done, ack",
            |s| [part(s), done(s, 0), ack(s, 0)].concat(),
            |id| vec![Got::Object(id, LINK), Got::Ok(id), Got::Nothing],
        ),
        ("error", |s| ack(s, -19), |id| vec![Got::Refused(id, 19, String::new())]),
        ("done with an error", |s| done(s, -95), |id| vec![Got::Refused(id, 95, String::new())]),
    ];
    for (name, reply, expected) in scripts {
        let mut talk = Talk::new();
        let sent = talk.call();
        assert_eq!(talk.hear(&reply(sent.seq)), expected(sent.id), "{name}");
        assert_eq!(talk.engine.in_flight(), 0, "{name}");
    }
}

#[test]
fn an_answer_may_come_in_several_datagrams() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    assert_eq!(talk.hear(&object(seq)), [Got::Object(id, RTM_NEWLINK)]);
    assert_eq!(talk.engine.in_flight(), 1);
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Ok(id)]);
}

#[test]
fn the_kernels_words_are_found_behind_every_quote() {
    for (quoted, flags) in [(16, NLM_F_CAPPED), (400, NLM_F_CAPPED), (16, 0), (20, 0), (400, 0)] {
        let mut talk = Talk::new();
        let Sent { id, seq } = talk.call();
        let events = talk.hear(&refusal(seq, -22, quoted, flags));
        assert_eq!(events, [Got::Refused(id, 22, "no".into())], "{quoted} {flags:#x}");
    }
}

#[test]
fn a_warning_comes_with_success() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    let events = talk.hear(&refusal(seq, 0, 16, NLM_F_CAPPED));
    assert_eq!(events, [Got::Warned(id, "no".into())]);
}

#[test]
fn what_is_sent_is_a_copy_with_flags_port_and_number() {
    let mut engine = Engine::new(NETLINK_ROUTE, PORT, SEED);
    let mut msg = Msg::new(RTM_NEWLINK, NLM_F_CREATE);
    msg.put_header(&[3; 16]).put_str(IFLA_IFNAME, "v0");
    engine.submit(&msg, None, NEVER).unwrap();
    let built = msg.bytes().unwrap().to_vec();
    msg.reset(RTM_DELLINK, 0);
    let (_, bytes) = engine.transmit(0).unwrap();
    let header = Header::read(bytes).unwrap();
    assert_eq!(header.flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
    assert_eq!((header.kind, header.port, header.seq), (RTM_NEWLINK, PORT, SEED + 1));
    assert_eq!((header.len as usize, &bytes[16..]), (built.len(), &built[16..]));
}

#[test]
fn a_dump_is_sent_with_its_flags() {
    let mut talk = Talk::new();
    talk.queue(Some(Mode::Stream), NEVER);
    let (_, bytes) = talk.engine.transmit(talk.now).unwrap();
    let flags = Header::read(bytes).unwrap().flags;
    assert_eq!(flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP);
}

#[test]
fn the_end_gives_the_request_back_as_it_was_sent() {
    let mut talk = Talk::new();
    talk.queue(None, NEVER);
    let sent = talk.engine.transmit(talk.now).unwrap().1.to_vec();
    let reply = ack(SEED + 1, -1);
    let (event, _) = talk.engine.step(&reply, 0, talk.now);
    let Event::Done(ended) = event else { panic!("{event:?}") };
    assert_eq!(ended.request, sent);
}

#[test]
fn memory_given_back_leaves_nothing_in_the_next_request() {
    let mut talk = Talk::new();
    talk.engine.recycle(vec![0xff; 500]);
    talk.queue(None, NEVER);
    let (_, bytes) = talk.engine.transmit(talk.now).unwrap();
    assert_eq!((bytes.len(), Header::read(bytes).unwrap().len), (16, 16));
}

#[test]
fn messages_that_cant_be_sent_are_refused() {
    let mut engine = Engine::new(NETLINK_ROUTE, PORT, SEED);
    let refused = |engine: &mut Engine, msg: &Msg| engine.submit(msg, None, NEVER).unwrap_err();
    assert_eq!(refused(&mut engine, &Msg::new(NLMSG_DONE, 0)), Fault::ControlType);
    assert_eq!(refused(&mut engine, Msg::new(16, 0).nest(1)), Fault::OpenNest);
    assert_eq!(engine.in_flight(), 0);
    assert!(engine.transmit(0).is_none());
}

#[test]
fn a_request_that_could_not_be_sent_is_taken_back() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.call();
    assert_eq!(talk.engine.unsent(id).map(|u| u.request.len()), Some(16));
    assert!(talk.engine.unsent(id).is_none());
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Nothing]);
}

// ---- Several requests

#[test]
fn answers_in_any_order_find_their_owners() {
    let mut talk = Talk::new();
    let mut sent: Vec<Sent> = (0..50).map(|_| talk.call()).collect();
    assert_eq!(talk.engine.in_flight(), 50);
    sent.sort_by_key(|s| (s.seq % 7, s.seq));
    for Sent { id, seq } in sent {
        assert_eq!(talk.hear(&[object(seq), ack(seq, 0)].concat())[1], Got::Ok(id));
    }
    assert_eq!(talk.engine.in_flight(), 0);
}

#[test]
fn numbers_wrap_around_and_are_never_0() {
    let mut talk = Talk { engine: Engine::new(NETLINK_ROUTE, PORT, u32::MAX - 2), now: 0 };
    let seqs: Vec<u32> = (0..4).map(|_| talk.call().seq).collect();
    assert_eq!(seqs, [u32::MAX - 1, u32::MAX, 1, 2]);
    let events: Vec<Got> = seqs.iter().flat_map(|&s| talk.hear(&ack(s, 0))).collect();
    assert_eq!(events, [Got::Ok(0), Got::Ok(1), Got::Ok(2), Got::Ok(3)]);
}

#[test]
fn a_request_that_waits_to_be_sent_takes_no_answer() {
    let mut talk = Talk::new();
    talk.queue(None, NEVER);
    assert_eq!(talk.hear(&ack(0, 0)), [Got::Nothing]);
    assert_eq!(talk.hear(&message_to(0, RTM_NEWLINK, 0, 0, &[])), [Got::Note(RTM_NEWLINK)]);
    assert_eq!(talk.engine.in_flight(), 1);
}

#[test]
fn late_answers_are_swallowed() {
    let give_up: [fn(&mut Talk, Id); 2] = [
        |talk, id| _ = talk.engine.cancel(id),
        |talk, id| {
            talk.now += 10 * MS;
            assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Timeout)));
        },
    ];
    for give_up in give_up {
        let mut talk = Talk::new();
        let Sent { id, seq } = talk.send(None, talk.now + 10 * MS);
        give_up(&mut talk, id);
        assert_eq!(talk.engine.in_flight(), 0);
        let late = [object(seq), ack(seq, 0)].concat();
        assert_eq!(talk.hear(&late), [Got::Nothing, Got::Nothing]);
        let next = talk.call();
        assert_eq!(talk.hear(&[object(seq), ack(next.seq, 0)].concat())[1], Got::Ok(next.id));
    }
}

#[test]
fn cancelling_what_is_not_there_does_nothing() {
    let mut talk = Talk::new();
    talk.engine.cancel(99);
    let Sent { id, seq } = talk.call();
    talk.engine.cancel(id + 1);
    assert_eq!(talk.hear(&ack(seq, 0)), [Got::Ok(id)]);
}

// ---- Dumps

#[test]
fn replies_between_the_parts_of_a_dump_find_their_owner() {
    let mut talk = Talk::new();
    let dump = talk.dump(Mode::Stream);
    let call = talk.call();
    let part_of = |id| Got::Object(id, RTM_NEWLINK);
    assert_eq!(talk.hear(&part(dump.seq)), [part_of(dump.id)]);
    let reply = [object(call.seq), ack(call.seq, 0)].concat();
    assert_eq!(talk.hear(&reply), [part_of(call.id), Got::Ok(call.id)]);
    let rest = [part(dump.seq), done(dump.seq, 0)].concat();
    assert_eq!(talk.hear(&rest), [part_of(dump.id), Got::Ok(dump.id)]);
}

#[test]
fn an_interrupted_dump_ends_as_its_mode_says() {
    type End = fn(Id) -> Got;
    let modes: [(Mode, End); 3] = [
        (Mode::Consistent, Got::Again),
        (Mode::Stream, |id| Got::Failed(id, Fault::Interrupted)),
        (Mode::BestEffort, Got::OkInterrupted),
    ];
    for (mode, end) in modes {
        for place in 0..3 {
            let mut talk = Talk::new();
            let Sent { id, seq } = talk.dump(mode);
            let events = talk.hear(&interruptions(seq)[place]);
            assert_eq!(events.last(), Some(&end(id)), "{mode:?}, place {place}");
        }
    }
}

#[test]
fn an_interrupted_dump_is_made_again_with_growing_back_off_until_its_deadline() {
    let mut talk = Talk::new();
    let deadline = talk.now + 400 * MS;
    let Sent { id, mut seq } = talk.send(Some(Mode::Consistent), deadline);
    let mut waits = Vec::new();
    loop {
        assert_eq!(talk.hear(&interruptions(seq)[1]).last(), Some(&Got::Again(id)));
        let due = talk.engine.deadline();
        if due >= deadline {
            break;
        }
        waits.push((due - talk.now) / MS);
        if due > talk.now {
            talk.now = due - 1;
            assert_eq!(talk.transmit(), None, "too early");
        }
        talk.now = due;
        seq = talk.transmit().filter(|again| again.id == id && again.seq != seq).unwrap().seq;
    }
    assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64]);
    assert_eq!(talk.engine.restarts(id), 13);
    talk.now = deadline;
    assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Timeout)));
    assert_eq!((talk.engine.in_flight(), talk.transmit()), (0, None));
}

#[test]
fn a_dump_made_again_may_end_well() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.dump(Mode::Consistent);
    talk.hear(&interruptions(seq)[0]);
    let again = talk.transmit().unwrap();
    assert_eq!(talk.hear(&part(again.seq)), [Got::Object(id, RTM_NEWLINK)]);
    assert_eq!(talk.hear(&done(again.seq, 0)), [Got::Ok(id)]);
}

#[test]
fn a_dump_that_the_kernel_fails_has_failed() {
    let tlvs = [&(-7i32).to_ne_bytes()[..], &words("no")].concat();
    for mode in [Mode::Consistent, Mode::Stream, Mode::BestEffort] {
        for flags in [NLM_F_MULTI, INTR] {
            let mut talk = Talk::new();
            let Sent { id, seq } = talk.dump(mode);
            let end = message(NLMSG_DONE, flags | NLM_F_ACK_TLVS, seq, &tlvs);
            let events = talk.hear(&[part(seq), end].concat());
            assert_eq!(events[1], Got::Refused(id, 7, "no".into()), "{mode:?} {flags:#x}");
        }
    }
}

#[test]
fn a_dump_may_be_refused_before_it_starts() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.dump(Mode::Consistent);
    assert_eq!(talk.hear(&ack(seq, -95)), [Got::Refused(id, 95, String::new())]);
    talk.dump(Mode::Consistent);
}

#[test]
fn a_second_dump_waits_for_the_end_of_the_first() {
    let mut talk = Talk::new();
    let first = talk.dump(Mode::Stream);
    let second = talk.queue(Some(Mode::Stream), NEVER);
    assert_eq!(talk.transmit(), None);
    let call = talk.call();
    talk.hear(&[part(first.seq), ack(call.seq, 0)].concat());
    assert_eq!(talk.transmit(), None);
    talk.hear(&done(first.seq, 0));
    assert_eq!(talk.transmit().map(|sent| sent.id), Some(second));
}

#[test]
fn a_dump_that_is_given_up_is_read_to_its_end_before_the_next_starts() {
    let give_up: [fn(&mut Talk, Id); 2] = [
        |talk, id| _ = talk.engine.cancel(id),
        |talk, id| {
            talk.now += 10 * MS;
            assert_eq!(talk.expire(), Some(Got::Failed(id, Fault::Timeout)));
        },
    ];
    for give_up in give_up {
        let mut talk = Talk::new();
        let first = talk.send(Some(Mode::Consistent), talk.now + 10 * MS);
        let second = talk.queue(Some(Mode::Consistent), NEVER);
        give_up(&mut talk, first.id);
        assert_eq!((talk.engine.in_flight(), talk.expire()), (1, None));
        assert_eq!(talk.hear(&part(first.seq)), [Got::Nothing]);
        assert_eq!(talk.transmit(), None);
        assert_eq!(talk.hear(&message(NLMSG_DONE, INTR, first.seq, &[0; 4])), [Got::Nothing]);
        assert_eq!(talk.transmit().map(|sent| sent.id), Some(second));
    }
}

#[test]
fn giving_up_twice_changes_nothing() {
    let mut talk = Talk::new();
    let first = talk.dump(Mode::Consistent);
    let second = talk.queue(Some(Mode::Consistent), NEVER);
    talk.engine.cancel(first.id);
    talk.engine.cancel(first.id);
    assert_eq!(talk.transmit(), None, "the first still runs");
    assert_eq!(talk.hear(&done(first.seq, 0)), [Got::Nothing]);
    assert_eq!(talk.transmit().map(|sent| sent.id), Some(second));
}

#[test]
fn the_short_way_takes_what_the_long_way_takes() {
    let mut talk = Talk::new();
    let Sent { id, seq } = talk.dump(Mode::Stream);
    let stream = talk.engine.stream(id).unwrap();
    let two = [part(seq), part(seq)].concat();
    assert_eq!(stream.object(&two).map(|(header, next)| (header.seq, next)), Some((seq, 32)));
    let others = [
        part(seq + 1),
        done(seq, 0),
        message(RTM_NEWLINK, INTR, seq, &[]),
        message_to(0, RTM_NEWLINK, 0, seq, &[]),
        part(seq)[..31].to_vec(),
    ];
    assert!(others.iter().all(|other| stream.object(other).is_none()));
    talk.hear(&done(seq, 0));
    assert!(talk.engine.stream(id).is_none());
}

#[test]
fn a_dump_that_was_never_sent_is_forgotten_at_once() {
    let mut talk = Talk::new();
    let id = talk.queue(Some(Mode::Consistent), NEVER);
    talk.engine.cancel(id);
    assert_eq!((talk.transmit(), talk.engine.deadline()), (None, NEVER));
    talk.dump(Mode::Consistent);
}
