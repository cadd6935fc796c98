/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Verdicts: ERROR and DONE messages made by hand, capped and not, with every kind of reason, and damaged. */
#include "wire.h"

#include <linux/rtnetlink.h>

enum { ACK_TLVS = NLM_F_ACK_TLVS, BOTH = NLM_F_CAPPED | NLM_F_ACK_TLVS };

/* A request to be refused: a new link called "x" of kind "vxlan" with an id. */
static void make_request(struct wire *w)
{
    struct wire body = { 0, { 0 } }, info = { 0, { 0 } }, data = { 0, { 0 } };
    struct nlmsghdr header = { 0, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 5, 0 };
    struct ifinfomsg link = { 0, 0, 0, 0, 0, 0 };

    wire_raw(&body, &link, sizeof link);
    wire_str(&body, IFLA_IFNAME, "x");
    wire_str(&info, IFLA_INFO_KIND, "vxlan");
    wire_u32(&data, 1, 1 << 24);
    wire_attr(&info, NLA_F_NESTED | IFLA_INFO_DATA, data.at, data.len);
    wire_attr(&body, NLA_F_NESTED | IFLA_LINKINFO, info.at, info.len);
    wire_message(w, header, body.at, body.len);
}

/* The attributes of an answer; `offset` and `nest` count from the header of the request. */
static void add_reasons(struct wire *w, uint32_t offset, uint32_t nest)
{
    struct wire policy = { 0, { 0 } };

    wire_u32(&policy, NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_U32);
    wire_str(w, NLMSGERR_ATTR_MSG, "no such thing");
    wire_u32(w, NLMSGERR_ATTR_OFFS, offset);
    wire_attr(w, NLMSGERR_ATTR_COOKIE, "\1\2\3", 3);
    wire_attr(w, NLA_F_NESTED | NLMSGERR_ATTR_POLICY, policy.at, policy.len);
    wire_u32(w, NLMSGERR_ATTR_MISS_TYPE, IFLA_INFO_KIND);
    wire_u32(w, NLMSGERR_ATTR_MISS_NEST, nest);
    wire_str(w, 99, "what nobody knows");
}

/* An ERROR message that quotes `quoted` bytes of the request. */
static void make_error(struct wire *w, int error, unsigned flags, const struct wire *request, size_t quoted)
{
    struct nlmsghdr header = { 0, NLMSG_ERROR, (uint16_t)flags, 5, 77 };
    struct wire body = { 0, { 0 } };

    wire_raw(&body, &error, sizeof error);
    wire_raw(&body, request->at, quoted);
    if (flags & ACK_TLVS)
        add_reasons(&body, 36 + 8 + 12, 40);
    wire_message(w, header, body.at, body.len);
}

static void make_done(struct wire *w, const void *number, size_t len, unsigned flags)
{
    struct nlmsghdr header = { 0, NLMSG_DONE, (uint16_t)(NLM_F_MULTI | flags), 5, 77 };
    struct wire body = { 0, { 0 } };

    wire_raw(&body, number, len);
    if (flags & ACK_TLVS)
        add_reasons(&body, 56, 40);
    wire_message(w, header, body.at, body.len);
}

static void has_all_reasons(void)
{
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;
    struct rnl_bytes bytes;
    uint32_t number = 0;

    SAME_TEXT("no such thing", rnl_err_kernel_text(test_err));
    EXPECT(1, rnl_err_offset(test_err, &number));
    EQUAL(56, number);
    EXPECT(1, rnl_err_cookie(test_err, &bytes));
    SAME_BYTES("\1\2\3", 3, bytes);
    EXPECT(1, rnl_err_policy(test_err, &bytes));
    EXPECT(0, rnl_attrs_of(&bytes, &walk));
    EXPECT(1, rnl_attrs_find(&walk, NL_POLICY_TYPE_ATTR_TYPE, &attr));
    EXPECT(0, rnl_attr_u32(&attr, &number));
    EQUAL(NL_ATTR_TYPE_U32, number);
}

static void has_no_reasons(void)
{
    struct rnl_bytes bytes;
    uint32_t number;

    SAME_TEXT(NULL, rnl_err_kernel_text(test_err));
    SAME_TEXT(NULL, rnl_err_attr(test_err));
    SAME_TEXT(NULL, rnl_err_missing(test_err));
    EXPECT(0, rnl_err_offset(test_err, &number));
    EXPECT(0, rnl_err_cookie(test_err, &bytes));
    EXPECT(0, rnl_err_policy(test_err, &bytes));
}

