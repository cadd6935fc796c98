/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a socket counts. */
#include "peer.h"

static struct rnl_stats stats_of(struct rnl_sock *sock)
{
    struct rnl_stats stats = { .size = sizeof stats };

    EXPECT(0, rnl_sock_stats(sock, &stats));
    EQUAL(sizeof stats, stats.size);
    return stats;
}

static void received(struct rnl_sock *sock, uint64_t datagrams, uint64_t messages)
{
    struct rnl_stats stats = stats_of(sock);

    EQUAL(datagrams, stats.rx_datagrams);
    EQUAL(messages, stats.rx_messages);
    CHECK(stats.rx_bytes >= 16 * messages);
}

static void sent(struct rnl_sock *sock, uint64_t datagrams, uint64_t messages, uint64_t bytes)
{
    struct rnl_stats stats = stats_of(sock);

    EQUAL(datagrams, stats.tx_datagrams);
    EQUAL(messages, stats.tx_messages);
    EQUAL(bytes, stats.tx_bytes);
}

static void a_call_is_counted(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_stats stats = stats_of(sock);

    received(sock, 0, 0);
    sent(sock, 0, 0, 0);
    EQUAL(0, stats.rx_bytes + stats.restarts + stats.overruns + stats.drops + stats.rmem + stats.in_flight);
    CHECK(stats.rcvbuf > 0);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    /* The link, and the acknowledgement. */
    received(sock, 2, 2);
    sent(sock, 1, 1, 32);
    EXPECT(0, rnl_sock_close(sock));
}

