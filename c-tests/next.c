/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Notifications: groups, where one came from, in what order, how long to wait. */
#include "kernel.h"
#include "wire.h"

#include <poll.h>

/* A group of NETLINK_ROUTE that does not fit into an address. */
#define HIGH_GROUP RTNLGRP_BRVLAN

static struct rnl_sock *other;

static void groups_are(struct rnl_sock *sock, size_t n, uint32_t first, uint32_t second)
{
    uint32_t groups[3] = { 0, 0, 77 };

    WORKS(n, rnl_sock_groups(sock, NULL, 0, &test_err));
    WORKS(n, rnl_sock_groups(sock, groups, 2, &test_err));
    EQUAL(first, groups[0]);
    EQUAL(second, groups[1]);
    EQUAL(77, groups[2]);
    if (n > 1) {
        groups[1] = 77;
        WORKS(n, rnl_sock_groups(sock, groups, 1, &test_err));
        EQUAL(77, groups[1]);
    }
}

static void groups_are_joined_and_left(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);

    groups_are(sock, 0, 0, 0);
    WORKS(0, rnl_sock_join(sock, HIGH_GROUP, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    groups_are(sock, 2, RTNLGRP_LINK, HIGH_GROUP);
    WORKS(0, rnl_sock_leave(sock, RTNLGRP_LINK, &test_err));
    groups_are(sock, 1, HIGH_GROUP, 0);
    WORKS(0, rnl_sock_leave(sock, HIGH_GROUP, &test_err));
    groups_are(sock, 0, 0, 0);
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_join(sock, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_join(sock, 100000, &test_err));
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_leave(sock, 100000, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_join(sock, UINT32_MAX, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_leave(sock, UINT32_MAX, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_groups(sock, NULL, 1, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

static struct rnl_sock *monitor_of(uint32_t group)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);

    WORKS(0, rnl_sock_join(sock, group, &test_err));
    return sock;
}

/* The next notification is this alias. */
static void alias_comes(struct rnl_sock *sock, int number)
{
    struct rnl_view view;

    NEED(rnl_sock_next(sock, &view, SOON, NULL) == 1);
    EQUAL(number, alias_number(&view));
    EQUAL(RTNLGRP_LINK, view.group);
    EQUAL(-1, view.nsid);
    EQUAL(0, view.reserved);
}

static void nothing_comes(struct rnl_sock *sock)
{
    struct rnl_view view;

    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
}

static void changes_are_told_with_their_group(void)
{
    struct rnl_sock *sock = monitor_of(RTNLGRP_LINK);
    struct rnl_view view;

    WORKS(0, rnl_sock_join(sock, RTNLGRP_IPV4_IFADDR, &test_err));
    nothing_comes(sock);
    set_alias_number(other, 1);
    deliver(other, address_msg(RTM_NEWADDR, 1));
    set_alias_number(other, 2);
    deliver(other, address_msg(RTM_DELADDR, 1));
    alias_comes(sock, 1);
    WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
    EQUAL(RTM_NEWADDR, view.type);
    EQUAL(RTNLGRP_IPV4_IFADDR, view.group);
    alias_comes(sock, 2);
    WORKS(1, rnl_sock_next(sock, &view, -1, &test_err));
    EQUAL(RTM_DELADDR, view.type);
    nothing_comes(sock);
    EXPECT(0, rnl_sock_close(sock));
}

static void what_is_queued_still_comes_after_leaving(void)
{
    struct rnl_sock *sock = monitor_of(RTNLGRP_LINK);

    set_alias_number(other, 1);
    WORKS(0, rnl_sock_leave(sock, RTNLGRP_LINK, &test_err));
    set_alias_number(other, 2);
    alias_comes(sock, 1);
    nothing_comes(sock);
    EXPECT(0, rnl_sock_close(sock));
}

/* A generic family's group has any number; here its notifications of new devices. */
static void high_groups_are_told(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_GENERIC);
    struct rnl_genl *netdev = NULL;
    struct rnl_view view = { { NULL, 0 }, { NULL, 0 }, 0, 0, 0, 0, 0, 0, 0 };
    uint32_t group = 0;

    if (rnl_genl_find(&netdev, sock, "netdev", SOON, NULL) != 0 || rnl_genl_group(netdev, "mgmt", &group) != 0) {
        printf("not run: a generic notification: kernel lacks family netdev\n");
    } else {
        WORKS(0, rnl_sock_join(sock, group, &test_err));
        groups_are(sock, 1, group, 0);
        if (add_any_link(other, "x0")) {
            WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
            EQUAL(rnl_genl_id(netdev), view.type);
            EQUAL(group, view.group);
        } else {
            printf("not run: a generic notification: kernel lacks links that could be made\n");
        }
    }
    EXPECT(0, rnl_genl_free(netdev));
    EXPECT(0, rnl_sock_close(sock));
}

static void the_wait_is_as_long_as_asked(void)
{
    struct rnl_sock *sock = monitor_of(RTNLGRP_LINK);
    struct pollfd wait = { rnl_sock_fd(sock), POLLIN, 0 };
    long long begin = milliseconds(), took;
    struct rnl_view view;

    WORKS(0, rnl_sock_next(sock, &view, 60, &test_err));
    took = milliseconds() - begin;
    CHECK(took >= 60 && took < SOON / 2);
    EQUAL(0, poll(&wait, 1, 0));
    set_alias_number(other, 1);
    EQUAL(1, poll(&wait, 1, SOON));
    alias_comes(sock, 1);
    EQUAL(0, poll(&wait, 1, 0));
    EXPECT(0, rnl_sock_close(sock));
}

/* What comes while the same socket asks is kept, in its order. */
static void notifications_are_kept_meanwhile(void)
{
    struct rnl_sock *sock = monitor_of(RTNLGRP_LINK);
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_view view;
    int i;

    for (i = 1; i <= 5; i++) {
        set_alias_number(other, i);
        /* Its own change is told as well. */
        set_alias_number(sock, 10 * i);
    }
    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    set_alias_number(other, 6);
    while (rnl_dump_next(dump, &view, NULL) == 1)
        EQUAL(0, view.group);
    EXPECT(0, rnl_dump_free(dump));
    for (i = 1; i <= 5; i++) {
        alias_comes(sock, i);
        alias_comes(sock, 10 * i);
    }
    alias_comes(sock, 6);
    nothing_comes(sock);
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

/* A kept notification lives till the next call on the socket. */
static void views_live_till_the_next_call(void)
{
    struct rnl_sock *sock = monitor_of(RTNLGRP_LINK);
    struct rnl_view first, second;

    set_alias_number(other, 1);
    set_alias_number(other, 2);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    WORKS(1, rnl_sock_next(sock, &first, 0, &test_err));
    EQUAL(1, alias_number(&first));
    WORKS(1, rnl_sock_next(sock, &second, 0, &test_err));
    EQUAL(2, alias_number(&second));
    EXPECT(0, rnl_sock_close(sock));
}

/* Room for a few is made for those that come meanwhile; where more are missing, that is told once. */
static void what_is_kept_is_bounded(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_queue = 8000 };
    struct rnl_sock *sock = NULL;
    struct rnl_view view;
    int i, n = 0;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    for (i = 1; i <= 40; i++)
        set_alias_number(other, i);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    while (rnl_sock_next(sock, &view, 0, NULL) == 1)
        EQUAL(++n, alias_number(&view));
    CHECK(n >= 1 && n < 20);
    set_alias_number(other, 50);
    alias_comes(sock, 50);
    nothing_comes(sock);
    EXPECT(0, rnl_sock_close(sock));
}

/* With more than fits the error stands behind what was kept. */
static void a_gap_is_told_in_its_place(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_queue = 1 };
    struct rnl_sock *sock = NULL;
    struct rnl_view view;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    set_alias_number(other, 1);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    set_alias_number(other, 2);
    FAILS(ENOBUFS, RNL_FROM_SOCKET, rnl_sock_next(sock, &view, 0, &test_err));
    alias_comes(sock, 2);
    nothing_comes(sock);
    EXPECT(0, rnl_sock_close(sock));
}

/* Bytes that are no message are told, and what comes behind them is not lost. */
static void damage_is_told(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_USERSOCK), *sender = open_sock(NETLINK_USERSOCK);
    struct nlmsghdr header = { 0, 100, 0, 0, 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;

    WORKS(0, rnl_sock_join(sock, 1, &test_err));
    wire_message(&w, header, "abcd", 4);
    WORKS(0, rnl_sock_send(sender, "junk", 4, 0, 1, &test_err));
    WORKS(0, rnl_sock_send(sender, w.at, w.len, 0, 1, &test_err));
    FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_sock_next(sock, &view, SOON, &test_err));
    WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
    SAME_BYTES("abcd", 4, view.body);
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(0, rnl_sock_close(sender));
}

/* Groups of protocols that keep to themselves need rights. */
static void as_nobody(void)
{
    struct rnl_sock *sock = NULL;
    int result = rnl_sock_open(&sock, NETLINK_XFRM, NULL, NULL);

    if (result == -EPROTONOSUPPORT) {
        printf("not run: a group that needs rights: kernel lacks NETLINK_XFRM\n");
        return;
    }
    EQUAL(0, result);
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_join(sock, 1, &test_err));
    EXPECT(0, rnl_sock_close(sock));
    sock = open_sock(NETLINK_ROUTE);
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    in_namespace();
    other = open_sock(NETLINK_ROUTE);
    groups_are_joined_and_left();
    changes_are_told_with_their_group();
    what_is_queued_still_comes_after_leaving();
    high_groups_are_told();
    the_wait_is_as_long_as_asked();
    notifications_are_kept_meanwhile();
    views_live_till_the_next_call();
    what_is_kept_is_bounded();
    a_gap_is_told_in_its_place();
    damage_is_told();
    EXPECT(0, rnl_sock_close(other));
    without_rights(as_nobody);
    return test_end();
}
