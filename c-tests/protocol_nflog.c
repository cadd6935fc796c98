/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_NETFILTER, packets logged to a program: with the rule's words, the packet's mark and its bytes. */
#include "protocol_nft.h"

#include <linux/if_ether.h>
#include <linux/netfilter/nfnetlink_log.h>

#define LOG_GROUP 5
#define MARK 0x77
#define HEADERS (20 + 8)

static struct rnl_sock *sock;
static int sender, receiver;

static struct rnl_msg *config_msg(uint16_t resource, uint8_t command)
{
    struct nfulnl_msg_config_cmd config = { command };
    struct rnl_msg *msg = nf_msg(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_INET, resource);

    rnl_msg_put_bytes(msg, NFULA_CFG_CMD, &config, sizeof config);
    return msg;
}

/* Packets of the group come to this socket, each at once, with 32 bytes of it and a number. */
static void bind_group(void)
{
    struct nfulnl_msg_config_mode mode = { htonl(HEADERS + 4), NFULNL_COPY_PACKET, 0 };
    struct rnl_msg *msg = config_msg(LOG_GROUP, NFULNL_CFG_CMD_BIND);

    deliver(sock, msg);
    msg = nf_msg(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_INET, LOG_GROUP);
    rnl_msg_put_bytes(msg, NFULA_CFG_MODE, &mode, sizeof mode);
    rnl_msg_put_be32(msg, NFULA_CFG_QTHRESH, 1);
    rnl_msg_put_be16(msg, NFULA_CFG_FLAGS, NFULNL_CFG_F_SEQ);
    deliver(sock, msg);
}

/* "udp dport PORT log prefix "rnl: " group 5" */
static void log_by_rule(void)
{
    struct rnl_msg *msg = rule_begin();
    int result;

    put_udp_port(msg, port_number(receiver));
    expr_begin(msg, "log");
    rnl_msg_put_be16(msg, NFTA_LOG_GROUP, LOG_GROUP);
    rnl_msg_put_str(msg, NFTA_LOG_PREFIX, "rnl: ");
    rnl_msg_put_be16(msg, NFTA_LOG_QTHRESHOLD, 1);
    expr_end(msg);
    result = make_rule(sock, rule_end(msg));
    if (result == -ENOENT)
        skip("kernel lacks logging in nftables");
    EQUAL(0, result);
}

/* The next packet logged is the one with this number and begins with these 4 bytes. */
static void is_logged(uint32_t number, const char *text)
{
    struct rnl_view view = await(sock, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET);
    struct rnl_attr attr = nf_attr(&view, NFULA_PACKET_HDR), payload = nf_attr(&view, NFULA_PAYLOAD);
    struct nfulnl_msg_packet_hdr head;
    struct nfgenmsg family;

    EXPECT(sizeof family, rnl_view_fixed(&view, &family, sizeof family));
    EQUAL(AF_INET, family.nfgen_family);
    EQUAL(LOG_GROUP, ntohs(family.res_id));
    EXPECT(sizeof head, rnl_attr_fixed(&attr, &head, sizeof head));
    EQUAL(NF_INET_LOCAL_OUT, head.hook);
    EQUAL(ETH_P_IP, ntohs(head.hw_protocol));
    TEXT_IS("rnl: ", nf_attr(&view, NFULA_PREFIX));
    EQUAL(MARK, be32_in(nf_attr(&view, NFULA_MARK)));
    EQUAL(LO, be32_in(nf_attr(&view, NFULA_IFINDEX_OUTDEV)));
    EQUAL(getuid(), be32_in(nf_attr(&view, NFULA_UID)));
    EQUAL(number, be32_in(nf_attr(&view, NFULA_SEQ)));
    NEED(payload.data.len == HEADERS + 4);
    CHECK(memcmp(payload.data.ptr + HEADERS, text, 4) == 0);
}

/* What is logged passes all the same. */
static void packets_are_logged(void)
{
    char got[64] = "";

    send_text(sender, port_number(receiver), "one of two");
    send_text(sender, port_number(receiver), "other");
    is_logged(0, "one ");
    is_logged(1, "othe");
    NEED(is_readable(receiver, SOON));
    EQUAL(10, recv(receiver, got, sizeof got - 1, 0));
    SAME_TEXT("one of two", got);
}

static void groups_have_an_owner(void)
{
    struct rnl_sock *other = open_sock(NETLINK_NETFILTER);
    struct rnl_view view;

    is_refused(other, EPERM, config_msg(LOG_GROUP, NFULNL_CFG_CMD_UNBIND));
    deliver(sock, config_msg(LOG_GROUP, NFULNL_CFG_CMD_UNBIND));
    is_refused(sock, ENODEV, config_msg(LOG_GROUP, NFULNL_CFG_CMD_UNBIND));
    send_text(sender, port_number(receiver), "unseen");
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
    EXPECT(0, rnl_sock_close(other));
}

int main(void)
{
    int mark = MARK;

    in_namespace();
    sock = open_nftables();
    receiver = bound_socket(SOCK_DGRAM);
    sender = bound_socket(SOCK_DGRAM);
    NEED(setsockopt(sender, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0);
    bind_group();
    log_by_rule();
    packets_are_logged();
    groups_have_an_owner();
    close(sender);
    close(receiver);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
