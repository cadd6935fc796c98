/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Threads, each with sockets and tables of its own in a namespace of its own: none disturbs another, nothing leaks, and
 * memory is flat. Handles may move between threads, too.
 *
 *     threads [EVENTS]
 *
 * modes: plain valgrind asan helgrind
 */
#include "kernel.h"
#include "slow.h"

#include <linux/if_addr.h>
#include <pthread.h>

#define THREADS 8

/* Routes that a thread adds in one go. */
#define ROUTES 50

/* Rounds between those with other calls. */
#define SELDOM 16

/* Kilobytes of memory that more time may need. */
#define SLACK 2048

/* Nothing of test.h that takes an error object is used here: there is one place for it. */
#define DOES(wanted, call) NEED((call) == (wanted))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long wanted, events, resident;

/* Kilobytes in memory. */
static long resident_now(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long size, pages = 0;

    NEED(file && fscanf(file, "%ld %ld", &size, &pages) == 2);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* What one thread has. */
struct own {
    struct rnl_sock *sock;
    struct rnl_table *routes, *addresses;
    uint64_t base_routes, base_addresses;
    long events;
};

static uint64_t objects_of(struct rnl_table *table)
{
    struct rnl_table_stats stats = { .size = sizeof stats };

    DOES(0, rnl_table_stats(table, &stats));
    return stats.objects;
}

static void bring_up_loopback(struct rnl_sock *sock)
{
    struct ifinfomsg up = { AF_UNSPEC, 0, 0, LO, IFF_UP, IFF_UP };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);

    NEED(msg && rnl_msg_put_header(msg, &up, sizeof up) == 0);
    DOES(0, rnl_sock_call(sock, msg, SOON, NULL, NULL));
    rnl_msg_free(msg);
}

static struct rnl_table *synced(const char *name)
{
    struct rnl_table *table = NULL;
    struct rnl_event e;

    DOES(0, rnl_table_open(&table, name, RNL_TABLE_QUIET_START, NULL, NULL));
    DOES(1, rnl_table_next(table, &e, SOON, NULL));
    NEED(e.kind == RNL_EVENT_SYNCED);
    return table;
}

static struct rnl_msg *route(uint16_t type, uint32_t number)
{
    struct rtmsg header = { AF_INET, 32, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0 };
    struct rnl_msg *msg = rnl_msg_new(type, type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    rnl_msg_put_be32(msg, RTA_DST, 0x0a000000 + number);
    rnl_msg_put_u32(msg, RTA_OIF, LO);
    return msg;
}

/* Submits a request; frees it. */
static void submit(struct rnl_sock *sock, struct rnl_msg *msg)
{
    DOES(0, rnl_sock_submit(sock, msg, RNL_SUBMIT_QUIET, 0, SOON, NULL, NULL));
    rnl_msg_free(msg);
}

/* Takes events until the table has so many objects; each is of this kind. */
static void until(struct own *own, struct rnl_table *table, int kind, uint64_t objects)
{
    while (objects_of(table) != objects) {
        struct rnl_event e;

        DOES(1, rnl_table_next(table, &e, SOON, NULL));
        NEED(e.kind == kind);
        NEED((kind == RNL_EVENT_NEW ? e.now : e.before).msg.ptr != NULL);
        own->events++;
    }
}

static void change_routes(struct own *own, uint16_t type)
{
    struct rnl_done done;
    uint32_t i;

    for (i = 0; i < ROUTES; i++)
        submit(own->sock, route(type, i));
    DOES(0, rnl_sock_complete(own->sock, &done, SOON, NULL));
}

static bool finds(struct rnl_table *table, uint32_t number)
{
    struct rnl_msg *like = address_msg(RTM_NEWADDR, number);
    struct rnl_view view;
    int result;

    rnl_msg_put_be32(like, IFA_ADDRESS, 0x7f010000 + number);
    result = rnl_table_find(table, like, -1, &view);
    NEED(result >= 0);
    rnl_msg_free(like);
    return result == 1;
}

/* As many addresses as the table has, in a dump. */
static void dump_addresses(struct own *own)
{
    struct rnl_msg *msg = dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg));
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    uint64_t n = 0, cursor = 0;

    DOES(0, rnl_dump_start(&dump, own->sock, msg, RNL_DUMP_CONSISTENT, SOON, NULL));
    while (rnl_dump_next(dump, &view, NULL) == 1)
        n++;
    NEED(n == objects_of(own->addresses));
    while (rnl_table_each(own->addresses, &cursor, &view) == 1)
        n--;
    NEED(n == 0);
    DOES(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
}

/* An address comes and goes; the kernel refuses what makes no sense, with an error object. */
static void seldom(struct own *own)
{
    struct rnl_msg *bad = address_msg(RTM_DELADDR, 7), *good = address_msg(RTM_NEWADDR, 7);
    struct rnl_err *err = NULL;

    DOES(-EADDRNOTAVAIL, rnl_sock_call(own->sock, bad, SOON, NULL, &err));
    NEED(rnl_err_errno(err) == EADDRNOTAVAIL && *rnl_err_text(err));
    DOES(0, rnl_err_free(err));
    DOES(0, rnl_sock_call(own->sock, good, SOON, NULL, NULL));
    until(own, own->addresses, RNL_EVENT_NEW, own->base_addresses + 1);
    NEED(finds(own->addresses, 7) && !finds(own->addresses, 8));
    dump_addresses(own);
    DOES(0, rnl_sock_call(own->sock, bad, SOON, NULL, NULL));
    until(own, own->addresses, RNL_EVENT_DEL, own->base_addresses);
    rnl_msg_free(bad);
    rnl_msg_free(good);
}

