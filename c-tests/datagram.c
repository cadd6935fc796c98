/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Datagrams as they are: sent, received, cut, filtered; several messages in one, both ways; peers that are not the
 * kernel. */
#include "kernel.h"
#include "wire.h"

#include <linux/filter.h>
#include <poll.h>
#include <sys/socket.h>

static uint32_t port_of(struct rnl_sock *sock)
{
    uint32_t port = 0;

    NEED(rnl_sock_port(sock, &port) == 0);
    return port;
}

static bool readable(struct rnl_sock *sock, int timeout)
{
    struct pollfd wait = { rnl_sock_fd(sock), POLLIN, 0 };

    return poll(&wait, 1, timeout) == 1;
}

static void two_programs_talk(void)
{
    struct rnl_sock *one = open_sock(NETLINK_USERSOCK), *other = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got;

    WORKS(0, rnl_sock_recv(one, &got, 0, &test_err));
    WORKS(0, rnl_sock_send(one, "hello", 5, port_of(other), 0, &test_err));
    CHECK(readable(other, SOON));
    WORKS(1, rnl_sock_recv(other, &got, SOON, &test_err));
    SAME_BYTES("hello", 5, got.data);
    EQUAL(port_of(one), got.port);
    EQUAL(0, got.group);
    EQUAL(-1, got.nsid);
    EQUAL(0, got.reserved);
    WORKS(0, rnl_sock_send(other, "you, too", 8, got.port, 0, &test_err));
    WORKS(1, rnl_sock_recv(one, &got, -1, &test_err));
    SAME_BYTES("you, too", 8, got.data);
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

static void groups_are_sent_to(void)
{
    struct rnl_sock *one = open_sock(NETLINK_USERSOCK), *other = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct nlmsghdr header = { 0, 100, 0, 0, 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;

    WORKS(0, rnl_sock_join(other, 3, &test_err));
    WORKS(0, rnl_sock_send(one, "to all", 6, 0, 3, &test_err));
    WORKS(1, rnl_sock_recv(other, &got, SOON, &test_err));
    SAME_BYTES("to all", 6, got.data);
    EQUAL(3, got.group);
    EQUAL(port_of(one), got.port);
    /* A message in the netlink shape is a notification. */
    wire_message(&w, header, "abcd", 4);
    WORKS(0, rnl_sock_connect(one, 0, 3, &test_err));
    WORKS(0, rnl_sock_send(one, w.at, w.len, 0, 0, &test_err));
    WORKS(1, rnl_sock_next(other, &view, SOON, &test_err));
    EQUAL(3, view.group);
    SAME_BYTES("abcd", 4, view.body);
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

static void connect_says_where_to(void)
{
    struct rnl_sock *one = open_sock(NETLINK_USERSOCK), *other = open_sock(NETLINK_USERSOCK);
    struct rnl_sock *third = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };

    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(one, "abcd", 4, 0, 0, &test_err));
    WORKS(0, rnl_sock_connect(one, port_of(other), 0, &test_err));
    WORKS(0, rnl_sock_send(one, "abcd", 4, 0, 0, &test_err));
    WORKS(1, rnl_sock_recv(other, &got, SOON, &test_err));
    /* An address that is given counts more. */
    WORKS(0, rnl_sock_send(one, "third", 5, port_of(third), 0, &test_err));
    WORKS(1, rnl_sock_recv(third, &got, SOON, &test_err));
    SAME_BYTES("third", 5, got.data);
    WORKS(0, rnl_sock_connect(one, 0, 0, &test_err));
    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(one, "abcd", 4, 0, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_connect(one, 0, 33, &test_err));
    EXPECT(0, rnl_sock_close(third));
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

static void what_can_not_be_sent_is_refused(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .sndbuf = 4096 };
    struct rnl_sock *one = NULL, *other = open_sock(NETLINK_USERSOCK);
    static char big[1 << 16];
    int sent, result = 0;

    WORKS(0, rnl_sock_open(&one, NETLINK_USERSOCK, &opts, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_send(one, NULL, 1, 0, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_send(one, big, 1, 0, 33, &test_err));
    FAILS(EMSGSIZE, RNL_FROM_SOCKET, rnl_sock_send(one, big, sizeof big, port_of(other), 0, &test_err));
    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(one, big, 16, 0x7ffffff7, 0, &test_err));
    /* Nobody reads: the queue fills up, and sending does not wait. */
    WORKS(0, rnl_sock_set_rcvbuf(other, 4096, &test_err) < 0);
    for (sent = 0; result == 0 && sent < 1000; sent++)
        result = rnl_sock_send(one, big, 1024, port_of(other), 0, NULL);
    EQUAL(-EAGAIN, result);
    CHECK(sent > 1);
    FAILS(EAGAIN, RNL_FROM_SOCKET, rnl_sock_send(one, big, 1024, port_of(other), 0, &test_err));
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

/* What does not fit is lost; the next may be as long. */
static void a_cut_datagram_makes_room_for_the_next(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_sock *one = NULL, *other = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    static char big[20000];
    int i;

    WORKS(0, rnl_sock_open(&one, NETLINK_USERSOCK, &opts, &test_err));
    memset(big, 'x', sizeof big);
    for (i = 0; i < 3; i++)
        WORKS(0, rnl_sock_send(other, big, i == 1 ? 8192 : sizeof big, port_of(one), 0, &test_err));
    FAILS(EMSGSIZE, RNL_FROM_SOCKET, rnl_sock_recv(one, &got, SOON, &test_err));
    WORKS(1, rnl_sock_recv(one, &got, SOON, &test_err));
    SAME_BYTES(big, 8192, got.data);
    WORKS(1, rnl_sock_recv(one, &got, SOON, &test_err));
    SAME_BYTES(big, sizeof big, got.data);
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

/* Nothing and everything is received as it was sent. */
static void lengths_are_kept(void)
{
    struct rnl_sock *one = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    static char bytes[40000];
    static const size_t lengths[] = { 1, 3, 15, 16, 4096, 8192, 40000 };
    size_t i;

    for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(bytes, (int)i + 1, sizeof bytes);
        WORKS(0, rnl_sock_send(one, bytes, lengths[i], port_of(one), 0, &test_err));
        WORKS(1, rnl_sock_recv(one, &got, SOON, &test_err));
        SAME_BYTES(bytes, lengths[i], got.data);
    }
    EXPECT(0, rnl_sock_close(one));
}

/* Two requests in one datagram: the kernel's answers may come in one or in two. */
static void several_messages_go_out_in_one_datagram(void)
{
    struct ifinfomsg link = { AF_UNSPEC, 0, 0, LO, 0, 0 };
    struct nlmsghdr header = { 0, RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, 41, 0 };
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct wire w = { 0, { 0 } };
    int objects = 0, acks = 0;

    wire_message(&w, header, &link, sizeof link);
    header.nlmsg_seq = 42;
    wire_message(&w, header, &link, sizeof link);
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, 0, &test_err));
    while (acks < 2) {
        struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
        struct rnl_view view;

        NEED(rnl_sock_recv(sock, &got, SOON, NULL) == 1);
        EQUAL(0, got.port);
        while (rnl_view_next(&got.data, &view) == 1) {
            EQUAL(41 + acks, view.seq);
            EQUAL(port_of(sock), view.port);
            objects += view.type == RTM_NEWLINK;
            acks += view.type == NLMSG_ERROR;
            if (view.type == NLMSG_ERROR)
                EXPECT(0, rnl_view_status(&view, NETLINK_ROUTE, NULL, NULL));
        }
    }
    EQUAL(2, objects);
    EXPECT(0, rnl_sock_close(sock));
}

/* Several notifications in one datagram come one by one. */
static void several_messages_come_in_one_datagram(void)
{
    struct rnl_sock *one = open_sock(NETLINK_USERSOCK), *other = open_sock(NETLINK_USERSOCK);
    struct nlmsghdr header = { 0, 100, 0, 0, 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;
    uint32_t i, number;

    WORKS(0, rnl_sock_join(one, 1, &test_err));
    for (i = 0; i < 5; i++)
        wire_message(&w, header, &i, sizeof i - i % 2);
    WORKS(0, rnl_sock_send(other, w.at, w.len, 0, 1, &test_err));
    for (i = 0; i < 5; i++) {
        WORKS(1, rnl_sock_next(one, &view, i ? 0 : SOON, &test_err));
        EXPECT(4 - i % 2, rnl_view_fixed(&view, &number, sizeof number));
        EQUAL(i, number);
        EQUAL(1, view.group);
    }
    WORKS(0, rnl_sock_next(one, &view, 0, &test_err));
    EXPECT(0, rnl_sock_close(one));
    EXPECT(0, rnl_sock_close(other));
}

/* A socket that rnl has opened is connected to the kernel, which lets nobody else in. */
static void others_are_kept_out(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE), *other = open_sock(NETLINK_ROUTE);
    struct nlmsghdr header = { 0, RTM_NEWLINK, 0, 0, 0 };
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct wire w = { 0, { 0 } };

    wire_message(&w, header, "not from the kernel", 20);
    FAILS(ECONNREFUSED, RNL_FROM_SOCKET,
          rnl_sock_send(other, w.at, w.len, port_of(sock), 0, &test_err));
    WORKS(0, rnl_sock_recv(sock, &got, 0, &test_err));
    EXPECT(0, rnl_sock_close(other));
    EXPECT(0, rnl_sock_close(sock));
}

/* Where they come through, another program's datagrams are still not the kernel's word. */
static void others_are_not_the_kernel(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_ANY_SENDER };
    struct rnl_sock *sock = NULL, *any = NULL, *other = open_sock(NETLINK_ROUTE);
    struct nlmsghdr header = { 0, RTM_NEWLINK, 0, 0, 0 };
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;

    wire_message(&w, header, "not from the kernel", 20);
    WORKS(0, rnl_sock_adopt(&sock, socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), NULL,
                            &test_err));
    WORKS(0, rnl_sock_open(&any, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(sock), 0, &test_err));
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(any), 0, &test_err));
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
    /* Nor do they hide what the kernel says behind them. */
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(sock), 0, &test_err));
    set_alias(other, LO, "1");
    WORKS(1, rnl_sock_next(sock, &view, 0, &test_err));
    EQUAL(RTNLGRP_LINK, view.group);
    WORKS(0, rnl_sock_leave(sock, RTNLGRP_LINK, &test_err));
    /* Nor do they get into the way of an answer. Only who reads datagrams himself sees them, with their sender. */
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(sock), 0, &test_err));
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(sock), 0, &test_err));
    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    SAME_BYTES(w.at, w.len, got.data);
    EQUAL(port_of(other), got.port);
    WORKS(1, rnl_sock_next(any, &view, SOON, &test_err));
    SAME_BYTES("not from the kernel", 20, view.body);
    WORKS(0, rnl_sock_send(other, w.at, w.len, port_of(any), 0, &test_err));
    WORKS(1, rnl_sock_recv(any, &got, SOON, &test_err));
    EQUAL(port_of(other), got.port);
    EXPECT(0, rnl_sock_close(other));
    EXPECT(0, rnl_sock_close(any));
    EXPECT(0, rnl_sock_close(sock));
}

