/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_XFRM: states and policies of IPsec made, asked for, dumped and deleted, with what is told of it; and the
 * kernel's own question for a state, when a packet needs one.
 */
#include "protocol.h"

#include <linux/xfrm.h>

#define SPI 0x1234
#define REQID 77
/* Where packets need a state: 127.0.0.2. */
#define PEER 0x7f000002

static struct rnl_sock *sock, *monitor;

static struct xfrm_selector to_peer(uint16_t port)
{
    struct xfrm_selector selector;

    memset(&selector, 0, sizeof selector);
    selector.family = AF_INET;
    selector.daddr.a4 = htonl(PEER);
    selector.prefixlen_d = 32;
    selector.proto = IPPROTO_UDP;
    selector.dport = htons(port);
    selector.dport_mask = 0xffff;
    return selector;
}

static struct xfrm_lifetime_cfg for_ever(void)
{
    struct xfrm_lifetime_cfg life = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 };

    return life;
}

static struct xfrm_usersa_info state(uint32_t spi)
{
    struct xfrm_usersa_info info;

    memset(&info, 0, sizeof info);
    info.id.daddr.a4 = htonl(PEER);
    info.id.spi = htonl(spi);
    info.id.proto = IPPROTO_ESP;
    info.saddr.a4 = htonl(INADDR_LOOPBACK);
    info.lft = for_ever();
    info.reqid = REQID;
    info.family = AF_INET;
    info.mode = XFRM_MODE_TRANSPORT;
    info.replay_window = 32;
    return info;
}

static struct rnl_msg *state_id_msg(uint16_t type, uint32_t spi)
{
    struct xfrm_usersa_id id;

    memset(&id, 0, sizeof id);
    id.daddr.a4 = htonl(PEER);
    id.spi = htonl(spi);
    id.family = AF_INET;
    id.proto = IPPROTO_ESP;
    return request(type, 0, &id, sizeof id);
}

static void is_state(const struct xfrm_usersa_info *found, uint32_t spi)
{
    EQUAL(PEER, ntohl(found->id.daddr.a4));
    EQUAL(INADDR_LOOPBACK, ntohl(found->saddr.a4));
    EQUAL(spi, ntohl(found->id.spi));
    EQUAL(IPPROTO_ESP, found->id.proto);
    EQUAL(REQID, found->reqid);
    EQUAL(AF_INET, found->family);
    EQUAL(XFRM_MODE_TRANSPORT, found->mode);
}

static struct xfrm_usersa_info state_in(const struct rnl_view *view)
{
    struct xfrm_usersa_info found;

    EXPECT(sizeof found, rnl_view_fixed(view, &found, sizeof found));
    return found;
}

/* How many states a dump shows; each must be the one with this number. */
static int dumped_states(uint32_t spi)
{
    struct rnl_dump *dump = dump_of(sock, rnl_msg_new(XFRM_MSG_GETSA, 0));
    struct rnl_view view;
    int seen = 0;

    for (; dump_goes_on(dump, &view); seen++) {
        struct xfrm_usersa_info found = state_in(&view);

        EQUAL(XFRM_MSG_NEWSA, view.type);
        is_state(&found, spi);
    }
    return seen;
}

/* Asks for one state and gives its message's reply. */
static struct rnl_reply *one_state(uint32_t spi, struct rnl_view *view)
{
    struct rnl_reply *reply = ask(sock, state_id_msg(XFRM_MSG_GETSA, spi));
    struct xfrm_usersa_info found;

    NEED(rnl_reply_next(reply, view) == 1);
    found = state_in(view);
    is_state(&found, spi);
    return reply;
}

