/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps of a peer that interrupts them, stays silent, cuts or damages them: what no kernel does on demand. */
#include "peer.h"

static struct peer peer;

static int start(struct rnl_sock *sock, struct rnl_dump **dump, int mode, int timeout)
{
    struct rnl_msg *msg = rnl_msg_new(64, 0);
    int result = rnl_dump_start(dump, sock, msg, mode, timeout, &test_err);

    rnl_msg_free(msg);
    return result;
}

static struct rnl_dump *started(struct rnl_sock *sock, int mode, int timeout)
{
    struct rnl_dump *dump = NULL;

    WORKS(0, start(sock, &dump, mode, timeout));
    NEED(dump);
    return dump;
}

/* The dump gives the objects `from` to `to`, and goes on. */
static void gives(struct rnl_dump *dump, int from, int to)
{
    struct rnl_view view;

    for (; from <= to; from++) {
        NEED(rnl_dump_next(dump, &view, NULL) == 1);
        EQUAL(from, object_number(&view));
    }
}

static void ends(struct rnl_dump *dump)
{
    struct rnl_view view;

    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
}

/* The dump fails, says so once, and has ended. */
static void fails(struct rnl_dump *dump, int number, int origin)
{
    struct rnl_view view;

    FAILS(number, origin, rnl_dump_next(dump, &view, &test_err));
    ends(dump);
}

static void take_dump(struct peer *p)
{
    peer_take(p);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP, p->request.nlmsg_flags);
}

/* `argument` interrupted dumps of 1, 2, 3, each in another way, then a whole one of 4, 5, 6. */
static void interrupt(struct peer *p)
{
    int round, i;

    for (round = 0; round <= p->argument; round++) {
        bool whole = round == p->argument;

        take_dump(p);
        for (i = 1; i <= 3; i++) {
            unsigned flag = !whole && round % 4 == i ? NLM_F_DUMP_INTR : 0;

            peer_add_object(p, NLM_F_MULTI | flag, (uint32_t)(whole ? i + 3 : i));
            peer_send(p);
        }
        peer_add_done(p, !whole && round % 4 == 0 ? NLM_F_DUMP_INTR : 0, 0);
        peer_send(p);
    }
}

static void a_consistent_dump_is_made_again(int interruptions)
{
    struct rnl_sock *sock;
    struct rnl_dump *dump;

    peer.argument = interruptions;
    sock = peer_start(&peer, interrupt, NULL);
    dump = started(sock, RNL_DUMP_CONSISTENT, SOON);
    EXPECT(0, rnl_dump_restarts(dump));
    gives(dump, 4, 6);
    EXPECT(interruptions, rnl_dump_restarts(dump));
    EXPECT(0, rnl_dump_interrupted(dump));
    ends(dump);
    peer_end(&peer, sock);
}

static void interrupt_once(struct peer *p)
{
    p->argument = 1;
    interrupt(p);
}

/* Then it is up to the caller to start over. */
static void a_stream_says_that_it_was_interrupted(void)
{
    struct rnl_sock *sock = peer_start(&peer, interrupt_once, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_STREAM, SOON);

    gives(dump, 1, 3);
    fails(dump, ESTALE, RNL_FROM_LOCAL);
    dump = started(sock, RNL_DUMP_STREAM, SOON);
    gives(dump, 4, 6);
    EXPECT(0, rnl_dump_restarts(dump));
    ends(dump);
    peer_end(&peer, sock);
}

static void best_effort_tells_when_asked(void)
{
    struct rnl_sock *sock = peer_start(&peer, interrupt_once, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_BEST_EFFORT, SOON);
    struct rnl_view view;

    gives(dump, 1, 3);
    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    EXPECT(1, rnl_dump_interrupted(dump));
    ends(dump);
    dump = started(sock, RNL_DUMP_BEST_EFFORT, SOON);
    gives(dump, 4, 6);
    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_interrupted(dump));
    ends(dump);
    peer_end(&peer, sock);
}

/* Interrupts every dump until a plain request comes. */
static void interrupt_for_ever(struct peer *p)
{
    for (peer_take(p); p->request.nlmsg_flags & NLM_F_DUMP; peer_take(p)) {
        peer_add_object(p, NLM_F_MULTI | NLM_F_DUMP_INTR, 1);
        peer_add_done(p, 0, 0);
        peer_send(p);
    }
    peer_add_error(p, 0);
    peer_send(p);
}

