/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Memory that runs out while messages are built, requests made, dumps and notifications read.
 * modes: plain asan
 */
#include "oom.h"
#include "wire.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

/* Beside 127.0.0.1: more than fit into one datagram. */
#define ADDRESSES 500

/* ---- What every scenario needs. */

/* Fresh for each run, so that what they keep for the next time is no leak. */
static struct rnl_sock *route, *generic, *monitor;
static struct rnl_sock *other;
static int elsewhere;

/* ---- Scenarios. */

static void build(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct rnl_bytes bytes;
    char big[2000] = "";
    int i;

    if (!made(msg))
        return;
    for (i = 0; i < 5; i++) {
        rnl_msg_nest_begin(msg, 18);
        rnl_msg_put_bytes(msg, 1, big, sizeof big);
        rnl_msg_put_str(msg, 2, "text");
        rnl_msg_put_ip(msg, 3, "192.0.2.1");
        rnl_msg_put_u64_aligned(msg, 4, 5, 6);
        rnl_msg_nest_end(msg);
    }
    good(rnl_msg_bytes(msg, &bytes));
    good(rnl_msg_reset(msg, RTM_GETLINK, 0));
    good(rnl_msg_put_raw(msg, big, sizeof big));
    rnl_msg_free(msg);
}

/* A failure that sticks: its error has a path. */
static void build_wrong(void)
{
    struct rnl_msg *msg = rnl_genl_msg(16, 1, 1, 0);
    struct rnl_err *err = NULL;
    int result;

    if (!made(msg))
        return;
    rnl_msg_nest_begin(msg, 18);
    rnl_msg_put_mac(msg, 1, "no mac");
    result = rnl_msg_status(msg, NETLINK_ROUTE, &err);
    failure(-EINVAL, result, err);
    rnl_msg_free(msg);
}

static void open_and_close(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS, .netns_fd = elsewhere };
    struct rnl_sock *sock = NULL;
    uint32_t groups[4];

    if (good(rnl_sock_open(&sock, NETLINK_ROUTE, NULL, NULL))) {
        good(rnl_sock_join(sock, RTNLGRP_BRVLAN, NULL));
        good(rnl_sock_groups(sock, groups, 4, NULL));
    }
    rnl_sock_close(sock);
    sock = NULL;
    good(rnl_sock_open(&sock, NETLINK_ROUTE, &opts, NULL));
    rnl_sock_close(sock);
}

static void fail_to_open(void)
{
    struct rnl_sock *sock = NULL;
    struct rnl_err *err = NULL;
    int result = rnl_sock_open(&sock, 31, NULL, &err);

    failure(-EPROTONOSUPPORT, result, err);
    err = NULL;
    result = rnl_netns_open("rnl-nobody", &err);
    failure(-ENOENT, result, err);
}

/* A descriptor that is not adopted stays open. */
static void adopt(void)
{
    struct rnl_sock *sock = NULL;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (!good(rnl_sock_adopt(&sock, fd, NULL, NULL))) {
        other_failure += fcntl(fd, F_GETFD) < 0;
        close(fd);
    }
    rnl_sock_close(sock);
}

static void open_namespace(void)
{
    int fd = rnl_netns_open("/proc/self/ns/net", NULL);

    if (good(fd))
        close(fd);
}

static void call(struct rnl_sock *sock)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, LO, 0, 0 };
    struct rnl_reply *reply = NULL;
    struct rnl_view view;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    if (good(rnl_sock_call(sock, msg, SOON, &reply, NULL)))
        other_failure += rnl_reply_next(reply, &view) != 1;
    else
        other_failure += reply != NULL;
    rnl_reply_free(reply);
    rnl_msg_free(msg);
}

static void call_route(void)
{
    call(route);
}

/* The kernel refuses with a text, a place and a policy. */
static void be_refused(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, NLM_F_CREATE);
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, 0, 0, 0 };
    struct rnl_err *err = NULL;
    int result;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-beyond-fifteen");
    result = rnl_sock_call(route, msg, SOON, NULL, &err);
    failure(-ERANGE, result, err);
    rnl_msg_free(msg);
}

/* Reads a dump to its end. One that ends well is whole. */
static void read_dump(struct rnl_dump *dump)
{
    struct rnl_view view;
    int n = 0, result;

    while ((result = rnl_dump_next(dump, &view, NULL)) == 1)
        n++;
    other_failure += good(result) && n != ADDRESSES + 1;
}

static void dump(int mode)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_GETADDR, 0);
    struct ifaddrmsg header = { AF_INET, 0, 0, 0, 0 };
    struct rnl_dump *one = NULL, *two = NULL;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    if (good(rnl_dump_start(&one, route, msg, mode, SOON, NULL)) &&
        good(rnl_dump_start(&two, route, msg, mode, SOON, NULL))) {
        /* The second makes the first keep what comes for it. */
        read_dump(two);
        read_dump(one);
    }
    rnl_dump_free(one);
    rnl_dump_free(two);
    rnl_msg_free(msg);
}

static void dump_consistent(void)
{
    dump(RNL_DUMP_CONSISTENT);
}

