/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_RDMA: an InfiniBand device made on top of a link, asked for, dumped and deleted. */
#include "protocol.h"

#include <rdma/rdma_netlink.h>

static struct rnl_sock *sock;

static struct rnl_msg *device_msg(int operation)
{
    struct rnl_msg *msg = rnl_msg_new(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, operation), 0);

    NEED(msg);
    return msg;
}

static struct rnl_attr rdma_attr(const struct rnl_view *view, uint16_t type)
{
    return attr_of(view, 0, type);
}

/* The system says how devices belong to namespaces: 1 to all of them, 0 to one each. */
static int the_system_tells(void)
{
    struct rnl_reply *reply = ask(sock, device_msg(RDMA_NLDEV_CMD_SYS_GET));
    struct rnl_view view;
    uint64_t shared;

    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_SYS_GET), view.type);
    shared = number_in(rdma_attr(&view, RDMA_NLDEV_SYS_ATTR_NETNS_MODE));
    CHECK(shared <= 1);
    EXPECT(0, rnl_reply_free(reply));
    return (int)shared;
}

static struct rnl_msg *new_device_msg(const char *name, const char *link)
{
    struct rnl_msg *msg = device_msg(RDMA_NLDEV_CMD_NEWLINK);

    rnl_msg_put_str(msg, RDMA_NLDEV_ATTR_DEV_NAME, name);
    rnl_msg_put_str(msg, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe");
    rnl_msg_put_str(msg, RDMA_NLDEV_ATTR_NDEV_NAME, link);
    return msg;
}

/* The index of the device of this name; a dump shows it, or not. */
static int64_t dumped(const char *name)
{
    struct rnl_dump *dump = dump_of(sock, device_msg(RDMA_NLDEV_CMD_GET));
    struct rnl_view view;
    int64_t index = -1;
    char text[256];

    while (dump_goes_on(dump, &view)) {
        EQUAL(RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_GET), view.type);
        if (strcmp(text_in(rdma_attr(&view, RDMA_NLDEV_ATTR_DEV_NAME), text), name) == 0)
            index = (int64_t)number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_DEV_INDEX));
    }
    return index;
}

static struct rnl_msg *indexed_msg(int operation, uint32_t index)
{
    struct rnl_msg *msg = device_msg(operation);

    rnl_msg_put_u32(msg, RDMA_NLDEV_ATTR_DEV_INDEX, index);
    return msg;
}

static void the_device_tells(uint32_t index)
{
    struct rnl_reply *reply = ask(sock, indexed_msg(RDMA_NLDEV_CMD_GET, index));
    struct rnl_view view;

    NEED(rnl_reply_next(reply, &view) == 1);
    TEXT_IS("rnl0", rdma_attr(&view, RDMA_NLDEV_ATTR_DEV_NAME));
    /* One port, of a channel adapter. */
    EQUAL(1, number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_PORT_INDEX)));
    EQUAL(RDMA_NODE_IB_CA, number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_DEV_NODE_TYPE)));
    CHECK(number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_NODE_GUID)) != 0);
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
}

/* The port's link, seen from both sides. */
static void its_port_tells(uint32_t index, const char *link)
{
    struct rnl_msg *msg = indexed_msg(RDMA_NLDEV_CMD_PORT_GET, index);
    struct rnl_reply *reply;
    struct rnl_view view;

    rnl_msg_put_u32(msg, RDMA_NLDEV_ATTR_PORT_INDEX, 1);
    reply = ask(sock, msg);
    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(1, number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_PORT_INDEX)));
    TEXT_IS(link, rdma_attr(&view, RDMA_NLDEV_ATTR_NDEV_NAME));
    EQUAL(if_nametoindex(link), number_in(rdma_attr(&view, RDMA_NLDEV_ATTR_NDEV_INDEX)));
    EXPECT(0, rnl_reply_free(reply));
}

static void devices_come_and_go(const char *link)
{
    int64_t index;

    deliver(sock, new_device_msg("rnl0", link));
    is_refused(sock, EEXIST, new_device_msg("rnl0", link));
    index = dumped("rnl0");
    NEED(index >= 0);
    the_device_tells((uint32_t)index);
    its_port_tells((uint32_t)index, link);
    deliver(sock, indexed_msg(RDMA_NLDEV_CMD_DELLINK, (uint32_t)index));
    EQUAL(-1, dumped("rnl0"));
    is_refused(sock, EINVAL, indexed_msg(RDMA_NLDEV_CMD_GET, (uint32_t)index));
}

/* Why no device can be made; NULL if one can. */
static const char *reason_against_devices(struct rnl_sock *route)
{
    struct rnl_msg *msg = new_device_msg("rnl0", "nowhere");
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    rnl_msg_free(msg);
    if (the_system_tells() == 1 && !is_disposable())
        return "kernel lacks RDMA devices that are a namespace's own";
    if (result == -EPERM)
        return "kernel lacks RDMA devices that this user could make: EPERM";
    if (result == -EINVAL)
        return "kernel lacks devices of kind rxe: EINVAL";
    EQUAL(-ENODEV, result);
    return add_any_link(route, "x0") ? NULL : "kernel lacks links that could be made";
}

static void without_rights_nothing_is_made(void)
{
    struct rnl_sock *own = open_sock(NETLINK_RDMA);

    is_refused(own, EPERM, new_device_msg("rnl1", "lo"));
    EXPECT(0, rnl_reply_free(ask(own, device_msg(RDMA_NLDEV_CMD_SYS_GET))));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    struct rnl_sock *route;
    const char *reason;

    in_namespace();
    sock = open_protocol(NETLINK_RDMA, "NETLINK_RDMA", NULL);
    route = open_sock(NETLINK_ROUTE);
    reason = reason_against_devices(route);
    if (reason)
        printf("not run: an RDMA device: %s\n", reason);
    else
        devices_come_and_go("x0");
    without_rights(without_rights_nothing_is_made);
    EXPECT(0, rnl_sock_close(route));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
