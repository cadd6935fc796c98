/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The tables of links, addresses and neighbours, and one of a bridge's forwarding entries, on real changes. */
#include "table.h"

static struct rnl_sock *sock;
static int dev;

/* ---- Links. */

static bool is_link(const struct rnl_event *e, int index)
{
    struct ifinfomsg header;

    memcpy(&header, (e->kind == RNL_EVENT_DEL ? e->before : e->now).body.ptr, sizeof header);
    return header.ifi_index == index;
}

static bool flags_differ(const struct rnl_event *e, int index)
{
    struct ifinfomsg now, before;

    memcpy(&now, e->now.body.ptr, sizeof now);
    memcpy(&before, e->before.body.ptr, sizeof before);
    return now.ifi_index == index && (now.ifi_flags ^ before.ifi_flags) & IFF_UP;
}

static bool mtu_differs(const struct rnl_event *e, int index)
{
    return is_link(e, index) && has_type(e, IFLA_MTU);
}

static void set_mtu(int index, uint32_t mtu)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, index);

    rnl_msg_put_u32(msg, IFLA_MTU, mtu);
    deliver(sock, msg);
}

static void a_link_changes(struct follower *f, int index)
{
    struct rnl_event e;

    set_mtu(index, 1300);
    e = until(f, RNL_EVENT_CHANGE, mtu_differs, index);
    EQUAL(1300, number_of(&links, &e.now, IFLA_MTU));
    EQUAL(1500, number_of(&links, &e.before, IFLA_MTU));
    EQUAL(1, e.n_changed);
    CHECK(!has_type(&e, IFLA_IFNAME));
    settle(f);
    set_up(sock, index, true);
    until(f, RNL_EVENT_CHANGE, flags_differ, index);
    /* What does not change anything is no event. */
    settle(f);
    set_mtu(index, 1300);
    EQUAL(0, settle(f));
}

static void links_come_change_and_go(void)
{
    struct follower f = follow(&links);
    struct rnl_event e;
    int index = make_link(sock, "l1");

    e = until(&f, RNL_EVENT_NEW, is_link, index);
    SAME_BYTES("l1", 3, attr_of(&links, &e.now, IFLA_IFNAME));
    CHECK(finds(f.table, link_msg(RTM_GETLINK, 0, index)));
    CHECK(!finds(f.table, link_msg(RTM_GETLINK, 0, 99999)));
    EQUAL(-1, e.nsid);
    a_link_changes(&f, index);
    AGREES(&f);
    delete_link(sock, index);
    e = until(&f, RNL_EVENT_DEL, is_link, index);
    EQUAL(1300, number_of(&links, &e.before, IFLA_MTU));
    CHECK(!finds(f.table, link_msg(RTM_GETLINK, 0, index)));
    unfollow(&f);
}

static void many_links_come_and_go(void)
{
    struct follower f = follow(&links);
    char name[16];
    int i;

    for (i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "m%d", i);
        CHECK(add_any_link(sock, name));
    }
    settle(&f);
    EQUAL(52, f.set.total);
    AGREES(&f);
    for (i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "m%d", i);
        delete_link(sock, (int)if_nametoindex(name));
    }
    settle(&f);
    EQUAL(2, f.set.total);
    unfollow(&f);
}

/* A bridge's port is told of twice, with the families of links and of bridges: one of them is the link. */
static void ports_of_bridges_are_one_link(void)
{
    struct follower f = follow(&links);
    struct rnl_msg *msg;
    int bridge, port;

    if (add_link(sock, "br0", "bridge") != 0) {
        printf("not run: a bridge's port: kernel lacks bridges\n");
        unfollow(&f);
        return;
    }
    bridge = (int)if_nametoindex("br0");
    port = make_link(sock, "port");
    msg = link_msg(RTM_NEWLINK, 0, port);
    rnl_msg_put_u32(msg, IFLA_MASTER, (uint32_t)bridge);
    deliver(sock, msg);
    set_up(sock, bridge, true);
    set_up(sock, port, true);
    settle(&f);
    EQUAL(4, f.set.total);
    msg = link_msg(RTM_NEWLINK, 0, port);
    rnl_msg_put_u32(msg, IFLA_MASTER, 0);
    deliver(sock, msg);
    settle(&f);
    EQUAL(4, f.set.total);
    AGREES(&f);
    delete_link(sock, port);
    delete_link(sock, bridge);
    settle(&f);
    EQUAL(2, f.set.total);
    unfollow(&f);
}

