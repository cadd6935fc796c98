/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_FIB_LOOKUP: an IPv4 route looked up. The request's struct comes back filled in, under its own sequence
 * number; there are no acknowledgements, which leaves datagrams as the way to talk.
 */
#include "protocol.h"

/* The kernel's, which no header for programs has. */
struct fib_result_nl {
    uint32_t fl_addr;
    uint32_t fl_mark;
    uint8_t fl_tos;
    uint8_t fl_scope;
    uint8_t tb_id_in;
    uint8_t tb_id;
    uint8_t prefixlen;
    uint8_t nh_sel;
    uint8_t type;
    uint8_t scope;
    int err;
};

static struct fib_result_nl look_up(struct rnl_sock *sock, uint32_t seq, struct fib_result_nl wanted)
{
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct nlmsghdr header = { 0, NLMSG_MIN_TYPE, NLM_F_REQUEST, seq, port_of(sock) };
    struct fib_result_nl found = { 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;

    wire_message(&w, header, &wanted, sizeof wanted);
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, 0, &test_err));
    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    EQUAL(0, got.port);
    NEED(rnl_view_next(&got.data, &view) == 1);
    EQUAL(seq, view.seq);
    EXPECT(sizeof found, rnl_view_fixed(&view, &found, sizeof found));
    EQUAL(wanted.fl_addr, found.fl_addr);
    return found;
}

static struct fib_result_nl in_table(uint32_t address, uint8_t table)
{
    struct fib_result_nl wanted = { .fl_addr = htonl(address), .fl_scope = RT_SCOPE_UNIVERSE, .tb_id_in = table };

    return wanted;
}

/* 127.1.0.7 becomes an address of loopback: a host route of table local, and of no other. */
static void an_address_is_found_where_it_is(struct rnl_sock *sock)
{
    struct rnl_sock *route = open_sock(NETLINK_ROUTE);
    struct fib_result_nl found;

    deliver(route, address_msg(RTM_NEWADDR, 7));
    found = look_up(sock, 41, in_table(0x7f010007, RT_TABLE_LOCAL));
    EQUAL(0, found.err);
    EQUAL(RT_TABLE_LOCAL, found.tb_id);
    EQUAL(32, found.prefixlen);
    EQUAL(RTN_LOCAL, found.type);
    EQUAL(RT_SCOPE_HOST, found.scope);
    /* Without it, what is left is loopback's own network. */
    deliver(route, address_msg(RTM_DELADDR, 7));
    found = look_up(sock, 42, in_table(0x7f010007, RT_TABLE_LOCAL));
    EQUAL(0, found.err);
    EQUAL(8, found.prefixlen);
    EXPECT(0, rnl_sock_close(route));
}

static void what_is_nowhere_is_an_error(struct rnl_sock *sock)
{
    struct fib_result_nl found = look_up(sock, 43, in_table(0xc0000201, RT_TABLE_LOCAL));

    EQUAL(-EAGAIN, found.err);
    /* Nothing matched there; here is no such table. */
    found = look_up(sock, 44, in_table(0xc0000201, 77));
    EQUAL(-ENOENT, found.err);
}

int main(void)
{
    struct rnl_sock *sock;

    in_namespace();
    sock = open_protocol(NETLINK_FIB_LOOKUP, "NETLINK_FIB_LOOKUP", NULL);
    an_address_is_found_where_it_is(sock);
    what_is_nowhere_is_an_error(sock);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
