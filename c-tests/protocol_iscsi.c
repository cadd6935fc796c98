/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_ISCSI: requests and replies are one struct, their messages are of types below 16 and there are no
 * acknowledgements, which leaves datagrams as the way to talk. Sessions are told of to a group.
 */
#include "protocol.h"

/* As the kernel has them; no header for programs does. */
#define ISCSI_UEVENT_CREATE_SESSION 11
#define ISCSI_UEVENT_DESTROY_SESSION 12
#define ISCSI_KEVENT_IF_ERROR 103
#define ISCSI_KEVENT_DESTROY_SESSION 104
#define ISCSI_KEVENT_UNBIND_SESSION 105
#define ISCSI_KEVENT_CREATE_SESSION 106
#define ISCSI_GROUP_DAEMON 1

/* The head of struct iscsi_uevent, then what the request says. What is answered is in the last 16 bytes. */
struct head {
    uint32_t type;
    uint32_t error;
    uint64_t transport;
    union {
        struct {
            uint32_t first_command;
            uint16_t commands;
            uint16_t depth;
        } create;
        uint32_t session;
    } u;
};

struct answer {
    uint32_t session;
    uint32_t host;
    uint32_t unused[2];
};

static struct rnl_sock *sock;

/* Sends a request, longer than any kernel's struct. */
static void say(uint16_t type, struct head head)
{
    struct nlmsghdr header = { 0, type, NLM_F_REQUEST, 9, 0 };
    struct wire w = { 0, { 0 } };
    uint8_t body[256] = { 0 };

    head.type = type;
    memcpy(body, &head, sizeof head);
    wire_message(&w, header, body, sizeof body);
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, 0, &test_err));
}

static void split(struct rnl_bytes body, struct head *head, struct answer *answer)
{
    NEED(body.len >= sizeof *head + sizeof *answer);
    memcpy(head, body.ptr, sizeof *head);
    memcpy(answer, body.ptr + body.len - sizeof *answer, sizeof *answer);
}

/* Reads the reply, and takes its answer. */
static struct head reply(uint16_t type, struct answer *answer)
{
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct rnl_view view;
    struct head head;

    WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
    EQUAL(0, got.port);
    EQUAL(0, got.group);
    NEED(rnl_view_next(&got.data, &view) == 1);
    EQUAL(type, view.type);
    split(view.body, &head, answer);
    return head;
}

/* There is no transport 0. The struct comes back with the error inside. */
static void strangers_are_refused(void)
{
    struct head head = { .transport = 0 };
    struct answer answer;

    say(ISCSI_UEVENT_CREATE_SESSION, head);
    head = reply(ISCSI_UEVENT_CREATE_SESSION, &answer);
    EQUAL(ISCSI_KEVENT_IF_ERROR, head.type);
    EQUAL(-EINVAL, (int32_t)head.error);
    EQUAL(0, head.transport);
}

/* What the kernel knows iSCSI over TCP by; 0 if it has none. */
static uint64_t transport_handle(void)
{
    FILE *file = fopen("/sys/class/iscsi_transport/tcp/handle", "r");
    unsigned long long handle = 0;

    if (!file)
        return 0;
    NEED(fscanf(file, "%llu", &handle) == 1);
    fclose(file);
    return handle;
}

static bool sysfs_has(const char *kind, uint32_t number)
{
    char path[64];

    snprintf(path, sizeof path, "/sys/class/%s%u", kind, number);
    return access(path, F_OK) == 0;
}

/* The group is told of a session: the type is inside, and 0 outside. Its end is told the other way round. */
static void is_told(struct rnl_sock *monitor, uint32_t type, uint32_t first, uint32_t second)
{
    struct rnl_view view = await(monitor, 0);
    struct answer answer;
    struct head head;

    EQUAL(ISCSI_GROUP_DAEMON, view.group);
    split(view.body, &head, &answer);
    EQUAL(type, head.type);
    EQUAL(transport_handle(), head.transport);
    EQUAL(first, answer.session);
    EQUAL(second, answer.host);
}

/* A session without a connection, and the SCSI host that comes with it. */
static void sessions_come_and_go(uint64_t transport)
{
    struct head head = { .transport = transport, .u.create = { 1, 32, 32 } };
    struct rnl_sock *monitor = open_outside(NETLINK_ISCSI, "NETLINK_ISCSI");
    struct answer session, none;

    WORKS(0, rnl_sock_join(monitor, ISCSI_GROUP_DAEMON, &test_err));
    say(ISCSI_UEVENT_CREATE_SESSION, head);
    head = reply(ISCSI_UEVENT_CREATE_SESSION, &session);
    EQUAL(ISCSI_UEVENT_CREATE_SESSION, head.type);
    EQUAL(transport, head.transport);
    is_told(monitor, ISCSI_KEVENT_CREATE_SESSION, session.session, session.host);
    CHECK(sysfs_has("iscsi_session/session", session.session));
    CHECK(sysfs_has("scsi_host/host", session.host));
    memset(&head, 0, sizeof head);
    head.transport = transport;
    head.u.session = session.session;
    say(ISCSI_UEVENT_DESTROY_SESSION, head);
    head = reply(ISCSI_UEVENT_DESTROY_SESSION, &none);
    EQUAL(ISCSI_UEVENT_DESTROY_SESSION, head.type);
    is_told(monitor, ISCSI_KEVENT_UNBIND_SESSION, session.session, session.host);
    is_told(monitor, ISCSI_KEVENT_DESTROY_SESSION, session.host, session.session);
    CHECK(!sysfs_has("iscsi_session/session", session.session));
    EXPECT(0, rnl_sock_close(monitor));
}

int main(void)
{
    in_namespace();
    EXPECT(0, rnl_sock_close(open_protocol(NETLINK_ISCSI, "NETLINK_ISCSI", NULL)));
    sock = open_outside(NETLINK_ISCSI, "NETLINK_ISCSI");
    strangers_are_refused();
    if (!is_disposable())
        printf("not run: a session: kernel lacks iSCSI sessions that are a namespace's own\n");
    else if (!transport_handle())
        printf("not run: a session: kernel lacks iSCSI over TCP\n");
    else
        sessions_come_and_go(transport_handle());
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