static void dump_stream(void)
{
    dump(RNL_DUMP_STREAM);
}

/* A notification for which there is no memory is missing: that is said. */
static void keep_notifications(void)
{
    struct rnl_view view;
    int i, n = 0, result;

    counting = false;
    for (i = 0; i < 3; i++)
        set_alias_number(other, i);
    counting = true;
    call(monitor);
    while ((result = rnl_sock_next(monitor, &view, 0, NULL)) != 0 && n < 10) {
        no_memory += result == -ENOBUFS || result == -ENOMEM;
        other_failure += result < 0 && result != -ENOBUFS && result != -ENOMEM;
        n++;
    }
    other_failure += result != 0 || (n != 3 && no_memory == 0);
}

/* ---- Tables. */

/* Loads a table. Without memory it is of no use; else it has all addresses. */
static bool load(struct rnl_table *table)
{
    struct rnl_table_stats stats = { .size = sizeof stats };
    struct rnl_event e = { .kind = 0 };
    int result;

    while ((result = rnl_table_next(table, &e, SOON, NULL)) == 1 && e.kind != RNL_EVENT_SYNCED)
        ;
    other_failure += result == 0;
    if (!good(result))
        return false;
    other_failure += rnl_table_stats(table, &stats) != 0 || stats.objects < ADDRESSES + 1;
    return true;
}

static void load_table(void)
{
    struct rnl_table *table = NULL;

    if (good(rnl_table_open(&table, "addr", 0, NULL, NULL)))
        load(table);
    rnl_table_close(table);
}

/* Tables that ask for namespaces, and of the kinds that are kept otherwise. */
static void load_other_tables(void)
{
    static const char *const names[] = { "link", "route", "family" };
    struct rnl_event e = { .kind = 0 };
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        struct rnl_table *table = NULL;
        int result = rnl_table_open(&table, names[i], RNL_TABLE_QUIET_START | RNL_TABLE_ALL_NSID, NULL, NULL);

        if (good(result))
            good(rnl_table_next(table, &e, SOON, NULL));
        rnl_table_close(table);
    }
}

static void define_table(void)
{
    struct rnl_key key = { RNL_KEY_HEADER, 4, 4, 0 };
    struct rnl_ignore ignore = { RNL_IGNORE_DROP, { IFLA_AF_SPEC, 0, 0 }, 0 };
    struct rnl_stir stir = { RTNLGRP_IPV4_IFADDR, RTM_NEWADDR, 0, 0, 0, 0 };
    struct rnl_match match = { RNL_MATCH_HEADER, 0, 1, 0, 0 };
    struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
    uint32_t group = RTNLGRP_LINK;
    struct rnl_table_spec spec = { .size = sizeof spec, .new_type = RTM_NEWLINK, .del_type = RTM_DELLINK,
                                   .header_size = sizeof(struct ifinfomsg), .dump = msg, .groups = &group,
                                   .n_groups = 1, .keys = &key, .n_keys = 1, .matches = &match, .n_matches = 1,
                                   .ignores = &ignore, .n_ignores = 1, .stirs = &stir, .n_stirs = 1 };
    struct rnl_table *table = NULL;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
    good(rnl_table_define(&table, &spec, 0, NULL, NULL));
    rnl_table_close(table);
    rnl_msg_free(msg);
}

/* Adds a few addresses more, or takes them away. */
static void change_addresses(uint16_t type)
{
    uint32_t i;

    counting = false;
    for (i = 0; i < 20; i++)
        deliver(other, address_msg(type, ADDRESSES + i));
    counting = true;
}

/* Takes all events; what there was no memory for is missing from a table that says so. */
static void take_events(struct rnl_table *table, int kind)
{
    struct rnl_event e = { .kind = 0 };
    int result, n = 0;

    while ((result = rnl_table_next(table, &e, 0, NULL)) == 1)
        n += e.kind == kind;
    if (good(result))
        other_failure += n != 20;
}

/* Of a table that has been loaded, what changes. */
static void follow_changes(void)
{
    long failing = until_failure;
    struct rnl_table *table = NULL;
    bool failed;

    until_failure = 0;
    if (good(rnl_table_open(&table, "addr", 0, NULL, NULL)) && load(table)) {
        until_failure = failing;
        change_addresses(RTM_NEWADDR);
        take_events(table, RNL_EVENT_NEW);
        failed = no_memory > 0;
        change_addresses(RTM_DELADDR);
        if (!failed)
            take_events(table, RNL_EVENT_DEL);
    }
    rnl_table_close(table);
}

static void find_family(void)
{
    struct rnl_genl_group group = { NULL, 0, 0 };
    struct rnl_genl *genl = NULL;
    struct rnl_err *err = NULL;
    int result;

    if (good(rnl_genl_find(&genl, generic, "nlctrl", SOON, NULL))) {
        /* A family that was found has its names. */
        other_failure += rnl_genl_name(genl) == NULL || rnl_genl_group_at(genl, 0, &group) != 1 || group.name == NULL;
    }
    rnl_genl_free(genl);
    genl = NULL;
    result = rnl_genl_find(&genl, generic, "rnl-nobody", SOON, &err);
    failure(-ENOENT, result, err);
}

