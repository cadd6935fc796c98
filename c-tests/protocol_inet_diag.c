/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_SOCK_DIAG, internet sockets: found by port in a dump and alone, closed from outside, told of at their end. */
#include "protocol.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

static struct rnl_sock *sock;

static struct inet_diag_req_v2 about(int protocol, uint16_t port, uint32_t states)
{
    struct inet_diag_req_v2 wanted;

    memset(&wanted, 0, sizeof wanted);
    wanted.sdiag_family = AF_INET;
    wanted.sdiag_protocol = (uint8_t)protocol;
    wanted.idiag_ext = 1 << (INET_DIAG_CONG - 1);
    wanted.idiag_states = states;
    wanted.id.idiag_sport = htons(port);
    wanted.id.idiag_cookie[0] = wanted.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return wanted;
}

static struct inet_diag_msg socket_in(const struct rnl_view *view)
{
    struct inet_diag_msg found;

    EXPECT(sizeof found, rnl_view_fixed(view, &found, sizeof found));
    return found;
}

static void is_bound_to(const struct inet_diag_msg *found, int fd, int state)
{
    EQUAL(AF_INET, found->idiag_family);
    EQUAL(state, found->idiag_state);
    EQUAL(port_number(fd), ntohs(found->id.idiag_sport));
    EQUAL(INADDR_LOOPBACK, ntohl(found->id.idiag_src[0]));
    EQUAL(inode_of(fd), found->idiag_inode);
    EQUAL(getuid(), found->idiag_uid);
}

/* Keeps the sockets with this local port, in the kernel. */
static void put_port_filter(struct rnl_msg *msg, uint16_t port)
{
    struct {
        struct inet_diag_bc_op op, port;
    } code = { { INET_DIAG_BC_S_EQ, 8, 12 }, { 0, 0, port } };

    rnl_msg_put_bytes(msg, INET_DIAG_REQ_BYTECODE, &code, sizeof code);
}

/* How many sockets of a protocol a dump shows, with a filter for the port of `fd` if there is one. */
static int dumped(int protocol, int state, int fd, bool filter)
{
    struct inet_diag_req_v2 wanted = about(protocol, 0, 1u << state);
    struct rnl_msg *msg = request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted);
    struct rnl_dump *dump;
    struct rnl_view view;
    int seen = 0, hits = 0;

    if (filter)
        put_port_filter(msg, port_number(fd));
    dump = dump_of(sock, msg);
    for (; dump_goes_on(dump, &view); seen++) {
        struct inet_diag_msg found = socket_in(&view);

        if (ntohs(found.id.idiag_sport) != port_number(fd))
            continue;
        is_bound_to(&found, fd, state);
        hits++;
    }
    EQUAL(1, hits);
    return seen;
}

static int listener(void)
{
    int fd = bound_socket(SOCK_STREAM);

    NEED(listen(fd, 9) == 0);
    return fd;
}

static void listening_sockets_are_found_by_port(void)
{
    int one = listener(), other = listener();
    struct inet_diag_req_v2 wanted = about(IPPROTO_TCP, port_number(one), ~0u);
    struct inet_diag_msg found;
    struct rnl_reply *reply;
    struct rnl_view view;
    char name[64] = "";
    socklen_t len = sizeof name - 1;

    EQUAL(2, dumped(IPPROTO_TCP, TCP_LISTEN, one, false));
    EQUAL(2, dumped(IPPROTO_TCP, TCP_LISTEN, other, false));
    EQUAL(1, dumped(IPPROTO_TCP, TCP_LISTEN, other, true));
    wanted.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    reply = ask(sock, request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted));
    EXPECT(1, rnl_reply_next(reply, &view));
    found = socket_in(&view);
    is_bound_to(&found, one, TCP_LISTEN);
    /* The queue's length: 9 connections may wait. */
    EQUAL(9, found.idiag_wqueue);
    NEED(getsockopt(one, IPPROTO_TCP, TCP_CONGESTION, name, &len) == 0);
    TEXT_IS(name, attr_of(&view, sizeof found, INET_DIAG_CONG));
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
    close(one);
    is_refused(sock, ENOENT, request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted));
    EQUAL(1, dumped(IPPROTO_TCP, TCP_LISTEN, other, false));
    close(other);
}

