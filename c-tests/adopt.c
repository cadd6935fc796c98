/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Taking over descriptors: what is no netlink socket stays the caller's, open. */
#include "kernel.h"

#include <sys/socket.h>

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* A bound netlink socket made without rnl. */
static int plain_socket(int protocol)
{
    struct sockaddr_nl any;
    int fd = socket(AF_NETLINK, SOCK_RAW, protocol);

    memset(&any, 0, sizeof any);
    any.nl_family = AF_NETLINK;
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof any) == 0);
    return fd;
}

static void an_adopted_socket_works_and_is_closed(void)
{
    int fd = plain_socket(NETLINK_ROUTE), value = 0;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct sockaddr_nl name;
    socklen_t len = sizeof name;
    struct rnl_sock *sock = NULL;
    uint32_t port = 0;

    WORKS(0, rnl_sock_adopt(&sock, fd, NULL, &test_err));
    EXPECT(fd, rnl_sock_fd(sock));
    EXPECT(NETLINK_ROUTE, rnl_sock_protocol(sock));
    NEED(getsockname(fd, (struct sockaddr *)&name, &len) == 0);
    EXPECT(0, rnl_sock_port(sock, &port));
    EQUAL(name.nl_pid, port);
    WORKS(0, rnl_sock_getopt(sock, NETLINK_PKTINFO, &value, &test_err));
    EQUAL(1, value);
    deliver(sock, msg);
    EXPECT(0, rnl_sock_close(sock));
    CHECK(!is_open(fd));
}

/* The kernel would give it a port at its first request only. */
static void an_unbound_socket_is_bound(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct rnl_sock *sock = NULL;
    uint32_t port = 0;

    WORKS(0, rnl_sock_adopt(&sock, fd, NULL, &test_err));
    EXPECT(0, rnl_sock_port(sock, &port));
    CHECK(port != 0);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    EXPECT(0, rnl_sock_close(sock));
}

/* Options of opts are turned on; those for opening are ignored. */
static void options_are_turned_on(uint32_t flags)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = flags, .port = 77, .netns_fd = -1, .rcvbuf = 20000 };
    struct rnl_sock *sock = NULL;
    int fd = plain_socket(NETLINK_ROUTE), value = 0;
    socklen_t len = sizeof value;

    WORKS(0, rnl_sock_adopt(&sock, fd, &opts, &test_err));
    WORKS(0, rnl_sock_getopt(sock, NETLINK_EXT_ACK, &value, &test_err));
    EQUAL(!(flags & RNL_OPEN_NO_EXT_ACK), value);
    EQUAL(0, fcntl(fd, F_GETFD));
    NEED(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len) == 0);
    EQUAL(40000, value);
    EXPECT(0, rnl_sock_close(sock));
}

static void is_not_adopted(int fd, int number)
{
    struct rnl_sock *sock = NULL;
    bool open = is_open(fd);

    FAILS(number, RNL_FROM_SOCKET, rnl_sock_adopt(&sock, fd, NULL, &test_err));
    CHECK(sock == NULL);
    CHECK(is_open(fd) == open);
    if (open)
        close(fd);
}

static void wrong_arguments_leave_it_open(void)
{
    struct rnl_opts opts = { .size = 1 };
    struct rnl_sock *sock = NULL;
    int fd = plain_socket(NETLINK_ROUTE);

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_adopt(NULL, fd, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_adopt(&sock, fd, &opts, &test_err));
    opts.size = sizeof opts;
    opts.flags = 0x1000;
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_adopt(&sock, fd, &opts, &test_err));
    opts.flags = 0;
    opts.rcvbuf = UINT32_MAX;
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_adopt(&sock, fd, &opts, &test_err));
    CHECK(sock == NULL && is_open(fd));
    close(fd);
}

/* Groups that were joined before go on as notifications. */
static void its_groups_go_on(void)
{
    int fd = plain_socket(NETLINK_ROUTE), group = RTNLGRP_LINK;
    struct rnl_sock *sock = NULL, *other = open_sock(NETLINK_ROUTE);
    struct rnl_view view;
    uint32_t joined = 0;

    NEED(setsockopt(fd, 270 /* SOL_NETLINK */, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0);
    WORKS(0, rnl_sock_adopt(&sock, fd, NULL, &test_err));
    WORKS(1, rnl_sock_groups(sock, &joined, 1, &test_err));
    EQUAL(RTNLGRP_LINK, joined);
    set_alias(other, LO, "5");
    WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
    EQUAL(5, alias_number(&view));
    EQUAL(RTNLGRP_LINK, view.group);
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(0, rnl_sock_close(other));
}

int main(void)
{
    in_namespace();
    an_adopted_socket_works_and_is_closed();
    an_unbound_socket_is_bound();
    options_are_turned_on(0);
    options_are_turned_on(RNL_OPEN_NO_EXT_ACK);
    is_not_adopted(-1, EBADF);
    is_not_adopted(9999, EBADF);
    is_not_adopted(open("/dev/null", O_RDONLY), ENOTSOCK);
    is_not_adopted(socket(AF_UNIX, SOCK_DGRAM, 0), EINVAL);
    is_not_adopted(socket(AF_INET, SOCK_DGRAM, 0), EINVAL);
    wrong_arguments_leave_it_open();
    its_groups_go_on();
    return test_end();
}
