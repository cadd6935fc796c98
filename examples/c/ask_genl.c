/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What the kernel says of a generic netlink family: ask_genl nlctrl
 *
 *     cc -o ask_genl ask_genl.c $(pkg-config --cflags --libs rnl)
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <rnl/rnl.h>
#include <stdio.h>

/* NL_ATTR_TYPE_* */
static const char *const types[] = {
	"invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary", "string",
	"nul-string", "nested", "nested-array", "bitfield32", "sint", "uint",
};

static void print_family(const struct rnl_genl *family)
{
	struct rnl_genl_group group;
	struct rnl_genl_op op;

	printf("%s: id %d, version %d\n", rnl_genl_name(family), rnl_genl_id(family),
	       rnl_genl_version(family));
	for (size_t i = 0; rnl_genl_group_at(family, i, &group) == 1; i++)
		printf("group %u: %s\n", group.id, group.name);
	for (size_t i = 0; rnl_genl_op_at(family, i, &op) == 1; i++)
		printf("operation %u:%s%s%s%s%s\n", op.cmd,
		       op.flags & GENL_CMD_CAP_DO ? " do" : "",
		       op.flags & GENL_CMD_CAP_DUMP ? " dump" : "",
		       op.flags & GENL_CMD_CAP_HASPOL ? " policy" : "",
		       op.flags & GENL_ADMIN_PERM ? " admin" : "",
		       op.flags & GENL_UNS_ADMIN_PERM ? " netns-admin" : "");
}

static void print_rule(const struct rnl_policy_rule *rule)
{
	size_t known = sizeof(types) / sizeof(types[0]);

	printf("policy %u attribute %u: %s", rule->policy, rule->attr,
	       rule->kind < known ? types[rule->kind] : "unknown");
	if (rule->stated & RNL_RULE_SIGNED)
		printf(", from %lld to %lld", (long long)rule->min_s, (long long)rule->max_s);
	if (rule->stated & RNL_RULE_UNSIGNED)
		printf(", from %llu to %llu", (unsigned long long)rule->min_u,
		       (unsigned long long)rule->max_u);
	if (rule->stated & RNL_RULE_MIN_LEN)
		printf(", at least %u bytes", rule->min_len);
	if (rule->stated & RNL_RULE_MAX_LEN)
		printf(", at most %u bytes", rule->max_len);
	if (rule->stated & RNL_RULE_NESTED)
		printf(", holds policy %u up to attribute %u", rule->nested, rule->nested_max);
	if (rule->stated & RNL_RULE_MASK)
		printf(", bits 0x%llx", (unsigned long long)rule->mask);
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	struct rnl_genl *family = NULL;
	struct rnl_policy *policy = NULL;
	struct rnl_policy_rule rule;
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: ask_genl NAME\n");
		return 2;
	}
	ret = rnl_sock_open(&sock, NETLINK_GENERIC, NULL, &err);
	if (ret == 0)
		ret = rnl_genl_find(&family, sock, argv[1], 5000, &err);
	if (ret == 0) {
		print_family(family);
		ret = rnl_policy_get(&policy, sock, rnl_genl_id(family), -1, 5000, &err);
	}
	for (size_t i = 0; ret == 0 && rnl_policy_rule_at(policy, i, &rule) == 1; i++)
		print_rule(&rule);
	if (ret < 0 && ret != -ENODATA) /* some families have no policy */
		fprintf(stderr, "ask_genl: %s\n", rnl_err_text(err));

	rnl_policy_free(policy);
	rnl_genl_free(family);
	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0 && ret != -ENODATA;
}
