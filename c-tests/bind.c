/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Structs of the caller: filled from messages, turned into requests. */
#include "family.h"

#include <stddef.h>

struct link {
    uint32_t index, mtu, vxlan_id;
    uint16_t type;
    uint8_t operstate, reserved;
    uint64_t present, rx_packets;
    char name[16], kind[16];
    unsigned char address[32];
};

#define SLOT(path, member) { path, offsetof(struct link, member), sizeof ((struct link *)0)->member }

static const struct rnl_slot slots[] = {
    SLOT("ifi-index", index),
    SLOT("ifi-type", type),
    SLOT("ifname", name),
    SLOT("mtu", mtu),
    SLOT("operstate", operstate),
    SLOT("address", address),
    SLOT("stats64.rx-packets", rx_packets),
    SLOT("linkinfo.kind", kind),
    SLOT(".linkinfo.data(vxlan).id", vxlan_id),
    SLOT("", present),
};

#define SLOTS (sizeof slots / sizeof *slots)

static struct rnl_sock *sock;
static struct rnl_family *links;

static struct rnl_bind *bind_links(int form)
{
    struct rnl_bind *bind = NULL;

    WORKS(0, rnl_bind_new(&bind, links, form < 2 ? "newlink" : "getlink", form, sizeof(struct link), slots, SLOTS,
                          &test_err));
    NEED(bind);
    return bind;
}

/* One slot that can't be bound, and what the error says of it. */
static void refuses(int number, const char *path, size_t offset, size_t width)
{
    struct rnl_slot slot = { path, offset, width };
    struct rnl_bind *bind = NULL;

    FAILS(number, RNL_FROM_LOCAL,
          rnl_bind_new(&bind, links, "getlink", RNL_FORM_ROW, sizeof(struct link), &slot, 1, &test_err));
    SAME_TEXT(*path ? path : NULL, rnl_err_attr(test_err));
    CHECK(bind == NULL);
}

