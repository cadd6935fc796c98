/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A child of fork(2) may close the sockets of its parent, and nothing else; the parent lacks nothing. */
#include "kernel.h"

#include <sys/mman.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

#define LINKS 40

/* What is in use when the process forks. */
struct world {
    struct rnl_sock *sock;
    struct rnl_msg *get, *all;
    struct rnl_dump *stream, *kept;
    struct rnl_reply *reply;
};

static void kernels_can_tell(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(page != MAP_FAILED);
    if (madvise(page, size, MADV_WIPEONFORK) != 0)
        skip("kernel lacks MADV_WIPEONFORK");
    munmap(page, size);
}

static void sockets_are_the_parents(struct rnl_sock *sock)
{
    static const struct rnl_match rule = { RNL_MATCH_TYPE, 0, 0, 0, RTM_NEWLINK };
    uint32_t number = 0;
    int value = 0;

    EXPECT(-ECHILD, rnl_sock_fd(sock));
    EXPECT(-ECHILD, rnl_sock_port(sock, &number));
    EXPECT(-ECHILD, rnl_sock_protocol(sock));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_connect(sock, 0, 0, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_setopt(sock, NETLINK_PKTINFO, 1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_getopt(sock, NETLINK_PKTINFO, &value, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_set_rcvbuf(sock, 1 << 16, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_set_sndbuf(sock, 1 << 16, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_filter(sock, NULL, 0, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_keep(sock, &rule, 1, 16, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_join(sock, 1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_leave(sock, 1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_groups(sock, NULL, 0, &test_err));
    SAME_TEXT("rnl: ECHILD: the socket belongs to the process that forked; open one here", rnl_err_text(test_err));
}

static void nor_can_they_be_kept_in_flight(struct world *w)
{
    const struct rnl_msg *const msgs[] = { w->get };
    struct rnl_stats stats = { .size = sizeof stats };
    struct rnl_done done;
    uint64_t id = 0;

    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_submit(w->sock, w->get, 0, 0, -1, &id, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_flush(w->sock, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_complete(w->sock, &done, -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_transact(w->sock, msgs, 1, 0, 0, -1, NULL, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_process(w->sock, &test_err));
    EXPECT(-ECHILD, rnl_sock_cancel(w->sock, 1));
    EXPECT(-ECHILD, rnl_sock_events(w->sock));
    EXPECT(-ECHILD, rnl_sock_timeout(w->sock));
    EXPECT(-ECHILD, rnl_sock_stats(w->sock, &stats));
}

static void nor_can_they_talk(struct world *w)
{
    struct rnl_policy *policy = NULL;
    struct rnl_datagram datagram;
    struct rnl_genl *genl = NULL;
    struct rnl_dump *dump = NULL;
    struct rnl_view view;

    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_send(w->sock, "", 1, 0, 0, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_recv(w->sock, &datagram, -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_next(w->sock, &view, -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_sock_call(w->sock, w->get, -1, NULL, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_dump_start(&dump, w->sock, w->all, RNL_DUMP_STREAM, -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_genl_find(&genl, w->sock, "nlctrl", -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_policy_get(&policy, w->sock, 16, -1, -1, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_dump_next(w->stream, &view, &test_err));
    FAILS(ECHILD, RNL_FROM_LOCAL, rnl_dump_next(w->kept, &view, &test_err));
    EXPECT(-ECHILD, rnl_dump_interrupted(w->stream));
    EXPECT(-ECHILD, rnl_dump_restarts(w->kept));
}

static void everything_can_be_freed(struct world *w)
{
    EXPECT(0, rnl_dump_free(w->stream));
    EXPECT(0, rnl_sock_close(w->sock));
    EXPECT(0, rnl_dump_free(w->kept));
    EXPECT(0, rnl_reply_free(w->reply));
    EXPECT(0, rnl_msg_free(w->get));
    EXPECT(0, rnl_msg_free(w->all));
}

/* What does not belong to a socket goes on in the child, and a socket of its own works. */
static void child(struct world *w)
{
    struct rnl_sock *own = open_sock(NETLINK_ROUTE);
    struct rnl_view view;

    sockets_are_the_parents(w->sock);
    nor_can_they_be_kept_in_flight(w);
    nor_can_they_talk(w);
    EXPECT(1, rnl_reply_next(w->reply, &view));
    WORKS(0, rnl_sock_call(own, w->get, SOON, NULL, &test_err));
    EXPECT(0, rnl_sock_close(own));
    everything_can_be_freed(w);
}

static int rest_of(struct rnl_dump *dump)
{
    struct rnl_view view;
    int rows = 0, result;

    while ((result = rnl_dump_next(dump, &view, &test_err)) == 1)
        rows++;
    EQUAL(0, result);
    return rows;
}

/* Two dumps begun, an answer received, and a notification under way. */
static void begin(struct world *w)
{
    struct rnl_sock *other = open_sock(NETLINK_ROUTE);
    struct rnl_view view;

    w->sock = open_sock(NETLINK_ROUTE);
    w->get = link_msg(RTM_GETLINK, 0, LO);
    w->all = dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
    WORKS(0, rnl_sock_join(w->sock, RTNLGRP_LINK, &test_err));
    WORKS(0, rnl_sock_call(w->sock, w->get, SOON, &w->reply, &test_err));
    WORKS(0, rnl_dump_start(&w->kept, w->sock, w->all, RNL_DUMP_CONSISTENT, SOON, &test_err));
    WORKS(1, rnl_dump_next(w->kept, &view, &test_err));
    WORKS(0, rnl_dump_start(&w->stream, w->sock, w->all, RNL_DUMP_BEST_EFFORT, SOON, &test_err));
    WORKS(1, rnl_dump_next(w->stream, &view, &test_err));
    WORKS(1, rnl_dump_next(w->stream, &view, &test_err));
    set_alias(other, LO, "7");
    EXPECT(0, rnl_sock_close(other));
}

static void parent(struct world *w, int links)
{
    struct rnl_view view;

    EQUAL(links - 2, rest_of(w->stream));
    EQUAL(links - 1, rest_of(w->kept));
    WORKS(1, rnl_sock_next(w->sock, &view, SOON, &test_err));
    EQUAL(7, alias_number(&view));
    WORKS(0, rnl_sock_next(w->sock, &view, 0, &test_err));
    WORKS(0, rnl_sock_call(w->sock, w->get, SOON, NULL, &test_err));
    CHECK(fcntl(rnl_sock_fd(w->sock), F_GETFD) >= 0);
    everything_can_be_freed(w);
}

static void run_child(struct world *w)
{
    int status = 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0) {
        child(w);
        fflush(stdout);
        _exit(test_end());
    }
    NEED(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int add_links(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_msg *all = dump_msg(RTM_GETLINK, sizeof(struct ifinfomsg));
    struct rnl_dump *dump = NULL;
    char name[16];
    int i, links;

    for (i = 0; i < LINKS; i++) {
        snprintf(name, sizeof name, "v%d", i);
        CHECK(add_any_link(sock, name));
    }
    WORKS(0, rnl_dump_start(&dump, sock, all, RNL_DUMP_CONSISTENT, SOON, &test_err));
    links = rest_of(dump);
    rnl_dump_free(dump);
    rnl_msg_free(all);
    rnl_sock_close(sock);
    return links;
}

int main(void)
{
    struct world w = { NULL, NULL, NULL, NULL, NULL, NULL };
    int links;

    kernels_can_tell();
    in_namespace();
    links = add_links();
    begin(&w);
    run_child(&w);
    parent(&w, links);
    return test_end();
}
