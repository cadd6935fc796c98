/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Many requests, dumps among them, to a peer whose answers are interrupted, too long, damaged, mixed with others. */
#include "pipeline_peer.h"

/* ---- Dumps. */

static void add_part(struct peer *p, unsigned flags, uint32_t number)
{
    peer_add_object(p, NLM_F_MULTI | flags, number);
    peer_send(p);
}

/* A dump that is interrupted twice, and a request between its parts. */
static void interrupt(struct peer *p)
{
    take_until(p, 2);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP, taken[0].nlmsg_flags);
    at(p, 0);
    add_part(p, 0, 1);
    answer_object(p, 1, 100);
    at(p, 0);
    add_part(p, NLM_F_DUMP_INTR, 2);
    answer_error(p, 1, 0);
    at(p, 0);
    peer_add_done(p, 0, 0);
    peer_send(p);
    take_until(p, 3);
    at(p, 2);
    add_part(p, 0, 1);
    peer_add_done(p, NLM_F_DUMP_INTR, 0);
    peer_send(p);
    take_until(p, 4);
    at(p, 3);
    add_part(p, 0, 7);
    add_part(p, 0, 8);
    peer_add_done(p, 0, 0);
    peer_send(p);
}

/* Only the last try's objects come, and nobody else's. */
static void a_dump_is_made_until_it_is_whole(void)
{
    struct rnl_sock *sock = start(interrupt, NULL);

    request(sock, RNL_SUBMIT_DUMP, 1, SOON);
    request(sock, 0, 2, -1);
    ends_with(sock, 2, 1, 100);
    ends_with(sock, 1, 2, 7);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* Answers a dump that was given up, then the next, which may not come before the first one's end. */
static void one_after_the_other(struct peer *p)
{
    take_until(p, 1);
    at(p, 0);
    add_part(p, 0, 1);
    take_until(p, 2);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK, taken[1].nlmsg_flags);
    answer_error(p, 1, 0);
    at(p, 0);
    add_part(p, 0, 2);
    peer_add_done(p, 0, 0);
    peer_send(p);
    take_until(p, 3);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP, taken[2].nlmsg_flags);
    at(p, 2);
    add_part(p, 0, 3);
    peer_add_done(p, 0, 0);
    peer_send(p);
}

static void a_dump_given_up_ends_before_the_next_begins(bool by_deadline)
{
    struct rnl_sock *sock = start(one_after_the_other, NULL);
    uint64_t first;

    first = request(sock, RNL_SUBMIT_DUMP, 1, by_deadline ? SHORT : -1);
    flush(sock);
    request(sock, RNL_SUBMIT_DUMP, 2, -1);
    if (by_deadline)
        times_out(sock, 1);
    else
        EXPECT(0, rnl_sock_cancel(sock, first));
    EXPECT(-ENOENT, rnl_sock_cancel(sock, first));
    request(sock, 0, 3, -1);
    ends(sock, 3, 0);
    ends_with(sock, 2, 1, 3);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* The second has not been sent when it is given up: it never is. */
static void take_two(struct peer *p)
{
    take_until(p, 1);
    at(p, 0);
    peer_add_done(p, 0, -EPERM);
    peer_send(p);
    take_until(p, 2);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK, taken[1].nlmsg_flags);
    answer_error(p, 1, 0);
}