static void call(struct rnl_sock *sock)
{
    struct rnl_msg *msg = rnl_msg_new(64, 0);

    WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
}

static void the_deadline_is_for_all_restarts(void)
{
    struct rnl_sock *sock = peer_start(&peer, interrupt_for_ever, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_CONSISTENT, 300);
    long long begin = milliseconds(), took;
    struct rnl_view view;

    FAILS(ETIMEDOUT, RNL_FROM_TIMEOUT, rnl_dump_next(dump, &view, &test_err));
    took = milliseconds() - begin;
    CHECK(took >= 250 && took < SOON / 2);
    /* With growing pauses: not as often as possible. */
    CHECK(rnl_dump_restarts(dump) >= 3 && rnl_dump_restarts(dump) < 100);
    ends(dump);
    call(sock);
    peer_end(&peer, sock);
}

/* Says nothing till a plain request has come, then ends the dump late. */
static void silence(struct peer *p)
{
    struct nlmsghdr plain, dump;

    take_dump(p);
    dump = p->request;
    peer_take(p);
    plain = p->request;
    p->request = dump;
    peer_add_object(p, NLM_F_MULTI, 1);
    peer_add_done(p, 0, -EPERM);
    peer_send(p);
    p->request = plain;
    peer_add_error(p, 0);
    peer_send(p);
    take_dump(p);
    peer_add_object(p, NLM_F_MULTI, 2);
    peer_add_done(p, 0, 0);
    peer_send(p);
}

/* A late end is swallowed, and makes way for the next dump. */
static void silence_ends_at_the_deadline(int mode)
{
    struct rnl_sock *sock = peer_start(&peer, silence, NULL);
    struct rnl_dump *dump = started(sock, mode, 80);
    long long begin = milliseconds(), took;

    fails(dump, ETIMEDOUT, RNL_FROM_TIMEOUT);
    took = milliseconds() - begin;
    CHECK(took >= 60 && took < SOON / 2);
    call(sock);
    dump = started(sock, mode, SOON);
    gives(dump, 2, 2);
    ends(dump);
    peer_end(&peer, sock);
}

/* As the kernel does: a second dump is refused while the first runs, which ends only after a plain request. */
static void one_at_a_time(struct peer *p)
{
    struct nlmsghdr dump;

    take_dump(p);
    dump = p->request;
    peer_add_object(p, NLM_F_MULTI, 1);
    peer_send(p);
    peer_take(p);
    CHECK(!(p->request.nlmsg_flags & NLM_F_DUMP));
    peer_add_error(p, 0);
    peer_send(p);
    p->request = dump;
    peer_add_object(p, NLM_F_MULTI, 9);
    peer_add_done(p, 0, 0);
    peer_send(p);
    take_dump(p);
    peer_add_object(p, NLM_F_MULTI, 2);
    peer_add_done(p, 0, 0);
    peer_send(p);
}

