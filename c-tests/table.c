/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Tables: how they are opened, refused, waited for, bounded and closed; what a description may say. */
#include "table.h"

static struct rnl_sock *sock;

/* ---- Arguments. */

static void wrong_arguments_are_refused(void)
{
    struct rnl_opts opts = { .size = 4 };
    struct rnl_table *table = NULL;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(NULL, "link", 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(&table, NULL, 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(&table, "", 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(&table, "links", 0, NULL, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "links") != NULL);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(&table, "link", 0x80, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_open(&table, "link", 0, &opts, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_define(&table, NULL, 0, NULL, &test_err));
    EXPECT(-EINVAL, rnl_table_open(&table, "none", 0, NULL, NULL));
    CHECK(table == NULL);
}

static void handles_are_checked(void)
{
    struct rnl_table_stats stats = { .size = sizeof stats };
    struct follower f = follow(&links);
    struct rnl_msg *like = link_msg(RTM_GETLINK, 0, LO), *wrong = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_event e;
    struct rnl_view view;
    uint64_t cursor = 0;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_next(NULL, &e, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_next(f.table, NULL, 0, &test_err));
    EXPECT(-EINVAL, rnl_table_find(NULL, like, -1, &view));
    EXPECT(-EINVAL, rnl_table_find(f.table, NULL, -1, &view));
    EXPECT(-EINVAL, rnl_table_find(f.table, like, -1, NULL));
    rnl_msg_nest_begin(wrong, 18);
    EXPECT(-EINVAL, rnl_table_find(f.table, wrong, -1, &view));
    rnl_msg_put_mac(wrong, 1, "no mac");
    EXPECT(-EINVAL, rnl_table_find(f.table, wrong, -1, &view));
    EXPECT(-EINVAL, rnl_table_each(NULL, &cursor, &view));
    EXPECT(-EINVAL, rnl_table_each(f.table, NULL, &view));
    EXPECT(-EINVAL, rnl_table_each(f.table, &cursor, NULL));
    cursor = UINT64_MAX;
    EXPECT(0, rnl_table_each(f.table, &cursor, &view));
    EXPECT(-EINVAL, rnl_table_stats(f.table, NULL));
    EXPECT(-EINVAL, rnl_table_stats(NULL, &stats));
    stats.size = 7;
    EXPECT(-EINVAL, rnl_table_stats(f.table, &stats));
    EXPECT(-EINVAL, rnl_table_fd(NULL));
    EXPECT(-EINVAL, rnl_table_events(NULL));
    EXPECT(-EINVAL, rnl_table_timeout(NULL));
    EXPECT(0, rnl_table_close(NULL));
    rnl_msg_free(like);
    rnl_msg_free(wrong);
    unfollow(&f);
    FREED(rnl_table_close(f.table));
    FREED(rnl_table_next(f.table, &e, 0, NULL));
}

/* A caller with an older, shorter struct gets what it has room for. */
static void statistics_fit_their_size(void)
{
    struct rnl_table_stats stats = { .size = 24, .bytes = 7, .resyncs = 8, .synced = 9 };
    struct follower f = follow(&links);

    EXPECT(0, rnl_table_stats(f.table, &stats));
    CHECK(stats.objects == 1 && stats.bytes > 0);
    EQUAL(8, stats.resyncs);
    EQUAL(9, stats.synced);
    EQUAL(1, stats_of(f.table).synced);
    EQUAL(0, stats_of(f.table).resyncs);
    unfollow(&f);
}

/* What its socket has received: at least the dump, and then a notification. */
static void its_socket_has_statistics(void)
{
    struct rnl_stats before = { .size = sizeof before }, after = before;
    struct follower f = follow(&links);

    EXPECT(-EINVAL, rnl_table_sock_stats(NULL, &before));
    EXPECT(-EINVAL, rnl_table_sock_stats(f.table, NULL));
    EXPECT(0, rnl_table_sock_stats(f.table, &before));
    CHECK(before.rx_messages >= 1 && before.tx_messages == 1 && before.overruns == 0 && before.drops == 0);
    set_alias(sock, LO, "counted");
    next_is(&f, RNL_EVENT_CHANGE);
    EXPECT(0, rnl_table_sock_stats(f.table, &after));
    EQUAL(before.rx_messages + 1, after.rx_messages);
    EQUAL(before.rx_datagrams + 1, after.rx_datagrams);
    EQUAL(1, after.tx_messages);
    unfollow(&f);
}

/* ---- From the first event on. */

static void nothing_is_there_before_the_first_event(void)
{
    struct follower f = open_follower(&links, 0, NULL);
    struct rnl_view view;
    uint64_t cursor = 0;

    EQUAL(0, stats_of(f.table).synced);
    EQUAL(0, stats_of(f.table).objects);
    EXPECT(0, rnl_table_each(f.table, &cursor, &view));
    EXPECT(0, rnl_table_timeout(f.table));
    EXPECT(POLLIN, rnl_table_events(f.table));
    CHECK(fcntl(rnl_table_fd(f.table), F_GETFD) == FD_CLOEXEC);
    EQUAL(1, sync_follower(&f));
    EQUAL(1, stats_of(f.table).synced);
    unfollow(&f);
}

static void a_quiet_start_says_only_that_it_is_synced(void)
{
    struct follower f = open_follower(&links, RNL_TABLE_QUIET_START, NULL);

    EQUAL(0, sync_follower(&f));
    EQUAL(1, stats_of(f.table).objects);
    CHECK(finds(f.table, link_msg(RTM_GETLINK, 0, LO)));
    set_alias(sock, LO, "quiet no more");
    free(f.set.slots);
    f.set = walked(&f);
    CHECK(has_type((struct rnl_event[]){ next_is(&f, RNL_EVENT_CHANGE) }, IFLA_IFALIAS));
    unfollow(&f);
}

/* A time-out is kept, and nothing comes of it. */
static void time_passes(void)
{
    struct follower f = follow(&links);
    long long start = milliseconds();
    struct rnl_event e;

    CHECK(!advance(&f, &e, 30));
    CHECK(milliseconds() - start >= 30);
    EXPECT(-1, rnl_table_timeout(f.table));
    unfollow(&f);
}

/* The descriptor becomes ready, and is not any more when everything has been taken. */
static void it_can_be_waited_for(void)
{
    struct follower f = follow(&links);
    struct pollfd wait = { rnl_table_fd(f.table), (short)rnl_table_events(f.table), 0 };
    struct rnl_event e;

    EQUAL(0, poll(&wait, 1, 0));
    set_alias(sock, LO, "one");
    set_alias(sock, LO, "two");
    EQUAL(1, poll(&wait, 1, SOON));
    CHECK(advance(&f, &e, 0) && e.kind == RNL_EVENT_CHANGE);
    CHECK(advance(&f, &e, 0) && e.kind == RNL_EVENT_CHANGE);
    CHECK(!advance(&f, &e, 0));
    EQUAL(0, poll(&wait, 1, 0));
    unfollow(&f);
}

static void two_tables_do_not_disturb_each_other(void)
{
    struct follower one = follow(&links), two = follow(&addresses), three = follow(&links);

    deliver(sock, address_msg(RTM_NEWADDR, 3));
    set_alias(sock, LO, "for both");
    next_is(&one, RNL_EVENT_CHANGE);
    next_is(&two, RNL_EVENT_NEW);
    next_is(&three, RNL_EVENT_CHANGE);
    deliver(sock, address_msg(RTM_DELADDR, 3));
    unfollow(&three);
    next_is(&two, RNL_EVENT_DEL);
    unfollow(&one);
    unfollow(&two);
}

/* ---- Too many objects. */

static void add_addresses(int n)
{
    int i;

    for (i = 0; i < n; i++)
        deliver(sock, address_msg(RTM_NEWADDR, (uint32_t)(0x1000 + i)));
}

static void delete_addresses(int n)
{
    int i;

    for (i = 0; i < n; i++)
        deliver(sock, address_msg(RTM_DELADDR, (uint32_t)(0x1000 + i)));
}

/* What has been taken in until the error comes is less than the bound; the table says so for ever. */
static void is_too_much(struct rnl_table *table)
{
    struct rnl_event e;
    int i, result;

    test_forget();
    while ((result = rnl_table_next(table, &e, SOON, &test_err)) == 1)
        CHECK(test_err == NULL);
    EQUAL(-EFBIG, result);
    EQUAL(EFBIG, rnl_err_errno(test_err));
    EQUAL(RNL_FROM_LOCAL, rnl_err_origin(test_err));
    for (i = 0; i < 3; i++)
        FAILS(EFBIG, RNL_FROM_LOCAL, rnl_table_next(table, &e, SOON, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "EFBIG") != NULL);
}

#define BOUND 32768

static void a_table_has_a_bound(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_table = BOUND };
    struct follower small = open_follower(&addresses, 0, &opts), late = open_follower(&addresses, 0, &opts);

    sync_follower(&late);
    add_addresses(1000);
    is_too_much(small.table);
    is_too_much(late.table);
    CHECK(stats_of(late.table).bytes <= BOUND && stats_of(late.table).objects > 50);
    EXPECT(0, rnl_table_close(small.table));
    EXPECT(0, rnl_table_close(late.table));
    delete_addresses(1000);
    free(small.set.slots);
    free(late.set.slots);
}

/* Memory is given back: the same bound holds many more than fit into it at once. */
static void what_is_gone_takes_no_room(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_table = 1 << 16 };
    struct follower f = open_follower(&addresses, 0, &opts);
    int round;

    sync_follower(&f);
    for (round = 0; round < 30; round++) {
        add_addresses(100);
        settle(&f);
        delete_addresses(100);
        settle(&f);
    }
    unfollow(&f);
}

/* ---- Descriptions. */

static const struct rnl_key address_keys[] = { { RNL_KEY_HEADER, 0, 8, 0 }, { RNL_KEY_ATTR, IFA_LOCAL, 0, 0 } };
static const uint32_t address_groups[] = { RTNLGRP_IPV4_IFADDR };

static struct rnl_table_spec spec_of(struct rnl_msg *dump)
{
    struct rnl_table_spec spec = {
        .size = sizeof spec, .protocol = NETLINK_ROUTE, .new_type = RTM_NEWADDR, .del_type = RTM_DELADDR,
        .header_size = sizeof(struct ifaddrmsg), .dump = dump, .groups = address_groups, .n_groups = 1,
        .keys = address_keys, .n_keys = 2,
    };

    return spec;
}

#define SENSELESS(...) \
    do { \
        struct rnl_table_spec s = spec_of(dump); \
        __VA_ARGS__; \
        FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_define(&table, &s, 0, NULL, &test_err)); \
        CHECK(table == NULL && strstr(rnl_err_text(test_err), "EINVAL") != NULL); \
    } while (0)

