/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_NETFILTER, connections that the kernel tracks: told of when they come and go, dumped, marked, forgotten. */
#include "protocol_nft.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#define MARK 0xabcd

static struct rnl_sock *sock, *monitor;

/* A connection over loopback, by its ports. */
struct flow {
    int listener, client, server;
    uint16_t from, to;
};

static struct rnl_msg *ct_msg(int operation, uint16_t flags)
{
    return nf_msg(NFNL_SUBSYS_CTNETLINK, operation, flags, AF_INET, 0);
}

/* Connections are tracked where a rule asks for their state. */
static void track(void)
{
    struct rnl_msg *msg = rule_begin();
    int result;

    expr_begin(msg, "ct");
    rnl_msg_put_be32(msg, NFTA_CT_KEY, NFT_CT_STATE);
    rnl_msg_put_be32(msg, NFTA_CT_DREG, NFT_REG_1);
    expr_end(msg);
    result = make_rule(sock, rule_end(msg));
    if (result == -ENOENT)
        skip("kernel lacks connection tracking in nftables");
    EQUAL(0, result);
}

static struct flow open_flow(void)
{
    struct flow flow = { bound_socket(SOCK_STREAM), bound_socket(SOCK_STREAM), -1, 0, 0 };
    struct sockaddr_in address;

    NEED(listen(flow.listener, 1) == 0);
    flow.from = port_number(flow.client);
    flow.to = port_number(flow.listener);
    address = loopback(flow.to);
    NEED(connect(flow.client, (struct sockaddr *)&address, sizeof address) == 0);
    flow.server = accept4(flow.listener, NULL, NULL, SOCK_CLOEXEC);
    NEED(flow.server >= 0);
    return flow;
}

static void close_flow(struct flow *flow)
{
    close(flow->client);
    close(flow->server);
    close(flow->listener);
}

static void put_tuple(struct rnl_msg *msg, uint16_t direction, uint16_t from, uint16_t to)
{
    rnl_msg_nest_begin(msg, direction);
    rnl_msg_nest_begin(msg, CTA_TUPLE_IP);
    rnl_msg_put_ip(msg, CTA_IP_V4_SRC, "127.0.0.1");
    rnl_msg_put_ip(msg, CTA_IP_V4_DST, "127.0.0.1");
    rnl_msg_nest_end(msg);
    rnl_msg_nest_begin(msg, CTA_TUPLE_PROTO);
    rnl_msg_put_u8(msg, CTA_PROTO_NUM, IPPROTO_TCP);
    rnl_msg_put_be16(msg, CTA_PROTO_SRC_PORT, from);
    rnl_msg_put_be16(msg, CTA_PROTO_DST_PORT, to);
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
}

static struct rnl_msg *flow_msg(int operation, const struct flow *flow)
{
    struct rnl_msg *msg = ct_msg(operation, 0);

    put_tuple(msg, CTA_TUPLE_ORIG, flow->from, flow->to);
    return msg;
}

/* One direction of a connection. */
static void is_tuple(struct rnl_attr tuple, uint16_t from, uint16_t to)
{
    struct rnl_attr ip = attr_in(tuple, CTA_TUPLE_IP), proto = attr_in(tuple, CTA_TUPLE_PROTO);

    EQUAL(INADDR_LOOPBACK, be32_in(attr_in(ip, CTA_IP_V4_SRC)));
    EQUAL(INADDR_LOOPBACK, be32_in(attr_in(ip, CTA_IP_V4_DST)));
    EQUAL(IPPROTO_TCP, number_in(attr_in(proto, CTA_PROTO_NUM)));
    EQUAL(from, be16_in(attr_in(proto, CTA_PROTO_SRC_PORT)));
    EQUAL(to, be16_in(attr_in(proto, CTA_PROTO_DST_PORT)));
}

/* Gives the connection's number. */
static uint32_t is_flow(const struct rnl_view *view, const struct flow *flow)
{
    is_tuple(nf_attr(view, CTA_TUPLE_ORIG), flow->from, flow->to);
    is_tuple(nf_attr(view, CTA_TUPLE_REPLY), flow->to, flow->from);
    return be32_in(nf_attr(view, CTA_ID));
}

/* The number of the connection that is new. */
static uint32_t is_told_to_begin(const struct flow *flow)
{
    struct rnl_view view = await(monitor, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW);

    EQUAL(NFNLGRP_CONNTRACK_NEW, view.group);
    CHECK(view.flags & NLM_F_CREATE);
    CHECK(be32_in(nf_attr(&view, CTA_STATUS)) & IPS_CONFIRMED);
    return is_flow(&view, flow);
}

