/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the tests of tables share: followers, which apply the events of a table to a set, and requests. */
#ifndef RNL_TEST_TABLE_H
#define RNL_TEST_TABLE_H

#include "table_set.h"

#include <poll.h>

/* ---- Followers. */

struct follower {
    const struct shape *shape;
    struct rnl_table *table;
    /* What the events so far amount to. */
    struct set set;
    bool synced;
    int resynced;
};

/* Everything that an event says agrees with its kind; the set is brought up to date. */
static inline void apply(struct follower *f, const struct rnl_event *e)
{
    bool now = e->kind == RNL_EVENT_NEW || e->kind == RNL_EVENT_CHANGE;
    bool before = e->kind == RNL_EVENT_CHANGE || e->kind == RNL_EVENT_DEL;

    CHECK(e->kind >= RNL_EVENT_NEW && e->kind <= RNL_EVENT_RESYNCED);
    CHECK(now == (e->now.msg.ptr != NULL) && before == (e->before.msg.ptr != NULL));
    CHECK(e->n_changed == 0 || (e->kind == RNL_EVENT_CHANGE && e->changed));
    CHECK(!now || e->now.nsid == e->nsid);
    CHECK(!before || e->before.nsid == e->nsid);
    CHECK(e->kind != RNL_EVENT_SYNCED || !f->synced);
    CHECK(e->kind != RNL_EVENT_RESYNCED || f->synced);
    if (before && is_shown(f->shape, &e->before))
        set_move(&f->set, digest(f->shape, &e->before), -1);
    if (now && is_shown(f->shape, &e->now))
        set_move(&f->set, digest(f->shape, &e->now), 1);
    f->synced |= e->kind == RNL_EVENT_SYNCED;
    f->resynced += e->kind == RNL_EVENT_RESYNCED;
}

/* The next event, if there is one. */
static inline bool advance(struct follower *f, struct rnl_event *e, int timeout)
{
    int result;

    memset(e, 0xee, sizeof *e);
    test_forget();
    result = rnl_table_next(f->table, e, timeout, &test_err);
    if (result < 0) {
        FAULT("%s: %s", f->shape->name, rnl_err_text(test_err));
        exit(1);
    }
    if (result == 1)
        apply(f, e);
    return result == 1;
}

/* The next event, which must come, and must be of this kind. */
static inline struct rnl_event next_is(struct follower *f, int kind)
{
    struct rnl_event e;

    NEED(advance(f, &e, SOON));
    EQUAL(kind, e.kind);
    return e;
}

static inline struct rnl_table_stats stats_of(struct rnl_table *table)
{
    struct rnl_table_stats stats = { .size = sizeof stats };

    EXPECT(0, rnl_table_stats(table, &stats));
    EQUAL(sizeof stats, stats.size);
    EQUAL(0, stats.reserved);
    return stats;
}

/* Waits until poll(2) says that the table has something to do. */
static inline void await(struct rnl_table *table)
{
    struct pollfd wait = { rnl_table_fd(table), (short)rnl_table_events(table), 0 };
    int timeout = rnl_table_timeout(table);

    NEED(wait.fd >= 0 && wait.events == POLLIN && timeout >= -1);
    if (poll(&wait, 1, timeout < 0 ? SOON : timeout) == 0)
        NEED(timeout >= 0);
}

/* Takes all events until nothing is left to do, as an event loop does; gives how many. */
static inline int settle(struct follower *f)
{
    long long end = milliseconds() + SOON;
    struct rnl_event e;
    int n = 0;

    for (;;) {
        while (advance(f, &e, 0))
            n++;
        if (stats_of(f->table).synced)
            return n;
        NEED(milliseconds() < end);
        await(f->table);
    }
}

static inline bool has_type(const struct rnl_event *e, uint16_t type)
{
    size_t i;

    for (i = 0; i < e->n_changed; i++)
        if (e->changed[i] == type)
            return true;
    return false;
}

/* Takes events until one is of this kind and is wanted. */
static inline struct rnl_event until(struct follower *f, int kind,
                                     bool (*wanted)(const struct rnl_event *, int), int which)
{
    long long end = milliseconds() + SOON;
    struct rnl_event e;

    for (;;) {
        NEED(milliseconds() < end && advance(f, &e, SOON));
        if (e.kind == kind && wanted(&e, which))
            return e;
    }
}

