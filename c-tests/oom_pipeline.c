/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Memory that runs out while many requests are in flight: what was submitted ends, right or for lack of memory.
 * modes: plain asan
 */
#include "oom.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

/* More than one part of a dump. */
#define ADDRESSES 600

static struct rnl_sock *route, *filter;
static bool has_tables;

/* Submits; true if that was good. */
static bool submitted(struct rnl_msg *msg, uint32_t flags, uint64_t user, uint64_t *id)
{
    bool is_good = false;

    if (made(msg))
        is_good = good(rnl_sock_submit(route, msg, flags, user, SOON, id, NULL));
    rnl_msg_free(msg);
    return is_good;
}

/* A request for a link, without the checks of kernel.h. */
static struct rnl_msg *ask_link(int index)
{
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, index, 0, 0 };
    struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);

    if (msg)
        rnl_msg_put_header(msg, &header, sizeof header);
    return msg;
}

static int objects_of(struct rnl_reply *reply)
{
    struct rnl_view view;
    int n = 0;

    while (reply && rnl_reply_next(reply, &view) == 1)
        n++;
    return n;
}

/* A completion with this result, or without memory. */
static void ended(struct rnl_done *done, int wanted, int objects)
{
    if (done->result != -ENOMEM) {
        other_failure += done->result != wanted;
        other_failure += done->result == 0 && objects_of(done->reply) != objects;
    }
    no_memory += done->result == -ENOMEM;
    other_failure += done->err && rnl_err_errno(done->err) != -done->result;
    rnl_reply_free(done->reply);
    rnl_err_free(done->err);
}

/* Takes `n` completions, then there are no more. Memory that runs out meanwhile is told, and does not end it. */
static void take(int n, void (*check)(struct rnl_done *))
{
    struct rnl_done done;
    int result, tries;

    for (tries = 0; n > 0 && tries < 1000; tries++) {
        result = rnl_sock_complete(route, &done, SOON, NULL);
        if (!good(result))
            continue;
        other_failure += result == 0;
        if (result == 0)
            return;
        check(&done);
        n--;
    }
    other_failure += rnl_sock_complete(route, &done, 0, NULL) != 0;
}

/* User 0: a link, 1: no such link, 2: a quiet one that fails. */
static void check_mixed(struct rnl_done *done)
{
    ended(done, done->user == 0 ? 0 : -ENODEV, 1);
}

static void mixed(int n)
{
    int i, wanted = 0;

    for (i = 0; i < n; i++) {
        wanted += submitted(ask_link(LO), 0, 0, NULL);
        wanted += submitted(ask_link(4711), 0, 1, NULL);
        wanted += submitted(ask_link(4711), RNL_SUBMIT_QUIET, 2, NULL);
        submitted(ask_link(LO), RNL_SUBMIT_QUIET, 3, NULL);
    }
    take(wanted, check_mixed);
}

static void a_few(void)
{
    mixed(3);
}

static void many(void)
{
    mixed(60);
}

static void check_dump(struct rnl_done *done)
{
    ended(done, 0, done->user == 0 ? ADDRESSES + 1 : 1);
}

static void dumps(void)
{
    struct ifaddrmsg header = { AF_INET, 0, 0, 0, 0 };
    int i, wanted = 0;

    for (i = 0; i < 2; i++) {
        struct rnl_msg *msg = rnl_msg_new(RTM_GETADDR, 0);

        if (msg)
            rnl_msg_put_header(msg, &header, sizeof header);
        wanted += submitted(msg, RNL_SUBMIT_DUMP, 0, NULL);
        wanted += submitted(ask_link(LO), 0, 1, NULL);
    }
    take(wanted, check_dump);
}

static void cancel(void)
{
    uint64_t ids[20];
    bool is_good[20];
    int i, wanted = 0;

    for (i = 0; i < 20; i++)
        is_good[i] = submitted(ask_link(LO), i % 3 ? 0 : RNL_SUBMIT_QUIET, 0, &ids[i]);
    for (i = 0; i < 20; i += 2)
        other_failure += is_good[i] && rnl_sock_cancel(route, ids[i]) != 0;
    for (i = 1; i < 20; i += 2)
        wanted += is_good[i] && i % 3;
    take(wanted, check_mixed);
}

