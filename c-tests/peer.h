/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A peer on the other side of NETLINK_USERSOCK that plays the kernel: a thread that takes requests and answers as its
 * script says, lost, late and damaged answers included.
 */
#ifndef RNL_TEST_PEER_H
#define RNL_TEST_PEER_H

#include "kernel.h"
#include "wire.h"

#include <pthread.h>

struct peer {
    struct rnl_sock *sock;
    void (*script)(struct peer *);
    /* Given by the test, for its script. */
    int argument;
    /* Of the request taken last. */
    struct nlmsghdr request;
    /* The answer under construction. */
    struct wire answer;
    pthread_t thread;
};

static inline void *peer_run(void *peer)
{
    ((struct peer *)peer)->script((struct peer *)peer);
    return NULL;
}

/* A socket for the test whose requests go to a peer that follows `script`. */
static inline struct rnl_sock *peer_start(struct peer *peer, void (*script)(struct peer *), const struct rnl_opts *opts)
{
    struct rnl_sock *sock = NULL;
    uint32_t port = 0;

    peer->sock = open_sock(NETLINK_USERSOCK);
    peer->script = script;
    peer->answer.len = 0;
    NEED(rnl_sock_port(peer->sock, &port) == 0);
    NEED(rnl_sock_open(&sock, NETLINK_USERSOCK, opts, NULL) == 0);
    NEED(rnl_sock_connect(sock, port, 0, NULL) == 0);
    NEED(pthread_create(&peer->thread, NULL, peer_run, peer) == 0);
    return sock;
}

/* Waits for the script's end and closes both sockets. */
static inline void peer_end(struct peer *peer, struct rnl_sock *sock)
{
    NEED(pthread_join(peer->thread, NULL) == 0);
    EXPECT(0, rnl_sock_close(peer->sock));
    EXPECT(0, rnl_sock_close(sock));
}

/* Takes the next request. */
static inline void peer_take(struct peer *peer)
{
    struct rnl_datagram datagram;

    NEED(rnl_sock_recv(peer->sock, &datagram, SOON, NULL) == 1);
    NEED(datagram.data.len >= sizeof peer->request);
    memcpy(&peer->request, datagram.data.ptr, sizeof peer->request);
}

/* Adds a message to the answer. */
static inline void peer_add(struct peer *peer, unsigned type, unsigned flags, const void *body, size_t len)
{
    struct nlmsghdr header = { 0, (uint16_t)type, (uint16_t)flags, peer->request.nlmsg_seq, peer->request.nlmsg_pid };

    wire_message(&peer->answer, header, body, len);
}

/* Adds the verdict of a plain request. */
static inline void peer_add_error(struct peer *peer, int error)
{
    struct {
        int error;
        struct nlmsghdr request;
    } body = { error, peer->request };

    peer_add(peer, NLMSG_ERROR, NLM_F_CAPPED, &body, sizeof body);
}

/* Adds the end of a dump. */
static inline void peer_add_done(struct peer *peer, unsigned flags, int error)
{
    peer_add(peer, NLMSG_DONE, NLM_F_MULTI | flags, &error, sizeof error);
}

/* Adds an object that is a number. */
static inline void peer_add_object(struct peer *peer, unsigned flags, uint32_t number)
{
    peer_add(peer, 100, flags, &number, sizeof number);
}

/* Sends the answer to the one that asked. */
static inline void peer_send(struct peer *peer)
{
    NEED(rnl_sock_send(peer->sock, peer->answer.at, peer->answer.len, peer->request.nlmsg_pid, 0, NULL) == 0);
    peer->answer.len = 0;
}

/* The number in an object of a peer. */
static inline int object_number(const struct rnl_view *view)
{
    uint32_t number = 0;

    return rnl_view_fixed(view, &number, sizeof number) == sizeof number ? (int)number : -1;
}

#endif
