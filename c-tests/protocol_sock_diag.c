/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_SOCK_DIAG, sockets of this machine alone: unix, netlink and packet sockets found among all. */
#include "protocol.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/un.h>

static struct rnl_sock *sock;

/* A unix socket with a name that needs no file. */
static int named_socket(const char *name)
{
    struct sockaddr_un address;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, name, strlen(name));
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0);
    return fd;
}

static struct rnl_msg *unix_msg(uint32_t inode, uint32_t show)
{
    struct unix_diag_req wanted = { AF_UNIX, 0, 0, ~0u, inode, show, { ~0u, ~0u } };

    return request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted);
}

/* Unix sockets are all of this namespace, too: those of the test. */
static void unix_sockets_are_found_by_name(void)
{
    static const char name[] = "rnl-found-by-name";
    int fd = named_socket(name), hits = 0;
    struct rnl_dump *dump = dump_of(sock, unix_msg(0, UDIAG_SHOW_NAME));
    struct unix_diag_msg found;
    struct rnl_view view;

    while (dump_goes_on(dump, &view)) {
        struct rnl_attr attr = attr_of(&view, sizeof found, UNIX_DIAG_NAME);

        EXPECT(sizeof found, rnl_view_fixed(&view, &found, sizeof found));
        EQUAL(AF_UNIX, found.udiag_family);
        if (attr.data.len != sizeof name || memcmp(attr.data.ptr + 1, name, sizeof name - 1) != 0)
            continue;
        EQUAL(inode_of(fd), found.udiag_ino);
        EQUAL(SOCK_DGRAM, found.udiag_type);
        hits++;
    }
    EQUAL(1, hits);
    close(fd);
}

static void unix_sockets_know_their_peers(void)
{
    struct rnl_reply *reply;
    struct rnl_view view;
    int pair[2];

    NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    reply = ask(sock, unix_msg(inode_of(pair[0]), UDIAG_SHOW_PEER | UDIAG_SHOW_NAME));
    EXPECT(1, rnl_reply_next(reply, &view));
    EQUAL(inode_of(pair[1]), number_in(attr_of(&view, sizeof(struct unix_diag_msg), UNIX_DIAG_PEER)));
    CHECK(attr_of(&view, sizeof(struct unix_diag_msg), UNIX_DIAG_NAME).data.ptr == NULL);
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
    close(pair[0]);
    is_refused(sock, ENOENT, unix_msg(0x7ffffff1, 0));
    close(pair[1]);
}

/* Bit by bit, as the kernel keeps them in words of its own. */
static bool has_group(struct rnl_attr groups, unsigned group)
{
    unsigned bit = group - 1;

    return bit / 8 < groups.data.len && (groups.data.ptr[bit / 8] >> bit % 8 & 1);
}

static void is_own(const struct rnl_view *view, const struct netlink_diag_msg *found, struct rnl_sock *own)
{
    struct rnl_attr groups = attr_of(view, sizeof *found, NETLINK_DIAG_GROUPS);
    struct rnl_attr memory = attr_of(view, sizeof *found, NETLINK_DIAG_MEMINFO);
    uint32_t vars[SK_MEMINFO_VARS] = { 0 };

    EQUAL(AF_NETLINK, found->ndiag_family);
    EQUAL(SOCK_RAW, found->ndiag_type);
    EQUAL(inode_of(rnl_sock_fd(own)), found->ndiag_ino);
    CHECK(has_group(groups, RTNLGRP_LINK) && has_group(groups, RTNLGRP_IPV4_ROUTE));
    CHECK(!has_group(groups, RTNLGRP_NEIGH));
    CHECK(number_in(attr_of(view, sizeof *found, NETLINK_DIAG_FLAGS)) & NDIAG_FLAG_PKTINFO);
    CHECK(rnl_attr_fixed(&memory, vars, sizeof vars) > 0);
    EQUAL(40000, vars[SK_MEMINFO_RCVBUF]);
}