/* A deletion is told with what names the state, and the whole of it inside. */
static void state_is_deleted(uint32_t spi)
{
    struct xfrm_usersa_info gone;
    struct xfrm_usersa_id id;
    struct rnl_attr attr;
    struct rnl_view view;

    deliver(sock, state_id_msg(XFRM_MSG_DELSA, spi));
    view = await(monitor, XFRM_MSG_DELSA);
    EQUAL(XFRMNLGRP_SA, view.group);
    EXPECT(sizeof id, rnl_view_fixed(&view, &id, sizeof id));
    EQUAL(spi, ntohl(id.spi));
    attr = attr_of(&view, sizeof id, XFRMA_SA);
    EXPECT(sizeof gone, rnl_attr_fixed(&attr, &gone, sizeof gone));
    is_state(&gone, spi);
    EQUAL(0, dumped_states(spi));
    is_refused(sock, ESRCH, state_id_msg(XFRM_MSG_DELSA, spi));
    is_refused(sock, ESRCH, state_id_msg(XFRM_MSG_GETSA, spi));
}

/* The kernel finds a free number for a state that is to come; that is a state already. */
static void numbers_are_allocated(void)
{
    struct xfrm_userspi_info wanted = { .info = state(0), .min = 0x5000, .max = 0x50ff };
    struct rnl_reply *reply, *again;
    struct xfrm_usersa_info found;
    struct rnl_view view;
    uint32_t spi;

    reply = ask(sock, request(XFRM_MSG_ALLOCSPI, 0, &wanted, sizeof wanted));
    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(XFRM_MSG_NEWSA, view.type);
    found = state_in(&view);
    spi = ntohl(found.id.spi);
    CHECK(spi >= 0x5000 && spi <= 0x50ff);
    is_state(&found, spi);
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
    again = one_state(spi, &view);
    EXPECT(0, rnl_reply_free(again));
    EQUAL(1, dumped_states(spi));
    state_is_deleted(spi);
}

static void put_algorithm(struct rnl_msg *msg, uint16_t type, const char *name, const char *key, size_t len)
{
    struct xfrm_algo head;
    struct wire w = { 0, { 0 } };

    memset(&head, 0, sizeof head);
    snprintf(head.alg_name, sizeof head.alg_name, "%s", name);
    head.alg_key_len = (unsigned)len * 8;
    wire_raw(&w, &head, sizeof head);
    wire_raw(&w, key, len);
    rnl_msg_put_bytes(msg, type, w.at, w.len);
}

static const char key[] = "0123456789abcdef0123456789ABCDEF";

static struct rnl_msg *new_state_msg(void)
{
    struct xfrm_usersa_info info = state(SPI);
    struct xfrm_mark mark = { 0x42, 0xff };
    struct rnl_msg *msg = request(XFRM_MSG_NEWSA, 0, &info, sizeof info);

    put_algorithm(msg, XFRMA_ALG_CRYPT, "cbc(aes)", key, 16);
    put_algorithm(msg, XFRMA_ALG_AUTH, "hmac(sha256)", key, 32);
    rnl_msg_put_bytes(msg, XFRMA_MARK, &mark, sizeof mark);
    return msg;
}

/* What a message says of the state: how it encrypts, with which key, for which packets. */
static void is_complete(const struct rnl_view *view)
{
    struct rnl_attr crypt = attr_of(view, sizeof(struct xfrm_usersa_info), XFRMA_ALG_CRYPT);
    struct rnl_attr mark = attr_of(view, sizeof(struct xfrm_usersa_info), XFRMA_MARK);
    struct xfrm_mark found_mark;
    struct xfrm_algo found;

    EXPECT(sizeof found, rnl_attr_fixed(&crypt, &found, sizeof found));
    SAME_TEXT("cbc(aes)", found.alg_name);
    EQUAL(128, found.alg_key_len);
    NEED(crypt.data.len == sizeof found + 16);
    CHECK(memcmp(crypt.data.ptr + sizeof found, key, 16) == 0);
    EXPECT(sizeof found_mark, rnl_attr_fixed(&mark, &found_mark, sizeof found_mark));
    EQUAL(0x42, found_mark.v);
    EQUAL(0xff, found_mark.m);
}

/* States with a mark are asked for with it. */
static struct rnl_msg *marked_state_msg(uint16_t type)
{
    struct xfrm_mark mark = { 0x42, 0xff };
    struct rnl_msg *msg = state_id_msg(type, SPI);

