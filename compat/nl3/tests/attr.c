/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Attributes and messages: sizes, putting, nesting, reading, policies, damage. */
#define _GNU_SOURCE
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/data.h>
#include <netlink/addr.h>
#include "say.h"

static void show(struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	printf("message of %u, room %zu: ", nlh->nlmsg_len, nlmsg_get_max_size(msg));
	hex(nlh, nlh->nlmsg_len);
}

static void arithmetic(void)
{
	static const int payload[] = { -20, -1, 0, 1, 2, 3, 4, 5, 100, 65531, 65535, 1 << 20 };

	for (size_t i = 0; i < COUNT(payload); i++)
		printf("%d: attribute %d %d %d message %d %d %d\n", payload[i], nla_attr_size(payload[i]),
		       nla_total_size(payload[i]), nla_padlen(payload[i]), nlmsg_size(payload[i]), nlmsg_total_size(payload[i]),
		       nlmsg_padlen(payload[i]));
}

static void putting(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(400), *inner = nlmsg_alloc();
	struct nl_data *data = nl_data_alloc("data", 5);
	struct nl_addr *addr = nl_addr_build(AF_INET, "abcd", 4);
	struct nlattr *nest, *deeper, *tb[32];

	nlmsg_put(msg, 1, 2, 16, 3, 4);
	printf("%d %d %d %d ", nla_put_u8(msg, 1, 1), nla_put_u16(msg, 2, 2), nla_put_u32(msg, 3, 3), nla_put_u64(msg, 4, 4));
	printf("%d %d %d %d ", nla_put_s8(msg, 5, -1), nla_put_s16(msg, 6, -2), nla_put_s32(msg, 7, -3), nla_put_s64(msg, 8, -4));
	printf("%d %d %d ", nla_put_string(msg, 9, "text"), nla_put_flag(msg, 10), nla_put_msecs(msg, 11, 99));
	printf("%d %d\n", nla_put_data(msg, 12, data), nla_put_addr(msg, 13, addr));
	show(msg);
	nest = nla_nest_start(msg, 14);
	deeper = nla_nest_start(msg, 15);
	nla_put_u8(msg, 1, 9);
	printf("end %d", nla_nest_end(msg, deeper));
	deeper = nla_nest_start(msg, 16);
	printf(" empty %d", nla_nest_end(msg, deeper));
	deeper = nla_nest_start(msg, 17);
	printf(" kept %d", nla_nest_end_keep_empty(msg, deeper));
	deeper = nla_nest_start(msg, 18);
	nla_put_u8(msg, 1, 9);
	nla_nest_cancel(msg, deeper);
	printf(" outer %d\n", nla_nest_end(msg, nest));
	nlmsg_put(inner, 0, 0, 17, 0, 0);
	nla_put_u16(inner, 1, 7);
	printf("message in it %d\n", nla_put_nested(msg, 19, inner));
	show(msg);
	printf("does not fit %d %d\n", nla_put(msg, 20, 400, "x"), nla_put(msg, 20, -1, "x"));
	printf("reserve %d %d %d\n", nla_reserve(msg, 20, 400) != NULL, nla_reserve(msg, 20, -1) != NULL,
	       nla_reserve(msg, 20, 3) != NULL);
	printf("parse %d\n", nlmsg_parse(nlmsg_hdr(msg), 3, tb, 31, NULL));
	for (int i = 1; i < 32; i++)
		if (tb[i])
			printf("%d: len %d nested %d\n", i, nla_len(tb[i]), nla_is_nested(tb[i]));
	printf("%u %u %u %llu ", nla_get_u8(tb[1]), nla_get_u16(tb[2]), nla_get_u32(tb[3]), (unsigned long long)nla_get_u64(tb[4]));
	printf("%d %d %d %lld ", nla_get_s8(tb[5]), nla_get_s16(tb[6]), nla_get_s32(tb[7]), (long long)nla_get_s64(tb[8]));
	printf("%s %d %d %lu\n", nla_get_string(tb[9]), nla_get_flag(tb[10]), nla_get_flag(NULL), nla_get_msecs(tb[11]));
	printf("short u64 %llu none %llu\n", (unsigned long long)nla_get_u64(tb[3]), (unsigned long long)nla_get_u64(NULL));
	printf("nested %d %d\n", nla_parse_nested(tb, 20, tb[14], NULL), tb[15] && tb[17] && !tb[16]);
	nl_data_free(data);
	nl_addr_put(addr);
	nlmsg_free(inner);
	nlmsg_free(msg);
}

