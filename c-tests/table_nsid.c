/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Tables of all namespaces that have an id here: they come with it, and go with it. */
#include "table.h"

#include <linux/net_namespace.h>

static struct rnl_sock *sock;

/* Ids of the namespaces of one test; the next has others, since a namespace that nobody holds is gone only later. */
static int seven = 7, eight = 8;

static void other_ids(void)
{
    seven += 10;
    eight += 10;
}

/* A namespace beside the test's own, with loopback up; a socket in it and its descriptor keep it. */
struct elsewhere {
    int fd;
    struct rnl_sock *sock;
};

static struct elsewhere make_elsewhere(void)
{
    int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    struct elsewhere there;

    NEED(here >= 0);
    in_namespace();
    there.fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    there.sock = open_sock(NETLINK_ROUTE);
    NEED(there.fd >= 0 && setns(here, CLONE_NEWNET) == 0);
    close(here);
    return there;
}

/* Nothing holds it any more: the kernel takes it apart. */
static void leave_elsewhere(struct elsewhere *there)
{
    close(there->fd);
    EXPECT(0, rnl_sock_close(there->sock));
}

/* Gives it an id here. */
static void name(struct elsewhere *there, int32_t nsid)
{
    struct rtgenmsg header = { AF_UNSPEC };
    struct rnl_msg *msg = request(RTM_NEWNSID, 0, &header, sizeof header);

    rnl_msg_put_u32(msg, NETNSA_FD, (uint32_t)there->fd);
    rnl_msg_put_s32(msg, NETNSA_NSID, nsid);
    deliver(sock, msg);
}

static bool is_of(const struct rnl_event *e, int nsid)
{
    return e->nsid == nsid;
}

/* A namespace of the test before may still be on its way out while the objects are loaded: then they go before SYNCED. */
static struct follower follow_all(const struct shape *shape)
{
    struct follower f = open_follower(shape, RNL_TABLE_ALL_NSID, NULL);
    struct rnl_event e;

    while (NEED(advance(&f, &e, SOON)), e.kind != RNL_EVENT_SYNCED)
        CHECK(e.kind == RNL_EVENT_NEW || (e.kind == RNL_EVENT_DEL && e.nsid >= 0));
    return f;
}

/* How many objects of a namespace the table has. */
static int objects_of(struct follower *f, int32_t nsid)
{
    struct rnl_view view;
    uint64_t cursor = 0;
    int n = 0;

    while (rnl_table_each(f->table, &cursor, &view) == 1)
        n += view.nsid == nsid;
    return n;
}

static void events_give_the_walk(struct follower *f)
{
    struct set walk;

    settle(f);
    walk = walked(f);
    EQUAL(0, set_difference(&f->set, &walk));
    free(walk.slots);
}

static void end(struct follower *f)
{
    events_give_the_walk(f);
    EXPECT(0, rnl_table_close(f->table));
    free(f->set.slots);
    other_ids();
}

static bool found(struct follower *f, struct rnl_msg *like, int32_t nsid)
{
    struct rnl_view view;
    int result = rnl_table_find(f->table, like, nsid, &view);

    rnl_msg_free(like);
    CHECK(result != 1 || view.nsid == nsid);
    return result == 1;
}

static struct rnl_msg *loopback(void)
{
    return link_msg(RTM_GETLINK, 0, LO);
}

/* Three links with the same index, each in its namespace. */
static void links_of_all_namespaces(void)
{
    struct elsewhere before = make_elsewhere(), after = make_elsewhere();
    struct follower f;
    struct rnl_event e;

    name(&before, seven);
    f = follow_all(&links);
    EQUAL(2, f.set.total);
    CHECK(found(&f, loopback(), -1) && found(&f, loopback(), seven) && !found(&f, loopback(), eight));
    name(&after, eight);
    until(&f, RNL_EVENT_NEW, is_of, eight);
    CHECK(found(&f, loopback(), eight));
    settle(&f);
    EQUAL(3, f.set.total);
    set_alias(before.sock, LO, "seven");
    e = next_is(&f, RNL_EVENT_CHANGE);
    EQUAL(seven, e.nsid);
    SAME_BYTES("seven", 6, attr_of(&links, &e.now, IFLA_IFALIAS));
    CHECK(add_any_link(after.sock, "x8"));
    e = until(&f, RNL_EVENT_NEW, is_of, eight);
    EQUAL(eight, e.now.nsid);
    set_alias(sock, LO, "own");
    EQUAL(-1, until(&f, RNL_EVENT_CHANGE, is_of, -1).nsid);
    events_give_the_walk(&f);
    leave_elsewhere(&before);
    until(&f, RNL_EVENT_DEL, is_of, seven);
    settle(&f);
    CHECK(!found(&f, loopback(), seven) && found(&f, loopback(), eight) && found(&f, loopback(), -1));
    leave_elsewhere(&after);
    until(&f, RNL_EVENT_DEL, is_of, eight);
    while (objects_of(&f, eight) > 0)
        until(&f, RNL_EVENT_DEL, is_of, eight);
    EQUAL(1, objects_of(&f, -1));
    EQUAL(1, f.set.total);
    end(&f);
}

