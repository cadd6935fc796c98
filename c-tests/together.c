/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps side by side give what they give one after the other. */
#include "kernel.h"

#include <arpa/inet.h>
#include <pthread.h>

#define ROUTES 400

/* The messages of a dump without their headers, which differ from dump to dump. */
struct rows {
    int count;
    size_t len;
    uint8_t at[1 << 20];
};

static struct rows one_by_one[2], side_by_side[2];

static void add_row(struct rows *rows, const struct rnl_view *view)
{
    size_t len = view->msg.len - NLMSG_HDRLEN;

    NEED(len <= sizeof rows->at - rows->len);
    memcpy(rows->at + rows->len, view->msg.ptr + NLMSG_HDRLEN, len);
    rows->len += len;
    rows->count++;
}

/* A route to host `number` over a link. */
static struct rnl_msg *route_msg(uint8_t family, int link, uint32_t number)
{
    struct rtmsg header = { family, family == AF_INET ? 32 : 128, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE,
                            RTN_UNICAST, 0 };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    uint32_t to[4] = { htonl(family == AF_INET ? 0x0a000000 + number : 0x20010db8), 0, 0, htonl(number) };

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    rnl_msg_put_bytes(msg, RTA_DST, to, family == AF_INET ? 4 : 16);
    rnl_msg_put_u32(msg, RTA_OIF, (uint32_t)link);
    return msg;
}

static void add_routes(uint8_t family)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct ifinfomsg up = { AF_UNSPEC, 0, 0, (int)if_nametoindex("v0"), IFF_UP, IFF_UP };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    uint32_t i;

    NEED(up.ifi_index > 0 && msg && rnl_msg_put_header(msg, &up, sizeof up) == 0);
    deliver(sock, msg);
    for (i = 1; i <= ROUTES; i++)
        deliver(sock, route_msg(family, up.ifi_index, i));
    EXPECT(0, rnl_sock_close(sock));
}

static struct rnl_msg *routes_msg(uint8_t family)
{
    struct rtmsg header = { .rtm_family = family };
    struct rnl_msg *msg = rnl_msg_new(RTM_GETROUTE, 0);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    return msg;
}

static void dump_alone(uint8_t family, struct rows *rows)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_msg *msg = routes_msg(family);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, &test_err) == 1)
        add_row(rows, &view);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    EXPECT(0, rnl_sock_close(sock));
}

static void begin(struct rnl_dump_job *job, struct rnl_msg *msg)
{
    memset(job, 0, sizeof *job);
    job->sock = open_sock(NETLINK_ROUTE);
    job->msg = msg;
}

static void end(struct rnl_dump_job *job)
{
    EXPECT(0, rnl_reply_free(job->reply));
    EXPECT(0, rnl_err_free(job->err));
    EXPECT(0, rnl_msg_free((struct rnl_msg *)job->msg));
    EXPECT(0, rnl_sock_close(job->sock));
}

static void read_job(const struct rnl_dump_job *job, struct rows *rows)
{
    struct rnl_view view;

    EQUAL(0, job->result);
    CHECK(job->err == NULL);
    memset(rows, 0, sizeof *rows);
    while (rnl_reply_next(job->reply, &view) == 1)
        add_row(rows, &view);
}

static void the_rows_are_the_same(void)
{
    struct rnl_dump_job jobs[2];
    int i, round;

    begin(&jobs[0], routes_msg(AF_INET));
    begin(&jobs[1], routes_msg(AF_INET6));
    for (round = 0; round < 5; round++) {
        EXPECT(0, rnl_dump_together(jobs, 2, SOON));
        for (i = 0; i < 2; i++) {
            read_job(&jobs[i], &side_by_side[i]);
            CHECK(one_by_one[i].count >= ROUTES);
            EQUAL(one_by_one[i].count, side_by_side[i].count);
            EQUAL(one_by_one[i].len, side_by_side[i].len);
            CHECK(memcmp(one_by_one[i].at, side_by_side[i].at, one_by_one[i].len) == 0);
            EXPECT(0, rnl_reply_free(jobs[i].reply));
            jobs[i].reply = NULL;
        }
    }
    end(&jobs[0]);
    end(&jobs[1]);
}

