/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_NETFILTER, packets queued for a program: its verdict lets them pass, changed or not, or drops them. */
#include "protocol_nft.h"

#include <linux/if_ether.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netfilter/xt_NFQUEUE.h>

#define QUEUE 7
#define MARK 0x1234
/* Bytes of the headers before what was sent. */
#define HEADERS (20 + 8)

static struct rnl_sock *sock;
static int sender, receiver;

/* The target of iptables, for kernels whose nftables have no queue of their own. */
static void put_queue_target(struct rnl_msg *msg)
{
    struct {
        struct xt_NFQ_info info;
        uint16_t padding[3];
    } target = { { QUEUE }, { 0 } };

    expr_begin(msg, "target");
    rnl_msg_put_str(msg, NFTA_TARGET_NAME, "NFQUEUE");
    rnl_msg_put_be32(msg, NFTA_TARGET_REV, 0);
    rnl_msg_put_bytes(msg, NFTA_TARGET_INFO, &target, sizeof target);
    expr_end(msg);
}

static void put_queue(struct rnl_msg *msg)
{
    expr_begin(msg, "queue");
    rnl_msg_put_be16(msg, NFTA_QUEUE_NUM, QUEUE);
    rnl_msg_put_be16(msg, NFTA_QUEUE_TOTAL, 1);
    expr_end(msg);
}

/* "udp dport PORT queue num 7" */
static int make_queue_rule(void (*put)(struct rnl_msg *))
{
    struct rnl_msg *msg = rule_begin();

    put_udp_port(msg, port_number(receiver));
    put(msg);
    return make_rule(sock, rule_end(msg));
}

static void queue_by_rule(void)
{
    int result = make_queue_rule(put_queue);

    if (result == -ENOENT)
        result = make_queue_rule(put_queue_target);
    if (result == -ENOENT)
        skip("kernel lacks queues in nftables and the target NFQUEUE");
    EQUAL(0, result);
}

static struct rnl_msg *queue_msg(int operation)
{
    return nf_msg(NFNL_SUBSYS_QUEUE, operation, 0, AF_UNSPEC, QUEUE);
}

static struct rnl_msg *command_msg(uint8_t command)
{
    struct nfqnl_msg_config_cmd config = { command, 0, htons(AF_INET) };
    struct rnl_msg *msg = queue_msg(NFQNL_MSG_CONFIG);

    rnl_msg_put_bytes(msg, NFQA_CFG_CMD, &config, sizeof config);
    return msg;
}

/* Whole packets are to come to this socket. */
static void bind_queue(void)
{
    struct nfqnl_msg_config_params params = { htonl(0xffff), NFQNL_COPY_PACKET };
    struct rnl_msg *msg = command_msg(NFQNL_CFG_CMD_BIND);

    rnl_msg_put_bytes(msg, NFQA_CFG_PARAMS, &params, sizeof params);
    deliver(sock, msg);
}

/* The next packet must hold this text. Gives its number in the queue. */
static uint32_t is_queued(const char *text, struct wire *packet)
{
    struct rnl_view view = await(sock, NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET);
    struct rnl_attr attr = nf_attr(&view, NFQA_PACKET_HDR), payload = nf_attr(&view, NFQA_PAYLOAD);
    struct nfqnl_msg_packet_hdr head;
    struct nfgenmsg family;

    EXPECT(sizeof family, rnl_view_fixed(&view, &family, sizeof family));
    EQUAL(AF_INET, family.nfgen_family);
    EQUAL(QUEUE, ntohs(family.res_id));
    EXPECT(sizeof head, rnl_attr_fixed(&attr, &head, sizeof head));
    EQUAL(NF_INET_LOCAL_OUT, head.hook);
    EQUAL(ETH_P_IP, ntohs(head.hw_protocol));
    EQUAL(MARK, be32_in(nf_attr(&view, NFQA_MARK)));
    EQUAL(LO, be32_in(nf_attr(&view, NFQA_IFINDEX_OUTDEV)));
    NEED(payload.data.len == HEADERS + strlen(text));
    CHECK(memcmp(payload.data.ptr + HEADERS, text, strlen(text)) == 0);
    packet->len = 0;
    wire_raw(packet, payload.data.ptr, payload.data.len);
    return ntohl(head.packet_id);
}