#define KEY(...) struct rnl_key key = { __VA_ARGS__ }; s.keys = &key, s.n_keys = 1
#define MATCH(...) struct rnl_match rule = { __VA_ARGS__ }; s.matches = &rule, s.n_matches = 1
#define IGNORE(...) struct rnl_ignore ignore = { __VA_ARGS__ }; s.ignores = &ignore, s.n_ignores = 1
#define STIR(...) struct rnl_stir stir = { __VA_ARGS__ }; s.stirs = &stir, s.n_stirs = 1

static void descriptions_must_make_sense(void)
{
    struct rnl_msg *dump = dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg));
    struct rnl_table *table = NULL;

    SENSELESS(s.size = 7);
    SENSELESS(s.dump = NULL);
    SENSELESS(s.keys = NULL);
    SENSELESS(s.n_keys = 0);
    SENSELESS(s.groups = NULL);
    SENSELESS(s.del_type = s.new_type);
    SENSELESS(s.flags = 0x8000);
    SENSELESS(s.reserved = 1);
    SENSELESS(s.new_cmd = 1);
    SENSELESS(s.matches = NULL; s.n_matches = 1);
    SENSELESS(KEY(RNL_KEY_HEADER, 4, 5, 0));
    SENSELESS(KEY(RNL_KEY_HEADER, 0xffff, 0xffff, 0));
    SENSELESS(KEY(RNL_KEY_HEADER, 0, 0, 0));
    SENSELESS(KEY(77, 0, 4, 0));
    SENSELESS(KEY(RNL_KEY_ATTR, IFA_LOCAL, 9, 0));
    SENSELESS(KEY(RNL_KEY_ATTR, IFA_LOCAL, 0, 256));
    SENSELESS(MATCH(RNL_MATCH_HEADER, 0, 3, 0, 0));
    SENSELESS(MATCH(RNL_MATCH_HEADER, 0, 1, 0, 256));
    SENSELESS(MATCH(9, 0, 1, 0, 0));
    SENSELESS(IGNORE(RNL_IGNORE_DROP, { IFA_LOCAL, 0, 0 }, 0));
    SENSELESS(IGNORE(RNL_IGNORE_QUIET, { IFA_LOCAL, 0, 0 }, 0));
    SENSELESS(IGNORE(RNL_IGNORE_BITS, { 4, 0, 0 }, 1));
    SENSELESS(IGNORE(RNL_IGNORE_BITS, { 6, 0, 0 }, 1));
    SENSELESS(IGNORE(RNL_IGNORE_DROP, { 0, 0, 0 }, 0));
    SENSELESS(IGNORE(RNL_IGNORE_DROP, { 8, 0, 8 }, 0));
    SENSELESS(IGNORE(9, { IFA_LABEL, 0, 0 }, 0));
    SENSELESS(STIR(RTNLGRP_LINK, RTM_NEWLINK, 1, 0, 0, 0));
    SENSELESS(STIR(RTNLGRP_LINK, RTM_NEWLINK, 0, 0x10000, 0, 0));
    rnl_msg_free(dump);
}

