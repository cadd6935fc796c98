/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The tables of routes: many with one key, replaced ones, several hops, and those that vanish without a word. */
#include "table.h"

#include <arpa/inet.h>

static struct rnl_sock *sock;
static int one, two;

/* What the tests of both families differ in. */
struct ip {
    const struct shape *shape;
    unsigned char family, len;
    const char *to, *to_too, *nowhere, *local_one, *local_two, *hop_one, *hop_two;
};

static const struct ip v4 = { &routes4, AF_INET, 24, "198.51.100.0", "203.0.113.0", "198.51.7.0",
                              "192.0.2.1", "192.0.3.1", "192.0.2.2", "192.0.3.2" };
static const struct ip v6 = { &routes6, AF_INET6, 64, "2001:db8:9::", "2001:db8:a::", "2001:db8:b::",
                              "2001:db8:1::1", "2001:db8:2::1", "2001:db8:1::2", "2001:db8:2::2" };

static struct rnl_msg *route(uint16_t type, uint16_t flags, const struct ip *ip, const char *to)
{
    struct rtmsg header = { ip->family, ip->len, 0, 0, RT_TABLE_MAIN, 0, 0, 0, 0 };
    struct rnl_msg *msg;

    if (type == RTM_NEWROUTE) {
        header.rtm_protocol = RTPROT_STATIC;
        header.rtm_type = RTN_UNICAST;
    }
    header.rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE;
    msg = request(type, flags, &header, sizeof header);
    rnl_msg_put_ip(msg, RTA_DST, to);
    rnl_msg_put_u32(msg, RTA_PRIORITY, 50);
    return msg;
}

static struct rnl_msg *over(struct rnl_msg *msg, int index, const char *gateway)
{
    if (gateway)
        rnl_msg_put_ip(msg, RTA_GATEWAY, gateway);
    rnl_msg_put_u32(msg, RTA_OIF, (uint32_t)index);
    return msg;
}

/* As the table finds it: with the number of its table. */
static bool has(struct follower *f, const struct ip *ip, const char *to)
{
    struct rtmsg header = { ip->family, ip->len, 0, 0, 0, 0, 0, 0, 0 };
    struct rnl_msg *like = request(RTM_GETROUTE, 0, &header, sizeof header);

    rnl_msg_put_u32(like, RTA_TABLE, RT_TABLE_MAIN);
    rnl_msg_put_ip(like, RTA_DST, to);
    rnl_msg_put_u32(like, RTA_PRIORITY, 50);
    return finds(f->table, like);
}

static void address(const struct ip *ip, uint16_t type, int index, const char *text)
{
    struct ifaddrmsg header = { ip->family, ip->len, IFA_F_NODAD, 0, (unsigned)index };
    struct rnl_msg *msg = request(type, type == RTM_NEWADDR ? MAKE : 0, &header, sizeof header);

    rnl_msg_put_ip(msg, IFA_LOCAL, text);
    deliver(sock, msg);
}

/* A table when nothing moves any more; no route to anywhere is there. */
static struct follower begin(const struct ip *ip)
{
    struct follower f = follow(ip->shape);

    settle(&f);
    CHECK(!has(&f, ip, ip->to) && !has(&f, ip, ip->to_too));
    AGREES(&f);
    return f;
}

/* Whether an event is about a route to the first destination. */
static bool leads_there(const struct ip *ip, const struct rnl_event *e)
{
    struct rnl_bytes to = attr_of(&routes, e->kind == RNL_EVENT_DEL ? &e->before : &e->now, RTA_DST);
    unsigned char wanted[16];

    NEED(inet_pton(ip->family, ip->to, wanted) == 1);
    return to.ptr && memcmp(to.ptr, wanted, to.len) == 0;
}

/* The next event of this kind that is about it. */
static struct rnl_event told(struct follower *f, const struct ip *ip, int kind)
{
    long long end = milliseconds() + SOON;
    struct rnl_event e;

    do
        NEED(milliseconds() < end && advance(f, &e, SOON));
    while (e.kind != kind || !leads_there(ip, &e));
    return e;
}

