/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Rules. */
#include "objects.h"
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/route/rule.h>

static void getters(struct rtnl_rule *rule)
{
	uint8_t byte = 77;
	uint16_t start = 7, end = 8;
	int answer;

	printf("family %d", rtnl_rule_get_family(rule));
	printf(" prio %u", rtnl_rule_get_prio(rule));
	printf(" mark %u", rtnl_rule_get_mark(rule));
	printf(" mask %u", rtnl_rule_get_mask(rule));
	printf(" table %u", rtnl_rule_get_table(rule));
	printf(" dsfield %d", rtnl_rule_get_dsfield(rule));
	printf(" action %d", rtnl_rule_get_action(rule));
	printf(" iif %s", rtnl_rule_get_iif(rule) ? rtnl_rule_get_iif(rule) : "(none)");
	printf(" oif %s", rtnl_rule_get_oif(rule) ? rtnl_rule_get_oif(rule) : "(none)");
	printf(" realms %x", rtnl_rule_get_realms(rule));
	printf(" goto %u", rtnl_rule_get_goto(rule));
	printf(" l3mdev %d", rtnl_rule_get_l3mdev(rule));
	answer = rtnl_rule_get_protocol(rule, &byte);
	printf(" protocol %d %d", answer, byte);
	answer = rtnl_rule_get_ipproto(rule, &byte);
	printf(" ipproto %d %d", answer, byte);
	answer = rtnl_rule_get_sport(rule, &start, &end);
	printf(" sport %d %d %d", answer, start, end);
	answer = rtnl_rule_get_dport(rule, &start, &end);
	printf(" dport %d %d %d\n", answer, start, end);
	say_addr("src", rtnl_rule_get_src(rule));
	say_addr("dst", rtnl_rule_get_dst(rule));
}

static void requests(struct rtnl_rule *rule)
{
	struct nl_msg *msg = NULL;
	int answer;

	answer = rtnl_rule_build_add_request(rule, NLM_F_EXCL, &msg);
	show_message(answer, msg);
	answer = rtnl_rule_build_delete_request(rule, 0, &msg);
	show_message(answer, msg);
}

static void all(struct rtnl_rule *rule)
{
	getters(rule);
	show(OBJ_CAST(rule));
	show_clone(OBJ_CAST(rule));
	requests(rule);
}

enum { SETTERS = 19, VALUES = 13 };

static int set(struct rtnl_rule *rule, int which, int value)
{
	static const int numbers[VALUES] = { 0, 1, 2, 7, 10, 100, 128, 254, 255, 256, 32766, 70000, -1 };
	static const char *const texts[] = { "192.0.2.0/24", "192.0.2.2", "2001:db8::/32", "2001:db8::2", "::", "0.0.0.0", "02:00:00:00:00:01", "default",
					     "192.0.2.77/0", "::/0", "198.51.100.1/32", "127.0.0.0/8", "10.0.0.0/8" };
	static const char *const names[] = { "va", "", "a name that is too long for an interface", "123456789012345", "1234567890123456", "eth0" };
	int number = numbers[value], answer = 0;
	const char *name = names[(unsigned int)value % COUNT(names)];
	struct nl_addr *addr = address(texts[value], AF_UNSPEC);

	switch (which) {
	case 0: rtnl_rule_set_family(rule, number); break;
	case 1: rtnl_rule_set_prio(rule, (uint32_t)number); break;
	case 2: rtnl_rule_set_mark(rule, (uint32_t)number); break;
	case 3: rtnl_rule_set_mask(rule, (uint32_t)number); break;
	case 4: rtnl_rule_set_table(rule, (uint32_t)number); break;
	case 5: rtnl_rule_set_dsfield(rule, (uint8_t)number); break;
	case 6: answer = rtnl_rule_set_src(rule, addr); break;
	case 7: answer = rtnl_rule_set_dst(rule, addr); break;
	case 8: rtnl_rule_set_action(rule, (uint8_t)number); break;
	case 9: answer = rtnl_rule_set_iif(rule, name); break;
	case 10: answer = rtnl_rule_set_oif(rule, name); break;
	case 11: rtnl_rule_set_realms(rule, (uint32_t)number); break;
	case 12: rtnl_rule_set_goto(rule, (uint32_t)number); break;
	case 13: rtnl_rule_set_l3mdev(rule, number); break;
	case 14: answer = rtnl_rule_set_protocol(rule, (uint8_t)number); break;
	case 15: answer = rtnl_rule_set_ipproto(rule, (uint8_t)number); break;
	case 16: answer = rtnl_rule_set_sport(rule, (uint16_t)number); break;
	case 17: answer = rtnl_rule_set_sport_range(rule, (uint16_t)number, (uint16_t)numbers[(value + 3) % VALUES]); break;
	case 18: answer = value % 2 ? rtnl_rule_set_dport(rule, (uint16_t)number)
				    : rtnl_rule_set_dport_range(rule, (uint16_t)number, (uint16_t)numbers[(value + 3) % VALUES]); break;
	}
	nl_addr_put(addr);
	return answer;
}

static void one_at_a_time(void)
{
	for (int which = 0; which < SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_rule *rule = rtnl_rule_alloc();
			int answer = set(rule, which, value);

			printf("-- setter %d value %d: %d\n", which, value, answer);
			all(rule);
			rtnl_rule_put(rule);
		}
}