/* What the kernel says of a senseless dump or group comes when the table is opened or loaded. */
static void the_kernel_may_refuse_it(void)
{
    struct rnl_msg *dump = dump_msg(1000, sizeof(struct ifaddrmsg)), *failed = dump_msg(RTM_GETADDR, 8);
    struct rnl_table_spec spec = spec_of(dump);
    struct rnl_table *table = NULL;
    uint32_t group = 10000;
    struct rnl_event e;

    WORKS(0, rnl_table_define(&table, &spec, 0, NULL, &test_err));
    FAILS(EOPNOTSUPP, RNL_FROM_KERNEL, rnl_table_next(table, &e, SOON, &test_err));
    CHECK(rnl_table_timeout(table) > 0 && rnl_table_timeout(table) <= 1000);
    WORKS(0, rnl_table_next(table, &e, 0, &test_err));
    EXPECT(0, rnl_table_close(table));
    table = NULL;
    spec.groups = &group;
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_table_define(&table, &spec, 0, NULL, &test_err));
    spec = spec_of(failed);
    rnl_msg_put_mac(failed, 1, "no mac");
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_table_define(&table, &spec, 0, NULL, &test_err));
    CHECK(table == NULL);
    rnl_msg_free(dump);
    rnl_msg_free(failed);
}