static void addresses_of_all_namespaces(void)
{
    struct elsewhere there = make_elsewhere();
    struct follower f;
    int own;

    deliver(there.sock, address_msg(RTM_NEWADDR, 1));
    f = follow_all(&addresses);
    own = objects_of(&f, -1);
    CHECK(own > 0 && objects_of(&f, seven) == 0);
    name(&there, seven);
    until(&f, RNL_EVENT_NEW, is_of, seven);
    settle(&f);
    EQUAL(own + 1, objects_of(&f, seven));
    deliver(there.sock, address_msg(RTM_NEWADDR, 2));
    EQUAL(seven, next_is(&f, RNL_EVENT_NEW).nsid);
    deliver(sock, address_msg(RTM_NEWADDR, 2));
    EQUAL(-1, next_is(&f, RNL_EVENT_NEW).nsid);
    deliver(there.sock, address_msg(RTM_DELADDR, 2));
    EQUAL(seven, next_is(&f, RNL_EVENT_DEL).nsid);
    EQUAL(own + 1, objects_of(&f, -1));
    deliver(sock, address_msg(RTM_DELADDR, 2));
    leave_elsewhere(&there);
    while (objects_of(&f, seven) > 0)
        until(&f, RNL_EVENT_DEL, is_of, seven);
    EQUAL(own, objects_of(&f, -1));
    end(&f);
}

static struct rnl_msg *route(uint16_t type, uint16_t flags)
{
    struct rtmsg header = { AF_INET, 32, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0 };
    struct rnl_msg *msg = request(type, flags, &header, sizeof header);

    rnl_msg_put_ip(msg, RTA_DST, "198.51.100.1");
    rnl_msg_put_u32(msg, RTA_OIF, LO);
    return msg;
}

/* Other namespaces' routes can't be dumped from here, but they are told of. */
static void routes_of_all_namespaces(void)
{
    struct elsewhere there = make_elsewhere();
    struct follower f;

    name(&there, seven);
    f = follow_all(&routes4);
    EQUAL(0, objects_of(&f, seven));
    deliver(there.sock, route(RTM_NEWROUTE, MAKE));
    EQUAL(seven, next_is(&f, RNL_EVENT_NEW).nsid);
    deliver(sock, route(RTM_NEWROUTE, MAKE));
    EQUAL(-1, next_is(&f, RNL_EVENT_NEW).nsid);
    deliver(there.sock, route(RTM_DELROUTE, 0));
    EQUAL(seven, next_is(&f, RNL_EVENT_DEL).nsid);
    EQUAL(0, objects_of(&f, seven));
    deliver(sock, route(RTM_DELROUTE, 0));
    EQUAL(-1, next_is(&f, RNL_EVENT_DEL).nsid);
    leave_elsewhere(&there);
    end(&f);
}

/* With the namespace goes what was told of it. */
static void routes_go_with_their_namespace(void)
{
    struct elsewhere there = make_elsewhere();
    struct follower f;

    name(&there, eight);
    f = follow_all(&routes4);
    deliver(there.sock, route(RTM_NEWROUTE, MAKE));
    EQUAL(eight, next_is(&f, RNL_EVENT_NEW).nsid);
    leave_elsewhere(&there);
    until(&f, RNL_EVENT_DEL, is_of, eight);
    EQUAL(0, objects_of(&f, eight));
    end(&f);
}

/* Who does not ask for it hears of its own namespace alone. */
static void others_hear_of_their_own(void)
{
    struct elsewhere there = make_elsewhere();
    struct follower f = follow(&links);

    name(&there, seven);
    set_alias(there.sock, LO, "not here");
    EQUAL(0, settle(&f));
    EQUAL(1, f.set.total);
    leave_elsewhere(&there);
    unfollow(&f);
    other_ids();
}

/* Namespaces that come and go quickly: none of them is left. */
static void many_come_and_go(void)
{
    struct elsewhere there[10];
    struct follower f = follow_all(&links);
    size_t i, round;

    for (round = 0; round < 3; round++) {
        for (i = 0; i < 10; i++) {
            there[i] = make_elsewhere();
            name(&there[i], (int32_t)(1000 + i));
            set_alias_number(there[i].sock, (int)i);
        }
        while (f.set.total < 11)
            until(&f, RNL_EVENT_NEW, is_of, (int)(1000 + f.set.total - 1));
        for (i = 0; i < 10; i++)
            leave_elsewhere(&there[i]);
        while (f.set.total > 1) {
            struct rnl_event e;

            NEED(advance(&f, &e, SOON));
        }
        events_give_the_walk(&f);
    }
    end(&f);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    links_of_all_namespaces();
    addresses_of_all_namespaces();
    routes_of_all_namespaces();
    others_hear_of_their_own();
    many_come_and_go();
    routes_go_with_their_namespace();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
