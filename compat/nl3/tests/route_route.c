/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Routes and their next hops. */
#include "objects.h"
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rtnetlink.h>
#include <netlink/route/route.h>
#include <netlink/route/rtnl.h>

static const int numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 28, 100, 200, 253, 254, 255, 256, 65536, 70000, -1 };

static void nexthop_getters(struct rtnl_nexthop *nh, void *arg)
{
	printf("nexthop weight %d", rtnl_route_nh_get_weight(nh));
	printf(" ifindex %d", rtnl_route_nh_get_ifindex(nh));
	printf(" flags %x", rtnl_route_nh_get_flags(nh));
	printf(" realms %x", rtnl_route_nh_get_realms(nh));
	printf(" mpls ttl %d\n", rtnl_route_nh_get_encap_mpls_ttl(nh));
	say_addr("gateway", rtnl_route_nh_get_gateway(nh));
	say_addr("newdst", rtnl_route_nh_get_newdst(nh));
	say_addr("via", rtnl_route_nh_get_via(nh));
	say_addr("mpls dst", rtnl_route_nh_get_encap_mpls_dst(nh));
}

static void getters(struct rtnl_route *route)
{
	uint32_t value;

	printf("table %u", rtnl_route_get_table(route));
	printf(" scope %d", rtnl_route_get_scope(route));
	printf(" tos %d", rtnl_route_get_tos(route));
	printf(" protocol %d", rtnl_route_get_protocol(route));
	printf(" priority %u", rtnl_route_get_priority(route));
	printf(" family %d", rtnl_route_get_family(route));
	printf(" type %d", rtnl_route_get_type(route));
	printf(" flags %x", rtnl_route_get_flags(route));
	printf(" iif %d", rtnl_route_get_iif(route));
	printf(" ttl %d", rtnl_route_get_ttl_propagate(route));
	printf(" nexthops %d", rtnl_route_get_nnexthops(route));
	printf(" guess %d\n", rtnl_route_guess_scope(route));
	for (int metric = -1; metric < 20; metric++) {
		int answer;

		value = 4711;
		answer = rtnl_route_get_metric(route, metric, &value);
		if (answer == 0 || metric < 2 || metric > 15)
			printf("metric %d: %d %u\n", metric, answer, value);
	}
	say_addr("dst", rtnl_route_get_dst(route));
	say_addr("src", rtnl_route_get_src(route));
	say_addr("pref_src", rtnl_route_get_pref_src(route));
	rtnl_route_foreach_nexthop(route, nexthop_getters, NULL);
	printf("n: %d", rtnl_route_nexthop_n(route, 0) != NULL);
	printf(" %d", rtnl_route_nexthop_n(route, 1) != NULL);
	printf(" %d\n", rtnl_route_nexthop_n(route, -1) != NULL);
}

static void is_plain(struct rtnl_nexthop *nh, void *arg)
{
	if (rtnl_route_nh_get_realms(nh) || rtnl_route_nh_get_encap_mpls_dst(nh))
		*(int *)arg = 0;
}

static void all(struct rtnl_route *route)
{
	struct nl_msg *msg = NULL;
	int answer, plain;

	getters(route);
	show(OBJ_CAST(route));
	/* Stock's clones have no realms and no encapsulation. */
	plain = 1;
	rtnl_route_foreach_nexthop(route, is_plain, &plain);
	if (plain)
		show_clone(OBJ_CAST(route));
	answer = rtnl_route_build_add_request(route, NLM_F_CREATE, &msg);
	show_message(answer, msg);
	answer = rtnl_route_build_del_request(route, 0, &msg);
	show_message(answer, msg);
}

static const char *const addresses[] = { "192.0.2.0/24", "192.0.2.2", "2001:db8::/32", "2001:db8::2", "::", "0.0.0.0", "02:00:00:00:00:01", "default",
					 "192.0.2.77/0", "::/0", "198.51.100.1/32", "127.0.0.0/8", "100", "100/200" };
