/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_NETFILTER, nftables: transactions that are done whole or not at all, and what is told of them. */
#include "protocol_nft.h"

#define PORT 4711
#define PACKETS 3

static struct rnl_sock *sock, *monitor;

/* ---- Transactions made by hand: BEGIN, messages, END in one datagram; those between are acknowledged. */

struct transaction {
    struct rnl_sock *sock;
    struct wire wire;
    uint32_t seq;
};

/* Numbers the message, appends it, frees it. */
static void transaction_put(struct transaction *t, struct rnl_msg *msg, uint16_t flags)
{
    struct rnl_bytes bytes = { NULL, 0 };
    struct nlmsghdr header;

    NEED(rnl_msg_bytes(msg, &bytes) == 0);
    memcpy(&header, bytes.ptr, sizeof header);
    header.nlmsg_flags |= NLM_F_REQUEST | flags;
    header.nlmsg_seq = t->seq++;
    wire_pad(&t->wire);
    wire_raw(&t->wire, &header, sizeof header);
    wire_raw(&t->wire, bytes.ptr + sizeof header, bytes.len - sizeof header);
    rnl_msg_free(msg);
}

/* `generation` is what the rules must not have moved on from, or 0. */
static void transaction_begin(struct transaction *t, struct rnl_sock *sock, uint32_t generation)
{
    struct rnl_msg *msg = nf_msg(0, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);

    if (generation)
        rnl_msg_put_be32(msg, NFNL_BATCH_GENID, generation);
    t->sock = sock;
    t->wire.len = 0;
    t->seq = 1;
    transaction_put(t, msg, 0);
}

static void transaction_add(struct transaction *t, struct rnl_msg *msg)
{
    transaction_put(t, msg, NLM_F_ACK);
}

/* Reads verdicts up to one for the last message, or for the whole. Gives the first refusal and whose it is. */
static int transaction_verdict(struct transaction *t, uint32_t last, uint32_t *refused)
{
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    int result = 0;
    struct rnl_view view;

    for (;;) {
        WORKS(1, rnl_sock_recv(t->sock, &got, SOON, &test_err));
        NEED(got.data.ptr);
        while (rnl_view_next(&got.data, &view) == 1) {
            int verdict = rnl_view_status(&view, NETLINK_NETFILTER, NULL, NULL);

            EQUAL(NLMSG_ERROR, view.type);
            if (verdict != 0 && result == 0)
                *refused = view.seq;
            result = result ? result : verdict;
            if (view.seq == last || view.seq == 1)
                return result;
        }
    }
}

/*
 * Sends the transaction. Gives 0 or a negative errno; then `index`, if not NULL, is that of the message that is
 * refused, counted from 0; -1 if it is the transaction.
 */
static int transaction_commit(struct transaction *t, int *index)
{
    uint32_t last = t->seq - 1, refused = 0;
    int result;

    transaction_put(t, nf_msg(0, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES), 0);
    WORKS(0, rnl_sock_send(t->sock, t->wire.at, t->wire.len, 0, 0, &test_err));
    result = transaction_verdict(t, last, &refused);
    if (index)
        *index = (int)refused - 2;
    return result;
}

/* ---- What the kernel does with them, and says of them. */

/* "udp dport 4711 counter", with a note of its maker. */
static struct rnl_msg *counting_rule(void)
{
    struct rnl_msg *msg = rule_begin();

    put_udp_port(msg, PORT);
    expr_begin(msg, "counter");
    expr_end(msg);
    rule_end(msg);
    rnl_msg_put_bytes(msg, NFTA_RULE_USERDATA, "made by rnl", 11);
    return msg;
}

static uint32_t generation(void)
{
    struct rnl_reply *reply = ask(sock, nft_msg(NFT_MSG_GETGEN, 0));
    struct rnl_view view;
    uint32_t id;

    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN, view.type);
    id = be32_in(nf_attr(&view, NFTA_GEN_ID));
    EXPECT(0, rnl_reply_free(reply));
    return id;
}

/* The next thing told must be this, and gives its message. */
static struct rnl_view told(int operation)
{
    struct rnl_view view = await(monitor, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | operation));

    EQUAL(NFNLGRP_NFTABLES, view.group);
    return view;
}

static void transactions_are_told(uint32_t id)
{
    struct rnl_view view = told(NFT_MSG_NEWTABLE);
    struct rnl_attr hook;

    TEXT_IS(TABLE, nf_attr(&view, NFTA_TABLE_NAME));
    view = told(NFT_MSG_NEWCHAIN);
    TEXT_IS(TABLE, nf_attr(&view, NFTA_CHAIN_TABLE));
    TEXT_IS(CHAIN, nf_attr(&view, NFTA_CHAIN_NAME));
    hook = nf_attr(&view, NFTA_CHAIN_HOOK);
    EQUAL(NF_INET_LOCAL_OUT, be32_in(attr_in(hook, NFTA_HOOK_HOOKNUM)));
    view = told(NFT_MSG_NEWRULE);
    TEXT_IS(CHAIN, nf_attr(&view, NFTA_RULE_CHAIN));
    SAME_BYTES("made by rnl", 11, nf_attr(&view, NFTA_RULE_USERDATA).data);
    view = told(NFT_MSG_NEWGEN);
    EQUAL(id, be32_in(nf_attr(&view, NFTA_GEN_ID)));
    EQUAL(getpid(), be32_in(nf_attr(&view, NFTA_GEN_PROC_PID)));
}