/* Adds what this thread has seen to what all have; false when that is enough. */
static bool more(struct own *own)
{
    bool result;

    pthread_mutex_lock(&lock);
    events += own->events;
    own->events = 0;
    if (resident == 0 && events >= wanted / 10)
        resident = resident_now();
    result = events < wanted;
    pthread_mutex_unlock(&lock);
    return result;
}

static void open_own(struct own *own)
{
    DOES(0, rnl_sock_open(&own->sock, NETLINK_ROUTE, NULL, NULL));
    own->routes = synced("route4");
    own->addresses = synced("addr");
    own->base_routes = objects_of(own->routes);
    own->base_addresses = objects_of(own->addresses);
}

static void close_own(struct own *own)
{
    DOES(0, rnl_table_close(own->routes));
    DOES(0, rnl_table_close(own->addresses));
    DOES(0, rnl_sock_close(own->sock));
}

/* Takes all routes' events of an address that has come and gone: none of them counts. */
static void settle_routes(struct own *own)
{
    struct rnl_table_stats stats = { .size = sizeof stats };
    struct rnl_event e;

    do {
        while (rnl_table_next(own->routes, &e, 1, NULL) == 1)
            own->events++;
        DOES(0, rnl_table_stats(own->routes, &stats));
    } while (!stats.synced);
    NEED(stats.objects == own->base_routes);
}

/* Routes come and go, sometimes addresses, too, and seldom everything is opened anew. */
static void *work(void *none)
{
    struct own own = { NULL, NULL, NULL, 0, 0, 0 };
    struct rnl_sock *first = NULL;
    int round;

    NEED(unshare(CLONE_NEWNET) == 0);
    DOES(0, rnl_sock_open(&first, NETLINK_ROUTE, NULL, NULL));
    bring_up_loopback(first);
    DOES(0, rnl_sock_close(first));
    open_own(&own);
    for (round = 1; more(&own); round++) {
        change_routes(&own, RTM_NEWROUTE);
        until(&own, own.routes, RNL_EVENT_NEW, own.base_routes + ROUTES);
        change_routes(&own, RTM_DELROUTE);
        until(&own, own.routes, RNL_EVENT_DEL, own.base_routes);
        if (round % SELDOM == 0) {
            seldom(&own);
            settle_routes(&own);
        }
        if (round % (SELDOM * SELDOM) == 0) {
            close_own(&own);
            open_own(&own);
        }
    }
    close_own(&own);
    return none;
}

static void all_at_once(void)
{
    long long start = milliseconds();
    pthread_t threads[THREADS];
    long end;
    int i;

    for (i = 0; i < THREADS; i++)
        NEED(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (i = 0; i < THREADS; i++)
        NEED(pthread_join(threads[i], NULL) == 0);
    end = resident_now();
    printf("%ld events, %lld ms, %ld KB after a tenth, %ld KB at the end\n", events, milliseconds() - start,
           resident, end);
    CHECK(events >= wanted);
    CHECK(memory_is_watched() || end <= resident + SLACK);
}

/* ---- Handles that move: each thread has them in turn. */

static struct {
    pthread_cond_t changed;
    int turn;
    struct rnl_sock *sock;
    struct rnl_table *table;
} relay = { .changed = PTHREAD_COND_INITIALIZER };

#define RELAY_ROUNDS 40

static void take_turn(void)
{
    uint16_t type = relay.turn % 2 ? RTM_DELADDR : RTM_NEWADDR;
    struct rnl_msg *msg = address_msg(type, 99);
    struct rnl_event e;

    DOES(0, rnl_sock_call(relay.sock, msg, SOON, NULL, NULL));
    DOES(1, rnl_table_next(relay.table, &e, SOON, NULL));
    NEED(e.kind == (type == RTM_NEWADDR ? RNL_EVENT_NEW : RNL_EVENT_DEL));
    rnl_msg_free(msg);
}

static void *run_relay(void *number)
{
    int round;

    for (round = 0; round < RELAY_ROUNDS; round++) {
        pthread_mutex_lock(&lock);
        while (relay.turn % THREADS != *(int *)number)
            pthread_cond_wait(&relay.changed, &lock);
        take_turn();
        relay.turn++;
        pthread_cond_broadcast(&relay.changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *close_relay(void *none)
{
    DOES(0, rnl_table_close(relay.table));
    DOES(0, rnl_sock_close(relay.sock));
    return none;
}

static void handles_move_between_threads(void)
{
    pthread_t threads[THREADS], last;
    int numbers[THREADS], i;

    DOES(0, rnl_sock_open(&relay.sock, NETLINK_ROUTE, NULL, NULL));
    relay.table = synced("addr");
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        NEED(pthread_create(&threads[i], NULL, run_relay, &numbers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++)
        NEED(pthread_join(threads[i], NULL) == 0);
    EQUAL(THREADS * RELAY_ROUNDS, relay.turn);
    NEED(pthread_create(&last, NULL, close_relay, NULL) == 0);
    NEED(pthread_join(last, NULL) == 0);
}

int main(int argc, char **argv)
{
    wanted = argc > 1 ? atol(argv[1]) : load_of("events", 1000000, 20000, 100000);
    in_namespace();
    handles_move_between_threads();
    all_at_once();
    return test_end();
}
