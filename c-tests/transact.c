/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Transactions of nf_tables: all or nothing, the refused message named by its index, stale generations. */
#include "pipeline.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define FAMILY NFPROTO_INET
#define MOST 200

/* Whom the kernel tells to start over; not in errno.h. */
#ifndef ERESTART
#define ERESTART 85
#endif

static struct rnl_sock *sock;
/* The transaction under construction. */
static struct rnl_msg *msgs[MOST];
static size_t n;

/* ---- Messages. */

static struct rnl_msg *nft_msg(unsigned type, unsigned flags)
{
    struct nfgenmsg header = { FAMILY, NFNETLINK_V0, 0 };
    struct rnl_msg *msg = rnl_msg_new((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), (uint16_t)flags);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    return msg;
}

static void add(struct rnl_msg *msg)
{
    NEED(n < MOST);
    msgs[n++] = msg;
}

static void add_table(const char *name)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);

    rnl_msg_put_str(msg, NFTA_TABLE_NAME, name);
    add(msg);
}

static void add_chain(const char *table, const char *name)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);

    rnl_msg_put_str(msg, NFTA_CHAIN_TABLE, table);
    rnl_msg_put_str(msg, NFTA_CHAIN_NAME, name);
    add(msg);
}

/* A rule without expressions: it matches everything and does nothing. */
static void add_rule(const char *table, const char *chain)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

    rnl_msg_put_str(msg, NFTA_RULE_TABLE, table);
    rnl_msg_put_str(msg, NFTA_RULE_CHAIN, chain);
    add(msg);
}

static void remove_table(const char *name)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_DELTABLE, 0);

    rnl_msg_put_str(msg, NFTA_TABLE_NAME, name);
    add(msg);
}

static void start_over(void)
{
    while (n > 0)
        rnl_msg_free(msgs[--n]);
}

/* ---- Transactions. */

static const struct rnl_msg *const *all(void)
{
    return (const struct rnl_msg *const *)msgs;
}

/* Carries out what was added, which must succeed. */
static void commit(void)
{
    size_t failed = 4711;

    WORKS(0, rnl_sock_transact(sock, all(), n, NFNL_SUBSYS_NFTABLES, 0, SOON, &failed, &test_err));
    EQUAL(4711, failed);
    start_over();
}

/* What was added is refused because of the message at `index`. */
static void is_refused_at(size_t index, int number)
{
    size_t failed = 4711;

    FAILS(number, RNL_FROM_KERNEL,
          rnl_sock_transact(sock, all(), n, NFNL_SUBSYS_NFTABLES, 0, SOON, &failed, &test_err));
    EQUAL(index, failed);
    start_over();
}

/* How many objects the kernel has of a kind: NFT_MSG_GET*. */
static int count(unsigned type)
{
    struct rnl_msg *msg = nft_msg(type, 0);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    int found = 0;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, &test_err) == 1)
        found++;
    CHECK(test_err == NULL);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    return found;
}

static void there_are(int tables, int chains, int rules)
{
    EQUAL(tables, count(NFT_MSG_GETTABLE));
    EQUAL(chains, count(NFT_MSG_GETCHAIN));
    EQUAL(rules, count(NFT_MSG_GETRULE));
}

static uint32_t generation(void)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_GETGEN, 0);
    struct rnl_attr attr = { { NULL, 0 }, 0, 0, 0 };
    struct rnl_reply *reply = NULL;
    struct rnl_attrs walk;
    struct rnl_view view;
    uint32_t id = 0;

    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    NEED(reply && rnl_reply_next(reply, &view) == 1);
    NEED(rnl_view_attrs(&view, sizeof(struct nfgenmsg), &walk) == 0);
    NEED(rnl_attrs_find(&walk, NFTA_GEN_ID, &attr) == 1 && rnl_attr_be32(&attr, &id) == 0);
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    return id;
}

/* ---- Tests. */

static void wrong_arguments_are_refused(void)
{
    struct rnl_sock *other;
    size_t failed = 4711;

    add_table("t");
    other = (struct rnl_sock *)msgs[0];
    msgs[1] = NULL;
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(NULL, all(), 1, 10, 0, SOON, &failed, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(other, all(), 1, 10, 0, SOON, &failed, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(sock, NULL, 1, 10, 0, SOON, &failed, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(sock, all(), 2, 10, 0, SOON, &failed, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(sock, all(), 0, 10, 0, SOON, &failed, &test_err));
    EQUAL(0, failed);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(sock, NULL, 0, 10, 0, SOON, NULL, &test_err));
    there_are(0, 0, 0);
    EXPECT(0, rnl_sock_transact(sock, all(), 1, 10, 0, SOON, NULL, NULL));
    start_over();
    remove_table("t");
    commit();
}

/* A message that was built wrong is named; nothing is sent. */
static void what_was_built_wrong_is_named(void)
{
    size_t failed = 4711;

    add_table("t");
    add_chain("t", "c");
    rnl_msg_nest_begin(msgs[1], NFTA_CHAIN_HOOK);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_transact(sock, all(), n, 10, 0, SOON, &failed, &test_err));
    EQUAL(1, failed);
    start_over();
    there_are(0, 0, 0);
}

static void all_of_it_is_made(void)
{
    add_table("t");
    add_chain("t", "c");
    add_rule("t", "c");
    add_rule("t", "c");
    commit();
    there_are(1, 1, 2);
    remove_table("t");
    commit();
    there_are(0, 0, 0);
}

static void one_message_is_a_transaction_too(void)
{
    add_table("t");
    commit();
    add_table("t");
    is_refused_at(0, EEXIST);
    there_are(1, 0, 0);
    remove_table("t");
    commit();
}

/* Twenty messages; a rule for a chain that is not there at `place`. */
static void the_refused_one_is_named(size_t place)
{
    size_t i;

    for (i = 0; i < 20; i++) {
        char name[16];

        snprintf(name, sizeof name, "t%zu", i);
        if (i == place)
            add_rule("nowhere", "c");
        else
            add_table(name);
    }
    is_refused_at(place, ENOENT);
    there_are(0, 0, 0);
}

/* Of several wrong ones, the first; the words about the others are swallowed. */
static void the_first_of_several_is_named(void)
{
    add_table("t");
    add_rule("nowhere", "c");
    add_chain("nowhere", "c");
    add_rule("t", "nowhere");
    is_refused_at(1, ENOENT);
    there_are(0, 0, 0);
    EQUAL(0, drops_of(sock));
}

/* More errors than the receive queue holds: the first decides, and the socket works as before. */
static void all_may_be_wrong(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = 8192 };
    struct rnl_sock *before = sock;
    size_t i;

    WORKS(0, rnl_sock_open(&sock, NETLINK_NETFILTER, &opts, &test_err));
    for (i = 0; i < MOST; i++)
        add_rule("nowhere", "c");
    is_refused_at(0, ENOENT);
    there_are(0, 0, 0);
    add_table("t");
    commit();
    there_are(1, 0, 0);
    remove_table("t");
    commit();
    EXPECT(0, rnl_sock_close(sock));
    sock = before;
}