static void what_can_not_be_bound_is_named(void)
{
    struct rnl_bind *bind = NULL;

    refuses(ENOENT, "no-such-attribute", 0, 4);
    refuses(ENOENT, "linkinfo.data(nosuchkind).id", 0, 4);
    refuses(EINVAL, "linkinfo.data.id", 0, 4);
    refuses(EINVAL, "linkinfo", 0, 4);
    refuses(EINVAL, "stats64", 0, 8);
    refuses(EINVAL, "mtu.more", 0, 4);
    refuses(ERANGE, "mtu", 0, 2);
    refuses(ERANGE, "mtu", 0, 5);
    refuses(ERANGE, "", 0, 3);
    refuses(EINVAL, "mtu", sizeof(struct link) - 3, 4);
    refuses(EINVAL, "mtu", SIZE_MAX, 4);
    refuses(EINVAL, "ifname", 0, 0);
    FAILS(ENOENT, RNL_FROM_LOCAL,
          rnl_bind_new(&bind, links, "getlinks", RNL_FORM_ROW, 8, slots, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_new(&bind, links, "getlink", 9, 8, slots, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_new(&bind, NULL, "getlink", RNL_FORM_ROW, 8, slots, 0, &test_err));
}

/* Makes a link from a struct. */
static int make(const char *name, const char *kind, uint32_t mtu, uint32_t id)
{
    struct link link = { .mtu = mtu, .vxlan_id = id, .present = 1 << 2 | 1 << 7 };
    struct rnl_bind *bind = bind_links(RNL_FORM_DO);
    struct rnl_msg *msg = NULL;
    int result;

    strcpy(link.name, name);
    strcpy(link.kind, kind);
    link.present |= (mtu != 0) << 3 | (uint64_t)(id != 0) << 8;
    WORKS(0, rnl_bind_request(&msg, bind, NLM_F_CREATE | NLM_F_EXCL, &link, &test_err));
    result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    rnl_msg_free(msg);
    EXPECT(0, rnl_bind_free(bind));
    return result;
}

static void is_loopback(const struct link *link)
{
    EQUAL(LO, link->index);
    EQUAL(772, link->type);
    EQUAL(65536, link->mtu);
    SAME_TEXT("lo", link->name);
    SAME_TEXT("", link->kind);
    EQUAL(0, link->vxlan_id);
    CHECK((link->present & 7) == 7 && !(link->present & 1 << 7));
}

static void is_vxlan(const struct link *link)
{
    SAME_TEXT("vx0", link->name);
    SAME_TEXT("vxlan", link->kind);
    EQUAL(1400, link->mtu);
    EQUAL(4711, link->vxlan_id);
    CHECK(link->present & 1 << 8);
}

static void a_dump_fills_an_array(bool vxlan)
{
    struct rnl_bind *bind = bind_links(RNL_FORM_ROW);
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = NULL;
    struct link all[8], *last;
    int n, sum = 0;

    memset(all, 0xee, sizeof all);
    WORKS(0, rnl_family_request(&msg, links, "getlink", RNL_FORM_DUMP, 0, NULL, &test_err));
    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_rows(bind, dump, all, 0, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_rows(bind, dump, NULL, 1, &test_err));
    test_forget();
    while ((n = rnl_bind_rows(bind, dump, all + sum, 1, &test_err)) == 1 && sum < 7)
        sum++;
    EQUAL(0, n);
    CHECK(sum == 1 + vxlan);
    is_loopback(all);
    last = &all[sum - 1];
    if (vxlan)
        is_vxlan(last);
    EXPECT(0, rnl_dump_free(dump));
    EXPECT(0, rnl_msg_free(msg));
    EXPECT(0, rnl_bind_free(bind));
}

static void one_message_fills_a_struct(void)
{
    struct rnl_bind *bind = bind_links(RNL_FORM_REPLY);
    struct rnl_msg *msg = address_msg(RTM_NEWADDR, 0);
    struct rnl_reply *reply = NULL;
    struct rnl_view view = { .nsid = -1 };
    struct link link;

    EXPECT(0, rnl_msg_bytes(msg, &view.msg));
    FAILS(EPROTO, RNL_FROM_LOCAL, rnl_bind_read(bind, &view, &link, &test_err));
    rnl_msg_free(msg);
    msg = link_msg(RTM_GETLINK, 0, LO);
    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    EXPECT(1, rnl_reply_next(reply, &view));
    WORKS(0, rnl_bind_read(bind, &view, &link, &test_err));
    is_loopback(&link);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_read(bind, NULL, &link, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_read(bind, &view, NULL, &test_err));
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    EXPECT(0, rnl_bind_free(bind));
    FREED(rnl_bind_free(bind));
    EXPECT(-EINVAL, rnl_bind_free((struct rnl_bind *)sock));
    EXPECT(0, rnl_bind_free(NULL));
}

/* A name that the caller's member has no room for. */
static void values_that_do_not_fit_are_named(void)
{
    struct rnl_slot narrow = { "ifname", 0, 2 };
    struct rnl_bind *bind = NULL;
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_reply *reply = NULL;
    struct rnl_view view;
    char name[2];

    WORKS(0, rnl_bind_new(&bind, links, "getlink", RNL_FORM_REPLY, sizeof name, &narrow, 1, &test_err));
    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    EXPECT(1, rnl_reply_next(reply, &view));
    FAILS(ERANGE, RNL_FROM_LOCAL, rnl_bind_read(bind, &view, name, &test_err));
    SAME_TEXT("ifname", rnl_err_attr(test_err));
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    EXPECT(0, rnl_bind_free(bind));
}

static void damage_is_reported(void)
{
    struct rnl_bind *bind = bind_links(RNL_FORM_REPLY);
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);
    struct rnl_view view = { .nsid = -1 };
    struct nlattr *last;
    struct link link;

    rnl_msg_put_u32(msg, IFLA_MTU, 5);
    rnl_msg_put_u32(msg, IFLA_GROUP, 6);
    EXPECT(0, rnl_msg_bytes(msg, &view.msg));
    WORKS(0, rnl_bind_read(bind, &view, &link, &test_err));
    last = (struct nlattr *)((char *)(uintptr_t)view.msg.ptr + view.msg.len - 8);
    last->nla_len = 12;
    FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_bind_read(bind, &view, &link, &test_err));
    SAME_TEXT("bind: EBADMSG: attribute length is below 4 or beyond its space", rnl_err_text(test_err));
    SAME_TEXT(NULL, rnl_err_attr(test_err));
    rnl_msg_free(msg);
    EXPECT(0, rnl_bind_free(bind));
}

