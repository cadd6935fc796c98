/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_CONNECTOR: process events. Its messages are all of type NLMSG_DONE and carry data, which rnl_sock_next()
 * shows as notifications; requests are sent as they are, as rnl_msg_new() makes no messages of that type.
 */
#include "protocol.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <signal.h>

/* The proc_event behind a struct cn_msg is aligned to 4 only. */
struct event {
    struct cn_msg head;
    struct proc_event event;
};

static struct rnl_sock *sock;

/* PROC_CN_MCAST_LISTEN or PROC_CN_MCAST_IGNORE, with a number to know the kernel's acknowledgement by. */
static void say(uint32_t operation, uint32_t number)
{
    struct cn_msg head = { { CN_IDX_PROC, CN_VAL_PROC }, 0, number, sizeof operation, 0 };
    struct nlmsghdr header = { 0, NLMSG_DONE, 0, 0, 0 };
    struct wire body = { 0, { 0 } }, w = { 0, { 0 } };

    wire_raw(&body, &head, sizeof head);
    wire_raw(&body, &operation, sizeof operation);
    wire_message(&w, header, body.at, body.len);
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, 0, &test_err));
}

/* The next event. A process that listens hears of all processes of the machine. */
static struct event next_event(void)
{
    struct rnl_view view = await(sock, NLMSG_DONE);
    struct event event;

    memset(&event, 0, sizeof event);
    NEED(view.body.len >= sizeof event.head + offsetof(struct proc_event, event_data));
    memcpy(&event.head, view.body.ptr, sizeof event.head);
    EQUAL(CN_IDX_PROC, event.head.id.idx);
    EQUAL(CN_VAL_PROC, event.head.id.val);
    EQUAL(view.body.len, sizeof event.head + event.head.len);
    CHECK(event.head.len <= sizeof event.event);
    memcpy(&event.event, view.body.ptr + sizeof event.head, view.body.len - sizeof event.head);
    return event;
}

static void is_acknowledged(uint32_t number)
{
    struct event event;

    do
        event = next_event();
    while (event.event.what != PROC_EVENT_NONE || event.head.ack != number + 1);
    EQUAL(0, event.event.event_data.ack.err);
}

/* Whether this is the fork of `child`. */
static bool is_fork(const struct proc_event *event, pid_t child)
{
    if (event->what != PROC_EVENT_FORK || event->event_data.fork.child_pid != child)
        return false;
    EQUAL(getpid(), event->event_data.fork.parent_pid);
    EQUAL(getpid(), event->event_data.fork.parent_tgid);
    EQUAL(child, event->event_data.fork.child_tgid);
    CHECK(event->timestamp_ns != 0);
    return true;
}

/* Whether this is the end of `child`, with `status` as wait(2) gives it. */
static bool is_exit(const struct proc_event *event, pid_t child, int status)
{
    if (event->what != PROC_EVENT_EXIT || event->event_data.exit.process_pid != child)
        return false;
    EQUAL(child, event->event_data.exit.process_tgid);
    EQUAL(status, event->event_data.exit.exit_code);
    EQUAL(SIGCHLD, event->event_data.exit.exit_signal);
    return true;
}

static pid_t start_child(void)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child == 0)
        _exit(3);
    return child;
}

static void has_ended(pid_t child)
{
    int status = 0;

    NEED(waitpid(child, &status, 0) == child);
    EQUAL(3 << 8, status);
}

static void a_child_is_seen_to_come_and_go(void)
{
    pid_t child = start_child();
    struct event event;

    do
        event = next_event();
    while (!is_fork(&event.event, child));
    do
        event = next_event();
    while (!is_exit(&event.event, child, 3 << 8));
    has_ended(child);
}

static void who_has_left_sees_nothing(void)
{
    struct rnl_view view;

    say(PROC_CN_MCAST_IGNORE, 2000);
    WORKS(0, rnl_sock_leave(sock, CN_IDX_PROC, &test_err));
    while (rnl_sock_next(sock, &view, 0, NULL) == 1)
        continue;
    has_ended(start_child());
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
}

/* In other network namespaces there is nobody on the other side. */
static void nobody_answers_in_a_namespace(void)
{
    struct rnl_sock *own = open_protocol(NETLINK_CONNECTOR, "NETLINK_CONNECTOR", NULL);

    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(own, "0123456789abcdef", 16, 0, 0, &test_err));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    in_namespace();
    nobody_answers_in_a_namespace();
    sock = open_outside(NETLINK_CONNECTOR, "NETLINK_CONNECTOR");
    WORKS(0, rnl_sock_join(sock, CN_IDX_PROC, &test_err));
    say(PROC_CN_MCAST_LISTEN, 1000);
    is_acknowledged(1000);
    a_child_is_seen_to_come_and_go();
    who_has_left_sees_nothing();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