static const int families[] = { AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC,
				AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_UNSPEC, AF_MPLS, AF_MPLS };

static struct nl_addr *some_address(int value)
{
	unsigned int i = (unsigned int)value % COUNT(addresses);

	return address(addresses[i], families[i]);
}

/* Of next hops. */
static int set_nh(struct rtnl_nexthop *nh, int which, int value)
{
	int number = numbers[(unsigned int)value % COUNT(numbers)], answer = 0;
	struct nl_addr *addr = some_address(value);

	switch (which) {
	case 0: rtnl_route_nh_set_weight(nh, (uint8_t)number); break;
	case 1: rtnl_route_nh_set_ifindex(nh, number); break;
	case 2: rtnl_route_nh_set_gateway(nh, addr); break;
	case 3: rtnl_route_nh_set_flags(nh, (unsigned int)number); break;
	case 4: rtnl_route_nh_unset_flags(nh, (unsigned int)number); break;
	case 5: rtnl_route_nh_set_realms(nh, (uint32_t)number); break;
	case 6: answer = rtnl_route_nh_set_newdst(nh, addr); break;
	case 7: answer = rtnl_route_nh_set_via(nh, addr); break;
	case 8: rtnl_route_nh_set_gateway(nh, NULL); break;
	}
	nl_addr_put(addr);
	return answer;
}

enum { NH_SETTERS = 9, SETTERS = 17, VALUES = COUNT(numbers) };

static int set(struct rtnl_route *route, int which, int value)
{
	int number = numbers[(unsigned int)value % COUNT(numbers)], answer = 0;
	struct nl_addr *addr = some_address(value);
	struct rtnl_nexthop *nh;

	switch (which) {
	case 0: rtnl_route_set_table(route, (uint32_t)number); break;
	case 1: rtnl_route_set_scope(route, (uint8_t)number); break;
	case 2: rtnl_route_set_tos(route, (uint8_t)number); break;
	case 3: rtnl_route_set_protocol(route, (uint8_t)number); break;
	case 4: rtnl_route_set_priority(route, (uint32_t)number); break;
	case 5: answer = rtnl_route_set_family(route, (uint8_t)number); break;
	case 6: answer = rtnl_route_set_type(route, (uint8_t)number); break;
	case 7: rtnl_route_set_flags(route, (uint32_t)number); break;
	case 8: rtnl_route_unset_flags(route, (uint32_t)number); break;
	case 9: answer = rtnl_route_set_metric(route, value, (unsigned int)number); break;
	case 10: answer = rtnl_route_unset_metric(route, value); break;
	case 11: answer = rtnl_route_set_dst(route, addr); break;
	case 12: answer = rtnl_route_set_src(route, addr); break;
	case 13: answer = rtnl_route_set_pref_src(route, addr); break;
	case 14: rtnl_route_set_iif(route, number); break;
	case 15: rtnl_route_set_ttl_propagate(route, (uint8_t)number); break;
	case 16:
		nh = rtnl_route_nh_alloc();
		for (int n = value % 5; n > 0; n--)
			answer = answer * 100 + set_nh(nh, (int)dice(NH_SETTERS), (int)dice(VALUES));
		rtnl_route_add_nexthop(route, nh);
		if (value == 7)
			rtnl_route_remove_nexthop(route, nh);
		if (value == 7)
			rtnl_route_nh_free(nh);
		break;
	}
	nl_addr_put(addr);
	return answer;
}

static void one_at_a_time(void)
{
	for (int which = 0; which < SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_route *route = rtnl_route_alloc();
			int answer = set(route, which, value);

			printf("-- setter %d value %d: %d\n", which, value, answer);
			all(route);
			rtnl_route_put(route);
		}
}