static void is_told_to_end(const struct flow *flow, uint32_t id)
{
    struct rnl_view view = await(monitor, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE);

    EQUAL(NFNLGRP_CONNTRACK_DESTROY, view.group);
    EQUAL(id, is_flow(&view, flow));
}

/* How many connections a dump shows, which must be this one. */
static int dumped(const struct flow *flow, uint32_t id)
{
    struct rnl_dump *dump = dump_of(sock, ct_msg(IPCTNL_MSG_CT_GET, 0));
    struct rnl_view view;
    int seen = 0;

    for (; dump_goes_on(dump, &view); seen++) {
        struct rnl_attr tcp = attr_in(nf_attr(&view, CTA_PROTOINFO), CTA_PROTOINFO_TCP);

        EQUAL(id, is_flow(&view, flow));
        EQUAL(TCP_CONNTRACK_ESTABLISHED, number_in(attr_in(tcp, CTA_PROTOINFO_TCP_STATE)));
        CHECK(be32_in(nf_attr(&view, CTA_STATUS)) & IPS_ASSURED);
    }
    return seen;
}

static uint32_t mark_of(const struct flow *flow)
{
    struct rnl_reply *reply = ask(sock, flow_msg(IPCTNL_MSG_CT_GET, flow));
    struct rnl_view view;
    uint32_t mark;

    NEED(rnl_reply_next(reply, &view) == 1);
    is_flow(&view, flow);
    mark = be32_in(nf_attr(&view, CTA_MARK));
    EXPECT(0, rnl_reply_free(reply));
    return mark;
}

static void connections_are_marked(const struct flow *flow, uint32_t id)
{
    struct rnl_msg *msg = flow_msg(IPCTNL_MSG_CT_NEW, flow);
    struct rnl_view view;

    EQUAL(0, mark_of(flow));
    WORKS(0, rnl_sock_join(monitor, NFNLGRP_CONNTRACK_UPDATE, &test_err));
    rnl_msg_put_be32(msg, CTA_MARK, MARK);
    deliver(sock, msg);
    EQUAL(MARK, mark_of(flow));
    view = await(monitor, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW);
    EQUAL(NFNLGRP_CONNTRACK_UPDATE, view.group);
    EQUAL(id, is_flow(&view, flow));
    EQUAL(MARK, be32_in(nf_attr(&view, CTA_MARK)));
    WORKS(0, rnl_sock_leave(monitor, NFNLGRP_CONNTRACK_UPDATE, &test_err));
}

static void connections_are_seen_from_begin_to_end(void)
{
    struct flow flow = open_flow();
    uint32_t id = is_told_to_begin(&flow);

    EQUAL(1, dumped(&flow, id));
    connections_are_marked(&flow, id);
    deliver(sock, flow_msg(IPCTNL_MSG_CT_DELETE, &flow));
    is_told_to_end(&flow, id);
    EQUAL(0, dumped(&flow, id));
    is_refused(sock, ENOENT, flow_msg(IPCTNL_MSG_CT_GET, &flow));
    close_flow(&flow);
}

/* An entry can be made without any packet, for both directions. */
static void entries_are_made(void)
{
    struct flow flow = { -1, -1, -1, 1000, 2000 };
    struct rnl_msg *msg = ct_msg(IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);

    put_tuple(msg, CTA_TUPLE_ORIG, flow.from, flow.to);
    put_tuple(msg, CTA_TUPLE_REPLY, flow.to, flow.from);
    rnl_msg_put_be32(msg, CTA_TIMEOUT, 60);
    rnl_msg_put_be32(msg, CTA_MARK, MARK);
    deliver(sock, msg);
    EQUAL(MARK, mark_of(&flow));
    deliver(sock, flow_msg(IPCTNL_MSG_CT_DELETE, &flow));
}

int main(void)
{
    in_namespace();
    sock = open_nftables();
    monitor = open_sock(NETLINK_NETFILTER);
    WORKS(0, rnl_sock_join(monitor, NFNLGRP_CONNTRACK_NEW, &test_err));
    WORKS(0, rnl_sock_join(monitor, NFNLGRP_CONNTRACK_DESTROY, &test_err));
    track();
    connections_are_seen_from_begin_to_end();
    entries_are_made();
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
