/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_GENERIC: families by name and by number, what they accept, what they tell, and one that keeps a list. */
#include "protocol.h"

#include <linux/genetlink.h>
#include <linux/mptcp.h>

/* Of <linux/netdev.h>, which older headers lack. */
#define NETDEV_CMD_DEV_GET 1
#define NETDEV_CMD_DEV_ADD_NTF 2
#define NETDEV_CMD_DEV_DEL_NTF 3
#define NETDEV_A_DEV_IFINDEX 1

static struct rnl_sock *sock;

static struct rnl_attr genl_attr(const struct rnl_view *view, uint16_t type)
{
    return attr_of(view, GENL_HDRLEN, type);
}

static int command_of(const struct rnl_view *view)
{
    struct genlmsghdr head;

    EXPECT(sizeof head, rnl_view_fixed(view, &head, sizeof head));
    return head.cmd;
}

/* The family of this name, NULL if the kernel has none. */
static struct rnl_genl *find(const char *name)
{
    struct rnl_genl *genl = NULL;
    int result = rnl_genl_find(&genl, sock, name, SOON, NULL);

    CHECK(result == 0 || result == -ENOENT);
    if (result == -ENOENT)
        printf("not run: family %s: kernel lacks it\n", name);
    return genl;
}

/* A question to the controller, made by hand. */
static void families_are_found_by_number(void)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    struct rnl_reply *reply;
    struct rnl_view view;

    rnl_msg_put_u16(msg, CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
    reply = ask(sock, msg);
    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(GENL_ID_CTRL, view.type);
    EQUAL(CTRL_CMD_NEWFAMILY, command_of(&view));
    TEXT_IS("nlctrl", genl_attr(&view, CTRL_ATTR_FAMILY_NAME));
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
    msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    rnl_msg_put_u16(msg, CTRL_ATTR_FAMILY_ID, 0xfff0);
    is_refused(sock, ENOENT, msg);
}

/* The next message of the group says this of this link. */
static void is_told(struct rnl_sock *monitor, const struct rnl_genl *genl, int command, int index)
{
    struct rnl_view view = await(monitor, (uint16_t)rnl_genl_id(genl));
    uint32_t group = 0;

    EXPECT(0, rnl_genl_group(genl, "mgmt", &group));
    EQUAL(group, view.group);
    EQUAL(command, command_of(&view));
    EQUAL(index, number_in(genl_attr(&view, NETDEV_A_DEV_IFINDEX)));
}

static void links_are_told(const struct rnl_genl *genl)
{
    struct rnl_sock *route = open_sock(NETLINK_ROUTE), *monitor = open_sock(NETLINK_GENERIC);
    uint32_t group = 0;
    int index;

    EXPECT(0, rnl_genl_group(genl, "mgmt", &group));
    WORKS(0, rnl_sock_join(monitor, group, &test_err));
    if (add_any_link(route, "x0")) {
        index = (int)if_nametoindex("x0");
        is_told(monitor, genl, NETDEV_CMD_DEV_ADD_NTF, index);
        deliver(route, link_msg(RTM_DELLINK, 0, index));
        is_told(monitor, genl, NETDEV_CMD_DEV_DEL_NTF, index);
    } else {
        printf("not run: what family netdev tells: kernel lacks links that could be made\n");
    }
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(route));
}

static struct rnl_msg *device_msg(const struct rnl_genl *genl, uint32_t index)
{
    struct rnl_msg *msg = rnl_genl_msg((uint16_t)rnl_genl_id(genl), NETDEV_CMD_DEV_GET, 1, 0);

    rnl_msg_put_u32(msg, NETDEV_A_DEV_IFINDEX, index);
    return msg;
}