static void a_dump_that_waits_may_be_given_up(void)
{
    struct rnl_sock *sock = start(take_two, NULL);
    uint64_t id;

    request(sock, RNL_SUBMIT_DUMP, 1, -1);
    id = request(sock, RNL_SUBMIT_DUMP, 2, -1);
    EXPECT(1, rnl_sock_flush(sock, NULL));
    EXPECT(0, rnl_sock_cancel(sock, id));
    ends(sock, 1, -EPERM);
    request(sock, 0, 3, -1);
    ends(sock, 3, 0);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* ---- Loss and damage. */

static void long_answers(struct peer *p)
{
    int i, k;

    take_until(p, 3);
    for (i = 0; i < 3; i++) {
        at(p, i);
        for (k = 0; k < (i == 1 ? 40 : 20); k++)
            peer_add(p, 100, i == 2 ? NLM_F_MULTI : 0, "01234567890123456789012", 23);
        peer_add_error(p, 0);
        peer_send(p);
    }
}

/* Each reply is bound by max_result, not their sum. */
static void a_reply_too_long_fails_alone(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_result = 800 };
    struct rnl_sock *sock = start(long_answers, &opts);
    int i;

    for (i = 0; i < 3; i++)
        request(sock, 0, (uint64_t)i, -1);
    for (i = 0; i < 3; i++) {
        struct rnl_done done = take(sock);

        EQUAL(done.user == 1 ? -EFBIG : 0, done.result);
        EQUAL(done.user == 1 ? 0 : 20, objects_in(done.reply));
        done_free(&done);
    }
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

static void long_dump(struct peer *p)
{
    int i;

    take_until(p, 1);
    at(p, 0);
    for (i = 0; i < 50; i++)
        peer_add(p, 100, NLM_F_MULTI, "01234567890123456789012", 23);
    peer_send(p);
    peer_add_done(p, 0, 0);
    peer_send(p);
    take_until(p, 2);
    answer_error(p, 1, 0);
}

static void a_dump_too_long_fails(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_result = 800 };
    struct rnl_sock *sock = start(long_dump, &opts);

    request(sock, RNL_SUBMIT_DUMP, 1, -1);
    ends(sock, 1, -EFBIG);
    request(sock, 0, 2, -1);
    ends(sock, 2, 0);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* An answer, bytes that are no message, and another answer. */
static void damage(struct peer *p)
{
    static const char lie[] = "\xff\xff\0\0\x64\0\0\0";

    take_until(p, 3);
    at(p, 0);
    peer_add_error(p, 0);
    wire_raw(&p->answer, lie, sizeof lie - 1);
    peer_send(p);
    at(p, 1);
    peer_add(p, NLMSG_ERROR, 0, "\0\0\0\0", 4);
    peer_send(p);
    answer_error(p, 2, 0);
}

/* Damage is told once, and who was not damaged is answered. */
static void damage_is_told_and_the_rest_goes_on(bool in_flush)
{
    struct rnl_sock *sock = start(damage, NULL);
    int i, results[4] = { 0 };

    for (i = 0; i < 3; i++)
        request(sock, 0, (uint64_t)i, -1);
    for (i = 0; i < 4; i++) {
        struct rnl_done done = { .user = 3 };
        int result = in_flush ? rnl_sock_flush(sock, NULL) : 0;

        if (result >= 0)
            result = rnl_sock_complete(sock, &done, SOON, NULL);
        NEED(done.user <= 3);
        results[done.user] = result == 1 ? done.result : result;
        if (result == 1)
            done_free(&done);
    }
    EQUAL(0, results[0]);
    EQUAL(-EBADMSG, results[1]);
    EQUAL(0, results[2]);
    EQUAL(-EBADMSG, results[3]);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* ---- Notifications. */

static void notify(struct peer *p)
{
    uint32_t i;

    take_until(p, 4);
    for (i = 0; i < 4; i++) {
        wire_message(&p->answer, (struct nlmsghdr){ 0, 100, 0, 0, 0 }, &i, sizeof i);
        NEED(rnl_sock_send(p->sock, p->answer.at, p->answer.len, 0, 1, NULL) == 0);
        p->answer.len = 0;
        answer_error(p, (int)i, 0);
    }
}

static void notifications_are_kept_meanwhile(void)
{
    struct rnl_sock *sock = start(notify, NULL);
    struct rnl_view view;
    int i;

    WORKS(0, rnl_sock_join(sock, 1, &test_err));
    for (i = 0; i < 4; i++)
        request(sock, 0, (uint64_t)i, -1);
    for (i = 0; i < 4; i++)
        ends(sock, (uint64_t)i, 0);
    EXPECT(0, rnl_sock_timeout(sock));
    for (i = 0; i < 4; i++) {
        WORKS(1, rnl_sock_next(sock, &view, 0, &test_err));
        EQUAL(i, object_number(&view));
    }
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

int main(void)
{
    in_namespace();
    a_dump_is_made_until_it_is_whole();
    a_dump_given_up_ends_before_the_next_begins(false);
    a_dump_given_up_ends_before_the_next_begins(true);
    a_dump_that_waits_may_be_given_up();
    a_reply_too_long_fails_alone();
    a_dump_too_long_fails();
    damage_is_told_and_the_rest_goes_on(false);
    damage_is_told_and_the_rest_goes_on(true);
    notifications_are_kept_meanwhile();
    return test_end();
}