static void long_nest(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(80000);
	struct nlattr *nest = nla_nest_start(msg, 1);
	static char zeros[60000];

	printf("too long for one attribute %d", nla_put(msg, 2, 60000, zeros));
	printf(" %d", nla_put(msg, 2, 6000, zeros));
	printf(" %d\n", nla_nest_end(msg, nest));
	printf("length %u\n", nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

static void copying(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nla;
	char to[16];

	nla_put_string(msg, 1, "hello");
	nla = nlmsg_attrdata(nlmsg_hdr(msg), 0);
	for (int n = 0; n < 10; n++) {
		memset(to, 0, sizeof to);
		printf("memcpy %d: %d %s\n", n, nla_memcpy(to, nla, n), to);
		memset(to, '.', sizeof to - 1);
		printf("strlcpy %d: %zu %s\n", n, nla_strlcpy(to, nla, (size_t)n), to);
	}
	printf("memcpy of nothing %d\n", nla_memcpy(to, NULL, 5));
	printf("memcmp %d %d %d\n", nla_memcmp(nla, "hello", 6), nla_memcmp(nla, "hello", 5), nla_memcmp(nla, "help!", 6) != 0);
	printf("strcmp %d %d %d\n", nla_strcmp(nla, "hello"), nla_strcmp(nla, "hell"), nla_strcmp(nla, "jello") < 0);
	free(nla_strdup(nla));
	nlmsg_free(msg);
}

static void policies(void)
{
	struct nla_policy policy[4] = { { 0 } };
	struct nlattr *tb[4];
	char bytes[64];

	for (int type = 0; type <= NLA_TYPE_MAX; type++)
		for (int variant = 0; variant < 4; variant++)
			for (int len = 0; len < 12; len++)
				for (int last = 0; last < 2; last++) {
					struct nl_msg *msg = nlmsg_alloc();
					int head = variant & 1;

					policy[2].type = (uint16_t)type;
					policy[2].minlen = head ? 3 : 0;
					policy[2].maxlen = variant & 2 ? 6 : 0;
					memset(bytes, 'a', sizeof bytes);
					if (len && last)
						bytes[len - 1] = 0;
					nla_put(msg, 2, len, bytes);
					nla_put_u8(msg, 9, 1);
					printf("policy %d variant %d len %d last %d: %d %d\n", type, variant, len, last,
					       nlmsg_parse(nlmsg_hdr(msg), 0, tb, 3, policy),
					       nlmsg_validate(nlmsg_hdr(msg), 0, 3, policy));
					nlmsg_free(msg);
				}
}

/* Random bytes that look like attributes: every way of looking at them agrees. */
static void damage(void)
{
	static struct nla_policy policy[9];
	struct nlattr *tb[9];
	unsigned char bytes[80];

	for (int i = 0; i < 9; i++)
		policy[i].type = (uint16_t)(i % 8);
	for (int round = 0; round < 3000; round++) {
		int len = (int)dice(sizeof bytes), rem, seen = 0;
		struct nlattr *nla;

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (unsigned char)(i % 4 == 1 || i % 4 == 3 ? 0 : dice(12));
		rem = len;
		for (nla = (struct nlattr *)bytes; nla_ok(nla, rem); nla = nla_next(nla, &rem))
			seen += 1 + nla_type(nla) + (int)((unsigned char *)nla_data(nla) - bytes);
		printf("%d: seen %d left %d find %d", round, seen, rem, nla_find((struct nlattr *)bytes, len, 3) != NULL);
		printf(" parse %d", nla_parse(tb, 8, (struct nlattr *)bytes, len, round % 2 ? policy : NULL));
		printf(" validate %d:", nla_validate((struct nlattr *)bytes, len, 8, policy));
		for (int i = 0; i < 9; i++)
			printf(" %td", tb[i] ? (unsigned char *)tb[i] - bytes : -1);
		printf("\n");
	}
}

static void messages(void)
{
	struct nlmsghdr nlh = { .nlmsg_len = 20, .nlmsg_type = 18, .nlmsg_flags = 3, .nlmsg_seq = 4, .nlmsg_pid = 5 };
	struct { struct nlmsghdr nlh; char payload[8]; } whole = { nlh, "abcdefg" };
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK, .nl_pid = 7 };
	struct ucred creds = { .pid = 1, .uid = 2, .gid = 3 };
	struct nl_msg *msg = nlmsg_inherit(&nlh);
	int rem = 100;

	show(msg);
	nlmsg_free(msg);
	msg = nlmsg_inherit(NULL);
	show(msg);
	nlmsg_free(msg);
	msg = nlmsg_convert(&whole.nlh);
	show(msg);
	printf("datalen %d tail %td attrlen %d %d valid %d %d\n", nlmsg_datalen(&whole.nlh),
	       (char *)nlmsg_tail(&whole.nlh) - (char *)&whole, nlmsg_attrlen(&whole.nlh, 0), nlmsg_attrlen(&whole.nlh, 9),
	       nlmsg_valid_hdr(&whole.nlh, 4), nlmsg_valid_hdr(&whole.nlh, 5));
	printf("next %td", (char *)nlmsg_next(&whole.nlh, &rem) - (char *)&whole);
	printf(" %d ok %d %d %d %d\n", rem, nlmsg_ok(&whole.nlh, 20), nlmsg_ok(&whole.nlh, 19), nlmsg_ok(&whole.nlh, 15),
	       nlmsg_ok(&whole.nlh, -1));
	printf("attribute %d %d\n", nlmsg_find_attr(&whole.nlh, 0, 3) != NULL, nlmsg_find_attr(&whole.nlh, 4, 3) != NULL);
	printf("append %d", nlmsg_append(msg, "x", 1, 4));
	printf(" reserve %d expand %d", nlmsg_reserve(msg, 1, 0) != NULL, nlmsg_expand(msg, 10));
	printf(" %d", nlmsg_expand(msg, 64));
	printf(" append %d", nlmsg_append(msg, "xyz", 3, 4));
	printf(" %d\n", nlmsg_append(msg, "xyz", 3, NL_DONTPAD));
	show(msg);
	printf("creds %d", nlmsg_get_creds(msg) != NULL);
	nlmsg_set_creds(msg, &creds);
	printf(" %u\n", nlmsg_get_creds(msg)->uid);
	nlmsg_set_src(msg, &sa);
	sa.nl_pid = 8;
	nlmsg_set_dst(msg, &sa);
	printf("src %u dst %u proto %d", nlmsg_get_src(msg)->nl_pid, nlmsg_get_dst(msg)->nl_pid, nlmsg_get_proto(msg));
	nlmsg_set_proto(msg, 3);
	printf(" %d\n", nlmsg_get_proto(msg));
	nlmsg_get(msg);
	nlmsg_free(msg);
	show(msg);
	nlmsg_free(msg);
	nlmsg_free(NULL);
	msg = nlmsg_alloc_simple(77, 5);
	show(msg);
	nlmsg_free(msg);
	nlmsg_set_default_size(5);
	msg = nlmsg_alloc();
	show(msg);
	printf("no room %d %d\n", nlmsg_put(msg, 0, 0, 1, 4, 0) != NULL, nlmsg_reserve(msg, 1, 0) != NULL);
	nlmsg_free(msg);
	nlmsg_set_default_size(4096);
}

static void data(void)
{
	struct nl_data *a = nl_data_alloc("abc", 3), *b = nl_data_clone(a), *none = nl_data_alloc(NULL, 0);
	struct nl_msg *msg = nlmsg_alloc();

	printf("same %d size %zu\n", nl_data_cmp(a, b), nl_data_get_size(a));
	printf("append %d %zu %d\n", nl_data_append(b, "de", 2), nl_data_get_size(b), nl_data_cmp(a, b) != 0);
	printf("nothing %d %zu\n", nl_data_append(b, NULL, 0), nl_data_get_size(b));
	hex(nl_data_get(b), nl_data_get_size(b));
	printf("empty %d %zu\n", nl_data_get(none) == NULL, nl_data_get_size(none));
	nla_put(msg, 1, 4, "wxyz");
	nl_data_free(none);
	none = nl_data_alloc_attr(nlmsg_attrdata(nlmsg_hdr(msg), 0));
	hex(nl_data_get(none), nl_data_get_size(none));
	nl_data_free(a);
	nl_data_free(b);
	nl_data_free(none);
	nl_data_free(NULL);
	nlmsg_free(msg);
}

int main(void)
{
	arithmetic();
	putting();
	long_nest();
	copying();
	policies();
	damage();
	messages();
	data();
	return 0;
}
