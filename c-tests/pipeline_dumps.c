/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps and requests on one socket at the same time: each answer finds its owner, and all of them fit the queue. */
#include "pipeline.h"

#include <linux/genetlink.h>

/* More than one part of a dump. */
#define ADDRESSES 1500

static struct rnl_sock *sock;
static int requests;

static struct rnl_msg *addresses_msg(void)
{
    return dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg));
}

static struct rnl_msg *links_msg(void)
{
    return dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
}

/* Every address of loopback once; 127.1.0.0 + i. */
struct census {
    bool seen[ADDRESSES];
    int found;
};

static void count_address(struct census *census, const struct rnl_view *view)
{
    struct rnl_attr attr = { { NULL, 0 }, 0, 0, 0 };
    struct rnl_attrs walk;
    uint32_t address = 0;

    EQUAL(RTM_NEWADDR, view->type);
    NEED(rnl_view_attrs(view, sizeof(struct ifaddrmsg), &walk) == 0);
    if (rnl_attrs_find(&walk, IFA_LOCAL, &attr) != 1 || rnl_attr_be32(&attr, &address) != 0)
        return;
    if (address - 0x7f010000 >= ADDRESSES)
        return;
    CHECK(!census->seen[address - 0x7f010000]);
    census->seen[address - 0x7f010000] = true;
    census->found++;
}

/* ---- Dumps of the pipeline. */

static void has_all_addresses(struct rnl_done *done)
{
    struct census *census = calloc(1, sizeof *census);
    struct rnl_view view;

    NEED(census);
    EQUAL(0, done->result);
    while (done->reply && rnl_reply_next(done->reply, &view) == 1)
        count_address(census, &view);
    EQUAL(ADDRESSES, census->found);
    free(census);
}

static void has_one_link(struct rnl_done *done)
{
    struct rnl_view view;

    EQUAL(0, done->result);
    NEED(done->reply && rnl_reply_next(done->reply, &view) == 1);
    EQUAL(RTM_NEWLINK, view.type);
    EXPECT(0, rnl_reply_next(done->reply, &view));
}

/* Requests 0 to requests-1: every other of a link, every tenth of one that is not there. */
static struct rnl_msg *plain_msg(int i)
{
    if (i % 10 == 9)
        return link_msg(RTM_GETLINK, 0, 4711);
    return i % 2 ? link_msg(RTM_NEWLINK, 0, LO) : link_msg(RTM_GETLINK, 0, LO);
}

static void plain_is_right(struct rnl_done *done, int i)
{
    if (i % 10 != 9 && i % 2 == 0)
        return has_one_link(done);
    EQUAL(i % 10 == 9 ? -ENODEV : 0, done->result);
    CHECK(done->reply == NULL);
}

#define DUMP_USER 1000000

/* A dump after every hundredth request; they are made one by one while the requests go on. */
static void dumps_are_queued(void)
{
    int i, next = 0, dumps = 0, wanted = 0;

    for (i = 0; i < requests; i++) {
        if (i % 100 == 50) {
            struct rnl_msg *msg = wanted % 2 ? links_msg() : addresses_msg();

            submit(sock, msg, RNL_SUBMIT_DUMP, (uint64_t)(DUMP_USER + wanted++));
        }
        submit(sock, plain_msg(i), 0, (uint64_t)i);
    }
    while (next + dumps < requests + wanted && test_faults < 20) {
        struct rnl_done done = take(sock);

        if (done.user < DUMP_USER) {
            EQUAL(next, done.user);
            plain_is_right(&done, next++);
        } else {
            EQUAL(DUMP_USER + dumps, done.user);
            if (dumps++ % 2)
                has_one_link(&done);
            else
                has_all_addresses(&done);
        }
        done_free(&done);
    }
    nothing_is_left(sock);
    EQUAL(0, drops_of(sock));
}

/* A dump that the kernel refuses, between others. */
static void a_refused_dump_fails_alone(void)
{
    struct rnl_msg *bad = addresses_msg();
    struct rnl_done done;

    rnl_msg_put_u32(bad, 77, 1);
    submit(sock, addresses_msg(), RNL_SUBMIT_DUMP, 0);
    submit(sock, bad, RNL_SUBMIT_DUMP, 1);
    submit(sock, links_msg(), RNL_SUBMIT_DUMP, 2);
    done = take(sock);
    EQUAL(0, done.user);
    has_all_addresses(&done);
    done_free(&done);
    done = take(sock);
    EQUAL(1, done.user);
    CHECK(done.result < 0);
    EQUAL(RNL_FROM_KERNEL, rnl_err_origin(done.err));
    done_free(&done);
    done = take(sock);
    EQUAL(2, done.user);
    has_one_link(&done);
    done_free(&done);
    nothing_is_left(sock);
}

/* ---- With a dump that is read object by object. */

static struct rnl_dump *start(struct rnl_msg *msg, int mode)
{
    struct rnl_dump *dump = NULL;

    WORKS(0, rnl_dump_start(&dump, sock, msg, mode, SOON, &test_err));
    rnl_msg_free(msg);
    NEED(dump);
    return dump;
}

/* The next of the addresses; false at the end. */
static bool read_one(struct rnl_dump *dump, struct census *census)
{
    struct rnl_view view;
    int result = rnl_dump_next(dump, &view, &test_err);

    CHECK(test_err == NULL);
    if (result == 1)
        count_address(census, &view);
    return result == 1;
}