/* The attribute of the refused message is named as for a call. */
static void the_error_is_about_the_refused_message(void)
{
    struct rnl_bytes request = { NULL, 0 };
    struct nlmsghdr header;

    add_table("t");
    add_chain("t", "c");
    add_rule("t", "nowhere");
    is_refused_at(2, ENOENT);
    EXPECT(1, rnl_err_request(test_err, &request));
    NEED(request.len >= sizeof header);
    memcpy(&header, request.ptr, sizeof header);
    EQUAL(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, header.nlmsg_type);
    EQUAL(request.len, header.nlmsg_len);
}

static void a_stale_generation_is_told(void)
{
    uint32_t now = generation();
    size_t failed = 4711;

    add_table("t");
    WORKS(0, rnl_sock_transact(sock, all(), n, NFNL_SUBSYS_NFTABLES, now, SOON, &failed, &test_err));
    start_over();
    CHECK(generation() != now);
    add_chain("t", "c");
    add_chain("t", "d");
    FAILS(ERESTART, RNL_FROM_KERNEL,
          rnl_sock_transact(sock, all(), n, NFNL_SUBSYS_NFTABLES, now, SOON, &failed, &test_err));
    EQUAL(n, failed);
    there_are(1, 0, 0);
    WORKS(0, rnl_sock_transact(sock, all(), n, NFNL_SUBSYS_NFTABLES, generation(), SOON, &failed, &test_err));
    start_over();
    there_are(1, 2, 0);
    remove_table("t");
    commit();
}

static void a_subsystem_that_is_not_there_refuses_the_whole(void)
{
    size_t failed = 4711;

    add_table("t");
    CHECK(rnl_sock_transact(sock, all(), n, 0xee, 0, SOON, &failed, NULL) < 0);
    EQUAL(n, failed);
    start_over();
    there_are(0, 0, 0);
}

/* What is longer than the send queue is not sent. */
static void what_is_too_long_is_not_sent(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .sndbuf = 4096 };
    struct rnl_sock *own = NULL;
    size_t failed = 4711, i;

    WORKS(0, rnl_sock_open(&own, NETLINK_NETFILTER, &opts, &test_err));
    for (i = 0; i < MOST; i++)
        add_table("a name that makes the whole of them longer than the queue");
    FAILS(EMSGSIZE, RNL_FROM_SOCKET, rnl_sock_transact(own, all(), n, 10, 0, SOON, &failed, &test_err));
    EQUAL(n, failed);
    start_over();
    add_table("t");
    WORKS(0, rnl_sock_transact(own, all(), n, 10, 0, SOON, &failed, &test_err));
    start_over();
    EXPECT(0, rnl_sock_close(own));
    remove_table("t");
    commit();
}

/* Whatever else is in flight on the socket. */
static void others_go_on(void)
{
    int i;

    for (i = 0; i < 100; i++)
        submit(sock, nft_msg(NFT_MSG_GETGEN, 0), i % 2 ? RNL_SUBMIT_QUIET : 0, (uint64_t)i);
    add_table("t");
    commit();
    submit(sock, nft_msg(NFT_MSG_GETTABLE, 0), RNL_SUBMIT_DUMP, 100);
    add_rule("nowhere", "c");
    is_refused_at(0, ENOENT);
    for (i = 0; i < 100; i += 2)
        ends(sock, (uint64_t)i, 0);
    ends(sock, 100, 0);
    nothing_is_left(sock);
    remove_table("t");
    commit();
}

static bool has_tables(void)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_GETGEN, 0);
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    rnl_msg_free(msg);
    return result == 0;
}

int main(void)
{
    in_namespace();
    if (rnl_sock_open(&sock, NETLINK_NETFILTER, NULL, NULL) != 0)
        skip("kernel lacks NETLINK_NETFILTER");
    if (!has_tables())
        skip("kernel lacks nf_tables");
    wrong_arguments_are_refused();
    what_was_built_wrong_is_named();
    all_of_it_is_made();
    one_message_is_a_transaction_too();
    the_refused_one_is_named(0);
    the_refused_one_is_named(10);
    the_refused_one_is_named(19);
    the_first_of_several_is_named();
    all_may_be_wrong();
    the_error_is_about_the_refused_message();
    a_stale_generation_is_told();
    a_subsystem_that_is_not_there_refuses_the_whole();
    what_is_too_long_is_not_sent();
    others_go_on();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
