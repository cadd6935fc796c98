/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps of the kernel: whole, failed, several at a time, given up, while somebody writes. */
#include "kernel.h"
#include "wire.h"

#include <pthread.h>
#include <semaphore.h>

/* Addresses that are there all the time: more than one datagram of them. */
#define ADDRESSES 1500

static struct rnl_sock *sock;

static struct rnl_dump *start(struct rnl_msg *msg, int mode)
{
    struct rnl_dump *dump = NULL;

    WORKS(0, rnl_dump_start(&dump, sock, msg, mode, SOON, &test_err));
    rnl_msg_free(msg);
    NEED(dump);
    return dump;
}

static struct rnl_dump *start_addresses(int mode)
{
    return start(dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg)), mode);
}

static struct rnl_dump *start_links(int mode)
{
    return start(dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg)), mode);
}

static void nothing_is_followed_that_is_null(void)
{
    struct rnl_dump *dump = NULL, *other = (struct rnl_dump *)sock;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_view view;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(NULL, sock, msg, RNL_DUMP_STREAM, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, NULL, msg, RNL_DUMP_STREAM, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, NULL, RNL_DUMP_STREAM, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, msg, -1, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, msg, 3, SOON, &test_err));
    CHECK(dump == NULL);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_next(NULL, &view, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_next(other, &view, &test_err));
    EXPECT(-EINVAL, rnl_dump_interrupted(NULL));
    EXPECT(-EINVAL, rnl_dump_interrupted(other));
    EXPECT(-EINVAL, rnl_dump_restarts(NULL));
    EXPECT(-EINVAL, rnl_dump_restarts(other));
    EXPECT(-EINVAL, rnl_dump_free(other));
    EXPECT(0, rnl_dump_free(NULL));
    dump = start(msg, RNL_DUMP_STREAM);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_next(dump, NULL, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    FREED(rnl_dump_free(dump));
    FREED(rnl_dump_restarts(dump));
}

static void what_was_built_wrong_is_not_sent(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_dump *dump = NULL;

    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, msg, RNL_DUMP_STREAM, SOON, &test_err));
    rnl_msg_put_mac(msg, IFLA_INFO_KIND, "no mac");
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_dump_start(&dump, sock, msg, RNL_DUMP_STREAM, SOON, &test_err));
    SAME_TEXT(".linkinfo.kind", rnl_err_attr(test_err));
    CHECK(dump == NULL);
    rnl_msg_free(msg);
}

static void loopback_is_listed(int mode)
{
    struct rnl_dump *dump = start_links(mode);
    int n = 0, found = 0;
    struct rnl_view view;

    while (rnl_dump_next(dump, &view, NULL) == 1) {
        struct rnl_attr name = link_attr(&view, IFLA_IFNAME);
        char text[IF_NAMESIZE] = "";

        EQUAL(RTM_NEWLINK, view.type);
        EQUAL(0, view.group);
        EQUAL(-1, view.nsid);
        rnl_attr_strcpy(&name, text, sizeof text);
        found += strcmp(text, "lo") == 0;
        n++;
    }
    EQUAL(1, found);
    CHECK(n >= 1);
    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_interrupted(dump));
    EXPECT(0, rnl_dump_restarts(dump));
    EXPECT(0, rnl_dump_free(dump));
}

/* Bits of the fixed addresses that were seen; counts those seen twice. */
struct seen {
    bool at[ADDRESSES];
    int fixed, twice;
};

static void see(struct seen *seen, const struct rnl_view *view)
{
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;
    uint32_t number = 0;

    NEED(rnl_view_attrs(view, sizeof(struct ifaddrmsg), &walk) == 0);
    if (rnl_attrs_find(&walk, IFA_LOCAL, &attr) != 1 || rnl_attr_be32(&attr, &number) != 0)
        return;
    number -= 0x7f010000;
    if (number >= ADDRESSES)
        return;
    seen->twice += seen->at[number];
    seen->fixed += !seen->at[number];
    seen->at[number] = true;
}

