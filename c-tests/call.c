/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Requests to the kernel: answered, acknowledged, refused with its reasons; replies. */
#include "kernel.h"
#include "wire.h"

#include <linux/genetlink.h>

static struct rnl_sock *sock;

static void nothing_is_followed_that_is_null(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_reply *reply = NULL;
    struct rnl_view view;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_call(sock, NULL, SOON, &reply, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_call(sock, (struct rnl_msg *)sock, SOON, &reply, &test_err));
    CHECK(reply == NULL);
    WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, NULL));
    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, NULL));
    EXPECT(-EINVAL, rnl_reply_next(NULL, &view));
    EXPECT(-EINVAL, rnl_reply_next(reply, NULL));
    EXPECT(-EINVAL, rnl_reply_next((struct rnl_reply *)sock, &view));
    SAME_TEXT(NULL, rnl_reply_warning(NULL));
    SAME_TEXT(NULL, rnl_reply_warning((struct rnl_reply *)sock));
    EXPECT(-EINVAL, rnl_reply_free((struct rnl_reply *)sock));
    EXPECT(0, rnl_reply_free(NULL));
    EXPECT(0, rnl_reply_free(reply));
    FREED(rnl_reply_free(reply));
    FREED(rnl_reply_next(reply, &view));
    rnl_msg_free(msg);
}

/* A reply is the object; it outlives the message, and what comes on the socket later. */
static void a_question_is_answered(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_reply *reply = NULL;
    struct rnl_attr attr;
    struct rnl_view view;
    char name[IF_NAMESIZE] = "";

    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    rnl_msg_free(msg);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    NEED(rnl_reply_next(reply, &view) == 1);
    EQUAL(RTM_NEWLINK, view.type);
    EQUAL(0, view.group);
    EQUAL(-1, view.nsid);
    attr = link_attr(&view, IFLA_IFNAME);
    EXPECT(2, rnl_attr_strcpy(&attr, name, sizeof name));
    SAME_TEXT("lo", name);
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_next(reply, &view));
    SAME_TEXT(NULL, rnl_reply_warning(reply));
    EXPECT(0, rnl_reply_free(reply));
}

static void a_change_is_acknowledged(void)
{
    struct rnl_msg *msg = address_msg(RTM_NEWADDR, 1);
    struct rnl_reply *reply = NULL;
    struct rnl_view view;

    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
    reply = NULL;
    FAILS(EEXIST, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    CHECK(reply == NULL);
    CHECK(strstr(rnl_err_text(test_err), "newaddr: EEXIST") == rnl_err_text(test_err));
    rnl_msg_free(msg);
    deliver(sock, address_msg(RTM_DELADDR, 1));
}

/* NLM_F_ECHO: the object that was made comes back. */
static void an_echo_is_an_answer(void)
{
    struct ifaddrmsg header = { AF_INET, 32, 0, 0, LO };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWADDR, NLM_F_CREATE | NLM_F_ECHO);
    struct rnl_reply *reply = NULL;
    struct rnl_view view;

    rnl_msg_put_header(msg, &header, sizeof header);
    rnl_msg_put_ip(msg, IFA_LOCAL, "127.1.0.2");
    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    EXPECT(1, rnl_reply_next(reply, &view));
    EQUAL(RTM_NEWADDR, view.type);
    EXPECT(0, rnl_reply_next(reply, &view));
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    deliver(sock, address_msg(RTM_DELADDR, 2));
}

/* Flags a request has already are kept, and a message is sent as often as one likes, changed in between. */
static void a_message_is_sent_again(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, LO);
    int i;

    for (i = 0; i < 3; i++) {
        WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
        rnl_msg_put_u32(msg, IFLA_TXQLEN, 100 + (uint32_t)i);
    }
    rnl_msg_free(msg);
}

/* A vxlan link with this id. */
static struct rnl_msg *vxlan_msg(uint32_t id)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);

    rnl_msg_put_str(msg, IFLA_IFNAME, "vx0");
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "vxlan");
    rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
    rnl_msg_put_u8(msg, IFLA_VXLAN_TTL, 9);
    rnl_msg_put_u32(msg, IFLA_VXLAN_ID, id);
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
    return msg;
}

/* What was refused begins where the kernel says, and is this attribute. */
static void refused_attribute(unsigned type)
{
    struct rnl_bytes request = { NULL, 0 };
    struct nlattr head = { 0, 0 };
    uint32_t offset = 0;

    EXPECT(1, rnl_err_offset(test_err, &offset));
    EXPECT(1, rnl_err_request(test_err, &request));
    NEED(offset + sizeof head <= request.len);
    memcpy(&head, request.ptr + offset, sizeof head);
    EQUAL(type, head.nla_type & NLA_TYPE_MASK);
}