static void routes_come_change_and_go(const struct ip *ip)
{
    struct follower f = begin(ip);
    struct rnl_event e;
    uint32_t priority = 50;

    deliver(sock, over(route(RTM_NEWROUTE, MAKE, ip, ip->to), one, NULL));
    e = told(&f, ip, RNL_EVENT_NEW);
    SAME_BYTES(&priority, 4, attr_of(&routes, &e.now, RTA_PRIORITY));
    CHECK(has(&f, ip, ip->to) && !has(&f, ip, ip->nowhere));
    deliver(sock, over(route(RTM_NEWROUTE, NLM_F_REPLACE, ip, ip->to), two, NULL));
    e = told(&f, ip, RNL_EVENT_CHANGE);
    EQUAL(two, number_of(&routes, &e.now, RTA_OIF));
    EQUAL(one, number_of(&routes, &e.before, RTA_OIF));
    CHECK(e.n_changed == 1 && has_type(&e, RTA_OIF));
    settle(&f);
    AGREES(&f);
    deliver(sock, over(route(RTM_DELROUTE, 0, ip, ip->to), two, NULL));
    told(&f, ip, RNL_EVENT_DEL);
    CHECK(!has(&f, ip, ip->to));
    unfollow(&f);
}

/* Routes that differ in their device alone have one key; one is replaced, and each goes alone. */
static void routes_with_one_key(const struct ip *ip)
{
    struct follower f = begin(ip);
    struct rnl_msg *mtu = over(route(RTM_NEWROUTE, NLM_F_REPLACE | NLM_F_CREATE, ip, ip->to), one, NULL);
    long before;

    rnl_msg_nest_begin(mtu, RTA_METRICS);
    rnl_msg_put_u32(mtu, RTAX_MTU, 1400);
    rnl_msg_nest_end(mtu);
    deliver(sock, over(route(RTM_NEWROUTE, MAKE, ip, ip->to), one, NULL));
    settle(&f);
    before = f.set.total;
    deliver(sock, over(route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, ip, ip->to), two, NULL));
    settle(&f);
    EQUAL(before + 1, f.set.total);
    AGREES(&f);
    deliver(sock, mtu);
    settle(&f);
    AGREES(&f);
    deliver(sock, over(route(RTM_DELROUTE, 0, ip, ip->to), two, NULL));
    settle(&f);
    EQUAL(before, f.set.total);
    CHECK(has(&f, ip, ip->to));
    AGREES(&f);
    deliver(sock, over(route(RTM_DELROUTE, 0, ip, ip->to), one, NULL));
    settle(&f);
    CHECK(!has(&f, ip, ip->to));
    unfollow(&f);
}

/* ---- Several hops. */

/* One struct rtnexthop with a gateway. */
static void put_hop(struct rnl_msg *msg, const struct ip *ip, int index, const char *gateway)
{
    struct {
        struct rtnexthop hop;
        struct rtattr attr;
        unsigned char address[16];
    } hop = { { 0, 0, 0, index }, { 0, RTA_GATEWAY }, { 0 } };
    size_t size = ip->family == AF_INET ? 4 : 16;

    NEED(inet_pton(ip->family, gateway, hop.address) == 1);
    hop.attr.rta_len = (unsigned short)(sizeof hop.attr + size);
    hop.hop.rtnh_len = (unsigned short)(sizeof hop.hop + hop.attr.rta_len);
    NEED(rnl_msg_put_raw(msg, &hop, hop.hop.rtnh_len) == 0);
}

static struct rnl_msg *multipath(uint16_t type, uint16_t flags, const struct ip *ip, bool first, bool second)
{
    struct rnl_msg *msg = route(type, flags, ip, ip->to);

    rnl_msg_nest_begin(msg, RTA_MULTIPATH);
    if (first)
        put_hop(msg, ip, one, ip->hop_one);
    if (second)
        put_hop(msg, ip, two, ip->hop_two);
    rnl_msg_nest_end(msg);
    return msg;
}

