/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Many requests in flight: each with its own result, in order; quiet ones; the bound of what may wait. */
#include "pipeline.h"

static struct rnl_sock *sock;

/* A request that this kernel refuses with words and a place: a name too long. */
static struct rnl_msg *long_name_msg(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);

    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-beyond-fifteen");
    return msg;
}

static void nothing_is_followed_that_is_null(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_sock *other = (struct rnl_sock *)msg;
    struct rnl_done done;
    uint64_t id = 4711;
    int events, i;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(NULL, msg, 0, 0, SOON, &id, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(other, msg, 0, 0, SOON, &id, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, NULL, 0, 0, SOON, &id, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, (struct rnl_msg *)sock, 0, 0, SOON, &id, &test_err));
    for (i = 3; i < 33; i++)
        FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, msg, i == 3 ? 3 : 1u << (i - 1), 0, SOON, &id, &test_err));
    EQUAL(4711, id);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_flush(NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_flush(other, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_complete(NULL, &done, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_complete(other, &done, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_complete(sock, NULL, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_process(NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_process(other, &test_err));
    EXPECT(-EINVAL, rnl_sock_cancel(NULL, 0));
    EXPECT(-EINVAL, rnl_sock_cancel(other, 0));
    EXPECT(-EINVAL, rnl_sock_events(NULL));
    EXPECT(-EINVAL, rnl_sock_events(other));
    EXPECT(-EINVAL, rnl_sock_timeout(NULL));
    EXPECT(-EINVAL, rnl_sock_timeout(other));
    EXPECT(-ENOENT, rnl_sock_cancel(sock, 0));
    EXPECT(-ENOENT, rnl_sock_cancel(sock, UINT64_MAX));
    events = rnl_sock_events(sock);
    CHECK(events > 0);
    rnl_msg_free(msg);
    nothing_is_left(sock);
}

/* Errors and ids need not be asked for; a place for a completion that fails to come is left alone. */
static void what_is_not_wanted_may_be_null(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_done done, before;

    memset(&before, 0x5a, sizeof before);
    done = before;
    EXPECT(0, rnl_sock_complete(sock, &done, 0, NULL));
    CHECK(memcmp(&done, &before, sizeof done) == 0);
    EXPECT(-EINVAL, rnl_sock_submit(sock, msg, 4, 0, -1, NULL, NULL));
    EXPECT(0, rnl_sock_submit(sock, msg, 0, 9, -1, NULL, NULL));
    EXPECT(0, rnl_sock_flush(sock, NULL));
    EXPECT(1, rnl_sock_complete(sock, &done, SOON, NULL));
    EQUAL(9, done.user);
    EQUAL(1, objects_in(done.reply));
    done_free(&done);
    CHECK(rnl_sock_process(sock, NULL) == 0);
    rnl_msg_free(msg);
    nothing_is_left(sock);
}

/* Nothing is queued of it, and what is queued goes on. */
static void what_was_built_wrong_is_not_submitted(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);
    uint64_t id = 4711;

    submit(sock, link_msg(RTM_GETLINK, 0, LO), 0, 1);
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, msg, 0, 2, -1, &id, &test_err));
    rnl_msg_put_mac(msg, IFLA_INFO_KIND, "no mac");
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, msg, RNL_SUBMIT_QUIET, 2, -1, &id, &test_err));
    SAME_TEXT(".linkinfo.kind", rnl_err_attr(test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_submit(sock, msg, RNL_SUBMIT_DUMP, 2, -1, &id, &test_err));
    EQUAL(4711, id);
    rnl_msg_free(msg);
    ends(sock, 1, 0);
    nothing_is_left(sock);
}

/* ---- Good and bad requests in one go. */

/* Five kinds of request: two answered well, three refused. */
static struct rnl_msg *mixed_msg(int i)
{
    switch (i % 5) {
    case 0:
        return link_msg(RTM_GETLINK, 0, LO);
    case 1:
        return link_msg(RTM_GETLINK, 0, 4711);
    case 2:
        return address_msg(RTM_NEWADDR, (uint32_t)i);
    case 3:
        return address_msg(RTM_DELADDR, (uint32_t)(60000 - i));
    default:
        return long_name_msg();
    }
}