    rnl_msg_put_bytes(msg, XFRMA_MARK, &mark, sizeof mark);
    return msg;
}

static void states_are_made(void)
{
    struct rnl_msg *msg = new_state_msg();
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    struct rnl_reply *reply;
    struct rnl_view view;

    rnl_msg_free(msg);
    if (result == -EPROTONOSUPPORT) {
        printf("not run: states with keys: kernel lacks ESP\n");
        return;
    }
    EQUAL(0, result);
    view = await(monitor, XFRM_MSG_NEWSA);
    EQUAL(XFRMNLGRP_SA, view.group);
    is_complete(&view);
    is_refused(sock, EEXIST, new_state_msg());
    EQUAL(1, dumped_states(SPI));
    reply = ask(sock, marked_state_msg(XFRM_MSG_GETSA));
    NEED(rnl_reply_next(reply, &view) == 1);
    is_complete(&view);
    EXPECT(0, rnl_reply_free(reply));
    is_refused(sock, ESRCH, state_id_msg(XFRM_MSG_GETSA, SPI));
    deliver(sock, marked_state_msg(XFRM_MSG_DELSA));
    await(monitor, XFRM_MSG_DELSA);
    EQUAL(0, dumped_states(SPI));
}

static struct rnl_msg *policy_msg(uint16_t type, uint16_t port)
{
    struct xfrm_userpolicy_info info;
    struct xfrm_user_tmpl template;
    struct rnl_msg *msg;

    memset(&info, 0, sizeof info);
    info.sel = to_peer(port);
    info.lft = for_ever();
    info.priority = 5;
    info.dir = XFRM_POLICY_OUT;
    memset(&template, 0, sizeof template);
    template.id.proto = IPPROTO_ESP;
    template.family = AF_INET;
    template.reqid = REQID;
    template.aalgos = template.ealgos = template.calgos = ~0u;
    msg = request(type, 0, &info, sizeof info);
    rnl_msg_put_bytes(msg, XFRMA_TMPL, &template, sizeof template);
    return msg;
}

static struct rnl_msg *policy_id_msg(uint16_t type, uint16_t port)
{
    struct xfrm_userpolicy_id id;

    memset(&id, 0, sizeof id);
    id.sel = to_peer(port);
    id.dir = XFRM_POLICY_OUT;
    return request(type, 0, &id, sizeof id);
}

/* Gives the policy's number. */
static uint32_t is_policy(const struct rnl_view *view, uint16_t port)
{
    struct xfrm_userpolicy_info found;
    struct xfrm_user_tmpl template;
    struct rnl_attr attr = attr_of(view, sizeof found, XFRMA_TMPL);

    EXPECT(sizeof found, rnl_view_fixed(view, &found, sizeof found));
    EQUAL(PEER, ntohl(found.sel.daddr.a4));
    EQUAL(32, found.sel.prefixlen_d);
    EQUAL(port, ntohs(found.sel.dport));
    EQUAL(IPPROTO_UDP, found.sel.proto);
    EQUAL(5, found.priority);
    EQUAL(XFRM_POLICY_OUT, found.dir);
    EXPECT(sizeof template, rnl_attr_fixed(&attr, &template, sizeof template));
    EQUAL(IPPROTO_ESP, template.id.proto);
    EQUAL(REQID, template.reqid);
    return found.index;
}

/* Makes a policy and gives its number. */
static uint32_t policies_are_made(uint16_t port)
{
    struct rnl_reply *reply;
    struct rnl_view view;
    uint32_t index;

    deliver(sock, policy_msg(XFRM_MSG_NEWPOLICY, port));
    view = await(monitor, XFRM_MSG_NEWPOLICY);
    EQUAL(XFRMNLGRP_POLICY, view.group);
    index = is_policy(&view, port);
    is_refused(sock, EEXIST, policy_msg(XFRM_MSG_NEWPOLICY, port));
    reply = ask(sock, policy_id_msg(XFRM_MSG_GETPOLICY, port));
    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(index, is_policy(&view, port));
    EXPECT(0, rnl_reply_free(reply));
    return index;
}