static void netlink_sockets_are_found_by_port(void)
{
    struct netlink_diag_req wanted = { AF_NETLINK, NDIAG_PROTO_ALL, 0, 0, 0, { ~0u, ~0u } };
    struct rnl_opts opts = { .size = sizeof opts, .rcvbuf = 20000 };
    struct netlink_diag_msg found;
    struct rnl_sock *own = NULL;
    struct rnl_dump *dump;
    struct rnl_view view;
    int hits = 0, kernel = 0;

    WORKS(0, rnl_sock_open(&own, NETLINK_ROUTE, &opts, &test_err));
    WORKS(0, rnl_sock_join(own, RTNLGRP_LINK, &test_err));
    WORKS(0, rnl_sock_join(own, RTNLGRP_IPV4_ROUTE, &test_err));
    wanted.ndiag_show = NDIAG_SHOW_GROUPS | NDIAG_SHOW_MEMINFO | NDIAG_SHOW_FLAGS;
    dump = dump_of(sock, request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted));
    while (dump_goes_on(dump, &view)) {
        EXPECT(sizeof found, rnl_view_fixed(&view, &found, sizeof found));
        kernel += found.ndiag_portid == 0 && found.ndiag_protocol == NETLINK_ROUTE;
        if (found.ndiag_portid != port_of(own) || found.ndiag_protocol != NETLINK_ROUTE)
            continue;
        is_own(&view, &found, own);
        hits++;
    }
    /* Kernels list a socket that is in groups a second time for them. */
    CHECK(hits == 1 || hits == 2);
    EQUAL(1, kernel);
    EXPECT(0, rnl_sock_close(own));
}

/* A packet socket that sees what loopback carries. */
static int packet_socket(void)
{
    struct packet_mreq promiscuous = { LO, PACKET_MR_PROMISC, 0, { 0 } };
    struct sockaddr_ll address;
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memset(&address, 0, sizeof address);
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_IP);
    address.sll_ifindex = LO;
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    NEED(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) == 0);
    return fd;
}

static void is_packet_socket(const struct rnl_view *view, int fd)
{
    struct rnl_attr members = attr_of(view, sizeof(struct packet_diag_msg), PACKET_DIAG_MCLIST);
    struct rnl_attr attr = attr_of(view, sizeof(struct packet_diag_msg), PACKET_DIAG_INFO);
    struct packet_diag_mclist member;
    struct packet_diag_info info;
    struct packet_diag_msg found;

    EXPECT(sizeof found, rnl_view_fixed(view, &found, sizeof found));
    EQUAL(inode_of(fd), found.pdiag_ino);
    EQUAL(SOCK_DGRAM, found.pdiag_type);
    EQUAL(ETH_P_IP, found.pdiag_num);
    EXPECT(sizeof info, rnl_attr_fixed(&attr, &info, sizeof info));
    EQUAL(LO, info.pdi_index);
    CHECK(info.pdi_flags & PDI_RUNNING);
    EXPECT(sizeof member, rnl_attr_fixed(&members, &member, sizeof member));
    EQUAL(LO, member.pdmc_index);
    EQUAL(PACKET_MR_PROMISC, member.pdmc_type);
    EQUAL(1, member.pdmc_count);
}

static void packet_sockets_are_found(void)
{
    struct packet_diag_req wanted = { AF_PACKET, 0, 0, 0, PACKET_SHOW_INFO | PACKET_SHOW_MCLIST, { 0, 0 } };
    int fd = packet_socket(), seen = 0;
    struct rnl_dump *dump = dump_of(sock, request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted));
    struct rnl_view view;

    for (; dump_goes_on(dump, &view); seen++)
        is_packet_socket(&view, fd);
    EQUAL(1, seen);
    close(fd);
}

static void families_without_sockets_are_refused(void)
{
    struct sock_diag_req wanted = { AF_APPLETALK, 0 };
    struct rnl_msg *msg = request(SOCK_DIAG_BY_FAMILY, 0, &wanted, sizeof wanted);
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    CHECK(result == -ENOENT || result == -EINVAL);
    rnl_msg_free(msg);
}

int main(void)
{
    in_namespace();
    sock = open_protocol(NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG", NULL);
    unix_sockets_are_found_by_name();
    unix_sockets_know_their_peers();
    netlink_sockets_are_found_by_port();
    packet_sockets_are_found();
    families_without_sockets_are_refused();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