static void a_bitfield_is_two_numbers(void)
{
    uint32_t both[2] = { 0, 0 };
    struct rnl_slot slots[] = { { "dump-flags.value", 0, 4 }, { "dump-flags.selector", 4, 4 } }, whole = { "dump-flags", 0, 8 };
    struct rnl_family *tc = open_family("tc");
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWQDISC, 0);
    struct tcmsg header = { .tcm_ifindex = LO };
    struct rnl_view view = { .nsid = -1 };
    struct rnl_bind *bind = NULL;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_new(&bind, tc, "getqdisc", RNL_FORM_REPLY, 8, &whole, 1, &test_err));
    WORKS(0, rnl_bind_new(&bind, tc, "getqdisc", RNL_FORM_REPLY, 8, slots, 2, &test_err));
    NEED(bind);
    rnl_msg_put_header(msg, &header, sizeof header);
    rnl_msg_put_bitfield32(msg, TCA_DUMP_FLAGS, 1, 3);
    EXPECT(0, rnl_msg_bytes(msg, &view.msg));
    WORKS(0, rnl_bind_read(bind, &view, both, &test_err));
    EQUAL(1, both[0]);
    EQUAL(3, both[1]);
    EXPECT(0, rnl_bind_free(bind));
    rnl_msg_free(msg);
    EXPECT(0, rnl_family_free(tc));
}

static void requests_hold_what_is_set(void)
{
    struct rnl_slot some[] = { SLOT("ifi-index", index), SLOT("mtu", mtu), SLOT("stats64.rx-packets", rx_packets) };
    struct link link = { .index = LO, .mtu = 5 };
    struct rnl_bind *bind = NULL;
    struct rnl_msg *msg = NULL, *same = link_msg(RTM_NEWLINK, 0, LO);
    struct rnl_bytes bytes, wanted;

    rnl_msg_put_u32(same, IFLA_MTU, 5);
    WORKS(0, rnl_bind_new(&bind, links, "newlink", RNL_FORM_DO, sizeof link, some, 3, &test_err));
    WORKS(0, rnl_bind_request(&msg, bind, 0, &link, &test_err));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EXPECT(0, rnl_msg_bytes(same, &wanted));
    SAME_BYTES(wanted.ptr, wanted.len, bytes);
    rnl_msg_free(msg);
    link.rx_packets = 1;
    FAILS(EOPNOTSUPP, RNL_FROM_LOCAL, rnl_bind_request(&msg, bind, 0, &link, &test_err));
    SAME_TEXT("stats64.rx-packets", rnl_err_attr(test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_request(NULL, bind, 0, &link, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_bind_request(&msg, bind, 0, NULL, &test_err));
    rnl_msg_free(same);
    EXPECT(0, rnl_bind_free(bind));
}

int main(void)
{
    bool vxlan;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    links = open_family("rt-link");
    what_can_not_be_bound_is_named();
    one_message_fills_a_struct();
    values_that_do_not_fit_are_named();
    damage_is_reported();
    a_bitfield_is_two_numbers();
    requests_hold_what_is_set();
    a_dump_fills_an_array(false);
    vxlan = make("vx0", "vxlan", 1400, 4711) == 0;
    if (vxlan)
        a_dump_fills_an_array(true);
    else
        printf("not run: a nest that is chosen: kernel lacks vxlan\n");
    EXPECT(0, rnl_family_free(links));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
