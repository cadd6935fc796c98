/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * NETLINK_AUDIT: the state of auditing, and what it says to whom. The kernel acknowledges a question before a thread
 * of its own sends the answer, which so comes as a message of its own.
 */
#include "protocol.h"

#include <linux/audit.h>

static struct rnl_sock *sock;

/* What a question is answered with: part of the reply, or behind it. */
static struct rnl_bytes answer(uint16_t type, struct rnl_reply **reply)
{
    struct rnl_view view;

    *reply = ask(sock, rnl_msg_new(type, 0));
    if (rnl_reply_next(*reply, &view) != 1)
        view = await(sock, type);
    EQUAL(type, view.type);
    EQUAL(0, view.group);
    EXPECT(0, rnl_reply_next(*reply, &view) == 1);
    return view.body;
}

static void status_is_told(void)
{
    struct audit_status status;
    struct rnl_reply *reply;
    struct rnl_bytes body = answer(AUDIT_GET, &reply);

    memset(&status, 0xee, sizeof status);
    NEED(body.len >= offsetof(struct audit_status, backlog_wait_time));
    memcpy(&status, body.ptr, body.len < sizeof status ? body.len : sizeof status);
    CHECK(status.enabled <= 2);
    CHECK(status.failure <= AUDIT_FAIL_PANIC);
    CHECK(status.feature_bitmap & AUDIT_FEATURE_BITMAP_BACKLOG_LIMIT);
    /* Whoever collects what is audited is a process that is there. */
    CHECK(status.pid <= 1 << 22);
    EXPECT(0, rnl_reply_free(reply));
}

static void features_are_told(void)
{
    struct audit_features features;
    struct rnl_reply *reply;
    struct rnl_bytes body = answer(AUDIT_GET_FEATURE, &reply);

    NEED(body.len == sizeof features);
    memcpy(&features, body.ptr, sizeof features);
    EQUAL(AUDIT_FEATURE_VERSION, features.vers);
    EQUAL(0, features.features >> (AUDIT_LAST_FEATURE + 1));
    EXPECT(0, rnl_reply_free(reply));
}

/*
 * A list is no dump: its parts and its DONE, which is empty, come from that thread, too. Gives how many rules there
 * are with this key.
 */
static int rules_with_key(const char *key)
{
    struct nlmsghdr header = { 0, AUDIT_LIST_RULES, NLM_F_REQUEST, 7, 0 };
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct wire w = { 0, { 0 } };
    struct rnl_view view;
    int hits = 0;

    wire_message(&w, header, NULL, 0);
    WORKS(0, rnl_sock_send(sock, w.at, w.len, 0, 0, &test_err));
    do {
        WORKS(1, rnl_sock_recv(sock, &got, SOON, &test_err));
        NEED(rnl_view_next(&got.data, &view) == 1);
        EQUAL(7, view.seq);
        hits += view.type == AUDIT_LIST_RULES && memmem(view.body.ptr, view.body.len, key, strlen(key)) != NULL;
    } while (view.type == AUDIT_LIST_RULES);
    EQUAL(NLMSG_DONE, view.type);
    EQUAL(0, view.body.len);
    return hits;
}

/* "Never audit process 4194303", which no process is; with a key to know it by. */
static struct rnl_msg *rule_msg(uint16_t type, const char *key)
{
    struct audit_rule_data rule;
    struct rnl_msg *msg;

    memset(&rule, 0, sizeof rule);
    rule.flags = AUDIT_FILTER_EXIT;
    rule.action = AUDIT_NEVER;
    rule.field_count = 2;
    rule.fields[0] = AUDIT_PID;
    rule.values[0] = 0x3fffff;
    rule.fieldflags[0] = AUDIT_EQUAL;
    rule.fields[1] = AUDIT_FILTERKEY;
    rule.fieldflags[1] = AUDIT_EQUAL;
    rule.values[1] = rule.buflen = (uint32_t)strlen(key);
    rule.mask[0] = 1;
    msg = request(type, 0, &rule, sizeof rule);
    NEED(rnl_msg_put_raw(msg, key, strlen(key)) == 0);
    return msg;
}

static void rules_come_and_go(void)
{
    static const char key[] = "rnl-test";

    EQUAL(0, rules_with_key(key));
    deliver(sock, rule_msg(AUDIT_ADD_RULE, key));
    EQUAL(1, rules_with_key(key));
    is_refused(sock, EEXIST, rule_msg(AUDIT_ADD_RULE, key));
    deliver(sock, rule_msg(AUDIT_DEL_RULE, key));
    EQUAL(0, rules_with_key(key));
    is_refused(sock, ENOENT, rule_msg(AUDIT_DEL_RULE, key));
}

/* What a program reports is shown, in the first network namespace, to all who listen. */
static void reports_are_shown(void)
{
    static const char text[] = "rnl was here";
    struct rnl_sock *monitor = open_outside(NETLINK_AUDIT, "NETLINK_AUDIT");
    struct rnl_msg *msg = request(AUDIT_USER_AVC, 0, text, sizeof text);
    struct rnl_view view;

    WORKS(0, rnl_sock_join(monitor, AUDIT_NLGRP_READLOG, &test_err));
    deliver(sock, msg);
    do
        NEED(rnl_sock_next(monitor, &view, SOON, NULL) == 1);
    while (view.type != AUDIT_USER_AVC);
    EQUAL(AUDIT_NLGRP_READLOG, view.group);
    CHECK(memmem(view.body.ptr, view.body.len, text, strlen(text)) != NULL);
    EXPECT(0, rnl_sock_close(monitor));
}

static void without_rights_nothing_is_told(void)
{
    struct rnl_sock *own = open_sock(NETLINK_AUDIT);

    is_refused(own, EPERM, rnl_msg_new(AUDIT_GET, 0));
    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_join(own, AUDIT_NLGRP_READLOG, &test_err));
    EXPECT(0, rnl_sock_close(own));
}

/* To other users' namespaces auditing is not there, and says so in the words of a socket that nobody has. */
static void need_the_first_user_namespace(void)
{
    struct rnl_msg *msg = rnl_msg_new(AUDIT_GET_FEATURE, 0);
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    struct rnl_view view;

    rnl_msg_free(msg);
    if (result == -ECONNREFUSED)
        skip("kernel lacks auditing in user namespaces: ECONNREFUSED");
    if (result == -EPERM)
        skip("kernel lacks auditing for this user or PID namespace: EPERM");
    EQUAL(0, result);
    rnl_sock_next(sock, &view, SOON, NULL);
}

int main(void)
{
    in_namespace();
    sock = open_protocol(NETLINK_AUDIT, "NETLINK_AUDIT", NULL);
    need_the_first_user_namespace();
    status_is_told();
    features_are_told();
    EQUAL(0, rules_with_key("rnl-no-such-rule"));
    without_rights(without_rights_nothing_is_told);
    WORKS(0, rnl_sock_join(sock, AUDIT_NLGRP_READLOG, &test_err));
    WORKS(0, rnl_sock_leave(sock, AUDIT_NLGRP_READLOG, &test_err));
    if (is_disposable()) {
        rules_come_and_go();
        reports_are_shown();
    } else {
        printf("not run: rules and reports: kernel lacks auditing that is a namespace's own\n");
    }
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
