/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Consistent dumps of addresses while others come and go more than 10,000 times a second: each shows every address that
 * was there throughout, once, and none fails.
 *
 *     interrupted [DUMPS]
 *
 * Valgrind runs one thread at a time, and the writer's turns would fall into nearly every dump: it is luck there whether
 * one is ever left alone.
 * modes: plain asan
 */
#include "pipeline.h"

#include <pthread.h>

/* Addresses that stay, and those that come and go. */
#define STAYING 1000
#define PASSING 50
#define PASSING_FROM 0x8000

/* Milliseconds for one dump. */
#define DEADLINE 30000

/* Changes a second. */
#define RATE 10000

static _Atomic bool over;
static _Atomic long changes;

static void queue_address(struct rnl_sock *sock, uint16_t type, uint32_t number)
{
    struct rnl_msg *msg = address_msg(type, number);

    NEED(rnl_sock_submit(sock, msg, RNL_SUBMIT_QUIET, 0, -1, NULL, NULL) == 0);
    rnl_msg_free(msg);
}

/* Everything that was submitted has been done, and nothing has failed. */
static void finish(struct rnl_sock *sock)
{
    struct rnl_done done;

    while (rnl_sock_complete(sock, &done, -1, NULL) == 1) {
        FAULT("a change of an address: %s", rnl_err_text(done.err));
        done_free(&done);
    }
}

static void add_all(uint32_t from, uint32_t n, uint16_t type)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    uint32_t i;

    for (i = 0; i < n; i++)
        queue_address(sock, type, from + i);
    finish(sock);
    EXPECT(0, rnl_sock_close(sock));
}

static void *write_addresses(void *none)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    uint32_t i;

    while (!over) {
        for (i = 0; i < PASSING; i++)
            queue_address(sock, RTM_NEWADDR, PASSING_FROM + i);
        for (i = 0; i < PASSING; i++)
            queue_address(sock, RTM_DELADDR, PASSING_FROM + i);
        finish(sock);
        changes += 2 * PASSING;
    }
    EXPECT(0, rnl_sock_close(sock));
    return none;
}

/* The number of an address of address_msg(). */
static uint32_t number_of(const struct rnl_view *view)
{
    struct rnl_attrs walk;
    struct rnl_attr attr;
    uint32_t address = 0;

    NEED(rnl_view_attrs(view, sizeof(struct ifaddrmsg), &walk) == 0);
    NEED(rnl_attrs_find(&walk, IFA_LOCAL, &attr) == 1 && attr.data.len == 4);
    memcpy(&address, attr.data.ptr, 4);
    return be32toh(address) - 0x7f010000;
}

/* One dump; gives how often it was begun again. */
static int dump_all(struct rnl_sock *sock, struct rnl_msg *msg)
{
    static unsigned char seen[STAYING];
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    int result, restarts, missing = 0;
    uint32_t number, i;

    memset(seen, 0, sizeof seen);
    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, DEADLINE, &test_err));
    while ((result = rnl_dump_next(dump, &view, &test_err)) == 1)
        if ((number = number_of(&view)) < STAYING)
            seen[number]++;
    if (result < 0)
        FAULT("a dump failed: %s", rnl_err_text(test_err));
    for (i = 0; i < STAYING; i++)
        missing += seen[i] != 1;
    EQUAL(0, missing);
    EXPECT(0, rnl_dump_interrupted(dump));
    restarts = rnl_dump_restarts(dump);
    CHECK(restarts >= 0);
    EXPECT(0, rnl_dump_free(dump));
    return restarts;
}

/* What a machine does that is left alone; the rate must be beyond what is tested for. */
static void rate_is(long n, long long time)
{
    long rate = time > 0 ? (long)(n * 1000 / time) : 0;

    printf("%ld changes a second\n", rate);
    if (rate <= RATE && !memory_is_watched())
        printf("not run: %d changes a second: kernel lacks the speed: %ld\n", RATE, rate);
}

/* Waits until the writer has begun. */
static void writer_works(void)
{
    long long end = milliseconds() + SOON;

    while (changes == 0)
        NEED(milliseconds() < end && sched_yield() == 0);
}

int main(int argc, char **argv)
{
    struct ifaddrmsg header = { .ifa_family = AF_INET };
    struct rnl_msg *msg = rnl_msg_new(RTM_GETADDR, 0);
    int dumps = argc > 1 ? atoi(argv[1]) : fewer(200, 20), restarted = 0, restarts = 0, most = 0, i;
    struct rnl_sock *sock;
    long long start;
    pthread_t writer;

    in_namespace();
    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    sock = open_sock(NETLINK_ROUTE);
    add_all(0, STAYING, RTM_NEWADDR);
    NEED(pthread_create(&writer, NULL, write_addresses, NULL) == 0);
    writer_works();
    changes = 0;
    start = milliseconds();
    /* Where there is one processor, the writer's turn may fall between all of so few. */
    for (i = 0; i < dumps || (restarts == 0 && milliseconds() - start < SOON); i++) {
        int times = dump_all(sock, msg);

        restarts += times;
        restarted += times > 0;
        most = times > most ? times : most;
    }
    rate_is(changes, milliseconds() - start);
    over = true;
    NEED(pthread_join(writer, NULL) == 0);
    printf("%d of %d dumps were begun again, %d times in all, at most %d times, %lld ms\n", restarted, i, restarts,
           most, milliseconds() - start);
    CHECK(restarts > 0);
    EXPECT(0, rnl_sock_close(sock));
    rnl_msg_free(msg);
    return test_end();
}