/* As an event loop has it; and a call meanwhile. */
static void loop(void)
{
    struct rnl_msg *msg = ask_link(LO);
    struct rnl_done done;
    int i, wanted = 0;

    for (i = 0; i < 5; i++)
        wanted += submitted(ask_link(4711), 0, 1, NULL);
    good(rnl_sock_flush(route, NULL));
    if (made(msg))
        good(rnl_sock_call(route, msg, SOON, NULL, NULL));
    rnl_msg_free(msg);
    for (i = 0; i < 100; i++)
        good(rnl_sock_process(route, NULL));
    for (; wanted > 0 && rnl_sock_complete(route, &done, 0, NULL) == 1; wanted--)
        check_mixed(&done);
    other_failure += wanted != 0;
}

/* ---- Transactions. */

static struct rnl_msg *table(unsigned type, unsigned flags)
{
    struct nfgenmsg header = { NFPROTO_INET, NFNETLINK_V0, 0 };
    struct rnl_msg *msg = rnl_msg_new((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), (uint16_t)flags);

    if (msg) {
        rnl_msg_put_header(msg, &header, sizeof header);
        rnl_msg_put_str(msg, NFTA_TABLE_NAME, "t");
    }
    return msg;
}

static int change(unsigned type, unsigned flags, unsigned n)
{
    struct rnl_msg *msg = table(type, flags);
    const struct rnl_msg *twice[] = { msg, msg };
    struct rnl_err *err = NULL;
    int result = -ENOMEM;

    if (msg)
        result = rnl_sock_transact(filter, twice, n, NFNL_SUBSYS_NFTABLES, 0, SOON, NULL, &err);
    rnl_err_free(err);
    rnl_msg_free(msg);
    return result;
}

/* A table is made and removed. What could not be done has not been done. */
static void transact(void)
{
    long remaining;
    int result;

    result = change(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, 1);
    good(result);
    remaining = until_failure;
    until_failure = 0;
    other_failure += change(NFT_MSG_DELTABLE, 0, 1) != (result == 0 ? 0 : -ENOENT);
    until_failure = remaining;
    /* The same table twice: refused as a whole. */
    result = change(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, 2);
    failure(-EEXIST, result, NULL);
    until_failure = 0;
    other_failure += change(NFT_MSG_DELTABLE, 0, 1) != -ENOENT;
    until_failure = remaining;
}

/* ---- The runs. */

static const struct scenario scenarios[] = {
    { "a few", a_few }, { "many", many },  { "dumps", dumps },
    { "cancel", cancel }, { "loop", loop },
};

static const struct scenario transaction = { "transact", transact };

static void open_sockets(void)
{
    NEED(rnl_sock_open(&route, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(!has_tables || rnl_sock_open(&filter, NETLINK_NETFILTER, NULL, NULL) == 0);
}

static void close_sockets(void)
{
    NEED(rnl_sock_close(route) == 0);
    NEED(rnl_sock_close(filter) == 0);
    filter = NULL;
}

/* Whether this kernel has nf_tables: then there is no table of this name. */
static bool find_tables(void)
{
    int result = -1;

    if (rnl_sock_open(&filter, NETLINK_NETFILTER, NULL, NULL) == 0)
        result = change(NFT_MSG_DELTABLE, 0, 1);
    NEED(rnl_sock_close(filter) == 0);
    filter = NULL;
    return result == -ENOENT;
}

int main(void)
{
    struct rnl_sock *sock;
    uint32_t i;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    for (i = 0; i < ADDRESSES; i++)
        deliver(sock, address_msg(RTM_NEWADDR, i));
    EXPECT(0, rnl_sock_close(sock));
    has_tables = find_tables();
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        exhaust(&scenarios[i]);
    if (has_tables)
        exhaust(&transaction);
    else
        printf("not run: kernel lacks nf_tables\n");
    return test_end();
}
