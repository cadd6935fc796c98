/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A poll(2) loop as a program has it: it waits for the descriptor as long as rnl_sock_timeout() says, lets
 * rnl_sock_process() work, and takes what is ready without waiting. Nothing is stranded, whatever else is called.
 */
#include "pipeline.h"
#include "peer.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>

/* Long enough that it does not pass by chance, short enough to be waited for. */
#define SHORT 60
#define MOST 5000

struct loop {
    struct rnl_sock *sock;
    /* Completions taken, with the users and results in their order. */
    int n_done;
    uint64_t users[MOST];
    int results[MOST];
    /* Notifications taken, and the number in the last. */
    int n_notes;
    int last_note;
    /* How often poll(2) returned, and how often it had waited for its time. */
    int turns, timeouts;
};

static struct loop loop;

static void take_completions(void)
{
    struct rnl_done done;

    while (rnl_sock_complete(loop.sock, &done, 0, &test_err) == 1) {
        NEED(loop.n_done < MOST);
        loop.users[loop.n_done] = done.user;
        loop.results[loop.n_done++] = done.result;
        done_free(&done);
    }
    CHECK(test_err == NULL);
}

static void take_notifications(void)
{
    struct rnl_view view;

    while (rnl_sock_next(loop.sock, &view, 0, &test_err) == 1) {
        loop.n_notes++;
        loop.last_note = view.type == RTM_NEWLINK ? alias_number(&view) : object_number(&view);
    }
    CHECK(test_err == NULL);
}

/* One turn of the loop. What is said to be ready is there; and after all was taken nothing is due at once. */
static void turn(void)
{
    struct pollfd wait = { rnl_sock_fd(loop.sock), (short)rnl_sock_events(loop.sock), 0 };
    int timeout = rnl_sock_timeout(loop.sock), done = loop.n_done, notes = loop.n_notes, ready;

    loop.turns++;
    CHECK(wait.events & POLLIN);
    NEED(timeout >= -1);
    if (poll(&wait, 1, timeout < 0 || timeout > SOON ? SOON : timeout) == 0)
        loop.timeouts++;
    ready = rnl_sock_process(loop.sock, &test_err);
    NEED(ready >= 0 && test_err == NULL);
    CHECK((ready & ~(RNL_READY_DONE | RNL_READY_NOTIFICATION)) == 0);
    if (ready)
        EXPECT(0, rnl_sock_timeout(loop.sock));
    if (ready & RNL_READY_NOTIFICATION)
        take_notifications();
    if (ready & RNL_READY_DONE)
        take_completions();
    CHECK(!(ready & RNL_READY_DONE) || loop.n_done > done);
    CHECK(!(ready & RNL_READY_NOTIFICATION) || loop.n_notes > notes);
}

/* Runs until so many completions and notifications have come in all. */
static void run_until(int done, int notes)
{
    long long end = milliseconds() + SOON;

    while (loop.n_done < done || loop.n_notes < notes) {
        NEED(milliseconds() < end);
        turn();
    }
    EQUAL(done, loop.n_done);
    EQUAL(notes, loop.n_notes);
}

/* Nothing is left to do: the loop may sleep for ever. */
static void is_idle(void)
{
    struct pollfd wait = { rnl_sock_fd(loop.sock), POLLIN, 0 };

    EXPECT(0, rnl_sock_process(loop.sock, NULL));
    EXPECT(-1, rnl_sock_timeout(loop.sock));
    EQUAL(0, poll(&wait, 1, 0));
}

static void begin(struct rnl_sock *sock)
{
    memset(&loop, 0, sizeof loop);
    loop.sock = sock;
}

/* ---- The kernel. */

static struct rnl_sock *other;

static void requests_end_in_the_loop(int n, uint32_t flags)
{
    int i;

    begin(open_sock(NETLINK_ROUTE));
    is_idle();
    for (i = 0; i < n; i++)
        submit(loop.sock, link_msg(RTM_GETLINK, 0, i % 3 ? LO : 4711), flags, (uint64_t)i);
    EXPECT(0, rnl_sock_timeout(loop.sock));
    run_until(flags ? (n + 2) / 3 : n, 0);
    for (i = 0; i < loop.n_done; i++) {
        int user = flags ? i * 3 : i;

        EQUAL(user, loop.users[i]);
        EQUAL(user % 3 ? 0 : -ENODEV, loop.results[i]);
    }
    while (rnl_sock_timeout(loop.sock) == 0)
        turn();
    is_idle();
    EQUAL(0, drops_of(loop.sock));
    EXPECT(0, rnl_sock_close(loop.sock));
}

