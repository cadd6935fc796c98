/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps of which the kernel leaves out what was not asked for: it says so in each message. */
#include "table.h"

#define LINKS 30
#define ROUTES 100

static struct rnl_sock *sock;
static int bridge;

struct counted {
    int objects, filtered;
};

/* How many objects a dump has, and how many of them say that some have been left out; frees the request. */
static struct counted count(struct rnl_msg *msg)
{
    struct counted n = { 0, 0 };
    struct rnl_dump *dump = NULL;
    struct rnl_view view;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, &test_err) == 1) {
        n.objects++;
        n.filtered += (view.flags & NLM_F_DUMP_FILTERED) != 0;
    }
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
    return n;
}

#define COUNTS(wanted, msg) \
    do { \
        struct counted n = count(msg); \
        EQUAL(wanted, n.objects); \
        EQUAL(wanted, n.filtered); \
    } while (0)

static struct rnl_msg *links_of_kind(const char *kind)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);

    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, kind);
    rnl_msg_nest_end(msg);
    return msg;
}

static struct rnl_msg *links_of_master(int master)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);

    rnl_msg_put_u32(msg, IFLA_MASTER, (uint32_t)master);
    return msg;
}

/* One bridge with a third of the links as its ports. */
static void make_links(void)
{
    char name[16];
    int i;

    for (i = 0; i < LINKS; i++) {
        struct rnl_msg *msg;

        snprintf(name, sizeof name, "p%d", i);
        msg = link_msg(RTM_NEWLINK, 0, make_link(sock, name));
        rnl_msg_put_u32(msg, IFLA_MASTER, i % 3 == 0 ? (uint32_t)bridge : 0);
        deliver(sock, msg);
    }
}

static void links_by_kind_and_master(void)
{
    struct counted all;

    if (add_link(sock, "br0", "bridge") != 0) {
        printf("not run: links by kind: kernel lacks bridges\n");
        return;
    }
    bridge = (int)if_nametoindex("br0");
    make_links();
    all = count(link_msg(RTM_GETLINK, 0, 0));
    EQUAL(LINKS + 2, all.objects);
    EQUAL(0, all.filtered);
    COUNTS(1, links_of_kind("bridge"));
    COUNTS(LINKS / 3, links_of_master(bridge));
    EQUAL(0, count(links_of_master(LO)).objects);
}

/* With strict checking, which sockets have, the header filters, too. */
static void addresses_and_routes_by_link(void)
{
    struct rtmsg to = { AF_INET, 0, 0, 0, RT_TABLE_MAIN, 0, 0, 0, 0 };
    struct ifaddrmsg of = { AF_INET, 0, 0, 0, LO };
    struct rnl_msg *msg = request(RTM_GETROUTE, 0, &to, sizeof to);
    int i;

    for (i = 0; i < ROUTES; i++) {
        unsigned char table = i % 2 ? 77 : RT_TABLE_MAIN;
        struct rtmsg header = { AF_INET, 32, 0, 0, table, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0 };
        struct rnl_msg *route = request(RTM_NEWROUTE, MAKE, &header, sizeof header);

        rnl_msg_put_be32(route, RTA_DST, (uint32_t)(0x0a000000 + i));
        rnl_msg_put_u32(route, RTA_OIF, LO);
        deliver(sock, route);
    }
    rnl_msg_put_u32(msg, RTA_OIF, LO);
    COUNTS(ROUTES / 2, msg);
    to.rtm_table = 77;
    COUNTS(ROUTES / 2, request(RTM_GETROUTE, 0, &to, sizeof to));
    COUNTS(1, request(RTM_GETADDR, 0, &of, sizeof of));
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    links_by_kind_and_master();
    addresses_and_routes_by_link();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
