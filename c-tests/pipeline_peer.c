/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Many requests to a peer that answers in any order, late, or never: deadlines, and what is given up. */
#include "pipeline_peer.h"

#include <semaphore.h>

/* ---- What is sent. */

static void take_four(struct peer *p)
{
    int i;

    take_until(p, 4);
    for (i = 0; i < 4; i++)
        answer_error(p, i, 0);
}

/* One datagram, numbers in a row, and each asks for its acknowledgement; of quiet ones, only the last. */
static void requests_share_a_datagram(void)
{
    uint32_t flags[] = { 0, RNL_SUBMIT_QUIET };
    size_t f;
    int i;

    for (f = 0; f < 2; f++) {
        struct rnl_sock *sock = start(take_four, NULL);

        for (i = 0; i < 4; i++)
            request(sock, flags[f], (uint64_t)i, -1);
        for (i = 0; i < 4 && !flags[f]; i++)
            ends(sock, (uint64_t)i, 0);
        nothing_is_left(sock);
        peer_end(&peer, sock);
        EQUAL(1, datagrams);
        for (i = 0; i < 4; i++) {
            bool ack = !flags[f] || i == 3;

            EQUAL(taken[0].nlmsg_seq + (uint32_t)i, taken[i].nlmsg_seq);
            EQUAL(NLM_F_REQUEST | (ack ? NLM_F_ACK : 0), taken[i].nlmsg_flags);
            EQUAL(taken[0].nlmsg_pid, taken[i].nlmsg_pid);
        }
    }
}

/* ---- Answers in any order. */

static void mixed_up(struct peer *p)
{
    take_until(p, 3);
    answer_object(p, 2, 20);
    answer_object(p, 0, 0);
    answer_object(p, 2, 21);
    answer_error(p, 1, -EPERM);
    answer_object(p, 0, 1);
    answer_error(p, 2, 0);
    answer_error(p, 2, -EBUSY);
    answer_error(p, 0, 0);
    answer_object(p, 0, 2);
}

