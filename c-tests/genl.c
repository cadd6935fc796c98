/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Generic netlink families: looked up, read from messages, asked. The controller itself is in every kernel. */
#include "kernel.h"
#include "wire.h"

#include <linux/genetlink.h>

static struct rnl_sock *sock;

static void other_handles_are_refused(struct rnl_genl *genl)
{
    struct rnl_genl_group group;
    struct rnl_genl_op op;
    uint32_t number;

    EXPECT(-EINVAL, rnl_genl_id(genl));
    SAME_TEXT(NULL, rnl_genl_name(genl));
    EXPECT(-EINVAL, rnl_genl_version(genl));
    EXPECT(-EINVAL, rnl_genl_hdrsize(genl));
    EXPECT(-EINVAL, rnl_genl_maxattr(genl));
    EXPECT(-EINVAL, rnl_genl_group(genl, "notify", &number));
    EXPECT(-EINVAL, rnl_genl_group_at(genl, 0, &group));
    EXPECT(-EINVAL, rnl_genl_op_at(genl, 0, &op));
}

static struct rnl_genl *controller(void)
{
    struct rnl_genl *genl = NULL;

    WORKS(0, rnl_genl_find(&genl, sock, "nlctrl", SOON, &test_err));
    NEED(genl);
    return genl;
}

static void handles_are_told_apart(void)
{
    struct rnl_genl *genl = NULL;
    struct rnl_view view;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_genl_find(NULL, sock, "nlctrl", SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_genl_find(&genl, NULL, "nlctrl", SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_genl_find(&genl, sock, NULL, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_genl_find(&genl, sock, "\xff", SOON, &test_err));
    CHECK(genl == NULL);
    memset(&view, 0, sizeof view);
    EXPECT(-EINVAL, rnl_genl_parse(NULL, &view));
    EXPECT(-EINVAL, rnl_genl_parse(&genl, NULL));
    other_handles_are_refused(NULL);
    other_handles_are_refused((struct rnl_genl *)sock);
    EXPECT(-EINVAL, rnl_genl_free((struct rnl_genl *)sock));
    EXPECT(0, rnl_genl_free(NULL));
    genl = controller();
    EXPECT(-EINVAL, rnl_genl_group(genl, NULL, &(uint32_t){ 0 }));
    EXPECT(-EINVAL, rnl_genl_group(genl, "notify", NULL));
    EXPECT(-EINVAL, rnl_genl_group_at(genl, 0, NULL));
    EXPECT(-EINVAL, rnl_genl_op_at(genl, 0, NULL));
    EXPECT(0, rnl_genl_free(genl));
    FREED(rnl_genl_free(genl));
    FREED(rnl_genl_id(genl));
}

/* The flags of an operation; 0 if the family does not have it. */
static uint32_t flags_of(const struct rnl_genl *genl, uint32_t cmd)
{
    struct rnl_genl_op op = { 0, 0 };
    size_t i;

    for (i = 0; rnl_genl_op_at(genl, i, &op) == 1; i++)
        if (op.cmd == cmd)
            return op.flags;
    return 0;
}

static void is_controller(const struct rnl_genl *genl)
{
    struct rnl_genl_group group = { NULL, 0, 7 };
    uint32_t id = 0;

    EXPECT(GENL_ID_CTRL, rnl_genl_id(genl));
    SAME_TEXT("nlctrl", rnl_genl_name(genl));
    EXPECT(2, rnl_genl_version(genl));
    EXPECT(0, rnl_genl_hdrsize(genl));
    EXPECT(0, rnl_genl_group(genl, "notify", &id));
    EXPECT(1, rnl_genl_group_at(genl, 0, &group));
    SAME_TEXT("notify", group.name);
    EQUAL(id, group.id);
    EQUAL(0, group.reserved);
    EXPECT(0, rnl_genl_group_at(genl, 1, &group));
    EXPECT(0, rnl_genl_group_at(genl, SIZE_MAX, &group));
    EXPECT(0, rnl_genl_op_at(genl, SIZE_MAX, &(struct rnl_genl_op){ 0, 0 }));
    EXPECT(-ENOENT, rnl_genl_group(genl, "nobody", &id));
    EXPECT(-ENOENT, rnl_genl_group(genl, "", &id));
    CHECK(flags_of(genl, CTRL_CMD_GETFAMILY) & GENL_CMD_CAP_DO);
    CHECK(flags_of(genl, CTRL_CMD_GETFAMILY) & GENL_CMD_CAP_DUMP);
}

static void the_controller_is_found(void)
{
    struct rnl_genl *genl = controller();
    uint32_t id = 0;

    is_controller(genl);
    EXPECT(0, rnl_genl_group(genl, "notify", &id));
    WORKS(0, rnl_sock_join(sock, id, &test_err));
    WORKS(0, rnl_sock_leave(sock, id, &test_err));
    EXPECT(0, rnl_genl_free(genl));
}

static void unknown_families_are_named(void)
{
    struct rnl_genl *genl = NULL;
    int result;

    FAILS(ENOENT, RNL_FROM_KERNEL, rnl_genl_find(&genl, sock, "rnl-nobody", SOON, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "rnl-nobody: ENOENT") != NULL);
    result = rnl_genl_find(&genl, sock, "a-name-beyond-fifteen", SOON, NULL);
    CHECK(result == -ERANGE || result == -EINVAL);
    CHECK(genl == NULL);
}

/* What the attribute of this type says in the message itself. */
static uint32_t said(const struct rnl_view *view, uint16_t type)
{
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;
    uint64_t number = 0;

    NEED(rnl_view_attrs(view, GENL_HDRLEN, &walk) == 0 && rnl_attrs_find(&walk, type, &attr) == 1);
    NEED(rnl_attr_uint(&attr, &number) == 0);
    return (uint32_t)number;
}

/* All families there are, each from a message of a dump. */
static void families_are_read_from_messages(void)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    int found = 0;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, NULL) == 1) {
        struct rnl_genl *genl = NULL;

        EXPECT(0, rnl_genl_parse(&genl, &view));
        EXPECT(said(&view, CTRL_ATTR_FAMILY_ID), rnl_genl_id(genl));
        EXPECT(said(&view, CTRL_ATTR_VERSION), rnl_genl_version(genl));
        EXPECT(said(&view, CTRL_ATTR_HDRSIZE), rnl_genl_hdrsize(genl));
        EXPECT(said(&view, CTRL_ATTR_MAXATTR), rnl_genl_maxattr(genl));
        CHECK(rnl_genl_name(genl) && *rnl_genl_name(genl));
        if (rnl_genl_id(genl) == GENL_ID_CTRL) {
            is_controller(genl);
            found++;
        }
        EXPECT(0, rnl_genl_free(genl));
    }
    EQUAL(1, found);
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
}

