/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Families by name: requests from JSON, answers as JSON, descriptions. */
#include "family.h"

#include <limits.h>
#include <linux/genetlink.h>

static struct rnl_sock *route;
static struct rnl_family *links;

static void texts_grow_and_begin_anew(void)
{
    struct rnl_text *text = rnl_text_new();
    size_t len = 1;

    SAME_TEXT("", rnl_text_get(text, &len));
    EQUAL(0, len);
    WORKS(0, rnl_family_call(links, route, "getlink", 0, "{\"ifname\":\"lo\"}", SOON, text, &test_err));
    HAS(text, "\"ifname\":\"lo\"");
    CHECK(rnl_text_get(text, &len) && len > 100);
    EQUAL(strlen(rnl_text_get(text, NULL)), len);
    EXPECT(0, rnl_text_clear(text));
    SAME_TEXT("", rnl_text_get(text, NULL));
    SAME_TEXT(NULL, rnl_text_get(NULL, NULL));
    EXPECT(-EINVAL, rnl_text_clear(NULL));
    EXPECT(-EINVAL, rnl_text_free((struct rnl_text *)route));
    EXPECT(0, rnl_text_free(NULL));
    EXPECT(0, rnl_text_free(text));
}

static void handles_are_told_apart(void)
{
    struct rnl_family *family = NULL, *other = (struct rnl_family *)route;
    struct rnl_text *text = new_text();
    struct rnl_msg *msg = NULL;
    struct rnl_view view = { .nsid = -1 };

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_open(NULL, NULL, "rt-link", &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_open(&family, NULL, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_open(&family, (struct rnl_pack *)route, "rt-link", &test_err));
    FAILS(ENOENT, RNL_FROM_LOCAL, rnl_family_open(&family, NULL, "no-such-family", &test_err));
    CHECK(strstr(rnl_err_text(test_err), "no-such-family") != NULL);
    EXPECT(-EINVAL, rnl_family_protocol(other));
    EXPECT(-EINVAL, rnl_family_group(other, "rtnlgrp-link"));
    EXPECT(-EINVAL, rnl_family_group(links, NULL));
    EXPECT(-EINVAL, rnl_family_describe(other, NULL, text));
    EXPECT(-EINVAL, rnl_family_describe(links, NULL, NULL));
    EXPECT(-EINVAL, rnl_family_json(other, &view, 0, text));
    EXPECT(-EINVAL, rnl_family_json(links, NULL, 0, text));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_resolve(other, route, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_resolve(links, NULL, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_request(&msg, other, "getlink", RNL_FORM_DO, 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_request(&msg, links, "getlink", 7, 0, NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_call(links, NULL, "getlink", 0, NULL, SOON, text, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_rows(links, NULL, 1, 0, text, &test_err));
    EXPECT(-EINVAL, rnl_family_free(other));
    EXPECT(0, rnl_family_free(NULL));
    EXPECT(0, rnl_text_free(text));
}

static void a_family_has_protocol_and_groups(void)
{
    EXPECT(NETLINK_ROUTE, rnl_family_protocol(links));
    EXPECT(RTNLGRP_LINK, rnl_family_group(links, "rtnlgrp-link"));
    EXPECT(-ENOENT, rnl_family_group(links, "no-such-group"));
    WORKS(0, rnl_family_resolve(links, route, SOON, &test_err));
}

static void a_request_is_made_and_its_answer_shown(void)
{
    struct rnl_text *text = new_text();
    struct rnl_sock *generic = open_sock(NETLINK_GENERIC);

    WORKS(0, rnl_family_call(links, route, "newlink", 0, "{\"ifi-index\":1,\"ifalias\":\"here\"}", SOON, text, &test_err));
    SAME_TEXT("null", rnl_text_get(text, NULL));
    rnl_text_clear(text);
    WORKS(0, rnl_family_call(links, route, "getlink", 0, "{\"ifi-index\":\"1\"}", SOON, text, &test_err));
    HAS(text, "\"ifalias\":\"here\"");
    HAS(text, "\"ifi-flags\":[\"up\",\"loopback\"");
    WORKS(0, rnl_family_call(links, route, "getlink", 0, "{\"ifi-index\":1}", SOON, NULL, &test_err));
    FAILS(EPROTOTYPE, RNL_FROM_LOCAL, rnl_family_resolve(links, generic, SOON, &test_err));
    EXPECT(0, rnl_sock_close(generic));
    EXPECT(0, rnl_text_free(text));
}

/* A call that fails leaves the text as it was, and its error says where and what. */
static void refuses(int number, int origin, const char *op, const char *json, const char *attr, const char *says)
{
    struct rnl_text *text = new_text();

    FAILS(number, origin, rnl_family_call(links, route, op, NLM_F_CREATE | NLM_F_EXCL, json, SOON, text, &test_err));
    SAME_TEXT(attr, rnl_err_attr(test_err));
    if (!strstr(rnl_err_text(test_err), says))
        FAULT("no \"%s\" in \"%s\"", says, rnl_err_text(test_err));
    SAME_TEXT("", rnl_text_get(text, NULL));
    EXPECT(0, rnl_text_free(text));
}

static void errors_point(void)
{
    refuses(ENOENT, RNL_FROM_LOCAL, "getlinks", "{}", NULL, "getlinks");
    refuses(EINVAL, RNL_FROM_LOCAL, "newlink", "{\"mtux\":1}", NULL, "perhaps mtu");
    refuses(ERANGE, RNL_FROM_LOCAL, "newlink", "{\"mtu\":-1}", ".mtu", "wanted u32");
    refuses(EINVAL, RNL_FROM_LOCAL, "newlink", "{\"mtu\":1", NULL, "");
    refuses(ERANGE, RNL_FROM_KERNEL, "newlink",
            "{\"ifname\":\"v0\",\"linkinfo\":{\"kind\":\"vxlan\",\"data\":{\"id\":16777216}}}", ".linkinfo.data(vxlan).id",
            "VXLAN ID must be lower");
}

/* A request that was built by hand is looked at: what the kernel would refuse, and what it would not. */
static void hand_built_requests_are_checked(void)
{
    struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);

    NEED(msg);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_check(NULL, msg, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_check(links, NULL, &test_err));
    rnl_msg_put_header(msg, &ifi, sizeof ifi);
    rnl_msg_put_str(msg, IFLA_IFNAME, "v0");
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "vxlan");
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_check(links, msg, &test_err));
    rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
    rnl_msg_put_u32(msg, IFLA_VXLAN_ID, 1);
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
    WORKS(0, rnl_family_check(links, msg, &test_err));
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, "vxlan");
    rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
    rnl_msg_put_u16(msg, IFLA_VXLAN_ID, 1);
    rnl_msg_nest_end(msg);
    rnl_msg_nest_end(msg);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_check(links, msg, &test_err));
    SAME_TEXT(".linkinfo.data(vxlan).id", rnl_err_attr(test_err));
    SAME_TEXT("newlink: .linkinfo.data(vxlan).id: given 2 bytes, wanted u32, 0..4294967295", rnl_err_text(test_err));
    EXPECT(0, rnl_msg_reset(msg, RTM_NEWADDR, 0));
    FAILS(EPROTO, RNL_FROM_LOCAL, rnl_family_check(links, msg, &test_err));
    EXPECT(0, rnl_msg_free(msg));
}

