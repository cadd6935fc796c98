/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_ROUTE: a rule and a route made, told of, used by the kernel, dumped and deleted. */
#include "protocol.h"

#include <linux/fib_rules.h>

#define TABLE_ID 1000
#define MARK 0x99

static struct rnl_sock *sock, *monitor;

/* "fwmark 0x99 lookup 1000" */
static struct rnl_msg *rule_msg(uint16_t type)
{
    struct fib_rule_hdr header = { .family = AF_INET, .action = FR_ACT_TO_TBL };
    struct rnl_msg *msg = request(type, type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0, &header, sizeof header);

    rnl_msg_put_u32(msg, FRA_FWMARK, MARK);
    rnl_msg_put_u32(msg, FRA_TABLE, TABLE_ID);
    rnl_msg_put_u32(msg, FRA_PRIORITY, 50);
    return msg;
}

/* "192.0.2.0/24 dev lo table 1000" */
static struct rnl_msg *route_msg(uint16_t type)
{
    struct rtmsg header = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_protocol = RTPROT_STATIC,
                            .rtm_scope = RT_SCOPE_LINK, .rtm_type = RTN_UNICAST };
    struct rnl_msg *msg = request(type, type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0, &header, sizeof header);

    rnl_msg_put_ip(msg, RTA_DST, "192.0.2.0");
    rnl_msg_put_u32(msg, RTA_OIF, LO);
    rnl_msg_put_u32(msg, RTA_TABLE, TABLE_ID);
    return msg;
}

static void is_rule(const struct rnl_view *view)
{
    EQUAL(MARK, number_in(attr_of(view, sizeof(struct fib_rule_hdr), FRA_FWMARK)));
    EQUAL(TABLE_ID, number_in(attr_of(view, sizeof(struct fib_rule_hdr), FRA_TABLE)));
}

static void is_route(const struct rnl_view *view)
{
    struct rnl_attr dst = attr_of(view, sizeof(struct rtmsg), RTA_DST);

    EQUAL(0xc0000200, be32_in(dst));
    EQUAL(LO, number_in(attr_of(view, sizeof(struct rtmsg), RTA_OIF)));
    EQUAL(TABLE_ID, number_in(attr_of(view, sizeof(struct rtmsg), RTA_TABLE)));
}

/* Changes a rule or a route, and gives what is told of it. */
static struct rnl_view change(struct rnl_msg *msg, uint16_t type, uint32_t group)
{
    struct rnl_view view;

    deliver(sock, msg);
    view = await(monitor, type);
    EQUAL(group, view.group);
    return view;
}

/* Where the kernel sends what has this mark to 192.0.2.9: the table, 0 if nowhere. */
static uint32_t table_for(uint32_t mark)
{
    struct rtmsg header = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_flags = RTM_F_LOOKUP_TABLE };
    struct rnl_msg *msg = request(RTM_GETROUTE, 0, &header, sizeof header);
    struct rnl_reply *reply = NULL;
    struct rnl_view view;
    uint32_t table = 0;
    int result;

    rnl_msg_put_ip(msg, RTA_DST, "192.0.2.9");
    rnl_msg_put_u32(msg, RTA_MARK, mark);
    result = rnl_sock_call(sock, msg, SOON, &reply, NULL);
    CHECK(result == 0 || result == -ENETUNREACH);
    if (result == 0 && rnl_reply_next(reply, &view) == 1)
        table = (uint32_t)number_in(attr_of(&view, sizeof header, RTA_TABLE));
    EXPECT(0, rnl_reply_free(reply));
    rnl_msg_free(msg);
    return table;
}

/* How many routes of the table a dump shows, with the kernel's own filter. */
static int dumped(void)
{
    struct rtmsg header = { .rtm_family = AF_INET };
    struct rnl_msg *msg = request(RTM_GETROUTE, 0, &header, sizeof header);
    struct rnl_dump *dump;
    struct rnl_view view;
    int seen = 0;

    rnl_msg_put_u32(msg, RTA_TABLE, TABLE_ID);
    for (dump = dump_of(sock, msg); dump_goes_on(dump, &view); seen++)
        is_route(&view);
    return seen;
}

int main(void)
{
    struct rnl_view view;

    in_namespace();
    sock = open_protocol(NETLINK_ROUTE, "NETLINK_ROUTE", NULL);
    monitor = open_sock(NETLINK_ROUTE);
    WORKS(0, rnl_sock_join(monitor, RTNLGRP_IPV4_RULE, &test_err));
    WORKS(0, rnl_sock_join(monitor, RTNLGRP_IPV4_ROUTE, &test_err));
    view = change(route_msg(RTM_NEWROUTE), RTM_NEWROUTE, RTNLGRP_IPV4_ROUTE);
    is_route(&view);
    EQUAL(1, dumped());
    view = change(rule_msg(RTM_NEWRULE), RTM_NEWRULE, RTNLGRP_IPV4_RULE);
    is_rule(&view);
    EQUAL(TABLE_ID, table_for(MARK));
    EQUAL(0, table_for(0));
    view = change(rule_msg(RTM_DELRULE), RTM_DELRULE, RTNLGRP_IPV4_RULE);
    is_rule(&view);
    EQUAL(0, table_for(MARK));
    view = change(route_msg(RTM_DELROUTE), RTM_DELROUTE, RTNLGRP_IPV4_ROUTE);
    is_route(&view);
    is_refused(sock, ESRCH, route_msg(RTM_DELROUTE));
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