/* A message of the controller with these attributes is no family. */
static void is_no_family(const struct wire *attrs)
{
    struct nlmsghdr header = { 0, GENL_ID_CTRL, 0, 1, 1 };
    struct wire body = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_genl *genl = NULL;
    struct rnl_view view;

    wire_raw(&body, "\1\2\0\0", 4);
    wire_raw(&body, attrs->at, attrs->len);
    wire_message(&w, header, body.at, body.len);
    view = wire_view(&w);
    EXPECT(-EBADMSG, rnl_genl_parse(&genl, &view));
    CHECK(genl == NULL);
}

static void what_is_no_family_is_refused(void)
{
    struct wire attrs = { 0, { 0 } }, group = { 0, { 0 } }, groups = { 0, { 0 } };

    is_no_family(&attrs);
    wire_str(&attrs, CTRL_ATTR_FAMILY_NAME, "half");
    is_no_family(&attrs);
    wire_u32(&attrs, CTRL_ATTR_FAMILY_ID, 16);
    is_no_family(&attrs);
    attrs.len = 0;
    wire_attr(&attrs, CTRL_ATTR_FAMILY_ID, "\x20\0", 2);
    wire_str(&attrs, CTRL_ATTR_FAMILY_NAME, "half");
    wire_attr_claiming(&attrs, 200, CTRL_ATTR_VERSION, "\1\0\0\0", 4);
    is_no_family(&attrs);
    attrs.len = 0;
    wire_attr(&attrs, CTRL_ATTR_FAMILY_ID, "\x20\0", 2);
    /* A group without a number. */
    wire_str(&group, CTRL_ATTR_MCAST_GRP_NAME, "nowhere");
    wire_attr(&groups, 1, group.at, group.len);
    wire_attr(&attrs, CTRL_ATTR_MCAST_GROUPS, groups.at, groups.len);
    is_no_family(&attrs);
}

static void requests_begin_with_their_header(void)
{
    struct rnl_msg *msg = rnl_genl_msg(0x1234, 7, 3, NLM_F_ECHO);
    struct rnl_bytes bytes = { NULL, 0 };
    struct rnl_view view;

    NEED(msg && rnl_msg_bytes(msg, &bytes) == 0 && rnl_view_next(&bytes, &view) == 1);
    EQUAL(0x1234, view.type);
    EQUAL(NLM_F_ECHO, view.flags);
    SAME_BYTES("\7\3\0\0", 4, view.body);
    /* A family's own header follows. */
    EXPECT(0, rnl_msg_put_header(msg, "own", 3));
    EXPECT(0, rnl_msg_free(msg));
    msg = rnl_genl_msg(15, 1, 1, 0);
    EXPECT(-EINVAL, rnl_msg_status(msg, NETLINK_GENERIC, NULL));
    EXPECT(0, rnl_msg_free(msg));
}

static void a_deadline_is_kept(void)
{
    struct rnl_sock *alone = open_sock(NETLINK_USERSOCK), *silent = open_sock(NETLINK_USERSOCK);
    struct rnl_genl *genl = NULL;
    uint32_t port = 0;

    NEED(rnl_sock_port(silent, &port) == 0);
    WORKS(0, rnl_sock_connect(alone, port, 0, &test_err));
    FAILS(ETIMEDOUT, RNL_FROM_TIMEOUT, rnl_genl_find(&genl, alone, "nlctrl", 20, &test_err));
    CHECK(genl == NULL);
    EXPECT(0, rnl_sock_close(alone));
    EXPECT(0, rnl_sock_close(silent));
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_GENERIC);
    handles_are_told_apart();
    the_controller_is_found();
    unknown_families_are_named();
    families_are_read_from_messages();
    what_is_no_family_is_refused();
    requests_begin_with_their_header();
    a_deadline_is_kept();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
