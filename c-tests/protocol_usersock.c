/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_USERSOCK: two processes that talk to each other, to one port and to a group. */
#include "protocol.h"

#define GROUP 5
#define QUESTION 100
#define ANSWER 101

/* A message of the two processes: one number. */
static struct wire numbered(uint16_t type, uint32_t seq, uint32_t number)
{
    struct nlmsghdr header = { 0, type, 0, seq, 0 };
    struct wire w = { 0, { 0 } };

    wire_message(&w, header, &number, sizeof number);
    return w;
}

static uint32_t number_of(const struct rnl_view *view)
{
    uint32_t number = 0;

    EXPECT(sizeof number, rnl_view_fixed(view, &number, sizeof number));
    return number;
}

/* The other process: answers a question with its double to the asker, and tells all that it did. */
static void answerer(int ready)
{
    struct rnl_sock *sock = open_sock(NETLINK_USERSOCK);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    uint32_t port = port_of(sock);
    struct rnl_view view;
    struct wire w;

    NEED(write(ready, &port, sizeof port) == sizeof port);
    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    EQUAL(getppid(), got.port);
    NEED(rnl_view_next(&got.data, &view) == 1);
    EQUAL(QUESTION, view.type);
    w = numbered(ANSWER, view.seq, 2 * number_of(&view));
    WORKS(0, rnl_sock_send(sock, w.at, w.len, got.port, 0, &test_err));
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, GROUP, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

static pid_t start_answerer(int pipes[2])
{
    pid_t child;

    NEED(pipe2(pipes, O_CLOEXEC) == 0);
    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child != 0)
        return child;
    test_faults = 0;
    answerer(pipes[1]);
    fflush(stdout);
    exit(test_end());
}

static void answers_come_to_the_asker_and_to_all(struct rnl_sock *sock, struct rnl_sock *listener, uint32_t peer)
{
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct rnl_view view;

    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    EQUAL(peer, got.port);
    EQUAL(0, got.group);
    NEED(rnl_view_next(&got.data, &view) == 1);
    EQUAL(ANSWER, view.type);
    EQUAL(77, view.seq);
    EQUAL(42, number_of(&view));
    view = await(listener, ANSWER);
    EQUAL(GROUP, view.group);
    EQUAL(42, number_of(&view));
    /* Who is in no group hears nothing of it. */
    WORKS(0, rnl_sock_recv(sock, &got, 0, &test_err));
}

static void has_ended(pid_t child)
{
    int status = 0;

    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void two_processes_talk(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .port = (uint32_t)getpid() };
    struct rnl_sock *sock, *listener;
    struct wire w = numbered(QUESTION, 77, 21);
    uint32_t peer = 0;
    int pipes[2];
    pid_t child = start_answerer(pipes);

    NEED(read(pipes[0], &peer, sizeof peer) == sizeof peer);
    sock = open_protocol(NETLINK_USERSOCK, "NETLINK_USERSOCK", &opts);
    listener = open_sock(NETLINK_USERSOCK);
    WORKS(0, rnl_sock_join(listener, GROUP, &test_err));
    WORKS(0, rnl_sock_send(sock, w.at, w.len, peer, 0, &test_err));
    answers_come_to_the_asker_and_to_all(sock, listener, peer);
    has_ended(child);
    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(sock, w.at, w.len, peer, 0, &test_err));
    EXPECT(0, rnl_sock_close(listener));
    EXPECT(0, rnl_sock_close(sock));
}

int main(void)
{
    in_namespace();
    two_processes_talk();
    return test_end();
}
