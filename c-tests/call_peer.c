/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Requests to a peer that answers as no kernel at hand does: in many parts, with warnings, late, never, damaged. */
#include "peer.h"

static struct peer peer;

static struct rnl_msg *request(void)
{
    struct rnl_msg *msg = rnl_msg_new(64, 0);

    NEED(msg);
    return msg;
}

/* One call that ends well; gives its reply. */
static struct rnl_reply *answer(struct rnl_sock *sock)
{
    struct rnl_msg *msg = request();
    struct rnl_reply *reply = NULL;

    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    rnl_msg_free(msg);
    NEED(reply);
    return reply;
}

static void fails(struct rnl_sock *sock, int number, int origin, int timeout)
{
    struct rnl_msg *msg = request();
    struct rnl_reply *reply = NULL;

    FAILS(number, origin, rnl_sock_call(sock, msg, timeout, &reply, &test_err));
    CHECK(reply == NULL);
    rnl_msg_free(msg);
}

/* The reply is the objects `from` to `to`. */
static void has_objects(struct rnl_reply *reply, int from, int to)
{
    struct rnl_view view;

    for (; from <= to; from++) {
        NEED(rnl_reply_next(reply, &view) == 1);
        EQUAL(from, object_number(&view));
        EQUAL(100, view.type);
    }
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
}

/* Objects in one datagram and in several, with what means nothing in between. */
static void in_parts(struct peer *p)
{
    struct nlmsghdr other;

    peer_take(p);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK, p->request.nlmsg_flags);
    peer_add_object(p, 0, 1);
    peer_add_object(p, NLM_F_MULTI, 2);
    peer_add(p, NLMSG_NOOP, 0, NULL, 0);
    peer_add(p, 9, 0, "what is that", 12);
    peer_send(p);
    other = p->request;
    other.nlmsg_seq += 1000;
    wire_message(&p->answer, (struct nlmsghdr){ 0, 100, 0, other.nlmsg_seq, other.nlmsg_pid }, "late", 4);
    peer_add(p, 100, 0, "\3\0\0\0 and more than a number", 25);
    peer_add_object(p, 0, 4);
    peer_send(p);
    peer_add_error(p, 0);
    peer_send(p);
}

static void answers_come_in_parts(void)
{
    struct rnl_sock *sock = peer_start(&peer, in_parts, NULL);
    struct rnl_reply *reply = answer(sock);
    struct rnl_view view;

    EXPECT(1, rnl_reply_next(reply, &view));
    EXPECT(1, rnl_reply_next(reply, &view));
    EQUAL(2, object_number(&view));
    EXPECT(1, rnl_reply_next(reply, &view));
    SAME_BYTES("\3\0\0\0 and more than a number", 25, view.body);
    has_objects(reply, 4, 4);
    peer_end(&peer, sock);
}

/* Object and DONE, as some families answer a plain request. */
static void with_done(struct peer *p)
{
    peer_take(p);
    peer_add_object(p, NLM_F_MULTI, 1);
    peer_add_done(p, 0, 0);
    peer_send(p);
    peer_take(p);
    peer_add_done(p, 0, -ENOENT);
    peer_send(p);
}

static void done_is_an_end_too(void)
{
    struct rnl_sock *sock = peer_start(&peer, with_done, NULL);

    has_objects(answer(sock), 1, 1);
    fails(sock, ENOENT, RNL_FROM_KERNEL, SOON);
    peer_end(&peer, sock);
}

/* Audit leaves the port of its answers 0. */
static void without_port(struct peer *p)
{
    peer_take(p);
    wire_message(&p->answer, (struct nlmsghdr){ 0, 100, 0, p->request.nlmsg_seq, 0 }, "\1\0\0\0", 4);
    peer_add_error(p, 0);
    peer_send(p);
}

static void answers_may_lack_their_port(void)
{
    struct rnl_sock *sock = peer_start(&peer, without_port, NULL);

    has_objects(answer(sock), 1, 1);
    peer_end(&peer, sock);
}

static void with_warning(struct peer *p)
{
    struct wire body = { 0, { 0 } };
    int none = 0;

    peer_take(p);
    wire_raw(&body, &none, sizeof none);
    wire_raw(&body, &p->request, sizeof p->request);
    wire_str(&body, NLMSGERR_ATTR_MSG, "done, but beware");
    peer_add_object(p, 0, 1);
    peer_add(p, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, body.at, body.len);
    peer_send(p);
}

static void warnings_come_with_the_reply(void)
{
    struct rnl_sock *sock = peer_start(&peer, with_warning, NULL);
    struct rnl_reply *reply = answer(sock);

    SAME_TEXT("done, but beware", rnl_reply_warning(reply));
    has_objects(reply, 1, 1);
    peer_end(&peer, sock);
}

/* Answers the first request only when the second has come. */
static void late(struct peer *p)
{
    struct nlmsghdr first, second;

    peer_take(p);
    first = p->request;
    peer_take(p);
    second = p->request;
    CHECK(first.nlmsg_seq != 0 && second.nlmsg_seq == first.nlmsg_seq + 1);
    p->request = first;
    peer_add_object(p, 0, 1);
    peer_add_error(p, -EPERM);
    peer_send(p);
    p->request = second;
    peer_add_object(p, 0, 2);
    peer_add_error(p, 0);
    peer_send(p);
}

static void a_late_answer_is_swallowed(void)
{
    struct rnl_sock *sock = peer_start(&peer, late, NULL);
    long long start = milliseconds(), took;

    fails(sock, ETIMEDOUT, RNL_FROM_TIMEOUT, 80);
    took = milliseconds() - start;
    CHECK(took >= 80 && took < SOON / 2);
    has_objects(answer(sock), 2, 2);
    peer_end(&peer, sock);
}