/* Reads a dump of addresses to its end; gives how it ended. */
static int read_all(struct rnl_dump *dump, struct seen *seen)
{
    struct rnl_view view;
    int result;

    memset(seen, 0, sizeof *seen);
    while ((result = rnl_dump_next(dump, &view, NULL)) == 1)
        see(seen, &view);
    return result;
}

static void is_whole(const struct seen *seen)
{
    EQUAL(ADDRESSES, seen->fixed);
    EQUAL(0, seen->twice);
}

static void many_objects_come(int mode)
{
    struct rnl_dump *dump = start_addresses(mode);
    struct seen seen;

    EQUAL(0, read_all(dump, &seen));
    is_whole(&seen);
    EXPECT(0, rnl_dump_free(dump));
}

/* Strict checking: a header that is not as it should be. The kernel says so in DONE, and a failure is a failure. */
static void a_failed_dump_fails(int mode)
{
    struct rtmsg header = { .rtm_family = AF_INET, .rtm_src_len = 24 };
    struct rnl_msg *msg = rnl_msg_new(RTM_GETROUTE, 0);
    struct rnl_dump *dump;
    struct rnl_bytes request = { NULL, 0 };
    struct rnl_view view;

    rnl_msg_put_header(msg, &header, sizeof header);
    dump = start(msg, mode);
    FAILS(EINVAL, RNL_FROM_KERNEL, rnl_dump_next(dump, &view, &test_err));
    CHECK(rnl_err_kernel_text(test_err) && strstr(rnl_err_kernel_text(test_err), "header"));
    CHECK(strstr(rnl_err_text(test_err), "getroute: EINVAL: ") == rnl_err_text(test_err));
    EXPECT(1, rnl_err_request(test_err, &request));
    NEED(rnl_view_next(&request, &view) == 1);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP, view.flags);
    EXPECT(0, rnl_dump_free(dump));
}

/* An error that comes before the dump starts. */
static void a_dump_that_does_not_start_fails(void)
{
    struct rnl_dump *dump = start(dump_msg(RTM_GETLINK + 256, 16), RNL_DUMP_CONSISTENT);
    struct rnl_view view;

    FAILS(EOPNOTSUPP, RNL_FROM_KERNEL, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
}

/* An attribute of a wrong width: DONE says where. */
static void a_failed_dump_names_the_attribute(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_bytes policy;
    struct rnl_dump *dump;
    struct rnl_view view;

    rnl_msg_put_u8(msg, IFLA_EXT_MASK, 1);
    dump = start(msg, RNL_DUMP_STREAM);
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_dump_next(dump, &view, &test_err));
    if (rnl_err_attr(test_err)) {
        SAME_TEXT(".ext-mask", rnl_err_attr(test_err));
        EXPECT(1, rnl_err_policy(test_err, &policy));
    } else {
        printf("not run: an attribute named by DONE: kernel lacks it\n");
    }
    EXPECT(0, rnl_dump_free(dump));
}

/* Requests, good and bad, between the parts of a dump. */
static void requests_go_through_meanwhile(int mode)
{
    struct rnl_dump *dump = start_addresses(mode);
    struct rnl_msg *bad = link_msg(RTM_DELLINK, 0, 9999);
    struct rnl_view view;
    struct seen seen;
    int n, result = 0;

    memset(&seen, 0, sizeof seen);
    for (n = 0; (result = rnl_dump_next(dump, &view, NULL)) == 1; n++) {
        see(&seen, &view);
        if (n % 50 == 0) {
            deliver(sock, link_msg(RTM_GETLINK, 0, LO));
            FAILS(ENODEV, RNL_FROM_KERNEL, rnl_sock_call(sock, bad, SOON, NULL, &test_err));
        }
    }
    EQUAL(0, result);
    is_whole(&seen);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(bad);
}