static void answers_find_their_owner_in_any_order(void)
{
    struct rnl_sock *sock = start(mixed_up, NULL);
    int i;

    for (i = 0; i < 3; i++)
        request(sock, 0, (uint64_t)i, -1);
    ends(sock, 1, -EPERM);
    ends_with(sock, 2, 2, 20);
    ends_with(sock, 0, 2, 0);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

static void warn(struct peer *p)
{
    struct wire body = { 0, { 0 } };
    int none = 0;

    take_until(p, 2);
    at(p, 0);
    wire_raw(&body, &none, sizeof none);
    wire_raw(&body, &p->request, sizeof p->request);
    wire_str(&body, NLMSGERR_ATTR_MSG, "done, but beware");
    peer_add(p, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, body.at, body.len);
    peer_send(p);
    answer_error(p, 1, 0);
}

/* A warning alone is a reply, too. */
static void warnings_come_with_the_completion(void)
{
    struct rnl_sock *sock = start(warn, NULL);
    struct rnl_done done;

    request(sock, 0, 1, -1);
    request(sock, 0, 2, -1);
    done = take(sock);
    EQUAL(0, done.result);
    SAME_TEXT("done, but beware", rnl_reply_warning(done.reply));
    EQUAL(0, objects_in(done.reply));
    done_free(&done);
    done = take(sock);
    CHECK(done.reply == NULL);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* ---- Deadlines. */

/* The first never, the second at once, the third never; then all of them, when the fourth has come. */
static void late(struct peer *p)
{
    int i;

    take_until(p, 3);
    answer_object(p, 1, 1);
    answer_error(p, 1, 0);
    answer_object(p, 0, 90);
    take_until(p, 4);
    answer_object(p, 0, 91);
    answer_object(p, 2, 92);
    for (i = 0; i < 3; i++)
        answer_error(p, i, -EPERM);
    answer_object(p, 3, 3);
    answer_error(p, 3, 0);
}

/* Each has its own deadline; what comes behind it is swallowed. */
static void each_has_its_own_deadline(void)
{
    struct rnl_sock *sock = start(late, NULL);
    long long begin = milliseconds(), took;

    request(sock, 0, 0, SHORT);
    request(sock, 0, 1, -1);
    request(sock, 0, 2, 2 * SHORT);
    ends_with(sock, 1, 1, 1);
    times_out(sock, 0);
    took = milliseconds() - begin;
    CHECK(took >= SHORT && took < SOON / 2);
    times_out(sock, 2);
    took = milliseconds() - begin;
    CHECK(took >= 2 * SHORT && took < SOON / 2);
    request(sock, 0, 3, -1);
    ends_with(sock, 3, 1, 3);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

static void never(struct peer *p)
{
    take_until(p, 2);
    take_until(p, 3);
    answer_error(p, 2, 0);
}

/* The time to wait for a completion is not the time of a request: nothing is given up when it passes. */
static void waiting_has_a_time_of_its_own(void)
{
    struct rnl_sock *sock = start(never, NULL);
    struct rnl_done done;
    long long begin;
    uint64_t id;

    id = request(sock, 0, 0, -1);
    request(sock, 0, 1, 3 * SHORT);
    WORKS(0, rnl_sock_complete(sock, &done, 0, &test_err));
    begin = milliseconds();
    WORKS(0, rnl_sock_complete(sock, &done, SHORT, &test_err));
    CHECK(milliseconds() - begin >= SHORT);
    times_out(sock, 1);
    EXPECT(0, rnl_sock_cancel(sock, id));
    nothing_is_left(sock);
    request(sock, 0, 2, -1);
    ends(sock, 2, 0);
    peer_end(&peer, sock);
}

static void silent(struct peer *p)
{
    struct rnl_datagram datagram;

    NEED(rnl_sock_recv(p->sock, &datagram, SOON, NULL) == 1);
}

/* All at once: those that were sent, and those that never were. */
static void all_may_be_late(void)
{
    struct rnl_sock *sock = start(silent, NULL);
    int i;

    for (i = 0; i < 200; i++)
        request(sock, i % 2 ? RNL_SUBMIT_QUIET : 0, (uint64_t)i, SHORT);
    for (i = 0; i < 200; i++) {
        struct rnl_done done = take(sock);

        EQUAL(-ETIMEDOUT, done.result);
        done_free(&done);
    }
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* ---- Requests given up. */

static void answer_late_all(struct peer *p)
{
    int i;

    take_until(p, 3);
    answer_object(p, 0, 5);
    take_until(p, 4);
    for (i = 0; i < 3; i++) {
        answer_object(p, i, 6);
        answer_error(p, i, i % 2 ? -EPERM : 0);
    }
    answer_object(p, 3, 7);
    answer_error(p, 3, 0);
}

/* Waits until the socket has something to read, and takes it in. */
static void take_in(struct rnl_sock *sock)
{
    struct rnl_done done;

    WORKS(0, rnl_sock_complete(sock, &done, SHORT, &test_err));
}

static void late_answers_to_what_was_cancelled_are_swallowed(void)
{
    struct rnl_sock *sock = start(answer_late_all, NULL);
    uint64_t ids[3];
    int i;

    for (i = 0; i < 3; i++)
        ids[i] = request(sock, 0, (uint64_t)i, -1);
    flush(sock);
    take_in(sock);
    for (i = 0; i < 3; i++) {
        EXPECT(0, rnl_sock_cancel(sock, ids[i]));
        EXPECT(-ENOENT, rnl_sock_cancel(sock, ids[i]));
    }
    nothing_is_left(sock);
    request(sock, 0, 3, -1);
    ends_with(sock, 3, 1, 7);
    nothing_is_left(sock);
    peer_end(&peer, sock);
}

/* Posted when the last has been given up. */
static sem_t given_up;

static void answer_the_last(struct peer *p)
{
    take_until(p, 3);
    NEED(sem_wait(&given_up) == 0);
    answer_error(p, 2, p->argument);
}

/* The acknowledgement that tells of the quiet ones may be that of a request given up: it counts all the same. */
static void quiet_ones_end_with_a_request_that_was_given_up(uint32_t flags, int error, bool by_deadline)
{
    struct rnl_sock *sock;
    struct rnl_done done;
    uint64_t last;

    NEED(sem_init(&given_up, 0, 0) == 0);
    peer.argument = error;
    sock = start(answer_the_last, NULL);
    request(sock, RNL_SUBMIT_QUIET, 0, -1);
    request(sock, RNL_SUBMIT_QUIET, 1, -1);
    last = request(sock, flags, 2, by_deadline ? 0 : -1);
    flush(sock);
    if (by_deadline)
        times_out(sock, 2);
    else
        EXPECT(0, rnl_sock_cancel(sock, last));
    NEED(sem_post(&given_up) == 0);
    WORKS(0, rnl_sock_complete(sock, &done, SOON / 10, &test_err));
    EXPECT(-1, rnl_sock_timeout(sock));
    EXPECT(-ENOENT, rnl_sock_cancel(sock, 0));
    peer_end(&peer, sock);
}

int main(void)
{
    in_namespace();
    requests_share_a_datagram();
    answers_find_their_owner_in_any_order();
    warnings_come_with_the_completion();
    each_has_its_own_deadline();
    waiting_has_a_time_of_its_own();
    all_may_be_late();
    late_answers_to_what_was_cancelled_are_swallowed();
    quiet_ones_end_with_a_request_that_was_given_up(RNL_SUBMIT_QUIET, 0, false);
    quiet_ones_end_with_a_request_that_was_given_up(0, -EPERM, false);
    quiet_ones_end_with_a_request_that_was_given_up(0, 0, true);
    return test_end();
}