/* Objects in lists of at most two. */
static void a_dump_comes_in_lists(void)
{
    struct rnl_text *text = new_text();
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = NULL;
    int rows, all = 0;

    CHECK(add_any_link(route, "any0") && add_any_link(route, "any1"));
    WORKS(0, rnl_family_request(&msg, links, "getlink", RNL_FORM_DUMP, 0, NULL, &test_err));
    WORKS(0, rnl_dump_start(&dump, route, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_family_rows(links, dump, 0, 0, text, &test_err));
    test_forget();
    while ((rows = rnl_family_rows(links, dump, 2, 0, text, &test_err)) > 0) {
        CHECK(rows <= 2 && *rnl_text_get(text, NULL) == '[');
        all += rows;
    }
    EQUAL(0, rows);
    CHECK(all >= 3);
    HAS(text, "}][{");
    EXPECT(0, rnl_dump_free(dump));
    EXPECT(0, rnl_msg_free(msg));
    EXPECT(0, rnl_text_free(text));
}

static void a_notification_has_its_name(void)
{
    struct rnl_sock *monitor = open_sock(NETLINK_ROUTE);
    struct rnl_family *addresses = open_family("rt-addr");
    struct rnl_text *text = new_text();
    struct rnl_view view;

    WORKS(0, rnl_sock_join(monitor, (uint32_t)rnl_family_group(links, "rtnlgrp-link"), &test_err));
    set_alias(route, LO, "told");
    WORKS(1, rnl_sock_next(monitor, &view, SOON, &test_err));
    EXPECT(0, rnl_family_json(links, &view, RNL_JSON_NAMED, text));
    HAS(text, "{\"name\":\"newlink-ntf\",\"msg\":{\"ifi-family\":0,");
    rnl_text_clear(text);
    EXPECT(0, rnl_family_json(links, &view, RNL_JSON_READABLE, text));
    HAS(text, "ifalias: \"told\"");
    EXPECT(0, rnl_family_json(links, &view, RNL_JSON_EXACT, text));
    EXPECT(-EINVAL, rnl_family_json(links, &view, RNL_JSON_EXACT | RNL_JSON_READABLE, text));
    EXPECT(-EINVAL, rnl_family_json(links, &view, RNL_JSON_EXACT | RNL_JSON_PICKLE, text));
    EXPECT(-EPROTO, rnl_family_json(addresses, &view, 0, text));
    EXPECT(0, rnl_family_free(addresses));
    EXPECT(0, rnl_text_free(text));
    EXPECT(0, rnl_sock_close(monitor));
}

/* What is in them is compared with JSON by the tests in Rust and in Python. */
static void a_pickle_is_bytes(void)
{
    struct rnl_text *text = new_text();
    struct rnl_dump *dump;
    struct rnl_msg *msg;
    size_t len = 0;
    const char *bytes;
    int rows;

    WORKS(0, rnl_family_request(&msg, links, "getlink", RNL_FORM_DUMP, 0, NULL, &test_err));
    WORKS(0, rnl_dump_start(&dump, route, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL,
          rnl_family_rows(links, dump, 9, RNL_JSON_PICKLE | RNL_JSON_READABLE, text, &test_err));
    test_forget();
    rows = rnl_family_rows(links, dump, INT_MAX, RNL_JSON_PICKLE | RNL_JSON_NAMED, text, &test_err);
    CHECK(rows >= 1);
    bytes = rnl_text_get(text, &len);
    CHECK(len > 100 && memcmp(bytes, "\x80\2](}(X\4\0\0\0name", 14) == 0 && bytes[len - 1] == '.');
    EXPECT(0, rnl_text_clear(text));
    EXPECT(0, rnl_family_rows(links, dump, 9, RNL_JSON_PICKLE, text, &test_err));
    rnl_text_get(text, &len);
    CHECK(len == 0);
    EXPECT(0, rnl_dump_free(dump));
    EXPECT(0, rnl_msg_free(msg));
    EXPECT(0, rnl_text_free(text));
}

static void a_generic_family_is_resolved_first(void)
{
    struct rnl_sock *sock = open_sock(NETLINK_GENERIC);
    struct rnl_family *family = open_family("nlctrl");
    struct rnl_text *text = new_text();
    const char *json = "{\"family-name\":\"nlctrl\"}";

    FAILS(ENOTCONN, RNL_FROM_LOCAL, rnl_family_call(family, sock, "getfamily", 0, json, SOON, text, &test_err));
    WORKS(0, rnl_family_resolve(family, sock, SOON, &test_err));
    CHECK(rnl_family_group(family, "notify") >= 0);
    WORKS(0, rnl_family_call(family, sock, "getfamily", 0, json, SOON, text, &test_err));
    HAS(text, "\"family-name\":\"nlctrl\"");
    HAS(text, "\"family-id\":16");
    EXPECT(0, rnl_family_free(family));
    EXPECT(0, rnl_text_free(text));
    EXPECT(0, rnl_sock_close(sock));
}

static void descriptions_are_json(void)
{
    struct rnl_text *text = new_text();

    EXPECT(0, rnl_family_describe(NULL, NULL, text));
    HAS(text, "rt-link");
    rnl_text_clear(text);
    EXPECT(0, rnl_family_describe(links, NULL, text));
    HAS(text, "getlink");
    rnl_text_clear(text);
    EXPECT(0, rnl_family_describe(links, "getlink", text));
    HAS(text, "ifname");
    EXPECT(-ENOENT, rnl_family_describe(links, "getlinks", text));
    EXPECT(-EINVAL, rnl_family_describe(NULL, "getlink", text));
    EXPECT(0, rnl_text_free(text));
}

int main(void)
{
    in_namespace();
    route = open_sock(NETLINK_ROUTE);
    links = open_family("rt-link");
    texts_grow_and_begin_anew();
    handles_are_told_apart();
    a_family_has_protocol_and_groups();
    a_request_is_made_and_its_answer_shown();
    errors_point();
    hand_built_requests_are_checked();
    a_dump_comes_in_lists();
    a_notification_has_its_name();
    a_pickle_is_bytes();
    a_generic_family_is_resolved_first();
    descriptions_are_json();
    EXPECT(0, rnl_family_free(links));
    FREED(rnl_family_free(links));
    EXPECT(0, rnl_sock_close(route));
    return test_end();
}