/* Objects are read and requests submitted in turns; some end while the dump runs. */
static void a_dump_is_read_meanwhile(int mode)
{
    struct rnl_dump *dump = start(addresses_msg(), mode);
    struct census *census = calloc(1, sizeof *census);
    int i, next = 0;

    NEED(census);
    for (i = 0; i < requests; i++) {
        submit(sock, plain_msg(i), 0, (uint64_t)i);
        if (i % 3 == 0)
            read_one(dump, census);
        if (i % 50 == 49) {
            struct rnl_done done = take(sock);

            EQUAL(next, done.user);
            plain_is_right(&done, next++);
            done_free(&done);
        }
    }
    while (read_one(dump, census))
        continue;
    EQUAL(ADDRESSES, census->found);
    free(census);
    EXPECT(0, rnl_dump_free(dump));
    for (; next < requests; next++) {
        struct rnl_done done = take(sock);

        EQUAL(next, done.user);
        plain_is_right(&done, next);
        done_free(&done);
    }
    nothing_is_left(sock);
    EQUAL(0, drops_of(sock));
}

/* A dump that is read, one that is submitted, one that is read, calls in between; read in the wrong order. */
static void dumps_of_both_ways_take_turns(int mode)
{
    struct rnl_dump *first = start(addresses_msg(), mode), *third;
    struct census *census = calloc(2, sizeof *census);
    struct rnl_done done;

    NEED(census);
    CHECK(read_one(first, &census[0]));
    submit(sock, addresses_msg(), RNL_SUBMIT_DUMP, 2);
    third = start(addresses_msg(), mode);
    submit(sock, links_msg(), RNL_SUBMIT_DUMP, 4);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    while (read_one(third, &census[1]))
        continue;
    done = take(sock);
    EQUAL(2, done.user);
    has_all_addresses(&done);
    done_free(&done);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    done = take(sock);
    EQUAL(4, done.user);
    has_one_link(&done);
    done_free(&done);
    while (read_one(first, &census[0]))
        continue;
    EQUAL(ADDRESSES, census[0].found);
    EQUAL(ADDRESSES, census[1].found);
    free(census);
    EXPECT(0, rnl_dump_free(first));
    EXPECT(0, rnl_dump_free(third));
    nothing_is_left(sock);
}

/* One that is being read is freed, one that is under way is cancelled: the others go on. */
static void dumps_are_given_up(void)
{
    struct census census = { { false }, 0 };
    struct rnl_dump *dump = start(addresses_msg(), RNL_DUMP_STREAM);
    struct rnl_done done;
    uint64_t id;

    CHECK(read_one(dump, &census));
    id = submit(sock, addresses_msg(), RNL_SUBMIT_DUMP, 1);
    submit(sock, links_msg(), RNL_SUBMIT_DUMP, 2);
    submit(sock, link_msg(RTM_GETLINK, 0, LO), 0, 3);
    EXPECT(0, rnl_dump_free(dump));
    done = take(sock);
    EQUAL(3, done.user);
    has_one_link(&done);
    done_free(&done);
    EXPECT(0, rnl_sock_cancel(sock, id));
    done = take(sock);
    EQUAL(2, done.user);
    has_one_link(&done);
    done_free(&done);
    nothing_is_left(sock);
}

static void dumps_of_a_generic_family(void)
{
    struct rnl_sock *own = open_sock(NETLINK_GENERIC);
    int i, families = 0;

    for (i = 0; i < 4; i++) {
        submit(own, rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0), RNL_SUBMIT_DUMP, 0);
        submit(own, rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0), 0, 1);
    }
    for (i = 0; i < 8; i++) {
        struct rnl_done done = take(own);
        int n = objects_in(done.reply);

        EQUAL(done.user ? -EINVAL : 0, done.result);
        CHECK(done.user || (n > 0 && (families == 0 || n == families)));
        families = done.user ? families : n;
        done_free(&done);
    }
    nothing_is_left(own);
    EXPECT(0, rnl_sock_close(own));
}

static void add_addresses(void)
{
    int i;

    for (i = 0; i < ADDRESSES; i++)
        submit(sock, address_msg(RTM_NEWADDR, (uint32_t)i), RNL_SUBMIT_QUIET, 0);
    nothing_is_left(sock);
}

/* All of it with queues of several sizes. */
static void with_queue(uint32_t rcvbuf)
{
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = rcvbuf };
    int before = test_faults;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    dumps_are_queued();
    a_refused_dump_fails_alone();
    a_dump_is_read_meanwhile(RNL_DUMP_STREAM);
    a_dump_is_read_meanwhile(RNL_DUMP_CONSISTENT);
    a_dump_is_read_meanwhile(RNL_DUMP_BEST_EFFORT);
    dumps_of_both_ways_take_turns(RNL_DUMP_STREAM);
    dumps_of_both_ways_take_turns(RNL_DUMP_CONSISTENT);
    /* In a small queue there is no room for an answer beside a dump: the request waits for its turn. */
    if (rcvbuf == 0)
        dumps_are_given_up();
    EXPECT(0, rnl_sock_close(sock));
    if (test_faults != before)
        FAULT("rcvbuf %u", rcvbuf);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    add_addresses();
    EXPECT(0, rnl_sock_close(sock));
    requests = fewer(10000, 400);
    with_queue(0);
    requests = fewer(2000, 300);
    with_queue(4096);
    with_queue(50000);
    dumps_of_a_generic_family();
    return test_end();
}
