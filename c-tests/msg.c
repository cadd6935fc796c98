/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Requests as objects: made, freed, reset, looked at; the first failure and its path; nests. What single puts
 * write is in put.c. */
#include "wire.h"

#include <linux/rtnetlink.h>

/* What is no message: NULL, and a handle of another kind. */
static void other_handles_are_refused(struct rnl_msg *msg)
{
    struct rnl_bytes out;

    EXPECT(-EINVAL, rnl_msg_reset(msg, 16, 0));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, NETLINK_ROUTE, &test_err));
    EXPECT(-EINVAL, rnl_msg_status(msg, NETLINK_ROUTE, NULL));
    EXPECT(-EINVAL, rnl_msg_bytes(msg, &out));
    EXPECT(-EINVAL, rnl_msg_put_header(msg, "abcd", 4));
    EXPECT(-EINVAL, rnl_msg_put_bytes(msg, 1, "abcd", 4));
    EXPECT(-EINVAL, rnl_msg_put_raw(msg, "abcd", 4));
    EXPECT(-EINVAL, rnl_msg_put_flag(msg, 1));
    EXPECT(-EINVAL, rnl_msg_put_u8(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_u16(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_u32(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_u64(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_s8(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_s16(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_s32(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_s64(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_be16(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_be32(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_be64(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_uint(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_sint(msg, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_u64_aligned(msg, 1, 2, 1));
    EXPECT(-EINVAL, rnl_msg_put_bitfield32(msg, 1, 1, 1));
    EXPECT(-EINVAL, rnl_msg_put_str(msg, 1, "a"));
    EXPECT(-EINVAL, rnl_msg_put_ip(msg, 1, "192.0.2.1"));
    EXPECT(-EINVAL, rnl_msg_put_mac(msg, 1, "02:00:00:00:00:01"));
    EXPECT(-EINVAL, rnl_msg_nest_begin(msg, 1));
    EXPECT(-EINVAL, rnl_msg_nest_end(msg));
    EXPECT(-EINVAL, rnl_msg_nest_cancel(msg));
}

static void handles_are_told_apart(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_sock *sock = NULL;

    other_handles_are_refused(NULL);
    NEED(msg && rnl_sock_open(&sock, NETLINK_ROUTE, NULL, NULL) == 0);
    other_handles_are_refused((struct rnl_msg *)sock);
    EXPECT(-EINVAL, rnl_msg_free((struct rnl_msg *)sock));
    EXPECT(-EINVAL, rnl_msg_bytes(msg, NULL));
    EXPECT(0, rnl_sock_close(sock));
    EXPECT(0, rnl_msg_free(msg));
    FREED(rnl_msg_free(msg));
    FREED(rnl_msg_put_u8(msg, 1, 1));
    EXPECT(0, rnl_msg_free(NULL));
}

static void an_empty_message_is_a_header(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, NLM_F_ECHO);
    struct nlmsghdr header;
    struct rnl_bytes bytes;

    WORKS(0, rnl_msg_status(msg, NETLINK_ROUTE, &test_err));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    NEED(bytes.len == sizeof header);
    memcpy(&header, bytes.ptr, sizeof header);
    EQUAL(16, header.nlmsg_len);
    EQUAL(RTM_GETLINK, header.nlmsg_type);
    EQUAL(NLM_F_ECHO, header.nlmsg_flags);
    EQUAL(0, header.nlmsg_seq);
    EQUAL(0, header.nlmsg_pid);
    EXPECT(0, rnl_msg_free(msg));
}

static void a_reset_message_is_new(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct rnl_bytes bytes;
    struct rnl_view view;

    rnl_msg_nest_begin(msg, 1);
    rnl_msg_put_ip(msg, 2, "nowhere");
    EXPECT(-EINVAL, rnl_msg_status(msg, NETLINK_ROUTE, NULL));
    EXPECT(0, rnl_msg_reset(msg, RTM_GETADDR, NLM_F_DUMP));
    EXPECT(0, rnl_msg_put_header(msg, "abcd", 4));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EXPECT(1, rnl_view_next(&bytes, &view));
    EQUAL(RTM_GETADDR, view.type);
    EQUAL(NLM_F_DUMP, view.flags);
    SAME_BYTES("abcd", 4, view.body);
    /* A control message is no request. */
    EXPECT(-EINVAL, rnl_msg_reset(msg, 15, 0));
    EXPECT(-EINVAL, rnl_msg_put_u8(msg, 1, 1));
    EXPECT(0, rnl_msg_reset(msg, 16, 0));
    EXPECT(0, rnl_msg_free(msg));
}

static void control_types_are_refused(void)
{
    struct rnl_msg *msg;
    uint16_t type;

    for (type = 0; type < 16; type++) {
        struct rnl_bytes bytes;

        msg = rnl_msg_new(type, 0);
        NEED(msg);
        FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, NETLINK_ROUTE, &test_err));
        EXPECT(-EINVAL, rnl_msg_bytes(msg, &bytes));
        EXPECT(0, rnl_msg_free(msg));
    }
    msg = rnl_msg_new(0xffff, 0xffff);
    EXPECT(0, rnl_msg_status(msg, -1, NULL));
    EXPECT(0, rnl_msg_free(msg));
}

static void the_first_failure_sticks_with_its_path(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct rnl_bytes bytes;
    static char big[70000];

    rnl_msg_put_header(msg, big, sizeof(struct ifinfomsg));
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "vxlan");
    EXPECT(-EINVAL, rnl_msg_put_mac(msg, IFLA_INFO_XSTATS, "02:00"));
    /* What follows is refused for the same reason, whether it is good or bad. */
    EXPECT(-EINVAL, rnl_msg_put_bytes(msg, 9, big, sizeof big));
    EXPECT(-EINVAL, rnl_msg_put_u32(msg, 9, 1));
    EXPECT(-EINVAL, rnl_msg_nest_end(msg));
    EXPECT(-EINVAL, rnl_msg_nest_cancel(msg));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, NETLINK_ROUTE, &test_err));
    SAME_TEXT(".linkinfo.xstats", rnl_err_attr(test_err));
    CHECK(strstr(rnl_err_text(test_err), "newlink: EINVAL: ") == rnl_err_text(test_err));
    CHECK(strstr(rnl_err_text(test_err), "MAC address") != NULL);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    SAME_TEXT(".18.3", rnl_err_attr(test_err));
    EXPECT(-EINVAL, rnl_msg_bytes(msg, &bytes));
    EXPECT(0, rnl_msg_free(msg));
}

static void nests_hold_what_is_put_between(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_attr outer = NO_ATTR, inner = NO_ATTR, leaf = NO_ATTR;
    struct rnl_attrs walk;
    struct rnl_bytes bytes;
    struct rnl_view view;

    EXPECT(0, rnl_msg_nest_begin(msg, 5));
    EXPECT(0, rnl_msg_nest_begin(msg, NLA_F_NESTED | 6));
    EXPECT(0, rnl_msg_put_bytes(msg, 7, "abcde", 5));
    EXPECT(-EINVAL, rnl_msg_bytes(msg, &bytes));
    EXPECT(0, rnl_msg_nest_end(msg));
    EXPECT(0, rnl_msg_nest_end(msg));
    EXPECT(0, rnl_msg_put_flag(msg, 8));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EXPECT(1, rnl_view_next(&bytes, &view));
    EXPECT(0, rnl_view_attrs(&view, 0, &walk));
    EXPECT(1, rnl_attrs_next(&walk, &outer));
    EQUAL(5, outer.type);
    EQUAL(NLA_F_NESTED, outer.flags);
    EXPECT(1, rnl_attrs_next(&walk, &leaf));
    EQUAL(8, leaf.type);
    EXPECT(0, rnl_attrs_next(&walk, &leaf));
    EXPECT(0, rnl_attr_nested(&outer, &walk));
    EXPECT(1, rnl_attrs_find(&walk, 6, &inner));
    EQUAL(NLA_F_NESTED, inner.flags);
    EXPECT(0, rnl_attr_nested(&inner, &walk));
    EXPECT(1, rnl_attrs_find(&walk, 7, &leaf));
    SAME_BYTES("abcde", 5, leaf.data);
    EQUAL(24, leaf.offset);
    EXPECT(0, rnl_msg_free(msg));
}

static void a_cancelled_nest_leaves_nothing(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0), *same = rnl_msg_new(16, 0);
    struct rnl_bytes one, other;

    rnl_msg_put_u8(msg, 1, 1);
    rnl_msg_put_u8(same, 1, 1);
    rnl_msg_nest_begin(msg, 2);
    rnl_msg_put_u32(msg, 3, 3);
    rnl_msg_nest_begin(msg, 4);
    EXPECT(0, rnl_msg_nest_cancel(msg));
    EXPECT(0, rnl_msg_nest_cancel(msg));
    rnl_msg_put_u8(msg, 5, 5);
    rnl_msg_put_u8(same, 5, 5);
    EXPECT(0, rnl_msg_bytes(msg, &one));
    EXPECT(0, rnl_msg_bytes(same, &other));
    SAME_BYTES(other.ptr, other.len, one);
    EXPECT(-EINVAL, rnl_msg_nest_cancel(msg));
    EXPECT(-EINVAL, rnl_msg_nest_end(same));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(same, -1, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "nest") != NULL);
    EXPECT(0, rnl_msg_free(msg));
    EXPECT(0, rnl_msg_free(same));
}

static void nests_are_sixteen_deep(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_bytes bytes;
    uint16_t i;

    for (i = 1; i <= 16; i++)
        EXPECT(0, rnl_msg_nest_begin(msg, i));
    for (i = 1; i <= 16; i++)
        EXPECT(0, rnl_msg_nest_end(msg));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EQUAL(16 + 16 * 4, bytes.len);
    EXPECT(0, rnl_msg_reset(msg, 16, 0));
    for (i = 1; i <= 16; i++)
        EXPECT(0, rnl_msg_nest_begin(msg, i));
    EXPECT(-EMSGSIZE, rnl_msg_nest_begin(msg, 17));
    FAILS(EMSGSIZE, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    SAME_TEXT(".1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", rnl_err_attr(test_err));
    EXPECT(0, rnl_msg_free(msg));
}

/* A nest whose contents are `len` bytes, put in two halves. */
static int nest_of(struct rnl_msg *msg, size_t len)
{
    static char half[40000];

    NEED(rnl_msg_reset(msg, 16, 0) == 0 && rnl_msg_nest_begin(msg, 1) == 0);
    NEED(rnl_msg_put_bytes(msg, 2, half, 32764) == 0 && rnl_msg_put_bytes(msg, 3, half, len - 32768 - 4) == 0);
    return rnl_msg_nest_end(msg);
}

static void nests_end_at_64_kib(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_bytes bytes;

    EXPECT(0, nest_of(msg, 65528));
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EQUAL(16 + 4 + 65528, bytes.len);
    EXPECT(-EMSGSIZE, nest_of(msg, 65532));
    FAILS(EMSGSIZE, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    SAME_TEXT(".1", rnl_err_attr(test_err));
    EXPECT(-EMSGSIZE, rnl_msg_bytes(msg, &bytes));
    EXPECT(0, rnl_msg_free(msg));
}

static void a_message_may_be_changed_after_it_was_looked_at(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_bytes bytes;
    struct rnl_view view;

    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    rnl_msg_put_u32(msg, 1, 1);
    EXPECT(0, rnl_msg_bytes(msg, &bytes));
    EXPECT(1, rnl_view_next(&bytes, &view));
    EQUAL(24, view.msg.len);
    EXPECT(0, rnl_msg_free(msg));
}

int main(void)
{
    handles_are_told_apart();
    an_empty_message_is_a_header();
    a_reset_message_is_new();
    control_types_are_refused();
    the_first_failure_sticks_with_its_path();
    nests_hold_what_is_put_between();
    a_cancelled_nest_leaves_nothing();
    nests_are_sixteen_deep();
    nests_end_at_64_kib();
    a_message_may_be_changed_after_it_was_looked_at();
    return test_end();
}