static void several_hops_are_one_route(const struct ip *ip)
{
    struct follower f = begin(ip);
    long before = f.set.total;

    deliver(sock, multipath(RTM_NEWROUTE, MAKE, ip, true, true));
    settle(&f);
    EQUAL(before + 1, f.set.total);
    AGREES(&f);
    deliver(sock, multipath(RTM_NEWROUTE, NLM_F_REPLACE, ip, false, true));
    settle(&f);
    EQUAL(before + 1, f.set.total);
    AGREES(&f);
    deliver(sock, multipath(RTM_NEWROUTE, NLM_F_REPLACE, ip, true, true));
    settle(&f);
    AGREES(&f);
    deliver(sock, route(RTM_DELROUTE, 0, ip, ip->to));
    settle(&f);
    /* IPv6 takes one hop for each request that names none. */
    while (has(&f, ip, ip->to)) {
        AGREES(&f);
        deliver(sock, route(RTM_DELROUTE, 0, ip, ip->to));
        settle(&f);
    }
    EQUAL(before, f.set.total);
    unfollow(&f);
}

/* In IPv6, hops come and go one at a time. */
static void a_hop_comes_and_goes(void)
{
    struct follower f = begin(&v6);
    long before = f.set.total;

    deliver(sock, over(route(RTM_NEWROUTE, MAKE, &v6, v6.to), one, v6.hop_one));
    deliver(sock, over(route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, &v6, v6.to), two, v6.hop_two));
    settle(&f);
    EQUAL(before + 1, f.set.total);
    AGREES(&f);
    deliver(sock, over(route(RTM_DELROUTE, 0, &v6, v6.to), one, v6.hop_one));
    settle(&f);
    EQUAL(before + 1, f.set.total);
    CHECK(has(&f, &v6, v6.to));
    AGREES(&f);
    deliver(sock, over(route(RTM_DELROUTE, 0, &v6, v6.to), two, v6.hop_two));
    settle(&f);
    EQUAL(before, f.set.total);
    unfollow(&f);
}

/* ---- What the kernel does without a word. */

/* IPv6 has taken the link's addresses away. */
static void up_again(const struct ip *ip)
{
    set_up(sock, two, true);
    if (ip == &v6)
        address(ip, RTM_NEWADDR, two, ip->local_two);
}

static void a_link_that_goes_down_takes_routes_with_it(const struct ip *ip)
{
    struct follower f = begin(ip);

    deliver(sock, over(route(RTM_NEWROUTE, MAKE, ip, ip->to), two, NULL));
    deliver(sock, over(route(RTM_NEWROUTE, MAKE, ip, ip->to_too), one, NULL));
    settle(&f);
    CHECK(has(&f, ip, ip->to) && has(&f, ip, ip->to_too));
    set_up(sock, two, false);
    told(&f, ip, RNL_EVENT_DEL);
    settle(&f);
    CHECK(!has(&f, ip, ip->to) && has(&f, ip, ip->to_too));
    AGREES(&f);
    deliver(sock, route(RTM_DELROUTE, 0, ip, ip->to_too));
    up_again(ip);
    unfollow(&f);
}

/* One hop's link goes down, and is up again. */
static void a_hop_goes_with_its_link(const struct ip *ip)
{
    struct follower f = begin(ip);

    deliver(sock, multipath(RTM_NEWROUTE, MAKE, ip, true, true));
    settle(&f);
    AGREES(&f);
    set_up(sock, two, false);
    settle(&f);
    CHECK(has(&f, ip, ip->to));
    AGREES(&f);
    deliver(sock, route(RTM_DELROUTE, 0, ip, ip->to));
    settle(&f);
    CHECK(!has(&f, ip, ip->to));
    up_again(ip);
    unfollow(&f);
}

