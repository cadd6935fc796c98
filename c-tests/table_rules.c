/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The tables of rules, nexthops, queueing disciplines and generic families, on real changes. */
#include "table.h"

#include <linux/pkt_sched.h>

static struct rnl_sock *sock;
static int dev;

/* ---- Rules. */

static struct rnl_msg *rule(uint16_t type, unsigned char family, uint32_t priority, uint32_t mark)
{
    struct fib_rule_hdr header = { .family = family, .table = RT_TABLE_MAIN, .action = FR_ACT_TO_TBL };
    struct rnl_msg *msg = request(type, type == RTM_NEWRULE ? MAKE : 0, &header, sizeof header);

    rnl_msg_put_u32(msg, FRA_PRIORITY, priority);
    if (mark)
        rnl_msg_put_u32(msg, FRA_FWMARK, mark);
    return msg;
}

static void rules_come_and_go(unsigned char family)
{
    struct follower f = follow(&rules);
    struct rnl_event e;

    deliver(sock, rule(RTM_NEWRULE, family, 700, 7));
    e = next_is(&f, RNL_EVENT_NEW);
    EQUAL(family, e.now.body.ptr[0]);
    EQUAL(700, number_of(&rules, &e.now, FRA_PRIORITY));
    CHECK(finds(f.table, rule(RTM_GETRULE, family, 700, 0)));
    CHECK(!finds(f.table, rule(RTM_GETRULE, family, 701, 0)));
    AGREES(&f);
    deliver(sock, rule(RTM_DELRULE, family, 700, 7));
    e = next_is(&f, RNL_EVENT_DEL);
    EQUAL(7, number_of(&rules, &e.before, FRA_FWMARK));
    CHECK(!finds(f.table, rule(RTM_GETRULE, family, 700, 0)));
    unfollow(&f);
}

/* Of rules with one priority, each comes and goes for itself. */
static void rules_may_have_one_priority(unsigned char family)
{
    struct follower f = follow(&rules);
    struct rnl_event e;
    uint32_t mark;

    for (mark = 1; mark <= 5; mark++) {
        deliver(sock, rule(RTM_NEWRULE, family, 700, mark));
        e = next_is(&f, RNL_EVENT_NEW);
        EQUAL(mark, number_of(&rules, &e.now, FRA_FWMARK));
    }
    AGREES(&f);
    for (mark = 5; mark >= 1; mark--) {
        CHECK(finds(f.table, rule(RTM_GETRULE, family, 700, 0)));
        deliver(sock, rule(RTM_DELRULE, family, 700, mark % 5 + 1));
        e = next_is(&f, RNL_EVENT_DEL);
        EQUAL(mark % 5 + 1, number_of(&rules, &e.before, FRA_FWMARK));
        AGREES(&f);
    }
    unfollow(&f);
}

/* A rule's link comes and goes: the rule stays. */
static void rules_outlive_links(void)
{
    struct rnl_msg *msg = rule(RTM_NEWRULE, AF_INET, 800, 0);
    struct follower f = follow(&rules);

    rnl_msg_put_str(msg, FRA_IIFNAME, "later");
    deliver(sock, msg);
    next_is(&f, RNL_EVENT_NEW);
    make_link(sock, "later");
    settle(&f);
    AGREES(&f);
    delete_link(sock, (int)if_nametoindex("later"));
    settle(&f);
    AGREES(&f);
    deliver(sock, rule(RTM_DELRULE, AF_INET, 800, 0));
    next_is(&f, RNL_EVENT_DEL);
    unfollow(&f);
}

/* ---- Nexthops. */

static struct rnl_msg *nexthop(uint16_t type, uint16_t flags, uint32_t id, int index)
{
    struct nhmsg header = { type == RTM_NEWNEXTHOP ? AF_INET : AF_UNSPEC, 0, 0, 0, 0 };
    struct rnl_msg *msg = request(type, flags, &header, sizeof header);

    rnl_msg_put_u32(msg, NHA_ID, id);
    if (index)
        rnl_msg_put_u32(msg, NHA_OIF, (uint32_t)index);
    return msg;
}

static struct rnl_msg *nexthop_group(uint32_t id, uint32_t member, uint32_t other)
{
    struct nexthop_grp members[2] = { { .id = member }, { .id = other } };
    struct nhmsg header = { AF_UNSPEC, 0, 0, 0, 0 };
    struct rnl_msg *msg = request(RTM_NEWNEXTHOP, MAKE, &header, sizeof header);

    rnl_msg_put_u32(msg, NHA_ID, id);
    rnl_msg_put_bytes(msg, NHA_GROUP, members, other ? sizeof members : sizeof *members);
    return msg;
}