static int dumped_policies(uint16_t port)
{
    struct rnl_dump *dump = dump_of(sock, rnl_msg_new(XFRM_MSG_GETPOLICY, 0));
    struct rnl_view view;
    int seen = 0;

    for (; dump_goes_on(dump, &view); seen++)
        is_policy(&view, port);
    return seen;
}

static void policies_are_deleted(uint16_t port)
{
    struct rnl_view view;

    EQUAL(1, dumped_policies(port));
    deliver(sock, policy_id_msg(XFRM_MSG_DELPOLICY, port));
    view = await(monitor, XFRM_MSG_DELPOLICY);
    EQUAL(XFRMNLGRP_POLICY, view.group);
    EQUAL(0, dumped_policies(port));
    is_refused(sock, ENOENT, policy_id_msg(XFRM_MSG_DELPOLICY, port));
}

/* The kernel asks for a state for what goes from this port to the peer's. */
static void is_acquired(uint16_t from, uint16_t to, uint32_t policy)
{
    struct rnl_view view = await(monitor, XFRM_MSG_ACQUIRE);
    struct xfrm_user_acquire wanted;

    EQUAL(XFRMNLGRP_ACQUIRE, view.group);
    EXPECT(sizeof wanted, rnl_view_fixed(&view, &wanted, sizeof wanted));
    EQUAL(PEER, ntohl(wanted.id.daddr.a4));
    EQUAL(IPPROTO_ESP, wanted.id.proto);
    EQUAL(PEER, ntohl(wanted.sel.daddr.a4));
    EQUAL(INADDR_LOOPBACK, ntohl(wanted.sel.saddr.a4));
    EQUAL(to, ntohs(wanted.sel.dport));
    EQUAL(from, ntohs(wanted.sel.sport));
    EQUAL(policy, wanted.policy.index);
    CHECK(wanted.seq != 0);
}

/* Loopback is spared from policies, unless it is told otherwise. */
static void a_packet_asks_for_a_state(uint32_t policy, uint16_t port)
{
    struct sockaddr_in peer = loopback(port);
    int fd = bound_socket(SOCK_DGRAM);
    struct xfrm_usersa_flush all = { IPPROTO_ESP };

    peer.sin_addr.s_addr = htonl(PEER);
    write_file("/proc/sys/net/ipv4/conf/lo/disable_xfrm", "0");
    sendto(fd, "secret", 6, MSG_DONTWAIT, (struct sockaddr *)&peer, sizeof peer);
    is_acquired(port_number(fd), port, policy);
    /* Until there is one, a state without a number stands for it. */
    EQUAL(1, dumped_states(0));
    deliver(sock, request(XFRM_MSG_FLUSHSA, 0, &all, sizeof all));
    EQUAL(0, dumped_states(0));
    await(monitor, XFRM_MSG_FLUSHSA);
    close(fd);
}

static void without_rights_nothing_is_told(void)
{
    struct rnl_sock *own = open_sock(NETLINK_XFRM);

    is_refused(own, EPERM, state_id_msg(XFRM_MSG_GETSA, SPI));
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_join(own, XFRMNLGRP_SA, &test_err));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    uint16_t port = 4500;
    uint32_t policy;

    in_namespace();
    sock = open_protocol(NETLINK_XFRM, "NETLINK_XFRM", NULL);
    monitor = open_sock(NETLINK_XFRM);
    WORKS(0, rnl_sock_join(monitor, XFRMNLGRP_ACQUIRE, &test_err));
    WORKS(0, rnl_sock_join(monitor, XFRMNLGRP_SA, &test_err));
    WORKS(0, rnl_sock_join(monitor, XFRMNLGRP_POLICY, &test_err));
    numbers_are_allocated();
    states_are_made();
    policy = policies_are_made(port);
    a_packet_asks_for_a_state(policy, port);
    policies_are_deleted(port);
    without_rights(without_rights_nothing_is_told);
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