/* A route that prefers an address as its source goes with it. */
static void an_address_takes_routes_with_it(void)
{
    struct follower f = begin(&v4);
    struct rnl_msg *msg = over(route(RTM_NEWROUTE, MAKE, &v4, v4.to), one, NULL);

    address(&v4, RTM_NEWADDR, two, "192.0.4.1");
    rnl_msg_put_ip(msg, RTA_PREFSRC, "192.0.4.1");
    deliver(sock, msg);
    told(&f, &v4, RNL_EVENT_NEW);
    address(&v4, RTM_DELADDR, two, "192.0.4.1");
    told(&f, &v4, RNL_EVENT_DEL);
    unfollow(&f);
}

static void a_link_that_is_deleted_takes_routes_with_it(const struct ip *ip)
{
    struct follower f = begin(ip);
    int three = make_link(sock, "three");

    set_up(sock, three, true);
    deliver(sock, over(route(RTM_NEWROUTE, MAKE, ip, ip->to), three, NULL));
    told(&f, ip, RNL_EVENT_NEW);
    delete_link(sock, three);
    told(&f, ip, RNL_EVENT_DEL);
    unfollow(&f);
}

static void a_nexthop_takes_routes_with_it(const struct ip *ip)
{
    struct nhmsg header = { ip->family, 0, RTPROT_STATIC, 0, 0 };
    struct rnl_msg *nexthop = request(RTM_NEWNEXTHOP, MAKE, &header, sizeof header), *msg;
    struct follower f = begin(ip);

    rnl_msg_put_u32(nexthop, NHA_ID, 7);
    rnl_msg_put_u32(nexthop, NHA_OIF, (uint32_t)one);
    deliver(sock, nexthop);
    msg = route(RTM_NEWROUTE, MAKE, ip, ip->to);
    rnl_msg_put_u32(msg, RTA_NH_ID, 7);
    deliver(sock, msg);
    told(&f, ip, RNL_EVENT_NEW);
    header.nh_protocol = 0;
    header.nh_family = 0;
    nexthop = request(RTM_DELNEXTHOP, 0, &header, sizeof header);
    rnl_msg_put_u32(nexthop, NHA_ID, 7);
    deliver(sock, nexthop);
    told(&f, ip, RNL_EVENT_DEL);
    unfollow(&f);
}

/* The table of both families has the routes of each. */
static void both_families_are_one_table(void)
{
    struct follower both = follow(&routes), four = follow(&routes4), six = follow(&routes6);

    settle(&both), settle(&four), settle(&six);
    CHECK(four.set.total > 0 && six.set.total > 0);
    EQUAL(four.set.total + six.set.total, both.set.total);
    deliver(sock, over(route(RTM_NEWROUTE, MAKE, &v4, v4.to), one, NULL));
    deliver(sock, over(route(RTM_NEWROUTE, MAKE, &v6, v6.to), one, NULL));
    settle(&both), settle(&four), settle(&six);
    CHECK(has(&both, &v4, v4.to) && has(&both, &v6, v6.to));
    CHECK(has(&four, &v4, v4.to) && !has(&four, &v6, v6.to));
    CHECK(!has(&six, &v4, v4.to) && has(&six, &v6, v6.to));
    deliver(sock, route(RTM_DELROUTE, 0, &v4, v4.to));
    deliver(sock, route(RTM_DELROUTE, 0, &v6, v6.to));
    unfollow(&both);
    unfollow(&four);
    unfollow(&six);
}

static void each_family(const struct ip *ip)
{
    address(ip, RTM_NEWADDR, one, ip->local_one);
    address(ip, RTM_NEWADDR, two, ip->local_two);
    routes_come_change_and_go(ip);
    routes_with_one_key(ip);
    several_hops_are_one_route(ip);
    a_link_that_goes_down_takes_routes_with_it(ip);
    a_link_that_is_deleted_takes_routes_with_it(ip);
    a_nexthop_takes_routes_with_it(ip);
    a_hop_goes_with_its_link(ip);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    one = make_link(sock, "one");
    two = make_link(sock, "two");
    set_up(sock, one, true);
    set_up(sock, two, true);
    each_family(&v4);
    an_address_takes_routes_with_it();
    both_families_are_one_table();
    each_family(&v6);
    a_hop_comes_and_goes();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
