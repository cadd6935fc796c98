/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Thousands of requests outstanding: whatever the kernel answers, its answers fit the receive queue, and each comes.
 * The kernel counts what did not fit.
 */
#include "pipeline.h"

#include <linux/genetlink.h>

static int outstanding;

/* A kind of request, and what it ends with. */
struct kind {
    const char *name;
    int protocol;
    uint32_t flags;
    struct rnl_msg *(*msg)(int i);
    /* With how many objects request i is answered, or its -errno. */
    int (*end)(int i);
};

static struct rnl_msg *nothing_to_do(int i)
{
    (void)i;
    return link_msg(RTM_NEWLINK, 0, LO);
}

/* Refused with words, a place and a policy, and quoted where the kernel does that. */
static struct rnl_msg *refused(int i)
{
    static const char text[200] = "a name that is much too long";
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);

    rnl_msg_put_bytes(msg, IFLA_IFNAME, text, i % 2 ? sizeof text : 30);
    return msg;
}

static struct rnl_msg *long_answer(int i)
{
    (void)i;
    return link_msg(RTM_GETLINK, 0, LO);
}

static struct rnl_msg *controller(int i)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);

    (void)i;
    rnl_msg_put_str(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
    return msg;
}

/* Short answers for long, then long ones all at once, then all kinds. */
static struct rnl_msg *changing(int i)
{
    if (i < outstanding / 3)
        return nothing_to_do(i);
    if (i < outstanding * 2 / 3)
        return long_answer(i);
    return i % 3 == 0 ? nothing_to_do(i) : i % 3 == 1 ? long_answer(i) : refused(i);
}

static int changing_end(int i)
{
    if (i < outstanding / 3)
        return 0;
    if (i < outstanding * 2 / 3)
        return 1;
    return i % 3 == 2 ? -ERANGE : i % 3;
}

static int no_object(int i)
{
    (void)i;
    return 0;
}

static int one_object(int i)
{
    (void)i;
    return 1;
}

static int out_of_range(int i)
{
    (void)i;
    return -ERANGE;
}

static const struct kind kinds[] = {
    { "all good", NETLINK_ROUTE, 0, nothing_to_do, no_object },
    { "all refused", NETLINK_ROUTE, 0, refused, out_of_range },
    { "links", NETLINK_ROUTE, 0, long_answer, one_object },
    { "families", NETLINK_GENERIC, 0, controller, one_object },
    { "quiet, all good", NETLINK_ROUTE, RNL_SUBMIT_QUIET, nothing_to_do, no_object },
    { "quiet, all refused", NETLINK_ROUTE, RNL_SUBMIT_QUIET, refused, out_of_range },
    { "quiet, answered all the same", NETLINK_ROUTE, RNL_SUBMIT_QUIET, long_answer, no_object },
    { "changing", NETLINK_ROUTE, 0, changing, changing_end },
};

/* Each completion comes, in order, with its own end. */
static void take_all(struct rnl_sock *sock, const struct kind *kind)
{
    int i, before = test_faults;

    for (i = 0; i < outstanding && test_faults < before + 20; i++) {
        int end = kind->end(i);
        struct rnl_done done;

        if ((kind->flags & RNL_SUBMIT_QUIET) && end >= 0)
            continue;
        done = take(sock);
        EQUAL(i, done.user);
        EQUAL(end, done.result ? done.result : objects_in(done.reply));
        done_free(&done);
    }
    nothing_is_left(sock);
}

static void fits(const struct kind *kind, const struct rnl_opts *opts)
{
    struct rnl_sock *sock = NULL;
    int i, before = test_faults;

    WORKS(0, rnl_sock_open(&sock, kind->protocol, opts, &test_err));
    for (i = 0; i < outstanding; i++)
        submit(sock, kind->msg(i), kind->flags, (uint64_t)i);
    take_all(sock, kind);
    EQUAL(0, drops_of(sock));
    EXPECT(0, rnl_sock_close(sock));
    if (test_faults != before)
        FAULT("%s, rcvbuf %u, flags %#x", kind->name, opts->rcvbuf, opts->flags);
}

/* Requests are given up over and over, their answers in the queue: these still count. */
static void what_was_given_up_takes_room(uint32_t flags)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    uint64_t ids[137];
    int round, i;

    /* It is known by then how long the answers are. */
    for (i = 0; i < 500; i++)
        submit(sock, refused(i), 0, (uint64_t)i);
    for (i = 0; i < 500; i++)
        ends(sock, (uint64_t)i, -ERANGE);
    for (round = 0; round < 20; round++) {
        struct rnl_done done;

        for (i = 0; i < 137; i++)
            ids[i] = submit(sock, refused(i), flags, (uint64_t)i);
        done = take(sock);
        EQUAL(-ERANGE, done.result);
        done_free(&done);
        for (i = 0; i < 137; i++)
            rnl_sock_cancel(sock, ids[i]);
        while (rnl_sock_complete(sock, &done, 0, NULL) == 1)
            done_free(&done);
    }
    submit(sock, refused(0), 0, 7);
    ends(sock, 7, -ERANGE);
    nothing_is_left(sock);
    EQUAL(0, drops_of(sock));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    static const struct rnl_opts opts[] = {
        { .size = sizeof *opts },
        { .size = sizeof *opts, .rcvbuf = 4096 },
        { .size = sizeof *opts, .rcvbuf = 4096, .flags = RNL_OPEN_NO_CAP_ACK },
        { .size = sizeof *opts, .rcvbuf = 20000 },
        { .size = sizeof *opts, .flags = RNL_OPEN_NO_CAP_ACK },
    };
    size_t i, k;

    in_namespace();
    for (i = 0; i < sizeof opts / sizeof *opts; i++) {
        outstanding = fewer(10000, i == 0 ? 1000 : 300);
        for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
            fits(&kinds[k], &opts[i]);
    }
    what_was_given_up_takes_room(0);
    what_was_given_up_takes_room(RNL_SUBMIT_QUIET);
    return test_end();
}