/* A request the kernel refuses, a message that is not sound, and a peer that says nothing. */
static void each_fails_for_itself(void)
{
    struct rnl_sock *silent = open_sock(NETLINK_USERSOCK);
    struct rnl_dump_job jobs[4];
    uint32_t port = 0;
    long long begun;

    begin(&jobs[0], rnl_msg_new(64, 0));
    begin(&jobs[1], routes_msg(AF_INET));
    begin(&jobs[2], routes_msg(AF_INET));
    begin(&jobs[3], routes_msg(AF_INET));
    rnl_msg_put_str((struct rnl_msg *)jobs[0].msg, 1, "x");
    rnl_msg_nest_begin((struct rnl_msg *)jobs[1].msg, RTA_METRICS);
    EXPECT(0, rnl_sock_close(jobs[2].sock));
    jobs[2].sock = open_sock(NETLINK_USERSOCK);
    EXPECT(0, rnl_sock_port(silent, &port));
    WORKS(0, rnl_sock_connect(jobs[2].sock, port, 0, &test_err));
    begun = milliseconds();
    EXPECT(3, rnl_dump_together(jobs, 4, 300));
    CHECK(milliseconds() - begun < SOON);
    EQUAL(-EOPNOTSUPP, jobs[0].result);
    EQUAL(RNL_FROM_KERNEL, rnl_err_origin(jobs[0].err));
    EQUAL(-EINVAL, jobs[1].result);
    EQUAL(RNL_FROM_LOCAL, rnl_err_origin(jobs[1].err));
    EQUAL(-ETIMEDOUT, jobs[2].result);
    EQUAL(RNL_FROM_TIMEOUT, rnl_err_origin(jobs[2].err));
    CHECK(!jobs[0].reply && !jobs[1].reply && !jobs[2].reply);
    read_job(&jobs[3], &side_by_side[0]);
    EQUAL(one_by_one[0].count, side_by_side[0].count);
    EXPECT(0, rnl_sock_close(silent));
    end(&jobs[0]);
    end(&jobs[1]);
    end(&jobs[2]);
    end(&jobs[3]);
}

static void refused(struct rnl_dump_job *jobs, size_t n, int number)
{
    size_t i;

    EXPECT(-number, rnl_dump_together(jobs, n, SOON));
    for (i = 0; i < n && jobs; i++)
        CHECK(jobs[i].reply == NULL && jobs[i].err == NULL && jobs[i].result == 0);
}

static void wrong_jobs_are_refused_before_anything_runs(void)
{
    struct rnl_dump_job jobs[2], wrong[2];
    struct rnl_stats stats = { .size = sizeof stats };
    struct rnl_dump *dump = NULL;

    begin(&jobs[0], routes_msg(AF_INET));
    begin(&jobs[1], routes_msg(AF_INET6));
    EXPECT(0, rnl_dump_together(NULL, 0, SOON));
    refused(NULL, 1, EINVAL);
    memcpy(wrong, jobs, sizeof wrong);
    wrong[1].sock = jobs[0].sock;
    refused(wrong, 2, EINVAL);
    wrong[1].sock = NULL;
    refused(wrong, 2, EINVAL);
    memcpy(wrong, jobs, sizeof wrong);
    wrong[1].msg = NULL;
    refused(wrong, 2, EINVAL);
    EXPECT(0, rnl_sock_stats(jobs[0].sock, &stats));
    EQUAL(0, stats.tx_datagrams);
    WORKS(0, rnl_dump_start(&dump, jobs[1].sock, jobs[1].msg, RNL_DUMP_STREAM, SOON, &test_err));
    EXPECT(0, rnl_sock_close(jobs[1].sock));
    refused(jobs, 2, EBADF);
    EXPECT(0, rnl_dump_free(dump));
    jobs[1].sock = NULL;
    end(&jobs[0]);
    end(&jobs[1]);
}

/* Where there can be no more threads, the caller's does all. */
static void without_threads_it_takes_longer(void)
{
    const char *preload = getenv("LD_PRELOAD");
    pthread_attr_t none, before;

    /* To helgrind it is a fault that a thread can't be made. */
    if (preload && strstr(preload, "helgrind"))
        return;
    NEED(pthread_getattr_default_np(&before) == 0 && pthread_attr_init(&none) == 0);
    NEED(pthread_attr_setstacksize(&none, (size_t)1 << (sizeof(size_t) == 8 ? 46 : 31)) == 0);
    NEED(pthread_setattr_default_np(&none) == 0);
    the_rows_are_the_same();
    NEED(pthread_setattr_default_np(&before) == 0);
    pthread_attr_destroy(&none);
    pthread_attr_destroy(&before);
}

int main(void)
{
    struct rnl_sock *sock;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    if (!add_any_link(sock, "v0"))
        skip("kernel lacks every kind of link that can be made");
    EXPECT(0, rnl_sock_close(sock));
    add_routes(AF_INET);
    add_routes(AF_INET6);
    dump_alone(AF_INET, &one_by_one[0]);
    dump_alone(AF_INET6, &one_by_one[1]);
    the_rows_are_the_same();
    without_threads_it_takes_longer();
    each_fails_for_itself();
    wrong_jobs_are_refused_before_anything_runs();
    return test_end();
}