static void nexthop_at_a_time(void)
{
	struct rtnl_nexthop *before = rtnl_route_nh_alloc();

	for (int which = 0; which < NH_SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_route *route = rtnl_route_alloc();
			struct rtnl_nexthop *nh = rtnl_route_nh_alloc(), *copy;
			int answer = set_nh(nh, which, value);

			printf("-- nexthop setter %d value %d: %d\n", which, value, answer);
			for (int bit = 0; bit < 32; bit++) {
				int one = rtnl_route_nh_compare(nh, before, 1u << bit, 0), other = rtnl_route_nh_compare(nh, before, 1u << bit, 1);

				if (one || other)
					printf("compare bit %d: %x %x\n", bit, (unsigned int)one, (unsigned int)other);
			}
			for (int type = 0; type <= NL_DUMP_MAX; type++)
				for (int ivar = -2; ivar < 2; ivar++) {
					struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_fd = stdout, .dp_ivar = ivar };

					printf("dump %d %d:", type, ivar);
					rtnl_route_nh_dump(nh, &params);
					printf("|\n");
				}
			copy = rtnl_route_nh_clone(nh);
			if (which != 5)
				nexthop_getters(copy, NULL);
			if (which != 5)
				printf("clone compare %x\n", (unsigned int)rtnl_route_nh_compare(nh, copy, ~0u, 0));
			rtnl_route_nh_free(before);
			before = copy;
			rtnl_route_add_nexthop(route, nh);
			all(route);
			rtnl_route_put(route);
		}
	rtnl_route_nh_free(before);
}

static void many(void)
{
	struct rtnl_route *before = rtnl_route_alloc();

	for (int round = 0; round < 400; round++) {
		struct rtnl_route *route = rtnl_route_alloc();

		printf("-- round %d:", round);
		for (unsigned int n = dice(12); n > 0; n--) {
			int which = (int)dice(SETTERS), value = (int)dice(VALUES), answer = set(route, which, value);

			printf(" %d:%d %d", which, value, answer);
		}
		printf("\n");
		all(route);
		printf("filter %d", nl_object_match_filter(OBJ_CAST(route), OBJ_CAST(before)));
		printf(" diff %x", nl_object_diff(OBJ_CAST(route), OBJ_CAST(before)));
		printf(" identical %d\n", nl_object_identical(OBJ_CAST(route), OBJ_CAST(before)));
		rtnl_route_put(before);
		before = route;
	}
	rtnl_route_put(before);
}

static void build(struct rtnl_route *route)
{
	struct nl_msg *msg = NULL;
	int answer = rtnl_route_build_add_request(route, 0, &msg);

	show_message(answer, msg);
	rtnl_route_put(route);
}

static struct rtnl_route *to_network(void)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *dst = address("192.0.2.0/24", AF_INET);

	rtnl_route_set_dst(route, dst);
	nl_addr_put(dst);
	return route;
}

/* Complete routes with one attribute more, and with one attribute of one next hop or two. */
static void built_one_at_a_time(void)
{
	for (int which = 0; which < SETTERS - 1; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_route *route = to_network();

			rtnl_route_add_nexthop(route, rtnl_route_nh_alloc());
			printf("with %d:%d %d ", which, value, set(route, which, value));
			build(route);
		}
	for (int which = 0; which < NH_SETTERS; which++)
		for (int value = 0; value < 2 * VALUES; value++) {
			struct rtnl_route *route = to_network();

			for (int hops = value / VALUES; hops >= 0; hops--) {
				struct rtnl_nexthop *nh = rtnl_route_nh_alloc();

				printf("next hop with %d:%d %d ", which, value % VALUES, set_nh(nh, which, value % VALUES));
				rtnl_route_add_nexthop(route, nh);
			}
			build(route);
		}
}

/* Routes with one next hop, or two, of many attributes. */
static void built(void)
{
	for (int round = 0; round < 300; round++) {
		struct rtnl_route *route = to_network();

		for (int hops = round % 3; hops >= 0; hops--) {
			struct rtnl_nexthop *nh = rtnl_route_nh_alloc();

			for (unsigned int n = dice(9); n > 0; n--) {
				int which = (int)dice(NH_SETTERS);

				set_nh(nh, which, (int)dice(VALUES));
			}
			rtnl_route_add_nexthop(route, nh);
		}
		if (round % 10 == 0)
			nlmsg_set_default_size(16 + dice(100));
		build(route);
		nlmsg_set_default_size(4096);
	}
}