/* Damage of four kinds, then an answer. */
static void damaged(struct peer *p)
{
    static const char lie[] = "\xff\xff\0\0\x64\0\0\0";

    peer_take(p);
    wire_raw(&p->answer, lie, sizeof lie - 1);
    peer_send(p);
    peer_take(p);
    peer_add_object(p, 0, 1);
    wire_raw(&p->answer, "\4\0\0\0\x64\0\0\0\0\0\0\0\0\0\0\0", 16);
    peer_send(p);
    peer_take(p);
    peer_add(p, NLMSG_ERROR, 0, "\0\0\0\0", 4);
    peer_send(p);
    peer_take(p);
    peer_add(p, NLMSG_ERROR, 0, NULL, 0);
    peer_send(p);
    peer_take(p);
    peer_add_error(p, 0);
    peer_send(p);
}

static void damage_fails_the_call_alone(void)
{
    struct rnl_sock *sock = peer_start(&peer, damaged, NULL);
    int i;

    for (i = 0; i < 4; i++)
        fails(sock, EBADMSG, RNL_FROM_LOCAL, SOON);
    has_objects(answer(sock), 1, 0);
    peer_end(&peer, sock);
}

/* An object of 12,000 bytes and the end, twice. */
static void long_object(struct peer *p)
{
    static char big[12000] = "\1";
    int i;

    for (i = 0; i < 2; i++) {
        peer_take(p);
        peer_add(p, 100, 0, big, sizeof big);
        peer_add_error(p, 0);
        peer_send(p);
    }
}

/* The end is lost with the rest of the datagram: the call does not wait for it. */
static void a_cut_answer_makes_room_for_the_next(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_sock *sock = peer_start(&peer, long_object, &opts);

    fails(sock, EMSGSIZE, RNL_FROM_SOCKET, SOON);
    has_objects(answer(sock), 1, 1);
    peer_end(&peer, sock);
}

/* One object, cut, and the end in a datagram of its own. */
static void long_object_then_end(struct peer *p)
{
    static char big[12000];

    peer_take(p);
    peer_add(p, 100, 0, big, sizeof big);
    peer_send(p);
    peer_add_error(p, 0);
    peer_send(p);
    peer_take(p);
    peer_add_error(p, 0);
    peer_send(p);
}

static void an_answer_with_a_cut_object_fails(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_sock *sock = peer_start(&peer, long_object_then_end, &opts);

    fails(sock, EMSGSIZE, RNL_FROM_SOCKET, SOON);
    has_objects(answer(sock), 1, 0);
    peer_end(&peer, sock);
}

/* 20 objects of 40 bytes, padding and header included. */
static void many(struct peer *p)
{
    int i, round;

    for (round = 0; round < 2; round++) {
        peer_take(p);
        for (i = 0; i < 20; i++)
            peer_add(p, 100, 0, "01234567890123456789012", 23);
        peer_add_error(p, 0);
        peer_send(p);
    }
}

/* Who wants no reply is not bound by its length. */
static void a_reply_too_long_fails(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_result = 799 };
    struct rnl_sock *sock = peer_start(&peer, many, &opts);
    struct rnl_msg *msg = request();

    fails(sock, EFBIG, RNL_FROM_LOCAL, SOON);
    WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
    peer_end(&peer, sock);
}

static void a_reply_may_be_as_long_as_allowed(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_result = 800 };
    struct rnl_sock *sock = peer_start(&peer, many, &opts);
    int round, n = 0;

    for (round = 0; round < 2; round++) {
        struct rnl_reply *reply = answer(sock);
        struct rnl_view view;

        while (rnl_reply_next(reply, &view) == 1)
            n++;
        rnl_reply_free(reply);
    }
    EQUAL(40, n);
    peer_end(&peer, sock);
}

/* Notifications before, within and behind an answer. */
static void with_notifications(struct peer *p)
{
    uint32_t i;

    peer_take(p);
    for (i = 1; i <= 3; i++) {
        wire_message(&p->answer, (struct nlmsghdr){ 0, 100, 0, 0, 0 }, &i, sizeof i);
        NEED(rnl_sock_send(p->sock, p->answer.at, p->answer.len, 0, 1, NULL) == 0);
        p->answer.len = 0;
        if (i == 3)
            peer_add_error(p, 0);
        else
            peer_add_object(p, 0, i);
        peer_send(p);
    }
}

static void notifications_are_kept_meanwhile(void)
{
    struct rnl_sock *sock = peer_start(&peer, with_notifications, NULL);
    struct rnl_view view;
    int i;

    WORKS(0, rnl_sock_join(sock, 1, &test_err));
    has_objects(answer(sock), 1, 2);
    for (i = 1; i <= 3; i++) {
        WORKS(1, rnl_sock_next(sock, &view, 0, &test_err));
        EQUAL(i, object_number(&view));
        EQUAL(1, view.group);
    }
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
    peer_end(&peer, sock);
}

int main(void)
{
    in_namespace();
    answers_come_in_parts();
    done_is_an_end_too();
    answers_may_lack_their_port();
    warnings_come_with_the_reply();
    a_late_answer_is_swallowed();
    damage_fails_the_call_alone();
    a_cut_answer_makes_room_for_the_next();
    an_answer_with_a_cut_object_fails();
    a_reply_too_long_fails();
    a_reply_may_be_as_long_as_allowed();
    notifications_are_kept_meanwhile();
    return test_end();
}