/* Sockets that are bound but not connected are in state CLOSE. A lookup takes the sockets' view the other way round. */
static void datagram_sockets_are_found_by_port(void)
{
    int one = bound_socket(SOCK_DGRAM), other = bound_socket(SOCK_DGRAM);
    struct inet_diag_req_v2 wanted = about(IPPROTO_UDP, 0, ~0u);
    struct inet_diag_msg found;
    struct rnl_reply *reply;
    struct rnl_view view;

    EQUAL(2, dumped(IPPROTO_UDP, TCP_CLOSE, one, false));
    EQUAL(1, dumped(IPPROTO_UDP, TCP_CLOSE, other, true));
    send_text(other, port_number(one), "waiting");
    wanted.id.idiag_dport = htons(port_number(one));
    wanted.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    reply = ask(sock, request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted));
    EXPECT(1, rnl_reply_next(reply, &view));
    found = socket_in(&view);
    is_bound_to(&found, one, TCP_CLOSE);
    CHECK(found.idiag_rqueue >= strlen("waiting"));
    EXPECT(0, rnl_reply_free(reply));
    close(other);
    close(one);
}

/* A socket connected to `server`, and the other end. */
static int connection(int server, int *accepted)
{
    struct sockaddr_in address = loopback(port_number(server));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    NEED(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    *accepted = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    NEED(*accepted >= 0);
    return fd;
}

/* Asks the kernel to close a connection; gives its verdict. */
static int destroy(struct rnl_sock *asker, int fd, int server)
{
    struct inet_diag_req_v2 wanted = about(IPPROTO_TCP, port_number(fd), ~0u);
    struct rnl_msg *msg;
    int result;

    wanted.id.idiag_dport = htons(port_number(server));
    wanted.id.idiag_src[0] = wanted.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    msg = request(SOCK_DESTROY, 0, &wanted, sizeof wanted);
    result = rnl_sock_call(asker, msg, SOON, NULL, NULL);
    rnl_msg_free(msg);
    return result;
}

/* The end of a connection is told to those who listen. */
static void ends_are_told(void)
{
    struct rnl_sock *monitor = open_sock(NETLINK_SOCK_DIAG);
    int server = listener(), accepted, fd = connection(server, &accepted);
    uint16_t port = port_number(fd);
    struct inet_diag_msg found;
    struct rnl_view view;
    char byte;

    WORKS(0, rnl_sock_join(monitor, SKNLGRP_INET_TCP_DESTROY, &test_err));
    EQUAL(0, destroy(sock, fd, server));
    EQUAL(-1, read(fd, &byte, 1));
    EQUAL(ECONNABORTED, errno);
    close(fd);
    view = await(monitor, SOCK_DIAG_BY_FAMILY);
    EQUAL(SKNLGRP_INET_TCP_DESTROY, view.group);
    found = socket_in(&view);
    EQUAL(port, ntohs(found.id.idiag_sport));
    EQUAL(port_number(server), ntohs(found.id.idiag_dport));
    close(accepted);
    close(server);
    EXPECT(0, rnl_sock_close(monitor));
}

static void without_rights_nothing_is_closed(void)
{
    struct rnl_sock *own = open_sock(NETLINK_SOCK_DIAG);
    int server = listener(), accepted, fd = connection(server, &accepted);

    EQUAL(-EPERM, destroy(own, fd, server));
    NEED(write(accepted, "still there", 11) == 11);
    CHECK(is_readable(fd, SOON));
    close(accepted);
    close(fd);
    close(server);
    EXPECT(0, rnl_sock_close(own));
}

/* Closing sockets for others is left out of some kernels. */
static bool kernel_destroys(void)
{
    int server = listener(), accepted, fd = connection(server, &accepted);
    int result = destroy(sock, fd, server);

    close(accepted);
    close(fd);
    close(server);
    if (result == -EOPNOTSUPP)
        printf("not run: a connection ended from outside: kernel lacks SOCK_DESTROY\n");
    else
        EQUAL(0, result);
    return result == 0;
}

int main(void)
{
    in_namespace();
    sock = open_protocol(NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG", NULL);
    listening_sockets_are_found_by_port();
    datagram_sockets_are_found_by_port();
    if (kernel_destroys()) {
        ends_are_told();
        without_rights(without_rights_nothing_is_closed);
    }
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