static void wrong_data_of_a_link_is_named(void)
{
    struct rnl_msg *msg = vxlan_msg(1 << 24);
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    if (result == -EOPNOTSUPP) {
        printf("not run: vxlan: kernel lacks it\n");
        rnl_msg_free(msg);
        return;
    }
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    SAME_TEXT(".linkinfo.data(vxlan).id", rnl_err_attr(test_err));
    CHECK(rnl_err_kernel_text(test_err) && strstr(rnl_err_text(test_err), rnl_err_kernel_text(test_err)));
    CHECK(strstr(rnl_err_text(test_err), "(.linkinfo.data(vxlan).id)") != NULL);
    refused_attribute(IFLA_VXLAN_ID);
    rnl_msg_free(msg);
    EQUAL(-EINVAL, add_link(sock, "vx0", "vxlan"));
}

/* The policy says what it wanted: a string of at most 15 bytes. */
static void a_name_too_long_is_named(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE, 0);
    struct rnl_bytes policy = { NULL, 0 };
    struct rnl_attr attr = NO_ATTR;
    struct rnl_attrs walk = NO_WALK;
    uint32_t most = 0;

    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-beyond-fifteen");
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    SAME_TEXT(".ifname", rnl_err_attr(test_err));
    refused_attribute(IFLA_IFNAME);
    EXPECT(1, rnl_err_policy(test_err, &policy));
    EXPECT(0, rnl_attrs_of(&policy, &walk));
    EXPECT(1, rnl_attrs_find(&walk, NL_POLICY_TYPE_ATTR_MAX_LENGTH, &attr));
    EXPECT(0, rnl_attr_u32(&attr, &most));
    EQUAL(15, most);
    rnl_msg_free(msg);
}

/* CTRL_CMD_GETPOLICY without a family, or a netdev request without a device: what is missing is named. */
static void what_is_missing_is_named(void)
{
    struct rnl_sock *generic = open_sock(NETLINK_GENERIC);
    struct rnl_genl *netdev = NULL;
    struct rnl_msg *msg;

    if (rnl_genl_find(&netdev, generic, "netdev", SOON, NULL) != 0) {
        printf("not run: a missing attribute: kernel lacks family netdev\n");
    } else {
        msg = rnl_genl_msg((uint16_t)rnl_genl_id(netdev), 1, 1, 0);
        FAILS(EINVAL, RNL_FROM_KERNEL, rnl_sock_call(generic, msg, SOON, NULL, &test_err));
        SAME_TEXT(".ifindex", rnl_err_missing(test_err));
        SAME_TEXT(NULL, rnl_err_attr(test_err));
        CHECK(strstr(rnl_err_text(test_err), "(missing .ifindex)") != NULL);
        rnl_msg_free(msg);
    }
    rnl_genl_free(netdev);
    rnl_sock_close(generic);
}

/* The link of this name is of this kind. */
static void has_kind(const char *name, const char *kind)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    struct rnl_reply *reply = NULL;
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr;
    struct rnl_view view;
    char text[16] = "";

    rnl_msg_put_str(msg, IFLA_IFNAME, name);
    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    NEED(rnl_reply_next(reply, &view) == 1);
    attr = link_attr(&view, IFLA_LINKINFO);
    EXPECT(0, rnl_attr_nested(&attr, &walk));
    EXPECT(1, rnl_attrs_find(&walk, IFLA_INFO_KIND, &attr));
    EXPECT(strlen(kind), rnl_attr_strcpy(&attr, text, sizeof text));
    SAME_TEXT(kind, text);
    rnl_reply_free(reply);
    rnl_msg_free(msg);
}

/* Takes the result of making a link; a kernel that does not know the kind leaves it out. */
static void was_made(int result, const char *name, const char *kind)
{
    if (result == -EOPNOTSUPP) {
        printf("not run: %s: kernel lacks it\n", kind);
        return;
    }
    EQUAL(0, result);
    has_kind(name, kind);
}

static int make_veth(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    struct ifinfomsg peer = { AF_UNSPEC, 0, 0, 0, 0, 0 };
    int result;

    rnl_msg_put_str(msg, IFLA_IFNAME, "v0");
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "veth");
    rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
    rnl_msg_nest_begin(msg, 1 /* VETH_INFO_PEER */);
    rnl_msg_put_raw(msg, &peer, sizeof peer);
    rnl_msg_put_str(msg, IFLA_IFNAME, "v1");
    rnl_msg_put_mac(msg, IFLA_ADDRESS, "02:00:00:00:00:01");
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
    result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    rnl_msg_free(msg);
    return result;
}

