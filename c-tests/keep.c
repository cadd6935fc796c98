/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Keeping only the notifications that hold certain numbers. */
#include "kernel.h"

#include <arpa/inet.h>
#include <poll.h>

#define KEEP(sock, header, ...)                                                                                       \
    rnl_sock_keep(sock, (struct rnl_match[]){ __VA_ARGS__ },                                                          \
                  sizeof((struct rnl_match[]){ __VA_ARGS__ }) / sizeof(struct rnl_match), header, &test_err)

static void change_address(struct rnl_sock *sock, uint16_t type, uint32_t number)
{
    deliver(sock, address_msg(type, number));
}

/* The address of the next notification as its number, negative for one that went; -1000 if there is none. */
static int next_number(struct rnl_sock *sock)
{
    struct rnl_view view;
    struct rnl_attrs walk;
    struct rnl_attr attr;
    uint32_t number;
    int result = rnl_sock_next(sock, &view, 0, &test_err);

    if (result == 0)
        return -1000;
    NEED(result == 1 && rnl_view_attrs(&view, sizeof(struct ifaddrmsg), &walk) == 0);
    NEED(rnl_attrs_find(&walk, IFA_LOCAL, &attr) == 1 && rnl_attr_be32(&attr, &number) == 0);
    number -= 0x7f010000;
    return view.type == RTM_DELADDR ? -(int)number : (int)number;
}

static bool is_readable(struct rnl_sock *sock)
{
    struct pollfd wait = { rnl_sock_fd(sock), POLLIN, 0 };

    return poll(&wait, 1, 0) == 1;
}

/* By type, by a field of the fixed header and by an attribute. */
static void notifications_are_kept_by_their_numbers(void)
{
    struct rnl_sock *maker = open_sock(NETLINK_ROUTE), *keeper = open_sock(NETLINK_ROUTE);
    const uint32_t second = htonl(0x7f010002);

    WORKS(0, rnl_sock_join(keeper, RTNLGRP_IPV4_IFADDR, &test_err));
    WORKS(0, KEEP(keeper, sizeof(struct ifaddrmsg), { RNL_MATCH_ATTR, IFA_LOCAL, 4, 0, second },
                  { RNL_MATCH_HEADER, offsetof(struct ifaddrmsg, ifa_index), 4, 0, LO }));
    change_address(maker, RTM_NEWADDR, 1);
    CHECK(!is_readable(keeper));
    change_address(maker, RTM_NEWADDR, 2);
    EQUAL(2, next_number(keeper));
    WORKS(0, KEEP(keeper, sizeof(struct ifaddrmsg), { RNL_MATCH_TYPE, 0, 0, 0, RTM_DELADDR }));
    change_address(maker, RTM_NEWADDR, 3);
    change_address(maker, RTM_DELADDR, 3);
    EQUAL(-3, next_number(keeper));
    EQUAL(-1000, next_number(keeper));
    WORKS(0, rnl_sock_keep(keeper, NULL, 0, 0, &test_err));
    change_address(maker, RTM_NEWADDR, 4);
    EQUAL(4, next_number(keeper));
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_sock_keep(keeper, NULL, 0, 0, &test_err));
    EXPECT(0, rnl_sock_close(keeper));
    EXPECT(0, rnl_sock_close(maker));
}

/* Requests of the socket itself, whatever it keeps. */
static void answers_come(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_msg *get = link_msg(RTM_GETLINK, 0, LO), *all = dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
    struct rnl_reply *reply = NULL;
    struct rnl_dump *dump = NULL;
    struct rnl_view view;

    WORKS(0, KEEP(sock, 0, { RNL_MATCH_TYPE, 0, 0, 0, RTM_NEWROUTE }));
    WORKS(0, rnl_sock_call(sock, get, SOON, &reply, &test_err));
    EXPECT(1, rnl_reply_next(reply, &view));
    WORKS(0, rnl_dump_start(&dump, sock, all, RNL_DUMP_CONSISTENT, SOON, &test_err));
    WORKS(1, rnl_dump_next(dump, &view, &test_err));
    rnl_dump_free(dump);
    rnl_reply_free(reply);
    rnl_msg_free(all);
    rnl_msg_free(get);
    EXPECT(0, rnl_sock_close(sock));
}

static void wrong_rules_are_refused(void)
{
    static struct rnl_match many[256];
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    size_t i;

    for (i = 0; i < 256; i++)
        many[i] = (struct rnl_match){ RNL_MATCH_ATTR, 1, 4, 0, (uint32_t)i };
    WORKS(0, rnl_sock_keep(sock, many, 255, 8, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_keep(sock, many, 256, 8, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_keep(sock, NULL, 1, 8, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_keep(NULL, many, 1, 8, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_keep(sock, many, 1, SIZE_MAX, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { 3, 0, 4, 0, 0 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_TYPE, 1, 0, 0, 0 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_TYPE, 0, 2, 0, 0 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_TYPE, 0, 0, 0, 65536 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_HEADER, 0, 3, 0, 0 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_HEADER, 0, 260, 0, 0 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_HEADER, 0, 1, 0, 256 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_ATTR, 1, 2, 0, 65536 }));
    FAILS(EINVAL, RNL_FROM_LOCAL, KEEP(sock, 8, { RNL_MATCH_ATTR, 1, 4, 1, 0 }));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    in_namespace();
    notifications_are_kept_by_their_numbers();
    answers_come();
    wrong_rules_are_refused();
    return test_end();
}