/* Each turn a few new ones, as a busy program has it; a dump among them. */
static void requests_come_while_the_loop_runs(void)
{
    int i, sent = 0;

    begin(open_sock(NETLINK_ROUTE));
    while (sent < 500) {
        for (i = 0; i < 5; i++, sent++)
            submit(loop.sock, link_msg(RTM_GETLINK, 0, LO), 0, (uint64_t)sent);
        if (sent % 50 == 0)
            submit(loop.sock, link_msg(RTM_GETLINK, 0, 0), RNL_SUBMIT_DUMP, 1000);
        turn();
    }
    run_until(510, 0);
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

static void notifications_come_in_the_loop(void)
{
    int i;

    begin(open_sock(NETLINK_ROUTE));
    WORKS(0, rnl_sock_join(loop.sock, RTNLGRP_LINK, &test_err));
    is_idle();
    for (i = 1; i <= 10; i++) {
        set_alias_number(other, i);
        run_until(0, i);
        EQUAL(i, loop.last_note);
    }
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

/* What came during a call is kept, and the descriptor does not show it: the time-out does. */
static void kept_notifications_are_not_stranded(void)
{
    struct pollfd wait = { 0, POLLIN, 0 };

    begin(open_sock(NETLINK_ROUTE));
    WORKS(0, rnl_sock_join(loop.sock, RTNLGRP_LINK, &test_err));
    set_alias_number(other, 77);
    deliver(loop.sock, link_msg(RTM_GETLINK, 0, LO));
    wait.fd = rnl_sock_fd(loop.sock);
    EQUAL(0, poll(&wait, 1, 0));
    EXPECT(0, rnl_sock_timeout(loop.sock));
    EXPECT(RNL_READY_NOTIFICATION, rnl_sock_process(loop.sock, NULL));
    EXPECT(RNL_READY_NOTIFICATION, rnl_sock_process(loop.sock, NULL));
    run_until(0, 1);
    EQUAL(77, loop.last_note);
    EQUAL(1, loop.timeouts);
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

/* The same for completions that came during a call, and for what one read of a notification left in its datagram. */
static void kept_completions_are_not_stranded(void)
{
    begin(open_sock(NETLINK_ROUTE));
    WORKS(0, rnl_sock_join(loop.sock, RTNLGRP_LINK, &test_err));
    submit(loop.sock, link_msg(RTM_GETLINK, 0, LO), 0, 1);
    deliver(loop.sock, link_msg(RTM_GETLINK, 0, LO));
    set_alias_number(other, 1);
    EXPECT(0, rnl_sock_timeout(loop.sock));
    run_until(1, 1);
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

static void both_come_at_once(void)
{
    int i;

    begin(open_sock(NETLINK_ROUTE));
    WORKS(0, rnl_sock_join(loop.sock, RTNLGRP_LINK, &test_err));
    for (i = 0; i < 300; i++) {
        set_alias_number(other, i);
        submit(loop.sock, link_msg(RTM_GETLINK, 0, LO), i % 2 ? RNL_SUBMIT_QUIET : 0, (uint64_t)i);
    }
    run_until(150, 300);
    while (rnl_sock_timeout(loop.sock) == 0)
        turn();
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

/* An overrun is told once, as an error of next(); the loop goes on. */
static void an_overrun_is_told_in_the_loop(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = 20000 };
    struct rnl_sock *sock = NULL;
    struct rnl_view view;
    int i, gaps = 0, result;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    begin(sock);
    WORKS(0, rnl_sock_join(sock, RTNLGRP_LINK, &test_err));
    for (i = 0; i < 100; i++)
        set_alias_number(other, i);
    while (rnl_sock_process(sock, NULL) == RNL_READY_NOTIFICATION)
        while ((result = rnl_sock_next(sock, &view, 0, NULL)) != 0)
            gaps += result == -ENOBUFS;
    EQUAL(1, gaps);
    is_idle();
    set_alias_number(other, 1000);
    run_until(0, 1);
    EQUAL(1000, loop.last_note);
    EXPECT(0, rnl_sock_close(sock));
}

/* poll(2) may return although nothing is there, and process() may be called at any time. */
static void spurious_wake_ups_are_harmless(void)
{
    struct rnl_done done;
    struct rnl_view view;
    int i;

    begin(open_sock(NETLINK_ROUTE));
    WORKS(0, rnl_sock_join(loop.sock, RTNLGRP_LINK, &test_err));
    for (i = 0; i < 100; i++) {
        EXPECT(0, rnl_sock_process(loop.sock, NULL));
        EXPECT(0, rnl_sock_complete(loop.sock, &done, 0, NULL));
        EXPECT(0, rnl_sock_next(loop.sock, &view, 0, NULL));
        EXPECT(0, rnl_sock_flush(loop.sock, NULL));
        EXPECT(-1, rnl_sock_timeout(loop.sock));
    }
    submit(loop.sock, link_msg(RTM_GETLINK, 0, LO), 0, 1);
    run_until(1, 0);
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

/* ---- A peer that is slow, or silent. */

static struct peer peer;

static void request(uint32_t flags, uint64_t user, int timeout)
{
    struct rnl_msg *msg = rnl_msg_new(64, 0);

    NEED(msg);
    WORKS(0, rnl_sock_submit(loop.sock, msg, flags, user, timeout, NULL, &test_err));
    rnl_msg_free(msg);
}

/* Takes datagrams and says nothing, until one begins with a request whose type is 65. */
static void silent(struct peer *p)
{
    do
        peer_take(p);
    while (p->request.nlmsg_type != 65);
}

static void dismiss(void)
{
    struct rnl_msg *msg = rnl_msg_new(65, 0);

    NEED(msg);
    rnl_sock_call(loop.sock, msg, 0, NULL, NULL);
    rnl_msg_free(msg);
    peer_end(&peer, loop.sock);
}

/* Deadlines fire in their order, not before their time, and the loop sleeps until then. */
static void deadlines_fire_in_the_loop(void)
{
    long long start = milliseconds();
    int timeout;

    begin(peer_start(&peer, silent, NULL));
    request(0, 3, 3 * SHORT);
    request(0, 1, SHORT);
    request(RNL_SUBMIT_QUIET, 2, 2 * SHORT);
    WORKS(0, rnl_sock_flush(loop.sock, &test_err));
    timeout = rnl_sock_timeout(loop.sock);
    CHECK(timeout > 0 && timeout <= SHORT);
    run_until(1, 0);
    CHECK(milliseconds() - start >= SHORT);
    run_until(2, 0);
    CHECK(milliseconds() - start >= 2 * SHORT);
    run_until(3, 0);
    CHECK(milliseconds() - start >= 3 * SHORT && milliseconds() - start < SOON / 2);
    for (timeout = 0; timeout < 3; timeout++) {
        EQUAL(timeout + 1, loop.users[timeout]);
        EQUAL(-ETIMEDOUT, loop.results[timeout]);
    }
    CHECK(loop.turns < 20);
    is_idle();
    dismiss();
}

/* A deadline that is due is told at once, a cancelled one never. */
static void what_is_due_is_due_at_once(void)
{
    uint64_t id = 0;
    struct rnl_msg *msg = rnl_msg_new(64, 0);

    begin(peer_start(&peer, silent, NULL));
    NEED(msg);
    WORKS(0, rnl_sock_submit(loop.sock, msg, 0, 1, SHORT, &id, &test_err));
    rnl_msg_free(msg);
    WORKS(0, rnl_sock_flush(loop.sock, &test_err));
    EXPECT(0, rnl_sock_cancel(loop.sock, id));
    is_idle();
    request(0, 2, 0);
    WORKS(0, rnl_sock_flush(loop.sock, &test_err));
    EXPECT(0, rnl_sock_timeout(loop.sock));
    EXPECT(RNL_READY_DONE, rnl_sock_process(loop.sock, NULL));
    run_until(1, 0);
    EQUAL(-ETIMEDOUT, loop.results[0]);
    is_idle();
    dismiss();
}

/* Half an answer, a notification, and the rest. */
static void piecemeal(struct peer *p)
{
    uint32_t number = 9;

    peer_take(p);
    peer_add_object(p, 0, 1);
    peer_send(p);
    wire_message(&p->answer, (struct nlmsghdr){ 0, 100, 0, 0, 0 }, &number, sizeof number);
    NEED(rnl_sock_send(p->sock, p->answer.at, p->answer.len, 0, 1, NULL) == 0);
    p->answer.len = 0;
    peer_add_error(p, 0);
    peer_send(p);
}

/* Wake-ups that bring nothing whole are no wake-ups of the program. */
static void answers_may_come_piecemeal(void)
{
    begin(peer_start(&peer, piecemeal, NULL));
    WORKS(0, rnl_sock_join(loop.sock, 1, &test_err));
    request(0, 5, SOON);
    run_until(1, 1);
    EQUAL(5, loop.users[0]);
    EQUAL(9, loop.last_note);
    is_idle();
    peer_end(&peer, loop.sock);
}

/* ---- Signals. */

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

/* A signal every few milliseconds, which interrupts system calls; `every` 0 stops it. */
static void ring(int every)
{
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval timer = { { 0, every * 1000 }, { 0, every * 1000 } };

    NEED(sigaction(SIGALRM, &action, NULL) == 0);
    NEED(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* Signals go to the thread that waits. */
static struct rnl_sock *peer_without_signals(void (*script)(struct peer *))
{
    struct rnl_sock *sock;
    sigset_t alarm, before;

    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    NEED(pthread_sigmask(SIG_BLOCK, &alarm, &before) == 0);
    sock = peer_start(&peer, script, NULL);
    NEED(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return sock;
}

/* A wait is as long as it was said to be, however often it is interrupted. */
static void interruptions_do_not_end_a_wait(void)
{
    long long start = milliseconds(), took;
    struct rnl_done done;
    int before;

    begin(peer_without_signals(silent));
    request(0, 1, 3 * SHORT);
    ring(5);
    before = alarms;
    WORKS(0, rnl_sock_complete(loop.sock, &done, 2 * SHORT, &test_err));
    took = milliseconds() - start;
    CHECK(took >= 2 * SHORT && took < SOON / 2);
    CHECK(alarms > before);
    before = alarms;
    ends(loop.sock, 1, -ETIMEDOUT);
    took = milliseconds() - start;
    CHECK(took >= 3 * SHORT && took < SOON / 2);
    CHECK(alarms > before);
    ring(0);
    is_idle();
    dismiss();
}

/* Nor the work of the kernel, nor the loop. */
static void interruptions_lose_nothing(void)
{
    int i, n = fewer(4000, 500);

    begin(open_sock(NETLINK_ROUTE));
    ring(1);
    for (i = 0; i < n; i++)
        submit(loop.sock, link_msg(RTM_GETLINK, 0, i % 3 ? LO : 4711), 0, (uint64_t)i);
    run_until(n, 0);
    for (i = 0; i < n; i++)
        CHECK(loop.users[i] == (uint64_t)i && loop.results[i] == (i % 3 ? 0 : -ENODEV));
    ring(0);
    is_idle();
    EXPECT(0, rnl_sock_close(loop.sock));
}

int main(void)
{
    in_namespace();
    other = open_sock(NETLINK_ROUTE);
    requests_end_in_the_loop(10, 0);
    requests_end_in_the_loop(fewer(3000, 300), 0);
    requests_end_in_the_loop(fewer(3000, 300), RNL_SUBMIT_QUIET);
    requests_come_while_the_loop_runs();
    notifications_come_in_the_loop();
    kept_notifications_are_not_stranded();
    kept_completions_are_not_stranded();
    both_come_at_once();
    an_overrun_is_told_in_the_loop();
    spurious_wake_ups_are_harmless();
    deadlines_fire_in_the_loop();
    what_is_due_is_due_at_once();
    answers_may_come_piecemeal();
    interruptions_do_not_end_a_wait();
    interruptions_lose_nothing();
    EXPECT(0, rnl_sock_close(other));
    return test_end();
}