static void requests_in_one_datagram_are_counted(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_msg *msg = link_msg(RTM_SETLINK, 0, LO);
    struct rnl_done done;
    int i;

    for (i = 0; i < 3; i++)
        WORKS(0, rnl_sock_submit(sock, msg, 0, 0, SOON, NULL, &test_err));
    EQUAL(3, stats_of(sock).in_flight);
    sent(sock, 0, 0, 0);
    for (i = 0; i < 3; i++)
        WORKS(1, rnl_sock_complete(sock, &done, SOON, &test_err));
    EQUAL(0, stats_of(sock).in_flight);
    EQUAL(3, stats_of(sock).rx_messages);
    EQUAL(3, stats_of(sock).tx_messages);
    EQUAL(3 * 32, stats_of(sock).tx_bytes);
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

/* Whichever way its objects take. */
static void a_dump_is_counted(int mode)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_msg *msg = dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    uint64_t rows = 0;

    WORKS(0, rnl_dump_start(&dump, sock, msg, mode, SOON, &test_err));
    while (rnl_dump_next(dump, &view, &test_err) == 1)
        rows++;
    CHECK(rows > 20);
    EQUAL(rows + 1, stats_of(sock).rx_messages);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

static void datagrams_past_requests_are_counted(void)
{
    struct rnl_sock *from = open_sock(NETLINK_USERSOCK), *to = open_sock(NETLINK_USERSOCK);
    struct nlmsghdr two[2] = { { 16, 20, 0, 0, 0 }, { 16, 21, 0, 0, 0 } };
    struct rnl_datagram datagram;
    uint32_t port = 0;

    EXPECT(0, rnl_sock_port(to, &port));
    WORKS(0, rnl_sock_send(from, two, sizeof two, port, 0, &test_err));
    sent(from, 1, 2, sizeof two);
    EXPECT(-ECONNREFUSED, rnl_sock_send(from, two, sizeof two, port + 1, 0, NULL));
    sent(from, 1, 2, sizeof two);
    CHECK(stats_of(to).rmem > 0);
    WORKS(1, rnl_sock_recv(to, &datagram, 0, &test_err));
    received(to, 1, 2);
    EQUAL(sizeof two, stats_of(to).rx_bytes);
    EQUAL(0, stats_of(to).rmem);
    EXPECT(0, rnl_sock_close(from));
    EXPECT(0, rnl_sock_close(to));
}

/* Interrupts two dumps, and then none. */
static void interrupt_twice(struct peer *peer)
{
    int round;

    for (round = 0; round <= 2; round++) {
        peer_take(peer);
        peer_add_object(peer, NLM_F_MULTI, 1);
        peer_add_done(peer, round < 2 ? NLM_F_DUMP_INTR : 0, 0);
        peer_send(peer);
    }
}

static void restarts_are_counted(void)
{
    static struct peer peer;
    struct rnl_sock *sock = peer_start(&peer, interrupt_twice, NULL);
    struct rnl_msg *msg = rnl_msg_new(64, 0);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    WORKS(1, rnl_dump_next(dump, &view, &test_err));
    EQUAL(2, stats_of(sock).restarts);
    received(sock, 3, 6);
    sent(sock, 3, 3, 3 * 16);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    peer_end(&peer, sock);
}

/* Reads up to the end, and counts the gaps. */
static uint64_t gaps(struct rnl_sock *sock)
{
    struct rnl_view view;
    uint64_t gaps = 0;
    int result;

    while ((result = rnl_sock_next(sock, &view, 0, NULL)) != 0)
        gaps += result == -ENOBUFS;
    return gaps;
}

static void flood(struct rnl_sock *maker)
{
    int i;

    for (i = 0; i < 100; i++)
        set_alias_number(maker, i);
}

/* Gaps in the kernel's queue, which the kernel counts too, and in that of the library. */
static void overruns_are_counted(void)
{
    struct rnl_opts small = { .size = sizeof small, .rcvbuf = 20000, .max_queue = 4096 };
    struct rnl_sock *maker = open_sock(NETLINK_ROUTE), *sock = NULL;
    struct rnl_stats stats;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &small, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    flood(maker);
    EQUAL(1, gaps(sock));
    stats = stats_of(sock);
    EQUAL(1, stats.overruns);
    CHECK(stats.drops > 0);
    CHECK(stats.rcvbuf >= 20000);
    EXPECT(0, rnl_sock_close(sock));

    small.rcvbuf = 0;
    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &small, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    flood(maker);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    EQUAL(1, gaps(sock));
    EQUAL(1, stats_of(sock).overruns);
    EQUAL(0, stats_of(sock).drops);
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(0, rnl_sock_close(maker));
}

/* Of callers that were built with another version. */
static void shorter_and_longer_structs_are_filled(void)
{
    struct {
        struct rnl_stats stats;
        uint64_t more[2];
    } space, before;
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    size_t size;

    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    memset(&before, 0xee, sizeof before);
    for (size = 0; size <= sizeof space; size++) {
        bool enough = size >= sizeof(size_t);
        size_t end = enough ? size : sizeof(size_t);

        space = before;
        space.stats.size = size;
        EXPECT(enough ? 0 : -EINVAL, rnl_sock_stats(sock, &space.stats));
        EQUAL(size, space.stats.size);
        CHECK(memcmp((char *)&space + end, (char *)&before + end, sizeof space - end) == 0);
        if (size >= offsetof(struct rnl_stats, rx_messages))
            EQUAL(2, space.stats.rx_datagrams);
    }
    EQUAL(0, space.more[0] + space.more[1]);
    space.stats.size = 4097;
    EXPECT(-EINVAL, rnl_sock_stats(sock, &space.stats));
    EXPECT(-EINVAL, rnl_sock_stats(sock, NULL));
    EXPECT(-EINVAL, rnl_sock_stats(NULL, &space.stats));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    struct rnl_sock *sock;
    char name[16];
    int i;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    for (i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "v%d", i);
        CHECK(add_any_link(sock, name));
    }
    EXPECT(0, rnl_sock_close(sock));
    a_call_is_counted();
    requests_in_one_datagram_are_counted();
    a_dump_is_counted(RNL_DUMP_CONSISTENT);
    a_dump_is_counted(RNL_DUMP_STREAM);
    datagrams_past_requests_are_counted();
    restarts_are_counted();
    overruns_are_counted();
    shorter_and_longer_structs_are_filled();
    return test_end();
}