static void nexthops_come_change_and_go(void)
{
    struct follower f = follow(&nexthops);
    struct rnl_event e;

    deliver(sock, nexthop(RTM_NEWNEXTHOP, MAKE, 1, dev));
    e = next_is(&f, RNL_EVENT_NEW);
    EQUAL(dev, number_of(&nexthops, &e.now, NHA_OIF));
    CHECK(finds(f.table, nexthop(RTM_GETNEXTHOP, 0, 1, 0)));
    CHECK(!finds(f.table, nexthop(RTM_GETNEXTHOP, 0, 2, 0)));
    deliver(sock, nexthop(RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE, 1, LO));
    e = next_is(&f, RNL_EVENT_CHANGE);
    CHECK(e.n_changed == 1 && has_type(&e, NHA_OIF));
    AGREES(&f);
    deliver(sock, nexthop(RTM_DELNEXTHOP, 0, 1, 0));
    e = next_is(&f, RNL_EVENT_DEL);
    EQUAL(LO, number_of(&nexthops, &e.before, NHA_OIF));
    unfollow(&f);
}

/* A member takes itself out of its groups, the last one takes the group with it. */
static void members_change_groups(void)
{
    struct follower f = follow(&nexthops);

    deliver(sock, nexthop(RTM_NEWNEXTHOP, MAKE, 1, dev));
    deliver(sock, nexthop(RTM_NEWNEXTHOP, MAKE, 2, LO));
    deliver(sock, nexthop_group(10, 1, 2));
    settle(&f);
    EQUAL(3, f.set.total);
    AGREES(&f);
    deliver(sock, nexthop(RTM_DELNEXTHOP, 0, 1, 0));
    settle(&f);
    EQUAL(2, f.set.total);
    AGREES(&f);
    deliver(sock, nexthop(RTM_DELNEXTHOP, 0, 2, 0));
    settle(&f);
    EQUAL(0, f.set.total);
    unfollow(&f);
}

/* Nexthops go with their links in silence, when they are down and when they are deleted. */
static void links_take_nexthops_with_them(bool is_deleted)
{
    struct follower f = follow(&nexthops);
    int link = make_link(sock, "gone");

    set_up(sock, link, true);
    deliver(sock, nexthop(RTM_NEWNEXTHOP, MAKE, 1, link));
    deliver(sock, nexthop(RTM_NEWNEXTHOP, MAKE, 2, LO));
    deliver(sock, nexthop_group(10, 1, 2));
    settle(&f);
    EQUAL(3, f.set.total);
    if (is_deleted)
        delete_link(sock, link);
    else
        set_up(sock, link, false);
    settle(&f);
    CHECK(!finds(f.table, nexthop(RTM_GETNEXTHOP, 0, 1, 0)));
    AGREES(&f);
    if (!is_deleted)
        delete_link(sock, link);
    deliver(sock, nexthop(RTM_DELNEXTHOP, 0, 2, 0));
    settle(&f);
    EQUAL(0, f.set.total);
    unfollow(&f);
}

/* ---- Queueing disciplines. */

static struct rnl_msg *qdisc(uint16_t type, uint16_t flags, uint32_t handle, uint32_t parent, const char *kind,
                             uint32_t limit)
{
    struct tcmsg header = { .tcm_ifindex = dev, .tcm_handle = handle, .tcm_parent = parent };
    struct rnl_msg *msg = request(type, flags, &header, sizeof header);

    if (kind)
        rnl_msg_put_str(msg, TCA_KIND, kind);
    if (limit)
        rnl_msg_put_bytes(msg, TCA_OPTIONS, &limit, sizeof limit);
    return msg;
}

#define HANDLE(major) ((uint32_t)(major) << 16)
#define PUT (NLM_F_CREATE | NLM_F_REPLACE)

static bool is_handle(const struct rnl_event *e, int major)
{
    struct tcmsg header;

    memcpy(&header, (e->kind == RNL_EVENT_DEL ? e->before : e->now).body.ptr, sizeof header);
    return header.tcm_ifindex == dev && header.tcm_handle == HANDLE(major);
}

static void qdiscs_come_change_and_go(void)
{
    struct follower f = follow(&qdiscs);
    struct rnl_event e;

    settle(&f);
    deliver(sock, qdisc(RTM_NEWQDISC, PUT, HANDLE(1), TC_H_ROOT, "pfifo", 10));
    until(&f, RNL_EVENT_NEW, is_handle, 1);
    settle(&f);
    AGREES(&f);
    deliver(sock, qdisc(RTM_NEWQDISC, 0, HANDLE(1), TC_H_ROOT, "pfifo", 20));
    e = until(&f, RNL_EVENT_CHANGE, is_handle, 1);
    EQUAL(20, number_of(&qdiscs, &e.now, TCA_OPTIONS));
    EQUAL(10, number_of(&qdiscs, &e.before, TCA_OPTIONS));
    CHECK(e.n_changed == 1 && has_type(&e, TCA_OPTIONS));
    CHECK(finds(f.table, qdisc(RTM_GETQDISC, 0, HANDLE(1), TC_H_ROOT, NULL, 0)));
    CHECK(!finds(f.table, qdisc(RTM_GETQDISC, 0, HANDLE(2), TC_H_ROOT, NULL, 0)));
    deliver(sock, qdisc(RTM_NEWQDISC, PUT, HANDLE(2), TC_H_ROOT, "bfifo", 1000));
    until(&f, RNL_EVENT_NEW, is_handle, 2);
    settle(&f);
    CHECK(!finds(f.table, qdisc(RTM_GETQDISC, 0, HANDLE(1), TC_H_ROOT, NULL, 0)));
    AGREES(&f);
    deliver(sock, qdisc(RTM_DELQDISC, 0, HANDLE(2), TC_H_ROOT, NULL, 0));
    until(&f, RNL_EVENT_DEL, is_handle, 2);
    unfollow(&f);
}

