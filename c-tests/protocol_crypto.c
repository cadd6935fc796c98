/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_CRYPTO: the kernel's algorithms, dumped, asked for, made of others and taken away again. */
#include "protocol.h"

#include <linux/cryptouser.h>

static struct rnl_sock *sock;

static struct rnl_msg *algorithm_msg(uint16_t type, const char *name, const char *driver)
{
    struct crypto_user_alg wanted;

    memset(&wanted, 0, sizeof wanted);
    snprintf(wanted.cru_name, sizeof wanted.cru_name, "%s", name);
    snprintf(wanted.cru_driver_name, sizeof wanted.cru_driver_name, "%s", driver);
    return request(type, 0, &wanted, sizeof wanted);
}

static struct crypto_user_alg algorithm_in(const struct rnl_view *view)
{
    struct crypto_user_alg found;

    EQUAL(CRYPTO_MSG_GETALG, view->type);
    EXPECT(sizeof found, rnl_view_fixed(view, &found, sizeof found));
    CHECK(found.cru_name[0] && memchr(found.cru_name, 0, sizeof found.cru_name));
    CHECK(found.cru_driver_name[0] && memchr(found.cru_driver_name, 0, sizeof found.cru_driver_name));
    return found;
}

/* How many implementations of an algorithm there are; `one` becomes the last of them. */
static int dumped(const char *name, struct crypto_user_alg *one)
{
    struct rnl_dump *dump = dump_of(sock, algorithm_msg(CRYPTO_MSG_GETALG, "", ""));
    struct rnl_view view;
    int hits = 0;

    while (dump_goes_on(dump, &view)) {
        struct crypto_user_alg found = algorithm_in(&view);

        if (strcmp(found.cru_name, name) != 0)
            continue;
        *one = found;
        hits++;
    }
    return hits;
}

/* SHA-256 takes blocks of 64 bytes and gives 32, whoever computes it. */
static void algorithms_are_described(void)
{
    struct crypto_user_alg one, same;
    struct crypto_report_hash hash;
    struct rnl_reply *reply;
    struct rnl_attr attr;
    struct rnl_view view;

    if (dumped("sha256", &one) == 0) {
        printf("not run: an algorithm asked for: kernel lacks SHA-256\n");
        return;
    }
    reply = ask(sock, algorithm_msg(CRYPTO_MSG_GETALG, "", one.cru_driver_name));
    NEED(rnl_reply_next(reply, &view) == 1);
    same = algorithm_in(&view);
    SAME_TEXT("sha256", same.cru_name);
    SAME_TEXT(one.cru_driver_name, same.cru_driver_name);
    attr = attr_of(&view, sizeof same, CRYPTOCFGA_REPORT_HASH);
    EXPECT(sizeof hash, rnl_attr_fixed(&attr, &hash, sizeof hash));
    EQUAL(64, hash.blocksize);
    EQUAL(32, hash.digestsize);
    number_in(attr_of(&view, sizeof same, CRYPTOCFGA_PRIORITY_VAL));
    EXPECT(0, rnl_reply_next(reply, &view));
    EXPECT(0, rnl_reply_free(reply));
}

static void others_are_refused(void)
{
    is_refused(sock, ENOENT, algorithm_msg(CRYPTO_MSG_GETALG, "", "rnl-nothing"));
}

/* An algorithm made of two, which the kernel otherwise does when one is needed. */
static void algorithms_are_made_and_taken_away(void)
{
    static const char name[] = "cbc(camellia)";
    struct crypto_user_alg one;

    NEED(dumped(name, &one) == 0);
    deliver(sock, algorithm_msg(CRYPTO_MSG_NEWALG, name, ""));
    NEED(dumped(name, &one) == 1);
    is_refused(sock, EEXIST, algorithm_msg(CRYPTO_MSG_NEWALG, name, ""));
    deliver(sock, algorithm_msg(CRYPTO_MSG_DELALG, name, one.cru_driver_name));
    EQUAL(0, dumped(name, &one));
    is_refused(sock, ENOENT, algorithm_msg(CRYPTO_MSG_DELALG, name, one.cru_driver_name));
}

/* Root of a user namespace may not. */
static bool may_change(void)
{
    struct rnl_msg *msg = algorithm_msg(CRYPTO_MSG_DELALG, "", "rnl-nothing");
    int result = rnl_sock_call(sock, msg, SOON, NULL, NULL);

    rnl_msg_free(msg);
    CHECK(result == -ENOENT || result == -EPERM);
    return result == -ENOENT;
}

static void without_rights_nothing_is_made(void)
{
    struct rnl_sock *own = open_sock(NETLINK_CRYPTO);

    is_refused(own, EPERM, algorithm_msg(CRYPTO_MSG_NEWALG, "cbc(camellia)", ""));
    is_refused(own, EPERM, algorithm_msg(CRYPTO_MSG_DELALG, "", "rnl-nothing"));
    is_refused(own, ENOENT, algorithm_msg(CRYPTO_MSG_GETALG, "", "rnl-nothing"));
    EXPECT(0, rnl_sock_close(own));
}

int main(void)
{
    in_namespace();
    sock = open_protocol(NETLINK_CRYPTO, "NETLINK_CRYPTO", NULL);
    algorithms_are_described();
    others_are_refused();
    if (!is_disposable())
        printf("not run: an algorithm made: kernel lacks algorithms that are a namespace's own\n");
    else if (!may_change())
        printf("not run: an algorithm made: kernel lacks algorithms that this user could make: EPERM\n");
    else
        algorithms_are_made_and_taken_away();
    without_rights(without_rights_nothing_is_made);
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