static void has_loopback(struct rnl_done *done)
{
    struct ifinfomsg link = { 0 };
    struct rnl_view view;

    EQUAL(0, done->result);
    NEED(done->reply && rnl_reply_next(done->reply, &view) == 1);
    EQUAL(RTM_NEWLINK, view.type);
    EXPECT(sizeof link, rnl_view_fixed(&view, &link, sizeof link));
    EQUAL(LO, link.ifi_index);
    EXPECT(0, rnl_reply_next(done->reply, &view));
}

static void is_a_refusal(struct rnl_done *done, int number, const char *words)
{
    struct rnl_bytes request = { NULL, 0 };

    EQUAL(-number, done->result);
    EQUAL(RNL_FROM_KERNEL, rnl_err_origin(done->err));
    NEED(rnl_err_text(done->err));
    if (strstr(rnl_err_text(done->err), words) != rnl_err_text(done->err))
        FAULT("\"%s\" does not begin with \"%s\"", rnl_err_text(done->err), words);
    rnl_err_request(done->err, &request);
    CHECK(request.len >= sizeof(struct nlmsghdr));
}

static void is_right(struct rnl_done *done, int i)
{
    switch (i % 5) {
    case 0:
        has_loopback(done);
        break;
    case 1:
        is_a_refusal(done, ENODEV, "getlink: ENODEV");
        break;
    case 2:
        EQUAL(0, done->result);
        CHECK(done->reply == NULL);
        break;
    case 3:
        is_a_refusal(done, EADDRNOTAVAIL, "deladdr: EADDRNOTAVAIL");
        break;
    default:
        is_a_refusal(done, ERANGE, "newlink: ERANGE");
        SAME_TEXT(".ifname", rnl_err_attr(done->err));
        CHECK(rnl_err_kernel_text(done->err) && *rnl_err_kernel_text(done->err));
    }
}

/* User values that no counter would give. */
static uint64_t user_of(int i)
{
    return ~((uint64_t)i << 40);
}

static void each_has_its_own_result(int n, bool flush)
{
    uint64_t *ids = calloc((size_t)n, sizeof *ids);
    int i;

    NEED(ids);
    for (i = 0; i < n; i++)
        ids[i] = submit(sock, mixed_msg(i), 0, user_of(i));
    for (i = 1; i < n; i++)
        CHECK(ids[i] > ids[i - 1]);
    if (flush)
        WORKS(0, rnl_sock_flush(sock, &test_err));
    for (i = 0; i < n; i++) {
        struct rnl_done done = take(sock);

        EQUAL(ids[i], done.id);
        EQUAL(user_of(i), done.user);
        is_right(&done, i);
        done_free(&done);
        EXPECT(-ENOENT, rnl_sock_cancel(sock, ids[i]));
    }
    nothing_is_left(sock);
    for (i = 2; i < n; i += 5)
        deliver(sock, address_msg(RTM_DELADDR, (uint32_t)i));
    free(ids);
}

/* A request is a copy of the message, which may be changed and freed. */
static void what_is_submitted_is_a_copy(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct ifinfomsg none = { AF_UNSPEC, 0, 0, 4711, 0, 0 };
    struct rnl_done done;

    WORKS(0, rnl_sock_submit(sock, msg, 0, 1, -1, NULL, &test_err));
    EXPECT(0, rnl_msg_reset(msg, RTM_GETLINK, 0));
    EXPECT(0, rnl_msg_put_header(msg, &none, sizeof none));
    submit(sock, msg, 0, 2);
    done = take(sock);
    has_loopback(&done);
    done_free(&done);
    ends(sock, 2, -ENODEV);
    nothing_is_left(sock);
}

/* Errors and replies live on when the socket is gone. */
static void completions_outlive_the_socket(void)
{
    struct rnl_sock *own = open_sock(NETLINK_ROUTE);
    struct rnl_done good, bad;

    submit(own, link_msg(RTM_GETLINK, 0, LO), 0, 0);
    submit(own, long_name_msg(), 0, 0);
    good = take(own);
    bad = take(own);
    submit(own, link_msg(RTM_GETLINK, 0, LO), 0, 0);
    submit(own, long_name_msg(), RNL_SUBMIT_QUIET, 0);
    WORKS(0, rnl_sock_flush(own, &test_err));
    submit(own, dump_msg(RTM_GETADDR, sizeof(struct ifaddrmsg)), RNL_SUBMIT_DUMP, 0);
    submit(own, link_msg(RTM_GETLINK, 0, LO), 0, 0);
    EXPECT(0, rnl_sock_close(own));
    has_loopback(&good);
    is_a_refusal(&bad, ERANGE, "newlink: ERANGE");
    done_free(&good);
    done_free(&bad);
}