static void errors_tell_their_reasons(unsigned flags)
{
    struct wire request = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_bytes asked, kept;
    struct rnl_view view;

    make_request(&request);
    asked = wire_bytes(&request);
    make_error(&w, -EINVAL, flags, &request, flags & NLM_F_CAPPED ? 16 : request.len);
    view = wire_view(&w);
    FAILS(EINVAL, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, &asked, &test_err));
    if (flags & ACK_TLVS) {
        has_all_reasons();
        SAME_TEXT(".linkinfo.data(vxlan)", rnl_err_attr(test_err));
        SAME_TEXT(".linkinfo.kind", rnl_err_missing(test_err));
        SAME_TEXT("newlink: EINVAL: no such thing (.linkinfo.data(vxlan), wanted u32, missing .linkinfo.kind)",
                  rnl_err_text(test_err));
    } else {
        has_no_reasons();
        SAME_TEXT("newlink: EINVAL: Invalid argument", rnl_err_text(test_err));
    }
    EXPECT(1, rnl_err_request(test_err, &kept));
    SAME_BYTES(request.at, request.len, kept);
    CHECK(kept.ptr != request.at);
    EXPECT(-EINVAL, rnl_view_status(&view, NETLINK_ROUTE, &asked, NULL));
}

/* Without the request there is no path, but all else. */
static void without_the_request_there_is_no_path(void)
{
    struct wire request = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_bytes bytes;
    struct rnl_view view;

    make_request(&request);
    make_error(&w, -EPERM, BOTH, &request, 16);
    view = wire_view(&w);
    FAILS(EPERM, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    has_all_reasons();
    SAME_TEXT(NULL, rnl_err_attr(test_err));
    EXPECT(0, rnl_err_request(test_err, &bytes));
}

/* Of an unknown protocol, attributes are numbers. */
static void without_the_protocol_paths_are_numbers(void)
{
    struct nlmsghdr header = { 0, 16, NLM_F_REQUEST, 5, 0 }, error_header = { 0, NLMSG_ERROR, BOTH, 5, 77 };
    struct wire body = { 0, { 0 } }, request = { 0, { 0 } }, answer = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_bytes asked;
    struct rnl_view view;
    int error = -EINVAL;

    wire_u32(&body, 3, 1);
    wire_message(&request, header, body.at, body.len);
    asked = wire_bytes(&request);
    wire_raw(&answer, &error, sizeof error);
    wire_raw(&answer, request.at, 16);
    wire_u32(&answer, NLMSGERR_ATTR_OFFS, 16);
    wire_message(&w, error_header, answer.at, answer.len);
    view = wire_view(&w);
    FAILS(EINVAL, RNL_FROM_KERNEL, rnl_view_status(&view, -1, &asked, &test_err));
    SAME_TEXT(".3", rnl_err_attr(test_err));
    SAME_TEXT("request: EINVAL: Invalid argument (.3)", rnl_err_text(test_err));
}

static void success_is_no_error(void)
{
    struct wire request = { 0, { 0 } }, w = { 0, { 0 } }, done = { 0, { 0 } };
    struct rnl_view view;
    int none = 0, many = 4096;

    make_request(&request);
    make_error(&w, 0, BOTH, &request, 16);
    view = wire_view(&w);
    WORKS(0, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    make_done(&done, NULL, 0, 0);
    view = wire_view(&done);
    WORKS(0, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    done.len = 0;
    make_done(&done, &none, sizeof none, 0);
    view = wire_view(&done);
    WORKS(0, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    /* Some subsystems leave the length of the last datagram there. */
    done.len = 0;
    make_done(&done, &many, sizeof many, 0);
    view = wire_view(&done);
    WORKS(0, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
}

static void a_failed_dump_tells_its_reasons(void)
{
    struct wire request = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_bytes asked;
    struct rnl_view view;
    int error = -ENODEV;

    make_request(&request);
    asked = wire_bytes(&request);
    make_done(&w, &error, sizeof error, ACK_TLVS);
    view = wire_view(&w);
    FAILS(ENODEV, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, &asked, &test_err));
    has_all_reasons();
    SAME_TEXT(".linkinfo.data(vxlan)", rnl_err_attr(test_err));
    w.len = 0;
    make_done(&w, &error, sizeof error, 0);
    view = wire_view(&w);
    FAILS(ENODEV, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, &asked, &test_err));
    has_no_reasons();
}

static void what_is_no_verdict_is_refused(void)
{
    struct nlmsghdr plain = { 0, RTM_NEWLINK, 0, 1, 1 }, error = { 0, NLMSG_ERROR, 0, 1, 1 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;
    size_t len;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_view_status(NULL, NETLINK_ROUTE, NULL, &test_err));
    wire_message(&w, plain, "\0\0\0\0", 4);
    view = wire_view(&w);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    /* ERROR is a number and the header of the request at least. */
    for (len = 0; len < 20; len++) {
        w.len = 0;
        wire_message(&w, error, "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", len);
        view = wire_view(&w);
        FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    }
}

/* The quoted header claims `len` bytes: the number stands, but where the reasons are is unknown. */
static void lying_quote(uint32_t len)
{
    struct wire request = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_view view;

    make_request(&request);
    memcpy(request.at, &len, sizeof len);
    make_error(&w, -EPERM, ACK_TLVS, &request, request.len);
    view = wire_view(&w);
    FAILS(EPERM, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    has_no_reasons();
}

/* The flag says that there are reasons, but there are none, or a damaged one behind a good one. */
static void damaged_reasons_leave_the_number(void)
{
    struct nlmsghdr header = { 0, NLMSG_ERROR, BOTH, 1, 1 }, quoted = { 16, RTM_NEWLINK, 0, 1, 0 };
    struct wire body = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_view view;
    int error = INT32_MIN;

    wire_raw(&body, &error, sizeof error);
    wire_raw(&body, &quoted, sizeof quoted);
    wire_message(&w, header, body.at, body.len);
    view = wire_view(&w);
    /* No errno is 2^31. */
    FAILS(EBADMSG, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    has_no_reasons();
    error = -ENOENT;
    memcpy(body.at, &error, sizeof error);
    wire_str(&body, NLMSGERR_ATTR_MSG, "so far");
    wire_attr_claiming(&body, 200, NLMSGERR_ATTR_OFFS, "abcd", 4);
    w.len = 0;
    wire_message(&w, header, body.at, body.len);
    view = wire_view(&w);
    FAILS(ENOENT, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    SAME_TEXT("so far", rnl_err_kernel_text(test_err));
    CHECK(rnl_err_offset(test_err, &(uint32_t){ 0 }) == 0);
}

/* A text that is no UTF-8, or has no NUL, and numbers of wrong widths. */
static void odd_reasons_are_survived(void)
{
    struct nlmsghdr header = { 0, NLMSG_ERROR, BOTH, 1, 1 }, quoted = { 16, RTM_NEWLINK, 0, 1, 0 };
    struct wire body = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_bytes bytes;
    struct rnl_view view;
    int error = -ENOENT;

    wire_raw(&body, &error, sizeof error);
    wire_raw(&body, &quoted, sizeof quoted);
    wire_attr(&body, NLMSGERR_ATTR_MSG, "good\xff then bad", 14);
    wire_attr(&body, NLMSGERR_ATTR_OFFS, "\1\2", 2);
    wire_attr(&body, NLMSGERR_ATTR_COOKIE, NULL, 0);
    wire_attr(&body, NLMSGERR_ATTR_MISS_TYPE, "123456", 6);
    wire_message(&w, header, body.at, body.len);
    view = wire_view(&w);
    FAILS(ENOENT, RNL_FROM_KERNEL, rnl_view_status(&view, NETLINK_ROUTE, NULL, &test_err));
    SAME_TEXT("good", rnl_err_kernel_text(test_err));
    EXPECT(0, rnl_err_offset(test_err, &(uint32_t){ 0 }));
    EXPECT(0, rnl_err_cookie(test_err, &bytes));
    SAME_TEXT(NULL, rnl_err_missing(test_err));
}

int main(void)
{
    errors_tell_their_reasons(0);
    errors_tell_their_reasons(NLM_F_CAPPED);
    errors_tell_their_reasons(ACK_TLVS);
    errors_tell_their_reasons(BOTH);
    without_the_request_there_is_no_path();
    without_the_protocol_paths_are_numbers();
    success_is_no_error();
    a_failed_dump_tells_its_reasons();
    what_is_no_verdict_is_refused();
    lying_quote(0xffffffff);
    lying_quote(4000);
    damaged_reasons_leave_the_number();
    odd_reasons_are_survived();
    return test_end();
}