/* The set of what a walk over the table shows: as many as the statistics say. */
static inline struct set walked(struct follower *f)
{
    struct set set = new_set();
    uint64_t cursor = 0;
    struct rnl_view view;
    uint64_t n = 0;

    for (; rnl_table_each(f->table, &cursor, &view) == 1; n++)
        if (is_shown(f->shape, &view))
            set_add(&set, digest(f->shape, &view), 1);
    EXPECT(0, rnl_table_each(f->table, &cursor, &view));
    EQUAL(stats_of(f->table).objects, n);
    return set;
}

/* By how many objects the walk differs from a fresh dump and from the events. */
static inline long differences(struct follower *f)
{
    struct set walk = walked(f), fresh = new_set();
    long n;

    set_dump(&fresh, f->shape, whole(f->shape));
    n = set_difference(&f->set, &walk) + set_difference(&walk, &fresh);
    free(walk.slots);
    free(fresh.slots);
    return n;
}

/*
 * The events, the walk and a fresh dump all say the same. What the kernel does later, as telling that a link works, may
 * come between: then an event follows.
 */
static inline void agrees_at(const char *file, int line, struct follower *f)
{
    struct rnl_event e;
    long n;

    while ((n = differences(f)) != 0 && advance(f, &e, 2000))
        settle(f);
    test_equal(file, line, "what the walk differs by from events and a fresh dump", 0, n);
}

#define AGREES(f) agrees_at(__FILE__, __LINE__, (f))

/* Follows a table from its first event. */
static inline struct follower open_follower(const struct shape *shape, uint32_t flags, const struct rnl_opts *opts)
{
    struct follower f = { shape, NULL, new_set(), false, 0 };

    WORKS(0, rnl_table_open(&f.table, shape->name, flags, opts, &test_err));
    NEED(f.table);
    return f;
}

/* Takes the objects that are there at first; gives how many. */
static inline int sync_follower(struct follower *f)
{
    struct rnl_event e;
    int n = 0;

    while (NEED(advance(f, &e, SOON)), e.kind != RNL_EVENT_SYNCED) {
        EQUAL(RNL_EVENT_NEW, e.kind);
        n++;
    }
    return n;
}

static inline struct follower follow(const struct shape *shape)
{
    struct follower f = open_follower(shape, 0, NULL);

    sync_follower(&f);
    return f;
}

/* Nothing has been left to say, and everything agrees. */
static inline void unfollow(struct follower *f)
{
    settle(f);
    AGREES(f);
    EXPECT(0, rnl_table_close(f->table));
    free(f->set.slots);
}

/* ---- Requests. */

static inline struct rnl_msg *request(uint16_t type, uint16_t flags, const void *header, size_t size)
{
    struct rnl_msg *msg = rnl_msg_new(type, flags);

    NEED(msg && rnl_msg_put_header(msg, header, size) == 0);
    return msg;
}

#define MAKE (NLM_F_CREATE | NLM_F_EXCL)

/* A link that has a carrier when it is up; gives its index. */
static inline int make_link(struct rnl_sock *sock, const char *name)
{
    if (add_link(sock, name, "dummy") != 0 && add_link(sock, name, "ifb") != 0)
        skip("kernel lacks links of the kinds dummy and ifb");
    return (int)if_nametoindex(name);
}

static inline void set_up(struct rnl_sock *sock, int index, bool up)
{
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, index, up ? IFF_UP : 0, IFF_UP };

    deliver(sock, request(RTM_NEWLINK, 0, &header, sizeof header));
}

static inline void delete_link(struct rnl_sock *sock, int index)
{
    deliver(sock, link_msg(RTM_DELLINK, 0, index));
}

/* The object with the key in a message, which is freed. */
static inline bool finds(struct rnl_table *table, struct rnl_msg *like)
{
    struct rnl_view view;
    int result = rnl_table_find(table, like, -1, &view);

    CHECK(result == 0 || result == 1);
    CHECK((result == 1) == (view.msg.ptr != NULL));
    rnl_msg_free(like);
    return result == 1;
}

/* An attribute of an event's or a table's object; ptr NULL if there is none. */
static inline struct rnl_bytes attr_of(const struct shape *shape, const struct rnl_view *view, uint16_t type)
{
    struct rnl_attr attr = { { NULL, 0 }, 0, 0, 0 };
    struct rnl_attrs walk;

    NEED(rnl_view_attrs(view, shape->header, &walk) == 0);
    rnl_attrs_find(&walk, type, &attr);
    return attr.data;
}

static inline uint32_t number_of(const struct shape *shape, const struct rnl_view *view, uint16_t type)
{
    struct rnl_bytes data = attr_of(shape, view, type);
    uint32_t number = 0;

    if (data.ptr && data.len >= sizeof number)
        memcpy(&number, data.ptr, sizeof number);
    return number;
}

#endif