/* ---- Quiet ones. */

static void quiet_ones_are_silent_unless_wrong(void)
{
    int i;

    for (i = 0; i < 100; i++)
        submit(sock, i % 30 == 29 ? long_name_msg() : address_msg(RTM_NEWADDR, (uint32_t)i), RNL_SUBMIT_QUIET,
               (uint64_t)i);
    for (i = 29; i < 100; i += 30)
        ends(sock, (uint64_t)i, -ERANGE);
    nothing_is_left(sock);
    for (i = 0; i < 100; i++)
        if (i % 30 != 29)
            deliver(sock, address_msg(RTM_DELADDR, (uint32_t)i));
}

/* An error of a quiet request is in its place among the others; the last may be wrong as well as the first. */
static void quiet_ones_keep_the_order(void)
{
    static const char plan[] = "QqLlqQqlQLqqQ";
    int i;

    for (i = 0; plan[i]; i++) {
        bool wrong = plan[i] == 'Q' || plan[i] == 'L', quiet = plan[i] == 'Q' || plan[i] == 'q';

        submit(sock, link_msg(RTM_GETLINK, 0, wrong ? 4711 : LO), quiet ? RNL_SUBMIT_QUIET : 0, (uint64_t)i);
    }
    for (i = 0; plan[i]; i++)
        if (plan[i] != 'q')
            ends(sock, (uint64_t)i, plan[i] == 'l' ? 0 : -ENODEV);
    nothing_is_left(sock);
}

/* ---- With other calls. */

/* A call in between gets its own answer, and completions wait. */
static void calls_in_between_get_their_own_answer(void)
{
    struct rnl_reply *reply = NULL;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    int i;

    for (i = 0; i < 10; i++) {
        submit(sock, link_msg(RTM_GETLINK, 0, i % 2 ? 4711 : LO), 0, (uint64_t)i);
        WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
        EQUAL(1, objects_in(reply));
        rnl_reply_free(reply);
        reply = NULL;
    }
    rnl_msg_free(msg);
    msg = link_msg(RTM_GETLINK, 0, 4711);
    FAILS(ENODEV, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    rnl_msg_free(msg);
    for (i = 0; i < 10; i++)
        ends(sock, (uint64_t)i, i % 2 ? -ENODEV : 0);
    nothing_is_left(sock);
}

/* What is cancelled before it is sent is never carried out. */
static void cancelled_before_it_is_sent(void)
{
    uint64_t id;

    submit(sock, address_msg(RTM_NEWADDR, 1), 0, 1);
    id = submit(sock, address_msg(RTM_NEWADDR, 2), 0, 2);
    submit(sock, address_msg(RTM_NEWADDR, 3), RNL_SUBMIT_QUIET, 3);
    EXPECT(0, rnl_sock_cancel(sock, id));
    EXPECT(-ENOENT, rnl_sock_cancel(sock, id));
    ends(sock, 1, 0);
    nothing_is_left(sock);
    submit(sock, address_msg(RTM_DELADDR, 1), 0, 1);
    submit(sock, address_msg(RTM_DELADDR, 2), 0, 2);
    submit(sock, address_msg(RTM_DELADDR, 3), 0, 3);
    ends(sock, 1, 0);
    ends(sock, 2, -EADDRNOTAVAIL);
    ends(sock, 3, 0);
    nothing_is_left(sock);
}

static void all_may_be_cancelled(void)
{
    uint64_t ids[50];
    int i;

    for (i = 0; i < 50; i++)
        ids[i] = submit(sock, address_msg(RTM_NEWADDR, (uint32_t)i), i % 2 ? RNL_SUBMIT_QUIET : 0, 0);
    for (i = 49; i >= 0; i--)
        EXPECT(0, rnl_sock_cancel(sock, ids[i]));
    nothing_is_left(sock);
    submit(sock, address_msg(RTM_DELADDR, 7), 0, 1);
    ends(sock, 1, -EADDRNOTAVAIL);
}

/* ---- The bound of what may wait. */

/* Submits until nothing more fits; gives how many did. */
static int fill(struct rnl_sock *own, struct rnl_msg *msg, uint32_t flags)
{
    uint64_t id = 4711;
    int n = 0, result;

    while ((result = rnl_sock_submit(own, msg, flags, (uint64_t)n, -1, &id, NULL)) == 0 && n < 10000)
        n++;
    EQUAL(-EAGAIN, result);
    FAILS(EAGAIN, RNL_FROM_LOCAL, rnl_sock_submit(own, msg, flags, 0, -1, &id, &test_err));
    return n;
}

/* Completions count until they are taken, those with long replies more. */
static void the_bound_is_kept_until_completions_are_taken(uint32_t flags, int index)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_pending = 40000 };
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, index);
    struct rnl_sock *own = NULL;
    struct rnl_done done;
    int round, i, n = 0;

    WORKS(0, rnl_sock_open(&own, NETLINK_ROUTE, &opts, &test_err));
    for (round = 0; round < 3; round++) {
        n = fill(own, msg, flags);
        CHECK(n >= 10 && n < 1000);
        for (i = 0; i < n; i++)
            ends(own, (uint64_t)i, index == LO ? 0 : -ENODEV);
        WORKS(0, rnl_sock_complete(own, &done, SOON, &test_err));
    }
    fill(own, msg, flags);
    done = take(own);
    done_free(&done);
    for (i = 0; rnl_sock_submit(own, msg, flags, 0, -1, NULL, NULL) == 0; i++)
        NEED(i < 1000);
    EXPECT(0, rnl_sock_close(own));
    rnl_msg_free(msg);
}

