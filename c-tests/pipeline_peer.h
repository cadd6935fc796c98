/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Many requests to a peer that plays the kernel as none at hand does. Each step of a script waits for what it answers
 * to; the test tells it by further requests when it may go on.
 */
#ifndef RNL_TEST_PIPELINE_PEER_H
#define RNL_TEST_PIPELINE_PEER_H

#include "pipeline.h"
#include "peer.h"

#define TYPE 64
#define MOST 64
/* Long enough that it does not pass by chance, short enough to be waited for. */
#define SHORT 60

static struct peer peer;
/* The requests the peer has taken, in their order. */
static struct nlmsghdr taken[MOST];
static int n_taken;
/* Datagrams they came in. */
static int datagrams;

/* ---- The peer's side. */

/* Takes datagrams until there are `n` requests in all. */
static inline void take_until(struct peer *p, int n)
{
    while (n_taken < n) {
        struct rnl_datagram datagram;
        struct rnl_view view;

        NEED(rnl_sock_recv(p->sock, &datagram, SOON, NULL) == 1);
        datagrams++;
        while (rnl_view_next(&datagram.data, &view) == 1) {
            NEED(n_taken < MOST);
            memcpy(&taken[n_taken++], view.msg.ptr, sizeof *taken);
        }
    }
}

/* Turns to request i. */
static inline void at(struct peer *p, int i)
{
    NEED(i < n_taken);
    p->request = taken[i];
}

static inline void answer_error(struct peer *p, int i, int error)
{
    at(p, i);
    peer_add_error(p, error);
    peer_send(p);
}

static inline void answer_object(struct peer *p, int i, uint32_t number)
{
    at(p, i);
    peer_add_object(p, 0, number);
    peer_send(p);
}

/* ---- The test's side. */

static inline struct rnl_sock *start(void (*script)(struct peer *), const struct rnl_opts *opts)
{
    n_taken = datagrams = 0;
    return peer_start(&peer, script, opts);
}

static inline uint64_t request(struct rnl_sock *sock, uint32_t flags, uint64_t user, int timeout)
{
    struct rnl_msg *msg = rnl_msg_new(TYPE, 0);
    uint64_t id = UINT64_MAX;

    NEED(msg);
    WORKS(0, rnl_sock_submit(sock, msg, flags, user, timeout, &id, &test_err));
    rnl_msg_free(msg);
    return id;
}

static inline void flush(struct rnl_sock *sock)
{
    WORKS(0, rnl_sock_flush(sock, &test_err));
}

/* The next completion is this one, with so many objects; the first is `number`. */
static inline void ends_with(struct rnl_sock *sock, uint64_t user, int objects, int number)
{
    struct rnl_done done = take(sock);
    struct rnl_view view;

    EQUAL(user, done.user);
    EQUAL(0, done.result);
    NEED(done.reply && rnl_reply_next(done.reply, &view) == 1);
    EQUAL(number, object_number(&view));
    EQUAL(objects - 1, objects_in(done.reply));
    done_free(&done);
}

static inline void times_out(struct rnl_sock *sock, uint64_t user)
{
    struct rnl_done done = take(sock);

    EQUAL(user, done.user);
    EQUAL(-ETIMEDOUT, done.result);
    EQUAL(RNL_FROM_TIMEOUT, rnl_err_origin(done.err));
    done_free(&done);
}

#endif