/* Passes datagrams whose 5th byte, the low half of nlmsg_type, is 7. */
static void filters_drop(void)
{
    static const struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct rnl_sock *sock = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };

    WORKS(0, rnl_sock_filter(sock, program, 4, &test_err));
    WORKS(0, rnl_sock_send(sock, "1234\6", 5, port_of(sock), 0, &test_err));
    WORKS(0, rnl_sock_send(sock, "1234\7", 5, port_of(sock), 0, &test_err));
    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    SAME_BYTES("1234\7", 5, got.data);
    WORKS(0, rnl_sock_recv(sock, &got, 0, &test_err));
    WORKS(0, rnl_sock_filter(sock, NULL, 0, &test_err));
    WORKS(0, rnl_sock_send(sock, "1234\6", 5, port_of(sock), 0, &test_err));
    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    SAME_BYTES("1234\6", 5, got.data);
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_sock_filter(sock, NULL, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_filter(sock, NULL, 1, &test_err));
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_filter(sock, program, 3, &test_err));
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_filter(sock, program, 70000, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

static void uevents_are_text(void)
{
    struct rnl_sock *sock = NULL, *route = open_sock(NETLINK_ROUTE);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };

    if (rnl_sock_open(&sock, NETLINK_KOBJECT_UEVENT, NULL, NULL) == -EPROTONOSUPPORT) {
        printf("not run: uevents: kernel lacks NETLINK_KOBJECT_UEVENT\n");
    } else {
        WORKS(0, rnl_sock_join(sock, 1, &test_err));
        WORKS(0, rnl_sock_recv(sock, &got, 0, &test_err));
        if (add_any_link(route, "x0")) {
            WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
            CHECK(got.data.len > 4 && memcmp(got.data.ptr, "add@", 4) == 0);
            EQUAL(1, got.group);
            EQUAL(0, got.port);
        } else {
            printf("not run: a uevent: kernel lacks links that could be made\n");
        }
    }
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(0, rnl_sock_close(route));
}

static void null_is_refused(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_USERSOCK);

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_recv(sock, NULL, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_next(sock, NULL, 0, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    in_namespace();
    null_is_refused();
    two_programs_talk();
    groups_are_sent_to();
    connect_says_where_to();
    what_can_not_be_sent_is_refused();
    a_cut_datagram_makes_room_for_the_next();
    lengths_are_kept();
    several_messages_go_out_in_one_datagram();
    several_messages_come_in_one_datagram();
    others_are_kept_out();
    others_are_not_the_kernel();
    filters_drop();
    uevents_are_text();
    return test_end();
}