static void put_nexthop_attributes(struct nl_msg *msg, int family)
{
	static const struct shape shapes[] = { { RTA_GATEWAY, 4 }, { RTA_GATEWAY, 4 }, { RTA_FLOW, 4 }, { RTA_VIA, 6 }, { RTA_NEWDST, 4 } };

	for (unsigned int n = dice(3); n > 0; n--) {
		const struct shape *shape = &shapes[dice(COUNT(shapes))];

		if (family == AF_MPLS && shape->type != RTA_FLOW && shape->type != RTA_VIA)
			nla_put(msg, shape->type, 4, (const char[]){ 0, 6, (char)(dice(256) | 1), 0 });
		else if (shape->type == RTA_VIA)
			nla_put(msg, RTA_VIA, 6, (const char[]){ 2, 0, 10, 0, 0, 1 });
		else
			put_random(msg, shape->type, shape->type != RTA_FLOW && family == AF_INET6 ? 16 : shape->size);
	}
}

static void put_multipath(struct nl_msg *msg, int family)
{
	struct nlattr *nest = nla_nest_start(msg, RTA_MULTIPATH);

	for (unsigned int n = dice(4); n > 0; n--) {
		struct rtnexthop nh = { 8, (unsigned char)dice(8), (unsigned char)dice(4), (int)dice(4) };
		char *start = nlmsg_tail(nlmsg_hdr(msg));

		nlmsg_append(msg, &nh, sizeof nh, 4);
		put_nexthop_attributes(msg, family);
		((struct rtnexthop *)start)->rtnh_len = (unsigned short)((char *)nlmsg_tail(nlmsg_hdr(msg)) - start + (dice(30) ? 0 : (int)dice(9)));
	}
	nla_nest_end(msg, nest);
}

static void put_metrics(struct nl_msg *msg)
{
	struct nlattr *nest = nla_nest_start(msg, RTA_METRICS);

	for (unsigned int n = dice(4); n > 0; n--)
		put_random(msg, (int)dice(20), dice(40) ? 4 : 8);
	nla_nest_end(msg, nest);
}

static void put_encap(struct nl_msg *msg)
{
	struct nlattr *nest;

	if (dice(5))
		nla_put_u16(msg, RTA_ENCAP_TYPE, dice(4) ? LWTUNNEL_ENCAP_MPLS : (uint16_t)dice(12));
	if (dice(5)) {
		nest = nla_nest_start(msg, RTA_ENCAP);
		if (dice(5))
			nla_put(msg, MPLS_IPTUNNEL_DST, 4, (const char[]){ 0, 6, 65, 7 });
		if (dice(2))
			nla_put_u8(msg, MPLS_IPTUNNEL_TTL, (uint8_t)dice(256));
		nla_nest_end(msg, nest);
	}
}

