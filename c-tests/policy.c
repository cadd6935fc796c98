/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What generic families accept, as the kernel tells it. */
#include "kernel.h"

#include <linux/genetlink.h>

static struct rnl_sock *sock;

static void handles_are_told_apart(void)
{
    struct rnl_policy *policy = NULL, *other = (struct rnl_policy *)sock;
    struct rnl_policy_rule rule;
    struct rnl_policy_use use;

    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_policy_get(NULL, sock, GENL_ID_CTRL, -1, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_policy_get(&policy, NULL, GENL_ID_CTRL, -1, SOON, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_policy_get(&policy, sock, GENL_ID_CTRL, -2, SOON, &test_err));
    CHECK(policy == NULL);
    EXPECT(-EINVAL, rnl_policy_rule_at(NULL, 0, &rule));
    EXPECT(-EINVAL, rnl_policy_use_at(NULL, 0, &use));
    EXPECT(-EINVAL, rnl_policy_rule_at(other, 0, &rule));
    EXPECT(-EINVAL, rnl_policy_use_at(other, 0, &use));
    EXPECT(-EINVAL, rnl_policy_free(other));
    EXPECT(0, rnl_policy_free(NULL));
    WORKS(0, rnl_policy_get(&policy, sock, GENL_ID_CTRL, -1, SOON, &test_err));
    EXPECT(-EINVAL, rnl_policy_rule_at(policy, 0, NULL));
    EXPECT(-EINVAL, rnl_policy_use_at(policy, 0, NULL));
    EXPECT(0, rnl_policy_rule_at(policy, SIZE_MAX, &rule));
    EXPECT(0, rnl_policy_use_at(policy, SIZE_MAX, &use));
    EXPECT(0, rnl_policy_free(policy));
    FREED(rnl_policy_free(policy));
    FREED(rnl_policy_rule_at(policy, 0, &rule));
}

/* How an operation is checked; false if the family does not have it. */
static bool find_use(const struct rnl_policy *policy, uint32_t cmd, struct rnl_policy_use *use)
{
    size_t i;

    for (i = 0; rnl_policy_use_at(policy, i, use) == 1; i++)
        if (use->cmd == cmd)
            return true;
    return false;
}

static bool find_rule(const struct rnl_policy *policy, int32_t index, uint16_t attr, struct rnl_policy_rule *rule)
{
    size_t i;

    for (i = 0; rnl_policy_rule_at(policy, i, rule) == 1; i++)
        if (rule->policy == index && rule->attr == attr)
            return true;
    return false;
}

static size_t count_uses(const struct rnl_policy *policy)
{
    struct rnl_policy_use use;
    size_t n = 0;

    while (rnl_policy_use_at(policy, n, &use) == 1)
        n++;
    return n;
}

/* CTRL_CMD_GETFAMILY takes the number or the name of a family. */
static void getfamily_takes_a_name(const struct rnl_policy *policy)
{
    struct rnl_policy_use use = { 0, -1, -1 };
    struct rnl_policy_rule rule;

    memset(&rule, 0xee, sizeof rule);
    CHECK(find_use(policy, CTRL_CMD_GETFAMILY, &use));
    CHECK(use.request >= 0);
    CHECK(find_rule(policy, use.request, CTRL_ATTR_FAMILY_ID, &rule));
    EQUAL(NL_ATTR_TYPE_U16, rule.kind);
    EQUAL(RNL_RULE_UNSIGNED, rule.stated & RNL_RULE_UNSIGNED);
    EQUAL(0, rule.min_u);
    EQUAL(UINT16_MAX, rule.max_u);
    EQUAL(0, rule.stated & (RNL_RULE_SIGNED | RNL_RULE_NESTED | RNL_RULE_MASK));
    EQUAL(0, rule.reserved);
    CHECK(find_rule(policy, use.request, CTRL_ATTR_FAMILY_NAME, &rule));
    EQUAL(NL_ATTR_TYPE_NUL_STRING, rule.kind);
    EQUAL(RNL_RULE_MAX_LEN, rule.stated);
    EQUAL(GENL_NAMSIZ - 1, rule.max_len);
    EQUAL(0, rule.min_len);
}

static void a_family_tells_all(void)
{
    struct rnl_policy *policy = NULL;
    struct rnl_policy_use use;
    int dumps_alone = 0;
    size_t i;

    WORKS(0, rnl_policy_get(&policy, sock, GENL_ID_CTRL, -1, SOON, &test_err));
    getfamily_takes_a_name(policy);
    /* CTRL_CMD_GETPOLICY, too, though kernels call it 0. */
    for (i = 0; rnl_policy_use_at(policy, i, &use) == 1; i++)
        dumps_alone += use.request == -1 && use.dump >= 0;
    EQUAL(1, dumps_alone);
    EXPECT(0, rnl_policy_free(policy));
}

static void one_command_tells_its_own(void)
{
    struct rnl_policy *policy = NULL;

    WORKS(0, rnl_policy_get(&policy, sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, SOON, &test_err));
    getfamily_takes_a_name(policy);
    EQUAL(1, count_uses(policy));
    EXPECT(0, rnl_policy_free(policy));
}

/* A nest's rule points to the rules of what is inside; bounds and masks are stated. */
static void nests_have_policies_of_their_own(void)
{
    struct rnl_policy *policy = NULL;
    struct rnl_genl *genl = NULL;
    struct rnl_policy_rule rule, inner;
    int nests = 0, masks = 0;
    size_t i;

    if (rnl_genl_find(&genl, sock, "ethtool", SOON, NULL) != 0) {
        printf("not run: nests of a policy: kernel lacks family ethtool\n");
        return;
    }
    WORKS(0, rnl_policy_get(&policy, sock, (uint16_t)rnl_genl_id(genl), -1, SOON, &test_err));
    for (i = 0; rnl_policy_rule_at(policy, i, &rule) == 1; i++) {
        bool nest = rule.kind == NL_ATTR_TYPE_NESTED || rule.kind == NL_ATTR_TYPE_NESTED_ARRAY;

        masks += (rule.stated & RNL_RULE_MASK) != 0;
        if (!nest || !(rule.stated & RNL_RULE_NESTED))
            continue;
        nests++;
        CHECK(rule.nested_max > 0);
        CHECK(find_rule(policy, (int32_t)rule.nested, 1, &inner) || find_rule(policy, (int32_t)rule.nested, 2, &inner));
    }
    CHECK(nests > 0 && masks > 0);
    EXPECT(0, rnl_policy_free(policy));
    EXPECT(0, rnl_genl_free(genl));
}

static void what_is_not_there_is_told(void)
{
    struct rnl_policy *policy = NULL;

    FAILS(ENOENT, RNL_FROM_KERNEL, rnl_policy_get(&policy, sock, 0xfff0, -1, SOON, &test_err));
    FAILS(ENOENT, RNL_FROM_KERNEL, rnl_policy_get(&policy, sock, GENL_ID_CTRL, 200, SOON, &test_err));
    CHECK(policy == NULL);
}

/* Every operation has a policy, or the kernel says that it has none; gives how many have none. */
static int without_policy(const struct rnl_genl *genl)
{
    uint16_t id = (uint16_t)rnl_genl_id(genl);
    struct rnl_genl_op op;
    int none = 0;
    size_t i;

    for (i = 0; rnl_genl_op_at(genl, i, &op) == 1; i++) {
        struct rnl_policy *policy = NULL;
        int result = rnl_policy_get(&policy, sock, id, (int)op.cmd, SOON, NULL);

        CHECK(result == 0 ? policy != NULL : result == -ENODATA && policy == NULL);
        none += result == -ENODATA;
        rnl_policy_free(policy);
    }
    return none;
}

static void every_family_is_asked(void)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    int none = 0;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while (rnl_dump_next(dump, &view, NULL) == 1) {
        struct rnl_genl *genl = NULL;

        EXPECT(0, rnl_genl_parse(&genl, &view));
        none += without_policy(genl);
        EXPECT(0, rnl_genl_free(genl));
    }
    if (none == 0)
        printf("not run: an operation without a policy: kernel lacks one\n");
    EXPECT(0, rnl_dump_free(dump));
    rnl_msg_free(msg);
}

int main(void)
{
    in_namespace();
    sock = open_sock(NETLINK_GENERIC);
    handles_are_told_apart();
    a_family_tells_all();
    one_command_tells_its_own();
    nests_have_policies_of_their_own();
    what_is_not_there_is_told();
    every_family_is_asked();
    EXPECT(0, rnl_sock_close(sock));
    return test_end();
}