/* Addresses of one prefix length: the others are as if they were not. */
static void a_filter_chooses_objects(void)
{
    struct rnl_match match = { RNL_MATCH_HEADER, 1, 1, 0, 32 };
    struct rnl_msg *dump = dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg));
    struct rnl_table_spec spec = spec_of(dump);
    struct follower f = { &addresses, NULL, new_set(), false, 0 };
    struct ifaddrmsg wide = { AF_INET, 24, 0, 0, LO };
    struct rnl_msg *other = request(RTM_NEWADDR, MAKE, &wide, sizeof wide);
    struct rnl_event e;

    spec.matches = &match;
    spec.n_matches = 1;
    WORKS(0, rnl_table_define(&f.table, &spec, 0, NULL, &test_err));
    rnl_msg_free(dump);
    EQUAL(0, sync_follower(&f));
    rnl_msg_put_ip(other, IFA_LOCAL, "127.9.0.1");
    deliver(sock, other);
    deliver(sock, address_msg(RTM_NEWADDR, 5));
    next_is(&f, RNL_EVENT_NEW);
    deliver(sock, address_msg(RTM_DELADDR, 5));
    next_is(&f, RNL_EVENT_DEL);
    CHECK(!advance(&f, &e, 0));
    EXPECT(0, rnl_table_close(f.table));
    free(f.set.slots);
}