static void put_attribute(struct nl_msg *msg, int family)
{
	static const struct shape shapes[] = { { RTA_DST, -4 }, { RTA_DST, -4 }, { RTA_SRC, -4 }, { RTA_IIF, 4 }, { RTA_OIF, 4 }, { RTA_OIF, 4 }, { RTA_GATEWAY, -4 },
					       { RTA_GATEWAY, -4 }, { RTA_PRIORITY, 4 }, { RTA_PREFSRC, -4 }, { RTA_METRICS, 0 }, { RTA_MULTIPATH, 0 }, { RTA_FLOW, 4 },
					       { RTA_CACHEINFO, 0 }, { RTA_TABLE, 4 }, { RTA_MARK, 4 }, { RTA_VIA, 0 }, { RTA_NEWDST, -4 }, { RTA_PREF, 1 },
					       { RTA_ENCAP, 0 }, { RTA_TTL_PROPAGATE, 1 }, { RTA_NH_ID, 4 }, { RTA_EXPIRES, 4 }, { 0, 4 }, { 99, 4 } };
	const struct shape *shape = &shapes[dice(COUNT(shapes))];

	switch (shape->type) {
	case RTA_METRICS: put_metrics(msg); break;
	case RTA_MULTIPATH: put_multipath(msg, family); break;
	case RTA_ENCAP: put_encap(msg); break;
	case RTA_CACHEINFO: put_numbers(msg, RTA_CACHEINFO, dice(10) ? 8 : (int)dice(9), 40000); break;
	case RTA_VIA: nla_put(msg, RTA_VIA, 6, (const char[]){ 2, 0, 10, 0, 0, (char)dice(4) }); break;
	case RTA_TABLE: put_random(msg, RTA_TABLE, 4); break;
	default:
		if (family == AF_MPLS && shape->size < 0)
			nla_put(msg, shape->type, 4, (const char[]){ 0, 6, (char)(dice(256) | 1), 0 });
		else
			put_random(msg, shape->type, some_size(shape->size < 0 ? family == AF_INET6 ? 16 : 4 : shape->size));
	}
}

static void parsed(void)
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 1500; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(dice(8) ? RTM_NEWROUTE : RTM_DELROUTE, 0);
		int family = dice(10) ? dice(3) ? AF_INET : AF_INET6 : dice(2) ? AF_MPLS : (int)dice(AF_DECnet - 1) + 1;
		struct rtmsg header = { (unsigned char)family, (unsigned char)(dice(2) ? 24 : dice(33)), (unsigned char)(dice(2) ? 0 : dice(33)), (unsigned char)(dice(2) ? 0 : dice(256)),
					(unsigned char)(dice(2) ? 254 : dice(256)), (unsigned char)dice(8), (unsigned char)(dice(2) ? 0 : dice(256)), (unsigned char)dice(14),
					dice(2) ? 0 : dice(0x1000) };

		nlmsg_append(msg, &header, dice(30) ? sizeof header : dice(13), NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		for (unsigned int n = dice(9); n > 0; n--)
			put_attribute(msg, family);
		printf("-- message %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before))
			getters((struct rtnl_route *)before);
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* Clones have all of their next hops' attributes; stock's crash when they are dumped. */
static void clones(void)
{
	struct rtnl_nexthop *nh = rtnl_route_nh_alloc(), *copy;
	struct nl_addr *labels = address("100/200", AF_MPLS);
	struct nl_addr *dst;

	rtnl_route_nh_set_realms(nh, 7);
	MUST(rtnl_route_nh_encap_mpls(nh, labels, 9) == 0);
	copy = rtnl_route_nh_clone(nh);
	printf("fix realms %u ttl %d\n", rtnl_route_nh_get_realms(copy), rtnl_route_nh_get_encap_mpls_ttl(copy));
	dst = rtnl_route_nh_get_encap_mpls_dst(copy);
	printf("fix labels %s\n", dst ? nl_addr2str(dst, buf, sizeof buf) : "none");
	rtnl_route_nh_free(nh);
	rtnl_route_nh_free(copy);
	nl_addr_put(labels);
}

static void encapsulated(void)
{
	for (int value = 0; value < (int)COUNT(addresses); value++) {
		struct rtnl_route *route = rtnl_route_alloc();
		struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
		struct nl_addr *labels = some_address(value), *dst = address("192.0.2.0/24", AF_INET);

		if (nl_addr_get_len(labels))
			printf("-- encapsulated %d: %d\n", value, rtnl_route_nh_encap_mpls(nh, labels, (uint8_t)(value % 3)));
		rtnl_route_add_nexthop(route, nh);
		rtnl_route_set_dst(route, dst);
		all(route);
		nl_addr_put(labels);
		nl_addr_put(dst);
		rtnl_route_put(route);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	one_at_a_time();
	nexthop_at_a_time();
	many();
	built_one_at_a_time();
	built();
	parsed();
	encapsulated();
	clones();
	return 0;
}
