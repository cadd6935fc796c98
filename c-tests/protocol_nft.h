/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Requests to nfnetlink, and a table of nftables with one chain and a rule. */
#ifndef RNL_TEST_PROTOCOL_NFT_H
#define RNL_TEST_PROTOCOL_NFT_H

#include "protocol.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define TABLE "rnl"
#define CHAIN "out"

static inline struct rnl_msg *nf_msg(int subsystem, int operation, uint16_t flags, uint8_t family, uint16_t resource)
{
    struct nfgenmsg header = { family, NFNETLINK_V0, htons(resource) };

    return request((uint16_t)(subsystem << 8 | operation), flags, &header, sizeof header);
}

/* The attribute of this type in a message of nfnetlink. */
static inline struct rnl_attr nf_attr(const struct rnl_view *view, uint16_t type)
{
    return attr_of(view, sizeof(struct nfgenmsg), type);
}

static inline struct rnl_msg *nft_msg(int operation, uint16_t flags)
{
    return nf_msg(NFNL_SUBSYS_NFTABLES, operation, flags, NFPROTO_IPV4, 0);
}

/* A socket for requests to nftables; without them, the whole test is left out. */
static inline struct rnl_sock *open_nftables(void)
{
    struct rnl_sock *sock = open_protocol(NETLINK_NETFILTER, "NETLINK_NETFILTER", NULL);
    struct rnl_msg *msg = nft_msg(NFT_MSG_GETGEN, 0);
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    rnl_msg_free(msg);
    if (result == -EINVAL || result == -EOPNOTSUPP)
        skip("kernel lacks nftables");
    NEED(result == 0);
    return sock;
}

/* ---- A table, its chain for what this machine sends, and its rules. */

static inline struct rnl_msg *table_msg(int operation, uint16_t flags)
{
    struct rnl_msg *msg = nft_msg(operation, flags);

    rnl_msg_put_str(msg, NFTA_TABLE_NAME, TABLE);
    return msg;
}

static inline struct rnl_msg *chain_msg(const char *table)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_NEWCHAIN, NLM_F_CREATE);

    rnl_msg_put_str(msg, NFTA_CHAIN_TABLE, table);
    rnl_msg_put_str(msg, NFTA_CHAIN_NAME, CHAIN);
    rnl_msg_put_str(msg, NFTA_CHAIN_TYPE, "filter");
    rnl_msg_nest_begin(msg, NFTA_CHAIN_HOOK);
    rnl_msg_put_be32(msg, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
    rnl_msg_put_be32(msg, NFTA_HOOK_PRIORITY, 0);
    rnl_msg_nest_end(msg);
    return msg;
}

static inline void expr_begin(struct rnl_msg *msg, const char *name)
{
    rnl_msg_nest_begin(msg, NFTA_LIST_ELEM);
    rnl_msg_put_str(msg, NFTA_EXPR_NAME, name);
    rnl_msg_nest_begin(msg, NFTA_EXPR_DATA);
}

static inline void expr_end(struct rnl_msg *msg)
{
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
}

/* The first register equals these bytes. */
static inline void put_equals(struct rnl_msg *msg, const void *data, size_t len)
{
    expr_begin(msg, "cmp");
    rnl_msg_put_be32(msg, NFTA_CMP_SREG, NFT_REG_1);
    rnl_msg_put_be32(msg, NFTA_CMP_OP, NFT_CMP_EQ);
    rnl_msg_nest_begin(msg, NFTA_CMP_DATA);
    rnl_msg_put_bytes(msg, NFTA_DATA_VALUE, data, len);
    rnl_msg_nest_end(msg);
    expr_end(msg);
}

/* "udp dport PORT" */
static inline void put_udp_port(struct rnl_msg *msg, uint16_t port)
{
    uint16_t wire_port = htons(port);
    uint8_t udp = IPPROTO_UDP;

    expr_begin(msg, "meta");
    rnl_msg_put_be32(msg, NFTA_META_KEY, NFT_META_L4PROTO);
    rnl_msg_put_be32(msg, NFTA_META_DREG, NFT_REG_1);
    expr_end(msg);
    put_equals(msg, &udp, sizeof udp);
    expr_begin(msg, "payload");
    rnl_msg_put_be32(msg, NFTA_PAYLOAD_DREG, NFT_REG_1);
    rnl_msg_put_be32(msg, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    rnl_msg_put_be32(msg, NFTA_PAYLOAD_OFFSET, 2);
    rnl_msg_put_be32(msg, NFTA_PAYLOAD_LEN, sizeof wire_port);
    expr_end(msg);
    put_equals(msg, &wire_port, sizeof wire_port);
}

/* A rule without its expressions, which follow, up to rule_end(). */
static inline struct rnl_msg *rule_begin(void)
{
    struct rnl_msg *msg = nft_msg(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

    rnl_msg_put_str(msg, NFTA_RULE_TABLE, TABLE);
    rnl_msg_put_str(msg, NFTA_RULE_CHAIN, CHAIN);
    rnl_msg_nest_begin(msg, NFTA_RULE_EXPRESSIONS);
    return msg;
}

static inline struct rnl_msg *rule_end(struct rnl_msg *msg)
{
    rnl_msg_nest_end(msg);
    return msg;
}

/* Makes table, chain and this rule in one transaction, and frees the rule. Gives the verdict. */
static inline int make_rule(struct rnl_sock *sock, struct rnl_msg *rule)
{
    struct rnl_msg *msgs[] = { table_msg(NFT_MSG_NEWTABLE, NLM_F_CREATE), chain_msg(TABLE), rule };
    size_t i, n = sizeof msgs / sizeof *msgs;
    int result;

    result = rnl_sock_transact(sock, (const struct rnl_msg *const *)msgs, n, NFNL_SUBSYS_NFTABLES, 0, SOON, NULL, NULL);
    for (i = 0; i < n; i++)
        rnl_msg_free(msgs[i]);
    return result;
}

#endif
