/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the tests of many requests in flight share. */
#ifndef RNL_TEST_PIPELINE_H
#define RNL_TEST_PIPELINE_H

#include "kernel.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

/* Submits a request without a deadline; frees it. Gives its id. */
static inline uint64_t submit(struct rnl_sock *sock, struct rnl_msg *msg, uint32_t flags, uint64_t user)
{
    uint64_t id = UINT64_MAX;

    WORKS(0, rnl_sock_submit(sock, msg, flags, user, -1, &id, &test_err));
    CHECK(id != UINT64_MAX);
    rnl_msg_free(msg);
    return id;
}

/* Frees what came with a completion. */
static inline void done_free(struct rnl_done *done)
{
    EXPECT(0, rnl_reply_free(done->reply));
    EXPECT(0, rnl_err_free(done->err));
    done->reply = NULL;
    done->err = NULL;
}

/* The next completion, which must come. What it holds agrees with its result. */
static inline struct rnl_done take(struct rnl_sock *sock)
{
    struct rnl_done done;

    memset(&done, 0xee, sizeof done);
    WORKS(1, rnl_sock_complete(sock, &done, SOON, &test_err));
    NEED(done.reserved == 0);
    CHECK(done.result <= 0);
    CHECK((done.err != NULL) == (done.result < 0));
    EQUAL(-done.result, done.err ? rnl_err_errno(done.err) : 0);
    CHECK(done.result == 0 || done.reply == NULL);
    return done;
}

/* The next completion, which must be this one; frees it. */
static inline void ends(struct rnl_sock *sock, uint64_t user, int result)
{
    struct rnl_done done = take(sock);

    EQUAL(user, done.user);
    EQUAL(result, done.result);
    done_free(&done);
}

/* All requests have ended, and all completions have been taken: that is said at once. */
static inline void nothing_is_left(struct rnl_sock *sock)
{
    struct rnl_done done;

    WORKS(0, rnl_sock_complete(sock, &done, SOON, &test_err));
    EXPECT(-1, rnl_sock_timeout(sock));
}

/* How many objects a reply has; NULL is an empty one. */
static inline int objects_in(struct rnl_reply *reply)
{
    struct rnl_view view;
    int n = 0;

    while (reply && rnl_reply_next(reply, &view) == 1)
        n++;
    return n;
}

/* What the kernel could not queue on this socket. */
static inline uint32_t drops_of(struct rnl_sock *sock)
{
    uint32_t info[SK_MEMINFO_VARS] = { 0 };
    socklen_t len = sizeof info;

    NEED(getsockopt(rnl_sock_fd(sock), SOL_SOCKET, SO_MEMINFO, info, &len) == 0);
    NEED(len > SK_MEMINFO_DROPS * sizeof *info);
    return info[SK_MEMINFO_DROPS];
}

/* Where memory is watched, everything takes longer. */
static inline int fewer(int all, int watched)
{
    return memory_is_watched() ? watched : all;
}

#endif