/* ---- Addresses. */

static struct rnl_msg *ip_address(uint16_t type, const char *address, int prefix, uint32_t lifetime)
{
    unsigned char family = strchr(address, ':') ? AF_INET6 : AF_INET;
    struct ifaddrmsg header = { family, (unsigned char)prefix, IFA_F_NODAD, 0, (unsigned)dev };
    struct rnl_msg *msg = request(type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_REPLACE : 0, &header, sizeof header);
    struct ifa_cacheinfo life = { lifetime, lifetime, 0, 0 };

    rnl_msg_put_ip(msg, IFA_LOCAL, address);
    rnl_msg_put_ip(msg, IFA_ADDRESS, address);
    if (type == RTM_NEWADDR)
        rnl_msg_put_bytes(msg, IFA_CACHEINFO, &life, sizeof life);
    return msg;
}

#define FOR_EVER UINT32_MAX

static void an_address_comes_and_goes(const char *address, int prefix, const char *other)
{
    struct follower f = follow(&addresses);
    struct rnl_event e;

    deliver(sock, ip_address(RTM_NEWADDR, address, prefix, FOR_EVER));
    e = next_is(&f, RNL_EVENT_NEW);
    EQUAL(prefix, ((const struct ifaddrmsg *)e.now.body.ptr)->ifa_prefixlen);
    CHECK(finds(f.table, ip_address(RTM_GETADDR, address, prefix, 0)));
    CHECK(!finds(f.table, ip_address(RTM_GETADDR, other, prefix, 0)));
    settle(&f);
    /* Lifetimes pass by themselves; that an address has one at all is in its flags. */
    deliver(sock, ip_address(RTM_NEWADDR, address, prefix, 5000));
    e = next_is(&f, RNL_EVENT_CHANGE);
    CHECK(has_type(&e, IFA_FLAGS) && !has_type(&e, IFA_CACHEINFO));
    deliver(sock, ip_address(RTM_NEWADDR, address, prefix, 9000));
    EQUAL(0, settle(&f));
    AGREES(&f);
    deliver(sock, ip_address(RTM_DELADDR, address, prefix, 0));
    next_is(&f, RNL_EVENT_DEL);
    CHECK(!finds(f.table, ip_address(RTM_GETADDR, address, prefix, 0)));
    unfollow(&f);
}

/* In IPv4, one address may be there with several prefixes. */
static void prefixes_tell_addresses_apart(void)
{
    struct follower f = follow(&addresses);

    deliver(sock, ip_address(RTM_NEWADDR, "192.0.2.9", 24, FOR_EVER));
    deliver(sock, ip_address(RTM_NEWADDR, "192.0.2.9", 28, FOR_EVER));
    next_is(&f, RNL_EVENT_NEW);
    next_is(&f, RNL_EVENT_NEW);
    AGREES(&f);
    CHECK(!finds(f.table, ip_address(RTM_GETADDR, "192.0.2.9", 25, 0)));
    deliver(sock, ip_address(RTM_DELADDR, "192.0.2.9", 24, 0));
    next_is(&f, RNL_EVENT_DEL);
    CHECK(finds(f.table, ip_address(RTM_GETADDR, "192.0.2.9", 28, 0)));
    deliver(sock, ip_address(RTM_DELADDR, "192.0.2.9", 28, 0));
    next_is(&f, RNL_EVENT_DEL);
    unfollow(&f);
}

static bool any(const struct rnl_event *e, int which)
{
    return e->kind != which;
}

static void three_times(struct follower *f, int kind)
{
    int i;

    for (i = 0; i < 3; i++)
        until(f, kind, any, 0);
}

/* All addresses go with their link. */
static void links_take_addresses_with_them(void)
{
    struct follower f = follow(&addresses);
    int before = dev;

    dev = make_link(sock, "l2");
    deliver(sock, ip_address(RTM_NEWADDR, "192.0.2.1", 24, FOR_EVER));
    deliver(sock, ip_address(RTM_NEWADDR, "192.0.2.2", 24, FOR_EVER));
    deliver(sock, ip_address(RTM_NEWADDR, "2001:db8::1", 64, FOR_EVER));
    three_times(&f, RNL_EVENT_NEW);
    delete_link(sock, dev);
    dev = before;
    three_times(&f, RNL_EVENT_DEL);
    unfollow(&f);
}

/* ---- Neighbours. */

