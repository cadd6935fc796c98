/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_KOBJECT_UEVENT: what happens to devices, as text: "add@/devices/...", then NAME=value, all NUL-terminated. */
#include "protocol.h"

#include <sys/mount.h>

#define KERNEL_GROUP 1

static struct rnl_sock *sock;

/* The next event. */
static struct rnl_bytes next_event(void)
{
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };

    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    NEED(got.data.ptr && got.data.len > 0);
    EQUAL(KERNEL_GROUP, got.group);
    EQUAL(0, got.port);
    EQUAL(0, got.data.ptr[got.data.len - 1]);
    return got.data;
}

/* The value of NAME=value, NULL if there is none. Behind the last byte, which is NUL, there is none. */
static const char *value_of(struct rnl_bytes event, const char *name)
{
    size_t at = 0, len = strlen(name);

    while (at < event.len) {
        const char *entry = (const char *)event.ptr + at;

        if (strncmp(entry, name, len) == 0 && entry[len] == '=')
            return entry + len + 1;
        at += strlen(entry) + 1;
    }
    return NULL;
}

/* The event that says this about a link. Others of the same link, such as those of its queues, are passed over. */
static struct rnl_bytes link_event(const char *action, const char *link)
{
    struct rnl_bytes event;
    const char *name;

    do {
        event = next_event();
        name = value_of(event, "INTERFACE");
    } while (!name || strcmp(name, link) != 0 || strncmp((const char *)event.ptr, action, strlen(action)) != 0);
    EQUAL('@', event.ptr[strlen(action)]);
    SAME_TEXT(action, value_of(event, "ACTION"));
    SAME_TEXT("net", value_of(event, "SUBSYSTEM"));
    SAME_TEXT((const char *)event.ptr + strlen(action) + 1, value_of(event, "DEVPATH"));
    CHECK(value_of(event, "SEQNUM") && atoll(value_of(event, "SEQNUM")) > 0);
    return event;
}

static int index_in(struct rnl_bytes event)
{
    const char *text = value_of(event, "IFINDEX");

    return text ? atoi(text) : -1;
}

static void rename_link(struct rnl_sock *route, int index, const char *name)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, index);

    rnl_msg_put_str(msg, IFLA_IFNAME, name);
    deliver(route, msg);
}

static void links_come_and_go(struct rnl_sock *route)
{
    int index = (int)if_nametoindex("x0");
    struct rnl_bytes event = link_event("add", "x0");

    SAME_TEXT("/devices/virtual/net/x0", value_of(event, "DEVPATH"));
    EQUAL(index, index_in(event));
    rename_link(route, index, "x1");
    event = link_event("move", "x1");
    EQUAL(index, index_in(event));
    SAME_TEXT("/devices/virtual/net/x0", value_of(event, "DEVPATH_OLD"));
    deliver(route, link_msg(RTM_DELLINK, 0, index));
    EQUAL(index, index_in(link_event("remove", "x1")));
}

/* A file of sysfs asks for an event with words of the writer's own. */
static void files_ask_for_events(void)
{
    static const char uuid[] = "11111111-2222-3333-4444-555555555555";
    struct rnl_bytes event;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("sysfs", "/sys", "sysfs", 0, NULL) != 0) {
        printf("not run: events asked for in sysfs: kernel lacks a sysfs of this user's own\n");
        return;
    }
    write_file("/sys/class/net/lo/uevent", "change 11111111-2222-3333-4444-555555555555 RNL=works");
    event = link_event("change", "lo");
    SAME_TEXT(uuid, value_of(event, "SYNTH_UUID"));
    SAME_TEXT("works", value_of(event, "SYNTH_ARG_RNL"));
    EQUAL(LO, index_in(event));
}

/* The machine's devices may tell of themselves in between. */
static bool is_ours(struct rnl_bytes event)
{
    return strcmp((const char *)event.ptr, "change@/rnl") == 0;
}

/* The owner of a namespace sends events into it: requests of netlink's shape, around the text. */
static void owners_send_events(void)
{
    static const char text[] = "change@/rnl\0ACTION=change\0DEVPATH=/rnl\0NAME=two words";
    struct rnl_msg *msg = request(NLMSG_MIN_TYPE, 0, text, sizeof text);
    struct rnl_sock *own = open_sock(NETLINK_KOBJECT_UEVENT);
    struct rnl_bytes event;

    deliver(own, msg);
    do
        event = next_event();
    while (!is_ours(event));
    SAME_TEXT("two words", value_of(event, "NAME"));
    CHECK(value_of(event, "SEQNUM") != NULL);
    EXPECT(0, rnl_sock_close(own));
}

static void without_rights_nothing_is_sent(void)
{
    struct rnl_sock *own = open_sock(NETLINK_KOBJECT_UEVENT);

    is_refused(own, EPERM, request(NLMSG_MIN_TYPE, 0, "change@/rnl", 12));
    EXPECT(0, rnl_sock_close(own));
}

static void others_do_not(void)
{
    struct rnl_datagram got;

    without_rights(without_rights_nothing_is_sent);
    while (rnl_sock_recv(sock, &got, 0, NULL) == 1)
        CHECK(!is_ours(got.data));
}

int main(void)
{
    struct rnl_sock *route;

    in_namespace();
    route = open_sock(NETLINK_ROUTE);
    sock = open_protocol(NETLINK_KOBJECT_UEVENT, "NETLINK_KOBJECT_UEVENT", NULL);
    WORKS(0, rnl_sock_join(sock, KERNEL_GROUP, &test_err));
    owners_send_events();
    others_do_not();
    if (add_any_link(route, "x0"))
        links_come_and_go(route);
    else
        printf("not run: events of links: kernel lacks links that could be made\n");
    files_ask_for_events();
    EXPECT(0, rnl_sock_close(route));
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
