/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Opening and closing sockets, their options, buffers and addresses. */
#include "kernel.h"

#include <sys/socket.h>

/* What is no socket: NULL, and a handle of another kind. */
static void other_handles_are_refused(struct rnl_sock *sock)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_datagram datagram;
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    uint32_t number;
    int value;

    EXPECT(-EINVAL, rnl_sock_fd(sock));
    EXPECT(-EINVAL, rnl_sock_port(sock, &number));
    EXPECT(-EINVAL, rnl_sock_protocol(sock));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_connect(sock, 0, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_setopt(sock, NETLINK_PKTINFO, 1, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_getopt(sock, NETLINK_PKTINFO, &value, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_set_rcvbuf(sock, 1 << 16, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_set_sndbuf(sock, 1 << 16, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_filter(sock, NULL, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_join(sock, 1, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_leave(sock, 1, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_groups(sock, NULL, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_send(sock, "", 1, 0, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_recv(sock, &datagram, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_next(sock, &view, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_call(sock, msg, 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, msg, RNL_DUMP_STREAM, 0, &test_err));
    CHECK(dump == NULL);
    rnl_msg_free(msg);
}

static void handles_are_told_apart(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);

    NEED(msg);
    other_handles_are_refused(NULL);
    other_handles_are_refused((struct rnl_sock *)msg);
    EXPECT(-EINVAL, rnl_sock_close((struct rnl_sock *)msg));
    EXPECT(-EINVAL, rnl_sock_port(sock, NULL));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_getopt(sock, NETLINK_PKTINFO, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_open(NULL, NETLINK_ROUTE, NULL, &test_err));
    EXPECT(0, rnl_sock_close(NULL));
    EXPECT(0, rnl_sock_close(sock));
    FREED(rnl_sock_close(sock));
    FREED(rnl_sock_fd(sock));
    EXPECT(0, rnl_msg_free(msg));
}

/* Every protocol that netlink(7) knows is opened, or refused with the kernel's own word. */
static void every_protocol_opens(void)
{
    static const int protocols[] = {
        NETLINK_ROUTE, 1 /* W1 */, NETLINK_USERSOCK, NETLINK_FIREWALL, NETLINK_SOCK_DIAG, 5 /* NFLOG */, NETLINK_XFRM,
        NETLINK_SELINUX, NETLINK_ISCSI, NETLINK_AUDIT, NETLINK_FIB_LOOKUP, NETLINK_CONNECTOR, NETLINK_NETFILTER,
        NETLINK_IP6_FW, NETLINK_DNRTMSG, NETLINK_KOBJECT_UEVENT, NETLINK_GENERIC, NETLINK_SCSITRANSPORT,
        NETLINK_ECRYPTFS, NETLINK_RDMA, NETLINK_CRYPTO, NETLINK_SMC,
    };
    size_t i;

    for (i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        int protocol = protocols[i], plain = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), number = errno;
        struct rnl_sock *sock = NULL;

        printf("protocol %d: %s\n", protocol, plain < 0 ? strerror(number) : "open");
        if (plain < 0) {
            FAILS(number, RNL_FROM_SOCKET, rnl_sock_open(&sock, protocol, NULL, &test_err));
            EQUAL(EPROTONOSUPPORT, number);
            continue;
        }
        close(plain);
        WORKS(0, rnl_sock_open(&sock, protocol, NULL, &test_err));
        EXPECT(protocol, rnl_sock_protocol(sock));
        EXPECT(0, rnl_sock_close(sock));
    }
}

static int getopt_of(struct rnl_sock *sock, int option)
{
    int value = -1;

    WORKS(0, rnl_sock_getopt(sock, option, &value, &test_err));
    return value;
}

static int socket_option(struct rnl_sock *sock, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    NEED(getsockopt(rnl_sock_fd(sock), SOL_SOCKET, option, &value, &len) == 0);
    return value;
}

/* Opens with these flags; what is on by default is on unless they say otherwise. */
static void opens_with(int protocol, uint32_t flags)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = flags };
    struct rnl_sock *sock = NULL;
    int fd;

    WORKS(0, rnl_sock_open(&sock, protocol, &opts, &test_err));
    fd = rnl_sock_fd(sock);
    EQUAL(flags & RNL_OPEN_NO_CLOEXEC ? 0 : FD_CLOEXEC, fcntl(fd, F_GETFD));
    EQUAL(flags & RNL_OPEN_NONBLOCK ? O_NONBLOCK : 0, fcntl(fd, F_GETFL) & O_NONBLOCK);
    EQUAL(flags & RNL_OPEN_DGRAM ? SOCK_DGRAM : SOCK_RAW, socket_option(sock, SO_TYPE));
    EQUAL(!(flags & RNL_OPEN_NO_EXT_ACK), getopt_of(sock, NETLINK_EXT_ACK));
    EQUAL(!(flags & RNL_OPEN_NO_CAP_ACK), getopt_of(sock, NETLINK_CAP_ACK));
    EQUAL(protocol == NETLINK_ROUTE && !(flags & RNL_OPEN_NO_STRICT), getopt_of(sock, NETLINK_GET_STRICT_CHK));
    EXPECT(0, rnl_sock_close(sock));
}

static void flags_do_what_they_say(void)
{
    uint32_t flags;

    for (flags = 0; flags <= RNL_OPEN_ANY_SENDER; flags = flags ? flags << 1 : 1)
        opens_with(NETLINK_ROUTE, flags);
    opens_with(NETLINK_GENERIC, 0);
    opens_with(NETLINK_ROUTE, RNL_OPEN_DGRAM | RNL_OPEN_NO_CLOEXEC | RNL_OPEN_NONBLOCK | RNL_OPEN_NO_EXT_ACK |
                                  RNL_OPEN_NO_CAP_ACK | RNL_OPEN_NO_STRICT | RNL_OPEN_ANY_SENDER);
}

static void is_refused(const struct rnl_opts *opts)
{
    struct rnl_sock *sock = NULL;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_open(&sock, NETLINK_ROUTE, opts, &test_err));
    CHECK(sock == NULL);
}

/* Options of a program that was built with an older or a newer header. */
static void options_may_be_shorter_or_longer(void)
{
    struct {
        struct rnl_opts opts;
        uint64_t newer;
    } long_opts = { { .size = sizeof long_opts, .flags = RNL_OPEN_NONBLOCK }, 0 };
    /* What stands behind its size is not looked at. */
    struct rnl_opts opts = { .size = offsetof(struct rnl_opts, netns_fd), .flags = RNL_OPEN_NONBLOCK,
                             .rcvbuf = UINT32_MAX };
    struct rnl_sock *sock = NULL;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    CHECK(fcntl(rnl_sock_fd(sock), F_GETFL) & O_NONBLOCK);
    EXPECT(0, rnl_sock_close(sock));
    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &long_opts.opts, &test_err));
    CHECK(fcntl(rnl_sock_fd(sock), F_GETFL) & O_NONBLOCK);
    EXPECT(0, rnl_sock_close(sock));
    /* What this version does not know must not be asked for. */
    long_opts.newer = 1;
    sock = NULL;
    is_refused(&long_opts.opts);
}

static void wrong_options_are_refused(void)
{
    struct rnl_opts opts = { .size = 0 };

    is_refused(&opts);
    opts.size = sizeof opts.size - 1;
    is_refused(&opts);
    opts.size = SIZE_MAX;
    is_refused(&opts);
    opts.size = sizeof opts;
    opts.flags = 0x100;
    is_refused(&opts);
    opts.flags = 0x80000000;
    is_refused(&opts);
    opts.flags = 0;
    opts.reserved = 1;
    is_refused(&opts);
    opts.reserved = 0;
    opts.rcvbuf = UINT32_MAX;
    is_refused(&opts);
    opts.rcvbuf = 0;
    opts.sndbuf = UINT32_MAX;
    is_refused(&opts);
}

static void ports_are_taken_once(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .port = 0x7ffffff1 };
    struct rnl_sock *sock = NULL, *second = NULL, *any = open_sock(NETLINK_ROUTE);
    uint32_t port = 0;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    EXPECT(0, rnl_sock_port(sock, &port));
    EQUAL(0x7ffffff1, port);
    FAILS(EADDRINUSE, RNL_FROM_SOCKET, rnl_sock_open(&second, NETLINK_ROUTE, &opts, &test_err));
    CHECK(second == NULL);
    EXPECT(0, rnl_sock_port(any, &port));
    CHECK(port != 0 && port != opts.port);
    EXPECT(0, rnl_sock_close(any));
    EXPECT(0, rnl_sock_close(sock));
    WORKS(0, rnl_sock_open(&second, NETLINK_ROUTE, &opts, &test_err));
    EXPECT(0, rnl_sock_close(second));
}

static void options_are_set_and_read(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    int value = 7;

    WORKS(0, rnl_sock_setopt(sock, NETLINK_NO_ENOBUFS, 1, &test_err));
    EQUAL(1, getopt_of(sock, NETLINK_NO_ENOBUFS));
    WORKS(0, rnl_sock_setopt(sock, NETLINK_NO_ENOBUFS, 0, &test_err));
    EQUAL(0, getopt_of(sock, NETLINK_NO_ENOBUFS));
    FAILS(ENOPROTOOPT, RNL_FROM_SOCKET, rnl_sock_setopt(sock, 9999, 1, &test_err));
    FAILS(ENOPROTOOPT, RNL_FROM_SOCKET, rnl_sock_getopt(sock, 9999, &value, &test_err));
    EQUAL(7, value);
    EXPECT(0, rnl_sock_close(sock));
}

static int limit(const char *path)
{
    FILE *file = fopen(path, "r");
    int value = 0;

    NEED(file && fscanf(file, "%d", &value) == 1);
    fclose(file);
    return value;
}

/* A quarter of the limit: the kernel doubles what it is asked for. */
static void buffers_are_set(void)
{
    int rcvbuf = limit("/proc/sys/net/core/rmem_max") / 4, sndbuf = limit("/proc/sys/net/core/wmem_max") / 4;
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = (uint32_t)rcvbuf, .sndbuf = (uint32_t)sndbuf };
    struct rnl_sock *sock = NULL;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    EQUAL(2 * rcvbuf, socket_option(sock, SO_RCVBUF));
    EQUAL(2 * sndbuf, socket_option(sock, SO_SNDBUF));
    WORKS(rcvbuf, rnl_sock_set_rcvbuf(sock, opts.rcvbuf / 2, &test_err));
    EQUAL(rcvbuf, socket_option(sock, SO_RCVBUF));
    WORKS(sndbuf, rnl_sock_set_sndbuf(sock, opts.sndbuf / 2, &test_err));
    EQUAL(sndbuf, socket_option(sock, SO_SNDBUF));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_set_rcvbuf(sock, 0x80000000, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_set_sndbuf(sock, 0x80000000, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* Beyond the limit: only who may force it gets it. */
static void buffers_beyond_the_limit(bool forced)
{
    int most = limit("/proc/sys/net/core/rmem_max"), wmost = limit("/proc/sys/net/core/wmem_max");
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);

    WORKS(forced ? most * 4 : most * 2, rnl_sock_set_rcvbuf(sock, (uint32_t)most * 2, &test_err));
    WORKS(forced ? wmost * 4 : wmost * 2, rnl_sock_set_sndbuf(sock, (uint32_t)wmost * 2, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* A group's first join makes room for many notifications, as far as the user may. */
static void joining_raises_the_buffer(bool forced)
{
    int before, most = limit("/proc/sys/net/core/rmem_max");
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = 50000 };
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE), *fixed = NULL;

    before = socket_option(sock, SO_RCVBUF);
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    EQUAL(forced || most > 8 << 20 ? 16 << 20 : 2 * most, socket_option(sock, SO_RCVBUF));
    CHECK(before < 16 << 20);
    WORKS(0, rnl_sock_open(&fixed, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_join(fixed, RTNLGRP_LINK, &test_err));
    EQUAL(100000, socket_option(fixed, SO_RCVBUF));
    EXPECT(0, rnl_sock_close(fixed));
    EXPECT(0, rnl_sock_close(sock));
}

static void as_nobody(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);

    buffers_beyond_the_limit(false);
    joining_raises_the_buffer(false);
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_setopt(sock, NETLINK_LISTEN_ALL_NSID, 1, &test_err));
    /* Only the kernel may be sent to where ordinary users may not send to each other. */
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_connect(sock, 12345, 0, &test_err));
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_send(sock, "abcd", 4, 12345, 0, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* Whether this process may force buffers: it has the rights of the system's root, not of its own namespace's. */
static bool may_force(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), size = 100000;
    bool may = setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0;

    close(fd);
    return may;
}

int main(void)
{
    in_namespace();
    handles_are_told_apart();
    every_protocol_opens();
    flags_do_what_they_say();
    options_may_be_shorter_or_longer();
    wrong_options_are_refused();
    ports_are_taken_once();
    options_are_set_and_read();
    buffers_are_set();
    if (may_force()) {
        buffers_beyond_the_limit(true);
        joining_raises_the_buffer(true);
    } else {
        printf("not run: forcing buffers: kernel lacks the right to for this user\n");
    }
    without_rights(as_nobody);
    return test_end();
}