/* The rule for the index of a device says that it begins at 1, and the kernel keeps to it. */
static void policies_hold(const struct rnl_genl *genl)
{
    struct rnl_policy *policy = NULL;
    struct rnl_policy_rule rule;
    uint32_t offset = 0;
    int hits = 0;
    size_t i;

    WORKS(0, rnl_policy_get(&policy, sock, (uint16_t)rnl_genl_id(genl), NETDEV_CMD_DEV_GET, SOON, &test_err));
    for (i = 0; rnl_policy_rule_at(policy, i, &rule) == 1; i++) {
        if (rule.attr != NETDEV_A_DEV_IFINDEX)
            continue;
        EQUAL(NL_ATTR_TYPE_U32, rule.kind);
        EQUAL(1, rule.min_u);
        hits++;
    }
    EQUAL(1, hits);
    EXPECT(0, rnl_policy_free(policy));
    is_refused(sock, ERANGE, device_msg(genl, 0));
    EXPECT(1, rnl_err_offset(test_err, &offset));
    EQUAL(NLMSG_HDRLEN + GENL_HDRLEN, offset);
    is_refused(sock, ENODEV, device_msg(genl, 4711));
    EXPECT(0, rnl_reply_free(ask(sock, device_msg(genl, LO))));
}

static void a_family_that_tells(void)
{
    struct rnl_genl *genl = find("netdev");

    if (!genl)
        return;
    links_are_told(genl);
    policies_hold(genl);
    EXPECT(0, rnl_genl_free(genl));
}

/* An address that MPTCP may use, 127.0.0.2 with this number. */
static struct rnl_msg *endpoint_msg(const struct rnl_genl *genl, uint8_t command, uint8_t id)
{
    struct rnl_msg *msg = rnl_genl_msg((uint16_t)rnl_genl_id(genl), command, MPTCP_PM_VER, 0);

    rnl_msg_nest_begin(msg, MPTCP_PM_ATTR_ADDR);
    rnl_msg_put_u16(msg, MPTCP_PM_ADDR_ATTR_FAMILY, AF_INET);
    rnl_msg_put_u8(msg, MPTCP_PM_ADDR_ATTR_ID, id);
    rnl_msg_put_ip(msg, MPTCP_PM_ADDR_ATTR_ADDR4, "127.0.0.2");
    rnl_msg_put_u32(msg, MPTCP_PM_ADDR_ATTR_FLAGS, MPTCP_PM_ADDR_FLAG_SIGNAL);
    rnl_msg_nest_end(msg);
    return msg;
}

static int dumped_endpoints(const struct rnl_genl *genl, uint8_t id)
{
    struct rnl_msg *msg = rnl_genl_msg((uint16_t)rnl_genl_id(genl), MPTCP_PM_CMD_GET_ADDR, MPTCP_PM_VER, 0);
    struct rnl_dump *dump = dump_of(sock, msg);
    struct rnl_view view;
    int seen = 0;

    for (; dump_goes_on(dump, &view); seen++) {
        struct rnl_attr attr = genl_attr(&view, MPTCP_PM_ATTR_ADDR);

        EQUAL(id, number_in(attr_in(attr, MPTCP_PM_ADDR_ATTR_ID)));
        EQUAL(0x7f000002, be32_in(attr_in(attr, MPTCP_PM_ADDR_ATTR_ADDR4)));
        EQUAL(MPTCP_PM_ADDR_FLAG_SIGNAL, number_in(attr_in(attr, MPTCP_PM_ADDR_ATTR_FLAGS)));
    }
    return seen;
}

static void a_family_that_keeps_a_list(void)
{
    struct rnl_genl *genl = find(MPTCP_PM_NAME);

    if (!genl)
        return;
    EQUAL(0, dumped_endpoints(genl, 9));
    deliver(sock, endpoint_msg(genl, MPTCP_PM_CMD_ADD_ADDR, 9));
    EQUAL(1, dumped_endpoints(genl, 9));
    deliver(sock, endpoint_msg(genl, MPTCP_PM_CMD_DEL_ADDR, 9));
    EQUAL(0, dumped_endpoints(genl, 9));
    EXPECT(0, rnl_genl_free(genl));
}

int main(void)
{
    in_namespace();
    sock = open_protocol(NETLINK_GENERIC, "NETLINK_GENERIC", NULL);
    families_are_found_by_number();
    a_family_that_tells();
    a_family_that_keeps_a_list();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