static struct rnl_msg *neighbour(uint16_t type, const char *address, uint16_t state, const char *mac)
{
    unsigned char family = strchr(address, ':') ? AF_INET6 : AF_INET;
    struct ndmsg header = { family, 0, 0, dev, state, 0, 0 };
    struct rnl_msg *msg = request(type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0,
                                  &header, sizeof header);

    rnl_msg_put_ip(msg, NDA_DST, address);
    if (mac)
        rnl_msg_put_mac(msg, NDA_LLADDR, mac);
    return msg;
}

static bool is_neighbour(const struct rnl_event *e, int last)
{
    struct rnl_bytes data = attr_of(&neighbours, e->kind == RNL_EVENT_DEL ? &e->before : &e->now, NDA_DST);

    return data.ptr && data.ptr[data.len - 1] == last;
}

static void a_neighbour_comes_and_goes(const char *address, const char *other, int last)
{
    struct follower f = follow(&neighbours);
    struct rnl_event e;

    deliver(sock, neighbour(RTM_NEWNEIGH, address, NUD_PERMANENT, "02:00:00:00:00:01"));
    until(&f, RNL_EVENT_NEW, is_neighbour, last);
    deliver(sock, neighbour(RTM_NEWNEIGH, address, NUD_PERMANENT, "02:00:00:00:00:02"));
    e = until(&f, RNL_EVENT_CHANGE, is_neighbour, last);
    SAME_BYTES("\2\0\0\0\0\2", 6, attr_of(&neighbours, &e.now, NDA_LLADDR));
    SAME_BYTES("\2\0\0\0\0\1", 6, attr_of(&neighbours, &e.before, NDA_LLADDR));
    EQUAL(1, e.n_changed);
    CHECK(has_type(&e, NDA_LLADDR));
    CHECK(finds(f.table, neighbour(RTM_GETNEIGH, address, 0, NULL)));
    CHECK(!finds(f.table, neighbour(RTM_GETNEIGH, other, 0, NULL)));
    settle(&f);
    AGREES(&f);
    deliver(sock, neighbour(RTM_NEWNEIGH, address, NUD_NOARP, "02:00:00:00:00:02"));
    e = until(&f, RNL_EVENT_CHANGE, is_neighbour, last);
    EQUAL(0, e.n_changed);
    deliver(sock, neighbour(RTM_DELNEIGH, address, 0, NULL));
    until(&f, RNL_EVENT_DEL, is_neighbour, last);
    CHECK(!finds(f.table, neighbour(RTM_GETNEIGH, address, 0, NULL)));
    unfollow(&f);
}

/* Neighbours go when their link goes down, but for permanent ones that it keeps; the rest goes with it. */
static void links_take_neighbours_with_them(void)
{
    struct follower f = follow(&neighbours);
    int before = dev;

    dev = make_link(sock, "l3");
    set_up(sock, dev, true);
    deliver(sock, neighbour(RTM_NEWNEIGH, "192.0.2.1", NUD_STALE, "02:00:00:00:00:01"));
    deliver(sock, neighbour(RTM_NEWNEIGH, "192.0.2.2", NUD_PERMANENT, "02:00:00:00:00:01"));
    settle(&f);
    CHECK(finds(f.table, neighbour(RTM_GETNEIGH, "192.0.2.1", 0, NULL)));
    AGREES(&f);
    set_up(sock, dev, false);
    settle(&f);
    CHECK(!finds(f.table, neighbour(RTM_GETNEIGH, "192.0.2.1", 0, NULL)));
    AGREES(&f);
    delete_link(sock, dev);
    settle(&f);
    CHECK(!finds(f.table, neighbour(RTM_GETNEIGH, "192.0.2.2", 0, NULL)));
    dev = before;
    unfollow(&f);
}

/* ---- A table of one's own: the forwarding entries of bridges, which no named table has. */

SHAPE(entries, { "entries", RTM_GETNEIGH, sizeof(struct ndmsg), false, 0, 0, { NDA_CACHEINFO } });

static struct rnl_msg *entry(uint16_t type, const char *mac)
{
    struct ndmsg header = { AF_BRIDGE, 0, 0, dev, NUD_NOARP, NTF_MASTER, 0 };
    struct rnl_msg *msg = request(type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0,
                                  &header, sizeof header);

    if (type == RTM_GETNEIGH)
        rnl_msg_put_u32(msg, NDA_MASTER, if_nametoindex("br1"));
    rnl_msg_put_mac(msg, NDA_LLADDR, mac);
    return msg;
}