static struct wire family_message;

static void parse_family(void)
{
    struct rnl_view view = wire_view(&family_message);
    struct rnl_genl *genl = NULL;

    if (good(rnl_genl_parse(&genl, &view)))
        other_failure += rnl_genl_name(genl) == NULL;
    rnl_genl_free(genl);
}

static void ask_policy(void)
{
    struct rnl_policy *policy = NULL;
    struct rnl_policy_rule rule;
    struct rnl_policy_use use;

    if (good(rnl_policy_get(&policy, generic, GENL_ID_CTRL, -1, SOON, NULL)))
        other_failure += rnl_policy_rule_at(policy, 3, &rule) != 1 || rnl_policy_use_at(policy, 0, &use) != 1;
    rnl_policy_free(policy);
}

static struct wire verdict_message;

static void read_verdict(void)
{
    struct rnl_view view = wire_view(&verdict_message);
    struct rnl_bytes request = { verdict_message.at + 20, 16 };
    struct rnl_err *err = NULL;
    int result = rnl_view_status(&view, NETLINK_ROUTE, &request, &err);

    failure(-EPERM, result, err);
}

/* A datagram that did not fit: the next call makes room. */
static void receive(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_datagram got;
    struct rnl_sock *sock = NULL;
    static char big[20000];
    uint32_t port = 0;
    int result;

    if (good(rnl_sock_open(&sock, NETLINK_USERSOCK, &opts, NULL))) {
        good(rnl_sock_port(sock, &port));
        good(rnl_sock_send(sock, big, sizeof big, port, 0, NULL));
        good(rnl_sock_send(sock, big, sizeof big, port, 0, NULL));
        failure(-EMSGSIZE, rnl_sock_recv(sock, &got, SOON, NULL), NULL);
        result = rnl_sock_recv(sock, &got, SOON, NULL);
        if (result == -ENOMEM)
            result = rnl_sock_recv(sock, &got, SOON, NULL), no_memory++;
        good(result);
    }
    rnl_sock_close(sock);
}

/* ---- The runs. */

static const struct scenario scenarios[] = {
    { "build", build },
    { "build wrong", build_wrong },
    { "open and close", open_and_close },
    { "fail to open", fail_to_open },
    { "adopt", adopt },
    { "open a namespace", open_namespace },
    { "call", call_route },
    { "be refused", be_refused },
    { "dump, consistent", dump_consistent },
    { "dump, stream", dump_stream },
    { "find a family", find_family },
    { "parse a family", parse_family },
    { "ask for a policy", ask_policy },
    { "read a verdict", read_verdict },
    { "receive", receive },
    { "keep notifications", keep_notifications },
    { "load a table", load_table },
    { "load other tables", load_other_tables },
    { "define a table", define_table },
    { "follow changes", follow_changes },
};

static void open_sockets(void)
{
    NEED(rnl_sock_open(&route, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(rnl_sock_open(&generic, NETLINK_GENERIC, NULL, NULL) == 0);
    NEED(rnl_sock_open(&monitor, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(rnl_sock_join(monitor, RTNLGRP_LINK, NULL) == 0);
}

static void close_sockets(void)
{
    NEED(rnl_sock_close(route) == 0);
    NEED(rnl_sock_close(generic) == 0);
    NEED(rnl_sock_close(monitor) == 0);
}

static void prepare(void)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    struct nlmsghdr header = { 0, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 1, 1 };
    struct nlmsghdr quoted = { 16, RTM_NEWLINK, 0, 1, 0 };
    struct rnl_reply *reply = NULL;
    struct wire body = { 0, { 0 } };
    struct rnl_view view;
    int error = -EPERM;
    uint32_t i;

    rnl_msg_put_str(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
    NEED(rnl_sock_call(generic, msg, SOON, &reply, NULL) == 0 && rnl_reply_next(reply, &view) == 1);
    wire_raw(&family_message, view.msg.ptr, view.msg.len);
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    wire_raw(&body, &error, sizeof error);
    wire_raw(&body, &quoted, sizeof quoted);
    wire_str(&body, NLMSGERR_ATTR_MSG, "no");
    wire_attr(&body, NLMSGERR_ATTR_COOKIE, "1234", 4);
    wire_attr(&body, NLMSGERR_ATTR_POLICY, "\4\0\1\0", 4);
    wire_u32(&body, NLMSGERR_ATTR_MISS_TYPE, IFLA_IFNAME);
    wire_message(&verdict_message, header, body.at, body.len);
    for (i = 0; i < ADDRESSES; i++)
        deliver(route, address_msg(RTM_NEWADDR, i));
}

int main(void)
{
    size_t i;

    in_namespace();
    elsewhere = rnl_netns_open("/proc/self/ns/net", NULL);
    other = open_sock(NETLINK_ROUTE);
    open_sockets();
    prepare();
    close_sockets();
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        exhaust(&scenarios[i]);
    close(elsewhere);
    EXPECT(0, rnl_sock_close(other));
    return test_end();
}