/* A table of the caller's own: what it ignores is no change, and what stirs it has it dumped again. */
static void a_description_has_a_say(void)
{
    struct rnl_key key = { RNL_KEY_HEADER, 4, 4, 0 };
    struct rnl_ignore ignores[] = { { RNL_IGNORE_QUIET, { IFLA_IFALIAS, 0, 0 }, 0 },
                                    { RNL_IGNORE_DROP, { IFLA_STATS64, 0, 0 }, 0 },
                                    { RNL_IGNORE_DROP, { IFLA_STATS, 0, 0 }, 0 },
                                    { RNL_IGNORE_DROP, { IFLA_AF_SPEC, 0, 0 }, 0 },
                                    { RNL_IGNORE_BITS, { 12, 0, 0 }, UINT32_MAX } };
    struct rnl_stir stir = { RTNLGRP_IPV4_IFADDR, RTM_NEWADDR, 0, 4, UINT32_MAX, LO };
    struct rnl_msg *dump = dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
    struct rnl_table_spec spec = spec_of(dump);
    struct follower f = { &links, NULL, new_set(), false, 0 };

    spec.new_type = RTM_NEWLINK, spec.del_type = RTM_DELLINK, spec.header_size = sizeof(struct ifinfomsg);
    spec.keys = &key, spec.n_keys = 1, spec.n_groups = 0;
    spec.ignores = ignores, spec.n_ignores = 5, spec.stirs = &stir, spec.n_stirs = 1;
    WORKS(0, rnl_table_define(&f.table, &spec, 0, NULL, &test_err));
    rnl_msg_free(dump);
    EQUAL(1, sync_follower(&f));
    make_link(sock, "unseen");
    EQUAL(0, settle(&f));
    deliver(sock, address_msg(RTM_NEWADDR, 6));
    EQUAL(1, settle(&f));
    CHECK(finds(f.table, link_msg(RTM_GETLINK, 0, (int)if_nametoindex("unseen"))));
    CHECK(stats_of(f.table).resyncs >= 1);
    set_alias(sock, LO, "a quiet one");
    deliver(sock, address_msg(RTM_NEWADDR, 7));
    EQUAL(0, settle(&f));
    EQUAL(2, stats_of(f.table).objects);
    delete_link(sock, (int)if_nametoindex("unseen"));
    deliver(sock, address_msg(RTM_DELADDR, 6));
    deliver(sock, address_msg(RTM_DELADDR, 7));
    EQUAL(0, settle(&f));
    EXPECT(0, rnl_table_close(f.table));
    free(f.set.slots);
}

/* ---- In a child of fork(2). */

static void child_has_no(struct rnl_table *table)
{
    struct rnl_msg *like = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_table_stats stats = { .size = sizeof stats };
    struct rnl_stats of_socket = { .size = sizeof of_socket };
    struct rnl_event e;
    struct rnl_view view;
    uint64_t cursor = 0;

    EXPECT(-ECHILD, rnl_table_sock_stats(table, &of_socket));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_table_next(table, &e, 0, &test_err));
    EXPECT(-ECHILD, rnl_table_find(table, like, -1, &view));
    EXPECT(-ECHILD, rnl_table_each(table, &cursor, &view));
    EXPECT(-ECHILD, rnl_table_stats(table, &stats));
    EXPECT(-ECHILD, rnl_table_fd(table));
    EXPECT(-ECHILD, rnl_table_events(table));
    EXPECT(-ECHILD, rnl_table_timeout(table));
    EXPECT(0, rnl_table_close(table));
    rnl_msg_free(like);
}

static void a_table_is_its_process_own(void)
{
    struct follower f = follow(&links);
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        test_faults = 0;
        child_has_no(f.table);
        free(f.set.slots);
        rnl_sock_close(sock);
        fflush(stdout);
        _exit(test_end());
    }
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    set_alias(sock, LO, "after the fork");
    next_is(&f, RNL_EVENT_CHANGE);
    unfollow(&f);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    wrong_arguments_are_refused();
    handles_are_checked();
    statistics_fit_their_size();
    its_socket_has_statistics();
    nothing_is_there_before_the_first_event();
    a_quiet_start_says_only_that_it_is_synced();
    time_passes();
    it_can_be_waited_for();
    two_tables_do_not_disturb_each_other();
    a_table_has_a_bound();
    what_is_gone_takes_no_room();
    descriptions_must_make_sense();
    the_kernel_may_refuse_it();
    a_filter_chooses_objects();
    a_table_is_its_process_own();
    a_description_has_a_say();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