static void links_are_made(void)
{
    struct rnl_msg *msg = vxlan_msg(7);
    int veth = make_veth();

    was_made(veth, "v0", "veth");
    if (veth == 0)
        has_kind("v1", "veth");
    was_made(add_link(sock, "br0", "bridge"), "br0", "bridge");
    was_made(rnl_sock_call(sock, msg, SOON, NULL, NULL), "vx0", "vxlan");
    rnl_msg_free(msg);
    EQUAL(-EOPNOTSUPP, add_link(sock, "x0", "no-such-kind"));
}

/* Nothing is sent of a message that failed: the link stays as it was. */
static void what_was_built_wrong_is_not_sent(void)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, LO);

    rnl_msg_put_str(msg, IFLA_IFALIAS, "never");
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "nest") != NULL);
    rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
    rnl_msg_put_ip(msg, 4, "300.1.1.1");
    rnl_msg_put_bytes(msg, 5, "", 100000);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    CHECK(rnl_err_attr(test_err) && strstr(rnl_err_attr(test_err), ".linkinfo.data") == rnl_err_attr(test_err));
    CHECK(strstr(rnl_err_attr(test_err), ".4") != NULL);
    CHECK(strstr(rnl_err_text(test_err), "newlink: EINVAL: ") == rnl_err_text(test_err));
    rnl_msg_free(msg);
}

/* A request that is longer than the send queue, and a reply that is longer than was allowed. */
static void bounds_hold(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .sndbuf = 4096, .max_result = 100 };
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    struct rnl_reply *reply = NULL;
    struct rnl_sock *small = NULL;
    static char big[60000];

    WORKS(0, rnl_sock_open(&small, NETLINK_ROUTE, &opts, &test_err));
    FAILS(EFBIG, RNL_FROM_LOCAL, rnl_sock_call(small, msg, SOON, &reply, &test_err));
    CHECK(reply == NULL);
    /* Without a reply nothing is kept. */
    WORKS(0, rnl_sock_call(small, msg, SOON, NULL, &test_err));
    rnl_msg_put_bytes(msg, IFLA_IFALIAS, big, sizeof big);
    FAILS(EMSGSIZE, RNL_FROM_SOCKET, rnl_sock_call(small, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
    /* The socket is as good as before. */
    deliver(small, link_msg(RTM_NEWLINK, 0, LO));
    EXPECT(0, rnl_sock_close(small));
}

/* The kernel answers before the request's send returns: not waiting is enough. */
static void without_waiting_the_kernel_answers(void)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);

    WORKS(0, rnl_sock_call(sock, msg, 0, NULL, &test_err));
    WORKS(0, rnl_sock_call(sock, msg, -1, NULL, &test_err));
    rnl_msg_free(msg);
}

/* The kernel repeats refused requests if it may; what is known is the same. */
static void uncapped_answers_say_the_same(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NO_CAP_ACK };
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE, 0);
    struct rnl_sock *uncapped = NULL;
    char said[256];

    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-beyond-fifteen");
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    snprintf(said, sizeof said, "%s", rnl_err_text(test_err));
    WORKS(0, rnl_sock_open(&uncapped, NETLINK_ROUTE, &opts, &test_err));
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(uncapped, msg, SOON, NULL, &test_err));
    SAME_TEXT(said, rnl_err_text(test_err));
    EXPECT(0, rnl_sock_close(uncapped));
    opts.flags = RNL_OPEN_NO_EXT_ACK;
    WORKS(0, rnl_sock_open(&uncapped, NETLINK_ROUTE, &opts, &test_err));
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(uncapped, msg, SOON, NULL, &test_err));
    SAME_TEXT("newlink: ERANGE: Numerical result out of range", rnl_err_text(test_err));
    SAME_TEXT(NULL, rnl_err_kernel_text(test_err));
    EXPECT(0, rnl_sock_close(uncapped));
    rnl_msg_free(msg);
}

/* What a user without rights may not do, the kernel refuses. */
static void as_nobody(void)
{
    struct rnl_msg *msg = link_msg(RTM_DELLINK, 0, LO);

    FAILS(EPERM, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
}

static void forked(void)
{
    sock = open_sock(NETLINK_ROUTE);
    as_nobody();
    rnl_sock_close(sock);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    nothing_is_followed_that_is_null();
    a_question_is_answered();
    a_change_is_acknowledged();
    an_echo_is_an_answer();
    a_message_is_sent_again();
    wrong_data_of_a_link_is_named();
    a_name_too_long_is_named();
    what_is_missing_is_named();
    links_are_made();
    what_was_built_wrong_is_not_sent();
    bounds_hold();
    without_waiting_the_kernel_answers();
    uncapped_answers_say_the_same();
    EXPECT(0, rnl_sock_close(sock));
    without_rights(forked);
    return test_end();
}
