/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* 100,000 routes added and deleted, every 1,000th request wrong: exactly those are reported. */
#include "pipeline.h"

#define EVERY 1000

static struct rnl_sock *sock;

/* Route i: 10.0.0.0 + i. A wrong one goes to a link that is not there. */
static struct rnl_msg *route_msg(uint16_t type, int i)
{
    struct rtmsg header = { AF_INET, 32, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0 };
    struct rnl_msg *msg = rnl_msg_new(type, type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    rnl_msg_put_be32(msg, RTA_DST, 0x0a000000 + (uint32_t)i);
    rnl_msg_put_u32(msg, RTA_OIF, i % EVERY == EVERY - 1 ? 4711 : LO);
    return msg;
}

/* Takes what has come; each must be the next of those that are to be reported. */
static void take_some(struct rnl_done *done, int *next, int step, int number)
{
    EQUAL(*next, done->user);
    EQUAL(*next % EVERY == EVERY - 1 ? -number : 0, done->result);
    CHECK(done->result == 0 || rnl_err_origin(done->err) == RNL_FROM_KERNEL);
    *next += step;
    done_free(done);
}

/* One request for each route. Quiet ones report only what is wrong; of the others completions are taken meanwhile. */
static void change_all(uint16_t type, int n, uint32_t flags, int number)
{
    int step = flags & RNL_SUBMIT_QUIET ? EVERY : 1, next = step - 1, i;
    struct rnl_done done;

    for (i = 0; i < n; i++) {
        submit(sock, route_msg(type, i), flags, (uint64_t)i);
        if (i % 500 == 0)
            while (rnl_sock_complete(sock, &done, 0, NULL) == 1)
                take_some(&done, &next, step, number);
    }
    while (rnl_sock_complete(sock, &done, SOON, &test_err) == 1)
        take_some(&done, &next, step, number);
    CHECK(test_err == NULL);
    EQUAL(n - 1 + step, next);
    nothing_is_left(sock);
}

/* The routes that are there, once each. */
static int routes(void)
{
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = rnl_msg_new(RTM_GETROUTE, 0);
    struct rtmsg header = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN };
    struct rnl_view view;
    int n = 0;

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, &test_err) == 1) {
        NEED(rnl_view_fixed(&view, &header, sizeof header) == sizeof header);
        n += header.rtm_table == RT_TABLE_MAIN;
    }
    CHECK(test_err == NULL);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    return n;
}

static void added_and_deleted(int n, uint32_t flags)
{
    change_all(RTM_NEWROUTE, n, flags, ENODEV);
    EQUAL(n - n / EVERY, routes());
    change_all(RTM_DELROUTE, n, flags, ESRCH);
    EQUAL(0, routes());
    EQUAL(0, drops_of(sock));
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    added_and_deleted(fewer(50000, 2000), 0);
    added_and_deleted(fewer(100000, 3000), RNL_SUBMIT_QUIET);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