static struct follower follow_entries(void)
{
    static const struct rnl_key keys[] = { { RNL_KEY_HEADER, 4, 4, 0 }, { RNL_KEY_ATTR, NDA_LLADDR, 0, 0 },
                                           { RNL_KEY_ATTR, NDA_VLAN, 0, 0 }, { RNL_KEY_ATTR, NDA_MASTER, 0, 0 } };
    static const struct rnl_match match = { RNL_MATCH_HEADER, 0, 1, 0, AF_BRIDGE };
    static const struct rnl_ignore ignore = { RNL_IGNORE_QUIET, { NDA_CACHEINFO, 0, 0 }, 0 };
    static const uint32_t group = RTNLGRP_NEIGH;
    struct ndmsg header = { .ndm_family = AF_BRIDGE };
    struct rnl_msg *dump = request(RTM_GETNEIGH, 0, &header, sizeof header);
    struct rnl_table_spec spec = { .size = sizeof spec, .protocol = NETLINK_ROUTE, .new_type = RTM_NEWNEIGH,
                                   .del_type = RTM_DELNEIGH, .header_size = sizeof header, .dump = dump,
                                   .groups = &group, .n_groups = 1, .keys = keys, .n_keys = 4, .matches = &match,
                                   .n_matches = 1, .ignores = &ignore, .n_ignores = 1 };
    struct follower f = { &entries, NULL, new_set(), false, 0 };

    WORKS(0, rnl_table_define(&f.table, &spec, 0, NULL, &test_err));
    rnl_msg_free(dump);
    sync_follower(&f);
    return f;
}

static bool is_entry(const struct rnl_event *e, int last)
{
    struct rnl_bytes mac = attr_of(&entries, e->kind == RNL_EVENT_DEL ? &e->before : &e->now, NDA_LLADDR);

    return mac.len == 6 && mac.ptr[5] == last && mac.ptr[0] == 2 && mac.ptr[1] == 0x10;
}

/* What such a dump of a plain socket shows is in the table, and nothing else. */
static void entries_agree(struct follower *f)
{
    struct ndmsg header = { .ndm_family = AF_BRIDGE };
    struct set walk, fresh = new_set();

    settle(f);
    walk = walked(f);
    set_dump(&fresh, f->shape, request(RTM_GETNEIGH, 0, &header, sizeof header));
    CHECK(fresh.total > 0);
    EQUAL(0, set_difference(&walk, &fresh));
    EQUAL(0, set_difference(&walk, &f->set));
    free(walk.slots);
    free(fresh.slots);
}

static void forwarding_entries_come_and_go(void)
{
    struct follower f;
    struct rnl_msg *msg;

    if (add_link(sock, "br1", "bridge") != 0) {
        printf("not run: forwarding entries: kernel lacks bridges\n");
        return;
    }
    dev = make_link(sock, "port1");
    msg = link_msg(RTM_NEWLINK, 0, dev);
    rnl_msg_put_u32(msg, IFLA_MASTER, if_nametoindex("br1"));
    deliver(sock, msg);
    f = follow_entries();
    deliver(sock, entry(RTM_NEWNEIGH, "02:10:00:00:00:07"));
    until(&f, RNL_EVENT_NEW, is_entry, 7);
    CHECK(finds(f.table, entry(RTM_GETNEIGH, "02:10:00:00:00:07")));
    CHECK(!finds(f.table, entry(RTM_GETNEIGH, "02:10:00:00:00:08")));
    entries_agree(&f);
    deliver(sock, entry(RTM_DELNEIGH, "02:10:00:00:00:07"));
    until(&f, RNL_EVENT_DEL, is_entry, 7);
    entries_agree(&f);
    EXPECT(0, rnl_table_close(f.table));
    free(f.set.slots);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    dev = make_link(sock, "dev");
    set_up(sock, dev, true);
    links_come_change_and_go();
    many_links_come_and_go();
    ports_of_bridges_are_one_link();
    an_address_comes_and_goes("192.0.2.1", 24, "192.0.2.2");
    an_address_comes_and_goes("2001:db8::1", 64, "2001:db8::2");
    prefixes_tell_addresses_apart();
    links_take_addresses_with_them();
    a_neighbour_comes_and_goes("192.0.2.77", "192.0.2.78", 77);
    a_neighbour_comes_and_goes("2001:db8::4d", "2001:db8::4e", 0x4d);
    links_take_neighbours_with_them();
    forwarding_entries_come_and_go();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