/* However the first ended for its reader, the next waits for its DONE. */
static void a_dump_given_up_is_read_to_its_end(bool late)
{
    struct rnl_sock *sock = peer_start(&peer, one_at_a_time, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_STREAM, late ? 100 : SOON), *next;
    struct rnl_view view;

    gives(dump, 1, 1);
    if (late)
        FAILS(ETIMEDOUT, RNL_FROM_TIMEOUT, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    next = started(sock, RNL_DUMP_STREAM, SOON);
    call(sock);
    gives(next, 2, 2);
    ends(next);
    peer_end(&peer, sock);
}

/* Good objects, then bytes that are no message; a plain request follows. */
static void damage(struct peer *p)
{
    take_dump(p);
    peer_add_object(p, NLM_F_MULTI, 1);
    wire_raw(&p->answer, "\5\0\0\0\x64\0\0\0\0\0\0\0\0\0\0\0", 16);
    peer_send(p);
    peer_add_done(p, 0, 0);
    peer_send(p);
    peer_take(p);
    peer_add_error(p, 0);
    peer_send(p);
}

static void damage_is_told(void)
{
    struct rnl_sock *sock = peer_start(&peer, damage, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_STREAM, SOON);
    struct rnl_view view;

    gives(dump, 1, 1);
    FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    call(sock);
    peer_end(&peer, sock);
}

/* An object that is longer than was expected, then the end. */
static void long_object(struct peer *p)
{
    static char big[12000] = "\1";
    int i;

    for (i = 0; i < 2; i++) {
        take_dump(p);
        peer_add(p, 100, NLM_F_MULTI, big, sizeof big);
        peer_send(p);
        peer_add_done(p, 0, 0);
        peer_send(p);
    }
}

static void a_cut_object_fails_the_dump(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_sock *sock = peer_start(&peer, long_object, &opts);
    struct rnl_dump *dump = started(sock, RNL_DUMP_STREAM, SOON);

    fails(dump, EMSGSIZE, RNL_FROM_SOCKET);
    /* There is room for it now. */
    dump = started(sock, RNL_DUMP_STREAM, SOON);
    gives(dump, 1, 1);
    ends(dump);
    peer_end(&peer, sock);
}

/* A consistent dump is made again instead, as it is after an interruption. */
static void a_consistent_dump_gets_the_cut_object(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_sock *sock = peer_start(&peer, long_object, &opts);
    struct rnl_dump *dump = started(sock, RNL_DUMP_CONSISTENT, SOON);

    gives(dump, 1, 1);
    EXPECT(1, rnl_dump_restarts(dump));
    ends(dump);
    peer_end(&peer, sock);
}

/* Objects of odd lengths and DONE in one datagram; DONE without a number is a good end. */
static void all_in_one(struct peer *p)
{
    take_dump(p);
    peer_add_object(p, NLM_F_MULTI, 1);
    peer_add(p, 100, NLM_F_MULTI, "\2\0\0\0x", 5);
    peer_add_object(p, NLM_F_MULTI, 3);
    peer_add(p, NLMSG_DONE, NLM_F_MULTI, NULL, 0);
    peer_send(p);
    take_dump(p);
    peer_add(p, NLMSG_DONE, NLM_F_MULTI, NULL, 0);
    peer_send(p);
    take_dump(p);
    peer_add_error(p, -EOPNOTSUPP);
    peer_send(p);
}

static void dumps_may_be_short(int mode)
{
    struct rnl_sock *sock = peer_start(&peer, all_in_one, NULL);
    struct rnl_dump *dump = started(sock, mode, SOON);

    gives(dump, 1, 3);
    ends(dump);
    ends(started(sock, mode, SOON));
    fails(started(sock, mode, SOON), EOPNOTSUPP, RNL_FROM_KERNEL);
    peer_end(&peer, sock);
}

/* Objects were there before the kernel failed the dump: a consistent one shows none of them. */
static void fail_in_the_middle(struct peer *p)
{
    int i;

    for (i = 0; i < 2; i++) {
        take_dump(p);
        peer_add_object(p, NLM_F_MULTI, 1);
        peer_add_done(p, 0, -ENOMEM);
        peer_send(p);
    }
}

static void failures_come_in_their_place(void)
{
    struct rnl_sock *sock = peer_start(&peer, fail_in_the_middle, NULL);
    struct rnl_dump *dump = started(sock, RNL_DUMP_STREAM, SOON);

    gives(dump, 1, 1);
    fails(dump, ENOMEM, RNL_FROM_KERNEL);
    fails(started(sock, RNL_DUMP_CONSISTENT, SOON), ENOMEM, RNL_FROM_KERNEL);
    peer_end(&peer, sock);
}

int main(void)
{
    int mode;

    in_namespace();
    a_consistent_dump_is_made_again(0);
    a_consistent_dump_is_made_again(1);
    a_consistent_dump_is_made_again(5);
    a_stream_says_that_it_was_interrupted();
    best_effort_tells_when_asked();
    the_deadline_is_for_all_restarts();
    for (mode = RNL_DUMP_CONSISTENT; mode <= RNL_DUMP_BEST_EFFORT; mode++) {
        silence_ends_at_the_deadline(mode);
        dumps_may_be_short(mode);
    }
    a_dump_given_up_is_read_to_its_end(false);
    a_dump_given_up_is_read_to_its_end(true);
    damage_is_told();
    a_cut_object_fails_the_dump();
    a_consistent_dump_gets_the_cut_object();
    failures_come_in_their_place();
    return test_end();
}