/* Two dumps of one socket, read in turns. */
static void two_dumps_run(int mode)
{
    struct rnl_dump *one = start_addresses(mode), *two = start_addresses(mode);
    struct seen first, second;
    struct rnl_view view;
    int more = 1, more_too = 1;

    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    while (more == 1 || more_too == 1) {
        if (more == 1 && (more = rnl_dump_next(one, &view, NULL)) == 1)
            see(&first, &view);
        if (more_too == 1 && (more_too = rnl_dump_next(two, &view, NULL)) == 1)
            see(&second, &view);
    }
    EQUAL(0, more);
    EQUAL(0, more_too);
    is_whole(&first);
    is_whole(&second);
    EXPECT(0, rnl_dump_free(one));
    EXPECT(0, rnl_dump_free(two));
}

/* The second is read before the first. */
static void the_later_dump_may_be_read_first(void)
{
    struct rnl_dump *one = start_addresses(RNL_DUMP_STREAM), *two = start_addresses(RNL_DUMP_STREAM);
    struct seen seen;

    EQUAL(0, read_all(two, &seen));
    is_whole(&seen);
    EQUAL(0, read_all(one, &seen));
    is_whole(&seen);
    EXPECT(0, rnl_dump_free(two));
    EXPECT(0, rnl_dump_free(one));
}