static struct rnl_msg *verdict_msg(uint32_t id, uint32_t verdict)
{
    struct nfqnl_msg_verdict_hdr head = { htonl(verdict), htonl(id) };
    struct rnl_msg *msg = queue_msg(NFQNL_MSG_VERDICT);

    rnl_msg_put_bytes(msg, NFQA_VERDICT_HDR, &head, sizeof head);
    return msg;
}

static const char *received(char text[64])
{
    ssize_t len;

    NEED(is_readable(receiver, SOON));
    len = recv(receiver, text, 63, 0);
    NEED(len >= 0);
    text[len] = '\0';
    return text;
}

static void is_received(const char *text)
{
    char got[64];

    SAME_TEXT(text, received(got));
}

static void send_packet(const char *text)
{
    send_text(sender, port_number(receiver), text);
}

static void packets_wait_for_a_verdict(void)
{
    struct wire packet;
    uint32_t first, second;

    send_packet("one");
    first = is_queued("one", &packet);
    send_packet("two");
    CHECK(!is_readable(receiver, 0));
    /* The second packet comes while this is answered, and is kept. */
    deliver(sock, verdict_msg(first, NF_ACCEPT));
    is_received("one");
    CHECK(!is_readable(receiver, 0));
    second = is_queued("two", &packet);
    EQUAL(first + 1, second);
    deliver(sock, verdict_msg(second, NF_ACCEPT));
    is_received("two");
    is_refused(sock, ENOENT, verdict_msg(second, NF_ACCEPT));
}

static void packets_are_dropped(void)
{
    struct wire packet;
    uint32_t dropped, passed;

    send_packet("bad");
    send_packet("good");
    dropped = is_queued("bad", &packet);
    passed = is_queued("good", &packet);
    deliver(sock, verdict_msg(dropped, NF_DROP));
    deliver(sock, verdict_msg(passed, NF_ACCEPT));
    is_received("good");
}

/* Answers for the next packet with another text. Without a checksum, which UDP allows, it can be any of its length. */
static void change_packet(const char *from, const char *to)
{
    struct wire packet;
    struct rnl_msg *msg = verdict_msg(is_queued(from, &packet), NF_ACCEPT);

    memset(packet.at + HEADERS - 2, 0, 2);
    memcpy(packet.at + HEADERS, to, strlen(to));
    rnl_msg_put_bytes(msg, NFQA_PAYLOAD, packet.at, packet.len);
    deliver(sock, msg);
}

/* The first user namespace has a fixed number. */
static bool is_in_user_namespace(void)
{
    struct stat state;

    NEED(stat("/proc/self/ns/user", &state) == 0);
    return state.st_ino != 0xeffffffd;
}

static void packets_are_changed(void)
{
    struct wire packet;
    char got[64];

    send_packet("hello");
    send_packet("after");
    change_packet("hello", "HELLO");
    deliver(sock, verdict_msg(is_queued("after", &packet), NF_ACCEPT));
    if (strcmp(received(got), "after") == 0 && is_in_user_namespace()) {
        printf("not run: a packet changed: kernel lacks that for user namespaces: it drops what they change\n");
        return;
    }
    SAME_TEXT("HELLO", got);
    is_received("after");
}

/* Who has bound the queue has it alone, until he gives it up. */
static void queues_have_an_owner(void)
{
    struct rnl_sock *other = open_sock(NETLINK_NETFILTER);

    is_refused(other, EPERM, command_msg(NFQNL_CFG_CMD_UNBIND));
    is_refused(other, EPERM, verdict_msg(1, NF_ACCEPT));
    deliver(sock, command_msg(NFQNL_CFG_CMD_UNBIND));
    deliver(other, command_msg(NFQNL_CFG_CMD_BIND));
    is_refused(sock, EPERM, verdict_msg(1, NF_ACCEPT));
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
    bind_queue();
    queue_by_rule();
    packets_wait_for_a_verdict();
    packets_are_dropped();
    packets_are_changed();
    queues_have_an_owner();
    close(sender);
    close(receiver);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
