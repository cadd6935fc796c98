/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Error objects: what each origin tells, and what they say of other handles. What verdicts tell is in status.c. */
#include "kernel.h"

/* NULL, and a handle of another kind: nothing is known. */
static void tells_nothing(const struct rnl_err *err, const char *text)
{
    struct rnl_bytes bytes;
    uint32_t offset;

    EXPECT(0, rnl_err_errno(err));
    EXPECT(0, rnl_err_origin(err));
    if (text)
        SAME_TEXT(text, rnl_err_text(err));
    CHECK(rnl_err_text(err) != NULL);
    SAME_TEXT(NULL, rnl_err_kernel_text(err));
    SAME_TEXT(NULL, rnl_err_attr(err));
    SAME_TEXT(NULL, rnl_err_missing(err));
    SAME_TEXT(NULL, rnl_err_guess(err));
    EXPECT(-EINVAL, rnl_err_offset(err, &offset));
    EXPECT(-EINVAL, rnl_err_cookie(err, &bytes));
    EXPECT(-EINVAL, rnl_err_policy(err, &bytes));
    EXPECT(-EINVAL, rnl_err_request(err, &bytes));
}

static void handles_are_told_apart(void)
{
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    struct rnl_err *err = NULL;

    tells_nothing(NULL, "no error object");
    EXPECT(0, rnl_err_free(NULL));
    NEED(msg);
    tells_nothing((struct rnl_err *)msg, NULL);
    EXPECT(-EINVAL, rnl_err_free((struct rnl_err *)msg));
    EXPECT(0, rnl_msg_free(msg));
    EXPECT(-EINVAL, rnl_sock_open(NULL, NETLINK_ROUTE, NULL, &err));
    NEED(err);
    EXPECT(-EINVAL, rnl_err_offset(err, NULL));
    EXPECT(-EINVAL, rnl_err_cookie(err, NULL));
    EXPECT(-EINVAL, rnl_err_policy(err, NULL));
    EXPECT(-EINVAL, rnl_err_request(err, NULL));
    EXPECT(0, rnl_err_free(err));
    FREED(rnl_err_free(err));
}

/* Without a verdict of the kernel there is no text of the kernel, no place and no request. */
static void kernel_said_nothing(void)
{
    struct rnl_bytes bytes;
    uint32_t offset;

    SAME_TEXT(NULL, rnl_err_kernel_text(test_err));
    SAME_TEXT(NULL, rnl_err_attr(test_err));
    SAME_TEXT(NULL, rnl_err_missing(test_err));
    SAME_TEXT(NULL, rnl_err_guess(test_err));
    EXPECT(0, rnl_err_offset(test_err, &offset));
    EXPECT(0, rnl_err_cookie(test_err, &bytes));
    EXPECT(0, rnl_err_policy(test_err, &bytes));
    EXPECT(0, rnl_err_request(test_err, &bytes));
}

static void rnl_itself_says_no(void)
{
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_open(NULL, NETLINK_ROUTE, NULL, &test_err));
    kernel_said_nothing();
    CHECK(strstr(rnl_err_text(test_err), "EINVAL: ") != NULL);
}

static void the_socket_says_no(void)
{
    struct rnl_sock *sock = NULL;

    FAILS(EPROTONOSUPPORT, RNL_FROM_SOCKET, rnl_sock_open(&sock, 31, NULL, &test_err));
    CHECK(sock == NULL);
    kernel_said_nothing();
    SAME_TEXT("open: EPROTONOSUPPORT: Protocol not supported", rnl_err_text(test_err));
}

/* Nobody answers a socket that talks to another of the same program. */
static void the_deadline_says_no(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_USERSOCK), *silent = open_sock(NETLINK_USERSOCK);
    struct rnl_msg *msg = rnl_msg_new(16, 0);
    uint32_t port = 0;

    NEED(msg && rnl_sock_port(silent, &port) == 0);
    WORKS(0, rnl_sock_connect(sock, port, 0, &test_err));
    FAILS(ETIMEDOUT, RNL_FROM_TIMEOUT, rnl_sock_call(sock, msg, 0, NULL, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "ETIMEDOUT: ") != NULL);
    rnl_msg_free(msg);
    rnl_sock_close(sock);
    rnl_sock_close(silent);
}

static void the_kernel_says_no(void)
{
    struct rnl_msg *msg = link_msg(RTM_DELLINK, 0, 9999);
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE);
    struct rnl_bytes sent = { NULL, 0 };
    struct rnl_view view;

    FAILS(ENODEV, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "dellink: ENODEV") == rnl_err_text(test_err));
    /* The request is as it went out: numbered, and asking for an acknowledgement. */
    EXPECT(1, rnl_err_request(test_err, &sent));
    NEED(rnl_view_next(&sent, &view) == 1);
    EQUAL(RTM_DELLINK, view.type);
    EQUAL(NLM_F_REQUEST | NLM_F_ACK, view.flags);
    CHECK(view.seq != 0);
    EQUAL(sizeof(struct ifinfomsg), view.body.len);
    rnl_msg_free(msg);
    rnl_sock_close(sock);
}

/* An error outlives what it came from. */
static void an_error_lives_by_itself(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    const char *text, *path;

    rnl_msg_put_ip(msg, IFLA_ADDRESS, "nowhere");
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, NETLINK_ROUTE, &test_err));
    text = rnl_err_text(test_err);
    path = rnl_err_attr(test_err);
    rnl_msg_free(msg);
    SAME_TEXT(".address", path);
    CHECK(strstr(text, "(.address)") != NULL);
    CHECK(text == rnl_err_text(test_err));
}

int main(void)
{
    new_namespace();
    handles_are_told_apart();
    rnl_itself_says_no();
    the_socket_says_no();
    the_deadline_says_no();
    the_kernel_says_no();
    an_error_lives_by_itself();
    return test_end();
}