/* They come and go with their links. */
static void qdiscs_follow_links(void)
{
    struct follower f = follow(&qdiscs);
    int link = make_link(sock, "brief");
    long before;

    settle(&f);
    before = f.set.total;
    set_up(sock, link, true);
    settle(&f);
    CHECK(f.set.total >= before);
    AGREES(&f);
    delete_link(sock, link);
    settle(&f);
    AGREES(&f);
    unfollow(&f);
}

/* A link with three queues. */
static bool make_veth(const char *name)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, MAKE, 0);
    int result;

    rnl_msg_put_str(msg, IFLA_IFNAME, name);
    rnl_msg_put_u32(msg, IFLA_NUM_TX_QUEUES, 3);
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "veth");
    rnl_msg_nest_end(msg);
    result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    rnl_msg_free(msg);
    return result == 0;
}

static long qdiscs_with(struct follower *f, bool (*wanted)(const struct tcmsg *))
{
    struct rnl_view view;
    uint64_t cursor = 0;
    long n = 0;

    while (rnl_table_each(f->table, &cursor, &view) == 1) {
        struct tcmsg header;

        memcpy(&header, view.body.ptr, sizeof header);
        n += wanted(&header);
    }
    return n;
}

static bool is_child(const struct tcmsg *header)
{
    return header->tcm_ifindex == dev && TC_H_MAJ(header->tcm_parent) == HANDLE(9);
}

/* "mq" has one child for each queue, which come and go with it in silence. */
static void qdiscs_bring_children(void)
{
    struct follower f = follow(&qdiscs);
    int before = dev;

    if (!make_veth("many")) {
        printf("not run: children of queueing disciplines: kernel lacks veth\n");
        unfollow(&f);
        return;
    }
    dev = (int)if_nametoindex("many");
    set_up(sock, dev, true);
    deliver(sock, qdisc(RTM_NEWQDISC, PUT, HANDLE(9), TC_H_ROOT, "mq", 0));
    settle(&f);
    EQUAL(3, qdiscs_with(&f, is_child));
    AGREES(&f);
    deliver(sock, qdisc(RTM_NEWQDISC, PUT, HANDLE(7), HANDLE(9) + 2, "pfifo", 5));
    until(&f, RNL_EVENT_NEW, is_handle, 7);
    settle(&f);
    EQUAL(3, qdiscs_with(&f, is_child));
    AGREES(&f);
    deliver(sock, qdisc(RTM_DELQDISC, 0, HANDLE(9), TC_H_ROOT, NULL, 0));
    settle(&f);
    EQUAL(0, qdiscs_with(&f, is_child));
    delete_link(sock, dev);
    dev = before;
    unfollow(&f);
}

/* ---- Generic families. */

static struct rnl_msg *family(uint16_t id)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);

    rnl_msg_put_u16(msg, CTRL_ATTR_FAMILY_ID, id);
    return msg;
}

static void families_are_found(void)
{
    struct follower f = open_follower(&families, 0, NULL);
    struct rnl_msg *like = family(GENL_ID_CTRL);
    struct rnl_view view;

    CHECK(sync_follower(&f) >= 1);
    EXPECT(1, rnl_table_find(f.table, like, -1, &view));
    rnl_msg_free(like);
    SAME_BYTES("nlctrl", 7, attr_of(&families, &view, CTRL_ATTR_FAMILY_NAME));
    CHECK(!finds(f.table, family(0xffff)));
    unfollow(&f);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    dev = make_link(sock, "dev");
    set_up(sock, dev, true);
    rules_come_and_go(AF_INET);
    rules_come_and_go(AF_INET6);
    rules_may_have_one_priority(AF_INET);
    rules_may_have_one_priority(AF_INET6);
    rules_outlive_links();
    nexthops_come_change_and_go();
    members_change_groups();
    links_take_nexthops_with_them(false);
    links_take_nexthops_with_them(true);
    qdiscs_come_change_and_go();
    qdiscs_follow_links();
    qdiscs_bring_children();
    families_are_found();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