/* Quiet ones that went well leave nothing to be taken: room comes back by itself. */
static void quiet_ones_make_room_when_they_have_ended(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_pending = 40000 };
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);
    struct rnl_sock *own = NULL;
    int i;

    WORKS(0, rnl_sock_open(&own, NETLINK_ROUTE, &opts, &test_err));
    for (i = 0; i < 2000; i++)
        WORKS(0, rnl_sock_submit(own, msg, RNL_SUBMIT_QUIET, 0, -1, NULL, &test_err));
    nothing_is_left(own);
    EXPECT(0, rnl_sock_close(own));
    rnl_msg_free(msg);
}

/* ---- What makes the kernel refuse everything. */

static void without_capabilities(void)
{
    int i;

    for (i = 0; i < 20; i++)
        submit(sock, address_msg(RTM_NEWADDR, (uint32_t)i), i % 2 ? RNL_SUBMIT_QUIET : 0, (uint64_t)i);
    for (i = 0; i < 20; i++)
        ends(sock, (uint64_t)i, -EPERM);
    nothing_is_left(sock);
}

static void everything_may_be_refused(void)
{
    /* The kernel asks whoever opened the socket, too. */
    struct rnl_sock *before = sock;

    sock = open_sock(NETLINK_ROUTE);
    without_capabilities();
    EXPECT(0, rnl_sock_close(sock));
    sock = before;
}

/* A request longer than the send queue fails alone. */
static void what_is_too_long_fails_alone(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .sndbuf = 4096 };
    static char text[20000] = "";
    struct rnl_sock *own = NULL;
    int i;

    WORKS(0, rnl_sock_open(&own, NETLINK_ROUTE, &opts, &test_err));
    for (i = 0; i < 9; i++) {
        struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);

        if (i % 3 == 1)
            rnl_msg_put_bytes(msg, IFLA_IFALIAS, text, sizeof text);
        submit(own, msg, 0, (uint64_t)i);
    }
    for (i = 0; i < 9; i++) {
        struct rnl_done done = take(own);

        if (done.user % 3 == 1) {
            EQUAL(-EMSGSIZE, done.result);
            EQUAL(RNL_FROM_SOCKET, rnl_err_origin(done.err));
        } else {
            has_loopback(&done);
        }
        done_free(&done);
    }
    nothing_is_left(own);
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    nothing_is_followed_that_is_null();
    what_is_not_wanted_may_be_null();
    what_was_built_wrong_is_not_submitted();
    each_has_its_own_result(1, false);
    each_has_its_own_result(30, false);
    each_has_its_own_result(1000, true);
    what_is_submitted_is_a_copy();
    completions_outlive_the_socket();
    quiet_ones_are_silent_unless_wrong();
    quiet_ones_keep_the_order();
    calls_in_between_get_their_own_answer();
    cancelled_before_it_is_sent();
    all_may_be_cancelled();
    the_bound_is_kept_until_completions_are_taken(0, LO);
    the_bound_is_kept_until_completions_are_taken(0, 4711);
    the_bound_is_kept_until_completions_are_taken(RNL_SUBMIT_QUIET, 4711);
    quiet_ones_make_room_when_they_have_ended();
    what_is_too_long_fails_alone();
    without_rights(everything_may_be_refused);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
