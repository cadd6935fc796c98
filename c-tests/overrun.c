/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A receive queue that overflows: what was queued comes first, then the gap is told, then what is new. */
#include "kernel.h"

/* More than a small queue holds. */
#define FLOOD 100

static struct rnl_sock *other;

/* A monitor of links with a small queue. */
static struct rnl_sock *small_monitor(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = 20000 };
    struct rnl_sock *sock = NULL;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    return sock;
}

static void flood(void)
{
    int i;

    for (i = 1; i <= FLOOD; i++)
        set_alias_number(other, i);
}

/* Reads the notifications 1, 2, 3 ... that were queued, some but not all; gives what ended them. */
static int drain(struct rnl_sock *sock)
{
    struct rnl_view view;
    int n = 0, result;

    while ((result = rnl_sock_next(sock, &view, 0, NULL)) == 1)
        EQUAL(++n, alias_number(&view));
    CHECK(n >= 1 && n < FLOOD);
    return result;
}

/* What is new comes as ever. */
static void goes_on(struct rnl_sock *sock)
{
    struct rnl_view view;

    set_alias_number(other, 1000);
    WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
    EQUAL(1000, alias_number(&view));
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
}

static void the_gap_is_told_once_in_its_place(void)
{
    struct rnl_sock *sock = small_monitor();
    int round;

    for (round = 0; round < 3; round++) {
        flood();
        EQUAL(-ENOBUFS, drain(sock));
        goes_on(sock);
    }
    EXPECT(0, rnl_sock_close(sock));
}

static void the_gap_is_an_error_of_the_socket(void)
{
    struct rnl_sock *sock = small_monitor();
    struct rnl_view view;

    flood();
    while (rnl_sock_next(sock, &view, 0, &test_err) == 1)
        CHECK(test_err == NULL);
    EQUAL(ENOBUFS, rnl_err_errno(test_err));
    EQUAL(RNL_FROM_SOCKET, rnl_err_origin(test_err));
    CHECK(strstr(rnl_err_text(test_err), "next: ENOBUFS: ") == rnl_err_text(test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* The answer of a request has no room either: the call fails, and the notifications are as before. */
static void a_call_may_lose_its_answer(void)
{
    struct rnl_sock *sock = small_monitor();
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_reply *reply = NULL;

    flood();
    FAILS(ENOBUFS, RNL_FROM_SOCKET, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    CHECK(reply == NULL);
    EQUAL(-ENOBUFS, drain(sock));
    WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    goes_on(sock);
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

/* Dumps go on in spite of it: the kernel waits with their parts until there is room. */
static void a_dump_comes_to_its_end(int mode)
{
    struct rnl_sock *sock = small_monitor();
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_view view;
    int n = 0, result, gaps = 0;

    WORKS(0, rnl_dump_start(&dump, sock, msg, mode, SOON, &test_err));
    flood();
    while ((result = rnl_dump_next(dump, &view, NULL)) == 1)
        n++;
    CHECK(result == 0 || result == -ENOBUFS);
    CHECK(result != 0 || n >= 1);
    EXPECT(0, rnl_dump_free(dump));
    while ((result = rnl_sock_next(sock, &view, 0, NULL)) != 0)
        gaps += result == -ENOBUFS;
    EQUAL(1, gaps);
    goes_on(sock);
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

/* Who reads datagrams himself is told at once: the gap is behind what is still queued. */
static void the_reader_of_datagrams_is_told_first(void)
{
    struct rnl_sock *sock = small_monitor();
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    int n = 0, result;

    flood();
    FAILS(ENOBUFS, RNL_FROM_SOCKET, rnl_sock_recv(sock, &got, 0, &test_err));
    while ((result = rnl_sock_recv(sock, &got, 0, NULL)) == 1) {
        struct rnl_view view;

        CHECK(rnl_view_next(&got.data, &view) == 1);
        EQUAL(++n, alias_number(&view));
    }
    EQUAL(0, result);
    CHECK(n >= 1 && n < FLOOD);
    EXPECT(0, rnl_sock_close(sock));
}

/* Who does not want to know is not told. */
static void the_error_may_be_turned_off(void)
{
    struct rnl_sock *sock = small_monitor();

    WORKS(0, rnl_sock_setopt(sock, NETLINK_NO_ENOBUFS, 1, &test_err));
    flood();
    EQUAL(0, drain(sock));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    in_namespace();
    other = open_sock(NETLINK_ROUTE);
    the_gap_is_told_once_in_its_place();
    the_gap_is_an_error_of_the_socket();
    a_call_may_lose_its_answer();
    a_dump_comes_to_its_end(RNL_DUMP_CONSISTENT);
    a_dump_comes_to_its_end(RNL_DUMP_STREAM);
    a_dump_comes_to_its_end(RNL_DUMP_BEST_EFFORT);
    the_reader_of_datagrams_is_told_first();
    the_error_may_be_turned_off();
    EXPECT(0, rnl_sock_close(other));
    return test_end();
}