static void a_table_is_made(void)
{
    uint32_t before = generation();
    struct transaction t;
    struct rnl_reply *reply;
    struct rnl_view view;

    transaction_begin(&t, sock, 0);
    transaction_add(&t, table_msg(NFT_MSG_NEWTABLE, NLM_F_CREATE));
    transaction_add(&t, chain_msg(TABLE));
    transaction_add(&t, counting_rule());
    EQUAL(0, transaction_commit(&t, NULL));
    EQUAL(before + 1, generation());
    transactions_are_told(before + 1);
    reply = ask(sock, table_msg(NFT_MSG_GETTABLE, 0));
    NEED(rnl_reply_next(reply, &view) == 1);
    TEXT_IS(TABLE, nf_attr(&view, NFTA_TABLE_NAME));
    EQUAL(1, be32_in(nf_attr(&view, NFTA_TABLE_USE)));
    EXPECT(0, rnl_reply_free(reply));
}

/* The expression of this name in a rule. */
static struct rnl_attr expression(const struct rnl_view *rule, const char *name)
{
    struct rnl_attr attr = nf_attr(rule, NFTA_RULE_EXPRESSIONS), found = NO_ATTR;
    struct rnl_attrs walk;
    char text[256];

    NEED(attr.data.ptr && rnl_attr_nested(&attr, &walk) == 0);
    while (rnl_attrs_next(&walk, &attr) == 1)
        if (strcmp(text_in(attr_in(attr, NFTA_EXPR_NAME), text), name) == 0)
            found = attr_in(attr, NFTA_EXPR_DATA);
    return found;
}

/* What the table's only rule has counted, from a dump of all rules. */
static uint64_t counted(void)
{
    struct rnl_dump *dump = dump_of(sock, nft_msg(NFT_MSG_GETRULE, 0));
    uint64_t packets = 0;
    struct rnl_view view;
    int seen = 0;

    for (; dump_goes_on(dump, &view); seen++) {
        struct rnl_attr number = attr_in(expression(&view, "counter"), NFTA_COUNTER_PACKETS);

        TEXT_IS(TABLE, nf_attr(&view, NFTA_RULE_TABLE));
        EXPECT(0, rnl_attr_be64(&number, &packets));
        CHECK(expression(&view, "payload").data.ptr != NULL);
        CHECK(expression(&view, "queue").data.ptr == NULL);
    }
    EQUAL(1, seen);
    return packets;
}

static void packets_are_counted(void)
{
    int fd = bound_socket(SOCK_DGRAM), i;

    EQUAL(0, counted());
    for (i = 0; i < PACKETS; i++)
        send_text(fd, PORT, "count me");
    send_text(fd, PORT + 1, "not me");
    EQUAL(PACKETS, counted());
    close(fd);
}

/* The second of three messages is wrong: none is done, and nothing is told. */
static void what_is_wrong_undoes_the_whole(void)
{
    uint32_t before = generation();
    struct transaction t;
    struct rnl_view view;
    int index = -2;

    transaction_begin(&t, sock, 0);
    transaction_add(&t, table_msg(NFT_MSG_DELTABLE, 0));
    transaction_add(&t, chain_msg("no-such-table"));
    transaction_add(&t, table_msg(NFT_MSG_NEWTABLE, NLM_F_CREATE));
    EQUAL(-ENOENT, transaction_commit(&t, &index));
    EQUAL(1, index);
    EQUAL(before, generation());
    EQUAL(PACKETS, counted());
    WORKS(0, rnl_sock_next(monitor, &view, 0, &test_err));
}

/* Who has not seen the last change is told to look again. */
static void a_stale_generation_is_refused(void)
{
    uint32_t now = generation();
    struct transaction t;
    int index = -2;

    transaction_begin(&t, sock, now - 1);
    transaction_add(&t, table_msg(NFT_MSG_DELTABLE, 0));
    EQUAL(-ERESTART, transaction_commit(&t, &index));
    EQUAL(-1, index);
    EQUAL(PACKETS, counted());
    transaction_begin(&t, sock, now);
    transaction_add(&t, table_msg(NFT_MSG_DELTABLE, 0));
    EQUAL(0, transaction_commit(&t, NULL));
    told(NFT_MSG_DELRULE);
    told(NFT_MSG_DELCHAIN);
    told(NFT_MSG_DELTABLE);
    told(NFT_MSG_NEWGEN);
    is_refused(sock, ENOENT, table_msg(NFT_MSG_GETTABLE, 0));
}

/* Changes outside of a transaction are none. */
static void single_changes_are_refused(void)
{
    is_refused(sock, EINVAL, table_msg(NFT_MSG_NEWTABLE, NLM_F_CREATE));
    is_refused(sock, ENOENT, table_msg(NFT_MSG_GETTABLE, 0));
}

static void without_rights_nothing_is_done(void)
{
    struct rnl_sock *own = open_sock(NETLINK_NETFILTER);

    is_refused(own, EPERM, nft_msg(NFT_MSG_GETGEN, 0));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    in_namespace();
    sock = open_nftables();
    monitor = open_sock(NETLINK_NETFILTER);
    WORKS(0, rnl_sock_join(monitor, NFNLGRP_NFTABLES, &test_err));
    a_table_is_made();
    packets_are_counted();
    what_is_wrong_undoes_the_whole();
    a_stale_generation_is_refused();
    single_changes_are_refused();
    without_rights(without_rights_nothing_is_done);
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
