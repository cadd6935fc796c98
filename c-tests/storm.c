/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A storm of route changes, which a table with a small receive buffer and a slow reader can't follow: when it is over,
 * the table is what the kernel has, and so is what its events tell.
 *
 *     storm [RUNS [CHANGES]]
 */
#include "pipeline.h"
#include "slow.h"
#include "table.h"

/* Destinations of IPv4, and as many of IPv6. */
#define KEYS 1000

/* Events between a reader's breaks. */
#define BREAK 5000

/* What the kernel's default gives. */
#define DEFAULT_BUFFER 106496

static int devices[2];

/* Which devices each destination has a route over. */
static unsigned char present[2 * KEYS];

static uint64_t seed;

static unsigned below(unsigned limit)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (unsigned)(seed >> 33) % limit;
}

static void put_destination(struct rnl_msg *msg, unsigned key)
{
    unsigned char address[16] = { 0x20, 0x01, 0x0d, 0xb8, (unsigned char)(key >> 8), (unsigned char)key };

    if (key < KEYS)
        rnl_msg_put_be32(msg, RTA_DST, 0x0a000000 + (key << 8));
    else
        rnl_msg_put_bytes(msg, RTA_DST, address, sizeof address);
}

/* A request about the route to one destination over one device; `look` is in its protocol and its MTU. */
static struct rnl_msg *change(uint16_t type, uint16_t flags, unsigned key, int device, unsigned look)
{
    struct rtmsg header = { key < KEYS ? AF_INET : AF_INET6, key < KEYS ? 24 : 48, 0, 0, RT_TABLE_MAIN, 0, 0, 0, 0 };
    struct rnl_msg *msg = rnl_msg_new(type, flags);

    header.rtm_scope = key < KEYS ? RT_SCOPE_LINK : 0;
    header.rtm_type = type == RTM_NEWROUTE ? RTN_UNICAST : 0;
    header.rtm_protocol = type == RTM_NEWROUTE ? RTPROT_STATIC + look % 2 : 0;
    rnl_msg_put_header(msg, &header, sizeof header);
    put_destination(msg, key);
    rnl_msg_put_u32(msg, RTA_OIF, (uint32_t)devices[device]);
    if (key >= KEYS)
        rnl_msg_put_u32(msg, RTA_PRIORITY, 100);
    if (type == RTM_NEWROUTE) {
        rnl_msg_nest_begin(msg, RTA_METRICS);
        rnl_msg_put_u32(msg, RTAX_MTU, 1280 + look);
        rnl_msg_nest_end(msg);
    }
    NEED(rnl_msg_status(msg, NETLINK_ROUTE, NULL) == 0);
    return msg;
}

/* A change that the kernel accepts: of a destination that has one route it is put in its place as often as not. */
static struct rnl_msg *any_change(void)
{
    unsigned key = below(2 * KEYS), bit = below(2), look = below(100), before = present[key];

    if ((before == 1 || before == 2) && below(2))
        return change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, key, before - 1, look);
    present[key] ^= 1u << bit;
    if (before & 1u << bit)
        return change(RTM_DELROUTE, 0, key, (int)bit, 0);
    return change(RTM_NEWROUTE, NLM_F_CREATE | (before ? NLM_F_APPEND : NLM_F_EXCL), key, (int)bit, look);
}

/* Makes that many changes as fast as it can; none may fail. */
static void write_changes(int n)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_done done;
    int i;

    for (i = 0; i < n; i++) {
        struct rnl_msg *msg = any_change();

        WORKS(0, rnl_sock_submit(sock, msg, RNL_SUBMIT_QUIET, (uint64_t)i, -1, NULL, &test_err));
        rnl_msg_free(msg);
    }
    while (rnl_sock_complete(sock, &done, -1, NULL) == 1) {
        FAULT("change %d: %s", (int)done.user, rnl_err_text(done.err));
        done_free(&done);
    }
    EXPECT(0, rnl_sock_close(sock));
}

/* The writer, which starts at once; its descriptor is at its end when it has ended well or not. */
static pid_t start_writer(int changes, int *over)
{
    int ends[2];
    pid_t child;

    NEED(pipe2(ends, O_CLOEXEC) == 0);
    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        test_faults = 0;
        write_changes(changes);
        fflush(stdout);
        _exit(test_faults != 0);
    }
    close(ends[1]);
    *over = ends[0];
    return child;
}

static bool is_over(int over, int timeout)
{
    struct pollfd wait = { over, POLLIN, 0 };

    return poll(&wait, 1, timeout) == 1;
}

static struct rnl_stats socket_of(struct follower *f)
{
    struct rnl_stats stats = { .size = sizeof stats };

    EXPECT(0, rnl_table_sock_stats(f->table, &stats));
    return stats;
}

/* What a slow reader does with an event; now and then, he comes back only when the kernel has lost something. */
static void work(struct follower *f, const struct rnl_event *e, int number, int over)
{
    static volatile uint64_t result;
    uint32_t drops;
    int i;

    for (i = 0; i < fewer(20, 2); i++)
        result += mixed((uint64_t)i, e, sizeof *e);
    if (number % BREAK != 0)
        return;
    drops = socket_of(f).drops;
    while (socket_of(f).drops == drops && !is_over(over, 1))
        ;
}

/* A table whose first state is known, and no event of it. */
static struct follower first_state(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = DEFAULT_BUFFER };
    struct follower f = open_follower(&routes, RNL_TABLE_QUIET_START, &opts);

    EQUAL(0, sync_follower(&f));
    free(f.set.slots);
    f.set = walked(&f);
    return f;
}

static int follow_storm(struct follower *f, int changes)
{
    struct rnl_event e;
    int over, status = -1, events = 0;
    pid_t writer = start_writer(changes, &over);

    while (!is_over(over, 0))
        if (advance(f, &e, 10))
            work(f, &e, events++, over);
    NEED(waitpid(writer, &status, 0) == writer);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(over);
    return events + settle(f);
}

static void tell(int number, struct follower *f, int events, long long time)
{
    struct rnl_stats stats = socket_of(f);

    CHECK(stats.overruns >= 1 && stats.drops >= 1);
    CHECK(stats.rcvbuf == 2 * DEFAULT_BUFFER);
    printf("run %d: %d events, %llu objects, %llu dumps again, RESYNCED %d times, %llu overruns, %u drops, %lld ms\n",
           number, events, (unsigned long long)stats_of(f->table).objects,
           (unsigned long long)stats_of(f->table).resyncs, f->resynced, (unsigned long long)stats.overruns,
           stats.drops, time);
}

static void run(int number, int changes)
{
    long long start = milliseconds();
    struct rnl_sock *sock;
    struct follower f;
    int events;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    devices[0] = LO;
    devices[1] = make_link(sock, "storm");
    set_up(sock, devices[1], true);
    memset(present, 0, sizeof present);
    seed = (uint64_t)number;
    write_changes(fewer(2000, 200));
    f = first_state();
    events = follow_storm(&f, changes);
    tell(number, &f, events, milliseconds() - start);
    CHECK(f.resynced >= 1);
    unfollow(&f);
    rnl_sock_close(sock);
}

int main(int argc, char **argv)
{
    long runs = argc > 1 ? atol(argv[1]) : load_of("storms", 20, 2, 3);
    int changes = argc > 2 ? atoi(argv[2]) : fewer(200000, 20000), i;

    for (i = 0; i < runs && test_faults == 0; i++)
        run(i, changes);
    return test_end();
}