static void many(void)
{
	struct rtnl_rule *before = rtnl_rule_alloc();

	for (int round = 0; round < 400; round++) {
		struct rtnl_rule *rule = rtnl_rule_alloc();

		printf("-- round %d:", round);
		for (unsigned int n = dice(15); n > 0; n--) {
			int which = (int)dice(SETTERS), value = (int)dice(VALUES), answer = set(rule, which, value);

			printf(" %d:%d %d", which, value, answer);
		}
		printf("\n");
		all(rule);
		printf("filter %d", nl_object_match_filter(OBJ_CAST(rule), OBJ_CAST(before)));
		printf(" diff %x", nl_object_diff(OBJ_CAST(rule), OBJ_CAST(before)));
		printf(" identical %d\n", nl_object_identical(OBJ_CAST(rule), OBJ_CAST(before)));
		rtnl_rule_put(before);
		before = rule;
	}
	rtnl_rule_put(before);
}

static void parsed(void)
{
	static const struct shape shapes[] = { { FRA_DST, -4 }, { FRA_SRC, -4 }, { FRA_IIFNAME, 0 }, { FRA_GOTO, 4 }, { FRA_PRIORITY, 4 }, { FRA_FWMARK, 4 }, { FRA_FLOW, 4 },
					       { FRA_TUN_ID, 8 }, { FRA_SUPPRESS_IFGROUP, 4 }, { FRA_SUPPRESS_PREFIXLEN, 4 }, { FRA_TABLE, 4 }, { FRA_FWMASK, 4 },
					       { FRA_OIFNAME, 0 }, { FRA_L3MDEV, 1 }, { FRA_UID_RANGE, 8 }, { FRA_PROTOCOL, 1 }, { FRA_IP_PROTO, 1 },
					       { FRA_SPORT_RANGE, 4 }, { FRA_DPORT_RANGE, 4 }, { 0, 4 }, { 99, 4 } };
	struct nl_object *before = NULL;

	for (int round = 0; round < 1000; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(dice(8) ? RTM_NEWRULE : RTM_DELRULE, 0);
		int family = dice(3) ? AF_INET : AF_INET6;
		struct fib_rule_hdr header = { (unsigned char)family, (unsigned char)(dice(2) ? 24 : dice(33)), (unsigned char)(dice(2) ? 0 : dice(33)),
					       (unsigned char)(dice(2) ? 0 : dice(256)), (unsigned char)(dice(2) ? 254 : dice(256)), 0, 0, (unsigned char)dice(10),
					       dice(2) ? 0 : dice(0x1000) };

		nlmsg_append(msg, &header, dice(30) ? sizeof header : dice(13), NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		for (unsigned int n = dice(9); n > 0; n--) {
			const struct shape *shape = &shapes[dice(COUNT(shapes))];

			if ((shape->type == FRA_IIFNAME || shape->type == FRA_OIFNAME) && dice(8))
				nla_put_string(msg, shape->type, dice(5) ? "eth0" : "1234567890123456");
			else
				put_random(msg, shape->type, some_size(shape->size < 0 ? family == AF_INET6 ? 16 : 4 : shape->size));
		}
		printf("-- message %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before)) {
			struct nl_object *copy = nl_object_clone(before);

			show_clone(before);
			getters((struct rtnl_rule *)before);
			requests((struct rtnl_rule *)before);
			requests((struct rtnl_rule *)copy);
			nl_object_put(copy);
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* The kernel says 0 where there is nothing. */
static void zeros(void)
{
	static const struct shape shapes[] = { { FRA_DST, 4 }, { FRA_SRC, 4 }, { FRA_IIFNAME, 1 }, { FRA_GOTO, 4 }, { FRA_PRIORITY, 4 }, { FRA_FWMARK, 4 }, { FRA_FLOW, 4 },
					       { FRA_TABLE, 4 }, { FRA_FWMASK, 4 }, { FRA_OIFNAME, 1 }, { FRA_L3MDEV, 1 }, { FRA_PROTOCOL, 1 }, { FRA_IP_PROTO, 1 },
					       { FRA_SPORT_RANGE, 4 }, { FRA_DPORT_RANGE, 4 } };
	struct nl_object *before = NULL;

	for (unsigned int i = 0; i < 2 * COUNT(shapes); i++) {
		struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWRULE, 0);
		struct fib_rule_hdr header = { .family = AF_INET, .table = i % 2 ? 254 : 0 };
		const struct shape *shape = &shapes[i / 2];

		nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		nla_put(msg, shape->type, shape->size, "\0\0\0\0");
		printf("-- attribute %d, table %d\n", shape->type, header.table);
		if (show_parsed(msg, &before))
			getters((struct rtnl_rule *)before);
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_rule *rule = rtnl_rule_alloc();
	struct nl_addr *src = address("10.9.0.0/16", AF_INET);
	struct nl_dump_params params = { .dp_type = NL_DUMP_STATS, .dp_fd = stdout };
	struct nl_cache *cache;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	rtnl_rule_set_family(rule, AF_INET);
	rtnl_rule_set_src(rule, src);
	rtnl_rule_set_table(rule, 77);
	rtnl_rule_set_prio(rule, 100);
	rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
	printf("add %d", rtnl_rule_add(sock, rule, NLM_F_EXCL));
	printf(" again %d\n", rtnl_rule_add(sock, rule, NLM_F_EXCL));
	for (int family = AF_UNSPEC; family <= AF_INET6; family++) {
		int answer = rtnl_rule_alloc_cache(sock, family, &cache);

		printf("family %d: %d\n", family, answer);
		if (answer == 0 && family == AF_INET)
			nl_cache_dump(cache, &params);
		if (answer == 0)
			nl_cache_free(cache);
	}
	printf("delete %d", rtnl_rule_delete(sock, rule, 0));
	printf(" again %d\n", rtnl_rule_delete(sock, rule, 0));
	rtnl_rule_put(rule);
	nl_addr_put(src);
	nl_socket_free(sock);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	one_at_a_time();
	many();
	parsed();
	zeros();
	kernel();
	return 0;
}