static void a_dump_may_be_given_up(int mode, int read)
{
    struct rnl_dump *dump = start_addresses(mode);
    struct rnl_view view;

    while (read--)
        WORKS(1, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    many_objects_come(mode);
}

/* The socket goes first: the dump is still there to be freed, and knows. */
static void a_socket_may_be_closed_first(int mode, int read)
{
    struct rnl_sock *kept = sock;
    struct rnl_dump *one, *two;
    struct rnl_view view;

    sock = open_sock(NETLINK_ROUTE);
    one = start_addresses(mode);
    two = start_links(mode);
    while (read--)
        WORKS(1, rnl_dump_next(one, &view, &test_err));
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(-EINVAL, rnl_sock_close(sock));
    FAILS(EBADF, RNL_FROM_LOCAL, rnl_dump_next(one, &view, &test_err));
    EXPECT(-EBADF, rnl_dump_interrupted(one));
    EXPECT(-EBADF, rnl_dump_restarts(two));
    EXPECT(0, rnl_dump_free(one));
    FAILS(EBADF, RNL_FROM_LOCAL, rnl_dump_next(two, &view, &test_err));
    EXPECT(0, rnl_dump_free(two));
    sock = kept;
}

/* A consistent dump is kept in memory, as far as allowed. */
static void a_result_is_bounded(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_result = 4000 };
    struct rnl_sock *kept = sock;
    struct rnl_dump *dump;
    struct rnl_view view;
    struct seen seen;

    sock = NULL;
    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    dump = start_addresses(RNL_DUMP_CONSISTENT);
    FAILS(EFBIG, RNL_FROM_LOCAL, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    /* One that is shown as it comes is not. */
    dump = start_addresses(RNL_DUMP_STREAM);
    EQUAL(0, read_all(dump, &seen));
    is_whole(&seen);
    EXPECT(0, rnl_dump_free(dump));
    EXPECT(0, rnl_sock_close(sock));
    sock = kept;
}

/* Something changes between the parts of a dump. */
static struct rnl_dump *interrupted_dump(int mode, struct seen *seen, int *result)
{
    struct rnl_dump *dump = start_addresses(mode);
    struct rnl_view view;

    WORKS(1, rnl_dump_next(dump, &view, &test_err));
    deliver(sock, address_msg(RTM_NEWADDR, ADDRESSES + 1));
    deliver(sock, address_msg(RTM_DELADDR, ADDRESSES + 1));
    *result = read_all(dump, seen);
    return dump;
}

static void an_interruption_is_told(void)
{
    struct seen seen;
    int result = 1;
    struct rnl_dump *dump = interrupted_dump(RNL_DUMP_STREAM, &seen, &result);
    struct rnl_view view;

    EQUAL(-ESTALE, result);
    /* It is said once; then the dump has ended. */
    WORKS(0, rnl_dump_next(dump, &view, &test_err));
    EXPECT(0, rnl_dump_free(dump));
    dump = interrupted_dump(RNL_DUMP_BEST_EFFORT, &seen, &result);
    EQUAL(0, result);
    EXPECT(1, rnl_dump_interrupted(dump));
    EXPECT(0, rnl_dump_restarts(dump));
    EXPECT(0, rnl_dump_free(dump));
}

static sem_t burst;
static volatile bool over;

/* Adds and removes an address, 20 times for each time it is told to. */
static void *write_in_bursts(void *unused)
{
    struct rnl_msg *add = address_msg(RTM_NEWADDR, ADDRESSES + 1), *remove = address_msg(RTM_DELADDR, ADDRESSES + 1);
    struct rnl_sock *own = NULL;
    int i;

    NEED(rnl_sock_open(&own, NETLINK_ROUTE, NULL, NULL) == 0);
    while (sem_wait(&burst) == 0 && !over)
        for (i = 0; i < 20; i++) {
            NEED(rnl_sock_call(own, add, SOON, NULL, NULL) == 0);
            NEED(rnl_sock_call(own, remove, SOON, NULL, NULL) == 0);
        }
    rnl_msg_free(add);
    rnl_msg_free(remove);
    rnl_sock_close(own);
    return unused;
}

/* What each mode promises while somebody writes. */
static void keeps_its_promise(int mode, int *interrupted)
{
    struct rnl_dump *dump = start_addresses(mode);
    struct seen seen;
    int result = read_all(dump, &seen);

    switch (mode) {
    case RNL_DUMP_CONSISTENT:
        EQUAL(0, result);
        is_whole(&seen);
        *interrupted += rnl_dump_restarts(dump) > 0;
        break;
    case RNL_DUMP_STREAM:
        CHECK(result == 0 || result == -ESTALE);
        if (result == 0)
            is_whole(&seen);
        *interrupted += result == -ESTALE;
        break;
    default:
        EQUAL(0, result);
        if (rnl_dump_interrupted(dump) == 0)
            is_whole(&seen);
        *interrupted += rnl_dump_interrupted(dump);
    }
    EXPECT(0, rnl_dump_free(dump));
}

static void while_somebody_writes(void)
{
    int mode, round, interrupted[3] = { 0, 0, 0 };
    pthread_t writer;

    test_forget();
    NEED(sem_init(&burst, 0, 0) == 0);
    NEED(pthread_create(&writer, NULL, write_in_bursts, NULL) == 0);
    for (mode = RNL_DUMP_CONSISTENT; mode <= RNL_DUMP_BEST_EFFORT; mode++)
        for (round = 0; round < 20; round++) {
            sem_post(&burst);
            keeps_its_promise(mode, &interrupted[mode]);
        }
    over = true;
    sem_post(&burst);
    NEED(pthread_join(writer, NULL) == 0);
    printf("interrupted, of 20: consistent %d, stream %d, best effort %d\n", interrupted[0], interrupted[1],
           interrupted[2]);
}

int main(void)
{
    int mode;
    uint32_t i;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    for (i = 0; i < ADDRESSES; i++)
        deliver(sock, address_msg(RTM_NEWADDR, i));
    nothing_is_followed_that_is_null();
    what_was_built_wrong_is_not_sent();
    for (mode = RNL_DUMP_CONSISTENT; mode <= RNL_DUMP_BEST_EFFORT; mode++) {
        loopback_is_listed(mode);
        many_objects_come(mode);
        a_failed_dump_fails(mode);
        requests_go_through_meanwhile(mode);
        two_dumps_run(mode);
        a_dump_may_be_given_up(mode, 0);
        a_dump_may_be_given_up(mode, 3);
        a_socket_may_be_closed_first(mode, 0);
        a_socket_may_be_closed_first(mode, 3);
    }
    a_dump_that_does_not_start_fails();
    a_failed_dump_names_the_attribute();
    the_later_dump_may_be_read_first();
    a_result_is_bounded();
    an_interruption_is_told();
    while_somebody_writes();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
